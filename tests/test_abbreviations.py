"""Short forms in prose: which are explained, where, and that nothing else is touched."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

from evidence_site import prose
from evidence_site.abbreviations import NONE, Abbreviations
from evidence_site.page import Page, Spec

CASES = sorted((Path(__file__).parent / "cases" / "abbreviations").glob("*.yaml"))
LONG_FORMS = {
    "BMD": "bone mineral density",
    "LS BMD": "bone mineral density, lumbar spine",
    "TBS": "trabecular bone score",
    "PTH": "parathyroid hormone",
    "PTHrP": "parathyroid hormone-related protein",
    "CARE": "a guideline",
    "BAD": '"><script>alert(1)</script>',
}


def rendered(text: str, seen: set[str]) -> str:
    short_forms = Abbreviations(LONG_FORMS)
    return str(
        prose.render(
            prose.parse(text), prose.Numbering({}).cite, lambda target: target, lambda t: short_forms.mark(t, seen)
        )
    )


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_abbreviations(file: Path) -> None:
    """The abbreviations that the case names are marked with what they stand for; the words stay the same."""
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    made = rendered(case["text"], set())
    marked = re.findall(r'<abbr title="([^"]*)" tabindex="0">([^<]*)</abbr>', made)
    assert [short for _, short in marked] == case["marked"]
    assert [html.unescape(long) for long, _ in marked] == [LONG_FORMS[short] for short in case["marked"]]
    words = html.unescape(
        re.sub(r"</?(?:abbr|p|ul|li|div|table|thead|tbody|tr|th|td|a|span|small|code|strong)\b[^>]*>", "", made)
    )
    assert words.split() == case["read"].split()
    assert "<script" not in made and "<b " not in made


@given(st.text(max_size=200))
def test_marking_changes_no_word(text: str) -> None:
    """Whatever the text, without the marks it reads as before."""
    made = str(Abbreviations(LONG_FORMS).mark(text, set()))
    assert html.unescape(re.sub(r"<abbr [^>]*>|</abbr>", "", made)) == html.unescape(str(NONE.mark(text, set())))


def test_each_section_explains_anew() -> None:
    """A heading begins a section; until the next one no short form is explained twice, in whatever text it stands."""
    page = Page(Spec("x/", "x", "X", "x"), {}, lambda _: True, Abbreviations(LONG_FORMS))
    assert page.inline("BMD rose.").count("<abbr") == 1
    assert page.text("BMD fell, TBS rose.").count("<abbr") == 1
    page.h(2, "BMD in a heading")
    assert page.inline("BMD rose.").count("<abbr") == 1
    assert "<abbr" not in page.h(2, "BMD")


def test_what_runs_from_right_to_left_turns_nothing_round() -> None:
    """Numbers and brackets behind Arabic or Hebrew words keep their place; what is in Latin letters stays outside."""
    page = Page(Spec("x/", "x", "X", "x"), {}, lambda _: True)
    made = str(page.inline("As هشاشة العظام, 2. (2010), and עצם: *عظم* 5 <b>."))
    assert made == ("As <bdi>هشاشة العظام</bdi>, 2. (2010), and <bdi>עצם</bdi>: <em><bdi>عظم</bdi></em> 5 &lt;b&gt;.")
