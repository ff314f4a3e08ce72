"""The statistics of a meta-analysis, from the numbers of each study: those of statsmodels, loaded when needed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from evidence_site import records as r
from evidence_site.synthesis import sparse
from evidence_site.synthesis.sides import Events, Means, Side

if TYPE_CHECKING:
    from evidence_site.review import Arm, Observation, StudyNode
    from evidence_site.synthesis.clusters import Clustering

PACKAGES = ("numpy", "scipy", "statsmodels")
"""What pooling needs beside what a site needs: requirements/pooling.txt."""
FEWEST_TO_POOL = 2
FEWEST_TO_PREDICT = 3
"""Studies needed for a prediction interval, whose t distribution has two degrees of freedom less than there are."""
OF_MEANS = frozenset({"mean_difference", "standardised_mean_difference"})
"""Measures made of the means of groups."""
RATIOS_OF_PERSONS = frozenset({"risk_ratio", "odds_ratio"})
"""Measures made of the persons with an event of each group."""
PUBLISHED = frozenset({"hazard_ratio"})
"""Measures that only the authors of a study can compute, since they need the data of each person."""
DIFFERENCES = OF_MEANS
"""Measures whose value for no difference is 0; that of all others, which are ratios, is 1."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with its 95% confidence interval: a ratio or a difference, whichever the measure is."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A study that is pooled."""

    study: StudyNode
    treated: Side
    against: Side
    value: r.Number | str | None = None
    """Its value of the characteristic by which the studies are ordered."""
    published: Effect | None = None
    """What the study itself says of the difference, for measures that cannot be computed from its groups."""
    said: str = ""
    """What the study calls that: ``adjusted hazard ratio``."""
    observations: tuple[Observation, ...] = ()
    """The results that entered: those of the treated, then of the others."""
    times: tuple[r.Time | r.Missing, ...] = ()
    """When its results were seen, each time once."""
    one_sided: tuple[str, ...] = ()
    """Other treatments that are recorded of one side only, by their ids."""
    is_added: bool = False
    """Whether those with the treatment, or some of them, had the comparator too."""
    unmatched: tuple[Arm, ...] = ()
    """Its groups that are left out, since nobody of the other side had what they had besides the treatment."""
    clustering: Clustering | None = None
    """How it allows for the clusters that it allocated; None if it allocated persons."""
    effect: Effect = Effect(math.nan, math.nan, math.nan)
    weight: float = math.nan
    """Its share in the pooled estimate, 0 to 1."""
    corrected: bool = False
    """Whether cells were corrected for having no event."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """The pooled estimate and how much the studies differ."""

    effect: Effect
    prediction: tuple[float, float] | None
    """Where the true effect of a new study like these is expected to lie, with 95%; of random effects only."""
    tau2: float | None
    """The variance between the studies' true effects, of ratios on the logarithmic scale; of random effects only."""
    i2: float
    """The share of variation between studies that is not chance, 0 to 1 (Higgins and Thompson 2002)."""
    q: float
    df: int
    p: float
    """Cochran's Q, its degrees of freedom and P value."""
    wald: Effect | None = None
    """The estimate with Wald's interval, where that is wider than another one that was asked for."""
    uncorrected: Effect | None = None
    """Of ratios that rest on corrected numbers: the common effect after Mantel and Haenszel, which rests on none."""
    is_corrected: bool = False
    """Whether the estimate rests on numbers that were corrected for groups without events."""


def method(record: r.Synthesis) -> str:
    """How studies are pooled: as asked for, else by what suits the model and the measure."""
    is_counted = record.measure in RATIOS_OF_PERSONS
    usual = "mantel_haenszel" if is_counted and record.model == "common_effect" else "inverse_variance"
    return record.method or usual


def missing_packages() -> tuple[str, ...]:
    """What pooling needs and this machine does not have."""
    return tuple(name for name in PACKAGES if find_spec(name) is None)


def compute(record: r.Synthesis, rows: Sequence[Row]) -> tuple[tuple[Row, ...], Pooled | None]:
    """Effects of the studies and their pooled estimate, which is None for fewer than two studies.

    Studies are pooled by inverse variance, ratios with a common effect after Mantel and Haenszel (``sparse``) unless
    something else is asked for; with random effects the variance between studies is added to that of each
    (DerSimonian and Laird, Control Clin Trials 1986;7:177-88; Paule and Mandel, J Res Natl Bur Stand 1982;87:377-85;
    restricted maximum likelihood, Viechtbauer, J Educ Behav Stat 2005;30:261-93).
    """
    if not rows:
        return (), None
    import numpy as np
    from scipy import stats

    shown = _as_difference if record.measure in DIFFERENCES else _as_ratio
    z = float(stats.norm.isf(0.025))
    effects, variances = _EFFECTS[record.measure](record, rows, z)
    how = method(record)
    made = [
        replace(
            row,
            effect=shown(float(effect), z * math.sqrt(variance)),
            corrected=how != "peto" and _is_corrected(row),
        )
        for row, effect, variance in zip(rows, effects, variances, strict=True)
    ]
    # What a study says itself stands as printed.
    made = [replace(row, effect=row.published) if row.published else row for row in made]
    if len(rows) < FEWEST_TO_POOL:
        return tuple(made), None
    is_random = record.model == "random_effects"
    with np.errstate(divide="ignore", invalid="ignore"):
        tau2 = _between(record.estimator, effects, variances) if is_random else 0.0
    weights = 1 / (variances + tau2)
    mean = float(np.average(effects, weights=weights))
    error = 1 / math.sqrt(weights.sum())
    is_bare = any(row.corrected for row in made)
    uncorrected = None
    if how == "mantel_haenszel" or is_bare:
        seen = _tables(rows)
        found = sparse.mantel_haenszel(record.measure, seen)
        if how == "mantel_haenszel":
            is_bare = found is None
            found = found or sparse.mantel_haenszel(record.measure, seen.corrected)
            if found:
                weights, mean, error = found.weights, found.log, math.sqrt(found.variance)
        elif found:
            uncorrected = shown(found.log, z * math.sqrt(found.variance))
    # How far studies lie from the common effect, which after Mantel and Haenszel is not their average.
    centre = mean if how == "mantel_haenszel" else float(np.average(effects, weights=1 / variances))
    q, df = float(((effects - centre) ** 2 / variances).sum()), len(rows) - 1
    half = wald = z * error
    if is_random and record.interval == "hartung_knapp_sidik_jonkman":
        # How far the studies really lie apart, rather than how far they should.
        scale = float(np.average((effects - mean) ** 2, weights=weights)) / (len(rows) - 1)
        half = float(stats.t.isf(0.025, len(rows) - 1)) * math.sqrt(scale)
    prediction = None
    if is_random and len(rows) >= FEWEST_TO_PREDICT:
        # Higgins, Thompson and Spiegelhalter, J R Stat Soc A 2009;172:137-59.
        reach = float(stats.t.isf(0.025, len(rows) - 2)) * math.sqrt(tau2 + error**2)
        ends = shown(mean, reach)
        prediction = (ends.low, ends.high)
    pooled = Pooled(
        effect=shown(mean, half),
        prediction=prediction,
        tau2=tau2 if is_random else None,
        i2=1 - df / q if q > df else 0.0,
        q=q,
        df=df,
        p=float(stats.chi2.sf(q, df)),
        wald=shown(mean, wald) if half < wald else None,
        uncorrected=uncorrected,
        is_corrected=is_bare,
    )
    shares = weights / weights.sum()
    return tuple(replace(row, weight=float(share)) for row, share in zip(made, shares, strict=True)), pooled


def _between(estimator: str | None, effects: Any, variances: Any) -> float:
    """The variance between studies, zero where they differ less than by chance."""
    from statsmodels.stats.meta_analysis import combine_effects

    if estimator == "restricted_maximum_likelihood":
        return _most_likely(effects, variances)
    method = "pm" if estimator == "paule_mandel" else "dl"
    # Statsmodels goes on with a variance below zero. It is zero by definition, and then the two models are one.
    return max(0.0, float(combine_effects(effects, variances, method_re=method).tau2))


def _most_likely(effects: Any, variances: Any) -> float:
    """The variance between studies that makes the data likeliest, with allowance for the mean being estimated, too.

    The restricted likelihood of the normal model (Viechtbauer, J Educ Behav Stat 2005;30:261-93), maximised by SciPy.
    """
    import numpy as np
    from scipy.optimize import minimize_scalar

    def deviance(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        off = effects - np.average(effects, weights=weights)
        return float(np.log(variances + tau2).sum() + math.log(weights.sum()) + (weights * off**2).sum())

    # In units of the effects themselves, since those may be of any size; no estimate exceeds the square of their range.
    widest = float(np.ptp(effects))
    if not widest:
        return 0.0
    found = minimize_scalar(lambda share: deviance(share * widest**2), bounds=(0, 1), method="bounded", options=_EXACT)
    return float(found.x) * widest**2 if found.fun < deviance(0) else 0.0


_EXACT = {"xatol": 1e-10}


def _as_ratio(log: float, half: float) -> Effect:
    return Effect(math.exp(log), math.exp(log - half), math.exp(log + half))


def _as_difference(value: float, half: float) -> Effect:
    return Effect(value, value - half, value + half)


def _is_corrected(row: Row) -> bool:
    return any(isinstance(side, Events) and side.events in (0, side.persons) for side in (row.treated, row.against))


# --- the effect of each study, with its variance ---------------------------------------------------------------------

# What these take and give are arrays of numpy, which types know only where it is installed.
_Estimates = Callable[[r.Synthesis, Sequence[Row], float], tuple[Any, Any]]


def _of_events(record: r.Synthesis, rows: Sequence[Row], _: float) -> tuple[Any, Any]:
    """Logarithms of ratios.

    Of a events in n1 persons against c in n2, with b and d persons without it, the logarithm of the risk ratio has the
    variance 1/a - 1/n1 + 1/c - 1/n2, that of the odds ratio 1/a + 1/b + 1/c + 1/d (Cochrane Handbook, chapter 10).
    """
    from statsmodels.stats.meta_analysis import effectsize_2proportions

    seen = _tables(rows)
    if method(record) == "peto":
        return sparse.peto(seen)
    # Corrected here: statsmodels 0.15 adds its zero_correction to the events of every study, concerned or not.
    seen = seen.corrected
    made: tuple[Any, Any] = effectsize_2proportions(
        seen.a, seen.n1, seen.c, seen.n2, statistic=record.measure.replace("_", "-")
    )
    return made


def _tables(rows: Sequence[Row]) -> sparse.Tables:
    """The persons with the event of rows that count them."""
    treated = [row.treated for row in rows if isinstance(row.treated, Events)]
    others = [row.against for row in rows if isinstance(row.against, Events)]
    return sparse.tables(treated, others)


def _of_means(record: r.Synthesis, rows: Sequence[Row], _: float) -> tuple[Any, Any]:
    """Differences of means, as they are or in standard deviations.

    The difference has the variance sd1²/n1 + sd2²/n2. Standardised it is Hedges' adjusted g, of the pooled standard
    deviation, with the variance (n1 + n2)/(n1 n2) + g²/(2 (n1 + n2 - 3.94)) (Cochrane Handbook, chapters 6 and 10;
    statistical algorithms of Review Manager 5).
    """
    import numpy as np
    from statsmodels.stats.meta_analysis import effectsize_smd

    sides = [[side.together for side in (row.treated, row.against) if isinstance(side, Means)] for row in rows]
    (m1, s1, n1), (m2, s2, n2) = (
        [np.array([getattr(pair[which], name) for pair in sides], float) for name in ("mean", "sd", "effective")]
        for which in (0, 1)
    )
    if record.measure == "mean_difference":
        return m1 - m2, s1**2 / n1 + s2**2 / n2
    made: tuple[Any, Any] = effectsize_smd(m1, s1, n1, m2, s2, n2)
    return made


def _as_published(_: r.Synthesis, rows: Sequence[Row], z: float) -> tuple[Any, Any]:
    """Logarithms of published ratios, with the variance from their intervals (Cochrane Handbook, chapter 6)."""
    import numpy as np

    found = [row.published for row in rows if row.published]
    errors = np.array([math.log(effect.high / effect.low) / (2 * z) for effect in found])
    return np.log([effect.estimate for effect in found]), errors**2


_EFFECTS: dict[str, _Estimates] = {
    "risk_ratio": _of_events,
    "odds_ratio": _of_events,
    "mean_difference": _of_means,
    "standardised_mean_difference": _of_means,
    "hazard_ratio": _as_published,
}
