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
