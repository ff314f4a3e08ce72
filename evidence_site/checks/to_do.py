"""Texts that are still to be written."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import records as r
from evidence_site.checks.shared import warning
from evidence_site.problems import Problem
from evidence_site.record_words import where_is
from evidence_site.review import Review
from evidence_site.scaffolds import TO_DO

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
                yield warning(
                    loaded.place(path),
                    "to-do",
                    f"{where_is(path)} is still to be written: {text.removeprefix(TO_DO).strip()}",
                    "Where the source says nothing, write not_reported if the field takes it, or leave the field out.",
                )
