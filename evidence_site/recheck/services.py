"""What Crossref, PubMed, the DOI system and the web say of an article or a link today.

Shapes of the answers: Crossref's REST API (``updated-by`` of a work, with Retraction Watch as one ``source``), the
MEDLINE display format of NCBI's EFetch, and the REST API of the DOI proxy as the DOI Handbook describes it.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from evidence_site.importing import CROSSREF, PUBMED, medline_records
from evidence_site.records import StandingStatus
from evidence_site.web import Answer, NoAnswerError

HANDLES = "https://doi.org/api/handles/"

Ask = Callable[..., Answer]
"""``Web.get`` or what stands in for it."""


class Service(StrEnum):
    """Who is asked."""

    CROSSREF = "Crossref"
    PUBMED = "PubMed"
    DOI = "the DOI system"
    WEB = "the web"


class State(StrEnum):
    """What became of an article or address."""

    FOUND = "found"
    UNKNOWN = "unknown"
    """The service knows nothing of the kind."""
    GONE = "gone"
    """It was there, or is said to have been, and is no more."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A correction, concern, retraction or other notice that was published about an article."""

    kind: str
    """In the service's word: ``retraction``, ``erratum``."""
    status: StandingStatus | None
    """What the article's standing is by it; None if that is for people to judge."""
    date: str
    """In ISO form, as far as it is known: ``2024``, ``2024-05`` or ``2024-05-01``; or nothing."""
    link: str
    told_by: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a service said."""

    state: State
    titles: tuple[str, ...] = ()
    """The article's titles, the translated one among them."""
    to: str = ""
    """Where it has moved for good: an address, or a DOI."""
    notices: tuple[Notice, ...] = ()


# --- Crossref --------------------------------------------------------------------------------------------------------

_CROSSREF_KINDS: Mapping[str, StandingStatus] = {
    "retraction": StandingStatus.RETRACTED,
    "partial_retraction": StandingStatus.RETRACTED,
    "removal": StandingStatus.RETRACTED,
    "withdrawal": StandingStatus.RETRACTED,
    "expression_of_concern": StandingStatus.EXPRESSION_OF_CONCERN,
    "correction": StandingStatus.CORRECTED,
    "corrigendum": StandingStatus.CORRECTED,
    "erratum": StandingStatus.CORRECTED,
}
"""Crossref's kinds of updates; what an addendum, clarification, new edition or version does is left open."""


def ask_crossref(doi: str, ask: Ask, contact: str = "") -> Told:
    """What Crossref knows of a DOI. Unknown are also those that other agencies have registered."""
    mail = "?mailto=" + urllib.parse.quote(contact) if "@" in contact else ""
    answer = ask(CROSSREF + urllib.parse.quote(doi, safe="/") + mail)
    if answer.status == 404:
        return Told(State.UNKNOWN)
    message = _json(answer).get("message")
    if answer.status != 200 or not isinstance(message, dict):
        raise _unusable(Service.CROSSREF, answer)
    titles = (*_texts(message.get("title")), *_texts(message.get("original-title")))
    return Told(State.FOUND, titles, notices=tuple(_crossref_notices(message.get("updated-by"))))


def _crossref_notices(updates: object) -> Iterator[Notice]:
    for update in updates if isinstance(updates, list) else ():
        if isinstance(update, dict):
            kind = str(update.get("type") or update.get("label") or "notice").lower().replace(" ", "_")
            told_by = "Retraction Watch" if update.get("source") == "retraction-watch" else Service.CROSSREF.value
            doi = update.get("DOI")
            link = f"https://doi.org/{urllib.parse.quote(doi, '/', errors='replace')}" if isinstance(doi, str) else ""
            yield Notice(
                kind.replace("_", " "), _CROSSREF_KINDS.get(kind), _crossref_date(update.get("updated")), link, told_by
            )


def _crossref_date(date: object) -> str:
    parts = date.get("date-parts") if isinstance(date, dict) else None
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else ()
    numbers = [part for part in first if type(part) is int and 0 < part < 10_000]
    return "-".join(f"{part:02d}" for part in numbers[:3])


def _texts(value: object) -> tuple[str, ...]:
    return (
        tuple(re.sub(r"<[^>]+>", "", text) for text in value if isinstance(text, str))
        if isinstance(value, list)
        else ()
    )


def _json(answer: Answer) -> Mapping[str, Any]:
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _unusable(service: Service, answer: Answer) -> NoAnswerError:
    return NoAnswerError(f"{service} gave no usable answer (HTTP {answer.status})")


# --- PubMed ----------------------------------------------------------------------------------------------------------

_PUBMED_KINDS: Mapping[str, tuple[str, StandingStatus | None]] = {
    "RIN": ("retraction", StandingStatus.RETRACTED),
    "RRI": ("retraction with republication", StandingStatus.RETRACTED),
    "PRIN": ("partial retraction", StandingStatus.RETRACTED),
    "ECI": ("expression of concern", StandingStatus.EXPRESSION_OF_CONCERN),
    "EIN": ("erratum", StandingStatus.CORRECTED),
    "CRI": ("corrected republication", StandingStatus.CORRECTED),
    "UIN": ("update", None),
}
"""Tags of the MEDLINE display format for notices that were published in another place."""

BATCH = 100
"""PMIDs in one question."""


def ask_pubmed(pmids: Sequence[str], ask: Ask, contact: str = "") -> dict[str, Told]:
    """What PubMed knows of up to ``BATCH`` PMIDs, by PMID."""
    mail = "&email=" + urllib.parse.quote(contact) if "@" in contact else ""
    answer = ask(f"{PUBMED}{','.join(pmids)}&tool=evidence-site{mail}")
    text = answer.body.decode("utf-8", "replace")
    found = {record["PMID"][0].strip(): record for _, record in medline_records(text) if record.get("PMID")}
    if answer.status != 200 or not (found.keys() & set(pmids) or "is not available" in text):
        raise _unusable(Service.PUBMED, answer)
    return {pmid: _of_medline(pmid, found[pmid]) if pmid in found else Told(State.UNKNOWN) for pmid in pmids}


def _of_medline(pmid: str, record: Mapping[str, Sequence[str]]) -> Told:
    notices = [
        Notice(kind, status, _medline_date(place), _medline_link(place), Service.PUBMED.value)
        for tag, (kind, status) in _PUBMED_KINDS.items()
        for place in record.get(tag, ())
    ]
    if "Retracted Publication" in record.get("PT", ()) and not any(n.kind.startswith("retraction") for n in notices):
        own = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
        notices.append(Notice("retraction", StandingStatus.RETRACTED, "", own, Service.PUBMED.value))
    titles = (*record.get("TI", ()), *record.get("TT", ()), *record.get("BTI", ()))
    return Told(State.FOUND, titles, notices=tuple(notices))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rf"\. (\d{{4}})(?: ({'|'.join(_MONTHS)})(?: (\d{{1,2}})\b)?)?")


def _medline_date(place: str) -> str:
    match = _DATE.search(place)
    if match is None:
        return ""
    month = f"-{_MONTHS.index(match[2]) + 1:02d}" if match[2] else ""
    return match[1] + month + (f"-{int(match[3]):02d}" if match[3] else "")


def _medline_link(place: str) -> str:
    pmid = re.search(r"PMID: (\d+)", place)
    if pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid[1]}/"
    doi = re.search(r"doi: (10\.\S+?)\.?(?:\s|$)", place)
    return "https://doi.org/" + urllib.parse.quote(doi[1], safe="/") if doi else ""


# --- the DOI system, and links ---------------------------------------------------------------------------------------

_SUCCESS, _NO_HANDLE, _NO_VALUES = 1, 100, 200


def ask_doi_system(doi: str, ask: Ask) -> Told:
    """Whether a DOI is registered, and which DOI has taken its place."""
    answer = ask(HANDLES + urllib.parse.quote(doi, safe="/"))
    data = _json(answer)
    code = data.get("responseCode")
    if code in (_NO_HANDLE, _NO_VALUES):
        return Told(State.UNKNOWN)
    if code != _SUCCESS:
        raise _unusable(Service.DOI, answer)
    values = data.get("values")
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict) and value.get("type") == "HS_ALIAS" and isinstance(value.get("data"), dict):
            return Told(State.FOUND, to=str(value["data"].get("value", "")))
    return Told(State.FOUND)


_GONE = frozenset((404, 410))


def ask_web(address: str, ask: Ask) -> Told:
    """Whether a page is still there, and where it has moved for good."""
    answer = ask(address, body=False)
    if answer.status in _GONE:
        return Told(State.GONE)
    if not 200 <= answer.status < 300:
        raise NoAnswerError(f"it answers programs with HTTP {answer.status}")
    return Told(State.FOUND, to=answer.moved_to)


def batches(items: Iterable[str]) -> Iterator[list[str]]:
    """The items, ``BATCH`` at a time."""
    rest = list(items)
    for start in range(0, len(rest), BATCH):
        yield rest[start : start + BATCH]
