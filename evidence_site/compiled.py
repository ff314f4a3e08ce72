"""Templates as Jinja compiled them, for all later builds of any review: it takes longer than rendering a small one.

They lie in the person's own folder, under a seal that only this person can make, since they are code.
"""

from __future__ import annotations

import pickle
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from evidence_site.seals import own_folder, seal, sealed

_MOST = 1000
"""With more templates than this only those are kept that were used now: others come of reviews that are gone."""

_codes: dict[str, bytes] = {}
_used: set[str] = set()
_new: set[str] = set()


class Compiled(BytecodeCache):
    """The compiled templates of one kind of environment. Jinja tells itself whether a template has changed since."""

    def __init__(self, kind: str) -> None:
        """``kind`` names environments that compile templates alike."""
        self._kind = kind

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The name under which a template is kept."""
        return f"{self._kind} {super().get_cache_key(name, filename)}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja what is kept of a template, if anything is."""
        if bucket.key in _codes:
            bucket.bytecode_from_string(_codes[bucket.key])
            _used.add(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember what Jinja made of a template."""
        _codes[bucket.key] = bucket.bytecode_to_string()
        _new.add(bucket.key)


def file() -> Path:
    """Where they are kept."""
    return own_folder() / "templates"


def recall() -> None:
    """Remember the templates that were kept, if they can be trusted."""
    with sealed(file()) as kept:
        _codes.update(pickle.load(kept) if kept else {})  # noqa: S301  # it is ours: the seal says so


def keep() -> None:
    """Keep what is remembered, if any of it is new."""
    if _new:
        wanted = _codes.keys() if len(_codes) <= _MOST else _used | _new
        seal(file(), pickle.dumps({key: _codes[key] for key in sorted(wanted)}))
        _new.clear()
