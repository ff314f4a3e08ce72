"""The pages of the site: which there are, what each shows, and their files for the engine.

Each kind of page is a module that yields specs; ``render`` makes the whole tree of them in memory.
"""

from evidence_site.pages.renderer import NOTHING, Tree, render, render_first
from evidence_site.pages.site import Settings, Site

__all__ = ["NOTHING", "Settings", "Site", "Tree", "render", "render_first"]
