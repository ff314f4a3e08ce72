"""Words in prose that need more than to be escaped.

The first abbreviation of each kind in a section says what it stands for, on hover and on focus; what runs from right to
left is kept from turning its surroundings round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

from evidence_site.letters import RIGHT_TO_LEFT, RUN_OF_RIGHT_TO_LEFT


class Abbreviations:
    """Short forms, and what each stands for."""

    def __init__(self, long_forms: Mapping[str, str]) -> None:
        """Look for these: the long form under the short one."""
        self._long = long_forms
        # The longest first: PTHrP is not PTH, and LS BMD is not BMD.
        ordered = sorted(long_forms, key=lambda short: (-len(short), short))
        either = "|".join(re.escape(short) for short in ordered)
        self._anywhere = re.compile(either or r"(?!)")
        """Finds fast whether a text may have one: most have none."""
        self._pattern = re.compile(rf"(?<![\w.@])(?:{either})(?![\w@])")

    def mark(self, text: str, seen: set[str]) -> Markup:
        """The text, safe, with the abbreviations marked that are not yet among those ``seen``; they are added there.

        What runs from right to left is set apart: browsers would move the numbers and brackets behind it to its left.
        """
        if RIGHT_TO_LEFT.search(text) is None:
            return self._mark(text, seen)
        pieces: list[Markup] = []
        end = 0
        for run in RUN_OF_RIGHT_TO_LEFT.finditer(text):
            pieces += [self._mark(text[end : run.start()], seen), Markup("<bdi>%s</bdi>") % run.group()]
            end = run.end()
        return Markup("").join([*pieces, self._mark(text[end:], seen)])

    def _mark(self, text: str, seen: set[str]) -> Markup:
        if self._anywhere.search(text) is None:
            return escape(text)
        pieces: list[Markup] = []
        end = 0
        for match in self._pattern.finditer(text):
            short = match.group()
            if short not in seen:
                seen.add(short)
                pieces.append(escape(text[end : match.start()]))
                # Without a place in the tab order only a mouse could ask for it.
                pieces.append(Markup(f'<abbr title="{escape(self._long[short])}" tabindex="0">{escape(short)}</abbr>'))
                end = match.end()
        if not pieces:
            return escape(text)
        return Markup("").join([*pieces, escape(text[end:])])


NONE = Abbreviations({})
"""Marks nothing."""
