"""JSON schemas of the record types, as editors and the data dictionary read them: draft 7, with everything explained.

A schema says the same as the validation of records: no field more, no value other than those that are allowed, no empty
value. Where it cannot (27.0 is a whole number to JSON Schema and no count to us), the reading of records is stricter.

Examples and defaults stand in the descriptions rather than under ``examples`` and ``default``: editors put those into
the file at a keystroke, and an example must never become a result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from evidence_site import care, glossary, records as r
from evidence_site.docstrings import attribute_docstrings
from evidence_site.instruments import NONE, instruments
from evidence_site.record_words import SAYS_NOTHING, in_yaml, raw_schema
from evidence_site.review import FOLDERS

Schema = dict[str, Any]
"""A JSON schema or a part of one."""

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that all editors in use understand."""
VOCABULARY = "vocabulary.json"
"""The file beside the schemas that lists the review's own ids."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record, and where its files lie."""

    name: str
    """``study``: what its schema is called."""
    model: type[r.Record]
    files: str
    """From ``evidence/``, as a pattern: ``studies/*.yaml``."""
    is_list: bool = False
    """Whether one file holds a list of such records."""


KINDS: tuple[Kind, ...] = (
    Kind("review", r.Review, "review.yaml"),
    Kind("outcomes", r.Outcome, "outcomes.yaml", is_list=True),
    *(Kind(model.__name__.lower(), model, f"{folder}/*.yaml") for folder, model in FOLDERS.items()),
)
"""Every kind of record."""


def kind_of(file: str) -> Kind:
    """The kind of record that a file holds, by its path from the root of the review."""
    return next(kind for kind in KINDS if fnmatchcase(file, f"evidence/{kind.files}"))


@cache
def schema_of(kind: Kind) -> Schema:
    """The JSON schema of the files of a kind of record."""
    raw = raw_schema(kind.model)
    parts = raw.get("$defs", {})
    whole = _group(kind.model.__name__, raw, parts)
    if kind.is_list:
        whole = {"type": "array", "title": kind.name.capitalize(), "description": whole["description"], "items": whole}
    definitions: dict[str, Schema] = {}
    waiting = [whole]
    for part in waiting:
        for name in sorted(_referred(part) - definitions.keys()):
            definitions[name] = _group(name, parts[name], parts)
            waiting.append(definitions[name])
    comment = "Written by “build_site.py schema” from the record types; what is changed here is lost."
    return {"$schema": DRAFT, "$comment": comment, **whole, "definitions": dict(sorted(definitions.items()))}


def _referred(part: Any) -> set[str]:
    if isinstance(part, list):
        return {name for item in part for name in _referred(item)}
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"].removeprefix(_HERE)} if part.get("$ref", "").startswith(_HERE) else set()
    return own | {name for value in part.values() for name in _referred(value)}


_HERE = "#/definitions/"


def plain(text: str) -> str:
    """A docstring as one line of plain text."""
    return " ".join(text.replace("``", "").split())


# --- groups and fields -----------------------------------------------------------------------------------------------


def title_of(name: str) -> str:
    """What a class of records is called: ``Page read``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _group(name: str, raw: Schema, parts: Mapping[str, Schema]) -> Schema:
    """The schema of a class of records; ``parts`` are the classes that it refers to."""
    return {
        "title": title_of(name),
        "description": plain(raw["description"]),
        "type": "object",
        "properties": {field: _field(field, part, parts) for field, part in raw["properties"].items()},
        "required": raw.get("required", []),
        "additionalProperties": False,
    }


def _field(name: str, raw: Schema, parts: Mapping[str, Schema]) -> Schema:
    value = _value(raw, parts)
    title = raw.get("title", "")
    if title in ("", " ".join(word.capitalize() for word in name.split("_"))):
        title = name.replace("_", " ").capitalize()
    words = [plain(raw.get("description") or parts[raw["$ref"].rpartition("/")[2]]["description"])]
    if raw.get("examples"):
        words.append(f"For example: {', or '.join(map(in_yaml, raw['examples']))}.")
    absent = left_out(raw)
    if absent:
        words.append(f"If it is left out: {absent}.")
    said = {"title": title, "description": " ".join(words)}
    if "anyOf" in value and "type" not in value:
        # Editors show the title and description of the alternative that fits, and mix up those that look the same.
        value["anyOf"] = [{**one, **said, "title": f"{title} ({_kind(one)})"} for one in value["anyOf"]]
    unit = value.pop(r.UNIT, None) or raw.get(r.UNIT)
    return {**value, **said, **({r.UNIT: unit} if unit else {})}


def left_out(raw: Schema) -> str:
    """What a field counts as if it is left out, as written in a record; empty if that is nothing."""
    default = raw.get("default")
    if isinstance(default, dict):  # a group of which one field says it all
        default = next(iter(default.values()), None)
    return in_yaml(default) if default is not None and not isinstance(default, list) else ""


# --- values ----------------------------------------------------------------------------------------------------------

_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
"""Pydantic leaves limits of a choice of types by their own names, which JSON Schema does not know."""


def _value(raw: Schema, parts: Mapping[str, Schema]) -> Schema:
    """What a value may be: one schema, or a choice under ``anyOf``."""
    alternatives = _alternatives(raw, parts)
    closed = [str(value) for one in alternatives for value in one.get("enum", ())]
    alternatives = [_without_slips(one, closed) for one in alternatives]
    units = [one.pop(r.UNIT) for one in alternatives if r.UNIT in one]
    unit = {r.UNIT: units[0]} if units else {}
    if len(alternatives) == 1:
        return {**unit, **alternatives[0]}
    return {**unit, "anyOf": [{"title": _kind(one).capitalize(), **one} for one in alternatives]}


def _kind(one: Schema) -> str:
    """A short name for one of the types that a value may have."""
    names = {"boolean": "true or false", "array": "list", "object": "fields", "string": "text"}
    return "word" if "enum" in one else names.get(one["type"], str(one["type"]))


def _alternatives(raw: Schema, parts: Mapping[str, Schema]) -> list[Schema]:
    """The types that a value may have, without null: nothing is left empty in a record."""
    if "anyOf" in raw:
        found = [one for part in raw["anyOf"] for one in _alternatives(part, parts)]
        limits = {better: raw[name] for name, better in _LIMITS.items() if name in raw}
        unit = {r.UNIT: raw[r.UNIT]} if r.UNIT in raw else {}
        numbers = [one for one in found if one.get("type") in ("number", "integer")]
        if {one["type"] for one in numbers} == {"number", "integer"}:
            number = {**numbers[0], "type": "number", **limits, **unit}
            return [number if one is numbers[0] else one for one in found if one is numbers[0] or one not in numbers]
        return found
    if raw.get("type") == "null":
        return []
    if "$ref" in raw:
        name = raw["$ref"].rpartition("/")[2]
        part = parts[name]
        return [
            {"type": "string", **closed_list(meanings_of(name, part))} if "enum" in part else _group(name, part, parts)
        ]
    return [_one(raw, parts)]


def _one(raw: Schema, parts: Mapping[str, Schema]) -> Schema:
    if "enum" in raw or "const" in raw:
        return {"type": "string", "enum": raw.get("enum", [raw.get("const")])}
    kept = {name: raw[name] for name in _KEPT if name in raw}
    if raw["type"] == "object":
        return _named_by_ids(raw, parts)
    if raw["type"] == "array":
        return kept | {"items": _items(raw.get("prefixItems") or [raw["items"]], parts)}
    if "pattern" in raw:
        kept["patternErrorMessage"] = _of_form(raw["pattern"])
    return {**kept, **_known(raw[r.NAMES])} if r.NAMES in raw else kept


_KEPT = (
    "type", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "minLength", "maxLength", "format", "pattern",
    "minItems", "maxItems", r.UNIT,
)  # fmt: skip
"""What is taken over as it is."""
_FORMS = {
    r.ID_PATTERN: "An id is made of lower-case words and numbers joined by single hyphens.",
    r"^[^\n\r]+$": "This has to be on one line; a long one may be folded with >- behind the colon.",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "A date is written as year, month and day, like 2026-01-31.",
    r"^https?://[^\s<>\"]+$": "A web address begins with https:// and holds no space.",
    r"^[A-Za-z0-9][A-Za-z0-9_:.+-]*$": "This has to be the key of an entry in references.bib.",
}
"""What editors say of a text that has not the form of its field."""


def _of_form(pattern: str) -> str:
    return _FORMS.get(pattern, f"This is not of the form {pattern}.")


def _items(items: Sequence[Schema], parts: Mapping[str, Schema]) -> Schema:
    """The items of a list; those of a pair are of one kind, and how many they are is said beside it."""
    if "$ref" in items[0] and "enum" not in parts[items[0]["$ref"].rpartition("/")[2]]:
        return {"$ref": f"{_HERE}{items[0]['$ref'].rpartition('/')[2]}"}
    first = _value(items[0], parts)
    if any(_value(other, parts) != first for other in items):
        raise ValueError("lists whose items differ in kind are not known here")
    return first


def _named_by_ids(raw: Schema, parts: Mapping[str, Schema]) -> Schema:
    ((pattern, value),) = raw["patternProperties"].items()
    names = {"pattern": pattern, "patternErrorMessage": _of_form(pattern)}
    named = raw.get(r.NAMES)
    return {
        "type": "object",
        "propertyNames": {**names, **raw.get("propertyNames", {})},
        "additionalProperties": _value(value, parts),
        **({"allOf": [{"$ref": f"{VOCABULARY}#/definitions/{named}"}]} if named else {}),
    }


# --- closed lists, and ids that are known ----------------------------------------------------------------------------


def closed_list(values: Mapping[str, str]) -> Schema:
    """Values with what each means; editors show that beside them."""
    return {"enum": list(values), **({"enumDescriptions": list(values.values())} if any(values.values()) else {})}


def meanings(kind: type[StrEnum]) -> Mapping[str, str]:
    """What each value of a closed list means: from the glossary, else from the docstring below it."""
    below = {kind[name].value: plain(text) for name, text in attribute_docstrings(kind).items()}
    word = kind.__name__.removesuffix("Status").lower()
    return {value: _glossary().get(f"{word} {value}") or below.get(value, "") for value in kind}


def meanings_of(name: str, part: Schema) -> Mapping[str, str]:
    """What each value of a closed list means, by the name of the list and its schema."""
    kind = getattr(r, name, None)
    return meanings(kind) if isinstance(kind, type) and issubclass(kind, StrEnum) else dict.fromkeys(part["enum"], "")


@cache
def _glossary() -> Mapping[str, str]:
    return {of: term.definition for group in glossary.groups() for term in group.terms for of in term.of}


def _known(what: str) -> Schema:
    """A suggestion of ids without a constraint: whether an id leads anywhere is the check's to say."""
    own = {
        "instrument": lambda: {**{id_: tool.name for id_, tool in instruments().items()}, NONE: "Not appraised."},
        "care_item": lambda: dict.fromkeys(care.item_ids(), ""),
    }
    found = closed_list(own[what]()) if what in own else {"$ref": f"{VOCABULARY}#/definitions/{what}"}
    return {"anyOf": [found, {}]}


def _without_slips(one: Schema, closed: Sequence[str]) -> Schema:
    """Free text that may not be a misspelt value of a closed list beside it: ``Not reported`` for ``not_reported``."""
    nothing = SAYS_NOTHING if set(r.Missing) <= set(closed) else ()
    slips = "|".join(_any_spelling(value) for value in (*closed, *nothing))
    if not slips or one.get("type") != "string" or "enum" in one or "format" in one:
        return one
    rest = one.get("pattern", "^").removeprefix("^")
    form = f"{_of_form(one['pattern'])} " if "pattern" in one else ""
    silent = " Where the source is silent, use one of them." if nothing else ""
    message = f"{form}These words are written just so: {', '.join(closed)}.{silent}"
    return {**one, "pattern": f"^(?![ .]*(?:{slips})[ .]*$){rest}", "patternErrorMessage": message}


def _any_spelling(value: str) -> str:
    return "".join(r"[\s_-]+" if c == "_" else f"[{c}{c.upper()}]" if c.isalpha() else re.escape(c) for c in value)
