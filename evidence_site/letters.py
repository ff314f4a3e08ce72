"""Letters without what not every keyboard has, for words to search, keys and ids; and which run from right to left."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
"""Letters that Unicode does not take apart, as they are typed where they are not on the keyboard."""

_SPELT_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
"""Letters that are typed as two where they are not on the keyboard, or just without what stands above them."""

_OF_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
RIGHT_TO_LEFT = re.compile(f"[{_OF_RIGHT_TO_LEFT}]")
"""A character of a script that runs from right to left, such as Arabic or Hebrew."""
RUN_OF_RIGHT_TO_LEFT = re.compile(rf"[{_OF_RIGHT_TO_LEFT}](?:[\W\d_{_OF_RIGHT_TO_LEFT}]*[{_OF_RIGHT_TO_LEFT}])?")
"""As much of a text as runs so: from such a character to the last one before a letter that runs the other way."""

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


def spelt_out(text: str) -> str:
    """The text, with two letters for one where that is usual without a keyboard for it: ``Müller`` becomes ``mueller``.

    All else is left, but for capitals. Nothing that has no such letter becomes anything else: ``does`` stays ``does``.
    """
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    composed = unicodedata.normalize("NFC", lowered)
    # Most texts have none, though few are ASCII, and looking for them takes a tenth of replacing them.
    return composed.translate(_SPELLING) if any(letter in composed for letter in _SPELT_OUT) else lowered


_SPELLING = str.maketrans(_SPELT_OUT)
