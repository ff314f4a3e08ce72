"""What all counted studies say together of an outcome under a treatment: ranges and sums, with the persons behind.

Nothing is pooled unless a record asks for it. Only persons with the condition count, each once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from evidence_site import measures, records as r
from evidence_site.pieces import EACH_TIME, Pieces
from evidence_site.review import Review, StudyNode, TreatmentNode
from evidence_site.shares import Change, Events, Part, Share, share
from evidence_site.synthesis import analyses, wording


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell of the findings table: the value, who is behind it, and what is to be known of that.

    All are empty for no result. Without a value the notes say what is known although no number can be given.
    """

    value: str = ""
    who: str = ""
    notes: tuple[str, ...] = ()

    @property
    def behind(self) -> str:
        """Who is behind the value, with the notes, in one line."""
        return "; ".join(filter(None, (self.who, *self.notes)))


@dataclass(frozen=True, slots=True)
class Counted:
    """Persons with a result, each once, and the studies that tell of them."""

    persons: int
    studies: int


class Findings:
    """What the studies of a treatment add up to."""

    def __init__(self, review: Review, treatment: TreatmentNode, pieces: Pieces = EACH_TIME) -> None:
        """Add up the shares of all counted studies; ``pieces`` may keep them."""
        self._review = review
        self._treatment = treatment
        tied = _tied(treatment)

        def of(study: StudyNode) -> Share:
            return share(review, treatment, tied.get(study.id, (study,)), study)

        counted = (study for study in treatment.counted_studies if study.id not in treatment.left_out)
        self._shares = [pieces.of_study(f"share in {treatment.id}", study, of) for study in counted]

    def cell(self, column: r.SummaryColumn) -> Cell:
        """A column of the findings table, in words."""
        parts = self._parts(column)
        beside = sum(part.beside for part in parts)
        if column.kind == "percent_change" and column.months:
            change = self.change(column)
            told = f"number of persons not stated: {measures.counted(beside, 'study', 'studies')}" if beside else ""
            if change is None:
                known = sum(
                    max((share.persons.get(outcome, 0) for outcome in column.outcomes), default=0)
                    for share in self._shares
                )
                otherwise = f"only at another time or in another form: {measures.persons(known)}" if known else ""
                return Cell(notes=_told(told or otherwise))
            low, high = measures.number(change.lowest, signed=True), measures.number(change.highest, signed=True)
            unit = measures.percent_sign(change.unit)
            return Cell(
                f"{low}{unit}" if change.lowest == change.highest else f"{low} to {high}{unit}",
                f"{measures.persons(change.persons)}, {_studies(change)}",
                _told(_others(change), told),
            )
        if column.kind == "synthesis":
            return _pooled(self._review, self._treatment, column.outcomes)
        seen = self.events(column)
        how = "in words or percent" if any(part.in_percent for part in parts) else "in words"
        told = f"only {how}: {measures.persons(beside)}" if beside else ""
        if seen is None:
            return Cell(notes=_told(told))
        return Cell(f"{seen.persons:,} of {measures.persons(seen.of)}", _studies(seen), _told(_others(seen), told))

    def change(self, column: r.SummaryColumn) -> Change | None:
        """The range of changes at the time of a column; None if no counted study gives one."""
        found = [part.found for part in self._parts(column) if isinstance(part.found, Change)]
        if not found:
            return None
        return Change(
            lowest=min(change.lowest for change in found),
            highest=max(change.highest for change in found),
            unit=found[0].unit,
            persons=sum(change.persons for change in found),
            studies=sum(change.studies for change in found),
            with_others=sum(change.with_others for change in found),
        )

    def events(self, column: r.SummaryColumn) -> Events | None:
        """Persons with any of the outcomes of a column; None if no counted study says how many.

        Where several of the outcomes are given for the same persons, the largest number stands for all of them. Of a
        group of whom only some had the treatment nothing is known but that none of these had the event where nobody
        had it.
        """
        found = [part.found for part in self._parts(column) if isinstance(part.found, Events)]
        if not found:
            return None
        return Events(
            persons=sum(events.persons for events in found),
            of=sum(events.of for events in found),
            studies=sum(events.studies for events in found),
            with_others=sum(events.with_others for events in found),
        )

    def persons_with_results(self, outcome: str) -> Counted:
        """Persons with the condition of whom some result of an outcome under the treatment is known."""
        found = [share.persons[outcome] for share in self._shares if outcome in share.persons]
        return Counted(sum(found), len(found))

    def _parts(self, column: r.SummaryColumn) -> Sequence[Part]:
        position = self._review.record.findings_table.index(column)
        return [share.columns[position] for share in self._shares]


def findings(review: Review, pieces: Pieces = EACH_TIME) -> Mapping[str, Findings]:
    """What the studies of each treatment add up to, by treatment."""
    return {id_: Findings(review, treatment, pieces) for id_, treatment in review.treatments.items()}


def _tied(treatment: TreatmentNode) -> Mapping[str, tuple[StudyNode, ...]]:
    """By study, where there is any but itself: the counted studies that tell of persons of it, in their order."""
    counted = {study.id: study for study in treatment.counted_studies if study.id not in treatment.left_out}
    rank = {id_: position for position, id_ in enumerate(counted)}
    ties: dict[str, set[str]] = {}
    for study in counted.values():
        for arms in study.told_before.values():
            for one, other in ((study.id, arm.study.id) for arm in arms if arm.study.id in counted):
                ties.setdefault(one, {one}).add(other)
                ties.setdefault(other, {other}).add(one)
    return {
        id_: tuple(counted[other] for other in sorted(others, key=rank.__getitem__)) for id_, others in ties.items()
    }


def _told(*notes: str) -> tuple[str, ...]:
    return tuple(filter(None, notes))


def _studies(found: Change | Events | Counted) -> str:
    return measures.counted(found.studies, "study", "studies")


def _others(found: Change | Events) -> str:
    return f"{found.with_others:,} had other treatments too" if found.with_others else ""


def _pooled(review: Review, treatment: TreatmentNode, outcomes: Collection[str]) -> Cell:
    pooled = [(a, a.pooled) for a in review.once(analyses)[treatment.id] if a.outcome.id in outcomes and a.pooled]
    for analysis, estimate in pooled[:1]:
        against = measures.in_sentence(analysis.against.record.name)
        studies = measures.counted(len(analysis.rows), "study", "studies")
        of = f"{analysis.outcome.record.name}: " if len(outcomes) > 1 else ""
        more = measures.counted(len(pooled) - 1, "more pooled estimate", "more pooled estimates")
        return Cell(
            f"{of}{wording.measure_and_time(analysis.record)} {analysis.text(estimate.effect)}",
            f"against {against}, {studies}, {measures.persons(analysis.persons)}",
            _told(more if len(pooled) > 1 else ""),
        )
    named = [asked for node in review.treatments.values() for asked in node.record.syntheses]
    is_comparator = any(asked.against == treatment.id and asked.outcome in outcomes for asked in named)
    return Cell("comparator") if is_comparator else Cell()
