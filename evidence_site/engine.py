"""From a tree of pages to a published folder: the site is built beside it, and the two are swapped at the end.

Until the swap the old site stands untouched; after it the new one stands whole.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from typing import Any

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

import yaml
from jinja2 import TemplateError
from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from evidence_site import files, folders, limits, records as r
from evidence_site.folders import PACKAGED
from evidence_site.pages import Settings, Tree
from evidence_site.policy import POLICY_IN_PAGE
from evidence_site.problems import Place, Problem
from evidence_site.record_reading import read_record
from evidence_site.settings_reading import problem_of_settings
from evidence_site.static_site import EMPTY_FOLDER, Assembled, assemble, can_assemble, stands

POLICY_SETTING = "content_security_policy"
"""In mkdocs.yml under ``extra``: another policy for pages than the strict one, or false for none."""


def template_folders(root: Path) -> list[Path]:
    """Where templates are looked for: the review's own first, then those that come with the generator."""
    own = root / "templates"
    return [own, PACKAGED] if own.is_dir() and own.resolve() != PACKAGED else [PACKAGED]


def theme_folders(root: Path) -> list[Path]:
    """Where overrides of the theme are looked for: the review's own first, then those that come with the generator."""
    config, _ = load_configuration(root)
    own = config.theme.custom_dir if config else None
    return [*([Path(own)] if own else []), PACKAGED / "theme"]


def configuration_file(root: Path) -> Path:
    """The review's mkdocs.yml, or the default one."""
    own = root / "mkdocs.yml"
    return own if own.is_file() else PACKAGED / "mkdocs.yml"


def settings(config: Mapping[str, Any]) -> Settings:
    """What pages need of a loaded configuration."""
    extra = config.get("extra") or {}
    repository = str(extra.get("repository") or "").rstrip("/")
    if not repository.startswith("https://"):
        repository = ""
    url = str(config.get("site_url") or "")
    return Settings(
        repository,
        str(extra.get("branch") or "main"),
        f"{url.rstrip('/')}/" if url else "",
        unescape(str(config.get("site_name") or "")),
    )


def site_url(root: Path) -> str:
    """Where the site is published, as mkdocs.yml says; empty if it does not, or cannot be read."""
    config, _ = load_configuration(root)
    return str(config.site_url or "") if config else ""


def load_configuration(root: Path, **overrides: Any) -> tuple[MkDocsConfig | None, list[Problem]]:
    """MkDocs' settings for the review, or what is wrong with them in plain words."""
    file = configuration_file(root)
    shown = file.name
    refused = problem_of_settings(root / "mkdocs.yml", "mkdocs.yml")
    templates = files.read_folder(root / "templates", "templates", limits.FOLDER_FILES)
    found = [problem for problem in (refused, templates) if isinstance(problem, Problem)]
    if found:
        return None, found
    messages = _Messages()
    docs_folder(root).mkdir(parents=True, exist_ok=True)  # MkDocs wants the folder before it reads on
    try:
        with _listening(messages):
            config = load_config(str(file), hooks=[], docs_dir=str(docs_folder(root)), **overrides)
    except (MkDocsException, AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        # MkDocs passes on what Python says of settings that it did not think of.
        said = [str(error), *messages.lines]
        return None, [
            Problem(
                Place(shown),
                "site-settings",
                f"The settings of the site cannot be used: {' '.join(' '.join(said).split())}",
                "Compare mkdocs.yml with the one that comes with the generator.",
            )
        ]
    if file.parent == PACKAGED:
        # Themes put the name into pages as it is, and this one is a contributor's text.
        config.site_name = str(escape(_name_of(root) or config.site_name))
    return config, []


def _name_of(root: Path) -> str:
    """What the review is called, for one that brings no settings; empty if that cannot be read."""
    loaded, _ = read_record(r.Review, root / "evidence" / "review.yaml", "evidence/review.yaml")
    return loaded.record.short_title if loaded else ""


def docs_folder(root: Path) -> Path:
    """Where the tree is written for MkDocs, if that has to build it."""
    return root / "build" / "docs"


def write_tree(tree: Tree, folder: Path) -> list[str]:
    """Bring a folder in step with the tree; returns the paths that were written or removed.

    A file is written only if its bytes change, so that engines that look at modification times stay fast.
    """
    changed = []
    folder.mkdir(parents=True, exist_ok=True)
    # First what has gone: it could be a file where a folder is wanted now, or the other way round.
    for path in sorted(folder.rglob("*"), reverse=True):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.rmdir()
        elif name not in tree.files:
            path.unlink()
            changed.append(name)
    for name, content in tree.files.items():
        path = folder / name
        with suppress(OSError):
            if path.read_bytes() == content and not path.is_symlink():
                continue
        folders.write(path, content)
        changed.append(name)
    return changed


def publish(
    root: Path, tree: Tree, site_dir: Path, before: Assembled = EMPTY_FOLDER
) -> tuple[list[Problem], Assembled]:
    """Build the site of a tree and put it in the place of ``site_dir`` in one step.

    Returns what MkDocs says against that, in which case nothing was published, and what the folder holds now.

    ``before`` is what an earlier call gave. What stays the same is then taken from ``site_dir``, unless something in it
    was touched since; if all of it stays the same, nothing is done.
    """
    site_dir.parent.mkdir(parents=True, exist_ok=True)
    fresh = site_dir.parent / f".{site_dir.name}.new-{secrets.token_hex(4)}"
    try:
        config, problems = load_configuration(root, site_dir=str(fresh), nav=list(tree.nav))
        if config is None:
            return problems, before
        prepare(config)
        if stands(config, tree.files, before, site_dir):
            return [], before
        problems, assembled = _build(config, tree, before, site_dir)
        if problems:
            return problems, before
        _swap(fresh, site_dir)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    # Only now, since files that both folders shared have another mark when one of them is gone.
    return [], replace(assembled, marks=folders.marks(site_dir)) if assembled.files else assembled


def preview(
    root: Path, tree: Tree, folder: Path, before: Assembled = EMPTY_FOLDER, **settings: Any
) -> tuple[list[Problem], Assembled]:
    """Bring a folder in step with the site of a tree, for a look at it.

    ``before`` is what an earlier call gave for this folder. ``settings`` go before those of mkdocs.yml.
    """
    config, problems = load_configuration(root, site_dir=str(folder), nav=list(tree.nav), **settings)
    if config is None:
        return problems, before
    # What reloads a served page is a script within the page, which the site's policy would forbid.
    config.extra[POLICY_SETTING] = False
    prepare(config)
    return _build(config, tree, before)


def _build(
    config: MkDocsConfig, tree: Tree, before: Assembled, elsewhere: Path | None = None
) -> tuple[list[Problem], Assembled]:
    messages = _Messages()
    assembled = None
    config.plugins.on_startup(command="build", dirty=False)
    try:
        with _listening(messages):
            if can_assemble(config):
                assembled = assemble(config, tree.files, before, elsewhere)
            if assembled is None:
                write_tree(tree, Path(config.docs_dir))
                mkdocs_build.build(config)
    except (MkDocsException, TemplateError) as error:
        messages.lines.append(str(error))
    finally:
        config.plugins.on_shutdown()
    problems = [
        Problem(
            Place("mkdocs.yml"),
            "site-engine",
            f"MkDocs says: {' '.join(line.split())}",
            "This is about the site's settings or templates, not about the evidence.",
        )
        for line in messages.lines
    ]
    return problems, assembled or EMPTY_FOLDER


def prepare(config: MkDocsConfig) -> None:
    """Settings that the pages rely on, whatever mkdocs.yml says."""
    # MkDocs writes the day of the build into sitemap.xml.gz; the same records shall make the same bytes on any day.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    config.use_directory_urls = True
    config.extra.setdefault(POLICY_SETTING, POLICY_IN_PAGE)
    theme = str(PACKAGED / "theme")
    if theme not in config.theme.dirs:
        # Behind a review's own overrides, before the theme itself.
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, theme)


class _Messages(logging.Handler):
    """Collects MkDocs' warnings: it logs them and goes on, and its exit code would hide them."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _listening(handler: logging.Handler) -> Iterator[None]:
    logger = logging.getLogger("mkdocs")
    propagate, level = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)


_RENAME_EXCHANGE = 2  # on both systems
_AT_FDCWD = -100


def _swap(fresh: Path, site_dir: Path) -> None:
    """Put ``fresh`` in the place of ``site_dir``; what was there ends up at ``fresh``."""
    if not site_dir.exists():
        fresh.rename(site_dir)
    elif not _exchange(fresh, site_dir):
        # Systems without an atomic exchange: two renames, with nothing at the address for an instant.
        old = fresh.with_name(fresh.name.replace(".new-", ".old-"))
        site_dir.rename(old)
        fresh.rename(site_dir)
        shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step, with Linux's renameat2 or macOS' renamex_np; False where that is not to be had."""
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if hasattr(libc, "renameat2"):
        return bool(libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE) == 0)
    if hasattr(libc, "renamex_np"):
        return bool(libc.renamex_np(first, second, _RENAME_EXCHANGE) == 0)
    return False
