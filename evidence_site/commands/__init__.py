"""What each command does, what it says and its exit code: a module for each, which is loaded when it is chosen.

``COMMAND.run`` takes the options of the call and returns the exit code.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from keyword import iskeyword


def run(options: argparse.Namespace) -> int:
    """Any command but to build; returns the exit code."""
    name = f"{options.command}_" if iskeyword(options.command) else options.command
    code: int = import_module(f"{__name__}.{name}").run(options)
    return code
