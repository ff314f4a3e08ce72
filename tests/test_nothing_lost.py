"""Nothing is lost: whatever ends a build, the published folder is one whole site, and people's files are as they were.

All of it through the command line, in processes that are killed, find no room, or get in each other's way.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from building import ROOT
from namespaces import in_a_namespace
from reviews import write_review

from evidence_site import cli

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="processes are ended and limited so only there"),
    pytest.mark.xdist_group("nothing lost"),
]

STUDY = "evidence/studies/alpha2020.yaml"
KILLS = 8
"""How many builds are ended, at moments spread from their beginning to their end."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["evidence_site.commands.build"])  # so that a process is at work at once


def _work(arguments: Sequence[str], said: str, largest: int) -> None:
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    sys.exit(cli.main(arguments))


def start(root: Path, *arguments: str, largest: int = 0) -> BaseProcess:
    """A command on a review in a process of its own; no file that it writes may be larger than ``largest``."""
    command = [arguments[0], "--root", str(root), *arguments[1:]]
    process = _CONTEXT.Process(target=_work, args=(command, str(root.parent / "said"), largest))
    process.start()
    return process


def run(root: Path, *arguments: str, largest: int = 0) -> tuple[int | None, str]:
    """A command to its end: its exit code and what it said."""
    process = start(root, *arguments, largest=largest)
    process.join(300)
    return process.exitcode, (root.parent / "said").read_text("utf-8")


def digest(folder: Path) -> str:
    """What is in a folder, to the byte."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        if path.is_file():
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


class Published:
    """A review of which two states were built, and the folder where one of them is published."""

    def __init__(self, folder: Path) -> None:
        self.root = write_review(folder / "review")
        self.site = folder / "public" / "site"
        self.states: list[tuple[bytes, str]] = []
        first = (self.root / STUDY).read_bytes()
        for text in (first.replace(b"title: ", b"title: Renamed. "), first):
            self.show(text)
            code, said = self.build()
            assert code == 0, said
            self.states.append((text, digest(self.site)))
        assert self.states[0][1] != self.states[1][1]

    def show(self, text: bytes) -> None:
        (self.root / STUDY).write_bytes(text)

    def build(self) -> tuple[int | None, str]:
        return run(self.root, "build", "--site-dir", str(self.site))

    def is_whole(self) -> bool:
        return digest(self.site) in {state for _, state in self.states}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return Published(tmp_path_factory.mktemp("nothing-lost"))


@pytest.fixture(autouse=True)
def nothing_is_left(published: Published) -> Iterator[None]:
    """After each test the next build ends well, with its own site, and nothing else lies about."""
    yield
    text, state = published.states[0]
    published.show(text)
    code, said = published.build()
    assert code == 0, said
    assert digest(published.site) == state
    assert [path.name for path in published.site.parent.iterdir()] == ["site"]
    assert [path.name for path in (published.root / "build").rglob(".*")] == [".lock"]
    assert sorted(path.name for path in published.root.iterdir()) == ["build", "docs", "evidence", "mkdocs.yml"]


def test_a_build_that_is_killed_leaves_a_whole_site(published: Published) -> None:
    """At whatever moment: the site is the old or the new one, to the byte."""
    began = time.monotonic()
    assert published.build()[0] == 0
    takes = time.monotonic() - began
    ended = 0
    for number in range(KILLS):
        published.show(published.states[number % 2][0])
        process = start(published.root, "build", "--site-dir", str(published.site))
        # Close to its end most is at stake.
        time.sleep(takes * (1 - (1 - number / KILLS) ** 2))
        process.kill()
        process.join()
        ended += process.exitcode != 0
        assert published.is_whole(), f"half a site after {number}/{KILLS} of a build"
    assert ended >= KILLS // 2


def test_a_build_that_is_killed_while_it_publishes(published: Published) -> None:
    """Ended as soon as the new site begins to grow beside the old one, or a moment later."""
    for number in range(4):
        published.show(published.states[number % 2][0])
        process = start(published.root, "build", "--site-dir", str(published.site))
        deadline = time.monotonic() + 60
        while process.is_alive() and time.monotonic() < deadline and len(list(published.site.parent.iterdir())) < 2:
            time.sleep(0.001)
        time.sleep(0.05 * number)
        process.kill()
        process.join()
        assert published.is_whole()


@pytest.mark.parametrize("moment", ["Checking the evidence", "Building the site"])
def test_a_build_that_is_interrupted_says_so_in_words(published: Published, moment: str) -> None:
    """Ctrl+C ends it without anything for programmers, and the old site stays."""
    published.show(published.states[1][0])
    before = digest(published.site)
    script = [sys.executable, str(ROOT / "build_site.py"), "build", "--no-cache"]
    command = [*script, "--root", str(published.root), "--site-dir", str(published.site)]
    for _ in range(10):  # where much else is going on, a build may come to its end before it is interrupted
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            said = next(line for line in process.stderr if moment in line)
            process.send_signal(signal.SIGINT)
            said += process.stderr.read()
        if process.returncode != 0:
            break
    assert process.returncode == 130
    assert "Stopped. What was published before is untouched." in said
    assert "Traceback" not in said
    assert digest(published.site) == before


def test_two_builds_at_once(published: Published) -> None:
    """One waits for the other; both end well, and the site is whole at every moment."""
    published.show(published.states[1][0])
    processes = [start(published.root, "build", "--site-dir", str(published.site)) for _ in range(3)]
    while any(process.is_alive() for process in processes):
        assert (published.site / "index.html").is_file()
        time.sleep(0.005)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert digest(published.site) == published.states[1][1]


def test_no_room_for_a_file(published: Published) -> None:
    """A disk that takes no more: the old site stays, and the command says why."""
    published.show(published.states[1][0])
    before = digest(published.site)
    for largest in (3_000, 50_000):
        code, said = run(published.root, "build", "--site-dir", str(published.site), largest=largest)
        assert code == 2, said
        assert "Traceback" not in said
        assert "File too large" in said
        assert digest(published.site) == before


def test_a_full_disk(published: Published) -> None:
    """The published folder on a small disk of its own, where the system lets us make one."""
    disk = published.root.parent / "disk"
    disk.mkdir(exist_ok=True)
    script = f"""
        set -e
        mount -t tmpfs -o size=1m none {disk}
        mkdir {disk}/site && echo old > {disk}/site/index.html
        code=0
        {sys.executable} {ROOT}/build_site.py --root {published.root} --site-dir {disk}/site || code=$?
        echo code $code
        cat {disk}/site/index.html
        ls -A {disk}
    """
    done = subprocess.run([*in_a_namespace("-m"), "sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["code 2", "old", "site"], done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_target_that_cannot_be_written(published: Published, tmp_path: Path) -> None:
    """A folder that takes nothing, even from those who may do everything."""
    for site_dir in ("/proc/evidence/site", "/dev/null/site"):
        code, said = run(published.root, "build", "--site-dir", site_dir)
        assert (code, said.count("\n") < 6) == (2, True), said
        assert "Traceback" not in said
    if os.geteuid() != 0:
        (tmp_path / "shut").mkdir(mode=0o555)
        code, said = run(published.root, "build", "--site-dir", str(tmp_path / "shut" / "site"))
        assert code == 2
        assert "Traceback" not in said


def test_what_a_build_moved_away_is_put_back(published: Published) -> None:
    """Where folders cannot be exchanged, a build may end with the old site moved away: the next one finds it."""
    published.show(b"title: [")
    published.site.rename(published.site.with_name(".site.old-0f0f0f0f"))
    code, _ = published.build()
    assert code == 1
    assert published.is_whole()


# --- what people wrote -----------------------------------------------------------------------------------------------

ENTRIES = "".join(
    f"@article{{new{n}, author = {{New, N.}}, title = {{Title number {n} of a study}}, journal = {{J}}, year = {{2001}}}}\n"
    for n in range(300)
)


def kept(root: Path) -> dict[str, bytes]:
    """Every file of the evidence, but for those that are not finished."""
    files = (path for path in (root / "evidence").rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    "command",
    [("import", "given.bib"), ("new", "topic", "omega")],
    ids=["import", "new"],
)
def test_a_command_that_is_killed_destroys_nothing(
    tmp_path: Path, published: Published, command: tuple[str, ...]
) -> None:
    """Every byte that stood there stands there; what is new is whole or not there."""
    root = write_review(tmp_path / "review")
    (root / "given.bib").write_text(ENTRIES)
    arguments = [str(root / a) if a == "given.bib" else a for a in command]
    whole = tmp_path / "whole"
    shutil.copytree(root, whole)
    began = time.monotonic()
    code, said = run(whole, *[a.replace(str(root), str(whole)) for a in arguments])
    assert code == 0, said
    takes = time.monotonic() - began
    before, after = kept(root), kept(whole)
    assert before.items() <= {**after, "evidence/references.bib": before["evidence/references.bib"]}.items()
    for number in range(8):
        process = start(root, *arguments)
        time.sleep(takes * number / 8)
        process.kill()
        process.join()
        now = kept(root)
        for name, content in now.items():
            assert content in (before.get(name), after.get(name)), name
        assert before.keys() <= now.keys()


def test_a_command_without_room_destroys_nothing(tmp_path: Path, published: Published) -> None:
    """A full disk ends it with what stood there before."""
    root = write_review(tmp_path / "review")
    (root / "given.bib").write_text(ENTRIES)
    before = kept(root)
    code, said = run(root, "import", str(root / "given.bib"), largest=20_000)
    assert code == 2
    assert "Traceback" not in said
    assert kept(root) == before
    assert [path.name for path in (root / "evidence").glob(".*")] == []
