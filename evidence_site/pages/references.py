"""A page for each reference, and their list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from evidence_site import addresses, views
from evidence_site.letters import fold
from evidence_site.metadata import publication
from evidence_site.page import CitedPlace, Outline, Spec
from evidence_site.pages.parts import Part, parts
from evidence_site.pages.site import Site
from evidence_site.review import SourceNode


def specs(site: Site) -> Iterator[Spec | Outline]:
    """A page for each reference, and their list."""
    listed = site.by_author
    letters = parts(addresses.REFERENCES_BY_AUTHOR, listed, lambda source: _letter(site.printed(source)))
    yield Spec(
        addresses.REFERENCES,
        "references",
        "References",
        "All sources of the review with how far each was read.",
        ("evidence/references.bib",),
        hide=("navigation", "toc"),
        searchable=False,
        tail="references_tail",
        tail_context=lambda cited: {"parts": letters, "references": [] if letters else _rows(site, listed, cited)},
        context={"counts": site.source_counts()},
    )
    for letter in letters:
        yield Outline(
            letter.address,
            _part_title(letter),
            site.inputs.references(letter) if site.inputs else "",
            partial(_part, site, letter),
            cites=tuple(source.key for source in letter.rows),
        )
    for node in site.review.sources.values():
        yield Outline(
            addresses.reference(node.key),
            f"{site.labels[node.key]}: {node.reference.title.text}",
            site.inputs.source(node) if site.inputs else "",
            partial(_page, site, node.key),
            cites=(node.key,),
        )


def _page(site: Site, key: str) -> Spec:
    ref = site.references[key]
    record = ref.node.record
    return Spec(
        ref.address,
        "reference",
        f"{ref.short}: {ref.node.reference.title.text}",
        ref.listed.text,
        (ref.node.loaded.document.file, "evidence/references.bib"),
        boost=0.5,
        hide=("navigation",),
        reference=ref.node.reference,
        schema=publication(ref.node.reference, ref.flag),
        tail="reference_tail",
        tail_context=partial(_tail, site, ref),
        context={
            "ref": ref,
            "facts": views.facts(
                [
                    views.Fact("Design", ref.design),
                    views.Fact("Read", ref.read),
                    views.Fact("Standing", ref.standing),
                    *([views.Fact("Who was studied", record.participants)] if record.participants else []),
                ]
            ),
            "read_at": [views.page_read(page, ref.node.reference) for page in record.read_at],
            "fields_from": [views.page_read(page, ref.node.reference) for page in record.fields_from],
        },
    )


def _part_title(part: Part[SourceNode]) -> str:
    return f"References by first author: {part.name}"


def _part(site: Site, part: Part[SourceNode]) -> Spec:
    title = _part_title(part)
    return Spec(
        part.address,
        "references_part",
        title,
        f"Sources of the review by first author, {part.name}, with how far each was read.",
        ("evidence/references.bib",),
        hide=("navigation", "toc"),
        searchable=False,
        tail="references_part_tail",
        tail_context=lambda cited: {"title": title, "part": part, "references": _rows(site, part.rows, cited)},
        context={"title": title, "part": part},
    )


def _letter(printed: str) -> str:
    first = fold(printed[:1]).upper()[:1]
    return first if first.isalpha() else "Other"


def _rows(
    site: Site, sources: Iterable[SourceNode], cited: Mapping[str, Sequence[CitedPlace]]
) -> list[dict[str, views.ReferenceView | int | None]]:
    return [
        {
            "ref": site.references[source.key],
            "number": source.record.listed.number if source.record.listed else None,
            "cited": len({place.address for place in cited.get(source.key, ())}),
        }
        for source in sources
    ]


def _tail(site: Site, ref: views.ReferenceView, cited: Mapping[str, Sequence[CitedPlace]]) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {}
    for place in cited.get(ref.key, ()):
        group = groups.setdefault(place.address, {"address": place.address, "title": place.title, "places": []})
        group["places"].append(place)
    base = f"{addresses.REFERENCES}{addresses.reference_slug(ref.key)}"
    return {
        "studies": [site.study_link(study) for study in ref.node.studies],
        "cited_in": list(groups.values()),
        "exports": [(label, f"{base}.{suffix}") for label, suffix in _EXPORTS],
    }


_EXPORTS = (("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "json"))
