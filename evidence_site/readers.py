"""Who extracted, wrote and checked the records: contributors found by the names that records give them.

Two readers are the rule that systematic reviews keep; where a record names one or none, that is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from evidence_site import records as r
from evidence_site.problems import Place, Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Review

FIRST = ("extracted_by", "written_by")
"""The fields for the first reader: who took it from a source, who wrote it from several."""
SECOND = "checked_by"
"""The field for whoever compared it with the source."""
LAST = "adjudicated_by"
"""The field for whoever decided where two extractions differ."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who did something, and when."""

    field: str
    written: str
    """The name in the record."""
    contributor: r.Contributor | None
    """Whom it names; None if it names nobody."""
    date: dt.date | None

    @property
    def name(self) -> str:
        """The name to show."""
        return self.contributor.name if self.contributor else self.written


def readers(home: r.Review, record: r.Record) -> dict[str, Reader]:
    """The readers whom a record names, by field."""
    found: dict[str, Reader] = {}
    for field in (*FIRST, SECOND, LAST):
        signature = getattr(record, field, None)
        if signature is not None:
            written, date = (signature.reader, signature.date) if isinstance(signature, r.Signed) else (signature, None)
            found[field] = Reader(field, written, contributor(home, written), date)
    return found


def contributor(home: r.Review, name: str) -> r.Contributor | None:
    """The contributor with this id, ORCID iD or GitHub name."""
    wanted = _simplest(name)
    return next((person for person in home.contributors if wanted in map(_simplest, own_names(person))), None)


def own_names(person: r.Contributor) -> list[str]:
    """What stands for this contributor alone in records, the best first."""
    return [name for name in (person.id, person.orcid, person.github) if name]


def _simplest(name: str) -> str:
    return name.removeprefix("https://orcid.org/").removeprefix("@").casefold()


def first_reader(found: Mapping[str, Reader]) -> Reader | None:
    """Who extracted or wrote it."""
    return next((found[field] for field in FIRST if field in found), None)


@dataclass(frozen=True, slots=True)
class Named:
    """Of how many studies readers are named."""

    first: int
    both: int
    """Extracted by one and checked by another, or extracted by two and adjudicated."""
    all: int


def named(review: Review) -> Named:
    """Of how many studies of the review who extracted, and who extracted and who checked them is known."""
    found = [readers(review.record, study.record) for study in review.studies.values()]
    twice = sum(LAST in one for one in found)
    first = sum(first_reader(one) is not None and LAST not in one for one in found)
    both = sum(first_reader(one) is not None and SECOND in one and LAST not in one for one in found)
    return Named(first + twice, both + twice, len(found))


# --- checks ----------------------------------------------------------------------------------------------------------


def known_readers(review: Review) -> Iterator[Problem]:
    """Readers are contributors of the review, the second is not the first, and nobody checks what is not there yet."""
    home = review.evidence.review
    yield from _told_apart(home)
    for loaded in review.evidence.all_records():
        found = readers(home.record, loaded.record)
        for field, reader in found.items():
            if reader.contributor is None:
                yield Problem(
                    _place(loaded, field),
                    "unknown-contributor",
                    f"There is no contributor “{reader.written}”.",
                    _nearest(home.record, reader.written),
                )
        first, second = first_reader(found), found.get(SECOND)
        if first is None or second is None:
            continue
        if first.contributor is not None and first.contributor == second.contributor:
            yield Problem(
                _place(loaded, SECOND),
                "same-reader",
                f"{second.name} cannot be the second reader of what {second.name} did.",
                "Ask somebody else to compare it with the source, or leave checked_by out.",
            )
        if first.date and second.date and second.date < first.date:
            yield Problem(
                loaded.place((SECOND, "date")),
                "impossible-date",
                f"It was checked on {second.date}, before it was there on {first.date}.",
                "Correct one of the two dates.",
            )


def _place(loaded: Loaded[r.Record], field: str) -> Place:
    is_signed = isinstance(getattr(loaded.record, field), r.Signed)
    return loaded.place((field, "reader") if is_signed else (field,))


def _nearest(home: r.Review, name: str) -> str:
    known = [name for person in home.contributors for name in own_names(person)]
    close = get_close_matches(_simplest(name), known, 1, 0.6)
    if close:
        return f"Did you mean {close[0]}?"
    if known:
        return f"Known: {', '.join(known[:12])}. Add others to the contributors in evidence/review.yaml."
    return "Add her or him to the contributors in evidence/review.yaml, with an id, ORCID iD or GitHub name."


def _told_apart(home: Loaded[r.Review]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, person in enumerate(home.record.contributors):
        for field, name in (("id", person.id), ("orcid", person.orcid), ("github", person.github)):
            if name and first.setdefault(_simplest(name), position) != position:
                yield Problem(
                    home.place(("contributors", position, field)),
                    "duplicate-id",
                    f"“{name}” stands for two contributors.",
                    "Give each her or his own.",
                )
