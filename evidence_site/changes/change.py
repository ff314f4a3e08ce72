"""One difference between two states of a review, and how much it matters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a change matters to who relies on the review, the worst first."""

    LOST = "lost"
    """Something that stood there is gone or no longer stands."""
    CHANGED = "changed"
    """A number, a rating or a conclusion is another one."""
    ADDED = "added"
    """Something is new."""
    EDITED = "edited"
    """Details, wording or a name."""


class Kind(StrEnum):
    """What a change is about. Of equal severity the first comes first."""

    STANDING = "standing"
    TREATMENT = "treatment"
    STUDY = "study"
    EXTRACTION = "extraction"
    CASE = "case"
    TOPIC = "topic"
    OUTCOME = "outcome"
    SOURCE = "source"
    PERSONS = "persons"
    CERTAINTY = "certainty"
    FINDING = "finding"
    RESULT = "result"
    EXPOSURE = "exposure"
    CONCLUSION = "conclusion"
    STATEMENT = "statement"
    READING = "reading"
    REVIEW = "review"
    DETAILS = "details"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: Kind
    severity: Severity
    subject: str
    """Of what it is told, by the name that its page has: ``Drug A``, ``Hong et al. 2018``."""
    text: str
    """What is different, as it follows behind the subject and a colon."""
    address: str = ""
    """The page that tells of it, in the new state, or in the old one if it is gone; perhaps with a fragment."""
    file: str = ""
    """The file of the record."""
    old: str = ""
    new: str = ""
    """What stood and what stands there, where this can be said in a few words."""

    @property
    def sentence(self) -> str:
        """Subject and text."""
        return f"{self.subject}: {self.text}"


_SEVERITIES = list(Severity)
_KINDS = list(Kind)


def rank(change: Change) -> tuple[int, int, str, str]:
    """The place of a change among others: the worst first."""
    return _SEVERITIES.index(change.severity), _KINDS.index(change.kind), change.sentence, change.address
