"""Studies that two readers extract without knowing of each other: where they agree, and what holds in the end.

``studies/name.a.yaml`` and ``name.b.yaml`` are the two extractions. Neither is published nor counted. The adjudicated
``name.yaml`` is, and says who adjudicated; until it stands the study is not part of the review.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from evidence_site import measures, records as r
from evidence_site.agreement import Agreement, Row, agreement
from evidence_site.problems import as_one_line
from evidence_site.record_reading import EXTRACTIONS, Loaded, extracted_study
from evidence_site.review import Evidence, Review, link


@dataclass(frozen=True)
class Pair:
    """Both extractions of a study, and what holds."""

    study: str
    a: Loaded[r.Study]
    b: Loaded[r.Study]
    adjudicated: Loaded[r.Study] | None
    """None as long as nobody has adjudicated."""
    agreement: Agreement


def pairs(evidence: Evidence) -> Mapping[str, Pair]:
    """Every study of which both extractions can be read, by its id."""
    found = {}
    for study in sorted({extracted_study(id_)[0] for id_ in evidence.extractions}):
        both = evidence.extractions_of(study)
        if both:
            a, b = both
            whole = evidence.studies.get(study)
            adjudicated = whole if whole and whole.record.adjudicated_by is not None else None
            found[study] = Pair(study, a, b, adjudicated, agreement(a.record, b.record))
    return found


def alone(review: Review) -> Iterator[tuple[Review, frozenset[str]]]:
    """The review as each reader alone would have it, and the files of that reader."""
    evidence = review.evidence
    for letter in EXTRACTIONS:
        mine = {
            extracted_study(id_)[0]: loaded
            for id_, loaded in evidence.extractions.items()
            if extracted_study(id_)[1] == letter
        }
        if mine:
            studies = {**evidence.studies, **{id_: replace(loaded, id=id_) for id_, loaded in mine.items()}}
            files = frozenset(loaded.document.file for loaded in mine.values())
            yield link(replace(evidence, studies=dict(sorted(studies.items())), extractions={})), files


# --- what holds ------------------------------------------------------------------------------------------------------


def settled(pair: Pair) -> list[tuple[Row, Any]]:
    """Every field of the two extractions, with what the adjudicated record has there, as plain data.

    None if it has nothing there. Empty as long as nobody has adjudicated.
    """
    if pair.adjudicated is None:
        return []
    whole = pair.adjudicated.record
    from_a = {row.path_a: row for row in agreement(pair.a.record, whole).rows}
    from_b = {row.path_a: row for row in agreement(pair.b.record, whole).rows}
    data = whole.model_dump(mode="json", exclude_unset=True)
    return [
        (row, _held(from_b, row.path_b, data) if row.a is None else _held(from_a, row.path_a, data))
        for row in pair.agreement.rows
    ]


def _held(rows: Mapping[r.Path, Row], path: r.Path, whole: Any) -> Any:
    if path in rows:
        return rows[path].b
    # The path of an item that one reader alone recorded: the record may have it, with values of its own.
    inside = next((row.path_b for where, row in rows.items() if where[: len(path)] == path), None)
    if inside is None:
        return None
    for step in inside[: len(path)]:
        whole = whole[step]
    return whole


# --- a table for whoever adjudicates ---------------------------------------------------------------------------------

_WIDTH = 48


def worksheet(evidence: Evidence) -> str:
    """For a terminal: every field of the studies that wait to be adjudicated, those that differ first; else empty."""
    return "".join(_table(pair) for pair in pairs(evidence).values() if pair.adjudicated is None)


def _table(pair: Pair) -> str:
    rows: list[tuple[str, ...]] = [("field", "a", "b", "agree")]
    for row in sorted(pair.agreement.rows, key=lambda row: row.agree):
        values = (measures.plain_value(value) or "(nothing)" for value in (row.a, row.b))
        rows.append((row.words, *values, "yes" if row.agree else "no"))
    shown = [[_cut(as_one_line(cell)) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    kappas = [f"Cohen's kappa of {k.kind}: {k.value:.2f} ({k.n} values)" for k in pair.agreement.kappas]
    return "\n".join([f"{pair.study}: the two extractions agree in {pair.agreement.in_words}", *lines, *kappas, "", ""])


def _cut(text: str) -> str:
    """The text without its middle: two fields, or two values, often differ in the end alone."""
    half = (_WIDTH - 3) // 2
    return text if len(text) <= _WIDTH else f"{text[:half].rstrip()} … {text[-half:].lstrip()}"
