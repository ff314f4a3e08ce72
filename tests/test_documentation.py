"""Every command, option, exit code and kind of finding is documented, and nothing is that does not exist."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

import pytest
from building import ROOT

from evidence_site import drafts, recheck
from evidence_site.arguments import parser

TEXT = (ROOT / "docs" / "development" / "commands.md").read_text("utf-8")


def sections() -> dict[str, str]:
    parts = re.split(r"^## `([a-z]+)`$", TEXT, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def commands() -> Mapping[str, argparse.ArgumentParser]:
    (found,) = [action.choices for action in parser()._actions if isinstance(action.choices, dict)]
    return found


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {name for action in parser._actions for name in action.option_strings if name.startswith("--")} - {"--help"}


SHARED = {"--root", "--strict"}
"""Explained once for all; not every command takes both."""


def test_every_command_has_its_section() -> None:
    """In the order in which they are explained, each once."""
    assert sections().keys() - {""} == commands().keys()
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in commands() if not re.search(rf"^\| .*`{name}\b", readme, re.MULTILINE)] == []


@pytest.mark.parametrize("name", commands())
def test_every_option_is_explained(name: str) -> None:
    """A section names all options of its command, and none that it does not take."""
    told = set(re.findall(r"--[a-z][a-z-]*", sections()[name]))
    taken = options(commands()[name])
    assert taken - SHARED <= told
    assert told <= taken


def test_options_of_all_commands_are_explained() -> None:
    assert set(re.findall(r"--[a-z][a-z-]*", sections()[""])) >= SHARED


def test_every_exit_code_is_explained() -> None:
    """The codes that the command line gives are those of the table."""
    files = [ROOT / "evidence_site" / "cli.py", *(ROOT / "evidence_site" / "commands").glob("*.py")]
    source = "".join(file.read_text("utf-8") for file in files)
    given = {code for line in re.findall(r"\breturn\b([^\n]*)", source) for code in re.findall(r"\b\d\b", line)}
    assert given == set(re.findall(r"^\| (\d) \|", sections()[""], re.MULTILINE))


@pytest.mark.parametrize(("name", "codes"), [("recheck", recheck.CODES), ("draft", drafts.CODES)])
def test_every_finding_has_cause_and_cure(name: str, codes: Mapping[str, str]) -> None:
    """In the order in which they are told, the worst first."""
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$", sections()[name], re.MULTILINE)
    assert {row[0] for row in rows} == codes.keys()
    if name == "recheck":
        assert [row[0] for row in rows] == list(codes)
