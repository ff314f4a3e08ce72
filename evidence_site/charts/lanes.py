"""Persons side by side along time: each a lane, all counted from the same moment, treated and untreated together.

Only what a source dates is drawn. A time counted from another moment is moved over where the record ties the two, as
when a treatment's start is given from the same moment; a first dose is by definition the start of its treatment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evidence_site import addresses, measures, prose, records as r
from evidence_site.charts.change import StudyName
from evidence_site.charts.scale import MONTHS, Scale, Tick, extent, rounded, steps
from evidence_site.review import Arm, Review, StudyNode, is_counted_elsewhere

WIDTH, LEFT, RIGHT, TOP = 720, 214, 704, 8
LANE, HEADING, AXIS = 32, 26, 40
_NARROWEST = 2
"""So that what was given once can be seen."""
FEW = 5
"""With fewer persons than this the figure warns."""
_LINE = 33
"""Letters that fit beside a lane."""

Kind = Literal["onset", "result", "event", "told"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A treatment in a lane; without an end if its duration is not reported."""

    x: float
    y: float
    width: float
    open: bool
    title: str


@dataclass(frozen=True, slots=True)
class Point:
    """What happened or was measured at a time."""

    kind: Kind
    x: float
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A person."""

    y: float
    """The middle of the lane."""
    top: float
    name: str
    treatment: str
    address: str
    label: str
    """The lane in words."""
    bars: tuple[Bar, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Lanes under a heading."""

    name: str
    y: float
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes counted from one moment."""

    id: str
    name: str
    height: float
    base: float
    """Where the axis runs."""
    zero: float
    ticks: tuple[Tick, ...]
    groups: tuple[Group, ...]
    lanes: int
    drawn: int
    """How many persons are drawn."""
    untreated: int
    """How many of these had the natural course only."""
    few: bool
    kinds: tuple[tuple[str, str], ...]
    """What the legend explains."""
    description: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in the table: who she is, what she had, which times are known, where she is drawn."""

    study: str
    address: str
    who: str
    treatments: tuple[str, ...]
    times: tuple[str, ...]
    drawn: str


@dataclass(frozen=True, slots=True)
class CaseLanes:
    """All lanes of a review."""

    charts: tuple[Lanes, ...]
    """One for each moment that can be the zero, the one with most persons first."""
    without: tuple[str, ...]
    """Moments from which nobody's time is counted."""
    persons: int
    untreated: int
    undrawn: int
    """Persons none of whose times can be drawn."""
    overlapping: int
    """Persons left out because they are likely in another study, too."""
    rows: tuple[PersonRow, ...]


KINDS: dict[str, str] = {
    "bar": "treatment, as long as reported",
    "open": "start of a treatment of unknown duration",
    "onset": "onset of the illness",
    "event": "event of an outcome",
    "result": "result",
    "told": "told in the case’s timeline",
}


def case_lanes(review: Review, study_name: StudyName, studies: Sequence[StudyNode] | None = None) -> CaseLanes:
    """The lanes of every person with the condition, each person once; with ``studies``, of those in them alone."""
    everybody = [
        _Person(review, arm, record, study_name)
        for study in (review.counted_studies if studies is None else studies)
        for arm, record in _persons(study)
    ]
    persons = [person for person in everybody if person.arm.study.id not in review.left_out]
    charts = []
    drawn: dict[_Person, list[str]] = {person: [] for person in persons}
    without = []
    for anchor in review.anchors.values():
        if anchor.resets_change:
            continue
        lanes = [lane for person in persons for lane in person.lanes(anchor)]
        if any(lane.months() for lane in lanes):
            charts.append(_chart(review, anchor, lanes))
            for person in dict.fromkeys(lane.person for lane in lanes):
                drawn[person].append(anchor.name)
        else:
            without.append(anchor.name)
    charts.sort(key=lambda chart: -chart.drawn)
    return CaseLanes(
        charts=tuple(charts),
        without=tuple(without),
        persons=len(persons),
        untreated=sum(person.untreated for person in persons),
        undrawn=sum(not names for names in drawn.values()),
        overlapping=len(everybody) - len(persons),
        rows=tuple(person.row(names) for person, names in drawn.items()),
    )


def studies_with_persons(review: Review) -> list[StudyNode]:
    """The counted studies that describe somebody singly."""
    return [study for study in review.counted_studies if any(_persons(study))]


def _persons(study: StudyNode) -> Iterator[tuple[Arm, r.Person]]:
    for arm in study.arms:
        if isinstance(arm.record, r.Person) and arm.has_condition and not is_counted_elsewhere(arm):
            yield arm, arm.record


# --- one person ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Moment:
    """Something with a time, before it has a place."""

    kind: Kind
    time: r.Time
    text: str
    treatment: str | None = None
    """The treatment that it belongs to, if one can be told."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """A person's times from one zero."""

    person: _Person
    treatment: str | None
    """The treatment whose start is the zero, if it is one."""
    spans: tuple[tuple[float, r.Exposure], ...]
    points: tuple[tuple[float, _Moment], ...]

    def months(self) -> list[float]:
        """Every time that is not the zero itself."""
        ends = [start + (exposure.duration_months or 0) for start, exposure in self.spans]
        times = [*ends, *(start for start, _ in self.spans), *(months for months, _ in self.points)]
        return [value for value in times if value]


class _Person:
    """A person with everything of hers that has a time."""

    def __init__(self, review: Review, arm: Arm, record: r.Person, study_name: StudyName) -> None:
        self.review = review
        self.arm = arm
        self.record = record
        self.study = study_name(arm.study)
        alone = sum(isinstance(other.record, r.Person) for other in arm.study.arms) == 1
        self.who = "" if alone and not self.record.label else arm.label
        self.name = f"{self.study}, {self.who}" if self.who else self.study
        self.address = f"{addresses.study(arm.study.id)}#{arm.id}"
        kinds = {t: review.treatments[t].record.kind for t in arm.treatments if t in review.treatments}
        self.given = tuple(t for t, kind in kinds.items() if kind != "natural_course")
        self.untreated = "natural_course" in kinds.values() and set(kinds.values()) <= {"natural_course", "supplement"}
        self.moments = tuple(self._moments())

    def _moments(self) -> Iterator[_Moment]:
        onset = self.record.onset
        if isinstance(onset, r.Onset) and onset.time:
            yield _Moment("onset", onset.time, f"onset: {onset.text}")
        only = self.given[0] if len(self.given) == 1 else None
        for result in self.record.results:
            if isinstance(result.time, r.Time):
                outcome = self.review.outcomes.get(result.outcome)
                name = outcome.record.name if outcome else result.outcome
                text = f"{name}: {measures.result_value(result, 1)}"
                yield _Moment("event" if _happened(result) else "result", result.time, text, result.treatment or only)
        for case in self.review.cases.values():
            if case.record.study == self.arm.study.id and case.record.person == self.arm.id:
                for event in () if isinstance(case.record.timeline, r.Missing) else case.record.timeline:
                    if isinstance(event.time, r.Time):
                        yield _Moment("told", event.time, prose.plain(event.what).rstrip("."), only)

    def lanes(self, anchor: r.Anchor) -> Iterator[_Lane]:
        """Her lanes counted from an anchor: one, or one for each treatment if that is what it starts."""
        for treatment in self._starting() if anchor.starts_treatment else (None,):
            spans = tuple(
                (start, exposure)
                for exposure in self.record.exposures
                if (start := self._start(exposure, anchor, treatment)) is not None
            )
            points = tuple(
                (months, moment)
                for moment in self.moments
                if (months := self._months(moment.time, moment.treatment, anchor, treatment)) is not None
            )
            # That somebody had a treatment at all, at a time nobody tells, is no lane.
            if points or any(exposure.duration_months or not anchor.starts_treatment for _, exposure in spans):
                yield _Lane(self, treatment, spans, points)

    def _starting(self) -> tuple[str, ...]:
        # Supplements are mostly given beside a drug; only who had nothing else is counted from them.
        main = tuple(t for t in self.given if self.review.treatments[t].record.kind != "supplement")
        return main or self.given

    def _only(self, treatment: str | None) -> r.Exposure | None:
        mine = [exposure for exposure in self.record.exposures if exposure.treatment == treatment]
        return mine[0] if len(mine) == 1 else None

    def _start(self, exposure: r.Exposure, anchor: r.Anchor, treatment: str | None) -> float | None:
        if treatment is not None and exposure is self._only(treatment):
            return 0
        if exposure.start is None:
            return None
        return self._months(exposure.start, exposure.treatment, anchor, treatment)

    def _months(self, time: r.Time, belongs: str | None, anchor: r.Anchor, treatment: str | None) -> float | None:
        """A time counted from the zero; None if the record does not tie it to that."""
        if time.after == anchor.id:
            return time.months if not anchor.starts_treatment or belongs == treatment else None
        if anchor.starts_treatment:
            start = self._given_start(treatment)
            # Two times from moments that nobody tells need not be from the same one.
            is_tied = start is not None and start.after == time.after and not isinstance(time.after, r.Missing)
            return time.months - start.months if start and is_tied else None
        its = self.review.anchors.get(time.after)
        start = self._given_start(belongs) if its is not None and its.starts_treatment else None
        return start.months + time.months if start and start.after == anchor.id else None

    def _given_start(self, treatment: str | None) -> r.Time | None:
        exposure = self._only(treatment)
        return exposure.start if exposure else None

    def row(self, drawn: Sequence[str]) -> PersonRow:
        """Her row in the table."""
        anchors = self.review.anchors
        names = {t: node.record.name for t, node in self.review.treatments.items()}
        return PersonRow(
            study=self.study,
            address=self.address,
            who=self.who,
            treatments=tuple(
                measures.exposure(exposure, names.get(exposure.treatment, exposure.treatment), anchors)
                for exposure in self.record.exposures
            ),
            times=tuple(f"{moment.text}, {measures.time(moment.time, anchors)}" for moment in self.moments),
            drawn=", ".join(drawn),
        )


def _happened(result: r.Result) -> bool:
    counts = result.statistic in (r.Statistic.PERSONS_WITH_EVENT, r.Statistic.EVENTS)
    return counts and isinstance(result.value, int | float) and result.value > 0


# --- drawing ---------------------------------------------------------------------------------------------------------


def _chart(review: Review, anchor: r.Anchor, lanes: Sequence[_Lane]) -> Lanes:
    months = steps(*extent(value for lane in lanes for value in lane.months()), MONTHS, 10)
    scale = Scale(months[0], months[-1], LEFT, RIGHT)
    by_group: dict[str, list[_Lane]] = {}
    for lane in sorted(lanes, key=lambda lane: _order(review, lane)):
        by_group.setdefault(_group(review, lane), []).append(lane)
    y = float(TOP)
    groups = []
    for name, members in by_group.items():
        heading = rounded(y + HEADING / 2)
        y += HEADING
        drawn = [_lane(review, lane, scale, y + (n + 0.5) * LANE) for n, lane in enumerate(members)]
        y += LANE * len(members)
        groups.append(Group(name, heading, tuple(drawn)))
    persons = {lane.person for lane in lanes}
    all_lanes = [lane for group in groups for lane in group.lanes]
    present = {point.kind for lane in all_lanes for point in lane.points} | {
        "open" if bar.open else "bar" for lane in all_lanes for bar in lane.bars
    }
    return Lanes(
        id=anchor.id,
        name=anchor.name,
        height=rounded(y + AXIS),
        base=rounded(y),
        zero=scale(0),
        ticks=tuple(Tick(scale(value), measures.number(value)) for value in months),
        groups=tuple(groups),
        lanes=len(lanes),
        drawn=len(persons),
        untreated=sum(person.untreated for person in persons),
        few=len(persons) < FEW,
        kinds=tuple((kind, text) for kind, text in KINDS.items() if kind in present),
        description=" ".join(
            f"{group.name}: {measures.counted(len(group.lanes), 'lane', 'lanes')}." for group in groups
        ),
    )


def _group(review: Review, lane: _Lane) -> str:
    if lane.treatment:
        return f"Treated: {review.treatments[lane.treatment].record.name}"
    if lane.person.untreated:
        return "Untreated: natural course, no drug"
    return "Treated" if lane.person.given else "No treatment recorded"


def _order(review: Review, lane: _Lane) -> tuple[object, ...]:
    treatments = list(review.treatments)
    person = lane.person
    first = lane.treatment or next(iter(person.given), "")
    return (
        0 if lane.treatment or person.untreated else 1 if not person.given else 2,
        treatments.index(first) if first in treatments else len(treatments),
        -(person.arm.study.year or 0),
        person.arm.study.id,
        person.arm.path,
    )


def _lane(review: Review, lane: _Lane, scale: Scale, y: float) -> Lane:
    person = lane.person
    names = {t: node.record.name for t, node in review.treatments.items()}
    bars = []
    for index, (start, exposure) in enumerate(lane.spans):
        duration = exposure.duration_months
        bars.append(
            Bar(
                x=scale(start),
                y=rounded(y - 5 + 3 * index),
                width=12 if duration is None else max(rounded(scale(start + duration) - scale(start)), _NARROWEST),
                open=duration is None,
                title=measures.exposure(exposure, names.get(exposure.treatment, exposure.treatment), review.anchors)
                + ("; duration not reported" if duration is None else ""),
            )
        )
    merged: dict[tuple[float, Kind], list[str]] = {}
    for months, moment in sorted(lane.points, key=lambda point: point[0]):
        merged.setdefault((months, moment.kind), []).append(moment.text)
    points = tuple(
        Point(kind, scale(months), f"{measures.months(months)}: {'; '.join(texts)}")
        for (months, kind), texts in merged.items()
    )
    treatment = ", ".join(names[t] for t in person.arm.treatments if t in names) or "no treatment recorded"
    told = "; ".join([*(bar.title for bar in bars), *(point.title for point in points)])
    return Lane(
        y=rounded(y),
        top=rounded(y - LANE / 2),
        name=_short(person.name),
        treatment=_short(treatment),
        address=person.address,
        label=f"{person.name}. {treatment}. {told}",
        bars=tuple(bars),
        points=points,
    )


def _short(text: str) -> str:
    return text if len(text) <= _LINE else text[: _LINE - 1].rstrip(" ,…") + "…"
