"""The flow of records through a search, laid out as in PRISMA 2020: three phases, a column for each way of searching.

Page MJ and others, The PRISMA 2020 statement, BMJ 2021;372:n71.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence_site import records as r

PHASES = {"identification": "Identification", "screening": "Screening", "included": "Included"}
COLUMNS = {
    "databases": "Identification of studies via databases and registers",
    "other": "Identification of studies via other methods",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A box of the flow, and the boxes beside it with what left the flow there."""

    box: r.FlowBox
    asides: tuple[r.FlowBox, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: its steps by column."""

    id: str
    name: str
    columns: tuple[tuple[str, tuple[Step, ...]], ...]
    """The title of a column where it begins, else nothing, and its steps; what both columns end in is one column."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow ready to be shown."""

    columns: int
    phases: tuple[Phase, ...]


def flow(boxes: Sequence[r.FlowBox]) -> Flow | None:
    """The flow of a review; None if none is recorded."""
    if not boxes:
        return None
    columns = [id_ for id_ in COLUMNS if any(box.column == id_ for box in boxes)]
    phases: list[Phase] = []
    for id_, name in PHASES.items():
        inside = [box for box in boxes if box.phase == id_]
        found = tuple(
            ("" if phases else COLUMNS[column], _steps([box for box in inside if box.column == column]))
            for column in columns
        )
        if any(steps for _, steps in found):
            phases.append(Phase(id_, name, found))
        shared = _steps([box for box in inside if box.column == "both"])
        if shared:
            phases.append(Phase(id_, name, (("", shared),)))
    return Flow(len(columns), tuple(phases))


def _steps(boxes: Sequence[r.FlowBox]) -> tuple[Step, ...]:
    steps: list[tuple[r.FlowBox, list[r.FlowBox]]] = []
    for box in boxes:
        if box.aside and steps:
            steps[-1][1].append(box)
        else:
            steps.append((box, []))
    return tuple(Step(box, tuple(asides)) for box, asides in steps)
