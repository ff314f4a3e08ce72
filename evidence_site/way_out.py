"""The way out: a folder from which other engines build the same site, without this generator.

It holds pages, settings and theme as MkDocs, ProperDocs and Zensical read them alike. Each page is an ``index.md`` in a
folder of its own: Zensical takes the links of other pages for paths between source files, and would bend them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from evidence_site import files, limits
from evidence_site.policy import POLICY_IN_PAGE
from evidence_site.problems import Problem

_OURS = frozenset({"docs_dir", "site_dir", "hooks", "nav"})
"""Settings that the folder answers itself."""
_STATIC_TEMPLATES = frozenset({"sitemap.xml"})
"""Templates that only MkDocs and ProperDocs fill; without them each engine makes its own."""


def tree(
    pages: Mapping[str, bytes], nav: Sequence[Any], settings: str, themes: Sequence[Path]
) -> tuple[dict[str, bytes], list[Problem]]:
    """Every file of the folder, by path.

    ``pages`` are the files for the engine, ``nav`` their navigation, ``settings`` the text of mkdocs.yml, which MkDocs
    could read, ``themes`` the folders with overrides of the theme, the first match first.
    """
    made = {f"docs/{_moved(path)}": content for path, content in pages.items()}
    problems: list[Problem] = []
    for theme in reversed(themes):
        for found in files.walk(theme, "theme", limits.FOLDER_FILES):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            name, entry = found
            content = files.read_bytes(Path(entry.path), name, limits.PICTURE_BYTES)
            if isinstance(content, Problem):
                problems.append(content)
            elif name.removeprefix("theme/") not in _STATIC_TEMPLATES:
                made[name] = content
    made["mkdocs.yml"] = _settings(settings, nav).encode()
    return made, problems


def _moved(path: str) -> str:
    stem = path.removesuffix(".md")
    return path if stem == path or stem.rpartition("/")[2] == "index" else f"{stem}/index.md"


def _moved_nav(nav: Any) -> Any:
    if isinstance(nav, str):
        return _moved(nav)
    if isinstance(nav, Mapping):
        return {title: _moved_nav(inner) for title, inner in nav.items()}
    return [_moved_nav(inner) for inner in nav]


# --- settings: changed as YAML's nodes, so that !ENV and the like stay what they are ---------------------------------


def _settings(text: str, nav: Sequence[Any]) -> str:
    node = _parsed(text)
    if not isinstance(node, MappingNode):
        node = MappingNode("tag:yaml.org,2002:map", [])
    node.value = [(key, value) for key, value in node.value if key.value not in _OURS]
    _give(node, "docs_dir", _text("docs"))
    _give(node, "nav", _node(_moved_nav(list(nav))))
    theme = _get(node, "theme")
    if not isinstance(theme, MappingNode):
        name = theme.value if isinstance(theme, ScalarNode) else "material"
        theme = MappingNode("tag:yaml.org,2002:map", [(_text("name"), _text(name))])
        _give(node, "theme", theme)
    _give(theme, "custom_dir", _text("theme"))
    features = _get(theme, "features")
    if isinstance(features, SequenceNode):
        # Every page is an index here; the first of a section would be taken for that of the section.
        features.value = [feature for feature in features.value if feature.value != "navigation.indexes"]
    extra = _get(node, "extra")
    if not isinstance(extra, MappingNode):
        extra = MappingNode("tag:yaml.org,2002:map", [])
        _give(node, "extra", extra)
    if _get(extra, "content_security_policy") is None:
        _give(extra, "content_security_policy", _text(POLICY_IN_PAGE))
    written: str = yaml.serialize(node, Dumper=yaml.SafeDumper, allow_unicode=True, width=100)
    return written


def _text(value: str) -> ScalarNode:
    return ScalarNode("tag:yaml.org,2002:str", value)


def _parsed(text: str) -> Node | None:
    node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def _node(data: Any) -> Node:
    return _parsed(yaml.safe_dump(data, allow_unicode=True, sort_keys=False)) or _text("")


def _get(node: MappingNode, name: str) -> Node | None:
    return next((value for key, value in node.value if key.value == name), None)


def _give(node: MappingNode, name: str, value: Node) -> None:
    node.value = [pair for pair in node.value if pair[0].value != name]
    node.value.append((_text(name), value))
