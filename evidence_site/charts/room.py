"""Room in a plot: where marks go so that they and their numbers cover each other least."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from evidence_site.charts.scale import rounded

_MOVE = 2.0
_FURTHEST = 18.0
"""How far a mark may be moved aside, so that no month is mistaken for another time of measurement."""
_AWAY = (0.0, *(sign * n * _MOVE for n in range(1, int(_FURTHEST / _MOVE) + 1) for sign in (1, -1)))
_LABEL = 15.0
"""How wide a number of two digits is in the largest letters, which are those of phones."""
_UP, _DOWN = 6, 5
"""How far a number reaches above and below the middle of its line."""
_MARK_WEIGHT, _LABEL_WEIGHT, _BAR_WEIGHT = 8.0, 4.0, 0.3
"""How much it matters that nothing else is where a part of a mark is."""

_Box = tuple[float, float, float, float, float]
"""What a part of a mark covers: left, top, right, bottom; and its weight."""
Side = Literal["right", "left", "above", "below"]
"""Where the number of a mark stands."""
_SIDES: dict[Side, float] = {"right": 0, "left": 1, "above": 2, "below": 2}
"""How much less each is liked than the first."""
_Beside = tuple[float, float, float, float]
"""Of a box that a part can cover: left, right, over what height they would overlap, and how much that matters."""


class Room:
    """A plot between two edges, and what is taken of it."""

    def __init__(self, left: float, right: float) -> None:
        """Begin with an empty plot."""
        self._edges = (left, right)
        self._taken: list[_Box] = []

    def take(self, wanted: float, y: float, half: float, bar: tuple[float, float] | None) -> tuple[float, Side]:
        """Where a mark and its number cover the others least, the nearer to the wanted place the better.

        ``half`` is half the side of the mark, ``bar`` the top and bottom of its whisker. Returns the place, which is
        taken from now on, and where the number stands.
        """
        left_edge, right_edge = self._edges
        places = [rounded(min(max(wanted + away, left_edge + half), right_edge - half)) for away in _AWAY]
        near = self._near(min(places) - half - _LABEL, max(places) + half + _LABEL)
        # Wherever the mark goes, its parts stay at their heights.
        to_mark = _beside(y - half - 1, y + half + 1, _MARK_WEIGHT, near)
        to_labels = {side: _beside(*_rows(y, half, side), _LABEL_WEIGHT, near) for side in _SIDES}
        to_bar = _beside(*bar, _BAR_WEIGHT, near) if bar else ()
        best: tuple[float, Side] = (places[0], "right")
        least = math.inf
        for place in places:
            apart = 1.2 * abs(place - wanted)
            if round(apart, 3) >= least:
                continue  # whatever it covers
            by_mark = _covered(place - half - 1, place + half + 1, to_mark, 0.0)
            for side, disliked in _SIDES.items():
                if round(by_mark + apart + disliked, 3) >= least:
                    continue
                covered = _covered(*_columns(place, half, side), to_labels[side], by_mark)
                covered = _covered(place - 2, place + 2, to_bar, covered)
                cost = round(covered + apart + disliked, 3)
                if cost < least:
                    best, least = (place, side), cost
        self._fill(*best, y, half, bar)
        return best

    def _near(self, left: float, right: float) -> list[_Box]:
        return [box for box in self._taken if box[0] < right and left < box[2]]

    def _fill(self, place: float, side: Side, y: float, half: float, bar: tuple[float, float] | None) -> None:
        (start, end), (top, bottom) = _columns(place, half, side), _rows(y, half, side)
        self._taken.append((place - half - 1, y - half - 1, place + half + 1, y + half + 1, _MARK_WEIGHT))
        self._taken.append((start, top, end, bottom, _LABEL_WEIGHT))
        if bar:
            self._taken.append((place - 2, bar[0], place + 2, bar[1], _BAR_WEIGHT))


def _columns(place: float, half: float, side: Side) -> tuple[float, float]:
    """From where to where a number reaches from left to right."""
    if side == "left":
        return place - half - _LABEL, place - half - 1
    if side == "right":
        return place + half + 1, place + half + _LABEL
    return place - _LABEL / 2, place + _LABEL / 2


def _rows(y: float, half: float, side: Side) -> tuple[float, float]:
    """From where to where a number reaches from above to below."""
    middle = y + {"above": -1, "below": 1}.get(side, 0) * (half + _UP + 1)
    return middle - _UP, middle + _DOWN


def _beside(top: float, bottom: float, weight: float, boxes: Sequence[_Box]) -> Sequence[_Beside]:
    return [
        (left, right, min(bottom, other_bottom) - max(top, other_top), min(weight, other_weight))
        for left, other_top, right, other_bottom, other_weight in boxes
        if top < other_bottom and other_top < bottom
    ]


def _covered(left: float, right: float, beside: Sequence[_Beside], so_far: float) -> float:
    """The area that a part covers of others, as far as it matters, added to that of the parts before."""
    for other_left, other_right, high, weight in beside:
        if left < other_right and other_left < right:
            so_far += (min(right, other_right) - max(left, other_left)) * high * weight
    return so_far
