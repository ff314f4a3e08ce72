"""Who had a treatment: what is told of all who are counted under it, and of how many of them it is told.

Each person speaks once. What is told of a group counts for those who had the treatment only if all of the group had it;
where a group says nothing, its members who are described singly speak for themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from evidence_site import measures, records as r, views
from evidence_site.review import Arm, Review, TreatmentNode, counted_arms

FEW_GROUPS = 3
"""So many groups are told one by one; of more, the range of their values."""
FEW_TEXTS = 12
"""So many different texts are told; what is rarer stands on the pages of the studies."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing about those who had a treatment."""

    name: str
    found: tuple[str, ...]
    """What is told, in words, a line each."""
    persons: int
    """Of how many persons it is told."""
    unknown: int
    """Of how many it is not."""

    @property
    def told_of(self) -> str:
        """Of how many it is told, and of how many not, in words."""
        if not self.unknown:
            return f"told of all {self.persons:,}" if self.persons > 1 else "told of the only one"
        return f"told of {self.persons:,}, not reported of {self.unknown:,}"


@dataclass(frozen=True, slots=True)
class Participants:
    """Those who are counted under a treatment."""

    persons: int
    rows: tuple[Row, ...]
    untold: tuple[str, ...]
    """The names of what is told of nobody."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A value with the person or group that it belongs to."""

    value: object
    arm: Arm
    persons: int


@dataclass(frozen=True, slots=True)
class _Treated:
    """A person or group that counts."""

    arm: Arm
    n: int
    """How many of it count."""


Value = Callable[[Arm], object]
"""Takes what is asked from a person or group; None or a ``Missing`` if it is not there."""


def participants(review: Review, treatment: TreatmentNode) -> Participants:
    """What is told of the persons whom the count of a treatment holds."""
    studies = [study for study in treatment.counted_studies if study.id not in treatment.left_out]
    treated = [_Treated(arm, n) for study in studies for arm, n in counted_arms(study, treatment.id)]
    persons = sum(counted.n for counted in treated)
    found = [
        (name, lines, sum(told.persons for told in values))
        for name, values, lines in _questions(review, treatment.id, treated)
    ]
    return Participants(
        persons,
        tuple(Row(name, lines, known, persons - known) for name, lines, known in found if known),
        tuple(name for name, _, known in found if not known),
    )


def _questions(
    review: Review, treatment: str, treated: Sequence[_Treated]
) -> Iterator[tuple[str, list[_Told], tuple[str, ...]]]:
    """What is asked of them: its name, the answers, and these in words."""

    def ask(value: Value) -> list[_Told]:
        return list(_answers(treated, treatment, value))

    def of_studies(value: Value) -> list[_Told]:
        return [_Told(said, counted.arm, counted.n) for counted in treated if _is_said(said := value(counted.arm))]

    ages = ask(lambda arm: arm.record.age_years)
    yield "Age", ages, _numbers(ages, "years")
    onsets = ask(lambda arm: arm.record.onset)
    yield "Onset", onsets, _onsets(review, onsets)
    for id_, characteristic in review.characteristics.items():
        values = ask(lambda arm, id_=id_: arm.characteristic(id_))  # type: ignore[misc]
        yield characteristic.name, values, _of_kind(characteristic, values)
    agents = list(_singly(ask(lambda arm: _agents(arm, treatment))))
    yield "What they had", _each_once(agents), _tally(agents)
    doses = list(_singly(ask(lambda arm: _doses(arm, treatment))))
    yield "Dose or extent", _each_once(doses), _tally(doses)
    durations = ask(lambda arm: _duration(arm, treatment))
    yield "Duration of it", durations, _numbers(durations, "months")
    others = list(_others(treated, treatment, review))
    yield "Other treatments before, with or after it", _each_once(others), _tally(others)
    besides = ask(lambda arm: arm.record.co_interventions or None)
    yield "Besides treatment", besides, _tally(besides)
    follow_up = ask(lambda arm: arm.record.follow_up_months)
    yield "Followed for", follow_up, _numbers(follow_up, "months")
    countries = of_studies(lambda arm: arm.study.record.country)
    yield "Country", countries, _tally(countries)
    designs = of_studies(lambda arm: views.DESIGNS[arm.study.record.design])
    yield "Kind of study", designs, _tally(designs)
    read = of_studies(lambda arm: _reading(review, arm))
    yield "How far the reports were read", read, _tally(read)


def _is_said(value: object) -> bool:
    return value is not None and not isinstance(value, r.Missing)


def _answers(treated: Iterable[_Treated], treatment: str, value_of: Value) -> Iterator[_Told]:
    for counted in treated:
        arm, n = counted.arm, counted.n
        value = value_of(arm)
        if n == arm.n and _is_said(value):
            known = value.n if isinstance(value, r.Summary) and value.n else n
            yield _Told(value, arm, min(known, n))
            continue
        for person in counted.arm.members:
            had_it = n == arm.n or treatment in person.treatments
            if had_it and _is_said(told := value_of(person)):
                yield _Told(told, person, 1)


# --- what is taken from a person or group -----------------------------------------------------------------------------


def _agents(arm: Arm, treatment: str) -> Mapping[str, int] | None:
    """The agents of a treatment, each with how many had it."""
    return _had(arm, treatment, lambda exposure: exposure.agent)


def _doses(arm: Arm, treatment: str) -> Mapping[str, int] | None:
    """What was taken of a treatment, agent and dose, each with how many took it."""

    def dose(exposure: r.Exposure) -> str | r.Missing:
        if isinstance(exposure.agent, r.Missing) or isinstance(exposure.dose, r.Missing):
            return exposure.dose
        return f"{exposure.agent}, {exposure.dose}"

    return _had(arm, treatment, dose)


def _had(arm: Arm, treatment: str, name_of: Callable[[r.Exposure], str | r.Missing]) -> Mapping[str, int] | None:
    """What is named of the exposures to a treatment, each with how many had it."""
    had: dict[str, int] = {}
    for exposure in arm.record.exposures:
        name = name_of(exposure)
        if exposure.treatment == treatment and not isinstance(name, r.Missing):
            had[name] = max(exposure.n or arm.n, had.get(name, 0))
    return had or None


def _singly(values: Iterable[_Told]) -> Iterator[_Told]:
    """Texts that are told with their numbers, each as one of so many persons."""
    for told in values:
        if isinstance(told.value, Mapping):
            yield from (_Told(text, told.arm, n) for text, n in told.value.items())


def _duration(arm: Arm, treatment: str) -> r.Number | None:
    # Of somebody who had it more than once nobody says how long all of it took.
    durations = [e.duration_months for e in arm.record.exposures if e.treatment == treatment]
    return durations[0] if len(durations) == 1 else None


def _reading(review: Review, arm: Arm) -> str | None:
    reading = review.reading(arm.study)
    return views.READING[reading] if reading else None


def _others(treated: Iterable[_Treated], treatment: str, review: Review) -> Iterator[_Told]:
    for counted in treated:
        arm = counted.arm
        had = {*arm.treatments, *(id_ for person in counted.arm.members for id_ in person.treatments)} - {treatment}
        for id_ in (id_ for id_ in review.treatments if id_ in had):
            exposed = _exposed(counted, id_)
            # Of some of a group who had one and some who had the other nobody says who had both.
            if arm.n in (counted.n, exposed):
                yield _Told(review.treatments[id_].record.name, arm, min(counted.n, exposed))


def _exposed(counted: _Treated, treatment: str) -> int:
    return counted.arm.exposed(treatment) or sum(treatment in person.treatments for person in counted.arm.members)


def _each_once(values: Iterable[_Told]) -> list[_Told]:
    most: dict[Arm, _Told] = {}
    for told in values:
        if told.arm not in most or told.persons > most[told.arm].persons:
            most[told.arm] = told
    return list(most.values())


# --- in words ---------------------------------------------------------------------------------------------------------


def _of_kind(characteristic: r.Characteristic, values: Sequence[_Told]) -> tuple[str, ...]:
    if characteristic.kind is r.CharacteristicKind.NUMBER:
        return _numbers(values, characteristic.unit)
    return _tally(values)


def _numbers(values: Sequence[_Told], unit: str | None) -> tuple[str, ...]:
    single = [told.value for told in values if isinstance(told.arm.record, r.Person)]
    groups = [told for told in values if isinstance(told.arm.record, r.Group)]
    numbers = sorted(value for value in single if isinstance(value, int | float))
    lines = []
    if numbers:
        singly = _persons(len(numbers)) + (" described singly" if len(numbers) > 1 else "")
        lines.append(f"{singly}: {_range(numbers, unit)}")
    if len(groups) <= FEW_GROUPS:
        lines += [f"a group of {told.persons:,}: {_summary(told, unit)}" for told in groups]
    else:
        lines += _alike(groups, unit)
    return tuple(lines)


def _alike(groups: Sequence[_Told], unit: str | None) -> Iterator[str]:
    """A line for those of whom the same kind of number is told: from the lowest mean to the highest, say."""
    by_kind: dict[str, list[_Told]] = {kind: [] for kind in _KINDS}
    for told in groups:
        by_kind[_kind(told.value)].append(told)
    for kind, some in by_kind.items():
        if some:
            # The lowest and the highest of what they spread by would say nothing of where they lie.
            ends = [] if kind == "sd" else sorted(end for told in some for end in _ends(told.value))
            words = _KINDS[kind][len(some) > 1] + (f" {_range(ends, unit, middle=False)}" if ends else "")
            count = f"{measures.counted(len(some), 'group', 'groups')}, {measures.persons(_sum(some))}"
            yield f"{count}: {words.strip()}"


_KINDS = {
    "value": ("", ""),
    "mean": ("mean", "means"),
    "median": ("median", "medians"),
    "range": ("range", "ranges within"),
    "iqr": ("quartiles", "quartiles within"),
    "sd": ("standard deviation alone", "standard deviations alone"),
}
"""What may be told of a group, in one and in several. Means of groups lie closer together than their persons do."""


def _kind(value: object) -> str:
    if not isinstance(value, r.Summary):
        return "value"
    return next((kind for kind in ("mean", "median", "range", "iqr") if getattr(value, kind) is not None), "sd")


def _of_one(unit: str | None, number: float) -> str | None:
    return unit.removesuffix("s") if unit in ("months", "years") and number == 1 else unit


def _range(numbers: Sequence[float], unit: str | None, *, middle: bool = True) -> str:
    sign = measures.percent_sign(unit)
    if numbers[0] == numbers[-1]:
        return measures.number(numbers[0]) + measures.percent_sign(_of_one(unit, numbers[0]))
    said = f"{measures.number(numbers[0])} to {measures.number(numbers[-1])}{sign}"
    return f"{said}, median {measures.number(_plain(median(numbers)))}" if middle and len(numbers) > 2 else said


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _summary(told: _Told, unit: str | None) -> str:
    value = told.value
    unit = _of_one(unit, value) if isinstance(value, int | float) else unit
    return measures.summary(value, unit) if isinstance(value, r.Summary | int | float) else str(value)


def _ends(value: object) -> tuple[float, ...]:
    if isinstance(value, r.Summary):
        value = getattr(value, _kind(value), None)
    return value if isinstance(value, tuple) else (value,) if isinstance(value, int | float) else ()


def _onsets(review: Review, values: Sequence[_Told]) -> tuple[str, ...]:
    timed: dict[tuple[str, str], list[_Told]] = {}
    for told in values:
        onset = told.value
        if isinstance(onset, r.Onset) and onset.time and not isinstance(onset.time.after, r.Missing):
            side = "before" if onset.time.months < 0 else "after"
            anchor = review.anchors.get(onset.time.after)
            timed.setdefault((side, anchor.name if anchor else onset.time.after), []).append(told)
    lines = [f"{_persons(_sum(some))}: {_when(*moment, some)}" for moment, some in timed.items()]
    placed = {id(told) for some in timed.values() for told in some}
    return (*lines, *_tally(told for told in values if id(told) not in placed))


def _when(side: str, moment: str, values: Iterable[_Told]) -> str:
    times = [told.value.time for told in values if isinstance(told.value, r.Onset)]
    months = sorted(abs(time.months) for time in times if time)
    if not months[-1]:
        return f"at {moment}"
    if months[0] == months[-1]:
        return f"{measures.months(months[0])} {side} {moment}"
    return f"{measures.number(months[0])} to {measures.months(months[-1])} {side} {moment}"


def _persons(count: int) -> str:
    """How many they are, before a number that tells of them: one of them in a word, so that it is not read as two."""
    return "one person" if count == 1 else measures.persons(count)


def _sum(values: Iterable[_Told]) -> int:
    return sum(told.persons for told in values)


def _tally(values: Iterable[_Told]) -> tuple[str, ...]:
    """Different texts, each with its persons in brackets, on one line."""
    persons: Counter[str] = Counter()
    written: dict[str, str] = {}
    for told in values:
        for text in _texts(told.value):
            persons[text.casefold()] += told.persons
            written.setdefault(text.casefold(), text)
    texts = [f"{written[key]} ({n:,})" for key, n in sorted(persons.items(), key=lambda item: (-item[1], item[0]))]
    if len(texts) > FEW_TEXTS:
        rest = measures.counted(len(texts) - FEW_TEXTS, "more, on its study’s page", "more, on the studies’ pages")
        texts = [*texts[:FEW_TEXTS], rest]
    return (" · ".join(texts),) if texts else ()


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, r.Onset):
        return (value.text,)
    return (_summary_text(value),)


def _summary_text(value: object) -> str:
    return measures.summary(value) if isinstance(value, bool | r.Summary | int | float) else str(value)
