"""How to cite a page, after the form of the National Library of Medicine for a part of a website, or for the whole.

Citing Medicine, 2nd edition, chapter 25 (https://www.ncbi.nlm.nih.gov/books/NBK7274/).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from evidence_site import addresses, views
from evidence_site.bibliography import Date
from evidence_site.page import Spec
from evidence_site.pages.site import Site
from evidence_site.person_names import no_problem, read_names
from evidence_site.reference_style import date_text, name_list


@dataclass(frozen=True, slots=True)
class PageCitation:
    """A citation, cut where the reader puts the day on which she read the page."""

    before: str
    after: str
    changed: dt.date | None
    changed_text: str
    commit: str
    commit_address: str


def can_be_cited(spec: Spec) -> bool:
    """Whether a page says how to cite it: each that tells of something by itself, and the home page for the whole."""
    return spec.citable or spec.address == addresses.HOME


def citation(site: Site, spec: Spec) -> PageCitation:
    """The citation of a page as it stands now: with the commit, it can be found again when the page has changed."""
    revision = site.revision(spec)
    day = revision.day if revision else None
    updated = ""
    if day and revision:
        updated = f"updated {date_text(Date(day.year, day.month, day.day))}, commit {revision.short}; "
    title = f"{_sentence(site.review.record.title)[:-1]} [Internet]."
    part = "" if spec.address == addresses.HOME else f"{spec.title}; "
    parts = [*_authors(site), title, f"{part}[{updated}cited "]
    url = f" Available from: {site.settings.url}{spec.address}" if site.settings.url else ""
    repository = site.settings.repository
    return PageCitation(
        before=" ".join(parts),
        after=f"].{url}",
        changed=day,
        changed_text=views.day(day) if day else "",
        commit=revision.short if revision else "",
        commit_address=f"{repository}/commit/{revision.id}" if repository and revision else "",
    )


def _authors(site: Site) -> list[str]:
    people = " and ".join(person.name for person in site.review.record.contributors)
    names = name_list(read_names(people, no_problem), everyone=True) if people else ""
    return [_sentence(names)] if names else []


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
