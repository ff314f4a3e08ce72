"""Who extracted and who checked a record: found, checked, and said on pages and in downloads."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from reviews import BASE, Edits, linked, problems_of, write_review

from evidence_site import editor_help, exports, records as r, views
from evidence_site.readers import contributor, readers
from evidence_site.review import Review
from evidence_site.schemas import VOCABULARY

STUDY, REVIEW = "evidence/studies/alpha2020.yaml", "evidence/review.yaml"
CONTRIBUTORS = """\
contributors:
  - {id: ada, name: Ada Example, orcid: 0000-0002-1825-0097, github: ada-example}
  - {name: Ben Example, github: BenEx}
  - {name: Cy Example}
"""


def review(root: Path, signed: str = "", file: str = STUDY) -> Review:
    """The small review with contributors, and with signatures in a record."""
    edits: Edits = {REVIEW: [{"append": CONTRIBUTORS}], file: [{"append": signed}]}
    return linked(write_review(root, edits))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ada", "Ada Example"),
        ("0000-0002-1825-0097", "Ada Example"),
        ("https://orcid.org/0000-0002-1825-0097", "Ada Example"),
        ("@ada-example", "Ada Example"),
        ("benex", "Ben Example"),
        ("Cy Example", None),  # a name alone is no name for a record: two people may bear it
        ("", None),
        ("none", None),
    ],
)
def test_contributors_are_found_by_what_is_theirs_alone(tmp_path: Path, name: str, found: str | None) -> None:
    person = contributor(review(tmp_path).record, name)
    assert (person.name if person else None) == found


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        ("", "Who extracted this, and whether a second reader checked it, is not recorded"),
        ("extracted_by: ada\n", "Extracted by Ada Example; not yet checked by a second reader"),
        ("extracted_by: ada\nchecked_by: BenEx\n", "Extracted by Ada Example, checked by Ben Example"),
        (
            "extracted_by: {reader: ada, date: 2024-05-01}\nchecked_by: {reader: BenEx, date: 2024-06-02}\n",
            "Extracted by Ada Example (1 May 2024), checked by Ben Example (2 June 2024)",
        ),
        ("checked_by: BenEx\n", "Checked by Ben Example; who extracted it is not recorded"),
    ],
)
def test_in_words(tmp_path: Path, signed: str, said: str) -> None:
    """Pages say who did it, that a second reader is missing, or that nobody is named."""
    made = review(tmp_path, signed)
    assert views.readers_in_words(made.record, made.studies["alpha2020"].record) == said


def test_what_is_written_from_several_sources(tmp_path: Path) -> None:
    made = review(tmp_path, "written_by: ada\n", "evidence/treatments/drug-a.yaml")
    record = made.treatments["drug-a"].record
    assert views.readers_in_words(made.record, record) == "Written by Ada Example; not yet checked by a second reader"
    assert views.readers_in_words(made.record, made.record) == ""


@pytest.mark.parametrize("kind", [r.Source, r.Study, r.Case, r.Treatment, r.Topic])
def test_every_record_that_is_taken_from_sources_has_readers(kind: type[r.Record]) -> None:
    assert kind.model_fields.keys() & {"extracted_by", "written_by"} and "checked_by" in kind.model_fields


def test_how_many_have_readers(tmp_path: Path) -> None:
    """The index of studies says of how many it is known, and of how many a second reader is."""
    assert views.named_readers(linked(BASE)).endswith("is not recorded.")
    edits: Edits = {
        REVIEW: [{"append": CONTRIBUTORS}],
        STUDY: [{"append": "extracted_by: ada\nchecked_by: benex\n"}],
        "evidence/studies/beta2021.yaml": [{"append": "extracted_by: ada\n"}],
        "evidence/studies/delta2019.yaml": [{"append": "checked_by: ada\n"}],
    }
    said = views.named_readers(linked(write_review(tmp_path, edits)))
    assert said == "Of 4 studies, who extracted it is recorded for 2; of these a second reader checked 1."


def test_downloads_name_them(tmp_path: Path) -> None:
    """The table of studies gives names, the whole review what its records say."""
    made = review(tmp_path, "extracted_by: ada\nchecked_by: {reader: '@benex', date: 2024-06-02}\n")
    rows = {row["study"]: row for row in csv.DictReader(io.StringIO(exports.studies_csv(made)))}
    assert (rows["alpha2020"]["extracted_by"], rows["alpha2020"]["checked_by"]) == ("Ada Example", "Ben Example")
    assert (rows["beta2021"]["extracted_by"], rows["beta2021"]["checked_by"]) == ("", "")
    studies = {study["id"]: study for study in json.loads(exports.review_json(made))["studies"]}
    assert studies["alpha2020"]["checked_by"] == {"reader": "@benex", "date": "2024-06-02"}
    assert "extracted_by" not in studies["beta2021"]


def test_nobody_is_invented() -> None:
    """Records without readers have none, whoever contributes to the review."""
    made = linked(BASE)
    assert all(readers(made.record, loaded.record) == {} for loaded in made.evidence.all_records())
    assert problems_of(BASE) == []


def test_editors_suggest_contributors(tmp_path: Path) -> None:
    """Whatever the schemas of records point at stands in the vocabulary, contributors by the best of their names."""
    known = editor_help.vocabulary(review(tmp_path).evidence)["definitions"]
    schemas = "".join(text for file, text in editor_help.files(None).items() if "vocabulary" not in file)
    assert set(re.findall(rf"{VOCABULARY}#/definitions/([a-z_]+)", schemas)) == known.keys()
    assert "ada" in str(known["contributor"]) and "BenEx" in str(known["contributor"])
