"""The glossary: the review's own words, and the words that every evidence review uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from evidence_site import addresses, glossary, records as r
from evidence_site.instruments import instruments
from evidence_site.page import Spec, slug
from evidence_site.pages.site import Site


def specs(site: Site) -> Iterator[Spec]:
    """The page."""
    record = site.review.record
    groups = [
        _group("Abbreviations", site.long_forms.items()),
        _group("Moments from which times are counted", ((a.name, a.definition or "") for a in record.anchors)),
        _group("What is recorded of persons", ((c.name, _meaning(c)) for c in record.characteristics)),
        *(_group(g.group, ((term.name, term.definition) for term in g.terms)) for g in glossary.groups()),
        _group("Tools for judging risk of bias", ((tool.name, tool.about) for tool in instruments().values())),
    ]
    yield Spec(
        addresses.GLOSSARY,
        "glossary",
        "Glossary",
        "Abbreviations and terms of the review in plain words: moments, characteristics, certainty, study designs.",
        ("evidence/review.yaml", "evidence/outcomes.yaml"),
        boost=1.5,
        hide=("navigation",),
        context={"groups": [group for group in groups if group["terms"]]},
    )


def _group(title: str, terms: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A part of the page; an abbreviation is found under ``abbreviations-bmd``."""
    return {
        "title": title,
        "id": slug(title),
        "terms": [
            {"id": f"{slug(title)}-{slug(name)}", "name": name[:1].upper() + name[1:], "definition": definition}
            for name, definition in terms
            if definition
        ],
    }


_KINDS = {
    r.CharacteristicKind.NUMBER: "as a number",
    r.CharacteristicKind.YES_NO: "as yes or no",
    r.CharacteristicKind.TEXT: "in words",
}


def _meaning(item: r.Characteristic) -> str:
    """What is recorded, and how: ``How much shorter she had become. Given as a number in cm.``"""
    unit = f" in {item.unit}" if item.unit else ""
    return f"{item.definition or item.name + '.'} Given {_KINDS[item.kind]}{unit}."
