"""The two pages of a treatment: what was found, in short, and the evidence behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import ROOT
from html_pages import BuiltPage, Element, read_site

from evidence_site import addresses, measures, records as r
from evidence_site.review import Review, link, load
from evidence_site.summaries import findings
from evidence_site.views import treatment_results

Pages = dict[str, BuiltPage]


@pytest.fixture(scope="module")
def pages(site: Path) -> Pages:
    return dict(read_site(site))


@pytest.fixture(scope="module")
def review() -> Review:
    evidence, problems = load(ROOT)
    assert evidence is not None, problems
    return link(evidence)


def rows(page: BuiltPage) -> dict[str, Element]:
    """The findings of a treatment: by outcome, the row."""
    (table,) = page.article.of_class("er-table--findings")
    return {row["id"].removeprefix("outcome-"): row for row in table.all("tr") if row["id"]}


def test_each_outcome_has_its_finding_and_its_certainty(pages: Pages, review: Review) -> None:
    """Those that are rated with both, those with results alone with what leads to them, and each how much it matters."""
    told = 0
    for id_, treatment in review.treatments.items():
        found = rows(pages[f"treatments/{id_}/"])
        rated = {rating.record.outcome: rating for rating in treatment.certainty}
        observed = {observation.result.outcome for observation in treatment.observations}
        assert found.keys() >= rated.keys() | observed
        for outcome, row in found.items():
            (head,) = row.all("th")
            assert review.outcomes[outcome].record.name in head.text
            assert review.outcomes[outcome].record.importance.replace("_", " ") in head.text
            if outcome in rated:
                assert rated[outcome].level.value.replace("_", " ") in head.text
                assert row.of_class("er-cite")
                told += 1
            else:
                assert "certainty not rated" in head.text
    assert told > 30


def test_each_row_counts_the_persons_of_the_evidence_map(pages: Pages, review: Review) -> None:
    """Persons, each once, in as many studies as the map says; who is in no count is not given a number."""
    counted = 0
    for id_, found in findings(review).items():
        results = {result.address: result for result in treatment_results(review, review.treatments[id_])}
        for outcome, row in rows(pages[f"treatments/{id_}/"]).items():
            count = found.persons_with_results(outcome)
            direct = results[addresses.outcome(outcome)].direct
            told = [link.text for link in row.all("a") if link["href"] == f"evidence/#outcome-{outcome}"]
            if count.persons:
                studies = measures.counted(count.studies, "study", "studies")
                assert any(f"Results of {measures.persons(count.persons)} in {studies}" in text for text in told)
                counted += 1
            else:
                assert any("not counted" in text for text in told) == bool(direct)
    assert counted > 30


def test_each_row_leads_to_its_evidence_and_back(pages: Pages, review: Review) -> None:
    """The rating to its steps with their reasons, the number of groups to their results."""
    for id_, treatment in review.treatments.items():
        page, evidence = pages[f"treatments/{id_}/"], pages[f"treatments/{id_}/evidence/"]
        back = set(evidence.links())
        rated = {rating.record.outcome: rating.record for rating in treatment.certainty}
        for outcome, row in rows(page).items():
            place = f"outcome-{outcome}"
            assert evidence.ids.count(place) == 1
            if outcome in rated:
                reasons = f"certainty-{outcome}"
                assert any(link["href"] == f"evidence/#{reasons}" for link in row.all("th")[0].all("a"))
                (folded,) = (box for box in evidence.article.all("details") if box["id"] == reasons)
                assert len(folded.of_class("er-steps")) == 1
                assert (page.address, place) in back
        steps = [item.text for box in evidence.article.of_class("er-steps") for item in box.all("li")]
        for rating in rated.values():
            for step in rating.steps:
                said = f"{measures.number(step.by, signed=True)} {measures.words(step.domain)}."
                assert any(text.startswith(said) for text in steps), said
        assert len(evidence.article.of_class("er-steps")) == len(rated)


def test_what_the_sources_say_stands_with_the_evidence(pages: Pages, review: Review) -> None:
    """What decides stands on the first page: cautions and what is not known; each statement has its place on one of both."""
    for id_, treatment in review.treatments.items():
        page, evidence = pages[f"treatments/{id_}/"], pages[f"treatments/{id_}/evidence/"]
        for path, statement in r.statements(treatment.record):
            first, second = (page, evidence) if path[0] == "cautions" else (evidence, page)
            assert first.ids.count(statement.id) == 1, statement.id
            assert statement.id not in second.ids


def test_each_result_of_a_study_leads_to_those_of_other_studies(pages: Pages, review: Review) -> None:
    """To the evidence of each treatment that it tells of; what is not counted stands with the outcome alone."""
    led = 0
    for id_, study in review.studies.items():
        links = set(pages[f"studies/{id_}/"].links())
        for observation in study.observations:
            outcome = observation.result.outcome
            for treatment in observation.treatments:
                counted = observation.arm.has_condition and study.is_primary
                evidence = (f"treatments/{treatment}/evidence/", f"outcome-{outcome}")
                assert (evidence if counted else (f"outcomes/{outcome}/", f"treatment-{treatment}")) in links
                led += counted
        if not study.is_primary:
            assert not any(page.endswith("/evidence/") for page, _ in links)
    assert led > 100


def test_no_number_of_a_comparison_is_shown_before_its_measure(pages: Pages) -> None:
    """A coefficient or a P value is no effect: it comes after what it is, and no heavier than that."""
    tables = [
        table
        for address in ("treatments/teriparatide/evidence/", "outcomes/lumbar-spine-bmd/", "studies/hong2018/")
        for table in pages[address].article.all("table")
        if "djusted regression coefficient" in table.text
    ]
    assert len(tables) == 3 + 1  # the outcome tells it of each treatment that one of the groups had
    for table in tables:
        assert not table.of_class("er-value")
        assert table.text.index("regression coefficient") < table.text.index("7.92")


def test_a_result_and_its_time_can_be_read_aloud_and_copied(pages: Pages) -> None:
    """What looks apart by its weight alone would be “0 of 19 time not reported”."""
    text = pages["studies/lampropoulouadamidou2021/"].text
    assert "0 of 19, time not reported" in text
    assert "+20.9% (SD 11.9), with teriparatide, 12 months" in text
