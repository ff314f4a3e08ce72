"""The data of a large review's Explore page in parts: what finds rows first, what stands in them as it is looked at.

A small review has one file. In a large one that file keeps what rows are filtered and counted by, and names the others:
texts of rows in the order in which a reader first meets them, and words that only a search looks at.
Names of parts are made of what they hold, so that a browser never puts rows of one build into the tables of another.
explore-parts.js puts them together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

from evidence_site.identity import digest
from evidence_site.letters import fold

FIRST = "data.json"
"""The file that the page loads when it is opened."""

WHOLE = 500_000
"""Up to so many characters the data stay one file: about a hundred kilobytes as a host sends them."""

WORDS = "words"
"""The column that only a search looks at, in each table that has it."""


@dataclass(frozen=True, slots=True)
class _Split:
    """How a table is split."""

    rows: int
    """So many rows has a part."""
    texts: tuple[str, ...]
    """The columns of places of texts that go into parts."""
    numbers: tuple[str, ...] = ()
    """The other columns that do."""


_SPLITS = {
    "studies": _Split(500, ("address", "name", "title", "note")),
    "arms": _Split(1000, ("label",)),
    "results": _Split(
        2000, ("value", "unit", "statistic", "time", "after", "site", "where", "note"), ("number", "months")
    ),
    "references": _Split(500, ("address", "name", "flag", "key")),
}

_RUNS = re.compile(r"0*([0-9]+)|([^0-9]+)")

Data = Mapping[str, Any]


def files(whole: Data) -> Iterator[tuple[str, str]]:
    """The files by name, ``FIRST`` first; ``whole`` is all the data as ``explore_data`` describes them."""
    text = _json(whole)
    if len(text) <= WHOLE:
        yield FIRST, text
    else:
        yield from parted(whole)


def parted(whole: Data) -> Iterator[tuple[str, str]]:
    """The files of data that are not to stay one."""
    named: dict[str, Any] = {}
    parts: dict[str, str] = {}
    orders = {table: _order(whole, table) for table in _SPLITS}
    for table, split in _SPLITS.items():
        names = []
        for rows in _cut(orders[table], split.rows):
            columns = {name: [whole[table][name][row] for row in rows] for name in (*split.texts, *split.numbers)}
            names.append(_add(parts, table, _part(whole, {table: columns}, split.numbers)))
        named[table] = {"rows": split.rows, "files": names}
    searched = {table: {WORDS: columns[WORDS]} for table in _SPLITS if WORDS in (columns := whole[table])}
    named[WORDS] = _add(parts, WORDS, _part(whole, searched))
    of_options = (facet.get(name, ()) for facet in whole["facets"].values() for name in ("name", "words", "address"))
    kept = 1 + max(chain.from_iterable(of_options), default=0)
    tables = {table: _kept(whole[table], split) for table, split in _SPLITS.items()}
    # Names are not there to sort by, which is how references are shown at first.
    tables["references"]["place"] = sorted(orders["references"], key=orders["references"].__getitem__)
    steps = {table: [name for name, column in tables[table].items() if _is_stepwise(column)] for table in tables}
    for table, names in steps.items():
        tables[table] |= {name: _steps(tables[table][name]) for name in names}
    yield FIRST, _json({**whole, **tables, "texts": whole["texts"][:kept], "parts": {**named, "steps": steps}})
    yield from parts.items()


def _order(whole: Data, table: str) -> Sequence[int]:
    """The rows of a table as a reader first meets them: references by name, all others newest first."""
    columns = whole[table]
    rows = range(len(next(iter(columns.values()), ())))
    if not rows:
        return rows
    if table == "references":
        names = [list(_sortable(whole["texts"][place])) for place in columns["name"]]
        return sorted(rows, key=names.__getitem__)
    years = whole["studies"]["year"]
    if table != "studies":
        years = [years[row] for row in columns["study"]]
    return sorted(rows, key=lambda row: -years[row])  # those without a year, which is 0, come last


def _sortable(name: str) -> Iterator[tuple[bool, int, str]]:
    """A name as the page sorts it: without accents and capitals, 10 behind 2, numbers before letters."""
    for number, words in _RUNS.findall(fold(name)):
        yield bool(words), len(number), number or words


def _cut(rows: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    return (rows[start : start + most] for start in range(0, len(rows), most))


def _part(whole: Data, tables: Mapping[str, Mapping[str, Sequence[Any]]], numbers: Iterable[str] = ()) -> Data:
    """Columns with the texts that they need, each once: places count within the part."""
    texts: dict[str, int] = {"": 0}
    return {
        "columns": {
            table: {
                name: column
                if name in numbers
                else [texts.setdefault(whole["texts"][place], len(texts)) for place in column]
                for name, column in columns.items()
            }
            for table, columns in tables.items()
        },
        "texts": list(texts),
    }


def _steps(column: Sequence[int]) -> list[int]:
    return [here - before for before, here in pairwise((0, *column))]


def _is_stepwise(column: Sequence[Any]) -> bool:
    """Whether a column is much shorter as steps from row to row: places that grow are nearly all there is to it."""
    if not all(isinstance(value, int) for value in column):
        return False
    return len(_json(_steps(column))) < len(_json(column)) * 2 / 3


def _kept(columns: Mapping[str, Sequence[Any]], split: _Split) -> dict[str, Sequence[Any]]:
    gone = {*split.texts, *split.numbers, WORDS}
    return {name: column for name, column in columns.items() if name not in gone}


def _add(parts: dict[str, str], stem: str, part: Data) -> str:
    text = _json(part)
    name = f"{stem}-{digest(text)[:12]}.json"
    parts[name] = text
    return name


def _json(data: Data | Sequence[int]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
