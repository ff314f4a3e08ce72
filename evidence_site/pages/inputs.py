"""What a page is made from, as a digest: with the same digest it is the same page, and need not be made again.

A digest may cover more than the page shows, never less. What all pages share is in every digest: the generator, the
templates, the settings, and the records that give a review its words (review, outcomes, treatments, topics, cases).
Beside that, a page of a study depends on the study, on the studies that share persons with it, and on the references
that these name; a page of a source on its reference, on its studies and on what they name; the pages of a treatment on
its studies, and on what its charts show of others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from evidence_site import records as r
from evidence_site.bibliography import Reference
from evidence_site.history import Revision
from evidence_site.identity import digest, generator
from evidence_site.pages.parts import Part
from evidence_site.record_reading import EXTRACTIONS, Loaded
from evidence_site.review import Review, SourceNode, StudyNode, TreatmentNode

_MENTION = re.compile(r"@([A-Za-z0-9_][A-Za-z0-9_:.+/-]*)")
_BIBLIOGRAPHY = "evidence/references.bib"


class Inputs:
    """The digests of one state of a review.

    Records count as they were read: whatever is saved while pages are made comes with the next state.
    """

    def __init__(
        self,
        review: Review,
        root: Path,
        templates: Sequence[Path],
        changes: Mapping[str, Revision],
        settings: Iterable[str],
    ) -> None:
        """Read the templates and the pages of prose; ``settings`` are the site's, as text."""
        self._review = review
        self._changes = changes
        self._prose = {path: (root / path).read_bytes() for path in _files(root)}
        self._looks = [path.read_bytes() for folder in templates for path in sorted(folder.rglob("*.j2"))]
        self._settings = tuple(settings)
        self._studies: dict[str, str] = {}
        self._sources: dict[str, str] = {}

    @cached_property
    def common(self) -> str:
        """Of what every page is made from."""
        evidence = self._review.evidence
        folders = (evidence.treatments, evidence.topics, evidence.cases)
        shared = (evidence.review, *evidence.outcomes, *(one for folder in folders for one in folder.values()))
        texts = (content.decode("utf-8", "replace") for content in self._prose.values())
        return digest(
            generator(),
            *self._settings,
            *self._looks,
            *(part for path in self._prose for part in (path, self._prose[path])),
            *(f"{loaded.id} {loaded.document.file} {loaded.document.digest}" for loaded in shared),
            self._references_named(word for text in texts for word in _MENTION.findall(text)),
            *map(self._cites, shared),
        )

    @cached_property
    def everything(self) -> str:
        """Of all records, references and pages of prose, and when they changed."""
        evidence = self._review.evidence
        records = (*evidence.all_records(), *evidence.extractions.values())
        files = dict.fromkeys(f"{loaded.document.file} {loaded.document.digest}" for loaded in records)
        references = (f"{key} {self.reference(key)}" for key in evidence.references)
        dates = (f"{path} {self._changes[path].id}" for path in sorted(self._changes))
        return digest(self.common, *files, "references", *references, "dates", *dates)

    def reference(self, key: str) -> str:
        """Of an entry of the bibliography and the record of how far it was read; empty if there is no entry."""
        return self._references.get(key, "")

    @cached_property
    def _references(self) -> Mapping[str, str]:
        sources = self._review.evidence.sources
        return {
            key: f"{_entry(reference)} {sources[key].document.digest if key in sources else '-'}"
            for key, reference in self._review.evidence.references.items()
        }

    def source(self, source: SourceNode) -> str:
        """Of the page of a source, without what cites it."""
        if source.key not in self._sources:
            self._sources[source.key] = self._page_of_source(source)
        return self._sources[source.key]

    def _page_of_source(self, source: SourceNode) -> str:
        dates = self._dates((source.loaded.document.file, _BIBLIOGRAPHY))
        told = "; ".join(self._told[study.id] for study in source.studies)
        own = f"{self.reference(source.key)} {self._cites(source.loaded)}"
        return digest(self.common, "source", source.key, own, " ".join(dates), told)

    def treatment(self, treatment: TreatmentNode, beside: Iterable[StudyNode], *told: str) -> str:
        """Of the pages of a treatment.

        ``beside`` are studies of other treatments that it shows on its charts, and ``told`` names what it shows of
        these, and what it counts of others.
        """
        studies = dict.fromkeys((*treatment.studies, *beside))
        digests = (part for study in studies for part in (study.id, self.study(study)))
        dates = self._dates((treatment.loaded.document.file,))
        return digest(self.common, "treatment", treatment.id, *dates, repr(told), *digests)

    def references(self, part: Part[SourceNode]) -> str:
        """Of a page of the list of references, without what cites them."""
        listed = " ".join(f"{source.key} {self.reference(source.key)}" for source in part.rows)
        return digest(self.common, "references", _place_of(part), listed, *self._dates((_BIBLIOGRAPHY,)))

    def part(self, part: Part[Any], studies: Iterable[StudyNode], *rows: str) -> str:
        """Of a page of a long list of these studies; ``rows`` names what of them it lists, if that is not clear."""
        told = " ".join(f"{study.id} {self.study(study)}" for study in studies)
        return digest(self.common, "part", _place_of(part), told, *rows)

    def study(self, study: StudyNode) -> str:
        """Of the page of a study."""
        if study.id not in self._studies:
            self._studies[study.id] = self._page_of(study)
        return self._studies[study.id]

    def _page_of(self, study: StudyNode) -> str:
        own = self._own(study.id)
        evidence = self._review.evidence
        sources = (evidence.sources[ref.key] for ref in study.references if ref.key in evidence.sources)
        dates = self._dates(loaded.document.file for loaded in (*own, *sources))
        group = "; ".join(self._told[id_] for id_ in self._groups[study.id])
        return digest(self.common, "study", study.id, " ".join(map(self._cites, own)), " ".join(dates), group)

    @cached_property
    def _told(self) -> Mapping[str, str]:
        """Of each study as others may name it: its files, and its reports."""
        return {
            id_: " ".join((id_, *(loaded.document.digest for loaded in self._own(id_)), "-", *reports))
            for id_, study in self._review.studies.items()
            for reports in [map(self.reference, study.record.reports)]
        }

    def _own(self, study: str) -> list[Loaded[r.Study]]:
        """The record of a study, and blind extractions of it."""
        evidence = self._review.evidence
        twice = (evidence.extractions.get(f"{study}.{letter}") for letter in EXTRACTIONS)
        return [evidence.studies[study], *(loaded for loaded in twice if loaded is not None)]

    def _dates(self, files: Iterable[str]) -> Iterator[str]:
        return (self._changes[file].id if file in self._changes else "-" for file in files)

    def _cites(self, loaded: Loaded[r.Record]) -> str:
        """Of the references that are named in the file of a record."""
        return self._references_named(loaded.once(_mentions))

    def _references_named(self, words: Iterable[str]) -> str:
        """Of those that any of these words begins with the key of: text may go on behind a key."""
        references = self._references
        named = set()
        for word in words:
            key = word
            while key and key not in references:
                key = key[:-1]
            named.add(key)
        return " ".join(f"{key} {self.reference(key)}" for key in sorted(named - {""}))

    @cached_property
    def _groups(self) -> Mapping[str, tuple[str, ...]]:
        """By study: it and all studies that are tied to it by what records say of the same or of other persons."""
        group = {id_: {id_} for id_ in self._review.studies}
        for study in self._review.studies.values():
            for other in study.loaded.once(_names_of_studies):
                if other in group and group[other] is not group[study.id]:
                    group[study.id] |= group[other]
                    for member in group[study.id]:
                        group[member] = group[study.id]
        return {id_: tuple(sorted(members)) for id_, members in group.items()}


def _place_of(part: Part[Any]) -> str:
    return repr((part.address, part.name, part.before, part.after))


@lru_cache(maxsize=1 << 14)
def _entry(reference: Reference) -> str:
    """Of an entry of the bibliography: plain fields do not tell what is in italics, nor which name is the family's."""
    plain = (reference.type, sorted(reference.fields.items()), reference.title, reference.booktitle)
    return digest(reference.key, repr((plain, reference.authors, reference.editors)))


def _mentions(loaded: Loaded[r.Record]) -> frozenset[str]:
    """What stands in a record where the key of a reference may stand; more than is cited there, never less."""
    return loaded.document.find(_MENTION)


def _names_of_studies(loaded: Loaded[r.Study]) -> tuple[str, ...]:
    """The other studies that a study names."""
    record = loaded.record
    persons = (name for person in record.persons for name in (person.same_person_as or "", *person.distinct_because))
    stated = (*(one.study for one in record.overlaps), *(one.study for one in record.distinct_from))
    return tuple(dict.fromkeys((*stated, *(name.partition("/")[0] for name in persons))))


def _files(root: Path) -> Iterator[str]:
    for path in sorted((root / "docs").rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix()
