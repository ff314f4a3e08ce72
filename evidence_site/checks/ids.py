"""Ids: whatever a record names exists, and what links are made of is told apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from evidence_site import care, records as r
from evidence_site.checks.shared import stating
from evidence_site.hints import OtherNames, nearest
from evidence_site.instruments import NONE, instruments
from evidence_site.problems import Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Arm, Review, StudyNode


def known_ids(review: Review) -> Iterator[Problem]:
    """Every id that a record names belongs to something that exists."""
    evidence = review.evidence
    home = evidence.review
    index = home.record.index_article
    if index:
        yield from _reference(review, home, ("index_article", "source"), index.source)
        yield from _dangling(
            home, ("index_article", "case"), "case", index.case, review.cases, evidence.unreadable["cases"]
        )
    for number, column in enumerate(home.record.findings_table):
        for position, outcome in enumerate(column.outcomes):
            yield from _outcome(review, home, ("findings_table", number, "outcomes", position), outcome)
    for number, characteristic in enumerate(home.record.characteristics):
        yield from _care_items(home, ("characteristics", number, "care"), characteristic.care)
    for node in review.outcomes.values():
        yield from _care_items(node.loaded, ("care",), node.record.care)
    for study in review.studies.values():
        yield from _study_ids(review, study)
    for case in review.cases.values():
        yield from _case_ids(review, case)
    for treatment in review.treatments.values():
        yield from _treatment_ids(review, treatment.loaded)


def _treatment_ids(review: Review, loaded: Loaded[r.Treatment]) -> Iterator[Problem]:
    for position, rating in enumerate(loaded.record.certainty):
        yield from _outcome(review, loaded, ("certainty", position, "outcome"), rating.outcome)
    for caution in loaded.record.cautions:
        yield from _dangling(loaded, ("cautions", caution), "caution", caution, review.cautions)
    for position, asked in enumerate(loaded.record.syntheses):
        path: r.Path = ("syntheses", position)
        yield from _outcome(review, loaded, (*path, "outcome"), asked.outcome)
        yield from _treatment(review, loaded, (*path, "against"), asked.against)
        if asked.order_by:
            known = review.characteristics
            yield from _dangling(loaded, (*path, "order_by"), "characteristic", asked.order_by, known)


def _reference(review: Review, loaded: Loaded[r.Record], path: r.Path, key: str) -> Iterator[Problem]:
    unreadable = review.evidence.unreadable["references"]
    yield from _dangling(loaded, path, "reference", key, review.evidence.references, unreadable)


def _outcome(review: Review, loaded: Loaded[r.Record], path: r.Path, id_: str) -> Iterator[Problem]:
    called = ((id_, r.names(node.record)) for id_, node in review.outcomes.items())
    yield from _dangling(loaded, path, "outcome", id_, review.outcomes, review.evidence.unreadable["outcomes"], called)


def _treatment(review: Review, loaded: Loaded[r.Record], path: r.Path, id_: str) -> Iterator[Problem]:
    unreadable = review.evidence.unreadable["treatments"]
    called = ((id_, r.names(node.record)) for id_, node in review.treatments.items())
    yield from _dangling(loaded, path, "treatment", id_, review.treatments, unreadable, called)


def _study(review: Review, loaded: Loaded[r.Record], path: r.Path, id_: str, of: str = "") -> Iterator[Problem]:
    known = review.studies.keys() - {of}
    yield from _dangling(loaded, path, "study", id_, known, review.evidence.unreadable["studies"])


def _person(review: Review, loaded: Loaded[r.Record], path: r.Path, named: str) -> Iterator[Problem]:
    study, _, person = named.partition("/")
    other = review.studies[study].arm(person) if study in review.studies else None
    if study not in review.evidence.unreadable["studies"] and not (other and isinstance(other.record, r.Person)):
        persons = [f"{s.id}/{person.id}" for s in review.studies.values() for person in s.record.persons]
        yield from _dangling(loaded, path, "person", named, persons)


def _anchor(
    review: Review, loaded: Loaded[r.Record], path: r.Path, time: r.Time | r.Missing | None
) -> Iterator[Problem]:
    if isinstance(time, r.Time) and not isinstance(time.after, r.Missing):
        yield from _dangling(loaded, (*path, "after"), "anchor", time.after, review.anchors)


def _care_items(loaded: Loaded[r.Record], path: r.Path, items: Sequence[str]) -> Iterator[Problem]:
    for position, item in enumerate(items):
        yield from _dangling(loaded, (*path, position), "checklist item", item, care.item_ids())


def _study_ids(review: Review, study: StudyNode) -> Iterator[Problem]:
    loaded, record = study.loaded, study.record
    for position, key in enumerate(record.reports):
        yield from _reference(review, loaded, ("reports", position), key)
    groups = [group.id for group in record.groups]
    for arm in study.arms:
        yield from _arm_ids(review, arm, groups)
    for position, comparison in enumerate(record.comparisons):
        path: r.Path = ("comparisons", position)
        yield from _outcome(review, loaded, (*path, "outcome"), comparison.outcome)
        yield from _dangling(loaded, (*path, "group"), "group", comparison.group, groups)
        yield from _dangling(loaded, (*path, "against"), "group", comparison.against, groups)
        yield from _anchor(review, loaded, (*path, "time"), comparison.time)
    for position, correlation in enumerate(record.clusters.correlations if record.clusters else ()):
        if correlation.outcome:
            yield from _outcome(review, loaded, ("clusters", "correlations", position, "outcome"), correlation.outcome)
    for position, overlap in enumerate(record.overlaps):
        yield from _study(review, loaded, ("overlaps", position, "study"), overlap.study, study.id)
    for position, distinct in enumerate(record.distinct_from):
        yield from _study(review, loaded, ("distinct_from", position, "study"), distinct.study, study.id)
    for name in record.characteristics:
        yield from _dangling(loaded, ("characteristics", name), "characteristic", name, review.characteristics)
    if record.appraisal:
        yield from _appraisal_ids(review, study, record.appraisal)


def _arm_ids(review: Review, arm: Arm, groups: Sequence[str]) -> Iterator[Problem]:
    loaded = arm.study.loaded
    for position, exposure in enumerate(arm.record.exposures):
        path = (*arm.path, "exposures", position)
        yield from _treatment(review, loaded, (*path, "treatment"), exposure.treatment)
        yield from _anchor(review, loaded, (*path, "start"), exposure.start)
    for position, result in enumerate(arm.record.results):
        path = (*arm.path, "results", position)
        yield from _outcome(review, loaded, (*path, "outcome"), result.outcome)
        yield from _anchor(review, loaded, (*path, "time"), result.time)
        if result.treatment:
            yield from _treatment(review, loaded, (*path, "treatment"), result.treatment)
        if result.report:
            yield from _dangling(
                loaded, (*path, "report"), "report of this study", result.report, arm.study.record.reports
            )
    if isinstance(arm.record.onset, r.Onset):
        yield from _anchor(review, loaded, (*arm.path, "onset", "time"), arm.record.onset.time)
    for name in arm.record.characteristics:
        yield from _dangling(
            loaded, (*arm.path, "characteristics", name), "characteristic", name, review.characteristics
        )
    if arm.parent:
        yield from _dangling(loaded, arm.parent_path, "group", arm.parent, groups)
    if isinstance(arm.record, r.Person):
        if arm.record.same_person_as:
            yield from _person(review, loaded, (*arm.path, "same_person_as"), arm.record.same_person_as)
        for named in arm.record.distinct_because:
            yield from _person(review, loaded, (*arm.path, "distinct_because", named), named)


def _appraisal_ids(review: Review, study: StudyNode, appraisal: r.Appraisal) -> Iterator[Problem]:
    loaded = study.loaded
    if appraisal.outcome:
        yield from _outcome(review, loaded, ("appraisal", "outcome"), appraisal.outcome)
    known = instruments()
    if appraisal.instrument != NONE:
        names = [*known, NONE]
        yield from _dangling(loaded, ("appraisal", "instrument"), "instrument", appraisal.instrument, names)
    if appraisal.instrument in known:
        items = known[appraisal.instrument].item_ids
        for item in appraisal.answers:
            yield from _dangling(loaded, ("appraisal", "answers", item), "item of this instrument", item, items)


def _case_ids(review: Review, case: Loaded[r.Case]) -> Iterator[Problem]:
    studies = review.studies
    unreadable = review.evidence.unreadable["studies"]
    yield from _dangling(case, ("study",), "study", case.record.study, studies, unreadable)
    if case.record.study in studies:
        persons = [person.id for person in studies[case.record.study].record.persons]
        yield from _dangling(case, ("person",), "person", case.record.person, persons)
    if not isinstance(case.record.timeline, r.Missing):
        for position, event in enumerate(case.record.timeline):
            yield from _anchor(review, case, ("timeline", position, "time"), event.time)


def _dangling(
    loaded: Loaded[r.Record],
    path: r.Path,
    what: str,
    id_: str,
    known: Collection[str],
    unreadable: Collection[str] = (),
    called: OtherNames = (),
) -> Iterator[Problem]:
    if id_ in known or id_ in unreadable or "*" in unreadable:
        return
    # Where a field is named by the id, it is the name that is wrong and not its value.
    place = loaded.key_place(path) if path[-1] == id_ else loaded.place(path)
    code = f"unknown-{what.partition(' of ')[0].replace(' ', '-')}"
    yield Problem(place, code, f"There is no {what} “{id_}”.", nearest(id_, known, called))


def unique_ids(review: Review) -> Iterator[Problem]:
    """Ids are used once where they have to tell things apart, since links are made of them."""
    for study in review.studies.values():
        yield from _repeats(study.loaded, [((*arm.path, "id"), arm.id) for arm in study.arms])
    for loaded in stating(review):
        named = [((*path, "id"), statement.id) for path, statement in r.statements(loaded.record)]
        if isinstance(loaded.record, r.Topic):
            named += [(("sections", n, "id"), section.id) for n, section in enumerate(loaded.record.sections)]
        yield from _repeats(loaded, named)
    for treatment in review.treatments.values():
        ratings = treatment.record.certainty
        yield from _repeats(
            treatment.loaded, [(("certainty", n, "outcome"), rating.outcome) for n, rating in enumerate(ratings)]
        )
    home = review.evidence.review
    for field in ("anchors", "characteristics", "cautions"):
        items = getattr(home.record, field)
        yield from _repeats(home, [((field, n, "id"), item.id) for n, item in enumerate(items)])


def _repeats(loaded: Loaded[r.Record], named: Sequence[tuple[r.Path, str]]) -> Iterator[Problem]:
    first: dict[str, r.Path] = {}
    for path, name in named:
        if name in first:
            yield Problem(
                loaded.place(path),
                "duplicate-id",
                f"“{name}” is used twice; it was first used in line {loaded.place(first[name]).line}.",
                "Give each its own id: addresses and links are made of them.",
            )
        else:
            first[name] = path
