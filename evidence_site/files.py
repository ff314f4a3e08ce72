"""Reading files and folders that may come from strangers: no link is followed, no pipe is waited for, no size hurts.

Whatever stands there, what comes back is bytes, text or entries, or the problem that says why not.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from evidence_site import limits
from evidence_site.problems import Place, Problem

FILE_CODES: Mapping[str, str] = {
    "missing-file": "A file that every review needs is not there.",
    "unreadable-file": "The system does not let the file be read.",
    "not-a-file": "A folder or a device stands where a file should be.",
    "not-a-folder": "Something else stands where a folder should be.",
    "link": "A link stands where a file or folder should be.",
    "file-too-large": "The file is larger than any of its kind needs to be.",
    "too-many-files": "A folder holds more files than any review needs.",
    "wrong-encoding": "The file is not saved as UTF-8.",
    "forbidden-character": "A character that cannot be seen, or that changes how the text around it is shown.",
    "lost-character": "A letter was lost on the way and is now a replacement sign.",
    "merge-conflict": "A merge was not finished, and two versions stand in the file.",
}
"""The codes of what can be wrong with a file before its form is looked at, and what they stand for."""

READ_SAFELY = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))
"""How a file is opened that may have become a link or a pipe: neither is followed or waited for."""

SAVE_AS_UTF8 = "Save the file again as UTF-8: most editors offer this as “Encoding” when saving."
_ITSELF = "Put the file itself here."


# --- files -----------------------------------------------------------------------------------------------------------


def read_bytes(path: Path, shown: str, limit: int, hint: str = "") -> bytes | Problem:
    """The bytes of a file, at most ``limit`` of them; ``hint`` says what to do with a larger one."""
    place = Place(shown)
    try:
        refusal = _refusal(os.lstat(path), place, limit, hint)
        if refusal is not None:
            return refusal
        # The file may have been replaced since it was looked at: neither follow a link now nor wait for a pipe.
        with os.fdopen(os.open(path, READ_SAFELY), "rb") as file:
            refusal = _refusal(os.fstat(file.fileno()), place, limit, hint)
            if refusal is not None:
                return refusal
            raw = file.read(limit + 1)
    except FileNotFoundError:
        return Problem(place, "missing-file", f"There is no file {shown}.", "Add the file, or correct its name.")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "its name is not possible"
        return Problem(place, "unreadable-file", f"The file cannot be read: {reason}.", "Look at its access rights.")
    return _too_large(place, limit, hint) if len(raw) > limit else raw


def _refusal(status: os.stat_result, place: Place, limit: int, hint: str) -> Problem | None:
    if stat.S_ISLNK(status.st_mode):
        return Problem(place, "link", "This is a link to another file.", _ITSELF)
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a file that can be read"
        return Problem(place, "not-a-file", f"A file is expected here, but this is {what}.", _ITSELF)
    return _too_large(place, limit, hint) if status.st_size > limit else None


def _too_large(place: Place, limit: int, hint: str) -> Problem:
    return Problem(
        place,
        "file-too-large",
        f"The file is larger than {limit / 1_000_000:g} MB.",
        hint or "Make it smaller, or leave it out.",
    )


# --- folders ---------------------------------------------------------------------------------------------------------


def read_folder(folder: Path, shown: str, limit: int) -> list[os.DirEntry[str]] | Problem:
    """The entries of a folder in the order of their names; none if it is not there."""
    place = Place(shown)
    try:
        mode = os.lstat(folder).st_mode
        if stat.S_ISLNK(mode):
            return Problem(place, "link", "This is a link to another folder.", "Put the folder itself here.")
        if not stat.S_ISDIR(mode):
            message = "A folder is expected here, and this is none."
            return Problem(place, "not-a-folder", message, "Make it a folder.")
        entries: list[os.DirEntry[str]] = []
        with os.scandir(folder) as found:
            for entry in found:
                entries.append(entry)
                if len(entries) > limit:
                    message = f"There are more than {limit:,} files in this folder."
                    return Problem(
                        place, "too-many-files", message, "Move what does not belong to the review elsewhere."
                    )
    except FileNotFoundError:
        return []
    except OSError as error:
        hint = "Look at its access rights."
        return Problem(place, "unreadable-file", f"The folder cannot be read: {error.strerror}.", hint)
    return sorted(entries, key=lambda entry: entry.name)


def walk(folder: Path, shown: str, limit: int) -> Iterator[tuple[str, os.DirEntry[str]] | Problem]:
    """Every entry of a folder and the folders in it that is no folder itself, with its path; links among them."""
    waiting = [(folder, shown)]
    left = limit
    while waiting:
        inner, name = waiting.pop(0)
        entries = read_folder(inner, name, left)
        if isinstance(entries, Problem):
            yield entries
            continue
        left -= len(entries)
        for entry in entries:
            path = f"{name}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append((Path(entry.path), path))
            else:
                yield path, entry


def unreadable(folder: Path, shown: str, limit: int, but: str) -> list[Problem]:
    """What keeps files in a folder and the folders in it from being read by something else.

    ``limit`` is the most bytes of one; what lies below the path ``but`` is not looked at.
    """
    found: list[Problem] = []
    for one in walk(folder, shown, limits.FOLDER_FILES):
        if isinstance(one, Problem):
            found.append(one)
        elif not one[0].startswith(but):
            problem = _looked_at(Path(one[1].path), printable(one[0]), limit)
            found += [problem] if problem else []
    return found


def _looked_at(path: Path, shown: str, limit: int) -> Problem | None:
    try:
        return _refusal(os.lstat(path), Place(shown), limit, "")
    except OSError:
        return None  # it is gone


def printable(name: str) -> str:
    """The name of a file for people: it can hold anything but a slash, also codes that steer a terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in name)


# --- text ------------------------------------------------------------------------------------------------------------


def decode(raw: bytes, shown: str) -> str | Problem:
    """The text of a file in UTF-8, with or without a byte order mark, all line ends made ``\\n``."""
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
    if utf_16 or raw.count(0) * 4 > len(raw):
        return Problem(
            Place(shown), "wrong-encoding", "The file is saved as UTF-16, or is no text at all.", SAVE_AS_UTF8
        )
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return _one_line_end(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = _one_line_end(raw[: error.start].decode("utf-8"))
        line = before.rpartition("\n")[2]
        place = Place(shown, before.count("\n") + 1, len(line) + 1)
        return Problem(
            place, "wrong-encoding", "The file is not saved as UTF-8: this letter is unreadable.", SAVE_AS_UTF8
        )


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


_CONFLICT = re.compile(r"^([<>])\1{6} \S.*$", re.MULTILINE)
"""The lines that git puts around what two versions say, whatever the kind of file."""


def conflicts(text: str, shown: str) -> list[Problem]:
    """Where a merge stopped in a text and both versions still stand; nothing else can be said of it until one goes."""
    found: list[Problem] = []
    begun = False
    for match in islice(_CONFLICT.finditer(text), limits.YAML_PROBLEMS):
        if not (begun and match[1] == ">"):
            place = Place(shown, text.count("\n", 0, match.start()) + 1)
            message = "A merge was not finished here: two versions of the same lines stand in the file."
            hint = "Keep the lines that hold; delete the others, and those that begin with <<<<<<<, ======= or >>>>>>>."
            found.append(Problem(place, "merge-conflict", message, hint))
        begun = match[1] == "<"
    return found


LOST = "\ufffd"
"""Stands in for a character that has been reported, so that reading can go on."""

_NEVER = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\uffff\U0001fffe\U0001ffff\U000e0000-\U000e007f"
)
SUSPECT = re.compile(f"[{_NEVER}\u200c\u200d]")
"""Finds fast whether a text may hold a forbidden character."""
FORBIDDEN = re.compile(
    # Joiners are part of spelling in several scripts, but never beside Latin letters.
    f"[{_NEVER}]|(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])"
)
"""A character that has no place in any text of a review."""


def describe_character(character: str) -> tuple[str, str, str]:
    """Code, message and hint for a forbidden character."""
    name = f"U+{ord(character):04X}"
    if character == LOST:
        return (
            "lost-character",
            f"A letter was lost here and has become the replacement sign {name}.",
            "Type the letter that the source has.",
        )
    if character in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        what = "An invisible sign that turns the reading direction"
    elif character in "\x85\u2028\u2029":
        what = "An invisible line break of another system"
    elif ord(character) < 0xA0:
        what = "A control character"
    else:
        what = "An invisible character"
    return "forbidden-character", f"{what} ({name}) stands here.", "Delete it, for instance by typing the line again."
