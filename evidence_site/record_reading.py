"""Reading records: files and folders of YAML in, frozen records with the places of their values out, or problems."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from evidence_site import files, limits, records as r
from evidence_site.files import FILE_CODES
from evidence_site.folders import Mark, mark
from evidence_site.letters import fold
from evidence_site.problems import Place, Problem, has_errors
from evidence_site.record_validation import VALIDATION_CODES, validate
from evidence_site.record_words import Steps, proposed_id
from evidence_site.yaml_reading import YAML_CODES, Document, quoted, read_yaml

CODES: Mapping[str, str] = {
    **YAML_CODES,
    **VALIDATION_CODES,
    "duplicate-id": "Two records in one list have the same id.",
    "odd-file-name": "The name of a file cannot be the id of a record.",
    "stray-file": "A file stands where only records belong.",
    "sub-folder": "A folder stands where only records belong.",
    "not-a-folder": FILE_CODES["not-a-folder"],
    "too-many-files": FILE_CODES["too-many-files"],
    "names-alike": "Two files whose names many computers take for the same.",
}
"""Every code that reading can give, and what it stands for."""

T = TypeVar("T", bound=r.Record)
U = TypeVar("U")
T_co = TypeVar("T_co", bound=r.Record, covariant=True)


@dataclass(frozen=True)
class Loaded(Generic[T_co]):
    """A record with its id and the places of its values."""

    id: str
    record: T_co
    document: Document
    prefix: Steps = ()
    """Where the record stands in its document, if that holds a list of them."""
    _known: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, what: Callable[[Loaded[T_co]], U]) -> U:
        """What a function gives that depends on this record alone: worked out once, for as long as the file stays."""
        if what not in self._known:
            self._known[what] = what(self)
        found: U = self._known[what]
        return found

    def place(self, path: Sequence[str | int] = ()) -> Place:
        """Where the value at this path of the record starts; as much of the path as exists."""
        return self.document.place((*self.prefix, *path))

    def key_place(self, path: Sequence[str | int]) -> Place:
        """Where the name of the field at this path stands."""
        return self.document.key_place((*self.prefix, *path))

    def place_of_text(self, path: Sequence[str | int], offset: int) -> Place:
        """Where character ``offset`` of the text at this path stands."""
        return self.document.place_of_text((*self.prefix, *path), offset)


class ReadBefore:
    """What was read before, by file: while a file says the same, it need not be read again.

    A file says the same while the system gives the same size, times and number for it, as git has it; else its bytes
    are looked at. When this was kept from an earlier run, the bytes alone count.
    """

    def __init__(self) -> None:
        """Nothing was read so far."""
        self._found: dict[Path, tuple[Mark | None, str, Any]] = {}

    def get(self, path: Path, read: Callable[[], U]) -> U:
        """What ``read`` gives for the file, or gave before."""
        try:
            now = mark(str(path))
            before, digest, found = self._found.get(path, (None, "", None))
            if before != now:
                content = _digest(path)
                if content != digest:
                    found = read()
                if mark(str(path)) != now:
                    return read()  # somebody is writing it at this moment
                self._found[path] = now, content, found
        except (OSError, ValueError):
            return read()
        known: U = found
        return known

    def __getstate__(self) -> dict[Path, tuple[None, str, Any]]:
        return {path: (None, digest, found) for path, (_, digest, found) in self._found.items()}

    def __setstate__(self, state: dict[Path, tuple[Mark | None, str, Any]]) -> None:
        self._found = state


def _digest(path: Path) -> str:
    """Of the bytes of a file; OSError if it is none, or larger than any that is read."""
    content = files.read_bytes(path, "", limits.BIBTEX_BYTES)
    if isinstance(content, Problem):
        raise OSError(content.message)
    return blake2b(content, digest_size=16).hexdigest()


def read_record(
    model: type[T], path: Path, shown: str, before: ReadBefore | None = None
) -> tuple[Loaded[T] | None, list[Problem]]:
    """The record in a file, named by the file; None if any error was found."""
    if before is not None:
        known, found = before.get(path, lambda: read_record(model, path, shown))
        return known, list(found)
    document, problems = read_yaml(path, shown)
    if document is None:
        return None, problems
    record, found = validate(model, document)
    problems += _of_whole_values(found, problems)
    if record is None or has_errors(problems):
        return None, problems
    document.forget()
    return Loaded(path.name.removesuffix(".yaml"), record, document), problems


def _of_whole_values(found: list[Problem], read: list[Problem]) -> list[Problem]:
    """What was found wrong, but for values of which a comma left only the beginning: their kind says nothing."""
    cut = {problem.place for problem in read if problem.code == "comma-in-value"}
    return [problem for problem in found if problem.place not in cut]


def read_record_list(model: type[T], path: Path, shown: str) -> tuple[tuple[Loaded[T], ...], list[Problem]]:
    """The records in a file that holds a list of them, each with an id of its own; those with errors are left out."""
    document, problems = read_yaml(path, shown)
    if document is None:
        return (), problems
    if not isinstance(document.data, list):
        hint = 'Begin every record with "- id: …", and indent its other fields by two spaces.'
        if document.data is not None:
            problems.append(Problem(document.place(), "wrong-type", "This file has to hold a list of records.", hint))
        return (), problems
    loaded: list[Loaded[T]] = []
    first_lines: dict[str, int] = {}
    for index, data in enumerate(document.data):
        record, found = validate(model, document, (index,))
        problems += _of_whole_values(found, problems)
        record_id = data.get("id") if isinstance(data, dict) else None
        if isinstance(record_id, str):
            place = document.place((index, "id"))
            if record_id in first_lines:
                message = (
                    f"The id {quoted(record_id)} is taken: the record in line {first_lines[record_id]} has it too."
                )
                problems.append(Problem(place, "duplicate-id", message, "Give each record an id of its own."))
                continue
            first_lines[record_id] = place.line
            if record is not None:
                loaded.append(Loaded(record_id, record, document, (index,)))
    return tuple(loaded), problems


def read_folder(
    model: type[T],
    folder: Path,
    shown: str,
    *,
    keys: bool = False,
    twice: bool = False,
    before: ReadBefore | None = None,
) -> tuple[dict[str, Loaded[T]], list[Problem]]:
    """The records in a folder by their ids, in the order of the ids; a folder that is not there is an empty one.

    With ``keys`` the files are named by keys of the bibliography, else by ids. With ``twice`` a record may stand there
    as two extractions, ``name.a.yaml`` and ``name.b.yaml``, which are read under the ids ``name.a`` and ``name.b``.
    """
    entries = files.read_folder(folder, shown, limits.FOLDER_FILES)
    if isinstance(entries, Problem):
        return {}, [entries]
    loaded: dict[str, Loaded[T]] = {}
    problems: list[Problem] = []
    names: dict[str, str] = {}
    for entry in entries:
        place = Place(f"{shown}/{files.printable(entry.name)}")
        refusal = _refuse_entry(entry, place, keys, twice) or _refuse_name(entry.name, place, names)
        if refusal is not None:
            problems.append(refusal)
        elif _is_record(entry.name):
            one, found = read_record(model, folder / entry.name, place.file, before)
            problems += found
            if one is not None:
                loaded[one.id] = one
    return dict(sorted(loaded.items())), problems


def id_of_file(name: str, *, keys: bool = False, twice: bool = False) -> str | None:
    """The id of the record that a file of this name holds; None if the name is no record's name."""
    stem = name.removesuffix(".yaml")
    return stem if _is_record(name) and _is_name(stem, keys, twice) else None


def _is_name(stem: str, keys: bool, twice: bool) -> bool:
    try:
        _NAMES[keys].validate_python(extracted_study(stem)[0] if twice else stem)
    except ValidationError:
        return False
    return True


def extracted_study(id_: str) -> tuple[str, str]:
    """Of ``name.a``: the id of the study, and which of its two extractions it is; else the id alone."""
    study, dot, letter = id_.rpartition(".")
    return (study, letter) if dot and letter in EXTRACTIONS else (id_, "")


EXTRACTIONS = ("a", "b")
"""The two extractions of a study by readers who do not know of each other."""


def meant_extraction(name: str) -> str:
    """A hint for ``name.c`` and the like: one of two extractions may be meant, and no study of its own; else empty."""
    study, _, letter = name.rpartition(".")
    if re.fullmatch(r"[A-Za-z]|[12]", letter) is None or re.fullmatch(r.ID_PATTERN, study) is None:
        return ""
    return f"The extractions of two readers are called {' and '.join(f'{study}.{one}' for one in EXTRACTIONS)}."


# --- file names ------------------------------------------------------------------------------------------------------

_NAMES = {False: TypeAdapter(r.Id), True: TypeAdapter(r.Key)}


def _is_record(name: str) -> bool:
    return name.endswith(".yaml")


def _refuse_entry(entry: os.DirEntry[str], place: Place, keys: bool, twice: bool) -> Problem | None:
    if entry.is_symlink():
        return Problem(place, "link", "This is a link.", "Put the file itself here.")
    if entry.is_dir(follow_symlinks=False):
        return Problem(
            place, "sub-folder", "Records are not read from folders in here.", "Move its files one level up."
        )
    stem, dot, ending = entry.name.rpartition(".")
    if not _is_record(entry.name):
        if entry.name.startswith(".") and ending.lower() not in ("yaml", "yml"):
            return None  # .gitkeep, .DS_Store and the like: what a system keeps for itself
        if dot and ending.lower() in ("yaml", "yml"):
            message = f"The name of a record's file ends in .yaml, not .{ending}."
            return Problem(place, "odd-file-name", message, f"Name it {_proposed(stem, keys)}.yaml.")
        message = "This file is not a record."
        return Problem(place, "stray-file", message, "Move it elsewhere, or name it as a record: name.yaml.")
    if not _is_name(stem, keys, twice):
        form = "the key of an entry in references.bib" if keys else "lower-case words and numbers joined by hyphens"
        message = f"The name of this file cannot be the id of a record, which is {form}."
        hint = (twice and meant_extraction(stem)) or f"Name it {_proposed(stem, keys)}.yaml."
        return Problem(place, "odd-file-name", message, hint)
    return None


def _refuse_name(name: str, place: Place, names: dict[str, str]) -> Problem | None:
    """Refuse a name that some systems take for another one; ``names`` are those before it, in small letters."""
    before = names.setdefault(name.lower(), name)
    if before == name:
        return None
    message = f"Many computers take this name for {quoted(before)}: capital and small letters are the same to them."
    return Problem(place, "names-alike", message, "Name it otherwise, or delete one of the two.")


def _proposed(stem: str, keys: bool) -> str:
    if keys:
        spelt = stem if stem.isascii() else fold(stem)
        return "".join(re.findall(r"[A-Za-z0-9_:.+-]+", spelt)).lstrip("_:.+-")[:120] or "name"
    return proposed_id(stem)
