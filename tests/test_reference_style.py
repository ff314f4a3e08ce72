"""The reference style: printed forms as case files, and what has to hold for any reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as st

from evidence_site.bibliography import Name, Reference, read_bibliography
from evidence_site.latex import RichText, Span
from evidence_site.problems import Place
from evidence_site.reference_style import (
    edition_text,
    expand_pages,
    format_reference,
    identifier_links,
    initials,
    name_list,
    name_text,
    ordinal,
    short_name,
    shorten_pages,
)

CASES = sorted(
    path for path in (Path(__file__).parent / "cases" / "references").glob("*.yaml") if "problem-" not in path.name
)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    """Each case file gives a BibTeX entry and how it is printed."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    bib = tmp_path / "references.bib"
    bib.write_text(case["bibtex"], encoding="utf-8")
    references, problems = read_bibliography(bib, "references.bib")
    assert [(p.code, p.message) for p in problems] == []
    (ref,) = references.values()
    formatted = format_reference(ref, **case.get("options", {}))
    assert formatted.text == case["expected"]
    if "html" in case:
        assert str(formatted.html) == case["html"]
    if "short_name" in case:
        assert short_name(ref) == case["short_name"]


def test_every_icmje_sample_has_its_case() -> None:
    """The samples that the style was built from are all there."""
    found = {path.name.split("-")[1] for path in CASES if path.name.startswith("icmje-")}
    assert found == {f"{number:02d}" for number in range(1, 17)} | {"01b", "06b"}


@pytest.mark.parametrize(
    ("given_names", "expected"),
    [
        ("Scott D.", "SD"), ("S. D.", "SD"), ("S.D.", "SD"), ("SD", "SD"), ("Jean-Pierre", "JP"), ("J.-Y.", "JY"),
        ("Lu-Jiao", "LJ"), ("Xiao yan", "XY"), ("Shin-ichi", "SI"), ("D'Arcy", "D"), ("W. St. John", "WS"),
        ("Craig McC.", "CM"), ("Melissa S. A. M.", "MS"), ("Ángel", "Á"), ("émile", "É"), ("", ""), ("Jo", "J"),
        ("Jean‐Yves", "JY"), ("(Bob) Robert", "BR"), ("露姣", "露"),
    ],
)  # fmt: skip
def test_initials(given_names: str, expected: str) -> None:
    """Given names become initials without dots, spaces or hyphens."""
    assert initials(given_names) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (Name("Moorselaar", "R. J.", "van"), "van Moorselaar RJ"),
        (Name("Cunningham", "F. Gary", "", "Jr."), "Cunningham FG Jr"),
        (Name("Gilstrap", "Larry C.", "", "III"), "Gilstrap LC 3rd"),
        (Name("Liel"), "Liel"),
        (Name(literal="Alf-One Study Group"), "Alf-One Study Group"),
    ],
)
def test_name(name: Name, expected: str) -> None:
    """Particles stay lower case, suffixes come last without a comma."""
    assert name_text(name) == expected


def test_six_authors_are_all_named_and_a_seventh_gives_et_al() -> None:
    """ICMJE: the first six, then et al.; all of them on request."""
    names = tuple(Name(f"Family{letter}", "A.") for letter in "ABCDEFG")
    assert name_list(names[:6], everyone=False).endswith("FamilyF A")
    assert name_list(names, everyone=False).endswith("FamilyF A, et al.")
    assert name_list(names, everyone=True).endswith("FamilyG A")


PAGES = [
    ("284-287", "284-7"), ("284--287", "284-7"), ("284–287", "284-7"), ("S93-S99", "S93-9"), ("S93-99", "S93-9"),
    ("e20-e24", "e20-4"), ("e3540-e3556", "e3540-56"), ("1099-1101", "1099-101"), ("99-101", "99-101"),
    ("iii-v", "iii-v"), ("126A-127A", "126A-127A"), ("4208-14", "4208-14"), ("184", "184"), ("184-184", "184"),
    ("a2752", "a2752"), ("10-15, 20-25", "10-5, 20-5"), ("257-260; discussion 261", "257-60; discussion 261"),
    ("1759720X241259897", "1759720X241259897"), ("287-284", "287-284"), ("S1-T4", "S1-T4"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("pages", "expected"), PAGES)
def test_pages_are_shortened(pages: str, expected: str) -> None:
    """Digits that repeat in the last page are left out."""
    assert shorten_pages(pages) == expected


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        ("4", "4th ed."), ("4th", "4th ed."), ("fourth", "4th ed."), ("Fourth edition", "4th ed."), ("2nd ed.", "2nd ed."),
        ("Revised", "Rev. ed."), ("", ""), ("21", "21st ed."), ("112", "112th ed."),
    ],
)  # fmt: skip
def test_edition(edition: str, expected: str) -> None:
    """Editions are ordinals, however they were written."""
    assert edition_text(edition) == expected


def test_ordinals() -> None:
    """The teens take th."""
    expected = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 111: "111th"}
    assert {number: ordinal(number) for number in expected} == expected


def make(**given_fields: object) -> Reference:
    """A reference with the given parts and nothing else."""
    parts: dict[str, object] = {
        "key": "smith2019", "type": "article", "fields": {}, "title": RichText.plain("A title of six whole words here"),
        "booktitle": RichText(), "authors": (), "editors": (), "year": 2019, "doi": "", "pmid": "", "pmcid": "",
        "url": "", "place": Place("references.bib"), "field_places": {},
    }  # fmt: skip
    return Reference(**{**parts, **given_fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "year", "expected"),
    [
        (("Hong",), 2018, "Hong 2018"),
        (("Kovacs", "Ralston"), 2015, "Kovacs and Ralston 2015"),
        (("Smith", "Jones", "Brown"), 2019, "Smith et al. 2019"),
        (("Liel",), None, "Liel (date unknown)"),
        ((), 2021, "A title of six whole… 2021"),
        (("محمد",), 2021, "محمد\u200e 2021"),
        (("Cohen", "לוי"), 2020, "Cohen and לוי\u200e 2020"),
        (("לוי",), None, "לוי\u200e (date unknown)"),
        (("王",), 2020, "王 2020"),
    ],
)
def test_short_name(names: tuple[str, ...], year: int | None, expected: str) -> None:
    """One, two, or more authors; the title where there is none."""
    assert short_name(make(authors=tuple(Name(name, "A.") for name in names), year=year)) == expected


def test_links_are_percent_encoded() -> None:
    """Whatever a DOI holds, the address has no character that could end it."""
    doi = "10.1002/(SICI)1097-0142(1999)85:1<1::AID\"x'>3.0.CO;2-#"
    ref = make(doi=doi, pmid="12140307", pmcid="PMC2883065")
    (label, shown, href), pmid, pmcid = identifier_links(ref)
    assert (label, shown) == ("DOI", doi)
    assert re.fullmatch(r"https://doi\.org/[A-Za-z0-9%/._~-]+", href)
    assert pmid == ("PMID", "12140307", "https://pubmed.ncbi.nlm.nih.gov/12140307/")
    assert pmcid == ("PMCID", "PMC2883065", "https://pmc.ncbi.nlm.nih.gov/articles/PMC2883065/")
    assert identifier_links(make()) == ()


# --- what holds for any reference ------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
rich_texts = st.builds(
    RichText,
    st.lists(
        st.builds(Span, texts.filter(bool), st.sampled_from([(), ("i",), ("b",), ("sub",), ("i", "sup")])), max_size=3
    ).map(tuple),
)
name_values = st.one_of(st.builds(Name, texts, texts, texts, texts), st.builds(Name, literal=texts.filter(bool)))
TYPES = ["article", "book", "incollection", "inproceedings", "proceedings", "phdthesis", "patent", "report", "online",
         "misc", "nonsense"]  # fmt: skip
FIELD_NAMES = ["journal", "shortjournal", "volume", "number", "pages", "month", "day", "date", "edition", "address",
               "publisher", "language", "note", "series", "translatedtitle", "subtitle", "pubstate", "urldate",
               "eventdate", "venue", "section", "column", "holder", "howpublished", "type"]  # fmt: skip
references = st.builds(
    make,
    type=st.sampled_from(TYPES),
    fields=st.dictionaries(st.sampled_from(FIELD_NAMES), texts | st.sampled_from(["12", "3-5", "jul", "2019-02-01"])),
    title=rich_texts,
    booktitle=rich_texts,
    authors=st.lists(name_values, max_size=8).map(tuple),
    editors=st.lists(name_values, max_size=3).map(tuple),
    year=st.none() | st.integers(1450, 2100),
    doi=texts,
    url=st.just("") | texts,
)


@given(references, st.booleans(), st.booleans(), st.booleans())
def test_any_reference_formats_and_is_escaped(ref: Reference, everyone: bool, short: bool, doi: bool) -> None:
    """No reference crashes the style, and nothing in it becomes HTML but the markup of titles."""
    formatted = format_reference(ref, all_authors=everyone, short_date=short, with_doi=doi)
    without_markup = re.sub(r"</?(?:i|b|sub|sup|bdi)>", "", str(formatted.html))
    assert "<" not in without_markup
    assert ">" not in without_markup
    assert not re.search(r"&(?!amp;|lt;|gt;|#34;|#39;)", without_markup)
    assert formatted.html.striptags() == " ".join(formatted.text.split())
    assert short_name(ref)


@given(st.text())
def test_initials_never_hold_dots_or_spaces(text: str) -> None:
    """Whatever the given names are, at most two letters come out."""
    found = initials(text)
    assert len(found) <= 2
    assert all(char.isalpha() for char in found)


@given(st.sampled_from(["", "S", "e", "suppl"]), st.integers(1, 10**6), st.integers(0, 10**6))
def test_shortened_pages_can_be_read_back(prefix: str, first: int, more: int) -> None:
    """Shortening loses nothing, never makes a range longer, and once is enough."""
    full = f"{prefix}{first}-{prefix}{first + more}"
    short = shorten_pages(full)
    assert len(short) <= len(full)
    assert shorten_pages(short) == short
    assert expand_pages(short) == (full if more else f"{prefix}{first}")


@given(st.text(alphabet="0123456789SeivxA-–,; ", max_size=30))
def test_shortening_any_pages_is_stable(pages: str) -> None:
    """What is not a range of pages is left alone, however odd."""
    assert shorten_pages(shorten_pages(pages)) == shorten_pages(pages)
