"""Charts: what is drawn where, computed from the review; templates turn it into SVG and HTML.

Why templates and no drawing library: a chart here is part of its page. Each mark links to its study relative to that
page, colours are the page's own variables (light, dark, print), text stays text, the same records give the same bytes,
nothing runs in the reader's browser, and twenty marks fit in a few kilobytes. Tried with twenty linked points:

- matplotlib 3.11: links and text, but a date and random ids in every file unless told otherwise, colours as fixed
  values, neither classes nor titles for single marks, and 90 MB to install with NumPy and Pillow.
- Altair 6.3 with vl-convert 1.9: steady bytes, variables as colours and labels for screen readers, but relative links
  become links to another host, and the converter is an 88 MB binary.
- pygal 3.1: other ids in each run, 24 kB, and a script from another host.
- svgwrite 1.4: only spells SVG, which Jinja does as well with escaping on; declared inactive.

``change`` and ``forest`` are drawn with the evidence on treatments, ``lanes`` and ``evidence_map`` have pages of their
own, ``timeline`` belongs to cases, ``flow`` to the search. None of them knows HTML or a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from evidence_site.charts import change, evidence_map, forest, lanes, timeline

LAYOUT: Mapping[str, ModuleType] = {
    "change": change,
    "lanes": lanes,
    "evidence_map": evidence_map,
    "forest": forest,
    "timeline": timeline,
}
"""The measures of each drawing, by the name that templates use."""
