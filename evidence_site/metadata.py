"""What machines are told of a page: Highwire tags for reference managers, schema.org in JSON-LD for search engines.

Highwire tags are those that Google Scholar and Zotero read (https://scholar.google.com/intl/en/scholar/inclusion.html).
Every schema.org type and property here is one of its vocabulary, version 30.0. Only what is known is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from evidence_site.bibliography import OTHERS, Date, Name, Reference, publication_date
from evidence_site.person_names import inverted
from evidence_site.reference_formats import to_csl
from evidence_site.reference_style import identifier_links

Node = dict[str, Any]
"""A thing in JSON-LD."""


def json_ld(node: Mapping[str, Any]) -> Markup:
    """A thing as the text of a script element. Nothing in it can end the script, begin a comment or be a line break."""
    text = json.dumps({"@context": "https://schema.org", **known(node)}, ensure_ascii=False, separators=(",", ":"))
    text = text.translate(_TAGS)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    return Markup(text)  # made safe here


_TAGS = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


def known(node: Mapping[str, Any]) -> Node:
    """The thing without the properties that say nothing."""
    return {name: value for name, value in node.items() if value not in ("", None, [], {}, ())}


# --- references ------------------------------------------------------------------------------------------------------

_HIGHWIRE = {
    "container-title": {
        "article-journal": "citation_journal_title",
        "chapter": "citation_inbook_title",
        "paper-conference": "citation_conference_title",
    },
    "publisher": {
        "thesis": "citation_dissertation_institution",
        "report": "citation_technical_report_institution",
        "": "citation_publisher",
    },
    "container-title-short": {"": "citation_journal_abbrev"},
    "ISSN": {"": "citation_issn"},
    "ISBN": {"": "citation_isbn"},
    "volume": {"": "citation_volume"},
    "issue": {"": "citation_issue"},
    "number": {"report": "citation_technical_report_number"},
    "DOI": {"": "citation_doi"},
    "PMID": {"": "citation_pmid"},
    "language": {"": "citation_language"},
}
"""By CSL variable: the tag for it, by type of publication; the empty one for every other type."""


def highwire(reference: Reference) -> Iterator[tuple[str, str]]:
    """Name and content of each tag."""
    item = to_csl(reference)
    kind = str(item["type"])
    yield "citation_title", reference.title.text
    for name in reference.authors:
        if name != OTHERS:
            yield "citation_author", inverted(name)
    date = publication_date(reference)
    if date.year:
        yield "citation_publication_date", _date_text(date, "/")
    for variable, tag in _highwire_tags(kind):
        if item.get(variable):
            yield tag, str(item[variable])
    first, last = _pages(item)
    if first:
        yield "citation_firstpage", first
    if last:
        yield "citation_lastpage", last


@cache
def _highwire_tags(kind: str) -> tuple[tuple[str, str], ...]:
    """The CSL variables that have a tag in publications of a type, each with the tag."""
    found = ((variable, tags.get(kind, tags.get("", ""))) for variable, tags in _HIGHWIRE.items())
    return tuple((variable, tag) for variable, tag in found if tag)


def _date_text(date: Date, separator: str) -> str:
    parts = [f"{date.year:04d}"]
    if date.month:
        parts.append(f"{date.month:02d}")
        if date.day:
            parts.append(f"{date.day:02d}")
    return separator.join(parts)


def _pages(item: Mapping[str, object]) -> tuple[str, str]:
    first, _, last = str(item.get("page", "")).partition("-")
    return (first, last) if last.isalnum() and first.isalnum() else (str(item.get("page", "")), "")


_TYPES = {
    "article-journal": "MedicalScholarlyArticle",
    "paper-conference": "ScholarlyArticle",
    "article-newspaper": "NewsArticle",
    "book": "Book",
    "chapter": "Chapter",
    "thesis": "Thesis",
    "report": "Report",
    "webpage": "WebPage",
    "dataset": "Dataset",
    "software": "SoftwareApplication",
}
"""By CSL type: the type of schema.org; any other publication is a CreativeWork."""


def cited(reference: Reference) -> Node:
    """A source that a page cites: its address if it has an identifier, else what it is, in short.

    In JSON-LD an ``@id`` stands for what is described elsewhere under it, here on the page of the source
    (https://www.w3.org/TR/json-ld11/#node-identifiers).
    """
    found = _described(reference)
    return {"@type": found["@type"], "@id": found["@id"]} if "@id" in found else found


def _described(reference: Reference) -> Node:
    """What a source is, in short."""
    date = publication_date(reference)
    links = [href for _, _, href in identifier_links(reference)]
    node = {
        "@type": _TYPES.get(str(to_csl(reference)["type"]), "CreativeWork"),
        "@id": links[0] if links else "",
        "name": reference.title.text,
        "datePublished": _date_text(date, "-") if date.year else "",
        "sameAs": links,
    }
    return known(node)


def publication(reference: Reference, status: str = "") -> Node:
    """A source with everything that its entry says; ``status`` tells if it no longer stands."""
    item = to_csl(reference)
    node = _described(reference)
    first, last = _pages(item)
    has_pages = node["@type"] in ("MedicalScholarlyArticle", "ScholarlyArticle", "NewsArticle", "Chapter", "Report")
    node |= {
        "author": [_person(name) for name in reference.authors if name != OTHERS],
        "editor": [_person(name) for name in reference.editors if name != OTHERS],
        "isPartOf": _container(item),
        "pagination": item.get("page") if has_pages else "",
        "pageStart": first if has_pages and last else "",
        "pageEnd": last if has_pages else "",
        "publisher": {"@type": "Organization", "name": item["publisher"]} if item.get("publisher") else "",
        "inLanguage": item.get("language", ""),
        "identifier": [
            {"@type": "PropertyValue", "propertyID": label, "value": shown}
            for label, shown, _ in identifier_links(reference)
        ],
        "url": reference.url,
        "creativeWorkStatus": status,
    }
    return known(node)


def _container(item: Mapping[str, object]) -> Node:
    """The journal, with volume and issue between, or the book."""
    title = item.get("container-title")
    if not title:
        return {}
    if item["type"] != "article-journal":
        return {"@type": "Book" if item["type"] == "chapter" else "CreativeWork", "name": title}
    inner = known({"@type": "Periodical", "name": title, "issn": item.get("ISSN", "")})
    if item.get("volume"):
        inner = {"@type": "PublicationVolume", "volumeNumber": item["volume"], "isPartOf": inner}
    if item.get("issue"):
        inner = {"@type": "PublicationIssue", "issueNumber": item["issue"], "isPartOf": inner}
    return inner


def _person(name: Name) -> Node:
    if name.literal:
        return {"@type": "Organization", "name": name.literal}
    family = f"{name.particle} {name.family}".strip()
    whole = " ".join(part for part in (name.given, family, name.suffix) if part)
    return known({"@type": "Person", "name": whole, "familyName": family, "givenName": name.given})


# --- the review ------------------------------------------------------------------------------------------------------


def dataset(name: str, description: str, keywords: Iterable[str], files: Iterable[Node]) -> Node:
    """Records as files to download."""
    return {
        "@type": "Dataset",
        "name": name,
        "description": description,
        "keywords": list(keywords),
        "isAccessibleForFree": True,
        "distribution": list(files),
    }


def download(name: str, media_type: str, description: str, address: str) -> Node:
    """A file of a dataset; ``address`` is empty if it is not known where the site is published."""
    node = {"@type": "DataDownload", "name": name, "encodingFormat": media_type, "description": description}
    return known({**node, "contentUrl": address})
