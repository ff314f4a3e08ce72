"""YAML's syntax errors in words for people who write records, not programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import MappingEndEvent, ScalarEvent, SequenceEndEvent

from evidence_site import limits

SYNTAX_CODES: Mapping[str, str] = {
    "colon-in-text": "Text without quotes holds a colon and a space.",
    "no-colon": "A line is neither a field nor the rest of a text.",
    "tab": "A tab stands where spaces belong.",
    "odd-space": "A space that is none in YAML stands where a plain one belongs.",
    "open-quote": "A quotation mark is not closed, or not where it should be.",
    "after-quote": "Text follows behind a closing quotation mark or bracket.",
    "backslash": "A backslash inside double quotes means something that YAML does not know.",
    "open-bracket": "A bracket is not closed, or a comma is missing or too many in it.",
    "special-character": "Text without quotes begins with a character that means something else in YAML.",
    "list-in-line": "A list begins in the line of its field.",
    "block-text": "Text stands directly behind > or |.",
    "indentation": "A line does not begin at the column of its neighbours.",
    "too-deep": "Lists and fields are nested too deeply.",
    "syntax": "The file cannot be read as YAML for another reason.",
}
"""The codes that a syntax error can have, and what they stand for."""

TOO_DEEP = (
    "too-deep",
    f"Lists and fields are nested more than {limits.YAML_DEPTH} deep here.",
    "Divide the record, or close the brackets.",
)
"""Code, message and hint."""
IN_QUOTES = 'Put the whole text in double quotes: "…".'


@dataclass(frozen=True, slots=True)
class Explanation:
    """A syntax error explained: where, a code of ``SYNTAX_CODES``, what is wrong, and what to write instead."""

    line: int
    """Counted from 0, as the parser does; so is the column."""
    column: int
    code: str
    message: str
    hint: str


_BY_WORDS: tuple[tuple[str, str, str, str], ...] = (
    # What the parser says (libyaml or PyYAML's own), then code, message and hint; the first row that fits counts.
    (
        r"unknown escape|hexadeci|hexdeci|escape sequence|character escape",
        "backslash",
        "Inside double quotes a backslash has a meaning of its own, and this one has none.",
        "Put the text in single quotes, or double the backslash.",
    ),
    (
        r"sequence entries are not allowed",
        "list-in-line",
        "A list cannot begin here.",
        'Begin it in the next line, each item with "- ". If this is text that begins with a hyphen, put it in quotes.',
    ),
    (
        r"block scalar",
        "block-text",
        "Text cannot stand directly behind > or |.",
        f"Begin the text in the next line, indented. If the text itself begins so: {IN_QUOTES}",
    ),
    (
        r"expected '-' indicator|expected <block end>, but found|expected key|<document start>",
        "indentation",
        "This line does not fit the lines above.",
        "Begin it in exactly the same column as the fields or hyphens that it belongs with, using spaces.",
    ),
)


def explain(error: yaml.YAMLError, before: Any, text: str) -> Explanation:
    """What a syntax error in the text most likely is; ``before`` is the last event that the parser gave, if any."""
    problem, context = (str(getattr(error, name, None) or "") for name in ("problem", "context"))
    marks = (getattr(error, name, None) for name in ("problem_mark", "context_mark"))
    at, opened = ((mark.line, mark.column) if mark else (0, 0) for mark in marks)
    if "maximum nesting depth" in problem:  # libyaml looks far ahead, and has a limit of its own
        return Explanation(at[0], at[1], *TOO_DEEP)
    lines = text.split("\n")
    line = lines[at[0]] if at[0] < len(lines) else ""
    return (
        _tab(line, at)
        or _odd_space(lines, at, opened)
        or _quote(problem, context, opened)
        or _first_character(problem, context, lines, at, opened)
        or _behind_quote(context, before, at, text)
        or _colon(problem, line, at, opened)
        or _bracket(problem, at, opened)
        or _by_words(problem, context, at)
    )


_Mark = tuple[int, int]


def _tab(line: str, at: _Mark) -> Explanation | None:
    indent = line[: len(line) - len(line.lstrip())]
    column = indent.find("\t") if "\t" in indent else at[1]
    if line[column : column + 1] != "\t":
        return None
    return Explanation(at[0], column, "tab", "A tab stands here where spaces belong.", "Replace it with spaces.")


_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces that look like one and are text to YAML: a copy from Word or a web page brings them along."""
_ODD_SPACE = re.compile(rf" *(?:- +)*(?:\w[\w-]*: *)?(?=[{_SPACES}])")


def _odd_space(lines: list[str], at: _Mark, opened: _Mark) -> Explanation | None:
    """Where a field is not known as one because of such a space, the parser stumbles in that line or below it."""
    for row in range(max(0, min(at[0], opened[0] or at[0]) - 2), min(at[0] + 1, len(lines))):
        match = _ODD_SPACE.match(lines[row])
        if match:
            message = "A space stands here that cannot be told from others, and is none in YAML."
            return Explanation(row, match.end(), "odd-space", message, "Delete it, and type a space.")
    return None


def _quote(problem: str, context: str, opened: _Mark) -> Explanation | None:
    if "quoted scalar" not in context or not re.search("end of stream|document (?:indicator|separator)", problem):
        return None
    return Explanation(
        *opened, "open-quote", "The quotation mark that opens here is never closed.", "Close it where the text ends."
    )


def _first_character(problem: str, context: str, lines: list[str], at: _Mark, opened: _Mark) -> Explanation | None:
    if re.search(r"scanning an? (?:alias|anchor)|(?:scanning|parsing) a tag", context) or "undefined tag" in problem:
        at = opened
    elif "cannot start any token" not in problem and "mapping keys are not allowed" not in problem:
        return None
    line = lines[at[0]] if at[0] < len(lines) else ""
    message = f"Text without quotes cannot begin with {line[at[1] : at[1] + 1]}."
    return Explanation(*at, "special-character", message, f"{IN_QUOTES} A citation such as [@key] needs them too.")


def _behind_quote(context: str, before: Any, at: _Mark, text: str) -> Explanation | None:
    """Text behind a quotation or bracket in the same line, which the parser reports as a dozen other things."""
    if before is None or "quoted scalar" in context:
        return None
    kind, start, end = type(before), before.start_mark, before.end_mark
    if end.line != at[0] or not 0 < end.column <= at[1]:
        return None
    if kind is ScalarEvent and before.style in ("'", '"'):
        if start.line < end.line:
            message = f"The quotation that opens here closes only in line {end.line + 1}, in front of more text."
            return Explanation(start.line, start.column, "open-quote", message, "Close it where the text ends.")
        hint = "Put the whole text in double quotes, and quotation marks within it in single ones."
        return Explanation(*at, "after-quote", "Text follows behind a closing quotation mark.", hint)
    if kind in (SequenceEndEvent, MappingEndEvent) and text[end.index - 1 : end.index] in ("]", "}"):
        return Explanation(*at, "after-quote", "Text follows behind a closing bracket.", IN_QUOTES)
    return None


def _colon(problem: str, line: str, at: _Mark, opened: _Mark) -> Explanation | None:
    if "mapping values are not allowed" in problem:
        if at[0] > 0 and re.fullmatch(r"[\s-]*[\w-]+\s*", line[: at[1]]):
            message = "The text above goes on into this line, or lacks a colon and a space behind its name."
            hint = "Write name: value in each line, all beginning in the same column."
            return Explanation(*at, "no-colon", message, hint)
        message = "Text without quotes cannot hold a colon followed by a space."
        return Explanation(*at, "colon-in-text", message, IN_QUOTES)
    if "could not find expected ':'" in problem:
        message = "This line is neither a field (name, colon, space, value) nor part of the text above."
        hint = "Write name: value. If it belongs to the text above, put that text in quotes and indent this line."
        return Explanation(*opened, "no-colon", message, hint)
    return None


def _bracket(problem: str, at: _Mark, opened: _Mark) -> Explanation | None:
    missing = re.search(r"expected ',' or '([\]}])'", problem)
    if missing:
        opening = "[" if missing[1] == "]" else "{"
        by = "" if opened[0] == at[0] else f" by line {at[0] + 1}"
        message = f"The bracket {opening} that opens here is not closed{by}, or a comma is missing."
        hint = f"Close it with {missing[1]}. If the bracket is part of a text: {IN_QUOTES}"
        return Explanation(*opened, "open-bracket", message, hint)
    if "node content" in problem:
        message = "A value is missing here, or a bracket or comma is too many."
        return Explanation(*at, "open-bracket", message, f"If this is part of a text: {IN_QUOTES}")
    return None


def _by_words(problem: str, context: str, at: _Mark) -> Explanation:
    words = ", ".join(part for part in (context, problem) if part)
    for pattern, code, message, hint in _BY_WORDS:
        if re.search(pattern, words):
            return Explanation(*at, code, message, hint)
    message = f"The file cannot be read from here on ({words})."
    return Explanation(*at, "syntax", message, "Compare the line with a record that can be read.")
