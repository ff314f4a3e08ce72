"""Pages stay light when there are very many studies, results and references: lists are cut, and nothing is lost."""

from __future__ import annotations

import html
import posixpath
import re
from collections import Counter
from itertools import pairwise

import pytest

from benchmarks.corpus import write_corpus
from evidence_site import making
from evidence_site.pages import Tree
from evidence_site.pages.parts import MOST, WHOLE, parts

REFERENCES = 520
MOST_LINKS = 700
MOST_BYTES = 400_000


def cut(count: int, groups: int = 1) -> list[tuple[str, str, int]]:
    rows = range(count)
    return [(p.address, p.name, len(p.rows)) for p in parts("x/", rows, lambda n: f"Year {n % groups}")]


def test_a_short_list_is_not_cut() -> None:
    assert cut(WHOLE) == []
    assert cut(0) == []


def test_a_long_list_is_cut_by_its_groups() -> None:
    assert cut(260, 2) == [("x/year-0/", "Year 0", 130), ("x/year-1/", "Year 1", 130)]


def test_a_group_that_is_too_long_is_cut_evenly() -> None:
    assert cut(MOST * 2 + 1) == [
        ("x/year-0/", "Year 0, 1 of 3", 100),
        ("x/year-0-2/", "Year 0, 2 of 3", 100),
        ("x/year-0-3/", "Year 0, 3 of 3", 101),
    ]


def test_without_groups_parts_have_numbers() -> None:
    assert [(p.address, p.name) for p in parts("x/", range(3), whole=0, most=2)] == [
        ("x/1/", "1 of 2"),
        ("x/2/", "2 of 2"),
    ]
    assert [p.address for p in parts("x/", range(1), whole=0)] == ["x/1/"]


def test_parts_lead_to_each_other_and_hold_everything() -> None:
    rows = [f"row {n}" for n in range(700)]
    found = parts("x/", rows, lambda row: row[-1])
    assert sorted(row for part in found for row in part.rows) == sorted(rows)
    assert [part.before and part.before[0] for part in found] == [None, *[part.address for part in found[:-1]]]
    assert [part.after and part.after[0] for part in found] == [*[part.address for part in found[1:]], None]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The pages of a review with hundreds of studies."""
    root = write_corpus(tmp_path_factory.mktemp("long") / "review", REFERENCES)
    tree, problems = making.make_tree(root, with_news=False)
    assert tree is not None, problems[:3]
    return tree


@pytest.fixture(scope="module")
def links(tree: Tree) -> dict[str, list[str]]:
    """By address of a page: the addresses that it links to on the site."""
    found = {}
    for name, content in tree.files.items():
        if name.endswith(".md"):
            address = re.sub(r"(^|/)index\.md$", r"\1", name).removesuffix(".md")
            address += "" if address in ("",) or address.endswith("/") else "/"
            hrefs = re.findall(r'<a [^>]*?href="([^"#:]+)[#"]', content.decode())
            found[address] = [resolved(address, href) for href in hrefs]
    return found


def resolved(address: str, href: str) -> str:
    path = html.unescape(href).partition("?")[0]
    joined = posixpath.normpath(posixpath.join("/" + address, path)).lstrip("/")
    return joined + "/" if path.endswith("/") and joined else joined


def test_no_page_is_heavy(tree: Tree, links: dict[str, list[str]]) -> None:
    assert {page: len(found) for page, found in links.items() if len(found) > MOST_LINKS} == {}
    sizes = {name: len(content) for name, content in tree.files.items() if name.endswith(".md")}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


@pytest.mark.parametrize(("index", "below"), [("studies/", "studies/year/"), ("references/", "references/author/")])
def test_every_record_is_in_one_list_that_the_index_leads_to(
    links: dict[str, list[str]], index: str, below: str
) -> None:
    """Without JavaScript: from the index to a part, from the part to the record, and from part to part."""
    lists = [target for target in links[index] if target.startswith(below)]
    assert len(lists) > 3
    listed = Counter(target for page in lists for target in links[page] if re.fullmatch(rf"{index}[^/]+/", target))
    records = {page for page in links if re.fullmatch(rf"{index}[^/]+/", page)}
    assert listed == Counter(records)
    for one, other in pairwise(lists):
        assert other in links[one] and one in links[other]


def test_every_study_of_a_treatment_is_within_two_links(links: dict[str, list[str]]) -> None:
    treatment = "treatments/treatment-0/"
    lists = [target for target in links[treatment] if target.startswith(f"{treatment}studies/")]
    assert lists
    studies = {target for page in lists for target in links[page] if re.fullmatch("studies/[^/]+/", target)}
    told = {page for page in links if re.fullmatch("studies/[^/]+/", page) and treatment in links[page]}
    assert told and told <= studies


def test_results_that_are_too_many_for_a_page_are_on_the_next(links: dict[str, list[str]]) -> None:
    """From a treatment to the outcome, and from there, if need be, to tables that have all results between them."""
    led = [
        (page, to)
        for page in links
        for to in links[page]
        if re.fullmatch("treatments/[^/]+/evidence/", page) and "outcomes/" in to
    ]
    assert led
    cut = {
        page: t for page in links for t in links[page] if re.fullmatch("outcomes/[^/]+/", page) and page in t != page
    }
    assert cut
    for outcome, tables in cut.items():
        assert links[tables] and outcome in links[tables]


def test_a_chart_of_very_many_results_draws_the_largest_and_says_so(tree: Tree) -> None:
    pages = [
        content.decode() for name, content in tree.files.items() if re.fullmatch(r"treatments/[^/]+/evidence\.md", name)
    ]
    drawn = [text.count("<text x=") for page in pages for text in re.findall(r"er-chart__change.*?</svg>", page, re.S)]
    assert drawn and max(drawn) < 60 + 20
    assert any("of fewer persons than those drawn" in page for page in pages)


def test_the_two_pagers_of_a_page_have_names_of_their_own(tree: Tree) -> None:
    """Who listens to the landmarks of a page can tell one from the other."""
    pages = [content.decode() for content in tree.files.values() if b'class="er-pager"' in content]
    assert len(pages) > 50
    for page in pages:
        names = re.findall(r'<nav class="er-pager" aria-label="([^"]+)"', page)
        assert names == ["Pages of the list, above", "Pages of the list, below"]


def test_titles_are_unique(tree: Tree) -> None:
    titles = Counter(
        re.search(r"^title: (.*)$", content.decode(), re.M)[1]  # type: ignore[index]
        for name, content in tree.files.items()
        if name.endswith(".md")
    )
    assert [title for title, count in titles.items() if count > 1] == []


def test_the_search_finds_no_mere_list(tree: Tree) -> None:
    texts = [content for name, content in tree.files.items() if name.startswith("search/pages/")]
    assert not any(b'"address":"studies/year/' in text or b'"address":"references/author/' in text for text in texts)
