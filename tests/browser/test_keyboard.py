"""One walk through the site with keys alone: search, a citation and back, a chart, Explore."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

FOCUS_SHOWS = """
    element => {
      const look = () => [element, element.firstElementChild, element.nextElementSibling].map(part => {
        const { outline, boxShadow, color, backgroundColor, fill, stroke, textDecoration } = getComputedStyle(part ?? element);
        return [outline, boxShadow, color, backgroundColor, fill, stroke, textDecoration].join();
      }).join();
      const focused = look();
      element.blur();
      const plain = look();
      element.focus({ preventScroll: true, focusVisible: true });
      return focused !== plain;
    }
"""
"""Whether an element, what is in it or what stands behind it looks otherwise with the focus than without."""


def go_to(page: Page, selector: str, key: str = "Tab") -> Locator:
    """Press a key until something that fits has the focus; it can be seen, and that it has the focus can be seen."""
    for _ in range(500):
        page.keyboard.press(key)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    focused = page.locator(":focus")
    assert focused.count() == 1 and focused.evaluate("(e, selector) => e.matches(selector)", selector), selector
    expect(focused).to_be_in_viewport()
    assert focused.evaluate(FOCUS_SHOWS), f"nothing shows that {selector} has the focus"
    return focused


def search_for(page: Page, word: str, address: str) -> None:
    """Open the search with its key, type, and go to the page that is looked for."""
    page.keyboard.press("/")
    expect(page.locator("input:focus")).to_be_visible()
    page.keyboard.type(word)
    expect(page.locator(f"a[href*='{address}']:visible", has_text=re.compile(word, re.I)).first).to_be_visible()
    go_to(page, f"a[href*='{address}']:not(nav a)")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{address}**")


def test_a_walk_with_keys_alone(page: Page, site_url: str) -> None:
    page.goto(site_url)
    search_for(page, "teriparatide", "treatments/teriparatide/")

    citation = go_to(page, "article .er-cite a")
    place = citation.evaluate("link => link.closest('.er-cite').id")
    page.keyboard.press("Enter")
    entry = page.locator(":target")
    expect(entry).to_be_in_viewport()
    back = go_to(page, f".er-references a[href='#{place}']")
    assert back.evaluate("link => link.closest('li').id") == entry.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#{place}")
    go_to(page, f"[id='{place}'] a")

    go_to(page, ".er-table--findings a[href$='#outcome-lumbar-spine-bmd']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/treatments/teriparatide/evidence/#outcome-lumbar-spine-bmd")

    mark = go_to(page, "svg.er-chart__change a")
    study = (mark.get_attribute("href") or "").replace("../", "")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{study}")
    expect(page.locator(":target")).to_be_in_viewport()

    go_to(page, "nav a[href$='explore/']", "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore/")
    expect(page.locator("#explore")).to_be_visible()
    go_to(page, "#explore [name=show]")
    page.keyboard.press("ArrowRight")
    go_to(page, "#explore [name=words]")
    page.keyboard.type("teriparatide")
    box = go_to(page, "#explore [name=outcome]")
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.wait_for_url(f"**/explore/?show=results&words=teriparatide&outcome={box.get_attribute('value')}")
    result = go_to(page, "#explore tbody th a")
    href = (result.get_attribute("href") or "").replace("../", "")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{href}")
    expect(page.locator("article h1")).to_be_attached()
