"""What every kind of page reads: the review, its references ready to show, and the counts that several pages give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from evidence_site import addresses, measures, records as r, views
from evidence_site.page import Spec
from evidence_site.review import Review, StudyNode, TreatmentNode, count_persons


@dataclass(frozen=True, slots=True)
class Settings:
    """What the site's settings say that pages need."""

    repository: str = ""
    """Address of the repository, without a slash at the end; empty if there is none."""
    branch: str = "main"


@dataclass(frozen=True)
class Site:
    """The review as pages see it."""

    review: Review
    root: Path
    """The review's folder: its docs/ are read."""
    changes: Mapping[str, dt.date]
    """When each file last changed."""
    settings: Settings

    @cached_property
    def references(self) -> Mapping[str, views.ReferenceView]:
        """Every reference, by key, ready to be shown."""
        return {key: views.reference(node) for key, node in self.review.sources.items()}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """A short name for every reference: ``Hong et al. 2018``."""
        return {key: ref.short for key, ref in self.references.items()}

    def study_name(self, study: StudyNode) -> str:
        for reference in study.references:
            if reference.key in self.labels:
                return self.labels[reference.key]
        return study.id

    def study_link(self, study: StudyNode) -> dict[str, str]:
        return {"name": self.study_name(study), "address": addresses.study(study.id), "title": study.record.title}

    def study_row(self, study: StudyNode, treatment: str | None = None) -> dict[str, Any]:
        left_out = self.review.treatments[treatment].left_out if treatment else self.review.left_out
        note = ""
        if study.is_synthesis:
            note = "Retells other studies; its persons are not counted again."
        elif not study.is_direct:
            note = "Other population; not counted."
        elif study.id in left_out:
            note = f"Left out of the count: likely the same persons as in {self.study_name(left_out[study.id])}."
        reads = dict.fromkeys(
            measures.words(self.review.sources[ref.key].record.read)
            for ref in study.references
            if ref.key in self.review.sources
        )
        return {
            **self.study_link(study),
            "design": views.DESIGNS[study.record.design],
            "persons": count_persons(study, treatment) if study.is_primary else "—",
            "counted_note": note,
            "treatments": ", ".join(
                self.review.treatments[t].record.name for t in study.treatments if t in self.review.treatments
            ),
            "read": ", ".join(reads),
        }

    def treatment_counts(self, node: TreatmentNode) -> str:
        counted = node.counted_studies
        text = (
            f"{measures.persons(node.persons)} with the condition in "
            f"{measures.counted(len(counted), 'study', 'studies')} "
            f"({measures.counted(node.reports, 'report', 'reports')})."
        )
        others = len(node.studies) - len(counted)
        if others:
            text += (
                f" {measures.counted(others, 'more study', 'more studies')} of other populations, or retelling these."
            )
        return text

    def review_counts(self) -> str:
        review = self.review
        others = len(review.studies) - len(review.counted_studies)
        return (
            f"{measures.persons(review.persons)} with the condition in "
            f"{measures.counted(len(review.counted_studies), 'study', 'studies')} "
            f"({measures.counted(review.reports, 'report', 'reports')}), each person counted once. "
            f"{measures.counted(others, 'more study is', 'more studies are')} of other populations or retell studies."
        )

    def source_counts(self) -> str:
        counts = self.review.read_counts
        return (
            f"{measures.counted(len(self.review.sources), 'source', 'sources')}: the full text of "
            f"{counts[r.Reading.FULL_TEXT]}, the abstract of {counts[r.Reading.ABSTRACT]} and only the title of "
            f"{counts[r.Reading.TITLE]} was read."
        )

    def source_file(self, key: str) -> str:
        node = self.review.sources.get(key)
        return node.loaded.document.file if node else ""

    def index_list(self) -> views.ReferenceView | None:
        article = self.review.record.index_article
        return self.references.get(article.source) if article else None

    def by_author(self) -> list[views.ReferenceView]:
        return sorted(self.references.values(), key=lambda ref: (ref.listed.text.casefold(), ref.key))

    def record_files(self) -> list[str]:
        """Every file of the evidence, in order."""
        evidence = self.review.evidence
        files = {"evidence/review.yaml", "evidence/outcomes.yaml", "evidence/references.bib"}
        return sorted(files | {loaded.document.file for loaded in evidence.all_records()})

    def record_of(self, spec: Spec) -> dict[str, Any]:
        """What stands behind a page: when it changed, copies of its records, and where to edit the first."""
        changed = max((self.changes[file] for file in spec.files if file in self.changes), default=None)
        edit = ""
        if spec.files and self.settings.repository:
            edit = f"{self.settings.repository}/edit/{self.settings.branch}/{spec.files[0]}"
        records = [file for file in spec.files if file.startswith("evidence/")]
        return {
            "changed": changed,
            "changed_text": views.day(changed) if changed else "",
            "edit": edit,
            "copies": [(file, addresses.record_copy(file)) for file in records[:3]],
            "more": max(0, len(records) - 3),
        }


def outcome_anchor(outcome: str) -> str:
    """Where a treatment's page tells of an outcome."""
    return f"outcome-{outcome}"


def anchored(result: views.OutcomeResults) -> dict[str, Any]:
    """The results of one outcome or treatment with the id of their heading."""
    last = result.address.rstrip("/").rpartition("/")[2]
    anchor = outcome_anchor(last) if result.address.startswith(addresses.OUTCOMES) else f"treatment-{last or 'none'}"
    fields = ("name", "address", "certainty", "direct", "other")
    return {"anchor": anchor, **{field: getattr(result, field) for field in fields}}


DIRECTIONS = {
    r.Direction.HIGHER_IS_BETTER: "more",
    r.Direction.LOWER_IS_BETTER: "less",
    r.Direction.NEITHER: "neither more nor less",
}
"""Which way an outcome is good, in words."""
