"""``import``: bring references into the review."""

from __future__ import annotations

import argparse
import sys

from evidence_site import importing, problems as p
from evidence_site.records import StandingStatus
from evidence_site.telling import told

_STANDINGS = {
    StandingStatus.RETRACTED: "PubMed says that it was RETRACTED.",
    StandingStatus.EXPRESSION_OF_CONCERN: "PubMed says that there is an expression of concern.",
    StandingStatus.CORRECTED: "PubMed says that it was corrected.",
}


def run(options: argparse.Namespace) -> int:
    """Bring them in; returns the exit code."""
    done, problems = importing.import_into(options.root, options.names)
    for added in done:
        title = p.as_one_line(added.title)
        if added.known:
            sys.stdout.write(f"{added.key}: there already (same {added.known}): {title}\n")
        else:
            sys.stdout.write(f"{added.key}: added: {title}\n")
        if added.standing is not None:
            sys.stdout.write(f"  {_STANDINGS[added.standing]} Look at standing in evidence/sources/{added.key}.yaml.\n")
    sys.stderr.write(told(options.root, problems))
    new = sum(not added.known for added in done)
    sys.stdout.write(f"{new} added, {len(done) - new} there already.\n")
    errors = [problem for problem in problems if problem.severity is p.Severity.ERROR]
    if not errors:
        return 0
    sys.stdout.write("What has an error was not brought in: mend it and run the command again.\n")
    return 3 if all(problem.code == "no-network" for problem in errors) else 1
