"""Who was studied under a treatment: what is told of all counted persons, and of how many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from building import ROOT
from reviews import exposure, linked, review_of, study

from evidence_site import records as r
from evidence_site.participants import Participants, Row, participants
from evidence_site.review import TreatmentNode

DRUG_A = (exposure("drug-a"),)


def person(id_: str, **fields: Any) -> r.Person:
    return r.Person(id=id_, **{"exposures": DRUG_A, **fields})


def group(n: int, id_: str = "all", **fields: Any) -> r.Group:
    return r.Group(id=id_, label=id_, n=n, **{"exposures": DRUG_A, **fields})


def told(studies: Mapping[str, r.Study]) -> Participants:
    review = review_of(studies)
    return participants(review, review.treatments["drug-a"])


def row(name: str, *, persons: tuple[r.Person, ...] = (), groups: tuple[r.Group, ...] = ()) -> Row | None:
    """A row of what is told of one study; None if it is told of nobody."""
    found = told({"s": study(persons=persons, groups=groups)})
    assert sum(known.name == name for known in found.rows) + (name in found.untold) == 1
    return next((known for known in found.rows if known.name == name), None)


def test_ages_of_persons_and_groups_stand_apart() -> None:
    """Persons described singly give a range and a median; a group gives its mean."""
    persons = tuple(person(f"p{age}", age_years=age) for age in (24, 39, 30))
    groups = (group(12, age_years=r.Summary(mean=31, sd=5)), group(4, "silent"))
    assert row("Age", persons=persons, groups=groups) == Row(
        "Age",
        ("3 persons described singly: 24 to 39 years, median 30", "a group of 12: mean 31 years (SD 5)"),
        15,
        4,
    )


def test_many_groups_share_a_line() -> None:
    groups = tuple(group(10 + mean, f"g{mean}", age_years=r.Summary(mean=mean)) for mean in (28, 33, 30, 31))
    found = row("Age", groups=groups)
    assert found and found.found == ("4 groups, 162 persons: means 28 to 33 years",)


def test_two_have_no_median_and_equals_no_range() -> None:
    two = row("Age", persons=(person("a", age_years=30), person("b", age_years=34)))
    assert two and two.found == ("2 persons described singly: 30 to 34 years",)
    same = row("Age", persons=(person("a", age_years=30), person("b", age_years=30)))
    assert same and same.found == ("2 persons described singly: 30 years",)


def test_what_is_missing_is_told_of_nobody() -> None:
    assert row("Age", persons=(person("a"), person("b", age_years=r.Missing.UNCLEAR))) is None


def test_a_group_of_whom_some_had_it_tells_nothing_of_them() -> None:
    """The age of twenty is not the age of the eight who were treated; one of them described singly tells of herself."""
    whole = group(20, age_years=r.Summary(mean=31), exposures=(exposure("drug-a", 8),))
    assert row("Age", groups=(whole,)) is None
    untreated = r.Person(id="q", age_years=40, group="all")
    found = row("Age", groups=(whole,), persons=(person("p", age_years=29, group="all"), untreated))
    assert found == Row("Age", ("one person: 29 years",), 1, 7)


def test_members_speak_where_their_group_is_silent() -> None:
    """All of the group had it, so they did; where the group itself says something they are not heard again."""
    member = r.Person(id="p", age_years=29, group="all")
    silent = row("Age", groups=(group(5),), persons=(member,))
    assert silent == Row("Age", ("one person: 29 years",), 1, 4)
    speaking = row("Age", groups=(group(5, age_years=r.Summary(mean=31)),), persons=(member,))
    assert speaking == Row("Age", ("a group of 5: mean 31 years",), 5, 0)


def test_a_mean_of_fewer_rests_on_fewer() -> None:
    found = row("Age", groups=(group(12, age_years=r.Summary(mean=31, n=9)),))
    assert found and (found.persons, found.unknown) == (9, 3)


def test_onset_by_time_and_in_words() -> None:
    """Before and after each anchor, then the words of those who give no time."""

    def onset(text: str, months: float | None = None) -> r.Onset:
        return r.Onset(text=text, time=None if months is None else r.Time(months=months, after="delivery"))

    persons = (
        person("a", onset=onset("two weeks after", 0.5)),
        person("b", onset=onset("three months after", 3)),
        person("c", onset=onset("a month before", -1)),
        person("d", onset=onset("in Pregnancy")),
    )
    found = row("Onset", persons=persons, groups=(group(7, onset=onset("in pregnancy")),))
    assert found == Row(
        "Onset",
        ("2 persons: 0.5 to 3 months after delivery", "one person: 1 month before delivery", "in pregnancy (8)"),
        11,
        0,
    )


def test_yes_and_no_are_counted() -> None:
    persons = tuple(
        person(f"p{i}", characteristics={"breastfeeding": said}) for i, said in enumerate((True, True, False))
    )
    found = row("Breastfeeding", persons=persons, groups=(group(5),))
    assert found == Row("Breastfeeding", ("yes (2) · no (1)",), 3, 5)


def test_other_treatments_are_those_of_the_same_persons() -> None:
    """Of a group all of whom had the one, those who had the other; of two parts of a group nobody knows who had both."""
    both = group(12, exposures=(*DRUG_A, exposure("waiting", 5)))
    found = row("Other treatments before, with or after it", groups=(both,), persons=(person("p"),))
    assert found and (found.persons, found.unknown) == (5, 8)
    assert found.found[0].endswith(" (5)")
    parts = group(12, exposures=(exposure("drug-a", 6), exposure("waiting", 5)))
    assert row("Other treatments before, with or after it", groups=(parts,)) is None


def test_members_who_had_another_treatment_add_up() -> None:
    """Where the group itself tells of none."""
    members = tuple(r.Person(id=id_, group="all", exposures=(exposure("waiting"),)) for id_ in ("p", "q"))
    found = row("Other treatments before, with or after it", groups=(group(4),), persons=members)
    assert found and (found.persons, found.unknown) == (2, 2)


def test_a_duration_of_several_courses_is_not_guessed() -> None:
    once = r.Exposure(treatment="drug-a", duration_months=12, where="abstract")
    one = row("Duration of it", persons=(person("p", exposures=(once,)), person("q", exposures=(once, once))))
    assert one == Row("Duration of it", ("one person: 12 months",), 1, 1)


def test_one_month_is_no_months() -> None:
    once = r.Exposure(treatment="drug-a", duration_months=1, where="abstract")
    assert row("Duration of it", persons=(person("p", exposures=(once,)),)) == Row(
        "Duration of it", ("one person: 1 month",), 1, 0
    )
    found = row("Duration of it", groups=(group(24, exposures=(once,)),))
    assert found and found.found == ("a group of 24: 1 month",)


def course(treatment: str, agent: str, months: float) -> r.Exposure:
    return r.Exposure(treatment=treatment, agent=agent, duration_months=months, where="abstract")


def test_agents_and_durations_are_those_of_the_treatment() -> None:
    """What else a person had, and for how long, is told elsewhere."""
    both = (course("waiting", "rest", 3), course("drug-a", "examplumab", 12))
    assert row("What they had", persons=(person("p", exposures=both),)) == Row(
        "What they had", ("examplumab (1)",), 1, 0
    )
    assert row("Duration of it", persons=(person("p", exposures=both),)) == Row(
        "Duration of it", ("one person: 12 months",), 1, 0
    )


def test_an_agent_that_some_of_a_group_had_counts_these_alone() -> None:
    """All twelve had the one, which is named first, seven of them the other before: it was not given to twelve."""
    before = r.Exposure(treatment="drug-a", agent="otherumab", n=7, where="abstract")
    both = group(12, exposures=(before, course("drug-a", "examplumab", 12)))
    assert row("What they had", groups=(both,)) == Row("What they had", ("examplumab (12) · otherumab (7)",), 12, 0)
    untold = group(12, exposures=(*DRUG_A, before))
    assert row("What they had", groups=(untold,)) == Row("What they had", ("otherumab (7)",), 7, 5)


def took(treatment: str = "drug-a", **fields: Any) -> r.Exposure:
    return r.Exposure(treatment=treatment, where="abstract", **fields)


def test_a_dose_is_told_with_its_agent_and_of_how_many() -> None:
    """Of whom no dose is told counts as unknown; who had two of them is one person."""
    daily = took(agent="examplumab", dose="20 micrograms daily")
    weekly = took(agent="examplumab", dose="60 micrograms weekly")
    unnamed = took(dose="5 mg once")
    other = took("drug-b", dose="1 mg")
    told_of = row(
        "Dose or extent", persons=(person("p", exposures=(daily, weekly)), person("q", exposures=(*DRUG_A, other)))
    )
    assert told_of == Row(
        "Dose or extent", ("examplumab, 20 micrograms daily (1) · examplumab, 60 micrograms weekly (1)",), 1, 1
    )
    assert row("Dose or extent", persons=(person("p", exposures=(unnamed,)),)) == Row(
        "Dose or extent", ("5 mg once (1)",), 1, 0
    )


def test_of_a_group_only_those_who_took_a_dose_are_told() -> None:
    some = (took(agent="examplumab", dose="20 mg", n=7), took(agent="examplumab", n=12))
    assert row("Dose or extent", groups=(group(12, exposures=some),)) == Row(
        "Dose or extent", ("examplumab, 20 mg (7)",), 7, 5
    )
    assert row("Dose or extent", persons=(person("p"),)) is None


def test_of_whom_no_agent_is_told_is_not_told_of() -> None:
    named = person("p", exposures=(course("drug-a", "examplumab", 12),))
    assert row("What they had", persons=(named, person("q"))) == Row("What they had", ("examplumab (1)",), 1, 1)


def test_how_far_reports_were_read_is_told_of_all() -> None:
    assert row("How far the reports were read", persons=(person("p"),), groups=(group(4, "g"),)) == Row(
        "How far the reports were read", ("the abstract was read (5)",), 5, 0
    )


def test_the_most_frequent_other_treatment_says_of_how_many_one_is_told() -> None:
    """Whichever of them stands first in the review."""
    for numbers in ((5, 2), (2, 5)):
        others = group(12, exposures=(*DRUG_A, exposure("waiting", numbers[0]), exposure("drug-b", numbers[1])))
        review = review_of({"s": study(groups=[others])})
        second = review.treatments["waiting"].loaded
        review.treatments = {**review.treatments, "drug-b": TreatmentNode("drug-b", second)}
        found = participants(review, review.treatments["drug-a"])
        assert [line.persons for line in found.rows if line.name.startswith("Other treatments")] == [5]


def test_a_person_with_two_other_treatments_is_told_of_once() -> None:
    """Each of them is named with those who had it; the row tells of as many as the most frequent of them."""
    others = group(12, exposures=(*DRUG_A, exposure("waiting", 5), exposure("drug-b", 2)))
    single = person("p", exposures=(*DRUG_A, exposure("waiting")))
    member = r.Person(id="m", group="part", exposures=(exposure("waiting"),))
    part = group(4, "part")
    found = row("Other treatments before, with or after it", groups=(others, part), persons=(single, member))
    assert found and (found.persons, found.unknown) == (5 + 1 + 1, 10)
    assert found.found[0].endswith("(7)")


THREE = tuple(group(10, f"g{mean}", age_years=r.Summary(mean=mean)) for mean in (28, 33, 30))
MEANS = "3 groups, 30 persons: means 28 to 33 years"


def test_three_groups_are_told_one_by_one() -> None:
    found = row("Age", groups=THREE)
    assert found and len(found.found) == 3


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (r.Summary(range=(20, 41)), "1 group, 5 persons: range 20 to 41 years"),
        (r.Summary(iqr=(19, 30)), "1 group, 5 persons: quartiles 19 to 30 years"),
        (r.Summary(range=(18, 50), iqr=(29, 31)), "1 group, 5 persons: range 18 to 50 years"),
        (r.Summary(median=25, range=(18, 50)), "1 group, 5 persons: median 25 years"),
        (r.Summary(sd=4), "1 group, 5 persons: standard deviation alone"),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_of_four_groups_only_what_is_alike_makes_up_a_range(more: r.Summary, line: str) -> None:
    """Means of groups are no ages of persons, so the lowest mean and the lowest age do not stand in one range."""
    found = row("Age", groups=(*THREE, group(5, "more", age_years=more)))
    assert found and found.found == (MEANS, line)


def test_of_a_group_with_mean_and_median_the_mean_is_taken() -> None:
    found = row("Age", groups=(*THREE, group(5, "more", age_years=r.Summary(mean=34, median=60))))
    assert found and found.found == ("4 groups, 35 persons: means 28 to 34 years",)


def test_ranges_of_several_groups_lie_within_one() -> None:
    """The same with groups of whom nothing but a standard deviation is told: that makes no range."""
    ages = [r.Summary(range=(20, 30)), r.Summary(range=(25, 44)), r.Summary(sd=3), r.Summary(sd=5)]
    found = row("Age", groups=tuple(group(4, f"g{n}", age_years=age) for n, age in enumerate(ages)))
    assert found and found.found == (
        "2 groups, 8 persons: ranges within 20 to 44 years",
        "2 groups, 8 persons: standard deviations alone",
    )


def test_numbers_that_hold_for_whole_groups_make_up_a_range() -> None:
    groups = tuple(group(4, f"g{months}", follow_up_months=months) for months in (12, 6, 36, 24))
    found = row("Followed for", groups=groups)
    assert found and found.found == ("4 groups, 16 persons: 6 to 36 months",)


def test_a_median_is_a_whole_number_or_what_lies_between_two() -> None:
    for ages, wanted in (((24, 30, 31, 40), "30.5"), ((24, 30, 32, 40), "31")):
        found = row("Age", persons=tuple(person(f"p{age}", age_years=age) for age in ages))
        assert found and found.found == (f"4 persons described singly: 24 to 40 years, median {wanted}",)


def test_an_onset_at_the_moment_itself_or_from_an_unknown_one() -> None:
    """What is said from nowhere is told in its words."""
    at = r.Onset(text="at birth", time=r.Time(months=0, after="delivery"))
    nowhere = r.Onset(text="after two months", time=r.Time(months=2, after=r.Missing.UNCLEAR))
    found = row("Onset", persons=(person("a", onset=at), person("b", onset=nowhere)))
    assert found and found.found == ("one person: at delivery", "after two months (1)")


def test_an_onset_at_the_moment_begins_the_range_of_those_after_it() -> None:
    onsets = [r.Onset(text="x", time=r.Time(months=months, after="delivery")) for months in (3, 0, -1)]
    found = row("Onset", persons=tuple(person(f"p{n}", onset=onset) for n, onset in enumerate(onsets)))
    assert found and found.found == ("2 persons: 0 to 3 months after delivery", "one person: 1 month before delivery")


def test_numbers_of_the_review_s_own_have_a_range_and_texts_are_counted() -> None:
    said = [{"parity": 1, "levels": "T12"}, {"parity": 5, "levels": "t12"}, {"parity": 2, "levels": "L1"}]
    persons = tuple(person(f"p{n}", characteristics=told) for n, told in enumerate(said))
    births, levels = row("Births", persons=persons), row("Levels", persons=persons)
    assert births and births.found == ("3 persons described singly: 1 to 5, median 2",)
    assert levels and levels.found == ("T12 (2) · L1 (1)",)


def test_times_of_onset_run_from_the_earliest_to_the_latest() -> None:
    onsets = [r.Onset(text="after", time=r.Time(months=months, after="delivery")) for months in (4, 1, 2)]
    found = row("Onset", persons=tuple(person(f"p{n}", onset=onset) for n, onset in enumerate(onsets)))
    assert found and found.found == ("3 persons: 1 to 4 months after delivery",)


def test_many_texts_are_cut_and_it_says_so() -> None:
    persons = tuple(person(f"p{n:02}", co_interventions=(f"rest {n:02}",)) for n in range(15))
    found = row("Besides treatment", persons=persons)
    assert found and found.found[0].count("rest") == 12
    assert found.found[0].endswith("3 more, on the studies’ pages")


def test_persons_of_a_study_that_another_holds_are_not_told_of() -> None:
    """As in the count: the smaller of two studies that overlap adds nobody."""
    found = told(
        {
            "large": study(groups=[group(9, age_years=r.Summary(mean=30))]),
            "small": study(groups=[group(5, age_years=r.Summary(mean=40))], overlaps={"large": "probable"}),
        }
    )
    assert found.persons == 9
    assert found.rows[0].found == ("a group of 9: mean 30 years",)


def test_rows_add_up_to_the_persons_counted() -> None:
    """In the real review: what is told and what is not make up the number that each page gives."""
    review = linked(ROOT)
    for node in review.treatments.values():
        found = participants(review, node)
        assert found.persons == node.persons > 0
        assert {known.persons + known.unknown for known in found.rows} == {node.persons}
        assert all(known.found for known in found.rows)


@pytest.mark.parametrize(
    ("known", "unknown", "words"),
    [
        (1, 0, "told of the only one"),
        (2, 0, "told of all 2"),
        (1, 1, "told of 1, not reported of 1"),
        (1200, 3000, "told of 1,200, not reported of 3,000"),
    ],
)
def test_of_how_many_something_is_told(known: int, unknown: int, words: str) -> None:
    assert Row("Age", (), known, unknown).told_of == words
