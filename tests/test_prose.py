"""Prose and citations: what a contributor writes, and what a reader sees."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings, strategies as st
from markupsafe import Markup

from evidence_site import prose

CASES = sorted((Path(__file__).parent / "cases" / "citations").glob("*.yaml"))


def render(text: str) -> tuple[str, prose.Numbering]:
    numbering = prose.Numbering({})
    return str(prose.render_text(text, numbering.cite, lambda target: "../" + target)), numbering


def as_read(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", rendered)).strip()


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_retracted_source_is_marked_where_it_is_cited() -> None:
    """Whoever reads the sentence sees it, within a run of numbers and without looking at the list below."""
    numbering = prose.Numbering({}, {"b": "retracted"})
    (cluster,) = prose.parse("Said [@a; @b; @c].").clusters
    told = numbering.cite(cluster)
    assert ">2</a> <strong>retracted</strong>," in told
    assert "–" not in told


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_citations(file: Path) -> None:
    """A citation reads as the case file says, and lists the sources that it names."""
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    rendered, numbering = render(case["text"])
    assert words(as_read(rendered)) == words(case["numbered"])
    assert [key for _, key, _ in numbering.entries()] == case["references"]


keys = st.sampled_from("abcdefgh")
clusters = st.lists(st.lists(keys, min_size=1, max_size=6), min_size=1, max_size=12)


@given(clusters)
def test_numbers_are_those_of_first_appearance(groups: list[list[str]]) -> None:
    """Sources are numbered 1, 2, 3 … as they are met, whatever the citations are."""
    _, numbering = render(" ".join(f"x [{'; '.join('@' + key for key in group)}]" for group in groups))
    expected = list(dict.fromkeys(key for group in groups for key in group))
    assert [(number, key) for number, key, _ in numbering.entries()] == list(enumerate(expected, 1))


@given(clusters)
def test_every_cluster_says_exactly_its_numbers(groups: list[list[str]]) -> None:
    """The numbers in brackets, runs written out, are the numbers of the cited sources."""
    rendered, numbering = render("\n\n".join(f"[{'; '.join('@' + key for key in group)}]" for group in groups))
    numbers = {key: number for number, key, _ in numbering.entries()}
    shown = re.findall(r"\[([\d,–]+)\]", as_read(rendered))
    assert [_expand(text) for text in shown] == [sorted({numbers[key] for key in group}) for group in groups]


def _expand(text: str) -> list[int]:
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("–")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


@given(clusters)
def test_links_and_back_links_meet(groups: list[list[str]]) -> None:
    """Every back link of the reference list leads to a place that exists, and each place is there once."""
    rendered, numbering = render(" ".join(f"[{'; '.join('@' + key for key in group)}]" for group in groups))
    anchors = re.findall(r'id="(cite-\d+)"', rendered)
    assert len(anchors) == len(set(anchors)) == len(groups)
    for _, key, places in numbering.entries():
        expected = [f"cite-{n}" for n, group in enumerate(groups, 1) if key in group]
        assert [place.anchor for place in places] == expected


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example/x)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/x.png)",
    "[x]: javascript:alert(1)\n\n[x]",
    '[x](https://example.org "\\" onclick=alert(1)")',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{ 7*7 }} {% raw %} { onclick=alert(1) }",
    "*x*{ onclick=alert(1) }",
    '[@a, <b onclick="x">]',
    '[<script> @a, "><script>alert(1)</script>]',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """Nothing that a contributor writes becomes a script, a handler, an image or a link to a script."""
    rendered, _ = render(text)
    tags = re.findall(r"<[a-z][^>]*>", rendered)
    assert all(re.match(r"<(p|em|code|pre|ul|li|small|span|a|strong)\b", tag) for tag in tags)
    assert not any(re.search(r"\son\w+=|javascript:|data:|vbscript:|href=\"//", tag, re.IGNORECASE) for tag in tags)


@given(st.text(max_size=200))
def test_any_text_renders_to_closed_tags(text: str) -> None:
    """Whatever is typed, what comes out opens and closes its tags in order and holds no raw angle bracket."""
    rendered, _ = render(text)
    stack: list[str] = []
    for slash, name, void in re.findall(r"<(/?)([a-z0-9]+)[^>]*?(/?)>", rendered):
        if name in {"br", "hr"} or void:
            continue
        if slash:
            assert stack.pop() == name
        else:
            stack.append(name)
    assert stack == []
    assert "<" not in re.sub(r"</?[a-z][^<>]*>", "", rendered)


def test_links_within_the_site_go_through_the_page() -> None:
    """A link that starts with a slash, or names a page's file, is resolved by the page that shows it."""
    rendered, _ = render("[t](/treatments/x/) and [m](methods.md#how) and [w](https://example.org/a)")
    assert 'href="..//treatments/x/"' in rendered
    assert 'href="../methods.md#how"' in rendered
    assert 'href="https://example.org/a" rel="noopener"' in rendered


def test_plain_text_has_neither_markup_nor_citations() -> None:
    """Titles and descriptions get the words alone."""
    assert prose.plain("Bone **recovers** [@a; @b], *slowly* [see @c].") == "Bone recovers, slowly."


def test_problems_point_to_the_line() -> None:
    """Citations, forgotten brackets and images are found on their line."""
    parsed = prose.parse("one [@a]\ntwo @b\n\nthree ![x](y.png)\nfour [@c]")
    assert [(c.citations[0].key, c.line) for c in parsed.clusters] == [("a", 0), ("c", 4)]
    assert [(bare.key, bare.line) for bare in parsed.bare_keys] == [("b", 1)]
    assert parsed.images == (3,)


def test_a_page_is_cut_at_its_headings() -> None:
    """Documentation pages keep their headings; records cannot make any."""
    parsed = prose.parse_page("# Title\n\nintro\n\n## How `it` works\n\nmore [@a]\n")
    assert [heading.text if heading else None for heading, _ in prose.sections(parsed)] == [
        None,
        "Title",
        "How it works",
    ]
    assert "<h1" not in render("# Title")[0]


def test_labels_are_escaped() -> None:
    """What a screen reader hears of a reference cannot break out of its attribute."""
    numbering = prose.Numbering({"a": '"><script>'})
    shown = numbering.cite(prose.Cluster((prose.Citation("a"),)))
    assert isinstance(shown, Markup)
    assert "<script>" not in shown


MARKS = st.text(st.sampled_from("Az19 -–=#>+.:;,()'\"/%*_`[]!&<|~\\\n\té…“"), max_size=40)


@settings(max_examples=400, deadline=None)
@given(text=MARKS)
def test_plain_text_needs_no_parser_and_reads_as_if_it_had_one(text: str) -> None:
    if prose.is_plain(text):
        parsed = prose._parse(text, prose._RECORD)
        assert [token.as_dict() for token in prose.parse(text).tokens] == [token.as_dict() for token in parsed.tokens]
        assert prose.parse(text) is not parsed
        assert (parsed.clusters, parsed.links, parsed.bare_keys, parsed.images) == ((), (), (), ())


@pytest.mark.parametrize(
    "text", ["Bone rose by 15.5% (SD 6.6), P = 0.020.", "Ähnlich; so: “was” – ‘it’ / 2-4 #1 + 3 = 5"]
)
def test_ordinary_sentences_are_plain(text: str) -> None:
    assert prose.is_plain(text)


@pytest.mark.parametrize(
    "text", ["1. A", "- A", "# A", "> A", "A [@b]", "A *b*", "A\nb", "A <b>", "A &amp; b", "A ", "", "A @b"]
)
def test_other_texts_are_parsed(text: str) -> None:
    assert not prose.is_plain(text)
