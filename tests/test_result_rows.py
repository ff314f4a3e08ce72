"""Results in words, as the tables of treatments and outcomes show them: of how many persons, and what these had."""

from __future__ import annotations

import pytest
from reviews import exposure, result, review_of, study

from evidence_site import records as r, views


def rows(arm: r.Group | r.Person, treatment: str = "drug-a") -> views.ArmRows:
    """The only row of the outcome's table for a treatment."""
    groups, persons = ([arm], []) if isinstance(arm, r.Group) else ([], [arm])
    review = review_of({"a": study(groups=groups, persons=persons)})
    (row,) = next(f for f in views.treatment_results(review, review.treatments[treatment]) if f.direct).direct
    return row


def gain(**more: object) -> r.Result:
    return result("density", r.Statistic.PERCENT_CHANGE, 10, unit="%", **more)  # type: ignore[arg-type]


def test_a_result_of_some_of_a_group_is_not_one_of_the_whole() -> None:
    """The source says what those on a drug gained, not how many of the 52 they were."""
    row = rows(r.Group(id="g", label="All", n=52, results=(gain(treatment="drug-a"),)))
    assert row.persons == "some of 52 persons"
    assert row.treatments == "Drug A (some of the group)"
    assert [line.persons for line in row.results] == ["number of persons measured not stated"]


def test_other_treatments_of_the_group_stand_beside_that_of_some() -> None:
    group = r.Group(
        id="g", label="All", n=52, exposures=(exposure("waiting"),), results=(gain(treatment="drug-a", n=7),)
    )
    row = rows(group)
    assert (row.persons, row.treatments) == ("some of 52 persons", "Waiting, Drug A (some of the group)")
    assert [line.persons for line in row.results] == ["7 persons"]


@pytest.mark.parametrize(
    ("told", "line"),
    [(gain(), ""), (gain(treatment="drug-a"), ""), (gain(n=7), "7 persons"), (gain(n=52), "")],
)
def test_a_result_of_a_group_with_the_treatment_is_told_of_the_group(told: r.Result, line: str) -> None:
    row = rows(r.Group(id="g", label="All", n=52, exposures=(exposure("drug-a"),), results=(told,)))
    assert (row.persons, row.treatments) == ("52 persons", "Drug A")
    assert [result.persons for result in row.results] == [line]


@pytest.mark.parametrize(("had", "linked"), [(("drug-a", "waiting"), ["drug A", "waiting"]), (("drug-a",), [""])])
def test_results_of_who_crossed_over_say_of_which_treatment_they_are(had: tuple[str, ...], linked: list[str]) -> None:
    """Two numbers for one outcome of the same persons would else tell nobody which is which."""
    told = tuple(gain(treatment=treatment) for treatment in had)
    group = r.Group(id="g", label="All", n=24, exposures=tuple(map(exposure, had)), results=told)
    review = review_of({"a": study(groups=[group])})
    assert [row.linked for row in views.arms(review, review.studies["a"])[0].results] == linked


def test_an_outcome_told_of_by_a_difference_alone_has_its_place() -> None:
    """Of time to an event most sources give nothing but a hazard ratio; it belongs to both treatments."""
    groups = [r.Group(id=id_, label=id_, n=9, exposures=(exposure(id_),)) for id_ in ("drug-a", "waiting")]
    hazard = {
        "outcome": "pain",
        "group": "drug-a",
        "against": "waiting",
        "measure": "hazard ratio",
        "where": "abstract",
    }
    compared = r.Comparison.model_validate({**hazard, "value": 0.62, "ci95": (0.41, 1.0), "p": "0.05"})
    review = review_of({"a": study(groups=groups).model_copy(update={"comparisons": (compared,)})})
    for treatment in ("drug-a", "waiting"):
        (found,) = (
            f for f in views.treatment_results(review, review.treatments[treatment]) if f.address == "outcomes/pain/"
        )
        assert [(row.measure, row.value) for row in found.comparisons] == [
            ("hazard ratio", "0.62; 95% CI 0.41 to 1.00; P = 0.05")
        ]
    shown = views.outcome_results(review, review.outcomes["pain"])
    assert [len(found.comparisons) for found in shown] == [1, 1]


def test_a_difference_stands_with_the_treatments_of_both_groups_and_no_other() -> None:
    """A third group of the study waited; it is in no comparison."""
    groups = [
        r.Group(id="g", label="g", n=9, exposures=(exposure("drug-a"),)),
        r.Group(id="h", label="h", n=9),
        r.Group(id="w", label="w", n=9, exposures=(exposure("waiting"),), results=(gain(),)),
    ]
    fields = {"outcome": "density", "group": "g", "against": "h", "measure": "difference", "where": "abstract"}
    compared = r.Comparison.model_validate({**fields, "value": -1.5, "unit": "%"})
    review = review_of({"a": study(groups=groups).model_copy(update={"comparisons": (compared,)})})
    found = {
        id_: [row.value for f in views.treatment_results(review, node) for row in f.comparisons]
        for id_, node in review.treatments.items()
    }
    assert found == {"drug-a": ["−1.5%"], "waiting": []}
    (row,) = views.comparisons(review, review.studies["a"])
    assert (row.group, row.against, row.outcome, row.measure) == ("g", "h", "Bone density", "difference")
    shown = {
        f.name: [row.value for row in f.comparisons] for f in views.outcome_results(review, review.outcomes["density"])
    }
    assert shown == {"Drug A": ["−1.5%"], "Waiting": []}
    assert [row for f in views.outcome_results(review, review.outcomes["pain"]) for row in f.comparisons] == []


@pytest.mark.parametrize(
    ("start", "words"), [("randomised", "high: randomised trials"), ("observational", "low: no randomised trials")]
)
def test_where_a_rating_starts_is_said(start: str, words: str) -> None:
    review = review_of({})
    (node, *_) = review.treatments["drug-a"].certainty
    node.record = node.record.model_copy(update={"start": start})
    assert views.certainty(review, node).start == words


def test_results_of_an_arm_stand_by_outcome_site_and_time() -> None:
    """In the order of the outcomes; what is counted from the end of treatment behind it, and what has no time last."""
    told = (
        result("pain", r.Statistic.VALUE, 1, months=3),
        gain(months=24),
        gain(),
        gain(months=6, after="end-of-treatment"),
        gain(months=-1),
        gain(months=3).model_copy(update={"site": "left hip"}),
        gain(months=12),
    )
    group = r.Group(id="g", label="All", n=5, exposures=(exposure("drug-a"),), results=told)
    review = review_of({"a": study(groups=[group])})
    order = [
        ("Bone density", "", "1 month before first dose"),
        ("Bone density", "", "12 months after first dose"),
        ("Bone density", "", "24 months after first dose"),
        ("Bone density", "", "time not reported"),
        ("Bone density", "", "6 months after end of treatment"),
        ("Bone density", "left hip", "3 months after first dose"),
        ("Pain", "", "3 months after first dose"),
    ]
    (arm,) = views.arms(review, review.studies["a"])
    assert [(row.outcome, row.site, row.time) for row in arm.results] == order
    table = [f.direct for f in views.treatment_results(review, review.treatments["drug-a"]) if f.direct]
    assert [(row.outcome, row.site, row.time) for (only,) in table for row in only.results] == order


def test_whom_the_review_does_not_count_stands_apart_and_in_order() -> None:
    """Other populations and healthy controls behind reviews of studies; none of these was retracted."""

    def of(id_: str, *, healthy: bool = False, **more: object) -> r.Study:
        group = r.Group(
            id=id_, label=id_, n=5, exposures=(exposure("drug-a"),), results=(gain(),), has_condition=not healthy
        )
        return study(groups=[group], **more)  # type: ignore[arg-type]

    review = review_of(
        {
            "a": of("others", directness="indirect"),
            "b": of("healthy", healthy=True),
            "c": of("retold", design=r.Design.SYSTEMATIC_REVIEW),
            "d": of("direct"),
        }
    )
    for found in (
        views.treatment_results(review, review.treatments["drug-a"]),
        views.outcome_results(review, review.outcomes["density"]),
    ):
        (shown,) = (f for f in found if f.direct)
        assert [row.arm for row in shown.direct] == ["direct"]
        assert [row.arm for row in shown.other] == ["retold", "others", "healthy"]
        assert not shown.has_retracted


def test_what_belongs_to_no_treatment_comes_last_under_its_outcome() -> None:
    arms = [
        r.Group(id="g", label="g", n=5, results=(gain(),)),
        r.Group(id="h", label="h", n=5, exposures=(exposure("drug-a"), exposure("waiting")), results=(gain(),)),
    ]
    review = review_of({"a": study(groups=arms)})
    found = views.outcome_results(review, review.outcomes["density"])
    assert [(f.name, [row.arm for row in f.direct]) for f in found if f.direct] == [
        ("Waiting", ["h"]),
        ("Drug A", ["h"]),
        ("No treatment recorded", ["g"]),
    ]


def test_a_single_person_needs_no_number() -> None:
    row = rows(r.Person(id="p1", results=(gain(treatment="drug-a"),)))
    assert (row.persons, row.treatments, row.results[0].persons) == ("", "Drug A", "")


def test_a_person_who_is_counted_elsewhere_says_where() -> None:
    """Whichever record names the other: a group that holds her counts her, and a record that counts nobody does not."""

    def relations(one: r.Study, other: r.Study) -> list[str]:
        review = review_of({"one": one, "other": other})
        return [arm.relation for id_ in ("one", "other") for arm in views.arms(review, review.studies[id_])]

    group = r.Group(id="g", label="All", n=5)
    alone, again = r.Person(id="p"), r.Person(id="p", same_person_as="one/p")
    inside = r.Person(id="p", group="g", same_person_as="other/p")
    said = "The same person as one/p, so not counted again."
    assert relations(study(persons=[alone]), study(persons=[again])) == ["", said]
    assert relations(study(groups=[group], persons=[inside]), study(persons=[alone])) == [
        "",
        "Counted within “All”.",
        said,
    ]
    retold = study(persons=[alone], design=r.Design.NARRATIVE_REVIEW)
    assert relations(retold, study(persons=[again])) == ["", ""]


def difference(group: str, against: str) -> r.Comparison:
    fields = {"outcome": "density", "measure": "difference", "value": 3, "where": "abstract"}
    return r.Comparison.model_validate({**fields, "group": group, "against": against})


def test_a_difference_from_healthy_persons_is_none_between_treatments() -> None:
    """It stands with its study; among what is told of persons with the condition it would be taken for an effect."""
    groups = [
        r.Group(id="g", label="g", n=9, exposures=(exposure("drug-a"),), results=(gain(),)),
        r.Group(id="healthy", label="healthy", n=9, has_condition=False),
        r.Group(id="given", label="given", n=9, has_condition=False, exposures=(exposure("drug-a"),)),
    ]
    for pair in (("g", "healthy"), ("healthy", "g"), ("given", "healthy")):
        told = {"comparisons": (difference(*pair),)}
        review = review_of({"a": study(groups=groups).model_copy(update=told)})
        of_treatment = views.treatment_results(review, review.treatments["drug-a"])
        of_outcome = views.outcome_results(review, review.outcomes["density"])
        assert [row for found in (*of_treatment, *of_outcome) for row in found.comparisons] == []
        assert len(views.comparisons(review, review.studies["a"])) == 1


def test_a_difference_between_untreated_groups_stands_under_its_outcome() -> None:
    """As their results do: last, with no treatment."""
    groups = [r.Group(id=id_, label=id_, n=9) for id_ in ("early", "late")]
    review = review_of({"a": study(groups=groups).model_copy(update={"comparisons": (difference("early", "late"),)})})
    found = views.outcome_results(review, review.outcomes["density"])[-1]
    assert found.name == "No treatment recorded"
    assert [(row.group, row.against) for row in found.comparisons] == [("early", "late")]


def test_whoever_stands_in_a_group_is_said_to_be_counted_there_only_if_she_is() -> None:
    """Some of those examined had the condition: they are counted for themselves, the others and all of them are not."""
    examined = r.Group(id="all", label="All examined", n=50, has_condition=False)
    groups = [
        examined,
        r.Group(id="ill", label="With it", n=5, part_of="all"),
        r.Group(id="well", label="Without it", n=45, part_of="all", has_condition=False),
    ]
    persons = [r.Person(id="p", group="ill"), r.Person(id="q", group="all")]
    alone = r.Person(id="r")
    healthy = "Without the condition, so not counted among the persons of this review."

    def relations(told: r.Study) -> dict[str, str]:
        review = review_of({"a": told})
        return {arm.id: arm.relation for arm in views.arms(review, review.studies["a"])}

    assert relations(study(groups=groups, persons=[*persons, alone])) == {
        "all": healthy,
        "ill": "Part of “All examined”.",
        "well": f"Part of “All examined”. {healthy}",
        "p": "Counted within “With it”.",
        "q": "Part of “All examined”.",
        "r": "",
    }
    inside = r.Group(id="in", label="In", n=2, part_of="well", has_condition=True)
    around = r.Group(id="well", label="Without it", n=45, part_of="ill", has_condition=False)
    assert relations(study(groups=[r.Group(id="ill", label="With it", n=50), around, inside])) == {
        "ill": "",
        "well": f"Part of “With it”. {healthy}",
        "in": "Counted within “With it”.",
    }
    of_others = study(groups=[r.Group(id="g", label="All", n=5)], persons=[r.Person(id="p", group="g")])
    assert relations(of_others.model_copy(update={"directness": "indirect"})) == {
        "g": healthy,
        "p": f"Part of “All”. {healthy}",
    }
    assert relations(of_others.model_copy(update={"design": r.Design.SYSTEMATIC_REVIEW})) == {
        "g": "",
        "p": "Part of “All”.",
    }


def test_results_and_differences_of_a_retracted_study_are_not_among_those_that_count() -> None:
    """Its results stand apart and are named as that; its differences, and those that a review retells, with it alone."""
    groups = [
        r.Group(id="g", label="g", n=9, exposures=(exposure("drug-a"),), results=(gain(),)),
        r.Group(id="h", label="h", n=9, exposures=(exposure("drug-a"),)),
    ]
    told = {"comparisons": (difference("g", "h"),)}
    retold = study(groups=groups, design=r.Design.SYSTEMATIC_REVIEW).model_copy(update=told)
    review = review_of({"retracted": study(groups=groups).model_copy(update=told), "retold": retold})
    review.studies["retracted"].retracted = frozenset({"alpha2020"})
    for found in (
        views.treatment_results(review, review.treatments["drug-a"]),
        views.outcome_results(review, review.outcomes["density"]),
    ):
        (shown,) = (f for f in found if f.other)
        assert (shown.direct, shown.comparisons, shown.has_retracted) == ((), (), True)
        assert [row.study.id for row in shown.other] == ["retold", "retracted"]
    assert len(views.comparisons(review, review.studies["retracted"])) == 1


def test_each_arm_has_its_own_results() -> None:
    persons = [r.Person(id=id_, results=(gain(months=months),)) for id_, months in (("p", 3), ("q", 6))]
    review = review_of({"a": study(persons=persons)})
    (p, q) = views.arms(review, review.studies["a"])
    assert [row.time for row in p.results] == ["3 months after first dose"]
    assert [row.time for row in q.results] == ["6 months after first dose"]
    (untreated,) = views.outcome_results(review, review.outcomes["density"])[-1:]
    assert [row.treatments for row in untreated.direct] == ["none recorded", "none recorded"]
