"""The second review, of another field: it builds without a warning, and its pages say what its data set says."""

from __future__ import annotations

import csv
import html
import math
import re
import shutil
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

import pytest

from evidence_site.cli import main
from evidence_site.review import Review, link, load

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "bcg-tuberculosis"


class Trial(NamedTuple):
    """A row of the data set dat.bcg, after Colditz and others, JAMA 1994;271:698-702."""

    study: str
    shown: str
    cases: int
    others: int
    control_cases: int
    control_others: int
    latitude: int
    allocation: str

    @property
    def effect(self) -> str:
        """The risk ratio with its 95% interval, done by hand (Katz and others, Biometrics 1978;34:469-74)."""
        n, m = self.cases + self.others, self.control_cases + self.control_others
        log = math.log(self.cases / n / (self.control_cases / m))
        error = math.sqrt(1 / self.cases - 1 / n + 1 / self.control_cases - 1 / m)
        z = NormalDist().inv_cdf(0.975)
        return f"{math.exp(log):.2f} ({math.exp(log - z * error):.2f} to {math.exp(log + z * error):.2f})"


TRIALS = (
    Trial("aronson1948", "Aronson 1948", 4, 119, 11, 128, 44, "random"),
    Trial("ferguson1949", "Ferguson and Simes 1949", 6, 300, 29, 274, 55, "random"),
    Trial("rosenthal1960", "Rosenthal et al. 1960", 3, 228, 11, 209, 42, "random"),
    Trial("hart1977", "Hart and Sutherland 1977", 62, 13536, 248, 12619, 52, "random"),
    Trial("frimodtmoller1973", "Frimodt-Moller et al. 1973", 33, 5036, 47, 5761, 13, "alternate"),
    Trial("stein1953", "Stein and Aronson 1953", 180, 1361, 372, 1079, 44, "alternate"),
    Trial("vandiviere1973", "Vandiviere et al. 1973", 8, 2537, 10, 619, 19, "random"),
    Trial("tptmadras1980", "TPT Madras 1980", 505, 87886, 499, 87892, 13, "random"),
    Trial("coetzee1968", "Coetzee and Berjak 1968", 29, 7470, 45, 7232, 27, "random"),
    Trial("rosenthal1961", "Rosenthal et al. 1961", 17, 1699, 65, 1600, 42, "systematic"),
    Trial("comstock1974", "Comstock et al. 1974", 186, 50448, 141, 27197, 18, "systematic"),
    Trial("comstock1969", "Comstock and Webster 1969", 5, 2493, 3, 2338, 33, "systematic"),
    Trial("comstock1976", "Comstock et al. 1976", 27, 16886, 29, 17825, 33, "systematic"),
)
PERSONS = sum(t.cases + t.others + t.control_cases + t.control_others for t in TRIALS)


@pytest.fixture(scope="module")
def review() -> Review:
    evidence, problems = load(EXAMPLE)
    assert evidence is not None and problems == []
    return link(evidence)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's site, built in another folder: it needs nothing from outside its own."""
    root = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, root / "review", ignore=shutil.ignore_patterns("build", "site"))
    assert main(["build", "--strict", "--root", str(root / "review"), "--site-dir", str(root / "site")]) == 0
    return root / "site"


def source(site: Path, page: str) -> str:
    return (site / page / "index.html").read_text("utf-8")


def visible(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_records_hold_the_data_set(review: Review) -> None:
    """Every row is a study with its two groups, and nothing else was added."""
    assert sorted(review.studies) == sorted(trial.study for trial in TRIALS)
    for trial in TRIALS:
        study = review.studies[trial.study]
        results = {arm.treatments: (arm.record.results[0].value, arm.n) for arm in study.arms}
        assert results == {
            ("bcg-vaccination",): (trial.cases, trial.cases + trial.others),
            ("no-vaccination",): (trial.control_cases, trial.control_cases + trial.control_others),
        }
        given = study.record.characteristics
        assert given == {"latitude": trial.latitude, "allocation": trial.allocation}
        assert study.record.design == ("rct" if trial.allocation == "random" else "non_randomised_trial")
    assert review.persons == PERSONS == 357_347


def test_what_is_not_known_of_the_reports_is_said(review: Review) -> None:
    """No trial's own report was read, and a title that nobody saw is not made up."""
    for trial in TRIALS:
        node = review.sources[trial.study]
        assert node.record.read == "title"
        assert node.reference.title.text == "[Title not known]" or node.record.fields_from
        assert review.reading(review.studies[trial.study]) == "title"


def test_the_forest_plot(example: Path) -> None:
    """Each study stands with its ratio, counts and latitude, ordered by latitude; the pooled ratio is the published one."""
    page = source(example, "treatments/bcg-vaccination/evidence")
    table = page[page.index("er-forest__table") : page.index("</table>", page.index("er-forest__table"))]
    rows = [visible(row) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]
    for trial in TRIALS:
        (row,) = [row for row in rows if row.startswith(f"{trial.shown} ")]
        vaccinated = f"{trial.cases:,} of {trial.cases + trial.others:,}"
        control = f"{trial.control_cases:,} of {trial.control_cases + trial.control_others:,}"
        assert row.startswith(f"{trial.shown} {trial.latitude} {trial.effect} {vaccinated} {control} ")
    latitudes = [int(row.split(" (")[0].split()[-2]) for row in rows if "of" in row and "(" in row and " to " in row]
    assert latitudes[:13] == sorted(trial.latitude for trial in TRIALS)
    assert table.count('class="er-forest__square"') == 13
    short = visible(source(example, "treatments/bcg-vaccination"))
    assert "Risk ratio 0.49 (95% CI 0.34 to 0.70) against no vaccination, pooled from 13 studies" in short
    text = visible(page)
    assert "Risk ratio 0.49 (0.34 to 0.70) in 13 studies, 357,347 persons" in text
    assert "anything from 0.14 to 1.77" in text
    for fact in ("Tau² 0.31", "I² 92%", "Cochran’s Q 152.2 (12 df, P < 0.001)", "after DerSimonian and Laird"):
        assert fact in text


def test_each_pooled_estimate_leads_to_its_own_plot(tmp_path: Path) -> None:
    """Of one outcome and comparator there can be several, from the page of the treatment and from that of the outcome."""
    shutil.copytree(EXAMPLE, tmp_path / "review", ignore=shutil.ignore_patterns("build", "site"))
    record = tmp_path / "review" / "evidence" / "treatments" / "bcg-vaccination.yaml"
    before, mark, after = record.read_text("utf-8").partition("certainty:\n")
    first = before[before.index("  - outcome: tuberculosis") :]
    record.write_text(before + first.replace("risk_ratio", "odds_ratio") + mark + after, "utf-8")
    assert main(["build", "--root", str(tmp_path / "review"), "--site-dir", str(tmp_path / "site")]) == 0
    plots = re.findall(
        r'<figure class="[^"]*er-forest" id="([^"]+)".*?<strong>(\w+) ratio',
        source(tmp_path / "site", "treatments/bcg-vaccination/evidence"),
        re.DOTALL,
    )
    assert [name for _, name in plots] == ["Risk", "Odds"]
    for page in ("treatments/bcg-vaccination", "outcomes/tuberculosis"):
        told = re.findall(
            r'<strong>(\w+) ratio [^<]*</strong>.*?href="[^"]*#([^"]+)">forest plot', source(tmp_path / "site", page)
        )
        assert [(id_, name) for name, id_ in told] == plots


def test_study_pages_show_what_is_computed(example: Path) -> None:
    """The ratio of a study stands on its own page, too, with the groups that it compares."""
    for trial in (TRIALS[0], TRIALS[10]):
        text = visible(source(example, f"studies/{trial.study}"))
        assert f"{trial.cases} of {trial.cases + trial.others:,} against {trial.control_cases} of" in text
        assert f"risk ratio {trial.effect}" in text
        assert f"Latitude {trial.latitude} degrees" in text


def test_the_numbers_can_be_taken_along(example: Path) -> None:
    """The file of pooled estimates holds the counts and ratios of each study, and the estimate."""
    with (example / "downloads" / "syntheses.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == ["study"] * 13 + ["pooled"]
    by_study = {row["study"]: row for row in rows}
    for trial in TRIALS:
        row = by_study[trial.study]
        assert (row["treated_events"], row["against_events"]) == (str(trial.cases), str(trial.control_cases))
        assert f"{float(row['estimate']):.2f}" == trial.effect.split()[0]
    pooled = rows[-1]
    assert (pooled["estimate"], pooled["tau2"], pooled["df"]) == ("0.489624", "0.30876", "12")
    assert sum(float(row["weight"]) for row in rows[:-1]) == pytest.approx(1, abs=1e-5)


def test_the_outcome_tells_the_pooled_estimate(example: Path) -> None:
    """Who comes by the outcome reads it, too, and gets to the plot."""
    text = visible(source(example, "outcomes/tuberculosis"))
    assert (
        "Risk ratio 0.49 (95% CI 0.34 to 0.70) against no vaccination, pooled from 13 studies, 357,347 persons" in text
    )


@pytest.mark.parametrize("page", ["treatments/bcg-vaccination", "outcomes/tuberculosis"])
def test_nobody_reads_a_pooled_estimate_without_how_far_studies_lie_apart(example: Path, page: str) -> None:
    """“0.34 to 0.70” leaves out no effect, and another study may well find none."""
    text = visible(source(example, page))
    estimate = text.index("Risk ratio 0.49 (95% CI 0.34 to 0.70)")
    assert "In a new study like these the ratio may be anything from 0.14 to 1.77" in text[estimate:][:500]


def test_it_looks_like_a_review_of_its_own(example: Path) -> None:
    """The home page speaks of its own persons; what the review does not have is not mentioned anywhere."""
    home = source(example, "")
    text = visible(home)
    assert (
        "<title>BCG vaccination against tuberculosis: the trials of one data set - BCG and tuberculosis</title>" in home
    )
    assert "Persons at risk of tuberculosis, each counted once." in text
    assert "risk ratio 0.49 (0.34 to 0.70) against no vaccination, 13 studies, 357,347 persons" in text
    for page in ("cases", "care", "charts/case-lanes"):
        assert not (example / page).exists(), page
        assert f"{page}/" not in home
    pages = [page for page in example.rglob("*.html") if page.parent.name != "data-dictionary"]
    whole = " ".join(visible(page.read_text("utf-8")) for page in pages)
    assert not re.search(r"with the condition|osteopor|lactat|weaning|\bbone", whole, re.IGNORECASE)
