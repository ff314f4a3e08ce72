"""Trials of whole clusters: pooled by their effective sample size, or not at all, and marked wherever they enter."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist

import pytest
from pooling import group, study
from reviews import linked, problems_of
from test_synthesis_selection import CONTROL, HAZARD, MEAN, analysis, compared, events, score

from evidence_site import exports
from evidence_site.charts.forest import forest
from evidence_site.folders import PACKAGED
from evidence_site.pages import Settings, render
from evidence_site.synthesis import Analysis, Effect, Means, reasons

Z = NormalDist().inv_cdf(0.975)
SOURCE = 'source: "Of this trial [@alpha2020, table 2]."'


def clustered(text: str, *correlations: str, size: str = "  mean_size: 11\n") -> str:
    """The same study, but of villages of eleven persons."""
    told = "".join(f"    - {{{item}, {SOURCE}}}\n" for item in correlations)
    told = f"  correlations:\n{told}" if told else ""
    return f"{text}clusters:\n  unit: villages\n{size}  where: methods\n{told}"


PLAIN = study(group("a", "drug-a", 50, events(5)), CONTROL)
MEANS = study(group("a", "drug-a", 50, score(5)), group("b", "waiting", 60, score(7)))


def log_of(effect: Effect) -> tuple[float, float]:
    """A ratio as its logarithm with the standard error."""
    return math.log(effect.estimate), (math.log(effect.high) - math.log(effect.low)) / (2 * Z)


@pytest.mark.parametrize("told", ["icc: 0.08", "design_effect: 1.8"])
@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio"])
def test_an_effective_sample_size_widens_the_interval(tmp_path: Path, told: str, measure: str) -> None:
    """1 + (11 - 1) 0.08 = 1.8: the same ratio, its variance 1.8 times as large (Handbook 23.1.4)."""
    texts = {"one": clustered(PLAIN, told), "two": PLAIN}
    found = analysis(tmp_path, texts, measure=measure)
    one, two = (log_of(row.effect) for row in found.rows)
    assert one[0] == pytest.approx(two[0])
    assert one[1] == pytest.approx(two[1] * math.sqrt(1.8))
    assert found.rows[0].weight < found.rows[1].weight
    assert found.persons == 220, "persons are counted as the source counts them"


def test_what_is_told_of_an_outcome_goes_before_what_is_told_of_all(tmp_path: Path) -> None:
    """Persons of a village are more alike in one thing than in another."""
    texts = {"one": clustered(PLAIN, "design_effect: 4", "outcome: pain, design_effect: 1.5"), "two": PLAIN}
    (row, _) = analysis(tmp_path, texts).rows
    assert row.clustering is not None and row.clustering.design_effect == 1.5


@pytest.mark.parametrize(
    "correlations", [(), ("outcome: score, icc: 0.1",)], ids=["nothing is told", "of another outcome only"]
)
@pytest.mark.parametrize("fields", [{}, MEAN, HAZARD], ids=["events", "means", "hazard ratios"])
def test_without_a_design_effect_nothing_enters(
    tmp_path: Path, correlations: tuple[str, ...], fields: Mapping[str, object]
) -> None:
    """An interval that is too narrow is worse than none; readers and contributors are told."""
    if fields is MEAN:
        correlations = tuple(item.replace("score", "pain") for item in correlations)
    ratio = "comparisons:\n" + compared("hazard ratio", "0.7, ci95: [0.5, 0.98]")
    text = {id(MEAN): MEANS, id(HAZARD): f"{PLAIN}{ratio}"}.get(id(fields), PLAIN)
    found = analysis(tmp_path, {"one": clustered(text, *correlations), "two": text}, **fields)
    assert [row.study.id for row in found.entered] == ["two"]
    assert [(node.id, why) for node, why in found.left_out] == [("one", reasons.CLUSTERED)]
    told = {problem.code: problem for problem in problems_of(tmp_path)}
    assert told["synthesis-left-out"].message.startswith("one is not pooled: it allocated whole clusters")
    assert "icc (with mean_size) or design_effect" in told["synthesis-left-out"].hint


def test_what_the_source_adjusted_enters_as_it_stands(tmp_path: Path) -> None:
    """Numbers that the review says are adjusted are not made smaller a second time."""
    adjusted = PLAIN.replace("time: unclear", "time: unclear, adjusted_for_clustering: true")
    found = analysis(tmp_path, {"one": clustered(adjusted, "icc: 0.08"), "two": PLAIN})
    one, two = found.rows
    assert one.effect == two.effect
    assert one.clustering is not None and one.clustering.design_effect is None
    half = PLAIN.replace("time: unclear", "time: unclear, adjusted_for_clustering: true", 1)
    found = analysis(tmp_path / "half", {"one": clustered(half, "icc: 0.08"), "two": PLAIN})
    assert found.rows[0].clustering is not None
    assert log_of(found.rows[0].effect)[1] > log_of(found.rows[1].effect)[1], "only one side was adjusted"


def test_hazard_ratios_become_wider_unless_they_were_adjusted(tmp_path: Path) -> None:
    """The standard error of a published ratio is multiplied by the root of the design effect."""
    both = study(group("a", "drug-a", 50), group("b", "waiting", 60))
    crude = f"{both}comparisons:\n" + compared("hazard ratio", "0.7, ci95: [0.5, 0.98]")
    adjusted = crude.replace("ci95", "adjusted_for_clustering: true, ci95")
    texts = {"one": clustered(crude, "icc: 0.3"), "two": clustered(adjusted), "three": crude}
    rows = {row.study.id: row for row in analysis(tmp_path, texts, **HAZARD).rows}
    assert rows["two"].effect == rows["three"].effect == Effect(0.7, 0.5, 0.98)
    log, error = log_of(rows["one"].effect)
    wanted = math.log(0.98 / 0.5) / (2 * Z) * 2
    assert [log, error] == pytest.approx([math.log(0.7), wanted])


def mean_error(found: Analysis) -> float:
    effect = found.rows[0].effect
    return (effect.high - effect.low) / (2 * Z)


@pytest.mark.parametrize(
    ("spread", "correlations", "error"),
    [
        ("sd: 4", ("design_effect: 4",), 2 * math.sqrt(16 / 50 + 16 / 60)),
        ("se: 0.5", ("design_effect: 4",), 2 * math.sqrt(0.25 + 0.25)),
        ("se: 0.5, adjusted_for_clustering: true", ("design_effect: 4",), math.sqrt(0.5)),
        ("se: 0.5, adjusted_for_clustering: true", (), math.sqrt(0.5)),
        ("sd: 2, se: 0.5, adjusted_for_clustering: true", (), math.sqrt(0.5)),
    ],
    ids=["SD", "SE of persons", "adjusted SE", "adjusted SE alone", "adjusted SE with the SD"],
)
def test_mean_differences_of_clusters(tmp_path: Path, spread: str, correlations: tuple[str, ...], error: float) -> None:
    """Standard errors grow by the root of the design effect, but for those that the source adjusted."""
    text = clustered(MEANS.replace("sd: 4", spread), *correlations)
    found = analysis(tmp_path, {"one": text, "two": MEANS}, **MEAN)
    assert found.rows[0].effect.estimate == -2
    assert mean_error(found) == pytest.approx(error)
    assert not [problem for problem in problems_of(tmp_path) if problem.code == "unlike-spread"]


@pytest.mark.parametrize("correlations", [(), ("design_effect: 4",)], ids=["no design effect", "design effect"])
def test_an_adjusted_interval_of_a_mean_stands_as_it_is(tmp_path: Path, correlations: tuple[str, ...]) -> None:
    """Whether the design effect is known or not: the source had allowed for it."""
    first, second = "ci95: [3.9, 6.1]", "ci95: [6, 8]"
    plain = MEANS.replace("sd: 4", first, 1).replace("sd: 4", second)
    adjusted = plain.replace("ci95", "adjusted_for_clustering: true, ci95")
    one, two = analysis(tmp_path, {"one": clustered(adjusted, *correlations), "two": plain}, **MEAN).rows
    ends = (one.effect.estimate, one.effect.low, one.effect.high)
    assert ends == pytest.approx((two.effect.estimate, two.effect.low, two.effect.high), rel=0.01)


def test_standard_deviations_are_those_of_persons(tmp_path: Path) -> None:
    """A standard error made wider for clusters is no measure of how far persons lie apart (Handbook 23.1.4)."""
    smd = {"outcome": "score", "measure": "standardised_mean_difference", "statistic": "mean"}
    plain = analysis(tmp_path / "plain", {"one": MEANS, "two": MEANS}, **smd).rows[0].effect
    adjusted = MEANS.replace("sd: 4", "se: 2, adjusted_for_clustering: true")
    found = analysis(tmp_path / "none", {"one": clustered(adjusted), "two": MEANS}, **smd)
    assert [why for _, why in found.left_out] == [reasons.CLUSTERED_SPREAD]
    for n, text in enumerate((clustered(adjusted.replace("se: 2", "sd: 4, se: 0.8")), clustered(MEANS, "icc: 0.1"))):
        effect = analysis(tmp_path / str(n), {"one": text, "two": MEANS}, **smd).rows[0].effect
        assert effect.estimate == pytest.approx(plain.estimate, rel=0.01)
        assert effect.high - effect.low > 1.2 * (plain.high - plain.low)


def test_groups_of_clusters_are_added(tmp_path: Path) -> None:
    """Several groups of one side: their effective sample sizes add up."""
    arms = group("a", "drug-a", 50, score(5)), group("c", "drug-a", 30, score(6)), group("b", "waiting", 60, score(7))
    found = analysis(tmp_path, {"one": clustered(study(*arms), "design_effect: 2"), "two": MEANS}, **MEAN)
    treated = found.rows[0].treated
    assert isinstance(treated, Means)
    assert [treated.persons, treated.effective, treated.together.effective] == pytest.approx([80, 40, 40])
    few = study(group("a", "drug-a", 3, score(5)), group("b", "waiting", 60, score(7)))
    found = analysis(tmp_path / "few", {"one": clustered(few, "design_effect: 2"), "two": MEANS}, **MEAN)
    assert [why for _, why in found.left_out] == [reasons.CLUSTERED_FEW]


# --- what readers and contributors are told --------------------------------------------------------------------------


def test_readers_see_which_studies_allocated_clusters(tmp_path: Path) -> None:
    """In the plot, under it, on the page of the study and in the downloads."""
    adjusted = PLAIN.replace("time: unclear", "time: unclear, adjusted_for_clustering: true")
    texts = {"one": clustered(PLAIN, "icc: 0.08"), "two": clustered(adjusted), "three": PLAIN}
    found = analysis(tmp_path, texts)
    plot = forest(found, lambda node: node.id, None)
    assert {line.name: line.mark for line in plot.lines} == {"one": "by villages", "two": "by villages", "three": ""}
    assert [(name, how) for name, _, how in plot.clusters] == [
        ("one", "villages; design effect 1.80, so that its 110 persons count as 61"),
        ("two", "villages; its source had allowed for that"),
    ]
    rows = {row["study"]: row for row in csv.DictReader(io.StringIO(exports.syntheses_csv([found])))}
    columns = ("unit_of_allocation", "adjusted_for_clustering", "design_effect", "treated_effective_persons")
    assert [rows["one"][name] for name in columns] == ["villages", "false", "1.8", "27.7778"]
    assert [rows["two"][name] for name in columns] == ["villages", "true", "", ""]
    assert [rows["three"][name] for name in columns] == ["", "", "", ""]
    review = linked(tmp_path)
    (study_row,) = [row for row in csv.DictReader(io.StringIO(exports.studies_csv(review))) if row["study"] == "one"]
    assert (study_row["unit_of_allocation"], study_row["mean_cluster_size"]) == ("villages", "11")
    tree = render(review, tmp_path, [PACKAGED], {}, Settings())
    assert not tree.problems
    pages = {path: data.decode() for path, data in tree.files.items() if path.endswith(".md")}
    page = pages["studies/one.md"]
    assert "<dt>Unit of allocation</dt> <dd>villages</dd>" in page
    assert (
        "All outcomes: design effect 1.80, from an intracluster correlation coefficient of 0.08. Of this trial" in page
    )
    assert "risk ratio, with design effect 1.80" in page
    assert "adjusted for clustering" in pages["studies/two.md"]
    assert '/studies/one/#clusters">' in pages["treatments/drug-a/evidence.md"]
    assert "Unit of allocation" not in pages["studies/three.md"]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (clustered(PLAIN, "outcome: pain"), "cluster-correlation", "neither an icc nor a design_effect"),
        (clustered(PLAIN, "icc: 0.1, design_effect: 2"), "cluster-correlation", "both an icc and a design_effect"),
        (clustered(PLAIN, "icc: 0.1", size=""), "cluster-correlation", "without the average size of a cluster"),
        (clustered(PLAIN, "icc: 0.1", "design_effect: 2"), "cluster-correlation", "of all other outcomes already"),
        (clustered(PLAIN, "outcome: pian, icc: 0.1"), "unknown-outcome", "pian"),
        (
            PLAIN.replace("time: unclear", "time: unclear, adjusted_for_clustering: true"),
            "cluster-adjustment",
            "Nothing",
        ),
        (
            clustered(MEANS.replace("sd: 4", "sd: 4, adjusted_for_clustering: true")),
            "cluster-adjustment",
            "the same with clusters",
        ),
        (PLAIN.replace("A trial", "A cluster-randomised trial"), "cluster-trial", "“cluster-randomised” is said"),
        (PLAIN.replace("A trial", "A cluster randomized trial"), "cluster-trial", "“cluster randomized” is said"),
    ],
    ids=["neither", "both", "no size", "twice", "unknown outcome", "no clusters", "SD alone", "by name", "American"],
)
def test_what_cannot_be_computed_with_is_told(tmp_path: Path, text: str, code: str, message: str) -> None:
    """Each with what to write instead."""
    analysis(tmp_path, {"one": text, "two": PLAIN})
    told = [
        problem for problem in problems_of(tmp_path) if problem.code == code and problem.place.file.endswith("one.yaml")
    ]
    assert told and message in told[0].message


def test_a_trial_that_is_recorded_as_one_of_clusters_is_not_asked_about(tmp_path: Path) -> None:
    """Nor one that only speaks of a cluster of something else."""
    said = clustered(PLAIN.replace("A trial", "A cluster-randomised trial"), "icc: 0.01")
    other = PLAIN.replace("A trial", "Cluster headache: a parallel-group randomised trial")
    analysis(tmp_path, {"one": said, "two": other})
    assert not [problem for problem in problems_of(tmp_path) if problem.code.startswith("cluster")]
