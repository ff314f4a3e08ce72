"""The Explore page as a reader uses it, against what the records say."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from browsing import PHONE, NewPage, wait_until
from building import ROOT
from many_rows import enlarged
from playwright.sync_api import Browser, Page, Route, expect
from reviews import linked

from evidence_site import addresses, measures
from evidence_site.pages.explore_parts import FIRST, parted
from evidence_site.review import Observation, Review, StudyNode

KINDS = ("studies", "results", "references")
PAIR = ("teriparatide", "lumbar-spine-bmd")


@pytest.fixture(scope="module")
def review() -> Review:
    return linked(ROOT)


def explore(page: Page, site_url: str, query: str = "") -> Page:
    """Open the page and wait for its rows."""
    page.goto(f"{site_url}explore/{query}")
    page.locator("#explore").wait_for()
    return page


def found(page: Page) -> dict[str, int]:
    """How many rows of each kind the tabs say."""
    return {kind: int(page.locator(f"[data-found={kind}]").inner_text().replace(",", "")) for kind in KINDS}


def rows(page: Page) -> list[list[str]]:
    """The words in each cell of the table that is shown."""
    cells: list[list[str]] = page.locator("#explore .er-scroll:not([hidden]) tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return cells


def links(page: Page, site_url: str) -> list[str]:
    """Where the first cell of each row leads."""
    hrefs = page.locator("#explore .er-scroll:not([hidden]) tbody th a").evaluate_all("all => all.map(a => a.href)")
    return [href.removeprefix(site_url) for href in hrefs]


def bare(text: str) -> str:
    """A text as it is sorted: without accents and capitals."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def show(page: Page, kind: str) -> None:
    page.locator(f"input[name=show][value={kind}]").check()


def query(page: Page) -> str:
    return str(page.evaluate("location.search"))


def box(page: Page, facet: str, option: str) -> Any:
    return page.locator(f"input[name={facet}][value={option}]")


def count(page: Page, facet: str, option: str) -> int:
    label = page.locator(f"label:has(input[name={facet}][value={option}])")
    return int(label.locator("[data-count]").text_content() or "")


# --- what the records say ---------------------------------------------------------------------------------------------


def observations(review: Review, treatment: str, outcome: str) -> list[Observation]:
    return [
        o
        for study in review.studies.values()
        for o in study.observations
        if treatment in o.treatments and o.result.outcome == outcome
    ]


def tells(study: StudyNode, treatment: str, outcome: str) -> bool:
    """Whether a study tells of an outcome under a treatment, in a result or in a comparison of its groups."""
    if treatment not in study.treatments:
        return False
    compared = (
        arm.treatments
        for comparison in study.record.comparisons
        if comparison.outcome == outcome
        for arm in (study.arm(comparison.group), study.arm(comparison.against))
        if arm
    )
    seen = (o.treatments for o in study.observations if o.result.outcome == outcome)
    return any(treatment in treatments for treatments in (*compared, *seen))


def test_everything_is_found_at_the_start(page: Page, site_url: str, review: Review) -> None:
    explore(page, site_url)
    assert found(page) == {
        "studies": len(review.studies),
        "results": sum(len(study.observations) for study in review.studies.values()),
        "references": len(review.sources),
    }
    assert page.locator("#explore-count").inner_text().startswith(f"{len(review.studies):,} studies")
    assert measures.persons(review.persons) in page.locator("#explore-persons").inner_text()


def test_a_treatment_and_an_outcome_find_what_tells_of_both(page: Page, site_url: str, review: Review) -> None:
    treatment, outcome = PAIR
    explore(page, site_url)
    box(page, "treatment", treatment).check()
    box(page, "outcome", outcome).check()
    studies = [study for study in review.studies.values() if tells(study, treatment, outcome)]
    results = observations(review, treatment, outcome)
    assert found(page)["studies"] == len(studies) > 1
    assert sorted(links(page, site_url)) == sorted(addresses.study(study.id) for study in studies)
    show(page, "results")
    assert found(page)["results"] == len(results) > 1
    values = page.locator("#explore-results tbody .er-value").all_inner_texts()
    assert sorted(values) == sorted(measures.result_value(o.result, o.persons) for o in results)
    assert all(row[2] == review.outcomes[outcome].record.name for row in rows(page))


def test_every_pair_of_treatment_and_outcome_finds_what_the_records_say(
    page: Page, site_url: str, review: Review
) -> None:
    expected = {
        f"{treatment} {outcome}": [
            sum(tells(study, treatment, outcome) for study in review.studies.values()),
            len(observations(review, treatment, outcome)),
            sum(any(tells(s, treatment, outcome) for s in node.studies) for node in review.sources.values()),
        ]
        for treatment in review.treatments
        for outcome in review.outcomes
    }
    explore(page, site_url)
    sizes = page.evaluate(
        """async pairs => {
            const { Catalogue, KINDS } = await import("../assets/explore-model.js");
            const catalogue = new Catalogue(await (await fetch("data.json")).json());
            return Object.fromEntries(pairs.map(pair => {
                const [treatment, outcome] = pair.split(" ");
                const chosen = { treatment: [treatment], outcome: [outcome] };
                const found = catalogue.find({ words: "", chosen, from: null, to: null });
                return [pair, KINDS.map(kind => found[kind].size)];
            }));
        }""",
        list(expected),
    )
    assert sizes == expected


def test_persons_are_those_that_the_treatments_page_counts(page: Page, site_url: str, review: Review) -> None:
    for id_, node in review.treatments.items():
        explore(page, site_url, f"?treatment={id_}")
        said = page.locator("#explore-persons").inner_text()
        assert measures.persons(node.persons) in said, id_
        assert node.record.name in said
        column = [row[5] for row in rows(page)]
        assert sum(int(cell) for cell in column if cell != "—") == node.persons, id_


def test_years_and_other_filters_find_what_the_records_say(page: Page, site_url: str, review: Review) -> None:
    explore(page, site_url, "?from=2010&to=2015&design=case_report,case_series")
    studies = [
        study
        for study in review.studies.values()
        if study.year and 2010 <= study.year <= 2015 and study.record.design in ("case_report", "case_series")
    ]
    assert sorted(links(page, site_url)) == sorted(addresses.study(study.id) for study in studies)
    assert all(2010 <= int(row[1]) <= 2015 for row in rows(page))
    explore(page, site_url, "?show=references&read=full_text")
    assert found(page)["references"] == sum(node.record.read == "full_text" for node in review.sources.values())


def test_a_study_whose_persons_are_not_counted_says_why(page: Page, site_url: str, review: Review) -> None:
    left_out = next(iter(review.left_out))
    explore(page, site_url, "?counted=elsewhere")
    assert addresses.study(left_out) in links(page, site_url)
    row = next(row for row in rows(page) if "Left out of the count" in row[0])
    assert row[5] == "—"
    explore(page, site_url, "?show=results&counted=retold")
    assert found(page)["results"] > 0
    assert all(row[6].split("\n") == ["no", "retells other studies"] for row in rows(page))


# --- counts beside the options ----------------------------------------------------------------------------------------


def test_counts_follow_the_other_filters(page: Page, site_url: str) -> None:
    """A count says how many rows there would be with that option alone, all other filters being as they are."""
    explore(page, site_url)
    faults = page.evaluate(
        """async () => {
            const { Catalogue, FACETS, KINDS } = await import("../assets/explore-model.js");
            const catalogue = new Catalogue(await (await fetch("data.json")).json());
            let seed = 7;
            const random = n => (seed = (seed * 48271) % 2147483647) % n;
            const faults = [];
            for (let round = 0; round < 60; round++) {
                const query = { words: random(4) ? "" : "pain", chosen: {}, from: random(3) ? null : 2012, to: null };
                for (const facet of FACETS) {
                    const options = catalogue.options(facet);
                    if (random(2)) continue;
                    query.chosen[facet] = options.filter(() => random(options.length) < 2);
                }
                const found = catalogue.find(query);
                for (const facet of FACETS) catalogue.options(facet).forEach((id, code) => {
                    const alone = catalogue.find({ ...query, chosen: { ...query.chosen, [facet]: [id] } });
                    for (const kind of KINDS) {
                        if (found[kind].counts[facet][code] === alone[kind].size) continue;
                        faults.push([JSON.stringify(query), kind, facet, id, found[kind].counts[facet][code], alone[kind].size]);
                    }
                });
            }
            return faults;
        }"""
    )
    assert faults == []


def test_counts_are_those_of_the_kind_that_is_shown(page: Page, site_url: str, review: Review) -> None:
    treatment, outcome = PAIR
    explore(page, site_url)
    assert count(page, "treatment", treatment) == len(review.treatments[treatment].studies)
    box(page, "outcome", outcome).check()
    assert count(page, "treatment", treatment) == sum(tells(s, treatment, outcome) for s in review.studies.values())
    show(page, "results")
    assert count(page, "treatment", treatment) == len(observations(review, treatment, outcome))
    box(page, "treatment", treatment).check()
    assert count(page, "treatment", treatment) == len(observations(review, treatment, outcome))


# --- words ------------------------------------------------------------------------------------------------------------


def test_all_words_have_to_occur_whatever_their_accents(page: Page, site_url: str) -> None:
    explore(page, site_url, "?show=references")
    accented = next(row[0] for row in rows(page) if re.search(r"[àáâäãåçèéêëíïñóôöøúüýž]", row[0].split(".")[0]))
    name = next(word for word in re.split(r"[\s,.]+", accented) if re.search(r"[^\x00-\x7f]", word))
    plain = page.evaluate("async name => (await import('../assets/explore-model.js')).fold(name)", name)
    assert plain.isascii()
    for words in (plain, plain.upper(), name):
        page.locator("#explore-words").fill(words)
        assert any(row[0] == accented for row in rows(page)), words
    before = found(page)["references"]
    page.locator("#explore-words").fill(f"{plain} nothing-has-this-word")
    assert found(page)["references"] == 0 < before
    expect(page.locator("#explore-nothing")).to_be_visible()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("mueller", ["Müller 2020", "Mueller 2021", "Søren Müller 2022"]),
        ("muller", ["Müller 2020", "Søren Müller 2022"]),
        ('"soeren mueller"', ["Søren Müller 2022"]),
        ("poet", ["A poet"]),
        ('"לוי 2020"', ["לוי\u200e 2020"]),
    ],
)
def test_names_are_found_as_they_are_typed_without_their_letters(
    page: Page, site_url: str, words: str, wanted: list[str]
) -> None:
    """With one or two letters for one; what has no such letter is found only as it is written."""
    texts = ["Müller 2020", "Mueller 2021", "Søren Müller 2022", "A poet", "A pot", "לוי\u200e 2020"]
    explore(page, site_url)
    found = page.evaluate(
        """async ([texts, words]) => {
          const { Texts, wordsOf } = await import("../assets/explore-model.js");
          const [word, ...others] = wordsOf(words);
          const hits = new Texts(texts).with(word);
          return others.length ? null : texts.filter((_, at) => hits[at]);
        }""",
        [texts, words],
    )
    assert found == wanted


def test_words_in_quotes_stand_together(page: Page, site_url: str) -> None:
    explore(page, site_url, "?words=spine%20lumbar")
    apart = found(page)
    page.locator("#explore-words").fill('"lumbar spine"')
    together = found(page)
    page.locator("#explore-words").fill('"spine lumbar"')
    assert found(page)["results"] < together["results"] <= apart["results"]


def test_a_study_is_found_by_an_identifier_of_its_report(page: Page, site_url: str, review: Review) -> None:
    study = next(s for s in review.studies.values() if any(ref.pmid for ref in s.references))
    pmid = next(ref.pmid for ref in study.references if ref.pmid)
    explore(page, site_url, f"?words={pmid}")
    assert addresses.study(study.id) in links(page, site_url)
    assert found(page)["results"] == len(study.observations)


# --- the address ------------------------------------------------------------------------------------------------------


def test_a_view_can_be_shared_reloaded_and_gone_back_to(page: Page, site_url: str, new_page: NewPage) -> None:
    explore(page, site_url)
    start = rows(page)
    box(page, "treatment", "teriparatide").check()
    chosen = rows(page)
    show(page, "results")
    page.locator("#explore-words").type("lumbar 12")
    wait_until(page, "() => location.search.includes('words')")
    page.locator("#explore-results th[data-column=value] button").click()
    address, shown = page.url, rows(page)
    assert query(page) == "?show=results&words=lumbar%2012&treatment=teriparatide&sort=value"
    page.reload()
    page.locator("#explore").wait_for()
    assert (rows(page), page.locator("#explore-words").input_value()) == (shown, "lumbar 12")
    other = new_page()
    other.goto(address)
    other.locator("#explore").wait_for()
    assert rows(other) == shown
    assert box(other, "treatment", "teriparatide").is_checked()
    page.go_back()  # before sorting
    expect(page.locator("#explore-results th[data-column=year]")).to_have_attribute("aria-sort", "descending")
    page.go_back()  # before typing: one step, however many letters
    expect(page.locator("#explore-words")).to_have_value("")
    page.go_back()
    wait_until(page, "!location.search.includes('show')")
    assert rows(page) == chosen
    page.go_back()
    wait_until(page, "!location.search")
    assert rows(page) == start
    assert not box(page, "treatment", "teriparatide").is_checked()
    page.go_forward()
    wait_until(page, "location.search")
    assert rows(page) == chosen
    page.locator("#explore-reset").click()
    assert (query(page), rows(page)) == ("", start)


def test_fields_say_what_is_shown_on_the_way_back(page: Page, site_url: str) -> None:
    """Safari keeps the page, and empties its form, when a reader follows a link and comes back."""
    explore(page, site_url, "?show=results&treatment=teriparatide&words=spine&from=2010")
    page.evaluate("""() => {
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      document.getElementById("explore").reset(); // after it, and without a word
    }""")
    expect(box(page, "treatment", "teriparatide")).to_be_checked()
    assert page.locator("input[name=show][value=results]").is_checked()
    assert page.locator("#explore-words").input_value() == "spine"
    assert page.locator("input[name=from]").input_value() == "2010"


def test_an_address_that_asks_for_nonsense_shows_what_it_can(page: Page, site_url: str, review: Review) -> None:
    nonsense = "?show=nothing&treatment=teriparatide,nope&outcome=%00&from=abc&to=99999&sort=-nope&page=-3&words=%F0%9F"
    explore(page, site_url, nonsense.removesuffix("&words=%F0%9F"))
    assert found(page)["studies"] == len(review.treatments["teriparatide"].studies)
    explore(page, site_url, "?page=999999")
    assert rows(page)
    explore(page, site_url, nonsense)


def test_links_of_other_pages_lead_here(page: Page, site_url: str, review: Review) -> None:
    page.goto(f"{site_url}references/")
    page.get_by_role("link", name="Search and filter the references").click()
    page.locator("#explore-references").wait_for()
    assert page.locator("#explore-count").inner_text().startswith(f"{len(review.sources):,} references")
    page.goto(f"{site_url}studies/")
    page.get_by_role("link", name="Search and filter the studies").click()
    page.locator("#explore-studies").wait_for()
    page.goto(site_url)
    page.locator(".md-content").get_by_role("link", name="Explore").click()
    page.locator("#explore-studies").wait_for()


# --- sorting and pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [("these studies", "studies"), ("their results", "results")])
def test_a_treatments_page_leads_to_its_own_view(
    page: Page, site_url: str, review: Review, name: str, kind: str
) -> None:
    """From “Who was studied” to the studies and results of just this treatment."""
    treatment = review.treatments[PAIR[0]]
    page.goto(f"{site_url}{addresses.treatment(treatment.id)}")
    page.get_by_role("link", name=name).click()
    page.locator("#explore").wait_for()
    assert box(page, "treatment", treatment.id).is_checked()
    assert page.locator(f"input[name=show][value={kind}]").is_checked()
    assert found(page)[kind] == len({"studies": treatment.studies, "results": treatment.observations}[kind])


def test_columns_sort_and_say_so(page: Page, site_url: str) -> None:
    explore(page, site_url)
    for column, at in (("name", 0), ("persons", 5), ("year", 1)):
        head = page.locator(f"#explore-studies th[data-column={column}]")
        button = head.locator("button")
        button.click()
        first = head.get_attribute("aria-sort")
        button.click()
        assert {first, head.get_attribute("aria-sort")} == {"ascending", "descending"}
        assert page.locator("#explore-studies th[aria-sort]").count() == 1
        assert button.evaluate("button => button === document.activeElement")
        page.goto(f"{site_url}explore/?sort={column}")
        page.locator("#explore").wait_for()
        cells = [row[at].split("\n")[0] for row in rows(page)]
        if column == "name":
            assert cells == sorted(cells, key=bare)
        else:
            numbers = [int(cell) for cell in cells if cell != "—"]
            assert numbers == sorted(numbers)


def test_results_sort_among_their_like(page: Page, site_url: str) -> None:
    """Numbers of different units cannot be compared: they stay in groups, each in its order."""
    explore(page, site_url)
    ordered = page.evaluate(
        """async () => {
            const { Catalogue } = await import("../assets/explore-model.js");
            const { texts, ...data } = await (await fetch("data.json")).json();
            const { number, unit, statistic } = data.results;
            const order = new Catalogue({ texts, ...data }).order("results", "value", false);
            return [...order].map(row => [number[row], `${texts[statistic[row]]} ${texts[unit[row]]}`]);
        }"""
    )
    known = [(kind, number) for number, kind in ordered if number is not None]
    assert [number for number, _ in ordered[len(known) :]] == [None] * (len(ordered) - len(known))
    groups: dict[str, list[float]] = {}
    for place, (kind, number) in enumerate(known):
        assert kind not in groups or known[place - 1][0] == kind, f"{kind} is torn apart"
        groups.setdefault(kind, []).append(number)
    assert all(numbers == sorted(numbers) for numbers in groups.values())


def test_pages_of_rows(page: Page, site_url: str, review: Review) -> None:
    explore(page, site_url)
    seen = links(page, site_url)
    while (button := page.locator("#explore-next")).get_attribute("aria-disabled") == "false":
        button.click()
        assert page.evaluate("document.activeElement.id") == "explore-count"
        seen += links(page, site_url)
    assert sorted(seen) == sorted(addresses.study(id_) for id_ in review.studies)
    assert "page=2" in query(page)
    page.go_back()
    assert links(page, site_url) == seen[:50]


# --- for everybody ----------------------------------------------------------------------------------------------------


def test_with_the_keyboard_alone(page: Page, site_url: str, review: Review) -> None:
    """From the kind to a word, a filter, a sort and a study, with nothing but keys; the focus is never lost."""
    explore(page, site_url)
    press = page.keyboard.press

    def tab_to(selector: str) -> None:
        for _ in range(80):
            press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"the tab key does not lead to {selector}")

    page.locator("#top").evaluate("heading => { heading.tabIndex = -1; heading.focus(); }")
    tab_to("input[name=show]")
    press("ArrowRight")
    assert page.evaluate("document.activeElement.value") == "results"
    press("ArrowLeft")
    tab_to("#explore-words")
    page.keyboard.type("teri")
    assert page.evaluate("document.activeElement.id") == "explore-words"
    tab_to("input[name=treatment][value=teriparatide]")
    press("Space")
    assert page.evaluate("document.activeElement.value") == "teriparatide"
    tab_to("#explore-chosen button")
    press("Enter")  # takes the words away
    assert page.locator("#explore-words").input_value() == ""
    assert "teriparatide" in page.evaluate("document.activeElement.textContent").lower()
    tab_to("#explore-studies")  # the table can be scrolled with the arrow keys
    tab_to("th[data-column=year] button")
    press("Enter")
    press("Space")
    assert page.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending"
    assert found(page)["studies"] == len(review.treatments["teriparatide"].studies)
    tab_to("#explore-studies tbody th a")
    press("Enter")
    page.wait_for_url("**/studies/*/")


def test_what_is_found_is_told_to_a_screen_reader(page: Page, site_url: str) -> None:
    explore(page, site_url)
    status = page.get_by_role("status").and_(page.locator("#explore-status"))
    box(page, "treatment", "calcitonin").check()
    expect(status).to_have_text(f"{found(page)['studies']} studies.")
    page.locator("#explore-words").type("zzz")
    expect(status).to_have_text("0 studies.")
    form = page.get_by_role("search", name="Explore")
    expect(form.get_by_role("group", name="Treatment")).to_be_visible()
    expect(form.get_by_role("checkbox", name=re.compile("Calcitonin"))).to_be_checked()
    expect(form.get_by_role("radio", name=re.compile("Studies"))).to_be_checked()
    page.locator("#explore-reset").click()
    expect(form.get_by_role("columnheader", name="Year")).to_have_attribute("aria-sort", "descending")
    assert form.get_by_role("table", name="Studies").get_by_role("rowheader").count() == 50


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(new_page: NewPage, site_url: str, scheme: str) -> None:
    """Nothing but the table is wider than the screen, and rows come before filters, which open at a touch."""
    page = explore(
        new_page(viewport=PHONE, is_mobile=True, has_touch=True, color_scheme=scheme), site_url, "?show=results"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    filters = page.locator("#explore-filters")
    assert filters.get_attribute("open") is None
    filters.locator("> summary").tap()
    option = page.locator("label:has(input[name=treatment][value=teriparatide])")
    assert (option.bounding_box() or {"height": 0})["height"] >= 24
    option.tap()
    assert box(page, "treatment", "teriparatide").is_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_phone_does_not_enlarge_the_page_around_a_field(new_page: NewPage, site_url: str) -> None:
    """As an iPhone does with letters below 16 pixels."""
    page = explore(new_page(viewport=PHONE, is_mobile=True, has_touch=True), site_url)
    page.locator(".er-search-opener").click()
    page.locator("#er-search-field").wait_for()
    fields = page.locator("input:is([type=search], [type=number])")
    sizes = fields.evaluate_all("fields => fields.map(field => parseFloat(getComputedStyle(field).fontSize))")
    assert len(sizes) == 4 and min(sizes) >= 16


def test_no_column_of_results_is_too_narrow_on_paper(page: Page, site_url: str) -> None:
    page.set_viewport_size({"width": 673, "height": 980})
    explore(page, site_url, "?show=results")
    page.emulate_media(media="print")
    cells = page.locator("#explore-results tbody tr").first.locator("td:not(.er-num)")
    assert min(cells.evaluate_all("cells => cells.map(cell => cell.offsetWidth)")) >= 45
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_stand_the_rows_and_what_they_were_filtered_by(page: Page, site_url: str) -> None:
    explore(page, site_url, "?treatment=calcitonin")
    page.emulate_media(media="print")
    expect(page.locator("#explore-chosen")).to_contain_text("Calcitonin")
    expect(page.locator("#explore-studies table")).to_be_visible()
    for hidden in ("#explore-filters", "#explore-download", "#explore-words"):
        expect(page.locator(hidden)).to_be_hidden()


def test_without_javascript_there_are_lists_and_files(new_page: NewPage, site: Path, site_url: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{site_url}explore/")
    assert page.locator("#explore").is_hidden()
    assert page.locator("noscript").count() >= 1
    hrefs = page.locator("article a").evaluate_all("all => all.map(a => a.href)")
    for address in ("studies/", "references/", "downloads/studies.csv", "downloads/results.csv"):
        assert f"{site_url}{address}" in hrefs
        assert (site / address).exists()


def test_data_that_cannot_be_loaded_are_said_to_be_missing(browser: Browser, site_url: str) -> None:
    page = browser.new_page()
    page.route("**/explore/data.json", lambda route: route.fulfill(status=404))
    page.goto(f"{site_url}explore/")
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    assert page.locator("#explore").is_hidden()
    page.close()


# --- to take along ----------------------------------------------------------------------------------------------------


def download(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as started:
        page.locator("#explore-download").click()
    text = Path(started.value.path()).read_text("utf-8")
    assert text.startswith("\ufeff"), "spreadsheets would not know that it is UTF-8"
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_found_references_can_be_taken_to_a_reference_manager(page: Page, site_url: str, site: Path) -> None:
    """In the format that these programs read: the records of the whole file, those found alone and as they are sorted."""
    explore(page, site_url, "?show=studies&treatment=denosumab")
    button = page.locator("#explore-ris")
    expect(button).to_be_hidden()
    explore(page, site_url, "?show=references&treatment=denosumab")
    keys = [row["key"] for row in download(page)]
    with page.expect_download() as started:
        button.click()
    assert started.value.suggested_filename == "references-found.ris"
    text = Path(started.value.path()).read_text("utf-8")
    assert re.findall(r"^ID  - (.*)$", text, re.MULTILINE) == keys
    assert len(keys) == text.count("TY  - ") == text.count("ER  - \n") > 3
    for key in keys:
        assert (site / "references" / f"{key}.ris").read_text("utf-8") in text


def test_found_rows_can_be_downloaded(page: Page, site_url: str, review: Review) -> None:
    """All of them and not just the page of rows that is shown, as they are sorted."""
    explore(page, site_url, "?show=results&treatment=teriparatide")
    taken = download(page)
    expected = [o for s in review.studies.values() for o in s.observations if "teriparatide" in o.treatments]
    assert len(taken) == found(page)["results"] == len(expected) > 50
    assert [row["study"] for row in taken[:50]] == [row[0].split("\n")[0] for row in rows(page)]
    numbers = sorted(str(o.result.value) for o in expected if isinstance(o.result.value, int | float))
    plain = sorted(f"{float(row['number']):g}" for row in taken if row["number"])
    assert plain == sorted(f"{float(number):g}" for number in numbers)
    assert {row["page"] for row in taken} == {f"{site_url}{addresses.study(o.study.id)}" for o in expected}
    explore(page, site_url)
    assert sum(int(row["persons_counted"]) for row in download(page)) == review.persons
    explore(page, site_url, "?show=references")
    assert {row["key"] for row in download(page)} == set(review.sources)


@pytest.mark.parametrize("width", [390, 1000])
def test_no_column_of_results_is_too_narrow_to_read(page: Page, site_url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    explore(page, site_url, "?show=results")
    cells = page.locator("#explore-results tbody tr").first.locator("td:not(.er-num)")
    widths = cells.evaluate_all("cells => cells.map(cell => cell.offsetWidth)")
    assert min(widths) >= 90


def test_a_result_of_some_of_a_group_says_that_their_number_is_not_stated(
    page: Page, site_url: str, review: Review
) -> None:
    """In the row and in the file, which leaves the number empty; no group's number stands for some of it."""
    unknown = [o for study in review.studies.values() for o in study.observations if o.persons is None]
    assert unknown
    explore(page, site_url, f"?show=results&words={unknown[0].study.id}")
    said = [row[0] for row in rows(page) if "number measured not stated" in row[0]]
    here = [o for o in unknown if o.study is unknown[0].study]
    assert len(said) == len(here)
    assert f"{here[0].arm.label}, some of {measures.persons(here[0].arm.n)}" in said[0]
    assert [row["persons"] for row in download(page)].count("") == len(here)


# --- texts of others --------------------------------------------------------------------------------------------------

HOSTILE = '=HYPERLINK("https://example.org","<img src=x onerror=alert(1)>")'


def with_data(page: Page, site: Path, change: Any) -> None:
    """Show other data on the page."""
    data = json.loads((site / "explore" / "data.json").read_text("utf-8"))
    body = json.dumps(change(data), ensure_ascii=False, separators=(",", ":"))
    page.route("**/explore/data.json", lambda route: route.fulfill(body=body, content_type="application/json"))


def test_texts_are_texts_in_rows_and_files(page: Page, site: Path, site_url: str) -> None:
    def hostile(data: dict[str, Any]) -> dict[str, Any]:
        for column in ("title", "name", "note"):
            data["texts"][data["studies"][column][0]] = HOSTILE
        return data

    with_data(page, site, hostile)
    explore(page, site_url, "?words=%22%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&sort=name")
    page.locator("#explore-words").fill("hyperlink")
    assert HOSTILE in rows(page)[0][0]
    assert page.locator("#explore img").count() == 0
    assert download(page)[0]["study"] == f"'{HOSTILE}"


def test_it_works_under_a_strict_content_security_policy(page: Page, site: Path, site_url: str) -> None:
    """The page's own part, without the theme around it: no script, style or handler in the page, nothing evaluated."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'"
    )
    html = (site / "explore" / "index.html").read_text("utf-8")
    article = re.search(r"<article.*?</article>", html, re.DOTALL)
    assert article

    def alone(route: Route) -> None:
        body = f'<!doctype html><meta charset="utf-8"><title>Explore</title><div class="md-typeset">{article[0]}</div>'
        route.fulfill(body=body, headers={"content-security-policy": policy, "content-type": "text/html"})

    page.route("**/explore/", alone)
    explore(page, site_url)
    box(page, "treatment", "teriparatide").check()
    page.locator("#explore-studies th[data-column=name] button").click()
    assert len(download(page)) == found(page)["studies"] == len(rows(page))
    assert page.locator("#explore").evaluate("form => getComputedStyle(form).display") == "grid"


# --- a large review ---------------------------------------------------------------------------------------------------

FIRST_VIEW = 250_000
"""The most that a first visit to Explore in a large review costs, with the theme, compressed."""


def with_files(page: Page, files: Mapping[str, str]) -> list[str]:
    """Show data in these files on the page; returns the names of those asked for, as they are."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        asked.append(name)
        if name in files:
            route.fulfill(body=files[name], content_type="application/json")
        else:
            route.fulfill(status=404)

    page.route("**/explore/*.json", answer)
    return asked


def many(site: Path, *sizes: int) -> dict[str, Any]:
    return enlarged(json.loads((site / "explore" / "data.json").read_text("utf-8")), *sizes)


VIEWS = (
    "",
    "?page=3",
    "?sort=name&page=2",
    "?sort=-persons&treatment=calcitonin",
    "?show=results",
    "?show=results&sort=name&treatment=teriparatide&outcome=lumbar-spine-bmd",
    "?show=results&sort=value",
    "?show=results&sort=-time",
    "?show=references",
    "?show=references&sort=-year&read=full_text",
    "?show=references&sort=studies",
    "?words=teriparatide+copy",
    "?show=results&words=%22copy%203%20of%20arms%22",
)


def test_parts_show_what_the_whole_shows(new_page: NewPage, site: Path, site_url: str) -> None:
    """Rows, counts and files are the same, whatever came before it."""
    data = many(site, 1_200, 4_500, 1_200)
    parts = dict(parted(data))
    assert len(parts) > 8
    split, whole = new_page(), new_page()
    with_files(split, parts)
    with_files(whole, {FIRST: json.dumps(data)})
    for view in VIEWS:
        shown = []
        for page in (split, whole):
            explore(page, site_url, view)
            expect(page.locator("#explore")).to_have_attribute("aria-busy", "false")
            shown.append((rows(page), found(page), page.locator("#explore-count").inner_text(), download(page)))
        assert shown[0] == shown[1], view
        assert len(shown[0][0]) > 1, view


def test_a_large_review_opens_light_and_loads_the_rest_as_it_is_looked_at(
    page: Page, site: Path, site_url: str
) -> None:
    """All filters and counts are there at once; the texts of rows come with the rows."""
    data = many(site, 2_500, 15_000, 5_000)
    parts = dict(parted(data))
    asked = with_files(page, parts)
    weights: dict[str, int] = {}
    page.on("response", lambda answer: weights.update({answer.url: len(gzip.compress(answer.body(), 6))}))
    explore(page, site_url)
    page.wait_for_load_state("networkidle")
    assert found(page) == {"studies": 2_500, "results": 15_000, "references": 5_000}
    assert len(rows(page)) == 50
    assert [name.partition("-")[0] for name in asked] == [FIRST, "studies"]
    assert sum(weights.values()) <= FIRST_VIEW, weights
    box(page, "treatment", "teriparatide").check()
    assert count(page, "treatment", "calcitonin") > 0
    page.locator("#explore-words").fill("teriparatide")
    expect(page.locator("#explore")).to_have_attribute("aria-busy", "false")
    assert set(asked) == set(parts)
    assert len(asked) == len(parts), "something was asked for twice"


def test_a_part_that_cannot_be_loaded_is_said_to_be_missing(browser: Browser, site: Path, site_url: str) -> None:
    """What is here stays in use; who tries again gets the rest."""
    parts = dict(parted(many(site, 1_200, 4_500, 1_200)))
    missing = {name: parts.pop(name) for name in list(parts) if name.startswith("references-")}
    page = browser.new_page()
    with_files(page, parts)
    explore(page, site_url)
    show(page, "references")
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    show(page, "studies")
    assert len(rows(page)) == 50
    parts |= missing
    show(page, "references")
    expect(page.locator("#explore-references tbody tr")).to_have_count(50)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.close()


# --- speed ------------------------------------------------------------------------------------------------------------

MEASURE = """
    async words => {
        const quick = times => times.sort((a, b) => a - b)[times.length >> 2]; // what else the machine does counts less
        const timed = async work => {
            const start = performance.now();
            await work();
            return performance.now() - start;
        };
        const data = await (await fetch("data.json")).text();
        const field = document.getElementById("explore-words");
        const type = text => timed(() => {
            field.value = text;
            field.dispatchEvent(new Event("input", { bubbles: true }));
            document.body.offsetHeight; // lays the page out
        });
        const keys = [], parses = [];
        for (let length = 1; length <= words.length; length++) {
            keys.push(await type(words.slice(0, length)));
            parses.push(await timed(() => JSON.parse(data)));
        }
        const boxes = [...document.querySelectorAll("#explore input[type=checkbox]")].slice(0, 8);
        const clicks = [], reads = []; // each beside the other, since the machine may have more to do by now
        for (const box of boxes) {
            clicks.push(await timed(() => { box.click(); document.body.offsetHeight; }));
            reads.push(await timed(() => JSON.parse(data)));
        }
        return { key: quick(keys) / quick(parses), click: quick(clicks) / quick(reads) };
    }
"""


def test_thousands_of_rows_answer_each_key_at_once(page: Page, site: Path, site_url: str) -> None:
    """A key or a click takes no longer than four times what the browser's parser takes to read the data.

    That is the measure since it is as slow as the machine is; where that is fast, it takes some twenty milliseconds.
    """
    studies, results, references = 2_500, 20_000, 5_000
    with_data(page, site, lambda data: enlarged(data, studies, results, references))
    explore(page, site_url, "?show=results")
    assert found(page) == {"studies": studies, "results": results, "references": references}
    page.wait_for_timeout(500)
    took: Mapping[str, float] = page.evaluate(MEASURE, "teriparatide lumbar copy")
    assert max(took["key"], took["click"]) < 4, took
    assert page.locator("#explore-results tbody tr").count() <= 50
