"""Studies that allocated whole clusters of persons: how much less they tell than as many persons allocated singly.

The persons of a cluster are alike, so that each tells less. After the Cochrane Handbook, 23.1.4, numbers of persons are
divided by the design effect, 1 + (M - 1) ICC for clusters of M persons on average, and standard errors multiplied by
its square root.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from evidence_site import records as r
from evidence_site.review import StudyNode
from evidence_site.synthesis.reasons import CLUSTERED, CLUSTERED_SPREAD, Obstacle
from evidence_site.synthesis.sides import Mean


@dataclass(frozen=True, slots=True)
class Clustering:
    """How the numbers of a study allow for its clusters."""

    unit: str
    """What was allocated: ``villages``."""
    design_effect: float | None
    """By how much its persons were made fewer; None if the source had allowed for the clusters."""


def design_effect(clusters: r.Clusters, item: r.Correlation) -> float | None:
    """As told, else from the intracluster correlation coefficient and the average size; None if neither is enough."""
    if item.design_effect is not None:
        return float(item.design_effect)
    if item.icc is None or clusters.mean_size is None:
        return None
    return 1 + (clusters.mean_size - 1) * item.icc


def effect_on(study: r.Study, outcome: str) -> float | None:
    """The design effect of an outcome: 1 where persons were allocated one by one, None where it is not known."""
    if study.clusters is None:
        return 1.0
    told = {item.outcome: item for item in reversed(study.clusters.correlations)}
    item = told.get(outcome, told.get(None))
    return design_effect(study.clusters, item) if item else None


def clustering(study: StudyNode, outcome: str, *, adjusted: bool) -> Clustering | None:
    """How it enters; None where persons were allocated one by one."""
    clusters = study.record.clusters
    if clusters is None:
        return None
    return Clustering(clusters.unit, None if adjusted else effect_on(study.record, outcome))


def mean_of_clusters(mean: Mean, result: r.Result, study: r.Study, *, standardised: bool) -> Mean | Obstacle:
    """The mean of one group of a study that may have allocated clusters, with its effective sample size.

    A standard error or interval that the source adjusted holds the design effect, which a standard deviation beside it
    brings to light. Without that it stands as it is, but for standardised differences, which need the deviation.
    """
    effect = effect_on(study, result.outcome)
    if study.clusters is None or not is_adjusted(result):
        return Obstacle(CLUSTERED) if effect is None else replace(mean, design_effect=effect)
    adjusted = Mean(mean.mean, mean.persons, se=mean.se, ci95=mean.ci95)
    if mean.sd:
        return replace(mean, design_effect=max(1.0, (adjusted.deviation / mean.sd) ** 2))
    if effect is None:
        return Obstacle(CLUSTERED_SPREAD) if standardised else adjusted
    less = math.sqrt(effect)
    low, high = ((mean.mean + (end - mean.mean) / less) for end in mean.ci95 or (mean.mean, mean.mean))
    return replace(mean, se=mean.se and mean.se / less, ci95=mean.ci95 and (low, high), design_effect=effect)


def is_adjusted(result: r.Result) -> bool:
    """Whether the source allowed for clusters in the number; a standard deviation alone holds nothing of the kind."""
    counted = result.statistic is r.Statistic.PERSONS_WITH_EVENT
    return result.adjusted_for_clustering and bool(counted or result.se or result.ci95)
