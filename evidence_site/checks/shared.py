"""What several rules use: problems of a kind, hints, and ways to what stands in a record."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from evidence_site import records as r
from evidence_site.problems import Place, Problem, Severity
from evidence_site.record_reading import Loaded
from evidence_site.record_words import simplest


def warning(place: Place, code: str, message: str, hint: str) -> Problem:
    """A problem that does not keep the site from being published."""
    return Problem(place, code, message, hint, Severity.WARNING)


def impossible_number(loaded: Loaded[r.Record], path: r.Path, message: str, hint: str) -> Problem:
    """A number that does not fit its unit, its range or another number; the message ends without its full stop."""
    return Problem(loaded.place(path), "impossible-number", f"{message}.", hint)


OtherNames = Iterable[tuple[str, Iterable[str | None]]]
"""Ids, each with what else the thing is called."""


def nearest(word: str, known: Iterable[str], called: OtherNames = ()) -> str:
    """A hint that names the nearest known id, or some of the known ones; ``called`` are other names of some of them."""
    names = sorted(known)
    meant = sorted({id_ for id_, others in called if any(n and simplest(n) == simplest(word) for n in others)})
    with_word = [name for name in names if word in re.split("[-_/]", name)][:5]
    if meant and set(with_word) <= set(meant):
        return f"Did you mean {' or '.join(meant)}? That is the id for “{word}”."
    close = list(dict.fromkeys([*meant, *with_word])) or difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if not names:
        return "There are none yet."
    shown = ", ".join(names[:12])
    return f"Known: {shown}{' and more' if len(names) > 12 else ''}."


def statements_of(record: r.Treatment | r.Topic | r.Outcome) -> Iterator[tuple[r.Path, r.Statement]]:
    """Every statement of a record, each with its path."""
    if isinstance(record, r.Outcome):
        for n, statement in enumerate(record.statements):
            yield ("statements", n), statement
        return
    if isinstance(record, r.Topic):
        for n, section in enumerate(record.sections):
            for m, statement in enumerate(section.statements):
                yield ("sections", n, "statements", m), statement
        return
    lists: list[tuple[r.Path, tuple[r.Statement, ...] | r.Missing]] = [
        (("mechanism",), record.mechanism),
        (("statements",), record.statements),
        *((("cautions", name), value) for name, value in record.cautions.items()),
    ]
    for path, statements in lists:
        if not isinstance(statements, r.Missing):
            for m, statement in enumerate(statements):
                yield (*path, m), statement


def value_at(record: r.Record, path: r.Path) -> str:
    """The text at a path of a record."""
    value: object = record
    for step in path:
        value = getattr(value, step) if isinstance(value, r.Record) else value[step]  # type: ignore[index,arg-type]
    return str(value)
