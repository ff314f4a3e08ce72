"""Contributors' prose: CommonMark with Pandoc citations in, safe HTML out.

Raw HTML, images and links to anything but the web, mail or this site come out as text. Nothing that a contributor
writes is passed on to the site engine's own Markdown, so attribute lists and template syntax stay text as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

KEY = r"[A-Za-z0-9_](?:[A-Za-z0-9_]|[:.+/-](?=[A-Za-z0-9_]))*"
"""A citation key as Pandoc reads it: punctuation inside a key is part of it, behind a key it is not."""

_ITEM = re.compile(
    rf"^(?P<prefix>(?:[^@]*[\s(])??)\s*@(?P<key>{KEY})\s*(?:,\s*(?P<locator>.*?)|(?P<suffix>\s.+?))?\s*$", re.DOTALL
)
_BARE = re.compile(rf"(?<![\w@])@({KEY})")
_UNMARKED = re.compile(rf"\[({KEY})(?=[\],;])(?:\s*[,;]\s*([^\[\]@;]{{1,80}}?)\s*(?=[\];]))?")
_PLACE = re.compile(r"\s*[,;]\s*([^()\[\]@;]{1,80}?)\s*[)\];]")
"""What follows a key outside of a citation as its place would: ``(@key, table 2)``, ``[@key; table 2]``."""
_IMAGE = re.compile(r"!\[[^\]]{0,300}\]\(|(?<!\w)!$")
_UNLINKED = re.compile(r"(?<!!)\[[^\[\]]{1,300}\]\(([^\s()]{1,300})\)")
IN_LINK = "in_link"
"""The mark of a text token that stands in a link."""
_SAFE_LINK = re.compile(r"^(?:https?://[^/]|mailto:[^?]|/(?!/)|#|[a-z0-9-]+\.md(?:#|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Citation:
    """One source in a citation: ``see @key, p. 3``."""

    key: str
    prefix: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What stands between one pair of brackets: one or more citations."""

    citations: tuple[Citation, ...]
    line: int = 0
    """Which line of the text it is on, counted from 0."""


@dataclass(frozen=True, slots=True)
class Bare:
    """A key that is no citation, since something about it is written in another way."""

    key: str
    line: int
    """Which line of the text it is on, counted from 0."""
    locator: str = ""
    """What stands where the place in the source would."""
    opened_by: str = ""
    """The sign right in front of it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a documentation page."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Prose:
    """Parsed prose: read its citations and links, or render it."""

    tokens: tuple[Token, ...]
    clusters: tuple[Cluster, ...]
    links: tuple[tuple[str, int], ...]
    """Links to other pages of the site (``/treatments/x/``, ``methods.md``), each with its line from 0."""
    bare_keys: tuple[Bare, ...]
    """Keys written with @ but outside of a citation: likely a forgotten pair of brackets."""
    images: tuple[int, ...]
    """Lines that try to show an image, which record text cannot."""
    unmarked: tuple[Bare, ...] = ()
    """What begins a pair of brackets as a key would, but without its @."""
    unlinked: tuple[tuple[str, int], ...] = ()
    """Addresses of links that stay text: they lead neither to this site in its own way nor to the web."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation, in the order of the text."""
        return tuple(citation for cluster in self.clusters for citation in cluster.citations)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the sources that are cited."""
        return frozenset(citation.key for citation in self.citations)


Cite = Callable[[Cluster], Markup]
Resolve = Callable[[str], str]
Words = Callable[[str], Markup]
"""Makes safe HTML of plain words, which are neither code nor within a link."""


def parse_citations(content: str) -> tuple[Citation, ...]:
    """The citations of ``see @a, p. 3; @b``, or none if the text between the brackets is not a citation."""
    if "@" not in content:
        return ()
    found = []
    for part in content.split(";"):
        match = _ITEM.match(part.strip())
        if match is None or "[" in part or "]" in part:
            return ()
        locator = (match["locator"] or match["suffix"] or "").strip()
        found.append(Citation(match["key"], " ".join(match["prefix"].split()), " ".join(locator.split())))
    return tuple(found)


def keys_within(citation: Citation) -> list[str]:
    """Keys with their @ in the words around the key of a citation, where they are words, too."""
    return _BARE.findall(f"{citation.prefix} {citation.locator}")


def _citation_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    # No citation has another bracket in it. To look beyond one would take ages in a long run of them.
    other = state.src.find("[", state.pos + 1, state.posMax)
    end = state.src.find("]", state.pos, other if other >= 0 else state.posMax)
    if end < 0:
        return False
    citations = parse_citations(state.src[state.pos + 1 : end])
    if not citations:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.meta = {"citations": citations, "offset": state.src.count("\n", 0, state.pos)}
    state.pos = end + 1
    return True


def _render_citation(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    del renderer, options
    token = tokens[index]
    return str(env["cite"](Cluster(token.meta["citations"])))


def _render_link_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    del renderer, options
    href = str(tokens[index].attrGet("href") or "")
    if _is_internal(href):
        return f'<a href="{escape(env["resolve"](href))}">'
    return f'<a href="{escape(href)}" rel="noopener">'


def _render_text(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    del renderer, options
    token = tokens[index]
    return str(escape(token.content) if IN_LINK in token.meta else env["words"](token.content))


def _render_table_open(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    del renderer, tokens, index, options, env
    return '<div class="er-scroll" tabindex="0" role="region" aria-label="Table"><table>\n'


def _render_table_close(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    del renderer, tokens, index, options, env
    return "</table></div>\n"


def _is_internal(href: str) -> bool:
    return href.startswith("/") or bool(re.match(r"[a-z0-9-]+\.md(?:#|$)", href))


def _parser(*, page: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    # markdown-it declares its hooks as methods; replacing them is its documented way to configure links.
    parser.validateLink = lambda url: bool(_SAFE_LINK.match(url.strip()))  # type: ignore[method-assign]
    parser.inline.ruler.before("link", "citation", _citation_rule)
    parser.disable(["reference"])  # a definition elsewhere in the text must not change what a bracket means
    if not page:
        parser.disable(["heading", "lheading", "hr", "code"])
    for name, rule in (
        ("citation", _render_citation),
        ("link_open", _render_link_open),
        ("text", _render_text),
        ("table_open", _render_table_open),
        ("table_close", _render_table_close),
    ):
        parser.add_render_rule(name, rule)
    parser.disable(["image", "html_block", "html_inline"])
    return parser


_RECORD = _parser(page=False)
_PAGE = _parser(page=True)


def parse(text: str) -> Prose:
    """Parse a prose field of a record."""
    return _paragraph(text) if is_plain(text) else _remembered(text)


@lru_cache(maxsize=32_768)
def _remembered(text: str) -> Prose:
    return _parse(text, _RECORD)


_PLAIN = re.compile(r"[^\W\d_][^\\`*_{}\[\]<>&!|~^@\n\r\t\x00]*(?<! )")


def is_plain(text: str) -> bool:
    """Whether a text is one paragraph of plain words, without citations, links or any other markup."""
    return _PLAIN.fullmatch(text) is not None


def _paragraph(text: str) -> Prose:
    """What the parser makes of a plain text, many times faster."""
    words = Token("text", "", 0, content=text)
    inline = Token("inline", "", 0, content=text, children=[words], map=[0, 1], level=1, block=True)
    start = Token("paragraph_open", "p", 1, map=[0, 1], block=True)
    return Prose((start, inline, Token("paragraph_close", "p", -1, block=True)), (), (), (), ())


def parse_page(text: str) -> Prose:
    """Parse a documentation page, which may have headings."""
    return _parse(text, _PAGE)


def _parse(text: str, parser: MarkdownIt) -> Prose:
    tokens = parser.parse(text)
    clusters: list[Cluster] = []
    links: list[tuple[str, int]] = []
    bare: list[Bare] = []
    images: list[int] = []
    unmarked: list[Bare] = []
    unlinked: list[tuple[str, int]] = []
    linked = 0
    for line, token in _inline_tokens(tokens):
        linked += token.nesting if token.type in ("link_open", "link_close") else 0
        if linked and token.type == "text":
            token.meta[IN_LINK] = True
        if token.type == "citation":
            clusters.append(Cluster(token.meta["citations"], line + token.meta["offset"]))
        elif token.type == "link_open" and _is_internal(href := str(token.attrGet("href") or "")):
            links.append((href, line))
        elif token.type == "text":
            bare.extend(_bare(token.content, match, line) for match in _BARE.finditer(token.content))
            unmarked.extend(Bare(match[1], line, match[2] or "") for match in _UNMARKED.finditer(token.content))
            unlinked.extend((match[1], line) for match in _UNLINKED.finditer(token.content))
            if _IMAGE.search(token.content):
                images.append(line)
    told = (tuple(bare), tuple(images), tuple(unmarked), tuple(unlinked))
    return Prose(tuple(tokens), tuple(clusters), tuple(links), *told)


def _bare(text: str, key: re.Match[str], line: int) -> Bare:
    place = _PLACE.match(text, key.end())
    return Bare(key[1], line, place[1] if place else "", text[max(key.start() - 1, 0) : key.start()])


def _inline_tokens(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    for token in tokens:
        start = token.map[0] if token.map else 0
        breaks = 0
        for child in token.children or ():
            yield start + (0 if child.type == "citation" else breaks), child
            breaks += child.type in ("softbreak", "hardbreak")


def render(prose: Prose, cite: Cite, resolve: Resolve, words: Words = escape) -> Markup:
    """Safe HTML of blocks (paragraphs, lists, tables).

    Citations are made by ``cite``, internal links by ``resolve``, and plain words by ``words``.
    """
    return _rendered(prose.tokens, cite, resolve, words)


def render_text(text: str, cite: Cite, resolve: Resolve, words: Words = escape) -> Markup:
    """Safe HTML of a prose field of a record, as ``render`` makes it."""
    if is_plain(text):
        return Markup(f"<p>{words(text)}</p>\n")  # safe: ``words`` is
    return _rendered(parse(text).tokens, cite, resolve, words)


def render_inline(text: str, cite: Cite, resolve: Resolve, words: Words = escape) -> Markup:
    """Like ``render_text``, but a single paragraph comes without its ``<p>``, to stand in a table cell or sentence."""
    if is_plain(text):
        return words(text)
    tokens = parse(text).tokens
    if [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        tokens = tokens[1:2]
    return _rendered(tokens, cite, resolve, words)


def _rendered(tokens: Sequence[Token], cite: Cite, resolve: Resolve, words: Words) -> Markup:
    env = {"cite": cite, "resolve": resolve, "words": words}
    return Markup(_RECORD.renderer.render(list(tokens), _RECORD.options, env))


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """The text alone, without markup and citations, on one line: for titles, descriptions and tables of data."""
    pieces: list[str] = []
    for token in parse(text).tokens:
        if token.type == "inline":
            for child in token.children or ():
                if child.type in ("text", "code_inline"):
                    pieces.append(child.content)
                elif child.type in ("softbreak", "hardbreak"):
                    pieces.append(" ")
            pieces.append(" ")
        elif token.type in ("fence", "code_block"):
            pieces.append(token.content + " ")
    joined = " ".join("".join(pieces).split())
    return re.sub(r"\s+([.,;:!?])", r"\1", joined)


def sections(prose: Prose) -> Iterator[tuple[Heading | None, Prose]]:
    """A documentation page cut at its headings: each heading with the prose below it, and first what precedes any."""
    heading: Heading | None = None
    body: list[Token] = []
    tokens = iter(prose.tokens)
    for token in tokens:
        if token.type == "heading_open" and token.level == 0:
            yield heading, Prose(tuple(body), (), (), (), ())
            body = []
            inline = next(tokens)
            text = "".join(
                " " if t.type in ("softbreak", "hardbreak") else t.content
                for t in inline.children or ()
                if t.type in ("text", "code_inline", "softbreak", "hardbreak")
            )
            heading = Heading(int(token.tag[1:]), text, token.map[0] if token.map else 0)
            next(tokens)
        else:
            body.append(token)
    yield heading, Prose(tuple(body), (), (), (), ())


# --- numbering -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a page a cluster of citations stands."""

    anchor: str
    section: str
    section_id: str


class Numbering:
    """The citations of one page: numbers in the order of first appearance, and where each source is cited."""

    def __init__(self, labels: Mapping[str, str], marks: Mapping[str, str] = MappingProxyType({})) -> None:
        """Start a page; ``labels`` gives each known key the words that a screen reader says for it.

        ``marks`` gives keys a word that stands behind their number wherever they are cited: ``retracted``.
        """
        self._labels = labels
        self._marks = marks
        self._numbers: dict[str, int] = {}
        self._places: dict[str, list[Place]] = {}
        self._named: set[str] = set()
        self._clusters = 0

    def cite(self, cluster: Cluster, section: str = "", section_id: str = "") -> Markup:
        """The linked numbers of a cluster, such as ``[1–3, abstract; 5]``; each key is numbered when first met."""
        self._clusters += 1
        place = Place(f"cite-{self._clusters}", section, section_id)
        for citation in cluster.citations:
            self._numbers.setdefault(citation.key, len(self._numbers) + 1)
            places = self._places.setdefault(citation.key, [])
            if place not in places:
                places.append(place)
        inner = "; ".join(self._group(*group) for group in group_citations(cluster.citations, self._numbers))
        return Markup(f'<span class="er-cite" id="{place.anchor}">[{inner}]</span>')  # made of safe parts

    def entries(self) -> Iterator[tuple[int, str, tuple[Place, ...]]]:
        """The reference list: number, key, and every place that cites it, in order."""
        for key, number in self._numbers.items():
            yield number, key, tuple(self._places[key])

    # These return safe HTML.

    def _group(self, prefix: str, keys: tuple[tuple[int, str], ...], locator: str) -> str:
        before = f"{escape(prefix)} " if prefix else ""
        after = f"<small>, {escape(locator)}</small>" if locator else ""
        return before + ",".join(self._run(run) for run in collapse(keys)) + after

    def _run(self, run: tuple[tuple[int, str], ...]) -> str:
        if len(run) < 3 or any(key in self._marks for _, key in run):
            return ",".join(self._link(*item) for item in run)
        return f"{self._link(*run[0])}–{self._link(*run[-1])}"

    def _link(self, number: int, key: str) -> str:
        # Many pages cite few sources many times: who listens hears the name each time, but it stands in the page once.
        # cite.js gives the others the same one.
        name = "" if key in self._named else f' aria-label="Reference {number}: {escape(self._labels.get(key, key))}"'
        self._named.add(key)
        mark = f" <strong>{escape(self._marks[key])}</strong>" if key in self._marks else ""
        return f'<a href="#ref-{escape(key)}"{name}>{number}</a>{mark}'


def group_citations(
    citations: Sequence[Citation], numbers: Mapping[str, int]
) -> Iterator[tuple[str, tuple[tuple[int, str], ...], str]]:
    """Citations that can share one list of numbers: neighbours without a prefix and with the same locator.

    Yields the prefix, the numbers with their keys in ascending order and without repeats, and the locator.
    """
    groups: list[tuple[str, dict[int, str], str]] = []
    for citation in citations:
        item = (numbers[citation.key], citation.key)
        if groups and not citation.prefix and citation.locator == groups[-1][2]:
            groups[-1][1][item[0]] = item[1]
        else:
            groups.append((citation.prefix, {item[0]: item[1]}, citation.locator))
    for prefix, members, locator in groups:
        yield prefix, tuple(sorted(members.items())), locator


def collapse(items: Sequence[tuple[int, str]]) -> Iterator[tuple[tuple[int, str], ...]]:
    """Ascending numbers cut into runs of neighbours: 1, 2, 3, 5 becomes (1, 2, 3) and (5)."""
    run: list[tuple[int, str]] = []
    for item in items:
        if run and item[0] != run[-1][0] + 1:
            yield tuple(run)
            run = []
        run.append(item)
    if run:
        yield tuple(run)
