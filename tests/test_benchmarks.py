"""The benchmarks measure what they say: invented reviews are sound and always the same, and each measurement runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from reviews import problems_of

from benchmarks.corpus import commit, write_corpus
from benchmarks.hugo import write_source
from benchmarks.run import OURS, measured
from evidence_site import site_settings
from evidence_site.problems import has_errors


def test_an_invented_review_has_no_errors_and_is_always_the_same(tmp_path: Path) -> None:
    one, two = (write_corpus(tmp_path / name, 60) for name in ("one", "two"))
    assert not has_errors(problems_of(one))
    files = {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
    assert files == {path.relative_to(two): path.read_bytes() for path in two.rglob("*") if path.is_file()}
    assert sum(path.parts[1] == "sources" for path in files) == 60
    assert sum(path.parts[1] == "studies" for path in files) == 30


@pytest.mark.parametrize("seed", [1, 2])
def test_another_seed_is_another_review(seed: int, tmp_path: Path) -> None:
    review = write_corpus(tmp_path / "a", 20, seed=seed) / "evidence" / "references.bib"
    other = write_corpus(tmp_path / "b", 20, seed=seed + 1) / "evidence" / "references.bib"
    assert review.read_bytes() != other.read_bytes()


def test_every_measurement_runs(tmp_path: Path) -> None:
    root = write_corpus(tmp_path / "review", 12)
    commit(root)
    build = measured("build", root, tmp_path / "site")
    assert set(OURS) | {"engine", "publish"} == set(build["stages"])
    assert build["pages"] > 18
    for what in ("floor", "change", "again", "check", "read"):
        assert all(seconds > 0 for seconds in measured(what, root, tmp_path / what)["stages"].values()), what
    assert measured("copy", root, tmp_path / "site")["bytes"] == build["bytes"]


def test_hugo_gets_every_page_of_the_tree_and_every_other_file(tmp_path: Path) -> None:
    """All but the search index, which Hugo has none of; index pages have the name that Hugo gives them."""
    root = write_corpus(tmp_path / "review", 12)
    commit(root)
    measured("build", root, tmp_path / "site")
    docs, source = site_settings.docs_folder(root), tmp_path / "hugo"
    write_source(docs, json.loads((root / "build" / "nav.json").read_text("utf-8")), source)
    wanted = {path.relative_to(docs).as_posix(): path for path in docs.rglob("*") if path.is_file()}
    wanted = {name: path for name, path in wanted.items() if not name.startswith("search/")}
    for name, path in wanted.items():
        folder, named = ("content", name.replace("index.md", "_index.md")) if name.endswith(".md") else ("static", name)
        assert (source / folder / named).read_bytes() == path.read_bytes()
    assert sum(path.is_file() for path in source.rglob("*")) == len(wanted) + 3, "two layouts and the settings"
    pages = json.loads((source / "config.json").read_text("utf-8"))["params"]["pages"]
    assert {"title": "Home", "address": "/"} in pages
    for page in pages:
        assert (tmp_path / "site" / page["address"].strip("/") / "index.html").is_file()
    assert set(measured("hugo", root, tmp_path / "hugo-site")["stages"]) == (
        {"hugo"} if shutil.which("hugo") else set()
    )
