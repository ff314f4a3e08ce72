"""The whole review as one graph: records and references, tied together in both directions, persons counted once.

``load`` reads the evidence of a root folder; ``link`` makes the ``Review``, the only thing that later stages read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar, cast

from evidence_site import files, limits, records as r
from evidence_site.bibliography import Reference, read_bibliography
from evidence_site.certainty import computed_level
from evidence_site.keeping import all_stays
from evidence_site.problems import Place, Problem, has_errors
from evidence_site.record_reading import (
    EXTRACTIONS,
    Loaded,
    ReadBefore,
    extracted_study,
    read_folder,
    read_record,
    read_record_list,
)

FOLDERS: Mapping[str, type[r.Record]] = {
    "sources": r.Source,
    "studies": r.Study,
    "cases": r.Case,
    "treatments": r.Treatment,
    "topics": r.Topic,
}
"""The folders of ``evidence/`` and what one file in each is."""
TWICE = "studies"
"""The folder whose records two readers may extract without knowing of each other."""


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
    """By folder or file: the ids of records that are there but could not be read; ``*`` stands for all of them.

    To name one of these is no second mistake.
    """
    extractions: Mapping[str, Loaded[r.Study]] = field(default_factory=dict)
    """Extractions of studies by single readers, under the ids ``name.a`` and ``name.b``: read, but never counted."""

    def extractions_of(self, study: str) -> tuple[Loaded[r.Study], Loaded[r.Study]] | None:
        """Both extractions of a study, if both are there."""
        one, two = (self.extractions.get(f"{study}.{letter}") for letter in EXTRACTIONS)
        return (one, two) if one is not None and two is not None else None

    def all_records(self) -> Iterator[Loaded[r.Record]]:
        """Every record but single extractions, in a fixed order."""
        yield self.review
        yield from self.outcomes
        for folder in (self.sources, self.studies, self.cases, self.treatments, self.topics):
            for name in sorted(folder):
                yield folder[name]


@all_stays()
def load(root: Path, before: ReadBefore | None = None) -> tuple[Evidence | None, list[Problem]]:
    """Read the evidence under ``root``; None if there is no readable ``evidence/review.yaml`` to hang the rest on."""
    folder = root / "evidence"
    problems: list[Problem] = []
    entries = files.read_folder(folder, "evidence", limits.FOLDER_FILES)
    if isinstance(entries, Problem):
        return None, [entries]
    if not entries and not folder.is_dir():
        return None, [
            Problem(
                Place("evidence"),
                "no-evidence",
                "There is no folder evidence/ here.",
                "Run the command in the folder of the review, or name that folder with --root.",
            )
        ]
    problems += _strays(entries)
    too_large = _too_large(folder)
    if too_large is not None:
        return None, [*problems, too_large]
    review, found = read_record(r.Review, folder / "review.yaml", "evidence/review.yaml", before)
    problems += found
    outcomes, of_outcomes = read_record_list(r.Outcome, folder / "outcomes.yaml", "evidence/outcomes.yaml")
    bibliography = folder / "references.bib"
    references, of_references = (before or ReadBefore()).get(
        bibliography, lambda: read_bibliography(bibliography, "evidence/references.bib")
    )
    problems += of_outcomes + of_references
    read: dict[str, dict[str, Loaded[r.Record]]] = {}
    unreadable: dict[str, frozenset[str]] = {
        "outcomes": unread_ids(folder / "outcomes.yaml", {o.id for o in outcomes}, of_outcomes),
        "references": unread_ids(folder / "references.bib", references, of_references),
    }
    for name, kind in FOLDERS.items():
        shown, twice = f"evidence/{name}", name == TWICE
        read[name], found = read_folder(kind, folder / name, shown, keys=name == "sources", twice=twice, before=before)
        problems += found
        unreadable[name] = frozenset(_ids_of_files(folder / name) - read[name].keys())
    if review is None:
        return None, problems
    read |= split_extractions(read)
    evidence = Evidence(review, outcomes, references, **read, unreadable=unreadable)  # type: ignore[arg-type]
    return evidence, problems


_FILES = ("review.yaml", "outcomes.yaml", "references.bib")
"""What lies in ``evidence/`` beside the folders."""


def _strays(entries: Iterable[os.DirEntry[str]]) -> Iterator[Problem]:
    """What looks like a part of the evidence and would be passed over without a word."""
    for entry in entries:
        place = Place(f"evidence/{files.printable(entry.name)}")
        if entry.name in FOLDERS or entry.name in _FILES or entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            message = f"No records are read from a folder of this name; there are {', '.join(FOLDERS)}."
            yield Problem(place, "stray-folder", message, "Correct its name, or move it elsewhere.")
        elif entry.name.lower().endswith((".yaml", ".yml", ".bib")):
            message = f"This file is not read; here lie {', '.join(_FILES)}, and records in their folders."
            yield Problem(place, "stray-file", message, "Move it into the folder for its kind, or correct its name.")


def _too_large(folder: Path) -> Problem | None:
    """The problem of more records than can be read in a reasonable time."""
    size = 0
    for name in FOLDERS:
        entries = files.read_folder(folder / name, f"evidence/{name}", limits.FOLDER_FILES)
        if not isinstance(entries, Problem):
            # A file that is too large itself is refused by its name.
            size += sum(min(entry.stat(follow_symlinks=False).st_size, limits.YAML_BYTES) for entry in entries)
    if size <= limits.EVIDENCE_BYTES:
        return None
    message = f"All records together are larger than {limits.EVIDENCE_BYTES // 1_000_000} MB."
    return Problem(Place("evidence"), "folder-too-large", message, "Look for files that do not belong here.")


def _ids_of_files(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.yaml")} if folder.is_dir() and not folder.is_symlink() else set()


def split_extractions(read: Mapping[str, Mapping[str, Loaded[r.Record]]]) -> dict[str, dict[str, Loaded[r.Record]]]:
    """Of all records read: studies, and apart from them their single extractions."""
    whole: dict[str, dict[str, Loaded[r.Record]]] = {TWICE: {}, "extractions": {}}
    for id_, loaded in read[TWICE].items():
        whole["extractions" if extracted_study(id_)[1] else TWICE][id_] = loaded
    return whole


_IDS = {
    ".yaml": re.compile(r"^[ -]*id:\s*[\"']?([^\s\"']+)", re.MULTILINE),
    ".bib": re.compile(r"@\s*\w+\s*[{(]\s*([^\s,{}()]+)"),
}


def unread_ids(path: Path, read: Collection[str], problems: Iterable[Problem]) -> frozenset[str]:
    """What a file of many records names, but what errors kept from being read; ``*`` if nothing could be read."""
    if not has_errors(problems):
        return frozenset()
    if not read:
        return frozenset({"*"})
    return frozenset(_IDS[path.suffix].findall(path.read_text("utf-8", "replace"))) - frozenset(read)


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

    @cached_property
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
    def parent_path(self) -> r.Path:
        """Where the id of that group stands in the study's file."""
        return (*self.path, "part_of" if isinstance(self.record, r.Group) else "group")

    @cached_property
    def has_condition(self) -> bool:
        """False for controls without the condition, and for everybody in a study of another population."""
        healthy = isinstance(self.record, r.Group) and not self.record.has_condition
        return self.study.record.directness == "direct" and not healthy

    @cached_property
    def treatments(self) -> tuple[str, ...]:
        """The treatment classes it was exposed to, each once, in the order of the record."""
        return tuple(dict.fromkeys(exposure.treatment for exposure in self.record.exposures))

    def exposed(self, treatment: str | None) -> int:
        """How many had a treatment, at least: all, where no exposure to it says of how many it tells; 0 for none.

        Where several agents are told of, each of fewer, the members who are described singly may be more.
        """
        said = max((e.n or self.n for e in self.record.exposures if e.treatment == treatment), default=0)
        if not 0 < said < self.n:
            return said
        return min(max(said, sum(treatment in person.treatments for person in self.members)), self.n)

    @cached_property
    def members(self) -> tuple[Arm, ...]:
        """The persons in a group who are described singly."""
        if isinstance(self.record, r.Person):
            return ()
        return tuple(arm for arm in self.study.arms if isinstance(arm.record, r.Person) and self in arm.around())

    def characteristic(self, id_: str) -> r.Value | None:
        """What is recorded of a characteristic: of the arm itself, else of its whole study; None if nothing."""
        found = self.record.characteristics.get(id_)
        return self.study.record.characteristics.get(id_) if found is None else found

    @property
    def told_before(self) -> tuple[Arm, ...]:
        """The other records of the same person that count her rather than this one."""
        return self.study.told_before.get(self.id, ())

    def around(self) -> Iterator[Arm]:
        """The groups that hold it, from the inside out."""
        seen = {self.id}
        group = self.study.arm(self.parent)
        while group is not None and group.id not in seen:
            seen.add(group.id)
            yield group
            group = self.study.arm(group.parent)


@dataclass(frozen=True, slots=True, eq=False)
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

    @property
    def is_linked_elsewhere(self) -> bool:
        """Whether the source links it with a treatment that the arm as a whole is not recorded to have had."""
        return self.result.treatment is not None and self.result.treatment not in self.arm.treatments

    @property
    def persons(self) -> int | None:
        """How many persons stand behind the result; None if the source tells only that they are some of a group."""
        result, arm = self.result, self.arm
        if result.n:
            return result.n
        if self.is_linked_elsewhere and arm.n != 1:
            return result.of
        return arm.exposed(result.treatment) or arm.n


@dataclass(eq=False)
class StudyNode:
    """A study with its arms and what points at it."""

    id: str
    loaded: Loaded[r.Study]
    references: tuple[Reference, ...] = ()
    retold_by: frozenset[str] = frozenset()
    """The keys of those that are reviews which retell it, not reports of its own."""
    retracted: frozenset[str] = frozenset()
    """The keys of those that were retracted."""
    arms: tuple[Arm, ...] = ()
    told_before: Mapping[str, tuple[Arm, ...]] = field(default_factory=dict)
    """For a person whom other records tell of, too: those records of her that count her rather than this one."""
    counts: dict[str | None, int] = field(default_factory=dict, repr=False)
    """What ``count_persons`` found, by treatment."""

    @property
    def record(self) -> r.Study:
        """What the file says."""
        return self.loaded.record

    def arm(self, id_: str | None) -> Arm | None:
        """The person or group with an id, if there is one."""
        return self._arms_by_id.get(id_) if id_ else None

    @cached_property
    def _arms_by_id(self) -> Mapping[str, Arm]:
        return {arm.id: arm for arm in self.arms}

    @cached_property
    def own_references(self) -> tuple[Reference, ...]:
        """Its reports but for reviews that retell it; all of them if there are no others."""
        return tuple(ref for ref in self.references if ref.key not in self.retold_by) or self.references

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
        """The treatment classes that anybody in it had, also those of whom no arm says how many had them."""
        had = [treatment for arm in self.arms for treatment in arm.treatments]
        told = [result.treatment for arm in self.arms for result in arm.record.results if result.treatment]
        return tuple(dict.fromkeys((*had, *told)))

    @cached_property
    def is_retracted(self) -> bool:
        """Whether each of its own reports was retracted, so that nothing it tells of is counted."""
        own = self.own_references
        return bool(own) and all(ref.key in self.retracted for ref in own)

    @property
    def is_primary(self) -> bool:
        """Whether its persons are counted: they have the condition, and it is their own study, which still stands."""
        return not self.not_counted

    @property
    def not_counted(self) -> Literal["", "retracted", "retold", "population"]:
        """Why none of its persons is counted; empty if they are. ``retold``: it retells other studies."""
        if self.is_retracted:
            return "retracted"
        if self.is_synthesis:
            return "retold"
        return "" if self.is_direct else "population"

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
        """The studies of the condition itself that do not retell other studies and were not retracted."""
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
        """How many reports of their own those studies have."""
        return len({ref.key for study in self.counted_studies for ref in study.own_references})


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


T = TypeVar("T")


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
    _made: dict[Callable[[Review], object], object] = field(default_factory=dict, init=False, repr=False)

    def once(self, make: Callable[[Review], T]) -> T:
        """What a later stage makes of the review, made when it is first asked for and kept as long as the review."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])

    def is_counted_anew(self, time: r.Time | r.Missing) -> bool:
        """Whether a time is counted from where changes begin anew, such as the end of treatment."""
        anchor = self.anchors.get(time.after) if isinstance(time, r.Time) else None
        return anchor is not None and anchor.resets_change

    @property
    def record(self) -> r.Review:
        """What review.yaml says."""
        return self.evidence.review.record

    @cached_property
    def counted_studies(self) -> tuple[StudyNode, ...]:
        """Studies of persons with the condition that do not retell other studies and were not retracted."""
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
    def retracted(self) -> tuple[StudyNode, ...]:
        """Studies of which every report was retracted."""
        return tuple(study for study in self.studies.values() if study.is_retracted)

    @cached_property
    def reports(self) -> int:
        """Reports of the counted studies: a review that retells them is none of theirs."""
        return len({ref.key for study in self.counted_studies for ref in study.own_references})

    @cached_property
    def read_counts(self) -> Mapping[r.Reading, int]:
        """How many sources were read how far, the deepest reading first."""
        order = (r.Reading.FULL_TEXT, r.Reading.ABSTRACT, r.Reading.TITLE)
        return {level: sum(s.record.read is level for s in self.sources.values()) for level in order}

    def reading(self, study: StudyNode) -> r.Reading | None:
        """The most that was read of any report of a study; None if none of its reports has a source record.

        To have read a review that retells it is not to have read it.
        """
        read = {self.sources[ref.key].record.read for ref in study.own_references if ref.key in self.sources}
        order = (r.Reading.FULL_TEXT, r.Reading.ABSTRACT, r.Reading.TITLE)
        return next((level for level in order if level in read), None)


def count_persons(study: StudyNode, treatment: str | None = None) -> int:
    """Persons with the condition in a study, each once; with ``treatment``, only those who had it.

    A group inside a counted group, a person inside a counted group, and a person whom another study counts add nothing.
    """
    if treatment not in study.counts:
        study.counts[treatment] = sum(n for _, n in counted_arms(study, treatment))
    return study.counts[treatment]


def counted_arms(study: StudyNode, treatment: str | None = None) -> Iterator[tuple[Arm, int]]:
    """The persons and groups that make up that count, each with how many of it count."""
    for arm in study.arms:
        if not _belongs(arm, treatment) or _is_counted_above(arm, treatment) or is_counted_elsewhere(arm, treatment):
            continue
        yield arm, arm.exposed(treatment) or arm.n


def is_counted_elsewhere(arm: Arm, treatment: str | None = None) -> bool:
    """Whether another record of the same person counts her, so that this one does not."""
    return any(
        # Of two studies that overlap as a whole only one is counted, and this may be it.
        other.study.is_primary
        and not overlap(other.study, arm.study)
        and (_belongs(other, treatment) or _is_counted_above(other, treatment))
        for other in arm.told_before
    )


def _belongs(arm: Arm, treatment: str | None) -> bool:
    return arm.has_condition and (treatment is None or treatment in arm.treatments)


def _is_counted_above(arm: Arm, treatment: str | None) -> bool:
    return any(_belongs(group, treatment) for group in arm.around())


def overlap(one: StudyNode, other: StudyNode) -> bool:
    """Whether a record says that the two hold the same persons, certainly or probably."""
    return any(
        stated.study == second.id and stated.status in ("certain", "probable")
        for first, second in ((one, other), (other, one))
        if first is not second
        for stated in first.record.overlaps
    )


def left_out(studies: Iterable[StudyNode], treatment: str | None = None) -> dict[str, StudyNode]:
    """Which studies add nothing to a count because another, larger one likely holds the same persons.

    A study that overlaps, certainly or probably, with one of more persons (with ``treatment``: who had it) is left out;
    between equals the first by id is counted. The larger one may in turn be left out for an even larger one, which then
    holds both. A possible overlap is shown, not left out.
    """
    by_size = {
        study.id: study for study in sorted(studies, key=lambda study: (-count_persons(study, treatment), study.id))
    }
    rank = {id_: position for position, id_ in enumerate(by_size)}
    larger: dict[str, set[str]] = {id_: set() for id_ in by_size}
    for study in by_size.values():
        for stated in study.record.overlaps:
            if stated.study in rank and overlap(study, by_size[stated.study]):
                first, second = sorted((study.id, stated.study), key=rank.__getitem__)
                larger[second].add(first)
    dropped: dict[str, StudyNode] = {}
    for id_, holders in larger.items():
        if holders:
            holder = by_size[min(holders, key=rank.__getitem__)]
            dropped[id_] = dropped.get(holder.id, holder)
    return dropped


def link(evidence: Evidence) -> Review:
    """Tie the records together. Ids that lead nowhere are left out here and reported by the checks."""
    studies = {id_: _study_node(loaded, evidence) for id_, loaded in evidence.studies.items()}
    _tie_persons(studies.values())
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
    is_synthesis = loaded.record.design in r.SYNTHESES
    retold_by = frozenset(ref.key for ref in references if not is_synthesis and _retells(evidence, ref.key))
    retracted = frozenset(ref.key for ref in references if _is_retracted(evidence, ref.key))
    node = StudyNode(loaded.id, loaded, references, retold_by, retracted)
    groups = tuple(Arm(node, group, ("groups", index)) for index, group in enumerate(loaded.record.groups))
    persons = tuple(Arm(node, person, ("persons", index)) for index, person in enumerate(loaded.record.persons))
    node.arms = groups + persons
    return node


def _is_retracted(evidence: Evidence, key: str) -> bool:
    source = evidence.sources.get(key)
    return source is not None and source.record.standing.status is r.StandingStatus.RETRACTED


def _retells(evidence: Evidence, key: str) -> bool:
    source = evidence.sources.get(key)
    return source is not None and source.record.design in r.SYNTHESES


def _tie_persons(studies: Iterable[StudyNode]) -> None:
    persons = {
        f"{study.id}/{arm.id}": arm for study in studies for arm in study.arms if isinstance(arm.record, r.Person)
    }
    records: dict[str, list[Arm]] = {}
    for name in sorted(persons):
        first, seen = name, {name}
        while (named := _same_person(persons[first])) in persons and named not in seen:
            first = named
            seen.add(named)
        records.setdefault(first, []).append(persons[name])
    for first, arms in records.items():
        # A group counts all who are in it. Else the record that the others name counts her; of the others the first by
        # name, should that one not count her.
        arms.sort(key=lambda arm: (not any(group.has_condition for group in arm.around()), arm is not persons[first]))
        for position, arm in enumerate(arms[1:], 1):
            arm.study.told_before = {**arm.study.told_before, arm.id: tuple(arms[:position])}


def _same_person(arm: Arm) -> str:
    return (arm.record.same_person_as or "") if isinstance(arm.record, r.Person) else ""


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
