"""What a build keeps for the next one: the records as read, the pages as made, and what the published folder holds.

It lies in the review's build folder, under a seal that only the same person on the same computer can make.
"""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from evidence_site import compiled
from evidence_site.keeping import all_stays
from evidence_site.pages import NOTHING, Tree
from evidence_site.record_reading import ReadBefore
from evidence_site.seals import seal, sealed
from evidence_site.static_site import EMPTY_FOLDER, Assembled

FILE = Path("build") / "kept"
"""In the folder of the review."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one build leaves to the next."""

    read: ReadBefore = field(default_factory=ReadBefore)
    tree: Tree = NOTHING
    site: Assembled = EMPTY_FOLDER
    templates: Mapping[str, bytes] = field(default_factory=dict)
    """As Jinja compiled them."""


def recall(root: Path) -> Kept:
    """What the last build of a review kept, or nothing if there is none that can be trusted."""
    with sealed(root / FILE) as file, all_stays():
        kept = pickle.load(file) if file else None  # noqa: S301  # it is ours: the seal says so
    if not isinstance(kept, Kept):
        return Kept()
    compiled.learn(kept.templates)
    return kept


def keep(root: Path, kept: Kept) -> None:
    """Keep this for the next build; without a word about it if that cannot be done, since it only saves time."""

    def write(file: IO[bytes]) -> None:
        pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = {**copyreg.dispatch_table, MappingProxyType: lambda view: (_view, (dict(view),))}
        with all_stays():
            pickler.dump(kept)

    seal(root / FILE, write)


def _view(of: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(of)
