"""What counted studies say together: ranges of change at a time, and persons with an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings, strategies as st
from reviews import exposure, result, review_of, study, with_column

from evidence_site import records as r
from evidence_site.pieces import Pieces
from evidence_site.shares import Change, Events
from evidence_site.summaries import Cell, Counted, Findings

CHANGE = r.Statistic.PERCENT_CHANGE
WITH_EVENT = r.Statistic.PERSONS_WITH_EVENT


def group(
    id_: str,
    n: int,
    *results: r.Result,
    part_of: str | None = None,
    has_condition: bool = True,
    treatment: str = "drug-a",
) -> r.Group:
    return r.Group(
        id=id_,
        label=id_,
        n=n,
        exposures=(exposure(treatment),),
        results=results,
        part_of=part_of,
        has_condition=has_condition,
    )


def person(id_: str, *results: r.Result, group: str | None = None, same_as: str | None = None) -> r.Person:
    return r.Person(id=id_, exposures=(exposure("drug-a"),), results=results, group=group, same_person_as=same_as)


def rose(
    value: r.Number | r.Missing,
    months: r.Number = 12,
    after: str = "first-dose",
    outcome: str = "density",
    n: int | None = None,
) -> r.Result:
    return result(outcome, CHANGE, value, months=months, after=after, unit="%", n=n)


def broke(value: int, of: int | None = None, outcome: str = "fracture", n: int | None = None) -> r.Result:
    return result(outcome, WITH_EVENT, value, of=of, n=n)


def column_of(kind: str, *outcomes: str, months: float | None = None) -> r.SummaryColumn:
    return r.SummaryColumn.model_validate({"title": "A column", "outcomes": outcomes, "kind": kind, "months": months})


FRACTURES = column_of("events", "fracture", "other-fracture")


def findings(studies: Mapping[str, r.Study], column: r.SummaryColumn) -> Findings:
    review = with_column(review_of(studies), column)
    return Findings(review, review.treatments["drug-a"])


def change(studies: Mapping[str, r.Study], months: float = 12, outcomes: Sequence[str] = ("density",)) -> Change | None:
    column = column_of("percent_change", *outcomes, months=months)
    return findings(studies, column).change(column)


def broken(studies: Mapping[str, r.Study]) -> Events | None:
    return findings(studies, FRACTURES).events(FRACTURES)


def in_table(studies: Mapping[str, r.Study], kind: str = "events", months: float | None = None) -> Cell:
    column = FRACTURES if kind == "events" else column_of(kind, "density", months=months)
    return findings(studies, column).cell(column)


def partly_treated(treated: int, n: int, *results: r.Result) -> r.Study:
    everybody = r.Group(id="all", label="all", n=n, exposures=(exposure("drug-a", treated),), results=results)
    return study(groups=[everybody])


# --- changes ---------------------------------------------------------------------------------------------------------


def test_a_range_runs_from_the_lowest_to_the_highest() -> None:
    """Group means and single persons are taken as they were reported, with the persons and studies behind them."""
    studies = {
        "a": study(groups=[group("g", 8, rose(10.5))], persons=[person("p", rose(-2))]),
        "b": study(persons=[person("p", rose(17))]),
    }
    assert change(studies) == Change(lowest=-2, highest=17, unit="%", persons=10, studies=2)


def test_nothing_is_said_without_a_number() -> None:
    """No result, a missing value, another statistic or another treatment give no range."""
    others = group(
        "g",
        8,
        result("density", CHANGE, r.Missing.NOT_REPORTED, months=12),
        result("density", r.Statistic.CHANGE, 0.1, months=12, unit="g/cm2"),
        result("pain", CHANGE, 50, months=12, unit="%"),
        result("density", CHANGE, 5, unit="%"),
        result("density", CHANGE, 5, months=12, unit="%", treatment="waiting"),
    )
    assert change({"a": study()}) is None
    assert change({"a": study(groups=[others])}) is None
    assert change({"a": study(groups=[group("g", 8, rose(5), treatment="waiting")])}) is None


@pytest.mark.parametrize(
    ("wanted", "months", "taken"),
    [
        (12, 8.9, False),
        (12, 9, True),
        (12, 12, True),
        (12, 15, True),
        (12, 15.1, False),
        (24, 17.9, False),
        (24, 18, True),
        (24, 30, True),
        (24, 31, False),
        (12, -12, False),
    ],
)
def test_results_within_a_quarter_of_the_time_count(wanted: float, months: float, taken: bool) -> None:
    """9 to 15 months stand for 12, and 18 to 30 for 24."""
    assert (change({"a": study(groups=[group("g", 8, rose(5, months))])}, wanted) is not None) is taken


def test_of_several_times_the_nearest_counts() -> None:
    """A group that was measured at 10, 12 and 14 months says one thing about 12."""
    found = change({"a": study(groups=[group("g", 8, rose(4, 10), rose(5, 12), rose(9, 14))])})
    assert found == Change(lowest=5, highest=5, unit="%", persons=8, studies=1)


def test_a_change_since_the_end_of_treatment_is_another_matter() -> None:
    """After an anchor that resets changes, a change is not one since the beginning."""
    assert change({"a": study(groups=[group("g", 8, rose(-4, after="end-of-treatment"))])}) is None
    assert change({"a": study(groups=[group("g", 8, rose(4, after="delivery"))])}) is not None


def test_a_change_from_an_unknown_moment_counts() -> None:
    """A source that does not say from when still says what it saw."""
    unknown = r.Result(
        outcome="density",
        statistic=CHANGE,
        value=4,
        unit="%",
        time=r.Time(months=12, after=r.Missing.NOT_REPORTED),
        where="abstract",
    )
    assert change({"a": study(groups=[group("g", 8, unknown)])}) is not None


def test_persons_behind_a_range_are_counted_once() -> None:
    """Groups inside groups, persons inside groups and persons told twice widen the range, not the number of persons."""
    studies = {
        "a": study(
            groups=[group("all", 8, rose(5)), group("some", 3, rose(9), part_of="all")],
            persons=[person("p", rose(1), group="some"), person("q", rose(6))],
        ),
        "b": study(persons=[person("p", rose(1), same_as="a/p"), person("q", rose(6), same_as="a/q")]),
    }
    assert change(studies) == Change(lowest=1, highest=9, unit="%", persons=9, studies=2)


def test_two_sites_of_one_person_are_one_person() -> None:
    """What was measured at the spine and at the hip counts the person once."""
    studies = {"a": study(persons=[person("p", rose(5), rose(2, outcome="pain"))])}
    assert change(studies, outcomes=("density", "pain")) == Change(lowest=2, highest=5, unit="%", persons=1, studies=1)


@pytest.mark.parametrize("numbers", [(8, 12), (12, 8)])
def test_all_persons_of_whom_any_site_is_told_stand_behind_a_range(numbers: tuple[int, int]) -> None:
    """The range holds both sites, so the one of which more were measured says of how many it is."""
    sites = zip(("lumbar spine", "total hip"), numbers, strict=True)
    told = [rose(5, n=n).model_copy(update={"site": site}) for site, n in sites]
    assert change({"a": study(groups=[group("g", 20, *told)])}) == Change(5, 5, "%", 12, 1)


def test_fewer_persons_than_the_group_may_stand_behind_a_number() -> None:
    """``n`` of a result says how many were measured."""
    found = change({"a": study(groups=[group("g", 8, rose(5, n=6))])})
    assert found is not None
    assert found.persons == 6


@pytest.mark.parametrize(
    "other",
    [
        study(groups=[group("g", 50, rose(99))], design=r.Design.SYSTEMATIC_REVIEW),
        study(groups=[group("g", 50, rose(99))], directness="indirect"),
        study(groups=[group("g", 50, rose(99), has_condition=False)]),
        study(groups=[group("g", 5, rose(99))], overlaps={"a": "probable"}),
    ],
    ids=["review", "other population", "controls", "overlap"],
)
def test_whoever_is_not_counted_says_nothing(other: r.Study) -> None:
    """Reviews, other populations, controls and studies left out move neither the range nor the events."""
    counted = study(groups=[group("g", 8, rose(5), broke(1))])
    assert change({"a": counted, "b": other}) == Change(lowest=5, highest=5, unit="%", persons=8, studies=1)
    assert broken({"a": counted, "b": other}) == Events(persons=1, of=8, studies=1)


# --- events ----------------------------------------------------------------------------------------------------------


def test_persons_with_an_event_add_up() -> None:
    """Persons with an event, out of those who were observed, over groups, persons and studies."""
    studies = {
        "a": study(groups=[group("g", 8, broke(2)), group("h", 4, broke(0, of=3))], persons=[person("p", broke(1))]),
        "b": study(groups=[group("g", 10, broke(1, n=9))]),
    }
    assert broken(studies) == Events(persons=4, of=8 + 3 + 1 + 9, studies=2)


def test_large_numbers_are_divided_by_thousands() -> None:
    studies = {"a": study(groups=[group("g", 12000, broke(1500))])}
    assert in_table(studies).value == "1,500 of 12,000 persons"


def test_nobody_broke_anything_is_not_nothing_known() -> None:
    """No events among the observed is said as such; without a number nothing is said."""
    assert broken({"a": study(groups=[group("g", 8, broke(0))])}) == Events(persons=0, of=8, studies=1)
    unknown = result("fracture", WITH_EVENT, r.Missing.NOT_REPORTED)
    counted = result("fracture", r.Statistic.EVENTS, 3)
    assert broken({"a": study(groups=[group("g", 8, unknown, counted)])}) is None


def test_several_outcomes_of_the_same_persons_are_not_added() -> None:
    """The same persons may be behind both numbers, so only the larger one is sure."""
    studies = {"a": study(groups=[group("g", 8, broke(2), broke(3, outcome="other-fracture"))])}
    assert broken(studies) == Events(persons=3, of=8, studies=1)


def test_events_inside_a_group_are_counted_there() -> None:
    """A part of a group and a person of it are already in the group's number."""
    studies = {
        "a": study(
            groups=[group("all", 8, broke(3)), group("some", 4, broke(2), part_of="all")],
            persons=[person("p", broke(1), group="some")],
        )
    }
    assert broken(studies) == Events(persons=3, of=8, studies=1)


def test_events_told_only_of_a_part_are_not_lost() -> None:
    """If the whole group is said to be without one fracture and single persons had another, those persons had one."""
    whole = group("all", 8, broke(0))
    part = group("some", 4, broke(1, outcome="other-fracture"), part_of="all")
    two = [person(name, broke(1, outcome="other-fracture"), group="all") for name in ("p", "q")]
    assert broken({"a": study(groups=[whole, part])}) == Events(persons=1, of=8, studies=1)
    assert broken({"a": study(groups=[whole], persons=two)}) == Events(persons=2, of=8, studies=1)


def test_a_person_told_twice_breaks_once() -> None:
    """Two records of one person are one person, with the event if any of them tells of it."""
    for first, second in ((1, 1), (1, 0), (0, 1)):
        studies = {
            "a": study(persons=[person("p", broke(first))]),
            "b": study(persons=[person("p", broke(second), same_as="a/p")]),
        }
        found = broken(studies)
        assert found is not None
        assert (found.persons, found.of) == (1, 1)


def test_an_event_told_only_by_the_second_record_counts() -> None:
    """If the record that counts her says nothing of the event, the other one is heard."""
    studies = {"a": study(persons=[person("p")]), "b": study(persons=[person("p", broke(1), same_as="a/p")])}
    assert broken(studies) == Events(persons=1, of=1, studies=1)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 9),
            st.integers(0, 9),
            st.sampled_from([None, 0, 1]),
            st.sampled_from(["fracture", "other-fracture"]),
        ),
        max_size=5,
    )
)
@settings(deadline=None)
def test_never_more_events_than_persons(groups: list[tuple[int, int, int | None, str]]) -> None:
    """However groups are nested, nobody is said to have had an event who was not observed."""
    made: list[r.Group] = []
    for number, (n, value, around, outcome) in enumerate(groups):
        parent = made[around] if around is not None and around < len(made) else None
        size = min(n, parent.n) if parent else n
        event = broke(min(value, size), outcome=outcome)
        made.append(group(f"g{number}", size, event, part_of=parent.id if parent else None))
    found = broken({"a": study(groups=made)})
    if found is not None:
        assert 0 <= found.persons <= found.of <= review_of({"a": study(groups=made)}).persons


def test_a_result_of_an_unknown_number_is_found_but_not_summed() -> None:
    """A gain told of those on a drug, without a word on how many they were, is listed there and in no range or count."""
    told = result("density", CHANGE, 10, months=12, unit="%", treatment="drug-a")
    everybody = r.Group(id="all", label="all", n=52, results=(told,))
    studies = {"one": study(groups=[everybody])}
    drug = review_of(studies).treatments["drug-a"]
    assert [observation.result for observation in drug.observations] == [told]
    assert [node.id for node in drug.studies] == ["one"]
    assert drug.persons == 0
    assert change(studies) is None


def with_results(studies: Mapping[str, r.Study], outcome: str = "density") -> Counted:
    return findings(studies, FRACTURES).persons_with_results(outcome)


def test_persons_with_results_are_those_of_the_largest_result() -> None:
    """Whichever result stands first, and though one gives only a range; what says nothing adds neither person nor study."""
    only_a_range = rose(r.Missing.NOT_REPORTED, n=7).model_copy(update={"range": (1.0, 9.0)})
    for told in ((rose(5, n=6), rose(4, 24)), (rose(4, 24), rose(5, n=6))):
        assert with_results({"a": study(groups=[group("g", 8, *told)])}) == Counted(8, 1)
    assert with_results({"a": study(groups=[group("g", 8, rose(5, n=6), only_a_range)])}) == Counted(7, 1)
    silent = study(groups=[group("g", 9, rose(r.Missing.NOT_REPORTED))])
    assert with_results({"a": study(groups=[group("g", 8, rose(5))]), "b": silent}) == Counted(8, 1)


def test_persons_of_two_studies_have_their_results_once() -> None:
    """What each of two studies tells of one woman is added up once, and each study speaks of its own alone."""
    unknown = r.Group(id="all", label="all", n=52, results=(of_the_drug(rose(9)),))
    words = person("w", result("fracture", r.Statistic.DESCRIPTION, "She broke more bones"))
    studies = {
        "a": study(groups=[unknown], persons=[person("p", rose(5), broke(1)), words]),
        "b": study(persons=[person("p", rose(6), broke(1), same_as="a/p"), person("q", broke(0))]),
    }
    assert with_results(studies) == Counted(1, 1)
    assert with_results(studies, "fracture") == Counted(3, 2)
    assert in_table(studies) == Cell("1 of 2 persons", "2 studies", ("only in words: 1 person",))
    assert in_table(studies, "percent_change", 12) == Cell(
        "+5 to +6%", "1 person, 2 studies", ("number of persons not stated: 1 study",)
    )
    only_in_a = {"a": study(persons=[person("p", rose(5))]), "b": study(persons=[person("p", same_as="a/p")])}
    assert change(only_in_a) == Change(lowest=5, highest=5, unit="%", persons=1, studies=1)


def of_the_drug(told: r.Result) -> r.Result:
    return told.model_copy(update={"treatment": "drug-a"})


@pytest.mark.parametrize("number", ["n", "of"])
def test_how_many_had_it_may_be_said_with_the_result_alone(number: str) -> None:
    """A source links a number with the drug and says of how many, but nowhere who of the group had it."""
    event = broke(2, n=12) if number == "n" else broke(2, of=12)
    everybody = r.Group(id="all", label="all", n=52, results=(of_the_drug(event),))
    assert broken({"a": study(groups=[everybody])}) == Events(persons=2, of=12, studies=1)
    assert with_results({"a": study(groups=[everybody])}, "fracture") == Counted(12, 1)


def test_a_person_is_one_though_only_her_result_names_the_drug() -> None:
    """Nobody has to say of how many a number of one person is told."""
    single = r.Person(id="p", results=(of_the_drug(rose(9)), of_the_drug(broke(1))))
    assert change({"a": study(persons=[single])}) == Change(lowest=9, highest=9, unit="%", persons=1, studies=1)
    assert broken({"a": study(persons=[single])}) == Events(persons=1, of=1, studies=1)


def test_events_of_an_unknown_number_are_in_no_sum() -> None:
    everybody = r.Group(id="all", label="all", n=52, results=(of_the_drug(broke(2)),))
    assert broken({"a": study(groups=[everybody])}) is None
    assert with_results({"a": study(groups=[everybody])}, "fracture") == Counted(0, 0)


def test_two_agents_in_one_group_are_both_the_treatment() -> None:
    """Three had one agent and four another: of all seven the source gives one number, and that is theirs."""
    courses = (exposure("drug-a", 3), exposure("drug-a", 4))
    everybody = r.Group(id="g", label="g", n=20, exposures=courses, results=(of_the_drug(broke(2, of=7)),))
    assert broken({"a": study(groups=[everybody])}) == Events(persons=2, of=7, studies=1)


def test_parts_of_a_group_that_may_share_persons_are_not_added() -> None:
    """Two groups within one may hold the same person, so one event in each is one for certain."""
    parts = [group(name, 5, broke(1, outcome="other-fracture"), part_of="all") for name in ("young", "thin")]
    assert broken({"a": study(groups=[group("all", 8, broke(0)), *parts])}) == Events(persons=1, of=8, studies=1)


def test_of_several_other_treatments_the_most_frequent_is_told() -> None:
    """Who had which may overlap, so that the largest number alone is sure."""
    given_ = (exposure("drug-a"), exposure("waiting", 2), exposure("other", 5), exposure("third", 3))
    mixed = r.Group(id="g", label="g", n=8, exposures=given_, results=(broke(0),))
    found = broken({"a": study(groups=[mixed])})
    assert found is not None
    assert found.with_others == 5


def test_those_of_all_groups_who_had_other_treatments_add_up() -> None:
    """In a range of changes and in a sum of events."""
    groups = [
        r.Group(
            id=id_, label=id_, n=8, exposures=(exposure("drug-a"), exposure("waiting", n)), results=(broke(0), rose(5))
        )
        for id_, n in (("g", 4), ("h", 3))
    ]
    studies = {"a": study(groups=groups)}
    for found in (broken(studies), change(studies)):
        assert found is not None
        assert found.with_others == 7


def test_of_two_times_equally_near_the_first_counts() -> None:
    found = change({"a": study(groups=[group("g", 8, rose(4, 11), rose(9, 13))])})
    assert found == Change(lowest=4, highest=4, unit="%", persons=8, studies=1)


# --- what a number leaves out ----------------------------------------------------------------------------------------


def test_of_a_group_treated_in_part_only_the_treated_count() -> None:
    """Where nobody of a group broke a bone, none of its treated did; where somebody did, nobody says who."""
    assert broken({"a": partly_treated(3, 5, broke(0))}) == Events(persons=0, of=3, studies=1)
    assert broken({"a": partly_treated(3, 5, broke(1))}) is None
    told_of_the_treated = result("fracture", WITH_EVENT, 1, of=3, treatment="drug-a")
    assert broken({"a": partly_treated(3, 5, told_of_the_treated)}) == Events(persons=1, of=3, studies=1)


def test_the_mean_of_a_group_treated_in_part_is_not_that_of_the_treated() -> None:
    """A gain of five, three of them treated, is no gain under the treatment unless the source links it with that."""
    assert change({"a": partly_treated(3, 5, rose(9))}) is None
    linked = result("density", CHANGE, 9, months=12, unit="%", n=3, treatment="drug-a")
    assert change({"a": partly_treated(3, 5, linked)}) == Change(lowest=9, highest=9, unit="%", persons=3, studies=1)


def test_of_several_exposures_to_a_treatment_the_one_of_all_counts() -> None:
    """All had the drug, and some of them a second course."""
    courses = (exposure("drug-a"), exposure("drug-a", 4))
    everybody = r.Group(id="all", label="all", n=10, exposures=courses, results=(rose(9), broke(3)))
    found = change({"a": study(groups=[everybody])})
    assert found is not None
    assert found.persons == 10
    assert broken({"a": study(groups=[everybody])}) == Events(persons=3, of=10, studies=1)


def test_of_a_result_linked_with_a_treatment_only_those_who_had_it_stand_behind() -> None:
    """A source may tell of those on the drug within a group, and how many these were with the treatment alone."""
    linked = [each.model_copy(update={"treatment": "drug-a"}) for each in (rose(9), broke(2))]
    found = change({"a": partly_treated(12, 50, *linked)})
    assert found is not None
    assert found.persons == 12
    assert broken({"a": partly_treated(12, 50, *linked)}) == Events(persons=2, of=12, studies=1)


def test_whoever_had_another_treatment_too_is_told() -> None:
    """A number that the source links with no single treatment says with whom another one may have had a share."""
    both = (exposure("drug-a"), exposure("waiting", 4))
    mixed = r.Group(id="g", label="g", n=8, exposures=both, results=(broke(0),))
    single = person("p", broke(0))
    assert in_table({"a": study(groups=[mixed], persons=[single])}) == Cell(
        "0 of 9 persons", "1 study", ("4 had other treatments too",)
    )
    linked = result("fracture", WITH_EVENT, 0, of=8, treatment="drug-a")
    alone = r.Group(id="g", label="g", n=8, exposures=both, results=(linked,))
    assert in_table({"a": study(groups=[alone])}) == Cell("0 of 8 persons", "1 study")


def test_what_is_told_in_words_is_not_left_out_of_a_sum() -> None:
    """A person who is said to have broken bones, without a number, stands beside the sum and in the place of one."""
    in_words = person("p", result("fracture", r.Statistic.DESCRIPTION, "She broke more bones"))
    other = person("q", broke(0))
    assert in_table({"a": study(persons=[in_words])}) == Cell(notes=("only in words: 1 person",))
    assert in_table({"a": study(persons=[in_words, other])}) == Cell(
        "0 of 1 person", "1 study", ("only in words: 1 person",)
    )
    percent = group("all", 20, result("fracture", r.Statistic.PERCENT_OF_PERSONS, 25, unit="%"))
    assert in_table({"a": study(groups=[percent], persons=[in_words])}) == Cell(
        notes=("only in words or percent: 21 persons",)
    )
    nothing = person("p", result("fracture", r.Statistic.DESCRIPTION, r.Missing.NOT_REPORTED))
    assert in_table({"a": study(persons=[nothing])}) == Cell()


def test_a_change_that_is_not_in_percent_is_not_called_unreported() -> None:
    """As in trials, which give days or points: the column of percent changes says that something else is known."""
    days = group("all", 20, result("density", r.Statistic.CHANGE, -2.0, months=12, unit="g/cm2"))
    assert in_table({"a": study(groups=[days])}, "percent_change", 12) == Cell(
        notes=("only at another time or in another form: 20 persons",)
    )
    assert in_table({}, "percent_change", 12) == Cell()


def test_words_on_somebody_with_a_number_add_nobody() -> None:
    """Whoever stands in the sum is not told of again, nor is a person of a group that stands there."""
    words = result("fracture", r.Statistic.DESCRIPTION, "She broke more bones")
    member = person("p", words, group="g")
    assert in_table({"a": study(groups=[group("g", 8, broke(1), words)], persons=[member])}) == Cell(
        "1 of 8 persons", "1 study"
    )


def test_a_change_of_an_unknown_number_of_persons_is_not_called_unreported() -> None:
    """The cell of a table says that there is a gain of which nobody knows how many had it."""
    told = result("density", CHANGE, 10, months=12, unit="%", treatment="drug-a")
    everybody = r.Group(id="all", label="all", n=52, results=(told,))
    assert in_table({"a": study(groups=[everybody])}, "percent_change", 12) == Cell(
        notes=("number of persons not stated: 1 study",)
    )
    counted = study(groups=[group("g", 8, rose(5))])
    assert in_table({"a": study(groups=[everybody]), "b": counted}, "percent_change", 12) == Cell(
        "+5%", "8 persons, 1 study", ("number of persons not stated: 1 study",)
    )


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_kept_shares_add_up_to_the_same() -> None:
    """What a study adds is kept for the next time; a person told of twice is one whichever share is asked first."""
    studies = {
        "a": study(persons=[person("p", rose(5), broke(0)), person("q", broke(1))]),
        "b": study(persons=[person("p", broke(1), same_as="a/p")], groups=[group("g", 8, rose(-2), broke(2))]),
    }
    review = with_column(review_of(studies), FRACTURES)
    drug, outcomes = review.treatments["drug-a"], ("density", "fracture")
    first = Pieces(lambda study: study.id)
    anew, made = Findings(review, drug), Findings(review, drug, first)
    kept = Findings(review, drug, Pieces(lambda study: study.id, before=first.kept))
    assert anew.events(FRACTURES) == made.events(FRACTURES) == kept.events(FRACTURES) == Events(4, 10, 2)
    for outcome in outcomes:
        assert anew.persons_with_results(outcome) == kept.persons_with_results(outcome)


# --- whose results they are -------------------------------------------------------------------------------------------


def test_results_of_another_treatment_of_the_same_study_are_not_taken() -> None:
    """What those who waited gained and broke says nothing of the drug that the others of the study had."""
    treated, waiting = group("g", 5, rose(10), broke(1)), group("w", 7, rose(-30), broke(6), treatment="waiting")
    studies = {"a": study(groups=[treated, waiting])}
    assert change(studies) == Change(10, 10, "%", 5, 1)
    assert broken(studies) == Events(1, 5, 1)
    assert findings(studies, FRACTURES).persons_with_results("density") == Counted(5, 1)


def test_results_that_a_source_links_with_another_treatment_are_not_taken() -> None:
    """The same within one group that had both."""
    linked = rose(-30).model_copy(update={"treatment": "waiting"}), broke(4).model_copy(update={"treatment": "waiting"})
    both = r.Group(
        id="g", label="g", n=9, exposures=(exposure("drug-a"), exposure("waiting")), results=(rose(10), *linked)
    )
    studies = {"a": study(groups=[both])}
    assert change(studies) == Change(10, 10, "%", 9, 1, with_others=9)
    assert broken(studies) is None
