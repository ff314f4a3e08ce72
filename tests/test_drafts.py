"""Forms of the issue tracker become drafts of records, and whatever a stranger writes stays text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt
from reviews import write_review

from evidence_site import drafts, records as r
from evidence_site.cli import main
from evidence_site.problems import Problem
from evidence_site.record_reading import read_record
from evidence_site.review import Evidence, load

ROOT = Path(__file__).resolve().parent.parent
FORMS = {form.name: form for form in drafts.read_forms(ROOT / drafts.FORMS)}


def body(form: str, answers: Mapping[str, str]) -> str:
    """What GitHub makes of a filled form."""
    parts = [f"### {label}\n\n{answers.get(id_) or '_No response_'}" for id_, label in FORMS[form].labels.items()]
    return "\n\n".join(parts)


def blocks(comment: str) -> dict[str, str]:
    """The fenced blocks of a comment, by the place before them, as a Markdown parser sees them."""
    tokens = MarkdownIt("commonmark").parse(comment)
    fences = [token.content for token in tokens if token.type == "fence"]
    places = [t.content.strip("`:") for t in tokens if t.type == "inline" and re.fullmatch(r"`.*`:", t.content)]
    assert len(fences) == len(places)
    return dict(zip(places, fences, strict=True))


def review(root: Path, edits: Mapping[str, object] | None = None) -> Evidence:
    evidence, problems = load(write_review(root, edits))
    assert evidence is not None, problems
    return evidence


def made(root: Path, form: str, answers: Mapping[str, str]) -> str:
    comment = drafts.draft(body(form, answers), list(FORMS.values()), review(root))
    assert isinstance(comment, str), comment
    return comment


STUDY = {
    "identifier": "https://doi.org/10.1000/omega",
    "title": "Three persons with drug A",
    "design": "case_series",
    "read": "abstract",
    "population": "Three persons.",
    "n": "3",
    "treatment": "Drug A",
    "dose": "5 mg daily",
    "results": "Density rose by 5% in 12 months.",
    "where": "table 2",
}


def test_a_new_study_becomes_a_record(tmp_path: Path) -> None:
    """The answers stand in the fields they belong to, the treatment by its id, and what is unknown is to be written."""
    comment = made(tmp_path, "add-a-study", STUDY)
    assert "`python build_site.py import 10.1000/omega` prints the key" in comment
    found = blocks(comment)
    assert list(found) == ["evidence/sources/KEY.yaml", "evidence/studies/ID.yaml"]
    path = tmp_path / "omega.yaml"
    path.write_text(found["evidence/studies/ID.yaml"], "utf-8")
    read, problems = read_record(r.Study, path, "omega.yaml")
    assert problems == []
    assert read is not None
    study = read.record
    assert (study.title, study.design, study.reports) == (STUDY["title"], "case_series", ("KEY",))
    assert study.summary == "Density rose by 5% in 12 months [@KEY, table 2]."
    (group,) = study.groups
    assert (group.n, group.exposures[0].treatment, group.exposures[0].dose) == (3, "drug-a", "5 mg daily")


def test_what_fits_no_field_stands_on_top(tmp_path: Path) -> None:
    """A number of persons in words makes no group, and neither it nor the treatment is lost."""
    found = blocks(made(tmp_path, "add-a-study", {**STUDY, "n": "about 3"}))["evidence/studies/ID.yaml"]
    for line in ("Treatment: Drug A", "Persons who had it: about 3", "Dose, route and duration: 5 mg daily"):
        assert f"\n# {line}\n" in f"\n{found}"


def test_a_source_that_is_there_is_recognised(tmp_path: Path) -> None:
    """By DOI or PMID: the comment names its key, and the study that has it already."""
    comment = made(tmp_path, "add-a-study", STUDY | {"identifier": "doi: 10.1000/ALPHA"})
    assert "in the review already, as `alpha2020`. It is told of in `evidence/studies/alpha2020.yaml`" in comment
    assert "import" not in comment
    assert "as `gamma2022`" in made(tmp_path, "add-a-study", STUDY | {"identifier": "PMID:12345678"})


def test_a_challenged_statement_is_found_by_its_words(tmp_path: Path) -> None:
    """The draft takes the place of the statement that is most like the one that was quoted."""
    evidence = review(tmp_path)
    treatment = evidence.treatments["drug-a"]
    statement = treatment.record.statements[0]
    words = re.sub(r" *\[@[^\]]*\]", "", statement.text)
    answers = {
        "page": "https://example.org/review/treatments/drug-a/#statements",
        "now": words,
        "should": "It is otherwise.",
        "identifier": "10.1000/beta",
        "where": "page 3; end",
        "read": "full_text",
    }
    (place, text), *rest = blocks(made(tmp_path, "challenge-a-statement", answers)).items()
    assert not rest
    assert place == f"evidence/treatments/drug-a.yaml:{treatment.place(('statements', 0, 'text')).line}"
    assert yaml.safe_load(text) == [{"id": statement.id, "text": "It is otherwise [@beta2021, page 3 end]."}]


def test_a_wrong_number_among_the_evidence_is_found_in_its_study(tmp_path: Path) -> None:
    """That page shows results of studies; the page of the treatment itself shows none."""
    study = review(tmp_path).studies["alpha2020"]
    answers = {"now": "31.5", "should": "32.5", "where": "table 1"}
    there, not_there = (
        made(tmp_path, "report-an-error", answers | {"page": f"https://example.org/{page}"})
        for page in ("treatments/drug-a/evidence/#participants", "treatments/drug-a/")
    )
    place = study.place(("groups", 0, "age_years", "mean"))
    assert list(blocks(there)) == [f"evidence/studies/alpha2020.yaml:{place.line}"]
    assert "was not found in the record of that page" in not_there


def test_a_wrong_number_is_found_in_its_record(tmp_path: Path) -> None:
    """Whole values come before numbers within a text, and other numbers that contain it are none."""
    evidence = review(tmp_path)
    values = [
        (path, value)
        for path, value in drafts._values(evidence.studies["alpha2020"].document.data)
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    path, value = values[0]
    answers = {
        "page": "https://example.org/studies/alpha2020/",
        "now": str(value),
        "should": "77",
        "where": "table 1\n# x",
    }
    place, text = next(iter(blocks(made(tmp_path, "report-an-error", answers)).items()))
    assert place == f"evidence/studies/alpha2020.yaml:{evidence.studies['alpha2020'].place(path).line}"
    assert yaml.safe_load(text) == {str(path[-1]): 77}
    assert text.endswith(f"# was {value}; table 1 # x\n")
    nothing = made(tmp_path, "report-an-error", answers | {"now": "98765"})
    assert "was not found in the record of that page" in nothing


def test_a_text_of_another_kind_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An issue that is no form gives a problem in plain words and no draft."""
    for text in ("", "Hello", "### DOI or PMID\n\n10.1000/x"):
        refusal = drafts.draft(text, list(FORMS.values()), review(tmp_path))
        assert isinstance(refusal, Problem)
        assert refusal.code == "no-form-text"
    file = tmp_path / "issue.md"
    file.write_text("Hello")
    assert main(["draft", str(file), "--root", str(tmp_path)]) == 1
    assert "[no-forms]" in capsys.readouterr().err
    assert main(["draft", str(tmp_path / "nowhere.md"), "--root", str(tmp_path)]) == 2


def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    """Brackets become round, a number too long for a field stands on top, and what is cut says that it is."""
    interval = made(tmp_path, "add-a-study", {**STUDY, "results": "Hazard ratio 0.61 [0.45-0.83]."})
    assert 'summary: "Hazard ratio 0.61 (0.45-0.83) [@KEY, table 2]."' in interval
    assert "\n# Persons who had it: 12345678\n" in made(tmp_path, "add-a-study", {**STUDY, "n": "12345678"})
    long = made(tmp_path, "add-a-study", {**STUDY, "population": "word " * 3000, "where": "table " * 60})
    assert long.count("… (cut here)") == 2


def test_a_full_stop_behind_a_doi_is_no_part_of_it(tmp_path: Path) -> None:
    """As in a reference that was copied."""
    for identifier in ("10.1000/alpha.", "doi:10.1000/alpha;", "https://doi.org/10.1000/alpha),"):
        assert "as `alpha2020`" in made(tmp_path, "add-a-study", STUDY | {"identifier": identifier}), identifier


def test_a_record_that_is_there_is_not_written_anew(tmp_path: Path) -> None:
    """Else its findings would be lost, and its persons be counted twice."""
    comment = made(tmp_path, "add-a-study", STUDY | {"identifier": "10.1000/alpha", "read": "full_text"})
    assert list(blocks(comment)) == ["evidence/studies/alpha2020.yaml"]
    assert "Put the study into" not in comment
    assert "`evidence/sources/alpha2020.yaml` says `read: " in comment
    assert "this answer `read: full_text`" in comment


@pytest.mark.parametrize(
    ("written", "copied"), [("-5.5", "−5.5"), ("15.5", "+15.5"), ("-5.5", "−5.5%"), ("15.5", "+15.5 g/cm²")]
)
def test_a_number_is_found_as_the_page_shows_it(tmp_path: Path, written: str, copied: str) -> None:
    """With a true minus sign, a plus sign or a unit: the record has none of these."""
    path = write_review(tmp_path) / "evidence/studies/alpha2020.yaml"
    text = re.sub(r"(?m)^( *)value: .*$", rf"\g<1>value: {written}", path.read_text("utf-8"), count=1)
    path.write_text(text, "utf-8")
    evidence, problems = load(tmp_path)
    assert evidence is not None, problems
    answers = {"page": "https://example.org/studies/alpha2020/", "now": copied, "should": "−77", "where": "table 1"}
    comment = drafts.draft(body("report-an-error", answers), list(FORMS.values()), evidence)
    assert isinstance(comment, str)
    assert f"value: -77 # was {written}; table 1" in comment


def test_an_error_that_is_not_found_is_told_in_full(tmp_path: Path) -> None:
    """With its place in the source; of many places it is said how many are shown."""
    answers = {"page": "", "now": "98765", "should": "−5", "where": "page 9"}
    comment = made(tmp_path, "report-an-error", answers)
    assert "value: -5 # was 98765; page 9\n" in comment
    many = made(tmp_path, "report-an-error", answers | {"now": "12"})
    assert re.search(r"It stands in \d+ places, of which the first 5 are shown", many)


def test_a_wrong_reference_is_found_in_the_bibliography(tmp_path: Path) -> None:
    """On the page of a reference it is in references.bib that a year or a volume stands."""
    answers = {
        "page": "https://example.org/references/alpha2020/",
        "now": "2020",
        "should": "2021",
        "where": "title page",
    }
    comment = made(tmp_path, "report-an-error", answers)
    line = next(
        number
        for number, text in enumerate((tmp_path / "evidence/references.bib").read_text("utf-8").splitlines(), 1)
        if "year" in text and "2020" in text
    )
    assert blocks(comment) == {f"evidence/references.bib:{line}": "year: 2021 # was 2020; title page\n"}


def test_only_the_wrong_number_of_a_sentence_changes(tmp_path: Path) -> None:
    """Digits within another number stay."""
    edits = {"evidence/studies/alpha2020.yaml": [{"append": "doubts: ['Of 13 persons 3 are told of.']\n"}]}
    answers = {"page": "https://example.org/studies/alpha2020/", "now": "3", "should": "4", "where": "p. 1"}
    comment = drafts.draft(body("report-an-error", answers), list(FORMS.values()), review(tmp_path, edits))
    assert isinstance(comment, str)
    assert "Of 13 persons 4 are told of." in comment


@pytest.mark.parametrize(
    ("identifier", "step"),
    [
        ("The Lancet 2019", "import DOI`"),
        ("https://pubmed.ncbi.nlm.nih.gov/29389010/?x=1", "import PMID:29389010`"),
        ("PMID 29389010, 2018", "import PMID:29389010`"),
        ("29389010", "import PMID:29389010`"),
        ("10.1016/S0140-6736(05)67528-9", "import '10.1016/S0140-6736(05)67528-9'`"),
    ],
)
def test_what_is_to_be_imported(tmp_path: Path, identifier: str, step: str) -> None:
    """A year is no PMID, and brackets are quoted for the shell."""
    assert step in made(tmp_path, "add-a-study", STUDY | {"identifier": identifier})


def test_a_form_with_a_changed_heading_is_named(tmp_path: Path) -> None:
    """Whoever edits an issue is told which heading is gone; a mark that Windows puts in front is none of it."""
    text = body("report-an-error", {"now": "5", "should": "6"})
    refusal = drafts.draft(text.replace("### What it should be", "### New"), list(FORMS.values()), review(tmp_path))
    assert isinstance(refusal, Problem)
    assert (
        refusal.message
        == "In this text, made with the form “Report an error”, a heading is missing: “### What it should be”."
    )
    assert "Put it back" in refusal.hint
    assert isinstance(drafts.draft("\ufeff" + text, list(FORMS.values()), review(tmp_path)), str)


def test_the_command_prints_the_comment(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """For the real review and its forms."""
    file = tmp_path / "issue.md"
    file.write_bytes(body("add-a-study", STUDY).replace("\n", "\r\n").encode())
    assert main(["draft", str(file), "--root", str(ROOT)]) == 0
    assert capsys.readouterr().out.startswith("This is a draft of the new study.")


HOSTILE = st.text(max_size=80) | st.sampled_from(
    [
        "`````\n@everyone <script>alert(1)</script>",
        "### Design\n\nrct",
        '" : [x] & *a !!python/object #',
        "[x](javascript:alert(1)) [@alpha2020]",
        "\x1b[31m ##[error] ::error::x\n::error::y",
        "~~~\n```\n---\n...\n%YAML 1.2",
        "- {a: b}\n\ttab",
    ]
)


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(FORMS)),
    st.dictionaries(st.sampled_from(sorted({i for f in FORMS.values() for i in f.labels})), HOSTILE),
)
def test_whatever_is_written_stays_text(small: Evidence, form: str, answers: dict[str, str]) -> None:
    """No answer leaves its fenced block, breaks the YAML in it, or becomes an instruction for a program."""
    comment = drafts.draft(body(form, answers), list(FORMS.values()), small)
    if isinstance(comment, Problem):  # an answer that holds the next question is none of ours
        return
    for text in blocks(comment).values():
        data = yaml.safe_load(text)
        assert isinstance(data, dict | list)
        assert all(c.isprintable() or c == "\n" for c in text)
    outside = "".join(
        token.content for token in MarkdownIt("commonmark").parse(comment) if token.type in ("inline", "html_block")
    )
    assert not re.search(r"<script|@everyone|javascript:|\x1b", outside)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return review(tmp_path_factory.mktemp("small"))


# --- the forms -------------------------------------------------------------------------------------------------------


def test_each_form_has_a_draft() -> None:
    assert FORMS.keys() == drafts._MAKERS.keys()


def test_choices_are_those_of_the_records() -> None:
    """What a form lets people choose is what a record may say."""
    for name in FORMS:
        form = yaml.safe_load((ROOT / drafts.FORMS / f"{name}.yml").read_text("utf-8"))
        for part in form["body"]:
            if part.get("id") == "design":
                assert part["attributes"]["options"] == [design.value for design in r.Design]
            if part.get("id") == "read":
                assert part["attributes"]["options"] == [reading.value for reading in r.Reading]
            if part["type"] == "dropdown":
                assert part["attributes"]["options"][part["attributes"]["default"]] in ("unclear", "abstract")


def test_every_form_asks_to_spare_patients() -> None:
    """No form can be sent without the promise that nobody can be recognised by it."""
    for name in FORMS:
        form = yaml.safe_load((ROOT / drafts.FORMS / f"{name}.yml").read_text("utf-8"))
        (agreed,) = [part for part in form["body"] if part["type"] == "checkboxes"]
        assert all(option["required"] for option in agreed["attributes"]["options"])
