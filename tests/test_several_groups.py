"""Studies of several groups: each person enters once, and like is compared with like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pooling import group, study, write_pooled
from reviews import linked, problems_of
from test_forest import plot_of
from test_synthesis_selection import CONTROL, HAZARD, MEAN, analysis, compared, events, score, told

from evidence_site.folders import PACKAGED
from evidence_site.pages import Settings, render
from evidence_site.synthesis import Events, Means, analyses, reasons


def with_other(root: Path) -> None:
    """The other treatment gets a page of its own, too."""
    folder = root / "evidence" / "treatments"
    head, _, _ = (folder / "drug-a.yaml").read_text("utf-8").partition("\nsyntheses:")
    (folder / "other.yaml").write_text(head.replace("Drug A", "Exercise"), "utf-8")


A = group("a", "drug-a", 50, events(5))
BOTH = group("ab", "drug-a; other", 40, events(2))
OTHER = group("o", "other", 45, events(7))


# --- a control that several groups share -----------------------------------------------------------------------------


def test_a_shared_control_enters_once(tmp_path: Path) -> None:
    """Two doses against one control: the doses are one side, and no person of the control counts twice."""
    arms = A, group("high", "drug-a", 40, events(3)), CONTROL
    assert told(tmp_path, study(*arms)) == (Events(8, 90), Events(12, 60))
    means = group("a", "drug-a", 50, score(5)), group("h", "drug-a", 40, score(4)), group("b", "waiting", 60, score(7))
    (row,) = analysis(tmp_path / "means", {"first": study(*means)}, **MEAN).entered
    assert isinstance(row.treated, Means)
    assert (row.treated.persons, row.against.persons) == (90, 60)
    ratios = "comparisons:\n" + "".join(
        compared("hazard ratio", "0.7, ci95: [0.5, 0.98]", group_=name) for name in ("a", "high")
    )
    found = analysis(tmp_path / "ratios", {"first": study(*arms, more=ratios)}, **HAZARD)
    assert [why for _, why in found.left_out] == [reasons.SEVERAL_PAIRS]


def test_several_comparators_share_no_control(tmp_path: Path) -> None:
    """Two treatments against one control are two estimates, and in each the control stands once."""
    text = study(A, OTHER, CONTROL)
    root = write_pooled(tmp_path, {"first": text, "second": text}, outcome="pain", measure="risk_ratio")
    with_other(root)
    treatment = root / "evidence" / "treatments" / "drug-a.yaml"
    more = (
        "  - {outcome: pain, against: other, measure: risk_ratio, model: random_effects, rationale: They are alike.}\n"
    )
    treatment.write_text(treatment.read_text("utf-8") + more, "utf-8")
    found = analyses(linked(root))["drug-a"]
    assert [[(row.treated, row.against) for row in each.entered] for each in found] == [
        [(Events(5, 50), Events(12, 60))] * 2,
        [(Events(5, 50), Events(7, 45))] * 2,
    ]


# --- factorial trials ------------------------------------------------------------------------------------------------


def test_a_group_with_more_than_the_other_side_had_is_left_out(tmp_path: Path) -> None:
    """With and without another treatment against nothing: what the other one does is not that of the drug."""
    for name, arms in {"three": (A, BOTH, CONTROL), "four": (A, BOTH, OTHER, CONTROL)}.items():
        found = analysis(tmp_path / name, {"first": study(*arms), "second": study(A, CONTROL)})
        first = found.entered[0]
        assert (first.treated, first.against) == (Events(5, 50), Events(12, 60))
        assert [arm.id for arm in first.unmatched] == ["ab"]
        assert first.one_sided == ()
        assert [(study, groups) for study, _, groups in plot_of(found).unmatched] == [("first", "ab, 40 persons")]


def test_a_factorial_trial_is_compared_at_its_margins(tmp_path: Path) -> None:
    """With the drug against without it, among those with the other treatment as among those without."""
    other = group("o", "other; waiting", 45, events(7))
    (row,) = analysis(tmp_path, {"first": study(A, BOTH, other, CONTROL)}).entered
    assert (row.treated, row.against, row.unmatched) == (Events(7, 90), Events(19, 105), ())


def test_instead_of_and_in_addition_are_two_questions(tmp_path: Path) -> None:
    """Of a drug against another one: those who had both are compared with nobody here."""
    text = study(A, BOTH, OTHER)
    studies = {"first": text, "second": study(A, OTHER)}
    root = write_pooled(tmp_path, studies, outcome="pain", measure="risk_ratio", against="other")
    with_other(root)
    (found,) = analyses(linked(root))["drug-a"]
    assert [(node.id, why) for node, why in found.left_out] == [("first", reasons.TWO_QUESTIONS)]
    assert "synthesis-left-out" in {problem.code for problem in problems_of(tmp_path)}


@pytest.mark.parametrize(
    "arms",
    [
        (group("a", "drug-a; other", 50, events(5)), CONTROL),
        (group("a", "drug-a", 50, events(5)), group("b", "waiting; other", 60, events(12))),
        (group("a", "drug-a; other, n: 2", 50, events(5)), group("c", "drug-a", 40, events(2)), CONTROL),
    ],
    ids=["one side had more", "the controls had more", "only some had more"],
)
def test_what_cannot_be_matched_enters_and_is_told(tmp_path: Path, arms: Sequence[str]) -> None:
    """Where no group is like one of the other side nothing is gained by leaving some out."""
    (row,) = analysis(tmp_path, {"first": study(*arms)}).entered
    assert (row.one_sided, row.unmatched) == (("other",), ())


def test_a_ratio_of_like_groups_goes_before_others(tmp_path: Path) -> None:
    """Of the ratios of a factorial trial the one that tells of the drug alone."""
    ratios = "comparisons:\n" + "".join(
        compared("hazard ratio", f"{value}, ci95: [0.5, 0.98]", group_=name)
        for name, value in (("a", 0.7), ("ab", 0.71))
    )
    text = study(A, BOTH, CONTROL, more=ratios)
    (row,) = analysis(tmp_path, {"first": text}, **HAZARD).entered
    assert row.published is not None and row.published.estimate == 0.7
    assert [arm.id for arm in row.unmatched] == ["ab"]


# --- trials that cross over ------------------------------------------------------------------------------------------


def test_a_trial_that_crosses_over_is_asked_about(tmp_path: Path) -> None:
    """As two groups its persons count twice, unless these are of the first period."""
    text = study(A, CONTROL).replace("A trial", "A randomised cross-over trial")
    first_period = text.replace("time: unclear", "time: unclear, note: of the first period")
    analysis(tmp_path, {"one": text, "two": first_period, "three": study(A, CONTROL)})
    told = [problem for problem in problems_of(tmp_path) if problem.code == "crossover-trial"]
    assert [problem.place.file for problem in told] == ["evidence/studies/one.yaml"]
    assert "“cross-over” is said" in told[0].message


# --- studies that may share persons ----------------------------------------------------------------------------------


def test_studies_that_may_hold_the_same_persons_are_named(tmp_path: Path) -> None:
    """Both enter as long as it is only possible, and a reader of the estimate has to know."""
    overlap = "overlaps:\n  - {study: two, status: possible, note: The same hospital.}\n"
    texts = {"one": study(A, CONTROL, more=overlap), "two": study(A, CONTROL), "three": study(A, CONTROL)}
    plot = plot_of(analysis(tmp_path, texts))
    assert [[name for name, _ in pair] for pair in plot.may_overlap] == [["one", "two"]]
    tree = render(linked(tmp_path), tmp_path, [PACKAGED], {}, Settings())
    page = tree.files["treatments/drug-a/evidence.md"].decode()
    assert 'who would then count twice: <a href="../../../studies/one/#overlaps">' in page
    assert not tree.problems, "each link leads somewhere"
