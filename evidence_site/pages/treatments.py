"""A page for each treatment class, and their index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from evidence_site import addresses, prose, records as r, views
from evidence_site.charts import LAYOUT, change, forest
from evidence_site.page import Outline, Spec
from evidence_site.pages import risk_of_bias
from evidence_site.pages.inputs import Inputs
from evidence_site.pages.parts import WITHIN, Part, parts
from evidence_site.pages.site import Site, anchored, treatment_anchor
from evidence_site.participants import participants
from evidence_site.review import StudyNode, TreatmentNode

RESULTS_WITHIN = 20
"""Up to so many groups and persons with results for an outcome have their table on the treatment's page."""
BESIDE_A_CHART = 5
"""Up to so many if a chart with its numbers stands there, too."""


def specs(site: Site) -> Iterator[Spec | Outline]:
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
    charted = {id_: change.Results(site.review, site.review.outcomes[id_]) for id_ in change.chartable(site.review)}
    for node in nodes:
        chosen = {id_: choice for id_, results in charted.items() if (choice := results.under(node))}
        inputs = _inputs(site.inputs, node, chosen) if site.inputs else ""
        lists = parts(addresses.studies_of(node.id), node.studies, whole=WITHIN)
        yield Outline(addresses.treatment(node.id), node.record.name, inputs, partial(_page, site, node, lists, chosen))
        for part in lists:
            of = site.inputs.part(part, part.rows) if site.inputs else ""
            yield Outline(part.address, _part_title(node, part), of, partial(_studies, site, node, part))


def _inputs(inputs: Inputs, node: TreatmentNode, chosen: Mapping[str, change.Choice]) -> str:
    """The digest of a treatment's page: of the treatment, its studies, and what its charts show and count of others."""
    shown = [observation for choice in chosen.values() for observation in choice.observations]
    told = [
        repr((id_, choice.left_out, [(o.study.id, o.path) for o in choice.observations]))
        for id_, choice in chosen.items()
    ]
    return inputs.treatment(node, (observation.study for observation in shown), *told)


def _page(
    site: Site, node: TreatmentNode, lists: Sequence[Part[StudyNode]], chosen: Mapping[str, change.Choice]
) -> Spec:
    results = views.treatment_results(site.review, node)
    drawn = {addresses.outcome(id_): choice.drawn(site.study_name) for id_, choice in chosen.items()}
    plots = _forests(site, node)
    appraised = [study for study in node.studies if risk_of_bias.is_appraised(study)]
    files = [node.loaded.document.file]
    files += sorted(study.loaded.document.file for study in node.studies)
    return Spec(
        addresses.treatment(node.id),
        "treatment",
        node.record.name,
        prose.plain(node.record.bottom_line),
        tuple(files),
        boost=4.0,
        names=r.names(node.record),
        citable=True,
        context={
            "node": node,
            "counts": site.treatment_counts(node),
            "results": [
                {
                    **anchored(result),
                    "chart": drawn.get(result.address),
                    "forests": plots.get(result.address, ()),
                    "elsewhere": f"{result.address}#{treatment_anchor(node.id)}",
                    "compared_within": len(result.comparisons) <= RESULTS_WITHIN,
                    "within": _stay(result, drawn.get(result.address)),
                }
                for result in results
            ],
            "layout": LAYOUT,
            "participants": participants(site.review, node),
            "cautions": [
                (caution, node.record.cautions.get(caution.id, r.Missing.NOT_REPORTED))
                for caution in site.review.cautions.values()
            ],
            "parts": lists,
            "studies": [] if lists else [site.study_row(study, node.id) for study in node.studies],
            "bias_tables": risk_of_bias.tables(site, appraised) if len(appraised) <= WITHIN else [],
            "appraised": len(appraised),
            "unassessed": risk_of_bias.unassessed(site, node.studies),
        },
    )


def _part_title(node: TreatmentNode, part: Part[StudyNode]) -> str:
    return ", ".join(filter(None, (f"{node.record.name}: studies", part.name)))


def _studies(site: Site, node: TreatmentNode, part: Part[StudyNode]) -> Spec:
    title = _part_title(node, part)
    return Spec(
        part.address,
        "treatment_studies",
        title,
        f"Studies in which somebody had this treatment, and how they were judged: {title}.",
        tuple(study.loaded.document.file for study in part.rows),
        hide=("navigation", "toc"),
        searchable=False,
        context={
            "title": title,
            "part": part,
            "treatment": {"name": node.record.name, "address": addresses.treatment(node.id)},
            "studies": [site.study_row(study, node.id) for study in part.rows],
            "bias_tables": risk_of_bias.tables(site, part.rows),
            "unassessed": risk_of_bias.unassessed(site, part.rows),
        },
    )


def _stay(result: views.OutcomeResults, chart: change.Chart | None) -> bool:
    """Whether the results of an outcome have a table on the treatment's page; all of them are on the outcome's."""
    return len(result.direct) <= (BESIDE_A_CHART if chart and chart.marks else RESULTS_WITHIN)


def _forests(site: Site, node: TreatmentNode) -> dict[str, list[dict[str, Any]]]:
    """The forest plots of a treatment with the reason for pooling, by the address of the outcome."""
    found: dict[str, list[dict[str, Any]]] = {}
    for analysis in site.syntheses[node.id]:
        characteristic = site.review.characteristics.get(analysis.record.order_by or "")
        plot = forest.forest(analysis, site.study_name, characteristic)
        entry = {"plot": plot, "rationale": analysis.record.rationale}
        found.setdefault(addresses.outcome(analysis.outcome.id), []).append(entry)
    return found
