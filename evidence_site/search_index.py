"""The files by which readers search: an index in small parts, of which a browser loads those that a search needs.

``search/index.json`` says what there is. ``search/words/KEY-.json`` has every word that begins with the key, and for
each word the pages that it stands on and how much it says about each; a key is as long as keeps the file small.
``search/pages/NUMBER.json`` has the text of a page, cut at its headings, for the results to show.
``docs/development/search.md`` tells why it is made like this.

A page's number and weights depend on that page alone, so a changed page changes its own file and those of its words.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain, groupby

from evidence_site.search_words import IGNORED, is_unspaced, spellings, tokens, words, words_to_index

FOLDER = "search/"
INDEX = f"{FOLDER}index.json"
WORDS = f"{FOLDER}words/"
PAGES = f"{FOLDER}pages/"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page that a result can lead to."""

    id: str
    """The id of its heading; empty for what stands before any heading."""
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """A page as search sees it: plain text, nothing escaped."""

    address: str
    title: str
    kind: str
    """What readers narrow a search to: ``treatments``, ``studies`` …"""
    sections: tuple[Section, ...]
    names: tuple[str, ...] = ()
    """What the thing that the page is about is called: who searches for one of these finds it first."""
    weight: float = 1.0
    """How much more its words count than those of other pages."""


@dataclass(frozen=True, slots=True)
class Index:
    """The files of an index, and what it takes to renew it."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """By path in the docs folder."""
    entries: Mapping[int, SearchEntry] = field(default_factory=dict)
    """The pages by their numbers."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """By key, in order: how many characters the words of its file have, with where they stand."""


EMPTY = Index()


def indexed(entries: Iterable[SearchEntry], before: Index = EMPTY) -> Index:
    """The index of these pages: of the same ones the same bytes.

    ``before`` is the index of an earlier state. Only what changed since is then worked out anew; the result is the same
    as without it.
    """
    numbered = _numbered(entries)
    pages = {f"{PAGES}{number}.json": _renewed_page(number, entry, before) for number, entry in numbered.items()}
    filed = _renewed(before, numbered)
    if filed is None:
        filed = _filed(_places(numbered))
    files = {f"{WORDS}{key}-.json": content for key, (content, _) in filed.items()}
    kinds = _kinds(numbered.values())
    index = {"pages": len(numbered), "kinds": kinds, "ignored": sorted(IGNORED), "keys": " ".join(filed)}
    return Index({INDEX: _json(index)} | files | pages, numbered, {key: size for key, (_, size) in filed.items()})


# --- numbers of pages -------------------------------------------------------------------------------------------------

_SLOTS = 1 << 17


def _kinds(entries: Iterable[SearchEntry]) -> list[str]:
    return sorted({entry.kind for entry in entries})


def _numbered(entries: Iterable[SearchEntry]) -> dict[int, SearchEntry]:
    """Each entry under a number made of its kind and address: one page more or less renumbers no other."""
    entries = sorted(entries, key=lambda entry: entry.address)
    kinds = _kinds(entries)
    numbered: dict[int, SearchEntry] = {}
    for entry in entries:
        first = kinds.index(entry.kind) * _SLOTS
        slot = int.from_bytes(hashlib.sha256(entry.address.encode()).digest()[:4]) % _SLOTS
        while first + slot in numbered:
            slot = (slot + 1) % _SLOTS
        numbered[first + slot] = entry
    return dict(sorted(numbered.items()))


# --- the text of a page -----------------------------------------------------------------------------------------------


def _renewed_page(number: int, entry: SearchEntry, before: Index) -> bytes:
    return before.files[f"{PAGES}{number}.json"] if _is_as(entry, before.entries.get(number)) else _page(entry)


def _is_as(one: SearchEntry | None, other: SearchEntry | None) -> bool:
    return one is other or one == other


def _page(entry: SearchEntry) -> bytes:
    shown = {
        "address": entry.address,
        "title": entry.title,
        "kind": entry.kind,
        "names": entry.names,
        "weight": entry.weight,
        "sections": [[section.id, section.heading, section.text] for section in entry.sections],
    }
    return _json(shown)


def _json(value: object) -> bytes:
    return _JSON.encode(value).encode("utf-8", "replace")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


# --- what a word says about a page ------------------------------------------------------------------------------------

_TEXT, _HEADING, _TITLE, _NAME = 10.0, 5.0, 12.0, 24.0
"""The most that a word gets for standing in the text, in a heading, in the title, and as a name of the page's thing."""
_USUAL_LENGTH = 300
_SCALE = 0.62
_MOST = 63


def weights(entry: SearchEntry) -> dict[str, int]:
    """How much each word says about a page, from 1 to 63.

    In the text a word counts more the more often it stands there and the shorter the text is, up to a limit, as in
    BM25; in titles and names, the fewer words stand beside it. Of things that share a name, those count more of which
    more is told.
    """
    counts = _counted(section.text for section in entry.sections)
    length = sum(counts.values()) / _USUAL_LENGTH
    norm = 0.6 + 0.4 * math.sqrt(length)
    # Many words of a page have the same count, and so the same weight.
    in_text = {count: _TEXT * count / (count + norm) for count in set(counts.values())}
    found = {word: in_text[count] for word, count in counts.items()}
    for word in _counted(section.heading for section in entry.sections):
        found[word] = found.get(word, 0.0) + _HEADING
    for word, share in _shares([entry.title]):
        found[word] = found.get(word, 0.0) + _TITLE * share
    for word, share in _shares(entry.names):
        found[word] = found.get(word, 0.0) + _NAME * share * (0.9 + 0.1 * min(1.0, length / 2))
    for word, weight in _other_spellings(entry, found):
        found[word] = max(found.get(word, 0.0), weight)
    factor = _SCALE * math.sqrt(entry.weight)
    rounded = {value: max(1, min(_MOST, round(value * factor))) for value in set(found.values())}
    return {word: rounded[value] for word, value in found.items()}


def _counted(texts: Iterable[str]) -> dict[str, int]:
    """How often each word stands in some texts."""
    counted: dict[str, int] = {}
    for token, count in Counter(tokens("\n".join(texts))).items():
        for word in words_to_index(token):
            counted[word] = counted.get(word, 0) + count
    return counted


def _other_spellings(entry: SearchEntry, found: Mapping[str, float]) -> list[tuple[str, float]]:
    """The words of an entry spelt with two letters for one, with the weights that they have as they are written."""
    texts = [text for section in entry.sections for text in (section.heading, section.text)]
    return [
        (word, max(found[written] for written in words(token)))
        for token, other in spellings("\n".join([entry.title, *entry.names, *texts]))
        for word in words(other)
        if words(token) and word not in words(token)
    ]


def _shares(names: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Each word of some names, with how much of the shortest name that has it is this word."""
    shares: dict[str, float] = {}
    for name in names:
        found = tokens(name)
        counts = [len(words(token)) if is_unspaced(token) else token not in IGNORED for token in found]
        share = 0.25 + 0.75 / max(1, sum(counts))
        for token in found:
            for word in words_to_index(token):
                shares[word] = max(shares.get(word, 0.0), share)
    yield from shares.items()


# --- words by their beginnings ----------------------------------------------------------------------------------------

_LONGEST_KEY = 12
_LARGEST_FILE = 20_000
_OTHER = re.compile("[^a-z0-9]")


def key_of(word: str) -> str:
    """The longest key of a word: its first characters, with ``_`` for all but letters and digits, and at the end.

    Behind the ``_`` of what is no ASCII stands its code point, so that words in other scripts lie in small files, too.
    """
    return _OTHER.sub(_in_key, word[:_LONGEST_KEY])[:_LONGEST_KEY].ljust(_LONGEST_KEY, "_")


def _in_key(match: re.Match[str]) -> str:
    return "_" if match[0].isascii() else f"_{ord(match[0]):x}"


_Filed = dict[str, tuple[bytes, int]]
"""Files of words by their keys, each with how many characters stand in it."""


def _filed(places: Mapping[str, str], key: str = "") -> _Filed:
    """Words by the beginnings of their keys: the shortest one whose file is not too large.

    With a key these are words that all begin with it, and too many for anything shorter.
    """
    keyed = sorted((key_of(word), word) for word in places)
    return {
        found: (_json({word: places[word] for _, word in group}), size)
        for found, group, size in _split(keyed, places, len(key) or 1)
    }


def _split(
    keyed: Sequence[tuple[str, str]], places: Mapping[str, str], length: int
) -> Iterator[tuple[str, Sequence[tuple[str, str]], int]]:
    for key, members in groupby(keyed, lambda pair: pair[0][:length]):
        group = list(members)
        size = sum(len(word) + len(places[word]) for _, word in group)
        if size <= _LARGEST_FILE or length == _LONGEST_KEY:
            yield key, group, size
        else:
            yield from _split(group, places, length + 1)


def _places(numbered: Mapping[int, SearchEntry]) -> dict[str, str]:
    """Where each word stands."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, entry in numbered.items():
        for word, weight in weights(entry).items():
            found[word] += (number, weight)
    return {word: _encoded(zip(flat[::2], flat[1::2], strict=True)) for word, flat in found.items()}


# --- what a change leaves of the files --------------------------------------------------------------------------------


def _renewed(before: Index, numbered: Mapping[int, SearchEntry]) -> _Filed | None:
    """The files of words, from those of before and what changed since; nothing if most of it did."""
    if _kinds(before.entries.values()) != _kinds(numbered.values()):
        return None  # the numbers of all pages change
    old = before.entries
    changed = [n for n in sorted(old.keys() | numbered.keys()) if not _is_as(old.get(n), numbered.get(n))]
    if len(changed) > len(numbered) / 8:
        return None
    wanted: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for number in changed:
        was, now = (weights(entries[number]) if number in entries else {} for entries in (old, numbered))
        for word in was.keys() | now.keys():
            if was.get(word) != now.get(word):
                wanted[word][number] = now.get(word, 0)
    return _refiled(before, wanted)


def _refiled(before: Index, wanted: Mapping[str, Mapping[int, int]]) -> _Filed:
    """The files of words after a change: for each word the pages on which it has another weight now, 0 for none.

    Only those files are looked into in which one of the words stands, and those that they are to be put together with.
    """
    keys = list(before.sizes)
    touched: dict[str, dict[str, str]] = {}
    for word in sorted(wanted):
        key = _key_among(keys, word)
        if key not in touched:
            touched[key] = _words_of(before, key)
        text = _changed(touched[key].pop(word, ""), wanted[word])
        if text:
            touched[key][word] = text
    sizes = dict(sorted({**before.sizes, **{key: _size(group) for key, group in touched.items()}}.items()))
    sums = _Sums(sizes)
    filed = {key: (before.files[f"{WORDS}{key}-.json"], size) for key, size in before.sizes.items()}
    for start in sorted({sums.shortest(key) for key in touched}):
        places: dict[str, str] = {}
        for key in sums.keys(start):
            places |= touched[key] if key in touched else _words_of(before, key)
            filed.pop(key, None)
        filed |= _filed(places, start)
    return dict(sorted(filed.items()))


def _key_among(keys: Sequence[str], word: str) -> str:
    """The one of the sorted keys that a word begins with; its longest key if there is none."""
    longest = key_of(word)
    at = bisect_right(keys, longest)
    return keys[at - 1] if at and longest.startswith(keys[at - 1]) else longest


def _words_of(before: Index, key: str) -> dict[str, str]:
    places: dict[str, str] = json.loads(before.files[f"{WORDS}{key}-.json"]) if key in before.sizes else {}
    return places


def _size(places: Mapping[str, str]) -> int:
    return sum(len(word) + len(text) for word, text in places.items())


class _Sums:
    """How much all files together hold whose keys begin alike."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._keys = list(sizes)
        self._sums = list(accumulate(sizes.values(), initial=0))

    def _range(self, start: str) -> tuple[int, int]:
        return bisect_left(self._keys, start), bisect_right(self._keys, start, key=lambda key: key[: len(start)])

    def keys(self, start: str) -> Sequence[str]:
        """All keys that begin so."""
        first, last = self._range(start)
        return self._keys[first:last]

    def shortest(self, key: str) -> str:
        """The shortest beginning of a key that has room in one file for all words that begin so; else the key."""
        for length in range(1, len(key)):
            first, last = self._range(key[:length])
            if self._sums[last] - self._sums[first] <= _LARGEST_FILE:
                return key[:length]
        return key


# --- places as text ---------------------------------------------------------------------------------------------------

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_MORE = 32


def _encoded(places: Iterable[tuple[int, int]]) -> str:
    """Pairs of a page's number and a weight as text.

    Of each number the difference to the one before, in digits of five bits, smallest first, with a sixth bit where more
    digits follow; then the weight in one digit.
    """
    last = 0
    text = []
    for number, weight in places:
        text.append(_digits(number - last) + _DIGITS[weight])
        last = number
    return "".join(text)


@lru_cache(maxsize=1 << 14)
def _digits(number: int) -> str:
    digits = ""
    while number >= _MORE:
        digits += _DIGITS[_MORE | number & 31]
        number >>= 5
    return digits + _DIGITS[number]


_PLACE = re.compile("([g-z0-9_-]*[A-Za-f])(.)")
"""The difference to the number before, and the weight."""


def _changed(text: str, weights_: Mapping[int, int]) -> str:
    """Places as text, with other weights of some pages; without those whose weight is 0."""
    found = _PLACE.findall(text)
    numbers = list(accumulate(_difference(digits) for digits, _ in found))
    for number, weight in weights_.items():
        at = bisect_left(numbers, number)
        end = at + (numbers[at : at + 1] == [number])
        numbers[at:end] = [number] if weight else []
        found[at:end] = [("", _DIGITS[weight])] if weight else []
        for here in range(at, min(at + 2, len(found))):
            before = numbers[here - 1] if here else 0
            found[here] = (_digits(numbers[here] - before), found[here][1])
    return "".join(chain.from_iterable(found))


@lru_cache(maxsize=1 << 14)
def _difference(digits: str) -> int:
    return sum((_VALUES[digit] & 31) << (5 * place) for place, digit in enumerate(digits))
