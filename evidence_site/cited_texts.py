"""The cited texts of a record, sentence by sentence, with the numbers that the sources of each have to give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence_site import numerals, prose, records as r
from evidence_site.numerals import Numeral
from evidence_site.record_reading import Loaded
from evidence_site.sentences import Sentence, sentences

SPELT_OUT = 12
"""Numbers up to this one are ordinary words when they are written as words."""
_LONG_WORD = re.compile(r"teen|twent|thirt|fort|fift|sixt|sevent|eight|ninet", re.IGNORECASE)
"""What every longer word for a number has in it."""
_DIGIT = re.compile(r"[0-9]")
_BRACKETS = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that has citations and gives numbers."""

    sentence: Sentence
    numbers: tuple[Numeral, ...]
    """The numbers that a source has to give."""


def marked_up(loaded: Loaded[r.Record]) -> Sequence[tuple[r.Path, str]]:
    """The prose of a record, but for plain words, which cite nothing and show nothing."""
    return tuple((path, text) for path, text in r.prose_fields(loaded.record) if not prose.is_plain(text))


def claims(loaded: Loaded[r.Record]) -> Sequence[tuple[r.Path, tuple[Claim, ...]]]:
    """What a record states with numbers and citations, text by text."""
    found = []
    for path, text in loaded.once(marked_up):
        if "@" in text and _may_count(_BRACKETS.sub("", text)):
            stated = tuple(_claims(text))
            if stated:
                found.append((path, stated))
    return tuple(found)


def _may_count(text: str) -> bool:
    return bool(_DIGIT.search(text) or _LONG_WORD.search(text))


def _claims(text: str) -> Iterator[Claim]:
    for sentence in sentences(prose.parse(text)):
        numbers = [*numerals.in_digits(sentence.text)]
        if _LONG_WORD.search(sentence.text):
            numbers += [number for number in numerals.in_words(sentence.text) if number.value > SPELT_OUT]
        if numbers:
            yield Claim(sentence, tuple(numbers))
