"""What differs between two states of a review, in its own words, the worst first."""

from __future__ import annotations

from pathlib import Path

import pytest
from reviews import BASE, Edits, linked, write_review

from evidence_site.changes import Change, Severity, compare

TREATMENT, STUDY, TOPIC = (
    "evidence/treatments/drug-a.yaml",
    "evidence/studies/alpha2020.yaml",
    "evidence/topics/causes.yaml",
)
REVIEW, OUTCOMES = "evidence/review.yaml", "evidence/outcomes.yaml"


def changes(tmp_path: Path, edits: Edits, *, back: bool = False) -> list[Change]:
    old, new = linked(BASE), linked(write_review(tmp_path, edits))
    return compare(new, old) if back else compare(old, new)


def said(found: list[Change]) -> list[str]:
    return [f"{change.severity}: {change.sentence}" for change in found]


def replace(old: str, new: str) -> list[dict[str, str]]:
    return [{"replace": old, "by": new}]


def test_the_same_review_has_no_changes() -> None:
    assert compare(linked(BASE), linked(BASE)) == []


def test_comments_and_line_breaks_are_no_change(tmp_path: Path) -> None:
    """What counts is what a record says, not how it is written."""
    edits: Edits = {STUDY: [{"append": "# a remark\n"}], TREATMENT: replace("name: Drug A", "name: 'Drug A'")}
    assert changes(tmp_path, edits) == []


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            {TREATMENT: replace("by: -1\n        reason: \"Few persons.\"\n    level: very_low", "by: 0\n        reason: \"x\"")},
            ["changed: Drug A: certainty for “Bone density” changed from very low to low"],
            id="certainty",
        ),
        pytest.param(
            {TREATMENT: replace("Density rose by 10% [@alpha2020, abstract].\"\ncautions", "Density rose by 11% [@alpha2020, abstract].\"\ncautions")},
            ["changed: Drug A: statement changed: “Density rose by 11%.”"],
            id="statement-changed",
        ),
        pytest.param(
            {TREATMENT: replace("It builds bone [@gamma2022, abstract].", "It builds bone.")},
            ["lost: Drug A: statement lost all its sources: “It builds bone.”"],
            id="statement-without-support",
        ),
        pytest.param(
            {TREATMENT: replace("It builds bone [@gamma2022, abstract].", "It builds bone [@gamma2022; @alpha2020].")},
            ["added: Drug A: statement won 1 source: “It builds bone.”"],
            id="statement-with-more-support",
        ),
        pytest.param(
            {TREATMENT: replace("  - id: gain\n", "  - id: other-name\n")},
            ["edited: Drug A: details edited"],
            id="statement-with-another-id",
        ),
        pytest.param(
            {TREATMENT: replace("Density rose more with it", "Density rose a little more with it")},
            ["changed: Drug A: the bottom line was rewritten"],
            id="bottom-line",
        ),
        pytest.param(
            {"evidence/sources/alpha2020.yaml": replace("read: abstract", "read: full_text")},
            ["changed: Alpha and Zed 2020: how far it was read changed from abstract to full text"],
            id="reading",
        ),
        pytest.param(
            {"evidence/sources/alpha2020.yaml": replace("status: ok", "status: retracted\n  date: 2024-05-01")},
            [
                "lost: Alpha and Zed 2020: retracted (1 May 2024)",
                "lost: Drug A: persons with a result for “Bone density” changed from 8 to 0",
                "lost: Drug A: persons with a result for “New vertebral fracture” changed from 8 to 0",
                "lost: Drug A: “Density at 12 months” is now not reported; it was +10.0% (8 persons, 1 study)",
                "lost: Drug A: “Persons with a new fracture” is now not reported; it was 0 of 8 persons (1 study)",
                "lost: Drug A: statement lost support: its only source, Alpha and Zed 2020, is now retracted: “Density rose by 10%.”",
                "lost: Drug A: the bottom line lost support: its only source, Alpha and Zed 2020, is now retracted: “Density rose more with it.”",
                "lost: Drug A: the finding for “Bone density” lost support: its only source, Alpha and Zed 2020, is now retracted: “Density rose by 10%.”",
                "changed: Alpha and Zed 2020: persons counted changed from 12 to 0",
                "changed: Drug A: persons counted changed from 8 to 0",
                "changed: Example review: persons counted changed from 13 to 1",
                "changed: Waiting: persons counted changed from 5 to 1",
                "changed: Waiting: persons with a result for “Bone density” changed from 5 to 1",
                "changed: Waiting: “Density at 12 months” is now +6% (1 person, 1 study); it was −1.5 to +6% (5 persons, 2 studies)",
            ],
            id="retraction",
        ),
        pytest.param(
            {"evidence/sources/alpha2020.yaml": replace("status: ok", "status: corrected")},
            ["changed: Alpha and Zed 2020: corrected"],
            id="correction",
        ),
        pytest.param(
            {"evidence/references.bib": replace("pages = {1--9}", "pages = {1--10}")},
            ["edited: Alpha and Zed 2020: details edited"],
            id="bibliographic-field",
        ),
        pytest.param(
            {STUDY: replace("        value: 10.0\n", "        value: 12.0\n")},
            [
                "changed: Drug A: “Density at 12 months” is now +12.0% (8 persons, 1 study); it was +10.0% (8 persons, 1 study)",
                "changed: Alpha and Zed 2020: result is now +12.0% (SD 2.5); it was +10.0% (SD 2.5) "
                "(Bone density, Drug A, 12 months after first dose)",
            ],
            id="result",
        ),
        pytest.param(
            {STUDY: replace("country: Exampland", "country: Sampleland")},
            ["edited: Alpha and Zed 2020: details edited"],
            id="detail-of-a-study",
        ),
        pytest.param(
            {REVIEW: replace("searched_to: 2024-05-31", "searched_to: 2025-01-31")},
            ["changed: Example review: date of the search changed from 31 May 2024 to 31 January 2025"],
            id="search",
        ),
        pytest.param(
            {REVIEW: replace("What does drug A do?", "What does drug A do to bones?")},
            ["changed: Example review: the review question was rewritten"],
            id="question",
        ),
    ],
)  # fmt: skip
def test_changes(tmp_path: Path, edits: Edits, expected: list[str]) -> None:
    """An edit of a record is told in these words."""
    assert said(changes(tmp_path, edits)) == expected


def test_a_larger_study_changes_the_counts_that_it_stands_behind(tmp_path: Path) -> None:
    """The study, the treatment and the whole review count one more person, and their range and numbers move."""
    found = said(changes(tmp_path, {STUDY: replace("    n: 8\n", "    n: 9\n")}))
    assert "changed: Alpha and Zed 2020: persons counted changed from 12 to 13" in found
    assert "changed: Drug A: persons counted changed from 8 to 9" in found
    assert any(line.startswith("changed: Example review: persons counted changed from ") for line in found)
    assert not any("details edited" in line for line in found)


def test_a_study_comes_and_goes(tmp_path: Path) -> None:
    """Added and removed are told with the persons; what is gone comes first."""
    edits: Edits = {"evidence/studies/delta2019.yaml": None}
    gone = changes(tmp_path / "one", edits)
    assert gone[0].severity is Severity.LOST
    assert gone[0].sentence == "Delta 2019: study removed (0 persons were counted)"
    assert gone[0].address == "studies/delta2019/" and gone[0].file == "evidence/studies/delta2019.yaml"
    come = changes(tmp_path / "two", edits, back=True)
    assert "added: Delta 2019: study added (0 persons counted)" in said(come)


def test_a_renamed_record_is_no_loss(tmp_path: Path) -> None:
    """The same record under another name has another address, and nothing is said to be removed or added."""
    text = (BASE / "evidence/studies/delta2019.yaml").read_text("utf-8")
    edits: Edits = {"evidence/studies/delta2019.yaml": None, "evidence/studies/delta-other.yaml": text}
    (change,) = changes(tmp_path, edits)
    assert (change.sentence, change.old, change.new) == (
        "Delta 2019: study has a new address",
        "delta2019",
        "delta-other",
    )
    assert change.severity is Severity.EDITED


def test_changes_lead_to_their_place(tmp_path: Path) -> None:
    """Address and file stand beside the words, with what stood there before and after."""
    (change,) = changes(tmp_path, {TREATMENT: replace("It builds bone [@gamma2022", "It keeps bone [@gamma2022")})
    assert change.address == "treatments/drug-a/evidence/#how"
    assert change.file == TREATMENT
    assert (change.old, change.new) == ("It builds bone.", "It keeps bone.")
    (change,) = changes(tmp_path, {TREATMENT: replace("It is not for use in pregnancy", "It is not to be used")})
    assert change.address == "treatments/drug-a/#never-pregnant"


def test_long_statements_are_cut_between_words(tmp_path: Path) -> None:
    text = "It builds bone and " + "does many other things " * 20
    (change,) = changes(tmp_path, {TREATMENT: replace("It builds bone [@gamma2022", f"{text}[@gamma2022")})
    assert len(change.text) < 200 and change.text.endswith("… ”") is False and " …”" in change.text
    assert change.new.startswith("It builds bone and does") and len(change.new) > 300


def test_the_worst_comes_first(tmp_path: Path) -> None:
    """Lost, changed, added, edited: whatever the order of the files."""
    edits: Edits = {
        STUDY: replace("country: Exampland", "country: Sampleland"),
        TREATMENT: [
            {"replace": "  - id: gain\n    text: \"Density rose by 10% [@alpha2020, abstract].\"\n", "by": "  - id: new\n    text: \"New [@alpha2020].\"\n"},
            {"replace": "Density rose more with it", "by": "Density rose a little more with it"},
        ],
    }  # fmt: skip
    found = changes(tmp_path, edits)
    assert [change.severity for change in found] == [Severity.LOST, Severity.CHANGED, Severity.ADDED, Severity.EDITED]
    assert [change.severity for change in found] == sorted((c.severity for c in found), key=list(Severity).index)
