"""The data dictionary: every kind of record with its fields, from the same record types as the schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from evidence_site import records as r
from evidence_site.record_words import in_yaml, raw_schema
from evidence_site.schemas import KINDS, Kind, Schema, left_out, meanings_of, title_of


@dataclass(frozen=True, slots=True)
class Form:
    """One of the forms that a value may have: ``a number of at least 0, in months``."""

    words: str
    group: str = ""
    """The group of fields that it is, by the name of its class."""
    choices: tuple[tuple[str, str], ...] = ()
    """The words of a closed list, each with its meaning, which may be empty."""
    says_missing: bool = False
    """Whether the closed list is the one that says why a value is not there."""
    each: tuple[Form, ...] = ()
    """For lists and named fields: the forms of what is in them."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record or group."""

    name: str
    """As it is written in a record."""
    about: str
    """With ``` `` ``` around what is written as it stands."""
    is_needed: bool
    forms: tuple[Form, ...]
    examples: tuple[str, ...] = ()
    """As written in a record."""
    left_out: str = ""
    """What it counts as if it is left out; empty if that is nothing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together: a record, or a part of one."""

    name: str
    """The name of its class: ``PageRead``."""
    title: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A kind of record: the record itself, and the groups that only it or it first holds."""

    kind: Kind
    groups: tuple[Group, ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """Every kind of record; a group that several hold stands with the first of them."""
    told: set[str] = set()
    found = []
    for kind in KINDS:
        raw = raw_schema(kind.model)
        parts: Mapping[str, Schema] = raw.get("$defs", {})
        names = [kind.model.__name__, *_reached(raw, parts)]
        new = [name for name in dict.fromkeys(names) if name not in told]
        told.update(new)
        found.append(Chapter(kind, tuple(_group(name, parts.get(name, raw), parts) for name in new)))
    return tuple(found)


def _reached(raw: Any, parts: Mapping[str, Schema]) -> Iterator[str]:
    """The groups inside a schema in the order in which a reader meets them."""
    for field in raw.get("properties", {}).values():
        for name in dict.fromkeys(_referred(field)):
            if "properties" in parts[name]:
                yield name
                yield from _reached(parts[name], parts)


def _referred(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for value in part.values():
            yield from _referred(value)
    elif isinstance(part, list):
        for item in part:
            yield from _referred(item)


def _group(name: str, raw: Schema, parts: Mapping[str, Schema]) -> Group:
    needed = raw.get("required", ())
    fields = [_field(field, part, field in needed, parts) for field, part in raw["properties"].items()]
    return Group(name, title_of(name), " ".join(raw["description"].split()), tuple(fields))


def _field(name: str, raw: Schema, is_needed: bool, parts: Mapping[str, Schema]) -> Field:
    about = raw.get("description") or parts[raw["$ref"].rpartition("/")[2]]["description"]
    forms = _forms(raw, parts)
    if r.UNIT in raw:
        forms = [f if f.choices else replace(f, words=f"{f.words}, in {raw[r.UNIT]}") for f in forms]
    examples = tuple(map(in_yaml, raw.get("examples", ())))
    return Field(name, " ".join(about.split()), is_needed, _in_order(forms), examples, left_out(raw))


def _in_order(forms: Sequence[Form]) -> tuple[Form, ...]:
    """What a value is, and last how to say that it is missing."""
    return tuple(sorted(forms, key=lambda form: form.says_missing))


def _forms(raw: Schema, parts: Mapping[str, Schema]) -> list[Form]:
    if "anyOf" in raw:
        inside = [form for part in raw["anyOf"] for form in _forms(part, parts)]
        numbers = [form for form in inside if form.words in ("a number", "a whole number")]
        if len(numbers) == 2:  # whole or not: a number
            unit = f", in {raw[r.UNIT]}" if r.UNIT in raw and "description" not in raw else ""
            return [Form(f"a number{_limits(raw)}{unit}"), *(form for form in inside if form not in numbers)]
        return inside
    if "$ref" in raw:
        name = raw["$ref"].rpartition("/")[2]
        if "enum" in parts[name]:
            return [Form("", choices=tuple(meanings_of(name, parts[name]).items()), says_missing=name == "Missing")]
        return [Form(title_of(name), name)]
    if "enum" in raw or "const" in raw:
        return [Form("", choices=tuple((value, "") for value in raw.get("enum", [raw.get("const")])))]
    return _simple(raw, parts)


def _simple(raw: Schema, parts: Mapping[str, Schema]) -> list[Form]:
    match raw["type"]:
        case "null":
            return []
        case "boolean":
            return [Form("true or false")]
        case "integer" | "number":
            return [Form(f"a {'whole ' if raw['type'] == 'integer' else ''}number{_limits(raw)}")]
        case "array" if "prefixItems" in raw:
            return [Form("two numbers in square brackets")]
        case "array":
            return [Form("a list", each=_in_order(_forms(raw["items"], parts)))]
        case "object":
            ((pattern, value),) = raw["patternProperties"].items()
            named = f"the id of a {raw[r.NAMES]}" if r.NAMES in raw else _TEXTS.get(pattern, "an id")
            return [Form(f"fields, each named by {named}", each=_in_order(_forms(value, parts)))]
    return [Form(_text(raw))]


def _limits(raw: Schema) -> str:
    words = (("at least", "minimum", "ge"), ("more than", "exclusiveMinimum", "gt"), ("at most", "maximum", "le"))
    said = [f"{word} {raw[name]:g}" for word, *names in words for name in names if name in raw]
    return f" of {' and '.join(said)}" if said else ""


_TEXTS = {
    r.ID_PATTERN: "an id",
    r"^[^\n\r]+$": "text on one line",
    r"^https?://[^\s<>\"]+$": "a web address",
    r"^[A-Za-z0-9][A-Za-z0-9_:.+-]*$": "a key of references.bib",
    r"^[a-z0-9-]+/[a-z0-9-]+$": "study/person",
}


def _text(raw: Schema) -> str:
    if raw.get("format") == "date":
        return "a date like 2026-01-31"
    if r.NAMES in raw:
        return f"the id of {'an' if raw[r.NAMES][0] in 'aeio' else 'a'} {raw[r.NAMES].replace('_', ' ')}"
    pattern = raw.get("pattern")
    return _TEXTS.get(pattern, "text like the example") if pattern else "text with citations"
