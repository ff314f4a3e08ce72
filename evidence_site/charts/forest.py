"""Forest plots: a table in which each study has its numbers as text and its interval drawn, the pooled estimate below.

The table is the chart, so every number can be read, copied and heard, and nothing has to be matched by eye.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from evidence_site import addresses, measures, records as r, views
from evidence_site.charts.scale import Scale, Tick, round_distances, rounded, steps
from evidence_site.review import StudyNode
from evidence_site.synthesis import (
    DIFFERENCES,
    OF_MEANS,
    PUBLISHED,
    Analysis,
    Effect,
    Events,
    Group,
    Row,
    Side,
    method,
    wording,
)

WIDTH, HEIGHT = 180, 30
"""Of the drawing in each row."""
MIDDLE = HEIGHT // 2
_LEFT, _RIGHT = 10, 170
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_TICK_APART = 26
_MOST_STEPS = 5
_REACH = 4
"""How far beyond the estimates an axis of differences may go, in halves of the middling interval."""
_LARGEST = 9.0
"""Half the side of the square of a study that has all the weight there is in one study."""

_FEWEST = 0.1
"""Of 1,000 persons: what is less is told as that, since nought would be a promise."""

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
    mark: str
    """That it allocated clusters; empty if it allocated persons."""
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
    name: str
    """What is pooled, as a sentence begins with it."""
    measure: str
    """Head of the column of effects."""
    made_of: str
    """From what numbers of the studies they are made."""
    told: str
    """What the columns of the two sides hold."""
    treated: str
    against: str
    against_address: str
    characteristic: str
    """Head of the column by which the studies are ordered; empty without one."""
    lines: tuple[Line, ...]
    pooled_name: str
    pooled: str
    """The pooled estimate with its unit and interval; empty if nothing was pooled."""
    pooled_cell: str
    """The same without its unit, as in a column headed with it."""
    diamond: str
    """Points of its drawing."""
    treated_total: str
    against_total: str
    prediction: str
    """The prediction interval; empty if there is none."""
    new_study: str
    """The same in a sentence; empty if there is none."""
    prediction_bar: Bar | None
    ticks: tuple[Tick, ...]
    no_difference: float
    sides: str
    """What left and right of the line of no difference mean."""
    facts: tuple[tuple[str, str], ...]
    """How much the studies differ, and how it was computed: name and value."""
    absolute: str
    """What the pooled ratio means in persons; empty for other measures."""
    counts: str
    corrected: str
    """What was added to studies in which nobody of a group had the event; empty if nothing was."""
    clusters: tuple[tuple[str, str, str], ...]
    """Studies that allocated clusters: name, address, how its numbers allow for them."""
    unmatched: tuple[tuple[str, str, str], ...]
    """Studies of which some groups are left out: name, address, the groups."""
    may_overlap: tuple[tuple[tuple[str, str], tuple[str, str]], ...]
    """Studies that may hold the same persons: name and address of both."""
    left_out: tuple[tuple[str, str, str], ...]
    """Studies that are not pooled: name, address, reason."""


def name(analysis: Analysis) -> str:
    """The id of a plot among those of its treatment; several of one outcome and comparator share it."""
    return f"{analysis.outcome.id}-{analysis.against.id}"


def forest(analysis: Analysis, study_name: StudyName, characteristic: r.Characteristic | None) -> Forest:
    """The forest plot of a synthesis."""
    rows, pooled = analysis.rows, analysis.pooled
    axis = _axis(analysis)
    treated, against = analysis.treatment.record, analysis.against.record
    outcome = analysis.outcome.record
    prediction = pooled.prediction if pooled else None
    return Forest(
        id=name(analysis),
        title=f"{outcome.name}: {treated.name} against {measures.in_sentence(against.name)}{_at(analysis.record)}",
        name=wording.measure(analysis.record).capitalize(),
        measure=f"{wording.measure(analysis.record).capitalize()}{f', {analysis.unit}' if analysis.unit else ''}",
        made_of=_made_of(analysis.record),
        told=_told(analysis.record),
        treated=treated.name,
        against=against.name,
        against_address=addresses.treatment(analysis.against.id),
        characteristic=_head(characteristic),
        lines=tuple(_line(analysis, row, axis, study_name) for row in rows),
        pooled_name=f"{measures.words(analysis.record.model).replace(' ', '-', 1).capitalize()} model",
        pooled=analysis.text(pooled.effect) if pooled else "",
        pooled_cell=analysis.bare(pooled.effect) if pooled else "",
        diamond=axis.diamond(pooled.effect) if pooled else "",
        treated_total=_total([row.treated for row in rows]),
        against_total=_total([row.against for row in rows]),
        prediction=analysis.ends(prediction) if prediction else "",
        new_study=new_study(analysis),
        prediction_bar=axis.bar(Effect(axis.none, *prediction)) if prediction else None,
        ticks=tuple(Tick(axis.place(value), measures.number(value)) for value in axis.labelled()),
        no_difference=axis.place(axis.none),
        sides=_sides(analysis),
        facts=tuple(_facts(analysis)),
        absolute=absolute(analysis),
        counts=counts(analysis),
        corrected=_corrected(analysis),
        clusters=tuple(
            (study_name(row.study), addresses.study(row.study.id), wording.clustering(row))
            for row in rows
            if row.clustering
        ),
        unmatched=tuple(
            (
                study_name(row.study),
                addresses.study(row.study.id),
                " and ".join(f"{arm.label}, {measures.persons(arm.n)}" for arm in row.unmatched),
            )
            for row in rows
            if row.unmatched
        ),
        may_overlap=_may_overlap(rows, study_name),
        left_out=tuple((study_name(study), addresses.study(study.id), reason) for study, reason in analysis.left_out),
    )


def _at(record: r.Synthesis) -> str:
    return f", at {measures.months(record.months)}" if record.months else ""


def _made_of(record: r.Synthesis) -> str:
    if record.measure in PUBLISHED:
        return "from the ratios that the studies give"
    if record.measure in OF_MEANS:
        return f"from the {_MEANS[record.statistic or 'mean']} of each group"
    return "from the persons with the event in each group"


_MEANS = {"mean": "means", "change": "mean changes", "percent_change": "mean percent changes"}


def _told(record: r.Synthesis) -> str:
    """What the columns of the sides hold."""
    if record.measure in PUBLISHED:
        return "persons"
    return "mean (SD), persons" if record.measure in OF_MEANS else "persons with the event"


def counts(analysis: Analysis) -> str:
    """How many studies and persons enter."""
    return f"{measures.counted(len(analysis.rows), 'study', 'studies')}, {measures.persons(analysis.persons)}"


def absolute(analysis: Analysis) -> str:
    """What a doctor can tell a patient: of a thousand like those of the studies, how many have the event.

    Empty for what is not a ratio of persons with an event.
    """
    found = analysis.absolute
    if found is None:
        return ""
    treated, against = (measures.in_sentence(node.record.name) for node in (analysis.treatment, analysis.against))
    numbers = (found.against, found.treated.estimate, found.treated.low, found.treated.high)
    places = 0 if min(numbers) >= 1 else 1
    assumed, estimate, low, high = (
        f"{number:,.{places}f}" if number >= _FEWEST else f"fewer than {_FEWEST}" for number in numbers
    )
    seen = f"the median of these studies, at {wording.span(analysis.rows)}"
    return (
        f"Where {assumed} of 1,000 persons have the event with {against} ({seen}), "
        f"{estimate} would with {treated} ({low} to {high})"
    )


def new_study(analysis: Analysis) -> str:
    """What the prediction interval says: how far apart studies lie, which the interval of the mean does not show.

    Empty if there is no such interval.
    """
    if not (analysis.pooled and analysis.pooled.prediction):
        return ""
    kind = "difference" if analysis.record.measure in DIFFERENCES else "ratio"
    ends = f"{analysis.ends(analysis.pooled.prediction)}{measures.percent_sign(analysis.unit)}"
    return f"In a new study like these the {kind} may be anything from {ends}"


def _corrected(analysis: Analysis) -> str:
    """What was done to studies in which nobody, or everybody, of a group had the event, and whether it matters."""
    if not any(row.corrected for row in analysis.rows):
        return ""
    pooled = analysis.pooled
    more = ""
    if pooled and not pooled.is_corrected:
        more = " The pooled ratio is made without this."
    elif pooled and pooled.uncorrected is None:
        more = (
            " Without this nothing can be pooled, since in all studies nobody, or everybody, of one side had the event."
        )
    return (
        "In studies in which nobody, or everybody, of a group had the event, one person with it and one without it "
        "were added before the ratio was made, and divided between the groups as their persons are: half a person each "
        f"if both are of one size.{more}"
    )


def _may_overlap(rows: Sequence[Row], study_name: StudyName) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """Pairs of studies in the plot of which a record says that they may hold the same persons."""
    at = {row.study.id: position for position, row in enumerate(rows)}
    said = {
        tuple(sorted((at[row.study.id], at[overlap.study])))
        for row in rows
        for overlap in row.study.record.overlaps
        if overlap.study in at and overlap.study != row.study.id
    }

    def named(position: int) -> tuple[str, str]:
        study = rows[position].study
        return study_name(study), f"{addresses.study(study.id)}#overlaps"

    return tuple((named(one), named(other)) for one, other in sorted(said))


def _head(characteristic: r.Characteristic | None) -> str:
    if characteristic is None:
        return ""
    return f"{characteristic.name}{f' ({characteristic.unit})' if characteristic.unit else ''}"


def _line(analysis: Analysis, row: Row, axis: Axis, study_name: StudyName) -> Line:
    value = row.value
    return Line(
        name=study_name(row.study),
        title=row.study.record.title,
        address=addresses.study(row.study.id),
        mark=f"by {row.clustering.unit}" if row.clustering else "",
        value=measures.number(value) if isinstance(value, int | float) else value or "not reported",
        treated=wording.side(row.treated),
        against=wording.side(row.against),
        effect=analysis.bare(row.effect),
        weight="" if math.isnan(row.weight) else f"{100 * row.weight:.1f}%",
        bar=axis.bar(row.effect),
        half=2.5 if math.isnan(row.weight) else rounded(max(2.0, _LARGEST * math.sqrt(row.weight))),
    )


def _total(sides: list[Side]) -> str:
    """All of a side together; of means only the persons, since their means are not simply added."""
    persons = sum(side.persons for side in sides)
    events = [side.events for side in sides if isinstance(side, Events)]
    return wording.side(Events(sum(events), persons) if events else Group(persons))


# --- the axis --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Axis:
    """From effects to places: differences as they are, ratios by their logarithms."""

    scale: Scale
    ticks: tuple[float, ...]
    none: float
    """The effect that is no difference: 0, or 1 for ratios."""
    is_ratio: bool

    def _along(self, value: float) -> float:
        return math.log(value) if self.is_ratio else value

    def place(self, value: float) -> float:
        """Where an effect lies; one that is off the axis lies at its end."""
        return self.scale(min(max(self._along(value), self.scale.low), self.scale.high))

    def bar(self, effect: Effect) -> Bar:
        """An interval with its estimate; an end that is off the axis becomes an arrow."""
        start, end, middle = (self.place(value) for value in (effect.low, effect.high, effect.estimate))
        path = f"M{start} {MIDDLE}H{end}"
        if self._along(effect.low) < self.scale.low:
            path += f"m{rounded(start - end + 5)} -4l-5 4l5 4"
        if self._along(effect.high) > self.scale.high:
            path += f"M{rounded(end - 5)} {MIDDLE - 4}l5 4l-5 4"
        return Bar(path, middle)

    def diamond(self, effect: Effect) -> str:
        """The corners of the drawing of a pooled estimate."""
        low, high, middle = (self.place(value) for value in (effect.low, effect.high, effect.estimate))
        return f"{low},{MIDDLE} {middle},{MIDDLE - 7} {high},{MIDDLE} {middle},{MIDDLE + 7}"

    def labelled(self) -> list[float]:
        """The ticks whose numbers do not touch, that of no difference among them, from there outwards."""
        kept = [self.none]
        for tick in sorted(self.ticks, key=lambda tick: abs(self._along(tick) - self._along(self.none))):
            if all(abs(self.place(tick) - self.place(other)) >= _TICK_APART for other in kept):
                kept.append(tick)
        return [int(tick) if tick == int(tick) else tick for tick in sorted(kept)]


def _axis(analysis: Analysis) -> Axis:
    effects = [row.effect for row in analysis.rows]
    if analysis.pooled:
        effects.append(analysis.pooled.effect)
        if analysis.pooled.prediction:
            effects.append(Effect(analysis.pooled.effect.estimate, *analysis.pooled.prediction))
    if analysis.record.measure in DIFFERENCES:
        ticks = _ticks_of_differences(effects)
        return Axis(Scale(ticks[0], ticks[-1], _LEFT, _RIGHT), tuple(ticks), 0, is_ratio=False)
    ticks = _ticks_of_ratios([end for effect in effects for end in (effect.low, effect.high)])
    return Axis(Scale(math.log(ticks[0]), math.log(ticks[-1]), _LEFT, _RIGHT), tuple(ticks), 1, is_ratio=True)


def _ticks_of_ratios(ends: list[float]) -> list[float]:
    """The part of the axis that holds all ends, and one; what lies beyond its limits is drawn as an arrow."""
    low, high = min(ends, default=0.5), max(ends, default=2.0)
    first = max((tick for tick in _TICKS if tick <= low), default=_TICKS[0])
    last = min((tick for tick in _TICKS if tick >= high), default=_TICKS[-1])
    return [tick for tick in _TICKS if min(first, 0.5) <= tick <= max(last, 2)]


def _ticks_of_differences(effects: list[Effect]) -> list[float]:
    """An axis with zero and all estimates on it, and with their intervals, but for the ends of very long ones."""
    if not effects:
        return [-1, 0, 1]
    reach = _REACH * median((effect.high - effect.low) / 2 for effect in effects)
    estimates = [0.0, *(effect.estimate for effect in effects)]
    low = max(min(0.0, *(effect.low for effect in effects)), min(estimates) - reach)
    high = min(max(0.0, *(effect.high for effect in effects)), max(estimates) + reach)
    return steps(low, high, round_distances(high - low), _MOST_STEPS)


def _sides(analysis: Analysis) -> str:
    direction = analysis.outcome.record.direction
    treated, against = (measures.in_sentence(node.record.name) for node in (analysis.treatment, analysis.against))
    if analysis.record.measure in PUBLISHED and direction is not r.Direction.LOWER_IS_BETTER:
        # Of survival a study gives the ratio of deaths, of healing that of the healed: no field says which.
        return f"Left of the line: the event comes later with {treated}. Right: earlier."
    if direction is r.Direction.NEITHER:
        return f"Left of the line: less with {treated}. Right: more with it."
    left, right = (treated, against) if direction is r.Direction.LOWER_IS_BETTER else (against, treated)
    return f"Left of the line: in favour of {left}. Right: in favour of {right}."


_ESTIMATORS = {
    "dersimonian_laird": "after DerSimonian and Laird",
    "paule_mandel": "after Paule and Mandel",
    "restricted_maximum_likelihood": "by restricted maximum likelihood (REML)",
}
_METHODS = {
    "inverse_variance": "studies weighted by inverse variance",
    "mantel_haenszel": "after Mantel and Haenszel",
    "peto": "after Peto",
}
_INTERVALS = {"wald": "Wald", "hartung_knapp_sidik_jonkman": "Hartung, Knapp, Sidik and Jonkman"}


def _what_was_pooled(analysis: Analysis) -> list[tuple[str, str]]:
    """In what the studies differ that a reader of the numbers would not see."""
    rows = analysis.rows
    if not rows:
        return []
    facts = []
    designs = Counter(row.study.record.design for row in analysis.rows)
    if r.Design.RCT in designs and len(designs) > 1:
        # Whoever pools trials with what was not randomised has a reason; a reader has to know that it was done.
        facts.append(("Designs", "; ".join(f"{views.DESIGNS[design]} ({n})" for design, n in designs.most_common())))
    facts.append(("Times", analysis.times))
    kinds = Counter(row.said for row in rows if row.said)
    if len(kinds) > 1:
        facts.append(("Ratios", "; ".join(f"{kind} ({n})" for kind, n in kinds.most_common())))
    added = sum(row.is_added for row in rows)
    if added and analysis.against.record.kind != "natural_course":
        who = f"in {added} of {measures.counted(len(rows), 'study', 'studies')} those with the treatment, too"
        facts.append((f"Had {measures.in_sentence(analysis.against.record.name)}", who))
    others = Counter(other for row in rows for other in row.one_sided)
    if others:
        said = (
            f"{analysis.named(id_)} ({measures.counted(n, 'study', 'studies')})" for id_, n in sorted(others.items())
        )
        facts.append(("Other treatments of one side only", "; ".join(said)))
    return facts


def _facts(analysis: Analysis) -> list[tuple[str, str]]:
    record, pooled = analysis.record, analysis.pooled
    is_random = record.model == "random_effects"
    model = "random effects" if is_random else "common effect"
    facts = [*_what_was_pooled(analysis), ("Model", f"{model}, {_METHODS[method(record)]}")]
    if is_random:
        facts.append(("Variance between studies", _ESTIMATORS[record.estimator or "dersimonian_laird"]))
        narrower = f"; narrower here than Wald’s, {analysis.ends_of(pooled.wald)}" if pooled and pooled.wald else ""
        facts.append(("Confidence interval", f"{_INTERVALS[record.interval]}{narrower}"))
    if pooled and pooled.uncorrected:
        told = analysis.text(pooled.uncorrected)
        facts.append(("With nothing added", f"{told}, common effect after Mantel and Haenszel"))
    if pooled:
        if pooled.tau2 is not None:
            facts.append(("Tau²", wording.variance(pooled.tau2)))
        facts.append(("I²", f"{100 * pooled.i2:.0f}%"))
        p = "P < 0.001" if pooled.p < 0.001 else f"P = {pooled.p:.3f}"
        facts.append(("Cochran’s Q", f"{pooled.q:.1f} ({pooled.df} df, {p})"))
    return facts
