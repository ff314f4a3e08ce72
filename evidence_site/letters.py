"""Letters without what not every keyboard has: for words to search, keys and ids."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
"""Letters that Unicode does not take apart, as they are typed where they are not on the keyboard."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class _Folding(dict[int, str | None]):
    """What becomes of a character of decomposed text: marks go, some letters are spelt out."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        folded = None if unicodedata.category(character)[0] == "M" else _LETTERS.get(character, character)
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text in small letters without accents: ``Sjögren’s`` becomes ``sjogren’s``."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered)
    return _NOT_ASCII.sub(lambda match: match[0].translate(_FOLDING), decomposed).lower()
