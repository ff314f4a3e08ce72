"""From a tree of pages to a published folder: the site is built beside it, and the two are swapped at the end.

Until the swap the old site stands untouched; after it the new one stands whole.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from mkdocs.commands import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from evidence_site import folders
from evidence_site.assembled import EMPTY_FOLDER, Assembled
from evidence_site.mkdocs_warnings import collected
from evidence_site.pages import Tree
from evidence_site.problems import Place, Problem
from evidence_site.site_settings import POLICY_SETTING, load_configuration, prepare
from evidence_site.static_site import assemble, can_assemble, stands


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
    warnings: list[str] = []
    assembled = None
    config.plugins.on_startup(command="build", dirty=False)
    try:
        with collected(warnings):
            if can_assemble(config):
                assembled = assemble(config, tree.files, before, elsewhere)
            if assembled is None:
                write_tree(tree, Path(config.docs_dir))
                mkdocs_build.build(config)
    except (MkDocsException, TemplateError) as error:
        warnings.append(str(error))
    finally:
        config.plugins.on_shutdown()
    problems = [
        Problem(
            Place("mkdocs.yml"),
            "site-engine",
            f"MkDocs says: {' '.join(line.split())}",
            "This is about the site's settings or templates, not about the evidence.",
        )
        for line in warnings
    ]
    return problems, assembled or EMPTY_FOLDER


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
