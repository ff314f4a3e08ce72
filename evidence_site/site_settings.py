"""The settings of a site: MkDocs' configuration of a review, and the folders that it is made with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

import yaml
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from evidence_site import files, limits, records as r
from evidence_site.folders import PACKAGED
from evidence_site.mkdocs_warnings import collected
from evidence_site.pages import Settings
from evidence_site.policy import POLICY_IN_PAGE
from evidence_site.problems import Place, Problem
from evidence_site.record_reading import read_record
from evidence_site.settings_reading import problem_of_settings

POLICY_SETTING = "content_security_policy"
"""In mkdocs.yml under ``extra``: another policy for pages than the strict one, or false for none."""


def template_folders(root: Path) -> list[Path]:
    """Where templates are looked for: the review's own first, then those that come with the generator."""
    own = root / "templates"
    return [own, PACKAGED] if own.is_dir() and own.resolve() != PACKAGED else [PACKAGED]


def theme_folders(root: Path) -> list[Path]:
    """Where overrides of the theme are looked for: the review's own first, then those that come with the generator."""
    config, _ = load_configuration(root)
    own = config.theme.custom_dir if config else None
    return [*([Path(own)] if own else []), PACKAGED / "theme"]


def configuration_file(root: Path) -> Path:
    """The review's mkdocs.yml, or the default one."""
    own = root / "mkdocs.yml"
    return own if own.is_file() else PACKAGED / "mkdocs.yml"


def settings(config: Mapping[str, Any]) -> Settings:
    """What pages need of a loaded configuration."""
    extra = config.get("extra") or {}
    repository = str(extra.get("repository") or "").rstrip("/")
    if not repository.startswith("https://"):
        repository = ""
    url = str(config.get("site_url") or "")
    return Settings(
        repository,
        str(extra.get("branch") or "main"),
        f"{url.rstrip('/')}/" if url else "",
        unescape(str(config.get("site_name") or "")),
    )


def site_url(root: Path) -> str:
    """Where the site is published, as mkdocs.yml says; empty if it does not, or cannot be read."""
    config, _ = load_configuration(root)
    return str(config.site_url or "") if config else ""


def load_configuration(root: Path, **overrides: Any) -> tuple[MkDocsConfig | None, list[Problem]]:
    """MkDocs' settings for the review, or what is wrong with them in plain words."""
    file = configuration_file(root)
    shown = file.name
    refused = problem_of_settings(root / "mkdocs.yml", "mkdocs.yml")
    found = [*([refused] if refused else []), *_unreadable_templates(root)]
    if found:
        return None, found
    warnings: list[str] = []
    docs_folder(root).mkdir(parents=True, exist_ok=True)  # MkDocs wants the folder before it reads on
    try:
        with collected(warnings):
            config = load_config(str(file), hooks=[], docs_dir=str(docs_folder(root)), **overrides)
    except (MkDocsException, AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        # MkDocs passes on what Python says of settings that it did not think of.
        said = [str(error), *warnings]
        return None, [
            Problem(
                Place(shown),
                "site-settings",
                f"The settings of the site cannot be used: {' '.join(' '.join(said).split())}",
                "Compare mkdocs.yml with the one that comes with the generator.",
            )
        ]
    if file.parent == PACKAGED:
        # Themes put the name into pages as it is, and this one is a contributor's text.
        config.site_name = str(escape(_name_of(root) or config.site_name))
    return config, []


def _unreadable_templates(root: Path) -> list[Problem]:
    folder = root / "templates"
    if folder.resolve() == PACKAGED:
        return []
    # Styles and scripts are looked at when they are copied.
    return files.unreadable(folder, "templates", limits.TEMPLATE_BYTES, but="templates/assets/")


def _name_of(root: Path) -> str:
    """What the review is called, for one that brings no settings; empty if that cannot be read."""
    loaded, _ = read_record(r.Review, root / "evidence" / "review.yaml", "evidence/review.yaml")
    return loaded.record.short_title if loaded else ""


def docs_folder(root: Path) -> Path:
    """Where the tree is written for MkDocs, if that has to build it."""
    return root / "build" / "docs"


def prepare(config: MkDocsConfig) -> None:
    """Settings that the pages rely on, whatever mkdocs.yml says."""
    # MkDocs writes the day of the build into sitemap.xml.gz; the same records shall make the same bytes on any day.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    config.use_directory_urls = True
    config.extra.setdefault(POLICY_SETTING, POLICY_IN_PAGE)
    theme = str(PACKAGED / "theme")
    if theme not in config.theme.dirs:
        # Behind a review's own overrides, before the theme itself.
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, theme)
