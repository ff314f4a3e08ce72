"""What every kind of page reads: the review, its references ready to show, and the counts that several pages give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from evidence_site import addresses, measures, records as r, views
from evidence_site.abbreviations import Abbreviations
from evidence_site.extractions import Pair, pairs
from evidence_site.history import Revision
from evidence_site.look_alikes import PersonPair, StudyPair, look_alike_persons, look_alike_studies
from evidence_site.news import News
from evidence_site.page import Spec
from evidence_site.pages.inputs import Inputs
from evidence_site.pieces import EACH_TIME, Pieces
from evidence_site.reference_style import short_name
from evidence_site.review import Review, SourceNode, StudyNode, TreatmentNode, count_persons
from evidence_site.summaries import Findings, findings
from evidence_site.synthesis import Analysis, analyses


@dataclass(frozen=True, slots=True)
class Settings:
    """What the site's settings say that pages need."""

    repository: str = ""
    """Address of the repository, without a slash at the end; empty if there is none."""
    branch: str = "main"
    url: str = ""
    """Where the site is published, with a slash at the end; empty if that is not known."""
    name: str = ""
    """What the site is called."""


T = TypeVar("T")


class _Lazily(Mapping[str, T]):
    """Something made of each source, when it is first asked for."""

    def __init__(self, sources: Mapping[str, SourceNode], make: Callable[[SourceNode], T]) -> None:
        self._sources = sources
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        if key not in self._made:
            self._made[key] = self._make(self._sources[key])
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        return key in self._sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


@dataclass(frozen=True)
class Site:
    """The review as pages see it."""

    review: Review
    root: Path
    """The review's folder: its docs/ are read."""
    changes: Mapping[str, Revision]
    """The commit that last changed each file."""
    settings: Settings
    news: News = News()  # noqa: RUF009  # it is frozen
    """What the newest commits changed."""
    inputs: Inputs | None = None
    """The digests of what pages are made from; without them every page is made."""
    pieces: Pieces = EACH_TIME
    """What is known of single studies and sources already."""

    @cached_property
    def references(self) -> Mapping[str, views.ReferenceView]:
        """Every reference, by key, ready to be shown: each is made when it is asked for."""
        return _Lazily(self.review.sources, lambda node: views.reference(node, self._forms(node)))

    def _forms(self, source: SourceNode) -> views.Formatted:
        return self.pieces.of_source("forms", source, views.formatted)

    @cached_property
    def marks(self) -> Mapping[str, str]:
        """What stands wherever a source is cited whose results may not hold, by its key."""
        grave = (r.StandingStatus.RETRACTED, r.StandingStatus.EXPRESSION_OF_CONCERN)
        standings = {key: node.record.standing.status for key, node in self.review.sources.items()}
        return {key: views.STANDING[status] for key, status in standings.items() if status in grave}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """A short name for every reference: ``Hong et al. 2018``."""
        return _Lazily(self.review.sources, lambda node: short_name(node.reference))

    def study_name(self, study: StudyNode) -> str:
        """A study by the short name of its first report: ``Hong et al. 2018``."""
        for reference in study.references:
            if reference.key in self.labels:
                return self.labels[reference.key]
        return study.id

    def study_link(self, study: StudyNode) -> dict[str, str]:
        """Name, address and title of a study, for a link."""
        return {"name": self.study_name(study), "address": addresses.study(study.id), "title": study.record.title}

    def study_row(self, study: StudyNode, treatment: str | None = None) -> dict[str, Any]:
        """A study as a row of a table; with a treatment, its persons who had that. Where none count a note says why."""
        persons = count_persons(study, treatment)
        note = self._not_counted(study, treatment, persons)
        reads = dict.fromkeys(
            measures.words(self.review.sources[ref.key].record.read)
            for ref in study.own_references
            if ref.key in self.review.sources
        )
        retold = [self.labels[key] for key in sorted(study.retold_by) if key in self.labels]
        return {
            **self.study_link(study),
            "design": views.DESIGNS[study.record.design],
            "persons": "—" if note else f"{persons:,}" if persons else "not known",
            "counted_note": note,
            "treatments": ", ".join(
                self.review.treatments[t].record.name for t in study.treatments if t in self.review.treatments
            ),
            "read": ", ".join(reads) + (f"; retold by {', '.join(retold)}" if retold else ""),
        }

    def _not_counted(self, study: StudyNode, treatment: str | None, persons: int) -> str:
        """Why nobody of a study counts; empty if somebody does, or if nobody says how many there were."""
        left_out = self.review.treatments[treatment].left_out if treatment else self.review.left_out
        if not study.is_primary:
            return _NOT_COUNTED[study.not_counted]
        if study.id in left_out:
            return f"Left out of the count: likely the same as in {self.study_name(left_out[study.id])}."
        had = [arm for arm in study.arms if treatment is None or treatment in arm.treatments]
        if persons or not had:
            return ""
        if any(arm.has_condition for arm in had):
            return "Its persons are counted in another study."
        return "Without the condition; not counted."

    def treatment_counts(self, node: TreatmentNode) -> str:
        """How many persons, studies and reports a treatment has, in words."""
        counted = node.counted_studies
        text = f"{measures.counts(node.reports, len(counted), node.persons)} {self.persons_are}, each counted once."
        text += _left_out_words(len(node.left_out))
        retracted = sum(study.is_retracted for study in node.studies)
        others = len(node.studies) - len(counted) - retracted
        if others:
            text += (
                f" {measures.counted(others, 'more study', 'more studies')} of other populations, or retelling these."
            )
        text += _retracted_words(retracted)
        return text

    def review_counts(self) -> str:
        """How many persons, studies and reports the review has, in words."""
        review = self.review
        others = len(review.studies) - len(review.counted_studies) - len(review.retracted)
        text = (
            f"{measures.counts(review.reports, len(review.counted_studies), review.persons)} {self.persons_are}, "
            f"each counted once.{_left_out_words(len(review.left_out))}"
        )
        if others:
            more = measures.counted(others, "more study is", "more studies are")
            text += f" {more} of other populations or retell studies."
        return text + _retracted_words(len(review.retracted))

    @property
    def syntheses(self) -> Mapping[str, tuple[Analysis, ...]]:
        """The pooled estimates that each treatment asks for, by treatment."""
        return self.review.once(analyses)

    @cached_property
    def overlapped_by(self) -> Mapping[str, Sequence[tuple[StudyNode, str]]]:
        """By study: those whose records say that they may hold the same persons, and how surely, in their order."""
        found: dict[str, list[tuple[StudyNode, str]]] = {}
        for study in self.review.studies.values():
            for overlap in study.record.overlaps:
                found.setdefault(overlap.study, []).append((study, overlap.status))
        return found

    @cached_property
    def findings(self) -> Mapping[str, Findings]:
        """What the studies of each treatment add up to, by treatment."""
        return findings(self.review, self.pieces)

    @property
    def persons_are(self) -> str:
        """What is said of the persons who are counted: ``with the condition``."""
        return self.review.record.condition.persons

    @cached_property
    def undecided(self) -> int:
        """How many pairs of persons or studies look alike, with nobody having decided whether they are the same."""
        return len(self.alike_persons) + len(self.alike_studies)

    @property
    def alike_persons(self) -> Sequence[PersonPair]:
        """Persons who look alike, with nobody having decided whether they are the same."""
        return self.review.once(look_alike_persons)

    @property
    def alike_studies(self) -> Sequence[StudyPair]:
        """Studies that look alike, with nobody having decided whether they hold the same persons."""
        return self.review.once(look_alike_studies)

    def source_counts(self) -> str:
        """How many sources there are and how far they were read, in words."""
        counts = self.review.read_counts
        ways = {
            r.Reading.FULL_TEXT: "the full text of",
            r.Reading.ABSTRACT: "the abstract of",
            r.Reading.TITLE: "only the title of",
        }
        *others, last = [f"{words} {counts[way]}" for way, words in ways.items() if counts[way]] or ["nothing"]
        said = f"{', '.join(others)} and {last}" if others else last
        return f"{measures.counted(len(self.review.sources), 'source', 'sources')}: {said} was read."

    def source_file(self, key: str) -> str:
        """The file of a source record; empty if there is none."""
        node = self.review.sources.get(key)
        return node.loaded.document.file if node else ""

    def index_list(self) -> views.ReferenceView | None:
        """The index article, if the review has one."""
        article = self.review.record.index_article
        return self.references.get(article.source) if article else None

    def printed(self, source: SourceNode) -> str:
        """A reference as a list of references prints it, as plain text."""
        return self._forms(source)[0].text

    @cached_property
    def by_author(self) -> Sequence[SourceNode]:
        """All sources in the order of the printed form of their references."""
        return sorted(self.review.sources.values(), key=lambda source: (self.printed(source).casefold(), source.key))

    def record_files(self) -> list[str]:
        """Every file of the evidence that is published, in order."""
        evidence = self.review.evidence
        files = {"evidence/review.yaml", "evidence/outcomes.yaml", "evidence/references.bib"}
        files |= {file for study in self.review.studies for file in self.extraction_files(study)}
        return sorted(files | {loaded.document.file for loaded in evidence.all_records()})

    @cached_property
    def all_files(self) -> tuple[str, ...]:
        """The same for a page that tells of all of it: first the review itself, which whoever edits looks for."""
        return tuple(dict.fromkeys(["evidence/review.yaml", *self.record_files()]))

    @cached_property
    def extracted_twice(self) -> Mapping[str, Pair]:
        """Studies that two readers extracted without knowing of each other, by id."""
        return pairs(self.review.evidence)

    def extraction_files(self, study: str) -> list[str]:
        """The files of the two extractions of a study: published once they are adjudicated, and not before."""
        pair = self.extracted_twice.get(study)
        return [pair.a.document.file, pair.b.document.file] if pair and pair.adjudicated else []

    def revision(self, spec: Spec) -> Revision | None:
        """The newest commit that touched the files behind a page."""
        if spec.files not in self._revisions:
            found = (self.changes[file] for file in spec.files if file in self.changes)
            self._revisions[spec.files] = max(found, default=None)
        return self._revisions[spec.files]

    @cached_property
    def _revisions(self) -> dict[tuple[str, ...], Revision | None]:
        return {}

    @cached_property
    def long_forms(self) -> Mapping[str, str]:
        """What every abbreviation of the review stands for, in the order of the letters."""
        record = self.review.record
        found = {o.record.abbreviation: o.record.name for o in self.review.outcomes.values() if o.record.abbreviation}
        if record.condition.abbreviation:
            found[record.condition.abbreviation] = record.condition.name
        found |= {item.short: item.long for item in record.abbreviations}
        return {short: found[short] for short in sorted(found, key=lambda short: (short.casefold(), short))}

    @cached_property
    def short_forms(self) -> Abbreviations:
        """The abbreviations as they are found in prose."""
        return Abbreviations(self.long_forms)

    @cached_property
    def _records(self) -> Mapping[str, r.Record]:
        """Records by their file, if that holds one alone."""
        return {one.document.file: one.record for one in self.review.evidence.all_records() if not one.prefix}

    def readers(self, record: r.Record) -> str:
        """Who extracted or wrote a record and who checked it, in words; empty for what has no readers."""
        return views.readers_in_words(self.review.record, record)

    def record_of(self, spec: Spec) -> dict[str, Any]:
        """What stands behind a page: when it changed, copies of its records, and where to edit the first."""
        revision = self.revision(spec)
        changed = revision.day if revision else None
        edit = ""
        if spec.files and self.settings.repository:
            edit = f"{self.settings.repository}/edit/{self.settings.branch}/{spec.files[0]}"
        records = [file for file in spec.files if file.startswith("evidence/")]
        own = self._records.get(records[0]) if spec.template in _OF_ONE_RECORD and records else None
        return {
            "made_of_files": bool(spec.files),
            "changed": changed,
            "changed_text": views.day(changed) if changed else "",
            "edit": edit,
            "copies": [(file, addresses.record_copy(file)) for file in records[:3]],
            "more": max(0, len(records) - 3),
            "readers": self.readers(own) if own else "",
        }


_OF_ONE_RECORD = frozenset({"reference", "case", "treatment", "topic"})
"""Pages below which it stands who read the record. A study's page says it in its own place, lists of records do not."""


_NOT_COUNTED = {
    "retracted": "Retracted; not counted.",
    "retold": "Retells other studies; its persons are not counted again.",
    "population": "Other population; not counted.",
}


def _retracted_words(studies: int) -> str:
    return f" {measures.counted(studies, 'more was', 'more were')} retracted." if studies else ""


def _left_out_words(studies: int) -> str:
    if not studies:
        return ""
    add = "adds nobody: its persons are" if studies == 1 else "add nobody: their persons are"
    return f" {measures.counted(studies, 'of these studies', 'of these studies')} {add} likely in another."


def outcome_anchor(outcome: str) -> str:
    """Where a treatment's page tells of an outcome."""
    return f"outcome-{outcome}"


def treatment_anchor(treatment: str) -> str:
    """Where an outcome's page tells of a treatment; of no treatment if it is empty."""
    return f"treatment-{treatment or 'none'}"


def anchored(result: views.OutcomeResults) -> dict[str, Any]:
    """The results of one outcome or treatment with the id of their heading."""
    is_of_outcome = result.address.startswith(addresses.OUTCOMES)
    anchor = outcome_anchor(result.id) if is_of_outcome else treatment_anchor(result.id)
    fields = ("name", "address", "certainty", "direct", "other", "has_retracted", "comparisons")
    return {"anchor": anchor, **{field: getattr(result, field) for field in fields}}


DIRECTIONS = {
    r.Direction.HIGHER_IS_BETTER: "more",
    r.Direction.LOWER_IS_BETTER: "less",
    r.Direction.NEITHER: "neither more nor less",
}
"""Which way an outcome is good, in words."""
