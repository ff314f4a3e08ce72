"""The appraisal instruments that come with the generator: complete, and told in our own words."""

from __future__ import annotations

import pytest

from evidence_site import records as r
from evidence_site.instruments import Instrument, fitting, instruments, said

SIZES = {"jbi-case-reports": 8, "jbi-case-series": 10, "robins-i": 7, "rob-2": 5}
"""How many questions or domains each instrument has, as published."""


def test_each_instrument_has_as_many_items_as_published() -> None:
    assert {id_: len(instrument.items) for id_, instrument in instruments().items()} == SIZES


@pytest.mark.parametrize("instrument", instruments().values(), ids=lambda one: one.short_name)
def test_an_instrument_hangs_together(instrument: Instrument) -> None:
    """Ids are used once, labels are short, and the judgement of the whole is on the same scale as its parts."""
    assert len(set(instrument.item_ids)) == len(instrument.items)
    assert len({answer.id for answer in instrument.answers}) == len(instrument.answers)
    assert all(len(item.label.split()) <= 6 and "?" not in item.label for item in instrument.items)
    overall = instrument.overall
    assert overall is not None
    if overall.required:
        assert overall.answers == instrument.answers


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        (r.Design.CASE_REPORT, ["jbi-case-reports"]),
        (r.Design.CASE_SERIES, ["jbi-case-series"]),
        (r.Design.COHORT, ["robins-i"]),
        (r.Design.RCT, ["rob-2"]),
        (r.Design.SYSTEMATIC_REVIEW, []),
    ],
)
def test_each_design_has_its_instrument(design: r.Design, expected: list[str]) -> None:
    assert fitting(design) == expected


def test_an_answer_is_read_with_and_without_a_reason() -> None:
    assert said("yes") == said(r.Answer(answer="yes", reason="It says so.")) == "yes"
