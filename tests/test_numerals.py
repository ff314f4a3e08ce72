"""Numbers in prose: which there are, what they mean, and which digits belong to a name."""

from __future__ import annotations

import pytest
from growth import BETWEEN, growth

from evidence_site import numerals


def values(text: str) -> list[float]:
    return [number.value for number in numerals.in_digits(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rose by 12.5 %, 12.50% and 12,5%.", [12.5, 12.5, 12.5]),
        ("1,234 of 4,224,246 and 1,234.5", [1234, 4224246, 1234.5]),
        ("1\u202f234\u202f567, 12\u00a0345 and 1\u2009000", [1234567, 12345, 1000]),
        ("in 2010 379 women", [2010, 379]),
        ("+1.4%, -2.5, −0.73 and –4", [1.4, 2.5, 0.73, 4]),
        ("2-3, 4.9–18.0, 1.2 to 9.6 and 2007-2015", [2, 3, 4.9, 18, 1.2, 9.6, 2007, 2015]),
        ("p<.001 and P = .03", [0.001, 0.03]),
        ("n=27, r=0.68 (SD 6.6) [7]", [27, 0.68, 6.6, 7]),
        ("4/47 and 30 µg/day, 20mg, 5ml", [4, 47, 30, 20, 5]),
        ("12-month, 28-year-old, 3-fold, 2-years", [12, 28, 3, 2]),
        ("1,2,3", [1, 2, 3]),
        ("49(2)", [49, 2]),
        ("SD 1-2 and 95% CI 3-4", [1, 2, 3, 4]),
        ("95% CI 4.9 to 18.0; 90% confidence", [4.9, 18]),
        ("95% of women", [95]),
        ("007", [7]),
    ],
)
def test_numbers(text: str, expected: list[float]) -> None:
    """However a number is written, it is found once and means the same."""
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "T8, L1-L4, L1–L4, K2, D3, P1NP, kg/m2, g/cm2 and COL1A1",
        "PTH 1-34, PTHrP 1–36, PTH(1-34), PTH-1",
        "1,25(OH)2D, 25(OH)D, 25-hydroxyvitamin D, 1,25-dihydroxyvitamin D, 5-azacytidine",
        "FRAX10, CYP2D6, CYP3A4/CYP3A5, C677T, c.4454_4465del, p.1485_1488del, rs1234, NCT01234567",
        "the 1st, 2nd, 3rd and 28th, in the 1990s, in her 30s",
        "10⁻³, m², 10^5",
        "https://example.org/12/13?x=14, www.example.org/15, doi:10.1000/182, 10.1016/j.reprotox.2013.07.018",
        "1.2.3",
        "1234567890123456",
        "１２",
    ],
)
def test_names(text: str) -> None:
    """Digits in names, addresses and ordinals are no numbers."""
    assert values(text) == []


def test_a_number_says_where_it_stands_and_how_it_is_written() -> None:
    """So that it can be shown in the text."""
    text = "Of 1,234 women 12.50% fell."
    found = list(numerals.in_digits(text))
    assert [(number.text, text[number.start : number.end]) for number in found] == [
        ("1,234", "1,234"),
        ("12.50", "12.50"),
    ]
    assert [number.is_percent for number in found] == [False, True]
    assert [number.steps for number in found] == [(1.0,), (0.01,)]


def test_large_numbers_have_two_readings() -> None:
    """Of 4.2 million both 4.2 and 4,200,000, with the precision of the last digit."""
    (number,) = numerals.in_digits("4.2 million persons")
    assert number.readings == (4.2, 4_200_000)
    assert number.steps == pytest.approx((0.1, 100_000))
    assert values("460 per million") == [460]


def test_times_are_told_in_months() -> None:
    """The unit of a range belongs to both of its ends."""
    found = numerals.in_digits("6 to 12 months, 2 years, 52-week, 3 persons")
    assert [number.months and round(number.months, 1) for number in found] == [6, 12, 24, 12, None]


def test_words() -> None:
    """From none to ninety-nine, in any case; parts of words are none."""
    text = "None of Twenty-two, twenty two, seventeen, FIVE years or ninety, but someone weighted often"
    found = list(numerals.in_words(text))
    assert [number.value for number in found] == [0, 22, 22, 17, 5, 90]
    assert found[4].months == 60
    assert [number.value for number in numerals.find("four of 47 or 3")] == [4, 47, 3]


HOSTILE = [
    "7", "1 ", "1,", "1.", "123,", "1-", "1−", "a1", "twenty-", "ten million ", "1% CI ", "1\u00a0", "1(a)", "http://",
    "10.1234/", "AB 1-1 ", "1 to 1 year ", "1²", " ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_it_takes_time_in_proportion_to_the_text(unit: str) -> None:
    """Also for 100 kB of the worst."""
    assert growth(lambda length: numerals.find(unit * (length // len(unit))), 25_000) < BETWEEN
