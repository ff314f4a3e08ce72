"""``new``: records that begin valid, say what is known, name every field, and never cost anybody a byte."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter
from reviews import BASE, problems_of, write_review

from evidence_site import new_records, records as r, writing
from evidence_site.cli import main
from evidence_site.new_records import KINDS, Wish, create
from evidence_site.scaffolds import TO_DO, scaffold

WISHES = (
    Wish("source", "epsilon2023"),
    Wish("study", "epsilon2023"),
    Wish("case", "second-case", study="beta2021"),
    Wish("treatment", "drug-b"),
    Wish("topic", "course"),
    Wish("outcome", "function"),
)
ENTRY = """
@article{epsilon2023,
  author = {Epsilon, Eve},
  title = {Drug {A} again: 12\\% more, "really"},
  journal = {Journal of Examples},
  year = {2023},
  volume = {5},
  pages = {1--2},
  pmid = {23456789},
}
"""
SOURCE = "design: cohort\nread: abstract\nread_at:\n  - kind: pubmed_record\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small review with one reference that no record tells of yet."""
    return write_review(tmp_path, {"evidence/references.bib": [{"append": ENTRY}]})


def made(root: Path, wish: Wish) -> str:
    file, problems = create(root, wish)
    assert problems == []
    return (root / file).read_bytes().decode()


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# --- what is begun ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.kind)
def test_a_new_record_is_valid(root: Path, wish: Wish) -> None:
    """Nothing is wrong with a new record; each text that is to be written is found by the checks, and nothing else."""
    (root / "evidence/sources/epsilon2023.yaml").write_text(SOURCE) if wish.kind != "source" else None
    before = {problem.message for problem in problems_of(root)}
    text = made(root, wish)
    new = [problem for problem in problems_of(root) if problem.message not in before]
    assert {problem.code for problem in new} <= {"to-do", "unread-source", "uncited-source"}
    written = [line for line in text.splitlines() if TO_DO in line and not line.strip().startswith("#")]
    assert len([problem for problem in new if problem.code == "to-do"]) == len(written)
    assert (len(written) > 0) is (wish.kind != "source")


def test_every_kind_is_tried() -> None:
    """A kind that is added is tried here, too, and every folder of records has one."""
    assert [wish.kind for wish in WISHES] == list(KINDS)


def in_use(text: str) -> str:
    """A new record with every field that is not in use switched on, the way its first comment tells."""
    return re.sub(r"^( *)#(?! \S)", r"\1", text, flags=re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_field_is_there_and_can_be_used(kind: new_records.Kind) -> None:
    """A new record names every field of its type, and with all of them switched on it is still one of its type."""
    data: Any = yaml.load(in_use(scaffold(kind.model, {})), yaml.BaseLoader)
    assert list(data) == list(kind.model.model_fields)
    typed = yaml.safe_load(in_use(scaffold(kind.model, {})))
    TypeAdapter(kind.model).validate_json(yaml_as_json(typed))


def yaml_as_json(data: object) -> str:
    return json.dumps(data, default=str)


def test_fields_are_explained_in_the_words_of_the_types() -> None:
    """What a field means is said by the docstring of its type, and which values it takes by the type."""
    text = " ".join(scaffold(r.Outcome, {}).replace("\n# ", " ").split())
    assert "The units in which a number may be given, as written in results." in text
    assert "One of critical, important, not_important." in text


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_id_in_an_explanation_stays_on_its_line(kind: new_records.Kind) -> None:
    """So that it can be copied: no line of a comment ends within a word that holds a hyphen."""
    assert [line for line in scaffold(kind.model, {}).splitlines() if re.search(r"^# .*\w-$", line)] == []


def test_a_source_tells_what_the_bibliography_knows(root: Path) -> None:
    """The printed reference and where to read it stand above, and the page is the one that its identifier leads to."""
    text = made(root, WISHES[0])
    assert "Epsilon E. Drug A again: 12% more" in text
    assert "https://pubmed.ncbi.nlm.nih.gov/23456789/" in text
    assert yaml.safe_load(text) == {"design": "unclear", "read": "title", "read_at": [{"kind": "pubmed_record"}]}


def test_a_study_tells_what_the_bibliography_knows(root: Path) -> None:
    """Title, report and design come from the entry and its source record, the report from the study's name."""
    (root / "evidence/sources/epsilon2023.yaml").write_text(SOURCE)
    for wish in (WISHES[1], Wish("study", "eve-2023", report="epsilon2023")):
        record = yaml.safe_load(made(root, wish))
        assert record["title"] == 'Drug A again: 12% more, "really"'
        assert (record["reports"], record["design"]) == (["epsilon2023"], "cohort")
        assert record["summary"].endswith("[@epsilon2023].")


def test_a_treatment_answers_each_caution_and_comes_last(root: Path) -> None:
    """The cautions that the review asks about are there to be answered, and its place is the next free one."""
    record = yaml.safe_load(made(root, Wish("treatment", "drug-b", title="Drug: B #2")))
    assert list(record["cautions"]) == ["pregnancy", "lactation"]
    assert (record["order"], record["name"]) == (3, "Drug: B #2")


# --- what is refused -------------------------------------------------------------------------------------------------

REFUSED = [
    (Wish("study", "Epsilon 2023!"), "wrong-form", "Write epsilon-2023"),
    (Wish("topic", "Größe und Maß"), "wrong-form", "Write grosse-und-mass"),
    (Wish("topic", "../review"), "wrong-form", "Write review"),
    (Wish("study", "eve2023.c"), "wrong-form", "two readers are called eve2023.a and eve2023.b"),
    (Wish("study", "eve2023.A"), "wrong-form", "two readers are called eve2023.a and eve2023.b"),
    (Wish("study", "Eve.c"), "wrong-form", "Write eve-c"),
    (Wish("topic", "x" * 81), "wrong-form", f"Write {'x' * 80}"),
    (Wish("source", "epsilon2032"), "unknown-reference", "Did you mean epsilon2023"),
    (Wish("source", "../review"), "unknown-reference", "import"),
    (Wish("study", "eve", report="epsilon203"), "unknown-reference", "Did you mean epsilon2023"),
    (
        Wish("study", "eve"),
        "which-report",
        "behind --report, by its key in evidence/references.bib, such as epsilon2023.",
    ),
    (Wish("study", "alpha2020"), "already-there", "choose another name"),
    (Wish("treatment", "drug-a"), "already-there", "choose another name"),
    (Wish("source", "alpha2020"), "already-there", "choose another name"),
    (Wish("outcome", "pain"), "duplicate-id", "Choose another id"),
    (Wish("case", "second"), "which-study", "--study"),
    (Wish("case", "second", study="gamma2022"), "which-study", "Known: alpha2020, beta2021"),
    (Wish("case", "second", study="beta2021", person="p2"), "which-person", "--person p1"),
]


@pytest.mark.parametrize(("wish", "code", "hint"), REFUSED, ids=[f"{w.kind} {w.name[:12]} {c}" for w, c, _ in REFUSED])
def test_a_name_that_cannot_be_is_refused(root: Path, wish: Wish, code: str, hint: str) -> None:
    """A bad or taken name is refused with what to write instead, and nothing is written."""
    before = contents(root)
    file, problems = create(root, wish)
    assert (file, [problem.code for problem in problems]) == ("", [code])
    assert hint in problems[0].hint
    assert contents(root) == before


def test_a_record_that_cannot_be_read_is_not_written_over(root: Path) -> None:
    """Whatever has the name of the new record stays: a broken one, a link, a folder."""
    topics = root / "evidence/topics"
    (topics / "broken.yaml").write_text("title: [")
    (topics / "link.yaml").symlink_to(root / "elsewhere")
    (topics / "folder.yaml").mkdir()
    for name in ("broken", "link", "folder"):
        assert [problem.code for problem in create(root, Wish("topic", name))[1]] == ["already-there"]
    assert (topics / "broken.yaml").read_text() == "title: ["
    assert not (root / "elsewhere").exists()


# --- the list of outcomes --------------------------------------------------------------------------------------------

LIST = (BASE / "evidence/outcomes.yaml").read_text()
LISTS = {
    "as it is": LIST,
    "no line end at the end": LIST.rstrip("\n"),
    "comments and blank lines at the end": LIST + "\n\n  # the last word\n\n",
    "Windows line ends": LIST.replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + LIST,
    "indented": re.sub("^", "  ", LIST, flags=re.MULTILINE),
    "comments only": "# Outcomes of the review.\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_an_outcome_is_added_and_every_byte_stays(tmp_path: Path, text: str) -> None:
    """The list keeps all that stood in it, byte for byte, and the new outcome is its last."""
    root = write_review(tmp_path, {"evidence/outcomes.yaml": None})
    path = root / "evidence/outcomes.yaml"
    path.write_bytes(text.encode())
    for name in ("function", "death"):
        before = path.read_bytes()
        assert create(root, Wish("outcome", name)) == ("evidence/outcomes.yaml", [])
        assert path.read_bytes().startswith(before)
        assert b"\r\n" not in text.encode() or re.search(rb"(?<!\r)\n", path.read_bytes()) is None
    assert [item["id"] for item in yaml.safe_load(path.read_text("utf-8-sig"))][-2:] == ["function", "death"]


def test_an_empty_list_gives_way(tmp_path: Path) -> None:
    """Only the brackets of an empty list are replaced; where there is no list, one is begun."""
    root = write_review(tmp_path, {"evidence/outcomes.yaml": "# All outcomes\n[]\n"})
    create(root, Wish("outcome", "function"))
    path = root / "evidence/outcomes.yaml"
    assert path.read_text().startswith("# All outcomes\n\n# ")
    path.unlink()
    create(root, Wish("outcome", "function"))
    assert [item["id"] for item in yaml.safe_load(path.read_text())] == ["function"]


@pytest.mark.parametrize("text", ["[{id: a, name: A}]\n", "id: a\nname: A\n", LIST + "...\n", LIST + "  - x\n"])
def test_an_outcome_is_not_added_where_it_cannot_be(tmp_path: Path, text: str) -> None:
    """A file in which the new record would not be read as the last of the list is left alone."""
    root = write_review(tmp_path, {"evidence/outcomes.yaml": text})
    file, problems = create(root, Wish("outcome", "function"))
    assert file == ""
    assert problems
    assert (root / "evidence/outcomes.yaml").read_text() == text


# --- writing ---------------------------------------------------------------------------------------------------------


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """What somebody saved between reading and writing is never lost."""
    file = tmp_path / "list.yaml"
    file.write_bytes(b"new words")
    assert not writing.replace(file, b"old words", b"ours")
    assert file.read_bytes() == b"new words"
    with pytest.raises(FileExistsError):
        writing.create(file, b"ours")
    assert [path.name for path in tmp_path.iterdir()] == ["list.yaml"]


def test_a_replaced_file_keeps_its_rights(tmp_path: Path) -> None:
    """A file that a whole group may edit can still be edited by it."""
    file = tmp_path / "list.yaml"
    file.write_bytes(b"old")
    file.chmod(0o664)
    assert writing.replace(file, b"old", b"ours")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"ours", 0o664)


def test_one_extraction_of_a_study_is_begun_under_its_letter(root: Path) -> None:
    """Two readers who do not know of each other each begin a file of their own."""
    for letter in "ab":
        assert create(root, Wish("study", f"epsilon2023.{letter}")) == (
            f"evidence/studies/epsilon2023.{letter}.yaml",
            [],
        )
        assert "reports: [epsilon2023]" in (root / f"evidence/studies/epsilon2023.{letter}.yaml").read_text("utf-8")
    for wish in (Wish("study", "epsilon2023.c"), Wish("topic", "epsilon2023.a")):
        assert [problem.code for problem in create(root, wish)[1]] == ["wrong-form"]


# --- the command -----------------------------------------------------------------------------------------------------


def test_an_extraction_of_a_study_that_is_there_has_its_reports(root: Path) -> None:
    """Its id need not resemble a key: the report that was proposed was that of another study."""
    studies = root / "evidence" / "studies"
    text = (studies / "beta2021.yaml").read_text("utf-8").replace("[beta2021]", "[beta2021, alpha2020]")
    (studies / "beta2021.yaml").unlink()
    (studies / "vienna-series.yaml").write_text(text, "utf-8")
    begun = yaml.safe_load(made(root, Wish("study", "vienna-series.a")))
    assert begun["reports"] == ["beta2021", "alpha2020"]


def test_the_command(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it wrote and what to do next; a refusal goes to standard error, with exit code 1."""
    assert main(["new", "--root", str(root), "study", "epsilon2023"]) == 0
    out, err = capsys.readouterr()
    assert out == "evidence/studies/epsilon2023.yaml: begun. Now write what begins with “To do:”, then run check.\n"
    assert err == ""
    assert main(["new", "--root", str(root), "study", "epsilon2023"]) == 1
    out, err = capsys.readouterr()
    assert (out, "already-there" in err) == ("", True)
