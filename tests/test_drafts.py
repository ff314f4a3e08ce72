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
