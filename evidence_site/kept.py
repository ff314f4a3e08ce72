"""What a build keeps for the next one: the records as read, the pages as made, and what the published folder holds.

It lies in the review's build folder, under a seal that only the same person on the same computer can make, with the
same version of the generator and of all that it uses. A file with another seal was damaged, comes from elsewhere or is
out of date; it counts as none, and nothing in it is looked at.
"""

from __future__ import annotations

import copyreg
import hmac
import os
import pickle
import secrets
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from platformdirs import user_cache_path

from evidence_site.keeping import all_stays
from evidence_site.pages import NOTHING, Tree
from evidence_site.pages.inputs import digest, generator
from evidence_site.record_reading import ReadBefore
from evidence_site.static_site import EMPTY_FOLDER, Assembled

FILE = Path("build") / "kept"
"""In the folder of the review."""

_SEAL = 32
"""Bytes in front of all else."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What one build leaves to the next."""

    read: ReadBefore = field(default_factory=ReadBefore)
    tree: Tree = NOTHING
    site: Assembled = EMPTY_FOLDER


def recall(root: Path) -> Kept:
    """What the last build of a review kept, or nothing if there is none that can be trusted."""
    secret = _secret()
    if secret is None:
        return Kept()
    try:
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(root / FILE, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Kept()
            seal = file.read(_SEAL)
            if not hmac.compare_digest(seal, _sealed(file, secret)):
                return Kept()
            file.seek(_SEAL)
            with all_stays():
                kept = pickle.load(file)  # noqa: S301  # it is ours: the seal says so
    except OSError:
        return Kept()
    return kept if isinstance(kept, Kept) else Kept()


def keep(root: Path, kept: Kept) -> None:
    """Keep this for the next build; without a word about it if that cannot be done, since it only saves time."""
    secret = _secret()
    if secret is None:
        return
    fresh = (root / FILE).with_suffix(".new")
    try:
        fresh.unlink(missing_ok=True)
        with fresh.open("x+b") as file:
            file.write(bytes(_SEAL))
            pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
            pickler.dispatch_table = {**copyreg.dispatch_table, MappingProxyType: lambda view: (_view, (dict(view),))}
            with all_stays():
                pickler.dump(kept)
            file.seek(_SEAL)
            seal = _sealed(file, secret)
            file.seek(0)
            file.write(seal)
        fresh.replace(root / FILE)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _view(of: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(of)


def _sealed(file: IO[bytes], secret: bytes) -> bytes:
    """The seal of the rest of a file."""
    made = blake2b(_identity().encode(), key=secret, digest_size=_SEAL)
    while chunk := file.read(_CHUNK):
        made.update(chunk)
    return made.digest()


@cache
def _identity() -> str:
    """Of the generator, and of everything that is installed beside it."""
    folders = (Path(entry) for entry in sys.path if entry and Path(entry).is_dir())
    names = (path.name for folder in folders for path in folder.glob("*.dist-info"))
    return digest(generator(), sys.version, *sorted(names))


# --- the secret -------------------------------------------------------------------------------------------------------


def _secret() -> bytes | None:
    """What nobody else knows, made at first use in the person's own folder for such things; None if there is none."""
    try:
        folder = user_cache_path("evidence-site", appauthor=False)
        path = folder / "seal"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _create(path, secrets.token_bytes(_SEAL))
        state = path.lstat()
        content = path.read_bytes()
    except OSError:
        return None
    private = stat.S_ISREG(state.st_mode) and len(content) == _SEAL
    if hasattr(os, "getuid"):
        private = private and state.st_uid == os.getuid() and not stat.S_IMODE(state.st_mode) & 0o077
    return content if private else None


def _create(path: Path, content: bytes) -> None:
    """Make a file that nobody else can read, whole or not at all; one that is there stays."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
