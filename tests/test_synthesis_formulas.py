"""Every number of random small meta-analyses, done again from the printed formulas with nothing but arithmetic."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import pytest
from test_sparse import sums
from test_synthesis import asked, dersimonian_laird, mean_of, q_of

from evidence_site.synthesis import Effect, Events, Means, Pooled, Row, compute
from evidence_site.synthesis.sides import Group, Mean

Z = NormalDist().inv_cdf(0.975)
EACH = 60
"""Meta-analyses of each measure: 300 in all."""
ESTIMATORS = ("dersimonian_laird", "paule_mandel", "restricted_maximum_likelihood")
INTERVALS = ("wald", "hartung_knapp_sidik_jonkman")
T975 = {
    # The 97.5th percentile of Student's t, from a printed table.
    1: 12.706205,
    2: 4.302653,
    3: 3.182446,
    4: 2.776445,
    5: 2.570582,
    6: 2.446912,
    7: 2.364624,
}


class Case(NamedTuple):
    """One study: as it enters, and its effect and variance by hand."""

    row: Row
    effect: float
    variance: float
    table: tuple[float, float, float, float] = (1, 1, 1, 1)


def row(*args: object) -> Row:
    # Statistics look at nothing but the numbers of a row.
    return Row(None, *args)  # type: ignore[arg-type]


def of_events(rng: random.Random, measure: str) -> Case:
    """The log ratio; where nobody or everybody of a group had the event with one person more, in proportion."""
    n1, n2 = rng.randint(8, 300), rng.randint(8, 300)
    risk = rng.uniform(0.005, 0.5)
    a, c = (sum(rng.random() < risk for _ in range(n)) for n in (n1, n2))
    a = max(a, 1) if c in (0, n2) else a
    design = rng.choice([1.0, 1.0, rng.uniform(1, 3)])
    x1, m1, x2, m2 = (number / design for number in (a, n1, c, n2))
    table = (x1, m1 - x1, x2, m2 - x2)
    if 0 in (a, c) or a == n1 or c == n2:
        more = m1 / (m1 + m2)
        x1, m1, x2, m2 = x1 + more, m1 + 2 * more, x2 + 1 - more, m2 + 2 * (1 - more)
    if measure == "risk_ratio":
        effect, variance = math.log(x1 / m1 / (x2 / m2)), 1 / x1 - 1 / m1 + 1 / x2 - 1 / m2
    else:
        y1, y2 = m1 - x1, m2 - x2
        effect, variance = math.log(x1 * y2 / (x2 * y1)), 1 / x1 + 1 / y1 + 1 / x2 + 1 / y2
    return Case(row(Events(a, n1, design), Events(c, n2, design)), effect, variance, table)


def of_means(rng: random.Random, measure: str) -> Case:
    """The difference of means, or Hedges' g as Review Manager has it (Cochrane Handbook, 6.5.1; RevMan 5 algorithms)."""
    n1, n2 = rng.randint(5, 300), rng.randint(5, 300)
    m1, m2, s1, s2 = rng.gauss(10, 2), rng.gauss(11, 2), rng.uniform(1, 5), rng.uniform(1, 5)
    entered = row(Means((Mean(m1, n1, sd=s1),)), Means((Mean(m2, n2, se=s2 / math.sqrt(n2)),)))
    if measure == "mean_difference":
        return Case(entered, m1 - m2, s1**2 / n1 + s2**2 / n2)
    n = n1 + n2
    both = math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n - 2))
    g = (m1 - m2) / both * (1 - 3 / (4 * n - 9))
    return Case(entered, g, n / (n1 * n2) + g**2 / (2 * (n - 3.94)))


def published(rng: random.Random, _: str) -> Case:
    """The log ratio, and the length of its interval by 3.92."""
    log, error = rng.gauss(-0.2, 0.4), rng.uniform(0.05, 0.6)
    effect = Effect(*(math.exp(log + by * Z * error) for by in (0, -1, 1)))
    return Case(row(Group(50), Group(60), None, effect), log, error**2)


MAKERS: dict[str, Callable[[random.Random, str], Case]] = {
    "risk_ratio": of_events,
    "odds_ratio": of_events,
    "mean_difference": of_means,
    "standardised_mean_difference": of_means,
    "hazard_ratio": published,
}


def root(of: Callable[[float], float]) -> float:
    """Where a falling function is zero, by halving; 0 if it begins below."""
    low, high = 0.0, 1.0
    if of(low) <= 0:
        return 0.0
    while of(high) > 0:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if of(middle) > 0 else (low, middle)
    return low


def between(estimator: str, y: Sequence[float], v: Sequence[float]) -> float:
    """The variance between studies, after the equation by which each estimator is defined."""
    effects, variances = list(y), list(v)
    if estimator == "dersimonian_laird":
        return dersimonian_laird(effects, variances)
    if estimator == "paule_mandel":
        return root(lambda t: q_of(effects, [1 / (x + t) for x in variances]) - (len(effects) - 1))

    def slope(t: float) -> float:
        """That of the restricted likelihood, twice."""
        w = [1 / (x + t) for x in variances]
        mean = mean_of(effects, w)
        off = sum(a * a * (b - mean) ** 2 for a, b in zip(w, effects, strict=True))
        return off - sum(w) + sum(a * a for a in w) / sum(w)

    return root(slope)


def compared(found: Pooled, mean: float, half: float, is_ratio: bool, tolerance: float) -> None:
    to = math.log if is_ratio else float
    got = [to(value) for value in (found.effect.estimate, found.effect.low, found.effect.high)]
    assert got == pytest.approx([mean, mean - half, mean + half], abs=tolerance)


@pytest.mark.parametrize("seed", range(EACH))
@pytest.mark.parametrize("measure", MAKERS)
def test_all_numbers_come_out_again(measure: str, seed: int) -> None:
    """Effects, estimate, intervals, weights, tau², Q, I² and prediction of two to eight studies."""
    rng = random.Random(f"{measure} {seed}")
    cases = [MAKERS[measure](rng, measure) for _ in range(rng.randint(2, 8))]
    y, v = [case.effect for case in cases], [case.variance for case in cases]
    fields = {"measure": measure} | ({"statistic": "mean"} if measure in ("mean_difference",) else {})
    is_random, estimator, interval = rng.random() < 0.75, rng.choice(ESTIMATORS), rng.choice(INTERVALS)
    fields |= {"estimator": estimator, "interval": interval} if is_random else {"model": "common_effect"}
    rows, found = compute(asked(**fields), [case.row for case in cases])
    assert found is not None
    is_ratio, k = measure.endswith("ratio"), len(cases)
    # Statsmodels solves the equation of Paule and Mandel to the fifth digit.
    close = 1e-4 if is_random and estimator == "paule_mandel" else 1e-6

    for made, case in zip(rows, cases, strict=True):
        to = math.log if is_ratio else float
        assert to(made.effect.estimate) == pytest.approx(case.effect, abs=close)
        assert to(made.effect.high) == pytest.approx(case.effect + Z * math.sqrt(case.variance), abs=close)

    tau2 = between(estimator, y, v) if is_random else 0.0
    w = [1 / (x + tau2) for x in v]
    mean, error = mean_of(y, w), 1 / math.sqrt(sum(w))
    centre = mean_of(y, [1 / x for x in v])
    if not is_random and measure in ("risk_ratio", "odds_ratio") and not found.is_corrected:
        tables = tuple(case.table for case in cases)
        mean, error = sums(tables, measure)  # type: ignore[arg-type]
        centre = mean
    half = Z * error
    if is_random and interval == INTERVALS[1]:
        half = T975[k - 1] * math.sqrt(q_of(y, w) / (k - 1) / sum(w))
    if not found.is_corrected or is_random:
        compared(found, mean, half, is_ratio, close)
    if is_random:
        assert found.tau2 == pytest.approx(tau2, abs=5 * close)
        assert [made.weight for made in rows] == pytest.approx([x / sum(w) for x in w], abs=close)
    q = sum((one - centre) ** 2 / x for one, x in zip(y, v, strict=True))
    if not found.is_corrected or is_random:
        assert found.q == pytest.approx(q, rel=1e-6)
        assert found.i2 == pytest.approx(max(0.0, (found.q - k + 1) / found.q))
    if is_random and k > 2:
        assert found.prediction is not None
        reach = T975[k - 2] * math.sqrt(tau2 + error**2)
        to = math.log if is_ratio else float
        ends = [to(end) for end in found.prediction]
        assert ends == pytest.approx([mean - reach, mean + reach], abs=5 * close)
    else:
        assert found.prediction is None
    assert (found.wald is not None) is (half < Z * error)
