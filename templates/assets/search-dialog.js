// The search as readers see it: a field, kinds to choose from, and results that lead to pages and their sections.

import { Search, marked, placesOn } from "./search-model.js";

/** @import { Found, Hit, PageText, Pieces, Place } from "./search-model.js" */

/** By kind: what one page of it is called, and many. @type {Record<string, [string, string]>} */
const KINDS = {
  treatments: ["Treatment", "Treatments"],
  outcomes: ["Outcome", "Outcomes"],
  topics: ["Topic", "Topics"],
  cases: ["Case", "Cases"],
  studies: ["Study", "Studies"],
  references: ["Reference", "References"],
  pages: ["Page", "Other pages"],
};
const AT_ONCE = 10;
const SECTIONS = 3;
const PAUSE = 60;

/** @type {SearchDialog | undefined} */
let dialog;

/**
 * @param {URL} root where the site begins
 * @param {() => string} query what is asked for by the time that the search is there
 */
export async function openSearch(root, query) {
  if (!dialog) {
    await styled(root);
    dialog = new SearchDialog(root);
  }
  dialog.open(query());
}

/** @param {URL} root */
function styled(root) {
  const link = element("link", { rel: "stylesheet", href: new URL("assets/search.css", root).href });
  document.head.append(link);
  return new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = reject;
  });
}

class SearchDialog {
  /** @param {URL} root */
  constructor(root) {
    this.root = root;
    this.model = new Search((path) => read(new URL(`search/${path}`, root)));
    /** @type {Found | undefined} */
    this.found = undefined;
    /** @type {Hit[]} */
    this.hits = [];
    /** What is asked for. @type {string | undefined} */
    this.query = undefined;
    /** Counts what was begun to be shown: what comes late is dropped. */
    this.turn = 0;
    this.shown = 0;
    this.timer = 0;
    this.field = element("input", {
      type: "search",
      id: "er-search-field",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "go",
      "aria-describedby": "er-search-said",
    });
    this.said = element("p", { class: "er-search__said", id: "er-search-said", role: "status" });
    this.kinds = element("fieldset", { class: "er-search__kinds", hidden: "" });
    this.list = element("ol", { class: "er-search__results" });
    this.more = element("button", { type: "button", class: "er-search__more", hidden: "" }, "Show more");
    this.results = element("div", { class: "er-search__found" }, this.list, this.more);
    this.close = element("button", { type: "button" }, "Close");
    this.box = element(
      "dialog",
      { class: "er-search", "aria-label": "Search" },
      element(
        "form",
        { role: "search" },
        element("label", { for: "er-search-field" }, "Search"),
        this.field,
        this.close,
      ),
      this.said,
      this.kinds,
      this.results,
      element("p", { class: "er-search__keys", "aria-hidden": "true" }, "↑ ↓ choose · Enter open · Esc close"),
    );
    document.body.append(this.box);
    this.#listen();
  }

  /** @param {string} query */
  open(query) {
    if (!this.box.open) this.box.showModal();
    if (query) this.field.value = query;
    this.field.focus();
    if (query) this.field.setSelectionRange(query.length, query.length);
    else this.field.select();
    this.#search();
    remember(this.field.value.trim());
  }

  #listen() {
    this.field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.#search(), PAUSE);
    });
    this.box.addEventListener("keydown", (event) => this.#onKey(event));
    this.box.addEventListener("click", (event) => {
      const link = event.target instanceof Element && event.target.closest("a");
      // A link within this page only scrolls, so the search has to go out of its way.
      const scrolls = link && link.pathname === location.pathname && !event.ctrlKey && !event.metaKey;
      if (scrolls || event.target === this.box) this.box.close();
    });
    this.box.addEventListener("close", () => {
      clearTimeout(this.timer);
      remember("");
    });
    // On the way back Safari shows the page as it was left, and then empties a field that is not to be completed.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) setTimeout(() => (this.field.value = this.query ?? ""));
    });
    this.close.addEventListener("click", () => this.box.close());
    this.more.addEventListener("click", () => this.#showMore());
    this.kinds.addEventListener("change", () => this.#show());
    this.box.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#openFirst();
    });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      this.box.close();
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || (event.target instanceof HTMLInputElement && event.target.type === "radio")) return;
    event.preventDefault();
    const stops = [this.field, ...this.list.querySelectorAll("a")];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    stops[Math.min(Math.max(at + by, 0), stops.length - 1)].focus();
  }

  async #openFirst() {
    clearTimeout(this.timer);
    await this.#search();
    this.list.querySelector("a")?.click();
  }

  /** Look for what stands in the field; done when its results are shown, or when something else is asked for. */
  #search() {
    const query = this.field.value.trim();
    if (query !== this.query) {
      this.query = query;
      remember(query);
      this.going = this.#find(query);
    }
    return this.going;
  }

  /** @param {string} query */
  async #find(query) {
    if (!query) {
      this.#clear("Type a treatment, an outcome, an author, a DOI or any other word.");
      return;
    }
    try {
      const found = await this.model.find(query);
      if (query !== this.query) return;
      this.found = found;
      await this.#show();
    } catch {
      if (query !== this.query) return;
      this.#clear("The search could not be loaded. Studies and references are also in their lists.");
      this.query = undefined;
    }
  }

  /** @param {string} said */
  #clear(said) {
    this.found = undefined;
    this.turn += 1;
    this.box.dataset.shown = this.query ?? "";
    this.said.textContent = said;
    this.list.replaceChildren();
    this.kinds.hidden = this.more.hidden = true;
  }

  /** Show the found pages of the chosen kind from the first on. */
  async #show() {
    const turn = ++this.turn;
    const query = this.query ?? "";
    if (!this.found) return;
    const counts = new Map(Object.keys(KINDS).map((kind) => [kind, 0]));
    for (const hit of this.found.hits) counts.set(hit.kind, (counts.get(hit.kind) ?? 0) + 1);
    let chosen = this.box.querySelector("input[name=kind]:checked")?.getAttribute("value") ?? "";
    if (!counts.get(chosen)) chosen = "";
    this.hits = chosen ? this.found.hits.filter((hit) => hit.kind === chosen) : this.found.hits;
    const first = await this.#items(0);
    if (turn !== this.turn) return;
    const held = this.results.contains(document.activeElement) ? document.activeElement : null;
    this.#showKinds(counts, chosen);
    this.list.replaceChildren(...first);
    this.shown = first.length;
    this.box.dataset.shown = query;
    this.#say(chosen);
    this.results.scrollTo(0, 0);
    if (held) this.#holdFocus(held);
  }

  /** The focus stays on a result that is there again, or goes where words are typed. @param {Element} held */
  #holdFocus(held) {
    const links = [...this.list.querySelectorAll("a")];
    const again = held instanceof HTMLAnchorElement && links.find((link) => link.href === held.href);
    (again || this.field).focus();
  }

  async #showMore() {
    const turn = ++this.turn;
    const items = await this.#items(this.shown);
    if (turn !== this.turn) return;
    this.list.append(...items);
    this.shown += items.length;
    this.more.hidden = this.shown >= this.hits.length;
    items[0]?.querySelector("a")?.focus();
  }

  /** @param {number} from */
  async #items(from) {
    const { hits, found, query } = this;
    if (!found) return [];
    const pages = await this.model.pages(hits.slice(from, from + AT_ONCE), query ?? "");
    return pages.map(({ page, kind }) => this.#item(page, KINDS[kind]?.[0] ?? "", found.words));
  }

  /**
   * A result: the page with its best part, and below it the sections that have the words, too.
   * @param {PageText} page
   * @param {string} kind
   * @param {Set<string>} words
   */
  #item(page, kind, words) {
    const [best, ...others] = placesOn(page, words);
    const address = new URL(page.address, this.root).href;
    const link = (/** @type {string} */ id, /** @type {Node[]} */ ...content) =>
      element("a", { href: address + (id ? `#${id}` : "") }, ...content);
    const top = link(
      "",
      element("span", { class: "er-search__kind" }, kind),
      element("span", { class: "er-search__title" }, ...shown(marked(page.title, words))),
      ...(best && !best.id ? [excerpt(best)] : []),
    );
    const sections = [best, ...others].filter((place) => place?.id).slice(0, SECTIONS);
    const parts = sections.map((place) =>
      element("li", {}, link(place.id, element("span", { class: "er-search__heading" }, ...shown(place.heading)), excerpt(place))),
    );
    return element("li", {}, top, ...(parts.length ? [element("ul", {}, ...parts)] : []));
  }

  /** @param {Map<string, number>} counts @param {string} chosen */
  #showKinds(counts, chosen) {
    /** @type {[string, string, number][]} */
    const options = [["", "All", this.found?.hits.length ?? 0]];
    for (const [kind, count] of counts) if (count) options.push([kind, KINDS[kind]?.[1] ?? kind, count]);
    const focused = this.kinds.contains(document.activeElement);
    const labels = options.map(([kind, name, count]) => {
      const radio = element("input", { type: "radio", name: "kind", value: kind, class: "er-hidden" });
      radio.checked = kind === chosen;
      return element("label", {}, radio, element("span", {}, `${name} `, element("b", {}, String(count))));
    });
    this.kinds.replaceChildren(element("legend", { class: "er-hidden" }, "Show only"), ...labels);
    this.kinds.hidden = options.length < 3;
    if (focused) /** @type {HTMLInputElement | null} */ (this.kinds.querySelector("input:checked"))?.focus();
  }

  /** @param {string} chosen */
  #say(chosen) {
    if (!this.found) return;
    const count = this.hits.length;
    this.more.hidden = this.shown >= count;
    const [one, many] = KINDS[chosen] ?? ["page", "pages"];
    const what = (count === 1 ? one : many).toLowerCase();
    if (!this.found.asked) this.said.textContent = "These words are on nearly every page. Add another one.";
    else if (!count) this.said.textContent = "Nothing found.";
    else if (this.found.partial) this.said.textContent = `No page has all of these words. ${count} ${what} with most of them:`;
    else this.said.textContent = `${count} ${what} found.`;
  }
}

/** @param {Place} place */
function excerpt(place) {
  return element("span", { class: "er-search__excerpt" }, ...shown(place.excerpt));
}

/** @param {Pieces} pieces */
function shown(pieces) {
  return pieces.map(({ text, marked }) => (marked ? element("mark", {}, text) : document.createTextNode(text)));
}

/** Keep the query in the address, for sharing and for the way back. @param {string} query */
function remember(query) {
  const address = new URL(location.href);
  if (query) address.searchParams.set("q", query);
  else address.searchParams.delete("q");
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

/** @param {URL} address */
async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status}: ${address}`);
  return response.json();
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} content
 */
function element(name, attributes, ...content) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...content);
  return made;
}
