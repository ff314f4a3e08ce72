"""Appraisals and look-alikes in a whole review: each case changes the small review and says what is then reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from reviews import problems_of, write_review
from test_checks import described, place, read_case

from evidence_site.problems import as_text, in_reading_order

FOLDER = Path(__file__).parent / "cases"
CASES = sorted([*(FOLDER / "appraisals").glob("*.yaml"), *(FOLDER / "look_alike_checks").glob("*.yaml")])


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path, tmp_path: Path) -> None:
    """Exactly the problems that the case lists are reported, at their places and with their words."""
    case = read_case(file)
    found = in_reading_order(problems_of(write_review(tmp_path, case["change"])))
    assert [place(p) for p in found] == [described(e) for e in case["problems"]], as_text(found)
    for problem, expected in zip(found, case["problems"], strict=True):
        assert expected["message"] in problem.message
        assert expected.get("hint", "") in problem.hint
