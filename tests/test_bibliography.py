"""Reading the bibliography: what is decoded, and what is said about each mistake."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as st
from pybtex import errors as pybtex_errors  # type: ignore[import-untyped,unused-ignore]

from evidence_site import limits
from evidence_site.bibliography import (
    OTHERS,
    Date,
    Name,
    Reference,
    language_names,
    parse_iso,
    parse_month,
    publication_date,
    read_bibliography,
)
from evidence_site.latex import RichText, Span, decode, encode, encode_rich, plain
from evidence_site.problems import Place, Problem, Severity, as_text

CASES = sorted((Path(__file__).parent / "cases" / "references").glob("problem-*.yaml"))
GOOD = b"@article{good2020,\n  title = {A good entry},\n  year = {2020},\n}\n"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """A function that reads a bibliography from text or bytes."""
    return Read(tmp_path / "references.bib")


class Read:
    """Writes the file and reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, content: str | bytes) -> tuple[dict[str, Reference], list[Problem]]:
        self.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_bibliography(self.path, "evidence/references.bib")

    def one(self, fields: str, type_: str = "article") -> Reference:
        references, problems = self(f"@{type_}{{key2019,\n  title = {{Bone}},\n{fields}}}\n")
        assert problems == []
        return references["key2019"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    """Each case file gives a bibliography, the entries that can be read, and the list of problems word for word."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    bib = tmp_path / "references.bib"
    bib.write_text(case["bibtex"], encoding="utf-8")
    references, problems = read_bibliography(bib, "references.bib")
    assert as_text(problems) == case["problems"]
    assert list(references) == case["keys"]


def test_an_entry_is_decoded(read: Read) -> None:
    """Fields are plain Unicode, names are taken apart, identifiers lose their prefixes."""
    ref = read.one(
        "  author = {van Moorselaar, R. J. and {Alf-One Study Group} and others},\n  editor = {Gilstrap, III, Larry C.},\n"
        '  journal = {Zeitschrift f{\\"u}r Rheumatologie},\n  year = 2019,\n  DOI = {https://doi.org/10.1000/A_b},\n'
        "  pmid = {PMID: 123},\n  pmcid = {pmc7},\n  url = {https://example.org/a_b%20c?x=1&y=2},\n  abstract = {p < 5\\%},\n"
    )
    assert ref.authors == (
        Name("Moorselaar", "R. J.", "van"),
        Name(literal="Alf-One Study Group"),
        OTHERS,
    )
    assert ref.editors == (Name("Gilstrap", "Larry C.", "", "III"),)
    assert ref.fields["journal"] == "Zeitschrift für Rheumatologie"
    assert ref.fields["abstract"] == "p < 5%"
    assert (ref.year, ref.doi, ref.pmid, ref.pmcid) == (2019, "10.1000/A_b", "123", "PMC7")
    assert ref.url == "https://example.org/a_b%20c?x=1&y=2"
    assert ref.place == Place("evidence/references.bib", 1, 1)
    assert ref.field_places["doi"] == Place("evidence/references.bib", 7, 3)


def test_a_reference_cannot_be_changed(read: Read) -> None:
    """Neither its parts nor its fields."""
    ref = read.one("  year = 2019,\n")
    with pytest.raises(AttributeError):
        ref.key = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        ref.fields["year"] = "2020"  # type: ignore[index]
    assert hash(ref) == hash(ref)


def test_an_unsafe_address_is_not_handed_on(read: Read) -> None:
    """Only web addresses can become links."""
    for address in (
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "ftp://x.org",
        'https://x.org/"onclick="',
        "https://[x",
    ):
        references, problems = read(f"@misc{{a, title = {{T}}, url = {{{address}}}}}")
        assert references["a"].url == ""
        assert [problem.code for problem in problems] == ["bad-url"]


# --- odd files -------------------------------------------------------------------------------------------------------


def codes(problems: list[Problem]) -> list[str]:
    """The codes of the problems, each once."""
    return sorted({problem.code for problem in problems})


def test_line_ends_and_byte_order_mark(read: Read) -> None:
    """Windows' and old Macs' line ends count as lines; a byte order mark is only worth a warning."""
    for end in (b"\r\n", b"\r"):
        references, problems = read(GOOD.replace(b"\n", end))
        assert problems == []
        assert references["good2020"].field_places["year"].line == 3
    references, problems = read(b"\xef\xbb\xbf" + GOOD)
    assert list(references) == ["good2020"]
    assert [(p.code, p.severity) for p in problems] == [("byte-order-mark", Severity.WARNING)]


def test_other_encodings_are_named(read: Read) -> None:
    """The first wrong byte gives its line, and the rest is read as far as possible."""
    references, problems = read(GOOD + "@article{a, title = {Zeitschrift für}}".encode("latin-1"))
    assert list(references) == ["good2020", "a"]
    assert [(p.code, p.place.line, p.place.column) for p in problems] == [("wrong-encoding", 5, 35)]
    references, problems = read(GOOD.decode().encode("utf-16"))
    assert codes(problems) == ["wrong-encoding"]


def test_invisible_characters(read: Read) -> None:
    """Control characters and turned writing are errors, and nothing of them is left in the values."""
    references, problems = read(
        "@article{a,\n title = {A\0B\x1bC},\n journal = {x\u202ey\u2066},\n note={z\u2028w},}\n"
    )
    assert [(p.code, p.place.line) for p in problems] == [
        ("forbidden-character", 2),
        ("forbidden-character", 3),
        ("forbidden-character", 4),
    ]
    assert references["a"].title.text == "A B C"
    assert dict(references["a"].fields) == {"title": "A B C", "journal": "x y", "note": "z w"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a folder in its place are problems, not tracebacks."""
    for path, code in ((tmp_path / "none.bib", "missing-file"), (tmp_path, "not-a-file")):
        references, problems = read_bibliography(path, "evidence/references.bib")
        assert references == {}
        assert [(p.code, p.place) for p in problems] == [(code, Place("evidence/references.bib"))]


def test_limits(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, entries, expanded abbreviations and lists of problems have limits that are told."""
    assert codes(read("@a " * 3 * limits.BIBTEX_PROBLEMS)[1]) == ["lone-at", "too-many-problems"]
    assert codes(read("@misc{a, title={" + "x" * limits.BIBTEX_ENTRY + "}}")[1]) == ["entry-too-long"]
    doubling = "".join(f"@string{{a{n + 1} = a{n} # a{n}}}\n" for n in range(60))
    assert codes(read(f'@string{{a0 = "{"x" * 1000}"}}\n{doubling}')[1]) == ["file-too-large", "undefined-abbreviation"]
    monkeypatch.setattr(limits, "BIBTEX_BYTES", 10)
    assert codes(read(GOOD)[1]) == ["file-too-large"]


@pytest.mark.parametrize(
    "content",
    [
        "@article{a, title = " + "{" * 100_000 + "}" * 100_000 + "}",
        "@article{a, title = " + "{" * 90_000 + "}" * 90_000 + "}",
        "{" * 100_000,
        "}" * 100_000,
        "@" * 100_000,
        "@comment{" * 20_000,
        "@article{a," * 15_000,
        "\n@article{a," * 15_000,
        "@article{a" + ", x = 1" * 20_000,
        "@article{a, title = {T}, author = {" + "A and " * 20_000 + "}}",
        "@article{a, title = {T}, author = {" + "{" * 99 + "A" + "}" * 99 + ", B}}",
        "@article{a, title = {T}, author = {" + "A " * 90_000 + "}}",
        "@article{a, title = {" + "$" * 100_000 + "}}",
        "@article{a, title = {" + r"\'" * 90_000 + "}}",
        "@article{a, title = {T}, pages = {" + "1-" * 90_000 + "}}",
        '@article{a, title = "' + '{"}' * 50_000 + '"}',
        "@article(a, title = {" + ")" * 100_000 + "})",
    ],
    ids=lambda content: content[:24].strip(),
)
def test_hostile_files_end_soon(read: Read, content: str) -> None:
    """No file makes the reader crash or hang."""
    start = time.perf_counter()
    read(content)
    assert time.perf_counter() - start < 15


@given(
    st.text(alphabet="@{}()\",=#%\\$ \naeé1_^~-'`;&", max_size=80),
    st.sampled_from(["", "@article{", "@string{a=", "@x{k,title={"]),
)
def test_any_text_is_read_without_a_crash(tmp_path_factory: pytest.TempPathFactory, text: str, before: str) -> None:
    """Whatever is typed, the good entry behind it on a new line is read, and every problem has a place in the file."""
    path = tmp_path_factory.getbasetemp() / "any.bib"
    path.write_text(f"{before}{text}\n{GOOD.decode()}", encoding="utf-8", newline="")
    references, problems = read_bibliography(path, "any.bib")
    lines = path.read_text(encoding="utf-8").split("\n")
    for problem in problems:
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1
        assert problem.message
    hidden = "@comment" in before + text or references.keys() - {"good2020"}
    assert "good2020" in references or hidden or any(problem.severity is Severity.ERROR for problem in problems)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_without_a_crash(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Not even bytes that are no text."""
    path = tmp_path_factory.getbasetemp() / "bytes.bib"
    path.write_bytes(data + b"\n" + GOOD)
    read_bibliography(path, "bytes.bib")


def test_pybtex_keeps_its_global_settings(read: Read) -> None:
    """The strict switch of pybtex is a global of its module; reading neither needs nor changes it."""
    before = (pybtex_errors.strict, pybtex_errors.error_code, pybtex_errors.captured_errors)
    read("@article{a, title = {Bone}, author = {a, b, c, d, e}")
    assert (pybtex_errors.strict, pybtex_errors.error_code, pybtex_errors.captured_errors) == before


def test_five_thousand_entries_are_read_in_seconds(read: Read) -> None:
    """A generous limit; the usual time is about two seconds."""
    entry = (
        '@article{{key{0},\n  author = {{M{{\\"u}}ller, Anna B. and Smith, Carl and de la Cruz, Ana}},\n'
        "  title = {{Bone in {{PLO}} number {0}}},\n  journal = {{Bone}},\n  year = {{2019}},\n  pages = {{1--9}},\n"
        "  doi = {{10.1000/{0}}},\n}}\n"
    )
    start = time.perf_counter()
    references, problems = read("".join(entry.format(number) for number in range(5000)))
    assert time.perf_counter() - start < 20
    assert len(references) == 5000
    assert problems == []


# --- LaTeX -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"{\"O}zt{\"u}rk", "Öztürk"), (r"\'{\i}", "í"), (r"\'\i", "í"), (r"{\'\i}sak", "ísak"), (r"\c{c}\c c", "çç"),
        (r"\v{S}\H{o}\k{a}\r{a}\u{g}\.{I}\={a}\d{s}", "Šőąåğİāṣ"), (r"\ss\ \o\ {\AA} \L{}ukasz \ae", "ß ø Å Łukasz æ"),
        (r"$\alpha$, \beta, $\leq 5$, $\geq$, \pm, $\times$", "α, β, ≤ 5, ≥, ±, ×"), (r"5\,\textmu g at 37\,\textdegree C", "5 µg at 37 °C"),
        (r"a~b\ c", "a b c"), (r"1--2---3", "1–2—3"), (r"``a'' `b'", "“a” ‘b'"), (r"\{x\}", "{x}"), (r"$5 and 5\$", "$5 and 5$"),
        (r"{{A}{B}}", "AB"), (r"{\em a} {\bf b}", "a b"), (r"\textsc{abc} \uppercase{d}", "abc d"), (r"\url{http://x.org/a}", "http://x.org/a"),
        (r"\href{http://x.org}{here}", "here"), ("a\n  b\tc", "a b c"), ("e\u0301", "é"), (r"\foo{a}b", "ab"), ("a}b", "ab"), ("{a", "a"), ("\\", "\\"),
        (r"25\% \& \#1 \_", "25% & #1 _"), (r"x_2 ^3", "x_2 ^3"), (r"\textsuperscript{2}", "2"),
    ],
)  # fmt: skip
def test_latex_becomes_text(source: str, text: str) -> None:
    """Accents, symbols, dashes, quotation marks, maths."""
    assert plain(source) == text


def test_markup_is_kept() -> None:
    """Styles nest, and HTML in the text is text."""
    rich = decode(r"\emph{a \textbf{b}} H$_2$O Ca$^{2+}$ {\it c} <i>")
    assert str(rich.html) == "<i>a </i><i><b>b</b></i> H<sub>2</sub>O Ca<sup>2+</sup> <i>c</i> &lt;i&gt;"
    assert decode(r"\emph{\emph{a}}") == RichText((Span("a", ("i",)),))


clean_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@given(clean_texts)
def test_written_text_reads_back(text: str) -> None:
    """Whatever a text holds, LaTeX and back gives it again, and the braces are balanced."""
    text = RichText.plain(text).text
    written = encode(text)
    assert plain(written) == text
    assert written.count("{") == written.count("}")


@given(st.lists(st.builds(Span, clean_texts, st.sampled_from([(), ("i",), ("b",), ("sub",), ("i", "sup")]))))
def test_written_markup_reads_back(spans: list[Span]) -> None:
    """Styles as well."""
    once = decode(encode_rich(RichText(tuple(spans))))
    assert decode(encode_rich(once)) == once
    assert once.text == " ".join(once.text.split())


@given(st.text(alphabet="\\{}$^_~'`\"-abc \n", max_size=40))
def test_any_latex_is_decoded_without_a_crash(source: str) -> None:
    """Nor does decoded text change when written and read again."""
    once = decode(source)
    assert decode(encode_rich(once)) == once


# --- dates and languages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2002", Date(2002)), ("2002-07", Date(2002, 7)), ("2002-07-25", Date(2002, 7, 25)),
        ("2002-04-03/2002-04-05", Date(2002, 4, 3, 2002, 4, 5)), ("2002-13", None), ("2002-02-30", None),
        ("25.7.2002", None), ("2002-04-05/2002-04-03", None), ("", None), ("٢٠٠٢", None),
    ],
)  # fmt: skip
def test_iso_dates(text: str, date: Date | None) -> None:
    """Dates that cannot be are none."""
    assert parse_iso(text) == date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("jul", Date(month=7)), ("July", Date(month=7)), ("7", Date(month=7)), ("07", Date(month=7)),
        ("Jul.-Aug.", Date(month=7, end_month=8)), ("July 25", Date(month=7, day=25)), ("25~July", Date(month=7, day=25)),
        ("Apr 3--5", Date(month=4, day=3, end_day=5)), ("Spring", Date(season="Spring")), ("Brumaire", None),
        ("13", None), ("jul aug sep", None),
    ],
)  # fmt: skip
def test_months(text: str, date: Date | None) -> None:
    """Names, abbreviations and numbers, with days or without."""
    assert parse_month(text) == date


def test_publication_date(read: Read) -> None:
    """Year, month and day together, or one ISO date."""
    assert publication_date(read.one("  year = 2019,\n month = jul,\n day = 5,\n")) == Date(2019, 7, 5)
    assert publication_date(read.one("  date = {2019-07-05},\n")) == Date(2019, 7, 5)
    assert publication_date(read.one("")) == Date()


def test_languages() -> None:
    """Codes and names give the English name."""
    assert language_names("de") == ("German",)
    assert language_names("pt-BR and ngerman") == ("Portuguese", "German")
    assert language_names("Japanese, en") == ("Japanese", "English")
    assert language_names("") == ()


def test_a_missing_comma_hides_no_field(tmp_path: Path) -> None:
    """What stands behind it is read, so that nobody is told that the entry lacks it."""
    path = tmp_path / "references.bib"
    path.write_text("@article{a2019,\n  title = {Bone}\n  doi = {10.1000/a},\n  year = {2019}\n}\n", "utf-8")
    references, problems = read_bibliography(path, "references.bib")
    assert (references["a2019"].doi, references["a2019"].year) == ("10.1000/a", 2019)
    assert [problem.code for problem in problems] == ["missing-comma"]
