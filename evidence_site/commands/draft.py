"""``draft``: make the draft of a record from an issue form."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evidence_site import drafts, problems as p
from evidence_site.review import load
from evidence_site.telling import told


def run(options: argparse.Namespace) -> int:
    """Make the draft; returns the exit code."""
    root = options.root
    raw = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    evidence, problems = load(root)
    if evidence is None:
        sys.stderr.write(told(root, problems))
        return 1
    made = drafts.draft(raw.decode("utf-8", "replace"), drafts.read_forms(root / drafts.FORMS), evidence)
    if isinstance(made, p.Problem):
        sys.stderr.write(told(root, [made]))
        return 1
    sys.stdout.write(made)
    return 0
