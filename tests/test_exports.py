"""Downloads: everything that the records say, in files that spreadsheets and programs can trust."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from reviews import BASE, exposure, linked, result, review_of, study, write_review

from evidence_site import exports, records as r
from evidence_site.review import Review

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://example.org","x")',
    "+1+1",
    "-1+1",
    "-",
    "-2 to 3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    "-1.5.2",
    "--1",
    "\n=1+1",
    "＝1+1",
]
HARMLESS = ["-1.5", "-12", "+3", "+0.5", "1-2", "a=b", 'a, "b"; c', "<script>alert(1)</script>", "日本語", "'quoted'"]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def with_note(note: str) -> Review:
    # Built without validation: what a record refuses today must not become a formula tomorrow.
    told = r.Result.model_construct(
        outcome="density", statistic=r.Statistic.DESCRIPTION, value="rose", time=r.Missing.UNCLEAR, where="x", note=note
    )
    return review_of({"a": study(groups=[r.Group.model_construct(id="g", label="G", n=2, results=(told,))])})


# --- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_is_never_a_formula(formula: str) -> None:
    """What a spreadsheet would run is made text by an apostrophe, and is otherwise kept."""
    (row,) = table(exports.results_csv(with_note(formula)))
    assert row["note"] == "'" + formula.replace("\r", " ").replace("\t=", "\t =").replace("\n=", "\n =")


@pytest.mark.parametrize("text", ["see; x;=1+1", "a\n-1+1", "a\t@SUM(A1)", "one;＋1"])
def test_a_cell_divided_at_a_semicolon_is_no_formula_either(text: str) -> None:
    """Where the comma is the decimal sign, a spreadsheet divides the text itself; a space keeps its parts text."""
    (row,) = table(exports.results_csv(with_note(text)))
    assert re.search(r"[;\t\n][=+\-@＝＋－＠]", row["note"]) is None
    assert re.sub(r"(?<=[;\t\n]) ", "", row["note"]) == re.sub(r"(?<=[;\t\n]) ", "", text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_cell_is_kept(text: str) -> None:
    """Numbers with a sign, separators, quotes and letters of any script come back as they were."""
    (row,) = table(exports.results_csv(with_note(text)))
    assert row["note"] == text


@given(st.text(min_size=1))
@settings(deadline=None)
def test_any_text_comes_back_as_one_harmless_cell(text: str) -> None:
    """A cell read back is the text that was written, and never the beginning of a formula."""
    (row,) = table(exports.results_csv(with_note(text)))
    kept = text.removeprefix("'").replace("\r", " ")
    assert row["note"].removeprefix("'") == re.sub("([;\t\n])([=+\\-@＝＋－＠])", r"\1 \2", kept)
    assert row["note"][0] not in "=+-@\t\r\n＝＋－＠" or re.fullmatch(r"[-+]?\d+(\.\d+)?", row["note"])


@pytest.mark.parametrize("value", [-1.5, -12, 10, 10.0, 0, -1e-07])
def test_numbers_stay_numbers(value: r.Number) -> None:
    """A negative number is a number in the table, at the precision of the source."""
    told = result("density", r.Statistic.PERCENT_CHANGE, value, months=-3, unit="%")
    (row,) = table(
        exports.results_csv(review_of({"a": study(groups=[r.Group(id="g", label="G", n=2, results=(told,))])}))
    )
    assert row["value"] == str(value)
    assert float(row["value"]) == value
    assert row["months"] == "-3"


def test_results_of_the_small_review() -> None:
    """Each result of a person or group is one row, with its numbers in columns and once in words."""
    rows = table(exports.results_csv(linked(BASE)))
    assert [(row["study"], row["arm"], row["outcome"]) for row in rows] == [
        ("gamma2022", "all", "fracture"),
        ("beta2021", "p1", "density"),
        ("alpha2020", "treated", "density"),
        ("alpha2020", "treated", "fracture"),
        ("alpha2020", "untreated", "density"),
        ("alpha2020", "p1", "pain"),
        ("delta2019", "all", "density"),
    ]
    first = rows[2]
    assert tuple(first) == exports.RESULT_COLUMNS
    assert {key: value for key, value in first.items() if value} == {
        "study": "alpha2020",
        "arm": "treated",
        "arm_kind": "group",
        "arm_label": "Drug A",
        "persons": "8",
        "has_condition": "true",
        "counted": "true",
        "treatments": "drug-a",
        "outcome": "density",
        "statistic": "percent_change",
        "value": "10.0",
        "unit": "%",
        "sd": "2.5",
        "months": "12",
        "months_after": "first-dose",
        "in_words": "+10.0% (SD 2.5), 12 months after first dose",
        "where": "abstract",
    } | {key: first[key] for key in ("in_words",)}
    assert rows[4]["value"] == "-1.5"
    assert [row["counted"] for row in rows] == ["false", "true", "true", "true", "true", "true", "false"]
    assert [row["months_after"] for row in rows if not row["months"]] == ["not_reported", "unclear"]


def test_studies_of_the_small_review() -> None:
    """Each study is one row, and the persons of the rows add up to those of the review."""
    review = linked(BASE)
    rows = table(exports.studies_csv(review))
    assert [row["study"] for row in rows] == ["gamma2022", "beta2021", "alpha2020", "delta2019"]
    assert [row["persons_counted"] for row in rows] == ["0", "1", "12", "0"]
    assert sum(int(row["persons_counted"]) for row in rows) == review.persons
    assert rows[2]["treatments"] == "drug-a; waiting"
    assert rows[2]["doi"] == "10.1000/alpha"
    assert rows[0]["pmid"] == "12345678"
    assert rows[1]["country"] == "not_reported"


def test_a_study_left_out_is_marked_in_both_tables() -> None:
    """Whoever adds up the tables gets the counts of the review also where studies overlap."""
    group = r.Group(
        id="g",
        label="G",
        n=5,
        exposures=(exposure("drug-a"),),
        results=(result("pain", r.Statistic.DESCRIPTION, "less"),),
    )
    larger = group.model_copy(update={"n": 8})
    review = review_of({"a": study(groups=[group], overlaps={"b": "certain"}), "b": study(groups=[larger])})
    assert [row["persons_counted"] for row in table(exports.studies_csv(review))] == ["0", "8"]
    assert [row["counted"] for row in table(exports.results_csv(review))] == ["false", "true"]


def test_every_number_of_a_result_has_its_column() -> None:
    """Ends of intervals are not mixed up, and what is not there is empty, not 0."""
    told = r.Result(
        outcome="density",
        statistic=r.Statistic.MEAN,
        value=-1.5,
        baseline=0,
        unit="g/cm2",
        sd=0.5,
        se=0.25,
        ci95=(-2, -1),
        iqr=(-1.75, -1.25),
        range=(-9, 0),
        n=7,
        of=8,
        site="left hip",
        time=r.Time(months=-2, after="delivery"),
        where="table 1",
    )
    bare = result("density", r.Statistic.MEAN, 0)
    healthy = r.Group(id="h", label="H", n=30, has_condition=False, results=(bare,))
    rows = table(
        exports.results_csv(review_of({"a": study(groups=[r.Group(id="g", label="G", n=9, results=(told,)), healthy])}))
    )
    numbers = {
        "value": "-1.5",
        "baseline": "0",
        "sd": "0.5",
        "se": "0.25",
        "ci95_low": "-2",
        "ci95_high": "-1",
        "iqr_low": "-1.75",
        "iqr_high": "-1.25",
        "range_low": "-9",
        "range_high": "0",
        "persons": "7",
        "of": "8",
        "months": "-2",
        "months_after": "delivery",
        "site": "left hip",
    }
    assert {name: rows[0][name] for name in numbers} == numbers
    assert {name: rows[1][name] for name in numbers} == dict.fromkeys(numbers, "") | {
        "value": "0",
        "persons": "30",
        "months_after": "not_reported",
    }
    assert [(row["arm"], row["has_condition"], row["counted"]) for row in rows] == [
        ("g", "true", "true"),
        ("h", "false", "false"),
    ]


def test_a_study_with_several_reports_names_what_is_known_of_each() -> None:
    several = study(persons=[r.Person(id="p")]).model_copy(update={"reports": ("gamma2022", "beta2021", "alpha2020")})
    (row,) = table(exports.studies_csv(review_of({"a": several})))
    assert (row["reports"], row["year"]) == ("gamma2022; beta2021; alpha2020", "2020")
    assert (row["doi"], row["pmid"]) == ("10.1000/beta; 10.1000/alpha", "12345678")
    assert row["read"] == "abstract; abstract; abstract"


def test_a_study_without_a_known_report_has_no_year() -> None:
    lost = study(persons=[r.Person(id="p")]).model_copy(update={"reports": ("nowhere1999",)})
    (row,) = table(exports.studies_csv(review_of({"a": lost})))
    assert (row["year"], row["reports"], row["read"], row["persons_counted"]) == ("", "", "", "1")


def test_a_person_told_of_twice_is_counted_in_one_row() -> None:
    """Both records have their results, but of one person, so that rows which are counted hold nobody twice."""
    told = result("density", r.Statistic.PERCENT_CHANGE, 5, months=12, unit="%")
    one = r.Person(id="p", results=(told,))
    again = r.Person(id="p", results=(told,), same_person_as="a/p")
    review = review_of({"a": study(persons=[one]), "b": study(persons=[again])})
    rows = table(exports.results_csv(review))
    assert [(row["study"], row["arm_kind"], row["counted"]) for row in rows] == [
        ("a", "person", "true"),
        ("b", "person", "false"),
    ]


# --- the whole review ------------------------------------------------------------------------------------------------


def whole(root: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(exports.review_json(linked(root)))
    return made


def test_the_json_file_holds_every_record_as_written() -> None:
    """Each record is there with every field of its file, also where that says that something is not reported."""
    review = linked(BASE)
    made = whole(BASE)
    evidence = review.evidence
    assert made["review"] == evidence.review.document.data
    assert made["outcomes"] == evidence.outcomes[0].document.data
    for name, folder in (
        ("studies", evidence.studies),
        ("treatments", evidence.treatments),
        ("cases", evidence.cases),
        ("topics", evidence.topics),
    ):
        rows = {row["id"]: row for row in made[name]}
        assert rows.keys() == folder.keys()
        for id_, loaded in folder.items():
            assert {k: v for k, v in rows[id_].items() if k not in ("id", "computed")} == without_levels(
                loaded.document.data, rows[id_]
            )
    assert {row["key"]: row["source"] for row in made["references"]} == {
        key: loaded.document.data for key, loaded in evidence.sources.items()
    }


def without_levels(written: Any, row: dict[str, Any]) -> Any:
    """What was written, with the computed levels of certainty that the file adds."""
    if "certainty" not in row:
        return written
    levels = [rating["level"] for rating in row["certainty"]]
    ratings = [{**rating, "level": level} for rating, level in zip(written.get("certainty", []), levels, strict=True)]
    return {**written, "certainty": ratings}


def test_the_json_file_holds_what_was_computed() -> None:
    """Counts and levels are those of the pages."""
    made = whole(BASE)
    assert made["format"] == 1
    assert made["counts"] == {"persons": 13, "studies": 2, "reports": 2, "sources": 4}
    treatments = {row["id"]: row for row in made["treatments"]}
    assert treatments["drug-a"]["computed"] == {"persons": 8, "studies": ["alpha2020"], "reports": 1}
    assert treatments["drug-a"]["certainty"][0]["level"] == "very_low"
    assert {row["id"]: row["computed"] for row in made["studies"]} == {
        "alpha2020": {"persons": 12, "year": 2020},
        "beta2021": {"persons": 1, "year": 2021},
        "gamma2022": {"persons": 0, "year": 2022},
        "delta2019": {"persons": 0, "year": 2019},
    }
    assert {row["key"]: row["csl"]["DOI"] for row in made["references"] if "DOI" in row["csl"]} == {
        "alpha2020": "10.1000/alpha",
        "beta2021": "10.1000/beta",
        "delta2019": "10.1000/delta",
    }


def test_numbers_in_the_json_file_keep_their_precision() -> None:
    """10 and 10.0 stay apart."""
    text = exports.review_json(linked(BASE))
    assert '"value": 10.0,' in text
    assert '"value": 6,' in text


def test_hostile_text_is_text_in_the_json_file(tmp_path: Path) -> None:
    """What a contributor writes comes back as it was, whatever it looks like."""
    hostile = '</script><script>alert("1")</script> \\u0041 {{ x }} =1+1'
    root = write_review(
        tmp_path,
        {"evidence/treatments/waiting.yaml": [{"replace": "name: Waiting", "by": f"name: {json.dumps(hostile)}"}]},
    )
    assert whole(root)["treatments"][0]["name"] == hostile


def test_a_result_of_some_of_a_group_does_not_take_the_number_of_all() -> None:
    """Whoever computes with the file is not told that 52 had a gain that an unknown number of them had."""
    told = r.Result(
        outcome="density",
        statistic=r.Statistic.PERCENT_CHANGE,
        value=10,
        unit="%",
        time=r.Missing.NOT_REPORTED,
        treatment="drug-a",
        where="abstract",
    )
    everybody = r.Group(id="g", label="G", n=52, results=(told,))
    (row,) = table(exports.results_csv(review_of({"a": study(groups=[everybody])})))
    assert row["persons"] == ""
