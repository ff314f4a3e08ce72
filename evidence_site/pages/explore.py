"""The page that searches and filters all studies, results and references, and the data that it loads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evidence_site import addresses
from evidence_site.page import Spec
from evidence_site.pages import explore_parts
from evidence_site.pages.explore_data import explore_data
from evidence_site.pages.explore_facets import facets
from evidence_site.pages.site import Site

DATA = f"{addresses.EXPLORE}{explore_parts.FIRST}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: explore.js fills its cells and sorts by it."""

    id: str
    name: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row, with its table."""

    id: str
    name: str
    columns: tuple[Column, ...]


KINDS = (
    Kind(
        "studies",
        "Studies",
        (
            Column("name", "Study"),
            Column("year", "Year", True),
            Column("design", "Design"),
            Column("country", "Country"),
            Column("treatment", "Treatments"),
            Column("persons", "Persons counted", True),
            Column("read", "Read"),
        ),
    ),
    Kind(
        "results",
        "Results",
        (
            Column("name", "Study and persons"),
            Column("year", "Year", True),
            Column("outcome", "Outcome"),
            Column("value", "Result"),
            Column("time", "When"),
            Column("treatment", "Treatment"),
            Column("counted", "Persons counted"),
        ),
    ),
    Kind(
        "references",
        "References",
        (
            Column("name", "Reference"),
            Column("year", "Year", True),
            Column("design", "Design"),
            Column("read", "Read"),
            Column("studies", "Studies reported"),
        ),
    ),
)

OPEN_AT_THE_START = frozenset({"treatment", "outcome"})


def specs(site: Site) -> Iterator[Spec]:
    """The page."""
    years = [study.year for study in site.review.studies.values() if study.year]
    years += [node.reference.year for node in site.review.sources.values() if node.reference.year]
    yield Spec(
        addresses.EXPLORE,
        "explore",
        "Explore",
        "Search and filter all studies, results and references by treatment, outcome, design, year and country.",
        site.all_files,
        hide=("navigation", "toc"),
        context={
            "kinds": KINDS,
            "facets": facets(site),
            "open_at_the_start": OPEN_AT_THE_START,
            "years": (min(years, default=None), max(years, default=None)),
            "counts": site.review_counts(),
            "data": DATA,
        },
    )


def files(site: Site) -> dict[str, str]:
    """The data of the page, by path."""
    return {f"{addresses.EXPLORE}{name}": text for name, text in explore_parts.files(explore_data(site), site.pieces)}
