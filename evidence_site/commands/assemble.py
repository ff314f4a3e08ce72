"""``assemble``: add frozen editions and previews to a built site."""

from __future__ import annotations

import argparse
import sys

from evidence_site import editions, problems as p


def run(options: argparse.Namespace) -> int:
    """Add editions and previews; returns the exit code."""

    def say(what: str) -> None:
        sys.stderr.write(p.as_one_line(what) + "\n")

    try:
        editions.assemble(options.site_dir, dict(options.edition), dict(options.preview), say)
    except editions.RefusedError as error:
        sys.stderr.write(f"Nothing can be added: {error}.\n")
        return 2
    return 0
