"""What a word is to search: the same in the index that is made here and in the browser that asks it.

``templates/assets/search-model.js`` does the same to what a reader types, and ``tests/browser/`` compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SMALL_WORDS = (
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of "
    "on or our shall should so such than that the their them then there these they this to was we were what when which "
    "while who why will with would you your"
)
IGNORED = frozenset(_SMALL_WORDS.split())
"""Words that are on nearly every page. They are not indexed, and a search for them among others leaves them out."""

_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
"""Letters that Unicode does not take apart, as they are typed where they are not on the keyboard."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_TOKEN = re.compile(r"[^\W_]+(?:[.'’‐‑-][^\W_]+)*")
_JOINT = re.compile(r"['’‐‑-]|(?<![0-9])\.|\.(?![0-9])")
_DIGITS = re.compile(r"[0-9.]+")
_LONGEST_COMPOUND = 3
_SHORTEST_PLURAL = 4


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


def tokens(text: str) -> list[str]:
    """What stands between spaces and punctuation, folded: ``z-score``, ``15.5``, ``10.1007``."""
    return _TOKEN.findall(fold(text))


@lru_cache(maxsize=1 << 17)
def words(token: str) -> tuple[str, ...]:
    """The words by which a token is found: its parts and, if they are one name, the whole; ignored words are left out.

    ``Z-score`` is found by ``z``, ``score`` and ``zscore``, ``O’Sullivan`` by ``sullivan`` and ``osullivan``.
    """
    parts = _JOINT.split(token)
    found = [singular(part) for part in parts if part not in IGNORED]
    if 1 < len(parts) <= _LONGEST_COMPOUND and not all(_DIGITS.fullmatch(part) for part in parts):
        found.append(singular("".join(parts)))
    return tuple(dict.fromkeys(found))


def singular(word: str) -> str:
    """An English word without the s of its plural, after the S-stemmer of Donna Harman; one in ``-is`` is no plural."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else word[:-3] + "y"
    if word.endswith(("us", "ss", "is", "aes", "ees", "oes")):
        return word
    return word[:-1]
