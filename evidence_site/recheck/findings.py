"""What the answers mean for the records: what no longer holds, in which file, and what to write there."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evidence_site import prose
from evidence_site.bibliography import Reference
from evidence_site.problems import Place
from evidence_site.recheck.asking import Answers
from evidence_site.recheck.questions import Question
from evidence_site.recheck.services import Notice, Service, State, Told
from evidence_site.record_reading import Loaded
from evidence_site.records import Source, Standing, StandingStatus, prose_fields
from evidence_site.review import Evidence

CODES: Mapping[str, str] = {
    "now-retracted": "A source was retracted or withdrawn, and its record does not say so.",
    "now-of-concern": "An expression of concern was published about a source, and its record does not say so.",
    "now-corrected": "A source was corrected, and its record does not say so.",
    "new-notice": "A notice about a source appeared after its standing was checked last, or one of another kind.",
    "other-article": "The DOI or PMID of a reference belongs to an article with another title.",
    "unknown-doi": "A DOI is not registered.",
    "unknown-pmid": "PubMed has no article with this PMID.",
    "link-gone": "The page that a link leads to is gone.",
    "doi-moved": "Another DOI has taken the place of this one.",
    "link-moved": "The page that a link leads to has moved for good.",
    "standing-unconfirmed": "A record calls its source retracted or of concern, and no service that was asked does.",
}
"""Every kind of finding, the worst first."""

_RANK = {status: rank for rank, status in enumerate(
    (StandingStatus.OK, StandingStatus.CORRECTED, StandingStatus.EXPRESSION_OF_CONCERN, StandingStatus.RETRACTED)
)} | {StandingStatus.NOT_CHECKED: 0}  # fmt: skip
_CODE = {
    StandingStatus.CORRECTED: "now-corrected",
    StandingStatus.EXPRESSION_OF_CONCERN: "now-of-concern",
    StandingStatus.RETRACTED: "now-retracted",
}
_WORDS = {
    StandingStatus.CORRECTED: "was corrected",
    StandingStatus.EXPRESSION_OF_CONCERN: "has an expression of concern",
    StandingStatus.RETRACTED: "was retracted",
}
LEAST_ALIKE = 0.6
"""Titles less alike than this are those of two articles; a missing subtitle or another spelling stays above it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that no longer holds."""

    place: Place
    code: str
    message: str
    hint: str
    """What to write, or to look at."""
    key: str = ""
    """The source that it is about, if it is about one."""
    see: tuple[str, ...] = ()
    """Addresses of the notices and pages that tell of it."""
    cited_in: tuple[str, ...] = ()
    """The files of the evidence that rest on the source."""


def findings(
    evidence: Evidence, questions: Mapping[Question, Sequence[Place]], answers: Answers, today: dt.date
) -> list[Finding]:
    """Everything that the answers give rise to, the worst first, each with the place to change."""
    found = [*_of_sources(evidence, answers, today), *_of_identifiers(evidence, answers)]
    found += _of_links(questions, answers)
    order = list(CODES)
    return sorted(found, key=lambda f: (order.index(f.code), f.place.file, f.place.line, f.place.column, f.message))


# --- standing --------------------------------------------------------------------------------------------------------


def told_of(reference: Reference, answers: Answers) -> list[Told]:
    """What Crossref and PubMed said of an article."""
    asked = (Question(Service.CROSSREF, reference.doi.lower()), Question(Service.PUBMED, reference.pmid))
    return [answers.told[question] for question in asked if question in answers.told]


def was_checked(reference: Reference, answers: Answers) -> bool:
    """Whether all services that were asked about an article answered, and at least one of them knows it."""
    asked = {Question(Service.CROSSREF, reference.doi.lower()), Question(Service.PUBMED, reference.pmid)}
    return not asked & answers.silent.keys() and any(t.state is State.FOUND for t in told_of(reference, answers))


def standing_of(notices: Iterable[Notice], today: dt.date) -> Standing:
    """The standing that notices give: the worst, with the date of its first notice if a whole date is known."""
    by_status = [notice for notice in notices if notice.status is not None]
    worst = max((n.status for n in by_status if n.status), key=_RANK.__getitem__, default=StandingStatus.OK)
    dates = sorted(date for n in by_status if n.status is worst and (date := _whole_date(n.date)))
    return Standing(status=worst, checked=today, date=dates[0] if dates and worst is not StandingStatus.OK else None)


def _of_sources(evidence: Evidence, answers: Answers, today: dt.date) -> Iterator[Finding]:
    cited_in = _cited_in(evidence)
    for key, reference in evidence.references.items():
        notices = [notice for told in told_of(reference, answers) for notice in told.notices]
        loaded = evidence.sources.get(key)
        standing = loaded.record.standing if loaded else Standing(status=StandingStatus.NOT_CHECKED)
        finding = _of_standing(standing, notices, today, checked=was_checked(reference, answers))
        if finding is not None:
            code, message, hint, shown = finding
            yield Finding(
                _standing_place(loaded, key),
                code,
                f"“{key}” {message}",
                hint,
                key,
                tuple(dict.fromkeys(notice.link for notice in shown if notice.link)),
                cited_in.get(key, ()),
            )


def _of_standing(
    standing: Standing, notices: Sequence[Notice], today: dt.date, *, checked: bool
) -> tuple[str, str, str, Sequence[Notice]] | None:
    now = standing_of(notices, today)
    told = [notice for notice in notices if notice.status is now.status]
    if _RANK[now.status] > _RANK[standing.status]:
        message = f"{_WORDS[now.status]}: {_told_by(told)}. Its record says {standing.status.value.replace('_', ' ')}."
        return _CODE[now.status], message, f"Read the notice, then write {as_yaml(now)}", told
    seen = standing.checked or standing.date
    new = [n for n in notices if _is_new(n, standing, seen)]
    if new:
        hint = f"Read it. If nothing else changes, write checked: {today} under standing."
        return "new-notice", f"has a notice that its record does not know: {_told_by(new)}.", hint, new
    if _RANK[standing.status] >= 2 and _RANK[now.status] < _RANK[standing.status] and checked:
        message = (
            f"stands as {standing.status.value.replace('_', ' ')} in its record; no service that was asked says so."
        )
        return "standing-unconfirmed", message, "Say in the note of standing where it was seen.", ()
    return None


def _is_new(notice: Notice, standing: Standing, seen: dt.date | None) -> bool:
    if notice.status is None:  # an addendum, a new version: nothing in the record can tell of it but the day of a look
        return seen is None or notice.date > seen.isoformat()
    return bool(seen and notice.date > seen.isoformat())


def _told_by(notices: Sequence[Notice]) -> str:
    shown = sorted({(n.date, n.kind, n.told_by) for n in notices})
    return "; ".join(f"{kind}{f' of {date}' if date else ''} (told by {by})" for date, kind, by in shown)


def as_yaml(standing: Standing) -> str:
    """A standing as one line of YAML."""
    parts = [f"status: {standing.status.value}"]
    parts += [f"date: {standing.date}"] if standing.date else []
    parts += [f"checked: {standing.checked}"] if standing.checked else []
    return f"standing: {{{', '.join(parts)}}}"


def _standing_place(loaded: Loaded[Source] | None, key: str) -> Place:
    if loaded is None:
        return Place(f"evidence/sources/{key}.yaml")
    return loaded.key_place(("standing",)) if "standing" in loaded.record.model_fields_set else loaded.place()


def _whole_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _cited_in(evidence: Evidence) -> Mapping[str, tuple[str, ...]]:
    files: dict[str, dict[str, None]] = {}
    for loaded in evidence.all_records():
        keys = set(getattr(loaded.record, "reports", ()))
        for _, text in prose_fields(loaded.record):
            keys |= prose.parse(text).keys
        for key in keys:
            files.setdefault(key, {})[loaded.document.file] = None
    return {key: tuple(sorted(found)) for key, found in files.items()}


# --- identifiers and links -------------------------------------------------------------------------------------------


def _of_identifiers(evidence: Evidence, answers: Answers) -> Iterator[Finding]:
    for key, reference in evidence.references.items():
        pairs = (("DOI", Service.CROSSREF, reference.doi), ("PMID", Service.PUBMED, reference.pmid))
        for name, service, number in pairs:
            told = answers.told.get(Question(service, number.lower()))
            if told is None or not number:
                continue
            place = reference.field_places.get(name.lower(), reference.place)
            if told.state is State.UNKNOWN and service is Service.PUBMED:
                message = f"“{key}”: PubMed has no article with the PMID {number}."
                yield Finding(
                    place, "unknown-pmid", message, "Look the article up, and correct or remove the number.", key
                )
            elif told.titles and not _alike(reference, told.titles):
                message = f"“{key}”: the {name} {number} belongs to “{told.titles[0]}”."
                hint = f"Correct the {name}, or the title if it is the same article."
                yield Finding(place, "other-article", message, hint, key)


def _alike(reference: Reference, titles: Sequence[str]) -> bool:
    ours = [
        reference.title.text,
        reference.get("translatedtitle"),
        f"{reference.title.text} {reference.get('subtitle')}",
    ]
    ours = [_folded(title) for title in ours if title]
    theirs = [_folded(title) for title in titles]
    # The rest of a title may be a subtitle that one of the two leaves out.
    return not any(theirs) or not any(ours) or any(
        one.startswith(other)
        or other.startswith(one)
        or difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= LEAST_ALIKE
        for one in ours
        for other in theirs
        if one and other
    )  # fmt: skip


def _folded(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).casefold()
    return re.sub(r"[^\w]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def _of_links(questions: Mapping[Question, Sequence[Place]], answers: Answers) -> Iterator[Finding]:
    for question, told in answers.told.items():
        for place in questions.get(question, ()):
            if question.service is Service.DOI and told.state is State.UNKNOWN:
                message = f"The DOI {question.about} is not registered."
                yield Finding(place, "unknown-doi", message, "Look the article up, and correct or remove the DOI.")
            elif question.service is Service.DOI and told.to:
                message = f"The DOI {question.about} has given way to {told.to}."
                yield Finding(place, "doi-moved", message, f"If that is the same article, write {told.to}")
            elif question.service is Service.WEB and told.state is State.GONE:
                message = f"The page {question.about} is gone."
                hint = "Link to where it is now or to an archived copy, or say where else it was read."
                yield Finding(place, "link-gone", message, hint, see=(question.about,))
            elif question.service is Service.WEB and told.to:
                message = f"The page {question.about} has moved for good."
                yield Finding(
                    place, "link-moved", message, f"If that is the same page, write {told.to}", see=(told.to,)
                )
