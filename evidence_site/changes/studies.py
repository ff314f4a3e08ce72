"""What of a study differs: who was counted, who belongs to it, what they were given and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence_site import measures, records as r
from evidence_site.changes.change import Change, Kind, Severity
from evidence_site.changes.pairs import Pair
from evidence_site.reference_style import short_name
from evidence_site.review import Arm, Review, StudyNode, count_persons


def study_name(study: StudyNode) -> str:
    """What pages call a study: its first report, or its id."""
    return next((short_name(reference) for reference in study.references), study.id)


def counted(review: Review, study: StudyNode) -> int:
    """The persons of a study whom the review counts."""
    return count_persons(study) if study.is_primary and study.id not in review.left_out else 0


def counted_before(review: Review, study: StudyNode) -> str:
    """The same in words, of a study that is gone."""
    count = counted(review, study)
    return f"{measures.persons(count)} {'was' if count == 1 else 'were'} counted"


def own(pair: Pair[StudyNode]) -> Iterator[Change]:
    """What its record says: persons and groups, treatments given, results; with the count, if that is another."""
    yield from _counts(pair)
    yield from _arms(pair)
    yield from _told(pair, _exposures(pair, pair.old), _exposures(pair, pair.new), Kind.EXPOSURE, "treatment")
    yield from _told(pair, _results(pair, pair.old), _results(pair, pair.new), Kind.RESULT, "result")


def computed(pair: Pair[StudyNode]) -> Iterator[Change]:
    """The count, if another record is what changed it, and who bears another name."""
    if pair.old.record == pair.new.record:
        yield from _counts(pair)
    for (study, old), new in pair.renames.arms.items():
        arm = pair.new.arm(new)
        if study == pair.id and arm is not None:
            word = "group" if isinstance(arm.record, r.Group) else "person"
            text = f"{word} “{arm.record.label or old}” has a new address"
            yield pair.change(Kind.PERSONS, Severity.EDITED, text, old, new)


def _counts(pair: Pair[StudyNode]) -> Iterator[Change]:
    before, after = counted(pair.before, pair.old), counted(pair.after, pair.new)
    if before != after:
        old, new = f"{before:,}", f"{after:,}"
        text = f"persons counted changed from {old} to {new}{_why(pair)}"
        yield pair.change(Kind.PERSONS, Severity.CHANGED, text, old, new)


def _why(pair: Pair[StudyNode]) -> str:
    was, now = pair.before.left_out.get(pair.id), pair.after.left_out.get(pair.id)
    if now is not None and was is None:
        return f"; they are likely the same as in {study_name(now)}"
    if was is not None and now is None:
        return f"; they are no longer taken for the same as in {study_name(was)}"
    return ""


# --- persons and groups ----------------------------------------------------------------------------------------------


def _arms(pair: Pair[StudyNode]) -> Iterator[Change]:
    for arm in pair.new.arms:
        if pair.old.arm(arm.id) is None:
            yield pair.change(Kind.PERSONS, Severity.ADDED, f"{_arm_in_words(arm, arm.id)} added")
    ids = {new: old for (study, old), new in pair.renames.arms.items() if study == pair.id}
    for arm in pair.old.arms:
        if pair.new.arm(arm.id) is None:
            yield pair.change(Kind.PERSONS, Severity.LOST, f"{_arm_in_words(arm, ids.get(arm.id, arm.id))} removed")


def _arm_in_words(arm: Arm, id_: str) -> str:
    results = measures.counted(len(arm.record.results), "result", "results")
    if isinstance(arm.record, r.Group):
        return f"group “{arm.label}” ({measures.persons(arm.n)}, {results})"
    return f"person “{arm.record.label or id_}” ({results})"


# --- what was given, and what came of it -----------------------------------------------------------------------------

_Place = tuple[str, ...]
"""Of what, where, of whom and when something is told: the first is what, the last is whom."""
_Told = dict[_Place, list[str]]


def _told(pair: Pair[StudyNode], before: _Told, after: _Told, kind: Kind, word: str) -> Iterator[Change]:
    """By where, when and of whom it is told: what has another value, what moved, what is gone, what is new."""
    gone: dict[tuple[str, str], list[tuple[_Place, str]]] = {}
    come: dict[tuple[str, str], list[tuple[_Place, str]]] = {}
    for place in before.keys() | after.keys():
        one, two = list(before.get(place, [])), list(after.get(place, []))
        for value in list(one):
            if value in two:
                one.remove(value)
                two.remove(value)
        for was, now in zip(one, two, strict=False):
            text = f"{word} is now {now}; it was {was} ({_where(place)})"
            yield pair.change(kind, Severity.CHANGED, text, was, now)
        gone.setdefault((place[0], place[-1]), []).extend((place, was) for was in one[len(two) :])
        come.setdefault((place[0], place[-1]), []).extend((place, now) for now in two[len(one) :])
    for whose in gone.keys() | come.keys():
        yield from _moved(pair, sorted(gone.get(whose, [])), sorted(come.get(whose, [])), kind, word)


def _moved(
    pair: Pair[StudyNode], gone: list[tuple[_Place, str]], come: list[tuple[_Place, str]], kind: Kind, word: str
) -> Iterator[Change]:
    for place, was in gone:
        same = next((item for item in come if item[1] == was), None)
        if same is not None:
            come.remove(same)
            text = f"{word} {was} is now told of {_where(same[0])}; before: {_what_moved(place, same[0])}"
            yield pair.change(kind, Severity.CHANGED, text, _where(place), _where(same[0]))
        else:
            yield pair.change(kind, Severity.LOST, f"{word} removed: {was} ({_where(place)})", was)
    for place, now in come:
        yield pair.change(kind, Severity.ADDED, f"{word} added: {now} ({_where(place)})", "", now)


def _what_moved(place: _Place, to: _Place) -> str:
    """The parts of a place that are others now, or all of it if one of them is new."""
    parts = [part for part, now in zip(place, to, strict=True) if part != now]
    return ", ".join(parts) if parts and all(parts) else _where(place)


def _where(place: _Place) -> str:
    *parts, whom = place
    order = (*parts[:2], whom, *parts[2:])
    return ", ".join(dict.fromkeys(part for part in order if part))


def _kept(pair: Pair[StudyNode], study: StudyNode) -> Mapping[str, str]:
    """The persons and groups that were there and still are, with the name that they have now."""
    other = pair.new if study is pair.old else pair.old
    return {arm.id: (pair.new.arm(arm.id) or arm).label for arm in study.arms if other.arm(arm.id) is not None}


def _results(pair: Pair[StudyNode], study: StudyNode) -> _Told:
    found: _Told = {}
    labels = _kept(pair, study)
    for observation in study.observations:
        result, arm = observation.result, observation.arm
        if arm.id in labels:
            place = (
                _outcome_name(pair.after, result.outcome),
                result.site or "",
                measures.time(result.time, pair.after.anchors),
                labels[arm.id],
            )
            found.setdefault(place, []).append(measures.result_value(result, observation.persons))
    names = {arm.id: labels.get(arm.id, arm.label) for arm in study.arms}
    for item in study.record.comparisons:
        whom = f"{names.get(item.group, item.group)} against {names.get(item.against, item.against)}"
        place = (
            _outcome_name(pair.after, item.outcome),
            item.measure,
            measures.time(item.time, pair.after.anchors),
            whom,
        )
        found.setdefault(place, []).append(measures.comparison_value(item))
    return found


def _exposures(pair: Pair[StudyNode], study: StudyNode) -> _Told:
    found: _Told = {}
    labels = _kept(pair, study)
    for arm in study.arms:
        for exposure in arm.record.exposures if arm.id in labels else ():
            node = pair.after.treatments.get(exposure.treatment)
            name = node.record.name if node else exposure.treatment
            value = measures.exposure(exposure, name, pair.after.anchors)
            found.setdefault((name, labels[arm.id]), []).append(value)
    return found


def _outcome_name(review: Review, outcome: str) -> str:
    return review.outcomes[outcome].record.name if outcome in review.outcomes else outcome
