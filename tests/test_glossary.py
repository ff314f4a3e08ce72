"""The glossary explains the review's own words and every word of the records' vocabulary."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest
from reviews import linked, write_review

from evidence_site import glossary, records as r, site_settings, views
from evidence_site.pages import Settings, render


def terms() -> dict[str, glossary.Term]:
    return {value: term for group in glossary.groups() for term in group.terms for value in term.of}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("level", r.Level),
        ("domain", r.Domain),
        ("reading", r.Reading),
        ("design", r.Design),
        ("standing", r.StandingStatus),
        ("importance", r.Importance),
        ("missing", r.Missing),
    ],
)
def test_every_word_of_the_vocabulary_is_explained(kind: str, values: type[StrEnum]) -> None:
    """A new value of the records' vocabulary needs a line in the glossary."""
    assert {f"{kind} {value.value}" for value in values} == {name for name in terms() if name.startswith(f"{kind} ")}


def test_designs_have_the_names_that_pages_use() -> None:
    """Who looks up a word from a table finds it."""
    for design in r.Design:
        assert terms()[f"design {design.value}"].name.casefold().startswith(views.DESIGNS[design])


def test_the_review_explains_its_own_words(tmp_path: Path) -> None:
    """Abbreviations of the review, of its condition and of its outcomes, moments and characteristics."""
    root = write_review(
        tmp_path,
        {
            "evidence/review.yaml": [
                {
                    "append": "abbreviations:\n  - {short: DXA, long: a way to measure density}\n"
                    "  - {short: EC, long: the long form of the review}\n"
                },
                {
                    "replace": "    name: delivery\n",
                    "by": "    name: delivery\n    definition: The birth of the child.\n",
                },
            ],
        },
    )
    page = (
        render(linked(root), root, site_settings.template_folders(root), {}, Settings()).files["glossary.md"].decode()
    )
    pairs = dict(re.findall(r"<dfn>([^<]*)</dfn></dt>\n<dd>([^<]*)</dd>", page))
    assert pairs["DXA"] == "a way to measure density"
    assert pairs["EC"] == "the long form of the review", "what the review says goes before the condition's name"
    assert pairs["Delivery"] == "The birth of the child."
    assert pairs["Births"] == "Births. Given as a number."
    assert 'id="abbreviations-dxa"' in page


def test_no_word_of_a_disease_is_in_the_general_part() -> None:
    """The general terms serve every review."""
    text = glossary.FILE.read_text("utf-8").casefold()
    for word in ("osteopor", "pregnan", "lactat", "bone", "fractur", "teriparatide"):
        assert word not in text
