"""Reading back what ``page.markdown`` wrote: the few forms of an emitted page, without a Markdown parser.

An emitted page is front matter, Markdown headings, and blocks of finished HTML. What Python-Markdown makes of it can be
said in advance, and is said here: the same HTML, to the byte, and the same table of contents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OPENING, CLOSING = '<div class="er">\n', "\n</div>\n"
"""What stands around each block of finished HTML."""
TOC_DEPTH = 3
"""The last level of heading that is in the table of contents: ``toc_depth`` of the toc extension."""
PERMALINK = '<a class="headerlink" href="#{}" title="Permanent link">&para;</a>'
"""What the toc extension puts behind each heading with ``permalink: true``."""

_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
_HEADING = re.compile(r"(#{1,6}) (.*) \{ #([a-z0-9-]+)( data-search-exclude)? \}\n")
_PAIRED = re.compile(r"(?<!\\)((?:\\\\)*)\\U([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of an emitted page."""

    level: int
    id: str
    title: str
    """As HTML."""


@dataclass(frozen=True, slots=True)
class EmittedPage:
    """What an engine would make of an emitted page."""

    meta: Mapping[str, Any]
    content: str
    """The HTML between the theme's header and footer."""
    headings: tuple[Heading, ...]
    """Those of the table of contents, in order."""


def read_page(source: str) -> EmittedPage | None:
    """The page in an emitted file, or None if it has a form that only a Markdown parser can tell."""
    front = _FRONT_MATTER.match(source)
    if not front or "\t" in source or "\r" in source or "\x02" in source or "\x03" in source:
        return None
    try:
        meta = dict(_fields(front[1]))
    except ValueError:
        return None
    pieces: list[str] = []
    headings: list[Heading] = []
    at = front.end()
    while at < len(source):
        if source[at] == "\n":
            at += 1
        elif source.startswith(OPENING, at):
            # A blank line ends a block: within one there is none but in preformatted text, which holds no tags.
            end = source.find(CLOSING + "\n", at)
            if end < 0:
                end = len(source) - len(CLOSING)
                if not source.endswith(CLOSING):
                    return None
            at, start = end + len(CLOSING), at
            pieces.append(source[start:at])
        else:
            match = _HEADING.match(source, at)
            if not match:
                return None
            level, title, id_, kept_out = len(match[1]), match[2], match[3], match[4] or ""
            pieces.append(f'<h{level}{kept_out} id="{id_}">{title}{PERMALINK.format(id_)}</h{level}>')
            if level <= TOC_DEPTH:
                headings.append(Heading(level, id_, " ".join(title.split())))
            at = match.end()
    return EmittedPage(meta, "\n".join(pieces).strip(), tuple(headings))


def _fields(front: str) -> Iterator[tuple[str, Any]]:
    for line in front.split("\n"):
        name, colon, value = line.partition(": ")
        if not colon:
            raise ValueError(line)
        # JSON has no \U; YAML has, and the page writer uses it for what JSON would need two halves for.
        yield name, json.loads(_PAIRED.sub(_as_json, value) if "\\U" in value else value)


def _as_json(match: re.Match[str]) -> str:
    return match[1] + json.dumps(chr(int(match[2], 16)))[1:-1]
