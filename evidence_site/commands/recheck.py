"""``recheck``: ask whether sources and links still hold."""

from __future__ import annotations

import argparse
import datetime as dt
import sys

from evidence_site import problems as p, recheck as r
from evidence_site.output import Progress
from evidence_site.review import load
from evidence_site.telling import told
from evidence_site.web import Web


def run(options: argparse.Namespace) -> int:
    """Ask; returns the exit code."""
    root = options.root
    evidence, problems = load(root)
    sys.stderr.write(told(root, [q for q in problems if q.severity is p.Severity.ERROR]))
    if evidence is None:
        return 1
    contact = options.contact or evidence.review.record.contact or ""
    if not contact:
        sys.stderr.write("Write an e-mail or web address as contact: in review.yaml, or name one with --contact.\n")
    day = options.date or dt.datetime.now(dt.UTC).date()
    progress = Progress(quiet=False)
    try:
        report = r.recheck(
            root,
            evidence,
            Web(contact).get,
            day,
            progress,
            contact=contact,
            anew=options.anew,
            write=options.write,
        )
    except KeyboardInterrupt:
        progress.done()
        sys.stderr.write("Stopped. What was answered is kept: the same command goes on from there today.\n")
        return 3
    progress.done()
    if isinstance(report, str):
        sys.stderr.write(report)
        return 3
    sys.stdout.write(r.FORMATS[options.format](report))
    return 1 if report.findings else 3 if report.lacks_services() else 0
