"""The rules of a review: every file under ``cases/checks`` changes the small review and says what is then reported."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml
from building import ROOT
from reviews import BASE, linked, problems_of, write_review

from evidence_site import checks
from evidence_site.checks import check
from evidence_site.problems import Problem, as_json, as_text, has_errors, in_reading_order
from evidence_site.review import link, load

CASES = sorted(BASE.parent.glob("*.yaml"))


def read_case(file: Path) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    assert case.keys() <= {"change", "problems", "why"}, "a case says why, change and problems"
    return case


def place(problem: Problem) -> tuple[str, int, int, str, str]:
    at = problem.place
    return at.file, at.line, at.column, str(problem.severity), problem.code


def described(expected: dict[str, Any]) -> tuple[str, int, int, str, str]:
    file, line, column = expected["at"].split(":")
    severity, code = expected["problem"].split()
    return file, int(line), int(column), severity, code


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path, tmp_path: Path) -> None:
    """A change to a review is answered with exactly the problems that its case file lists, in reading order."""
    case = read_case(file)
    found = in_reading_order(problems_of(write_review(tmp_path, case["change"])))
    assert [place(p) for p in found] == [described(e) for e in case["problems"]], as_text(found)
    for problem, expected in zip(found, case["problems"], strict=True):
        assert expected.get("message", "") in problem.message
        assert expected.get("hint", "") in problem.hint


def test_small_review_is_without_problems() -> None:
    """The review that all cases change has nothing wrong in it, so that whatever is found comes from the change."""
    assert problems_of(BASE) == []


MODULES = sorted(path for path in Path(checks.__file__).parent.glob("*.py") if path.stem != "__init__")


def codes_in_source() -> set[str]:
    codes = set()
    for node in (node for path in MODULES for node in ast.walk(ast.parse(path.read_text("utf-8")))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = {n: arg.value for n, arg in enumerate(node.args) if isinstance(arg, ast.Constant)}
            if node.func.id in ("Problem", "warning") and 1 in given:
                codes.add(str(given[1]))
            elif node.func.id == "_dangling":
                codes.add("unknown-" + str(given[2]).partition(" of ")[0].replace(" ", "-"))
    return codes


def test_every_code_has_a_case() -> None:
    """No rule goes untested: each code that a rule can report is expected here or by another rule's own tests."""
    expected = {described(problem)[4] for file in CASES for problem in read_case(file)["problems"]}
    folder = Path(__file__).parent
    elsewhere = [path.read_text("utf-8") for path in (*folder.glob("test_*.py"), *folder.glob("cases/*/*.yaml"))]
    untold = codes_in_source() - expected
    assert len(expected) > 30
    assert {code for code in untold if not any(code in text for text in elsewhere)} == set()


def test_every_rule_is_listed() -> None:
    """A rule that is written is also run."""
    modules = [import_module(f"{checks.__name__}.{path.stem}") for path in MODULES]
    written = {
        value
        for module in modules
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__annotations__", {}) == {"review": "Review", "return": "Iterator[Problem]"}
    }
    assert written == set(checks.RULES)
    assert len(checks.RULES) == len(written)


def test_problems_come_in_one_run_and_in_one_order(tmp_path: Path) -> None:
    """Faults of several files and kinds are all told at once, in the same order however often they are looked for."""
    root = write_review(
        tmp_path,
        {
            "evidence/studies/alpha2020.yaml": [{"replace": "treatment: drug-a", "by": "treatment: drug-b"}],
            "evidence/studies/beta2021.yaml": [{"replace": "title: One", "by": "titel: One"}],
            "evidence/outcomes.yaml": [{"replace": "lowest: -50", "by": "lowest: low"}],
            "evidence/treatments/drug-a.yaml": [{"replace": "level: very_low", "by": "level: high"}],
            "evidence/references.bib": [{"replace": "year = {2019}", "by": "year = {MMXIX}"}],
            "evidence/topics/causes.yaml": [{"replace": "@delta2019", "by": "@delta2018"}],
        },
    )
    first = in_reading_order(problems_of(root))
    files = {problem.place.file for problem in first}
    assert files == {
        "evidence/studies/alpha2020.yaml",
        "evidence/studies/beta2021.yaml",
        "evidence/outcomes.yaml",
        "evidence/treatments/drug-a.yaml",
        "evidence/references.bib",
        "evidence/topics/causes.yaml",
    }
    assert [as_json(problems_of(root)) for _ in range(3)] == [as_json(first)] * 3
    assert first == sorted(first, key=lambda p: (p.place.file, p.place.line, p.place.column))


@pytest.mark.parametrize("review", [ROOT, ROOT / "examples" / "bcg-tuberculosis"], ids=lambda path: path.name)
@pytest.mark.parametrize("kind", ["treatments", "outcomes", "topics", "cases", "studies", "sources", "references"])
def test_a_record_that_is_gone_is_told_of_and_nothing_fails_for_want_of_it(review: Path, kind: str) -> None:
    """Of each in turn: whoever names a treatment or outcome is told that there is none, also if many do."""
    evidence, problems = load(review)
    assert evidence is not None
    assert not has_errors(problems)
    records = getattr(evidence, kind)
    for gone in [record.id for record in records] if kind == "outcomes" else records:
        left: Any = (
            tuple(record for record in records if record.id != gone)
            if kind == "outcomes"
            else {id_: record for id_, record in records.items() if id_ != gone}
        )
        found = check(link(replace(evidence, **{kind: left})))
        if kind in ("treatments", "references"):
            assert has_errors(found), f"{gone} is missed by nobody"


def test_checks_of_a_sound_review_read_no_file_again() -> None:
    """Of those of which there are thousands; reading each again would take as long as all checks."""
    review = linked(BASE)
    read: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_qualname == "_Reader.read":
            read.append(frame.f_locals["self"].shown)

    sys.setprofile(note)
    try:
        problems = check(review)
    finally:
        sys.setprofile(None)
    assert problems == []
    assert [file for file in read if "/studies/" in file or "/sources/" in file] == []
