"""The first text of a record: every field with what it takes, those that it needs filled in, the others switched off.

The text is made from the record types and their docstrings, so that it says nothing that the types do not. A field
that is switched off stands behind ``#``; deleting that sign leaves valid YAML. Comments begin with ``#`` and one blank.
What nobody but the contributor can know begins with ``To do:``, which the checks find again.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from evidence_site import records as r
from evidence_site.record_words import Schema, Steps, allowed_at, choices, describe, expected, proposed_id

TO_DO = "To do:"
"""How a text begins that still has to be written."""

CLAIMS_LEAST = ("unclear", "title", "not_checked", "possible", "other", "neither", "not_important", "observational")
"""Of closed lists: the values that claim least, for a field of which nothing is known yet."""

INDENT = 2
WIDTH = 118
FOLDED = 90
"""Characters above which a text is written over several lines."""
_HEAD = (
    "Fields behind a # are not in use. To use one, delete the # at the beginning of each of its lines, and only that "
    "sign. What begins with “To do:” is yours to write. Where the source says nothing, write not_reported; unclear and "
    "not_applicable are answers, too."
)


def scaffold(
    model: type[r.Record],
    given: Mapping[str, Any],
    head: Sequence[str] = (),
    *,
    known: Mapping[str, str] | None = None,
    item: bool = False,
) -> str:
    """The text of a new record.

    ``given`` holds fields that are known already, ``head`` paragraphs for its first comment, ``known`` an id of this
    review for fields of a name, such as one of its outcomes for ``outcome``. With ``item`` it is an item of a list.
    """
    about = [line for text in (*head, describe(allowed_at(model, ())), _HEAD) for line in _comment(text)]
    body = list(_Writer(model, known or {}).record(given))
    return "".join(f"{line}\n" for line in (*about, *(_as_item(body) if item else body)))


def value_text(value: object) -> str:
    """A plain value as YAML on one line: text in quotes unless it is plainly a word."""
    if isinstance(value, str):
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", value) and value.lower() not in _NO_WORDS:
            return value
        return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(value, ensure_ascii=False))
    return json.dumps(value)


_NO_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
"""Words that readers of YAML take for something else."""


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), WIDTH, break_on_hyphens=False)]


def _as_item(lines: Sequence[str]) -> Iterator[str]:
    started = False
    for line in lines:
        is_field = bool(line) and not line.startswith("#")
        if is_field and not started:
            started = True
            yield f"- {line}"
        elif re.match(r"#(?! \S)", line):  # a field that is not in use: the sign stays in front
            yield f"#  {line[1:]}"
        else:
            yield f"  {line}" if line and started else line


class _Writer:
    """Writes the fields of one kind of record."""

    def __init__(self, model: type[r.Record], known: Mapping[str, str]) -> None:
        self.model = model
        self.known = known

    def record(self, given: Mapping[str, Any]) -> Iterator[str]:
        """The lines of the record: what each field means, fields in use, and fields that are not."""
        (schema,) = self._at(())
        for name in schema["properties"]:
            schemas = self._at((name,))
            yield ""
            yield from _comment(_about(schemas))
            if name in given:
                yield from _pair(name, given[name])
            elif name in schema["required"]:
                yield from _pair(name, self._sample((name,), schemas))
            else:
                yield from (f"#{line}" for line in _pair(name, self._sample((name,), schemas)))
            yield from self._also((name,), schemas)

    def _at(self, path: Steps) -> list[Schema]:
        return allowed_at(self.model, path)

    def _also(self, path: Steps, schemas: Sequence[Schema]) -> Iterator[str]:
        """The names of fields that the example of a group does not show."""
        for schema in (*schemas, *self._at((*path, 0))):
            more = [name for name in schema.get("properties", {}) if name not in self._shown(path, schema)]
            if more:
                yield from _comment(f"Each may also have: {', '.join(more)}.")

    def _shown(self, path: Steps, schema: Schema) -> list[str]:
        required = schema.get("required", ())
        shown = [name for name in schema["properties"] if name in required or self._holds_records((*path, 0, name))]
        return shown or list(schema["properties"])[:1]

    def _holds_records(self, path: Steps) -> bool:
        return any("properties" in schema for schema in self._at((*path, 0)))

    def _sample(self, path: Steps, schemas: Sequence[Schema]) -> object:
        """What claims least of all that may stand there, or a text that is to be written."""
        closed = choices(schemas)
        by_type = {str(schema.get("type")): schema for schema in reversed(schemas) if not choices([schema])}
        if "array" in by_type:
            return self._list(path, by_type["array"])
        if "string" in by_type:
            return self._text(path, by_type["string"])
        if closed:
            return next(
                (value for value in (r.Missing.NOT_REPORTED.value, *CLAIMS_LEAST) if value in closed), closed[0]
            )
        if "object" in by_type:
            return self._group(path, by_type["object"])
        return False if "boolean" in by_type else _number(next(iter(by_type.values())))

    def _list(self, path: Steps, schema: Schema) -> list[object]:
        length = len(schema["prefixItems"]) if "prefixItems" in schema else max(1, schema.get("minItems", 1))
        return [self._sample((*path, n), self._at((*path, n))) for n in range(length)]

    def _group(self, path: Steps, schema: Schema) -> dict[str, object]:
        if "properties" in schema:
            names = self._shown(path[:-1], schema)
        else:  # named by whatever id
            names = [
                self.known.get(str(path[-1]), _FORMS.get(next(iter(schema.get("patternProperties", {})), ""), "name"))
            ]
        return {name: self._sample((*path, name), self._at((*path, name))) for name in names}

    def _text(self, path: Steps, schema: Schema) -> str:
        names = [step for step in path if isinstance(step, str)]
        name, pattern = names[-1], str(schema.get("pattern"))
        if name in self.known:
            return self.known[name]
        if schema.get("format") == "date":
            return "2026-01-31"
        if pattern == r.ID_PATTERN:
            return f"{proposed_id(names[-2]).removesuffix('s')}-1" if name == "id" and names[1:] else proposed_id(name)
        return _FORMS.get(pattern, f"{TO_DO} {name.replace('_', ' ')}.")


def _about(schemas: Sequence[Schema]) -> str:
    """What a field means, and which values it takes where its example does not show that."""
    limited = choices(schemas) or any(schema.get("type") in ("number", "integer") for schema in schemas)
    values = expected(schemas) if limited else ""
    example = next((schema["examples"][0] for schema in schemas if schema.get("examples")), None)
    parts = (
        describe(schemas),
        values and f"{values[:1].upper()}{values[1:]}.",
        "" if example is None else f"Example: {_on_one_line(example)}",
    )
    return " ".join(part for part in parts if part)


def _on_one_line(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_on_one_line(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_on_one_line(item) for item in value)}]"
    return value_text(value)


def _number(schema: Schema) -> int:
    lowest = schema.get("minimum", 0)
    return 1 if lowest <= 1 <= schema.get("maximum", 1) else int(lowest)


def _pattern(kind: Any) -> str:
    return str(TypeAdapter(kind).json_schema().get("pattern"))


_FORMS = {
    _pattern(r.Url): "https://example.org/",
    _pattern(r.Key): "key",
    _pattern(r.PersonName): "study/person",
}
"""An example of each form of text that cannot begin with “To do:”."""


def _pair(name: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield f"{name}:"
        for key, item in value.items():
            yield from (" " * INDENT + line for line in _pair(str(key), item))
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        yield f"{name}:"
        for item in value:
            lines = [line for key, inner in item.items() for line in _pair(str(key), inner)]
            yield from (" " * INDENT + ("- " if n == 0 else "  ") + line for n, line in enumerate(lines))
    elif isinstance(value, list | tuple):
        yield f"{name}: {_on_one_line(value)}"
    else:
        yield f"{name}: {value_text(value)}"
