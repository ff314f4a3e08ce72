"""Check the evidence records and build the site: ``python build_site.py --help``.

Listed under ``hooks:`` in mkdocs.yml, it also renders the pages before a bare ``mkdocs build`` or ``mkdocs serve``.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__" and sys.version_info < (3, 11):
    sys.stderr.write(f"Python 3.11 or newer is needed, and this is {'.'.join(map(str, sys.version_info[:2]))}.\n")
    sys.exit(2)

if __name__ == "__main__":
    try:
        from evidence_site import cli

        cli.program()
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"This Python lacks what the command needs ({error.name}). Set it up once with “make site”, then type\n"
            "    . .venv/bin/activate\n"
            "in each terminal, in the folder of build_site.py; or call it as .venv/bin/python build_site.py.\n"
        )
        sys.exit(2)
else:
    from evidence_site.hooks import on_config, on_post_page, on_serve, on_startup

    __all__ = ["on_config", "on_post_page", "on_serve", "on_startup"]
