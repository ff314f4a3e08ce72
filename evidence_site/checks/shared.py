"""What several rules use: problems of a kind, and the records that make statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence_site import records as r
from evidence_site.problems import Place, Problem, Severity
from evidence_site.record_reading import Loaded
from evidence_site.review import Review, StudyNode


def warning(place: Place, code: str, message: str, hint: str) -> Problem:
    """A problem that does not keep the site from being published."""
    return Problem(place, code, message, hint, Severity.WARNING)


def impossible_number(loaded: Loaded[r.Record], path: r.Path, message: str, hint: str) -> Problem:
    """A number that does not fit its unit, its range or another number."""
    return Problem(loaded.place(path), "impossible-number", message, hint)


def stating(review: Review) -> Iterator[Loaded[r.Stating]]:
    """The records that make statements."""
    yield from (node.loaded for node in review.treatments.values())
    yield from (node.loaded for node in review.outcomes.values())
    yield from review.topics.values()


def said_of(study: StudyNode, pattern: re.Pattern[str], *fields: str) -> tuple[r.Path, str] | None:
    """What a pattern finds first in fields of a study and the titles of its reports, with its place, if anything."""
    texts: list[tuple[r.Path, str]] = [((name,), getattr(study.record, name)) for name in fields]
    texts += [(("reports",), reference.title.text) for reference in study.own_references]
    return next(((path, found.group()) for path, text in texts if (found := pattern.search(text))), None)
