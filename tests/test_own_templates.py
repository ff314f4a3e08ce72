"""Templates of a review's own: what nothing uses is told, and nothing else is."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.meta import find_referenced_templates
from reviews import Edits, write_review

from evidence_site import making
from evidence_site.cli import main
from evidence_site.folders import PACKAGED
from evidence_site.problems import Severity

THEME = "site_name: X\ntheme:\n  name: material\n  font: false\n  custom_dir: "


def told(root: Path) -> dict[str, str]:
    """By file: what is proposed for a template that nothing uses; there is no other problem, and none is an error."""
    tree, problems = making.make_tree(root, with_news=False)
    assert {problem.code for problem in problems} <= {"unused-template"}, problems
    assert all(problem.severity is Severity.WARNING for problem in problems)
    assert tree is not None
    return {problem.place.file: problem.hint for problem in problems}


@pytest.mark.parametrize(
    ("file", "hint"),
    [
        ("templates/pages/studdy.html.j2", "Did you mean templates/pages/study.html.j2?"),
        ("templates/pages/study.html", "Did you mean templates/pages/study.html.j2?"),
        ("templates/study.html.j2", "Did you mean templates/pages/study.html.j2?"),
        ("templates/page/Outcomes.html.j2", "Did you mean templates/pages/outcomes.html.j2?"),
        ("templates/partials/macro.html.j2", "Did you mean templates/partials/macros.html.j2?"),
        ("templates/assets/pictures/logo.svg", "Give it the name of the template that it is to replace"),
        ("templates/notes.html", "Give it the name of the template that it is to replace"),
        ("templates/theme/main.html", "Write `custom_dir: templates/theme` below `theme:` in mkdocs.yml."),
    ],
)
def test_a_file_that_nothing_uses_is_told_with_the_nearest_name(tmp_path: Path, file: str, hint: str) -> None:
    found = told(write_review(tmp_path, {file: "<p>Text</p>"}))
    assert list(found) == [file if "theme" not in file else "templates/theme"]
    assert next(iter(found.values())).startswith(hint)


def test_no_line_of_it_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is the name that is wrong."""
    root = write_review(tmp_path, {"templates/pages/studdy.html.j2": "<p>Text</p>"})
    assert main(["check", "--root", str(root)]) == 0
    assert "<p>" not in capsys.readouterr().out


USED: dict[str, Edits] = {
    "as one that comes with it": {"templates/pages/glossary.html.j2": "<p>x</p>"},
    "a style and a picture": {"templates/assets/own.css": "p {}", "templates/assets/logo.svg": "<svg/>"},
    "included, imported, extended": {
        "templates/pages/glossary.html.j2": (
            "{% extends './base.j2' %}{% block x %}{% include ['none.j2', 'own/a.html'] ignore missing %}"
            "{% from 'own/b.j2' import c %}{% include 'own/logo.svg' %}{% endblock %}"
        ),
        "templates/base.j2": "{% block x %}{% endblock %}",
        "templates/own/a.html": "{% import 'own/d.j2' as d %}",
        "templates/own/b.j2": "{% macro c() %}{% endmacro %}",
        "templates/own/d.j2": "",
        "templates/own/logo.svg": "<svg/>",
    },
    "who knows": {
        "templates/pages/glossary.html.j2": "{% set name = 'own/a.html' %}{% include name %}",
        "templates/own/a.html": "",
    },
    "for people": {"templates/README.md": "Ours.", "templates/.hidden": ""},
    "of the theme": {
        "mkdocs.yml": THEME + "templates/theme\n",
        "templates/theme/main.html": "{% extends 'base.html' %}{% block styles %}{% include 'own/a.html' %}{% endblock %}",
        "templates/theme/own/a.html": "<!-- a -->",
        "templates/theme/partials/copyright.html": "",
        "templates/theme/partials/search-opener.html": "",
        "templates/theme/own.css": "",
        "templates/theme/.icons/own.svg": "",
    },
    "of the theme, elsewhere": {"mkdocs.yml": THEME + "overrides\n", "overrides/404.html": "x"},
}


@pytest.mark.parametrize("edits", USED.values(), ids=list(USED))
def test_nothing_is_said_of_what_is_used(tmp_path: Path, edits: Edits) -> None:
    root = tmp_path / "review"
    for name, text in (edits or {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(str(text), "utf-8")
    kept = {name: edit for name, edit in edits.items() if name == "mkdocs.yml"}
    assert told(write_review(root, kept)) == {}


@pytest.mark.parametrize("folder", ["templates/theme", "overrides"])
def test_a_misspelt_override_of_the_theme_is_told(tmp_path: Path, folder: str) -> None:
    root = write_review(
        tmp_path,
        {
            "mkdocs.yml": THEME + folder + "\n",
            f"{folder}/partials/foter.html": "",
            f"{folder}/own/a.html": "",
        },
    )
    found = told(root)
    assert list(found) == [f"{folder}/own/a.html", f"{folder}/partials/foter.html"]
    assert found[f"{folder}/partials/foter.html"] == f"Did you mean {folder}/partials/footer.html?"


def test_what_only_an_unused_template_includes_is_not_used(tmp_path: Path) -> None:
    edits: Edits = {"templates/pages/studdy.html.j2": "{% include 'own.j2' %}", "templates/own.j2": ""}
    assert sorted(told(write_review(tmp_path, edits))) == ["templates/own.j2", "templates/pages/studdy.html.j2"]


def all_copied() -> dict[str, str]:
    """Everything that comes with the program, as a review's own."""
    return {
        f"templates/{path.relative_to(PACKAGED).as_posix()}": path.read_text("utf-8")
        for path in sorted(PACKAGED.rglob("*"))
        if path.is_file()
    }


def test_all_that_comes_with_the_program_is_used(tmp_path: Path) -> None:
    """Who copies all of it to change it is told of nothing but the settings, which are in another place."""
    root = write_review(tmp_path, {**all_copied(), "mkdocs.yml": THEME + "templates/theme\n"})
    assert sorted(told(root)) == ["templates/mkdocs.yml"]


def test_what_a_changed_one_among_copies_uses_is_used(tmp_path: Path) -> None:
    edits: dict[str, str] = {
        **all_copied(),
        "mkdocs.yml": THEME + "templates/theme\n",
        "templates/pages/glossary.html.j2": "{% include 'own/a.html' %}",
        "templates/own/a.html": "",
        "templates/own/b.html": "",
        "templates/theme/main.html": "{% extends 'base.html' %}{% block styles %}{% include 'own/c.html' %}{% endblock %}",
        "templates/theme/own/c.html": "",
        "templates/theme/own/d.html": "",
    }
    unused = ["templates/mkdocs.yml", "templates/own/b.html", "templates/theme/own/d.html"]
    assert sorted(told(write_review(tmp_path, edits))) == unused


def test_what_comes_with_the_program_names_no_template_of_a_review() -> None:
    """Each template names others of the program or, those of the theme, of the theme, and none by a computed name.

    A copy of one therefore uses nothing that only a review has.
    """
    theme = PACKAGED / "theme"
    for path in [*PACKAGED.rglob("*.j2"), *theme.rglob("*.html")]:
        folders: list[Traversable] = (
            [theme, files("material") / "templates"] if path.is_relative_to(theme) else [PACKAGED]
        )
        parsed = Environment(autoescape=True).parse(path.read_text("utf-8"))
        for name in find_referenced_templates(parsed):
            assert name is not None, path
            assert any((folder / name).is_file() for folder in folders), (path, name)
