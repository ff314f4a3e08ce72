"""Digests: whether something is what it was, of files and of the generator itself. It needs nothing but Python."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("jinja2", "markupsafe", "markdown-it-py", "mkdocs", "mkdocs-material", "pydantic", "pybtex", "latexcodec")


def digest(*parts: str | bytes) -> str:
    """A short name for these parts in this order; other parts have, as good as certainly, another one."""
    made = blake2b(digest_size=16)
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        made.update(len(content).to_bytes(8, "big"))
        made.update(content)
    return made.hexdigest()


@cache
def generator() -> str:
    """The digest of the code that makes pages and of the packages that it uses."""
    package = Path(__file__).resolve().parent
    files = sorted(path for path in package.rglob("*") if path.suffix in (".py", ".yaml"))
    return digest(*(version(name) for name in _PACKAGES), *(path.read_bytes() for path in files))


@cache
def installed() -> str:
    """The digest of the generator, of Python, and of everything that is installed beside them."""
    folders = (Path(entry) for entry in sys.path if entry and Path(entry).is_dir())
    names = (path.name for folder in folders for path in folder.glob("*.dist-info"))
    return digest(generator(), sys.version, *sorted(names))
