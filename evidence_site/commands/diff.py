"""``diff``: say what changed in the evidence between two commits."""

from __future__ import annotations

import argparse
import sys

from evidence_site import diff_formats, problems as p
from evidence_site.evidence_diff import Refusal, diff


def run(options: argparse.Namespace) -> int:
    """Compare; returns the exit code."""
    found = diff(options.root, options.base, options.head)
    if isinstance(found, Refusal):
        sys.stderr.write("".join(p.as_one_line(line) + "\n" for line in found.why.splitlines()))
        return 2 if found.is_usage else 1
    sys.stdout.write(diff_formats.FORMATS[options.format](found))
    return 0
