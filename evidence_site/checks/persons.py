"""Persons are counted once: in groups that hold them, under one name, in one study."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import look_alikes, records as r
from evidence_site.checks.shared import impossible_number, warning
from evidence_site.problems import Problem
from evidence_site.review import Arm, Review, StudyNode, overlap


def same_persons(review: Review) -> Iterator[Problem]:
    """Of records about one person, one counts her: the others name it, and it names none of them."""
    named = {
        look_alikes.person_name(arm): (arm, arm.record.same_person_as)
        for study in review.studies.values()
        for arm in study.arms
        if isinstance(arm.record, r.Person)
    }
    for name, (arm, other) in named.items():
        seen = {name}
        while other in named and other not in seen:
            seen.add(other)
            other = named[other][1]
        if other == name:
            yield Problem(
                arm.study.loaded.place((*arm.path, "same_person_as")),
                "circular-person",
                f"{name} is said to be the same as somebody who is said to be the same as {name}.",
                "Leave same_person_as out in the record that tells most: that one then counts the person.",
            )


def in_two_groups(review: Review) -> Iterator[Problem]:
    """Of two groups that hold the same person each counts her, so she counts twice."""
    for study in review.counted_studies:
        for arm in study.arms:
            counting = _groups_that_count(arm)
            for other in arm.told_before if counting else ():
                also = _groups_that_count(other)
                if also and counting.isdisjoint(also) and not overlap(study, other.study):
                    name = look_alikes.person_name(other)
                    yield warning(
                        study.loaded.place((*arm.path, "group")),
                        "person-in-two-groups",
                        f"{arm.id} is the same person as {name}, and each stands in a group that counts her: "
                        "she counts twice.",
                        "Leave her out of one of the groups and of its n; if the studies share most of their persons, "
                        "name one under overlaps of the other.",
                    )


def _groups_that_count(arm: Arm) -> set[Arm]:
    return {group for group in arm.around() if group.has_condition} if arm.study.is_primary else set()


def nesting(review: Review) -> Iterator[Problem]:
    """Groups inside groups end somewhere, and hold no more persons than the group around them."""
    for study in review.studies.values():
        yield from _of_all(study)
        for arm in study.arms:
            parent = study.arm(arm.parent)
            if parent is None:
                continue
            if _is_circular(arm):
                yield Problem(
                    study.loaded.place(arm.parent_path),
                    "circular-group",
                    f"“{arm.id}” is part of itself.",
                    "Name the larger group, and give that one no part_of.",
                )
            elif arm.n > parent.n:
                yield impossible_number(
                    study.loaded,
                    (*arm.path, "n"),
                    f"“{arm.id}” holds {arm.n} persons, but “{parent.id}”, of which it is a part, only {parent.n}.",
                    "Correct one of the two.",
                )


_FEWEST_PARTS = 2


def _of_all(study: StudyNode) -> Iterator[Problem]:
    """A group of all persons of a study says of its parts that they are in it, or each person counts twice."""
    groups = [arm for arm in study.arms if isinstance(arm.record, r.Group) and arm.parent is None and arm.has_condition]
    for whole in groups:
        parts = [arm for arm in groups if arm is not whole]
        treatments = {treatment for arm in parts for treatment in arm.treatments}
        if len(parts) < _FEWEST_PARTS or sum(arm.n for arm in parts) != whole.n or len(treatments) < _FEWEST_PARTS:
            continue
        if not whole.treatments or treatments <= set(whole.treatments):
            message = f"“{whole.id}” holds as many persons as the other groups together, so each counts twice."
            hint = f"Write part_of: {whole.id} in the others, or tell in a note of “{whole.id}” who these are."
            if whole.record.note is None:
                yield warning(study.loaded.place((*whole.path, "n")), "group-of-all", message, hint)


def _is_circular(arm: Arm) -> bool:
    return arm.parent == arm.id or any(group.parent == arm.id for group in arm.around())


def alike_persons(review: Review) -> Iterator[Problem]:
    """Warn of persons in two studies who may be one, until a record says whether they are."""
    for pair in review.once(look_alikes.look_alike_persons):
        name = look_alikes.person_name(pair.other)
        yield warning(
            pair.one.study.loaded.place(pair.one.path),
            "look-alike-persons",
            f"{pair.one.id} may be the same person as {name}: {'; '.join(pair.reasons)}.",
            f"Write same_person_as: {name}, or under distinct_because “{name}:” with the reason why not.",
        )


def alike_studies(review: Review) -> Iterator[Problem]:
    """Warn of two studies that may hold the same persons, until a record says whether they do."""
    for pair in review.once(look_alikes.look_alike_studies):
        yield warning(
            pair.one.loaded.place(()),
            "look-alike-studies",
            f"This study may hold the same persons as {pair.other.id}: {'; '.join(pair.reasons)}.",
            f"Name {pair.other.id} under overlaps with a status, or under distinct_from with the reason why not.",
        )
