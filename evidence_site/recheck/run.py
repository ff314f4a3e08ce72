"""One run of the check, from the records to the report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from evidence_site.recheck import services as s
from evidence_site.recheck.asking import Notebook, Progress, ask_all
from evidence_site.recheck.findings import findings
from evidence_site.recheck.questions import questions
from evidence_site.recheck.report import Report
from evidence_site.recheck.writing import write_standings
from evidence_site.review import Evidence

NOTEBOOK = Path(".cache", "recheck.jsonl")
"""Where the answers of the day are kept, from the root of the review."""

NO_NETWORK = (
    "Neither Crossref, PubMed nor the DOI system can be reached from here: {why}.\n"
    "Nothing was checked. Run this where the network allows it; the workflow recheck.yml does so on GitHub. If a\n"
    "proxy leads out, name it in the environment: HTTPS_PROXY=http://proxy.example:8080\n"
)


def recheck(
    root: Path,
    evidence: Evidence,
    ask: s.Ask,
    day: dt.date,
    progress: Progress,
    *,
    contact: str = "",
    anew: bool = False,
    write: bool = False,
) -> Report | str:
    """Ask about everything and compare; the report, or in a text why nobody could be asked at all.

    With ``write``, records without a standing get one, and those whose standing holds get the day of this check.
    """
    asked = questions(evidence)
    answers = ask_all(asked, ask, Notebook(root / NOTEBOOK, day.isoformat(), anew=anew), contact, progress)
    if answers.nobody_answered:
        return NO_NETWORK.format(why=next(iter(answers.silent.values())))
    found = findings(evidence, asked, answers, day)
    written, by_hand = write_standings(root, evidence, answers, day) if write else ([], [])
    return Report(day, found, answers.silent, len(asked), written, by_hand)
