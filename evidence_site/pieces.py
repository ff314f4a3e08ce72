"""What was worked out of single studies and sources, kept for the next time.

A piece is a plain value (text, numbers, tuples of them) that depends on one study or source and on what the page of
that shows beside it, and on nothing else of the review. As long as the digest of that page's inputs stays the same, so
does the piece, and it need not be worked out again. A piece may also be made of another plain value alone, for as long
as that is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from evidence_site.review import SourceNode, StudyNode

T = TypeVar("T")
V = TypeVar("V")
_Kept = Mapping[tuple[str, str], tuple[Any, Any]]


@dataclass(frozen=True)
class Pieces:
    """Pieces of one state of a review; those of an earlier one are taken over where nothing behind them changed."""

    digest_of_study: Callable[[StudyNode], str] | None = None
    """Of what the page of a study is made from; without it every piece is made each time it is asked for."""
    digest_of_source: Callable[[SourceNode], str] | None = None
    """The same for the page of a source."""
    before: _Kept = field(default_factory=dict)
    """What ``kept`` gave the last time."""
    _made: dict[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)

    @property
    def kept(self) -> _Kept:
        """The pieces that were asked for, for the next time."""
        return self._made

    def of_study(self, what: str, study: StudyNode, make: Callable[[StudyNode], T]) -> T:
        """What ``make`` gives for a study; ``what`` names it among all pieces of studies."""
        return self._piece((f"study {what}", study.id), study, self.digest_of_study, make)

    def of_source(self, what: str, source: SourceNode, make: Callable[[SourceNode], T]) -> T:
        """What ``make`` gives for a source; ``what`` names it among all pieces of sources."""
        return self._piece((f"source {what}", source.key), source, self.digest_of_source, make)

    def of_value(self, what: str, value: V, make: Callable[[V], T]) -> T:
        """What ``make`` gives for a plain value, the same for equal ones; ``what`` names it among all such pieces."""
        if self.digest_of_study is None:
            return make(value)
        return self._kept_piece(("value", what), value, partial(make, value))

    def _piece(
        self, key: tuple[str, str], node: Any, digest_of: Callable[[Any], str] | None, make: Callable[[Any], T]
    ) -> T:
        if digest_of is None:
            return make(node)
        return self._kept_piece(key, digest_of(node), partial(make, node))

    def _kept_piece(self, key: tuple[str, str], made_of: object, make: Callable[[], T]) -> T:
        found = self._made.get(key) or self.before.get(key)
        if found is None or found[0] != made_of:
            found = (made_of, make())
        self._made[key] = found
        piece: T = found[1]
        return piece


EACH_TIME = Pieces()
"""Nothing is kept."""
