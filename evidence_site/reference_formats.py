"""References for other programs: BibTeX, RIS and CSL-JSON.

Values are text in each of the formats: no brace, line break or control character of a field can end the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from evidence_site.bibliography import (
    FIELDS,
    KEY_PATTERN,
    OTHERS,
    VERBATIM,
    Date,
    Name,
    Reference,
    parse_iso,
    publication_date,
)
from evidence_site.latex import INVISIBLE, encode, encode_rich, one_line, words
from evidence_site.person_names import no_problem, read_names
from evidence_site.reference_style import expand_pages, is_newspaper

# --- BibTeX ----------------------------------------------------------------------------------------------------------

LOCAL_FIELDS = words(
    "file pdf owner timestamp groups mendeley-groups mendeley-tags priority ranking readstatus read date-added "
    "date-modified creationdate modificationdate bdsk-file-1 bdsk-url-1 bdsk-url-2 annotation annote comment abstract"
)
"""What a reference manager notes for the owner of one computer, and abstracts, whose words belong to others.

None of it is passed on.
"""

_FIELD_NAME = re.compile(r"[A-Za-z!$&*+./:;<>?^_|-][A-Za-z0-9!$&*+./:;<>?^_|-]*")


def to_bibtex(ref: Reference) -> str:
    """One entry; read again it gives the same reference."""
    values = {name: _bibtex_value(ref, name) for name in ref.fields if _is_passed_on(name)}
    lines = [f"  {name} = {{{value}}},\n" for name, value in values.items() if value]
    key = ref.key if KEY_PATTERN.fullmatch(ref.key) else re.sub(r"[^A-Za-z0-9_-]", "-", ref.key)
    return f"@{ref.type}{{{key},\n{''.join(lines)}}}\n"


def _is_passed_on(name: str) -> bool:
    return name not in LOCAL_FIELDS and (name in FIELDS or _FIELD_NAME.fullmatch(name) is not None)


def _bibtex_value(ref: Reference, name: str) -> str:
    if name == "title":
        return encode_rich(ref.title)
    if name == "booktitle":
        return encode_rich(ref.booktitle)
    if name in ("author", "editor"):
        names = ref.authors if name == "author" else ref.editors
        return " and ".join(_bibtex_name(person) for person in names)
    if name in VERBATIM:
        return _verbatim(one_line(ref.fields[name]))
    return encode(one_line(ref.fields[name]))


def _verbatim(text: str) -> str:
    # an address needs its % and _ as they are; braces and backslashes, which it cannot have, are percent-encoded
    return re.sub(r"[\\{}]", lambda match: f"%{ord(match.group()):02X}", text)


def _bibtex_name(name: Name) -> str:
    """The name as BibTeX reads it back; braces go round what would be taken apart otherwise."""
    if name == OTHERS:
        return "others"
    if name.literal:
        return f"{{{encode(name.literal)}}}"
    family, given, particle, suffix = (encode(part) for part in (name.family, name.given, name.particle, name.suffix))
    whole = f"{particle} {family}".strip()
    braced = f"{particle} {{{family}}}".strip()
    for last, first in ((whole, given), (braced, given), (braced, f"{{{given}}}"), (braced + "{}", f"{{{given}}}")):
        written = ", ".join(part for part in (last, suffix, first) if part and part != "{}")
        if read_names(written, no_problem) == (name,):
            return written
    return f"{{{encode(' '.join(filter(None, (name.given, name.particle, name.family, name.suffix))))}}}"


def file_of(entries: Iterable[str]) -> str:
    """A file of entries in BibTeX, or of records in RIS, in the order given."""
    return "\n".join(entries)


# --- RIS -------------------------------------------------------------------------------------------------------------

_RIS_TYPES = {
    "article": "JOUR", "book": "BOOK", "mvbook": "BOOK", "booklet": "PAMP", "manual": "BOOK", "collection": "EDBOOK",
    "inbook": "CHAP", "incollection": "CHAP", "inproceedings": "CPAPER", "conference": "CPAPER",
    "proceedings": "CONF", "phdthesis": "THES", "mastersthesis": "THES", "thesis": "THES", "patent": "PAT",
    "report": "RPRT", "techreport": "RPRT", "online": "ELEC", "electronic": "ELEC", "webpage": "ELEC", "www": "ELEC",
    "unpublished": "UNPB", "dataset": "DATA", "software": "COMP",
}  # fmt: skip


def to_ris(ref: Reference) -> str:
    """One record in RIS, the format that EndNote, Zotero and Mendeley read."""
    kind = "NEWS" if is_newspaper(ref) else _RIS_TYPES.get(ref.type, "GEN")
    rows = [("TY", kind), *_ris_names(ref), *_ris_rows(ref)]
    lines = [f"{tag}  - {line}\n" for tag, value in rows if (line := ris_value(value))]
    return "".join(lines) + "ER  - \n"


def ris_value(text: str) -> str:
    """The text on one line and without control characters, so that it cannot begin another tag."""
    return one_line(INVISIBLE.sub(" ", text))


def _ris_names(ref: Reference) -> list[tuple[str, str]]:
    editor_tag = "AU" if not ref.authors else "A2"
    people = [("AU", name) for name in ref.authors] + [(editor_tag, name) for name in ref.editors]
    return [(tag, _ris_name(name)) for tag, name in people if name != OTHERS]


def _ris_name(name: Name) -> str:
    if name.literal:
        return name.literal
    family = f"{name.particle} {name.family}".strip()
    return ", ".join([family, name.given, name.suffix] if name.suffix else [family, name.given]).removesuffix(", ")


def _ris_rows(ref: Reference) -> list[tuple[str, str]]:
    date = publication_date(ref)
    first, _, last = expand_pages(ref.get("pages", "eid")).partition("-")
    if "," in last or ";" in last or "-" in last:
        first, last = expand_pages(ref.get("pages")), ""
    accessed = parse_iso(ref.get("urldate"))
    return [
        ("TI", ref.title.text),
        ("TT", ref.get("translatedtitle")),
        ("T2", ref.get("journal", "journaltitle", "booktitle", "series")),
        ("J2", ref.get("shortjournal")),
        ("PY", str(date.year or "")),
        ("DA", _ris_date(date) if date.month else ""),
        ("VL", ref.get("volume")),
        ("IS", "" if ref.type in ("patent", "report", "techreport") else ref.get("number", "issue")),
        ("SN", ref.get("issn", "isbn")),
        ("M1", ref.get("number") if ref.type in ("patent", "report", "techreport") else ""),
        ("SP", first),
        ("EP", last),
        ("ET", ref.get("edition")),
        ("CY", ref.get("address", "location")),
        ("PB", ref.get("publisher", "school", "institution", "organization")),
        ("LA", ref.get("language", "langid")),
        ("DO", ref.doi),
        ("AN", ref.pmid),
        ("C2", ref.pmcid),
        ("UR", ref.url),
        ("Y2", _ris_date(accessed) if accessed else ""),
        ("N1", ref.get("note")),
        ("ID", ref.key),
    ]


def _ris_date(date: Date) -> str:
    return "/".join([f"{part:02d}" for part in (date.year, date.month, date.day) if part]) if date.year else ""


# --- CSL-JSON --------------------------------------------------------------------------------------------------------

_CSL_TYPES = {
    "article": "article-journal", "book": "book", "mvbook": "book", "booklet": "pamphlet", "manual": "book",
    "collection": "book", "inbook": "chapter", "incollection": "chapter", "inproceedings": "paper-conference",
    "conference": "paper-conference", "proceedings": "book", "phdthesis": "thesis", "mastersthesis": "thesis",
    "thesis": "thesis", "patent": "patent", "report": "report", "techreport": "report", "online": "webpage",
    "electronic": "webpage", "webpage": "webpage", "www": "webpage", "unpublished": "manuscript",
    "dataset": "dataset", "software": "software",
}  # fmt: skip
_CSL_FIELDS = {
    "container-title": ("journal", "journaltitle", "booktitle"),
    "container-title-short": ("shortjournal",),
    "collection-title": ("series",),
    "publisher": ("publisher", "school", "institution", "organization"),
    "publisher-place": ("address", "location"),
    "volume": ("volume",),
    "section": ("section",),
    "event-title": ("eventtitle",),
    "event-place": ("venue", "eventplace"),
    "language": ("language", "langid"),
    "ISSN": ("issn",),
    "ISBN": ("isbn",),
    "note": ("note",),
}
"""CSL variables and the fields that give them, the first that says something."""


@lru_cache(maxsize=16_384)
def to_csl(ref: Reference) -> Mapping[str, object]:
    """One item of CSL-JSON, version 1.0.2, which Zotero, pandoc and citeproc read."""
    kind = "article-newspaper" if is_newspaper(ref) else _CSL_TYPES.get(ref.type, "document")
    number = "number" if kind in ("patent", "report") else "issue"
    item: dict[str, object] = {"id": ref.key, "type": kind, "title": ref.title.text}
    item |= {variable: ref.get(*names) for variable, names in _CSL_FIELDS.items()}
    item |= {
        "author": [_csl_name(name) for name in ref.authors if name != OTHERS],
        "editor": [_csl_name(name) for name in ref.editors if name != OTHERS],
        "issued": _csl_date(publication_date(ref)),
        "accessed": _csl_date(parse_iso(ref.get("urldate"))),
        "event-date": _csl_date(parse_iso(ref.get("eventdate"))),
        number: ref.get("number", "issue"),
        "page": expand_pages(ref.get("pages", "eid")),
        "edition": ref.get("edition"),
        "genre": _genre(ref),
        "DOI": ref.doi,
        "PMID": ref.pmid,
        "PMCID": ref.pmcid,
        "URL": ref.url,
    }
    return {variable: value for variable, value in item.items() if value}


def _genre(ref: Reference) -> str:
    return {"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis"}.get(ref.type, "")


def _csl_name(name: Name) -> dict[str, str]:
    if name.literal:
        return {"literal": name.literal}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}


def _csl_date(date: Date | None) -> dict[str, object] | None:
    if date is None or not date.year:
        return None
    start = _date_parts(date.year, date.month, date.day)
    if date.end_year or date.end_month or date.end_day:
        end = _date_parts(date.end_year or date.year, date.end_month or date.month, date.end_day)
        return {"date-parts": [start, end]}
    return {"date-parts": [start], "season": date.season} if date.season else {"date-parts": [start]}


def _date_parts(year: int, month: int | None, day: int | None) -> list[int]:
    if not month:
        return [year]
    return [year, month, day] if day else [year, month]


def csl_json_file(items: Iterable[str]) -> str:
    """A JSON list of the items, each of which is JSON already, in the order given."""
    return f"{lines_of(items)}\n"


def json_line(item: object) -> str:
    """An item as JSON on one line."""
    return json.dumps(item, ensure_ascii=False)


def lines_of(items: Iterable[str]) -> str:
    """A JSON list with a line for each item, which is JSON already."""
    return "[\n" + ",\n".join(items) + "\n]"
