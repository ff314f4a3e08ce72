"""mkdocs.yml, looked at before MkDocs reads it: MkDocs writes out repeated values and stops at nothing.

Only what could hurt is refused here; what the settings mean is MkDocs' to say.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from evidence_site import limits
from evidence_site.files import conflicts, decode, read_bytes
from evidence_site.problems import Place, Problem
from evidence_site.yaml_syntax import TOO_DEEP, explain

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_CODE = "site-settings"
_PYTHON = ("tag:yaml.org,2002:python/object", "tag:yaml.org,2002:python/module", "tag:yaml.org,2002:python/tuple")
"""MkDocs reads these, and the first of them runs whatever it names."""


def problem_of_settings(path: Path, shown: str) -> Problem | None:
    """What must not reach MkDocs; None if nothing is in the way, or there is no such file."""
    if not os.path.lexists(path):
        return None
    raw = read_bytes(path, shown, limits.YAML_BYTES, "Only settings belong here.")
    text = raw if isinstance(raw, Problem) else decode(raw, shown)
    if isinstance(text, Problem):
        return text
    unmerged = conflicts(text, shown)
    if unmerged:
        return unmerged[0]
    try:
        return _look_at(text, shown)
    except yaml.YAMLError as error:
        # MkDocs would say it in a sentence of its own, with the path on this computer in it.
        told = explain(error, None, text)
        code = told.code if told.code == TOO_DEEP[0] else _CODE
        return Problem(Place(shown, told.line + 1, told.column + 1), code, told.message, told.hint)


def _look_at(text: str, shown: str) -> Problem | None:
    depth = 0
    events: Iterable[Any] = yaml.parse(text, Loader=_Loader)
    for number, event in enumerate(events, 1):
        place = Place(shown, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            message = "Values cannot be named with & or repeated with * in the settings."
            return Problem(place, "anchor", message, "Write each value out.")
        if (getattr(event, "tag", None) or "").startswith(_PYTHON):
            message = "Settings cannot make values of Python's own kinds with !!python here."
            return Problem(place, _CODE, message, "Write the value as text, number or list.")
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        elif isinstance(event, ScalarEvent) and depth == 1 and event.value == "INHERIT":
            message = "Settings cannot be taken over from another file with INHERIT."
            return Problem(place, _CODE, message, "Copy them into this file.")
        if depth > limits.YAML_DEPTH:
            return Problem(place, *TOO_DEEP)
        if number > limits.YAML_VALUES:
            message = f"The file holds more than {limits.YAML_VALUES:,} values."
            return Problem(place, "too-many-values", message, "Only settings belong here.")
    return None
