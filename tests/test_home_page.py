"""The home page of the real review: short enough for a phone, and without words that nothing explains."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from building import ROOT
from html_pages import BuiltPage, read_site

from evidence_site.review import link, load

Pages = dict[str, BuiltPage]


@pytest.fixture(scope="module")
def pages(site: Path) -> Pages:
    return dict(read_site(site))


def test_outcomes_are_named_in_full(pages: Pages) -> None:
    """Of a treatment whose ratings are alike it says how many they are; a short form that nothing explains says nothing."""
    evidence, _ = load(ROOT)
    assert evidence is not None
    short_forms = {outcome.record.abbreviation for outcome in evidence.outcomes} - {None}
    (table,) = pages[""].article.of_class("er-table--home")
    words = [element.text for element in table.all("a")]
    assert "LS BMD" in short_forms
    assert not short_forms & set(words)
    rated = [int(found[1]) for word in words if (found := re.fullmatch(r"all (\d+) outcomes rated", word))]
    assert rated == [n for node in link(evidence).treatments.values() if (n := len(node.certainty)) > 2]


def test_what_it_leads_to_is_told_in_a_sentence(pages: Pages) -> None:
    """The page behind it begins with the whole summary."""
    (cards,) = pages[""].article.of_class("er-cards")
    told = 0
    for card in cards.all("li"):
        (to,), (said,) = card.all("a"), card.all("span")
        address = pages[""].resolve(to["href"])
        if address.startswith(("topics/", "case/")):
            assert said.text.count(". ") == 0
            assert said.text.rstrip(".")[:40] in pages[address].text
            told += 1
    assert told >= 7


def test_each_treatment_is_one_tap_away_on_a_phone(pages: Pages) -> None:
    """Before the table, in which the last treatment stands many screens below."""
    (jump,) = pages[""].article.of_class("er-jump")
    (table,) = pages[""].article.of_class("er-table--home")
    rows = [row.all("th")[0].all("a")[0]["href"] for row in table.one("tbody").all("tr")]
    assert [element["href"] for element in jump.all("a")] == rows


def test_pages_of_all_records_say_when_the_last_of_them_changed(pages: Pages) -> None:
    """What is new cannot be newer than the records behind the page, nor what Explore shows."""
    whole = [
        next(aside for aside in pages[address].html.of_class("er-record")).text
        for address in ("downloads/", "whats-new/", "explore/", "")
    ]
    assert len(set(whole)) == 1
    (figures,) = pages[""].article.of_class("er-figures")
    assert figures.text.partition("Last changed")[2].strip() in whole[0]


def test_nobody_is_told_that_a_finding_has_no_result(pages: Pages) -> None:
    """A finding may cite persons whose treatment was not seen: what is missing is a result under the treatment."""
    told = pages["treatments/stopping-breastfeeding/"].text
    assert "Of 107 women 26 broke another bone" in told
    assert "No result in persons with the condition is recorded" not in told
    assert "No result of persons with the condition is recorded under this treatment." in told


def test_who_had_several_treatments_is_not_added_up(pages: Pages) -> None:
    """Four of the women under one drug are four of those under the other, too."""
    (table,) = pages[""].article.of_class("er-table--home")
    assert "who had several treatments stands under each" in table.one("caption").text


def test_the_table_says_which_times_stand_under_which(pages: Pages) -> None:
    """A gain after 18 months stands under “about 24”, which nobody would guess."""
    (table,) = pages[""].article.of_class("er-table--home")
    assert "12 months stand for 9 to 15, 24 months for 18 to 30." in table.one("caption").text
