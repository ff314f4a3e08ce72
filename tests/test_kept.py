"""What a build keeps for the next: the site is that of a build from nothing, and nobody else can slip anything in."""

from __future__ import annotations

import os
import pickle
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from building import ROOT, copy_of_review
from reviews import write_review
from test_cli import WARNING

from evidence_site import compiled, kept, making, publishing, seals, unchanged
from evidence_site.cli import main

STUDY = "evidence/studies/alpha2020.yaml"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what a person's programs keep, of this test alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_review(tmp_path / "review", {"mkdocs.yml": None})


def build(root: Path, *options: str) -> Path:
    site = root.parent / "site"
    assert main(["build", "--root", str(root), "--site-dir", str(site), *options]) == 0
    return site


def built_from_nothing(root: Path) -> dict[str, bytes]:
    site = root.parent / "anew"
    assert main(["build", "--no-cache", "--root", str(root), "--site-dir", str(site)]) == 0
    return contents(site)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def numbers(folder: Path) -> dict[str, int]:
    """The system's number of each file: it stays the same while nothing is written."""
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def retitle(root: Path, title: str = "Another title") -> None:
    path = root / STUDY
    path.write_text(re.sub(r"^title: .*$", f"title: {title}", path.read_text("utf-8"), count=1, flags=re.M), "utf-8")


# --- used ------------------------------------------------------------------------------------------------------------


def test_what_did_not_change_is_not_written_again(root: Path) -> None:
    before = numbers(build(root))
    retitle(root)
    after = numbers(build(root))
    same = {name for name in before if before[name] == after.get(name)}
    assert "studies/alpha2020/index.html" not in same
    assert {name for name in same if name.startswith("studies/")}
    assert {name for name in same if name.startswith("references/")}
    assert contents(root.parent / "site") == built_from_nothing(root)


def test_where_nothing_changed_the_site_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = numbers(build(root))
    first = capsys.readouterr().err.splitlines()
    (root / STUDY).touch()
    assert numbers(build(root)) == before
    assert capsys.readouterr().err.splitlines() == ["Nothing changed since the last build.", *first[-2:]]


def test_if_only_what_is_told_of_the_records_is_gone_the_site_stays(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pages that come out the same are not written, even if all has to be looked at."""
    before = numbers(build(root))
    (root / unchanged.FILE).unlink()
    assert numbers(build(root)) == before
    assert "Nothing changed" not in capsys.readouterr().err


def test_where_nothing_changed_warnings_still_fail_a_strict_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_review(tmp_path / "review", {"mkdocs.yml": None, **WARNING})
    build(root)
    assert "1 warning" in capsys.readouterr().err
    build(root)
    assert "1 warning" in capsys.readouterr().err
    assert main(["build", "--strict", "--root", str(root), "--site-dir", str(root.parent / "site")]) == 1
    assert "not published" in capsys.readouterr().err


@pytest.mark.parametrize("first", ["build", "check"])
def test_templates_are_compiled_once(root: Path, first: str) -> None:
    """A build in a process of its own compiles none of those that another compiled, also of another review."""
    count = (
        "import sys, jinja2; from evidence_site.cli import main; made = []; compile = jinja2.Environment._compile\n"
        "jinja2.Environment._compile = lambda *given: made.append(given[2]) or compile(*given)\n"
        "main(sys.argv[1:]); print(len(made))"
    )

    def made(*arguments: str) -> int:
        command = (sys.executable, "-c", count, *arguments)
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        return int(done.stdout.splitlines()[-1])

    clone = write_review(root.parent / "clone", {"mkdocs.yml": None})
    of_theme = ("--site-dir", str(root.parent / "site")) if first == "build" else ()
    assert made(first, "--root", str(root), *of_theme) > 30
    assert made("check", "--root", str(clone)) == 0
    if first == "build":
        assert made("build", "--root", str(clone), "--site-dir", str(root.parent / "another")) == 0
        assert contents(root.parent / "another") == built_from_nothing(clone)
        assert made("build", "--no-cache", "--root", str(clone), "--site-dir", str(root.parent / "another")) > 50


def dead_link(root: Path) -> None:
    (root / "docs" / "more.md").write_text("# More\n\n[Nowhere](nowhere/).\n", "utf-8")


@pytest.mark.parametrize("change", [lambda _: None, retitle, dead_link], ids=["nothing", "title", "dead link"])
def test_check_tells_the_same_with_what_a_build_kept(
    root: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None]
) -> None:
    change(root)
    anew = main(["check", "--root", str(root)]), capsys.readouterr().out
    for path in (root / "docs" / "more.md", root / STUDY):
        path.unlink(missing_ok=True)
    write_review(root, {"mkdocs.yml": None})
    build(root)
    change(root)
    capsys.readouterr()
    assert (main(["check", "--root", str(root)]), capsys.readouterr().out) == anew


def test_nothing_is_kept_if_that_is_not_wanted(root: Path) -> None:
    before = numbers(build(root, "--no-cache"))
    assert not (root / kept.FILE).exists()
    assert not (root / unchanged.FILE).exists()
    assert numbers(build(root, "--no-cache"))["index.html"] != before["index.html"]


# --- never out of date -----------------------------------------------------------------------------------------------


def settings(text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / "mkdocs.yml").write_text(text, "utf-8")

    return change


def template(root: Path) -> None:
    folder = root / "templates" / "partials"
    folder.mkdir(parents=True)
    (folder / "record.html.j2").write_text("<p>A line of our own</p>\n", "utf-8")


def page(root: Path) -> None:
    (root / "docs" / "more.md").write_text("# More\n\nWords [@alpha2020].\n", "utf-8")


def no_study(root: Path) -> None:
    (root / "evidence" / "studies" / "beta2021.yaml").unlink()


def other_site(root: Path) -> None:
    (root.parent / "site" / "index.html").write_text("something else", "utf-8")
    (root.parent / "site" / "more.html").write_text("more", "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        retitle,
        template,
        page,
        settings("site_name: Another\nsite_url: https://example.org/x/\nplugins: []\n"),
        settings("site_name: X\nplugins: [search]\ntheme: {name: material, font: false}\n"),
        other_site,
        lambda root: shutil.rmtree(root.parent / "site"),
    ],
    ids=["study", "template", "page", "settings", "plugin", "site", "no site"],
)
def test_after_a_change_the_site_is_that_of_a_build_from_nothing(root: Path, change: Callable[[Path], None]) -> None:
    first = contents(build(root))
    change(root)
    assert contents(build(root)) == built_from_nothing(root)
    assert contents(build(root)) == built_from_nothing(root)
    assert first


def test_settings_of_the_surroundings_count(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "mkdocs.yml").write_text("site_name: X\nsite_url: !ENV [SITE_URL, '']\nplugins: []\n", "utf-8")
    build(root)
    monkeypatch.setenv("SITE_URL", "https://example.org/y/")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert contents(build(root)) == built_from_nothing(root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "172800")
    assert contents(build(root)) == built_from_nothing(root)


@pytest.mark.parametrize("seed", [1, 2])
def test_change_after_change_the_site_is_that_of_a_build_from_nothing(tmp_path: Path, seed: int) -> None:
    root = copy_of_review(tmp_path / "review")
    choose = random.Random(seed)
    for _ in range(4):
        path = choose.choice(
            sorted((root / "evidence" / choose.choice(["studies", "sources", "treatments"])).iterdir())
        )
        text = path.read_text("utf-8")
        words = list(re.finditer(r"\b[a-z]{5,}\b(?=[ ,.])", text))
        if words:
            word = choose.choice(words)
            path.write_text(f"{text[: word.start()]}changed{text[word.end() :]}", "utf-8")
        if main(["check", "--root", str(root)]) != 0:
            path.write_text(text, "utf-8")
        made, expected = contents(build(root)), built_from_nothing(root)
        assert [name for name in sorted({*made, *expected}) if made.get(name) != expected.get(name)] == [], path.name


@pytest.mark.parametrize("keeps_time", [False, True])
def test_a_file_that_was_changed_in_the_site_is_made_again(root: Path, *, keeps_time: bool) -> None:
    file = build(root) / "studies" / "alpha2020" / "index.html"
    good, state = file.read_bytes(), file.stat()
    with file.open("r+b") as opened:
        opened.write(b"x")
    if keeps_time:
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    retitle(root, "A third title")
    build(root)
    retitle(root)
    assert contents(build(root)) == built_from_nothing(root)
    assert file.read_bytes()[:1] == good[:1]


def test_a_page_outside_the_site_that_shared_a_file_stays(root: Path, tmp_path: Path) -> None:
    """Whoever took pages of the published site as second names of its files keeps them as they were."""
    site = build(root)
    names = ("index.html", "sitemap.xml", "sitemap.xml.gz", "404.html", "studies/alpha2020/index.html")
    taken = tmp_path / "taken"
    for name in names:
        (taken / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(site / name, taken / name)
    before = contents(taken)
    retitle(root)
    page(root)
    build(root)
    assert contents(taken) == before


def test_a_record_that_changes_while_the_site_is_made_is_not_taken_for_built(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (root / STUDY).read_text("utf-8")
    publish = publishing.publish

    def changed_meanwhile(*arguments: Any) -> Any:
        retitle(root)
        return publish(*arguments)

    monkeypatch.setattr(publishing, "publish", changed_meanwhile)
    build(root)
    monkeypatch.undo()
    for state in ((root / STUDY).read_text("utf-8"), text):
        (root / STUDY).write_text(state, "utf-8")
        assert contents(build(root)) == built_from_nothing(root)


GIT = (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "Begin"))


def git(root: Path, *arguments: str) -> None:
    command = ("git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run((*command, *arguments), check=True)


def test_a_commit_counts_as_a_change(root: Path) -> None:
    """Pages tell when their records changed."""
    for arguments in GIT:
        git(root, *arguments)
        build(root)
    assert contents(build(root)) == built_from_nothing(root)


def test_check_makes_no_page_again_that_a_build_kept(root: Path) -> None:
    """Also where pages name the feed, of which check reads nothing."""
    for arguments in GIT:
        git(root, *arguments)
    build(root)
    before = kept.recall(root)
    tree, _ = making.make_tree(root, with_news=False, before=before.tree, read=before.read)
    assert tree is not None
    made = [address for address, page in tree.made.items() if page is not before.tree.made[address]]
    assert [address for address in made if re.fullmatch("(studies|references|treatments)/.+", address)] == []


def test_what_cannot_be_told_from_files_is_not_told(root: Path) -> None:
    """A link in the records is refused, whatever it leads to, also by a build that would change nothing else."""
    build(root)
    (root / "evidence" / "sources" / "link.yaml").symlink_to(root / STUDY)
    assert unchanged.inputs(root) is None
    assert main(["build", "--root", str(root), "--site-dir", str(root.parent / "site")]) == 1


def test_nothing_is_told_of_what_is_larger_than_any_review(root: Path) -> None:
    """It is not read to find that out: a build says what is too large, as before."""
    with (root / "docs" / "large.png").open("wb") as file:
        file.truncate(30_000_000_000)
    assert unchanged.inputs(root) is None


# --- damaged and foreign ---------------------------------------------------------------------------------------------


class Trap:
    """Something that would make a file if it were unpacked."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.file,)


def trap(file: Path, root: Path) -> None:
    file.write_bytes(file.read_bytes()[:32] + pickle.dumps(Trap(root / "sprung")))


def flipped(at: float) -> Callable[[Path, Path], None]:
    def flip(file: Path, root: Path) -> None:
        del root
        content = bytearray(file.read_bytes())
        content[int(at * (len(content) - 1))] ^= 1
        file.write_bytes(content)

    return flip


def linked(file: Path, root: Path) -> None:
    file.rename(root / "elsewhere")
    file.symlink_to(root / "elsewhere")


def folder(file: Path, root: Path) -> None:
    del root
    file.unlink()
    (file / "inner").mkdir(parents=True)


def pipe(file: Path, root: Path) -> None:
    del root
    file.unlink()
    os.mkfifo(file)


DAMAGE: dict[str, Callable[[Path, Path], None]] = {
    "trap": trap,
    "first byte": flipped(0),
    "middle": flipped(0.5),
    "last byte": flipped(1),
    "cut": lambda file, _: os.truncate(file, 1000),
    "empty": lambda file, _: os.truncate(file, 0),
    "link": linked,
    "folder": folder,
    "pipe": pipe,
}


@pytest.mark.parametrize("damage", sorted(DAMAGE.keys() - {"cut"}))
def test_what_is_told_by_a_damaged_file_is_not_believed(root: Path, damage: str) -> None:
    site = build(root)
    DAMAGE[damage](root / unchanged.FILE, root)
    now = unchanged.inputs(root)
    assert now is not None
    assert unchanged.recall(root, site, now) is None
    assert contents(build(root)) == built_from_nothing(root)
    assert not (root / "sprung").exists()


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_what_is_damaged_is_not_used(root: Path, damage: str) -> None:
    before = numbers(build(root))
    DAMAGE[damage](root / kept.FILE, root)
    assert kept.recall(root).tree.files == {}
    retitle(root)
    after = numbers(build(root))
    assert before["404.html"] != after["404.html"], "all is made anew"
    assert contents(root.parent / "site") == built_from_nothing(root)
    assert not (root / "sprung").exists()


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_damaged_templates_are_not_used(root: Path, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are code."""
    codes = {"a template": b"code" * 1000}
    monkeypatch.setattr(compiled, "_codes", codes)
    monkeypatch.setattr(compiled, "_new", set(codes))
    compiled.keep()
    monkeypatch.setattr(compiled, "_codes", {})
    compiled.recall()
    assert compiled._codes == codes
    compiled._codes.clear()
    DAMAGE[damage](compiled.file(), root)
    compiled.recall()
    assert compiled._codes == {}
    assert not (root / "sprung").exists()


def test_what_somebody_else_kept_is_not_used(root: Path, home: Path) -> None:
    """As in a pull request that brings such a file: it was sealed with another secret."""
    build(root)
    (home / "evidence-site" / "seal").write_bytes(bytes(32))
    assert kept.recall(root).tree.files == {}


def test_what_another_version_kept_is_not_used(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(root)
    assert kept.recall(root).tree.files
    monkeypatch.setattr(seals, "installed", lambda: "another")
    assert kept.recall(root).tree.files == {}


@pytest.mark.skipif(os.name != "posix", reason="rights of files are another matter elsewhere")
def test_a_secret_that_others_can_read_is_none(root: Path, home: Path) -> None:
    build(root)
    (home / "evidence-site" / "seal").chmod(0o644)
    (root / kept.FILE).unlink()
    build(root)
    assert not (root / kept.FILE).exists()


@pytest.mark.parametrize("place", ["a file", "a short secret"])
def test_without_a_secret_nothing_is_kept(root: Path, home: Path, place: str) -> None:
    if place == "a file":
        home.write_text("in the way", "utf-8")
    else:
        (home / "evidence-site").mkdir(parents=True)
        (home / "evidence-site" / "seal").write_bytes(b"short")
        (home / "evidence-site" / "seal").chmod(0o600)
    site = build(root)
    assert not (root / kept.FILE).exists()
    assert contents(site) == built_from_nothing(root)
