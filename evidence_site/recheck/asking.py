"""Asking all questions of a review, keeping each answer on the disk, so that a run that broke off can go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evidence_site.recheck import services as s
from evidence_site.recheck.questions import Question
from evidence_site.records import StandingStatus
from evidence_site.web import NoAnswerError

Progress = Callable[[str, int, int], None]
"""Hears what is being done, and how many of how many are done."""


@dataclass
class Answers:
    """What was told, and to which questions nobody had an answer."""

    told: dict[Question, s.Told] = field(default_factory=dict)
    silent: dict[Question, str] = field(default_factory=dict)
    """Why there is no answer, in a few words."""

    @property
    def nobody_answered(self) -> bool:
        """Whether not one of the questions was answered: the network is to blame then, not the records."""
        return bool(self.silent) and not self.told


def ask_all(questions: Iterable[Question], ask: s.Ask, notebook: Notebook, contact: str, progress: Progress) -> Answers:
    """Ask what the notebook does not know yet. Once no service can be reached, links are not tried."""
    wanted = list(questions)
    answers = Answers({question: notebook.told[question] for question in wanted if question in notebook.told})
    done = len(answers.told)
    by_service = {service: [q for q in wanted if q.service is service] for service in s.Service}
    for service, of_service in by_service.items():
        if service is s.Service.WEB and answers.nobody_answered:
            answers.silent |= dict.fromkeys(of_service, "not tried, since no service could be reached")
            break
        rest = [question.about for question in of_service if question not in answers.told]
        if rest:
            progress(f"Asking {service}", 0, 0)
        for batch in s.batches(rest) if service is s.Service.PUBMED else ([about] for about in rest):
            progress(f"Asking {service}", done, len(wanted))
            asked = [Question(service, about) for about in batch]
            try:
                told = _ask(service, batch, ask, contact)
            except NoAnswerError as error:
                if service is s.Service.WEB and error.no_such_host and answers.told:
                    told = {batch[0]: s.Told(s.State.GONE)}
                else:
                    answers.silent |= dict.fromkeys(asked, str(error))
                    told = {}
            for question in asked:
                if question.about in told:
                    answers.told[question] = told[question.about]
                    notebook.keep(question, told[question.about])
            done += len(asked)
    return answers


def _ask(service: s.Service, about: list[str], ask: s.Ask, contact: str) -> Mapping[str, s.Told]:
    if service is s.Service.PUBMED:
        return s.ask_pubmed(about, ask, contact)
    one = about[0]
    if service is s.Service.CROSSREF:
        return {one: s.ask_crossref(one, ask, contact)}
    return {one: s.ask_doi_system(one, ask) if service is s.Service.DOI else s.ask_web(one, ask)}


class Notebook:
    """The answers of one day, a line for each, written as they come."""

    def __init__(self, path: Path, day: str, *, anew: bool = False) -> None:
        """Read what was answered on this day; with ``anew`` forget it."""
        self._path, self._day = path, day
        self.told: dict[Question, s.Told] = {}
        lines = [] if anew or not path.is_file() else path.read_text("utf-8", "replace").splitlines()
        for line in lines:
            self._read(line)
        if not self.told:
            path.unlink(missing_ok=True)

    def _read(self, line: str) -> None:
        try:
            row = json.loads(line)
            if row["day"] == self._day:
                self.told[Question(s.Service(row["service"]), str(row["about"]))] = _told(row["told"])
        except (ValueError, KeyError, TypeError):
            return  # the line that was being written when the run broke off

    def keep(self, question: Question, told: s.Told) -> None:
        """Write an answer down, at once."""
        self.told[question] = told
        self._path.parent.mkdir(parents=True, exist_ok=True)
        row = {"day": self._day, "service": question.service, "about": question.about, "told": asdict(told)}
        with self._path.open("a", encoding="utf-8") as file:
            # A line that broke off in the middle is closed first, so that it spoils nothing but itself.
            file.write(("" if _ends_a_line(self._path) else "\n") + json.dumps(row) + "\n")


def _ends_a_line(path: Path) -> bool:
    size = path.stat().st_size
    if size == 0:
        return True
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) == b"\n"


def _told(row: Mapping[str, Any]) -> s.Told:
    notices = (
        s.Notice(
            str(n["kind"]),
            StandingStatus(n["status"]) if n["status"] else None,
            str(n["date"]),
            str(n["link"]),
            str(n["told_by"]),
        )
        for n in row["notices"]
    )
    return s.Told(s.State(row["state"]), tuple(map(str, row["titles"])), str(row["to"]), tuple(notices))
