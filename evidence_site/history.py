"""When each record last changed, read from git in one go."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_COMMAND = (
    "git",
    "-c",
    "core.quotePath=false",
    "-c",
    "log.showSignature=false",
    "log",
    "--no-renames",
    "--format=%x01%ct",
    "--name-only",
    "--relative",
    "--",
    "evidence",
    "docs",
)


def last_changes(root: Path) -> Mapping[str, dt.date]:
    """The day (UTC) of the newest commit that touched each file, by path from ``root``.

    Empty where there is no git, no repository or no commit; pages then say that the date is not known.
    """
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(_COMMAND, cwd=root, env=environment, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    dates: dict[str, dt.date] = {}
    day = dt.date.min
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if line.startswith("\x01"):
            day = dt.datetime.fromtimestamp(int(line[1:]), dt.UTC).date()
        elif line:
            dates.setdefault(line, day)
    return dates
