"""What there is to ask about a review: the DOIs and PMIDs of its sources, and every link in its records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag

from evidence_site.bibliography import normal_doi
from evidence_site.problems import Place
from evidence_site.recheck.services import Service
from evidence_site.record_reading import Loaded
from evidence_site.records import Record
from evidence_site.review import Evidence

_LINK = re.compile(r"https?://[^\s<>\"`\\\]]+")
_AFTER_LINK = ".,;:!?'*_"
_DOI_HOSTS = re.compile(r"https?://(?:dx\.)?doi\.org/(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """Something to ask a service about. Equal questions are asked once."""

    service: Service
    about: str
    """A DOI in lower case, a PMID or an address."""


def questions(evidence: Evidence) -> Mapping[Question, Sequence[Place]]:
    """All questions, in the order of asking, each with the places in the evidence that give rise to it."""
    found: dict[Question, list[Place]] = {}
    order = list(Service)
    for question, place in sorted(
        _all(evidence), key=lambda x: (order.index(x[0].service), x[0].about, x[1].file, x[1].line, x[1].column)
    ):
        places = found.setdefault(question, [])
        if place not in places:
            places.append(place)
    return found


def _all(evidence: Evidence) -> Iterator[tuple[Question, Place]]:
    for reference in evidence.references.values():
        at = reference.field_places
        if reference.doi:
            yield from _about_doi(reference.doi, at.get("doi", reference.place))
        if reference.pmid:
            yield Question(Service.PUBMED, reference.pmid), at.get("pmid", reference.place)
        if reference.url:
            yield from _about_link(reference.url, at.get("url", reference.place))
    for loaded in evidence.all_records():
        yield from _links_of(loaded)


def _links_of(loaded: Loaded[Record]) -> Iterator[tuple[Question, Place]]:
    for path, text in _strings(loaded.document.data):
        for match in _LINK.finditer(text):
            yield from _about_link(_without_end(match[0]), loaded.document.place_of_text(path, match.start()))


def _about_doi(doi: str, place: Place) -> Iterator[tuple[Question, Place]]:
    yield Question(Service.CROSSREF, doi.lower()), place
    yield Question(Service.DOI, doi.lower()), place


def _about_link(address: str, place: Place) -> Iterator[tuple[Question, Place]]:
    doi = _DOI_HOSTS.fullmatch(address)
    if doi and normal_doi(doi[1]):
        yield Question(Service.DOI, normal_doi(doi[1]).lower()), place
    else:
        yield Question(Service.WEB, urldefrag(address).url), place


def _without_end(link: str) -> str:
    """A link out of running text, without the stops and closing brackets that follow it."""
    while link and (link[-1] in _AFTER_LINK or (link[-1] == ")" and link.count(")") > link.count("("))):
        link = link[:-1]
    return link


def _strings(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _strings(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _strings(part, (*path, index))
