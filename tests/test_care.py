"""CARE completeness: each file under ``cases/care`` holds a report, how far it was read, and what is then told.

``told`` names the items in full, ``partly`` those in part; all others have the status ``missing``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from reviews import review_of

from evidence_site import care, records as r
from evidence_site.care import Status
from evidence_site.record_reading import Loaded
from evidence_site.review import Review
from evidence_site.yaml_reading import Document

CASES = sorted((Path(__file__).parent / "cases" / "care").glob("*.yaml"))
TAGGED: dict[str, tuple[str, ...]] = {
    "parity": ("history",),
    "levels": ("diagnostic-tests",),
    "breastfeeding": ("history",),
}
OUTCOMES: dict[str, tuple[str, ...]] = {
    "density": ("follow-up-tests",),
    "pain": ("symptoms", "outcomes"),
    "fracture": ("outcomes",),
}
MISSING_CASE = dict.fromkeys(
    (
        "patient_information",
        "clinical_findings",
        "timeline",
        "diagnostic_assessment",
        "therapeutic_intervention",
        "follow_up_and_outcomes",
        "discussion",
        "patient_perspective",
        "informed_consent",
    ),
    "not_reported",
)


def review_with(case: dict[str, Any]) -> Review:
    """The small review with one report, its vocabulary tied to the checklist."""
    fields = {"title": "A report", "reports": ["alpha2020"], "design": "case_report", "population": "One woman."}
    study = r.Study.model_validate_json(json.dumps({**fields, "summary": "She was ill.", **case["study"]}))
    review = review_of({"report": study})
    source = review.sources["alpha2020"]
    source.loaded = replace(source.loaded, record=source.record.model_copy(update={"read": r.Reading(case["read"])}))
    for id_, items in TAGGED.items():
        characteristic = review.characteristics[id_].model_copy(update={"care": items})
        review.characteristics = {**review.characteristics, id_: characteristic}
    for id_, items in OUTCOMES.items():
        node = review.outcomes[id_]
        node.loaded = replace(node.loaded, record=node.record.model_copy(update={"care": items}))
    review.cases = {}
    if "case" in case:
        said = {"title": "Her story", "study": "report", "person": "p1", "summary": "She was ill.", **MISSING_CASE}
        record = r.Case.model_validate_json(json.dumps({**said, **case["case"]}))
        review.cases = {"story": Loaded("story", record, Document.of("evidence/cases/story.yaml", {}))}
    return review


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path) -> None:
    case = yaml.safe_load(file.read_text("utf-8"))
    assert case.keys() <= {"why", "read", "study", "case", "told", "partly", "missing", "not_kept"}
    (row,) = care.rows(review_with(case))
    statuses = dict(zip(care.item_ids(), (cell.status for cell in row.cells), strict=True))
    expected = dict.fromkeys(care.item_ids(), Status(case["missing"]))
    for items, status in (("told", Status.REPORTED), ("partly", Status.PARTLY), ("not_kept", Status.NOT_KEPT)):
        assert set(case.get(items, ())) <= expected.keys()
        expected |= dict.fromkeys(case.get(items, ()), status)
    assert statuses == expected
    assert row.reported == len(case.get("told", ()))


def test_a_series_told_only_together_is_left_out_and_named() -> None:
    """The checklist is about single persons, so a group of twelve has no row, and the page can say so."""
    group = {"id": "all", "label": "All", "n": 12}
    review = review_with({"read": "abstract", "study": {"design": "case_series", "groups": [group]}})
    assert care.rows(review) == []
    assert [study.id for study in care.left_out(review)] == ["report"]


@pytest.mark.parametrize(
    ("design", "people", "is_row", "is_left_out"),
    [
        ("case_report", [{"id": "p1"}], True, False),
        ("case_report", [], True, False),
        ("case_series", [{"id": "p1"}], True, False),
        ("case_series", [], False, True),
        ("cohort", [{"id": "p1"}], False, False),
        ("cohort", [], False, False),
    ],
)
def test_the_checklist_is_for_reports_of_cases(
    design: str, people: list[dict[str, str]], is_row: bool, is_left_out: bool
) -> None:
    review = review_with({"read": "abstract", "study": {"design": design, "persons": people}})
    assert (bool(care.rows(review)), bool(care.left_out(review))) == (is_row, is_left_out)


def test_the_most_read_come_first_then_the_newest() -> None:
    """Then those whose year nobody knows, in the order of their ids."""
    keys = {"b": "gamma2022", "c": "alpha2020", "d": "nowhere", "a": "beta2021", "e": "nothing", "f": "beta2021"}
    reports = {
        id_: r.Study.model_validate_json(
            json.dumps(
                {
                    "title": "A report",
                    "reports": [key],
                    "design": "case_report",
                    "population": "One.",
                    "summary": "She was ill.",
                    "persons": [{"id": "p1"}],
                }
            )
        )
        for id_, key in keys.items()
    }
    review = review_of(reports)
    source = review.sources["alpha2020"]
    source.loaded = replace(source.loaded, record=source.record.model_copy(update={"read": r.Reading.FULL_TEXT}))
    assert [row.study.id for row in care.rows(review)] == ["c", "b", "a", "f", "d", "e"]


@pytest.mark.parametrize(("told", "persons"), [((), 0), ((0,), 1), ((0, 2), 2), ((0, 1, 2), 3)])
def test_of_how_many_persons_an_item_is_told(told: tuple[int, ...], persons: int) -> None:
    people = [{"id": f"p{n}", **({"age_years": 30} if n in told else {})} for n in range(3)]
    (row,) = care.rows(review_with({"read": "abstract", "study": {"design": "case_series", "persons": people}}))
    assert (row.persons, row.cells[care.item_ids().index("demographics")].persons) == (3, persons)


def test_totals_add_up_to_the_reports() -> None:
    case = {"read": "abstract", "study": {"persons": [{"id": "p1", "age_years": 30}]}}
    rows = care.rows(review_with(case))
    for position in range(len(care.checklist().items)):
        assert sum(care.totals(rows, position).values()) == len(rows) == 1


def test_every_rule_is_used_and_every_item_has_its_own_id() -> None:
    items = care.checklist().items
    assert {item.rule for item in items if item.rule} == care.RULES.keys()
    assert len({item.id for item in items}) == len(items)
    assert {item.part for item in items} <= r.Case.model_fields.keys()
