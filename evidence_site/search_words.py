"""What a word is to search: the same in the index that is made here and in the browser that asks it.

``templates/assets/search-model.js`` does the same to what a reader types, and ``tests/browser/`` compares the two.
"""

from __future__ import annotations

import re
from functools import lru_cache

from evidence_site.letters import fold

_SMALL_WORDS = (
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of "
    "on or our shall should so such than that the their them then there these they this to was we were what when which "
    "while who why will with would you your"
)
IGNORED = frozenset(_SMALL_WORDS.split())
"""Words that are on nearly every page. They are not indexed, and a search for them among others leaves them out."""

_TOKEN = re.compile(r"[^\W_]+(?:[.'’‐‑-][^\W_]+)*")
_JOINT = re.compile(r"['’‐‑-]|(?<![0-9])\.|\.(?![0-9])")
_DIGITS = re.compile(r"[0-9.]+")
_LONGEST_COMPOUND = 3
_SHORTEST_PLURAL = 4


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
