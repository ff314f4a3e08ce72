"""A review whose every text tries to be something else: script, markup, an attribute, a template, a formula.

It is made from the small review of ``reviews.py`` by the record types themselves, so that a field that is new is hostile
as well. ``MARK`` is the class of every element that an attack would make; no finished page may hold one.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import types
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from building import ROOT
from pydantic import StringConstraints
from reviews import BASE

from evidence_site import records as r
from evidence_site.bibliography import FIELDS
from evidence_site.instruments import instruments
from evidence_site.latex import encode, one_line

MARK = "pwned"
LINES = (
    '=HYPERLINK("javascript:hack()") </title></style></textarea></script><script class=pwned>hack()</script> {{ 7*7 }} {% raw %} { .pwned onclick="hack()" }',
    "+1 \"><img class=pwned src=x onerror=hack()> '><svg class=pwned onload=hack()> &lt;script class=pwned&gt;hack()&lt;/script&gt;",
    "[go](javascript:hack()) &#60;b class=pwned onclick=hack()&#62; ${7*7} #{7*7} <%= 7*7 %> {: .pwned onclick=hack() } ![x](x){ .pwned onerror=hack() }",
    "=HYPERLINK(\"javascript:hack()\") ]]><script class=pwned>hack()</script> <!--er:h1 id=\"x\"-->x<!--/er--> --> `</code>",
    "<iframe class=pwned srcdoc='<script>parent.hack()</script>'></iframe><details class=pwned open ontoggle=hack()>",
    '-2+hack() <base class=pwned href=//example.org/> "}</script><!--<script class=pwned>{"@type": "Thing", "url": "javascript:hack()"}',
    "@SUM(1) }, evil = {hack()}, } @article{evil2020, title = {x}} TY  - JOUR AU  - hack() ER  - ;=hack() \\\" \\",
    "\t=hack() <form class=pwned action=javascript:hack()><button class=pwned formaction=javascript:hack()>x</button></form> ;-hack()",
    "<a class=pwned href=javascript:hack()>x</a> <meta class=pwned http-equiv=refresh content=0;url=//example.org/><link class=pwned rel=stylesheet href=//example.org/x.css> hack()",
)  # fmt: skip
"""Each fits into a field for one line, and each begins in a way of its own: a spreadsheet looks at the first character."""
PROSE = """
<script class=pwned>hack()</script>

<div class=pwned onclick="hack()">

**{ .pwned onclick="hack()" }** [go](javascript:hack()) [go](<javascript:hack()> "x") [go](&#106;avascript:hack())
[go](data:text/html,<script>hack()</script>) <javascript:hack()> [go](vbscript:hack()) [go](//example.org/x)
[<img class=pwned src=x onerror=hack()> @alpha2020, "><script class=pwned>hack()</script>]

- item { .pwned onclick="hack()" }
{: .pwned onclick="hack()" }

```{ .pwned onclick="hack()" }
</code></pre><script class=pwned>hack()</script>
```

| <b class=pwned> | {{ 7*7 }} {% raw %} |
|---|---|
| <img class=pwned src=x onerror=hack()> | `</td><script class=pwned>hack()</script>` |

=hack()
TY  - JOUR
ER  -
}, evil = {hack()}, }

--8<-- "mkdocs.yml"

!!! pwned "<script class=pwned>hack()</script>"
    hack()

*[x]: hack()
[^1]: hack()
[TOC] :material-home: ++ctrl++ \\(x\\) ![x](javascript:hack()){ .pwned onerror=hack() }

# heading { .pwned onclick="hack()" }

[x]: javascript:hack()

"""
UNIT = "mg<img class=pwned src=x onerror=hack()>"

CLOSED = {("Appraisal", "answers"), ("Appraisal", "overall"), ("Answer", "answer"), ("Study", "adjudicated_by")}
"""Fields for text that are closed lists all the same: the instruments' answers, and who adjudicated two extractions.

That one is a contributor like other readers, of whom each name is an attack.
"""
FIRST_READER, SECOND_READER = ("extracted_by", "written_by"), "checked_by"

_NONE = object()
_LINE_PATTERN = r"^[^\n\r]+$"
_DESCRIBED = {"outcome": "pain", "statistic": "description", "value": "x", "time": "unclear", "where": "x"}
_MEAN = {"results": [{"outcome": "density", "statistic": "mean", "value": 5, "sd": 2, "time": "unclear", "where": "x"}]}
_HAD = {"where": "x"}
_SIDES = ("drug-a", "waiting")
_ANSWERS = {"answer": "yes", "reason": "x", "appraiser": "x"}
_EXTRA: dict[str, dict[str, Any]] = {
    "evidence/treatments/drug-a.yaml": {
        "syntheses": [
            {
                "outcome": "fracture",
                "against": "waiting",
                "measure": "risk_ratio",
                "model": "common_effect",
                "rationale": "x",
            },
            {
                "outcome": "density",
                "against": "waiting",
                "measure": "mean_difference",
                "statistic": "mean",
                "model": "common_effect",
                "rationale": "x",
            },
        ],
    },
    "evidence/studies/alpha2020.yaml": {
        "characteristics": {"levels": "x"},
        "groups": [
            {"id": "told", "label": "x", "n": 3, "characteristics": {"levels": "x"}, "results": [_DESCRIBED]},
            *(
                {"id": f"had-{id_}", "label": "x", "n": 9, **_MEAN, "exposures": [_HAD | {"treatment": id_}]}
                for id_ in _SIDES
            ),
        ],
        "persons": [{"id": "p9", "distinct_because": {"beta2021/p1": "x"}}],
        "comparisons": [{"outcome": "density", "group": "told", "against": "treated", "measure": "x", "where": "x"}],
        "overlaps": [{"study": "beta2021", "status": "possible", "note": "x"}],
        "distinct_from": [{"study": "delta2019", "because": "x"}],
        "appraisal": {
            "instrument": "jbi-case-series",
            "answers": dict.fromkeys(instruments()["jbi-case-series"].item_ids, _ANSWERS),
        },
    },
    "evidence/sources/alpha2020.yaml": {
        "standing": {"status": "corrected", "checked": dt.date(2024, 6, 1), "date": dt.date(2024, 5, 1), "note": "x"},
        "listed": {"number": 1, "differences": ["x"]},
    },
}
"""What the small review has not, and what names other records; lists are added to those that are there."""


def write_hostile_review(root: Path, turn: int = 0) -> Path:
    """Write the hostile review into a folder, under version control; returns the folder.

    In as many turns as there are ``LINES`` each text gets each of them.
    """
    shutil.copytree(BASE, root)
    shutil.copy2(ROOT / "mkdocs.yml", root)
    kinds: dict[str, type[r.Record]] = {
        "sources": r.Source,
        "studies": r.Study,
        "cases": r.Case,
        "treatments": r.Treatment,
        "topics": r.Topic,
    }
    attacks = Attacks(turn)
    for folder, kind in kinds.items():
        for path in sorted((root / "evidence" / folder).glob("*.yaml")):
            data = _read(path)
            for name, more in _EXTRA.get(path.relative_to(root).as_posix(), {}).items():
                data[name] = [*data.get(name, []), *more] if isinstance(more, list) else more
            _write(path, attacks.record(kind, data))
    review = root / "evidence" / "review.yaml"
    made = attacks.record(r.Review, _read(review))
    made["contributors"] = [{**made["contributors"][0], "id": f"r{n}", "github": LINES[n]} for n in range(2)]
    _write(review, made)
    outcomes = root / "evidence" / "outcomes.yaml"
    _write(outcomes, [attacks.record(r.Outcome, outcome) for outcome in _read(outcomes)])
    (root / "evidence" / "references.bib").write_text(_bibliography(turn), "utf-8")
    for name in ("methods", "disclaimer", "hostile"):
        (root / "docs" / f"{name}.md").write_text(
            f"# {name} {LINES[0]}\n\n{LINES[1]}\n\n## {LINES[2]}\n{PROSE}", "utf-8"
        )
    _commit(root)
    return root


class Attacks:
    """Puts an attack into each text of a record, and adds the texts that are not there."""

    def __init__(self, turn: int = 0) -> None:
        self._turn = turn
        self._count = 0

    def record(self, kind: type[r.Record], data: dict[str, Any]) -> dict[str, Any]:
        """The record with all its texts hostile."""
        made: dict[str, Any] = {}
        for name, info in kind.model_fields.items():
            annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            value = data.get(name, _NONE)
            if name in FIRST_READER:
                value = LINES[0]
            elif name == SECOND_READER:
                value = {"reader": LINES[1], "date": dt.date(2024, 6, 1)}
            elif (kind.__name__, name) in CLOSED:
                if isinstance(value, dict):
                    value = {item: self.record(r.Answer, answer) for item, answer in value.items()}
            elif kind is r.Correlation and name == "design_effect":
                value = 1.5  # one number has to be there
            elif name in ("unit", "units"):
                # Only differences of means have a unit.
                has_unit = kind is not r.Synthesis or data.get("statistic")
                value = self._unit(name, value) if has_unit else _NONE
            else:
                value = self._value(annotation, value, name, required=info.is_required())
            if value is not _NONE:
                made[name] = value
        return made

    def _unit(self, name: str, value: Any) -> Any:
        if name == "units":
            return [*([] if value is _NONE else value), UNIT]
        return UNIT if value is _NONE else value

    def _value(self, annotation: Any, value: Any, name: str, *, required: bool = False) -> Any:
        choices = list(_choices(annotation))
        if value is _NONE:
            return self._made(choices, name, required=required)
        for choice, constraints in choices:
            if isinstance(value, str) and (text := _text_kind(choice, constraints)):
                is_word = name == "value" and value in set(r.Change)
                return value if is_word else self._attack(text, value)
            if isinstance(value, dict) and _is_record(choice):
                return self.record(choice, value)
            if isinstance(value, dict) and get_origin(choice) is dict:
                return {key: self._value(get_args(choice)[1], item, name) for key, item in value.items()}
            if isinstance(value, list) and get_origin(choice) is tuple and get_args(choice)[-1] is Ellipsis:
                return [self._value(get_args(choice)[0], item, name) for item in value]
        return value

    def _made(self, choices: Sequence[tuple[Any, list[Any]]], name: str, *, required: bool) -> Any:
        for choice, constraints in choices:
            if text := _text_kind(choice, constraints):
                return self._attack(text, "")
            if _is_record(choice):
                return self._new_record(choice)
            if get_origin(choice) is tuple and get_args(choice)[-1] is Ellipsis:
                item = self._value(get_args(choice)[0], _NONE, name)
                return _NONE if item is _NONE else [item]
            if required and (plain := _plain(choice)) is not _NONE:
                return plain
        return f"made-{self._next()}" if required and name == "id" else _NONE

    def _new_record(self, kind: type[r.Record]) -> Any:
        made = self.record(kind, {})
        needed = {name for name, info in kind.model_fields.items() if info.is_required()}
        return made if needed <= made.keys() else _NONE

    def _attack(self, kind: str, before: str) -> str:
        line = LINES[(self._next() + self._turn) % len(LINES)]
        return f"{line} {before}\n{PROSE}" if kind == "prose" else f"{line} {before}".rstrip()

    def _next(self) -> int:
        self._count += 1
        return self._count


def text_fields(*kinds: type[r.Record]) -> Iterator[tuple[str, str]]:
    """Class and name of every field for free text in these records and the records within them."""
    seen: set[type[r.Record]] = set()
    waiting = list(kinds)
    for kind in waiting:
        if kind in seen:
            continue
        seen.add(kind)
        for name, info in kind.model_fields.items():
            annotation = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            for choice, constraints in _everything_in(annotation):
                if _is_record(choice):
                    waiting.append(choice)
                elif _text_kind(choice, constraints) and (kind.__name__, name) not in CLOSED:
                    yield kind.__name__, name


def hostile_fields(record: object) -> Iterator[tuple[str, str]]:
    """Class and name of every field of a record, and of the records within it, whose text is an attack."""
    if isinstance(record, r.Record):
        for name in type(record).model_fields:
            value = getattr(record, name)
            readers = [item.reader if isinstance(item, r.Signed) else item for item in _flat(value)]
            texts = [item for item in readers if isinstance(item, str)]
            if any(MARK in text or "hack()" in text for text in texts):
                yield type(record).__name__, name
            for item in _flat(value):
                yield from hostile_fields(item)


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _flat(item)
    else:
        yield value


def _choices(annotation: Any, constraints: Sequence[Any] = ()) -> Iterator[tuple[Any, list[Any]]]:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        yield from _choices(inner, [*constraints, *more])
    elif get_origin(annotation) in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _choices(part, constraints)
    else:
        yield annotation, list(constraints)


def _everything_in(annotation: Any) -> Iterator[tuple[Any, list[Any]]]:
    for choice, constraints in _choices(annotation):
        if get_origin(choice) in (tuple, dict):
            for part in get_args(choice):
                if part is not Ellipsis:
                    yield from _everything_in(part)
        else:
            yield choice, constraints


def _text_kind(choice: Any, constraints: Sequence[Any]) -> str:
    if choice is not str:
        return ""
    if r.PROSE_MARK in constraints:
        return "prose"
    patterns = [c.pattern for c in constraints if isinstance(c, StringConstraints)]
    return "line" if patterns == [_LINE_PATTERN] else ""


def _is_record(choice: Any) -> bool:
    return isinstance(choice, type) and issubclass(choice, r.Record)


def _plain(choice: Any) -> Any:
    if get_origin(choice) is Literal:
        return get_args(choice)[0]
    if isinstance(choice, type) and issubclass(choice, Enum):
        return next(iter(choice)).value
    if choice in (int, float):
        return 1
    return dt.date(2024, 1, 1) if choice is dt.date else _NONE


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write(path: Path, data: Any) -> None:
    path.write_text(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000), "utf-8")


CHECKED_FIELDS = frozenset(("date", "day", "doi", "pmcid", "pmid", "url", "urldate", "year"))
"""Fields of the bibliography in which an attack is refused, so that a hostile entry could not be built with it."""

_WRITTEN_OUT = ("author", "title")


def free_fields() -> list[str]:
    """The fields of the bibliography that take any text, with one that nobody knows."""
    return [*sorted(FIELDS - CHECKED_FIELDS - set(_WRITTEN_OUT)), "x-unknown"]


def as_bibtex(field: str, text: str) -> str:
    """A text as the value of a field."""
    value = encode(one_line(text))
    return f"{{{value}}}" if field == "editor" else value  # as the name of an organisation


def bibliography_entry(key: str, fields: dict[str, str], attack: str = "") -> str:
    """An entry with a hostile author and title and these fields as well."""
    markup = r"\emph{<b class=pwned>} $x^{<i class=pwned>}$ \href{javascript:hack()}{go} \url{javascript:hack()}"
    attack = encode(one_line(attack))
    written = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return (
        f"\n@article{{{key},\n"
        f"  author = {{{{Alpha {key} {attack}}}, Anna <b class=pwned> and {{The {key} group {attack}}}}},\n"
        f"  title = {{{attack} {key} {markup}}},\n{written}}}\n"
    )


def _bibliography(turn: int) -> str:
    text = ""
    for number, (key, year, name, value) in enumerate((
        ("alpha2020", 2020, "doi", "10.1000/a\"><script-class=pwned>hack()</script>"),
        ("beta2021", 2021, "doi", "10.1000/beta"),
        ("gamma2022", 2022, "pmid", "12345678"),
        ("delta2019", 2019, "url", "https://example.org/?x=%22%3E%3Cscript%3Ehack()"),
    )):  # fmt: skip
        attacks = {
            field: as_bibtex(field, LINES[(position + number + turn) % len(LINES)])
            for position, field in enumerate(free_fields())
        }
        text += bibliography_entry(
            key, {**attacks, "year": str(year), name: value}, LINES[(number + turn) % len(LINES)]
        )
    return text


def _commit(root: Path) -> None:
    def git(*arguments: str) -> None:
        name = f"{MARK} {LINES[0]}"
        settings = ("-c", f"user.name={name}", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *settings, *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", f"{LINES[0]}\n\n{PROSE}")
    review = root / "evidence" / "review.yaml"
    review.write_text(review.read_text("utf-8").replace("summary:", "summary:", 1) + "\n", "utf-8")
    git("commit", "-aqm", LINES[1])
