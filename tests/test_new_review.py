"""``init``: a review of another topic that passes every check and builds at once, in a folder that held nothing."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
import yaml
from reviews import problems_of

from evidence_site import new_records, new_review
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
