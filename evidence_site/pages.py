"""The pages of the site: which there are, what each shows, and their files for the engine.

``render`` makes the whole tree in memory. Bodies come first; the ends of pages follow when it is known what cites what.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evidence_site import addresses, exports, measures, prose, records as r, reference_formats, summaries, views
from evidence_site.checks import nearest, prose_problems
from evidence_site.page import CitedPlace, Page, Spec, canonical, markdown, slug
from evidence_site.problems import Place, Problem
from evidence_site.review import Review, StudyNode, TreatmentNode, count_persons


@dataclass(frozen=True, slots=True)
class Settings:
    """What the site's settings say that pages need."""

    repository: str = ""
    """Address of the repository, without a slash at the end; empty if there is none."""
    branch: str = "main"


@dataclass(frozen=True, slots=True)
class Tree:
    """The files for the engine, and the pages of the navigation."""

    files: Mapping[str, bytes]
    """By path in the docs folder."""
    nav: Sequence[Any]
    """As MkDocs takes it."""
    problems: Sequence[Problem]
    """Links that lead nowhere and the like: found only when pages are made."""


def render(
    review: Review,
    root: Path,
    templates: Sequence[Path],
    changes: Mapping[str, dt.date],
    settings: Settings,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Tree:
    """Every file of the site's docs tree.

    ``root`` is the review's folder (its docs/ are read), ``templates`` the folders with templates, first match first;
    ``changes`` says when files changed; ``progress`` hears the stage, the number done and the number of all.
    """
    return _Renderer(review, root, templates, changes, settings, progress).render()


class _Renderer:
    def __init__(
        self,
        review: Review,
        root: Path,
        templates: Sequence[Path],
        changes: Mapping[str, dt.date],
        settings: Settings,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self.review = review
        self.root = root
        self.templates = templates
        self.changes = changes
        self.settings = settings
        self.progress = progress
        self.problems: list[Problem] = []
        self.references = {key: views.reference(node) for key, node in review.sources.items()}
        self.labels = {key: ref.short for key, ref in self.references.items()}
        self.environment = _environment(templates)
        self.docs = dict(_docs(root))

    def render(self) -> Tree:
        specs = list(self._specs())
        self.prose_specs = [spec for spec in specs if spec.template == "prose"]
        downloads = self._downloads()
        statics = dict(self._statics())
        self.known = {spec.address for spec in specs} | downloads.keys() | statics.keys()
        self.known |= {addresses.record_copy(file) for file in self._record_files()}
        self._check_docs(specs)
        pages = [Page(spec, self.labels, self.known.__contains__) for spec in specs]
        total = len(pages)
        bodies = []
        cited: dict[str, list[CitedPlace]] = {}
        # Reference pages come last: their ends say what cites them, and the list of references counts it.
        for number, page in enumerate(pages, 1):
            self.progress("pages", number, total)
            bodies.append("" if page.spec.template == "references" else self._body(page))
            for key, place in page.cited_places():
                cited.setdefault(key, []).append(place)
        files: dict[str, bytes] = {}
        for page, body in zip(pages, bodies, strict=True):
            whole = body or self._body(page, cited_pages={k: len({p.address for p in v}) for k, v in cited.items()})
            parts = [whole, self._tail(page, cited)]
            files[addresses.source_path(page.spec.address)] = markdown(page.spec, parts).encode()
            self._report_dead_links(page)
        files |= {path: text.encode() for path, text in downloads.items()}
        files |= statics
        for file in self._record_files():
            files[addresses.record_copy(file)] = (self.root / file).read_bytes()
        return Tree(files, self._nav(), self.problems)

    # --- one page

    def _context(self, page: Page) -> dict[str, Any]:
        return {
            "page": page,
            "review": self.review,
            "words": measures,
            "study_name": self._study_name,
            "reference_of": self.references,
            "index_list": self._index_list(),
        }

    def _body(self, page: Page, **more: Any) -> str:
        context = {**page.spec.context, **self._context(page), **more}
        if page.spec.template == "references":
            context["references"] = [
                {"ref": ref, "number": _listed(ref), "cited": more["cited_pages"].get(ref.key, 0)}
                for ref in self._by_author()
            ]
        if page.spec.template == "prose":
            context["sections"] = self._prose_sections(page.spec)
        return self._render(f"pages/{page.spec.template}.html.j2", context)

    def _tail(self, page: Page, cited: Mapping[str, Sequence[CitedPlace]]) -> str:
        context = self._context(page) | {
            "record": self._record(page.spec),
            "has_disclaimer": "disclaimer/" in self.known,
        }
        parts = []
        if page.spec.template == "reference":
            key = page.spec.context["ref"].key
            groups: dict[str, dict[str, Any]] = {}
            for place in cited.get(key, ()):
                group = groups.setdefault(
                    place.address, {"address": place.address, "title": place.title, "places": []}
                )
                group["places"].append(place)
            context |= {
                "studies": [self._study_link(study) for study in page.spec.context["ref"].node.studies],
                "cited_in": list(groups.values()),
                "exports": [
                    (label, f"{addresses.REFERENCES}{addresses.reference_slug(key)}.{suffix}")
                    for label, suffix in (("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "json"))
                ],
            }
            parts.append(self._render("pages/reference_tail.html.j2", context))
        parts.append(self._render("partials/reference_list.html.j2", context))
        parts.append(self._render("partials/record.html.j2", context))
        return "\n".join(parts)

    def _render(self, template: str, context: Mapping[str, Any]) -> str:
        return self.environment.get_template(template).render(context)

    def _record(self, spec: Spec) -> dict[str, Any]:
        dates = [self.changes[file] for file in spec.files if file in self.changes]
        changed = max(dates, default=None)
        edit = ""
        if spec.files and self.settings.repository:
            edit = f"{self.settings.repository}/edit/{self.settings.branch}/{spec.files[0]}"
        shown = [file for file in spec.files if file.startswith("evidence/")][:3]
        return {
            "changed": changed,
            "changed_text": views.day(changed) if changed else "",
            "edit": edit,
            "copies": [(file, addresses.record_copy(file)) for file in shown],
            "more": max(0, sum(file.startswith("evidence/") for file in spec.files) - len(shown)),
        }

    def _report_dead_links(self, page: Page) -> None:
        file = page.spec.files[0] if page.spec.files else "templates"
        for target in sorted(set(page.dead_links)):
            self.problems.append(
                Problem(
                    Place(self._place_of_link(page.spec, target) or file)
                    if page.spec.template != "prose"
                    else _find(self.docs[file], file, target),
                    "dead-link",
                    f"The link to “{target}” leads nowhere.",
                    nearest(canonical(target).partition("#")[0], self.known),
                )
            )

    def _place_of_link(self, spec: Spec, target: str) -> str:
        for file in spec.files:
            path = self.root / file
            if path.is_file() and target in path.read_text("utf-8", "replace"):
                return file
        return ""

    # --- which pages there are

    def _specs(self) -> Iterator[Spec]:
        review = self.review
        home = ("evidence/review.yaml",)
        yield Spec(
            addresses.HOME,
            "home",
            review.record.title,
            prose.plain(review.record.summary),
            (*home, *(node.loaded.document.file for node in review.treatments.values())),
            boost=1.5,
            hide=("navigation", "toc"),
            context={
                "figures": self._figures(),
                "treatments": [self._home_row(node) for node in review.treatments.values()],
                "cards": self._cards(),
            },
        )
        yield from self._treatment_specs()
        yield from self._study_specs()
        yield from self._outcome_specs()
        yield from self._topic_specs()
        yield from self._case_specs()
        yield from self._reference_specs()
        yield Spec(
            addresses.DOWNLOADS,
            "downloads",
            "Downloads",
            "The review, its studies, results and references as files to download.",
            home,
            context={"downloads": _DOWNLOADS},
        )
        for file, text in self.docs.items():
            yield _prose_spec(file, text)

    def _treatment_specs(self) -> Iterator[Spec]:
        nodes = self.review.treatments.values()
        yield Spec(
            addresses.TREATMENTS,
            "treatments",
            "Treatments",
            "Classes of treatment with their findings, cautions and certainty.",
            tuple(node.loaded.document.file for node in nodes),
            boost=1.2,
            context={
                "treatments": [
                    {
                        "name": node.record.name,
                        "address": addresses.treatment(node.id),
                        "bottom_line": prose.plain(node.record.bottom_line),
                        "counts": self._treatment_counts(node),
                    }
                    for node in nodes
                ]
            },
        )
        for node in nodes:
            results = views.treatment_results(self.review, node)
            files = [node.loaded.document.file]
            files += sorted(study.loaded.document.file for study in node.studies)
            yield Spec(
                addresses.treatment(node.id),
                "treatment",
                node.record.name,
                prose.plain(node.record.bottom_line),
                tuple(files),
                boost=4.0,
                context={
                    "node": node,
                    "counts": self._treatment_counts(node),
                    "results": [_anchored(result) for result in results],
                    "cautions": [
                        (caution, node.record.cautions.get(caution.id, r.Missing.NOT_REPORTED))
                        for caution in self.review.cautions.values()
                    ],
                    "studies": [self._study_row(study, node.id) for study in node.studies],
                },
            )

    def _study_specs(self) -> Iterator[Spec]:
        nodes = list(self.review.studies.values())
        yield Spec(
            addresses.STUDIES,
            "studies",
            "Studies",
            "All studies of the review with design, persons and treatments.",
            tuple(node.loaded.document.file for node in nodes),
            hide=("navigation", "toc"),
            searchable=False,
            context={
                "counts": self._review_counts(),
                "studies": [self._study_row(node) for node in nodes],
            },
        )
        cases: dict[str, list[tuple[str, str]]] = {}
        for case in self.review.cases.values():
            cases.setdefault(case.record.study, []).append((case.record.title, addresses.case(case.id)))
        for node in nodes:
            files = (node.loaded.document.file, *(self._source_file(ref.key) for ref in node.references))
            yield Spec(
                addresses.study(node.id),
                "study",
                f"{self._study_name(node)}: {node.record.title}",
                prose.plain(node.record.summary),
                tuple(file for file in files if file),
                hide=("navigation",),
                context={
                    "node": node,
                    "title": self._study_name(node),
                    "keys": [ref.key for ref in node.references],
                    "facts": self._study_facts(node),
                    "arms": views.arms(self.review, node),
                    "comparisons": self._comparisons(node),
                    "trust": self._trust(node),
                    "overlaps": [
                        (self._study_link(self.review.studies[o.study]), o.status, o.note)
                        for o in node.record.overlaps
                        if o.study in self.review.studies
                    ],
                    "cases": cases.get(node.id, []),
                },
            )

    def _outcome_specs(self) -> Iterator[Spec]:
        nodes = list(self.review.outcomes.values())
        yield Spec(
            addresses.OUTCOMES,
            "outcomes",
            "Outcomes",
            "The outcomes of the review, how much each matters, and how certain the evidence is.",
            ("evidence/outcomes.yaml",),
            hide=("navigation", "toc"),
            context={
                "outcomes": [
                    {
                        "name": node.record.name,
                        "address": addresses.outcome(node.id),
                        "importance": measures.words(node.record.importance),
                        "direction": _DIRECTIONS[node.record.direction],
                        "results": len(node.observations),
                        "certainty": [views.certainty(self.review, c) for c in node.certainty],
                    }
                    for node in nodes
                ]
            },
        )
        for node in nodes:
            record = node.record
            yield Spec(
                addresses.outcome(node.id),
                "outcome",
                record.name,
                prose.plain(record.definition),
                ("evidence/outcomes.yaml", *sorted({o.study.loaded.document.file for o in node.observations})),
                boost=1.5,
                context={
                    "node": node,
                    "facts": [
                        views.Fact("Importance", measures.words(record.importance)),
                        views.Fact("Better is", _DIRECTIONS[record.direction]),
                        views.Fact("Units", ", ".join(record.units) or "none"),
                        *([views.Fact("Also called", ", ".join(record.synonyms))] if record.synonyms else []),
                    ],
                    "results": [_anchored(result) for result in views.outcome_results(self.review, node)],
                },
            )

    def _topic_specs(self) -> Iterator[Spec]:
        topics = list(self.review.topics.values())
        yield Spec(
            addresses.TOPICS,
            "topics",
            "Topics",
            "What is known beside treatment.",
            tuple(topic.document.file for topic in topics),
            context={
                "topics": [
                    {
                        "title": topic.record.title,
                        "address": addresses.topic(topic.id),
                        "summary": prose.plain(topic.record.summary),
                    }
                    for topic in topics
                ]
            },
        )
        for topic in topics:
            yield Spec(
                addresses.topic(topic.id),
                "topic",
                topic.record.title,
                prose.plain(topic.record.summary),
                (topic.document.file,),
                boost=3.0,
                context={"record": topic.record},
            )

    def _case_specs(self) -> Iterator[Spec]:
        cases = list(self.review.cases.values())
        yield Spec(
            addresses.CASES,
            "cases",
            "Cases",
            "Persons told in full.",
            tuple(case.document.file for case in cases),
            context={
                "cases": [
                    {
                        "title": case.record.title,
                        "address": addresses.case(case.id),
                        "summary": prose.plain(case.record.summary),
                    }
                    for case in cases
                ]
            },
        )
        for case in cases:
            record = case.record
            study = self.review.studies.get(record.study)
            timeline = record.timeline
            yield Spec(
                addresses.case(case.id),
                "case",
                record.title,
                prose.plain(record.summary),
                (case.document.file,),
                boost=2.0,
                context={
                    "record": record,
                    "study": {
                        **(self._study_link(study) if study else {"name": record.study, "address": addresses.STUDIES}),
                        "reports": [ref.key for ref in study.references] if study else [],
                    },
                    "parts": [(slug(title), title, getattr(record, field)) for field, title in _CARE],
                    "timeline": timeline
                    if isinstance(timeline, r.Missing)
                    else [
                        (measures.time(event.time, self.review.anchors), event.kind, event.what) for event in timeline
                    ],
                },
            )

    def _reference_specs(self) -> Iterator[Spec]:
        yield Spec(
            addresses.REFERENCES,
            "references",
            "References",
            "All sources of the review with how far each was read.",
            ("evidence/references.bib",),
            hide=("navigation", "toc"),
            searchable=False,
            context={"counts": self._source_counts()},
        )
        for ref in self.references.values():
            record = ref.node.record
            yield Spec(
                ref.address,
                "reference",
                f"{ref.short}: {ref.node.reference.title.text}",
                ref.listed.text,
                (ref.node.loaded.document.file, "evidence/references.bib"),
                boost=0.5,
                hide=("navigation",),
                context={
                    "ref": ref,
                    "facts": [
                        views.Fact("Design", ref.design),
                        views.Fact("Read", ref.read),
                        views.Fact("Standing", ref.standing),
                        *([views.Fact("Who was studied", record.participants)] if record.participants else []),
                    ],
                    "read_at": [views.page_read(page, ref.node.reference) for page in record.read_at],
                    "fields_from": [views.page_read(page, ref.node.reference) for page in record.fields_from],
                },
            )

    # --- what they show

    def _study_name(self, study: StudyNode) -> str:
        for reference in study.references:
            if reference.key in self.labels:
                return self.labels[reference.key]
        return study.id

    def _study_link(self, study: StudyNode) -> dict[str, str]:
        return {"name": self._study_name(study), "address": addresses.study(study.id), "title": study.record.title}

    def _study_row(self, study: StudyNode, treatment: str | None = None) -> dict[str, Any]:
        left_out = self.review.treatments[treatment].left_out if treatment else self.review.left_out
        note = ""
        if study.is_synthesis:
            note = "Retells other studies; its persons are not counted again."
        elif not study.is_direct:
            note = "Other population; not counted."
        elif study.id in left_out:
            note = f"Left out of the count: likely the same persons as in {self._study_name(left_out[study.id])}."
        reads = dict.fromkeys(
            measures.words(self.review.sources[ref.key].record.read)
            for ref in study.references
            if ref.key in self.review.sources
        )
        return {
            **self._study_link(study),
            "design": views.DESIGNS[study.record.design],
            "persons": count_persons(study, treatment) if study.is_primary else "—",
            "counted_note": note,
            "treatments": ", ".join(
                self.review.treatments[t].record.name for t in study.treatments if t in self.review.treatments
            ),
            "read": ", ".join(reads),
        }

    def _study_facts(self, study: StudyNode) -> list[views.Fact]:
        record = study.record
        if study.id in self.review.left_out:
            holder = self._study_name(self.review.left_out[study.id])
            persons = f"none of {count_persons(study)}: likely the same as in {holder}"
        elif study.is_primary:
            persons = measures.persons(count_persons(study))
        else:
            persons = "none: " + ("retells other studies" if study.is_synthesis else "other population")
        facts = [views.Fact("Design", views.DESIGNS[record.design])]
        for name, value in (("Country", record.country), ("Setting", record.setting), ("Period", record.period)):
            missing = isinstance(value, r.Missing)
            facts.append(views.Fact(name, measures.MISSING[value] if isinstance(value, r.Missing) else value, missing))
        facts.append(views.Fact("Persons counted in this review", persons))
        return facts

    def _trust(self, study: StudyNode) -> list[views.Fact]:
        facts = []
        for reference in study.references:
            ref = self.references.get(reference.key)
            if ref:
                facts.append(views.Fact(f"Read ({ref.short})", ref.read))
                facts.append(views.Fact(f"Standing ({ref.short})", ref.standing))
        appraisal = study.record.appraisal
        if appraisal is None or appraisal.instrument == "none":
            facts.append(views.Fact("Risk of bias", "not assessed", True))
        else:
            facts.append(views.Fact("Risk of bias", appraisal.overall or "see below"))
        return facts

    def _comparisons(self, study: StudyNode) -> list[dict[str, str]]:
        labels = {arm.id: arm.label for arm in study.arms}
        rows = []
        for item in study.record.comparisons:
            outcome = self.review.outcomes.get(item.outcome)
            unit = measures.percent_sign(item.unit)
            said = []
            if item.value is not None:
                said.append(measures.number(item.value) + unit)
            if item.ci95:
                said.append(f"95% CI {measures.pair(item.ci95)}")
            if item.p:
                said.append(item.p if "p" in item.p.lower() else f"P {item.p}")
            rows.append(
                {
                    "outcome": outcome.record.name if outcome else item.outcome,
                    "outcome_address": addresses.outcome(item.outcome),
                    "group": labels.get(item.group, item.group),
                    "against": labels.get(item.against, item.against),
                    "measure": item.measure,
                    "value": "; ".join(said) or "no number given",
                    "time": measures.time(item.time, self.review.anchors),
                    "where": item.where,
                    "note": item.note or "",
                }
            )
        return rows

    def _treatment_counts(self, node: TreatmentNode) -> str:
        counted = node.counted_studies
        text = (
            f"{measures.persons(node.persons)} with the condition in "
            f"{measures.counted(len(counted), 'study', 'studies')} "
            f"({measures.counted(node.reports, 'report', 'reports')})."
        )
        others = len(node.studies) - len(counted)
        if others:
            text += f" {measures.counted(others, 'more study', 'more studies')} of other populations, or retelling these."
        return text

    def _review_counts(self) -> str:
        review = self.review
        others = len(review.studies) - len(review.counted_studies)
        return (
            f"{measures.persons(review.persons)} with the condition in "
            f"{measures.counted(len(review.counted_studies), 'study', 'studies')} "
            f"({measures.counted(review.reports, 'report', 'reports')}), each person counted once. "
            f"{measures.counted(others, 'more study is', 'more studies are')} of other populations or retell studies."
        )

    def _source_counts(self) -> str:
        counts = self.review.read_counts
        return (
            f"{measures.counted(len(self.review.sources), 'source', 'sources')}: the full text of "
            f"{counts[r.Reading.FULL_TEXT]}, the abstract of {counts[r.Reading.ABSTRACT]} and only the title of "
            f"{counts[r.Reading.TITLE]} was read."
        )

    def _figures(self) -> list[views.Fact]:
        review = self.review
        searched = review.record.searched_to
        changed = max(self.changes.values(), default=None)
        return [
            views.Fact("Persons, each counted once", f"{review.persons:,}"),
            views.Fact("Studies of the condition", f"{len(review.counted_studies):,}"),
            views.Fact("Sources", f"{len(review.sources):,}"),
            views.Fact(
                "Searched to",
                measures.MISSING[searched] if isinstance(searched, r.Missing) else views.day(searched),
            ),
            views.Fact("Last changed", views.day(changed) if changed else "not known"),
        ]

    def _home_row(self, node: TreatmentNode) -> dict[str, Any]:
        return {
            "name": node.record.name,
            "address": addresses.treatment(node.id),
            "persons": f"{node.persons:,}",
            "studies": measures.counted(len(node.counted_studies), "study", "studies"),
            "cells": [self._summary(node, column) for column in self.review.record.findings_table],
            "cautions": [
                {
                    "name": caution.name,
                    "anchor": f"caution-{caution.id}",
                    "known": not isinstance(node.record.cautions.get(caution.id), r.Missing | None),
                }
                for caution in self.review.cautions.values()
            ],
            "certainty": self._levels(node),
        }

    def _levels(self, node: TreatmentNode) -> list[dict[str, Any]]:
        """The ratings of a treatment by level, the most certain first."""
        ratings = [views.certainty(self.review, c) for c in node.certainty if c.record.outcome in self.review.outcomes]
        levels = []
        for level in views.CERTAINTY_SYMBOLS:
            chosen = [rating for rating in ratings if rating.node.level is level]
            if chosen:
                outcomes = [
                    {
                        "name": self.review.outcomes[rating.node.record.outcome].record.abbreviation or rating.outcome,
                        "anchor": _outcome_anchor(rating.node.record.outcome),
                    }
                    for rating in chosen
                ]
                levels.append({"rating": chosen[0], "outcomes": outcomes})
        return levels

    def _summary(self, node: TreatmentNode, column: r.SummaryColumn) -> dict[str, str]:
        if column.kind == "percent_change" and column.months:
            change = summaries.percent_change(self.review, node, column.outcomes, column.months)
            if change is None:
                return {"value": "", "behind": ""}
            low, high = measures.number(change.lowest, signed=True), measures.number(change.highest, signed=True)
            unit = measures.percent_sign(change.unit)
            return {
                "value": f"{low}{unit}" if change.lowest == change.highest else f"{low} to {high}{unit}",
                "behind": f"{measures.persons(change.persons)}, {measures.counted(change.studies, 'study', 'studies')}",
            }
        events = summaries.events(node, column.outcomes)
        if events is None:
            return {"value": "", "behind": ""}
        return {
            "value": f"{events.persons} of {measures.persons(events.of)}",
            "behind": measures.counted(events.studies, "study", "studies"),
        }

    def _cards(self) -> list[dict[str, str]]:
        review = self.review
        cards = [
            {"title": case.record.title, "address": addresses.case(case.id), "text": prose.plain(case.record.summary)}
            for case in review.cases.values()
        ]
        cards += [
            {"title": t.record.title, "address": addresses.topic(t.id), "text": prose.plain(t.record.summary)}
            for t in review.topics.values()
        ]
        cards.append({"title": "Studies", "address": addresses.STUDIES, "text": self._review_counts()})
        cards.append({"title": "References", "address": addresses.REFERENCES, "text": self._source_counts()})
        return cards

    def _by_author(self) -> list[views.ReferenceView]:
        return sorted(self.references.values(), key=lambda ref: (ref.listed.text.casefold(), ref.key))

    def _index_list(self) -> views.ReferenceView | None:
        article = self.review.record.index_article
        return self.references.get(article.source) if article else None

    def _source_file(self, key: str) -> str:
        node = self.review.sources.get(key)
        return node.loaded.document.file if node else ""

    # --- documentation pages

    def _check_docs(self, specs: Sequence[Spec]) -> None:
        seen: dict[str, Spec] = {}
        for spec in specs:
            if spec.address in seen:
                self.problems.append(
                    Problem(
                        Place(spec.files[0] if spec.files else "docs"),
                        "address-taken",
                        f"The address /{spec.address} is already that of another page.",
                        "Rename this file.",
                    )
                )
            seen[spec.address] = spec
        for spec in self.prose_specs:
            file = spec.files[0]
            parsed = spec.context["prose"]
            self.problems += prose_problems(
                parsed, self.review.evidence.references, lambda line, f=file: Place(f, line + 1)
            )

    def _prose_sections(self, spec: Spec) -> list[tuple[prose.Heading | None, str, prose.Prose]]:
        return [
            (heading, slug(heading.text) if heading else "", body)
            for heading, body in prose.sections(spec.context["prose"])
        ]

    # --- files beside the pages

    def _downloads(self) -> dict[str, str]:
        review = self.review
        references = [node.reference for node in review.sources.values()]
        files = {
            "downloads/review.json": exports.review_json(review),
            "downloads/studies.csv": exports.studies_csv(review),
            "downloads/results.csv": exports.results_csv(review),
            "downloads/references.bib": reference_formats.bibtex_file(references),
            "downloads/references.ris": reference_formats.ris_file(references),
            "downloads/references.json": reference_formats.csl_json_file(references),
        }
        for reference in references:
            base = addresses.REFERENCES + addresses.reference_slug(reference.key)
            files[f"{base}.bib"] = reference_formats.to_bibtex(reference)
            files[f"{base}.ris"] = reference_formats.to_ris(reference)
            files[f"{base}.json"] = reference_formats.csl_json_file([reference])
        return files

    def _record_files(self) -> list[str]:
        evidence = self.review.evidence
        files = {"evidence/review.yaml", "evidence/outcomes.yaml", "evidence/references.bib"}
        files |= {loaded.document.file for loaded in evidence.all_records()}
        return sorted(files)

    def _statics(self) -> Iterator[tuple[str, bytes]]:
        for folder in reversed(self.templates):
            for path in sorted((folder / "assets").glob("*")):
                if path.is_file():
                    yield f"assets/{path.name}", path.read_bytes()
        docs = self.root / "docs"
        for path in sorted(docs.rglob("*")) if docs.is_dir() else ():
            if path.is_file() and not path.is_symlink() and path.suffix in _STATIC:
                yield path.relative_to(docs).as_posix(), path.read_bytes()

    def _nav(self) -> list[Any]:
        review = self.review
        nav: list[Any] = [{"Home": "index.md"}]

        def section(title: str, index: str, pages: Sequence[str]) -> None:
            files = [addresses.source_path(address) for address in (index, *pages)]
            nav.append({title: files if len(files) > 1 else files[0]})

        section("Treatments", addresses.TREATMENTS, [addresses.treatment(t) for t in review.treatments])
        section("Outcomes", addresses.OUTCOMES, [addresses.outcome(o) for o in review.outcomes])
        section("Topics", addresses.TOPICS, [addresses.topic(t) for t in review.topics])
        section("Cases", addresses.CASES, [addresses.case(c) for c in review.cases])
        section("Studies", addresses.STUDIES, [])
        section("References", addresses.REFERENCES, [])
        about = [addresses.source_path(spec.address) for spec in self.prose_specs]
        nav.append({"About": [*about, addresses.source_path(addresses.DOWNLOADS)]})
        return nav


_STATIC = frozenset({".png", ".jpg", ".jpeg", ".webp", ".svg", ".ico", ".pdf", ".csv", ".json", ".txt"})
"""What is copied from docs/ beside its pages. Neither scripts nor HTML: those belong to the templates."""

_DIRECTIONS = {
    r.Direction.HIGHER_IS_BETTER: "more",
    r.Direction.LOWER_IS_BETTER: "less",
    r.Direction.NEITHER: "neither more nor less",
}
_CARE = (
    ("patient_information", "Patient information"),
    ("clinical_findings", "Clinical findings"),
    ("diagnostic_assessment", "Diagnostic assessment"),
    ("therapeutic_intervention", "Therapeutic intervention"),
    ("follow_up_and_outcomes", "Follow-up and outcomes"),
    ("discussion", "Discussion"),
    ("patient_perspective", "Patient perspective"),
    ("informed_consent", "Informed consent"),
)
"""The parts of a case report in the order of the CARE checklist; the timeline follows the clinical findings."""

_DOWNLOADS = (
    {"address": "downloads/review.json", "name": "review.json", "text": "The whole review: every record, with counts and certainty"},
    {"address": "downloads/studies.csv", "name": "studies.csv", "text": "One row for each study"},
    {"address": "downloads/results.csv", "name": "results.csv", "text": "One row for each result of a person or group"},
    {"address": "downloads/references.bib", "name": "references.bib", "text": "All references as BibTeX"},
    {"address": "downloads/references.ris", "name": "references.ris", "text": "All references as RIS, for reference managers"},
    {"address": "downloads/references.json", "name": "references.json", "text": "All references as CSL-JSON"},
)


def _environment(templates: Sequence[Path]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in templates]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["missing_value"] = lambda value: isinstance(value, r.Missing)
    environment.filters["safe_html"] = lambda value: Markup(value)  # noqa: S704  # escaped by reference_style
    environment.filters["lower_first"] = lambda value: value if value[1:2].isupper() else value[:1].lower() + value[1:]
    return environment


def _listed(ref: views.ReferenceView) -> int | None:
    listed = ref.node.record.listed
    return listed.number if listed else None


def _outcome_anchor(outcome: str) -> str:
    return f"outcome-{outcome}"


def _anchored(result: views.OutcomeResults) -> dict[str, Any]:
    last = result.address.rstrip("/").rpartition("/")[2]
    anchor = _outcome_anchor(last) if result.address.startswith(addresses.OUTCOMES) else f"treatment-{last or 'none'}"
    fields = ("name", "address", "certainty", "direct", "other")
    return {"anchor": anchor, **{field: getattr(result, field) for field in fields}}


def _docs(root: Path) -> Iterator[tuple[str, str]]:
    folder = root / "docs"
    order = {name: n for n, name in enumerate(("methods.md", "about.md", "disclaimer.md", "contribute.md"))}
    for path in sorted(folder.glob("*.md"), key=lambda p: (order.get(p.name, len(order)), p.name)):
        yield f"docs/{path.name}", path.read_text("utf-8-sig", "replace")


def _prose_spec(file: str, text: str) -> Spec:
    name = file.removeprefix("docs/").removesuffix(".md")
    parsed = prose.parse_page(text)
    titles = [heading.text for heading, _ in prose.sections(parsed) if heading and heading.level == 1]
    first = next((line for line in text.split("\n") if line.strip() and not line.startswith("#")), "")
    return Spec(
        f"{name}/",
        "prose",
        titles[0] if titles else name.replace("-", " ").capitalize(),
        prose.plain(first),
        (file,),
        context={"prose": parsed},
    )


def _find(text: str, file: str, wanted: str) -> Place:
    match = re.search(re.escape(wanted), text)
    if match is None:
        return Place(file)
    start = match.start()
    return Place(file, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
