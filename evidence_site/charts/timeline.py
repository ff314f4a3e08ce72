"""The time of one case: what happened when, to scale where the source gives a time, in order where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence_site import measures, prose, records as r
from evidence_site.charts.scale import MONTHS, Scale, Tick, extent, rounded, steps
from evidence_site.review import Review

WIDTH = 520
LEFT, RIGHT = 20, 500
_GAP = 36
"""How far events are apart: on a phone a finger's width."""
_ROW = 13
"""How many events without a time stand in a row."""
_AXIS = 34

KINDS = {
    "symptom": "symptom",
    "finding": "finding",
    "test": "test",
    "exposure": "treatment",
    "outcome": "outcome",
    "event": "other event",
}
"""What the kinds of event are called, in the order of the legend."""


@dataclass(frozen=True, slots=True)
class Point:
    """An event on the timeline."""

    number: int
    """Its place in the list of events."""
    kind: str
    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Events counted from one moment, to scale."""

    name: str
    """The moment; empty if the source does not say from when it counts."""
    height: float
    base: float
    """Where the axis runs."""
    ticks: tuple[Tick, ...]
    zero: float
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A case's events as they are drawn."""

    axes: tuple[Axis, ...]
    """One for each moment from which the source counts: without it their distance is not known."""
    untimed: tuple[Point, ...]
    """Events without a time, side by side in the order told; their distances mean nothing."""
    untimed_height: float
    kinds: tuple[tuple[str, str], ...]
    description: str


def timeline(review: Review, events: Sequence[r.Event]) -> Timeline:
    """The events of a case on their axes."""
    numbered = list(enumerate(events, 1))
    by_anchor: dict[str, list[tuple[int, r.Event, r.Time]]] = {}
    for number, event in numbered:
        if isinstance(event.time, r.Time):
            by_anchor.setdefault(event.time.after, []).append((number, event, event.time))
    untimed = [(number, event) for number, event in numbered if not isinstance(event.time, r.Time)]
    in_order = [*review.anchors, *(after for after in by_anchor if after not in review.anchors)]
    axes = tuple(_axis(review, after, by_anchor[after]) for after in in_order if after in by_anchor)
    timed = len(numbered) - len(untimed)
    return Timeline(
        axes=axes,
        untimed=tuple(
            Point(
                number,
                event.kind,
                LEFT + _GAP * (index % _ROW),
                _GAP * (index // _ROW + 0.5),
                f"{number}. {_text(event)}: {_when(review, event)}",
            )
            for index, (number, event) in enumerate(untimed)
        ),
        untimed_height=_GAP * -(-len(untimed) // _ROW),
        kinds=tuple((kind, name) for kind, name in KINDS.items() if any(event.kind == kind for event in events)),
        description=(
            f"Of {measures.counted(len(numbered), 'event', 'events')} {timed or 'none'} "
            f"{'has' if timed < 2 else 'have'} a time in what was read. The list below tells each in words."
        ),
    )


def _axis(review: Review, after: str, events: Sequence[tuple[int, r.Event, r.Time]]) -> Axis:
    months = steps(*extent(time.months for _, _, time in events), MONTHS, 10)
    scale = Scale(months[0], months[-1], LEFT, RIGHT)
    height_of: list[tuple[float, int]] = []
    placed = []
    for number, event, time in events:
        x = scale(time.months)
        taken = {level for at, level in height_of if abs(at - x) < _GAP}
        level = next(n for n in range(len(events)) if n not in taken)
        height_of.append((x, level))
        placed.append((number, event, x, level))
    tallest = max(level for _, _, _, level in placed) + 1
    base = tallest * _GAP
    name = review.anchors[after].name if after in review.anchors else ""
    return Axis(
        name=name,
        height=base + _AXIS,
        base=base,
        ticks=tuple(Tick(scale(value), measures.number(value)) for value in months),
        zero=scale(0),
        points=tuple(
            Point(
                number,
                event.kind,
                x,
                rounded(base - _GAP * (level + 0.5)),
                f"{number}. {_text(event)}: {_when(review, event)}",
            )
            for number, event, x, level in placed
        ),
    )


def _text(event: r.Event) -> str:
    return prose.plain(event.what).rstrip(".")


def _when(review: Review, event: r.Event) -> str:
    return measures.time(event.time, review.anchors)
