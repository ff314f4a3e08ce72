"""References as the National Library of Medicine prints them (NLM or Vancouver style).

The rules are those of Citing Medicine, 2nd edition (https://www.ncbi.nlm.nih.gov/books/NBK7256/), and of the sample
references of the ICMJE (https://www.nlm.nih.gov/bsd/uniform_requirements.html). Each form below reads like the printed
reference; a part that is missing takes its punctuation with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from markupsafe import Markup, escape

from evidence_site.bibliography import (
    MONTHS,
    OTHERS,
    Date,
    Name,
    Reference,
    language_names,
    parse_iso,
    publication_date,
)
from evidence_site.latex import RichText
from evidence_site.letters import RIGHT_TO_LEFT

LISTED_AUTHORS = 6
"""ICMJE sample references: the first six authors, then et al."""
MAX_INITIALS = 2
"""Citing Medicine, chapter 1, author rules: at most two initials follow a family name."""


@dataclass(frozen=True, slots=True)
class FormattedReference:
    """A reference ready to print, without links."""

    text: str
    html: Markup
    """Safe: the title's italics and the like are elements, everything else is escaped."""


@dataclass(frozen=True, slots=True)
class _Options:
    all_authors: bool
    short_date: bool
    with_doi: bool


_Piece = str | RichText


@lru_cache(maxsize=32_768)
def format_reference(
    ref: Reference, *, all_authors: bool = False, short_date: bool = False, with_doi: bool = False
) -> FormattedReference:
    """The reference in NLM style.

    ``all_authors`` names more than six; ``short_date`` leaves out month and issue, as the ICMJE allows for journals
    that number their pages through a volume; ``with_doi`` puts the DOI before the final full stop.
    """
    if all_authors and max(len(ref.authors), len(ref.editors)) <= LISTED_AUTHORS:
        return format_reference(ref, short_date=short_date, with_doi=with_doi)  # nobody is left out there
    options = _Options(all_authors, short_date, with_doi)
    form = _newspaper if is_newspaper(ref) else _FORMS.get(ref.type, _document)
    return _joined(piece for sentence in (*form(ref, options), *_notes(ref, options)) for piece in (*sentence, " "))


def _joined(pieces: Iterable[_Piece]) -> FormattedReference:
    kept = list(pieces)
    if kept and kept[-1] == " ":
        kept.pop()
    text = "".join([piece if isinstance(piece, str) else piece.text for piece in kept])
    if RIGHT_TO_LEFT.search(text) is None and all(isinstance(piece, str) for piece in kept):
        return FormattedReference(text, escape(text))
    return FormattedReference(text, Markup("").join(map(_html, kept)))


_LEFT_TO_RIGHT = "\u200e"


def _html(piece: _Piece) -> Markup:
    """The piece, set apart if it runs from right to left: browsers would turn page numbers round behind it."""
    text, html = (piece, escape(piece)) if isinstance(piece, str) else (piece.text, piece.html)
    return Markup("<bdi>%s</bdi>") % html if RIGHT_TO_LEFT.search(text) else html


# --- small parts -----------------------------------------------------------------------------------------------------

_Sentence = tuple[_Piece, ...]
_Sentences = Iterable[_Sentence]


def _sentence(piece: _Piece, *, suffix: str = "") -> _Sentence:
    """The piece with a full stop, unless it ends in one, a question or an exclamation mark; nothing for nothing."""
    text = (piece if isinstance(piece, str) else piece.text) + suffix
    if not text:
        return ()
    stop = suffix if text.endswith((".", "?", "!")) else suffix + "."
    if isinstance(piece, str) or all(not span.marks for span in piece.spans):
        return (text + stop.removeprefix(suffix),)
    return (piece, stop)


def _present(*sentences: _Sentence) -> list[_Sentence]:
    return [sentence for sentence in sentences if sentence]


def _join(separator: str, *parts: str) -> str:
    return separator.join([part for part in parts if part])


# --- names -----------------------------------------------------------------------------------------------------------

_GIVEN_PART = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")
_SUFFIXES = {
    "jr": "Jr", "junior": "Jr", "sr": "Sr", "senior": "Sr", "ii": "2nd", "2d": "2nd", "iii": "3rd", "3d": "3rd",
    "iv": "4th", "v": "5th", "vi": "6th",
}  # fmt: skip


_SYLLABLES = re.compile("[\\s\u3005\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
"""A given name in Chinese, Japanese or Korean characters: it has no initials, and part of it is another name."""


def initials(given: str) -> str:
    """The initials of given names, without dots and spaces: ``Jean-Pierre`` gives ``JP``, ``Xiao yan`` gives ``XY``.

    Citing Medicine, chapter 1, author rules: hyphens go, of ``D'Arcy`` or ``McC.`` only the first letter counts.
    """
    if len(given) in (2, 3, 4) and given.isalpha() and given.isupper():
        return given[:MAX_INITIALS]  # "SD" is two initials already
    found = [_first_letter(part) for part in _GIVEN_PART.split(given)]
    return "".join([letter for letter in found if letter][:MAX_INITIALS])


def _first_letter(part: str) -> str:
    letter = next((char for char in part if char.isalpha()), "")
    upper = letter.upper()
    return upper if len(upper) == 1 else letter


def name_text(name: Name) -> str:
    """``van Moorselaar RJ``, ``Cunningham FG Jr``, or the name of a group as it stands."""
    if name.literal:
        return name.literal
    if _SYLLABLES.fullmatch(name.given) and not name.suffix:
        return _join(" ", name.particle, name.family + "".join(name.given.split()))
    suffix = _SUFFIXES.get(name.suffix.lower().rstrip("."), name.suffix.rstrip("."))
    return _join(" ", name.particle, name.family, initials(name.given), suffix)


def name_list(names: tuple[Name, ...], *, everyone: bool) -> str:
    """Persons with commas between them, a semicolon before and after a group; more than six end in ``et al.``"""
    more = bool(names) and names[-1] == OTHERS
    known = names[:-1] if more else names
    if not everyone and len(known) > LISTED_AUTHORS:
        known, more = known[:LISTED_AUTHORS], True
    text = ""
    for number, name in enumerate(known):
        if number:
            text += "; " if name.literal or known[number - 1].literal else ", "
        text += name_text(name)
    return _join(", ", text, "et al." if more else "")


@lru_cache(maxsize=16_384)
def short_name(ref: Reference) -> str:
    """What a table or a link calls the reference: ``Kovacs and Ralston 2015``, ``Liel (date unknown)``.

    Behind a name that runs from right to left stands a left-to-right mark, which is seen by nobody: without it the year
    would be shown in front of the name. Names stand in titles, charts and labels, too, where no element could do that.
    """
    names = [_short_person(name) for name in (ref.authors or ref.editors) if name != OTHERS]
    more = len(names) > 2 or OTHERS in (ref.authors or ref.editors)
    if not names:
        who = _first_words(ref.title.text.lstrip("["), 5) or ref.key
    elif more:
        who = f"{names[0]} et al."
    else:
        who = " and ".join(names)
    mark = _LEFT_TO_RIGHT if RIGHT_TO_LEFT.search(who) else ""
    return f"{who}{mark} {ref.year}" if ref.year else f"{who}{mark} (date unknown)"


def _short_person(name: Name) -> str:
    return _first_words(name.literal, 8) if name.literal else _join(" ", name.particle, name.family)


def _first_words(text: str, number: int) -> str:
    parts = text.split()
    kept = " ".join(parts[:number])
    return kept if len(parts) <= number else kept.rstrip(".,;:-–—]") + "…"


def _by(ref: Reference, options: _Options, role: str = "") -> str:
    """The authors; for a work of editors alone, these with their role (Citing Medicine, chapter 2)."""
    if ref.authors:
        return _join(", ", name_list(ref.authors, everyone=options.all_authors), role)
    return _editors(ref, options)


def _editors(ref: Reference, options: _Options) -> str:
    role = "editor" if len(ref.editors) == 1 else "editors"
    return f"{name_list(ref.editors, everyone=options.all_authors)}, {role}" if ref.editors else ""


# --- titles ----------------------------------------------------------------------------------------------------------


def _title(ref: Reference, *, medium: str = "") -> _Sentence:
    """The title; a translation stands in square brackets in its place (ICMJE sample 6)."""
    suffix = f" [{medium}]" if medium else ""
    translated = ref.get("translatedtitle").strip("[] ")
    if translated:
        return _sentence(f"[{translated}]", suffix=suffix)
    if ref.get("subtitle"):
        spans = (*ref.title.spans, *RichText.plain(f": {ref.get('subtitle')}").spans)
        return _sentence(RichText(spans), suffix=suffix)
    return _sentence(ref.title, suffix=suffix)


_ORDINALS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th",
    "eighth": "8th", "ninth": "9th", "tenth": "10th", "revised": "Rev.",
}  # fmt: skip


def edition_text(edition: str) -> str:
    """``4th ed.`` for ``4``, ``fourth``, ``4th`` or ``4th edition`` (Citing Medicine, chapter 2, edition)."""
    bare = re.sub(r"\s*\b(?:edition|edn|ed)\b\.?\s*$", "", edition.strip(), flags=re.IGNORECASE)
    if not bare:
        return ""
    if re.fullmatch(r"[0-9]{1,4}", bare):
        bare = ordinal(int(bare))
    return f"{_ORDINALS.get(bare.lower(), bare)} ed."


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


# --- dates, volumes, pages -------------------------------------------------------------------------------------------


def date_text(date: Date) -> str:
    """``2002 Jul 25``, ``2002 Jul-Aug``, ``2002 Apr 30-May 2``, ``2002 Spring`` or ``[date unknown]``."""
    start = _join(" ", _number(date.year), _month(date.month) or date.season, _number(date.day))
    if date.end_year and date.end_year != date.year:
        return f"{start}-{_join(' ', _number(date.end_year), _month(date.end_month), _number(date.end_day))}"
    if date.end_month and date.end_month != date.month:
        start = f"{start}-{_join(' ', _month(date.end_month), _number(date.end_day))}"
    elif date.end_day and date.end_day != date.day:
        start = f"{start}-{date.end_day}"
    return start if date.year else "[date unknown]"


def _number(number: int | None) -> str:
    return str(number) if number else ""


def _month(month: int | None) -> str:
    return MONTHS[month - 1].capitalize() if month else ""


def _date(ref: Reference, options: _Options) -> str:
    if options.short_date:
        return date_text(Date(ref.year))
    return date_text(publication_date(ref))


_DASH = re.compile(r"(?:\s*[-\u2010-\u2015\u2212])+\s*")
_RANGE = re.compile(r"([A-Za-z.]*)([0-9]+)-([A-Za-z.]*)([0-9]+)")
_SUPPLEMENT = re.compile(r"\bsupp(?:l(?:ement)?)?s?\b\.?", re.IGNORECASE)


def plain_dashes(text: str) -> str:
    """Hyphens in place of ``--``, en dashes and the like."""
    return _DASH.sub("-", text)


def shorten_pages(pages: str) -> str:
    """Page ranges without the digits that repeat: ``284-287`` gives ``284-7``, ``S93-S99`` gives ``S93-9``.

    Citing Medicine, chapter 1, location: Roman numerals and pages with a letter behind the number stay as they are.
    """
    return _each_range(pages, _shorten_range)


def expand_pages(pages: str) -> str:
    """The opposite of ``shorten_pages``: ``284-7`` gives ``284-287``, ``S93-9`` gives ``S93-S99``."""
    return _each_range(pages, _expand_range)


def _each_range(pages: str, change: Callable[[str], str]) -> str:
    return re.sub(r"[^\s,;]+", lambda match: change(match.group()), plain_dashes(pages))


def _shorten_range(pages: str) -> str:
    match = _RANGE.fullmatch(pages)
    if match is None:
        return pages
    prefix, first, other, last = match.groups()
    if other not in ("", prefix):
        return pages
    if len(first) < len(last):
        return f"{prefix}{first}-{last}"
    last = _longer(first, last)
    if last < first:
        return pages
    if first == last:
        return prefix + first
    same = next(i for i in range(len(first)) if first[i] != last[i])
    return f"{prefix}{first}-{last[same:]}"


def _expand_range(pages: str) -> str:
    match = _RANGE.fullmatch(pages)
    if match is None:
        return pages
    prefix, first, other, last = match.groups()
    if other not in ("", prefix):
        return pages
    full = _longer(first, last)
    return f"{prefix}{first}-{prefix}{full}" if len(full) > len(first) or full >= first else pages


def _longer(first: str, last: str) -> str:
    return first[: max(len(first) - len(last), 0)] + last


def _volume(ref: Reference, options: _Options) -> str:
    """``347(4)``, ``42 Suppl 2``, ``58(12 Suppl 7)`` or ``(401)`` (ICMJE samples 1, 7, 8)."""
    volume = _supplement(plain_dashes(ref.get("volume")))
    issue = _supplement(plain_dashes(ref.get("number", "issue")))
    if issue.startswith("Suppl") and volume:
        return f"{volume} {issue}"
    if options.short_date and volume and re.fullmatch(r"[0-9/-]+", issue):
        issue = ""
    return f"{volume}({issue})" if issue else volume


def _supplement(text: str) -> str:
    return _SUPPLEMENT.sub("Suppl", text)


def _location(ref: Reference, options: _Options, date: str) -> str:
    """``2002 Jul 25;347(4):284-7``."""
    pages = shorten_pages(ref.get("pages", "eid"))
    volume = _volume(ref, options)
    return f"{_join(';', date, volume)}:{pages}" if pages else _join(";", date, volume)


# --- the forms -------------------------------------------------------------------------------------------------------


def is_newspaper(ref: Reference) -> bool:
    """Whether an article has the marks of a newspaper's: a section, a column or ``entrysubtype = {newspaper}``."""
    return ref.type == "article" and bool(
        ref.get("section", "column") or ref.get("entrysubtype").lower() in ("newspaper", "newspaperarticle")
    )


def is_ahead_of_print(ref: Reference) -> bool:
    """Whether ``pubstate`` says that the article is out before its issue."""
    return re.sub(r"[^a-z]", "", ref.get("pubstate").lower()) in ("aheadofprint", "epubaheadofprint", "epub")


def _is_forthcoming(ref: Reference) -> bool:
    return re.sub(r"[^a-z]", "", ref.get("pubstate").lower()) in ("forthcoming", "inpress", "accepted")


def _article(ref: Reference, options: _Options) -> _Sentences:
    """Journal article (Citing Medicine, chapter 1; ICMJE samples 1 to 9 and 16)."""
    online = _cited(ref) if not ref.get("pages", "eid", "doi", "pmid") else ""
    date = _date(ref, options)
    if _is_forthcoming(ref):
        date = _join(" ", "Forthcoming", date if ref.year else "")
    journal = ref.get("shortjournal", "journal", "journaltitle")
    return _present(
        _sentence(_by(ref, options)),
        _title(ref),
        _sentence(journal, suffix=" [Internet]" if online and journal else ""),
        _sentence(_location(ref, options, _join(" ", date, online))),
    )


def _newspaper(ref: Reference, options: _Options) -> _Sentences:
    """Newspaper article (Citing Medicine, chapter 8; ICMJE sample 15)."""
    section = ref.get("section")
    pages = shorten_pages(ref.get("pages"))
    where = f"{_join(':', f'Sect. {section}' if section else '', pages)}"
    column = f" (col. {ref.get('column')})" if ref.get("column") else ""
    separator = ";" if section else ":"
    return _present(
        _sentence(_by(ref, options)),
        _title(ref),
        _sentence(ref.get("journal", "journaltitle", "shortjournal")),
        _sentence(_join(separator, _date(ref, options), where) + column),
    )


def _book(ref: Reference, options: _Options) -> _Sentences:
    """Book (Citing Medicine, chapter 2; ICMJE sample 10)."""
    return _present(
        _sentence(_by(ref, options)),
        _title(ref, medium="Internet" if _cited(ref) else ""),
        *_edition_and_volume(ref),
        _imprint(ref, _join(" ", _year(ref), _cited(ref)), everything=True),
        _pages_of_book(ref),
        _series(ref),
        *_available(ref),
    )


def _chapter(ref: Reference, options: _Options) -> _Sentences:
    """Part of a book (Citing Medicine, chapter 2B; ICMJE sample 11)."""
    return _present(
        _sentence(name_list(ref.authors, everyone=options.all_authors)),
        _title(ref),
        *_in(ref, options),
        *_edition_and_volume(ref),
        _imprint(ref, _join(" ", _year(ref), _cited(ref)), everything=True),
        _pages_of_book(ref),
        _series(ref),
        *_available(ref),
    )


def _conference_paper(ref: Reference, options: _Options) -> _Sentences:
    """Paper in proceedings (Citing Medicine, chapter 6; ICMJE sample 12)."""
    return _present(
        _sentence(name_list(ref.authors, everyone=options.all_authors)),
        _title(ref),
        *_in(ref, options, event=_event(ref)),
        _imprint(ref, _join(" ", _year(ref), _cited(ref)), everything=True),
        _pages_of_book(ref),
        _series(ref),
        *_available(ref),
    )


def _proceedings(ref: Reference, options: _Options) -> _Sentences:
    """Proceedings as a whole (Citing Medicine, chapter 5)."""
    event = _event(ref)
    return _present(
        _sentence(_by(ref, options)),
        _title(ref),
        _sentence(event.removeprefix("; ")),
        _imprint(ref, _year(ref), everything=True),
        _series(ref),
    )


def _thesis(ref: Reference, options: _Options) -> _Sentences:
    """Dissertation or thesis (Citing Medicine, chapter 4; ICMJE sample 13)."""
    kind = ref.get("type").lower()
    masters = ref.type == "mastersthesis" or "master" in kind or kind == "mathesis"
    return _present(
        _sentence(_by(ref, options)),
        _title(ref, medium="master's thesis" if masters else "dissertation"),
        _imprint(ref, _join(" ", _date(ref, options), _cited(ref)), everything=True),
        *_available(ref),
    )


def _patent(ref: Reference, options: _Options) -> _Sentences:
    """Patent (Citing Medicine, chapter 12; ICMJE sample 14)."""
    inventors = name_list(ref.authors, everyone=options.all_authors)
    role = "inventor" if len(ref.authors) == 1 else "inventors"
    holder = ref.get("holder")
    number = _join(" ", ref.get("country", "location", "address", "nationality"), "patent", ref.get("number"))
    return _present(
        _sentence(_join("; ", f"{inventors}, {role}" if inventors else "", f"{holder}, assignee" if holder else "")),
        _title(ref),
        _sentence(number[:1].upper() + number[1:]),
        _sentence(_date(ref, options)),
    )


def _report(ref: Reference, options: _Options) -> _Sentences:
    """Report or guideline that stands alone (Citing Medicine, chapter 5)."""
    number = ref.get("number")
    return _present(
        _sentence(_by(ref, options)),
        _title(ref, medium="Internet" if _cited(ref) else ""),
        *_edition_and_volume(ref),
        _imprint(ref, _join(" ", _date(ref, options), _cited(ref)), everything=True),
        _sentence(f"Report No.: {number}" if number else ""),
        *_available(ref),
    )


def _web_page(ref: Reference, options: _Options) -> _Sentences:
    """Web page (Citing Medicine, chapter 25)."""
    return _present(
        _sentence(_by(ref, options)),
        _title(ref, medium="Internet"),
        _imprint(ref, _join(" ", _date(ref, options), _cited(ref)), everything=False),
        *_available(ref, always=True),
    )


def _document(ref: Reference, options: _Options) -> _Sentences:
    """Anything else: who, what, how, where and when."""
    return _present(
        _sentence(_by(ref, options)),
        _title(ref, medium="Internet" if _cited(ref) else ""),
        _sentence(ref.get("booktitle", "journal", "journaltitle")),
        _sentence(ref.get("howpublished")),
        _imprint(ref, _join(" ", _date(ref, options), _cited(ref)), everything=False),
        *_available(ref),
    )


def _year(ref: Reference) -> str:
    return date_text(Date(ref.year))


def _edition_and_volume(ref: Reference) -> list[_Sentence]:
    volume = ref.get("volume")
    in_series = bool(ref.get("series"))
    return _present(
        _sentence(edition_text(ref.get("edition"))),
        _sentence(f"Vol. {volume}" if volume and not in_series else ""),
    )


def _in(ref: Reference, options: _Options, event: str = "") -> list[_Sentence]:
    title: _Piece = ref.booktitle or ref.get("journal", "journaltitle")
    if not title:
        return []
    editors = _sentence(_editors(ref, options))
    online = " [Internet]" if _cited(ref) and not str(title).endswith("[Internet]") else ""
    book = _sentence(title, suffix=online + event)
    return [("In: ", *editors, " ", *book)] if editors else [("In: ", *book)]


def _event(ref: Reference) -> str:
    """``; 2002 Apr 3-5; Kinsdale, Ireland`` behind the title of proceedings."""
    given = ref.get("eventdate")
    date = parse_iso(given)
    return "".join(f"; {part}" for part in (date_text(date) if date else given, ref.get("venue", "eventplace")) if part)


def _imprint(ref: Reference, date: str, *, everything: bool) -> _Sentence:
    """``Place: Publisher; date``. Citing Medicine, chapter 2: what is not known is said in square brackets."""
    place = ref.get("address", "location")
    publisher = ref.get("publisher", "school", "institution", "organization")
    if place or publisher:
        made = f"{place or '[place unknown]'}: {publisher or '[publisher unknown]'}"
    else:
        made = "[place unknown: publisher unknown]" if everything else ""
    return _sentence(_join("; ", made, date))


def _pages_of_book(ref: Reference) -> _Sentence:
    pages = shorten_pages(ref.get("pages"))
    return _sentence(f"p. {pages}" if pages else "")


def _series(ref: Reference) -> _Sentence:
    series, number = ref.get("series"), ref.get("volume", "number")
    return _sentence(f"({_join('; vol. ', series, number)})" if series else "")


def _cited(ref: Reference) -> str:
    """``[cited 2026 Jan 5]`` for what was read on the web (Citing Medicine, chapter 25, date of citation)."""
    date = parse_iso(ref.get("urldate"))
    return f"[cited {date_text(date)}]" if date and ref.url else ""


def _available(ref: Reference, *, always: bool = False) -> list[_Sentence]:
    """``Available from:`` and the address, with a full stop only behind a slash (Citing Medicine, chapter 25)."""
    if not ref.url or not (always or _cited(ref)):
        return []
    return [(f"Available from: {ref.url}{'.' if ref.url.endswith('/') else ''}",)]


def _notes(ref: Reference, options: _Options) -> list[_Sentence]:
    """What follows every form: language, DOI, state of publication, note."""
    languages = language_names(ref.get("language", "langid"))
    foreign = any(language != "English" for language in languages)
    online = ref.type == "article" and not ref.get("pages", "eid", "doi", "pmid") and not is_newspaper(ref)
    return _present(
        _sentence(", ".join(languages) if foreign else ""),
        _sentence(f"doi: {ref.doi}" if options.with_doi and ref.doi else ""),
        _sentence("[Epub ahead of print]" if is_ahead_of_print(ref) else ""),
        *(_available(ref) if online else ()),
        _sentence(ref.get("note")),
    )


_FORMS: dict[str, Callable[[Reference, _Options], _Sentences]] = {
    "article": _article,
    "book": _book,
    "mvbook": _book,
    "booklet": _book,
    "manual": _book,
    "collection": _book,
    "inbook": _chapter,
    "incollection": _chapter,
    "inproceedings": _conference_paper,
    "conference": _conference_paper,
    "proceedings": _proceedings,
    "phdthesis": _thesis,
    "mastersthesis": _thesis,
    "thesis": _thesis,
    "patent": _patent,
    "report": _report,
    "techreport": _report,
    "online": _web_page,
    "electronic": _web_page,
    "webpage": _web_page,
    "www": _web_page,
}

# --- links -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16_384)
def identifier_links(ref: Reference) -> tuple[tuple[str, str, str], ...]:
    """Label, what is shown, and address for each identifier that the reference has."""
    found = (
        ("DOI", ref.doi, f"https://doi.org/{quote(ref.doi, safe='/')}"),
        ("PMID", ref.pmid, f"https://pubmed.ncbi.nlm.nih.gov/{quote(ref.pmid, safe='')}/"),
        ("PMCID", ref.pmcid, f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(ref.pmcid, safe='')}/"),
    )
    return tuple(link for link in found if link[1])
