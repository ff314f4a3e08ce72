"""What a page is made from, as a digest: with the same digest it is the same page, and need not be made again.

A digest may cover more than the page shows, never less. What all pages share is in every digest: the generator, the
templates, the settings, and the records that give a review its words (review, outcomes, treatments, topics, cases).
Beside that, a page of a study depends on the study, on the studies that share persons with it, and on the references
that these name; a page of a source on its reference, on its studies and on what they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from evidence_site.history import Revision
from evidence_site.identity import digest, generator
from evidence_site.pages.parts import Part
from evidence_site.review import Review, SourceNode, StudyNode, TreatmentNode

_MENTION = re.compile(rb"@([A-Za-z0-9_][A-Za-z0-9_:.+/-]*)")
_SHARED = ("treatments", "topics", "cases")
_BIBLIOGRAPHY = "evidence/references.bib"


class Inputs:
    """The digests of one state of a review."""

    def __init__(
        self,
        review: Review,
        root: Path,
        templates: Sequence[Path],
        changes: Mapping[str, Revision],
        settings: Iterable[str],
    ) -> None:
        """Read every file that pages are made from; ``settings`` are the site's, as text."""
        self._review = review
        self._changes = changes
        self.files = {path: (root / path).read_bytes() for path in _files(root)}
        """Every file under ``evidence/`` and ``docs/``, by path."""
        self._digests = {path: digest(content) for path, content in self.files.items()}
        self._looks = [path.read_bytes() for folder in templates for path in sorted(folder.rglob("*.j2"))]
        self._settings = tuple(settings)
        self._studies: dict[str, str] = {}
        self._sources: dict[str, str] = {}

    @cached_property
    def common(self) -> str:
        """Of what every page is made from."""
        shared = [
            path
            for path in sorted(self.files)
            if path.startswith("docs/") or path.count("/") == 1 or path.split("/")[1] in _SHARED
        ]
        named = self._mentions(path for path in shared if path != _BIBLIOGRAPHY)
        return digest(
            generator(),
            *self._settings,
            *self._looks,
            *(part for path in shared if path != _BIBLIOGRAPHY for part in (path, self._digests[path])),
            *map(self.reference, named),
        )

    @cached_property
    def everything(self) -> str:
        """Of all records, references and pages of prose, and when they changed."""
        dates = (part for path in sorted(self._changes) for part in (path, self._changes[path].id))
        files = (part for path in sorted(self.files) for part in (path, self._digests[path]))
        return digest(self.common, *files, *dates)

    def reference(self, key: str) -> str:
        """Of an entry of the bibliography and the record of how far it was read."""
        return self._references.get(key, "")

    def source(self, source: SourceNode) -> str:
        """Of the page of a source, without what cites it."""
        if source.key not in self._sources:
            self._sources[source.key] = self._page_of_source(source)
        return self._sources[source.key]

    def _page_of_source(self, source: SourceNode) -> str:
        key, file = source.key, _source_file(source.key)
        told = [part for study in source.studies for part in (study.id, self._study(study.id))]
        dates = self._dates((file, _BIBLIOGRAPHY))
        return digest(self.common, "source", key, self._reads((file,)), *told, *dates, self.reference(key))

    def treatment(self, treatment: TreatmentNode) -> str:
        """Of the page of a treatment and of the pages of its studies."""
        # Its charts show the natural course, and count the results of all other treatments that they leave out.
        return digest("treatment", treatment.id, self.everything)

    def part(self, part: Part[Any], studies: Iterable[StudyNode], *rows: str) -> str:
        """Of a page of a long list of these studies; ``rows`` names what of them it lists, if that is not clear."""
        told = (digest_ for study in studies for digest_ in (study.id, self.study(study)))
        return digest(self.common, "part", repr((part.address, part.name, part.before, part.after)), *rows, *told)

    def study(self, study: StudyNode) -> str:
        """Of the page of a study."""
        if study.id not in self._studies:
            self._studies[study.id] = self._page_of(study)
        return self._studies[study.id]

    def _page_of(self, study: StudyNode) -> str:
        group = [part for id_ in self._groups[study.id] for part in (id_, self._study(id_))]
        own = self._own[study.id]
        files = (*own, *(_source_file(ref.key) for ref in study.references))
        return digest(self.common, "study", study.id, self._reads(own), *group, *self._dates(files))

    def _study(self, id_: str) -> str:
        """Of a study as others may name it: its files, and its reports."""
        reports = self._review.studies[id_].record.reports
        return digest(*(self._digests[path] for path in self._own[id_]), *map(self.reference, reports))

    def _reads(self, files: Iterable[str]) -> str:
        """Of files, and of the references that are named in them."""
        files = [file for file in files if file in self.files]
        return digest(*(self._digests[file] for file in files), *map(self.reference, self._mentions(files)))

    def _dates(self, files: Iterable[str]) -> Iterator[str]:
        return (self._changes[file].id if file in self._changes else "" for file in files)

    def _mentions(self, files: Iterable[str]) -> list[str]:
        """The keys of references in the text of files. There may be more than are cited there, never fewer."""
        found = {match for file in files for match in _MENTION.findall(self.files[file])}
        named = set()
        for word in found:
            text = word.decode()
            while text and text not in self._references:
                text = text[:-1]  # the text goes on behind the key
            named.add(text)
        return sorted(named - {""})

    @cached_property
    def _references(self) -> Mapping[str, str]:
        return {
            key: digest(key, ref.type, repr(sorted(ref.fields.items())), self._digests.get(_source_file(key), ""))
            for key, ref in self._review.evidence.references.items()
        }

    @cached_property
    def _own(self) -> Mapping[str, tuple[str, ...]]:
        """By study: its file, and the files of blind extractions of it."""
        found: dict[str, list[str]] = {id_: [] for id_ in self._review.studies}
        for path in self.files:
            if path.startswith("evidence/studies/"):
                id_ = path.removeprefix("evidence/studies/").partition(".")[0]
                if id_ in found:
                    found[id_].append(path)
        return {id_: tuple(sorted(paths)) for id_, paths in found.items()}

    @cached_property
    def _groups(self) -> Mapping[str, tuple[str, ...]]:
        """By study: it and all studies that are tied to it by what records say of the same or of other persons."""
        group = {id_: {id_} for id_ in self._review.studies}
        for study in self._review.studies.values():
            for other in _named_by(study):
                if other in group and group[other] is not group[study.id]:
                    group[study.id] |= group[other]
                    for member in group[study.id]:
                        group[member] = group[study.id]
        return {id_: tuple(sorted(members)) for id_, members in group.items()}


def _source_file(key: str) -> str:
    return f"evidence/sources/{key}.yaml"


def _named_by(study: StudyNode) -> Iterator[str]:
    record = study.record
    yield from (stated.study for stated in record.overlaps)
    yield from (stated.study for stated in record.distinct_from)
    for person in record.persons:
        names = (person.same_person_as or "", *person.distinct_because)
        yield from (name.partition("/")[0] for name in names)


def _files(root: Path) -> Iterator[str]:
    for folder in ("evidence", "docs"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()
