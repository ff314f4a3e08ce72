"""Hints that name what was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from evidence_site.record_words import simplest

OtherNames = Iterable[tuple[str, Iterable[str]]]
"""Ids, each with what else the thing is called."""


def nearest(word: str, known: Iterable[str], called: OtherNames = ()) -> str:
    """A hint that names the nearest known id, or some of the known ones; ``called`` are other names of some of them."""
    names = sorted(known)
    meant = sorted({id_ for id_, others in called if any(simplest(name) == simplest(word) for name in others)})
    with_word = [name for name in names if word in re.split("[-_/]", name)][:5]
    if meant and set(with_word) <= set(meant):
        return f"Did you mean {' or '.join(meant)}? That is the id for “{word}”."
    close = list(dict.fromkeys([*meant, *with_word])) or difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if not names:
        return "There are none yet."
    shown = ", ".join(names[:12])
    return f"Known: {shown}{' and more' if len(names) > 12 else ''}."
