"""When records last changed, as a real git repository tells it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from reviews import write_review

from evidence_site.history import last_changes

ALPHA, BETA = "evidence/studies/alpha2020.yaml", "evidence/studies/beta2021.yaml"


def git(folder: Path, *arguments: str, date: str = "2024-01-01T12:00:00+00:00") -> None:
    identity = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **identity}
    environment = {**os.environ, **settings, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)


def commit(folder: Path, date: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-m", "x", date=date)


def days(root: Path) -> dict[str, str]:
    return {file: revision.day.isoformat() for file, revision in last_changes(root).items()}


def changed(root: Path, file: str) -> None:
    (root / file).write_text((root / file).read_text("utf-8") + "# changed\n", "utf-8")


def repository(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-b", "main")
    return folder


def test_each_file_has_the_day_of_its_newest_commit(tmp_path: Path) -> None:
    """A later commit changes the day of the files that it touched, and of no other."""
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T12:00:00+00:00")
    changed(root, ALPHA)
    commit(root, "2024-02-03T12:00:00+00:00")
    changed(root, BETA)  # not committed, so not known
    found = days(root)
    assert found[ALPHA] == "2024-02-03"
    assert found[BETA] == "2024-01-01"
    assert found["docs/methods.md"] == "2024-01-01"
    assert set(found) == {
        path.relative_to(root).as_posix()
        for folder in ("evidence", "docs")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }


def test_days_are_those_of_utc(tmp_path: Path) -> None:
    """Whoever commits late in the evening in one zone gives the same day in all."""
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T23:30:00-08:00")
    assert days(root)[ALPHA] == "2024-01-02"


def test_a_review_in_a_part_of_a_repository(tmp_path: Path) -> None:
    """Paths count from the review's folder, not from the repository's."""
    root = write_review(repository(tmp_path) / "reviews" / "one")
    commit(tmp_path, "2024-01-01T12:00:00+00:00")
    assert days(root)[ALPHA] == "2024-01-01"


def test_names_in_any_script(tmp_path: Path) -> None:
    """A name that git would write in escapes is found under its own letters."""
    root = write_review(repository(tmp_path), {"docs/größe.md": "# Größe\n"})
    commit(root, "2024-01-01T12:00:00+00:00")
    assert days(root)["docs/größe.md"] == "2024-01-01"


def test_a_merge_is_no_change(tmp_path: Path) -> None:
    """Merging a branch dates nothing anew: its own commits count."""
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T12:00:00+00:00")
    git(root, "checkout", "-b", "branch")
    changed(root, ALPHA)
    commit(root, "2024-02-01T12:00:00+00:00")
    git(root, "checkout", "main")
    changed(root, BETA)
    commit(root, "2024-03-01T12:00:00+00:00")
    git(root, "merge", "--no-ff", "-m", "x", "branch", date="2024-04-01T12:00:00+00:00")
    assert days(root)[ALPHA] == "2024-02-01"
    assert days(root)[BETA] == "2024-03-01"


def test_a_clone_without_its_history_claims_no_dates(tmp_path: Path) -> None:
    """The oldest commit of a shallow clone seems to have made all files; that date would be wrong, so none is given."""
    origin = write_review(repository(tmp_path / "origin"))
    commit(origin, "2024-01-01T12:00:00+00:00")
    changed(origin, BETA)
    commit(origin, "2024-02-01T12:00:00+00:00")
    changed(origin, ALPHA)
    commit(origin, "2024-03-01T12:00:00+00:00")
    git(tmp_path, "clone", "--depth=2", origin.as_uri(), "clone")
    assert days(tmp_path / "clone") == {ALPHA: "2024-03-01"}


def test_no_git_gives_no_dates(tmp_path: Path) -> None:
    """Outside a repository, and in one without commits, no date is known and nothing fails."""
    assert days(write_review(tmp_path / "one")) == {}
    assert days(write_review(repository(tmp_path / "two"))) == {}
    assert days(tmp_path / "nowhere") == {}
