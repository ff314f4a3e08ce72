"""The data of the Explore page in files: one for a small review, parts for a large one, and nothing lost between."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from itertools import accumulate
from operator import itemgetter
from typing import Any

import pytest
from building import ROOT
from many_rows import enlarged
from reviews import linked, review_of

from evidence_site.letters import fold
from evidence_site.pages import explore_parts
from evidence_site.pages.explore_data import explore_data
from evidence_site.pages.site import Settings, Site
from evidence_site.pieces import Pieces
from evidence_site.review import Review

Data = Mapping[str, Any]
TABLES = ("studies", "arms", "results", "references")


def unpacked(text: str) -> dict[str, Any]:
    """The first file, with the columns that it gives as steps from row to row."""
    data: dict[str, Any] = json.loads(text)
    for table, names in data["parts"]["steps"].items():
        data[table] |= {name: list(accumulate(data[table][name])) for name in names}
    return data


def data_of(review: Review) -> dict[str, Any]:
    return explore_data(Site(review, ROOT, {}, Settings()))


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    return data_of(linked(ROOT))


@pytest.fixture(scope="module")
def large(small: dict[str, Any]) -> dict[str, Any]:
    return enlarged(small, 1_100, 4_500, 1_100)


@pytest.fixture(scope="module")
def files(large: dict[str, Any]) -> dict[str, str]:
    return dict(explore_parts.files(large))


def said(data: Data, table: str, name: str) -> list[Any]:
    """What a column says: texts for places of texts."""
    is_text = name in (
        "address",
        "name",
        "title",
        "note",
        "label",
        "words",
        "value",
        "unit",
        "statistic",
        "time",
        "after",
    )
    is_text = is_text or name in ("site", "where", "flag", "key")
    return [data["texts"][value] if is_text else value for value in data[table][name]]


def test_a_small_review_has_one_file(small: dict[str, Any]) -> None:
    ((name, text),) = explore_parts.files(small)
    assert name == explore_parts.FIRST
    assert json.loads(text) == small


def test_the_first_file_of_a_large_review_has_what_rows_are_filtered_by_and_names_the_others(
    files: dict[str, str], large: dict[str, Any]
) -> None:
    first = unpacked(files[explore_parts.FIRST])
    named = [name for table in TABLES for name in first["parts"][table]["files"]] + [first["parts"]["words"]]
    assert named == [name for name in files if name != explore_parts.FIRST]
    for facet, options in large["facets"].items():
        for name in ("name", "words", "address"):
            shown = [large["texts"][place] for place in options[name]]
            assert [first["texts"][place] for place in first["facets"][facet][name]] == shown
    for table in ("studies", "references"):
        for column in ("year", "pairs", *large["facets"]):
            assert first[table][column] == large[table][column]
    assert first["sets"] == large["sets"]
    assert first["notes"] == large["notes"]


def test_the_files_hold_everything_once(files: dict[str, str], large: dict[str, Any]) -> None:
    """Rows of studies and results come newest first, references by name."""
    first = unpacked(files[explore_parts.FIRST])
    parts = first["parts"]
    words = json.loads(files[parts["words"]])
    for table in TABLES:
        columns = {name: said(large, table, name) for name in large[table]}
        rows = list(range(len(next(iter(columns.values())))))
        if table == "references":
            rows.sort(key=first[table]["place"].__getitem__)
            names = [re.sub(r"\d+", lambda number: number[0].zfill(9), fold(columns["name"][row])) for row in rows]
            assert names == sorted(names)
            del first[table]["place"]
        else:
            study = large[table].get("study", rows[:])
            rows.sort(key=lambda row: -large["studies"]["year"][study[row]])
        split: dict[str, list[Any]] = {}
        for name in parts[table]["files"]:
            part = json.loads(files[name])
            for column in part["columns"][table]:
                found = said({**part["columns"], "texts": part["texts"]}, table, column)
                assert len(found) <= parts[table]["rows"]
                split.setdefault(column, []).extend(found)
        together = {name: first[table][name] for name in first[table]}
        together |= {
            name: [at[1] for at in sorted(zip(rows, column, strict=True), key=itemgetter(0))]
            for name, column in split.items()
        }
        if table in words["columns"]:
            together["words"] = said({**words["columns"], "texts": words["texts"]}, table, "words")
        assert together == columns
        assert not first[table].keys() & split.keys()


def test_a_part_is_named_by_what_it_holds(files: dict[str, str], large: dict[str, Any], small: dict[str, Any]) -> None:
    """A browser that kept the first file of an older build finds the parts of that build, or none; never others."""
    assert all(re.fullmatch(r"[a-z]+-[0-9a-f]{12}\.json", name) for name in files if name != explore_parts.FIRST)
    other = dict(explore_parts.files(enlarged(small, 1_100, 4_500, 1_101)))
    assert all(other[name] == files[name] for name in other.keys() & files.keys() if name != explore_parts.FIRST)
    gone = files.keys() - other.keys()
    assert {name.partition("-")[0] for name in gone} == {"references", "words"}


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["texts"].__setitem__(data["studies"]["title"][0], "Another title"),
        lambda data: data["results"]["number"].__setitem__(0, float(data["results"]["number"][0])),
        lambda data: data["results"]["persons"].__setitem__(3, 99),
        lambda data: data["texts"].__setitem__(data["references"]["name"][0], "Zz"),
        lambda data: data["studies"]["year"].__setitem__(0, 1900),
    ],
)
def test_kept_parts_are_those_that_would_be_made(large: dict[str, Any], change: Callable[[Any], None]) -> None:
    data = copy.deepcopy(large)
    data["results"]["number"][0] = 5
    first = Pieces(lambda _: "")
    before = dict(explore_parts.files(data, first))
    data = copy.deepcopy(data)
    change(data)
    second = Pieces(lambda _: "", before=first.kept)
    after = dict(explore_parts.files(data, second))
    assert after == dict(explore_parts.files(data))
    assert before != after
    assert sum(piece is first.kept.get(key) for key, piece in second.kept.items()) > len(second.kept) / 2


def test_tables_without_rows_have_no_parts() -> None:
    files = dict(explore_parts.parted(data_of(review_of({}))))
    parts = json.loads(files[explore_parts.FIRST])["parts"]
    assert [parts[table]["files"] for table in TABLES[:3]] == [[], [], []]
