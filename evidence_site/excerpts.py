"""The line that a problem is about, as a terminal can show it, with a mark below the place.

Lines are counted and cut as the reading of records does: a byte order mark is none of the text, all line ends are one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from evidence_site import files, limits
from evidence_site.problems import Place, Problem, as_one_line

WIDTH = 100
"""Columns of a line that are shown; a longer one is cut around the place."""
BEFORE = 40
"""Columns that are shown before the place, at least, if the line is cut."""
TAB = "→"
"""What stands for a tab, which would move everything behind it; nobody sees it otherwise."""


class Excerpts:
    """Shows places in the files below a folder. It reads each file once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lines: dict[str, Sequence[str]] = {}

    def __call__(self, place: Place) -> list[str]:
        """The line with its number, and a caret below the column; nothing if there is no such line to show."""
        lines = self._lines_of(place.file)
        if not 1 <= place.line <= len(lines):
            return []
        return marked(lines[place.line - 1], place.line, place.column)

    def _lines_of(self, file: str) -> Sequence[str]:
        if file not in self._lines:
            self._lines[file] = _read(self._root, file)
        return self._lines[file]


def _read(root: Path, file: str) -> Sequence[str]:
    path = root / file
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            return ()
    except (OSError, ValueError):
        return ()
    raw = files.read_bytes(path, file, limits.BIBTEX_BYTES)
    if isinstance(raw, Problem) or b"\0" in raw:
        return ()  # not to be read, no text, or not in UTF-8
    text = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def marked(line: str, number: int, column: int) -> list[str]:
    """A line of a file behind its number, and below it a caret under a column, which is counted from 1."""
    shown = list(_cells(line.rstrip()))
    at = min(max(column - 1, 0), len(shown))
    start, end = _window([width for _, width in shown], at)
    text = "".join(cell for cell, _ in shown[start:end])
    before = sum(width for _, width in shown[start:at])
    opening, closing = ("… " if start else ""), (" …" if end < len(shown) else "")
    margin = f"{number:>6} | "
    rows = [f"{margin}{opening}{text}{closing}", f"{' ' * 6} | {' ' * (len(opening) + before)}^"]
    return [row.rstrip() for row in rows]


def _cells(line: str) -> Iterator[tuple[str, int]]:
    """What stands for each character, and how many columns it takes."""
    for index, character in enumerate(line):
        if character == "\t":
            yield TAB, 1
        elif not character.isprintable():
            escaped = as_one_line(character)
            yield escaped, len(escaped)
        elif line[index - 1 : index + 2] == "##[":
            yield " #", 2  # as everywhere: GitHub takes ##[ for the start of a command
        else:
            yield character, _width(character)


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _window(widths: Sequence[int], at: int) -> tuple[int, int]:
    """From which character to which a line is shown, so that the one at ``at`` is among them."""
    if sum(widths) <= WIDTH:
        return 0, len(widths)
    start, room = at, BEFORE
    while start and room >= widths[start - 1]:
        start -= 1
        room -= widths[start]
    end, room = start, WIDTH
    while end < len(widths) and room >= widths[end]:
        room -= widths[end]
        end += 1
    while start and end == len(widths) and room >= widths[start - 1]:  # near the end more fits before the place
        start -= 1
        room -= widths[start]
    return start, end
