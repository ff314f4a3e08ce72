"""Meta-analysis: what a treatment's ``syntheses`` ask for, computed from the persons with an event in each group.

Which studies enter is decided here, by the rules by which persons are counted. The statistics are those of statsmodels
(``stats.meta_analysis``), which its authors verified against R's metafor; it is imported only when something is pooled.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec

from evidence_site import records as r
from evidence_site.review import Arm, Observation, OutcomeNode, Review, StudyNode, TreatmentNode

PACKAGES = ("numpy", "scipy", "statsmodels")
"""What pooling needs beside what a site needs: requirements/pooling.txt."""
CONTINUITY = 0.5
"""Added to each cell of a study if nobody, or everybody, of a group had the event (Cochrane Handbook 5, 16.9.2)."""
FEWEST_TO_POOL = 2
FEWEST_TO_PREDICT = 3
"""Studies needed for a prediction interval, whose t distribution has two degrees of freedom less than there are."""

NOBODY = "nobody in it had the event, which says nothing of a ratio"
ONE_SIDED = "it gives numbers for one of the two groups only"
SEVERAL = "it gives the outcome of one group several times"
MIXED = "only some of a group had the treatment, and it gives no number of these alone"
RETRACTED = "it was retracted"
SAME_PERSONS = "the same persons had both treatments, which this way of pooling does not allow for"
UNCOUNTED = "it does not say of how many persons it gives the number"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: persons with the event, out of all."""

    events: int
    persons: int


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with its 95% confidence interval, as a ratio."""

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
    """The variance between the studies' true effects, on the logarithmic scale; of random effects only."""
    i2: float
    """The share of variation between studies that is not chance, 0 to 1 (Higgins and Thompson 2002)."""
    q: float
    df: int
    p: float
    """Cochran's Q, its degrees of freedom and P value."""


@dataclass(frozen=True)
class Analysis:
    """What became of one synthesis."""

    record: r.Synthesis
    path: r.Path
    """Where it stands in the treatment's file."""
    treatment: TreatmentNode
    against: TreatmentNode
    outcome: OutcomeNode
    entered: tuple[Row, ...]
    """The studies with numbers for both sides, in the order of the forest plot; not yet computed."""
    left_out: tuple[tuple[StudyNode, str], ...]
    """Studies that tell something of it, but cannot be pooled, each with the reason."""

    @cached_property
    def _computed(self) -> tuple[tuple[Row, ...], Pooled | None]:
        if missing_packages():
            return self.entered, None  # the checks say what to install
        return compute(self.record, self.entered)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The studies with their effects and weights."""
        return self._computed[0]

    @property
    def pooled(self) -> Pooled | None:
        """The pooled estimate; None for fewer than two studies."""
        return self._computed[1]

    @property
    def persons(self) -> int:
        """All persons of both sides."""
        return sum(row.treated.persons + row.against.persons for row in self.entered)


def missing_packages() -> tuple[str, ...]:
    """What pooling needs and this machine does not have."""
    return tuple(name for name in PACKAGES if find_spec(name) is None)


def analyses(review: Review, treatment: TreatmentNode) -> tuple[Analysis, ...]:
    """The syntheses of a treatment whose outcome and comparator exist, with the studies that enter."""
    found = []
    for index, record in enumerate(treatment.record.syntheses):
        against, outcome = review.treatments.get(record.against), review.outcomes.get(record.outcome)
        if against is not None and outcome is not None and against is not treatment:
            rows, left_out = _select(treatment, against, outcome, record)
            found.append(Analysis(record, ("syntheses", index), treatment, against, outcome, rows, left_out))
    return tuple(found)


# --- which studies enter ---------------------------------------------------------------------------------------------


def _select(
    treatment: TreatmentNode, against: TreatmentNode, outcome: OutcomeNode, record: r.Synthesis
) -> tuple[tuple[Row, ...], tuple[tuple[StudyNode, str], ...]]:
    rows, left_out = [], []
    for study in treatment.studies:
        if study.is_synthesis or not (study.is_primary or study.is_retracted):
            continue
        if study.id in treatment.left_out or against.id not in study.treatments:
            continue
        seen = [o for o in study.observations if _tells(o, outcome)]
        if study.is_retracted:
            if seen:
                left_out.append((study, RETRACTED))
            continue
        sides = [_side(seen, treatment.id, ""), _side(seen, against.id, treatment.id)]
        if sides == [None, None]:
            continue
        reason = SAME_PERSONS if _had_both(seen, treatment.id, against.id) else _obstacle(sides)
        treated, other = sides
        if isinstance(treated, Side) and isinstance(other, Side) and not reason:
            rows.append(Row(study, treated, other, _value(study, record.order_by)))
        else:
            left_out.append((study, reason))
    rows.sort(key=_order)
    return tuple(rows), tuple(sorted(left_out, key=lambda item: item[0].id))


def _had_both(observations: Sequence[Observation], one: str, other: str) -> bool:
    """Whether the results of both treatments are of the same persons, as in a trial that crosses over."""
    linked = {(o.arm, o.result.treatment) for o in observations if o.result.treatment}
    return any((arm, one) in linked and (arm, other) in linked for arm, _ in linked)


def _tells(observation: Observation, outcome: OutcomeNode) -> bool:
    result = observation.result
    return (
        result.outcome == outcome.id
        and result.statistic is r.Statistic.PERSONS_WITH_EVENT
        and isinstance(result.value, int | float)
        and observation.arm.has_condition
        and not observation.arm.told_before
    )


def _side(observations: Sequence[Observation], treatment: str, without: str) -> Side | str | None:
    """All groups of one side together (Cochrane Handbook, chapter 23), or why not; None if no number is told."""
    of_side = [o for o in observations if treatment in o.treatments and without not in o.arm.treatments]
    arms: dict[Arm, list[Observation]] = {}
    for observation in of_side:
        arms.setdefault(observation.arm, []).append(observation)
    outermost = {arm: found for arm, found in arms.items() if not any(group in arms for group in arm.around())}
    if not outermost:
        return None
    if any(len(found) > 1 for found in outermost.values()):
        return SEVERAL
    told = [found[0] for found in outermost.values()]
    if any(o.result.treatment != treatment and o.arm.exposed(treatment) < o.arm.n for o in told):
        return MIXED
    persons = [o.result.of or o.persons for o in told]
    if None in persons:
        return UNCOUNTED
    events = sum(int(o.result.value) for o in told if isinstance(o.result.value, int | float))
    return Side(events, sum(number or 0 for number in persons))


def _obstacle(sides: Sequence[Side | str | None]) -> str:
    for side in sides:
        if isinstance(side, str):
            return side
    if None in sides:
        return ONE_SIDED
    return NOBODY if all(isinstance(side, Side) and side.events == 0 for side in sides) else ""


def _value(study: StudyNode, characteristic: str | None) -> r.Number | str | None:
    value = study.record.characteristics.get(characteristic or "")
    return value if isinstance(value, int | float | str) and not isinstance(value, r.Missing | bool) else None


def _order(row: Row) -> tuple[object, ...]:
    value = row.value
    number = value if isinstance(value, int | float) else 0
    return value is None, isinstance(value, str), number, str(value or ""), row.study.year or 0, row.study.id


# --- statistics ------------------------------------------------------------------------------------------------------


def compute(record: r.Synthesis, rows: Sequence[Row]) -> tuple[tuple[Row, ...], Pooled | None]:
    """Effects of the studies and their pooled estimate, which is None for fewer than two studies.

    Of a events in n1 persons against c in n2, with b and d persons without it, the logarithm of the risk ratio has the
    variance 1/a - 1/n1 + 1/c - 1/n2, that of the odds ratio 1/a + 1/b + 1/c + 1/d (Cochrane Handbook, chapter 10).
    Studies are pooled by inverse variance; with random effects the variance between studies is added to that of each
    (DerSimonian and Laird, Control Clin Trials 1986;7:177-88; Paule and Mandel, J Res Natl Bur Stand 1982;87:377-85).
    """
    if not rows:
        return (), None
    import numpy as np
    from scipy import stats
    from statsmodels.stats.meta_analysis import combine_effects, effectsize_2proportions

    # Corrected here: statsmodels 0.15 adds its zero_correction to the events of every study, concerned or not.
    extra = np.array([CONTINUITY if _is_corrected(row) else 0.0 for row in rows])
    a, n1 = (np.array([getattr(row.treated, name) for row in rows]) for name in ("events", "persons"))
    c, n2 = (np.array([getattr(row.against, name) for row in rows]) for name in ("events", "persons"))
    measure = record.measure.replace("_", "-")
    effects, variances = effectsize_2proportions(
        a + extra, n1 + 2 * extra, c + extra, n2 + 2 * extra, statistic=measure
    )
    z = float(stats.norm.isf(0.025))
    made = [
        replace(row, effect=_ratio(float(effect), z * math.sqrt(variance)), corrected=_is_corrected(row))
        for row, effect, variance in zip(rows, effects, variances, strict=True)
    ]
    if len(rows) < FEWEST_TO_POOL:
        return tuple(made), None
    is_random = record.model == "random_effects"
    method = "pm" if record.estimator == "paule_mandel" else "dl"
    with np.errstate(invalid="ignore"):
        found = combine_effects(effects, variances, method_re=method)
    # Where the studies differ less than by chance statsmodels goes on with a variance below zero. It is zero by
    # definition, and then the two models are one.
    tau2 = max(0.0, float(found.tau2))
    spread = tau2 > 0 and is_random
    weights = found.weights_rel_re if spread else found.weights_rel_fe
    mean = float(found.mean_effect_re if spread else found.mean_effect_fe)
    error = float(found.sd_eff_w_re if spread else found.sd_eff_w_fe)
    half = z * error
    if is_random and record.interval == "hartung_knapp_sidik_jonkman":
        scaled = found.sd_eff_w_re_hksj if spread else found.sd_eff_w_fe_hksj
        half = float(stats.t.isf(0.025, len(rows) - 1) * scaled)
    prediction = None
    if is_random and len(rows) >= FEWEST_TO_PREDICT:
        # Higgins, Thompson and Spiegelhalter, J R Stat Soc A 2009;172:137-59.
        reach = float(stats.t.isf(0.025, len(rows) - 2)) * math.sqrt(tau2 + error**2)
        prediction = (math.exp(mean - reach), math.exp(mean + reach))
    test = found.test_homogeneity()
    pooled = Pooled(
        effect=_ratio(mean, half),
        prediction=prediction,
        tau2=tau2 if is_random else None,
        i2=max(0.0, float(found.i2)) if found.q else 0.0,
        q=float(test.statistic),
        df=int(test.df),
        p=float(test.pvalue),
    )
    return tuple(replace(row, weight=float(w)) for row, w in zip(made, weights, strict=True)), pooled


def _ratio(log: float, half: float) -> Effect:
    return Effect(math.exp(log), math.exp(log - half), math.exp(log + half))


def _is_corrected(row: Row) -> bool:
    return any(side.events in (0, side.persons) for side in (row.treated, row.against))


def all_analyses(review: Review) -> Iterator[Analysis]:
    """The syntheses of all treatments, in the order of tables."""
    for treatment in review.treatments.values():
        yield from analyses(review, treatment)


# --- in words --------------------------------------------------------------------------------------------------------


def effect_text(effect: Effect) -> str:
    """An estimate with its 95% confidence interval: ``0.49 (0.34 to 0.70)``."""
    return f"{ratio(effect.estimate)} ({ratios((effect.low, effect.high))})"


def ratio(value: float) -> str:
    """A ratio with two decimals, with one from ten on: 0.49, 1.56, 12.3."""
    if value >= 10:
        return f"{value:,.1f}"
    return f"{value:.2f}" if value >= 0.005 else "less than 0.01"


def ratios(ends: tuple[float, float]) -> str:
    """Two ratios as the ends of an interval: ``0.34 to 0.70``."""
    return f"{ratio(ends[0])} to {ratio(ends[1])}"
