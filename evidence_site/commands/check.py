"""``check``: list every problem of the evidence."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from evidence_site import compiled, kept, problems as p
from evidence_site.commands.verdict import exit_code, summary
from evidence_site.extractions import worksheet
from evidence_site.making import make_tree
from evidence_site.review import TWICE, load
from evidence_site.telling import how_to_read_more, told

FORMATS = {"text": p.as_text, "json": p.as_json, "github": p.as_github}


def run(options: argparse.Namespace) -> int:
    """Check; returns the exit code."""
    root, strict = options.root, options.strict
    compiled.recall()
    before = kept.recall(root)
    _, problems = make_tree(root, with_news=False, before=before.tree if before.tree.made else None, read=before.read)
    compiled.keep()
    if options.format == "text":
        sys.stdout.write(
            told(root, problems) + _worksheet(root) + summary(problems, strict=strict) + how_to_read_more(problems)
        )
    else:
        sys.stdout.write(FORMATS[options.format](problems))
    if options.format == "github":
        _write_step_summary(root, problems)
    return exit_code(problems, strict)


def _worksheet(root: Path) -> str:
    """Where two readers of a study agree and where not, for whoever adjudicates; empty if nothing waits for that."""
    if not any((root / "evidence" / TWICE).glob("*.[ab].yaml")):
        return ""
    evidence, _ = load(root)
    return worksheet(evidence) if evidence else ""


def _write_step_summary(root: Path, problems: Sequence[p.Problem]) -> None:
    """GitHub shows ten problems of a step; all of them stand in its summary."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as page:
            fenced = (told(root, problems, worst_first=True) + _worksheet(root)).replace("`", "'")
            page.write(f"### Evidence check\n\n{summary(problems)}\n```\n{fenced}```\n")
