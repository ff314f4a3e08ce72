"""Promises about the repository itself: the direction of imports, pinned dependencies, no foreign addresses."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import evidence_site
from evidence_site import editor_help, schemas
from evidence_site.codes import codes
from evidence_site.review import load

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "evidence_site"

ORDER = (
    "problems",
    "limits",
    "files",
    "folders",
    "keeping",
    "identity",
    "seals",
    "compiled",
    "turns",
    "output",
    "arguments",
    "excerpts",
    "writing",
    "editions",
    "letters",
    "numerals",
    "yaml_syntax",
    "yaml_reading",
    "settings_reading",
    "records",
    "docstrings",
    "printed",
    "record_words",
    "hints",
    "scaffolds",
    "record_validation",
    "record_reading",
    "codes",
    "telling",
    "instruments",
    "latex",
    "person_names",
    "bibtex_syntax",
    "bibliography",
    "reference_style",
    "reference_formats",
    "web",
    "importing",
    "certainty",
    "measures",
    "abbreviations",
    "search_words",
    "search_index",
    "prose",
    "sentences",
    "review",
    "cited_texts",
    "recorded_numbers",
    "pieces",
    "matching",
    "renames",
    "recheck",
    "synthesis",
    "shares",
    "summaries",
    "readers",
    "agreement",
    "extractions",
    "look_alikes",
    "care",
    "checks",
    "glossary",
    "schemas",
    "dictionary",
    "editor_help",
    "new_records",
    "new_review",
    "history",
    "unchanged",
    "past",
    "addresses",
    "drafts",
    "policy",
    "mkdocs_warnings",
    "exports",
    "metadata",
    "page",
    "views",
    "participants",
    "changes",
    "news",
    "evidence_diff",
    "diff_formats",
    "charts",
    "pages",
    "emitted",
    "theme",
    "assembled",
    "static_site",
    "way_out",
    "site_settings",
    "publishing",
    "kept",
    "own_templates",
    "making",
    "serving",
    "commands",
    "cli",
    "hooks",
)
"""The way of the data. A module may import those before it, never those behind it."""


def modules() -> list[str]:
    return sorted(
        path.stem if path.is_file() else path.name
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    )


def imported(unit: str) -> set[str]:
    path = PACKAGE / unit
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    names: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "evidence_site":
                parts = (node.module or "").split(".")
                names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
            elif isinstance(node, ast.Import):
                names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("evidence_site.")}
    return names - {unit}


def test_every_module_has_its_place() -> None:
    """The order of imports names every module, and nothing that is not there."""
    assert sorted(ORDER) == modules()


@pytest.mark.parametrize("unit", modules())
def test_imports_point_left(unit: str) -> None:
    """A module imports only what stands before it on the way of the data."""
    before = set(ORDER[: ORDER.index(unit)])
    assert imported(unit) <= before


REVIEWS = (ROOT, *sorted(path.parent for path in ROOT.glob("examples/*/evidence")))


@pytest.mark.parametrize("root", REVIEWS, ids=lambda path: path.name)
def test_schemas_for_editors_are_current(root: Path) -> None:
    """What lies in evidence/.schemas is what the record types give, and every record opens with its line."""
    made = editor_help.files(load(root)[0])
    # The ids in the vocabulary are suggestions: whoever adds an outcome need not know of them.
    files = [file for file in made if schemas.VOCABULARY not in file]
    stale = [file for file in files if not (root / file).exists() or (root / file).read_text("utf-8") != made[file]]
    assert stale == [], "run python build_site.py schema (for an example with --root)"
    for kind in schemas.KINDS:
        for path in (root / "evidence").glob(kind.files):
            assert path.read_text("utf-8").startswith(editor_help.line_for(kind) + "\n"), f"{path.name}: run schema"


def tracked() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]


DISEASE = re.compile(
    r"osteop|pregnancy-|lactat|breastf|weaning|\b(?:jaw)?bones?\b|fractur|vertebra|teriparatide|bisphosph|\bPLO\b"
    r"|tubercul|\bBCG\b|vaccin",
    re.IGNORECASE,
)


def test_what_serves_every_review_knows_no_disease() -> None:
    """No word of any review stands in the code, in the packaged templates or in what a new review starts with."""
    general = [path for path in tracked() if path.relative_to(ROOT).parts[0] in ("evidence_site", "templates")]
    found = {str(path.relative_to(ROOT)): DISEASE.findall(path.read_text("utf-8", "ignore")) for path in general}
    assert len(general) > 100
    assert {name: words for name, words in found.items() if words} == {}


FOREIGN = re.compile(
    r"pypi\.(?:org|io)|pythonhosted|registry\.npmjs|deb\.debian|/(?:work|root)/[a-z.]|/home/\w+/|file:///",
    re.IGNORECASE,
)


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    """The project installs by name from whatever registry a machine uses, and knows no machine's folders."""
    texts = {path: path.read_text("utf-8", "ignore") for path in tracked() if path != Path(__file__).resolve()}
    found = {str(path.relative_to(ROOT)): FOREIGN.findall(text) for path, text in texts.items()}
    assert {name: hits for name, hits in found.items() if hits} == {}


LOCKS = ("site", "pooling", "dev")
EXITS = ("exit-properdocs", "exit-zensical")
"""Locks of engines that a review can go on with; they live in environments of their own."""


def wanted(name: str) -> dict[str, Requirement]:
    """What a ``.in`` file asks for itself."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text("utf-8").splitlines()
    texts = [line.partition("#")[0].strip() for line in lines]
    found = [Requirement(text) for text in texts if text and not text.startswith("-")]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


class Pin(NamedTuple):
    """A line of a lock."""

    package: str
    version: str
    marker: Marker | None
    """The machines that it is for; all of them if there is none."""
    askers: frozenset[str]
    """Who needs the package: others, or ``-r site.in``."""


def lines(name: str) -> list[Pin]:
    """What a lock pins, for any machine."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    pins = []
    for block in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]:
        form = r"([a-z0-9-]+)==(\S+)(?: ; (.+?))? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+"
        pin = re.match(form, block)
        assert pin, f"not pinned with hashes: {block}"
        askers = frozenset(re.findall(r"^ +#(?: via)? +(\S.*)$", block, re.MULTILINE))
        pins.append(Pin(pin[1], pin[2], Marker(pin[3]) if pin[3] else None, askers))
    return pins


def locked(name: str, machine: Mapping[str, str] | None = None) -> dict[str, Pin]:
    """What a lock pins for a machine, by package; without one, for this machine."""
    pins = [pin for pin in lines(name) if pin.marker is None or pin.marker.evaluate(dict(machine or {}))]
    found = {pin.package: pin for pin in pins}
    assert len(found) == len(pins), "two versions of a package for the same machine"
    return found


@pytest.mark.parametrize("name", [*LOCKS, *EXITS])
def test_lock_is_in_step(name: str) -> None:
    """A lock holds what its ``.in`` file asks for, in versions that it allows, every one with its hashes."""
    asked = wanted(name)
    pins = [pin for pin in lines(name) if pin.package in asked]
    assert {pin.package for pin in pins} == asked.keys(), "run make lock"
    assert [pin for pin in pins if pin.version not in asked[pin.package].specifier] == [], "run make lock"
    assert {pin.package for pin in lines(name) if f"-r {name}.in" in pin.askers} == asked.keys()


@pytest.mark.parametrize("name", [*LOCKS, *EXITS])
def test_lock_says_how_it_is_made(name: str) -> None:
    """Dependabot makes locks anew with the options that it finds in them; without these they hold for one machine."""
    head = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()[:2]
    assert head == [
        "# This file was autogenerated by uv via the following command:",
        "#    make lock, which is uv pip compile --universal --python-version 3.11",
    ]


@pytest.mark.parametrize("name", [*LOCKS, *EXITS])
def test_lock_names_no_place(name: str) -> None:
    """A lock is the same whichever machine it is made on: no address, no option, no folder."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    assert re.findall(r"^.*://.*$|^-.*$|^.*\s/\w.*$", text, re.MULTILINE) == []


def test_both_locks_agree() -> None:
    """What builds the site is the same version that the tests ran with."""
    site, pooling, dev = ({(pin.package, pin.version, str(pin.marker)) for pin in lines(name)} for name in LOCKS)
    assert site <= dev
    assert pooling <= dev


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0", "3.14.0", "3.15.0"])
@pytest.mark.parametrize(
    ("system", "platform", "os"),
    [("Linux", "linux", "posix"), ("Darwin", "darwin", "posix"), ("Windows", "win32", "nt")],
)
def test_locks_hold_on_other_machines(python: str, system: str, platform: str, os: str) -> None:
    """A lock made on one machine lacks nothing on another, and every package in it runs there."""
    machine = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "platform_system": system,
        "sys_platform": platform,
        "os_name": os,
        "extra": "",
    }
    pins = locked("dev", machine)
    assert set(locked("site", machine)) | set(locked("pooling", machine)) <= set(pins)
    faults = []
    installed: dict[str, metadata.Distribution] = {canonicalize_name(d.name): d for d in metadata.distributions()}
    for package, pin in pins.items():
        found = installed.get(package)
        if found is None or found.version != pin.version:
            continue  # not what is installed here, of which nothing can be told
        pythons = ",".join(found.metadata.get_all("Requires-Python") or ())
        if python not in SpecifierSet(pythons):
            faults.append(f"{package} {pin.version} needs Python {pythons}")
        for needed in map(Requirement, found.requires or ()):
            applies = needed.marker is None or needed.marker.evaluate(machine)
            if applies and canonicalize_name(needed.name) not in pins:
                faults.append(f"{package} needs {needed}, which is not locked")
    assert faults == []


def test_what_is_imported_is_asked_for() -> None:
    """No package is used only because another one happens to bring it."""
    providers = metadata.packages_distributions()
    files = [ROOT / "build_site.py", *PACKAGE.rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    foreign = {name.split(".")[0] for name in names} - {PACKAGE.name, *sys.stdlib_module_names}
    asked = wanted("site").keys() | wanted("pooling").keys()
    unasked = {n for n in foreign if not {canonicalize_name(p) for p in providers.get(n, ())} & asked}
    assert unasked == set()


def test_metadata_asks_for_the_same() -> None:
    """pyproject.toml and requirements/site.in name the same packages in the same versions, and one version of ours."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {str(Requirement(text)) for text in project["dependencies"]} == set(map(str, wanted("site").values()))
    extra = project["optional-dependencies"]["pooling"]
    assert {str(Requirement(text)) for text in extra} == set(map(str, wanted("pooling").values()))
    assert project["version"] == evidence_site.__version__


# --- codes of problems -----------------------------------------------------------------------------------------------

MADE = {f"duplicate-{name}" for name in ("doi", "pmid", "pmcid")}
"""Codes that are put together of parts; those of ``checks.ids._dangling`` are found by what it is told to look for."""


def sources() -> dict[str, ast.Module]:
    """Every module of the package by its name."""
    files = sorted(path for path in PACKAGE.rglob("*.py") if path.stem != "__init__")
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text("utf-8")) for path in files
    }


def places_of_codes(trees: Iterable[ast.Module]) -> dict[str, set[int]]:
    """Of functions and classes that take a code: where among their arguments it stands."""
    places: dict[str, set[int]] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        names: list[str] = []
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
            names = names[1:] if names[:1] == ["self"] else names
        elif isinstance(node, ast.ClassDef):
            names = [
                item.target.id
                for item in node.body
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            ]
        if "code" in names:
            places.setdefault(node.name, set()).add(names.index("code"))  # type: ignore[attr-defined]
    return places


def codes_given() -> set[str]:
    """Every code that the program can give: in its tables, and where a problem is made."""
    trees = sources()
    places = places_of_codes(trees.values())
    found = set(MADE)
    for name in trees:
        module = importlib.import_module(name)
        for table in ("YAML_CODES", "SYNTAX_CODES", "VALIDATION_CODES", "CODES"):
            found |= set(getattr(module, table, ()))
    for node in (node for tree in trees.values() for node in ast.walk(tree)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.body if isinstance(node.func, ast.IfExp) else node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        before = {n: arg.value for n, arg in enumerate(node.args) if isinstance(arg, ast.Constant)}
        if name == "_dangling":
            found.add("unknown-" + str(before[2]).partition(" of ")[0].replace(" ", "-"))
        else:
            given = {str(before[n]) for n in places.get(name, ()) if n in before}
            found |= {code for code in given if re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)*", code)}
    return found


def test_every_code_is_explained() -> None:
    """Each code that the program can give is explained in evidence_site/problem_codes/, and no other."""
    assert sorted(codes_given() - codes().keys()) == [], "write what it means into evidence_site/problem_codes/"
    assert sorted(codes().keys() - codes_given()) == []
