"""Pooled estimates: what is asked to be pooled can be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from statistics import median

from evidence_site import measures, records as r
from evidence_site.checks.shared import said_of, warning
from evidence_site.problems import Place, Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Review
from evidence_site.synthesis import (
    CLUSTERED,
    CLUSTERED_SPREAD,
    FEWEST_TO_POOL,
    IMPOSSIBLE,
    OF_MEANS,
    ONE_GROUP,
    PUBLISHED,
    RATIOS_OF_PERSONS,
    SEVERAL,
    SEVERAL_PAIRS,
    SEVERAL_RATIOS,
    TWO_QUESTIONS,
    Analysis,
    Means,
    analyses,
    missing_packages,
)


def syntheses(review: Review) -> Iterator[Problem]:
    """What is asked to be pooled can be: against another treatment, once, from two studies or more."""
    told_once: dict[Place, Problem] = {}  # a study can be pooled in several ways, and is told of once
    for treatment in review.treatments.values():
        loaded = treatment.loaded
        yield from _asked_twice(loaded)
        for position, asked in enumerate(treatment.record.syntheses):
            yield from _comparator(loaded, ("syntheses", position), asked)
            yield from _model(loaded, ("syntheses", position), asked)
            yield from _of_means(review, loaded, ("syntheses", position), asked)
        yield from _installed(loaded)
        for analysis in review.once(analyses)[treatment.id]:
            # A study that could not be read may be one that enters.
            if not review.evidence.unreadable["studies"]:
                yield from _pooled_studies(loaded, analysis)
            once = (*_unlike_spreads(analysis), *_crossing_over(analysis))
            told_once |= {problem.place: problem for problem in once}
    yield from told_once.values()


def _asked_twice(loaded: Loaded[r.Treatment]) -> Iterator[Problem]:
    asked = [(s.outcome, s.against, s.measure, s.statistic, s.unit, s.months) for s in loaded.record.syntheses]
    for position, (outcome, against, measure, *_) in enumerate(asked):
        if asked[position] in asked[:position]:
            message = f"{outcome} is pooled against {against} as {measures.words(measure)} already."
            place = loaded.place(("syntheses", position))
            yield Problem(place, "duplicate-synthesis", message, "Delete one of the two.")


def _comparator(loaded: Loaded[r.Treatment], path: r.Path, asked: r.Synthesis) -> Iterator[Problem]:
    if asked.against == loaded.id:
        message = "A treatment cannot be compared with itself."
        hint = "Name the comparator under against, such as the natural course."
        yield Problem(loaded.place((*path, "against")), "synthesis-against-itself", message, hint)


def _model(loaded: Loaded[r.Treatment], path: r.Path, asked: r.Synthesis) -> Iterator[Problem]:
    """What belongs to one model only, or to some measures."""
    if asked.method not in (None, "inverse_variance"):
        message = ""
        if asked.measure not in RATIOS_OF_PERSONS or (asked.method == "peto" and asked.measure != "odds_ratio"):
            message = f"The method {asked.method} does not pool a {measures.words(asked.measure)}."
            hint = "Leave method out, or write measure: odds_ratio."
        elif asked.model != "common_effect":
            message = f"The method {asked.method} knows no variance between studies."
            hint = "Leave method out, or write model: common_effect."
        if message:
            yield Problem(loaded.place((*path, "method")), "synthesis-method", message, hint)
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


def _of_means(review: Review, loaded: Loaded[r.Treatment], path: r.Path, record: r.Synthesis) -> Iterator[Problem]:
    """Differences of means say of which results and in which unit; nothing else does."""
    measure = measures.words(record.measure)
    if record.measure not in OF_MEANS:
        for name in ("statistic", "unit"):
            if getattr(record, name) is not None:
                message = f"A {measure} has no {name}: that belongs to differences of means."
                hint = f"Leave {name} out, or write measure: mean_difference."
                yield Problem(loaded.place((*path, name)), f"synthesis-{name}", message, hint)
        return
    if record.statistic is None:
        message = f"A {measure} can be made of means, of changes or of percent changes, and nothing says of which."
        hint = "Write statistic: mean, statistic: change or statistic: percent_change."
        yield Problem(loaded.place((*path, "measure")), "synthesis-statistic", message, hint)
    outcome = review.outcomes.get(record.outcome)
    units = outcome.record.units if outcome else ()
    if outcome and record.unit and record.unit not in units:
        message = f"{outcome.record.name} is not measured in “{record.unit}”."
        hint = f"Write one of: {', '.join(units)}." if units else "Leave unit out: this outcome has none."
        yield Problem(loaded.place((*path, "unit")), "synthesis-unit", message, hint)
    is_open = record.measure == "mean_difference" and record.statistic in ("mean", "change") and not record.unit
    if outcome and is_open and len(units) > 1:
        message = f"{outcome.record.name} is measured in several units, and a mean difference is in one."
        hint = f"Write unit: and one of: {', '.join(units)}."
        yield Problem(loaded.place((*path, "measure")), "synthesis-unit", message, hint)


def _pooled_studies(loaded: Loaded[r.Treatment], analysis: Analysis) -> Iterator[Problem]:
    place = loaded.place(analysis.path)
    is_wrong = any(reason == IMPOSSIBLE for _, reason in analysis.left_out)
    if len(analysis.entered) < FEWEST_TO_POOL and not is_wrong:  # else it may enter once its number is corrected
        number = measures.counted(len(analysis.entered), "study gives", "studies give")
        what, hint = _wanted(analysis)
        message = f"Nothing is pooled here: {number} {what}."
        yield warning(place, "synthesis-too-few", message, f"{hint}, or leave this out.")
    if analysis.pooled and analysis.pooled.wald:
        interval = measures.words(analysis.record.interval).title()
        message = (
            f"The interval of {interval}, {analysis.ends_of(analysis.pooled.effect)}, is narrower than Wald's, "
            f"{analysis.ends_of(analysis.pooled.wald)}, as happens where studies agree more than by chance."
        )
        hint = "Write interval: wald, or keep it if it was chosen beforehand: the page says this, too."
        yield warning(loaded.place((*analysis.path, "interval")), "synthesis-narrow", message, hint)
    bare = sum(row.corrected for row in analysis.rows)
    if analysis.pooled and analysis.pooled.is_corrected and 2 * bare >= len(analysis.rows):
        message = (
            f"In {bare} of {len(analysis.rows)} studies nobody, or everybody, of a group had the event, and what is "
            "pooled rests on the persons that are added to these."
        )
        hint = (
            "Write model: common_effect, which needs none (after Mantel and Haenszel), or keep it if it was chosen "
            "beforehand: the page says this, too."
        )
        yield warning(loaded.place((*analysis.path, "model")), "synthesis-sparse", message, hint)
    for study, reason in analysis.left_out:
        if reason in _ADVICE:
            message = f"{study.id} is not pooled: {reason}."
            yield warning(place, "synthesis-left-out", message, _ADVICE[reason])


_CROSSING_OVER = re.compile(r"\bcross[- ]?over\b", re.I)


def _crossing_over(analysis: Analysis) -> Iterator[Problem]:
    """Persons who had both treatments, one after the other, are not two groups."""
    for row in analysis.entered:
        study = row.study
        named = said_of(study, _CROSSING_OVER, "title")
        if named and row.observations and not all(o.result.note for o in row.observations):
            path, said = named
            message = (
                f"“{said}” is said of this study, and two groups of it are pooled as if nobody had both treatments."
            )
            hint = (
                "Record those who crossed over as one group with both treatments, or the first period alone, and say "
                "so in a note of each result that is pooled."
            )
            yield warning(study.loaded.place(path), "crossover-trial", message, hint)


_UNLIKE = 5
"""By how many times a spread has to differ from the others: that of 25 persons does if their SE stands for the SD."""


def _unlike_spreads(analysis: Analysis) -> Iterator[Problem]:
    """A standard error that stands for a standard deviation, or the other way about, gives a study all the weight."""
    if analysis.record.measure != "mean_difference" or analysis.pooled is None:
        return
    groups = [
        pair
        for row in analysis.entered
        if isinstance(row.treated, Means) and isinstance(row.against, Means)
        for pair in zip(row.observations, (*row.treated.groups, *row.against.groups), strict=True)
    ]
    for observation, group in groups:
        others = [other.deviation for _, other in groups if other is not group]
        if observation.result.note or observation.result.adjusted_for_clustering or not (group.sd or group.se):
            continue
        ratio = median(others) / group.deviation
        if not group.sd:
            ratio = 1 / ratio
        if ratio <= _UNLIKE or abs(math.log(ratio / math.sqrt(group.persons))) >= math.log(ratio):
            continue
        name, other = ("sd", "se") if group.sd else ("se", "sd")
        kinds = {"sd": "standard deviation", "se": "standard error"}
        told = f"{measures.number(getattr(observation.result, name))}"
        size = "small" if group.sd else "large"
        message = (
            f"A {kinds[name]} of {told} is {size} beside the others that are pooled, and looks like a {kinds[other]}."
        )
        hint = f"Write {other}: {told} if it is one; else say in a note beside it that the source gives it so."
        place = observation.study.loaded.place((*observation.path, name))
        yield warning(place, "unlike-spread", message, hint)


_ADVICE = {
    CLUSTERED: "Write under clusters, correlations: its icc (with mean_size) or design_effect, from this study or from "
    "one like it, and the source of that; if the source adjusted the number, adjusted_for_clustering: true "
    "beside it; or say in the study's doubts why it cannot be pooled.",
    CLUSTERED_SPREAD: "Write sd: beside the number, or the icc or design_effect under clusters, correlations, "
    "or say in the study's doubts why it cannot be pooled.",
    ONE_GROUP: "Record the persons of each treatment as a group of their own, with its number, "
    "or say in the study's doubts why it cannot be pooled.",
    SEVERAL: "Say here at which time with months:, keep one result a group for this outcome, "
    "or say in the study's doubts why it cannot be pooled.",
    SEVERAL_PAIRS: "Keep the pair of groups that the review wants under comparisons, "
    "or say in the study's doubts why it cannot be pooled.",
    TWO_QUESTIONS: "Keep the outcome of those groups alone that this question is about, "
    "or say in the study's doubts why it cannot be pooled.",
    SEVERAL_RATIOS: "Keep the one that the review wants under comparisons, "
    "or say in the study's doubts why it cannot be pooled.",
}


def _wanted(analysis: Analysis) -> tuple[str, str]:
    """What a study has to give to be pooled, and what to record for it."""
    record, outcome = analysis.record, analysis.outcome.id
    at = f" at about {measures.months(record.months)}" if record.months else ""
    if record.measure in PUBLISHED:
        wanted = measures.words(record.measure)
        return f"a {wanted} with its interval{at}", f"Record comparisons with measure: {wanted} for {outcome}"
    if record.measure in OF_MEANS:
        statistic = record.statistic or "mean"
        what = f"a {measures.words(statistic)} with its spread for both groups{at}"
        return what, f"Record results with statistic: {statistic} for {outcome}"
    return (
        f"persons with the event in both groups{at}",
        f"Record results with statistic: persons_with_event for {outcome}",
    )
