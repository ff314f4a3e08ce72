"""The tree that we emit as a source for Hugo, the fastest of the common generators of static sites.

Hugo gets a plain layout (head, navigation, table of contents, content) and no search, so that its time is the least
that it can take. Its index pages of folders are named ``_index.md``; all else of a page is read as it is.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_LAYOUT = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }} - {{ .Site.Title }}</title>
<meta name="description" content="{{ .Params.description }}">{{ .Params.head | safeHTML }}
<link rel="canonical" href="{{ .Permalink }}"></head>
<body>
<nav><ul>{{ range .Site.Params.pages }}<li><a href="{{ .address }}">{{ .title }}</a></li>{{ end }}</ul></nav>
{{ .TableOfContents }}
<main>{{ .Content }}</main>
</body>
</html>
"""


def write_source(docs: Path, nav: Sequence[Any], folder: Path) -> None:
    """Write what Hugo builds from: pages and other files of an emitted tree, a layout and settings."""
    for path in sorted(docs.rglob("*")):
        name = path.relative_to(docs).as_posix()
        if path.is_file() and not name.startswith("search/"):
            target = folder / ("content" if name.endswith(".md") else "static") / name
            if target.name == "index.md":
                target = target.with_name("_index.md")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    for kind in ("single", "list"):
        (layouts / f"{kind}.html").write_text(_LAYOUT, "utf-8")
    settings = {
        "baseURL": "https://example.org/",
        "title": "Review",
        "disableKinds": ["taxonomy", "term", "RSS"],
        "markup": {"goldmark": {"renderer": {"unsafe": True}}, "tableOfContents": {"endLevel": 3}},
        "params": {"pages": list(_pages(nav))},
    }
    (folder / "config.json").write_text(json.dumps(settings), "utf-8")


def _pages(nav: Any, title: str = "") -> Iterator[dict[str, str]]:
    if isinstance(nav, str):
        yield {
            "title": title or nav,
            "address": f"/{nav.removesuffix('.md').removesuffix('index')}/".replace("//", "/"),
        }
    elif isinstance(nav, dict):
        for name, value in nav.items():
            yield from _pages(value, name)
    else:
        for value in nav:
            yield from _pages(value, title)
