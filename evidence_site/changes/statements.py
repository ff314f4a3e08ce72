"""Statements that came, went, say something else, or lost what they rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from evidence_site import addresses, measures, prose, records as r, views
from evidence_site.changes.change import Change, Kind, Severity
from evidence_site.reference_style import short_name
from evidence_site.review import Review, SourceNode


def statement_changes(name: str, address: str, file: str, old: r.Stating, new: r.Stating) -> Iterator[Change]:
    """Statements that are gone, say something else, lost a source or are new. One that only moved is no change."""
    before, after = _by_id(old), _by_id(new)
    said_before, said_after = set(before.values()), set(after.values())
    places = statement_places(address, new)
    for id_, text in after.items():
        anchor = places[id_]
        if id_ in before and before[id_] != text:
            yield _rewritten(name, anchor, file, before[id_], text)
        elif id_ not in before and text not in said_before:
            said = f"statement added: “{short(text)}”"
            yield Change(Kind.STATEMENT, Severity.ADDED, name, said, anchor, file, "", prose.plain(text))
    for id_, text in before.items():
        if id_ not in after and text not in said_after:
            said = f"statement removed: “{short(text)}”"
            yield Change(Kind.STATEMENT, Severity.LOST, name, said, address, file, prose.plain(text))


def statement_places(page: str, record: r.Stating) -> Mapping[str, str]:
    """Where each statement of a record stands, by its id, given the record's page."""
    places: dict[str, str] = {}
    for path, statement in r.statements(record):
        places.setdefault(statement.id, addresses.statement(page, str(path[0]), statement.id))
    return places


def _rewritten(name: str, anchor: str, file: str, old: str, new: str) -> Change:
    before, after = prose.plain(old), prose.plain(new)
    lost, won = _keys(old) - _keys(new), _keys(new) - _keys(old)
    if lost and not _keys(new):
        severity, text = Severity.LOST, f"statement lost all its sources: “{short(new)}”"
    elif lost and not won:
        severity, text = Severity.LOST, f"statement lost {_sources_counted(lost)}: “{short(new)}”"
    elif before != after:
        severity, text = Severity.CHANGED, f"statement changed: “{short(new)}”"
    elif won:
        severity, text = Severity.ADDED, f"statement won {_sources_counted(won)}: “{short(new)}”"
    else:
        severity, text = Severity.EDITED, f"statement cites other places: “{short(new)}”"
    return Change(Kind.STATEMENT, severity, name, text, anchor, file, before, after)


def _sources_counted(keys: Collection[str]) -> str:
    return measures.counted(len(keys), "source", "sources")


def _keys(text: str) -> frozenset[str]:
    return prose.parse(text).keys


def _by_id(record: r.Stating) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, statement in r.statements(record):
        found.setdefault(statement.id, statement.text)
    return found


_LONGEST = 160


def short(text: str) -> str:
    """The beginning of a text, cut between words."""
    words = prose.plain(text)
    if len(words) <= _LONGEST:
        return words
    return words[:_LONGEST].rpartition(" ")[0].rstrip(".,;:") + " …"


# --- what statements rest on -----------------------------------------------------------------------------------------


def support_changes(old: Review, new: Review) -> Iterator[Change]:
    """What still says the same, but of whose sources one was retracted, was read less far than thought, or is gone."""
    weaker = {
        key: (short_name(node.reference), why)
        for key, node in old.sources.items()
        if (why := _weaker(node, new.sources.get(key)))
    }
    if not weaker:
        return
    said_before = {(address, text) for _, address, _, _, text in _supported(old)}
    for name, address, file, what, text in _supported(new):
        cited = _keys(text) if (address, text) in said_before else set()
        for key in sorted(cited & weaker.keys()):
            source, why = weaker[key]
            which = "its only source" if len(cited) == 1 else f"one of its {len(cited)} sources"
            said = f"{what} lost support: {which}, {source}, {why}: “{short(text)}”"
            yield Change(Kind.STATEMENT, Severity.LOST, name, said, address, file)


FALLEN = frozenset({r.StandingStatus.RETRACTED, r.StandingStatus.EXPRESSION_OF_CONCERN})
"""Standings in which a source supports little."""
READINGS = (r.Reading.TITLE, r.Reading.ABSTRACT, r.Reading.FULL_TEXT)
"""From the least to the most that was read."""


def _weaker(old: SourceNode, new: SourceNode | None) -> str:
    """Why a source supports less than before; empty if it does not."""
    if new is None:
        return "is no longer among the sources"
    was, now = old.record.standing.status, new.record.standing.status
    if now in FALLEN and now != was:
        return {
            r.StandingStatus.RETRACTED: "is now retracted",
            r.StandingStatus.EXPRESSION_OF_CONCERN: "now bears an expression of concern",
        }[now]
    if READINGS.index(new.record.read) < READINGS.index(old.record.read):
        return f"is now told as read less far ({views.READING[new.record.read]})"
    return ""


def _supported(review: Review) -> Iterator[tuple[str, str, str, str, str]]:
    """Everything that sources are to support: name and place of its record, what it is, and the text."""
    for treatment in review.treatments.values():
        name, page, file = treatment.record.name, addresses.treatment(treatment.id), treatment.loaded.document.file
        yield name, page, file, "the bottom line", treatment.record.bottom_line
        places = statement_places(page, treatment.record)
        for _, statement in r.statements(treatment.record):
            yield name, places[statement.id], file, "statement", statement.text
        for rating in treatment.record.certainty:
            outcome = review.outcomes.get(rating.outcome)
            what = f"the finding for “{outcome.record.name if outcome else rating.outcome}”"
            yield name, f"{page}#outcome-{rating.outcome}", file, what, rating.finding
    for id_, topic in review.topics.items():
        for _, statement in r.statements(topic.record):
            address = f"{addresses.topic(id_)}#{statement.id}"
            yield topic.record.title, address, topic.document.file, "statement", statement.text
    for node in review.outcomes.values():
        for _, statement in r.statements(node.record):
            address = f"{addresses.outcome(node.id)}#{statement.id}"
            yield node.record.name, address, node.loaded.document.file, "statement", statement.text
