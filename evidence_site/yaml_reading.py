"""Reading YAML safely: plain data out, with the line and column of every value, and all that is wrong in one run.

Only a part of YAML is read, the part that people can check by eye: fields, lists, text, plain numbers, true and false.
No aliases, tags or merge keys, nothing twice, nothing empty, and no text that is secretly a number. UTF-8 with or
without a byte order mark, and any line ends. Files may come from strangers: whatever the bytes, reading them ends soon,
with a document or with problems, never with an exception.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from evidence_site import limits
from evidence_site.files import FILE_CODES, FORBIDDEN, LOST, SUSPECT, conflicts, decode, describe_character, read_bytes
from evidence_site.identity import digest
from evidence_site.problems import Place, Problem
from evidence_site.yaml_syntax import IN_QUOTES, SYNTAX_CODES, TOO_DEEP, explain

YAML_CODES: Mapping[str, str] = {
    **{code: text for code, text in FILE_CODES.items() if code not in ("not-a-folder", "too-many-files")},
    "empty-file": "The file says nothing.",
    "several-documents": "A line of three hyphens divides the file into several documents.",
    "too-many-values": "The file holds too many values.",
    "text-too-long": "A text is longer than its field allows.",
    "anchor": "YAML's & for naming a value is not used here.",
    "alias": "YAML's * for repeating a value is not used here.",
    "tag": "YAML's ! for naming a type is not used here.",
    "merge-key": "YAML's << for merging fields is not used here.",
    "directive": "Lines that begin with % and steer the YAML reader are not used here.",
    "duplicate-field": "The same field stands twice in one place.",
    "field-name": "The name of a field is not plain text.",
    "empty-value": "A field or list item has no value.",
    "comma-in-value": "A comma ends a value inside braces in its middle.",
    "text-behind-hash": "Text behind # is not read.",
    "number-form": "A value looks like a number, but in a form that can be misread.",
    "number-too-long": "A number has more digits than can be kept exactly.",
    **SYNTAX_CODES,
    "too-many-problems": "So much is wrong with a file that its reading ended.",
}
"""The codes of what can be wrong with a file as YAML, and what they stand for."""

LEAVE_OUT = "Leave the field out, or write not_reported if the source does not say."

_Spot = int | tuple[int, Any]
"""Where a value starts, and for a list or mapping where its parts do: ``[spot, …]`` or ``{name: (start, spot), …}``."""

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Only its event parser is used. Nodes are built here: libyaml's composer recurses and can end the process."""


@dataclass(frozen=True, slots=True)
class _Contents:
    """What reading a text gives."""

    data: object
    starts: Sequence[int] = (0,)
    """Where each value and each name of a field starts in the text, in the order in which they stand there."""
    order: object = None
    """The data with the fields that were refused still in it: what the starts belong to, one by one."""


class Document:
    """What a file says, as plain data, and where in the file each value stands."""

    __slots__ = ("_contents", "_lines", "_spot", "_text", "digest", "file")

    def __init__(self, file: str, contents: _Contents, text: str = "", digest_: str = "") -> None:
        """The document that was read from ``text``; ``file`` is shown to people."""
        self.file = file
        self.digest = digest_
        """Of the bytes of the file as they were read; empty for what stands in none."""
        self._text = text
        self._contents: _Contents | None = contents
        self._spot: _Spot | None = None
        self._lines: list[int] | None = None

    @classmethod
    def of(cls, file: str, data: object) -> Document:
        """A document that stands in no text, so that all its values are at its beginning."""
        return cls(file, _Contents(data))

    @property
    def data(self) -> object:
        """dict, list, str, int, float and bool; dates stay text. None only where a problem has been reported."""
        return self._read().data

    def forget(self) -> None:
        """Keep the text alone. Whoever asks for data or places has it read again, as good as nobody of thousands."""
        if self._text:
            self._contents = self._spot = self._lines = None

    def _read(self) -> _Contents:
        if self._contents is None:
            self._contents = _Reader(self._text, self.file).read()
        return self._contents

    def may_say(self, word: str) -> bool:
        """False if no text in the file holds this word, which has no space in it."""
        return word in self._text or "\\" in self._text  # an escape can write any letter

    def find(self, pattern: re.Pattern[str]) -> frozenset[str]:
        """What a pattern finds in the file. It may be more than is found in the texts there, but never less."""
        said = self._text
        if "\\" in said:
            said = f"{said}\n{self.data!r}"  # an escape can write any letter
            self.forget()
        return frozenset(pattern.findall(said))

    def place(self, path: Sequence[str | int] = ()) -> Place:
        """Where the value at the path starts; for a path that does not exist, as far as it does exist."""
        return self.place_of_index(_start(self._descend(path)[0]))

    def key_place(self, path: Sequence[str | int]) -> Place:
        """Where the name of the field at the path stands; for anything else the same as ``place``."""
        spot, key = self._descend(path)
        return self.place_of_index(_start(spot) if key is None else key)

    def place_of_text(self, path: Sequence[str | int], offset: int) -> Place:
        """Where character ``offset`` of the text at the path stands, whichever way the text is quoted or folded."""
        value: Any = self.data
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return self.place(path)
        start = _start(self._descend(path)[0])
        return self.place_of_index(
            _index_in_source(self._text, start, value, offset) if isinstance(value, str) else start
        )

    def _descend(self, path: Sequence[str | int]) -> tuple[_Spot, int | None]:
        if self._spot is None:
            # Only when somebody asks for a place: most files are right.
            contents = self._read()
            self._spot = _spot_of(contents.order, iter(contents.starts))
        spot: _Spot = self._spot
        key: int | None = None
        for step in path:
            parts = spot[1] if isinstance(spot, tuple) else None
            if isinstance(parts, dict) and step in parts:
                key, spot = parts[step]
            elif isinstance(parts, list) and isinstance(step, int) and 0 <= step < len(parts):
                key, spot = None, parts[step]
            else:
                # A field that is missing is reported at the mapping that lacks it, not at the mapping's own name.
                return spot, None
        return spot, key

    def place_of_index(self, index: int) -> Place:
        """The line and column of a character of the file, all line ends taken as one character."""
        if self._lines is None:
            self._lines = [0, *(match.end() for match in re.finditer("\n", self._text))]
        line = bisect_right(self._lines, index)
        return Place(self.file, line, index - self._lines[line - 1] + 1)


def read_yaml(path: Path, shown: str) -> tuple[Document | None, list[Problem]]:
    """The document in a file, and all problems found in it. With problems there may still be a document to look at."""
    raw = read_bytes(path, shown, limits.YAML_BYTES, "Only a record in YAML belongs here; divide a very long one.")
    if isinstance(raw, Problem):
        return None, [raw]
    # YAML reads all line ends as one. Doing so first keeps lines and columns simple from here on.
    text = decode(raw, shown)
    if isinstance(text, Problem):
        return None, [text]
    unmerged = conflicts(text, shown)
    if unmerged:
        return None, unmerged
    reader = _Reader(text, shown)
    try:
        reader.look_at_characters()
        contents = reader.read()
    except _UnreadableError:
        return None, reader.problems
    return Document(shown, contents, reader.text, digest(raw)), reader.problems


def _spot_of(order: object, starts: Iterator[int]) -> _Spot:
    start = next(starts)
    if isinstance(order, dict):
        return start, {name: (next(starts), _spot_of(value, starts)) for name, value in order.items()}
    if isinstance(order, list):
        return start, [_spot_of(value, starts) for value in order]
    return start


def _start(spot: _Spot) -> int:
    return spot[0] if isinstance(spot, tuple) else spot


# --- from text to data -----------------------------------------------------------------------------------------------


class _UnreadableError(Exception):
    """Reading this file ends here; the problem that says why has been noted."""


def _without_refused_fields(order: object) -> object:
    if isinstance(order, dict):
        return {name: _without_refused_fields(value) for name, value in order.items() if isinstance(name, str)}
    return [_without_refused_fields(value) for value in order] if isinstance(order, list) else order


class _Reader:
    """One pass over one file's text."""

    def __init__(self, text: str, shown: str) -> None:
        self.text = text
        self.shown = shown
        self.problems: list[Problem] = []
        self.has_escapes = "\\" in text
        self.has_odd_comments = re.search(r"[ \t]#[^\s#]", text) is not None
        self.places = Document(shown, _Contents(None), text)
        self.starts = array("L")
        self.has_refused_fields = False
        self.merging: set[object] = set()
        self.run_together: Mapping[str, int] | None = None
        """The names of an item of a list behind which another follows without its hyphen."""

    def note(self, at: int | Place, code: str, message: str, hint: str = "") -> None:
        place = self.places.place_of_index(at) if isinstance(at, int) else at
        self.problems.append(Problem(place, code, message, hint))
        if len(self.problems) == limits.YAML_PROBLEMS:
            message = f"Reading this file ended here, after {limits.YAML_PROBLEMS} problems."
            hint = "Mend these first and run the command again."
            self.problems.append(Problem(place, "too-many-problems", message, hint))
            raise _UnreadableError

    def look_at_characters(self) -> None:
        """Note characters that nobody can see, and put a stand-in of the same length in their place."""
        if not SUSPECT.search(self.text):
            return
        found = [(match.start(), match[0]) for match in islice(FORBIDDEN.finditer(self.text), limits.YAML_PROBLEMS)]
        if found:
            self.text = FORBIDDEN.sub(LOST, self.text)
        for index, character in found:
            self.note(index, *describe_character(character))

    def read(self) -> _Contents:
        # Directives change how the rest is read, and libyaml takes quadratic time over many of them.
        directive = re.search(r"^%(?:YAML|TAG)\b", self.text, re.MULTILINE)
        if directive:
            message = "A line that begins with %YAML or %TAG is not used here."
            self.note(directive.start(), "directive", message, "Delete the line, or put the text in quotes.")
            raise _UnreadableError
        parser = _Loader(self.text)
        try:
            parser.get_event()  # the start of the stream
            if type(parser.get_event()) is not DocumentStartEvent:
                self.note(0, "empty-file", "The file says nothing.", "Write the record, or delete the file.")
                raise _UnreadableError
            order = self.build(parser)
            parser.get_event()  # the end of the document
            after = parser.get_event()
        except yaml.YAMLError as error:
            self.note_syntax(error, None)
            raise _UnreadableError from None
        kind, mark = type(after), after.start_mark
        if kind is DocumentStartEvent:
            self.note(
                mark.index,
                "several-documents",
                "A second document begins here; a file holds one.",
                "Delete the line of three hyphens, or move what follows to a file of its own.",
            )
        data = _without_refused_fields(order) if self.has_refused_fields else order
        return _Contents(data, self.starts, order)

    def build(self, parser: Any) -> object:
        """The data of the document that the parser has come to; ``starts`` gets an index for each part of it."""
        root: list[object] = []
        # What is being filled; in a mapping also the names so far, and the one that waits for its value.
        values: Any = root
        names: dict[str, int] | None = None
        key: object = None
        add_start = self.starts.append
        outer: list[tuple[Any, dict[str, int] | None, object, Callable[[int], None]]] = []
        value: Any
        for event in self.events(parser):
            kind = type(event)
            index = event.start_mark.index
            if kind is ScalarEvent:
                add_start(index)
                if names is not None and key is None:
                    key = self.name(event, index, names)
                    continue
                value = self.scalar(event, index)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self.look_at_collection(event, index, len(outer))
                add_start(index)
                value = {} if kind is MappingStartEvent else []
                if names is None:
                    values.append(value)
                    outer.append((values, names, None, add_start))
                elif key is not None:
                    values[key] = value
                    outer.append((values, names, None, add_start))
                else:
                    self.note(index, "field-name", "The name of a field has to be text, not a group.", IN_QUOTES)
                    # What is in it is read for its problems, and goes nowhere.
                    outer.append((values, names, self.refused_field(), add_start))
                    add_start = array("L").append
                values, names, key = value, {} if kind is MappingStartEvent else None, None
                continue
            elif kind is AliasEvent:
                add_start(index)
                self.refuse_alias(event.anchor, index, key)
                if names is not None and key is None:
                    key = self.refused_field()
                    continue
                value = None
            else:  # the end of a list or mapping
                values, names, key, add_start = outer.pop()
                if not outer:
                    return root[0]
                continue
            if names is None:
                values.append(value)
                if not outer:
                    return root[0]
            else:
                values[key] = value
                key = None
        raise AssertionError("a document ends with the last of its values")

    def events(self, parser: Any) -> Iterator[Any]:
        """The parser's events, until they are too many or one cannot be told."""
        get_event = parser.get_event
        event: Any = None
        try:
            for _ in range(limits.YAML_VALUES):
                event = get_event()
                yield event
        except yaml.YAMLError as error:
            self.note_syntax(error, event)
            raise _UnreadableError from None
        message = f"The file holds more than {limits.YAML_VALUES:,} values."
        self.note(event.start_mark.index, "too-many-values", message, "Divide the record.")
        raise _UnreadableError

    def look_at_collection(self, event: Any, index: int, depth: int) -> None:
        if event.tag is not None or event.anchor is not None:
            self.refuse_properties(event, index)
        if depth == limits.YAML_DEPTH:
            self.note(index, *TOO_DEEP)
            raise _UnreadableError

    def refused_field(self) -> object:
        """A name for a field that cannot be kept: it differs from all others, and is removed in the end."""
        self.has_refused_fields = True
        return object()

    def name(self, event: Any, index: int, names: dict[str, int]) -> object:
        """The name of a field, added to the names; or one that stands for a field that is refused."""
        if event.tag is not None or event.anchor is not None:
            self.refuse_properties(event, index)
        name: str = event.value
        if ":" in name and not event.style and (joined := self.joined_at(event.end_mark.index)):
            name = joined[1]  # so that the field is not said to be missing, too
        if not event.style and name not in names and (known := _plain_name(name)):
            names[known] = index
            return known
        if name == "<<" and not event.style:
            hint = "Write the fields out here, each with its value."
            self.note(index, "merge-key", "Fields cannot be merged with <<.", hint)
            key = self.refused_field()
            self.merging.add(key)
            return key
        if LOST in name:
            name = name.replace(LOST, "")
        elif self.has_escapes and event.style == '"' and self.holds_forbidden(name, index):
            return self.refused_field()
        if not name.strip():
            self.note(index, "field-name", "A field has no name.", "Write name: value.")
            return self.refused_field()
        if len(name) > limits.YAML_NAME:
            message = f"The name of a field is longer than {limits.YAML_NAME} characters."
            self.note(index, "field-name", message, "If this is text, put it in quotes or indent it more.")
            return self.refused_field()
        if name in names:
            self.note_repeated(name, index, names)
            return self.refused_field()
        if not event.style and not isinstance(_plain(name), str):
            if self.cut_by_comma(event.end_mark.index):
                return self.refused_field()
            message = f"The name of a field has to be text, and {quoted(name)} is read as something else."
            self.note(index, "field-name", message, f"Put the name in double quotes: {quoted(name)}.")
        names[name] = index
        return name

    def note_repeated(self, name: str, index: int, names: Mapping[str, int]) -> None:
        """Note a field that stands twice; once for all fields of an item of a list that lacks its hyphen."""
        if self.run_together is names:
            return
        first = self.places.place_of_index(names[name])
        message = f"The field {quoted(name)} stands here a second time; the first is in line {first.line}."
        hint = "Keep one of them, or make a list of the two values."
        if name == next(iter(names)) and len(names) > 1 and self.text.endswith("- ", 0, names[name]):
            self.run_together = names
            message = f"The field {quoted(name)} stands a second time in the item that begins in line {first.line}."
            hint = "If another item begins here, put a hyphen and a space in front of it; else keep one of the two."
        self.note(index, "duplicate-field", message, hint)

    def scalar(self, event: Any, index: int) -> object:
        """The value that a scalar stands for; None if it has been refused."""
        if event.tag is not None or event.anchor is not None:
            self.refuse_properties(event, index)
        text: str = event.value
        if len(text) > limits.YAML_TEXT:
            message = f"A text is longer than {limits.YAML_TEXT:,} characters."
            self.note(index, "text-too-long", message, "Close the quotation mark, or shorten the text.")
            return None
        if LOST in text:
            return None  # reported when the characters were looked at
        if event.style:
            if not text or text.isspace():
                self.refuse_empty(index)
                return None
            if self.has_escapes and event.style == '"' and self.holds_forbidden(text, index):
                return None
            return text
        if self.has_odd_comments and _ODD_COMMENT.match(self.text, event.end_mark.index):
            self.note_lost_text(event)
        value = _short_plain(text) if len(text) < _SHORT else _plain(text)
        if value is None:
            self.refuse_empty(index)
        elif isinstance(value, _Refusal):
            self.note(index, value.code, value.message.format(quoted(text)), value.hint)
            return None
        return value

    def holds_forbidden(self, text: str, index: int) -> bool:
        """Whether a text holds a forbidden character that an escape put there; notes it."""
        match = FORBIDDEN.search(text)
        if match:
            self.note(index, *describe_character(match[0]))
        return match is not None

    def refuse_empty(self, index: int) -> None:
        if self.text[index : index + 1] in (">", "|"):
            hint = f"{LEAVE_OUT} If the text itself begins with > or |: {IN_QUOTES}"
            self.note(index, "empty-value", "There is no text here.", hint)
        elif (joined := self.joined_at(index)) is not None:
            message = f"{quoted(joined[0])} has no space behind its colon and is read as a name without a value."
            self.note(index - len(joined[0]), "no-colon", message, f"Write {joined[1]}: {joined[2]}.")
        elif not self.cut_by_comma(index):
            self.note(index, "empty-value", "There is no value here.", LEAVE_OUT)

    def joined_at(self, end: int) -> re.Match[str] | None:
        """The name and value that end here inside braces, where no space divides them; None if that is not so."""
        start = max(self.text.rfind("\n", 0, end) + 1, end - _NEAR)
        return _JOINED.search(self.text[start:end]) if _NO_COLON.match(self.text, end) else None

    def cut_by_comma(self, end: int) -> bool:
        """Whether the name of a field that ends here is text behind a comma inside braces; notes it."""
        start = max(self.text.rfind("\n", 0, end) + 1, end - _NEAR)
        match = _CUT.search(self.text[start:end].rstrip())
        if match is None or _NO_COLON.match(self.text, end) is None:
            return False
        whole = match[0]
        message = f"Inside braces a comma ends the value, so {quoted(whole)} is read as {match[1]} and another field."
        hint = f"Text that holds a comma is put in double quotes: {quoted(whole)}."
        if re.fullmatch(r"-?\d+,\d+", whole):
            decimal = whole.replace(",", ".")
            hint = f"Decimals have a point: {decimal}. {hint}"
            if re.fullmatch(r"-?[1-9]\d{0,2}(?:,\d{3})+", whole):
                hint = f"If it is a whole number, write {whole.replace(',', '')}; if it has decimals, {decimal}."
        self.note(start + match.start(), "comma-in-value", message, hint)
        return True

    def note_lost_text(self, event: Any) -> None:
        """Note text that is not read because YAML takes it for a comment."""
        end = self.text.find("\n", event.end_mark.index)
        lost = self.text[event.end_mark.index : end if end >= 0 else len(self.text)].strip()
        index = self.text.index("#", event.end_mark.index)
        message = f"What stands behind a space and # is not read: {quoted(lost)}."
        hint = f"{IN_QUOTES} If it is a comment, write a space behind the #."
        self.note(index, "text-behind-hash", message, hint)

    def refuse_properties(self, event: Any, index: int) -> None:
        if event.anchor is not None:
            message = f"Values cannot be given a name with & (here {quoted(event.anchor)})."
            self.note(index, "anchor", message, f"Delete it. If the text itself begins with &: {IN_QUOTES}")
        if event.tag is not None:
            message = "Values cannot be given a type with !."
            self.note(index, "tag", message, f"Delete it. If the text itself begins with !: {IN_QUOTES}")

    def refuse_alias(self, name: str, index: int, key: object) -> None:
        if key in self.merging:
            return  # <<: *name is one mistake
        message = f"Values cannot be repeated with * (here {quoted(name)})."
        self.note(index, "alias", message, f"Write the value out. If the text itself begins with *: {IN_QUOTES}")

    def note_syntax(self, error: yaml.YAMLError, before: Any) -> None:
        found = explain(error, before, self.text)
        self.note(Place(self.shown, found.line + 1, found.column + 1), found.code, found.message, found.hint)


# --- plain scalars ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a plain scalar is not taken; ``{}`` in the message stands for it."""

    code: str
    message: str
    hint: str


_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")
_NUMBER_LIKE = re.compile(
    r"""[-+−–—‐‑‒]?[ ]?(?:
      \d+ (?:[.,·]\d*)? (?:[eE][-+]?\d+)?                  # 010  5.  1,5  1·5  1e5  −3  and digits of other scripts
    | [.,·]\d+ (?:[eE][-+]?\d+)?                           # .5
    | \d{1,3} (?:[,'’ \u00a0\u2009\u202f]\d{3})+ (?:[.,·]\d+)?  # 1,000.5
    | \d[\d_]+ (?:\.[\d_]*)?                               # 1_000
    | 0[xXoObB][0-9a-fA-F_]+
    | \d+ (?::[0-5]?\d)+ (?:\.\d*)?                        # 12:30, which other readers take for 750
    | \.(?:inf|Inf|INF|nan|NaN|NAN)
    )""",
    re.VERBOSE,
)
_NOT_PLAIN = _Refusal(
    "number-form",
    "{} can be read as a number in more than one way.",
    'If it is a number, write it like 12, -2.5 or 0.75; if it is text, put it in double quotes: "…".',
)
_CUT = re.compile(r"([^\s,:{}\[\]][^,:{}\[\]]*),[^,:{}\[\]]+$")
_JOINED = re.compile(r"(?<=[{,\s])([A-Za-z_][A-Za-z0-9_-]*):([^\s,{}\[\]][^,{}\[\]]*)$")
_NEAR = 200
"""Characters in front of a comma that are looked at."""
_NO_COLON = re.compile(r"\s*[,}]")
_ODD_COMMENT = re.compile(r"[ \t]+#(?=[^\s#])")
"""A comment has a blank behind its #; without one it is likelier a number or the rest of a text."""
_TOO_LONG = _Refusal(
    "number-too-long",
    f"{{}} has more than {limits.YAML_DIGITS} digits.",
    'If it is text, such as a registration number, put it in double quotes: "…".',
)


def _plain(text: str) -> str | int | float | bool | _Refusal | None:
    """What text without quotes stands for: a number only in plain decimal form, None if it says nothing."""
    first = text[:1]
    if first.isalpha():
        if text == "true":
            return True
        if text == "false":
            return False
        return None if text in _EMPTY else text
    if text in _EMPTY:
        return None
    if len(text) > limits.YAML_NAME or not (first.isdigit() or first in "-+−–—‐‑‒.,·"):
        return text
    whole, decimal = _INTEGER.fullmatch(text), _DECIMAL.fullmatch(text)
    if whole or decimal:
        if sum(character.isdigit() for character in text) > limits.YAML_DIGITS:
            return _TOO_LONG
        return int(text) if whole else float(text)
    return _not_plain(text) if _NUMBER_LIKE.fullmatch(text) else text


def _not_plain(text: str) -> _Refusal:
    """Why what looks like a number is not taken, with what was probably meant."""
    with_hyphen = re.sub(r"^([−–—‐‑‒])[ ]?", "-", text)
    point = re.sub(
        r"(?<![0-9])\.(?=[0-9])",
        "0.",
        with_hyphen.replace(",", ".").replace("·", ".") if "." not in text else with_hyphen,
    )
    meant = [number for number in (point, with_hyphen.replace(",", "")) if _is_plain_number(number)]
    if not _THOUSANDS.fullmatch(with_hyphen):
        meant = meant[:1]
    if not meant or len(text) > _SHORT:
        return _NOT_PLAIN
    hint = f'If it is a number, write {" or ".join(meant)}; if it is text, put it in double quotes: "…".'
    return _Refusal(_NOT_PLAIN.code, _NOT_PLAIN.message, hint)


_THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+")


def _is_plain_number(text: str) -> bool:
    return bool(_INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text))


_SHORT = 24
_short_plain = lru_cache(maxsize=8192)(_plain)
"""For values that are written again and again: numbers, ids, words of closed lists."""


@lru_cache(maxsize=4096)
def _plain_name(name: str) -> str:
    """The name of a field if nothing can be said against it but that it stands there twice; else nothing."""
    good = name.strip() and name != "<<" and LOST not in name and len(name) <= limits.YAML_NAME
    return name if good and isinstance(_plain(name), str) else ""


def quoted(text: str) -> str:
    """A contributor's text for a message: in quotes, on one line, and not longer than a glance."""
    text = " ".join(text.split())
    return f'"{text[:57]}…"' if len(text) > 60 else f'"{text}"'


# --- from an offset in a text to its place in the source -------------------------------------------------------------

_FOLDED = " \t\n"
"""The characters that quoting and folding may change; all others stand in the source in the same order."""
_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


def _index_in_source(source: str, start: int, value: str, offset: int) -> int:
    """The index in the source of the character at ``offset`` of a scalar's value, which starts at ``start``."""
    offset = max(0, min(offset, len(value)))
    needed = sum(character not in _FOLDED for character in value[:offset])
    gap = offset - len(value[:offset].rstrip(_FOLDED))
    quote = source[start : start + 1]
    index = start
    if quote in ("'", '"'):
        index += 1
    elif quote in ("|", ">"):
        index = source.find("\n", start) + 1
    while needed and index < len(source):
        length, is_blank = _unit(source, index, quote)
        needed -= not is_blank
        index += length
    if value[offset : offset + 1] in _FOLDED and not source[index : index + gap].strip(_FOLDED):
        return index + gap if "\n" not in source[index : index + gap] else index
    while index < len(source) and offset < len(value):
        length, is_blank = _unit(source, index, quote)
        if not is_blank:
            break
        index += length
    return min(index, len(source))


def _unit(source: str, index: int, quote: str) -> tuple[int, bool]:
    """How many characters of the source write one character of the value, and whether that is blank or nothing."""
    character = source[index]
    if quote == "'" and source.startswith("''", index):
        return 2, False
    if quote == '"' and character == "\\":
        escaped = source[index + 1 : index + 2]
        return _ESCAPE_LENGTHS.get(escaped, 2), escaped in " tn\t\n"
    return 1, character in _FOLDED
