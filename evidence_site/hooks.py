"""MkDocs hooks: a bare ``mkdocs build`` or ``mkdocs serve`` renders the records first.

While serving, a mistake in a record does not take the site away: the last good pages stay, with the problems on top.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.pages import Page

from evidence_site import publishing, site_settings
from evidence_site.making import make_tree, watched
from evidence_site.pages import Tree
from evidence_site.problems import Severity, in_reading_order
from evidence_site.serving import banner
from evidence_site.telling import told


class _Served:
    """What a served site remembers between two builds."""

    serving = False
    tree: Tree | None = None
    banner = ""
    """What stands on top of each page while there are errors."""


def on_startup(command: str, dirty: bool) -> None:  # MkDocs calls it so
    """Remember whether the site is being served. With this hook, MkDocs keeps the module between builds."""
    del dirty
    _Served.serving = command == "serve"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Render the records to pages, and let MkDocs build those."""
    root = _root(config)
    tree, found = make_tree(root)
    errors = [p for p in in_reading_order(found) if p.severity is Severity.ERROR]
    sys.stderr.write(told(root, errors))
    _Served.banner = banner(errors).decode() if errors else ""
    if tree is None and _Served.serving:
        tree = _Served.tree
    if tree is None:
        raise Abort("There are problems in the evidence; the site was not built.")
    _Served.tree = tree
    publishing.write_tree(tree, site_settings.docs_folder(root))
    config.docs_dir = str(site_settings.docs_folder(root))
    config.nav = list(tree.nav)
    if _Served.serving:
        # MkDocs puts the script that reloads a served page into the page itself.
        config.extra[site_settings.POLICY_SETTING] = False
    site_settings.prepare(config)
    return config


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Show the problems of a served site on top of each page, which is the last good one."""
    del page, config
    return output.replace("<main", _Served.banner + "<main", 1) if _Served.banner else output


def on_serve(server: LiveReloadServer, config: MkDocsConfig, builder: object) -> LiveReloadServer:
    """Rebuild when a record changes, and not when the rendered pages do."""
    del builder
    server.unwatch(config.docs_dir)
    for path in watched(_root(config)):
        server.watch(str(path))
    return server


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).resolve().parent
