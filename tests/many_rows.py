"""Many rows for the Explore page: those of a real data file, again and again, each time with other words."""

from __future__ import annotations

import itertools
from typing import Any

Data = dict[str, Any]
COLUMNS_OF_ROWS = {"study": "studies", "arm": "arms"}
"""Columns of numbers that are rows of another table."""


def enlarged(data: Data, studies: int, results: int, references: int) -> Data:
    """The same tables with so many rows; texts differ from one copy to the next, so that nothing is stored once."""
    large = {**data, "texts": list(data["texts"]), "sets": [list(numbers) for numbers in data["sets"]]}
    sizes = {"studies": studies, "arms": results // 2, "results": results, "references": references}
    for table, size in sizes.items():
        large[table] = {name: [] for name in data[table]}
        rows = len(next(iter(data[table].values())))
        for place in range(size):
            copy, row = divmod(place, rows)
            for name, column in data[table].items():
                large[table][name].append(_value(large, data, table, name, column[row], copy))
    for table, names in (("studies", ["reports"]), ("references", ["studies"])):
        for name in names:
            large[table][name] = [0] * sizes[table]
    cycle = itertools.cycle(range(studies))
    large["arms"]["study"] = [next(cycle) for _ in range(sizes["arms"])]
    large["results"]["arm"] = [row % sizes["arms"] for row in range(results)]
    large["results"]["study"] = [large["arms"]["study"][arm] for arm in large["results"]["arm"]]
    return large


def _value(large: Data, data: Data, table: str, name: str, value: Any, copy: int) -> Any:
    if name in _WORDY and value:
        large["texts"].append(f"{data['texts'][value]} copy {copy} of {table}")
        return len(large["texts"]) - 1
    return value


_WORDY = frozenset({"name", "title", "words", "label", "value", "note"})
