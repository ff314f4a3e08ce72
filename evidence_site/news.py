"""What's new: the history of the evidence told in the review's words, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence_site import measures
from evidence_site.changes import Change, compare
from evidence_site.history import Commit, Revision, evidence_history
from evidence_site.past import Past, is_record, words_of
from evidence_site.review import Review

NEWEST = 50
"""How many commits are told of."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one commit changed."""

    revision: Revision
    changes: Sequence[Change]
    """The worst first."""
    note: str = ""
    """What is to be said where changes cannot be: that the records begin, or that the evidence could not be read."""

    @property
    def title(self) -> str:
        """The entry in one sentence."""
        if not self.changes:
            return self.note
        more = len(self.changes) - 1
        return self.changes[0].sentence + (
            f"; and {measures.counted(more, 'more change', 'more changes')}" if more else ""
        )


@dataclass(frozen=True, slots=True)
class News:
    """The newest entries."""

    entries: Sequence[Entry] = ()
    is_known: bool = False
    """Whether there is a history at all."""
    is_whole: bool = True
    """Whether nothing older was left out."""
    commits: tuple[str, ...] = ()
    """The commits that were looked at."""


def news(root: Path, review: Review, known: News | None = None) -> News:
    """What the newest commits changed in the evidence; unknown where there is no git.

    It depends on the commits alone: ``review``, the state of the folder, only saves reading the same files twice, and
    ``known``, told before, is still true while there are no other commits.
    """
    history = evidence_history(root, NEWEST)
    if history is None:
        return News()
    commits = tuple(commit.revision.id for commit in history.commits)
    if known is not None and known.is_known and known.commits == commits:
        return known
    listings = [listing for commit in history.commits for listing in (commit.before, commit.after) if listing]
    past = Past(root, listings, review.evidence)
    entries = [entry for commit in history.commits if (entry := _entry(past, commit)) is not None]
    return News(tuple(entries), is_known=True, is_whole=history.is_whole, commits=commits)


def _entry(past: Past, commit: Commit) -> Entry | None:
    """What a commit says; nothing if the records say the same as before."""
    after = past.review(commit.after)
    if commit.before is None:
        if after is None or not commit.is_first:
            return Entry(commit.revision, (), _records_changed(commit.touched) if commit.is_first else _BEGINS)
        return Entry(commit.revision, (), f"The records begin: {what_there_is(after)}")
    if not any(is_record(path) for path in commit.touched):
        return None
    before = past.review(commit.before)
    if before is None or after is None:
        return Entry(commit.revision, (), _records_changed(commit.touched))
    changes = compare(before, after)
    if changes:
        return Entry(commit.revision, changes)
    unread = (past.unread(commit.before) | past.unread(commit.after)).intersection(commit.touched)
    return Entry(commit.revision, (), _records_changed(unread)) if unread else None


_BEGINS = "The history that is at hand begins here; what this commit changed is not known"


def what_there_is(review: Review) -> str:
    """The size of a review in words, where it cannot be compared with anything."""
    return (
        f"{measures.counted(len(review.sources), 'source', 'sources')}, "
        f"{measures.counted(len(review.studies), 'study', 'studies')}, "
        f"{measures.persons(review.persons)} {review.record.condition.persons} counted, "
        f"{measures.counted(len(review.treatments), 'treatment', 'treatments')}"
    )


def _records_changed(touched: Iterable[str]) -> str:
    counts = words_of(touched)
    files = ", ".join(f"{name} ({n})" for name, n in sorted(counts.items()))
    return f"Records changed: {files}. What they said cannot be read by the rules of today"
