"""Files in folders that people look into, or that share files with other folders: none is changed in place."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from evidence_site.files import READ_SAFELY

_HERE = Path(__file__).resolve().parent
PACKAGED = next(path for path in (_HERE / "templates", _HERE.parent / "templates") if path.is_dir())
"""The templates, styles and default settings that a review uses unless it brings its own."""

Mark = tuple[int, ...]
"""What the system says of a file: something else after any change to it."""


def mark(path: str) -> Mark:
    """The mark of what stands there, links not followed; OSError if there is nothing."""
    state = os.lstat(path)
    return state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


def marks(folder: Path) -> dict[str, Mark]:
    """The mark of every file in a folder and the folders in it, by path."""
    paths = (f"{inner}/{name}" for inner, _, names in os.walk(folder) for name in names)
    return {path[len(f"{folder}/") :]: mark(path) for path in paths}


def opened(path: Path) -> IO[bytes] | None:
    """A file to read; None for a link, a pipe or whatever else is no file. Nothing is followed or waited for."""
    try:
        handle = os.open(path, READ_SAFELY)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    return os.fdopen(handle, "rb")


def take(wanted: Mapping[str, Mark], source: Path, target: Path) -> bool:
    """Give files of one folder a second place in another, if each of them still has its mark; else False, and none.

    The marks are others afterwards, since the system counts the places of a file.
    """
    try:
        if any(mark(f"{source}/{name}") != expected for name, expected in wanted.items()):
            return False
    except OSError:
        return False
    for name in wanted:
        share(f"{source}/{name}", f"{target}/{name}")
    return True


def share(source: str, target: str) -> None:
    """Put a second name of a file there, or a copy where the disk allows no second name; nothing may stand there."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        Path(target).parent.mkdir(parents=True)
        share(source, target)
    except OSError:
        shutil.copyfile(source, target)


def write(target: Path, content: bytes) -> None:
    """Write a new file, in the place of one that may be there: whoever shares the old one keeps it as it was."""
    try:
        file = target.open("xb")
    except FileNotFoundError:
        target.parent.mkdir(parents=True)
        file = target.open("xb")
    except FileExistsError:
        target.unlink()
        file = target.open("xb")
    with file:
        file.write(content)


def remove(file: Path) -> None:
    """Remove a file, if it is there, with the folders that it leaves empty."""
    file.unlink(missing_ok=True)
    with suppress(OSError):
        for folder in file.parents:
            folder.rmdir()  # until one is not empty
