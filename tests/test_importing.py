"""References from other programs come into references.bib, and nothing that people wrote is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, strategies as st

from evidence_site import importing, records as r
from evidence_site.bibliography import Reference, read_bibliography
from evidence_site.cli import main
from evidence_site.editor_help import line_for
from evidence_site.problems import Place
from evidence_site.record_reading import read_record
from evidence_site.schemas import kind_of

CASES = Path(__file__).parent / "cases" / "import"


@pytest.fixture
def review(tmp_path: Path) -> Path:
    (tmp_path / "evidence").mkdir()
    return tmp_path


def bibliography(root: Path) -> dict[str, Reference]:
    references, problems = read_bibliography(root / "evidence" / "references.bib", "references.bib")
    assert [p for p in problems if p.severity == "error"] == []
    return references


def offline(address: str) -> bytes:
    raise OSError(f"no way to {address}")


def test_pubmed_records_come_with_all_their_fields(review: Path) -> None:
    """A PubMed file gives authors, NLM abbreviation, identifiers and the original title of a translated one."""
    done, problems = importing.import_into(review, [str(CASES / "pubmed.nbib")], offline)
    assert problems == []
    assert [added.key for added in done] == ["hong2018changes", "gehlen2017schwangerschafts"]
    hong, gehlen = (
        bibliography(review)["hong2018changes"],
        bibliography(review)["gehlen2017schwangerschafts"],
    )
    assert (hong.doi, hong.pmid, hong.year) == ("10.1111/cen.13557", "29389010", 2018)
    assert hong.get("shortjournal") == "Clin Endocrinol (Oxf)"
    assert [name.family for name in hong.authors] == ["Hong", "Kim"]
    assert hong.title.text.endswith("teriparatide in pregnancy- and lactation-associated osteoporosis")
    assert gehlen.get("translatedtitle") == "Pregnancy and lactation-associated osteoporosis"
    assert gehlen.get("language") == "de"
    assert gehlen.authors[1].literal == "A Working Group & Friends"


def test_ris_and_csl_keep_special_characters_and_names(review: Path) -> None:
    """Percent signs, ampersands, particles and bodies as authors survive the way into BibTeX."""
    done, problems = importing.import_into(review, [str(CASES / "references.ris"), str(CASES / "items.json")], offline)
    assert problems == []
    references = bibliography(review)
    assert [added.key for added in done] == [
        "sokal2019pregnancy",
        "worldhealthorganization2001handbook",
        "vandenberg2021lrp5",
    ]
    sokal = references["sokal2019pregnancy"]
    assert sokal.title.text == "Pregnancy under 50% bisphosphonates & more"
    assert (sokal.doi, sokal.get("pages")) == ("10.1000/ABC.1", "1-9")
    assert references["worldhealthorganization2001handbook"].authors[0].literal == "World Health Organization"
    berg = references["vandenberg2021lrp5"]
    assert berg.title.text == "The LRP5 gene in young women"
    assert berg.authors[1].literal == "Bone Group"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("van Houten A", "van Houten, A"),
        ("Li X", "Li, X"),
        ("Martinez Pena JM", "Martinez Pena, J M"),
        ("Müller-Lüdenscheid S", "Müller-Lüdenscheid, S"),
        ("El-Sayed A-M", "El-Sayed, A-M"),
        ("O'Brien S.", "O'Brien, S"),
        ("Smith, John", "Smith, John"),
        ("Kemp, JL", "Kemp, JL"),
        ("O'Donnell JM 3rd", "O'Donnell, 3rd, J M"),
        ("World Health Organization", "{World Health Organization}"),
        ("Noche Study Group", "{Noche Study Group}"),
        ("WARD Collaborators", "{WARD Collaborators}"),
        ("Example Task Force UK", "{Example Task Force UK}"),
    ],
)
def test_names_without_a_comma_are_persons_if_they_end_in_initials(
    review: Path, tmp_path: Path, written: str, read: str
) -> None:
    """Rayyan and PubMed write them so; as names of groups they stood in references and keys with their initials.

    Web of Science, Ovid and Scopus write a comma before the initials, and none may be added.
    """
    file = tmp_path / "rayyan.ris"
    file.write_text(f"TY  - JOUR\nT1  - A title of its own\nA1  - {written}\nY1  - 2015/11//\nER  -\n", "utf-8")
    importing.import_into(review, [str(file)], offline)
    assert f"author = {{{read}}}" in (review / "evidence/references.bib").read_text("utf-8")


def test_the_publisher_that_zotero_notes_is_not_printed(review: Path, tmp_path: Path) -> None:
    file = tmp_path / "zotero.bib"
    file.write_text(
        "@article{x,\n author={Doe, J.},\n title={A title of its own},\n journal={J Ex},\n year={2020},\n"
        " note={Publisher: Example Press},\n}\n",
        "utf-8",
    )
    importing.import_into(review, [str(file)], offline)
    text = (review / "evidence/references.bib").read_text("utf-8")
    assert "A title of its own" in text
    assert "Publisher: Example" not in text


def test_a_doi_is_brought_in_alone(review: Path, tmp_path: Path) -> None:
    """Without an address in front and a full stop behind; so it is recognised, too."""
    ris = tmp_path / "one.ris"
    ris.write_text("TY  - JOUR\nTI  - A title of its own\nPY  - 2015\nDO  - doi.org/10.1000/own.\nER  - \n", "utf-8")
    bib = tmp_path / "two.bib"
    bib.write_text("@article{x,\n title={Another},\n year={2016},\n doi={https://doi.org/10.1000/OWN},\n}\n", "utf-8")
    new = tmp_path / "new.bib"
    new.write_text("@article{y,\n title={A third},\n year={2017},\n doi={https://doi.org/10.1000/3},\n}\n", "utf-8")
    done, problems = importing.import_into(review, [str(ris), str(bib), str(new)], offline)
    assert problems == []
    assert [added.known for added in done] == ["", "DOI", ""]
    text = (review / "evidence/references.bib").read_text("utf-8")
    assert "doi = {10.1000/own}," in text
    assert "doi = {10.1000/3}," in text
    assert importing.is_identifier("doi:10.1000/own.")


def test_what_is_there_already_is_recognised(review: Path) -> None:
    """The same article is not added twice, be it by DOI, PMID or title, also within one file."""
    importing.import_into(review, [str(CASES / "pubmed.nbib")], offline)
    before = (review / "evidence" / "references.bib").read_bytes()
    done, _ = importing.import_into(review, [str(CASES / "pubmed.nbib")] * 2, offline)
    assert [added.known for added in done] == ["DOI", "PMID", "DOI", "PMID"]
    assert (review / "evidence" / "references.bib").read_bytes() == before


def test_every_other_byte_stays(review: Path) -> None:
    """Comments, odd spacing, strings and line ends of the file stay; new entries stand in the order of keys."""
    begin = "% mine\r\n@string{x = {y}}\r\n\r\n@article{ aaa , title={A},year=2001}\r\n"
    text = begin + "@Article{zzz,title = {Z}, year = 2002}\r\n% end"
    path = review / "evidence" / "references.bib"
    path.write_bytes(text.encode())
    importing.import_into(review, [str(CASES / "pubmed.nbib")], offline)
    after = path.read_bytes().decode()
    first, last = after.split("@article{gehlen2017schwangerschafts", 1)
    assert text.startswith(first)
    assert after.endswith("@Article{zzz,title = {Z}, year = 2002}\r\n% end")
    assert "\n" not in after.replace("\r\n", "")
    kept = [line for line in text.split("\r\n") if line]
    assert [line for line in after.split("\r\n") if line in kept] == kept
    assert last.index("hong2018changes") < last.index("zzz")


def test_a_source_record_is_begun_and_none_is_written_over(review: Path) -> None:
    """Each new reference gets a source record that claims only its title was read."""
    (review / "evidence" / "sources").mkdir()
    mine = review / "evidence" / "sources" / "hong2018changes.yaml"
    mine.write_text("mine", "utf-8")
    importing.import_into(review, [str(CASES / "pubmed.nbib")], offline)
    assert mine.read_text("utf-8") == "mine"
    assert "read: title" in (review / "evidence" / "sources" / "gehlen2017schwangerschafts.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("types", "design", "said"),
    [
        (["Journal Article", "Randomized Controlled Trial"], "rct", "Randomized Controlled Trial"),
        (["Meta-Analysis", "Systematic Review"], "systematic_review", "Meta-Analysis; Systematic Review"),
        (["Practice Guideline", "Research Support, N.I.H., Extramural"], "guideline", "Practice Guideline"),
        (["Case Reports", "Journal Article"], "unclear", "Case Reports"),
        (["Observational Study"], "unclear", "Observational Study"),
        (["Review"], "unclear", "Review"),
        (["Meta-Analysis"], "unclear", "Meta-Analysis"),
        (["Clinical Trial", "Comparative Study"], "unclear", "Clinical Trial; Comparative Study"),
        (["Clinical Trial Protocol", "Randomized Controlled Trial"], "unclear", "Clinical Trial Protocol; Randomized Controlled Trial"),
        (["Randomized Controlled Trial", "Systematic Review"], "unclear", "Randomized Controlled Trial; Systematic Review"),
        (["Comment", "Randomized Controlled Trial"], "unclear", "Comment; Randomized Controlled Trial"),
        (["Journal Article"], "unclear", ""),
        (["x: [\u001b[31m", "{reach}", "a" * 90], "unclear", ""),
    ],
)  # fmt: skip
def test_a_publication_type_that_names_one_design_is_kept(
    review: Path, tmp_path: Path, types: list[str], design: str, said: str
) -> None:
    """Of all others the record only says what PubMed calls the article, for whoever reads it."""
    lines = "".join(f"PT  - {one}\n" for one in types)
    file = tmp_path / "export.nbib"
    file.write_text(f"PMID- 1\nTI  - A study of something that matters.\nFAU - Lee, Ann\nDP  - 2020\n{lines}", "utf-8")
    importing.import_into(review, [str(file)], offline)
    path = review / "evidence" / "sources" / "lee2020study.yaml"
    loaded, problems = read_record(r.Source, path, "lee2020study.yaml")
    assert problems == [] and loaded is not None
    assert loaded.record.design == design
    comments = [line for line in path.read_text("utf-8").splitlines() if "PubMed calls it" in line]
    hence = "" if design == "unclear" else " Hence the design: compare it with the article."
    assert comments == ([f"# PubMed calls it: {said}.{hence}"] if said else [])


def test_a_broken_bibliography_is_left_alone(review: Path) -> None:
    """If references.bib cannot be read whole, nothing is written and its problems are told."""
    path = review / "evidence" / "references.bib"
    path.write_text("@article{a, title = {open\n", "utf-8")
    done, problems = importing.import_into(review, [str(CASES / "pubmed.nbib")], offline)
    assert done == []
    assert problems
    assert path.read_text("utf-8") == "@article{a, title = {open\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello", "unknown-form"),
        (b"\xff\xfe\x00", "wrong-encoding"),
        (b'[{"a": ', "bad-json"),
    ],
)
def test_files_of_no_use_are_told(review: Path, tmp_path: Path, content: bytes, code: str) -> None:
    """A file in another form is a problem in plain words, not a traceback."""
    file = tmp_path / "x.txt"
    file.write_bytes(content)
    done, problems = importing.import_into(review, [str(file)], offline)
    assert done == []
    assert [problem.code for problem in problems] == [code]


HALF = """\
@article{whole, title = {A whole entry about asthma}, author = {Łuczak, Ewa}, date = {2014-05-28},
  journaltitle = {Journal}}
@misc{page, title = {A page without identifiers here}, url = {https://example.org/}, year = {2020}}
@article{a, title = {Vitamin D and asthma in children}, author = {Lee, Ann}, year = {20l4}}
@article{half, title = {Vitamin D and asthma in adults}, author = {Lee, A
"""


def test_half_an_entry_is_not_brought_in(review: Path, tmp_path: Path) -> None:
    """It would be taken for the whole one ever after; mended it comes in, and the others have come."""
    file = tmp_path / "export.bib"
    file.write_text(HALF, "utf-8")
    done, problems = importing.import_into(review, [str(file)], offline)
    assert [added.key for added in done] == ["luczak2014whole", "anon2020page"]
    assert {(problem.place.line, problem.code) for problem in problems} == {(4, "bad-year"), (5, "unclosed-entry")}
    file.write_text(HALF.replace("20l4", "2014").replace("Lee, A\n", "Lee, A}}\n"), "utf-8")
    done, problems = importing.import_into(review, [str(file)], offline)
    assert [(added.key, added.known) for added in done][2:] == [("lee2014vitamin", ""), ("leendvitamin", "")]
    assert problems == []


MANY_COMMAS = """\
TY  - JOUR
TI  - Exercise for hip pain in ballet dancers
AU  - Kemp, J, L, Crossley
PY  - 2018
ER  -

TY  - JOUR
TI  - Exercise for hip pain in footballers
AU  - Hunter, D
DO  - see the article
PY  - 2019
ER  -

TY  - JOUR
TI  - Exercise for hip pain in rowers
AU  - Hunter, D
PY  - 2020
ER  -
"""


def test_what_references_bib_could_not_hold_is_not_brought_in(review: Path, tmp_path: Path) -> None:
    """One such entry would keep every later import and every build from working, in a file that nobody wrote."""
    file = tmp_path / "export.ris"
    file.write_text(MANY_COMMAS, "utf-8")
    done, problems = importing.import_into(review, [str(file)], offline)
    assert [(p.place.file, p.place.line, p.code) for p in problems] == [
        ("export.ris", 1, "bad-name"),
        ("export.ris", 7, "bad-doi"),
    ]
    assert "Exercise for hip pain in ballet dancers" in problems[0].message
    assert [added.key for added in done] == ["hunter2020exercise"]
    assert list(bibliography(review)) == ["hunter2020exercise"]


EXPORTS = """\
TY  - JOUR
T1  - From Embase
A1  - Kim S.-H.
Y1  - 2020//
JF  - Knee Surgery, Sports Traumatology, Arthroscopy
J2  - Knee Surg. Sports Traumatol. Arthroscopy
ER  -

TY  - JOUR
TI  - From EndNote
AU  - Kim, S.-H.
T2  - American Journal of Sports Medicine
SP  - 1234-45
EP  - 45
TT  - The title in translation
PY  - 2021
UR  - <Go to ISI>://WOS:000650000000001
ER  -
"""


def test_journals_of_ris_files_have_their_whole_and_their_short_name(review: Path, tmp_path: Path) -> None:
    """Embase has them in JF and J2, EndNote in T2; an address that leads nowhere does not keep the reference out."""
    file = tmp_path / "export.ris"
    file.write_text(EXPORTS, "utf-8")
    done, problems = importing.import_into(review, [str(file)], offline)
    assert problems == []
    embase, endnote = (bibliography(review)[added.key] for added in done)
    assert embase.get("journal") == "Knee Surgery, Sports Traumatology, Arthroscopy"
    assert embase.get("shortjournal") == "Knee Surg. Sports Traumatol. Arthroscopy"
    assert endnote.get("journal") == "American Journal of Sports Medicine"
    assert endnote.get("pages") == "1234-45"
    assert (endnote.get("shortjournal"), endnote.get("translatedtitle")) == ("", "The title in translation")
    assert endnote.url == ""


@pytest.mark.parametrize("issued", [{"literal": "Spring 2020"}, {"raw": "2020-03"}, {"date-parts": [["2020", 3]]}])
def test_a_year_is_kept_however_it_is_written(review: Path, tmp_path: Path, issued: object) -> None:
    """Zotero keeps in words what it could not take apart; without its year nobody would find the article again."""
    file = tmp_path / "zotero.json"
    file.write_text(json.dumps([{"type": "article-journal", "title": "A title of its own", "issued": issued}]), "utf-8")
    done, _ = importing.import_into(review, [str(file)], offline)
    assert [added.key for added in done] == ["anon2020title"]


@pytest.mark.parametrize("beginning", ["@article{\n   author", "@article{,\n   author", "@article{author"])
def test_entries_without_a_key_get_one(review: Path, tmp_path: Path, beginning: str) -> None:
    """EndNote exports them so; its first field was taken for the key, and the advice led to an entry without authors."""
    file = tmp_path / "endnote.bib"
    rest = " = {Griffin, D. R.},\n   title = {Costs of arthroscopy},\n   year = {2022},\n}\n"
    file.write_text((beginning + rest) * 2, "utf-8")
    done, problems = importing.import_into(review, [str(file)], offline)
    assert problems == []
    assert next((added.key, added.known) for added in done) == ("griffin2022costs", "")
    assert bibliography(review)["griffin2022costs"].authors[0].family == "Griffin"


@pytest.mark.parametrize(
    ("lines", "status", "notice"),
    [
        (
            "PT  - Retracted Publication\nRIN - Lancet. 2022 Jan;160(1):9. PMID: 39000010\n",
            r.StandingStatus.RETRACTED,
            "Lancet. 2022 Jan;160(1):9. PMID: 39000010.",
        ),
        ("PT  - Retracted Publication\nEIN - Lancet. 2021;1:9\n", r.StandingStatus.RETRACTED, ""),
        ('EIN - Lancet. 2021;1:9. "A": b\n', r.StandingStatus.CORRECTED, 'Lancet. 2021;1:9. "A": b.'),
        ("ECI - Lancet. 2021;1:9\n", r.StandingStatus.EXPRESSION_OF_CONCERN, "Lancet. 2021;1:9."),
        ("CIN - Lancet. 2021;1:9\n", r.StandingStatus.NOT_CHECKED, None),
    ],
)
def test_a_retraction_that_pubmed_tells_of_is_not_lost(
    review: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    lines: str,
    status: r.StandingStatus,
    notice: str | None,
) -> None:
    """The record of a retracted article says so from the first day, and whoever imports it is told."""
    file = tmp_path / "pubmed.nbib"
    file.write_text(f"PMID- 39000002\nTI  - Surgery or exercise.\nDP  - 2019\n{lines}", "utf-8")
    main(["import", "--root", str(review), str(file)])
    assert ("RETRACTED" in capsys.readouterr().out) == (status is r.StandingStatus.RETRACTED)
    path = review / "evidence" / "sources" / "anon2019surgery.yaml"
    loaded, problems = read_record(r.Source, path, path.name)
    assert problems == []
    assert loaded is not None
    standing = loaded.record.standing
    assert standing.status is status
    assert (str(standing.note).partition(" The notice: ")[2] if standing.note else None) == notice


def test_notes_of_ones_own_and_abstracts_stay_at_home(review: Path, tmp_path: Path) -> None:
    """The bibliography is published: words of others and private notes have no place in it."""
    file = tmp_path / "export.bib"
    fields = "abstract = {Copied words.}, annote = {Mine.}, annotation = {Mine.}, comment = {Mine.}, file = {C:/x.pdf}"
    file.write_text(f"@article{{a, title = {{A title of its own}}, year = {{2020}}, {fields}}}", "utf-8")
    importing.import_into(review, [str(file)], offline)
    entry = bibliography(review)["anon2020title"]
    assert set(entry.fields) == {"title", "year"}


def test_a_source_record_claims_no_page_that_there_is_not(review: Path, tmp_path: Path) -> None:
    """Only what is in PubMed can have been looked at there; editors find the schema of the record."""
    file = tmp_path / "export.bib"
    file.write_text(HALF.partition("@article{a,")[0], "utf-8")
    importing.import_into(review, [str(file), str(CASES / "pubmed.nbib"), str(CASES / "references.ris")], offline)
    kinds = {
        "luczak2014whole": "catalogue_record",
        "anon2020page": "web_page",
        "hong2018changes": "pubmed_record",
        "sokal2019pregnancy": "publisher_page",
    }
    for key, kind in kinds.items():
        text = (review / "evidence" / "sources" / f"{key}.yaml").read_text("utf-8")
        assert text.startswith(f"{line_for(kind_of('evidence/sources/x.yaml'))}\n")
        assert text.endswith(f"- kind: {kind}\n")


@pytest.mark.parametrize(
    "content", ['{"a": 1}', '[{"type": "book"}]', "PMID- 1\nAU  - Lee A\n", "TY  - JOUR\nAU  - Lee, A\nER  - \n"]
)
def test_a_reference_without_a_title_stays_out(review: Path, tmp_path: Path, content: str) -> None:
    """Nobody could tell what it is."""
    file = tmp_path / "x.txt"
    file.write_text(content, "utf-8")
    done, problems = importing.import_into(review, [str(file)], offline)
    assert done == []
    assert [problem.code for problem in problems] == ["missing-title"]


def test_the_exit_code_tells_the_network_from_mistakes(
    review: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """3 where only an answer is missing, as with recheck; 1 where something is wrong with what was named."""
    monkeypatch.setattr(importing.import_into, "__defaults__", (offline,))
    assert main(["import", "--root", str(review), "10.1000/x", str(CASES / "pubmed.nbib")]) == 3
    assert main(["import", "--root", str(review), "10.1000/x", "nowhere.ris"]) == 1
    assert "was not brought in" in capsys.readouterr().out


def test_without_a_network_the_way_out_is_told(review: Path) -> None:
    """Where Crossref and PubMed cannot be reached, the message says what to do instead; files still come in."""
    done, problems = importing.import_into(review, ["10.1000/x", "PMID:123", str(CASES / "items.json")], offline)
    assert [added.key for added in done] == ["vandenberg2021lrp5"]
    assert [problem.code for problem in problems] == ["no-network", "no-network"]
    assert all("file" in problem.hint for problem in problems)


class Recorded(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/works/10.1000/known"):
            body = json.dumps(
                {
                    "status": "ok",
                    "message": {
                        "type": "journal-article",
                        "DOI": "10.1000/known",
                        "title": ["A known article about bones"],
                        "author": [{"given": "Ann", "family": "Lee"}],
                        "container-title": ["Bone"],
                        "short-container-title": ["Bone"],
                        "published": {"date-parts": [[2020, 1, 2]]},
                    },
                }
            ).encode()
        elif self.path.endswith("id=29389010"):
            body = (CASES / "pubmed.nbib").read_bytes()
        elif self.path.endswith("id=1"):
            body = b"\nid: 1 Error occurred: The following PMID is not available: 1\n"
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


@pytest.fixture
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def from_service(service: str, address: str) -> bytes:
    for base in ("https://api.crossref.org", "https://eutils.ncbi.nlm.nih.gov"):
        address = address.replace(base, service)
    return importing.fetch(address)


def test_services_are_asked_by_doi_and_pmid(review: Path, service: str) -> None:
    """Crossref knows DOIs and PubMed PMIDs; what they do not know is told by name."""
    names = ["https://doi.org/10.1000/known", "PMID:29389010", "10.1000/unknown", "PMID: 1"]
    done, problems = importing.import_into(review, names, partial(from_service, service))
    assert [added.key for added in done] == ["lee2020known", "hong2018changes"]
    assert [problem.code for problem in problems] == ["article-unknown", "article-unknown"]
    assert bibliography(review)["lee2020known"].get("journal") == "Bone"


@given(st.text(max_size=60), st.text(max_size=40), st.sampled_from(["", "1999", "2020"]))
def test_any_title_and_author_make_a_usable_key_and_entry(title: str, author: str, year: str) -> None:
    """Whatever the fields hold, the key is plain, and what was there before stays."""
    before = "@article{mmm,\n  title = {M},\n  year = {2000},\n}\n"
    fields = {"author": author, "title": title, "year": year}
    candidate = importing._candidate("article", fields, Place("x"))
    text, done = importing.add(before, {}, [candidate])
    assert done[0].key.isascii()
    assert done[0].key.replace("-", "").isalnum()
    assert text.replace(before, "", 1) != text


def of(**fields: str) -> importing.Candidate:
    return importing._candidate("article", fields, Place("x"))


HAN = {"author": "王, 芳 and 李, 娜", "title": "妊娠相关骨质疏松症的临床特征分析", "year": "2021"}


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({**HAN, "pmid": "33512345", "doi": "10.3760/cma.j.cn112138-20200101-00001"}, "anon2021pmid33512345"),
        ({**HAN, "doi": "10.3760/cma.j.cn112138-20200101-00001"}, "anon2021doi10100001"),
        ({**HAN, "volume": "27", "pages": "412-415"}, "anon2021v27p412"),
        (HAN, "anon2021untitled"),
        ({**HAN, "author": "Wang, Fang", "pmid": "33512345"}, "wang2021pmid33512345"),
        ({**HAN, "author": "Wang, Fang", "translatedtitle": "The osteoporosis of pregnancy"}, "wang2021osteoporosis"),
        ({**HAN, "title": "维生素D缺乏", "pmid": "1"}, "anon2021pmid1"),
        ({**HAN, "title": "PTH治疗"}, "anon2021pth"),
        ({"author": "Иванов, И", "title": "Остеопороз беременных", "year": "1999", "pmid": "77"}, "anon1999pmid77"),
        ({"author": "Kaʻūhane, B", "title": "β-Blockers", "year": "2020"}, "kauhane2020blockers"),
        ({"author": "{" + "Group " * 40 + "}", "title": "x" * 300, "year": "2020"}, "group" * 8 + "2020" + "x" * 40),
    ],
)
def test_a_key_of_an_article_in_other_letters_says_where_to_look_it_up(fields: dict[str, str], key: str) -> None:
    """Keys such as anon2021untitled, anon2021untitledb … cannot be told apart by anybody."""
    assert importing.key_of(of(**fields), []) == key


def test_no_two_references_get_the_same_key(review: Path) -> None:
    """Whatever they lack; and an article in other letters that comes again is known by its title."""
    titles = ["妊娠相关骨质疏松症的临床特征分析", "哺乳期骨质疏松症的药物治疗进展", "回复", "回复"]
    candidates = [of(title=title, year="2021") for title in titles]
    text, done = importing.add("", {}, candidates)
    assert [(added.key, added.known) for added in done] == [
        ("anon2021untitled", ""),
        ("anon2021untitledb", ""),
        ("anon2021untitledc", ""),
        ("anon2021untitledd", ""),
    ]
    (review / "evidence" / "references.bib").write_text(text, "utf-8")
    _, again = importing.add(text, bibliography(review), candidates[:2])
    assert [added.known for added in again] == ["title", "title"]


def test_the_command_says_what_it_did(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command lists what was added and what was there, and its exit code tells of failures."""
    assert main(["import", "--root", str(review), str(CASES / "pubmed.nbib")]) == 0
    assert "hong2018changes: added" in capsys.readouterr().out
    assert main(["import", "--root", str(review), str(CASES / "pubmed.nbib"), "nowhere.ris"]) == 1
    captured = capsys.readouterr()
    assert "0 added, 2 there already." in captured.out
    assert "There is no such file." in captured.err
