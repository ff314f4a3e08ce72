"""The content security policy: every browser test runs under it; here is shown that it is strict, and that it works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import NewPage, serving, wait_until
from building import ROOT
from html_pages import read_site
from playwright.sync_api import Browser, Page, expect

from evidence_site import policy

ADDRESS = "treatments/teriparatide/"
DATA = {"application/json", "application/ld+json"}
"""Scripts that are none: a browser does not run them, and no policy forbids them."""

TRY = """
    async () => {
      const forbidden = [];
      document.addEventListener("securitypolicyviolation", event => forbidden.push(event.effectiveDirective));
      const made = (name, properties) => document.body.appendChild(Object.assign(document.createElement(name), properties));
      made("script", { textContent: "window.ran = true" });
      made("script", { src: "https://example.org/x.js" });
      made("div", { innerHTML: "<img src=nothing onerror='window.ran = true'><b style='color: red'>x</b>" });
      made("style", { textContent: "b { color: red }" });
      made("iframe", { src: "https://example.org/" });
      made("img", { src: "https://example.org/x.png" });
      made("object", { data: "https://example.org/" });
      made("base", { href: "https://example.org/" });
      made("a", { href: "javascript:window.ran = true" }).click();
      await fetch("https://example.org/").catch(() => {});
      await new Promise(resolve => setTimeout(resolve, 300));
      return { ran: window.ran === true, forbidden: [...new Set(forbidden)].sort() };
    }
"""
"""What an attack would try, once its text had come alive."""


def test_nothing_runs_that_is_not_a_file_of_the_site(site: Path) -> None:
    """No page has a script, a style or a handler of its own, so that the policy can forbid them."""
    for address, page in read_site(site).items():
        for script in page.html.all("script"):
            assert script["type"] in DATA or re.match(r"(\.\./)*[a-z]", script["src"]), address
        assert page.html.all("style") == [], address
        for element in page.html.walk():
            assert not any(name == "style" or name.startswith("on") for name in element.attributes), address


def test_no_page_asks_for_another_beforehand(site: Path) -> None:
    """A browser that follows such a hint (Firefox, even for the next page) meets the policy and complains."""
    hints = {"next", "prefetch", "prerender", "preload", "preconnect", "dns-prefetch"}
    for address, page in read_site(site).items():
        assert not any(link.attributes.get("rel") in hints for link in page.html.all("link")), address


@pytest.mark.parametrize("text", [policy.POLICY, policy.POLICY_IN_PAGE], ids=["header", "page"])
def test_the_policy_is_strict(text: str) -> None:
    """Nothing but the site's own files runs, and nobody else is talked to."""
    assert "unsafe-inline" not in text
    assert "'unsafe-eval'" not in text
    directives = dict(part.strip().split(" ", 1) for part in text.split(";"))
    assert directives["default-src"] == directives["object-src"] == "'none'"
    assert directives["base-uri"] == directives["connect-src"] == directives["style-src"] == "'self'"
    assert directives["script-src"] == "'self'"
    assert not re.search(r"https?:|\*|blob:", text)


@pytest.mark.parametrize("headers", [True, False], ids=["header", "page"])
def test_what_is_forbidden_does_not_happen(browser: Browser, site: Path, headers: bool) -> None:
    """The policy alone stops an attack, from a host that sends headers and from one that does not."""
    page = browser.new_page()
    with serving(site, policy.HEADERS if headers else {}) as url:
        page.goto(url + ADDRESS)
        found = page.evaluate(TRY)
    page.close()
    assert found["ran"] is False
    assert set(found["forbidden"]) == {
        "base-uri", "connect-src", "frame-src", "img-src", "object-src", "script-src-attr", "script-src-elem",
        "style-src-attr", "style-src-elem",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "chosen"), [("dark", ""), ("light", ""), ("light", "dark"), ("dark", "light"), ("dark", "system")]
)
def test_the_first_picture_has_the_right_colours(new_page: NewPage, site_url: str, scheme: str, chosen: str) -> None:
    """Before the theme's script runs, and whatever the reader chose: no page flashes up in the wrong colours."""
    page = new_page(color_scheme=scheme)
    page.goto(site_url + ADDRESS)
    if chosen:
        # From what follows the system, light comes next, then dark, then the system again.
        for _ in range({"light": 1, "dark": 2, "system": 3}[chosen]):
            page.locator("form[data-md-component=palette] label:visible").click()
    page.route("**/bundle.*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.add_init_script("""
        window.seen = [];
        const look = () => {
          if (document.body) window.seen.push(document.body.getAttribute("data-md-color-scheme"));
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    """)
    page.goto(site_url + "studies/")
    wait_until(page, "() => window.seen.length > 2")
    expected = chosen if chosen in ("dark", "light") else scheme
    assert set(page.evaluate("() => window.seen")) == {{"dark": "slate", "light": "default"}[expected]}


def test_a_choice_of_colours_is_kept(page: Page, site_url: str) -> None:
    """What a reader chose on one page holds on the next, and on a deeper one."""
    page.goto(site_url)
    page.locator("form[data-md-component=palette] label:visible").click()
    page.locator("form[data-md-component=palette] label:visible").click()
    for address in ("studies/", ADDRESS):
        page.goto(site_url + address)
        assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_the_site_works_where_nothing_may_be_kept(page: Page, site_url: str) -> None:
    """Who forbids cookies gets an error from a browser for as much as asking for its storage."""
    page.add_init_script("""
        for (const name of ["localStorage", "sessionStorage"])
          Object.defineProperty(window, name, { get() { throw new DOMException("The operation is insecure."); } });
    """)
    page.goto(site_url + ADDRESS)
    page.locator(".er-cite a").first.hover()
    expect(page.locator(".md-tooltip2--active")).to_contain_text("2021")
    page.locator("form[data-md-component=palette] label:visible").click()
    page.locator("form[data-md-component=palette] label:visible").click()
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_headers_are_at_hand(site: Path) -> None:
    """The file that hosts read, and what is told to copy for the others, hold the same headers."""
    lines = (site / "_headers").read_text("utf-8").splitlines()
    assert lines[0] == "/*"
    assert dict(line.strip().split(": ", 1) for line in lines[1:]) == policy.HEADERS
    told = (ROOT / "docs" / "development" / "security.md").read_text("utf-8")
    for host, pattern in {
        "nginx": 'add_header {} "{}" always;',
        "Apache": 'Header always set {} "{}"',
        "Caddy": '{} "{}"',
    }.items():
        section = told.partition(f"### {host}")[2].partition("\n### ")[0]
        for name, value in policy.HEADERS.items():
            assert pattern.format(name, value) in section, host
