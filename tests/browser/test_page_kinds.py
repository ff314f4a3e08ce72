"""One page of each kind, on a desktop and on a phone, light and dark, with scripts and without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from browsing import DESKTOP, PHONE, NewPage, wait_until
from playwright.sync_api import Page, ViewportSize as Size, expect

Scheme = Literal["light", "dark"]

WITHOUT_A_PAGE_EACH = ("records", "assets", "search")


def kinds(site: Path) -> list[str]:
    """The home page, every page at the top, and of each section and level the largest page: what it shows is the most."""
    found = {""}
    for folder in (path for path in site.iterdir() if path.is_dir() and path.name not in WITHOUT_A_PAGE_EACH):
        if (folder / "index.html").is_file():
            found.add(f"{folder.name}/")
        for level in ("*/index.html", "*/*/index.html"):
            inner = max(folder.glob(level), key=lambda path: path.stat().st_size, default=None)
            if inner is not None:
                found.add(f"{inner.parent.relative_to(site).as_posix()}/")
    return sorted(found)


LOOK = """
    () => {
      const one = selector => document.querySelectorAll(selector).length === 1;
      const skip = document.querySelector(".md-skip").getAttribute("href");
      return {
        tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        background: getComputedStyle(document.body).backgroundColor,
        ink: getComputedStyle(document.querySelector("article h1")).color,
        lacks: ["header.md-header", "main", "main article", "main h1", "footer.md-footer", "header .er-search-opener", ".er-record"]
          .filter(selector => !one(selector)),
        skips: skip.startsWith("#") && document.getElementById(skip.slice(1)) !== null,
      };
    }
"""


def brightness(colour: str) -> float:
    """From 0 for black to 255 for white."""
    numbers = [float(n) for n in re.findall(r"[\d.]+", colour)][:3]
    return sum(weight * n for weight, n in zip((0.2126, 0.7152, 0.0722), numbers, strict=True))


def test_there_is_a_page_of_every_kind(site: Path) -> None:
    found = kinds(site)
    for section in ("treatments", "studies", "outcomes", "topics", "case", "references"):
        assert f"{section}/" in found
        assert any(re.fullmatch(rf"{section}/[^/]+/", address) for address in found)
    assert {"", "methods/", "about/", "disclaimer/", "downloads/"} <= set(found)


def test_every_kind_of_page_fits_every_screen(page: Page, site: Path, site_url: str) -> None:
    """On a desktop in light and on a phone in the dark: nothing is wider than the screen but what scrolls by itself."""
    faults = []
    for address in kinds(site):
        set_look(page, DESKTOP, "light")
        page.goto(site_url + address)
        faults += faults_of(page, address)
        set_look(page, PHONE, "dark")
        faults += faults_of(page, address)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("address", ["", "treatments/teriparatide/", "studies/hong2018/"])
@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=["desktop-dark", "phone-light"])
def test_the_other_two_looks_are_as_good(page: Page, site_url: str, address: str, size: Size, scheme: Scheme) -> None:
    set_look(page, size, scheme)
    page.goto(site_url + address)
    assert not faults_of(page, address)


def set_look(page: Page, size: Size, scheme: Scheme) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)


def faults_of(page: Page, address: str) -> list[str]:
    """What is wrong with how a page looks now, and with its landmarks."""
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate" if dark else "default")
    look = page.evaluate(LOOK)
    faults = [f"has no {selector}" for selector in look["lacks"]]
    if look["tooWide"] > 0:
        faults.append(f"is {look['tooWide']} pixels too wide")
    if (brightness(look["background"]) < brightness(look["ink"])) != dark:
        faults.append(f"shows {look['ink']} on {look['background']}")
    if not look["skips"]:
        faults.append("has a link past the menu that leads nowhere")
    return [f"/{address} {page.viewport_size} {'dark' if dark else 'light'} {fault}" for fault in faults]


def test_pages_have_landmarks_for_who_listens(page: Page, site_url: str) -> None:
    """Banner, search, main part and footer are found by their roles."""
    page.goto(f"{site_url}treatments/teriparatide/")
    for landmark in (page.get_by_role("banner"), page.get_by_role("main"), page.get_by_role("contentinfo")):
        expect(landmark).to_have_count(1)
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("complementary", name="About this page")).to_have_count(1)
    assert page.get_by_role("navigation").count() >= 1


def test_the_content_can_be_reached_past_the_menu(page: Page, site_url: str) -> None:
    """The first Tab offers to skip the menu."""
    page.goto(f"{site_url}treatments/teriparatide/")
    page.keyboard.press("Tab")
    expect(page.locator(".md-skip")).to_be_focused()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_wide_tables_scroll_by_themselves_and_by_the_keyboard(new_page: NewPage, site_url: str, size: Size) -> None:
    """The map of the evidence: its frame can be focused and scrolled, the page stays where it is."""
    page = new_page(viewport=size)
    page.goto(site_url + "evidence-map/")
    frame = page.locator(".er-scroll").first
    frame.focus()
    expect(frame).to_be_focused()
    if size == PHONE:
        page.keyboard.press("ArrowRight")
        wait_until(page, "() => document.querySelector('.er-scroll').scrollLeft > 0")
    assert page.evaluate("scrollX") == 0


def test_every_kind_of_page_says_everything_without_scripts(new_page: NewPage, site: Path, site_url: str) -> None:
    """Text, tables and lists are there before any script runs; folded parts can be opened."""
    page = new_page(java_script_enabled=False)
    for address in kinds(site):
        page.goto(site_url + address)
        article = page.locator("article")
        expect(article.locator("h1")).to_be_visible()
        assert len(article.inner_text()) > 150, address
        tables = article.locator("table:not(details table, [hidden] table)")
        for number in range(tables.count()):
            expect(tables.nth(number)).to_be_visible()
            expect(tables.nth(number).locator("tbody tr").first).to_be_visible()
        details = article.locator("details:not([hidden] details)")
        if details.count():
            folded = details.first
            if folded.get_attribute("open") is None:
                folded.locator("summary").first.click()
            expect(folded.locator(":scope > :not(summary)").first).to_be_visible()


def test_the_home_page_shows_every_treatment_without_scripts(new_page: NewPage, site_url: str) -> None:
    """The table of findings is whole: a row for each treatment, with persons and certainty."""
    page = new_page(java_script_enabled=False)
    page.goto(f"{site_url}treatments/")
    treatments = page.locator("article .er-cards li").count()
    page.goto(site_url)
    expect(page.locator(".er-table--home tbody tr")).to_have_count(treatments)
