"""From specs to files: bodies first, then the ends of pages, when it is known what cites what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from evidence_site import addresses, files, limits, measures, policy, records as r
from evidence_site.checks import prose_problems
from evidence_site.compiled import Compiled
from evidence_site.hints import nearest
from evidence_site.history import Revision
from evidence_site.identity import digest
from evidence_site.news import News
from evidence_site.page import CitedPlace, Made, Outline, Page, Section, Spec, canonical, markdown, sections
from evidence_site.pages import (
    care,
    cases,
    charts,
    dictionary,
    documents,
    downloads,
    explore,
    glossary,
    heads,
    home,
    outcomes,
    overlaps,
    problems,
    references,
    risk_of_bias,
    search_text,
    studies,
    topics,
    treatments,
    whats_new,
)
from evidence_site.pages.citing import can_be_cited, citation
from evidence_site.pages.inputs import Inputs
from evidence_site.pages.site import Settings, Site
from evidence_site.pieces import EACH_TIME, Pieces
from evidence_site.problems import Place, Problem
from evidence_site.review import Review
from evidence_site.search_index import EMPTY, Index, indexed

KINDS: tuple[Callable[[Site], Iterator[Spec | Outline]], ...] = (
    home.specs,
    treatments.specs,
    studies.specs,
    outcomes.specs,
    topics.specs,
    cases.specs,
    charts.specs,
    risk_of_bias.specs,
    care.specs,
    overlaps.specs,
    references.specs,
    explore.specs,
    downloads.specs,
    whats_new.specs,
    glossary.specs,
    dictionary.specs,
    problems.specs,
)
"""Every kind of page made from records. A new kind is a module with ``specs`` and a row here."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Tree:
    """The files for the engine, and the pages of the navigation."""

    files: Mapping[str, bytes]
    """By path in the docs folder."""
    nav: Sequence[Any]
    """As MkDocs takes it."""
    problems: Sequence[Problem]
    """Links that lead nowhere and the like: found only when pages are made."""
    made: Mapping[str, Made] = field(default_factory=dict)
    """The pages by address, for the next time: those that would come out the same are not made again."""
    known: frozenset[str] = frozenset()
    """Every address that existed when these pages were made."""
    news: News | None = None
    """What was told of the newest commits."""
    pieces: Mapping[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)
    """What was worked out of single studies and sources, for the next time (``Pieces.kept``)."""
    search: Index = EMPTY
    """The search index, which is among the files, with what it takes to renew it."""


NOTHING = Tree({}, [], [])
"""The tree before the first."""


def render(
    review: Review,
    root: Path,
    templates: Sequence[Path],
    changes: Mapping[str, Revision],
    settings: Settings,
    progress: Progress = lambda *_: None,
    news: News | None = None,
    before: Tree | None = None,
) -> Tree:
    """Every file of the site's docs tree.

    ``root`` is the review's folder (its docs/ are read), ``templates`` the folders with templates, first match first;
    ``changes`` says when files changed; ``progress`` hears the stage, the number done and the number of all; ``news``
    is what the newest commits changed; of the pages in ``before`` those are kept that would come out the same.
    """
    words = (settings.repository, settings.branch, settings.url, settings.name)
    inputs = Inputs(review, root, templates, changes, words) if before is not None else None
    pieces = Pieces(inputs.study, inputs.source, before.pieces) if inputs and before else EACH_TIME
    site = Site(review, root, changes, settings, news or News(), inputs, pieces)
    return _Renderer(site, templates, progress, before or NOTHING).render()


MOST_AT_FIRST = 50
"""A change that touches more pages than this is shown when all of them are made."""


def render_first(
    review: Review,
    root: Path,
    templates: Sequence[Path],
    changes: Mapping[str, Revision],
    settings: Settings,
    before: Tree,
) -> Tree | None:
    """The tree of before, in which only the pages of the studies and sources that changed are new.

    Lists, outcomes, charts and all else that tells of many records is as it was: ``render`` makes that, given this
    tree. None if there is nothing to show first, since pages come or go, or more than a few of them change.
    """
    words = (settings.repository, settings.branch, settings.url, settings.name)
    inputs = Inputs(review, root, templates, changes, words)
    site = Site(review, root, changes, settings, before.news or News(), inputs)
    return _Renderer(site, templates, lambda *_: None, before).render_first()


def _outline(page: Spec | Outline) -> Outline:
    return page if isinstance(page, Outline) else Outline(page.address, page.title, "", lambda: page)


class _Citing:
    """The digests of the places that cite what pages tell of."""

    def __init__(self, cited: Mapping[str, Sequence[CitedPlace]]) -> None:
        self._cited = cited
        self._known: dict[str, str] = {}

    def of(self, outline: Outline) -> str:
        """The digest for a page; empty if it tells of none."""
        digests = list(map(self._of_key, outline.cites))
        return digest(*digests) if len(digests) > 1 else "".join(digests)

    def _of_key(self, key: str) -> str:
        if key not in self._known:
            self._known[key] = digest(*map(repr, self._cited.get(key, ())))
        return self._known[key]


class _Renderer:
    def __init__(self, site: Site, templates: Sequence[Path], progress: Progress, before: Tree) -> None:
        self.site = site
        self.templates = templates
        self.progress = progress
        self.before = before
        self.problems: list[Problem] = []
        self.environment = _environment(tuple(templates))
        self.compiled: dict[str, Template] = {}
        folder = documents.read(site.root)
        self.documents, self.statics = folder.texts, folder.statics
        self.problems += folder.problems
        self.document_specs = list(documents.specs(self.documents))
        self.known: frozenset[str] = frozenset()
        self.same_addresses = False
        self.heads = heads.Heads(site)

    def render(self) -> Tree:
        site = self.site
        outlines = [_outline(page) for kind in KINDS for page in kind(site)] + list(map(_outline, self.document_specs))
        beside = {path: text.encode() for path, text in (downloads.files(site) | explore.files(site)).items()}
        beside |= {path: text.encode() for path, text in whats_new.files(site, self._render).items()}
        beside |= dict(self._assets())
        beside["_headers"] = policy.headers_file().encode()
        beside |= dict(self._copies())
        self._report_taken(self.statics, beside)
        beside = {**self.statics, **beside}
        self.known = frozenset({outline.address for outline in outlines} | beside.keys())
        self.same_addresses = self.known == self.before.known
        self._check(outlines)
        made = self._pages(outlines)
        files = {addresses.source_path(address): page.source for address, page in made.items()}
        self.progress("Search index", 0, 0)
        search = indexed((page.entry for page in made.values() if page.entry), self.before.search)
        kept = {} if self.problems else made
        whole = {**files, **beside, **search.files}
        return Tree(whole, self._nav(), self.problems, kept, self.known, site.news, site.pieces.kept, search)

    def render_first(self) -> Tree | None:
        pages = [page for kind in (studies.specs, references.specs) for page in kind(self.site)]
        outlines = {page.address: page for page in pages if isinstance(page, Outline)}
        self.known = frozenset(self.before.made.keys() | self.before.files.keys())
        if not outlines.keys() <= self.before.made.keys():
            return None
        changed = [outline for outline in outlines.values() if self._before(outline) is None]
        if not 0 < len(changed) <= MOST_AT_FIRST:
            return None
        begun = {outline.address: self._begin(outline) for outline in changed}
        cited: dict[str, list[CitedPlace]] = {}
        for address, page in self.before.made.items():
            places = begun[address][0].cited_places() if address in begun else page.cited
            for key, place in places:
                cited.setdefault(key, []).append(place)
        made = dict(self.before.made)
        digests = _Citing(cited)
        for outline in changed:
            made[outline.address] = self._finish(outline, *begun[outline.address], cited, digests.of(outline))
        if self.problems:
            return None
        files = {addresses.source_path(outline.address): made[outline.address].source for outline in changed}
        return replace(self.before, files={**self.before.files, **files}, problems=[], made=made)

    def _pages(self, outlines: Sequence[Outline]) -> Mapping[str, Made]:
        """Every page by its address: the bodies first, since the ends of some tell who cites them."""
        bodies: dict[str, tuple[Page, str]] = {}
        kept: dict[str, Made] = {}
        cited: dict[str, list[CitedPlace]] = {}
        for number, outline in enumerate(outlines, 1):
            self.progress("Pages", number, len(outlines))
            before = self._before(outline)
            if before is not None:
                kept[outline.address] = before
                places: Iterable[tuple[str, CitedPlace]] = before.cited
            else:
                bodies[outline.address] = page, _ = self._begin(outline)
                places = page.cited_places()
            for key, place in places:
                cited.setdefault(key, []).append(place)
        made: dict[str, Made] = {}
        digests = _Citing(cited)
        for outline in outlines:
            citing = digests.of(outline)
            before = kept.get(outline.address)
            if before is not None and before.citing == citing:
                made[outline.address] = before
            else:
                begun = bodies.pop(outline.address) if outline.address in bodies else self._begin(outline)
                made[outline.address] = self._finish(outline, *begun, cited, citing)
        return made

    def _before(self, outline: Outline) -> Made | None:
        """The page as it was made before, if the same would come out again."""
        before = self.before.made.get(outline.address)
        if before is None or not outline.inputs or before.inputs != outline.inputs:
            return None
        return before if self._leads_where_it_led(before) else None

    def _leads_where_it_led(self, before: Made) -> bool:
        return self.same_addresses or all((address in self.known) is existed for address, existed in before.asked)

    def _begin(self, outline: Outline) -> tuple[Page, str]:
        site = self.site
        page = Page(outline.make(), site.labels, self.known.__contains__, site.short_forms, site.marks)
        body = self._body(page)
        # What only the body shows is let go: the bodies of all pages are made before the end of any.
        page.spec = replace(page.spec, context={})
        return page, body

    def _finish(
        self, outline: Outline, page: Page, body: str, cited: Mapping[str, Sequence[CitedPlace]], citing: str
    ) -> Made:
        found = sections([body, *self._tail(page, cited)])
        source = self._file(page, found)
        self._report_dead_links(page)
        entry = search_text.entry(page.spec, found)
        return Made(outline.inputs, citing, tuple(page.cited_places()), tuple(page.asked), source, entry)

    # --- one page

    def _context(self, page: Page) -> dict[str, Any]:
        return {
            "page": page,
            "review": self.site.review,
            "words": measures,
            "study_name": self.site.study_name,
            "reference_of": self.site.references,
            "index_list": self.site.index_list(),
        }

    def _body(self, page: Page) -> str:
        context = {**page.spec.context, **self._context(page)}
        if page.spec.template == "prose":
            context["sections"] = documents.sections(page.spec)
        return self._render(f"pages/{page.spec.template}.html.j2", context)

    def _tail(self, page: Page, cited: Mapping[str, Sequence[CitedPlace]]) -> Iterator[str]:
        context = self._context(page) | {
            "record": self.site.record_of(page.spec),
            "has_disclaimer": "disclaimer/" in self.known,
        }
        if page.spec.tail:
            yield self._render(f"pages/{page.spec.tail}.html.j2", {**context, **page.spec.tail_context(cited)})
        yield self._render("partials/reference_list.html.j2", context)
        if can_be_cited(page.spec):
            yield self._render("partials/cite.html.j2", context | {"citation": citation(self.site, page.spec)})
        yield self._render("partials/record.html.j2", context)

    def _file(self, page: Page, found: Sequence[Section]) -> bytes:
        head = self._render("partials/head.html.j2", self.heads.context(page))
        return markdown(page.spec, found, " ".join(head.split("\n")).strip()).encode()

    def _render(self, template: str, context: Mapping[str, Any]) -> str:
        if template not in self.compiled:
            self.compiled[template] = self.environment.get_template(template)
        return self.compiled[template].render(context)

    # --- what is found only now

    def _check(self, outlines: Sequence[Outline]) -> None:
        seen: set[str] = set()
        for outline in outlines:
            file = addresses.source_path(outline.address)
            if file in seen:
                files = outline.make().files
                self.problems.append(
                    Problem(
                        Place(files[0] if files else "docs"),
                        "address-taken",
                        f"The address /{outline.address} is already that of another page.",
                        "Rename this file.",
                    )
                )
            seen.add(file)
        for spec in self.document_specs:
            file = spec.files[0]
            self.problems += prose_problems(
                spec.context["prose"],
                self.site.review.evidence.references,
                partial(documents.word_in, self.documents[file], file),
            )

    def _report_dead_links(self, page: Page) -> None:
        if not page.dead_links:
            return
        pages = [address for address in self.known if address.endswith("/")]  # no styles, scripts and the like
        for target in sorted(set(page.dead_links)):
            self.problems.append(
                Problem(
                    self._place_of_link(page.spec, target),
                    "dead-link",
                    f"The link to “{target}” leads nowhere.",
                    nearest(canonical(target).partition("#")[0], pages),
                )
            )

    def _place_of_link(self, spec: Spec, target: str) -> Place:
        for file in spec.files:
            path = self.site.root / file
            text = self.documents.get(file) or (path.read_text("utf-8", "replace") if path.is_file() else "")
            if target in text:
                return documents.find(text, file, target)
        return Place(spec.files[0] if spec.files else "templates")

    def _report_taken(self, statics: Mapping[str, bytes], made: Mapping[str, bytes]) -> None:
        taken = {name.lower() for name in made}
        for name in statics:
            if name.lower() in taken or name.lower().startswith("search/"):
                message = f"The address /{name} is already that of a file which is made from the records."
                self.problems.append(Problem(Place(f"docs/{name}"), "address-taken", message, "Rename this file."))

    # --- beside the pages

    def _assets(self) -> Iterator[tuple[str, bytes]]:
        for folder in reversed(self.templates):
            shown = "templates/assets"
            entries = files.read_folder(folder / "assets", shown, limits.FOLDER_FILES)
            for entry in [entries] if isinstance(entries, Problem) else entries:
                name = shown if isinstance(entry, Problem) else f"{shown}/{files.printable(entry.name)}"
                if isinstance(entry, Problem):
                    self.problems.append(entry)
                elif not entry.is_dir(follow_symlinks=False):
                    content = files.read_bytes(Path(entry.path), name, limits.PICTURE_BYTES)
                    if isinstance(content, Problem):
                        self.problems.append(content)
                    else:
                        yield f"assets/{entry.name}", content

    def _copies(self) -> Iterator[tuple[str, bytes]]:
        """The files of the evidence, as they were read: those that did not change are taken from before."""
        evidence = self.site.review.evidence
        records = (*evidence.all_records(), *evidence.extractions.values())
        digests = {loaded.document.file: loaded.document.digest for loaded in records}
        for file in self.site.record_files():
            path = addresses.record_copy(file)
            copy = self.before.files.get(path)
            if copy is None or digest(copy) != digests.get(file):
                copy = (self.site.root / file).read_bytes()
            yield path, copy

    def _nav(self) -> list[Any]:
        review = self.site.review
        nav: list[Any] = [{"Home": "index.md"}]

        def section(title: str, index: str, pages: Sequence[str] = ()) -> None:
            # Pages of which this review has nothing to say are not made.
            files = [addresses.source_path(address) for address in (index, *pages) if address in self.known]
            if files:
                nav.append({title: files if len(files) > 1 else files[0]})

        treatments = [addresses.treatment(t) for t in review.treatments]
        section("Treatments", addresses.TREATMENTS, [*treatments, addresses.EVIDENCE_MAP])
        section("Outcomes", addresses.OUTCOMES, [addresses.outcome(o) for o in review.outcomes])
        section("Topics", addresses.TOPICS, [addresses.topic(t) for t in review.topics])
        section("Cases", addresses.CASES, [*(addresses.case(c) for c in review.cases), addresses.CASE_LANES])
        section("Explore", addresses.EXPLORE)
        # Studies and references stay out: each record in the navigation costs time and bytes on every page.
        section("Studies", addresses.STUDIES, [addresses.RISK_OF_BIAS, addresses.CARE, addresses.OVERLAPS])
        section("References", addresses.REFERENCES)
        about = [addresses.source_path(spec.address) for spec in self.document_specs]
        if review.record.prisma:
            about.append(addresses.source_path(addresses.SEARCH_FLOW))
        also = (addresses.WHATS_NEW, addresses.GLOSSARY, addresses.DICTIONARY, addresses.PROBLEMS, addresses.DOWNLOADS)
        nav.append({"About": [*about, *(addresses.source_path(address) for address in also)]})
        return nav


@lru_cache(maxsize=8)
def _environment(templates: tuple[Path, ...]) -> Environment:
    # Kept while a site is served: compiling templates takes longer than rendering a small review. Changed ones are
    # noticed by their time.
    environment = Environment(
        loader=FileSystemLoader([str(folder) for folder in templates]),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=Compiled("pages"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["missing_value"] = lambda value: isinstance(value, r.Missing)
    environment.filters["safe_html"] = lambda value: Markup(value)  # escaped by reference_style
    environment.filters["lower_first"] = measures.in_sentence
    environment.filters["upper_first"] = lambda text: text[:1].upper() + text[1:]
    return environment
