"""CONTRIBUTING.md works as it stands: everything in it is done, in its order, in a fresh copy of the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from building import ROOT
from markdown_it import MarkdownIt

DOCUMENT = "CONTRIBUTING.md"
SPARED = {"pip install --quiet pre-commit": "the tests have it already"}
"""Lines that are not run, and why."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its kind, its text, and the file that the paragraph before it names last."""

    kind: str
    text: str
    file: str
    line: int


def blocks(text: str) -> Iterator[Block]:
    file = ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "inline":
            named = [
                part.content for part in token.children or () if part.type == "code_inline" and "." in part.content
            ]
            file = named[-1] if named else file
        elif token.type == "fence" and token.map:
            yield Block(token.info, token.content, file, token.map[0] + 1)


class Walk:
    """Does what the document says, block by block."""

    def __init__(self, folder: Path) -> None:
        self.at = folder
        self.said = ""
        home = folder / "home"
        home.mkdir()
        names = {
            f"GIT_{who}_{what}": "reader@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ},
            **names,
            "HOME": str(home),
            # The address in the document leads to a copy on this computer.
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{folder}/.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/YOUR-NAME/",
        }

    def do(self, block: Block) -> None:
        if block.kind == "sh":
            self.run(block)
        elif block.kind == "text":
            self.compare(block)
        elif block.kind in ("yaml", "nbib"):
            (self.at / block.file).write_text(block.text, "utf-8")
        elif block.kind == "diff":
            self.change(block)
        else:
            pytest.fail(f"{DOCUMENT}:{block.line}: nobody knows what to do with {block.kind!r}")

    def run(self, block: Block) -> None:
        script = "\n".join(line for line in block.text.splitlines() if line not in SPARED)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.at,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.said = done.stdout
        assert done.returncode == 0, f"{DOCUMENT}:{block.line}\n{done.stdout}"
        if script.startswith("git clone"):
            self.at /= script.split()[-1]
            self.set_up()

    def set_up(self) -> None:
        """Lend the copy the packages that are here, instead of having make fetch them once more."""
        (self.at / ".venv").symlink_to(sys.prefix)
        assert (self.at / ".venv" / ".dev").exists(), "the tests run in the environment that make sets up"
        for lock in (self.at / "requirements").glob("*.txt"):
            os.utime(lock, (0, 0))
        self.environment["PATH"] = f"{self.at / '.venv' / 'bin'}:{self.environment['PATH']}"

    def compare(self, block: Block) -> None:
        lines = self.said.splitlines()
        for wanted in block.text.splitlines():
            pattern = ".*".join(map(re.escape, wanted.split("…")))
            assert any(re.fullmatch(pattern, line.rstrip()) for line in lines), (
                f"{DOCUMENT}:{block.line}: nothing says {wanted!r}\n{self.said}"
            )

    def change(self, block: Block) -> None:
        lines = block.text.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if not line.startswith("+"))
        new = "".join(line[1:] for line in lines if not line.startswith("-"))
        path = self.at / block.file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{DOCUMENT}:{block.line}: {block.file} holds this {text.count(old)} times"
        path.write_text(text.replace(old, new), "utf-8")


def test_everything_in_it_works(tmp_path: Path) -> None:
    """From the clone to a review of one's own, with the output that is shown."""
    origin = tmp_path / "YOUR-COPY.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin)], check=True)
    subprocess.run(["git", "-C", str(ROOT), "push", "--quiet", str(origin), "HEAD:refs/heads/main"], check=True)
    text = subprocess.run(
        ["git", "-C", str(origin), "show", f"main:{DOCUMENT}"], check=True, capture_output=True, text=True
    ).stdout
    walk = Walk(tmp_path)
    found = list(blocks(text))
    assert {"sh", "text", "yaml", "nbib", "diff"} == {block.kind for block in found}
    for block in found:
        walk.do(block)
    assert (tmp_path / "asthma" / "site" / "index.html").is_file()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("file", ["CONTRIBUTING.md", "README.md", "docs/development/github.md"])
def test_what_is_named_is_there(file: str) -> None:
    """Files, targets of make and commands that a text names exist."""
    text = (ROOT / file).read_text("utf-8")
    assert set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(codes(text)))) <= targets()
    spoken: Mapping[str, str] = {
        name: name
        for name in re.findall(r"\]\(((?!https?:)[^)#]+)\)", text)
        if not (ROOT / file).parent.joinpath(name).exists()
    }
    assert spoken == {}


def codes(text: str) -> Iterator[str]:
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence":
            yield token.content
        for part in token.children or ():
            if part.type == "code_inline":
                yield part.content
