"""Citations in prose: they name entries of references.bib, and are written so that they are citations."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Set
from functools import partial

from evidence_site import prose, records as r
from evidence_site.checks.shared import warning
from evidence_site.cited_texts import marked_up
from evidence_site.hints import nearest
from evidence_site.latex import shorten
from evidence_site.problems import Place, Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Review


def citations(review: Review) -> Iterator[Problem]:
    """Citations name entries of references.bib, and stand in brackets."""
    unreadable = review.evidence.unreadable["references"]
    if "*" in unreadable:
        return
    known = review.evidence.references.keys() | unreadable
    sources = review.evidence.sources.items()
    retracted = {key for key, source in sources if source.record.standing.status is r.StandingStatus.RETRACTED}
    for loaded in review.evidence.all_records():
        for path, text in loaded.once(marked_up):
            parsed = prose.parse(text)
            yield from prose_problems(parsed, known, partial(_word_in, loaded, path))
            if retracted:
                yield from _retracted(retracted, loaded, path, parsed, text)


def _retracted(
    retracted: Set[str], loaded: Loaded[r.Record], path: r.Path, parsed: prose.Prose, text: str
) -> Iterator[Problem]:
    """What rests on a retracted source, unless the text or the study that it reports says so."""
    own = loaded.record.reports if isinstance(loaded.record, r.Study) else ()
    if _SAYS_SO.search(text):
        return
    for cluster in parsed.clusters:
        for citation in cluster.citations:
            if citation.key in retracted and citation.key not in own:
                yield warning(
                    _word_in(loaded, path, cluster.line, f"@{citation.key}"),
                    "retracted-source-cited",
                    f"@{citation.key} was retracted, and this text does not say so.",
                    "Rest the claim on another source, or say in the text that this one was retracted.",
                )


_SAYS_SO = re.compile(r"retract|withdr[ae]w", re.IGNORECASE)


def _word_in(loaded: Loaded[r.Record], path: r.Path, line: int, word: str) -> Place:
    return loaded.place_of_text(path, offset_of(r.text_at(loaded.record, path), line, word))


def prose_problems(
    parsed: prose.Prose, known: Collection[str], place: Callable[[int, str], Place]
) -> Iterator[Problem]:
    """What is wrong with the citations of a text; ``place`` says where a word stands, from a line (from 0) on."""
    for cluster in parsed.clusters:
        for citation in cluster.citations:
            if citation.key not in known:
                yield Problem(
                    place(cluster.line, f"@{citation.key}"),
                    "unknown-citation",
                    f"The citation @{citation.key} has no entry in evidence/references.bib.",
                    nearest(citation.key, known),
                )
            for key in prose.keys_within(citation):
                yield warning(
                    place(cluster.line, f"@{key}"),
                    "citation-in-citation",
                    f"@{key} stands where the place in @{citation.key} belongs, so it is not a citation.",
                    f"Put a semicolon between sources: [@{citation.key}, abstract; @{key}, abstract].",
                )
    for bare in parsed.unmarked:
        if bare.key in known:
            yield warning(
                place(bare.line, f"[{bare.key}"),
                "citation-without-at",
                f"“{bare.key}” has no @ in front of it, so it is not a citation.",
                f"Write [@{bare.key}, {bare.locator}]."
                if bare.locator
                else f"Write [@{bare.key}, abstract], with the place in the source.",
            )
    for bare in parsed.bare_keys:
        if bare.key in known:
            place_too = f", {bare.locator}" if bare.locator else ""
            message = f"@{bare.key} stands outside square brackets, so it is not a citation."
            if bare.opened_by == "[":
                message = f"What stands in the brackets with @{bare.key} is not written as a citation, so it is none."
            yield warning(
                place(bare.line, f"@{bare.key}"),
                "citation-without-brackets",
                message,
                f"Write [@{bare.key}{place_too}]." + (_SEPARATORS if bare.opened_by == "[" else ""),
            )
    for line in parsed.images:
        yield warning(
            place(line, "!["),
            "image-in-text",
            "Images cannot be shown in the text of a record.",
            "Describe what the image shows, and cite its source.",
        )
    for address, line in parsed.unlinked:
        page = _PAGE_OF_A_REVIEW.fullmatch(address)
        hint = (
            f"Write /{page['page']}/, with a slash at both ends." if page else "Write https:// and the whole address."
        )
        yield warning(
            place(line, f"({address})"),
            "link-as-text",
            f"The link to “{shorten(address)}” leads neither to a page of this site nor to the web, so it stays text.",
            hint,
        )


_SEPARATORS = " A comma stands before the place in the source, a semicolon only before another @key."

_PAGE_OF_A_REVIEW = re.compile(
    r"(?:\.{1,2}/)*(?:docs/|evidence/)?(?P<page>[a-z0-9-]+(?:/[a-z0-9-]+)*?)(?:/index)?(?:\.md|\.yaml|\.html)?/?"
)
"""An address as on a disk or in another tool, and within it what leads to the page here."""


def offset_of(text: str, line: int, word: str) -> int:
    """Where a word first stands in a text, from a line (from 0) on; if it does not, where that line begins."""
    start = sum(len(part) + 1 for part in text.split("\n")[:line])
    match = re.compile(re.escape(word) + (r"(?!\w)" if word[-1].isalnum() else "")).search(text, start)
    return match.start() if match else start
