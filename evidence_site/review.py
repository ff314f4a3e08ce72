"""The whole review as one graph: records and references read, tied together in both directions, persons counted once.

``load`` reads the evidence of a root folder; ``link`` makes the ``Review`` that checks and pages read, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evidence_site import records as r
from evidence_site.bibliography import Reference, read_bibliography
from evidence_site.certainty import computed_level
from evidence_site.problems import Place, Problem
from evidence_site.record_reading import Loaded, read_folder, read_record, read_record_list

FOLDERS: Mapping[str, type[r.Record]] = {
    "sources": r.Source,
    "studies": r.Study,
    "cases": r.Case,
    "treatments": r.Treatment,
    "topics": r.Topic,
}
"""The folders of ``evidence/`` and what one file in each is."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything under ``evidence/`` that could be read, with the place of every value."""

    review: Loaded[r.Review]
    outcomes: tuple[Loaded[r.Outcome], ...]
    references: Mapping[str, Reference]
    sources: Mapping[str, Loaded[r.Source]]
    studies: Mapping[str, Loaded[r.Study]]
    cases: Mapping[str, Loaded[r.Case]]
    treatments: Mapping[str, Loaded[r.Treatment]]
    topics: Mapping[str, Loaded[r.Topic]]
    unreadable: Mapping[str, frozenset[str]]
    """Folder to the names of files that exist but could not be read: naming one of these is no second mistake."""

    def all_records(self) -> Iterator[Loaded[r.Record]]:
        """Every record, in a fixed order."""
        yield self.review  # type: ignore[misc]  # Loaded is invariant, and callers only read
        yield from self.outcomes  # type: ignore[misc]
        for folder in (self.sources, self.studies, self.cases, self.treatments, self.topics):
            for name in sorted(folder):
                yield folder[name]  # type: ignore[misc]


def load(root: Path) -> tuple[Evidence | None, list[Problem]]:
    """Read the evidence under ``root``; None if there is no readable ``evidence/review.yaml`` to hang the rest on."""
    folder = root / "evidence"
    problems: list[Problem] = []
    if not folder.is_dir():
        return None, [
            Problem(
                Place("evidence"),
                "no-evidence",
                "There is no folder evidence/ here.",
                "Run the command in the folder of the review, or name that folder with --root.",
            )
        ]
    review, found = read_record(r.Review, folder / "review.yaml", "evidence/review.yaml")
    problems += found
    outcomes, found = read_record_list(r.Outcome, folder / "outcomes.yaml", "evidence/outcomes.yaml")
    problems += found
    references, found = read_bibliography(folder / "references.bib", "evidence/references.bib")
    problems += found
    read: dict[str, dict[str, Loaded[r.Record]]] = {}
    unreadable: dict[str, frozenset[str]] = {}
    for name, kind in FOLDERS.items():
        read[name], found = read_folder(kind, folder / name, f"evidence/{name}", keys=name == "sources")
        problems += found
        files = {path.stem for path in (folder / name).glob("*.yaml")} if (folder / name).is_dir() else set()
        unreadable[name] = frozenset(files - read[name].keys())
    if review is None:
        return None, problems
    unreadable["outcomes"] = frozenset() if outcomes else frozenset({"*"})
    unreadable["references"] = frozenset({"*"}) if any(p.place.file.endswith(".bib") for p in problems) else frozenset()
    evidence = Evidence(review, outcomes, references, **read, unreadable=unreadable)  # type: ignore[arg-type]
    return evidence, problems


# --- the graph -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Arm:
    """A person or a group of a study: whoever has exposures and results together."""

    study: StudyNode
    record: r.Person | r.Group
    path: r.Path
    """Where it stands in the study's file."""

    @property
    def id(self) -> str:
        """The id, unique in its study."""
        return self.record.id

    @property
    def n(self) -> int:
        """How many persons it holds."""
        return self.record.n if isinstance(self.record, r.Group) else 1

    @property
    def label(self) -> str:
        """What to call it in a table."""
        if isinstance(self.record, r.Group):
            return self.record.label
        return self.record.label or f"Person {self.record.id.removeprefix('p').upper()}"

    @property
    def parent(self) -> str | None:
        """The id of the group that already counts these persons."""
        return self.record.part_of if isinstance(self.record, r.Group) else self.record.group

    @property
    def has_condition(self) -> bool:
        """False for controls without the condition, and for everybody in a study of another population."""
        healthy = isinstance(self.record, r.Group) and not self.record.has_condition
        return self.study.record.directness == "direct" and not healthy

    @property
    def treatments(self) -> tuple[str, ...]:
        """The treatment classes it was exposed to, each once, in the order of the record."""
        return tuple(dict.fromkeys(exposure.treatment for exposure in self.record.exposures))


@dataclass(frozen=True, slots=True)
class Observation:
    """One result with whom it belongs to."""

    arm: Arm
    result: r.Result
    path: r.Path

    @property
    def study(self) -> StudyNode:
        """The study it was seen in."""
        return self.arm.study

    @property
    def treatments(self) -> tuple[str, ...]:
        """The treatments it tells of: the one that the source links it with, else all that the arm had."""
        return (self.result.treatment,) if self.result.treatment else self.arm.treatments


@dataclass(eq=False)
class StudyNode:
    """A study with its arms and what points at it."""

    id: str
    loaded: Loaded[r.Study]
    references: tuple[Reference, ...] = ()
    arms: tuple[Arm, ...] = ()

    @property
    def record(self) -> r.Study:
        """What the file says."""
        return self.loaded.record

    @property
    def is_synthesis(self) -> bool:
        """Whether it retells persons of other studies, who are never counted again."""
        return self.record.design in r.SYNTHESES

    @property
    def is_direct(self) -> bool:
        """Whether it studied persons with the condition."""
        return self.record.directness == "direct"

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """Every result of the study, in the order of the file."""
        return tuple(
            Observation(arm, result, (*arm.path, "results", index))
            for arm in self.arms
            for index, result in enumerate(arm.record.results)
        )

    @cached_property
    def treatments(self) -> tuple[str, ...]:
        """The treatment classes that anybody in it had."""
        return tuple(dict.fromkeys(treatment for arm in self.arms for treatment in arm.treatments))

    @property
    def is_primary(self) -> bool:
        """Whether its persons are counted: they have the condition, and it is their own study."""
        return self.is_direct and not self.is_synthesis

    @property
    def year(self) -> int | None:
        """The year of its first report that has one."""
        return min((ref.year for ref in self.references if ref.year), default=None)


@dataclass(eq=False)
class CertaintyNode:
    """A certainty rating with its computed level, between a treatment and an outcome."""

    treatment: TreatmentNode
    record: r.Certainty
    path: r.Path
    level: r.Level


@dataclass(eq=False)
class TreatmentNode:
    """A treatment class with the studies, results and ratings that bear on it."""

    id: str
    loaded: Loaded[r.Treatment]
    studies: tuple[StudyNode, ...] = ()
    observations: tuple[Observation, ...] = ()
    certainty: tuple[CertaintyNode, ...] = ()

    @property
    def record(self) -> r.Treatment:
        """What the file says."""
        return self.loaded.record

    @cached_property
    def counted_studies(self) -> tuple[StudyNode, ...]:
        """The studies of the condition itself that do not retell other studies."""
        return tuple(s for s in self.studies if s.is_primary)

    @cached_property
    def left_out(self) -> Mapping[str, StudyNode]:
        """Studies whose persons are left out of the count, each with the larger study that likely holds them."""
        return left_out(self.counted_studies, self.id)

    @cached_property
    def persons(self) -> int:
        """Persons with the condition who had it, each once."""
        return sum(count_persons(s, self.id) for s in self.counted_studies if s.id not in self.left_out)

    @cached_property
    def reports(self) -> int:
        """How many reports those studies have."""
        return len({ref.key for study in self.counted_studies for ref in study.references})


@dataclass(eq=False)
class OutcomeNode:
    """An outcome with every result and rating for it."""

    id: str
    loaded: Loaded[r.Outcome]
    observations: tuple[Observation, ...] = ()
    certainty: tuple[CertaintyNode, ...] = ()

    @property
    def record(self) -> r.Outcome:
        """What the file says."""
        return self.loaded.record


@dataclass(eq=False)
class SourceNode:
    """A reference with its source record and the studies that it reports."""

    key: str
    reference: Reference
    loaded: Loaded[r.Source]
    studies: tuple[StudyNode, ...] = ()

    @property
    def record(self) -> r.Source:
        """What the file says."""
        return self.loaded.record


@dataclass(eq=False)
class Review:
    """The linked review: the only thing that checks, pages and downloads read."""

    evidence: Evidence
    treatments: Mapping[str, TreatmentNode]
    """In the order in which tables show them."""
    outcomes: Mapping[str, OutcomeNode]
    """In the order of outcomes.yaml."""
    studies: Mapping[str, StudyNode]
    """Newest first, then by id."""
    sources: Mapping[str, SourceNode]
    """By key."""
    topics: Mapping[str, Loaded[r.Topic]]
    cases: Mapping[str, Loaded[r.Case]]
    anchors: Mapping[str, r.Anchor] = field(default_factory=dict)
    characteristics: Mapping[str, r.Characteristic] = field(default_factory=dict)
    cautions: Mapping[str, r.Caution] = field(default_factory=dict)

    @property
    def record(self) -> r.Review:
        """What review.yaml says."""
        return self.evidence.review.record

    @cached_property
    def counted_studies(self) -> tuple[StudyNode, ...]:
        """Studies of persons with the condition that do not retell other studies."""
        return tuple(s for s in self.studies.values() if s.is_primary)

    @cached_property
    def left_out(self) -> Mapping[str, StudyNode]:
        """Studies whose persons are left out of the count, each with the larger study that likely holds them."""
        return left_out(self.counted_studies)

    @cached_property
    def persons(self) -> int:
        """Persons with the condition in all studies, each counted once."""
        return sum(count_persons(study) for study in self.counted_studies if study.id not in self.left_out)

    @cached_property
    def reports(self) -> int:
        """Reports of the counted studies."""
        return len({ref.key for study in self.counted_studies for ref in study.references})

    @cached_property
    def read_counts(self) -> Mapping[r.Reading, int]:
        """How many sources were read how far, the deepest reading first."""
        order = (r.Reading.FULL_TEXT, r.Reading.ABSTRACT, r.Reading.TITLE)
        return {level: sum(s.record.read is level for s in self.sources.values()) for level in order}


def count_persons(study: StudyNode, treatment: str | None = None) -> int:
    """Persons with the condition in a study, each once; with ``treatment``, only those who had it.

    A group inside a counted group, a person inside a counted group, and a person who is the same as one told
    elsewhere add nothing.
    """
    by_id = {arm.id: arm for arm in study.arms}

    def belongs(arm: Arm) -> bool:
        return arm.has_condition and (treatment is None or treatment in arm.treatments)

    def is_counted_above(arm: Arm) -> bool:
        seen: set[str] = set()
        parent = arm.parent
        while parent and parent in by_id and parent not in seen:
            seen.add(parent)
            if belongs(by_id[parent]):
                return True
            parent = by_id[parent].parent
        return False

    total = 0
    for arm in study.arms:
        if not belongs(arm) or is_counted_above(arm):
            continue
        if isinstance(arm.record, r.Person) and arm.record.same_person_as:
            continue
        exposed = [e.n for e in arm.record.exposures if e.treatment == treatment]
        total += max((n or arm.n for n in exposed), default=arm.n)
    return total


def left_out(studies: Iterable[StudyNode], treatment: str | None = None) -> dict[str, StudyNode]:
    """Which studies add nothing to a count because another, larger one likely holds the same persons.

    Of studies that a record says overlap certainly or probably, only the one with the most persons (with
    ``treatment``: who had it) is counted; between equals the first by id. A possible overlap is shown, not left out.
    """
    by_id = {study.id: study for study in studies}
    overlapping: dict[str, set[str]] = {id_: set() for id_ in by_id}
    for study in by_id.values():
        for overlap in study.record.overlaps:
            if overlap.status in ("certain", "probable") and overlap.study in by_id:
                overlapping[study.id].add(overlap.study)
                overlapping[overlap.study].add(study.id)
    counted: set[str] = set()
    dropped: dict[str, StudyNode] = {}
    for id_ in sorted(by_id, key=lambda i: (-count_persons(by_id[i], treatment), i)):
        holders = sorted(overlapping[id_] & counted)
        if holders:
            dropped[id_] = by_id[holders[0]]
        else:
            counted.add(id_)
    return dropped


def link(evidence: Evidence) -> Review:
    """Tie the records together. Ids that lead nowhere are left out here and reported by the checks."""
    studies = {id_: _study_node(loaded, evidence) for id_, loaded in evidence.studies.items()}
    ordered = dict(sorted(studies.items(), key=lambda item: (-(item[1].year or 0), item[0])))
    treatments = {
        loaded.id: _treatment_node(loaded, ordered.values())
        for loaded in sorted(evidence.treatments.values(), key=lambda t: (t.record.order, t.id))
    }
    ratings = [rating for node in treatments.values() for rating in node.certainty]
    outcomes = {
        loaded.id: OutcomeNode(
            loaded.id,
            loaded,
            tuple(o for s in ordered.values() for o in s.observations if o.result.outcome == loaded.id),
            tuple(rating for rating in ratings if rating.record.outcome == loaded.id),
        )
        for loaded in evidence.outcomes
    }
    reported: dict[str, list[StudyNode]] = {}
    for study in ordered.values():
        for reference in study.references:
            reported.setdefault(reference.key, []).append(study)
    sources = {
        key: SourceNode(key, evidence.references[key], evidence.sources[key], tuple(reported.get(key, ())))
        for key in sorted(evidence.references)
        if key in evidence.sources
    }
    record = evidence.review.record
    return Review(
        evidence=evidence,
        treatments=treatments,
        outcomes=outcomes,
        studies=ordered,
        sources=sources,
        topics={t.id: t for t in sorted(evidence.topics.values(), key=lambda t: (t.record.order, t.id))},
        cases={key: evidence.cases[key] for key in sorted(evidence.cases)},
        anchors={anchor.id: anchor for anchor in record.anchors},
        characteristics={item.id: item for item in record.characteristics},
        cautions={caution.id: caution for caution in record.cautions},
    )


def _study_node(loaded: Loaded[r.Study], evidence: Evidence) -> StudyNode:
    references = tuple(evidence.references[key] for key in loaded.record.reports if key in evidence.references)
    node = StudyNode(loaded.id, loaded, references)
    node.arms = tuple(
        Arm(node, record, (name, index))
        for name, members in (("groups", loaded.record.groups), ("persons", loaded.record.persons))
        for index, record in enumerate(members)
    )
    return node


def _treatment_node(loaded: Loaded[r.Treatment], studies: Iterable[StudyNode]) -> TreatmentNode:
    mine = tuple(study for study in studies if loaded.id in study.treatments)
    node = TreatmentNode(
        loaded.id,
        loaded,
        mine,
        tuple(o for study in mine for o in study.observations if loaded.id in o.treatments),
    )
    node.certainty = tuple(
        CertaintyNode(node, record, ("certainty", index), computed_level(record))
        for index, record in enumerate(loaded.record.certainty)
    )
    return node
