"""Templates of a review's own that nothing uses, most likely since their name is misspelt."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from pathlib import Path, PurePosixPath
from posixpath import normpath

from jinja2 import Environment, TemplateError
from jinja2.meta import find_referenced_templates
from mkdocs.config.defaults import MkDocsConfig

from evidence_site import files, limits
from evidence_site.folders import PACKAGED
from evidence_site.problems import Place, Problem, Severity

TOO_DEEP = (RecursionError, MemoryError, SyntaxError)
"""What Jinja and Python say of code that is nested too deeply."""
ASSETS, THEME = "assets/", "theme/"
"""In a folder of templates: what is copied to the site, and where overrides of the theme usually are."""


def nested_too_deeply(root: Path) -> str:
    """The first of a review's own templates of which no parser gets to the end; empty if there is none."""
    environment = Environment(autoescape=True)
    for name, path in _names(root / "templates").items():
        try:
            environment.compile(path.read_text("utf-8"), name)
        except TOO_DEEP:
            return name
        except (OSError, UnicodeDecodeError, TemplateError):
            continue
    return ""


def unused(root: Path, config: MkDocsConfig) -> list[Problem]:
    """A warning for every file in a review's ``templates/`` and among its overrides of the theme that nothing uses.

    A template is used if one that comes with the generator or the theme has its name, or if a template that is used
    includes, imports or extends it. Nothing is said if that cannot be told: where a name is computed, or a template
    cannot be read.
    """
    own = root / "templates"
    overrides = Path(config.theme.custom_dir) if config.theme.custom_dir else None
    problems: list[Problem] = []
    if own.resolve() != PACKAGED:
        inside = _names(own)
        elsewhere = {name: path for name, path in inside.items() if not _is_within(path, overrides)}
        known = {name for name in _names(PACKAGED) if name.endswith(".j2")}
        asked = {name for name in elsewhere.keys() - known if not _is_copied(name)}
        left = _left(asked, elsewhere, known, Environment(autoescape=True), PACKAGED)
        if overrides is None and any(name.startswith(THEME) for name in left):
            problems.append(_THEME_IS_OFF)
            left = [name for name in left if not name.startswith(THEME)]
        problems += (_unused(f"templates/{name}", nearest(name, known, "templates/")) for name in left)
    if overrides and overrides.is_relative_to(root):
        behind = [PACKAGED / "theme", *(Path(folder) for folder in config.theme.dirs if Path(folder) != overrides)]
        templates = {name: path for name, path in _names(overrides).items() if name.endswith(".html")}
        known = {name for name in templates if any((folder / name).is_file() for folder in behind)}
        known |= set(config.theme.static_templates)
        left = _left(templates.keys() - known, templates, known, config.theme.get_env(), PACKAGED / "theme")
        if left:  # only now, since the theme has thousands of files
            shown = f"{overrides.relative_to(root).as_posix()}/"
            known = {name for folder in behind for name in _names(folder) if name.endswith(".html")}
            problems += (_unused(shown + name, nearest(name, known, shown)) for name in left)
    return problems


_THEME_IS_OFF = Problem(
    Place("templates/theme"),
    "unused-template",
    "The templates in this folder are not used: the settings of the site do not name it.",
    "Write `custom_dir: templates/theme` below `theme:` in mkdocs.yml.",
    Severity.WARNING,
)


def _unused(shown: str, hint: str) -> Problem:
    return Problem(Place(files.printable(shown)), "unused-template", "Nothing uses this file.", hint, Severity.WARNING)


def _names(folder: Path) -> Mapping[str, Path]:
    """The files in a folder by their paths there, without hidden ones and those to be read by people."""
    found = files.walk(folder, "", limits.FOLDER_FILES)
    paths = {one[0].removeprefix("/"): Path(one[1].path) for one in found if not isinstance(one, Problem)}
    return {
        name: path
        for name, path in sorted(paths.items())
        if not any(part.startswith(".") for part in name.split("/")) and not path.name.lower().startswith("readme")
    }


def _is_within(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.resolve().is_relative_to(folder.resolve())


def _is_copied(name: str) -> bool:
    return name.startswith(ASSETS) and name.count("/") == 1


def _left(
    asked: Set[str], own: Mapping[str, Path], known: Set[str], environment: Environment, packaged: Path
) -> list[str]:
    """Those asked for of some templates that neither the known ones nor what these use need; none if it cannot be told.

    One that is the same in the folder of ``packaged`` templates is not parsed: it names no other than those.
    """
    used: set[str] = set()
    waiting = sorted(own.keys() & known)
    while waiting and not asked <= used:
        name = waiting.pop()
        used.add(name)
        try:
            content = own[name].read_bytes()
            if _is_the_content(content, packaged / name):
                continue
            named = set(find_referenced_templates(environment.parse(content.decode())))
        except (OSError, UnicodeDecodeError, TemplateError, *TOO_DEEP):
            return []  # told where it is used
        if None in named:
            return []
        waiting += sorted(({normpath(other) for other in named if other} & own.keys()) - used)
    return sorted(asked - used)


def _is_the_content(content: bytes, file: Path) -> bool:
    return file.is_file() and file.read_bytes() == content


def nearest(name: str, known: Iterable[str], shown: str) -> str:
    """What to call a file that nothing uses: as one that is used and has a name like it."""
    by_stem: defaultdict[str, list[str]] = defaultdict(list)
    for other in sorted(known):
        by_stem[_stem(other)].append(shown + other)
    close = difflib.get_close_matches(_stem(name), by_stem, n=1, cutoff=0.7)
    if close:
        return f"Did you mean {' or '.join(by_stem[close[0]][:3])}?"
    return "Give it the name of the template that it is to replace, include it in one that is used, or delete it."


def _stem(name: str) -> str:
    return PurePosixPath(name).name.partition(".")[0].lower()
