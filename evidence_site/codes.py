"""Every kind of problem with its cause, its cure and an example: the files in ``problem_codes/``, a chapter each.

The page of the site and ``explain`` are made from them. Tests see to it that each code that the program can give is
here and no other, and that each example gives its code.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from evidence_site import records as r
from evidence_site.excerpts import TAB
from evidence_site.problems import Severity, as_text
from evidence_site.record_reading import read_folder

FOLDER = Path(__file__).resolve().parent / "problem_codes"
FILES = "files"
"""The chapter of problems with a whole file: no line of it is to blame."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
"""Plain text; what is written as it stands is between backticks."""


class Example(r.Record):
    """A mistake and how it is mended."""

    file: r.Line | None = None
    """Where it is made, in a small review like the one that tests use."""
    wrong: Text | None = None
    """What is wrong there: lines of the file, or all of it if nothing is ``right``."""
    right: Text | None = None
    """What to write instead."""
    command: r.Line | None = None
    """What to run for it, behind ``python build_site.py``, if not ``check``."""
    told: r.Line | None = None
    """The example in words, where it cannot be shown."""


class Code(r.Record):
    """A kind of problem."""

    code: r.Id
    """Its name, stable across versions."""
    title: r.Line
    """What is wrong, in a few words."""
    severity: Severity = Severity.ERROR
    cause: Text
    """Why it comes."""
    cure: Text
    """What to do."""
    example: Example


class Chapter(r.Record):
    """Codes that belong together."""

    title: r.Line
    order: int
    codes: tuple[Code, ...]


@cache
def chapters() -> Mapping[str, Chapter]:
    """Every chapter by its id, in their order."""
    loaded, problems = read_folder(Chapter, FOLDER, FOLDER.name)
    if problems:  # the files come with the program, so this is its own fault
        raise ValueError(as_text(problems))
    found = {id_: one.record for id_, one in loaded.items()}
    return dict(sorted(found.items(), key=lambda item: item[1].order))


@cache
def codes() -> Mapping[str, Code]:
    """Every kind of problem by its code, in the order of the page."""
    return {code.code: code for chapter in chapters().values() for code in chapter.codes}


def is_about_a_file(code: str) -> bool:
    """Whether it is a whole file that is wrong, rather than one of its lines."""
    return any(one.code == code for one in chapters()[FILES].codes)


# --- for a terminal --------------------------------------------------------------------------------------------------

WIDTH = 96


def explanation(code: Code) -> str:
    """All that is known of a kind of problem, as text."""
    kind = "A warning: it does not keep the site from being published." if code.severity is Severity.WARNING else ""
    parts = [f"{code.code}: {code.title}.", kind, f"Why: {code.cause}", f"What to do: {code.cure}"]
    wrapped = [textwrap.fill(" ".join(part.split()), WIDTH) for part in parts if part]
    return "\n\n".join([*wrapped, *_example(code.example)]) + "\n"


def _example(example: Example) -> Iterator[str]:
    if example.told:
        yield textwrap.fill(f"For example: {example.told}", WIDTH)
    if example.command:
        yield f"For example: python build_site.py {example.command}"
    where = f" in {example.file}" if example.file else ""
    if example.wrong:
        yield f"Wrong{where}:\n{_indented(example.wrong)}"
    if example.right:
        yield f"Right:\n{_indented(example.right)}"


def _indented(text: str) -> str:
    return textwrap.indent(text.rstrip().replace("\t", TAB), "    ")


def overview() -> str:
    """Every code with what it stands for, chapter by chapter."""
    longest = max(map(len, codes()))
    parts = []
    for chapter in chapters().values():
        rows = [f"  {code.code:<{longest}}  {code.title}" for code in chapter.codes]
        parts.append("\n".join([chapter.title, *rows]))
    return "\n\n".join(parts) + "\n"
