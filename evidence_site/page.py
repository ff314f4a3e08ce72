"""One page while it is rendered: its headings, citations and links, and at last the Markdown file for the engine.

A template writes HTML. Headings are marked, so that the file handed to the engine has real Markdown headings (tables of
contents and search sections are made from them) with finished HTML between, which no engine touches.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from evidence_site import abbreviations, addresses, prose
from evidence_site.bibliography import Reference
from evidence_site.search_index import SearchEntry


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """A place on the site that cites a source."""

    address: str
    title: str
    section: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Spec:
    """What page to make: where, from which template, with what."""

    address: str
    template: str
    title: str
    description: str
    files: tuple[str, ...] = ()
    """The files behind it, for “last changed” and “edit this record”; the first is the one to edit."""
    boost: float = 1.0
    """How far search prefers it."""
    hide: tuple[str, ...] = ()
    """Side columns that it does without: ``navigation`` (no page beside it), ``toc`` (mostly one wide table)."""
    contents: int = 3
    """How deep a heading may lie to be in the contents that the engine makes."""
    searchable: bool = True
    names: tuple[str, ...] = ()
    """What the thing is called, for pages about one thing: who searches for one of these finds it first."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """What it is about in the terms of schema.org; what all pages have is added to it."""
    reference: Reference | None = None
    """The publication that reference managers take from it."""
    citable: bool = False
    """Whether it tells how to cite it."""
    context: Mapping[str, Any] = field(default_factory=dict)
    tail: str = ""
    """The template of a part below that depends on what the other pages cite; empty if there is none."""
    tail_context: Callable[[Mapping[str, Sequence[CitedPlace]]], Mapping[str, Any]] = lambda _: {}
    """What that template gets, given the places that cite each key."""

    @property
    def preview(self) -> str:
        """The description, or the beginning of a long one: what search engines and previews show of a page."""
        if len(self.description) <= _LONGEST_PREVIEW:
            return self.description
        return self.description[:_LONGEST_PREVIEW].rpartition(" ")[0].rstrip(".,;:") + " …"


@dataclass(frozen=True, slots=True)
class Outline:
    """A page that is made only if it has to be: where it is, what goes into it, and how to make it."""

    address: str
    title: str
    inputs: str
    """The digest of all that it is made from but what cites it; empty if it is to be made each time."""
    make: Callable[[], Spec]
    cites: tuple[str, ...] = ()
    """The keys of which it tells how they are cited, if any."""


@dataclass(frozen=True, slots=True)
class Made:
    """A page as it was made, with what the rest of the site took from it."""

    inputs: str
    """The digest of what it was made from; empty if that is not known."""
    citing: str
    """The digest of the places that cite what the page tells of; empty if it tells of none."""
    cited: tuple[tuple[str, CitedPlace], ...]
    """Each key that it cites, with the places."""
    asked: tuple[tuple[str, bool], ...]
    """Addresses of the site that it links or would have linked, each with whether it existed."""
    source: bytes
    """The file for the engine."""
    entry: SearchEntry | None
    """What search is told of it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a finished page: what stands below a heading, or before the first one."""

    html: str
    level: int = 0
    """That of its heading; 0 before any heading."""
    id: str = ""
    title: str = ""
    """As HTML."""
    kept_out: bool = False
    """Whether search leaves it out."""


_LONGEST_PREVIEW = 300
_HEADING = re.compile(r'<!--er:h(\d) id="([a-z0-9-]+)"( data-search-exclude)?-->(.*?)<!--/er-->')
_PREFORMATTED = re.compile(r"(<pre.*?</pre>)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_READ_BY_MARKDOWN = re.compile(r"[^\w ,]|_")
_CELLS, _ITEMS = ("td", "th"), ("dd", "dt")
_RUN_TOGETHER = [
    *((f"</{one}>", f"<{two}") for kind in (_CELLS, _ITEMS) for one in kind for two in kind),
    *(("</div>", "<"),) * 2,  # what one replacement ends with, the next may begin with
]
_SUB = '<span class="er-sub">'


class Page:
    """What a template calls ``page``. It remembers the section that it is in, and numbers citations as they come."""

    def __init__(
        self,
        spec: Spec,
        labels: Mapping[str, str],
        known: Callable[[str], bool],
        short_forms: abbreviations.Abbreviations = abbreviations.NONE,
        marks: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Start the page of ``spec``; ``labels`` names references, ``known`` says whether an address exists.

        ``marks`` says of references what stands wherever they are cited.
        """
        self.spec = spec
        self.dead_links: list[str] = []
        self.asked: set[tuple[str, bool]] = set()
        """Addresses that it links or would have linked, each with whether it exists."""
        self._links: dict[str, str] = {}
        self._known = known
        self._numbering = prose.Numbering(labels, marks)
        self._section = ("", "")
        self._ids: set[str] = set()
        self._short_forms = short_forms
        self._explained: set[str] = set()

    # what templates call

    def h(self, level: int, title: str, id_: str = "", *, search: bool = True) -> Markup:
        """A heading; everything below it belongs to its section until the next one.

        ``search=False`` keeps the whole section out of the search index.
        """
        id_ = self.unique(id_ or slug(title))
        self._section = (title, id_)
        self._explained.clear()
        kept_out = "" if search else " data-search-exclude"
        # For control characters there is no character reference: HTML gives their numbers to other characters.
        text = _CONTROL.sub(" ", escape(title))
        return Markup(f'\n<!--er:h{level} id="{escape(id_)}"{kept_out}-->{text}<!--/er-->\n')  # made of safe parts

    def unique(self, id_: str) -> str:
        """An id that no other element of the page has."""
        if id_.startswith(("cite-", "ref-")):
            id_ = f"x-{id_}"  # citations and the list of references have those
        candidate, n = id_, 1
        while candidate in self._ids:
            n += 1
            candidate = f"{id_}-{n}"
        self._ids.add(candidate)
        return candidate

    def text(self, value: str) -> Markup:
        """Prose as blocks."""
        return prose.render_text(value, self._cite, self.link, self._words)

    def inline(self, value: str) -> Markup:
        """Prose for a cell or a sentence."""
        return prose.render_inline(value, self._cite, self.link, self._words)

    def blocks(self, value: prose.Prose) -> Markup:
        """Parsed prose as blocks."""
        return prose.render(value, self._cite, self.link, self._words)

    def cite(self, *keys: str, locator: str = "") -> Markup:
        """A citation of these keys."""
        return self._cite(prose.Cluster(tuple(prose.Citation(key, locator=locator) for key in keys)))

    def link(self, target: str) -> str:
        """The relative link to an address of this site, given as ``treatments/x/`` or as contributors write it."""
        link = self._links.get(target)
        if link is None:
            address = canonical(target)
            if not self.leads(address):
                self.dead_links.append(target)
            link = self._links[target] = addresses.relative(address, self.spec.address)
        return link

    def references(self) -> Iterator[tuple[int, str, tuple[prose.Place, ...]]]:
        """The sources cited so far: number, key and the places that cite it."""
        return self._numbering.entries()

    def cited_places(self) -> Iterator[tuple[str, CitedPlace]]:
        """Each cited key with the first place of every section that cites it."""
        for _, key, places in self._numbering.entries():
            sections: set[str] = set()
            for place in places:
                if place.section_id not in sections:
                    sections.add(place.section_id)
                    yield key, CitedPlace(self.spec.address, self.spec.title, place.section, place.anchor)

    def leads(self, target: str) -> bool:
        """Whether an address of this site exists."""
        page = target.partition("#")[0]
        exists = self._known(page)
        self.asked.add((page, exists))
        return exists

    def _words(self, text: str) -> Markup:
        return self._short_forms.mark(text, self._explained)

    def _cite(self, cluster: prose.Cluster) -> Markup:
        return self._numbering.cite(cluster, *self._section)


def canonical(target: str) -> str:
    """An address from what contributors write: ``/treatments/x/`` or ``methods.md#how``; a plain ``#id`` stays."""
    if ".md" in target and (match := re.fullmatch(r"([a-z0-9-]+)\.md(#.*)?", target)):
        name = "" if match[1] == "index" else f"{match[1]}/"
        return name + (match[2] or "")
    return target.removeprefix("/")


def slug(text: str) -> str:
    """An id made of a heading's words."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"


def sections(parts: Sequence[str]) -> list[Section]:
    """What templates made of a page, one part after the other, in the form that files have, and cut at its headings."""
    before, *pieces = _HEADING.split(_tidied("\n".join(parts)))
    headed = zip(*(pieces[group::5] for group in range(5)), strict=True)
    return [
        Section(before.strip()),
        *(
            Section(html.strip(), int(level), id_, title, kept_out is not None)
            for level, id_, kept_out, title, html in headed
        ),
    ]


def markdown(spec: Spec, sections: Iterable[Section], head: str = "") -> str:
    """The file for the engine: front matter, Markdown headings, finished HTML between them.

    ``head`` is finished HTML for the head of the page.
    """
    pieces = [_front_matter(spec, head)]
    for section in sections:
        if section.level:
            kept_out = " data-search-exclude" if section.kept_out else ""
            if section.level > spec.contents:
                words = section.title or "…"
                heading = f'<h{section.level} id="{section.id}"{kept_out}>{words}</h{section.level}>'
                pieces.append(f'<div class="er">\n{heading}\n{section.html}\n</div>\n')
                continue
            title = _as_markdown_text(section.title)
            pieces.append(f"{'#' * section.level} {title} {{ #{section.id}{kept_out} }}\n")
        if section.html:
            pieces.append(f'<div class="er">\n{section.html}\n</div>\n')
    return "\n".join(pieces)


def _front_matter(spec: Spec, head: str) -> str:
    # Titles and descriptions reach the theme's templates unescaped, so they are escaped here. JSON is YAML.
    meta: dict[str, Any] = {"title": str(escape(spec.title)), "description": str(escape(spec.preview))}
    if spec.hide:
        meta["hide"] = list(spec.hide)
    if spec.names:
        # For engines with a search of their own, which give tags the most weight and show them as HTML.
        meta["tags"] = list(dict.fromkeys(html.escape(name, quote=False) for name in spec.names))
    if not spec.searchable:
        meta["search"] = {"exclude": True}
    elif spec.boost != 1.0:
        meta["search"] = {"boost": spec.boost}
    if head:
        meta["head"] = head
    lines = [f"{key}: {_json(value)}" for key, value in meta.items()]
    return "---\n" + "\n".join(lines) + "\n---\n"


_JSON = json.JSONEncoder(ensure_ascii=False)


def _json(value: object) -> str:
    # YAML reads neither control characters in a text nor the two halves with which JSON escapes a character like 🦴.
    text = _JSON.encode(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)


def _tidied(html: str) -> str:
    """Finished HTML as every Markdown parser leaves it alone."""
    pieces = _PREFORMATTED.split(html)
    # Every second piece is preformatted text, where white space counts.
    pieces[::2] = ["\n".join([line for line in map(str.strip, piece.split("\n")) if line]) for piece in pieces[::2]]
    # Some searches take the words of neighbouring cells for one word unless there is a space between them.
    pieces[::2] = [_spaced(piece) for piece in pieces[::2]]
    # Markdown parsers make spaces of tabs, even within finished HTML.
    tidied = "\n" + "".join(pieces).replace("\t", "&#9;")
    # A fence at the start of a line would be taken for Markdown by engines that look for fences before HTML.
    for mark in ("`", "~"):
        tidied = tidied.replace(f"\n{mark}", f"\n&#{ord(mark)};")
    return tidied


def _spaced(html: str) -> str:
    # Replacing fixed texts one after the other is many times faster than one expression that looks for all of them.
    for close, open_ in _RUN_TOGETHER:
        html = html.replace(close + open_, f"{close} {open_}")
    *before, last = html.split(_SUB)
    return "".join(f"{part}{_SUB}" if not part or part[-1].isspace() else f"{part} {_SUB}" for part in before) + last


@lru_cache(maxsize=4096)
def _as_markdown_text(escaped: str) -> str:
    # Every character that Markdown or an attribute list could read becomes a character reference.
    return _READ_BY_MARKDOWN.sub(lambda match: f"&#{ord(match[0])};", unescape(escaped).strip() or "…")
