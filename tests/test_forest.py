"""What a forest plot tells beside its numbers: when, of what, and in what the studies differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from pooling import group, study
from reviews import linked
from test_synthesis_selection import CONTROL, MEAN, analysis, at, compared, events, score

from evidence_site.charts.forest import Forest, forest
from evidence_site.summaries import findings
from evidence_site.synthesis import Analysis, analyses

FIRST = study(group("a", "drug-a", 50, events(5, at(6))), group("b", "waiting", 60, events(12, at(6, "delivery"))))
LATE = study(group("a", "drug-a", 40, events(3, at(60))), group("b", "waiting", 45, events(15, at(60))))
UNTOLD = study(group("a", "drug-a", 50, events(5)), CONTROL)


def plot_of(found: Analysis) -> Forest:
    return forest(found, lambda node: node.id, None)


def facts(found: Analysis) -> dict[str, str]:
    return dict(plot_of(found).facts)


TIMES = {
    "one time": ({"one": LATE}, "60 months after first dose", "at 60 months"),
    "several": ({"one": FIRST, "two": LATE}, "6 to 60 months after first dose or delivery", "at 6 to 60 months"),
    "some": (
        {"one": LATE, "two": UNTOLD},
        "60 months after first dose; not told by 1 study",
        "at 60 months or times not told",
    ),
    "none": ({"one": UNTOLD, "two": UNTOLD}, "not told", "at times not told"),
}


@pytest.mark.parametrize(("studies", "told", "_"), TIMES.values(), ids=TIMES.keys())
def test_the_plot_says_when_the_results_were_seen(tmp_path: Path, studies: dict[str, str], told: str, _: str) -> None:
    """Six months and five years in one estimate are not seen in the numbers."""
    assert facts(analysis(tmp_path, studies))["Times"] == told


@pytest.mark.parametrize("case", ["several", "some", "none"])
def test_persons_of_a_thousand_are_told_with_their_time(tmp_path: Path, case: str) -> None:
    """A risk is a risk within a time: 200 of 1,000 means nothing without one."""
    studies, _, span = TIMES[case]
    assert f"(the median of these studies, {span})" in plot_of(analysis(tmp_path, studies)).absolute


def test_few_of_a_thousand_are_not_told_as_nobody(tmp_path: Path) -> None:
    """Less than one of 10,000 is not none."""
    rare = study(group("a", "drug-a", 90000, events(3)), group("b", "waiting", 5000, events(2)))
    plot = plot_of(analysis(tmp_path, {"one": rare, "two": rare}))
    assert "Where 0.4 of 1,000 persons" in plot.absolute
    assert "fewer than 0.1 would with drug A (fewer than 0.1 to 0.1)" in plot.absolute


@pytest.mark.parametrize(
    ("outcome", "sides"),
    [
        ("pain", "Left of the line: in favour of drug A. Right: in favour of waiting."),
        ("density", "Left of the line: the event comes later with drug A. Right: earlier."),
    ],
)
def test_a_hazard_ratio_favours_nobody_where_the_event_is_not_known(tmp_path: Path, outcome: str, sides: str) -> None:
    """For survival studies give the ratio of deaths: 0.7 is then good, though more survival is better."""
    ratio = "comparisons:\n" + compared("hazard ratio", "0.7, ci95: [0.5, 0.98]").replace("pain", outcome)
    text = study(group("a", "drug-a", 50), group("b", "waiting", 60), more=ratio)
    assert plot_of(analysis(tmp_path, {"one": text}, measure="hazard_ratio", outcome=outcome)).sides == sides


def test_the_plot_names_kinds_of_ratios_that_were_pooled_together(tmp_path: Path) -> None:
    """Adjusted beside crude: a reader has to know."""

    def text(measure: str) -> str:
        ratio = "comparisons:\n" + compared(measure, "0.7, ci95: [0.5, 0.98]")
        return study(group("a", "drug-a", 50), group("b", "waiting", 60), more=ratio)

    mixed = {"one": text("hazard ratio"), "two": text("Adjusted hazard-ratio"), "three": text("hazard_ratio")}
    found = analysis(tmp_path / "mixed", mixed, measure="hazard_ratio")
    assert facts(found)["Ratios"] == "hazard ratio (2); adjusted hazard ratio (1)"
    alike = analysis(tmp_path / "alike", {"one": text("hazard ratio")}, measure="hazard_ratio")
    assert "Ratios" not in facts(alike)


def test_the_plot_names_other_treatments_of_one_side(tmp_path: Path) -> None:
    """What only one side had may have made the difference; what both had, or waited, cannot."""
    both = study(group("a", "drug-a; waiting; other", 50, events(5)), group("b", "waiting; other", 60, events(12)))
    assert (
        not {"Other treatments of one side only", "Had waiting"} & facts(analysis(tmp_path / "b", {"one": both})).keys()
    )
    one = study(group("a", "drug-a; other", 50, events(5)), CONTROL)
    found = facts(analysis(tmp_path / "one", {"one": one, "two": both}))
    assert found["Other treatments of one side only"] == "other (1 study)"


def test_the_plot_says_in_which_studies_the_comparator_was_added_to(tmp_path: Path) -> None:
    """The drug beside the comparator and the drug instead of it are two questions."""
    added = study(group("a", "drug-a; waiting", 50, events(5)), CONTROL)
    assert "Had waiting" not in facts(analysis(tmp_path, {"one": added, "two": UNTOLD}))
    comparator = tmp_path / "evidence/treatments/waiting.yaml"
    text = comparator.read_text("utf-8")
    comparator.write_text(text.replace("kind: natural_course", "kind: drug"), "utf-8")
    review = linked(tmp_path)
    (found,) = analyses(review)["drug-a"]
    assert facts(found)["Had waiting"] == "in 1 of 2 studies those with the treatment, too"


def test_a_prediction_is_told_with_its_unit(tmp_path: Path) -> None:
    """In a sentence a bare −26 to 20 says nothing."""
    texts = [
        study(group("a", "drug-a", 50, score(value)), group("b", "waiting", 60, score(other)))
        for value, other in ((5, 7), (4, 9), (4, 6))
    ]
    plot = plot_of(analysis(tmp_path, dict(zip(("one", "two", "three"), texts, strict=True)), **MEAN))
    assert plot.new_study.endswith(f"the difference may be anything from {plot.prediction} points")


def test_a_column_of_several_outcomes_names_the_one_it_tells_of(tmp_path: Path) -> None:
    """“Risk ratio 0.49” under a heading of two outcomes is of nobody knows which."""
    pooled = """
  - {outcome: pain, against: waiting, measure: odds_ratio, model: common_effect, rationale: "They are alike."}
"""
    analysis(tmp_path, {"one": FIRST, "two": LATE})
    treatment, home = tmp_path / "evidence/treatments/drug-a.yaml", tmp_path / "evidence/review.yaml"
    treatment.write_text(treatment.read_text("utf-8") + pooled, "utf-8")
    column = "findings_table:\n  - {title: Pooled, outcomes: [score, pain], kind: synthesis}\n"
    home.write_text(home.read_text("utf-8").replace("findings_table:\n", column), "utf-8")
    review = linked(tmp_path)
    cell = findings(review)["drug-a"].cell(review.record.findings_table[0])
    assert cell.value.startswith("Pain: risk ratio 0.")
    assert cell.notes == ("1 more pooled estimate",)
