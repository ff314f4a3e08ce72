"""What is kept of single studies and sources: worked out once, and again when something behind it changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from reviews import write_review

from evidence_site import making
from evidence_site.pages import NOTHING
from evidence_site.pieces import EACH_TIME, Pieces
from evidence_site.review import SourceNode, StudyNode, link, load


@pytest.fixture
def studies(tmp_path: Path) -> list[StudyNode]:
    evidence, _ = load(write_review(tmp_path / "review"))
    assert evidence is not None
    return list(link(evidence).studies.values())


def test_a_piece_is_taken_over_as_long_as_its_digest_stays(studies: list[StudyNode]) -> None:
    digests = {study.id: "old" for study in studies}
    asked: list[str] = []

    def make(study: StudyNode) -> str:
        asked.append(study.id)
        return f"{study.id} {digests[study.id]}"

    first = Pieces(lambda study: digests[study.id])
    for study in (*studies, *studies):
        first.of_study("words", study, make)
    assert asked == [study.id for study in studies], "each is made once"
    digests[studies[0].id] = "new"
    second = Pieces(lambda study: digests[study.id], before=first.kept)
    found = [second.of_study("words", study, make) for study in studies]
    assert found == [f"{study.id} {digests[study.id]}" for study in studies]
    assert asked[len(studies) :] == [studies[0].id]


def test_pieces_of_another_name_or_kind_are_others(studies: list[StudyNode]) -> None:
    pieces = Pieces(lambda _: "same", lambda _: "same")
    study = studies[0]
    source = SourceNode(study.id, study.references[0], study.loaded)  # type: ignore[arg-type]  # only its key is read
    found = [
        pieces.of_study("one", study, lambda _: 1),
        pieces.of_study("two", study, lambda _: 2),
        pieces.of_source("one", source, lambda _: 3),
    ]
    assert found == [1, 2, 3]


def test_a_piece_made_of_a_value_is_taken_over_as_long_as_that_is_equal() -> None:
    made: list[list[int]] = []

    def total(numbers: list[int]) -> int:
        made.append(numbers)
        return sum(numbers)

    first = Pieces(lambda _: "")
    assert first.of_value("total", [1, 2], total) == 3
    second = Pieces(lambda _: "", before=first.kept)
    assert second.of_value("total", [1, 2], total) == 3
    assert second.of_value("another", [1, 2], total) == 3
    third = Pieces(lambda _: "", before=second.kept)
    assert third.of_value("total", [1, 3], total) == 4
    assert EACH_TIME.of_value("total", [1, 3], total) == 4
    assert made == [[1, 2], [1, 2], [1, 3], [1, 3]]


def test_without_digests_each_is_made_each_time(studies: list[StudyNode]) -> None:
    numbers = iter(range(9))
    assert [EACH_TIME.of_study("n", studies[0], lambda _: next(numbers)) for _ in range(3)] == [0, 1, 2]
    assert EACH_TIME.kept == {}


def test_a_tree_keeps_pieces_for_the_next(tmp_path: Path) -> None:
    root = write_review(tmp_path / "review", {"mkdocs.yml": None})
    first, _ = making.make_tree(root, before=NOTHING)
    second, _ = making.make_tree(root, before=first)
    assert first is not None
    assert second is not None
    assert first.pieces
    assert second.pieces == first.pieces
    assert all(second.pieces[key] is piece for key, piece in first.pieces.items())
