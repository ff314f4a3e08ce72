"""Two readers: contributors of the review, two people, and both extractions there where a study is extracted twice."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from evidence_site import records as r
from evidence_site.agreement import agreement
from evidence_site.checks.shared import warning
from evidence_site.extractions import Pair, pairs
from evidence_site.problems import Place, Problem
from evidence_site.readers import SECOND, comparable, first_reader, own_names, readers
from evidence_site.record_reading import EXTRACTIONS, Loaded, extracted_study
from evidence_site.review import TWICE, Evidence, Review


def known_readers(review: Review) -> Iterator[Problem]:
    """Readers are contributors of the review, the second is not the first, and nobody checks what is not there yet."""
    home = review.evidence.review
    yield from _told_apart(home)
    for loaded in review.evidence.all_records():
        found = readers(home.record, loaded.record)
        for field, reader in found.items():
            if reader.contributor is None:
                yield Problem(
                    _place(loaded, field),
                    "unknown-contributor",
                    f"There is no contributor “{reader.written}”.",
                    _nearest(home.record, reader.written),
                )
        first, second = first_reader(found), found.get(SECOND)
        if first is None or second is None:
            continue
        if first.contributor is not None and first.contributor == second.contributor:
            yield Problem(
                _place(loaded, SECOND),
                "same-reader",
                f"{second.name} cannot be the second reader of what {second.name} did.",
                "Ask somebody else to compare it with the source, or leave checked_by out.",
            )
        if first.date and second.date and second.date < first.date:
            yield Problem(
                loaded.place((SECOND, "date")),
                "impossible-date",
                f"It was checked on {second.date}, before it was there on {first.date}.",
                "Correct one of the two dates.",
            )


def _place(loaded: Loaded[r.Record], field: str) -> Place:
    is_signed = isinstance(getattr(loaded.record, field), r.Signed)
    return loaded.place((field, "reader") if is_signed else (field,))


def _nearest(home: r.Review, name: str) -> str:
    known = [name for person in home.contributors for name in own_names(person)]
    close = get_close_matches(comparable(name), known, 1, 0.6)
    if close:
        return f"Did you mean {close[0]}?"
    if known:
        return f"Known: {', '.join(known[:12])}. Add others to the contributors in evidence/review.yaml."
    return "Add her or him to the contributors in evidence/review.yaml, with an id, ORCID iD or GitHub name."


def _told_apart(home: Loaded[r.Review]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, person in enumerate(home.record.contributors):
        for field, name in (("id", person.id), ("orcid", person.orcid), ("github", person.github)):
            if name and first.setdefault(comparable(name), position) != position:
                yield Problem(
                    home.place(("contributors", position, field)),
                    "duplicate-id",
                    f"“{name}” stands for two contributors.",
                    "Give each her or his own.",
                )


def extracted_twice(review: Review) -> Iterator[Problem]:
    """Two extractions come from two readers, and whoever adjudicates says so."""
    evidence = review.evidence
    found = pairs(evidence)
    for id_, loaded in sorted(evidence.extractions.items()):
        yield from _extraction(evidence, id_, loaded)
    for pair in found.values():
        yield from _two_readers(evidence, pair)
        yield from _adjudication(evidence, pair)
    for id_, loaded in evidence.studies.items():
        if loaded.record.adjudicated_by is not None and id_ not in found and not _is_unreadable(evidence, id_):
            yield Problem(
                loaded.key_place(("adjudicated_by",)),
                "adjudicated-without-extractions",
                f"There are no two extractions, {id_}.a.yaml and {id_}.b.yaml, to adjudicate between.",
                "Leave adjudicated_by out, and name who extracted and who checked the study.",
            )


def _is_unreadable(evidence: Evidence, study: str) -> bool:
    return not evidence.unreadable[TWICE].isdisjoint(f"{study}.{letter}" for letter in EXTRACTIONS)


def _extraction(evidence: Evidence, id_: str, loaded: Loaded[r.Study]) -> Iterator[Problem]:
    study, letter = extracted_study(id_)
    if loaded.record.extracted_by is None:
        yield Problem(
            loaded.place(()),
            "extraction-without-reader",
            "An extraction that is to be compared with another has to say who made it.",
            "Write extracted_by: and the id of a contributor.",
        )
    for field in ("checked_by", "adjudicated_by"):
        if getattr(loaded.record, field) is not None:
            yield Problem(
                loaded.key_place((field,)),
                "extraction-is-not-final",
                f"This is the extraction of one reader alone, so it takes no {field}.",
                f"Write {field} into {study}.yaml.",
            )
    other = f"{study}.{next(name for name in EXTRACTIONS if name != letter)}"
    if other not in evidence.extractions and other not in evidence.unreadable[TWICE]:
        waits = "" if study in evidence.studies else f" “{study}” is not part of the review until both are adjudicated."
        yield warning(
            loaded.place(()),
            "one-extraction",
            f"The other extraction, {other}.yaml, is not there yet.{waits}",
            "Its reader writes it without looking at this one.",
        )


def _two_readers(evidence: Evidence, pair: Pair) -> Iterator[Problem]:
    home = evidence.review.record
    one, two = (first_reader(readers(home, loaded.record)) for loaded in (pair.a, pair.b))
    if one and two and one.contributor is not None and one.contributor == two.contributor:
        yield Problem(
            pair.b.place(("extracted_by",)),
            "same-reader",
            f"{two.name} made both extractions.",
            "Two readers who do not know of each other are two people.",
        )


def _adjudication(evidence: Evidence, pair: Pair) -> Iterator[Problem]:
    said = f"The two extractions of “{pair.study}” agree in {pair.agreement.in_words}"
    hint = f"Write what holds into {pair.study}.yaml, with adjudicated_by."
    if pair.adjudicated is not None:
        yield from _differs_from_both(pair, pair.adjudicated)
    elif pair.study in evidence.studies:
        place = evidence.studies[pair.study].place(())
        yield Problem(place, "not-adjudicated", f"{said}, but nobody is named who adjudicated.", hint)
    elif pair.study not in evidence.unreadable[TWICE]:
        message = f"{said}. The study is neither published nor counted until they are adjudicated."
        yield warning(Place(pair.b.document.file), "not-adjudicated", message, hint)


def _differs_from_both(pair: Pair, whole: Loaded[r.Study]) -> Iterator[Problem]:
    agreed = {row.path_a for row in pair.agreement.rows if row.agree}
    for row in agreement(pair.a.record, whole.record).differing:
        if row.path_a in agreed:
            yield warning(
                whole.place(row.path_b),
                "differs-from-both",
                f"Both extractions agree in {row.words}, but the adjudicated record says something else.",
                "Correct it, or tell in the doubts why both were wrong.",
            )
