"""A page for each outcome, and their index."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import addresses, measures, prose, views
from evidence_site.page import Spec
from evidence_site.pages.site import DIRECTIONS, Site, anchored


def specs(site: Site) -> Iterator[Spec]:
    """A page for each outcome, and their index."""
    nodes = list(site.review.outcomes.values())
    yield Spec(
        addresses.OUTCOMES,
        "outcomes",
        "Outcomes",
        "The outcomes of the review, how much each matters, and how certain the evidence is.",
        ("evidence/outcomes.yaml",),
        hide=("navigation", "toc"),
        context={
            "outcomes": [
                {
                    "name": node.record.name,
                    "address": addresses.outcome(node.id),
                    "importance": measures.words(node.record.importance),
                    "direction": DIRECTIONS[node.record.direction],
                    "results": len(node.observations),
                    "certainty": [views.certainty(site.review, c) for c in node.certainty],
                }
                for node in nodes
            ]
        },
    )
    for node in nodes:
        record = node.record
        yield Spec(
            addresses.outcome(node.id),
            "outcome",
            record.name,
            prose.plain(record.definition),
            ("evidence/outcomes.yaml", *sorted({o.study.loaded.document.file for o in node.observations})),
            boost=4.0,
            names=(record.name, *filter(None, [record.abbreviation]), *record.synonyms),
            citable=True,
            context={
                "node": node,
                "facts": [
                    views.Fact("Importance", measures.words(record.importance)),
                    views.Fact("Better is", DIRECTIONS[record.direction]),
                    views.Fact("Units", ", ".join(record.units) or "none"),
                    *([views.Fact("Short form", record.abbreviation)] if record.abbreviation else []),
                    *([views.Fact("Also called", ", ".join(record.synonyms))] if record.synonyms else []),
                ],
                "results": [anchored(result) for result in views.outcome_results(site.review, node)],
            },
        )
