"""From numbers to places on paper: linear scales and the ticks that people expect on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MONTHS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)
"""Distances between ticks on an axis of months."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps ``low``..``high`` to ``start``..``end``; an upside-down axis has ``start`` above ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value lies, to a tenth of a unit, so that the same records give the same bytes everywhere."""
        share = (value - self.low) / (self.high - self.low)
        return rounded(self.start + share * (self.end - self.start))


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what is written there."""

    at: float
    text: str


def rounded(value: float) -> float:
    """A coordinate with one decimal; a whole one as a whole number."""
    shortened = round(value, 1)
    return int(shortened) if shortened == int(shortened) else shortened


def steps(low: float, high: float, distances: Sequence[float], most: int) -> list[float]:
    """Multiples of the smallest of the distances that covers ``low``..``high`` with at most ``most`` steps."""
    distance = next((d for d in distances if (high - low) / d <= most), distances[-1])
    first, last = math.floor(low / distance), math.ceil(high / distance)
    if first == last:
        last += 1
    places = max(6, 1 - math.floor(math.log10(distance)))
    values = (round(n * distance, places) for n in range(first, last + 1))
    return [int(value) if value == int(value) else value for value in values]


def round_distances(span: float) -> list[float]:
    """1, 2 and 5 times the powers of ten around a span."""
    if not span:
        return [1]
    exponent = math.floor(math.log10(span))
    return [factor * 10.0**power for power in range(exponent - 2, exponent + 2) for factor in (1, 2, 5)]


def extent(values: Iterable[float]) -> tuple[float, float]:
    """The lowest and the highest of some values and zero."""
    listed = [0.0, *values]
    return min(listed), max(listed)
