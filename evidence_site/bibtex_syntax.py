"""The syntax of a BibTeX file: bytes in, raw entries with the place of every field out.

pybtex reads each entry. Around it stands what it lacks: the file is first cut into entries, so that a mistake in one
leaves the others readable, and every entry and field knows its line. Nothing in the file can run.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pybtex.database.input.bibtex import (  # type: ignore[import-untyped,unused-ignore]
    LowLevelParser,
    UndefinedMacro,
    month_names,
)
from pybtex.scanner import PrematureEOF, PybtexSyntaxError, Token  # type: ignore[import-untyped,unused-ignore]

from evidence_site import limits
from evidence_site.files import read_bytes
from evidence_site.latex import INVISIBLE, shorten
from evidence_site.problems import Place, Problem, Severity


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as it was written: LaTeX values under lower-case field names."""

    type: str
    """Lower case: ``article``."""
    key: str
    fields: Mapping[str, str]
    places: Mapping[str, Place]
    place: Place
    key_place: Place
    complete: bool
    """Whether it was read without a fault; if not, fields may be missing that the file has."""


# --- problems --------------------------------------------------------------------------------------------------------


class TooManyProblemsError(Exception):
    """Raised by a log that is full, to leave off reading; it carries what was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


class Log:
    """Collects problems and turns offsets in a text into places."""

    def __init__(self, shown: str, text: str = "") -> None:
        self.shown = shown
        self.problems: list[Problem] = []
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        """Line and column of a character."""
        line = bisect_right(self._starts, offset)
        return Place(self.shown, line, offset - self._starts[line - 1] + 1)

    def error(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """Note what keeps the site from being published."""
        self._add(Problem(place, code, message, hint))

    def warning(self, place: Place, code: str, message: str, hint: str = "") -> None:
        """Note what is odd, but can be published."""
        self._add(Problem(place, code, message, hint, Severity.WARNING))

    def _add(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= limits.BIBTEX_PROBLEMS:
            message = f"There are more than {limits.BIBTEX_PROBLEMS} problems; the rest of the file was not read."
            hint = "Check that this is the bibliography and that it was saved as BibTeX."
            self.problems.append(Problem(problem.place, "too-many-problems", message, hint))
            raise TooManyProblemsError(self.problems)


# --- the file --------------------------------------------------------------------------------------------------------


def read_text(path: Path, shown: str) -> tuple[str, Log]:
    """The text of a file, and a log that knows its lines and holds the problems of its characters."""
    start = Log(shown)
    data = read_bytes(path, shown, limits.BIBTEX_BYTES, "Leave abstracts out of the bibliography.")
    if isinstance(data, Problem):
        start.problems.append(data)
    text = "" if isinstance(data, Problem) else _decode_file(data, start)
    log = Log(shown, text)
    log.problems += start.problems
    return without_invisible(text, log), log


def _decode_file(data: bytes, log: Log) -> str:
    """The text with line ends made ``\\n``; bytes that are not UTF-8 become replacement characters and a problem."""
    hint = "Save the file as UTF-8 (in the editor: Save with encoding, UTF-8)."
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        log.error(Place(log.shown), "wrong-encoding", "The bibliography is saved as UTF-16.", hint)
        return data.decode("utf-16", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        message = "The file begins with an invisible byte order mark."
        log.warning(Place(log.shown), "byte-order-mark", message, "Save it as UTF-8 without BOM.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        line, last = before.count(b"\n") + 1, before.rpartition(b"\n")[2]
        place = Place(log.shown, line, len(last.decode("utf-8")) + 1)
        log.error(place, "wrong-encoding", "From here on the file holds characters that are not UTF-8.", hint)
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")


def without_invisible(text: str, log: Log) -> str:
    """The text with a space in place of each control character, which is reported once a line."""
    if INVISIBLE.search(text) is None:
        return text
    reported = 0
    for match in INVISIBLE.finditer(text):
        place = log.place(match.start())
        if place.line == reported:
            continue
        reported = place.line
        name = f"U+{ord(match.group()):04X}"
        if _BIDIRECTIONAL.match(match.group()):
            message = (
                f"An invisible character ({name}) here turns the direction of writing and so hides what is written."
            )
            log.error(place, "forbidden-character", message, "Delete the invisible character.")
        else:
            message = f"There is an invisible control character ({name}) here."
            log.error(place, "forbidden-character", message, "Delete it; it often comes with text copied from a PDF.")
    return INVISIBLE.sub(" ", text)


# --- cutting the file into entries -----------------------------------------------------------------------------------

_OUTSIDE = re.compile(r"^[ \t]*%[^\n]*|@", re.MULTILINE)
_HEAD = re.compile(r"@\s*([A-Za-z]+)\s*([{(])")
_NEXT_ENTRY = r"^[ \t]*@[ \t]*(?:(?i:string|preamble|comment)[ \t]*[{(]|[A-Za-z]+\s*[{(]\s*[^\s{}(),=\"]+\s*,)"
_ENTRY = {
    "{": re.compile(rf"[{{}}]|{_NEXT_ENTRY}", re.MULTILINE),
    "(": re.compile(rf"[{{}}\")]|{_NEXT_ENTRY}", re.MULTILINE),
}
_COMMENT = {"{": re.compile(r"[{}]"), "(": re.compile(r"[{}\")]")}


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of the file that begins with ``@``."""

    type: str
    start: int
    end: int
    closed: bool


def _blocks(text: str, log: Log) -> Iterator[_Block]:
    """The entries of the file. One that is not closed ends where a line begins the next."""
    position = outside = 0
    comments_close = True
    while (match := _OUTSIDE.search(text, position)) is not None:
        position = match.end()
        if match.group() != "@":
            continue
        start = match.start()
        head = _HEAD.match(text, start)
        if head is None:
            if text[start : start + 8].lower() == "@comment":
                position = _line_end(text, start)
            elif not text[start - 1 : start].isalnum():  # not the @ of a mail address
                message = "Here stands an @ that begins no entry."
                log.error(log.place(start), "lone-at", message, "Write @article{key, … } or delete the @.")
            continue
        _report_text(text, outside, start, log)
        kind = head[1].lower()
        if kind == "comment":
            end = _end(text, head.end(), head[2], _COMMENT[head[2]]) if comments_close else -1
            comments_close = end >= 0
            if not comments_close:
                message = "This @comment is not closed."
                log.error(log.place(start), "unclosed-entry", message, "Add the } that is missing at its end.")
            position = outside = end if comments_close else _line_end(text, start)
            continue
        end = _end(text, head.end(), head[2], _ENTRY[head[2]])
        closed = end >= 0
        if not closed:
            tokens = _ENTRY[head[2]].finditer(text, head.end())
            end = next((token.start() for token in tokens if len(token.group()) > 1), len(text))
        yield _Block(kind, start, end, closed)
        position = outside = end
    _report_text(text, outside, len(text), log)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _end(text: str, start: int, opener: str, tokens: re.Pattern[str]) -> int:
    """Where the block that was opened just before ``start`` ends, or -1 if the next entry or the end comes first."""
    depth, quoted = 0, False
    for match in tokens.finditer(text, start):
        token = match.group()
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth < 0 and opener == "{":
                return match.end()
            depth = max(depth, 0)
        elif token == '"':
            quoted = quoted if depth else not quoted
        elif token == ")":
            if not depth and not quoted:
                return match.end()
        else:
            return -1
    return -1


_SIGNS_OF_AN_ENTRY = re.compile(r"[{}=]")


def _report_text(text: str, start: int, end: int, log: Log) -> None:
    """BibTeX skips text between entries without a word; where it looks like a lost part of an entry, say so."""
    piece = text[start:end]
    if not piece or piece.isspace():
        return
    lines = [line for line in re.finditer(r"[^\n]+", piece) if not line.group().lstrip().startswith("%")]
    lost = next((line for line in lines if _SIGNS_OF_AN_ENTRY.search(line.group())), None)
    if lost is not None:
        message = f"This text belongs to no entry and would be lost: “{shorten(lost.group())}”."
        hint = "Look for a } too many just before it, or for an entry without its @."
        log.error(log.place(start + lost.start()), "text-outside-entry", message, hint)


# --- one entry -------------------------------------------------------------------------------------------------------


_PLAIN_FIELD = re.compile(r'\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:\{([^{}]*)\}|([0-9]+)|"([^"{}]*)")\s*,')


class _EntryParser(LowLevelParser):  # type: ignore[misc,unused-ignore]
    """pybtex on the text of one entry, with the offset of every field kept and its errors collected."""

    _STOPS = re.compile(r"[{}]")
    _STOPS_QUOTED = re.compile(r"[{}\"]")

    def __init__(self, text: str, macros: dict[str, str], room: int) -> None:
        self.errors: list[tuple[Exception, int, str | None]] = []
        self.marks: list[int] = []
        self.key_at = 0
        self.room = room
        self.in_string = False
        super().__init__(text, macros=macros, handle_error=self.collect)

    def collect(self, error: Exception) -> None:
        self.errors.append((error, self.pos, self.current_field_name))

    def parse(self) -> None:
        """Read the entry; what came before an error is kept."""
        self.pos = 1
        try:
            self.parse_command()
        except PybtexSyntaxError as error:
            self.collect(error)

    def update_lineno(self, value: str) -> None:
        """Lines are counted from offsets, once and faster."""

    def skip_to(self, patterns: list[Any]) -> Any:
        """One search for all of the patterns, which are single characters; theirs is one search of the text each."""
        match = (self._STOPS_QUOTED if self.QUOTE in patterns else self._STOPS).search(self.text, self.pos)
        if match is None:
            return None
        value = self.text[self.pos : match.end()]
        self.pos = match.end()
        pattern = {"{": self.LBRACE, "}": self.RBRACE, '"': self.QUOTE}[match.group()]
        return Token(value, pattern)

    def required(self, patterns: list[Any], description: str | None = None, allow_eof: bool = False) -> Any:
        token = super().required(patterns, description, allow_eof)
        if token.pattern in (self.KEY_BRACE, self.KEY_PAREN):
            self.key_at = self.pos - len(token.value)
        return token

    def parse_entry_fields(self) -> None:
        """Like pybtex's, with one step for fields whose value is plain, which nearly all are."""
        while True:
            while (match := _PLAIN_FIELD.match(self.text, self.pos)) is not None:
                value = next(text for text in match.groups()[1:] if text is not None)
                self.marks.append(match.start(1))
                self.current_fields.append((match[1], [value]))
                self.room -= len(value)
                self.pos = match.end()
            self.current_field_name: str | None = None
            self.current_value: list[str] = []
            self.parse_field()
            if self.current_field_name and self.current_value:
                self.current_fields.append((self.current_field_name, self.current_value))
            if not self.optional([self.COMMA]):
                if not self.current_field_name or (field := _FIELD.match(self.text, self.pos)) is None:
                    return
                self.pos = field.start(1)
                self.collect(PybtexSyntaxError("a comma is missing", self))

    def parse_field(self) -> None:
        name = self.optional([self.NAME])
        if not name:
            return
        self.current_field_name = name.value
        self.marks.append(self.pos - len(name.value))
        self.required([self.EQUALS])
        self.parse_value()

    def parse_value(self) -> None:
        super().parse_value()
        self.room -= sum(map(len, self.current_value))
        if self.room < 0:
            raise PybtexSyntaxError("too much text", self)

    def parse_string(self, string_end: Any, level: int = 0, max_level: int = 100) -> Iterator[Any]:
        self.in_string = True
        yield from super().parse_string(string_end, level, max_level)
        self.in_string = False

    def substitute_macro(self, name: str) -> str:
        found = self.macros.get(name.lower())
        if found is None:
            self.handle_error(UndefinedMacro(name, self))
        return found or ""


_EVERY_BRACE = 'Every { needs its }, and every opening " a closing one.'
_FIELD = re.compile(r"\s*([A-Za-z_-]+\s*=\s*[{\"\w])")
_AFTER_KEY = re.compile(r"\s*([,})]?)")
_SWALLOWED = re.compile(r"\n[ \t]*[A-Za-z_-]+[ \t]*=[ \t]*[{\"\d]")


def read_entries(text: str, log: Log) -> Iterator[RawEntry]:
    """The entries of a BibTeX file in their order; a fault in one goes to the log and leaves the others alone."""
    reader = _Reader(text, log)
    for block in _blocks(text, log):
        if block.type == "preamble":
            continue
        if block.end - block.start > limits.BIBTEX_ENTRY:
            message = f"This entry is longer than {limits.BIBTEX_ENTRY:,} characters and was not read."
            log.error(log.place(block.start), "entry-too-long", message, "Most likely a } is missing in it.")
            continue
        entry = reader.read(block)
        if entry is not None:
            yield entry


class _Reader:
    """Reads one block after the other; what an @string defines holds for those behind it."""

    def __init__(self, text: str, log: Log) -> None:
        self.text = text
        self.log = log
        self.macros = {name.lower(): value for name, value in month_names.items()}
        self.room = limits.BIBTEX_EXPANDED

    def read(self, block: _Block) -> RawEntry | None:
        """The entry of a block, as far as it can be read; none if the block is an @string or has no key."""
        parser = _EntryParser(self.text[block.start : block.end], self.macros, self.room)
        parser.parse()
        self.room = parser.room
        sound = not parser.errors
        if sound and (not block.closed or parser.pos < block.end - block.start):
            parser.collect(PrematureEOF(parser))
            sound = False
        after_key = self._after_key(block, parser)
        for error, position, name in parser.errors:
            if position != after_key:
                self._syntax_problem(block, parser, error, position, name)
        if block.type == "string":
            self.macros = {key.lower(): value for key, value in parser.macros.items()}
            return None
        return None if parser.current_entry_key is None else self._entry(block, parser, complete=sound)

    def _after_key(self, block: _Block, parser: _EntryParser) -> int:
        """Report a comma that is missing behind the key, and tell where; -1 if none is. pybtex does not mind."""
        key = parser.current_entry_key
        if key is None:
            return -1
        match = _AFTER_KEY.match(parser.text, parser.key_at + len(key))
        if match is None or match[1] or match.end() == len(parser.text):
            return -1
        if parser.text.startswith("=", match.end()):
            return self._without_key(block, parser, match.end())
        message = f"Behind the key “{shorten(key)}” a comma is missing."
        hint = f"Write @{block.type}{{{shorten(key)}, and then the fields. A key has no space in it."
        self.log.error(self.log.place(block.start + parser.key_at), "missing-comma", message, hint)
        return match.end()

    def _without_key(self, block: _Block, parser: _EntryParser, end: int) -> int:
        """Report that a field stands in the place of the key, as in exports of EndNote; it goes on at ``end``."""
        name, parser.current_entry_key = shorten(str(parser.current_entry_key)), None
        message = f"This @{block.type} has no key: it begins with its field “{name}”."
        hint = f"Write a key of its own and a comma after the brace, and leave the field: @{block.type}{{smith2020,"
        self.log.error(self.log.place(block.start), "missing-key", message, hint)
        return end

    def _syntax_problem(
        self, block: _Block, parser: _EntryParser, error: Exception, position: int, name: str | None
    ) -> None:
        key = parser.current_entry_key
        entry = f"entry “{key}”" if key else f"@{block.type}"
        here = self.log.place(block.start + min(position, len(parser.text)))
        at_field = self.log.place(block.start + parser.marks[-1]) if parser.marks else here
        text = str(error.args[0]) if error.args else ""
        following = shorten(parser.text[position : position + 40].split("\n")[0], 30)
        if isinstance(error, PrematureEOF):
            self._unclosed(block, parser, entry, name)
        elif isinstance(error, UndefinedMacro):
            message = f"In {entry}, “{shorten(text)}” stands without braces and is no @string abbreviation."
            self.log.error(at_field, "undefined-abbreviation", message, f"Write {name} = {{{shorten(text)}}}.")
        elif "nested" in text:
            message = f"In {entry} the braces of “{name}” are nested too deeply."
            self.log.error(at_field, "unbalanced-braces", message, _EVERY_BRACE)
        elif "unbalanced" in text:
            message = f"In {entry} the field “{name}” is not closed, or has a }} too many."
            self.log.error(at_field, "unbalanced-braces", message, _EVERY_BRACE)
        elif "too much" in text:
            message = "The fields come to too much text once the @string abbreviations are written out."
            self.log.error(at_field, "file-too-large", message)
        elif "entry key" in text:
            message = f"This @{block.type} has no key."
            self.log.error(here, "missing-key", message, f"Write a key after the brace: @{block.type}{{smith2020,")
        elif "'='" in text:
            message = f"In {entry}, after “{name}” an = is missing."
            hint = f"Write {name} = {{…}}; if “{name}” belongs to the field before it, check the braces there."
            self.log.error(at_field, "syntax", message, hint)
        elif "field value" in text:
            message = f"In {entry} the field “{name}” has no value."
            self.log.error(at_field, "syntax", message, f"Write {name} = {{…}}, or delete the field.")
        elif re.match(r"[A-Za-z_-]+\s*=", parser.text[position:]):
            message = f"In {entry} a comma is missing before “{following}”."
            self.log.error(here, "missing-comma", message, "Put a comma behind the field before it.")
        else:
            message = f"In {entry}, “{following}” was not expected here."
            self.log.error(here, "syntax", message, "Put braces around each value and a comma behind each field.")

    def _unclosed(self, block: _Block, parser: _EntryParser, entry: str, name: str | None) -> None:
        place, what = self.log.place(block.start), f"The {entry}"
        if parser.in_string and parser.marks:
            place, what = self.log.place(block.start + parser.marks[-1]), f"In {entry} the field “{name}”"
        for mark, end in zip(parser.marks, [*parser.marks, len(parser.text)][1:], strict=True):
            if _SWALLOWED.search(parser.text, mark, end):  # the next field stands inside this one
                field_name = re.split(r"[\s=]", parser.text[mark:end], maxsplit=1)[0]
                place, what = self.log.place(block.start + mark), f"In {entry} the field “{field_name}”"
                break
        self.log.error(place, "unclosed-entry", f"{what} is not closed.", _EVERY_BRACE)

    def _entry(self, block: _Block, parser: _EntryParser, *, complete: bool) -> RawEntry:
        key = str(parser.current_entry_key)
        fields: dict[str, str] = {}
        places: dict[str, Place] = {}
        for mark, (name, values) in zip(parser.marks, parser.current_fields or (), strict=False):
            lower, place = name.lower(), self.log.place(block.start + mark)
            if lower in fields:
                message = f"“{key}” has the field “{name}” twice; it stands in line {places[lower].line} already."
                self.log.error(place, "duplicate-field", message, "Keep the right one and delete the other.")
            else:
                fields[lower], places[lower] = "".join(values), place
        place, key_place = self.log.place(block.start), self.log.place(block.start + parser.key_at)
        return RawEntry(block.type, key, fields, places, place, key_place, complete)
