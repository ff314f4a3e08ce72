"""``init``: a review of another topic that passes every check and builds at once, in a folder that held nothing."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from reviews import problems_of
from test_history import commit, repository

from evidence_site import drafts, new_records, new_review
from evidence_site.cli import main
from evidence_site.new_records import Wish

ROOT = Path(__file__).resolve().parent.parent
TITLE = 'Drug "A" & <em>B</em>: *what* [is] known? #1'


def visible(page: Path) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.read_text("utf-8"))).split())


def begun(folder: Path, *options: str) -> Path:
    assert main(["init", str(folder), *options]) == 0
    return folder


def test_it_passes_and_builds_at_once(tmp_path: Path) -> None:
    """Nothing is asked, nothing is wrong, not even a warning, and every page of the navigation is there."""
    root = begun(tmp_path / "new", "--title", "Drug A in the condition", "--condition", "The condition")
    assert main(["check", "--strict", "--root", str(root)]) == 0
    assert main(["build", "--strict", "--root", str(root)]) == 0
    home = visible(root / "site" / "index.html")
    assert "Drug A in the condition" in home
    assert "This review is a draft" in home
    for page in ("treatments", "outcomes/adverse-events", "studies", "references", "methods", "about", "disclaimer"):
        assert (root / "site" / page / "index.html").is_file(), page
    assert json.loads((root / "site/downloads/review.json").read_text("utf-8"))["counts"]["persons"] == 0


def test_it_is_a_draft_until_its_question_is_written(tmp_path: Path) -> None:
    """A draft may leave its own texts for later; a review that calls itself living is told what it lacks."""
    root = begun(tmp_path / "new")
    assert problems_of(root) == []
    path = root / "evidence" / "review.yaml"
    path.write_text(path.read_text("utf-8").replace("status: draft", "status: living"), "utf-8")
    problems = problems_of(root)
    assert {problem.code for problem in problems} == {"to-do"}
    assert len(problems) == 8


def test_records_can_be_begun_in_it(tmp_path: Path) -> None:
    """The first records of a new review are valid, too: nothing has to be there before them."""
    root = begun(tmp_path / "new")
    bibliography = root / "evidence" / "references.bib"
    bibliography.write_text(bibliography.read_text() + "\n@article{a2020, title={A}, author={A, B}, year={2020}}\n")
    for wish in (Wish("source", "a2020"), Wish("study", "a2020"), Wish("treatment", "drug-a"), Wish("outcome", "pain")):
        assert new_records.create(root, wish)[1] == []
    assert {problem.code for problem in problems_of(root)} <= {
        "to-do",
        "unread-source",
        "missing-identifier",
        "bib-field",
    }


def test_a_hostile_title_stays_text(tmp_path: Path) -> None:
    """Whatever the title holds, the files can be read and say just that."""
    root = begun(tmp_path / "new", "--title", TITLE)
    assert yaml.safe_load((root / "evidence/review.yaml").read_text("utf-8"))["title"] == TITLE
    settings = (root / "mkdocs.yml").read_text("utf-8")
    named = re.search(r"^site_name: .*$", settings, re.MULTILINE)
    assert named and yaml.safe_load(named[0])["site_name"] == TITLE
    assert problems_of(root) == []


def test_settings_are_those_of_the_templates(tmp_path: Path) -> None:
    """The settings of a new site differ from the packaged ones in nothing but the name."""
    root = begun(tmp_path / "new", "--title", "Drug A")

    def lines(path: Path) -> list[str]:
        return [line for line in path.read_text("utf-8").splitlines() if not line.startswith(("#", "site_name:"))]

    assert lines(root / "mkdocs.yml") == lines(ROOT / "templates" / "mkdocs.yml")


@pytest.mark.parametrize("content", ["file.txt", ".hidden", "evidence/"])
def test_a_folder_with_anything_in_it_is_refused(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written beside what somebody has there, and the command says what it saw."""
    path = tmp_path / content
    path.mkdir() if content.endswith("/") else path.write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert "it is not empty" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == [content.rstrip("/")]


def test_other_places_that_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a file nor a link that leads nowhere becomes a folder, and a review has a title."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for arguments in (["file"], ["link"], ["new", "--title", "  "]):
        assert main(["init", str(tmp_path / arguments[0]), *arguments[1:]]) == 2
    capsys.readouterr()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


def test_a_fresh_repository_counts_as_empty(tmp_path: Path) -> None:
    """Who has called git init first can begin there, and nothing in .git is touched."""
    (tmp_path / ".git").mkdir()
    begun(tmp_path)
    assert list((tmp_path / ".git").iterdir()) == []
    assert (tmp_path / "evidence" / "review.yaml").is_file()


def test_its_workflow_uses_the_same_actions() -> None:
    """The actions that a new review starts with are pinned to the commits that this repository uses itself."""

    def actions(folder: Path) -> set[str]:
        return {a for path in folder.glob("*.yml") for a in re.findall(r"uses:\s*(\S+)", path.read_text("utf-8"))}

    own = actions(new_review.STARTER / ".github" / "workflows")
    assert own
    assert own <= actions(ROOT / ".github" / "workflows"), "bring evidence_site/starter/.github in line"


def test_what_runs_on_github_is_as_it_was_written(tmp_path: Path) -> None:
    """A title with what templates and shells take for a name changes nothing but the README; editors are set up as here."""
    root = begun(tmp_path / "new", "--title", "$title ${{ x }} $$")
    for path in sorted((new_review.STARTER / ".github").rglob("*.*")):
        assert (root / path.relative_to(new_review.STARTER)).read_bytes() == path.read_bytes(), path.name
    for name in (".vscode/settings.json", ".vscode/extensions.json"):
        assert (root / name).read_text("utf-8") == (ROOT / name).read_text("utf-8")


def test_a_change_to_it_is_compared_checked_and_built(tmp_path: Path) -> None:
    """The scripts of its pull requests, as they stand, with the generator beside the evidence as the workflow puts it."""
    root = begun(tmp_path / "new", "--title", "Drug A")
    (root / "generator").symlink_to(ROOT)
    repository(root)
    commit(root, "2024-01-01T12:00:00+00:00")
    outcomes = root / "evidence" / "outcomes.yaml"
    outcomes.write_text(outcomes.read_text("utf-8").replace("Adverse events", "Harms", 1), "utf-8")
    commit(root, "2024-01-02T12:00:00+00:00")
    steps = yaml.safe_load((root / ".github" / "workflows" / "pull-request.yml").read_text("utf-8"))["jobs"]["evidence"]
    scripts = {step["name"]: step["run"] for step in steps["steps"] if "run" in step and step["name"] != "Set up"}
    said = {
        name: subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=root,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name, script in scripts.items()
    }
    assert list(said) == ["Say what changed", "Check the evidence", "Build the site"]
    assert "Harms" in said["Say what changed"]
    assert "Harms" in (tmp_path / "summary.md").read_text("utf-8")
    assert "Harms" in visible(root / "site" / "outcomes" / "adverse-events" / "index.html")


def test_its_issue_forms_give_drafts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever fills in a form of a new review is answered with the draft of a record."""
    root = begun(tmp_path / "new")
    forms = {form.name: form for form in drafts.read_forms(root / drafts.FORMS)}
    answers = {"identifier": "10.1000/omega", "title": "Three persons", "design": "case_series", "read": "abstract"}
    text = "\n\n".join(f"### {label}\n\n{answers.get(id_, 'x')}" for id_, label in forms["add-a-study"].labels.items())
    (tmp_path / "issue.md").write_text(text, "utf-8")
    capsys.readouterr()
    assert main(["draft", str(tmp_path / "issue.md"), "--root", str(root)]) == 0
    assert 'title: "Three persons"' in capsys.readouterr().out
