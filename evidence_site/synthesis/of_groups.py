"""What enters a meta-analysis from the numbers that a study gives of each of its groups."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evidence_site import records as r
from evidence_site.review import Arm, Observation, StudyNode
from evidence_site.synthesis.asked import Asked, Chosen, Side, beside, characteristic, is_two_questions, one_sided
from evidence_site.synthesis.clusters import clustering, effect_on, is_adjusted, mean_of_clusters
from evidence_site.synthesis.reasons import (
    CLUSTERED,
    CLUSTERED_FEW,
    EVERYBODY,
    IMPOSSIBLE,
    MIXED,
    NO_SPREAD,
    NOBODY,
    ONE_GROUP,
    ONE_SIDED,
    OTHER_SITE,
    OTHER_UNIT,
    OTHERWISE,
    PART,
    RESET,
    SAME_PERSONS,
    SEVERAL,
    SHARED,
    SKEWED,
    TWO_QUESTIONS,
    UNCOUNTED,
    Obstacle,
)
from evidence_site.synthesis.sides import Events, Mean, Means
from evidence_site.synthesis.statistics import OF_MEANS, Row

_SPREAD_LEAST = 2
"""Persons whose values have a standard deviation."""
_MEASURED = frozenset({r.Statistic.MEAN, r.Statistic.MEDIAN, r.Statistic.CHANGE, r.Statistic.PERCENT_CHANGE})

_Told = Events | Means


def computed(study: StudyNode, asked: Asked) -> Chosen:
    """How a study enters by the persons with an event, or the means, of its groups."""
    record = asked.record
    given = [o for o in study.observations if _is_counted(o, asked) and isinstance(o.result.value, int | float)]
    told = [o for o in given if asked.is_at_the_time(o.result.time)]
    alike = [o for o in told if o.result.statistic is _statistic(record)]
    seen = [o for o in alike if not asked.is_counted_anew(o.result.time)]
    found = [_by_arm(seen, side, other) for side, other in zip(asked.sides, reversed(asked.sides), strict=True)]
    if not any(found):
        if all(side.of(alike) for side in asked.sides):
            return Obstacle(RESET)
        return _told_otherwise(told, asked) or _told_at_other_times(given, asked)
    shared = _of_one_group(seen, asked)
    if shared is not None:
        return shared
    found, unmatched = _matched(found, asked)
    if is_two_questions([observations[0].arm for observations in found[0]], asked):
        return Obstacle(TWO_QUESTIONS)
    found = _at_one_time(found, record.months)
    numbers = [_numbers(study, chosen, side, asked) for chosen, side in zip(found, asked.sides, strict=True)]
    for number in numbers:
        if isinstance(number, Obstacle):
            return number
    treated, other = numbers
    if not isinstance(treated, Events | Means) or not isinstance(other, Events | Means):
        return Obstacle(SHARED if all(side.of(seen) for side in asked.sides) else ONE_SIDED)
    chosen = [observations[0] for side in found for observations in side]
    obstacle = _not_comparable(treated, other, chosen)
    if obstacle is not None:
        return obstacle
    return Row(
        study,
        treated,
        other,
        characteristic(study, record.order_by),
        observations=tuple(chosen),
        times=tuple(dict.fromkeys(o.result.time for o in chosen)),
        one_sided=one_sided([[o[0].arm for o in side] for side in found], asked),
        is_added=any(asked.against in o[0].arm.treatments for o in found[0]),
        unmatched=unmatched,
        clustering=clustering(study, asked.outcome, adjusted=all(is_adjusted(o.result) for o in chosen)),
    )


def _not_comparable(treated: _Told, other: _Told, chosen: Sequence[Observation]) -> Obstacle | None:
    """Why the numbers of the two sides cannot be compared, if they cannot."""
    if any(side.effective < min(_SPREAD_LEAST, side.persons) for side in (treated, other)):
        return Obstacle(CLUSTERED_FEW)
    if isinstance(treated, Events) and isinstance(other, Events):
        if treated.events == other.events == 0:
            return Obstacle(NOBODY)
        if (treated.events, other.events) == (treated.persons, other.persons):
            return Obstacle(EVERYBODY)
    elif len({o.result.unit for o in chosen}) > 1:
        return Obstacle(OTHER_UNIT)
    return Obstacle(OTHER_SITE) if len({o.result.site for o in chosen if o.result.site}) > 1 else None


def _told_otherwise(told: Sequence[Observation], asked: Asked) -> Obstacle | None:
    """Whoever looks for means has to know of the studies that measured the outcome and are not among them."""
    if asked.record.measure not in OF_MEANS:
        return None
    measured = [o for o in told if o.result.statistic in _MEASURED]
    return Obstacle(OTHERWISE) if all(side.of(measured) for side in asked.sides) else None


def _told_at_other_times(given: Sequence[Observation], asked: Asked) -> Obstacle | None:
    """A pool of two trials out of four, chosen by their time, has to say which trials these two are not."""
    wanted = _MEASURED if asked.record.measure in OF_MEANS else {_statistic(asked.record)}
    alike = [o for o in given if o.result.statistic in wanted]
    sides = [side.of(alike) for side in asked.sides]
    if asked.record.months is None or not all(sides):
        return None
    return asked.at_other_times(o.result.time for side in sides for o in side)


def _statistic(record: r.Synthesis) -> r.Statistic | None:
    return r.Statistic(record.statistic) if record.statistic else r.Statistic.PERSONS_WITH_EVENT


def _is_counted(observation: Observation, asked: Asked) -> bool:
    arm = observation.arm
    return observation.result.outcome == asked.outcome and arm.has_condition and not arm.told_before


def _of_one_group(observations: Sequence[Observation], asked: Asked) -> Obstacle | None:
    """Whether the results of both treatments are of one group, as in a trial that crosses over."""
    one, other = asked.treatment, asked.against
    linked = {(o.arm, o.result.treatment) for o in observations}
    shared = [arm for arm, treatment in linked if treatment == one and (arm, other) in linked]
    if not shared:
        return None
    crossed = any(arm.exposed(one) + arm.exposed(other) > arm.n for arm in shared)
    return Obstacle(SAME_PERSONS if crossed else ONE_GROUP)


_Found = list[Sequence[Observation]]
"""The results of one side, those of each group together."""


def _by_arm(seen: Sequence[Observation], side: Side, other: Side) -> _Found:
    """The results of a side by group, so that each person stands in one: the outermost groups of this side alone.

    A group that holds one of the other side as well, such as all persons of a trial, is none of them.
    """
    arms: dict[Arm, list[Observation]] = {}
    for observation in side.of(seen):
        arms.setdefault(observation.arm, []).append(observation)
    both = {group for observation in other.of(seen) for group in observation.arm.around()}
    kept = [arm for arm in arms if arm not in both]
    # Of a group of whom only some had the treatment, those who had it may be told of on their own.
    inner = {group for arm in kept for group in arm.around()}
    kept = [arm for arm in kept if arm not in inner or not side.is_mixed(arms[arm][0])]
    return [arms[arm] for arm in kept if not any(group in kept for group in arm.around())]


def _matched(found: Sequence[_Found], asked: Asked) -> tuple[list[_Found], tuple[Arm, ...]]:
    """The groups that had the same besides as one of the other side, and those that are left out for it.

    Of a factorial trial those with another treatment, too, would show what that one does (Cochrane Handbook, 23.3).
    Where no group is like any, all stay; so do persons who are told of one by one.
    """
    sides = [[(observations, observations[0].arm) for observations in side] for side in found]
    if any(isinstance(arm.record, r.Person) for side in sides for _, arm in side):
        return list(found), ()
    common = frozenset.intersection(*(frozenset(beside(arm, asked) for _, arm in side) for side in sides))
    if not common:
        return list(found), ()
    kept = [[observations for observations, arm in side if beside(arm, asked) in common] for side in sides]
    return kept, tuple(arm for side in sides for _, arm in side if beside(arm, asked) not in common)


def _at_one_time(found: Sequence[_Found], months: float | None) -> list[_Found]:
    """Of several results of a group the nearest to the time that is asked for, of times that all groups have if any."""
    if months is None:
        return list(found)
    times = [{_months(o) for o in observations} for side in found for observations in side]
    common = set.intersection(*times)
    return [
        [_nearest([o for o in observations if not common or _months(o) in common], months) for observations in side]
        for side in found
    ]


def _months(observation: Observation) -> float:
    time = observation.result.time
    return time.months if isinstance(time, r.Time) else math.inf


def _numbers(study: StudyNode, found: _Found, side: Side, asked: Asked) -> _Told | Obstacle | None:
    """All groups of one side together (Cochrane Handbook, chapter 23), or why not; None if no number is told."""
    if not found:
        return None
    if any(len(observations) > 1 for observations in found):
        return Obstacle(SEVERAL)
    chosen = [observations[0] for observations in found]
    if any(side.is_mixed(o) for o in chosen):
        return Obstacle(MIXED)
    if any(_is_part(study, group, side, asked) for o in chosen for group in o.arm.around()):
        return Obstacle(PART)
    return _means(chosen, asked.record) if asked.record.measure in OF_MEANS else _events(study, chosen)


def _is_part(study: StudyNode, group: Arm, side: Side, asked: Asked) -> bool:
    """Whether of a group of this side some persons or smaller groups alone are told of, who may be told for a reason.

    Those of whom it is said that nothing is known of them are told of, too.
    """
    if not side.has(group) or any(side.faces(arm) and group in arm.around() for arm in study.arms):
        return False
    inside = {o.arm for o in study.observations if o.result.outcome == asked.outcome and group in o.arm.around()}
    outermost = [arm for arm in inside if not any(other in inside for other in arm.around())]
    return sum(side.exposed(arm) for arm in outermost) < side.exposed(group)


def _nearest(observations: Sequence[Observation], months: float) -> Sequence[Observation]:
    """Of several results of a group those nearest to the time that is asked for."""
    least = min(abs(_months(o) - months) for o in observations)
    return [o for o in observations if abs(_months(o) - months) == least]


def _events(study: StudyNode, chosen: Sequence[Observation]) -> Events | Obstacle:
    persons = [o.result.of or o.persons for o in chosen]
    if None in persons:
        return Obstacle(UNCOUNTED)
    told = [o.result.value for o in chosen if isinstance(o.result.value, int | float)]
    if any(not 0 <= value <= (all_ or 0) or value != int(value) for value, all_ in zip(told, persons, strict=True)):
        return Obstacle(IMPOSSIBLE)  # an error, of which the checks tell at its place
    is_done = all(is_adjusted(o.result) for o in chosen)
    effect = 1.0 if is_done else effect_on(study.record, chosen[0].result.outcome)
    if effect is None:
        return Obstacle(CLUSTERED)
    return Events(sum(map(int, told)), sum(number or 0 for number in persons), effect)


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
        standardised = record.measure == "standardised_mean_difference"
        allowed = mean_of_clusters(mean, result, observation.study.record, standardised=standardised)
        if isinstance(allowed, Obstacle):
            return allowed
        groups.append(allowed)
    return Means(tuple(groups))
