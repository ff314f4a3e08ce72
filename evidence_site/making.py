"""From the records to the pages of the site, once or again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb

from jinja2 import TemplateError, TemplateSyntaxError

from evidence_site import problems as p, site_settings
from evidence_site.checks import check
from evidence_site.folders import PACKAGED
from evidence_site.history import last_changes
from evidence_site.keeping import all_stays
from evidence_site.news import news
from evidence_site.output import Progress
from evidence_site.own_templates import TOO_DEEP, nested_too_deeply, unused
from evidence_site.pages import Tree, render, render_first
from evidence_site.record_reading import ReadBefore
from evidence_site.review import Review, link, load


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

    Without news the history of the evidence is not read, and what ``before`` told of it stays. Pages that would come
    out as they are in ``before`` are taken from there, and files that stayed untouched from what was ``read``.
    """
    review, problems = examine(root, read)
    if review is None or p.has_errors(problems):
        return None, problems
    config, found = site_settings.load_configuration(root)
    if config is None:
        return None, problems + found
    known = before.news if before else None
    try:
        tree = render(
            review,
            root,
            site_settings.template_folders(root),
            last_changes(root),
            site_settings.settings(config),
            progress or Progress(quiet=True),
            news(root, review, known) if with_news else known,
            before,
        )
    except Exception as error:
        problem = _broken_template(root, error)
        if problem is None:
            raise
        return None, [*problems, problem]
    problems += [*tree.problems, *unused(root, config)]
    return (None if p.has_errors(problems) else tree), problems


@all_stays()
def make_first(root: Path, before: Tree, read: ReadBefore) -> Tree | None:
    """The last tree with the pages of studies and sources that changed since; None if there is no such tree."""
    review, problems = examine(root, read)
    config, _ = site_settings.load_configuration(root)
    if review is None or config is None or p.has_errors(problems):
        return None
    try:
        return render_first(
            review,
            root,
            site_settings.template_folders(root),
            last_changes(root),
            site_settings.settings(config),
            before,
        )
    except Exception as error:
        if _broken_template(root, error) is None:
            raise
        return None


def _broken_template(root: Path, error: Exception) -> p.Problem | None:
    """What is wrong with a template, at its line; None if the error comes from elsewhere.

    A review's own template may fail in any way, as by adding a word to a number. The generator's errors stay errors.
    """
    if isinstance(error, TOO_DEEP) and (name := nested_too_deeply(root)):
        error = TemplateSyntaxError("something in it is nested too deeply", 1, name)
    own, found = _template_of(site_settings.template_folders(root), error)
    if not (own or isinstance(error, TemplateError)):
        return None
    if isinstance(error, TemplateSyntaxError) and error.name:
        found = (error.name, error.lineno)
    name, line = found or ("", 1)
    said = str(error.message if isinstance(error, TemplateError) else error) or type(error).__name__
    return p.Problem(
        p.Place(f"templates/{name}" if name else "templates", line),
        "template",
        f"A template cannot be used: {' '.join(said.split()).rstrip('.')}.",
        "Compare it with the one of that name that comes with the generator.",
    )


def _template_of(folders: Sequence[Path], error: Exception) -> tuple[bool, tuple[str, int] | None]:
    """Whether an error came up in a template of the review's own, and in which one and where; its own come first."""
    frames = [(Path(frame.filename).resolve(), frame.lineno or 1) for frame in extract_tb(error.__traceback__)]
    for folder in map(Path.resolve, folders):
        inside = [
            (path.relative_to(folder).as_posix(), line)
            for path, line in frames
            if path.suffix == ".j2" and path.is_relative_to(folder)
        ]
        if inside:
            return folder != PACKAGED.resolve(), inside[-1]
    return False, None


@dataclass(frozen=True, slots=True)
class Remaking:
    """Making the tree of a review again and again, given the last one."""

    everything: Callable[[Tree], tuple[Tree | None, list[p.Problem]]]
    """The whole tree, or the problems that stand in the way."""
    first: Callable[[Tree], Tree | None]
    """The last tree with only the pages of what changed itself; None if there is no such tree."""


def remaking(root: Path) -> Remaking:
    """``make_tree`` for many times: given the last tree, it makes only what changed, of files that changed."""
    read = ReadBefore()
    return Remaking(
        lambda before: make_tree(root, before=before, read=read), lambda before: make_first(root, before, read)
    )


def watched(root: Path) -> list[Path]:
    """The folders and files whose changes rebuild a served site, also those that are not there yet."""
    own = [root / name for name in ("evidence", "docs", "mkdocs.yml", "templates")]
    return [*own, *(folder for folder in site_settings.template_folders(root) if folder not in own)]
