"""Excerpts: the line of a problem with a caret below the place, whatever stands in it."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from evidence_site.excerpts import WIDTH, Excerpts, marked
from evidence_site.problems import Place


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.category(c) in ("Mn", "Me") for c in text)


@pytest.mark.parametrize(
    ("line", "column", "shown"),
    [
        ("outcome: densty", 10, ["    21 | outcome: densty", "       |          ^"]),
        ("", 1, ["    21 |", "       | ^"]),
        ("a: b   ", 8, ["    21 | a: b", "       |     ^"]),
        ("\t\ta: b", 3, ["    21 | →→a: b", "       |   ^"]),
        ("骨粗鬆症: densty", 7, ["    21 | 骨粗鬆症: densty", "       |           ^"]),
        ("Mu\u0308ller: x", 10, ["    21 | Mu\u0308ller: x", "       |         ^"]),
        ("a\x1b[31m: \u202ex", 8, ["    21 | a\\u001b[31m: \\u202ex", "       |             ^"]),
        ("a: ##[error]x", 13, ["    21 | a: # #[error]x", "       |              ^"]),
    ],
    ids=["plain", "empty", "behind the end", "tabs", "wide letters", "combining marks", "steering", "commands"],
)
def test_the_caret_stands_below_the_place(line: str, column: int, shown: list[str]) -> None:
    """Tabs are one column and can be seen, wide letters are two, and nothing steers the terminal."""
    assert marked(line, 21, column) == shown


def test_a_long_line_is_cut_around_the_place() -> None:
    """As much is shown as fits, and it is said where something is left out."""
    line = "".join(f"{n:04d} " for n in range(100))
    for column in (1, 20, 250, 480, 501):
        text, caret = marked(line, 7, column)
        assert columns(text) <= WIDTH + 14
        at = caret.index("^")
        if column < len(line):
            assert text[at : at + 1] == line[column - 1].strip() or line[column - 1] == " "
        assert text.startswith("     7 | … ") is (column > 100)
        assert text.endswith(" …") is (column < 400)


@given(line=st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=300), column=st.integers(1, 320))
def test_whatever_stands_in_a_line(line: str, column: int) -> None:
    """Two lines come out that a terminal can show, none of them too long, with a caret that is not left of the line."""
    text, caret = marked(line, 12345, column)
    assert (text + caret).isprintable()
    assert "##[" not in text
    assert columns(text) <= WIDTH + 14
    assert caret.endswith("^")
    assert caret.startswith("       | ")
    assert len(caret) <= columns(text) + 2 or not line.strip()


def test_files(tmp_path: Path) -> None:
    """Lines are those that the reading of records counts; where there is nothing to show, nothing is shown."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: \xff\rc: 3")
    excerpts = Excerpts(tmp_path)
    assert excerpts(Place("a.yaml", 1, 1)) == ["     1 | a: 1", "       | ^"]
    assert excerpts(Place("a.yaml", 2, 4)) == ["     2 | b: \ufffd", "       |    ^"]
    assert excerpts(Place("a.yaml", 3, 4)) == ["     3 | c: 3", "       |    ^"]
    assert excerpts(Place("a.yaml", 4, 1)) == []
    assert excerpts(Place("none.yaml", 1, 1)) == []
    assert excerpts(Place("nul\0.yaml", 1, 1)) == []
    (tmp_path / "b.yaml").write_bytes("a: 1".encode("utf-16"))
    assert excerpts(Place("b.yaml", 1, 1)) == []


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are made differently elsewhere")
def test_only_plain_files_of_the_review_are_shown(tmp_path: Path) -> None:
    """Neither what a link leads to nor what lies outside, and nothing that would keep waiting."""
    root = tmp_path / "review"
    root.mkdir()
    (tmp_path / "secret.yaml").write_text("secret: 1\n")
    (root / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / "inside.yaml").symlink_to(root / "real.yaml")
    (root / "real.yaml").write_text("a: 1\n")
    os.mkfifo(root / "pipe.yaml")
    excerpts = Excerpts(root)
    for name in ("link.yaml", "../secret.yaml", str(tmp_path / "secret.yaml"), "pipe.yaml", "inside.yaml"):
        assert excerpts(Place(name, 1, 1)) == []
