"""Clusters: whoever allocated villages rather than persons is known for it, with what pooling needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evidence_site import measures, records as r
from evidence_site.checks.shared import said_of, warning
from evidence_site.problems import Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Review, StudyNode
from evidence_site.synthesis import is_adjusted

_NAMED = re.compile(r"\bcluster[\s-]+(randomi[sz]ed|randomi[sz]ation|allocated|controlled\s+trial|trial|rct)\b", re.I)
"""What a trial of clusters calls itself: in its title, after CONSORT (Campbell and others, BMJ 2012;345:e5661)."""
_TRIALS = frozenset({r.Design.RCT, r.Design.NON_RANDOMISED_TRIAL})


def clusters(review: Review) -> Iterator[Problem]:
    """A trial of clusters is recorded as one, and what is told of its clusters can be computed with."""
    for study in review.studies.values():
        yield from _adjusted(study)
        recorded = study.record.clusters
        if recorded is None:
            yield from _unsaid(study)
        else:
            yield from _correlations(review, study.loaded, recorded)


def _correlations(review: Review, loaded: Loaded[r.Study], recorded: r.Clusters) -> Iterator[Problem]:
    for position, item in enumerate(recorded.correlations):
        path: r.Path = ("clusters", "correlations", position)
        if (item.icc is None) is (item.design_effect is None):
            what = "neither an icc nor a design_effect" if item.icc is None else "both an icc and a design_effect"
            message = f"There is {what} here."
            hint = "Write one of the two, as the source gives it."
            yield Problem(loaded.place(path), "cluster-correlation", message, hint)
        elif item.icc is not None and recorded.mean_size is None:
            message = "An icc tells nothing without the average size of a cluster."
            hint = "Write mean_size: under clusters, or the design_effect instead of the icc."
            yield Problem(loaded.place((*path, "icc")), "cluster-correlation", message, hint)
        if item.outcome in [other.outcome for other in recorded.correlations[:position]]:
            outcome = review.outcomes.get(item.outcome or "")
            of = measures.in_sentence(outcome.record.name) if outcome else item.outcome or "all other outcomes"
            message = f"There is an icc or design effect of {of} already."
            yield Problem(loaded.place(path), "cluster-correlation", message, "Delete one of the two.")


def _adjusted(study: StudyNode) -> Iterator[Problem]:
    """A number that is said to allow for clusters is of a study that allocated some, and can hold that."""
    items = [(o.path, o.result.adjusted_for_clustering, is_adjusted(o.result)) for o in study.observations]
    items += [
        (("comparisons", position), item.adjusted_for_clustering, True)
        for position, item in enumerate(study.record.comparisons)
    ]
    for path, said, held in items:
        if not said or (study.record.clusters and held):
            continue  # places are worked out only of what is wrong: for that the file is read again
        place = study.loaded.place((*path, "adjusted_for_clustering"))
        if study.record.clusters is None:
            message = "Nothing says that this study allocated clusters."
            hint = "Write clusters: with unit and where, or leave adjusted_for_clustering out."
            yield Problem(place, "cluster-adjustment", message, hint)
        else:
            message = "A standard deviation of persons is the same with clusters and without."
            hint = "Write the se or ci95 that the source adjusted, or leave adjusted_for_clustering out."
            yield Problem(place, "cluster-adjustment", message, hint)


def _unsaid(study: StudyNode) -> Iterator[Problem]:
    named = said_of(study, _NAMED, "title", "population") if study.record.design in _TRIALS else None
    if named:
        path, said = named
        message = f"“{said}” is said of this study, but it is pooled as if persons were allocated one by one."
        hint = "Write clusters: with unit and where, so that its intervals are not too narrow."
        yield warning(study.loaded.place(path), "cluster-trial", message, hint)
