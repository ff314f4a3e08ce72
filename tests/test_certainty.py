"""GRADE: the level that a start and its steps give."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given, strategies as st

from evidence_site import records as r
from evidence_site.certainty import DOWN, LEVELS, computed_level, start_level

Start = Literal["randomised", "observational"]


def rating(start: Start, *steps: int) -> r.Certainty:
    return r.Certainty(
        outcome="density",
        finding="It rose.",
        start=start,
        steps=tuple(
            r.Step(domain=r.Domain.IMPRECISION if by < 0 else r.Domain.LARGE_EFFECT, by=by, reason="Few persons.")
            for by in steps
        ),
    )


@pytest.mark.parametrize(
    ("start", "steps", "level"),
    [
        ("randomised", (), r.Level.HIGH),
        ("randomised", (-1,), r.Level.MODERATE),
        ("randomised", (-1, -1), r.Level.LOW),
        ("randomised", (-2, -1), r.Level.VERY_LOW),
        ("randomised", (-3,), r.Level.VERY_LOW),
        ("observational", (), r.Level.LOW),
        ("observational", (-1,), r.Level.VERY_LOW),
        ("observational", (1,), r.Level.MODERATE),
        ("observational", (2,), r.Level.HIGH),
        ("observational", (2, -1), r.Level.MODERATE),
        ("observational", (-1, 1), r.Level.LOW),
    ],
)
def test_steps_move_the_level(start: Start, steps: tuple[int, ...], level: r.Level) -> None:
    """Randomised evidence starts high and all other low; every step moves it by as many levels as it says."""
    assert computed_level(rating(start, *steps)) is level


def test_the_level_stays_on_the_scale() -> None:
    """Nothing is less certain than very low or more certain than high."""
    assert computed_level(rating("observational", -3, -3)) is r.Level.VERY_LOW
    assert computed_level(rating("randomised", 2, 2)) is r.Level.HIGH


def test_steps_are_added_before_the_scale_ends() -> None:
    """Three steps down and two up from low end one below low: the order of the steps does not matter."""
    assert computed_level(rating("observational", -3, 2)) is r.Level.VERY_LOW
    assert computed_level(rating("observational", 2, -3)) is r.Level.VERY_LOW


@given(st.sampled_from(["randomised", "observational"]), st.lists(st.integers(-3, 2), max_size=8))
def test_a_step_never_moves_the_wrong_way(start: Start, steps: list[int]) -> None:
    """A step down never raises the level, a step up never lowers it."""
    before = LEVELS.index(computed_level(rating(start, *steps)))
    assert LEVELS.index(computed_level(rating(start, *steps, -1))) <= before
    assert LEVELS.index(computed_level(rating(start, *steps, 1))) >= before


def test_the_start_is_that_of_grade() -> None:
    """High for randomised trials, low for everything else."""
    assert start_level(rating("randomised")) is r.Level.HIGH
    assert start_level(rating("observational")) is r.Level.LOW


def test_five_domains_lower_and_three_raise() -> None:
    """GRADE has five reasons to rate down and three to rate up."""
    assert len(DOWN) == 5
    assert set(r.Domain) - DOWN == {r.Domain.LARGE_EFFECT, r.Domain.DOSE_RESPONSE, r.Domain.PLAUSIBLE_CONFOUNDING}
