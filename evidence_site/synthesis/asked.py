"""What is to be pooled, and who stands on each side of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evidence_site import measures, records as r
from evidence_site.review import Arm, Observation, Review, StudyNode
from evidence_site.synthesis.reasons import OTHER_TIMES, Obstacle
from evidence_site.synthesis.statistics import Row

Chosen = Row | Obstacle | None
"""A study as it enters, why it does not, or None where it says nothing of the matter."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be pooled."""

    treatment: str
    against: str
    outcome: str
    record: r.Synthesis
    review: Review

    @property
    def sides(self) -> tuple[Side, Side]:
        """Who had the treatment, and who had the comparator alone."""
        return Side(self.treatment, "", self.against), Side(self.against, self.treatment, self.treatment)

    def is_at_the_time(self, time: r.Time | r.Missing) -> bool:
        """Whether a time lies near the one that is asked for, if one is."""
        months = self.record.months
        return months is None or measures.is_near(time, months)

    def is_counted_anew(self, time: r.Time | r.Missing) -> bool:
        """Whether it is counted from where changes begin anew: that is another change, and another time.

        The findings table leaves such changes out, too.
        """
        matters = self.record.months is not None or self.record.statistic in ("change", "percent_change")
        return matters and self.review.is_counted_anew(time)

    def at_other_times(self, times: Iterable[r.Time | r.Missing]) -> Obstacle:
        """Why a study does not enter whose results are all of other times than the one that is asked for."""
        known = sorted({time.months for time in times if isinstance(time, r.Time)})
        if not known:
            return Obstacle(f"{OTHER_TIMES}, and does not say at which")
        said = ", ".join([*map(measures.number, known[:-1]), measures.months(known[-1])])
        return Obstacle(f"{OTHER_TIMES}: {said}")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison."""

    treatment: str
    without: str
    """The treatment that nobody on it had; empty if that does not matter."""
    other: str
    """The treatment of the other side."""

    def has(self, arm: Arm) -> bool:
        """Whether a group stands on it."""
        return self.treatment in arm.treatments and self.without not in arm.treatments

    def faces(self, arm: Arm) -> bool:
        """Whether a group stands on the other side."""
        return self.other in arm.treatments and (bool(self.without) or self.treatment not in arm.treatments)

    def of(self, observations: Sequence[Observation]) -> list[Observation]:
        """The results that tell of it."""
        return [o for o in observations if self.treatment in o.treatments and self.without not in o.arm.treatments]

    def exposed(self, arm: Arm) -> int:
        """How many of a group are on it; all, where nobody says."""
        return arm.exposed(self.treatment) or arm.n

    def is_mixed(self, observation: Observation) -> bool:
        """Whether a number is of a group of whom only some are on it."""
        return observation.result.treatment != self.treatment and observation.arm.exposed(self.treatment) < (
            observation.arm.n
        )


def beside(arm: Arm, asked: Asked) -> frozenset[str]:
    """What all of a group had besides the two treatments that are compared; that they waited is none."""
    known = asked.review.treatments
    return frozenset(
        treatment
        for treatment in arm.treatments
        if treatment not in (asked.treatment, asked.against)
        and arm.exposed(treatment) >= arm.n
        and not (treatment in known and known[treatment].record.kind == "natural_course")
    )


def is_two_questions(arms: Sequence[Arm], asked: Asked) -> bool:
    """Whether some groups of the treated had the comparator, too, and some did not; that they waited is none."""
    comparator = asked.review.treatments.get(asked.against)
    if comparator is None or comparator.record.kind == "natural_course":
        return False
    return len({arm.exposed(asked.against) >= arm.n for arm in arms}) > 1


def one_sided(arms: Sequence[Sequence[Arm]], asked: Asked) -> tuple[str, ...]:
    """Other treatments that are recorded of one side and not of the other, by their ids."""
    treated, other = ({treatment for arm in side for treatment in arm.treatments} for side in arms)
    return tuple(sorted((treated ^ other) - {asked.treatment, asked.against}))


def characteristic(study: StudyNode, id_: str | None) -> r.Number | str | None:
    """The value of a study by which the plot is ordered; None without one."""
    value = study.record.characteristics.get(id_ or "")
    return value if isinstance(value, int | float | str) and not isinstance(value, r.Missing | bool) else None
