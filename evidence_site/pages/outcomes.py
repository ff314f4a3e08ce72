"""A page for each outcome, and their index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from evidence_site import addresses, measures, prose, records as r, views
from evidence_site.page import Outline, Spec
from evidence_site.pages.parts import MOST, Part, parts
from evidence_site.pages.pooled import Pooled, pooled
from evidence_site.pages.site import DIRECTIONS, Site, anchored
from evidence_site.review import OutcomeNode


def specs(site: Site) -> Iterator[Spec | Outline]:
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
        files = {study.loaded.document.file for study in {observation.study for observation in node.observations}}
        results = [(result, _parts(node, result)) for result in views.outcome_results(site.review, node)]
        yield Spec(
            addresses.outcome(node.id),
            "outcome",
            record.name,
            prose.plain(record.definition),
            ("evidence/outcomes.yaml", *sorted(files)),
            boost=4.0,
            names=r.names(record),
            citable=True,
            context={
                "node": node,
                "facts": views.facts(
                    [
                        views.Fact("Importance", measures.words(record.importance)),
                        views.Fact("Better is", DIRECTIONS[record.direction]),
                        views.Fact("Units", ", ".join(record.units) or "none"),
                        *([views.Fact("Short form", record.abbreviation)] if record.abbreviation else []),
                        *([views.Fact("Also called", ", ".join(record.synonyms))] if record.synonyms else []),
                    ]
                ),
                "results": [{**anchored(result), "parts": cut} for result, cut in results],
                "pooled": _pooled(site, node),
            },
        )
        for result, cut in results:
            for part in cut:
                title = f"{node.record.name}, {result.name}: {part.name or 'all results'}"
                rows = repr([(row.study.id, row.arm) for row in part.rows])
                studies = dict.fromkeys(row.study for row in part.rows)
                inputs = site.inputs.part(part, studies, title, rows) if site.inputs else ""
                yield Outline(part.address, title, inputs, partial(_results, title, node, result, part))


def _parts(node: OutcomeNode, result: views.OutcomeResults) -> list[Part[views.ArmRows]]:
    """The pages of a treatment's results if the outcome has too many for one page."""
    if len(node.observations) <= MOST:
        return []
    return parts(addresses.results_of(node.id, result.id or "none"), (*result.direct, *result.other), whole=0)


def _results(title: str, node: OutcomeNode, result: views.OutcomeResults, part: Part[views.ArmRows]) -> Spec:
    direct = set(map(id, result.direct))
    return Spec(
        part.address,
        "outcome_results",
        title,
        f"Results of single studies on {node.record.name}, {result.name}: {part.name or 'all'}.",
        tuple(sorted({row.study.loaded.document.file for row in part.rows})),
        hide=("navigation", "toc"),
        searchable=False,
        context={
            "title": title,
            "part": part,
            "outcome": {
                "name": node.record.name,
                "address": f"{addresses.outcome(node.id)}#{anchored(result)['anchor']}",
            },
            "direct": [row for row in part.rows if id(row) in direct],
            "other": [row for row in part.rows if id(row) not in direct],
            "has_retracted": result.has_retracted,
        },
    )


def _pooled(site: Site, node: OutcomeNode) -> Mapping[str, Sequence[Pooled]]:
    """The pooled estimates for an outcome, by the address of the treatment."""
    of_outcome = (one for all_ in site.syntheses.values() for one in all_ if one.outcome is node)
    return pooled(of_outcome, lambda analysis: addresses.treatment(analysis.treatment.id))
