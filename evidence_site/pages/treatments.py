"""A page for each treatment class, and their index."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import addresses, prose, records as r, views
from evidence_site.page import Spec
from evidence_site.pages.site import Site, anchored


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
            "treatments": [
                {
                    "name": node.record.name,
                    "address": addresses.treatment(node.id),
                    "bottom_line": prose.plain(node.record.bottom_line),
                    "counts": site.treatment_counts(node),
                }
                for node in nodes
            ]
        },
    )
    for node in nodes:
        results = views.treatment_results(site.review, node)
        files = [node.loaded.document.file]
        files += sorted(study.loaded.document.file for study in node.studies)
        yield Spec(
            addresses.treatment(node.id),
            "treatment",
            node.record.name,
            prose.plain(node.record.bottom_line),
            tuple(files),
            boost=4.0,
            context={
                "node": node,
                "counts": site.treatment_counts(node),
                "results": [anchored(result) for result in results],
                "cautions": [
                    (caution, node.record.cautions.get(caution.id, r.Missing.NOT_REPORTED))
                    for caution in site.review.cautions.values()
                ],
                "studies": [site.study_row(study, node.id) for study in node.studies],
            },
        )
