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
    told = []
    for size, scheme, name in VIEWS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", name)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        view = f"{size['width']} {scheme}"
        told += [f"{view}: {v['id']} ({v['impact']}): {v['nodes'][0]['html'][:120]}" for v in found["violations"]]
    assert told == []
