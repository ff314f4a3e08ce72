"""Published appraisal instruments as data: the files in ``checklists/appraisal/``, one for each.

A file says who made the instrument, what it asks (in our own short words) and which answers it allows. A new instrument
is a new file. Studies name one by its file name without ``.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from evidence_site import records as r
from evidence_site.problems import as_text
from evidence_site.record_reading import read_folder

FOLDER = Path(__file__).resolve().parent / "checklists" / "appraisal"
NONE = "none"
"""What a study names that was not appraised."""

Light = Literal["good", "some", "bad", "worst", "unknown", "none"]
"""How an answer is shown: each has a sign and a colour of its own."""
AnswerId = Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:_[a-z]+)*$", max_length=40)]


class AllowedAnswer(r.Record):
    """One of the answers that an instrument allows."""

    id: AnswerId
    label: r.Line
    light: Light
    severity: int | None = Field(default=None, ge=0)
    """How much bias it stands for; left out for an answer that says nothing of it."""


class Item(r.Record):
    """A question or domain of an instrument, in our own words."""

    id: r.Id
    label: r.Line


class Overall(r.Record):
    """The judgement of the whole."""

    label: r.Line
    answers: tuple[AllowedAnswer, ...] = Field(min_length=1)
    required: bool = True


class Instrument(r.Record):
    """A published instrument for judging how far the result of a study may be trusted."""

    name: r.Line
    short_name: r.Line
    version: r.Line
    about: r.Line
    source: r.Line
    """How to cite it."""
    url: r.Url
    designs: tuple[r.Design, ...]
    """The designs that it is made for."""
    items_called: Literal["question", "domain"]
    items: tuple[Item, ...] = Field(min_length=1)
    answers: tuple[AllowedAnswer, ...] = Field(min_length=1)
    overall: Overall | None = None

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        """The ids of its items, in order."""
        return tuple(item.id for item in self.items)

    def answer(self, said: str) -> AllowedAnswer | None:
        """The allowed answer to an item with this id."""
        return next((answer for answer in self.answers if answer.id == said), None)

    def judgement(self, said: str) -> AllowedAnswer | None:
        """The allowed overall judgement with this id."""
        answers = self.overall.answers if self.overall else ()
        return next((answer for answer in answers if answer.id == said), None)


@cache
def instruments() -> Mapping[str, Instrument]:
    """Every instrument by its id, in the order of the ids."""
    loaded, problems = read_folder(Instrument, FOLDER, FOLDER.name)
    if problems:  # the files come with the program, so this is its own fault
        raise ValueError(as_text(problems))
    return {id_: one.record for id_, one in loaded.items()}


def fitting(design: r.Design) -> list[str]:
    """The ids of the instruments that are made for a design."""
    return [id_ for id_, instrument in instruments().items() if design in instrument.designs]


def said(answer: r.AnswerOrLine) -> str:
    """The bare answer, with or without a reason beside it."""
    return answer.answer if isinstance(answer, r.Answer) else answer
