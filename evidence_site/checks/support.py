"""What is stated rests on sources: cited, read as far as it takes, and recorded with the number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evidence_site import measures, prose, recorded_numbers, records as r
from evidence_site.checks.shared import stating, warning
from evidence_site.problems import Place, Problem
from evidence_site.review import Review, SourceNode
from evidence_site.scaffolds import TO_DO
from evidence_site.sentences import offsets_in


def supported_statements(review: Review) -> Iterator[Problem]:
    """A statement cites a source; a source of which only the title was read supports no number beyond its title."""
    for loaded in stating(review):
        for path, text in _claims(loaded.record):
            if not text.startswith(TO_DO):  # that claims nothing yet
                yield from _supported(review, loaded.place(path), text)


def _claims(record: r.Stating) -> Iterator[tuple[r.Path, str]]:
    for path, statement in r.statements(record):
        yield (*path, "text"), statement.text
    if isinstance(record, r.Treatment):
        for position, rating in enumerate(record.certainty):
            yield ("certainty", position, "finding"), rating.finding


def _supported(review: Review, place: Place, text: str) -> Iterator[Problem]:
    parsed = prose.parse(text)
    if not parsed.citations:
        yield Problem(
            place,
            "statement-without-source",
            "This statement cites no source.",
            "Add the source that says so, such as [@key, abstract], or move the sentence to the gaps.",
        )
    elif _NUMBER.search(prose.plain(text)) and all(_only_title(review, citation) for citation in parsed.citations):
        yield Problem(
            place,
            "number-from-title-only",
            "This statement gives a number, but only the titles of its sources were read.",
            "Cite a source that was read further; if the number stands in the title, write [@key, title].",
        )


_NUMBER = re.compile(r"\d")


def _only_title(review: Review, citation: prose.Citation) -> bool:
    source = review.evidence.sources.get(citation.key)
    return source is not None and source.record.read is r.Reading.TITLE and "title" not in citation.locator.lower()


def numbers_were_read(review: Review) -> Iterator[Problem]:
    """A result cannot stand anywhere but in the title of a source of which only the title was read."""
    for study in review.studies.values():
        sources = [review.evidence.sources.get(key) for key in study.record.reports]
        if not sources or any(source is None or source.record.read is not r.Reading.TITLE for source in sources):
            continue
        unseen = [o for o in study.observations if "title" not in o.result.where.lower()]
        if unseen:
            # One mistake, however many results there are: most often the record of the source is behind the study.
            others = len(unseen) - 1
            those = f"this result and {measures.counted(others, 'other', 'others')}" if others else "this result"
            records = ", ".join(source.document.file for source in sources if source)
            yield Problem(
                study.loaded.place((*unseen[0].path, "where")),
                "result-not-read",
                f"Only the title of this study's report was read, so {those} cannot have been seen there.",
                f"Correct read in {records}, or leave {'them' if others else 'the result'} out.",
            )


def numbers_in_sources(review: Review) -> Iterator[Problem]:
    """Warn of a number in a cited text that no record of the sources of its sentence gives."""
    for (loaded, path), found in recorded_numbers.unborne(review):
        text = r.text_at(loaded.record, path)
        offsets = offsets_in(text, prose.parse(text), [one.position for one in found])
        for one, offset in zip(found, offsets, strict=True):
            if all(_only_title(review, citation) for citation in one.citations):
                continue  # nothing but its title is known of any of them
            keys = [source.key for source in one.sources]
            record = f"evidence/sources/{keys[0]}.yaml" if len(keys) == 1 else "the record of the source that says so"
            yield warning(
                loaded.place_of_text(path, offset),
                "number-not-in-sources",
                f"No record of what this sentence cites gives {one.number.text}: {_looked_at(one.sources)}.",
                f"If the source says so, put it with its place under findings in {record}; "
                "if not, correct it, or cite the source that gives it.",
            )


_SHOWN_SOURCES = 3


def _looked_at(sources: Sequence[SourceNode]) -> str:
    """The sources in a few words, each with what is recorded of it."""
    shown = []
    for source in sources[:_SHOWN_SOURCES]:
        parts = ["findings"] if source.record.findings else []
        if source.studies:
            parts.append(f"study {source.studies[0].id}" if len(source.studies) == 1 else "its studies")
        shown.append(f"@{source.key} ({', '.join(parts)})")
    more = len(sources) - len(shown)
    return "looked at " + ", ".join(shown) + (f" and {more} more" if more else "")
