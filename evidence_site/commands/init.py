"""``init``: begin a review of another topic."""

from __future__ import annotations

import argparse
import sys

from evidence_site import new_review
from evidence_site.folders import PACKAGED


def run(options: argparse.Namespace) -> int:
    """Begin the review; returns the exit code."""
    folder, title = options.folder, " ".join(options.title.split())
    refusal = new_review.refusal(folder)
    if refusal:
        sys.stderr.write(f"A review cannot be begun in {folder}: {refusal}.\n")
        return 2
    if not title:
        sys.stderr.write("A review needs a title.\n")
        return 2
    files = new_review.begin(folder, PACKAGED / "mkdocs.yml", title, " ".join(options.condition.split()))
    sys.stdout.write("".join(f"{folder / name}\n" for name in files))
    sys.stdout.write("Begun. Read its README.md, and write what begins with “To do:” in evidence/review.yaml.\n")
    return 0
