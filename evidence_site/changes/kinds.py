"""The kinds of records, and how changes speak of each: one table, which comparisons of any depth walk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evidence_site import addresses, measures, records as r, views
from evidence_site.changes import studies, treatments
from evidence_site.changes.change import Change, Kind, Severity
from evidence_site.changes.pairs import Pair
from evidence_site.changes.statements import FALLEN, READINGS, statement_changes
from evidence_site.record_reading import Loaded, extracted_study
from evidence_site.reference_style import short_name
from evidence_site.renames import Renames
from evidence_site.review import Review, SourceNode

Node = Any
"""What a review keeps for one record of a kind: a node, or the loaded record itself."""


def _nothing(*_: object) -> Iterator[Change]:
    return iter(())


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record."""

    kind: Kind
    nodes: Callable[[Review], Mapping[str, Node]]
    """The records of this kind, by id."""
    folder: str
    """The name that renames and unreadable records have for the kind."""
    name: Callable[[Node], str]
    """What pages call one of them."""
    address: Callable[[str], str]
    """Its page."""
    own: Callable[[Pair[Node]], Iterable[Change]] = _nothing
    """What of the record itself differs, as far as words are found for it; asked only if something does."""
    computed: Callable[[Pair[Node]], Iterable[Change]] = _nothing
    """What of the numbers differs that are computed for it, be it because of other records."""
    size: Callable[[Review, Node], str] = lambda *_: ""
    """What is said of one that was added."""
    size_before: Callable[[Review, Node], str] = lambda *_: ""
    """What is said of one that was removed."""
    says: Callable[[Node], object] = lambda node: node.record
    """What makes two of them the same."""

    place: str = ""
    """Where the record stands, with ``{}`` for its id; by default a file in the folder of that name."""

    def file(self, id_: str) -> str:
        """Where the record stands."""
        return (self.place or f"evidence/{self.folder}/{{}}.yaml").format(id_)

    def changes(self, old: Review, new: Review, renames: Renames) -> Iterator[Change]:
        """What differs in the records of this kind; ``old`` is told under the new names."""
        before, after = self.nodes(old), self.nodes(new)
        for id_ in (id_ for id_ in after if id_ not in before):
            node = after[id_]
            yield self._change(id_, Severity.ADDED, self.name(node), f"{self.kind} added{self.size(new, node)}")
        for id_ in (id_ for id_ in before if id_ not in after):
            node = before[id_]
            yield self._change(id_, Severity.LOST, self.name(node), f"{self.kind} removed{self.size_before(old, node)}")
        for was, id_ in renames.of(self.folder).items():
            if id_ in after:
                yield self._change(
                    id_, Severity.EDITED, self.name(after[id_]), f"{self.kind} has a new address", old=was, new=id_
                )
        for id_ in (id_ for id_ in after if id_ in before):
            name, address, file = self.name(after[id_]), self.address(id_), self.file(id_)
            pair = Pair(id_, before[id_], after[id_], old, new, name, address, file, renames)
            differs = self.says(pair.old) != self.says(pair.new)
            own = list(self.own(pair)) if differs else []
            yield from own
            yield from self.computed(pair)
            if differs and not own:
                yield Change(Kind.DETAILS, Severity.EDITED, name, "details edited", address, file)

    def _change(self, id_: str, severity: Severity, name: str, text: str, *, old: str = "", new: str = "") -> Change:
        return Change(self.kind, severity, name, text, self.address(id_), self.file(id_), old, new)


# --- sources, topics, outcomes ---------------------------------------------------------------------------------------


def _source(pair: Pair[SourceNode]) -> Iterator[Change]:
    one, two = pair.old.record, pair.new.record
    if one.read != two.read:
        less = READINGS.index(two.read) < READINGS.index(one.read)
        severity = Severity.LOST if less else Severity.CHANGED
        before, after = measures.words(one.read), measures.words(two.read)
        yield pair.moved(Kind.READING, "how far it was read", before, after, severity)
    if one.standing.status != two.standing.status:
        before, after = views.STANDING[one.standing.status], views.STANDING[two.standing.status]
        severity = Severity.LOST if two.standing.status in FALLEN else Severity.CHANGED
        if two.standing.status is r.StandingStatus.OK and one.standing.status is r.StandingStatus.NOT_CHECKED:
            severity = Severity.EDITED
        dated = f" ({views.day(two.standing.date)})" if two.standing.date else ""
        yield pair.change(Kind.STANDING, severity, f"{after}{dated}", before, after)


def _topic(pair: Pair[Any]) -> Iterator[Change]:
    yield from statement_changes(pair.name, pair.address, pair.file, pair.old.record, pair.new.record)


def _outcome(pair: Pair[Any]) -> Iterator[Change]:
    one, two = pair.old.record, pair.new.record
    if one.importance != two.importance:
        yield pair.moved(Kind.CONCLUSION, "importance", measures.words(one.importance), measures.words(two.importance))
    yield from statement_changes(pair.name, pair.address, pair.file, one, two)


def _extraction_name(loaded: Loaded[r.Study]) -> str:
    study, letter = extracted_study(loaded.id)
    return f"Extraction {letter} of {study}"


# --- the table -------------------------------------------------------------------------------------------------------

KINDS = (
    RecordKind(
        Kind.SOURCE,
        lambda review: review.sources,
        "sources",
        lambda node: short_name(node.reference),
        addresses.reference,
        own=_source,
        size=lambda _, node: f"; {views.READING[node.record.read]}",
        says=lambda node: (node.record, node.reference.type, dict(node.reference.fields)),
    ),
    RecordKind(
        Kind.STUDY,
        lambda review: review.studies,
        "studies",
        studies.study_name,
        addresses.study,
        own=studies.own,
        computed=studies.computed,
        size=lambda review, node: f" ({measures.persons(studies.counted(review, node))} counted)",
        size_before=lambda review, node: f" ({studies.counted_before(review, node)})",
    ),
    RecordKind(
        Kind.TREATMENT,
        lambda review: review.treatments,
        "treatments",
        lambda node: node.record.name,
        addresses.treatment,
        own=treatments.own,
        computed=treatments.computed,
    ),
    RecordKind(
        Kind.TOPIC,
        lambda review: review.topics,
        "topics",
        lambda loaded: loaded.record.title,
        addresses.topic,
        own=_topic,
    ),
    RecordKind(
        Kind.OUTCOME,
        lambda review: review.outcomes,
        "outcomes",
        lambda node: node.record.name,
        addresses.outcome,
        own=_outcome,
        place="evidence/outcomes.yaml",
    ),
    RecordKind(
        Kind.EXTRACTION,
        lambda review: review.evidence.extractions,
        "extractions",
        _extraction_name,
        lambda id_: addresses.study(extracted_study(id_)[0]),
        size=lambda *_: ", by one reader; not counted",
        place="evidence/studies/{}.yaml",
    ),
    RecordKind(
        Kind.CASE,
        lambda review: review.cases,
        "cases",
        lambda loaded: loaded.record.title,
        addresses.case,
    ),
)
"""Every kind of which a review holds many."""
