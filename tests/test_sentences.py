"""Prose cut into sentences, each with its citations."""

from __future__ import annotations

import time

import pytest

from evidence_site import prose
from evidence_site.sentences import MARK, first, offsets_in, sentences


def cut(text: str) -> list[tuple[str, list[str]]]:
    return [(s.text.replace(MARK, "@").strip(), [c.key for c in s.citations]) for s in sentences(prose.parse(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One [@a]. Two [@b].", [("One @.", ["a"]), ("Two @.", ["b"])]),
        ("One. [@a] Two. [@b]", [("One. @", ["a"]), ("Two. @", ["b"])]),
        ("One. Two [@a; @b]. Three.", [("One.", ["a", "b"]), ("Two @.", ["a", "b"]), ("Three.", ["a", "b"])]),
        ("One [@a], and 2.5 more [@b, p. 3]!", [("One @, and 2.5 more @!", ["a", "b"])]),
        (
            "As A. Beta et al. Found, e.g. Two, vs. Three (Fig. 4) [@a]. “Next” [@b].",
            [("As A. Beta et al. Found, e.g. Two, vs. Three (Fig. 4) @.", ["a"]), ("“Next” @.", ["b"])],
        ),
        ("(One.) 2 came [@a].\nÉtude [@b].", [("(One.)", ["a"]), ("2 came @.", ["a"]), ("Étude @.", ["b"])]),
        ("One [@a].\n\nTwo.\n\n- Three [@b]", [("One @.", ["a"]), ("Two.", ["a", "b"]), ("Three @", ["b"])]),
        ("Nothing is cited. At all.", []),
        ("**One**\n*two* `3` [four](https://example.org/5) [@a]", [("One two \ufffd four @", ["a"])]),
    ],
)
def test_sentences(text: str, expected: list[tuple[str, list[str]]]) -> None:
    """A sentence has its own citations, else the next ones of its paragraph, else those before, else all."""
    assert cut(text) == expected


def test_a_row_of_a_table_is_one_sentence() -> None:
    """A citation in one of its cells holds for all of them."""
    rows = cut("| a | b |\n| --- | --- |\n| 1 | 2 [@x] |\n| 3 | [@y] |\n")
    assert [keys for _, keys in rows] == [["x", "y"], ["x"], ["y"]]


@pytest.mark.parametrize(
    "text",
    [
        "In 17 of 7 [@a7, p. 7]; **7.5** and\n7 [@b]. Then 77.",
        "\\*7\\* and &amp; 17 [7](https://example.org/7) [@a7] `7` 27.",
        "- 7 [@a7]\n- 17\n\n| 7 | 8 |\n| --- | --- |\n| 17 | 27 |\n",
    ],
)
def test_every_word_is_found_in_the_source(text: str) -> None:
    """Its place is that of the same word there, not of the same letters before it."""
    parsed = prose.parse(text)
    wanted = [s.start + at for s in sentences(parsed) for at, character in enumerate(s.text) if character == "7"]
    found = list(offsets_in(text, parsed, wanted))
    assert all(text[offset] == "7" for offset in found)
    assert found == sorted(set(found))
    assert len(found) > 3


@pytest.mark.parametrize("unit", ["A. ", "A. [@a] ", "[@a] ", ". ", "1\n\n", "| ", "A.)"])
def test_it_takes_time_in_proportion_to_the_text(unit: str) -> None:
    """Also for the worst of the longest text that a record may hold."""
    text = (unit * 20_000)[:19_000] + " [@a]."
    parsed = prose.parse(text)
    began = time.process_time()
    found = list(sentences(parsed))
    assert time.process_time() - began < 3
    if found:
        offsets = list(offsets_in(text, parsed, [sentence.start for sentence in found]))
        assert len(offsets) == len(found)
        assert all(0 <= offset < len(text) for offset in offsets)
    assert time.process_time() - began < 6


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Bone mass rises by 2.5% in most. So a gain proves little.", "Bone mass rises by 2.5% in most."),
        ("As A. Beta et al. said, it is rare! Is it?", "As A. Beta et al. said, it is rare!"),
        ("No end", "No end"),
        ("", ""),
    ],
)
def test_the_first_sentence_can_stand_alone(text: str, alone: str) -> None:
    assert first(text) == alone
