"""Every limit on what is read, in one place: far above what people write, far below what would hurt.

A file beyond a limit is a problem with its name, never a program that hangs. ``docs/development/security.md`` lists
them.
"""

from __future__ import annotations

# --- records in YAML, and settings -----------------------------------------------------------------------------------

YAML_BYTES = 2_000_000
"""Of one file."""
YAML_DEPTH = 40
"""Of lists and groups of fields inside each other."""
YAML_VALUES = 50_000
"""In one file: values, field names, lists and groups of fields together."""
YAML_TEXT = 100_000
"""Characters of one value."""
YAML_NAME = 200
"""Characters of the name of a field."""
YAML_DIGITS = 15
"""Of one number: beyond that a computer's number no longer says exactly what was written."""
YAML_PROBLEMS = 100
"""In one file; then its reading ends."""

# --- the bibliography, and what is imported into it ------------------------------------------------------------------

BIBTEX_BYTES = 20_000_000
"""Of one file; 5,000 references with abstracts are about 12 MB."""
BIBTEX_ENTRIES = 20_000
"""In one file."""
BIBTEX_ENTRY = 200_000
"""Characters of one entry: in a longer one most likely a closing brace is missing somewhere."""
BIBTEX_EXPANDED = 80_000_000
"""Characters of all fields together once @string abbreviations are written out."""
BIBTEX_PROBLEMS = 1000
"""In one file; then its reading ends: it is hardly a bibliography."""
BIBTEX_NAME = 1000
"""Characters of the name of one person or organisation."""
LATEX_DEPTH = 100
"""Of braces inside each other: what is nested deeper is skipped; pybtex refuses it as well."""
IMPORT_BYTES = 20_000_000
"""Of one file that is imported, whatever its form."""

# --- folders ---------------------------------------------------------------------------------------------------------

FOLDER_FILES = 20_000
"""In one folder of records, and in docs/ with all its folders."""
EVIDENCE_BYTES = 100_000_000
"""Of all records together."""

# --- pages that people write, and what lies beside them --------------------------------------------------------------

PAGE_BYTES = 1_000_000
"""Of one page in docs/."""
PAGE_TEXT = 50_000
"""Characters of one page in docs/: a long page takes more than its share of time to be taken apart."""
PICTURE_BYTES = 20_000_000
"""Of one picture or other file in docs/, and of one style or script in templates/assets/."""
DOCS_BYTES = 200_000_000
"""Of all that lies beside the pages in docs/."""
TEMPLATE_BYTES = 40_000
"""Of one template of a review's own."""

# --- history ---------------------------------------------------------------------------------------------------------

HISTORY_BYTES = 8_000_000
"""Of one file at one commit: a larger one is left out of What's new."""
