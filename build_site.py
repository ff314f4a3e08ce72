"""Check the evidence records and build the site: ``python build_site.py --help``.

Listed under ``hooks:`` in mkdocs.yml, it also renders the pages before a bare ``mkdocs build`` or ``mkdocs serve``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

from evidence_site import cli, engine, problems

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer


def _root(config: MkDocsConfig) -> Path:
    named = os.environ.get("EVIDENCE_SITE_ROOT")
    return Path(named) if named else Path(config.config_file_path).resolve().parent


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """MkDocs hook: render the records to pages, and let MkDocs build those."""
    from mkdocs.exceptions import Abort

    root = _root(config)
    tree, found = cli.make_tree(root)
    sys.stderr.write(problems.as_text(p for p in found if p.severity is problems.Severity.ERROR))
    if tree is None:
        raise Abort("There are problems in the evidence; the site was not built.")
    engine.write_tree(tree, engine.docs_folder(root))
    config.docs_dir = str(engine.docs_folder(root))
    config.nav = list(tree.nav)
    engine.prepare(config)
    return config


def on_serve(server: LiveReloadServer, config: MkDocsConfig, **_: object) -> LiveReloadServer:
    """MkDocs hook: rebuild when a record changes, and not when the rendered pages do."""
    server.unwatch(config.docs_dir)
    for path in cli.watched(_root(config)):
        server.watch(str(path))
    return server


if __name__ == "__main__":
    sys.exit(cli.main())
