"""A page for each treatment class, and their index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence_site import addresses, prose, records as r, views
from evidence_site.charts import LAYOUT, change, forest
from evidence_site.page import Spec
from evidence_site.pages import risk_of_bias
from evidence_site.pages.site import Site, anchored
from evidence_site.participants import participants
from evidence_site.review import TreatmentNode


def specs(site: Site) -> Iterator[Spec]:
    """A page for each treatment class, and their index."""
    nodes = site.review.treatments.values()
    yield Spec(
        addresses.TREATMENTS,
        "treatments",
        "Treatments",
        "Classes of treatment with their findings, cautions and certainty.",
        tuple(node.loaded.document.file for node in nodes),
        boost=1.2,
        context={
            "natural_course": any(node.record.kind == "natural_course" for node in nodes),
            "treatments": [
                {
                    "name": node.record.name,
                    "address": addresses.treatment(node.id),
                    "bottom_line": prose.plain(node.record.bottom_line),
                    "counts": site.treatment_counts(node),
                }
                for node in nodes
            ],
        },
    )
    for node in nodes:
        results = views.treatment_results(site.review, node)
        drawn = {addresses.outcome(id_): _chart(site, node, id_) for id_ in change.chartable(site.review)}
        plots = _forests(site, node)
        files = [node.loaded.document.file]
        files += sorted(study.loaded.document.file for study in node.studies)
        yield Spec(
            addresses.treatment(node.id),
            "treatment",
            node.record.name,
            prose.plain(node.record.bottom_line),
            tuple(files),
            boost=4.0,
            names=_names(node.record),
            citable=True,
            context={
                "node": node,
                "counts": site.treatment_counts(node),
                "results": [
                    {
                        **anchored(result),
                        "chart": drawn.get(result.address),
                        "forests": plots.get(result.address, ()),
                    }
                    for result in results
                ],
                "layout": LAYOUT,
                "participants": participants(site.review, node),
                "cautions": [
                    (caution, node.record.cautions.get(caution.id, r.Missing.NOT_REPORTED))
                    for caution in site.review.cautions.values()
                ],
                "studies": [site.study_row(study, node.id) for study in node.studies],
                "bias_tables": risk_of_bias.tables(site, node.studies),
                "unassessed": risk_of_bias.unassessed(site, node.studies),
            },
        )


def _names(record: r.Treatment) -> tuple[str, ...]:
    agents = [name for agent in record.agents for name in (agent.name, *agent.synonyms)]
    return (record.name, *agents, *record.synonyms)


def _forests(site: Site, node: TreatmentNode) -> dict[str, list[dict[str, Any]]]:
    """The forest plots of a treatment with the reason for pooling, by the address of the outcome."""
    found: dict[str, list[dict[str, Any]]] = {}
    for analysis in site.syntheses[node.id]:
        characteristic = site.review.characteristics.get(analysis.record.order_by or "")
        plot = forest.forest(analysis, site.study_name, characteristic)
        entry = {"plot": plot, "rationale": analysis.record.rationale}
        found.setdefault(addresses.outcome(analysis.outcome.id), []).append(entry)
    return found


def _chart(site: Site, node: TreatmentNode, outcome: str) -> change.Chart | None:
    return change.chart(site.review, node, site.review.outcomes[outcome], site.study_name)
