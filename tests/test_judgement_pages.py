"""What readers see of appraisals, CARE and overlaps: parts of pages of the small review, compared with golden files.

The files stand in ``cases/judgement_pages``. After a change that is meant, write them anew with
``UPDATE_GOLDEN=1 python -m pytest tests/test_judgement_pages.py`` and read the difference; that run fails.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from reviews import BASE, Edits, linked, write_review

from evidence_site import site_settings
from evidence_site.pages import Settings, render

GOLDEN = Path(__file__).parent / "cases" / "judgement_pages"
APPRAISED: Edits = {
    "evidence/studies/beta2021.yaml": [
        {
            "append": """\
appraisal:
  instrument: jbi-case-reports
  appraiser: A. Reader
  note: "Judged from the *full* text."
  overall: include
  answers:
    demographics: yes
    history: {answer: no, reason: "Only <her> age is told [@beta2021, abstract].", appraiser: B. Reader}
    presentation: unclear
    diagnostics: unclear
    treatment: yes
    after-treatment: yes
    harms: not_applicable
    lessons: yes
distinct_from:
  - {study: delta2019, because: "Those were older [@delta2019, abstract]."}
"""
        }
    ],
    "evidence/sources/alpha2020.yaml": [{"replace": "read: abstract", "by": "read: full_text"}],
    "evidence/sources/delta2019.yaml": [{"replace": "read: abstract", "by": "read: title"}],
}
OVERLAPPING: Edits = {
    "evidence/references.bib": [{"replace": "{Beta, Bea}", "by": "{Beta, Bea and Alpha, A. and Zed, Z.}"}],
    "evidence/studies/beta2021.yaml": [
        {"replace": "age_years: 27", "by": 'age_years: 28\n    characteristics: {levels: "T12 and L1"}'},
        {"append": 'overlaps:\n  - {study: alpha2020, status: possible, note: "Two authors are the same."}\n'},
    ],
    "evidence/studies/alpha2020.yaml": [
        {"append": 'overlaps:\n  - {study: delta2019, status: probable, note: "The same place."}\n'}
    ],
}
PARTS = {
    "study-appraised": (APPRAISED, "studies/beta2021.md", "How far to trust it", "References"),
    "study-not-appraised": (APPRAISED, "studies/alpha2020.md", "How far to trust it", "References"),
    "treatment": (APPRAISED, "treatments/waiting.md", "Risk of bias", "Studies"),
    "risk-of-bias": (APPRAISED, "risk-of-bias.md", "Risk of bias", "References"),
    "care": (APPRAISED, "care.md", "Report by report", "References"),
    "study-named-by-another": (
        OVERLAPPING,
        "studies/alpha2020.md",
        "Persons who may be counted elsewhere",
        "References",
    ),
    "overlaps": (OVERLAPPING, "overlaps.md", "Who is counted once", "How look&#45;alikes are found"),
}
"""By golden file: the changes, the page, and the headings between which the part stands."""


def part(root: Path, edits: Edits, page: str, first: str, last: str) -> str:
    write_review(root, edits)
    tree = render(linked(root), root, site_settings.template_folders(root), {}, Settings())
    text = tree.files[page].decode()
    start = re.search(rf"^#+ {re.escape(first)} \{{", text, re.MULTILINE)
    assert start, f"no heading “{first}” on {page}"
    end = re.search(rf"^#+ {re.escape(last)} \{{|^<aside", text[start.start() :], re.MULTILINE)
    return text[start.start() : start.start() + end.start() if end else len(text)].rstrip() + "\n"


def test_an_appraiser_is_named_as_other_readers_are(tmp_path: Path) -> None:
    """By the name of the contributor whose id the record has, of the whole and of one answer; else as written."""
    appraisal = (
        "appraisal:\n  instrument: jbi-case-reports\n  appraiser: ada-example\n"
        "  answers: {demographics: {answer: yes, appraiser: B. Reader}}\n"
    )
    edits: Edits = {
        "evidence/studies/beta2021.yaml": [{"append": appraisal}],
        "evidence/review.yaml": [{"append": "contributors:\n  - {id: ada-example, name: Ada Example}\n"}],
    }
    shown = part(tmp_path, edits, "studies/beta2021.md", "How far to trust it", "References")
    assert "Appraised by Ada Example<" in shown
    assert "B. Reader" in shown
    assert "ada-example" not in shown


def test_a_retracted_study_counts_nowhere_and_says_so(tmp_path: Path) -> None:
    """Its persons, ranges and results would else stand among those that can be relied on."""
    retracted = {"replace": "status: ok", "by": "status: retracted\n  date: 2024-05-01\n  note: Nobody was seen."}
    root = write_review(tmp_path, {"evidence/sources/alpha2020.yaml": [retracted]})
    before, review = linked(BASE), linked(root)
    assert review.persons == before.persons - 12
    assert review.treatments["drug-a"].persons == before.treatments["drug-a"].persons - 8
    text = {
        name: content.decode()
        for name, content in render(review, root, site_settings.template_folders(root), {}, Settings()).files.items()
        if name.endswith(".md")
    }
    assert (
        "Retracted, 1 May 2024</a>.</strong> Nobody was seen. Nothing of this study is" in text["studies/alpha2020.md"]
    )
    assert "none: retracted" in text["studies/alpha2020.md"]
    assert "Retracted; not counted." in text["studies/index.md"]
    assert "Retracted studies (1)" in text["overlaps.md"]
    shown = text["outcomes/density.md"]
    assert 'Retracted.</strong> <span class="er-sub">Drug A' in shown
    assert shown.index("Retracted.</strong>") > shown.index(
        "retracted studies, and reviews that retell studies</summary>"
    )


@pytest.mark.parametrize("name", PARTS)
def test_a_part_reads_as_its_golden_file(name: str, tmp_path: Path) -> None:
    made = part(tmp_path, *PARTS[name])
    file = GOLDEN / f"{name}.md"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(made, "utf-8")
        pytest.fail(f"{file.name} was written: read the difference, then run again without UPDATE_GOLDEN")
    assert made == file.read_text("utf-8")


def test_every_answer_is_told_in_words_and_by_a_sign(tmp_path: Path) -> None:
    """Nobody needs to see colours: each light holds a sign and a word, and the sign is kept from screen readers."""
    made = part(tmp_path, *PARTS["study-appraised"])
    lights = re.findall(r'<span class="er-light er-light--\w+">(.*?)</span></span>', made)
    assert len(lights) == 9
    for light in lights:
        assert re.match(
            r'<span class="er-light__sign" aria-hidden="true">\S</span> <span class="er-light__word">\w', light
        )


def test_reasons_are_text_with_citations(tmp_path: Path) -> None:
    """A reason is prose like any other: its markup is escaped, its sources are cited."""
    made = part(tmp_path, *PARTS["study-appraised"])
    assert "&lt;her&gt;" in made
    assert "<her>" not in made
    assert 'href="#ref-beta2021"' in made


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("title", "Not assessed: only the title was read."),
        ("abstract", "Not assessed: only the abstract was read."),
        ("full_text", "Not assessed yet: the full text was read."),
    ],
)
def test_why_a_study_was_not_appraised_follows_from_how_far_it_was_read(read: str, said: str, tmp_path: Path) -> None:
    edits: Edits = {"evidence/sources/delta2019.yaml": [{"replace": "read: abstract", "by": f"read: {read}"}]}
    made = part(tmp_path, edits, "studies/delta2019.md", "How far to trust it", "References")
    assert said in made
