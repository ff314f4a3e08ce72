"""A command apart from the rest of the system, for tests of what happens without a network or on a disk that is full."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import pytest


@cache
def in_a_namespace(kind: str) -> list[str]:
    """What to write before a command for a namespace of its own (``-n`` network, ``-m`` mounts), as the system allows it."""
    ways: list[list[str]] = [["unshare", kind], ["unshare", "-r", kind], ["sudo", "-n", "-E", "unshare", kind]]
    for way in ways:
        if shutil.which(way[0]) and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    pytest.fail("The system lets nobody here make a namespace: run the tests as root, or allow it to users.")
