"""What's new: the page and the feed, from real git repositories."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from reviews import edited, linked, write_review
from test_history import commit, git, repository

from evidence_site import site_settings
from evidence_site.history import last_changes
from evidence_site.news import NEWEST, News, news
from evidence_site.pages import Settings, Tree, render

STUDY, TREATMENT = "evidence/studies/alpha2020.yaml", "evidence/treatments/drug-a.yaml"
ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def change(root: Path, file: str, old: str, new: str, date: str) -> None:
    """Commit one edit."""
    path = root / file
    path.write_text(edited(path.read_text("utf-8"), [{"replace": old, "by": new}]), "utf-8")
    commit(root, date)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review with a history."""
    root = write_review(repository(tmp_path_factory.mktemp("told")), {"evidence/studies/delta2019.yaml": None})
    delta = (Path(__file__).parent / "cases/checks/_base/evidence/studies/delta2019.yaml").read_text("utf-8")
    commit(root, "2024-01-01T12:00:00+00:00")
    change(root, STUDY, "    n: 8\n", "    n: 9\n", "2024-02-01T08:00:00+00:00")
    change(root, TREATMENT, "by: -1", "by: 0", "2024-02-01T09:00:00+00:00")  # the stated level is wrong for a day …
    change(root, TREATMENT, "level: very_low", "level: low", "2024-02-02T09:00:00+00:00")  # … and right on the next
    (root / "evidence/studies/delta2019.yaml").write_text(delta, "utf-8")
    commit(root, "2024-03-01T12:00:00+00:00")
    change(root, "evidence/sources/alpha2020.yaml", "read: abstract", "read: full_text", "2024-03-02T12:00:00+00:00")
    (root / "docs/methods.md").write_text("# Methods\n\nOther words.\n", "utf-8")
    commit(root, "2024-03-03T12:00:00+00:00")
    change(root, STUDY, "country: Exampland", "country: Sampleland", "2024-04-01T12:00:00+00:00")
    (root / STUDY).write_text((root / STUDY).read_text("utf-8") + "# remark\n", "utf-8")
    commit(root, "2024-04-02T12:00:00+00:00")
    return root


def sentences(found: News) -> list[tuple[str, list[str]]]:
    return [
        (entry.revision.day.isoformat(), [change.sentence for change in entry.changes] or [entry.note])
        for entry in found.entries
    ]


def test_commits_in_the_words_of_the_review_newest_first(told: Path) -> None:
    """Each commit that changed what the records say, and no other: neither documentation nor a remark."""
    found = news(told, linked(told))
    assert found.is_known and found.is_whole
    assert sentences(found) == [
        ("2024-04-01", ["Alpha and Zed 2020: details edited"]),
        ("2024-03-02", ["Alpha and Zed 2020: how far it was read changed from abstract to full text"]),
        ("2024-03-01", ["Delta 2019: study added (0 persons counted)"]),
        ("2024-02-02", ["Drug A: details edited"]),
        ("2024-02-01", ["Drug A: certainty for “Bone density” changed from very low to low"]),
        (
            "2024-02-01",
            [
                "Alpha and Zed 2020: persons counted changed from 12 to 13",
                "Drug A: persons counted changed from 8 to 9",
                "Drug A: persons with a result for “Bone density” changed from 8 to 9",
                "Drug A: persons with a result for “New vertebral fracture” changed from 8 to 9",
                "Example review: persons counted changed from 13 to 14",
                "Drug A: “Density at 12 months” is now +10.0% (9 persons, 1 study); it was +10.0% (8 persons, 1 study)",
                "Drug A: “Persons with a new fracture” is now 0 of 9 persons (1 study); it was 0 of 8 persons (1 study)",
                "Alpha and Zed 2020: result is now 0 of 9; it was 0 of 8 "
                "(New vertebral fracture, Drug A, 24 months after delivery)",
            ],
        ),
        (
            "2024-01-01",
            ["The records begin: 4 sources, 3 studies, 13 persons with the condition counted, 2 treatments"],
        ),
    ]


def test_what_is_not_committed_is_not_news(told: Path, tmp_path: Path) -> None:
    """News depend on the commits alone, so that everybody who builds them gets the same."""
    before = news(told, linked(told))
    git(tmp_path, "clone", "-q", str(told), "clone")
    clone = tmp_path / "clone"
    (clone / STUDY).write_text((clone / STUDY).read_text("utf-8").replace("n: 9", "n: 99"), "utf-8")
    assert news(clone, linked(clone)) == before


def test_no_history_is_said(tmp_path: Path) -> None:
    """Without git the page says so, there is no feed, and nothing fails."""
    for root in (write_review(tmp_path / "one"), write_review(repository(tmp_path / "two"))):
        found = news(root, linked(root))
        assert not found.is_known and not found.entries
        tree = built(root, found)
        assert "The history of the records is not available here" in tree.files["whats-new.md"].decode()
        assert "feed.xml" not in tree.files
        assert "feed.xml" not in tree.files["index.md"].decode()


def test_a_case_that_cannot_be_read_hides_nothing_else(tmp_path: Path) -> None:
    """No number rests on it: the rest of such commits is told in full, and one that changed only the case says so."""
    root = write_review(repository(tmp_path))
    case = "evidence/cases/first-case.yaml"
    text = (root / case).read_text("utf-8")
    (root / case).write_text(text + "mood: good\n", "utf-8")
    commit(root, "2024-01-01T12:00:00+00:00")
    change(root, STUDY, "country: Exampland", "country: Sampleland", "2024-01-02T12:00:00+00:00")
    change(root, case, "mood: good", "mood: better", "2024-01-03T12:00:00+00:00")
    (root / case).write_text(text, "utf-8")
    change(root, STUDY, "country: Sampleland", "country: Exampland", "2024-01-04T12:00:00+00:00")
    (begin,) = sentences(news(root, linked(root)))[-1][1]
    assert begin.startswith("The records begin: ")
    assert sentences(news(root, linked(root)))[:-1] == [
        ("2024-01-04", ["Alpha and Zed 2020: details edited"]),
        ("2024-01-03", ["Records changed: cases (1). What they said cannot be read by the rules of today"]),
        ("2024-01-02", ["Alpha and Zed 2020: details edited"]),
    ]


def test_records_that_cannot_be_read_are_told_by_their_number(tmp_path: Path) -> None:
    """A commit whose records today's rules refuse is listed by what it touched; the others are told in full."""
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T12:00:00+00:00")
    change(root, STUDY, "country: Exampland", "countri: Exampland", "2024-01-02T12:00:00+00:00")
    change(root, STUDY, "countri: Exampland", "country: Exampland", "2024-01-03T12:00:00+00:00")
    change(root, "evidence/outcomes.yaml", "- id: density", "- id: [", "2024-01-04T12:00:00+00:00")
    change(root, "evidence/outcomes.yaml", "- id: [", "- id: density", "2024-01-05T12:00:00+00:00")
    change(root, STUDY, "country: Exampland", "country: Sampleland", "2024-01-06T12:00:00+00:00")
    unread = "What they said cannot be read by the rules of today"
    assert sentences(news(root, linked(root))) == [
        ("2024-01-06", ["Alpha and Zed 2020: details edited"]),
        ("2024-01-05", [f"Records changed: outcomes.yaml (1). {unread}"]),
        ("2024-01-04", [f"Records changed: outcomes.yaml (1). {unread}"]),
        ("2024-01-03", [f"Records changed: studies (1). {unread}"]),
        ("2024-01-02", [f"Records changed: studies (1). {unread}"]),
        (
            "2024-01-01",
            ["The records begin: 4 sources, 4 studies, 13 persons with the condition counted, 2 treatments"],
        ),
    ]


def test_a_merged_branch_is_one_entry(tmp_path: Path) -> None:
    """What a pull request changed is told once, on the day on which it was merged."""
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T12:00:00+00:00")
    git(root, "checkout", "-b", "branch")
    change(root, STUDY, "country: Exampland", "country: Sampleland", "2024-02-01T12:00:00+00:00")
    change(root, TREATMENT, "Density rose more", "Density rose a little more", "2024-02-02T12:00:00+00:00")
    git(root, "checkout", "main")
    git(root, "merge", "--no-ff", "-m", "x", "branch", date="2024-03-01T12:00:00+00:00")
    (merged, first) = sentences(news(root, linked(root)))
    assert merged == ("2024-03-01", ["Drug A: the bottom line was rewritten", "Alpha and Zed 2020: details edited"])
    assert first[0] == "2024-01-01"


def test_a_clone_without_its_history_does_not_claim_a_beginning(tmp_path: Path) -> None:
    """In a shallow clone the oldest commit is not the first one, and what it changed is not known."""
    origin = write_review(repository(tmp_path / "origin"))
    commit(origin, "2024-01-01T12:00:00+00:00")
    change(origin, STUDY, "country: Exampland", "country: Sampleland", "2024-02-01T12:00:00+00:00")
    change(origin, STUDY, "country: Sampleland", "country: Otherland", "2024-03-01T12:00:00+00:00")
    git(tmp_path, "clone", "-q", "--depth=2", origin.as_uri(), "clone")
    root = tmp_path / "clone"
    assert sentences(news(root, linked(root))) == [
        ("2024-03-01", ["Alpha and Zed 2020: details edited"]),
        ("2024-02-01", ["The history that is at hand begins here; what this commit changed is not known"]),
    ]


def test_strange_names_and_links_in_the_history_are_no_trouble(tmp_path: Path) -> None:
    """Files with any name, links and folders in odd places are passed over."""
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T12:00:00+00:00")
    (root / "evidence/studies/\x01 a\nb.yaml").write_text("x", "utf-8")
    (root / "evidence/studies/sub").mkdir()
    (root / "evidence/studies/sub/:100644 x.yaml").write_text("x", "utf-8")
    (root / "evidence/studies/link.yaml").symlink_to("alpha2020.yaml")
    commit(root, "2024-01-02T12:00:00+00:00")
    git(root, "rm", "-rq", "evidence/studies/sub", "evidence/studies/link.yaml", "evidence/studies/\x01 a\nb.yaml")
    commit(root, "2024-01-03T12:00:00+00:00")
    found = sentences(news(root, linked(root)))
    assert found[-1][1][0].startswith("The records begin")
    assert all(lines[0].startswith("Records changed: studies") for _, lines in found[:-1])


def test_only_the_newest_commits_are_told(tmp_path: Path) -> None:
    """A long history is cut, and the page says so."""
    root = write_review(repository(tmp_path))
    commit(root, "2023-01-01T12:00:00+00:00")
    for number in range(NEWEST):
        old, new = ("Exampland" if number == 0 else f"Land {number - 1}"), f"Land {number}"
        change(root, STUDY, f"country: {old}\n", f"country: {new}\n", f"2024-01-01T12:{number:02d}:00+00:00")
    found = news(root, linked(root))
    assert len(found.entries) == NEWEST and not found.is_whole
    page = built(root, found).files["whats-new.md"].decode()
    assert "Older changes stand in the history of the records." in page


# --- page and feed ----------------------------------------------------------------------------------------------------


def built(root: Path, found: News, settings: Settings | None = None) -> Tree:
    tree = render(
        linked(root), root, site_settings.template_folders(root), last_changes(root), settings or Settings(), news=found
    )
    assert tree.problems == []
    return tree


SETTINGS = Settings(repository="https://example.org/repository", url="https://review.example.org/site/")


def test_the_page_links_what_is_still_there(told: Path) -> None:
    """Newest first under its day; each change leads to its page, each commit to the repository."""
    page = built(told, news(told, linked(told)), SETTINGS).files["whats-new.md"].decode()
    days = re.findall(r"^## (.*?) \{ #day-([\d-]+) \}", page, re.MULTILINE)
    assert [id_ for _, id_ in days] == [
        "2024-04-01",
        "2024-03-02",
        "2024-03-01",
        "2024-02-02",
        "2024-02-01",
        "2024-01-01",
    ]
    assert '<a href="../studies/delta2019/">Delta 2019</a>: study added' in page
    assert '<a href="../treatments/drug-a/#outcome-density">Drug A</a>: certainty for' in page
    assert page.count('href="https://example.org/repository/commit/') == 7


def test_what_is_gone_is_told_without_a_link(tmp_path: Path) -> None:
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T12:00:00+00:00")
    (root / "evidence/studies/delta2019.yaml").unlink()
    commit(root, "2024-01-02T12:00:00+00:00")
    page = built(root, news(root, linked(root))).files["whats-new.md"].decode()
    assert '<li class="er-change er-change--lost">Delta 2019: study removed' in page


def feed(root: Path, settings: Settings | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(built(root, news(root, linked(root)), settings).files["feed.xml"])


def texts(element: ElementTree.Element, name: str) -> list[str]:
    return [found.text or "" for found in element.findall(ATOM + name)]


def links(element: ElementTree.Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in element.findall(f"{ATOM}link")}


def test_the_feed_is_atom(told: Path) -> None:
    """Everything that RFC 4287 requires of a feed and its entries, and absolute links."""
    root = feed(told, SETTINGS)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(texts(element, name)) == 1 and texts(element, name)[0]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", texts(element, "updated")[0])
        assert re.match(r"(urn:uuid:|https://)", texts(element, "id")[0])
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert links(root) == {
        "self": "https://review.example.org/site/feed.xml",
        "alternate": "https://review.example.org/site/whats-new/",
    }
    entries = root.findall(f"{ATOM}entry")
    times = [dt.datetime.fromisoformat(texts(entry, "updated")[0]) for entry in entries]
    assert times == sorted(times, reverse=True)
    assert texts(root, "updated") == texts(entries[0], "updated")
    assert len({texts(entry, "id")[0] for entry in entries}) == len(entries) == 7
    for entry in entries:
        (content,) = entry.findall(f"{ATOM}content")
        assert content.attrib["type"] == "xhtml" and [child.tag for child in content] == [f"{XHTML}div"]
        for link in content.iter(f"{XHTML}a"):
            assert link.attrib["href"].startswith("https://review.example.org/site/")
    assert texts(entries[2], "title") == ["Delta 2019: study added (0 persons counted)"]


def test_entries_link_to_their_place_on_the_page(told: Path) -> None:
    page = built(told, news(told, linked(told)), SETTINGS).files["whats-new.md"].decode()
    for entry in feed(told, SETTINGS).findall(f"{ATOM}entry"):
        target = links(entry)["alternate"]
        assert target.startswith("https://review.example.org/site/whats-new/#commit-")
        assert f'id="{target.partition("#")[2]}"' in page


def test_ids_stay_when_the_review_goes_on_or_moves(told: Path, tmp_path: Path) -> None:
    """Feed readers know an entry by its id: neither a new commit nor another address may tell it anew."""
    before = {texts(entry, "id")[0] for entry in feed(told).findall(f"{ATOM}entry")}
    git(tmp_path, "clone", "-q", str(told), "clone")
    change(tmp_path / "clone", STUDY, "Sampleland", "Otherland", "2024-05-01T12:00:00+00:00")
    after = [texts(entry, "id")[0] for entry in feed(tmp_path / "clone", SETTINGS).findall(f"{ATOM}entry")]
    assert set(after[1:]) == before and after[0] not in before


def test_without_an_address_the_feed_has_no_links(told: Path) -> None:
    """A feed is read far from the site, where a relative link leads nowhere."""
    root = feed(told)
    assert not list(root.iter(f"{ATOM}link")) and not list(root.iter(f"{XHTML}a"))
    assert texts(root, "id")[0].startswith("urn:uuid:")


HOSTILE: Sequence[str] = ("<script>alert(1)</script>", "]]><x>", "\"' onclick=alert(1)", "&lt;b&gt; {{ 7*7 }}")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_records_stay_text_in_the_feed_and_on_the_page(tmp_path: Path, text: str) -> None:
    root = write_review(repository(tmp_path))
    commit(root, "2024-01-01T12:00:00+00:00")
    change(root, TREATMENT, "name: Drug A\n", "name: >-\n  Drug A " + text + "\n", "2024-01-02T12:00:00+00:00")
    change(root, TREATMENT, "It builds bone", "It builds bone " + text.replace('"', '\\"'), "2024-01-03T12:00:00+00:00")
    found = built(root, news(root, linked(root)), SETTINGS)
    atom = ElementTree.fromstring(found.files["feed.xml"])
    assert text in texts(atom.findall(f"{ATOM}entry")[1], "title")[0]
    assert not {element.tag for element in atom.iter()} & {f"{XHTML}script", f"{XHTML}x", f"{XHTML}b", "script", "x"}
    body = found.files["whats-new.md"].decode().partition("\n---\n")[2]
    assert not re.search(r"<(?:script|x|b)\b|<[^>]*onclick", body)


def test_the_same_history_makes_the_same_bytes(told: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(told), "clone")
    one, two = (
        built(told, news(told, linked(told))),
        built(tmp_path / "clone", news(tmp_path / "clone", linked(tmp_path / "clone"))),
    )
    for name in ("feed.xml", "whats-new.md"):
        assert one.files[name] == two.files[name]
