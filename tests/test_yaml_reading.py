"""Reading YAML: what is read, what is refused, where it stands, and that no file can do harm."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from evidence_site import limits, yaml_reading
from evidence_site.files import FORBIDDEN
from evidence_site.problems import Place, Problem, in_reading_order
from evidence_site.yaml_reading import YAML_CODES, Document, read_yaml

CASES = sorted((Path(__file__).parent / "cases" / "yaml").glob("*.yaml"))
SHOWN = "evidence/studies/a.yaml"


@pytest.fixture(params=["CBaseLoader", "BaseLoader"])
def any_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either of PyYAML's parsers: some systems lack the one in C."""
    name: str = request.param
    monkeypatch.setattr(yaml_reading, "_Loader", getattr(yaml, name))
    return name


def read(folder: Path, content: bytes) -> tuple[Document | None, list[Problem]]:
    path = folder / "a.yaml"
    path.write_bytes(content)
    return read_yaml(path, SHOWN)


def check_problems(expected: list[dict[str, Any]], found: list[Problem]) -> None:
    """Exact places and codes in reading order, and the fragments of messages and hints."""
    ordered = in_reading_order(found)
    shown = [(p.place.line, p.place.column, p.code) for p in ordered]
    assert shown == [(e["line"], e["column"], e["code"]) for e in expected], ordered
    for want, problem in zip(expected, ordered, strict=True):
        assert want["message"] in problem.message
        assert want.get("hint", "") in problem.hint
        assert problem.code in YAML_CODES or "model" in want
        assert problem.message.endswith(".")
        assert problem.place.file == SHOWN


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_reading(file: Path, tmp_path: Path) -> None:
    """A file is read as its case says, with all its problems at their exact places."""
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    content = bytes.fromhex(case["bytes"]) if "bytes" in case else case["input"].encode(case.get("encoding", "utf-8"))
    document, problems = read(tmp_path, content)
    check_problems(case["problems"], problems)
    if "data" in case:
        assert document is not None
        assert repr(document.data) == repr(case["data"])  # repr tells 1 from True and 1.0
    for want in case.get("places", ()):
        assert document is not None
        assert document.place(want["path"]) == Place(SHOWN, *want["value"]), want
        assert document.key_place(want["path"]) == Place(SHOWN, *want["name"]), want
    for want in case.get("texts", ()):
        assert document is not None
        text: Any = document.data
        for step in want["path"]:
            text = text[step]
        assert document.place_of_text(want["path"], text.index(want["at"])) == Place(SHOWN, *want["place"]), want


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_both_parsers_agree(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser and libyaml give the same data, and problems of the same kinds in the same lines."""
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    if "bytes" in case or file.stem in {"unknown-directive", "lone-surrogate"}:
        pytest.skip("not YAML, or something that only one of them refuses")
    content = case["input"].encode(case.get("encoding", "utf-8"))
    results = []
    for name in ("CBaseLoader", "BaseLoader"):
        monkeypatch.setattr(yaml_reading, "_Loader", getattr(yaml, name))
        document, problems = read(tmp_path, content)
        results.append((document and document.data, [(p.place.line, p.code) for p in problems]))
    assert results[0] == results[1]


def test_every_code_has_a_case() -> None:
    """Each code of the table is shown by a case file, or by one of the tests of this module that need a file system."""
    shown = {problem["code"] for file in CASES for problem in yaml.safe_load(file.read_text("utf-8"))["problems"]}
    elsewhere = {"missing-file", "unreadable-file", "not-a-file", "link", "file-too-large", "too-many-values"}
    assert set(YAML_CODES) == shown | elsewhere | {"text-too-long"}
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code) for code in YAML_CODES)


def only_problem(found: tuple[Document | None, list[Problem]]) -> str:
    document, problems = found
    assert document is None
    assert [problem.place for problem in problems] == [Place(SHOWN)]
    return problems[0].code


def test_what_is_no_file(tmp_path: Path) -> None:
    """Whatever stands in place of a file is named, and neither followed nor waited for."""
    assert only_problem(read_yaml(tmp_path / "none.yaml", SHOWN)) == "missing-file"
    assert only_problem(read_yaml(tmp_path, SHOWN)) == "not-a-file"
    assert only_problem(read_yaml(tmp_path / "nul\0.yaml", SHOWN)) == "unreadable-file"
    assert only_problem(read_yaml(tmp_path / ("long" * 100), SHOWN)) == "unreadable-file"


@pytest.mark.skipif(os.name != "posix", reason="links, pipes and devices are made differently elsewhere")
def test_links_pipes_and_devices(tmp_path: Path) -> None:
    """Links are not followed, and pipes and devices not opened."""
    (tmp_path / "real.yaml").write_text("a: 1\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real.yaml")
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "none.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    assert only_problem(read_yaml(tmp_path / "link.yaml", SHOWN)) == "link"
    assert only_problem(read_yaml(tmp_path / "dangling.yaml", SHOWN)) == "link"
    assert only_problem(read_yaml(tmp_path / "pipe.yaml", SHOWN)) == "not-a-file"
    assert only_problem(read_yaml(Path("/dev/zero"), SHOWN)) == "not-a-file"


def test_huge_file(tmp_path: Path) -> None:
    """A file of 100 MB is refused without being read."""
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(100_000_000)
    began = time.process_time()
    assert only_problem(read_yaml(tmp_path / "a.yaml", SHOWN)) == "file-too-large"
    assert time.process_time() - began < 0.5


N = limits.YAML_BYTES

HOSTILE: dict[str, Callable[[], bytes]] = {
    "open brackets": lambda: b"[" * N,
    "open braces": lambda: b"{a: " * (N // 4),
    "hyphens": lambda: b"- " * (N // 2),
    "question marks": lambda: b"? " * (N // 2),
    "question marks in brackets": lambda: b"[?" * (N // 2),
    "steps": lambda: b"\n".join(b" " * step + b"a:" for step in range(1990)),
    "long text": lambda: b"a: " + b"x" * (N - 3),
    "long quotation": lambda: b'a: "' + b"x\n" * (N // 2 - 2),
    "long block": lambda: b"a: |\n" + b" x\n" * (N // 3 - 3),
    "escapes": lambda: b'a: "' + b"\\u202e" * 300_000 + b'"',
    "blank lines": lambda: b"\n" * N,
    "comments": lambda: b"#\n" * (N // 2),
    "directives": lambda: b"".join(b"%%TAG !a%d! b\n" % number for number in range(100_000)),
    "late directives": lambda: b"a: 1\n...\n" + b"".join(b"%%TAG !a%d! b\n" % number for number in range(90_000)),
    "documents": lambda: b"---\n" * (N // 4),
    "many values": lambda: b"[" + b"a," * (N // 2 - 1) + b"]",
    "many items": lambda: b"- a\n" * (N // 4),
    "many fields": lambda: b"".join(b"a%d: 1\n" % number for number in range(150_000)),
    "one field": lambda: b"a: 1\n" * (N // 5),
    "anchors": lambda: b"".join(b"- &a%d x\n" % number for number in range(150_000)),
    "long anchor": lambda: b"a: &" + b"x" * (N - 10) + b" b",
    "long alias": lambda: b"*" + b"x" * (N - 1),
    "long names": lambda: (b'{"' + b"a" * 1000 + b'": ') * 38,
    "digits": lambda: b"a: " + b"9" * 90_000,
    "underscores": lambda: b"a: 1" + b"_" * 90_000 + b"x",
    "nothing but zeros": lambda: b"\0" * N,
    "overrides": lambda: "\u202e".encode() * (N // 3),
    "colons": lambda: b": " * (N // 2),
    "quotes": lambda: b'"\n' * (N // 2),
    "bars": lambda: b"|\n" * (N // 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_soon(name: str, tmp_path: Path) -> None:
    """A file that is made to hurt is a problem or plain data within two seconds."""
    content = HOSTILE[name]()
    assert len(content) <= N
    began = time.process_time()
    document, problems = read(tmp_path, content)
    assert time.process_time() - began < 2
    assert document is not None or problems
    assert len(problems) <= limits.YAML_PROBLEMS + 1
    assert all(len(problem.message) < 300 for problem in problems)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems count memory in other units")
def test_memory_stays_small(tmp_path: Path) -> None:
    """The largest files take no more than a few hundred megabytes, one after the other."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for make in HOSTILE.values():
        read(tmp_path, make())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


def test_deep_but_allowed(tmp_path: Path, any_parser: str) -> None:
    """As many levels as are allowed can be read, and their places told."""
    content = b"[" * limits.YAML_DEPTH + b"x" + b"]" * limits.YAML_DEPTH
    document, problems = read(tmp_path, content)
    assert problems == []
    assert document is not None
    assert document.place([0] * limits.YAML_DEPTH) == Place(SHOWN, 1, limits.YAML_DEPTH + 1)


def test_limits_on_text_and_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts and numbers of values have limits of their own, with a place."""
    document, problems = read(tmp_path, b"a: 1\nb: " + b"x" * (limits.YAML_TEXT + 1) + b"\nc:\n")
    assert [(p.code, p.place.line) for p in problems] == [("text-too-long", 2), ("empty-value", 3)]
    assert document is not None
    monkeypatch.setattr(limits, "YAML_VALUES", 10)
    assert [(p.code, p.place.line) for p in read(tmp_path, b"- a\n" * 20)[1]] == [("too-many-values", 9)]


def test_limit_on_problems_of_characters(tmp_path: Path) -> None:
    """Reading ends after a hundred problems, and says so."""
    document, problems = read(tmp_path, b"\x07" * 200)
    assert document is None
    assert [problem.code for problem in problems[-2:]] == ["forbidden-character", "too-many-problems"]


yaml_like = st.text(st.sampled_from("ab1.0-:?#,[]{}&*!|>'\"%@`\\ \n\t~<é\u202e\ufffd\x00"), max_size=60)


def all_is_well(document: Document | None, problems: list[Problem], size: int) -> None:
    assert document is not None or problems
    for problem in problems:
        assert problem.code in YAML_CODES
        assert problem.place.file == SHOWN
        assert 1 <= problem.place.line <= size + 1
        assert 1 <= problem.place.column <= size + 2
    if document is not None:
        check_places(document, document.data, (), exact=not problems)


def check_places(document: Document, data: object, path: tuple[str | int, ...], *, exact: bool) -> None:
    """Every value has a place at or behind that of what holds it; if exact, each letter of a text has its own."""
    place = document.place(path)
    if isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            inner = (*path, step)
            assert (document.place(inner).line, document.place(inner).column) >= (place.line, place.column)
            check_places(document, value, inner, exact=exact)
    elif isinstance(data, str):
        lines = document._text.split("\n")
        for offset, character in enumerate(data):
            at = document.place_of_text(path, offset)
            source = lines[at.line - 1][at.column - 1 : at.column]
            assert not exact or source in (character, "\\") or character in " \n\t", (data, offset, at)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(content=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    """Whatever the bytes of a file are, they become a document or problems."""
    all_is_well(*read(tmp_path, content), len(content))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=1000)
@given(text=yaml_like)
def test_any_text_that_resembles_yaml(tmp_path: Path, any_parser: str, text: str) -> None:
    """Whatever is written with YAML's own signs becomes a document or problems, and every place can be told."""
    all_is_well(*read(tmp_path, text.encode()), len(text))


plain_data = st.recursive(
    st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(
        lambda text: not text.isspace() and not FORBIDDEN.search(text) and "\r" not in text
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(data=st.dictionaries(st.from_regex(r"[a-z]{2,8}", fullmatch=True), plain_data, min_size=1, max_size=4))
def test_what_another_program_wrote(tmp_path: Path, data: dict[str, object]) -> None:
    """Data that PyYAML wrote, whichever quotes and folds it chose, is read unchanged, with its places."""

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    content = yaml.dump(data, Dumper=Plain, allow_unicode=True, width=20, sort_keys=False).encode()
    document, problems = read(tmp_path, content)
    if any(problem.code in {"number-form", "field-name"} for problem in problems):
        return  # what PyYAML leaves without quotes, and we do not
    assert problems == []
    assert document is not None
    assert repr(document.data) == repr(data)
    check_places(document, document.data, (), exact=True)


def test_what_an_escape_writes_is_found(tmp_path: Path) -> None:
    """Nothing that a text says is overlooked, however it is written in the file."""
    document, _ = read(tmp_path, b'a: "so says \\x40smith2020"\nb: see @jones2021 # @nobody\n')
    assert document is not None
    assert {"smith2020", "jones2021"} <= document.find(re.compile("@([a-z0-9]+)"))
