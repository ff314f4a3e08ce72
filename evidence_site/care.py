"""How completely case reports tell what the CARE checklist asks for, as far as the records show.

The items and the rule of each stand in ``checklists/care-2013.yaml``. A rule looks at what is recorded of a person:

- ``age``, ``onset_or_tagged``, ``exposure``, ``follow_up``: the field of that name says something;
- ``tagged``: a characteristic or an outcome whose ``care`` names the item has a value;
- ``later_tagged``: an outcome whose ``care`` names the item has a value from after the beginning;
- ``start_value_or_tagged``: as for ``tagged``, or a result has a baseline value or is from the beginning;
- ``dated``: the onset and a later treatment or result have a time from a named moment;
- ``dosing``: every drug and supplement has dose and duration.

What is told of a group only counts in part for the persons in it. Where a case is told in full, an item counts as
reported only if its part of the case says something, too. An item without a rule is known from such cases alone. What
is missing was not reported only if the full text was read: an abstract that is silent proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from evidence_site import records as r
from evidence_site.pieces import EACH_TIME, Pieces
from evidence_site.problems import as_text
from evidence_site.record_reading import Loaded, read_record
from evidence_site.review import Arm, Review, StudyNode

FILE = Path(__file__).resolve().parent / "checklists" / "care-2013.yaml"

Rule = Literal[
    "age",
    "onset_or_tagged",
    "tagged",
    "later_tagged",
    "dated",
    "start_value_or_tagged",
    "exposure",
    "dosing",
    "follow_up",
]
Part = Literal[
    "patient_information",
    "clinical_findings",
    "timeline",
    "diagnostic_assessment",
    "therapeutic_intervention",
    "follow_up_and_outcomes",
    "discussion",
    "patient_perspective",
    "informed_consent",
]
"""A field of ``records.Case``."""


class Item(r.Record):
    """An item of the checklist, in our own words, and how the records answer it."""

    id: r.Id
    number: r.Line
    label: r.Line
    part: Part
    rule: Rule | None = None
    told_by: r.Line
    """The rule in words."""


class Checklist(r.Record):
    """The checklist as far as the records can answer it."""

    name: r.Line
    source: r.Line
    url: r.Url
    items: tuple[Item, ...] = Field(min_length=1)
    not_kept: tuple[r.Line, ...]
    """Items for which records have no place."""


class Status(StrEnum):
    """What is known of an item in a report."""

    REPORTED = "reported"
    PARTLY = "partly"
    NOT_REPORTED = "not_reported"
    """The full text was read, and it is silent."""
    NOT_READ = "not_read"
    """It is not in what was read, which was not the full text."""
    NOT_KEPT = "not_kept"
    """The full text was read, but records of this kind have no place for it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """An item of a report."""

    status: Status
    persons: int
    """Of how many persons it is told, at least in part."""


@dataclass(frozen=True, slots=True)
class Row:
    """A report with a cell for each item."""

    study: StudyNode
    read: r.Reading | None
    persons: int
    """How many persons are recorded one by one; groups count as one."""
    cells: tuple[Cell, ...]

    @property
    def reported(self) -> int:
        """How many items are reported."""
        return sum(cell.status is Status.REPORTED for cell in self.cells)


@cache
def checklist() -> Checklist:
    """The checklist that comes with the program."""
    loaded, problems = read_record(Checklist, FILE, FILE.name)
    if loaded is None:  # the file comes with the program, so this is its own fault
        raise ValueError(as_text(problems))
    return loaded.record


def rows(review: Review, pieces: Pieces = EACH_TIME) -> list[Row]:
    """A row for each case report and each series that tells of single persons; the most read first, then the newest.

    ``pieces`` may keep what of a row was worked out.
    """
    chosen = [study for study in review.studies.values() if _tells_cases(study)]
    order = (r.Reading.FULL_TEXT, r.Reading.ABSTRACT, r.Reading.TITLE, None)
    made = partial(_row, review, _cases(review))
    found = [Row(study, *pieces.of_study("care", study, made)) for study in chosen]
    return sorted(found, key=lambda row: (order.index(row.read), -(row.study.year or 0), row.study.id))


def left_out(review: Review) -> list[StudyNode]:
    """Case series that tell of their persons only together, so that the checklist does not fit them."""
    return [
        study
        for study in review.studies.values()
        if study.record.design is r.Design.CASE_SERIES and not _tells_cases(study)
    ]


def totals(found: Sequence[Row], position: int) -> Mapping[Status, int]:
    """How many of the rows have each status for the item at a position."""
    return {status: sum(row.cells[position].status is status for row in found) for status in Status}


def _tells_cases(study: StudyNode) -> bool:
    design = study.record.design
    return design is r.Design.CASE_REPORT or (design is r.Design.CASE_SERIES and bool(study.record.persons))


def _cases(review: Review) -> Mapping[tuple[str, str], Loaded[r.Case]]:
    return {(case.record.study, case.record.person): case for case in review.cases.values()}


def _row(
    review: Review, cases: Mapping[tuple[str, str], Loaded[r.Case]], study: StudyNode
) -> tuple[r.Reading | None, int, tuple[Cell, ...]]:
    """What a row says of its study."""
    persons = [arm for arm in study.arms if isinstance(arm.record, r.Person)]
    arms = persons or [
        arm for arm in study.arms if isinstance(arm.record, r.Group) and arm.record.has_condition and arm.parent is None
    ]
    read = review.reading(study)
    cells = [_cell(review, item, arms, read, cases) for item in checklist().items]
    return read, len(arms), tuple(cells)


class _Told(IntEnum):
    NOT = 0
    PARTLY = 1
    FULLY = 2


def _cell(
    review: Review,
    item: Item,
    arms: Sequence[Arm],
    read: r.Reading | None,
    cases: Mapping[tuple[str, str], Loaded[r.Case]],
) -> Cell:
    told = [_told(review, item, arm, cases.get((arm.study.id, arm.id))) for arm in arms]
    some = sum(one is not _Told.NOT for one in told)
    if told and min(told) is _Told.FULLY:
        return Cell(Status.REPORTED, some)
    if some:
        return Cell(Status.PARTLY, some)
    if read is not r.Reading.FULL_TEXT:
        return Cell(Status.NOT_READ, 0)
    known = item.rule is not None or any((arm.study.id, arm.id) in cases for arm in arms)
    return Cell(Status.NOT_REPORTED if known else Status.NOT_KEPT, 0)


def _told(review: Review, item: Item, arm: Arm, case: Loaded[r.Case] | None) -> _Told:
    by_record = _told_by_record(review, item, arm) if item.rule else _Told.FULLY if case else _Told.NOT
    if case is None:
        return by_record
    part = getattr(case.record, item.part)
    by_case = {r.Missing.NOT_REPORTED: _Told.NOT, r.Missing.UNCLEAR: _Told.PARTLY}.get(part, _Told.FULLY)
    return min(by_record, by_case)


def _told_by_record(review: Review, item: Item, arm: Arm) -> _Told:
    rule = RULES[item.rule or ""]
    told = rule(review, item, arm)
    if told is _Told.NOT and any(rule(review, item, group) is not _Told.NOT for group in arm.around()):
        return _Told.PARTLY
    return told


def _yes(value: bool) -> _Told:
    return _Told.FULLY if value else _Told.NOT


def _is_said(value: object) -> bool:
    return value is not None and value not in (r.Missing.NOT_REPORTED, r.Missing.UNCLEAR)


def _age(review: Review, item: Item, arm: Arm) -> _Told:
    return _yes(_is_said(arm.record.age_years))


def _tagged(review: Review, item: Item, arm: Arm) -> _Told:
    characteristics = arm.record.characteristics.items()
    found = any(
        name in review.characteristics and item.id in review.characteristics[name].care and _is_said(value)
        for name, value in characteristics
    )
    return _yes(found or any(_is_result_of(review, item, result) for result in arm.record.results))


def _is_result_of(review: Review, item: Item, result: r.Result) -> bool:
    outcome = review.outcomes.get(result.outcome)
    return outcome is not None and item.id in outcome.record.care and _has_value(result)


def _has_value(result: r.Result) -> bool:
    return _is_said(result.value) or result.range is not None or result.ci95 is not None or result.iqr is not None


def _later_tagged(review: Review, item: Item, arm: Arm) -> _Told:
    results = arm.record.results
    return _yes(any(_is_result_of(review, item, result) and not _is_first(review, result) for result in results))


def _is_first(review: Review, result: r.Result) -> bool:
    """Whether it is from the beginning or before: month 0 after the first dose, say, but not after the last."""
    if not isinstance(result.time, r.Time) or result.time.months > 0 or result.statistic in _CHANGES:
        return False
    return not review.is_counted_anew(result.time)


_CHANGES = (r.Statistic.CHANGE, r.Statistic.PERCENT_CHANGE)


def _onset_or_tagged(review: Review, item: Item, arm: Arm) -> _Told:
    return _yes(isinstance(arm.record.onset, r.Onset) or _tagged(review, item, arm) is _Told.FULLY)


def _start_value_or_tagged(review: Review, item: Item, arm: Arm) -> _Told:
    measured = any(
        result.baseline is not None or (_is_first(review, result) and _has_value(result))
        for result in arm.record.results
    )
    return _yes(measured or _tagged(review, item, arm) is _Told.FULLY)


def _dated(review: Review, item: Item, arm: Arm) -> _Told:
    onset = arm.record.onset
    later = [exposure.start for exposure in arm.record.exposures] + [result.time for result in arm.record.results]
    return _yes(isinstance(onset, r.Onset) and _is_dated(onset.time) and any(_is_dated(time) for time in later))


def _is_dated(time: r.Time | r.Missing | None) -> bool:
    return isinstance(time, r.Time) and not isinstance(time.after, r.Missing)


def _exposure(review: Review, item: Item, arm: Arm) -> _Told:
    return _yes(bool(arm.record.exposures or arm.record.co_interventions))


def _dosing(review: Review, item: Item, arm: Arm) -> _Told:
    asked = [exposure for exposure in arm.record.exposures if _has_doses(review, exposure.treatment)]
    told = [_is_said(value) for e in asked for value in (e.dose, e.duration_months)]
    if not any(told):
        return _Told.NOT
    return _Told.FULLY if all(told) else _Told.PARTLY


def _has_doses(review: Review, treatment: str) -> bool:
    node = review.treatments.get(treatment)
    return node is not None and node.record.kind in ("drug", "supplement")


def _follow_up(review: Review, item: Item, arm: Arm) -> _Told:
    return _yes(_is_said(arm.record.follow_up_months))


RULES: Mapping[str, Callable[[Review, Item, Arm], _Told]] = {
    "age": _age,
    "onset_or_tagged": _onset_or_tagged,
    "tagged": _tagged,
    "later_tagged": _later_tagged,
    "dated": _dated,
    "start_value_or_tagged": _start_value_or_tagged,
    "exposure": _exposure,
    "dosing": _dosing,
    "follow_up": _follow_up,
}
"""The rules by the names that the checklist's file gives them."""


def item_ids() -> Sequence[str]:
    """The ids that characteristics and outcomes may name under ``care``."""
    return [item.id for item in checklist().items]
