"""The real review as it is published: every page is read, and every link followed, as a visitor's browser would."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter, deque
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from building import REPOSITORY, ROOT
from html_pages import BuiltPage, Element, read_page, read_site
from pybtex.database import parse_string  # type: ignore[import-untyped,unused-ignore]

Pages = Mapping[str, BuiltPage]

SOURCES_AT_THE_START = 103
"""The dossier from which the review set out; there may be more by now, never fewer."""
ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
LOADING = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "link": "href",
    "form": "action",
}
"""What makes a browser ask for something without a click, and the attribute that says for what."""


@pytest.fixture(scope="module")
def pages(site: Path) -> Pages:
    return read_site(site)


@pytest.fixture(scope="module")
def keys() -> list[str]:
    """The keys of the bibliography, found without the code under test."""
    text = (ROOT / "evidence" / "references.bib").read_text("utf-8")
    return re.findall(r"^@(?!comment|string|preamble)\w+\s*\{\s*([^,\s]+)\s*,", text, re.MULTILINE | re.IGNORECASE)


def reference_page(pages: Pages, key: str) -> BuiltPage:
    return pages[f"references/{key}/"]


def record(site: Path, key: str) -> dict[str, str]:
    (found,) = json.loads((site / "references" / f"{key}.json").read_text("utf-8"))
    return dict(found)


def section(page: BuiltPage, id_: str) -> list[Element]:
    """What stands between a heading and the next of its level or a higher one."""
    found: list[Element] = []
    level = ""
    for element in page.article.walk():
        if re.fullmatch(r"h[1-6]", element.tag):
            if element["id"] == id_:
                level = element.tag
            elif level and element.tag <= level:
                break
        elif level:
            found.append(element)
    assert level, f"{page.address} has no section {id_}"
    return found


# --- links ------------------------------------------------------------------------------------------------------------


def test_no_link_and_no_anchor_is_dead(site: Path, pages: Pages) -> None:
    """Every link within the site leads to a page or file that is there, and its fragment to an element of it."""
    ids = {address: set(page.ids) for address, page in pages.items()}
    dead = []
    for page in [*pages.values(), read_page(site / "404.html", "")]:
        for target, fragment in page.links():
            if target in pages:
                if fragment and fragment not in ids[target]:
                    dead.append(f"{page.address}: no #{fragment} in /{target}")
            elif not (site / target).is_file():
                dead.append(f"{page.address}: no /{target}")
    assert not dead


def test_every_page_can_be_reached_from_the_home_page(pages: Pages) -> None:
    """Whoever starts at the home page and follows links comes to every page."""
    waiting, seen = deque([""]), {""}
    while waiting:
        for target, _ in pages[waiting.popleft()].links():
            if target in pages and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert not pages.keys() - seen


@pytest.mark.parametrize("kind", ["treatments", "studies", "outcomes", "topics", "case", "references"])
def test_every_page_of_a_kind_stands_in_its_index(pages: Pages, kind: str) -> None:
    """The index of a kind of page links to each of them."""
    listed = {pages[f"{kind}/"].resolve(link["href"]) for link in pages[f"{kind}/"].article.all("a") if link["href"]}
    assert {address for address in pages if re.fullmatch(rf"{kind}/[^/]+/", address)} <= listed


def test_every_file_of_a_record_is_published_as_it_is(site: Path) -> None:
    """The YAML that pages link to is the YAML that the site was made from; what editors read beside it stays away."""
    published = {path.relative_to(site / "records") for path in (site / "records").rglob("*") if path.is_file()}
    evidence = ROOT / "evidence"
    files = {path.relative_to(evidence) for path in evidence.rglob("*") if path.is_file()}
    assert published == {file for file in files if not file.parts[0].startswith(".")}
    for path in published:
        assert (site / "records" / path).read_bytes() == (evidence / path).read_bytes()


# --- nobody else hears of a visit -------------------------------------------------------------------------------------


def test_pages_load_nothing_from_another_host(site: Path, pages: Pages) -> None:
    """Scripts, styles, pictures, frames and preconnections are the site's own, and they are there."""
    for page in pages.values():
        for element in page.html.walk():
            wanted = element[LOADING[element.tag]] if element.tag in LOADING else ""
            for address in filter(None, [wanted, *re.split(r"[\s,]+", element["srcset"]), element["poster"]]):
                parts = urlsplit(address)
                assert not parts.netloc and parts.scheme in ("", "data"), f"{page.address}: {element.tag} {address}"
                if element["rel"] not in ("prev", "next") and element.tag not in ("form", "source"):
                    assert parts.scheme or (site / page.resolve(address)).exists(), f"{page.address}: {address}"
            assert not element["style"] or "url(" not in element["style"], page.address
        assert not any(meta["http-equiv"].lower() == "refresh" for meta in page.html.all("meta"))


def test_styles_load_nothing_from_another_host(site: Path, pages: Pages) -> None:
    """No @import, and every url() in a style sheet is a data address or a file of the site."""
    sheets = {path: path.read_text("utf-8") for path in site.rglob("*.css")}
    for page in pages.values():
        for number, style in enumerate(page.html.all("style")):
            sheets[site / page.address / str(number)] = "".join(c for c in style.content if isinstance(c, str))
    assert sheets
    for path, text in sheets.items():
        assert "@import" not in text
        for address in re.findall(r"url\(\s*['\"]?([^'\")]*)", text):
            if not address.startswith("data:"):
                assert not urlsplit(address).netloc
                assert (path.parent / urlsplit(address).path).is_file(), f"{path.name}: {address}"


def test_no_address_of_a_mirror_or_of_a_bare_host(site: Path, pages: Pages) -> None:
    """Links lead to publishers and catalogues by their names, in pages and in downloads."""
    for page in pages.values():
        for link in page.html.all("a"):
            parts = urlsplit(link["href"])
            assert not ADDRESS.search(parts.netloc) and not parts.port, f"{page.address}: {link['href']}"
        assert not ADDRESS.search(page.html.text), page.address
    for suffix in ("json", "csv", "bib", "ris", "yaml", "xml"):
        for path in site.rglob(f"*.{suffix}"):
            assert not ADDRESS.search(path.read_text("utf-8")), path


# --- every page -------------------------------------------------------------------------------------------------------


def test_every_page_says_what_it_is(pages: Pages) -> None:
    """A language, one first heading, a title of its own and a description."""
    titles = Counter(page.title for page in pages.values())
    for page in pages.values():
        assert page.html.one("html")["lang"] == "en", page.address
        assert len(page.html.all("h1")) == 1, page.address
        assert page.html.all("h1")[0].text.removesuffix("¶").strip(), page.address
        assert titles[page.title] == 1, f"{page.address}: {page.title}"
        assert len(page.meta("description")) > 20, page.address
        assert page.meta("viewport"), page.address


def test_no_id_stands_twice_on_a_page(pages: Pages) -> None:
    """Links to a place of a page are of use only if there is one such place."""
    twice = {page.address: [id_ for id_, n in Counter(page.ids).items() if n > 1 or not id_] for page in pages.values()}
    assert not {address: ids for address, ids in twice.items() if ids}


def test_headings_go_down_one_level_at_a_time(pages: Pages) -> None:
    """Who listens to a page finds their way by its headings: none is skipped."""
    for page in pages.values():
        levels = [int(e.tag[1]) for e in page.article.walk() if re.fullmatch("h[1-6]", e.tag)]
        assert levels[0] == 1, page.address
        for before, after in pairwise(levels):
            assert after <= before + 1, page.address


OF_NO_FILE = ("data-dictionary/", "problems/")
"""Pages that tell of the generator itself."""


def test_every_page_is_no_medical_advice_and_tells_where_it_comes_from(pages: Pages) -> None:
    """The warning, when the records last changed, the file behind the page, and where to edit it."""
    for page in pages.values():
        (about,) = page.article.of_class("er-record")
        assert "Not medical advice." in about.text, page.address
        assert any(page.resolve(link["href"]) == "disclaimer/" for link in about.all("a")), page.address
        if page.address in OF_NO_FILE:
            assert "changed" not in about.text
            continue
        assert re.search(r"Records last changed \d|When the records last changed is not known", about.text)
        (edit,) = [link["href"] for link in about.all("a") if link.text == "Edit this record"]
        file = edit.removeprefix(f"{REPOSITORY}/edit/main/")
        assert (ROOT / file).is_file(), f"{page.address}: {file}"
        if file.startswith("evidence/"):
            copies = {page.resolve(link["href"]) for link in about.all("a")}
            assert "records/" + file.removeprefix("evidence/") in copies, page.address
        else:
            assert file.startswith("docs/"), page.address


def test_no_words_run_together_around_links(pages: Pages) -> None:
    """A full stop is followed by a space, also where a template begins a link."""
    for page in pages.values():
        (about,) = page.article.of_class("er-record")
        assert not re.search(r"[.·:,](?=[A-Z])", re.sub(r"\S+/\S+", "", about.text)), f"{page.address}: {about.text}"


def test_every_picture_has_words_and_every_link_too(pages: Pages) -> None:
    """Nobody meets a picture or a link without a name."""
    for page in pages.values():
        for picture in page.html.all("img"):
            assert "alt" in picture.attributes, page.address
        for link in page.article.all("a"):
            named = link.text or link["aria-label"] or link["title"]
            assert named or "href" not in link.attributes, f"{page.address}: {link.attributes}"


def test_every_table_has_a_caption_and_headed_columns(pages: Pages) -> None:
    """Tables of records say what they show and what each column holds."""
    for page in pages.values():
        for table in page.article.of_class("er-table"):
            assert table.one("caption").text, page.address
            assert all(cell["scope"] == "col" for cell in table.one("thead").all("th")), page.address
            columns = len(table.one("thead").all("th"))
            for row in table.one("tbody").all("tr"):
                assert sum(int(cell["colspan"] or 1) for cell in row.all("td", "th")) == columns, page.address


# --- citations and references -----------------------------------------------------------------------------------------


def test_every_source_of_the_bibliography_has_a_page(pages: Pages, keys: list[str]) -> None:
    """One page for each, and none for anything else."""
    assert len(keys) == len(set(keys)) >= SOURCES_AT_THE_START
    assert {a for a in pages if re.fullmatch("references/[^/]+/", a)} == {f"references/{key}/" for key in keys}


def test_every_source_is_cited_somewhere(pages: Pages, keys: list[str]) -> None:
    """“Cited in” names at least one page and section, and there the source is really cited."""
    for key in keys:
        page = reference_page(pages, key)
        (cited_in,) = [e for e in section(page, "cited-in") if "er-cited-in" in e["class"].split()]
        places = [link for link in cited_in.all("a") if "#" in link["href"]]
        assert places, f"{key} is cited nowhere"
        for link in places:
            there, anchor = pages[page.resolve(link["href"])], link["href"].partition("#")[2]
            (cluster,) = [e for e in there.article.of_class("er-cite") if e["id"] == anchor]
            start, end = cluster_range(cluster, there, key)
            assert start <= number_of(there, key) <= end, f"{key}: {there.address}#{anchor}"


def number_of(page: BuiltPage, key: str) -> int:
    (entry,) = [e for e in page.article.of_class("er-references")[0].all("li") if e["id"] == f"ref-{key}"]
    return int(entry["value"])


def cluster_range(cluster: Element, page: BuiltPage, key: str) -> tuple[int, int]:
    """The numbers between which a source stands in a cluster: its own, or the ends of the run around it."""
    number = number_of(page, key)
    for low, high in re.findall(r"(\d+)(?:–(\d+))?", "".join(run_texts(cluster))):
        if int(low) <= number <= int(high or low):
            return int(low), int(high or low)
    return 1, 0


def run_texts(cluster: Element) -> list[str]:
    """The numbers of a cluster with what joins them, without prefixes and locators."""
    return [
        item if isinstance(item, str) else item.text
        for item in cluster.content
        if isinstance(item, str) or item.tag == "a"
    ]


def test_citations_are_numbered_as_they_come_and_each_has_its_entry(pages: Pages) -> None:
    """On every page the numbers 1, 2, 3 … appear in this order, and the list below has just these."""
    for page in pages.values():
        cited = page.citations
        lists = page.article.of_class("er-references")
        assert bool(cited) == bool(lists), page.address
        if not lists:
            continue
        entries = [e for e in lists[0].all("li") if e["id"].startswith("ref-")]
        assert [int(e["value"]) for e in entries] == list(range(1, len(entries) + 1)), page.address
        by_id = {e["id"]: e["value"] for e in entries}
        assert {link["href"].removeprefix("#"): link.text for link in cited}.items() <= by_id.items(), page.address
        for entry in entries:
            key = entry["id"].removeprefix("ref-")
            assert any(page.resolve(link["href"]) == f"references/{key}/" for link in entry.all("a")), page.address
            back = [link["href"] for link in entry.of_class("er-ref__back")[0].all("a")]
            assert back and all(href.removeprefix("#") in page.ids for href in back), f"{page.address}: {key}"


def test_identifiers_are_links_to_the_sources_themselves(site: Path, pages: Pages, keys: list[str]) -> None:
    """DOI, PMID and PMCID lead to doi.org, PubMed and PMC, percent-encoded."""
    seen: Counter[str] = Counter()
    for key in keys:
        csl = record(site, key)
        wanted = {
            "DOI": "https://doi.org/" + quote(csl.get("DOI", ""), safe="/"),
            "PMID": f"https://pubmed.ncbi.nlm.nih.gov/{csl.get('PMID')}/",
            "PMCID": f"https://pmc.ncbi.nlm.nih.gov/articles/{csl.get('PMCID')}/",
        }
        hrefs = {link["href"] for link in reference_page(pages, key).article.all("a")}
        for field, address in wanted.items():
            if csl.get(field):
                seen[field] += 1
                assert address in hrefs, f"{key}: {field}"
                assert re.fullmatch(r"[A-Za-z0-9:/?=&.%_~-]+", address), address
        if not any(csl.get(field) for field in wanted):
            seen["none"] += 1
            has_title = not csl["title"].startswith("[")  # what stands in brackets is no title to search for
            assert any(href.startswith("https://pubmed.ncbi.nlm.nih.gov/?term=") for href in hrefs) is has_title, key
    assert min(seen.values()) > 0 and len(seen) == 4


def test_every_page_of_a_reference_says_how_far_it_was_read(pages: Pages, keys: list[str]) -> None:
    """Who reads a claim can see whether the article behind it was read."""
    for key in keys:
        text = reference_page(pages, key).text
        assert re.search(r"[Oo]nly the title was read|[Tt]he abstract was read|[Tt]he full text was read", text), key


def test_pages_of_references_call_things_by_their_names(pages: Pages, keys: list[str]) -> None:
    """PubMed and PMC have capitals within; a place before the first heading is not called by the name of the page."""
    told = [pages[f"references/{key}/"] for key in keys]
    assert any("PubMed record" in page.text for page in told)
    assert not any("Pubmed" in page.text or "Pmc " in page.text for page in told)
    groups = [group for page in told for cited in page.article.of_class("er-cited-in") for group in cited.all("li")]
    names = [[link.text for link in group.all("a")] for group in groups]
    assert len(names) > 300
    assert [name for name in names if name[0] in name[1:]] == []


def test_the_wrong_journal_of_the_index_list_is_told_and_not_repeated(site: Path, pages: Pages) -> None:
    """Number 49 of Jia 2020 names a journal of archaeology: said on its page, and used as its reference nowhere."""
    page = reference_page(pages, "kezunovic2017bilateral")
    told = " ".join(element.text for element in section(page, "index-list"))
    assert "Mediev Archaeol" in told and "wrong" in told
    assert "Number 49" in told
    wrong = re.compile(r"Mediev|Archaeol|Med(?:ical)? Arch", re.IGNORECASE)
    assert not wrong.search(page.article.of_class("er-ref-full")[0].text)
    for other in pages.values():
        for entry in [*other.article.of_class("er-ref"), *other.article.of_class("er-table--references")]:
            assert not wrong.search(entry.text), other.address
        assert not wrong.search(other.title + other.meta("description")), other.address
    for path in [*site.glob("downloads/references.*"), *site.glob("references/kezunovic2017bilateral.*")]:
        assert not wrong.search(path.read_text("utf-8")), path


# --- downloads --------------------------------------------------------------------------------------------------------


def test_every_reference_can_be_taken_along(site: Path, pages: Pages, keys: list[str]) -> None:
    """BibTeX, RIS and CSL-JSON of each reference are linked, and other programs can read them."""
    for key in keys:
        (exports,) = [e for e in section(reference_page(pages, key), "export") if e["class"] == "er-links"]
        links = {link.text: link["href"] for link in exports.all("a")}
        assert links == {"BibTeX": f"../{key}.bib", "RIS": f"../{key}.ris", "CSL-JSON": f"../{key}.json"}
        assert list(parse_string((site / "references" / f"{key}.bib").read_text("utf-8"), "bibtex").entries) == [key]
        assert len(ris_records((site / "references" / f"{key}.ris").read_text("utf-8"))) == 1
        assert record(site, key)["id"] == key


def test_the_whole_bibliography_can_be_taken_along(site: Path, keys: list[str]) -> None:
    """The three formats hold every reference once."""
    downloads = site / "downloads"
    entries = parse_string((downloads / "references.bib").read_text("utf-8"), "bibtex").entries
    assert sorted(entries) == sorted(keys)
    assert len(ris_records((downloads / "references.ris").read_text("utf-8"))) == len(keys)
    assert sorted(item["id"] for item in json.loads((downloads / "references.json").read_text("utf-8"))) == sorted(keys)


def ris_records(text: str) -> list[list[str]]:
    """RIS as a reference manager reads it: tags of two characters, records from TY to ER."""
    records: list[list[str]] = []
    for line in filter(None, text.splitlines()):
        assert re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line), line
        if line.startswith("TY"):
            records.append([])
        records[-1].append(line)
        assert (line.startswith("TY")) == (len(records[-1]) == 1)
    assert all(lines[-1].startswith("ER") for lines in records)
    return records


def test_tables_of_studies_and_results_can_be_taken_along(site: Path, pages: Pages) -> None:
    """CSV with a row for each study, and results that belong to them."""
    studies = list(csv.DictReader(io.StringIO((site / "downloads" / "studies.csv").read_text("utf-8"))))
    results = list(csv.DictReader(io.StringIO((site / "downloads" / "results.csv").read_text("utf-8"))))
    assert {f"studies/{row['study']}/" for row in studies} == {a for a in pages if re.fullmatch("studies/[^/]+/", a)}
    assert {row["study"] for row in results} <= {row["study"] for row in studies}
    assert {f"outcomes/{row['outcome']}/" for row in results} <= pages.keys()
    assert all(None not in row for row in [*studies, *results])


def test_the_review_can_be_taken_along_whole(site: Path, pages: Pages, keys: list[str]) -> None:
    """One JSON file with every record, and the same counts as the pages show."""
    review = json.loads((site / "downloads" / "review.json").read_text("utf-8"))
    for kind in ("treatments", "studies", "outcomes", "topics"):
        assert {f"{kind}/{item['id']}/" for item in review[kind]} == {
            a for a in pages if re.fullmatch(f"{kind}/[^/]+/", a)
        }
    assert [item["key"] for item in review["references"]] and len(review["references"]) == len(keys)
    figures = {f.one("dt").text: f.one("dd").text for f in pages[""].article.of_class("er-figures")[0].all("div")}
    assert str(review["counts"]["persons"]) in figures.values()
    assert str(review["counts"]["sources"]) in figures.values()


# --- search and other machines ----------------------------------------------------------------------------------------


def test_the_search_index_knows_every_page_worth_finding(site: Path, pages: Pages) -> None:
    """Every page is in it but the long lists and the news, and no reference list and no way back from it."""
    found = [json.loads(path.read_text("utf-8")) for path in (site / "search" / "pages").iterdir()]
    missing = pages.keys() - {page["address"] for page in found}
    lists = {address for address in missing if re.fullmatch(r"treatments/[^/]+/studies/\d+/", address)}
    assert missing - lists <= {"studies/", "references/", "whats-new/"}
    for page in found:
        for id_, _, text in page["sections"]:
            assert "Cited at" not in text and "↩" not in text, page["address"]
            assert not id_ or id_ in pages[page["address"]].ids, f"{page['address']}#{id_}"
    assert not (site / "search" / "search_index.json").exists(), "the engine makes a search of its own, too"


def test_a_page_is_made_of_the_same_records_every_time(site: Path) -> None:
    """No address of this computer and no temporary name is left in what is published."""
    for path in site.rglob("*"):
        if path.suffix in {".html", ".json", ".xml", ".csv"}:
            text = path.read_text("utf-8")
            assert str(ROOT) not in text and str(site.parent) not in text, path


def test_this_module_counts_without_the_code_under_test() -> None:
    """What proves the site is not the code that made it."""
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for name in node.names
    }
    assert not any("evidence_site" in name for name in imported)
