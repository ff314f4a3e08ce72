"""What machines are told of a page: tags for reference managers, schema.org, previews. Nothing breaks out of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from reviews import BASE, linked, write_review

from evidence_site import metadata, site_settings
from evidence_site.bibliography import Reference, read_bibliography
from evidence_site.history import Revision
from evidence_site.pages import Settings, render

VOCABULARY = json.loads((Path(__file__).parent / "cases" / "schema-org.json").read_text("utf-8"))
"""Of schema.org 30.0: the types that pages use with all their supertypes; the properties, whose they are, what they take."""
URL = "https://review.example.org/site/"
LITERALS = {"Text", "URL", "Date", "DateTime", "Number", "Integer", "Boolean", "Time"}


class Head(HTMLParser):
    """The elements of a page's head."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.script = ""
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.script += data

    def all(self, name: str) -> list[str]:
        return [tag["content"] for kind, tag in self.tags if kind == "meta" and tag.get("name") == name]

    def social(self) -> dict[str, str]:
        return {tag["property"]: tag["content"] for kind, tag in self.tags if kind == "meta" and "property" in tag}

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.script)
        return found


def heads(root: Path, url: str = "") -> dict[str, Head]:
    """The head of each page of a review, by file."""
    changes = {
        f"evidence/studies/{name}.yaml": Revision(1_700_000_000, "ab" * 20) for name in ("alpha2020", "beta2021")
    }
    settings = Settings(url=url, name="Example site")
    tree = render(linked(root), root, site_settings.template_folders(root), changes, settings)
    assert tree.problems == []
    found = {}
    for name, content in tree.files.items():
        if name.endswith(".md"):
            line = next(line for line in content.decode().split("\n") if line.startswith("head: "))
            found[name] = Head(json.loads(line.removeprefix("head: ")))
    return found


@pytest.fixture(scope="module")
def with_url() -> dict[str, Head]:
    return heads(BASE, URL)


@pytest.fixture(scope="module")
def without_url() -> dict[str, Head]:
    return heads(BASE)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every thing in JSON-LD, at any depth."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes(item)


# --- schema.org -------------------------------------------------------------------------------------------------------


def is_a(kind: str) -> set[str]:
    return {kind, *VOCABULARY["types"][kind]}


def test_every_page_speaks_valid_schema_org(with_url: dict[str, Head], without_url: dict[str, Head]) -> None:
    """Types are of the vocabulary, properties belong to their types, and values are what the properties take."""
    for name, head in [*with_url.items(), *without_url.items()]:
        assert head.data.pop("@context", "https://schema.org") == "https://schema.org"
        for node in nodes({key: value for key, value in head.data.items() if key != "@context"}):
            kinds = is_a(node["@type"])
            for key, value in node.items():
                if key.startswith("@"):
                    continue
                known = VOCABULARY["properties"][key]
                assert kinds & set(known["of"]), f"{name}: {node['@type']} has no {key}"
                for item in value if isinstance(value, list) else [value]:
                    fits = (
                        is_a(item["@type"]) & set(known["values"])
                        if isinstance(item, dict)
                        else LITERALS & set(known["values"])
                    )
                    assert fits, f"{name}: {key} does not take {item}"
                    assert item not in ("", [], {}), f"{name}: {key} says nothing"


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("index.md", "MedicalCondition"),
        ("treatments/drug-a.md", "MedicalScholarlyArticle"),
        ("topics/causes.md", "MedicalScholarlyArticle"),
        ("outcomes/density.md", "MedicalScholarlyArticle"),
        ("case/first-case.md", "MedicalScholarlyArticle"),
        ("studies/alpha2020.md", "MedicalScholarlyArticle"),
        ("references/alpha2020.md", "MedicalScholarlyArticle"),
        ("downloads/index.md", "Dataset"),
    ],
)
def test_each_page_says_what_it_is_about(with_url: dict[str, Head], file: str, kind: str) -> None:
    """Every page is a MedicalWebPage; its main entity is of the kind that its content is."""
    page = with_url[file].data
    assert page["@type"] == "MedicalWebPage"
    assert page["name"] and page["description"] and page["license"] and page["inLanguage"] == "en"
    assert page["about"]["name"] == "Example condition"
    assert page["mainEntity"]["@type"] == kind
    assert page["url"] == URL + file.removesuffix("index.md").removesuffix(".md") + (
        "" if file.endswith("index.md") else "/"
    )


def test_articles_name_what_they_cite(with_url: dict[str, Head]) -> None:
    article = with_url["treatments/drug-a.md"].data["mainEntity"]
    assert article["citation"] == [
        {"@type": "MedicalScholarlyArticle", "@id": "https://doi.org/10.1000/alpha"},
        {"@type": "MedicalScholarlyArticle", "@id": "https://pubmed.ncbi.nlm.nih.gov/12345678/"},
    ]
    assert article["dateModified"] == dt.datetime.fromtimestamp(1_700_000_000, dt.UTC).date().isoformat()
    assert article["version"] == "ababab" + "a"


def test_a_reference_is_described_as_its_entry_says(with_url: dict[str, Head]) -> None:
    article = with_url["references/alpha2020.md"].data["mainEntity"]
    assert [author["familyName"] for author in article["author"]] == ["Alpha", "Zed"]
    assert article["@id"] == "https://doi.org/10.1000/alpha"
    assert article["datePublished"] == "2020"
    assert article["isPartOf"]["volumeNumber"] == "1"
    assert article["isPartOf"]["isPartOf"] == {"@type": "Periodical", "name": "Journal of Examples"}
    assert (article["pageStart"], article["pageEnd"], article["pagination"]) == ("1", "9", "1-9")
    assert article["identifier"] == [{"@type": "PropertyValue", "propertyID": "DOI", "value": "10.1000/alpha"}]


def test_the_downloads_are_a_dataset(with_url: dict[str, Head]) -> None:
    """What search engines for data ask for: a name, 50 to 5,000 characters, a licence, the files."""
    dataset = with_url["downloads/index.md"].data["mainEntity"]
    assert dataset["name"] and 50 <= len(dataset["description"]) <= 5000
    assert dataset["license"] and dataset["isAccessibleForFree"] is True
    for file in dataset["distribution"]:
        assert file["contentUrl"].startswith(URL + "downloads/")
        assert file["encodingFormat"].count("/") == 1


def test_who_answers_for_the_review_is_its_author(tmp_path: Path) -> None:
    """Contributors stand as persons, with their ORCID; a review that names none has no author."""
    people = "contributors:\n  - {name: Ann Author, orcid: 0000-0002-1825-0097}\n  - {name: Bo Writer}\n"
    named = heads(write_review(tmp_path, {"evidence/review.yaml": [{"append": people}]}), URL)
    expected = [
        {"@type": "Person", "name": "Ann Author", "sameAs": "https://orcid.org/0000-0002-1825-0097"},
        {"@type": "Person", "name": "Bo Writer"},
    ]
    assert named["treatments/drug-a.md"].data["mainEntity"]["author"] == expected
    assert named["downloads/index.md"].data["mainEntity"]["author"] == expected
    assert "author" not in heads(BASE)["index.md"].data


def test_without_an_address_of_the_site_there_are_no_addresses_of_pages(without_url: dict[str, Head]) -> None:
    """A relative address means nothing to a machine that keeps the data elsewhere, so none is given."""
    for head in without_url.values():
        assert "og:url" not in head.social()
        for node in nodes(head.data):
            for key in ("url", "contentUrl", "@id"):
                assert node.get(key, "https://").startswith("https://")
        assert "url" not in head.data


# --- reference managers and previews ----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["studies/alpha2020.md", "references/alpha2020.md"])
def test_reference_managers_pick_up_the_publication(with_url: dict[str, Head], file: str) -> None:
    """The tags say what the entry of the bibliography says."""
    head = with_url[file]
    assert {name: head.all(f"citation_{name}") for name in (
        "title", "author", "publication_date", "journal_title", "volume", "firstpage", "lastpage", "doi", "pmid", "issue",
    )} == {
        "title": ["Drug A and waiting in the example condition"],
        "author": ["Alpha, Anna", "Zed, Zoe"],
        "publication_date": ["2020"],
        "journal_title": ["Journal of Examples"],
        "volume": ["1"],
        "firstpage": ["1"],
        "lastpage": ["9"],
        "doi": ["10.1000/alpha"],
        "pmid": [],
        "issue": [],
    }  # fmt: skip


def test_other_pages_are_no_publication(with_url: dict[str, Head]) -> None:
    """A reference manager must not take the page of a treatment for an article."""
    tagged = {
        name for name, head in with_url.items() for _, tag in head.tags if tag.get("name", "").startswith("citation_")
    }
    assert {name.partition("/")[0] for name in tagged} == {"studies", "references"}
    assert "studies/index.md" not in tagged and "references/index.md" not in tagged


def reference(tmp_path: Path, entry: str) -> Reference:
    file = tmp_path / "references.bib"
    file.write_text(entry, "utf-8")
    references, _ = read_bibliography(file, file.name)
    return next(iter(references.values()))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "@phdthesis{a, title={T}, author={de la Cruz, Ana}, school={Uni}, year={2001}, month=mar, day={4}}",
            {
                "citation_author": "de la Cruz, Ana",
                "citation_dissertation_institution": "Uni",
                "citation_publication_date": "2001/03/04",
            },
        ),
        (
            "@incollection{a, title={T}, booktitle={Big book}, publisher={House}, pages={S93--9}, isbn={9780306406157}}",
            {
                "citation_inbook_title": "Big book",
                "citation_publisher": "House",
                "citation_firstpage": "S93",
                "citation_lastpage": "S99",
                "citation_isbn": "9780306406157",
            },
        ),
        ("@inproceedings{a, title={T}, booktitle={Congress}}", {"citation_conference_title": "Congress"}),
        (
            "@techreport{a, title={T}, institution={Agency}, number={7}}",
            {"citation_technical_report_institution": "Agency", "citation_technical_report_number": "7"},
        ),
        ("@article{a, title={T}, author={{The Group} and others}, pages={e123}}", {"citation_firstpage": "e123"}),
    ],
)
def test_tags_by_type(tmp_path: Path, entry: str, expected: Mapping[str, str]) -> None:
    """Each type of publication has the tags that are made for it, and only those that have something to say."""
    tags = list(metadata.highwire(reference(tmp_path, entry)))
    assert expected.items() <= dict(tags).items()
    assert all(content for _, content in tags)
    assert "others" not in dict(tags).values()


def test_previews(with_url: dict[str, Head]) -> None:
    """A link that is shared shows the title and the first words of the page."""
    home, page = with_url["index.md"].social(), with_url["treatments/drug-a.md"].social()
    assert (home["og:type"], page["og:type"]) == ("website", "article")
    assert page["og:title"] == "Drug A"
    assert page["og:description"].startswith("Density rose more with it")
    assert page["og:url"] == URL + "treatments/drug-a/"
    assert page["og:site_name"] == "Example site"
    assert page["article:modified_time"] == "2023-11-14T22:13:20Z"
    assert with_url["index.md"].all("twitter:card") == ["summary"]
    assert all(len(head.social()["og:description"]) <= 302 for head in with_url.values())


# --- nothing breaks out -----------------------------------------------------------------------------------------------

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]></script>",
    "\"'><img src=x onerror=alert(1)>",
    "line\u2028separator\u2029and\u0085next",
    '\\u003c/script\\u003e \\" \\',
    "🦴 {{ 7*7 }} {% raw %}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_json_ld_holds_any_text(text: str) -> None:
    """Within a script element nothing ends the script, and a parser reads the text as it was."""
    written = str(metadata.json_ld({"@type": "Thing", "name": text}))
    assert not {"<", ">", "&", "\u2028", "\u2029", "\u0085", "\n"} & set(written)
    assert json.loads(written)["name"] == text


@given(st.text())
def test_json_ld_holds_every_text(text: str) -> None:
    written = str(metadata.json_ld({"name": text or "x"}))
    assert not {"<", ">", "&"} & set(written)
    assert written.isprintable()
    assert json.loads(written)["name"] == (text or "x")


def test_hostile_records_stay_in_their_place(tmp_path: Path) -> None:
    """Titles, names and journals that are code become neither elements nor scripts in the head."""
    attack = "</script><script>alert(1)</script>\\\"'><img src=x onerror=alert(1)>"
    root = write_review(
        tmp_path,
        {
            "evidence/treatments/drug-a.yaml": [{"replace": "name: Drug A\n", "by": f'name: "Drug A{attack}"\n'}],
            "evidence/review.yaml": [{"replace": "name: Example condition\n", "by": f'name: "Example{attack}"\n'}],
            "evidence/references.bib": [
                {
                    "replace": "Drug A and waiting in",
                    "by": "</script><script>alert(1)</script>\"'> Drug A and waiting in",
                },
                {"replace": "Alpha, Anna", "by": "{<img src=x onerror=alert(1)>}, Anna"},
            ],
        },
    )
    found = heads(root, URL)
    for name, head in found.items():
        assert {tag for tag, _ in head.tags} <= {"meta", "link", "script"}, name
        assert sum(tag == "script" for tag, _ in head.tags) == 1, name
        assert not any(key.startswith("on") for _, tag in head.tags for key in tag), name
        assert head.data["@type"] == "MedicalWebPage"
    assert "</script>" in found["references/alpha2020.md"].data["mainEntity"]["name"]
    assert "onerror=" in found["references/alpha2020.md"].all("citation_author")[0]
