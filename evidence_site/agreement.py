"""How far two readers agree who extracted one study without knowing of each other: field by field, and in figures.

Compared is what was taken from the source: numbers, words from closed lists, names, doses. What readers say in words of
their own cannot agree to the letter and is left to whoever adjudicates. A field counts if at least one of them filled
it in; a person, group or result that only one of them recorded counts as one disagreement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evidence_site import measures, records as r
from evidence_site.matching import same_arms, same_items
from evidence_site.record_words import allowed_at, choices, takes_any_text
from evidence_site.renames import Renames, renamed_arms

OWN_WORDS = frozenset(
    {"title", "label", "note", "where", "text", "setting", "not_reported", "co_interventions", "reason"}
    | {"extracted_by", "checked_by", "adjudicated_by", "appraiser"}
)
"""Fields in a reader's own words, and those that name the readers: besides all prose, these are not compared."""
LEAST_ALIKE = 0.3
"""From this share of common numbers on, persons or groups of two readers under different ids are taken for the same."""
FEWEST = 10
"""With fewer values Cohen's kappa is not given: chance would move it more than the readers do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field as both readers filled it in."""

    words: str
    """The field for people: ``groups “treated”, results “density”, value``."""
    kind: str
    """The same without saying of whom: ``groups, results, statistic``."""
    path_a: r.Path
    path_b: r.Path
    """Where it stands in the two records; in both that of the item, where only one of them has it."""
    a: Any
    b: Any
    """As plain data; None where a reader left it out."""
    agree: bool
    categorical: bool
    """Whether its values come from a closed list."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa for one kind of field."""

    kind: str
    n: int
    value: float


@dataclass(frozen=True)
class Agreement:
    """All fields of one study, or of several."""

    rows: tuple[Row, ...]

    @property
    def fields(self) -> int:
        """How many were compared."""
        return len(self.rows)

    @cached_property
    def agreed(self) -> int:
        """In how many both say the same."""
        return sum(row.agree for row in self.rows)

    @property
    def percent(self) -> int:
        """The share of these in percent, rounded down: 100 is said only where nothing differs."""
        return 100 * self.agreed // self.fields if self.fields else 0

    @cached_property
    def differing(self) -> tuple[Row, ...]:
        """Where they do not."""
        return tuple(row for row in self.rows if not row.agree)

    @cached_property
    def kappas(self) -> tuple[Kappa, ...]:
        """For each kind of field with values from a closed list, if enough were compared for it to say anything."""
        pairs: dict[str, list[tuple[object, object]]] = {}
        for row in self.rows:
            if row.categorical:
                pairs.setdefault(row.kind, []).append((row.a, row.b))
        found = ((kind, len(given), kappa(given)) for kind, given in sorted(pairs.items()) if len(given) >= FEWEST)
        return tuple(Kappa(kind, n, value) for kind, n, value in found if value is not None)

    @property
    def in_words(self) -> str:
        """``41 of 45 fields (91%)``."""
        return f"{self.agreed:,} of {measures.counted(self.fields, 'field', 'fields')} ({self.percent}%)"


def kappa(pairs: Sequence[tuple[object, object]]) -> float | None:
    """Cohen's kappa for two raters and unordered categories: (po - pe) / (1 - pe).

    ``po`` is the share of pairs that agree, ``pe`` the share expected if both chose at random as often as they did each
    category. None where both chose one category only, so that chance alone gives full agreement. After J. Cohen, A
    coefficient of agreement for nominal scales, Educ Psychol Meas 1960;20(1):37-46, doi:10.1177/001316446002000104.
    """
    n = len(pairs)
    if not n:
        return None
    first, second = Counter(str(one) for one, _ in pairs), Counter(str(two) for _, two in pairs)
    by_chance = sum(first[category] * second[category] for category in first)
    if by_chance == n * n:
        return None
    agreed = sum(str(one) == str(two) for one, two in pairs)
    return (agreed * n - by_chance) / (n * n - by_chance)


def together(agreements: Iterable[Agreement]) -> Agreement:
    """Several studies as one."""
    return Agreement(tuple(row for one in agreements for row in one.rows))


def agreement(a: r.Study, b: r.Study) -> Agreement:
    """Every field that two extractions of a study have in common or not."""
    pairs = same_arms(a.groups, b.groups, LEAST_ALIKE) | same_arms(a.persons, b.persons, LEAST_ALIKE)
    ids = {arm.id for arms in (b.groups, b.persons) for arm in arms}
    for one in (arm.id for arms in (a.groups, a.persons) for arm in arms):
        if one not in pairs and one in ids:
            pairs[one] = f"{one} (only in a)"
    under_same_ids = renamed_arms(a, Renames({}, {("", one): two for one, two in pairs.items()}))
    return Agreement(tuple(_record(under_same_ids, b, _At())))


# --- walking through both --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _At:
    """Where the walk is."""

    words: str = ""
    kind: str = ""
    a: r.Path = ()
    b: r.Path = ()

    def field(self, name: str) -> _At:
        said = measures.words(name)
        words, kind = (f"{before}, {said}" if before else said for before in (self.words, self.kind))
        return _At(words, kind, (*self.a, name), (*self.b, name))

    def item(self, label: str, a: int, b: int) -> _At:
        words = f"{self.words} “{label}”" if label else f"{self.words}, item {b + 1}"
        return _At(words, self.kind, (*self.a, a), (*self.b, b))


def _record(a: r.Record, b: r.Record, at: _At) -> Iterator[Row]:
    prose = {path[0] for record in (a, b) for path, _ in r.prose_fields(record) if len(path) == 1}
    for name in type(a).model_fields:
        if name in OWN_WORDS or name in prose or name == "id":
            continue
        if name in a.model_fields_set or name in b.model_fields_set:
            yield from _value(getattr(a, name), getattr(b, name), at.field(name))


def _value(a: Any, b: Any, at: _At) -> Iterator[Row]:
    if isinstance(a, r.Answer) or isinstance(b, r.Answer):
        one, two = (value.answer if isinstance(value, r.Answer) else _plain(value) for value in (a, b))
        yield Row(at.words, at.kind, at.a, at.b, one, two, _same(one, two), _is_categorical(at, one, two))
    elif isinstance(a, r.Record) and type(a) is type(b):
        yield from _record(a, b, at)
    elif _is_list(a) and _is_list(b) and (a or b):
        yield from _items(a, b, at)
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        for name in [*b, *(name for name in a if name not in b)]:
            yield from _value(a.get(name), b.get(name), at.field(name))
    elif a != () or b != ():
        one, two = _plain(a), _plain(b)
        yield Row(at.words, at.kind, at.a, at.b, one, two, _same(one, two), _is_categorical(at, one, two))


def _is_list(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, r.Record) for item in value)


def _items(a: Sequence[r.Record], b: Sequence[r.Record], at: _At) -> Iterator[Row]:
    one, two = ([item.model_dump(mode="json", exclude_unset=True) for item in items] for items in (a, b))
    pairs = same_items(one, two)
    came_from = {second: first for first, second in pairs.items()}
    for second, item in enumerate(b):
        label = _label(two[second])
        if second in came_from:
            yield from _record(a[came_from[second]], item, at.item(label, came_from[second], second))
        else:
            yield _only_one(at.item(label, second, second), None, two[second])
    for first in range(len(a)):
        if first not in pairs:
            yield _only_one(at.item(_label(one[first]), first, first), one[first], None)


def _only_one(at: _At, a: Any, b: Any) -> Row:
    return Row(at.words, at.kind, at.a, at.b, a, b, agree=False, categorical=False)


def _label(item: Mapping[str, Any]) -> str:
    first = item.get("id", next(iter(item.values()), ""))
    return first if isinstance(first, str) and len(first) <= 60 else ""


def _plain(value: Any) -> Any:
    if isinstance(value, r.Record):
        return value.model_dump(mode="json", exclude_unset=True)
    if isinstance(value, tuple):
        return [_plain(item) for item in value] or None
    return str(value) if isinstance(value, str) else value


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list) and all(isinstance(item, str) for item in (*a, *b)):
        return sorted(map(_simplest, a)) == sorted(map(_simplest, b))
    if isinstance(a, str) and isinstance(b, str):
        return _simplest(a) == _simplest(b)
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def _simplest(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _is_categorical(at: _At, a: Any, b: Any) -> bool:
    missing = set(r.Missing)
    if any(isinstance(value, bool) for value in (a, b)):
        return all(isinstance(value, bool) or value in missing for value in (a, b))
    if not (isinstance(a, str) and isinstance(b, str)):
        return False
    allowed = allowed_at(r.Study, at.b)
    return at.b[:2] in _JUDGEMENTS or (bool(choices(allowed)) and not _is_open(allowed))


_JUDGEMENTS = (("appraisal", "answers"), ("appraisal", "overall"))
"""Where answers of an instrument stand, which has a list of them: whether with a reason or without makes no odds."""


def _is_open(allowed: Sequence[Mapping[str, Any]]) -> bool:
    numbers = any(schema.get("type") in ("number", "integer") for schema in allowed)
    return numbers or takes_any_text([dict(schema) for schema in allowed])
