"""A record as it was and as it is, with what is needed to tell of the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from evidence_site.changes.change import Change, Kind, Severity
from evidence_site.renames import Renames
from evidence_site.review import Review

N = TypeVar("N")


@dataclass(frozen=True, slots=True)
class Pair(Generic[N]):
    """One record in two states of the review, of which the older is told under the newer names."""

    id: str
    old: N
    new: N
    before: Review
    after: Review
    name: str
    address: str
    file: str
    renames: Renames

    def change(
        self, kind: Kind, severity: Severity, text: str, old: str = "", new: str = "", place: str = ""
    ) -> Change:
        """A change of this record; ``place`` is the id of the part of its page that tells of it."""
        address = f"{self.address}#{place}" if place else self.address
        return Change(kind, severity, self.name, text, address, self.file, old, new)

    def moved(self, kind: Kind, what: str, old: str, new: str, severity: Severity = Severity.CHANGED) -> Change:
        """Something was one thing and is another."""
        return self.change(kind, severity, f"{what} changed from {old} to {new}", old, new)
