"""Which numbers the records of a source give: its findings, the studies that it reports, and its title and year.

Signs are left out: that something fell is said in words as often as by a minus.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, islice, pairwise

from evidence_site import numerals, records as r
from evidence_site.cited_texts import Claim, claims
from evidence_site.numerals import Numeral
from evidence_site.prose import Citation
from evidence_site.record_reading import Loaded
from evidence_site.review import Review, SourceNode

SAME_SPAN = 0.1
"""How much two spans of time may differ and be the same in other units: 6 weeks are 1.5 months in most records."""
WORKED_OUT = 40
"""Numbers of a sentence from which it may work out another; no sentence for readers has so many."""
MOST_SOURCES = 30
"""Of one sentence: with more of them there is hardly a number that none of them gives."""
MOST_TOLD = 50
"""Of one text; no text for readers has so many."""
_OF = re.compile(r"\s+of\s+(?:(?:the|these|those|all|its|their)\s+)?")


# --- what is given ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """Numbers that a record gives."""

    values: frozenset[float] = frozenset()
    months: frozenset[float] = frozenset()
    """Spans of time."""
    percents: frozenset[float] = frozenset()
    """Shares that follow from numbers of persons."""
    text: str = ""
    """Where to look for numbers in words if nothing else gives it: that takes longest."""

    @cached_property
    def _ordered(self) -> tuple[list[float], list[float], list[float]]:
        return sorted(self.values), sorted(self.months), sorted(self.percents)

    @cached_property
    def _in_words(self) -> Given:
        return _of_numbers(self.text, numerals.find(self.text))

    def has(self, number: Numeral) -> bool:
        """Whether it is given: as it stands, with more decimals, in another unit of time, or as persons out of all."""
        values, spans, percents = self._ordered
        for value, step in zip(number.readings, number.steps, strict=True):
            if value in self.values or _rounds_to(values, value, step):
                return True
        if number.is_percent and _rounds_to(percents, number.value, number.steps[0]):
            return True
        months = number.months
        if months is not None and _within(spans, months, SAME_SPAN * months):
            return True
        return bool(self.text) and self._in_words.has(number)


def _rounds_to(given: list[float], value: float, step: float) -> bool:
    return _within(given, value, step / 2 * 1.000_001)  # halves go up or down


def _within(given: list[float], value: float, by: float) -> bool:
    at = bisect_left(given, value - by)
    return at < len(given) and given[at] <= value + by


def of_text(text: str) -> Given:
    """The numbers of a text; of 4 of 47 also the rest, 43, and the share."""
    return replace(_of_numbers(text, list(numerals.in_digits(text))), text=text)


def _of_numbers(text: str, numbers: Sequence[Numeral]) -> Given:
    values = {value for number in numbers for value in number.readings}
    percents = set()
    for part, whole in pairwise(numbers):
        if 0 < whole.value >= part.value and _OF.fullmatch(text, part.end, whole.start):
            values.add(whole.value - part.value)
            percents.add(100 * part.value / whole.value)
    spans = frozenset(number.months for number in numbers if number.months is not None)
    return Given(frozenset(values), spans, frozenset(percents))


def of_source(loaded: Loaded[r.Source]) -> Given:
    """The numbers of a source's record."""
    record = loaded.record
    texts = [record.participants or "", *(finding.text for finding in record.findings)]
    texts += [*record.not_found, *record.doubts, record.standing.note or "", str(record.standing.date or "")]
    return of_text("\n".join(texts))


def of_study(loaded: Loaded[r.Study]) -> Given:
    """The numbers of a study's record, those that follow by counting its persons, and shares of its groups.

    What its texts say with a citation does not count: those are texts that have to be borne out themselves.
    """
    found = _Numbers()
    found.walk(loaded.record)
    record = loaded.record
    # Persons who are told of one by one can be counted by anything.
    found.values.update(float(n) for n in range(len(record.persons) + 1))
    for groups in ([g for g in record.groups if g.part_of is None], [g for g in record.groups if g.has_condition]):
        found.values.add(float(sum(group.n for group in groups)))
    arms = [(group.results, group.n) for group in record.groups] + [(person.results, 1) for person in record.persons]
    for results, n in arms:
        for result in results:
            found.share(result, result.of or result.n or n)
    said = of_text("\n".join(found.texts))
    return Given(said.values | found.values, said.months | found.months, said.percents | found.percents, said.text)


_PLACES = frozenset(("id", "where", "reports", "appraisal", "study", "same_person_as", "report", "site"))
"""Fields that hold no number that the source gives of its persons."""


@dataclass
class _Numbers:
    values: set[float] = field(default_factory=set)
    months: set[float] = field(default_factory=set)
    percents: set[float] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)

    def walk(self, value: object, is_time: bool = False) -> None:
        if isinstance(value, r.Record):
            for name in type(value).model_fields:
                if name not in _PLACES:
                    self.walk(getattr(value, name), "months" in name)
        elif isinstance(value, tuple):
            for item in value:
                self.walk(item, is_time)
        elif isinstance(value, dict):
            for item in value.values():
                self.walk(item, is_time)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self.values.add(abs(float(value)))
            if is_time:
                self.months.add(abs(float(value)))
        elif type(value) is str and "[@" not in value:
            self.texts.append(value)

    def share(self, result: r.Result, total: int) -> None:
        """What a number of persons with an event says of those without it, and the other way about."""
        if not isinstance(result.value, int | float):
            return
        if result.statistic is r.Statistic.PERSONS_WITH_EVENT:
            self.values.add(abs(float(total - result.value)))
            self.percents |= {100 * result.value / total, 100 - 100 * result.value / total}
        elif result.statistic is r.Statistic.PERCENT_OF_PERSONS:
            with_event = float(round(total * min(abs(result.value), 100) / 100))
            self.values |= {with_event, total - with_event}
            self.percents.add(100 - result.value)


# --- what is not -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unborne:
    """A number in a cited text that no record of its sources gives."""

    position: int
    """Where it stands in the plain text."""
    number: Numeral
    citations: tuple[Citation, ...]
    """Those of the sentence."""
    sources: tuple[SourceNode, ...]
    """What they cite, each once: there it was looked for."""


def unborne(review: Review) -> Iterator[tuple[tuple[Loaded[r.Record], r.Path], list[Unborne]]]:
    """The numbers of cited texts that none of the sources of their sentence gives, as far as its record tells.

    They come text by text, each with its record and its path, in their order.

    A source of which nothing is recorded may say anything, so where it is cited nothing is found.
    """
    # A study that could not be read may report any source.
    if review.evidence.unreadable["studies"]:
        return
    records = _Records(review)
    for loaded in review.evidence.all_records():
        for path, stated in loaded.once(claims):
            found = list(islice(_of_one_text(records, loaded, stated), MOST_TOLD))
            if found:
                yield (loaded, path), sorted(found, key=lambda one: one.position)


def _of_one_text(records: _Records, loaded: Loaded[r.Record], stated: Iterable[Claim]) -> Iterator[Unborne]:
    said: set[float] = set()
    before: list[Numeral] = []
    keys_of: dict[int, tuple[str, ...]] = {}
    for claim in stated:
        cited = claim.sentence.citations
        if id(cited) not in keys_of:  # sentences without citations of their own share those of others
            keys_of[id(cited)] = tuple(dict.fromkeys(citation.key for citation in cited))
        keys = keys_of[id(cited)]
        if len(keys) > MOST_SOURCES:
            continue
        sources = [source for key in keys if (source := records.telling(key)) is not None]
        borne: list[Numeral] = []
        unborne: list[Numeral] = []
        for number in claim.numbers:
            given = number.value in said or any(one.has(number) for one in records.all_given(sources, loaded))
            (borne if given else unborne).append(number)
        if unborne and len(sources) == len(keys):
            text = claim.sentence.text
            names = [match.span() for match in records.names.finditer(text)]
            known = {number.value for number in (*before, *borne, *numerals.in_words(text))}
            worked_out = _worked_out(known - {number.value for number in unborne})
            for number in unborne:
                in_name = any(start <= number.start < end for start, end in names)
                if not in_name and not worked_out.has(number):
                    yield Unborne(claim.sentence.start + number.start, number, cited, tuple(sources))
        # “These 47 women” of a later sentence have been told of.
        said.update(number.value for number in borne)
        before = borne


def _worked_out(known: Set[float]) -> Given:
    """The sums and differences of two numbers of a sentence and the one before it, and the share of one in another."""
    if len(known) > WORKED_OUT:
        return Given()
    values: set[float] = set()
    percents: set[float] = set()
    for low, high in combinations(sorted(known), 2):
        values |= {low + high, high - low}
        percents.add(100 * low / high)
    return Given(frozenset(values), frozenset(), frozenset(percents))


class _Records:
    """What the records of each source give. Each is looked into only if those before it do not give a number."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self._titles: dict[str, Given] = {}

    def telling(self, key: str) -> SourceNode | None:
        """A source of which it is recorded what it says."""
        source = self.review.sources.get(key)
        return source if source is not None and (source.record.findings or source.studies) else None

    def all_given(self, sources: Iterable[SourceNode], loaded: Loaded[r.Record]) -> Iterator[Given]:
        """What these sources give, then the record itself in which they are cited, if it is of a source or study."""
        for source in sources:
            yield from self._of(source)
        if isinstance(loaded.record, r.Source):
            yield loaded.once(of_source)  # type: ignore[arg-type]
        elif isinstance(loaded.record, r.Case | r.Study):
            study = self.review.studies.get(loaded.record.study if isinstance(loaded.record, r.Case) else loaded.id)
            if study is not None:
                yield study.loaded.once(of_study)
                for reference in study.references:
                    if (report := self.review.sources.get(reference.key)) is not None:
                        yield from self._of(report)

    def _of(self, source: SourceNode) -> Iterator[Given]:
        yield source.loaded.once(of_source)
        if source.key not in self._titles:
            reference = source.reference
            words = reference.get("title"), reference.get("booktitle"), str(reference.year or "")
            self._titles[source.key] = of_text("\n".join(words))
        yield self._titles[source.key]
        for study in source.studies:
            yield study.loaded.once(of_study)

    @cached_property
    def names(self) -> re.Pattern[str]:
        """Finds names of the review's own vocabulary that have a number in them."""
        evidence = self.review.evidence
        condition, abbreviations = self.review.record.condition, self.review.record.abbreviations
        names = set(r.names(condition))
        names.update(name for one in abbreviations for name in (one.short, one.long))
        for outcome in evidence.outcomes:
            names.update(r.names(outcome.record))
        for treatment in evidence.treatments.values():
            names.update(r.names(treatment.record))
        having = [name for name in names if re.search(r"\d", name) and re.search(r"[^\W\d_]", name)]
        either = "|".join(re.escape(name) for name in sorted(having, key=lambda name: (-len(name), name)))
        return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if either else r"(?!)", re.IGNORECASE)
