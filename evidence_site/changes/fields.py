"""What differs between two states of a record, field by field: below the words for it, everything that was typed.

Nothing here knows a field by name. Items of lists are told apart by their id, else by their first field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence_site import addresses, measures, records as r
from evidence_site.changes.kinds import KINDS
from evidence_site.matching import same_items
from evidence_site.renames import Renames
from evidence_site.review import Review

ABSENT = None
"""Stands for a field that is not there; no record holds it as a value."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value that is another one now."""

    path: r.Path
    """Field names, and positions in lists counted from 0: in the new record, or in the old one for what is gone."""
    words: str
    """The same for people: ``groups “treated”, results “density”, value``."""
    old: Any
    new: Any
    """As plain data; None where there was or is nothing."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """A record that was added, removed, renamed or edited."""

    kind: str
    """``review``, ``source``, ``study`` …"""
    id: str
    """The newest that it has; empty for the review itself."""
    old_id: str
    """The older one, if it was renamed; else empty."""
    name: str
    address: str
    file: str
    state: str
    """``added``, ``removed``, ``renamed`` or ``edited``."""
    fields: tuple[FieldChange, ...]
    """For a renamed or edited record."""


def record_changes(old: Review, new: Review, renames: Renames) -> Iterator[RecordChange]:
    """Every record that differs, in a fixed order; ``old`` is told under the new names."""
    name, file = new.record.short_title, "evidence/review.yaml"
    found = tuple(_fields(_data(old.record), _data(new.record)))
    if found:
        yield RecordChange("review", "", "", name, addresses.HOME, file, "edited", found)
    for kind in KINDS:
        before, after = kind.nodes(old), kind.nodes(new)
        older = {now: was for was, now in renames.of(kind.folder).items()}
        for id_ in sorted(before.keys() | after.keys()):
            one, two = before.get(id_), after.get(id_)
            found = tuple(_fields(_data(kind.says(one)), _data(kind.says(two)))) if one and two else ()
            state = "added" if one is None else "removed" if two is None else "renamed" if id_ in older else "edited"
            if state != "edited" or found:
                name, address = kind.name(two or one), kind.address(id_)
                yield RecordChange(str(kind.kind), id_, older.get(id_, ""), name, address, kind.file(id_), state, found)


def _data(value: object) -> Any:
    """Plain data of what makes two records the same: of a source its reference, too."""
    if isinstance(value, r.Record):
        return value.model_dump(mode="json", exclude_unset=True)
    if isinstance(value, tuple):
        record, type_, fields = value
        return {**_data(record), "reference": {"type": type_, **fields}}
    return value


# --- one value -------------------------------------------------------------------------------------------------------


def _fields(old: Any, new: Any, path: r.Path = (), words: str = "") -> Iterator[FieldChange]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in [*new, *(name for name in old if name not in new)]:
            joined = f"{words}, {measures.words(name)}" if words else measures.words(name)
            yield from _fields(old.get(name, ABSENT), new.get(name, ABSENT), (*path, name), joined)
    elif _is_list(old) and _is_list(new):
        yield from _items(old, new, path, words)
    elif (one := _groups_of_fields(old)) is not None and (two := _groups_of_fields(new)) is not None:
        yield from _items(one, two, path, words)
    elif type(old) is not type(new) or old != new:
        yield FieldChange(path, words, old, new)


def _is_list(value: Any) -> bool:
    """Whether it is a list of groups of fields or of texts; a pair of numbers is one value."""
    return isinstance(value, list) and all(isinstance(item, Mapping | str) for item in value)


def _groups_of_fields(value: Any) -> list[Any] | None:
    """A list of groups of fields, which is empty where there is none; None for anything else."""
    if value is ABSENT:
        return []
    return value if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value) else None


def _items(old: Sequence[Any], new: Sequence[Any], path: r.Path, words: str) -> Iterator[FieldChange]:
    pairs = same_items(old, new)
    came_from = {two: one for one, two in pairs.items()}
    kept = [came_from[two] for two in sorted(came_from)]
    labels = Counter(_label(item) for item in new)
    for two, item in enumerate(new):
        before = old[came_from[two]] if two in came_from else ABSENT
        yield from _fields(before, item, (*path, two), words + _said(item, two, labels))
    labels = Counter(_label(item) for item in old)
    for one, item in enumerate(old):
        if one not in pairs:
            yield FieldChange((*path, one), words + _said(item, one, labels), item, ABSENT)
    if kept != sorted(kept):
        yield FieldChange(path, f"{words}, order", _order(old, kept, sorted(kept)), _order(old, kept, kept))


def _order(items: Sequence[Any], kept: Sequence[int], order: Sequence[int]) -> list[str]:
    labels = Counter(_label(items[index]) for index in kept)
    return [_said(items[index], index, labels).strip(" “”") for index in order]


def _said(item: Any, position: int, labels: Mapping[str, int]) -> str:
    label = _label(item)
    if not label:
        return f", item {position + 1}"
    return f" “{label}”" + (f" (item {position + 1})" if labels[label] > 1 else "")


def _label(item: Any) -> str:
    """What an item of a list is called: its id, or its first field if that is short."""
    if not isinstance(item, Mapping):
        return ""
    first = item.get("id", next(iter(item.values()), ""))
    return first if isinstance(first, str) and len(first) <= 60 and "\n" not in first else ""


# --- in words --------------------------------------------------------------------------------------------------------

_LONGEST = 120
_AROUND = 30


def in_words(change: FieldChange) -> tuple[str, str]:
    """Old and new value as people read them, on one line; of long texts the part that differs."""
    old, new = measures.plain_value(change.old), measures.plain_value(change.new)
    if isinstance(change.old, str) and isinstance(change.new, str) and max(len(old), len(new)) > _LONGEST:
        return _differing(old, new)
    return _cut(old), _cut(new)


def _differing(old: str, new: str) -> tuple[str, str]:
    first, second = old.split(" "), new.split(" ")
    shorter = min(len(first), len(second))
    start = next((n for n in range(shorter) if first[n] != second[n]), shorter)
    most = shorter - start
    end = next((n for n in range(most) if first[-1 - n] != second[-1 - n]), most)
    return _window(first, start, end), _window(second, start, end)


def _window(words: Sequence[str], start: int, end: int) -> str:
    before, after = " ".join(words[:start]), " ".join(words[len(words) - end :])
    middle = _cut(" ".join(words[start : len(words) - end]))
    head = before if len(before) <= _AROUND else "… " + before[-_AROUND:].partition(" ")[2]
    tail = after if len(after) <= _AROUND else after[:_AROUND].rpartition(" ")[0] + " …"
    return " ".join(part for part in (head, middle, tail) if part)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0] + " …"
