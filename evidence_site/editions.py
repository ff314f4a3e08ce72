"""The public site put together: the current one, frozen editions at ``v/TAG/`` and previews at ``preview/NUMBER/``.

Archives come from elsewhere and are data: regular files with known endings go to their place, nothing else is written,
nothing is run, and there is a limit to everything. GitHub Pages publishes up to 1 GB; the newest editions come first.
"""

from __future__ import annotations

import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

EDITIONS, PREVIEWS = "v", "preview"
"""The folders of the public site in which frozen editions and previews stand."""

MOST_BYTES = 900_000_000
"""Of the whole site. GitHub Pages refuses more than 1 GB."""
MOST_OF_ONE = 300_000_000
"""Bytes of one archive, unpacked."""
MOST_FILES = 50_000
"""Files of one archive."""

ENDINGS = frozenset(
    f".{ending}"
    for group in (
        ("html", "css", "js", "json", "xml", "map", "wasm", "txt", "csv", "bib", "ris", "yaml"),
        ("svg", "png", "jpg", "jpeg", "gif", "webp", "ico", "woff", "woff2"),
        ("pagefind", "pf_meta", "pf_index", "pf_fragment", "pf_filter", "gz"),
    )
    for ending in group
)
"""What a site is made of."""

LEFT_OUT = frozenset({"_headers"})
"""What a site holds for its own host alone, and what means nothing below another one."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_PART = re.compile(r"(?!\.+$)[^\x00-\x1f\x7f/\\:*?\"<>|]{1,200}")


class RefusedError(ValueError):
    """An archive or folder cannot be taken. The message is shown to the user and says why."""


def assemble(
    site: Path, editions: Mapping[str, Path], previews: Mapping[str, Path], say: Callable[[str], None]
) -> None:
    """Unpack editions, by tag and newest first, and previews, by number, into a built site.

    What cannot be taken is left out and said; the current site stays whatever happens. Raises RefusedError if ``site``
    is no built site or has these folders already.
    """
    if not (site / "index.html").is_file():
        raise RefusedError(f"{site} is no built site")
    for folder in (EDITIONS, PREVIEWS):
        if (site / folder).exists():
            raise RefusedError(f"{site} has a folder {folder} already; build the site anew first")
    room = MOST_BYTES - sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    kinds = ((PREVIEWS, previews, re.compile(r"[1-9]\d{0,9}")), (EDITIONS, editions, _NAME))
    for folder, archives, names in kinds:
        for name, archive in archives.items():
            try:
                if names.fullmatch(name) is None or ".." in name:
                    raise RefusedError("its name cannot stand in an address")
                if not archive.is_file():
                    raise RefusedError(f"there is no file {archive}")
                room -= _unpack(archive, site / folder / name, room)
                say(f"{folder}/{name}: added")
            except (RefusedError, OSError) as error:
                say(f"{folder}/{name}: left out: {error}")
                with suppress(OSError):  # empty, or not there
                    (site / folder).rmdir()


def _unpack(archive: Path, target: Path, room: int) -> int:
    """Put the files of an archive into a new folder, whole or not at all; returns their bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as folder:
        fresh = Path(folder) / "site"
        size, most = 0, min(MOST_OF_ONE, room)
        with _opened(archive) as members:
            for number, (name, content) in enumerate(members):
                if name.removeprefix("./") in LEFT_OUT:
                    continue
                if number >= MOST_FILES:
                    raise RefusedError(f"it holds more than {MOST_FILES} files")
                path = fresh / _safe(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                size += _copy(content, path, most - size)
        if not (fresh / "index.html").is_file():
            raise RefusedError("it holds no site: index.html has to lie in it outside of any folder")
        shutil.move(fresh, target)
    return size


def _copy(content: IO[bytes], path: Path, most: int) -> int:
    size = 0
    with path.open("xb") as file:
        while block := content.read(1 << 16):
            size += len(block)
            if size > most:
                raise RefusedError("it is too large, or there is no room left for it")
            file.write(block)
    return size


def _safe(name: str) -> PurePosixPath:
    """A path that stays where it is put, and that a site can have."""
    parts = name.removeprefix("./").split("/")
    if len(parts) > 20 or not all(_PART.fullmatch(part) for part in parts):
        raise RefusedError(f"it holds a file with the odd name {name[:100]!r}")
    path = PurePosixPath(*parts)
    if path.suffix.lower() not in ENDINGS:
        raise RefusedError(f"it holds {name[:100]!r}, which is no part of a site")
    return path


Members = Iterator[tuple[str, IO[bytes]]]


@contextmanager
def _opened(archive: Path) -> Iterator[Members]:
    """The names and contents of an archive's files, one after the other."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                yield _of_zip(file)
        else:
            with tarfile.open(archive, "r:*") as tar:
                yield _of_tar(tar)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise RefusedError("it is no archive that can be read") from None
    except FileExistsError:
        raise RefusedError("it holds two files of one name") from None


def _of_zip(archive: zipfile.ZipFile) -> Members:
    for member in archive.infolist():
        kind = member.external_attr >> 28
        if kind not in (0, 0o4, 0o10):  # nothing said, folder, file: the types of stat(2)
            raise RefusedError(f"it holds a link or device: {member.filename[:100]!r}")
        if not member.is_dir():
            with archive.open(member) as content:
                yield member.filename, content


def _of_tar(archive: tarfile.TarFile) -> Members:
    for member in archive:
        content = archive.extractfile(member) if member.isfile() else None
        if content is not None:
            yield member.name, content
        elif not member.isdir():
            raise RefusedError(f"it holds a link or device: {member.name[:100]!r}")
