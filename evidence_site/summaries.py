"""What all counted studies say together of an outcome under a treatment: ranges and sums, with the persons behind.

Nothing is pooled unless a record asks for it. Only persons with the condition count, each once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from evidence_site import measures, records as r
from evidence_site.review import Arm, Observation, Review, TreatmentNode
from evidence_site.synthesis import analyses, effect_text

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


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell of the findings table: the value, who is behind it, and what is to be known of that.

    All are empty for no result. Without a value the notes say what is known although no number can be given.
    """

    value: str = ""
    who: str = ""
    notes: tuple[str, ...] = ()

    @property
    def behind(self) -> str:
        """Who is behind the value, with the notes, in one line."""
        return "; ".join(filter(None, (self.who, *self.notes)))


def cell(review: Review, treatment: TreatmentNode, column: r.SummaryColumn) -> Cell:
    """A column of the findings table for a treatment, in words."""
    if column.kind == "percent_change" and column.months:
        change = percent_change(review, treatment, column.outcomes, column.months)
        beside = _without_number_of_persons(review, treatment, column.outcomes, column.months)
        if change is None:
            return Cell(notes=_told(beside))
        low, high = measures.number(change.lowest, signed=True), measures.number(change.highest, signed=True)
        unit = measures.percent_sign(change.unit)
        return Cell(
            f"{low}{unit}" if change.lowest == change.highest else f"{low} to {high}{unit}",
            f"{measures.persons(change.persons)}, {_studies(change)}",
            _told(_others(change), beside),
        )
    if column.kind == "synthesis":
        return _pooled(review, treatment, column.outcomes)
    seen = events(treatment, column.outcomes)
    beside = _in_words_only(treatment, column.outcomes)
    if seen is None:
        return Cell(notes=_told(beside))
    return Cell(f"{seen.persons} of {measures.persons(seen.of)}", _studies(seen), _told(_others(seen), beside))


def _told(*notes: str) -> tuple[str, ...]:
    return tuple(filter(None, notes))


def _studies(found: Change | Events | Counted) -> str:
    return measures.counted(found.studies, "study", "studies")


def _others(found: Change | Events) -> str:
    return f"{found.with_others:,} had other treatments too" if found.with_others else ""


def _pooled(review: Review, treatment: TreatmentNode, outcomes: Collection[str]) -> Cell:
    for analysis in analyses(review, treatment):
        if analysis.outcome.id in outcomes and analysis.pooled:
            against = measures.in_sentence(analysis.against.record.name)
            studies = measures.counted(len(analysis.rows), "study", "studies")
            return Cell(
                f"{measures.words(analysis.record.measure)} {effect_text(analysis.pooled.effect)}",
                f"against {against}, {studies}, {measures.persons(analysis.persons)}",
            )
    named = [asked for node in review.treatments.values() for asked in node.record.syntheses]
    is_comparator = any(asked.against == treatment.id and asked.outcome in outcomes for asked in named)
    return Cell("comparator") if is_comparator else Cell()


def percent_change(review: Review, treatment: TreatmentNode, outcomes: Collection[str], months: float) -> Change | None:
    """The range at about ``months``; None if no counted study gives one."""
    chosen = [
        observation
        for observation in _counted(treatment, outcomes)
        if _is_change_at(review, observation.result, months) and _tells_of_the_treated(observation, treatment.id)
    ]
    chosen = _nearest_in_time(chosen, months)
    if not chosen:
        return None
    values = [o.result.value for o in chosen if isinstance(o.result.value, int | float)]
    kept = _largest_arms(chosen)
    return Change(
        lowest=min(values),
        highest=max(values),
        unit=chosen[0].result.unit or "",
        persons=sum(o.result.n or o.arm.n for o in kept),
        studies=len({o.study.id for o in chosen}),
        with_others=sum(_had_others(o, treatment.id) for o in kept),
    )


def _without_number_of_persons(
    review: Review, treatment: TreatmentNode, outcomes: Collection[str], months: float
) -> str:
    """Which changes stand in no range, as nobody says how many had them; empty for none."""
    studies = {
        observation.study.id
        for observation in _of_counted_studies(treatment, outcomes)
        if not _is_number_known(observation, treatment.id) and _is_change_at(review, observation.result, months)
    }
    return f"number of persons not stated: {measures.counted(len(studies), 'study', 'studies')}" if studies else ""


def _is_change_at(review: Review, result: r.Result, months: float) -> bool:
    return (
        result.statistic is r.Statistic.PERCENT_CHANGE
        and isinstance(result.value, int | float)
        and isinstance(result.time, r.Time)
        and not _is_reset(review, result.time)
        and abs(result.time.months - months) <= TOLERANCE * months
    )


def _is_reset(review: Review, time: r.Time) -> bool:
    anchor = review.anchors.get(time.after)
    return anchor is not None and anchor.resets_change


def events(treatment: TreatmentNode, outcomes: Collection[str]) -> Events | None:
    """Persons with any of the outcomes; None if no counted study says how many.

    Where several of the outcomes are given for the same persons, the largest number stands for all of them. Of a group
    of whom only some had the treatment nothing is known but that none of these had the event where nobody had it.
    """
    chosen = [o for o in _counted(treatment, outcomes) if _is_sum(o, treatment.id)]
    by_arm: dict[Arm, Observation] = {}
    for observation in chosen:
        arm = next(iter(observation.arm.told_before), observation.arm)
        best = by_arm.get(arm)
        if best is None or _value(observation) > _value(best):
            by_arm[arm] = observation
    kept = _largest_arms(list(by_arm.values()))
    if not kept:
        return None
    inside: dict[Arm, list[Observation]] = {}
    for observation in by_arm.values():
        for group in observation.arm.around():
            inside.setdefault(group, []).append(observation)
    return Events(
        persons=int(sum(max(_value(o), _told_inside(o, inside.get(o.arm, ()), treatment.id)) for o in kept)),
        of=sum(_with_event_or_not(o, treatment.id) for o in kept),
        studies=len({o.study.id for o in kept}),
        with_others=sum(_had_others(o, treatment.id) for o in kept),
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


def _in_words_only(treatment: TreatmentNode, outcomes: Collection[str]) -> str:
    """Of how many persons something is told who stand in no sum of events; empty for none."""
    told = [o for o in _counted(treatment, outcomes) if _says_something(o.result)]
    sums = [o for o in told if _is_sum(o, treatment.id)]
    # Sums go first: of an arm with both only the sum is kept, and who is inside a sum is told of by it.
    kept = _largest_arms([*sums, *told])
    words = [o for o in kept if o not in sums]
    if not words:
        return ""
    return f"only in words: {measures.persons(sum(_treated(o, treatment.id) for o in words))}"


def _told_inside(whole: Observation, parts: Iterable[Observation], treatment: str) -> float:
    # What is told of a part of a group can be more than what is told of the whole, for another outcome or time.
    # Groups within may share persons, so only the largest number is sure; single persons add up.
    groups = [_value(o) for o in parts if isinstance(o.arm.record, r.Group)]
    persons = [_value(o) for o in parts if isinstance(o.arm.record, r.Person)]
    return min(max([0, sum(persons), *groups]), _with_event_or_not(whole, treatment))


def _observed(observation: Observation) -> int:
    return observation.result.of or observation.result.n or observation.arm.n


def _value(observation: Observation) -> float:
    value = observation.result.value
    return value if isinstance(value, int | float) else 0


def _counted(treatment: TreatmentNode, outcomes: Collection[str]) -> Iterator[Observation]:
    return (o for o in _of_counted_studies(treatment, outcomes) if _is_number_known(o, treatment.id))


def _of_counted_studies(treatment: TreatmentNode, outcomes: Collection[str]) -> Iterator[Observation]:
    for observation in treatment.observations:
        study = observation.study
        if (
            observation.result.outcome in outcomes
            and observation.arm.has_condition
            and study.is_primary
            and study.id not in treatment.left_out
        ):
            yield observation


def _is_number_known(observation: Observation, treatment: str) -> bool:
    # A result may be told of those on a treatment without a word on how many of the arm had it.
    return treatment in observation.arm.treatments or observation.result.n is not None


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


@dataclass(frozen=True, slots=True)
class Counted:
    """Persons with a result, each once, and the studies that tell of them."""

    persons: int
    studies: int


def persons_with_results(treatment: TreatmentNode, outcome: str) -> Counted:
    """Persons with the condition of whom some result of an outcome under a treatment is known."""
    observed: dict[Arm, Observation] = {}
    for observation in _counted(treatment, (outcome,)):
        if not _says_something(observation.result):
            continue
        best = observed.get(observation.arm)
        if best is None or _treated(observation, treatment.id) > _treated(best, treatment.id):
            observed[observation.arm] = observation
    kept = _largest_arms(list(observed.values()))
    return Counted(sum(_treated(o, treatment.id) for o in kept), len({o.study.id for o in kept}))


def _says_something(result: r.Result) -> bool:
    spread = (result.baseline, result.ci95, result.range, result.iqr)
    return not isinstance(result.value, r.Missing) or any(part is not None for part in spread)


def _treated(observation: Observation, treatment: str) -> int:
    # Of a group of whom only some had the treatment no more than these can have a result under it.
    exposed = [e.n for e in observation.arm.record.exposures if e.treatment == treatment and e.n]
    return min(_observed(observation), max(exposed, default=observation.arm.n))
