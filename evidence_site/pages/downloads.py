"""Files to take along, and the page that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evidence_site import addresses, exports, metadata, records as r
from evidence_site.page import Spec
from evidence_site.pages.site import Site
from evidence_site.reference_formats import csl_json_file, file_of, json_line, to_bibtex, to_csl, to_ris
from evidence_site.review import SourceNode


def specs(site: Site) -> Iterator[Spec]:
    """The page that lists the downloads."""
    yield Spec(
        addresses.DOWNLOADS,
        "downloads",
        "Downloads",
        "The review, its studies, results and references as files to download.",
        site.all_files,
        schema=_dataset(site),
        context={"downloads": _listed(site)},
    )


def _dataset(site: Site) -> metadata.Node:
    record = site.review.record
    url = site.settings.url
    return metadata.dataset(
        record.title,
        f"Records of the review “{record.short_title}”: {site.review_counts()} {site.source_counts()}",
        r.names(record.condition),
        [
            metadata.download(
                row["name"], _MEDIA[row["name"].rpartition(".")[2]], row["text"], url and url + row["address"]
            )
            for row in _listed(site)
        ],
    )


_MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
}
"""Media types by the end of a file's name."""


def files(site: Site) -> dict[str, str]:
    """Every file to download, by path: of the whole review, and of each reference."""
    review = site.review
    formats = {key: site.pieces.of_source("formats", node, _formats) for key, node in review.sources.items()}
    made = {
        "downloads/review.json": exports.review_json(review, site.pieces),
        "downloads/studies.csv": exports.studies_csv(review, site.pieces),
        "downloads/results.csv": exports.results_csv(review, site.pieces),
        "downloads/references.bib": file_of(each[".bib"] for each in formats.values()),
        "downloads/references.ris": file_of(each[".ris"] for each in formats.values()),
        "downloads/references.json": csl_json_file(each[".json"] for each in formats.values()),
    }
    agreement = exports.agreement_csv(review)
    if agreement:
        made[_AGREEMENT["address"]] = agreement
    if any(site.syntheses.values()):
        analyses = [analysis for found in site.syntheses.values() for analysis in found]
        made[f"{addresses.DOWNLOADS}{_SYNTHESES['name']}"] = exports.syntheses_csv(analyses)
    for key, each in formats.items():
        base = addresses.REFERENCES + addresses.reference_slug(key)
        made[f"{base}.bib"], made[f"{base}.ris"] = each[".bib"], each[".ris"]
        made[f"{base}.json"] = csl_json_file([each[".json"]])
    return made


def _formats(source: SourceNode) -> Mapping[str, str]:
    """A reference for other programs, by the end of a file's name."""
    reference = source.reference
    return {".bib": to_bibtex(reference), ".ris": to_ris(reference), ".json": json_line(to_csl(reference))}


_DOWNLOADS = [
    {"address": f"{addresses.DOWNLOADS}{name}", "name": name, "text": text}
    for name, text in (
        ("review.json", "The whole review: every record, with counts and certainty"),
        ("studies.csv", "One row for each study"),
        ("results.csv", "One row for each result of a person or group"),
        ("references.bib", "All references as BibTeX"),
        ("references.ris", "All references as RIS, for reference managers"),
        ("references.json", "All references as CSL-JSON"),
    )
]
_AGREEMENT = {
    "address": f"{addresses.DOWNLOADS}agreement.csv",
    "name": "agreement.csv",
    "text": "One row for each field of each study that two readers extracted without knowing of each other",
}
_SYNTHESES = {
    "address": f"{addresses.DOWNLOADS}syntheses.csv",
    "name": "syntheses.csv",
    "text": "One row for each study of a pooled estimate, and one for the estimate",
}
"""Only for reviews that pool anything."""


def _listed(site: Site) -> list[dict[str, str]]:
    twice = any(pair.adjudicated for pair in site.extracted_twice.values())
    pooled = any(site.syntheses.values())
    return [*_DOWNLOADS, *([_SYNTHESES] if pooled else []), *([_AGREEMENT] if twice else [])]
