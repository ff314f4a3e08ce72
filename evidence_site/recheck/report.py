"""Findings in words for people (text), for an issue or comment (Markdown) and for programs (JSON)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from evidence_site.problems import as_one_line
from evidence_site.recheck.findings import CODES, Finding
from evidence_site.recheck.questions import Question
from evidence_site.recheck.services import Service

MOST_CHARACTERS = 60_000
"""An issue on GitHub holds 65,536 characters."""


@dataclass(frozen=True, slots=True)
class Report:
    """One run."""

    day: dt.date
    findings: Sequence[Finding]
    silent: Mapping[Question, str]
    """The questions without an answer, and why there is none."""
    asked: int
    """How many questions there were."""
    written: Sequence[str] = ()
    """Files that the run itself changed."""
    by_hand: Sequence[str] = ()
    """Files whose standing still holds, but whose form has to be changed by hand."""

    def lacks_services(self) -> bool:
        """Whether a question about a source has no answer; a page that turns programs away does not count."""
        return any(question.service is not Service.WEB for question in self.silent)

    def summary(self) -> str:
        """What came of it, in a sentence."""
        answered = self.asked - len(self.silent)
        found = f"{len(self.findings)} {_plural('finding', self.findings)}" if self.findings else "Nothing found"
        return f"{found}; {answered} of {self.asked} questions were answered on {self.day}."


def as_text(report: Report) -> str:
    """A list for a terminal, the worst first."""
    lines = []
    for f in report.findings:
        lines.append(
            f"{as_one_line(f.place.file)}:{f.place.line}:{f.place.column}: {as_one_line(f.message)} [{f.code}]"
        )
        lines.append(f"    {as_one_line(f.hint)}")
        lines += [f"    See {as_one_line(address)}" for address in f.see]
        lines += [f"    It is used in {', '.join(map(as_one_line, f.cited_in))}"] if f.cited_in else []
    lines += [f"Not answered: {as_one_line(q.about)} ({as_one_line(why)})" for q, why in sorted(report.silent.items())]
    lines += [f"Written: {as_one_line(file)}" for file in report.written]
    lines += [f"Write checked: {report.day} by hand: {as_one_line(file)}" for file in report.by_hand]
    return "".join(line + "\n" for line in [*lines, report.summary()])


def as_json(report: Report) -> str:
    """An object with day, asked, findings, unanswered, written and by_hand; places as in ``check --format json``."""
    rows = []
    for finding in report.findings:
        row = asdict(finding)
        rows.append({**row.pop("place"), **row})
    unanswered = [
        {"service": q.service.value, "about": q.about, "why": why} for q, why in sorted(report.silent.items())
    ]
    data = {
        "day": report.day.isoformat(),
        "asked": report.asked,
        "findings": rows,
        "unanswered": unanswered,
        "written": list(report.written),
        "by_hand": list(report.by_hand),
    }
    return json.dumps(data, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """A text for an issue, the worst first, in which no word from outside can mention, link or format anything."""
    head = f"{report.summary()}\n"
    parts = [_group(code, list(group)) for code, group in groupby(report.findings, key=lambda f: f.code)]
    silent = [f"- {_code(q.about)}: {_plain(why)}\n" for q, why in sorted(report.silent.items())]
    if silent:
        title = f"{len(silent)} {_plural('question', silent)} without an answer"
        parts.append(_folded(title, "".join(silent)))
    text, left = head, len(parts)
    for part in parts:
        if len(text) + len(part) > MOST_CHARACTERS:
            text += (
                f"\n{left} more {'group' if left == 1 else 'groups'} did not fit here: run the command to see all.\n"
            )
            break
        text, left = text + "\n" + part, left - 1
    return text


def _group(code: str, group: Sequence[Finding]) -> str:
    return f"### {_plain(CODES[code])} ({len(group)})\n\n" + "".join(_item(finding) for finding in group)


def _item(f: Finding) -> str:
    lines = [f"- [ ] {_code(f'{f.place.file}:{f.place.line}')} {_plain(f.message)}", f"  {_hint(f.hint)}"]
    lines += [f"  See {' '.join(f'<{address}>' for address in f.see if _is_safe(address))}"] if f.see else []
    lines += [f"  It is used in {', '.join(map(_code, f.cited_in))}."] if f.cited_in else []
    return "\\\n".join(lines) + "\n"


def _hint(hint: str) -> str:
    words, mark, yaml = hint.partition("write ")
    return _plain(words) + mark + _code(yaml) if mark and yaml else _plain(hint)


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n</details>\n"


_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&:])")


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, and in which nobody is mentioned."""
    escaped = _SPECIAL.sub(r"\\\1", as_one_line(text)[:500])
    # A backslash does not keep GitHub from notifying people; a word joiner after the sign does.
    return escaped.replace("@", "@\u2060")


def _code(text: str) -> str:
    return "`" + as_one_line(text)[:500].replace("`", "'") + "`"


def _is_safe(address: str) -> bool:
    return re.fullmatch(r"https?://[!#-;=?-~]+", address) is not None


def _plural(word: str, items: Iterable[object]) -> str:
    return word if len(list(items)) == 1 else word + "s"


FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}
