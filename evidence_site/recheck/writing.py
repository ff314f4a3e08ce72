"""Writing down what was checked, where nobody has said anything else: what people wrote is never changed.

A source without a standing gets one; a standing that still holds gets the day of this check. Everything else is told
and left to people: they have to read a notice before a record says what follows from it.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evidence_site import writing
from evidence_site.problems import has_errors
from evidence_site.recheck.asking import Answers
from evidence_site.recheck.findings import standing_of, told_of, was_checked
from evidence_site.record_reading import Loaded, read_record
from evidence_site.records import Source, Standing, StandingStatus
from evidence_site.review import Evidence


def write_standings(root: Path, evidence: Evidence, answers: Answers, today: dt.date) -> tuple[list[str], list[str]]:
    """Write what may be written; returns the files that were changed, and those that have to be changed by hand."""
    written: list[str] = []
    by_hand: list[str] = []
    for key, loaded in evidence.sources.items():
        reference = evidence.references.get(key)
        if reference is None or not was_checked(reference, answers):
            continue
        notices = [notice for told in told_of(reference, answers) for notice in told.notices]
        wanted = _wanted(loaded.record, standing_of(notices, today), today)
        if wanted is None or any(n.status is None for n in notices):
            continue
        path = root / loaded.document.file
        text = path.read_bytes().decode("utf-8")
        fresh = with_standing(text, loaded, wanted)
        if fresh is None:
            by_hand.append(loaded.document.file)
        elif fresh != text:
            done = writing.replace(path, text.encode(), fresh.encode())
            (written if done else by_hand).append(loaded.document.file)
    return written, by_hand


def _wanted(source: Source, now: Standing, today: dt.date) -> Standing | None:
    """The standing to write; None if that is for people to decide."""
    if "standing" not in source.model_fields_set:
        return now
    old = source.standing
    if old.status is not now.status or (old.checked and old.checked >= today):
        return None
    if old.status is not StandingStatus.OK and not (old.checked or old.date):
        return None  # which notice they have seen is not known
    if now.date and old.date != now.date:
        return None
    return old.model_copy(update={"checked": today})


def with_standing(text: str, loaded: Loaded[Source], wanted: Standing) -> str | None:
    """The text of a record with another standing, all else untouched; None if its form does not allow that."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    old = loaded.record.standing if "standing" in loaded.record.model_fields_set else None
    if old is None:
        fresh = _appended(lines, wanted, newline)
    elif old.checked is not None:
        place = loaded.place(("standing", "checked"))
        line = lines[place.line - 1]
        at = place.column - 1
        lines[place.line - 1] = line[:at] + line[at:].replace(old.checked.isoformat(), str(wanted.checked), 1)
        fresh = "".join(lines)
    else:
        place = loaded.key_place(("standing", "status"))
        begin = lines[place.line - 1][: place.column - 1]
        if begin.strip() or not lines[place.line - 1].endswith("\n"):
            return None  # all on one line
        fresh = "".join([*lines[: place.line], f"{begin}checked: {wanted.checked}{newline}", *lines[place.line :]])
    return fresh if _says(fresh, loaded, wanted) else None


def _appended(lines: Sequence[str], wanted: Standing, newline: str) -> str:
    end = newline if lines and not lines[-1].endswith(("\n", "\r")) else ""
    fields = [f"  status: {wanted.status.value}"]
    fields += [f"  date: {wanted.date}"] if wanted.date else []
    fields += [f"  checked: {wanted.checked}"]
    return "".join(lines) + end + newline.join(["standing:", *fields]) + newline


def _says(text: str, loaded: Loaded[Source], wanted: Standing) -> bool:
    """Whether a text is the record with this standing and no other difference."""
    with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
        path = Path(folder) / re.sub(r"[^\w.-]", "_", f"{loaded.id}.yaml")
        path.write_bytes(text.encode())
        read, problems = read_record(Source, path, loaded.document.file)
    expected = loaded.record.model_copy(update={"standing": wanted})
    return read is not None and not has_errors(problems) and read.record == expected
