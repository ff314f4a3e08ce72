"""A served site: a saved change is shown, a mistake leaves the last good pages, and what is kept is never out of date."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from building import ROOT, copy_of_review
from reviews import write_review

from benchmarks.corpus import write_corpus
from evidence_site import making, serving, site_settings
from evidence_site.checks import check
from evidence_site.history import Revision
from evidence_site.pages import NOTHING, Settings, Tree, render, render_first
from evidence_site.problems import Problem, has_errors
from evidence_site.review import Review, link, load
from evidence_site.serving import Preview

STUDY = "evidence/studies/alpha2020.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_review(tmp_path / "review", {"mkdocs.yml": None})


def preview_of(root: Path, folder: Path) -> Preview:
    folder.mkdir()
    return Preview(root, folder, making.remaking(root), "http://127.0.0.1:8000/")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit_a_title(root: Path) -> None:
    path = root / STUDY
    path.write_text(
        re.sub(r"^title: .*$", "title: Another title", path.read_text("utf-8"), count=1, flags=re.M), "utf-8"
    )


def rename_a_treatment(root: Path) -> None:
    path = next((root / "evidence" / "treatments").glob("*.yaml"))
    path.write_text(re.sub(r"^name: .*$", "name: Renamed", path.read_text("utf-8"), count=1, flags=re.M), "utf-8")


@pytest.mark.parametrize("change", [edit_a_title, rename_a_treatment])
def test_after_a_change_the_folder_is_that_of_a_new_preview(
    root: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    served = preview_of(root, tmp_path / "served")
    assert served.refresh() == []
    change(root)
    assert served.refresh() == []
    anew = preview_of(root, tmp_path / "anew")
    assert anew.refresh() == []
    assert contents(tmp_path / "served") == contents(tmp_path / "anew")


def test_a_page_that_goes_and_comes_back(root: Path, tmp_path: Path) -> None:
    served = preview_of(root, tmp_path / "served")
    served.refresh()
    before = contents(tmp_path / "served")
    page = root / "docs" / "extra.md"
    page.write_text("# An extra page\n\nWords.\n", "utf-8")
    assert served.refresh() == []
    assert b"An extra page" in (tmp_path / "served" / "extra" / "index.html").read_bytes()
    page.unlink()
    assert served.refresh() == []
    assert contents(tmp_path / "served") == before


def test_a_mistake_leaves_the_last_good_site_and_says_what_is_wrong(root: Path, tmp_path: Path) -> None:
    served = preview_of(root, tmp_path / "served")
    served.refresh()
    good = contents(tmp_path / "served")
    text = (root / STUDY).read_text("utf-8")
    (root / STUDY).write_text(text + "nonsense: <b>1</b>\n", "utf-8")
    errors = served.refresh()
    assert [(e.place.file, e.code) for e in errors] == [(STUDY, "unknown-field")]
    assert b"nonsense" in served.banner
    assert b"<b>1" not in served.banner
    assert contents(tmp_path / "served") == good
    (root / STUDY).write_text(text, "utf-8")
    assert served.refresh() == []
    assert served.banner == b""


def test_in_a_large_site_the_page_of_a_change_comes_first(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of the study is shown before the lists that tell of it, and in the end all is as if made anew."""
    monkeypatch.setattr(serving, "LARGE", 3)
    served = preview_of(root, tmp_path / "served")
    served.refresh()
    page, home = (tmp_path / "served" / name for name in ("studies/alpha2020/index.html", "studies/index.html"))
    edit_a_title(root)
    assert served.show_first()
    assert "Another title" in page.read_text("utf-8")
    assert "Another title" not in home.read_text("utf-8")
    assert served.refresh() == []
    assert "Another title" in home.read_text("utf-8")
    assert not served.show_first(), "nothing is left to show"
    anew = preview_of(root, tmp_path / "anew")
    assert anew.refresh() == []
    assert contents(tmp_path / "served") == contents(tmp_path / "anew")


def test_a_small_site_is_made_at_once(root: Path, tmp_path: Path) -> None:
    served = preview_of(root, tmp_path / "served")
    served.refresh()
    edit_a_title(root)
    assert not served.show_first()


def test_pages_that_did_not_change_are_kept(root: Path) -> None:
    first, _ = making.make_tree(root, before=NOTHING)
    assert first is not None
    edit_a_title(root)
    second, _ = making.make_tree(root, before=first)
    assert second is not None
    kept = {address for address, page in second.made.items() if first.made.get(address) is page}
    assert "studies/alpha2020/" not in kept
    assert any(address.startswith("studies/") for address in kept)
    assert any(address.startswith("references/") for address in kept)


def test_what_is_in_italics_is_a_part_of_a_reference(root: Path) -> None:
    """So are the braces that keep the name of an organisation together."""
    bibliography = root / "evidence" / "references.bib"
    tree, _ = making.make_tree(root, before=NOTHING)
    text = bibliography.read_text("utf-8")
    for change in (lambda title: f"\\emph{{{title}}}", lambda title: title):
        found = re.search(r"^( *title *= *\{)(.*)(\},?)$", text, re.M)
        assert found is not None
        text = text[: found.start()] + found[1] + change(found[2]) + found[3] + text[found.end() :]
        bibliography.write_text(text, "utf-8")
        tree, _ = making.make_tree(root, before=tree)
        whole, _ = making.make_tree(root)
        assert tree is not None
        assert whole is not None
        assert tree.files == whole.files


def test_what_is_saved_while_pages_are_made_comes_with_the_next_ones(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not count as made from a record that was read before somebody saved another one."""
    served = preview_of(root, tmp_path / "served")
    served.refresh()

    def checked_while_somebody_saves(review: Review) -> list[Problem]:
        edit_a_title(root)
        return check(review)

    monkeypatch.setattr(making, "check", checked_while_somebody_saves)
    (root / STUDY).touch()
    served.refresh()
    monkeypatch.undo()
    assert served.refresh() == []
    anew = preview_of(root, tmp_path / "anew")
    assert anew.refresh() == []
    assert contents(tmp_path / "served") == contents(tmp_path / "anew")


# --- nothing out of date -----------------------------------------------------------------------------------------------


class Mutated:
    """A review that is changed at random, a change at a time, and stays free of errors."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.random = random.Random(seed)
        self.files = sorted(path for path in (root / "evidence").rglob("*") if path.is_file())
        self.changes = {self._name(path): Revision(1, "a" * 40) for path in self.files}

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def rendered(self, before: Tree | None) -> Tree:
        evidence, _ = load(self.root)
        assert evidence is not None
        return render(
            link(evidence),
            self.root,
            site_settings.template_folders(self.root),
            self.changes,
            Settings(),
            before=before,
        )

    def first(self, before: Tree) -> Tree | None:
        evidence, _ = load(self.root)
        assert evidence is not None
        return render_first(
            link(evidence), self.root, site_settings.template_folders(self.root), self.changes, Settings(), before
        )

    def is_sound(self) -> bool:
        evidence, problems = load(self.root)
        return evidence is not None and not has_errors([*problems, *check(link(evidence))])

    def change(self) -> Iterator[str]:
        """Make one change that leaves the review sound, and say what; take most of them back afterwards."""
        while True:
            path = self.random.choice([path for path in self.files if path.exists()])
            before = path.read_bytes()
            what = self._mutate(path)
            if what and self.is_sound():
                yield f"{what} in {self._name(path)}"
                if self.random.random() < 0.5:
                    continue
            path.write_bytes(before)

    def _mutate(self, path: Path) -> str:
        text = path.read_text("utf-8")
        kind = self.random.choice(["number", "word", "lines", "delete", "overlap", "retract", "date"])
        if kind == "number":
            found = list(re.finditer(r"(?<![\w.@-])\d+(?:\.\d+)?(?![\w.-])", text))
            new = str(self.random.randrange(1, 99))
        elif kind == "word":
            found = list(re.finditer(r"\b[a-z]{5,}\b(?=[ ,.])", text))
            new = "changed"
        if kind in ("number", "word"):
            if not found:
                return ""
            match = self.random.choice(found)
            text = text[: match.start()] + new + text[match.end() :]
        elif kind == "lines":
            lines = text.split("\n")
            one, two = self.random.randrange(len(lines)), self.random.randrange(len(lines))
            lines[one], lines[two] = lines[two], lines[one]
            text = "\n".join(lines)
        elif kind == "overlap" and path.parent.name == "studies":
            other = self.random.choice([p.stem for p in self.files if p.parent == path.parent and p != path])
            status = self.random.choice(["certain", "probable", "possible"])
            text += f"\noverlaps:\n  - study: {other}\n    status: {status}\n    note: Perhaps the same.\n"
        elif kind == "retract" and path.parent.name == "sources" and "\nstanding:" not in text:
            text += "\nstanding: {status: retracted, date: 2020-02-02}\n"
        elif kind == "delete" and path.parent.name in ("studies", "sources", "cases"):
            path.unlink()
            return kind
        else:
            name = self._name(path)
            self.changes[name] = Revision(self.random.randrange(10**9), f"{self.random.randrange(16**40):040x}")
            return "date"
        path.write_text(text, "utf-8")
        return kind


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_changes_no_page_is_out_of_date(root: Path, seed: int) -> None:
    mutated = Mutated(root, seed)
    tree = mutated.rendered(NOTHING)
    changes = mutated.change()
    kept = firsts = 0
    for turn in range(20):
        what = next(changes)
        before = mutated.first(tree) if turn % 2 else None
        firsts += before is not None
        before = before or tree
        tree = mutated.rendered(before)
        whole = mutated.rendered(None)
        assert {name for name in whole.files if whole.files[name] != tree.files.get(name)} == set(), what
        assert tree.files.keys() == whole.files.keys(), what
        kept += sum(before.made.get(address) is page for address, page in tree.made.items())
    assert kept > 30, "hardly anything was kept, so nothing was shown"
    assert firsts > 0


def test_whatever_changes_no_part_of_a_long_list_is_out_of_date(tmp_path: Path) -> None:
    """Studies, results and persons of a large review stand on many pages; those of what stayed are kept."""
    root = write_corpus(tmp_path / "review", 620)
    mutated = Mutated(root, 3)
    mutated.files = [*sorted((root / "evidence" / "studies").iterdir()), root / "evidence" / "outcomes.yaml"]
    tree = mutated.rendered(NOTHING)
    changes = mutated.change()
    kept = set()
    for _ in range(6):
        what, before = next(changes), tree
        tree, whole = mutated.rendered(before), mutated.rendered(None)
        assert [
            name for name in sorted({*whole.files, *tree.files}) if whole.files.get(name) != tree.files.get(name)
        ] == [], what
        kept |= {address for address, page in tree.made.items() if before.made.get(address) is page}
    lists = ("studies/year/", "outcomes/outcome-0/", "treatments/treatment-0/studies/", "charts/case-lanes/", "care/")
    for part in lists:
        assert any(address.startswith(part) and address != part for address in kept), part
    assert any(re.fullmatch(r"treatments/treatment-\d/", address) for address in kept), "no study of it changed"


def test_the_list_of_references_tells_how_each_is_cited_now(tmp_path: Path) -> None:
    """Of its pages those are kept on which nothing is cited by other pages than before."""
    mutated = Mutated(write_corpus(tmp_path / "review", 300), 1)
    folder = mutated.root / "evidence"
    study, cited = min((folder / "studies").iterdir()), max((folder / "sources").iterdir())
    changes = [
        (study, "\npopulation: >-\n", f"\npopulation: >-\n  As told elsewhere [@{cited.stem}, abstract].\n"),
        (cited, "read: ", "standing: {status: retracted, date: 2020-02-02}\nread: "),
        (folder / "references.bib", "title = {", "title = {Zinc and "),
        (folder / "references.bib", "author = {", "author = {Aaronson, Z. and "),
    ]
    tree = mutated.rendered(NOTHING)
    for path, old, new in changes:
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
        assert mutated.is_sound(), new
        before, tree = tree, mutated.rendered(tree)
        whole = mutated.rendered(None)
        assert [name for name in sorted(whole.files) if whole.files[name] != tree.files.get(name)] == [], new
        if path == study:
            listed = [address for address in tree.made if address.startswith("references/author/")]
            made = [address for address in listed if before.made.get(address) is not tree.made[address]]
            assert 0 < len(made) < len(listed)


@pytest.mark.parametrize(
    ("field", "value"), [("country", "Aland"), ("country", "not_reported"), ("design", "in_vitro"), ("title", "Aa")]
)
def test_rows_of_explore_find_their_places_anew(tmp_path: Path, field: str, value: str) -> None:
    """The options of countries and designs, and the places of texts, depend on all studies."""
    mutated = Mutated(copy_of_review(tmp_path / "review"), 1)
    tree = mutated.rendered(NOTHING)
    study = mutated.root / "evidence" / "studies" / "li2018.yaml"
    others = [line for line in study.read_text("utf-8").splitlines() if not line.startswith(f"{field}:")]
    study.write_text("\n".join([*others, f"{field}: {value}", ""]), "utf-8")
    assert mutated.is_sound()
    again, whole = mutated.rendered(tree), mutated.rendered(None)
    assert [name for name in sorted(whole.files) if whole.files[name] != again.files.get(name)] == []


def test_a_study_that_goes_is_counted_out_everywhere(tmp_path: Path) -> None:
    """Charts of other treatments count the results that they leave out."""
    mutated = Mutated(copy_of_review(tmp_path / "review"), 1)
    tree = mutated.rendered(NOTHING)
    (mutated.root / "evidence" / "studies" / "li2018.yaml").unlink()
    again, whole = mutated.rendered(tree), mutated.rendered(None)
    assert [name for name in sorted(whole.files) if whole.files[name] != again.files.get(name)] == []


# --- the command -----------------------------------------------------------------------------------------------------


@contextmanager
def served(root: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command at work: its process, and the address at which the site stands."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, str(ROOT / "build_site.py"), "serve", "--root", str(root), "--address", host]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert f"http://{host}/" in _until(process, "Open ")
        yield process, f"http://{host}/"
    finally:
        process.kill()
        process.communicate()


def test_the_command_shows_a_saved_change(root: Path) -> None:
    with served(root) as (process, site):
        address = f"{site}studies/alpha2020/"
        assert "Another title" not in _get(address)
        edit_a_title(root)
        assert "up to date" in _until(process, "up to date")
        assert "Another title" in _get(address)
        (root / STUDY).write_text((root / STUDY).read_text("utf-8") + "nonsense: 1\n", "utf-8")
        assert "unknown-field" in _until(process, "last good site stays")
        page = _get(address)
        assert "Another title" in page
        assert "nonsense" in page
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0  # a busy machine takes its time


def test_what_is_gone_for_a_moment_is_still_watched(root: Path) -> None:
    """As when git changes to a branch without it: else every later change would go unseen, and nobody be told."""
    with served(root) as (process, site):
        (root / "evidence").rename(root / "elsewhere")
        assert "no-evidence" in _until(process, "last good site stays")
        (root / "elsewhere").rename(root / "evidence")
        _until(process, "up to date")
        edit_a_title(root)
        _until(process, "up to date")
        assert "Another title" in _get(f"{site}studies/alpha2020/")


@pytest.mark.parametrize("name", ["templates/pages/home.html.j2", "mkdocs.yml"])
def test_what_comes_later_is_watched(root: Path, name: str) -> None:
    """A review may get its settings or its first template while its site is shown."""
    with served(root) as (process, _):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{{ nonsense(\n", "utf-8")
        assert name in _until(process, "last good site stays")


def test_a_review_with_mistakes_from_the_start_is_shown_once_they_are_mended(root: Path) -> None:
    """Till then every address shows what is wrong; no last good site is said to stay."""
    text = (root / STUDY).read_text("utf-8")
    (root / STUDY).write_text("nonsense: <b>1</b>\n", "utf-8")
    with served(root) as (process, site):
        for address in (site, f"{site}studies/alpha2020/"):
            shown = _get(address)
            assert "There is no page to show yet" in shown
            assert f"<code>{STUDY}:1:1</code>" in shown
            assert "<b>1" not in shown
            assert "livereload" in shown, "it is not loaded again"
        (root / STUDY).write_text("nonsense: 2\n", "utf-8")
        assert "last good" not in _until(process, "There is nothing to show yet")
        (root / STUDY).write_text(text, "utf-8")
        _until(process, "up to date")
        assert "no page to show" not in _get(site) + _get(f"{site}nowhere/")
        assert "Twelve persons" in _get(f"{site}studies/alpha2020/")


def test_ctrl_c_ends_a_server_even_if_it_is_lost(tmp_path: Path) -> None:
    """As when it comes while something else waits for its turn; nothing stays behind."""
    folder = tmp_path / "shown"
    folder.mkdir()
    (folder / "index.html").write_text("a page", "utf-8")
    lost = (
        "import os, signal, sys, time; from pathlib import Path; from evidence_site import serving\n"
        "with serving.ending_soon(Path(sys.argv[1])):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT); time.sleep(600)\n"
        "    except KeyboardInterrupt:\n"
        "        time.sleep(600)\n"
    )
    process = subprocess.run([sys.executable, "-c", lost, str(folder)], cwd=ROOT, timeout=120, check=False)
    assert process.returncode == 0
    assert not folder.exists()


def _until(process: subprocess.Popen[str], word: str) -> str:
    assert process.stderr is not None
    said = ""
    late = threading.Timer(60, process.kill)
    late.start()
    while word not in said and (line := process.stderr.readline()):
        said += line
    late.cancel()
    assert word in said, said
    return said


def _get(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as missing:
        return missing.read().decode()
