"""Records, persons and groups that have another name now, told from those that are gone and those that are new.

A name is what everything else points at, so one new name touches many records. ``find`` says what was renamed between
two states of the evidence, small edits on the way included; ``follow`` tells the older state under the newer names,
so that whatever still differs is a change of what the records say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evidence_site import records as r
from evidence_site.matching import same_arms
from evidence_site.prose import KEY
from evidence_site.record_reading import Loaded, extracted_study
from evidence_site.review import Evidence

ALIKE = 0.5
"""From this share of common words on, one that is gone and a new one with the same identity are the same record."""


@dataclass(frozen=True, slots=True)
class Renames:
    """What has another name, by the old one."""

    records: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind: ``sources``, ``outcomes``, ``treatments``, ``studies``, ``cases``, ``topics``."""
    arms: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """New ids of persons and groups, by the study (its new id) and the old one."""

    def of(self, kind: str) -> Mapping[str, str]:
        """New ids by the old ones, for records of one kind."""
        return self.records.get(kind, {})

    def __bool__(self) -> bool:
        return any(self.records.values()) or bool(self.arms)


def find(old: Evidence, new: Evidence) -> Renames:
    """Everything that was renamed. Kinds come in the order in which they point at each other."""
    records: dict[str, Mapping[str, str]] = {}
    arms: dict[tuple[str, str], str] = {}
    for kind, identity in _IDENTITIES.items():
        records[kind] = _pairs(_records(old, kind), _records(new, kind), identity)
        if records[kind]:
            old = follow(old, Renames({kind: records[kind]}))
        if kind == "studies":
            arms = _arms(old, new)
            if arms:
                old = follow(old, Renames({}, arms))
    return Renames(records, arms)


# --- what was renamed ------------------------------------------------------------------------------------------------

Identity = Callable[[Any], set[str]]


def _texts(statements: Sequence[r.Statement] | r.Missing) -> set[str]:
    return set() if isinstance(statements, r.Missing) else {statement.text for statement in statements}


def _of_source(item: Any) -> set[str]:
    reference = item[1]
    names = {
        f"doi {reference.doi.lower()}" if reference.doi else "",
        f"pmid {reference.pmid}" if reference.pmid else "",
    }
    return (names | {" ".join(re.findall(r"\w+", reference.title.text.lower()))}) - {""}


_IDENTITIES: Mapping[str, Identity] = {
    "sources": _of_source,
    "outcomes": lambda record: {record.name.lower(), record.definition},
    "treatments": lambda record: {record.name.lower(), record.bottom_line, *_texts(record.statements)},
    "studies": lambda record: set(record.reports),
    "extractions": lambda item: {f"{item[0]} {key}" for key in item[1].reports},
    "cases": lambda record: {f"{record.study}/{record.person}"},
    "topics": lambda record: {record.title.lower(), *(t for s in record.sections for t in _texts(s.statements))},
}
"""By kind: what two records have to share, be it only one of these, to be the same. Wording alone is no identity."""


def _records(evidence: Evidence, kind: str) -> dict[str, Any]:
    if kind == "sources":
        references = evidence.references
        return {key: (one.record, references[key]) for key, one in evidence.sources.items() if key in references}
    if kind == "outcomes":
        return {loaded.id: loaded.record for loaded in evidence.outcomes}
    if kind == "extractions":
        return {id_: (extracted_study(id_)[1], loaded.record) for id_, loaded in evidence.extractions.items()}
    return {id_: loaded.record for id_, loaded in getattr(evidence, kind).items()}


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any], identity: Identity) -> dict[str, str]:
    gone, come = [id_ for id_ in old if id_ not in new], [id_ for id_ in new if id_ not in old]
    if not gone or not come:
        return {}
    by_token: dict[str, set[str]] = {}
    for id_ in come:
        for token in identity(new[id_]):
            by_token.setdefault(token, set()).add(id_)
    candidates = [
        (-likeness(old[one], new[two]), one, two)
        for one in gone
        for two in sorted(set().union(*(by_token.get(token, set()) for token in identity(old[one]))))
    ]
    found: dict[str, str] = {}
    for unlike, one, two in sorted(candidates):
        if -unlike >= ALIKE and one not in found and two not in found.values():
            found[one] = two
    return found


def _arms(old: Evidence, new: Evidence) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for id_, loaded in new.studies.items():
        before = old.studies.get(id_)
        if before is None or before.record == loaded.record:
            continue
        was, now = before.record, loaded.record
        pairs = same_arms(was.groups, now.groups) | same_arms(was.persons, now.persons)
        ids = [arm.id for arms in (was.groups, was.persons) for arm in arms]
        for one in (id_ for id_ in ids if id_ not in pairs):
            if one in pairs.values():  # somebody else bears the id now
                pairs[one] = f"{one} (before)"  # no id that anybody else can have
        found |= {(id_, one): two for one, two in pairs.items() if one != two}
    return found


def likeness(one: object, two: object) -> float:
    """The share of words that two records have in common, long words counting for more: from 0 to 1."""
    first, second = (Counter(word for text in _leaves(value) for word in text.split()) for value in (one, two))
    common = sum(len(word) * count for word, count in (first & second).items())
    total = sum(len(word) * count for words in (first, second) for word, count in words.items())
    return 2 * common / total if total else 0.0


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, r.Record):
        value = value.model_dump(exclude_unset=True)
    elif hasattr(value, "fields"):
        value = value.fields
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from _leaves(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _leaves(item)
    else:
        yield str(value)


# --- following them --------------------------------------------------------------------------------------------------

POINTERS: Mapping[type[r.Record], Mapping[str, str]] = {
    r.IndexArticle: {"source": "sources", "case": "cases"},
    r.SummaryColumn: {"outcomes": "outcomes"},
    r.Exposure: {"treatment": "treatments"},
    r.Result: {"outcome": "outcomes", "treatment": "treatments", "report": "sources"},
    r.Overlap: {"study": "studies"},
    r.Distinct: {"study": "studies"},
    r.Person: {"id": "arms", "group": "arms", "same_person_as": "persons", "distinct_because": "persons"},
    r.Group: {"id": "arms", "part_of": "arms"},
    r.Comparison: {"outcome": "outcomes", "group": "arms", "against": "arms"},
    r.Appraisal: {"outcome": "outcomes"},
    r.Correlation: {"outcome": "outcomes"},
    r.Study: {"reports": "sources"},
    r.Case: {"study": "studies", "person": "arms"},
    r.Certainty: {"outcome": "outcomes"},
    r.Synthesis: {"outcome": "outcomes", "against": "treatments"},
}
"""The fields that name a record, or a person or group of a study, by the type that has them: what they name."""


def follow(evidence: Evidence, renames: Renames) -> Evidence:
    """The same evidence under the new names."""

    def loaded(kind: str) -> dict[str, Loaded[Any]]:
        of_kind: Mapping[str, Loaded[Any]] = getattr(evidence, kind)
        told = {id_: _followed(one, kind, renames) for id_, one in of_kind.items()}
        return {one.id: one for one in sorted(told.values(), key=lambda one: one.id)}

    keys = renames.of("sources")
    references = [replace(one, key=keys.get(key, key)) for key, one in evidence.references.items()]
    return replace(
        evidence,
        review=_followed(evidence.review, "", renames),
        outcomes=tuple(_followed(one, "outcomes", renames) for one in evidence.outcomes),
        references={one.key: one for one in references},
        sources=loaded("sources"),
        studies=loaded("studies"),
        cases=loaded("cases"),
        treatments=loaded("treatments"),
        topics=loaded("topics"),
        extractions=loaded("extractions"),
    )


def _followed(loaded: Loaded[Any], kind: str, renames: Renames) -> Loaded[Any]:
    id_ = renames.of(kind).get(loaded.id, loaded.id)
    record = _told(loaded.record, "", _study_of(loaded.record, id_, renames), renames)
    if kind == "outcomes" and record.id != id_:
        record = record.model_copy(update={"id": id_})
    return loaded if record is loaded.record and id_ == loaded.id else replace(loaded, id=id_, record=record)


def renamed_arms(study: r.Study, renames: Renames) -> r.Study:
    """A study without an id, with its persons and groups under other ids."""
    told: r.Study = _told(study, "", "", renames)
    return told


def _study_of(record: r.Record, id_: str, renames: Renames) -> str:
    if isinstance(record, r.Case):
        return renames.of("studies").get(record.study, record.study)
    return id_


def _told(value: Any, pointer: str, study: str, renames: Renames) -> Any:
    """The value under the new names; the very same one if nothing in it was renamed."""
    if isinstance(value, r.Record):
        pointers = POINTERS.get(type(value), {})
        told = {
            name: _told(getattr(value, name), pointers.get(name, ""), study, renames) for name in value.model_fields_set
        }
        told = {name: new for name, new in told.items() if new is not getattr(value, name)}
        return value.model_copy(update=told) if told else value
    if isinstance(value, tuple):
        items = tuple(_told(item, pointer, study, renames) for item in value)
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items
    if isinstance(value, Mapping):
        names = {_named(key, pointer, study, renames): _told(item, "", study, renames) for key, item in value.items()}
        is_same = list(names) == list(value) and all(names[key] is value[key] for key in value)
        return value if is_same else names
    return _named(value, pointer, study, renames) if type(value) is str else value


def _named(name: str, pointer: str, study: str, renames: Renames) -> str:
    if pointer == "arms":
        return renames.arms.get((study, name), name)
    if pointer == "persons":
        of_study, _, person = name.partition("/")
        of_study = renames.of("studies").get(of_study, of_study)
        return f"{of_study}/{renames.arms.get((of_study, person), person)}"
    if pointer:
        return renames.of(pointer).get(name, name)
    keys = renames.of("sources")
    if not keys or "@" not in name:
        return name
    return _CITED.sub(lambda match: f"@{keys.get(match[1], match[1])}", name)


_CITED = re.compile(rf"@({KEY})")
