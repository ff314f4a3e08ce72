"""The rules that records keep beyond their types: each one reads the linked review and yields problems.

A rule is a function from ``Review`` to problems, listed in ``RULES``; adding one is writing it and naming it there.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial

from evidence_site import care, extractions, look_alikes, measures, prose, recorded_numbers, records as r
from evidence_site.certainty import DOWN, computed_level
from evidence_site.cited_texts import marked_up
from evidence_site.extractions import extracted_twice
from evidence_site.instruments import NONE, AllowedAnswer, Instrument, fitting, instruments, said
from evidence_site.problems import Place, Problem, Severity
from evidence_site.readers import known_readers
from evidence_site.record_reading import Loaded
from evidence_site.record_words import simplest, where_is
from evidence_site.review import FOLDERS, Arm, Observation, Review, SourceNode, StudyNode
from evidence_site.scaffolds import TO_DO
from evidence_site.sentences import offsets_in
from evidence_site.synthesis import FEWEST_TO_POOL, SEVERAL, Analysis, analyses, missing_packages

Rule = Callable[[Review], Iterator[Problem]]


def check(review: Review) -> list[Problem]:
    """Every problem that any rule finds in the review."""
    found = [problem for rule in RULES for problem in rule(review)]
    # Each of two extractions is a whole record of its study, and has to stand on its own.
    for alone, files in extractions.alone(review):
        rules = [rule for rule in RULES if rule is not extracted_twice]
        found += [problem for rule in rules for problem in rule(alone) if problem.place.file in files]
    return found


OtherNames = Iterable[tuple[str, Iterable[str | None]]]
"""Ids, each with what else the thing is called."""


def nearest(word: str, known: Iterable[str], called: OtherNames = ()) -> str:
    """A hint that names the nearest known id, or some of the known ones; ``called`` are other names of some of them."""
    names = sorted(known)
    meant = sorted({id_ for id_, others in called if any(n and simplest(n) == simplest(word) for n in others)})
    with_word = [name for name in names if word in re.split("[-_/]", name)][:5]
    if meant and set(with_word) <= set(meant):
        return f"Did you mean {' or '.join(meant)}? That is the id for “{word}”."
    close = list(dict.fromkeys([*meant, *with_word])) or difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if not names:
        return "There are none yet."
    shown = ", ".join(names[:12])
    return f"Known: {shown}{' and more' if len(names) > 12 else ''}."


# --- ids that lead nowhere -------------------------------------------------------------------------------------------


def _dangling(
    loaded: Loaded[r.Record],
    path: r.Path,
    what: str,
    id_: str,
    known: Collection[str],
    unreadable: Collection[str] = (),
    called: OtherNames = (),
) -> Iterator[Problem]:
    if id_ in known or id_ in unreadable or "*" in unreadable:
        return
    # Where a field is named by the id, it is the name that is wrong and not its value.
    place = loaded.key_place(path) if path[-1] == id_ else loaded.place(path)
    code = f"unknown-{what.partition(' of ')[0].replace(' ', '-')}"
    yield Problem(place, code, f"There is no {what} “{id_}”.", nearest(id_, known, called))


def known_ids(review: Review) -> Iterator[Problem]:
    """Every id that a record names belongs to something that exists."""
    evidence = review.evidence
    home = evidence.review
    index = home.record.index_article
    if index:
        yield from _key(review, home, ("index_article", "source"), index.source)
        yield from _dangling(
            home, ("index_article", "case"), "case", index.case, review.cases, evidence.unreadable["cases"]
        )
    yield from _findings_table(review)
    for number, characteristic in enumerate(home.record.characteristics):
        yield from _care_items(home, ("characteristics", number, "care"), characteristic.care)
    for node in review.outcomes.values():
        yield from _care_items(node.loaded, ("care",), node.record.care)
    for study in review.studies.values():
        yield from _study_ids(review, study)
    for case in review.cases.values():
        yield from _case_ids(review, case)
    for treatment in review.treatments.values():
        yield from _treatment_ids(review, treatment.loaded)


def _findings_table(review: Review) -> Iterator[Problem]:
    home = review.evidence.review
    for number, column in enumerate(home.record.findings_table):
        for position, outcome in enumerate(column.outcomes):
            yield from _outcome(review, home, ("findings_table", number, "outcomes", position), outcome)
        if (column.kind == "percent_change") is (column.months is None):
            without = "events" if column.kind == "percent_change" else column.kind
            yield Problem(
                home.place(("findings_table", number)),
                "findings-column",
                f"The column “{column.title}” shows {measures.words(column.kind)}, "
                + ("so it needs a time." if column.months is None else "so it takes no time."),
                f"Give months for kind: percent_change, and leave it out for kind: {without}.",
            )


def _treatment_ids(review: Review, loaded: Loaded[r.Treatment]) -> Iterator[Problem]:
    for position, rating in enumerate(loaded.record.certainty):
        yield from _outcome(review, loaded, ("certainty", position, "outcome"), rating.outcome)
    for caution in loaded.record.cautions:
        yield from _dangling(loaded, ("cautions", caution), "caution", caution, review.cautions)
    for position, asked in enumerate(loaded.record.syntheses):
        path: r.Path = ("syntheses", position)
        yield from _outcome(review, loaded, (*path, "outcome"), asked.outcome)
        yield from _treatment(review, loaded, (*path, "against"), asked.against)
        if asked.order_by:
            known = review.characteristics
            yield from _dangling(loaded, (*path, "order_by"), "characteristic", asked.order_by, known)


def _key(review: Review, loaded: Loaded[r.Record], path: r.Path, key: str) -> Iterator[Problem]:
    unreadable = review.evidence.unreadable["references"]
    yield from _dangling(loaded, path, "reference", key, review.evidence.references, unreadable)


def _outcome(review: Review, loaded: Loaded[r.Record], path: r.Path, id_: str) -> Iterator[Problem]:
    called = ((o.id, (o.record.name, o.record.abbreviation, *o.record.synonyms)) for o in review.outcomes.values())
    yield from _dangling(loaded, path, "outcome", id_, review.outcomes, review.evidence.unreadable["outcomes"], called)


def _treatment(review: Review, loaded: Loaded[r.Record], path: r.Path, id_: str) -> Iterator[Problem]:
    unreadable = review.evidence.unreadable["treatments"]
    called = ((id_, _names_of_treatment(node.record)) for id_, node in review.treatments.items())
    yield from _dangling(loaded, path, "treatment", id_, review.treatments, unreadable, called)


def _names_of_treatment(record: r.Treatment) -> Iterator[str]:
    """Everything by which it is known: drugs are often named where their class belongs."""
    yield from (record.name, *record.synonyms)
    for agent in record.agents:
        yield from (agent.name, *agent.synonyms)


def _time(review: Review, loaded: Loaded[r.Record], path: r.Path, time: r.Time | r.Missing | None) -> Iterator[Problem]:
    if isinstance(time, r.Time) and not isinstance(time.after, r.Missing):
        yield from _dangling(loaded, (*path, "after"), "anchor", time.after, review.anchors)


def _care_items(loaded: Loaded[r.Record], path: r.Path, items: Sequence[str]) -> Iterator[Problem]:
    for position, item in enumerate(items):
        yield from _dangling(loaded, (*path, position), "checklist item", item, care.item_ids())


def _study(review: Review, loaded: Loaded[r.Record], path: r.Path, id_: str, of: str = "") -> Iterator[Problem]:
    known = review.studies.keys() - {of}
    yield from _dangling(loaded, path, "study", id_, known, review.evidence.unreadable["studies"])


def _study_ids(review: Review, study: StudyNode) -> Iterator[Problem]:
    loaded, record = study.loaded, study.record
    for position, key in enumerate(record.reports):
        yield from _key(review, loaded, ("reports", position), key)
    groups = [group.id for group in record.groups]
    for arm in study.arms:
        yield from _arm_ids(review, arm, groups)
    for position, comparison in enumerate(record.comparisons):
        path: r.Path = ("comparisons", position)
        yield from _outcome(review, loaded, (*path, "outcome"), comparison.outcome)
        yield from _dangling(loaded, (*path, "group"), "group", comparison.group, groups)
        yield from _dangling(loaded, (*path, "against"), "group", comparison.against, groups)
        yield from _time(review, loaded, (*path, "time"), comparison.time)
    for position, overlap in enumerate(record.overlaps):
        yield from _study(review, loaded, ("overlaps", position, "study"), overlap.study, study.id)
    for position, distinct in enumerate(record.distinct_from):
        yield from _study(review, loaded, ("distinct_from", position, "study"), distinct.study, study.id)
    for name in record.characteristics:
        yield from _dangling(loaded, ("characteristics", name), "characteristic", name, review.characteristics)
    if record.appraisal:
        yield from _appraisal_ids(review, study, record.appraisal)


def _appraisal_ids(review: Review, study: StudyNode, appraisal: r.Appraisal) -> Iterator[Problem]:
    loaded = study.loaded
    if appraisal.outcome:
        yield from _outcome(review, loaded, ("appraisal", "outcome"), appraisal.outcome)
    known = instruments()
    if appraisal.instrument != NONE:
        names = [*known, NONE]
        yield from _dangling(loaded, ("appraisal", "instrument"), "instrument", appraisal.instrument, names)
    if appraisal.instrument in known:
        items = known[appraisal.instrument].item_ids
        for item in appraisal.answers:
            yield from _dangling(loaded, ("appraisal", "answers", item), "item of this instrument", item, items)


def _arm_ids(review: Review, arm: Arm, groups: Sequence[str]) -> Iterator[Problem]:
    loaded = arm.study.loaded
    for position, exposure in enumerate(arm.record.exposures):
        path = (*arm.path, "exposures", position)
        yield from _treatment(review, loaded, (*path, "treatment"), exposure.treatment)
        yield from _time(review, loaded, (*path, "start"), exposure.start)
    for position, result in enumerate(arm.record.results):
        path = (*arm.path, "results", position)
        yield from _outcome(review, loaded, (*path, "outcome"), result.outcome)
        yield from _time(review, loaded, (*path, "time"), result.time)
        if result.treatment:
            yield from _treatment(review, loaded, (*path, "treatment"), result.treatment)
        if result.report:
            yield from _dangling(
                loaded, (*path, "report"), "report of this study", result.report, arm.study.record.reports
            )
    if isinstance(arm.record.onset, r.Onset):
        yield from _time(review, loaded, (*arm.path, "onset", "time"), arm.record.onset.time)
    for name in arm.record.characteristics:
        yield from _dangling(
            loaded, (*arm.path, "characteristics", name), "characteristic", name, review.characteristics
        )
    if arm.parent:
        name = "part_of" if isinstance(arm.record, r.Group) else "group"
        yield from _dangling(loaded, (*arm.path, name), "group", arm.parent, groups)
    if isinstance(arm.record, r.Person):
        if arm.record.same_person_as:
            yield from _person(review, loaded, (*arm.path, "same_person_as"), arm.record.same_person_as)
        for named in arm.record.distinct_because:
            yield from _person(review, loaded, (*arm.path, "distinct_because", named), named)


def _person(review: Review, loaded: Loaded[r.Record], path: r.Path, named: str) -> Iterator[Problem]:
    study, _, person = named.partition("/")
    other = review.studies[study].arm(person) if study in review.studies else None
    if study not in review.evidence.unreadable["studies"] and not (other and isinstance(other.record, r.Person)):
        persons = [f"{s.id}/{person.id}" for s in review.studies.values() for person in s.record.persons]
        yield from _dangling(loaded, path, "person", named, persons)


def _case_ids(review: Review, case: Loaded[r.Case]) -> Iterator[Problem]:
    studies = review.studies
    unreadable = review.evidence.unreadable["studies"]
    yield from _dangling(case, ("study",), "study", case.record.study, studies, unreadable)
    if case.record.study in studies:
        persons = [person.id for person in studies[case.record.study].record.persons]
        yield from _dangling(case, ("person",), "person", case.record.person, persons)
    if not isinstance(case.record.timeline, r.Missing):
        for position, event in enumerate(case.record.timeline):
            yield from _time(review, case, ("timeline", position, "time"), event.time)


def unique_ids(review: Review) -> Iterator[Problem]:
    """Ids are used once where they have to tell things apart, since links are made of them."""
    for study in review.studies.values():
        yield from _repeats(study.loaded, [((*arm.path, "id"), arm.id) for arm in study.arms])
    for treatment in review.treatments.values():
        statements = list(_statements(treatment.record))
        yield from _repeats(treatment.loaded, [((*path, "id"), statement.id) for path, statement in statements])
        ratings = treatment.record.certainty
        yield from _repeats(
            treatment.loaded, [(("certainty", n, "outcome"), rating.outcome) for n, rating in enumerate(ratings)]
        )
        pairs = [(s.outcome, s.against, s.measure) for s in treatment.record.syntheses]
        for position, pair in enumerate(pairs):
            if pair in pairs[:position]:
                message = f"{pair[0]} is pooled against {pair[1]} as {measures.words(pair[2])} already."
                place = treatment.loaded.place(("syntheses", position))
                yield Problem(place, "duplicate-synthesis", message, "Delete one of the two.")
    for outcome in review.outcomes.values():
        named = [((*path, "id"), statement.id) for path, statement in _statements(outcome.record)]
        yield from _repeats(outcome.loaded, named)
    for topic in review.topics.values():
        named = [((*path, "id"), statement.id) for path, statement in _statements(topic.record)]
        named += [(("sections", n, "id"), section.id) for n, section in enumerate(topic.record.sections)]
        yield from _repeats(topic, named)
    home = review.evidence.review
    for field in ("anchors", "characteristics", "cautions"):
        items = getattr(home.record, field)
        yield from _repeats(home, [((field, n, "id"), item.id) for n, item in enumerate(items)])


def _repeats(loaded: Loaded[r.Record], named: Sequence[tuple[r.Path, str]]) -> Iterator[Problem]:
    first: dict[str, r.Path] = {}
    for path, name in named:
        if name in first:
            yield Problem(
                loaded.place(path),
                "duplicate-id",
                f"“{name}” is used twice; it was first used in line {loaded.place(first[name]).line}.",
                "Give each its own id: addresses and links are made of them.",
            )
        else:
            first[name] = path


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


# --- citations -------------------------------------------------------------------------------------------------------


def citations(review: Review) -> Iterator[Problem]:
    """Citations name entries of references.bib, and stand in brackets."""
    unreadable = review.evidence.unreadable["references"]
    if "*" in unreadable:
        return
    known = review.evidence.references.keys() | unreadable
    for loaded in review.evidence.all_records():
        for path, text in loaded.once(marked_up):
            yield from prose_problems(prose.parse(text), known, partial(_word_in, loaded, path))


def _cited(loaded: Loaded[r.Record]) -> frozenset[str]:
    """The keys that the prose of a record cites."""
    parsed = (prose.parse(text) for _, text in loaded.once(marked_up))
    return frozenset(citation.key for each in parsed for cluster in each.clusters for citation in cluster.citations)


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
                yield Problem(
                    place(cluster.line, f"@{key}"),
                    "citation-in-citation",
                    f"@{key} stands where the place in @{citation.key} belongs, so it is not a citation.",
                    f"Put a semicolon between sources: [@{citation.key}, abstract; @{key}, abstract].",
                    Severity.WARNING,
                )
    for key, line in parsed.unmarked:
        if key in known:
            yield Problem(
                place(line, f"[{key}"),
                "citation-without-at",
                f"“{key}” has no @ in front of it, so it is not a citation.",
                f"Write [@{key}, abstract], with the place in the source.",
                Severity.WARNING,
            )
    for key, line in parsed.bare_keys:
        if key in known:
            yield Problem(
                place(line, f"@{key}"),
                "citation-without-brackets",
                f"@{key} stands outside square brackets, so it is not a citation.",
                f"Write [@{key}].",
                Severity.WARNING,
            )
    for line in parsed.images:
        yield Problem(
            place(line, "!["),
            "image-in-text",
            "Images cannot be shown in the text of a record.",
            "Describe what the image shows, and cite its source.",
            Severity.WARNING,
        )


def _word_in(loaded: Loaded[r.Record], path: r.Path, line: int, word: str) -> Place:
    return loaded.place_of_text(path, offset_of(value_at(loaded.record, path), line, word))


def offset_of(text: str, line: int, word: str) -> int:
    """Where a word first stands in a text, from a line (from 0) on; if it does not, where that line begins."""
    start = sum(len(part) + 1 for part in text.split("\n")[:line])
    match = re.compile(re.escape(word) + (r"(?!\w)" if word[-1].isalnum() else "")).search(text, start)
    return match.start() if match else start


def value_at(record: r.Record, path: r.Path) -> str:
    """The text at a path of a record."""
    value: object = record
    for step in path:
        value = getattr(value, step) if isinstance(value, r.Record) else value[step]  # type: ignore[index,arg-type]
    return str(value)


def _statements(record: r.Treatment | r.Topic | r.Outcome) -> Iterator[tuple[r.Path, r.Statement]]:
    if isinstance(record, r.Outcome):
        for n, statement in enumerate(record.statements):
            yield ("statements", n), statement
        return
    if isinstance(record, r.Topic):
        for n, section in enumerate(record.sections):
            for m, statement in enumerate(section.statements):
                yield ("sections", n, "statements", m), statement
        return
    lists: list[tuple[r.Path, tuple[r.Statement, ...] | r.Missing]] = [
        (("mechanism",), record.mechanism),
        (("statements",), record.statements),
        *((("cautions", name), value) for name, value in record.cautions.items()),
    ]
    for path, statements in lists:
        if not isinstance(statements, r.Missing):
            for m, statement in enumerate(statements):
                yield (*path, m), statement


def supported_statements(review: Review) -> Iterator[Problem]:
    """A statement cites a source; a source of which only the title was read supports no number beyond its title."""
    claims: list[tuple[Loaded[r.Record], r.Path, str]] = []
    for treatment in review.treatments.values():
        claims += [(treatment.loaded, (*p, "text"), s.text) for p, s in _statements(treatment.record)]
        claims += [
            (treatment.loaded, ("certainty", n, "finding"), rating.finding)
            for n, rating in enumerate(treatment.record.certainty)
        ]
    for outcome in review.outcomes.values():
        claims += [(outcome.loaded, (*p, "text"), s.text) for p, s in _statements(outcome.record)]
    for topic in review.topics.values():
        claims += [(topic, (*p, "text"), s.text) for p, s in _statements(topic.record)]
    for loaded, path, text in claims:
        cited = [c for cluster in prose.parse(text).clusters for c in cluster.citations]
        if text.startswith(TO_DO):
            continue  # it claims nothing yet
        if not cited:
            yield Problem(
                loaded.place(path),
                "statement-without-source",
                "This statement cites no source.",
                "Add the source that says so, such as [@key, abstract], or move the sentence to the gaps.",
            )
        elif _NUMBER.search(prose.plain(text)) and all(_only_title(review, citation) for citation in cited):
            yield Problem(
                loaded.place(path),
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
        text = value_at(loaded.record, path)
        offsets = offsets_in(text, prose.parse(text), [one.position for one in found])
        for one, offset in zip(found, offsets, strict=True):
            if all(_only_title(review, citation) for citation in one.citations):
                continue  # nothing but its title is known of any of them
            keys = [source.key for source in one.sources]
            record = f"evidence/sources/{keys[0]}.yaml" if len(keys) == 1 else "the record of the source that says so"
            yield _warn(
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


# --- numbers ---------------------------------------------------------------------------------------------------------


def plausible_numbers(review: Review) -> Iterator[Problem]:
    """Numbers fit their unit, their range and each other."""
    for study in review.studies.values():
        for name, value in study.record.characteristics.items():
            characteristic = review.characteristics.get(name)
            if characteristic:
                yield from _characteristic(study.loaded, ("characteristics", name), characteristic, value)
        for arm in study.arms:
            yield from _arm_numbers(review, arm)
        for observation in study.observations:
            yield from _result_numbers(review, observation)
        for position, comparison in enumerate(study.record.comparisons):
            yield from _ordered(study.loaded, ("comparisons", position, "ci95"), comparison.ci95)


def _arm_numbers(review: Review, arm: Arm) -> Iterator[Problem]:
    loaded = arm.study.loaded
    age = arm.record.age_years
    ages = [age] if isinstance(age, int | float) else []
    if isinstance(age, r.Summary):
        ages = [n for n in (age.mean, age.median, *(age.range or ()), *(age.iqr or ())) if n is not None]
        yield from _summary_order(loaded, (*arm.path, "age_years"), age)
    if any(not 0 <= value <= 120 for value in ages):
        yield _implausible(loaded, (*arm.path, "age_years"), "Nobody is that old", "Give the age in years, 0 to 120.")
    if isinstance(arm.record.follow_up_months, r.Summary):
        yield from _summary_order(loaded, (*arm.path, "follow_up_months"), arm.record.follow_up_months)
    for position, exposure in enumerate(arm.record.exposures):
        if exposure.n and exposure.n > arm.n:
            yield _implausible(
                loaded,
                (*arm.path, "exposures", position, "n"),
                f"{exposure.n} persons had this treatment, but there are only {arm.n}",
                "Correct n here or in the group.",
            )
    for name, value in arm.record.characteristics.items():
        characteristic = review.characteristics.get(name)
        if characteristic:
            yield from _characteristic(loaded, (*arm.path, "characteristics", name), characteristic, value)


def _characteristic(
    loaded: Loaded[r.Record], path: r.Path, characteristic: r.Characteristic, value: object
) -> Iterator[Problem]:
    if isinstance(value, r.Missing):
        return
    kind = characteristic.kind
    fits = {
        r.CharacteristicKind.NUMBER: isinstance(value, int | float | r.Summary) and not isinstance(value, bool),
        r.CharacteristicKind.YES_NO: isinstance(value, bool),
        r.CharacteristicKind.TEXT: isinstance(value, str),
    }
    if not fits[kind]:
        wanted = {"number": "a number", "yes_no": "true or false", "text": "a short text"}[kind]
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            f"{characteristic.name} takes {wanted}.",
            f"Write {wanted}, or one of not_reported, unclear, not_applicable.",
        )
        return
    numbers = [value] if isinstance(value, int | float) and not isinstance(value, bool) else []
    if isinstance(value, r.Summary):
        yield from _summary_order(loaded, path, value)
        numbers = [n for n in (value.mean, value.median, *(value.range or ())) if n is not None]
    for number in numbers:
        yield from _within(loaded, path, characteristic.name, number, characteristic.lowest, characteristic.highest)


_HALF_A_PERSON = 0.5
"""What rounding of a percentage can make of one person."""


def _result_numbers(review: Review, observation: Observation) -> Iterator[Problem]:
    loaded, path, result, n = observation.study.loaded, observation.path, observation.result, observation.arm.n
    outcome = review.outcomes.get(result.outcome)
    number = result.value if isinstance(result.value, int | float) else None
    for name in ("ci95", "range", "iqr"):
        yield from _ordered(loaded, (*path, name), getattr(result, name))
    for name in ("n", "of"):
        behind = getattr(result, name)
        if behind and behind > n:
            message = f"{behind} persons stand behind this number, but there are only {n}"
            yield _implausible(loaded, (*path, name), message, f"Correct {name}.")
    yield from _kind_of_value(loaded, (*path, "value"), result)
    if number is None:
        return
    if result.statistic is r.Statistic.PERSONS_WITH_EVENT:
        total = result.of or observation.persons or n
        if not 0 <= number <= total or number != int(number):
            yield _implausible(
                loaded,
                (*path, "value"),
                f"{number:g} of {total} persons cannot have had the event",
                "Write a whole number of persons, at most as many as there were.",
            )
    elif result.statistic is r.Statistic.PERCENT_OF_PERSONS:
        yield from _within(loaded, (*path, "value"), "A percentage of persons", number, 0, 100)
        total = result.of or result.n or n
        if 0 < number <= 1 and number / 100 * total < _HALF_A_PERSON:
            message = f"{number:g}% of {measures.persons(total)} is less than one person"
            yield _implausible(loaded, (*path, "value"), message, f"Write {number * 100:g} for {number * 100:g}%.")
    elif outcome:
        if outcome.record.units and result.unit not in outcome.record.units:
            yield Problem(
                loaded.place((*path, "unit")),
                "unknown-unit",
                f"{outcome.record.name} is not measured in “{result.unit}”."
                if result.unit
                else f"This number for {outcome.record.name} has no unit.",
                f"Write one of: {', '.join(outcome.record.units)}.",
            )
        yield from _within(
            loaded, (*path, "value"), outcome.record.name, number, outcome.record.lowest, outcome.record.highest
        )


def _kind_of_value(loaded: Loaded[r.Record], path: r.Path, result: r.Result) -> Iterator[Problem]:
    statistic, value = result.statistic, result.value
    if isinstance(value, r.Missing):
        return
    is_number = isinstance(value, int | float)
    if statistic is r.Statistic.DIRECTION and not isinstance(value, r.Change):
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            "The statistic is direction, but the value is not one.",
            f"Write one of {', '.join(r.Change)}, or change the statistic.",
        )
    elif statistic is r.Statistic.DESCRIPTION and is_number:
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            "The statistic is description, but the value is a number.",
            "Name what the number is: value, mean, median, percent_change, persons_with_event …",
        )
    elif statistic not in (r.Statistic.DIRECTION, r.Statistic.DESCRIPTION) and not is_number:
        yield Problem(
            loaded.place(path),
            "wrong-kind-of-value",
            f"The statistic is {statistic}, but the value is no number.",
            "Write a number without quotes, or make the statistic description.",
        )


def _within(
    loaded: Loaded[r.Record], path: r.Path, name: str, number: float, lowest: float | None, highest: float | None
) -> Iterator[Problem]:
    if (lowest is not None and number < lowest) or (highest is not None and number > highest):
        low = "any" if lowest is None else f"{lowest:g}"
        high = "any" if highest is None else f"{highest:g}"
        yield _implausible(
            loaded,
            path,
            f"{name} of {number:g} is hardly possible",
            f"Expected {low} to {high}. Check the source; if it really says so, widen the limits in the vocabulary.",
        )


def _summary_order(loaded: Loaded[r.Record], path: r.Path, summary: r.Summary) -> Iterator[Problem]:
    yield from _ordered(loaded, (*path, "range"), summary.range)
    yield from _ordered(loaded, (*path, "iqr"), summary.iqr)


def _ordered(loaded: Loaded[r.Record], path: r.Path, pair: tuple[float, float] | None) -> Iterator[Problem]:
    if pair and pair[0] > pair[1]:
        yield _implausible(loaded, path, f"{pair[0]:g} to {pair[1]:g} runs backwards", "Write the lower number first.")


def _implausible(loaded: Loaded[r.Record], path: r.Path, message: str, hint: str) -> Problem:
    return Problem(loaded.place(path), "impossible-number", f"{message}.", hint)


def possible_dates(review: Review) -> Iterator[Problem]:
    """A standing other than ok says when the notice appeared, and no check is older than the notice it found."""
    for source in review.sources.values():
        standing = source.record.standing
        if standing.checked and standing.date and standing.checked < standing.date:
            yield Problem(
                source.loaded.place(("standing", "checked")),
                "impossible-date",
                f"The standing was checked on {standing.checked}, before the notice of {standing.date}.",
                "Correct one of the two dates.",
            )


# --- certainty -------------------------------------------------------------------------------------------------------


def certainty(review: Review) -> Iterator[Problem]:
    """GRADE's steps go the way that their domain allows, and a stated level is the one that they give."""
    for treatment in review.treatments.values():
        for position, rating in enumerate(treatment.record.certainty):
            path: r.Path = ("certainty", position)
            level = computed_level(rating)
            if rating.level and rating.level is not level:
                yield Problem(
                    treatment.loaded.place((*path, "level")),
                    "certainty-level",
                    f"The steps give {level.replace('_', ' ')}, not {rating.level.replace('_', ' ')}.",
                    f"Write {level}, or correct the steps.",
                )
            for n, step in enumerate(rating.steps):
                if step.by == 0 or (step.by < 0) is not (step.domain in DOWN):
                    way = "down (-1, -2)" if step.domain in DOWN else "up (1, 2)"
                    yield Problem(
                        treatment.loaded.place((*path, "steps", n, "by")),
                        "certainty-step",
                        f"{step.domain.replace('_', ' ').capitalize()} can only move certainty {way.split()[0]}.",
                        f"Write a step {way}, or leave it out.",
                    )


def syntheses(review: Review) -> Iterator[Problem]:
    """What is asked to be pooled can be: against another treatment, once, from two studies or more."""
    for treatment in review.treatments.values():
        loaded, asked = treatment.loaded, treatment.record.syntheses
        for position, record in enumerate(asked):
            path: r.Path = ("syntheses", position)
            if record.against == treatment.id:
                message = "A treatment cannot be compared with itself."
                hint = "Name the comparator under against, such as the natural course."
                yield Problem(loaded.place((*path, "against")), "synthesis-against-itself", message, hint)
            if record.estimator and record.model == "common_effect":
                message = "A common-effect model knows no variance between studies."
                hint = "Leave estimator out, or write model: random_effects."
                yield Problem(loaded.place((*path, "estimator")), "synthesis-estimator", message, hint)
            if record.interval != "wald" and record.model == "common_effect":
                message = f"The interval {record.interval} belongs to random effects."
                hint = "Leave interval out, or write model: random_effects."
                yield Problem(loaded.place((*path, "interval")), "synthesis-interval", message, hint)
        missing = missing_packages() if asked else ()
        if missing:
            message = f"Pooling needs what is not installed here: {', '.join(missing)}."
            hint = "Install it: python -m pip install -r requirements/pooling.txt, in the generator's folder."
            yield Problem(loaded.place(("syntheses",)), "missing-package", message, hint)
        for analysis in analyses(review, treatment):
            yield from _pooled_studies(loaded, analysis)


def _pooled_studies(loaded: Loaded[r.Treatment], analysis: Analysis) -> Iterator[Problem]:
    place = loaded.place(analysis.path)
    if len(analysis.entered) < FEWEST_TO_POOL:
        number = measures.counted(len(analysis.entered), "study gives", "studies give")
        yield _warn(
            place,
            "synthesis-too-few",
            f"Nothing is pooled here: {number} persons with the event in both groups.",
            f"Record results with statistic: persons_with_event for {analysis.outcome.id}, or leave this out.",
        )
    for study, reason in analysis.left_out:
        if reason == SEVERAL:
            yield _warn(
                place,
                "synthesis-left-out",
                f"{study.id} is not pooled: {reason}.",
                "Keep one result a group for this outcome, or say in the study's doubts why it cannot be pooled.",
            )


def cautions_answered(review: Review) -> Iterator[Problem]:
    """Every treatment answers every caution that the review asks about, if only with not_reported."""
    for treatment in review.treatments.values():
        for missing in review.cautions.keys() - treatment.record.cautions.keys():
            yield Problem(
                treatment.loaded.place(("cautions",)),
                "missing-caution",
                f"Nothing is said here about “{review.cautions[missing].name}”.",
                f"Add {missing}: with statements, or {missing}: not_reported.",
            )


def same_persons(review: Review) -> Iterator[Problem]:
    """Of records about one person, one counts her: the others name it, and it names none of them."""
    named = {
        f"{study.id}/{arm.id}": (arm, arm.record.same_person_as)
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


def nesting(review: Review) -> Iterator[Problem]:
    """Groups inside groups end somewhere, and hold no more persons than the group around them."""
    for study in review.studies.values():
        arms = {arm.id: arm for arm in study.arms}
        for arm in study.arms:
            parent = arms.get(arm.parent or "")
            if parent is None:
                continue
            field = "part_of" if isinstance(arm.record, r.Group) else "group"
            if _is_circular(arm):
                yield Problem(
                    study.loaded.place((*arm.path, field)),
                    "circular-group",
                    f"“{arm.id}” is part of itself.",
                    "Name the larger group, and give that one no part_of.",
                )
            elif arm.n > parent.n:
                yield _implausible(
                    study.loaded,
                    (*arm.path, "n"),
                    f"“{arm.id}” holds {arm.n} persons, but “{parent.id}”, of which it is a part, only {parent.n}",
                    "Correct one of the two.",
                )


def _is_circular(arm: Arm) -> bool:
    return arm.parent == arm.id or any(group.parent == arm.id for group in arm.around())


# --- risk of bias ----------------------------------------------------------------------------------------------------


def appraisals(review: Review) -> Iterator[Problem]:
    """An appraisal gives every item of its instrument one of the answers that the instrument allows."""
    for study in review.studies.values():
        appraisal = study.record.appraisal
        if appraisal is None:
            continue
        if appraisal.instrument == NONE and (appraisal.answers or appraisal.overall):
            yield Problem(
                study.loaded.place(("appraisal", "instrument")),
                "answers-without-instrument",
                "There are answers here, but the instrument is none.",
                f"Name the instrument: {', '.join(instruments())}.",
            )
        instrument = instruments().get(appraisal.instrument)
        if instrument:
            yield from _answers(study.loaded, appraisal, instrument)
            yield from _fit_of_appraisal(review, study, instrument)


def _answers(loaded: Loaded[r.Record], appraisal: r.Appraisal, instrument: Instrument) -> Iterator[Problem]:
    answers: r.Path = ("appraisal", "answers")
    known = [(item, answer) for item, answer in appraisal.answers.items() if item in instrument.item_ids]
    for item, answer in known:
        if not instrument.answer(said(answer)):
            yield _not_allowed(loaded, (*answers, item), answer, instrument, instrument.answers)
    missing = [item for item in instrument.item_ids if item not in appraisal.answers]
    overall = instrument.overall
    if overall and overall.required and appraisal.overall is None:
        missing.append("overall")
    if missing:
        yield Problem(
            loaded.place(("appraisal",)),
            "missing-answers",
            f"This appraisal with {instrument.short_name} lacks {len(missing)} of its answers: {', '.join(missing)}.",
            f"Answer each with one of: {', '.join(answer.id for answer in instrument.answers)}.",
        )
    if appraisal.overall is None:
        return
    judged = instrument.judgement(said(appraisal.overall))
    if judged is None:
        allowed = overall.answers if overall else ()
        yield _not_allowed(loaded, ("appraisal", "overall"), appraisal.overall, instrument, allowed)
    worst = max((given.severity or 0 for _, a in known if (given := instrument.answer(said(a)))), default=0)
    if judged and judged.severity is not None and judged.severity < worst:
        yield _warn(
            loaded.place(("appraisal", "overall")),
            "overall-too-mild",
            f"The overall judgement is “{judged.label}”, but one {instrument.items_called} is judged worse.",
            "The whole is at least as bad as its worst part.",
        )


def _not_allowed(
    loaded: Loaded[r.Record],
    path: r.Path,
    answer: r.AnswerOrLine,
    instrument: Instrument,
    allowed: Sequence[AllowedAnswer],
) -> Problem:
    at = (*path, "answer") if isinstance(answer, r.Answer) else path
    message = f"{instrument.short_name} does not know the answer “{said(answer)}” here."
    hint = f"Write one of: {', '.join(a.id for a in allowed)}." if allowed else "Leave it out."
    return Problem(loaded.place(at), "not-allowed-answer", message, hint)


def _fit_of_appraisal(review: Review, study: StudyNode, instrument: Instrument) -> Iterator[Problem]:
    place = study.loaded.place(("appraisal", "instrument"))
    if study.record.design not in instrument.designs:
        fit = fitting(study.record.design)
        yield _warn(
            place,
            "instrument-for-another-design",
            f"{instrument.short_name} is not made for this design, {measures.words(study.record.design)}.",
            f"Use {' or '.join(fit)}, or correct the design." if fit else "Correct the design, or write none.",
        )
    if review.reading(study) is r.Reading.TITLE:
        yield _warn(
            place,
            "appraisal-not-read",
            "Only the title of this study’s report was read, so nobody can have appraised it.",
            "Correct read in the source record, or write instrument: none.",
        )


# --- look-alikes -----------------------------------------------------------------------------------------------------


def alike_persons(review: Review) -> Iterator[Problem]:
    """Warn of persons in two studies who may be one, until a record says whether they are."""
    for pair in look_alikes.look_alike_persons(review):
        name = look_alikes.person_name(pair.other)
        yield _warn(
            pair.one.study.loaded.place(pair.one.path),
            "look-alike-persons",
            f"{pair.one.id} may be the same person as {name}: {'; '.join(pair.reasons)}.",
            f"Write same_person_as: {name}, or under distinct_because “{name}:” with the reason why not.",
        )


def alike_studies(review: Review) -> Iterator[Problem]:
    """Warn of two studies that may hold the same persons, until a record says whether they do."""
    for pair in look_alikes.look_alike_studies(review):
        yield _warn(
            pair.one.loaded.place(()),
            "look-alike-studies",
            f"This study may hold the same persons as {pair.other.id}: {'; '.join(pair.reasons)}.",
            f"Name {pair.other.id} under overlaps with a status, or under distinct_from with the reason why not.",
        )


# --- warnings --------------------------------------------------------------------------------------------------------


_TO_DO_ENDS = TO_DO.split()[-1]


def nothing_left_to_do(review: Review) -> Iterator[Problem]:
    """Warn of every text that still has to be written; a review that is a draft may leave its own texts for later."""
    for loaded in review.evidence.all_records():
        if loaded is review.evidence.review and review.record.status == "draft":
            continue
        if not loaded.document.may_say(_TO_DO_ENDS):
            continue
        for path, text in r.texts(loaded.record):
            if text.startswith(TO_DO):
                yield _warn(
                    loaded.place(path),
                    "to-do",
                    f"{where_is(path)} is still to be written: {text.removeprefix(TO_DO).strip()}",
                    "Where the source says nothing, write not_reported if the field takes it, or leave the field out.",
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
            yield _warn(
                source.reference.place,
                "uncited-source",
                f"“{key}” is cited nowhere in the records.",
                "Cite it where it supports a statement, or remove it.",
            )
        sought = {text.casefold() for text in source.record.not_found}
        if source.record.read is r.Reading.TITLE and "abstract" not in sought:
            yield _warn(
                source.loaded.place(("read",)),
                "unread-source",
                f"Only the title of “{key}” was read.",
                "Read its abstract or text, and correct read and read_at, or name abstract under not_found.",
            )
        has_identifier = source.reference.doi or source.reference.pmid or source.reference.pmcid
        if not has_identifier and not {"doi", "pmid"} <= sought:
            yield _warn(
                source.reference.place,
                "missing-identifier",
                f"“{key}” has neither DOI nor PMID nor PMCID.",
                "Add one if the publisher or PubMed shows it, else name DOI and PMID under not_found.",
            )


def _warn(place: Place, code: str, message: str, hint: str) -> Problem:
    return Problem(place, code, message, hint, Severity.WARNING)


RULES: tuple[Rule, ...] = (
    extracted_twice,
    known_readers,
    known_ids,
    unique_ids,
    references_and_sources,
    citations,
    supported_statements,
    numbers_were_read,
    numbers_in_sources,
    plausible_numbers,
    possible_dates,
    certainty,
    syntheses,
    cautions_answered,
    same_persons,
    nesting,
    appraisals,
    alike_persons,
    alike_studies,
    nothing_left_to_do,
    sources_in_use,
)
"""Every rule, in the order of this file."""
