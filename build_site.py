"""Check the evidence records and build the site: ``python build_site.py --help``.

Listed under ``hooks:`` in mkdocs.yml, it also renders the pages before a bare ``mkdocs build`` or ``mkdocs serve``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from evidence_site import cli
from evidence_site.hooks import on_config, on_post_page, on_serve, on_startup

__all__ = ["on_config", "on_post_page", "on_serve", "on_startup"]

if __name__ == "__main__":
    sys.exit(cli.main())
