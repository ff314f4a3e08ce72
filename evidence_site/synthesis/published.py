"""What enters a meta-analysis from what a study itself says of the difference between two of its groups."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from evidence_site import measures, records as r
from evidence_site.review import Arm, StudyNode
from evidence_site.synthesis.asked import Asked, Chosen, beside, characteristic, one_sided
from evidence_site.synthesis.clusters import clustering, effect_on
from evidence_site.synthesis.reasons import (
    CLUSTERED,
    MIXED,
    NO_INTERVAL,
    RESET,
    SEVERAL_PAIRS,
    SEVERAL_RATIOS,
    SKEWED,
    Obstacle,
)
from evidence_site.synthesis.sides import Group, half_of_the_last_digit, lies_in_the_middle
from evidence_site.synthesis.statistics import Effect, Row


@dataclass(frozen=True, slots=True)
class _Pair:
    """What a study says of two of its groups."""

    item: r.Comparison
    treated: Arm
    against: Arm
    turned: bool
    """Whether the study names the comparator first."""

    def is_inside(self, other: _Pair) -> bool:
        """Whether it tells of a part of the persons of another."""
        sides = (self.treated, other.treated), (self.against, other.against)
        return any(large in small.around() for small, large in sides) and all(
            small is large or large in small.around() for small, large in sides
        )


def published(study: StudyNode, asked: Asked) -> Chosen:
    """How a study enters by a ratio that it gives itself."""
    pairs = [pair for item in study.record.comparisons for pair in _pairs(study, item, asked)]
    anew = [pair for pair in pairs if asked.is_counted_anew(pair.item.time)]
    pairs = [pair for pair in pairs if pair not in anew]
    pairs = [pair for pair in pairs if not any(pair.is_inside(other) for other in pairs)]
    if not pairs:
        return Obstacle(RESET) if anew else _told_at_other_times(study, asked)
    if asked.record.months is not None:
        least = min(_distance(pair.item.time, asked.record.months) for pair in pairs)
        pairs = [pair for pair in pairs if _distance(pair.item.time, asked.record.months) == least]
    like = [pair for pair in pairs if beside(pair.treated, asked) == beside(pair.against, asked)]
    unmatched = [arm for pair in pairs if like and pair not in like for arm in (pair.treated, pair.against)]
    pairs = like or pairs
    if len({(pair.treated, pair.against) for pair in pairs}) > 1:
        return Obstacle(SEVERAL_PAIRS)
    if len(pairs) > 1:
        return Obstacle(SEVERAL_RATIOS)
    (pair,) = pairs
    treated, against = asked.sides
    if treated.exposed(pair.treated) < pair.treated.n or against.exposed(pair.against) < pair.against.n:
        return Obstacle(MIXED)
    effect = _ratio(pair.item, turned=pair.turned)
    if isinstance(effect, Obstacle):
        return effect
    adjusted = pair.item.adjusted_for_clustering
    of_clusters = 1.0 if adjusted else effect_on(study.record, asked.outcome)
    if of_clusters is None:
        return Obstacle(CLUSTERED)
    effect = _widened(effect, math.sqrt(of_clusters))
    return Row(
        study,
        Group(pair.treated.n, of_clusters),
        Group(pair.against.n, of_clusters),
        characteristic(study, asked.record.order_by),
        effect,
        times=(pair.item.time,),
        one_sided=one_sided([[pair.treated], [pair.against]], asked),
        is_added=asked.against in pair.treated.treatments,
        said=" ".join(_words(pair.item.measure)),
        unmatched=tuple(arm for arm in dict.fromkeys(unmatched) if arm not in (pair.treated, pair.against)),
        clustering=clustering(study, asked.outcome, adjusted=adjusted),
    )


def _told_at_other_times(study: StudyNode, asked: Asked) -> Obstacle | None:
    if asked.record.months is None:
        return None
    whenever = replace(asked, record=asked.record.model_copy(update={"months": None}))
    times = [item.time for item in study.record.comparisons if _pairs(study, item, whenever)]
    return asked.at_other_times(times) if times else None


def _pairs(study: StudyNode, item: r.Comparison, asked: Asked) -> list[_Pair]:
    """The groups that are compared, if this is a comparison of what is asked for."""
    one, other = study.arm(item.group), study.arm(item.against)
    if one is None or other is None or item.outcome != asked.outcome or not (one.has_condition and other.has_condition):
        return []
    if not _is_of(item.measure, asked.record.measure) or not asked.is_at_the_time(item.time):
        return []
    treated, against = asked.sides
    both = _Pair(item, one, other, turned=False), _Pair(item, other, one, turned=True)
    return [pair for pair in both if treated.has(pair.treated) and against.has(pair.against)]


def _distance(time: r.Time | r.Missing, months: float) -> float:
    return abs(time.months - months) if isinstance(time, r.Time) else math.inf


def _is_of(said: str, measure: str) -> bool:
    """Whether a difference is of a measure: “adjusted hazard ratio” is a hazard ratio, its logarithm is not."""
    words, wanted = _words(said), measures.words(measure).split()
    is_logarithm = any(word in _LOGARITHMS or word.startswith("logarithm") for word in words)
    return not is_logarithm and any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


_LOGARITHMS = frozenset({"log", "logs", "ln", "loge"})


def _words(said: str) -> list[str]:
    return re.findall(r"[^\W_]+", said.casefold())


def _ratio(item: r.Comparison, *, turned: bool) -> Effect | Obstacle:
    if item.value is None or item.ci95 is None or min(item.value, *item.ci95) <= 0 or item.ci95[0] >= item.ci95[1]:
        return Obstacle(NO_INTERVAL)
    value, (low, high) = item.value, item.ci95
    slack = sum(half_of_the_last_digit(number) / number for number in (value, low, high))
    if not lies_in_the_middle(math.log(value), (math.log(low), math.log(high)), slack):
        return Obstacle(SKEWED)
    return Effect(1 / value, 1 / high, 1 / low) if turned else Effect(float(value), float(low), float(high))


def _widened(effect: Effect, by: float) -> Effect:
    """An interval of a ratio that is so many times as wide on the logarithmic scale."""
    if by == 1:
        return effect  # as printed
    low, high = (effect.estimate * (end / effect.estimate) ** by for end in (effect.low, effect.high))
    return Effect(effect.estimate, low, high)
