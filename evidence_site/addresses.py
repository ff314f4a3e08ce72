"""The addresses of pages: made of ids, so that they stay when titles change. They are a public promise."""

from __future__ import annotations

import posixpath
import re

HOME = ""
TREATMENTS = "treatments/"
STUDIES = "studies/"
STUDIES_BY_YEAR = "studies/year/"
OUTCOMES = "outcomes/"
TOPICS = "topics/"
CASES = "case/"
REFERENCES = "references/"
REFERENCES_BY_AUTHOR = "references/author/"
DOWNLOADS = "downloads/"
WHATS_NEW = "whats-new/"
FEED = "feed.xml"
GLOSSARY = "glossary/"
DICTIONARY = "data-dictionary/"
PROBLEMS = "problems/"
RISK_OF_BIAS = "risk-of-bias/"
CARE = "care/"
OVERLAPS = "overlaps/"
EVIDENCE_MAP = "evidence-map/"
CASE_LANES = "charts/case-lanes/"
SEARCH_FLOW = "search-flow/"
EXPLORE = "explore/"
_EVIDENCE = "evidence/"


def treatment(id_: str) -> str:
    """The page of a treatment class."""
    return f"{TREATMENTS}{id_}/"


def evidence_of(treatment_: str) -> str:
    """The page with what stands behind a treatment's: every result, who was studied, what the sources say."""
    return f"{treatment(treatment_)}{_EVIDENCE}"


def statement(page: str, field: str, id_: str) -> str:
    """Where a statement stands, given the page of its record and the field that holds it.

    What sources say of a treatment and how it works stand with its evidence, its cautions on its own page.
    """
    if page.startswith(TREATMENTS) and field in ("statements", "mechanism"):
        page += _EVIDENCE
    return f"{page}#{id_}"


def study(id_: str) -> str:
    """The page of a study."""
    return f"{STUDIES}{id_}/"


def studies_of(treatment_: str) -> str:
    """Where the pages with the studies of a treatment begin, if they are too many for its own."""
    return f"{treatment(treatment_)}studies/"


def outcome(id_: str) -> str:
    """The page of an outcome."""
    return f"{OUTCOMES}{id_}/"


def results_of(outcome_: str, treatment_: str) -> str:
    """Where the pages with the results of an outcome under a treatment begin, if they are too many for its own."""
    return f"{outcome(outcome_)}{treatment_}/"


def topic(id_: str) -> str:
    """The page of a topic."""
    return f"{TOPICS}{id_}/"


def case(id_: str) -> str:
    """The page of a case."""
    return f"{CASES}{id_}/"


def reference_slug(key: str) -> str:
    """A reference's key as it stands in addresses: what cannot stand there becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", key).strip(".").lower()


def reference(key: str) -> str:
    """The page of a reference."""
    return f"{REFERENCES}{reference_slug(key)}/"


def record_copy(file: str) -> str:
    """The copy of an evidence file that the site publishes: ``records/studies/hong2018.yaml``."""
    return "records/" + file.removeprefix("evidence/")


def source_path(address: str) -> str:
    """The Markdown file that an engine turns into the page at an address."""
    if address == "" or address in _INDEXES:
        return f"{address}index.md"
    return address.rstrip("/") + ".md"


_INDEXES = frozenset({TREATMENTS, STUDIES, OUTCOMES, TOPICS, CASES, REFERENCES, DOWNLOADS})


def _way(path: str, start: str) -> str:
    if "/." in f"/{path}" or "//" in path:
        return posixpath.relpath(f"/{path}", f"/{start}")
    target, here = path.rstrip("/").split("/") if path else [], start.rstrip("/").split("/") if start else []
    shared = 0
    for one, other in zip(target, here, strict=False):
        if one != other:
            break
        shared += 1
    return "/".join([".."] * (len(here) - shared) + target[shared:]) or "."


def relative(target: str, start: str) -> str:
    """The link from the page at ``start`` to ``target``, which may end in a fragment."""
    path, mark, fragment = target.partition("#")
    if path == start and mark:
        return f"#{fragment}"
    link = _way(path, start)
    if path == "" or path.endswith("/"):
        link += "/"
    return link + mark + fragment
