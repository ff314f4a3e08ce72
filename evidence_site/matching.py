"""Which is which in two versions of a list: persons and groups of a study, and items of any other list.

Two versions are two states of a record, or what two people took from the same source without knowing of each other.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evidence_site import records as r

ALIKE_ARMS = 0.65
"""From this share of common numbers on, two persons or groups are the same."""
_MOST = 400
"""Longer lists are not compared each with each: that would only take long."""

# --- persons and groups ----------------------------------------------------------------------------------------------


def same_arms(
    old: Sequence[r.Person | r.Group], new: Sequence[r.Person | r.Group], least: float = ALIKE_ARMS
) -> dict[str, str]:
    """Who is who, by id: what says the same first, since numbers shift when somebody is left out; then by the id.

    The rest are paired by their numbers, if at least this share of them is the same.
    """
    before, after = {arm.id: arm for arm in old}, {arm.id: arm for arm in new}
    found = {id_: id_ for id_, arm in after.items() if before.get(id_) == arm}
    says: dict[str, list[str]] = {}
    for two, arm in after.items():
        if two not in found and any(_numbers(arm)):
            says.setdefault(_says(arm), []).append(two)
    for one, arm in before.items():
        same = says.get(_says(arm), []) if one not in found else []
        if same:
            found[one] = one if one in same else same[0]
            same.remove(found[one])
    taken = set(found.values())
    found |= {id_: id_ for id_ in before if id_ in after and id_ not in found and id_ not in taken}
    taken = set(found.values())
    rest = [id_ for id_ in before if id_ not in found], [id_ for id_ in after if id_ not in taken]
    if max(map(len, rest)) > _MOST:
        return found
    numbers = {id_: _numbers(after[id_]) for id_ in rest[1]}
    candidates = [(-_shared(_numbers(before[one]), numbers[two]), one, two) for one in rest[0] for two in rest[1]]
    for unlike, one, two in sorted(candidates):
        if -unlike >= least and one not in found and two not in taken:
            found[one] = two
            taken.add(two)
    return found


def _says(arm: r.Person | r.Group) -> str:
    return arm.model_dump_json(exclude={"id", "label"}, exclude_unset=True)


def _numbers(arm: r.Person | r.Group) -> Counter[str]:
    """What tells persons apart: their numbers. The words for them are the same for everybody in a study."""
    return Counter(_numbers_in(arm.model_dump(exclude={"id"}, exclude_unset=True)))


def _numbers_in(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _numbers_in(item, f"{path}/{name}")
    elif isinstance(value, tuple):
        for item in value:
            yield from _numbers_in(item, path)
    elif path == "/label" or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield f"{path} {value}"


def _shared(one: Counter[str], two: Counter[str]) -> float:
    total = one.total() + two.total()
    return 2 * (one & two).total() / total if total else 0.0


# --- items of any list -----------------------------------------------------------------------------------------------


def same_items(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Which item became which: the same id, else the same content, else the most alike of those that differ."""
    ids = [[item.get("id") if isinstance(item, Mapping) else None for item in items] for items in (old, new)]
    if None not in (*ids[0], *ids[1]):
        places = {id_: two for two, id_ in enumerate(ids[1])}
        return {one: places[id_] for one, id_ in enumerate(ids[0]) if id_ in places}
    found = _same(*([json.dumps(item, sort_keys=True) for item in items] for items in (old, new)))
    taken = set(found.values())
    rest = [one for one in range(len(old)) if one not in found], [two for two in range(len(new)) if two not in taken]
    if max(map(len, rest)) > _MOST:
        return found
    candidates = sorted((-_alike(old[one], new[two]), abs(one - two), one, two) for one in rest[0] for two in rest[1])
    for unlike, _, one, two in candidates:
        if unlike < 0 and one not in found and two not in taken:
            found[one] = two
            taken.add(two)
    return found


def _same(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Items that say the same, in the order in which they stand there."""
    places: dict[str, list[int]] = {}
    for two, item in reversed(list(enumerate(new))):
        places.setdefault(item, []).append(two)
    return {one: places[item].pop() for one, item in enumerate(old) if places.get(item)}


def _alike(one: Any, two: Any) -> float:
    """How much two items have in common; 0 if they are not the same one with edits."""
    if isinstance(one, str) and isinstance(two, str):
        return ratio if (ratio := difflib.SequenceMatcher(None, one[:500], two[:500]).ratio()) >= 0.6 else 0.0
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        same = sum(two.get(name) == value for name, value in one.items())
        # What comes first says what the item is about: an outcome, a treatment.
        is_same_thing = next(iter(one.values()), None) == next(iter(two.values()), None)
        return same + is_same_thing if is_same_thing or same * 2 > len(one) else 0.0
    return 0.0
