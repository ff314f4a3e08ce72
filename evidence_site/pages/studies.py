"""A page for each study, and their index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from evidence_site import addresses, extractions, measures, prose, readers, records as r, views
from evidence_site.agreement import together
from evidence_site.identity import digest
from evidence_site.page import Outline, Spec
from evidence_site.pages import risk_of_bias
from evidence_site.pages.parts import Part, parts
from evidence_site.pages.site import Site, outcome_anchor, treatment_anchor
from evidence_site.review import StudyNode, count_persons
from evidence_site.synthesis import Row, design_effect, wording


def specs(site: Site) -> Iterator[Spec | Outline]:
    """A page for each study, and their index."""
    nodes = list(site.review.studies.values())
    years = parts(addresses.STUDIES_BY_YEAR, nodes, lambda node: str(node.year or "Year not known"))
    yield Spec(
        addresses.STUDIES,
        "studies",
        "Studies",
        "All studies of the review with design, persons and treatments.",
        tuple(node.loaded.document.file for node in nodes),
        hide=("navigation", "toc"),
        searchable=False,
        context={
            "counts": site.review_counts(),
            "undecided": site.undecided,
            "readers": views.named_readers(site.review),
            "agreement": _agreement(site),
            "parts": years,
            "total": len(nodes),
            "studies": [] if years else [site.study_row(node) for node in nodes],
        },
    )
    for year in years:
        inputs = site.inputs.part(year, year.rows) if site.inputs else ""
        yield Outline(year.address, _part_title(year), inputs, partial(_part, site, year))
    cases: dict[str, list[tuple[str, str]]] = {}
    for case in site.review.cases.values():
        cases.setdefault(case.record.study, []).append((case.record.title, addresses.case(case.id)))
    computed = _computed(site)
    for node in nodes:
        effects = computed.get(node.id, [])
        yield Outline(
            addresses.study(node.id),
            _title(site, node),
            # Whether an effect is computed depends on other studies, too.
            digest(site.inputs.study(node), repr(effects)) if site.inputs else "",
            partial(_page, site, node, cases.get(node.id, []), effects),
        )


def _title(site: Site, node: StudyNode) -> str:
    return f"{site.study_name(node)}: {node.record.title}"


def _page(site: Site, node: StudyNode, cases: Sequence[tuple[str, str]], effects: Sequence[Mapping[str, str]]) -> Spec:
    sources = [site.source_file(ref.key) for ref in node.references]
    files = (node.loaded.document.file, *site.extraction_files(node.id), *sources)
    return Spec(
        addresses.study(node.id),
        "study",
        _title(site, node),
        prose.plain(node.record.summary),
        tuple(file for file in files if file),
        hide=("navigation",),
        reference=next(iter(node.references), None),
        citable=True,
        context={
            "node": node,
            "title": site.study_name(node),
            "keys": [ref.key for ref in node.references],
            "flags": _flags(site, node),
            "facts": _study_facts(site, node),
            "arms": views.arms(site.review, node),
            "beside": _beside(site, node),
            "comparisons": views.comparisons(site.review, node),
            "computed": effects,
            "trust": _trust(site, node),
            "clusters": _clusters(site, node),
            "twice": _twice(site, node),
            "appraisal": risk_of_bias.of_study(site, node),
            "distinct": [
                (site.study_link(site.review.studies[d.study]), d.because)
                for d in node.record.distinct_from
                if d.study in site.review.studies
            ],
            "overlaps": _overlaps(site, node),
            "cases": cases,
        },
    )


def _beside(site: Site, node: StudyNode) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Where results stand beside those of other studies: by the ids of arm and outcome, each treatment and its address.

    That is with the treatment's evidence, or, for what is not counted there, with the outcome.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for observation in node.observations:
        outcome = observation.result.outcome
        for id_ in observation.treatments:
            if id_ in site.review.treatments and outcome in site.review.outcomes:
                place = f"{addresses.evidence_of(id_)}#{outcome_anchor(outcome)}"
                if not (observation.arm.has_condition and node.is_primary):
                    place = f"{addresses.outcome(outcome)}#{treatment_anchor(id_)}"
                by_treatment = found.setdefault((observation.arm.id, addresses.outcome(outcome)), {})
                by_treatment[site.review.treatments[id_].record.name] = place
    return found


def _overlaps(site: Site, node: StudyNode) -> list[tuple[dict[str, str], str, str | None]]:
    """Other studies that may hold the same persons, how surely, and why: nothing where only the other one tells it.

    What the other record says is not repeated: it is written from there, such as “the later cohort”.
    """
    studies, stated = site.review.studies, node.record.overlaps
    told = {overlap.study for overlap in stated}
    own = [(site.study_link(studies[o.study]), o.status, o.note) for o in stated if o.study in studies]
    others = [
        (site.study_link(other), status, None)
        for other, status in site.overlapped_by.get(node.id, ())
        if other.id not in told
    ]
    return [*own, *others]


def _flags(site: Site, node: StudyNode) -> list[tuple[str, str, str]]:
    """The reports that were corrected, called into question or retracted: what is known, its note, and the address."""
    found = (site.references[ref.key] for ref in node.references if ref.key in site.references)
    return [(f"{ref.short}: {ref.flag}", ref.node.record.standing.note or "", ref.address) for ref in found if ref.flag]


def _part_title(part: Part[StudyNode]) -> str:
    return f"Studies: {part.name}"


def _part(site: Site, part: Part[StudyNode]) -> Spec:
    title = _part_title(part)
    return Spec(
        part.address,
        "studies_part",
        title,
        f"Studies of the review that were first reported in: {part.name}.",
        tuple(node.loaded.document.file for node in part.rows),
        hide=("navigation", "toc"),
        searchable=False,
        context={"title": title, "part": part, "studies": [site.study_row(node) for node in part.rows]},
    )


def _agreement(site: Site) -> str:
    """How far readers agreed who extracted studies twice, in a sentence; empty if there are no such studies."""
    adjudicated = [pair.agreement for pair in site.extracted_twice.values() if pair.adjudicated]
    if not adjudicated:
        return ""
    count = measures.counted(len(adjudicated), "study was", "studies were")
    figures = together(adjudicated).in_words
    return f"{count} extracted by two readers who did not know of each other; they agreed in {figures}."


def _study_facts(site: Site, study: StudyNode) -> views.Facts:
    record = study.record
    if study.id in site.review.left_out:
        holder = site.study_name(site.review.left_out[study.id])
        persons = f"none of {count_persons(study)}: likely the same as in {holder}{_counted_under(site, study)}"
    elif study.is_primary:
        persons = measures.persons(count_persons(study))
    else:
        persons = f"none: {_WHY_NONE[study.not_counted]}"
    facts = [views.Fact("Design", views.DESIGNS[record.design])]
    if record.clusters:
        facts.append(views.Fact("Unit of allocation", record.clusters.unit))
    for name, value in (("Country", record.country), ("Setting", record.setting), ("Period", record.period)):
        missing = isinstance(value, r.Missing)
        facts.append(views.Fact(name, measures.MISSING[value] if isinstance(value, r.Missing) else value, missing))
    facts.append(views.Fact("Persons counted in this review", persons))
    for id_, given in record.characteristics.items():
        if id_ in site.review.characteristics:
            known = site.review.characteristics[id_]
            facts.append(views.Fact(known.name, measures.summary(given, known.unit), isinstance(given, r.Missing)))
    return views.facts(facts)


def _counted_under(site: Site, study: StudyNode) -> str:
    """Which treatments count persons of a study that the review as a whole leaves out; empty if none does."""
    found = ", ".join(
        f"{measures.in_sentence(node.record.name)} ({measures.persons(persons)})"
        for node in site.review.treatments.values()
        if study in node.counted_studies
        and study.id not in node.left_out
        and (persons := count_persons(study, node.id))
    )
    return f"; counted only under {found}" if found else ""


_WHY_NONE = {"retracted": "retracted", "retold": "retells other studies", "population": "other population"}


def _trust(site: Site, study: StudyNode) -> views.Facts:
    facts = []
    for reference in study.references:
        ref = site.references.get(reference.key)
        if ref:
            facts.append(views.Fact(f"Read ({ref.short})", ref.read))
            facts.append(views.Fact(f"Standing ({ref.short})", ref.standing))
    if risk_of_bias.is_appraised(study):
        facts.append(views.Fact("Risk of bias", risk_of_bias.judgement(study) or "see the table"))
    else:
        facts.append(views.Fact("Risk of bias", risk_of_bias.not_assessed(site, study)))
    pair = site.extracted_twice.get(study.id)
    facts.append(views.Fact("Extraction", views.study_readers_in_words(site.review, pair, study.record)))
    return views.facts(facts)


def _clusters(site: Site, study: StudyNode) -> dict[str, Any] | None:
    """What is told of the clusters that a study allocated, and how alike their persons are; None if there are none."""
    clusters = study.record.clusters
    if clusters is None:
        return None
    told = [clusters.unit]
    if clusters.number:
        told.append(f"{clusters.number:,} in all")
    if clusters.mean_size:
        told.append(f"of {measures.number(clusters.mean_size)} persons on average")
    outcomes, alike = site.review.outcomes, []
    for item in clusters.correlations:
        node = outcomes.get(item.outcome or "")
        outcome = (
            node.record.name if node else "All other outcomes" if len(clusters.correlations) > 1 else "All outcomes"
        )
        effect = design_effect(clusters, item)
        said = f"design effect {wording.ratio(effect)}" if effect else "design effect not known"
        icc = (
            f", from an intracluster correlation coefficient of {measures.number(item.icc)}"
            if item.icc is not None
            else ""
        )
        alike.append((outcome, f"{said}{icc}", item.source))
    return {"told": ", ".join(told), "where": clusters.where, "alike": alike}


def _computed(site: Site) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """By study: how it enters the pooled estimates of this site."""
    found: dict[str, list[dict[str, str]]] = {}
    for analyses in site.syntheses.values():
        for analysis in analyses:
            for row in analysis.rows:
                against = measures.in_sentence(analysis.against.record.name)
                page = addresses.evidence_of(analysis.treatment.id)
                found.setdefault(row.study.id, []).append(
                    {
                        "outcome": analysis.outcome.record.name,
                        "outcome_address": addresses.outcome(analysis.outcome.id),
                        "groups": f"{analysis.treatment.record.name} against {against}",
                        "counts": f"{wording.side(row.treated)} against {wording.side(row.against)}",
                        "measure": wording.measure_and_time(analysis.record) + _allowed_for(row),
                        "effect": analysis.text(row.effect),
                        "address": f"{page}#{outcome_anchor(analysis.outcome.id)}",
                    }
                )
    return found


def _allowed_for(row: Row) -> str:
    """What makes the interval wider than its numbers do."""
    effect = row.clustering.design_effect if row.clustering else None
    return f", with design effect {wording.ratio(effect)}" if effect else ""


def _twice(site: Site, study: StudyNode) -> dict[str, Any] | None:
    """How far two readers agreed who extracted the study, and what holds where they did not."""
    pair = site.extracted_twice.get(study.id)
    if pair is None or pair.adjudicated is None:
        return None
    home = site.review.record
    one, two = (readers.readers(home, loaded.record).get("extracted_by") for loaded in (pair.a, pair.b))
    kappas = [
        f"{kappa.kind}: {measures.number(round(kappa.value, 2))} ({measures.counted(kappa.n, 'value', 'values')})"
        for kappa in pair.agreement.kappas
    ]
    return {
        "figures": pair.agreement.in_words,
        "kappas": "; ".join(kappas),
        "formula": KAPPA_SOURCE,
        "a": one.name if one else "First reader",
        "b": two.name if two else "Second reader",
        "rows": [
            (row.words, _recorded(row.a), _recorded(row.b), _recorded(held))
            for row, held in extractions.settled(pair)
            if not row.agree
        ],
    }


def _recorded(value: object) -> str:
    text = re.sub(r"(?<=[a-z])_(?=[a-z])", " ", measures.plain_value(value))  # case_series, not_reported
    return (text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0] + " …") or "nothing"


_LONGEST = 120
KAPPA_SOURCE = "https://doi.org/10.1177/001316446002000104"
"""Cohen's article of 1960, from which kappa's formula comes."""
