"""Estimates in words: ratios and differences with their intervals, the same way on every page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from evidence_site import measures, records as r
from evidence_site.synthesis.sides import Events, Group, Side
from evidence_site.synthesis.statistics import DIFFERENCES, Effect, Row

_MOST_DIGITS = 10
_STEPS = 30
_ONE_DECIMAL_FROM = 9.995
"""What would be 10.00 with two decimals."""
_MOST = 1000
_NOISE = 1e-9
"""What a mean of several groups may be off by as computers add, in standard deviations."""


def effect(value: Effect, places: int | None, unit_name: str, label: str = "") -> str:
    """An estimate with its 95% confidence interval: ``0.49 (0.34 to 0.70)``, ``−14.1 days (−24.5 to −3.8)``.

    ``label`` stands before the interval: ``0.49 (95% CI 0.34 to 0.70)``.
    """
    middle = f"{number(value.estimate, places)}{measures.percent_sign(unit_name)}"
    return f"{middle} ({label}{ends((value.low, value.high), places)})"


def ends(values: tuple[float, float], places: int | None) -> str:
    """The ends of an interval: ``0.34 to 0.70``."""
    return f"{number(values[0], places)} to {number(values[1], places)}"


def number(value: float, places: int | None) -> str:
    """A difference with so many digits behind the point, or a ratio if that is None."""
    return ratio(value) if places is None else difference(value, places)


def ratio(value: float) -> str:
    """A ratio with two decimals, with one from ten on: 0.49, 1.56, 12.3; beyond a thousand only that it is more."""
    if value >= _MOST:
        return f"more than {_MOST:,}"
    if value >= _ONE_DECIMAL_FROM:
        return f"{value:,.1f}"
    return f"{value:.2f}" if value >= 0.005 else "less than 0.01"


def difference(value: float, places: int) -> str:
    """A difference with a true minus sign, and none before a zero: −14.1, 0.0, 3."""
    text = f"{value:,.{places}f}"
    if text.startswith("-"):
        return "−" + text[1:] if any(digit in text for digit in "123456789") else text[1:]
    return text


def digits(record: r.Synthesis, pooled: Effect | None, rows: Iterable[Row]) -> int | None:
    """How many digits of a difference are worth telling: its last one is at most a thirtieth of half its interval.

    Two always for a standardised difference, whose size is the same for every outcome; None for a ratio.
    """
    if record.measure not in DIFFERENCES:
        return None
    if record.measure == "standardised_mean_difference":
        return 2
    effects = [pooled] if pooled else [row.effect for row in rows]
    halves = [half for half in ((each.high - each.low) / 2 for each in effects) if half > 0]
    if not halves:
        return 1
    return min(max(math.ceil(-math.log10(min(halves) / _STEPS)), 0), _MOST_DIGITS)


def times(rows: Sequence[Row], anchors: Mapping[str, r.Anchor]) -> str:
    """When the results were seen: ``9 to 15 months after first dose or delivery; not told by 1 study``."""
    known = [time for row in rows for time in row.times if isinstance(time, r.Time)]
    untold = sum(not all(isinstance(time, r.Time) for time in row.times) for row in rows)
    if not known:
        return "not told"
    named = dict.fromkeys(
        measures.in_sentence(anchors[time.after].name)
        for time in known
        if not isinstance(time.after, r.Missing) and time.after in anchors
    )
    after = f" after {' or '.join(named)}" if named else ", from when is not told"
    said = f"; not told by {measures.counted(untold, 'study', 'studies')}" if untold else ""
    return f"{_span(known)}{after}{said}"


def span(rows: Sequence[Row]) -> str:
    """The same in short: ``9 to 15 months``, ``6 months or times not told``."""
    known = [time for row in rows for time in row.times if isinstance(time, r.Time)]
    untold = any(not isinstance(time, r.Time) for row in rows for time in row.times)
    return " or ".join(filter(None, (_span(known) if known else "", "times not told" if untold or not known else "")))


def _span(known: Sequence[r.Time]) -> str:
    low, high = min(time.months for time in known), max(time.months for time in known)
    return measures.months(low) if low == high else f"{measures.number(low)} to {measures.months(high)}"


def measure(record: r.Synthesis) -> str:
    """What is pooled, in words: ``risk ratio``, ``Peto odds ratio``, ``mean difference in percent change``."""
    if record.method == "peto":
        return "Peto odds ratio"
    of = "" if record.statistic in (None, "mean") else f" in {measures.words(record.statistic)}"
    return f"{measures.words(record.measure)}{of}"


def measure_and_time(record: r.Synthesis) -> str:
    """The same with the time, where one is asked for: ``mean difference at 12 months``."""
    return f"{measure(record)}{f' at {measures.months(record.months)}' if record.months else ''}"


def variance(value: float) -> str:
    """A variance between studies: two decimals, or three digits where it is smaller or has no need of decimals."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 0.1 or not value else measures.number(float(f"{value:.3g}"))


def unit(record: r.Synthesis, outcome: r.Outcome) -> str:
    """The unit of a difference of means; empty for ratios and for standard deviations, which are their own."""
    if record.measure != "mean_difference":
        return ""
    if record.statistic == "percent_change":
        return "percentage points"
    return record.unit or (outcome.units[0] if len(outcome.units) == 1 else "")


def side(value: Side) -> str:
    """What a side tells: ``4 of 123``, ``55 (47), 155``, ``155``."""
    if isinstance(value, Events):
        return f"{value.events:,} of {value.persons:,}"
    if isinstance(value, Group):
        return f"{value.persons:,}"
    one = value.together
    sd = one.sd or 0
    return f"{_short(one.mean if abs(one.mean) > _NOISE * sd else 0)} ({_short(sd)}), {one.persons:,}"


def clustering(row: Row) -> str:
    """How a study of clusters enters: ``villages; design effect 1.8, so that its 110 persons count as 61``."""
    if row.clustering is None:
        return ""
    unit, effect = row.clustering.unit, row.clustering.design_effect
    if effect is None:
        return f"{unit}; its source had allowed for that"
    persons, left = row.treated.persons + row.against.persons, row.treated.effective + row.against.effective
    return f"{unit}; design effect {ratio(effect)}, so that its {persons:,} persons count as {left:,.0f}"


def _short(value: float) -> str:
    """A mean or deviation as printed; one that was computed with three digits, or all before the point."""
    if float(f"{value:.10g}") == float(f"{value:.6g}"):
        return measures.number(float(f"{value:.6g}") if value != int(value) else int(value))
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return measures.number(round(value, places) if places else round(value))
