"""The data of a large review's Explore page in parts: what finds rows first, what stands in them as it is looked at.

A small review has one file. In a large one that file keeps what rows are filtered and counted by, and names the others:
texts of rows in the order in which a reader first meets them, and words that only a search looks at.
Names of parts are made of what they hold, so that a browser never puts rows of one build into the tables of another.
explore-parts.js puts them together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

from evidence_site.identity import digest
from evidence_site.letters import fold
from evidence_site.pieces import EACH_TIME, Pieces

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
_Texts = Mapping[str, Mapping[str, Sequence[str]]]
_Numbers = Mapping[str, Mapping[str, Sequence[float | None]]]


def files(whole: Data, pieces: Pieces = EACH_TIME) -> Iterator[tuple[str, str]]:
    """The files by name, ``FIRST`` first; ``whole`` is all the data as ``explore_data`` describes them."""
    is_large = sum(map(len, whole["texts"])) > WHOLE  # and the file would be longer
    text = "" if is_large else _file(whole)
    if is_large or len(text) > WHOLE:
        yield from parted(whole, pieces)
    else:
        yield FIRST, text


def parted(whole: Data, pieces: Pieces = EACH_TIME) -> Iterator[tuple[str, str]]:
    """The files of data that are not to stay one."""
    texts: Sequence[str] = whole["texts"]
    named: dict[str, Any] = {}
    parts: dict[str, str] = {}
    orders = {table: _order(whole, table) for table in _SPLITS}

    def add(what: str, stem: str, said: _Texts, numbers: _Numbers) -> str:
        # The numbers as text, since 1 and 1.0 are equal.
        name, text = pieces.of_value(f"explore {what}", (said, _json(numbers)), lambda _: _part(stem, said, numbers))
        parts[name] = text
        return name

    for table, split in _SPLITS.items():
        names = []
        for number, rows in enumerate(_cut(orders[table], split.rows)):
            told = {name: [texts[place] for place in _taken(whole[table][name], rows)] for name in split.texts}
            numbers = {name: _taken(whole[table][name], rows) for name in split.numbers}
            names.append(add(f"{table} {number}", table, {table: told}, {table: numbers}))
        named[table] = {"rows": split.rows, "files": names}
    searched = {
        table: {WORDS: [texts[place] for place in whole[table][WORDS]]} for table in _SPLITS if WORDS in whole[table]
    }
    named[WORDS] = add(WORDS, WORDS, searched, {})
    yield FIRST, _first(whole, named, orders["references"], pieces)
    yield from parts.items()


def _first(whole: Data, named: Mapping[str, Any], references: Sequence[int], pieces: Pieces) -> str:
    of_options = (facet.get(name, ()) for facet in whole["facets"].values() for name in ("name", "words", "address"))
    kept = 1 + max(chain.from_iterable(of_options), default=0)
    tables = {table: _kept(whole[table], split) for table, split in _SPLITS.items()}
    # Names are not there to sort by, which is how references are shown at first.
    tables["references"]["place"] = sorted(references, key=references.__getitem__)
    written = {
        table: {name: pieces.of_value(f"explore {table}.{name}", column, _column) for name, column in columns.items()}
        for table, columns in tables.items()
    }
    steps = {table: [name for name, (_, is_steps) in columns.items() if is_steps] for table, columns in written.items()}
    first = {name: "" if name in (*written, "texts") else _json(value) for name, value in whole.items()}
    for table, columns in written.items():
        first[table] = _object({name: text for name, (text, _) in columns.items()})
    first["texts"] = _json(whole["texts"][:kept])
    first["parts"] = _json({**named, "steps": steps})
    return f"{_object(first)}\n"


def _order(whole: Data, table: str) -> Sequence[int]:
    """The rows of a table as a reader first meets them: references by name, all others newest first."""
    columns = whole[table]
    rows = range(len(next(iter(columns.values()), ())))
    if not rows:
        return rows
    if table == "references":
        names = [_sortable(whole["texts"][place]) for place in columns["name"]]
        return sorted(rows, key=names.__getitem__)
    years = whole["studies"]["year"]
    if table != "studies":
        years = [years[row] for row in columns["study"]]
    if all(earlier >= later for earlier, later in pairwise(years)):
        return rows  # they stand so, mostly
    return sorted(rows, key=lambda row: -years[row])  # those without a year, which is 0, come last


@lru_cache(maxsize=1 << 14)
def _sortable(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A name as the page sorts it: without accents and capitals, 10 behind 2, numbers before letters."""
    return tuple((bool(words), len(number), number or words) for number, words in _RUNS.findall(fold(name)))


def _cut(rows: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    return (rows[start : start + most] for start in range(0, len(rows), most))


def _taken(column: Sequence[Any], rows: Sequence[int]) -> list[Any]:
    return [column[row] for row in rows]


def _part(stem: str, said: _Texts, numbers: _Numbers) -> tuple[str, str]:
    """The name of a part and its text: columns with the texts that they need, each once; places count within it."""
    columns = [column for table in said.values() for column in table.values()]
    places = {text: place for place, text in enumerate(dict.fromkeys(chain([""], *columns)))}
    tables = {
        table: {name: list(map(places.__getitem__, column)) for name, column in of_table.items()}
        | dict(numbers.get(table, {}))
        for table, of_table in said.items()
    }
    text = _file({"columns": tables, "texts": list(places)})
    return f"{stem}-{digest(text)[:12]}.json", text


def _column(column: Sequence[Any]) -> tuple[str, bool]:
    """A column as JSON, and whether as steps from row to row: places that grow are much shorter like that."""
    text = _json(column)
    if all(isinstance(value, int) for value in column):
        steps = _json([here - before for before, here in pairwise((0, *column))])
        if len(steps) + 1 < (len(text) + 1) * 2 / 3:
            return steps, True
    return text, False


def _kept(columns: Mapping[str, Sequence[Any]], split: _Split) -> dict[str, Sequence[Any]]:
    gone = {*split.texts, *split.numbers, WORDS}
    return {name: column for name, column in columns.items() if name not in gone}


def _file(data: Data) -> str:
    return f"{_json(data)}\n"


def _object(fields: Mapping[str, str]) -> str:
    """A JSON object of fields that are JSON already."""
    return f"{{{','.join(f'{_json(name)}:{text}' for name, text in fields.items())}}}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
