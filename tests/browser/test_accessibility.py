"""axe-core finds nothing on one page of each kind, in light and dark, on a desktop and on a phone."""

from __future__ import annotations

from importlib.resources import files

import pytest
from browsing import NewPage

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
    "whats-new/",
)
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


VIEWS = {
    "desktop": ("light", 1440),
    "phone": ("dark", 390),
    "dark desktop": ("dark", 1440),
    "phone by day": ("light", 390),
}
EVERY_VIEW = ("", "treatments/romosozumab/", "studies/hong2018/")
"""The same rules and colours hold on all pages, so that these stand for the rest in the two other views."""
CASES = [(address, view) for address in PAGES for view in ("desktop", "phone")]
CASES += [(address, view) for address in EVERY_VIEW for view in ("dark desktop", "phone by day")]


@pytest.mark.parametrize(("address", "view"), CASES)
def test_axe_finds_nothing(new_page: NewPage, site_url: str, address: str, view: str) -> None:
    scheme, width = VIEWS[view]
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(site_url + address)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:120]}" for v in found["violations"]]
    assert told == []
