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
from browsing import NewPage, open_search, search, serving
from building import build
from hostile import LINES, MARK, PROSE, hostile_fields, text_fields, write_hostile_review
from html_pages import read_site
from playwright.sync_api import Browser, Page, expect
from pybtex.database import parse_string  # type: ignore[import-untyped,unused-ignore]

from evidence_site import records as r
from evidence_site.review import load

STUDY = "studies/alpha2020/"
HACK = "window.hack = () => { window.pwned = true; };"
LOOK = """
    mark => {
      const all = [...document.querySelectorAll("*")];
      const live = /^\\s*(javascript|vbscript|data:text)/i;
      return {
        ran: window.pwned === true,
        made: all.filter(e => e.classList.contains(mark) || e.localName.includes(mark)).map(e => e.outerHTML),
        handlers: all.flatMap(e => e.getAttributeNames().filter(name => name.startsWith("on")).map(n => e.localName + n)),
        live: all.filter(e => ["href", "src", "action", "formaction", "data", "xlink:href", "srcdoc"]
          .some(name => live.test(e.getAttribute(name) ?? ""))).map(e => e.outerHTML),
        frames: window.frames.length,
        other: all.filter(e => new URL(e.getAttribute("href") ?? "#", location).host === "example.org")
          .map(e => e.getAttribute("href")),
      };
    }
"""
"""What an attack would leave behind."""


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hostile_review(tmp_path_factory.mktemp("hostile") / "attacks")


@pytest.fixture(scope="module")
def hostile(review: Path) -> Path:
    """The folder of the finished hostile site."""
    return build(review, review.parent / "site")


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
    others = [href for href in found.pop("other") if not href.startswith("https://example.org/?")]
    assert others == []
    assert found == {"ran": False, "made": [], "handlers": [], "live": [], "frames": 0}, page.url


@pytest.mark.parametrize("attack", [line for line in LINES if not line.startswith("[go]")])
def test_attacks_would_be_noticed(browser: Browser, attack: str) -> None:
    """Put into a page as they are, the attacks leave what the tests here look for."""
    page = browser.new_page()
    page.add_init_script(HACK)
    page.goto("about:blank")
    page.set_content(f"<!doctype html><title>x</title><p>{attack}")
    with pytest.raises(AssertionError):
        expect_nothing_live(page)
    page.close()


def test_every_text_of_every_record_is_an_attack(review: Path) -> None:
    """The review that is looked at here leaves no field for text out."""
    evidence, problems = load(review)
    assert evidence is not None, problems
    attacked = {field for loaded in evidence.all_records() for field in hostile_fields(loaded.record)}
    wanted = set(text_fields(r.Review, r.Outcome, r.Source, r.Study, r.Case, r.Treatment, r.Topic))
    assert wanted - attacked == set()


def test_no_page_runs_or_shows_what_texts_smuggle_in(hostile_page: Page, hostile: Path, hostile_url: str) -> None:
    """No script ran, no element, handler or live link was made, on any page of any kind."""
    addresses = list(read_site(hostile))
    assert len(addresses) > 30
    for address in [*addresses, "404.html"]:
        hostile_page.goto(hostile_url + address)
        expect_nothing_live(hostile_page)


def test_attacks_stay_inert_when_a_reader_does_something(hostile_page: Page, hostile_url: str) -> None:
    """Opening what is folded, hovering over citations, following links within the page."""
    for address in ("treatments/drug-a/", STUDY, "references/alpha2020/"):
        hostile_page.goto(hostile_url + address)
        hostile_page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
        citation = hostile_page.locator(".er-cite .footnote-ref")
        if citation.count():
            citation.first.hover()
            expect(hostile_page.locator(".md-tooltip2--active")).to_be_visible()
            expect_nothing_live(hostile_page)
            citation.first.click()
        hostile_page.emulate_media(media="print")
        expect_nothing_live(hostile_page)
        hostile_page.emulate_media(media="screen")


def test_search_shows_hostile_titles_as_text(hostile_page: Page, hostile_url: str) -> None:
    """Material puts results into the page as HTML; what it gets is escaped."""
    open_search(hostile_page, hostile_url)
    for query in (MARK, "script", "hack", "onerror", "7*7", "javascript"):
        assert search(hostile_page, hostile_url, query) or query == "7*7"
        hostile_page.evaluate("document.querySelectorAll('.md-search-result details').forEach(e => { e.open = true; })")
        expect_nothing_live(hostile_page)
    search(hostile_page, hostile_url, MARK)
    expect(hostile_page.locator(".md-search-result__list")).to_contain_text("<script class=pwned>")


def test_search_terms_in_the_address_stay_text(hostile_page: Page, hostile_url: str) -> None:
    """The address of a result carries the words to highlight; nobody can make a link that runs something."""
    hostile_page.goto(hostile_url + STUDY + "?h=<img src=x onerror=hack()> hack script&q=<img src=x onerror=hack()>")
    expect(hostile_page.locator(".md-search__input")).to_have_value("<img src=x onerror=hack()>")
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
    assert {row["title"].removeprefix("'") for row in rows} == titles


def test_no_cell_of_a_table_is_a_formula(hostile: Path) -> None:
    """A spreadsheet would run it."""
    for path in hostile.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text("utf-8"))):
            for cell in row:
                assert not re.match(r"[=+\-@\t\r]", cell) or re.fullmatch(r"[-+]?\d+(\.\d+)?(e-?\d+)?", cell), cell


def test_exports_of_references_keep_their_form(hostile: Path) -> None:
    """No text of a field ends its field, in any format."""
    for path in hostile.rglob("*.ris"):
        lines = path.read_text("utf-8").splitlines()
        assert all(re.fullmatch(r"([A-Z][A-Z0-9]  - .*)?", line) for line in lines), path
        assert sum(line.startswith("TY") for line in lines) == sum(line.startswith("ER") for line in lines)
    whole = (hostile / "downloads" / "references.bib").read_text("utf-8")
    assert set(parse_string(whole, "bibtex").entries) == {"alpha2020", "beta2021", "gamma2022", "delta2019"}
    for item in json.loads((hostile / "downloads" / "references.json").read_text("utf-8")):
        assert "</title><script class=pwned>hack()</script>" in item["title"]


def test_what_machines_read_is_well_formed(hostile: Path) -> None:
    """The search index, the map of the site and the feeds parse, and hold the attacks as text."""
    index = json.loads((hostile / "search" / "search_index.json").read_text("utf-8"))
    for entry in index["docs"]:
        for text in (entry["title"], *entry.get("tags", [])):
            assert "<" not in text, text
        tags = set(re.findall(r"<(/?[^>\s]*)", entry["text"]))
        assert tags <= {
            f"{slash}{tag}" for tag in ("p", "code", "pre", "li", "ol", "ul", "sub", "sup") for slash in ("", "/")
        }
    for path in [*hostile.rglob("*.xml"), *hostile.rglob("*.svg")]:
        root = ET.fromstring(path.read_text("utf-8"))  # our own file
        for element in root.iter():
            assert not element.tag.endswith("script"), path
            assert MARK not in element.get("class", ""), path
            assert not any(name.startswith("on") for name in element.attrib), path


def test_attacks_are_those_that_the_vocabulary_of_the_test_knows() -> None:
    """Every kind of attack is among the texts, so that none is lost when they are edited."""
    everything = "\n".join((*LINES, PROSE))
    for attack in (
        "<script", "</title>", "</script>", "onerror=", "onload=", "javascript:", "vbscript:", "data:text/html", "srcdoc",
        "{ .pwned onclick", "{: .pwned", "{{ 7*7 }}", "{% raw %}", '">', "&lt;script", "&#60;", "]]>", "-->", "=HYPERLINK",
        "&#106;avascript", "//example.org",
    ):  # fmt: skip
        assert attack in everything
