"""What differs between two states of a review, in the review's own words: studies, persons, certainty, statements.

``compare`` is pure. It stands behind What's new and can stand behind any other comparison of two versions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from evidence_site import addresses, measures, prose, records as r, summaries, views
from evidence_site.reference_style import short_name
from evidence_site.review import Observation, Review, SourceNode, StudyNode, TreatmentNode, count_persons


class Severity(StrEnum):
    """How much a change matters to who relies on the review, the worst first."""

    LOST = "lost"
    """Something that stood there is gone or no longer stands."""
    CHANGED = "changed"
    """A number, a rating or a conclusion is another one."""
    ADDED = "added"
    """Something is new."""
    EDITED = "edited"
    """Details, wording or a name."""


class Kind(StrEnum):
    """What a change is about."""

    STANDING = "standing"
    TREATMENT = "treatment"
    STUDY = "study"
    CASE = "case"
    TOPIC = "topic"
    OUTCOME = "outcome"
    SOURCE = "source"
    CERTAINTY = "certainty"
    PERSONS = "persons"
    FINDING = "finding"
    RESULT = "result"
    CONCLUSION = "conclusion"
    STATEMENT = "statement"
    READING = "reading"
    REVIEW = "review"
    DETAILS = "details"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: Kind
    severity: Severity
    subject: str
    """Of what it is told, by the name that its page has: ``Teriparatide``, ``Hong et al. 2018``."""
    text: str
    """What is different, as it follows behind the subject and a colon."""
    address: str = ""
    """The page that tells of it, in the new state, or in the old one if it is gone; perhaps with a fragment."""
    file: str = ""
    """The file of the record."""
    old: str = ""
    new: str = ""
    """What stood and what stands there, where this can be said in a few words."""

    @property
    def sentence(self) -> str:
        """Subject and text."""
        return f"{self.subject}: {self.text}"


_SEVERITIES = list(Severity)
_KINDS = list(Kind)


def compare(old: Review, new: Review) -> list[Change]:
    """Everything that differs, the worst first; empty if the two say the same."""
    found = chain(
        _review(old, new),
        _sources(old, new),
        _studies(old, new),
        _treatments(old, new),
        _topics(old, new),
        _outcomes(old, new),
        _cases(old, new),
    )
    return sorted(found, key=lambda c: (_SEVERITIES.index(c.severity), _KINDS.index(c.kind), c.sentence, c.address))


def study_name(study: StudyNode) -> str:
    """What pages call a study: its first report, or its id."""
    return next((short_name(reference) for reference in study.references), study.id)


# --- by id -----------------------------------------------------------------------------------------------------------

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Ids:
    added: Sequence[str]
    removed: Sequence[str]
    renamed: Mapping[str, str]
    """By the old id: the new one, under which the same stands word for word."""
    kept: Sequence[str]


def _ids(old: Mapping[str, T], new: Mapping[str, T], says: Callable[[T], object]) -> _Ids:
    added = [id_ for id_ in new if id_ not in old]
    renamed: dict[str, str] = {}
    for gone in (id_ for id_ in old if id_ not in new):
        same = [id_ for id_ in added if id_ not in renamed.values() and says(new[id_]) == says(old[gone])]
        if same:
            renamed[gone] = same[0]
    return _Ids(
        [id_ for id_ in added if id_ not in renamed.values()],
        [id_ for id_ in old if id_ not in new and id_ not in renamed],
        renamed,
        [id_ for id_ in new if id_ in old],
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """How changes speak of one kind of record."""

    kind: Kind
    word: str
    address: Callable[[str], str]
    file: Callable[[str], str]

    def added(self, id_: str, name: str, more: str = "") -> Change:
        text = f"{self.word} added{more}"
        return Change(self.kind, Severity.ADDED, name, text, self.address(id_), self.file(id_))

    def removed(self, id_: str, name: str, more: str = "") -> Change:
        text = f"{self.word} removed{more}"
        return Change(self.kind, Severity.LOST, name, text, self.address(id_), self.file(id_))

    def renamed(self, old: str, new: str, name: str) -> Change:
        text = f"{self.word} has a new address"
        return Change(self.kind, Severity.EDITED, name, text, self.address(new), self.file(new), old, new)

    def edited(self, id_: str, name: str) -> Change:
        return Change(Kind.DETAILS, Severity.EDITED, name, "details edited", self.address(id_), self.file(id_))

    def moved(
        self, id_: str, name: str, kind: Kind, what: str, old: str, new: str, *, severity: Severity = Severity.CHANGED
    ) -> Change:
        text = f"{what} changed from {old} to {new}"
        return Change(kind, severity, name, text, self.address(id_), self.file(id_), old, new)


def _file(folder: str) -> Callable[[str], str]:
    return lambda id_: f"evidence/{folder}/{id_}.yaml"


_STUDY = _Names(Kind.STUDY, "study", addresses.study, _file("studies"))
_SOURCE = _Names(Kind.SOURCE, "source", addresses.reference, _file("sources"))
_TREATMENT = _Names(Kind.TREATMENT, "treatment", addresses.treatment, _file("treatments"))
_TOPIC = _Names(Kind.TOPIC, "topic", addresses.topic, _file("topics"))
_OUTCOME = _Names(Kind.OUTCOME, "outcome", addresses.outcome, lambda _: "evidence/outcomes.yaml")
_CASE = _Names(Kind.CASE, "case", addresses.case, _file("cases"))
_REVIEW = _Names(Kind.REVIEW, "review", lambda _: addresses.HOME, lambda _: "evidence/review.yaml")


def _or_edited(changes: Iterable[Change], edited: Change) -> Iterator[Change]:
    """The changes of a record that is another one now; if none of them tells of it, that it was edited."""
    found = list(changes)
    yield from found or [edited]


# --- the review as a whole -------------------------------------------------------------------------------------------


def _review(old: Review, new: Review) -> Iterator[Change]:
    name = new.record.short_title
    if old.record != new.record:
        yield from _or_edited(_review_record(old.record, new.record), _REVIEW.edited("", name))
    if old.persons != new.persons:
        yield _REVIEW.moved("", name, Kind.PERSONS, "persons counted", f"{old.persons:,}", f"{new.persons:,}")


def _review_record(old: r.Review, new: r.Review) -> Iterator[Change]:
    name = new.short_title
    if old.searched_to != new.searched_to:
        before, after = (
            measures.MISSING[date] if isinstance(date, r.Missing) else views.day(date)
            for date in (old.searched_to, new.searched_to)
        )
        yield _REVIEW.moved("", name, Kind.REVIEW, "date of the search", before, after)
    if old.status != new.status:
        yield _REVIEW.moved("", name, Kind.REVIEW, "status", old.status, new.status)
    for part, what in (("question", "the review question"), ("summary", "the summary")):
        if getattr(old, part) != getattr(new, part):
            file = _REVIEW.file("")
            yield Change(Kind.CONCLUSION, Severity.CHANGED, name, f"{what} was rewritten", addresses.HOME, file)


# --- sources ---------------------------------------------------------------------------------------------------------


def _sources(old: Review, new: Review) -> Iterator[Change]:
    ids = _ids(old.sources, new.sources, lambda node: (node.record, _printed(node)))
    for key in ids.added:
        node = new.sources[key]
        yield _SOURCE.added(key, short_name(node.reference), f"; {views.READING[node.record.read]}")
    for key in ids.removed:
        yield _SOURCE.removed(key, short_name(old.sources[key].reference))
    for before, after in ids.renamed.items():
        yield _SOURCE.renamed(before, after, short_name(new.sources[after].reference))
    for key in ids.kept:
        one, two = old.sources[key], new.sources[key]
        if one.record != two.record or _printed(one) != _printed(two):
            yield from _or_edited(_source(one, two), _SOURCE.edited(key, short_name(two.reference)))


def _printed(node: SourceNode) -> object:
    return (node.reference.type, dict(node.reference.fields))


_FALLEN = frozenset({r.StandingStatus.RETRACTED, r.StandingStatus.EXPRESSION_OF_CONCERN})


def _source(old: SourceNode, new: SourceNode) -> Iterator[Change]:
    name = short_name(new.reference)
    one, two = old.record, new.record
    if one.read != two.read:
        before, after = measures.words(one.read), measures.words(two.read)
        yield _SOURCE.moved(new.key, name, Kind.READING, "how far it was read", before, after)
    if one.standing.status != two.standing.status:
        before, after = views.STANDING[one.standing.status], views.STANDING[two.standing.status]
        worse = two.standing.status in _FALLEN
        severity = Severity.LOST if worse else Severity.CHANGED
        if two.standing.status is r.StandingStatus.OK and one.standing.status is r.StandingStatus.NOT_CHECKED:
            severity = Severity.EDITED
        dated = f" ({views.day(two.standing.date)})" if two.standing.date else ""
        address, file = _SOURCE.address(new.key), _SOURCE.file(new.key)
        yield Change(Kind.STANDING, severity, name, f"{after}{dated}", address, file, before, after)


# --- studies ---------------------------------------------------------------------------------------------------------


def _studies(old: Review, new: Review) -> Iterator[Change]:
    ids = _ids(old.studies, new.studies, lambda node: node.record)
    for id_ in ids.added:
        study = new.studies[id_]
        yield _STUDY.added(id_, study_name(study), f" ({measures.persons(_counted(new, study))} counted)")
    for id_ in ids.removed:
        study = old.studies[id_]
        yield _STUDY.removed(id_, study_name(study), f" ({measures.persons(_counted(old, study))} were counted)")
    for before, after in ids.renamed.items():
        yield _STUDY.renamed(before, after, study_name(new.studies[after]))
    for id_ in ids.kept:
        one, two = old.studies[id_], new.studies[id_]
        counts = list(_persons_of_study(old, new, id_))
        yield from counts
        if one.record != two.record:
            found = list(_results(new, one, two))
            yield from found if found or counts else [_STUDY.edited(id_, study_name(two))]


def _counted(review: Review, study: StudyNode) -> int:
    return count_persons(study) if study.is_primary and study.id not in review.left_out else 0


def _persons_of_study(old: Review, new: Review, id_: str) -> Iterator[Change]:
    before, after = _counted(old, old.studies[id_]), _counted(new, new.studies[id_])
    if before != after:
        name = study_name(new.studies[id_])
        yield _STUDY.moved(id_, name, Kind.PERSONS, "persons counted", f"{before:,}", f"{after:,}")


def _results(review: Review, old: StudyNode, new: StudyNode) -> Iterator[Change]:
    """Results by where, when and of whom they tell: what is gone, what has another value, what is new."""
    before, after = _results_by_place(review, old), _results_by_place(review, new)
    name, address, file = study_name(new), _STUDY.address(new.id), _STUDY.file(new.id)
    for place in before.keys() | after.keys():
        one, two = before.get(place, []), after.get(place, [])
        gone, come = [v for v in one if v not in two], [v for v in two if v not in one]
        where = ", ".join(part for part in place if part)
        for was, now in zip(gone, come, strict=False):
            text = f"result is now {now}; it was {was} ({where})"
            yield Change(Kind.RESULT, Severity.CHANGED, name, text, address, file, was, now)
        for was in gone[len(come) :]:
            yield Change(Kind.RESULT, Severity.LOST, name, f"result removed: {was} ({where})", address, file, was)
        for now in come[len(gone) :]:
            yield Change(Kind.RESULT, Severity.ADDED, name, f"result added: {now} ({where})", address, file, "", now)


def _results_by_place(review: Review, study: StudyNode) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for observation in study.observations:
        place, value = _place_and_value(review, observation)
        found.setdefault(place, []).append(value)
    return found


def _place_and_value(review: Review, observation: Observation) -> tuple[tuple[str, ...], str]:
    result, arm = observation.result, observation.arm
    outcome = review.outcomes.get(result.outcome)
    place = (
        outcome.record.name if outcome else result.outcome,
        result.site or "",
        arm.label,
        measures.time(result.time, review.anchors),
    )
    return place, measures.result_value(result, arm.n)


# --- treatments ------------------------------------------------------------------------------------------------------


def _treatments(old: Review, new: Review) -> Iterator[Change]:
    ids = _ids(old.treatments, new.treatments, lambda node: node.record)
    for id_ in ids.added:
        yield _TREATMENT.added(id_, new.treatments[id_].record.name)
    for id_ in ids.removed:
        yield _TREATMENT.removed(id_, old.treatments[id_].record.name)
    for before, after in ids.renamed.items():
        yield _TREATMENT.renamed(before, after, new.treatments[after].record.name)
    for id_ in ids.kept:
        one, two = old.treatments[id_], new.treatments[id_]
        if one.record != two.record:
            yield from _or_edited(_treatment_record(new, one, two), _TREATMENT.edited(id_, two.record.name))
        yield from _treatment_counts(old, new, id_)


def _treatment_record(review: Review, old: TreatmentNode, new: TreatmentNode) -> Iterator[Change]:
    name, address, file = new.record.name, _TREATMENT.address(new.id), _TREATMENT.file(new.id)
    if old.record.bottom_line != new.record.bottom_line:
        before, after = prose.plain(old.record.bottom_line), prose.plain(new.record.bottom_line)
        text = "the bottom line was rewritten"
        yield Change(Kind.CONCLUSION, Severity.CHANGED, name, text, address, file, before, after)
    yield from _certainty(review, old, new)
    yield from _statements(name, address, file, treatment_statements(old.record), treatment_statements(new.record))


def treatment_statements(record: r.Treatment) -> Iterator[r.Statement]:
    """Every statement of a treatment."""
    for group in (record.statements, record.mechanism, *(record.cautions[key] for key in record.cautions)):
        if not isinstance(group, r.Missing):
            yield from group


def _certainty(review: Review, old: TreatmentNode, new: TreatmentNode) -> Iterator[Change]:
    before = {node.record.outcome: node for node in old.certainty}
    after = {node.record.outcome: node for node in new.certainty}
    for outcome in [*after, *(id_ for id_ in before if id_ not in after)]:
        was = measures.words(before[outcome].level) if outcome in before else ""
        now = measures.words(after[outcome].level) if outcome in after else ""
        if was == now:
            continue
        severity = Severity.CHANGED
        said = review.outcomes[outcome].record.name if outcome in review.outcomes else outcome
        if not was:
            severity, text = Severity.ADDED, f"certainty for “{said}” rated: {now}"
        elif not now:
            severity, text = Severity.LOST, f"certainty for “{said}” is no longer rated; it was {was}"
        else:
            text = f"certainty for “{said}” changed from {was} to {now}"
        address = f"{_TREATMENT.address(new.id)}#outcome-{outcome}"
        yield Change(Kind.CERTAINTY, severity, new.record.name, text, address, _TREATMENT.file(new.id), was, now)


def _treatment_counts(old: Review, new: Review, id_: str) -> Iterator[Change]:
    """What the studies of a treatment add up to: its persons, and its row in the findings table."""
    one, two = old.treatments[id_], new.treatments[id_]
    name = two.record.name
    if one.persons != two.persons:
        yield _TREATMENT.moved(id_, name, Kind.PERSONS, "persons counted", f"{one.persons:,}", f"{two.persons:,}")
    columns = {column.title: column for column in old.record.findings_table}
    for column in new.record.findings_table:
        if columns.get(column.title) != column:
            continue
        was, now = summaries.cell(old, one, column), summaries.cell(new, two, column)
        if was != now:
            before, after = _in_words(was), _in_words(now)  # these can hold a “to” themselves
            text = f"“{column.title}” is now {after}; it was {before}"
            address, file = _TREATMENT.address(id_), _TREATMENT.file(id_)
            yield Change(Kind.FINDING, Severity.CHANGED, name, text, address, file, before, after)


def _in_words(cell: summaries.Cell) -> str:
    return f"{cell.value} ({cell.behind})" if cell.value else "not reported"


# --- statements ------------------------------------------------------------------------------------------------------


def _statements(
    name: str, address: str, file: str, old: Iterable[r.Statement], new: Iterable[r.Statement]
) -> Iterator[Change]:
    """Statements that are gone, say something else, lost a source or are new. One that only moved is no change."""
    before, after = _by_id(old), _by_id(new)
    said_before, said_after = set(before.values()), set(after.values())
    for id_, text in after.items():
        anchor = f"{address}#{id_}"
        if id_ in before and before[id_] != text:
            yield _rewritten(name, anchor, file, before[id_], text)
        elif id_ not in before and text not in said_before:
            said = f"statement added: “{_short(text)}”"
            yield Change(Kind.STATEMENT, Severity.ADDED, name, said, anchor, file, "", prose.plain(text))
    for id_, text in before.items():
        if id_ not in after and text not in said_after:
            said = f"statement removed: “{_short(text)}”"
            yield Change(Kind.STATEMENT, Severity.LOST, name, said, address, file, prose.plain(text))


def _rewritten(name: str, anchor: str, file: str, old: str, new: str) -> Change:
    before, after = prose.plain(old), prose.plain(new)
    lost, won = _keys(old) - _keys(new), _keys(new) - _keys(old)
    if lost and not _keys(new):
        severity, text = Severity.LOST, f"statement lost all its sources: “{_short(new)}”"
    elif lost and not won:
        severity, text = Severity.LOST, f"statement lost {_sources_counted(lost)}: “{_short(new)}”"
    elif before != after:
        severity, text = Severity.CHANGED, f"statement changed: “{_short(new)}”"
    elif won:
        severity, text = Severity.ADDED, f"statement won {_sources_counted(won)}: “{_short(new)}”"
    else:
        severity, text = Severity.EDITED, f"statement cites other places: “{_short(new)}”"
    return Change(Kind.STATEMENT, severity, name, text, anchor, file, before, after)


def _sources_counted(keys: Collection[str]) -> str:
    return measures.counted(len(keys), "source", "sources")


def _keys(text: str) -> set[str]:
    return {citation.key for cluster in prose.parse(text).clusters for citation in cluster.citations}


def _by_id(statements: Iterable[r.Statement]) -> dict[str, str]:
    found: dict[str, str] = {}
    for statement in statements:
        found.setdefault(statement.id, statement.text)
    return found


_LONGEST = 160


def _short(text: str) -> str:
    """The beginning of a statement, cut between words."""
    words = prose.plain(text)
    if len(words) <= _LONGEST:
        return words
    return words[:_LONGEST].rpartition(" ")[0].rstrip(".,;:") + " …"


# --- topics, outcomes, cases -----------------------------------------------------------------------------------------


def _topics(old: Review, new: Review) -> Iterator[Change]:
    ids = _ids(old.topics, new.topics, lambda loaded: loaded.record)
    for id_ in ids.added:
        yield _TOPIC.added(id_, new.topics[id_].record.title)
    for id_ in ids.removed:
        yield _TOPIC.removed(id_, old.topics[id_].record.title)
    for before, after in ids.renamed.items():
        yield _TOPIC.renamed(before, after, new.topics[after].record.title)
    for id_ in ids.kept:
        one, two = old.topics[id_].record, new.topics[id_].record
        if one != two:
            name, address, file = two.title, _TOPIC.address(id_), _TOPIC.file(id_)
            found = _statements(name, address, file, topic_statements(one), topic_statements(two))
            yield from _or_edited(found, _TOPIC.edited(id_, name))


def topic_statements(record: r.Topic) -> Iterator[r.Statement]:
    """Every statement of a topic."""
    for section in record.sections:
        yield from section.statements


def _outcomes(old: Review, new: Review) -> Iterator[Change]:
    ids = _ids(old.outcomes, new.outcomes, lambda node: node.record)
    for id_ in ids.added:
        yield _OUTCOME.added(id_, new.outcomes[id_].record.name)
    for id_ in ids.removed:
        yield _OUTCOME.removed(id_, old.outcomes[id_].record.name)
    for id_ in ids.kept:
        one, two = old.outcomes[id_].record, new.outcomes[id_].record
        if one != two:
            found = _outcome(id_, one, two)
            yield from _or_edited(found, _OUTCOME.edited(id_, two.name))


def _outcome(id_: str, old: r.Outcome, new: r.Outcome) -> Iterator[Change]:
    if old.importance != new.importance:
        before, after = measures.words(old.importance), measures.words(new.importance)
        yield _OUTCOME.moved(id_, new.name, Kind.CONCLUSION, "importance", before, after)
    yield from _statements(new.name, _OUTCOME.address(id_), _OUTCOME.file(id_), old.statements, new.statements)


def _cases(old: Review, new: Review) -> Iterator[Change]:
    ids = _ids(old.cases, new.cases, lambda loaded: loaded.record)
    for id_ in ids.added:
        yield _CASE.added(id_, new.cases[id_].record.title)
    for id_ in ids.removed:
        yield _CASE.removed(id_, old.cases[id_].record.title)
    for before, after in ids.renamed.items():
        yield _CASE.renamed(before, after, new.cases[after].record.title)
    for id_ in ids.kept:
        one, two = old.cases[id_].record, new.cases[id_].record
        if one != two:
            yield _CASE.edited(id_, two.title)
