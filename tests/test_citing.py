"""Cite this page: the citation of a page as it stands, in the form of the National Library of Medicine."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from reviews import BASE, linked, write_review

from evidence_site import site_settings
from evidence_site.history import Revision
from evidence_site.pages import Settings, render

REVISIONS = {
    "evidence/treatments/drug-a.yaml": Revision(1_700_000_000, "a1b2c3d4" * 5),
    "evidence/studies/alpha2020.yaml": Revision(1_705_000_000, "0123456789" * 4),
}
URL = "https://review.example.org/"


def pages(root: Path = BASE, settings: Settings | None = None, *, dated: bool = True) -> dict[str, str]:
    tree = render(
        linked(root), root, site_settings.template_folders(root), REVISIONS if dated else {}, settings or Settings()
    )
    assert tree.problems == []
    return {name: content.decode() for name, content in tree.files.items() if name.endswith(".md")}


def citation(page: str) -> str:
    found = re.search(r'<pre class="copy er-citation"><code>(.*?)</code></pre>', page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


def test_review_page_day_and_commit(tmp_path: Path) -> None:
    """The newest commit that touched any file behind the page counts: here that of a study of the treatment."""
    people = "contributors:\n  - {name: Ann Author}\n  - {name: Jean-Paul de Witt}\n"
    root = write_review(tmp_path, {"evidence/review.yaml": [{"append": people}]})
    assert citation(pages(root, Settings(url=URL))["treatments/drug-a.md"]) == (
        "Author A, de Witt JP. The example condition: what is known [Internet]. Drug A; "
        "[updated 2024 Jan 11, commit 0123456; cited [year month day]]. "
        "Available from: https://review.example.org/treatments/drug-a/"
    )


def test_the_review_as_a_whole() -> None:
    """The home page stands for it: without a part, and with the newest commit that touched any record."""
    page = pages(settings=Settings(url=URL))["index.md"]
    assert "<summary>Cite this review</summary>" in page
    assert citation(page) == (
        "The example condition: what is known [Internet]. [updated 2024 Jan 11, commit 0123456; cited [year month day]]. "
        "Available from: https://review.example.org/"
    )


def test_what_is_not_known_is_left_out() -> None:
    """Without contributors, address and history the citation says the rest."""
    page = pages(dated=False)["topics/causes.md"]
    assert citation(page) == "The example condition: what is known [Internet]. Causes; [cited [year month day]]."
    assert "When this page last changed is not known." in page


@pytest.mark.parametrize(
    ("kind", "cited"),
    [
        ("treatments/drug-a.md", True),
        ("topics/causes.md", True),
        ("outcomes/density.md", True),
        ("case/first-case.md", True),
        ("studies/alpha2020.md", True),
        ("references/alpha2020.md", False),
        ("index.md", True),
        ("glossary.md", False),
    ],
)
def test_which_pages_can_be_cited(kind: str, cited: bool) -> None:
    assert bool(citation(pages()[kind])) is cited


def test_the_commit_leads_to_the_repository() -> None:
    page = pages(settings=Settings(repository="https://example.org/r"))["treatments/drug-a.md"]
    assert f'<a href="https://example.org/r/commit/{"0123456789" * 4}" rel="noopener"><code>0123456</code></a>' in page
    assert '<time datetime="2024-01-11">11 January 2024</time>' in page
