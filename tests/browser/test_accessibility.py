"""axe-core finds nothing on one page of each kind: in light and dark, on a desktop and on a phone."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

import pytest
from browsing import DESKTOP, PHONE
from playwright.sync_api import Page, ViewportSize, expect

PAGES = (
    "",
    "treatments/",
    "treatments/teriparatide/",
    "treatments/teriparatide/evidence/",
    "studies/",
    "studies/hong2018/",
    "outcomes/",
    "outcomes/lumbar-spine-bmd/",
    "topics/",
    "topics/diagnosis/",
    "case/",
    "case/jia2020-index-case/",
    "references/",
    "references/kyvernitakis2018subsequent/",
    "downloads/",
    "methods/",
    "explore/",
    "evidence-map/",
    "charts/case-lanes/",
    "risk-of-bias/",
    "care/",
    "overlaps/",
    "glossary/",
    "data-dictionary/",
    "problems/",
    "whats-new/",
    "404.html",
)
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
VIEWS: list[tuple[ViewportSize, Literal["light", "dark"], str]] = [
    (DESKTOP, "light", "default"),
    (DESKTOP, "dark", "slate"),
    (PHONE, "dark", "slate"),
    (PHONE, "light", "default"),
]
"""How large, in which scheme, and what the theme calls that."""


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page: Page, site_url: str, address: str) -> None:
    """Whatever its severity, in all four views; the page is loaded once, and turned and resized like a reader's."""
    page.goto(site_url + address)
    page.evaluate(AXE)
    told: list[str] = []
    for size, scheme, name in VIEWS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)
        told += faults(page, f"{size['width']} {scheme}")
    assert told == []


@pytest.mark.parametrize(("scheme", "name"), [("light", "default"), ("dark", "slate")])
def test_axe_finds_nothing_in_what_opens(
    page: Page, site_url: str, scheme: Literal["light", "dark"], name: str
) -> None:
    """The card of a citation, what a short form stands for, all that is folded, the search, and the menu of a phone."""
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site_url}treatments/denosumab/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)
    page.evaluate(AXE)
    told: list[str] = []
    for what in (".er-cite a", "abbr"):
        page.locator(f"article {what}").first.hover()
        expect(page.locator(".md-tooltip2--active")).to_be_visible()
        told += faults(page, what)
        page.mouse.move(2, 2)
        expect(page.locator(".md-tooltip2")).to_have_count(0)
    page.locator("article details").evaluate_all("all => all.forEach(details => { details.open = true; })")
    told += faults(page, "details")
    page.keyboard.press("/")
    page.keyboard.type("teriparatide")
    expect(page.locator("dialog a[href*='treatments/teriparatide/']").first).to_be_visible()
    told += faults(page, "search")
    page.keyboard.press("Escape")
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Menu").click()
    expect(page.locator(".md-nav--primary .md-nav__title").nth(1)).to_be_in_viewport()
    told += faults(page, "menu")
    assert told == []


def faults(page: Page, view: str) -> list[str]:
    """What axe finds on a page as it is now."""
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{view}: {v['id']} ({v['impact']}): {v['nodes'][0]['html'][:120]}" for v in found["violations"]]
