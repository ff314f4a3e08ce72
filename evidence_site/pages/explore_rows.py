"""What the Explore page is told of single studies and references: rows that stay as long as their records do.

They hold texts and sets of options themselves. ``explore_data`` gives them their places in the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from evidence_site import measures, records as r, views
from evidence_site.pages.explore_facets import NONE, Facet
from evidence_site.pages.site import Site
from evidence_site.review import Arm, Observation, SourceNode, StudyNode, count_persons, is_counted_elsewhere

Numbers = tuple[int, ...]
"""A set of options, or another list of numbers."""
Row = tuple[Any, ...]
"""A row as it is kept: a plain tuple is quicker to write and to read than one with names."""


class StudyRow(NamedTuple):
    """A study."""

    address: str
    name: str
    title: str
    note: str
    words: str
    year: int
    persons: int
    had: tuple[tuple[int, int, str], ...]
    """For each treatment its place, how many had it as its page counts them, and a note."""
    reports: tuple[str, ...]
    """Their keys."""
    treatment: Numbers
    outcome: Numbers
    pairs: Numbers
    design: str
    """As it is recorded, since the options depend on other studies; so is the country."""
    read: Numbers
    country: str
    counted: Numbers


class ArmRow(NamedTuple):
    """A person or group of a study."""

    label: str
    persons: int
    treatment: Numbers
    words: str


class ResultRow(NamedTuple):
    """A result of a study."""

    arm: int
    """The place of that in the study."""
    treatment: Numbers
    outcome: Numbers
    read: Numbers
    counted: Numbers
    persons: int | None
    value: str
    number: float | None
    unit: str
    statistic: str
    time: str
    months: float | None
    after: str
    site: str
    where: str
    note: str


class ReferenceRow(NamedTuple):
    """A reference, but for what its studies say."""

    address: str
    name: str
    flag: str
    words: str
    key: str
    year: int
    design: str
    read: Numbers


class Told(NamedTuple):
    """All rows of a study."""

    study: Row
    arms: tuple[Row, ...]
    results: tuple[Row, ...]


FROM_STUDIES = ("treatment", "outcome", "pairs", "country", "counted")
"""What references are filtered by, but for what their own records say."""


class Rows:
    """What stands in the rows of a review."""

    def __init__(self, site: Site, known: Mapping[str, Facet]) -> None:
        """``known`` are the facets by their ids."""
        self.site = site
        self.review = site.review
        self.facets = known
        self.words_of_agents = {
            (treatment.id, agent.name.casefold()): "; ".join(agent.synonyms)
            for treatment in self.review.treatments.values()
            for agent in treatment.record.agents
        }

    def told(self, study: StudyNode) -> Told:
        """All rows of a study."""
        places = {arm.id: place for place, arm in enumerate(study.arms)}
        results = (self._result(observation, places[observation.arm.id]) for observation in study.observations)
        arms = map(self._arm, study.arms)
        return Told(tuple(self._study(study)), tuple(map(tuple, arms)), tuple(map(tuple, results)))

    def reference(self, source: SourceNode) -> Row:
        """The row of a reference, but for what its studies say."""
        return tuple(self._reference(self.site.references[source.key]))

    def from_studies(self, studies: Sequence[StudyNode]) -> tuple[Numbers, ...]:
        """What the studies of a reference say: ``FROM_STUDIES``."""
        return (
            self._options("treatment", (t for study in studies for t in study.treatments or (NONE,))),
            self._options("outcome", (outcome for study in studies for outcome in _outcomes(study))),
            self._pair_codes(studies),
            self._options("country", (self.country(study.record.country) for study in studies)),
            self._options("counted", (self._counting(study) for study in studies)),
        )

    @cached_property
    def _country_ids(self) -> Mapping[str, str]:
        return {option.name: option.id for option in self.facets["country"].options}

    def country(self, country: str) -> str:
        """The option for a country as it is recorded."""
        return country if isinstance(country, r.Missing) else self._country_ids[country]

    def _options(self, facet: str, ids: Iterable[str]) -> Numbers:
        return self.facets[facet].set_of(ids)

    def _study(self, study: StudyNode) -> StudyRow:
        row = self.site.study_row(study)
        return StudyRow(
            address=row["address"],
            name=row["name"],
            title=row["title"],
            note=row["counted_note"],
            words=study.id,
            year=study.year or 0,
            persons=self._persons(study),
            had=tuple(self._had(study)),
            reports=tuple(ref.key for ref in study.references),
            treatment=self._options("treatment", study.treatments),
            outcome=self._options("outcome", _outcomes(study)),
            pairs=self._pair_codes([study]),
            design=study.record.design,
            read=self._options("read", self._read(study)),
            country=study.record.country,
            counted=self._options("counted", [self._counting(study)]),
        )

    def _arm(self, arm: Arm) -> ArmRow:
        words = "; ".join(self._words(arm))
        return ArmRow(arm.label or "", arm.n, self._options("treatment", arm.treatments), words)

    def _result(self, observation: Observation, arm_place: int) -> ResultRow:
        arm, result, study = observation.arm, observation.result, observation.study
        time = result.time if isinstance(result.time, r.Time) else None
        return ResultRow(
            arm=arm_place,
            treatment=self._options("treatment", observation.treatments),
            outcome=self._options("outcome", [result.outcome]),
            read=self._options("read", self._read(study, result.report)),
            counted=self._options("counted", [self._counting_of(arm)]),
            persons=observation.persons,
            value=measures.result_value(result, observation.persons),
            number=result.value if isinstance(result.value, int | float) else None,
            unit=result.unit or "",
            statistic=measures.words(result.statistic),
            time=measures.time(result.time, self.review.anchors),
            months=time.months if time else None,
            after=str(time.after) if time else str(result.time),
            site=result.site or "",
            where=result.where or "",
            note=result.note or "",
        )

    def _reference(self, ref: views.ReferenceView) -> ReferenceRow:
        record = ref.node.record
        words = [ref.key, *(shown for _, shown, _ in ref.identifiers), record.participants or ""]
        if ref.full.text != ref.listed.text:
            words.append(ref.full.text)
        return ReferenceRow(
            address=ref.address,
            name=ref.listed.text,
            flag=ref.flag,
            words="; ".join(word for word in words if word),
            key=ref.key,
            year=ref.node.reference.year or 0,
            design=record.design,
            read=self._options("read", [record.read]),
        )

    # --- what stands in them

    def _persons(self, study: StudyNode) -> int:
        return count_persons(study) if study.is_primary and study.id not in self.review.left_out else 0

    def _had(self, study: StudyNode) -> Iterator[tuple[int, int, str]]:
        for id_ in study.treatments:
            treatment = self.review.treatments.get(id_)
            if treatment:
                counted = study.is_primary and study.id not in treatment.left_out
                note = self.site.study_row(study, id_)["counted_note"]
                yield self.facets["treatment"].codes[id_], count_persons(study, id_) if counted else 0, note

    def _pair_codes(self, studies: Iterable[StudyNode]) -> Numbers:
        treatments, outcomes = self.facets["treatment"].codes, self.facets["outcome"].codes
        pairs = {pair for study in studies for pair in _pairs(study)} or {(NONE, NONE)}
        codes = (
            treatments[treatment] * len(outcomes) + outcomes[outcome]
            for treatment, outcome in pairs
            if treatment in treatments and outcome in outcomes
        )
        return tuple(sorted(codes))

    def _read(self, study: StudyNode, report: str | None = None) -> list[str]:
        # To have read a review that retells a study is not to have read it.
        own = [ref.key for ref in study.own_references]
        keys = [report] if report in own else own
        return [self.review.sources[key].record.read for key in keys if key in self.review.sources]

    def _counting(self, study: StudyNode) -> str:
        """Whether the persons of a study are counted: the id of an option."""
        if not study.is_primary or study.id in self.review.left_out:
            return self._counting_elsewhere(study)
        if count_persons(study):
            return "counted"
        if not study.arms:
            return "unrecorded"
        return "elsewhere" if any(arm.has_condition for arm in study.arms) else "without-condition"

    def _counting_of(self, arm: Arm) -> str:
        study = arm.study
        if not study.is_primary or study.id in self.review.left_out:
            return self._counting_elsewhere(study)
        if not arm.has_condition:
            return "without-condition"
        return "elsewhere" if is_counted_elsewhere(arm) else "counted"

    @staticmethod
    def _counting_elsewhere(study: StudyNode) -> str:
        why = study.not_counted
        return "without-condition" if why == "population" else why or "elsewhere"

    def _words(self, arm: Arm) -> Iterator[str]:
        """What an arm had, as its page says it, with other names of the agents."""
        for exposure in arm.record.exposures:
            treatment = self.review.treatments.get(exposure.treatment)
            name = treatment.record.name if treatment else exposure.treatment
            yield measures.exposure(exposure, name, self.review.anchors)
            if synonyms := self.words_of_agents.get((exposure.treatment, str(exposure.agent).casefold())):
                yield synonyms
        yield from arm.record.co_interventions


def _told(study: StudyNode) -> Iterator[tuple[str, Iterable[str]]]:
    """The outcomes that a study tells of, in results and in comparisons of its groups, each with the treatments."""
    for observation in study.observations:
        yield observation.result.outcome, observation.treatments
    for comparison in study.record.comparisons:
        for arm in (study.arm(comparison.group), study.arm(comparison.against)):
            yield comparison.outcome, arm.treatments if arm else ()


def _outcomes(study: StudyNode) -> tuple[str, ...]:
    return tuple(dict.fromkeys(outcome for outcome, _ in _told(study))) or (NONE,)


def _pairs(study: StudyNode) -> set[tuple[str, str]]:
    """Which outcomes a study tells of under which of its treatments, so that both can be asked for together."""
    mine = study.treatments or (NONE,)
    pairs = {
        (treatment, outcome)
        for outcome, treatments in _told(study)
        for treatment in (treatments if study.treatments else mine)
        if treatment in mine
    }
    return pairs if _outcomes(study) != (NONE,) else {(treatment, NONE) for treatment in mine}
