"""Problems as people read them in a terminal: with the line that each is about, and with where to read more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from evidence_site.codes import codes, is_about_a_file
from evidence_site.excerpts import Excerpts
from evidence_site.problems import Problem, Severity, as_text, in_reading_order


def told(root: Path, problems: Iterable[Problem], *, worst_first: bool = False) -> str:
    """Problems in a review: each with its line and a mark below the place, unless a whole file is wrong.

    Errors come behind all warnings, since a terminal shows the end; with ``worst_first`` before them.
    """
    excerpts = Excerpts(root)
    found = list(problems)
    parts = [
        as_text(
            [problem for problem in found if problem.severity is severity],
            lambda problem: () if is_about_a_file(problem.code) else excerpts(problem.place),
        )
        for severity in (Severity.WARNING, Severity.ERROR)
    ]
    return "".join(parts[::-1] if worst_first else parts)


def how_to_read_more(problems: Sequence[Problem]) -> str:
    """How to have one of the worst explained, and so the others; nothing if there are none."""
    worst = sorted(in_reading_order(problems), key=lambda problem: problem.severity is not Severity.ERROR)
    known = [problem.code for problem in worst if problem.code in codes()]
    return f"What a word in square brackets means: python build_site.py explain {known[0]}\n" if known else ""
