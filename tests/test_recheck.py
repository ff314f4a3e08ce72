"""Is it still true: what services answer becomes findings, politely asked, and nothing that people wrote is lost."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, strategies as st
from recorded import Recorded, recorded
from reviews import write_review

from evidence_site.cli import main
from evidence_site.recheck import CODES, FORMATS, Report, recheck, services
from evidence_site.recheck.questions import questions
from evidence_site.review import load
from evidence_site.web import Answer, NoAnswerError, Web

CASES = Path(__file__).parent / "cases" / "recheck"
DAY = dt.date(2026, 11, 25)
ROOT = Path(__file__).resolve().parent.parent


class Text(yaml.SafeLoader):
    """Reads days and numbers with colons as the text that they are in an answer."""


Text.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(name: str) -> dict[str, Any]:
    return dict(yaml.load((CASES / name).read_text("utf-8"), Text))


def run(root: Path, service: Recorded, *, anew: bool = False, write: bool = False) -> Report:
    evidence, problems = load(root)
    assert evidence is not None, problems
    report = recheck(root, evidence, service.ask, DAY, lambda *_: None, anew=anew, write=write)
    assert isinstance(report, Report), report
    return report


NAMES = sorted(path.name for path in CASES.glob("[a-z]*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_case(tmp_path: Path, name: str) -> None:
    """The small review, changed as the case says, gives the findings of the case for its answers."""
    case = read(name)
    root = write_review(tmp_path, case.get("change"))
    with recorded(read("_replies.yaml") | case.get("replies", {})) as service:
        report = run(root, service)
    assert FORMATS["text"](report) == case["report"]
    assert (1 if report.findings else 3 if report.lacks_services() else 0) == case["exit"]


def test_every_finding_has_a_case() -> None:
    """No kind of finding is without a case that shows it."""
    reports = "".join(read(name)["report"] for name in NAMES)
    assert [code for code in CODES if f"[{code}]" not in reports] == []


# --- asking ----------------------------------------------------------------------------------------------------------


def test_the_real_review_asks_about_all_it_links_to() -> None:
    """Every DOI and PMID of the bibliography is asked about once, and so is every link."""
    evidence, _ = load(ROOT)
    assert evidence is not None
    asked = questions(evidence)
    about = {question.about for question in asked}
    for reference in evidence.references.values():
        assert {n for n in (reference.doi.lower(), reference.pmid, reference.url.partition("#")[0]) if n} <= about
    assert len({(q.service, q.about) for q in asked}) == len(asked)


def test_services_learn_who_asks(tmp_path: Path) -> None:
    """Every request names the program and a contact, so that a service can write to somebody before it blocks us."""
    with recorded(read("_replies.yaml")) as service:
        run(write_review(tmp_path), service)
    assert service.agents == {"evidence-site/1 (keeps an evidence review; mailto:keeper@example.org)"}


def test_a_busy_server_is_asked_again() -> None:
    """Too many requests and passing faults are tried again after the pause that the server names."""
    busy = {"status": 429, "text": "slow down", "headers": {"Retry-After": "1"}}
    with recorded(
        {"https://a.example/x": [busy, {"status": 503, "text": ""}, {"status": 200, "text": "ok"}]}
    ) as service:
        begun = time.monotonic()
        assert service.ask("https://a.example/x").body == b"ok"
        assert time.monotonic() - begun >= 1
    assert service.asked == ["https://a.example/x"] * 3


def test_requests_to_a_host_keep_their_distance() -> None:
    """Two requests to one host are at least the agreed time apart."""
    with recorded({"https://a.example/x": {"status": 200}}) as service:
        service.web = Web(pace=0.2, private=True)
        begun = time.monotonic()
        service.ask("https://a.example/x")
        service.ask("https://a.example/x")
        assert time.monotonic() - begun >= 0.2


def test_redirects_in_circles_end() -> None:
    with (
        recorded({"https://a.example/x": {"status": 302, "location": "/a.example/x"}}) as service,
        pytest.raises(NoAnswerError, match="circles"),
    ):
        service.ask("https://a.example/x")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "192.168.0.1"])
def test_a_link_cannot_make_us_ask_our_neighbours(host: str) -> None:
    """A record's link to an inner network is not followed, by redirect neither."""
    with recorded({}) as service:
        address = f"http://{host}:{service.port}/inner"
        with pytest.raises(NoAnswerError, match="not on the public internet"):
            Web(pace=0).get(address)
    assert service.asked == []


def test_a_redirect_to_something_else_is_not_followed() -> None:
    with (
        recorded({"https://a.example/x": {"status": 302, "location": "ftp://a.example/x"}}) as service,
        pytest.raises(NoAnswerError, match="no web address"),
    ):
        service.ask("https://a.example/x")


def test_a_host_that_is_silent_is_left_alone() -> None:
    """After three requests without an answer a host is not asked again, so that a run ends."""
    web = Web(pace=0, backoff=0, private=True)
    said = []
    for _ in range(5):
        with pytest.raises(NoAnswerError) as caught:
            web.get("http://127.0.0.1:9/")  # the discard port, where nobody listens
        said.append(str(caught.value))
    assert said == ["127.0.0.1 cannot be reached (NewConnection)"] * 3 + ["127.0.0.1 does not answer"] * 2


@pytest.mark.parametrize(
    "location", ["http://[::1", "//[", "http://a.example:99999999/", "\\\\x", "http://\u00e9.example/%zz"]
)
def test_an_odd_redirect_is_no_answer(location: str) -> None:
    """Whatever a server names as the new place, the run goes on."""
    with recorded({"https://a.example/x": {"status": 301, "location": location}}) as service, suppress(NoAnswerError):
        service.ask("https://a.example/x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "title",
                    "updated-by",
                    "type",
                    "DOI",
                    "updated",
                    "date-parts",
                    "values",
                    "data",
                    "value",
                    "responseCode",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
UPDATE = st.fixed_dictionaries(
    {},
    optional={"type": JSON, "DOI": JSON, "updated": st.fixed_dictionaries({"date-parts": JSON}) | JSON, "source": JSON},
)
WORK = st.fixed_dictionaries(
    {"message": st.fixed_dictionaries({"title": JSON, "updated-by": st.lists(UPDATE | JSON, max_size=3)})}
)
HANDLE = st.fixed_dictionaries(
    {
        "responseCode": st.just(1),
        "values": st.lists(st.fixed_dictionaries({"type": st.just("HS_ALIAS"), "data": JSON}), max_size=2),
    }
)


@example({"message": {"updated-by": [{"DOI": "\ud800", "updated": {"date-parts": [[10**400, True]]}}]}}, 200)
@given(JSON | WORK | HANDLE, st.sampled_from([200, 404, 500]))
def test_any_answer_is_understood_or_refused(answer: object, status: int) -> None:
    """No answer of a service, however odd, ends the run."""

    def ask(address: str, **_: object) -> Answer:
        return Answer(status, "", json.dumps(answer).encode())

    for service in (services.ask_crossref, services.ask_doi_system):
        try:
            told = service("10.1000/alpha", ask)
        except NoAnswerError:
            continue
        assert all(notice.link == "" or notice.link.isascii() for notice in told.notices)
        assert all(notice.date == "" or notice.date.replace("-", "").isdigit() for notice in told.notices)


@given(st.text(max_size=200) | st.text(alphabet="PMIDTRNEC-: \n1234567890.", max_size=200))
def test_any_text_of_pubmed_is_understood_or_refused(text: str) -> None:
    def ask(address: str, **_: object) -> Answer:
        return Answer(200, "", f"PMID- 12345678\n{text}".encode("utf-8", "replace"))

    try:
        told = services.ask_pubmed(["12345678"], ask)
    except NoAnswerError:
        return
    assert told.keys() == {"12345678"}


# --- going on --------------------------------------------------------------------------------------------------------


def test_a_run_that_broke_off_goes_on(tmp_path: Path) -> None:
    """What was answered is not asked again on the same day, also when the last line of the notebook is torn."""
    root = write_review(tmp_path)
    replies = read("_replies.yaml")
    down = {"status": 503, "text": "down"}
    with recorded(replies | {"https://doi.org/api/handles/10.1000/beta": down}) as service:
        assert run(root, service).lacks_services()
    notebook = root / ".cache" / "recheck.jsonl"
    torn = notebook.read_text("utf-8")
    notebook.write_text(torn[:-20], "utf-8")
    lost = json.loads(torn.splitlines()[-1])["about"]
    with recorded(replies) as service:
        report = run(root, service)
        assert not report.silent
        assert sorted(service.asked) == sorted(["https://doi.org/api/handles/10.1000/beta", lost])
    with recorded(replies) as service:
        run(root, service)
        assert service.asked == []
        run(root, service, anew=True)
        assert len(service.asked) == 8


def test_yesterdays_answers_are_forgotten(tmp_path: Path) -> None:
    root = write_review(tmp_path)
    with recorded(read("_replies.yaml")) as service:
        run(root, service)
        notebook = root / ".cache" / "recheck.jsonl"
        notebook.write_text(notebook.read_text("utf-8").replace("2026-11-25", "2026-11-24"), "utf-8")
        run(root, service)
    assert len(service.asked) == 16


# --- what is written -------------------------------------------------------------------------------------------------

STANDING = "standing:\n  status: ok\n  checked: 2024-06-01\n"
SOURCE = "evidence/sources/alpha2020.yaml"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "standing:\n  status: ok\n  checked: 2026-11-25\n"),
        (STANDING, STANDING.replace("2024-06-01", "2026-11-25")),
        (
            "standing: {status: ok, checked: 2024-06-01} # by Ann\n# end",
            "standing: {status: ok, checked: 2026-11-25} # by Ann\n# end",
        ),
        ("standing:\n  status: ok # Ann\n", "standing:\n  status: ok # Ann\n  checked: 2026-11-25\n"),
        ("standing:\r\n  status: ok\r\n", "standing:\r\n  status: ok\r\n  checked: 2026-11-25\r\n"),
        ("standing: {status: ok}\n", None),
        ("standing:\n  status: corrected\n  date: 2023-01-01\n", None),
        ("standing:\n  status: not_checked\n", None),
        ("standing:\n  status: ok\n  checked: 2027-01-01\n", None),
    ],
    ids=["none", "older", "one line", "no day", "CRLF", "no day in one line", "worse", "said unchecked", "newer"],
)
def test_only_what_nobody_said_is_written(tmp_path: Path, old: str, new: str | None) -> None:
    """A missing standing and the day of a check are written; every other byte stays, and so does what people said."""
    root = write_review(tmp_path, {SOURCE: [{"replace": STANDING, "by": ""}]})
    path = root / SOURCE
    path.write_bytes(path.read_bytes() + old.encode())
    before = path.read_bytes().decode()
    with recorded(read("_replies.yaml")) as service:
        report = run(root, service, write=True)
    assert path.read_bytes().decode() == (before if new is None else before.removesuffix(old) + new)
    assert (SOURCE in report.written) is (new is not None)
    assert load(root)[1] == []


def test_nothing_is_written_of_what_was_not_answered(tmp_path: Path) -> None:
    """A source gets no day of a check if a service was silent, or if none of them knows it."""
    root = write_review(tmp_path)
    down = {"https://api.crossref.org/works/10.1000/alpha": {"status": 500, "text": ""}}
    with recorded(read("_replies.yaml") | down) as service:
        report = run(root, service, write=True)
    assert report.written == ["evidence/sources/beta2021.yaml", "evidence/sources/gamma2022.yaml"]


def test_a_retraction_is_never_written_over_what_people_say(tmp_path: Path) -> None:
    """Where a record says ok, people have to read the notice; where it says nothing, the notice is written down."""
    retraction = read("a_retraction_that_crossref_and_retraction_watch_tell_of.yaml")["replies"]
    said = write_review(tmp_path / "said")
    unsaid = write_review(tmp_path / "unsaid", {SOURCE: [{"replace": STANDING, "by": ""}]})
    with recorded(read("_replies.yaml") | retraction) as service:
        before = (said / SOURCE).read_bytes()
        run(said, service, write=True)
        assert (said / SOURCE).read_bytes() == before
        report = run(unsaid, service, write=True)
    assert (
        (unsaid / SOURCE)
        .read_text("utf-8")
        .endswith("standing:\n  status: retracted\n  date: 2025-02-03\n  checked: 2026-11-25\n")
    )
    assert [finding.code for finding in report.findings] == ["now-retracted"]


# --- forms -----------------------------------------------------------------------------------------------------------


def hostile(tmp_path: Path) -> Report:
    title = "x ](javascript:alert(1)) @everyone <img src=x> `code` #1 **b** \x1b[31m\n# Heading\n::error::x"
    replies: Mapping[str, Any] = {
        "https://api.crossref.org/works/10.1000/alpha": {"status": 200, "json": {"message": {"title": [title]}}}
    }
    root = write_review(tmp_path, {SOURCE: [{"append": 'doubts:\n  - "See https://x.example/`@someone`)."\n'}]})
    with recorded(read("_replies.yaml") | dict(replies)) as service:
        return run(root, service)


def test_markdown_holds_no_markup_from_outside(tmp_path: Path) -> None:
    """Titles come from the network: in an issue they neither format, link nor call anybody."""
    from markdown_it import MarkdownIt

    text = FORMATS["markdown"](hostile(tmp_path))
    html = MarkdownIt("commonmark").render(text)
    assert "<img" not in html
    assert "<strong>" not in html
    assert 'href="javascript' not in html
    assert "<h1>" not in html
    assert "\x1b" not in text
    outside_code = "".join(part for index, part in enumerate(text.split("`")) if index % 2 == 0)
    assert "@everyone" not in outside_code
    assert "@someone" not in outside_code
    assert "### The DOI or PMID of a reference belongs to an article with another title\\. (1)" in text


def test_markdown_fits_an_issue(tmp_path: Path) -> None:
    """However much is found, the text stays below what an issue holds, and says that something is left out."""
    links = "".join(f'  - "https://gone.example/{"x" * 200}/{n}"\n' for n in range(400))
    root = write_review(tmp_path, {SOURCE: [{"append": f"doubts:\n{links}"}]})
    with recorded(read("_replies.yaml")) as service:
        text = FORMATS["markdown"](run(root, service))
    assert len(text) < 65_536
    assert "did not fit" in text


def test_json_for_programs(tmp_path: Path) -> None:
    """Findings with their place, as in ``check --format json``, and what was not answered."""
    found = json.loads(FORMATS["json"](hostile(tmp_path)))
    assert found.keys() == {"day", "asked", "findings", "unanswered", "written", "by_hand"}
    assert found["day"] == "2026-11-25"
    first = found["findings"][0]
    assert first.keys() == {"file", "line", "column", "code", "message", "hint", "key", "see", "cited_in"}
    assert (first["file"], first["line"], first["code"]) == ("evidence/references.bib", 8, "other-article")


# --- the command -----------------------------------------------------------------------------------------------------


def test_without_a_network_the_command_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be reached, the command says what to do instead, ends with 3 and claims nothing."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    root = write_review(tmp_path)
    assert main(["recheck", "--root", str(root), "--contact", "keeper@example.org", "--write"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Neither Crossref, PubMed nor the DOI system can be reached from here: api.crossref.org" in captured.err
    assert "Nothing was checked." in captured.err
    assert "2024-06-01" in (root / SOURCE).read_text("utf-8")


@pytest.mark.parametrize("arguments", [["--date", "25.11.2026"], ["--format", "github"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["recheck", *arguments])
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_without_records_there_is_nothing_to_ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recheck", "--root", str(tmp_path)]) == 1
    assert "There is no folder evidence/ here." in capsys.readouterr().err
