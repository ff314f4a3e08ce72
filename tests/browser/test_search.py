"""The search, asked as readers ask: what they mean is among the first three pages that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from browsing import PHONE, NewPage, open_search, search, watched_pages
from playwright.sync_api import Browser, Page, Response, expect

from evidence_site import search_words
from evidence_site.search_index import FOLDER, SearchEntry, Section, indexed

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")

QUERIES = {
    "treatments/stopping-breastfeeding/": [
        "weaning", "stop breastfeeding", "watchful waiting", "no treatment", "natural course", "should I stop breastfeeding",
    ],
    "treatments/calcium-vitamin-d/": ["vitamin D", "cholecalciferol", "alfacalcidol", "calcium supplements"],
    "treatments/bisphosphonates/": [
        "alendronate", "zoledronate", "zoledronic acid", "ibandronate", "bisphosphonate", "antiresorptive",
    ],
    "treatments/teriparatide/": ["teriparatide", "PTH 1-34", "TPTD", "parathyroid hormone", "anabolic"],
    "treatments/teriparatide/evidence/": ["teriparatide dose"],
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
    "methods/": ["methods GRADE", "how were sources found", "how was certainty rated"],
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
    """With the keyboard alone: open the search, type at once, and go to the first result."""
    page.goto(f"{site_url}about/")
    page.keyboard.press("/")
    page.keyboard.type("kyphoplasty")
    expect(page.locator(".er-search__results > li").first).to_contain_text("kyphoplasty", ignore_case=True)
    expect(page.locator("#er-search-field")).to_have_value("kyphoplasty")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site_url}treatments/vertebral-augmentation/**")
    expect(page.locator("article h1")).to_be_visible()


@pytest.mark.parametrize("key", ["s", "f", "/"])
def test_a_key_opens_the_search_and_escape_closes_it(page: Page, site_url: str, key: str) -> None:
    page.goto(f"{site_url}about/")
    page.keyboard.press(key)
    expect(page.locator("#er-search-field")).to_be_focused()
    page.keyboard.type("pain")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.er-search")).to_be_hidden()
    expect(page).to_have_url(f"{site_url}about/")  # a browser tells a moment later that a dialog was closed


def test_keys_of_other_fields_are_left_alone(page: Page, site_url: str) -> None:
    """Who types into another field types, and opens nothing."""
    page.goto(f"{site_url}explore/")
    expect(page.locator("#explore-words")).to_be_visible()  # typing waits for no field that is still hidden
    page.locator("#explore-words").press_sequentially("sf/")
    expect(page.locator("#explore-words")).to_have_value("sf/")
    expect(page.locator("dialog.er-search")).to_have_count(0)


def test_arrows_go_through_results_and_their_sections(page: Page, site_url: str) -> None:
    open_search(page, f"{site_url}about/")
    search(page, site_url, "vertebral fracture teriparatide")
    links = page.locator(".er-search__results a")
    assert links.count() > page.locator(".er-search__results > li").count(), "no section is shown"
    for at in range(3):
        page.keyboard.press("ArrowDown")
        expect(links.nth(at)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(links.nth(1)).to_be_focused()
    section = links.nth(1).get_attribute("href") or ""
    page.keyboard.press("Enter")
    page.wait_for_url(section)
    assert page.evaluate("document.getElementById(location.hash.slice(1)) !== null")


def test_results_that_come_late_leave_the_focus_where_it_is(page: Page, site_url: str) -> None:
    """Who goes into the results while better ones are on their way stays on the same one, or is back in the field."""
    open_search(page, site_url)
    type_and_go = """([query, address]) => {
      const field = document.querySelector("#er-search-field");
      field.value = query;
      field.dispatchEvent(new Event("input"));
      document.querySelector(`.er-search__results a[href*="${address}"]`).focus();
    }"""
    search(page, site_url, "teri")
    page.evaluate(type_and_go, ["teriparatide", "treatments/teriparatide/"])
    page.wait_for_selector("dialog[data-shown='teriparatide']")
    expect(page.locator(":focus")).to_have_attribute("href", re.compile(r"/treatments/teriparatide/$"))
    expect(page.locator(":focus")).to_be_in_viewport()
    page.evaluate(type_and_go, ["kyphoplasty", "treatments/teriparatide/"])
    page.wait_for_selector("dialog[data-shown='kyphoplasty']")
    expect(page.locator("#er-search-field")).to_be_focused()


def test_the_rest_of_the_page_is_out_of_reach_while_the_search_is_open(page: Page, site_url: str) -> None:
    """Tab stays within the dialog, and the focus goes back to where it was."""
    page.goto(f"{site_url}about/")
    page.locator(".er-search-opener").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#er-search-field")).to_be_focused()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(page.locator(".er-search-opener")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_open_search(new_page: NewPage, site_url: str, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    open_search(page, f"{site_url}about/")
    search(page, site_url, "vertebral fracture teriparatide")
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [violation["id"] for violation in found["violations"]] == []


def test_it_is_said_how_many_were_found(searching: Page, site_url: str) -> None:
    """In words that a screen reader says by itself; where no page has all words, that is said, too."""
    said = searching.get_by_role("dialog", name="Search").get_by_role("status")
    search(searching, site_url, "kyphoplasty")
    expect(said).to_contain_text("found")
    search(searching, site_url, "xyzzy")
    expect(said).to_have_text("Nothing found.")
    search(searching, site_url, "kyphoplasty xyzzy")
    expect(said).to_contain_text("No page has all of these words.")
    assert "treatments/vertebral-augmentation/" in search(searching, site_url, "kyphoplasty archaeopteryx")
    search(searching, site_url, "the of and")
    expect(said).to_contain_text("nearly every page")


@pytest.mark.parametrize(
    ("slip", "wanted"),
    [
        ("osteoperosis", "topics/diagnosis/"),
        ("bisphosfonate", "treatments/bisphosphonates/"),
        ("teriparatdie", "treatments/teriparatide/"),
        ("Kyvernitakys", "studies/kyvernitakis2018/"),
    ],
)
def test_a_slip_of_the_pen_is_forgiven(searching: Page, site_url: str, slip: str, wanted: str) -> None:
    assert wanted in search(searching, site_url, slip)[:3]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("10.1111/cen.13557", "references/hong2018changes/"),
        ("29389010", "references/hong2018changes/"),
        ("PMID 29389010", "references/hong2018changes/"),
        ("OSullivan", "studies/osullivan2006/"),
        ("Lampropoulou Adamidou", "studies/lampropoulouadamidou2021/"),
        ("20.9%", "treatments/teriparatide/"),
        ("fractures of the hip", "outcomes/other-fracture/"),
        ("fracture and pain", "topics/diagnosis/"),
    ],
)
def test_numbers_identifiers_and_names_are_found(searching: Page, site_url: str, query: str, wanted: str) -> None:
    assert wanted in search(searching, site_url, query)[:5]


def test_results_can_be_narrowed_to_a_kind(searching: Page, site_url: str) -> None:
    search(searching, site_url, "denosumab")
    chosen = searching.locator(".er-search__kinds label", has_text="Studies")
    count = int(chosen.locator("b").inner_text())
    chosen.click()
    expect(searching.get_by_role("status").filter(has_text="studies found")).to_have_text(f"{count} studies found.")
    kinds = searching.locator(".er-search__kind").all_inner_texts()
    assert kinds and set(kinds) == {"Study"}
    searching.locator(".er-search__kinds label", has_text="All").click()


def test_more_results_can_be_shown(page: Page, site_url: str) -> None:
    open_search(page, f"{site_url}about/")
    first = search(page, site_url, "fracture")
    assert len(first) == 10
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".er-search__results > li")).to_have_count(20)
    expect(page.locator(".er-search__results > li > a").nth(10)).to_be_focused()


def test_a_search_can_be_shared(page: Page, site_url: str) -> None:
    """The address keeps the query, and who opens it sees the same results, also on the way back."""
    open_search(page, f"{site_url}about/")
    found = search(page, site_url, "weaning & rest")
    shared = page.url
    assert shared == f"{site_url}about/?q=weaning+%26+rest"
    page.goto(site_url)
    page.goto(shared)
    expect(page.locator("#er-search-field")).to_have_value("weaning & rest")
    expect(page.locator(".er-search__results > li > a").first).to_have_attribute("href", site_url + found[0])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site_url}{found[0]}**")
    page.go_back()
    expect(page.locator("#er-search-field")).to_have_value("weaning & rest")


def test_the_field_says_what_was_found_on_the_way_back(page: Page, site_url: str) -> None:
    """Safari keeps the page, and empties the field, when a reader follows a result and comes back."""
    open_search(page, f"{site_url}about/")
    search(page, site_url, "weaning")
    page.evaluate("""() => {
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      document.getElementById("er-search-field").value = ""; // after it, and without a word
    }""")
    expect(page.locator("#er-search-field")).to_have_value("weaning")


def test_a_result_on_the_same_page_gets_the_search_out_of_the_way(page: Page, site_url: str) -> None:
    open_search(page, f"{site_url}treatments/teriparatide/")
    search(page, site_url, "teriparatide nausea")
    page.locator(".er-search__results a[href*='/teriparatide/#']").first.click()
    expect(page.locator("dialog.er-search")).to_be_hidden()
    assert "#" in page.url and "q=" not in page.url


def test_without_javascript_the_header_leads_to_the_lists(new_page: NewPage, site_url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{site_url}treatments/teriparatide/")
    page.get_by_role("link", name="Search", exact=True).click()
    page.wait_for_url(f"{site_url}explore/")
    expect(page.get_by_role("link", name="all studies")).to_be_visible()


def test_a_result_says_under_which_name_it_was_found(searching: Page, site_url: str) -> None:
    """Other names of a drug stand in the text of the result, marked."""
    search(searching, site_url, "TPTD")
    result = searching.locator(".er-search__results > li").first
    expect(result.locator("mark").first).to_have_text("TPTD")


def test_what_results_show_does_not_run_together(searching: Page, site_url: str) -> None:
    """Names and values of facts, and cells of tables, are words of their own."""
    search(searching, site_url, "importance critical pain")
    expect(searching.locator(".er-search__results")).to_contain_text("Importance critical")


def test_nothing_is_found_in_lists_of_references(searching: Page, site_url: str) -> None:
    """What stands only in reference lists and ways back leads nowhere, so it is not found."""
    search(searching, site_url, "cited at")
    expect(searching.locator(".er-search__results")).not_to_contain_text("Cited at")


def test_search_works_on_a_phone(new_page: NewPage, site_url: str) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    open_search(page, site_url)
    assert search(page, site_url, "vertebroplasty")[0] == "treatments/vertebral-augmentation/"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator("dialog.er-search").bounding_box()
    assert box and box["width"] == PHONE["width"]


BEFORE_SEARCHING = 35_000
"""Bytes, as they come from a server that does not compress."""
TO_THE_FIRST_RESULT = 250_000


def test_nothing_is_loaded_before_somebody_searches(page: Page, site_url: str) -> None:
    """A page comes with the script that opens the search; the rest comes with the first search, and it is little."""
    loaded: dict[str, int] = {}

    def note(response: Response) -> None:
        path = response.url.removeprefix(site_url).partition("?")[0]
        if "search" in path:
            loaded[path] = len(response.body())

    page.on("response", note)
    page.goto(f"{site_url}treatments/teriparatide/")
    page.wait_for_load_state("networkidle")
    assert loaded.keys() == {"assets/search.js"}
    page.keyboard.press("/")
    expect(page.locator("#er-search-field")).to_be_focused()
    page.wait_for_load_state("networkidle")
    assert not any(path.startswith("search/") for path in loaded)
    assert sum(loaded.values()) <= BEFORE_SEARCHING
    search(page, site_url, "vertebral fracture")
    assert any(path.startswith("search/") for path in loaded)
    assert sum(loaded.values()) <= TO_THE_FIRST_RESULT
    slips = "assets/search-slips.js"
    assert slips not in loaded
    search(page, site_url, "osteoperosis")
    assert slips in loaded


TEXTS = [
    "Sjögren’s, Sørensen and Łukasz; Straße, œdème, ΑΒΓ, Ⅳ, ﬁne, ½ cup, İstanbul",
    "PTH 1-34, MK-4, Z-score, O'Sullivan, Lampropoulou-Adamidou, beta-CTX, a-b-c-d, 12–24 months, 10.1111/cen.13557",
    "15.5%, 1,000, v1.2, e.g. fig.2, P = 0.02; S0140-6736(18)31541-2",
    "1.2.3, 2.a.3, x.1.y, 1.2a.3, a1.2b, 10.1007/s00223-021-00871-y, 1-2.5-3, ٣.٤, 1.٤, ².³, O'S.T, 7.-8",
    "studies, bodies, biases, diagnosis, virus, illness, diabetes, fractures, shoes, trees, gas, 1990s",
    "Müller, MÜLLER-O’Søren, Mu\u0308ller, Åström, Fähre, für, Große, naïve, does, oestrogen, Göteborg-Ångström x",
    "妊娠相关骨质疏松症的治疗, 病, 病痛, PTH治疗12个月, 骨粗鬆症（こつそしょうしょう）ガイドライン, ｶﾞﾝ, 骨-折, 三〇, 𠀋𠀋𠀋, 々",
    "골다공증의 치료, 뼈, 骨다공증, 1차-예방, \u1112\u1161\u11ab글",
    "โรคกระดูกพรุนในหญิงตั้งครรภ์, ยา, ພະຍາດ, အရိုးပွရောဂါ, ជំងឺពុកឆ្អឹង, ๒๕๖๔, abcกระดูก",
    "_under_score, tab\tnew\nline, zero\u200bwidth, soft\u00adhyphen, 日本語 テスト, Привет, مرحبا",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_browser_takes_words_as_the_index_does(page: Page, site_url: str, text: str) -> None:
    """What is indexed under a word is looked for under the same word."""
    page.goto(f"{site_url}about/")
    found = page.evaluate(
        """async ([text, ignored]) => {
          const model = await import(new URL("../assets/search-model.js", location.href));
          return model.spellings(text).map(tokens => tokens.map(token => [token, model.words(token, new Set(ignored))]));
        }""",
        [text, sorted(search_words.IGNORED)],
    )
    others = dict(search_words.spellings(text))
    assert found == [
        [[spelt, list(search_words.words(spelt))] for spelt in (token, others.get(token)) if spelt]
        for token in search_words.tokens(text)
    ]


PAGES = {
    "muller": "Müller and Søren wrote of Ærø and Łukasz.",
    "mueller": "Mueller and Soeren did so, too.",
    "miller": "Miller does not treat women with oestrogen.",
    "poet": "The poet has blue shoes.",
    "pot": "The pot is full.",
    "chinese": "关于妊娠相关骨质疏松症的治疗，文献很少。"
    + "我们检索了数据库并且阅读了全文。" * 20
    + "患者最常见的症状是腰背痛",
    "japanese": "妊娠後骨粗鬆症に対するテリパラチドの効果",
    "korean": "임신성골다공증의 치료",
    "thai": "โรคกระดูกพรุนในหญิงตั้งครรภ์พบได้น้อย",
}
"""By address: what a page says."""


@pytest.fixture(scope="module")
def model(browser: Browser, site_url: str) -> Iterator[Page]:
    """A page with the model of the search, over an index of a few pages."""
    entries = [
        SearchEntry(name, f"Page {number}", "pages", (Section("top", f"Page {number}", text),))
        for number, (name, text) in enumerate(PAGES.items())
    ]
    index = {path.removeprefix(FOLDER): content.decode() for path, content in indexed(entries).files.items()}
    with watched_pages(browser) as new_page:
        page = new_page()
        page.goto(f"{site_url}about/")
        page.evaluate(
            """async (index) => {
              window.model = await import(new URL("../assets/search-model.js", location.href));
              window.searching = new model.Search(async (path) => JSON.parse(index[path]));
            }""",
            index,
        )
        yield page


def found(model: Page, query: str) -> dict[str, list[str]]:
    """The addresses of the pages that have all words of a query, each with what its excerpt marks."""
    pages: dict[str, list[str]] = model.evaluate(
        """async (query) => {
          const { hits, words, partial } = await searching.find(query);
          if (partial) return {};
          const pages = await searching.pages(hits, query);
          const marks = (page) => model.placesOn(page, words)[0].excerpt.filter((piece) => piece.marked);
          return Object.fromEntries(pages.map(({ page }) => [page.address, marks(page).map((piece) => piece.text)]));
        }""",
        query,
    )
    return pages


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("骨质疏松", {"chinese": ["骨质疏松"]}),
        ("腰背痛", {"chinese": ["腰背痛"]}),
        ("痛", {"chinese": ["痛"]}),
        ("骨折", {}),
        ("骨粗鬆症", {"japanese": ["骨粗鬆症"]}),
        ("テリパラチド", {"japanese": ["テリパラチド"]}),
        ("ﾃﾘﾊﾟﾗﾁﾄﾞ", {"japanese": ["テリパラチド"]}),
        ("妊娠", {"chinese": ["妊娠"], "japanese": ["妊娠"]}),
        ("골다공증", {"korean": ["골다공증"]}),
        ("กระดูกพรุน", {"thai": ["กระดูกพรุน"]}),
        ("ครรภ", {"thai": ["ครรภ์"]}),
    ],
)
def test_words_are_found_in_scripts_without_spaces(model: Page, query: str, wanted: dict[str, list[str]]) -> None:
    """Wherever in a sentence they stand; the excerpt is of that place, and marks no more than the word."""
    assert found(model, query) == wanted


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("Müller", {"muller": ["Müller"], "mueller": ["Mueller"]}),
        ("mueller", {"muller": ["Müller"], "mueller": ["Mueller"]}),
        ("muller", {"muller": ["Müller"]}),
        ("soeren", {"muller": ["Søren"], "mueller": ["Soeren"]}),
        ("Søren", {"muller": ["Søren"], "mueller": ["Soeren"]}),
        ("soren", {"muller": ["Søren"]}),
        ("mueller soeren", {"muller": ["Müller", "Søren"], "mueller": ["Mueller", "Soeren"]}),
        ("aeroe", {"muller": ["Ærø"]}),
        ("lukasz", {"muller": ["Łukasz"]}),
        ("miller", {"miller": ["Miller"]}),
        ("oestrogen", {"miller": ["oestrogen"]}),
        ("poet", {"poet": ["poet"]}),
        ("pot", {"pot": ["pot"]}),
    ],
)
def test_names_are_found_as_they_are_typed_without_their_letters(
    model: Page, query: str, wanted: dict[str, list[str]]
) -> None:
    """With the letters that a keyboard has, one or two for one; and nothing else is found for them."""
    assert found(model, query) == wanted
