"""Citations in a browser: the reference shows where it is cited, and every way there has a way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import PHONE, NewPage, tab_to
from playwright.sync_api import Locator, Page, expect

from evidence_site.bibliography import read_bibliography
from evidence_site.reference_style import short_name

PAGES = ["treatments/teriparatide/", "topics/diagnosis/", "case/jia2020-index-case/", "methods/", ""]
"""One of each kind of page that cites."""


def first_citation(page: Page) -> Locator:
    return page.locator(".er-cite a").first


def entry_of(page: Page, citation: Locator) -> Locator:
    href = citation.get_attribute("href")
    assert href is not None
    return page.locator(f"[id='{href.removeprefix('#')}']")


def card(page: Page) -> Locator:
    return page.locator(".md-tooltip2--active")


def expect_card(page: Page, citation: Locator) -> None:
    """The card shows the same reference as the list."""
    expect(card(page)).to_be_visible()
    expect(card(page).locator(".er-ref")).to_have_text(entry_of(page, citation).locator(".er-ref").inner_text())
    expect(card(page).locator(".er-ref__back")).to_be_hidden()


def in_view(page: Page, element: Locator) -> None:
    """The element is what the browser jumped to, and the header does not cover it."""
    expect(element).to_be_in_viewport()
    header = page.locator(".md-header").bounding_box()
    box = element.bounding_box()
    assert header and box
    assert box["y"] >= header["height"] - 1


@pytest.mark.parametrize("address", PAGES)
def test_the_reference_shows_when_the_mouse_is_over_its_citation(page: Page, site_url: str, address: str) -> None:
    page.goto(site_url + address)
    citation = first_citation(page)
    citation.hover()
    expect_card(page, citation)
    page.mouse.move(2, 2)
    expect(card(page)).to_have_count(0)


def test_the_reference_shows_when_the_keyboard_comes_to_its_citation(page: Page, site_url: str) -> None:
    """Tab shows the card, and Enter goes to the list."""
    page.goto(f"{site_url}topics/diagnosis/")
    citation = first_citation(page)
    tab_to(page, citation)
    expect_card(page, citation)
    page.keyboard.press("Enter")
    in_view(page, entry_of(page, citation))


@pytest.mark.parametrize("by_mouse", [True, False], ids=["hover", "focus"])
def test_escape_closes_the_card_and_it_comes_back(page: Page, site_url: str, by_mouse: bool) -> None:
    """Neither the mouse nor the focus has to move (WCAG 2.2, 1.4.13); who comes again sees the card again."""
    page.goto(f"{site_url}topics/diagnosis/")
    citation = first_citation(page)
    come = citation.hover if by_mouse else citation.focus
    come()
    expect_card(page, citation)
    page.keyboard.press("Escape")
    expect(page.locator(".md-tooltip2:visible")).to_have_count(0)
    page.mouse.move(2, 2)
    citation.blur()
    expect(page.locator(".md-tooltip2")).to_have_count(0)
    come()
    expect_card(page, citation)


def test_links_on_the_card_can_be_reached_with_the_mouse(page: Page, site_url: str) -> None:
    """The card stays while the mouse is on it, and its reference leads to the reference's page."""
    page.goto(f"{site_url}treatments/teriparatide/")
    first_citation(page).hover()
    card(page).locator(".er-ref > a").click()
    page.wait_for_url(f"{site_url}references/*/")


@pytest.mark.parametrize("address", PAGES)
def test_a_citation_leads_to_its_entry_and_back_to_its_place(page: Page, site_url: str, address: str) -> None:
    page.goto(site_url + address)
    citation = first_citation(page)
    place = page.locator(".er-cite").first
    citation.click()
    entry = entry_of(page, citation)
    in_view(page, entry)
    entry.locator(".er-ref__back a").first.click()
    assert page.url.endswith(f"#{place.get_attribute('id')}")
    in_view(page, place)


def test_from_an_entry_to_the_reference_and_by_cited_in_back_to_the_section(page: Page, site_url: str) -> None:
    page.goto(f"{site_url}treatments/teriparatide/")
    title = page.locator("h1").inner_text().removesuffix("¶").strip()
    entry_of(page, first_citation(page)).locator(".er-ref > a").click()
    page.wait_for_url(f"{site_url}references/*/")
    places = page.locator(".er-cited-in li", has=page.get_by_role("link", name=title, exact=True)).get_by_role("link")
    section = places.nth(2)
    name = section.inner_text()
    section.click()
    page.wait_for_url(f"{site_url}treatments/teriparatide/#cite-*")
    place = page.locator(":target")
    in_view(page, place)
    heading = place.evaluate(
        """place => [...document.querySelectorAll("article :is(h1, h2, h3)")]
            .filter(heading => heading.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING)
            .at(-1).firstChild.textContent"""
    )
    assert heading == name


def test_every_citation_is_named_for_who_listens(page: Page, site_url: str) -> None:
    """“Reference 3: Hadji et al. 2022”, not just “3”."""
    page.goto(f"{site_url}treatments/teriparatide/")
    names = page.locator(".er-cite a").evaluate_all(
        "links => links.map(link => [link.textContent, link.getAttribute('aria-label')])"
    )
    assert names
    assert all(name.startswith(f"Reference {number}: ") and len(name) > 15 for number, name in names)


def test_on_a_phone_a_tap_leads_to_the_entry_and_another_back(new_page: NewPage, site_url: str) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(f"{site_url}topics/epidemiology/")
    citation = first_citation(page)
    place = page.locator(".er-cite").first
    citation.tap()
    entry = entry_of(page, citation)
    in_view(page, entry)
    entry.locator(".er-ref__back a").first.tap()
    in_view(page, place)


def test_the_way_back_to_where_one_came_from_is_marked(new_page: NewPage, site_url: str) -> None:
    """A source may be cited at a dozen places, and on a phone its entry is far from all of them."""
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(f"{site_url}treatments/teriparatide/")
    places = page.locator(".er-cite", has=page.locator("[href='#ref-lampropoulouadamidou2021teriparatide']"))
    entry = page.locator("#ref-lampropoulouadamidou2021teriparatide")
    for number in (2, 4):
        place = places.nth(number)
        place.locator("[href='#ref-lampropoulouadamidou2021teriparatide']").tap()
        marked = page.locator("article .er-ref__back a[aria-current]")
        expect(marked).to_have_count(1)
        expect(marked).to_have_attribute("href", f"#{place.get_attribute('id')}")
        assert marked.evaluate("(link, entry) => entry.contains(link)", entry.element_handle())
        ground = "link => getComputedStyle(link).backgroundColor"
        assert marked.evaluate(ground) != entry.locator(".er-ref__back a:not([aria-current])").last.evaluate(ground)
        marked.tap()
        in_view(page, place)


def test_without_scripts_a_citation_still_leads_to_its_entry(new_page: NewPage, site_url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{site_url}topics/epidemiology/")
    citation = first_citation(page)
    citation.click()
    expect(entry_of(page, citation)).to_be_in_viewport()


@pytest.mark.parametrize("author", ["محمد", "{جمعية طب العظام}", "כהן, א. and לוי, ב.", "Hong, N."])
def test_the_year_is_seen_behind_a_name_in_any_script(page: Page, site_url: str, tmp_path: Path, author: str) -> None:
    """A name that runs from right to left would draw the year to its left, and what stands behind in the list along."""
    file = tmp_path / "references.bib"
    file.write_text(f"@article{{a, title = {{T}}, author = {{{author}}}, year = {{2021}}}}", "utf-8")
    references, _ = read_bibliography(file, "references.bib")
    page.goto(f"{site_url}about/")
    name, year = page.evaluate(
        """(label) => {
          const text = document.createTextNode(label);
          document.querySelector("article").replaceChildren(text);
          const range = document.createRange();
          const right = (from, to) => (range.setStart(text, from), range.setEnd(text, to), range.getBoundingClientRect());
          return [right(0, label.lastIndexOf(" ")).right, right(label.lastIndexOf(" ") + 1, label.length).left];
        }""",
        short_name(references["a"]),
    )
    assert name < year
