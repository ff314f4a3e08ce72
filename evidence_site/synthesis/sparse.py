"""Ratios of persons with an event where few have it: what needs no correction for groups in which nobody had it.

Half a person added to each number of a study, as is often done, draws its ratio towards that of the sizes of its
groups, and makes a harm of 0 of 400 against 2 of 4,500 (Cochrane Handbook, 10.4.4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidence_site.synthesis.sides import Events


@dataclass(frozen=True, slots=True)
class Tables:
    """The numbers of all studies, as arrays of one length."""

    a: Any
    """Persons with the event among the treated."""
    n1: Any
    c: Any
    """The same among the others."""
    n2: Any

    @property
    def is_bare(self) -> Any:
        """In which studies nobody, or everybody, of a group had the event."""
        return (self.a == 0) | (self.c == 0) | (self.a == self.n1) | (self.c == self.n2)

    @property
    def corrected(self) -> Tables:
        """With one person more who had the event in each such study, and one who had not, as parts of the two groups.

        Each group gets as much of a person as it has of the persons: half a one if both are of one size. So a study is
        drawn towards no difference, whatever the sizes of its groups (Sweeting, Sutton and Lambert, Stat Med
        2004;23:1351-75).
        """
        treated = self.is_bare * self.n1 / (self.n1 + self.n2)
        other = self.is_bare - treated
        return replace(self, a=self.a + treated, n1=self.n1 + 2 * treated, c=self.c + other, n2=self.n2 + 2 * other)


@dataclass(frozen=True, slots=True)
class Estimate:
    """The logarithm of a pooled ratio."""

    log: float
    variance: float
    weights: Any
    """Of the studies; their scale has no meaning."""


def tables(treated: Sequence[Events], others: Sequence[Events]) -> Tables:
    """The numbers of studies, made smaller by the design effect where whole clusters were allocated."""
    import numpy as np

    def columns(sides: Sequence[Events]) -> Any:
        return np.array([(side.events / side.design_effect, side.effective) for side in sides], float).T

    return Tables(*columns(treated), *columns(others))


def mantel_haenszel(measure: str, seen: Tables) -> Estimate | None:
    """The ratio after Mantel and Haenszel, without correction; None if one side had no event in all studies together.

    The variance of risk ratios is that of Greenland and Robins, Biometrics 1985;41:55-68, of odds ratios that of
    Robins, Breslow and Greenland, Biometrics 1986;42:311-23 (Cochrane Handbook, 10.4.1). Weights are shown with the
    correction: without it a study whose others had no event would seem to have none.
    """
    import numpy as np

    up, down = _sums(measure, seen)
    if not up.sum() > 0 or not down.sum() > 0:
        return None
    a, n1, c, n2 = seen.a, seen.n1, seen.c, seen.n2
    n = n1 + n2
    if measure == "risk_ratio":
        variance = ((n1 * n2 * (a + c) - a * c * n) / n**2).sum() / (up.sum() * down.sum())
    else:
        agree, differ = (a + n2 - c) / n, (n1 - a + c) / n
        variance = (
            (agree * up).sum() / up.sum() ** 2
            + (agree * down + differ * up).sum() / (up.sum() * down.sum())
            + (differ * down).sum() / down.sum() ** 2
        ) / 2
    return Estimate(float(np.log(up.sum() / down.sum())), float(variance), _sums(measure, seen.corrected)[1])


def _sums(measure: str, seen: Tables) -> tuple[Any, Any]:
    """What stands above and below the line of the pooled ratio, by study."""
    a, n1, c, n2 = seen.a, seen.n1, seen.c, seen.n2
    if measure == "risk_ratio":
        return a * n2 / (n1 + n2), c * n1 / (n1 + n2)
    return a * (n2 - c) / (n1 + n2), c * (n1 - a) / (n1 + n2)


def peto(seen: Tables) -> tuple[Any, Any]:
    """The logarithms of odds ratios after Peto with their variances: persons observed less expected, of their variance.

    After Yusuf and others, Prog Cardiovasc Dis 1985;27:335-71 (Cochrane Handbook, 10.4.2). The variance is never zero
    where somebody had the event and somebody had not.
    """
    n, events = seen.n1 + seen.n2, seen.a + seen.c
    expected = seen.n1 * events / n
    information = seen.n1 * seen.n2 * events * (n - events) / (n**2 * (n - 1))
    return (seen.a - expected) / information, 1 / information
