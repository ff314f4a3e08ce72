"""By what studies, results and references can be filtered on the Explore page: facets with their options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from evidence_site import addresses, measures, records as r, views
from evidence_site.page import slug
from evidence_site.pages.site import Site

NONE = "none"
"""The option of rows that have no other option of a facet."""

COUNTING = {
    "counted": "Counted",
    "elsewhere": "Not counted: likely told elsewhere",
    "without-condition": "Not counted: without the condition",
    "retracted": "Not counted: retracted",
    "retold": "Not counted: retells other studies",
    "unrecorded": "No person or group recorded",
    NONE: "No study recorded",
}
"""Whether persons are counted in the review, as its totals count them, and why not."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to filter by."""

    id: str
    name: str
    words: str = ""
    """What else it is found by."""
    address: str = ""
    """Its page, if it has one."""


@dataclass(frozen=True)
class Facet:
    """A side of studies, results and references by which all of them can be filtered."""

    id: str
    name: str
    options: tuple[Option, ...]

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """The place of each option."""
        return {option.id: code for code, option in enumerate(self.options)}

    def set_of(self, ids: Iterable[str]) -> tuple[int, ...]:
        """The options with these ids in their order, or the option for none of them."""
        codes = sorted({self.codes[id_] for id_ in ids if id_ in self.codes})
        return tuple(codes) if codes or NONE not in self.codes else (self.codes[NONE],)


def facets(site: Site) -> tuple[Facet, ...]:
    """Every facet with its options, in the order of the page."""
    review = site.review
    treatments = [
        Option(t.id, t.record.name, "; ".join(t.record.synonyms), addresses.treatment(t.id))
        for t in review.treatments.values()
    ]
    outcomes = [
        Option(
            o.id, o.record.name, "; ".join((o.record.abbreviation or "", *o.record.synonyms)), addresses.outcome(o.id)
        )
        for o in review.outcomes.values()
    ]
    used = {node.record.design for node in review.studies.values()}
    used |= {node.record.design for node in review.sources.values()}
    designs = [Option(design, sentence(views.DESIGNS[design])) for design in r.Design if design in used]
    readings = [
        Option(level, {"full_text": "Full text"}.get(level, sentence(level)))
        for level in (r.Reading.FULL_TEXT, r.Reading.ABSTRACT, r.Reading.TITLE)
    ]
    counting = [Option(id_, name) for id_, name in COUNTING.items()]
    return (
        Facet("treatment", "Treatment", (*treatments, Option(NONE, "No treatment recorded"))),
        Facet("outcome", "Outcome", (*outcomes, Option(NONE, "No result recorded"))),
        Facet("design", "Design", tuple(designs)),
        Facet("read", "How far it was read", (*readings, Option(NONE, "Not recorded"))),
        Facet("country", "Country", tuple(_countries(site))),
        Facet("counted", "Counted in the review", tuple(counting)),
    )


def sentence(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _countries(site: Site) -> Iterator[Option]:
    named = {study.record.country for study in site.review.studies.values()}
    missing = [value for value in r.Missing if value in named]
    taken: set[str] = {NONE, *missing}
    for name in sorted(str(value) for value in named if not isinstance(value, r.Missing)):
        id_, n = slug(name), 1
        while id_ in taken:
            n += 1
            id_ = f"{slug(name)}-{n}"
        taken.add(id_)
        yield Option(id_, name)
    for value in missing:
        yield Option(value, sentence(measures.MISSING[value]))
    yield Option(NONE, "No study recorded")
