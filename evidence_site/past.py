"""The evidence as it was at earlier commits. A file that stayed the same is read once, for however many of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from evidence_site import limits, records as r
from evidence_site.bibliography import Reference, read_bibliography
from evidence_site.history import Blob, Listing, blob_of, read_blobs
from evidence_site.problems import Place, Problem, has_errors
from evidence_site.record_reading import Loaded, id_of_file, read_record, read_record_list
from evidence_site.review import FOLDERS, TWICE, Evidence, Review, link, split_extractions, unread_ids

_WHOLE = {
    "review": "evidence/review.yaml",
    "outcomes": "evidence/outcomes.yaml",
    "references": "evidence/references.bib",
}

_BESIDE = ("cases", "topics")
"""The folders of records that no number rests on."""


@dataclass(frozen=True, slots=True)
class State:
    """The evidence of one listing, as far as it can be read by the rules of today."""

    review: Loaded[r.Review] | None
    outcomes: tuple[Loaded[r.Outcome], ...]
    references: Mapping[str, Reference]
    folders: Mapping[str, Mapping[str, Loaded[Any]]]
    """The records of each folder, by id."""
    unreadable: Mapping[str, frozenset[str]]
    """By folder, ``outcomes`` and ``references``: the ids of records that are there but could not be read."""
    problems: tuple[Problem, ...]
    """What is wrong with the files of which not everything could be read, in the order of their names."""

    def evidence(self, review: Loaded[r.Review]) -> Evidence:
        """All of it, under this ``review.yaml``."""
        folders = {**self.folders, **split_extractions(self.folders)}
        return Evidence(review, self.outcomes, self.references, **folders, unreadable=self.unreadable)


class Past:
    """Earlier states of the evidence of one review."""

    def __init__(
        self,
        root: Path,
        listings: Iterable[Listing],
        current: Evidence | None = None,
        contents: Mapping[Blob, bytes] = MappingProxyType({}),
    ) -> None:
        """Get the files of these listings ready.

        What is the same in ``current`` is taken from there; ``contents`` are those that git need not know.
        """
        self._root = root
        self._current = current
        self._last: tuple[Listing, Review | None] = ({}, None)
        self._read: dict[tuple[str, Blob], _Read] = {}
        wanted = {item for listing in listings for item in listing.items() if is_record(item[0])}
        if current is not None:
            self._take_over(current, sha256=any(len(blob) > 40 for _, blob in wanted))
        for path, blob in wanted - self._read.keys():
            if not _has_a_name(path):
                self._read[path, blob] = _odd_name(path)
        missing = sorted(wanted - self._read.keys())
        known = {**read_blobs(root, {blob for _, blob in missing} - contents.keys()), **contents}
        with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
            folders: list[Path] = []
            versions: Counter[str] = Counter()
            for path, blob in missing:
                if blob in known:
                    # A record has its name from its file. In a folder of its own each would take longer to make.
                    name = PurePosixPath(path).name
                    version = versions[name.lower()]
                    versions[name.lower()] += 1
                    if version == len(folders):
                        folders.append(Path(folder, str(version)))
                        folders[-1].mkdir()
                    file = folders[version] / name
                    file.write_bytes(known[blob])
                    self._read[path, blob] = _record(path, file)
                else:
                    self._read[path, blob] = _not_at_hand(path)

    def review(self, listing: Listing) -> Review | None:
        """The review at a commit; None if what its numbers rest on cannot be read by the rules of today.

        A case or topic that cannot be read stands in it as it stands today: no number rests on these.
        """
        if self._last[0] is not listing:  # what came before one commit is what stood there after the last
            self._last = (listing, self._linked(listing))
        return self._last[1]

    def unread(self, listing: Listing) -> frozenset[str]:
        """The files of a commit that cannot be read by the rules of today."""
        return frozenset(problem.place.file for problem in self.state(listing).problems)

    def _linked(self, listing: Listing) -> Review | None:
        state = self.state(listing)
        if state.review is None or not listing.keys() >= set(_WHOLE.values()):
            return None
        if any(problem.place.file.split("/")[1] not in _BESIDE for problem in state.problems):
            return None
        folders = dict(state.folders)
        for name in _BESIDE:
            today = getattr(self._current, name, {})
            if not state.unreadable[name] <= today.keys():
                return None
            folders[name] = {**folders[name], **{id_: today[id_] for id_ in state.unreadable[name]}}
        unreadable = {name: ids for name, ids in state.unreadable.items() if name not in _BESIDE}
        readable = replace(state, folders=folders, unreadable=unreadable | dict.fromkeys(_BESIDE, frozenset()))
        return link(readable.evidence(state.review))

    def state(self, listing: Listing) -> State:
        """Whatever of the evidence can be read, and what is wrong with the rest."""
        nothing = _Read(None)
        whole = {name: self._read[path, listing[path]] if path in listing else nothing for name, path in _WHOLE.items()}
        folders: dict[str, dict[str, Any]] = {name: {} for name in FOLDERS}
        unreadable = {name: set(whole[name].unread) for name in ("outcomes", "references")}
        unreadable |= {name: set() for name in FOLDERS}
        problems = [problem for read in whole.values() for problem in read.problems]
        for path in sorted(path for path in listing if is_record(path) and path not in _WHOLE.values()):
            folder, name = path.split("/")[1:]
            read, id_ = self._read[path, listing[path]], name.removesuffix(".yaml")
            if read.value is None:
                unreadable[folder].add(id_)
                problems += read.problems
            else:
                folders[folder][id_] = read.value
        return State(
            whole["review"].value,
            whole["outcomes"].value or (),
            whole["references"].value or {},
            folders,
            {name: frozenset(ids) for name, ids in unreadable.items()},
            tuple(problems),
        )

    def _take_over(self, current: Evidence, *, sha256: bool) -> None:
        records = (*current.all_records(), *current.extractions.values())
        values: dict[str, Any] = {loaded.document.file: loaded for loaded in records}
        values |= {_WHOLE["outcomes"]: current.outcomes, _WHOLE["references"]: current.references}
        for name in ("outcomes", "references"):
            if current.unreadable.get(name):
                del values[_WHOLE[name]]
        for path, value in values.items():
            try:
                content = (self._root / path).read_bytes()
            except OSError:
                continue
            self._read[path, blob_of(content, sha256=sha256)] = _Read(value)


@dataclass(frozen=True, slots=True)
class _Read:
    """What one file holds."""

    value: Any
    """What could be read; None for a file of one record in which anything is wrong."""
    problems: tuple[Problem, ...] = ()
    """Empty if everything could be read."""
    unread: frozenset[str] = frozenset()
    """For a file of many records: the ids of those that could not be read."""


def is_record(path: str) -> bool:
    """Whether a file is one of those that the evidence is read from."""
    parts = path.split("/")
    is_one = len(parts) == 3 and parts[1] in FOLDERS and parts[2].endswith(".yaml") and not parts[2].startswith(".")
    return is_one or path in _WHOLE.values()


def _has_a_name(path: str) -> bool:
    folder, name = path.split("/")[-2:]
    return path in _WHOLE.values() or id_of_file(name, keys=folder == "sources", twice=folder == TWICE) is not None


def _odd_name(path: str) -> _Read:
    message = "The name of this file cannot be the id of a record."
    return _Read(None, (Problem(Place(path), "odd-file-name", message),))


def _record(path: str, file: Path) -> _Read:
    value: Any
    problems: list[Problem]
    unread: frozenset[str] = frozenset()
    if path == _WHOLE["references"]:
        value, problems = read_bibliography(file, path)
        unread = unread_ids(file, value, problems)
    elif path == _WHOLE["outcomes"]:
        value, problems = read_record_list(r.Outcome, file, path)
        unread = unread_ids(file, {loaded.id for loaded in value}, problems)
    elif path == _WHOLE["review"]:
        value, problems = read_record(r.Review, file, path)
    else:
        value, problems = read_record(FOLDERS[path.split("/")[1]], file, path)
    return _Read(value, tuple(problems) if has_errors(problems) else (), unread)


def _not_at_hand(path: str) -> _Read:
    message = f"The content of this file is not at hand, or larger than {limits.HISTORY_BYTES // 1_000_000} MB."
    return _Read(None, (Problem(Place(path), "unreadable-file", message),), frozenset({"*"}))


def words_of(paths: Iterable[str]) -> Mapping[str, int]:
    """How many files of each kind there are among paths of the evidence, by the name of the folder or file."""
    counts: dict[str, int] = {}
    for path in paths:
        parts = path.split("/")
        name = parts[1] if len(parts) > 2 else parts[-1]
        counts[name] = counts.get(name, 0) + 1
    return counts
