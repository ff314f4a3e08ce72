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
NAMES = "x-names"
"""In the JSON schema of an id, or of fields that are named by ids: what they name, such as ``outcome``."""
UNIT = "x-unit"
"""In the JSON schema of a number: the unit in which it is given."""


def _naming(what: str) -> Any:
    return Field(json_schema_extra={NAMES: what})


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=80)]
OutcomeId = Annotated[Id, _naming("outcome")]
TreatmentId = Annotated[Id, _naming("treatment")]
AnchorId = Annotated[Id, _naming("anchor")]
InstrumentId = Annotated[Id, _naming("instrument")]
CareItemId = Annotated[Id, _naming("care_item")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_:.+-]*$", max_length=120)]
"""The key of an entry in references.bib."""
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\n\r]+$")]
"""Plain text on one line: no Markdown."""
PROSE_MARK = "prose"
Prose = Annotated[str, StringConstraints(min_length=1, max_length=20_000), PROSE_MARK]
"""Markdown (CommonMark without raw HTML) with citations such as ``[@key]`` or ``[see @a, p. 3; @b]``."""
Number = int | float
"""A number as it was written: 10 and 10.0 stay apart, since a source's precision says something."""
Months = Annotated[Number, Field(json_schema_extra={UNIT: "months"})]
Date = Annotated[dt.date, Field(json_schema_extra={"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]
"""A day of the calendar, such as 2026-01-31."""
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2000)]
Orcid = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$")]
Contact = Annotated[
    str, StringConstraints(pattern=r"^(?:https?://[^\s<>\"]+|[^\s<>\"@]+@[^\s<>\"@]+)$", max_length=200)
]


class Record(BaseModel):
    """What all records share: frozen once read, and a misspelt field is an error rather than lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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
MonthsOrMissing = Annotated[Months | Missing, _FIRST_MATCH]


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

    id: Id | None = Field(default=None, examples=["ada-example"])
    """A short name, by which records say who extracted or checked them."""
    name: Line = Field(examples=["Ada Example"])
    """The name as it shall be shown."""
    role: Line | None = Field(default=None, examples=["extraction and second reading"])
    """What she or he did for the review."""
    orcid: Orcid | None = Field(default=None, examples=["0000-0002-1825-0097"], title="ORCID iD")
    """The ORCID iD, as four groups of four digits."""
    github: Line | None = Field(default=None, examples=["ada-example"], title="GitHub name")
    """The user name on GitHub."""


ReaderName = Annotated[Line, _naming("contributor")]
"""A contributor of the review by id, ORCID iD or GitHub name."""


class Signed(Record):
    """Who did something, and when."""

    reader: ReaderName = Field(examples=["ada-example"])
    """A contributor of review.yaml, by id, ORCID iD or GitHub name."""
    date: Date | None = Field(default=None, examples=["2026-01-31"])
    """The day on which it was done."""


Signature = Annotated[ReaderName | Signed, _FIRST_MATCH]


class Condition(Record):
    """The disease that the review is about."""

    name: Line
    """The full name, as titles show it."""
    abbreviation: Line | None = None
    """The short form that the texts use; the site explains it wherever it stands."""
    synonyms: tuple[Line, ...] = ()
    """Other names, in any language: search finds the review by them."""
    definition: Prose
    """What the condition is, and whom the review takes to have it."""
    persons: Line = Field(default="with the condition", examples=["at risk of the condition"])
    """What is said of the persons whom the review counts, after the word persons: of prevention, ``at risk of …``."""


class Question(Record):
    """The review question in the PICO form."""

    text: Prose = Field(examples=["In adults with this condition, what does each treatment do to pain and function?"])
    """The whole question in a sentence."""
    population: Prose
    """Who is asked about, and who is not."""
    interventions: Prose
    """The treatments that are asked about, doing nothing included."""
    comparators: Prose
    """What the treatments are compared with."""
    outcomes: Prose
    """What may come of them that matters to people."""


class Licence(Record):
    """Under which terms the evidence may be reused."""

    name: Line = Field(examples=["CC BY 4.0"])
    """The name of the licence."""
    url: Url = Field(examples=["https://creativecommons.org/licenses/by/4.0/"], title="Address")
    """Where its text stands."""


class Anchor(Record):
    """A moment from which times are counted, such as the first dose."""

    id: Id = Field(examples=["first-dose"])
    """The id by which a time names it, under after."""
    name: Line = Field(examples=["first dose"])
    """What it is called on pages, behind “months after”."""
    definition: Line | None = Field(default=None, examples=["The start of the treatment to which the result belongs."])
    """Which moment exactly is meant."""
    resets_change: bool = False
    """True if a change at a time after it is a change since it (the end of treatment), not since the beginning."""
    starts_treatment: bool = False
    """True if it is the start of the treatment to which a result belongs: its first dose."""


class CharacteristicKind(StrEnum):
    """What a characteristic's value is: a number, yes or no, or a short text."""

    NUMBER = "number"
    """A number, in the unit that is given."""
    YES_NO = "yes_no"
    """Yes or no: written as true or false."""
    TEXT = "text"
    """A short text."""


class Characteristic(Record):
    """Something that the review records of each person or group, such as body weight."""

    id: Id = Field(examples=["body-weight"])
    """The id by which persons and groups name it, under characteristics."""
    name: Line = Field(examples=["Body weight"])
    """What it is called on pages."""
    kind: CharacteristicKind
    """What its value is: number, yes_no (then write true or false) or text."""
    unit: Line | None = Field(default=None, examples=["kg"])
    """The unit of a number."""
    definition: Line | None = None
    """What exactly is recorded, and as of when."""
    lowest: Number | None = Field(default=None, examples=[20])
    """Numbers below it are taken for slips of the pen."""
    highest: Number | None = Field(default=None, examples=[300])
    """Numbers above it are taken for slips of the pen."""
    care: tuple[CareItemId, ...] = Field(default=(), examples=[["clinical-findings"]])
    """The items of the CARE checklist that a value of it answers."""


class Caution(Record):
    """A question that every treatment has to answer under its cautions, such as its use in pregnancy."""

    id: Id = Field(examples=["pregnancy"])
    """The id by which treatments answer it, under cautions."""
    name: Line = Field(examples=["In pregnancy"])
    """What it is called on pages."""


class Abbreviation(Record):
    """A short form and what it stands for."""

    short: Line = Field(examples=["SD"])
    """The short form, letter by letter as in the texts."""
    long: Line = Field(examples=["standard deviation"])
    """What it stands for; shown on hover and in the glossary."""


class IndexArticle(Record):
    """The article from which the review set out, whose reference list is compared with the records."""

    source: Key
    """Its key in references.bib."""
    case: Id
    """The case that it tells: the name of a file in cases, without .yaml."""
    references: int = Field(ge=0, examples=[52])
    """How many references it lists."""


class SummaryColumn(Record):
    """A column of the findings table on the home page."""

    title: Line = Field(examples=["Deaths"])
    """The head of the column."""
    outcomes: tuple[OutcomeId, ...] = Field(min_length=1)
    """Outcomes that count as one here, such as deaths from any of several causes."""
    kind: Literal["percent_change", "events", "synthesis"]
    """The range of percent changes at a time, persons with an event out of all observed, or a pooled estimate."""
    months: Months | None = Field(default=None, gt=0, examples=[12])
    """For percent_change: the time; results within a quarter of it are taken together."""


class FlowReason(Record):
    """Why reports were left out at one stage, and how many for this reason."""

    reason: Line = Field(examples=["other population"])
    """The reason in a few words."""
    n: int | None = Field(default=None, ge=0, examples=[7], title="Number")
    """How many were left out for it, if that was counted."""


class FlowBox(Record):
    """One box of a PRISMA 2020 flow diagram: a stage, how many, and why any were left out."""

    stage: Line = Field(examples=["Reports assessed for eligibility"])
    """What the box says, as PRISMA 2020 words it."""
    n: int = Field(ge=0, examples=[64], title="Number")
    """How many records, reports or studies."""
    phase: Literal["identification", "screening", "included"]
    """In which of PRISMA's three phases it stands."""
    column: Literal["databases", "other", "both"] = "databases"
    """Databases and registers, other methods of searching, or what both end in."""
    aside: bool = False
    """True for what leaves the flow beside the box before it: records removed, excluded or not retrieved."""
    reasons: tuple[FlowReason, ...] = ()
    """Why any were left out here, one item for each reason."""


class Review(Record):
    """``evidence/review.yaml``: what is asked, how sources were found, and the review's own vocabulary."""

    title: Line
    """The full title."""
    short_title: Line
    """The name in a few words: on top of the site and in citations of it."""
    summary: Prose
    """What is known, in one paragraph with its citations: the first thing on the home page."""
    condition: Condition
    """The disease, with its names and what belongs to it."""
    question: Question
    """What the review asks, in the PICO form."""
    status: Literal["draft", "living", "final", "archived"]
    """Draft: not yet whole. Living: kept up to date. Final: finished. Archived: no longer kept."""
    searched_to: Date | Missing = Field(examples=["2026-01-31"])
    """The day up to which sources were searched for; not_reported if there was no systematic search."""
    search_note: Prose
    """How sources were found and chosen, and what was not searched."""
    index_article: IndexArticle | None = None
    """The article from which the review set out, if there is one."""
    contributors: tuple[Contributor, ...] = ()
    """Who answers for the review, in the order in which they are named."""
    contact: Contact | None = Field(default=None, examples=["keepers@example.org"])
    """An e-mail or web address of those who keep the review; recheck tells it to the services that it asks."""
    licence: Licence
    """Under which terms the evidence may be reused."""
    disclaimer: Prose
    """What a reader has to know before acting on the review."""
    anchors: tuple[Anchor, ...]
    """The moments from which this review counts times."""
    characteristics: tuple[Characteristic, ...] = ()
    """What this review records of persons and groups, beside age, onset and treatment."""
    cautions: tuple[Caution, ...] = ()
    """The questions that every treatment has to answer."""
    abbreviations: tuple[Abbreviation, ...] = ()
    """Short forms that the site explains, beside those of the condition and the outcomes."""
    prisma: tuple[FlowBox, ...] = ()
    """The boxes of the PRISMA 2020 flow diagram, from the top down, if the search was counted."""
    findings_table: tuple[SummaryColumn, ...] = ()
    """The columns of the table on the home page, between persons and cautions."""
    findings_note: Line | None = Field(default=None, examples=["Many recover without any treatment."])
    """What a reader has to know to read that table rightly."""


# --- outcomes.yaml ---------------------------------------------------------------------------------------------------


class Direction(StrEnum):
    """Whether more of an outcome is good or bad for the person."""

    HIGHER_IS_BETTER = "higher_is_better"
    """More of it is good for the person."""
    LOWER_IS_BETTER = "lower_is_better"
    """Less of it is good for the person."""
    NEITHER = "neither"
    """Neither more nor less is good by itself."""


class Importance(StrEnum):
    """GRADE's rating of how much an outcome matters for a decision (GRADE guidelines 2, J Clin Epidemiol 2011)."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    NOT_IMPORTANT = "not_important"


class Outcome(Record):
    """One outcome of the review. ``evidence/outcomes.yaml`` is a list of these, in the order of the tables."""

    id: Id = Field(examples=["pain"])
    """The id by which results and ratings name it; it becomes the address of its page."""
    name: Line = Field(examples=["Pain"])
    """What it is called on pages."""
    abbreviation: Line | None = None
    """Its short form; the site explains it wherever it stands."""
    synonyms: tuple[Line, ...] = Field(default=(), examples=[["back pain", "visual analogue scale"]])
    """Other names for it: search finds it by them."""
    definition: Prose
    """What is counted or measured, and why it is rated as important as it is."""
    direction: Direction
    """Whether more of it is good or bad for the person."""
    importance: Importance
    """How much it matters for a decision, after GRADE."""
    units: tuple[Line, ...] = Field(default=(), examples=[["%", "g/cm2"]])
    """The units in which a number may be given, as written in results."""
    windows_months: tuple[Months, ...] = Field(default=(), examples=[[12, 24]])
    """The times at which the review looks, in months."""
    lowest: Number | None = Field(default=None, examples=[0])
    """Numbers below it are taken for slips of the pen."""
    highest: Number | None = Field(default=None, examples=[100])
    """Numbers above it are taken for slips of the pen."""
    care: tuple[CareItemId, ...] = Field(default=(), examples=[["outcomes"]])
    """The items of the CARE checklist that a result of it answers."""
    statements: tuple[Statement, ...] = ()
    """What is to be known of the outcome itself, such as how far it tells what people care about."""


# --- sources/<key>.yaml ----------------------------------------------------------------------------------------------


class Reach(StrEnum):
    """What kind of page was opened. A mirror or copy is named by what it copies, and the link goes to the original."""

    PUBMED_RECORD = "pubmed_record"
    """The record in PubMed, with its abstract if it has one."""
    PUBLISHER_ABSTRACT = "publisher_abstract"
    """The abstract on the publisher’s site."""
    PUBLISHER_PAGE = "publisher_page"
    """The article on the publisher’s site."""
    PMC_ARTICLE = "pmc_article"
    """The article in PubMed Central."""
    CATALOGUE_RECORD = "catalogue_record"
    """A record in a library catalogue or another database."""
    INDEX_ARTICLE_LIST = "index_article_list"
    """The reference list of the index article."""
    ANOTHER_ARTICLE = "another_article"
    """Another article that tells of it."""
    WEB_PAGE = "web_page"
    """Any other page of the web."""


class PageRead(Record):
    """A page that somebody opened. Without ``url`` the link is made from the source's PMID, PMCID or DOI."""

    kind: Reach
    """What kind of page it was."""
    url: Url | None = Field(default=None, title="Address")
    """Its address; needed only where PMID, PMCID and DOI do not lead there."""
    note: Line | None = None
    """Which page or part of it, if the kind does not say."""


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
    """Whether the publication still stands."""
    checked: Date | None = Field(default=None, examples=["2026-01-31"])
    """The day on which somebody looked for corrections and retractions."""
    date: Date | None = Field(default=None, examples=["2025-11-03"])
    """When the correction, concern or retraction was published."""
    note: Prose | None = None
    """What was corrected or withdrawn, and what that means for the review."""


class Listed(Record):
    """That the index article lists this source: under which number, and where its printed reference differs."""

    number: int = Field(ge=1, examples=[40])
    """Its number in the reference list of the index article."""
    differences: tuple[Prose, ...] = Field(default=(), examples=[["Year: the list prints 2017; the journal, 2018."]])
    """Where the printed reference differs from the source, one item for each difference."""


class Finding(Record):
    """A short fact that the source states, in our own words, and where in the source it stands."""

    text: Prose = Field(examples=["Of 32 persons, 27 took the drug and 5 refused it."])
    """The fact in our own words; no sentence is copied."""
    where: Line = Field(examples=["abstract", "table 2", "p. 1203"])
    """Where in the source it stands."""


class Source(Record):
    """``evidence/sources/<key>.yaml``: how far the entry ``key`` of references.bib was read, and its doubts."""

    design: Design
    """The design of the study that it reports, or what else it is; unclear if what was read does not tell."""
    read: Reading
    """How far it was really read: the most that somebody had before their eyes."""
    read_at: tuple[PageRead, ...]
    """The pages on which it was read."""
    fields_from: tuple[PageRead, ...] = ()
    """The pages against which the bibliographic fields were checked."""
    listed: Listed | None = None
    """Its place in the reference list of the index article, if it stands there."""
    standing: Standing = Standing(status=StandingStatus.NOT_CHECKED)
    """Whether it still stands, and when somebody looked."""
    participants: Line | None = Field(default=None, examples=["32 persons seen at one clinic, 2007-2015"])
    """Who was studied, in a few words."""
    findings: tuple[Finding, ...] = ()
    """What it states that the review may use, one fact an item."""
    not_found: tuple[Line, ...] = Field(default=(), examples=[["ages", "unwanted effects"]])
    """What was looked for in the part that was read, and is not there."""
    doubts: tuple[Prose, ...] = ()
    """What makes it less certain: contradictions, slips, persons who may be counted elsewhere."""
    extracted_by: Signature | None = Field(default=None, examples=["ada-example"])
    """Who took this from the source: a contributor of review.yaml, by id, ORCID iD or GitHub name."""
    checked_by: Signature | None = Field(default=None, examples=[{"reader": "ben-example", "date": "2026-01-31"}])
    """Who compared it with the source afterwards: somebody else than who extracted it."""


# --- studies/<id>.yaml -----------------------------------------------------------------------------------------------


class Time(Record):
    """A moment: how many months after (or, if negative, before) an anchor of the review."""

    months: Months = Field(examples=[12, -1.5])
    """How many months after the anchor; a negative number is before it."""
    after: Annotated[Missing | AnchorId, _FIRST_MATCH] = Field(examples=["first-dose"])
    """The anchor: one of those in review.yaml, or not_reported if the source does not say from when it counts."""
    note: Line | None = Field(default=None, examples=["the source says “one year later”"])
    """What the source says, if the number was made from words."""


class Summary(Record):
    """A value for a group: any of mean, SD, median, quartiles and range."""

    mean: Number | None = Field(default=None, examples=[33.1])
    """The mean."""
    sd: Number | None = Field(default=None, ge=0, examples=[4.2], title="Standard deviation")
    """The standard deviation."""
    median: Number | None = Field(default=None, examples=[32])
    """The median."""
    iqr: tuple[Number, Number] | None = Field(default=None, examples=[[29, 36]], title="Quartiles")
    """The first and the third quartile, the lower one first."""
    range: tuple[Number, Number] | None = Field(default=None, examples=[[24, 42]])
    """The lowest and the highest value."""
    n: int | None = Field(default=None, ge=1, examples=[25], title="Number")
    """How many persons it was known of, if not of the whole group."""


class Exposure(Record):
    """A treatment that a person or group had: which, how much, from when and for how long."""

    treatment: TreatmentId
    """The treatment class: the name of a file in treatments, without .yaml. No drug is a treatment, too."""
    agent: LineOrMissing = Missing.NOT_REPORTED
    """The drug, product or procedure, by its generic name."""
    dose: LineOrMissing = Field(default=Missing.NOT_REPORTED, examples=["20 micrograms daily"])
    """How much and how often, with the unit, as the source says it."""
    route: LineOrMissing = Field(default=Missing.NOT_REPORTED, examples=["by mouth", "subcutaneous"])
    """How it was given."""
    start: Time | None = Field(default=None, examples=[{"months": 3, "after": "diagnosis"}])
    """When it began, if the source says so."""
    duration_months: Months | None = Field(default=None, ge=0, examples=[24])
    """For how long, in months; left out if the source does not say."""
    part: int | None = Field(default=None, ge=1, examples=[2])
    """Which one in a sequence of treatments, counted from 1; the same number for those given together."""
    n: int | None = Field(default=None, ge=1, examples=[12], title="Number")
    """In a group: how many persons had it, if not all."""
    where: Line = Field(examples=["abstract", "table 1"])
    """Where in the source it stands."""
    note: Line | None = None
    """What the other fields cannot say."""


class Statistic(StrEnum):
    """What a result's value is."""

    VALUE = "value"
    """The value of one person, or a number of which the source does not say what it is."""
    MEAN = "mean"
    """The mean of the group."""
    MEDIAN = "median"
    """The median of the group."""
    CHANGE = "change"
    """By how much it rose or fell (then negative), in its own unit."""
    PERCENT_CHANGE = "percent_change"
    """By how much it rose or fell (then negative), in percent of the value before."""
    PERSONS_WITH_EVENT = "persons_with_event"
    """How many persons had the event at least once."""
    EVENTS = "events"
    """How many events there were; one person can have several."""
    PERCENT_OF_PERSONS = "percent_of_persons"
    """Of how many persons in a hundred it is true."""
    DIRECTION = "direction"
    """Only which way it went: improved, worsened, unchanged, increased or decreased."""
    DESCRIPTION = "description"
    """What the source says, in a few words."""


class Change(StrEnum):
    """Which way something went when the source gives no number."""

    IMPROVED = "improved"
    """Better for the person."""
    WORSENED = "worsened"
    """Worse for the person."""
    UNCHANGED = "unchanged"
    """Neither better nor worse, neither more nor less."""
    INCREASED = "increased"
    """More of it, be that good or bad."""
    DECREASED = "decreased"
    """Less of it, be that good or bad."""


class Result(Record):
    """One outcome of a person or group at one time: the number with its unit, and its place in the source."""

    outcome: OutcomeId
    """What was measured: an id of outcomes.yaml."""
    statistic: Statistic
    """What the value is: a mean, a percent change, a number of persons with the event."""
    value: Annotated[Number | Missing | Change | Line, _FIRST_MATCH] = Field(examples=[15.5, "improved"])
    """The number as printed, without its unit; a word of change for direction, a few words for description."""
    baseline: Number | None = Field(default=None, examples=[0.72])
    """The value before treatment, in the same unit."""
    unit: Line | None = Field(default=None, examples=["%"])
    """The unit of the number: one of those that the outcome lists."""
    sd: Number | None = Field(default=None, ge=0, examples=[6.6], title="Standard deviation")
    """The standard deviation of the value."""
    se: Number | None = Field(default=None, ge=0, examples=[1.3], title="Standard error")
    """The standard error of the value."""
    ci95: tuple[Number, Number] | None = Field(default=None, examples=[[12.9, 18.1]], title="95% confidence interval")
    """The 95% confidence interval, the lower limit first."""
    range: tuple[Number, Number] | None = Field(default=None, examples=[[2, 31]])
    """The lowest and the highest value."""
    iqr: tuple[Number, Number] | None = Field(default=None, examples=[[9, 20]], title="Quartiles")
    """The first and the third quartile, the lower one first."""
    n: int | None = Field(default=None, ge=1, examples=[20], title="Number")
    """Persons behind the number, if not the whole group."""
    of: int | None = Field(default=None, ge=1, examples=[25], title="Out of")
    """For persons with an event: out of how many, if not the whole group."""
    site: Line | None = Field(default=None, examples=["left hip"])
    """Where it was measured, if the outcome leaves that open."""
    time: Time | Missing = Field(examples=[{"months": 12, "after": "first-dose"}])
    """When it was measured, or not_reported."""
    treatment: TreatmentId | None = None
    """The treatment that the source links with the number, if the person had several."""
    report: Key | None = None
    """The report that states it, if the study has several."""
    where: Line = Field(examples=["abstract", "table 3"])
    """Where in the source it stands."""
    adjusted_for_clustering: bool = False
    """In a study that allocated whole clusters: true if the source allows for that in this number, with its standard
    error or interval."""
    note: Line | None = None
    """What the other fields cannot say."""


class Onset(Record):
    """When the illness began: as the source says it, and as a time if that can be told."""

    text: Line = Field(examples=["two weeks after the accident"])
    """When it began, in the words of the source or near them."""
    time: Time | None = Field(default=None, examples=[{"months": -0.5, "after": "diagnosis"}])
    """The same as a number of months from an anchor, if that can be told."""


Value = Annotated[bool | Number | Missing | Line | Summary, _FIRST_MATCH]
Characteristics = Annotated[dict[Id, Value], _naming("characteristic")]


class Overlap(Record):
    """That persons may already be counted elsewhere."""

    study: Id
    """The other study: the name of its file without .yaml."""
    status: Literal["certain", "probable", "possible"]
    """How sure it is. Persons of a certain or probable overlap are left out of the counts of one of the two."""
    note: Prose
    """Why it is thought so."""


class Distinct(Record):
    """That another study, alike as it looks, holds other persons."""

    study: Id
    """The other study: the name of its file without .yaml."""
    because: Prose = Field(examples=["Another hospital in another country."])
    """How that is known."""


PersonName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]
"""A person of any study: ``study/person``."""


class Person(Record):
    """One person, counted once in the whole review."""

    id: Id = Field(examples=["p1"])
    """An id that no other person or group of this study has."""
    label: Line | None = Field(default=None, examples=["Case 2"])
    """What the source calls the person."""
    age_years: NumberOrMissing = Field(default=Missing.NOT_REPORTED, examples=[31], json_schema_extra={UNIT: "years"})
    """The age when the condition was recognised, in years."""
    onset: Onset | Missing = Field(default=Missing.NOT_REPORTED, examples=[{"text": "a year before the diagnosis"}])
    """When the illness began."""
    characteristics: Characteristics = Field(default={}, examples=[{"body-weight": 64, "smoker": False}])
    """What the review records of persons, each by its id in review.yaml."""
    exposures: tuple[Exposure, ...] = ()
    """The treatments that the person had, in their order; no drug is one, too."""
    co_interventions: tuple[Line, ...] = Field(default=(), examples=[["physiotherapy", "brace"]])
    """What else was done that may have had an effect."""
    results: tuple[Result, ...] = ()
    """What came of it: one item for each outcome and time."""
    follow_up_months: MonthsOrMissing = Field(default=Missing.NOT_REPORTED, examples=[36])
    """For how long the person was followed, in months."""
    group: Id | None = None
    """The group of this study that already counts the person, if any."""
    same_person_as: PersonName | None = Field(default=None, examples=["smith1995/p1"])
    """``study/person`` of another record about the same person."""
    distinct_because: dict[PersonName, Prose] = Field(default={}, examples=[{"smith1995/p1": "Ten years older."}])
    """Of persons who look alike: why each is somebody else, by ``study/person``."""
    note: Prose | None = None
    """What the other fields cannot say."""


class Group(Record):
    """Persons that a source reports together."""

    id: Id = Field(examples=["treated"])
    """An id that no other person or group of this study has."""
    label: Line = Field(examples=["Treated"])
    """What to call the group on pages."""
    n: int = Field(ge=1, examples=[27], title="Number")
    """How many persons it holds."""
    has_condition: bool = True
    """False for healthy controls and the like: they are not counted among the persons with the condition."""
    age_years: Summary | Missing = Field(
        default=Missing.NOT_REPORTED, examples=[{"mean": 33.1, "sd": 4.2}], json_schema_extra={UNIT: "years"}
    )
    """The ages when the condition was recognised, in years: mean, median, range."""
    onset: Onset | Missing = Field(default=Missing.NOT_REPORTED, examples=[{"text": "a year before the diagnosis"}])
    """When the illness began."""
    characteristics: Characteristics = Field(default={}, examples=[{"body-weight": {"mean": 64.1, "range": [48, 92]}}])
    """What the review records of groups, each by its id in review.yaml."""
    exposures: tuple[Exposure, ...] = ()
    """The treatments that the group had, in their order; no drug is one, too."""
    co_interventions: tuple[Line, ...] = Field(default=(), examples=[["physiotherapy", "brace"]])
    """What else was done that may have had an effect."""
    results: tuple[Result, ...] = ()
    """What came of it: one item for each outcome and time."""
    follow_up_months: Annotated[Months | Summary | Missing, _FIRST_MATCH] = Field(
        default=Missing.NOT_REPORTED, examples=[24, {"median": 24, "range": [6, 60]}]
    )
    """For how long the group was followed, in months."""
    part_of: Id | None = None
    """The larger group of this study that already counts these persons, if any."""
    note: Prose | None = None
    """What the other fields cannot say."""


class Comparison(Record):
    """What a source says of the difference between two of its groups."""

    outcome: OutcomeId
    """What was compared: an id of outcomes.yaml."""
    group: Id
    """The id of the group that is compared."""
    against: Id
    """The id of the group with which it is compared."""
    measure: Line = Field(examples=["difference in percent change", "risk ratio"])
    """What kind of difference it is, in words: what is called a “hazard ratio”, adjusted or not, can be pooled."""
    value: Number | None = Field(default=None, examples=[8.0])
    """The difference as printed, without its unit."""
    unit: Line | None = Field(default=None, examples=["percentage points"])
    """The unit of the difference, if it has one."""
    ci95: tuple[Number, Number] | None = Field(default=None, examples=[[1.2, 14.8]], title="95% confidence interval")
    """The 95% confidence interval, the lower limit first."""
    p: Line | None = Field(default=None, examples=["0.020", "< 0.001"], title="P value")
    """The P value in quotes, as printed."""
    time: Time | Missing = Field(default=Missing.NOT_REPORTED, examples=[{"months": 12, "after": "first-dose"}])
    """When the difference was measured."""
    where: Line = Field(examples=["abstract", "figure 2"])
    """Where in the source it stands."""
    adjusted_for_clustering: bool = False
    """In a study that allocated whole clusters: true if the source allows for that in the interval."""
    note: Line | None = None
    """What the other fields cannot say."""


class Answer(Record):
    """An answer to one item of an appraisal instrument, with the reason for it."""

    answer: Line = Field(examples=["yes", "unclear"])
    """One of the answers that the instrument allows."""
    reason: Prose | None = None
    """What in the report led to it."""
    appraiser: Line | None = Field(default=None, examples=["Ada Example"])
    """Who answered, if not the appraiser of the whole."""


AnswerOrLine = Annotated[Line | Answer, _FIRST_MATCH]
"""An answer with its reason, or the bare answer."""


class Appraisal(Record):
    """A risk-of-bias appraisal with a published instrument, or why there is none."""

    instrument: InstrumentId
    """Which one, such as ``robins-i``; ``none`` if the study was not appraised."""
    outcome: OutcomeId | None = None
    """The outcome that was judged, for instruments that judge a result rather than a study."""
    answers: dict[Id, AnswerOrLine] = Field(default={}, examples=[{"demographics": "yes", "history": "unclear"}])
    """An answer for each item of the instrument, by the item's id."""
    overall: AnswerOrLine | None = Field(default=None, examples=["serious"])
    """The judgement of the whole, where the instrument has one."""
    appraiser: Line | None = Field(default=None, examples=["Ada Example"])
    """Who appraised the study."""
    note: Prose | None = Field(default=None, examples=["Not assessed: only the abstract was read."])
    """What the answers cannot say; for instrument none, why the study was not appraised."""


class Correlation(Record):
    """How alike the persons of one cluster are in an outcome: what is known of it, and from where."""

    outcome: OutcomeId | None = None
    """Of which outcome; left out, it holds for every outcome of the study that has none of its own."""
    icc: Number | None = Field(default=None, ge=0, le=1, examples=[0.02], title="Intracluster correlation coefficient")
    """The intracluster correlation coefficient (ICC), which needs mean_size."""
    design_effect: Number | None = Field(default=None, ge=1, examples=[1.8])
    """The design effect, where it is told rather than the ICC: by how much the variance grows."""
    source: Prose = Field(examples=["Estimated in this trial [@smith1995, table 3]."])
    """Where it comes from, with its citation: this study, or one like it in clusters, persons and outcome."""


class Clusters(Record):
    """That whole clusters of persons were allocated to the treatments, as in a cluster-randomised trial.

    Its fields are named after the Cochrane Handbook, 23.1.
    """

    unit: Line = Field(examples=["villages", "school classes"], title="Unit of allocation")
    """What was allocated as a whole, in the plural."""
    number: int | None = Field(default=None, ge=2, examples=[24])
    """How many clusters were allocated, in all groups together."""
    mean_size: Number | None = Field(default=None, ge=1, examples=[41.5], title="Average cluster size")
    """How many persons a cluster holds on average, of those in whom the outcome was seen."""
    where: Line = Field(examples=["methods", "table 1"])
    """Where in the source it stands."""
    correlations: tuple[Correlation, ...] = ()
    """The ICC or design effect of its outcomes: without one a number is pooled only if the source adjusted it."""


class Study(Record):
    """``evidence/studies/<id>.yaml``: what was done, with whom, and what came of it."""

    title: Line = Field(examples=["The drug in 27 persons and five who refused it"])
    """A short title in our own words: who was studied, and what was done."""
    reports: tuple[Key, ...] = Field(min_length=1, examples=[["smith1995"]])
    """The keys of its reports in references.bib; the main one first."""
    design: Design
    """The design, as far as what was read tells it."""
    clusters: Clusters | None = None
    """Of a trial that allocated whole clusters, such as villages, rather than persons: which, and how alike their
    persons are. Left out, persons were allocated one by one."""
    country: LineOrMissing = Field(default=Missing.NOT_REPORTED, examples=["Japan"])
    """Where the persons were seen; several countries are joined by commas."""
    setting: LineOrMissing = Field(default=Missing.NOT_REPORTED, examples=["one university hospital"])
    """Where and how the persons came to be studied."""
    period: LineOrMissing = Field(default=Missing.NOT_REPORTED, examples=["2007-2015"])
    """The years in which the persons were seen."""
    characteristics: Characteristics = {}
    """What is true of the study as a whole, such as the latitude of its place."""
    directness: Literal["direct", "indirect"] = "direct"
    """Indirect: its persons do not have the review's condition, so they are not counted with those who do."""
    population: Prose
    """Who was studied, in a sentence or two."""
    summary: Prose
    """What was found, in a few sentences, each with its citation."""
    groups: tuple[Group, ...] = ()
    """The groups that the source reports."""
    persons: tuple[Person, ...] = ()
    """The persons whom the source tells of one by one."""
    comparisons: tuple[Comparison, ...] = ()
    """What the source says of differences between its groups."""
    overlaps: tuple[Overlap, ...] = ()
    """Other studies that may hold the same persons."""
    distinct_from: tuple[Distinct, ...] = ()
    """Other studies that look alike but hold other persons."""
    appraisal: Appraisal | None = None
    """The risk of bias, judged with a published instrument."""
    not_reported: tuple[Line, ...] = Field(default=(), examples=[["ages", "results after a year"]])
    """What a reader would want to know, and what was read does not tell."""
    doubts: tuple[Prose, ...] = ()
    """What makes its results less certain."""
    extracted_by: Signature | None = Field(default=None, examples=["ada-example"])
    """Who took this from the source: a contributor of review.yaml, by id, ORCID iD or GitHub name."""
    checked_by: Signature | None = Field(default=None, examples=[{"reader": "ben-example", "date": "2026-01-31"}])
    """Who compared it with the source afterwards: somebody else than who extracted it."""
    adjudicated_by: Signature | None = Field(default=None, examples=["cy-example"])
    """Of a study that two readers extracted without knowing of each other: who decided where they differ."""


# --- cases/<id>.yaml -------------------------------------------------------------------------------------------------


class Event(Record):
    """Something that happened to the person, in order; ``time`` only if the source lets it be told."""

    time: Time | Missing = Field(examples=[{"months": 2, "after": "diagnosis"}])
    """When it happened, or not_reported."""
    what: Prose
    """What happened, with its citation."""
    kind: Literal["event", "symptom", "finding", "test", "exposure", "outcome"] = "event"
    """What kind of thing it was; it decides how the timeline shows it."""


class Case(Record):
    """``evidence/cases/<id>.yaml``: a person told in full after the CARE guideline (Gagnier and others, 2013)."""

    title: Line
    """A short title in our own words."""
    study: Id
    """The study that records the person: the name of its file without .yaml."""
    person: Id = Field(examples=["p1"])
    """The id of the person in that study."""
    summary: Prose
    """The whole story in a few sentences."""
    patient_information: ProseOrMissing
    """Who the person is: age, history, family, earlier illnesses and treatments."""
    clinical_findings: ProseOrMissing
    """What was found on examination."""
    timeline: tuple[Event, ...] | Missing
    """What happened, in order."""
    diagnostic_assessment: ProseOrMissing
    """The tests, what they showed, and how the diagnosis was reached."""
    therapeutic_intervention: ProseOrMissing
    """What was done, how much of it, for how long, and what was changed."""
    follow_up_and_outcomes: ProseOrMissing
    """What came of it, for how long, and unwanted effects."""
    discussion: ProseOrMissing
    """What the authors make of it, and what speaks against that."""
    patient_perspective: ProseOrMissing
    """How the person saw it, if the report tells."""
    informed_consent: ProseOrMissing
    """Whether the report says that the person consented to it."""
    unknown: tuple[Line, ...] = ()
    """What a reader would want to know, and what was read does not tell."""
    extracted_by: Signature | None = Field(default=None, examples=["ada-example"])
    """Who took this from the source: a contributor of review.yaml, by id, ORCID iD or GitHub name."""
    checked_by: Signature | None = Field(default=None, examples=[{"reader": "ben-example", "date": "2026-01-31"}])
    """Who compared it with the source afterwards: somebody else than who extracted it."""


# --- treatments/<id>.yaml and topics/<id>.yaml -----------------------------------------------------------------------


class Statement(Record):
    """One claim with its citations. The place in the source is the locator: ``[@key, abstract]``."""

    id: Id = Field(examples=["gain-in-a-year"])
    """An id that no other statement of this file has; it becomes part of the address, so it should not change."""
    text: Prose = Field(examples=["Pain fell in all nine persons [@smith1995, abstract]."])
    """The claim in our own words, with a citation that says where in the source it stands."""


class Agent(Record):
    """A drug, product or procedure of a treatment class, by its generic name."""

    name: Line
    """The generic name."""
    synonyms: tuple[Line, ...] = ()
    """Other names, such as brands: search finds the treatment by them."""
    route: Line | None = Field(default=None, examples=["by mouth"])
    """How it is given."""


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
    """GRADE's reason for the step."""
    by: int = Field(ge=-3, le=2, examples=[-1], title="Levels")
    """How many levels: -1 or -2 down, 1 or 2 up."""
    reason: Prose = Field(examples=["Nine persons, and an interval that holds both gain and loss."])
    """What in the evidence led to it."""


class Certainty(Record):
    """GRADE certainty of the evidence for one outcome of this treatment. The level is computed from start and steps."""

    outcome: OutcomeId
    """Which outcome: an id of outcomes.yaml."""
    finding: Prose
    """What the evidence shows, in a sentence with its citations."""
    start: Literal["randomised", "observational"]
    """Where the rating begins: randomised trials at high, everything else at low."""
    steps: tuple[Step, ...] = ()
    """The steps down and up from there, each with its reason."""
    level: Level | None = None
    """May be stated; a level that the steps do not give is an error."""


class Synthesis(Record):
    """A meta-analysis that the site computes: this treatment against another, from what the studies tell of both.

    Its fields are named after PRISMA 2020, items 12 and 13, and the Cochrane Handbook, chapter 10.
    """

    outcome: OutcomeId
    """Which outcome: an id of outcomes.yaml."""
    against: TreatmentId
    """The comparator: the name of its file in treatments, without .yaml."""
    measure: Literal["risk_ratio", "odds_ratio", "mean_difference", "standardised_mean_difference", "hazard_ratio"]
    """The measure of effect: risk and odds ratios are made of the persons with an event of both groups, differences
    of their means; hazard ratios are those that the studies give under comparisons, with “hazard ratio” in their
    measure. Then the outcome has to be the event itself: death, not survival."""
    statistic: Literal["mean", "change", "percent_change"] | None = None
    """For differences of means: which results of the groups enter. A change enters with the standard deviation of
    the changes, not with that of the values."""
    unit: Line | None = Field(default=None, examples=["%"])
    """For differences of means: the unit in which they are pooled, if the outcome has several."""
    months: Months | None = Field(default=None, gt=0, examples=[12])
    """The time of the results that enter: of those within a quarter of it the nearest, at a time that both groups
    have if there is one. Times counted from the end of treatment and the like do not enter."""
    model: Literal["random_effects", "common_effect"]
    """Whether the studies may differ in their true effects, or are taken to share one."""
    method: Literal["inverse_variance", "mantel_haenszel", "peto"] | None = None
    """How ratios of persons with an event are pooled in a common-effect model; Mantel-Haenszel if left out. Neither
    that nor Peto's method, of odds ratios, needs a correction for groups in which nobody had the event; Peto's suits
    events in less than 1 of 100 persons, in groups of about one size, and effects that are not large."""
    estimator: Literal["dersimonian_laird", "paule_mandel", "restricted_maximum_likelihood"] | None = None
    """How the variance between studies is estimated in a random-effects model; DerSimonian and Laird if left out."""
    interval: Literal["wald", "hartung_knapp_sidik_jonkman"] = "wald"
    """How the 95% confidence interval of a random-effects model is made; the second suits few or unlike studies."""
    order_by: Id | None = Field(default=None, examples=["latitude"])
    """A characteristic of studies: the forest plot shows it and is sorted by it."""
    rationale: Prose
    """Why these studies can be pooled, and why in this way."""


class Treatment(Record):
    """``evidence/treatments/<id>.yaml``: a class of treatment, doing nothing but wait included."""

    name: Line
    """What it is called on pages."""
    order: int = Field(ge=1, examples=[1])
    """Its place in tables; the natural course comes first."""
    kind: Literal["natural_course", "drug", "supplement", "procedure", "other"]
    """What kind of treatment it is; the natural course is what happens without any."""
    synonyms: tuple[Line, ...] = ()
    """Other names for it: search finds it by them."""
    bottom_line: Prose
    """What a doctor in a hurry has to know, in two or three sentences with their citations."""
    plain_language: Prose
    """The same for patients, in everyday words."""
    agents: tuple[Agent, ...] = ()
    """The drugs, products or procedures of the class."""
    mechanism: tuple[Statement, ...] | Missing
    """How it is thought to work."""
    statements: tuple[Statement, ...]
    """What is known of its effects, one claim an item."""
    cautions: Annotated[dict[Id, tuple[Statement, ...] | Missing], _naming("caution")]
    """What to beware of, for each caution that the review asks about; ``not_reported`` where nothing was found."""
    gaps: tuple[Prose, ...] = ()
    """What is not known and would matter."""
    syntheses: tuple[Synthesis, ...] = ()
    """The pooled estimates that the site computes, where pooling makes sense."""
    certainty: tuple[Certainty, ...] = ()
    """How certain the evidence is, outcome by outcome, after GRADE."""
    written_by: Signature | None = Field(default=None, examples=["ada-example"])
    """Who wrote this: a contributor of review.yaml, by id, ORCID iD or GitHub name."""
    checked_by: Signature | None = Field(default=None, examples=[{"reader": "ben-example", "date": "2026-01-31"}])
    """Who compared it with its sources afterwards: somebody else than who wrote it."""


class Section(Record):
    """A part of a topic."""

    id: Id = Field(examples=["age-at-onset"])
    """An id that no other section or statement of this file has; it becomes part of the address."""
    title: Line
    """The heading of the part."""
    statements: tuple[Statement, ...] = Field(min_length=1)
    """What is known, one claim an item."""


class Topic(Record):
    """``evidence/topics/<id>.yaml``: what is known of one side of the condition, as ordered statements."""

    title: Line
    """The title of the page."""
    order: int = Field(ge=1, examples=[1])
    """Its place among the topics."""
    synonyms: tuple[Line, ...] = ()
    """Other names for it: search finds it by them."""
    summary: Prose
    """The whole topic in a few sentences, each with its citation."""
    sections: tuple[Section, ...] = Field(min_length=1)
    """The parts of the topic, in order."""
    gaps: tuple[Prose, ...] = ()
    """What is not known and would matter."""
    written_by: Signature | None = Field(default=None, examples=["ada-example"])
    """Who wrote this: a contributor of review.yaml, by id, ORCID iD or GitHub name."""
    checked_by: Signature | None = Field(default=None, examples=[{"reader": "ben-example", "date": "2026-01-31"}])
    """Who compared it with its sources afterwards: somebody else than who wrote it."""


Outcome.model_rebuild()


# --- walking ---------------------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]
"""Where a value stands in a record: field names and list indexes from the top."""
Stating = Treatment | Outcome | Topic
"""A record that makes statements."""


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


def texts(record: Record, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a record that people wrote as they liked, in the order of the fields, each with its path."""
    for name in type(record).model_fields:
        yield from _texts_in(getattr(record, name), (*path, name))


def _texts_in(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Record):
        yield from texts(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts_in(item, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts_in(item, (*path, key))
    elif type(value) is str:
        yield path, value


def text_at(record: Record, path: Path) -> str:
    """The text at a path of a record."""
    value: object = record
    for step in path:
        value = getattr(value, step) if isinstance(value, Record) else value[step]  # type: ignore[index,arg-type]
    return str(value)


def names(record: Condition | Outcome | Treatment) -> tuple[str, ...]:
    """Everything by which it is known, its name first; a treatment also by its agents."""
    if isinstance(record, Treatment):
        others = [name for agent in record.agents for name in (agent.name, *agent.synonyms)]
    else:
        others = [record.abbreviation] if record.abbreviation else []
    return (record.name, *others, *record.synonyms)


def statements(record: Stating) -> Iterator[tuple[Path, Statement]]:
    """Every statement of a record, in the order of the fields, each with its path."""
    lists: list[tuple[Path, tuple[Statement, ...] | Missing]]
    if isinstance(record, Outcome):
        lists = [(("statements",), record.statements)]
    elif isinstance(record, Topic):
        lists = [(("sections", n, "statements"), section.statements) for n, section in enumerate(record.sections)]
    else:
        cautions = [(("cautions", name), value) for name, value in record.cautions.items()]
        lists = [(("mechanism",), record.mechanism), (("statements",), record.statements), *cautions]
    for path, stated in lists:
        if not isinstance(stated, Missing):
            yield from (((*path, n), statement) for n, statement in enumerate(stated))


@cache
def _fields(kind: type[Record]) -> tuple[tuple[str, bool], ...]:
    """The fields that can hold prose, each with whether it is prose itself, rather than records that hold some."""
    found = []
    for name, info in kind.model_fields.items():
        is_prose = PROSE_MARK in info.metadata or _mentions_prose(info.annotation)
        if is_prose or any(_fields(record) for record in _records_in(info.annotation)):
            found.append((name, is_prose))
    return tuple(found)


def _records_in(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for part in get_args(annotation):
        yield from _records_in(part)


def _mentions_prose(annotation: Any) -> bool:
    return annotation == PROSE_MARK or any(_mentions_prose(part) for part in get_args(annotation))
