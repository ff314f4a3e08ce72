"""The data of the Explore page: everything that the review holds, counted as the review counts, the same bytes each time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from building import ROOT
from reviews import exposure, linked, result, review_of, study

from evidence_site import addresses, measures, records as r
from evidence_site.pages import explore_parts
from evidence_site.pages.explore_data import FORMAT, explore_data
from evidence_site.pages.site import Settings, Site
from evidence_site.record_reading import Loaded
from evidence_site.review import Review, count_persons, link

Row = Mapping[str, Any]


def explore_json(site: Site) -> str:
    """The data in one file, as a review of this size has them."""
    ((name, text),) = explore_parts.files(explore_data(site))
    assert name == explore_parts.FIRST
    return text


def site_of(review: Review) -> Site:
    return Site(review, ROOT, {}, Settings())


class Tables:
    """The tables as a reader of the file sees them: texts for their places, ids for options."""

    def __init__(self, review: Review) -> None:
        self.text = explore_json(site_of(review))
        self.data = json.loads(self.text)

    def rows(self, table: str) -> Iterator[Row]:
        columns = self.data[table]
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))

    def said(self, place: int) -> str:
        return str(self.data["texts"][place])

    def options(self, facet: str, place: int) -> list[str]:
        return [self.data["facets"][facet]["id"][code] for code in self.data["sets"][place]]

    def pairs(self, place: int) -> set[tuple[str, str]]:
        treatments, outcomes = self.data["facets"]["treatment"]["id"], self.data["facets"]["outcome"]["id"]
        coded = (divmod(code, len(outcomes)) for code in self.data["sets"][place])
        return {(treatments[treatment], outcomes[outcome]) for treatment, outcome in coded}


@pytest.fixture(scope="module")
def review() -> Review:
    return linked(ROOT)


@pytest.fixture(scope="module")
def tables(review: Review) -> Tables:
    return Tables(review)


def test_every_study_is_there_with_what_it_is_filtered_by(review: Review, tables: Tables) -> None:
    rows = {tables.said(row["address"]): row for row in tables.rows("studies")}
    assert list(rows) == [addresses.study(id_) for id_ in review.studies]
    for node in review.studies.values():
        row = rows[addresses.study(node.id)]
        told = {o.result.outcome for o in node.observations} | {c.outcome for c in node.record.comparisons}
        assert tables.said(row["title"]) == node.record.title
        assert row["year"] == (node.year or 0)
        assert set(tables.options("treatment", row["treatment"])) == (set(node.treatments) or {"none"})
        assert set(tables.options("outcome", row["outcome"])) == (told or {"none"})
        assert tables.options("design", row["design"]) == [node.record.design]
        assert set(tables.options("read", row["read"])) == {
            review.sources[ref.key].record.read for ref in node.own_references
        }


def test_every_result_is_there_as_its_page_says_it(review: Review, tables: Tables) -> None:
    observations = [o for node in review.studies.values() for o in node.observations]
    rows = list(tables.rows("results"))
    assert len(rows) == len(observations)
    studies, arms = list(review.studies.values()), list(tables.rows("arms"))
    for row, observation in zip(rows, observations, strict=True):
        value = observation.result.value
        assert studies[row["study"]] is observation.study
        assert tables.said(arms[row["arm"]]["label"]) == observation.arm.label
        assert arms[row["arm"]]["study"] == row["study"]
        assert tables.said(row["value"]) == measures.result_value(observation.result, observation.persons)
        assert row["persons"] == observation.persons
        assert tables.said(row["time"]) == measures.time(observation.result.time, review.anchors)
        assert tables.options("outcome", row["outcome"]) == [observation.result.outcome]
        assert set(tables.options("treatment", row["treatment"])) == (set(observation.treatments) or {"none"})
        assert row["number"] == (value if isinstance(value, int | float) else None)
        result, time = observation.result, observation.result.time
        assert row["months"] == (time.months if isinstance(time, r.Time) else None)
        assert tables.said(row["after"]) == str(time.after if isinstance(time, r.Time) else time)
        assert tables.said(row["statistic"]) == result.statistic.replace("_", " ")
        for field in ("unit", "site", "where", "note"):
            assert tables.said(row[field]) == (getattr(result, field) or "")


def test_every_reference_is_there(review: Review, tables: Tables) -> None:
    rows = {tables.said(row["key"]): row for row in tables.rows("references")}
    assert rows.keys() == review.sources.keys()
    ids = list(review.studies)
    studies = {tables.said(row["address"]): row for row in tables.rows("studies")}

    for key, node in review.sources.items():
        row = rows[key]
        assert tables.said(row["address"]) == addresses.reference(key)
        assert tables.options("read", row["read"]) == [node.record.read]
        assert row["year"] == (node.reference.year or 0)
        assert {ids[study] for study in tables.data["sets"][row["studies"]]} == {s.id for s in node.studies}
        of_studies = [studies[addresses.study(study.id)] for study in node.studies]
        for facet in ("treatment", "outcome", "country", "counted"):
            wanted = {option for study in of_studies for option in tables.options(facet, study[facet])}
            assert set(tables.options(facet, row[facet])) == (wanted or {"none"}), (key, facet)
        assert tables.pairs(row["pairs"]) == (
            {pair for s in of_studies for pair in tables.pairs(s["pairs"])} or NO_PAIR
        )


NO_PAIR = {("none", "none")}


def test_a_report_of_several_studies_is_found_by_each_of_them() -> None:
    """By what one was treated with, and by no treatment, if the other tells of none."""
    seen = result("density", r.Statistic.PERCENT_CHANGE, 10, unit="%")
    treated = r.Group(id="g", label="G", n=5, exposures=(exposure("drug-a"),), results=(seen,))
    untold = r.Group(id="h", label="H", n=5, results=(result("pain", r.Statistic.DIRECTION, r.Change.IMPROVED),))
    tables = Tables(
        review_of(
            {
                "one": study(groups=[treated]).model_copy(update={"country": "Exampland"}),
                "two": study(groups=[untold], directness="indirect"),
            }
        )
    )
    rows = {tables.said(row["key"]): row for row in tables.rows("references")}
    shared = rows["alpha2020"]
    assert set(tables.options("treatment", shared["treatment"])) == {"drug-a", "none"}
    assert set(tables.options("outcome", shared["outcome"])) == {"density", "pain"}
    assert tables.pairs(shared["pairs"]) == {("drug-a", "density"), ("none", "pain")}
    assert set(tables.options("country", shared["country"])) == {"exampland", "not_reported"}
    assert set(tables.options("counted", shared["counted"])) == {"counted", "without-condition"}
    alone = rows["beta2021"]
    assert tables.options("treatment", alone["treatment"]) == ["none"]
    assert tables.pairs(alone["pairs"]) == NO_PAIR


def test_a_pair_is_an_outcome_told_of_under_that_treatment() -> None:
    """To have both is not enough: of those on the drug this study tells no pain, and of those who waited no fractures."""
    told = study(
        groups=[
            r.Group(id="g", label="g", n=5, exposures=(exposure("drug-a"),)),
            r.Group(id="w", label="w", n=5, exposures=(exposure("waiting"),), results=PAIN),
            r.Group(id="u", label="u", n=5, results=(result("fracture", r.Statistic.PERSONS_WITH_EVENT, 1),)),
        ]
    )
    fields = {"group": "g", "against": "w", "measure": "difference", "value": 3, "where": "abstract"}
    compared = r.Comparison.model_validate({"outcome": "density", **fields})
    tables = Tables(review_of({"a": told.model_copy(update={"comparisons": (compared,)})}))
    (row,) = tables.rows("studies")
    assert tables.pairs(row["pairs"]) == {("waiting", "pain"), ("drug-a", "density"), ("waiting", "density")}
    assert set(tables.options("outcome", row["outcome"])) == {"density", "fracture", "pain"}
    assert ["Drug A" in tables.said(arm["words"]) for arm in tables.rows("arms")] == [True, False, False]


def test_persons_add_up_to_what_the_review_counts(review: Review, tables: Tables) -> None:
    """In all, and for each treatment as its own page counts them."""
    rows = list(tables.rows("studies"))
    assert sum(row["persons"] for row in rows) == review.persons
    had = [tables.data["sets"][row["had"]] for row in rows]
    for code, (id_, node) in enumerate(review.treatments.items()):
        assert tables.data["facets"]["treatment"]["id"][code] == id_
        assert (
            sum(n for numbers in had for t, n in zip(numbers[::3], numbers[1::3], strict=True) if t == code)
            == node.persons
        )


def test_pairs_name_only_what_the_row_has(tables: Tables) -> None:
    """Else a count beside an option would promise rows that choosing it does not find."""
    for table in ("studies", "references"):
        for row in tables.rows(table):
            pairs = tables.pairs(row["pairs"])
            assert {treatment for treatment, _ in pairs} <= set(tables.options("treatment", row["treatment"]))
            assert {outcome for _, outcome in pairs} <= set(tables.options("outcome", row["outcome"]))


def test_the_bytes_are_the_same_each_time(review: Review, tables: Tables) -> None:
    """Whatever order a process gives to sets."""
    assert explore_json(site_of(review)) == tables.text
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from reviews import linked; from test_explore_data import ROOT, site_of, explore_json\n"
        "sys.stdout.buffer.write(explore_json(site_of(linked(ROOT))).encode())"
    )
    command = [sys.executable, "-c", code, str(ROOT), str(ROOT / "tests")]
    made = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] != b""


def test_it_is_compact(tables: Tables) -> None:
    """Each text and each set stands once, and nothing but numbers stands in the columns."""
    for name in ("texts", "sets"):
        values = [json.dumps(value) for value in tables.data[name]]
        assert len(values) == len(set(values))
    assert tables.data["format"] == FORMAT
    for table in ("studies", "arms", "results", "references"):
        lengths = {len(column) for column in tables.data[table].values()}
        assert len(lengths) == 1
        for column in tables.data[table].values():
            assert all(value is None or isinstance(value, int | float) for value in column)
    assert ", " not in tables.text.partition('"texts"')[0].partition('"studies"')[2]


# --- counting ---------------------------------------------------------------------------------------------------------

WAITING = (exposure("waiting"),)
PAIN = (result("pain", r.Statistic.DIRECTION, r.Change.IMPROVED),)


def counting(review: Review) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Whether persons are counted: of each study, and of each result by study and person or group."""
    tables = Tables(review)
    ids = list(review.studies)
    arms = list(tables.rows("arms"))
    of_studies = {
        id_: tables.options("counted", row["counted"])[0] for id_, row in zip(ids, tables.rows("studies"), strict=True)
    }
    of_results = {
        (ids[row["study"]], tables.said(arms[row["arm"]]["label"])): tables.options("counted", row["counted"])[0]
        for row in tables.rows("results")
    }
    return of_studies, of_results


def person(id_: str, **more: Any) -> r.Person:
    return r.Person(id=id_, label=id_, exposures=WAITING, results=PAIN, **more)


def group(id_: str, n: int, **more: Any) -> r.Group:
    return r.Group(id=id_, label=id_, n=n, exposures=WAITING, results=PAIN, **more)


def test_who_read_a_review_that_retells_a_study_has_not_read_it() -> None:
    """Numbers from a data set of trials stand beside how far the trials' own reports were read."""
    example = Tables(linked(ROOT / "examples" / "bcg-tuberculosis"))
    for table in ("studies", "results"):
        assert {tuple(example.options("read", row["read"])) for row in example.rows(table)} == {("title",)}


def test_a_result_says_how_far_its_own_report_was_read() -> None:
    """Of two reports of a study one was read whole: what the other tells stands on its abstract."""
    told = study(groups=[group("a", 5)]).model_copy(update={"reports": ("alpha2020", "beta2021")})
    (all_of_it,) = told.groups
    of_reports = tuple(all_of_it.results[0].model_copy(update={"report": key}) for key in (None, *told.reports))
    told = told.model_copy(update={"groups": (all_of_it.model_copy(update={"results": of_reports}),)})
    review = review_of({"a": told})
    alpha = review.sources["alpha2020"].loaded
    whole = Loaded(alpha.id, alpha.record.model_copy(update={"read": r.Reading.FULL_TEXT}), alpha.document)
    tables = Tables(link(replace(review.evidence, sources={**review.evidence.sources, "alpha2020": whole})))
    assert [tables.options("read", row["read"]) for row in tables.rows("results")] == [
        ["full_text", "abstract"],
        ["full_text"],
        ["abstract"],
    ]


def test_a_result_of_some_of_a_group_does_not_take_the_number_of_all() -> None:
    """Of 52 some had the drug, and nobody says how many: none of their results is one of 52."""
    told = (
        result("density", r.Statistic.PERCENT_CHANGE, 10, unit="%", treatment="drug-a"),
        result("density", r.Statistic.PERCENT_CHANGE, 12, unit="%", treatment="drug-a", n=7),
        result("fracture", r.Statistic.PERSONS_WITH_EVENT, 2, treatment="drug-a"),
        result("fracture", r.Statistic.PERSONS_WITH_EVENT, 2, treatment="drug-a", of=9),
        result("fracture", r.Statistic.PERSONS_WITH_EVENT, 4),
    )
    made = Tables(review_of({"a": study(groups=[r.Group(id="all", label="All", n=52, results=told)])}))
    assert [(row["persons"], made.said(row["value"])) for row in made.rows("results")] == [
        (None, "+10%"),
        (7, "+12%"),
        (None, "2 persons, of how many is not stated"),
        (9, "2 of 9"),
        (52, "4 of 52"),
    ]


def test_what_is_counted_is_told_from_what_is_not() -> None:
    review = review_of(
        {
            "counted2020": study(groups=[group("women", 5), group("healthy", 9, has_condition=False)]),
            "again2021": study(persons=[person("p1", same_person_as="first2019/p1"), person("p2")]),
            "first2019": study(persons=[person("p1")]),
            "only-again2022": study(
                persons=[person("p1", same_person_as="first2019/p1")],
                groups=[group("controls", 9, has_condition=False)],
            ),
            "retells2023": study(groups=[group("all", 40)], design=r.Design.SYSTEMATIC_REVIEW),
            "others2018": study(groups=[group("others", 30)], directness="indirect"),
            "smaller2017": study(groups=[group("some", 3)], overlaps={"larger2018": "probable"}),
            "larger2018": study(groups=[group("all", 8)]),
            "nobody2016": study(),
            "controls2015": study(groups=[group("controls", 9, has_condition=False)]),
        }
    )
    of_studies, of_results = counting(review)
    assert of_studies == {
        "counted2020": "counted",
        "again2021": "counted",
        "first2019": "counted",
        "only-again2022": "elsewhere",
        "retells2023": "retold",
        "others2018": "without-condition",
        "smaller2017": "elsewhere",
        "larger2018": "counted",
        "nobody2016": "unrecorded",
        "controls2015": "without-condition",
    }
    assert of_results == {
        ("counted2020", "women"): "counted",
        ("counted2020", "healthy"): "without-condition",
        ("again2021", "p1"): "elsewhere",
        ("again2021", "p2"): "counted",
        ("first2019", "p1"): "counted",
        ("only-again2022", "p1"): "elsewhere",
        ("only-again2022", "controls"): "without-condition",
        ("retells2023", "all"): "retold",
        ("others2018", "others"): "without-condition",
        ("smaller2017", "some"): "elsewhere",
        ("larger2018", "all"): "counted",
        ("controls2015", "controls"): "without-condition",
    }


def test_a_study_is_counted_just_when_it_adds_persons(review: Review) -> None:
    of_studies, _ = counting(review)
    for id_, how in of_studies.items():
        node = review.studies[id_]
        adds = node.is_primary and id_ not in review.left_out and count_persons(node) > 0
        assert (how == "counted") == adds, id_


def test_a_review_without_studies_has_data_too() -> None:
    tables = Tables(review_of({}))
    assert list(tables.rows("studies")) == []
    assert tables.data["facets"]["country"]["id"] == ["none"]


def test_countries_that_look_alike_in_addresses_stay_apart() -> None:
    def somewhere(country: str) -> r.Study:
        return study(persons=[person("p1")]).model_copy(update={"country": country})

    named = {"one2020": "Ča d", "two2021": "Ña d", "three2022": "Česko"}
    tables = Tables(review_of({id_: somewhere(country) for id_, country in named.items()}))
    countries = tables.data["facets"]["country"]
    assert len(set(countries["id"])) == len(countries["id"])
    by_id = {id_: tables.said(name) for id_, name in zip(countries["id"], countries["name"], strict=True)}
    rows = {tables.said(row["address"]): row for row in tables.rows("studies")}
    for id_, country in named.items():
        (found,) = tables.options("country", rows[addresses.study(id_)]["country"])
        assert by_id[found] == country


def test_agents_are_found_by_their_other_names(review: Review, tables: Tables) -> None:
    """A study names an agent; its class of treatments knows what else that is called."""
    agents = {
        (treatment.id, agent.name.casefold()): agent.synonyms
        for treatment in review.treatments.values()
        for agent in treatment.record.agents
        if agent.synonyms
    }
    used = [
        (exposure.treatment, str(exposure.agent).casefold(), arm)
        for node in review.studies.values()
        for arm in node.arms
        for exposure in arm.record.exposures
    ]
    named = [(arm, agents[treatment, agent]) for treatment, agent, arm in used if (treatment, agent) in agents]
    assert named
    words = " | ".join(tables.said(row["words"]) for row in tables.rows("arms"))
    assert all(synonym in words for _, synonyms in named for synonym in synonyms)
