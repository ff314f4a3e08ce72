"""What a place in a record may hold, and what is wrong with what it holds, in words.

The words come from the JSON schemas of the record types: nothing here knows a kind of record or a field by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from evidence_site import printed, records as r
from evidence_site.docstrings import attribute_docstrings
from evidence_site.letters import fold
from evidence_site.yaml_reading import LEAVE_OUT, quoted

Steps = tuple[str | int, ...]
"""A path in a record: names of fields, and positions in lists."""
Schema = dict[str, Any]
"""A part of a JSON schema."""
Words = tuple[str, str, str]
"""Code, message and hint of a problem."""


class _AsWritten(GenerateJsonSchema):
    """Leaves the order of fields and examples as it is in the record types, and tells what stands below each field."""

    def sort(self, value: Any, parent_key: str | None = None) -> Any:
        """Not at all."""
        return value

    def model_schema(self, schema: Any) -> Schema:
        """A class of records."""
        found = super().model_schema(schema)
        for name, text in attribute_docstrings(schema["cls"]).items():
            found["properties"][name].setdefault("description", text)
        return found


@cache
def raw_schema(model: type[r.Record]) -> Schema:
    """What pydantic gives for a kind of record, for all who ask: nobody may change it."""
    return model.model_json_schema(schema_generator=_AsWritten)


# --- what may stand somewhere ----------------------------------------------------------------------------------------


def allowed_at(model: type[r.Record], path: Steps) -> list[Schema]:
    """What may stand at a path: one schema for each type, without null; empty if the path leads nowhere."""
    root = raw_schema(model)
    here = _each_type(root, root)
    for step in path:
        here = [found for schema in here for part in _parts(schema, step) for found in _each_type(part, root)]
    return here


def _parts(schema: Schema, step: str | int) -> list[Schema]:
    if isinstance(step, int):
        return schema.get("prefixItems", [])[step : step + 1] or [schema[name] for name in ("items",) if name in schema]
    if step in schema.get("properties", {}):
        return [schema["properties"][step]]
    free = schema.get("additionalProperties")
    return [*schema.get("patternProperties", {}).values(), *([free] if isinstance(free, dict) else [])]


def _each_type(schema: Schema, root: Schema) -> list[Schema]:
    # What is said beside a choice of types or a reference holds for each of them.
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "$ref", "title", "default")}
    if "anyOf" in schema:
        return [{**found, **rest} for part in schema["anyOf"] for found in _each_type(part, root)]
    if "$ref" in schema:
        return _each_type({**root["$defs"][schema["$ref"].rpartition("/")[2]], **rest}, root)
    return [] if schema.get("type") == "null" else [schema]


def choices(schemas: Iterable[Schema]) -> list[str]:
    """The values of the closed lists among the schemas."""
    return list(dict.fromkeys(value for schema in schemas for value in _closed_list(schema)))


def _closed_list(schema: Schema) -> list[str]:
    return [str(value) for value in schema.get("enum", [schema["const"]] if "const" in schema else [])]


def takes_any_text(schemas: Iterable[Schema]) -> bool:
    """Whether text is allowed that is neither from a closed list nor a date."""
    return any(s.get("type") == "string" and not _closed_list(s) and "format" not in s for s in schemas)


def takes_one_line(schemas: Iterable[Schema]) -> bool:
    """Whether text on one line is allowed, such as a name or a dose, and no prose."""
    return any(schema.get("pattern") == _LINE for schema in schemas)


def takes_text_items(schemas: Iterable[Schema]) -> bool:
    """Whether a list of texts is allowed."""
    return any(schema.get("items", {}).get("type") == "string" for schema in schemas)


def takes_dates(schemas: Iterable[Schema]) -> bool:
    """Whether a date is allowed."""
    return any(schema.get("format") == "date" for schema in schemas)


@cache
def all_choices(model: type[r.Record]) -> Mapping[str, str]:
    """The values of all closed lists in a kind of record, by their simplest spelling."""
    root = raw_schema(model)
    parts = [part for schema in (root, *root.get("$defs", {}).values()) for part in (schema, *_properties(schema))]
    return {simplest(value): value for part in parts for value in choices(_each_type(part, root))}


def _properties(schema: Schema) -> Iterable[Schema]:
    return [part for part in schema.get("properties", {}).values() if isinstance(part, dict)]


@lru_cache(maxsize=10_000)
def simplest(text: str) -> str:
    """A spelling in which ``Not reported.`` and ``not_reported`` are the same."""
    return re.sub(r"[\s_-]+", "_", text.strip(" .").lower())


SAYS_NOTHING = (
    "n/a", "n.a", "na", "n.r", "nr", "unknown", "not_known", "not_stated", "not_given", "not_mentioned",
    "not_described", "not_available", "no_data", "missing", "?", "–", "—",
)  # fmt: skip
"""Words for a missing value, in their simplest spelling, that would be kept as if they were the value."""


def says_nothing(text: str) -> bool:
    """Whether a text only says that there is no value, in words that nothing here understands."""
    return simplest(text) in SAYS_NOTHING


def is_missing(value: object) -> bool:
    """Whether a value says that there is none, in the words of records or in others."""
    return isinstance(value, str) and (simplest(value) in set(r.Missing) or says_nothing(value))


def takes_missing(schemas: Iterable[Schema]) -> bool:
    """Whether it can be said that the value is missing."""
    return set(r.Missing) <= set(choices(schemas))


def field_names(schemas: Iterable[Schema]) -> list[str]:
    """The names of the fields that a group of fields may have."""
    return [name for schema in schemas for name in schema.get("properties", {})]


# --- describing it ---------------------------------------------------------------------------------------------------


def expected(schemas: Sequence[Schema]) -> str:
    """What may stand somewhere: ``a number, or one of not_reported, unclear``."""
    kinds = list(dict.fromkeys(_kind(schema) for schema in schemas if not _closed_list(schema)))
    if any(kind.startswith("a number") for kind in kinds):
        kinds = [kind for kind in kinds if not kind.startswith("a whole number")]
    closed = choices(schemas)
    if closed:
        kinds.append(f"one of {', '.join(closed)}" if len(closed) > 1 else closed[0])
    return ", or ".join([", ".join(kinds[:-1]), kinds[-1]]) if len(kinds) > 1 else "".join(kinds) or "a value"


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if kind in ("number", "integer"):
        limits = [
            f"{words} {schema[name]:g}"
            for words, names in (("at least", ("minimum", "ge")), ("at most", ("maximum", "le")))
            for name in names
            if name in schema
        ]
        word = "a whole number" if kind == "integer" else "a number"
        return f"{word} of {' and '.join(limits)}" if limits else word
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        pair = schema.get("prefixItems")
        return f"a list of {len(pair)} values, such as [1.5, 2.5]" if pair else "a list"
    if kind == "object":
        names = field_names([schema])
        return f"a group of fields ({', '.join(names)})" if names else "a group of fields named by ids"
    if schema.get("format") == "date":
        return "a date like 2026-01-31"
    pattern = schema.get("pattern")
    return _TEXTS.get(str(pattern), f"text of the form {pattern}") if pattern else "text"


def _pattern(kind: Any) -> str:
    return str(TypeAdapter(kind).json_schema().get("pattern"))


_LINE = _pattern(r.Line)
_TEXTS = {
    r.ID_PATTERN: "an id (lower-case words and numbers joined by hyphens)",
    _LINE: "text on one line",
    _pattern(r.Url): "a web address that begins with https://",
    _pattern(r.Key): "the key of an entry in references.bib",
    _pattern(r.PersonName): "a person of a study, such as smith1995/p1",
}
"""The forms of text that have a name; any other is shown as its pattern."""


def describe(schemas: Iterable[Schema]) -> str:
    """What the docstring of a field or type says of it, if there is one."""
    docstring = next((s["description"] for s in schemas if s.get("description") and not _closed_list(s)), "")
    return " ".join(docstring.replace("``", "").split())


def example(name: str | int, schemas: Iterable[Schema]) -> str:
    """How a field may be written, with one of its examples; empty if it has none."""
    found = next((s["examples"][0] for s in schemas if s.get("examples")), None)
    return "" if found is None or isinstance(name, int) else f"For example, {name}: {in_yaml(found)}"


def where_is(path: Steps) -> str:
    """A path in words: ``groups -> item 2 -> exposures -> item 1 -> treatment``."""
    return " -> ".join(f"item {step + 1}" if isinstance(step, int) else quoted(step)[1:-1] for step in path)


def _what(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a list" if isinstance(value, list) else "a group of fields"


def nearest(word: str, words: Sequence[str]) -> str:
    """The one of the words that was probably meant, or nothing."""
    if len(word) > 60:
        return ""  # no slip of the pen, and comparing it would take long
    meant = simplest(word)
    inside = [known for known in words if f"_{known}_" in f"_{meant}_"]  # cohort in “retrospective cohort”
    return next(iter(get_close_matches(meant, words, 1, 0.7)), "") or (inside[0] if len(inside) == 1 else "")


def proposed_id(name: str) -> str:
    """An id that resembles the name."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:80].strip("-") or "name"


def in_yaml(value: Any) -> str:
    """A value as written in a record, on one line: ``{months: 12, after: first-dose}``."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {in_yaml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_yaml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _text_in_yaml(value) if isinstance(value, str) else str(value)


_LOOKS_PLAIN = re.compile(r"(?:[A-Za-z][\w ./()+-]*|\d{4}(?:-\d{2}){2}|\d{4}-\d{4}|https?://[\w./-]+)")


def _text_in_yaml(text: str) -> str:
    return text if _LOOKS_PLAIN.fullmatch(text) else f'"{text}"'


# --- what is wrong ---------------------------------------------------------------------------------------------------


def wrong_value(path: Steps, value: Any, schemas: Sequence[Schema], kind: str, context: Mapping[str, Any]) -> Words:
    """What is wrong with a value for which pydantic gives an error of this kind."""
    where = where_is(path) or "This record"
    closed = choices(schemas)
    if isinstance(value, str):
        if takes_dates(schemas) and ("date" in kind or re.match(r"\d{3}", value)):
            return impossible_date(path, value)
        if kind == "string_too_long":
            message = f"{where} is longer than {context['max_length']} characters."
            return "text-too-long", message, "Shorten it, or move a part of it to a note."
        if kind == "string_too_short":
            return "empty-value", f"{where} says nothing.", LEAVE_OUT
        if kind == "string_pattern_mismatch":
            return _wrong_text(where, value, schemas, context["pattern"])
        if closed and all(_closed_list(schema) for schema in schemas):
            near = nearest(value, closed)
            hint = f"Did you mean {near}? " if near else ""
            message = f"{where} cannot be {quoted(value)}."
            return "not-allowed-value", message, f"{hint}Allowed: {', '.join(closed)}."
    if kind in _LIMITS:
        message = f"{where} has to be {_LIMITS[kind]} {next(iter(context.values())):g}, and {value} is not."
        return "number-out-of-range", message, "Compare it with the source."
    if isinstance(value, list) and kind in ("too_short", "too_long"):
        return wrong_length(path, len(value), schemas)
    message = f"{where} has to be {expected(schemas)}; here is {_what(value)}."
    return "wrong-type", message, _how_to_write(path, value, schemas)


_LIMITS = {
    "greater_than_equal": "at least",
    "less_than_equal": "at most",
    "greater_than": "more than",
    "less_than": "less than",
}


def _how_to_write(path: Steps, value: Any, schemas: Sequence[Schema]) -> str:
    types = {str(schema.get("type")) for schema in schemas if not _closed_list(schema)}
    closed = choices(schemas)
    if not path:
        return "Write its fields as name: value, each in a line of its own."
    if isinstance(value, str):
        if meant := _how_to_write_text(value, types, closed, unit_of(schemas)):
            return meant
    elif isinstance(value, int | float) and takes_any_text(schemas):
        return _how_to_write_as_text(path, value, schemas)
    elif isinstance(value, float) and types == {"integer"}:
        return "Write it without a decimal point."
    elif isinstance(value, list | dict) and types & {"number", "integer", "boolean", "string"}:
        return "Write one value here, not several."
    if isinstance(value, str) and (meant := _how_to_write_apart(str(path[-1]), value, types, schemas)):
        return meant
    if shown := example(path[-1], schemas):
        return shown
    if "array" in types and isinstance(value, dict):
        return 'Begin each item of the list with "- ", and indent its other fields by two spaces more.'
    if "array" in types:
        return 'Put each item in a line of its own that begins with "- ", or all of them in square brackets.'
    if "object" in types:
        return "Write its fields in the lines below, each indented by two spaces more."
    return ""


_BULLET = re.compile(r"[-–—•·*]\s*")


def _how_to_write_apart(name: str, value: str, types: Collection[str], schemas: Sequence[Schema]) -> str:
    """How a text is written as the list or the fields that belong in its place; empty if nothing can be told."""
    if is_pair(schemas) and (both := printed.pair(value)):
        return f"Write {name}: {both}."
    if {"mean", "sd", "range"} <= set(field_names(schemas)):
        return printed.summary(value)
    if types == {"array"} and _BULLET.match(value):
        return f"Begin each item with a hyphen and a space: - {_BULLET.sub('', value, count=1)[:30]}"
    if types == {"array"} and len(value) <= 60 and takes_text_items(schemas):
        return f"If it is the only one, put it in square brackets: [{in_yaml(value)}]."
    return ""


def is_pair(schemas: Iterable[Schema]) -> bool:
    """Whether a list of two is allowed, and no other."""
    lists = [schema for schema in schemas if schema.get("type") == "array"]
    return bool(lists) and all(schema.get("minItems") == schema.get("maxItems") == 2 for schema in lists)


def _how_to_write_as_text(path: Steps, value: float, schemas: Sequence[Schema]) -> str:
    shown = example(path[-1], schemas)
    if _WITH_UNIT.search(shown) and not isinstance(value, bool):
        return f"A number alone does not say of what. {shown}"
    return f'If it is meant as text, put it in double quotes: "{_as_written(value)}".'


_WITH_UNIT = re.compile(r': "?[0-9.]+ [A-Za-z]')
"""In an example of a field: a number with its unit."""


def _how_to_write_text(value: str, types: Collection[str], closed: Sequence[str], unit: str) -> str:
    if "boolean" in types and value.lower() in _YES | _NO:
        return f"Write {'true' if value.lower() in _YES else 'false'}, without quotes."
    if nearest(value, closed):
        return f"Did you mean {nearest(value, closed)}?"
    if says_nothing(value) and set(r.Missing) <= set(closed):
        return f"Write one of {', '.join(r.Missing)}."
    if not {"number", "integer"} & set(types):
        return ""
    numbers = re.findall(r"(?<![\d.])[-+]?\d+(?:\.\d+)?", value)
    if unit and (named := _UNITS_OF_TIME & set(re.findall(r"[a-z]+", value.lower()))) and not _is_in(unit, named):
        factor = _IN_UNIT.get((unit, min(named))) if len(numbers) == len(named) == 1 else None
        alone = f"{float(numbers[0]) * factor:g}" if factor else ""
        return (
            f"Write it in {unit}: {alone}." if alone else f"Write it in {unit}, as a number alone and without quotes."
        )
    alone = f"Write the number alone and without quotes: {numbers[0]}." if len(numbers) == 1 else ""
    kind = "a number such as 12 or -2.5" if "number" in types else "a whole number such as 12"
    return alone or f"Write {kind}, without quotes."


_UNITS_OF_TIME = frozenset(
    {"day", "days", "week", "weeks", "wk", "wks", "month", "months", "year", "years", "yr", "yrs"}
)
_IN_UNIT = {
    (unit, word): factor
    for unit, words, factor in (
        ("months", ("year", "years", "yr", "yrs"), 12),
        ("years", ("month", "months"), 1 / 12),
    )
    for word in words
}
"""What a number in one unit of time is multiplied by to be in another, where that is exact."""


def _is_in(unit: str, named: Collection[str]) -> bool:
    return set(named) <= {unit, unit.removesuffix("s")} or (unit == "years" and set(named) <= {"yr", "yrs"})


def unit_of(schemas: Iterable[Schema]) -> str:
    """The unit in which a number is given, if its field has one."""
    return next((str(schema[r.UNIT]) for schema in schemas if r.UNIT in schema), "")


def cannot_be_missing(parent: Steps, name: str | int, schemas: Sequence[Schema]) -> str:
    """A hint for a number that cannot be said to be missing; ``schemas`` are those of the group of fields around it."""
    if any(name in schema.get("required", ()) for schema in schemas):
        return f"If the source does not say, leave out all of {where_is(parent)}, and say in words what is not known."
    return "If the source does not say, leave the field out."


_YES = frozenset({"yes", "y", "on", "true"})
_NO = frozenset({"no", "n", "off", "false"})


def _as_written(value: float) -> str:
    """A number, true or false as written in YAML."""
    return str(value).lower()


def _wrong_text(where: str, value: str, schemas: Sequence[Schema], pattern: str) -> Words:
    if takes_missing(schemas) and is_missing(value):
        message = f"{where} has to be {expected(schemas)}; here is {quoted(value)}."
        named = simplest(value) if simplest(value) in set(r.Missing) else f"one of {', '.join(r.Missing)}"
        return "wrong-form", message, f"Write {named}."
    if pattern == r.ID_PATTERN:
        return "wrong-form", *wrong_id(value)
    if pattern == _LINE:
        hint = "Write it on one line; a long one may be folded with >- behind the colon."
        return "wrong-form", f"{where} has to be on one line.", hint
    message = f"{where} has to be {expected(schemas)}; here is {quoted(value)}."
    return "wrong-form", message, describe(schemas)


def wrong_id(name: str) -> tuple[str, str]:
    """Message and hint for a name that is no id."""
    message = f"{quoted(name)} is not an id: lower-case words and numbers joined by single hyphens."
    return message, f"Write {proposed_id(name)}, if that is what is meant."


def wrong_length(path: Steps, length: int, schemas: Sequence[Schema], only: str = "") -> Words:
    """A list with too many or too few items; ``only`` is the one it has, if that is a text."""
    lists = [schema for schema in schemas if schema.get("type") == "array"]
    low = max((schema.get("minItems", 0) for schema in lists), default=0)
    high = max((schema.get("maxItems", 0) for schema in lists), default=0)
    needed = f"exactly {low}" if low == high else f"at least {low}" if length < low else f"at most {high}"
    hint = "If these are decimals, write each with a point, such as 0.5." if low == high and length == 2 * low else ""
    if only and (both := printed.pair(only)):
        hint = f"Write {both}: a comma stands between the two numbers."
    return "wrong-length", f"{where_is(path)} needs {needed} in its list, and has {length}.", hint


def impossible_date(path: Steps, value: str) -> Words:
    """A text that stands for no day, or for one in another way."""
    if meant := printed.dates(value):
        message = f"{where_is(path)} is {quoted(value)}, which is not how a date is written here."
        which = ", whichever is meant" if len(meant) > 1 else ""
        return "impossible-date", message, f"Write {' or '.join(meant)}{which}."
    message = f"{where_is(path)} is {quoted(value)}, which is not a date in the calendar."
    return "impossible-date", message, "Write year, month and day like 2026-01-31."
