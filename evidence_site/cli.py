"""The command line: ``python build_site.py COMMAND``.

Exit codes: 0 if all is well, 1 for problems in the evidence, 2 for wrong usage, and 3 for services on the network that
cannot be reached. What a command needs is loaded when it is clear that it has something to do.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from evidence_site import commands, turns, unchanged
from evidence_site.arguments import read
from evidence_site.output import published
from evidence_site.problems import as_one_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter of ours or of the evidence
    options = read(arguments)
    if not options.root.is_dir():
        sys.stderr.write(f"There is no folder {options.root}.\n")
        return 2
    try:
        return _build(options) if options.command == "build" else commands.run(options)
    except OSError as error:
        sys.stderr.write(f"A file or folder cannot be used: {_said(error)}\n")
        return 2


def program() -> NoReturn:
    """The command as a process of its own, which ends at once with the exit code.

    Python would take apart all records and pages first, which takes longer than it took to check them.
    """
    try:
        code = main()
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What was published before is untouched.\n")
        code = 130  # as shells tell of it
    with suppress(OSError):  # nobody reads any more
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _said(error: OSError) -> str:
    """What the system said, without the number that it has for it."""
    if error.strerror is None or error.filename is None:
        return str(error)
    return f"{as_one_line(str(error.filename))}: {error.strerror}."


def _build(options: argparse.Namespace) -> int:
    root, site_dir = options.root, options.site_dir
    refusal = _refusal(root, site_dir)
    if refusal:
        sys.stderr.write(f"The site cannot be published in {site_dir}: {refusal}.\n")
        return 2
    if not (root / "evidence").exists():
        return _make(options)  # which says so; taking turns would leave a folder behind here
    with turns.alone(root):
        turns.clear_up(site_dir)
        made_from = None if options.no_cache else unchanged.inputs(root)
        known = unchanged.recall(root, site_dir, made_from) if made_from else None
        if known and not (options.strict and known.warnings):
            sys.stderr.write(f"Nothing changed since the last build.\n{known.told}{published(known.pages, site_dir)}")
            return 0
        return _make(options, made_from)


def _make(options: argparse.Namespace, made_from: unchanged.Inputs | None = None) -> int:
    from evidence_site.commands import build

    return build.run(options, made_from)


def _refusal(root: Path, site_dir: Path) -> str:
    """Why a site may not take the place of a folder, which is then gone; empty if it may."""
    inputs = [root / name for name in ("evidence", "docs", "templates")]
    if site_dir == root or site_dir in root.parents or not {site_dir, *site_dir.parents}.isdisjoint(inputs):
        return "the review itself is there"
    if site_dir.exists() and not site_dir.is_dir():
        return "it is not a folder"
    if site_dir.is_dir() and any(site_dir.iterdir()) and not (site_dir / "index.html").is_file():
        return "there are other files, and no site of before"
    return ""
