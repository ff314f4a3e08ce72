"""What templates show, decided beforehand: rows in their order, values in words, addresses to link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from evidence_site import addresses, measures, readers, records as r
from evidence_site.bibliography import Reference
from evidence_site.extractions import Pair
from evidence_site.reference_style import FormattedReference, format_reference, identifier_links, short_name
from evidence_site.review import (
    Arm,
    CertaintyNode,
    Observation,
    OutcomeNode,
    Review,
    SourceNode,
    StudyNode,
    TreatmentNode,
    is_counted_elsewhere,
)

CERTAINTY_SYMBOLS = {
    r.Level.HIGH: "⊕⊕⊕⊕",
    r.Level.MODERATE: "⊕⊕⊕◯",
    r.Level.LOW: "⊕⊕◯◯",
    r.Level.VERY_LOW: "⊕◯◯◯",
}
"""GRADE's signs for its four levels."""

READING = {
    r.Reading.TITLE: "only the title was read",
    r.Reading.ABSTRACT: "the abstract was read",
    r.Reading.FULL_TEXT: "the full text was read",
}
STANDING = {
    r.StandingStatus.OK: "no correction or retraction found",
    r.StandingStatus.CORRECTED: "corrected",
    r.StandingStatus.EXPRESSION_OF_CONCERN: "expression of concern",
    r.StandingStatus.RETRACTED: "retracted",
    r.StandingStatus.NOT_CHECKED: "not checked for corrections or retraction",
}
DESIGNS = {design: measures.words(design) for design in r.Design} | {
    r.Design.RCT: "randomised controlled trial",
    r.Design.IN_VITRO: "in vitro study",
    r.Design.NON_RANDOMISED_TRIAL: "non-randomised trial",
    r.Design.CROSS_SECTIONAL: "cross-sectional study",
    r.Design.CASE_CONTROL: "case-control study",
    r.Design.UNCLEAR: "design unclear",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value, for a list of facts."""

    name: str
    value: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A list of facts as it is shown."""

    known: tuple[Fact, ...]
    missing: tuple[str, ...]
    """Those that are missing, in a sentence for each way of missing."""


def facts(items: Iterable[Fact]) -> Facts:
    """The facts, those that are missing put together."""
    known: list[Fact] = []
    missing: dict[str, list[str]] = {}
    for item in items:
        if item.missing:
            missing.setdefault(item.value, []).append(measures.in_sentence(item.name))
        else:
            known.append(item)
    sentences = (f"{value.capitalize()}: {'; '.join(names)}." for value, names in sorted(missing.items()))
    return Facts(tuple(known), tuple(sentences))


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """A treatment that an arm had."""

    text: str
    treatment: str
    address: str
    where: str
    part: int | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result of a person or group in words, with a link to its outcome."""

    arm_persons: str
    """Of how many persons of the arm it tells, in the head of a row of such results; empty for a single person."""
    arm_treatments: str
    persons: str
    """How many persons stand behind it, if not the whole arm, or that nobody says."""
    linked: str
    """The treatment that the source links it with, where the arm had others, too; else empty."""
    outcome: str
    outcome_address: str
    value: str
    site: str
    time: str
    where: str
    note: str
    order: tuple[object, ...]
    """Among the results of the arm."""


@dataclass(frozen=True, slots=True)
class ArmView:
    """A person or group of a study with all that is known of it."""

    id: str
    label: str
    n: int
    is_person: bool
    note: str | None
    facts: Facts
    exposures: tuple[ExposureRow, ...]
    co_interventions: tuple[str, ...]
    results: tuple[ResultRow, ...]
    relation: str


@dataclass(frozen=True, slots=True)
class Certainty:
    """A rating in words, with its steps."""

    node: CertaintyNode
    outcome: str
    outcome_address: str
    treatment: str
    treatment_address: str
    importance: str
    level: str
    symbol: str
    start: str
    steps: tuple[tuple[str, str, str], ...]
    """Domain, step, reason."""


@dataclass(eq=False)
class ArmRows:
    """The results of one arm, for a table with a row for each arm; put in words only if they are shown."""

    _rows: _Rows
    _arm: Arm
    _observations: tuple[Observation, ...]

    @property
    def study(self) -> StudyNode:
        """The study of the arm."""
        return self._arm.study

    @property
    def study_address(self) -> str:
        """The address of its page."""
        return addresses.study(self.study.id)

    @property
    def kind(self) -> tuple[bool, bool, bool]:
        """Whether it is without the condition, and whether its study was retracted or retells others: those last."""
        return not self._arm.has_condition, self.study.is_retracted, self.study.is_synthesis

    @property
    def arm(self) -> str:
        """What to call the arm."""
        return self._arm.label

    @property
    def persons(self) -> str:
        """``12 persons``, or ``some of 52 persons``; empty for a single person."""
        return self.results[0].arm_persons

    @property
    def treatments(self) -> str:
        """What the arm had."""
        return self.results[0].arm_treatments

    @cached_property
    def results(self) -> tuple[ResultRow, ...]:
        """At least one result, in their order."""
        return tuple(sorted(map(self._rows.row, self._observations), key=lambda row: row.order))


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """What a source says of the difference between two of its groups, in words."""

    study: StudyNode
    study_address: str
    outcome: str
    outcome_address: str
    group: str
    against: str
    measure: str
    value: str
    time: str
    where: str
    note: str


@dataclass(frozen=True, slots=True)
class OutcomeResults:
    """What is known of one outcome under one treatment, or the other way round."""

    id: str
    """Of the outcome, or the other way round of the treatment; empty for what belongs to no treatment."""
    name: str
    address: str
    certainty: Certainty | None
    direct: tuple[ArmRows, ...]
    """Of persons with the condition."""
    other: tuple[ArmRows, ...]
    """Of other populations, of retracted studies, and of reviews that retell studies."""
    comparisons: tuple[ComparisonRow, ...] = ()
    """What sources say of differences between groups with the condition."""

    @property
    def has_retracted(self) -> bool:
        """Whether some of the others are of retracted studies."""
        return any(row.study.is_retracted for row in self.other)


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """A reference ready to be shown."""

    key: str
    address: str
    short: str
    listed: FormattedReference
    full: FormattedReference
    identifiers: tuple[tuple[str, str, str], ...]
    search: str
    """Where to look for it if it has no identifier; empty if it has one."""
    node: SourceNode
    read: str
    design: str
    standing: str
    flag: str
    """A warning for every place that cites it; empty if it stands."""


def result_row(review: Review, observation: Observation) -> ResultRow:
    """One result in words."""
    return review.once(_Rows).row(observation)


class _Rows:
    """The results of a review in words, each worked out once: it stands with its treatment and with its outcome."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self._order = {id_: place for place, id_ in enumerate(review.outcomes)}
        self._made: dict[Observation, ResultRow] = {}
        self._had: dict[Arm, tuple[str, ...]] = {}

    def row(self, observation: Observation) -> ResultRow:
        """One result in words."""
        row = self._made.get(observation)
        if row is None:
            row = self._made[observation] = self._row(observation)
        return row

    def _row(self, observation: Observation) -> ResultRow:
        review, result = self._review, observation.result
        outcome = review.outcomes.get(result.outcome)
        late = review.is_counted_anew(result.time)
        moment = result.time.months if isinstance(result.time, r.Time) else float("inf")
        return ResultRow(
            arm_persons=_arm_persons(observation),
            arm_treatments=self._treatments(observation),
            persons=_persons(observation),
            linked=self._linked(observation),
            outcome=outcome.record.name if outcome else result.outcome,
            outcome_address=addresses.outcome(result.outcome),
            value=measures.result_value(result, observation.persons),
            site=result.site or "",
            time=measures.time(result.time, review.anchors),
            where=result.where,
            note=result.note or "",
            order=(self._order.get(result.outcome, len(self._order)), result.site or "", late, moment),
        )

    def _linked(self, observation: Observation) -> str:
        linked = self._review.treatments.get(observation.result.treatment or "")
        if linked is None or observation.arm.treatments == (linked.id,):
            return ""
        return measures.in_sentence(linked.record.name)

    def _treatments(self, observation: Observation) -> str:
        arm, known = observation.arm, self._review.treatments
        if arm not in self._had:
            self._had[arm] = tuple(known[t].record.name for t in arm.treatments if t in known)
        names = self._had[arm]
        if observation.is_linked_elsewhere:
            linked = [known[t].record.name for t in observation.treatments if t in known]
            names += tuple(f"{name} (some of the group)" if _is_of_some(observation) else name for name in linked)
        return ", ".join(names) or "none recorded"


def _is_of_some(observation: Observation) -> bool:
    return observation.is_linked_elsewhere and observation.persons != observation.arm.n


def _arm_persons(observation: Observation) -> str:
    n = observation.arm.n
    if _is_of_some(observation):
        return f"some of {measures.persons(n)}"
    return measures.persons(n) if n != 1 else ""


def _persons(observation: Observation) -> str:
    persons = observation.persons
    if persons is None:
        return "number of persons measured not stated"
    return measures.persons(persons) if persons != observation.arm.n else ""


def arms(review: Review, study: StudyNode) -> list[ArmView]:
    """Every person and group of a study."""
    return [_arm(review, arm) for arm in study.arms]


def _arm(review: Review, arm: Arm) -> ArmView:
    record = arm.record
    rows = [result_row(review, o) for o in arm.study.observations if o.arm is arm]
    return ArmView(
        id=arm.id,
        label=arm.label,
        n=arm.n,
        is_person=isinstance(record, r.Person),
        note=record.note,
        facts=facts(_facts(review, arm)),
        exposures=tuple(_exposure(review, exposure) for exposure in record.exposures),
        co_interventions=record.co_interventions,
        results=tuple(sorted(rows, key=lambda row: row.order)),
        relation=_relation(arm),
    )


def _relation(arm: Arm) -> str:
    around = list(arm.around())
    counting = next((group.label for group in around if group.has_condition), "")
    if counting and arm.has_condition and arm.study.is_primary:
        return f"Counted within “{counting}”."
    said = [f"Part of “{around[0].label}”."] if around else []
    if is_counted_elsewhere(arm):
        other = next(other for other in arm.told_before if other.study.is_primary)
        said.append(f"The same person as {other.study.id}/{other.id}, so not counted again.")
    elif not arm.has_condition:
        said.append("Without the condition, so not counted among the persons of this review.")
    return " ".join(said)


def _facts(review: Review, arm: Arm) -> Iterable[Fact]:
    record = arm.record
    age = measures.summary(record.age_years)
    yield Fact("Age (years)", age, isinstance(record.age_years, r.Missing))
    if isinstance(record.onset, r.Missing):
        yield Fact("Onset", measures.MISSING[record.onset], True)
    else:
        yield Fact("Onset", record.onset.text)
    for id_, characteristic in review.characteristics.items():
        if id_ in record.characteristics:
            value = record.characteristics[id_]
            yield Fact(characteristic.name, measures.summary(value, characteristic.unit), isinstance(value, r.Missing))
    follow_up = record.follow_up_months
    yield Fact("Followed for (months)", measures.summary(follow_up), isinstance(follow_up, r.Missing))


def _exposure(review: Review, exposure: r.Exposure) -> ExposureRow:
    node = review.treatments.get(exposure.treatment)
    name = node.record.name if node else exposure.treatment
    return ExposureRow(
        text=measures.exposure(exposure, name, review.anchors),
        treatment=name,
        address=addresses.treatment(exposure.treatment),
        where=exposure.where,
        part=exposure.part,
    )


def certainty(review: Review, node: CertaintyNode) -> Certainty:
    """A rating in words."""
    outcome = review.outcomes.get(node.record.outcome)
    return Certainty(
        node=node,
        outcome=outcome.record.name if outcome else node.record.outcome,
        outcome_address=addresses.outcome(node.record.outcome),
        treatment=node.treatment.record.name,
        treatment_address=addresses.treatment(node.treatment.id),
        importance=measures.words(outcome.record.importance) if outcome else "",
        level=measures.words(node.level),
        symbol=CERTAINTY_SYMBOLS[node.level],
        start="high: randomised trials" if node.record.start == "randomised" else "low: no randomised trials",
        steps=tuple(
            (measures.words(step.domain), measures.number(step.by, signed=True), step.reason)
            for step in node.record.steps
        ),
    )


def treatment_results(review: Review, treatment: TreatmentNode) -> list[OutcomeResults]:
    """For each outcome with results or a rating under a treatment: its rows."""
    ratings = {node.record.outcome: node for node in treatment.certainty}
    by_outcome: dict[str, list[Observation]] = {}
    for observation in treatment.observations:
        by_outcome.setdefault(observation.result.outcome, []).append(observation)
    compared: dict[str, list[ComparisonRow]] = {}
    for study, item in _compared(treatment.studies):
        if treatment.id in _treatments_of(study, item):
            compared.setdefault(item.outcome, []).append(_comparison(review, study, item))
    return _of_each(review, review.outcomes, addresses.outcome, ratings, by_outcome, compared)


def outcome_results(review: Review, outcome: OutcomeNode) -> list[OutcomeResults]:
    """For each treatment with results or a rating for an outcome: its rows; last, what belongs to no treatment."""
    ratings = {node.treatment.id: node for node in outcome.certainty}
    by_treatment: dict[str, list[Observation]] = {}
    loose = []
    for observation in outcome.observations:
        had = [id_ for id_ in observation.treatments if id_ in review.treatments]
        for id_ in had:
            by_treatment.setdefault(id_, []).append(observation)
        if not had:
            loose.append(observation)
    compared: dict[str, list[ComparisonRow]] = {}
    untreated = []
    for study, item in _compared(review.studies.values()):
        if item.outcome == outcome.id:
            row = _comparison(review, study, item)
            had = [id_ for id_ in _treatments_of(study, item) if id_ in review.treatments]
            for id_ in had:
                compared.setdefault(id_, []).append(row)
            if not had:
                untreated.append(row)
    found = _of_each(review, review.treatments, addresses.treatment, ratings, by_treatment, compared)
    if loose or untreated:
        found.append(_results(review, "", "No treatment recorded", "", None, loose, untreated))
    return found


def comparisons(review: Review, study: StudyNode) -> list[ComparisonRow]:
    """What a study says of differences between its groups, in the order of the file."""
    return [_comparison(review, study, item) for item in study.record.comparisons]


def _comparison(review: Review, study: StudyNode, item: r.Comparison) -> ComparisonRow:
    outcome = review.outcomes.get(item.outcome)
    group, against = study.arm(item.group), study.arm(item.against)
    return ComparisonRow(
        study=study,
        study_address=addresses.study(study.id),
        outcome=outcome.record.name if outcome else item.outcome,
        outcome_address=addresses.outcome(item.outcome),
        group=group.label if group else item.group,
        against=against.label if against else item.against,
        measure=item.measure,
        value=measures.comparison_value(item),
        time=measures.time(item.time, review.anchors),
        where=item.where,
        note=item.note or "",
    )


def _compared(studies: Iterable[StudyNode]) -> Iterator[tuple[StudyNode, r.Comparison]]:
    """What studies that count say of differences between groups with the condition."""
    return (
        (study, item)
        for study in studies
        if study.is_primary
        for item in study.record.comparisons
        if all(arm.has_condition for arm in _arms_of(study, item))
    )


def _arms_of(study: StudyNode, item: r.Comparison) -> list[Arm]:
    """The groups that are compared, but for those that are not there, which the checks tell."""
    return [arm for arm in (study.arm(item.group), study.arm(item.against)) if arm]


def _treatments_of(study: StudyNode, item: r.Comparison) -> set[str]:
    """The ids of the treatments of both groups that are compared."""
    return {treatment for arm in _arms_of(study, item) for treatment in arm.treatments}


def _of_each(
    review: Review,
    nodes: Mapping[str, OutcomeNode] | Mapping[str, TreatmentNode],
    address: Callable[[str], str],
    ratings: Mapping[str, CertaintyNode],
    observed: Mapping[str, Sequence[Observation]],
    compared: Mapping[str, Sequence[ComparisonRow]],
) -> list[OutcomeResults]:
    """The results under each outcome or treatment of which anything is told; all is given by its id."""
    return [
        _results(
            review, id_, node.record.name, address(id_), ratings.get(id_), observed.get(id_, ()), compared.get(id_, ())
        )
        for id_, node in nodes.items()
        if id_ in observed or id_ in ratings or id_ in compared
    ]


def _results(
    review: Review,
    id_: str,
    name: str,
    address: str,
    rating: CertaintyNode | None,
    observations: Iterable[Observation],
    compared: Iterable[ComparisonRow] = (),
) -> OutcomeResults:
    """The observations come with the studies and arms in their order."""
    by_arm: dict[Arm, list[Observation]] = {}
    for observation in observations:
        by_arm.setdefault(observation.arm, []).append(observation)
    rows = review.once(_Rows)
    direct: list[ArmRows] = []
    other: list[ArmRows] = []
    for arm, found in by_arm.items():
        counted = arm.has_condition and arm.study.is_primary
        (direct if counted else other).append(ArmRows(rows, arm, tuple(found)))
    other.sort(key=lambda row: row.kind)
    return OutcomeResults(
        id=id_,
        name=name,
        address=address,
        certainty=certainty(review, rating) if rating else None,
        direct=tuple(direct),
        other=tuple(other),
        comparisons=tuple(compared),
    )


Formatted = tuple[FormattedReference, FormattedReference]
"""A reference as it stands in lists, and with all its authors."""


def formatted(node: SourceNode) -> Formatted:
    """The reference of a source in NLM style."""
    return format_reference(node.reference), format_reference(node.reference, all_authors=True)


def reference(node: SourceNode, forms: Formatted | None = None) -> ReferenceView:
    """A reference ready to be shown in a list or on its page; ``forms`` are its ``formatted``, if they are known."""
    listed, full = forms or formatted(node)
    standing = node.record.standing
    stands = standing.status in (r.StandingStatus.OK, r.StandingStatus.NOT_CHECKED)
    identifiers = tuple(identifier_links(node.reference))
    dated = STANDING[standing.status] + (f", {day(standing.date)}" if standing.date else "")
    return ReferenceView(
        key=node.key,
        address=addresses.reference(node.key),
        short=short_name(node.reference),
        listed=listed,
        full=full,
        identifiers=identifiers,
        search=""
        if identifiers or _is_unknown(node.reference.title.text)
        else _title_search(node.reference.title.text),
        node=node,
        read=READING[node.record.read],
        design=DESIGNS[node.record.design],
        standing=dated,
        flag="" if stands else dated[:1].upper() + dated[1:],
    )


def _is_unknown(title: str) -> bool:
    # So the bibliography asks for it: what stands in brackets is no title.
    return title.startswith("[") and title.endswith("]")


def _title_search(title: str) -> str:
    return "https://pubmed.ncbi.nlm.nih.gov/?term=" + quote(title, safe="")


def day(date: dt.date) -> str:
    """A date as readers anywhere understand it: 19 October 2023."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def readers_in_words(home: r.Review, record: r.Record) -> str:
    """Who extracted or wrote a record and who checked it, without a full stop; empty for what has no readers."""
    fields = type(record).model_fields
    if readers.SECOND not in fields:
        return ""
    found = readers.readers(home, record)
    first, second = readers.first_reader(found), found.get(readers.SECOND)
    done, by = ("wrote", "written") if "written_by" in fields else ("extracted", "extracted")
    if first is None and second is None:
        return f"Who {done} this, and whether a second reader checked it, is not recorded"
    if first is None:
        return f"Checked by {_signed(second)}; who {done} it is not recorded"
    checked = f", checked by {_signed(second)}" if second else "; not yet checked by a second reader"
    return f"{by.capitalize()} by {_signed(first)}{checked}"


def study_readers_in_words(review: Review, pair: Pair | None, record: r.Study) -> str:
    """The same for a study, which two readers may have extracted without knowing of each other."""
    if pair is None or pair.adjudicated is None:
        return readers_in_words(review.record, record)
    one, two = (readers.readers(review.record, loaded.record).get("extracted_by") for loaded in (pair.a, pair.b))
    last = readers.readers(review.record, record).get(readers.LAST)
    by = f"{_signed(one)} and, without knowing of that, by {_signed(two)}"
    return f"Extracted by {by}; adjudicated by {_signed(last)}"


def named_readers(review: Review) -> str:
    """Of how many studies readers are named, in a sentence."""
    named = readers.named(review)
    if not named.all:
        return ""
    if not named.first:
        return "Who extracted the studies, and whether a second reader checked them, is not recorded."
    return (
        f"Of {measures.counted(named.all, 'study', 'studies')}, who extracted it is recorded for {named.first:,}; "
        f"of these a second reader checked {named.both:,}."
    )


def _signed(reader: readers.Reader | None) -> str:
    if reader is None:
        return ""
    return f"{reader.name} ({day(reader.date)})" if reader.date else reader.name


PAGE_KINDS = {
    r.Reach.PUBMED_RECORD: "PubMed record",
    r.Reach.PUBLISHER_ABSTRACT: "publisher’s abstract",
    r.Reach.PUBLISHER_PAGE: "publisher’s page",
    r.Reach.PMC_ARTICLE: "article in PubMed Central",
    r.Reach.CATALOGUE_RECORD: "catalogue record",
    r.Reach.INDEX_ARTICLE_LIST: "reference list of the index article",
    r.Reach.ANOTHER_ARTICLE: "another article",
    r.Reach.WEB_PAGE: "web page",
}


_OF_THE_SOURCE = frozenset(
    {
        r.Reach.PUBMED_RECORD,
        r.Reach.PUBLISHER_ABSTRACT,
        r.Reach.PUBLISHER_PAGE,
        r.Reach.PMC_ARTICLE,
        r.Reach.CATALOGUE_RECORD,
    }
)
"""Kinds of page about the source itself: without an address of their own they link to its DOI or PubMed record."""


def page_read(page: r.PageRead, reference: Reference) -> tuple[str, str, str]:
    """What was opened, its link (to the original, never to a copy; empty if there is none), and a note."""
    href = page.url or ""
    if not href and page.kind in _OF_THE_SOURCE:
        links = {label.lower(): target for label, _, target in identifier_links(reference)}
        preferred = {r.Reach.PUBMED_RECORD: "pmid", r.Reach.PMC_ARTICLE: "pmcid"}.get(page.kind, "doi")
        href = links.get(preferred) or next(iter(links.values()), "")
    return PAGE_KINDS[page.kind], href, page.note or ""
