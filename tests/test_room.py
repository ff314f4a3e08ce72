"""Where marks go in a plot: near where they belong, beside each other, and told apart."""

from __future__ import annotations

import itertools

from hypothesis import given, settings, strategies as st

from evidence_site.charts.room import Room

LEFT, RIGHT = 44, 504
MARKS = st.tuples(
    st.integers(LEFT, RIGHT),
    st.integers(30, 332),
    st.integers(4, 20),
    st.none() | st.tuples(st.integers(30, 180), st.integers(181, 332)),
)


def test_the_first_mark_stands_where_it_belongs() -> None:
    assert Room(LEFT, RIGHT).take(100, 200, 4, None) == (100, "right")


def test_a_number_that_would_be_covered_stands_on_the_other_side() -> None:
    room = Room(LEFT, RIGHT)
    room.take(110, 200, 4, None)
    assert room.take(97, 200, 4, None) == (97, "left")


def test_a_whisker_counts_less_than_a_mark() -> None:
    """A mark may stand on the whisker of another, but not on the mark itself."""
    room = Room(LEFT, RIGHT)
    room.take(100, 100, 4, (60, 300))
    assert abs(room.take(100, 250, 4, None)[0] - 100) < abs(room.take(100, 100, 4, None)[0] - 100)


@settings(max_examples=40, deadline=None)
@given(st.lists(MARKS, max_size=30))
def test_marks_stay_in_the_plot_and_near_their_places(
    marks: list[tuple[int, int, int, tuple[int, int] | None]],
) -> None:
    room = Room(LEFT, RIGHT)
    for wanted, y, half, bar in marks:
        place, _ = room.take(wanted, y, half, bar)
        assert LEFT + half <= place <= RIGHT - half
        assert abs(place - min(max(wanted, LEFT + half), RIGHT - half)) <= 18


def test_few_marks_of_one_place_do_not_cover_each_other() -> None:
    room = Room(LEFT, RIGHT)
    places = [room.take(200, 150, 4, None)[0] for _ in range(3)]
    assert all(abs(one - other) >= 8 for one, other in itertools.combinations(places, 2))
