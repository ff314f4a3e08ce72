"""What stands in the head of a page: metadata for reference managers, search engines and previews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence_site import addresses, metadata, prose, records as r
from evidence_site.page import Page, Spec
from evidence_site.pages.site import Site

_LONGEST_DESCRIPTION = 300


def context(site: Site, page: Page) -> Mapping[str, Any]:
    """What the template of the head shows."""
    spec = page.spec
    tags = list(metadata.highwire(spec.reference)) if spec.reference else []
    return {
        "tags": tags,
        "social": _social(site, page),
        "json_ld": metadata.json_ld(_web_page(site, page)),
        "feed": addresses.relative(addresses.FEED, spec.address) if page.leads(addresses.FEED) else "",
        "feed_title": f"{site.review.record.short_title}: what’s new",
    }


def _social(site: Site, page: Page) -> list[tuple[str, str]]:
    """Open Graph properties (https://ogp.me)."""
    is_home = page.spec.address == addresses.HOME
    found = [
        ("og:type", "website" if is_home else "article"),
        ("og:title", page.spec.title),
        ("og:description", _shortened(page.spec.description)),
        ("og:site_name", site.settings.name or site.review.record.short_title),
        ("og:locale", "en_GB"),
        ("og:url", _absolute(site, page.spec.address)),
    ]
    revision = site.revision(page.spec)
    if revision and not is_home:
        found.append(("article:modified_time", revision.time.isoformat().replace("+00:00", "Z")))
    return [item for item in found if item[1]]


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_DESCRIPTION:
        return text
    return text[:_LONGEST_DESCRIPTION].rpartition(" ")[0].rstrip(".,;:") + " …"


def _absolute(site: Site, address: str) -> str:
    return site.settings.url + address if site.settings.url else ""


def _web_page(site: Site, page: Page) -> metadata.Node:
    """The page, what it is about, and what it is part of."""
    spec, review = page.spec, site.review
    url = _absolute(site, spec.address)
    common = {
        "dateModified": revision.day.isoformat() if (revision := site.revision(spec)) else "",
        "version": revision.short if revision else "",
        "license": review.record.licence.url,
        "author": [_contributor(person) for person in review.record.contributors],
        "inLanguage": "en",
    }
    whole = {"@type": "WebSite", "name": review.record.short_title, "url": site.settings.url}
    node = {
        "@type": "MedicalWebPage",
        "@id": url,
        "url": url,
        "name": spec.title,
        "description": spec.description,
        "isPartOf": metadata.known(whole),
        "about": _condition(review.record.condition),
        **common,
    }
    cited = _citations(site, page)
    if spec.citable:
        node["mainEntity"] = metadata.known({**_article(spec), **common, "citation": cited})
    elif spec.schema:
        made_here = common if spec.schema["@type"] == "Dataset" else {}
        node["mainEntity"] = metadata.known({**spec.schema, **made_here})
    if not spec.citable:
        node["citation"] = cited
    return metadata.known(node)


def _article(spec: Spec) -> metadata.Node:
    """What a page of the review says, as an article."""
    return {"@type": "MedicalScholarlyArticle", "headline": spec.title, "abstract": spec.description}


def _citations(site: Site, page: Page) -> list[metadata.Node]:
    keys = [key for _, key, _ in page.references()]
    return [metadata.cited(site.references[key].node.reference) for key in keys if key in site.references]


def _contributor(person: r.Contributor) -> metadata.Node:
    orcid = f"https://orcid.org/{person.orcid}" if person.orcid else ""
    return metadata.known({"@type": "Person", "name": person.name, "sameAs": orcid})


def _condition(condition: r.Condition) -> metadata.Node:
    """The illness that the review is about, in short."""
    names = condition.abbreviation or ""
    return metadata.known({"@type": "MedicalCondition", "name": condition.name, "alternateName": names})


def described_condition(record: r.Review) -> metadata.Node:
    """The illness that the review is about, with all its names and what it is."""
    condition = record.condition
    return {
        "@type": "MedicalCondition",
        "name": condition.name,
        "alternateName": [name for name in (condition.abbreviation, *condition.synonyms) if name],
        "description": prose.plain(condition.definition),
    }
