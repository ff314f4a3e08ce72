"""Persons are counted once in the whole review, however many groups, records and studies tell of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from building import ROOT
from hypothesis import given, settings, strategies as st
from reviews import BASE, exposure, linked, review_of, study

from evidence_site import records as r
from evidence_site.review import Review, count_persons


def group(id_: str, n: int, *treatments: str, part_of: str | None = None, has_condition: bool = True) -> r.Group:
    exposures = tuple(exposure(treatment) for treatment in treatments)
    return r.Group(id=id_, label=id_, n=n, exposures=exposures, part_of=part_of, has_condition=has_condition)


def person(id_: str, *treatments: str, group: str | None = None, same_as: str | None = None) -> r.Person:
    exposures = tuple(exposure(treatment) for treatment in treatments)
    return r.Person(id=id_, exposures=exposures, group=group, same_person_as=same_as)


def persons(studies: Mapping[str, r.Study], treatment: str | None = None) -> int:
    review = review_of(studies)
    return review.treatments[treatment].persons if treatment else review.persons


# --- within a study --------------------------------------------------------------------------------------------------


def test_groups_and_persons_beside_each_other_add_up() -> None:
    """Groups and persons who are not inside one another are all counted."""
    assert persons({"a": study(groups=[group("g", 5), group("h", 3)], persons=[person("p1"), person("p2")])}) == 10


def test_a_group_inside_a_group_is_counted_there() -> None:
    """A part of a group adds nothing, at whatever depth."""
    nested = [group("all", 10), group("half", 5, part_of="all"), group("few", 2, part_of="half")]
    assert persons({"a": study(groups=nested)}) == 10


def test_a_person_inside_a_group_is_counted_there() -> None:
    """A person told singly out of a group adds nothing to it."""
    assert persons({"a": study(groups=[group("g", 5)], persons=[person("p1", group="g"), person("p2")])}) == 6


def test_a_person_inside_a_part_of_a_group_is_counted_there() -> None:
    """What holds for one level holds for two."""
    inner = [group("all", 10), group("half", 5, part_of="all")]
    assert persons({"a": study(groups=inner, persons=[person("p1", group="half")])}) == 10


def test_controls_without_the_condition_are_not_counted() -> None:
    """Healthy controls add nothing, but persons with the condition inside a mixed group do."""
    assert persons({"a": study(groups=[group("g", 5), group("healthy", 9, has_condition=False)])}) == 5
    mixed = [group("everybody", 20, has_condition=False), group("ill", 4, part_of="everybody")]
    assert persons({"a": study(groups=mixed)}) == 4


def test_groups_that_hold_each_other_do_not_hang() -> None:
    """Records that are wrong (which the checks say) are counted somehow, and the counting ends."""
    circular = [group("g", 5, part_of="h"), group("h", 5, part_of="g")]
    assert persons({"a": study(groups=circular)}) in (0, 5)


# --- by treatment ----------------------------------------------------------------------------------------------------


def test_only_those_who_had_a_treatment_are_counted_for_it() -> None:
    """Each treatment counts its own persons, and somebody who had two of them counts for both."""
    studies = {
        "a": study(
            groups=[group("g", 5, "drug-a"), group("h", 3, "waiting")], persons=[person("p", "drug-a", "waiting")]
        )
    }
    assert persons(studies, "drug-a") == 6
    assert persons(studies, "waiting") == 4
    assert persons(studies) == 9


def test_a_treated_part_of_an_untreated_group_counts_for_the_treatment() -> None:
    """The group around it did not have the treatment as a whole, so the part is what counts."""
    studies = {"a": study(groups=[group("all", 10), group("some", 4, "drug-a", part_of="all")])}
    assert persons(studies, "drug-a") == 4
    assert persons(studies) == 10


def test_an_exposure_of_a_part_of_a_group_counts_that_part() -> None:
    """``n`` says how many of the group had the treatment; of two exposures to it the larger number is sure."""
    treated = r.Group(
        id="g", label="g", n=10, exposures=(exposure("drug-a", 3), exposure("drug-a", 4), exposure("waiting"))
    )
    studies = {"a": study(groups=[treated])}
    assert persons(studies, "drug-a") == 4
    assert persons(studies, "waiting") == 10
    assert persons(studies) == 10


# --- which studies count ---------------------------------------------------------------------------------------------


def test_members_who_had_a_treatment_count_for_it_though_the_group_names_fewer() -> None:
    """Of two agents of a class it is said how many had each: the members described singly say how many had any."""
    whole = group("all", 9).model_copy(update={"exposures": (exposure("drug-a", 2), exposure("drug-a", 1))})
    members = [person(f"p{number}", "drug-a", group="all") for number in range(3)]
    untreated = person("q", "waiting", group="all")
    review = review_of({"a": study(groups=[whole], persons=[*members, untreated])})
    assert (review.persons, review.treatments["drug-a"].persons) == (9, 3)


@pytest.mark.parametrize("design", sorted(r.SYNTHESES))
def test_studies_that_retell_others_are_not_counted(design: r.Design) -> None:
    """Reviews and guidelines add no persons, studies or reports."""
    review = review_of({"a": study(groups=[group("g", 5, "drug-a")], design=design)})
    assert (review.persons, len(review.counted_studies), review.reports) == (0, 0, 0)
    node = review.treatments["drug-a"]
    assert (node.persons, len(node.counted_studies), node.reports) == (0, 0, 0)
    assert len(node.studies) == 1, "it is still shown"


def test_studies_of_another_population_are_not_counted() -> None:
    """Indirect evidence adds no persons, studies or reports."""
    review = review_of({"a": study(groups=[group("g", 5, "drug-a")], directness="indirect")})
    assert (review.persons, len(review.counted_studies), review.reports) == (0, 0, 0)
    assert review.treatments["drug-a"].persons == 0


def test_a_person_whom_a_group_counts_is_not_counted_by_another_record() -> None:
    """A group holds all its persons, so the other record gives way, whichever of the two names the other."""
    for in_group, alone in (("b/p1", None), (None, "a/p1")):
        studies = {
            "a": study(groups=[group("g", 5, "drug-a")], persons=[person("p1", "drug-a", group="g", same_as=in_group)]),
            "b": study(persons=[person("p1", "drug-a", same_as=alone)]),
        }
        assert persons(studies) == persons(studies, "drug-a") == 5


def test_healthy_persons_around_count_nobody() -> None:
    """A group of people without the condition counts nobody, so it takes nobody from another record either."""
    studies = {
        "a": study(
            groups=[group("g", 5, has_condition=False)], persons=[person("p1", group="g", same_as="b/p1"), person("q")]
        ),
        "b": study(persons=[person("p1")]),
    }
    assert persons(studies) == 2


def test_the_small_review_counts() -> None:
    """Persons, studies and reports of a review read from files, with all the above in it."""
    review = linked(BASE)
    assert (review.persons, len(review.counted_studies), review.reports) == (13, 2, 2)
    drug, waiting = review.treatments["drug-a"], review.treatments["waiting"]
    assert (drug.persons, len(drug.counted_studies), drug.reports, len(drug.studies)) == (8, 1, 1, 3)
    assert (waiting.persons, len(waiting.counted_studies), waiting.reports, len(waiting.studies)) == (5, 2, 2, 2)


def test_a_report_of_two_studies_is_one_report() -> None:
    """Reports are counted by what was published, not by how often a record names it."""
    review = review_of({"a": study(persons=[person("p")]), "b": study(persons=[person("p")])})
    assert (len(review.counted_studies), review.reports) == (2, 1)


# --- the same person in several records ------------------------------------------------------------------------------


def test_a_person_told_twice_is_counted_once() -> None:
    """A record that names another one of the same person adds nothing, whatever the names of the studies are."""
    one = study(persons=[person("p1", "drug-a")])
    for first, second in (("a", "b"), ("b", "a")):
        studies = {first: one, second: study(persons=[person("p9", "drug-a", same_as=f"{first}/p1")])}
        assert persons(studies) == 1
        assert persons(studies, "drug-a") == 1


def test_a_chain_of_records_is_one_person() -> None:
    """Three records that name each other in a row are one person."""
    studies = {
        "a": study(persons=[person("p")]),
        "b": study(persons=[person("p", same_as="a/p")]),
        "c": study(persons=[person("p", same_as="b/p"), person("q")]),
    }
    assert persons(studies) == 2


def test_a_person_told_within_a_group_elsewhere_is_counted_there() -> None:
    """The group counts her, so that the record that names her person adds nothing."""
    studies = {
        "a": study(groups=[group("g", 5, "drug-a")], persons=[person("p", group="g")]),
        "b": study(persons=[person("p", "drug-a", same_as="a/p")]),
    }
    assert persons(studies) == 5
    assert persons(studies, "drug-a") == 5


def test_a_person_told_elsewhere_only_by_a_review_is_counted() -> None:
    """If the other record is in a study whose persons are not counted, she is counted here, once."""
    studies = {
        "a": study(persons=[person("p")], design=r.Design.NARRATIVE_REVIEW),
        "b": study(persons=[person("p", same_as="a/p")]),
        "c": study(persons=[person("p", same_as="a/p")]),
    }
    assert persons(studies) == 1


def test_a_treatment_told_only_by_the_second_record_counts() -> None:
    """Whoever had a treatment according to any record of her is counted for it, once."""
    studies = {
        "a": study(persons=[person("p")]),
        "b": study(persons=[person("p", "drug-a", same_as="a/p")]),
        "c": study(persons=[person("p", "drug-a", same_as="a/p")]),
    }
    assert persons(studies, "drug-a") == 1
    assert persons(studies) == 1


def test_a_person_who_names_nobody_is_counted() -> None:
    """Names that lead nowhere or in a circle (which the checks report) lose no person, and the counting ends."""
    assert persons({"a": study(persons=[person("p", same_as="x/p")])}) == 1
    circle = {"a": study(persons=[person("p", same_as="b/p")]), "b": study(persons=[person("p", same_as="a/p")])}
    assert 1 <= persons(circle) <= 2


# --- studies that overlap --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["certain", "probable"])
def test_the_larger_of_two_overlapping_studies_counts(status: str) -> None:
    """Of studies that likely hold the same persons only the larger is counted, whichever of them says so."""
    for teller in ("big", "small"):
        told = {"big": {"small": status}, "small": {"big": status}}
        studies = {
            "big": study(groups=[group("g", 8, "drug-a")], overlaps=told["big"] if teller == "big" else None),
            "small": study(groups=[group("g", 5, "drug-a")], overlaps=told["small"] if teller == "small" else None),
        }
        review = review_of(studies)
        assert review.persons == 8
        assert {id_: holder.id for id_, holder in review.left_out.items()} == {"small": "big"}
        assert review.treatments["drug-a"].persons == 8


def test_a_possible_overlap_is_shown_and_not_left_out() -> None:
    """What is only possible changes no count."""
    review = review_of(
        {"a": study(groups=[group("g", 8)], overlaps={"b": "possible"}), "b": study(groups=[group("g", 5)])}
    )
    assert review.persons == 13
    assert not review.left_out


def test_of_equals_the_first_by_id_counts() -> None:
    """Two studies of the same size are told apart by their names, the same way in every run."""
    review = review_of(
        {"b": study(groups=[group("g", 5)], overlaps={"a": "certain"}), "a": study(groups=[group("g", 5)])}
    )
    assert list(review.left_out) == ["b"]


def test_a_treatment_counts_the_study_with_more_persons_who_had_it() -> None:
    """Which of two overlapping studies counts is decided anew for each treatment."""
    studies = {
        "big": study(groups=[group("g", 8), group("h", 2, "drug-a")], overlaps={"small": "certain"}),
        "small": study(groups=[group("g", 5, "drug-a")]),
    }
    assert persons(studies) == 10
    assert persons(studies, "drug-a") == 5


def test_a_study_left_out_for_one_that_is_itself_left_out() -> None:
    """In a chain of ever larger studies only the largest counts, and is named as the holder of all."""
    review = review_of(
        {
            "s": study(groups=[group("g", 10)], overlaps={"m": "certain"}),
            "m": study(groups=[group("g", 20)], overlaps={"l": "probable"}),
            "l": study(groups=[group("g", 30)]),
        }
    )
    assert review.persons == 30
    assert {id_: holder.id for id_, holder in review.left_out.items()} == {"s": "l", "m": "l"}


def test_two_larger_studies_that_share_a_smaller_one_both_count() -> None:
    """Nobody says that the two large ones overlap, so only the small one between them is left out."""
    review = review_of(
        {
            "a": study(groups=[group("g", 20)]),
            "b": study(groups=[group("g", 5)], overlaps={"a": "certain", "c": "certain"}),
            "c": study(groups=[group("g", 15)]),
        }
    )
    assert review.persons == 35
    assert {id_: holder.id for id_, holder in review.left_out.items()} == {"b": "a"}


def test_a_review_that_retells_studies_is_no_report_of_theirs() -> None:
    """Thirteen trials, each with a report of its own, and one data set that all of their numbers are from."""
    review = linked(ROOT / "examples" / "bcg-tuberculosis")
    assert review.reports == len(review.studies) == 13
    assert {treatment.reports for treatment in review.treatments.values()} == {13}


def test_an_overlap_with_an_uncounted_study_leaves_nobody_out() -> None:
    """A review that retells a study does not take the place of it."""
    review = review_of(
        {
            "a": study(groups=[group("g", 5)], overlaps={"b": "certain"}),
            "b": study(groups=[group("g", 50)], design=r.Design.SYSTEMATIC_REVIEW),
        }
    )
    assert review.persons == 5


def test_a_person_known_to_be_in_both_of_two_overlapping_studies_is_not_lost() -> None:
    """Naming her and naming the overlap both is right, and does not count her zero times."""
    small_first = {
        "a": study(persons=[person("p")], overlaps={"b": "certain"}),
        "b": study(persons=[person("p", same_as="a/p"), person("q")]),
    }
    assert persons(small_first) == 2
    large_first = {
        "a": study(persons=[person("p"), person("q")], overlaps={"b": "certain"}),
        "b": study(persons=[person("p", same_as="a/p")]),
    }
    assert persons(large_first) == 2


# --- whatever the records are ----------------------------------------------------------------------------------------

TREATMENTS = ("drug-a", "waiting")
some_treatments = st.sets(st.sampled_from(TREATMENTS)).map(sorted)


@st.composite
def some_studies(draw: st.DrawFn) -> dict[str, r.Study]:
    """Up to five studies with nested groups, persons and overlaps."""
    names = draw(st.lists(st.sampled_from("abcde"), unique=True, min_size=1))
    found = {}
    for name in names:
        groups: list[r.Group] = []
        for number in range(draw(st.integers(0, 3))):
            around = draw(st.sampled_from([None, *(g.id for g in groups)]))
            n = draw(st.integers(1, 9))
            treatments = draw(some_treatments)
            groups.append(
                group(f"g{number}", n, *treatments, part_of=around, has_condition=draw(st.integers(0, 4)) > 0)
            )
        singles = [
            person(f"p{number}", *draw(some_treatments), group=draw(st.sampled_from([None, *(g.id for g in groups)])))
            for number in range(draw(st.integers(0, 3)))
        ]
        found[name] = study(
            groups=groups,
            persons=singles,
            design=draw(st.sampled_from([r.Design.CASE_SERIES, r.Design.CASE_REPORT, r.Design.SYSTEMATIC_REVIEW])),
            directness=draw(st.sampled_from(["direct", "direct", "direct", "indirect"])),
            overlaps=draw(
                st.dictionaries(
                    st.sampled_from(names), st.sampled_from(["certain", "probable", "possible"]), max_size=2
                )
            ),
        )
    return found


def counts(review: Review) -> tuple[int, ...]:
    return review.persons, *(review.treatments[name].persons for name in TREATMENTS)


@given(some_studies())
@settings(deadline=None)
def test_a_treatment_has_at_most_the_persons_of_its_studies(studies: dict[str, r.Study]) -> None:
    """No count is negative or larger than what the groups and persons of the counted studies add up to."""
    review = review_of(studies)
    for treatment in (None, *TREATMENTS):
        counted = review.treatments[treatment].counted_studies if treatment else review.counted_studies
        most = sum(arm.n for node in counted for arm in node.arms if arm.has_condition)
        assert 0 <= (review.treatments[treatment].persons if treatment else review.persons) <= most


@given(some_studies(), st.data())
@settings(deadline=None)
def test_a_second_record_of_a_person_changes_no_count(studies: dict[str, r.Study], data: st.DataObject) -> None:
    """A study that only retells one person of another study raises no count and lowers none."""
    singles = [
        (name, arm)
        for name, node in review_of(studies).studies.items()
        if node.is_primary
        for arm in node.arms
        if isinstance(arm.record, r.Person)
    ]
    if not singles:
        return
    name, arm = data.draw(st.sampled_from(singles))
    copy = person("copy", *arm.treatments, same_as=f"{name}/{arm.id}")
    again = data.draw(st.sampled_from(["0-first", "z-last"]))
    assert counts(review_of({**studies, again: study(persons=[copy])})) == counts(review_of(studies))


@given(some_studies(), st.data())
@settings(deadline=None)
def test_a_study_held_by_a_larger_one_changes_no_count(studies: dict[str, r.Study], data: st.DataObject) -> None:
    """A report on some persons of a counted study, said to overlap with it, raises no count."""
    before = review_of(studies)
    whole = data.draw(st.sampled_from(sorted(studies)))
    node = before.studies[whole]
    size = count_persons(node)
    if not node.is_primary or size == 0:
        return
    part = study(groups=[group("g", data.draw(st.integers(1, size)))], overlaps={whole: "certain"})
    assert review_of({**studies, "z-part": part}).persons == before.persons


@given(some_studies())
@settings(deadline=None)
def test_the_order_of_records_changes_no_count(studies: dict[str, r.Study]) -> None:
    """The same records read in another order give the same counts and leave the same studies out."""
    one, other = review_of(studies), review_of(dict(reversed(studies.items())))
    assert counts(one) == counts(other)
    assert {k: v.id for k, v in one.left_out.items()} == {k: v.id for k, v in other.left_out.items()}


@given(some_studies())
@settings(deadline=None)
def test_the_counts_of_the_studies_add_up(studies: dict[str, r.Study]) -> None:
    """What the table of studies shows, less what is left out, is what the review says."""
    review = review_of(studies)
    shown = sum(count_persons(node) for node in review.counted_studies if node.id not in review.left_out)
    assert shown == review.persons
