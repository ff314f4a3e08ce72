"""Persons and studies that look alike, so that somebody may be counted twice: found by points, decided by people.

Two persons of different studies are compared if both are counted. What speaks for one person adds points, what speaks
against it takes points away (``PERSON_POINTS``); ages more than a year apart rule it out, and so do treatments that
have nothing in common. A pair needs something that ties the two reports together (authors, country) or, where a report
names neither, more likeness in the persons themselves.

Two studies are compared if both are counted and at least one tells of a group; periods that do not meet rule it out.

A record settles a pair of persons with ``same_person_as`` or ``distinct_because``, a pair of studies with ``overlaps``
or ``distinct_from``. An overlap stated as certain or probable, or ``distinct_from``, settles their persons, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from evidence_site import measures, records as r
from evidence_site.bibliography import Name
from evidence_site.reference_style import initials
from evidence_site.review import Arm, Review, StudyNode, count_persons, overlap

PERSON_POINTS: Mapping[str, tuple[int, str]] = {
    "author": (2, "each author in common, up to two"),
    "country": (1, "the same country"),
    "age": (2, "the same age, give or take a year"),
    "number": (1, "each number recorded alike of both, such as a count at diagnosis"),
    "text": (2, "each short description that is word for word the same"),
    "treatment": (1, "each treatment class in common, up to two"),
    "other_number": (-2, "each number that differs"),
    "other_answer": (-2, "each yes-or-no feature that differs"),
}
"""What speaks for one person, or against it."""
PERSON_LIMIT = 5
PERSON_LIMIT_WITHOUT_TIE = 6
"""The same for reports that name no authors or no country, so that nothing can tie them together."""
STUDY_POINTS: Mapping[str, tuple[int, str]] = {
    "author": (2, "each author in common, up to three"),
    "country": (1, "the same country"),
    "setting": (1, "the same setting"),
    "period": (1, "periods that overlap"),
    "treatment": (1, "a treatment class in common"),
}
"""What speaks for two studies of the same persons."""
STUDY_LIMIT = 4
AGE_TOLERANCE = 1


@dataclass(frozen=True, slots=True)
class PersonPair:
    """Two persons who may be one; the later study comes first, as its record is the one to mend."""

    one: Arm
    other: Arm
    points: int
    reasons: tuple[str, ...]
    """What speaks for it and against it, in words."""


@dataclass(frozen=True, slots=True)
class StudyPair:
    """Two studies that may hold the same persons; the later one comes first."""

    one: StudyNode
    other: StudyNode
    points: int
    reasons: tuple[str, ...]


def person_name(arm: Arm) -> str:
    """How records name a person: ``study/person``."""
    return f"{arm.study.id}/{arm.id}"


# --- persons ---------------------------------------------------------------------------------------------------------


def look_alike_persons(review: Review) -> Sequence[PersonPair]:
    """Every undecided pair of persons that reaches the limit, in the order of their records."""
    persons = [
        arm
        for study in review.studies.values()
        if study.is_primary
        for arm in study.arms
        if isinstance(arm.record, r.Person)
    ]
    ties = review.once(_all_ties)
    found = []
    for one, other in _meetings(persons, ties):
        # Few pairs are alike, so that is asked first.
        pair = _compare_persons(review, ties, one, other) if one.study is not other.study else None
        if pair is not None and not _is_decided(one, other):
            found.append(pair)
    return sorted(found, key=lambda pair: (person_name(pair.one), person_name(pair.other)))


def _meetings(persons: Sequence[Arm], ties: Mapping[str, _Ties]) -> Iterator[tuple[Arm, Arm]]:
    # Only those that share a mark can reach the limit: comparing all with all would take minutes for thousands.
    tied: dict[Hashable, list[int]] = defaultdict(list)
    at_home: dict[Hashable, list[int]] = defaultdict(list)
    alike: dict[tuple[Hashable, ...], list[int]] = defaultdict(list)
    ageless, nameless = set(), set()
    for position, arm in enumerate(persons):
        years, its, features = _years_of_age(arm), ties[arm.study.id], list(_features(arm))
        if not years:
            ageless.add(position)
        if its.names_nobody:
            nameless.add(position)
        for mark in (*its.authors, *((its.country, year) for year in years if its.country)):
            tied[mark].append(position)
        for feature in features:
            if its.country:
                at_home[its.country, *feature].append(position)
            for year in (*years, None):
                alike[year, *feature].append(position)
    pairs = {pair for sharing in tied.values() for pair in combinations(sharing, 2)}
    for sharing in at_home.values():  # without the points for an age, a country needs a feature beside it
        pairs |= _pairs(ageless.intersection(sharing), sharing)
    for mark, sharing in alike.items():
        # Everybody shares what has no year, so that counts only for those of whom one has no age.
        without = ageless.intersection(sharing) if mark[0] is None else set(sharing)
        pairs |= _pairs(nameless.intersection(without), sharing) | _pairs(nameless.intersection(sharing), without)
    return ((persons[first], persons[second]) for first, second in sorted(pairs))


def _pairs(some: Iterable[int], others: Iterable[int]) -> set[tuple[int, int]]:
    return {(min(a, b), max(a, b)) for a in some for b in others if a != b}


def _years_of_age(arm: Arm) -> Sequence[int]:
    # Ages within a year of each other have one of these years in common.
    age = arm.record.age_years
    return (int(age), int(age) + AGE_TOLERANCE) if isinstance(age, int | float) else ()


def _features(arm: Arm) -> Iterator[tuple[str, Hashable]]:
    for name, value in arm.record.characteristics.items():
        if isinstance(value, int | float | str) and not isinstance(value, bool | r.Missing):
            yield name, value


def _compare_persons(review: Review, ties: Mapping[str, _Ties], one: Arm, other: Arm) -> PersonPair | None:
    ages = one.record.age_years, other.record.age_years
    told = isinstance(ages[0], int | float) and isinstance(ages[1], int | float)
    if told and abs(ages[0] - ages[1]) > AGE_TOLERANCE:  # type: ignore[operator]  # both are numbers
        return None
    shared = [t for t in one.treatments if t in other.treatments]
    if one.treatments and other.treatments and not shared:
        return None
    first, second = ties[one.study.id], ties[other.study.id]
    tied = first.meets(second)
    if not tied and not (first.names_nobody or second.names_nobody):
        return None
    newer, older = sorted((one, other), key=lambda arm: (-(arm.study.year or 0), person_name(arm)))
    tally = _Tally(PERSON_POINTS)
    if told:
        # In the order in which the two are named.
        ages = newer.record.age_years, older.record.age_years
        tally.add("age", f"age {ages[0]:g} and {ages[1]:g}" if ages[0] != ages[1] else f"both aged {ages[0]:g}")
    names = _names_of(review, shared)
    if names:
        tally.add("treatment", f"both had {', '.join(names)}", min(len(names), 2))
    _add_ties(tally, first, second, limit=2)
    _add_characteristics(tally, review, one, other)
    if tally.points < (PERSON_LIMIT if tied else PERSON_LIMIT_WITHOUT_TIE):
        return None
    return PersonPair(newer, older, tally.points, tuple(tally.reasons))


def _add_characteristics(tally: _Tally, review: Review, one: Arm, other: Arm) -> None:
    for id_, characteristic in review.characteristics.items():
        first = one.record.characteristics.get(id_, r.Missing.NOT_REPORTED)
        second = other.record.characteristics.get(id_, r.Missing.NOT_REPORTED)
        if isinstance(first, r.Missing | r.Summary) or isinstance(second, r.Missing | r.Summary):
            continue
        name = measures.in_sentence(characteristic.name)
        if characteristic.kind is r.CharacteristicKind.NUMBER:
            kind, differs = "number", "other_number"
        elif characteristic.kind is r.CharacteristicKind.TEXT:
            kind, differs = "text", ""
        else:
            kind, differs = "", "other_answer"
        if first == second and kind:
            tally.add(kind, f"{name}: {first} in both")
        elif first != second and differs:
            tally.add(differs, f"{name} differs")


def _is_decided(one: Arm, other: Arm) -> bool:
    if one in other.told_before or other in one.told_before:
        return True
    named = {person_name(one), person_name(other)}
    for arm in (one, other):
        if isinstance(arm.record, r.Person) and named & arm.record.distinct_because.keys():
            return True
    return overlap(one.study, other.study) or _is_stated_distinct(one.study, other.study)


# --- studies ---------------------------------------------------------------------------------------------------------


def look_alike_studies(review: Review) -> Sequence[StudyPair]:
    """Every undecided pair of studies that reaches the limit, in the order of their records."""
    counted = [study for study in review.studies.values() if study.is_primary and count_persons(study)]
    ties = review.once(_all_ties)
    tied: dict[Hashable, list[str]] = defaultdict(list)
    for study in counted:
        its, setting = ties[study.id], study.record.setting
        # Without an author in common only those reach the limit that have all else in common.
        place = () if isinstance(setting, r.Missing) or not its.country else ((its.country, _plain(setting), ""),)
        for mark in (*its.authors, *place):
            tied[mark].append(study.id)
    pairs = {pair for sharing in tied.values() for pair in combinations(sorted(sharing), 2)}
    found = [_compare_studies(review, ties, review.studies[a], review.studies[b]) for a, b in sorted(pairs)]
    return sorted(
        (pair for pair in found if pair is not None and not _is_stated(pair.one, pair.other)),
        key=lambda pair: (pair.one.id, pair.other.id),
    )


def _compare_studies(review: Review, ties: Mapping[str, _Ties], one: StudyNode, other: StudyNode) -> StudyPair | None:
    if not (one.record.groups or other.record.groups):
        return None  # told person by person, and compared so
    tally = _Tally(STUDY_POINTS)
    met = _periods_meet(one, other)
    if met is False:
        return None
    _add_ties(tally, ties[one.id], ties[other.id], limit=3)
    if met:
        tally.add("period", "their periods overlap")
    if _same_line(one.record.setting, other.record.setting):
        tally.add("setting", "the same setting")
    names = _names_of(review, [t for t in one.treatments if t in other.treatments])
    if names:
        tally.add("treatment", f"both have persons on {names[0]}")
    if tally.points < STUDY_LIMIT:
        return None
    first, second = sorted((one, other), key=lambda study: (-(study.year or 0), study.id))
    return StudyPair(first, second, tally.points, tuple(tally.reasons))


def _is_stated(one: StudyNode, other: StudyNode) -> bool:
    stated = any(o.study == b.id for a, b in ((one, other), (other, one)) for o in a.record.overlaps)
    return stated or _is_stated_distinct(one, other)


def _is_stated_distinct(one: StudyNode, other: StudyNode) -> bool:
    return any(d.study == b.id for a, b in ((one, other), (other, one)) for d in a.record.distinct_from)


_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s*[-–—/]\s*(\d\d))?(?!\d)")
"""A year, or two of which the second is cut short: 2007-15."""


def _years(study: StudyNode) -> tuple[int, int, bool] | None:
    """The first and the last year of its period, and whether it may have begun before or ended later."""
    period = study.record.period
    if isinstance(period, r.Missing):
        return None
    years = []
    for first, short in _YEAR.findall(period):
        years.append(int(first))
        if short > first[2:]:  # else it is a month
            years.append(int(first[:2] + short))
    if not years:
        return None
    # A single year among words, as in “since 2010”, is where it begins or ends, and which of these only a reader sees.
    return min(years), max(years), len(years) == 1 and period != str(years[0])


def _periods_meet(one: StudyNode, other: StudyNode) -> bool | None:
    """None if a period is not known and the year of publication does not settle it either."""
    first, second = _years(one), _years(other)
    if first and second:
        meet = first[0] <= second[1] and second[0] <= first[1]
        return meet or (None if first[2] or second[2] else False)
    for period, reported in ((first, other), (second, one)):
        published = max((ref.year for ref in reported.own_references if ref.year), default=None)
        if period and not period[2] and published and published < period[0]:
            return False
    return None


# --- what ties two reports together ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ties:
    """What can tie the reports of a study to those of another."""

    names: tuple[Name, ...]
    """Of its authors."""
    families: frozenset[str]
    """Their family names in plain letters."""
    authors: frozenset[Hashable]
    """Each by family name and first letter: whoever may be the same shares one."""
    country: str
    """In plain letters; empty if it is not known."""
    shown: str
    """The country as it is written."""

    @property
    def names_nobody(self) -> bool:
        return not self.names and not self.country

    def shared(self, other: _Ties) -> list[Name]:
        """The authors who may be authors of the other, too."""
        if self.families.isdisjoint(other.families):
            return []
        return [name for name in self.names if any(_may_be_same(name, known) for known in other.names)]

    def is_from_the_same(self, other: _Ties) -> bool:
        return bool(self.country) and self.country == other.country

    def meets(self, other: _Ties) -> bool:
        return self.is_from_the_same(other) or bool(self.shared(other))


def _all_ties(review: Review) -> Mapping[str, _Ties]:
    return {study.id: _ties(study) for study in review.studies.values()}


def _ties(study: StudyNode) -> _Ties:
    names: list[Name] = []
    for ref in study.own_references:
        # Whoever signs several reports, here by initials and there in full, is one author.
        signed = [name for name in ref.authors if name.family and not name.literal]
        names += [name for name in signed if not any(_may_be_same(name, known) for known in names)]
    country = "" if isinstance(study.record.country, r.Missing) else study.record.country
    return _Ties(
        tuple(names),
        frozenset(_plain(name.family) for name in names),
        frozenset((_plain(name.family), _plain(name.given)[:1]) for name in names),
        _plain(country),
        country,
    )


def _add_ties(tally: _Tally, one: _Ties, other: _Ties, limit: int) -> None:
    # One printed initial can fit several authors of the other, but is one of them.
    shared = min(one.shared(other), other.shared(one), key=len)
    if shared:
        names = ", ".join(dict.fromkeys(name.family for name in shared))
        tally.add(
            "author", f"{'author' if len(shared) == 1 else 'authors'} in common: {names}", min(len(shared), limit)
        )
    if one.is_from_the_same(other):
        tally.add("country", f"both from {one.shown}")


def _may_be_same(one: Name, other: Name) -> bool:
    """Whether the family names agree, and the given names or initials as far as both are printed."""
    if _plain(one.family) != _plain(other.family):
        return False
    if "".join(_given(one)) == "".join(_given(other)):
        return bool(one.given)  # written in one word or in two
    for first, second in zip(_given(one), _given(other), strict=False):
        full = len(first) > 1 and len(second) > 1
        if (first != second) if full else (first[:1] != second[:1]):
            return False
    return bool(one.given and other.given)


@cache
def _given(name: Name) -> tuple[str, ...]:
    letters = initials(name.given)
    given = " ".join(letters) if letters == name.given else name.given
    return tuple(re.findall(r"[^\W\d_]+", _plain(given)))


@cache
def _plain(text: str) -> str:
    """Lower-case letters without accents, so that ``Kröber`` and ``Krober`` are one."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in split if not unicodedata.combining(c)).replace("-", " ").split())


def _same_line(one: str | r.Missing, other: str | r.Missing) -> bool:
    return not isinstance(one, r.Missing) and not isinstance(other, r.Missing) and _plain(one) == _plain(other)


def _names_of(review: Review, treatments: Sequence[str]) -> list[str]:
    """The names of treatments within a sentence; one that does not exist has none."""
    return [measures.in_sentence(review.treatments[id_].record.name) for id_ in treatments if id_ in review.treatments]


class _Tally:
    """Points and the words for them."""

    def __init__(self, worth: Mapping[str, tuple[int, str]]) -> None:
        self.worth = worth
        self.points = 0
        self.reasons: list[str] = []

    def add(self, kind: str, reason: str, times: int = 1) -> None:
        self.points += times * self.worth[kind][0]
        self.reasons.append(reason)
