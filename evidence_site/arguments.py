"""The command line: commands and options. It needs little, so that help and wrong usage are told at once."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

PROBLEM_FORMATS = ("text", "json", "github")
DIFF_FORMATS = ("text", "markdown", "json")
RECORDS = ("source", "study", "case", "treatment", "topic", "outcome")
"""The kinds of record that can be begun."""


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    root = argparse.ArgumentParser(add_help=False)
    root.add_argument(
        "--root",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="the folder of the review, with evidence/, docs/ and mkdocs.yml (default: here)",
    )
    strict = argparse.ArgumentParser(add_help=False)
    strict.add_argument(
        "--strict", action="store_true", default=argparse.SUPPRESS, help="let warnings fail the command, too"
    )
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument(
        "--site-dir",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="where to publish the site (default: site/ in the review's folder)",
    )
    building = argparse.ArgumentParser(add_help=False)
    building.add_argument(
        "--no-cache",
        action="store_true",
        default=argparse.SUPPRESS,
        help="make everything anew, and keep nothing for the next build",
    )
    main = argparse.ArgumentParser(
        prog="build_site.py",
        description="Check evidence records and build the review's site from them.",
        parents=[root, strict, output, building],
        epilog="Without a command: build. Exit codes: 0 fine, 1 problems in the evidence, 2 wrong usage, "
        "3 no answer from the network.",
    )
    commands = main.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser(
        "build",
        parents=[root, strict, output, building],
        help="check, then build the site",
        description="Check, then build the site. What did not change since the last build is not made again.",
    )
    checking = commands.add_parser(
        "check",
        parents=[root, strict],
        help="check the evidence only",
        description="Check the evidence and list every problem.",
    )
    checking.add_argument(
        "--format",
        choices=PROBLEM_FORMATS,
        default="text",
        help="text for people, json for programs, github to mark the lines of a pull request (default: text)",
    )
    comparing = commands.add_parser(
        "diff",
        parents=[root],
        help="say what changed in the evidence between two commits",
        description="Say in the review's words what changed in the evidence, the worst first, and list the fields "
        "below. Exit codes: 0 compared, whether or not anything differs; 1 the records of neither can be read; "
        "2 wrong usage, such as a commit that does not exist.",
    )
    comparing.add_argument("base", metavar="BASE", help="the older commit, branch or tag, such as main")
    comparing.add_argument(
        "head", metavar="HEAD", nargs="?", help="the newer one (default: the folder as it is, committed or not)"
    )
    comparing.add_argument(
        "--format",
        choices=DIFF_FORMATS,
        default="text",
        help="text for people, markdown for a comment on a pull request, json for programs (default: text)",
    )
    explaining = commands.add_parser(
        "explain",
        parents=[root],
        help="tell what a kind of problem is, and what to do about it",
        description="Tell the cause and the cure of a kind of problem, with an example. Without a code: list them all.",
    )
    explaining.add_argument("code", nargs="?", metavar="CODE", help="the word in square brackets behind a problem")
    serving = commands.add_parser(
        "serve",
        parents=[root],
        help="show the site here and rebuild it at each change",
        description="Show the site on this computer and rebuild it whenever a record, template or page changes.",
    )
    serving.add_argument(
        "--address", default="127.0.0.1:8000", metavar="HOST:PORT", help="where to serve (default: 127.0.0.1:8000)"
    )
    beginning = commands.add_parser(
        "new",
        parents=[root],
        help="begin a record: a commented first text to fill in",
        description="Write the first text of a record, with every field explained and filled with what the review "
        "knows already. Nothing is written over.",
    )
    beginning.add_argument("kind", choices=RECORDS, metavar="KIND", help=", ".join(RECORDS))
    beginning.add_argument(
        "name", metavar="ID", help="its id: lower-case words joined by hyphens; for a source its key in references.bib"
    )
    beginning.add_argument("--title", default="", help="its title or name")
    beginning.add_argument("--report", default="", metavar="KEY", help="of a study: the entry of references.bib")
    beginning.add_argument("--study", default="", metavar="ID", help="of a case: the study that tells of the person")
    beginning.add_argument("--person", default="", metavar="ID", help="of a case: the person in that study")
    commands.add_parser(
        "schema",
        parents=[root],
        help="help your editor to complete, explain and check records",
        description="Write JSON schemas of the records into evidence/.schemas, and put a line on top of each record "
        "that lacks it by which editors find its schema. Run it again after an update, or to have new ids completed.",
    )
    starting = commands.add_parser(
        "init",
        help="begin a review of another topic in an empty folder",
        description="Begin a review of another topic in an empty folder: it builds and passes every check at once.",
    )
    starting.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    starting.add_argument("--title", default="An evidence review", help="what the review is called")
    starting.add_argument("--condition", default="", metavar="NAME", help="the condition that it is about")
    importing_ = commands.add_parser(
        "import",
        parents=[root],
        help="bring references into evidence/references.bib",
        description="Bring references into evidence/references.bib, and write a first source record for each. "
        "What is there already is recognised by DOI, PMID or title; nothing is written over.",
    )
    importing_.add_argument(
        "names",
        nargs="+",
        metavar="FILE|DOI|PMID:N",
        help="PubMed (.nbib), RIS, BibTeX or CSL-JSON files, or identifiers",
    )
    exporting = commands.add_parser(
        "export",
        parents=[root, strict],
        help="write a folder from which other engines build the site",
        description="Write pages, settings and theme into a new or empty folder, from which MkDocs, ProperDocs and "
        "Zensical build the same site without this generator.",
    )
    exporting.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    _add_recheck(commands, root)
    drafting = commands.add_parser(
        "draft",
        parents=[root],
        help="make the draft of a record from the text of an issue form",
        description="Make the draft of a record from the text of an issue form, as a comment in Markdown. Nothing is "
        "written to the review.",
    )
    drafting.add_argument("file", metavar="FILE", help="a file with the text of the issue; - reads it from the input")
    assembling = commands.add_parser(
        "assemble",
        parents=[root, output],
        help="add frozen editions and previews to a built site",
        description="Add frozen editions (v/TAG/) and previews of pull requests (preview/NUMBER/) to a built site, as "
        "the workflow that publishes it does. Archives that hold anything but a site are left out.",
    )
    assembling.add_argument(
        "--edition",
        type=_named_file,
        action="append",
        default=[],
        metavar="TAG=FILE",
        help="a site of a release, the newest first",
    )
    assembling.add_argument(
        "--preview",
        type=_named_file,
        action="append",
        default=[],
        metavar="NUMBER=FILE",
        help="a site of a pull request",
    )
    return main


def _add_recheck(commands: argparse._SubParsersAction[argparse.ArgumentParser], root: argparse.ArgumentParser) -> None:
    rechecking = commands.add_parser(
        "recheck",
        parents=[root],
        help="ask whether sources and links still hold (needs the network)",
        description="Ask Crossref (with Retraction Watch), PubMed, the DOI system and the web whether every source and "
        "link of the records still holds: retractions, concerns and corrections, DOIs and PMIDs, pages that moved or "
        "are gone. A run that was broken off goes on from there on the same day.",
        epilog="Exit codes: 0 nothing found, 1 findings, 2 wrong usage, 3 nothing found so far, but not everything "
        "was answered.",
    )
    rechecking.add_argument(
        "--format",
        choices=("text", "markdown", "json"),
        default="text",
        help="text for a terminal, markdown for an issue, json for programs (default: text)",
    )
    rechecking.add_argument(
        "--contact",
        default="",
        metavar="ADDRESS",
        help="an e-mail or web address that the services are told (default: contact in review.yaml)",
    )
    rechecking.add_argument(
        "--date",
        type=_day,
        default=None,
        metavar="YYYY-MM-DD",
        help="the day that the check is dated (default: today)",
    )
    rechecking.add_argument(
        "--write",
        action="store_true",
        help="write the standing of sources that have none, and the day of this check where a standing still holds",
    )
    rechecking.add_argument("--anew", action="store_true", help="ask again what was answered earlier on this day")


_TAKEN_BY = {
    "strict": (None, "build", "check", "export"),
    "site_dir": (None, "build", "assemble"),
    "no_cache": (None, "build"),
}
"""The commands for which an option that may stand in front of them does anything."""


def read(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of a call; wrong usage, such as an option that would do nothing, ends the program with 2.

    Whatever the command, there are ``root`` and ``site_dir``, whole, and ``strict`` and ``no_cache``.
    """
    main = parser()
    options = main.parse_args(arguments)
    for name, takers in _TAKEN_BY.items():
        if hasattr(options, name) and options.command not in takers:
            main.error(f"--{name.replace('_', '-')} does nothing for {options.command}: leave it out")
    options.command = options.command or "build"
    options.root = getattr(options, "root", Path()).resolve()
    options.site_dir = getattr(options, "site_dir", options.root / "site").resolve()
    options.strict = getattr(options, "strict", False)
    options.no_cache = getattr(options, "no_cache", False)
    return options


def _named_file(text: str) -> tuple[str, Path]:
    name, _, file = text.partition("=")
    if not name or not file:
        raise argparse.ArgumentTypeError(f"“{text}” is no name and file: write it as v1.0=site.tar.gz")
    return name, Path(file)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no day: write it as 2026-01-31") from None
