"""Pooled differences of means and published hazard ratios: the statistics, and which studies enter."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist, fmean, stdev

import pytest
from pooling import analysis_of, group, study, write_pooled
from reviews import linked, problems_of

from evidence_site import exports, records as r
from evidence_site.charts.forest import Forest, forest
from evidence_site.folders import PACKAGED
from evidence_site.pages import Settings, render
from evidence_site.synthesis import Analysis, Effect, Means, Row, compute, reasons
from evidence_site.synthesis.absolute import absolute
from evidence_site.synthesis.sides import Events, Group, Mean, combined
from evidence_site.synthesis.wording import difference, ratio, side, variance

Z = NormalDist().inv_cdf(0.975)
STAYS = (
    # Length of stay in hospital in days of patients with stroke, under specialist and routine care: persons, mean and
    # standard deviation of each. Normand, Stat Med 1999;18:321-59; data set dat.normand1999 of metadat.
    (155, 55, 47, 156, 75, 64),
    (31, 27, 7, 32, 29, 4),
    (75, 64, 17, 71, 119, 29),
    (18, 66, 20, 18, 137, 48),
    (8, 14, 8, 13, 18, 11),
    (57, 19, 7, 52, 18, 4),
    (34, 52, 45, 33, 41, 34),
    (110, 21, 16, 183, 31, 27),
    (60, 30, 27, 52, 23, 20),
)


def asked(**fields: object) -> r.Synthesis:
    said = {"outcome": "pain", "against": "waiting", "measure": "mean_difference", "model": "random_effects"}
    said |= {"statistic": "mean"} if fields.get("measure") != "hazard_ratio" else {}
    return r.Synthesis.model_validate({**said, "rationale": "They are alike.", **fields})


def row(treated: Mean, against: Mean) -> Row:
    # Statistics look at nothing but the numbers of a row.
    return Row(None, Means((treated,)), Means((against,)))  # type: ignore[arg-type]


def stays(*, pooled_sd: bool = False) -> list[Row]:
    rows = []
    for n1, m1, s1, n2, m2, s2 in STAYS:
        both = math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
        sds = (both, both) if pooled_sd else (s1, s2)
        rows.append(row(Mean(m1, n1, sds[0]), Mean(m2, n2, sds[1])))
    return rows


def rounded(effect: Effect) -> list[float]:
    return [round(value, 2) for value in (effect.estimate, effect.low, effect.high)]


# --- statistics ------------------------------------------------------------------------------------------------------


def test_published_mean_differences_come_out() -> None:
    """Tables VIII and IX of Normand 1999, who took the standard deviation of both groups together."""
    rows, found = compute(asked(), stays(pooled_sd=True))
    assert [row.effect.estimate for row in rows] == [-20, -2, -55, -71, -4, 1, 11, -10, 7]
    assert found is not None and found.tau2 is not None
    assert rounded(found.effect) == [-14.10, -24.45, -3.75]
    assert round(found.tau2, 2) == 218.72
    common = compute(asked(model="common_effect"), stays(pooled_sd=True))[1]
    assert common is not None
    assert rounded(common.effect) == [-3.49, -5.03, -1.96]


def test_the_published_estimate_by_restricted_maximum_likelihood_comes_out() -> None:
    """Table IX of Normand 1999, as metafor's tests give it to two decimals, too."""
    found = compute(asked(estimator="restricted_maximum_likelihood"), stays(pooled_sd=True))[1]
    assert found is not None and found.tau2 is not None
    assert rounded(found.effect) == [-15.12, -32.67, 2.43]
    assert found.tau2 == pytest.approx(685.20, abs=0.005)


def test_studies_that_agree_have_no_likely_variance_between_them() -> None:
    """Restricted maximum likelihood never goes below zero, and needs no differences to begin with."""
    alike = [row(Mean(5, 50, 4), Mean(7, 60, 4)), row(Mean(5.1, 50, 4), Mean(7, 60, 4))]
    same = [alike[0], alike[0], alike[0]]
    for rows in (alike, same):
        found = compute(asked(estimator="restricted_maximum_likelihood"), rows)[1]
        common = compute(asked(model="common_effect"), rows)[1]
        assert found is not None and common is not None
        assert found.tau2 == 0
        assert found.effect == common.effect


def test_the_most_likely_variance_does_not_depend_on_the_unit() -> None:
    """In hours it is 24 times 24 of what it is in days."""
    in_hours = [row(Mean(24 * m1, n1, 24 * s1), Mean(24 * m2, n2, 24 * s2)) for n1, m1, s1, n2, m2, s2 in STAYS]
    days, hours = (compute(asked(estimator="restricted_maximum_likelihood"), rows)[1] for rows in (stays(), in_hours))
    assert days is not None and hours is not None and days.tau2 and hours.tau2
    assert hours.tau2 / days.tau2 == pytest.approx(24**2)


def test_each_group_keeps_its_own_deviation() -> None:
    """The variance of a difference is the sum of what both groups give (Cochrane Handbook, chapter 10)."""
    rows, _ = compute(asked(), stays())
    half = Z * math.sqrt(47**2 / 155 + 64**2 / 156)
    assert rows[0].effect.low == pytest.approx(-20 - half)
    assert rows[0].effect.high == pytest.approx(-20 + half)


def test_standardised_differences_agree_with_the_formula() -> None:
    """Hedges' adjusted g with the variance of RevMan; the unit of the outcome falls out of it."""
    rows, _ = compute(asked(measure="standardised_mean_difference"), stays())
    for found, (n1, m1, s1, n2, m2, s2) in zip(rows, STAYS, strict=True):
        both = math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
        g = (m1 - m2) / both * (1 - 3 / (4 * (n1 + n2) - 9))
        half = Z * math.sqrt((n1 + n2) / (n1 * n2) + g**2 / (2 * (n1 + n2 - 3.94)))
        assert [found.effect.estimate, found.effect.low, found.effect.high] == pytest.approx([g, g - half, g + half])
    in_hours = [row(Mean(24 * m1, n1, 24 * s1), Mean(24 * m2, n2, 24 * s2)) for n1, m1, s1, n2, m2, s2 in STAYS]
    hours = compute(asked(measure="standardised_mean_difference"), in_hours)[0]
    assert [found.effect.estimate for found in hours] == pytest.approx([found.effect.estimate for found in rows])


def test_a_prediction_of_differences_lies_about_the_estimate() -> None:
    """Differences are not put on a logarithmic scale: both intervals are even about the estimate."""
    found = compute(asked(), stays())[1]
    assert found is not None and found.prediction is not None
    assert sum(found.prediction) / 2 == pytest.approx(found.effect.estimate)
    assert (found.effect.low + found.effect.high) / 2 == pytest.approx(found.effect.estimate)


def test_a_deviation_is_made_of_what_is_told() -> None:
    """Of the standard error, or of an interval with Student's t, which for ten persons has 2.262 (a printed table)."""
    assert Mean(5, 25, se=0.4).deviation == pytest.approx(2)
    assert Mean(5, 10, ci95=(3, 7)).deviation == pytest.approx(2 / 2.262157 * math.sqrt(10))
    assert Mean(5, 10, sd=3, se=9, ci95=(0, 10)).deviation == 3, "what is printed goes first"
    assert Mean(5, 25, sd=0, se=0.4).deviation == pytest.approx(2), "a spread of nothing tells nothing"
    assert math.isnan(Mean(5, 10).deviation)
    assert math.isnan(Mean(5, 1, ci95=(3, 7)).deviation)


def test_groups_taken_together_are_as_if_never_divided() -> None:
    """The mean and deviation of two groups together are those of all their persons."""
    chance = random.Random(1)
    parts = [[chance.gauss(10 * n, 3) for _ in range(n)] for n in (4, 7, 12)]
    whole = [value for part in parts for value in part]
    found = combined([Mean(fmean(part), len(part), sd=stdev(part)) for part in parts])
    assert (found.mean, found.persons, found.sd) == pytest.approx((fmean(whole), len(whole), stdev(whole)))


def test_published_ratios_are_pooled_by_their_intervals() -> None:
    """The standard error of a logarithm is its interval's length divided by 2 times 1.96."""
    told = [Effect(0.7, 0.5, 0.98), Effect(0.9, 0.6, 1.35)]
    rows = [Row(None, Group(50), Group(50), published=effect) for effect in told]  # type: ignore[arg-type]
    made, found = compute(asked(measure="hazard_ratio", model="common_effect"), rows)
    assert [row.effect for row in made] == told, "what a study says stands as printed"
    errors = [math.log(effect.high / effect.low) / (2 * Z) for effect in told]
    weights = [1 / error**2 for error in errors]
    logs = [math.log(effect.estimate) for effect in told]
    mean = sum(w * log for w, log in zip(weights, logs, strict=True)) / sum(weights)
    assert found is not None
    assert found.effect.estimate == pytest.approx(math.exp(mean))
    assert found.effect.low == pytest.approx(math.exp(mean - Z / math.sqrt(sum(weights))))


# --- which studies enter ---------------------------------------------------------------------------------------------


def result(value: object, more: str = "sd: 4, unit: points, time: {months: 12, after: first-dose}", **said: str) -> str:
    statistic = said.get("statistic", "mean")
    return f"      - {{outcome: score, statistic: {statistic}, value: {value}, {more}, where: abstract}}\n"


GOOD = study(group("a", "drug-a", 50, result(5)), group("b", "waiting", 60, result(7)))


def review_of(tmp_path: Path, studies: Mapping[str, str], **fields: object) -> Path:
    asked = {"outcome": "score", "measure": "mean_difference", "statistic": "mean", "unit": "points"}
    return write_pooled(tmp_path, studies, **asked | fields)


def analysis(tmp_path: Path, studies: Mapping[str, str], **fields: object) -> Analysis:
    return analysis_of(review_of(tmp_path, studies, **fields))


def entered(found: Analysis) -> list[tuple[object, object]]:
    return [(row.treated, row.against) for row in found.entered]


def mean(value: float, persons: int, sd: float | None = 4, **spread: object) -> Means:
    return Means((Mean(value, persons, sd, **spread),))  # type: ignore[arg-type]


def test_the_means_of_both_groups_enter(tmp_path: Path) -> None:
    """With the persons behind each mean, who are fewer than the group where the source says so."""
    fewer = study(
        group("a", "drug-a", 50, result(5, "se: 0.5, n: 45, unit: points, time: unclear")),
        GOOD.split("groups:\n")[1].split("  - id: b")[1].join(["  - id: b", ""]),
    )
    found = analysis(tmp_path, {"first": GOOD, "second": fewer})
    assert entered(found) == [(mean(5, 50), mean(7, 60)), (mean(5, 45, None, se=0.5), mean(7, 60))]
    assert found.persons == 215
    assert found.left_out == ()


OTHERS = {
    "no spread": (result(5, "unit: points, time: unclear"), reasons.NO_SPREAD),
    "a spread of nothing": (result(5, "sd: 0, unit: points, time: unclear"), reasons.NO_SPREAD),
    "another unit": (result(5, 'sd: 4, unit: "%", time: unclear'), reasons.OTHER_UNIT),
    "a median": (result(5, "unit: points, time: unclear", statistic="median"), reasons.ONE_SIDED),
    "two results": (result(5) + result(6), reasons.SEVERAL),
    "a skewed interval": (result(5, "ci95: [4, 20], unit: points, time: unclear"), reasons.SKEWED),
}


@pytest.mark.parametrize(("treated", "reason"), OTHERS.values(), ids=OTHERS.keys())
def test_a_study_whose_means_cannot_be_pooled_is_named(tmp_path: Path, treated: str, reason: str) -> None:
    """What a reader might miss in the plot is said, with the reason."""
    second = study(group("a", "drug-a", 50, treated), group("b", "waiting", 60, result(7)))
    found = analysis(tmp_path, {"first": GOOD, "second": second})
    assert [row.study.id for row in found.entered] == ["first"]
    assert [(node.id, why) for node, why in found.left_out] == [("second", reason)]


def test_medians_of_both_groups_are_named_too(tmp_path: Path) -> None:
    """A study that measured the outcome and gives no mean of it is not passed over in silence."""
    medians = [result(value, "unit: points, time: unclear", statistic="median") for value in (5, 7)]
    second = study(group("a", "drug-a", 50, medians[0]), group("b", "waiting", 60, medians[1]))
    found = analysis(tmp_path, {"first": GOOD, "second": second})
    assert [(node.id, why) for node, why in found.left_out] == [("second", reasons.OTHERWISE)]


def test_one_person_has_no_deviation(tmp_path: Path) -> None:
    """A group of one cannot be pooled by its mean, whatever is printed beside it."""
    second = study(group("a", "drug-a", 1, result(5)), group("b", "waiting", 60, result(7)))
    found = analysis(tmp_path, {"second": second})
    assert [why for _, why in found.left_out] == [reasons.NO_SPREAD]


BOTH = (("a", "drug-a"), ("b", "waiting"))


def at(months: float, value: object) -> str:
    return result(value, f"sd: 4, unit: points, time: {{months: {months}, after: first-dose}}")


def test_the_nearest_time_is_taken(tmp_path: Path) -> None:
    """Of results within a quarter of the time asked for the nearest; a study with none there is named with its times."""
    many = study(
        group("a", "drug-a", 50, at(3, 1), at(11, 2), at(12.5, 3), at(24, 4)),
        group("b", "waiting", 60, at(3, 5), at(13, 6), at(24, 7)),
    )
    late = study(group("a", "drug-a", 50, at(24, 1), at(3, 1)), group("b", "waiting", 60, at(24, 2)))
    one_arm = study(group("a", "drug-a", 50, at(24, 1)))
    untold = study(*(group(id_, had, 50, result(5, "sd: 4, unit: points, time: unclear")) for id_, had in BOTH))
    studies = {"first": many, "second": late, "third": one_arm, "fourth": untold}
    found = analysis(tmp_path, studies, months=12)
    assert entered(found) == [(mean(3, 50), mean(6, 60))]
    assert [(node.id, why) for node, why in found.left_out] == [
        ("fourth", "it gives the outcome at other times only, and does not say at which"),
        ("second", "it gives the outcome at other times only: 3, 24 months"),
    ]


def test_events_are_taken_at_a_time_too(tmp_path: Path) -> None:
    """A trial that counts after one and after two years can be pooled once it is said when."""

    def events(months: int, value: int) -> str:
        return f"      - {{outcome: pain, statistic: persons_with_event, value: {value}, time: {{months: {months}, after: first-dose}}, where: abstract}}\n"

    text = study(
        group("a", "drug-a", 50, events(12, 3), events(24, 5)), group("b", "waiting", 60, events(12, 6), events(24, 9))
    )
    asked_for = {"outcome": "pain", "measure": "risk_ratio", "statistic": None, "unit": None}
    found = analysis(tmp_path, {"first": text}, **asked_for, months=24)
    assert entered(found) == [(Events(5, 50), Events(9, 60))]


def compared(measure: str, more: str, group_: str = "a", against: str = "b") -> str:
    return (
        f"comparisons:\n  - {{outcome: score, group: {group_}, against: {against}, measure: {measure}, {more}, "
        "where: abstract}\n"
    )


TIME = "time: {months: 12, after: first-dose}"
ARMS = (group("a", "drug-a", 50), group("b", "waiting", 60))
HAZARD = {"measure": "hazard_ratio", "statistic": None, "unit": None}
RATIOS = {
    "as asked": (compared("hazard ratio", "value: 0.7, ci95: [0.5, 0.98]"), Effect(0.7, 0.5, 0.98)),
    "adjusted": (compared("Adjusted hazard ratio", "value: 0.7, ci95: [0.5, 0.98]"), Effect(0.7, 0.5, 0.98)),
    "rounded": (compared("hazard ratio", "value: 0.8, ci95: [0.6, 0.9]"), Effect(0.8, 0.6, 0.9)),
    "the other way about": (compared("hazard ratio", "value: 2, ci95: [1, 4]", "b", "a"), Effect(0.5, 0.25, 1)),
    "no interval": (compared("hazard ratio", "value: 0.7"), reasons.NO_INTERVAL),
    "an end of nought": (compared("hazard ratio", "value: 0.7, ci95: [0, 1.5]"), reasons.NO_INTERVAL),
    "uneven": (compared("hazard ratio", "value: 0.95, ci95: [0.5, 0.98]"), reasons.SKEWED),
}


@pytest.mark.parametrize(("more", "wanted"), RATIOS.values(), ids=RATIOS.keys())
def test_published_hazard_ratios_enter(tmp_path: Path, more: str, wanted: Effect | str) -> None:
    """With their interval, turned if the study names the groups the other way, or with the reason why not."""
    found = analysis(tmp_path, {"first": study(*ARMS, more=more)}, **HAZARD)
    said: list[object] = [row.published for row in found.entered] + [why for _, why in found.left_out]
    assert said == [wanted]
    assert found.persons == (110 if isinstance(wanted, Effect) else 0)


@pytest.mark.parametrize("measure", ["log hazard ratio", "risk ratio", "ratio of hazards"])
def test_other_measures_are_no_hazard_ratios(tmp_path: Path, measure: str) -> None:
    """What is not said to be a hazard ratio is not pooled as one."""
    found = analysis(
        tmp_path, {"first": study(*ARMS, more=compared(measure, "value: 0.7, ci95: [0.5, 0.98]"))}, **HAZARD
    )
    assert (found.entered, found.left_out) == ((), ())


def test_two_hazard_ratios_of_the_same_groups_are_named(tmp_path: Path) -> None:
    """Nobody can tell which of them is meant."""
    one = compared("hazard ratio", "value: 0.7, ci95: [0.5, 0.98]")
    two = one + compared("adjusted hazard ratio", "value: 0.8, ci95: [0.6, 1.07]").removeprefix("comparisons:\n")
    found = analysis(tmp_path, {"first": study(*ARMS, more=two)}, **HAZARD)
    assert [why for _, why in found.left_out] == [reasons.SEVERAL_RATIOS]


# --- what is shown ---------------------------------------------------------------------------------------------------


def plot_of(found: Analysis) -> Forest:
    return forest(found, lambda node: node.id, None)


SECOND = study(
    group("a", "drug-a", 40, result(4)), group("b", "waiting", 40, result(9, "sd: 5, unit: points, time: unclear"))
)


def test_the_plot_of_differences(tmp_path: Path) -> None:
    """Zero is no difference, numbers carry their unit and a true minus sign, and the sides say who is better off."""
    found = analysis(tmp_path, {"first": GOOD, "second": SECOND})
    plot = plot_of(found)
    assert (plot.name, plot.measure) == ("Mean difference", "Mean difference, points")
    assert plot.told == "mean (SD), persons"
    assert [line.effect for line in plot.lines] == ["−2.00 (−3.50 to −0.50)", "−5.00 (−6.98 to −3.02)"]
    assert [(line.treated, line.against) for line in plot.lines] == [
        ("5 (4), 50", "7 (4), 60"),
        ("4 (4), 40", "9 (5), 40"),
    ]
    assert plot.pooled == "−3.43 points (−6.36 to −0.49)"
    assert plot.pooled_cell == plot.pooled.replace(" points", "")
    assert (plot.treated_total, plot.against_total) == ("90", "100")
    assert plot.sides == "Left of the line: in favour of drug A. Right: in favour of waiting."
    assert [tick.text for tick in plot.ticks] == ["−8", "−6", "−4", "−2", "0"]
    assert plot.absolute == ""
    second, first = plot.lines[1].bar.middle, plot.lines[0].bar.middle
    assert second < first < plot.no_difference


@pytest.mark.parametrize("page", ["treatments/drug-a", "outcomes/score"])
def test_pages_tell_a_difference_with_its_unit_as_it_is_written(tmp_path: Path, page: str) -> None:
    """Where it is not drawn, too, and with the name of the interval."""
    both = {"first": GOOD, "second": SECOND}
    studies = {name: text.replace("points", "mg/dL") for name, text in both.items()}
    root = review_of(tmp_path, studies, unit="mg/dL")
    outcomes = root / "evidence" / "outcomes.yaml"
    outcomes.write_text(outcomes.read_text("utf-8").replace("units: [points,", "units: [mg/dL,"), "utf-8")
    tree = render(linked(root), root, [PACKAGED], {}, Settings())
    told = "<strong>Mean difference −3.43 mg/dL (95% CI −6.36 to −0.49)</strong> against waiting, pooled from 2 studies"
    assert told in tree.files[f"{page}.md"].decode()


def test_the_page_of_the_comparator_tells_what_was_pooled_against_it(tmp_path: Path) -> None:
    """It is asked for in the record of the other treatment, and says as much of this one."""
    root = review_of(tmp_path, {"first": GOOD, "second": SECOND})
    tree = render(linked(root), root, [PACKAGED], {}, Settings())
    told = "<strong>Mean difference −3.43 points (95% CI −6.36 to −0.49)</strong> with drug A against waiting"
    assert told in tree.files["treatments/waiting.md"].decode()
    assert told not in tree.files["treatments/drug-a.md"].decode()


def test_percent_changes_differ_by_percentage_points(tmp_path: Path) -> None:
    """A difference of percents is not a percent."""

    def text(one: float, other: float) -> str:
        more = 'sd: 4, unit: "%", time: unclear'
        sides = [result(value, more, statistic="percent_change") for value in (one, other)]
        return study(group("a", "drug-a", 50, sides[0]), group("b", "waiting", 60, sides[1]))

    found = analysis(tmp_path, {"first": text(8, 5), "second": text(9, 6)}, statistic="percent_change", unit=None)
    plot = plot_of(found)
    assert plot.pooled == "3.00 percentage points (1.94 to 4.06)"
    assert plot.measure == "Mean difference in percent change, percentage points"
    assert plot.made_of == "from the mean percent changes of each group"


def test_one_long_interval_does_not_squeeze_the_others(tmp_path: Path) -> None:
    """It is cut at the end of the axis, and shows that it goes on."""
    wild = study(
        group("a", "drug-a", 2, result(5, "sd: 400, unit: points, time: unclear")), group("b", "waiting", 60, result(7))
    )
    plot = plot_of(analysis(tmp_path, {"first": GOOD, "second": SECOND, "third": SECOND, "wild": wild}))
    last = plot.lines[-1].bar
    assert last.path.endswith("l5 4l-5 4") and "l-5 4l5 4" in last.path
    assert all("l5 4" not in line.bar.path for line in plot.lines[:-1])


def test_what_a_ratio_means_in_persons() -> None:
    """At the median risk of the comparator, 0.2: a risk ratio of a half leaves 100 of 1,000, odds of a half 111."""
    rows = [Row(None, Events(1, 10), Events(*side)) for side in ((1, 10), (2, 10), (9, 10))]  # type: ignore[arg-type]
    found = absolute(asked(measure="risk_ratio", statistic=None), rows, Effect(0.5, 0.25, 8))
    assert found is not None
    assert found.against == pytest.approx(200)
    assert found.treated == Effect(100, 50, 1000), "nobody can have it more often than always"
    odds = absolute(asked(measure="odds_ratio", statistic=None), rows, Effect(0.5, 0.25, 1))
    assert odds is not None
    assert odds.treated.estimate == pytest.approx(1000 * 0.125 / 1.125)
    assert odds.treated.high == pytest.approx(200)
    assert absolute(asked(), rows, Effect(0.5, 0.25, 1)) is None
    nobody = [Row(None, Events(1, 10), Events(0, 10))]  # type: ignore[arg-type]
    assert absolute(asked(measure="risk_ratio", statistic=None), nobody, Effect(0.5, 0.25, 1)) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.004, "less than 0.01"), (0.49, "0.49"), (12.34, "12.3"), (999.4, "999.4"), (29088.2, "more than 1,000")],
)
def test_ratios_in_words(value: float, text: str) -> None:
    """The end of a prediction from three small trials has no digits worth reading."""
    assert ratio(value) == text


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(-14.1, 1, "−14.1"), (-0.04, 1, "0.0"), (0.06, 1, "0.1"), (1234.5, 0, "1,234"), (-0.5, 2, "−0.50")],
)
def test_differences_in_words(value: float, places: int, text: str) -> None:
    """A true minus sign, and none before a zero."""
    assert difference(value, places) == text


def test_the_file_holds_the_numbers(tmp_path: Path) -> None:
    """Whoever wants to compute it again has means, deviations and persons; deviations are made where none is printed."""
    found = analysis(tmp_path, {"first": GOOD, "second": SECOND.replace("sd: 5", "se: 0.5")})
    lines = [line.split(",") for line in exports.syntheses_csv([found]).splitlines()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert [row["row"] for row in rows] == ["study", "study", "pooled"]
    second = rows[1]
    assert (second["treated_mean"], second["treated_sd"], second["treated_persons"]) == ("4.0", "4.0", "40")
    assert float(second["against_sd"]) == pytest.approx(0.5 * math.sqrt(40), rel=1e-4)
    assert (second["treated_events"], second["statistic"], second["unit"]) == ("", "mean", "points")
    assert {(row["estimator"], row["interval"]) for row in rows} == {("dersimonian_laird", "wald")}
    assert (rows[2]["treated_persons"], rows[2]["treated_mean"]) == ("90", "")


# --- what check says -------------------------------------------------------------------------------------------------

ASKED = {
    "no statistic": ({"statistic": None}, "synthesis-statistic", "Write statistic: mean,"),
    "a ratio with a statistic": ({"measure": "risk_ratio", "unit": None}, "synthesis-statistic", "Leave statistic out"),
    "a ratio with a unit": ({"measure": "risk_ratio", "statistic": None}, "synthesis-unit", "Leave unit out"),
    "no unit of several": ({"unit": None}, "synthesis-unit", "Write unit: and one of: points, %."),
    "another unit": ({"unit": "metres"}, "synthesis-unit", "Write one of: points, %."),
}


@pytest.mark.parametrize(("fields", "code", "hint"), ASKED.values(), ids=ASKED.keys())
def test_what_is_asked_amiss_is_told(tmp_path: Path, fields: dict[str, object], code: str, hint: str) -> None:
    """One problem, at the line, with what to write instead."""
    studies = {"first": GOOD, "second": SECOND.replace("alpha2020", "delta2019")}
    found = [p for p in problems_of(review_of(tmp_path, studies, **fields)) if p.code.startswith("synthesis")]
    errors = [p for p in found if p.code != "synthesis-too-few"]
    assert [problem.code for problem in errors] == [code]
    assert errors[0].hint.startswith(hint)
    assert errors[0].place.line


def test_too_few_means_are_told_as_what_they_are(tmp_path: Path) -> None:
    """The warning names what the measure is made of, and the time."""
    (found,) = [p for p in problems_of(review_of(tmp_path, {"first": GOOD}, months=12)) if "too-few" in p.code]
    assert found.message == (
        "Nothing is pooled here: 1 study gives a mean with its spread for both groups at about 12 months."
    )
    assert found.hint == "Record results with statistic: mean for score, or leave this out."


def test_an_interval_that_claims_too_much_is_told(tmp_path: Path) -> None:
    """Studies that agree wholly leave the interval of Hartung and Knapp no width: Wald's is given beside it."""
    other = GOOD.replace("alpha2020", "delta2019").replace("n: 50", "n: 90")
    said = {"interval": "hartung_knapp_sidik_jonkman"}
    facts = dict(plot_of(analysis(tmp_path / "plot", {"first": GOOD, "second": other}, **said)).facts)
    assert facts["Confidence interval"] == (
        "Hartung, Knapp, Sidik and Jonkman; narrower here than Wald’s, −2.99 to −1.01"
    )
    root = review_of(tmp_path / "check", {"first": GOOD, "second": other}, **said)
    (found,) = [p for p in problems_of(root) if p.code == "synthesis-narrow"]
    assert "is narrower than Wald's" in found.message and found.place.line
    root = review_of(tmp_path / "apart", {"first": GOOD, "second": SECOND.replace("alpha2020", "delta2019")}, **said)
    assert [p for p in problems_of(root) if p.code == "synthesis-narrow"] == []


SPREADS = {
    "an error for a deviation": ("sd: 0.5", ["sd", "standard error", "Write se: 0.5"]),
    "a deviation for an error": ("se: 4", ["se", "standard deviation", "Write sd: 4"]),
    "a deviation that is small": ("sd: 0.9", []),
    "one that is explained": ("sd: 0.5, note: Printed so.", []),
}


@pytest.mark.parametrize(("spread", "wanted"), SPREADS.values(), ids=SPREADS.keys())
def test_a_spread_unlike_those_beside_it_is_told_once(tmp_path: Path, spread: str, wanted: list[str]) -> None:
    """It would give its study all the weight, or none, in each estimate that it enters."""
    odd = study(
        group("a", "drug-a", 60, result(5, f"{spread}, unit: points, {TIME}")), group("b", "waiting", 60, result(7))
    )
    root = review_of(tmp_path, {"first": GOOD, "second": odd.replace("alpha2020", "delta2019")})
    treatment = root / "evidence/treatments/drug-a.yaml"
    text = treatment.read_text("utf-8")
    entry = text.partition("\nsyntheses:\n")[2]
    treatment.write_text(f"{text}{entry}    months: 12\n", "utf-8")
    found = [p for p in problems_of(root) if p.code == "unlike-spread"]
    assert len(found) == (1 if wanted else 0)
    for problem in found:
        name, looks, hint = wanted
        line = (root / problem.place.file).read_text("utf-8").splitlines()[problem.place.line - 1]
        assert line[problem.place.column - 1 :].startswith(f"{spread[4:]}")
        assert problem.message.endswith(f"looks like a {looks}.") and f" {name}: " in line
        assert problem.hint.startswith(hint)


def test_lengths_of_stay_are_no_errors(tmp_path: Path) -> None:
    """Deviations from 4 to 64 days, as the nine trials of stroke care have them, are nothing to warn of."""
    texts = {}
    for n, (n1, m1, s1, n2, m2, s2) in enumerate(STAYS):
        sides = [result(mean, f"sd: {sd}, unit: points, {TIME}") for mean, sd in ((m1, s1), (m2, s2))]
        texts[f"t{n}"] = study(group("a", "drug-a", n1, sides[0]), group("b", "waiting", n2, sides[1]))
    assert [p for p in problems_of(review_of(tmp_path, texts)) if p.code == "unlike-spread"] == []


def test_differences_in_a_large_unit_are_shown(tmp_path: Path) -> None:
    """In moles per litre a difference can be 0.00000002, which is not 0.0000 and has its axis."""
    first, second = (
        study(
            group("a", "drug-a", 50, result(f"0.0000000{one}", f"sd: 0.00000004, unit: points, {TIME}")),
            group("b", "waiting", 60, result(f"0.0000000{other}", f"sd: 0.00000004, unit: points, {TIME}")),
        )
        for one, other in ((5, 7), (4, 6))
    )
    plot = plot_of(analysis(tmp_path, {"first": first, "second": second}))
    assert plot.pooled.startswith("−0.0000000200 points (−0.00000003")
    assert len({tick.at for tick in plot.ticks}) == len(plot.ticks) > 1


def test_numbers_of_groups_taken_together_have_no_noise() -> None:
    """Means that cancel out are 0, not what is left over where computers add them."""
    assert side(Means((Mean(0.1, 30, 4), Mean(-0.3, 10, 4)))) == "0 (3.95), 40"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0.00"), (0.00817297, "0.00817"), (0.18, "0.18"), (218.72, "218.72"), (12345.6, "12,346")]
)
def test_variances_in_words(value: float, text: str) -> None:
    """With the digits that tell something."""
    assert variance(value) == text
