"""What all counted studies say together of an outcome under a treatment: ranges and sums, with the persons behind.

No pooling: reports like these differ too much for one number. Only persons with the condition count, each once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from evidence_site import records as r
from evidence_site.review import Arm, Observation, Review, TreatmentNode

TOLERANCE = 0.25
"""How far from the wanted time a result may lie, as a share of it: 9 to 15 months stand for 12."""


@dataclass(frozen=True, slots=True)
class Change:
    """The range of percent changes around a time. Group means and single persons are taken as they were reported."""

    lowest: float
    highest: float
    unit: str
    persons: int
    studies: int


@dataclass(frozen=True, slots=True)
class Events:
    """Persons with an event out of those observed."""

    persons: int
    of: int
    studies: int


def percent_change(review: Review, treatment: TreatmentNode, outcomes: Collection[str], months: float) -> Change | None:
    """The range at about ``months``; None if no counted study gives one."""
    chosen = [
        observation
        for observation in _counted(treatment, outcomes)
        if observation.result.statistic is r.Statistic.PERCENT_CHANGE
        and isinstance(observation.result.value, int | float)
        and isinstance(observation.result.time, r.Time)
        and not _is_reset(review, observation.result.time)
        and abs(observation.result.time.months - months) <= TOLERANCE * months
    ]
    chosen = _nearest_in_time(chosen, months)
    if not chosen:
        return None
    values = [o.result.value for o in chosen if isinstance(o.result.value, int | float)]
    return Change(
        lowest=min(values),
        highest=max(values),
        unit=chosen[0].result.unit or "",
        persons=sum(o.result.n or o.arm.n for o in _largest_arms(chosen)),
        studies=len({o.study.id for o in chosen}),
    )


def _is_reset(review: Review, time: r.Time) -> bool:
    anchor = review.anchors.get(time.after)
    return anchor is not None and anchor.resets_change


def events(treatment: TreatmentNode, outcomes: Collection[str]) -> Events | None:
    """Persons with any of the outcomes; None if no counted study says how many.

    Where several of the outcomes are given for the same persons, the largest number stands for all of them.
    """
    chosen = [
        observation
        for observation in _counted(treatment, outcomes)
        if observation.result.statistic is r.Statistic.PERSONS_WITH_EVENT
        and isinstance(observation.result.value, int | float)
    ]
    by_arm: dict[Arm, Observation] = {}
    for observation in chosen:
        arm = next(iter(observation.arm.told_before), observation.arm)
        best = by_arm.get(arm)
        if best is None or _value(observation) > _value(best):
            by_arm[arm] = observation
    kept = _largest_arms(list(by_arm.values()))
    if not kept:
        return None
    return Events(
        persons=int(sum(max(_value(o), _inside(o, by_arm.values())) for o in kept)),
        of=sum(_observed(o) for o in kept),
        studies=len({o.study.id for o in kept}),
    )


def _inside(whole: Observation, observations: Iterable[Observation]) -> float:
    # What is told of a part of a group can be more than what is told of the whole, for another outcome or time.
    # Groups within may share persons, so only the largest number is sure; single persons add up.
    parts = [o for o in observations if any(group is whole.arm for group in o.arm.around())]
    groups = [_value(o) for o in parts if isinstance(o.arm.record, r.Group)]
    persons = [_value(o) for o in parts if isinstance(o.arm.record, r.Person)]
    return min(max([0, sum(persons), *groups]), _observed(whole))


def _observed(observation: Observation) -> int:
    return observation.result.of or observation.result.n or observation.arm.n


def _value(observation: Observation) -> float:
    value = observation.result.value
    return value if isinstance(value, int | float) else 0


def _counted(treatment: TreatmentNode, outcomes: Collection[str]) -> Iterator[Observation]:
    for observation in treatment.observations:
        study = observation.study
        if (
            observation.result.outcome in outcomes
            and observation.arm.has_condition
            and study.is_primary
            and study.id not in treatment.left_out
        ):
            yield observation


def _nearest_in_time(observations: list[Observation], months: float) -> list[Observation]:
    # One result for each arm and site: the one nearest in time, so that no person speaks twice.
    best: dict[tuple[Arm, str, str | None], Observation] = {}
    for observation in observations:
        key = (observation.arm, observation.result.outcome, observation.result.site)
        if key not in best or _distance(observation, months) < _distance(best[key], months):
            best[key] = observation
    return list(best.values())


def _distance(observation: Observation, months: float) -> float:
    time = observation.result.time
    return abs(time.months - months) if isinstance(time, r.Time) else float("inf")


def _largest_arms(observations: list[Observation]) -> list[Observation]:
    # A group inside another chosen group, a person inside a chosen group and a person whom another chosen record tells
    # of are already counted there.
    chosen = {observation.arm for observation in observations}
    kept: dict[Arm, Observation] = {}
    for observation in observations:
        arm = observation.arm
        same = arm.told_before
        inside = [group for record in (arm, *same) for group in record.around()]
        if chosen.isdisjoint(same) and chosen.isdisjoint(inside):
            kept.setdefault(arm, observation)
    return list(kept.values())
