"""Building sites for tests, away from everybody's ``build/`` and ``site/``."""

from __future__ import annotations

import shutil
from pathlib import Path

from evidence_site.cli import main

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://example.org/repository"
"""Where “Edit this record” leads in the sites that tests build."""


def copy_of_review(folder: Path) -> Path:
    """The real review: what the site is made from, and nothing else of the project."""
    for name in ("evidence", "docs", "templates"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    shutil.copy2(ROOT / "mkdocs.yml", folder)
    return folder


def build(root: Path, site_dir: Path) -> Path:
    """Build a site as the command does; returns its folder."""
    code = main(["build", "--root", str(root), "--site-dir", str(site_dir)])
    assert code == 0, "the review does not build: see what `python build_site.py check` says"
    return site_dir
