"""Pooled estimates: which studies enter, and figures that agree with published ones and with formulas done by hand."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist

import pytest
from reviews import BASE, Edits, linked, problems_of, write_review

from evidence_site import records as r
from evidence_site.charts.forest import Forest, forest
from evidence_site.synthesis import Analysis, Effect, Events, Pooled, Row, analyses, compute, reasons, statistics
from evidence_site.synthesis.wording import ratio

ROOT = Path(__file__).resolve().parent.parent
TRIALS = (
    # Cases and others of the vaccinated, then of the controls: data set dat.bcg, after Colditz and others, JAMA 1994.
    (4, 119, 11, 128),
    (6, 300, 29, 274),
    (3, 228, 11, 209),
    (62, 13536, 248, 12619),
    (33, 5036, 47, 5761),
    (180, 1361, 372, 1079),
    (8, 2537, 10, 619),
    (505, 87886, 499, 87892),
    (29, 7470, 45, 7232),
    (17, 1699, 65, 1600),
    (186, 50448, 141, 27197),
    (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
)
Z = NormalDist().inv_cdf(0.975)
T11, T12 = 2.200985, 2.178813
"""The 97.5th percentile of Student's t with 11 and 12 degrees of freedom, from a printed table."""


def asked(**fields: object) -> r.Synthesis:
    said = {"outcome": "pain", "against": "waiting", "measure": "risk_ratio", "model": "random_effects"}
    return r.Synthesis.model_validate({**said, "rationale": "They are alike.", **fields})


def rows_of(tables: tuple[tuple[int, int, int, int], ...]) -> list[Row]:
    # Statistics look at nothing but the numbers of a row.
    return [Row(None, Events(a, a + b), Events(c, c + d)) for a, b, c, d in tables]  # type: ignore[arg-type]


def pooled(tables: tuple[tuple[int, int, int, int], ...] = TRIALS, **fields: object) -> Pooled:
    found = compute(asked(**fields), rows_of(tables))[1]
    assert found is not None
    return found


def effect(*values: float) -> Effect:
    return Effect(*values)


def agrees(found: Effect, estimate: float, half: float) -> bool:
    wanted = [math.exp(estimate), math.exp(estimate - half), math.exp(estimate + half)]
    return [found.estimate, found.low, found.high] == pytest.approx(wanted, rel=1e-6)


# --- by hand: log ratios, inverse variance, DerSimonian and Laird ----------------------------------------------------


def by_hand(tables: tuple[tuple[int, int, int, int], ...], measure: str) -> tuple[list[float], list[float]]:
    if measure == "odds_ratio":
        logs = [math.log(a * d / (b * c)) for a, b, c, d in tables]
        return logs, [1 / a + 1 / b + 1 / c + 1 / d for a, b, c, d in tables]
    logs = [math.log(a / (a + b) / (c / (c + d))) for a, b, c, d in tables]
    return logs, [1 / a - 1 / (a + b) + 1 / c - 1 / (c + d) for a, b, c, d in tables]


def mean_of(logs: list[float], weights: list[float]) -> float:
    return sum(w * y for w, y in zip(weights, logs, strict=True)) / sum(weights)


def q_of(logs: list[float], weights: list[float]) -> float:
    mean = mean_of(logs, weights)
    return sum(w * (y - mean) ** 2 for w, y in zip(weights, logs, strict=True))


def dersimonian_laird(logs: list[float], variances: list[float]) -> float:
    """DerSimonian and Laird, Control Clin Trials 1986;7:177-88."""
    weights = [1 / v for v in variances]
    scale = sum(weights) - sum(w**2 for w in weights) / sum(weights)
    return max(0.0, (q_of(logs, weights) - (len(logs) - 1)) / scale)


@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio"])
def test_random_effects_agree_with_the_formula(measure: str) -> None:
    """Estimate, interval, tau², I², Q, weights and prediction interval are those that the printed formulas give."""
    logs, variances = by_hand(TRIALS, measure)
    tau2 = dersimonian_laird(logs, variances)
    weights = [1 / (v + tau2) for v in variances]
    mean, error = mean_of(logs, weights), 1 / math.sqrt(sum(weights))
    rows, found = compute(asked(measure=measure), rows_of(TRIALS))
    assert found is not None and found.tau2 is not None and found.prediction is not None
    assert agrees(found.effect, mean, Z * error)
    assert found.tau2 == pytest.approx(tau2)
    q = q_of(logs, [1 / v for v in variances])
    assert found.q == pytest.approx(q)
    assert found.df == 12
    assert found.i2 == pytest.approx((q - 12) / q)
    assert [row.weight for row in rows] == pytest.approx([w / sum(weights) for w in weights])
    assert sum(row.weight for row in rows) == pytest.approx(1)
    # Higgins, Thompson and Spiegelhalter, J R Stat Soc A 2009;172:137-59: t with two degrees of freedom less than studies.
    reach = T11 * math.sqrt(tau2 + error**2)
    assert found.prediction == pytest.approx((math.exp(mean - reach), math.exp(mean + reach)), rel=1e-5)
    for row, log, variance in zip(rows, logs, variances, strict=True):
        assert agrees(row.effect, log, Z * math.sqrt(variance))


def test_the_published_estimate_comes_out() -> None:
    """Colditz and others (JAMA 1994;271:698-702) give a relative risk of 0.49 (0.34 to 0.70) for the trials."""
    found = pooled()
    shown = [ratio(value) for value in (found.effect.estimate, found.effect.low, found.effect.high)]
    assert shown == ["0.49", "0.34", "0.70"]


def test_common_effect_agrees_with_the_formula() -> None:
    """One true effect: inverse variance alone, with neither a variance between studies nor a prediction."""
    logs, variances = by_hand(TRIALS, "risk_ratio")
    weights = [1 / v for v in variances]
    found = pooled(model="common_effect", method="inverse_variance")
    assert agrees(found.effect, mean_of(logs, weights), Z / math.sqrt(sum(weights)))
    assert (found.tau2, found.prediction) == (None, None)


def test_paule_and_mandel_solve_their_equation() -> None:
    """With their tau² the weighted sum of squares equals its degrees of freedom, which is how it is defined."""
    logs, variances = by_hand(TRIALS, "risk_ratio")
    tau2 = pooled(estimator="paule_mandel").tau2
    assert tau2 is not None
    assert q_of(logs, [1 / (v + tau2) for v in variances]) == pytest.approx(12, abs=1e-3)


def test_restricted_maximum_likelihood_agrees_with_metafor() -> None:
    """Metafor's tests give 0.3132 for the logarithms of the risk ratios of these trials (test_misc_rma_mv.r)."""
    assert pooled(estimator="restricted_maximum_likelihood").tau2 == pytest.approx(0.3132, abs=5e-5)


def test_the_interval_of_hartung_and_knapp() -> None:
    """Its standard error is scaled by how far the studies really lie apart, and it uses t instead of z."""
    logs, variances = by_hand(TRIALS, "risk_ratio")
    tau2 = dersimonian_laird(logs, variances)
    weights = [1 / (v + tau2) for v in variances]
    error = math.sqrt(q_of(logs, weights) / 12 / sum(weights))
    found = pooled(interval="hartung_knapp_sidik_jonkman")
    wanted = math.exp(mean_of(logs, weights) - T12 * error)
    assert found.effect.low == pytest.approx(wanted, rel=1e-5)


def test_a_study_without_events_is_corrected_and_no_other() -> None:
    """In groups of one size half a person is added to each number; what the other studies say stays as it is."""
    plain = ((4, 96, 11, 89), (6, 294, 29, 271))
    rows, found = compute(asked(), rows_of((*plain, (0, 50, 5, 45), (20, 0, 10, 10))))
    logs, variances = by_hand((*plain, (0, 50, 5, 45), (20, 0, 10, 10))[:2], "risk_ratio")
    assert [row.corrected for row in rows] == [False, False, True, True]
    for row, log, variance in zip(rows, logs, variances, strict=False):
        assert agrees(row.effect, log, Z * math.sqrt(variance))
    assert rows[2].effect.estimate == pytest.approx((0.5 / 51) / (5.5 / 51))
    assert rows[3].effect.estimate == pytest.approx((20.5 / 21) / (10.5 / 21))
    assert found is not None


def test_studies_that_agree_have_no_variance_between_them() -> None:
    """Where chance alone explains the differences, tau² and I² are zero and never below."""
    alike = ((10, 90, 20, 80), (11, 89, 21, 79), (10, 90, 21, 79))
    common = pooled(alike, model="common_effect", method="inverse_variance")
    for estimator in ("dersimonian_laird", "paule_mandel"):
        found = pooled(alike, estimator=estimator)
        assert (found.tau2, found.i2) == (0, 0)
        assert found.effect == common.effect, "without variance between studies the two models are one"


def test_studies_that_agree_wholly_are_consistent() -> None:
    """However computers round: their Q is zero, neither a little less nor with the I² that this would make."""
    for events in range(1, 40):
        found = pooled(tuple((events * n, 7 * events * n, 3 * events * n, 5 * events * n) for n in (1, 3, 7)))
        assert found.i2 == 0
        assert 0 <= found.q < 1e-9
        assert found.p == pytest.approx(1)


def test_two_studies_are_the_fewest() -> None:
    """One study is shown and not pooled; two are pooled, but predict nothing."""
    rows, found = compute(asked(), rows_of(TRIALS[:1]))
    assert (len(rows), found, math.isnan(rows[0].weight)) == (1, None, True)
    assert pooled(TRIALS[:2]).prediction is None
    assert compute(asked(), []) == ((), None)


# --- which studies enter ---------------------------------------------------------------------------------------------

SYNTHESIS = """
syntheses:
  - outcome: pain
    against: waiting
    measure: risk_ratio
    model: random_effects
    rationale: "They are alike."
"""


def group(id_: str, treatment: str, n: int, *results: int | str, more: str = "") -> str:
    text = f"  - id: {id_}\n    label: {id_}\n    n: {n}\n{more}    exposures:\n      - {{treatment: {treatment}, where: abstract}}\n"
    if results:
        text += "    results:\n"
    for value in results:
        text += f"      - {{outcome: pain, statistic: persons_with_event, value: {value}, time: unclear, where: abstract}}\n"
    return text


def study(*groups: str, more: str = "") -> str:
    head = "title: A trial\nreports: [alpha2020]\ndesign: rct\npopulation: Persons.\nsummary: What was seen.\n"
    return f"{head}{more}groups:\n{''.join(groups)}"


GOOD = study(group("a", "drug-a", 50, 5), group("b", "waiting", 60, 12))


def analysis(tmp_path: Path, studies: Mapping[str, str], *edits: dict[str, str]) -> Analysis:
    files: dict[str, object] = {f"evidence/studies/{name}.yaml": text for name, text in studies.items()}
    root = write_review(tmp_path, {**files, "evidence/treatments/drug-a.yaml": [{"append": SYNTHESIS}, *edits]})
    review = linked(root)
    (found,) = analyses(review)["drug-a"]
    return found


def test_groups_of_one_side_are_added(tmp_path: Path) -> None:
    """Two doses of one drug are one side; a group inside another adds nothing; who had both treatments is no control."""
    arms = (
        group("low", "drug-a", 50, 5),
        group("high", "drug-a", 40, 3),
        group("young", "drug-a", 20, 2, more="    part_of: high\n"),
        group("control", "waiting", 60, 12),
    )
    found = analysis(tmp_path, {"first": study(*arms)})
    assert [(row.treated, row.against) for row in found.entered] == [(Events(8, 90), Events(12, 60))]
    assert found.persons == 150


def test_a_result_linked_with_a_treatment_is_told_of_those_who_had_it(tmp_path: Path) -> None:
    """Of a group treated in part the number of the treated counts, not that of the group."""
    groups = (group("a", "drug-a, n: 30", 50, "5, treatment: drug-a"), group("b", "waiting", 60, 12))
    found = analysis(tmp_path, {"first": study(*groups)})
    assert [(row.treated, row.against) for row in found.entered] == [(Events(5, 30), Events(12, 60))]


BOTH = group("both", "drug-a", 30, 9).replace(
    "    results:", "      - {treatment: waiting, where: abstract}\n    results:"
)
PERCENT = "      - {outcome: pain, statistic: percent_of_persons, value: 10, time: unclear, where: abstract}\n"


@pytest.mark.parametrize(
    ("more", "treated"),
    [
        (BOTH, Events(14, 80)),
        (group("h", "drug-a", 10, 3, more="    has_condition: false\n"), Events(5, 50)),
        (group("h", "drug-a", 40, "3, of: 33"), Events(8, 83)),
        (group("h", "drug-a", 40, "not_reported"), Events(5, 50)),
        (group("h", "drug-a", 40) + "    results:\n" + PERCENT, Events(5, 50)),
    ],
    ids=["both treatments", "without the condition", "some observed", "no number", "a percentage"],
)
def test_who_is_on_a_side_and_who_is_not(tmp_path: Path, more: str, treated: Events) -> None:
    """Only persons with an event are added, of those observed, and who had both treatments stands on one side alone."""
    found = analysis(tmp_path, {"first": study(group("a", "drug-a", 50, 5), group("b", "waiting", 60, 12), more)})
    assert [(row.treated, row.against) for row in found.entered] == [(treated, Events(12, 60))]


def test_a_person_of_another_study_is_not_pooled_again(tmp_path: Path) -> None:
    """Each person enters once, with the study that counts her."""
    single = group("p", "drug-a", 1, 1).replace("    label: p\n    n: 1\n", "{same}")
    text = f"{GOOD}persons:\n{single}"
    studies = {
        "first": text.replace("{same}", ""),
        "second": text.replace("{same}", "    same_person_as: first/p\n"),
    }
    found = analysis(tmp_path, studies)
    assert {row.study.id: row.treated for row in found.entered} == {"first": Events(6, 51), "second": Events(5, 50)}


def test_studies_stand_by_year_then_by_name(tmp_path: Path) -> None:
    """Without a characteristic the oldest is first; those that cannot be pooled stand by name."""
    texts = {"second": GOOD.replace("alpha2020", "gamma2022"), "third": GOOD.replace("alpha2020", "delta2019")}
    one_sided = study(group("a", "drug-a", 50, 5), group("b", "waiting", 60))
    texts |= {"zeta": one_sided.replace("alpha2020", "beta2021"), "eta": one_sided}
    found = analysis(tmp_path, {"first": GOOD, **texts})
    assert [row.study.id for row in found.entered] == ["third", "first", "second"]
    assert [node.id for node, _ in found.left_out] == ["eta", "zeta"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (study(group("a", "drug-a", 50, 5), group("b", "waiting", 60)), reasons.ONE_SIDED),
        (
            study(group("a", "drug-a", 50, 5, 7), group("c", "drug-a", 40, 3), group("b", "waiting", 60, 12)),
            reasons.SEVERAL,
        ),
        (
            study(group("a", "drug-a, n: 30", 50, 5), group("c", "drug-a", 40, 3), group("b", "waiting", 60, 12)),
            reasons.MIXED,
        ),
        (study(group("a", "drug-a", 50, 5, 7), group("b", "waiting", 60, 12)), reasons.SEVERAL),
        (study(group("a", "drug-a", 50, 0), group("b", "waiting", 60, 0)), reasons.NOBODY),
        (study(group("a", "drug-a, n: 30", 50, 5), group("b", "waiting", 60, 12)), reasons.MIXED),
        (study(group("a", "drug-a", 50, 5), group("b", "waiting, n: 20", 60, 12)), reasons.MIXED),
        (study(group("a", "other", 50, "5, treatment: drug-a"), group("b", "waiting", 60, 12)), reasons.UNCOUNTED),
    ],
    ids=[
        "one side",
        "several of one",
        "some of one",
        "several results",
        "no events",
        "some treated",
        "some controls",
        "unknown number",
    ],
)
def test_a_study_that_cannot_be_pooled_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """What a reader might miss in the plot is said, with the reason."""
    found = analysis(tmp_path, {"first": GOOD, "second": text})
    assert [row.study.id for row in found.entered] == ["first"]
    assert [(node.id, why) for node, why in found.left_out] == [("second", reason)]


def test_who_is_not_counted_is_not_pooled(tmp_path: Path) -> None:
    """Other populations, reviews that retell studies, and studies whose persons are in a larger one stay out."""
    others = {
        "indirect": GOOD.replace("design: rct\n", "design: rct\ndirectness: indirect\n"),
        "review": GOOD.replace("design: rct", "design: systematic_review"),
        "smaller": study(
            group("a", "drug-a", 20, 2),
            group("b", "waiting", 20, 4),
            more="overlaps:\n  - {study: first, status: probable, note: The same centre.}\n",
        ),
    }
    found = analysis(tmp_path, {"first": GOOD, **others})
    assert [row.study.id for row in found.entered] == ["first"]
    assert found.left_out == ()


def test_a_retracted_study_is_not_pooled(tmp_path: Path) -> None:
    """It is named with the reason, since whoever knows it will look for it."""
    files: dict[str, object] = {
        "evidence/studies/first.yaml": GOOD,
        "evidence/studies/second.yaml": GOOD.replace("alpha2020", "delta2019"),
        "evidence/sources/delta2019.yaml": [{"replace": "status: ok", "by": "status: retracted"}],
        "evidence/treatments/drug-a.yaml": [{"append": SYNTHESIS}],
    }
    review = linked(write_review(tmp_path, files))
    (found,) = analyses(review)["drug-a"]
    assert [row.study.id for row in found.entered] == ["first"]
    assert [(node.id, why) for node, why in found.left_out] == [("second", reasons.RETRACTED)]


def test_who_crossed_over_is_not_pooled_as_two_groups(tmp_path: Path) -> None:
    """The numbers of a trial that crosses over are of the same persons, and the reason says so."""
    both = group("a", "drug-a", 24, "5, treatment: drug-a", "4, treatment: waiting")
    both = both.replace("abstract}\n", "abstract}\n      - {treatment: waiting, where: abstract}\n", 1)
    found = analysis(tmp_path, {"first": GOOD, "second": study(both)})
    assert [row.study.id for row in found.entered] == ["first"]
    assert [(node.id, why) for node, why in found.left_out] == [("second", reasons.SAME_PERSONS)]


def test_studies_are_ordered_by_a_characteristic(tmp_path: Path) -> None:
    """By number, those without a value last."""
    values = {"first": "\n  parity: 10", "second": "\n  parity: 9.5", "third": "", "fourth": "\n  parity: not_reported"}
    texts = {
        name: GOOD.replace("groups:", f"characteristics:{value}\ngroups:" if value else "groups:")
        for name, value in values.items()
    }
    order = {"replace": "rationale:", "by": "order_by: parity\n    rationale:"}
    found = analysis(tmp_path, texts, order)
    assert [row.study.id for row in found.entered] == ["second", "first", "fourth", "third"]
    plot = plot_of(found, r.Characteristic(id="parity", name="Births", kind=r.CharacteristicKind.NUMBER))
    assert [line.value for line in plot.lines] == ["9.5", "10", "not reported", "not reported"]


# --- the plot --------------------------------------------------------------------------------------------------------


def plot_of(found: Analysis, characteristic: r.Characteristic | None = None) -> Forest:
    return forest(found, lambda node: node.id, characteristic)


def test_the_plot_says_what_it_shows(tmp_path: Path) -> None:
    """Numbers, direction and reasons stand in words; squares lie where their estimates are, in order of their weight."""
    bigger = study(group("a", "drug-a", 500, 50), group("b", "waiting", 600, 30))
    plot = plot_of(analysis(tmp_path, {"first": GOOD, "second": bigger, "third": bigger}))
    assert plot.title == "Pain: Drug A against waiting"
    assert plot.sides == "Left of the line: in favour of drug A. Right: in favour of waiting."
    first, second, _ = plot.lines
    assert (first.treated, first.against) == ("5 of 50", "12 of 60")
    assert first.bar.middle < plot.no_difference < second.bar.middle
    assert first.half < second.half
    assert plot.counts == "3 studies, 2,310 persons"
    assert plot.pooled and plot.prediction
    assert dict(plot.facts)["Variance between studies"] == "after DerSimonian and Laird"


def test_the_plot_names_designs_that_were_pooled_together(tmp_path: Path) -> None:
    """Trials with studies that were not randomised: a reader who does not look them up one by one would not see it."""
    alike = plot_of(analysis(tmp_path / "alike", {"first": GOOD, "second": GOOD}))
    assert "Designs" not in dict(alike.facts)
    cohort = GOOD.replace("design: rct", "design: cohort")
    plot = plot_of(analysis(tmp_path / "mixed", {"first": GOOD, "second": GOOD, "third": cohort}))
    assert plot.facts[0] == ("Designs", "randomised controlled trial (2); cohort (1)")


def test_an_interval_beyond_the_axis_ends_in_an_arrow(tmp_path: Path) -> None:
    """A very wide interval is cut at the end of the axis, and shows that it goes on."""
    low = study(group("a", "drug-a", 500, 0), group("b", "waiting", 9000, 8999))
    high = study(group("a", "drug-a", 9000, 8999), group("b", "waiting", 500, 0))
    plot = plot_of(analysis(tmp_path, {"first": low, "second": high, "third": GOOD}))
    first, second, third = (line.bar for line in plot.lines)
    assert (first.middle, second.middle) == (10, 170), "cut at the ends of the axis"
    assert first.path.endswith("l-5 4l5 4") and second.path.endswith("l5 4l-5 4")
    assert "l" not in third.path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.489, "0.49"),
        (1.0, "1.00"),
        (0.05, "0.05"),
        (0.0012, "less than 0.01"),
        (0.005, "0.01"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (10.0, "10.0"),
        (12.34, "12.3"),
    ],
)
def test_ratios_in_words(value: float, text: str) -> None:
    assert ratio(value) == text


# --- what it costs, and what it needs --------------------------------------------------------------------------------


def test_a_review_that_pools_nothing_loads_no_statistics() -> None:
    """Neither time nor memory is spent on what is not asked for."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom evidence_site.making import make_tree\n"
        f"tree, problems = make_tree(Path({str(BASE)!r}), with_news=False)\n"
        "assert tree is not None\nprint({'numpy', 'scipy', 'pandas', 'statsmodels'} & sys.modules.keys() or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "none\n"


def test_what_is_not_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the statistics are not installed, a review that needs them says how to get them."""
    monkeypatch.setattr(statistics, "PACKAGES", ("numpy", "no_such_package"))
    edits: Edits = {
        "evidence/treatments/drug-a.yaml": [{"append": SYNTHESIS}],
        "evidence/studies/first.yaml": GOOD,
        "evidence/studies/second.yaml": GOOD,
    }
    problems = {problem.code: problem for problem in problems_of(write_review(tmp_path, edits))}
    assert "no_such_package" in problems["missing-package"].message
    assert "requirements/pooling.txt" in problems["missing-package"].hint
