"""An evidence review of any size, made of seeded random choices: what the benchmarks build.

``python benchmarks/corpus.py DIR --references 1000`` writes one that can be looked at. A review of N references has N
sources, N/2 studies with groups, persons and results, 10 treatments with 50 citations each and 8 outcomes. Records are
about as long as those of the first review (sources 1.3 kB, studies 2.3 kB). All of it is invented.
"""

from __future__ import annotations

import argparse
import random
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

TREATMENTS = 10
CITATIONS = 50
"""Of one treatment's page."""
OUTCOMES = 8

_WORDS = [
    "bone",
    "density",
    "spine",
    "fracture",
    "woman",
    "course",
    "pain",
    "relief",
    "recovery",
    "weaning",
    "dose",
    "month",
    "year",
    "follow",
    "report",
    "series",
    "change",
    "mean",
    "baseline",
    "control",
    "therapy",
    "oral",
    "weekly",
    "daily",
    "infusion",
    "injection",
    "marker",
    "scan",
    "loss",
    "gain",
    "growth",
    "risk",
    "benefit",
    "harm",
    "pregnancy",
    "delivery",
    "lactation",
    "hip",
    "lumbar",
    "neck",
    "total",
    "site",
    "history",
    "family",
    "vitamin",
    "calcium",
    "diet",
    "exercise",
    "brace",
    "surgery",
    "nerve",
    "muscle",
    "height",
    "weight",
    "smoking",
    "onset",
    "diagnosis",
    "delay",
    "centre",
    "clinic",
    "cohort",
    "registry",
    "sample",
    "region",
    "country",
    "early",
    "late",
    "severe",
    "mild",
    "acute",
    "chronic",
    "primary",
    "secondary",
    "stable",
    "further",
    "single",
    "several",
    "larger",
    "smaller",
    "longer",
    "shorter",
]
_NAMES = tuple(
    first + middle + last
    for first in ("Ba", "Ce", "Di", "Fo", "Gu", "Ha", "Je", "Ki", "Lo", "Mu", "Na", "Pe", "Ri", "So", "Tu")
    for middle in ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "ro", "su")
    for last in ("nd", "rt", "ssen", "kov", "ma", "ni", "rez", "to", "ux", "yama")
)
"""1,500 family names: two studies seldom have an author in common."""
_JOURNALS = (("Archives of Invented Bone", "Arch Invent Bone"), ("Journal of Made Up Medicine", "J Made Up Med"))


def write_corpus(root: Path, references: int, seed: int = 1) -> Path:
    """Write the evidence of a review with so many references into a folder; returns the folder."""
    Corpus(references, seed).write(root)
    return root


def commit(root: Path) -> None:
    """Put the folder under git, on one fixed day: pages tell when their records changed."""
    day = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    git = ("git", "-C", str(root), "-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org")
    for arguments in (("init", "-q", "-b", "main"), ("add", "evidence"), ("commit", "-q", "-m", "Begin")):
        subprocess.run((*git, *arguments), check=True, env={**day, "PATH": "/usr/local/bin:/usr/bin:/bin"})


class Corpus:
    """The records, one after the other, each from the same stream of random choices."""

    def __init__(self, references: int, seed: int) -> None:
        """Choose the keys of so many references."""
        self._random = random.Random(seed)  # nothing here is secret
        self.keys = [self._key(number) for number in range(references)]
        self.studies = [f"study-{number:05d}" for number in range(references // 2)]

    def write(self, root: Path) -> None:
        """Write every file."""
        evidence = root / "evidence"
        for folder in ("sources", "studies", "treatments", "topics", "cases"):
            (evidence / folder).mkdir(parents=True)
        (evidence / "references.bib").write_text("\n".join(self._entry(key) for key in self.keys), "utf-8")
        for key in self.keys:
            (evidence / "sources" / f"{key}.yaml").write_text(self._source(), "utf-8")
        for number, name in enumerate(self.studies):
            (evidence / "studies" / f"{name}.yaml").write_text(self._study(number), "utf-8")
        for number in range(TREATMENTS):
            (evidence / "treatments" / f"treatment-{number}.yaml").write_text(self._treatment(number), "utf-8")
        (evidence / "outcomes.yaml").write_text("".join(self._outcome(n) for n in range(OUTCOMES)), "utf-8")
        (evidence / "review.yaml").write_text(_REVIEW, "utf-8")

    def _key(self, number: int) -> str:
        return f"{_NAMES[number * 7 % len(_NAMES)].lower()}{1980 + number % 45}w{number}"

    def _words(self, low: int, high: int) -> str:
        words = self._random.choices(_WORDS, k=self._random.randint(low, high))
        return f"{words[0].capitalize()} {' '.join(words[1:])}"

    def _text(self, sentences: int) -> str:
        return " ".join(f"{self._words(8, 18)}." for _ in range(sentences))

    def _entry(self, key: str) -> str:
        r = self._random
        authors = " and ".join(f"{r.choice(_NAMES)}, {r.choice('ABCDEFG')}. {r.choice('HIJKLM')}." for _ in range(5))
        journal, short = r.choice(_JOURNALS)
        page = r.randint(1, 2000)
        number = int(key.rpartition("w")[2])
        return (
            f"@article{{{key},\n  author = {{{authors}}},\n  title = {{{self._words(9, 16)} {number}}},\n"
            f"  journal = {{{journal}}},\n  shortjournal = {{{short}}},\n  year = {{{1980 + number % 45}}},\n"
            f"  volume = {{{r.randint(1, 90)}}},\n  number = {{{r.randint(1, 12)}}},\n  pages = {{{page}-{page + 7}}},\n"
            f"  doi = {{10.1234/invented.{number}}},\n  pmid = {{{30_000_000 + number}}},\n  language = {{en}},\n}}\n"
        )

    def _source(self) -> str:
        findings = "".join(f"  - text: >-\n      {self._text(2)}\n    where: abstract\n" for _ in range(4))
        doubts = "".join(f"  - {self._words(8, 14)}.\n" for _ in range(2))
        return (
            f"design: {self._random.choice(('case_report', 'case_series', 'cohort'))}\nread: abstract\nread_at:\n"
            f"  - kind: pubmed_record\nfields_from:\n  - kind: pubmed_record\n"
            f"participants: >-\n  {self._words(8, 16)}\nfindings:\n{findings}"
            f"not_found:\n  - {self._words(2, 5)}\n  - {self._words(2, 5)}\ndoubts:\n{doubts}"
        )

    def _study(self, number: int) -> str:
        r = self._random
        key = self.keys[2 * number]
        arms = "".join(self._group(i, number) for i in range(2)) if number % 3 else ""
        persons = "" if arms else "".join(self._person(i, number) for i in range(3))
        return (
            f"title: {self._words(6, 12)}\nreports: [{key}]\n"
            f"design: {'cohort' if arms else 'case_series'}\ncountry: {r.choice(_COUNTRIES)}\n"
            f"setting: {self._words(4, 8)}\nperiod: {1980 + number % 40}-{1984 + number % 40}\n"
            f"population: >-\n  {self._text(1)}\nsummary: >-\n  {self._text(3)[:-1]} [@{key}, abstract].\n"
            + (f"groups:\n{arms}" if arms else f"persons:\n{persons}")
            + f"not_reported:\n  - {self._words(2, 4)}\n"
        )

    def _group(self, index: int, number: int) -> str:
        n = self._random.randint(5, 60)
        treatment = (number + index) % TREATMENTS
        return (
            f"  - id: arm-{index}\n    label: {self._words(2, 4)}\n    n: {n}\n"
            f"    age_years: {{mean: {self._random.randint(240, 390) / 10}, sd: 4.5}}\n"
            f"    exposures:\n      - treatment: treatment-{treatment}\n        dose: {self._random.randint(1, 80)} mg daily\n"
            f"        route: oral\n        duration_months: 12\n        where: abstract\n    results:\n"
            + "".join(self._result(outcome, n) for outcome in self._random.sample(range(OUTCOMES), 3))
        )

    def _person(self, index: int, number: int) -> str:
        r = self._random
        return (
            f"  - id: p{index}\n    age_years: {r.randint(20, 44)}\n"
            f"    onset: {{text: {self._words(3, 5)}, time: {{months: {r.randint(0, 9)}, after: delivery}}}}\n"
            f"    characteristics:\n      fractures: {r.randint(1, 11)}\n      first-child: {r.choice(('true', 'false'))}\n"
            f"    exposures:\n      - treatment: treatment-{(number + index) % TREATMENTS}\n"
            f"        dose: {r.randint(1, 80)} mg daily\n        duration_months: {r.randint(3, 36)}\n"
            f"        where: abstract\n"
            f"    results:\n"
            + "".join(self._result(outcome, 1) for outcome in r.sample(range(OUTCOMES), 2))
            + f"    follow_up_months: {r.randint(6, 48)}\n"
        )

    def _result(self, outcome: int, n: int) -> str:
        r = self._random
        head = f"      - outcome: outcome-{outcome}\n"
        time = f"        time: {{months: {r.choice((6, 12, 24))}, after: first-dose}}\n        where: abstract\n"
        if outcome % 2:
            return f"{head}        statistic: persons_with_event\n        value: {r.randint(0, n)}\n{time}"
        spread = f"        sd: {r.randint(20, 90) / 10}\n" if n > 1 else ""
        return (
            f"{head}        statistic: percent_change\n        value: {r.randint(-30, 280) / 10}\n{spread}"
            f'        unit: "%"\n{time}'
        )

    def _treatment(self, number: int) -> str:
        cited = iter([self.keys[(number * 97 + i * 13) % len(self.keys)] for i in range(CITATIONS)])
        statements = "".join(self._statements(cited))
        certainty = "".join(
            f"  - outcome: outcome-{outcome}\n    finding: {self._words(8, 12)} [@{self.keys[outcome]}, abstract].\n"
            f"    start: observational\n    steps:\n      - domain: imprecision\n        by: -1\n"
            f"        reason: {self._words(5, 9)}.\n"
            for outcome in (0, 1, 2)
        )
        return (
            f"name: Treatment {number}\norder: {number + 1}\nkind: {'natural_course' if number == 0 else 'drug'}\n"
            f"bottom_line: >-\n  {self._text(2)}\nplain_language: >-\n  {self._text(2)}\n"
            f"mechanism: not_reported\nstatements:\n{statements}cautions:\n  pregnancy: not_reported\n"
            f"certainty:\n{certainty}"
        )

    def _statements(self, cited: Iterator[str]) -> Iterator[str]:
        for number, key in enumerate(cited):
            yield f"  - id: s{number}\n    text: >-\n      {self._words(12, 24)} [@{key}, abstract].\n"

    def _outcome(self, number: int) -> str:
        events = number % 2
        return (
            f"- id: outcome-{number}\n  name: Outcome {number}\n  definition: >-\n    {self._text(2)}\n"
            f"  direction: {'lower' if events else 'higher'}_is_better\n"
            f"  importance: {('critical', 'important')[number % 2]}\n"
            f"  units: [{'persons' if events else '%'!r}]\n"
        )


_COUNTRIES: Sequence[str] = ("Atlantis", "Erewhon", "Laputa", "Lilliput", "Utopia", "Zembla")

_REVIEW = """\
title: A review that was invented to be measured
short_title: Invented review
summary: Nothing in it is true.
condition:
  name: Invented illness
  abbreviation: IVI
  definition: An illness that nobody has.
question:
  text: What helps?
  population: Persons with the illness.
  interventions: The treatments.
  comparators: Any other of them.
  outcomes: The outcomes.
status: draft
searched_to: not_reported
search_note: Nothing was searched.
licence:
  name: CC0
  url: https://creativecommons.org/publicdomain/zero/1.0/
disclaimer: Nothing in it is true.
anchors:
  - id: delivery
    name: delivery
  - id: first-dose
    name: first dose
    starts_treatment: true
characteristics:
  - id: fractures
    name: Fractures at diagnosis
    kind: number
  - id: first-child
    name: First child
    kind: yes_no
cautions:
  - id: pregnancy
    name: Pregnancy
findings_table:
  - title: Outcome 0 at 12 months
    outcomes: [outcome-0]
    kind: percent_change
    months: 12
  - title: Outcome 1
    outcomes: [outcome-1]
    kind: events
"""


def main() -> None:
    """Write a corpus from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet")
    parser.add_argument("--references", type=int, default=1000, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_corpus(options.folder, options.references, options.seed)
    commit(options.folder)


if __name__ == "__main__":
    main()
