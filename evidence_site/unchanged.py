"""Whether the published folder is what a build would make, told without reading a record.

It holds if everything that a site is made from is byte for byte what it was, and if no file of the published folder was
touched. This module loads little, since the answer takes less time than loading the rest of the generator.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from evidence_site import limits
from evidence_site.folders import PACKAGED, Mark, mark, marks, opened
from evidence_site.history import all_commits
from evidence_site.identity import digest, installed
from evidence_site.seals import seal, sealed

FILE = Path("build") / "published"
"""In the folder of the review."""

_FOLDERS = ("evidence", "docs", "templates")
_SETTINGS = "mkdocs.yml"
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_LARGEST = max(limits.BIBTEX_BYTES, limits.PICTURE_BYTES)
_MOST_BYTES = limits.EVIDENCE_BYTES + limits.DOCS_BYTES
_MOST_FILES = 5 * limits.FOLDER_FILES
"""Beyond these nothing is said here: no such review is published, and a build says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a build said in the end."""

    pages: int
    warnings: int
    told: str
    """Of problems."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a site is made from, at one moment."""

    digest: str
    marks: Mapping[str, Mark]


def inputs(root: Path) -> Inputs | None:
    """What the site of a review would be made from now; None if that cannot be told from files alone."""
    try:
        files = _files(root)
        if len(files) > _MOST_FILES:
            return None
        before = {path: mark(path) for path in files.values()}
        if not all(stat.S_ISREG(found[0]) and found[1] <= _LARGEST for found in before.values()):
            return None
        if sum(found[1] for found in before.values()) > _MOST_BYTES:
            return None
        settings = b"".join(_read(files[name]) for name in (_SETTINGS, f"/{_SETTINGS}") if name in files)
        if b"INHERIT" in settings:
            return None
        parts = [part for name, path in files.items() for part in (name, digest(_read(path)))]
    except OSError:
        return None
    # Settings can take a value from any variable that they name. The sitemap holds the time that one more names.
    named = {word.decode() for word in _WORD.findall(settings)}
    variables = {word: os.environ[word] for word in sorted(named) if word in os.environ}
    variables["SOURCE_DATE_EPOCH"] = os.environ.get("SOURCE_DATE_EPOCH", "0")
    return Inputs(digest(installed(), repr(variables), all_commits(root), *parts), before)


def _read(path: str) -> bytes:
    file = opened(Path(path))
    if file is None:
        raise OSError(path)
    with file:
        return file.read(_LARGEST)


def _files(root: Path) -> dict[str, str]:
    """The path of every file by a name of its own; also of what stands there and is no file."""
    every = (
        (f"{name}/{inner}", path)
        for name, folder in (*((name, root / name) for name in _FOLDERS), ("", PACKAGED))
        for inner, path in _walk(folder)
    )
    found = dict(islice(every, _MOST_FILES + 1))
    if os.path.lexists(root / _SETTINGS):
        found[_SETTINGS] = str(root / _SETTINGS)
    return dict(sorted(found.items()))


def _walk(folder: Path) -> Iterator[tuple[str, str]]:
    if folder.is_symlink():
        yield "", str(folder)
    for inner, folders, names in os.walk(folder):
        for name in (*names, *(name for name in folders if Path(inner, name).is_symlink())):
            path = f"{inner}/{name}"
            yield path[len(f"{folder}/") :], path


def recall(root: Path, site_dir: Path, now: Inputs) -> Said | None:
    """What the last build said if another one, from what there is now, would make the same; None if it might not."""
    with sealed(root / FILE) as file:
        known = json.load(file) if file else None
    if known is None or known["inputs"] != now.digest:
        return None
    try:
        stands = known["site"] == _digest_of(marks(site_dir))
    except OSError:
        return None
    return Said(**known["said"]) if stands else None


def keep(root: Path, made_from: Inputs, published: Mapping[str, Mark], said: Said) -> None:
    """Keep what was published from what, unless any of that was touched meanwhile."""
    try:
        now = {path: mark(path) for path in _files(root).values()}
    except OSError:
        return
    if now == made_from.marks:
        known = {"inputs": made_from.digest, "site": _digest_of(published), "said": asdict(said)}
        seal(root / FILE, json.dumps(known).encode())


def _digest_of(published: Mapping[str, Mark]) -> str:
    return digest(repr(sorted(published.items())))
