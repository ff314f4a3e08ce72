"""What charts promise: every mark is a result at its place, leads to its study, and what cannot be drawn is said."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies as st
from reviews import BASE, exposure, linked, result, review_of, study, write_review

from evidence_site import addresses, records as r, summaries
from evidence_site.charts import change, evidence_map, flow, lanes, timeline
from evidence_site.charts.scale import MONTHS, Scale, extent, round_distances, steps
from evidence_site.folders import PACKAGED
from evidence_site.pages import Settings, render
from evidence_site.review import Review, StudyNode

ROOT = Path(__file__).resolve().parent.parent
CASES = Path(__file__).parent / "cases" / "charts"
ROUND_OFF = 0.06


def name(node: StudyNode) -> str:
    return node.id


@pytest.fixture(scope="module")
def real() -> Review:
    return linked(ROOT)


@pytest.fixture(scope="module")
def base() -> Review:
    return linked(BASE)


def group(
    id_: str, results: Sequence[r.Result], treatment: str | None = "drug-a", n: int = 5, part_of: str | None = None
) -> r.Group:
    given_ = (exposure(treatment),) if treatment else ()
    return r.Group(id=id_, label=id_, n=n, exposures=given_, results=tuple(results), part_of=part_of)


def person(id_: str, results: Sequence[r.Result], treatment: str | None = "drug-a") -> r.Person:
    return r.Person(id=id_, exposures=(exposure(treatment),) if treatment else (), results=tuple(results))


def percent(
    value: r.Number | r.Missing | r.Change, months: r.Number | None = 12, after: str = "first-dose"
) -> r.Result:
    return result("density", r.Statistic.PERCENT_CHANGE, value, months=months, after=after, unit="%")


def drawn(review: Review, treatment: str = "drug-a", outcome: str = "density") -> change.Chart:
    choice = change.Results(review, review.outcomes[outcome]).under(review.treatments[treatment])
    assert choice is not None
    return choice.drawn(name)


def charts_of(review: Review) -> list[change.Chart]:
    results = [change.Results(review, review.outcomes[id_]) for id_ in change.chartable(review)]
    chosen = (of_outcome.under(node) for node, of_outcome in itertools.product(review.treatments.values(), results))
    return [choice.drawn(name) for choice in chosen if choice]


# --- scales ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-200, 200).map(lambda x: round(x, 2)), min_size=1), st.integers(3, 12))
def test_ticks_cover_every_value(values: list[float], most: int) -> None:
    low, high = extent(values)
    for distances in (MONTHS, round_distances(high - low)):
        found = steps(low, high, distances, most)
        assert found[0] <= low
        assert high <= found[-1]
        assert len(found) == len(set(found)) >= 2
        assert len(found) <= most + 3


@pytest.mark.parametrize(
    ("values", "ends"), [([5, 7], (0, 7)), ([-3, -1], (-3, 0)), ([-2, 4], (-2, 4)), ([], (0, 0)), ([0.5], (0, 0.5))]
)
def test_an_axis_holds_zero(values: list[float], ends: tuple[float, float]) -> None:
    """Else a small change would look like a large one."""
    assert extent(values) == ends


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 0, [0, 1]),
        (0, 7, [0, 1, 2, 3, 4, 5, 6, 7]),
        (0, 8, [0, 2, 4, 6, 8]),
        (-3, 24, [-5, 0, 5, 10, 15, 20, 25]),
        (-40, 0, [-40, -30, -20, -10, 0]),
        (0, 0.06, [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06]),
        (0, 0.3, [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]),
        (0, 1200, [0, 200, 400, 600, 800, 1000, 1200]),
    ],
)
def test_ticks_stand_at_round_numbers(low: float, high: float, wanted: list[float]) -> None:
    assert steps(low, high, round_distances(high - low), 7) == wanted


def test_a_scale_keeps_order_and_ends() -> None:
    scale = Scale(0, 60, 44, 508)
    assert (scale(0), scale(60)) == (44, 508)
    assert scale(12) < scale(13)


# --- change by time --------------------------------------------------------------------------------------------------


def inside(mark: change.Mark) -> bool:
    across = mark.x - mark.half + ROUND_OFF >= change.LEFT and mark.x + mark.half <= change.RIGHT + ROUND_OFF
    down = change.TOP - ROUND_OFF <= mark.y <= change.BOTTOM + ROUND_OFF
    ends = (mark.bar.top, mark.bar.bottom) if mark.bar else ()
    return across and down and all(change.TOP - ROUND_OFF <= y <= change.BOTTOM + ROUND_OFF for y in ends)


def test_every_mark_of_the_review_lies_in_the_plot_and_leads_to_an_arm(real: Review) -> None:
    arms = {f"{addresses.study(study.id)}#{arm.id}" for study in real.studies.values() for arm in study.arms}
    charts = charts_of(real)
    assert charts
    for chart in charts:
        assert all(inside(mark) for mark in chart.marks)
        assert {mark.address for mark in chart.marks} <= arms
        assert [mark.number for mark in chart.rows] == list(range(1, len(chart.marks) + 1))


def test_the_chart_shows_what_the_findings_table_counts(real: Review) -> None:
    """The range of the table at a time is the range of marks at that time: the two never contradict each other."""
    columns = [column for column in real.record.findings_table if column.kind == "percent_change" and column.months]
    for column, node in itertools.product(columns, real.treatments.values()):
        counted = summaries.Findings(real, node).change(column)
        if counted and len(column.outcomes) == 1:
            values = [mark.value for mark in drawn(real, node.id, column.outcomes[0]).marks]
            for number in (counted.lowest, counted.highest):
                assert any(value.startswith(f"{'+' if number > 0 else '−'}{abs(number)}") for value in values)


RESULTS = st.tuples(
    st.one_of(st.integers(-40, 90), st.floats(-40, 90).map(lambda x: round(x, 1)), st.just(r.Missing.NOT_REPORTED)),
    st.one_of(st.none(), st.integers(0, 60)),
    st.sampled_from(["first-dose", "delivery", "end-of-treatment"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(RESULTS, min_size=1, max_size=25), st.booleans(), st.sampled_from([1, 7, 300]))
def test_one_mark_for_each_result_that_can_be_drawn(
    rows: list[tuple[r.Number | r.Missing, int | None, str]], single: bool, n: int
) -> None:
    results = [percent(value, months, after) for value, months, after in rows]
    arms = {"persons": [person("p1", results)]} if single else {"groups": [group("g1", results, n=n)]}
    chart = drawn(review_of({"one": study(**arms)}))
    can = [x for x in rows if not isinstance(x[0], r.Missing) and x[1] is not None and x[2] != "end-of-treatment"]
    assert len(chart.marks) == len(can)
    assert all(inside(mark) for mark in chart.marks)
    assert {mark.shape for mark in chart.marks} <= {"person" if single else "group"}
    assert bool(chart.left_out) == (len(can) < len(rows))


def test_what_cannot_be_drawn_is_said_and_not_drawn() -> None:
    results = [
        percent(10),
        percent(11, None),
        percent(12, None),
        percent(13, 24, "end-of-treatment"),
        percent(r.Missing.UNCLEAR),
        result("density", r.Statistic.VALUE, 0.9, months=12, unit="g/cm2"),
    ]
    chart = drawn(review_of({"one": study(persons=[person("p1", results)])}))
    assert [mark.value for mark in chart.marks] == ["+10%"]
    assert chart.left_out == (
        "1 result that is not given as a percent change",
        "1 result that has no single number",
        "2 results that have no time",
        "1 result that is a change since treatment ended",
    )


def test_other_populations_and_reviews_of_studies_are_not_drawn() -> None:
    arms = [person("p1", [percent(10)])]
    chart = drawn(
        review_of(
            {
                "one": study(persons=arms),
                "other": study(persons=arms, directness="indirect"),
                "retold": study(persons=arms, design=r.Design.SYSTEMATIC_REVIEW),
            }
        )
    )
    assert [mark.study for mark in chart.marks] == ["one"]
    assert chart.left_out == (
        "2 results that are of other populations, of retracted studies, or retold by reviews of studies",
    )


def test_the_natural_course_stands_behind_each_drug_and_in_front_on_its_own_page() -> None:
    review = review_of(
        {
            "one": study(
                groups=[group("a", [percent(10)]), group("b", [percent(5)], "waiting"), group("c", [percent(3)], None)]
            )
        }
    )
    assert [(mark.value, mark.role) for mark in drawn(review).rows] == [
        ("+10%", "this"),
        ("+5%", "natural"),
        ("+3%", "other"),
    ]
    assert [(mark.value, mark.role) for mark in drawn(review, "waiting").rows] == [
        ("+5%", "this"),
        ("+10%", "other"),
        ("+3%", "other"),
    ]
    assert drawn(review).marks[-1].role == "this", "what the page is about is drawn last, on top"


def test_who_had_the_drug_too_is_no_comparison_for_it() -> None:
    both = r.Person(
        id="p1",
        exposures=(exposure("drug-a"), exposure("waiting")),
        results=(
            result("density", r.Statistic.PERCENT_CHANGE, 9, months=6, unit="%", treatment="waiting"),
            percent(20),
        ),
    )
    chart = drawn(review_of({"one": study(persons=[both])}))
    assert [mark.value for mark in chart.marks] == ["+20%"]


def chosen(review: Review, treatment: str = "drug-a") -> change.Choice | None:
    return change.Results(review, review.outcomes["density"]).under(review.treatments[treatment])


def test_without_any_result_there_is_no_chart_and_without_one_to_draw_nothing_stands_beside() -> None:
    """What others gained says nothing where there is nothing to compare it with."""
    others = group("w", [percent(3), percent(4, None)], "waiting")
    assert chosen(review_of({"one": study(groups=[others, group("g", [])])})) is None
    untimed = group("g", [percent(10, None)])
    choice = chosen(review_of({"one": study(groups=[others, untimed])}))
    assert choice is not None
    assert (choice.observations, choice.left_out) == ([], ("1 result that has no time",))
    assert choice.drawn(name).marks == ()


def test_what_cannot_be_drawn_of_others_is_said_in_one_line() -> None:
    others = group("w", [percent(3), percent(4, None), percent(5, None)], "waiting")
    chart = drawn(review_of({"one": study(groups=[group("g", [percent(10)]), others])}))
    assert sorted(mark.value for mark in chart.marks) == ["+10%", "+3%"]
    assert chart.left_out == ("2 results of other treatments for the same reasons",)


@pytest.mark.parametrize(
    ("own", "natural", "other", "wanted"),
    [
        (60, 0, 0, (60, 0, 0)),
        (61, 0, 0, (60, 0, 0)),
        (70, 5, 0, (55, 5, 0)),
        (70, 10, 30, (40, 10, 10)),
        (10, 20, 40, (10, 20, 30)),
        (50, 20, 0, (40, 20, 0)),
    ],
)
def test_of_too_many_those_of_most_persons_are_drawn(
    own: int, natural: int, other: int, wanted: tuple[int, int, int]
) -> None:
    """Sixty in all; up to a third of them for comparison, and of that the natural course first."""
    numbers = {"drug-a": own, "waiting": natural, None: other}
    arms = [
        group(f"{treatment or 'none'}-{n}", [percent(n)], treatment, n=n + 1)
        for treatment, count in numbers.items()
        for n in range(count)
    ]
    chart = drawn(review_of({"one": study(groups=arms)}))
    drawn_of = {role: [mark for mark in chart.marks if mark.role == role] for role in ("this", "natural", "other")}
    assert tuple(map(len, drawn_of.values())) == wanted
    for count, marks in zip(numbers.values(), drawn_of.values(), strict=True):
        assert {mark.value for mark in marks} == {f"+{n}%" if n else "0%" for n in range(count - len(marks), count)}, (
            "the largest groups"
        )
    crowded = own + natural + other - sum(wanted)
    words = f"{crowded} result{'' if crowded == 1 else 's'} of fewer persons than those drawn"
    assert [line.partition(",")[0] for line in chart.left_out] == ([words] if crowded else [])


def test_of_a_group_that_is_drawn_no_time_is_left_out() -> None:
    """A large group whose times do not all fit makes way for smaller ones."""
    large = group("large", [percent(n, n) for n in range(1, 62)], n=100)
    small = [group(f"g{n}", [percent(5), percent(6, 24)], n=2) for n in range(2)]
    chart = drawn(review_of({"one": study(groups=[large, *small])}))
    assert len(chart.marks) == 4
    assert chart.left_out == ("61 results of fewer persons than those drawn, since a chart of more cannot be read",)


def test_persons_of_a_larger_study_are_drawn_once_for_each_treatment_of_both() -> None:
    """The smaller study gives way where both tell of a treatment, and stays for one of which it alone tells."""
    smaller = study(
        groups=[group("g", [percent(10)]), group("w", [percent(3)], "waiting")], overlaps={"large": "probable"}
    )
    larger = study(groups=[group("g", [percent(12)], n=50)])
    chart = drawn(review_of({"small": smaller, "large": larger}))
    assert [(mark.value, mark.role) for mark in chart.rows] == [("+12%", "this"), ("+3%", "natural")]
    assert chart.left_out == ("1 result that is of persons who are likely in a larger study already",)


def test_results_without_a_treatment_give_way_with_their_study() -> None:
    smaller = study(groups=[group("g", [percent(1)], None)], overlaps={"large": "certain"})
    larger = study(groups=[group("g", [percent(12)], n=50), group("h", [percent(2)], None)])
    chart = drawn(review_of({"small": smaller, "large": larger}))
    assert [(mark.study, mark.value) for mark in chart.rows] == [("large", "+12%"), ("large", "+2%")]


def test_a_person_told_twice_is_drawn_once_for_each_time() -> None:
    """The second record adds a later result; the one at the same time is no other person, though rounded otherwise."""
    again = r.Person(
        id="p1", same_person_as="one/p1", exposures=(exposure("drug-a"),), results=(percent(10.4), percent(14, 24))
    )
    studies = {"one": study(persons=[person("p1", [percent(10)])]), "two": study(persons=[again])}
    chart = drawn(review_of(studies))
    assert [(mark.study, mark.value) for mark in chart.rows] == [("one", "+10%"), ("two", "+14%")]
    assert chart.left_out == ("1 result that is told of the same person twice",)
    retold = {**studies, "one": study(persons=[person("p1", [percent(10)])], design=r.Design.NARRATIVE_REVIEW)}
    assert [mark.value for mark in drawn(review_of(retold)).rows] == ["+10.4%", "+14%"]


def test_marks_at_one_place_are_told_apart() -> None:
    review = review_of({"one": study(persons=[person(f"p{n}", [percent(10)]) for n in range(3)])})
    marks = drawn(review).marks
    assert len({mark.x for mark in marks}) == 3
    assert all(abs(a.x - b.x) >= 2 * a.half for a, b in itertools.combinations(marks, 2))


def test_a_mark_is_never_moved_far_from_its_time(real: Review) -> None:
    arms = [person(f"p{n}", [percent(10)]) for n in range(40)]
    marks = drawn(review_of({"one": study(persons=arms)})).marks
    assert max(mark.x for mark in marks) - min(mark.x for mark in marks) <= 37


def test_a_group_of_unknown_size_is_not_given_one() -> None:
    """Some of a group had the drug, the source does not say how many: their number is not that of the group."""
    some = result("density", r.Statistic.PERCENT_CHANGE, 9, months=6, unit="%", treatment="drug-a")
    known = group("h", [percent(8)], n=50)
    review = review_of({"one": study(groups=[group("g", [some], None, n=50), known])})
    unknown, whole = sorted(drawn(review).marks, key=lambda mark: mark.half)
    assert "some of 50 persons" in unknown.who
    assert unknown.half < whole.half


def test_results_of_one_arm_from_one_moment_are_joined() -> None:
    """Not those of another person, site, treatment or moment: what goes along a line is one course."""
    linked = percent(7, 18).model_copy(update={"treatment": "waiting"})
    left = [percent(value, months).model_copy(update={"site": "left"}) for value, months in ((1, 6), (2, 12))]
    born = [percent(20, 9, "delivery"), percent(21, 10, "delivery")]
    arms = [
        person("p1", [percent(12, 24), percent(10, 12), percent(8, 6), linked]),
        person("p2", [*left, percent(3, 36)]),
        person("p3", born),
        person("p4", [percent(5, 12)]),
    ]
    chart = drawn(review_of({"one": study(persons=arms)}))
    at = {mark.value: f"{mark.x},{mark.y}" for mark in chart.marks}
    assert sorted(chart.lines) == sorted(
        ("this", " ".join(at[value] for value in course))
        for course in (("+8%", "+10%", "+12%"), ("+1%", "+2%"), ("+20%", "+21%"))
    )


def test_what_the_legend_calls_others() -> None:
    """Beside the natural course any other treatment; beside a drug whatever goes without it."""
    arms = [group("a", [percent(10)]), group("b", [percent(5)], "waiting"), group("c", [percent(3)], None)]
    review = review_of({"one": study(groups=arms)})

    def roles(treatment: str) -> list[str]:
        return [key.text for key in drawn(review, treatment).legend if key.kind.startswith("role")]

    assert roles("drug-a") == ["Drug A", "Natural course, no drug", "Other arms without it"]
    assert roles("waiting") == ["Waiting", "Other treatments"]
    assert "group" in {key.kind for key in drawn(review).legend}
    assert "person" not in {key.kind for key in drawn(review).legend}
    single = drawn(review_of({"one": study(persons=[person("p1", [percent(10)])])}))
    assert [key.kind for key in single.legend] == ["role-this", "person"]
    assert {mark.treatment for mark in drawn(review).marks} == {"Drug A", "Waiting", "no treatment recorded"}
    assert drawn(review, "waiting").description == (
        "Waiting: 1 result of 1 study, +5%, at 12 months. Other treatments: 2 results of 1 study, +3% to +10%, at 12 months."
    )


def test_a_standard_error_is_no_bar() -> None:
    ours = r.Result(
        outcome="density",
        statistic=r.Statistic.PERCENT_CHANGE,
        value=10,
        se=1,
        time=r.Time(months=12, after="first-dose"),
        where="abstract",
    )
    (mark,) = drawn(review_of({"one": study(groups=[group("g", [ours])])})).marks
    assert mark.bar is None


SPREADS: dict[str, object] = {"ci95": (6, 18), "sd": 4, "iqr": (5, 16), "range": (-2, 30)}
ENDS = {"ci95": (6, 18), "sd": (6, 14), "iqr": (5, 16), "range": (-2, 30)}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (("ci95", "sd", "iqr", "range"), "ci95"),
        (("sd", "iqr", "range"), "sd"),
        (("iqr", "range"), "iqr"),
        (("range",), "range"),
    ],
)
def test_a_bar_shows_the_narrowest_spread_that_is_told_and_says_which(told: tuple[str, ...], kind: str) -> None:
    """Its ends lie where marks of these values do; a negative one below zero."""
    spread = {name: SPREADS[name] for name in told}
    whole = group("g", [percent(10).model_copy(update=spread)])
    ends = [person("low", [percent(ENDS[kind][0])]), person("high", [percent(ENDS[kind][1])])]
    chart = drawn(review_of({"one": study(groups=[whole], persons=ends)}))
    (bar,) = [mark.bar for mark in chart.marks if mark.bar]
    assert bar == change.Bar(kind, min(mark.y for mark in chart.marks), max(mark.y for mark in chart.marks))
    assert (bar.bottom > chart.zero) == (ENDS[kind][0] < 0)
    assert [key.kind for key in chart.legend if key.kind.startswith("bar")] == [f"bar-{kind}"]


def test_a_time_from_nowhere_is_marked() -> None:
    lost = r.Result(
        outcome="density",
        statistic=r.Statistic.PERCENT_CHANGE,
        value=10,
        time=r.Time(months=12, after=r.Missing.NOT_REPORTED),
        where="abstract",
    )
    chart = drawn(review_of({"one": study(groups=[group("g", [lost, percent(12)])])}))
    assert sorted(mark.clear for mark in chart.marks) == [False, True]
    assert any(key.kind == "unclear" for key in chart.legend)


def test_only_outcomes_of_the_findings_table_have_charts(base: Review, real: Review) -> None:
    assert change.chartable(base) == ["density"]
    columns = [column for column in real.record.findings_table if column.kind == "percent_change"]
    assert set(change.chartable(real)) == {id_ for column in columns for id_ in column.outcomes}


# --- lanes -----------------------------------------------------------------------------------------------------------


def test_each_person_with_a_time_has_one_lane_from_each_moment(base: Review) -> None:
    made = lanes.case_lanes(base, name)
    (chart,) = made.charts
    (only,) = chart.groups
    assert (chart.id, only.name) == ("delivery", "Untreated: natural course, no drug")
    (lane,) = only.lanes
    assert [point.kind for point in lane.points] == ["onset", "told", "result"]
    assert [bar.open for bar in lane.bars] == [True]
    assert lane.address == "studies/beta2021/#p1"


def test_a_first_dose_is_the_start_of_its_treatment() -> None:
    treated = r.Person(
        id="p1",
        exposures=(r.Exposure(treatment="drug-a", duration_months=18, where="abstract"),),
        results=(percent(10, 12),),
    )
    made = lanes.case_lanes(review_of({"one": study(persons=[treated])}), name)
    (chart,) = made.charts
    (lane,) = chart.groups[0].lanes
    (bar,) = lane.bars
    assert bar.x == chart.zero
    assert bar.x < lane.points[0].x < bar.x + bar.width


def test_lanes_of_some_studies_are_of_their_persons_alone() -> None:
    """A long list of persons is cut by studies; a study that tells of groups alone is in no part."""
    review = review_of(
        {
            "one": study(persons=[person("p1", [percent(10)])]),
            "two": study(persons=[person("p1", [percent(10)])]),
            "three": study(groups=[group("g", [percent(10)])]),
        }
    )
    assert [node.id for node in lanes.studies_with_persons(review)] == ["one", "two"]
    made = lanes.case_lanes(review, name, [review.studies["two"]])
    assert [row.study for row in made.rows] == ["two"]
    assert lanes.case_lanes(review, name).persons == 2


def test_the_moment_of_most_persons_comes_first_and_the_axis_holds_whole_treatments() -> None:
    given_ = r.Exposure(treatment="drug-a", duration_months=40, where="abstract")
    born = r.Onset(text="soon", time=r.Time(months=2, after="delivery"))
    both = r.Person(id="p1", exposures=(given_,), onset=born)
    later = r.Person(id="p2", exposures=(exposure("drug-a"),), results=(percent(10, 12),))
    first, second = lanes.case_lanes(review_of({"one": study(persons=[both, later])}), name).charts
    assert [(chart.id, chart.drawn) for chart in (first, second)] == [("first-dose", 2), ("delivery", 1)]
    assert float(first.ticks[-1].text) >= 40
    assert (first.few, first.untreated, first.lanes) == (True, 0, 2)


def test_who_waited_and_then_had_a_drug_is_not_untreated() -> None:
    """Her course is no natural one; who has no treatment recorded is not known to have had none."""
    had = {"p1": ("waiting",), "p2": ("waiting", "drug-a"), "p3": ("drug-a",), "p4": ()}
    born = r.Onset(text="soon", time=r.Time(months=2, after="delivery"))
    persons = [r.Person(id=id_, onset=born, exposures=tuple(map(exposure, all_))) for id_, all_ in had.items()]
    made = lanes.case_lanes(review_of({"one": study(persons=persons)}), name)
    (chart,) = (chart for chart in made.charts if chart.id == "delivery")
    assert (made.persons, made.untreated, chart.untreated) == (4, 1, 1)
    assert [(group.name, [lane.name for lane in group.lanes]) for group in chart.groups] == [
        ("Untreated: natural course, no drug", ["one, Person 1"]),
        ("No treatment recorded", ["one, Person 4"]),
        ("Treated", ["one, Person 2", "one, Person 3"]),
    ]


def test_who_had_a_drug_and_a_supplement_is_counted_from_the_drug() -> None:
    """From the supplement only who had nothing else, and from no start of a drug that was given twice."""
    told = {
        "p1": (exposure("drug-a"), exposure("waiting")),
        "p2": (exposure("waiting"),),
        "p3": (r.Exposure(treatment="drug-a", duration_months=6, where="a"), exposure("drug-a")),
    }
    persons = [r.Person(id=id_, exposures=given_, results=(percent(10, 12),)) for id_, given_ in told.items()]
    persons[0] = persons[0].model_copy(
        update={"results": (percent(10, 12).model_copy(update={"treatment": "drug-a"}), percent(11, 24))}
    )
    review = review_of({"one": study(persons=persons)})
    node = review.treatments["waiting"]
    node.loaded = replace(node.loaded, record=node.record.model_copy(update={"kind": "supplement"}))
    (chart,) = lanes.case_lanes(review, name).charts
    assert [(group.name, [lane.name for lane in group.lanes]) for group in chart.groups] == [
        ("Treated: Waiting", ["one, Person 2"]),
        ("Treated: Drug A", ["one, Person 1", "one, Person 3"]),
    ]
    ((supplement,), (drug, twice)) = (group.lanes for group in chart.groups)
    assert (len(supplement.bars), len(drug.bars), len(twice.bars)) == (1, 1, 0)
    assert [point.title.partition(":")[0] for point in drug.points] == ["12 months"], "of which the source says it"


def test_an_event_that_did_not_happen_is_a_result() -> None:
    values: list[tuple[r.Statistic, int | r.Missing]] = [
        (r.Statistic.PERSONS_WITH_EVENT, 1),
        (r.Statistic.PERSONS_WITH_EVENT, 0),
        (r.Statistic.EVENTS, 2),
        (r.Statistic.EVENTS, r.Missing.UNCLEAR),
        (r.Statistic.VALUE, 3),
    ]
    told = [result("fracture", statistic, value, months=n) for n, (statistic, value) in enumerate(values, 1)]
    (chart,) = lanes.case_lanes(review_of({"one": study(persons=[person("p1", told)])}), name).charts
    points = chart.groups[0].lanes[0].points
    assert [point.kind for point in points] == ["event", "result", "event", "result", "result"]
    assert [kind for kind, _ in chart.kinds] == ["open", "event", "result"]


@pytest.mark.parametrize(("persons", "few"), [(1, True), (4, True), (5, False)])
def test_a_figure_of_few_persons_says_so(persons: int, few: bool) -> None:
    """However many lanes they have: one for each treatment."""
    both = (exposure("drug-a"), exposure("waiting"))
    seen = percent(10, 12).model_copy(update={"treatment": "drug-a"})
    told = [r.Person(id=f"p{n}", exposures=both, results=(seen,)) for n in range(persons)]
    (chart,) = lanes.case_lanes(review_of({"one": study(persons=told)}), name).charts
    assert (chart.few, chart.drawn) == (few, persons)


def test_what_was_given_once_has_a_duration() -> None:
    """None at all is reported, which is not the same as not reported."""
    lanes_of = {}
    for months in (0, 12, None):
        given_ = r.Exposure(treatment="drug-a", duration_months=months, where="abstract")
        she = r.Person(id="p1", exposures=(given_,), results=(percent(10, 12),))
        (chart,) = lanes.case_lanes(review_of({"one": study(persons=[she])}), name).charts
        (lanes_of[months],) = chart.groups[0].lanes[0].bars
        assert ("bar" in dict(chart.kinds), "open" in dict(chart.kinds)) == (months is not None, months is None)
    assert [bar.title for bar in lanes_of.values()] == [
        "Drug A, for 0 months",
        "Drug A, for 12 months",
        "Drug A; duration not reported",
    ]
    once, year, unknown = lanes_of.values()
    assert (once.open, year.open, unknown.open) == (False, False, True)
    assert 0 < once.width < unknown.width < year.width


def test_one_month_is_no_months() -> None:
    early = review_of({"one": study(persons=[person("p1", [percent(10, 1)])])})
    assert drawn(early).description.endswith(", at 1 month.")
    (chart,) = lanes.case_lanes(early, name).charts
    assert chart.groups[0].lanes[0].points[0].title.startswith("1 month: ")


def test_times_are_moved_over_only_where_the_record_ties_them() -> None:
    tied = r.Person(
        id="p1",
        exposures=(
            r.Exposure(
                treatment="drug-a", start=r.Time(months=3, after="delivery"), duration_months=6, where="abstract"
            ),
        ),
        results=(percent(10, 12),),
    )
    loose = person("p2", [percent(10, 12)])
    made = lanes.case_lanes(review_of({"one": study(persons=[tied, loose])}), name)
    by_id = {chart.id: chart for chart in made.charts}
    assert (by_id["first-dose"].drawn, by_id["delivery"].drawn) == (2, 1)
    (lane,) = by_id["delivery"].groups[0].lanes
    assert [point.title.partition(" ")[0] for point in lane.points] == ["15"]


def test_times_are_moved_to_the_first_dose_from_the_moment_of_which_its_start_is_told() -> None:
    """And from no other: after the end of treatment is neither after delivery nor after the first dose."""
    start = r.Exposure(treatment="drug-a", start=r.Time(months=3, after="delivery"), where="abstract")
    results = (percent(10, 15, "delivery"), percent(11, 6, "end-of-treatment"))
    made = lanes.case_lanes(
        review_of({"one": study(persons=[r.Person(id="p1", exposures=(start,), results=results)])}), name
    )
    points = {chart.id: [point.title for point in chart.groups[0].lanes[0].points] for chart in made.charts}
    assert points == {
        "first-dose": ["12 months: Bone density: +10%"],
        "delivery": ["15 months: Bone density: +10%"],
    }
    loose = start.model_copy(update={"start": None})
    made = lanes.case_lanes(
        review_of({"one": study(persons=[r.Person(id="p1", exposures=(loose,), results=results)])}), name
    )
    assert [chart.id for chart in made.charts] == ["delivery"]


def test_times_from_unknown_moments_are_not_tied() -> None:
    """A start and a result that are both counted from a moment which nobody tells may be from two moments."""
    unknown = r.Missing.NOT_REPORTED
    start = r.Exposure(treatment="drug-a", start=r.Time(months=3, after=unknown), where="abstract")
    seen = percent(10, 12).model_copy(update={"time": r.Time(months=12, after=unknown)})
    made = lanes.case_lanes(
        review_of({"one": study(persons=[r.Person(id="p1", exposures=(start,), results=(seen,))])}), name
    )
    assert (made.charts, made.undrawn) == ((), 1)


def test_persons_without_a_time_are_listed_and_not_drawn() -> None:
    made = lanes.case_lanes(
        review_of({"one": study(persons=[person("p1", [percent(10, None)]), person("p2", [])])}), name
    )
    assert (made.charts, made.persons, made.undrawn) == ((), 2, 2)
    assert [row.drawn for row in made.rows] == ["", ""]
    assert made.without == ("delivery", "first dose")


def test_a_person_of_whom_the_other_record_does_not_count_has_her_lane() -> None:
    """The study that tells of her first retells others, so the later one counts her, and draws her."""
    again = r.Person(id="p1", same_person_as="one/p1", results=(percent(10),), exposures=(exposure("drug-a"),))
    retold = study(persons=[person("p1", [percent(10)])], design=r.Design.NARRATIVE_REVIEW)
    review = review_of({"one": retold, "two": study(persons=[again])})
    made = lanes.case_lanes(review, name)
    assert made.persons == review.persons == 1
    assert [row.study for row in made.rows] == ["two"]


def test_a_person_told_twice_has_one_lane() -> None:
    again = r.Person(id="p1", same_person_as="one/p1", results=(percent(10),), exposures=(exposure("drug-a"),))
    made = lanes.case_lanes(
        review_of({"one": study(persons=[person("p1", [percent(10)])]), "two": study(persons=[again])}), name
    )
    assert [row.study for row in made.rows] == ["one"]


def test_lanes_of_the_review_lie_in_the_drawing(real: Review) -> None:
    made = lanes.case_lanes(real, name)
    assert made.charts
    for chart in made.charts:
        drawn_lanes = [lane for group in chart.groups for lane in group.lanes]
        assert len({lane.y for lane in drawn_lanes}) == len(drawn_lanes) == chart.lanes
        for lane in drawn_lanes:
            assert lane.bars or lane.points
            assert lanes.TOP <= lane.top <= chart.base - lanes.LANE + ROUND_OFF
            places = [*(point.x for point in lane.points), *(bar.x for bar in lane.bars)]
            assert all(lanes.LEFT <= x <= lanes.RIGHT for x in places)
            assert all(bar.open or bar.x + bar.width <= lanes.RIGHT + 2 * ROUND_OFF for bar in lane.bars)
    assert len(made.rows) == made.persons
    assert sum(not row.drawn for row in made.rows) == made.undrawn


# --- evidence map ----------------------------------------------------------------------------------------------------


def anchor(outcome: str) -> str:
    return f"outcome-{outcome}"


def cells(review: Review) -> dict[tuple[str, str], evidence_map.Cell]:
    made = evidence_map.evidence_map(review, summaries.findings(review), anchor)
    return {(row.name, head.name): cell for row in made.rows for head, cell in zip(made.heads, row.cells, strict=True)}


def test_the_map_counts_each_person_once() -> None:
    inner = group("inner", [percent(9)], n=3, part_of="outer")
    review = review_of(
        {
            "one": study(groups=[group("outer", [percent(10), percent(12, 24)], n=8), inner]),
            "two": study(persons=[person("p1", [percent(5)])]),
            "other": study(groups=[group("g", [percent(5)], n=100)], directness="indirect"),
        }
    )
    assert summaries.Findings(review, review.treatments["drug-a"]).persons_with_results("density") == summaries.Counted(
        9, 2
    )


def test_a_value_that_is_not_reported_is_no_result() -> None:
    review = review_of({"one": study(persons=[person("p1", [percent(r.Missing.NOT_REPORTED)])])})
    assert summaries.Findings(review, review.treatments["drug-a"]).persons_with_results("density").persons == 0


def test_areas_stand_for_persons(real: Review) -> None:
    found = [cell for cell in cells(real).values() if cell.radius > 3]
    big = max(found, key=lambda cell: cell.persons)
    for cell in found:
        assert cell.radius**2 / cell.persons == pytest.approx(big.radius**2 / big.persons, rel=0.05)


def test_the_map_never_counts_more_than_were_treated(real: Review) -> None:
    persons = {node.record.name: node.persons for node in real.treatments.values()}
    assert all(cell.persons <= persons[treatment] for (treatment, _), cell in cells(real).items())


def test_gaps_are_gaps_and_lead_nowhere(base: Review) -> None:
    found = cells(base)
    gap = found[base.treatments["waiting"].record.name, base.outcomes["other-fracture"].record.name]
    assert (gap.known, gap.persons, gap.radius) == (False, 0, 0)
    assert gap.text.endswith("no evidence")


def test_the_outcomes_that_matter_most_come_first(real: Review) -> None:
    made = evidence_map.evidence_map(real, summaries.findings(real), anchor)
    assert sum(width for _, width in made.groups) == len(made.heads) == len(real.outcomes)
    assert [kind for kind, _ in made.groups] == [
        kind for kind in ("critical", "important", "not important") if kind in dict(made.groups)
    ]


# --- timeline --------------------------------------------------------------------------------------------------------


def told(months: r.Number | None, after: str = "delivery", what: str = "Something.") -> r.Event:
    return r.Event(time=r.Missing.NOT_REPORTED if months is None else r.Time(months=months, after=after), what=what)


@given(st.lists(st.one_of(st.none(), st.floats(-9, 60).map(lambda x: round(x, 1))), min_size=1, max_size=30))
def test_every_event_is_on_the_timeline_once(times: list[float | None]) -> None:
    made = timeline.timeline(linked_base(), [told(months) for months in times])
    placed = [point for axis in made.axes for point in axis.points]
    assert sorted(point.number for point in (*placed, *made.untimed)) == list(range(1, len(times) + 1))
    by_number = {point.number: point for point in placed}
    for number, months in enumerate(times, 1):
        if months is not None:
            assert timeline.LEFT <= by_number[number].x <= timeline.RIGHT
    for one, two in itertools.combinations(placed, 2):
        assert abs(one.x - two.x) >= 18 or abs(one.y - two.y) >= 18, "events may not cover each other"
        first, second = times[one.number - 1], times[two.number - 1]
        assert first is not None
        assert second is not None
        assert (first < second) <= (one.x <= two.x)


_BASE: list[Review] = []


def linked_base() -> Review:
    if not _BASE:
        _BASE.append(linked(BASE))
    return _BASE[0]


def test_times_from_different_moments_share_no_axis(base: Review) -> None:
    made = timeline.timeline(base, [told(1), told(2, "first-dose"), told(None)])
    assert [axis.name for axis in made.axes] == ["delivery", "first dose"]
    assert [point.number for point in made.untimed] == [3]


# --- flow of the search ----------------------------------------------------------------------------------------------


def box(stage: str, n: int, phase: str, column: str = "databases", aside: bool = False) -> r.FlowBox:
    return r.FlowBox.model_validate({"stage": stage, "n": n, "phase": phase, "column": column, "aside": aside})


def test_without_numbers_there_is_no_flow() -> None:
    assert flow.flow(()) is None


def test_what_leaves_the_flow_stands_beside_the_box_before_it() -> None:
    made = flow.flow(
        (
            box("Records identified", 90, "identification"),
            box("Duplicates removed", 10, "identification", aside=True),
            box("Websites", 4, "identification", "other"),
            box("Records screened", 80, "screening"),
            box("Studies included", 7, "included", "both"),
        )
    )
    assert made is not None
    assert made.columns == 2
    first, second, last = made.phases
    databases, other = (steps_ for _, steps_ in first.columns)
    assert [aside.n for aside in databases[0].asides] == [10]
    assert [step.box.n for step in other] == [4]
    assert [title for title, _ in second.columns] == ["", ""]
    assert [step.box.n for _, steps_ in last.columns for step in steps_] == [7]


# --- drawn ---------------------------------------------------------------------------------------------------------

FLOW = """
prisma:
  - {stage: Records identified from databases, n: 90, phase: identification}
  - {stage: Duplicates removed, n: 10, phase: identification, aside: true}
  - {stage: Records identified from websites, n: 4, phase: identification, column: other}
  - {stage: Reports assessed, n: 20, phase: screening}
  - stage: Reports excluded
    n: 13
    phase: screening
    aside: true
    reasons:
      - {reason: Another condition, n: 12}
      - {reason: No result}
  - {stage: Studies included, n: 7, phase: included, column: both}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = write_review(tmp_path_factory.mktemp("review"), {"evidence/review.yaml": [{"append": FLOW}]})
    tree = render(linked(root), root, [PACKAGED], {}, Settings())
    return {path: text.decode() for path, text in tree.files.items() if path.endswith(".md")}


PAGES = {
    "change": "treatments/drug-a/evidence.md",
    "lanes": "charts/case-lanes.md",
    "timeline": "case/first-case.md",
    "flow": "search-flow.md",
}


def figures(text: str) -> list[str]:
    return [part.partition("</figure>")[0] + "</figure>" for part in text.split("<figure")[1:]]


@pytest.mark.parametrize("kind", PAGES)
def test_drawings_are_the_same_as_ever(kind: str, files: dict[str, str]) -> None:
    """If a drawing is meant to change, look at it, then write it anew: ``python tests/test_charts.py``."""
    made = "<figure" + figures(files[PAGES[kind]])[0] + "\n"
    assert made == (CASES / f"{kind}.html").read_text("utf-8")


@pytest.mark.parametrize("kind", PAGES)
def test_drawings_are_well_formed_named_and_need_no_script(kind: str, files: dict[str, str]) -> None:
    figure = ElementTree.fromstring("<figure" + figures(files[PAGES[kind]])[0].replace(" data-search-exclude", ""))
    assert (figure.findtext("figcaption") or "").strip()
    ids = {element.get("id"): "".join(element.itertext()).strip() for element in figure.iter() if element.get("id")}
    for drawing in figure.iter("svg"):
        if drawing.get("aria-hidden") == "true":
            continue
        assert drawing.get("role") == "group", "role=img would hide the links in it"
        assert all(ids.get(id_) for id_ in (drawing.get("aria-labelledby") or "-").split())
        for link in drawing.iter("a"):
            assert link.get("href")
            assert link.get("aria-label") or (link.findtext("title") or "").strip()
    assert {element.tag for element in figure.iter()}.isdisjoint({"script", "image", "foreignObject", "style"})
    colours = [v for e in figure.iter() for k, v in e.attrib.items() if k in ("fill", "stroke", "style", "color")]
    assert colours == [], "colours belong in the style sheet, where schemes and print can change them"


def test_the_flow_is_shown_only_where_there_is_one(files: dict[str, str]) -> None:
    assert "search-flow.md" in files
    without = render(linked(BASE), BASE, [PACKAGED], {}, Settings())
    assert "search-flow.md" not in without.files


def test_the_flow_says_how_many_studies_are_recorded(files: dict[str, str]) -> None:
    """Its last box is what people counted; while a review is written, pages count fewer."""
    counts = r"\d+ reports?, \d+ stud(?:y|ies), \d+ persons?"
    at_home, here = (re.search(counts, files[name]) for name in ("index.md", "search-flow.md"))
    assert at_home is not None
    assert here is not None
    assert here[0] == at_home[0]


def test_the_numbers_of_a_chart_stand_in_a_table_too(files: dict[str, str], base: Review) -> None:
    figure = figures(files["treatments/drug-a/evidence.md"])[0]
    table = figure[figure.index("<table") :]
    for mark in drawn(base).marks:
        assert mark.value in table
        assert mark.time in table


def test_charts_are_light(real: Review) -> None:
    tree = render(real, ROOT, [PACKAGED], {}, Settings())
    for id_ in real.treatments:
        for figure in figures(tree.files[f"treatments/{id_}/evidence.md"].decode()):
            assert len(figure.partition("<details")[0]) < 14_000


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = write_review(Path(folder), {"evidence/review.yaml": [{"append": FLOW}]})
        tree = render(linked(root), root, [PACKAGED], {}, Settings())
        CASES.mkdir(exist_ok=True)
        for kind, path in PAGES.items():
            figure = "<figure" + figures(tree.files[path].decode())[0] + "\n"
            (CASES / f"{kind}.html").write_text(figure, "utf-8")
