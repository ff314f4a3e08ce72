"""An evidence diff for a terminal, for a comment on a pull request, and for programs.

What contributors wrote is text in all three: it steers no terminal, and in Markdown it makes no link, no mention of
anybody, no HTML and no table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from evidence_site import measures
from evidence_site.changes import Kind, Severity
from evidence_site.changes.fields import FieldChange, RecordChange, in_words
from evidence_site.evidence_diff import Count, EvidenceDiff, Side
from evidence_site.problems import Problem, as_one_line

HEADINGS = {
    Severity.LOST: "Lost, or no longer standing",
    Severity.CHANGED: "Changed",
    Severity.ADDED: "Added",
    Severity.EDITED: "Edited",
}
"""What changes of each severity stand under, the worst first."""

NOTHING = "What the records say did not change."
FORMAT = 1
"""Of the JSON; raised when its shape changes in a way that breaks readers."""


def _side(side: Side) -> str:
    return f"{side.name} ({side.commit[:7]})" if side.commit and not side.commit.startswith(side.name) else side.name


def _sections(found: EvidenceDiff) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """By severity, the worst first: a heading, and subject and text of each change."""
    for severity, heading in HEADINGS.items():
        changes = [change for change in found.changes if change.severity is severity]
        if changes:
            told = [(change.subject, change.text) for change in changes if change.kind is not Kind.DETAILS]
            edited = [change.subject for change in changes if change.kind is Kind.DETAILS]
            # Which fields they are stands below; here their names suffice.
            more = [("Details edited", ", ".join(edited))] if edited else []
            yield f"{heading} ({len(changes)})", told + more


def _moved(counts: Iterable[Count]) -> list[Count]:
    return [count for count in counts if count.old != count.new]


def _unread(found: EvidenceDiff) -> list[tuple[Side, Problem]]:
    return [(side, problem) for side in (found.base, found.head) for problem in side.problems]


_UNREAD = "These have errors; what could not be read was taken to be as in the other version. Run check to see all."


def _title(record: RecordChange) -> str:
    renamed = f", was {record.old_id}" if record.old_id else ""
    return f"{record.file} ({record.name}): {record.state}{renamed}"


def _values(change: FieldChange) -> tuple[str, str]:
    old, new = in_words(change)
    return old or "(nothing)", new or "(nothing)"


# --- for a terminal --------------------------------------------------------------------------------------------------


def as_text(found: EvidenceDiff) -> str:
    """Lines for a terminal, without a control code whatever the records hold."""
    lines = [f"Evidence from {_side(found.base)} to {_side(found.head)}"]
    if found.note:
        lines += ["", found.note]
    elif not found.changes:
        lines += ["", NOTHING]
    for heading, changes in _sections(found):
        lines += ["", heading, *(f"  {subject}: {text}" for subject, text in changes)]
    counts = _moved(found.counts)
    if counts:
        lines += ["", "Counts of the whole review", *(f"  {c.words}: {c.old:,} → {c.new:,}" for c in counts)]
    unread = _unread(found)
    if unread:
        lines += ["", _UNREAD]
        lines += [f"  {s.name}: {p.place.file}:{p.place.line}:{p.place.column}: {p.message}" for s, p in unread]
    if found.records:
        lines += ["", "Field by field"]
    for record in found.records:
        lines.append(f"  {_title(record)}")
        lines += [f"    {change.words}: {' → '.join(_values(change))}" for change in record.fields]
    # GitHub takes a line of a log that begins with two colons, spaces before them or not, for a command.
    return "".join(re.sub(r"^( *):(?=:)", r"\1: ", as_one_line(line).rstrip()) + "\n" for line in lines)


# --- for a comment ---------------------------------------------------------------------------------------------------

LONGEST = 65_000
"""GitHub refuses comments of more than 65,536 characters; the rest is for what a workflow writes around it."""


def as_markdown(found: EvidenceDiff) -> str:
    """A comment for a pull request, at most ``LONGEST`` characters long. If it was cut, it says what is left out."""
    page = _Page(_room=LONGEST)
    page.add("### What this changes in the evidence\n")
    page.add(f"\nFrom {escape(_side(found.base))} to {escape(_side(found.head))}.\n")
    if found.note:
        page.add(f"\n{escape(found.note)}\n")
    elif not found.changes:
        page.add(f"\n{NOTHING}\n")
    counts = _moved(found.counts)
    if counts:
        page.add("\n| Counts of the whole review | before | now |\n| --- | ---: | ---: |\n")
        page.add("".join(f"| {escape(c.words)} | {c.old:,} | {c.new:,} |\n" for c in counts))
    unread = [f"- {escape(f'{s.name}: {p.place.file}:{p.place.line}: {p.message}')}\n" for s, p in _unread(found)]
    page.listed(f"\n**{_UNREAD}**\n\n", unread, "file", "files")
    for heading, changes in _sections(found):
        lines = [f"- **{escape(subject)}**: {escape(text)}\n" for subject, text in changes]
        page.listed(f"\n**{heading}**\n\n", lines, "change", "changes")
    if found.records:
        page.details("Field by field", list(_record_lines(found.records)))
    return page.text()


def _record_lines(records: Sequence[RecordChange]) -> Iterator[str]:
    for record in records:
        yield f"- {escape(_title(record))}\n"
        for change in record.fields:
            old, new = _values(change)
            yield f"  - {escape(change.words)}: {escape(old)} → {escape(new)}\n"


@dataclass(slots=True)
class _Page:
    """Text with a limit. What does not fit is counted."""

    _room: int
    _parts: list[str] = field(default_factory=list)

    _KEPT = 400
    """For the lines that say what was left out, and for the ends of what is open."""

    def add(self, text: str) -> bool:
        """Append it if there is room."""
        if len(text) > self._room - self._KEPT:
            return False
        self._parts.append(text)
        self._room -= len(text)
        return True

    def _must(self, text: str) -> None:
        self._parts.append(text)
        self._room -= len(text)

    def listed(self, heading: str, lines: Sequence[str], singular: str, plural: str) -> None:
        """A list under a heading; what does not fit is told by its number."""
        if not lines:
            return
        if not self.add(heading):
            self._must(_left_out(len(lines), singular, plural))
            return
        for position, line in enumerate(lines):
            if not self.add(line):
                self._must(_left_out(len(lines) - position, singular, plural))
                return

    def details(self, summary: str, lines: Sequence[str]) -> None:
        """A list behind a click."""
        if not self.add(f"\n<details><summary>{summary}</summary>\n\n"):
            self._must(_left_out(len(lines), "line", "lines", " of the list of fields"))
            return
        for position, line in enumerate(lines):
            if not self.add(line):
                self._must(_left_out(len(lines) - position, "line", "lines", " of the list of fields"))
                break
        self._must("\n</details>\n")

    def text(self) -> str:
        """The whole."""
        return "".join(self._parts)


def _left_out(count: int, singular: str, plural: str, of: str = "") -> str:
    verb = "is" if count == 1 else "are"
    said = measures.counted(count, singular, plural)
    return f"\n… {said}{of} {verb} left out here, since a comment has no room for more: run `build_site.py diff`.\n"


_MARKS = re.compile(r"([\\`*_{}\[\]()#|~$!])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LINKS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"@(?=\w)"), "@\u200b"),  # @somebody, name@host
    (re.compile(r"#(?=\d)"), "#\u200b"),  # #12: another pull request
    (re.compile(r"\b(GH-)(?=\d)", re.IGNORECASE), "\\1\u200b"),
    (re.compile(r"\b(www)\.", re.IGNORECASE), "\\1\u200b."),
    (re.compile(r":(?=//)"), ":\u200b"),
)
"""What GitHub makes a link or a call of although nothing marks it; a space of no width breaks each."""


def escape(text: str) -> str:
    """Text in Markdown that GitHub shows as text: on one line, with no markup, link, mention or HTML."""
    line = "".join(_ENTITIES.get(sign, sign) for sign in as_one_line(" ".join(text.split())))
    line = _MARKS.sub(r"\\\1", line)
    for pattern, broken in _LINKS:
        line = pattern.sub(broken, line)
    return line


# --- for programs ----------------------------------------------------------------------------------------------------


def as_json(found: EvidenceDiff) -> str:
    """One JSON object; docs/development/evidence-diff.md describes it."""
    whole = {
        "format": FORMAT,
        "base": _side_data(found.base),
        "head": _side_data(found.head),
        "note": found.note,
        "totals": {str(s): sum(c.severity is s for c in found.changes) for s in Severity},
        "counts": {count.name: {"old": count.old, "new": count.new} for count in found.counts},
        "changes": [
            {
                "severity": str(change.severity),
                "kind": str(change.kind),
                "subject": change.subject,
                "text": change.text,
                "address": change.address,
                "file": change.file,
                "old": change.old,
                "new": change.new,
            }
            for change in found.changes
        ],
        "records": [
            {
                "kind": record.kind,
                "id": record.id,
                "old_id": record.old_id,
                "name": record.name,
                "address": record.address,
                "file": record.file,
                "state": record.state,
                "fields": [{"path": list(c.path), "words": c.words, "old": c.old, "new": c.new} for c in record.fields],
            }
            for record in found.records
        ],
    }
    return json.dumps(whole, indent=2) + "\n"  # ASCII alone, so no sign in it steers a terminal


def _side_data(side: Side) -> dict[str, object]:
    unread = [
        {"file": p.place.file, "line": p.place.line, "column": p.place.column, "code": p.code, "message": p.message}
        for p in side.problems
    ]
    return {"name": side.name, "commit": side.commit, "unreadable": unread}


FORMATS: dict[str, Callable[[EvidenceDiff], str]] = {"text": as_text, "markdown": as_markdown, "json": as_json}
"""By the name that the command has for it."""
