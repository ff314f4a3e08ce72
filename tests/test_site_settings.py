"""The settings of a site: what pages need of them, and what is said of those that cannot be used."""

from __future__ import annotations

from pathlib import Path

from reviews import write_review

from evidence_site import site_settings


def test_settings_that_cannot_be_read_are_a_problem(tmp_path: Path) -> None:
    """What MkDocs says of its settings is passed on in one line, with the file to look at."""
    root = write_review(tmp_path, {"mkdocs.yml": "site_name: [X\n"})
    config, problems = site_settings.load_configuration(root)
    assert config is None
    assert [(problem.place.file, problem.code) for problem in problems] == [("mkdocs.yml", "site-settings")]
    assert "\n" not in problems[0].message


def test_edit_links_only_lead_to_the_web() -> None:
    """A repository that is not on the web gives no links to edit records."""
    assert (
        site_settings.settings({"extra": {"repository": "https://example.org/r/", "branch": "next"}}).repository
        == "https://example.org/r"
    )
    for repository in ("javascript:alert(1)", "http://example.org", "", None):
        assert site_settings.settings({"extra": {"repository": repository}}).repository == ""
    assert site_settings.settings({"extra": None}).branch == "main"


def test_a_review_without_settings_is_called_by_its_name(tmp_path: Path) -> None:
    """The packaged settings serve every review; the name above its pages is its own, and stays text there."""
    root = write_review(tmp_path, {"mkdocs.yml": None})
    text = (root / "evidence" / "review.yaml").read_text("utf-8")
    (root / "evidence" / "review.yaml").write_text(
        text.replace("short_title: Example review", 'short_title: "A <b> & C"')
    )
    config, problems = site_settings.load_configuration(root)
    assert config is not None and problems == []
    assert config.site_name == "A &lt;b&gt; &amp; C"
    assert site_settings.settings(config).name == "A <b> & C"
