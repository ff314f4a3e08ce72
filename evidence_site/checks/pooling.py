"""Pooled estimates: what is asked to be pooled can be."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import measures, records as r
from evidence_site.checks.shared import warning
from evidence_site.problems import Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Review
from evidence_site.synthesis import FEWEST_TO_POOL, SEVERAL, Analysis, analyses, missing_packages


def syntheses(review: Review) -> Iterator[Problem]:
    """What is asked to be pooled can be: against another treatment, once, from two studies or more."""
    for treatment in review.treatments.values():
        loaded, asked = treatment.loaded, treatment.record.syntheses
        for position, record in enumerate(asked):
            path: r.Path = ("syntheses", position)
            if record.against == treatment.id:
                message = "A treatment cannot be compared with itself."
                hint = "Name the comparator under against, such as the natural course."
                yield Problem(loaded.place((*path, "against")), "synthesis-against-itself", message, hint)
            if record.estimator and record.model == "common_effect":
                message = "A common-effect model knows no variance between studies."
                hint = "Leave estimator out, or write model: random_effects."
                yield Problem(loaded.place((*path, "estimator")), "synthesis-estimator", message, hint)
            if record.interval != "wald" and record.model == "common_effect":
                message = f"The interval {record.interval} belongs to random effects."
                hint = "Leave interval out, or write model: random_effects."
                yield Problem(loaded.place((*path, "interval")), "synthesis-interval", message, hint)
        missing = missing_packages() if asked else ()
        if missing:
            message = f"Pooling needs what is not installed here: {', '.join(missing)}."
            hint = "Install it: python -m pip install -r requirements/pooling.txt, in the generator's folder."
            yield Problem(loaded.place(("syntheses",)), "missing-package", message, hint)
        for analysis in analyses(review, treatment):
            yield from _pooled_studies(loaded, analysis)


def _pooled_studies(loaded: Loaded[r.Treatment], analysis: Analysis) -> Iterator[Problem]:
    place = loaded.place(analysis.path)
    if len(analysis.entered) < FEWEST_TO_POOL:
        number = measures.counted(len(analysis.entered), "study gives", "studies give")
        yield warning(
            place,
            "synthesis-too-few",
            f"Nothing is pooled here: {number} persons with the event in both groups.",
            f"Record results with statistic: persons_with_event for {analysis.outcome.id}, or leave this out.",
        )
    for study, reason in analysis.left_out:
        if reason == SEVERAL:
            yield warning(
                place,
                "synthesis-left-out",
                f"{study.id} is not pooled: {reason}.",
                "Keep one result a group for this outcome, or say in the study's doubts why it cannot be pooled.",
            )
