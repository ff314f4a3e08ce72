"""Templates as Jinja compiled them, for the next build: compiling takes longer than rendering a small review."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_codes: dict[str, bytes] = {}


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

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what Jinja made of a template."""
        _codes[bucket.key] = bucket.bytecode_to_string()


def known() -> Mapping[str, bytes]:
    """All that was compiled or learnt so far. It is code: only what comes back unharmed may be learnt."""
    return dict(_codes)


def learn(codes: Mapping[str, bytes]) -> None:
    """Take over what an earlier run knew."""
    _codes.update(codes)
