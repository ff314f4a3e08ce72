"""The command line: build, check and serve.

Exit codes: 0 if all is well, 1 for problems in the evidence, 2 for wrong usage, and 3 for services on the network that
cannot be reached.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError

from evidence_site import (
    diff_formats,
    drafts,
    editions,
    editor_help,
    engine,
    importing,
    kept,
    new_records,
    new_review,
    problems as p,
    serving,
    turns,
    way_out,
    writing,
)
from evidence_site.checks import check, nearest
from evidence_site.codes import codes, explanation, overview
from evidence_site.evidence_diff import Refusal, diff
from evidence_site.extractions import worksheet
from evidence_site.history import last_changes
from evidence_site.keeping import all_stays
from evidence_site.news import news
from evidence_site.pages import Tree, render, render_first
from evidence_site.record_reading import ReadBefore
from evidence_site.review import TWICE, Review, link, load
from evidence_site.scaffolds import TO_DO
from evidence_site.static_site import EMPTY_FOLDER
from evidence_site.telling import how_to_read_more, told

HIGHEST_PORT = 65535
FORMATS = {"text": p.as_text, "json": p.as_json, "github": p.as_github}


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
    root.add_argument(
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
        parents=[root, output, building],
        epilog="Without a command: build. Exit codes: 0 fine, 1 problems in the evidence, 2 wrong usage, "
        "3 no answer from the network.",
    )
    commands = main.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser(
        "build",
        parents=[root, output, building],
        help="check, then build the site",
        description="Check, then build the site. What did not change since the last build is not made again.",
    )
    checking = commands.add_parser(
        "check",
        parents=[root],
        help="check the evidence only",
        description="Check the evidence and list every problem.",
    )
    checking.add_argument(
        "--format",
        choices=tuple(FORMATS),
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
        choices=tuple(diff_formats.FORMATS),
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
    beginning.add_argument("kind", choices=tuple(new_records.KINDS), metavar="KIND", help=", ".join(new_records.KINDS))
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
        parents=[root],
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter of ours or of the evidence
    options = parser().parse_args(arguments)
    root = Path(getattr(options, "root", Path())).resolve()
    strict = bool(getattr(options, "strict", False))
    if not root.is_dir():
        sys.stderr.write(f"There is no folder {root}.\n")
        return 2
    site_dir = Path(getattr(options, "site_dir", root / "site")).resolve()
    anew = bool(getattr(options, "no_cache", False))
    # A row for each command; without one, the site is built.
    commands: Mapping[str | None, Callable[[], int]] = {
        "assemble": lambda: _assemble(site_dir, options.edition, options.preview),
        "check": lambda: _check(root, options.format, strict),
        "diff": lambda: _diff(root, options.base, options.head, options.format),
        "draft": lambda: _draft(root, options.file),
        "explain": lambda: _explain(options.code),
        "export": lambda: _export(root, options.folder, strict),
        "import": lambda: _import(root, options.names),
        "init": lambda: _init(options.folder, options.title, options.condition),
        "new": lambda: _new(root, options),
        "recheck": lambda: _recheck(root, options),
        "schema": lambda: _schema(root),
        "serve": lambda: _serve(root, options.address),
    }
    try:
        return commands.get(options.command, lambda: _build_into(root, site_dir, strict, anew))()
    except OSError as error:
        sys.stderr.write(f"A file or folder cannot be used: {_said(error)}\n")
        return 2


def _said(error: OSError) -> str:
    """What the system said, without the number that it has for it."""
    if error.strerror is None or error.filename is None:
        return str(error)
    return f"{p.as_one_line(str(error.filename))}: {error.strerror}."


def _build_into(root: Path, site_dir: Path, strict: bool, anew: bool) -> int:
    refusal = _refusal(root, site_dir)
    if refusal:
        sys.stderr.write(f"The site cannot be published in {site_dir}: {refusal}.\n")
        return 2
    if not (root / "evidence").exists():
        return _build(root, site_dir, strict, anew)  # which says so; taking turns would leave a folder behind here
    with turns.alone(root):
        turns.clear_up(site_dir)
        return _build(root, site_dir, strict, anew)


def _refusal(root: Path, site_dir: Path) -> str:
    """Why a site may not take the place of a folder, which is then gone; empty if it may."""
    inputs = [root / name for name in ("evidence", "docs", "templates")]
    if site_dir == root or site_dir in root.parents or not {site_dir, *site_dir.parents}.isdisjoint(inputs):
        return "the review itself is there"
    if site_dir.exists() and not site_dir.is_dir():
        return "it is not a folder"
    if site_dir.is_dir() and any(site_dir.iterdir()) and not (site_dir / "index.html").is_file():
        return "there are other files, and no site of before"
    return ""


def examine(root: Path, read: ReadBefore | None = None) -> tuple[Review | None, list[p.Problem]]:
    """Load, link and check a review. The review is None if there is nothing that could be shown."""
    evidence, problems = load(root, read)
    if evidence is None:
        return None, problems
    review = link(evidence)
    return review, problems + check(review)


@all_stays()
def make_tree(
    root: Path,
    progress: Progress | None = None,
    *,
    with_news: bool = True,
    before: Tree | None = None,
    read: ReadBefore | None = None,
) -> tuple[Tree | None, list[p.Problem]]:
    """Everything up to the engine: the pages of a review, or the problems that stand in the way, or both.

    Without news the history of the evidence is not read. Pages that would come out as they are in ``before`` are taken
    from there, and files that stayed untouched from what was ``read``.
    """
    review, problems = examine(root, read)
    if review is None or p.has_errors(problems):
        return None, problems
    config, found = engine.load_configuration(root)
    if config is None:
        return None, problems + found
    try:
        tree = render(
            review,
            root,
            engine.template_folders(root),
            last_changes(root),
            engine.settings(config),
            progress or Progress(quiet=True),
            news(root, review, before.news if before else None) if with_news else None,
            before,
        )
    except TemplateError as error:
        return None, [*problems, _broken_template(error)]
    problems += tree.problems
    return (None if p.has_errors(problems) else tree), problems


@all_stays()
def make_first(root: Path, before: Tree, read: ReadBefore) -> Tree | None:
    """The last tree with the pages of studies and sources that changed since; None if there is no such tree."""
    review, problems = examine(root, read)
    config, _ = engine.load_configuration(root)
    if review is None or config is None or p.has_errors(problems):
        return None
    with suppress(TemplateError):
        return render_first(
            review, root, engine.template_folders(root), last_changes(root), engine.settings(config), before
        )
    return None


def _broken_template(error: TemplateError) -> p.Problem:
    name, line = (error.name, error.lineno) if isinstance(error, TemplateSyntaxError) else (None, 1)
    return p.Problem(
        p.Place(f"templates/{name}" if name else "templates", line),
        "template",
        f"A template cannot be used: {error.message}.",
        "Compare it with the one of that name that comes with the generator.",
    )


def _check(root: Path, style: str, strict: bool) -> int:
    tree, problems = make_tree(root, with_news=False)
    del tree
    if style == "text":
        sys.stdout.write(
            told(root, problems) + _worksheet(root) + _summary(problems, strict=strict) + how_to_read_more(problems)
        )
    else:
        sys.stdout.write(FORMATS[style](problems))
    if style == "github":
        _write_step_summary(root, problems)
    return _exit_code(problems, strict)


def _worksheet(root: Path) -> str:
    """Where two readers of a study agree and where not, for whoever adjudicates; empty if nothing waits for that."""
    if not any((root / "evidence" / TWICE).glob("*.[ab].yaml")):
        return ""
    evidence, _ = load(root)
    return worksheet(evidence) if evidence else ""


def _build(root: Path, site_dir: Path, strict: bool, anew: bool) -> int:
    progress = Progress(quiet=False)
    progress("Checking the evidence")
    before = None if anew else kept.recall(root)
    tree, problems = (
        make_tree(root, progress, before=before.tree, read=before.read) if before else make_tree(root, progress)
    )
    if tree is not None and not (strict and problems):
        progress("Building the site")
        found, site = engine.publish(root, tree, site_dir, before.site if before else EMPTY_FOLDER)
        problems += found
        if before and not found and site is not before.site:
            kept.keep(root, kept.Kept(before.read, tree, site))
    else:
        tree = None
    progress.done()
    shown = [q for q in problems if strict or q.severity is p.Severity.ERROR]
    sys.stderr.write(told(root, shown) + _summary(problems, strict=strict) + how_to_read_more(shown))
    if _exit_code(problems, strict) != 0:
        sys.stderr.write("The site was not published; what was there before is untouched.\n")
        return 1
    pages = sum(name.endswith(".md") for name in tree.files) if tree else 0
    sys.stderr.write(f"{pages} pages in {_short(site_dir)}\n")
    return 0


def _import(root: Path, names: Sequence[str]) -> int:
    done, problems = importing.import_into(root, names)
    for added in done:
        title = p.as_one_line(added.title)
        if added.known:
            sys.stdout.write(f"{added.key}: there already (same {added.known}): {title}\n")
        else:
            sys.stdout.write(f"{added.key}: added: {title}\n")
    sys.stderr.write(told(root, problems))
    new = sum(not added.known for added in done)
    sys.stdout.write(f"{new} added, {len(done) - new} there already.\n")
    errors = [problem for problem in problems if problem.severity is p.Severity.ERROR]
    if not errors:
        return 0
    sys.stdout.write("What has an error was not brought in: mend it and run the command again.\n")
    return 3 if all(problem.code == "no-network" for problem in errors) else 1


def _init(folder: Path, title: str, condition: str) -> int:
    refusal = new_review.refusal(folder)
    if refusal:
        sys.stderr.write(f"A review cannot be begun in {folder}: {refusal}.\n")
        return 2
    if not title.strip():
        sys.stderr.write("A review needs a title.\n")
        return 2
    files = new_review.begin(
        folder, engine.PACKAGED / "mkdocs.yml", " ".join(title.split()), " ".join(condition.split())
    )
    sys.stdout.write("".join(f"{folder / name}\n" for name in files))
    sys.stdout.write("Begun. Read its README.md, and write what begins with “To do:” in evidence/review.yaml.\n")
    return 0


def _new(root: Path, options: argparse.Namespace) -> int:
    wish = new_records.Wish(options.kind, options.name, options.title, options.report, options.study, options.person)
    file, problems = new_records.create(root, wish)
    sys.stderr.write(told(root, problems))
    if file:
        sys.stdout.write(f"{file}: begun. Now write what begins with “{TO_DO}”, then run check.\n")
    return 0 if file else 1


def _assemble(site: Path, frozen: Sequence[tuple[str, Path]], previews: Sequence[tuple[str, Path]]) -> int:
    def say(what: str) -> None:
        sys.stderr.write(p.as_one_line(what) + "\n")

    try:
        editions.assemble(site, dict(frozen), dict(previews), say)
    except editions.RefusedError as error:
        sys.stderr.write(f"Nothing can be added: {error}.\n")
        return 2
    return 0


def _draft(root: Path, file: str) -> int:
    raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    evidence, problems = load(root)
    if evidence is None:
        sys.stderr.write(told(root, problems))
        return 1
    made = drafts.draft(raw.decode("utf-8", "replace"), drafts.read_forms(root / drafts.FORMS), evidence)
    if isinstance(made, p.Problem):
        sys.stderr.write(told(root, [made]))
        return 1
    sys.stdout.write(made)
    return 0


def _recheck(root: Path, options: argparse.Namespace) -> int:
    # What asks the network takes a moment to load, and no other command needs it.
    from evidence_site import recheck as r
    from evidence_site.web import Web

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


def _diff(root: Path, base: str, head: str | None, style: str) -> int:
    found = diff(root, base, head)
    if isinstance(found, Refusal):
        sys.stderr.write("".join(p.as_one_line(line) + "\n" for line in found.why.splitlines()))
        return 2 if found.is_usage else 1
    sys.stdout.write(diff_formats.FORMATS[style](found))
    return 0


def _export(root: Path, folder: Path, strict: bool) -> int:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        sys.stderr.write(f"There are files in {folder} already: name a new or empty folder.\n")
        return 2
    tree, problems = make_tree(root)
    made: Mapping[str, bytes] = {}
    if tree is not None:
        settings = engine.configuration_file(root).read_text("utf-8-sig")
        made, found = way_out.tree(tree.files, tree.nav, settings, engine.theme_folders(root))
        problems += found
    sys.stderr.write(p.as_text(q for q in problems if strict or q.severity is p.Severity.ERROR))
    if _exit_code(problems, strict) != 0:
        sys.stderr.write("Nothing was written.\n")
        return 1
    for name, content in made.items():
        writing.create(folder / name, content)
    sys.stderr.write(f"{len(made)} files in {_short(folder)}\n")
    return 0


def _schema(root: Path) -> int:
    evidence, problems = load(root)
    if not (root / "evidence").is_dir():
        sys.stderr.write(told(root, problems))
        return 1
    written = editor_help.write(root, evidence)
    sys.stdout.write("".join(f"{p.as_one_line(file)}: written\n" for file in written) or "All is as it should be.\n")
    if evidence is None:
        sys.stderr.write("The review's own ids are not offered until evidence/review.yaml can be read: run check.\n")
    return 0


def _serve(root: Path, address: str) -> int:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > HIGHEST_PORT:
        sys.stderr.write(f"“{address}” is no address: write a host and a port, such as 127.0.0.1:8000.\n")
        return 2
    return serving.serve(root, host, int(port), remaking(root), watched(root))


def remaking(root: Path) -> serving.Remaking:
    """``make_tree`` for many times: given the last tree, it makes only what changed, of files that changed."""
    read = ReadBefore()
    return serving.Remaking(
        lambda before: make_tree(root, before=before, read=read), lambda before: make_first(root, before, read)
    )


def watched(root: Path) -> list[Path]:
    """The folders and files whose changes rebuild a served site."""
    candidates = [root / "evidence", root / "docs", root / "mkdocs.yml", *engine.template_folders(root)]
    return [path for path in candidates if path.exists()]


def _explain(code: str | None) -> int:
    if code is None:
        sys.stdout.write(overview())
        return 0
    code = code.strip("[]")  # as it stands behind a problem
    if code not in codes():
        sys.stderr.write(f"There is no kind of problem “{p.as_one_line(code)}”. {nearest(code, codes())}\n")
        return 2
    sys.stdout.write(explanation(codes()[code]))
    return 0


def _exit_code(problems: Sequence[p.Problem], strict: bool) -> int:
    return 1 if p.has_errors(problems) or (strict and problems) else 0


def _summary(problems: Sequence[p.Problem], *, strict: bool = False) -> str:
    found = p.in_reading_order(problems)
    errors = sum(q.severity is p.Severity.ERROR for q in found)
    warnings = len(found) - errors
    if not found:
        return "No problems found.\n"
    no_errors = "with --strict warnings count as errors" if strict else "nothing keeps the site from being published"
    return (
        f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
        + (".\n" if errors else f"; {no_errors}.\n")
    )


def _write_step_summary(root: Path, problems: Sequence[p.Problem]) -> None:
    """GitHub shows ten problems of a step; all of them stand in its summary."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        with Path(file).open("a", encoding="utf-8") as summary:
            fenced = (told(root, problems, worst_first=True) + _worksheet(root)).replace("`", "'")
            summary.write(f"### Evidence check\n\n{_summary(problems)}\n```\n{fenced}```\n")


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


class Progress:
    """Says what is being done: one line that moves on a terminal, plain lines elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._moving = sys.stderr.isatty() and not os.environ.get("CI")
        self._open = False

    def __call__(self, stage: str, number: int = 0, total: int = 0) -> None:
        """A stage has begun, or ``number`` of ``total`` in it are done."""
        if self._quiet:
            return
        if self._moving:
            count = f" {number}/{total}" if total else ""
            sys.stderr.write(f"\r\x1b[K{stage}{count}")
            sys.stderr.flush()
            self._open = True
        elif number == total:
            sys.stderr.write(f"{stage}{f': {total}' if total else ''}\n")

    def done(self) -> None:
        """End the moving line."""
        if self._open:
            sys.stderr.write("\r\x1b[K")
            self._open = False
