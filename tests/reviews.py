"""Small reviews for tests: a valid one to copy and change, and studies made in memory to count persons in."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from evidence_site import records as r
from evidence_site.checks import check
from evidence_site.problems import Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Evidence, Review, link, load
from evidence_site.yaml_reading import Document

BASE = Path(__file__).parent / "cases" / "checks" / "_base"
"""A small review in which nothing is wrong."""

Edits = Mapping[str, object]
"""By file: its new text, None to delete it, or a list of ``{replace, by}`` and ``{append}``."""


def write_review(root: Path, edits: Edits | None = None) -> Path:
    """Write the small review into a folder, with changes; returns the folder."""
    shutil.copytree(BASE, root, dirs_exist_ok=True)
    for file, edit in (edits or {}).items():
        path = root / file
        if edit is None:
            path.unlink()
        elif isinstance(edit, str):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(edit, "utf-8")
        else:
            assert isinstance(edit, list)
            path.write_text(edited(path.read_text("utf-8"), edit), "utf-8")
    return root


def edited(text: str, edits: Iterable[Mapping[str, str]]) -> str:
    """A text with each change made; what is replaced has to stand there once."""
    for edit in edits:
        if "append" in edit:
            text += edit["append"]
        else:
            assert text.count(edit["replace"]) == 1, (
                f"{edit['replace']!r} stands there {text.count(edit['replace'])} times"
            )
            text = text.replace(edit["replace"], edit["by"])
    return text


def problems_of(root: Path) -> list[Problem]:
    """Everything that loading and checking a review finds."""
    evidence, problems = load(root)
    return problems + (check(link(evidence)) if evidence else [])


def linked(root: Path) -> Review:
    """The review in a folder, linked."""
    evidence, problems = load(root)
    assert evidence is not None, problems
    return link(evidence)


@cache
def _base() -> Evidence:
    evidence, problems = load(BASE)
    assert evidence is not None, problems
    assert not problems
    return evidence


def review_of(studies: Mapping[str, r.Study]) -> Review:
    """The small review with these studies in the place of its own."""
    return link(replace(_base(), studies={id_: _loaded(id_, study) for id_, study in studies.items()}))


def with_column(review: Review, column: r.SummaryColumn) -> Review:
    """The review with nothing but this column in its findings table."""
    loaded = review.evidence.review
    record = loaded.record.model_copy(update={"findings_table": (column,)})
    return link(replace(review.evidence, review=Loaded(loaded.id, record, loaded.document)))


def _loaded(id_: str, study: r.Study) -> Loaded[r.Study]:
    return Loaded(id_, study, Document.of(f"evidence/studies/{id_}.yaml", {}))


def study(
    *,
    groups: Iterable[r.Group] = (),
    persons: Iterable[r.Person] = (),
    overlaps: Mapping[str, str] | None = None,
    design: r.Design = r.Design.CASE_SERIES,
    directness: str = "direct",
) -> r.Study:
    """A study with the least that one has to say."""
    return r.Study.model_validate(
        {
            "title": "A study",
            "reports": ("alpha2020",),
            "design": design,
            "directness": directness,
            "population": "Persons.",
            "summary": "What was seen.",
            "groups": tuple(groups),
            "persons": tuple(persons),
            "overlaps": tuple(
                r.Overlap.model_validate({"study": other, "status": status, "note": "As they say."})
                for other, status in (overlaps or {}).items()
            ),
        }
    )


def exposure(treatment: str, n: int | None = None) -> r.Exposure:
    """Somebody had a treatment."""
    return r.Exposure(treatment=treatment, n=n, where="abstract")


def result(
    outcome: str,
    statistic: r.Statistic,
    value: r.Number | r.Missing | r.Change | str,
    *,
    months: r.Number | None = None,
    after: str = "first-dose",
    unit: str | None = None,
    n: int | None = None,
    of: int | None = None,
    treatment: str | None = None,
) -> r.Result:
    """A result with the least that one has to say."""
    time = r.Missing.NOT_REPORTED if months is None else r.Time(months=months, after=after)
    return r.Result(
        outcome=outcome,
        statistic=statistic,
        value=value,
        time=time,
        unit=unit,
        n=n,
        of=of,
        treatment=treatment,
        where="abstract",
    )
