"""The public site: editions and previews stand beside the current one, and an archive can do no harm."""

from __future__ import annotations

import io
import posixpath
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from html_pages import read_page
from reviews import write_review

from evidence_site import editions as e
from evidence_site.cli import main


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("now")
    return folder


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def added(site: Path, *, editions: Mapping[str, Path] | None = None, previews: Mapping[str, Path] | None = None) -> str:
    said: list[str] = []
    e.assemble(site, editions or {}, previews or {}, said.append)
    return "\n".join(said)


def test_editions_and_previews_stand_beside_the_site(site: Path, tmp_path: Path) -> None:
    """At v/TAG/ and preview/NUMBER/, whichever way they were packed, and the current site is untouched."""
    old = tarred(
        tmp_path / "old.tar.gz",
        [(member("./", tarfile.DIRTYPE), b""), (member("./index.html"), b"old"), (member("./a/x.css"), b"x")],
    )
    new = zipped(tmp_path / "new.zip", {"index.html": b"new", "studies/": b"", "studies/a b.json": b"{}"})
    assert added(site, editions={"v1.0": old}, previews={"12": new}) == "preview/12: added\nv/v1.0: added"
    found = {p.relative_to(site).as_posix(): p.read_text() for p in site.rglob("*") if p.is_file()}
    assert found == {
        "index.html": "now",
        "v/v1.0/index.html": "old",
        "v/v1.0/a/x.css": "x",
        "preview/12/index.html": "new",
        "preview/12/studies/a b.json": "{}",
    }


@pytest.mark.parametrize(
    "name",
    [
        "../index.html",
        "/etc/x.html",
        "a/../../x.html",
        "a\\..\\x.html",
        "C:x.html",
        "a//x.html",
        "x\n.html",
        ".../x.html",
    ],
)
def test_nothing_leaves_its_place(site: Path, tmp_path: Path, name: str) -> None:
    """A path that leads elsewhere, on whatever system, keeps the whole archive out."""
    before = sorted(tmp_path.rglob("*.html"))
    archive = tarred(tmp_path / "x.tar.gz", [(member("index.html"), b"x"), (member(name), b"bad")])
    assert "left out: it holds a file with the odd name" in added(site, editions={"v1": archive})
    packed = zipped(tmp_path / "x.zip", {"index.html": b"x", name: b"bad"})
    assert "left out" in added_again(site, packed)
    assert sorted(tmp_path.rglob("*.html")) == before


def added_again(site: Path, archive: Path) -> str:
    for folder in (e.EDITIONS, e.PREVIEWS):
        if (site / folder).is_dir():
            (site / folder).rmdir()
    return added(site, previews={"1": archive})


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_stay_out(site: Path, tmp_path: Path, kind: bytes) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("secret")
    archive = tarred(tmp_path / "x.tar.gz", [(member("index.html"), b"x"), (member("y.html", kind, str(secret)), b"")])
    assert "left out: it holds" in added(site, editions={"v1": archive})
    assert not (site / "v" / "v1").exists()


def test_a_link_in_a_zip_stays_out(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("index.html", "x")
        info = zipfile.ZipInfo("y.html")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/hostname")
    assert "left out: it holds a link or device" in added(site, previews={"1": path})


@pytest.mark.parametrize("name", ["a.sh", "a.exe", "a.htaccess", "CNAME", "a.php"])
def test_only_what_a_site_is_made_of_comes_in(site: Path, tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "x.zip", {"index.html": b"x", name: b"x"})
    assert "which is no part of a site" in added(site, previews={"1": archive})


@pytest.mark.parametrize("tag", ["..", "a/b", "", "a b", "-x", "x" * 70, "a..b"])
def test_odd_tags_stay_out(site: Path, tmp_path: Path, tag: str) -> None:
    archive = zipped(tmp_path / "x.zip", {"index.html": b"x"})
    assert "left out: its name cannot stand in an address" in added(site, editions={tag: archive})


def test_there_is_a_limit_to_everything(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small archive that unpacks to much is stopped while it does, and the oldest edition is the one that gives way."""
    bomb = zipped(tmp_path / "bomb.zip", {"index.html": b"\0" * 3_000_000})
    monkeypatch.setattr(e, "MOST_OF_ONE", 1_000_000)
    assert "left out: it is too large" in added(site, previews={"1": bomb})
    monkeypatch.setattr(e, "MOST_BYTES", 250_000)
    each = zipped(tmp_path / "each.zip", {"index.html": b"\0" * 100_000})
    said = added(site, editions={"v3": each, "v2": each, "v1": each})
    assert [line.split(": ")[1] for line in said.splitlines()] == ["added", "added", "left out"]
    monkeypatch.setattr(e, "MOST_FILES", 1)
    many = zipped(tmp_path / "many.zip", {"index.html": b"", "b.html": b""})
    assert "more than 1 files" in added_to_new(tmp_path, many)


def added_to_new(tmp_path: Path, archive: Path) -> str:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "index.html").write_text("")
    return added(fresh, previews={"1": archive})


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken", b"\x1f\x8bbroken"])
def test_broken_archives_stay_out(site: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert "left out: it is no archive that can be read" in added(site, editions={"v1": path})


def test_the_command(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It adds what it can, and refuses what is no built site."""
    archive = zipped(tmp_path / "x.zip", {"index.html": b"x"})
    arguments = ["--edition", f"v1={archive}", "--edition", f"v0={tmp_path / 'nowhere'}"]
    assert main(["assemble", "--site-dir", str(site), *arguments]) == 0
    assert "v/v1: added\nv/v0: left out" in capsys.readouterr().err
    assert main(["assemble", "--site-dir", str(site), *arguments]) == 2
    assert main(["assemble", "--site-dir", str(tmp_path / "none")]) == 2


def test_a_slip_in_the_name_of_a_file_can_be_mended(site: Path, tmp_path: Path) -> None:
    """It is told as what it is, and leaves nothing behind that would stand in the way of the next attempt."""
    before = set(site.rglob("*"))
    said = added(site, editions={"v1": tmp_path / "nowhere.zip"})
    assert said == f"v/v1: left out: there is no file {tmp_path / 'nowhere.zip'}"
    inside = zipped(tmp_path / "inside.zip", {"site/index.html": b"x"})
    assert "left out: it holds no site: index.html has to lie in it outside" in added(site, previews={"1": inside})
    assert set(site.rglob("*")) == before
    assert added(site, editions={"v1": zipped(tmp_path / "x.zip", {"index.html": b"x"})}) == "v/v1: added"


@pytest.mark.parametrize("option", ["--edition", "--preview"])
@pytest.mark.parametrize("value", ["v1", "v1=", "=x.zip"])
def test_an_archive_has_a_name_and_a_file(
    site: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    """A slip in an option is wrong usage, and nothing is added."""
    before = set(site.rglob("*"))
    with pytest.raises(SystemExit) as ended:
        main(["assemble", "--site-dir", str(site), option, value])
    assert ended.value.code == 2
    assert f"“{value}”" in capsys.readouterr().err
    assert set(site.rglob("*")) == before


def test_a_built_site_is_taken_whole(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the generator puts into a site comes into an edition, but for what is only for its own host."""
    built = tmp_path / "built"
    assert main(["build", "--root", str(write_review(tmp_path / "review")), "--site-dir", str(built)]) == 0
    capsys.readouterr()
    files = {path.relative_to(built).as_posix(): path.read_bytes() for path in built.rglob("*") if path.is_file()}
    assert added(site, editions={"v1": zipped(tmp_path / "built.zip", files)}) == "v/v1: added"
    edition = site / "v" / "v1"
    taken = {path.relative_to(edition).as_posix() for path in edition.rglob("*") if path.is_file()}
    assert taken == files.keys() - e.LEFT_OUT


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("EVIDENCE_EDITION", "v1.0", "released as v1.0, kept unchanged"), ("EVIDENCE_PROPOSAL", "12", "do not act on it")],
)
def test_a_reader_of_another_edition_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    words: str,
) -> None:
    """Every page of an edition or preview says so on top, leads to the same page of today, and is not for search engines."""
    monkeypatch.setenv(name, value)
    root = write_review(tmp_path, {"mkdocs.yml": None})
    site = tmp_path / "site" / "v" / "v1.0"
    assert main(["build", "--root", str(root), "--site-dir", str(site)]) == 0
    capsys.readouterr()
    for address in ("", "studies/alpha2020/"):
        page = read_page(site / address / "index.html", address)
        assert page.meta("robots") == "noindex"
        (banner,) = page.html.of_class("md-banner")
        assert words in banner.text
        (link,) = banner.all("a")
        here = posixpath.join("/v/v1.0/", address, link["href"])
        assert posixpath.normpath(here) == posixpath.normpath(f"/{address}")
