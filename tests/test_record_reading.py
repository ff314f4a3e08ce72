"""Reading records: what becomes a record, and what a contributor is told about everything else."""

from __future__ import annotations

import copy
import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from evidence_site import limits, records as r
from evidence_site.problems import Place, Problem, in_reading_order
from evidence_site.record_reading import CODES, Loaded, ReadBefore, read_folder, read_record, read_record_list
from evidence_site.record_validation import VALIDATION_CODES

CASES = sorted((Path(__file__).parent / "cases" / "records").glob("*.yaml"))
SHOWN = "evidence/a.yaml"

STUDY = """\
title: Teriparatide after childbirth
reports: [key2020, key2021]
design: case_series
country: not_reported
population: >-
  Women with fractures of the spine
  within months after delivery [@key2020, abstract].
summary: "Bone density rose [@key2020, abstract]."
groups:
  - id: treated
    label: Women treated
    n: 27
    age_years: {mean: 33.1, sd: 4.2}
    exposures:
      - treatment: teriparatide
        dose: "20 µg daily"
        start: {months: 1.5, after: delivery}
        where: abstract
    results:
      - outcome: lumbar-spine-bmd
        statistic: percent_change
        value: 15.5
        ci95: [12, 19]
        unit: "%"
        time: {months: 12, after: first-dose}
        where: abstract
persons:
  - id: p1
    age_years: 31
    onset: {text: in the third month}
    group: treated
    characteristics:
      vertebral-fractures: 4
      breastfeeding-stopped: true
overlaps:
  - {study: other2019, status: possible, note: "The same hospital [@key2021]."}
doubts: []
"""


def read(
    folder: Path, content: str, model: type[r.Record], kind: str = "record"
) -> tuple[list[Loaded[r.Record]], list[Problem]]:
    path = folder / "a.yaml"
    path.write_text(content, "utf-8")
    if kind == "list":
        several, problems = read_record_list(model, path, SHOWN)
        return [*several], problems
    one, problems = read_record(model, path, SHOWN)
    return [] if one is None else [one], problems


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_reading(file: Path, tmp_path: Path) -> None:
    """A record is read as its case says, with all its problems at their exact places and in these words."""
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    loaded, found = read(tmp_path, case["input"], getattr(r, case["model"]), case.get("kind", "record"))
    problems = in_reading_order(found)
    shown = [(p.place.file, p.place.line, p.place.column, p.code) for p in problems]
    assert shown == [(SHOWN, p["line"], p["column"], p["code"]) for p in case["problems"]], problems
    for want, problem in zip(case["problems"], problems, strict=True):
        assert want["message"] in problem.message
        assert want.get("hint", "") in problem.hint
        assert problem.message.endswith(".")
    assert [one.id for one in loaded] == case.get("ids", [] if problems else ["a"])


def test_every_code_has_a_case() -> None:
    """Each code of a record's problems is shown by a case file; the last resort cannot be."""
    shown = {problem["code"] for file in CASES for problem in yaml.safe_load(file.read_text("utf-8"))["problems"]}
    assert set(VALIDATION_CODES) - shown == {"invalid-record"}
    assert shown <= set(CODES)


def test_places_of_a_record(tmp_path: Path) -> None:
    """A loaded record tells where its values, their names and the letters of its texts stand."""
    [loaded], problems = read(tmp_path, STUDY, r.Study)
    assert problems == []
    assert isinstance(loaded.record, r.Study)
    assert loaded.record.groups[0].results[0].ci95 == (12, 19)
    assert loaded.place() == Place(SHOWN, 1, 1)
    assert loaded.place(("groups", 0, "results", 0, "value")) == Place(SHOWN, 22, 16)
    assert loaded.key_place(("groups", 0, "results", 0, "value")) == Place(SHOWN, 22, 9)
    assert loaded.place_of_text(("population",), loaded.record.population.index("[@")) == Place(SHOWN, 7, 32)


def test_places_of_a_record_in_a_list(tmp_path: Path) -> None:
    """The places of a record in a list are told from its own top, as for any other record."""
    loaded, problems = read(tmp_path, "- id: a\n  name: A\n- id: b\n  name: B and C\n", r.Caution, "list")
    assert problems == []
    assert loaded[1].place() == Place(SHOWN, 3, 3)
    assert loaded[1].place(("name",)) == Place(SHOWN, 4, 9)
    assert loaded[1].key_place(("name",)) == Place(SHOWN, 4, 3)
    assert loaded[1].place_of_text(("name",), 6) == Place(SHOWN, 4, 15)


def test_missing_files(tmp_path: Path) -> None:
    """A file that is not there is a problem with its name, a folder that is not there is an empty one."""
    for reader in (read_record, read_record_list):
        _, problems = reader(r.Caution, tmp_path / "none.yaml", SHOWN)
        assert [(problem.code, problem.place) for problem in problems] == [("missing-file", Place(SHOWN))]
    assert read_folder(r.Caution, tmp_path / "none", "evidence/none") == ({}, [])


def test_a_third_extraction_is_no_study_of_its_own(tmp_path: Path) -> None:
    """Named as a study of its own, ``beta-c.yaml``, it would be counted beside the one that it is about."""
    for name in ("beta.a.yaml", "beta.c.yaml"):
        (tmp_path / name).write_text("name: A\n")
    loaded, problems = read_folder(r.Caution, tmp_path, "evidence/studies", twice=True)
    assert "beta.c" not in loaded
    (hint,) = [problem.hint for problem in problems if problem.code == "odd-file-name"]
    assert hint == "The extractions of two readers are called beta.a and beta.b."


def test_folder(tmp_path: Path) -> None:
    """Every record of a folder is read in the order of the ids; what else lies there is named, each with a remedy."""
    good = "id: a\nname: A\n"
    for name in ("b2020.yaml", "a-1.yaml", "a.yaml"):
        (tmp_path / name).write_text(good)
    for name in (
        "Upper2020.yaml",
        "two words.yaml",
        "copy.yml",
        "notes.txt",
        "README",
        ".hidden.yaml",
        ".yaml",
        "ü.yaml",
    ):
        (tmp_path / name).write_text(good)
    (tmp_path / "bad.yaml").write_text("id: a\n")
    (tmp_path / ".gitkeep").write_text("")
    (tmp_path / "more").mkdir()
    loaded, problems = read_folder(r.Caution, tmp_path, "evidence/cautions")
    assert list(loaded) == ["a", "a-1", "b2020"]
    assert loaded["a-1"].place(("name",)) == Place("evidence/cautions/a-1.yaml", 2, 7)
    found = {p.place.file.removeprefix("evidence/cautions/"): (p.code, p.hint) for p in problems}
    assert found == {
        ".hidden.yaml": ("odd-file-name", "Name it hidden.yaml."),
        ".yaml": ("odd-file-name", "Name it name.yaml."),
        "README": ("stray-file", "Move it elsewhere, or name it as a record: name.yaml."),
        "Upper2020.yaml": ("odd-file-name", "Name it upper2020.yaml."),
        "bad.yaml": (
            "missing-field",
            "Add name: text on one line. What it is called on pages. For example, name: In pregnancy",
        ),
        "copy.yml": ("odd-file-name", "Name it copy.yaml."),
        "more": ("sub-folder", "Move its files one level up."),
        "notes.txt": ("stray-file", "Move it elsewhere, or name it as a record: name.yaml."),
        "two words.yaml": ("odd-file-name", "Name it two-words.yaml."),
        "ü.yaml": ("odd-file-name", "Name it u.yaml."),
    }


def test_folder_named_by_keys(tmp_path: Path) -> None:
    """Where files are named by keys of the bibliography, capitals and a few more signs are allowed."""
    for name in ("Ref_2020.yaml", "smith2020b.yaml", "a b.yaml"):
        (tmp_path / name).write_text("id: a\nname: A\n")
    loaded, problems = read_folder(r.Caution, tmp_path, "evidence/sources", keys=True)
    assert list(loaded) == ["Ref_2020", "smith2020b"]
    assert [(problem.code, problem.hint) for problem in problems] == [("odd-file-name", "Name it ab.yaml.")]


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """A file where a folder belongs is a problem."""
    (tmp_path / "studies").write_text("")
    loaded, problems = read_folder(r.Study, tmp_path / "studies", "evidence/studies")
    assert (loaded, [problem.code for problem in problems]) == ({}, ["not-a-folder"])


@pytest.mark.skipif(os.name != "posix", reason="links are made differently elsewhere")
def test_links_in_and_of_folders(tmp_path: Path) -> None:
    """Links to files and folders are not followed."""
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "a.yaml").write_text("id: a\nname: A\n")
    (folder / "b.yaml").symlink_to(folder / "a.yaml")
    (folder / "c.yaml").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(folder)
    loaded, problems = read_folder(r.Caution, folder, "evidence/cautions")
    assert list(loaded) == ["a"]
    assert [(p.code, p.place.file) for p in problems] == [
        ("link", "evidence/cautions/b.yaml"),
        ("link", "evidence/cautions/c.yaml"),
    ]
    assert [p.code for p in read_folder(r.Caution, tmp_path / "link", "evidence/cautions")[1]] == ["link"]


@pytest.mark.skipif(os.name != "posix", reason="other systems do not allow such names")
def test_names_that_steer_a_terminal(tmp_path: Path) -> None:
    """A name of a file that holds line breaks, escape codes or no text at all is shown with these spelt out."""
    for name in (b"a\nb.yaml", b"\x1b[31m.yaml", b"\xff.yaml", "\u202e.yaml".encode()):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")
    _, problems = read_folder(r.Caution, tmp_path, "evidence/cautions")
    assert len(problems) == 4
    for problem in problems:
        assert problem.code == "odd-file-name"
        assert f"{problem.place.file} {problem.message} {problem.hint}".isprintable()


@pytest.mark.parametrize(
    "content",
    [
        "reports:\n" + "  - 1\n" * 40_000,
        "persons:\n" + "  - {id: a, zebra: 1, results: [x, y]}\n" * 4_000,
        "persons: [" + ", ".join(f"{{x{number}: 1}}" for number in range(9_000)) + "]\n",
        "".join(f"field{number}: 1\n" for number in range(20_000)),
        "".join(f"{'x' * 150}{number}: 1\n" for number in range(10_000)),
        "persons:\n  - characteristics:\n" + "".join(f"      a{number}: [1]\n" for number in range(10_000)),
    ],
    ids=lambda content: content[:12].strip(),
)
def test_thousands_of_mistakes_end_soon(content: str, tmp_path: Path) -> None:
    """A record that is wrong everywhere is told about within two seconds, and not at endless length."""
    began = time.process_time()
    loaded, problems = read(tmp_path, content, r.Study)
    assert time.process_time() - began < 2
    assert loaded == []
    assert 0 < len(problems) <= 2 * limits.YAML_PROBLEMS


DATA: dict[str, Any] = yaml.safe_load(STUDY)
STRANGE: list[Any] = [
    "not_reported", "Not reported", "x", "A b", "2019-02-30", "1549152000", "12", "x" * 600, "a\nb", "",
    0, -1, 2.5, 10**14, True, [], [1], ["x"], {}, {"months": 1}, {"text": "x"}, {"mean": "x"}, None,
]  # fmt: skip


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(inner for step, value in steps for inner in paths(value, (*path, step)))]


PATHS = paths(DATA)[1:]


@st.composite
def damaged_studies(draw: st.DrawFn) -> object:
    """A record in which a few values have been removed, renamed or replaced by something strange."""
    data = copy.deepcopy(DATA)
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4)):
        above: Any = data
        try:
            for step in path[:-1]:
                above = above[step]
            value = above[path[-1]]
            change = draw(st.sampled_from(["remove", "rename", "replace"]))
            if change == "replace":
                above[path[-1]] = draw(st.sampled_from(STRANGE))
            else:
                del above[path[-1]]
            if change == "rename" and isinstance(above, dict):
                above[draw(st.sampled_from([f"{path[-1]}s", "zebra", "Time", "int", "[key]"]))] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
    return data


def check(loaded: list[Loaded[r.Record]], problems: list[Problem]) -> None:
    assert loaded or problems
    for problem in problems:
        assert problem.code in CODES
        assert problem.code != "invalid-record"
        assert problem.message.endswith(".")
        assert "pydantic" not in problem.message
    places = [(problem.place, problem.code, problem.message) for problem in problems]
    assert len(places) == len(set(places))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=500)
@given(data=damaged_studies())
def test_damaged_records(tmp_path: Path, data: object) -> None:
    """A record with strange values in it is still a record, or every problem of it can be told in words."""
    check(*read(tmp_path, yaml.safe_dump(data, allow_unicode=True, sort_keys=False), r.Study))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(at=st.integers(0, len(STUDY)), length=st.integers(0, 30), new=st.text(max_size=5))
def test_records_with_a_piece_replaced(tmp_path: Path, at: int, length: int, new: str) -> None:
    """Whatever is overwritten in a record's file, reading it ends as a record or as problems."""
    path = tmp_path / "a.yaml"
    path.write_bytes((STUDY[:at] + new + STUDY[at + length :]).encode("utf-8", "surrogatepass"))
    loaded, problems = read_record(r.Study, path, SHOWN)
    assert (loaded is None) == bool(problems)
    check([] if loaded is None else [loaded], problems)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(data=st.lists(st.sampled_from([*STRANGE, {"id": "a", "name": "A"}, {"id": "a"}, {"id": ["a"], "name": 1}])))
def test_strange_lists(tmp_path: Path, data: list[object]) -> None:
    """A list of anything ends as records with different ids, or as problems."""
    loaded, problems = read(tmp_path, yaml.safe_dump(data), r.Caution, "list")
    assert len({one.id for one in loaded}) == len(loaded)
    assert data == [] or loaded or problems
    assert all(problem.code in CODES for problem in problems)


def test_what_depends_on_one_record_is_worked_out_once_as_long_as_its_file_stays(tmp_path: Path) -> None:
    path, before, asked = tmp_path / "a.yaml", ReadBefore(), []

    def title(loaded: Loaded[r.Study]) -> str:
        asked.append(loaded.record.title)
        return loaded.record.title

    def read() -> Loaded[r.Study]:
        loaded, problems = read_record(r.Study, path, SHOWN, before)
        assert loaded is not None, problems
        return loaded

    path.write_text(STUDY, "utf-8")
    first = [read().once(title) for _ in range(3)]
    path.write_text(STUDY.replace("Teriparatide after", "Rest after"), "utf-8")
    second = [read().once(title) for _ in range(3)]
    assert first == ["Teriparatide after childbirth"] * 3
    assert second == ["Rest after childbirth"] * 3
    assert asked == [first[0], second[0]]
