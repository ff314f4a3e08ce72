"""What of a treatment differs: its conclusions, its certainty, and what its studies add up to."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import measures, prose, records as r, synthesis
from evidence_site.changes.change import Change, Kind, Severity
from evidence_site.changes.pairs import Pair
from evidence_site.changes.statements import statement_changes
from evidence_site.review import Review, TreatmentNode
from evidence_site.summaries import Cell, Findings


def own(pair: Pair[TreatmentNode]) -> Iterator[Change]:
    """What its record says: the bottom line, certainty, statements."""
    one, two = pair.old.record, pair.new.record
    if one.bottom_line != two.bottom_line:
        before, after = prose.plain(one.bottom_line), prose.plain(two.bottom_line)
        yield pair.change(Kind.CONCLUSION, Severity.CHANGED, "the bottom line was rewritten", before, after)
    yield from _certainty(pair)
    yield from statement_changes(pair.name, pair.address, pair.file, one, two)


def _certainty(pair: Pair[TreatmentNode]) -> Iterator[Change]:
    before = {node.record.outcome: node for node in pair.old.certainty}
    after = {node.record.outcome: node for node in pair.new.certainty}
    for outcome in [*after, *(id_ for id_ in before if id_ not in after)]:
        was = measures.words(before[outcome].level) if outcome in before else ""
        now = measures.words(after[outcome].level) if outcome in after else ""
        if was == now:
            continue
        severity = Severity.CHANGED
        said = _outcome_name(pair.after, outcome)
        if not was:
            severity, text = Severity.ADDED, f"certainty for “{said}” rated: {now}"
        elif not now:
            severity, text = Severity.LOST, f"certainty for “{said}” is no longer rated; it was {was}"
        else:
            text = f"certainty for “{said}” changed from {was} to {now}"
        yield pair.change(Kind.CERTAINTY, severity, text, was, now, f"outcome-{outcome}")


def _outcome_name(review: Review, outcome: str) -> str:
    return review.outcomes[outcome].record.name if outcome in review.outcomes else outcome


def computed(pair: Pair[TreatmentNode]) -> Iterator[Change]:
    """What the studies of a treatment add up to: its persons, of whom something is known, and its row of findings."""
    one, two = pair.old, pair.new
    if one.persons != two.persons:
        yield pair.moved(Kind.PERSONS, "persons counted", f"{one.persons:,}", f"{two.persons:,}")
    before, after = Findings(pair.before, one), Findings(pair.after, two)
    for outcome in pair.after.outcomes:
        if outcome not in pair.before.outcomes:
            continue
        was, now = (found.persons_with_results(outcome).persons for found in (before, after))
        if was != now:
            what = f"persons with a result for “{_outcome_name(pair.after, outcome)}”"
            yield pair.moved(Kind.PERSONS, what, f"{was:,}", f"{now:,}", Severity.CHANGED if now else Severity.LOST)
    yield from _pooled(pair)
    columns = {column.title: column for column in pair.before.record.findings_table}
    for column in pair.after.record.findings_table:
        if columns.get(column.title) != column or column.kind == "synthesis":
            continue  # told of the table itself, and of the pooled estimate
        yield from _cell(pair, column, before.cell(column), after.cell(column))


def _pooled(pair: Pair[TreatmentNode]) -> Iterator[Change]:
    """Meta-analyses that came, went or give another estimate."""
    before, after = _estimates(pair.before, pair.old), _estimates(pair.after, pair.new)
    for key in [*after, *(key for key in before if key not in after)]:
        (name, place), was, now = key, before.get(key, ""), after.get(key, "")
        if was == now:
            continue
        if not was:
            severity, text = Severity.ADDED, f"pooled {name} added: {now}"
        elif not now:
            severity, text = Severity.LOST, f"pooled {name} removed; it was {was}"
        else:
            severity, text = Severity.CHANGED, f"pooled {name} is now {now}; it was {was}"
        yield pair.change(Kind.FINDING, severity, text, was, now, place)


def _estimates(review: Review, treatment: TreatmentNode) -> dict[tuple[str, str], str]:
    """The pooled estimates of a treatment in words, by what is pooled and the place on its page."""
    if not treatment.record.syntheses or synthesis.missing_packages():
        return {}
    found: dict[tuple[str, str], str] = {}
    for analysis in review.once(synthesis.analyses)[treatment.id]:
        measure, outcome = synthesis.wording.measure_and_time(analysis.record), analysis.outcome.record.name
        if analysis.record.unit:
            measure = f"{measure} in {analysis.record.unit}"
        name = f"{measure} for “{outcome}” against {measures.in_sentence(analysis.against.record.name)}"
        said = analysis.text(analysis.pooled.effect) if analysis.pooled else "not pooled"
        studies = measures.counted(len(analysis.rows), "study", "studies")
        found[name, f"outcome-{analysis.outcome.id}"] = (
            f"{said}, from {studies} of {measures.persons(analysis.persons)}"
        )
    return found


def _cell(pair: Pair[TreatmentNode], column: r.SummaryColumn, was: Cell, now: Cell) -> Iterator[Change]:
    if was != now:
        before, after = _in_words(was), _in_words(now)  # these can hold a “to” themselves
        text = f"“{column.title}” is now {after}; it was {before}"
        severity = Severity.CHANGED if now.value else Severity.LOST
        yield pair.change(Kind.FINDING, severity, text, before, after)


def _in_words(cell: Cell) -> str:
    if not cell.value:
        return cell.behind or "not reported"
    return f"{cell.value} ({cell.behind})"
