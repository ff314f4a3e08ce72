"""The same input makes the same bytes, wherever, whenever and by whomever it is built, and without asking anybody."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from building import ROOT
from namespaces import in_a_namespace
from reviews import write_review

OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise RuntimeError(f"the build asks the network: {event} {arguments}")
sys.addaudithook(refuse)
from evidence_site.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""Runs a command in which nobody can be asked: whatever the code does with a socket ends it."""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def reviewed(folder: Path) -> Path:
    """The small review under version control, with an address, a picture and a page."""
    root = write_review(
        folder / "origin",
        {
            "mkdocs.yml": "site_name: X\nsite_url: https://example.org/\ntheme: {name: material, font: false}\n",
            "docs/one.md": "# One\n\nÄ page [@alpha2020].\n",
        },
    )
    (root / "docs" / "a.png").write_bytes(b"\x89PNG")
    settings = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *settings, *command], cwd=root, check=True)
    return root


def copied(origin: Path, root: Path, *, backwards: bool) -> Path:
    """Copy a review file by file, so that the folders list them in another order and with other times."""
    paths = sorted(path for path in origin.rglob("*") if path.is_file())
    for number, path in enumerate(reversed(paths) if backwards else paths):
        target = root / path.relative_to(origin)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        os.utime(target, (1_000_000_000 + number, 1_000_000_000 + number))
    return root


def build(root: Path, *before: str, umask: int = 0o022, cwd: Path = ROOT, **environment: str) -> Path:
    """Build a review with another environment; returns the folder of the site."""
    site = root / "site"
    command = [*before, sys.executable, "-c", OFFLINE, "build", "--root", str(root)]
    kept = {name: value for name, value in os.environ.items() if name not in ("SITE_URL", "SOURCE_DATE_EPOCH")}
    done = subprocess.run(
        command,
        env={**kept, "PYTHONPATH": str(ROOT), "EVIDENCE_REPOSITORY": "", **environment},
        cwd=cwd,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return site


def test_two_builds_are_equal_to_the_byte(tmp_path: Path) -> None:
    """In other folders, time zones, languages and accounts, with other hash seeds, orders, times and rights of files."""
    origin = reviewed(tmp_path)
    one = build(
        copied(origin, tmp_path / "a", backwards=False),
        TZ="Pacific/Kiritimati",
        LC_ALL="C",
        PYTHONHASHSEED="1",
        HOME=str(tmp_path / "a"),
        USER="anna",
        LOGNAME="anna",
        PYTHONUTF8="0",
    )
    other = build(
        copied(origin, tmp_path / "another folder" / "ö" / "b", backwards=True),
        cwd=tmp_path,
        umask=0o077,
        TZ="America/Los_Angeles",
        LC_ALL="C.UTF-8",
        LANG="tr_TR.UTF-8",
        PYTHONHASHSEED="4242",
        HOME=str(tmp_path),
        USER="root",
        LOGNAME="root",
        COLUMNS="40",
    )
    first, second = contents(one), contents(other)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert len(first) > 100
    assert not any(str(tmp_path).encode() in text for text in first.values())
    assert re.search(rb"[0-9a-f]{7,40}", first["treatments/drug-a/index.html"]), "the commit is there to differ"


def test_a_later_build_is_equal_to_the_first(tmp_path: Path) -> None:
    """What earlier builds left, wherever it is kept, changes nothing."""
    root = copied(reviewed(tmp_path), tmp_path / "a", backwards=False)
    page = root / "docs" / "one.md"
    before = page.read_text("utf-8")
    first = contents(build(root))
    page.write_text(f"{before}\nMore.\n", "utf-8")
    changed = contents(build(root))
    page.write_text(before, "utf-8")
    assert changed != first
    assert contents(build(root)) == first


def test_the_build_needs_no_network(tmp_path: Path) -> None:
    """In a namespace without one, and with every socket refused, the site is the same."""
    root = copied(reviewed(tmp_path), tmp_path / "a", backwards=False)
    alone = in_a_namespace("-n")
    reached = subprocess.run([*alone, "cat", "/proc/net/route"], capture_output=True, text=True, check=True).stdout
    assert len(reached.splitlines()) <= 1, "there is a way out of the namespace"
    # Git asks whose folder it is, and in a namespace users may have other numbers.
    without = contents(
        build(root, *alone, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
    )
    assert without == contents(build(root))


def test_a_question_to_the_network_would_be_noticed() -> None:
    script = OFFLINE.replace("from evidence_site.cli import main", "import urllib.request as u; main = u.urlopen")
    done = subprocess.run(
        [sys.executable, "-c", script.replace("main(sys.argv[1:])", "main('http://127.0.0.1:9/')")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "the build asks the network" in done.stderr
