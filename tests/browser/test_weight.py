"""What a page costs a reader with a slow line or an old phone: bytes as a host sends them, compressed, and unpacked."""

from __future__ import annotations

import gzip
import re

import pytest
from browsing import NewPage
from playwright.sync_api import Response

HTML = 28_000
"""The most that the page itself may have, compressed."""
UNPACKED = 150_000
"""The most that a browser has to read of it."""
IN_SHORT = 66_000
"""The same for the page of a treatment, on which what matters stands together."""
ALL = 140_000
"""The most with styles, scripts and pictures, on the first visit, compressed."""

PAGES = ("", "treatments/teriparatide/", "treatments/bisphosphonates/", "treatments/stopping-breastfeeding/",
         "treatments/teriparatide/evidence/", "outcomes/lumbar-spine-bmd/", "studies/", "references/", "care/", "charts/case-lanes/", "explore/", "problems/")  # fmt: skip
COMPRESSED_ALREADY = ("image/png", "image/jpeg", "image/webp", "font/woff2")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_light(new_page: NewPage, site_url: str, address: str) -> None:
    weights: dict[str, int] = {}
    unpacked: dict[str, int] = {}

    def note(response: Response) -> None:
        body = response.body()
        unpacked[response.url.removeprefix(site_url)] = len(body)
        kept = response.headers.get("content-type", "").startswith(COMPRESSED_ALREADY)
        weights[response.url.removeprefix(site_url)] = len(body) if kept else len(gzip.compress(body, 6))

    page = new_page()
    page.on("response", note)
    page.goto(site_url + address)
    page.wait_for_load_state("networkidle")
    assert weights[address] <= HTML
    assert unpacked[address] <= (IN_SHORT if re.fullmatch("treatments/[^/]+/", address) else UNPACKED)
    assert sum(weights.values()) <= ALL, weights


@pytest.mark.parametrize("address", ["studies/hong2018/", "references/hong2018changes/"])
def test_a_page_of_a_record_is_lighter(new_page: NewPage, site_url: str, address: str) -> None:
    """There are thousands of them, and none grows with their number: what is not open is not in their navigation."""
    page = new_page()
    response = page.goto(site_url + address)
    assert response is not None
    assert len(gzip.compress(response.body(), 6)) <= 12_000
    assert page.locator("nav.md-nav--primary a").count() < 40
