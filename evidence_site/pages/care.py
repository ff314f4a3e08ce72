"""How completely case reports tell what the CARE checklist asks for: one page with a heat map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from evidence_site import addresses, care, measures, records as r, views
from evidence_site.care import Item, Row, Status
from evidence_site.page import Outline, Spec
from evidence_site.pages.parts import Part, parts
from evidence_site.pages.site import Site

SIGNS = {
    Status.REPORTED: "●",
    Status.PARTLY: "◐",
    Status.NOT_REPORTED: "○",
    Status.NOT_READ: "?",
    Status.NOT_KEPT: "–",
}
"""A sign for each status, so that none is told by its colour alone."""
WORDS = {
    Status.REPORTED: "reported",
    Status.PARTLY: "in part",
    Status.NOT_REPORTED: "not reported: the full text was read",
    Status.NOT_READ: "not in what was read; it may be in the full text",
    Status.NOT_KEPT: "the record has no place for it",
}


REPORTS_ON_A_PAGE = 100


def specs(site: Site) -> Iterator[Spec | Outline]:
    """The heat map of all case reports, if there are any."""
    rows = care.rows(site.review, site.pieces)
    checklist = care.checklist()
    left_out = care.left_out(site.review)
    if not rows and not left_out:
        return
    cut = parts(addresses.CARE, rows, whole=REPORTS_ON_A_PAGE, most=REPORTS_ON_A_PAGE)
    legend = [(SIGNS[status], WORDS[status], status) for status in Status if _is_used(status, rows)]
    yield Spec(
        addresses.CARE,
        "care",
        "What case reports tell",
        "Which items of the CARE checklist each case report tells, as far as it was read.",
        _files(rows),
        hide=("navigation", "toc"),
        context={
            "items": [_item(site, item, rows, position) for position, item in enumerate(checklist.items)],
            "legend": legend,
            "checklist": checklist,
            "parts": cut,
            "groups": [] if cut else _groups(site, rows),
            "total": len(rows),
            "is_partly_read": any(row.read is not r.Reading.FULL_TEXT for row in rows),
            "left_out": [site.study_link(study) for study in left_out],
        },
    )
    for part in cut:
        title = f"What case reports tell: {part.name}"
        studies = [row.study for row in part.rows]
        inputs = site.inputs.part(part, studies, repr(legend)) if site.inputs else ""
        yield Outline(part.address, title, inputs, partial(_part, site, title, part, legend))


def _part(site: Site, title: str, part: Part[Row], legend: Sequence[tuple[str, str, Status]]) -> Spec:
    return Spec(
        part.address,
        "care_part",
        title,
        f"Which items of the CARE checklist case reports tell, as far as they were read: {part.name}.",
        _files(part.rows),
        hide=("navigation", "toc"),
        searchable=False,
        context={
            "items": care.checklist().items,
            "legend": legend,
            "title": title,
            "part": part,
            "groups": _groups(site, part.rows),
        },
    )


def _files(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.study.loaded.document.file for row in rows))


def _groups(site: Site, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Reports by how far they were read."""
    return [
        {"title": _heading(read, list(found)), "rows": [_row(site, row) for row in found]}
        for read, found in ((read, list(group)) for read, group in groupby(rows, key=lambda row: row.read))
    ]


def _heading(read: r.Reading | None, rows: Sequence[Row]) -> str:
    said = views.READING[read] if read else "how far they were read is not recorded"
    return f"{said[:1].upper()}{said[1:]} ({measures.counted(len(rows), 'report', 'reports')})"


def _row(site: Site, row: Row) -> dict[str, Any]:
    cells = []
    for cell in row.cells:
        words = WORDS[cell.status]
        if cell.status is Status.PARTLY and row.persons > 1:
            words += f", of {cell.persons} of {measures.persons(row.persons)}"
        cells.append({"sign": SIGNS[cell.status], "words": words, "status": cell.status})
    return {**site.study_link(row.study), "cells": cells, "reported": row.reported}


def _item(site: Site, item: Item, rows: Sequence[Row], position: int) -> dict[str, Any]:
    review = site.review
    counts = care.totals(rows, position)
    named = [c.name for c in review.characteristics.values() if item.id in c.care]
    named += [node.record.name for node in review.outcomes.values() if item.id in node.record.care]
    return {
        "number": item.number,
        "label": item.label,
        "rule": item.told_by,
        "named": "; ".join(named),
        "reported": counts[Status.REPORTED],
        "partly": counts[Status.PARTLY],
        "silent": counts[Status.NOT_REPORTED],
        "unknown": counts[Status.NOT_READ] + counts[Status.NOT_KEPT],
    }


def _is_used(status: Status, rows: Sequence[Row]) -> bool:
    return any(cell.status is status for row in rows for cell in row.cells)
