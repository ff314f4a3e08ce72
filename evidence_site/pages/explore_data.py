"""What the Explore page loads: every study, result and reference as columns of numbers, for explore-model.js.

Each text stands once in ``texts`` and each list of numbers once in ``sets``; columns point into both. What a row can be
filtered by is a set of options of a facet, so that one pass over small numbers finds the rows and counts the options.
``explore_rows`` tells what stands in the rows; ``explore_parts`` makes files of it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

from evidence_site.pages.explore_facets import Option, facets
from evidence_site.pages.explore_rows import FROM_STUDIES, ArmRow, Numbers, ReferenceRow, ResultRow, Row, Rows, StudyRow
from evidence_site.pages.site import Site

FORMAT = 3
"""Raised when the shape changes in a way that a script kept by a browser could not read."""

_Columns = dict[str, Sequence[Any]]

_TEXTS = frozenset(
    (
        *("address", "after", "flag", "key", "label", "name", "note", "site", "statistic", "time", "title", "unit"),
        *("value", "where", "words"),
    )
)
"""Columns that point into the texts, in each table that has them."""
_SETS = frozenset(
    ("counted", "country", "design", "had", "outcome", "pairs", "read", "reports", "studies", "treatment")
)
"""Columns that point into the sets."""


def explore_data(site: Site) -> dict[str, Any]:
    """All of it: the same for the same review. The texts of options come first among the texts."""
    return _Tables(site).whole()


class _Tables:
    def __init__(self, site: Site) -> None:
        self.facets = {facet.id: facet for facet in facets(site)}
        self.rows = Rows(site, self.facets)
        self.nodes = site.review.studies
        self.sources = site.by_author
        self.studies = [site.pieces.of_study("explore", study, self.rows.told) for study in self.nodes.values()]
        self.references = [site.pieces.of_source("explore", source, self.rows.reference) for source in self.sources]
        self.texts: dict[str, int] = {"": 0}
        self.sets: dict[Numbers, int] = {(): 0}
        self.notes: dict[str, int] = {"": 0}

    def whole(self) -> dict[str, Any]:
        options = {facet.id: self._placed(_of_options(facet.options)) for facet in self.facets.values()}
        studies = self._studies()
        tables = {
            "studies": studies,
            "arms": self._arms(),
            "results": self._results(),
            "references": self._references(studies),
        }
        return {
            "format": FORMAT,
            "facets": options,
            **{name: self._placed(columns) for name, columns in tables.items()},
            "notes": list(self.notes),
            "sets": list(map(list, self.sets)),
            "texts": list(self.texts),
        }

    def _placed(self, columns: _Columns) -> _Columns:
        """A table with places in place of texts and sets, which get theirs in the order of its rows."""
        placed = dict(columns)
        known: tuple[tuple[frozenset[str], dict[Any, int]], ...] = ((_TEXTS, self.texts), (_SETS, self.sets))
        for names, places in known:
            mine = [name for name in columns if name in names]
            for value in dict.fromkeys(chain.from_iterable(zip(*(columns[name] for name in mine), strict=True))):
                places.setdefault(value, len(places))
            placed |= {name: list(map(places.__getitem__, columns[name])) for name in mine}
        return placed

    def _studies(self) -> _Columns:
        columns = _columns(StudyRow, [told.study for told in self.studies])
        if columns:
            references = {source.key: row for row, source in enumerate(self.sources)}
            columns["had"] = list(map(self._had, columns["had"]))
            columns["reports"] = [tuple(map(references.__getitem__, keys)) for keys in columns["reports"]]
            columns["design"] = self._designs(columns["design"])
            countries = {
                country: self._options("country", self.rows.country(country)) for country in set(columns["country"])
            }
            columns["country"] = list(map(countries.__getitem__, columns["country"]))
        return columns

    def _had(self, had: Sequence[tuple[int, int, str]]) -> Numbers:
        return tuple(
            number for code, n, note in had for number in (code, n, self.notes.setdefault(note, len(self.notes)))
        )

    def _designs(self, designs: Sequence[str]) -> list[Numbers]:
        known = {design: self._options("design", design) for design in set(designs)}
        return list(map(known.__getitem__, designs))

    def _options(self, facet: str, id_: str) -> Numbers:
        return self.facets[facet].set_of([id_])

    def _arms(self) -> _Columns:
        columns = _columns(ArmRow, chain.from_iterable(told.arms for told in self.studies))
        if columns:
            columns = {"study": [row for row, told in enumerate(self.studies) for _ in told.arms], **columns}
        return columns

    def _results(self) -> _Columns:
        columns = _columns(ResultRow, chain.from_iterable(told.results for told in self.studies))
        if columns:
            studies = [row for row, told in enumerate(self.studies) for _ in told.results]
            first = list(accumulate((len(told.arms) for told in self.studies), initial=0))
            columns["arm"] = [first[study] + place for study, place in zip(studies, columns["arm"], strict=True)]
            columns = {"study": studies, **columns}
        return columns

    def _references(self, studies: _Columns) -> _Columns:
        columns = _columns(ReferenceRow, self.references)
        if columns:
            rows = {id_: row for row, id_ in enumerate(self.nodes)}
            reported = [tuple(sorted(rows[study.id] for study in source.studies)) for source in self.sources]
            # Most have one study, and are filtered as that is.
            of_one = zip(*(studies.get(name, ()) for name in FROM_STUDIES), strict=True)
            known: dict[Numbers, tuple[Numbers, ...]] = {(row,): found for row, found in enumerate(of_one)}
            for places, source in zip(reported, self.sources, strict=True):
                if places not in known:
                    known[places] = self.rows.from_studies(source.studies)
            columns["design"] = self._designs(columns["design"])
            columns["studies"] = reported
            found = zip(*map(known.__getitem__, reported), strict=True)
            columns |= dict(zip(FROM_STUDIES, found, strict=True))
        return {name: columns[name] for name in _REFERENCES if columns}


_REFERENCES = (
    *("address", "name", "flag", "words", "key", "year", "studies"),
    *("treatment", "outcome", "pairs", "design", "read", "country", "counted"),
)
"""The columns of references, in their order."""


def _of_options(options: Sequence[Option]) -> _Columns:
    return {
        name: [getattr(option, name) for option in options] for name in ("id", "name", "words", "address") if options
    }


def _columns(kind: type[NamedTuple], rows: Iterable[Row]) -> _Columns:
    """The columns of rows of a kind; none if there are no rows."""
    return dict(zip(kind._fields, map(list, zip(*rows, strict=True)), strict=False))
