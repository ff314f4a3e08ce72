"""Studies that two readers extract without knowing of each other: figures, checks, what is published and when."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from reviews import BASE, Edits, edited, linked, problems_of, write_review
from test_diff import said, two_versions

from evidence_site import exports, records as r, views
from evidence_site.agreement import FEWEST, OWN_WORDS, Agreement, agreement, kappa, together
from evidence_site.cli import main
from evidence_site.extractions import Pair, pairs, settled, worksheet
from evidence_site.making import make_tree
from evidence_site.record_reading import Loaded
from evidence_site.review import load
from evidence_site.yaml_reading import Document

STUDY = "evidence/studies/alpha2020.yaml"
FILES = {letter: f"evidence/studies/alpha2020.{letter}.yaml" for letter in "ab"}
TEXT = (BASE / STUDY).read_text("utf-8")
PEOPLE = """\
contributors:
  - {id: ada, name: Ada Example}
  - {id: ben, name: Ben Example}
  - {id: cy, name: Cy Example}
"""
FRACTURES = """\
      - outcome: fracture
        statistic: persons_with_event
        value: 0
        time:
          months: 24
          after: delivery
        where: abstract
"""
Output = pytest.CaptureFixture[str]


def changed(*changes: tuple[str, str]) -> str:
    return edited(TEXT, [{"replace": old, "by": new} for old, new in changes])


B = changed(
    ("title: Twelve persons with drug A or without", "title: Other words"),
    ("design: case_series", "design: cohort"),
    ("    n: 8\n", "    n: 9\n"),
    ("agent: examplumab", "agent: Examplumab."),
    (FRACTURES, ""),
)


def twice(whole: str | None = None, **more: object) -> Edits:
    """The small review with two extractions of one study, and what holds."""
    return {
        "evidence/review.yaml": [{"append": PEOPLE}],
        FILES["a"]: f"{TEXT}extracted_by: ada\n",
        FILES["b"]: f"{B}extracted_by: ben\n",
        STUDY: whole,
        **more,
    }


WHOLE = f"{changed(('design: case_series', 'design: cohort'))}adjudicated_by: {{reader: cy, date: 2024-06-02}}\n"


# --- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # 20 patients judged by two doctors: 12 both yes, 2 both no, 2 and 4 not; po 0.7, pe 0.62
        ([("y", "y")] * 12 + [("y", "n")] * 2 + [("n", "y")] * 4 + [("n", "n")] * 2, 0.08 / 0.38),
        ([("a", "a"), ("b", "b"), ("c", "c")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0),
        ([(True, True), (False, "unclear")], 1 / 3),
        ([("a", "a")] * 5, None),  # chance alone gives this
        ([], None),
    ],
)
def test_kappa(pairs: list[tuple[object, object]], expected: float | None) -> None:
    """Agreement beyond chance, by the formula of Cohen 1960."""
    found = kappa(pairs)
    assert found is None if expected is None else found == pytest.approx(expected)


def rows(edits: Edits, tmp_path: Path) -> Agreement:
    return pairs(linked(write_review(tmp_path, edits)).evidence)["alpha2020"].agreement


def test_what_two_readers_say_of_each_field(tmp_path: Path) -> None:
    """Numbers, closed lists and names count; words of one's own, spelling and the order of a list do not."""
    found = rows(twice(), tmp_path)
    assert [(row.words, row.a, row.b) for row in found.differing[:2]] == [
        ("design", "case_series", "cohort"),
        ("groups “treated”, n", 8, 9),
    ]
    only = found.differing[2]
    assert only.words == "groups “treated”, results “fracture”" and only.b is None and only.a["value"] == 0
    assert len(found.differing) == 3
    assert (
        found.in_words == f"{found.fields - 3} of {found.fields} fields ({100 * (found.fields - 3) // found.fields}%)"
    )
    said = {row.words for row in found.rows}
    assert not any(word in words for words in said for word in ("title", "summary", "extracted"))
    assert "groups “treated”, exposures “drug-a”, agent" in said


def test_groups_under_other_ids_are_the_same(tmp_path: Path) -> None:
    """Readers choose ids for themselves; who is meant shows in the numbers."""
    text = TEXT.replace("id: treated", "id: drug").replace("group: treated", "group: drug")
    found = rows(twice(**{FILES["b"]: f"{text}extracted_by: ben\n"}), tmp_path)
    assert found.differing == () and found.percent == 100


def test_other_persons_are_not_the_same(tmp_path: Path) -> None:
    """A person whom one reader alone recorded is one disagreement, though somebody else bears the same id."""
    person = TEXT[TEXT.index("persons:") : TEXT.index("comparisons:")]
    other = "persons:\n  - {id: p9, age_years: 44, follow_up_months: 3}\n"
    found = rows(twice(**{FILES["b"]: f"{TEXT.replace(person, other)}extracted_by: ben\n"}), tmp_path)
    assert [(row.words, row.a is None, row.b is None) for row in found.differing] == [
        ("persons “p9”", True, False),
        ("persons “p1”", False, True),
    ]
    assert not any(row.categorical for row in found.differing), "kappa is of values, not of persons"
    assert {row.path_a for row in found.differing} == {row.path_b for row in found.differing} == {("persons", 0)}


def study(statistics: str) -> r.Study:
    names = {"v": "value", "m": "mean", "d": "median"}
    results = [
        {"outcome": "density", "statistic": names[s], "value": n, "time": "not_reported", "where": "abstract"}
        for n, s in enumerate(statistics)
    ]
    group = {"id": "all", "label": "All", "n": 8, "results": results}
    whole = {"title": "x", "reports": ["x"], "design": "cohort", "population": "x", "summary": "x", "groups": [group]}
    return r.Study.model_validate_json(json.dumps(whole))


def test_kappa_is_given_where_enough_was_compared() -> None:
    """Of one kind of field over all results, and of several studies together; with few values it says nothing."""
    one = agreement(study("vvvvvmmmmm"), study("vvvvvmmmmv"))
    (found,) = one.kappas
    assert (found.kind, found.n) == ("groups, results, statistic", FEWEST)
    assert found.value == pytest.approx(0.8)
    few = agreement(study("vmmvm"), study("vmmvd"))
    assert few.kappas == ()
    assert [k.n for k in together([few, few]).kappas] == [10]


def appraised(answers: dict[str, object], overall: object) -> r.Study:
    appraisal = {"instrument": "jbi-case-report", "answers": answers, "overall": overall}
    whole = {"title": "x", "reports": ["x"], "design": "cohort", "population": "x", "summary": "x"}
    return r.Study.model_validate_json(json.dumps({**whole, "appraisal": appraisal}))


def test_judgements_are_categories_however_they_are_written() -> None:
    """With a reason or bare; one that a reader left out is no category, but a disagreement all the same."""
    a = appraised({"history": "yes", "harms": {"answer": "no", "reason": "None told."}, "lessons": "yes"}, "low")
    b = appraised({"history": {"answer": "no"}, "harms": "no", "tests": {"answer": "no"}}, {"answer": "low"})
    rows = {row.kind: (row.a, row.b, row.agree, row.categorical) for row in agreement(a, b).rows}
    assert {
        kind: row for kind, row in rows.items() if kind.startswith(("appraisal, answers", "appraisal, overall"))
    } == {
        "appraisal, answers, history": ("yes", "no", False, True),
        "appraisal, answers, harms": ("no", "no", True, True),
        "appraisal, answers, tests": (None, "no", False, False),
        "appraisal, answers, lessons": ("yes", None, False, False),
        "appraisal, overall": ("low", "low", True, True),
    }
    both = agreement(appraised({"history": "yes"}, "low"), appraised({"history": "no"}, "low"))
    assert [(k.kind, k.n, k.value) for k in together([both] * FEWEST).kappas] == [
        ("appraisal, answers, history", FEWEST, 0.0)
    ]


LEAST = {"title": "x", "reports": ["x"], "design": "cohort", "population": "x", "summary": "x"}


def extraction(**fields: object) -> r.Study:
    return r.Study.model_validate_json(json.dumps({**LEAST, **fields}))


def measured(value: float, **more: object) -> dict[str, object]:
    return {"outcome": "density", "statistic": "mean", "value": value, "time": "not_reported", "where": "t", **more}


def test_every_field_is_compared_with_the_same_of_the_other_wherever_that_stands() -> None:
    """Persons, groups and results in another order and under other ids; fields that one reader alone filled in."""
    later = {"time": {"months": 12, "after": "delivery"}, "unit": "%"}
    age = {"mean": 31, "range": [24, 40]}
    a = extraction(
        country="Japan",
        groups=[
            {
                "id": "all",
                "label": "All",
                "n": 8,
                "age_years": age,
                "characteristics": {"parity": 1, "smoker": True},
                "results": [measured(1.5), measured(-2.5, **later)],
            }
        ],
        persons=[{"id": "p1", "age_years": 30, "follow_up_months": 7}, {"id": "p2", "age_years": 41, "group": "all"}],
    )
    b = extraction(
        country="japan ",
        groups=[
            {
                "id": "whole",
                "label": "Everybody",
                "n": 8,
                "age_years": {**age, "range": [24, 41]},
                "characteristics": {"smoker": "unclear", "parity": 1, "weight": 60},
                "results": [measured(-2.5, **later), measured(1.5, sd=2)],
            }
        ],
        persons=[{"id": "x", "age_years": 41, "group": "whole"}, {"id": "y", "age_years": 30, "follow_up_months": 7}],
        adjudicated_by="cy",
    )
    found = agreement(a, b)
    group, first, second = ("groups", 0), ("results", 0), ("results", 1)
    words = "groups “whole”"
    rows = [(row.words, row.path_a, row.path_b, row.a, row.b) for row in found.rows if not row.categorical]
    assert rows == [
        ("reports", ("reports",), ("reports",), ["x"], ["x"]),
        ("country", ("country",), ("country",), "Japan", "japan "),
        *(
            (f"{words}, {', '.join(path).replace('_', ' ')}", (*group, *path), (*group, *path), one, two)
            for path, one, two in (
                (("n",), 8, 8),
                (("age_years", "mean"), 31, 31),
                (("age_years", "range"), [24, 40], [24, 41]),
                (("characteristics", "parity"), 1, 1),
                (("characteristics", "weight"), None, 60),
            )
        ),
        *(
            (f"{words}, results “density”, {', '.join(path)}", (*group, *in_a, *path), (*group, *in_b, *path), one, two)
            for in_a, in_b, path, one, two in (
                (second, first, ("outcome",), "density", "density"),
                (second, first, ("value",), -2.5, -2.5),
                (second, first, ("unit",), "%", "%"),
                (second, first, ("time", "months"), 12, 12),
                (second, first, ("time", "after"), "delivery", "delivery"),
                (first, second, ("outcome",), "density", "density"),
                (first, second, ("value",), 1.5, 1.5),
                (first, second, ("sd",), None, 2),
            )
        ),
        ("persons “x”, age years", ("persons", 1, "age_years"), ("persons", 0, "age_years"), 41, 41),
        ("persons “x”, group", ("persons", 1, "group"), ("persons", 0, "group"), "whole", "whole"),
        ("persons “y”, age years", ("persons", 0, "age_years"), ("persons", 1, "age_years"), 30, 30),
        (
            "persons “y”, follow up months",
            ("persons", 0, "follow_up_months"),
            ("persons", 1, "follow_up_months"),
            7,
            7,
        ),
    ]
    assert [(row.kind, row.a, row.b) for row in found.rows if row.categorical] == [
        ("design", "cohort", "cohort"),
        ("groups, characteristics, smoker", True, "unclear"),
        ("groups, results, statistic", "mean", "mean"),
        ("groups, results, statistic", "mean", "mean"),
        ("groups, results, time", "not_reported", "not_reported"),
    ]
    assert [row.kind for row in found.differing] == [
        "groups, age years, range",
        "groups, characteristics, smoker",
        "groups, characteristics, weight",
        "groups, results, sd",
    ]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("one", "two", "agree"),
    [
        (12, 12.0, True),
        (-1.5, 1.5, False),
        (0, "not_reported", False),
        (0, None, False),
        (1, True, False),
        (False, False, True),
        ("Teriparatide.", "teriparatide", True),
        ("left  hip", "left hip", True),
        ("left hip", "right hip", False),
    ],
)
def test_when_two_values_are_the_same(one: object, two: object, agree: bool, swapped: bool) -> None:
    one, two = (two, one) if swapped else (one, two)
    a, b = (extraction(characteristics={} if value is None else {"x": value}, setting="here") for value in (one, two))
    assert [row.agree for row in agreement(a, b).rows if row.kind == "characteristics, x"] == [agree]


@pytest.mark.parametrize(
    ("field", "one", "two", "is_category"),
    [
        ("design", "cohort", "rct", True),
        ("characteristics", {"x": True}, {"x": False}, True),
        ("characteristics", {"x": True}, {"x": "unclear"}, True),
        ("characteristics", {"x": True}, {"x": "T12"}, False),
        ("characteristics", {"x": True}, {"x": 3}, False),
        ("characteristics", {"x": True}, {}, False),
        ("characteristics", {"x": "not_reported"}, {"x": "unclear"}, False),  # as a number, or in words
        ("country", "not_reported", "unclear", False),
        ("persons", [{"id": "p", "age_years": "unclear"}], [{"id": "p", "age_years": "not_reported"}], False),
        ("directness", "direct", "indirect", True),
    ],
)
def test_categories_are_values_of_closed_lists(field: str, one: object, two: object, is_category: bool) -> None:
    """Kappa is about these alone: a field that takes numbers or any text is none, whatever stands there."""
    for a, b in ((one, two), (two, one)):
        rows = agreement(extraction(**{field: a}), extraction(**{field: b})).rows
        (row,) = (row for row in rows if row.path_b[0] == field)
        assert (row.agree, row.categorical) == (False, is_category)


def test_lists_agree_in_any_order_but_ranges_do_not() -> None:
    for one, two, agree in ((["b", "a"], ["A", "B"], True), (["a"], ["a", "b"], False), (["a"], ["b"], False)):
        rows = agreement(extraction(reports=one), extraction(reports=two)).rows
        assert [row.agree for row in rows if row.kind == "reports"] == [agree]
    rows = agreement(*(extraction(characteristics={"x": {"range": ends}}) for ends in ([1, 2], [2, 1]))).rows
    assert [row.agree for row in rows if row.kind == "characteristics, x, range"] == [False]


def test_what_only_one_of_them_filled_in_is_compared_with_what_silence_means() -> None:
    """A field that is left out says what its default says: not reported."""
    for told, agree in (("Japan", False), ("not_reported", True)):
        for a, b in (({"country": told}, {}), ({}, {"country": told})):
            rows = agreement(extraction(**a), extraction(**b)).rows
            assert [row.agree for row in rows if row.kind == "country"] == [agree]
    assert not any(row.kind == "country" for row in agreement(extraction(), extraction()).rows)
    nobody = agreement(extraction(persons=[]), extraction()).rows
    assert not any(row.kind == "persons" for row in nobody), "two empty lists are nothing to agree in"


def test_without_a_field_there_is_nothing_to_agree_in() -> None:
    assert Agreement(()).in_words == "0 of 0 fields (0%)"


def test_own_words_are_fields_of_a_study() -> None:
    """The list of what is not compared names nothing that has gone."""
    kinds = [kind for kind in vars(r).values() if isinstance(kind, type) and issubclass(kind, r.Record)]
    assert {name for kind in kinds for name in kind.model_fields} >= OWN_WORDS


# --- what is published -----------------------------------------------------------------------------------------------


def test_nothing_is_published_before_it_is_adjudicated(tmp_path: Path, capsys: Output) -> None:
    """The study has no page and counts for nothing; what its readers wrote is copied nowhere, and the rest stands."""
    root = write_review(tmp_path, twice())
    review = linked(root)
    assert "alpha2020" not in review.studies and review.persons == 1
    tree, problems = make_tree(root, with_news=False)
    assert tree is not None, problems
    assert not any("studies/alpha2020" in path for path in tree.files)
    assert "downloads/agreement.csv" not in tree.files
    assert b"alpha2020.a" not in b"".join(tree.files.values())
    capsys.readouterr()
    assert main(["check", "--root", str(root)]) == 0
    out = capsys.readouterr().out
    assert "[not-adjudicated]" in out
    assert "alpha2020: the two extractions agree in" in out
    lines = [line.split("  ") for line in out.splitlines()]
    table = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert ["design", "case_series", "cohort", "no"] in table
    assert table.index(["groups “treated”, n", "8", "9", "no"]) < table.index(
        ["reports", "alpha2020", "alpha2020", "yes"]
    )


def test_once_adjudicated_all_is_shown(tmp_path: Path) -> None:
    """The page names readers and adjudicator, gives the figures and what holds where they differed; copies are there."""
    root = write_review(tmp_path, twice(WHOLE))
    assert [p.code for p in problems_of(root)] == []
    tree, problems = make_tree(root, with_news=False)
    assert tree is not None, problems
    page = re.sub(' data-head="[^"]*"', "", tree.files["studies/alpha2020.md"].decode())
    assert (
        "Extracted by Ada Example and, without knowing of that, by Ben Example; adjudicated by Cy Example (2 June 2024)"
        in page
    )
    figures = pairs(linked(root).evidence)["alpha2020"].agreement.in_words
    assert f"They agreed in {figures}" in page
    assert '<th scope="row">design</th> <td>case series</td> <td>cohort</td> <td>cohort</td>' in page
    assert '<th scope="row">groups “treated”, n</th> <td>8</td> <td>9</td> <td>8</td>' in page
    assert {f"records/studies/alpha2020{end}.yaml" for end in ("", ".a", ".b")} <= tree.files.keys()
    assert f"they agreed in {figures}" in tree.files["studies/index.md"].decode()
    assert views.named_readers(linked(root)).startswith("Of 4 studies, who extracted it is recorded for 1; of these")


def test_downloads_of_what_two_readers_extracted(tmp_path: Path) -> None:
    review = linked(write_review(tmp_path, twice(WHOLE)))
    table = list(csv.DictReader(io.StringIO(exports.agreement_csv(review))))
    by_field = {row["field"]: row for row in table}
    assert tuple(table[0]) == exports.AGREEMENT_COLUMNS
    n = by_field["groups “treated”, n"]
    assert (n["a"], n["b"], n["agree"], n["adjudicated"]) == ("8", "9", "false", "8")
    assert by_field["groups “treated”, results “fracture”"]["adjudicated"].startswith("outcome: fracture; statistic:")
    found = {study["id"]: study for study in json.loads(exports.review_json(review))["studies"]}["alpha2020"]
    assert found["computed"]["agreement"] == {"fields": len(table), "agreed": len(table) - 3, "kappa": []}
    row = next(row for row in csv.DictReader(io.StringIO(exports.studies_csv(review))) if row["study"] == "alpha2020")
    assert (row["extracted_by"], row["adjudicated_by"]) == ("Ada Example; Ben Example", "Cy Example")
    assert exports.agreement_csv(linked(BASE)) == ""


def test_what_holds_is_what_the_adjudicated_record_says(tmp_path: Path) -> None:
    """Also where it says something that neither reader said, or has nothing."""
    whole = WHOLE.replace("    n: 8\n", "    n: 7\n").replace(FRACTURES, "")
    pair = pairs(linked(write_review(tmp_path, twice(whole))).evidence)["alpha2020"]
    held = {row.words: value for row, value in settled(pair)}
    assert held["design"] == "cohort" and held["groups “treated”, n"] == 7
    assert held["groups “treated”, results “fracture”"] is None


def pair_of(a: r.Study, b: r.Study, whole: r.Study | None) -> Pair:
    one, two = (Loaded(f"x.{letter}", record, Document.of("x.yaml", {})) for letter, record in (("a", a), ("b", b)))
    last = Loaded("x", whole, Document.of("x.yaml", {})) if whole else None
    return Pair("x", one, two, last, agreement(a, b))


def test_what_holds_is_found_wherever_each_of_the_three_has_it() -> None:
    """In every record the persons stand in another order and under other ids; each reader saw one whom nobody else saw."""
    first, second = {"age_years": 30, "follow_up_months": 7}, {"age_years": 41, "follow_up_months": 9}
    only_a, only_b = {"age_years": 20, "follow_up_months": 1}, {"age_years": 50, "follow_up_months": 3}
    a = extraction(persons=[{"id": "a1", **first}, {"id": "a2", **second}, {"id": "a3", **only_a}])
    b = extraction(persons=[{"id": "b0", **only_b}, {"id": "b1", **second, "age_years": 42}, {"id": "b2", **first}])
    whole = extraction(persons=[{"id": "w1", **second, "age_years": 43}, {"id": "w2", **only_b}, {"id": "w3", **first}])
    held = {row.words: value for row, value in settled(pair_of(a, b, whole))}
    told = {words: value for words, value in held.items() if words.startswith("persons")}
    assert told == {
        "persons “b1”, age years": 43,
        "persons “b1”, follow up months": 9,
        "persons “b2”, age years": 30,
        "persons “b2”, follow up months": 7,
        "persons “b0”": {"id": "w2", **only_b},
        "persons “a3”": None,
    }


def test_before_adjudication_nothing_holds() -> None:
    assert settled(pair_of(extraction(), extraction(), None)) == []


def test_a_worksheet_tells_long_fields_and_values_apart(tmp_path: Path) -> None:
    """Whoever adjudicates sees which field of a result is meant, and in what two long values differ."""
    long = "a hospital of the country in which the study was done, in the "
    readers = {"a": (TEXT, "ada"), "b": (B, "ben")}
    texts = {
        FILES[letter]: text.replace("country: Exampland", f"country: {long}{name}") + f"extracted_by: {name}\n"
        for letter, (text, name) in readers.items()
    }
    evidence, _ = load(write_review(tmp_path, twice(**texts)))
    assert evidence is not None
    rows = [re.split(r"  +", line) for line in worksheet(evidence).splitlines()[1:]]
    fields = [row[0] for row in rows]
    assert len(fields) == len(set(fields))
    (country,) = (row for row in rows if row[0] == "country")
    assert country[1] != country[2]


def test_a_worksheet_obeys_nobody(tmp_path: Path) -> None:
    """What contributors wrote steers neither a terminal nor the log of a workflow."""
    text = B.replace("country: Exampland", "country: '##[error] here'")
    evidence, _ = load(write_review(tmp_path, twice(**{FILES["b"]: f"{text}extracted_by: ben\n"})))
    assert evidence is not None
    table = worksheet(evidence)
    assert "# #[error] here" in table and "##[" not in table
    assert table.replace("\n", "").isprintable()


# --- other commands --------------------------------------------------------------------------------------------------


def test_the_diff_tells_of_extractions(tmp_path: Path, capsys: Output) -> None:
    """One that is new counts for nothing; once adjudicated the study is there."""
    base = {**twice(), FILES["b"]: None}
    del base[FILES["b"]]
    root = two_versions(tmp_path / "one", base, twice())
    assert "Added (1)\n  Extraction b of alpha2020: extraction added, by one reader; not counted\n" in said(
        root, capsys
    )
    root = two_versions(tmp_path / "two", twice(), twice(WHOLE))
    text = said(root, capsys)
    assert "Alpha and Zed 2020: study added (12 persons counted)" in text and "xtraction" not in text
    root = two_versions(tmp_path / "three", twice(WHOLE), twice(WHOLE, **{FILES["b"]: f"{B}extracted_by: cy\n"}))
    assert "evidence/studies/alpha2020.b.yaml (Extraction b of alpha2020): edited\n    extracted by: ben → cy" in said(
        root, capsys
    )


def test_an_extraction_that_cannot_be_read(tmp_path: Path, capsys: Output) -> None:
    """It is no loss, and the diff says why it could not be compared."""
    root = two_versions(tmp_path, twice(WHOLE), twice(WHOLE, **{FILES["b"]: "titel: x\n"}))
    text = said(root, capsys)
    assert "removed" not in text and "evidence/studies/alpha2020.b.yaml:1:1" in text
