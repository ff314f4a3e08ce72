"""``new``: begin a record."""

from __future__ import annotations

import argparse
import sys

from evidence_site import new_records
from evidence_site.scaffolds import TO_DO
from evidence_site.telling import told


def run(options: argparse.Namespace) -> int:
    """Begin the record; returns the exit code."""
    wish = new_records.Wish(options.kind, options.name, options.title, options.report, options.study, options.person)
    file, problems = new_records.create(options.root, wish)
    sys.stderr.write(told(options.root, problems))
    if file:
        sys.stdout.write(f"{file}: begun. Now write what begins with “{TO_DO}”, then run check.\n")
    return 0 if file else 1
