"""What search is told of a page: the plain text of its finished HTML, cut at its headings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from evidence_site import addresses
from evidence_site.page import Section as PageSection, Spec
from evidence_site.search_index import SearchEntry, Section

KINDS = {
    addresses.TREATMENTS: "treatments",
    addresses.OUTCOMES: "outcomes",
    addresses.TOPICS: "topics",
    addresses.CASES: "cases",
    addresses.STUDIES: "studies",
    addresses.REFERENCES: "references",
}
"""By the beginning of their addresses: what readers narrow a search to. All else is ``pages``."""

_MARKS = (" data-search-exclude", ' class="er-cite"', ' aria-hidden="true"')
_KEPT_OUT = re.compile(rf"<([a-z]+)\b[^>]*?(?:{'|'.join(_MARKS)})(?=[ >])")
_INLINE = re.compile(r"</?(?:a|abbr|b|bdi|cite|code|dfn|em|i|kbd|mark|small|strong|sub|sup|time|wbr)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_BEFORE_PUNCTUATION = re.compile(r" (?=[.,;:!?)\]])")


def entry(spec: Spec, sections: Iterable[PageSection]) -> SearchEntry | None:
    """A page for the index, made of its finished sections; nothing if it is not to be found."""
    if not spec.searchable:
        return None
    found = [
        Section(section.id, text(section.title), text(section.html))
        for section in sections
        if not section.kept_out and (section.title or section.html)
    ]
    return SearchEntry(spec.address, spec.title, _kind(spec.address), tuple(found), spec.names, spec.boost)


def text(html: str) -> str:
    """The text of finished HTML in one line, without citations and without what is marked to be kept out."""
    if "<" in html:
        html = _TAG.sub(" ", _INLINE.sub("", _shown(html)))
    return _BEFORE_PUNCTUATION.sub("", " ".join(unescape(html).split()))


def _shown(html: str) -> str:
    """Finished HTML without the elements that search leaves out."""
    if not any(mark in html for mark in _MARKS):
        return html
    pieces = []
    start = 0
    while match := _KEPT_OUT.search(html, start):
        pieces.append(html[start : match.start()])
        start = _end(html, match)
    return "".join([*pieces, html[start:]])


def _end(html: str, opening: re.Match[str]) -> int:
    """Where the element ends that a tag opens."""
    depth = 0
    for tag in re.compile(rf"<(/?){opening[1]}\b[^>]*>").finditer(html, opening.start()):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return len(html)


def _kind(address: str) -> str:
    first, _, rest = address.partition("/")
    return KINDS.get(f"{first}/", "pages") if rest else "pages"
