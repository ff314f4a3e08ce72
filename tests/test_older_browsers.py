"""What the site's own scripts and styles may use: nothing essential that browsers in use do not know.

The lower limit is Safari 15.4, Firefox 98 and Chrome 88; see docs/development/browsers.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from building import ROOT

ASSETS = ROOT / "templates" / "assets"
SCRIPTS = sorted(ASSETS.glob("*.js"))
STYLES = sorted(ASSETS.glob("*.css"))

TOO_NEW = {
    r"\(\?<[=!]": "looking behind in a regular expression (Safari 16.4)",
    r"/[a-z]*v[a-z]*[,;.)\s]": "sets in a regular expression (Safari 17)",
    r"\.(toSorted|toReversed|toSpliced)\(": "changed copies of arrays (Safari 16, Firefox 115)",
    r"\b(Object|Map)\.groupBy\(": "grouping (Safari 17.4)",
    r"\.(union|intersection|difference|isSubsetOf|isSupersetOf|isDisjointFrom)\(": "sets (Safari 17, Firefox 127)",
    r"\b(Promise\.withResolvers|Promise\.try|Array\.fromAsync|URL\.canParse|URL\.parse)\(": "Safari 16.4 and later",
    r"\b(showPopover|startViewTransition|requestIdleCallback|scheduler\.|checkVisibility)\b": "Safari 17 and later",
}
"""What a script may not use, with the version that learnt it: a script with one of these does not run at all."""

NEWER_VALUES = re.compile(r"\bcolor-mix\(|\d(dvh|svh|lvh|cqi|cqw)\b|\" / \"\"$|\blight-dark\(")
"""Values that browsers below the newest limit (Safari 17.4, Firefox 128) leave out, with the line that they stand in."""
ONLY_A_TINT = {"background", "text-decoration-color"}
"""Properties that may be left out: what they colour is told by a sign or a line as well."""
NEWER_SELECTORS = (":has(", "::details-content")


def rules(style: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The rules of a style, however deep: their selectors, and their declarations in order."""
    bare = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    for selectors, body in re.findall(r"([^{};]+)\{([^{}]*)\}", bare):
        parts = (declaration.partition(":") for declaration in body.split(";") if ":" in declaration)
        yield selectors.strip(), [(name.strip(), value.strip()) for name, _, value in parts]


def parts_of(selectors: str) -> list[str]:
    """The selectors of a list; commas within brackets divide none."""
    parts, depth = [""], 0
    for letter in selectors:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_run_in_browsers_of_the_last_four_years(script: Path) -> None:
    text = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", script.read_text("utf-8"), flags=re.DOTALL)
    assert [why for pattern, why in TOO_NEW.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_newer_value_stands_behind_an_older_one(style: Path) -> None:
    """Browsers take the last declaration that they know."""
    alone = [
        (selectors, name, value)
        for selectors, declarations in rules(style.read_text("utf-8"))
        for place, (name, value) in enumerate(declarations)
        if NEWER_VALUES.search(value) and name not in ONLY_A_TINT
        if not any(other == name and not NEWER_VALUES.search(said) for other, said in declarations[:place])
    ]
    assert alone == []


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_no_mixed_colour_is_of_the_current_one(style: Path) -> None:
    """Safari 16 takes black for it: marks of charts were black, and lines below links not to be seen on a dark page."""
    for selectors, declarations in rules(style.read_text("utf-8")):
        assert not any(re.search(r"color-mix\(.*currentcolor", value, re.IGNORECASE) for _, value in declarations), (
            selectors
        )


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_newer_selector_spoils_no_other(style: Path) -> None:
    """A browser that does not know one selector of a list leaves out the rule for all of them."""
    for selectors, _ in rules(style.read_text("utf-8")):
        for newer in NEWER_SELECTORS:
            assert len({newer in part for part in parts_of(selectors)}) == 1, selectors


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_upright_text_says_how_long_it_is(style: Path) -> None:
    """Safari gives it no room by itself in a table and breaks it after each letter."""
    for selectors, declarations in rules(style.read_text("utf-8")):
        said = dict(declarations)
        if said.get("writing-mode", "").startswith("vertical") and "max-height" in said:
            assert said.get("height") == "max-content", selectors
