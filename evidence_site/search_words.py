"""What a word is to search: the same in the index that is made here and in the browser that asks it.

``templates/assets/search-model.js`` does the same to what a reader types, and ``tests/browser/`` compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import normalize

from evidence_site.letters import fold, spelt_out

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
_IN_PAIRS = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
)
"""Characters of Chinese, Japanese and Korean, whose syllables folding takes apart."""
_IN_THREES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Letters of Thai, Lao, Burmese and Khmer: each says less than a character of Chinese."""
_RUN = re.compile(f"([{_IN_PAIRS}]+)|([{_IN_THREES}]+)|[^{_IN_PAIRS}{_IN_THREES}]+")
_LONGEST_COMPOUND = 3
_SHORTEST_PLURAL = 4


def tokens(text: str) -> list[str]:
    """What stands between spaces and punctuation, folded: ``z-score``, ``15.5``, ``10.1007``."""
    return _TOKEN.findall(fold(text))


def spellings(text: str) -> Iterator[tuple[str, str]]:
    """The tokens that are also typed with two letters for one, each with that spelling: ``muller``, ``mueller``."""
    spelt = spelt_out(text)
    if spelt != text.lower():
        yield from ((token, other) for token, other in zip(tokens(text), tokens(spelt), strict=True) if token != other)


@lru_cache(maxsize=1 << 17)
def words(token: str) -> tuple[str, ...]:
    """The words by which a token is found: its parts and, if they are one name, the whole; ignored words are left out.

    ``Z-score`` is found by ``z``, ``score`` and ``zscore``, ``O’Sullivan`` by ``sullivan`` and ``osullivan``.

    In scripts that put no spaces between words, any two neighbouring characters are a word, or any three letters:
    ``骨质疏松`` is found by ``骨质``, ``质疏`` and ``疏松``, wherever in a sentence it stands. It takes no dictionary,
    which would have to be the same here and in the browser.
    """
    parts = _JOINT.split(token)
    if is_unspaced(token):
        return tuple(
            dict.fromkeys(word for part in parts for run, width in _runs(part) for word in _windows(run, width))
        )
    found = [singular(part) for part in parts if part not in IGNORED]
    if 1 < len(parts) <= _LONGEST_COMPOUND and not all(_DIGITS.fullmatch(part) for part in parts):
        found.append(singular("".join(parts)))
    return tuple(dict.fromkeys(found))


def words_to_index(token: str) -> tuple[str, ...]:
    """The words of a token that the index needs: with the shorter ends of what has no spaces.

    A search for less than makes a word, such as ``痛``, looks for words that begin so, and the last character begins
    none.
    """
    if not is_unspaced(token):
        return words(token)
    runs = [pair for part in _JOINT.split(token) for pair in _runs(part)]
    ends = [run[at:] for run, width in runs if width for at in range(max(1, len(run) - width + 1), len(run))]
    return tuple(dict.fromkeys([*words(token), *ends]))


def is_unspaced(token: str) -> bool:
    """Whether a token has characters of scripts that put no spaces between words."""
    return not token.isascii() and any(width for _, width in _runs(token))


def _runs(part: str) -> list[tuple[str, int]]:
    """A part of a token cut where its script changes, each run with how many of its characters make a word.

    0 where words stand between spaces. Syllables of Korean are put together again.
    """
    widths = {None: 0, 1: 2, 2: 3}
    return [(normalize("NFC", match[0]), widths[match.lastindex]) for match in _RUN.finditer(part)]


def _windows(run: str, width: int) -> list[str]:
    if not width:
        return [] if run in IGNORED else [singular(run)]
    return [run[at : at + width] for at in range(max(1, len(run) - width + 1))]


def singular(word: str) -> str:
    """An English word without the s of its plural, after the S-stemmer of Donna Harman; one in ``-is`` is no plural."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else word[:-3] + "y"
    if word.endswith(("us", "ss", "is", "aes", "ees", "oes")):
        return word
    return word[:-1]
