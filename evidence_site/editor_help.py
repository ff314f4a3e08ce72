"""Help for whoever edits records: the schemas that an editor reads, and the line in each record that names its schema.

All of it lies with the evidence, in ``evidence/.schemas/``, so that it comes along with every copy of a review, works
without a network and without the generator, and is the same for a review in a repository of its own. The schemas follow
from the record types alone; the review's own ids stand apart in ``vocabulary.json`` and are suggestions: an editor that
has not heard of a new outcome calls nothing wrong.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from evidence_site import records as r, writing
from evidence_site.readers import own_names
from evidence_site.review import Evidence
from evidence_site.schemas import DRAFT, KINDS, VOCABULARY, Kind, Schema, closed_list, plain, schema_of

FOLDER = "evidence/.schemas"
"""Where the schemas lie, from the root of the review."""
MARK = "# yaml-language-server: $schema="
"""How the line begins by which an editor finds a record's schema; the YAML language server asks for this form."""


def files(evidence: Evidence | None) -> Mapping[str, str]:
    """The files for editors, by path from the root of the review; without evidence no ids are offered."""
    made = {f"{FOLDER}/{kind.name}.json": _json(schema_of(kind)) for kind in KINDS}
    return made | {f"{FOLDER}/{VOCABULARY}": _json(vocabulary(evidence))}


def line_for(kind: Kind) -> str:
    """The first line of a record: it names the schema of its kind, as seen from the record's folder."""
    return f"{MARK}{'../' * kind.files.count('/')}.schemas/{kind.name}.json"


def write(root: Path, evidence: Evidence | None) -> list[str]:
    """Write the schemas of a review, and put the line into records that lack it; returns what was written."""
    made = dict(files(evidence))
    if evidence is None and (root / FOLDER / VOCABULARY).exists():
        del made[f"{FOLDER}/{VOCABULARY}"]  # that of before is better than none
    written = [file for file, text in made.items() if _write(root / file, text.encode())]
    for kind in KINDS:
        for path in sorted((root / "evidence").glob(kind.files)):
            if _mark(path, line_for(kind)):
                written.append(path.relative_to(root).as_posix())
    return written


# --- the review's own ids --------------------------------------------------------------------------------------------


def vocabulary(evidence: Evidence | None) -> Schema:
    """The ids of the review with what they stand for, for the schemas to refer to."""
    comment = "Written by “build_site.py schema” from the review: its own ids, as suggestions for editors."
    names = ("outcome", "treatment", "anchor", "caution", "characteristic", "contributor")
    known = _known(evidence) if evidence else {name: {} for name in names}
    return {"$schema": DRAFT, "$comment": comment, "definitions": known}


def _known(evidence: Evidence) -> Mapping[str, Schema]:
    review = evidence.review.record
    return {
        "outcome": _ids((one.id, one.record.name) for one in evidence.outcomes),
        "treatment": _ids((id_, one.record.name) for id_, one in evidence.treatments.items()),
        "anchor": _ids((one.id, one.definition or one.name) for one in review.anchors),
        "caution": _fields(["array", "string"], ((one.id, one.name, "") for one in review.cautions)),
        "characteristic": _fields(
            ["boolean", "number", "string", "object"],
            ((one.id, one.name, _meaning(one)) for one in review.characteristics),
        ),
        "contributor": _ids((name, one.name) for one in review.contributors for name in own_names(one)[:1]),
    }


def _ids(named: Iterable[tuple[str, str]]) -> Schema:
    values = dict(named)
    return closed_list(values) if values else {}  # an empty choice is not allowed in a schema


def _fields(types: list[str], named: Iterable[tuple[str, str, str]]) -> Schema:
    """Fields named by ids; an editor needs the types to know what to write behind the name."""
    fields = {
        id_: {"title": title, **({"description": description} if description else {}), "type": types}
        for id_, title, description in named
    }
    return {"properties": fields} if fields else {}


_HOW = {
    r.CharacteristicKind.NUMBER: "A number",
    r.CharacteristicKind.YES_NO: "true or false",
    r.CharacteristicKind.TEXT: "A short text",
}


def _meaning(item: r.Characteristic) -> str:
    unit = f" in {item.unit}" if item.unit else ""
    return plain(f"{item.definition or ''} {_HOW[item.kind]}{unit}.")


# --- writing ---------------------------------------------------------------------------------------------------------


def _json(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, content: bytes) -> bool:
    """Put a file in its place if that changes it."""
    before = path.read_bytes() if path.is_file() else None
    if before is None:
        writing.create(path, content)
        return True
    return before != content and writing.replace(path, before, content)


def _mark(path: Path, line: str) -> bool:
    """Put the line on top of a record unless it names a schema already; whether it was put there."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return False
    before = path.read_bytes()
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError:
        return False  # the check says what is wrong with it
    if any(found.startswith(MARK.strip()) for found in _comments_on_top(text)):
        return False
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    newline = "\r\n" if "\r\n" in text else "\n"
    return writing.replace(path, before, f"{mark}{line}{newline}{body}".encode())


def _comments_on_top(text: str) -> Iterator[str]:
    for line in text.removeprefix("\ufeff").splitlines():
        if line.strip() and not line.startswith("#"):
            return
        yield line
