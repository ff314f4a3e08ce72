"""What a built site's folder holds, so that the next build can take from it what stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evidence_site.folders import Mark


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a site folder holds."""

    look: str
    """The digest of the theme, the settings and the navigation: what stands around pages."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The tree that it was made from."""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    """Every file in it by its path, if they were marked: with the same marks they are as they were written."""


EMPTY_FOLDER = Assembled("")
"""A folder in which nothing is yet."""
