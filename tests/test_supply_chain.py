"""What the project takes from others: few packages, each with a reason, all of them free to use and to pass on."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from test_project import LOCKS, ROOT, locked, wanted

ALLOWED = frozenset(
    {
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "Unlicense",
        "0BSD",
        "CC0-1.0",
        "Zlib",
    }
)
"""Licences by their SPDX names: all let everybody use, change and pass on; MPL keeps its own files open."""

NAMES = {
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "MPL 2.0": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""What packages call them that do not use SPDX names yet."""


def licences(package: str) -> set[str]:
    """The licences that a package says it is under; of those between which it leaves the choice, all."""
    data = metadata.distribution(package).metadata
    said = (data.get_all("License-Expression") or [""])[0]
    if not said:
        classifiers = [c.rpartition(" :: ")[2] for c in data.get_all("Classifier") or [] if c.startswith("License :: ")]
        own = (data.get_all("License") or [""])[0].strip()
        # Some put the whole text there; the classifier then has the name.
        short = own if own and "\n" not in own and own != "UNKNOWN" else ""
        said = " AND ".join(NAMES.get(name, name) for name in classifiers if name != "OSI Approved") or NAMES.get(
            short, short
        )
    if not said and b"Permission is hereby granted, free of charge, to any person" in _text(package):
        said = "MIT"
    return {part for part in re.split(r"\s*(?:\bAND\b|\bOR\b|\bWITH\b|[()])\s*", said) if part}


def _text(package: str) -> bytes:
    """What the licence file of a package says."""
    distribution = metadata.distribution(package)
    files = [file for file in distribution.files or () if file.name.startswith("LICENSE")]
    return b" ".join(b" ".join(Path(str(file.locate())).read_bytes().split()) for file in files)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_licence_that_is_allowed(lock: str) -> None:
    """Those that a site is built with, and those that only check the generator."""
    found = {}
    for package in locked(lock):
        try:
            found[package] = licences(package)
        except metadata.PackageNotFoundError:
            continue  # for another system or an older Python
    assert len(found) > 10
    assert {package: names for package, names in found.items() if not names or not names <= ALLOWED} == {}


def test_every_package_that_is_asked_for_has_a_reason() -> None:
    """The documentation names each with its licence and what it is for."""
    told = (ROOT / "docs" / "development" / "dependencies.md").read_text("utf-8")
    rows = [line for line in told.splitlines() if line.startswith("|")]
    titles = {
        "mkdocs-material": "Material for MkDocs",
        "markdown": "Markdown",
        "pymdown-extensions": "Material for MkDocs",
    }
    for package in wanted("site"):
        title = titles.get(package, package)
        row = next((row for row in rows if re.search(rf"\b{re.escape(title)}\b", row.split("|")[1], re.IGNORECASE)), "")
        assert len(row.split("|")) == 6 and all(cell.strip() for cell in row.split("|")[1:5]), package


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda path: path.stem)
def test_no_secret_is_within_reach_of_a_stranger(file: Path) -> None:
    """No workflow uses a secret but the token of its own run, which may only read where a stranger's text is handled."""
    text = file.read_text("utf-8")
    workflow = yaml.load(text, Loader=yaml.BaseLoader)
    assert "secrets." not in text and "secrets:" not in text
    started_by = set(workflow["on"]) if not isinstance(workflow["on"], str) else {workflow["on"]}
    assert "pull_request_target" not in started_by
    for name, job in workflow["jobs"].items():
        rights = job.get("permissions", workflow["permissions"])
        writes = {right for right, level in rights.items() if level == "write"}
        if "pull_request" in started_by:
            assert writes == set(), f"{file.name}: {name} may write, and strangers start it"
        uses = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
        if writes:
            assert "actions/checkout" not in uses, f"{file.name}: {name} may write, and has files that can be changed"
        if "actions/checkout" in uses:
            steps = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
            assert all(step["with"]["persist-credentials"] == "false" for step in steps)
