"""From a tree to a published folder: only what changed is written, and a site is swapped in whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import re
import threading
from pathlib import Path

import pytest
from markupsafe import escape
from reviews import write_review

from evidence_site import making, publishing
from evidence_site.pages import Tree
from evidence_site.policy import POLICY_IN_PAGE
from evidence_site.problems import Problem


def tree(**files: str) -> Tree:
    return Tree({name.replace("__", "/"): text.encode() for name, text in files.items()}, [], [])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def made(root: Path) -> Tree:
    found, problems = making.make_tree(root)
    assert found is not None, problems
    return found


def publish(root: Path, tree: Tree, site_dir: Path) -> list[Problem]:
    return publishing.publish(root, tree, site_dir)[0]


# --- the tree --------------------------------------------------------------------------------------------------------


def test_only_what_changes_is_written(tmp_path: Path) -> None:
    """A file whose bytes stay keeps its time, so that an engine that looks at times has little to do."""
    assert sorted(publishing.write_tree(tree(a="1", b="2", c__d="3"), tmp_path)) == ["a", "b", "c/d"]
    for path in tmp_path.rglob("*"):
        os.utime(path, (1, 1))
    assert publishing.write_tree(tree(a="1", b="changed", c__d="3"), tmp_path) == ["b"]
    assert contents(tmp_path) == {"a": b"1", "b": b"changed", "c/d": b"3"}
    assert [(tmp_path / name).stat().st_mtime == 1 for name in ("a", "b", "c/d")] == [True, False, True]
    assert publishing.write_tree(tree(a="1", b="changed", c__d="3"), tmp_path) == []


def test_what_has_gone_vanishes(tmp_path: Path) -> None:
    """Pages of deleted records go, with the folders that they leave empty and whatever else lies there."""
    publishing.write_tree(tree(a="1", b__c__d="2", b__e="3"), tmp_path)
    (tmp_path / ".a.0f0f").write_text("left over from a run that was ended")
    assert sorted(publishing.write_tree(tree(b__e="3"), tmp_path)) == [".a.0f0f", "a", "b/c/d"]
    assert contents(tmp_path) == {"b/e": b"3"}
    assert not (tmp_path / "b" / "c").exists()


def test_a_folder_can_become_a_file_and_a_file_a_folder(tmp_path: Path) -> None:
    """Whatever stood there before, the tree is there afterwards."""
    publishing.write_tree(tree(a__b__c="1", d="2"), tmp_path)
    publishing.write_tree(tree(a="1", d__e__f="2"), tmp_path)
    assert contents(tmp_path) == {"a": b"1", "d/e/f": b"2"}


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """Nothing outside the folder is written, and nothing in it stays a link."""
    outside = tmp_path / "outside"
    outside.write_text("1")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a").symlink_to(outside)
    (folder / "b").symlink_to(tmp_path)
    publishing.write_tree(tree(a="1", c="2"), folder)
    assert outside.read_text() == "1"
    assert not (folder / "a").is_symlink()
    assert contents(folder) == {"a": b"1", "c": b"2"}


# --- the site --------------------------------------------------------------------------------------------------------


def test_a_site_is_published_whole(tmp_path: Path) -> None:
    """After the swap the new site is there and nothing of the old one, nor anything that the building needed."""
    root = write_review(tmp_path / "review")
    site = tmp_path / "public" / "site"
    assert publish(root, made(root), site) == []
    before = contents(site)
    assert "index.html" in before
    assert "treatments/drug-a/index.html" in before
    (site / "treatments" / "old.html").write_text("old")
    assert publish(root, made(root), site) == []
    assert contents(site) == before
    assert [path.name for path in (tmp_path / "public").iterdir()] == ["site"]


def test_a_site_does_not_show_the_day_on_which_it_was_built(tmp_path: Path) -> None:
    """The same records make the same site on any day, with an address too: no file holds the date or the clock."""
    root = write_review(tmp_path / "review", {"mkdocs.yml": [{"append": "site_url: https://example.org/\n"}]})
    publish(root, made(root), tmp_path / "site")
    made_today = contents(tmp_path / "site")
    assert b"<loc>https://example.org/treatments/drug-a/</loc>" in made_today["sitemap.xml"]
    today = dt.datetime.now(dt.UTC).date().isoformat().encode()
    assert [name for name, content in made_today.items() if today in content] == []
    assert made_today["sitemap.xml.gz"][4:8] == bytes(4), "the time that gzip keeps in its header"


def test_a_reader_never_meets_half_a_site(tmp_path: Path) -> None:
    """While a site is replaced by the next one, every file that both have can be read at any moment."""
    root = write_review(tmp_path / "review")
    site = tmp_path / "site"
    publish(root, made(root), site)
    missed: list[Path] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            for name in ("index.html", "404.html", "treatments/drug-a/index.html"):
                try:
                    (site / name).read_bytes()
                except OSError:
                    missed.append(site / name)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            assert publish(root, made(root), site) == []
    finally:
        done.set()
        reader.join()
    assert missed == []


@pytest.mark.parametrize(
    "settings",
    [
        "site_name: X\nplugins: [no-such-plugin]\n",
        "site_name: X\ntheme: no-such-theme\n",
        "site_name: X\ntheme:\n  name: material\n  font: false\n  custom_dir: broken\n",
    ],
    ids=["plugin", "theme", "template"],
)
def test_a_failed_build_leaves_the_old_site(tmp_path: Path, settings: str) -> None:
    """When the engine fails, what was published stays as it was, and no temporary folder is left behind."""
    root = write_review(tmp_path / "review")
    (root / "broken").mkdir()
    (root / "broken" / "main.html").write_text(
        "{% extends 'base.html' %}{% block content %}{{ nothing.at.all }}{% endblock"
    )
    site = tmp_path / "public" / "site"
    good = made(root)
    assert publish(root, good, site) == []
    before = contents(site)
    (root / "mkdocs.yml").write_text(settings)
    problems = publish(root, good, site)
    assert problems
    assert {problem.place.file for problem in problems} == {"mkdocs.yml"}
    assert contents(site) == before
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_own_templates_come_first(tmp_path: Path) -> None:
    """A review's own templates are used before those that come with the generator, one by one."""
    title = "<p>Nothing to take along.</p>"
    root = write_review(tmp_path, {"templates/pages/downloads.html.j2": title})
    files = made(root).files
    assert title in files["downloads/index.md"].decode()
    assert "er-table" in files["treatments/drug-a.md"].decode()


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", f'content="{escape(POLICY_IN_PAGE)}"'),
        ("extra:\n  content_security_policy: false\n", ""),
        ("""extra:\n  content_security_policy: "x-src 'a\\"b'"\n""", 'content="x-src &#39;a&#34;b&#39;"'),
    ],
    ids=["strict", "none", "own"],
)
def test_a_page_holds_the_policy(tmp_path: Path, setting: str, expected: str) -> None:
    """The strict one unless mkdocs.yml has another, before anything that loads."""
    root = write_review(tmp_path / "review")
    (root / "mkdocs.yml").write_text(f"site_name: X\ntheme: {{name: material, font: false}}\n{setting}")
    assert publish(root, made(root), tmp_path / "site") == []
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text("utf-8")
        before, sign, after = text.partition('<meta http-equiv="Content-Security-Policy" ')
        assert bool(sign) == bool(expected)
        assert after.startswith(expected)
        assert not (sign and re.search('<script|<style|rel="stylesheet"', before))
