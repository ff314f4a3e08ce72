"""Downloads: the review as JSON, studies and results as CSV, made from the same records as the pages."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial

from evidence_site import measures, records as r
from evidence_site.extractions import Pair, pairs, settled
from evidence_site.pieces import EACH_TIME, Pieces
from evidence_site.readers import Reader, readers
from evidence_site.reference_formats import json_line, lines_of, to_csl
from evidence_site.review import Arm, Review, SourceNode, StudyNode, count_persons, is_counted_elsewhere
from evidence_site.synthesis import RATIOS_OF_PERSONS, Analysis, Effect, Events, Means, Row, Side, method

_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")
_FORMULA_INSIDE = re.compile("([;\t\n])([=+\\-@＝＋－＠])")
"""Where the comma is the decimal sign, spreadsheets divide a row at semicolons, whatever is in quotes: so a cell can
begin behind any of these. A space in front makes it text."""


def review_json(review: Review, pieces: Pieces = EACH_TIME) -> str:
    """The whole review as one JSON object: records as written, with what was computed beside them.

    ``format`` is raised when the shape changes in a way that breaks readers.
    """
    twice = {id_: pair for id_, pair in pairs(review.evidence).items() if pair.adjudicated}
    study = partial(_study_line, review, twice)
    whole: dict[str, object] = {
        "format": 1,
        "review": _dump(review.record),
        "counts": {
            "persons": review.persons,
            "studies": len(review.counted_studies),
            "reports": review.reports,
            "sources": len(review.sources),
        },
        "outcomes": [_dump(node.record) for node in review.outcomes.values()],
        "treatments": [
            {
                "id": node.id,
                **_dump(node.record),
                "certainty": [{**_dump(c.record), "level": c.level} for c in node.certainty],
                "computed": {
                    "persons": node.persons,
                    "studies": [study.id for study in node.counted_studies],
                    "reports": node.reports,
                },
            }
            for node in review.treatments.values()
        ],
        "studies": _Lines(pieces.of_study("json", node, study) for node in review.studies.values()),
        "cases": [{"id": case.id, **_dump(case.record)} for case in review.cases.values()],
        "topics": [{"id": topic.id, **_dump(topic.record)} for topic in review.topics.values()],
        "references": _Lines(pieces.of_source("json", node, _source_line) for node in review.sources.values()),
    }
    parts = ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in whole.items())
    return f"{{\n{parts}\n}}\n"


class _Lines(tuple[str, ...]):
    """Records that are JSON already."""


def _lines(value: object) -> str:
    """JSON with a line for each record: short, quick to write, and versions of it can be compared line by line."""
    if not isinstance(value, list | _Lines) or not value:
        return json.dumps(value, ensure_ascii=False)
    return lines_of(value if isinstance(value, _Lines) else map(json_line, value))


def _study_line(review: Review, twice: Mapping[str, Pair], node: StudyNode) -> str:
    computed = {
        "persons": _counted(review, node),
        "year": node.year,
        **({"agreement": _agreement(twice[node.id])} if node.id in twice else {}),
    }
    return json_line({"id": node.id, **_dump(node.record), "computed": computed})


def _source_line(node: SourceNode) -> str:
    return json_line({"key": node.key, "csl": to_csl(node.reference), "source": _dump(node.record)})


def _dump(record: r.Record) -> Mapping[str, object]:
    return record.model_dump(mode="json", exclude_unset=True)


def _counted(review: Review, study: StudyNode) -> int:
    return count_persons(study) if study.is_primary and study.id not in review.left_out else 0


def _agreement(pair: Pair) -> Mapping[str, object]:
    kappas = [{"field": kappa.kind, "n": kappa.n, "kappa": round(kappa.value, 4)} for kappa in pair.agreement.kappas]
    return {"fields": pair.agreement.fields, "agreed": pair.agreement.agreed, "kappa": kappas}


AGREEMENT_COLUMNS = ("study", "field", "a", "b", "agree", "adjudicated")


def agreement_csv(review: Review) -> str:
    """One row for each field of each study that two readers extracted; empty if no such study was adjudicated."""
    found = [pair for pair in pairs(review.evidence).values() if pair.adjudicated]
    return _rows([AGREEMENT_COLUMNS, *(row for pair in found for row in _agreement_rows(pair))]) if found else ""


def _agreement_rows(pair: Pair) -> Iterable[Sequence[object]]:
    for row, adjudicated in settled(pair):
        a, b, last = (measures.plain_value(value) for value in (row.a, row.b, adjudicated))
        yield (pair.study, row.words, a, b, row.agree, last)


STUDY_COLUMNS = (
    "study",
    "title",
    "reports",
    "year",
    "design",
    "country",
    "directness",
    "persons_counted",
    "treatments",
    "read",
    "doi",
    "pmid",
    "extracted_by",
    "checked_by",
    "adjudicated_by",
    "unit_of_allocation",
    "clusters",
    "mean_cluster_size",
)


def studies_csv(review: Review, pieces: Pieces = EACH_TIME) -> str:
    """One row for each study; several values in a cell are separated by a semicolon."""
    rows = (pieces.of_study("row", study, partial(_study_rows, review)) for study in review.studies.values())
    return _rows([STUDY_COLUMNS]) + "".join(rows)


def _study_rows(review: Review, study: StudyNode) -> str:
    return _rows([_study_row(review, study)])


def _study_row(review: Review, study: StudyNode) -> Sequence[object]:
    sources = [review.sources[ref.key] for ref in study.references if ref.key in review.sources]
    signed, clusters = readers(review.record, study.record), study.record.clusters
    return (
        study.id,
        study.record.title,
        "; ".join(ref.key for ref in study.references),
        study.year or "",
        study.record.design,
        study.record.country,
        study.record.directness,
        _counted(review, study),
        "; ".join(study.treatments),
        "; ".join(source.record.read for source in sources),
        "; ".join(ref.doi for ref in study.references if ref.doi),
        "; ".join(ref.pmid for ref in study.references if ref.pmid),
        "; ".join(reader.name for reader in _extractors(review, study)),
        *(signed[field].name if field in signed else "" for field in ("checked_by", "adjudicated_by")),
        *((clusters.unit, clusters.number, clusters.mean_size) if clusters else ("", "", "")),
    )


def _extractors(review: Review, study: StudyNode) -> list[Reader]:
    twice = review.evidence.extractions_of(study.id) if study.record.adjudicated_by else None
    records = [loaded.record for loaded in twice] if twice else [study.record]
    found = (readers(review.record, record).get("extracted_by") for record in records)
    return [reader for reader in found if reader is not None]


RESULT_COLUMNS = (
    "study",
    "arm",
    "arm_kind",
    "arm_label",
    "persons",
    "has_condition",
    "counted",
    "treatments",
    "outcome",
    "site",
    "statistic",
    "baseline",
    "value",
    "unit",
    "sd",
    "se",
    "ci95_low",
    "ci95_high",
    "iqr_low",
    "iqr_high",
    "range_low",
    "range_high",
    "of",
    "months",
    "months_after",
    "in_words",
    "where",
    "note",
    "adjusted_for_clustering",
)


def results_csv(review: Review, pieces: Pieces = EACH_TIME) -> str:
    """One row for each result of a person or group, with the numbers in columns and once in words."""
    rows = (pieces.of_study("results", study, partial(_results_of, review)) for study in review.studies.values())
    return _rows([RESULT_COLUMNS]) + "".join(rows)


def _results_of(review: Review, study: StudyNode) -> str:
    return _rows(_result_rows(review, study))


def _result_rows(review: Review, study: StudyNode) -> Iterable[Sequence[object]]:
    for observation in study.observations:
        arm, result = observation.arm, observation.result
        time = result.time if isinstance(result.time, r.Time) else None
        yield (
            study.id,
            arm.id,
            "group" if isinstance(arm.record, r.Group) else "person",
            arm.label,
            observation.persons,
            arm.has_condition,
            _is_counted(review, arm),
            "; ".join(observation.treatments),
            result.outcome,
            result.site,
            result.statistic,
            result.baseline,
            result.value,
            result.unit,
            result.sd,
            result.se,
            *(result.ci95 or ("", "")),
            *(result.iqr or ("", "")),
            *(result.range or ("", "")),
            result.of,
            time.months if time else "",
            time.after if time else result.time,
            f"{measures.result_value(result, observation.persons)}, {measures.time(result.time, review.anchors)}",
            result.where,
            result.note,
            result.adjusted_for_clustering if study.record.clusters else "",
        )


def _is_counted(review: Review, arm: Arm) -> bool:
    study = arm.study
    left_out = not study.is_primary or study.id in review.left_out
    return arm.has_condition and not left_out and not is_counted_elsewhere(arm)


SYNTHESIS_COLUMNS = (
    "treatment",
    "against",
    "outcome",
    "measure",
    "model",
    "row",
    "study",
    "treated_events",
    "treated_persons",
    "against_events",
    "against_persons",
    "estimate",
    "ci95_low",
    "ci95_high",
    "weight",
    "prediction_low",
    "prediction_high",
    "tau2",
    "i2",
    "q",
    "df",
    "p",
    "statistic",
    "unit",
    "months",
    "treated_mean",
    "treated_sd",
    "against_mean",
    "against_sd",
    "estimator",
    "interval",
    "unit_of_allocation",
    "adjusted_for_clustering",
    "design_effect",
    "treated_effective_persons",
    "against_effective_persons",
    "method",
    "corrected",
)


def syntheses_csv(analyses: Iterable[Analysis]) -> str:
    """One row for each study of a pooled estimate (row: study), and one for the estimate itself (row: pooled)."""
    rows = (row for analysis in analyses for row in _synthesis_rows(analysis))
    return _rows([SYNTHESIS_COLUMNS, *([row.get(column, "") for column in SYNTHESIS_COLUMNS] for row in rows)])


def _synthesis_rows(analysis: Analysis) -> Iterable[Mapping[str, object]]:
    """What is known of each row, by the name of the column."""
    record, found = analysis.record, analysis.pooled
    asked: dict[str, object] = {
        "treatment": analysis.treatment.id,
        "against": record.against,
        "outcome": record.outcome,
        "measure": record.measure,
        "model": record.model,
        "statistic": record.statistic,
        "unit": analysis.unit,
        "months": record.months,
        "method": method(record),
    }
    if record.model == "random_effects":
        asked |= {"estimator": record.estimator or "dersimonian_laird", "interval": record.interval}
    for row in analysis.rows:
        sides = _side("treated", [row.treated]) | _side("against", [row.against])
        study: dict[str, object] = {"row": "study", "study": row.study.id, "weight": _short(row.weight)}
        if record.measure in RATIOS_OF_PERSONS:
            study["corrected"] = row.corrected
        yield asked | study | sides | _effect(row.effect) | _clusters(row)
    if found:
        treated, against = ([getattr(row, side) for row in analysis.rows] for side in ("treated", "against"))
        spread: dict[str, object] = {"i2": _short(found.i2), "q": _short(found.q), "df": found.df, "p": _short(found.p)}
        if found.tau2 is not None:
            spread["tau2"] = _short(found.tau2)
        if found.prediction:
            low, high = found.prediction
            spread |= {"prediction_low": _short(low), "prediction_high": _short(high)}
        sides = _side("treated", treated) | _side("against", against)
        whole: dict[str, object] = {"row": "pooled", "weight": 1}
        if record.measure in RATIOS_OF_PERSONS:
            whole["corrected"] = found.is_corrected
        yield asked | whole | sides | _effect(found.effect) | spread


def _side(name: str, sides: Sequence[Side]) -> dict[str, object]:
    """All persons of a side, with the event where that was counted; of a single one its mean, too."""
    told: dict[str, object] = {f"{name}_persons": sum(side.persons for side in sides)}
    counted = [side.events for side in sides if isinstance(side, Events)]
    if counted:
        told[f"{name}_events"] = sum(counted)
    for side in sides if len(sides) == 1 else ():
        if isinstance(side, Means):
            one = side.together
            told |= {f"{name}_mean": _short(one.mean), f"{name}_sd": _short(one.deviation)}
    return told


def _clusters(row: Row) -> dict[str, object]:
    """Of a study that allocated clusters what its persons count as."""
    if row.clustering is None:
        return {}
    effect = row.clustering.design_effect
    told: dict[str, object] = {"unit_of_allocation": row.clustering.unit, "adjusted_for_clustering": effect is None}
    if effect is not None:
        sides = {"treated": row.treated, "against": row.against}
        told |= {f"{name}_effective_persons": _short(side.effective) for name, side in sides.items()}
        told["design_effect"] = _short(effect)
    return told


def _effect(effect: Effect) -> dict[str, object]:
    return {"estimate": _short(effect.estimate), "ci95_low": _short(effect.low), "ci95_high": _short(effect.high)}


def _short(value: float) -> object:
    # Six digits are the same on every computer; what is beyond may not be.
    return "" if math.isnan(value) else float(f"{value:.6g}")


def _rows(rows: Iterable[Sequence[object]]) -> str:
    """Rows of a CSV file as text."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else _text_cell(str(value))


@lru_cache(maxsize=1 << 14)
def _text_cell(text: str) -> str:
    # Most cells say what many others say, too.
    # A spreadsheet runs a cell that begins like a formula; the apostrophe makes it text (OWASP, CSV injection).
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = "'" + text
    text = text.replace("\r", " ")  # the csv module does not quote it, and readers would begin a new row
    return _FORMULA_INSIDE.sub(r"\1 \2", text)
