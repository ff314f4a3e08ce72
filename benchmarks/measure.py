"""One measurement in a process of its own, printed as JSON: seconds of processor time by stage, memory, pages, bytes.

``python benchmarks/measure.py WHAT ROOT SITE`` where WHAT is ``build`` (everything from the records to the site), ``floor``
(plain MkDocs with Material over the tree that we emit), ``check`` (load and check alone), ``read`` (the same files by
PyYAML's C loader and pybtex), ``change`` (one study edited while the site is served), ``again`` (the command itself, again
and again, each time in a process of its own), ``hugo`` (Hugo over that tree, where it is installed) or ``copy`` (the site
copied).
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START = time.process_time()
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mkdocs.commands import build as mkdocs_build

from benchmarks.hugo import write_source
from evidence_site import making, publishing, search_index, site_settings
from evidence_site.checks import check
from evidence_site.history import last_changes
from evidence_site.news import news
from evidence_site.pages import Tree, render, renderer
from evidence_site.review import link, load
from evidence_site.serving import Preview

STAGES: dict[str, float] = {}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the processor time of what is done here to a stage, and take it from the stage around it."""
    start = time.process_time()
    inner = sum(STAGES.values())
    yield
    STAGES[name] = STAGES.get(name, 0.0) + time.process_time() - start - (sum(STAGES.values()) - inner)


def made(root: Path) -> Tree:
    """Everything up to the engine, stage by stage."""
    with stage("load"):
        evidence, problems = load(root)
        assert evidence is not None, problems
    with stage("link"):
        review = link(evidence)
    with stage("check"):
        check(review)
    search = search_index.indexed

    def timed(*arguments: Any) -> search_index.Index:
        with stage("search index"):
            return search(*arguments)

    setattr(renderer, "indexed", timed)  # noqa: B010  # it is imported there by name
    with stage("render"):
        config, found = site_settings.load_configuration(root)
        assert config is not None, found
        return render(
            review,
            root,
            site_settings.template_folders(root),
            last_changes(root),
            site_settings.settings(config),
            news=news(root, review),
        )


def build(root: Path, site: Path) -> None:
    """From the records to the published site."""
    STAGES["start"] = time.process_time() - START
    tree = made(root)
    build_ = publishing._build

    def engine_(*arguments: Any) -> Any:
        with stage("engine"):
            return build_(*arguments)

    setattr(publishing, "_build", engine_)  # noqa: B010  # so that it is told from publishing
    with stage("publish"):
        problems, _ = publishing.publish(root, tree, site)
    assert not problems, problems
    publishing.write_tree(tree, site_settings.docs_folder(root))  # for the floor
    (root / "build" / "nav.json").write_text(json.dumps(list(tree.nav)), "utf-8")


def floor(root: Path, site: Path) -> None:
    """Plain MkDocs with Material and its search over the tree that a build left behind."""
    tree = json.loads((root / "build" / "nav.json").read_text("utf-8"))
    config, found = site_settings.load_configuration(root, site_dir=str(site), nav=tree, plugins=["search"])
    assert config is not None, found
    site_settings.prepare(config)
    with stage("engine"):
        config.plugins.on_startup(command="build", dirty=False)
        mkdocs_build.build(config)


def change(root: Path, site: Path) -> None:
    """One study edited while the site is served: the time until the site is up to date again."""
    site.mkdir()
    preview = Preview(root, site, making.remaking(root), "http://127.0.0.1:8000/")
    assert preview.refresh() == []
    with edited(root), stage("one study changed"):
        assert preview.refresh() == []
    with stage("nothing changed but that back"):
        assert preview.refresh() == []


def again(root: Path, site: Path) -> None:
    """The command: a first build that keeps what it made, one with nothing changed, one with a study changed."""
    script = Path(__file__).resolve().parent.parent / "build_site.py"
    build_it = (sys.executable, script, "--root", root, "--site-dir", site)
    shutil.rmtree(root / "build", ignore_errors=True)
    run("a first build that keeps what it made", *build_it)
    run("nothing changed", *build_it)
    with edited(root):
        run("one study changed", *build_it)
    shutil.rmtree(root / "build", ignore_errors=True)


def run(name: str, *command: str | Path) -> None:
    """The processor time of a program as a stage."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    STAGES[name] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def hugo(root: Path, site: Path) -> None:
    """Hugo over the tree that a build left behind; nothing where it is not installed."""
    if shutil.which("hugo"):
        source = site.with_name("hugo")
        shutil.rmtree(source, ignore_errors=True)
        nav = json.loads((root / "build" / "nav.json").read_text("utf-8"))
        write_source(site_settings.docs_folder(root), nav, source)
        run("hugo", "hugo", "--source", source, "--destination", site)
        shutil.rmtree(source)


@contextmanager
def edited(root: Path) -> Iterator[None]:
    """Another title for one study, for a while."""
    study = sorted((root / "evidence" / "studies").glob("*.yaml"))[1]
    text = study.read_text("utf-8")
    study.write_text(text.replace("title: ", "title: Another ", 1), "utf-8")
    yield
    study.write_text(text, "utf-8")


def read(root: Path) -> None:
    """The same files by PyYAML's C loader and pybtex, and nothing done with them."""
    import yaml
    from pybtex.database import parse_file

    with stage("read"):
        for path in sorted((root / "evidence").rglob("*.yaml")):
            yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        parse_file(str(root / "evidence" / "references.bib"), "bibtex")


def check_alone(root: Path) -> None:
    """Load, link and check."""
    with stage("check alone"):
        evidence, problems = load(root)
        assert evidence is not None, problems
        check(link(evidence))


def main(what: str, root: Path, site: Path) -> None:
    """Measure one thing and print it."""
    if what == "copy":
        target = site.with_name("copy")
        with stage("copy"):
            shutil.copytree(site, target)
        shutil.rmtree(target)
    elif what in ("check", "read"):
        (check_alone if what == "check" else read)(root)
    else:
        {"build": build, "floor": floor, "change": change, "again": again, "hugo": hugo}[what](root, site)
    files = [path for path in site.rglob("*") if path.is_file()] if site.is_dir() else []
    print(
        json.dumps(
            {
                "stages": STAGES,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "pages": sum(path.name == "index.html" for path in files),
                "bytes": sum(path.stat().st_size for path in files),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
