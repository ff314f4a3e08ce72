"""Making a record of plain data, or saying in words why that cannot be done.

Pydantic decides, in its strict JSON mode: lists become tuples, text becomes dates and members of closed lists, and
nothing else is converted. Its many errors for one value of several types become one problem.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from evidence_site import limits, printed, record_words as words, records as r
from evidence_site.problems import Problem
from evidence_site.record_words import Steps
from evidence_site.yaml_reading import Document, quoted

VALIDATION_CODES: Mapping[str, str] = {
    "unknown-field": "A field has a name that this kind of record does not know.",
    "missing-field": "A field that has to be there is not.",
    "wrong-type": "A value is of the wrong kind: text where a number belongs, one value where a list belongs.",
    "not-allowed-value": "A value is not one of those that the field allows, or is nearly one of them.",
    "impossible-date": "A date is not in the calendar, or not written like 2026-01-31.",
    "wrong-form": "A text is not written the way its field needs, such as an id or a web address.",
    "number-out-of-range": "A number is smaller or larger than its field allows.",
    "wrong-length": "A list has too many or too few items.",
    "invalid-record": "A record is not valid for another reason.",
}
"""The codes of what can be wrong with a record, and what they stand for."""

T = TypeVar("T", bound=r.Record)


def validate(model: type[T], document: Document, prefix: Steps = ()) -> tuple[T | None, list[Problem]]:
    """The record that stands in a document at ``prefix``, or everything that keeps it from being one."""
    data: Any = value_at(document.data, prefix)
    if data is None:
        return None, []  # reported when the YAML was read
    explainer = _Explainer(model, document, prefix, data)
    record = None
    try:
        record = model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        # Nobody reads more than the first of a thousand; telling them all would only take long.
        details = error.errors(include_url=False)[: 10 * limits.YAML_PROBLEMS]
        explainer.explain(details)
    texts, is_whole = _texts_in(data)
    closed = words.all_choices(model)
    slips = {text for text in texts if len(text) <= 80 and _may_be_a_slip(text, closed)}
    for path, text in _paths_of(slips, data) if slips else ():
        explainer.look_at_slip(path, text)
    if record is None and is_whole and not explainer.problems:
        explainer.add((), "invalid-record", "This record is not valid.", "Compare it with a record that is.")
    return (record if is_whole and not explainer.problems else None), explainer.problems[: limits.YAML_PROBLEMS]


def value_at(data: Any, path: Sequence[str | int]) -> Any:
    """The value at a path of plain data."""
    for step in path:
        data = data[step]
    return data


def _texts_in(data: Any) -> tuple[set[str], bool]:
    """The texts in plain data, and whether none of its values was refused when the YAML was read."""
    texts: set[str] = set()
    is_whole = True
    waiting: list[Any] = [[data]]
    for part in waiting:
        for value in part.values() if isinstance(part, dict) else part:
            if isinstance(value, str):
                texts.add(value)
            elif isinstance(value, dict | list):
                waiting.append(value)
            elif value is None:
                is_whole = False
    return texts, is_whole


def _may_be_a_slip(text: str, closed: Mapping[str, str]) -> bool:
    return (
        closed.get(words.simplest(text), text) != text
        or _NUMBER.fullmatch(text) is not None
        or words.says_nothing(text)
        or _IN_PRINTED_QUOTES.fullmatch(text) is not None
    )


_IN_PRINTED_QUOTES = re.compile(r'[“”„«‘‚]([^“”„«»‘’"]+)[“”»’‘]')
"""A whole text in the quotation marks that word processors make of straight ones."""


_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?")


def _paths_of(texts: set[str], data: Any, path: Steps = ()) -> Iterator[tuple[Steps, str]]:
    if isinstance(data, str) and data in texts:
        yield path, data
    elif isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _paths_of(texts, value, (*path, step))


@dataclass(frozen=True, slots=True)
class _Fault:
    """One of pydantic's errors, with the path in the data apart from the names of the types that were tried there."""

    path: Steps
    tried: tuple[tuple[int, str | int], ...]
    """Where one of several types was tried, as the length of the path to there, and which."""
    kind: str
    context: Mapping[str, Any]
    is_name: bool = False
    """Whether it is the name of the field that is wrong."""


def _fault(details: Any, data: Any) -> _Fault | Steps:
    """Only the path of a value that the reading of the YAML has refused: that is one mistake, not two."""
    path: list[str | int] = []
    tried: list[tuple[int, str | int]] = []
    is_name = False
    for left, step in zip(range(len(details["loc"]))[::-1], details["loc"], strict=True):
        in_mapping = isinstance(data, dict) and step in data
        if in_mapping or (isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)):
            data = data[step]
            path.append(step)
        elif not left and details["type"] == "missing":
            path.append(step)
        elif not left and step == "[key]":
            is_name = True
        else:
            tried.append((len(path), step))
    if data is None:
        return tuple(path)
    return _Fault(tuple(path), tuple(tried), details["type"], details.get("ctx") or {}, is_name)


def _one_for_each_value(faults: Iterable[_Fault], depth: int = 0) -> Iterator[_Fault]:
    """Of the faults that come from trying several types for one value, those that tell the contributor most."""
    by_value: dict[Steps, list[_Fault]] = defaultdict(list)
    for fault in faults:
        if len(fault.tried) > depth:
            by_value[fault.path[: fault.tried[depth][0]]].append(fault)
        else:
            yield fault
    for path, found in by_value.items():
        inside: dict[str | int, list[_Fault]] = defaultdict(list)
        for fault in found:
            if len(fault.path) > len(path):
                inside[fault.tried[depth][1]].append(fault)
        if inside:
            # The value has the shape of one of the types, and it is within it that something is wrong.
            fewest = min(len(group) for group in inside.values())
            group = next(group for group in inside.values() if len(group) == fewest)
            yield from _one_for_each_value(group, depth + 1)
        else:
            # A text that is too long says more than that it is no number.
            yield min(found, key=lambda fault: fault.kind.endswith("_type") or fault.kind in ("enum", "literal_error"))


class _Explainer:
    """Says what is wrong with one record: one problem for each mistake."""

    def __init__(self, model: type[r.Record], document: Document, prefix: Steps, data: Any) -> None:
        self.model = model
        self.document = document
        self.prefix = prefix
        self.data = data
        self.problems: list[Problem] = []
        self.settled: set[Steps] = set()
        """Paths of which enough has been said."""

    def add(self, path: Steps, code: str, message: str, hint: str, *, at_name: bool = False) -> None:
        whole = (*self.prefix, *path)
        place = self.document.key_place(whole) if at_name else self.document.place(whole)
        self.problems.append(Problem(place, code, message, hint))
        self.settled.add(path)

    def explain(self, errors: Iterable[Any]) -> None:
        """Note pydantic's errors, each mistake once."""
        found = [_fault(details, self.data) for details in errors]
        # Of several types the one with a refused value in it was meant: that it is none of the others says nothing.
        around = {fault[:end] for fault in found if isinstance(fault, tuple) for end in range(len(fault))}
        faults = [f for f in found if isinstance(f, _Fault) and not (f.tried and f.path in around)]
        # A field under a misspelt name is not missing as well, so missing fields come last.
        for fault in sorted(_one_for_each_value(faults), key=lambda fault: fault.kind == "missing"):
            path = fault.path
            if fault.kind == "missing":
                if path not in self.settled:
                    self.add_missing(path)
            elif fault.kind == "extra_forbidden":
                self.add_unknown(path)
            elif fault.is_name:
                self.add(path, "wrong-form", *words.wrong_id(str(path[-1])), at_name=True)
            else:
                schemas = words.allowed_at(self.model, path)
                value = value_at(self.data, path)
                if fault.kind == "too_short" and len(value) >= fault.context["min_length"]:
                    continue  # pydantic counts only the items that are right, and has told of the others
                if self.is_range_in_one(path, value):
                    continue
                code, message, hint = words.wrong_value(path, value, schemas, fault.kind, fault.context)
                if code == "wrong-type" and path and words.is_missing(value) and not words.takes_missing(schemas):
                    hint = words.cannot_be_missing(path[:-1], path[-1], words.allowed_at(self.model, path[:-1]))
                self.add(path, code, message, hint)

    def is_range_in_one(self, path: Steps, value: object) -> bool:
        """Whether a pair holds one text such as ``1.7–12.0``; notes it at the pair, once."""
        parent = path[:-1]
        schemas = words.allowed_at(self.model, parent)
        if not isinstance(value, str) or not printed.pair(value) or not words.is_pair(schemas):
            return False
        if value_at(self.data, parent) != [value]:
            return False
        self.add(parent, *words.wrong_length(parent, 1, schemas, value))
        return True

    def add_missing(self, path: Steps) -> None:
        parent, name = path[:-1], path[-1]
        if isinstance(name, int):  # one of a pair
            if parent not in self.settled:
                schemas = words.allowed_at(self.model, parent)
                self.add(parent, *words.wrong_length(parent, len(value_at(self.data, parent)), schemas))
            return
        schemas = words.allowed_at(self.model, path)
        message = f"{words.where_is(parent) or 'This record'} lacks the field {name}."
        hint = f"Add {name}: {words.expected(schemas)}. {words.describe(schemas)} {words.example(name, schemas)}"
        self.add(parent, "missing-field", message, hint.strip())

    def add_unknown(self, path: Steps) -> None:
        parent, name = path[:-1], str(path[-1])
        names = words.field_names(words.allowed_at(self.model, parent))
        present = value_at(self.data, parent)
        near = words.nearest(name, [field for field in names if field not in present])
        if near:
            self.settled.add((*parent, near))
        message = f"{quoted(name)} is not a field of {words.where_is(parent) or 'this record'}."
        hint = f"Did you mean {near}?" if near else self.where_it_belongs(parent, name)
        self.add(path, "unknown-field", message, hint or f"Its fields: {', '.join(names)}.", at_name=True)

    def where_it_belongs(self, parent: Steps, name: str) -> str:
        """A hint for a field that is known one level further in, or further out; empty if it is known nowhere near."""
        names = words.field_names(words.allowed_at(self.model, parent))
        inside = [
            field for field in names if self.knows((*parent, field), name) or self.knows((*parent, field, 0), name)
        ]
        if inside:
            hint = f"It is a field of {' and of '.join(inside)}: write it below {inside[0]}, "
            if self.knows((*parent, inside[0]), name):
                return f"{hint}indented by two spaces more."
            return f"{hint}in the item to which it belongs, as far to the right as the item's other fields."
        outside = [parent[:n] for n in range(len(parent))[::-1] if self.knows(parent[:n], name)]
        if outside:
            return f"It is a field of {words.where_is(outside[0]) or 'the record'}: begin it further to the left."
        return ""

    def knows(self, path: Steps, name: str) -> bool:
        """Whether the fields at a path have one of this name."""
        return name in words.field_names(words.allowed_at(self.model, path))

    def look_at_slip(self, path: Steps, text: str) -> None:
        """Note a text that pydantic takes for something that nobody can have meant."""
        if path in self.settled:
            return
        schemas = words.allowed_at(self.model, path)
        meant = words.all_choices(self.model).get(words.simplest(text), text)
        if meant != text and meant in words.choices(schemas) and words.takes_any_text(schemas):
            message = f"{words.where_is(path)} says {quoted(text)}, which would count as a text of its own."
            self.add(path, "not-allowed-value", message, f"Write {meant}.")
        elif words.says_nothing(text) and words.takes_missing(schemas) and words.takes_any_text(schemas):
            message = f"{words.where_is(path)} says {quoted(text)}, which would count as a text of its own."
            self.add(path, "not-allowed-value", message, f"Write one of {', '.join(r.Missing)}.")
        elif (unquoted := _IN_PRINTED_QUOTES.fullmatch(text)) and words.takes_one_line(schemas):
            message = f"{words.where_is(path)} stands in typographic quotation marks, which would be shown with it."
            self.add(path, "wrong-form", message, f'Write "{unquoted[1]}", with straight ones, or without any.')
        elif _NUMBER.fullmatch(text) and words.takes_dates(schemas):  # taken for seconds since 1970
            self.add(path, *words.impossible_date(path, text))
