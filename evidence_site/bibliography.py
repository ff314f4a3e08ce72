"""The bibliography: ``references.bib`` in, references in plain Unicode and a list of problems out."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from evidence_site import limits
from evidence_site.bibtex_syntax import Log, RawEntry, TooManyProblemsError, read_entries, read_text, without_invisible
from evidence_site.files import conflicts
from evidence_site.latex import RichText, decode, plain, shorten, words
from evidence_site.person_names import OTHERS, Name, inverted, read_names
from evidence_site.problems import Place, Problem

__all__ = ["OTHERS", "Date", "Name", "Reference", "RichText", "publication_date", "read_bibliography"]

FIRST_YEAR, LAST_YEAR = 1450, 2100

KEY_PATTERN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_]|[:.+-](?=[A-Za-z0-9_]))*")
"""Keys that both the prose (Pandoc citations) and the records can name."""
MAX_KEY_CHARS = 120

# --- tables ----------------------------------------------------------------------------------------------------------

ENTRY_TYPES = words(
    "article book booklet collection conference dataset electronic inbook incollection inproceedings manual "
    "mastersthesis misc mvbook online patent phdthesis proceedings report software techreport thesis unpublished "
    "webpage www"
)
"""Entry types of BibTeX and biblatex that the reference style can print."""

_TYPE_HINTS = {"guideline": "Use @article if it stands in a journal, else @report, with keywords = {guideline}."}

FIELDS = words(
    # printed or exported
    "address author booktitle chapter column country date day doi edition editor entrysubtype eventdate eventplace "
    "eventtitle holder howpublished institution isbn issn issue journal journaltitle keywords langid language location "
    "month note number organization pages pmcid pmid publisher pubstate school section series shortjournal subtitle "
    "title translatedtitle type url urldate venue volume year "
    # kept, but not printed
    "abstract annotation annote archive archiveprefix comment copyright crossref eid eprint eprintclass eprinttype "
    "file key keyword label mesh nationality numpages origdate origlanguage pagetotal pii pmc primaryclass rights "
    "shortauthor shorttitle sortkey titleaddon usera userb version volumes addendum bookauthor booksubtitle "
    "day_online translator related urn "
    # written by reference managers
    "bdsk-file-1 bdsk-url-1 bdsk-url-2 collaborator creationdate date-added date-modified editora google-books "
    "groups howcited mendeley-groups mendeley-tags modificationdate owner priority ranking read readstatus timestamp "
    "unique-id web_url da researcherid-numbers orcid-numbers journal-iso author-email affiliation "
    "cited-references number-of-cited-references times-cited"
)
"""Field names that need no warning."""

VERBATIM = frozenset(("doi", "url", "file", "eprint", "pdf"))
"""Fields in which ``%``, ``_`` and ``~`` stand for themselves."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SEASONS = {"spring": "Spring", "summer": "Summer", "autumn": "Autumn", "fall": "Fall", "winter": "Winter"}

LANGUAGES = {
    "af": "Afrikaans", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali",
    "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "ga": "Irish", "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "ko": "Korean", "la": "Latin", "lt": "Lithuanian", "lv": "Latvian",
    "mk": "Macedonian", "mn": "Mongolian", "ms": "Malay", "nb": "Norwegian", "nl": "Dutch", "nn": "Norwegian",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
    "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
    "chi": "Chinese", "cze": "Czech", "dut": "Dutch", "eng": "English", "fre": "French", "ger": "German",
    "gre": "Greek", "hun": "Hungarian", "ita": "Italian", "jpn": "Japanese", "kor": "Korean", "nor": "Norwegian",
    "per": "Persian", "pol": "Polish", "por": "Portuguese", "rus": "Russian", "spa": "Spanish", "swe": "Swedish",
    "tur": "Turkish", "dan": "Danish", "fin": "Finnish", "heb": "Hebrew", "ara": "Arabic", "ukr": "Ukrainian",
    "deu": "German", "fra": "French", "ngerman": "German", "naustrian": "German", "austrian": "German",
    "british": "English", "american": "English", "usenglish": "English", "ukenglish": "English",
    "australian": "English", "canadian": "English", "brazilian": "Portuguese", "brazil": "Portuguese",
    "portuges": "Portuguese", "francais": "French", "magyar": "Hungarian", "norsk": "Norwegian",
    "nynorsk": "Norwegian", "bokmål": "Norwegian", "castilian": "Spanish", "farsi": "Persian",
}  # fmt: skip
"""ISO 639 codes and the names that LaTeX packages use, with the English name that a reference prints."""
_LANGUAGE_NAMES = {name.lower(): name for name in LANGUAGES.values()}

# --- types -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of the bibliography, decoded: no LaTeX is left."""

    key: str
    type: str
    """Lower case: ``article``."""
    fields: Mapping[str, str]
    """Plain text of every field under its lower-case name, also of those that nobody knows."""
    title: RichText
    booktitle: RichText
    authors: tuple[Name, ...]
    editors: tuple[Name, ...]
    year: int | None
    doi: str
    pmid: str
    pmcid: str
    url: str
    """These four are checked and normalised, and empty where the entry has none or a wrong one."""
    place: Place
    field_places: Mapping[str, Place]

    def __hash__(self) -> int:
        """The key's alone, so that what is made of a reference can be remembered cheaply."""
        return hash(self.key)

    def get(self, *names: str) -> str:
        """The first of these fields that says something, else an empty string."""
        for name in names:
            value = self.fields.get(name)
            if value:
                return value
        return ""


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as it is known; the ``end_`` parts belong to a range such as 3 to 5 April or July to August."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    end_year: int | None = None
    end_month: int | None = None
    end_day: int | None = None
    season: str = ""


# --- dates and languages ---------------------------------------------------------------------------------------------

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAYS = re.compile(r"(\d{1,2})(?:\s*[-–—]+\s*(\d{1,2}))?")


def parse_iso(text: str) -> Date | None:
    """``2002``, ``2002-07``, ``2002-07-25`` or two with a slash between; nothing if it is none or impossible."""
    start, _, end = text.strip().partition("/")
    first = _iso_parts(start)
    last = _iso_parts(end) if end else (None, None, None)
    if first is None or last is None or (end and _key(first) > _key(last)):
        return None
    return Date(*first, *last)


def _key(parts: tuple[int | None, int | None, int | None]) -> tuple[int, int, int]:
    return (parts[0] or 0, parts[1] or 0, parts[2] or 0)


def _iso_parts(text: str) -> tuple[int | None, int | None, int | None] | None:
    match = _ISO.fullmatch(text.strip())
    if match is None or not match[1].isascii():
        return None
    year, month, day = int(match[1]), match[2] and int(match[2]), match[3] and int(match[3])
    return (year, month or None, day or None) if _possible(year, month or 1, day or 1) else None


def _possible(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def parse_month(text: str) -> Date | None:
    """Month, range of months or season, perhaps with days: ``jul``, ``7``, ``July 25``, ``25 July``, ``Jul-Aug``."""
    said = re.sub(r"[.,~]", " ", text).lower().strip()
    if said in SEASONS:
        return Date(season=SEASONS[said])
    names = re.findall(r"[a-z]+", said)
    months = [MONTHS.index(name[:3]) + 1 for name in names if name[:3] in MONTHS]
    numbers = _DAYS.search(said)
    if len(months) != len(names) or len(months) > 2:
        return None
    if not months:
        if numbers is None:
            return None
        month, end = int(numbers[1]), numbers[2] and int(numbers[2])
        return Date(month=month, end_month=end or None) if 1 <= month <= 12 and 1 <= (end or 1) <= 12 else None
    if len(months) == 2:
        return Date(month=months[0], end_month=months[1]) if numbers is None else None
    if numbers is None:
        return Date(month=months[0])
    return Date(month=months[0], day=int(numbers[1]), end_day=int(numbers[2]) if numbers[2] else None)


@lru_cache(maxsize=16_384)
def publication_date(ref: Reference) -> Date:
    """When it was published, from ``year``, ``month`` and ``day`` or from ``date``."""
    if not ref.get("year") and (date := parse_iso(ref.get("date"))) is not None:
        return date
    month = parse_month(ref.get("month")) or Date()
    days = _DAYS.fullmatch(ref.get("day"))
    day, end_day = (int(days[1]), int(days[2]) if days[2] else None) if days else (month.day, month.end_day)
    if month.month is None:
        day = end_day = None
    return Date(ref.year, month.month, day, None, month.end_month, end_day, month.season)


def language_names(text: str) -> tuple[str, ...]:
    """English names of the languages in ``fr`` or ``French and en``; a word that is neither stays as it is."""
    found = [word.strip() for word in re.split(r",|;|/|&|\band\b", text)]
    return tuple(_language(word) or word[:1].upper() + word[1:] for word in found if word)


def _language(word: str) -> str:
    code = word.lower()
    return LANGUAGES.get(code) or _LANGUAGE_NAMES.get(code) or LANGUAGES.get(re.split(r"[-_]", code)[0], "")


# --- reading ---------------------------------------------------------------------------------------------------------


def read_bibliography(path: Path, shown: str) -> tuple[dict[str, Reference], list[Problem]]:
    """Every readable entry under its key, in the order of the file, and all problems; ``shown`` names the file."""
    try:
        text, log = read_text(path, shown)
    except TooManyProblemsError as full:
        return {}, full.problems
    return _read_entries_of(text, log, shown)


def read_bibliography_of(text: str, shown: str) -> tuple[dict[str, Reference], list[Problem]]:
    """The same of a text in BibTeX that has been decoded already; ``shown`` names where it comes from."""
    log = Log(shown, text)
    return _read_entries_of(without_invisible(text, log), log, shown)


def _read_entries_of(text: str, log: Log, shown: str) -> tuple[dict[str, Reference], list[Problem]]:
    references: dict[str, Reference] = {}
    try:
        unmerged = conflicts(text, shown)
        if unmerged:
            return {}, log.problems + unmerged
        reader = _Reader(log)
        if _has_too_many(text, log):
            return {}, log.problems
        for entry in read_entries(text, log):
            reference = reader.read(entry)
            if reference is not None:
                references[reference.key] = reference
    except TooManyProblemsError as full:
        return references, full.problems
    return references, log.problems


_BEGINNING = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+[ \t]*[{(]", re.MULTILINE)


def begins_an_entry(line: str) -> bool:
    """Whether a line of a BibTeX file has the beginning of an entry in it."""
    return _BEGINNING.match(line) is not None


def _has_too_many(text: str, log: Log) -> bool:
    first = next(islice(_BEGINNING.finditer(text), limits.BIBTEX_ENTRIES, None), None)
    if first is None:
        return False
    message = f"There are more than {limits.BIBTEX_ENTRIES:,} entries; the file was not read."
    log.error(log.place(first.start()), "too-many-entries", message, "Keep only what the review cites or has judged.")
    return True


class _Reader:
    """Decodes and checks entries, and remembers what may occur only once."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.keys: dict[str, tuple[str, Place]] = {}
        self.identifiers: dict[tuple[str, str], tuple[str, Place]] = {}

    def read(self, entry: RawEntry) -> Reference | None:
        """The reference; none if it cannot be cited because of its key. A fault in its syntax spares it the checks."""
        if not self._key_is_good(entry.key, entry.key_place):
            return None
        draft = _Draft(entry, self.log)
        reference = draft.reference()
        if entry.complete:
            draft.check(reference)
            self._check_identifiers(reference)
        return reference

    def _key_is_good(self, key: str, place: Place) -> bool:
        if KEY_PATTERN.fullmatch(key) is None or len(key) > MAX_KEY_CHARS:
            message = f"The key “{shorten(key)}” cannot be cited."
            hint = "Use letters a to z, digits and _ : . + - inside the key, at most 120: smith2020bone."
            self.log.error(place, "bad-key", message, hint)
            return False
        earlier = self.keys.setdefault(key.lower(), (key, place))
        if earlier != (key, place):
            same = "" if earlier[0] == key else f" (“{earlier[0]}”: capital and small letters count as the same)"
            message = f"The key “{key}” is already taken in line {earlier[1].line}{same}."
            self.log.error(place, "duplicate-key", message, "Delete one of the two entries, or give it another key.")
            return False
        return True

    def _check_identifiers(self, ref: Reference) -> None:
        for kind, value in (("DOI", ref.doi), ("PMID", ref.pmid), ("PMCID", ref.pmcid)):
            if not value:
                continue
            place = ref.field_places[kind.lower()]
            key, other = self.identifiers.setdefault((kind, value.lower()), (ref.key, place))
            if other != place:
                message = f"“{ref.key}” has the same {kind} as “{key}” in line {other.line}: {value}."
                hint = "If it is the same publication, keep one entry; if not, correct the number."
                self.log.error(place, f"duplicate-{kind.lower()}", message, hint)


# --- values ----------------------------------------------------------------------------------------------------------

_DOI_PREFIX = re.compile(r"^(?:https?://(?:dx\.|www\.)?doi\.org/|doi\.org/|doi:\s*)", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/[^\s{}\\]*[^\s{}\\.,;]")
_PMID_PREFIX = re.compile(
    r"^(?:pmid:?\s*|https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/)", re.IGNORECASE
)
_PMID = re.compile(r"[1-9][0-9]{0,7}")
_PMCID_PREFIX = re.compile(
    r"^(?:pmcid:?\s*|https?://(?:pmc|www)\.ncbi\.nlm\.nih\.gov/(?:pmc/)?articles/)", re.IGNORECASE
)
_PMCID = re.compile(r"PMC[1-9][0-9]{0,8}")
_URL = re.compile(r"https?://[^\s<>\"{}\\^`|]+", re.IGNORECASE)
_YEAR = re.compile(r"[0-9]{4}")
_VERBATIM_ESCAPE = re.compile(r"\\([&%#_$~{}^\\])")
_VERBATIM_WRAP = re.compile(r"^\\(?:url|path|nolinkurl|href)\s*\{(.*)\}$|^\{(.*)\}$", re.DOTALL)


def verbatim(source: str) -> str:
    """An address or identifier as it is, without the escapes that some programs write into it."""
    text = " ".join(source.split())
    while (match := _VERBATIM_WRAP.match(text)) is not None:
        text = (match[1] if match[1] is not None else match[2]).strip()
    return _VERBATIM_ESCAPE.sub(r"\1", text)


def bare_doi(text: str) -> str:
    """What is left of a text without the address in front of a DOI and the marks that ended its sentence."""
    return _DOI_PREFIX.sub("", text.strip()).rstrip(".,;")


def normal_doi(text: str) -> str:
    """``10.…`` without any prefix, or nothing if it is no DOI."""
    found = _DOI_PREFIX.sub("", text.strip())
    return found if _DOI.fullmatch(found) else ""


def normal_pmid(text: str) -> str:
    """The digits of a PubMed number, or nothing."""
    found = _PMID_PREFIX.sub("", text.strip()).rstrip("/")
    return found if _PMID.fullmatch(found) else ""


def normal_pmcid(text: str) -> str:
    """``PMC`` and digits, or nothing."""
    found = _PMCID_PREFIX.sub("", text.strip()).rstrip("/").upper()
    return found if _PMCID.fullmatch(found) else ""


def normal_url(text: str) -> str:
    """A web address that is safe to link to, or nothing."""
    if _URL.fullmatch(text) is None:
        return ""
    try:
        return text if urlsplit(text).hostname else ""
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry on its way to a reference: raw LaTeX fields and where they stand."""

    entry: RawEntry
    log: Log

    def at(self, name: str) -> Place:
        return self.entry.places.get(name, self.entry.place)

    def reference(self) -> Reference:
        """The decoded reference; what cannot be decoded is reported."""
        title, booktitle = (self._rich(name) for name in ("title", "booktitle"))
        fields = {name: self._plain(name) for name in self.entry.fields if name not in ("author", "editor")}
        fields |= {name: rich.text for name, rich in (("title", title), ("booktitle", booktitle)) if name in fields}
        doi, pmid = normal_doi(fields.get("doi", "")), normal_pmid(fields.get("pmid", ""))
        pmcid, url = normal_pmcid(fields.get("pmcid", "")), normal_url(fields.get("url", ""))
        fields |= {name: value for name, value in (("doi", doi), ("pmid", pmid), ("pmcid", pmcid)) if value}
        authors, editors = self._names("author"), self._names("editor")
        for role, names in (("author", authors), ("editor", editors)):
            if role in self.entry.fields:
                fields[role] = " and ".join(inverted(name) for name in names)
        return Reference(
            key=self.entry.key, type=self.entry.type, fields=MappingProxyType(fields), title=title, booktitle=booktitle,
            authors=authors, editors=editors, year=_year(fields), doi=doi, pmid=pmid, pmcid=pmcid, url=url,
            place=self.entry.place, field_places=MappingProxyType(dict(self.entry.places)),
        )  # fmt: skip

    def check(self, ref: Reference) -> None:
        """Report every value that is missing or cannot be."""
        if self.entry.type not in ENTRY_TYPES:
            self._unknown_type()
        if not ref.title:
            hint = "Write title = {…}; if the title is not known, say so in square brackets."
            self.log.error(self.entry.place, "missing-title", f"“{self.entry.key}” has no title.", hint)
        for name in self.entry.fields:
            if name not in FIELDS:
                self._unknown_field(name)
        for name, check in _CHECKS.items():
            if ref.fields.get(name):
                check(self, ref, ref.fields[name])

    def problem(self, name: str, code: str, message: str, hint: str) -> None:
        self.log.error(self.at(name), code, f"“{self.entry.key}”: {message}", hint)

    def warn(self, name: str, code: str, message: str, hint: str) -> None:
        self.log.warning(self.at(name), code, f"“{self.entry.key}”: {message}", hint)

    def _names(self, role: str) -> tuple[Name, ...]:
        return read_names(self.entry.fields.get(role, ""), self._name_problem(role))

    def _rich(self, name: str) -> RichText:
        unknown: set[str] = set()
        rich = decode(self.entry.fields.get(name, ""), unknown)
        self._unknown_commands(name, unknown)
        return rich

    def _plain(self, name: str) -> str:
        if name in VERBATIM:
            return verbatim(self.entry.fields[name])
        unknown: set[str] = set()
        text = plain(self.entry.fields[name], unknown)
        if name not in ("title", "booktitle"):
            self._unknown_commands(name, unknown)
        return text

    def _unknown_commands(self, name: str, unknown: set[str]) -> None:
        for command in sorted(unknown):
            message = f"the LaTeX command \\{shorten(command, 30)} in “{name}” is not known and is left out."
            self.warn(name, "unknown-latex", message, "Write the character itself; the file is UTF-8.")

    def _unknown_type(self) -> None:
        near = difflib.get_close_matches(self.entry.type, sorted(ENTRY_TYPES), 1)
        hint = f"Did you mean @{near[0]}?" if near else "Use @article, @book, @incollection, @report, @online or @misc."
        hint = _TYPE_HINTS.get(self.entry.type, hint)
        type_ = shorten(self.entry.type, 30)
        message = f"“{self.entry.key}” has the type @{type_}, which is not known; it is printed like @misc."
        self.log.warning(self.entry.place, "unknown-entry-type", message, hint)

    def _name_problem(self, role: str) -> Callable[[str, str, bool], None]:
        def report(message: str, hint: str, fatal: bool) -> None:
            (self.problem if fatal else self.warn)(role, "bad-name", f"in “{role}”, {message}", hint)

        return report

    def _unknown_field(self, name: str) -> None:
        near = difflib.get_close_matches(name, sorted(FIELDS), 1)
        hint = f"Did you mean “{near[0]}”?" if near else "Delete it, or put what it says in “note”."
        message = f"“{self.entry.key}” has a field “{shorten(name)}” that nothing reads."
        self.log.warning(self.at(name), "unknown-field", message, hint)


def _year(fields: Mapping[str, str]) -> int | None:
    if text := fields.get("year", ""):
        found = int(text) if _YEAR.fullmatch(text) else 0
    else:
        date = parse_iso(fields.get("date", ""))
        found = (date.year or 0) if date else 0
    return found if FIRST_YEAR <= found <= LAST_YEAR else None


def _check_year(draft: _Draft, ref: Reference, text: str) -> None:
    if _YEAR.fullmatch(text) is None:
        hint = "Write four digits; leave the field out if the year is not known."
        draft.problem("year", "bad-year", f"“{shorten(text)}” is not a year.", hint)
    elif ref.year is None:
        draft.problem("year", "impossible-year", f"the year {text} cannot be.", "Check the year; write four digits.")


def _check_date(draft: _Draft, ref: Reference, text: str) -> None:
    date = parse_iso(text)
    if date is None:
        message = f"“{shorten(text)}” is not a date."
        draft.problem("date", "bad-date", message, "Write 2019, 2019-07 or 2019-07-25.")
    elif not ref.fields.get("year") and ref.year is None:
        draft.problem("date", "impossible-year", f"the year {date.year} cannot be.", "Check the year.")


def _check_month(draft: _Draft, ref: Reference, text: str) -> None:
    date = parse_month(text)
    if date is None:
        message = f"“{shorten(text)}” is not a month and is left out."
        draft.warn("month", "bad-month", message, "Write jul, 7 or jul-aug, without braces around one word.")
    else:
        _check_day(draft, ref, "")


def _check_day(draft: _Draft, ref: Reference, text: str) -> None:
    date = publication_date(ref)
    days = [day for day in (date.day, date.end_day) if day is not None]
    name = "day" if text else "month"
    if text and _DAYS.fullmatch(text) is None:
        draft.problem("day", "bad-date", f"“{shorten(text)}” is not a day.", "Write a number from 1 to 31.")
    elif (text or "day" not in ref.fields) and not all(_possible(date.year or 2000, date.month or 1, d) for d in days):
        draft.problem(name, "bad-date", "there is no such day in that month.", "Check month and day.")


def _check_doi(draft: _Draft, ref: Reference, text: str) -> None:
    if ref.doi:
        return
    meant = bare_doi(text)
    if meant != text and normal_doi(meant):
        message = f"“{shorten(text)}” ends with a mark that belongs to no DOI."
        draft.problem("doi", "bad-doi", message, f"Write doi = {{{meant}}}.")
    else:
        draft.problem("doi", "bad-doi", f"“{shorten(text)}” is not a DOI.", "Write it as 10.1000/xyz, without a space.")


def _check_pmid(draft: _Draft, ref: Reference, text: str) -> None:
    if not ref.pmid:
        hint = "Write the PubMed number alone: up to eight digits."
        draft.problem("pmid", "bad-pmid", f"“{shorten(text)}” is not a PubMed number.", hint)


def _check_pmcid(draft: _Draft, ref: Reference, text: str) -> None:
    if not ref.pmcid:
        hint = "Write it with its letters: PMC1234567. Without letters it is a PubMed number, for “pmid”."
        draft.problem("pmcid", "bad-pmcid", f"“{shorten(text)}” is not a PubMed Central number.", hint)


def _check_url(draft: _Draft, ref: Reference, text: str) -> None:
    if not ref.url:
        hint = "Write the whole address, beginning with https:// and without a space."
        draft.problem("url", "bad-url", f"“{shorten(text)}” is not a web address.", hint)


def _check_urldate(draft: _Draft, ref: Reference, text: str) -> None:
    del ref
    if parse_iso(text) is None:
        hint = "Write the day on which the page was read as 2026-01-31."
        draft.problem("urldate", "bad-date", f"“{shorten(text)}” is not a date.", hint)


def _check_language(draft: _Draft, ref: Reference, text: str) -> None:
    del ref
    for name in language_names(text):
        if name.lower() not in _LANGUAGE_NAMES:
            hint = "Write a code such as de, ja or pt, or the English name of the language."
            draft.warn("language", "unknown-language", f"“{shorten(text)}” is not a language known here.", hint)


def _check_pages(draft: _Draft, ref: Reference, text: str) -> None:
    del ref
    match = re.fullmatch(r"([0-9]{1,9})\s*[-‐‑‒–—−]+\s*([0-9]{1,9})", text)
    if match and len(match[1]) == len(match[2]) and int(match[1]) > int(match[2]):
        message = f"the pages {match[1]} to {match[2]} run backwards."
        draft.warn("pages", "bad-pages", message, "Check the first and the last page.")


_CHECKS: dict[str, Callable[[_Draft, Reference, str], None]] = {
    "year": _check_year,
    "date": _check_date,
    "month": _check_month,
    "day": _check_day,
    "doi": _check_doi,
    "pmid": _check_pmid,
    "pmcid": _check_pmcid,
    "url": _check_url,
    "urldate": _check_urldate,
    "language": _check_language,
    "pages": _check_pages,
}
