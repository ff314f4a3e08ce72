"""Which studies enter a meta-analysis, by the rules by which persons are counted, and why the others do not."""

from __future__ import annotations

from evidence_site import records as r
from evidence_site.review import OutcomeNode, Review, StudyNode, TreatmentNode
from evidence_site.synthesis.asked import Asked
from evidence_site.synthesis.of_groups import computed
from evidence_site.synthesis.published import published
from evidence_site.synthesis.reasons import HELD, RETRACTED, Obstacle
from evidence_site.synthesis.statistics import PUBLISHED, Row


def select(
    review: Review, treatment: TreatmentNode, against: TreatmentNode, outcome: OutcomeNode, record: r.Synthesis
) -> tuple[tuple[Row, ...], tuple[tuple[StudyNode, str], ...]]:
    """The studies that enter, in the order of the forest plot, and those that tell of it but cannot, each with why."""
    asked = Asked(treatment.id, against.id, outcome.id, record, review)
    rows: list[Row] = []
    left_out: list[tuple[StudyNode, str]] = []
    held: list[StudyNode] = []
    choose = published if record.measure in PUBLISHED else computed
    for study in treatment.studies:
        if study.is_synthesis or not (study.is_primary or study.is_retracted) or against.id not in study.treatments:
            continue
        chosen = choose(study, asked)
        if chosen is None:
            continue
        if study.id in treatment.left_out:
            held += [study] if isinstance(chosen, Row) else []
            continue
        if study.is_retracted:
            chosen = Obstacle(RETRACTED)
        if isinstance(chosen, Row):
            rows.append(chosen)
        else:
            left_out.append((study, str(chosen)))
    entered = {row.study.id for row in rows}
    left_out += [(study, HELD) for study in held if treatment.left_out[study.id].id not in entered]
    rows.sort(key=_order)
    return tuple(rows), tuple(sorted(left_out, key=lambda item: item[0].id))


def _order(row: Row) -> tuple[object, ...]:
    value = row.value
    number = value if isinstance(value, int | float) else 0
    return value is None, isinstance(value, str), number, str(value or ""), row.study.year or 0, row.study.id
