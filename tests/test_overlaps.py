"""The page on who is counted once: what is left out of which count, and what the records say of the same persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from building import ROOT
from reviews import exposure, result, review_of, study

from evidence_site import records as r
from evidence_site.pages import overlaps
from evidence_site.pages.site import Settings, Site


def page(studies: Mapping[str, r.Study]) -> Mapping[str, Any]:
    """What the template is given."""
    (spec,) = overlaps.specs(Site(review_of(studies), ROOT, {}, Settings()))
    assert spec.context is not None
    return spec.context


def short(link: Mapping[str, str]) -> str:
    return link["address"].removeprefix("studies/")


def group(id_: str, n: int, *treatments: str, has_condition: bool = True) -> r.Group:
    given = tuple(map(exposure, treatments))
    return r.Group(id=id_, label=id_, n=n, exposures=given, has_condition=has_condition)


def test_what_is_left_out_is_told_for_each_count_with_its_persons() -> None:
    """A study gives way in the whole review, and under the treatments of both, each with those who had it."""
    found = page(
        {
            "small": study(groups=[group("a", 5, "drug-a"), group("w", 7, "waiting")], overlaps={"large": "certain"}),
            "large": study(groups=[group("a", 30, "drug-a")]),
            "tiny": study(groups=[group("w", 2, "waiting")], overlaps={"small": "probable"}),
        }
    )
    told = [(short(row.study), short(row.holder), row.where) for row in found["left_out"]]
    assert told == [
        ("small/", "large/", ("Whole review: 12 persons", "Drug A: 5 persons")),
        ("tiny/", "large/", ("Whole review: 2 persons",)),
        ("tiny/", "small/", ("Waiting: 2 persons",)),
    ]


def test_studies_that_count_nobody_are_told_apart() -> None:
    found = page(
        {
            "counted": study(groups=[group("a", 5), group("healthy", 9, has_condition=False)]),
            "retold": study(groups=[group("a", 40)], design=r.Design.SYSTEMATIC_REVIEW),
            "others": study(groups=[group("a", 30)], directness="indirect"),
            "retold-others": study(groups=[group("a", 3)], design=r.Design.NARRATIVE_REVIEW, directness="indirect"),
        }
    )
    assert [short(link) for link in found["retelling"]] == ["retold/"]
    assert [short(link) for link in found["indirect"]] == ["others/", "retold-others/"]
    assert [(short(link), link["group"]) for link in found["healthy"]] == [("counted/", "healthy, 9 persons")]
    assert (found["retracted"], found["left_out"]) == ([], [])


def test_stated_overlaps_stand_once_the_surest_first() -> None:
    """Where two records state one overlap the surer word holds, with both notes if they differ."""
    found = page(
        {
            "a": study(groups=[group("g", 5)], overlaps={"b": "possible", "c": "possible"}),
            "b": study(groups=[group("g", 6)], overlaps={"a": "probable"}),
            "c": study(groups=[group("g", 7)], overlaps={"d": "certain", "nowhere": "certain"}),
            "d": study(groups=[group("g", 8)], directness="indirect"),
        }
    )
    told = [(short(row.one), short(row.other), row.status, row.effect, row.notes) for row in found["stated"]]
    assert told == [
        ("c/", "d/", "certain", "at most one of the two is counted anyway", ("As they say.",)),
        ("a/", "b/", "probable", "only the larger one is counted", ("As they say.",)),
        # The first one is left out for the second, so that no more is true.
        ("a/", "c/", "possible", "neither is left out for it", ("As they say.",)),
    ]


def test_persons_told_of_twice_lead_to_the_record_that_counts_them() -> None:
    found = page(
        {
            "one": study(persons=[r.Person(id="p")]),
            "two": study(persons=[r.Person(id="q", same_person_as="one/p", label="Case 2"), r.Person(id="alone")]),
        }
    )
    (told,) = found["same_persons"]
    assert (short(told.one), short(told.other)) == ("two/#q", "one/#p")
    assert told.one["name"].endswith(", Case 2")


def test_what_was_judged_to_be_different_says_why() -> None:
    """Of studies and of persons; what names somebody who is not there is left to the check."""
    reasons = {"one/p": "Ten years older.", "one/nobody": "x", "nowhere/p": "y"}
    two = study(persons=[r.Person(id="q", distinct_because=reasons)]).model_copy(
        update={
            "distinct_from": (
                r.Distinct(study="one", because="Another hospital."),
                r.Distinct(study="nowhere", because="z"),
            )
        }
    )
    found = page({"one": study(persons=[r.Person(id="p")]), "two": two})
    assert [(short(told.one), short(told.other), told.text) for told in found["distinct"]] == [
        ("two/", "one/", "Another hospital."),
        ("two/#q", "one/#p", "Ten years older."),
    ]


def test_what_is_undecided_says_whether_an_overlap_is_stated_as_possible() -> None:
    """Whichever of the two records states it, and whatever else it states."""
    woman = r.Person(id="p", age_years=30, exposures=(exposure("drug-a"),))

    def told(one: Mapping[str, str], other: Mapping[str, str]) -> list[bool]:
        studies = {
            "one": study(persons=[woman], overlaps=one),
            "other": study(persons=[woman], overlaps=other),
            "third": study(groups=[group("a", 9)]),
        }
        return [row.is_possible for row in page(studies)["undecided_persons"]]

    third = {"third": "possible"}
    assert told({}, {}) == told(third, {}) == [False]
    assert told({"other": "possible"}, third) == told(third, {"one": "possible"}) == [True]
    assert told({"other": "probable"}, {}) == told({}, {"one": "certain"}) == []


def test_a_treatment_under_which_nobody_counts_is_no_count() -> None:
    """A study gives way in the counts to which it would add somebody."""
    linked = result("density", r.Statistic.PERCENT_CHANGE, 10, unit="%", treatment="waiting")
    of_some = r.Group(id="a", label="a", n=5, exposures=(exposure("drug-a"),), results=(linked,))
    found = page(
        {
            "small": study(groups=[of_some], overlaps={"large": "certain"}),
            "large": study(groups=[group("a", 30, "drug-a", "waiting")]),
        }
    )
    (row,) = found["left_out"]
    assert row.where == ("Whole review: 5 persons", "Drug A: 5 persons")


def test_an_overlap_promises_no_count_of_a_study_that_a_third_one_holds() -> None:
    """Each of the pair may be left out for another reason, in some counts or in all."""
    found = page(
        {
            "large": study(groups=[group("a", 30, "drug-a")]),
            "middle": study(groups=[group("a", 12, "drug-a")], overlaps={"large": "certain", "other": "possible"}),
            "small": study(groups=[group("a", 2, "drug-a")], overlaps={"middle": "probable"}),
            "other": study(groups=[group("a", 8, "drug-a")]),
        }
    )
    told = {(short(row.one), short(row.other)): row.effect for row in found["stated"]}
    assert told == {
        ("large/", "middle/"): "only the larger one is counted",
        ("middle/", "other/"): "neither is left out for it",
        ("middle/", "small/"): "at most the larger one is counted",
    }


def test_points_have_their_sign() -> None:
    found = page({})
    assert ("+2", "each author in common, up to two") in found["person_points"]
    assert ("−2", "each number that differs") in found["person_points"]


@pytest.mark.parametrize("told_by", ["one", "other"])
def test_what_a_record_decides_is_not_asked(told_by: str) -> None:
    """Whichever of the two says it: that they are one, that they are two, or that their studies share nobody."""
    named = {"one": "other", "other": "one"}[told_by]
    woman = r.Person(id="p", age_years=30, exposures=(exposure("drug-a"),))

    def asked(person: Mapping[str, object] | None = None, of_study: Mapping[str, object] | None = None) -> int:
        studies = {"one": study(persons=[woman]), "other": study(persons=[woman])}
        told = study(persons=[woman.model_copy(update=person or {})])
        return len(page({**studies, told_by: told.model_copy(update=of_study or {})})["undecided_persons"])

    assert asked() == 1
    assert asked({"distinct_because": {"nowhere/p": "Another one."}}) == 1
    assert asked({"same_person_as": f"{named}/p"}) == 0
    assert asked({"distinct_because": {f"{named}/p": "Ten years apart."}}) == 0
    assert asked(of_study={"distinct_from": (r.Distinct(study=named, because="Another town."),)}) == 0
    assert asked(of_study={"distinct_from": (r.Distinct(study="nowhere", because="Another town."),)}) == 1


@pytest.mark.parametrize("told_by", ["one", "other"])
def test_what_a_record_decides_of_two_studies_is_not_asked(told_by: str) -> None:
    """An overlap of any degree, or that they share nobody; what is said of a third study decides nothing."""
    named = {"one": "other", "other": "one"}[told_by]
    alike = study(groups=[group("a", 5, "drug-a")]).model_copy(update={"country": "Exampland"})

    def asked(**of_study: object) -> int:
        studies = {"one": alike, "other": alike, "third": study(groups=[group("a", 9, "waiting")])}
        found = page({**studies, told_by: alike.model_copy(update=of_study)})["undecided_studies"]
        return sum({short(row.one), short(row.other)} == {"one/", "other/"} for row in found)

    def overlaps_with(id_: str) -> tuple[r.Overlap, ...]:
        return (r.Overlap.model_validate({"study": id_, "status": "possible", "note": "As they say."}),)

    assert asked() == asked(overlaps=overlaps_with("third")) == 1
    assert asked(distinct_from=(r.Distinct(study="third", because="Another town."),)) == 1
    assert asked(overlaps=overlaps_with(named)) == 0
    assert asked(distinct_from=(r.Distinct(study=named, because="Another town."),)) == 0
