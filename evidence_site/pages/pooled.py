"""Pooled estimates in a line, for pages that do not draw them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from evidence_site import addresses, measures
from evidence_site.charts import forest
from evidence_site.synthesis import Analysis, wording

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled estimate in words, with a link to its forest plot."""

    estimate: str
    """``Risk ratio 0.49 (95% CI 0.34 to 0.70)``"""
    treated: str
    against: str
    behind: str
    """How many studies and persons."""
    absolute: str
    """What a ratio means in persons; empty for other measures."""
    new_study: str
    """What may be found in another study; empty if nothing tells."""
    address: str


def pooled(analyses: Iterable[Analysis], key: Callable[[Analysis], _Key]) -> dict[_Key, list[Pooled]]:
    """The estimates of those in which something was pooled, by a key."""
    found: dict[_Key, list[Pooled]] = {}
    drawn: Counter[str] = Counter()
    for analysis in analyses:
        plot = f"{addresses.evidence_of(analysis.treatment.id)}#forest-{forest.name(analysis)}"
        drawn[plot] += 1  # a page numbers plots of one name
        if analysis.pooled:
            name = wording.measure_and_time(analysis.record)
            line = Pooled(
                f"{name[0].upper()}{name[1:]} {analysis.text(analysis.pooled.effect, '95% CI ')}",
                measures.in_sentence(analysis.treatment.record.name),
                measures.in_sentence(analysis.against.record.name),
                forest.counts(analysis),
                forest.absolute(analysis),
                forest.new_study(analysis),
                plot if drawn[plot] == 1 else f"{plot}-{drawn[plot]}",
            )
            found.setdefault(key(analysis), []).append(line)
    return found
