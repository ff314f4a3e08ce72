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
        loaded = treatment.loaded
        yield from _asked_twice(loaded)
        for position, asked in enumerate(treatment.record.syntheses):
            yield from _comparator(loaded, ("syntheses", position), asked)
            yield from _model(loaded, ("syntheses", position), asked)
        yield from _installed(loaded)
        for analysis in analyses(review, treatment):
            yield from _pooled_studies(loaded, analysis)


def _asked_twice(loaded: Loaded[r.Treatment]) -> Iterator[Problem]:
    asked = [(one.outcome, one.against, one.measure) for one in loaded.record.syntheses]
    for position, (outcome, against, measure) in enumerate(asked):
        if asked[position] in asked[:position]:
            message = f"{outcome} is pooled against {against} as {measures.words(measure)} already."
            yield Problem(
                loaded.place(("syntheses", position)), "duplicate-synthesis", message, "Delete one of the two."
            )


def _comparator(loaded: Loaded[r.Treatment], path: r.Path, asked: r.Synthesis) -> Iterator[Problem]:
    if asked.against == loaded.id:
        message = "A treatment cannot be compared with itself."
        hint = "Name the comparator under against, such as the natural course."
        yield Problem(loaded.place((*path, "against")), "synthesis-against-itself", message, hint)


def _model(loaded: Loaded[r.Treatment], path: r.Path, asked: r.Synthesis) -> Iterator[Problem]:
    """What belongs to random effects only."""
    if asked.model != "common_effect":
        return
    if asked.estimator:
        message = "A common-effect model knows no variance between studies."
        hint = "Leave estimator out, or write model: random_effects."
        yield Problem(loaded.place((*path, "estimator")), "synthesis-estimator", message, hint)
    if asked.interval != "wald":
        message = f"The interval {asked.interval} belongs to random effects."
        hint = "Leave interval out, or write model: random_effects."
        yield Problem(loaded.place((*path, "interval")), "synthesis-interval", message, hint)


def _installed(loaded: Loaded[r.Treatment]) -> Iterator[Problem]:
    missing = missing_packages() if loaded.record.syntheses else ()
    if missing:
        message = f"Pooling needs what is not installed here: {', '.join(missing)}."
        hint = "Install it: python -m pip install -r requirements/pooling.txt, in the generator's folder."
        yield Problem(loaded.place(("syntheses",)), "missing-package", message, hint)


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
