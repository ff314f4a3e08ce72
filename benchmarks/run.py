"""Measure the generator on reviews of several sizes, and print the figures that the README quotes.

``make benchmark`` or ``python benchmarks/run.py --references 52 1000 5000 --rounds 3``. For each size an invented review
is written (``corpus.py``), built by the command's own code and by plain MkDocs with Material over the very tree that we
emit (the floor), in turns; beside them stand Hugo over that tree where it is installed, a copy of the site, and reading the same files by PyYAML's C loader and
pybtex. Times are of the processor, in seconds, each measured in a process of its own; what counts are the ratios, of
which the median of all rounds is shown. Other work on the same computer changes them little.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.corpus import commit, write_corpus

HERE = Path(__file__).resolve().parent
OURS = ("start", "load", "link", "check", "render", "search index")
"""The stages before the engine."""
MIB = 1 << 20


def measured(what: str, root: Path, site: Path) -> dict[str, Any]:
    """One measurement; what it needs of a build before must be there.

    Python finds its modules compiled and the command its templates, whatever is set and kept here, as they do for
    everybody after the first time.
    """
    if what not in ("copy", "check", "read"):
        shutil.rmtree(site, ignore_errors=True)
    command = [sys.executable, str(HERE / "measure.py"), what, str(root), str(site)]
    compiled = {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(root.parent / "modules"),
        "XDG_CACHE_HOME": str(root.parent / "home"),
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **compiled})
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def total(row: Mapping[str, Any]) -> float:
    """All stages of a measurement together."""
    return float(sum(row["stages"].values()))


def ours(row: Mapping[str, Any]) -> float:
    """The stages before the engine."""
    return float(sum(row["stages"].get(name, 0.0) for name in OURS))


def written(references: int, folder: Path) -> Path:
    """An invented review, under git."""
    root = write_corpus(folder / f"review-{references}", references)
    commit(root)
    return root


def measure(references: int, rounds: int, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every measurement of one size, in turns."""
    root = written(references, folder)
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(rounds):
        for what in ("build", "floor", "hugo", "change", "again", "check", "read"):
            found.setdefault(what, []).append(measured(what, root, folder / f"site-{references}-{what}"))
        found.setdefault("copy", []).append(measured("copy", root, folder / f"site-{references}-build"))
    return found


def report(references: int, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Print one size."""
    builds, floors = found["build"], found["floor"]
    print(f"\n## {references:,} references: {builds[0]['pages']:,} pages, {builds[0]['bytes'] / MIB:.0f} MiB\n")
    print("| stage | seconds |\n| --- | --- |")
    for name in builds[0]["stages"]:
        print(f"| {name} | {statistics.median(row['stages'][name] for row in builds):.2f} |")
    print(f"| all | {statistics.median(map(total, builds)):.2f} |")
    print(f"| floor: plain MkDocs over our tree | {statistics.median(map(total, floors)):.2f} |")
    print(f"| the site copied | {statistics.median(map(total, found['copy'])):.2f} |")
    hugo = [row["stages"]["hugo"] for row in found["hugo"] if row["stages"]]
    print(f"| Hugo over our tree | {f'{statistics.median(hugo):.2f}' if hugo else 'not installed'} |")
    for name in found["change"][0]["stages"]:
        print(f"| served: {name} | {statistics.median(row['stages'][name] for row in found['change']):.2f} |")
    for name in found["again"][0]["stages"]:
        print(f"| command: {name} | {statistics.median(row['stages'][name] for row in found['again']):.2f} |")
    print("\n| ratio | median | target |\n| --- | --- | --- |")
    pairs = list(zip(builds, floors, found["change"], found["check"], found["read"], strict=True))

    def ratio(name: str, values: Sequence[float], target: str) -> None:
        print(f"| {name} | {statistics.median(values):.3f} | {target} |")

    ratio("our own stages to the floor", [ours(b) / total(f) for b, f, *_ in pairs], "0.15")
    ratio("cold build to the floor", [total(b) / total(f) for b, f, *_ in pairs], "0.8")
    changed = [c["stages"]["one study changed"] for _, _, c, *_ in pairs]
    ratio(
        "served, one study changed, to the cold build",
        [c / total(b) for c, (b, *_) in zip(changed, pairs, strict=True)],
        "0.10",
    )
    if hugo:
        ratio("served, one study changed, to Hugo", [c / h for c, h in zip(changed, hugo, strict=True)], "1")
    for name, target in (("nothing changed", "0.05"), ("one study changed", "0.10")):
        values = [a["stages"][name] / total(b) for a, b in zip(found["again"], builds, strict=True)]
        ratio(f"command, {name}, to the cold build", values, target)
    ratio("peak memory to the floor", [b["peak"] / f["peak"] for b, f, *_ in pairs], "1.5")
    ratio("check alone to reading the files", [total(c) / total(r) for *_, c, r in pairs], "3 at 5,000")
    print(f"\nPeak memory: {builds[0]['peak'] / MIB:.0f} MiB; floor {floors[0]['peak'] / MIB:.0f} MiB.")


def growth(all_found: Mapping[int, Mapping[str, Sequence[Mapping[str, Any]]]]) -> None:
    """Print the exponent with which time grows from one size to the next."""
    sizes = sorted(all_found)
    for small, large in pairwise(sizes):
        times = [statistics.median(map(total, all_found[size]["build"])) for size in (small, large)]
        exponent = math.log(times[1] / times[0]) / math.log(large / small)
        print(f"Growth of the cold build from {small:,} to {large:,} references: N^{exponent:.2f} (target 1.05).")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--references", type=int, nargs="+", default=[52, 1000, 5000], metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory(prefix="evidence-benchmark-") as folder:
        first = written(12, Path(folder))
        for what in ("build", "again"):  # so that modules and templates are compiled before anything counts
            measured(what, first, first / "site")
        for references in options.references:
            found[references] = measure(references, options.rounds, Path(folder))
            report(references, found[references])
        print()
        growth(found)


if __name__ == "__main__":
    main()
