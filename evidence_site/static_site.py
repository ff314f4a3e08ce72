"""What ``mkdocs build`` would make of an emitted tree, without a Markdown parser, with few renderings.

The result is the same to the byte, in a small part of the time. It holds for sites whose settings leave nothing else to
MkDocs: no plugin, no hook, no other Markdown extension, no theme of the review's own. For all others MkDocs builds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.commands import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page
from mkdocs.theme import Theme

from evidence_site.assembled import EMPTY_FOLDER, Assembled
from evidence_site.compiled import Compiled
from evidence_site.emitted import TOC_DEPTH, EmittedPage, read_page
from evidence_site.folders import marks, remove, take, write
from evidence_site.identity import digest, generator
from evidence_site.theme import Pages

_EXTENSIONS = frozenset({"attr_list", "toc", "tables", "fenced_code"})
"""Markdown extensions that change nothing in an emitted page, or whose work ``emitted`` does."""
_TOC = {"permalink": True, "toc_depth": TOC_DEPTH}
_SAID = (
    "site_name", "site_url", "site_description", "site_author", "copyright", "extra", "extra_css", "extra_javascript",
    "nav",
)  # fmt: skip
"""The settings that show on pages, beside those of the theme."""


def can_assemble(config: MkDocsConfig) -> bool:
    """Whether these settings leave nothing to MkDocs that this module does not do."""
    asks_for_more = (
        config.plugins,
        config.hooks,
        config.repo_url,
        config.theme.custom_dir,
        config.extra_templates,
        config.exclude_docs,
        config.draft_docs,
        set(config.markdown_extensions) - _EXTENSIONS,
    )
    return (
        config.theme.name == "material"
        and not any(asks_for_more)
        and {"attr_list", "toc"} <= set(config.markdown_extensions)
        and dict(config.mdx_configs) == {"toc": _TOC}
    )


def stands(config: MkDocsConfig, files: Mapping[str, bytes], before: Assembled, folder: Path) -> bool:
    """Whether a folder, of which an earlier call told, holds the site of this tree and nothing else."""
    return (
        can_assemble(config)
        and before.files == files
        and before.look == _look(config, _in_navigation(config, files))
        and before.marks == marks(folder)
    )


def assemble(
    config: MkDocsConfig, files: Mapping[str, bytes], before: Assembled = EMPTY_FOLDER, elsewhere: Path | None = None
) -> Assembled | None:
    """Write the site of an emitted tree to the site folder; None, with nothing promised, if a page has an odd form.

    ``files`` is the tree by path. ``before`` is what the site folder holds already, or another folder ``elsewhere``
    from which it is taken: then only what differs is written, and what is no more is removed.
    """
    environment = _environment(config.theme, tuple(config.theme.dirs))
    in_navigation = _in_navigation(config, files)
    look = _look(config, in_navigation)
    fits = before.look == look and (elsewhere is None or take(before.marks, elsewhere, Path(config.site_dir)))
    old = before.files if fits else {}
    changed = sorted((name for name in files if old.get(name) != files[name]), key=_as_walked)
    if not all(in_navigation.values()):
        return None
    # The pages of the navigation, and those that change; all of them if something lists them all.
    same_pages = _pages(old) == _pages(files)
    listed = sorted({*in_navigation, *changed} if same_pages else files, key=_as_walked)
    every = Files([_file(config, name) for name in listed if name.endswith(".md")])
    pages = list(every)
    if not old:
        every.add_files_from_theme(environment, config)
    nav = get_navigation(every, config)
    documents = {file.src_uri: file.page or Page(None, file, config) for file in pages}
    for name, emitted in in_navigation.items():
        documents[name].markdown, documents[name].meta = "", dict(emitted.meta) if emitted else {}
    there = old if elsewhere else before.files
    for name in there.keys() - files.keys():
        remove(Path(_file(config, name).abs_dest_path))
    _put_statics(config, every, {name: files[name] for name in changed if name not in documents})
    if not same_pages:
        for template in config.theme.static_templates:
            for name in (template, f"{template}.gz"):
                # MkDocs would write into a file that is there, and so into one that another folder shares.
                Path(config.site_dir, name).unlink(missing_ok=True)
            mkdocs_build._build_theme_template(template, environment, every, config, nav)
    theme = Pages(config, environment, nav, [page.file for page in documents.values()])
    for name in changed:
        if name in documents:
            page = documents[name]
            # One page at a time: all of them as text would take more memory than everything else.
            emitted = in_navigation.get(name) or read_page(files[name].decode())
            if emitted is None:
                return None
            text = (theme.in_navigation if name in in_navigation else theme.outside)(page, emitted)
            write(Path(page.file.abs_dest_path), text.encode("utf-8", "xmlcharrefreplace"))
    return Assembled(look, files)


_environments: dict[tuple[str, ...], Environment] = {}


def _environment(theme: Theme, folders: tuple[str, ...]) -> Environment:
    """The theme's templates; kept while a site is served, since compiling them takes a while."""
    if folders not in _environments:
        _environments[folders] = theme.get_env()
        _environments[folders].auto_reload = True
        _environments[folders].bytecode_cache = Compiled("theme")
    return _environments[folders]


def _in_navigation(config: MkDocsConfig, files: Mapping[str, bytes]) -> dict[str, EmittedPage | None]:
    return {name: read_page(files[name].decode()) for name in _named(config.nav) if name in files}


def _look(config: MkDocsConfig, in_navigation: Mapping[str, EmittedPage | None]) -> str:
    said = [(name, config[name]) for name in _SAID] + sorted(dict(config.theme).items())
    titles = {name: page.meta.get("title") if page else "" for name, page in in_navigation.items()}
    templates = [
        path.read_bytes()
        for folder in config.theme.dirs[:-2]  # the last two are Material's and MkDocs' own, known by their versions
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    ]
    # The sitemap holds the time that this variable names.
    return digest(generator(), repr(said), repr(titles), os.environ.get("SOURCE_DATE_EPOCH", ""), *templates)


def _named(nav: Any) -> Iterator[str]:
    """The files that a navigation names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for value in nav.values():
            yield from _named(value)
    elif isinstance(nav, list):
        for value in nav:
            yield from _named(value)


def _as_walked(name: str) -> list[tuple[bool, bool, str]]:
    """The order in which MkDocs walks a folder: its files, an index first, then its folders."""
    *folders, file = name.split("/")
    is_index = file.rpartition(".")[0] in ("index", "README")
    return [*((True, True, folder) for folder in folders), (False, not is_index, file)]


def _pages(files: Mapping[str, bytes]) -> set[str]:
    return {name for name in files if name.endswith(".md")}


def _file(config: MkDocsConfig, name: str) -> File:
    return File(name, config.docs_dir, config.site_dir, use_directory_urls=True)


def _put_statics(config: MkDocsConfig, every: Files, changed: Mapping[str, bytes]) -> None:
    for file in every:
        if file.abs_src_path and not file.is_documentation_page():  # it is the theme's
            write(Path(file.abs_dest_path), Path(file.abs_src_path).read_bytes())
    for name, content in changed.items():
        if not any(part.startswith(".") for part in name.split("/")):  # MkDocs leaves those out
            write(Path(config.site_dir, name), content)
