"""References from other programs: PubMed (.nbib), RIS, BibTeX, CSL-JSON, Crossref and PubMed, into references.bib.

``read_file`` and ``ask`` give candidates; ``add`` puts the new ones into the text of references.bib, each
at its place in the order of keys, and leaves every other byte as it is. ``import_into`` does all that for a review.
"""

from __future__ import annotations

import json
import os
import re
import urllib.parse
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import rispy

from evidence_site import limits, records as r, writing
from evidence_site.bibliography import (
    Reference,
    bare_doi,
    begins_an_entry,
    normal_url,
    read_bibliography,
    read_bibliography_of,
)
from evidence_site.files import decode, read_bytes
from evidence_site.latex import encode
from evidence_site.letters import fold
from evidence_site.person_names import SUFFIXES, is_organisation
from evidence_site.problems import Place, Problem, Severity, has_errors
from evidence_site.reference_formats import to_bibtex


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference from elsewhere, not yet in the bibliography."""

    type: str
    fields: Mapping[str, str]
    """Plain text by BibTeX field, in the order of writing."""
    origin: Place
    """Where it was read."""
    bibtex: str = ""
    """The entry as it was, if it came as BibTeX; its key is replaced."""
    types: tuple[str, ...] = ()
    """What PubMed says that it is: the publication types of the National Library of Medicine."""
    standing: r.StandingStatus | None = None
    """What PubMed says of it if it was retracted, corrected or doubted."""
    notice: str = ""
    """Where the notice of that was published, in PubMed's words."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a candidate."""

    key: str
    title: str
    known: str = ""
    """Why it was not added: ``DOI``, ``PMID`` or ``title`` is there already under ``key``; empty if it was added."""
    standing: r.StandingStatus | None = None
    """What PubMed says of it if it was retracted, corrected or doubted."""


Fetch = Callable[[str], bytes]
"""Gives what stands at an address; raises OSError if the network does not allow it."""


class NotFoundError(OSError):
    """The service answered, but does not know the article. The message is shown to the user."""


# --- reading files ---------------------------------------------------------------------------------------------------

FIELD_ORDER = (
    "author",
    "title",
    "translatedtitle",
    "journal",
    "shortjournal",
    "booktitle",
    "editor",
    "edition",
    "publisher",
    "address",
    "year",
    "month",
    "volume",
    "number",
    "pages",
    "doi",
    "pmid",
    "pmcid",
    "language",
    "url",
)
"""The order in which an imported entry lists its fields."""


def read_file(path: Path) -> tuple[list[Candidate], list[Problem]]:
    """The references of a file, whose form is told by its content; or what is wrong with it."""
    shown = path.name
    raw = read_bytes(path.resolve(), shown, limits.IMPORT_BYTES, "Export the references in several files.")
    text = raw if isinstance(raw, Problem) else decode(raw, shown)
    if isinstance(text, Problem):
        return [], [text]
    start = text.lstrip()
    if start.startswith(("{", "[")):
        return _read_csl(text, shown)
    if re.search(r"^PMID- ", text, re.MULTILINE):
        return [_from_medline(record, Place(shown, line)) for line, record in medline_records(text)], []
    if re.search(r"^TY  - ", text, re.MULTILINE):
        return _read_ris(text, shown)
    if "@" in text:
        return _read_bibtex(shown, text)
    return [], [
        _problem(
            shown,
            "unknown-form",
            "This is neither PubMed (.nbib), RIS, BibTeX nor CSL-JSON.",
            "Export the references again in one of these forms.",
        )
    ]


def _problem(file: str, code: str, message: str, hint: str = "") -> Problem:
    return Problem(Place(file), code, message, hint)


def _candidate(type_: str, fields: Mapping[str, str | None], origin: Place) -> Candidate:
    clean = {name: " ".join(value.split()) for name in FIELD_ORDER if (value := fields.get(name))}
    return Candidate(type_, {name: value for name, value in clean.items() if value}, origin)


_WITHOUT_KEY = re.compile(
    r"^([ \t]*@[ \t]*(?!(?:comment|string|preamble)\b)\w+\s*\{)\s*?(,|\n?(?=\s*\w+\s*=))", re.M | re.I
)


def _with_keys(text: str) -> str:
    """The text with a key in each entry that has none, as EndNote exports them: an imported entry gets a key anyway."""
    numbers = count(1)
    return _WITHOUT_KEY.sub(lambda match: f"{match[1]}without-key-{next(numbers)},{match[2].strip(',')}", text)


def _read_bibtex(shown: str, text: str) -> tuple[list[Candidate], list[Problem]]:
    """The entries in which nothing is wrong: of others fields may be lost, and half of one would hide the whole."""
    references, problems = read_bibliography_of(_with_keys(text), shown)
    starts = [number for number, line in enumerate(text.split("\n"), 1) if begins_an_entry(line)]
    wrong = {bisect_right(starts, p.place.line) for p in problems if p.severity is Severity.ERROR}
    good = [ref for ref in references.values() if bisect_right(starts, ref.place.line) not in wrong]
    entries = [to_bibtex(replace(ref, fields=_fields_to_write(ref))) for ref in good]
    found = [
        Candidate(ref.type, _fields(ref), ref.place, bibtex=entry) for ref, entry in zip(good, entries, strict=True)
    ]
    return found, problems


def _fields_to_write(ref: Reference) -> dict[str, str]:
    fields = {name: ref.doi if name == "doi" and ref.doi else value for name, value in ref.fields.items()}
    if fields.get("note", "").startswith("Publisher: "):
        del fields["note"]  # Zotero writes the publisher of an article here, which would stand in the printed reference
    return fields


def _fields(ref: Reference) -> dict[str, str]:
    fields = _fields_to_write(ref)
    return {**fields, **({"year": str(ref.year)} if ref.year else {})}  # biblatex has the year in its date


def medline_records(text: str) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """The records of a text in the MEDLINE display format: line and values by tag, such as ``TI``."""
    # The MEDLINE display format: a tag of up to four letters, "- ", and lines of more text indented by six spaces.
    record: dict[str, list[str]] = {}
    first, tag = 1, ""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"([A-Z]{2,4}) *- ?(.*)", line)
        if match and match[1] == "PMID" and record:
            yield first, record
            record = {}
        if match:
            first = number if not record else first
            tag = match[1]
            record.setdefault(tag, []).append(match[2])
        elif line.startswith("      ") and tag:
            record[tag][-1] += " " + line.strip()
    if record:
        yield first, record


def _from_medline(record: Mapping[str, Sequence[str]], origin: Place) -> Candidate:
    def first(*tags: str) -> str:
        return next((record[tag][0] for tag in tags if record.get(tag)), "")

    title = first("TI", "BTI").rstrip(".")
    translated = ""
    if title.startswith("[") and title.endswith("]"):
        translated, title = title[1:-1], first("TT").rstrip(".") or title[1:-1]
    persons = record.get("FAU") or [_with_comma(name) for name in record.get("AU", ())]
    authors = [*persons, *(f"{{{name}}}" for name in record.get("CN", ()))]
    numbers = [value for tag in ("LID", "AID") for value in record.get(tag, ())]
    dois = [value.removesuffix("[doi]").strip() for value in numbers if value.endswith("[doi]")]
    language = first("LA")
    date = re.match(r"(\d{4})", first("DP"))
    candidate = _candidate(
        "book" if record.get("BTI") else "article",
        {
            "author": " and ".join(authors),
            "title": title,
            "translatedtitle": translated,
            "journal": first("JT"),
            "shortjournal": first("TA"),
            "year": date[1] if date else "",
            "volume": first("VI"),
            "number": first("IP"),
            "pages": first("PG"),
            "doi": dois[0] if dois else "",
            "pmid": first("PMID"),
            "pmcid": first("PMC"),
            "language": _LANGUAGES.get(language, language),
        },
        origin,
    )
    standing, notice = _standing_in(record)
    types = tuple(map(str.strip, record.get("PT", ())))
    return replace(candidate, types=types, standing=standing, notice=notice)


_NOTICES: Mapping[str, r.StandingStatus] = {
    "RIN": r.StandingStatus.RETRACTED,
    "RRI": r.StandingStatus.RETRACTED,
    "PRIN": r.StandingStatus.RETRACTED,
    "ECI": r.StandingStatus.EXPRESSION_OF_CONCERN,
    "EIN": r.StandingStatus.CORRECTED,
    "CRI": r.StandingStatus.CORRECTED,
}
"""Tags of the MEDLINE display format that say where a notice of the article stands, the gravest first."""


def _standing_in(record: Mapping[str, Sequence[str]]) -> tuple[r.StandingStatus | None, str]:
    """The gravest that PubMed says of the article, and where its notice stands."""
    tag = next((tag for tag in _NOTICES if record.get(tag)), "")
    retracted = "Retracted Publication" in record.get("PT", ())
    if retracted and _NOTICES.get(tag) is not r.StandingStatus.RETRACTED:
        return r.StandingStatus.RETRACTED, ""
    return (_NOTICES[tag], " ".join(record[tag][0].split())) if tag else (None, "")


_LANGUAGES = {
    "eng": "en",
    "ger": "de",
    "fre": "fr",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "dut": "nl",
    "jpn": "ja",
    "chi": "zh",
    "kor": "ko",
    "rus": "ru",
    "tur": "tr",
    "pol": "pl",
}
"""MEDLINE's language codes as ISO 639-1."""


def _read_ris(text: str, shown: str) -> tuple[list[Candidate], list[Problem]]:
    try:
        records = rispy.loads(text, skip_unknown_tags=True)
    except Exception as error:  # rispy raises whatever its parsing meets
        return [], [_problem(shown, "bad-ris", f"The RIS file cannot be read: {error}.", "Export it again.")]
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("TY  - ")]
    if not records:
        message = "No reference in the file is complete: each ends with a line ER  - ."
        return [], [Problem(Place(shown, lines[0]), "bad-ris", message, "Export it again.")]
    found = [_from_ris(record, Place(shown, line)) for record, line in zip(records, lines, strict=False)]
    lost = len(lines) - len(records)
    if lost <= 0:
        return found, []
    message = f"{lost} of {len(lines)} references in this RIS file lack the line “ER  - ” at their end."
    return found, [_problem(shown, "bad-ris", message, "The file is cut off: export it again.")]


def _from_ris(record: Mapping[str, Any], origin: Place) -> Candidate:
    def first(*names: str) -> str:
        for name in names:
            value = record.get(name)
            if value:
                return str(value[0] if isinstance(value, list) else value)
        return ""

    names = record.get("authors") or record.get("first_authors") or []
    start, end = first("start_page"), first("end_page")
    # EndNote writes the whole range as the start, and its end once more.
    pages = start if re.search(r"\d\s*[-–—‐]\s*\w", start) else "-".join(page for page in (start, end) if page)
    kind = first("type_of_reference")
    type_ = {"JOUR": "article", "BOOK": "book", "CHAP": "incollection", "THES": "phdthesis", "RPRT": "report"}.get(
        kind, "misc"
    )
    year = re.match(r"\d{4}", first("year", "publication_year", "date"))
    container = "journal" if type_ == "article" else "booktitle"
    # T2, JF, JO, JA and J2: the first two are whole names, the last two short ones, and JO is either.
    tags = ("secondary_title", "alternate_title3", "journal_name", "alternate_title2", "alternate_title1")
    journals = [name for name in map(first, tags) if name]
    return _candidate(
        type_,
        {
            "author": " and ".join(_ris_name(name) for name in names),
            "title": first("primary_title", "title").rstrip("."),
            "translatedtitle": first("translated_title"),
            container: next(iter(journals), ""),
            "shortjournal": next((name for name in reversed(journals) if name != journals[0]), "")
            if type_ == "article"
            else "",
            "publisher": first("publisher"),
            "address": first("place_published"),
            "year": year[0] if year else "",
            "volume": first("volume"),
            "number": first("number"),
            "pages": pages,
            "doi": bare_doi(first("doi")),
            "language": first("language"),
            "url": normal_url(first("urls", "url")),  # EndNote writes “<Go to ISI>://…” there, which leads nowhere
        },
        origin,
    )


def _ris_name(name: str) -> str:
    with_comma = _with_comma(name)
    return with_comma if "," in with_comma else f"{{{name}}}"


def _with_comma(name: str) -> str:
    """``de la Cruz-Peña MJ`` as BibTeX reads it: PubMed and Rayyan write names without a comma.

    Web of Science, Ovid and Scopus write ``Kemp, JL``, which is in BibTeX's form already.
    """
    if "," in name:
        return name
    *words, last = name.split() or [""]
    suffix = f"{last}, " if last.lower() in SUFFIXES and len(words) > 1 and last != last.upper() else ""
    *family, initials = words if suffix else [*words, last]
    capitalised = [word for word in family if word[:1].isupper()]
    is_person = (
        _INITIALS.fullmatch(initials)
        and 1 <= len(capitalised) <= 2
        and capitalised[-1] == family[-1]
        and not any(word.isupper() for word in family if len(word) > 1)
        and not is_organisation(name)
    )
    given = " ".join(initials.replace(".", "")).replace(" - ", "-")
    return f"{' '.join(family)}, {suffix}{given}" if is_person else name


_INITIALS = re.compile(r"(?:[A-ZÀ-ÖØ-Þ]\.?-?){1,3}")


def _read_csl(text: str, shown: str) -> tuple[list[Candidate], list[Problem]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        return [], [_problem(shown, "bad-json", f"The file is not JSON: {error}.", "Export it again as CSL-JSON.")]
    except RecursionError:
        message = "The file is not CSL-JSON: lists are nested too deeply in it."
        return [], [_problem(shown, "bad-json", message, "Export it again as CSL-JSON.")]
    candidates: list[Candidate] = []
    problems: list[Problem] = []
    for number, item in enumerate(data if isinstance(data, list) else [data], 1):
        try:
            candidates.append(_from_csl(item, Place(shown)))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            message = f"Item {number} of the file does not have the form of CSL-JSON."
            problems.append(_problem(shown, "bad-item", message, "Export it again as CSL-JSON."))
    return candidates, problems


def _from_csl(item: Mapping[str, Any], origin: Place) -> Candidate:
    def first(*names: str) -> str:
        for name in names:
            value = item.get(name)
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, str | int) and value:
                return re.sub(r"<[^>]+>", "", str(value))
        return ""

    type_ = {
        "article-journal": "article",
        "journal-article": "article",
        "book": "book",
        "chapter": "incollection",
        "book-chapter": "incollection",
        "thesis": "phdthesis",
        "report": "report",
        "webpage": "online",
        "paper-conference": "inproceedings",
        "proceedings-article": "inproceedings",
    }.get(first("type"), "misc")
    issued = item.get("issued") or item.get("published") or {}
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    said = " ".join(str(issued.get(form, "")) for form in ("raw", "literal")) if isinstance(issued, dict) else ""
    spelt = re.search(r"\b(?:1[89]|20)\d\d\b", said)  # “Spring 2020”: Zotero keeps what it could not take apart
    year = str(parts[0][0]) if parts and parts[0] and parts[0][0] else spelt[0] if spelt else ""
    container = "journal" if type_ == "article" else "booktitle"
    return _candidate(
        type_,
        {
            "author": _csl_names(item.get("author")),
            "title": first("title").rstrip("."),
            container: first("container-title"),
            "shortjournal": first("container-title-short", "short-container-title", "journalAbbreviation")
            if type_ == "article"
            else "",
            "editor": _csl_names(item.get("editor")),
            "edition": first("edition"),
            "publisher": first("publisher") if type_ != "article" else "",
            "address": first("publisher-place"),
            "year": year,
            "volume": first("volume"),
            "number": first("issue"),
            "pages": first("page", "article-number"),
            "doi": bare_doi(first("DOI")),
            "pmid": first("PMID"),
            "pmcid": first("PMCID"),
            "language": first("language"),
            "url": first("URL") if type_ != "article" else "",
        },
        origin,
    )


def _csl_names(names: object) -> str:
    if not isinstance(names, list):
        return ""
    written = []
    for name in names:
        if not isinstance(name, dict):
            continue
        family = " ".join(str(name[p]) for p in ("non-dropping-particle", "family") if name.get(p))
        literal = str(name.get("literal") or name.get("name") or "")
        if literal or not family:
            written.append(f"{{{literal or name.get('given', '')}}}")
        else:
            parts = [family, *([str(name["suffix"])] if name.get("suffix") else []), str(name.get("given", ""))]
            written.append(", ".join(part for part in parts if part))
    return " and ".join(written)


# --- asking services -------------------------------------------------------------------------------------------------

CROSSREF = "https://api.crossref.org/works/"
PUBMED = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed&rettype=medline&retmode=text&id="


def is_identifier(text: str) -> bool:
    """Whether a word of the command names an article (a DOI or ``PMID:123``) rather than a file."""
    return bool(re.fullmatch(r"PMID:\s*\d+", text, re.IGNORECASE)) or bare_doi(text).startswith("10.")


def ask(identifier: str, fetch: Fetch) -> Candidate:
    """What Crossref (for a DOI) or PubMed (for a PMID) knows of an article.

    Raises NotFoundError if the service does not know it, and OSError if it cannot be reached.
    """
    if identifier.upper().startswith("PMID"):
        number = re.sub(r"\D", "", identifier)
        text = fetch(PUBMED + number).decode("utf-8", "replace")
        record = next((record for _, record in medline_records(text) if record.get("TI")), None)
        if record is None:
            raise NotFoundError(f"PubMed has no article with the PMID {number}.")
        return _from_medline(record, Place(f"PMID:{number}"))
    doi = bare_doi(identifier)
    try:
        answer = json.loads(fetch(CROSSREF + urllib.parse.quote(doi, safe="/")))
    except ValueError:
        raise NotFoundError(f"Crossref gave no usable answer for {doi}.") from None
    message = answer.get("message") if isinstance(answer, dict) else None
    if not isinstance(message, dict):
        raise NotFoundError(f"Crossref has no article with the DOI {doi}.")
    return _from_csl({**message, "DOI": message.get("DOI", doi)}, Place(doi))


def fetch(address: str) -> bytes:
    """What stands at an address of Crossref or PubMed."""
    from evidence_site.web import Web  # its library takes a moment to load, and files need none of it

    answer = Web(private=True).get(address)  # the addresses are the two above
    if answer.status == 404:
        raise NotFoundError(f"{urllib.parse.urlsplit(address).hostname} does not know this article.")
    if answer.status != 200:
        raise OSError(f"it answers with HTTP {answer.status}")
    return answer.body


# --- adding ----------------------------------------------------------------------------------------------------------

_SMALL_WORDS = frozenset(
    (
        *("a", "an", "the", "of", "on", "in", "at", "by", "to", "for", "from", "with", "without", "and", "or", "nor"),
        *("is", "are", "was", "were", "be", "as", "its", "their", "this", "that", "how", "what"),
        *("der", "die", "das", "ein", "eine", "le", "la", "les", "un", "une", "de", "des", "du", "el", "los", "las"),
    )
)
"""Words at the start of a title that say nothing of the article."""


def key_of(candidate: Candidate, taken: Iterable[str]) -> str:
    """A stable key: first author's family name, year, first word of the title that says something; then b, c …

    Of a title in other letters than Latin ones the translated title serves, else what the article can be looked up by:
    its PMID, the end of its DOI, or its volume and page. Nothing is put into Latin letters here: the same character is
    written differently by language, and keys stay.
    """
    fields = candidate.fields
    family = _in_latin(fields.get("author", "").split(" and ")[0].split(",")[0]) or "anon"
    year = fields.get("year") or "nd"
    words = re.split(r"[\s/:–—-]+", f"{fields.get('title', '')} {fields.get('translatedtitle', '')}")
    telling = (w for w in map(_in_latin, words) if w and w not in _SMALL_WORDS and not w.isdigit())
    base = f"{family}{year}{next(telling, '') or _number_of(fields)}"
    used = {key.lower() for key in taken}
    return next(key for key in _numbered(base) if key not in used)


def _in_latin(text: str) -> str:
    """The Latin letters and digits of a word, a few dozen at most; nothing if most of it is in other letters."""
    letters = _ascii(text)
    return letters[:_LONGEST_WORD] if len(letters) * 2 >= len(_letters(text)) else ""


_LONGEST_WORD = 40


def _number_of(fields: Mapping[str, str]) -> str:
    """What tells an article from others where no word does."""
    if pmid := _ascii(fields.get("pmid", "")):
        return f"pmid{pmid[:12]}"
    if doi := _ascii(fields.get("doi", "")):
        return f"doi{doi[-8:]}"
    places = (("v", fields.get("volume", "")), ("p", re.split(r"[^0-9A-Za-z]", fields.get("pages", ""))[0]))
    return "".join(f"{sign}{_ascii(place)[:12]}" for sign, place in places if _ascii(place)) or "untitled"


def _numbered(base: str) -> Iterator[str]:
    yield base
    yield from (f"{base}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")
    number = 2
    while True:
        yield f"{base}-{number}"
        number += 1


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


def _letters(text: str) -> str:
    """The letters and digits of a text in any script, folded."""
    return re.sub(r"[\W_]", "", fold(text))


def add(
    bibliography: str, existing: Mapping[str, Reference], candidates: Iterable[Candidate]
) -> tuple[str, list[Added]]:
    """The text of references.bib with the new candidates in it, and what became of each.

    Known are those whose DOI, PMID or title an entry already has. All that stood in the text stays, byte for byte.
    """
    known = _Known()
    for reference in existing.values():
        known.learn(reference.key, reference.doi, reference.pmid, reference.title.text, reference.year)
    taken = set(existing)
    text, done = bibliography, []
    for candidate in candidates:
        fields = candidate.fields
        title = fields.get("title", "")
        found = known.find(fields.get("doi", ""), fields.get("pmid", ""), title, fields.get("year", ""))
        if found:
            done.append(Added(found[0], title, found[1], candidate.standing))
            continue
        key = key_of(candidate, taken)
        taken.add(key)
        year = fields.get("year", "")
        known.learn(key, fields.get("doi", ""), fields.get("pmid", ""), title, int(year) if year.isdigit() else None)
        text = _insert(text, key, _entry(candidate, key))
        done.append(Added(key, title, standing=candidate.standing))
    return text, done


class _Known:
    """Finds an article by DOI, PMID or title and year."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], str] = {}

    def learn(self, key: str, doi: str, pmid: str, title: str, year: int | None) -> None:
        for identity in self._identities(doi, pmid, title, str(year or "")):
            self._keys.setdefault(identity, key)

    def find(self, doi: str, pmid: str, title: str, year: str) -> tuple[str, str] | None:
        for identity in self._identities(doi, pmid, title, year):
            if identity in self._keys:
                return self._keys[identity], identity[0]
        return None

    def _identities(self, doi: str, pmid: str, title: str, year: str) -> Iterator[tuple[str, str]]:
        if doi:
            yield "DOI", doi.lower()
        if pmid:
            yield "PMID", pmid
        # Short titles such as “Reply” are those of many articles. A character of Chinese says more than a letter.
        folded = _ascii(title) if len(_ascii(title)) >= _TELLING_TITLE else _letters(title)
        if len(folded.encode()) >= _TELLING_TITLE:
            yield "title", f"{folded}/{year}"


_TELLING_TITLE = 20
"""Of a title: how many letters, or bytes in other scripts, no two articles of a year share."""


def _entry(candidate: Candidate, key: str) -> str:
    if candidate.bibtex:
        return re.sub(r"^(@\w+\{)[^,]*", lambda m: m[1] + key, candidate.bibtex, count=1)
    given = [name for name in FIELD_ORDER if name in candidate.fields]
    lines = [f"  {name} = {{{_value(name, candidate.fields[name])}}},\n" for name in given]
    return f"@{candidate.type}{{{key},\n{''.join(lines)}}}\n"


def _value(name: str, text: str) -> str:
    if name in ("author", "editor"):
        return " and ".join(_name(part) for part in text.split(" and "))
    return encode(text)


def _name(text: str) -> str:
    if text.startswith("{") and text.endswith("}"):
        return "{" + encode(text[1:-1]) + "}"
    return encode(text)


_ENTRY = re.compile(r"^[ \t]*@(?!(?:comment|string|preamble)\b)\w+\s*[{(]\s*([^,\s]+)", re.MULTILINE | re.IGNORECASE)


def _insert(text: str, key: str, entry: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    entry = entry.replace("\n", newline)
    for match in _ENTRY.finditer(text):
        if match[1].lower() > key.lower():
            return text[: match.start()] + entry + newline + text[match.start() :]
    if text and not text.endswith(newline):
        text += newline
    return text + (newline if text.strip() else "") + entry


SOURCE_RECORD = """\
# yaml-language-server: $schema=../.schemas/source.json
# How far this source was read. Raise read to abstract or full_text when you have really read that far, and say where
# in read_at: pubmed_record, publisher_abstract, publisher_page, pmc_article or web_page.
{types}design: {design}
read: title
read_at:
  - kind: {reach}
"""
"""A first source record for an imported reference: its title was read, and nothing more is claimed."""

_DESIGNS: Mapping[str, r.Design] = {
    "Randomized Controlled Trial": r.Design.RCT,
    "Systematic Review": r.Design.SYSTEMATIC_REVIEW,
    "Practice Guideline": r.Design.GUIDELINE,
}
"""Publication types that name one design. Of others several could be meant: “Case Reports” tell of one case or of many,
an “Observational Study” is a cohort or something else, and a “Review” may be systematic."""

_SAY_NOTHING = re.compile(r"Journal Article|English Abstract|Research Support.*|.*[^A-Za-z ,'()-].*|.{60,}")
_LEAVE_OPEN = frozenset(
    {"Clinical Trial Protocol", "Comment", "Editorial", "Meta-Analysis", "Published Erratum", "Review"}
)
"""Types beside which the article may be about a study of a design rather than report one."""


def reach_of(pmid: str | None, doi: str | None, url: str | None) -> r.Reach:
    """Where a reference with these identifiers can be looked at first."""
    if pmid:
        return r.Reach.PUBMED_RECORD
    if doi:
        return r.Reach.PUBLISHER_PAGE
    return r.Reach.WEB_PAGE if url else r.Reach.CATALOGUE_RECORD


def design_of(types: Iterable[str]) -> r.Design:
    """The design that an article's publication types name; unclear if they name none, or more than one."""
    named = {_DESIGNS[one] for one in types if one in _DESIGNS}
    is_plain = len(named) == 1 and (r.Design.SYSTEMATIC_REVIEW in named or _LEAVE_OPEN.isdisjoint(types))
    return named.pop() if is_plain else r.Design.UNCLEAR


def _source_record(candidate: Candidate) -> bytes:
    fields = candidate.fields
    reach = reach_of(fields.get("pmid"), fields.get("doi"), fields.get("url"))
    design = design_of(candidate.types)
    telling = [one for one in candidate.types if one and not _SAY_NOTHING.fullmatch(one)][:6]
    note = "" if design is r.Design.UNCLEAR else " Hence the design: compare it with the article."
    types = f"# PubMed calls it: {'; '.join(telling)}.{note}\n" if telling else ""
    begun = SOURCE_RECORD.format(reach=reach.value, design=design.value, types=types)
    return (begun + _standing_text(candidate)).encode()


def _standing_text(candidate: Candidate) -> str:
    """The standing that PubMed's record gives, to be compared with the notice."""
    if candidate.standing is None:
        return ""
    place = f" The notice: {candidate.notice.rstrip('.')}." if candidate.notice else ""
    note = json.dumps(f"By its PubMed record; the notice itself was not read.{place}", ensure_ascii=False)
    return f"standing:\n  status: {candidate.standing.value}\n  note: {note}\n"


def import_into(root: Path, names: Sequence[str], fetch: Fetch = fetch) -> tuple[list[Added], list[Problem]]:
    """Bring references into a review: into references.bib, and a first source record for each new one.

    ``names`` are files and identifiers. Nothing is written if anything is wrong with references.bib itself; no file
    that exists is ever written over. What could not be read or asked is told as problems, the rest is imported.
    """
    path = root / "evidence" / "references.bib"
    shown = "evidence/references.bib"
    existing, problems = read_bibliography(path, shown) if path.exists() else ({}, [])
    if has_errors(problems):
        return [], problems
    candidates: list[Candidate] = []
    for name in names:
        found, faults = _candidates(name, fetch)
        candidates += [one for one in found if one.fields.get("title")]
        problems += faults + [_untitled(one) for one in found if not one.fields.get("title")]
    candidates, faults = _fit_to_write(candidates)
    problems += faults
    before = path.read_bytes() if path.exists() else b""
    text, done = add(before.decode("utf-8"), existing, candidates)
    content = text.encode()
    if content != before:
        if not path.exists():
            writing.create(path, content)
        elif not writing.replace(path, before, content):
            message = "The bibliography was changed by somebody else at this moment; nothing was imported."
            return [], [*problems, _problem(shown, "changed-meanwhile", message, "Run the command once more.")]
    for added, one in zip(done, candidates, strict=True):
        # Also for references that are there already: an earlier run may have been ended before it came to this.
        with suppress(FileExistsError):
            writing.create(root / "evidence" / "sources" / f"{added.key}.yaml", _source_record(one))
    return done, problems


def _fit_to_write(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Problem]]:
    """The candidates that can be read again from references.bib, and what is wrong with the others.

    One entry with an error would keep every later import and every build from working.
    """
    fit: list[Candidate] = []
    problems: list[Problem] = []
    for candidate in candidates:
        errors = [p for p in read_bibliography_of(_entry(candidate, "entry"), "")[1] if p.severity is Severity.ERROR]
        if not errors:
            fit.append(candidate)
        for error in errors:
            message = f"“{candidate.fields['title']}”: {error.message.removeprefix('“entry”: ')}"
            problems.append(replace(error, place=candidate.origin, message=message))
    return fit, problems


def _untitled(candidate: Candidate) -> Problem:
    message = "This reference has no title, so nobody could tell what it is."
    hint = "Look whether the file was cut off, and export it again."
    return Problem(candidate.origin, "missing-title", message, hint)


def _candidates(name: str, fetch: Fetch) -> tuple[list[Candidate], list[Problem]]:
    path = Path(name)
    if os.path.exists(path):  # noqa: PTH110  (which answers for every text that could be a name)
        return read_file(path)
    if not is_identifier(name):
        return [], [_problem(name, "missing-file", "There is no such file.", "Name a file, a DOI (10.…) or PMID:123.")]
    try:
        return [ask(name, fetch)], []
    except NotFoundError as error:
        return [], [_problem(name, "article-unknown", str(error), "Compare the number with the article.")]
    except OSError as error:
        service = "PubMed" if name.upper().startswith("PMID") else "Crossref"
        return [], [
            _problem(
                name,
                "no-network",
                f"{service} cannot be asked from here: {getattr(error, 'reason', error)}.",
                "Save the reference as a file (PubMed: Send to, Citation manager) and import that.",
            )
        ]
