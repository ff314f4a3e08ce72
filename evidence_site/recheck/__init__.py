"""Is it still true: asks Crossref, PubMed, the DOI system and the web what became of a review's sources and links."""

from evidence_site.recheck.findings import CODES, Finding, findings
from evidence_site.recheck.report import FORMATS, Report
from evidence_site.recheck.run import recheck

__all__ = ["CODES", "FORMATS", "Finding", "Report", "findings", "recheck"]
