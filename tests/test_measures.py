"""Numbers, times and exposures in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st
from reviews import result

from evidence_site import measures, records as r

ANCHORS = {
    "first-dose": r.Anchor(id="first-dose", name="first dose"),
    "delivery": r.Anchor(id="delivery", name="delivery"),
}
S = r.Statistic


@pytest.mark.parametrize(
    ("value", "signed", "words"),
    [
        (10, False, "10"),
        (10.0, False, "10.0"),
        (0.5, False, "0.5"),
        (-2.5, False, "−2.5"),
        (10, True, "+10"),
        (10.0, True, "+10.0"),
        (0, True, "0"),
        (0.0, True, "0.0"),
        (-3, True, "−3"),
        (1234567, False, "1234567"),
        (0.00005, False, "0.00005"),
        (-0.0000001, False, "−0.0000001"),
        (1e21, False, "1000000000000000000000"),
    ],
)
def test_numbers_keep_their_precision(value: r.Number, signed: bool, words: str) -> None:
    """10 and 10.0 stay apart, nothing is rounded or written with an exponent, and minus is a minus sign."""
    assert measures.number(value, signed=signed) == words


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_can_be_read_back(value: float) -> None:
    """What is shown is the number itself, to the last digit."""
    assert float(measures.number(value).replace("−", "-")) == value


def test_a_record_keeps_10_and_10_0_apart() -> None:
    """Reading a record does not lose the precision that the source gave."""
    for written, shown in (("10", "+10%"), ("10.0", "+10.0%")):
        record = r.Result.model_validate_json(
            json.dumps(
                {"outcome": "density", "statistic": "percent_change", "unit": "%", "time": "unclear", "where": "x"}
            )[:-1]
            + f', "value": {written}}}'
        )
        assert measures.result_value(record, 1) == shown


def spread(**more: object) -> r.Result:
    fields = {
        "outcome": "density",
        "statistic": S.PERCENT_CHANGE,
        "value": 10.5,
        "unit": "%",
        "time": r.Missing.UNCLEAR,
    }
    return r.Result.model_validate({**fields, "where": "abstract", **more})


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (spread(), "+10.5%"),
        (spread(sd=2.5), "+10.5% (SD 2.5)"),
        (spread(se=0.5, ci95=(9.5, 11.5)), "+10.5% (SE 0.5; 95% CI +9.5 to +11.5)"),
        (spread(range=(-4.9, 18.0)), "+10.5% (range −4.9 to +18.0)"),
        (spread(iqr=(1, 2)), "+10.5% (quartiles +1 to +2)"),
        (spread(statistic=S.CHANGE, value=-0.02, unit="g/cm2"), "−0.02 g/cm2"),
        (spread(statistic=S.VALUE, value=-3.6, unit="SD", baseline=-4), "from −4 to −3.6 SD"),
        (
            spread(statistic=S.MEAN, value=58.8, unit="points", sd=27, baseline=39.2),
            "mean from 39.2 to 58.8 points (SD 27)",
        ),
        (spread(statistic=S.MEAN, value=60.2, unit="°"), "mean 60.2°"),
        (spread(statistic=S.VALUE, value=0.85, unit="g/cm2", sd=0.1), "0.85 g/cm2 (SD 0.1)"),
        (spread(statistic=S.MEAN, value=5), "mean 5%"),
        (spread(statistic=S.MEDIAN, value=5, range=(1, 9)), "median 5% (range 1 to 9)"),
        (spread(value=r.Missing.NOT_REPORTED), "not reported"),
        (spread(value=r.Missing.NOT_REPORTED, range=(4.9, 18.0)), "range +4.9 to +18.0%"),
        (spread(statistic=S.VALUE, value=r.Missing.UNCLEAR, baseline=0.8, unit="g/cm2"), "0.8 g/cm2 at the start"),
        (spread(statistic=S.DIRECTION, value=r.Change.IMPROVED, unit=None), "improved (no number given)"),
        (spread(statistic=S.DESCRIPTION, value="walked again", unit=None), "walked again"),
        (spread(statistic=S.PERSONS_WITH_EVENT, value=0, unit=None), "0 of 8"),
        (spread(statistic=S.PERSONS_WITH_EVENT, value=2, unit=None, n=7), "2 of 7"),
        (spread(statistic=S.PERSONS_WITH_EVENT, value=2, unit=None, n=7, of=6), "2 of 6"),
        (spread(statistic=S.PERCENT_OF_PERSONS, value=12.5, unit=None), "12.5% of persons"),
        (spread(statistic=S.EVENTS, value=1, unit=None), "1 event"),
        (spread(statistic=S.EVENTS, value=0, unit=None), "0 events"),
    ],
)
def test_results_in_words(made: r.Result, words: str) -> None:
    """A result is told with its sign, unit and spread, and what is missing is said."""
    assert measures.result_value(made, 8) == words


def test_an_event_in_some_of_a_group_has_no_number_of_the_whole_behind_it() -> None:
    """Where nobody says how many were looked at, no denominator is made up."""
    assert measures.result_value(result("fracture", S.PERSONS_WITH_EVENT, 2), None) == (
        "2 persons, of how many is not stated"
    )
    assert measures.result_value(result("fracture", S.PERSONS_WITH_EVENT, 2, of=6), None) == "2 of 6"


@pytest.mark.parametrize(
    ("p", "words"),
    [
        ("0.020", "P = 0.020"),
        ("<0.001", "P < 0.001"),
        ("= 0.03", "P = 0.03"),
        ("≤ .05", "P ≤ .05"),
        ("below 0.001", "P below 0.001"),
        ("p for trend 0.2", "p for trend 0.2"),
    ],
)
def test_p_values_in_words(p: str, words: str) -> None:
    """However a source prints it, with one space on both sides of the sign."""
    compared = r.Comparison(outcome="pain", group="a", against="b", measure="difference", p=p, where="abstract")
    assert measures.comparison_value(compared) == words


def test_every_statistic_has_words() -> None:
    """Whatever a result's statistic is, its number is told."""
    for statistic in S:
        assert "7" in measures.result_value(result("density", statistic, 7), 9)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (None, ""),
        (r.Missing.NOT_REPORTED, "time not reported"),
        (r.Missing.UNCLEAR, "time unclear"),
        (r.Missing.NOT_APPLICABLE, "no time applies"),
        (r.Time(months=12, after="first-dose"), "12 months after first dose"),
        (r.Time(months=1, after="delivery"), "1 month after delivery"),
        (r.Time(months=0, after="delivery"), "at delivery"),
        (r.Time(months=0.5, after="delivery"), "0.5 months after delivery"),
        (r.Time(months=-3, after="delivery"), "3 months before delivery"),
        (r.Time(months=-1, after="delivery"), "1 month before delivery"),
        (r.Time(months=12, after=r.Missing.NOT_REPORTED), "12 months (from when: not reported)"),
        (r.Time(months=12, after="last-dose"), "12 months after last dose"),
        (r.Time(months=12, after="delivery", note="about"), "12 months after delivery (about)"),
    ],
)
def test_times_in_words(time: r.Time | r.Missing | None, words: str) -> None:
    """A moment is told from its anchor, before it or after it, and what is not known is said."""
    assert measures.time(time, ANCHORS) == words


def test_exposures_in_words() -> None:
    """A treatment is told as far as the source tells it, by its agent or else by its class."""
    least = r.Exposure(treatment="drug-a", where="abstract")
    assert measures.exposure(least, "Drug A", ANCHORS) == "Drug A"
    most = r.Exposure(
        treatment="drug-a",
        agent="examplumab",
        dose="20 micrograms daily",
        route="subcutaneous",
        start=r.Time(months=2, after="delivery"),
        duration_months=12,
        n=1,
        where="abstract",
        note="then stopped",
    )
    assert measures.exposure(most, "Drug A", ANCHORS) == (
        "examplumab, 20 micrograms daily, subcutaneous, for 12 months, "
        "started 2 months after delivery, 1 person (then stopped)"
    )


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (31, None, "31"),
        (31.0, "cm", "31.0 cm"),
        (50, "%", "50%"),
        (True, None, "yes"),
        (False, None, "no"),
        ("T12 and L1", None, "T12 and L1"),
        (r.Missing.NOT_REPORTED, "cm", "not reported"),
        (r.Missing.NOT_APPLICABLE, None, "not applicable"),
        (r.Summary(mean=31.5, range=(30, 34)), None, "mean 31.5 (range 30 to 34)"),
        (r.Summary(mean=31.5, sd=2.0, n=7), "cm", "mean 31.5 cm (SD 2.0; in 7)"),
        (r.Summary(median=3, iqr=(2, 4)), None, "median 3 (quartiles 2 to 4)"),
        (r.Summary(mean=3, median=2), None, "mean 3, median 2"),
        (r.Summary(range=(-1, 4)), None, "range −1 to 4"),
    ],
)
def test_summaries_in_words(value: r.Summary | float | r.Missing | str | bool, unit: str | None, words: str) -> None:
    """A value of a person or a group is told with what is known of its spread."""
    assert measures.summary(value, unit) == words


def test_counts_in_words() -> None:
    """One is singular, everything else plural, and thousands are set apart."""
    assert [measures.persons(n) for n in (0, 1, 2, 1234)] == ["0 persons", "1 person", "2 persons", "1,234 persons"]
    assert measures.counted(1, "study", "studies") == "1 study"
    assert measures.counted(5000, "study", "studies") == "5,000 studies"
    assert measures.words("very_low") == "very low"
