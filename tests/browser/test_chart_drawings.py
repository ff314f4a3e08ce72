"""Charts as readers meet them: visible in every scheme, on paper and on a phone, and usable with keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

NewPage = Callable[..., Page]
PHONE = {"width": 390, "height": 844}
LANES = "charts/case-lanes/"
MAP = "evidence-map/"


def page_with_a_chart(page: Page, site_url: str) -> None:
    """Open the evidence on the first treatment of the evidence map that draws a change by time."""
    page.goto(site_url + MAP)
    addresses = page.locator(".er-map tbody th a").evaluate_all("links => links.map(link => link.href)")
    for address in addresses:
        page.goto(f"{address}evidence/")
        if page.locator("svg.er-chart__change").count():
            return
    pytest.fail("no treatment has a chart")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_can_be_seen_against_the_page(scheme: str, new_page: NewPage, site_url: str) -> None:
    page = new_page(color_scheme=scheme, java_script_enabled=True)
    page_with_a_chart(page, site_url)
    mark = page.locator("svg.er-chart__change a.er-role-this").first
    expect(mark).to_be_visible()
    lightness = "e => getComputedStyle(e).{}.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0)"
    colour = mark.evaluate(lightness.format("color"))
    ground = page.locator("body").evaluate(lightness.format("backgroundColor"))
    assert abs(colour - ground) > 200


def test_a_mark_leads_to_its_study_by_keyboard(page: Page, site_url: str) -> None:
    page_with_a_chart(page, site_url)
    link = page.locator("svg.er-chart__change a").last
    href = link.get_attribute("href") or ""
    link.focus()
    assert page.evaluate("document.activeElement.closest('svg.er-chart__change') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(re.escape(href.replace("../", "")) + "$"))
    assert page.locator(f"[id='{href.partition('#')[2]}']").count() == 1


def test_the_numbers_of_a_chart_can_be_opened(page: Page, site_url: str) -> None:
    page_with_a_chart(page, site_url)
    figure = page.locator("figure.er-chart").first
    table = figure.locator("table")
    expect(table).to_be_hidden()
    figure.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    assert table.locator("tbody tr").count() == figure.locator("svg.er-chart__change a").count()


def test_lanes_are_switched_by_keys_without_a_script(new_page: NewPage, site_url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(site_url + LANES)
    charts = page.locator("svg.er-chart__lanes")
    radios = page.locator(".er-switch input[type=radio]")
    assert charts.count() == radios.count() > 1
    expect(charts.nth(0)).to_be_visible()
    expect(charts.nth(1)).to_be_hidden()
    radios.nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(charts.nth(0)).to_be_hidden()
    expect(charts.nth(1)).to_be_visible()


def test_all_lanes_are_printed(page: Page, site_url: str) -> None:
    page.goto(site_url + LANES)
    page.emulate_media(media="print")
    for chart in page.locator("svg.er-chart__lanes").all():
        expect(chart).to_be_visible()


def test_cells_of_the_map_lead_to_their_outcome(page: Page, site_url: str) -> None:
    page.goto(site_url + MAP)
    cell = page.locator(".er-map td a").last
    name = cell.get_attribute("aria-label") or ""
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#outcome-"))
    row = page.locator(f"[id='{page.url.partition('#')[2]}']")
    expect(row).to_be_in_viewport()
    assert (row.locator("th a").first.text_content() or "-") in name


@pytest.mark.parametrize("address", [MAP, LANES])
def test_wide_charts_scroll_inside_the_page_of_a_phone(address: str, new_page: NewPage, site_url: str) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(site_url + address)
    assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.er-scroll, .er-chart__wide')].some(e => e.scrollWidth > e.clientWidth)"
    )
