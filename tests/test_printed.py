"""What people copy from an article is answered with what the record needs, and not with an invented example."""

from __future__ import annotations

import pytest

from evidence_site import printed


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1.7–12.0", "[1.7, 12.0]"),
        ("1.7 to 12.0", "[1.7, 12.0]"),
        ("(1,7; 12,0)", "[1.7, 12.0]"),
        ("1-5.5", "[1, 5.5]"),
        ("−3.1 to −0.2", "[-3.1, -0.2]"),
        ("24% – 42%", "[24, 42]"),
        ("1.7", ""),
        ("twelve to 14", ""),
        ("2019-02-30", ""),
    ],
)
def test_pairs(text: str, wanted: str) -> None:
    """Ranges come with all kinds of dashes and words between."""
    assert printed.pair(text) == wanted


@pytest.mark.parametrize(
    ("text", "counts_persons", "wanted"),
    [
        ("5/116", True, "Write value: 5 and of: 116."),
        ("5 of 116 (4.3%)", True, "Write value: 5 and of: 116."),
        ("5 (4.3%)", True, "Write value: 5; the percentage follows from it."),
        ("58.8 (27)", False, "Write value: 58.8 and, if that is the standard deviation, sd: 27."),
        ("58.8 ± 27", False, "Write value: 58.8 and, if that is the standard deviation, sd: 27."),
        ("3.9%", False, "Write the number alone: 3.9."),
        ("five", True, "Write 5."),
        ("<5", True, "A number has no such sign: make the statistic description, and keep the value as it is."),
        ("a few", True, ""),
    ],
)
def test_results(text: str, counts_persons: bool, wanted: str) -> None:
    """A count out of a group keeps the group, a mean its spread."""
    assert printed.result(text, counts_persons=counts_persons) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("42%", "42"), ("42 kg", "42"), ("about 42", "42"), ("42,5 kg", "42.5"), ("<5", ""), ("4 and 5", ""), ("T12", "")],
)
def test_numbers_with_something_around_them(text: str, wanted: str) -> None:
    """A number with a unit is proposed without it, and nothing where there are two."""
    assert printed.alone(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("30.09.2026", ["2026-09-30"]),
        ("3.4.2026", ["2026-04-03"]),
        ("09/30/2026", ["2026-09-30"]),
        ("3/4/2026", ["2026-04-03", "2026-03-04"]),
        ("2026/9/3", ["2026-09-03"]),
        ("3 May 2020", ["2020-05-03"]),
        ("3rd Sept. 2020", ["2020-09-03"]),
        ("May 3, 2020", ["2020-05-03"]),
        ("2019-02-30", []),
        ("2026-09", []),
        ("3 foo 2020", []),
    ],
)
def test_dates(text: str, wanted: list[str]) -> None:
    """Where day and month cannot be told apart both are named, and no day is made up."""
    assert printed.dates(text) == wanted
