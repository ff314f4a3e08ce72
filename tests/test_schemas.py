"""JSON schemas: they say what the validation says, explain every field, and lie where editors look for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from jsonschema import Draft7Validator, FormatChecker, ValidationError, validators
from referencing import Registry
from referencing.jsonschema import DRAFT7
from reviews import write_review
from test_record_reading import CASES, damaged_studies

from evidence_site import editor_help, records as r
from evidence_site.cli import main
from evidence_site.problems import has_errors
from evidence_site.record_validation import validate
from evidence_site.record_words import in_yaml
from evidence_site.review import load
from evidence_site.schemas import KINDS, VOCABULARY, Kind, kind_of, schema_of
from evidence_site.yaml_reading import Document, read_yaml

ROOT = Path(__file__).resolve().parent.parent
BY_NAME = {kind.name: kind for kind in KINDS}
OF_MODEL = {kind.model.__name__: kind for kind in KINDS}
LOOSER = {"number-with-a-point-for-a-count"}
"""What JSON Schema cannot tell: 27.0 is a whole number to it."""


def _pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    # As in the ECMAScript that JSON Schema asks for: $ is the end of the text, not a line break before it.
    if isinstance(value, str) and not re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


Validator = validators.extend(Draft7Validator, {"pattern": _pattern})


@cache
def validator(kind: Kind, model: type[r.Record] | None = None) -> Any:
    """A validator for the files of a kind, or for one part of them, with this review's own ids at hand."""
    own = json.loads((ROOT / "evidence" / ".schemas" / VOCABULARY).read_text("utf-8"))
    registry: Registry[Any] = Registry().with_resource(VOCABULARY, DRAFT7.create_resource(own))
    schema = schema_of(kind)
    if model is not None and model is not kind.model:
        schema = {**part_of(schema, model), "definitions": schema["definitions"]}
    Validator.check_schema(schema)
    return Validator(schema, registry=registry, format_checker=FormatChecker())


def part_of(schema: Any, model: type[r.Record]) -> Any:
    """The schema of a class of records within that of a kind."""
    return next(part for part in parts(schema) if part.get("properties", {}).keys() == model.model_fields.keys())


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema, itself first."""
    if isinstance(schema, dict):
        yield schema
        for name, value in schema.items():
            for inner in value.values() if name in ("properties", "definitions") else [value]:
                yield from parts(inner)
    elif isinstance(schema, list):
        for item in schema:
            yield from parts(item)


@cache
def kind_with(model: str) -> Kind:
    """The kind of which the files hold such records somewhere."""
    cls = getattr(r, model)
    return OF_MODEL.get(model) or next(
        kind
        for kind in KINDS
        if any(part.get("properties", {}).keys() == cls.model_fields.keys() for part in parts(schema_of(kind)))
    )


def record_files() -> list[tuple[Kind, Path]]:
    return [(kind, path) for kind in KINDS for path in sorted((ROOT / "evidence").glob(kind.files))]


# --- the schemas say what the validation says ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_real_records_are_valid(kind: Kind) -> None:
    """The schemas find nothing in the records of the review."""
    paths = [path for found, path in record_files() if found is kind]
    assert paths
    for path in paths:
        document, problems = read_yaml(path, path.name)
        assert document is not None
        assert problems == []
        assert [error.message for error in validator(kind).iter_errors(document.data)] == [], path.name


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_cases_agree(file: Path, tmp_path: Path) -> None:
    """What a case calls a mistake is one to the schemas, and what it calls right is right to them."""
    case: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    path = tmp_path / "a.yaml"
    path.write_text(case["input"], "utf-8")
    document, _ = read_yaml(path, "a.yaml")
    assert document is not None
    model = getattr(r, case["model"])
    rows: Any = document.data if case.get("kind") == "list" and isinstance(document.data, list) else [document.data]
    for row in rows:
        agree(model, row, looser=file.stem in LOOSER)


def agree(model: type[r.Record], data: Any, *, looser: bool = False) -> None:
    """Both sides call the data right, or both call it wrong."""
    if holds_nothing(data):
        return  # an empty value, which is refused before either of them sees it
    record, problems = validate(model, Document.of("a.yaml", data))
    errors = [error.message for error in validator(kind_with(model.__name__), model).iter_errors(data)]
    assert bool(errors) is (has_errors(problems) and not looser), (problems, errors)
    assert (record is None) is has_errors(problems)


def holds_nothing(data: Any) -> bool:
    if isinstance(data, dict | list):
        return any(map(holds_nothing, data.values() if isinstance(data, dict) else data))
    return data is None or (isinstance(data, str) and not data.strip())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=damaged_studies())
@example(
    data={"title": "a", "reports": ["a"], "design": "rct", "population": "a", "summary": "a", "country": "Unclear."}
)
@example(data={"title": "a\n", "reports": ["a"], "design": "rct", "population": "a", "summary": "a"})
def test_damaged_records_agree(data: Any) -> None:
    """However a record is damaged, the schema and the validation are of one mind about it."""
    agree(r.Study, data)


@pytest.mark.parametrize(
    ("model", "data"),
    [
        ("Contributor", {"name": "A", "orcid": "0000-0002-1825-0097"}),
        ("Contributor", {"name": "A", "orcid": "٠٠٠٠-0002-1825-0097"}),
        ("Licence", {"name": "A", "url": "https://example.org"}),
        ("Licence", {"name": "A", "url": "javascript:alert(1)"}),
        ("Standing", {"status": "ok", "checked": "2019-02-30"}),
        ("Standing", {"status": "ok", "checked": "2019-02-28T00:00:00"}),
        ("Standing", {"status": "ok", "checked": "20190228"}),
        ("Step", {"domain": "imprecision", "by": -4, "reason": "a"}),
        ("Step", {"domain": "imprecision", "by": True, "reason": "a"}),
        ("SummaryColumn", {"title": "a", "outcomes": ["b"], "kind": "percent_change", "months": 0}),
        ("SummaryColumn", {"title": "a", "outcomes": [], "kind": "events"}),
        ("Exposure", {"treatment": "a", "where": "b", "duration_months": -0.5}),
        ("Appraisal", {"instrument": "a", "answers": {"Not an id": "yes"}}),
        ("Appraisal", {"instrument": "an-instrument-that-nobody-knows", "answers": {"a": {"answer": "yes"}}}),
        ("Person", {"id": "p1", "distinct_because": {"a": "b"}}),
        ("Person", {"id": "p1", "distinct_because": {"a/b": "c"}}),
        ("Person", {"id": "p1", "characteristics": {"a": True, "b": 1, "c": {"mean": 2}, "d": "unclear"}}),
        ("Person", {"id": "p1", "characteristics": {"A": True}}),
        ("Person", {"id": "p" * 81}),
        ("Result", {"outcome": "a", "statistic": "mean", "value": "Improved", "time": "unclear", "where": "b"}),
    ],
)
def test_parts_of_records_agree(model: str, data: Any) -> None:
    """Limits, forms, closed lists and ids mean the same to both."""
    agree(getattr(r, model), data)


# --- the schemas explain ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_field_is_explained(kind: Kind) -> None:
    """Groups and fields have a title and a description that ends like a sentence."""
    for part in parts(schema_of(kind)):
        for name, field in part.get("properties", {}).items():
            assert field["title"][:1].isupper() or field["title"][:1].isdigit(), name
            assert field["description"].endswith("."), name
            assert "``" not in field["description"]
            if name.endswith(("_months", "_years")) or name == "months":
                assert r.UNIT in field or "items" in field, name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_is_written_for_anybody(kind: Kind) -> None:
    """No schema holds a value that an editor would put into a record by itself: an example is no result."""
    for part in parts(schema_of(kind)):
        assert not {"examples", "default", "defaultSnippets"} & {k for k, v in part.items() if not isinstance(v, dict)}


def test_examples_are_right() -> None:
    """Every example of a field is one that the field takes."""
    classes = [one for one in vars(r).values() if isinstance(one, type) and issubclass(one, r.Record)]
    examples = [(c, name, value) for c in classes for name, f in c.model_fields.items() for value in f.examples or ()]
    assert len(examples) > 100
    for cls, name, value in examples:
        _, problems = validate(cls, Document.of("a.yaml", {name: value}))
        assert [p for p in problems if p.code != "missing-field"] == [], (cls, name, value)


def test_values_in_yaml(tmp_path: Path) -> None:
    """Examples are shown as they are written in a record."""
    value = {
        "months": -1.5,
        "after": "first-dose",
        "p": "0.020",
        "ok": True,
        "list": ["a b", "20 mg", "[@a]", "2026-01-31"],
    }
    text = in_yaml(value)
    assert text == '{months: -1.5, after: first-dose, p: "0.020", ok: true, list: [a b, "20 mg", "[@a]", 2026-01-31]}'
    (tmp_path / "a.yaml").write_text(f"a: {text}\n")
    document, problems = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert (document and document.data, problems) == ({"a": value}, [])


# --- the files for editors -------------------------------------------------------------------------------------------


def test_the_line_leads_to_the_schema() -> None:
    """The path in the first line of a record leads from the record to the schema of its kind."""
    for kind, path in record_files():
        named = path.read_text("utf-8").split("\n", 1)[0].removeprefix(editor_help.MARK)
        assert (path.parent / named).resolve() == ROOT / editor_help.FOLDER / f"{kind.name}.json"


def test_the_editor_maps_the_folders() -> None:
    """VS Code knows the schema of each kind of record, a new and empty one included, and asks no other site for one."""
    found = json.loads((ROOT / ".vscode" / "settings.json").read_text("utf-8"))
    mapped: Mapping[str, str] = found["yaml.schemas"]
    assert {(ROOT / name).resolve() for name in mapped} == {
        ROOT / editor_help.FOLDER / f"{kind.name}.json" for kind in KINDS
    }
    for kind, path in record_files():
        fitting = [s for s, files in mapped.items() if fnmatch(str(path.relative_to(ROOT)), files.lstrip("/"))]
        assert [Path(name).stem for name in fitting] == [kind.name]
    assert found["yaml.schemaStore.enable"] is False
    wanted = json.loads((ROOT / ".vscode" / "extensions.json").read_text("utf-8"))["recommendations"]
    assert wanted == ["redhat.vscode-yaml"]


def test_a_new_record_names_its_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is begun with new opens with the line, too."""
    root = write_review(tmp_path)
    (root / "evidence" / "outcomes.yaml").unlink()
    for kind, name, file in (("topic", "new", "topics/new"), ("outcome", "new", "outcomes")):
        main(["new", kind, name, "--root", str(root)])
        path = root / "evidence" / f"{file}.yaml"
        assert path.read_text("utf-8").startswith(editor_help.line_for(kind_of(f"evidence/{file}.yaml")) + "\n")
    capsys.readouterr()


def test_writing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes the schemas, marks records that lack the line, keeps every other byte, and then rests."""
    root = write_review(tmp_path)
    study = root / "evidence" / "studies" / "alpha2020.yaml"
    topic = root / "evidence" / "topics" / "causes.yaml"
    before = {path: path.read_bytes() for path in (root / "evidence").rglob("*.yaml")}
    study.write_bytes(b"\xef\xbb\xbf" + before[study].replace(b"\n", b"\r\n"))
    topic.write_bytes(b"# mine\n# yaml-language-server: $schema=elsewhere.json\n" + before[topic])
    assert main(["schema", "--root", str(root)]) == 0
    said = capsys.readouterr().out
    assert "evidence/.schemas/study.json: written\n" in said
    assert "evidence/studies/beta2021.yaml: written\n" in said
    assert "causes.yaml" not in said
    line = b"# yaml-language-server: $schema=../.schemas/study.json"
    assert study.read_bytes() == b"\xef\xbb\xbf" + line + b"\r\n" + before[study].replace(b"\n", b"\r\n")
    assert topic.read_bytes().endswith(before[topic])
    assert (root / "evidence" / "review.yaml").read_bytes() == (
        b"# yaml-language-server: $schema=.schemas/review.json\n" + before[root / "evidence" / "review.yaml"]
    )
    vocabulary = json.loads((root / "evidence" / ".schemas" / VOCABULARY).read_text("utf-8"))["definitions"]
    assert vocabulary["outcome"]["enum"] == [one.id for one in load(root)[0].outcomes]  # type: ignore[union-attr]
    assert main(["check", "--root", str(root)]) == 0
    capsys.readouterr()
    assert main(["schema", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "All is as it should be.\n"


def test_writing_while_the_review_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Then, of all times, an editor's help is needed: the schemas come, and ids that were known stay known."""
    root = write_review(tmp_path / "review", {"evidence/review.yaml": [{"replace": "status:", "by": "stauts:"}]})
    folder = root / "evidence" / ".schemas"
    assert main(["schema", "--root", str(root)]) == 0
    assert "until evidence/review.yaml can be read" in capsys.readouterr().err
    empty = json.loads((folder / VOCABULARY).read_text("utf-8"))["definitions"]
    assert set(empty) == {"outcome", "treatment", "anchor", "caution", "characteristic", "contributor"}
    (folder / VOCABULARY).write_text("{}")
    assert main(["schema", "--root", str(root)]) == 0
    assert (folder / VOCABULARY).read_text() == "{}"
    assert main(["schema", "--root", str(tmp_path)]) == 1
    assert "There is no folder evidence/ here." in capsys.readouterr().err
