"""The data dictionary: what every record may hold, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence_site import addresses
from evidence_site.dictionary import Field, Form, Group, chapters
from evidence_site.page import Spec, slug
from evidence_site.pages.site import Site
from evidence_site.schemas import title_of


def specs(site: Site) -> Iterator[Spec]:
    """The page. It is the same for every review."""
    del site
    told = [
        {"title": chapter.kind.name.capitalize(), "groups": [_group(g) for g in chapter.groups]}
        for chapter in chapters()
    ]
    yield Spec(
        addresses.DICTIONARY,
        "dictionary",
        "Data dictionary",
        "Every field of every record: what it says, what it takes, whether it is needed, and an example.",
        boost=0.5,
        hide=("navigation",),
        names=("Data dictionary", "Fields of records"),
        context={"chapters": told},
    )


def anchor(group: str, field: str = "") -> str:
    """Where the page tells of a group, or of a field in it."""
    return slug(f"{title_of(group)} {field.replace('_', ' ')}")


def _group(group: Group) -> dict[str, Any]:
    return {
        "title": group.title,
        "id": anchor(group.name),
        "about": _marked(group.about),
        "fields": [_field(group, field) for field in group.fields],
    }


def _field(group: Group, field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "id": anchor(group.name, field.name),
        "about": _marked(field.about),
        "is_needed": field.is_needed,
        "forms": [_form(form) for form in field.forms],
        "meanings": [(word, meaning) for form in field.forms for word, meaning in _explained(form)],
        "examples": field.examples,
        "left_out": field.left_out,
    }


def _form(form: Form) -> dict[str, Any]:
    return {
        "words": form.words,
        "group": anchor(form.group) if form.group else "",
        "choices": [word for word, _ in form.choices],
        "each": [_form(inner) for inner in form.each],
    }


def _explained(form: Form) -> list[tuple[str, str]]:
    """The words of a closed list that are explained; how to say that a value is missing is told on top of the page."""
    own = [] if form.says_missing else [(word, meaning) for word, meaning in form.choices if meaning]
    return own + [pair for inner in form.each for pair in _explained(inner)]


def _marked(text: str) -> list[tuple[str, bool]]:
    """A docstring in parts, each with whether it stands as code."""
    return [(part, bool(n % 2)) for n, part in enumerate(text.split("``")) if part]
