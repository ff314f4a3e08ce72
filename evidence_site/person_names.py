"""Names of authors and editors: BibTeX's form in, persons and groups out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pybtex.bibtex.exceptions import BibTeXError  # type: ignore[import-untyped,unused-ignore]
from pybtex.database import Person  # type: ignore[import-untyped,unused-ignore]
from pybtex.exceptions import PybtexError  # type: ignore[import-untyped,unused-ignore]

from evidence_site import limits
from evidence_site.latex import one_line, plain, shorten, words

SUFFIXES = words("jr jr. sr sr. junior senior ii iii iv v vi 2nd 3rd 4th 5th 6th ii. iii. iv. 2d 3d")
_ORGANISATION = re.compile(
    r"\b(?:Group|Committee|Consortium|Society|Association|Organi[sz]ation|Foundation|Network|Collaborati(?:on|ve)|"
    r"Investigators|Task Force|Institute|Agency|Ministry|Department|University|College|Council|Federation|Panel|"
    r"Administration|Initiative|Programme|Program)\b"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A person, or with ``literal`` a group or organisation."""

    family: str = ""
    given: str = ""
    particle: str = ""
    """Lower-case words before the family name: ``van``, ``de la``."""
    suffix: str = ""
    literal: str = ""


def is_organisation(name: str) -> bool:
    """Whether a name holds a word that only groups and organisations have."""
    return _ORGANISATION.search(name) is not None


OTHERS = Name(literal="others")
"""What ``and others`` at the end of a list of names becomes: further names that the entry does not give."""


Fault = tuple[str, str, bool]
"""A message, a hint, and whether it is an error."""
Report = Callable[[str, str, bool], None]
"""Called with a fault."""


def inverted(name: Name) -> str:
    """The name with its family name first: ``van Moorselaar, Jr., R. J.``"""
    if name.literal:
        return name.literal
    return ", ".join(filter(None, (f"{name.particle} {name.family}".strip(), name.suffix, name.given)))


def no_problem(message: str, hint: str, fatal: bool) -> None:
    """For names that were checked before."""


_PLAIN_NAME = re.compile(r"((?:[A-ZÀ-ÖØ-Þ][^\s,;{}\\$~&`\"]*\s+)*[A-ZÀ-ÖØ-Þ][^\s,;{}\\$~&`\"]*),\s*([^,;{}\\$~&`\"]+)")
_AND = re.compile(r"\s+and(?=\s)", re.IGNORECASE)
_NAME_TOKEN = re.compile(r"[{}]|\s+and(?=\s)|,|;|&", re.IGNORECASE)


def read_names(source: str, report: Report) -> tuple[Name, ...]:
    """The names of an author or editor field: ``Family, Given and {An organisation} and others``."""
    if not source or source.isspace():
        return ()
    parts = [" ".join(part.split()) for part in _split_names(source)]
    names = []
    for number, part in enumerate(parts, 1):
        if part.lower() == "others" and number == len(parts) > 1:
            names.append(OTHERS)
        elif not part:
            report("a name is missing beside an “and”.", "Write Family, Given and Family, Given.", True)
        else:
            name, fault = read_name(part)
            names.append(name)
            if fault is not None:
                report(*fault)
    return tuple(names)


def _split_names(source: str) -> list[str]:
    if "{" not in source:
        return _AND.split(f" {source} ")
    return _split(f" {source} ", "and")


def _split(source: str, separator: str) -> list[str]:
    """The text cut at a separator outside of all braces."""
    pieces, depth, start = [], 0, 0
    for match in _NAME_TOKEN.finditer(source):
        token = match.group().strip().lower()
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
        elif token == separator and depth <= 0:
            pieces.append(source[start : match.start()])
            start = match.end()
    return [*pieces, source[start:]]


@lru_cache(maxsize=65_536)
def read_name(source: str) -> tuple[Name, Fault | None]:
    """One name in BibTeX's form, and what is wrong with it; with a fault the name is kept as it was written."""
    if (simple := _simple_name(source)) is not None:
        return simple, None
    shown = shorten(plain(source))
    if len(source) > limits.BIBTEX_NAME:
        kept = plain(re.sub(r"[{}]", "", source[: limits.BIBTEX_NAME]))
        return Name(literal=kept), (f"the name “{shown}” is too long.", "Put “and” between the names.", True)
    if _is_group(source):
        return Name(literal=plain(source)), None
    parts = [part.strip() for part in _split(source, ",")]
    if (fault := _fault(source, parts, shown)) is not None:
        return Name(literal=plain(source)), (*fault, True)
    if len(parts) == 3 and parts[1].lower() not in SUFFIXES:
        parts[1:] = [parts[2], parts[1]]  # "Gilstrap, Larry C., 3rd"
    try:
        name = _from_person(Person(", ".join(part for part in parts if part) if any(parts[1:]) else parts[0]))
    except (PybtexError, BibTeXError, ValueError, IndexError):
        hint = "Write Family, Given; put braces around an organisation."
        return Name(literal=plain(source)), (f"“{shown}” cannot be read as a name.", hint, True)
    if len(parts) == 1 and _ORGANISATION.search(shown):
        hint = f"If it is an organisation, put braces around its name: {{{shown}}}."
        return name, (f"“{shown}” is read as a person with the family name “{name.family}”.", hint, False)
    return name, None


def _simple_name(source: str) -> Name | None:
    """``Family, Given`` without anything special in it, as nearly all names are."""
    match = _PLAIN_NAME.fullmatch(source)
    if match is None:
        return None
    family, given = match[1].split(), match[2].split()
    if not given or {*map(str.lower, (*family[1:], *given))} & SUFFIXES:
        return None
    return Name(one_line(match[1]), one_line(match[2]))


def _is_group(source: str) -> bool:
    """Whether one pair of braces holds the whole name; ``{\\O}`` and the like are letters."""
    if not source.startswith("{") or not source.endswith("}") or source.startswith("{\\"):
        return False
    depth = 0
    for match in re.finditer(r"[{}]", source):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.end() == len(source)
    return False


def _fault(source: str, parts: list[str], shown: str) -> tuple[str, str] | None:
    """What keeps the name from being a person's, in a message and a hint."""
    if len(_split(source, ";")) > 1 or len(_split(source, "&")) > 1:
        hint = "Put “and” between persons: Family, Given and Family, Given. Put braces around an organisation."
        return f"“{shown}” holds a sign that does not separate names.", hint
    if re.search(r"\bet\.? al\b", source, re.IGNORECASE):
        return f"“{shown}” holds “et al.”.", "Name all authors, or end the list with “and others”."
    if not parts[0]:
        return f"“{shown}” has no family name before its comma.", "Write Family, Given."
    if len(parts) > 3 or (len(parts) == 3 and not {parts[1].lower(), parts[2].lower()} & SUFFIXES):
        hint = "Put “and” between persons: Family, Given and Family, Given. One comma belongs to each."
        return f"“{shown}” has too many commas for one person.", hint
    if len(parts) == 2 and parts[1].lower() in SUFFIXES:
        return f"“{shown}” has “{parts[1]}” in place of given names.", f"Write Family, {parts[1]}, Given."
    return None


def _from_person(person: Any) -> Name:
    given = [plain(word) for word in (*person.first_names, *person.middle_names)]
    particle = [plain(word) for word in person.prelast_names]
    family = [plain(word) for word in person.last_names]
    suffix = [plain(word) for word in person.lineage_names]
    if not suffix and len(family) > 1 and family[-1].lower() in SUFFIXES:
        suffix = [family.pop()]
    if not suffix and len(given) > 1 and given[-1].lower() in SUFFIXES:
        suffix = [given.pop()]
    if particle and particle[0][:1].isupper():  # "Ortega y Gasset", "Van den Berg": part of the family name
        particle, family = [], particle + family
    return Name(*(" ".join(filter(None, part)) for part in (family, given, particle, suffix)))
