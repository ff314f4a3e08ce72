"""``export``: write a folder from which other engines build the site."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from evidence_site import compiled, problems as p, site_settings, way_out, writing
from evidence_site.commands.verdict import exit_code
from evidence_site.making import make_tree
from evidence_site.output import short


def run(options: argparse.Namespace) -> int:
    """Write the folder; returns the exit code."""
    root, folder, strict = options.root, options.folder, options.strict
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        sys.stderr.write(f"There are files in {folder} already: name a new or empty folder.\n")
        return 2
    inputs = {root / name for name in ("evidence", "docs", "templates")}
    if not inputs.isdisjoint({folder.resolve(), *folder.resolve().parents}):
        sys.stderr.write(f"The records and pages of the review are in {folder}: name a folder elsewhere.\n")
        return 2
    compiled.recall()
    tree, problems = make_tree(root)
    made: Mapping[str, bytes] = {}
    if tree is not None:
        settings = site_settings.configuration_file(root).read_text("utf-8-sig")
        made, found = way_out.tree(tree.files, tree.nav, settings, site_settings.theme_folders(root))
        problems += found
    sys.stderr.write(p.as_text(q for q in problems if strict or q.severity is p.Severity.ERROR))
    if exit_code(problems, strict) != 0:
        sys.stderr.write("Nothing was written.\n")
        return 1
    for name, content in made.items():
        writing.create(folder / name, content)
    sys.stderr.write(f"{len(made)} files in {short(folder)}. To build the site, go there and run: mkdocs build\n")
    return 0
