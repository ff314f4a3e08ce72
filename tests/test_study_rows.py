"""Studies as rows of a list: how many of their persons are counted, and why none are."""

from __future__ import annotations

import pytest
from building import ROOT
from reviews import exposure, result, review_of, study

from evidence_site import records as r
from evidence_site.page import Outline
from evidence_site.pages import studies
from evidence_site.pages.site import Settings, Site

HAD = (exposure("drug-a"),)
OTHER = (exposure("waiting"),)
LINKED = result("density", r.Statistic.PERCENT_CHANGE, 10, unit="%", treatment="drug-a")
STUDIES = {
    "counted": study(groups=[r.Group(id="g", label="g", n=5, exposures=HAD), r.Group(id="h", label="h", n=1003)]),
    "again": study(persons=[r.Person(id="p", exposures=HAD, same_person_as="first/p")]),
    "first": study(persons=[r.Person(id="p", exposures=HAD)]),
    "healthy": study(groups=[r.Group(id="g", label="g", n=9, exposures=HAD, has_condition=False)]),
    "some": study(groups=[r.Group(id="g", label="g", n=52, results=(LINKED,))]),
    "nobody": study(),
    "smaller": study(groups=[r.Group(id="g", label="g", n=4, exposures=HAD)], overlaps={"counted": "certain"}),
    "others": study(groups=[r.Group(id="g", label="g", n=7, exposures=HAD)], directness="indirect"),
    "retold": study(groups=[r.Group(id="g", label="g", n=40, exposures=HAD)], design=r.Design.SYSTEMATIC_REVIEW),
}
ELSEWHERE = "Its persons are counted in another study."
HEALTHY = "Without the condition; not counted."
HELD = "Left out of the count: likely the same as in Alpha and Zed 2020."
OTHERS = "Other population; not counted."
RETOLD = "Retells other studies; its persons are not counted again."


@pytest.mark.parametrize(
    ("id_", "of_all", "of_treated"),
    [
        ("counted", ("1,008", ""), ("5", "")),
        ("again", ("—", ELSEWHERE), ("—", ELSEWHERE)),
        ("first", ("1", ""), ("1", "")),
        ("healthy", ("—", HEALTHY), ("—", HEALTHY)),
        ("some", ("52", ""), ("not known", "")),
        ("nobody", ("not known", ""), ("not known", "")),
        ("smaller", ("—", HELD), ("—", HELD)),
        ("others", ("—", OTHERS), ("—", OTHERS)),
        ("retold", ("—", RETOLD), ("—", RETOLD)),
    ],
)
def test_how_many_are_counted_and_why_none(
    id_: str, of_all: tuple[object, str], of_treated: tuple[object, str]
) -> None:
    """That nobody says how many there were is something else than that they are counted elsewhere, or not at all."""
    site = Site(review_of(STUDIES), ROOT, {}, Settings())
    rows = [site.study_row(site.review.studies[id_], treatment) for treatment in (None, "drug-a")]
    assert [(row["persons"], row["counted_note"]) for row in rows] == [of_all, of_treated]


def test_whoever_counts_under_one_treatment_only_is_told() -> None:
    """The larger study holds the persons of the smaller one, but none who had its other treatment: those still count."""
    parts = [r.Group(id="a", label="a", n=4, exposures=HAD), r.Group(id="b", label="b", n=2, exposures=OTHER)]
    review = review_of({"counted": STUDIES["counted"], "parted": study(groups=parts, overlaps={"counted": "probable"})})
    assert (review.persons, review.treatments["waiting"].persons) == (1008, 2)
    pages = (page for page in studies.specs(Site(review, ROOT, {}, Settings())) if isinstance(page, Outline))
    page = next(page for page in pages if page.address == "studies/parted/").make()
    told = {fact.name: fact.value for fact in page.context["facts"].known}
    assert told["Persons counted in this review"] == (
        "none of 6: likely the same as in Alpha and Zed 2020; counted only under waiting (2 persons)"
    )
