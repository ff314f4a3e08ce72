"""The command: its exit codes, what it says and to whom, and what it never does."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from reviews import Edits, write_review

from evidence_site.arguments import parser
from evidence_site.cli import main

ROOT = Path(__file__).resolve().parent.parent
Output = pytest.CaptureFixture[str]

ERROR: Edits = {"evidence/studies/beta2021.yaml": [{"replace": "outcome: density", "by": "outcome: densty"}]}
WARNING: Edits = {"evidence/references.bib": [{"replace": "  pmid = {12345678},\n", "by": ""}]}


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "build_site.py"), *arguments],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def contents(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--strict"),
        ("--strict", "explain"),
        ("--site-dir", "x", "check"),
        ("--no-cache", "diff", "main"),
        ("new", "topic", "x", "--strict"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(capsys: Output, arguments: tuple[str, ...]) -> None:
    """Else whoever asks for warnings to fail would believe that they do."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert re.search(r"does nothing for|unrecognized arguments: --strict", capsys.readouterr().err)


@pytest.mark.parametrize("name", ["evidence/new", "docs/new", "templates"])
def test_nothing_is_exported_into_what_it_is_made_from(tmp_path: Path, capsys: Output, name: str) -> None:
    """Else the next build would take the pages for records, or for pages that people wrote."""
    root = write_review(tmp_path)
    before = contents(root)
    assert main(["export", str(root / name), "--root", str(root)]) == 2
    assert "name a folder elsewhere" in capsys.readouterr().err
    assert contents(root) == before
    assert main(["export", str(root / "new"), "--root", str(root)]) == 0
    assert "run: mkdocs build" in capsys.readouterr().err


# --- exit codes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "arguments", "code"),
    [
        ({}, (), 0),
        ({}, ("--strict",), 0),
        (WARNING, (), 0),
        (WARNING, ("--strict",), 1),
        (ERROR, (), 1),
        (ERROR, ("--strict",), 1),
    ],
    ids=["good", "good strict", "warning", "warning strict", "error", "error strict"],
)
def test_exit_codes(tmp_path: Path, capsys: Output, edits: Edits, arguments: tuple[str, ...], code: int) -> None:
    """0 if all is well, 1 for problems; warnings are problems only with --strict. Checking and building agree."""
    root = write_review(tmp_path, edits)
    assert main(["check", "--root", str(root), *arguments]) == code
    assert main(["build", "--root", str(root), *arguments]) == code
    assert main(["--root", str(root), *arguments, "check"]) == code
    assert (root / "site" / "index.html").exists() is (code == 0)
    capsys.readouterr()


def test_unknown_root(tmp_path: Path, capsys: Output) -> None:
    """A folder that does not exist is wrong usage, said in a sentence."""
    for command in ("check", "build", "serve"):
        assert main([command, "--root", str(tmp_path / "nowhere")]) == 2
        assert capsys.readouterr().err == f"There is no folder {tmp_path / 'nowhere'}.\n"
    (tmp_path / "file").write_text("")
    assert main(["check", "--root", str(tmp_path / "file")]) == 2


def test_a_folder_without_evidence(tmp_path: Path, capsys: Output) -> None:
    """In the wrong folder the command says what it missed."""
    assert main(["check", "--root", str(tmp_path)]) == 2
    assert "There is no folder evidence/ here." in capsys.readouterr().out


def test_in_a_folder_without_evidence_nothing_is_left(tmp_path: Path, capsys: Output) -> None:
    """So that a review can still be begun there, which wants an empty folder."""
    assert main(["--root", str(tmp_path)]) == 2
    assert "There is no folder evidence/ here." in capsys.readouterr().err
    assert contents(tmp_path) == {}
    assert main(["init", str(tmp_path)]) == 0


def test_a_python_without_the_packages_says_how_to_use_the_other(tmp_path: Path) -> None:
    """Whoever calls the command without the environment is told what to type, and sees no traceback."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "build_site.py"), "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "make site" in done.stderr
    assert ". .venv/bin/activate" in done.stderr


def test_an_older_python_is_told(tmp_path: Path) -> None:
    """Before anything that it could not read."""
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 18); sys.argv = ['build_site.py', 'check'];"
        f"runpy.run_path({str(ROOT / 'build_site.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed, and this is 3.9" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--no-such-option"], ["bake"], ["check", "--format", "xml"], ["check", "--site-dir", "x"]]
)
def test_wrong_usage(arguments: list[str], capsys: Output) -> None:
    """Options and commands that do not exist end with 2 and a word on how it is meant."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: build_site.py" in capsys.readouterr().err


def commands() -> list[str]:
    """The names of all commands."""
    (choices,) = [action.choices for action in parser()._actions if isinstance(action.choices, dict)]
    return list(choices)


@pytest.mark.parametrize("command", [[], *([name] for name in commands())], ids=" ".join)
def test_every_command_has_help(command: list[str], capsys: Output) -> None:
    """Help says what each command does and what each of its options is for."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert ("--root DIR" in said) is (command != ["init"])  # init names its folder itself
    for option in re.findall(r"^  (--[a-z-]+)", said, re.MULTILINE):
        assert re.search(rf"^  {option}\b.*(?:\n? {{2,}}|\s)\S+ \S+", said, re.MULTILINE), f"{option} has no help"


@pytest.mark.parametrize("address", ["8000", "localhost", "localhost:http", ":8000", "localhost:99999"])
def test_an_address_to_serve_at_has_a_host_and_a_port(tmp_path: Path, capsys: Output, address: str) -> None:
    """Anything else is wrong usage, said with an example."""
    assert main(["serve", "--root", str(write_review(tmp_path)), "--address", address]) == 2
    assert "127.0.0.1:8000" in capsys.readouterr().err


def test_an_address_that_is_taken_is_told(tmp_path: Path, capsys: Output) -> None:
    """As by another preview that still runs: the message says so, and how to choose another address."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        assert main(["serve", "--root", str(write_review(tmp_path)), "--address", address]) == 2
    said = capsys.readouterr().err
    assert f"The site cannot be shown at {address}" in said
    assert "--address" in said
    assert "Errno" not in said


def test_warnings_that_fail_are_said_to(tmp_path: Path, capsys: Output) -> None:
    """With --strict nobody reads that nothing stands in the way of what did not happen."""
    root = write_review(tmp_path, WARNING)
    assert main(["build", "--strict", "--root", str(root)]) == 1
    said = capsys.readouterr().err
    assert "nothing keeps the site from being published" not in said
    assert "0 errors, 1 warning; with --strict warnings count as errors." in said


LISTED_BY = "The warnings are listed by: python build_site.py check\n"


def test_who_builds_is_told_how_to_see_warnings(tmp_path: Path, capsys: Output) -> None:
    """They are counted and not listed; with an error, too, and in a build that finds everything made already."""
    root = write_review(tmp_path / "warning", WARNING)
    for _ in range(2):
        assert main(["build", "--root", str(root)]) == 0
        said = capsys.readouterr().err
        assert "missing-identifier" not in said
        assert said.count(f"0 errors, 1 warning; nothing keeps the site from being published.\n{LISTED_BY}") == 1
    assert main(["build", "--root", str(write_review(tmp_path / "both", {**ERROR, **WARNING}))]) == 1
    assert f"1 error, 1 warning.\n{LISTED_BY}" in capsys.readouterr().err


def test_nobody_is_sent_to_warnings_that_are_listed_or_not_there(tmp_path: Path, capsys: Output) -> None:
    main(["build", "--strict", "--root", str(write_review(tmp_path / "warning", WARNING))])
    main(["build", "--root", str(write_review(tmp_path / "error", ERROR))])
    main(["build", "--root", str(write_review(tmp_path / "good"))])
    main(["check", "--root", str(tmp_path / "warning")])
    out = capsys.readouterr()
    assert LISTED_BY not in out.out + out.err


def test_a_draft_of_a_file_that_is_not_there(tmp_path: Path, capsys: Output) -> None:
    """It is named in a sentence."""
    assert main(["draft", "nowhere.md", "--root", str(write_review(tmp_path))]) == 2
    assert capsys.readouterr().err == "A file or folder cannot be used: nowhere.md: No such file or directory.\n"


# --- formats ---------------------------------------------------------------------------------------------------------


def test_text_for_people(tmp_path: Path, capsys: Output) -> None:
    """One line for each problem with its place, a hint below it, and a summary at the end."""
    assert main(["check", "--root", str(write_review(tmp_path, ERROR))]) == 1
    assert capsys.readouterr().out == (
        "evidence/studies/beta2021.yaml:21:18: error: There is no outcome “densty”. [unknown-outcome]\n"
        "    21 |       - outcome: densty\n"
        "       |                  ^\n"
        "    Did you mean density?\n"
        "1 error, 0 warnings.\n"
        "What a word in square brackets means: python build_site.py explain unknown-outcome\n"
    )
    assert main(["check", "--root", str(write_review(tmp_path / "good"))]) == 0
    assert capsys.readouterr().out == "No problems found.\n"


def test_errors_stand_where_a_terminal_ends(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below all warnings, next to the summary; in the summary of a step on GitHub they come first."""
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    root = write_review(tmp_path / "review", {**ERROR, **WARNING})
    main(["check", "--root", str(root)])
    said = capsys.readouterr().out
    assert said.index(": warning: ") < said.index(": error: ") < said.index("1 error, 1 warning.")
    main(["check", "--format", "github", "--root", str(root)])
    capsys.readouterr()
    listed = summary.read_text("utf-8")
    assert listed.index(": error: ") < listed.index(": warning: ")


def test_what_a_terminal_cannot_show(tmp_path: Path) -> None:
    """A terminal that lacks letters of ours or of the evidence gets them spelt out, and no traceback."""
    edits: Edits = {"evidence/topics/causes.yaml": [{"replace": "title: Causes", "by": "titel: Ursächliches – 原因"}]}
    root = write_review(tmp_path, edits)
    done = run(root, "check", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "titel: Urs\\xe4chliches \\u2013 \\u539f\\u56e0\n" in done.stdout
    assert done.stderr == ""


def test_json_for_programs(tmp_path: Path, capsys: Output) -> None:
    """A list of objects, each with the same seven fields, worth reading without reading the text."""
    main(["check", "--format", "json", "--root", str(write_review(tmp_path, {**ERROR, **WARNING}))])
    found = json.loads(capsys.readouterr().out)
    assert found == [
        {
            "file": "evidence/references.bib",
            "line": 21,
            "column": 1,
            "severity": "warning",
            "code": "missing-identifier",
            "message": "“gamma2022” has neither DOI nor PMID nor PMCID.",
            "hint": "Add one if the publisher or PubMed shows it, else name DOI and PMID under not_found.",
        },
        {
            "file": "evidence/studies/beta2021.yaml",
            "line": 21,
            "column": 18,
            "severity": "error",
            "code": "unknown-outcome",
            "message": "There is no outcome “densty”.",
            "hint": "Did you mean density?",
        },
    ]
    main(["check", "--format", "json", "--root", str(write_review(tmp_path / "good"))])
    assert json.loads(capsys.readouterr().out) == []


def test_commands_for_github(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors come before warnings, since GitHub shows only the first ten, and all stand in the step's summary."""
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    main(["check", "--format", "github", "--root", str(write_review(tmp_path / "review", {**ERROR, **WARNING}))])
    assert capsys.readouterr().out == (
        "::error file=evidence/studies/beta2021.yaml,line=21,col=18,title=unknown-outcome::"
        "There is no outcome “densty”. Did you mean density?\n"
        "::warning file=evidence/references.bib,line=21,col=1,title=missing-identifier::"
        "“gamma2022” has neither DOI nor PMID nor PMCID. Add one if the publisher or PubMed shows it, else name DOI and PMID under not_found.\n"
    )
    assert summary.read_text().startswith(
        "### Evidence check\n\n1 error, 1 warning.\n\n```\nevidence/studies/beta2021.yaml:21:18:"
    )


# --- what contributors write cannot steer a terminal or GitHub -------------------------------------------------------

STEERING = "\x1b[31m\x9b31m\x07 ##[error]x ::error::x %0A::error::x"


def hostile_review(root: Path) -> Path:
    """A review whose values, names and files try to get codes and commands into the output."""
    in_yaml = json.dumps(STEERING + "\n::error::y")
    root = write_review(
        root,
        {
            "evidence/topics/causes.yaml": [{"replace": "title: Causes", "by": f"title: {in_yaml}\n{in_yaml}: 1"}],
            "evidence/treatments/waiting.yaml": [
                {"replace": "name: Waiting", "by": f"name: {STEERING}"},
                {"replace": "kind: natural_course", "by": "kind: '##[error]x ::error::x'"},
            ],
            "evidence/cases/first-case.yaml": [{"replace": "study: beta2021", "by": "study: '##[add-mask]x'"}],
            "evidence/studies/alpha2020.yaml": [{"replace": "statistic: direction", "by": 'statistic: "::error::x"'}],
            "evidence/outcomes.yaml": [
                {"replace": '[@gamma2022, abstract]."\n  dir', "by": '[@##x] [@gamma2020]"\n  dir'}
            ],
            "evidence/references.bib": [
                {"append": f"\n@article{{x{STEERING}, title = {{{STEERING}}}, year = {{##[error]x}} }}\n"}
            ],
        },
    )
    (root / "evidence" / "studies" / "a\x1b[31m\n::error::b.yaml").write_text("title: x\n")
    (root / "evidence" / "sources" / "a\n##[error]b.txt").write_text("title: x\n")
    return root


def hostile_documents(root: Path) -> Path:
    """A review without errors in its records, whose documentation tries the same."""
    root = write_review(root)
    name = "a\x1b[31m\n::error::b ##[error]c.md"
    (root / "docs" / name).write_text(
        f"# {STEERING}\n\n[x](/nowhere/{STEERING}) [y](/##[error]x) [@gamma2020] ![z](x)\n"
    )
    return root


@pytest.mark.parametrize("make", [hostile_review, hostile_documents])
@pytest.mark.parametrize("style", ["text", "json", "github", "build"])
def test_nothing_hostile_reaches_the_output_raw(
    tmp_path: Path, capsys: Output, make: Callable[[Path], Path], style: str
) -> None:
    """Neither codes for terminals nor commands for GitHub's runner come out of what contributors write."""
    root = make(tmp_path)
    arguments = ["build"] if style == "build" else ["check", "--format", style]
    assert main([*arguments, "--root", str(root)]) == 1
    captured = capsys.readouterr()
    out = captured.out + captured.err
    assert out
    assert [c for c in out if not c.isprintable() and c != "\n"] == []
    for line in out.splitlines():
        if style == "github":
            assert re.match(r"::(error|warning) file=[^:,]+,line=\d+,col=\d+,title=[a-z-]+::", line)
        elif style != "json":
            assert not line.strip().startswith("::")
            assert "##[" not in line
    if style == "json":
        assert all(problem["code"] for problem in json.loads(captured.out))


# --- whatever is wrong, it is said ----------------------------------------------------------------------------------

DEEP = "a: " + "[" * 5000
BROKEN: Mapping[str, Edits] = {
    "empty study": {"evidence/studies/alpha2020.yaml": ""},
    "study that is a list": {"evidence/studies/alpha2020.yaml": "- 1\n- 2\n"},
    "study that is a word": {"evidence/studies/alpha2020.yaml": "study\n"},
    "study with a tab": {"evidence/studies/alpha2020.yaml": "title:\tx\n\t- y\n"},
    "study that is deep": {"evidence/studies/alpha2020.yaml": DEEP},
    "study with aliases": {"evidence/studies/alpha2020.yaml": "a: &a [x]\nb: [*a, *a]\n"},
    "study with a tag": {"evidence/studies/alpha2020.yaml": "title: !!python/object/apply:os.system ['true']\n"},
    "study with two documents": {"evidence/studies/alpha2020.yaml": "title: x\n---\ntitle: y\n"},
    "study with fields twice": {"evidence/studies/alpha2020.yaml": "title: x\ntitle: y\n"},
    "review that is empty": {"evidence/review.yaml": ""},
    "review that is missing": {"evidence/review.yaml": None},
    "review with a bad date": {"evidence/review.yaml": [{"replace": "2024-05-31", "by": "2019-02-30"}]},
    "outcomes that are empty": {"evidence/outcomes.yaml": ""},
    "outcomes that are one": {"evidence/outcomes.yaml": "id: density\n"},
    "outcomes that are missing": {"evidence/outcomes.yaml": None},
    "bibliography that is empty": {"evidence/references.bib": ""},
    "bibliography that is missing": {"evidence/references.bib": None},
    "bibliography that never ends": {"evidence/references.bib": "@article{alpha2020, title = {" + "{" * 3000},
    "bibliography of nonsense": {"evidence/references.bib": "@@@ {}{}{ @article @article{,,,} @string{x=} @comment"},
    "no studies at all": {
        f"evidence/studies/{name}.yaml": None for name in ("alpha2020", "beta2021", "gamma2022", "delta2019")
    },
    "treatment without anything": {"evidence/treatments/waiting.yaml": "name: x\n"},
    "settings that are a list": {"mkdocs.yml": "- x\n"},
    "settings that are empty": {"mkdocs.yml": ""},
    "settings with a tab": {"mkdocs.yml": "site_name:\tX\n\ttheme: x\n"},
    "settings with an unknown theme": {"mkdocs.yml": "site_name: X\ntheme: nothing\n"},
    "settings with an unknown plugin": {"mkdocs.yml": "site_name: X\nplugins: [nothing]\n"},
    "settings with a wrong extra": {"mkdocs.yml": "site_name: X\nextra: 3\n"},
    "template that is broken": {"templates/pages/home.html.j2": "{% for %}"},
    "template that misses something": {"templates/pages/home.html.j2": "{{ nothing.at.all }}"},
    "template that adds a word to a number": {"templates/pages/topic.html.j2": "{{ 1 + title }}"},
    "template that asks in a wrong way": {"templates/pages/topic.html.j2": "{{ page.h() }}"},
    "template that cannot be read": {"templates/pages/home.html.j2": "{% include 'nothing' %}"},
    "page that cites nothing known": {"docs/methods.md": "# Methods\n\nSee [@nobody1999].\n"},
    "page that leads nowhere": {"docs/methods.md": "# Methods\n\n[Here](/nowhere/).\n"},
    "page that takes the address of another": {"docs/studies.md": "# Studies\n"},
    "page that takes the home page": {"docs/index.md": "# Home\n"},
    "study that takes the address of the index": {
        "evidence/studies/index.yaml": "title: x\nreports: [alpha2020]\ndesign: cohort\npopulation: x\nsummary: x\n"
    },
}


@pytest.mark.parametrize("edits", BROKEN.values(), ids=BROKEN.keys())
def test_broken_input_is_told_and_touches_nothing(tmp_path: Path, capsys: Output, edits: Edits) -> None:
    """Whatever is wrong is told with its file; no exception comes out, and the last good site stays byte for byte."""
    root = write_review(tmp_path)
    (root / "site").mkdir()
    (root / "site" / "index.html").write_text("the last good site")
    before = contents(root / "site")
    write_review(root, edits)
    assert main(["check", "--root", str(root)]) == 1
    assert re.search(r"^[\w./-]+:\d+:\d+: error: .+ \[[a-z-]+\]$", capsys.readouterr().out, re.MULTILINE)
    assert main(["build", "--root", str(root)]) == 1
    assert "The site was not published; what was there before is untouched." in capsys.readouterr().err
    assert contents(root / "site") == before
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("{% if %}", "Expected an expression, got 'end of statement block'."),
        ("{{ nothing.at.all }}", "'nothing' is undefined."),
        ("{{ page.nothing() }}", "'evidence_site.page.Page object' has no attribute 'nothing'."),
        ("{{ 1 + 'one' }}", "unsupported operand type(s) for +: 'int' and 'str'."),
        ("{{ page.h(1) }}", "Page.h() missing 1 required positional argument: 'title'."),
    ],
)
def test_a_template_is_told_with_its_line(tmp_path: Path, capsys: Output, mistake: str, said: str) -> None:
    """Whatever is wrong with a template of the review's own, it is said where, and no traceback comes out."""
    root = write_review(tmp_path, {"templates/pages/topic.html.j2": f"one\n{mistake}\n"})
    assert main(["build", "--root", str(root)]) == 1
    told = capsys.readouterr().err
    assert f"templates/pages/topic.html.j2:2:1: error: A template cannot be used: {said} [template]" in told


def odd_files(root: Path) -> None:
    (root / "evidence" / "studies" / "folder.yaml").mkdir()
    (root / "evidence" / "studies" / "link.yaml").symlink_to(root / "nowhere")
    (root / "evidence" / "topics" / "Upper Case.yaml").write_text("title: x\n")
    (root / "evidence" / "sources" / "binary.yaml").write_bytes(bytes(range(256)))
    (root / "evidence" / "cases" / "utf16.yaml").write_text("title: x\n", "utf-16")
    (root / "evidence" / "treatments" / "latin.yaml").write_bytes("name: Müller\n".encode("latin-1"))


@pytest.mark.parametrize(
    "file",
    [
        "evidence/review.yaml",
        "evidence/outcomes.yaml",
        "evidence/references.bib",
        "evidence/studies/beta2021.yaml",
        "docs/methods.md",
        "mkdocs.yml",
    ],
)
def test_a_merge_that_was_not_finished_is_told_once(tmp_path: Path, capsys: Output, file: str) -> None:
    """Wherever it stands it is one problem at its line, without others that would only follow from it."""
    root = write_review(tmp_path)
    path = root / file
    path.write_text(f"<<<<<<< HEAD\n{path.read_text('utf-8')}=======\n>>>>>>> branch\n", "utf-8")
    assert main(["check", "--root", str(root)]) == 1
    said = capsys.readouterr().out
    assert f"{file}:1:1: error: A merge was not finished here" in said
    assert "1 error, 0 warnings." in said


def test_settings_that_cannot_be_read_are_told_with_their_line(tmp_path: Path, capsys: Output) -> None:
    """As those of a record are, and without the path of this computer."""
    root = write_review(tmp_path, {"mkdocs.yml": "site_name: A review\ntheme:\n\tname: material\n"})
    assert main(["check", "--root", str(root)]) == 1
    said = capsys.readouterr().out
    assert "mkdocs.yml:3:1: error: A tab stands here where spaces belong. [site-settings]" in said
    assert str(tmp_path) not in said


def test_odd_files_are_told_of(tmp_path: Path, capsys: Output) -> None:
    """Folders, links, other encodings and odd names among the records are each told, all in one run."""
    root = write_review(tmp_path)
    odd_files(root)
    assert main(["check", "--root", str(root)]) == 1
    said = capsys.readouterr().out
    for name in ("folder.yaml", "link.yaml", "Upper Case.yaml", "binary.yaml", "utf16.yaml", "latin.yaml"):
        assert f"{name}:" in said


def test_odd_files_among_the_pages_are_told_and_not_published(tmp_path: Path, capsys: Output) -> None:
    """Links that lead away and other encodings in docs/ are problems; what is done is neither to follow nor to stop."""
    root = write_review(tmp_path / "review")
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret\n\nsecret words\n")
    (root / "docs" / "folder.md").mkdir()
    (root / "docs" / "broken.md").symlink_to(root / "nowhere")
    (root / "docs" / "secret.md").symlink_to(secret)
    (root / "docs" / "secret.txt").symlink_to(secret)
    (root / "docs" / "latin.md").write_bytes("# Müller\n".encode("latin-1"))
    assert main(["build", "--root", str(root)]) == 1
    said = capsys.readouterr().err
    for name in ("broken.md", "secret.md", "secret.txt"):
        assert f"docs/{name}:1:1: error: This is a link" in said
    assert "docs/latin.md:1:4: error: The file is not saved as UTF-8" in said
    assert not (root / "site").exists()


@pytest.mark.parametrize("name", ["build", "evidence", "evidence/studies"])
def test_a_file_where_a_folder_belongs(tmp_path: Path, capsys: Output, name: str) -> None:
    """A file in the place of a folder is told, and ends the run without an exception."""
    import shutil

    root = write_review(tmp_path)
    if (root / name).is_dir():
        shutil.rmtree(root / name)
    (root / name).write_text("a file")
    for command in ("check", "build"):
        assert main([command, "--root", str(root)]) in (1, 2)
        captured = capsys.readouterr()
        assert name in captured.out + captured.err


# --- where the site goes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "site_dir", [".", "..", "evidence", "evidence/site", "docs", "docs/site", "templates", "notes", "notes/a.txt"]
)
def test_the_site_never_replaces_other_files(tmp_path: Path, capsys: Output, site_dir: str) -> None:
    """A site cannot be published over or among the review, nor over a folder that holds something else."""
    root = write_review(tmp_path / "outer" / "review", {"notes/a.txt": "mine", "templates/pages/x.html.j2": ""})
    before = contents(tmp_path)
    assert main(["build", "--root", str(root), "--site-dir", str(root / site_dir)]) == 2
    assert "The site cannot be published in" in capsys.readouterr().err
    assert contents(tmp_path) == before


@pytest.mark.parametrize("site_dir", ["site", "public/here", "empty", "build/site"])
def test_the_site_goes_where_it_is_wanted(tmp_path: Path, capsys: Output, site_dir: str) -> None:
    """A new folder, an empty one or that of an earlier site is used, however deep it is."""
    root = write_review(tmp_path)
    (root / "empty").mkdir()
    for _ in range(2):
        assert main(["build", "--root", str(root), "--site-dir", str(root / site_dir)]) == 0
    assert (root / site_dir / "index.html").is_file()
    capsys.readouterr()


def test_a_command_in_another_folder(tmp_path: Path) -> None:
    """Without --root the review is the folder that the command runs in, and its site goes below that."""
    root = write_review(tmp_path)
    done = run(root, "build")
    assert done.returncode == 0, done.stderr
    assert (root / "site" / "index.html").is_file()
    assert done.stderr.endswith(" pages in site\n")


# --- progress --------------------------------------------------------------------------------------------------------


def test_progress_is_plain_lines_in_ci(tmp_path: Path) -> None:
    """Where output is kept, each stage is one line; results go to the same stream and nothing to the other."""
    done = run(write_review(tmp_path), "build", CI="true")
    assert done.returncode == 0
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0] == "Checking the evidence"
    assert re.fullmatch(r"Pages: \d+", lines[1])
    pages = lines[1].split()[1]
    assert lines[2:] == ["Search index", "Building the site", "No problems found.", f"{pages} pages in site"]
    assert "\r" not in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(("ci", "moves"), [("", True), ("true", False)])
def test_progress_moves_only_on_a_terminal_of_a_person(tmp_path: Path, ci: str, moves: bool) -> None:
    """On a terminal one line moves and is gone at the end; a terminal of a CI system gets plain lines, too."""
    root = write_review(tmp_path)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "build_site.py"), "build"], cwd=root, env={**os.environ, "CI": ci}, stderr=theirs
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how a terminal on Linux ends
            break
        if not part:
            break
        said += part
    os.close(ours)
    assert process.wait() == 0
    assert (b"\x1b[K" in said) is moves
    assert b"pages in site" in said


# --- habit -----------------------------------------------------------------------------------------------------------


def test_a_bare_mkdocs_build_makes_the_same_site(tmp_path: Path, capsys: Output) -> None:
    """With the hook in mkdocs.yml, whoever runs MkDocs gets byte for byte what the command publishes."""
    hook = f"\nhooks:\n  - {ROOT / 'build_site.py'}\n"
    root = write_review(tmp_path, {"mkdocs.yml": [{"append": hook}]})
    assert main(["build", "--root", str(root), "--site-dir", str(tmp_path / "ours")]) == 0
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(tmp_path / "theirs")],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    ours, theirs = contents(tmp_path / "ours"), contents(tmp_path / "theirs")
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []
    capsys.readouterr()


def test_a_bare_mkdocs_build_stops_at_problems(tmp_path: Path) -> None:
    """The hook tells the problems and ends the build with an exit code that says so."""
    hook = f"\nhooks:\n  - {ROOT / 'build_site.py'}\n"
    root = write_review(tmp_path, {"mkdocs.yml": [{"append": hook}], **ERROR})
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "unknown-outcome" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (root / "site").exists()


# --- what is loaded --------------------------------------------------------------------------------------------------

PAGES = ("jinja2", "mkdocs", "markdown", "evidence_site.pages", "evidence_site.checks", "evidence_site.site_settings")
"""What only commands that make pages need."""
PUBLISHING = ("evidence_site.publishing", "evidence_site.static_site", "evidence_site.theme", "mkdocs.commands.build")
"""What only commands that make a site of the pages need."""


@pytest.mark.parametrize(
    ("arguments", "loads", "without"),
    [
        (("--help",), "argparse", ("pydantic", "yaml", *PAGES)),
        (("explain", "duplicate-key"), "evidence_site.codes", ("evidence_site.review", "evidence_site.prose", *PAGES)),
        (("import", "nothing.nbib"), "rispy", ("urllib3", *PAGES)),
        (("new", "topic", "weather"), "evidence_site.scaffolds", ("evidence_site.changes", "markdown_it", *PAGES)),
        (("init", "another"), "evidence_site.schemas", ("evidence_site.changes", "markdown_it", *PAGES)),
        (("schema",), "evidence_site.schemas", ("evidence_site.changes", "markdown_it", *PAGES)),
        (("draft", "review.yaml"), "evidence_site.drafts", PAGES),
        (("diff", "HEAD"), "evidence_site.evidence_diff", PAGES),
        (("assemble",), "evidence_site.editions", ("pydantic", "yaml", *PAGES)),
        (("check",), "evidence_site.checks", ("rispy", "urllib3", "watchdog", "mkdocs.livereload", "ssl", *PUBLISHING)),
        (("export", "elsewhere"), "evidence_site.way_out", ("rispy", "urllib3", "watchdog", *PUBLISHING)),
        (("build",), "evidence_site.publishing", ("rispy", "urllib3", "watchdog", "mkdocs.livereload", "ssl")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_a_command_loads_only_what_it_needs(
    tmp_path: Path, arguments: tuple[str, ...], loads: str, without: tuple[str, ...]
) -> None:
    """Loading everything would take longer than most commands take."""
    root = write_review(tmp_path / "review")
    code = (
        "import sys\nfrom contextlib import suppress\nfrom evidence_site.cli import main\n"
        f"with suppress(SystemExit):\n    main({arguments!r})\nprint()\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loads in loaded, done.stderr
    assert loaded & set(without) == set()
