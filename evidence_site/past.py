"""The review as it was at earlier commits. A file that stayed the same is read once, whatever the number of commits."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from evidence_site import records as r
from evidence_site.bibliography import read_bibliography
from evidence_site.history import Blob, Commit, Listing, read_blobs
from evidence_site.problems import Problem, has_errors
from evidence_site.record_reading import Loaded, read_record, read_record_list
from evidence_site.review import FOLDERS, Evidence, Review, link

_WHOLE = {
    "review": "evidence/review.yaml",
    "outcomes": "evidence/outcomes.yaml",
    "references": "evidence/references.bib",
}


class Past:
    """Earlier states of the evidence of one review."""

    def __init__(self, root: Path, commits: Iterable[Commit], current: Evidence) -> None:
        """Get the files of these commits ready; what is the same in ``current`` is taken from there."""
        self._root = root
        self._last: tuple[Listing, Review | None] = ({}, None)
        self._read: dict[tuple[str, Blob], Any] = {}
        listings = [listing for commit in commits for listing in (commit.before, commit.after) if listing is not None]
        wanted = {item for listing in listings for item in listing.items() if _is_record(item[0])}
        self._take_over(current, sha256=any(len(blob) > 40 for _, blob in wanted))
        missing = sorted(wanted - self._read.keys())
        contents = read_blobs(root, {blob for _, blob in missing})
        with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
            for number, (path, blob) in enumerate(missing):
                file = Path(folder, str(number), PurePosixPath(path).name)
                if blob in contents:
                    file.parent.mkdir()
                    file.write_bytes(contents[blob])
                self._read[path, blob] = _record(path, file)

    def review(self, listing: Listing) -> Review | None:
        """The review at a commit; None if any of its files cannot be read by the rules of today."""
        if self._last[0] is not listing:  # what came before one commit is what stood there after the last
            self._last = (listing, self._linked(listing))
        return self._last[1]

    def _linked(self, listing: Listing) -> Review | None:
        found: dict[str, Any] = {
            path: self._read.get((path, blob)) for path, blob in listing.items() if _is_record(path)
        }
        if any(value is None for value in found.values()) or not found.keys() >= set(_WHOLE.values()):
            return None
        read: dict[str, dict[str, Loaded[r.Record]]] = {name: {} for name in FOLDERS}
        for path, value in found.items():
            folder = path.split("/")[1]
            if folder in read:
                read[folder][value.id] = value
        whole = {name: found[path] for name, path in _WHOLE.items()}
        return link(Evidence(**whole, **read, unreadable={}))  # type: ignore[arg-type]

    def _take_over(self, current: Evidence, *, sha256: bool) -> None:
        values: dict[str, Any] = {loaded.document.file: loaded for loaded in current.all_records()}
        values |= {_WHOLE["outcomes"]: current.outcomes, _WHOLE["references"]: current.references}
        for path, value in values.items():
            try:
                content = (self._root / path).read_bytes()
            except OSError:
                continue
            self._read[path, _blob_of(content, sha256=sha256)] = value


def _blob_of(content: bytes, *, sha256: bool) -> Blob:
    named = b"blob %d\0" % len(content) + content
    return (hashlib.sha256(named) if sha256 else hashlib.sha1(named, usedforsecurity=False)).hexdigest()


def _is_record(path: str) -> bool:
    parts = path.split("/")
    is_one = len(parts) == 3 and parts[1] in FOLDERS and parts[2].endswith(".yaml") and not parts[2].startswith(".")
    return is_one or path in _WHOLE.values()


def _record(path: str, file: Path) -> object:
    """What a file holds, or None if anything in it is wrong."""
    value: object
    problems: list[Problem]
    if path == _WHOLE["references"]:
        value, problems = read_bibliography(file, path)
    elif path == _WHOLE["outcomes"]:
        value, problems = read_record_list(r.Outcome, file, path)
    else:
        kind: type[r.Record] = r.Review if path == _WHOLE["review"] else FOLDERS[path.split("/")[1]]
        value, problems = read_record(kind, file, path)
    return None if has_errors(problems) else value


def words_of(paths: Iterable[str]) -> Mapping[str, int]:
    """How many files of each kind there are among paths of the evidence, by the name of the folder or file."""
    counts: dict[str, int] = {}
    for path in paths:
        parts = path.split("/")
        name = parts[1] if len(parts) > 2 else parts[-1]
        counts[name] = counts.get(name, 0) + 1
    return counts
