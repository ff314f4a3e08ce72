"""What a single study adds to the findings of a treatment: to each column of the findings table, and to each outcome.

Shares of studies add up to what all of them say. A study's share depends on it and on those that tell of the same
persons: each person speaks once, and only persons with the condition count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evidence_site import measures, records as r
from evidence_site.review import Arm, Observation, Review, StudyNode, TreatmentNode


@dataclass(frozen=True, slots=True)
class Change:
    """The range of percent changes around a time. Group means and single persons are taken as they were reported."""

    lowest: float
    highest: float
    unit: str
    persons: int
    studies: int
    with_others: int = 0
    """How many of these persons had other treatments too, where the source does not link the number with one."""


@dataclass(frozen=True, slots=True)
class Events:
    """Persons with an event out of those observed."""

    persons: int
    of: int
    studies: int
    with_others: int = 0
    """How many of those observed had other treatments too, where the source does not link the number with one."""


class Part(NamedTuple):
    """What a study adds to a column."""

    found: Change | Events | None = None
    beside: int = 0
    """For changes 1 if some stand in no range, as nobody says how many had them; for events how many persons something
    is told of without their number: in words, or in percent."""
    in_percent: bool = False
    """Whether something of these is told in percent."""


class Share(NamedTuple):
    """What a study adds."""

    columns: Sequence[Part]
    """To each column of the findings table; what is pooled is not made of shares."""
    persons: Mapping[str, int]
    """By outcome: persons with the condition of whom some result is known; without those of nobody."""


def share(review: Review, treatment: TreatmentNode, tied: Iterable[StudyNode], study: StudyNode) -> Share:
    """What ``study`` adds to the findings of a treatment.

    ``tied`` are the counted studies of the treatment that tell of persons of this one, and itself, in their order.
    """
    told = [
        observation
        for one in tied
        for observation in one.observations
        if observation.arm.has_condition and treatment.id in observation.treatments
    ]
    by_outcome: dict[str, list[Observation]] = {}
    for observation in told:
        by_outcome.setdefault(observation.result.outcome, []).append(observation)
    persons = {id_: _persons_with_results(study, treatment.id, found) for id_, found in by_outcome.items()}
    columns = (
        _part(review, study, treatment.id, column, [o for o in told if o.result.outcome in column.outcomes])
        for column in review.record.findings_table
    )
    return Share(tuple(columns), {id_: n for id_, n in persons.items() if n})


def _part(
    review: Review, study: StudyNode, treatment: str, column: r.SummaryColumn, told: Sequence[Observation]
) -> Part:
    if not told or column.kind == "synthesis":
        return Part()
    if column.kind == "percent_change" and column.months:
        told = [o for o in told if _is_change_at(review, o.result, column.months)]
        known = [o for o in told if o.persons is not None]
        unknown = any(o.study is study and o not in known for o in told)
        return Part(_change(study, treatment, known, column.months), int(unknown))
    known = [o for o in told if o.persons is not None]
    numberless = _numberless(study, treatment, known)
    return Part(
        _events(study, treatment, known),
        sum(_treated(o, treatment) for o in numberless),
        any(o.result.statistic is r.Statistic.PERCENT_OF_PERSONS for o in numberless),
    )


# --- changes ---------------------------------------------------------------------------------------------------------


def _change(study: StudyNode, treatment: str, told: Iterable[Observation], months: float) -> Change | None:
    chosen = _nearest_in_time([o for o in told if _tells_of_the_treated(o, treatment)], months)
    own = [o for o in chosen if o.study is study]
    if not own:
        return None
    values = [o.result.value for o in own if isinstance(o.result.value, int | float)]
    # Of several sites or outcomes of a group the one of most persons says of how many the range is.
    most = sorted(chosen, key=lambda o: o.persons or 0, reverse=True)
    kept = [o for o in _largest_arms(most) if o.study is study]
    return Change(
        lowest=min(values),
        highest=max(values),
        unit=own[0].result.unit or "",
        persons=sum(o.persons or 0 for o in kept),  # whose number is unknown was left out above
        studies=1,
        with_others=sum(_had_others(o, treatment) for o in kept),
    )


def _is_change_at(review: Review, result: r.Result, months: float) -> bool:
    return (
        result.statistic is r.Statistic.PERCENT_CHANGE
        and isinstance(result.value, int | float)
        and isinstance(result.time, r.Time)
        and not review.is_counted_anew(result.time)
        and measures.is_near(result.time, months)
    )


# --- events ----------------------------------------------------------------------------------------------------------


def _events(study: StudyNode, treatment: str, told: Iterable[Observation]) -> Events | None:
    by_arm: dict[Arm, Observation] = {}
    for observation in told:
        if not _is_sum(observation, treatment):
            continue
        arm = next(iter(observation.arm.told_before), observation.arm)
        best = by_arm.get(arm)
        if best is None or _value(observation) > _value(best):
            by_arm[arm] = observation
    kept = [o for o in _largest_arms(list(by_arm.values())) if o.study is study]
    if not kept:
        return None
    inside: dict[Arm, list[Observation]] = {}
    for observation in by_arm.values():
        for group in observation.arm.around():
            inside.setdefault(group, []).append(observation)
    return Events(
        persons=int(sum(max(_value(o), _told_inside(o, inside.get(o.arm, ()), treatment)) for o in kept)),
        of=sum(_with_event_or_not(o, treatment) for o in kept),
        studies=1,
        with_others=sum(_had_others(o, treatment) for o in kept),
    )


def _is_sum(observation: Observation, treatment: str) -> bool:
    result = observation.result
    return (
        result.statistic is r.Statistic.PERSONS_WITH_EVENT
        and isinstance(result.value, int | float)
        and (result.value == 0 or _tells_of_the_treated(observation, treatment))
    )


def _with_event_or_not(observation: Observation, treatment: str) -> int:
    if _tells_of_the_treated(observation, treatment):
        return _observed(observation)
    return _treated(observation, treatment)


def _numberless(study: StudyNode, treatment: str, told: Iterable[Observation]) -> list[Observation]:
    said = [o for o in told if _says_something(o.result)]
    sums = [o for o in said if _is_sum(o, treatment)]
    # Sums go first: of an arm with both only the sum is kept, and who is inside a sum is told of by it.
    kept = _largest_arms([*sums, *said])
    return [o for o in kept if o.study is study and o not in sums]


def _told_inside(whole: Observation, parts: Iterable[Observation], treatment: str) -> float:
    # What is told of a part of a group can be more than what is told of the whole, for another outcome or time.
    # Groups within may share persons, so only the largest number is sure; single persons add up.
    groups = [_value(o) for o in parts if isinstance(o.arm.record, r.Group)]
    persons = [_value(o) for o in parts if isinstance(o.arm.record, r.Person)]
    return min(max([0, sum(persons), *groups]), _with_event_or_not(whole, treatment))


def _observed(observation: Observation) -> int:
    return observation.result.of or observation.persons or 0


def _value(observation: Observation) -> float:
    value = observation.result.value
    return value if isinstance(value, int | float) else 0


# --- persons ---------------------------------------------------------------------------------------------------------


def _persons_with_results(study: StudyNode, treatment: str, told: Iterable[Observation]) -> int:
    observed: dict[Arm, Observation] = {}
    for observation in told:
        if observation.persons is None or not _says_something(observation.result):
            continue
        best = observed.get(observation.arm)
        if best is None or _treated(observation, treatment) > _treated(best, treatment):
            observed[observation.arm] = observation
    return sum(_treated(o, treatment) for o in _largest_arms(list(observed.values())) if o.study is study)


def _says_something(result: r.Result) -> bool:
    spread = (result.baseline, result.ci95, result.range, result.iqr)
    return not isinstance(result.value, r.Missing) or any(part is not None for part in spread)


def _tells_of_the_treated(observation: Observation, treatment: str) -> bool:
    # What a source tells of a group is told of those with the treatment only if it says so or all of them had it.
    if observation.result.treatment == treatment:
        return True
    return _treated(observation, treatment) >= _observed(observation)


def _had_others(observation: Observation, treatment: str) -> int:
    # A result that the source links with one treatment is taken as it is told, whatever else these persons had.
    if observation.result.treatment:
        return 0
    others = [e.n or observation.arm.n for e in observation.arm.record.exposures if e.treatment != treatment]
    return min(max(others, default=0), _with_event_or_not(observation, treatment))


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


def _treated(observation: Observation, treatment: str) -> int:
    # Of a group of whom only some had the treatment no more than these can have a result under it.
    return min(_observed(observation), observation.arm.exposed(treatment) or observation.arm.n)
