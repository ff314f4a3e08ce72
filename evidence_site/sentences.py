"""Prose cut into sentences, each with the citations that are meant for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence_site.prose import Citation, Prose

MARK = "\ufffc"
"""Stands for a citation in the text of a sentence."""
_HIDDEN = "\ufffd"
"""Stands for code, which is no prose."""
_END = re.compile(rf"[.!?…][)\]”’\"']*(?:\s?{MARK})*\s+(?=[(\[“‘\"']*[^\W_a-z])")
_WORD = re.compile(r"[^\W_]+")
_ABBREVIATED = re.compile(
    r"(?:(?<![^\W_])(?:e\.g|i\.e|vs|al|approx|ca|cf|resp|incl|figs?|nos?|pp?|vol|dr|st|eq|ref|tab)|(?<!\w)[A-Z])$",
    re.IGNORECASE,
)
"""What a full stop stands behind without ending a sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of prose."""

    text: str
    """Plain text, with a mark for each citation."""
    start: int
    """Where it begins in the plain text of the whole prose."""
    citations: tuple[Citation, ...]
    """Its own; if it has none, those of the next sentence of its paragraph that has some, else of the one before it."""


def sentences(prose: Prose) -> Iterator[Sentence]:
    """The sentences of a text that cites something, in order. A row of a table counts as one."""
    everything = prose.citations
    if not everything:
        return
    for block in _blocks(prose):
        cut = list(_cut(block))
        meant = _own(cut, block)
        for n in range(len(cut) - 2, -1, -1):
            meant[n] = meant[n] or meant[n + 1]
        for n in range(1, len(cut)):
            meant[n] = meant[n] or meant[n - 1]
        for (start, end), citations in zip(cut, meant, strict=True):
            yield Sentence(block.text[start:end], block.start + start, citations or everything)


def first(text: str) -> str:
    """The first sentence of a plain text."""
    start, end = next(_cut(_Block(text, 0, (), ())))
    return text[start:end].rstrip()


def _own(cut: list[tuple[int, int]], block: _Block) -> list[tuple[Citation, ...]]:
    own = []
    left = list(reversed(block.citations))
    for _, end in cut:
        mine: list[Citation] = []
        while left and left[-1][0] < end:
            mine += left.pop()[1]
        own.append(tuple(mine))
    return own


def offsets_in(source: str, prose: Prose, positions: Sequence[int]) -> Iterator[int]:
    """Where in the source of a text stands what stands at positions of its plain text, which run upwards."""
    waiting = list(reversed(positions))
    after = 0
    for block in _blocks(prose):
        for start, content, is_citation in block.pieces:
            begins = block.start + start
            at = source.find("[" if is_citation else content, after)
            # What is not there as it is has an escape in it, such as \* or &amp;, so its words are looked for.
            words = [] if is_citation or at >= 0 else list(_words_of(content, source, after))
            while waiting and waiting[-1] < begins + len(content):
                within = max(waiting.pop() - begins, 0)
                if words:
                    yield next(
                        (there + within - here for here, there, _ in reversed(words) if here <= within), words[0][1]
                    )
                else:
                    yield min(max(at, after) + within, len(source) - 1)
            if is_citation:
                after = max(after, source.find("]", at) + 1)
            else:
                after = words[-1][2] if words else max(after, at + len(content))
    yield from (max(0, min(after, len(source) - 1)) for _ in waiting)


def _words_of(content: str, source: str, after: int) -> Iterator[tuple[int, int, int]]:
    for word in _WORD.finditer(content):
        at = source.find(word[0], after)
        if at >= 0:
            after = at + len(word[0])
            yield word.start(), at, after


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    start: int
    citations: tuple[tuple[int, tuple[Citation, ...]], ...]
    pieces: tuple[tuple[int, str, bool], ...]
    """Where in the block each piece stands, the piece, and whether it is a citation."""


def _blocks(prose: Prose) -> Iterator[_Block]:
    start = 0
    text = ""
    citations: list[tuple[int, tuple[Citation, ...]]] = []
    pieces: list[tuple[int, str, bool]] = []
    in_row = False
    for token in prose.tokens:
        in_row = token.type == "tr_open" or (in_row and token.type != "tr_close")
        if token.type == "inline":
            parts: list[str] = []
            length = len(text)
            for child in token.children or ():
                content = " "
                if child.type == "text":
                    content = child.content
                    pieces.append((length, content, False))
                elif child.type == "citation":
                    content = MARK
                    citations.append((length, child.meta["citations"]))
                    pieces.append((length, content, True))
                elif child.type == "code_inline":
                    content = _HIDDEN
                    pieces.append((length, child.content, False))
                elif child.type not in ("softbreak", "hardbreak"):
                    content = ""
                parts.append(content)
                length += len(content)
            text += "".join(parts) + (" | " if in_row else "")
        if text and not in_row:
            yield _Block(text, start, tuple(citations), tuple(pieces))
            start += len(text) + 1
            text, citations, pieces = "", [], []


def _cut(block: _Block) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(block.text):
        at = match.start()
        if block.text[at] == "." and _ABBREVIATED.search(block.text, max(0, at - 12), at):
            continue
        yield start, match.end()
        start = match.end()
    yield start, len(block.text)
