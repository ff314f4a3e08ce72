"""GRADE: the level of certainty that a start and its steps give.

Evidence from randomised trials starts high, all other evidence low; each step moves it, and it never leaves the scale
(Balshem and others, GRADE guidelines 3, J Clin Epidemiol 2011;64:401-6).
"""

from __future__ import annotations

from evidence_site.records import Certainty, Domain, Level

LEVELS = (Level.VERY_LOW, Level.LOW, Level.MODERATE, Level.HIGH)
"""From least to most certain."""

DOWN = frozenset(
    {Domain.RISK_OF_BIAS, Domain.INCONSISTENCY, Domain.INDIRECTNESS, Domain.IMPRECISION, Domain.PUBLICATION_BIAS}
)
"""The domains that can only lower certainty; the others can only raise it."""


def start_level(certainty: Certainty) -> Level:
    """Where the evidence starts before any step."""
    return Level.HIGH if certainty.start == "randomised" else Level.LOW


def computed_level(certainty: Certainty) -> Level:
    """The level after all steps, kept within very low and high."""
    position = LEVELS.index(start_level(certainty)) + sum(step.by for step in certainty.steps)
    return LEVELS[max(0, min(position, len(LEVELS) - 1))]
