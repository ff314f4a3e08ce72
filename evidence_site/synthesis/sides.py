"""What a study tells of one side of a comparison: persons with an event, means, or how many there were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


class _Persons:
    """Persons who may have been allocated in whole clusters."""

    __slots__ = ()

    persons: int
    design_effect: float
    """By how many persons one is stood for, where whole clusters were allocated (Cochrane Handbook, 23.1.4)."""

    @property
    def effective(self) -> float:
        """The effective sample size."""
        return self.persons / self.design_effect


@dataclass(frozen=True, slots=True)
class Events(_Persons):
    """Persons with the event, out of all."""

    events: int
    persons: int
    design_effect: float = 1.0


@dataclass(frozen=True, slots=True)
class Group(_Persons):
    """Persons of whom nothing else enters, since the study itself gives the difference."""

    persons: int
    design_effect: float = 1.0


@dataclass(frozen=True, slots=True)
class Mean(_Persons):
    """The mean of one group, with at least one measure of its spread."""

    mean: float
    persons: int
    sd: float | None = None
    se: float | None = None
    ci95: tuple[float, float] | None = None
    design_effect: float = 1.0

    @property
    def deviation(self) -> float:
        """The standard deviation, if need be from the standard error or the interval (Cochrane Handbook, chapter 6).

        An interval is taken as made with Student's t, as intervals of means are; with many persons that is the normal
        distribution. NaN if nothing tells of the spread.
        """
        if self.sd:
            return self.sd
        if self.se:
            return self.se * math.sqrt(self.persons)
        if self.ci95 is None or self.persons < 2:
            return math.nan
        from scipy import stats

        low, high = self.ci95
        return (high - low) / 2 / float(stats.t.isf(0.025, self.persons - 1)) * math.sqrt(self.persons)

    @property
    def is_skewed(self) -> bool:
        """Whether the mean lies so far from the middle of its interval that this cannot be one of a mean."""
        if self.ci95 is None or self.sd or self.se:
            return False
        slack = sum(map(half_of_the_last_digit, (self.mean, *self.ci95)))
        return not lies_in_the_middle(self.mean, self.ci95, slack)


@dataclass(frozen=True, slots=True)
class Means:
    """The means of all groups of a side."""

    groups: tuple[Mean, ...]

    @property
    def persons(self) -> int:
        """How many persons the groups hold together."""
        return sum(group.persons for group in self.groups)

    @property
    def effective(self) -> float:
        """The effective sample size of them together."""
        return sum(group.effective for group in self.groups)

    @property
    def together(self) -> Mean:
        """The groups as one, with its mean and standard deviation (Cochrane Handbook, chapter 6)."""
        return combined(self.groups)


Side = Events | Means | Group
"""What is told of one side of a comparison."""


def combined(groups: Sequence[Mean]) -> Mean:
    """Groups taken together: the mean of all persons and their standard deviation, as if nobody had divided them."""
    if len(groups) == 1:
        only = groups[0]
        return Mean(only.mean, only.persons, sd=only.deviation, design_effect=only.design_effect)
    persons = sum(group.persons for group in groups)
    mean = sum(group.mean * group.persons for group in groups) / persons
    within = sum((group.persons - 1) * group.deviation**2 for group in groups)
    between = sum(group.persons * (group.mean - mean) ** 2 for group in groups)
    effect = persons / sum(group.effective for group in groups)
    return Mean(mean, persons, sd=math.sqrt((within + between) / (persons - 1)), design_effect=effect)


def lies_in_the_middle(value: float, ends: tuple[float, float], slack: float) -> bool:
    """Whether a value is the middle of an interval: within a tenth of its length, and ``slack`` for rounding."""
    low, high = ends
    return abs(value - (low + high) / 2) <= 0.1 * (high - low) + slack


def half_of_the_last_digit(number: float) -> float:
    """By how much a number as printed can be off: 0.05 for 0.8, 0.5 for 12."""
    exponent = Decimal(repr(number)).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent) if isinstance(exponent, int) else 0.0
