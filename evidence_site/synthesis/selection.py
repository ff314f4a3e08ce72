"""Which studies enter a meta-analysis, by the rules by which persons are counted, and why the others do not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from evidence_site import measures, records as r
from evidence_site.review import Arm, Observation, OutcomeNode, StudyNode, TreatmentNode
from evidence_site.synthesis.sides import Events, Group, Mean, Means, half_of_the_last_digit, lies_in_the_middle
from evidence_site.synthesis.statistics import OF_MEANS, PUBLISHED, Effect, Row

TOLERANCE = 0.25
"""How far from the time asked for a result may lie, as a share of it."""

NOBODY = "nobody in it had the event, which says nothing of a ratio"
ONE_SIDED = "it gives numbers for one of the two groups only"
SEVERAL = "it gives the outcome of one group several times"
MIXED = "only some of a group had the treatment, and it gives no number of these alone"
RETRACTED = "it was retracted"
SAME_PERSONS = "the same persons had both treatments, which this way of pooling does not allow for"
UNCOUNTED = "it does not say of how many persons it gives the number"
OTHER_UNIT = "it gives the outcome in another unit"
NO_SPREAD = "it gives neither standard deviation, standard error nor confidence interval of a mean"
SKEWED = "its confidence interval does not lie evenly about the estimate"
NO_INTERVAL = "it gives no confidence interval of the ratio"
SEVERAL_RATIOS = "it gives several ratios for the same groups"

OTHERWISE = "it gives the outcome in another form, such as a median"

_SPREAD_LEAST = 2
"""Persons whose values have a standard deviation."""
_MEASURED = frozenset({r.Statistic.MEAN, r.Statistic.MEDIAN, r.Statistic.CHANGE, r.Statistic.PERCENT_CHANGE})


class Obstacle(str):
    """Why a side cannot be pooled, in words that go on after the name of the study."""

    __slots__ = ()


_Side = Events | Means
_Chosen = Row | Obstacle | None
"""A study as it enters, why it does not, or None where it says nothing of the matter."""


def select(
    treatment: TreatmentNode, against: TreatmentNode, outcome: OutcomeNode, record: r.Synthesis
) -> tuple[tuple[Row, ...], tuple[tuple[StudyNode, str], ...]]:
    """The studies that enter, in the order of the forest plot, and those that tell of it but cannot, each with why."""
    rows: list[Row] = []
    left_out: list[tuple[StudyNode, str]] = []
    choose = _published if record.measure in PUBLISHED else _computed
    for study in treatment.studies:
        if study.is_synthesis or not (study.is_primary or study.is_retracted):
            continue
        if study.id in treatment.left_out or against.id not in study.treatments:
            continue
        chosen = choose(study, treatment.id, against.id, outcome, record)
        if chosen is None:
            continue
        if study.is_retracted:
            chosen = Obstacle(RETRACTED)
        if isinstance(chosen, Row):
            rows.append(chosen)
        else:
            left_out.append((study, str(chosen)))
    rows.sort(key=_order)
    return tuple(rows), tuple(sorted(left_out, key=lambda item: item[0].id))


def _at_the_time(time: r.Time | r.Missing, months: float | None) -> bool:
    return months is None or (isinstance(time, r.Time) and abs(time.months - months) <= TOLERANCE * abs(months))


# --- from the numbers of both groups ---------------------------------------------------------------------------------


def _computed(study: StudyNode, treatment: str, against: str, outcome: OutcomeNode, record: r.Synthesis) -> _Chosen:
    of_outcome = [o for o in study.observations if _is_counted(o, outcome) and isinstance(o.result.value, int | float)]
    seen = [o for o in of_outcome if o.result.statistic is _statistic(record)]
    seen = [o for o in seen if _at_the_time(o.result.time, record.months)]
    side_of = _means if record.measure in OF_MEANS else _events
    treated = _side(_of_side(seen, treatment, ""), treatment, record, side_of)
    other = _side(_of_side(seen, against, treatment), against, record, side_of)
    if treated is None and other is None:
        return _told_otherwise(of_outcome, treatment, against, record)
    if _had_both(seen, treatment, against):
        return Obstacle(SAME_PERSONS)
    for side in (treated, other):
        if isinstance(side, Obstacle):
            return side
    if not isinstance(treated, Events | Means) or not isinstance(other, Events | Means):
        return Obstacle(ONE_SIDED)
    if isinstance(treated, Events) and isinstance(other, Events) and treated.events == other.events == 0:
        return Obstacle(NOBODY)
    if record.measure in OF_MEANS and len({o.result.unit for o in seen}) > 1:
        return Obstacle(OTHER_UNIT)
    return Row(study, treated, other, _value(study, record.order_by))


def _told_otherwise(
    of_outcome: Sequence[Observation], treatment: str, against: str, record: r.Synthesis
) -> Obstacle | None:
    """Whoever looks for means has to know of the studies that measured the outcome and are not among them."""
    if record.measure not in OF_MEANS:
        return None
    told = [o for o in of_outcome if o.result.statistic in _MEASURED and _at_the_time(o.result.time, record.months)]
    sides = _of_side(told, treatment, ""), _of_side(told, against, treatment)
    return Obstacle(OTHERWISE) if all(sides) else None


def _statistic(record: r.Synthesis) -> r.Statistic | None:
    return r.Statistic(record.statistic) if record.statistic else r.Statistic.PERSONS_WITH_EVENT


def _is_counted(observation: Observation, outcome: OutcomeNode) -> bool:
    arm = observation.arm
    return observation.result.outcome == outcome.id and arm.has_condition and not arm.told_before


def _had_both(observations: Sequence[Observation], one: str, other: str) -> bool:
    """Whether the results of both treatments are of the same persons, as in a trial that crosses over."""
    linked = {(o.arm, o.result.treatment) for o in observations if o.result.treatment}
    return any((arm, one) in linked and (arm, other) in linked for arm, _ in linked)


def _of_side(observations: Sequence[Observation], treatment: str, without: str) -> list[Observation]:
    return [o for o in observations if treatment in o.treatments and without not in o.arm.treatments]


def _side(
    told: Sequence[Observation],
    treatment: str,
    record: r.Synthesis,
    side_of: Callable[[Sequence[Observation], r.Synthesis], _Side | Obstacle],
) -> _Side | Obstacle | None:
    """All groups of one side together (Cochrane Handbook, chapter 23), or why not; None if no number is told."""
    arms: dict[Arm, list[Observation]] = {}
    for observation in told:
        arms.setdefault(observation.arm, []).append(observation)
    outermost = [
        _nearest(found, record.months)
        for arm, found in arms.items()
        if not any(group in arms for group in arm.around())
    ]
    if not outermost:
        return None
    if any(len(found) > 1 for found in outermost):
        return Obstacle(SEVERAL)
    chosen = [found[0] for found in outermost]
    if any(o.result.treatment != treatment and o.arm.exposed(treatment) < o.arm.n for o in chosen):
        return Obstacle(MIXED)
    return side_of(chosen, record)


def _nearest(observations: Sequence[Observation], months: float | None) -> Sequence[Observation]:
    """Of several results of a group those nearest to the time that is asked for."""
    if months is None:
        return observations

    def distance(observation: Observation) -> float:
        time = observation.result.time
        return abs(time.months - months) if isinstance(time, r.Time) else float("inf")

    least = min(map(distance, observations))
    return [o for o in observations if distance(o) == least]


def _events(chosen: Sequence[Observation], _: r.Synthesis) -> Events | Obstacle:
    persons = [o.result.of or o.persons for o in chosen]
    if None in persons:
        return Obstacle(UNCOUNTED)
    events = sum(int(o.result.value) for o in chosen if isinstance(o.result.value, int | float))
    return Events(events, sum(number or 0 for number in persons))


def _means(chosen: Sequence[Observation], record: r.Synthesis) -> Means | Obstacle:
    groups = []
    for observation in chosen:
        result, persons = observation.result, observation.persons
        if record.unit and result.unit != record.unit:
            return Obstacle(OTHER_UNIT)
        if persons is None:
            return Obstacle(UNCOUNTED)
        if not isinstance(result.value, int | float):
            continue
        mean = Mean(float(result.value), persons, result.sd, result.se, result.ci95)
        if persons < _SPREAD_LEAST or not any((mean.sd, mean.se, mean.ci95 and mean.ci95[0] < mean.ci95[1])):
            return Obstacle(NO_SPREAD)
        if mean.is_skewed:
            return Obstacle(SKEWED)
        groups.append(mean)
    return Means(tuple(groups))


# --- from what the studies say of the difference ---------------------------------------------------------------------


def _published(study: StudyNode, treatment: str, against: str, outcome: OutcomeNode, record: r.Synthesis) -> _Chosen:
    found = []
    for item in study.record.comparisons:
        one, other = study.arm(item.group), study.arm(item.against)
        if one is None or other is None or item.outcome != outcome.id:
            continue
        if not _is_of(item.measure, record.measure) or not _at_the_time(item.time, record.months):
            continue
        if not (one.has_condition and other.has_condition):
            continue
        for treated, compared, turned in ((one, other, False), (other, one, True)):
            without = against in compared.treatments and treatment not in compared.treatments
            if treatment in treated.treatments and without:
                found.append((item, treated, compared, turned))
    if not found:
        return None
    if len(found) > 1:
        return Obstacle(SEVERAL_RATIOS)
    ((item, treated, compared, turned),) = found
    if treated.exposed(treatment) < treated.n or compared.exposed(against) < compared.n:
        return Obstacle(MIXED)
    effect = _ratio(item, turned=turned)
    if isinstance(effect, Obstacle):
        return effect
    return Row(study, Group(treated.n), Group(compared.n), _value(study, record.order_by), effect)


def _is_of(said: str, measure: str) -> bool:
    """Whether a difference is of a measure: “adjusted hazard ratio” is a hazard ratio, its logarithm is not."""
    words = said.casefold().replace("-", " ").split()
    wanted = measures.words(measure).split()
    return "log" not in words and any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def _ratio(item: r.Comparison, *, turned: bool) -> Effect | Obstacle:
    if item.value is None or item.ci95 is None or min(item.value, *item.ci95) <= 0 or item.ci95[0] >= item.ci95[1]:
        return Obstacle(NO_INTERVAL)
    value, (low, high) = item.value, item.ci95
    slack = sum(half_of_the_last_digit(number) / number for number in (value, low, high))
    if not lies_in_the_middle(math.log(value), (math.log(low), math.log(high)), slack):
        return Obstacle(SKEWED)
    return Effect(1 / value, 1 / high, 1 / low) if turned else Effect(float(value), float(low), float(high))


# --- the order of the plot -------------------------------------------------------------------------------------------


def _value(study: StudyNode, characteristic: str | None) -> r.Number | str | None:
    value = study.record.characteristics.get(characteristic or "")
    return value if isinstance(value, int | float | str) and not isinstance(value, r.Missing | bool) else None


def _order(row: Row) -> tuple[object, ...]:
    value = row.value
    number = value if isinstance(value, int | float) else 0
    return value is None, isinstance(value, str), number, str(value or ""), row.study.year or 0, row.study.id
