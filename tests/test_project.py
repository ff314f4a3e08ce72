"""Promises about the repository itself: the direction of imports, pinned dependencies, no foreign addresses."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "evidence_site"

ORDER = tuple(
    [
        "problems",
        "yaml_syntax",
        "yaml_reading",
        "records",
        "record_words",
        "record_validation",
        "record_reading",
        "latex",
        "person_names",
        "bibtex_syntax",
        "bibliography",
        "reference_style",
        "reference_formats",
        "certainty",
        "measures",
        "prose",
        "review",
        "summaries",
        "checks",
        "history",
        "addresses",
        "exports",
        "page",
        "views",
        "pages",
        "engine",
        "cli",
        "hooks",
    ]
)
"""The way of the data. A module may import those before it, never those behind it."""


def modules() -> list[str]:
    return sorted(
        path.stem if path.is_file() else path.name
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    )


def imported(unit: str) -> set[str]:
    path = PACKAGE / unit
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    names: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "evidence_site":
                parts = (node.module or "").split(".")
                names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
            elif isinstance(node, ast.Import):
                names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("evidence_site.")}
    return names - {unit}


def test_every_module_has_its_place() -> None:
    """The order of imports names every module, and nothing that is not there."""
    assert sorted(ORDER) == modules()


@pytest.mark.parametrize("unit", modules())
def test_imports_point_left(unit: str) -> None:
    """A module imports only what stands before it on the way of the data."""
    before = set(ORDER[: ORDER.index(unit)])
    assert imported(unit) <= before


def tracked() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]


FOREIGN = re.compile(
    r"pypi\.(?:org|io)|pythonhosted|registry\.npmjs|deb\.debian|/(?:work|root)/[a-z.]|/home/\w+/|file:///",
    re.IGNORECASE,
)


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    """The project installs by name from whatever registry a machine uses, and knows no machine's folders."""
    texts = {path: path.read_text("utf-8", "ignore") for path in tracked() if path != Path(__file__).resolve()}
    found = {str(path.relative_to(ROOT)): FOREIGN.findall(text) for path, text in texts.items()}
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("name", ["site", "dev"])
def test_dependencies_are_locked_with_hashes(name: str) -> None:
    """Every dependency that is asked for is pinned to one version with its hashes, and the lock has no address."""
    wanted = re.findall(r"^([A-Za-z][\w.-]*)", (ROOT / "requirements" / f"{name}.in").read_text("utf-8"), re.MULTILINE)
    lock = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+) \\$", lock, re.MULTILINE))
    assert {item.lower().replace("_", "-") for item in wanted} <= pinned.keys()
    assert lock.count("==") == len(pinned)
    assert all(re.search(rf"^{re.escape(item)}==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE) for item in pinned)
    assert "://" not in lock


def test_both_locks_agree() -> None:
    """What builds the site is the same version that the tests ran with."""
    site, dev = (
        dict(
            re.findall(
                r"^([a-z0-9][\w.-]*)==(\S+) \\$", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE
            )
        )
        for name in ("site.txt", "dev.txt")
    )
    assert site.items() <= dev.items()


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_are_pinned_and_read_only(file: Path) -> None:
    """Actions are pinned to a commit, rights are to read unless a job asks for more, and no stranger's text is run."""
    text = file.read_text("utf-8")
    workflow = yaml.safe_load(text)
    uses = re.findall(r"uses:\s*(\S+)", text)
    assert uses
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in uses)
    assert workflow["permissions"] == {"contents": "read"}
    runs = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert not any("${{" in run for run in runs)
    assert "pull_request_target" not in text
