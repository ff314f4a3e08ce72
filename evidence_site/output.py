"""What commands say while they work and in the end."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def published(pages: int, site_dir: Path) -> str:
    """The last line of a build."""
    return f"{pages} pages in {short(site_dir)}\n"


def short(path: Path) -> str:
    """A path as people here would write it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


class Progress:
    """Says what is being done: one line that moves on a terminal, plain lines elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._moving = sys.stderr.isatty() and not os.environ.get("CI")
        self._open = False

    def __call__(self, stage: str, number: int = 0, total: int = 0) -> None:
        """A stage has begun, or ``number`` of ``total`` in it are done."""
        if self._quiet:
            return
        if self._moving:
            count = f" {number}/{total}" if total else ""
            sys.stderr.write(f"\r\x1b[K{stage}{count}")
            sys.stderr.flush()
            self._open = True
        elif number == total:
            sys.stderr.write(f"{stage}{f': {total}' if total else ''}\n")

    def done(self) -> None:
        """End the moving line."""
        if self._open:
            sys.stderr.write("\r\x1b[K")
            self._open = False
