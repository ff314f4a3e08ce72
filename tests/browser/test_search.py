"""Material's search, asked as readers ask: what they mean is among the first three pages that it shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import PHONE, NewPage, open_search, search, watched_pages
from playwright.sync_api import Browser, Page, expect

QUERIES = {
    "treatments/stopping-breastfeeding/": [
        "weaning", "stop breastfeeding", "watchful waiting", "no treatment", "natural course", "should I stop breastfeeding",
    ],
    "treatments/calcium-vitamin-d/": ["vitamin D", "cholecalciferol", "alfacalcidol", "calcium supplements"],
    "treatments/bisphosphonates/": [
        "alendronate", "zoledronate", "zoledronic acid", "ibandronate", "bisphosphonate", "antiresorptive",
    ],
    "treatments/teriparatide/": ["teriparatide", "PTH 1-34", "TPTD", "parathyroid hormone", "anabolic"],
    "treatments/denosumab/": ["denosumab", "denosumab rebound"],
    "treatments/romosozumab/": ["romosozumab"],
    "treatments/calcitonin/": ["calcitonin", "nasal spray"],
    "treatments/vitamin-k2/": ["menatetrenone", "vitamin K", "MK-4"],
    "treatments/strontium-ranelate/": ["strontium"],
    "treatments/vertebral-augmentation/": ["kyphoplasty", "vertebroplasty", "bone cement"],
    "topics/genetics-and-risk-factors/": ["LRP5", "heparin", "risk factors"],
    "topics/diagnosis/": ["back pain after birth", "MRI", "DXA", "transient osteoporosis of the hip"],
    "topics/epidemiology/": ["incidence", "how common"],
    "topics/prognosis-and-later-pregnancies/": ["later pregnancy", "next pregnancy", "recurrence"],
    "topics/pathophysiology/": ["breast milk calcium", "PTHrP", "oestrogen", "estrogen"],
    "topics/drug-safety/": ["safety while breastfeeding", "side effects", "birth defects"],
    "outcomes/bone-turnover-markers/": ["bone turnover markers", "CTX", "P1NP"],
    "outcomes/bmd-z-score/": ["Z-score"],
    "outcomes/lumbar-spine-bmd/": ["bone density spine", "BMD"],
    "outcomes/trabecular-bone-score/": ["TBS"],
    "outcomes/pain/": ["pain"],
    "outcomes/new-vertebral-fracture/": ["vertebral fracture"],
    "outcomes/other-fracture/": ["hip fracture"],
    "studies/hong2018/": ["Hong 2018", "hong"],
    "studies/kyvernitakis2018/": ["Kyvernitakis"],
    "studies/osullivan2006/": ["O'Sullivan 2006"],
    "studies/lampropoulouadamidou2021/": ["Lampropoulou-Adamidou"],
    "references/holick2007optimal/": ["Holick"],
    "case/jia2020-index-case/": ["index case"],
    "methods/": ["methods GRADE", "how were sources found"],
    "disclaimer/": ["disclaimer", "not medical advice"],
    "downloads/": ["download csv", "BibTeX"],
    "": ["PLO", "pregnancy-associated osteoporosis", "postpartum osteoporosis"],
}  # fmt: skip
"""By the page that a reader means: what they type."""


@pytest.fixture(scope="module")
def searching(browser: Browser, site_url: str) -> Iterator[Page]:
    """A page whose search is open; queries are typed one after the other, as in one sitting."""
    with watched_pages(browser) as new_page:
        page = new_page()
        open_search(page, f"{site_url}about/")
        yield page


@pytest.mark.parametrize(
    ("query", "wanted"), [(query, address) for address, queries in QUERIES.items() for query in queries]
)
def test_the_page_meant_is_among_the_first_three(searching: Page, site_url: str, query: str, wanted: str) -> None:
    assert wanted in search(searching, site_url, query)[:3]


@pytest.mark.parametrize("name", ["teriparatide", "denosumab", "romosozumab", "calcitonin", "bisphosphonates", "pain"])
def test_a_page_about_a_thing_comes_before_pages_that_mention_it(searching: Page, site_url: str, name: str) -> None:
    assert name in search(searching, site_url, name)[0]


def test_a_result_leads_to_its_page(page: Page, site_url: str) -> None:
    """With the keyboard alone: open the search, type, and go to the first result."""
    page.goto(f"{site_url}about/")
    page.keyboard.press("/")
    expect(page.locator(".md-search__input")).to_be_focused()
    search_without_opening = "kyphoplasty"
    page.keyboard.type(search_without_opening)
    expect(page.locator(".md-search-result__item").first).to_contain_text("Vertebral augmentation", ignore_case=True)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site_url}treatments/vertebral-augmentation/**")
    expect(page.locator("article h1")).to_be_visible()


def test_a_result_says_under_which_name_it_was_found(searching: Page, site_url: str) -> None:
    """Other names of a drug stand in the text of the result, marked, and not once more below it."""
    search(searching, site_url, "TPTD")
    result = searching.locator(".md-search-result__item").first
    expect(result.locator("mark:visible").first).to_have_text("TPTD")
    expect(result.locator(".md-tag:visible")).to_have_count(0)


def test_what_results_show_does_not_run_together(searching: Page, site_url: str) -> None:
    """Names and values of facts, and cells of tables, are words of their own."""
    search(searching, site_url, "pain")
    expect(searching.locator(".md-search-result__list")).to_contain_text("Importance critical")


def test_nothing_is_found_in_lists_of_references(searching: Page, site_url: str) -> None:
    """What stands only in reference lists and ways back leads nowhere, so it is not found."""
    search(searching, site_url, "cited at")
    expect(searching.locator(".md-search-result__list")).not_to_contain_text("Cited at")


def test_search_works_on_a_phone(new_page: NewPage, site_url: str) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    open_search(page, site_url)
    assert search(page, site_url, "vertebroplasty")[0] == "treatments/vertebral-augmentation/"
