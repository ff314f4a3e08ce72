"""Pages that are mostly one chart: the evidence map, the case lanes, and the flow of the search where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from evidence_site import addresses
from evidence_site.charts import LAYOUT
from evidence_site.charts.evidence_map import evidence_map
from evidence_site.charts.flow import flow
from evidence_site.charts.lanes import case_lanes, studies_with_persons
from evidence_site.page import Outline, Spec
from evidence_site.pages.parts import Part, parts
from evidence_site.pages.site import Site, outcome_anchor
from evidence_site.review import StudyNode


def specs(site: Site) -> Iterator[Spec | Outline]:
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
            context={"map": evidence_map(review, site.findings, outcome_anchor), "layout": LAYOUT},
        )
    yield from _lanes(site)
    search = flow(review.record.prisma)
    if search:
        yield Spec(
            addresses.SEARCH_FLOW,
            "search_flow",
            "Flow of the search",
            "How many records were found, screened, left out and included, after PRISMA 2020.",
            ("evidence/review.yaml", *studies),
            context={"flow": search, "recorded": site.review_counts()},
        )


STUDIES_WITHOUT_PARTS = 80
STUDIES_IN_A_CHART = 60


def _lanes(site: Site) -> Iterator[Spec | Outline]:
    """Persons along time: one page, or one for each part of the studies if they are too many for a chart."""
    studies = studies_with_persons(site.review)
    if not studies:
        return
    cut = parts(addresses.CASE_LANES, studies, whole=STUDIES_WITHOUT_PARTS, most=STUDIES_IN_A_CHART)
    title = "Persons along time"
    yield Spec(
        addresses.CASE_LANES,
        "case_lanes_parts" if cut else "case_lanes",
        title,
        "Each person described singly on a line of its own: its beginning, what was given, what came of it.",
        tuple(sorted(node.loaded.document.file for node in site.review.studies.values())),
        hide=("navigation", "toc"),
        context={"parts": cut, "total": len(studies)} if cut else _drawn(site, title),
    )
    for part in cut:
        name = f"{title}: {part.name}"
        inputs = site.inputs.part(part, part.rows) if site.inputs else ""
        yield Outline(part.address, name, inputs, partial(_part, site, name, part))


def _part(site: Site, title: str, part: Part[StudyNode]) -> Spec:
    return Spec(
        part.address,
        "case_lanes",
        title,
        f"Persons described singly, each on a line of its own, from some of the studies: {part.name}.",
        tuple(sorted(node.loaded.document.file for node in part.rows)),
        hide=("navigation", "toc"),
        searchable=False,
        context=_drawn(site, title, part),
    )


def _drawn(site: Site, title: str, part: Part[StudyNode] | None = None) -> dict[str, Any]:
    lanes = case_lanes(site.review, site.study_name, part.rows if part else None)
    return {"title": title, "part": part, "lanes": lanes, "layout": LAYOUT}
