"""The home page: the question, one findings table, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence_site import addresses, measures, prose, records as r, sentences, views
from evidence_site.page import Spec
from evidence_site.pages.heads import described_condition
from evidence_site.pages.site import Site, outcome_anchor
from evidence_site.review import TreatmentNode


def specs(site: Site) -> Iterator[Spec]:
    """The home page."""
    review = site.review
    yield Spec(
        addresses.HOME,
        "home",
        review.record.title,
        prose.plain(review.record.summary),
        site.all_files,
        boost=2.0,
        names=r.names(review.record.condition),
        hide=("navigation", "toc"),
        schema=described_condition(review.record),
        context={
            "figures": _figures(site),
            "treatments": [_home_row(site, node) for node in review.treatments.values()],
            "several": any(len(arm.treatments) > 1 for study in review.counted_studies for arm in study.arms),
            "has_ranges": any(column.kind == "percent_change" for column in review.record.findings_table),
            "times": _times(review.record),
            "cards": _cards(site),
        },
    )


def _times(record: r.Review) -> str:
    """What the times of the columns stand for: ``12 months stand for 9 to 15``; empty if no column has one."""
    asked = dict.fromkeys(column.months for column in record.findings_table if column.months)
    told = (f"{measures.months(m)}{'' if n else ' stand'} for {measures.near(m)}" for n, m in enumerate(asked))
    return ", ".join(told)


def _figures(site: Site) -> list[views.Fact]:
    review = site.review
    searched = review.record.searched_to
    changed = max(site.changes.values(), default=None)
    return [
        views.Fact("Persons, each counted once", f"{review.persons:,}"),
        views.Fact("Studies of these persons", f"{len(review.counted_studies):,}"),
        views.Fact("Reports of these studies", f"{review.reports:,}"),
        views.Fact("Sources", f"{len(review.sources):,}"),
        views.Fact(
            "Searched to",
            "not recorded" if isinstance(searched, r.Missing) else views.day(searched),
        ),
        views.Fact("Last changed", views.day(changed.day) if changed else "not known"),
    ]


def _home_row(site: Site, node: TreatmentNode) -> dict[str, Any]:
    return {
        "name": node.record.name,
        "address": addresses.treatment(node.id),
        "persons": f"{node.persons:,}",
        "studies": f"{measures.counted(len(node.counted_studies), 'study', 'studies')}, "
        f"{measures.counted(node.reports, 'report', 'reports')}",
        "cells": [site.findings[node.id].cell(column) for column in site.review.record.findings_table],
        "cautions": [
            {
                "name": caution.name,
                "anchor": f"caution-{caution.id}",
                "known": not isinstance(node.record.cautions.get(caution.id), r.Missing | None),
            }
            for caution in site.review.cautions.values()
        ],
        "certainty": _levels(site, node),
    }


def _levels(site: Site, node: TreatmentNode) -> list[dict[str, Any]]:
    """The ratings of a treatment by level, the most certain first; outcomes are named where they tell levels apart."""
    ratings = [views.certainty(site.review, c) for c in node.certainty if c.record.outcome in site.review.outcomes]
    if len(ratings) > FEW and len({rating.node.level for rating in ratings}) == 1:
        return [
            {"rating": ratings[0], "outcomes": [{"name": f"all {len(ratings)} outcomes rated", "anchor": "findings"}]}
        ]
    levels = []
    for level in views.CERTAINTY_SYMBOLS:
        chosen = [rating for rating in ratings if rating.node.level is level]
        if chosen:
            outcomes = [
                {"name": measures.in_sentence(rating.outcome), "anchor": outcome_anchor(rating.node.record.outcome)}
                for rating in chosen
            ]
            levels.append({"rating": chosen[0], "outcomes": outcomes})
    return levels


FEW = 2
"""Up to so many outcomes that are rated alike are named."""


def _cards(site: Site) -> list[dict[str, str]]:
    def card(record: r.Case | r.Topic, address: str) -> dict[str, str]:
        # The page itself begins with the whole summary.
        return {"title": record.title, "address": address, "text": sentences.first(prose.plain(record.summary))}

    review = site.review
    cards = [card(case.record, addresses.case(case.id)) for case in review.cases.values()]
    cards += [card(topic.record, addresses.topic(topic.id)) for topic in review.topics.values()]
    text = "Search and filter all studies, results and references, and share or download what you find."
    cards.append({"title": "Explore", "address": addresses.EXPLORE, "text": text})
    cards.append({"title": "Studies", "address": addresses.STUDIES, "text": site.review_counts()})
    cards.append({"title": "References", "address": addresses.REFERENCES, "text": site.source_counts()})
    return cards
