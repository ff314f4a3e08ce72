"""Meta-analysis: what a treatment's ``syntheses`` ask for, computed from the records of the studies.

Which studies enter is decided in ``selection``, by the rules by which persons are counted. The statistics are those of
statsmodels (``stats.meta_analysis``), which its authors verified against R's metafor; they are loaded only when
something is pooled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from evidence_site import measures, records as r
from evidence_site.review import OutcomeNode, Review, StudyNode, TreatmentNode
from evidence_site.synthesis import wording
from evidence_site.synthesis.absolute import Absolute, absolute
from evidence_site.synthesis.clusters import Clustering, design_effect, is_adjusted
from evidence_site.synthesis.reasons import (
    CLUSTERED,
    CLUSTERED_SPREAD,
    IMPOSSIBLE,
    ONE_GROUP,
    SEVERAL,
    SEVERAL_PAIRS,
    SEVERAL_RATIOS,
    TWO_QUESTIONS,
)
from evidence_site.synthesis.selection import select
from evidence_site.synthesis.sides import Events, Group, Means, Side
from evidence_site.synthesis.statistics import (
    DIFFERENCES,
    FEWEST_TO_POOL,
    OF_MEANS,
    PUBLISHED,
    RATIOS_OF_PERSONS,
    Effect,
    Pooled,
    Row,
    compute,
    method,
    missing_packages,
)

__all__ = [
    "CLUSTERED",
    "CLUSTERED_SPREAD",
    "DIFFERENCES",
    "FEWEST_TO_POOL",
    "IMPOSSIBLE",
    "OF_MEANS",
    "ONE_GROUP",
    "PUBLISHED",
    "RATIOS_OF_PERSONS",
    "SEVERAL",
    "SEVERAL_PAIRS",
    "SEVERAL_RATIOS",
    "TWO_QUESTIONS",
    "Absolute",
    "Analysis",
    "Clustering",
    "Effect",
    "Events",
    "Group",
    "Means",
    "Pooled",
    "Row",
    "Side",
    "analyses",
    "compute",
    "design_effect",
    "is_adjusted",
    "method",
    "missing_packages",
]


@dataclass(frozen=True)
class Analysis:
    """What became of one synthesis."""

    record: r.Synthesis
    path: r.Path
    """Where it stands in the treatment's file."""
    treatment: TreatmentNode
    against: TreatmentNode
    outcome: OutcomeNode
    entered: tuple[Row, ...]
    """The studies with numbers for both sides, in the order of the forest plot; not yet computed."""
    left_out: tuple[tuple[StudyNode, str], ...]
    """Studies that tell something of it, but cannot be pooled, each with the reason."""
    _review: Review = field(repr=False, compare=False)

    @cached_property
    def _computed(self) -> tuple[tuple[Row, ...], Pooled | None]:
        if missing_packages():
            return self.entered, None  # the checks say what to install
        return compute(self.record, self.entered)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The studies with their effects and weights."""
        return self._computed[0]

    @property
    def pooled(self) -> Pooled | None:
        """The pooled estimate; None for fewer than two studies."""
        return self._computed[1]

    @property
    def persons(self) -> int:
        """All persons of both sides."""
        return sum(row.treated.persons + row.against.persons for row in self.entered)

    @property
    def absolute(self) -> Absolute | None:
        """What a pooled ratio means for persons at the risk that the comparator had; None for other measures."""
        return absolute(self.record, self.rows, self.pooled.effect) if self.pooled else None

    @property
    def times(self) -> str:
        """When the results were seen: ``9 to 15 months after first dose or delivery``."""
        return wording.times(self.entered, self._review.anchors)

    def named(self, treatment: str) -> str:
        """The name of another treatment, by its id."""
        node = self._review.treatments.get(treatment)
        return node.record.name if node else measures.words(treatment)

    @cached_property
    def unit(self) -> str:
        """The unit of a difference of means, empty without one: ``days``, ``percentage points``."""
        return wording.unit(self.record, self.outcome.record)

    def bare(self, effect: Effect) -> str:
        """The same without its unit, for a column that is headed with it."""
        return wording.effect(effect, self.digits, "")

    def text(self, effect: Effect, label: str = "") -> str:
        """An estimate of it with its 95% confidence interval: ``0.49 (0.34 to 0.70)``, ``−14 days (−24 to −4)``.

        ``label`` stands before the interval, where nothing else says what it is.
        """
        return wording.effect(effect, self.digits, self.unit, label)

    def ends_of(self, effect: Effect) -> str:
        """The interval of an estimate of it: ``0.34 to 0.70``."""
        return self.ends((effect.low, effect.high))

    def ends(self, ends: tuple[float, float]) -> str:
        """The ends of an interval of it: ``0.34 to 0.70``."""
        return wording.ends(ends, self.digits)

    @cached_property
    def digits(self) -> int | None:
        """How many digits follow the point in its differences; None for ratios, whose size decides."""
        pooled = self.pooled
        return wording.digits(self.record, (pooled.wald or pooled.effect) if pooled else None, self.rows)


def analyses(review: Review) -> Mapping[str, tuple[Analysis, ...]]:
    """By treatment: its syntheses whose outcome and comparator exist, with the studies that enter.

    Several pages and checks ask for them: ``review.once(analyses)`` selects and computes each once.
    """
    return {id_: tuple(_analyses(review, treatment)) for id_, treatment in review.treatments.items()}


def _analyses(review: Review, treatment: TreatmentNode) -> Iterator[Analysis]:
    for index, record in enumerate(treatment.record.syntheses):
        against, outcome = review.treatments.get(record.against), review.outcomes.get(record.outcome)
        if against is not None and outcome is not None and against is not treatment:
            rows, left_out = select(review, treatment, against, outcome, record)
            yield Analysis(record, ("syntheses", index), treatment, against, outcome, rows, left_out, review)
