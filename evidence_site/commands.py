"""What each command does, its output and its exit code."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evidence_site import (
    compiled,
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
    unchanged,
    way_out,
    writing,
)
from evidence_site.checks import nearest
from evidence_site.codes import codes, explanation, overview
from evidence_site.evidence_diff import Refusal, diff
from evidence_site.extractions import worksheet
from evidence_site.folders import PACKAGED
from evidence_site.keeping import all_stays
from evidence_site.making import make_tree, remaking, watched
from evidence_site.output import Progress, published, short
from evidence_site.review import TWICE, load
from evidence_site.scaffolds import TO_DO
from evidence_site.static_site import EMPTY_FOLDER
from evidence_site.telling import how_to_read_more, told

HIGHEST_PORT = 65535
FORMATS = {"text": p.as_text, "json": p.as_json, "github": p.as_github}


def run(options: argparse.Namespace, root: Path, site_dir: Path, strict: bool) -> int:
    """Any command but to build; returns the exit code."""
    commands: Mapping[str, Callable[[], int]] = {
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
    return commands[options.command]()


def _check(root: Path, style: str, strict: bool) -> int:
    before = kept.recall(root)
    _, problems = make_tree(root, with_news=False, before=before.tree if before.tree.made else None, read=before.read)
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


@all_stays()
def build(root: Path, site_dir: Path, strict: bool, anew: bool, made_from: unchanged.Inputs | None) -> int:
    """Check, then publish the site; ``anew``: use nothing that an earlier build kept, and keep nothing.

    ``made_from`` is what there was before anything was read, for the next build to compare with.
    """
    progress = Progress(quiet=False)
    progress("Checking the evidence")
    before = None if anew else kept.recall(root)
    tree, problems = (
        make_tree(root, progress, before=before.tree, read=before.read) if before else make_tree(root, progress)
    )
    site = EMPTY_FOLDER
    if tree is not None and not (strict and problems):
        progress("Building the site")
        found, site = engine.publish(root, tree, site_dir, before.site if before else EMPTY_FOLDER)
        problems += found
        if before and not found and site is not before.site:
            kept.keep(root, kept.Kept(before.read, tree, site, compiled.known()))
    else:
        tree = None
    progress.done()
    shown = [q for q in problems if strict or q.severity is p.Severity.ERROR]
    said = told(root, shown) + _summary(problems, strict=strict) + how_to_read_more(shown)
    sys.stderr.write(said)
    if tree is None or _exit_code(problems, strict) != 0:
        sys.stderr.write("The site was not published; what was there before is untouched.\n")
        return _exit_code(problems, strict) or 1
    pages = sum(name.endswith(".md") for name in tree.files)
    sys.stderr.write(published(pages, site_dir))
    if made_from and site.marks:
        unchanged.keep(root, made_from, site.marks, unchanged.Said(pages, len(problems), said))
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
    files = new_review.begin(folder, PACKAGED / "mkdocs.yml", " ".join(title.split()), " ".join(condition.split()))
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
    inputs = {root / name for name in ("evidence", "docs", "templates")}
    if not inputs.isdisjoint({folder.resolve(), *folder.resolve().parents}):
        sys.stderr.write(f"The records and pages of the review are in {folder}: name a folder elsewhere.\n")
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
    sys.stderr.write(f"{len(made)} files in {short(folder)}. To build the site, go there and run: mkdocs build\n")
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


def _explain(code: str | None) -> int:
    if code is None:
        sys.stdout.write(overview())
        return 0
    code = code.strip("[]").lower()  # as it stands behind a problem, or at the beginning of a sentence
    if code not in codes():
        sys.stderr.write(f"There is no kind of problem “{p.as_one_line(code)}”. {nearest(code, codes())}\n")
        return 2
    sys.stdout.write(explanation(codes()[code]))
    return 0


def _exit_code(problems: Sequence[p.Problem], strict: bool) -> int:
    if any(problem.code == "no-evidence" for problem in problems):
        return 2
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
