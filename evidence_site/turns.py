"""One build of a review at a time, and nothing left lying about by those that were ended in the middle."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows, where two builds at once are left to people)
    fcntl = None  # type: ignore[assignment]

LOCK = Path("build") / ".lock"
"""Held while a review is built, from its folder; the system lets go of it when a build ends, however it ends."""


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Wait until no other build of this review is going on, and keep others waiting until this one has ended."""
    if fcntl is None:
        yield
        return
    file = root / LOCK
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def clear_up(site_dir: Path) -> None:
    """Remove what builds that were ended left beside the published folder, and put back what one had moved away."""
    for old in sorted(site_dir.parent.glob(f".{site_dir.name}.old-*")):
        # Where two folders cannot be exchanged in one step, a build can end between taking the old site away and
        # putting the new one there.
        if site_dir.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(site_dir)
    for fresh in site_dir.parent.glob(f".{site_dir.name}.new-*"):
        shutil.rmtree(fresh, ignore_errors=True)
