"""``schema``: help editors to complete, explain and check records."""

from __future__ import annotations

import argparse
import sys

from evidence_site import editor_help, problems as p
from evidence_site.review import load
from evidence_site.telling import told


def run(options: argparse.Namespace) -> int:
    """Write the schemas; returns the exit code."""
    root = options.root
    evidence, problems = load(root)
    if not (root / "evidence").is_dir():
        sys.stderr.write(told(root, problems))
        return 1
    written = editor_help.write(root, evidence)
    sys.stdout.write("".join(f"{p.as_one_line(file)}: written\n" for file in written) or "All is as it should be.\n")
    if evidence is None:
        sys.stderr.write("The review's own ids are not offered until evidence/review.yaml can be read: run check.\n")
    return 0
