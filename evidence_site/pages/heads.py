"""What stands in the head of a page: metadata for reference managers, search engines and previews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence_site import addresses, metadata, prose, records as r
from evidence_site.page import Page, Spec
from evidence_site.pages.site import Site


class Heads:
    """Makes the heads of a site's pages; what all of them say of the review is worked out once."""

    def __init__(self, site: Site) -> None:
        """Get ready for the pages of ``site``."""
        record = site.review.record
        whole = {"@type": "WebSite", "name": record.short_title, "url": site.settings.url}
        self._site = site
        self._name = site.settings.name or record.short_title
        self._feed_title = f"{record.short_title}: what’s new"
        self._whole = metadata.known(whole)
        self._condition = _condition(record.condition)
        self._licence = record.licence.url
        self._authors = [_contributor(person) for person in record.contributors]

    def context(self, page: Page) -> Mapping[str, Any]:
        """What the template of the head shows."""
        spec = page.spec
        return {
            "tags": list(metadata.highwire(spec.reference)) if spec.reference else [],
            "social": self._social(spec),
            "json_ld": metadata.json_ld(self._web_page(page)),
            "feed": addresses.relative(addresses.FEED, spec.address) if page.leads(addresses.FEED) else "",
            "feed_title": self._feed_title,
        }

    def _social(self, spec: Spec) -> list[tuple[str, str]]:
        """Open Graph properties (https://ogp.me)."""
        is_home = spec.address == addresses.HOME
        found = [
            ("og:type", "website" if is_home else "article"),
            ("og:title", spec.title),
            ("og:description", spec.preview),
            ("og:site_name", self._name),
            ("og:locale", "en_GB"),
            ("og:url", self._absolute(spec.address)),
        ]
        revision = self._site.revision(spec)
        if revision and not is_home:
            found.append(("article:modified_time", revision.time.isoformat().replace("+00:00", "Z")))
        return [item for item in found if item[1]]

    def _absolute(self, address: str) -> str:
        url = self._site.settings.url
        return url + address if url else ""

    def _web_page(self, page: Page) -> metadata.Node:
        """The page, what it is about, and what it is part of."""
        spec = page.spec
        url = self._absolute(spec.address)
        revision = self._site.revision(spec)
        common = {
            "dateModified": revision.day.isoformat() if revision else "",
            "version": revision.short if revision else "",
            "license": self._licence,
            "author": self._authors,
            "inLanguage": "en",
        }
        node = {
            "@type": "MedicalWebPage",
            "@id": url,
            "url": url,
            "name": spec.title,
            "description": spec.preview,
            "isPartOf": self._whole,
            "about": self._condition,
            **common,
        }
        cited = self._citations(page)
        if spec.citable:
            node["mainEntity"] = metadata.known({**_article(spec), **common, "citation": cited})
        elif spec.schema:
            made_here = common if spec.schema["@type"] == "Dataset" else {}
            node["mainEntity"] = metadata.known({**spec.schema, **made_here})
        if not spec.citable:
            node["citation"] = cited
        return node

    def _citations(self, page: Page) -> list[metadata.Node]:
        references = self._site.references
        keys = [key for _, key, _ in page.references()]
        return [metadata.cited(references[key].node.reference) for key in keys if key in references]


def _article(spec: Spec) -> metadata.Node:
    """What a page of the review says, as an article."""
    return {"@type": "MedicalScholarlyArticle", "headline": spec.title, "abstract": spec.description}


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
        "alternateName": list(r.names(condition)[1:]),
        "description": prose.plain(condition.definition),
    }
