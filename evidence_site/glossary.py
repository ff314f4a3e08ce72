"""The words that every evidence review uses, with what they mean: ``glossary.yaml`` beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from evidence_site import records as r
from evidence_site.problems import as_text
from evidence_site.record_validation import validate
from evidence_site.yaml_reading import read_yaml

FILE = Path(__file__).with_suffix(".yaml")


class Term(r.Record):
    """A word and what it means."""

    name: r.Line
    definition: r.Line
    of: tuple[r.Line, ...] = ()
    """The values of the records' vocabulary that it explains: ``design rct``."""


class Group(r.Record):
    """Terms that belong together."""

    group: r.Line
    terms: tuple[Term, ...]


@cache
def groups() -> tuple[Group, ...]:
    """All groups, in the order of the file."""
    document, problems = read_yaml(FILE, FILE.name)
    data = document.data if document else None
    found: list[Group] = []
    if document is not None and isinstance(data, list):
        for index in range(len(data)):
            group, wrong = validate(Group, document, (index,))
            problems += wrong
            found += [group] if group else []
    if problems:  # the file comes with the program, so this is its own fault
        raise ValueError(as_text(problems))
    return tuple(found)
