"""Files to take along, and the page that lists them."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import addresses, exports, metadata, reference_formats
from evidence_site.page import Spec
from evidence_site.pages.site import Site


def specs(site: Site) -> Iterator[Spec]:
    """The page that lists the downloads."""
    yield Spec(
        addresses.DOWNLOADS,
        "downloads",
        "Downloads",
        "The review, its studies, results and references as files to download.",
        tuple(dict.fromkeys(["evidence/review.yaml", *site.record_files()])),
        schema=_dataset(site),
        context={"downloads": _listed(site)},
    )


def _dataset(site: Site) -> metadata.Node:
    record = site.review.record
    url = site.settings.url
    return metadata.dataset(
        record.title,
        f"Records of the review “{record.short_title}”: {site.review_counts()} {site.source_counts()}",
        [record.condition.name, *filter(None, [record.condition.abbreviation]), *record.condition.synonyms],
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
    references = [node.reference for node in review.sources.values()]
    made = {
        "downloads/review.json": exports.review_json(review),
        "downloads/studies.csv": exports.studies_csv(review),
        "downloads/results.csv": exports.results_csv(review),
        "downloads/references.bib": reference_formats.bibtex_file(references),
        "downloads/references.ris": reference_formats.ris_file(references),
        "downloads/references.json": reference_formats.csl_json_file(references),
    }
    agreement = exports.agreement_csv(review)
    if agreement:
        made[_AGREEMENT["address"]] = agreement
    if any(site.syntheses.values()):
        analyses = [analysis for found in site.syntheses.values() for analysis in found]
        made[f"{addresses.DOWNLOADS}{_SYNTHESES['name']}"] = exports.syntheses_csv(analyses)
    for reference in references:
        base = addresses.REFERENCES + addresses.reference_slug(reference.key)
        made[f"{base}.bib"] = reference_formats.to_bibtex(reference)
        made[f"{base}.ris"] = reference_formats.to_ris(reference)
        made[f"{base}.json"] = reference_formats.csl_json_file([reference])
    return made


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
