"""New records: the first text of one, filled with what the review knows already, and put in its place.

Nothing is ever written over. A name that cannot be one is refused with one that can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evidence_site import records as r, writing
from evidence_site.bibliography import Reference
from evidence_site.editor_help import line_for
from evidence_site.hints import nearest
from evidence_site.importing import reach_of
from evidence_site.problems import Place, Problem
from evidence_site.record_reading import extracted_study, meant_extraction, read_record_list
from evidence_site.record_words import wrong_id
from evidence_site.reference_style import format_reference, identifier_links
from evidence_site.review import Evidence, load
from evidence_site.scaffolds import TO_DO, scaffold
from evidence_site.schemas import kind_of
from evidence_site.yaml_reading import quoted, read_yaml


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: a new record of a kind under a name, and what is known of it beforehand."""

    kind: str
    name: str
    title: str = ""
    report: str = ""
    """For a study: the key of its report."""
    study: str = ""
    person: str = ""
    """For a case: the study, and the person in it."""


Made = tuple[str, list[Problem]]
"""The file that was written, and what stood in the way; one of the two is empty."""


def create(root: Path, wish: Wish) -> Made:
    """Write a new record into a review. The file's path from ``root``, or the problems that keep it from being made."""
    evidence, problems = load(root)
    if evidence is None:
        return "", problems
    kind = KINDS[wish.kind]
    file = "evidence/outcomes.yaml" if wish.kind == "outcome" else f"evidence/{kind.folder}/{wish.name}.yaml"
    refusals = list(_refusals(root, evidence, wish, file))
    if refusals:
        return "", refusals
    given, head, refusals = kind.fill(evidence, wish)
    if refusals:
        return "", refusals
    text = scaffold(kind.model, given, head, known=_known(evidence, given), item=wish.kind == "outcome")
    if wish.kind == "outcome":
        return _append(root, file, wish.name, text)
    try:
        writing.create(root / file, f"{line_for(kind_of(file))}\n{text}".encode())
    except FileExistsError:
        return "", [_taken(file)]
    return file, []


def _refusals(root: Path, evidence: Evidence, wish: Wish, file: str) -> Iterator[Problem]:
    if wish.kind == "source":
        if wish.name not in evidence.references:
            yield _no_reference(evidence, wish.name)
            return
    elif re.fullmatch(r.ID_PATTERN, _id_of(wish)) is None or len(wish.name) > 80:
        # The name of the file is what is wrong, so the place cannot be that file.
        message, hint = wrong_id(wish.name)
        hint = (wish.kind == "study" and meant_extraction(wish.name)) or hint
        yield Problem(Place(f"evidence/{KINDS[wish.kind].folder}"), "wrong-form", message, hint)
        return
    if wish.kind == "outcome":
        taken = next((o for o in evidence.outcomes if o.id == wish.name), None)
        if taken or wish.name in evidence.unreadable["outcomes"]:
            place = taken.place(("id",)) if taken else Place(file)
            yield Problem(place, "duplicate-id", f"The id {quoted(wish.name)} is taken.", "Choose another id.")
    elif (root / file).exists() or (root / file).is_symlink():
        yield _taken(file)


def _id_of(wish: Wish) -> str:
    """The id that is asked for; of one extraction of a study (``name.a``) that of the study."""
    return extracted_study(wish.name)[0] if wish.kind == "study" else wish.name


def _taken(file: str) -> Problem:
    return Problem(Place(file), "already-there", "This record is there already.", "Edit it, or choose another name.")


def _no_reference(evidence: Evidence, key: str) -> Problem:
    message = f"There is no entry {quoted(key)} in evidence/references.bib."
    hint = f"{nearest(key, evidence.references)} Bring a new one in first, by hand or with import."
    return Problem(Place("evidence/references.bib"), "unknown-reference", message, hint)


# --- what is known already -------------------------------------------------------------------------------------------

Filled = tuple[Mapping[str, Any], list[str], list[Problem]]
"""Fields of the new record, paragraphs for its first comment, and what stands in the way."""


def _source(evidence: Evidence, wish: Wish) -> Filled:
    reference = evidence.references[wish.name]
    return {"read_at": [{"kind": reach_of(reference.pmid, reference.doi, reference.url)}]}, _printed(reference), []


def _printed(reference: Reference) -> list[str]:
    links = [address for _, _, address in identifier_links(reference)]
    return [format_reference(reference).text, *links]


def _study(evidence: Evidence, wish: Wish) -> Filled:
    adjudicated = evidence.studies.get(_id_of(wish)) if not wish.report else None
    key, problems = (adjudicated.record.reports[0], []) if adjudicated else _report(evidence, wish)
    if problems:
        return {}, [], problems
    if key not in evidence.references:
        return {}, [], [_no_reference(evidence, key)]
    source = evidence.sources.get(key)
    given = {
        "title": wish.title or evidence.references[key].title.text or f"{TO_DO} title.",
        "reports": [*adjudicated.record.reports] if adjudicated else [key],
        "design": str(source.record.design) if source else "unclear",
        "summary": f"{TO_DO} what was done and what came of it, in your own words [@{key}].",
    }
    return given, _printed(evidence.references[key]), []


def _report(evidence: Evidence, wish: Wish) -> tuple[str, list[Problem]]:
    if wish.report:
        known = wish.report in evidence.references
        return wish.report, [] if known else [_no_reference(evidence, wish.report)]
    name = _id_of(wish)
    fitting = [key for key in evidence.references if key == name] or [
        key for key in evidence.references if key.lower().startswith(name.replace("-", ""))
    ]
    if len(fitting) == 1:
        return fitting[0], []
    reported = {key for study in evidence.studies.values() for key in study.record.reports}
    some = fitting or get_close_matches(wish.name, sorted(evidence.references.keys() - reported), 6, 0)
    hint = "Name its report behind --report, by its key in evidence/references.bib"
    hint += f", such as {', '.join(some[:6])}." if some else ". Bring it in first, by hand or with import."
    return "", [Problem(Place("evidence/references.bib"), "which-report", "A study needs a report.", hint)]


def _case(evidence: Evidence, wish: Wish) -> Filled:
    told = {name: [p.id for p in study.record.persons] for name, study in evidence.studies.items()}
    persons = {name: ids for name, ids in told.items() if ids}
    study = wish.study or (wish.name if wish.name in persons else "")
    if study not in persons:
        message = f"{quoted(study)} has no person to tell of." if study in told else "A case belongs to a study."
        hint = f"Name a study with persons: --study. {nearest(study or wish.name, persons)}"
        return {}, [], [Problem(Place("evidence/studies"), "which-study", message, hint)]
    person = wish.person or (persons[study][0] if len(persons[study]) == 1 else "")
    if person not in persons[study]:
        message = f"There is no person {quoted(person)} in {study}." if person else "A case tells of one person."
        hint = f"Name one of {study}: --person {' or --person '.join(persons[study][:6])}."
        return {}, [], [Problem(Place(f"evidence/studies/{study}.yaml"), "which-person", message, hint)]
    reports = [evidence.references[key] for key in evidence.studies[study].record.reports if key in evidence.references]
    head = [line for reference in reports for line in _printed(reference)]
    return {**_titled("title", wish), "study": study, "person": person}, head, []


def _treatment(evidence: Evidence, wish: Wish) -> Filled:
    cautions = evidence.review.record.cautions
    given = {
        **_titled("name", wish),
        "order": 1 + max((t.record.order for t in evidence.treatments.values()), default=0),
        "cautions": {c.id: [{"id": f"{c.id}-1", "text": f"{TO_DO} {c.name}."}] for c in cautions},
    }
    return given, [], []


def _topic(evidence: Evidence, wish: Wish) -> Filled:
    order = 1 + max((t.record.order for t in evidence.topics.values()), default=0)
    return {**_titled("title", wish), "order": order}, [], []


def _outcome(evidence: Evidence, wish: Wish) -> Filled:
    return {"id": wish.name, **_titled("name", wish)}, [], []


def _titled(field: str, wish: Wish) -> dict[str, str]:
    return {field: wish.title} if wish.title else {}


def _known(evidence: Evidence, given: Mapping[str, Any]) -> dict[str, str]:
    """An id of this review for fields that name one."""
    found: dict[str, Collection[str]] = {
        "outcome": [o.id for o in evidence.outcomes],
        "treatment": sorted(evidence.treatments),
        "study": sorted(evidence.studies),
        "after": [anchor.id for anchor in evidence.review.record.anchors],
        "report": given.get("reports", ()),
        "instrument": ["none"],
    }
    return {name: next(iter(ids)) for name, ids in found.items() if ids}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that can be begun."""

    model: type[r.Record]
    folder: str
    """In ``evidence/``."""
    fill: Callable[[Evidence, Wish], Filled]


KINDS: Mapping[str, Kind] = {
    "source": Kind(r.Source, "sources", _source),
    "study": Kind(r.Study, "studies", _study),
    "case": Kind(r.Case, "cases", _case),
    "treatment": Kind(r.Treatment, "treatments", _treatment),
    "topic": Kind(r.Topic, "topics", _topic),
    "outcome": Kind(r.Outcome, "outcomes.yaml", _outcome),
}
"""By the word of the command."""


# --- a record in a list ----------------------------------------------------------------------------------------------


def _append(root: Path, file: str, name: str, text: str) -> Made:
    """Put a record at the end of a list, every byte before it kept as it is."""
    path = root / file
    before = path.read_bytes() if path.exists() else b""
    after = _with_item(before, text)
    if not path.exists():
        writing.create(path, f"{line_for(kind_of(file))}\n".encode() + after)
        return file, []
    old, problems = read_yaml(path, file)
    if not after or (old is None and any(p.code != "empty-file" for p in problems)):
        return "", problems or [_no_list(file)]
    with TemporaryDirectory() as folder:
        fresh = Path(folder, path.name)
        fresh.write_bytes(after)
        records, _ = read_record_list(r.Outcome, fresh, file)
        new, _ = read_yaml(fresh, file)
    items = old.data if old and isinstance(old.data, list) else []
    is_good = new is not None and isinstance(new.data, list) and new.data[:-1] == items
    if not is_good or not records or records[-1].id != name:
        return "", [_no_list(file)]
    if not writing.replace(path, before, after):
        return "", [Problem(Place(file), "changed-meanwhile", "The file was changed just now.", "Try again.")]
    return file, []


def _with_item(before: bytes, text: str) -> bytes:
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    start = before.rstrip()
    if start.endswith(b"[]") and not start[:-2].rpartition(b"\n")[2].strip():  # an empty list gives way to a real one
        before = start[:-2]
    indent = re.search(rb"(?:\A\xef\xbb\xbf|^)( *)- ", before, re.MULTILINE)
    added = "".join(f"{indent[1].decode() if indent and line.strip() else ''}{line}\n" for line in text.splitlines())
    gap = b"" if not before or before.endswith(b"\n") else newline
    return before + gap + (newline if before.strip() else b"") + added.encode().replace(b"\n", newline)


def _no_list(file: str) -> Problem:
    return Problem(
        Place(file),
        "no-place-for-a-record",
        "A record cannot be added at the end of this file without changing the rest.",
        'Write it as a list in which every record begins with "- id: …" in a line of its own.',
    )
