"""What ``mkdocs build`` would make of an emitted tree, without a Markdown parser, with few renderings.

The result is the same to the byte, in a small part of the time. It holds for sites whose settings leave nothing else to
MkDocs: no plugin, no hook, no other Markdown extension, no theme of the review's own. For all others MkDocs builds.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mkdocs.commands import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page

from evidence_site.emitted import TOC_DEPTH, read_page
from evidence_site.theme import Theme

_EXTENSIONS = frozenset({"attr_list", "toc", "tables", "fenced_code"})
"""Markdown extensions that change nothing in an emitted page, or whose work ``emitted`` does."""
_TOC = {"permalink": True, "toc_depth": TOC_DEPTH}


def can_assemble(config: MkDocsConfig) -> bool:
    """Whether these settings leave nothing to MkDocs that this module does not do."""
    asks_for_more = (
        config.plugins,
        config.hooks,
        config.repo_url,
        config.theme.custom_dir,
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


def assemble(config: MkDocsConfig, files: Mapping[str, bytes]) -> bool:
    """Write the site of an emitted tree to the site folder; False, with nothing promised, if a page has an odd form.

    ``files`` is the tree by path, and also stands in the docs folder of the settings.
    """
    pages = {name: read for name in files if name.endswith(".md") and (read := read_page(files[name].decode()))}
    if len(pages) != sum(name.endswith(".md") for name in files):
        return False
    environment = config.theme.get_env()
    listed = [
        File(name, config.docs_dir, config.site_dir, use_directory_urls=True) for name in sorted(files, key=_as_walked)
    ]
    every = Files(listed)
    every.add_files_from_theme(environment, config)
    nav = get_navigation(every, config)
    documents = [(file, file.page or Page(None, file, config)) for file in listed if file.src_uri in pages]
    for file, page in documents:
        page.markdown, page.meta = "", dict(pages[file.src_uri].meta)
    _put_statics(config, every, listed)
    for template in config.theme.static_templates:
        mkdocs_build._build_theme_template(template, environment, every, config, nav)
    for name in config.extra_templates:
        mkdocs_build._build_extra_template(str(name), every, config, nav)
    theme = Theme(config, environment, nav, [file for file, _ in documents])
    in_navigation = {page.file.src_uri for page in nav.pages}
    for file, page in documents:
        render = theme.in_navigation if file.src_uri in in_navigation else theme.outside
        _write(Path(file.abs_dest_path), render(page, pages[file.src_uri]).encode("utf-8", "xmlcharrefreplace"))
    return True


def _as_walked(name: str) -> list[tuple[bool, bool, str]]:
    """The order in which MkDocs walks a folder: its files, an index first, then its folders."""
    *folders, file = name.split("/")
    is_index = file.rpartition(".")[0] in ("index", "README")
    return [*((True, True, folder) for folder in folders), (False, not is_index, file)]


def _put_statics(config: MkDocsConfig, every: Files, of_tree: Sequence[File]) -> None:
    ours = {file.src_uri for file in of_tree}
    for file in _statics(every):
        target = Path(file.abs_dest_path)
        if file.src_uri in ours:
            # Files of the tree are never changed in place, so that the site can share them.
            _share(Path(config.docs_dir, file.src_uri), target)
        elif file.abs_src_path:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.abs_src_path, target)


def _statics(files: Files) -> Iterator[File]:
    return (file for file in files if not file.is_documentation_page())


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _share(source: Path, target: Path) -> None:
    """Put a second name of a file there, or a copy where the disk allows no second name."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        _share(source, target)
    except OSError:
        shutil.copyfile(source, target)
