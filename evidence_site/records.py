"""The record types: what each YAML file under ``evidence/`` may say.

Every class is frozen and forbids unknown fields. Whatever names a disease, a drug or a finding is data: the types know
studies, persons, exposures, results, treatments, outcomes and certainty, in the words of PICO, CARE, JBI and GRADE.
A record's id is the name of its file without ``.yaml``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
"""What an id looks like: lower-case words and numbers joined by single hyphens."""

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=80)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_:.+-]*$", max_length=120)]
"""The key of an entry in references.bib."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\n\r]+$")]
"""Plain text on one line: no Markdown."""
PROSE_MARK = "prose"
Prose = Annotated[str, StringConstraints(min_length=1, max_length=20_000), PROSE_MARK]
"""Markdown (CommonMark without raw HTML) with citations such as ``[@key]`` or ``[see @a, p. 3; @b]``."""
Number = int | float
"""A number as it was written: 10 and 10.0 stay apart, since a source's precision says something."""
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2000)]


class Record(BaseModel):
    """What all records share: frozen once read, and a misspelt field is an error rather than lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class Missing(StrEnum):
    """Why a value is not there. It is said, never left for the reader to guess."""

    NOT_REPORTED = "not_reported"
    UNCLEAR = "unclear"
    NOT_APPLICABLE = "not_applicable"


_FIRST_MATCH = Field(union_mode="left_to_right")
"""Without it ``not_reported`` would be read as text wherever text is allowed too."""

LineOrMissing = Annotated[Missing | Line, _FIRST_MATCH]
ProseOrMissing = Annotated[Missing | Prose, _FIRST_MATCH]
NumberOrMissing = Annotated[Number | Missing, _FIRST_MATCH]


class Reading(StrEnum):
    """How far a source was really read: the most that somebody had before their eyes."""

    TITLE = "title"
    ABSTRACT = "abstract"
    FULL_TEXT = "full_text"


class Design(StrEnum):
    """Study designs, as the review's tables and the certainty rules need to tell them apart."""

    CASE_REPORT = "case_report"
    CASE_SERIES = "case_series"
    CASE_CONTROL = "case_control"
    COHORT = "cohort"
    RCT = "rct"
    NON_RANDOMISED_TRIAL = "non_randomised_trial"
    REGISTRY_STUDY = "registry_study"
    CROSS_SECTIONAL = "cross_sectional"
    NARRATIVE_REVIEW = "narrative_review"
    SYSTEMATIC_REVIEW = "systematic_review"
    GUIDELINE = "guideline"
    ANIMAL_STUDY = "animal_study"
    IN_VITRO = "in_vitro"
    GENETIC_STUDY = "genetic_study"
    BASIC_SCIENCE = "basic_science"
    UNCLEAR = "unclear"


SYNTHESES = frozenset({Design.NARRATIVE_REVIEW, Design.SYSTEMATIC_REVIEW, Design.GUIDELINE})
"""Designs that retell other studies: the persons in them are never counted again."""


# --- review.yaml -----------------------------------------------------------------------------------------------------


class Contributor(Record):
    """Somebody who answers for the review."""

    name: Line
    role: Line | None = None
    orcid: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")] | None = None
    github: Line | None = None


class Condition(Record):
    """The disease that the review is about."""

    name: Line
    abbreviation: Line | None = None
    synonyms: tuple[Line, ...] = ()
    definition: Prose


class Question(Record):
    """The review question in the PICO form."""

    text: Prose
    population: Prose
    interventions: Prose
    comparators: Prose
    outcomes: Prose


class Licence(Record):
    """Under which terms the evidence may be reused."""

    name: Line
    url: Url


class Anchor(Record):
    """A moment from which times are counted, such as the first dose."""

    id: Id
    name: Line
    definition: Line | None = None
    resets_change: bool = False
    """True if a change at a time after it is a change since it (the end of treatment), not since the beginning."""
    starts_treatment: bool = False
    """True if it is the start of the treatment to which a result belongs: its first dose."""


class CharacteristicKind(StrEnum):
    """What a characteristic's value is: a number, yes or no, or a short text."""

    NUMBER = "number"
    YES_NO = "yes_no"
    TEXT = "text"


class Characteristic(Record):
    """Something that the review records of each person or group, such as the number of fractures at diagnosis."""

    id: Id
    name: Line
    kind: CharacteristicKind
    unit: Line | None = None
    definition: Line | None = None
    lowest: Number | None = None
    highest: Number | None = None
    care: tuple[Id, ...] = ()
    """The items of the CARE checklist that a value of it answers."""


class Caution(Record):
    """A question that every treatment has to answer under its cautions, such as its use in pregnancy."""

    id: Id
    name: Line


class Abbreviation(Record):
    """A short form and what it stands for."""

    short: Line
    long: Line


class IndexArticle(Record):
    """The article from which the review set out, whose reference list is compared with the records."""

    source: Key
    case: Id
    references: int = Field(ge=0)


class SummaryColumn(Record):
    """A column of the findings table on the home page."""

    title: Line
    outcomes: tuple[Id, ...] = Field(min_length=1)
    """Outcomes that count as one here, such as new fractures at any site."""
    kind: Literal["percent_change", "events"]
    """The range of percent changes at a time, or persons with an event out of all who were observed."""
    months: Number | None = Field(default=None, gt=0)
    """For percent_change: the time; results within a quarter of it are taken together."""


class FlowReason(Record):
    """Why reports were left out at one stage, and how many for this reason."""

    reason: Line
    n: int | None = Field(default=None, ge=0)


class FlowBox(Record):
    """One box of a PRISMA 2020 flow diagram: a stage, how many, and why any were left out."""

    stage: Line
    n: int = Field(ge=0)
    phase: Literal["identification", "screening", "included"]
    column: Literal["databases", "other", "both"] = "databases"
    """Databases and registers, other methods of searching, or what both end in."""
    aside: bool = False
    """True for what leaves the flow beside the box before it: records removed, excluded or not retrieved."""
    reasons: tuple[FlowReason, ...] = ()


class Review(Record):
    """``evidence/review.yaml``: what is asked, how sources were found, and the review's own vocabulary."""

    title: Line
    short_title: Line
    summary: Prose
    condition: Condition
    question: Question
    status: Literal["draft", "living", "final", "archived"]
    searched_to: dt.date | Missing
    search_note: Prose
    index_article: IndexArticle | None = None
    contributors: tuple[Contributor, ...] = ()
    licence: Licence
    disclaimer: Prose
    anchors: tuple[Anchor, ...]
    characteristics: tuple[Characteristic, ...] = ()
    cautions: tuple[Caution, ...] = ()
    abbreviations: tuple[Abbreviation, ...] = ()
    prisma: tuple[FlowBox, ...] = ()
    findings_table: tuple[SummaryColumn, ...] = ()


# --- outcomes.yaml ---------------------------------------------------------------------------------------------------


class Direction(StrEnum):
    """Whether more of an outcome is good or bad for the person."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEITHER = "neither"


class Importance(StrEnum):
    """GRADE's rating of how much an outcome matters for a decision (GRADE guidelines 2, J Clin Epidemiol 2011)."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    NOT_IMPORTANT = "not_important"


class Outcome(Record):
    """One outcome of the review. ``evidence/outcomes.yaml`` is a list of these, in the order of the tables."""

    id: Id
    name: Line
    abbreviation: Line | None = None
    synonyms: tuple[Line, ...] = ()
    definition: Prose
    direction: Direction
    importance: Importance
    units: tuple[Line, ...] = ()
    """The units in which a number may be given, as written in results."""
    windows_months: tuple[Number, ...] = ()
    """The times at which the review looks, in months."""
    lowest: Number | None = None
    highest: Number | None = None
    """Numbers outside lowest..highest are taken for slips of the pen."""
    care: tuple[Id, ...] = ()
    """The items of the CARE checklist that a result of it answers."""
    statements: tuple[Statement, ...] = ()


# --- sources/<key>.yaml ----------------------------------------------------------------------------------------------


class Reach(StrEnum):
    """What kind of page was opened. A mirror or copy is named by what it copies, and the link goes to the original."""

    PUBMED_RECORD = "pubmed_record"
    PUBLISHER_ABSTRACT = "publisher_abstract"
    PUBLISHER_PAGE = "publisher_page"
    PMC_ARTICLE = "pmc_article"
    CATALOGUE_RECORD = "catalogue_record"
    INDEX_ARTICLE_LIST = "index_article_list"
    ANOTHER_ARTICLE = "another_article"
    WEB_PAGE = "web_page"


class PageRead(Record):
    """A page that somebody opened. Without ``url`` the link is made from the source's PMID, PMCID or DOI."""

    kind: Reach
    url: Url | None = None
    note: Line | None = None


class StandingStatus(StrEnum):
    """Whether a publication still stands."""

    OK = "ok"
    CORRECTED = "corrected"
    EXPRESSION_OF_CONCERN = "expression_of_concern"
    RETRACTED = "retracted"
    NOT_CHECKED = "not_checked"


class Standing(Record):
    """What is known of corrections and retractions, and when somebody looked."""

    status: StandingStatus
    checked: dt.date | None = None
    date: dt.date | None = None
    """When the correction, concern or retraction was published."""
    note: Prose | None = None


class Listed(Record):
    """That the index article lists this source: under which number, and where its printed reference differs."""

    number: int = Field(ge=1)
    differences: tuple[Prose, ...] = ()


class Finding(Record):
    """A short fact that the source states, in our own words, and where in the source it stands."""

    text: Prose
    where: Line


class Source(Record):
    """``evidence/sources/<key>.yaml``: how far the entry ``key`` of references.bib was read, and its doubts."""

    design: Design
    read: Reading
    read_at: tuple[PageRead, ...]
    fields_from: tuple[PageRead, ...] = ()
    """The pages against which the bibliographic fields were checked."""
    listed: Listed | None = None
    standing: Standing = Standing(status=StandingStatus.NOT_CHECKED)
    participants: Line | None = None
    """Who was studied, in a few words."""
    findings: tuple[Finding, ...] = ()
    not_found: tuple[Line, ...] = ()
    doubts: tuple[Prose, ...] = ()


# --- studies/<id>.yaml -----------------------------------------------------------------------------------------------


class Time(Record):
    """A moment: how many months after (or, if negative, before) an anchor of the review."""

    months: Number
    after: Id | Missing
    note: Line | None = None


class Summary(Record):
    """A value for a group: any of mean, SD, median, quartiles and range."""

    mean: Number | None = None
    sd: Number | None = Field(default=None, ge=0)
    median: Number | None = None
    iqr: tuple[Number, Number] | None = None
    range: tuple[Number, Number] | None = None
    n: int | None = Field(default=None, ge=1)


class Exposure(Record):
    """A treatment that a person or group had: which, how much, from when and for how long."""

    treatment: Id
    """The treatment class."""
    agent: LineOrMissing = Missing.NOT_REPORTED
    dose: LineOrMissing = Missing.NOT_REPORTED
    route: LineOrMissing = Missing.NOT_REPORTED
    start: Time | None = None
    duration_months: Number | None = Field(default=None, ge=0)
    part: int | None = Field(default=None, ge=1)
    """Which one in a sequence of treatments, counted from 1; the same number for those given together."""
    n: int | None = Field(default=None, ge=1)
    """In a group: how many persons had it, if not all."""
    where: Line
    note: Line | None = None


class Statistic(StrEnum):
    """What a result's value is."""

    VALUE = "value"
    MEAN = "mean"
    MEDIAN = "median"
    CHANGE = "change"
    PERCENT_CHANGE = "percent_change"
    PERSONS_WITH_EVENT = "persons_with_event"
    EVENTS = "events"
    PERCENT_OF_PERSONS = "percent_of_persons"
    DIRECTION = "direction"
    DESCRIPTION = "description"


class Change(StrEnum):
    """Which way something went when the source gives no number."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    UNCHANGED = "unchanged"
    INCREASED = "increased"
    DECREASED = "decreased"


class Result(Record):
    """One outcome of a person or group at one time: the number with its unit, and its place in the source."""

    outcome: Id
    statistic: Statistic
    value: Annotated[Number | Missing | Change | Line, _FIRST_MATCH]
    baseline: Number | None = None
    unit: Line | None = None
    sd: Number | None = Field(default=None, ge=0)
    se: Number | None = Field(default=None, ge=0)
    ci95: tuple[Number, Number] | None = None
    range: tuple[Number, Number] | None = None
    iqr: tuple[Number, Number] | None = None
    n: int | None = Field(default=None, ge=1)
    """Persons behind the number, if not the whole group."""
    of: int | None = Field(default=None, ge=1)
    """For persons with an event: out of how many, if not the whole group."""
    site: Line | None = None
    """Where it was measured, if the outcome leaves that open: the left hip, L2-L4."""
    time: Time | Missing
    treatment: Id | None = None
    """The treatment that the source links with the number, if the person had several."""
    report: Key | None = None
    """The report that states it, if the study has several."""
    where: Line
    note: Line | None = None


class Onset(Record):
    """When the illness began: as the source says it, and as a time if that can be told."""

    text: Line
    time: Time | None = None


Value = Annotated[bool | Number | Missing | Line | Summary, _FIRST_MATCH]
Characteristics = dict[Id, Value]


class Overlap(Record):
    """That persons may already be counted elsewhere."""

    study: Id
    status: Literal["certain", "probable", "possible"]
    note: Prose


class Distinct(Record):
    """That another study, alike as it looks, holds other persons."""

    study: Id
    because: Prose


PersonName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]
"""A person of any study: ``study/person``."""


class Person(Record):
    """One person, counted once in the whole review."""

    id: Id
    label: Line | None = None
    age_years: NumberOrMissing = Missing.NOT_REPORTED
    onset: Onset | Missing = Missing.NOT_REPORTED
    characteristics: Characteristics = {}
    exposures: tuple[Exposure, ...] = ()
    co_interventions: tuple[Line, ...] = ()
    results: tuple[Result, ...] = ()
    follow_up_months: NumberOrMissing = Missing.NOT_REPORTED
    group: Id | None = None
    """The group of this study that already counts her, if any."""
    same_person_as: PersonName | None = None
    """``study/person`` of another record about her."""
    distinct_because: dict[PersonName, Prose] = {}
    """Of persons who look alike: why each is somebody else, by ``study/person``."""
    note: Prose | None = None


class Group(Record):
    """Persons that a source reports together."""

    id: Id
    label: Line
    n: int = Field(ge=1)
    has_condition: bool = True
    """False for healthy controls and the like: they are not counted among the persons with the condition."""
    age_years: Summary | Missing = Missing.NOT_REPORTED
    onset: Onset | Missing = Missing.NOT_REPORTED
    characteristics: Characteristics = {}
    exposures: tuple[Exposure, ...] = ()
    co_interventions: tuple[Line, ...] = ()
    results: tuple[Result, ...] = ()
    follow_up_months: Number | Summary | Missing = Missing.NOT_REPORTED
    part_of: Id | None = None
    """The larger group of this study that already counts these persons, if any."""
    note: Prose | None = None


class Comparison(Record):
    """What a source says of the difference between two of its groups."""

    outcome: Id
    group: Id
    against: Id
    measure: Line
    value: Number | None = None
    unit: Line | None = None
    ci95: tuple[Number, Number] | None = None
    p: Line | None = None
    time: Time | Missing = Missing.NOT_REPORTED
    where: Line
    note: Line | None = None


class Answer(Record):
    """An answer to one item of an appraisal instrument, with the reason for it."""

    answer: Line
    reason: Prose | None = None
    appraiser: Line | None = None
    """Who answered, if not the appraiser of the whole."""


AnswerOrLine = Annotated[Line | Answer, _FIRST_MATCH]
"""An answer with its reason, or the bare answer."""


class Appraisal(Record):
    """A risk-of-bias appraisal with a published instrument, or why there is none."""

    instrument: Id
    """Which one, such as ``robins-i``; ``none`` if the study was not appraised."""
    outcome: Id | None = None
    """The outcome that was judged, for instruments that judge a result rather than a study."""
    answers: dict[Id, AnswerOrLine] = {}
    overall: AnswerOrLine | None = None
    appraiser: Line | None = None
    note: Prose | None = None


class Study(Record):
    """``evidence/studies/<id>.yaml``: what was done, with whom, and what came of it."""

    title: Line
    reports: tuple[Key, ...] = Field(min_length=1)
    design: Design
    country: LineOrMissing = Missing.NOT_REPORTED
    setting: LineOrMissing = Missing.NOT_REPORTED
    period: LineOrMissing = Missing.NOT_REPORTED
    directness: Literal["direct", "indirect"] = "direct"
    """Indirect: its persons do not have the review's condition, so they are not counted with those who do."""
    population: Prose
    summary: Prose
    groups: tuple[Group, ...] = ()
    persons: tuple[Person, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    distinct_from: tuple[Distinct, ...] = ()
    appraisal: Appraisal | None = None
    not_reported: tuple[Line, ...] = ()
    doubts: tuple[Prose, ...] = ()


# --- cases/<id>.yaml -------------------------------------------------------------------------------------------------


class Event(Record):
    """Something that happened to the person, in order; ``time`` only if the source lets it be told."""

    time: Time | Missing
    what: Prose
    kind: Literal["event", "symptom", "fracture", "test", "exposure", "outcome"] = "event"


class Case(Record):
    """``evidence/cases/<id>.yaml``: a person told in full after the CARE guideline (Gagnier and others, 2013)."""

    title: Line
    study: Id
    person: Id
    summary: Prose
    patient_information: ProseOrMissing
    clinical_findings: ProseOrMissing
    timeline: tuple[Event, ...] | Missing
    diagnostic_assessment: ProseOrMissing
    therapeutic_intervention: ProseOrMissing
    follow_up_and_outcomes: ProseOrMissing
    discussion: ProseOrMissing
    patient_perspective: ProseOrMissing
    informed_consent: ProseOrMissing
    unknown: tuple[Line, ...] = ()


# --- treatments/<id>.yaml and topics/<id>.yaml -----------------------------------------------------------------------


class Statement(Record):
    """One claim with its citations. The place in the source is the locator: ``[@key, abstract]``."""

    id: Id
    text: Prose


class Agent(Record):
    """A drug, product or procedure of a treatment class, by its generic name."""

    name: Line
    synonyms: tuple[Line, ...] = ()
    route: Line | None = None


class Domain(StrEnum):
    """The reasons for which GRADE lets certainty be rated down or up (GRADE guidelines 3 and 9)."""

    RISK_OF_BIAS = "risk_of_bias"
    INCONSISTENCY = "inconsistency"
    INDIRECTNESS = "indirectness"
    IMPRECISION = "imprecision"
    PUBLICATION_BIAS = "publication_bias"
    LARGE_EFFECT = "large_effect"
    DOSE_RESPONSE = "dose_response"
    PLAUSIBLE_CONFOUNDING = "plausible_confounding"


class Level(StrEnum):
    """GRADE's four levels of certainty."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very_low"


class Step(Record):
    """One step down or up in certainty, and why."""

    domain: Domain
    by: int = Field(ge=-3, le=2)
    reason: Prose


class Certainty(Record):
    """GRADE certainty of the evidence for one outcome of this treatment. The level is computed from start and steps."""

    outcome: Id
    finding: Prose
    """What the evidence shows, in a sentence with its citations."""
    start: Literal["randomised", "observational"]
    steps: tuple[Step, ...] = ()
    level: Level | None = None
    """May be stated; a level that the steps do not give is an error."""


class Treatment(Record):
    """``evidence/treatments/<id>.yaml``: a class of treatment, doing nothing but wait included."""

    name: Line
    order: int = Field(ge=1)
    """Its place in tables; the natural course comes first."""
    kind: Literal["natural_course", "drug", "supplement", "procedure", "other"]
    synonyms: tuple[Line, ...] = ()
    bottom_line: Prose
    plain_language: Prose
    agents: tuple[Agent, ...] = ()
    mechanism: tuple[Statement, ...] | Missing
    statements: tuple[Statement, ...]
    cautions: dict[Id, tuple[Statement, ...] | Missing]
    """What to beware of, for each caution that the review asks about; ``not_reported`` where nothing was found."""
    gaps: tuple[Prose, ...] = ()
    certainty: tuple[Certainty, ...] = ()


class Section(Record):
    """A part of a topic."""

    id: Id
    title: Line
    statements: tuple[Statement, ...] = Field(min_length=1)


class Topic(Record):
    """``evidence/topics/<id>.yaml``: what is known of one side of the condition, as ordered statements."""

    title: Line
    order: int = Field(ge=1)
    synonyms: tuple[Line, ...] = ()
    summary: Prose
    sections: tuple[Section, ...] = Field(min_length=1)
    gaps: tuple[Prose, ...] = ()


Outcome.model_rebuild()


# --- walking ---------------------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]
"""Where a value stands in a record: field names and list indexes from the top."""


def prose_fields(record: Record, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every prose field of a record, in the order of the fields, each with its path."""
    for name, is_prose in _fields(type(record)):
        yield from _prose_in(getattr(record, name), is_prose, (*path, name))


def _prose_in(value: object, is_prose: bool, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Record):
        yield from prose_fields(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _prose_in(item, is_prose, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _prose_in(item, is_prose, (*path, key))
    elif is_prose and type(value) is str:
        yield path, value


@cache
def _fields(kind: type[Record]) -> tuple[tuple[str, bool], ...]:
    return tuple(
        (name, PROSE_MARK in info.metadata or _mentions_prose(info.annotation))
        for name, info in kind.model_fields.items()
    )


def _mentions_prose(annotation: Any) -> bool:
    return annotation == PROSE_MARK or any(_mentions_prose(part) for part in get_args(annotation))
