"""Groups in which nobody had the event: what is added to them, and what is pooled without adding anything."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest
from pooling import group, study
from reviews import problems_of
from test_forest import plot_of
from test_synthesis import Z, asked as asked_for, pooled, rows_of
from test_synthesis_selection import analysis, events

from evidence_site import exports
from evidence_site.synthesis import Effect, compute
from evidence_site.synthesis.wording import ratio

Table = tuple[int, int, int, int]
INFARCTS: tuple[Table, ...] = (
    # Persons with a myocardial infarction, and all, on rosiglitazone and without it: the trials with any, of the data
    # set dat.nissen2007 of metadat, after Nissen and Wolski, N Engl J Med 2007;356:2457-71.
    (2, 357, 0, 176),
    (2, 391, 1, 207),
    (1, 774, 1, 185),
    (0, 213, 1, 109),
    (1, 232, 0, 116),
    (0, 43, 1, 47),
    (1, 121, 0, 124),
    (5, 110, 2, 114),
    (1, 382, 0, 384),
    (1, 284, 0, 135),
    (0, 294, 1, 302),
    (2, 563, 0, 142),
    (2, 278, 1, 279),
    (2, 418, 0, 212),
    (2, 395, 1, 198),
    (1, 203, 1, 106),
    (1, 104, 2, 99),
    (2, 212, 0, 107),
    (3, 138, 1, 139),
    (0, 122, 1, 120),
    (0, 175, 1, 173),
    (1, 56, 0, 58),
    (1, 39, 0, 38),
    (0, 561, 2, 276),
    (2, 116, 3, 111),
    (1, 148, 0, 143),
    (1, 231, 0, 242),
    (1, 89, 0, 88),
    (1, 168, 0, 172),
    (1, 1172, 0, 377),
    (1, 204, 2, 185),
    (1, 288, 0, 280),
    (1, 254, 0, 272),
    (1, 314, 0, 154),
    (1, 442, 0, 112),
    (1, 394, 0, 124),
    (15, 2635, 9, 2634),
    (27, 1456, 41, 2895),
)


def without(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """The same with those without the event instead of all."""
    return tuple((a, n1 - a, c, n2 - c) for a, n1, c, n2 in tables)


def shown(effect: Effect) -> list[str]:
    return [ratio(value) for value in (effect.estimate, effect.low, effect.high)]


def logs(effect: Effect) -> list[float]:
    return [round(math.log(value), 3) for value in (effect.estimate, effect.low, effect.high)]


@pytest.mark.parametrize("table", [(1, 10, 4, 12), (0, 3, 2, 4), (5, 6, 1, 9)])
def test_peto_counts_on_the_hypergeometric_distribution(table: Table) -> None:
    """Persons with the event who are expected among the treated, and their variance, as SciPy has them."""
    from scipy.stats import hypergeom

    a, n1, c, n2 = table
    expected, variance = hypergeom(n1 + n2, a + c, n1).stats("mv")
    asked = asked_for(measure="odds_ratio", model="common_effect", method="peto")
    ((row, *_), _) = compute(asked, rows_of(without((table, table))))
    log, half = (a - expected) / variance, Z / math.sqrt(variance)
    wanted = [math.exp(log + ends) for ends in (0, -half, half)]
    assert [row.effect.estimate, row.effect.low, row.effect.high] == pytest.approx(wanted)


def test_the_published_estimate_after_peto_comes_out() -> None:
    """Nissen and Wolski give an odds ratio of infarction of 1.43 (1.03 to 1.98) by the method of Peto."""
    rows, found = compute(
        asked_for(measure="odds_ratio", model="common_effect", method="peto"), rows_of(without(INFARCTS))
    )
    assert found is not None
    assert shown(found.effect) == ["1.43", "1.03", "1.98"]
    assert not found.is_corrected and not any(row.corrected for row in rows)
    assert sum(row.weight for row in rows) == pytest.approx(1)


@pytest.mark.parametrize(
    ("measure", "effect", "q"),
    [("risk_ratio", [-0.454, -0.531, -0.377], 152.57), ("odds_ratio", [-0.473, -0.554, -0.393], 163.94)],
)
def test_mantel_and_haenszel_agree_with_stata(measure: str, effect: list[float], q: float) -> None:
    """Metafor's tests give these for the 13 trials of BCG, as Stata's metan does; a common effect is pooled so."""
    found = pooled(measure=measure, model="common_effect")
    assert logs(found.effect) == effect
    assert found.q == pytest.approx(q, abs=0.005)
    assert found == pooled(measure=measure, model="common_effect", method="mantel_haenszel")


def sums(tables: tuple[Table, ...], measure: str) -> tuple[float, float]:
    """Mantel's and Haenszel's ratio with its standard error, done by hand (Cochrane Handbook, 10.4.1)."""
    r = s = top = 0.0
    for a, b, c, d in tables:
        n1, n2, n = a + b, c + d, a + b + c + d
        if measure == "risk_ratio":
            r, s, top = r + a * n2 / n, s + c * n1 / n, top + (n1 * n2 * (a + c) - a * c * n) / n**2
        else:
            r, s = r + a * d / n, s + b * c / n
    if measure == "risk_ratio":
        return math.log(r / s), math.sqrt(top / (r * s))
    variance = 0.0
    for a, b, c, d in tables:
        n = a + b + c + d
        p, q, up, down = (a + d) / n, (b + c) / n, a * d / n, b * c / n
        variance += p * up / (2 * r * r) + (p * down + q * up) / (2 * r * s) + q * down / (2 * s * s)
    return math.log(r / s), math.sqrt(variance)


SPARSE: tuple[Table, ...] = ((0, 50, 3, 47), (2, 98, 0, 50), (1, 60, 4, 55), (0, 400, 2, 4498))


@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio"])
def test_a_common_effect_needs_no_correction(measure: str) -> None:
    """The ratio of each study is made with what is added, the pooled one without."""
    rows, found = compute(asked_for(measure=measure, model="common_effect"), rows_of(SPARSE))
    assert found is not None
    log, error = sums(SPARSE, measure)
    wanted = [math.exp(log + by * Z * error) for by in (0, -1, 1)]
    assert [found.effect.estimate, found.effect.low, found.effect.high] == pytest.approx(wanted)
    assert [row.corrected for row in rows] == [True, True, False, True]
    assert not found.is_corrected
    assert all(row.weight > 0 for row in rows), "a study without events tells something, too"
    random = compute(asked_for(measure=measure), rows_of(SPARSE))[1]
    assert random is not None and random.is_corrected
    assert random.uncorrected == found.effect, "told beside what rests on the correction"


@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio"])
def test_nobody_makes_a_harm_by_being_many(measure: str) -> None:
    """0 of 400 against 2 of 4,500 says nothing for the others; half a person each made it an odds ratio of 2.2."""
    rows, _ = compute(asked_for(measure=measure), rows_of(((0, 400, 2, 4498), (2, 4498, 0, 400))))
    assert rows[0].effect.estimate < 1 < rows[1].effect.estimate
    one, other = (row.effect for row in rows)
    assert one.estimate == pytest.approx(1 / other.estimate)
    treated, control = 400 / 4900, 4500 / 4900
    risks = treated / (400 + 2 * treated), (2 + control) / (4500 + 2 * control)
    if measure == "risk_ratio":
        assert one.estimate == pytest.approx(risks[0] / risks[1])


def test_one_side_without_any_event_is_pooled_with_what_is_added() -> None:
    """There is no ratio without it, and it is said to rest on that."""
    tables = ((0, 50, 3, 47), (0, 40, 2, 38), (0, 90, 1, 80))
    for fields in ({"model": "common_effect"}, {}):
        found = pooled(tables, **fields)
        assert 0 < found.effect.low < found.effect.estimate < 1 < found.effect.high
        assert (found.is_corrected, found.uncorrected) == (True, None)


# --- what is told ----------------------------------------------------------------------------------------------------


def trial(a: int, n1: int, c: int, n2: int) -> str:
    return study(group("a", "drug-a", n1, events(a)), group("b", "waiting", n2, events(c)))


TEXTS = {"one": trial(0, 50, 3, 50), "two": trial(0, 60, 4, 58), "three": trial(2, 70, 5, 70)}


def test_readers_are_told_what_was_added_and_whether_it_matters(tmp_path: Path) -> None:
    """Under the plot, with the estimate that needs no correction, and in the downloads."""
    random = plot_of(analysis(tmp_path / "random", TEXTS))
    assert random.corrected.endswith("half a person each if both are of one size.")
    assert dict(random.facts)["With nothing added"].endswith("common effect after Mantel and Haenszel")
    found = analysis(tmp_path / "common", TEXTS, model="common_effect")
    common = plot_of(found)
    assert common.corrected.endswith("The pooled ratio is made without this.")
    assert dict(common.facts)["Model"] == "common effect, after Mantel and Haenszel"
    assert "With nothing added" not in dict(common.facts)
    rows = {row["study"]: row for row in csv.DictReader(io.StringIO(exports.syntheses_csv([found])))}
    assert [rows[name]["corrected"] for name in ("one", "three", "")] == ["true", "false", "false"]
    assert {row["method"] for row in rows.values()} == {"mantel_haenszel"}
    nobody = {name: trial(0, 50, 3, 50) for name in ("one", "two")}
    assert "Without this nothing can be pooled" in plot_of(analysis(tmp_path / "nobody", nobody)).corrected
    peto = plot_of(analysis(tmp_path / "peto", TEXTS, measure="odds_ratio", model="common_effect", method="peto"))
    assert (peto.name, peto.corrected, dict(peto.facts)["Model"]) == (
        "Peto odds ratio",
        "",
        "common effect, after Peto",
    )


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"method": "peto"}, "synthesis-method", "does not pool a risk ratio"),
        ({"method": "mantel_haenszel"}, "synthesis-method", "knows no variance between studies"),
        ({"method": "peto", "measure": "hazard_ratio"}, "synthesis-method", "does not pool a hazard ratio"),
        ({}, "synthesis-sparse", "In 2 of 3 studies nobody, or everybody, of a group had the event"),
    ],
    ids=["Peto", "random effects", "hazard ratio", "sparse"],
)
def test_what_does_not_go_together_is_told(tmp_path: Path, fields: dict[str, str], code: str, message: str) -> None:
    """Each with what to write instead."""
    analysis(tmp_path, TEXTS, **fields)
    told = [problem for problem in problems_of(tmp_path) if problem.code == code]
    assert len(told) == 1 and message in told[0].message


def test_a_common_effect_is_not_called_sparse(tmp_path: Path) -> None:
    """It rests on nothing that was added."""
    analysis(tmp_path, TEXTS, model="common_effect")
    assert "synthesis-sparse" not in {problem.code for problem in problems_of(tmp_path)}
