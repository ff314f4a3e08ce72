"""Files that are only believed if this person on this computer wrote them, with this version of the generator.

In front of each stands a seal (BLAKE2 of the content, with a secret that lies outside the review). A file with another
seal was damaged, comes from elsewhere or is out of date: then there is none, and nothing in it is looked at.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO

from platformdirs import user_cache_path

from evidence_site.folders import opened
from evidence_site.identity import installed

_SEAL = 32
"""Bytes in front of all else."""
_CHUNK = 1 << 20


@contextmanager
def sealed(path: Path) -> Iterator[IO[bytes] | None]:
    """A file to read behind its seal, or None if there is none that can be trusted."""
    secret = _secret()
    file = opened(path) if secret is not None else None
    if file is None or secret is None:
        yield None
        return
    with file:
        yield file if _is_whole(file, secret) else None


def _is_whole(file: IO[bytes], secret: bytes) -> bool:
    try:
        found = hmac.compare_digest(file.read(_SEAL), _seal(file, secret))
        file.seek(_SEAL)
    except OSError:
        return False
    return found


def seal(path: Path, content: bytes | Callable[[IO[bytes]], None]) -> None:
    """Put this, or what the function writes, into a file under a seal, whole or not at all.

    Without a word if that cannot be done, since what is kept only saves time.
    """
    secret = _secret()
    if secret is None:
        return
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        with fresh.open("x+b") as file:
            file.write(bytes(_SEAL))
            if isinstance(content, bytes):
                file.write(content)
            else:
                content(file)
            file.seek(_SEAL)
            made = _seal(file, secret)
            file.seek(0)
            file.write(made)
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _seal(file: IO[bytes], secret: bytes) -> bytes:
    """The seal of the rest of a file."""
    made = blake2b(installed().encode(), key=secret, digest_size=_SEAL)
    while chunk := file.read(_CHUNK):
        made.update(chunk)
    return made.digest()


def own_folder() -> Path:
    """The person's own folder for what programs keep, where only this person can write."""
    return user_cache_path("evidence-site", appauthor=False)


def _secret() -> bytes | None:
    """What nobody else knows, made at first use in the person's own folder for such things; None if there is none."""
    try:
        folder = own_folder()
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
