"""The way out: what ``export`` writes builds with other engines, unchanged, into the same pages."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from building import ROOT
from html_pages import BuiltPage, Element, read_site
from reviews import write_review

from evidence_site.cli import main

ENGINES = {
    "properdocs": ("properdocs", "build", "-f", "mkdocs.yml", "-d", "site"),
    "zensical": ("zensical", "build", "-f", "mkdocs.yml"),
}
DIFFERENCES = {
    "properdocs": {"generator"},
    "zensical": {"generator", "script of the theme"},
}
"""What an engine makes otherwise; docs/development/exit.md tells what it means."""


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Path:
    """The real review, as ``export`` writes it; the same that our own site was built from."""
    folder = tmp_path_factory.mktemp("way-out") / "folder"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVIDENCE_REPOSITORY", "https://example.org/repository")
        patch.delenv("SITE_URL", raising=False)
        assert main(["export", "--root", str(site.parent / "review"), str(folder)]) == 0
    return folder


@pytest.mark.parametrize("engine", ENGINES)
def test_another_engine_builds_the_same_pages(exported: Path, site: Path, engine: str) -> None:
    """Every page at the same address, with the same words, headings, links and citations."""
    program = ROOT / ".cache" / "exit" / engine / "bin" / ENGINES[engine][0]
    if not program.is_file():
        pytest.fail(f"{engine} is not here: run make exit.", pytrace=False)
    environment = {**os.environ, "EVIDENCE_REPOSITORY": "https://example.org/repository"}
    command = [str(program), *ENGINES[engine][1:]]
    done = subprocess.run(command, cwd=exported, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not re.search("warning|issues? found", (done.stdout + done.stderr).replace("No issues found", ""), re.I)
    built = exported / "site"
    ours, theirs = read_site(site), read_site(built)
    assert ours.keys() == theirs.keys()
    differences: dict[str, list[str]] = {}
    for address, page in ours.items():
        mine, other = told(page), told(theirs[address])
        for what in mine:
            if mine[what] != other[what]:
                differences.setdefault(what, []).append(address)
    assert differences.keys() == DIFFERENCES[engine], differences
    for address in theirs:
        for target in links_within(theirs[address]):
            assert (built / target).exists() or (built / target / "index.html").is_file(), (address, target)
    for path in (exported / "docs").rglob("*"):
        if path.is_file() and path.suffix != ".md":
            assert (built / path.relative_to(exported / "docs")).read_bytes() == path.read_bytes()
    (built).rename(exported / f"site-{engine}")


def told(page: BuiltPage) -> dict[str, object]:
    """What a page says, to people and to programs."""
    parts = page.article.of_class("er")
    metas = {str(sorted(meta.attributes.items())): meta["name"] for meta in page.html.all("meta")}
    scripts = page.html.all("script")
    return {
        "words": [part.text for part in parts],
        "headings": [(e.tag, e["id"], e.text) for e in page.article.all("h1", "h2", "h3", "h4")],
        "links": [(link["href"], link.text) for part in parts for link in part.all("a")],
        "citations": [(link["href"], link.text) for link in page.citations],
        "ids": [element["id"] for part in parts for element in part.walk() if "id" in element.attributes],
        "title": page.html.all("title")[0].text,
        "metadata": sorted(text for text, name in metas.items() if name != "generator"),
        "generator": sorted(text for text, name in metas.items() if name == "generator"),
        "data": [script.content for script in scripts if script["type"] == "application/ld+json"],
        "script of the theme": [script["src"] for script in scripts if "bundle." in script["src"]],
        "our scripts": [normal(e["src"]) for e in scripts if re.search(r"assets/[a-z]+\.js$", e["src"])],
        "our styles": [
            normal(e["href"]) for e in page.html.all("link") if re.search(r"assets/[a-z]+\.css$", e["href"])
        ],
        "scripts in the page": [script.text for script in scripts if not script["src"] and not script["type"]],
    }


def normal(href: str) -> str:
    """A path without the dot with which some engines begin it."""
    return href.removeprefix("./")


def links_within(page: BuiltPage) -> set[str]:
    """The files of the site that a page links to."""
    elements: list[Element] = page.html.all("a")
    hrefs = {element["href"].partition("#")[0].partition("?")[0] for element in elements}
    own = {href for href in hrefs if href and not re.match(r"[a-z]+:|//", href)}
    return {posixpath.normpath(posixpath.join(page.address, href)).lstrip("/") for href in own}


def test_settings_stay_what_they_were(tmp_path: Path) -> None:
    """Only what the folder answers itself is changed; variables of the environment stay variables."""
    text = (
        "site_name: X\nsite_url: !ENV [SITE_URL, 'https://example.org/']\nhooks: [build_site.py]\n"
        "theme:\n  name: material\n  font: false\n  features: [navigation.indexes, toc.follow]\n"
    )
    root = write_review(tmp_path / "review", {"mkdocs.yml": text})
    folder = tmp_path / "folder"
    assert main(["export", "--root", str(root), str(folder)]) == 0
    written = (folder / "mkdocs.yml").read_text("utf-8")
    assert "site_url: !ENV [SITE_URL, 'https://example.org/']" in written
    data = yaml.load(written, Loader=yaml.BaseLoader)
    assert data["theme"] == {"name": "material", "font": "false", "features": ["toc.follow"], "custom_dir": "theme"}
    assert data["docs_dir"] == "docs"
    assert "hooks" not in data
    assert {"Home": "index.md"} in data["nav"]
    assert all((folder / "docs" / path).is_file() for path in re.findall(r"[\w/-]+\.md", written))


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with files in it is refused, and so is a review with an error."""
    root = write_review(tmp_path / "review")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("a")
    assert main(["export", "--root", str(root), str(tmp_path / "full")]) == 2
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["a"]
    (root / "evidence" / "review.yaml").write_text("title: [")
    assert main(["export", "--root", str(root), str(tmp_path / "new")]) == 1
    assert not (tmp_path / "new").exists()
    capsys.readouterr()
