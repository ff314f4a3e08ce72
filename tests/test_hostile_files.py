"""Whatever a file or folder is, a command ends soon, with little memory, and with a problem in plain words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from building import ROOT
from hostile_files import CASES, MEGABYTES, SECONDS

from evidence_site import limits

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, links and limits of processes are made so only here")

Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What the command said of each case, and what it took."""
    folder = tmp_path_factory.mktemp("hostile-files")
    out = folder / "results.json"
    command = [sys.executable, "-W", "error", str(Path(__file__).with_name("hostile_files.py")), str(folder), str(out)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    subprocess.run(command, env=environment, check=True)
    found: Results = json.loads(out.read_text("utf-8"))
    return found


@pytest.mark.xdist_group("hostile files")
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_a_problem(results: Results, name: str) -> None:
    """It is named with its file and line, in time, and nothing else goes wrong."""
    case, result = CASES[name], results[name]
    said: str = result["said"]
    assert not result["ran"], "what the file named was run"
    assert "Traceback" not in said
    assert result["code"] == 1, said
    assert result["seconds"] < SECONDS
    assert result["megabytes"] < MEGABYTES
    if "json" in case.command:
        problems = json.loads(said)
        found = [(p["file"], p["code"], p["line"]) for p in problems if p["severity"] == "error"]
        wanted = [f for f in found if f[:2] == (case.file, case.code) and case.line in (None, f[2])]
        assert wanted, found[:20]
        messages = [p["message"] for p in problems if p["code"] == case.code]
        assert all(len(message) < 500 for message in messages)
    else:
        assert re.search(rf"^{case.file}:{case.line or '[0-9]+'}:\d+: error: .*\[{case.code}\]$", said, re.MULTILINE), (
            said
        )


def test_every_limit_is_told() -> None:
    """The documentation names each limit with its value."""
    told = (ROOT / "docs" / "development" / "security.md").read_text("utf-8")
    values = {name: value for name, value in vars(limits).items() if name.isupper()}
    assert len(values) > 15
    for name, value in values.items():
        assert re.search(rf"^\| `{name}` \| {value:,} \| .+ \|$", told, re.MULTILINE), name


def test_limits_stand_in_one_place() -> None:
    """No other module that reads files has a limit of its own."""
    found = {
        f"{path.name}: {match[0]}"
        for path in (ROOT / "evidence_site").glob("*.py")
        if path.name not in ("limits.py", "web.py")  # how politely other machines are asked is another matter
        for match in re.finditer(r"^MAX_\w+ = .*", path.read_text("utf-8"), re.MULTILINE)
    }
    # Not limits on what is read, but on how it looks.
    assert found == {"bibliography.py: MAX_KEY_CHARS = 120", "reference_style.py: MAX_INITIALS = 2"}
