"""The quick way to a site: to the byte what MkDocs makes of the same tree, and MkDocs itself for all other settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from building import ROOT, copy_of_review
from hypothesis import given, settings, strategies as st
from mkdocs.commands.build import build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import AnchorLink
from reviews import write_review

from evidence_site import making, publishing, site_settings
from evidence_site.emitted import read_page
from evidence_site.page import Page, Spec, markdown, sections
from evidence_site.pages import Tree
from evidence_site.static_site import assemble, can_assemble


def configuration(root: Path, tree: Tree, site_dir: Path, **overrides: object) -> MkDocsConfig:
    given_ = {"site_dir": str(site_dir), "nav": list(tree.nav), "plugins": [], **overrides}
    config, problems = site_settings.load_configuration(root, **given_)
    assert config is not None, problems
    site_settings.prepare(config)
    return config


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


SPACES = {
    "evidence/studies/alpha2020.yaml": [{"replace": "title: Twelve persons", "by": "title: '  Twelve persons  ' #"}]
}


@pytest.mark.parametrize(
    ("which", "url"), [("small", ""), ("small", "https://example.org/review/"), ("real", "https://example.org/review/")]
)
def test_every_file_is_what_mkdocs_makes(which: str, url: str, tmp_path: Path) -> None:
    root = (
        copy_of_review(tmp_path / "review")
        if which == "real"
        else write_review(tmp_path / "review", {"mkdocs.yml": None, **SPACES})
    )
    tree, problems = making.make_tree(root)
    assert tree is not None, problems
    publishing.write_tree(tree, site_settings.docs_folder(root))
    quick, whole = (configuration(root, tree, tmp_path / name, site_url=url) for name in ("quick", "whole"))

    assert can_assemble(quick)
    assert assemble(quick, tree.files)
    build(whole)

    made, expected = contents(tmp_path / "quick"), contents(tmp_path / "whole")
    assert made.keys() == expected.keys()
    assert [name for name in sorted(made) if made[name] != expected[name]] == []


def test_what_stands_around_a_page_has_no_indents_and_what_it_says_keeps_them(tmp_path: Path) -> None:
    """A browser shows neither indents nor empty lines, but in preformatted text."""
    code = "first\n\n    second\n  third"
    root = write_review(tmp_path / "review", {"docs/methods.md": f"# Methods\n\n```\n{code}\n```\n"})
    tree, problems = making.make_tree(root)
    assert tree is not None, problems
    assert publishing.publish(root, tree, tmp_path / "site")[0] == []
    text = (tmp_path / "site" / "methods" / "index.html").read_text("utf-8")
    before, said, after = text.partition(f"<pre><code>{code}\n</code></pre>")
    assert said
    assert not any(line == "" or line != line.strip(" ") for line in f"{before}{after.strip()}".split("\n"))


SETTINGS = {
    "plugins": ["search"],
    "repo_url": "https://example.org/a/b",
    "exclude_docs": "care.md",
    "markdown_extensions": ["attr_list", {"toc": {"permalink": True, "toc_depth": 3}}, "def_list"],
    "theme": "mkdocs",
}


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_settings_that_ask_for_more_are_left_to_mkdocs(name: str, tmp_path: Path) -> None:
    config = configuration(ROOT, Tree({}, [], []), tmp_path, **{name: SETTINGS[name]})
    assert not can_assemble(config)


def test_another_depth_of_contents_is_left_to_mkdocs(tmp_path: Path) -> None:
    extensions = ["attr_list", {"toc": {"permalink": True, "toc_depth": 4}}]
    assert not can_assemble(configuration(ROOT, Tree({}, [], []), tmp_path, markdown_extensions=extensions))


@pytest.mark.parametrize(
    "source",
    [
        "# No front matter { #top }\n",
        '---\ntitle: "A"\n---\n\nA paragraph of Markdown.\n',
        '---\ntitle: "A"\n---\n\n<div class="er">\nnever closed\n',
        "---\ntitle: [unclosed\n---\n\n# A { #a }\n",
        '---\ntitle: "A"\n---\n\n# A {: #a .class }\n',
    ],
)
def test_a_page_of_another_form_is_left_to_a_markdown_parser(source: str) -> None:
    assert read_page(source) is None


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
HEADINGS = st.lists(st.tuples(st.integers(1, 6), WORDS, st.booleans()), max_size=6)


@settings(max_examples=150, deadline=None)
@given(title=WORDS, headings=HEADINGS, text=WORDS)
def test_whatever_the_words_a_page_reads_as_python_markdown_reads_it(
    tmp_path_factory: pytest.TempPathFactory, title: str, headings: list[tuple[int, str, bool]], text: str
) -> None:
    spec = Spec("x/", "prose", title, text)
    page = Page(spec, {}, lambda _: True)
    parts = [
        str(page.h(level, words, search=search)) + f"<p>{page.text(text)}</p>" for level, words, search in headings
    ]
    source = markdown(spec, sections(parts))
    emitted = read_page(source)
    folder = tmp_path_factory.getbasetemp()
    config = configuration(ROOT, Tree({}, [], []), folder)
    file = File("x.md", str(folder), str(folder), use_directory_urls=True)
    file.content_string = source
    expected = MkDocsPage(None, file, config)
    expected.read_source(config)
    expected.render(config, Files([]))

    assert emitted is not None
    assert emitted.content == expected.content
    assert dict(emitted.meta) == dict(expected.meta)
    assert [(h.level, h.id, h.title) for h in emitted.headings] == list(_flat(expected.toc))


def _flat(links: Iterable[AnchorLink]) -> Iterator[tuple[int, str, str]]:
    for link in links:
        yield link.level, link.id, link.title
        yield from _flat(link.children)


def test_a_tab_in_an_example_stays_a_tab() -> None:
    source = markdown(Spec("x/", "prose", "A", "B"), sections(["<pre><code>a:\n\t- b</code></pre>"]))
    emitted = read_page(source)
    assert emitted is not None
    assert "a:\n&#9;- b" in emitted.content
