"""Writing into folders where people keep their work: whole files or nothing, and never over what they wrote."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def create(path: Path, content: bytes) -> None:
    """Make a new file with this content in one step; raises FileExistsError if anything has that name already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _beside(path, content) as fresh:
        try:
            os.link(fresh, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            with path.open("xb") as file:
                file.write(content)


def replace(path: Path, before: bytes, content: bytes) -> bool:
    """Give a file new content in one step, unless it no longer says ``before``; tells whether it was done."""
    with _beside(path, content) as fresh:
        if path.read_bytes() != before:
            return False
        with suppress(OSError):
            fresh.chmod(path.stat().st_mode)
        fresh.replace(path)
    return True


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """A file with the content in the same folder, gone afterwards unless it was moved."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
