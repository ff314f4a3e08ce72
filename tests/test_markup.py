"""The HTML of every page is valid: the checker that W3C runs finds neither an error nor anything to warn of."""

from __future__ import annotations

from pathlib import Path

import nu_checker
import pytest


@pytest.fixture(autouse=True)
def checker() -> None:
    if not nu_checker.JAR.is_file():
        pytest.fail("The HTML checker is not here: run make checker.", pytrace=False)


def test_the_checker_finds_nothing_on_any_page(site: Path) -> None:
    found = nu_checker.messages(site)
    assert not found, "\n".join(found[:20])


def test_the_checker_would_say_what_is_wrong_and_where(tmp_path: Path) -> None:
    """Slips of the theme that are mended in our pages are faults anywhere else: they are not filtered out."""
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "page.html").write_text(
        '<!doctype html>\n<html lang="en"><title>A page</title>\n'
        '<p>Text with <input type="checkbox" autocomplete="off">\n'
        '<label for="none" tabindex="">a label</label></p></html>\n',
        "utf-8",
    )
    found = nu_checker.messages(tmp_path)
    for word, line in (("autocomplete", 3), ("tabindex", 4), ("“for”", 4)):
        assert any(word in said and said.startswith(f"error: inner/page.html:{line}: ") for said in found), found
