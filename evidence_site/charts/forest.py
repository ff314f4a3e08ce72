"""Forest plots: a table in which each study has its numbers as text and its interval drawn, the pooled estimate below.

The table is the chart, so every number can be read, copied and heard, and nothing has to be matched by eye.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from evidence_site import addresses, measures, records as r, views
from evidence_site.charts.scale import Scale, Tick, rounded
from evidence_site.review import StudyNode
from evidence_site.synthesis import Analysis, Effect, Row, Side, effect_text, ratios

WIDTH, HEIGHT = 180, 30
"""Of the drawing in each row."""
MIDDLE = HEIGHT // 2
_LEFT, _RIGHT = 10, 170
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_TICK_APART = 26
_LARGEST = 9.0
"""Half the side of the square of a study that has all the weight there is in one study."""

StudyName = Callable[[StudyNode], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval on the axis; an end that is off the axis is drawn as an arrow."""

    path: str
    """Its line, as an SVG path."""
    middle: float
    """Where the estimate lies."""


@dataclass(frozen=True, slots=True)
class Line:
    """A study, ready to be shown."""

    name: str
    title: str
    address: str
    value: str
    """What it says of the characteristic by which the studies are ordered."""
    treated: str
    against: str
    effect: str
    weight: str
    bar: Bar
    half: float
    """Half the side of its square, whose area stands for the weight."""

    @property
    def left(self) -> float:
        """The left edge of its square."""
        return rounded(self.bar.middle - self.half)

    @property
    def top(self) -> float:
        """The upper edge of its square."""
        return rounded(MIDDLE - self.half)

    @property
    def side(self) -> float:
        """The side of its square."""
        return rounded(2 * self.half)


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest plot ready to be drawn, and what is to be said of it."""

    id: str
    title: str
    measure: str
    treated: str
    against: str
    against_address: str
    characteristic: str
    """Head of the column by which the studies are ordered; empty without one."""
    lines: tuple[Line, ...]
    pooled_name: str
    pooled: str
    """The pooled estimate with its interval; empty if nothing was pooled."""
    diamond: str
    """Points of its drawing."""
    treated_total: str
    against_total: str
    prediction: str
    """The prediction interval; empty if there is none."""
    prediction_bar: Bar | None
    ticks: tuple[Tick, ...]
    no_difference: float
    sides: str
    """What left and right of the line of no difference mean."""
    facts: tuple[tuple[str, str], ...]
    """How much the studies differ, and how it was computed: name and value."""
    counts: str
    corrected: bool
    left_out: tuple[tuple[str, str, str], ...]
    """Studies that are not pooled: name, address, reason."""


def forest(analysis: Analysis, study_name: StudyName, characteristic: r.Characteristic | None) -> Forest:
    """The forest plot of a synthesis."""
    rows, pooled = analysis.rows, analysis.pooled
    effects = [row.effect for row in rows] + ([pooled.effect] if pooled else [])
    ends = [end for effect in effects for end in (effect.low, effect.high)]
    if pooled and pooled.prediction:
        ends += pooled.prediction
    ticks = _ticks(ends)
    scale = Scale(math.log(ticks[0]), math.log(ticks[-1]), _LEFT, _RIGHT)
    treated, against = analysis.treatment.record, analysis.against.record
    measure = measures.words(analysis.record.measure)
    outcome = analysis.outcome.record
    return Forest(
        id=f"{analysis.outcome.id}-{analysis.against.id}",
        title=f"{outcome.name}: {treated.name} against {measures.in_sentence(against.name)}",
        measure=measure,
        treated=treated.name,
        against=against.name,
        against_address=addresses.treatment(analysis.against.id),
        characteristic=_head(characteristic),
        lines=tuple(_line(row, scale, study_name) for row in rows),
        pooled_name=f"{measures.words(analysis.record.model).replace(' ', '-', 1).capitalize()} model",
        pooled=effect_text(pooled.effect) if pooled else "",
        diamond=_diamond(pooled.effect, scale) if pooled else "",
        treated_total=_total([row.treated for row in rows]),
        against_total=_total([row.against for row in rows]),
        prediction=ratios(pooled.prediction) if pooled and pooled.prediction else "",
        prediction_bar=_bar(Effect(1, *pooled.prediction), scale) if pooled and pooled.prediction else None,
        ticks=tuple(Tick(scale(math.log(value)), measures.number(value)) for value in _apart(ticks, scale)),
        no_difference=scale(0),
        sides=_sides(outcome, treated.name, against.name),
        facts=tuple(_facts(analysis)),
        counts=f"{measures.counted(len(rows), 'study', 'studies')}, {measures.persons(analysis.persons)}",
        corrected=any(row.corrected for row in rows),
        left_out=tuple((study_name(study), addresses.study(study.id), reason) for study, reason in analysis.left_out),
    )


def _head(characteristic: r.Characteristic | None) -> str:
    if characteristic is None:
        return ""
    return f"{characteristic.name}{f' ({characteristic.unit})' if characteristic.unit else ''}"


def _line(row: Row, scale: Scale, study_name: StudyName) -> Line:
    value = row.value
    return Line(
        name=study_name(row.study),
        title=row.study.record.title,
        address=addresses.study(row.study.id),
        value=measures.number(value) if isinstance(value, int | float) else value or "not reported",
        treated=side_text(row.treated),
        against=side_text(row.against),
        effect=effect_text(row.effect),
        weight="" if math.isnan(row.weight) else f"{100 * row.weight:.1f}%",
        bar=_bar(row.effect, scale),
        half=2.5 if math.isnan(row.weight) else rounded(max(2.0, _LARGEST * math.sqrt(row.weight))),
    )


def side_text(side: Side) -> str:
    """Persons with the event out of all: ``4 of 123``."""
    return f"{side.events:,} of {side.persons:,}"


def _total(sides: list[Side]) -> str:
    return side_text(Side(sum(side.events for side in sides), sum(side.persons for side in sides)))


def _ticks(ends: list[float]) -> list[float]:
    """The part of the axis that holds all ends, and one; what lies beyond its limits is drawn as an arrow."""
    low, high = min(ends, default=0.5), max(ends, default=2.0)
    first = max((tick for tick in _TICKS if tick <= low), default=_TICKS[0])
    last = min((tick for tick in _TICKS if tick >= high), default=_TICKS[-1])
    return [tick for tick in _TICKS if min(first, 0.5) <= tick <= max(last, 2)]


def _apart(ticks: list[float], scale: Scale) -> list[float]:
    """The ticks whose numbers do not touch, one among them, from there outwards."""
    kept = [1.0]
    for tick in sorted(ticks, key=lambda tick: abs(math.log(tick))):
        if all(abs(scale(math.log(tick)) - scale(math.log(other))) >= _TICK_APART for other in kept):
            kept.append(tick)
    return [int(tick) if tick == int(tick) else tick for tick in sorted(kept)]


def _bar(effect: Effect, scale: Scale) -> Bar:
    start, end, middle = (_place(value, scale) for value in (effect.low, effect.high, effect.estimate))
    path = f"M{start} {MIDDLE}H{end}"
    if math.log(effect.low) < scale.low:
        path += f"m{rounded(start - end + 5)} -4l-5 4l5 4"
    if math.log(effect.high) > scale.high:
        path += f"M{rounded(end - 5)} {MIDDLE - 4}l5 4l-5 4"
    return Bar(path, middle)


def _place(value: float, scale: Scale) -> float:
    return scale(min(max(math.log(value), scale.low), scale.high))


def _diamond(effect: Effect, scale: Scale) -> str:
    low, high, middle = (_place(value, scale) for value in (effect.low, effect.high, effect.estimate))
    return f"{low},{MIDDLE} {middle},{MIDDLE - 7} {high},{MIDDLE} {middle},{MIDDLE + 7}"


def _sides(outcome: r.Outcome, treated: str, against: str) -> str:
    if outcome.direction is r.Direction.NEITHER:
        return f"Left of the line: less with {treated}. Right: more with it."
    treated, against = measures.in_sentence(treated), measures.in_sentence(against)
    left, right = (treated, against) if outcome.direction is r.Direction.LOWER_IS_BETTER else (against, treated)
    return f"Left of the line: in favour of {left}. Right: in favour of {right}."


_ESTIMATORS = {"dersimonian_laird": "DerSimonian and Laird", "paule_mandel": "Paule and Mandel"}
_INTERVALS = {"wald": "Wald", "hartung_knapp_sidik_jonkman": "Hartung, Knapp, Sidik and Jonkman"}


def _facts(analysis: Analysis) -> list[tuple[str, str]]:
    record, pooled = analysis.record, analysis.pooled
    is_random = record.model == "random_effects"
    model = "random effects" if is_random else "common effect"
    facts = [("Model", f"{model}, studies weighted by inverse variance")]
    designs = Counter(row.study.record.design for row in analysis.rows)
    if r.Design.RCT in designs and len(designs) > 1:
        # Whoever pools trials with what was not randomised has a reason; a reader has to know that it was done.
        facts.insert(0, ("Designs", "; ".join(f"{views.DESIGNS[design]} ({n})" for design, n in designs.most_common())))
    if is_random:
        facts.append(("Variance between studies", f"after {_ESTIMATORS[record.estimator or 'dersimonian_laird']}"))
        facts.append(("Confidence interval", _INTERVALS[record.interval]))
    if pooled:
        if pooled.tau2 is not None:
            facts.append(("Tau²", f"{pooled.tau2:.2f}"))
        facts.append(("I²", f"{100 * pooled.i2:.0f}%"))
        p = "P < 0.001" if pooled.p < 0.001 else f"P = {pooled.p:.3f}"
        facts.append(("Cochran’s Q", f"{pooled.q:.1f} ({pooled.df} df, {p})"))
    return facts
