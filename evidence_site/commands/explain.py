"""``explain``: tell what a kind of problem is, and what to do about it."""

from __future__ import annotations

import argparse
import sys

from evidence_site import problems as p
from evidence_site.codes import codes, explanation, overview
from evidence_site.hints import nearest


def run(options: argparse.Namespace) -> int:
    """Explain; returns the exit code."""
    if options.code is None:
        sys.stdout.write(overview())
        return 0
    code = options.code.strip("[]").lower()  # as it stands behind a problem, or at the beginning of a sentence
    if code not in codes():
        sys.stderr.write(f"There is no kind of problem “{p.as_one_line(code)}”. {nearest(code, codes())}\n")
        return 2
    sys.stdout.write(explanation(codes()[code]))
    return 0
