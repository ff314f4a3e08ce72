"""Numbers, ranges and dates as articles print them, and how a record has to say the same.

Everything here proposes: it is shown to whoever wrote it, and changes nothing by itself.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

_NUMBER = r"[-−+]?\d+(?:[.,]\d+)?"
_PAIR = re.compile(
    rf"[\[(]?\s*({_NUMBER})\s*%?\s*(?:[-–—‐‑−;]|to|bis|and|\.{{2,3}}|…)\s*({_NUMBER})\s*%?\s*[\])]?", re.I
)
_WITH_SPREAD = re.compile(rf"({_NUMBER})\s*%?\s*(?:±|\+/-|\(\s*(?:SD\s*|±\s*)?)\s*({_NUMBER})\s*\)?", re.I)
_OUT_OF = re.compile(r"(\d+)\s*(?:/|of|out of)\s*(\d+)(?:\s*\(.*\))?", re.I)
_WITH_PERCENT = re.compile(rf"(\d+)\s*\(\s*{_NUMBER}\s*%\s*\)")
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_UNSURE = re.compile(rf"[<>≤≥~≈]\s*=?\s*{_NUMBER}\s*%?")
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _plain(number: str) -> str:
    return number.replace("−", "-").replace(",", ".").removeprefix("+")


def pair(text: str) -> str:
    """Two numbers as a list: ``[1.7, 12.0]`` of ``1.7–12.0`` or ``1.7 to 12.0``; empty for any other text."""
    match = _PAIR.fullmatch(text.strip())
    return f"[{_plain(match[1])}, {_plain(match[2])}]" if match else ""


def summary(text: str) -> str:
    """Advice on a text in the place of mean, standard deviation and range: ``35.4 ± 9.7``, ``24–42``; or nothing."""
    if match := _WITH_SPREAD.fullmatch(text.strip()):
        mean, spread = map(_plain, match.groups())
        return f"If these are mean and standard deviation, write {{mean: {mean}, sd: {spread}}}."
    if both := pair(text):
        return f"If these are the lowest and the highest value, write {{range: {both}}}."
    return ""


def result(text: str, *, counts_persons: bool) -> str:
    """Advice on a text in the place of the number of a result: ``5/116``, ``58.8 (27)``, ``3.9%``; or nothing."""
    text = text.strip()
    if counts_persons and (match := _OUT_OF.fullmatch(text)):
        return f"Write value: {match[1]} and of: {match[2]}."
    if counts_persons and (match := _WITH_PERCENT.fullmatch(text)):
        return f"Write value: {match[1]}; the percentage follows from it."
    if match := _WITH_SPREAD.fullmatch(text):
        mean, spread = map(_plain, match.groups())
        return f"Write value: {mean} and, if that is the standard deviation, sd: {spread}."
    if match := _PERCENT.fullmatch(text):
        return f"Write the number alone: {_plain(match[1])}."
    if pair(text):
        return f"Write the number itself under value, and its range or interval beside it, such as range: {pair(text)}."
    if _UNSURE.fullmatch(text):
        return "A number has no such sign: make the statistic description, and keep the value as it is."
    if text.lower() in _WORDS:
        return f"Write {_WORDS.index(text.lower())}."
    return ""


def alone(text: str) -> str:
    """The number of a text that holds one and a sign or unit: ``42`` of ``42%`` or ``42 kg``; or nothing."""
    found = re.findall(rf"(?<![\w.,])({_NUMBER})(?![\w.,]*\d)", text)
    return _plain(found[0]) if len(found) == 1 and not _UNSURE.search(text) else ""


# --- dates -----------------------------------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(\d{4})[./ -](\d{1,2})[./ -](\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})([./ -])(\d{1,2})\2(\d{4})")
_DAY_IN_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[. -]*([a-z]{3,9})\.?,?[ -]*(\d{4})", re.I)
_MONTH_IN_WORDS = re.compile(r"([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})", re.I)


def dates(text: str) -> list[str]:
    """The days, like 2026-09-30, that a text can mean which is written in another order; none if it names no day."""
    text = text.strip()
    meant: list[tuple[str, int, str]] = []
    if match := _YEAR_FIRST.fullmatch(text):
        meant = [(match[1], int(match[2]), match[3])]
    elif match := _YEAR_LAST.fullmatch(text):
        meant = [(match[4], int(match[3]), match[1])]
        if match[2] != ".":  # with full stops the day comes first wherever dates are written so
            meant.append((match[4], int(match[1]), match[3]))
    elif match := _DAY_IN_WORDS.fullmatch(text):
        meant = [(match[3], _month(match[2]), match[1])]
    elif match := _MONTH_IN_WORDS.fullmatch(text):
        meant = [(match[3], _month(match[1]), match[2])]
    found = []
    for year, month, day in meant:
        with suppress(ValueError):
            found.append(date(int(year), month, int(day)).isoformat())
    return list(dict.fromkeys(found))


def _month(word: str) -> int:
    """The number of an English month, in full or shortened; 0 if it is none."""
    start = word.lower()[:3]
    return _MONTHS.index(start) + 1 if start in _MONTHS else 0
