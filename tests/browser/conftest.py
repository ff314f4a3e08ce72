"""A real browser, and the site of the real review to look at with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import NewPage, serving, watched_pages
from playwright.sync_api import Browser, Error, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the system's, else Playwright's own. Without one the tests fail; they are never skipped."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            pytest.fail(f"There is no browser to test in: run tests/browser/install.sh.\n{error}", pytrace=False)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site_url(site: Path) -> Iterator[str]:
    """The address of the real review's site, with a slash at the end."""
    with serving(site) as url:
        yield url


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Opens watched pages; whatever they do that they should not fails the test."""
    with watched_pages(browser) as opened:
        yield opened


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A watched page on a desktop."""
    return new_page()
