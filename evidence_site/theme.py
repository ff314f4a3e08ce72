"""Emitted pages put into the theme, much faster than MkDocs does it and with the same bytes.

What the theme puts around a page that is not in the navigation depends on little: the folder that it is in, what is
hidden beside it, and its title, description, head, contents and text. The theme's templates are rendered once for each
combination of the former, with a mark in the place of each of the latter; pages are then cut together from the pieces.
Pages of the navigation, of which there are few, go through the templates one by one.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markdown.extensions.toc import nest_toc_tokens  # type: ignore[import-untyped]
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents, get_toc

from evidence_site.emitted import EmittedPage, Heading

_TEMPLATE = "main.html"
_TOC_ITEM = "partials/toc-item.html"
_MARKED = ("title", "description", "head")
"""The metadata that differs from page to page of one kind."""


def _mark(name: str) -> str:
    # No text holds these control characters: neither YAML nor the page writer lets them through.
    return f"\x02{name}\x03"


_CONTENT = f"<h1{_mark('content')}"
"""With the tag in it by which the theme sees that the page brings its own heading."""
_CANONICAL = _mark("canonical")
_ITEMS = _mark("items")
_TITLE_LINE = _mark("line")
"""A title that has a line to itself, with the break before it."""
_ANY_MARK = re.compile("((?:<h1)?\x02[a-z]+\x03)")


class Pages:
    """The pages of one site in the theme."""

    def __init__(self, config: MkDocsConfig, environment: Environment, nav: Navigation, files: Sequence[File]) -> None:
        """Get ready to render; ``files`` are the pages that templates may list."""
        self._config = config
        self._environment = environment
        self._nav = nav
        self._files = files
        self._shells: dict[tuple[object, ...], _Shell] = {}
        self._rendered: dict[tuple[object, ...], str] = {}

    def in_navigation(self, page: Page, emitted: EmittedPage) -> str:
        """A page of the navigation, whole."""
        page.content = emitted.content
        page.toc = contents(emitted.headings)
        page.active = True
        try:
            context = get_context(self._nav, self._files, self._config, page)
            return self._environment.get_template(_TEMPLATE).render(context)
        finally:
            page.active = False

    def outside(self, page: Page, emitted: EmittedPage) -> str:
        """A page outside the navigation, whole."""
        first = emitted.headings[0] if emitted.headings else None
        items = _items(contents(emitted.headings))
        rest = {name: value for name, value in emitted.meta.items() if name not in _MARKED}
        given = tuple(name for name in _MARKED if name in emitted.meta)
        key = (
            posixpath.dirname(page.url.rstrip("/")),
            page.url.endswith("/"),
            json.dumps(rest),
            given,
            first and (first.level, first.id),
            bool(items),
        )
        shell = self._shells.get(key)
        if shell is None:
            shell = self._shells[key] = self._shell(page.file, rest, given, first, with_items=bool(items))
        values = {_mark(name): str(emitted.meta[name]) for name in given}
        title = _tight(str(emitted.meta.get("title", "")))
        values[_TITLE_LINE] = f"\n{title}" if title else ""
        values[_CONTENT] = emitted.content
        values[_CANONICAL] = page.canonical_url or ""
        values[_ITEMS] = shell.between.join(map(self._item, items))
        return "".join([values.get(piece, piece) for piece in shell.pieces])

    def _shell(
        self, file: File, rest: Mapping[str, Any], given: Sequence[str], first: Heading | None, *, with_items: bool
    ) -> _Shell:
        page = Page(None, File(file.src_uri, file.src_dir, file.dest_dir, file.use_directory_urls), self._config)
        page.markdown = ""
        page.meta = {**rest, **{name: _mark(name) for name in given}}
        page.content = _CONTENT
        if page.canonical_url:
            page.canonical_url = _CANONICAL
        one, two = (AnchorLink(_mark(name), name, 2) for name in ("one", "two"))
        links = [one, two] if with_items else []
        if first and first.level == 1:
            top = AnchorLink(_mark("top"), first.id, 1)
            top.children = links
            page.toc = TableOfContents([top])
        else:
            page.toc = TableOfContents(links)
        context = get_context(self._nav, self._files, self._config, page)
        text = self._environment.get_template(_TEMPLATE).render(context)
        between = ""
        if with_items:
            before, after = self._item(one), self._item(two)
            start = text.index(before)
            end = text.index(after, start)
            between = text[start + len(before) : end]
            text = text.replace(before + between + after, _ITEMS)
        text = text.replace(f"\n{_mark('title')}\n", f"{_TITLE_LINE}\n")
        return _Shell(tuple(_ANY_MARK.split(text)), between)

    def _item(self, link: AnchorLink) -> str:
        key = _identity(link)
        if key not in self._rendered:
            text = self._environment.get_template(_TOC_ITEM).render(toc_item=link)
            self._rendered[key] = _tight(text)
        return self._rendered[key]


@dataclass(frozen=True, slots=True)
class _Shell:
    """The theme around a page: text, and marks where the page's own parts go."""

    pieces: tuple[str, ...]
    between: str
    """What stands between two items of the table of contents."""


def _tight(text: str) -> str:
    """Lines without spaces around them and without the empty ones, as mended.html leaves those of a whole page."""
    return "\n".join(filter(None, (line.strip(" ") for line in text.split("\n"))))


def contents(headings: Sequence[Heading]) -> TableOfContents:
    """The table of contents as MkDocs makes it of these headings."""
    tokens = [{"level": h.level, "id": h.id, "name": h.title} for h in headings]
    return get_toc(nest_toc_tokens(tokens))


def _items(toc: TableOfContents) -> list[AnchorLink]:
    """What the theme lists: all but a first heading of the page itself."""
    links = list(toc)
    return links[0].children if links and links[0].level == 1 else links


def _identity(link: AnchorLink) -> tuple[object, ...]:
    return (link.title, link.id, *map(_identity, link.children))
