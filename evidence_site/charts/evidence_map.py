"""The evidence map: for each treatment and outcome how many persons have results, and how certain the evidence is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from evidence_site import addresses, measures, records as r, summaries, views
from evidence_site.charts.scale import rounded
from evidence_site.review import Review, TreatmentNode

SIZE = 44
"""The side of a cell's drawing."""
MIDDLE = SIZE // 2
_SMALLEST, _LARGEST = 3.0, 20.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A treatment and an outcome."""

    persons: int
    studies: int
    radius: float
    """Zero if nobody with the condition has results."""
    level: str
    """The identifier of the certainty level; empty if it is not rated."""
    symbol: str
    known: bool
    """Whether the treatment's page tells of the outcome: at least a rating, or results that are not counted."""
    text: str
    """The cell in words."""
    address: str
    """Where the treatment's page tells of the outcome."""

    @property
    def number(self) -> str:
        """How many persons, as it is read."""
        return f"{self.persons:,}"


@dataclass(frozen=True, slots=True)
class Row:
    """A treatment with a cell for each outcome."""

    name: str
    address: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """An outcome at the head of a column."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Key:
    """A circle of the legend and how many persons it stands for."""

    persons: int
    radius: float


@dataclass(frozen=True, slots=True)
class EvidenceMap:
    """The map ready to be shown."""

    groups: tuple[tuple[str, int], ...]
    """Importance of outcomes and over how many columns it stands."""
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    keys: tuple[Key, ...]
    levels: tuple[tuple[str, str, str], ...]
    """Identifier, sign and words of each level that occurs."""
    unrated: bool
    uncounted: bool
    summary: str


def evidence_map(
    review: Review, findings: Mapping[str, summaries.Findings], anchor: Callable[[str], str]
) -> EvidenceMap:
    """The map of the whole review: treatments in their order, the outcomes that matter most first.

    ``findings`` are those of each treatment; ``anchor`` says under which id a treatment's page tells of an outcome.
    """
    importance = list(r.Importance)
    outcomes = sorted(review.outcomes.values(), key=lambda node: importance.index(node.record.importance))
    counted = {(id_, o.id): found.persons_with_results(o.id) for id_, found in findings.items() for o in outcomes}
    most = max((count.persons for count in counted.values()), default=0)
    rows = tuple(
        Row(
            treatment.record.name,
            addresses.treatment(treatment.id),
            tuple(
                _cell(review, treatment, node.id, counted[treatment.id, node.id], most, anchor(node.id))
                for node in outcomes
            ),
        )
        for treatment in review.treatments.values()
    )
    cells = [cell for row in rows for cell in row.cells]
    levels = [level for level in views.CERTAINTY_SYMBOLS if any(cell.level == level for cell in cells)]
    return EvidenceMap(
        groups=tuple(
            (measures.words(kind), len(list(nodes)))
            for kind, nodes in groupby(outcomes, key=lambda node: node.record.importance)
        ),
        heads=tuple(Head(node.record.name, addresses.outcome(node.id)) for node in outcomes),
        rows=rows,
        keys=tuple(Key(n, _radius(n, most)) for n in _examples(most)),
        levels=tuple((level, views.CERTAINTY_SYMBOLS[level], measures.words(level)) for level in levels),
        unrated=any(cell.persons and not cell.level for cell in cells),
        uncounted=any(cell.known and not cell.persons for cell in cells),
        summary=_summary(cells, review.record.condition.persons),
    )


def _cell(
    review: Review, treatment: TreatmentNode, outcome: str, counted: summaries.Counted, most: int, anchor: str
) -> Cell:
    level = next((node.level for node in treatment.certainty if node.record.outcome == outcome), None)
    known = level is not None or any(o.result.outcome == outcome for o in treatment.observations)
    if counted.persons:
        text = f"{measures.persons(counted.persons)} in {measures.counted(counted.studies, 'study', 'studies')}"
    elif known:
        text = "no results of persons who are counted"
    else:
        text = "no evidence"
    if known:
        text += f"; certainty {measures.words(level) if level else 'not rated'}"
    return Cell(
        persons=counted.persons,
        studies=counted.studies,
        radius=_radius(counted.persons, most),
        level=level or "",
        symbol=views.CERTAINTY_SYMBOLS[level] if level else "",
        known=known,
        text=f"{treatment.record.name}, {review.outcomes[outcome].record.name}: {text}",
        address=f"{addresses.treatment(treatment.id)}#{anchor}",
    )


def _radius(persons: int, most: int) -> float:
    # The area stands for the persons; one person alone stays visible.
    return rounded(max(_SMALLEST, _LARGEST * math.sqrt(persons / most))) if persons else 0


def _examples(most: int) -> list[int]:
    """Round numbers for the legend; of those too small to differ in the drawing only the largest."""
    numbers = [n for n in (1, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 10**6) if n <= most]
    alike = [n for n in numbers if _LARGEST * math.sqrt(n / most) < _SMALLEST]
    return [*alike[-1:], *numbers[len(alike) :]]


def _summary(cells: Sequence[Cell], persons_are: str) -> str:
    filled = sum(bool(cell.persons) for cell in cells)
    rated = sum(bool(cell.level) for cell in cells)
    return (
        f"Of {len(cells)} pairs of a treatment and an outcome, {filled} have results of persons {persons_are}, "
        f"and the certainty of {rated} is rated."
    )
