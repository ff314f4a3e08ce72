"""A page for each case told in full, and their index."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import addresses, measures, prose, records as r
from evidence_site.charts import LAYOUT
from evidence_site.charts.timeline import timeline as draw
from evidence_site.page import Spec, slug
from evidence_site.pages.site import Site

_CARE = (
    ("patient_information", "Patient information"),
    ("clinical_findings", "Clinical findings"),
    ("diagnostic_assessment", "Diagnostic assessment"),
    ("therapeutic_intervention", "Therapeutic intervention"),
    ("follow_up_and_outcomes", "Follow-up and outcomes"),
    ("discussion", "Discussion"),
    ("patient_perspective", "Patient perspective"),
    ("informed_consent", "Informed consent"),
)
"""The parts of a case report in the order of the CARE checklist; the timeline follows the clinical findings."""


def specs(site: Site) -> Iterator[Spec]:
    """A page for each case told in full, and their index, if there are any."""
    cases = list(site.review.cases.values())
    if not cases:
        return
    yield Spec(
        addresses.CASES,
        "cases",
        "Cases",
        "Persons told in full.",
        tuple(case.document.file for case in cases),
        context={
            "cases": [
                {
                    "title": case.record.title,
                    "address": addresses.case(case.id),
                    "summary": prose.plain(case.record.summary),
                }
                for case in cases
            ]
        },
    )
    for case in cases:
        record = case.record
        study = site.review.studies.get(record.study)
        timeline = record.timeline
        yield Spec(
            addresses.case(case.id),
            "case",
            record.title,
            prose.plain(record.summary),
            (case.document.file,),
            boost=4.0,
            names=(record.title,),
            citable=True,
            context={
                "record": record,
                "study": {
                    **(site.study_link(study) if study else {"name": record.study, "address": addresses.STUDIES}),
                    "reports": [ref.key for ref in study.references] if study else [],
                },
                "parts": [(slug(title), title, getattr(record, field)) for field, title in _CARE],
                "drawn": None if isinstance(timeline, r.Missing) else draw(site.review, timeline),
                "layout": LAYOUT,
                "timeline": timeline
                if isinstance(timeline, r.Missing)
                else [(measures.time(event.time, site.review.anchors), event.kind, event.what) for event in timeline],
            },
        )
