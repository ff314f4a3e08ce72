"""The whole tree of pages of a small review: what stands on them, what links them, and that they are always the same.

The Markdown of every page is compared with ``tests/golden/``. After a change that is meant, write the files anew with

    UPDATE_GOLDEN=1 python -m pytest tests/test_pages.py

and read the difference before you commit it. A run that writes them fails, so that none passes by writing.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import os
import posixpath
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import markdown as python_markdown  # type: ignore[import-untyped,unused-ignore]
import pytest
import yaml
from reviews import BASE, Edits, linked, write_review

from evidence_site import addresses, cli, making, site_settings
from evidence_site.pages import Settings, Tree, render
from evidence_site.problems import Problem

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).resolve().parent.parent


def rendered(root: Path, settings: Settings | None = None) -> Tree:
    return render(linked(root), root, site_settings.template_folders(root), {}, settings or Settings())


@pytest.fixture(scope="module")
def tree() -> Tree:
    """The pages of the small review."""
    found = rendered(BASE)
    assert found.problems == []
    return found


def pages(tree: Tree) -> dict[str, str]:
    return {name: content.decode() for name, content in tree.files.items() if name.endswith(".md")}


def address_of(file: str) -> str:
    return file.removesuffix("index.md") if file.endswith("index.md") else file.removesuffix(".md") + "/"


def as_html(text: str) -> str:
    """What the engine makes of a page, by the extensions that the settings name."""
    return str(python_markdown.Markdown(extensions=["attr_list", "toc"]).convert(text.partition("\n---\n")[2]))


class Reader(HTMLParser):
    """Elements, ids, links and citations of a page, each with the heading above it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.events: list[tuple[str, str]] = []
        self.cited: list[tuple[str, str, str]] = []
        """Id of the section, id of the place, and key."""
        self.section = ""
        self.place = ""
        self.element = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if re.fullmatch(r"h\d", tag):
            self.section = given.get("id", "")
        if given.get("class") == "er-cite":
            self.place = given["id"]
        for name in ("href", "src"):
            if name in given:
                self.hrefs.append(given[name])
        if given.get("href", "").startswith("#ref-"):
            self.cited.append((self.section, self.place, given["href"].removeprefix("#ref-")))
        self.events += [(name, value) for name, value in given.items() if name.startswith("on") or name == "style"]
        if tag in ("iframe", "object", "img"):
            self.events.append((tag, json.dumps(given)))
        self.element = tag

    def handle_data(self, data: str) -> None:
        if self.element == "script" and data.strip().startswith("alert"):
            self.events.append(("script", data))


# --- golden pages ----------------------------------------------------------------------------------------------------


def test_pages_are_as_they_were(tree: Tree) -> None:
    """Each page of the small review reads exactly as its file in tests/golden."""
    made = pages(tree)
    golden = {path.relative_to(GOLDEN).as_posix(): path for path in GOLDEN.rglob("*.md")}
    if os.environ.get("UPDATE_GOLDEN"):
        for name in golden.keys() - made.keys():
            golden[name].unlink()
        for name, text in made.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, "utf-8")
        pytest.fail("tests/golden was written: read the difference, then run again without UPDATE_GOLDEN")
    for name in sorted(made.keys() & golden.keys()):
        assert made[name] == golden[name].read_text("utf-8"), f"{name}: if this is meant, see the top of this file"
    assert made.keys() == golden.keys()


_HASH = """
import hashlib, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from evidence_site import making
tree, problems = making.make_tree(Path(sys.argv[1]))
hashed = hashlib.sha256()
for name in sorted(tree.files):
    hashed.update(name.encode() + b"\\0" + tree.files[name])
print(hashed.hexdigest(), list(tree.files), tree.nav)
"""


def test_the_same_records_make_the_same_bytes(tmp_path: Path) -> None:
    """Neither the seed of hashes nor the time zone, language, folder or order of files of the machine shows."""
    places = [
        (tmp_path / "one", {"PYTHONHASHSEED": "1", "TZ": "UTC", "LANG": "C", "LC_ALL": "C"}),
        (tmp_path / "another" / "place", {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LANG": "tr_TR.UTF-8"}),
        (
            tmp_path / "third",
            {"PYTHONHASHSEED": "3", "TZ": "America/Los_Angeles", "PYTHONUTF8": "0", "LC_ALL": "POSIX"},
        ),
    ]
    said = []
    for number, (root, environment) in enumerate(places):
        write_review(root)
        for path in sorted(root.rglob("*.yaml"), reverse=bool(number)):  # written anew, in another order
            text = path.read_text("utf-8")
            path.unlink()
            path.write_text(text, "utf-8")
        done = subprocess.run(
            [sys.executable, "-c", _HASH, str(root), str(ROOT)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(done.stdout)
    assert len(set(said)) == 1


def test_nothing_of_the_machine_or_the_day_is_on_a_page(tree: Tree) -> None:
    """No path of this machine and no date but those of the records."""
    everything = b"\n".join(tree.files.values()).decode()
    assert str(ROOT) not in everything
    assert str(Path.home()) + "/" not in everything
    assert dt.date.today().isoformat() not in everything


# --- what there is ---------------------------------------------------------------------------------------------------


def test_every_record_has_a_page(tree: Tree) -> None:
    """Treatments, outcomes, topics, cases, studies and references each have a page of their own, and an index."""
    records = {path.relative_to(BASE / "evidence") for path in (BASE / "evidence").glob("*/*.yaml")}
    folders = {"sources": "references", "cases": "case"}
    expected = {f"{folders.get(path.parent.name, path.parent.name)}/{path.stem}.md" for path in records}
    expected |= {f"outcomes/{outcome}.md" for outcome in ("density", "fracture", "other-fracture", "pain")}
    expected |= {
        f"{folder}/index.md" for folder in ("treatments", "outcomes", "topics", "case", "studies", "references")
    }
    assert expected | {"index.md", "methods.md", "disclaimer.md"} <= pages(tree).keys()


def test_records_are_published_as_they_are(tree: Tree) -> None:
    """Whoever doubts a page can read the record behind it, byte for byte."""
    for path in (BASE / "evidence").rglob("*"):
        if path.is_file():
            copy = "records/" + path.relative_to(BASE / "evidence").as_posix()
            assert tree.files[copy] == path.read_bytes()


def test_the_navigation_holds_no_studies_and_references(tree: Tree) -> None:
    """Records in the navigation cost time and bytes on every page; their indexes are there."""
    said = json.dumps(tree.nav)
    assert "treatments/drug-a.md" in said
    assert "studies/index.md" in said
    assert "references/index.md" in said
    assert "alpha2020" not in said
    named = re.findall(r'"([^"]+\.md)"', said)
    assert sorted(set(named)) == sorted(named)
    assert set(named) <= tree.files.keys()


def test_files_beside_the_pages_of_docs(tmp_path: Path) -> None:
    """Pictures and data of docs/ are published, scripts and HTML are not."""
    root = write_review(
        tmp_path,
        {
            "docs/pictures/bone.png": "png",
            "docs/x.svg": "<svg onload=alert(1)>",
            "docs/x.js": "alert(1)",
            "docs/x.html": "<script>",
        },
    )
    files = rendered(root).files
    assert files["pictures/bone.png"] == b"png"
    assert not {"x.svg", "x.js", "x.html"} & files.keys()


def test_edit_links_lead_to_the_record(tree: Tree) -> None:
    """With a repository, each page of a record leads to its file; without one there is no such link."""
    settings = Settings("https://example.org/r", "next")
    text = pages(rendered(BASE, settings))["studies/alpha2020.md"]
    assert 'href="https://example.org/r/edit/next/evidence/studies/alpha2020.yaml"' in text
    assert "/edit/" not in pages(tree)["studies/alpha2020.md"]


# --- links, ids and citations ----------------------------------------------------------------------------------------


def test_ids_are_unique(tree: Tree) -> None:
    """No page uses an id twice, whatever headings and statements are called."""
    for name, text in pages(tree).items():
        ids = Reader(as_html(text)).ids
        assert sorted(set(ids)) == sorted(ids), name


def test_every_link_leads_somewhere(tree: Tree) -> None:
    """Each link within the site leads to a page or file of it, and each fragment to an element there."""
    made = {address_of(name): Reader(as_html(text)) for name, text in pages(tree).items()}
    files = tree.files.keys() - pages(tree).keys()
    followed = 0
    for address, reader in made.items():
        for href in reader.hrefs:
            if re.match(r"https?:|mailto:", href):
                continue
            path, _, fragment = re.sub(r"\?[^#]*", "", href).partition("#")
            target = posixpath.normpath(posixpath.join("/", address, path)).lstrip("/") if path else address
            if path.endswith("/"):
                target += "/" if target else ""
            assert target in made or (target in files and not fragment), f"{address}: {href}"
            if fragment:
                assert fragment in made[target].ids, f"{address}: {href}"
            followed += 1
    assert followed > 200


def test_every_citation_is_listed_on_the_page_of_its_reference(tree: Tree) -> None:
    """A reference lists each page and section that cites it, with a link to the first place there."""
    made = {address_of(name): Reader(as_html(text)) for name, text in pages(tree).items()}
    cited = 0
    for address, reader in made.items():
        first: dict[tuple[str, str], str] = {}
        for section, place, key in reader.cited:
            first.setdefault((section, key), place)
        for (_, key), place in first.items():
            reference = addresses.reference(key)
            assert addresses.relative(f"{address}#{place}", reference) in made[reference].hrefs, f"{address}: {key}"
            cited += 1
        for key in {key for _, key in first}:
            assert f"ref-{key}" in reader.ids, f"{address} cites {key}, but does not list it"
            assert addresses.relative(addresses.reference(key), address) in reader.hrefs
        backlinks = {href.removeprefix("#") for href in reader.hrefs if href.startswith("#cite-")}
        assert backlinks == {place for _, place, _ in reader.cited}, f"{address}: places and ways back"
    assert cited > 20


def test_a_reference_that_nothing_cites_says_so(tmp_path: Path) -> None:
    """An entry without citations still has a page, which says that it is cited nowhere."""
    bib = "\n@article{eps2018, title={Else}, author={Eps, E}, journal={J}, year={2018}, volume={1}, doi={10.1000/e}}\n"
    root = write_review(
        tmp_path,
        {
            "evidence/references.bib": [{"append": bib}],
            "evidence/sources/eps2018.yaml": "design: cohort\nread: abstract\nread_at: []\n",
        },
    )
    assert "Cited nowhere." in pages(rendered(root))["references/eps2018.md"]


def told(problems: list[Problem]) -> list[str]:
    return [f"{p.place.file}:{p.place.line}:{p.place.column} {p.code} {p.message}" for p in problems]


def problems_of(root: Path, edits: Edits) -> list[str]:
    return told(making.make_tree(write_review(root, edits))[1])


def test_dead_links_are_told_with_their_place(tmp_path: Path) -> None:
    """A link that leads nowhere is an error at its line, in records and in documentation alike."""
    edits: Edits = {
        "docs/methods.md": [{"replace": "(/treatments/drug-a/)", "by": "(/treatments/drug-b/)"}],
        "evidence/topics/causes.yaml": [
            {
                "replace": 'summary: "Little is known [@gamma2022, abstract]."',
                "by": "summary: >-\n  Little is known [@gamma2022, abstract],\n  see [drug A](/treatments/drug/).",
            }
        ],
        "evidence/treatments/waiting.yaml": [
            {"replace": "Bone may recover by itself.", "by": "See [here](nowhere.md)."}
        ],
    }
    assert problems_of(tmp_path, edits) == [
        "evidence/treatments/waiting.yaml:5:29 dead-link The link to “nowhere.md” leads nowhere.",
        "evidence/topics/causes.yaml:5:16 dead-link The link to “/treatments/drug/” leads nowhere.",
        "docs/methods.md:7:21 dead-link The link to “/treatments/drug-b/” leads nowhere.",
    ]


def test_only_pages_are_proposed_for_a_dead_link(tmp_path: Path) -> None:
    """Nobody links to a style sheet or a script."""
    edits: Edits = {"docs/methods.md": [{"replace": "(/treatments/drug-a/)", "by": "(nowhere.md)"}]}
    (problem,) = making.make_tree(write_review(tmp_path, edits))[1]
    assert problem.code == "dead-link"
    assert "about/" in problem.hint or "charts/" in problem.hint
    assert "assets/" not in problem.hint
    assert ": ," not in problem.hint


def test_links_and_citations_of_documentation_work(tmp_path: Path) -> None:
    """A page of docs/ may cite and link as a record does, and is then listed on the reference's page."""
    assert problems_of(tmp_path, {}) == []
    made = pages(rendered(tmp_path))
    assert 'href="../treatments/drug-a/"' in made["methods.md"]
    assert 'href="../disclaimer/"' in made["methods.md"]
    assert 'id="ref-alpha2020"' in made["methods.md"]
    assert 'href="../../methods/#cite-1"' in made["references/alpha2020.md"]


def test_unknown_citations_of_documentation_are_told_with_their_place(tmp_path: Path) -> None:
    """The line and column of the key, also where the page cites several."""
    text = "# Methods\n\nOne [@alpha2020]\nand [see @alpha2020; @alfa2020, p. 3].\n\nBare @beta2021 and ![x](y).\n"
    assert problems_of(tmp_path, {"docs/methods.md": text}) == [
        "docs/methods.md:4:22 unknown-citation The citation @alfa2020 has no entry in evidence/references.bib.",
        "docs/methods.md:6:6 citation-without-brackets "
        "@beta2021 stands outside square brackets, so it is not a citation.",
        "docs/methods.md:6:20 image-in-text Images cannot be shown in the text of a record.",
    ]


def test_headings_of_documentation(tmp_path: Path) -> None:
    """Headings keep their words, over two lines too, and those inside lists and quotes break nothing."""
    text = (
        "Title *of* two\nlines\n===\n\n> # Quoted\n>\n> text\n\n- # Listed\n\n## `code` & <b>\n\n## Twice\n\n## Twice\n"
    )
    root = write_review(tmp_path, {"docs/methods.md": text})
    made = as_html(pages(rendered(root))["methods.md"])
    headings = re.findall(r"<h(\d)[^>]* id=\"([^\"]+)\"[^>]*>(.*?)</h\1>", made)
    assert [(level, id_, html.unescape(words)) for level, id_, words in headings][:4] == [
        ("1", "title-of-two-lines", "Title of two lines"),
        ("2", "code-b", "code & <b>"),
        ("2", "twice", "Twice"),
        ("2", "twice-2", "Twice"),
    ]
    assert made.count("<blockquote>") == made.count("</blockquote>") == 1
    assert made.index("<blockquote>") < made.index("Quoted") < made.index("</blockquote>")


# --- hostile text ----------------------------------------------------------------------------------------------------

POISON = (
    "<script>alert(1)</script> { onclick=alert(1) } [x](javascript:alert(1)) <img src=x onerror=alert(1)> "
    '"\' onmouseover=alert(1) x=" {{ 7*7 }} {% raw %} `` ~~~ <!-- &lt;script&gt;alert(1)&lt;/script&gt;'
)
_POISONED = re.compile(
    r"name|title|short_title|label|text|summary|definition|where|note|agent|dose|route|participants|"
    r"bottom_line|reason|plain_language|finding|population|interventions|comparators|outcomes_text|"
    r"search_note|disclaimer|country|what|patient_information|measure|p|setting|abbreviation|"
    r"clinical_findings"
)


def poisoned(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: poisoned(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, key) for item in value]
    is_text = isinstance(value, str) and _POISONED.fullmatch(key) and value not in ("not_reported", "unclear")
    return f"{value} {POISON}" if is_text else value


@pytest.fixture(scope="module")
def poisoned_review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small review with hostile text behind every text of its records, references and pages."""
    root = write_review(tmp_path_factory.mktemp("poisoned"))
    for path in (root / "evidence").rglob("*.yaml"):
        data = poisoned(yaml.safe_load(path.read_text("utf-8")))
        path.write_text(json.dumps(data, default=str, indent=1, ensure_ascii=False), "utf-8")
    bib = root / "evidence" / "references.bib"
    bibtex = "<script>alert(1)</script> \\{ onclick=alert(1) \\} <img src=x onerror=alert(1)> &lt;script&gt;alert(1)"
    bib.write_text(
        re.sub(r"(title|journal) = \{(.*)\}", lambda m: f"{m[1]} = {{{m[2]} {bibtex}}}", bib.read_text("utf-8"))
    )
    (root / "docs" / "methods.md").write_text(
        f"# Methods {POISON}\n\n{POISON}\n\n## {POISON}\n\n```\n{POISON}\n```\n\n- {POISON}\n"
    )
    return root


def harmful(text: str) -> list[tuple[str, str]]:
    """What in a page runs, or leads somewhere that is no address."""
    reader = Reader(text)
    found = [event for event in reader.events if "alert" in event[1] or event[0].startswith("on")]
    return found + [
        ("href", href) for href in reader.hrefs if re.match(r"\s*(?:javascript|data|vbscript):", href, re.I)
    ]


def test_hostile_text_is_text_on_every_page(poisoned_review: Path) -> None:
    """Whatever stands in a record, nothing of it becomes an element or attribute that runs."""
    tree, problems = making.make_tree(poisoned_review)
    assert tree is not None, told(list(problems))
    shown = 0
    for name, text in pages(tree).items():
        made = as_html(text)
        assert harmful(made) == [], name
        shown += "alert(1)" in html.unescape(made)
    assert shown > 20, "readers see it as it was written"


def test_hostile_text_is_text_in_the_built_site(poisoned_review: Path, tmp_path: Path) -> None:
    """Titles, descriptions and tables of contents, which the theme makes, are harmless as well."""
    site = tmp_path / "site"
    assert cli.main(["build", "--root", str(poisoned_review), "--site-dir", str(site)]) == 0
    files = sorted(site.rglob("*.html"))
    assert len(files) > 20
    for file in files:
        assert [found for found in harmful(file.read_text("utf-8")) if "alert" in found[1]] == [], file
