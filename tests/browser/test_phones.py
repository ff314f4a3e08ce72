"""What a reader with a phone meets: tables as cards, the forest plot and the menu."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from browsing import PHONE, NewPage, serving, tab_to
from building import ROOT, build
from playwright.sync_api import Page, ViewportSize, expect

SMALL: ViewportSize = {"width": 320, "height": 640}
TREATMENT = "treatments/teriparatide/"
EVIDENCE = f"{TREATMENT}evidence/"
LISTS = ("", TREATMENT, EVIDENCE, "outcomes/", "outcomes/lumbar-spine-bmd/", "studies/", "studies/hong2018/", "references/",
         "overlaps/", "charts/case-lanes/", "explore/?show=results")  # fmt: skip
TOUCH: Mapping[str, Any] = {"is_mobile": True, "has_touch": True}


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    if "explore/" in address:
        page.locator("#explore-results tbody tr").first.wait_for()
    return page


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("letters", ["", "250%"], ids=["", "large"])
def test_no_cell_lies_off_the_screen(new_page: NewPage, site_url: str, address: str, letters: str) -> None:
    """Not at 320 pixels either, nor with letters of twice the size; no table scrolls sideways."""
    page = opened(new_page(viewport=PHONE if letters else SMALL, **TOUCH), site_url + address)
    page.evaluate(
        """letters => {
          const sheet = new CSSStyleSheet();
          if (letters) sheet.replaceSync(`html { font-size: ${letters} !important; }`);
          document.adoptedStyleSheets = [sheet];
          for (const details of document.querySelectorAll("article details")) details.open = true;
        }""",
        letters,
    )
    cells = page.locator(".er-table--cards :is(th, td):visible")
    assert cells.count() > 10
    off = cells.evaluate_all("""cells => cells.filter(cell => !cell.closest("thead")
        && cell.getBoundingClientRect().right > document.documentElement.clientWidth).map(cell => cell.textContent)""")
    assert off == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    scrolled = page.locator(".er-scroll:has(.er-table--cards)").evaluate_all(
        """all => all.filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
            .map(e => e.getAttribute("aria-label"))"""
    )
    assert scrolled == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_cards_are_tables_for_who_listens(new_page: NewPage, site_url: str, scripts: bool) -> None:
    """The browser tells a screen reader of the same tables, rows, heads and cells as on a desktop."""
    told = []
    for options in ({"viewport": PHONE, **TOUCH}, {}):
        page = new_page(java_script_enabled=scripts, **options)
        page.goto(site_url + EVIDENCE)
        session = page.context.new_cdp_session(page)
        session.send("Accessibility.enable")
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        told.append(Counter(node["role"]["value"] for node in nodes if not node["ignored"]))
    parts = ("table", "row", "rowheader", "columnheader", "cell")
    phone, desktop = ([roles[part] for part in parts] for roles in told)
    assert phone == desktop
    assert min(phone) > 10


@pytest.mark.parametrize("address", ["", EVIDENCE, "explore/?show=results"])
def test_cards_say_themselves_that_they_are_tables(new_page: NewPage, site_url: str, address: str) -> None:
    """Safari 14 to 16 forgets it otherwise."""
    page = opened(new_page(viewport=PHONE, **TOUCH), site_url + address)
    parts = page.locator(".er-table--cards:visible").locator("thead, tbody, tr, th, td")
    assert parts.count() > 20
    unsaid = parts.evaluate_all("parts => parts.filter(part => !part.getAttribute('role')).length")
    assert unsaid == 0


@pytest.mark.parametrize("address", ["", "studies/", "references/", "outcomes/", "explore/?show=results"])
def test_a_number_says_what_it_counts(new_page: NewPage, site_url: str, address: str) -> None:
    """In words that stand above the column on a desktop."""
    page = opened(new_page(viewport=PHONE, **TOUCH), site_url + address)
    numbers = page.locator(".er-table--cards .er-num:is(td):visible, .er-table--home tbody td:has(.er-value)")
    assert numbers.count() > 5
    labels = set(
        numbers.evaluate_all("""cells => cells.filter(cell => cell.textContent)
        .map(cell => getComputedStyle(cell, "::before").content)""")
    )
    heads = page.locator(".er-table--cards thead th").evaluate_all(
        "heads => heads.map(head => head.textContent.trim())"
    )
    said = {re.sub(r'^"|:? ?".*$', "", label) for label in labels}
    assert said and said <= set(heads)


def test_facts_of_a_study_stand_beside_each_other(new_page: NewPage, site_url: str) -> None:
    """So that what was done is seen without scrolling; below each other where letters or a small phone leave no room."""
    page = new_page(viewport=PHONE, **TOUCH)
    page.goto(site_url + "studies/hong2018/")
    lefts = "facts => new Set(facts.map(fact => fact.getBoundingClientRect().left)).size"
    facts = page.locator(".er-facts").first.locator(":scope > div")
    assert facts.count() > 2
    assert facts.evaluate_all(lefts) == 2
    expect(facts.first).to_be_in_viewport()
    page.set_viewport_size(SMALL)
    assert facts.evaluate_all(lefts) == 1


# --- the forest plot --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("example")
    shutil.copytree(ROOT / "examples" / "bcg-tuberculosis", root, dirs_exist_ok=True)
    with serving(build(root, root / "site")) as url:
        yield url


@pytest.mark.parametrize("size", [PHONE, SMALL], ids=["phone", "small"])
def test_the_forest_plot_is_seen_with_its_numbers(new_page: NewPage, example_url: str, size: ViewportSize) -> None:
    """Names, ratios and drawings of all studies without scrolling; persons and weights can be scrolled to."""
    page = new_page(viewport=size, **TOUCH)
    page.goto(example_url + "treatments/bcg-vaccination/evidence/")
    rows = page.locator(".er-forest__table :is(tbody tr, .er-forest__pooled)")
    assert rows.count() == 14
    parts = rows.locator("th, .er-value, .er-forest__plot svg")
    assert parts.count() == 3 * 14
    ends = parts.evaluate_all("parts => parts.map(part => part.getBoundingClientRect().right)")
    assert max(ends) <= size["width"]
    widths = rows.locator("svg").evaluate_all("all => all.map(svg => svg.getBoundingClientRect().width)")
    assert min(widths) >= 100
    weight = rows.first.locator("td").last
    weight.scroll_into_view_if_needed()
    expect(weight).to_be_in_viewport()
    assert page.evaluate("scrollX") == 0


def test_the_line_of_no_difference_runs_through(new_page: NewPage, example_url: str) -> None:
    """However high the words of a row are: no gap within the cell of a drawing."""
    page = new_page(viewport=PHONE, **TOUCH)
    page.goto(example_url + "treatments/bcg-vaccination/evidence/")
    short = page.locator(".er-forest__none").evaluate_all(
        """lines => lines.filter(line => {
          const [drawn, cell] = [line.getBoundingClientRect(), line.closest("td").getBoundingClientRect()];
          return drawn.top > cell.top || drawn.bottom < cell.bottom;
        }).length"""
    )
    assert short == 0


# --- the menu ---------------------------------------------------------------------------------------------------------


def test_the_menu_is_closed_on_the_way_back(new_page: NewPage, site_url: str) -> None:
    """A browser brings a page back as it was left: with the menu, from which its reader went on, over it."""
    page = new_page(viewport=PHONE, **TOUCH)
    page.goto(site_url + "treatments/denosumab/")
    menu = page.get_by_role("button", name="Menu")
    menu.tap()
    link = page.locator(".md-nav--primary a", has_text="Bisphosphonates").first
    expect(link).to_be_in_viewport()
    link.tap()
    page.wait_for_url("**/treatments/bisphosphonates/")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Denosumab")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(link).to_be_hidden()


def test_the_menu_is_opened_by_keys_without_a_script(new_page: NewPage, site_url: str) -> None:
    """The theme's switches are stops, with a ring and a name; Space turns them; what is closed is no stop."""
    page = new_page(viewport=PHONE, java_script_enabled=False)
    page.goto(site_url + "treatments/denosumab/")
    link = page.locator(".md-nav--primary a", has_text="Bisphosphonates").first
    expect(link).to_be_hidden()
    menu = page.get_by_role("checkbox", name="Menu")
    page.keyboard.press("Tab")
    expect(menu).to_be_focused()
    sign = page.locator(".md-header label[for=__drawer]")
    assert sign.evaluate("sign => getComputedStyle(sign).outlineStyle") == "solid"
    page.keyboard.press("Space")
    expect(link).to_be_in_viewport()
    section = page.get_by_role("checkbox", name="Treatments")
    tab_to(page, section)
    page.keyboard.press("Space")
    other = page.locator(".md-nav--primary a", has_text="Outcomes").first
    expect(other).to_be_in_viewport()
    expect(link).to_be_hidden()
    menu.focus()
    page.keyboard.press("Space")
    expect(other).to_be_hidden()


def test_one_tap_leads_from_the_bottom_line_to_a_caution(new_page: NewPage, site_url: str) -> None:
    """A phone folds the table of contents away, and the cautions lie screens below; a desktop has both in sight."""
    page = new_page(viewport=PHONE, **TOUCH)
    page.goto(site_url + TREATMENT)
    page.locator(".er-jump").get_by_role("link", name="In pregnancy", exact=True).tap()
    expect(page.get_by_role("heading", name="In pregnancy")).to_be_in_viewport()
    expect(page.locator("article li", has_text="contraindicates teriparatide in pregnancy").first).to_be_in_viewport()
    page.goto(f"{site_url}treatments/calcitonin/")
    expect(page.locator(".er-jump")).to_contain_text("In pregnancy (not reported)")
    wide = new_page()
    wide.goto(site_url + TREATMENT)
    expect(wide.locator(".er-jump")).to_be_hidden()
    expect(wide.locator(".md-sidebar--secondary").get_by_role("link", name="In pregnancy")).to_be_visible()


# --- charts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("treatment", ["teriparatide", "bisphosphonates", "denosumab", "stopping-breastfeeding"])
def test_no_number_of_a_chart_lies_upon_another(new_page: NewPage, site_url: str, treatment: str) -> None:
    """Though letters are largest on a phone; upon a mark lies at most one of a drawing."""
    page = new_page(viewport=PHONE, **TOUCH)
    page.goto(f"{site_url}treatments/{treatment}/evidence/")
    drawings = page.locator(".er-chart__change")
    assert drawings.count() > 0
    told = drawings.evaluate_all(
        """drawings => drawings.flatMap(drawing => {
          const box = (part, cut) => {
            const { left, right, top, bottom, height } = part.getBoundingClientRect();
            const number = part.closest("a").querySelector("text").textContent;
            return { number, left, right, top: top + cut * height, bottom: bottom - cut * height };
          };
          const numbers = [...drawing.querySelectorAll("a text")].map(part => box(part, 0.2));
          const marks = [...drawing.querySelectorAll("a .er-mark")].map(part => box(part, 0));
          const covered = (ones, others) => ones.flatMap(one => others
            .filter(other => other.number !== one.number
              && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
              && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1)
            .map(other => `${one.number} upon ${other.number}`));
          return [...covered(numbers, numbers), ...covered(numbers, marks).slice(1)];
        })"""
    )
    assert told == []


@pytest.mark.parametrize(
    ("address", "wide"), [("evidence-map/", ".er-scroll"), ("charts/case-lanes/", ".er-chart__wide")]
)
def test_what_lies_off_the_screen_is_told(new_page: NewPage, site_url: str, address: str, wide: str) -> None:
    """In words: the shade at the edge is not drawn by every browser. A wide screen shows all, and tells nothing."""
    page = new_page(viewport=PHONE, **TOUCH)
    page.goto(site_url + address)
    region, hint = page.locator(wide).first, page.locator(".er-sideways").first
    assert region.evaluate("e => e.scrollWidth > e.clientWidth + 1")
    expect(hint).to_be_visible()
    expect(hint).to_contain_text("sideways")
    page = new_page(viewport={"width": 1440, "height": 900})
    page.goto(site_url + address)
    assert page.locator(wide).first.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    expect(page.locator(".er-sideways").first).to_be_hidden()
