"""Drafts: what somebody wrote into a form of the issue tracker, as the YAML of a record.

GitHub hands a form on as Markdown: a heading for each question, in the order of the form, with the answer below it.
Everything in it is a stranger's text. It goes nowhere but into YAML values and comments within a fenced block.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from evidence_site import addresses, prose, records as r
from evidence_site.bibliography import Reference, normal_doi, normal_pmid
from evidence_site.problems import Place, Problem, as_one_line
from evidence_site.record_reading import Loaded
from evidence_site.record_words import proposed_id
from evidence_site.review import Evidence, link
from evidence_site.scaffolds import scaffold, value_text

FORMS = Path(".github", "ISSUE_TEMPLATE")
"""Where the forms are, from the root of the review."""

CODES: Mapping[str, str] = {
    "no-forms": "The folder of the issue forms has no form that could be read.",
    "no-form-text": "A text does not come from one of the issue forms.",
}
"""Every code that making a draft can give, and what it stands for."""

UNKNOWN_KEY = "KEY"
"""Stands for the key of a reference that is not in the bibliography yet."""

MOST_CHARACTERS = 70_000
_NOTHING = "_No response_"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its questions in order, by id."""

    name: str
    title: str
    """What it is called where issues are opened."""
    labels: Mapping[str, str]


def read_forms(folder: Path) -> list[Form]:
    """The forms of a folder; what cannot be read as a form is left out."""
    forms = []
    for path in sorted(folder.glob("*.yml")):
        try:
            form = yaml.safe_load(path.read_text("utf-8"))
            labels = {part["id"]: part["attributes"]["label"] for part in form["body"] if "id" in part}
        except (KeyError, TypeError, ValueError, OSError, yaml.YAMLError):
            continue
        forms.append(Form(path.stem, str(form.get("name", path.stem)), labels))
    return forms


def answers_of(text: str, form: Form) -> dict[str, str] | None:
    """The answers to all questions of a form, empty where nothing was answered; None if the text is of another form."""
    answers: dict[str, list[str]] = {}
    open_ids = list(form.labels)
    for line in _lines(text):
        # Only the question that comes next is a heading; whatever else looks like one is part of an answer.
        if open_ids and line.rstrip() == f"### {form.labels[open_ids[0]]}":
            answers[open_ids.pop(0)] = []
        elif answers:
            answers[next(reversed(answers))].append(line)
        elif line.strip():
            return None
    if open_ids:
        return None
    found = {id_: "\n".join(lines).strip() for id_, lines in answers.items()}
    return {id_: "" if answer == _NOTHING else answer for id_, answer in found.items()}


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff")[:MOST_CHARACTERS].splitlines()


def draft(text: str, forms: Sequence[Form], evidence: Evidence) -> str | Problem:
    """A comment in Markdown with the draft that a filled form gives, or why there is none."""
    if not forms:
        hint = f"Keep the forms in {FORMS.as_posix()}/, with an id for each question."
        return Problem(Place(FORMS.as_posix()), "no-forms", "There is no form here.", hint)
    for form in forms:
        answers = answers_of(text, form)
        if answers is not None and form.name in _MAKERS:
            return _MAKERS[form.name](_Answers(answers), evidence)
    return _no_form(text, forms)


def _no_form(text: str, forms: Sequence[Form]) -> Problem:
    """What is wrong with a text that is of no form: the first heading that it lacks, if it has others of a form."""
    lines = {line.rstrip() for line in _lines(text)}
    lacking = [(form, [label for label in form.labels.values() if f"### {label}" not in lines]) for form in forms]
    form, gone = min(lacking, key=lambda pair: len(pair[1]) / max(1, len(pair[0].labels)))
    if not gone or len(gone) * 2 > len(form.labels):
        names = ", ".join(f"“{form.title}”" for form in forms)
        hint = f"Open an issue with one of the forms ({names}), and give its whole text, headings included."
        return Problem(Place("text"), "no-form-text", "This text does not come from one of the forms.", hint)
    message = f"In this text, made with the form “{form.title}”, a heading is missing: “### {gone[0]}”."
    return Problem(Place("text"), "no-form-text", message, "Put it back on a line of its own, above its answer.")


class _Answers(dict[str, str]):
    """Answers by id, empty where a form does not ask."""

    def __missing__(self, key: str) -> str:
        return ""

    def line(self, id_: str, most: int = 500) -> str:
        """An answer on one line; of a long one it is said that it was cut."""
        text = " ".join(self[id_].split())
        return text if len(text) <= most else f"{text[:most].rstrip()} … (cut here)"

    def count(self, id_: str) -> int:
        """An answer that is a number, as 27 or n = 27; else 0."""
        found = re.fullmatch(r"(?:n\s*=\s*)?(\d{1,6})", self[id_].strip(), re.IGNORECASE)
        return int(found[1]) if found else 0


# --- the drafts ------------------------------------------------------------------------------------------------------


def _study(answers: _Answers, evidence: Evidence) -> str:
    reference = _known(answers["identifier"], evidence)
    key = reference.key if reference else UNKNOWN_KEY
    where = _locator(answers)
    given: dict[str, Any] = {
        "title": answers.line("title"),
        "reports": [key],
        "design": _one_of(answers["design"], r.Design),
        "population": _uncited(answers.line("population", 5000)) + ".",
        "summary": f"{_uncited(answers.line('results', 5000))} [@{key}{where}].",
    }
    treatment = _treatment(answers.line("treatment"), evidence)
    if answers.count("n") and treatment:
        exposure = {"treatment": treatment, "dose": answers.line("dose") or "not_reported"}
        group = {
            "id": proposed_id(treatment),
            "label": answers.line("treatment"),
            "n": answers.count("n"),
            "exposures": [{**exposure, "where": answers.line("where") or "not_reported"}],
        }
        given["groups"] = [group]
    head = [f"What came of it, to be entered as results: {answers.line('results', 5000)}"]
    if "groups" not in given:  # what is told of a group that could not be made of it
        told = {"Treatment": "treatment", "Persons who had it": "n", "Dose, route and duration": "dose"}
        head += [f"{what}: {answers.line(id_)}" for what, id_ in told.items() if answers[id_]]
    head += [f"May overlap with: {answers.line('overlaps')}"] if answers["overlaps"] else []
    known = {"treatment": treatment or next(iter(evidence.treatments), "treatment")}
    known |= {"outcome": evidence.outcomes[0].id} if evidence.outcomes else {}
    study = scaffold(r.Study, given, [as_one_line(text) for text in head], known=known)
    reading = _one_of(answers["read"], r.Reading)
    source = f"design: {given['design']}\nread: {reading}\nread_at:\n  - kind: publisher_page\n"
    first = "This is a draft of the new study. Nothing of it is in the review yet."
    read_already = evidence.sources.get(key)
    steps, sources = [], {}
    if read_already is None:
        steps.append(f"Say in `evidence/sources/{key}.yaml` how far the source was read.")
        sources = {f"evidence/sources/{key}.yaml": source}
    elif read_already.record.read != reading:  # what else the record says is not to be written over
        said = f"{_code(read_already.document.file)} says `read: {read_already.record.read}`"
        steps.append(f"{said}, this answer `read: {reading}`: correct it if you read as far.")
    if reference is None:
        steps.insert(0, _to_import(answers))
    told_in = [s.document.file for s in evidence.studies.values() if key in s.record.reports]
    if reference is not None and told_in:
        there = f"The source is in the review already, as `{key}`. It is told of in {', '.join(map(_code, told_in))}"
        steps.insert(0, f"{there}: change that record instead, so that nobody is counted twice.")
        steps.append("Compare the draft with that record, bring in what is missing or wrong there, and run `check`.")
        return _comment(first, steps, {**sources, told_in[0]: study})
    if reference is not None:
        steps.insert(0, f"The source is in the review already, as `{key}`.")
    name = proposed_id(key) if reference else "ID"
    file = f"evidence/studies/{name}.yaml"
    steps.append(f"Put the study into `{file}`, replace what begins with “To do:”, and run `check`.")
    return _comment(first, steps, {**sources, file: study})


def _statement(answers: _Answers, evidence: Evidence) -> str:
    reference = _known(answers["identifier"], evidence)
    key = reference.key if reference else UNKNOWN_KEY
    text = f"{_uncited(answers.line('should', 5000))} [@{key}{_locator(answers)}]."
    found = _most_alike(answers.line("now", 5000), _records_of(answers["page"], evidence))
    place, id_ = found or ("the record of that page", "new-statement")
    return _comment(
        "This is a draft of the changed statement. Nothing of it is in the review yet.",
        [
            *([] if reference else [_to_import(answers)]),
            f"Compare both with the source. The statement stands in {_code(place)}.",
            "If the source bears it out, put this in its place, and run `check`.",
        ],
        {place: f"- id: {id_}\n  text: {value_text(text)}\n"},
    )


def _error(answers: _Answers, evidence: Evidence) -> str:
    now, should, where = answers.line("now"), answers.line("should"), as_one_line(answers.line("where"))
    records = _records_of(answers["page"], evidence)
    values = [*_values_of(records), *_fields_of(_references_of(answers["page"], evidence))]
    found: list[_Found] = []
    if not (found := list(_places_of(now, values))):  # as pages show it, with a unit and a true minus sign
        now, should = _plain_number(now), _plain_number(should)
        found = list(_places_of(now, values))
    blocks = {}
    for place, name, value in found[:_SHOWN]:
        text = should if str(value) == now else _as_word(now).sub(lambda _: should, str(value))
        blocks[f"{place.file}:{place.line}"] = (
            f"{name}: {_value(text)} # was {as_one_line(str(value))[:200]}; {where}\n"
        )
    steps = ["Compare both with the source, at the place that is named."]
    if not found:
        steps = ["The wrong word or number was not found in the record of that page: look for it there.", *steps]
        blocks["what was reported"] = f"value: {_value(should)} # was {as_one_line(now)}; {where}\n"
    elif len(found) > 1:
        shown = f", of which the first {_SHOWN} are shown" if len(found) > _SHOWN else ""
        steps = [f"It stands in {len(found)} places{shown}: change those that the source speaks of.", *steps]
    return _comment(
        "This is a draft of the correction. Nothing of it is in the review yet.",
        [*steps, "If the source bears it out, change the line, and run `check`."],
        blocks,
    )


_MAKERS = {"add-a-study": _study, "challenge-a-statement": _statement, "report-an-error": _error}
"""What to make of each form, by the name of its file."""


# --- what is known ---------------------------------------------------------------------------------------------------


def _identifier(text: str) -> str:
    """The DOI or PMID of an answer, in the form that ``import`` takes; ``DOI`` if there is neither."""
    for word in text.split():
        doi = normal_doi(_without_end(word))
        if doi and re.fullmatch(r"[\w.()/:;-]+", doi):
            return doi
    # Any other number may be a year or a page, and would be the PMID of quite another article.
    found = re.search(r"(?:pmid\W{0,3}|pubmed\S{0,40}/)(\d{1,8})(?!\d)", text, re.IGNORECASE)
    number = normal_pmid(found[1] if found else text)
    return f"PMID:{number}" if number else "DOI"


def _without_end(word: str) -> str:
    """A word without the marks that end a sentence, and without brackets that are opened before it."""
    word = word.rstrip(".,;")
    while word.endswith(")") and word.count(")") > word.count("("):
        word = word[:-1].rstrip(".,;")
    return word


def _to_import(answers: _Answers) -> str:
    """The step that brings a reference in; a shell takes brackets and semicolons for its own unless they are quoted."""
    wanted = _identifier(answers["identifier"])
    quoted = wanted if re.fullmatch(r"[\w./:-]+", wanted) else f"'{wanted}'"
    return f"`python build_site.py import {quoted}` prints the key; write it instead of `{UNKNOWN_KEY}`."


def _known(text: str, evidence: Evidence) -> Reference | None:
    wanted = _identifier(text)
    for reference in evidence.references.values():
        if wanted.lower() in (reference.doi.lower(), f"pmid:{reference.pmid}"):
            return reference
    return None


def _treatment(text: str, evidence: Evidence) -> str:
    """The id of the treatment that goes by this name, or nothing."""
    wanted = text.casefold()
    for id_, loaded in evidence.treatments.items():
        if wanted in {name.casefold() for name in (id_, *r.names(loaded.record))}:
            return id_
    return ""


_PAGES = {
    addresses.TREATMENTS: "treatments",
    addresses.STUDIES: "studies",
    addresses.TOPICS: "topics",
    addresses.CASES: "cases",
}


def _records_of(page: str, evidence: Evidence) -> list[Loaded[r.Record]]:
    """The records that a page shows: its own, those of its reports, and of a treatment's evidence those of its studies.

    All of them if its address says nothing.
    """
    try:
        parts = [part for part in urlsplit(page.strip()).path.split("/") if part]
    except ValueError:
        parts = []
    for before, id_ in pairwise(parts):
        folder = _PAGES.get(f"{before}/")
        if folder and id_ in getattr(evidence, folder):
            loaded: Loaded[r.Record] = getattr(evidence, folder)[id_]
            keys = getattr(loaded.record, "reports", ())
            studies = link(evidence).treatments[id_].studies if "evidence" in parts[parts.index(id_) :] else ()
            return [
                loaded,
                *(evidence.sources[key] for key in keys if key in evidence.sources),
                *(evidence.studies[study.id] for study in studies),
            ]
        if f"{before}/" == addresses.REFERENCES:
            return [s for key, s in evidence.sources.items() if addresses.reference_slug(key) == id_]
    return list(evidence.all_records())


def _most_alike(text: str, records: Sequence[Loaded[r.Record]]) -> tuple[str, str] | None:
    """Where the statement stands that is most like a text, and its id."""
    best, found = 0.5, None
    for loaded in records:
        for path, words in r.prose_fields(loaded.record):
            ratio = difflib.SequenceMatcher(None, prose.plain(words), text, autojunk=False).ratio()
            if ratio > best:
                place = loaded.place(path)
                owner: Any = loaded.document.data
                for step in (*loaded.prefix, *path[:-1]):
                    owner = owner[step]
                id_ = owner.get("id") if isinstance(owner, dict) else None
                best, found = ratio, (f"{place.file}:{place.line}", str(id_ or path[-1]))
    return found


_Found = tuple[Place, str, object]
"""Where a value stands, the name of its field, and the value."""


def _values_of(records: Sequence[Loaded[r.Record]]) -> Iterator[_Found]:
    documents = {loaded.document.file: loaded.document for loaded in records}.values()
    for document in documents:
        for path, value in _values(document.data):
            name = next((str(step) for step in reversed(path) if isinstance(step, str)), "value")
            yield document.place(path), name, value


def _fields_of(references: Sequence[Reference]) -> Iterator[_Found]:
    for reference in references:
        for name, value in reference.fields.items():
            yield reference.field_places.get(name, reference.place), name, value


def _references_of(page: str, evidence: Evidence) -> list[Reference]:
    """The entry of the bibliography that a page shows, or none."""
    return [
        reference
        for reference in evidence.references.values()
        if f"/{addresses.REFERENCES}{addresses.reference_slug(reference.key)}/" in f"/{page.partition('#')[0].strip()}/"
    ]


def _places_of(wanted: str, values: Sequence[_Found]) -> Iterator[_Found]:
    """Where a value stands: first where it is the whole value, then where a text holds it as a word."""
    yield from (item for item in values if str(item[2]) == wanted)
    word = _as_word(wanted)
    yield from (item for item in values if str(item[2]) != wanted and wanted and word.search(str(item[2])))


def _as_word(wanted: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){re.escape(wanted)}(?![\w]|\.\d)")


_NUMBER = re.compile(r"\+?([-−]?\d+(?:\.\d+)?)(?![\d.,:/-]*\d)")


def _plain_number(text: str) -> str:
    """The number with which a text begins, as records have it: ``−4.1 days`` is -4.1; else the text."""
    found = _NUMBER.match(text)
    return found[1].replace("−", "-") if found else text


def _values(value: object, path: r.Path = ()) -> Iterator[tuple[r.Path, object]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _values(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _values(part, (*path, index))
    else:
        yield path, value


# --- writing ---------------------------------------------------------------------------------------------------------


def _value(text: str) -> str:
    return text if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else value_text(text)


def _one_of(text: str, kind: Any) -> str:
    return text if text in set(kind) else "unclear" if "unclear" in set(kind) else "title"


def _uncited(text: str) -> str:
    """A stranger's words as prose: nothing in them is a citation or a link of ours."""
    return text.translate(_ROUND).rstrip(". ") or "To do: write this"


_ROUND = str.maketrans("[]", "()")


def _locator(answers: _Answers) -> str:
    where = re.sub(r"[\[\];@]", " ", answers.line("where", 100))
    return f", {' '.join(where.split())}" if where.strip() else ""


def _code(text: str) -> str:
    return "`" + as_one_line(text).replace("`", "'") + "`"


def _comment(first: str, steps: Sequence[str], blocks: Mapping[str, str]) -> str:
    lines = [first, "", *(f"{number}. {step}" for number, step in enumerate(steps, 1))]
    for place, text in blocks.items():
        longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        lines += ["", f"{_code(place)}:", "", f"{fence}yaml", text.rstrip("\n"), fence]
    return "\n".join(lines) + "\n"
