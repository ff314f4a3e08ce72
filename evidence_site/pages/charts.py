"""Pages that are mostly one chart: the evidence map, the case lanes, and the flow of the search where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import addresses
from evidence_site.charts import LAYOUT
from evidence_site.charts.evidence_map import evidence_map
from evidence_site.charts.flow import flow
from evidence_site.charts.lanes import case_lanes
from evidence_site.page import Spec
from evidence_site.pages.site import Site, outcome_anchor


def specs(site: Site) -> Iterator[Spec]:
    """The pages with charts of the whole review."""
    review = site.review
    studies = sorted(node.loaded.document.file for node in review.studies.values())
    treatments = [node.loaded.document.file for node in review.treatments.values()]
    if treatments and review.outcomes:
        yield Spec(
            addresses.EVIDENCE_MAP,
            "evidence_map",
            "Evidence map",
            "For each treatment and outcome: how many persons have results, and how certain the evidence is.",
            (*treatments, "evidence/outcomes.yaml", *studies),
            hide=("navigation", "toc"),
            context={"map": evidence_map(review, outcome_anchor), "layout": LAYOUT},
        )
    lanes = case_lanes(review, site.study_name)
    if lanes.persons or lanes.overlapping:
        yield Spec(
            addresses.CASE_LANES,
            "case_lanes",
            "Persons along time",
            "Each person described singly on a line of its own: its beginning, what was given, what came of it.",
            tuple(studies),
            hide=("navigation", "toc"),
            context={"lanes": lanes, "layout": LAYOUT},
        )
    search = flow(review.record.prisma)
    if search:
        yield Spec(
            addresses.SEARCH_FLOW,
            "search_flow",
            "Flow of the search",
            "How many records were found, screened, left out and included, after PRISMA 2020.",
            ("evidence/review.yaml",),
            context={"flow": search},
        )
