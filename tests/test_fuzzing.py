"""Any input ends as a site or as a list of problems: ten thousand reviews with random mistakes, and whatever Hypothesis finds.

What once did harm is kept in ``cases/fuzzing``; a test that fails writes the file to keep there.
"""

from __future__ import annotations

import base64
import hashlib
import random
import time
from pathlib import Path

import pytest
import yaml
from building import ROOT
from hypothesis import HealthCheck, given, settings, strategies as st
from mutations import TOKENS, mutate
from pooling import group, study, write_pooled
from reviews import BASE, write_review

from evidence_site import cli, problems as p
from evidence_site.checks import check
from evidence_site.folders import PACKAGED
from evidence_site.pages import Settings, render
from evidence_site.problems import Problem
from evidence_site.review import Review, link, load
from evidence_site.synthesis import analyses

CASES = Path(__file__).parent / "cases" / "fuzzing"
REVIEWS = 10_000
PORTIONS = 10
"""Tests over which the reviews are spread, so that several processes share the work."""
A_PAGE = 25
"""One in so many reviews that have no error is rendered, too."""
A_SITE = 25
"""One in so many of those is built to the end."""
SECONDS = 3

BESIDE = {
    "evidence/studies/real1.yaml": "evidence/studies/hong2018.yaml",
    "evidence/sources/hong2018changes.yaml": "evidence/sources/hong2018changes.yaml",
    "evidence/treatments/teriparatide.yaml": "evidence/treatments/teriparatide.yaml",
}
"""Records of the real review that are changed within the small one: there they name much that is not there."""


class Mutants:
    """A review in a folder, such as the small one, with one file changed at a time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        names = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()]
        self.contents = {name: (root / name).read_bytes() for name in names}
        self.beside = {name: (ROOT / real).read_bytes() for name, real in BESIDE.items()}
        cases = sorted((ROOT / "evidence" / "cases").glob("*.yaml"))
        self.beside |= {f"evidence/cases/{path.name}": path.read_bytes() for path in cases[:1]}
        # Each file as often as it is long, more or less: most fields stand in the longest.
        self.names = [name for name in names for _ in range(1 + len(self.contents[name]) // 800)] + [*self.beside]

    def examine(self, name: str, content: bytes) -> tuple[Review | None, list[Problem]]:
        """Load, link and check the review with this content in a file, and put the file back."""
        path = self.root / name
        path.write_bytes(content)
        try:
            return examined(self.root)
        finally:
            if name in self.contents:
                path.write_bytes(self.contents[name])
            else:
                path.unlink()


def examined(root: Path) -> tuple[Review | None, list[Problem]]:
    """What a check finds; all of it can be shown, with places that exist."""
    began = time.process_time()
    evidence, problems = load(root)
    review = None
    if evidence is not None:
        review = link(evidence)
        problems = problems + check(review)
    assert review is not None or p.has_errors(problems)
    for problem in problems:
        file = problem.place.file
        assert (root / file).exists() or problem.code in ("missing-file", "odd-file-name"), problem
        assert problem.place.line >= 1 and problem.place.column >= 1, problem
        assert problem.message and len(problem.message) < 1000, problem
    for written in (p.as_text(problems), p.as_json(problems), p.as_github(problems)):
        assert written.encode("utf-8").isascii() or written.isprintable() or "\n" in written
    assert time.process_time() - began < SECONDS
    return review, problems


def keep(name: str, content: bytes) -> Path:
    """Write a case down."""
    CASES.mkdir(parents=True, exist_ok=True)
    file = CASES / f"{hashlib.sha256(name.encode() + content).hexdigest()[:12]}.yaml"
    file.write_text(yaml.safe_dump({"file": name, "content": base64.b64encode(content).decode()}), "utf-8")
    return file


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_a_review_with_mistakes_is_a_site_or_a_list_of_problems(tmp_path: Path, portion: int) -> None:
    """Whatever is wrong in one of its files; some of those without an error are rendered and built."""
    mutants = Mutants(write_review(tmp_path / "review"))
    chance = random.Random(portion)
    reviews = good = pages = sites = 0
    for _ in range(REVIEWS // PORTIONS):
        name = chance.choice(mutants.names)
        content = mutate({**mutants.contents, **mutants.beside}[name], chance)
        try:
            review, problems = mutants.examine(name, content)
            reviews += 1
            if review is None or p.has_errors(problems):
                continue
            good += 1
            if good % A_PAGE == 1:
                (mutants.root / name).write_bytes(content)
                pages += 1
                build = pages % A_SITE == 1
                code = cli.main(["build" if build else "check", "--root", str(mutants.root)])
                sites += build
                assert code in (0, 1)
                assert code == 1 or not build or (mutants.root / "site" / "index.html").is_file()
        except Exception as error:
            error.add_note(f"{name}: kept in {keep(name, content)}")
            raise
        finally:
            if name in mutants.contents:
                (mutants.root / name).write_bytes(mutants.contents[name])
    assert reviews == REVIEWS // PORTIONS
    assert good > reviews // 50, "hardly any of the reviews is without an error: nothing is learnt about pages"
    assert pages > 0 and sites > 0


POOLED = ("risk_ratio", "odds_ratio", "hazard_ratio", "mean_difference", "standardised_mean_difference")


def write_review_that_pools(root: Path) -> Path:
    """Two trials, one of them of clusters, with numbers for every measure that can be pooled."""
    score = "      - {outcome: score, statistic: mean, value: 7, sd: 4, unit: points, time: unclear, where: abstract}\n"
    event = "      - {outcome: pain, statistic: persons_with_event, value: 5, time: unclear, where: abstract}\n"
    ratio = "{measure: hazard ratio, value: 0.7, ci95: [0.5, 0.98], time: unclear, where: abstract}"
    trial = study(
        group("a", "drug-a", 50, event, score),
        group("b", "waiting", 60, event, score),
        more=f"comparisons:\n  - {{group: a, against: b, outcome: pain, {ratio[1:]}\n",
    )
    clusters = "clusters:\n  unit: villages\n  mean_size: 11\n  where: methods\n  correlations:\n"
    clusters += '    - {icc: 0.08, source: "Of this trial [@alpha2020, table 2]."}\n'
    first = {"outcome": "pain", "measure": "risk_ratio"}
    write_pooled(root, {"one": trial, "two": trial + clusters}, **first)
    asked = root / "evidence" / "treatments" / "drug-a.yaml"
    text = asked.read_text("utf-8")
    for measure in POOLED[1:]:
        of_means = "mean" in measure
        text += f"  - outcome: {'score' if of_means else 'pain'}\n    measure: {measure}\n    against: waiting\n"
        text += "    model: common_effect\n    rationale: They are alike.\n"
        text += "    statistic: mean\n    unit: points\n" if of_means else ""
    asked.write_text(text, "utf-8")
    return root


@pytest.mark.parametrize("portion", range(2))
def test_a_review_with_mistakes_that_pools(tmp_path: Path, portion: int) -> None:
    """Whatever is wrong in a study that is pooled or in what is asked for; those without an error are rendered."""
    mutants = Mutants(write_review_that_pools(tmp_path / "review"))
    review, problems = examined(mutants.root)
    assert review is not None and not p.has_errors(problems)
    assert [bool(one.pooled) for one in analyses(review)["drug-a"]] == [True] * len(POOLED)
    names = [f"evidence/{name}.yaml" for name in ("studies/one", "studies/two", "treatments/drug-a")]
    chance = random.Random(portion)
    good = 0
    for _ in range(400):
        name = chance.choice(names)
        content = mutate(mutants.contents[name], chance)
        try:
            review, problems = mutants.examine(name, content)
            if review is not None and not p.has_errors(problems):
                good += 1
                assert not render(review, mutants.root, [PACKAGED], {}, Settings()).problems
        except Exception as error:
            error.add_note(f"{name}: {content!r}")
            raise
    assert good > 20, "hardly any of the reviews is without an error: nothing is learnt about pages"


def test_enough_reviews_are_tried() -> None:
    assert REVIEWS >= 10_000
    assert REVIEWS % PORTIONS == 0


@pytest.mark.parametrize("file", sorted(CASES.glob("*.yaml")), ids=lambda file: file.stem)
def test_what_once_did_harm(tmp_path: Path, file: Path) -> None:
    """A site or a list of problems."""
    case = yaml.safe_load(file.read_text("utf-8"))
    root = write_review(tmp_path / "review")
    path = root / case["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(case["content"]))
    examined(root)
    assert cli.main(["build", "--root", str(root)]) in (0, 1)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Mutants:
    return Mutants(write_review(tmp_path_factory.mktemp("small") / "review"))


files = st.sampled_from(sorted(path.relative_to(BASE).as_posix() for path in BASE.rglob("*") if path.is_file()))
pieces = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(TOKENS),
    st.text(max_size=10).map(lambda t: t.encode("utf-8", "surrogatepass")),
)
cuts = st.tuples(st.floats(0, 1), st.floats(0, 1), pieces)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=files, changes=st.lists(cuts, min_size=1, max_size=4))
def test_any_piece_anywhere(small: Mutants, name: str, changes: list[tuple[float, float, bytes]]) -> None:
    """Any bytes in the place of any piece of any file; Hypothesis shrinks what it finds."""
    content = small.contents[name]
    for start, end, piece in changes:
        first, last = sorted((int(start * len(content)), int(end * len(content))))
        content = content[:first] + piece + content[last:]
    small.examine(name, content)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.lists(pieces, max_size=20).map(b"".join))
def test_any_file_to_import(tmp_path: Path, content: bytes) -> None:
    """An import ends with references or problems, and the review is as sound as before."""
    root = tmp_path / "review"
    if not root.exists():
        write_review(root)
    given = tmp_path / "given"
    given.write_bytes(content)
    before = (root / "evidence" / "references.bib").read_bytes()
    assert cli.main(["import", "--root", str(root), str(given)]) in (0, 1)
    assert (root / "evidence" / "references.bib").read_bytes().startswith(before[:50])
