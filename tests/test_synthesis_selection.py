"""Pooled estimates: nobody enters twice, nobody speaks for others, and only like is compared with like."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pooling import analysis_of, group, study, write_pooled
from reviews import problems_of

from evidence_site.synthesis import Analysis, Effect, Events, reasons

MEAN = {"outcome": "score", "measure": "mean_difference", "statistic": "mean", "unit": "points"}
HAZARD = {"measure": "hazard_ratio"}


def analysis(tmp_path: Path, studies: Mapping[str, str], **fields: object) -> Analysis:
    return analysis_of(write_pooled(tmp_path, studies, **{"outcome": "pain", "measure": "risk_ratio"} | fields))


def told(tmp_path: Path, text: str, **fields: object) -> tuple[Events, Events] | str:
    """How one study enters, or why not."""
    found = analysis(tmp_path, {"first": text}, **fields)
    assert len(found.entered) + len(found.left_out) == 1
    for _, reason in found.left_out:
        return reason
    (row,) = found.entered
    assert isinstance(row.treated, Events) and isinstance(row.against, Events)
    return row.treated, row.against


def events(value: object, more: str = "time: unclear") -> str:
    return f"      - {{outcome: pain, statistic: persons_with_event, value: {value}, {more}, where: abstract}}\n"


def score(value: object, more: str = "sd: 4, unit: points, time: unclear", statistic: str = "mean") -> str:
    return f"      - {{outcome: score, statistic: {statistic}, value: {value}, {more}, where: abstract}}\n"


def at(months: float, after: str = "first-dose") -> str:
    return f"time: {{months: {months}, after: {after}}}"


def person(id_: str, had: str, in_group: str, *results: str) -> str:
    return group(id_, had, 1, *results).replace(f"    label: {id_}\n    n: 1\n", f"    group: {in_group}\n")


CONTROL = group("b", "waiting", 60, events(12))


@pytest.mark.parametrize("value", [-5, 70, 2.5])
@pytest.mark.parametrize("measure", ["risk_ratio", "odds_ratio"])
def test_numbers_that_cannot_be_are_told_once_and_not_computed_with(tmp_path: Path, value: float, measure: str) -> None:
    """A slip in a number is no traceback, and no reason to ask for another synthesis."""
    wrong = study(group("a", "drug-a", 50, events(value)), group("b", "waiting", 60, events(value)))
    right = study(group("a", "drug-a", 50, events(5)), CONTROL)
    found = analysis(tmp_path, {"one": wrong, "two": right}, measure=measure)
    assert [row.study.id for row in found.entered] == ["two"]
    assert found.pooled is None
    told = [p.code for p in problems_of(tmp_path) if p.code.startswith(("impossible", "synthesis"))]
    assert told == ["impossible-number"] * 2


# --- who stands on a side --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exposures", ["drug-a; waiting", "drug-a, n: 50; waiting, n: 60", "drug-a", "waiting"])
@pytest.mark.parametrize("results", [(events(17),), ()], ids=["with a number of all", "without"])
def test_all_persons_of_a_trial_are_no_side_of_it(tmp_path: Path, exposures: str, results: tuple[str, ...]) -> None:
    """A group that holds both arms is neither, whatever it says: the arms are compared, and each person once."""
    everybody = group("all", exposures, 110, *results)
    inside = "    part_of: all\n"
    arms = group("a", "drug-a", 50, events(5), more=inside), group("b", "waiting", 60, events(12), more=inside)
    assert told(tmp_path, study(everybody, *arms)) == (Events(5, 50), Events(12, 60))


@pytest.mark.parametrize(
    "inner",
    [
        group("y", "drug-a", 20, events(3), more="    part_of: b\n"),
        group("y", "other", 20, events(3, "time: unclear, treatment: drug-a, n: 20"), more="    part_of: b\n"),
    ],
    ids=["who changed to it", "by a number that is linked with it"],
)
def test_nobody_stands_on_both_sides(tmp_path: Path, inner: str) -> None:
    """A part of the controls that is told of under the treatment, such as those who changed to it, would."""
    assert told(tmp_path, study(inner, CONTROL)) == reasons.SHARED


def test_those_of_a_group_who_had_the_treatment_speak_for_themselves(tmp_path: Path) -> None:
    """Of a group of whom only some had it, the part that had it enters."""
    mixed = group("m", "drug-a, n: 30", 50, events(9))
    inner = group("a", "drug-a", 30, events(3), more="    part_of: m\n")
    assert told(tmp_path, study(mixed, inner, CONTROL)) == (Events(3, 30), Events(12, 60))


@pytest.mark.parametrize(
    "told_of",
    [
        study(
            group("a", "drug-a", 50),
            CONTROL,
            more="persons:\n" + person("p1", "drug-a", "a", events(1)) + person("p2", "drug-a", "a", events(1)),
        ),
        study(group("a", "drug-a", 50), group("y", "drug-a", 20, events(1), more="    part_of: a\n"), CONTROL),
        study(
            group("a", "drug-a", 50, events(5)),
            group("b", "waiting", 60),
            group("y", "waiting", 20, events(9), more="    part_of: b\n"),
        ),
    ],
    ids=["single persons", "a subgroup", "a subgroup of the controls"],
)
def test_a_part_does_not_stand_for_its_group(tmp_path: Path, told_of: str) -> None:
    """Persons told of one by one are told of because something happened to them."""
    assert told(tmp_path, told_of) == reasons.PART


def test_parts_that_make_a_whole_stand_for_it(tmp_path: Path) -> None:
    """Two strata of a group are all of it, and so are its persons when it is said of whom nothing is known."""
    inside = "    part_of: a\n"
    strata = group("x", "drug-a", 20, events(1), more=inside), group("y", "drug-a", 30, events(3), more=inside)
    text = study(group("a", "drug-a", 50), *strata, CONTROL)
    assert told(tmp_path / "strata", text) == (Events(4, 50), Events(12, 60))
    values = (1, 0, "not_reported")
    persons = "".join(person(f"p{n}", "drug-a", "a", events(value)) for n, value in enumerate(values))
    text = study(group("a", "drug-a", 3), CONTROL, more=f"persons:\n{persons}")
    assert told(tmp_path / "persons", text) == (Events(1, 2), Events(12, 60))


def test_two_numbers_of_one_group_are_not_said_to_be_of_the_same_persons(tmp_path: Path) -> None:
    """Where 20 had one and 30 the other of 50, they may be others or not; that they crossed over nobody said."""
    both = group(
        "a", "drug-a, n: 20; waiting, n: 30", 50, events(5, "time: unclear, treatment: drug-a"),
        events(4, "time: unclear, treatment: waiting"),
    )  # fmt: skip
    assert told(tmp_path, study(both)) == reasons.ONE_GROUP


def test_where_everybody_had_the_event_no_ratio_is_made(tmp_path: Path) -> None:
    """As where nobody had it: what has no other outcome tells nothing of odds or risks."""
    arms = group("a", "drug-a", 50, events(50)), group("b", "waiting", 60, events(60))
    assert told(tmp_path / "both", study(*arms)) == reasons.EVERYBODY
    one = study(arms[0], group("b", "waiting", 60, events(59)))
    assert told(tmp_path / "one", one) == (Events(50, 50), Events(59, 60))


def test_a_study_is_named_if_the_one_that_holds_its_persons_says_nothing(tmp_path: Path) -> None:
    """Its numbers are lost to the estimate, and a reader has to know."""
    small = study(
        group("a", "drug-a", 20, events(2)),
        group("b", "waiting", 20, events(4)),
        more="overlaps:\n  - {study: large, status: probable, note: The same centre.}\n",
    )
    silent = study(group("a", "drug-a", 50), group("b", "waiting", 60))
    found = analysis(tmp_path / "silent", {"small": small, "large": silent})
    assert [(node.id, why) for node, why in found.left_out] == [("small", reasons.HELD)]
    telling = study(group("a", "drug-a", 50, events(5)), CONTROL)
    found = analysis(tmp_path / "telling", {"small": small, "large": telling})
    assert ([row.study.id for row in found.entered], found.left_out) == (["large"], ())


def test_sides_measured_at_different_sites_are_not_compared(tmp_path: Path) -> None:
    """A hip of one group says nothing against a spine of the other; that a site is not named is another matter."""

    def text(one: str, other: str) -> str:
        sides = [score(5, f"sd: 4, unit: points, time: unclear{site}") for site in (one, other)]
        return study(group("a", "drug-a", 50, sides[0]), group("b", "waiting", 60, sides[1]))

    found = analysis(tmp_path / "two", {"first": text(", site: hip", ", site: spine")}, **MEAN)
    assert [why for _, why in found.left_out] == [reasons.OTHER_SITE]
    assert len(analysis(tmp_path / "one", {"first": text(", site: hip", "")}, **MEAN).entered) == 1


def test_the_unit_of_a_third_group_does_not_matter(tmp_path: Path) -> None:
    """Only what is compared has to be in one unit."""
    third = group("c", "other", 40, score(5, 'sd: 4, unit: "%", time: unclear'))
    text = study(group("a", "drug-a", 50, score(5)), group("b", "waiting", 60, score(7)), third)
    assert len(analysis(tmp_path, {"first": text}, **MEAN).entered) == 1


# --- times -----------------------------------------------------------------------------------------------------------


def test_both_groups_are_taken_at_the_same_time(tmp_path: Path) -> None:
    """Of several times the nearest that both groups have, though one of them has a nearer one."""
    treated = group("a", "drug-a", 50, events(5, at(12)), events(3, at(10)))
    text = study(treated, group("b", "waiting", 60, events(9, at(10))))
    assert told(tmp_path, text, months=12) == (Events(3, 50), Events(9, 60))


def test_times_as_near_as_each_other_are_left_to_people(tmp_path: Path) -> None:
    """9 and 15 months are as far from 12."""
    arms = [
        group(name, had, 50, events(5, at(9)), events(6, at(15))) for name, had in (("a", "drug-a"), ("b", "waiting"))
    ]
    assert told(tmp_path, study(*arms), months=12) == reasons.SEVERAL


@pytest.mark.parametrize(
    ("statistic", "months", "wanted"),
    [
        ("change", None, reasons.RESET),
        ("mean", 12, reasons.RESET),
        ("mean", None, 1),
        ("change", 12, reasons.RESET),
    ],
)
def test_what_is_counted_from_the_end_of_treatment_is_another_thing(
    tmp_path: Path, statistic: str, months: int | None, wanted: str | int
) -> None:
    """A change since treatment ended, or twelve months after it, is not one since it began."""
    more = f"sd: 4, unit: points, {at(12, 'end-of-treatment')}"
    sides = [score(value, more, statistic) for value in (5, 7)]
    text = study(group("a", "drug-a", 50, sides[0]), group("b", "waiting", 60, sides[1]))
    fields: dict[str, object] = {**MEAN, "statistic": statistic} | ({"months": months} if months else {})
    found = analysis(tmp_path, {"first": text}, **fields)
    assert [why for _, why in found.left_out] + [len(found.entered)] * (wanted == 1) == [wanted]


def test_a_change_since_the_end_of_treatment_does_not_hide_that_since_its_start(tmp_path: Path) -> None:
    """Of two changes at twelve months the one since the beginning enters."""
    arms = [
        group(
            name,
            had,
            50,
            score(value, f"sd: 4, unit: points, {at(12)}", "change"),
            score(99, f"sd: 4, unit: points, {at(12, 'end-of-treatment')}", "change"),
        )
        for name, had, value in (("a", "drug-a", 5), ("b", "waiting", 7))
    ]
    (row,) = analysis(tmp_path, {"first": study(*arms)}, **{**MEAN, "statistic": "change"}).rows
    assert row.effect.estimate == -2


# --- published ratios ------------------------------------------------------------------------------------------------


def compared(measure: str, value: str, group_: str = "a", against: str = "b", more: str = "") -> str:
    return (
        f"  - {{outcome: pain, group: {group_}, against: {against}, measure: {measure}, value: {value}, "
        f"{more}where: abstract}}\n"
    )


def published(tmp_path: Path, *comparisons: str, groups: tuple[str, ...] = (), **fields: object) -> list[object]:
    arms = group("a", "drug-a", 50), group("b", "waiting", 60), *groups
    text = study(*arms, more="comparisons:\n" + "".join(comparisons))
    found = analysis(tmp_path, {"first": text}, **HAZARD, **fields)
    return [row.published for row in found.entered] + [why for _, why in found.left_out]


ONE, TWO = "0.7, ci95: [0.5, 0.98]", "0.8, ci95: [0.6, 1.07]"


@pytest.mark.parametrize(
    "measure", ["hazard_ratio", '"hazard ratio, adjusted for age"', '"Hazard ratio: Cox model"', "hazard-ratio"]
)
def test_a_hazard_ratio_is_known_by_its_words(tmp_path: Path, measure: str) -> None:
    """Whatever stands between them, or behind."""
    assert published(tmp_path, compared(measure, ONE)) == [Effect(0.7, 0.5, 0.98)]


@pytest.mark.parametrize(
    "measure", ["ln hazard ratio", '"hazard ratio (log)"', "logarithm of the hazard ratio", "log-hazard ratio"]
)
def test_a_logarithm_is_not_the_ratio(tmp_path: Path, measure: str) -> None:
    """All of its numbers may be above zero, so that nothing but the words tells."""
    assert published(tmp_path, compared(measure, ONE)) == []


def test_the_ratio_nearest_to_the_time_enters(tmp_path: Path) -> None:
    """As the results of groups do."""
    two = [compared("hazard ratio", value, more=f"{at(months)}, ") for value, months in ((ONE, 12), (TWO, 14))]
    assert published(tmp_path, *two, months=12) == [Effect(0.7, 0.5, 0.98)]


def test_a_ratio_at_another_time_is_named(tmp_path: Path) -> None:
    """Else nobody would see that a trial is missing."""
    late = compared("hazard ratio", ONE, more=f"{at(36)}, ")
    assert published(tmp_path, late, months=12) == [f"{reasons.OTHER_TIMES}: 36 months"]


def test_the_ratio_of_all_stands_for_its_parts(tmp_path: Path) -> None:
    """A ratio of a subgroup beside that of the whole trial is not a second one."""
    young = group("y", "drug-a", 20, more="    part_of: a\n")
    both = compared("hazard ratio", ONE), compared("hazard ratio", TWO, group_="y")
    assert published(tmp_path, *both, groups=(young,)) == [Effect(0.7, 0.5, 0.98)]


def test_ratios_of_several_groups_are_named_as_that(tmp_path: Path) -> None:
    """Two doses against one comparator share its persons."""
    both = compared("hazard ratio", ONE), compared("hazard ratio", TWO, group_="c")
    assert published(tmp_path, *both, groups=(group("c", "drug-a", 40),)) == [reasons.SEVERAL_PAIRS]


def test_a_ratio_counted_from_the_end_of_treatment_is_another_time(tmp_path: Path) -> None:
    """At twelve months after it the trial is not at twelve months."""
    later = compared("hazard ratio", ONE, more=f"{at(12, 'end-of-treatment')}, ")
    assert published(tmp_path / "asked", later, months=12) == [reasons.RESET]
    assert published(tmp_path / "open", later) == [Effect(0.7, 0.5, 0.98)]
