"""A small review that pools: its drug A asks for studies to be compared with waiting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reviews import linked, write_review

from evidence_site.synthesis import Analysis, analyses

OUTCOME = """
- id: score
  name: Score
  definition: "How it is scored."
  direction: lower_is_better
  importance: critical
  units: [points, "%"]
"""
"""What can be measured, beside the pain of the small review, which persons have or have not."""


def write_pooled(root: Path, studies: Mapping[str, str], **fields: object) -> Path:
    """Write the review into a folder and give that back.

    ``studies`` are the texts of their files by id, and ``fields`` say what is pooled; one that is None is left out.
    """
    said = {"against": "waiting", "model": "random_effects", "rationale": "They are alike."} | fields
    lines = "".join(f"    {name}: {value}\n" for name, value in said.items() if value is not None)
    files: dict[str, object] = {f"evidence/studies/{name}.yaml": text for name, text in studies.items()}
    files["evidence/outcomes.yaml"] = [{"append": OUTCOME}]
    files["evidence/treatments/drug-a.yaml"] = [{"append": "\nsyntheses:\n  -" + lines[3:]}]
    return write_review(root, files)


def analysis_of(root: Path) -> Analysis:
    """What became of the one synthesis of drug A."""
    (found,) = analyses(linked(root))["drug-a"]
    return found


def group(id_: str, had: str, n: int, *results: str, more: str = "") -> str:
    """A group with treatments, which a semicolon divides, and its results."""
    text = f"  - id: {id_}\n    label: {id_}\n    n: {n}\n{more}    exposures:\n"
    text += "".join(f"      - {{treatment: {treatment}, where: abstract}}\n" for treatment in had.split("; "))
    return text + ("    results:\n" + "".join(results) if results else "")


def study(*groups: str, more: str = "") -> str:
    """A trial of these groups."""
    head = "title: A trial\nreports: [alpha2020]\ndesign: rct\npopulation: Persons.\nsummary: What was seen.\n"
    return f"{head}groups:\n{''.join(groups)}{more}"
