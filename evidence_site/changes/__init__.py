"""What differs between two states of a review, in the review's own words: studies, persons, certainty, statements.

``compare`` is pure. It stands behind What's new and behind the comparison of two versions on the command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from evidence_site import addresses, measures, records as r, views
from evidence_site.changes.change import Change, Kind, Severity, rank
from evidence_site.changes.kinds import KINDS
from evidence_site.changes.statements import statement_places, support_changes
from evidence_site.changes.studies import study_name
from evidence_site.renames import Renames, find, follow
from evidence_site.review import Review, link

__all__ = [
    "KINDS",
    "Change",
    "Kind",
    "Renames",
    "Severity",
    "compare",
    "compare_under",
    "statement_places",
    "study_name",
    "under_new_names",
]


def compare(old: Review, new: Review) -> list[Change]:
    """Everything that differs, the worst first; empty if the two say the same."""
    then, renames = under_new_names(old, new)
    return compare_under(then, new, renames)


def compare_under(then: Review, new: Review, renames: Renames) -> list[Change]:
    """The same, where the older state is told under the newer names already."""
    found = chain(
        _review(then, new),
        *(kind.changes(then, new, renames) for kind in KINDS),
        support_changes(then, new),
    )
    return sorted(found, key=rank)


def under_new_names(old: Review, new: Review) -> tuple[Review, Renames]:
    """The older state, with whatever was renamed under its newer name; and what that is."""
    renames = find(old.evidence, new.evidence)
    return (link(follow(old.evidence, renames)) if renames else old), renames


# --- the review as a whole -------------------------------------------------------------------------------------------

_FILE = "evidence/review.yaml"


def _review(old: Review, new: Review) -> Iterator[Change]:
    name = new.record.short_title
    if old.record != new.record:
        found = list(_review_record(old.record, new.record))
        edited = Change(Kind.DETAILS, Severity.EDITED, name, "details edited", addresses.HOME, _FILE)
        yield from found or [edited]
    if old.persons != new.persons:
        yield _moved(name, Kind.PERSONS, "persons counted", f"{old.persons:,}", f"{new.persons:,}")


def _moved(name: str, kind: Kind, what: str, old: str, new: str) -> Change:
    text = f"{what} changed from {old} to {new}"
    return Change(kind, Severity.CHANGED, name, text, addresses.HOME, _FILE, old, new)


def _review_record(old: r.Review, new: r.Review) -> Iterator[Change]:
    name = new.short_title
    if old.searched_to != new.searched_to:
        before, after = (
            measures.MISSING[date] if isinstance(date, r.Missing) else views.day(date)
            for date in (old.searched_to, new.searched_to)
        )
        yield _moved(name, Kind.REVIEW, "date of the search", before, after)
    if old.status != new.status:
        yield _moved(name, Kind.REVIEW, "status", old.status, new.status)
    for part, what in (("question", "the review question"), ("summary", "the summary")):
        if getattr(old, part) != getattr(new, part):
            yield Change(Kind.CONCLUSION, Severity.CHANGED, name, f"{what} was rewritten", addresses.HOME, _FILE)
    yield from _findings_table(name, old, new)


def _findings_table(name: str, old: r.Review, new: r.Review) -> Iterator[Change]:
    before, after = ({column.title: column for column in record.findings_table} for record in (old, new))
    for title in [*after, *(title for title in before if title not in after)]:
        if before.get(title) == after.get(title):
            continue
        severity, what = Severity.CHANGED, "shows other results than before"
        if title not in before:
            severity, what = Severity.ADDED, "was added to the findings table"
        elif title not in after:
            severity, what = Severity.LOST, "was removed from the findings table"
        yield Change(Kind.FINDING, severity, name, f"“{title}” {what}", addresses.HOME, _FILE)
