"""Look-alikes: each file under ``cases/look_alikes`` holds two studies, and what speaks for their persons being one.

``asked`` names who is asked about, as ``person`` or ``study``; without it nothing is asked. Of the two studies the
second is the later one.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from growth import BETWEEN, growth
from reviews import review_of

from evidence_site import records as r
from evidence_site.bibliography import Name
from evidence_site.look_alikes import look_alike_persons, look_alike_studies, person_name
from evidence_site.review import Review, StudyNode

CASES = sorted((Path(__file__).parent / "cases" / "look_alikes").glob("*.yaml"))
LEAST = {"title": "A study", "reports": ["alpha2020"], "population": "Persons.", "summary": "What was seen."}


def study_of(said: dict[str, Any]) -> r.Study:
    """A study with what a case says of it, and otherwise the least that one has to say."""
    fields = {key: value for key, value in said.items() if key not in ("authors", "year")}
    groups = [{"id": f"g{n}", "label": "All", **group} for n, group in enumerate(fields.pop("groups", []), 1)]
    persons = [{"id": f"p{n}", **person} for n, person in enumerate(fields.pop("persons", []), 1)]
    design = "case_series" if groups else "case_report"
    return r.Study.model_validate_json(
        json.dumps({"design": design, **LEAST, **fields, "groups": groups, "persons": persons})
    )


def with_authors(node: StudyNode, authors: list[str], year: int | None) -> None:
    names = tuple(Name(family, given) for family, _, given in (author.partition(", ") for author in authors))
    node.references = tuple(replace(ref, key=node.id, authors=names, year=year) for ref in node.references)


def review_with(studies: dict[str, dict[str, Any]]) -> Review:
    review = review_of({id_: study_of(said) for id_, said in studies.items()})
    for position, (id_, said) in enumerate(studies.items()):
        with_authors(review.studies[id_], said.get("authors", []), said.get("year", 2010 + position))
    return review


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path) -> None:
    case = yaml.safe_load(file.read_text("utf-8"))
    assert case.keys() <= {"why", "one", "other", "asked", "reasons"}
    review = review_with({"one": case["one"], "other": case["other"]})
    asked = [("person", pair.reasons) for pair in look_alike_persons(review)]
    asked += [("study", pair.reasons) for pair in look_alike_studies(review)]
    expected = [(case["asked"], tuple(case["reasons"]))] if "asked" in case else []
    assert asked == expected


@pytest.mark.parametrize(("old", "new"), [("a", "b"), ("b", "a")])
def test_the_later_study_is_the_one_to_mend(old: str, new: str) -> None:
    """Whoever adds a record is asked, not the author of an old one, whichever is first in the alphabet."""
    told: dict[str, list[dict[str, Any]]] = {
        "persons": [{"age_years": 30, "characteristics": {"levels": "T12"}}],
        "groups": [{"n": 12}],
    }
    for kind, said in told.items():
        studies = {
            old: {"authors": ["Alpha, Anna", "Zed, Zoe"], kind: said, "year": 1990},
            new: {"authors": ["Alpha, A.", "Zed, Z."], kind: said, "year": 2020},
        }
        review = review_with(dict(sorted(studies.items())))
        persons = [(pair.one.study.id, pair.other.study.id) for pair in look_alike_persons(review)]
        groups = [(pair.one.id, pair.other.id) for pair in look_alike_studies(review)]
        assert persons + groups == [(new, old)]


def test_of_one_year_the_first_in_the_alphabet_is_the_one_to_mend() -> None:
    """The same with a report of which no year is known: it counts as the oldest."""
    said = {"authors": ["Alpha, Anna"], "persons": [{"age_years": 30, "characteristics": {"levels": "T12"}}]}
    review = review_with({id_: {**said, "year": year} for id_, year in (("d", None), ("c", 2001), ("b", 2001))})
    found = [(person_name(pair.one), person_name(pair.other)) for pair in look_alike_persons(review)]
    assert found == [("b/p1", "c/p1"), ("b/p1", "d/p1"), ("c/p1", "d/p1")]


def test_nobody_is_asked_about_two_persons_of_one_report() -> None:
    person = {"age_years": 30, "characteristics": {"levels": "T12"}}
    review = review_with({"one": {"authors": ["Alpha, Anna"], "persons": [person, person], "country": "Exampland"}})
    assert list(look_alike_persons(review)) == []


@pytest.mark.parametrize("ages", [(30, None), (None, 30), (None, None)], ids=str)
@pytest.mark.parametrize("silent", ["old", "new"])
def test_nobody_has_to_be_named_and_no_age_told(ages: tuple[int | None, int | None], silent: str) -> None:
    """Features and treatments are enough, whichever of the two reports names no authors and which tells no age."""
    persons = [
        {
            **({"age_years": age} if age else {}),
            "characteristics": {"levels": "T12", "parity": 2, "side": "left"},
            "exposures": [{"treatment": "drug-a", "where": "abstract"}],
        }
        for age in ages
    ]
    studies: dict[str, dict[str, Any]] = {
        id_: {"persons": [person], **({} if id_ == silent else {"authors": ["Alpha, Anna"], "country": "Exampland"})}
        for id_, person in zip(("old", "new"), persons, strict=True)
    }
    review = review_with(studies)
    side = r.Characteristic(id="side", name="Side", kind=r.CharacteristicKind.TEXT)
    review.characteristics = {**review.characteristics, "side": side}
    (pair,) = look_alike_persons(review)
    assert pair.reasons == ("both had drug A", "births: 2 in both", "levels: T12 in both", "side: left in both")


def test_thousands_of_studies_are_not_compared_all_with_all() -> None:
    """Only persons who share an author, a country or a feature are compared."""

    def of_size(number: int) -> Review:
        chance = random.Random(1)
        return review_with(
            {
                f"study-{n}": {
                    "authors": [f"Family{chance.randrange(4 * number // 3)}, A." for _ in range(5)],
                    "country": f"Country {chance.randrange(number // 75)}",
                    "persons": [
                        {"age_years": chance.randrange(20, 45), "characteristics": {"parity": chance.randrange(3)}}
                    ],
                }
                for n in range(number)
            }
        )

    reviews = {number: of_size(number) for number in (750, 3000)}

    def compare(number: int) -> None:
        look_alike_persons(reviews[number])
        look_alike_studies(reviews[number])

    assert growth(compare, 750) < BETWEEN


def test_a_later_report_may_tell_of_who_was_seen_after_the_first() -> None:
    """A study reported in 2000 and again in 2019 may hold persons of 2010, though its first report cannot."""
    said: dict[str, Any] = {"authors": ["Alpha, Anna", "Zed, Zoe"], "groups": [{"n": 12}]}
    both = ["alpha2020", "beta2021"]

    def asked(last: int) -> list[tuple[str, str]]:
        studies = {"early": said | {"reports": both, "year": 2000}, "late": said | {"period": "2010 to 2012"}}
        review = review_with(studies)
        early = review.studies["early"]
        early.references = (early.references[0], replace(early.references[1], year=last))
        return [(pair.one.id, pair.other.id) for pair in look_alike_studies(review)]

    assert asked(2009) == []
    assert asked(2019) == [("late", "early")]
