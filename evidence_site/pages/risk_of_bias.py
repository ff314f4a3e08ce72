"""Risk of bias: the appraisal of one study, of a treatment's studies, and of all, with signs beside the colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evidence_site import addresses, measures, prose, records as r, views
from evidence_site.instruments import NONE, AllowedAnswer, Instrument, Light, instruments, said
from evidence_site.page import Spec
from evidence_site.pages.site import Site
from evidence_site.readers import contributor
from evidence_site.review import StudyNode

SIGNS: dict[Light, str] = {"good": "+", "some": "~", "bad": "×", "worst": "!", "unknown": "?", "none": "–"}
"""A sign for each light, so that no answer is told by its colour alone."""


@dataclass(frozen=True, slots=True)
class Cell:
    """An answer as it is shown."""

    label: str
    light: Light
    reason: str = ""
    """Prose; empty if none was given."""
    appraiser: str = ""

    @property
    def sign(self) -> str:
        """The sign that stands before the word."""
        return SIGNS[self.light]


@dataclass(frozen=True, slots=True)
class Column:
    """An item of an instrument as the head of a column or row."""

    number: int
    label: str


@dataclass(frozen=True, slots=True)
class AppraisedStudy:
    """A study with its answers, in the order of the instrument's items."""

    study: StudyNode
    link: dict[str, str]
    cells: tuple[Cell, ...]
    overall: Cell | None
    outcome: str
    appraiser: str


@dataclass(frozen=True, slots=True)
class Table:
    """Studies that were appraised with one instrument."""

    instrument: Instrument
    columns: tuple[Column, ...]
    rows: tuple[AppraisedStudy, ...]
    legend: tuple[Cell, ...]
    overall: str
    """The name of the overall judgement; empty if none of the studies has one."""


@dataclass(frozen=True, slots=True)
class Unassessed:
    """Studies that were not appraised, with the reason."""

    reason: str
    studies: tuple[dict[str, str], ...]


def specs(site: Site) -> Iterator[Spec]:
    """One page with all studies, by instrument."""
    nodes = list(site.review.studies.values())
    yield Spec(
        addresses.RISK_OF_BIAS,
        "risk_of_bias",
        "Risk of bias",
        "How far each study can be trusted: its appraisal, or why there is none.",
        tuple(node.loaded.document.file for node in nodes),
        hide=("navigation",),
        context={
            "parts": [_part(site, id_, nodes) for id_ in instruments()],
            "no_instrument": unassessed(
                site, [n for n in nodes if not _fits_any(n.record.design) and not is_appraised(n)]
            ),
            "assessed": sum(is_appraised(node) for node in nodes),
            "total": len(nodes),
        },
    )


def is_appraised(study: StudyNode) -> bool:
    """Whether somebody appraised it with an instrument that is known."""
    return study.record.appraisal is not None and study.record.appraisal.instrument in instruments()


def not_assessed(site: Site, study: StudyNode) -> str:
    """Why a study was not appraised, as far as the depth of reading tells."""
    read = site.review.reading(study)
    if read is r.Reading.FULL_TEXT:
        return "Not assessed yet: the full text was read."
    return f"Not assessed: {views.READING[read].replace('the abstract', 'only the abstract')}." if read else _NO_SOURCE


_NO_SOURCE = "Not assessed: how far its reports were read is not recorded."


def tables(site: Site, studies: Iterable[StudyNode]) -> list[Table]:
    """The appraised among some studies, a table for each instrument."""
    appraised: dict[str, list[AppraisedStudy]] = {id_: [] for id_ in instruments()}
    for study in studies:
        if study.record.appraisal and is_appraised(study):
            appraised[study.record.appraisal.instrument].append(_row(site, study, study.record.appraisal))
    return [_table(instruments()[id_], rows) for id_, rows in appraised.items() if rows]


def unassessed(site: Site, studies: Iterable[StudyNode]) -> list[Unassessed]:
    """The others among some studies, by the reason why there is no appraisal."""
    by_reason: dict[str, list[dict[str, str]]] = {}
    for study in studies:
        if not is_appraised(study):
            by_reason.setdefault(not_assessed(site, study), []).append(site.study_link(study))
    return [Unassessed(reason, tuple(links)) for reason, links in sorted(by_reason.items())]


def of_study(site: Site, study: StudyNode) -> dict[str, Any]:
    """What a study's own page shows: its table, or the reason why there is none, and what the appraiser noted."""
    reason = "" if is_appraised(study) else not_assessed(site, study)
    note = study.record.appraisal.note if study.record.appraisal else None
    return {
        "table": next(iter(tables(site, [study])), None),
        "reason": reason,
        "note": note if note and prose.plain(note) != reason else "",
    }


def _part(site: Site, id_: str, nodes: Sequence[StudyNode]) -> dict[str, Any]:
    instrument = instruments()[id_]
    mine = [n for n in nodes if n.record.appraisal and n.record.appraisal.instrument == id_]
    fitting = [n for n in nodes if n.record.design in instrument.designs]
    return {
        "id": id_,
        "instrument": instrument,
        "columns": _columns(instrument),
        "legend": _legend(instrument),
        "designs": ", ".join(views.DESIGNS[design] for design in instrument.designs),
        "table": next(iter(tables(site, mine)), None),
        "unassessed": unassessed(site, fitting),
    }


def _fits_any(design: r.Design) -> bool:
    return any(design in instrument.designs for instrument in instruments().values())


def _table(instrument: Instrument, rows: Sequence[AppraisedStudy]) -> Table:
    is_judged = any(row.overall for row in rows)
    overall = instrument.overall.label if instrument.overall and is_judged else ""
    return Table(instrument, _columns(instrument), tuple(rows), _legend(instrument), overall)


def _columns(instrument: Instrument) -> tuple[Column, ...]:
    return tuple(Column(number, item.label) for number, item in enumerate(instrument.items, 1))


def _legend(instrument: Instrument) -> tuple[Cell, ...]:
    return tuple(Cell(answer.label, answer.light) for answer in instrument.answers)


def _row(site: Site, study: StudyNode, appraisal: r.Appraisal) -> AppraisedStudy:
    instrument = instruments()[appraisal.instrument]
    outcome = site.review.outcomes.get(appraisal.outcome or "")
    cells = []
    for item in instrument.items:
        given = appraisal.answers.get(item.id)
        cells.append(_MISSING if given is None else _cell(site, given, instrument.answer(said(given))))
    overall = appraisal.overall
    return AppraisedStudy(
        study,
        site.study_link(study),
        tuple(cells),
        _cell(site, overall, instrument.judgement(said(overall))) if overall is not None else None,
        outcome.record.name if outcome else "",
        _appraiser(site, appraisal.appraiser),
    )


def _appraiser(site: Site, written: str | None) -> str:
    """Who judged: a contributor by name, where the record has an id as for other readers, else as it was written."""
    person = contributor(site.review.record, written) if written else None
    return person.name if person else written or ""


_MISSING = Cell("No answer", "unknown")


def _cell(site: Site, given: r.AnswerOrLine, allowed: AllowedAnswer | None) -> Cell:
    label, light = (allowed.label, allowed.light) if allowed else (measures.words(said(given)), "unknown")
    if isinstance(given, r.Answer):
        return Cell(label, light, given.reason or "", _appraiser(site, given.appraiser))
    return Cell(label, light)


def judgement(study: StudyNode) -> str:
    """The overall judgement in words, for a list of facts; empty if there is none."""
    appraisal = study.record.appraisal
    if appraisal is None or appraisal.instrument == NONE or appraisal.overall is None or not is_appraised(study):
        return ""
    instrument = instruments()[appraisal.instrument]
    allowed = instrument.judgement(said(appraisal.overall))
    label = allowed.label if allowed else measures.words(said(appraisal.overall))
    # A checklist that is no scale ends in what to do with the study, which is not a judgement of its bias.
    is_scale = instrument.overall is None or instrument.overall.required
    return f"{instrument.short_name}: {label}" if is_scale else f"{instrument.short_name}, see the table"
