"""Two versions of the evidence compared: what changed in the review's words, and field by field below.

Either is a commit, or the folder as it stands. What cannot be read in one of them is taken to be as in the other, so
that the rest can be compared, and it is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evidence_site.changes import Change, compare_under, under_new_names
from evidence_site.changes.fields import RecordChange, record_changes
from evidence_site.history import Blob, Listing, find_commit, listing_at, listing_now
from evidence_site.news import what_there_is
from evidence_site.past import Past, State
from evidence_site.problems import Problem, in_reading_order
from evidence_site.review import FOLDERS, TWICE, Evidence, Review, link

WORKING_FOLDER = "the working folder"
"""What the state of the folder is called, committed or not."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions."""

    name: str
    """As it was asked for, or ``the working folder``."""
    commit: str
    """Its full name; empty for the working folder."""
    problems: tuple[Problem, ...]
    """Why some of its records could not be read: the first problem of each file."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were and are of something."""

    name: str
    words: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class EvidenceDiff:
    """Everything that differs."""

    base: Side
    head: Side
    note: str
    """What is said in the place of changes where one side holds no evidence at all; else empty."""
    counts: tuple[Count, ...]
    changes: tuple[Change, ...]
    """The worst first."""
    records: tuple[RecordChange, ...]
    """Field by field."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why two versions cannot be compared, in sentences."""

    why: str
    is_usage: bool
    """Whether the command was asked for something that does not exist, rather than the records being at fault."""


def diff(root: Path, base: str, head: str | None = None) -> EvidenceDiff | Refusal:
    """What differs from ``base`` to ``head``, or to the folder as it stands."""
    commits = []
    for name in (base, head):
        commit, why = find_commit(root, name) if name is not None else ("", "")
        if why:
            return Refusal(why, is_usage=True)
        commits.append(commit)
    contents: Mapping[Blob, bytes] = {}
    listings: list[Listing] = []
    for commit in commits:
        if commit:
            listings.append(listing_at(root, commit))
        else:
            listing, contents = listing_now(root, sha256=len(commits[0]) > 40)
            listings.append(listing)
    names = (base, head if head is not None else WORKING_FOLDER)
    if not any(listings):
        why = f"There is no folder evidence/ here, neither at {names[0]} nor at {names[1]}."
        return Refusal(f"{why} Run the command in the folder of the review, or name it with --root.", is_usage=True)
    past = Past(root, listings, contents=contents)
    states = [past.state(listing) for listing in listings]
    sides = [
        Side(name, commit, tuple(_first_of_each_file(state.problems)))
        for name, commit, state in zip(names, commits, states, strict=True)
    ]
    return _compare(sides, listings, states)


def _first_of_each_file(problems: Sequence[Problem]) -> list[Problem]:
    first: dict[str, Problem] = {}
    for problem in in_reading_order(problems):
        first.setdefault(problem.place.file, problem)
    return list(first.values())


def _compare(sides: Sequence[Side], listings: Sequence[Listing], states: Sequence[State]) -> EvidenceDiff | Refusal:
    home = [state.review or other.review for state, other in zip(states, reversed(states), strict=True)]
    if home[0] is None or home[1] is None:
        said = [f"{side.name}: {problem.message}" for side in sides for problem in side.problems[:1]]
        why = "evidence/review.yaml can be read in neither version, so nothing can be compared."
        return Refusal("\n".join((why, *said)), is_usage=False)
    if not all(listings):
        there = what_there_is(link(states[1].evidence(home[1]) if listings[1] else states[0].evidence(home[0])))
        verb = "All is new" if listings[1] else "All is lost"
        note = f"{verb}: there is no evidence at {sides[0 if listings[1] else 1].name}. On the other side: {there}."
        return EvidenceDiff(sides[0], sides[1], note, (), (), ())
    old, new = (link(evidence) for evidence in evened(states[0].evidence(home[0]), states[1].evidence(home[1])))
    then, renames = under_new_names(old, new)
    return EvidenceDiff(
        sides[0],
        sides[1],
        "",
        tuple(_counts(old, new)),
        tuple(compare_under(then, new, renames)),
        tuple(record_changes(then, new, renames)),
    )


def _counts(old: Review, new: Review) -> list[Count]:
    return [
        Count(name, words, count(old), count(new))
        for name, words, count in (
            ("persons", f"persons {new.record.condition.persons} counted", lambda review: review.persons),
            ("studies", "studies counted", lambda review: len(review.counted_studies)),
            ("reports", "reports of these studies", lambda review: review.reports),
            ("sources", "sources", lambda review: len(review.sources)),
            ("treatments", "treatments", lambda review: len(review.treatments)),
        )
    ]


# --- what cannot be read ---------------------------------------------------------------------------------------------


def evened(one: Evidence, two: Evidence) -> tuple[Evidence, Evidence]:
    """Both, with what could be read in only one of them taken over into the other: so that it is no difference."""
    return _filled(one, two), _filled(two, one)


def _filled(evidence: Evidence, other: Evidence) -> Evidence:
    filled: dict[str, Any] = {}
    for kind in (*FOLDERS, "references", "extractions"):
        mine, theirs = getattr(evidence, kind), getattr(other, kind)
        unread = TWICE if kind == "extractions" else kind
        taken = {id_: theirs[id_] for id_ in theirs if id_ not in mine and _is_unread(evidence, unread, id_)}
        if taken:
            filled[kind] = {**mine, **taken}
    known = {loaded.id for loaded in evidence.outcomes}
    outcomes = [o for o in other.outcomes if o.id not in known and _is_unread(evidence, "outcomes", o.id)]
    return replace(evidence, **filled, outcomes=(*evidence.outcomes, *outcomes))


def _is_unread(evidence: Evidence, kind: str, id_: str) -> bool:
    return not {id_, "*"}.isdisjoint(evidence.unreadable[kind])
