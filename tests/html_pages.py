"""A built site as its tests read it: pages with their elements, links and words."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
WORDLESS = frozenset({"script", "style", "svg", "template"})


@dataclass(eq=False)
class Element:
    """An element with its attributes, children and text."""

    tag: str
    attributes: Mapping[str, str]
    parent: Element | None = None
    content: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """The elements in it, at any depth, in their order."""
        for item in self.content:
            if isinstance(item, Element):
                yield item
                yield from item.walk()

    def all(self, *tags: str) -> list[Element]:
        """The elements with one of these names in it."""
        return [element for element in self.walk() if element.tag in tags]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only element with this name and these attributes in it."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        (found,) = [e for e in self.all(tag) if wanted.items() <= e.attributes.items()]
        return found

    def of_class(self, name: str) -> list[Element]:
        """The elements with a class."""
        return [element for element in self.walk() if name in element.attributes.get("class", "").split()]

    @cached_property
    def text(self) -> str:
        """The words in it, as a reader sees them."""
        return " ".join("".join(self._words()).split())

    def _words(self) -> Iterator[str]:
        for item in self.content:
            if isinstance(item, str):
                yield item
            elif item.tag not in WORDLESS:
                yield from item._words()

    def __getitem__(self, attribute: str) -> str:
        """An attribute; empty if it is not there."""
        return self.attributes.get(attribute, "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.content.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        opened: Element | None = self.at
        while opened is not None and opened.tag != tag:
            opened = opened.parent
        if opened is not None and opened.parent is not None:
            self.at = opened.parent

    def handle_data(self, data: str) -> None:
        self.at.content.append(data)


@dataclass(eq=False)
class BuiltPage:
    """A page of a built site."""

    address: str
    """Relative to the site: ``treatments/teriparatide/``, empty for the home page."""
    html: Element

    @cached_property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return [element["id"] for element in self.html.walk() if "id" in element.attributes]

    @cached_property
    def article(self) -> Element:
        """What the page itself says, without what stands on every page."""
        return self.html.one("article")

    @property
    def citations(self) -> list[Element]:
        """The links from the text to the list of references."""
        return [link for cluster in self.article.of_class("er-cite") for link in cluster.all("a")]

    @cached_property
    def title(self) -> str:
        """What the browser's tab says."""
        return self.html.one("head").one("title").text

    @property
    def text(self) -> str:
        """The words of the article."""
        return self.article.text

    def meta(self, name: str) -> str:
        """What a <meta> element says."""
        return next((e["content"] for e in self.html.all("meta") if e["name"] == name), "")

    def links(self) -> Iterator[tuple[str, str]]:
        """Links within the site: the path from the site's root (of a page with its slash), and the fragment."""
        for link in self.html.all("a"):
            href = link["href"]
            parts = urlsplit(href)
            if "href" in link.attributes and not parts.scheme and not parts.netloc:
                yield self.resolve(href), unquote(parts.fragment)

    def resolve(self, href: str) -> str:
        """The path from the site's root that a link leads to."""
        path = urlsplit(href).path
        if not path:
            return self.address
        joined = posixpath.normpath(posixpath.join("/", self.address, unquote(path))).lstrip("/")
        return joined + "/" if joined and path.endswith(("/", ".")) else joined


def read_page(file: Path, address: str) -> BuiltPage:
    """Read a file of HTML."""
    reader = _Reader()
    reader.feed(file.read_text("utf-8"))
    reader.close()
    return BuiltPage(address, reader.root)


def read_site(folder: Path) -> dict[str, BuiltPage]:
    """Every page of a built site, by address, without the one that servers show for what is not there."""
    pages = {}
    for file in sorted(folder.rglob("index.html")):
        address = file.relative_to(folder).as_posix().removesuffix("index.html")
        pages[address] = read_page(file, address)
    return pages
