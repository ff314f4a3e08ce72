"""Numbers: each fits its unit, its range and the numbers beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from evidence_site import measures, printed, records as r
from evidence_site.checks.shared import impossible_number, warning
from evidence_site.latex import shorten
from evidence_site.problems import Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Arm, Observation, Review


def plausible_numbers(review: Review) -> Iterator[Problem]:
    """Numbers fit their unit, their range and each other."""
    for study in review.studies.values():
        yield from _characteristics(review, study.loaded, (), study.record.characteristics)
        for arm in study.arms:
            yield from _arm_numbers(review, arm)
        for observation in study.observations:
            yield from _result_numbers(review, observation)
        for position, comparison in enumerate(study.record.comparisons):
            path = ("comparisons", position)
            yield from _ordered(study.loaded, (*path, "ci95"), comparison.ci95)
            if not comparison.note:
                pair = comparison.ci95
                yield from _inside(study.loaded, (*path, "value"), comparison.value, "ci95", pair, _SAY_SO)


def _arm_numbers(review: Review, arm: Arm) -> Iterator[Problem]:
    loaded = arm.study.loaded
    age = arm.record.age_years
    ages = [age] if isinstance(age, int | float) else []
    if isinstance(age, r.Summary):
        ages = [n for n in (age.mean, age.median, *(age.range or ()), *(age.iqr or ())) if n is not None]
    if any(not 0 <= value <= 120 for value in ages):
        yield impossible_number(
            loaded, (*arm.path, "age_years"), "Nobody is that old.", "Give the age in years, 0 to 120."
        )
    elif isinstance(age, r.Summary):
        yield from _summary_order(loaded, (*arm.path, "age_years"), age)
    if isinstance(arm.record.follow_up_months, r.Summary):
        yield from _summary_order(loaded, (*arm.path, "follow_up_months"), arm.record.follow_up_months)
    for position, exposure in enumerate(arm.record.exposures):
        yield from _decimal_comma(loaded, (*arm.path, "exposures", position, "dose"), exposure.dose)
        if exposure.n and exposure.n > arm.n:
            yield impossible_number(
                loaded,
                (*arm.path, "exposures", position, "n"),
                f"{exposure.n} persons had this treatment, but there are only {arm.n}.",
                "Correct n here or in the group.",
            )
    yield from _characteristics(review, loaded, arm.path, arm.record.characteristics)


_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d{1,2})(?![\d,.]*\d)")


def _decimal_comma(loaded: Loaded[r.Record], path: r.Path, text: str) -> Iterator[Problem]:
    """A dose with a decimal comma: in English a comma parts thousands, and ten times the dose may be read."""
    match = _DECIMAL_COMMA.search(text)
    if match:
        message = f"In “{shorten(text, 60)}” a comma stands where English has a decimal point."
        hint = f"Write {match[1]}.{match[2]}; if these are two numbers, put a space behind the comma."
        yield warning(loaded.place(path), "decimal-comma", message, hint)


def _characteristics(
    review: Review, loaded: Loaded[r.Record], path: r.Path, values: Mapping[str, object]
) -> Iterator[Problem]:
    for name, value in values.items():
        characteristic = review.characteristics.get(name)
        if characteristic:
            yield from _characteristic(loaded, (*path, "characteristics", name), characteristic, value)


def _characteristic(
    loaded: Loaded[r.Record], path: r.Path, characteristic: r.Characteristic, value: object
) -> Iterator[Problem]:
    if isinstance(value, r.Missing):
        return
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    fits, wanted = {
        r.CharacteristicKind.NUMBER: (number is not None or isinstance(value, r.Summary), "a number"),
        r.CharacteristicKind.YES_NO: (isinstance(value, bool), "true or false"),
        r.CharacteristicKind.TEXT: (isinstance(value, str), "a short text"),
    }[characteristic.kind]
    if not fits:
        alone = printed.alone(value) if isinstance(value, str) and wanted == "a number" else ""
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            f"{characteristic.name} takes {wanted}.",
            f"Write {alone or wanted}, or one of not_reported, unclear, not_applicable.",
        )
        return
    numbers = [number]
    if isinstance(value, r.Summary):
        yield from _summary_order(loaded, path, value)
        numbers = [value.mean, value.median, *(value.range or ())]
    for one in numbers:
        if one is not None:
            yield from _within(loaded, path, characteristic.name, one, characteristic.lowest, characteristic.highest)


_HALF_A_PERSON = 0.5
"""What rounding of a percentage can make of one person."""


def _result_numbers(review: Review, observation: Observation) -> Iterator[Problem]:
    loaded, path, result, n = observation.study.loaded, observation.path, observation.result, observation.arm.n
    outcome = review.outcomes.get(result.outcome)
    number = result.value if isinstance(result.value, int | float) else None
    yield from _intervals(observation, number)
    for name in ("n", "of"):
        behind = getattr(result, name)
        if behind and behind > n:
            message = f"{behind} persons stand behind this number, but there are only {n}."
            yield impossible_number(loaded, (*path, name), message, f"Correct {name}.")
    yield from _kind_of_value(loaded, (*path, "value"), result)
    yield from _spreads(observation)
    if number is None:
        return
    if result.statistic is r.Statistic.PERSONS_WITH_EVENT:
        total = result.of or observation.persons or n
        if not 0 <= number <= total or number != int(number):
            yield impossible_number(
                loaded,
                (*path, "value"),
                f"{number:g} of {total} persons cannot have had the event.",
                "Write a whole number of persons, at most as many as there were.",
            )
    elif result.statistic is r.Statistic.PERCENT_OF_PERSONS:
        yield from _within(loaded, (*path, "value"), "A percentage of persons", number, 0, 100)
        total = result.of or result.n or n
        if 0 < number <= 1 and number / 100 * total < _HALF_A_PERSON:
            message = f"{number:g}% of {measures.persons(total)} is less than one person."
            yield impossible_number(loaded, (*path, "value"), message, f"Write {number * 100:g} for {number * 100:g}%.")
    elif outcome:
        if outcome.record.units and result.unit not in outcome.record.units:
            yield Problem(
                loaded.place((*path, "unit")),
                "unknown-unit",
                f"{outcome.record.name} is not measured in “{result.unit}”."
                if result.unit
                else f"This number for {outcome.record.name} has no unit.",
                f"Write one of: {', '.join(outcome.record.units)}.",
            )
        yield from _within(
            loaded, (*path, "value"), outcome.record.name, number, outcome.record.lowest, outcome.record.highest
        )


_OF_MEANS = frozenset({r.Statistic.MEAN, r.Statistic.CHANGE, r.Statistic.PERCENT_CHANGE})
_FEW = 5
"""Persons below whom an interval is much wider than two standard errors, as Student's t is."""
_APART = 2
"""By how many times two measures of one spread may differ: more than rounding and the way of making them explain."""


def _spreads(observation: Observation) -> Iterator[Problem]:
    """Of one mean standard deviation, standard error and interval tell the same, for so many persons."""
    result, persons = observation.result, observation.persons
    if result.statistic not in _OF_MEANS or persons is None or persons < _FEW:
        return
    if result.adjusted_for_clustering:
        return  # then the standard error is wider on purpose
    errors = {
        "sd": (result.sd or 0) / math.sqrt(persons),
        "se": result.se or 0,
        "ci95": (result.ci95[1] - result.ci95[0]) / 3.92 if result.ci95 else 0,
    }
    told = {name: error for name, error in errors.items() if error > 0}
    if not told or max(told.values()) <= _APART * min(told.values()):
        return
    one, other = list(told)[:2]
    message = f"{one} and {other} do not tell the same spread of {measures.persons(persons)}."
    hint = "Look which of standard deviation, standard error and interval each is, and whether n is right."
    yield warning(observation.study.loaded.place((*observation.path, one)), "unlike-spread", message, hint)


def _kind_of_value(loaded: Loaded[r.Record], path: r.Path, result: r.Result) -> Iterator[Problem]:
    statistic, value = result.statistic, result.value
    if isinstance(value, r.Missing):
        return
    is_number = isinstance(value, int | float)
    if statistic is r.Statistic.DIRECTION and not isinstance(value, r.Change):
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            "The statistic is direction, but the value is not one.",
            f"Write one of {', '.join(r.Change)}, or change the statistic.",
        )
    elif statistic is r.Statistic.DESCRIPTION and is_number:
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            "The statistic is description, but the value is a number.",
            "Name what the number is: value, mean, median, percent_change, persons_with_event …",
        )
    elif statistic not in (r.Statistic.DIRECTION, r.Statistic.DESCRIPTION) and not is_number:
        meant = printed.result(str(value), counts_persons=statistic is r.Statistic.PERSONS_WITH_EVENT)
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            f"The statistic is {statistic}, but the value is no number.",
            meant or "Write a number without quotes, or make the statistic description.",
        )


def _within(
    loaded: Loaded[r.Record], path: r.Path, name: str, number: float, lowest: float | None, highest: float | None
) -> Iterator[Problem]:
    if (lowest is not None and number < lowest) or (highest is not None and number > highest):
        low = "any" if lowest is None else f"{lowest:g}"
        high = "any" if highest is None else f"{highest:g}"
        yield impossible_number(
            loaded,
            path,
            f"{name} of {number:g} is hardly possible.",
            f"Expected {low} to {high}. Check the source; if it really says so, widen the limits in the vocabulary.",
        )


def _summary_order(loaded: Loaded[r.Record], path: r.Path, summary: r.Summary) -> Iterator[Problem]:
    yield from _ordered(loaded, (*path, "range"), summary.range)
    yield from _ordered(loaded, (*path, "iqr"), summary.iqr)
    yield from _inside(loaded, (*path, "mean"), summary.mean, "range", summary.range)
    yield from _inside(loaded, (*path, "median"), summary.median, "range", summary.range)
    yield from _inside(loaded, (*path, "median"), summary.median, "iqr", summary.iqr)


def _ordered(loaded: Loaded[r.Record], path: r.Path, pair: tuple[float, float] | None) -> Iterator[Problem]:
    if pair and pair[0] > pair[1]:
        yield impossible_number(
            loaded, path, f"{pair[0]:g} to {pair[1]:g} runs backwards.", "Write the lower number first."
        )


def _intervals(observation: Observation, number: float | None) -> Iterator[Problem]:
    loaded, path, result = observation.study.loaded, observation.path, observation.result
    for name, statistics in _HELD_BY.items():
        pair = getattr(result, name)
        yield from _ordered(loaded, (*path, name), pair)
        if result.statistic in statistics and not result.note:
            yield from _inside(loaded, (*path, "value"), number, name, pair, _SAY_SO)


_OF_GROUPS = (r.Statistic.MEAN, r.Statistic.MEDIAN)
_HELD_BY: Mapping[str, tuple[r.Statistic, ...]] = {
    "ci95": (*_OF_GROUPS, r.Statistic.CHANGE, r.Statistic.PERCENT_CHANGE, r.Statistic.PERCENT_OF_PERSONS),
    "range": _OF_GROUPS,
    "iqr": (r.Statistic.MEDIAN,),
}
"""Of which statistics the value lies in which interval; that of persons with an event may be of a percentage."""
_CALLED = {"ci95": "95% confidence interval", "range": "range", "iqr": "quartiles"}
_SAY_SO = " If it really says so, say that in a note."


def _inside(
    loaded: Loaded[r.Record],
    path: r.Path,
    value: float | None,
    name: str,
    pair: tuple[float, float] | None,
    way_out: str = "",
) -> Iterator[Problem]:
    """A value lies in its own interval: else one of the three numbers is a slip."""
    if value is not None and pair and pair[0] <= pair[1] and not pair[0] <= value <= pair[1]:
        message = f"{value:g} does not lie within its {_CALLED[name]}, {pair[0]:g} to {pair[1]:g}."
        hint = f"Compare all three numbers with the source.{way_out}"
        yield warning(loaded.place(path), "value-outside-interval", message, hint)


def shares_for_percentages(review: Review) -> Iterator[Problem]:
    """A percent change below one that is written two decimals longer than what stands beside it: 0.155 beside 7.5."""
    for study in review.studies.values():
        told: dict[tuple[str, str | None], list[Observation]] = {}
        for seen in study.observations:
            result = seen.result
            if result.statistic is r.Statistic.PERCENT_CHANGE and isinstance(result.value, int | float):
                told.setdefault((result.outcome, result.site), []).append(seen)
        for together in told.values():
            for seen in together:
                yield from _share_for_percentage(seen, [o for o in together if o is not seen])


def _share_for_percentage(seen: Observation, others: list[Observation]) -> Iterator[Problem]:
    value = Decimal(repr(seen.result.value))
    beside = [Decimal(repr(o.result.value)) for o in others]
    beside += [Decimal(repr(spread)) for spread in (seen.result.sd, seen.result.se) if spread]
    if seen.result.note or not 0 < abs(value) < 1 or not beside:
        return
    longest = max(map(_decimals, beside))
    # A small change is told to the same decimal as a large one; a share has two more than its percentage.
    if min(map(abs, beside)) >= 1 and _decimals(value) >= longest + 2:
        meant = f"{value.scaleb(2).normalize():f}"
        message = f"{value}% is told to more decimals than what stands beside it, such as {beside[0]:f}."
        hint = f"Write {meant} if the source says {meant}%; if it says {value}%, say so in a note."
        yield warning(seen.study.loaded.place((*seen.path, "value")), "share-for-percentage", message, hint)


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def flow_numbers(review: Review) -> Iterator[Problem]:
    """No box of the flow diagram tells of more for its reasons than it holds, nor leaves out more than there were.

    Nor does one hold more than what was left of the one above it.
    """
    home = review.evidence.review
    flowing = None
    left: dict[str, tuple[r.FlowBox, int]] = {}
    """By column: the box above, and how many are left of it at most, as what several searches found may be added up."""
    for number, box in enumerate(home.record.prisma):
        reasons = sum(reason.n or 0 for reason in box.reasons)
        if reasons > box.n:
            message = f"The reasons in “{box.stage}” add up to {reasons}, which is more than its {box.n}."
            hint = "Correct a number; of several reasons only the main one counts."
            yield warning(home.place(("prisma", number, "n")), "flow-numbers", message, hint)
        if box.aside and flowing and box.n > flowing.n:
            message = f"“{box.stage}” leaves out {box.n} of the {flowing.n} in “{flowing.stage}”."
            hint = "Correct a number, or put the box below the one that it belongs to."
            yield warning(home.place(("prisma", number, "n")), "flow-numbers", message, hint)
        above, most = left.get(box.column, (box, 0))
        if not box.aside and box.n > most >= 0 and _follows(box, above):
            message = f"“{box.stage}” holds {box.n}, but only {most} are left of those above it."
            yield warning(home.place(("prisma", number, "n")), "flow-numbers", message, "Correct a number.")
        if box.aside:
            left[box.column] = above, most - box.n
        else:
            left[box.column] = box, box.n + (most if box.phase == "identification" else 0)
        flowing = flowing if box.aside else box


def _follows(box: r.FlowBox, above: r.FlowBox) -> bool:
    """Whether what a box holds came through the one above it: several searches, and reports of studies, do not."""
    return box is not above and box.phase != "identification" and (box.phase, above.phase) != _BOTH_INCLUDED


_BOTH_INCLUDED = ("included", "included")


def findings_columns(review: Review) -> Iterator[Problem]:
    """A column of the findings table has a time where it shows changes, and none elsewhere."""
    home = review.evidence.review
    for number, column in enumerate(home.record.findings_table):
        if (column.kind == "percent_change") is (column.months is None):
            without = "events" if column.kind == "percent_change" else column.kind
            yield Problem(
                home.place(("findings_table", number)),
                "findings-column",
                f"The column “{column.title}” shows {measures.words(column.kind)}, "
                + ("so it needs a time." if column.months is None else "so it takes no time."),
                f"Give months for kind: percent_change, and leave it out for kind: {without}.",
            )
