"""Every kind of problem that the check can find, with its cause, its cure and an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence_site import addresses, codes
from evidence_site.page import Spec
from evidence_site.pages.site import Site
from evidence_site.problems import Severity


def specs(site: Site) -> Iterator[Spec]:
    """The page. It is the same for every review."""
    del site
    chapters = [
        {"id": f"about-{id_}", "title": chapter.title, "codes": [_code(code) for code in chapter.codes]}
        for id_, chapter in codes.chapters().items()
    ]
    yield Spec(
        addresses.PROBLEMS,
        "problems",
        "Problems and what to do",
        "Every kind of problem that the check of the records finds: why it comes, what to do, and an example.",
        boost=0.5,
        contents=2,  # a list of all kinds, which the theme writes twice, would weigh half as much as the page
        hide=("navigation",),
        names=("Problems and what to do", "Error codes"),
        context={"chapters": chapters},
    )


def _code(code: codes.Code) -> dict[str, Any]:
    return {
        "code": code.code,
        "title": code.title,
        "is_warning": code.severity is Severity.WARNING,
        "cause": _marked(code.cause),
        "cure": _marked(code.cure),
        "example": code.example,
    }


def _marked(text: str) -> list[tuple[str, bool]]:
    """A text in parts, each with whether it stands as code."""
    return [(part, bool(n % 2)) for n, part in enumerate(text.split("`")) if part]
