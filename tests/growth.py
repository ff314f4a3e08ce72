"""How the work of something grows with what it is given: a ratio within one run, so that no computer is too slow for it."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 4
"""How much more is given the second time."""
BETWEEN = 10
"""Well above linear, for what noise and caches add, and well below quadratic."""


def growth(work: Callable[[int], object], size: int) -> float:
    """How much longer the work takes with four times as much: the least processor time of three tries of each."""
    return least(work, TIMES * size) / least(work, size)


def least(work: Callable[[int], object], size: int) -> float:
    """The least processor time of three tries."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        work(size)
        taken.append(time.process_time() - began)
    return min(taken)
