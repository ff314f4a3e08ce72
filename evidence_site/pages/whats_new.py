"""What's new: the page, and the feed in Atom (RFC 4287)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from evidence_site import addresses, views
from evidence_site.changes import Change, Severity, statement_places
from evidence_site.news import Entry
from evidence_site.page import Spec
from evidence_site.pages.site import Site, outcome_anchor

SHOWN = 12
"""Changes of a commit that are shown at once; the rest waits behind a click."""
Render = Callable[[str, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class _Line:
    subject: str
    text: str
    address: str | None
    """The page that tells of it, perhaps with a place on it; None if there is none any more."""
    severity: str


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry as it is shown."""

    title: str
    note: str
    lines: list[_Line]
    more: list[_Line]
    edited: list[_Line]
    """Details that were edited, one for each record."""
    commit: str
    commit_address: str
    updated: str
    id: str


def specs(site: Site) -> Iterator[Spec]:
    """The page."""
    items = _items(site)
    days = [
        (day.isoformat(), views.day(day), [items[entry.revision.id] for entry in found])
        for day, found in groupby(site.news.entries, key=lambda entry: entry.revision.day)
    ]
    yield Spec(
        addresses.WHATS_NEW,
        "whats_new",
        "What’s new",
        "What changed in the evidence, newest first: studies, persons counted, certainty, statements and sources.",
        site.all_files,
        hide=("navigation",),
        searchable=False,
        context={
            "days": days,
            "news": site.news,
            "feed": addresses.FEED,
        },
    )


def files(site: Site, render: Render) -> dict[str, str]:
    """The feed, by path; none without a history, since a feed has to say when it last changed."""
    if not site.news.entries:
        return {}
    record = site.review.record
    url = site.settings.url
    context = {
        "title": f"{record.short_title}: what’s new",
        "subtitle": record.title,
        "id": f"{url}{addresses.FEED}" if url else _uuid(f"feed of {record.short_title}"),
        "url": url,
        "own": f"{url}{addresses.FEED}" if url else "",
        "page": f"{url}{addresses.WHATS_NEW}" if url else "",
        "updated": max(entry.revision.time for entry in site.news.entries).strftime(_RFC_3339),
        "authors": [person.name for person in record.contributors] or [record.short_title],
        "rights": f"{record.licence.name} {record.licence.url}",
        "entries": list(_items(site).values()),
    }
    return {addresses.FEED: _NOT_IN_XML.sub("", render("feed.xml.j2", context))}


_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, not even escaped (XML 1.0, 2.2)."""
_RFC_3339 = "%Y-%m-%dT%H:%M:%SZ"


def _uuid(name: str) -> str:
    # Made of the name alone: a feed that moves to another address does not tell its readers everything once more.
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, name)}"


def _items(site: Site) -> dict[str, _Item]:
    """Every entry as it is shown, by its commit."""
    places = _places(site)
    return {entry.revision.id: _item(site, places, entry) for entry in site.news.entries}


def _item(site: Site, places: frozenset[str], entry: Entry) -> _Item:
    told = [_line(places, change) for change in entry.changes if change.severity is not Severity.EDITED]
    edited = [_line(places, change) for change in entry.changes if change.severity is Severity.EDITED]
    cut = SHOWN if len(told) > SHOWN + 3 else len(told)
    repository = site.settings.repository
    return _Item(
        title=entry.title,
        note=entry.note,
        lines=told[:cut],
        more=told[cut:],
        edited=edited,
        commit=entry.revision.short,
        commit_address=f"{repository}/commit/{entry.revision.id}" if repository else "",
        updated=entry.revision.time.strftime(_RFC_3339),
        id=_uuid(entry.revision.id),
    )


def _line(places: frozenset[str], change: Change) -> _Line:
    page = change.address.partition("#")[0]
    address = next((place for place in (change.address, page) if place in places), None)
    return _Line(change.subject, change.text, address, change.severity)


def _places(site: Site) -> frozenset[str]:
    """The pages and places that a change can lead to today; some of what changed once is gone."""
    review = site.review
    found = {addresses.HOME}
    found |= {addresses.study(id_) for id_ in review.studies} | {addresses.case(id_) for id_ in review.cases}
    found |= {addresses.reference(key) for key in review.sources}
    for node in review.treatments.values():
        page = addresses.treatment(node.id)
        rated = [rating.record.outcome for rating in node.certainty if rating.record.outcome in review.outcomes]
        found |= {page, *(f"{page}#{outcome_anchor(outcome)}" for outcome in rated)}
        found |= set(statement_places(page, node.record).values())
    for id_, topic in review.topics.items():
        page = addresses.topic(id_)
        found |= {page, *statement_places(page, topic.record).values()}
    for id_, outcome in review.outcomes.items():
        page = addresses.outcome(id_)
        found |= {page, *statement_places(page, outcome.record).values()}
    return frozenset(found)
