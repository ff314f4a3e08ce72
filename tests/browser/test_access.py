"""What axe does not measure of WCAG 2.2: narrow and enlarged pages, fingers, keys, paper, and colours of readers' own."""

from __future__ import annotations

from typing import Literal

import pytest
from browsing import PHONE, NewPage, open_search, tab_to
from playwright.sync_api import Page, ViewportSize, expect

NARROW: ViewportSize = {"width": 320, "height": 640}
"""A desktop of 1280 pixels at 400% (1.4.10)."""
ENLARGED: ViewportSize = {"width": 720, "height": 500}
"""A desktop of 1440 pixels at 200% (1.4.4)."""
PAPER: ViewportSize = {"width": 673, "height": 980}
TREATMENT = "treatments/teriparatide/"
EVIDENCE = f"{TREATMENT}evidence/"
LANES = "charts/case-lanes/"
CASE = "case/jia2020-index-case/"

COLOURS = """
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const light = colour => {
      const [red, green, blue] = colour.map(part => part / 255)
        .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
      const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
      return (more + 0.05) / (less + 0.05);
    };
    const ground = element => {
      for (let at = element; at; at = at.parentElement) {
        const [red, green, blue, alpha = 1] = parts(getComputedStyle(at).backgroundColor);
        if (alpha > 0.5) return [red, green, blue];
      }
      return [255, 255, 255];
    };
"""
"""Contrast as WCAG 2.2 defines it."""


# --- narrow and enlarged ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["care/", "evidence-map/", LANES])
def test_only_what_lies_in_two_directions_scrolls_sideways(new_page: NewPage, site_url: str, address: str) -> None:
    """Maps and charts at 320 pixels, and they show that they do; the name of the site is whole."""
    page = new_page(viewport=NARROW)
    page.goto(site_url + address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = page.locator(".er-scroll, .er-chart__wide").evaluate_all(
        """all => all.filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
            .map(box => getComputedStyle(box).boxShadow)"""
    )
    assert shown and "none" not in shown
    name = page.locator(".md-header__topic .md-ellipsis").first
    assert name.evaluate("name => name.scrollWidth <= name.clientWidth && name.scrollHeight <= name.clientHeight")


def test_no_column_is_as_narrow_as_a_letter(new_page: NewPage, site_url: str) -> None:
    """Enlarged or on paper, columns of links have room for their words; the findings do not fill sheet after sheet."""
    page = new_page(viewport=ENLARGED)
    page.goto(site_url)
    narrowest = """rows => Math.min(...rows.flatMap(row => [...row.cells]).map(cell => cell.offsetWidth
        / parseFloat(getComputedStyle(cell).fontSize)))"""
    rows = page.locator(".er-table--home tbody tr")
    assert rows.evaluate_all(narrowest) > 6
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    assert rows.evaluate_all(narrowest) > 6
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    height = page.locator(".er-table--home").evaluate("table => table.offsetHeight")
    assert height < 2 * PAPER["height"]


def test_many_columns_fit_on_paper(new_page: NewPage, site_url: str) -> None:
    """With their heads unbroken."""
    page = new_page(viewport=PAPER)
    page.emulate_media(media="print")
    page.goto(site_url + "care/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heads = page.locator(".er-care thead th")
    cut = heads.evaluate_all("heads => heads.filter(head => head.scrollWidth > head.clientWidth + 1).length")
    assert cut == 0


@pytest.mark.parametrize(("address", "drawing"), [(EVIDENCE, ".er-chart__change"), (LANES, ".er-chart__lanes")])
def test_what_is_written_in_charts_grows(new_page: NewPage, site_url: str, address: str, drawing: str) -> None:
    """At 200% all of it is at least twice as large."""
    page = new_page()
    page.goto(site_url + address)
    sizes = """texts => texts.map(text =>
        parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
    texts = page.locator(drawing).first.locator("text")
    before = texts.evaluate_all(sizes)
    page.set_viewport_size(ENLARGED)
    after = texts.evaluate_all(sizes)
    assert len(before) > 5
    assert min(large / small for small, large in zip(before, after, strict=True)) > 0.98


def test_spaced_text_is_not_cut(new_page: NewPage, site_url: str) -> None:
    """With the spacing of 1.4.12 on a phone."""
    page = new_page(viewport=PHONE)
    page.goto(site_url + TREATMENT)
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`
            * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
            p { margin-bottom: 2em !important; }`);
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = page.locator("body *").evaluate_all(
        """all => all.filter(e => e.checkVisibility({ visibilityProperty: true }) && e.clientWidth > 2
            && ["hidden", "clip"].includes(getComputedStyle(e).overflowX)
            && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)).map(e => e.className)"""
    )
    assert cut == []


# --- fingers ----------------------------------------------------------------------------------------------------------

CLOSE = """
    links => {
      const boxes = links.filter(link => link.checkVisibility()).flatMap((link, of) => {
        const inline = getComputedStyle(link).display === "inline" && !link.ownerSVGElement;
        return (inline ? [...link.getClientRects()] : [link.getBoundingClientRect()]).map(box => ({ of, box, link }));
      });
      const told = new Set();
      for (const { of, box, link } of boxes) {
        if (box.width >= 23.9 && box.height >= 23.9) continue;
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        for (const other of boxes) {
          if (other.of === of) continue;
          const across = Math.max(other.box.left - x, 0, x - other.box.right);
          const down = Math.max(other.box.top - y, 0, y - other.box.bottom);
          const isSmall = other.box.width < 23.9 || other.box.height < 23.9;
          const apart = Math.hypot(other.box.x + other.box.width / 2 - x, other.box.y + other.box.height / 2 - y);
          if (Math.hypot(across, down) < 11.9 || (isSmall && apart < 23.9)) told.add(`${link.textContent} / ${other.link.textContent}`);
        }
      }
      return [...told];
    }
"""
"""Of targets smaller than 24 pixels, those nearer to another than 2.5.8 allows."""


@pytest.mark.parametrize(
    ("address", "targets"),
    [
        ("", ".er-table--home td a, .er-ref__back a, .er-ref__meta a, .er-record a"),
        ("risk-of-bias/", ".er-unassessed__studies a"),
        (CASE, ".er-chart__timeline a"),
        ("explore/?treatment=teriparatide", "#explore :is(button, td a, summary, .er-explore__option)"),
    ],
)
def test_a_finger_meets_one_target(new_page: NewPage, site_url: str, address: str, targets: str) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    page.goto(site_url + address)
    if address.startswith("explore/"):
        page.locator("#explore-studies tbody tr").first.wait_for()
    found = page.locator(targets)
    assert found.count() > 1
    assert found.evaluate_all(CLOSE) == []


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_wherever_it_goes(new_page: NewPage, site_url: str, scheme: Literal["light", "dark"]) -> None:
    """From the end of a page to its beginning: under nothing that stays, with a ring of two pixels and 3:1."""
    page = new_page(color_scheme=scheme)
    page.goto(site_url + "studies/hong2018/")
    page.keyboard.press("Tab")
    told = page.evaluate(
        f"""() => {{
          {COLOURS}
          const told = [];
          const stops = "a[href], button, input:not([type=hidden]), summary, [tabindex='0']";
          for (const stop of [...document.querySelectorAll(stops)].reverse()) {{
            if (stop.closest("dialog") || !stop.checkVisibility({{ visibilityProperty: true }})) continue;
            stop.focus({{ focusVisible: true }});
            if (document.activeElement !== stop) continue;
            const name = `${{stop.tagName}} ${{stop.className}} ${{stop.textContent.trim().slice(0, 20)}}`;
            const header = document.querySelector(".md-header");
            const boxes = [...stop.getClientRects()];
            const over = box => document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            if (!header.contains(stop) && boxes.every(box => header.contains(over(box)))) told.push(`covered: ${{name}}`);
            const ringed = stop.matches(".md-option") ? stop.nextElementSibling : stop;
            const {{ outlineStyle, outlineWidth, outlineColor }} = getComputedStyle(ringed);
            if (outlineStyle !== "solid" || parseFloat(outlineWidth) < 2) told.push(`no ring: ${{name}}`);
            else if (contrast(parts(outlineColor), ground(ringed.parentElement)) < 3) told.push(`pale: ${{name}}`);
          }}
          return told;
        }}"""
    )
    assert told == []


def test_the_menu_is_opened_by_keys(new_page: NewPage, site_url: str) -> None:
    """Its links are no stops before; it is turned back to the other sections, and Escape closes it."""
    page = new_page(viewport=ENLARGED)
    page.goto(site_url + "treatments/denosumab/")
    link = page.locator(".md-nav--primary a", has_text="Bisphosphonates").first
    expect(link).to_be_hidden()
    page.keyboard.press("Tab")
    menu = page.get_by_role("button", name="Menu")
    page.keyboard.press("Tab")
    expect(menu).to_be_focused()
    page.keyboard.press("Space")
    expect(link).to_be_in_viewport()
    back = page.locator(".md-nav--primary .md-nav .md-nav__title", has_text="Treatments")
    tab_to(page, back)
    other = page.locator(".md-nav--primary a", has_text="Outcomes").first
    expect(other).to_be_hidden()
    page.keyboard.press("Enter")
    expect(other).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(other).to_be_hidden()


# --- colours ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_charts_tell_stands_out(new_page: NewPage, site_url: str, scheme: Literal["light", "dark"]) -> None:
    """Lines, whiskers and bars against the page: 3:1, what shines through included (1.4.11)."""
    page = new_page(color_scheme=scheme)
    for address, parts in ((EVIDENCE, ".er-joined, .er-whisker, .er-axis__zero"), (LANES, ".er-span, .er-moment")):
        page.goto(site_url + address)
        worst = page.locator(parts).evaluate_all(
            f"""all => {{
              {COLOURS}
              return Math.min(...all.filter(part => part.checkVisibility()).map(part => {{
                const {{ stroke, fill, opacity }} = getComputedStyle(part);
                const under = ground(part.closest("figure"));
                const mixed = colour => parts(colour).slice(0, 3).map((c, i) => c * opacity + under[i] * (1 - opacity));
                return Math.max(...[stroke, fill].filter(colour => colour.startsWith("rgb") && !colour.endsWith(" 0)"))
                  .map(colour => contrast(mixed(colour), under)));
              }}));
            }}"""
        )
        assert worst >= 3


def test_the_natural_course_is_told_from_other_arms_without_colours(page: Page, site_url: str) -> None:
    page.goto(site_url + EVIDENCE)
    width = "mark => parseFloat(getComputedStyle(mark).strokeWidth)"
    natural, other = (page.locator(f".er-legend .er-role-{role} .er-mark").first for role in ("natural", "other"))
    assert natural.evaluate(width) > 1.5 * other.evaluate(width)


def test_the_legend_of_the_map_has_its_scale(page: Page, site_url: str) -> None:
    """A circle of ten persons is as large beside the map as in it."""
    page.goto(site_url + "evidence-map/")
    scale = "drawing => drawing.getScreenCTM().a"
    inside, beside = page.locator(".er-map td svg").first, page.locator(".er-legend .er-map__key").first
    assert inside.evaluate(scale) == pytest.approx(beside.evaluate(scale))


def test_colours_of_the_system_hold_in_charts(new_page: NewPage, site_url: str) -> None:
    """Also for who chose the light scheme here and dark windows there; arrows that open something are seen."""
    page = new_page(forced_colors="active", color_scheme="dark")
    page.goto(site_url + TREATMENT)
    page.locator("body").evaluate("body => { body.dataset.mdColorScheme = 'default'; }")
    worst = page.evaluate(
        f"""() => {{
          {COLOURS}
          const texts = [...document.querySelectorAll(".er-chart__change text")];
          const under = ground(document.body);
          return Math.min(...texts.map(text => contrast(parts(getComputedStyle(text).fill), under)));
        }}"""
    )
    assert worst >= 4.5
    arrow = page.locator("article summary").first.evaluate(
        f"""summary => {{
          {COLOURS}
          return contrast(parts(getComputedStyle(summary, "::after").backgroundColor), ground(summary));
        }}"""
    )
    assert arrow >= 3


def test_what_is_chosen_shows_in_colours_of_the_system(new_page: NewPage, site_url: str) -> None:
    """The kind of result in the search: its ground differs, and its words are legible on it."""
    page = new_page(forced_colors="active")
    open_search(page, site_url)
    page.keyboard.type("teriparatide")
    kinds = page.locator(".er-search__kinds")
    chosen, other = kinds.locator("input:checked + span"), kinds.locator("input:not(:checked) + span").first
    expect(chosen).to_be_visible()
    ground = f"label => {{ {COLOURS} return ground(label).join(); }}"
    assert chosen.evaluate(ground) != other.evaluate(ground)
    legible = chosen.evaluate(
        f"label => {{ {COLOURS} return contrast(parts(getComputedStyle(label).color), ground(label)); }}"
    )
    assert legible >= 4.5


def test_more_contrast_leaves_nothing_pale(new_page: NewPage, site_url: str) -> None:
    page = new_page(contrast="more")
    page.goto(site_url)
    worst = page.locator(".er-sub, .er-missing, .er-figures dt").evaluate_all(
        f"""all => {{ {COLOURS}
          return Math.min(...all.map(e => contrast(parts(getComputedStyle(e).color).slice(0, 3), ground(e)))); }}"""
    )
    assert worst >= 7
