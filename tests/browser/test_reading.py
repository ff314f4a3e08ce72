"""Aids to reading in a browser: short forms, citing a page, what is not found, paper, long tables, and no script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import PHONE, NewPage, serving, tab_to
from building import build, copy_of_review
from playwright.sync_api import Locator, Page, expect
from test_history import commit, repository

TREATMENT = "treatments/teriparatide/"
EVIDENCE = f"{TREATMENT}evidence/"


def style(element: Locator, name: str) -> str:
    return str(element.evaluate(f"element => getComputedStyle(element)[{name!r}]"))


def broken_words(table: Locator) -> list[str]:
    """The words in a table that stand on more than one line."""
    broken: list[str] = table.evaluate(
        """table => {
          const broken = [], walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            for (const { 0: word, index } of walker.currentNode.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
              const range = document.createRange();
              range.setStart(walker.currentNode, index);
              range.setEnd(walker.currentNode, index + word.length);
              if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) broken.push(word);
            }
          }
          return broken;
        }"""
    )
    return broken


# --- short forms ------------------------------------------------------------------------------------------------------


def tip(page: Page) -> Locator:
    return page.locator(".md-tooltip2--active")


def first_short_form(page: Page) -> tuple[Locator, str]:
    short = page.locator("article abbr").first
    title = short.get_attribute("title")
    assert title
    return short, title


def test_a_short_form_explains_itself_on_hover(page: Page, site_url: str) -> None:
    page.goto(site_url + TREATMENT)
    short, title = first_short_form(page)
    short.hover()
    expect(tip(page)).to_have_text(title)


def test_escape_closes_what_a_short_form_stands_for(page: Page, site_url: str) -> None:
    page.goto(site_url + TREATMENT)
    short, title = first_short_form(page)
    short.focus()
    expect(tip(page)).to_have_text(title)
    page.keyboard.press("Escape")
    expect(page.locator(".md-tooltip2:visible")).to_have_count(0)
    expect(short).to_be_focused()


def test_a_short_form_explains_itself_to_the_keyboard(page: Page, site_url: str) -> None:
    page.goto(site_url + "topics/diagnosis/")
    short, title = first_short_form(page)
    tab_to(page, short)
    expect(tip(page)).to_have_text(title)
    assert short.get_attribute("aria-describedby")


def test_a_short_form_explains_itself_on_touch(new_page: NewPage, site_url: str) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(site_url + TREATMENT)
    short, title = first_short_form(page)
    short.tap()
    expect(tip(page)).to_have_text(title)
    expect(tip(page)).to_be_in_viewport()


def test_a_short_form_explains_itself_without_a_script(new_page: NewPage, site_url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(site_url + TREATMENT)
    short, title = first_short_form(page)
    short.focus()
    shown = short.evaluate("element => getComputedStyle(element, '::after').content")
    assert title.split()[0] in shown


# --- citing -----------------------------------------------------------------------------------------------------------


def test_the_citation_can_be_copied(new_page: NewPage, site_url: str) -> None:
    """Opened with the keyboard, copied with the button: the whole text, with today's date in it."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(site_url + TREATMENT)
    box = page.locator("details.er-cite-page")
    box.locator("summary").focus()
    page.keyboard.press("Enter")
    text = box.locator("pre code")
    expect(text).to_be_visible()
    expect(text).to_contain_text(re.compile(r"\[Internet\]\. Teriparatide; \[.*cited \d{4} [A-Z][a-z]{2} \d{1,2}\]\."))
    expect(box.locator(".er-citation__hint")).to_be_hidden()
    box.locator("button").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.strip() == (text.text_content() or "").strip()


def test_the_citation_is_there_without_a_script(new_page: NewPage, site_url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(site_url + TREATMENT)
    box = page.locator("details.er-cite-page")
    box.locator("summary").click()
    expect(box.locator("pre code")).to_contain_text("cited [year month day]")
    expect(box.locator(".er-citation__hint")).to_be_visible()
    assert style(box.locator("pre code"), "userSelect") != "none"


# --- not found --------------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_helps(page: Page, site_url: str, site: Path) -> None:
    """The host serves 404.html for addresses at any depth; its links lead to pages that are there."""
    text = (site / "404.html").read_text("utf-8")
    page.route("**/no/such/page/", lambda route: route.fulfill(status=200, content_type="text/html", body=text))
    page.goto(site_url + "no/such/page/")
    expect(page.locator("h1")).to_have_text("Page not found")
    expect(page.locator(".md-header")).to_be_visible()
    links = page.locator("article a")
    addresses = links.evaluate_all("links => links.map(link => link.href)")
    assert {address.removeprefix(site_url) for address in addresses} >= {"", "treatments/", "studies/", "references/"}
    links.filter(has_text="Treatments").click()
    expect(page.locator("h1")).to_contain_text("Treatments")


# --- paper ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def printed(new_page: NewPage, site_url: str) -> Page:
    """A treatment on paper, from a dark screen and without a script."""
    page = new_page(java_script_enabled=False, viewport={"width": 673, "height": 980}, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(site_url + TREATMENT)
    return page


def test_paper_shows_the_page_and_nothing_of_the_screen(printed: Page) -> None:
    for name in (".md-header", ".md-sidebar", ".md-footer", ".md-tabs", ".headerlink", ".er-ref__back"):
        for element in printed.locator(name).all():
            expect(element).to_be_hidden()
    expect(printed.locator("#references")).to_be_visible()
    expect(printed.locator(".er-references > li").last).to_be_visible()
    assert style(printed.locator("body"), "backgroundColor") == "rgb(255, 255, 255)"


def test_paper_says_where_links_lead(printed: Page) -> None:
    link = printed.locator(".er-references a[href^='https://doi.org/']").first
    after = link.evaluate("element => getComputedStyle(element, '::after').content")
    assert link.get_attribute("href") in after
    inside = printed.locator("article a[href^='../']").first
    assert inside.evaluate("element => getComputedStyle(element, '::after').content") in ("none", "normal")


def test_paper_opens_what_is_folded(printed: Page, site_url: str) -> None:
    """How the certainty was rated and the numbers of charts: all of it is printed."""
    printed.goto(site_url + EVIDENCE)
    folded = printed.locator("article details")
    assert folded.count() > 3
    for details in folded.all():
        content = details.locator(":scope > :not(summary)").first
        box = content.bounding_box()
        assert box and box["height"] > 5
        assert details.bounding_box()["height"] > box["height"]  # type: ignore[index]  # it has a box, as its content has


def test_paper_does_not_cut_tables(printed: Page) -> None:
    """No table is wider than the paper, and none scrolls."""
    assert printed.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = printed.locator(".er-scroll").evaluate_all(
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1 || getComputedStyle(e).overflowX !== 'visible').length"
    )
    assert cut == 0
    heads = printed.locator(".er-table thead")
    assert style(heads.first, "display") == "table-header-group"


def test_paper_breaks_no_word_of_a_table(printed: Page, site_url: str) -> None:
    """Each column is as wide as its longest word: Firefox left a column of links the width of a letter."""
    printed.goto(site_url)
    table = printed.locator(".er-table--home")
    assert broken_words(table) == []
    assert printed.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pdf_is_made(page: Page, site_url: str) -> None:
    """A treatment on A4 has several sheets, not one cut off."""
    page.goto(site_url + TREATMENT)
    assert page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n") > 3


# --- from page to page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_row_to_which_the_evidence_map_leads_is_seen_and_marked(
    new_page: NewPage, site_url: str, phone: bool
) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True) if phone else new_page()
    page.goto(site_url + "evidence-map/")
    page.locator(f"article a[href$='{TREATMENT}#outcome-total-hip-bmd']").first.click()
    row = page.locator(":target")
    expect(row).to_contain_text("total hip")
    expect(row).to_be_in_viewport(ratio=0.99)
    assert style(row, "backgroundColor") != style(page.locator("#outcome-pain"), "backgroundColor")
    top = row.bounding_box()
    header = page.locator(".md-header").bounding_box()
    assert top and header and top["y"] >= header["y"] + header["height"]


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_rating_leads_to_its_reasons_unfolded(new_page: NewPage, site_url: str, phone: bool) -> None:
    """One step from the level to why, with the name of the outcome above; and back to the row it came from."""
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True) if phone else new_page()
    page.goto(site_url + TREATMENT)
    page.locator("#outcome-pain th a", has_text="very low").click()
    reasons = page.locator("#certainty-pain")
    expect(reasons.locator(".er-steps")).to_be_visible()
    expect(reasons.locator(".er-steps li").first).to_be_in_viewport()
    heading = page.locator("#outcome-pain")
    expect(heading).to_be_in_viewport()
    head, header = heading.bounding_box(), page.locator(".md-header").bounding_box()
    assert head and header and head["y"] >= header["y"] + header["height"]
    page.locator(".er-grade", has=reasons).get_by_role("link", name="The finding in short").click()
    expect(page.locator("tr:target")).to_contain_text("Pain")


# --- tables, colours, motion ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_heads_of_long_tables_stay(new_page: NewPage, site_url: str, phone: bool) -> None:
    """When a long table is scrolled its head is still in view; on a phone the names of the rows are, too."""
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True) if phone else new_page()
    page.goto(
        site_url + ("care/" if phone else "studies/")
    )  # on a phone the rows of a list are cards, those of a map are not
    region = page.locator(".er-scroll").first
    region.scroll_into_view_if_needed()
    region.evaluate("element => { element.scrollTop = 800; element.scrollLeft = 120; }")
    top = region.bounding_box()
    head = region.locator("thead th").nth(1).bounding_box()
    assert top and head and abs(head["y"] - top["y"]) < 3
    assert region.evaluate("element => element.scrollTop") >= 700
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if phone:
        row = region.locator("tbody th").nth(20).bounding_box()
        assert row and abs(row["x"] - top["x"]) < 3


def test_results_are_read_whole_on_a_phone(new_page: NewPage, site_url: str) -> None:
    """Below the name of its study, without scrolling sideways; no treatment of the home page fills half the screen."""
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(site_url + EVIDENCE)
    cut = page.locator(".er-results").evaluate_all(
        """cells => cells.filter(cell => cell.checkVisibility()).map(cell =>
            cell.getBoundingClientRect().right - cell.closest(".er-scroll").getBoundingClientRect().right)"""
    )
    assert len(cut) > 20 and max(cut) < 1
    page.goto(site_url)
    rows = page.locator(".er-table--home tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert len(rows) > 5 and max(rows) < PHONE["height"] / 2


@pytest.mark.parametrize("address", ["", TREATMENT, EVIDENCE, "downloads/", "evidence-map/"])
def test_no_name_of_a_row_is_broken_on_a_phone(new_page: NewPage, site_url: str, address: str) -> None:
    """Other columns can be scrolled to, so no word of the first gives way to them."""
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(site_url + address)
    for table in page.locator("article table:visible").all():
        assert [word for name in table.locator("tbody th").all() for word in broken_words(name)] == []


def test_lines_stay_with_names_of_rows(new_page: NewPage, site_url: str) -> None:
    """In Safari a line that cells share is gone where one of them stays in view; it has to be a cell's own."""
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(site_url + "care/")
    name = page.locator(".er-care tbody th[scope=row]").nth(1)
    assert style(name, "position") == "sticky"
    assert style(name, "borderTopWidth") != "0px"
    assert style(page.locator(".er-care"), "borderCollapse") == "separate"


def test_short_tables_are_seen_whole(page: Page, site_url: str) -> None:
    """The table on the home page scrolls in no direction in itself, and a desktop shows every number of it at once."""
    page.goto(site_url)
    region = page.locator(".er-scroll").first
    assert region.evaluate("element => element.scrollHeight <= element.clientHeight + 1")
    assert region.evaluate("element => element.scrollWidth <= element.clientWidth + 1")
    rows = page.locator(".er-table--home tbody tr", has=page.locator(".er-value"))
    ends = rows.evaluate_all("rows => rows.map(row => row.getBoundingClientRect().bottom)")
    assert len(ends) > 5 and max(ends) <= 1000
    for name in ("Searched to", "Last changed"):
        expect(page.locator(".er-figures dt", has_text=name)).to_be_in_viewport()


def test_nothing_moves_for_who_wants_no_motion(new_page: NewPage, site_url: str) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(site_url)
    moving = page.locator("*").evaluate_all(
        "all => all.filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0.001).length"
    )
    assert moving == 0


def test_the_site_has_its_own_sign_and_colour(page: Page, site_url: str) -> None:
    page.goto(site_url)
    icon = page.locator("link[rel=icon]").evaluate("link => link.href")
    assert icon == f"{site_url}assets/favicon.svg"
    assert page.request.get(icon).headers["content-type"] == "image/svg+xml"
    colours = page.locator("meta[name=theme-color][media]").evaluate_all("all => all.map(meta => meta.content)")
    assert len(colours) == 2
    header = style(page.locator(".md-header"), "backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", header)[:3])
    assert f"#{red:02x}{green:02x}{blue:02x}" in colours


# --- what's new -------------------------------------------------------------------------------------------------------


def test_what_is_new_from_the_home_page_to_the_change(new_page: NewPage, tmp_path: Path) -> None:
    """Without a script: from home to what's new, to the page that changed; and the feed is announced."""
    root = repository(copy_of_review(tmp_path / "review"))
    (root / ".gitignore").write_text("build/\n", "utf-8")
    commit(root, "2026-01-01T12:00:00+00:00")
    source = root / "evidence/sources/jia2020case.yaml"
    source.write_text(source.read_text("utf-8").replace("read: abstract", "read: full_text", 1), "utf-8")
    commit(root, "2026-01-02T12:00:00+00:00")
    with serving(build(root, tmp_path / "site")) as url:
        page = new_page(java_script_enabled=False)
        page.goto(url)
        page.locator("article a", has_text="What’s new").click()
        expect(page.locator("h2").first).to_contain_text("2 January 2026")
        feed = page.locator("link[type='application/atom+xml']").evaluate("link => link.href")
        assert page.request.get(feed).ok
        page.locator("article li a", has_text="Jia et al. 2020").click()
        expect(page.locator("h1")).to_contain_text("Jia et al. 2020")
        page.wait_for_load_state("networkidle")  # the server is gone a moment later


# --- results below each other -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1440, 768])
def test_results_of_all_outcomes_stand_in_the_same_columns(new_page: NewPage, site_url: str, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 1000})
    page.goto(site_url + EVIDENCE)
    tables = page.get_by_role("table", name=re.compile("in persons with the condition")).all()
    columns = {
        tuple(round(head.bounding_box()["x"]) for head in table.locator("thead th").all())  # type: ignore[index]
        for table in tables
    }
    assert len(tables) > 5
    assert len(columns) == 1
    assert [word for table in tables for word in broken_words(table)] == []
