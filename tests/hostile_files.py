"""Files and folders that are made to hurt, and a program that shows a command each of them within limits.

Run as a program with a folder and a file, it takes one review after the other through the command line, each in a process
of its own that the system ends when it takes too much, and writes what came of it as JSON. The tests that read it are in
``test_hostile_files.py``.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reviews import write_review

SECONDS = 2
MEGABYTES = 500
WAIT = 60
"""Seconds after which a command counts as hanging."""

STUDY = "evidence/studies/alpha2020.yaml"
TOPIC = "evidence/topics/causes.yaml"
BIB = "evidence/references.bib"
DOC = "docs/methods.md"
PAGE = "templates/pages/study.html.j2"
ENTRY = b"@article{alpha2020,\n  title = {A},\n  author = {B, C},\n  journal = {J},\n  year = {2020},\n}\n"


@dataclass(frozen=True)
class Case:
    """What is done to the small review, and the problem that has to be told."""

    make: Callable[[Path], None]
    file: str
    code: str
    line: int | None = None
    """None where it is not the point."""
    command: Sequence[str] = ("check", "--format", "json")


def holds(file: str, content: bytes | Callable[[], bytes]) -> Callable[[Path], None]:
    """A file with this content."""

    def make(root: Path) -> None:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content() if callable(content) else content)

    return make


def is_huge(file: str) -> Callable[[Path], None]:
    """A file of 100 MB."""

    def make(root: Path) -> None:
        with (root / file).open("wb") as opened:
            opened.truncate(100_000_000)

    return make


def is_link(name: str, target: str = "") -> Callable[[Path], None]:
    """A link in the place of a file or folder, to the same content unless there is another target."""

    def make(root: Path) -> None:
        path = root / name
        moved = root / "moved"
        if path.exists():
            path.rename(moved)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target or moved)

    return make


def is_pipe(name: str) -> Callable[[Path], None]:
    """A pipe in the place of a file or folder: who reads it waits for ever."""

    def make(root: Path) -> None:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)

    return make


def is_folder(name: str) -> Callable[[Path], None]:
    """A folder in the place of a file."""

    def make(root: Path) -> None:
        (root / name).unlink(missing_ok=True)
        (root / name).mkdir(parents=True)

    return make


def is_file(name: str) -> Callable[[Path], None]:
    """A file in the place of a folder."""

    def make(root: Path) -> None:
        shutil.rmtree(root / name)
        (root / name).write_text("x")

    return make


def many(folder: str, number: int, name: str = "x{}.yaml", content: bytes = b"a: 1\n") -> Callable[[Path], None]:
    """A folder with many files, all of them links to one content, which costs no room."""

    def make(root: Path) -> None:
        (root / folder).mkdir(parents=True, exist_ok=True)
        one = root / "one"
        one.write_bytes(content)
        for number_ in range(number):
            os.link(one, root / folder / name.format(number_))

    return make


def together(*makes: Callable[[Path], None]) -> Callable[[Path], None]:
    """One after the other."""

    def make(root: Path) -> None:
        for one in makes:
            one(root)

    return make


def says(text: str) -> Callable[[Path], None]:
    """A topic with one statement."""
    before = "title: Causes\norder: 1\nsummary: Little.\nsections:\n  - id: a\n    title: A\n    statements:\n"
    return holds(TOPIC, f"{before}      - id: b\n        text: '{text}'\n".encode())


def bomb() -> bytes:
    """Nine aliases of nine aliases of nine …: a billion values if they were written out."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(lines).encode()


CASES: Mapping[str, Case] = {
    # records
    "yaml: alias bomb": Case(holds(STUDY, bomb), STUDY, "anchor", 1),
    "yaml: alias of itself": Case(holds(STUDY, b"title: &a [*a]\n"), STUDY, "alias", 1),
    "yaml: brackets 100,000 deep": Case(holds(STUDY, b"title:\n  " + b"[" * 100_000), STUDY, "too-deep", 2),
    "yaml: braces 100,000 deep": Case(holds(STUDY, b"{a: " * 100_000), STUDY, "too-deep", 1),
    "yaml: a scalar of 2 MB": Case(holds(STUDY, b"title: " + b"x" * 1_900_000), STUDY, "text-too-long", 1),
    "yaml: a number of 90 digits": Case(holds(STUDY, b"a: 1\nb: " + b"9" * 90), STUDY, "number-too-long", 2),
    "yaml: NUL": Case(holds(STUDY, b"title: a\0b\n"), STUDY, "forbidden-character", 1),
    "yaml: control characters": Case(holds(STUDY, b"a: 1\ntitle: a\x1b[31mb\n"), STUDY, "forbidden-character", 2),
    "yaml: bidirectional override": Case(holds(STUDY, "title: a\u202eb\n".encode()), STUDY, "forbidden-character", 1),
    "yaml: override by an escape": Case(holds(STUDY, b'title: "a\\u202eb"\n'), STUDY, "forbidden-character", 1),
    "yaml: half a character": Case(holds(STUDY, b"title: a\xed\xa0\xbd\n"), STUDY, "wrong-encoding", 1),
    "yaml: half a character by an escape": Case(holds(STUDY, b'title: "\\ud83d"\n'), STUDY, "backslash", 1),
    "yaml: duplicate key": Case(holds(STUDY, b"title: a\ntitle: b\n"), STUDY, "duplicate-field", 2),
    "yaml: merge key": Case(holds(STUDY, b"<<: {title: a}\n"), STUDY, "merge-key", 1),
    "yaml: tag that makes objects": Case(
        holds(STUDY, b"title: !!python/object/apply:os.system ['touch ran']\n"), STUDY, "tag", 1
    ),
    "yaml: UTF-16": Case(holds(STUDY, "title: a\n".encode("utf-16")), STUDY, "wrong-encoding", 1),
    "yaml: Latin-1": Case(holds(STUDY, b"a: 1\nb: J\xf6rg\n"), STUDY, "wrong-encoding", 2),
    "yaml: line ends of other systems": Case(
        holds(STUDY, b"\xef\xbb\xbftitle: a\r\ntitle: b\rtitle: c\n"), STUDY, "duplicate-field", 3
    ),
    "yaml: 100 MB": Case(is_huge(STUDY), STUDY, "file-too-large"),
    "yaml: link": Case(is_link(STUDY), STUDY, "link"),
    "yaml: link to a device": Case(is_link(STUDY, "/dev/zero"), STUDY, "link"),
    "yaml: pipe": Case(is_pipe(STUDY), STUDY, "not-a-file"),
    "yaml: folder": Case(is_folder(STUDY), STUDY, "sub-folder"),
    "yaml: name with two dots": Case(holds("evidence/studies/...yaml", b"a: 1"), "evidence/studies/...yaml", "odd-file-name"),
    "yaml: name in capital letters": Case(
        holds("evidence/studies/Alpha2020.yaml", b"a: 1"), "evidence/studies/Alpha2020.yaml", "odd-file-name"
    ),
    "yaml: names that differ by case": Case(
        holds("evidence/sources/Alpha2020.yaml", b"a: 1"), "evidence/sources/alpha2020.yaml", "names-alike"
    ),
    "yaml: name with codes for a terminal": Case(
        holds("evidence/studies/a\x1b[2J.yaml", b"a: 1"), "evidence/studies/a\\u001b[2J.yaml", "odd-file-name"
    ),
    "yaml: name that is no text": Case(
        holds(os.fsdecode(b"evidence/studies/a\xff.yaml"), b"a: 1"), "evidence/studies/a\\udcff.yaml", "odd-file-name"
    ),
    "review.yaml: link": Case(is_link("evidence/review.yaml"), "evidence/review.yaml", "link"),
    "review.yaml: pipe": Case(is_pipe("evidence/review.yaml"), "evidence/review.yaml", "not-a-file"),
    "outcomes.yaml: pipe": Case(is_pipe("evidence/outcomes.yaml"), "evidence/outcomes.yaml", "not-a-file"),
    "outcomes.yaml: bomb": Case(holds("evidence/outcomes.yaml", bomb), "evidence/outcomes.yaml", "anchor", 1),
    # texts of records
    "text: many brackets before a citation": Case(says("[" * 19_900 + "@nobody]"), TOPIC, "unknown-citation", 9),
    "text: many brackets before many semicolons": Case(
        says("[" * 9_900 + ";" * 9_900 + "@nobody]"), TOPIC, "statement-without-source", 9
    ),
    "text: many beginnings of a picture": Case(says("![" * 9_900 + "[@nobody]"), TOPIC, "unknown-citation", 9),
    # folders of evidence
    "evidence: link": Case(is_link("evidence"), "evidence", "link"),
    "evidence: file": Case(is_file("evidence"), "evidence", "not-a-folder"),
    "evidence: pipe": Case(is_pipe("evidence"), "evidence", "not-a-folder"),
    "folder: link": Case(is_link("evidence/studies"), "evidence/studies", "link"),
    "folder: pipe": Case(is_pipe("evidence/studies"), "evidence/studies", "not-a-folder"),
    "folder: unknown": Case(holds("evidence/Studies2/a.yaml", b"a: 1"), "evidence/Studies2", "stray-folder"),
    "folder: file beside it": Case(holds("evidence/study.yaml", b"a: 1"), "evidence/study.yaml", "stray-file"),
    "folder: 20,001 files": Case(many("evidence/studies", 20_001), "evidence/studies", "too-many-files"),
    "folder: 20,001 strays": Case(many("evidence/studies", 20_001, "x{}.txt"), "evidence/studies", "too-many-files"),
    "evidence: more than 100 MB in all": Case(
        many("evidence/topics", 60, content=b"#" * 1_990_000),
        "evidence", "folder-too-large",
    ),
    # the bibliography
    "bib: 100 MB": Case(is_huge(BIB), BIB, "file-too-large"),
    "bib: link": Case(is_link(BIB), BIB, "link"),
    "bib: link to a device": Case(is_link(BIB, "/dev/zero"), BIB, "link"),
    "bib: pipe": Case(is_pipe(BIB), BIB, "not-a-file"),
    "bib: folder": Case(is_folder(BIB), BIB, "not-a-file"),
    "bib: braces 100,000 deep": Case(
        holds(BIB, b"@article{a,\n  title = " + b"{" * 100_000 + b"}" * 100_000 + b",\n}\n"), BIB, "entry-too-long", 1
    ),
    "bib: braces 9,000 deep": Case(
        holds(BIB, b"@article{a,\n  title = " + b"{" * 9_000 + b"}" * 9_000 + b",\n}\n"), BIB, "unbalanced-braces", 2
    ),
    "bib: open braces": Case(holds(BIB, b"@article{a,\n  title = " + b"{" * 1_000_000), BIB, "entry-too-long", 1),
    "bib: an entry that is not closed": Case(holds(BIB, ENTRY[:-2] + b"\n" + ENTRY), BIB, "unclosed-entry", 1),
    "bib: many entries that are not closed": Case(
        holds(BIB, b"@article{a,\n  title = {\n" * 19_000), BIB, "too-many-problems"
    ),
    "bib: abbreviations of abbreviations": Case(
        holds(BIB, b'@string{a0 = "xxxxxxxxxx"}\n' + b"".join(
            b"@string{a%d = %s}\n" % (n, b" # ".join([b"a%d" % (n - 1)] * 10)) for n in range(1, 12)
        ) + b"@article{alpha2020, title = a11}\n"), BIB, "file-too-large",
    ),
    "bib: NUL": Case(holds(BIB, ENTRY.replace(b"{A}", b"{A\0}")), BIB, "forbidden-character", 2),
    "bib: bidirectional override": Case(
        holds(BIB, ENTRY.replace(b"{A}", "{A\u202e}".encode())), BIB, "forbidden-character", 2
    ),
    "bib: UTF-16": Case(holds(BIB, ENTRY.decode().encode("utf-16")), BIB, "wrong-encoding", 1),
    "bib: Latin-1": Case(holds(BIB, ENTRY.replace(b"{A}", b"{\xc4}")), BIB, "wrong-encoding", 2),
    "bib: line ends of other systems": Case(
        holds(BIB, ENTRY.replace(b"\n", b"\r\n") + ENTRY.replace(b"\n", b"\r")), BIB, "duplicate-key", 7
    ),
    "bib: duplicate key": Case(holds(BIB, ENTRY + ENTRY), BIB, "duplicate-key", 7),
    "bib: keys that differ by case": Case(holds(BIB, ENTRY + ENTRY.replace(b"alpha", b"Alpha")), BIB, "duplicate-key", 7),
    "bib: a key that leads out of the folder": Case(holds(BIB, ENTRY.replace(b"alpha2020", b"../../x")), BIB, "bad-key", 1),
    "bib: 60,000 entries": Case(
        holds(BIB, b"".join(b"@misc{a%d,title={x},year=2020}\n" % n for n in range(60_000))), BIB, "too-many-entries"
    ),
    # pages in docs/
    "docs: link": Case(is_link("docs"), "docs", "link"),
    "docs: file": Case(is_file("docs"), "docs", "not-a-folder"),
    "docs: page is a link": Case(is_link(DOC), DOC, "link"),
    "docs: page is a pipe": Case(is_pipe(DOC), DOC, "not-a-file"),
    "docs: page of 100 MB": Case(is_huge(DOC), DOC, "file-too-large"),
    "docs: picture is a link": Case(is_link("docs/a.png", "/etc/passwd"), "docs/a.png", "link"),
    "docs: picture is a pipe": Case(is_pipe("docs/a.png"), "docs/a.png", "not-a-file"),
    "docs: picture of 100 MB": Case(together(holds("docs/a.png", b""), is_huge("docs/a.png")), "docs/a.png", "file-too-large"),
    "docs: folder is a link": Case(is_link("docs/pictures", "/etc"), "docs/pictures", "link"),
    "docs: Latin-1": Case(holds(DOC, b"# A\n\nJ\xf6rg\n"), DOC, "wrong-encoding", 3),
    "docs: bidirectional override": Case(holds(DOC, "# A\n\na\u202eb\n".encode()), DOC, "forbidden-character", 3),
    "docs: NUL": Case(holds(DOC, b"# A\n\na\0b\n"), DOC, "forbidden-character", 3),
    "docs: brackets": Case(holds(DOC, b"# A\n\n" + b"[" * 90_000), DOC, "text-too-long"),
    "docs: 20,001 files": Case(many("docs", 20_001, "x{}.txt"), "docs", "too-many-files"),
    "docs: name that leads to a page of records": Case(
        holds("docs/treatments.md", b"# A\n\nb\n"), "docs/treatments.md", "address-taken"
    ),
    "docs: file in the place of one that is made": Case(
        holds("docs/downloads/review.json", b"{}"), "docs/downloads/review.json", "address-taken"
    ),
    "docs: name with codes for a terminal": Case(holds("docs/a\x1b[2J.md", b"# A\n"), "docs/a\\u001b[2J.md", "odd-file-name"),
    "docs: names that differ by case": Case(holds("docs/Methods.md", b"# A\n"), "docs/Methods.md", "odd-file-name"),
    "docs: name that begins with two dots": Case(holds("docs/..x.md", b"# A\n"), "docs/..x.md", "odd-file-name"),
    # templates and styles
    "templates: link": Case(is_link("templates", "/etc"), "templates", "link"),
    "templates: style is a link": Case(is_link("templates/assets/a.css", "/etc/passwd"), "templates/assets/a.css", "link"),
    "templates: style is a pipe": Case(is_pipe("templates/assets/a.css"), "templates/assets/a.css", "not-a-file"),
    "templates: style of 100 MB": Case(
        together(holds("templates/assets/a.css", b""), is_huge("templates/assets/a.css")), "templates/assets/a.css",
        "file-too-large",
    ),
    "templates: page is a link": Case(is_link(PAGE, "/etc/passwd"), PAGE, "link"),
    "templates: page is a pipe": Case(is_pipe(PAGE), PAGE, "not-a-file"),
    "templates: pipe that nothing uses": Case(is_pipe("templates/pages/odd.html.j2"), "templates/pages/odd.html.j2", "not-a-file"),
    "templates: page of 100 MB": Case(together(holds(PAGE, b""), is_huge(PAGE)), PAGE, "file-too-large"),
    "templates: brackets 39,000 deep": Case(holds(PAGE, b"a\n{{ " + b"(" * 39_000 + b" }}"), PAGE, "template"),
    "templates: 19,000 sums": Case(holds(PAGE, b"a\n{{ " + b"1+" * 19_000 + b"1 }}"), PAGE, "template"),
    "templates: too large": Case(holds(PAGE, b"a" * 40_001), PAGE, "file-too-large"),
    "templates: 30 loops in each other": Case(
        holds(PAGE, b"{% for a in [1] %}" * 30 + b"{% endfor %}" * 30), PAGE, "template"
    ),
    "templates: part 39,000 deep": Case(
        holds("templates/partials/record.html.j2", b"{{ " + b"-" * 39_000 + b"1 }}"),
        "templates/partials/record.html.j2", "template",
    ),
    # settings
    "mkdocs.yml: alias bomb": Case(holds("mkdocs.yml", lambda: b"site_name: x\nextra:\n  repository: &x\n    " + bomb().replace(b"\n", b"\n    ")), "mkdocs.yml", "anchor"),
    "mkdocs.yml: brackets 100,000 deep": Case(holds("mkdocs.yml", b"site_name: " + b"[" * 100_000), "mkdocs.yml", "too-deep", 1),
    "mkdocs.yml: tag that makes objects": Case(
        holds("mkdocs.yml", b"site_name: !!python/object/apply:os.system ['touch ran']\n"), "mkdocs.yml", "site-settings", 1
    ),
    "mkdocs.yml: 100 MB": Case(is_huge("mkdocs.yml"), "mkdocs.yml", "file-too-large"),
    "mkdocs.yml: link": Case(is_link("mkdocs.yml"), "mkdocs.yml", "link"),
    "mkdocs.yml: pipe": Case(is_pipe("mkdocs.yml"), "mkdocs.yml", "not-a-file"),
    "mkdocs.yml: Latin-1": Case(holds("mkdocs.yml", b"site_name: J\xf6rg\n"), "mkdocs.yml", "wrong-encoding", 1),
    "mkdocs.yml: a list": Case(holds("mkdocs.yml", b"- a\n"), "mkdocs.yml", "site-settings"),
    "mkdocs.yml: other settings": Case(holds("mkdocs.yml", b"INHERIT: /etc/passwd\nsite_name: a\n"), "mkdocs.yml", "site-settings"),
    # what is imported
    **{
        f"import: {name}": Case(make, "given", code, line, ("import", "given"))
        for name, make, code, line in (
            ("100 MB", together(holds("given", b""), is_huge("given")), "file-too-large", None),
            ("pipe", is_pipe("given"), "not-a-file", None),
            ("folder", is_folder("given"), "not-a-file", None),
            ("Latin-1", holds("given", b"TY  - JOUR\nTI  - J\xf6rg\n"), "wrong-encoding", 2),
            ("JSON 100,000 deep", holds("given", b"[" * 100_000), "bad-json", None),
            ("JSON of other things", holds("given", b"[1, null, {\"title\": [1]}, {\"author\": 5}]"), "bad-item", None),
            ("RIS without an end", holds("given", b"TY  - JOUR\n" * 100_000), "bad-ris", None),
            ("BibTeX that is not closed", holds("given", b"@article{a,\n  title = {" * 100_000), "entry-too-long", None),
            ("numbers that are too long", holds("given", b'[{"title": "a", "volume": ' + b"9" * 50_000 + b"}]"), "bad-json", None),
        )
    },
}  # fmt: skip


def run(root: Path, command: Sequence[str]) -> dict[str, object]:
    """Run a command in a process of its own; returns its exit code or signal, what it said, and what it took."""
    said = root.parent / f"{root.name}.said"
    child = os.fork()
    if child == 0:
        _become(root, command, said)
    _, status, usage = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "said": said.read_text("utf-8", "replace"),
        "seconds": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss // 1024,
    }


def _become(root: Path, command: Sequence[str], said: Path) -> None:
    code = 70
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (10 * SECONDS, 10 * SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (4 * MEGABYTES * 1_000_000,) * 2)
        signal.alarm(WAIT)
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(root)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")
        from evidence_site.cli import main

        code = main(command)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(folder: Path, out: Path, names: Sequence[str]) -> None:
    """Show the command every case, or those with these names."""
    from evidence_site.commands import build, check  # loaded once, for all the processes

    assert build and check
    found = {}
    for number, (name, case) in enumerate(CASES.items()):
        if names and name not in names:
            continue
        root = write_review(folder / str(number))
        case.make(root)
        found[name] = {**run(root, case.command), "ran": (root / "ran").exists()}
        shutil.rmtree(root, ignore_errors=True)
    out.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
