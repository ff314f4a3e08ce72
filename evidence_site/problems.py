"""Problems: what is wrong in the evidence, where it stands, and what to write instead.

A problem is a value, never an exception: a stage returns all it found and the command line prints them in one list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is. An error keeps the site from being published, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file that people edit."""

    file: str
    """Path from the root of the review, with forward slashes."""
    line: int = 1
    """Counted from 1."""
    column: int = 1
    """Counted from 1, in characters."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a contributor has to mend, told in words that need no programming."""

    place: Place
    code: str
    """A short kebab-case name for this kind of problem, stable across versions: ``unknown-field``."""
    message: str
    """What is wrong, in one sentence."""
    hint: str = ""
    """What to write instead; empty when the message says it all."""
    severity: Severity = Severity.ERROR


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems without repeats, file by file and top to bottom, the same order in every run."""
    return sorted(
        set(problems),
        key=lambda p: (p.place.file, p.place.line, p.place.column, p.severity, p.code, p.message, p.hint),
    )


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems keeps the site from being published."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def as_text(problems: Iterable[Problem], excerpt: Callable[[Problem], Sequence[str]] = lambda _: ()) -> str:
    """A list for a terminal: ``file:line:column: severity: message [code]``, the excerpt, and the hint below it.

    ``excerpt`` gives the lines that show the place, safe for a terminal already.
    """
    lines = []
    for p in in_reading_order(problems):
        place = f"{as_one_line(p.place.file)}:{p.place.line}:{p.place.column}"
        lines.append(f"{place}: {p.severity}: {as_one_line(p.message)} [{p.code}]")
        lines += excerpt(p)
        if p.hint:
            lines.append(f"    {as_one_line(p.hint)}")
    return "".join(line + "\n" for line in lines)


def as_json(problems: Iterable[Problem]) -> str:
    """A JSON list of objects with file, line, column, severity, code, message and hint."""
    rows = []
    for p in in_reading_order(problems):
        row = asdict(p)
        rows.append({**row.pop("place"), "severity": str(row.pop("severity")), **row})
    return json.dumps(rows, indent=2) + "\n"


def as_github(problems: Iterable[Problem]) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request, errors first.

    GitHub shows at most ten errors and ten warnings for a step, so the worst have to come first.
    """
    ordered = sorted(in_reading_order(problems), key=lambda p: p.severity is not Severity.ERROR)
    return "".join(
        f"::{p.severity} file={_property(p.place.file)},line={p.place.line},col={p.place.column},"
        f"title={_property(p.code)}::{_data(f'{p.message} {p.hint}'.strip())}\n"
        for p in ordered
    )


def as_one_line(text: str) -> str:
    """A contributor's text for a terminal: one line, with nothing in it that a terminal would obey."""
    # A contributor's text can hold terminal escape codes and line breaks; neither may reach the terminal raw. GitHub
    # takes ##[ for the start of a command wherever in a line it stands.
    return _printable(text).replace("##[", "# #[")


def _printable(text: str, spared: str = "") -> str:
    return "".join(c if c.isprintable() or c in spared else f"\\u{ord(c):04x}" for c in text)


def _data(text: str) -> str:
    return _printable(text, "\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
