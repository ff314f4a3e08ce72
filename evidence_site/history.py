"""What git knows of the records: when each last changed, how the evidence changed by commits, and what it was."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import stat
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence_site import limits

_GIT = ("git", "-c", "core.quotePath=false", "-c", "log.showSignature=false", "-c", "log.showRoot=true")


@dataclass(frozen=True, slots=True, order=True)
class Revision:
    """A commit: when it was made and its name. Later ones are greater."""

    seconds: int
    """Since 1970, in UTC."""
    id: str

    @property
    def time(self) -> dt.datetime:
        """When it was made, in UTC."""
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)

    @property
    def day(self) -> dt.date:
        """The day, in UTC."""
        return self.time.date()

    @property
    def short(self) -> str:
        """The beginning of its name, as people write it."""
        return self.id[:7]


def last_changes(root: Path) -> Mapping[str, Revision]:
    """The newest commit that touched each file, by path from ``root``.

    Empty where there is no git, no repository or no commit; pages then say that the date is not known.
    """
    listed = _git(
        root, "log", "--no-renames", "--format=%x01%ct %H %P", "--name-only", "--relative", "--", "evidence", "docs"
    )
    # In a shallow clone the oldest commit seems to have made every file; when those changed is not known.
    is_shallow = _git(root, "rev-parse", "--is-shallow-repository") == b"true\n"
    changes: dict[str, Revision] = {}
    revision, is_known = Revision(0, ""), False
    for line in (listed or b"").decode("utf-8", "replace").splitlines():
        if line.startswith("\x01"):
            seconds, id_, *parents = line[1:].split()
            revision, is_known = Revision(int(seconds), id_), bool(parents) or not is_shallow
        elif line and is_known:
            changes.setdefault(line, revision)
    return changes


def all_commits(root: Path) -> bytes:
    """Something else whenever git could tell something else of the past; empty where it knows nothing."""
    shape = _git(root, "rev-parse", "--is-shallow-repository", "--show-prefix") or b""
    return shape + (_git(root, "rev-list", "--parents", "HEAD") or b"")


# --- the evidence, commit by commit ----------------------------------------------------------------------------------

Blob = str
"""The name that git gives to a content."""
Listing = Mapping[str, Blob]
"""The files of the evidence at one commit, by path from the root."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit that touched the evidence, with the evidence before and after it."""

    revision: Revision
    before: Listing | None
    """None if nothing came before, or what came before is not at hand."""
    after: Listing
    is_first: bool
    """Whether the history really begins here; a shallow clone only seems to begin."""

    @property
    def touched(self) -> list[str]:
        """The files that it added, changed or removed."""
        before = self.before or {}
        return sorted(p for p in before.keys() | self.after.keys() if before.get(p) != self.after.get(p))


@dataclass(frozen=True, slots=True)
class History:
    """The newest commits that touched the evidence."""

    commits: Sequence[Commit]
    """Newest first; of a branch that was merged only the merge."""
    is_whole: bool
    """Whether no older commits were left out."""


def evidence_history(root: Path, limit: int) -> History | None:
    """The newest ``limit`` commits that touched ``evidence/``; None where git knows none."""
    shape = ("--first-parent", "-m", "--no-renames", "--relative", "--raw", "--no-abbrev", "-z")
    log = _git(root, "log", f"-n{limit + 1}", *shape, "--format=%x01%ct %H %P", "--", "evidence")
    tree = _git(root, "ls-tree", "-r", "-z", "HEAD", "--", "evidence")
    shallow = _git(root, "rev-parse", "--is-shallow-repository")
    if not log or tree is None:
        return None
    listing: Listing = dict(_files_of_tree(tree))
    commits: list[Commit] = []
    for revision, has_parent, changed in _commits_of_log(log):
        before = _undone(listing, changed)
        is_first = not has_parent and shallow != b"true\n"
        commits.append(Commit(revision, before if has_parent else None, listing, is_first))
        listing = before
    return History(tuple(commits[:limit]), len(commits) <= limit)


def _undone(listing: Listing, changed: Mapping[str, Blob]) -> Listing:
    before = {**listing, **changed}
    return {path: before[path] for path in sorted(before) if before[path]}


def _files_of_tree(tree: bytes) -> Iterator[tuple[str, Blob]]:
    for entry in tree.split(b"\0"):
        head, tab, path = entry.partition(b"\t")
        if tab and head.startswith(b"100"):  # an ordinary file: neither a link nor a submodule
            yield path.decode("utf-8", "replace"), head.split()[2].decode()


def _commits_of_log(log: bytes) -> Iterator[tuple[Revision, bool, dict[str, Blob]]]:
    """Each commit with whether it has a parent and, by file, what stood there before; empty if nothing did."""
    found: list[tuple[Revision, bool, dict[str, Blob]]] = []
    tokens = iter(log.split(b"\0"))
    for token in tokens:
        mark, fields = token.lstrip(b"\n")[:1], token.lstrip(b"\n")[1:].decode().split()
        if mark == b"\x01":
            seconds, id_, *parents = fields
            found.append((Revision(int(seconds), id_), bool(parents), {}))
        elif mark == b":":  # modes, contents and kind of a change; the next token is the path, whatever it holds
            path = next(tokens).decode("utf-8", "replace")
            found[-1][2][path] = fields[2] if fields[0].startswith("100") else ""
    yield from found


def blob_of(content: bytes, *, sha256: bool = False) -> Blob:
    """The name that git gives to a content, in repositories of the old kind or of the new one."""
    named = b"blob %d\0" % len(content) + content
    return (hashlib.sha256(named) if sha256 else hashlib.sha1(named, usedforsecurity=False)).hexdigest()


def read_blobs(root: Path, blobs: Collection[Blob]) -> Mapping[Blob, bytes]:
    """The contents that git has under these names; what is too large or not at hand is left out."""
    asked = "".join(f"{blob}\n" for blob in sorted(blobs)).encode()
    listed = _git(root, "cat-file", "--batch-check", given=asked)
    wanted = []
    for line in (listed or b"").decode("utf-8", "replace").splitlines():
        match line.split(" "):
            case [blob, "blob", size] if int(size) <= limits.HISTORY_BYTES:
                wanted.append(blob)
    if not wanted:
        return {}
    output = _git(root, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in wanted).encode()) or b""
    contents: dict[Blob, bytes] = {}
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        blob, _, size = output[at:end].decode().split(" ")
        contents[blob] = output[end + 1 : end + 1 + int(size)]
        at = end + 1 + int(size) + 1
    return contents


# --- one commit, or the folder as it is ------------------------------------------------------------------------------


def find_commit(root: Path, name: str) -> tuple[str, str]:
    """The commit that a name stands for, or an empty text and why there is none, in a sentence."""
    inside = _git(root, "rev-parse", "--is-inside-work-tree")
    if inside is None:
        why = "This folder is in no git repository, or git is not installed, so no two versions can be compared."
        return "", f"{why} “git init”, “git add .” and “git commit” in this folder keep the first version."
    # A name that begins with a hyphen would be an option, and a colon or dots would name something else than a commit.
    found = None
    if name and not name.startswith("-") and name.isprintable():
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found:
        return found.decode().strip(), ""
    why = f"Git knows no commit “{name}”."
    if _git(root, "rev-parse", "--is-shallow-repository") == b"true\n":
        return "", f"{why} This clone holds only the newest commits: run git fetch --unshallow to get the others."
    return "", f"{why} Write the name of a branch or tag, or the beginning of a commit's name."


def listing_at(root: Path, commit: str) -> Listing:
    """The files of the evidence at a commit; empty if there were none."""
    tree = _git(root, "ls-tree", "-r", "-z", commit, "--", "evidence")
    return dict(_files_of_tree(tree or b""))


def listing_now(root: Path, *, sha256: bool = False) -> tuple[Listing, Mapping[Blob, bytes]]:
    """The files of the evidence as they stand in the folder, and their contents, as far as they can be read."""
    listing: dict[str, Blob] = {}
    contents: dict[Blob, bytes] = {}
    for folder, folders, names in os.walk(root / "evidence"):
        folders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            path = file.relative_to(root).as_posix().encode("utf-8", "replace").decode()
            try:
                if not stat.S_ISREG(file.lstat().st_mode):
                    continue
                content = file.read_bytes() if file.stat().st_size <= limits.HISTORY_BYTES else None
            except OSError:
                content = None
            listing[path] = blob_of(content, sha256=sha256) if content is not None else ""
            if content is not None:
                contents[listing[path]] = content
    return listing, contents


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """What git says, or None if it cannot. It takes no lock and asks no other computer."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            (*_GIT, *arguments), cwd=root, env=environment, input=given, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
