"""Numbers, times and exposures in words, the same way on every page and in every download."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from evidence_site import records as r

MISSING = {
    r.Missing.NOT_REPORTED: "not reported",
    r.Missing.UNCLEAR: "unclear",
    r.Missing.NOT_APPLICABLE: "not applicable",
}
"""What a reader is told where a value is missing."""

_SIGNED = frozenset({r.Statistic.CHANGE, r.Statistic.PERCENT_CHANGE})


def words(value: str) -> str:
    """An identifier of the vocabulary as words: ``very_low`` becomes ``very low``."""
    return value.replace("_", " ").replace("-", " ")


def number(value: float, *, signed: bool = False) -> str:
    """A number as it was written, with a true minus sign: 10, 10.0, −2.5; ``signed`` adds the plus sign."""
    text = str(value) if isinstance(value, int) else _decimal(value)
    if text.startswith("-"):
        return "−" + text[1:]
    return f"+{text}" if signed and value > 0 else text


def _decimal(value: float) -> str:
    text = repr(value)
    return f"{Decimal(text):f}" if "e" in text else text


def percent_sign(unit: str | None) -> str:
    """The unit with the space that belongs before it: none before a percent sign or the sign of degrees."""
    if not unit:
        return ""
    return unit if unit in ("%", "°") else f" {unit}"


def result_value(result: r.Result, persons: int | None) -> str:
    """The value of a result with its unit and spread: ``+15.5% (SD 6.6)``, ``0 of 27``.

    With a value before, ``from −3.6 to −2.1 SD``: without the first word it would be read as a range.

    ``persons`` is how many stand behind it, None if nobody says: ``2 persons, of how many is not stated``.
    """
    return (_core(result, persons) + _spread(result)).strip()


def _core(result: r.Result, behind: int | None) -> str:
    unit = percent_sign(result.unit)
    value = result.value
    if isinstance(value, r.Missing):
        if result.baseline is not None:
            return f"{number(result.baseline)}{unit} at the start"
        return "" if _spread(result) else MISSING[value]
    if isinstance(value, r.Change):
        return f"{value} (no number given)"
    if isinstance(value, str):
        return value
    if result.statistic is r.Statistic.PERSONS_WITH_EVENT:
        of = result.of or result.n or behind
        if of is None:
            return f"{persons(int(value))}, of how many is not stated"
        return f"{number(value) if isinstance(value, float) else f'{value:,}'} of {of:,}"
    if result.statistic is r.Statistic.PERCENT_OF_PERSONS:
        return f"{number(value)}% of persons"
    if result.statistic is r.Statistic.EVENTS:
        return f"{number(value)} {'event' if value == 1 else 'events'}"
    signed = number(value, signed=result.statistic in _SIGNED)
    kind = {r.Statistic.MEAN: "mean ", r.Statistic.MEDIAN: "median "}.get(result.statistic, "")
    if result.baseline is not None and result.statistic not in _SIGNED:
        return f"{kind}from {number(result.baseline)} to {signed}{unit}"
    return f"{kind}{signed}{unit}"


def _spread(result: r.Result) -> str:
    parts = []
    signed = result.statistic in _SIGNED
    if result.sd is not None:
        parts.append(f"SD {number(result.sd)}")
    if result.se is not None:
        parts.append(f"SE {number(result.se)}")
    if result.ci95:
        parts.append(f"95% CI {pair(result.ci95, signed=signed)}")
    if result.iqr:
        parts.append(f"quartiles {pair(result.iqr, signed=signed)}")
    if result.range:
        unit = percent_sign(result.unit) if isinstance(result.value, r.Missing) else ""
        parts.append(f"range {pair(result.range, signed=signed)}{unit}")
    if result.adjusted_for_clustering:
        parts.append(_ADJUSTED)
    if not parts:
        return ""
    return f" ({'; '.join(parts)})" if not isinstance(result.value, r.Missing) else f" {'; '.join(parts)}"


_ADJUSTED = "adjusted for clustering"
_SIGN = re.compile(r"^([<>≤≥=])\s*")


def comparison_value(item: r.Comparison) -> str:
    """What a source says of a difference: ``11.5%; 95% CI 6.0 to 17.0; P < 0.01``."""
    said = []
    if item.value is not None:
        said.append(number(item.value) + percent_sign(item.unit))
    if item.ci95:
        said.append(f"95% CI {pair(item.ci95)}")
    if item.p:
        p = _SIGN.sub(r"\1 ", item.p)
        equals = "= " if p[:1].isdigit() else ""
        said.append(p if "p" in p.lower() else f"P {equals}{p}")
    if said and item.adjusted_for_clustering:
        said.append(_ADJUSTED)
    return "; ".join(said) or "no number given"


def pair(values: tuple[float, float], *, signed: bool = False) -> str:
    """A range in words: ``4.9 to 18.0``; ends with a decimal point have as many decimals as the other: 1.09 to 2.00."""
    ends = [number(value, signed=signed) for value in values]
    places = max(len(end.partition(".")[2]) for end in ends)
    one, other = (end + "0" * (places - len(end.partition(".")[2])) if "." in end else end for end in ends)
    return f"{one} to {other}"


_NEAR = 0.25
"""How far from the time asked for a result may lie, as a share of it: 9 to 15 months stand for 12."""


def is_near(time: r.Time | r.Missing, months: float) -> bool:
    """Whether a result of a time is taken for one at the months asked for: within a quarter of them."""
    return isinstance(time, r.Time) and abs(time.months - months) <= _NEAR * abs(months)


def near(months: float) -> str:
    """The times that are taken for the months asked for, in words: ``9 to 15``."""
    return f"{months - _NEAR * months:g} to {months + _NEAR * months:g}"


def months(value: float) -> str:
    """A span in months, in words."""
    return f"{number(value)} {'month' if value == 1 else 'months'}"


def time(value: r.Time | r.Missing | None, anchors: Mapping[str, r.Anchor]) -> str:
    """A moment in words: ``12 months after first dose``, ``at delivery``, ``time not reported``."""
    if value is None:
        return ""
    if isinstance(value, r.Missing):
        return "no time applies" if value is r.Missing.NOT_APPLICABLE else f"time {MISSING[value]}"
    if isinstance(value.after, r.Missing):
        said = f"{months(value.months)} (from when: {MISSING[value.after]})"
    else:
        anchor = anchors[value.after].name if value.after in anchors else words(value.after)
        if value.months == 0:
            said = f"at {anchor}"
        else:
            said = f"{months(abs(value.months))} {'after' if value.months > 0 else 'before'} {anchor}"
    return f"{said} ({value.note})" if value.note else said


def exposure(value: r.Exposure, treatment: str, anchors: Mapping[str, r.Anchor]) -> str:
    """A treatment as given: ``drug A, 20 micrograms daily, subcutaneous, for 12 months``."""
    parts = [treatment if isinstance(value.agent, r.Missing) else value.agent]
    parts += [part for part in (value.dose, value.route) if not isinstance(part, r.Missing)]
    if value.duration_months is not None:
        parts.append(f"for {months(value.duration_months)}")
    if value.start is not None:
        parts.append(f"started {time(value.start, anchors)}")
    if value.n is not None:
        parts.append(f"{value.n} {'person' if value.n == 1 else 'persons'}")
    return ", ".join(parts) + (f" ({value.note})" if value.note else "")


def plain_value(value: object) -> str:
    """Any value of a record in words, on one line: ``yes``, ``12.5``, ``months: 12; after: delivery``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{words(str(name))}: {plain_value(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain_value(item) for item in value)
    return " ".join(str(value).split())


def summary(value: r.Summary | float | r.Missing | str | bool, unit: str | None = None) -> str:
    """A value of a person or a group in words: ``31``, ``mean 31.5 (range 30 to 34)``, ``yes``, ``not reported``."""
    end = percent_sign(unit)
    if isinstance(value, r.Missing):
        return MISSING[value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return number(value) + end
    middle = []
    if value.mean is not None:
        middle.append(f"mean {number(value.mean)}")
    if value.median is not None:
        middle.append(f"median {number(value.median)}")
    spread = []
    if value.sd is not None:
        spread.append(f"SD {number(value.sd)}")
    if value.iqr:
        spread.append(f"quartiles {pair(value.iqr)}")
    if value.range:
        spread.append(f"range {pair(value.range)}")
    if value.n is not None:
        spread.append(f"in {value.n}")
    if not middle:
        return "; ".join(spread) + end
    return ", ".join(middle) + end + (f" ({'; '.join(spread)})" if spread else "")


def in_sentence(name: str) -> str:
    """A name as it stands within a sentence: with a small letter, unless it begins with a short form such as BMD."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def persons(count: int) -> str:
    """``1 person`` or ``12 persons``."""
    return f"{count:,} {'person' if count == 1 else 'persons'}"


def counts(reports: int, studies: int, number_of_persons: int) -> str:
    """What stands behind a finding, the same way everywhere: ``5 reports, 4 studies, 60 persons``."""
    said = counted(reports, "report", "reports"), counted(studies, "study", "studies"), persons(number_of_persons)
    return ", ".join(said)


def counted(count: int, singular: str, plural: str) -> str:
    """A count with its noun."""
    return f"{count:,} {singular if count == 1 else plural}"
