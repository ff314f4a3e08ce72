"""What the Explore page loads: every study, result and reference as columns of numbers, for explore-model.js.

Each text stands once in ``texts`` and each list of numbers once in ``sets``; columns point into both. What a row can be
filtered by is a set of options of a facet, so that one pass over small numbers finds the rows and counts the options.
``explore_parts`` makes files of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evidence_site import addresses, measures, records as r, views
from evidence_site.page import slug
from evidence_site.pages.site import Site
from evidence_site.review import Arm, Observation, StudyNode, count_persons, is_counted_elsewhere

FORMAT = 3
"""Raised when the shape changes in a way that a script kept by a browser could not read."""

NONE = "none"
"""The option of rows that have no other option of a facet."""

COUNTING = {
    "counted": "Counted",
    "elsewhere": "Not counted: likely told elsewhere",
    "without-condition": "Not counted: without the condition",
    "retold": "Not counted: retells other studies",
    "unrecorded": "No person or group recorded",
    NONE: "No study recorded",
}
"""Whether persons are counted in the review, as its totals count them, and why not."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to filter by."""

    id: str
    name: str
    words: str = ""
    """What else it is found by."""
    address: str = ""
    """Its page, if it has one."""


@dataclass(frozen=True)
class Facet:
    """A side of studies, results and references by which all of them can be filtered."""

    id: str
    name: str
    options: tuple[Option, ...]

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """The place of each option."""
        return {option.id: code for code, option in enumerate(self.options)}

    def set_of(self, ids: Iterable[str]) -> tuple[int, ...]:
        """The options with these ids in their order, or the option for none of them."""
        codes = sorted({self.codes[id_] for id_ in ids if id_ in self.codes})
        return tuple(codes) if codes or NONE not in self.codes else (self.codes[NONE],)


def facets(site: Site) -> tuple[Facet, ...]:
    """Every facet with its options, in the order of the page."""
    review = site.review
    treatments = [
        Option(t.id, t.record.name, "; ".join(t.record.synonyms), addresses.treatment(t.id))
        for t in review.treatments.values()
    ]
    outcomes = [
        Option(
            o.id, o.record.name, "; ".join((o.record.abbreviation or "", *o.record.synonyms)), addresses.outcome(o.id)
        )
        for o in review.outcomes.values()
    ]
    used = {node.record.design for node in review.studies.values()}
    used |= {node.record.design for node in review.sources.values()}
    designs = [Option(design, sentence(views.DESIGNS[design])) for design in r.Design if design in used]
    readings = [
        Option(level, {"full_text": "Full text"}.get(level, sentence(level)))
        for level in (r.Reading.FULL_TEXT, r.Reading.ABSTRACT, r.Reading.TITLE)
    ]
    counting = [Option(id_, name) for id_, name in COUNTING.items()]
    return (
        Facet("treatment", "Treatment", (*treatments, Option(NONE, "No treatment recorded"))),
        Facet("outcome", "Outcome", (*outcomes, Option(NONE, "No result recorded"))),
        Facet("design", "Design", tuple(designs)),
        Facet("read", "How far it was read", (*readings, Option(NONE, "Not recorded"))),
        Facet("country", "Country", tuple(_countries(site))),
        Facet("counted", "Counted in the review", tuple(counting)),
    )


def sentence(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _countries(site: Site) -> Iterator[Option]:
    named = {study.record.country for study in site.review.studies.values()}
    missing = [value for value in r.Missing if value in named]
    taken: set[str] = {NONE, *missing}
    for name in sorted(str(value) for value in named if not isinstance(value, r.Missing)):
        id_, n = slug(name), 1
        while id_ in taken:
            n += 1
            id_ = f"{slug(name)}-{n}"
        taken.add(id_)
        yield Option(id_, name)
    for value in missing:
        yield Option(value, sentence(measures.MISSING[value]))
    yield Option(NONE, "No study recorded")


def explore_data(site: Site) -> dict[str, Any]:
    """All of it: the same for the same review. The texts of options come first among the texts."""
    return _Tables(site).whole()


class _Tables:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.review = site.review
        self.studies = list(site.review.studies.values())
        self.references = site.by_author()
        self.texts: dict[str, int] = {"": 0}
        self.sets: dict[tuple[int, ...], int] = {(): 0}
        self.notes: dict[str, int] = {"": 0}
        self.facets = {facet.id: facet for facet in facets(site)}
        self.study_rows = {study.id: row for row, study in enumerate(self.studies)}
        self.reference_rows = {ref.key: row for row, ref in enumerate(self.references)}
        self.country_ids = {option.name: option.id for option in self.facets["country"].options}
        self.words_of_agents = {
            (treatment.id, agent.name.casefold()): "; ".join(agent.synonyms)
            for treatment in self.review.treatments.values()
            for agent in treatment.record.agents
        }

    def whole(self) -> dict[str, Any]:
        options = {
            facet.id: _columns(
                {
                    "id": option.id,
                    "name": self.text(option.name),
                    "words": self.text(option.words),
                    "address": self.text(option.address),
                }
                for option in facet.options
            )
            for facet in self.facets.values()
        }
        tables = {
            "studies": _columns(self._study(study) for study in self.studies),
            "arms": _columns(self._arm(arm) for study in self.studies for arm in study.arms),
            "results": _columns(self._results()),
            "references": _columns(self._reference(ref) for ref in self.references),
        }
        return {
            "format": FORMAT,
            "facets": options,
            **tables,
            "notes": list(self.notes),
            "sets": [list(numbers) for numbers in self.sets],
            "texts": list(self.texts),
        }

    def text(self, text: str | None) -> int:
        return self.texts.setdefault(text or "", len(self.texts))

    def set(self, numbers: Iterable[int]) -> int:
        return self.sets.setdefault(tuple(numbers), len(self.sets))

    def options(self, facet: str, ids: Iterable[str]) -> int:
        return self.set(self.facets[facet].set_of(ids))

    # --- rows

    def _study(self, study: StudyNode) -> dict[str, object]:
        row = self.site.study_row(study)
        return {
            "address": self.text(row["address"]),
            "name": self.text(row["name"]),
            "title": self.text(row["title"]),
            "note": self.text(row["counted_note"]),
            "words": self.text(study.id),
            "year": study.year or 0,
            "persons": self._persons(study),
            "had": self.set(self._had(study)),
            "reports": self.set(self.reference_rows[ref.key] for ref in study.references),
            "treatment": self.options("treatment", study.treatments),
            "outcome": self.options("outcome", _outcomes(study)),
            "pairs": self.set(self._pair_codes([study])),
            "design": self.options("design", [study.record.design]),
            "read": self.options("read", self._read(study)),
            "country": self.options("country", [self._country(study)]),
            "counted": self.options("counted", [self._counting(study)]),
        }

    def _arm(self, arm: Arm) -> dict[str, object]:
        return {
            "study": self.study_rows[arm.study.id],
            "label": self.text(arm.label),
            "persons": arm.n,
            "treatment": self.options("treatment", arm.treatments),
            "words": self.text("; ".join(self._words(arm))),
        }

    def _results(self) -> Iterator[dict[str, object]]:
        arms = {(arm.study.id, arm.id): row for row, arm in enumerate(a for s in self.studies for a in s.arms)}
        for study in self.studies:
            for observation in study.observations:
                yield self._result(observation, arms[study.id, observation.arm.id])

    def _result(self, observation: Observation, arm_row: int) -> dict[str, object]:
        arm, result, study = observation.arm, observation.result, observation.study
        time = result.time if isinstance(result.time, r.Time) else None
        is_number = isinstance(result.value, int | float)
        return {
            "study": self.study_rows[study.id],
            "arm": arm_row,
            "treatment": self.options("treatment", observation.treatments),
            "outcome": self.options("outcome", [result.outcome]),
            "read": self.options("read", self._read(study, result.report)),
            "counted": self.options("counted", [self._counting_of(arm)]),
            "persons": observation.persons,
            "value": self.text(measures.result_value(result, observation.persons)),
            "number": result.value if is_number else None,
            "unit": self.text(result.unit),
            "statistic": self.text(measures.words(result.statistic)),
            "time": self.text(measures.time(result.time, self.review.anchors)),
            "months": time.months if time else None,
            "after": self.text(str(time.after) if time else str(result.time)),
            "site": self.text(result.site),
            "where": self.text(result.where),
            "note": self.text(result.note),
        }

    def _reference(self, ref: views.ReferenceView) -> dict[str, object]:
        record, studies = ref.node.record, ref.node.studies
        words = [ref.key, *(shown for _, shown, _ in ref.identifiers), record.participants or ""]
        if ref.full.text != ref.listed.text:
            words.append(ref.full.text)
        return {
            "address": self.text(ref.address),
            "name": self.text(ref.listed.text),
            "flag": self.text(ref.flag),
            "words": self.text("; ".join(word for word in words if word)),
            "key": self.text(ref.key),
            "year": ref.node.reference.year or 0,
            "studies": self.set(sorted(self.study_rows[study.id] for study in studies)),
            "treatment": self.options("treatment", (t for study in studies for t in study.treatments or (NONE,))),
            "outcome": self.options("outcome", (outcome for study in studies for outcome in _outcomes(study))),
            "pairs": self.set(self._pair_codes(studies)),
            "design": self.options("design", [record.design]),
            "read": self.options("read", [record.read]),
            "country": self.options("country", (self._country(study) for study in studies)),
            "counted": self.options("counted", (self._counting(study) for study in studies)),
        }

    # --- what stands in them

    def _persons(self, study: StudyNode) -> int:
        return count_persons(study) if study.is_primary and study.id not in self.review.left_out else 0

    def _had(self, study: StudyNode) -> Iterator[int]:
        """For each treatment three numbers: its place, how many had it as its page counts them, and a note."""
        for id_ in study.treatments:
            treatment = self.review.treatments.get(id_)
            if treatment:
                counted = study.is_primary and study.id not in treatment.left_out
                yield self.facets["treatment"].codes[id_]
                yield count_persons(study, id_) if counted else 0
                yield self.notes.setdefault(self.site.study_row(study, id_)["counted_note"], len(self.notes))

    def _pair_codes(self, studies: Iterable[StudyNode]) -> list[int]:
        treatments, outcomes = self.facets["treatment"].codes, self.facets["outcome"].codes
        pairs = {pair for study in studies for pair in _pairs(study)} or {(NONE, NONE)}
        return sorted(
            treatments[treatment] * len(outcomes) + outcomes[outcome]
            for treatment, outcome in pairs
            if treatment in treatments and outcome in outcomes
        )

    def _read(self, study: StudyNode, report: str | None = None) -> list[str]:
        # To have read a review that retells a study is not to have read it.
        own = [ref.key for ref in study.own_references]
        keys = [report] if report in own else own
        return [self.review.sources[key].record.read for key in keys if key in self.review.sources]

    def _country(self, study: StudyNode) -> str:
        country = study.record.country
        return country if isinstance(country, r.Missing) else self.country_ids[country]

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
        if study.is_synthesis:
            return "retold"
        return "elsewhere" if study.is_direct else "without-condition"

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


def _columns(rows: Iterable[Mapping[str, object]]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return columns
