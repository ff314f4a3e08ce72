"""A review of another topic, from nothing: a folder that builds and passes every check at once.

Texts that hold for any review come from ``starter/``; the records are made from their types, the settings of the site
from those that come with the templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from evidence_site import editor_help, records as r, schemas, writing
from evidence_site.scaffolds import TO_DO, scaffold, value_text

STARTER = Path(__file__).resolve().parent / "starter"

_ADVERSE_EVENTS = {
    "id": "adverse-events",
    "name": "Adverse events",
    "synonyms": ["side effects", "harms", "safety"],
    "definition": (
        "Harm during or after a treatment, whether or not the source puts it down to the treatment. Rated critical "
        "because every benefit has to be weighed against it."
    ),
    "direction": "lower_is_better",
    "importance": "critical",
}
"""The outcome that every review needs, whatever it is about."""


def refusal(folder: Path) -> str:
    """Why a review cannot be begun in a folder; empty if it can: there is nothing in it, or only ``.git``."""
    if not folder.exists() and not folder.is_symlink():
        return ""
    if not folder.is_dir():
        return "it is not a folder"
    others = sorted(path.name for path in folder.iterdir() if path.name != ".git")
    return f"it is not empty ({', '.join(others[:3])}{' …' if others[3:] else ''})" if others else ""


def begin(folder: Path, settings: Path, title: str, condition: str) -> list[str]:
    """Write a new review into an empty folder; ``settings`` is the mkdocs.yml to start from. Returns the files."""
    files = dict(_files(settings, title, condition))
    for name, text in sorted(files.items()):
        writing.create(folder / name, text.encode())
    return sorted(files)


def _files(settings: Path, title: str, condition: str) -> Iterator[tuple[str, str]]:
    for path in STARTER.rglob("*"):
        if path.is_file():
            text = Template(path.read_text("utf-8")).safe_substitute(title=_markdown(title))
            yield path.relative_to(STARTER).as_posix(), text
    records = {
        "evidence/review.yaml": scaffold(r.Review, _review(title, condition)),
        "evidence/outcomes.yaml": scaffold(r.Outcome, _ADVERSE_EVENTS, item=True),
    }
    for file, text in records.items():
        yield file, f"{editor_help.line_for(schemas.kind_of(file))}\n{text}"
    yield from editor_help.files(None).items()
    yield "mkdocs.yml", _settings(settings.read_text("utf-8"), title)


def _review(title: str, condition: str) -> dict[str, Any]:
    names = ("population", "interventions", "comparators", "outcomes")
    return {
        "title": title,
        "short_title": title,
        "summary": f"{TO_DO} what is known, and how surely, in a few sentences with their citations.",
        "condition": {"name": condition or title, "definition": f"{TO_DO} what the condition is."},
        "question": {"text": f"{TO_DO} the question.", **{name: f"{TO_DO} {name}." for name in names}},
        "status": "draft",
        "searched_to": "not_reported",
        "search_note": f"{TO_DO} how sources were found.",
        "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        "disclaimer": (
            "This review is information, not medical advice, and it does not replace the judgement of a clinician who "
            "knows the person concerned."
        ),
        "anchors": [
            {
                "id": "first-dose",
                "name": "first dose",
                "definition": "The start of the treatment to which the result belongs.",
                "starts_treatment": True,
            }
        ],
    }


def _settings(text: str, title: str) -> str:
    text = re.sub(
        r"\A(?:#.*\n)+", "# Settings of the site. Pages and navigation are made from evidence/ and docs/.\n", text
    )
    return re.sub(r"^site_name:.*$", lambda _: f"site_name: {value_text(title)}", text, count=1, flags=re.MULTILINE)


def _markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#&|])", r"\\\1", " ".join(text.split()))
