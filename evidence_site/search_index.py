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
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from evidence_site.search_words import IGNORED, tokens, words

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


def search_files(entries: Sequence[SearchEntry], before: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Every file of the index, by path in the docs folder: of the same entries the same bytes.

    ``before`` are the files that an earlier call gave. Only what changed since is then worked out anew; the result is
    the same as without them. They must be as they were: nothing here can tell whether somebody changed them.
    """
    kinds = sorted({entry.kind for entry in entries})
    numbered = _numbered(entries, kinds)
    pages = {f"{PAGES}{number}.json": _page(entry) for number, entry in numbered.items()}
    places = _renewed(before, pages, kinds) if before else None
    filed = _filed(_places(numbered) if places is None else places)
    files = {f"{WORDS}{key}-.json": _json(group) for key, group in filed.items()}
    index = {"pages": len(numbered), "kinds": kinds, "ignored": sorted(IGNORED), "keys": " ".join(filed)}
    return {INDEX: _json(index)} | files | pages


# --- numbers of pages -------------------------------------------------------------------------------------------------

_SLOTS = 1 << 17


def _numbered(entries: Iterable[SearchEntry], kinds: Sequence[str]) -> dict[int, SearchEntry]:
    """Each entry under a number made of its kind and address: one page more or less renumbers no other."""
    numbered: dict[int, SearchEntry] = {}
    for entry in sorted(entries, key=lambda entry: entry.address):
        first = kinds.index(entry.kind) * _SLOTS
        slot = int.from_bytes(hashlib.sha256(entry.address.encode()).digest()[:4]) % _SLOTS
        while first + slot in numbered:
            slot = (slot + 1) % _SLOTS
        numbered[first + slot] = entry
    return dict(sorted(numbered.items()))


# --- the text of a page -----------------------------------------------------------------------------------------------


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


def _entry(page: bytes) -> SearchEntry:
    """The entry of which a page's file was made."""
    shown = json.loads(page)
    return SearchEntry(
        shown["address"],
        shown["title"],
        shown["kind"],
        tuple(Section(*section) for section in shown["sections"]),
        tuple(shown["names"]),
        shown["weight"],
    )


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
    factor = _SCALE * math.sqrt(entry.weight)
    rounded = {value: max(1, min(_MOST, round(value * factor))) for value in set(found.values())}
    return {word: rounded[value] for word, value in found.items()}


def _counted(texts: Iterable[str]) -> dict[str, int]:
    """How often each word stands in some texts."""
    counted: dict[str, int] = {}
    for token, count in Counter(tokens("\n".join(texts))).items():
        for word in words(token):
            counted[word] = counted.get(word, 0) + count
    return counted


def _shares(names: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Each word of some names, with how much of the shortest name that has it is this word."""
    shares: dict[str, float] = {}
    for name in names:
        found = tokens(name)
        share = 0.25 + 0.75 / max(1, len([token for token in found if token not in IGNORED]))
        for token in found:
            for word in words(token):
                shares[word] = max(shares.get(word, 0.0), share)
    yield from shares.items()


# --- words by their beginnings ----------------------------------------------------------------------------------------

_LONGEST_KEY = 12
_LARGEST_FILE = 20_000
_OTHER = re.compile("[^a-z0-9]")


def key_of(word: str) -> str:
    """The longest key of a word: its first characters, with ``_`` for all but letters and digits, and at the end."""
    return _OTHER.sub("_", word[:_LONGEST_KEY]).ljust(_LONGEST_KEY, "_")


def _filed(places: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Words by the beginning of their keys: the shortest one whose file is not too large."""
    keyed = sorted((key_of(word), word) for word in places)
    filed: dict[str, dict[str, str]] = {}
    for key, group in _split(keyed, places, 1):
        filed[key] = {word: places[word] for _, word in group}
    return filed


def _split(
    keyed: Sequence[tuple[str, str]], places: Mapping[str, str], length: int
) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    for key, members in groupby(keyed, lambda pair: pair[0][:length]):
        group = list(members)
        size = sum(len(word) + len(places[word]) for _, word in group)
        if size <= _LARGEST_FILE or length == _LONGEST_KEY:
            yield key, group
        else:
            yield from _split(group, places, length + 1)


def _places(numbered: Mapping[int, SearchEntry]) -> dict[str, str]:
    """Where each word stands."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, entry in numbered.items():
        for word, weight in weights(entry).items():
            found[word] += (number, weight)
    return {word: _encoded(zip(flat[::2], flat[1::2], strict=True)) for word, flat in found.items()}


def _renewed(before: Mapping[str, bytes], pages: Mapping[str, bytes], kinds: Sequence[str]) -> dict[str, str] | None:
    """Where each word stands, from the files of before and what changed since; nothing if most of it did."""
    if INDEX not in before or json.loads(before[INDEX])["kinds"] != kinds:
        return None  # the numbers of all pages change
    old = {path: content for path, content in before.items() if path.startswith(PAGES)}
    changed = sorted(path for path in old.keys() | pages.keys() if old.get(path) != pages.get(path))
    if len(changed) > len(pages) / 8:
        return None
    wanted: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for path in changed:
        number = int(path.removeprefix(PAGES).removesuffix(".json"))
        for content, counts in ((old.get(path), False), (pages.get(path), True)):
            for word, weight in weights(_entry(content)).items() if content else ():
                wanted[word][number] = weight * counts
    places: dict[str, str] = {}
    for path, content in before.items():
        if path.startswith(WORDS):
            places |= json.loads(content)
    for word, new in wanted.items():
        merged = dict(_decoded(places.get(word, ""))) | new
        places[word] = _encoded((number, weight) for number, weight in sorted(merged.items()) if weight)
    return {word: text for word, text in places.items() if text}


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


def _decoded(text: str) -> Iterator[tuple[int, int]]:
    number = value = shift = 0
    digits = iter(text)
    for digit in digits:
        value |= (_VALUES[digit] & 31) << shift
        shift += 5
        if _VALUES[digit] < _MORE:
            number += value
            yield number, _VALUES[next(digits)]
            value = shift = 0
