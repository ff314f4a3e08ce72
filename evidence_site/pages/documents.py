"""Pages that people write in docs/, with citations, and the files beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from evidence_site import prose
from evidence_site.checks import offset_of
from evidence_site.page import Spec, slug
from evidence_site.problems import Place

STATIC = frozenset({".png", ".jpg", ".jpeg", ".webp", ".ico", ".pdf", ".csv", ".json", ".txt"})
"""What is copied from docs/ beside its pages. Neither scripts nor HTML, nor SVG, which can hold both."""

_ORDER = ("methods.md", "about.md", "disclaimer.md", "contribute.md")


def texts(root: Path) -> Mapping[str, str]:
    """The text of each page in docs/, by file, in the order of the navigation. Links are not followed."""
    order = {name: n for n, name in enumerate(_ORDER)}
    files = [path for path in (root / "docs").glob("*.md") if path.is_file() and not path.is_symlink()]
    files.sort(key=lambda path: (order.get(path.name, len(order)), path.name))
    return {f"docs/{path.name}": path.read_text("utf-8-sig", "replace") for path in files}


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


def statics(root: Path) -> Iterator[tuple[str, bytes]]:
    """Pictures and other files in docs/, by path. Links are not followed."""
    folder = root / "docs"
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in STATIC and path.is_file() and not path.is_symlink():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def find(text: str, file: str, wanted: str) -> Place:
    """Where a text first stands in a document."""
    start = text.find(wanted)
    return Place(file) if start < 0 else _place(text, file, start)


def word_in(text: str, file: str, line: int, word: str) -> Place:
    """Where a word first stands in a document from a line (counted from 0) on."""
    return _place(text, file, offset_of(text, line, word))


def _place(text: str, file: str, start: int) -> Place:
    return Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
