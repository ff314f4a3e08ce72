"""The exports: what other programs read is what the bibliography says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as st
from pybtex.database import parse_string  # type: ignore[import-untyped,unused-ignore]

from evidence_site.bibliography import OTHERS, Name, Reference, read_bibliography
from evidence_site.latex import RichText, Span, one_line
from evidence_site.problems import Place
from evidence_site.reference_formats import (
    csl_json_file,
    file_of,
    json_line,
    to_bibtex,
    to_csl,
    to_ris,
)

CASES = sorted(
    path for path in (Path(__file__).parent / "cases" / "references").glob("*.yaml") if "problem-" not in path.name
)
RIS_LINE = re.compile(r"[A-Z][A-Z0-9]  - .*")
RIS_TYPES = {"JOUR", "BOOK", "EDBOOK", "CHAP", "CPAPER", "CONF", "THES", "PAT", "NEWS", "ELEC", "RPRT", "UNPB", "DATA",
             "COMP", "PAMP", "GEN"}  # fmt: skip
CSL_TYPES = {"article-journal", "article-newspaper", "book", "chapter", "dataset", "document", "manuscript", "pamphlet",
             "paper-conference", "patent", "report", "software", "thesis", "webpage"}  # fmt: skip
CSL_NAME_PARTS = {"family", "given", "non-dropping-particle", "suffix", "literal"}


def read(text: str, folder: Path) -> dict[str, Reference]:
    """The references of a bibliography without errors."""
    path = folder / "references.bib"
    path.write_text(text, encoding="utf-8")
    references, problems = read_bibliography(path, "references.bib")
    assert not [problem for problem in problems if problem.code not in ("unknown-entry-type", "unknown-field")], (
        problems
    )
    return references


def as_csl(ref: Reference) -> str:
    """A reference as the file of all in CSL-JSON holds it."""
    return json_line(to_csl(ref))


def content(ref: Reference) -> tuple[object, ...]:
    """What a reference says, without where it stands."""
    return (ref.key, ref.type, dict(ref.fields), ref.title, ref.booktitle, ref.authors, ref.editors, ref.year, ref.doi,
            ref.pmid, ref.pmcid, ref.url)  # fmt: skip


@pytest.fixture(params=CASES, ids=lambda path: path.stem)
def ref(request: pytest.FixtureRequest, tmp_path: Path) -> Reference:
    """The reference of each case of the style."""
    (found,) = read(yaml.safe_load(request.param.read_text(encoding="utf-8"))["bibtex"], tmp_path).values()
    return found


def test_bibtex_reads_back(ref: Reference, tmp_path: Path) -> None:
    """An exported entry is the same reference, for us and for pybtex."""
    written = to_bibtex(ref)
    (again,) = read(written, tmp_path).values()
    assert content(again) == content(ref)
    entry = parse_string(written, "bibtex").entries[ref.key]
    assert entry.type == ref.type
    assert {name.lower() for name in entry.fields} | set(entry.persons) == set(ref.fields)
    assert len(entry.persons.get("author", ())) == len(ref.authors)


def test_ris_is_well_formed(ref: Reference) -> None:
    """A known type first, a tag on every line, the end last."""
    lines = to_ris(ref).splitlines()
    assert all(RIS_LINE.fullmatch(line) for line in lines), lines
    assert lines[0].removeprefix("TY  - ") in RIS_TYPES
    assert lines[-1] == "ER  - "
    assert f"TI  - {ref.title.text}" in lines


def test_csl_is_well_formed(ref: Reference) -> None:
    """Types and name parts are those of the schema, dates are numbers."""
    item = json.loads(json.dumps(to_csl(ref)))
    assert item["type"] in CSL_TYPES
    assert item["id"] == ref.key
    for name in (*item.get("author", ()), *item.get("editor", ())):
        assert set(name) <= CSL_NAME_PARTS
        assert all(name.values())
    for variable in ("issued", "accessed", "event-date"):
        for parts in item.get(variable, {}).get("date-parts", ()):
            assert 1 <= len(parts) <= 3
            assert all(isinstance(part, int) for part in parts)


def test_a_journal_article_in_each_format(tmp_path: Path) -> None:
    """One article in full."""
    (ref,) = read(
        "@article{hong2018,\n  author = {van Moorselaar, R. J. and Gilstrap, III, Larry C. and {Alf-One Group} and others},\n"
        "  title = {Vitamin K\\textsubscript{2} \\& bone: 100\\%},\n  journal = {Clinical Endocrinology},\n"
        "  shortjournal = {Clin Endocrinol (Oxf)},\n  year = {2018},\n  month = may,\n  volume = {88},\n  number = {5},\n"
        "  pages = {652--658},\n  doi = {10.1111/cen.13557},\n  pmid = {29389010},\n  language = {de},\n  file = {/home/a},\n}\n",
        tmp_path,
    ).values()
    assert to_bibtex(ref) == (
        "@article{hong2018,\n  title = {Vitamin K\\textsubscript{2} \\& bone: 100\\%},\n  journal = {Clinical Endocrinology},\n"
        "  shortjournal = {Clin Endocrinol (Oxf)},\n  year = {2018},\n  month = {May},\n  volume = {88},\n  number = {5},\n"
        "  pages = {652–658},\n  doi = {10.1111/cen.13557},\n  pmid = {29389010},\n  language = {de},\n"
        "  author = {van Moorselaar, R. J. and Gilstrap, III, Larry C. and {Alf-One Group} and others},\n}\n"
    )
    assert to_ris(ref) == (
        "TY  - JOUR\nAU  - van Moorselaar, R. J.\nAU  - Gilstrap, Larry C., III\nAU  - Alf-One Group\n"
        "TI  - Vitamin K2 & bone: 100%\nT2  - Clinical Endocrinology\nJ2  - Clin Endocrinol (Oxf)\nPY  - 2018\nDA  - 2018/05\n"
        "VL  - 88\nIS  - 5\nSP  - 652\nEP  - 658\nLA  - de\nDO  - 10.1111/cen.13557\nAN  - 29389010\nID  - hong2018\nER  - \n"
    )
    assert to_csl(ref) == {
        "id": "hong2018", "type": "article-journal", "title": "Vitamin K2 & bone: 100%",
        "container-title": "Clinical Endocrinology", "container-title-short": "Clin Endocrinol (Oxf)", "volume": "88",
        "language": "de",
        "author": [
            {"family": "Moorselaar", "given": "R. J.", "non-dropping-particle": "van"},
            {"family": "Gilstrap", "given": "Larry C.", "suffix": "III"},
            {"literal": "Alf-One Group"},
        ],
        "issued": {"date-parts": [[2018, 5]]}, "issue": "5", "page": "652-658", "DOI": "10.1111/cen.13557",
        "PMID": "29389010",
    }  # fmt: skip


def test_lists(tmp_path: Path) -> None:
    """Files of several references keep their order; JSON keeps letters as they are."""
    refs = read("@misc{b, title = {Zoë}}\n@misc{a, title = {Ärzte}}\n", tmp_path)
    assert list(read(file_of(map(to_bibtex, refs.values())), tmp_path)) == ["b", "a"]
    assert file_of(map(to_ris, refs.values())).count("ER  - \n") == 2
    assert [item["title"] for item in json.loads(csl_json_file(map(as_csl, refs.values())))] == ["Zoë", "Ärzte"]
    assert "Zoë" in csl_json_file(map(as_csl, refs.values()))
    assert file_of([]) == ""
    assert json.loads(csl_json_file([])) == []


# --- what holds for any reference ------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
clean = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Zl", "Zp"]), max_size=30).map(one_line)
words = st.text(st.characters(categories=["Lu", "Ll", "Lo"], include_characters="-'"), min_size=1, max_size=8)
names = st.one_of(
    st.builds(
        Name, words, words | st.just("A. B."), st.sampled_from(["", "van", "de la"]), st.sampled_from(["", "Jr", "III"])
    ),
    st.builds(lambda text: Name(literal=text), clean.filter(bool)),
    st.builds(Name, clean, clean),
)
styles = st.sampled_from([(), ("i",), ("b",), ("sub",), ("b", "sup")])


def make(fields: dict[str, str], spans: list[Span], authors: list[Name], url: str = "") -> Reference:
    """A reference as if it had been read."""
    title = RichText(tuple(spans))
    present = {"title": title.text, **fields} | ({"author": "given"} if authors else {}) | ({"url": url} if url else {})
    return Reference("key2019", "article", present, title, RichText(), tuple(authors), (), 2019, "", "", "", url,
                     Place("references.bib"), {})  # fmt: skip


dirty = st.builds(
    make,
    st.dictionaries(st.sampled_from(["journal", "note", "volume", "pages", "address", "x-y"]), texts),
    st.lists(st.builds(Span, texts, styles), max_size=3),
    st.lists(
        st.builds(Name, texts, texts, texts, texts) | st.builds(lambda text: Name(literal=text), texts), max_size=3
    ),
    st.just("") | texts.map(lambda text: f"https://x.org/{text}"),
)


@given(dirty)
def test_ris_fields_cannot_break_out(ref: Reference) -> None:
    """No value begins a line of its own."""
    lines = re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", to_ris(ref))
    assert lines.pop() == ""
    assert all(RIS_LINE.fullmatch(line) for line in lines)
    assert [line[:2] for line in lines].count("TY") == 1
    assert [line[:2] for line in lines].count("ER") == 1


@given(dirty)
def test_bibtex_fields_cannot_break_out(ref: Reference) -> None:
    """Whatever the values hold, there is one entry with these fields and no other."""
    entries = parse_string(to_bibtex(ref), "bibtex").entries
    assert list(entries) == ["key2019"]
    assert set(entries["key2019"].fields) | set(entries["key2019"].persons) <= set(ref.fields)


@given(dirty)
def test_csl_is_json(ref: Reference) -> None:
    """Any reference can be written as JSON and read again."""
    assert json.loads(csl_json_file([as_csl(ref)])) == [to_csl(ref)]


@given(
    st.dictionaries(st.sampled_from(["journal", "note", "volume", "address"]), clean),
    st.lists(st.builds(Span, clean, styles)),
)
def test_clean_values_read_back(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, str], spans: list[Span]
) -> None:
    """Values without control characters survive BibTeX unchanged."""
    folder = tmp_path_factory.getbasetemp()
    ref = make(fields, [Span("Title "), *spans], [])
    (once,) = read(to_bibtex(ref), folder).values()
    assert {name: value for name, value in once.fields.items() if name != "title"} == {
        name: value for name, value in fields.items() if value
    }
    (twice,) = read(to_bibtex(once), folder).values()
    assert content(twice) == content(once)


@given(st.lists(names, min_size=1, max_size=3))
def test_names_read_back(tmp_path_factory: pytest.TempPathFactory, people: list[Name]) -> None:
    """Names that were read once are written and read again as they were."""
    folder = tmp_path_factory.getbasetemp()
    (once,) = read(to_bibtex(make({}, [Span("T")], people)), folder).values()
    (twice,) = read(to_bibtex(once), folder).values()
    assert twice.authors == once.authors
    assert len(once.authors) == len(people)


@pytest.mark.parametrize(
    "name",
    [
        Name("Smith", "Anna B."), Name("Moorselaar", "R. J.", "van"), Name("Cruz", "Ana", "de la"), Name("Liel"),
        Name("Gómez de Tejada Romero", "M. J."), Name("Van den Berg", "Jan"), Name("Smith", "John", "", "Jr"),
        Name("Dell' Agnolo", "C. M."), Name(literal="Committee of Milk and Bone, Section {A} & B"), OTHERS,
        Name("Black and White", "A."), Name("lower", "case"), Name("al Bassit", "Lama"), Name("Kim", "Jo Eun"),
        Name("Two Words"), Name("Ng, Jr", "A"),
    ],
    ids=str,
)  # fmt: skip
def test_a_name_reads_back_exactly(name: Name, tmp_path: Path) -> None:
    """Particles, suffixes, groups, and names that BibTeX would take apart."""
    (ref,) = read(to_bibtex(make({}, [Span("T")], [Name("First", "A."), name])), tmp_path).values()
    assert ref.authors == (Name("First", "A."), name)
