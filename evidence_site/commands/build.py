"""``build``: check, then publish the site."""

from __future__ import annotations

import argparse
import sys

from evidence_site import compiled, kept, problems as p, publishing, unchanged
from evidence_site.assembled import EMPTY_FOLDER
from evidence_site.commands.verdict import exit_code, summary
from evidence_site.keeping import all_stays
from evidence_site.making import make_tree
from evidence_site.output import Progress, published
from evidence_site.telling import how_to_read_more, told


@all_stays()
def run(options: argparse.Namespace, made_from: unchanged.Inputs | None = None) -> int:
    """Check and publish; returns the exit code.

    ``made_from`` is what there was before anything was read, for the next build to compare with.
    """
    root, site_dir, strict = options.root, options.site_dir, options.strict
    progress = Progress(quiet=False)
    progress("Checking the evidence")
    before = None
    if not options.no_cache:
        compiled.recall()
        before = kept.recall(root)
    tree, problems = (
        make_tree(root, progress, before=before.tree, read=before.read) if before else make_tree(root, progress)
    )
    site = EMPTY_FOLDER
    if tree is not None and not (strict and problems):
        progress("Building the site")
        found, site = publishing.publish(root, tree, site_dir, before.site if before else EMPTY_FOLDER)
        problems += found
        if before and not found and site is not before.site:
            kept.keep(root, kept.Kept(before.read, tree, site))
    else:
        tree = None
    progress.done()
    if not options.no_cache:
        compiled.keep()
    shown = [q for q in problems if strict or q.severity is p.Severity.ERROR]
    how_to_list = "" if len(shown) == len(problems) else "The warnings are listed by: python build_site.py check\n"
    said = told(root, shown) + summary(problems, strict=strict) + how_to_list + how_to_read_more(shown)
    sys.stderr.write(said)
    if tree is None or exit_code(problems, strict) != 0:
        sys.stderr.write("The site was not published; what was there before is untouched.\n")
        return exit_code(problems, strict) or 1
    pages = sum(name.endswith(".md") for name in tree.files)
    sys.stderr.write(published(pages, site_dir))
    if made_from and site.marks:
        unchanged.keep(root, made_from, site.marks, unchanged.Said(pages, len(problems), said))
    return 0
