"""Who might be counted twice, and what is left out of the counts so that nobody is: one page."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from evidence_site import addresses, look_alikes, measures, records as r
from evidence_site.page import Spec
from evidence_site.pages.site import Site
from evidence_site.review import Arm, StudyNode, count_persons

_STATUSES = ("certain", "probable", "possible")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A study whose persons another one likely holds."""

    study: dict[str, str]
    holder: dict[str, str]
    where: tuple[str, ...]
    """In which counts, with how many persons."""


@dataclass(frozen=True, slots=True)
class Stated:
    """An overlap that the records state."""

    one: dict[str, str]
    other: dict[str, str]
    status: str
    effect: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Two persons or studies with what is said of them."""

    one: dict[str, str]
    other: dict[str, str]
    text: str
    """Why, as prose; empty if that is plain."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Two persons or studies that look alike."""

    one: dict[str, str]
    other: dict[str, str]
    text: str
    is_possible: bool
    """Whether a record calls an overlap of their studies possible, which leaves the question open."""


def specs(site: Site) -> Iterator[Spec]:
    """Overlaps, look-alikes, and what is left out of the counts."""
    review = site.review
    yield Spec(
        addresses.OVERLAPS,
        "overlaps",
        "Who is counted once",
        "Persons and studies that overlap or look alike, and what is left out of the counts.",
        tuple(node.loaded.document.file for node in review.studies.values()),
        hide=("navigation",),
        context={
            "counts": site.review_counts(),
            "left_out": _left_out(site),
            "same_persons": _same_persons(site),
            "retelling": _links(site, [s for s in review.studies.values() if s.is_synthesis and s.is_direct]),
            "retracted": _links(site, list(review.retracted)),
            "indirect": _links(site, [s for s in review.studies.values() if not s.is_direct]),
            "healthy": _healthy(site),
            "stated": _stated(site),
            "distinct": _distinct(site),
            "undecided_persons": [
                Undecided(
                    _person(site, pair.one),
                    _person(site, pair.other),
                    "; ".join(pair.reasons),
                    _is_stated(pair.one.study, pair.other.study),
                )
                for pair in site.alike_persons
            ],
            "undecided_studies": [
                Undecided(
                    site.study_link(pair.one),
                    site.study_link(pair.other),
                    "; ".join(pair.reasons),
                    _is_stated(pair.one, pair.other),
                )
                for pair in site.alike_studies
            ],
            "person_points": _points(look_alikes.PERSON_POINTS),
            "person_limit": look_alikes.PERSON_LIMIT,
            "person_limit_without_tie": look_alikes.PERSON_LIMIT_WITHOUT_TIE,
            "study_points": _points(look_alikes.STUDY_POINTS),
            "study_limit": look_alikes.STUDY_LIMIT,
        },
    )


def _links(site: Site, studies: list[StudyNode]) -> list[dict[str, str]]:
    return [site.study_link(study) for study in studies]


def _person(site: Site, arm: Arm) -> dict[str, str]:
    link = site.study_link(arm.study)
    return {**link, "name": f"{link['name']}, {arm.label}", "address": f"{link['address']}#{arm.id}"}


def _left_out(site: Site) -> list[LeftOut]:
    review = site.review
    where: dict[tuple[str, str], list[str]] = {}

    def note(study: StudyNode, holder: StudyNode, place: str, treatment: str | None) -> None:
        persons = measures.persons(count_persons(study, treatment))
        where.setdefault((study.id, holder.id), []).append(f"{place}: {persons}")

    for id_, holder in review.left_out.items():
        note(review.studies[id_], holder, "Whole review", None)
    for node in review.treatments.values():
        for id_, holder in node.left_out.items():
            if count_persons(review.studies[id_], node.id):
                note(review.studies[id_], holder, node.record.name, node.id)
    return [
        LeftOut(site.study_link(review.studies[one]), site.study_link(review.studies[other]), tuple(places))
        for (one, other), places in sorted(where.items())
    ]


def _same_persons(site: Site) -> list[Told]:
    return [
        Told(_person(site, arm), _person(site, arm.told_before[0]), "")
        for study in site.review.studies.values()
        for arm in study.arms
        if arm.told_before
    ]


def _healthy(site: Site) -> list[dict[str, str]]:
    return [
        {**site.study_link(study), "group": f"{group.label}, {measures.persons(group.n)}"}
        for study in site.review.counted_studies
        for group in study.record.groups
        if not group.has_condition
    ]


def _is_stated(one: StudyNode, other: StudyNode) -> bool:
    return any(o.study == b.id for a, b in ((one, other), (other, one)) for o in a.record.overlaps)


def _stated(site: Site) -> list[Stated]:
    review = site.review
    pairs: dict[tuple[str, str], list[r.Overlap]] = {}
    for study in review.studies.values():
        for overlap in study.record.overlaps:
            if overlap.study in review.studies:
                first, second = sorted((study.id, overlap.study))
                pairs.setdefault((first, second), []).append(overlap)
    found = []
    for (one, other), overlaps in pairs.items():
        status = min((overlap.status for overlap in overlaps), key=_STATUSES.index)
        notes = tuple(dict.fromkeys(overlap.note for overlap in overlaps))
        nodes = review.studies[one], review.studies[other]
        effect = _effect(status, nodes, review.left_out)
        found.append(Stated(site.study_link(nodes[0]), site.study_link(nodes[1]), status, effect, notes))
    return sorted(found, key=lambda stated: (_STATUSES.index(stated.status), stated.one["name"], stated.other["name"]))


def _effect(status: str, nodes: tuple[StudyNode, StudyNode], left_out: Container[str]) -> str:
    """What an overlap does to the counts; either study may be left out of them for a third one, too."""
    if not all(node.is_primary for node in nodes):
        return "at most one of the two is counted anyway"
    held = [node for node in nodes if node.id in left_out]
    if status == "possible":
        return "neither is left out for it" if held else "both are counted"
    return "at most the larger one is counted" if len(held) == len(nodes) else "only the larger one is counted"


def _distinct(site: Site) -> list[Told]:
    review = site.review
    found = []
    for study in review.studies.values():
        for stated in study.record.distinct_from:
            if stated.study in review.studies:
                other = review.studies[stated.study]
                found.append(Told(site.study_link(study), site.study_link(other), stated.because))
        for arm in study.arms:
            reasons = arm.record.distinct_because if isinstance(arm.record, r.Person) else {}
            for name, because in reasons.items():
                study_id, _, person = name.partition("/")
                named = review.studies[study_id].arm(person) if study_id in review.studies else None
                if named:
                    found.append(Told(_person(site, arm), _person(site, named), because))
    return found


def _points(table: Any) -> list[tuple[str, str]]:
    return [(measures.number(points, signed=True), words) for points, words in table.values()]
