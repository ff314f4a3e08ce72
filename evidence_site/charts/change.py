"""Percent change by time: what was seen under one treatment, in front of the natural course and of other treatments.

A chart shows results as they were reported and pools nothing. It takes the results that the findings table takes:
of persons with the condition, in studies that do not retell others, each person counted once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evidence_site import addresses, measures, records as r
from evidence_site.charts.room import Room, Side
from evidence_site.charts.scale import MONTHS, Scale, Tick, extent, round_distances, rounded, steps
from evidence_site.review import Arm, Observation, OutcomeNode, Review, StudyNode, TreatmentNode

StudyName = Callable[[StudyNode], str]

WIDTH, HEIGHT = 520, 370
LEFT, RIGHT, TOP, BOTTOM = 44, 504, 30, 332
"""The plot area within the drawing."""
_PADDING = 18
"""Room at both ends of the axis of months, for marks that are moved aside."""

Role = Literal["this", "natural", "other"]
_BARS = {"sd": "standard deviation", "ci95": "95% confidence interval", "iqr": "quartiles", "range": "range"}
_MOST = 60
"""So many results at most are drawn: of more, nobody could tell one from another."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The spread of a group: what it is, and its ends."""

    kind: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Mark:
    """One result on the chart, and the row that tells of it in the table of numbers."""

    number: int
    x: float
    y: float
    half: float
    """The radius of a person's dot, half the side of a group's square."""
    label_x: float
    label_y: float
    label_anchor: Literal["start", "middle", "end"]
    """Which part of the number stands there."""
    shape: Literal["person", "group"]
    role: Role
    clear: bool
    """Whether the source says from when it counts the time."""
    bar: Bar | None
    address: str
    title: str
    study: str
    who: str
    treatment: str
    value: str
    time: str

    @property
    def left(self) -> float:
        """The left edge of a square."""
        return rounded(self.x - self.half)

    @property
    def top(self) -> float:
        """The upper edge of a square."""
        return rounded(self.y - self.half)

    @property
    def side(self) -> float:
        """The side of a square."""
        return rounded(2 * self.half)


@dataclass(frozen=True, slots=True)
class Key:
    """A row of the legend."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to be drawn."""

    id: str
    title: str
    description: str
    unit: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zero: float
    lines: tuple[tuple[Role, str], ...]
    """Results of one arm at several times, joined: whose, and the points."""
    marks: tuple[Mark, ...]
    """In the order of drawing: what matters most last, on top."""
    legend: tuple[Key, ...]
    left_out: tuple[str, ...]
    """What is not drawn and why; to be read after “Not drawn:”."""

    @property
    def rows(self) -> list[Mark]:
        """The marks in the order of their numbers."""
        return sorted(self.marks, key=lambda mark: mark.number)


def chartable(review: Review) -> list[str]:
    """The outcomes that the findings table shows as percent changes."""
    columns = review.record.findings_table
    named = dict.fromkeys(id_ for column in columns if column.kind == "percent_change" for id_ in column.outcomes)
    return [id_ for id_ in named if id_ in review.outcomes]


class Results:
    """The results of an outcome as charts take them: what can be drawn of them is the same for every treatment."""

    def __init__(self, review: Review, outcome: OutcomeNode) -> None:
        """Look at every result of ``outcome``."""
        self._outcome = outcome
        self._review = review
        self._looked = [(o.treatments, o.arm.treatments, _look(review, o)) for o in outcome.observations]

    def under(self, treatment: TreatmentNode) -> Choice | None:
        """What the chart of a treatment shows; None if no result at all is recorded for the two."""
        looked = [result for told_of, _, result in self._looked if treatment.id in told_of]
        if not looked:
            return None
        shown = [result for result in looked if isinstance(result, _Shown)]
        reasons = Counter(reason for reason in looked if isinstance(reason, str))
        left_out = tuple(_sentence(reason, reasons[reason]) for reason in _REASONS if reasons[reason])
        if not shown:
            return Choice(self._review, treatment, self._outcome, (), left_out)
        # Who had the treatment, too, is no comparison for it, whatever the source links the number with.
        around = [
            result for told_of, had, result in self._looked if treatment.id not in told_of and treatment.id not in had
        ]
        beside = [result for result in around if isinstance(result, _Shown)]
        hidden = len(around) - len(beside)
        if hidden:
            left_out += (f"{measures.counted(hidden, 'result', 'results')} of other treatments for the same reasons",)
        own = _largest(shown, _MOST - min(len(beside), _MOST // 3))
        behind = _largest(beside, _MOST - len(own), lambda result: _role(treatment, result) == "other")
        crowded = len(shown) + len(beside) - len(own) - len(behind)
        if crowded:
            words = measures.counted(crowded, "result", "results")
            left_out += (f"{words} of fewer persons than those drawn, since a chart of more cannot be read",)
        return Choice(self._review, treatment, self._outcome, (*own, *behind), left_out)


@dataclass(frozen=True, slots=True)
class Choice:
    """The results that a chart shows, before they are drawn."""

    _review: Review
    _treatment: TreatmentNode
    _outcome: OutcomeNode
    _results: tuple[_Shown, ...]
    left_out: tuple[str, ...]
    """What is not drawn and why."""

    @property
    def observations(self) -> list[Observation]:
        """Those that are drawn."""
        return [result.observation for result in self._results]

    def drawn(self, study_name: StudyName) -> Chart:
        """The chart. If nothing can be drawn, it has no marks and says what is left out."""
        outcome, treatment = self._outcome, self._treatment
        title = f"{outcome.record.name}, change by time: {treatment.record.name}"
        if not self._results:
            return Chart(outcome.id, title, "", "", (), (), 0, (), (), (), self.left_out)
        return _drawn(self._review, treatment, outcome, self._results, study_name, title, self.left_out)


def _largest(results: Sequence[_Shown], room: int, later: Callable[[_Shown], bool] = lambda _: False) -> list[_Shown]:
    """As many results as there is room for: those of the groups with most persons, each group with all its times.

    ``later`` says which give way to all others.
    """
    if len(results) <= room:
        return list(results)
    arms: dict[Arm, list[_Shown]] = {}
    for result in results:
        arms.setdefault(result.observation.arm, []).append(result)
    kept: list[_Shown] = []
    for group in sorted(arms.values(), key=lambda group: (later(group[0]), -group[0].observation.arm.n)):
        if len(kept) + len(group) <= room:
            kept += group
    return kept


@dataclass(frozen=True, slots=True)
class _Shown:
    """A result that can be drawn, with what that takes."""

    observation: Observation
    months: float
    value: float
    untreated: bool
    """Whether it is of the natural course alone."""

    @property
    def result(self) -> r.Result:
        return self.observation.result


_REASONS = {
    "form": ("is not given as a percent change", "are not given as a percent change"),
    "number": ("has no single number", "have no single number"),
    "time": ("has no time", "have no time"),
    "reset": ("is a change since treatment ended", "are changes since treatment ended"),
    "population": (
        "is of another population, or retold by a review of studies",
        "are of other populations, of retracted studies, or retold by reviews of studies",
    ),
    "again": ("is told of the same person twice", "are told of the same persons twice"),
    "overlap": (
        "is of persons who are likely in a larger study already",
        "are of persons who are likely in a larger study already",
    ),
}


def _sentence(reason: str, count: int) -> str:
    one, many = _REASONS[reason]
    return f"{measures.counted(count, 'result', 'results')} that {one if count == 1 else many}"


def _look(review: Review, observation: Observation) -> _Shown | str:
    """A result as it is drawn, or why it cannot be: one of the reasons."""
    result = observation.result
    if not observation.arm.has_condition or not observation.study.is_primary:
        return "population"
    if _is_elsewhere(review, observation):
        return "overlap"
    if _is_told_again(observation):
        return "again"
    if result.statistic is not r.Statistic.PERCENT_CHANGE:
        return "form"
    if not isinstance(result.value, int | float):
        return "number"
    if not isinstance(result.time, r.Time):
        return "time"
    if review.is_counted_anew(result.time):
        return "reset"
    return _Shown(observation, result.time.months, result.value, _is_untreated(review, observation))


def _is_elsewhere(review: Review, observation: Observation) -> bool:
    # As in the counts, a study gives way to a larger one only for the treatments that both tell of.
    own = [review.treatments[t] for t in observation.treatments if t in review.treatments]
    if not own:
        return observation.study.id in review.left_out
    return all(observation.study.id in treatment.left_out for treatment in own)


def _is_told_again(observation: Observation) -> bool:
    # Another time adds to what is known of her; the same one would look like one more person.
    result = observation.result
    mine = (result.outcome, result.statistic, result.site, result.time)
    others = (other for arm in observation.arm.told_before if arm.study.is_primary for other in arm.record.results)
    return any(mine == (other.outcome, other.statistic, other.site, other.time) for other in others)


def _is_untreated(review: Review, observation: Observation) -> bool:
    had = {*observation.treatments, *observation.arm.treatments}
    kinds = {review.treatments[id_].record.kind for id_ in had if id_ in review.treatments}
    return "natural_course" in kinds and kinds <= {"natural_course", "supplement"}


# --- drawing ---------------------------------------------------------------------------------------------------------


def _drawn(
    review: Review,
    treatment: TreatmentNode,
    outcome: OutcomeNode,
    results: Sequence[_Shown],
    study_name: StudyName,
    title: str,
    left_out: tuple[str, ...],
) -> Chart:
    ordered = sorted(results, key=lambda shown: _order(treatment, shown))
    x_steps = steps(*extent(shown.months for shown in ordered), MONTHS, 9)
    low, high = extent(value for shown in ordered for value in (shown.value, *(_spread(shown.result) or ("", ()))[1]))
    y_steps = steps(low, high, round_distances(high - low), 7)
    x = Scale(x_steps[0], x_steps[-1], LEFT + _PADDING, RIGHT - _PADDING)
    y = Scale(y_steps[0], y_steps[-1], BOTTOM, TOP)
    marks = _marks(review, treatment, ordered, x, y, study_name)
    unit = measures.percent_sign(next((shown.result.unit for shown in ordered if shown.result.unit), "%"))
    return Chart(
        id=outcome.id,
        title=title,
        description=_description(treatment, marks, ordered),
        unit=unit.strip(),
        x_ticks=tuple(Tick(x(value), measures.number(value)) for value in x_steps),
        y_ticks=tuple(Tick(y(value), measures.number(value, signed=True)) for value in y_steps),
        zero=y(0),
        lines=tuple(_lines(ordered, marks)),
        marks=tuple(reversed(marks)),
        legend=tuple(_legend(treatment, marks)),
        left_out=left_out,
    )


def _role(treatment: TreatmentNode, shown: _Shown) -> Role:
    if treatment.record.kind == "natural_course":
        return "this" if shown.untreated else "other"
    if treatment.id in shown.observation.treatments:
        return "this"
    return "natural" if shown.untreated else "other"


def _order(treatment: TreatmentNode, shown: _Shown) -> tuple[object, ...]:
    observation = shown.observation
    roles: tuple[Role, ...] = ("this", "natural", "other")
    return (
        roles.index(_role(treatment, shown)),
        -(observation.study.year or 0),
        observation.study.id,
        observation.arm.path,
        observation.result.site or "",
        shown.months,
        observation.path,
    )


def _spread(result: r.Result) -> tuple[str, tuple[float, float]] | None:
    # A standard error is no bar: beside standard deviations it would look like certainty.
    value = result.value
    if result.ci95:
        return "ci95", result.ci95
    if result.sd is not None and isinstance(value, int | float):
        return "sd", (value - result.sd, value + result.sd)
    if result.iqr:
        return "iqr", result.iqr
    if result.range:
        return "range", result.range
    return None


_ANCHORS: dict[Side, Literal["start", "middle", "end"]] = {
    "right": "start",
    "left": "end",
    "above": "middle",
    "below": "middle",
}


def _marks(
    review: Review,
    treatment: TreatmentNode,
    results: Sequence[_Shown],
    x: Scale,
    y: Scale,
    study_name: StudyName,
) -> list[Mark]:
    room = Room(LEFT, RIGHT)
    marks = []
    for number, shown in enumerate(results, 1):
        observation, result, arm = shown.observation, shown.result, shown.observation.arm
        persons = observation.persons
        single = isinstance(arm.record, r.Person)
        half = 4 if single else rounded(3.4 + 0.85 * math.sqrt(persons or 1))
        spread = _spread(result)
        bar = Bar(spread[0], y(spread[1][1]), y(spread[1][0])) if spread else None
        level = y(shown.value)
        place, side = room.take(x(shown.months), level, half, (bar.top, bar.bottom) if bar else None)
        names = [review.treatments[t].record.name for t in observation.treatments if t in review.treatments]
        study, who = study_name(observation.study), _who(arm, persons, result.site)
        value, time = measures.result_value(result, persons), measures.time(result.time, review.anchors)
        treated = ", ".join(names) or "no treatment recorded"
        marks.append(
            Mark(
                number=number,
                x=place,
                y=level,
                half=half,
                label_x=rounded(place + {"left": -1, "right": 1}.get(side, 0) * (half + 2)),
                label_y=rounded(level + 3.5 + {"above": -1, "below": 1}.get(side, 0) * (half + 7)),
                label_anchor=_ANCHORS[side],
                shape="person" if single else "group",
                role=_role(treatment, shown),
                clear=isinstance(result.time, r.Time) and not isinstance(result.time.after, r.Missing),
                bar=bar,
                address=f"{addresses.study(observation.study.id)}#{arm.id}",
                title=f"{number}. {study}, {who}: {value}, {time}. {treated}",
                study=study,
                who=who,
                treatment=treated,
                value=value,
                time=time,
            )
        )
    return marks


def _who(arm: Arm, persons: int | None, site: str | None) -> str:
    text = arm.label
    if isinstance(arm.record, r.Group):
        if persons is None:
            text += f" (some of {measures.persons(arm.n)})"
        else:
            text += f" ({measures.persons(persons)})"
    return f"{text}, {site}" if site else text


def _lines(results: Sequence[_Shown], marks: Sequence[Mark]) -> Iterator[tuple[Role, str]]:
    joined: dict[tuple[object, ...], list[Mark]] = {}
    for shown, mark in zip(results, marks, strict=True):
        seen, time = shown.observation, shown.result.time
        after = time.after if isinstance(time, r.Time) else None
        joined.setdefault((seen.arm, seen.result.site, after, seen.treatments), []).append(mark)
    for group in joined.values():
        if len(group) > 1:
            ordered = sorted(group, key=lambda mark: mark.x)
            yield group[0].role, " ".join(f"{mark.x},{mark.y}" for mark in ordered)


# --- words -----------------------------------------------------------------------------------------------------------


def _description(treatment: TreatmentNode, marks: Sequence[Mark], results: Sequence[_Shown]) -> str:
    parts = []
    for role, name in _names(treatment).items():
        chosen = [shown for shown, mark in zip(results, marks, strict=True) if mark.role == role]
        if chosen:
            values = sorted(shown.value for shown in chosen)
            low, high = (measures.number(value, signed=True) for value in (values[0], values[-1]))
            span = f"{low}%" if values[0] == values[-1] else f"{low}% to {high}%"
            months = sorted(shown.months for shown in chosen)
            first, last = (measures.number(value) for value in (months[0], months[-1]))
            when = measures.months(months[0]) if first == last else f"{first} to {last} months"
            studies = len({shown.observation.study.id for shown in chosen})
            count = measures.counted(len(chosen), "result", "results")
            parts.append(f"{name}: {count} of {measures.counted(studies, 'study', 'studies')}, {span}, at {when}.")
    return " ".join(parts)


def _names(treatment: TreatmentNode) -> dict[Role, str]:
    others = "Other treatments" if treatment.record.kind == "natural_course" else "Other arms without it"
    return {"this": treatment.record.name, "natural": "Natural course, no drug", "other": others}


def _legend(treatment: TreatmentNode, marks: Sequence[Mark]) -> Iterator[Key]:
    for role, name in _names(treatment).items():
        if any(mark.role == role for mark in marks):
            yield Key(f"role-{role}", name)
    if any(mark.shape == "person" for mark in marks):
        yield Key("person", "one person")
    if any(mark.shape == "group" for mark in marks):
        yield Key("group", "mean of a group, larger for more persons")
    for kind, name in _BARS.items():
        if any(mark.bar and mark.bar.kind == kind for mark in marks):
            yield Key(f"bar-{kind}", name)
    if any(not mark.clear for mark in marks):
        yield Key("unclear", "dashed: the source does not say from when the months are counted")
