"""Long lists cut into pages that stay light, with an overview: by year, by letter, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from evidence_site.page import slug

T = TypeVar("T")

WHOLE = 250
"""Up to so many rows a list stays on one page."""
MOST = 150
"""So many rows at most have the pages of a longer one."""
WITHIN = 20
"""Up to so many rows of a list stay on a page that is about something else, which they would make hard to read."""


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A page of a long list."""

    address: str
    name: str
    """What its rows have in common: ``2019``, ``S``; with ``2 of 3`` if there are too many of them for one page."""
    rows: tuple[T, ...]
    before: tuple[str, str] | None
    """Address and name of the part before, if there is one."""
    after: tuple[str, str] | None


def parts(
    base: str, rows: Sequence[T], group: Callable[[T], str] = lambda _: "", whole: int = WHOLE, most: int = MOST
) -> list[Part[T]]:
    """The pages of a list below an address; none if it is short enough for one.

    ``group`` says what a row has in common with others; groups come in the order of their first rows. One that is too
    long for a page is cut into even parts. Addresses are made of groups, so that a new row changes few pages.
    """
    if len(rows) <= whole:
        return []
    groups: dict[str, list[T]] = {}
    for row in rows:
        groups.setdefault(group(row), []).append(row)
    pages = [page for name, found in groups.items() for page in _cut(base, name, found, most)]
    links: list[tuple[str, str] | None] = [None, *((address, name) for address, name, _ in pages), None]
    return [
        Part(address, name, found, links[number], links[number + 2])
        for number, (address, name, found) in enumerate(pages)
    ]


def _cut(base: str, name: str, rows: Sequence[T], most: int) -> Iterator[tuple[str, str, tuple[T, ...]]]:
    count = -(-len(rows) // most)
    for number in range(count):
        path = "-".join([*([slug(name)] if name else []), *([str(number + 1)] if number or not name else [])])
        of = f"{number + 1} of {count}" if count > 1 else ""
        start, end = (len(rows) * edge // count for edge in (number, number + 1))
        yield f"{base}{path}/", ", ".join(filter(None, (name, of))), tuple(rows[start:end])
