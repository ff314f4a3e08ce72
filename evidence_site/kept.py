"""What a build keeps for the next one: the records as read, the pages as made, and what the published folder holds.

It lies in the review's build folder, under a seal that only the same person on the same computer can make.
"""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from markupsafe import Markup

from evidence_site.assembled import EMPTY_FOLDER, Assembled
from evidence_site.bibliography import Name, Reference
from evidence_site.keeping import all_stays
from evidence_site.latex import RichText, Span
from evidence_site.page import CitedPlace, Made
from evidence_site.pages import NOTHING, Tree
from evidence_site.problems import Place
from evidence_site.record_reading import ReadBefore
from evidence_site.reference_style import FormattedReference
from evidence_site.seals import seal, sealed
from evidence_site.search_index import SearchEntry, Section

FILE = Path("build") / "kept"
"""In the folder of the review."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one build leaves to the next."""

    read: ReadBefore = field(default_factory=ReadBefore)
    tree: Tree = NOTHING
    site: Assembled = EMPTY_FOLDER


def recall(root: Path) -> Kept:
    """What the last build of a review kept, or nothing if there is none that can be trusted."""
    with sealed(root / FILE) as file, all_stays():
        kept = pickle.load(file) if file else None  # noqa: S301  # it is ours: the seal says so
    return kept if isinstance(kept, Kept) else Kept()


def keep(root: Path, kept: Kept) -> None:
    """Keep this for the next build; without a word about it if that cannot be done, since it only saves time."""

    def write(file: IO[bytes]) -> None:
        pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = {**copyreg.dispatch_table, **_PACKED}
        with all_stays():
            pickler.dump(kept)

    seal(root / FILE, write)


def _view(of: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(of)


def _formatted(text: str, html: str) -> FormattedReference:
    return FormattedReference(text, Markup(html))  # it was one before it was packed


def _packed(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    names = [field.name for field in fields(kind)]
    values = attrgetter(*names)
    return lambda item: (kind, values(item) if len(names) > 1 else (values(item),))


_MANY = (CitedPlace, Made, Name, Place, Reference, RichText, SearchEntry, Section, Span)
_PACKED: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    MappingProxyType: lambda view: (_view, (dict(view),)),
    FormattedReference: lambda item: (_formatted, (item.text, str(item.html))),
    # Of these there are many, and the way of dataclasses with slots takes several times as long.
    **{kind: _packed(kind) for kind in _MANY},
}
"""How things are packed that pickle cannot pack, or only slowly."""
