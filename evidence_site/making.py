"""From the records to the pages of the site, once or again and again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jinja2 import TemplateError, TemplateSyntaxError

from evidence_site import engine, problems as p, serving
from evidence_site.checks import check
from evidence_site.history import last_changes
from evidence_site.keeping import all_stays
from evidence_site.news import news
from evidence_site.output import Progress
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
    config, found = engine.load_configuration(root)
    if config is None:
        return None, problems + found
    known = before.news if before else None
    try:
        tree = render(
            review,
            root,
            engine.template_folders(root),
            last_changes(root),
            engine.settings(config),
            progress or Progress(quiet=True),
            news(root, review, known) if with_news else known,
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


def remaking(root: Path) -> serving.Remaking:
    """``make_tree`` for many times: given the last tree, it makes only what changed, of files that changed."""
    read = ReadBefore()
    return serving.Remaking(
        lambda before: make_tree(root, before=before, read=read), lambda before: make_first(root, before, read)
    )


def watched(root: Path) -> list[Path]:
    """The folders and files whose changes rebuild a served site, also those that are not there yet."""
    own = [root / name for name in ("evidence", "docs", "mkdocs.yml", "templates")]
    return [*own, *(folder for folder in engine.template_folders(root) if folder not in own)]
