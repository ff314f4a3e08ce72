"""The evidence diff: two small evidences in, what changed out; in text, in a comment and for programs."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from reviews import BASE, Edits, linked, write_review
from test_history import commit, git, repository

from evidence_site import diff_formats, records as r
from evidence_site.changes import Change, Kind, Renames, Severity
from evidence_site.changes.fields import FieldChange, RecordChange
from evidence_site.cli import main
from evidence_site.diff_formats import LONGEST, as_markdown, as_text, escape
from evidence_site.evidence_diff import Count, EvidenceDiff, Side
from evidence_site.renames import POINTERS, follow

CASES = sorted((BASE.parent.parent / "diff").glob("*.yaml"))
STUDY, TREATMENT = "evidence/studies/alpha2020.yaml", "evidence/treatments/drug-a.yaml"
Output = pytest.CaptureFixture[str]


def two_versions(folder: Path, base: Edits | None, head: Edits | None) -> Path:
    """A repository with one commit, and a newer state in the folder."""
    root = write_review(repository(folder), base)
    commit(root, "2024-01-01T12:00:00+00:00")
    shutil.rmtree(root / "evidence")
    return write_review(root, head)


def said(root: Path, capsys: Output, *arguments: str) -> str:
    """What the command says, which ends well."""
    assert main(["diff", *(arguments or ("HEAD",)), "--root", str(root)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path, tmp_path: Path, capsys: Output) -> None:
    """Every file under ``cases/diff`` changes the small review once for each side, and holds what is said of it."""
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    assert case.keys() <= {"why", "base", "head", "text"}
    root = two_versions(tmp_path, case.get("base"), case.get("head"))
    first, _, rest = said(root, capsys).partition("\n")
    assert re.fullmatch(r"Evidence from HEAD \([0-9a-f]{7}\) to the working folder", first)
    assert rest.strip() == case["text"].strip()


# --- two commits -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review in a sub-folder of its repository: three commits, and a folder in which something else was edited."""
    top = repository(tmp_path_factory.mktemp("told"))
    (top / "other").mkdir()
    (top / "other" / "evidence").write_text("x")
    commit(top, "2024-01-01T08:00:00+00:00")
    root = write_review(top / "reviews" / "one")
    commit(top, "2024-01-02T08:00:00+00:00")
    git(top, "tag", "first")
    write_review(root, {STUDY: [{"replace": "    n: 8\n", "by": "    n: 9\n"}]})
    commit(top, "2024-01-03T08:00:00+00:00")
    write_review(root, {STUDY: [{"replace": "country: Exampland", "by": "country: Sampleland"}]})
    return root


def test_two_commits_and_the_folder(told: Path, capsys: Output) -> None:
    """HEAD may be named; without it the folder counts, committed or not. Names of any kind that git knows do."""
    one = said(told, capsys, "first", "HEAD")
    assert one.startswith("Evidence from first (")
    assert "Drug A: persons counted changed from 8 to 9" in one and "Sampleland" not in one
    two = said(told, capsys, "HEAD")
    assert "country: Exampland → Sampleland" in two and "n: 9 → 8" in two
    back = said(told, capsys, "HEAD", "HEAD~1")
    assert "Drug A: persons counted changed from 9 to 8" in back
    assert said(told, capsys, "HEAD", "HEAD").endswith("\n\nWhat the records say did not change.\n")


def test_where_nothing_was_before(told: Path, capsys: Output) -> None:
    """A commit without this evidence: all is new, or all is lost, and that is said with its size."""
    new = said(told, capsys, "HEAD~2", "first")
    assert "All is new: there is no evidence at HEAD~2. On the other side: 4 sources, 4 studies, 13 persons" in new
    assert "All is lost: there is no evidence at HEAD~2." in said(told, capsys, "first", "HEAD~2")


@pytest.mark.parametrize(
    "name", ["nowhere", "--all", "HEAD:evidence", "", "HEAD\x1b[31m", "a b", "HEAD..first", "@{u}"]
)
def test_unknown_commits_are_wrong_usage(told: Path, capsys: Output, name: str) -> None:
    """What git does not know as one commit is said in a sentence and ends with 2."""
    assert main(["diff", "--root", str(told), "--", name]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Git knows no commit “") and err.count("\n") == 1 and "\x1b" not in err


def test_outside_git(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a repository, and without git, the command says why it can do nothing."""
    root = write_review(tmp_path)
    assert main(["diff", "HEAD", "--root", str(root)]) == 2
    assert "This folder is in no git repository" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["diff", "HEAD", "--root", str(root)]) == 2
    assert "git is not installed" in capsys.readouterr().err


def test_a_shallow_clone(told: Path, tmp_path: Path, capsys: Output) -> None:
    """What the clone holds can be compared; for what it does not hold the message says how to get it."""
    top = told.parent.parent
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{top}", "shallow")
    root = tmp_path / "shallow" / "reviews" / "one"
    assert "Drug A: persons counted changed from 8 to 9" in said(root, capsys, "HEAD~1", "HEAD")
    assert main(["diff", "HEAD~2", "--root", str(root)]) == 2
    assert "run git fetch --unshallow" in capsys.readouterr().err


def test_a_folder_without_evidence(told: Path, capsys: Output) -> None:
    assert main(["diff", "HEAD", "--root", str(told.parent)]) == 2
    assert "There is no folder evidence/ here" in capsys.readouterr().err


def test_nothing_can_be_compared_without_any_review(tmp_path: Path, capsys: Output) -> None:
    """If neither version has a readable review.yaml, the records are at fault and not the usage."""
    broken: Edits = {"evidence/review.yaml": [{"replace": "status: living", "by": "status: lively"}]}
    root = two_versions(tmp_path, broken, broken)
    assert main(["diff", "HEAD", "--root", str(root)]) == 1
    err = capsys.readouterr().err
    assert "evidence/review.yaml can be read in neither version" in err and 'HEAD: status cannot be "lively".' in err


def test_the_same_words_as_news(told: Path) -> None:
    """News tell of a commit what the diff tells of it."""
    from evidence_site.evidence_diff import diff
    from evidence_site.news import news

    found = diff(told, "HEAD~1", "HEAD")
    assert isinstance(found, EvidenceDiff)
    entries = news(told, linked(told)).entries
    assert [change.sentence for change in entries[0].changes] == [change.sentence for change in found.changes]


# --- formats ---------------------------------------------------------------------------------------------------------

HOSTILE = (
    "@somebody <b>x</b> [link](https://evil.example) `code` | cell | #12 gh-7 www.evil.example ![i](x) ~~x~~ $x$ &amp;"
)


def made(changes: int = 1, fields: int = 1, text: str = HOSTILE) -> EvidenceDiff:
    """A diff with as much in it as is asked for."""
    change = Change(
        Kind.TREATMENT, Severity.LOST, text, text, "treatments/x/", "evidence/treatments/x.yaml", text, text
    )
    edited = FieldChange(("groups", 0, text), text, text, None)
    record = RecordChange("treatment", "x", text, text, "treatments/x/", "x.yaml", "edited", (edited,) * fields)
    problem = Side(text, "a" * 40, ())
    counts = (Count("persons", "persons counted", 12, 13), Count("studies", "studies", 1, 1))
    return EvidenceDiff(problem, Side("b", "", ()), "", counts, (change,) * changes, (record,))


def test_a_comment_calls_nobody_and_links_nowhere() -> None:
    """Whatever records hold is text in the comment: GitHub finds no mention, link, markup, HTML, table or formula."""
    comment = as_markdown(made())
    body = re.sub(r"\\(.)", "", comment)  # what is escaped is text
    assert not re.search(r"@\w|#\d|GH-\d|www\.|://|[`\[\]~$]", body, re.IGNORECASE)
    assert set(re.findall(r"<[^>]*>", body)) == {"<details>", "<summary>", "</summary>", "</details>"}
    rows = [line for line in body.splitlines() if "|" in line]
    assert rows == [
        "| Counts of the whole review | before | now |",
        "| --- | ---: | ---: |",
        "| persons counted | 12 | 13 |",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Drug A: 12 to 13 persons", "Drug A: 12 to 13 persons"),
        ("a\n\n# b", "a \\# b"),
        ("x_y *z*", "x\\_y \\*z\\*"),
        ("<img>", "&lt;img&gt;"),
        ("mail me@here.org", "mail me@\u200bhere.org"),
        ("\x1b[31m", "\\\\u001b\\[31m"),
        ("\u202eabc", "\\\\u202eabc"),
    ],
)
def test_escaping(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(("changes", "fields"), [(1, 600), (600, 600), (400, 0), (1, 1)])
def test_a_comment_fits(changes: int, fields: int) -> None:
    """GitHub refuses longer ones. What is left out is counted, and nothing stays open."""
    comment = as_markdown(made(changes, fields))
    assert len(comment) <= LONGEST < 65_536
    lines = len(re.findall(r"^- \*\*", comment, re.MULTILINE)), len(re.findall(r"^  - ", comment, re.MULTILINE))
    left = {what: int(n.replace(",", "")) for n, what in re.findall(r"… ([\d,]+) (change|line)s?\b", comment)}
    assert lines[0] + left.get("change", 0) == changes
    if lines[1]:
        assert lines[1] + left.get("line", 0) == fields
    assert comment.count("<details>") == comment.count("</details>")
    assert comment.endswith("\n")


def test_a_terminal_obeys_nothing() -> None:
    """No control code, no change of direction and no command for the log of a workflow."""
    text = as_text(made(text="::error::x\x1b[2J\u202e\r\n##[warning]y"))
    assert text.replace("\n", "").isprintable()
    assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)


def test_json_is_documented(tmp_path: Path, capsys: Output) -> None:
    """Programs read one object, and every name in it stands in the documentation."""
    root = two_versions(
        tmp_path,
        None,
        {
            STUDY: [{"replace": "    n: 8\n", "by": "    n: 9\n"}],
            TREATMENT: [{"replace": "name: Drug A", "by": "nam: Drug A"}],
        },
    )
    whole = json.loads(said(root, capsys, "HEAD", "--format", "json"))
    assert whole["format"] == 1
    assert whole["totals"] == {"lost": 0, "changed": 8, "added": 0, "edited": 0}
    assert whole["counts"]["persons"] == {"old": 13, "new": 14}
    assert whole["head"]["commit"] == "" and len(whole["base"]["commit"]) == 40
    (unread,) = whole["head"]["unreadable"]
    assert (unread["file"], unread["line"], unread["code"]) == (TREATMENT, 1, "unknown-field")
    (record,) = whole["records"]
    assert record["fields"] == [{"path": ["groups", 0, "n"], "words": "groups “treated”, n", "old": 8, "new": 9}]
    documented = (Path(__file__).parent.parent / "docs/development/evidence-diff.md").read_text("utf-8")
    names = set(_names(whole)) | set(Kind) | set(Severity) | set(diff_formats.FORMATS)
    assert {name for name in names if f"`{name}`" not in documented} == set()


def _names(value: object) -> list[str]:
    if isinstance(value, dict):
        return [name for key, item in value.items() for name in (key, *_names(item))]
    return [name for item in value for name in _names(item)] if isinstance(value, list) else []


def test_the_same_bytes_every_time(told: Path, capsys: Output) -> None:
    for style in diff_formats.FORMATS:
        outputs = {said(told, capsys, "first", "--format", style) for _ in range(3)}
        assert len(outputs) == 1
        assert str(told) not in outputs.pop()


# --- renames ---------------------------------------------------------------------------------------------------------


def test_every_pointer_is_known() -> None:
    """Whatever field of a record can name another record follows when that is renamed."""
    own = {(r.Outcome, "id"), (r.Statement, "id"), (r.Section, "id")}
    words = {  # ids of the review's own vocabulary, which is not renamed, and of instruments and checklists
        (r.Contributor, "id"),
        (r.Anchor, "id"), (r.Caution, "id"), (r.Characteristic, "id"), (r.Characteristic, "care"), (r.Outcome, "care"),
        (r.Appraisal, "instrument"), (r.Appraisal, "answers"), (r.Treatment, "cautions"), (r.Time, "after"),
        (r.Person, "characteristics"), (r.Group, "characteristics"),
        (r.Study, "characteristics"), (r.Synthesis, "order_by"),
    }  # fmt: skip
    kinds = [kind for kind in vars(r).values() if isinstance(kind, type) and issubclass(kind, r.Record)]
    named = {
        (kind, name)
        for kind in kinds
        for name, info in kind.model_fields.items()
        if _holds_an_id([info.annotation, *info.metadata])
    }
    assert named - own - words == {(kind, name) for kind, names in POINTERS.items() for name in names}


def _holds_an_id(parts: list[Any]) -> bool:
    forms = {str(getattr(kind, "__metadata__", [""])[0]) for kind in (r.Id, r.Key, r.PersonName)}
    return any(
        str(part) in forms or _holds_an_id(list(get_args(part)) + list(getattr(part, "__metadata__", ())))
        for part in parts
    )


def test_following_nothing_changes_nothing() -> None:
    evidence = linked(BASE).evidence
    same = follow(evidence, Renames())
    assert all(one is two for one, two in zip(evidence.all_records(), same.all_records(), strict=True))


@pytest.mark.parametrize("kept", ["reports: [beta2021]", "title: One woman who waited"])
def test_another_study_is_no_rename(tmp_path: Path, capsys: Output, kept: str) -> None:
    """A study that is gone is lost, though a new one is alike in its words, or reports the same article differently."""
    old = (BASE / "evidence/studies/beta2021.yaml").read_text("utf-8")
    new = old.replace("reports: [beta2021]", "reports: [delta2019]")
    if kept.startswith("reports"):
        new = "title: x\nreports: [beta2021]\ndesign: cohort\npopulation: y\nsummary: z\n"
    head: Mapping[str, object] = {
        "evidence/studies/beta2021.yaml": None,
        "evidence/studies/another.yaml": new,
        "evidence/cases/first-case.yaml": [{"replace": "study: beta2021", "by": "study: another"}],
    }
    text = said(two_versions(tmp_path, None, head), capsys)
    assert "Beta 2021: study removed (1 person was counted)" in text and "study added" in text


def test_a_pooled_estimate_moves(tmp_path: Path, capsys: Output) -> None:
    """One number of one of thirteen trials moves what they say together, and that comes first."""
    root = repository(tmp_path)
    shutil.copytree(BASE.parents[3] / "examples" / "bcg-tuberculosis" / "evidence", root / "evidence")
    commit(root, "2024-01-01T12:00:00+00:00")
    study = root / "evidence" / "studies" / "aronson1948.yaml"
    text = study.read_text("utf-8")
    assert text.count("        value: 4\n") == 1
    study.write_text(text.replace("        value: 4\n", "        value: 14\n"), "utf-8")
    assert said(root, capsys).splitlines()[2:4] == [
        "Changed (2)",
        "  BCG vaccination: pooled risk ratio for “Tuberculosis” against no vaccination is now 0.53 (0.38 to 0.75), from "
        "13 studies of 357,347 persons; it was 0.49 (0.34 to 0.70), from 13 studies of 357,347 persons",
    ]
