"""Sources: each has its entry in references.bib and its record, is cited, read and can be found again."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import prose, records as r
from evidence_site.checks.shared import warning
from evidence_site.cited_texts import marked_up
from evidence_site.hints import nearest
from evidence_site.problems import Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import FOLDERS, Review


def references_and_sources(review: Review) -> Iterator[Problem]:
    """Every entry of references.bib has a source record that says how far it was read, and the other way round."""
    evidence = review.evidence
    read = evidence.sources.keys() | evidence.unreadable["sources"]
    for key, reference in evidence.references.items():
        if key not in read:
            yield Problem(
                reference.place,
                "missing-source-record",
                f"“{key}” has no source record, so nobody knows how far it was read.",
                f"Write evidence/sources/{key}.yaml; “new source {key}” begins it.",
            )
    unreadable = evidence.unreadable["references"]
    without_record = evidence.references.keys() - evidence.sources.keys()
    for key, loaded in evidence.sources.items():
        if key not in evidence.references and unreadable.isdisjoint({key, "*"}):
            yield Problem(
                loaded.place(()),
                "missing-reference",
                f"There is no entry “{key}” in evidence/references.bib.",
                nearest(key, without_record) if without_record else "Add the entry, or delete this file.",
            )


def possible_dates(review: Review) -> Iterator[Problem]:
    """Nobody checked the standing of a source before the notice that was found."""
    for source in review.sources.values():
        standing = source.record.standing
        if standing.checked and standing.date and standing.checked < standing.date:
            yield Problem(
                source.loaded.place(("standing", "checked")),
                "impossible-date",
                f"The standing was checked on {standing.checked}, before the notice of {standing.date}.",
                "Correct one of the two dates.",
            )


def sources_in_use(review: Review) -> Iterator[Problem]:
    """Warn of sources that nothing cites, of which only the title was read, or that carry no identifier."""
    cited = {key for study in review.studies.values() for key in study.record.reports}
    # A record that could not be read may cite anything: what is wrong with it has been told.
    may_be_uncited = not any(review.evidence.unreadable[name] for name in (*FOLDERS, "outcomes") if name != "sources")
    for loaded in review.evidence.all_records():
        cited |= loaded.once(_cited)
    for key, source in review.sources.items():
        if key not in cited and may_be_uncited:
            yield warning(
                source.reference.place,
                "uncited-source",
                f"“{key}” is cited nowhere in the records.",
                "Cite it where it supports a statement, or remove it.",
            )
        sought = {text.casefold() for text in source.record.not_found}
        if source.record.read is r.Reading.TITLE and "abstract" not in sought:
            yield warning(
                source.loaded.place(("read",)),
                "unread-source",
                f"Only the title of “{key}” was read.",
                "Read its abstract or text, and correct read and read_at, or name abstract under not_found.",
            )
        has_identifier = source.reference.doi or source.reference.pmid or source.reference.pmcid
        if not has_identifier and not {"doi", "pmid"} <= sought:
            yield warning(
                source.reference.place,
                "missing-identifier",
                f"“{key}” has neither DOI nor PMID nor PMCID.",
                "Add one if the publisher or PubMed shows it, else name DOI and PMID under not_found.",
            )


def _cited(loaded: Loaded[r.Record]) -> frozenset[str]:
    """The keys that the prose of a record cites."""
    return frozenset(key for _, text in loaded.once(marked_up) for key in prose.parse(text).keys)
