"""Numbers in prose: which there are, what each means, and which digits belong to a name instead.

``1,234`` is one thousand two hundred and thirty-four; ``12.5``, ``12,5``, ``+12.5 %`` and ``−12.5`` are all twelve and
a half: whether something rose or fell is said in words as often as by a sign. ``T8``, ``25(OH)D``, ``5-azacytidine``
and ``2nd`` are names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_DIGITS = 15
"""Of one number: what is longer is an identifier, and no computer's number tells it from its neighbours."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it stands in a text."""

    text: str
    """As it is written, without sign and unit."""
    start: int
    """Where it stands in the text."""
    readings: tuple[float, ...]
    """What it may mean, without its sign: of ``4.2 million`` both 4.2 and 4,200,000."""
    steps: tuple[float, ...]
    """For each reading, by how much it would differ if its last digit were the next: 0.1 for 4.2."""
    months: float | None = None
    """How long it is, if it is a span of time."""
    is_percent: bool = False

    @property
    def value(self) -> float:
        """What it means first of all."""
        return self.readings[0]

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.start + len(self.text)


# --- digits ----------------------------------------------------------------------------------------------------------

_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_SPACED = re.compile("(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
"""A space that divides thousands and is no space between words."""
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_ADDRESS = re.compile(r"(?<![^\s(\[<])(?:[a-z]+://|www\.|doi:|10\.[0-9]{4,9}/)\S*", re.IGNORECASE)
_PARTS = re.compile(r"[=<>≤≥≈~/;:|×±]")
"""Behind these a new word begins even where there is no space."""
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_NAME = 60

_SPANS = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "year": 12.0}
_UNITS = frozenset(
    ("mg", "g", "kg", "ug", "µg", "μg", "mcg", "ng", "pg", "l", "ml", "dl", "µl", "μl", "mmol", "nmol", "pmol", "mol",
     "iu", "ie", "u", "m", "cm", "mm", "µm", "μm", "km", "kcal", "kj", "ms", "sec", "min", "h", "hr", "hrs", "d",
     "wk", "wks", "mo", "mos", "y", "yr", "yrs", "x", "gy", "msv", "kv", "hz", "sd")
)  # fmt: skip
"""What may be written on to a number and leaves it one: ``20mg``."""
_JOINED = frozenset(
    ("fold", "point", "hour", "minute", "second", "person", "patient", "item", "year", "month", "week", "day")
)
"""What a hyphen joins to a number that counts it, ``12-month``; with other words it makes a name, ``5-azacytidine``."""
_BEHIND = re.compile(r"[^\W\d_]+")
_MANY = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_MULTIPLIED = re.compile(rf"[\s-]?({'|'.join(_MANY)})s?\b", re.IGNORECASE)
_PERCENT = re.compile(r"\s?(?:%|per ?cent\b)", re.IGNORECASE)
_SPAN = re.compile(
    r"(?:\s?(?:to|and|or|-|–|—)\s?[0-9]{1,9}(?:\.[0-9]{1,9})?)?[\s-]?(day|week|month|year)s?\b", re.IGNORECASE
)
"""The unit of a time, or of both times of a range."""
_LEVEL = re.compile(
    r"\s?(?:%|per ?cent\b)[\s-]?(?:CIs?|CrIs?|confidence|credible|prediction|compatibility)\b", re.IGNORECASE
)
"""What makes of 95% the name of an interval."""
_FROM_TO = re.compile(r"(?<![\w-])([^\W\d_]{2,12}) [0-9]{1,4}[-–][0-9]{1,4}(?![0-9.,]*[0-9%]|\s?%)")
_STATISTICS = frozenset(("CI", "CIs", "CrI", "SD", "SE", "SEM", "IQR", "OR", "RR", "HR", "MD", "SMD"))
"""Behind these a range is a range; behind other words in capitals it is a part of something, ``PTH 1-34``."""


def in_digits(text: str) -> Iterator[Numeral]:
    """The numbers of a text that are written in digits, in their order. It takes time in proportion to the text."""
    if not text.isascii():
        text = _SPACED.sub(",", text)
    addresses = [match.span() for match in _ADDRESS.finditer(text)] if "/" in text or "www." in text else []
    addresses.reverse()
    for match in _DIGITS.finditer(text):
        while addresses and addresses[-1][1] <= match.start():
            addresses.pop()
        if not (addresses and addresses[-1][0] <= match.start()):
            yield from _in_digits(text, match.start(), match.end())


def _in_digits(text: str, start: int, end: int) -> Iterator[Numeral]:
    if end - start > 2 * MOST_DIGITS or _is_name(text, start, end) or _LEVEL.match(text, end):
        return
    written = text[start:end]
    if _THOUSANDS.fullmatch(written):
        yield from _numeral(text, start, written, written.replace(",", ""))
    elif _PLAIN.fullmatch(written):
        point = text[start - 1 : start] == "." and not text[max(start - 2, 0) : start - 1].isalnum()
        leading = "0." if point and "." not in written and "," not in written else ""
        yield from _numeral(text, start, written, leading + written.replace(",", "."))
    elif "." not in written:
        for part in re.finditer(r"[0-9]+", written):  # 1,2,3: a list
            yield from _numeral(text, start + part.start(), part[0], part[0])


def _numeral(text: str, start: int, written: str, number: str) -> Iterator[Numeral]:
    if len(number) > MOST_DIGITS and len(number.replace(".", "")) > MOST_DIGITS:
        return
    end = start + len(written)
    value, step = float(number), 10.0 ** -len(number.partition(".")[2])
    many = _MULTIPLIED.match(text, end)
    by = _MANY[many[1].lower()] if many else 1.0
    readings, steps = ((value, value * by), (step, step * by)) if many else ((value,), (step,))
    span = None if many else _SPAN.match(text, end)
    months = value * _SPANS[span[1].lower()] if span else None
    yield Numeral(written, start, readings, steps, months, _PERCENT.match(text, end) is not None)


def _is_part_of_name(text: str, start: int, end: int) -> bool:
    """Whether digits are one end of a range behind a word in capitals: ``PTH 1-34``."""
    if text[end : end + 1] not in ("-", "–") and text[start - 1 : start] not in ("-", "–"):
        return False
    found = (match for match in _FROM_TO.finditer(text, max(0, start - 20), end + 6) if match.end() >= end)
    word = next((match[1] for match in found), "")
    return sum(letter.isupper() for letter in word) > 1 and word not in _STATISTICS


_BEFORE, _AFTER = frozenset(("", " ", "(")), frozenset(("", " ", "%", ".", ",", ";", ")"))
"""Between these a number stands by itself, as most do."""


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether letters around digits make a name of them."""
    if text[start - 1 : start] in _BEFORE and text[end : end + 1] in _AFTER:
        return False
    before = text[max(0, start - _LONGEST_NAME) : start]
    words = before.split()
    left = words[-1] if words and not before[-1].isspace() else ""
    if _LETTER.search(_PARTS.split(left)[-1]) or left.endswith(("_", "^")):
        return True
    behind = text[end : end + 1]
    word = _BEHIND.match(text, end + (behind in ("-", "–", "(")) if behind else end)
    if behind in ("_", "^", "⁻", "⁺") or (not behind.isascii() and behind.isdigit()):
        return True  # 10⁻³ has its superscript behind it
    if word is None:
        return _is_part_of_name(text, start, end)
    said = word[0].lower()
    if behind == "(":
        return text[word.end() : word.end() + 1] == ")" and text[word.end() + 1 : word.end() + 2].isalnum()
    if behind in ("-", "–"):
        return said not in _JOINED and said.removesuffix("s") not in _JOINED and said not in _UNITS
    return said not in _UNITS


# --- words -----------------------------------------------------------------------------------------------------------

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {
    **dict.fromkeys(("zero", "no", "none", "nobody", "never", "without"), 0.0),
    **{word: float(n) for n, word in enumerate((*_ONES, *_TEENS), 1)},
    **{word: 10.0 * n for n, word in enumerate(_TENS, 2)},
}
_OTHERS = sorted(_VALUES.keys() - set(_TENS), key=len, reverse=True)
_WORD = re.compile(
    rf"\b(?=[efnostwz])(?:({'|'.join(_TENS)})(?:[- ]({'|'.join(_ONES)}))?|({'|'.join(_OTHERS)}))\b", re.IGNORECASE
)


def in_words(text: str) -> Iterator[Numeral]:
    """The numbers up to ninety-nine that are written in words, and words for none; in their order."""
    for match in _WORD.finditer(text):
        tens, ones, word = match.groups()
        value = sum(_VALUES[part.lower()] for part in (tens, ones, word) if part)
        many, span = _MULTIPLIED.match(text, match.end()), _SPAN.match(text, match.end())
        readings = (value, value * _MANY[many[1].lower()]) if many else (value,)
        months = value * _SPANS[span[1].lower()] if span and not many else None
        percent = _PERCENT.match(text, match.end()) is not None
        yield Numeral(match[0], match.start(), readings, (1.0,) * len(readings), months, percent)


def find(text: str) -> list[Numeral]:
    """All numbers of a text, in their order."""
    return sorted((*in_digits(text), *in_words(text)), key=lambda number: number.start)
