"""What a ratio means in persons: of so many without the treatment and with it, how many have the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from evidence_site import records as r
from evidence_site.synthesis.sides import Events
from evidence_site.synthesis.statistics import Effect, Row

OF = 1000
"""Persons of whom it is told, as in a summary of findings after GRADE."""


@dataclass(frozen=True, slots=True)
class Absolute:
    """Persons with the event, out of a thousand."""

    against: float
    """With the comparator: the median of the risks in the studies that were pooled."""
    treated: Effect
    """With the treatment, at the same risk, and with the ends of the interval of the ratio."""


def absolute(record: r.Synthesis, rows: Sequence[Row], effect: Effect) -> Absolute | None:
    """What a pooled ratio of risks or odds means at the median risk of the comparator.

    After the Cochrane Handbook 5.1, 11.5.5 and 12.5.4. None for other measures, and where that median is that nobody,
    or everybody, has the event.
    """
    risks = [row.against.events / row.against.persons for row in rows if isinstance(row.against, Events)]
    assumed = median(risks) if risks else 0.0
    if not 0 < assumed < 1 or record.measure not in _RISKS:
        return None
    with_it = [OF * _RISKS[record.measure](assumed, ratio) for ratio in (effect.estimate, effect.low, effect.high)]
    return Absolute(OF * assumed, Effect(*with_it))


def _of_risk_ratio(risk: float, ratio: float) -> float:
    return min(1.0, risk * ratio)


def _of_odds_ratio(risk: float, ratio: float) -> float:
    odds = risk / (1 - risk) * ratio
    return odds / (1 + odds)


_RISKS = {"risk_ratio": _of_risk_ratio, "odds_ratio": _of_odds_ratio}
