"""Pages in a real browser, watched: an error, a dialog or a request to another host is noted as a fault."""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
)

from evidence_site.policy import HEADERS

DESKTOP: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}

NewPage = Callable[..., Page]

PATIENCE = 15
"""For how many seconds something is waited for."""


@contextmanager
def serving(folder: Path, headers: Mapping[str, str] = HEADERS) -> Iterator[str]:
    """Serve a folder with the headers that a host should send; yields its address, with a slash at the end."""
    server = _Server(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder), headers=headers))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = (
        128  # a browser opens many connections at once, and of five that wait a busy computer drops some
    )

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A browser that has gone on to the next page does not wait for the rest of this one.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Quiet(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, directory: str, headers: Mapping[str, str]) -> None:
        self._more = headers
        super().__init__(*arguments, directory=directory)

    def end_headers(self) -> None:
        for name, value in self._more.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def watched_pages(browser: Browser) -> Iterator[NewPage]:
    """Open pages, each in a context with the options given: ``new_page(java_script_enabled=False)``.

    At the end every fault of every page fails the test.
    """
    watch = Watch()
    contexts: list[BrowserContext] = []

    def new_page(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert not watch.faults, "\n".join(watch.faults)


def tab_to(page: Page, element: Locator) -> None:
    """Press the tab key until an element has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            break
    expect(element).to_be_focused()


class Watch:
    """Notes whatever a page should not do."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def follow(self, page: Page) -> None:
        """Watch a page from now on."""

        def note(what: str) -> None:
            self.faults.append(f"{page.url}: {what}")

        def on_console(said: ConsoleMessage) -> None:
            if said.type == "error":
                note(f"console: {said.text}")

        def on_request(request: Request) -> None:
            if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
                note(f"request to another host: {request.url}")

        def on_response(response: Response) -> None:
            if response.status >= 400:
                note(f"{response.status}: {response.url}")

        def on_dialog(dialog: Dialog) -> None:
            note(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("console", on_console)
        page.on("pageerror", lambda error: note(f"exception: {error}"))
        page.on("request", on_request)
        page.on("response", on_response)
        page.on("dialog", on_dialog)


def wait_until(page: Page, script: str, arg: Any = None) -> None:
    """Wait until a script says yes.

    Playwright's own ``wait_for_function`` evaluates its text in the page again and again, which the site's policy forbids.
    """
    end = time.monotonic() + PATIENCE
    while not page.evaluate(script, arg):
        assert time.monotonic() < end, f"in vain waited for: {script}"
        page.wait_for_timeout(30)


# --- search -----------------------------------------------------------------------------------------------------------

FINAL = """
    query => {
      const dialog = document.querySelector("dialog.er-search");
      return dialog.dataset.shown === query && dialog.querySelector(".er-search__said").textContent !== "";
    }
"""
"""The search shows the results of a query."""


def open_search(page: Page, url: str) -> None:
    """Go to a page and open the search as a reader does."""
    page.goto(url)
    page.locator(".er-search-opener").click()
    page.locator("#er-search-field").wait_for()


def search(page: Page, url: str, query: str) -> list[str]:
    """Type a query into the open search; returns the addresses of the pages found, without the site's, in order."""
    field = page.locator("#er-search-field")
    field.focus()
    field.select_text()
    page.keyboard.press("Delete")
    page.keyboard.type(query)
    wait_until(page, FINAL, query)
    results = page.locator(".er-search__results > li > a")
    hrefs = results.evaluate_all("links => links.map(link => link.href)")
    return [href.removeprefix(url).partition("?")[0].partition("#")[0] for href in hrefs]
