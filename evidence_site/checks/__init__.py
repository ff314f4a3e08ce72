"""The rules that records keep beyond their types: each one reads the linked review and yields problems.

A rule is a function from ``Review`` to problems. It stands in the module of what it looks at; adding one is writing it
there and naming it in ``RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evidence_site.checks import (
    citations,
    clusters,
    ids,
    judgements,
    numbers,
    persons,
    pooling,
    readers,
    sources,
    support,
    to_do,
)
from evidence_site.checks.citations import offset_of, prose_problems
from evidence_site.extractions import alone
from evidence_site.problems import Problem
from evidence_site.review import Review

__all__ = ["RULES", "Rule", "check", "offset_of", "prose_problems"]

Rule = Callable[[Review], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    readers.extracted_twice,
    readers.known_readers,
    ids.known_ids,
    ids.unique_ids,
    sources.references_and_sources,
    citations.citations,
    support.supported_statements,
    support.numbers_were_read,
    support.numbers_in_sources,
    numbers.plausible_numbers,
    numbers.shares_for_percentages,
    numbers.findings_columns,
    numbers.flow_numbers,
    sources.possible_dates,
    judgements.certainty,
    clusters.clusters,
    pooling.syntheses,
    judgements.cautions_answered,
    persons.same_persons,
    persons.in_two_groups,
    persons.nesting,
    judgements.appraisals,
    persons.alike_persons,
    persons.alike_studies,
    to_do.nothing_left_to_do,
    sources.sources_in_use,
)
"""Every rule, in the order in which they are asked."""


def check(review: Review) -> list[Problem]:
    """Every problem that any rule finds in the review."""
    found = [problem for rule in RULES for problem in rule(review)]
    # Each of two extractions is a whole record of its study, and has to stand on its own.
    for one, files in alone(review):
        rules = [rule for rule in RULES if rule is not readers.extracted_twice]
        found += [problem for rule in rules for problem in rule(one) if problem.place.file in files]
    return found
