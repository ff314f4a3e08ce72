"""What runs on GitHub: in the form that GitHub reads, with the least rights, and with no stranger's text or code in it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from building import ROOT

GITHUB = ROOT / ".github"
STARTER = ROOT / "evidence_site" / "starter" / ".github"
"""What a new review begins with."""
FOLDERS = (GITHUB, STARTER)
WORKFLOWS = [file for folder in FOLDERS for file in sorted((folder / "workflows").glob("*.yml"))]
FORMS = [
    path for folder in FOLDERS for path in sorted((folder / "ISSUE_TEMPLATE").glob("*.yml")) if path.stem != "config"
]
BIN = Path(sys.executable).parent


def named(file: Path) -> str:
    return f"{'starter/' if STARTER in file.parents else ''}{file.stem}"


def jobs() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in yaml.safe_load(file.read_text("utf-8"))["jobs"].items():
            yield f"{named(file)}/{name}", job


JOBS = dict(jobs())


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("file", WORKFLOWS, ids=named)
def test_actions_are_pinned_and_rights_are_to_read(file: Path) -> None:
    """Actions are pinned to a commit with its version beside it, and a workflow may read and no more."""
    text = file.read_text("utf-8")
    uses = re.findall(r"uses:\s*(\S.*)$", text, re.MULTILINE)
    assert uses
    assert [u for u in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", u)] == []
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in text
    assert not re.search(r"\$\{\{[^}]*\bsecrets\b", text)


def test_one_action_has_one_version() -> None:
    found: dict[str, set[str]] = {}
    for file in WORKFLOWS:
        for name, version in re.findall(r"uses:\s*(\S+)@(\S+ # \S+)$", file.read_text("utf-8"), re.MULTILINE):
            found.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in found.items() if len(versions) > 1} == {}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_may_write_runs_nothing_of_ours(name: str) -> None:
    """Whoever may write handles finished files only: no checkout, no Python, no make."""
    job = JOBS[name]
    writing = {right for right, level in job.get("permissions", {}).items() if level == "write"}
    assert "timeout-minutes" in job
    if writing:
        assert not any("checkout" in step.get("uses", "") for step in job["steps"])
        assert not any(re.search(r"\b(python3?|make|npm|node)\b", step.get("run", "")) for step in job["steps"])


@pytest.mark.parametrize("name", JOBS)
def test_expressions_reach_a_script_only_as_variables(name: str) -> None:
    """No text of an issue, branch or commit is put into a script, where it would be run."""
    assert not any("${{" in step.get("run", "") for step in JOBS[name]["steps"])
    checkouts = [step for step in JOBS[name]["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_workflows_have_no_known_weakness() -> None:
    """zizmor finds nothing: no stranger's text is run, no right is too wide, no action floats."""
    done = run("zizmor", "--offline", "--no-progress", "--quiet", "--persona", "pedantic", str(GITHUB), str(STARTER))
    assert done.returncode == 0, done.stdout


def test_scripts_have_no_known_fault(tmp_path: Path) -> None:
    """ShellCheck finds nothing in any script of a workflow."""
    scripts = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
    files = [tmp_path / f"{number}.sh" for number in range(len(scripts))]
    for file, script in zip(files, scripts, strict=True):
        file.write_text(f"#!/bin/bash\nset -e\n{script}", "utf-8")
    done = run("shellcheck", *map(str, files))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", WORKFLOWS),
        ("github-issue-forms", FORMS),
        ("github-issue-config", [folder / "ISSUE_TEMPLATE" / "config.yml" for folder in FOLDERS]),
        ("dependabot", [folder / "dependabot.yml" for folder in FOLDERS]),
    ],
)
def test_files_have_the_form_that_github_reads(schema: str, files: list[Path]) -> None:
    """As the JSON Schemas say that the community keeps of these forms."""
    assert files
    done = run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("folder", "expected"), [(GITHUB, {"CI", "Pull request", "Release"}), (STARTER, {"Pull request", "Release"})]
)
def test_workflows_that_follow_others_name_them_rightly(folder: Path, expected: set[str]) -> None:
    """A workflow that waits for another waits for one that exists; a misspelt name would wait for ever."""
    files = [yaml.safe_load(file.read_text("utf-8")) for file in WORKFLOWS if folder in file.parents]
    # YAML 1.1 reads the word on as true.
    followed = {name for file in files for name in (file[True].get("workflow_run") or {}).get("workflows", ())}
    assert followed == expected
    assert followed <= {file["name"] for file in files}


@pytest.mark.parametrize("folder", FOLDERS, ids=["ours", "starter"])
def test_only_what_will_publish_waits_to_publish(folder: Path) -> None:
    """GitHub drops a waiting run when another comes: one that publishes nothing must not push out one that would."""
    file = yaml.safe_load((folder / "workflows" / "publish.yml").read_text("utf-8"))
    condition = file["jobs"]["assemble"]["if"].strip()
    assert file["concurrency"]["group"].strip() == f"${{{{ ({condition}) && 'pages' || github.run_id }}}}"


@pytest.mark.parametrize("file", sorted((STARTER / "workflows").glob("*.yml")), ids=named)
def test_a_new_review_runs_what_this_one_runs(file: Path) -> None:
    """With the same rights; jobs that may write are the same word for word, others take the generator from outside."""
    ours = yaml.safe_load((GITHUB / "workflows" / file.name).read_text("utf-8"))["jobs"]
    theirs = yaml.safe_load(file.read_text("utf-8"))["jobs"]
    assert list(theirs) == list(ours)
    first = next(iter(theirs.values()))
    assert "vars.EVIDENCE_SITE_GENERATOR != ''" in first["if"]
    for name, job in theirs.items():
        checkouts = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
        if checkouts:
            assert [given.get("path") for given in checkouts] == [None, "generator"]
            assert job.get("permissions", {}).keys() <= ours[name].get("permissions", {}).keys()
        else:
            assert job == ours[name]


@pytest.mark.parametrize("file", [path for path in FORMS if STARTER in path.parents], ids=lambda path: path.stem)
def test_forms_of_a_new_review_ask_the_same(file: Path) -> None:
    """Only their examples are of no disease; answers become drafts by the questions."""

    def questions(path: Path) -> Any:
        form = yaml.safe_load(path.read_text("utf-8"))
        for part in form["body"]:
            part["attributes"].pop("placeholder", None)
        return form

    assert questions(file) == questions(GITHUB / "ISSUE_TEMPLATE" / file.name)
    assert not re.search(r"teriparatide|bone|fracture|women|hong", file.read_text("utf-8"), re.IGNORECASE)


def test_every_file_has_an_owner() -> None:
    """CODEOWNERS names second readers for what readers rely on, and somebody for everything else."""
    lines = (GITHUB / "CODEOWNERS").read_text("utf-8").splitlines()
    rules = dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    assert next(iter(rules)) == "*"
    assert {"/evidence/", "/docs/"} <= rules.keys()
    assert all(re.fullmatch(r"(@[\w/-]+ ?)+", owners) for owners in rules.values())


def test_hooks_are_in_form() -> None:
    """pre-commit takes the settings of this repository, and what it offers to others."""
    for command, file in (
        ("validate-config", ".pre-commit-config.yaml"),
        ("validate-manifest", ".pre-commit-hooks.yaml"),
    ):
        done = run("pre-commit", command, file)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_holds_all_that_the_hook_needs(tmp_path: Path) -> None:
    """What pre-commit installs for other teams checks a review, away from this repository."""
    done = run("hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    package = tmp_path / "package"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(package)], check=True)
    review = ROOT / "tests" / "cases" / "checks" / "_base"
    hook = "import sys; from evidence_site.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", hook, "check", "--root", str(review)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(package), "PATH": str(BIN)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "No problems found.\n"), done.stderr
    (scripts,) = package.glob("*.dist-info/entry_points.txt")
    assert "evidence-site = evidence_site.cli:program" in scripts.read_text("utf-8")
