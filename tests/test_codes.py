"""Every kind of problem is explained, and what its explanation shows is what really happens."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from html_pages import read_page
from reviews import BASE, linked, write_review
from test_pages import as_html

from evidence_site import addresses, cli, making, site_settings
from evidence_site.codes import Code, Example, chapters, codes, explanation, overview
from evidence_site.pages import Settings, render
from evidence_site.problems import Problem

EXAMPLES = [pytest.param(code, id=code.code) for code in codes().values() if not code.example.told]
TOLD = [code for code in codes().values() if code.example.told]


def make(root: Path, example: Example) -> None:
    """Make the mistake of an example in a review in which nothing is wrong."""
    if example.file is None or example.wrong is None:
        return
    path = root / example.file
    if example.right is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(example.wrong + "\n", "utf-8")
    else:
        path.write_text(with_mistake(path.read_text("utf-8"), example.right.rstrip(), example.wrong.rstrip()), "utf-8")


def with_mistake(text: str, right: str, wrong: str) -> str:
    """The text with the first place that is right made wrong, however deep it is indented."""
    for depth in range(0, 20, 2):
        lines = textwrap.indent(right, " " * depth)
        if f"\n{lines}\n" in f"\n{text}":
            return f"\n{text}".replace(f"\n{lines}\n", f"\n{textwrap.indent(wrong, ' ' * depth)}\n", 1)[1:]
    assert right in text
    return text.replace(right, wrong, 1)


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_gives_its_code(
    code: Code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mistake of an example is told with the code that it stands for; without it nothing is wrong."""
    root = write_review(tmp_path / "review")
    (root / "elsewhere").mkdir()
    make(root, code.example)
    if code.example.command:
        monkeypatch.chdir(root)
        assert cli.main(code.example.command.split()) != 0
        told = capsys.readouterr()
        assert f"[{code.code}]" in told.out + told.err
        return
    problems = found(root)
    assert code.code in {problem.code for problem in problems}, problems
    assert {problem.severity for problem in problems if problem.code == code.code} == {code.severity}
    files = {problem.place.file.lower() for problem in problems if problem.code == code.code}
    assert files & {str(code.example.file).lower(), *shown(root)}


def found(root: Path) -> list[Problem]:
    return making.make_tree(root, with_news=False)[1]


def shown(root: Path) -> set[str]:
    """The folders of a review: a problem may be about one of them."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


def test_what_is_only_told_is_tested_elsewhere() -> None:
    """A code whose example is told in words is given in a test of its own."""
    folder = Path(__file__).parent
    files = [*folder.glob("*.py"), *folder.glob("cases/**/*.yaml"), *folder.glob("recorded/**/*")]
    texts = [path.read_text("utf-8", "ignore") for path in files if path.is_file() and path != Path(__file__)]
    tested = {word for text in texts for word in re.findall(r"[a-z]+(?:-[a-z0-9]+)*", text)}
    # The one is a last resort, the other takes two programs at the same instant.
    assert {code.code for code in TOLD} - tested == {"invalid-record", "changed-meanwhile"} - tested


def test_explanations_are_whole() -> None:
    """Each says what is wrong, why and what to do, in sentences, and shows or tells an example."""
    for code in codes().values():
        assert not code.title.endswith(".")
        assert code.cause.endswith(".")
        assert code.cure.endswith(".")
        example = code.example
        assert example.told or example.wrong or example.command
        assert example.right is None or example.wrong
    assert len(codes()) == sum(len(chapter.codes) for chapter in chapters().values())


def test_explanations_fit_a_terminal() -> None:
    """Nothing that is read as text is wider than a terminal, and nothing in it steers one."""
    for text in (overview(), *map(explanation, codes().values())):
        assert max(map(len, text.splitlines())) <= 100
        assert all(character.isprintable() or character in "\n\t" for character in text)


def test_every_code_has_its_place_on_the_page(tmp_path: Path) -> None:
    """Each stands below a heading with its own name as address, with all that is known of it."""
    files = render(linked(BASE), BASE, site_settings.template_folders(BASE), {}, Settings()).files
    file = tmp_path / "index.html"
    file.write_text(as_html(files[addresses.source_path(addresses.PROBLEMS)].decode()), "utf-8")
    page = read_page(file, addresses.PROBLEMS)
    assert len(page.ids) == len(set(page.ids))
    headings = {heading["id"]: heading.text for heading in page.html.all("h3")}
    assert {id_: text.removesuffix("¶") for id_, text in headings.items()} == {
        c.code: c.title for c in codes().values()
    }
    words = page.html.text
    for code in codes().values():
        for text in (
            code.cause,
            code.cure,
            code.example.told or "",
            code.example.wrong or "",
            code.example.right or "",
        ):
            assert " ".join(text.replace("`", "").split()) in words


def test_explaining(capsys: pytest.CaptureFixture[str]) -> None:
    """A code is explained, all are listed, and a misspelt one is put right."""
    assert cli.main(["explain", "unknown-outcome"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("unknown-outcome: There is no outcome with this id.\n\nWhy: ")
    assert "\n\nWhat to do: " in said
    assert said.endswith(
        "Wrong in evidence/studies/beta2021.yaml:\n    outcome: densty\n\nRight:\n    outcome: density\n"
    )
    assert cli.main(["explain", "tab"]) == 0
    assert "    sections:\n    →- id: genes\n" in capsys.readouterr().out
    assert cli.main(["explain", "unread-source"]) == 0
    assert "A warning: it does not keep the site from being published." in capsys.readouterr().out
    for code in ("[unknown-outcome]", "Unknown-Outcome"):
        assert cli.main(["explain", code]) == 0
        assert capsys.readouterr().out == said
    assert cli.main(["explain"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {code.code} " in listed and code.title in listed for code in codes().values())
    assert cli.main(["explain", "unknwon-outcome"]) == 2
    assert "Did you mean unknown-outcome" in capsys.readouterr().err
