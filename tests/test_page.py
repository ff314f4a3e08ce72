"""A page on its way to the engine: headings, ids and links, and contributors' text that stays text all the way."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import replace
from html.parser import HTMLParser

import markdown as python_markdown  # type: ignore[import-untyped,unused-ignore]
import pytest
import yaml
from hypothesis import given, strategies as st
from markupsafe import escape

from evidence_site import addresses
from evidence_site.page import Page, Spec, canonical, markdown, sections, slug

HOSTILE = [
    "<script>alert(1)</script>",
    "</div><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "{ onclick=alert(1) }",
    "title { #id onclick=alert(1) .x }",
    "{: onclick=alert(1) }",
    "[x](javascript:alert(1))",
    "[x]: javascript:alert(1)",
    "![x](https://example.org/x.png)",
    "<https://example.org>",
    "**bold** _it_ `code` ~~gone~~",
    "```\nfence\n```",
    "~~~\nfence\n~~~",
    "# heading",
    "heading\n=======",
    "- list",
    "> quote",
    "    code",
    "---",
    "*[HTML]: abbreviation",
    "[^1]: footnote",
    '--8<-- "/etc/passwd"',
    "{{ config.site_name }} {% raw %}",
    "a <!-- comment --> b",
    '<!--er:h1 id="x"-->y<!--/er-->',
    "\\# \\{ \\<",
    "a & b &amp; c",
    "\x02wzxhzdk:0\x03 \x02klzzwxh:0001\x03 \x02amp\x03",
    "\x1b[31mred\x1b[0m",
    "日本語 \U0001f9b4 Straße",
    "\u202edesrever\u202c \x7f \x85 \u2028",
    "",
]


class Elements(HTMLParser):
    """All tags with their attributes, and all text, of an HTML text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def spec(title: str = "Title", description: str = "Description", address: str = "treatments/x/") -> Spec:
    return Spec(address, "treatment", title, description)


def page(address: str = "treatments/x/") -> Page:
    known = {"", "treatments/x/", "treatments/y/", "methods/", "studies/", "downloads/review.json"}
    return Page(spec(address=address), {"a": "Alpha 2020"}, known.__contains__)


def body(text: str) -> str:
    return text.partition("\n---\n")[2]


def converted(text: str) -> str:
    """What the engine makes of a file, by the extensions that the site's settings name."""
    return str(python_markdown.Markdown(extensions=["attr_list", "toc"]).convert(body(text)))


def readable(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


# --- text stays text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_heading_says_what_was_written(hostile: str) -> None:
    """A title of any kind becomes the text of a heading: no markup, no attribute, no element comes of it."""
    made = converted(markdown(spec(), sections([page().h(2, hostile, "where")])))
    found = Elements(made)
    assert found.tags == ["h2"]
    assert found.attributes == [("id", "where")]
    assert readable(found.text) == (readable(hostile) or "…")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_heading_that_the_contents_leave_out_is_one_all_the_same(hostile: str) -> None:
    """It has its level, its id and its words, and search cuts there, but the engine does not list it."""
    cut = sections([page().h(2, "Files", "files"), page().h(3, hostile, "where"), "<p>Body</p>"])
    assert [section.id for section in cut if section.id] == ["files", "where"]
    text = markdown(replace(spec(), contents=2), cut)
    engine = python_markdown.Markdown(extensions=["attr_list", "toc"])
    found = Elements(engine.convert(body(text)))
    assert found.tags == ["h2", "div", "h3", "p"]
    assert ("id", "where") in found.attributes
    assert [entry["id"] for entry in engine.toc_tokens] == ["files"]
    assert engine.toc_tokens[0]["children"] == []
    assert readable(found.text) == readable(f"Files {hostile or '…'} Body")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_finished_html_reaches_the_reader_unchanged(hostile: str) -> None:
    """What a template made of a contributor's text goes through the engine byte for byte."""
    block = str(escape(hostile))
    text = markdown(
        spec(),
        sections([page().h(1, "Title", "top"), f"<p>{block}</p>\n<table><tr><td>{block}</td></tr></table>"]),
    )
    made = converted(text)
    html = body(text).partition("\n\n")[2].strip()
    assert html.translate({2: None, 3: None}) in made
    found = Elements(made)
    assert found.tags == ["h1", "div", "p", "table", "tr", "td"]
    assert found.attributes == [("id", "top"), ("class", "er")]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_prose_of_a_record_is_harmless(hostile: str) -> None:
    """Contributors' Markdown becomes HTML in which nothing runs, loads or leads astray."""
    for rendered in (page().text(f"Before {hostile} after"), page().text(f"Before\n\n{hostile}\n\nafter")):
        found = Elements(converted(markdown(spec(), sections([rendered]))))
        assert not {"script", "img", "iframe", "style", "h1", "h2"} & set(found.tags)
        assert {name for name, _ in found.attributes} <= {"class", "href", "rel", "id", "start"}
        assert all(not str(value).startswith(("javascript:", "data:")) for _, value in found.attributes)
        assert found.text.strip().startswith("Before")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_front_matter_is_read_as_written(hostile: str) -> None:
    """Titles and descriptions are escaped for the theme, which shows them raw, and never end the front matter."""
    text = markdown(spec(hostile, hostile), sections(["<p>Body</p>"]))
    head, separator, rest = text.removeprefix("---\n").partition("\n---\n")
    assert separator
    assert rest.strip().startswith("<div")
    meta = yaml.safe_load(head)
    assert meta == {"title": str(escape(hostile)), "description": str(escape(hostile))}
    assert "<" not in meta["title"]
    assert re.match(r"(?s)-{3}[ \t]*\n(.*?\n)(?:-{3}|\.{3})[ \t]*\n", text), "as MkDocs finds it"


@given(st.text())
def test_any_heading_is_one_heading(title: str) -> None:
    """Whatever the characters are, a title makes one heading with its id."""
    made = converted(markdown(spec(), sections([page().h(3, title, "where"), "<p>Body</p>"])))
    assert Elements(made).tags == ["h3", "div", "p"]


@given(st.text())
def test_any_title_is_valid_front_matter(title: str) -> None:
    """Whatever the characters are, the front matter is read back as it was meant."""
    head = markdown(spec(title), sections(["<p>Body</p>"])).removeprefix("---\n").partition("\n---\n")[0]
    assert yaml.safe_load(head)["title"] == str(escape(title))


def test_preformatted_text_keeps_its_spaces_and_empty_lines() -> None:
    """Code in a contributor's text is shown as it was written, also if it looks like a fence."""
    written = "```\nfirst\n\n    indented\n~~~\n```\n"
    made = converted(markdown(spec(), sections([page().text(written)])))
    assert "first\n\n    indented\n~~~\n" in Elements(made).text


def test_a_page_is_made_of_markdown_headings_and_html_between_them() -> None:
    """Tables of contents and search come from real Markdown headings; all else is HTML in one block each."""
    one = page()
    text = markdown(
        spec(),
        sections(
            [one.h(1, "Drug A", "top"), "<p>First</p>\n\n\n  <p>Second</p>", one.h(2, "Next"), "", one.h(2, "Last")]
        ),
    )
    assert body(text).strip().split("\n\n") == [
        "# Drug A { #top }",
        '<div class="er">\n<p>First</p>\n<p>Second</p>\n</div>',
        "## Next { #next }",
        "## Last { #last }",
    ]


def test_settings_of_a_page_are_in_its_front_matter() -> None:
    """What is hidden and how search treats a page is said where the theme reads it."""
    quiet = Spec("x/", "t", "T", "D", hide=("navigation", "toc"), searchable=False, boost=3.0)
    loud = Spec("x/", "t", "T", "D", boost=3.0)
    metas = [yaml.safe_load(markdown(s, []).split("---")[1]) for s in (quiet, loud)]
    assert metas[0] == {"title": "T", "description": "D", "hide": ["navigation", "toc"], "search": {"exclude": True}}
    assert metas[1] == {"title": "T", "description": "D", "search": {"boost": 3.0}}


# --- ids -------------------------------------------------------------------------------------------------------------


def test_an_id_is_used_once() -> None:
    """Headings and statements of the same name get ids of their own, in the order of the page."""
    one = page()
    headings = "".join(one.h(2, title) for title in ("Bone", "Bone", "bone!", "Bone 2"))
    assert re.findall(r'id="([^"]+)"', headings) == ["bone", "bone-2", "bone-3", "bone-2-2"]
    assert one.unique("bone") not in {"bone", "bone-2", "bone-3", "bone-2-2"}


def test_ids_of_statements_stay_clear_of_those_of_citations() -> None:
    """A statement called cite-1 or ref-a does not take the place to which reference lists and citations link."""
    one = page()
    taken = [one.unique(id_) for id_ in ("cite-1", "ref-a", "references")]
    cited = str(one.cite("a"))
    assert 'id="cite-1"' in cited
    assert 'href="#ref-a"' in cited
    assert "cite-1" not in taken
    assert "ref-a" not in taken


@given(st.text())
def test_a_slug_can_be_an_id(title: str) -> None:
    """Any title makes an id of lower-case letters, digits and hyphens."""
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug(title))


# --- citations and links ---------------------------------------------------------------------------------------------


def test_citations_know_their_section() -> None:
    """Each section that cites a source is named once, with the first place in it."""
    one = page()
    one.text("Introduction [@a].")
    one.h(2, "Findings")
    one.text("First [@a; @b]. Again [@a].")
    one.h(2, "Findings")
    one.text("Elsewhere [@a].")
    places = [(key, place.section, place.anchor) for key, place in one.cited_places()]
    assert places == [
        ("a", "", "cite-1"),
        ("a", "Findings", "cite-2"),
        ("a", "Findings", "cite-4"),
        ("b", "Findings", "cite-2"),
    ]
    assert [(n, key, len(found)) for n, key, found in one.references()] == [(1, "a", 4), (2, "b", 1)]


@pytest.mark.parametrize(
    ("start", "target", "link"),
    [
        ("treatments/x/", "/treatments/y/", "../y/"),
        ("treatments/x/", "treatments/y/", "../y/"),
        ("treatments/x/", "/treatments/y/#cautions", "../y/#cautions"),
        ("treatments/x/", "/treatments/x/#cautions", "#cautions"),
        ("treatments/x/", "/treatments/x/", "./"),
        ("treatments/x/", "/", "../../"),
        ("treatments/x/", "", "../../"),
        ("treatments/x/", "methods.md", "../../methods/"),
        ("treatments/x/", "methods.md#how", "../../methods/#how"),
        ("treatments/x/", "index.md", "../../"),
        ("treatments/x/", "/downloads/review.json", "../../downloads/review.json"),
        ("", "/treatments/y/", "treatments/y/"),
        ("", "/", "./"),
        ("", "/#findings", "#findings"),
        ("", "studies/", "studies/"),
    ],
)
def test_links_are_relative(start: str, target: str, link: str) -> None:
    """A link works wherever the site is put, since it never names the site's own address."""
    one = page(start)
    assert one.link(target) == link
    assert one.dead_links == []


@pytest.mark.parametrize("target", ["/treatments/z/", "nowhere.md", "/treatments", "/studies", "/evidence/review.yaml"])
def test_links_to_nowhere_are_kept_in_mind(target: str) -> None:
    """A link to a page that does not exist is remembered as it was written."""
    one = page()
    one.link(target)
    assert one.dead_links == [target]


@given(st.lists(st.sampled_from(["a", "b", "c1"]), max_size=4), st.lists(st.sampled_from(["a", "b", "c1"]), max_size=4))
def test_a_relative_link_leads_to_its_target(start: list[str], target: list[str]) -> None:
    """From any page to any page, following the link arrives where it should."""
    from urllib.parse import urljoin

    here, there = ("".join(f"{part}/" for part in parts) for parts in (start, target))
    link = addresses.relative(there, here)
    assert urljoin(f"https://example.org/base/{here}", link) == f"https://example.org/base/{there}"


def test_an_address_may_be_written_in_several_ways() -> None:
    """Contributors write addresses from the root of the site, or name a page of docs/ by its file."""
    assert canonical("/treatments/x/") == canonical("treatments/x/") == "treatments/x/"
    assert canonical("methods.md#how") == "methods/#how"
    assert canonical("#how") == "#how"


def test_labels_of_references_are_said_to_screen_readers() -> None:
    """A citation's number says which source it is."""
    made = str(page().cite("a", locator="abstract"))
    assert 'aria-label="Reference 1: Alpha 2020"' in made
    assert "abstract" in made
    assert json.dumps(made)


PATHS = st.lists(st.sampled_from(["a", "b", "studies", "x.json"]), max_size=4).map("/".join)


@given(target=PATHS, start=PATHS, slash=st.booleans())
def test_relative_links_are_those_of_the_standard_library(target: str, start: str, slash: bool) -> None:
    path = f"{target}/" if slash and target else target
    here = f"{start}/" if start else ""
    link = posixpath.relpath(f"/{path}", f"/{here}")
    assert addresses.relative(path, here) == (f"{link}/" if path == "" or path.endswith("/") else link)
