"""Pages that people write in docs/, with citations, and the files beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from evidence_site import files, limits, prose
from evidence_site.checks import offset_of
from evidence_site.page import Spec, slug
from evidence_site.problems import Place, Problem

STATIC = frozenset({".png", ".jpg", ".jpeg", ".webp", ".ico", ".pdf", ".csv", ".json", ".txt"})
"""What is copied from docs/ beside its pages. Neither scripts nor HTML, nor SVG, which can hold both."""

_ORDER = ("methods.md", "about.md", "disclaimer.md", "contribute.md")


_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Folder:
    """What people put into docs/."""

    texts: Mapping[str, str]
    """The text of each page, by file, in the order of the navigation."""
    statics: Mapping[str, bytes]
    """Pictures and other files beside the pages, by path in docs/."""
    problems: Sequence[Problem]


def read(root: Path) -> Folder:
    """Everything in docs/ that can be read, and what is wrong with the rest. No link is followed."""
    texts: dict[str, str] = {}
    statics: dict[str, bytes] = {}
    problems: list[Problem] = []
    names: dict[str, str] = {}
    size = 0
    for found in files.walk(root / "docs", "docs", limits.FOLDER_FILES):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        path, entry = found
        suffix = Path(path).suffix.lower()
        if suffix not in (".md", *STATIC) and not entry.is_symlink():
            continue
        shown = files.printable(path)
        inner = path.removeprefix("docs/")
        is_page = suffix == ".md" and "/" not in inner
        problem = _refuse_name(inner, is_page, shown, names)
        limit = limits.PAGE_BYTES if suffix == ".md" else limits.PICTURE_BYTES
        raw = problem or files.read_bytes(Path(entry.path), shown, limit)
        if isinstance(raw, Problem):
            problems.append(raw)
        elif is_page:
            text, wrong = _text(raw, shown)
            problems += wrong
            texts[path] = text
        elif suffix in STATIC:
            size += len(raw)
            if size > limits.DOCS_BYTES:
                message = f"All files in docs/ together are larger than {limits.DOCS_BYTES // 1_000_000} MB."
                problems.append(Problem(Place("docs"), "folder-too-large", message, "Make pictures smaller."))
                break
            statics[inner] = raw
    order = {f"docs/{name}": n for n, name in enumerate(_ORDER)}
    ordered = sorted(texts, key=lambda file: (order.get(file, len(order)), file))
    return Folder({file: texts[file] for file in ordered}, statics, problems)


def _refuse_name(inner: str, is_page: bool, shown: str, names: dict[str, str]) -> Problem | None:
    if is_page and not _NAME.fullmatch(inner.removesuffix(".md")):
        message = "The name of this page cannot be an address, which is lower-case words joined by hyphens."
        return Problem(Place(shown), "odd-file-name", message, f"Name it {slug(inner.removesuffix('.md'))}.md.")
    if not inner.isprintable() or "\\" in inner or any(part.startswith(".") for part in inner.split("/")):
        message = "The name of this file holds signs that cannot stand in an address, or begins with a dot."
        return Problem(Place(shown), "odd-file-name", message, "Name it with letters, digits and hyphens.")
    before = names.setdefault(inner.lower(), inner)
    if before == inner:
        return None
    message = f"Many computers take this name for “{before}”: capital and small letters are the same to them."
    return Problem(Place(shown), "names-alike", message, "Name it otherwise.")


def _text(raw: bytes, shown: str) -> tuple[str, list[Problem]]:
    text = files.decode(raw, shown)
    if isinstance(text, Problem):
        return "", [text]
    if len(text) > limits.PAGE_TEXT:
        message = f"The page is longer than {limits.PAGE_TEXT:,} characters."
        return "", [Problem(Place(shown), "text-too-long", message, "Divide it into several pages.")]
    problems = files.conflicts(text, shown)
    for match in islice(files.FORBIDDEN.finditer(text), limits.YAML_PROBLEMS):
        problems.append(Problem(_place(text, shown, match.start()), *files.describe_character(match[0])))
    return text, problems


def specs(documents: Mapping[str, str]) -> Iterator[Spec]:
    """A page for each document."""
    for file, text in documents.items():
        name = file.removeprefix("docs/").removesuffix(".md")
        parsed = prose.parse_page(text)
        headings = [heading for heading, _ in prose.sections(parsed) if heading]
        title = next((heading.text for heading in headings if heading.level == 1), "")
        first = next((line for line in text.split("\n") if line.strip() and not line.startswith("#")), "")
        yield Spec(
            f"{name}/" if name != "index" else "",
            "prose",
            title or name.replace("-", " ").capitalize(),
            prose.plain(first),
            (file,),
            boost=2.0,
            names=tuple(heading.text for heading in headings),
            context={"prose": parsed},
        )


def sections(spec: Spec) -> list[tuple[prose.Heading | None, str, prose.Prose]]:
    """A document cut at its headings: heading, its id, and the prose below it."""
    return [
        (heading, slug(heading.text) if heading else "", body)
        for heading, body in prose.sections(spec.context["prose"])
    ]


def find(text: str, file: str, wanted: str) -> Place:
    """Where a text first stands in a document."""
    start = text.find(wanted)
    return Place(file) if start < 0 else _place(text, file, start)


def word_in(text: str, file: str, line: int, word: str) -> Place:
    """Where a word first stands in a document from a line (counted from 0) on."""
    return _place(text, file, offset_of(text, line, word))


def _place(text: str, file: str, start: int) -> Place:
    return Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
