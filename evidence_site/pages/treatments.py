"""Two pages for each treatment class, what was found and the evidence behind it, and their index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from evidence_site import addresses, measures, prose, records as r, views
from evidence_site.charts import LAYOUT, change, forest
from evidence_site.page import Outline, Spec
from evidence_site.pages import risk_of_bias
from evidence_site.pages.inputs import Inputs
from evidence_site.pages.parts import WITHIN, Part, parts
from evidence_site.pages.pooled import Pooled, pooled
from evidence_site.pages.site import Site, anchored, treatment_anchor
from evidence_site.participants import participants
from evidence_site.review import StudyNode, TreatmentNode

RESULTS_WITHIN = 20
"""Up to so many groups and persons with results for an outcome have their table with a treatment's evidence."""
BESIDE_A_CHART = 5
"""Up to so many if a chart with its numbers stands there, too."""


def specs(site: Site) -> Iterator[Spec | Outline]:
    """The index of treatment classes, and the pages of each."""
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
        told = _Told(site, node, charted)
        inputs = _inputs(site.inputs, node, told.chosen, _compared_with(site, node)) if site.inputs else ""
        lists = parts(addresses.studies_of(node.id), node.studies, whole=WITHIN)
        yield Outline(addresses.treatment(node.id), node.record.name, inputs, partial(_page, site, told, lists))
        yield Outline(addresses.evidence_of(node.id), _evidence_title(node), inputs, partial(_evidence, site, told))
        for part in lists:
            of = site.inputs.part(part, part.rows) if site.inputs else ""
            yield Outline(part.address, _part_title(node, part), of, partial(_studies, site, node, part))


class _Told:
    """What both pages of a treatment tell of, the one in short and the other in full: worked out once."""

    def __init__(self, site: Site, node: TreatmentNode, charted: Mapping[str, change.Results]) -> None:
        """Choose what the charts show: ``charted`` holds the outcomes that have one."""
        self._site = site
        self.node = node
        self.chosen = {id_: choice for id_, results in charted.items() if (choice := results.under(node))}

    @cached_property
    def results(self) -> Sequence[views.OutcomeResults]:
        """For each outcome what is known of it."""
        return views.treatment_results(self._site.review, self.node)

    @cached_property
    def charts(self) -> Mapping[str, change.Chart]:
        """The charts by the address of the outcome."""
        found = ((id_, choice.drawn(self._site.study_name)) for id_, choice in self.chosen.items())
        return {addresses.outcome(id_): chart for id_, chart in found}

    @property
    def files(self) -> tuple[str, ...]:
        """The records behind the pages, that of the treatment first."""
        studies = sorted(study.loaded.document.file for study in self.node.studies)
        return (self.node.loaded.document.file, *studies)


def _inputs(
    inputs: Inputs, node: TreatmentNode, chosen: Mapping[str, change.Choice], compared: Iterable[TreatmentNode]
) -> str:
    """The digest of a treatment's pages: of itself, its studies, and what its charts and estimates show of others."""
    shown = [observation for choice in chosen.values() for observation in choice.observations]
    told = [
        repr((id_, choice.left_out, [(o.study.id, o.path) for o in choice.observations]))
        for id_, choice in chosen.items()
    ]
    told += [repr((other.id, other.record.name, other.record.syntheses)) for other in compared]
    return inputs.treatment(node, (observation.study for observation in shown), *told)


def _against_it(site: Site, node: TreatmentNode) -> dict[str, list[Pooled]]:
    """The pooled estimates of which this treatment is the comparator, by the address of their outcome.

    They are asked for in the record of the other treatment, and say as much of this one.
    """
    found: dict[str, list[Pooled]] = {}
    for other in _compared_with(site, node):
        lines = pooled(site.syntheses[other.id], lambda a: (a.against.id, addresses.outcome(a.outcome.id)))
        for (against, address), estimates in lines.items():
            if against == node.id:
                found.setdefault(address, []).extend(estimates)
    return found


def _compared_with(site: Site, node: TreatmentNode) -> list[TreatmentNode]:
    others = site.review.treatments.values()
    return [other for other in others if any(asked.against == node.id for asked in other.record.syntheses)]


def _page(site: Site, told: _Told, lists: Sequence[Part[StudyNode]]) -> Spec:
    node = told.node
    estimates = pooled(site.syntheses[node.id], lambda analysis: addresses.outcome(analysis.outcome.id))
    against_it = _against_it(site, node)
    drawn = {address for address, chart in told.charts.items() if chart.marks}
    appraised = [study for study in node.studies if risk_of_bias.is_appraised(study)]
    return Spec(
        addresses.treatment(node.id),
        "treatment",
        node.record.name,
        prose.plain(node.record.bottom_line),
        told.files,
        boost=4.0,
        names=r.names(node.record),
        citable=True,
        context={
            "node": node,
            "counts": site.treatment_counts(node),
            "evidence": addresses.evidence_of(node.id),
            "results": [
                {
                    **anchored(result),
                    "reasons": _reasons_anchor(result),
                    "counted": site.findings[node.id].persons_with_results(result.id),
                    "importance": measures.words(site.review.outcomes[result.id].record.importance),
                    "pooled": estimates.get(result.address, ()),
                    "against_it": against_it.get(result.address, ()),
                    "drawn": result.address in drawn,
                }
                for result in told.results
            ],
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


def _evidence_title(node: TreatmentNode) -> str:
    return f"{node.record.name}: the evidence"


def _evidence(site: Site, told: _Told) -> Spec:
    node = told.node
    plots = _forests(site, node)
    return Spec(
        addresses.evidence_of(node.id),
        "treatment_evidence",
        _evidence_title(node),
        f"Results of each study, who was studied, and what the sources say: {node.record.name}.",
        told.files,
        boost=1.5,
        hide=("navigation",),
        context={
            "node": node,
            "title": _evidence_title(node),
            "treatment": {"name": node.record.name, "address": addresses.treatment(node.id)},
            "results": [
                {
                    **anchored(result),
                    "reasons": _reasons_anchor(result),
                    "chart": told.charts.get(result.address),
                    "forests": plots.get(result.address, ()),
                    "elsewhere": f"{result.address}#{treatment_anchor(node.id)}",
                    "compared_within": len(result.comparisons) <= RESULTS_WITHIN,
                    "within": _stay(result, told.charts.get(result.address)),
                }
                for result in told.results
            ],
            "layout": LAYOUT,
            "participants": participants(site.review, node),
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


def _reasons_anchor(result: views.OutcomeResults) -> str:
    """Where the evidence of a treatment tells how the certainty of an outcome was rated."""
    return f"certainty-{result.id}"


def _stay(result: views.OutcomeResults, chart: change.Chart | None) -> bool:
    """Whether the results of an outcome have a table with the treatment's evidence; the outcome's page has all."""
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
