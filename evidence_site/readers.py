"""Who extracted, wrote and checked the records: contributors found by the names that records give them.

Two readers are the rule that systematic reviews keep; where a record names one or none, that is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from evidence_site import records as r
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
    wanted = comparable(name)
    return next((person for person in home.contributors if wanted in map(comparable, own_names(person))), None)


def own_names(person: r.Contributor) -> list[str]:
    """What stands for this contributor alone in records, the best first."""
    return [name for name in (person.id, person.orcid, person.github) if name]


def comparable(name: str) -> str:
    """The name as it is compared: however an ORCID iD or a GitHub name is written, it is the same."""
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
