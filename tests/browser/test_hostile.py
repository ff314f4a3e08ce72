"""A review full of attacks is built and looked at in a browser: all of it is text, and none of it is live."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rispy
from browsing import NewPage, open_search, search, serving
from building import build
from hostile import (
    CHECKED_FIELDS,
    LINES,
    MARK,
    PROSE,
    as_bibtex,
    bibliography_entry,
    free_fields,
    hostile_fields,
    text_fields,
    write_hostile_review,
)
from html_pages import read_site
from playwright.sync_api import Browser, Page, expect
from pybtex.database import parse_string  # type: ignore[import-untyped,unused-ignore]

from evidence_site import records as r
from evidence_site.bibliography import FIELDS, VERBATIM, read_bibliography
from evidence_site.problems import has_errors
from evidence_site.reference_formats import LOCAL_FIELDS
from evidence_site.review import load

STUDY = "studies/alpha2020/"
HACK = "window.hack = () => { window.pwned = true; };"
FIND = """
    (root, mark) => {
      const all = [...root.querySelectorAll("*")];
      const live = /^\\s*(javascript:(?!void\\(0\\)$)|vbscript|data:text)/i; // but for the theme's own
      const links = ["href", "src", "action", "formaction", "data", "xlink:href", "srcdoc"];
      return {
        made: all.filter(e => e.classList.contains(mark) || e.localName.includes(mark)).map(e => e.outerHTML),
        handlers: all.flatMap(e => e.getAttributeNames().filter(name => name.startsWith("on")).map(n => e.localName + n)),
        live: all.filter(e => links.some(name => live.test(e.getAttribute(name) ?? ""))).map(e => e.outerHTML),
        frames: root.querySelectorAll("iframe, frame, object, embed, base, [http-equiv=refresh]").length,
        other: all.map(e => e.getAttribute("href") ?? "").filter(href => /^([a-z]+:)?\\/\\/example.org/.test(href)),
      };
    }
"""
"""What an attack would leave behind in a document or an element."""
LOOK = f"mark => ({{ ran: window.pwned === true, ...({FIND})(document, mark) }})"
READ = f"""
    async ([addresses, mark]) => {{
      const found = [];
      for (const address of addresses) {{
        const text = await (await fetch(address)).text();
        const page = new DOMParser().parseFromString(text, "text/html");
        const data = [...page.querySelectorAll("script[type='application/ld+json']")].map(e => JSON.parse(e.textContent));
        found.push({{ ...({FIND})(page, mark), data }});
      }}
      return found;
    }}
"""
"""The same of pages that are only read, with the data in them for machines."""
PARSE = f"([texts, mark]) => texts.map(text => ({FIND})(new DOMParser().parseFromString(text, 'text/html'), mark))"
"""The same of texts that another program takes for HTML."""
NOTHING = {"made": [], "handlers": [], "live": [], "frames": 0, "other": []}


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The hostile review in all its turns: in one of them each text is each of the attacks."""
    folder = tmp_path_factory.mktemp("hostile")
    return [write_hostile_review(folder / f"review-{turn}", turn) for turn in range(len(LINES))]


@pytest.fixture(scope="module")
def sites(reviews: list[Path]) -> list[Path]:
    """The folders of the finished sites, side by side."""
    return [build(review, review.parent / "sites" / review.name) for review in reviews]


@pytest.fixture(scope="module")
def review(reviews: list[Path]) -> Path:
    return reviews[0]


@pytest.fixture(scope="module")
def hostile(sites: list[Path]) -> Path:
    """The folder of the site that the browser opens page by page."""
    return sites[0]


@pytest.fixture(scope="module")
def hostile_url(hostile: Path) -> Iterator[str]:
    with serving(hostile) as url:
        yield url


@pytest.fixture
def hostile_page(new_page: NewPage) -> Page:
    page = new_page()
    page.add_init_script(HACK)
    return page


def expect_nothing_live(page: Page) -> None:
    found: dict[str, Any] = page.evaluate(LOOK, MARK)
    assert not found.pop("ran")
    expect_nothing_made(found, page.url)


def expect_nothing_made(found: dict[str, Any], where: str) -> None:
    # The address of a reference is a link, and is meant to be.
    found["other"] = [href for href in found["other"] if not href.startswith("https://example.org/?")]
    assert found == NOTHING, where


@pytest.mark.parametrize("attack", [line for line in LINES if re.search(r"<\w+ class=pwned", line)])
def test_attacks_would_be_noticed(browser: Browser, attack: str) -> None:
    """Put into a page as they are, the attacks leave what the tests here look for."""
    page = browser.new_page()
    page.add_init_script(HACK)
    page.goto("about:blank")
    page.set_content(f"<!doctype html><title>x</title><p>{attack}")
    with pytest.raises(AssertionError):
        expect_nothing_live(page)
    page.goto("about:blank")
    (found,) = page.evaluate(PARSE, [[f"<p>{attack}"], MARK])
    with pytest.raises(AssertionError):
        expect_nothing_made(found, attack)
    page.close()


def test_every_text_of_every_record_is_an_attack(review: Path) -> None:
    """The review that is looked at here leaves no field for text out."""
    evidence, problems = load(review)
    assert evidence is not None, problems
    attacked = {field for loaded in evidence.all_records() for field in hostile_fields(loaded.record)}
    wanted = set(text_fields(r.Review, r.Outcome, r.Source, r.Study, r.Case, r.Treatment, r.Topic))
    assert wanted - attacked == set()


def test_every_text_is_every_attack(reviews: list[Path]) -> None:
    """Turn by turn a text begins with each of the lines."""
    titles = [load(review)[0].studies["alpha2020"].record.title for review in reviews]  # type: ignore[union-attr]
    assert {line for line in LINES if any(line in title for title in titles)} == set(LINES)


def test_every_field_of_the_bibliography_is_an_attack_or_refuses_one(tmp_path: Path, review: Path) -> None:
    """The fields that are not hostile in this review are just those that take no such text."""
    refused = set()
    file = tmp_path / "references.bib"
    for field in FIELDS - {"author", "title"}:
        entries = (
            bibliography_entry(f"a{number}", {"year": "2020", field: as_bibtex(field, line)})
            for number, line in enumerate(LINES)
        )
        file.write_text("".join(entries), "utf-8")
        if has_errors(read_bibliography(file, "references.bib")[1]):
            refused.add(field)
    assert refused == CHECKED_FIELDS
    evidence, _ = load(review)
    assert evidence is not None
    for reference in evidence.references.values():
        assert all("hack()" in reference.fields[field] for field in {*free_fields(), "author", "title"})


def test_no_page_of_any_turn_holds_anything_live(new_page: NewPage, sites: list[Path]) -> None:
    """Read by a browser's own parser no page has an element, a handler, a link or a frame that a text brought."""
    page = new_page()
    with serving(sites[0].parent) as url:
        page.goto(f"{url}{sites[0].name}/")
        for site in sites:
            addresses = [f"/{site.name}/{address}" for address in [*read_site(site), "404.html"]]
            found: list[dict[str, Any]] = page.evaluate(READ, [addresses, MARK])
            for address, of_page in zip(addresses, found, strict=True):
                data = of_page.pop("data")
                assert len(data) == (0 if address.endswith("404.html") else 1), address
                assert all("@context" in node for node in data), address
                expect_nothing_made(of_page, address)


def test_no_page_runs_or_shows_what_texts_smuggle_in(hostile_page: Page, hostile: Path, hostile_url: str) -> None:
    """No script ran, no element, handler or live link was made, on any page of any kind."""
    addresses = list(read_site(hostile))
    assert len(addresses) > 30
    for address in [*addresses, "404.html"]:
        hostile_page.goto(hostile_url + address)
        expect_nothing_live(hostile_page)


def test_attacks_stay_inert_when_a_reader_does_something(hostile_page: Page, hostile_url: str) -> None:
    """Opening what is folded, hovering over citations, following links within the page."""
    for address in ("treatments/drug-a/", "treatments/drug-a/evidence/", STUDY, "references/alpha2020/"):
        hostile_page.goto(hostile_url + address)
        hostile_page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        citation = hostile_page.locator(".er-cite a")
        if citation.count():
            citation.first.hover()
            expect(hostile_page.locator(".md-tooltip2--active")).to_be_visible()
            expect_nothing_live(hostile_page)
            citation.first.click()
        hostile_page.emulate_media(media="print")
        expect_nothing_live(hostile_page)
        hostile_page.emulate_media(media="screen")


def test_search_shows_hostile_titles_as_text(hostile_page: Page, hostile_url: str) -> None:
    """Titles, headings and texts of results are what was written, and nothing else."""
    open_search(hostile_page, hostile_url)
    for query in (MARK, "script", "hack", "onerror", "7*7", "javascript"):
        assert search(hostile_page, hostile_url, query) or query == "7*7"
        expect_nothing_live(hostile_page)
    search(hostile_page, hostile_url, MARK)
    expect(hostile_page.locator(".er-search__results")).to_contain_text("<script class=pwned>")


def test_search_terms_in_the_address_stay_text(hostile_page: Page, hostile_url: str) -> None:
    """An address can carry a query; nobody can make a link that runs something."""
    hostile_page.goto(hostile_url + STUDY + "?h=<img src=x onerror=hack()> hack script&q=<img src=x onerror=hack()>")
    expect(hostile_page.locator("#er-search-field")).to_have_value("<img src=x onerror=hack()>")
    expect_nothing_live(hostile_page)


def test_texts_stand_on_pages_as_they_were_written(hostile_page: Page, hostile_url: str, review: Path) -> None:
    """Escaped once: neither live nor with entities to be seen."""
    evidence, _ = load(review)
    assert evidence is not None
    study = evidence.studies["alpha2020"].record
    hostile_page.goto(hostile_url + STUDY)
    shown = squeezed(hostile_page.locator("article").inner_text())
    for text in (
        study.title,
        study.country,
        study.groups[0].label,
        *study.not_reported,
        study.groups[0].results[0].where,
    ):
        assert squeezed(text) in shown
    assert "{ .pwned onclick=" in shown
    assert "{{ 7*7 }}" in shown
    assert "49" not in shown


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_titles_and_descriptions_hold_the_texts_and_no_more(hostile_page: Page, hostile_url: str, review: Path) -> None:
    evidence, _ = load(review)
    assert evidence is not None
    for address, title in (
        ("treatments/drug-a/", evidence.treatments["drug-a"].record.name),
        ("topics/causes/", evidence.topics["causes"].record.title),
        (STUDY, evidence.studies["alpha2020"].record.title),
        ("case/first-case/", evidence.cases["first-case"].record.title),
    ):
        hostile_page.goto(hostile_url + address)
        assert squeezed(title) in squeezed(hostile_page.title())
        description = hostile_page.locator("meta[name=description]")
        assert description.count() == 1
        content = str(description.get_attribute("content"))
        assert "hack()" in content
        assert "&lt;" not in content.replace("&lt;script class=pwned&gt;hack()", "")


# --- downloads --------------------------------------------------------------------------------------------------------


def test_downloads_hold_the_texts_unchanged(hostile: Path, review: Path) -> None:
    """JSON and CSV say what the records say, to the letter."""
    evidence, _ = load(review)
    assert evidence is not None
    whole = json.loads((hostile / "downloads" / "review.json").read_text("utf-8"))
    assert whole["review"]["title"] == evidence.review.record.title
    assert whole["review"]["summary"] == evidence.review.record.summary
    titles = {study["title"] for study in whole["studies"]}
    assert titles == {study.record.title for study in evidence.studies.values()}
    rows = list(csv.DictReader(io.StringIO((hostile / "downloads" / "studies.csv").read_text("utf-8"))))
    # What a spreadsheet would run is set apart by an apostrophe or a space.
    shown = {re.sub("; (?=[=+@-])", ";", squeezed(row["title"].removeprefix("'"))) for row in rows}
    assert shown == set(map(squeezed, titles))


def test_no_cell_of_a_table_is_a_formula(sites: list[Path]) -> None:
    """A spreadsheet would run it: also one that divides rows at semicolons, tabs and line ends."""
    tables = [path for site in sites for path in site.rglob("*.csv")]
    assert len(tables) >= 2 * len(sites)
    for path in tables:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        assert len({len(row) for row in rows}) == 1, path
        for cell in (cell for row in rows for cell in row):
            for part in re.split(r"[;\t\r\n]", cell):
                assert not re.match("[=+\\-@＝＋－＠]", part) or re.fullmatch(r"[-+]?\d+(\.\d+)?(e-?\d+)?", part), cell


def test_exports_of_references_keep_their_form(sites: list[Path], reviews: list[Path]) -> None:
    """No text of a field ends its field, in any format: read back, the references are those of the review."""
    for site, root in zip(sites, reviews, strict=True):
        evidence, _ = load(root)
        assert evidence is not None
        for path in site.rglob("*.ris"):
            lines = path.read_text("utf-8").splitlines()
            assert all(re.fullmatch(r"([A-Z][A-Z0-9]  - .*)?", line) for line in lines), path
            assert sum(line.startswith("TY") for line in lines) == sum(line.startswith("ER") for line in lines)
        entries = rispy.loads((site / "downloads" / "references.ris").read_text("utf-8"))
        titles = {reference.title.text for reference in evidence.references.values()}
        assert {squeezed(entry["title"]) for entry in entries} == {squeezed(title) for title in titles}
        whole = site / "downloads" / "references.bib"
        assert set(parse_string(whole.read_text("utf-8"), "bibtex").entries) == evidence.references.keys()
        again, problems = read_bibliography(whole, "references.bib")
        assert not has_errors(problems)
        for key, reference in evidence.references.items():
            read = again[key]
            # Addresses are kept in a form of their own, with braces as percent signs.
            kept = reference.fields.keys() - LOCAL_FIELDS - VERBATIM - {"author", "editor"}
            assert {name: read.fields[name] for name in kept} == {name: reference.fields[name] for name in kept}
            assert read.fields.keys() <= reference.fields.keys()
            assert (read.authors, read.editors) == (reference.authors, reference.editors)
        items = json.loads((site / "downloads" / "references.json").read_text("utf-8"))
        assert {item["title"] for item in items} == titles


def test_what_machines_read_is_well_formed(new_page: NewPage, sites: list[Path]) -> None:
    """The search index, the map of the site, the feeds and all JSON parse, and hold the attacks as text."""
    page = new_page()
    page.goto("about:blank")
    for site in sites:
        found = [json.loads(path.read_text("utf-8")) for path in sorted((site / "search" / "pages").iterdir())]
        # Results are shown as text, so that the index holds what was written, as it was written.
        assert any(f"<script class={MARK}>" in text for page in found for _, _, text in page["sections"])
        texts: list[str] = []
        for path in site.rglob("*.json"):
            json.loads(path.read_text("utf-8"))
        for path in [*site.rglob("*.xml"), *site.rglob("*.svg")]:
            root = ET.fromstring(path.read_text("utf-8"))  # our own file
            for element in root.iter():
                assert not element.tag.endswith("script"), path
                assert MARK not in element.get("class", ""), path
                assert not any(name.startswith("on") for name in element.attrib), path
                if element.get("type") == "html":
                    texts.append(element.text or "")
        for text, found in zip(texts, page.evaluate(PARSE, [texts, MARK]), strict=True):
            expect_nothing_made(found, text)


def test_attacks_are_those_that_the_vocabulary_of_the_test_knows() -> None:
    """Every kind of attack is among the texts, so that none is lost when they are edited."""
    everything = "\n".join(("", *LINES, PROSE))
    for attack in (
        "<script", "</title>", "</script>", "onerror=", "onload=", "javascript:", "vbscript:", "data:text/html", "srcdoc",
        "{ .pwned onclick", "{: .pwned", "{{ 7*7 }}", "{% raw %}", '">', "&lt;script", "&#60;", "]]>", "-->", "=HYPERLINK",
        "&#106;avascript", "//example.org", "\n+", "\n-", "\n@", "\n\t=", ";=", "TY  - ", "ER  -", "}, evil = {", "<!--<script",
        "<base", "http-equiv=refresh", "formaction", "{: ", "--8<--", "!!!", "*[x]:", "[^1]:", "[TOC]", ":material-", "${", "<%=",
    ):  # fmt: skip
        assert attack in everything
