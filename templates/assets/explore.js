/**
 * The Explore page: what the reader asks for, in the form and in the address, and the rows that answer it.
 *
 * Own code and no library, for reasons told in docs/development/explore.md. The form, the facets with their options and
 * the heads of the tables stand in the page; here are only the counts, the rows and what happens. All text goes in as
 * text, never as HTML.
 */

import { FIRST_SORT, firstState, readAddress, writeAddress, year } from "./explore-address.js";
import { csv } from "./explore-csv.js";
import { Catalogue, FACETS, KINDS, wordsOf } from "./explore-model.js";

/** @typedef {import("./explore-model.js").Kind} Kind */
/** @typedef {import("./explore-model.js").Found} Found */
/** @typedef {import("./explore-address.js").State} State */
/** @typedef {import("./explore-parts.js").Parts} Parts */

/** So few that a keystroke is answered at once, and that a reader who listens gets through them. */
const ROWS_ON_A_PAGE = 50;
/** How long typing has to pause before it is told to a screen reader and kept in the address, in milliseconds. */
const PAUSE = 400;
/** Screens on which explore.css puts the filters above the rows. */
const NARROW = "(max-width: 59.9375em)";
/** @type {Record<Kind, [string, string]>} */
const NOUNS = { studies: ["study", "studies"], results: ["result", "results"], references: ["reference", "references"] };

/**
 * @template {Element} T
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {any} */ (document.getElementById(id));
/** @param {number} n @param {[string, string]} noun */
const counted = (n, noun) => `${n.toLocaleString("en")} ${noun[n === 1 ? 0 : 1]}`;

/**
 * An element with text and other elements in it.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} content
 */
function element(tag, attributes, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

class Explore {
  /**
   * @param {HTMLFormElement} form
   * @param {Catalogue} catalogue
   * @param {Pick<Parts, "toFind" | "toShow" | "toSave" | "toSearch" | "load">} parts
   */
  constructor(form, catalogue, parts) {
    this.form = form;
    this.catalogue = catalogue;
    this.parts = parts;
    /** Counts what was asked for, so that an answer that comes too late is known. */
    this.turn = 0;
    /** What is being waited for. */
    this.coming = Promise.resolve();
    this.isWaiting = false;
    this.root = form.dataset.root ?? "";
    /** @type {State} */
    this.state = firstState();
    /** @type {Uint32Array} the rows found, in the order in which they are shown */
    this.rows = new Uint32Array();
    this.pause = 0;
    /** Which rows stand in the table. */
    this.shown = "";
    /** The facets' options: their boxes and the places of their counts. */
    this.options = FACETS.map((facet) => {
      const boxes = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll(`input[name="${facet}"]`)]);
      const codes = new Map(catalogue.options(facet).map((id, code) => [id, code]));
      return boxes.map((box) => {
        const count = /** @type {Element} */ (box.parentElement?.querySelector("[data-count]"));
        return { id: box.value, code: codes.get(box.value) ?? -1, box, count, label: box.parentElement };
      });
    });
    this.words = /** @type {HTMLInputElement} */ (form.elements.namedItem("words"));
    this.from = /** @type {HTMLInputElement} */ (form.elements.namedItem("from"));
    this.to = /** @type {HTMLInputElement} */ (form.elements.namedItem("to"));
    this.#listen();
  }

  #listen() {
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      if (field.name === "show") this.#show(/** @type {Kind} */ (field.value));
      else this.#change({ ...this.#asked(), page: 1 }, field.type === "checkbox" ? "push" : "pause");
    });
    for (const kind of KINDS) {
      byId(`explore-${kind}`).addEventListener("click", (event) => {
        const head = /** @type {Element} */ (event.target).closest("button")?.closest("th");
        if (head?.dataset.column) this.#sortBy(head.dataset.column);
      });
    }
    byId("explore-previous").addEventListener("click", () => this.#turnTo(this.state.page - 1));
    byId("explore-next").addEventListener("click", () => this.#turnTo(this.state.page + 1));
    byId("explore-reset").addEventListener("click", () => {
      const { show } = this.state;
      this.#change({ ...firstState(), show, sort: FIRST_SORT[show] }, "push");
      this.#fill();
    });
    byId("explore-download").addEventListener("click", () => this.#download().catch(() => this.#failed(true)));
    byId("explore-ris").addEventListener("click", () => this.#toManagers().catch(() => this.#failed(true)));
    byId("explore-chosen").addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("button");
      if (button) this.#takeAway(button);
    });
    addEventListener("popstate", () => this.open());
    // On the way back Safari shows the page as it was left, and then empties a form that is not to be completed.
    addEventListener("pageshow", (event) => {
      if (event.persisted) setTimeout(() => this.#fill());
    });
  }

  /** Show what the address asks for. */
  open() {
    const options = (/** @type {string} */ facet) => this.catalogue.options(facet);
    this.state = readAddress(location.search, options, (kind) => this.#heads(kind).map((head) => head.dataset.column ?? ""));
    this.#fill();
    for (const facet of this.form.querySelectorAll("details details")) {
      if (facet.querySelector("input:checked")) facet.setAttribute("open", "");
    }
    this.#render();
    this.#say();
  }

  /** Bring the fields in step with the state. */
  #fill() {
    const { state } = this;
    for (const radio of this.form.querySelectorAll('input[name="show"]')) {
      /** @type {HTMLInputElement} */ (radio).checked = /** @type {HTMLInputElement} */ (radio).value === state.show;
    }
    this.words.value = state.words;
    this.from.value = state.from === null ? "" : String(state.from);
    this.to.value = state.to === null ? "" : String(state.to);
    this.options.forEach((options, facet) => {
      const chosen = state.chosen[FACETS[facet]] ?? [];
      for (const { id, box } of options) box.checked = chosen.includes(id);
    });
  }

  /** What the fields ask for. @returns {State} */
  #asked() {
    /** @type {Record<string, string[]>} */
    const chosen = {};
    this.options.forEach((options, facet) => {
      const ids = options.filter(({ box }) => box.checked).map(({ id }) => id);
      if (ids.length) chosen[FACETS[facet]] = ids;
    });
    return { ...this.state, words: this.words.value, chosen, from: year(this.from.value), to: year(this.to.value) };
  }

  /**
   * Show another state and keep it in the address: at once, or when typing pauses.
   * @param {State} state
   * @param {"push" | "pause"} when
   */
  #change(state, when) {
    this.state = state;
    this.#render();
    clearTimeout(this.pause);
    if (when === "push") {
      this.#keep(false);
      this.#say();
    } else {
      this.pause = setTimeout(() => {
        this.#keep(true);
        this.#say();
      }, PAUSE);
    }
  }

  /**
   * Keep the state in the address. What is typed without doing anything else in between is one step back.
   * @param {boolean} typed
   */
  #keep(typed) {
    const address = location.pathname + writeAddress(this.state) + location.hash;
    if (address === location.pathname + location.search + location.hash) return;
    if (typed && history.state?.typed) history.replaceState({ typed }, "", address);
    else history.pushState({ typed }, "", address);
  }

  /** @param {Kind} show */
  #show(show) {
    this.#change({ ...this.state, show, sort: FIRST_SORT[show], page: 1 }, "push");
  }

  /** @param {string} column */
  #sortBy(column) {
    const { sort } = this.state;
    const next = sort === column ? `-${column}` : sort === `-${column}` ? column : column === "year" ? "-year" : column;
    this.#change({ ...this.state, sort: next, page: 1 }, "push");
  }

  /** @param {number} page */
  #turnTo(page) {
    if (page < 1 || page > this.#pages()) return;
    this.#change({ ...this.state, page }, "push");
    // The rows have changed above: go to their beginning, for eyes and screen readers alike.
    const heading = byId("explore-count");
    /** @type {HTMLElement} */ (heading).focus({ preventScroll: true });
    heading.scrollIntoView({ block: "start" });
  }

  /** @param {Element} button */
  #takeAway(button) {
    const { facet = "", id = "" } = /** @type {HTMLElement} */ (button).dataset;
    const place = [...byId("explore-chosen").querySelectorAll("button")].indexOf(/** @type {any} */ (button));
    const state = { ...this.state, chosen: { ...this.state.chosen }, page: 1 };
    if (facet === "words") state.words = "";
    else if (facet === "year") Object.assign(state, { from: null, to: null });
    else state.chosen[facet] = (state.chosen[facet] ?? []).filter((other) => other !== id);
    this.#change(state, "push");
    this.#fill();
    const left = byId("explore-chosen").querySelectorAll("button");
    /** @type {HTMLElement} */ (left[Math.min(place, left.length - 1)] ?? byId("explore-reset")).focus();
  }

  // --- showing -----------------------------------------------------------------------------------------------------

  /** Show what the state asks for: at once if all of it is here, else when it has come. */
  #render() {
    const { state, catalogue } = this;
    const column = state.sort.replace(/^-/, "");
    this.turn++;
    if (this.#waits(this.parts.toFind(state.show, column, wordsOf(state.words).length > 0))) return;
    const found = catalogue.find(state);
    const order = catalogue.order(state.show, column, state.sort.startsWith("-"), this.treatment);
    const { rows, size } = found[state.show];
    this.rows = new Uint32Array(size);
    let place = 0;
    for (const row of order) if (rows[row]) this.rows[place++] = row;
    state.page = Math.min(state.page, this.#pages());
    this.#renderCounts(found);
    this.#renderChosen();
    this.#renderHeads();
    if (this.#waits(this.parts.toShow(state.show, this.#rowsOnPage()))) this.#renderRows([]);
    else this.#renderRows(this.#rowsOnPage());
  }

  /** Whether files have to come first; then all is shown again, and told, when they have. @param {string[]} files */
  #waits(files) {
    this.isWaiting = files.length > 0;
    this.form.setAttribute("aria-busy", String(this.isWaiting));
    this.#failed(false);
    if (!this.isWaiting) return false;
    const { turn } = this;
    byId("explore-count").textContent = "Loading …";
    this.coming = this.parts.load(files).then(() => {
      if (turn !== this.turn) return;
      this.#render();
      this.#say();
    });
    this.coming.catch(() => {
      if (turn !== this.turn) return;
      this.isWaiting = false;
      this.form.setAttribute("aria-busy", "false");
      byId("explore-count").textContent = "Not loaded";
      this.#failed(true);
    });
    return true;
  }

  /** Say whether something could not be loaded. @param {boolean} has */
  #failed(has) {
    byId("explore-failure").toggleAttribute("hidden", !has);
  }

  /** Wait until nothing is missing; rejected if something could not be loaded. */
  async settled() {
    while (this.isWaiting) await this.coming;
  }

  #rowsOnPage() {
    const first = (this.state.page - 1) * ROWS_ON_A_PAGE;
    return [...this.rows.subarray(first, first + ROWS_ON_A_PAGE)];
  }

  #pages() {
    return Math.max(1, Math.ceil(this.rows.length / ROWS_ON_A_PAGE));
  }

  /** The only treatment that is chosen, of which persons are counted then; null if there are none or several. */
  get treatment() {
    const chosen = this.state.chosen.treatment ?? [];
    const none = chosen.length === 1 && chosen[0] === "none";
    return chosen.length === 1 && !none ? this.catalogue.options("treatment").indexOf(chosen[0]) : null;
  }

  /** @param {Record<Kind, Found>} found */
  #renderCounts(found) {
    const { state } = this;
    for (const kind of KINDS) {
      const place = /** @type {Element} */ (this.form.querySelector(`[data-found="${kind}"]`));
      place.textContent = found[kind].size.toLocaleString("en");
    }
    const counts = found[state.show].counts;
    this.options.forEach((options, facet) => {
      for (const { code, count, label } of options) {
        const number = counts[FACETS[facet]][code] ?? 0;
        count.textContent = number.toLocaleString("en");
        label?.classList.toggle("er-explore__option--none", number === 0);
      }
    });
    byId("explore-count").textContent = this.#inWords();
    byId("explore-persons").textContent = state.show === "studies" ? this.#personsInWords() : "";
    byId("explore-nothing").toggleAttribute("hidden", this.rows.length > 0);
    for (const id of ["explore-download", "explore-ris"]) byId(id).toggleAttribute("disabled", this.rows.length === 0);
    byId("explore-ris").toggleAttribute("hidden", state.show !== "references");
    byId("explore-reset").toggleAttribute("disabled", writeAddress(state) === writeAddress({ ...firstState(), show: state.show, sort: FIRST_SORT[state.show] }));
    const pages = this.#pages();
    byId("explore-pages").toggleAttribute("hidden", pages === 1);
    byId("explore-page").textContent = `Page ${state.page} of ${pages.toLocaleString("en")}`;
    // Not disabled, so that the focus stays on the button.
    byId("explore-previous").setAttribute("aria-disabled", String(state.page === 1));
    byId("explore-next").setAttribute("aria-disabled", String(state.page === pages));
  }

  /** How many rows were found, and which of them are shown. */
  #inWords() {
    const all = counted(this.rows.length, NOUNS[this.state.show]);
    if (this.#pages() === 1) return all;
    const first = (this.state.page - 1) * ROWS_ON_A_PAGE + 1;
    const last = Math.min(this.rows.length, first + ROWS_ON_A_PAGE - 1);
    return `${all}, ${first.toLocaleString("en")} to ${last.toLocaleString("en")} shown`;
  }

  /** How many persons the studies found add to the review's count. */
  #personsInWords() {
    const treatment = this.treatment;
    let persons = 0;
    for (const row of this.rows) persons += this.catalogue.counting(row, treatment).persons;
    const said = counted(persons, ["person", "persons"]);
    const once = `${this.form.dataset.persons}, each counted once in the review`;
    if (treatment !== null) return `In them ${said} ${once}, had ${this.#option("treatment", treatment)}.`;
    const narrow = ["treatment", "outcome"].some((facet) => this.state.chosen[facet]?.length);
    return `They add ${said} ${once}${narrow ? "; not each of these has all that is chosen" : ""}.`;
  }

  /** Tell a screen reader what was found. */
  #say() {
    if (this.isWaiting) return;
    byId("explore-status").textContent = `${this.#inWords()}.`;
  }

  /** The filters in words, each with a button that takes it away. */
  #renderChosen() {
    const { state } = this;
    /** @type {[string, string, string][]} */
    const chosen = [];
    if (state.words.trim()) chosen.push(["words", "", `Words: ${state.words.trim()}`]);
    FACETS.forEach((facet, n) => {
      const name = this.options[n][0]?.box.closest("fieldset")?.querySelector("legend")?.textContent ?? facet;
      const ids = state.chosen[facet] ?? [];
      for (const id of ids) {
        chosen.push([facet, id, `${name}: ${this.#option(facet, this.catalogue.options(facet).indexOf(id))}`]);
      }
      this.#number(facet, ids.length);
    });
    const hasYears = state.from !== null || state.to !== null;
    if (hasYears) chosen.push(["year", "", `Year: ${state.from ?? "…"} to ${state.to ?? "…"}`]);
    this.#number("year", Number(hasYears));
    this.#number("all", chosen.length - Number(Boolean(state.words.trim())));
    byId("explore-chosen").replaceChildren(...chosen.map(([facet, id, text]) => {
      const hidden = element("span", { class: "er-explore__hidden" }, "Take away ");
      const sign = element("span", { "aria-hidden": "true" }, " ×");
      return element("li", {}, element("button", { type: "button", "data-facet": facet, "data-id": id }, hidden, text, sign));
    }));
  }

  /** How many options of a facet are chosen, beside its name. @param {string} facet @param {number} n */
  #number(facet, n) {
    const place = /** @type {Element} */ (this.form.querySelector(`[data-number="${facet}"]`));
    place.textContent = n ? `${n} chosen` : "";
  }

  /** @param {Kind} kind @returns {HTMLElement[]} */
  #heads(kind) {
    return [...byId(`explore-${kind}`).querySelectorAll("th[data-column]")].map((head) => /** @type {HTMLElement} */ (head));
  }

  #renderHeads() {
    const { sort, show } = this.state;
    for (const kind of KINDS) byId(`explore-${kind}`).toggleAttribute("hidden", kind !== show || !this.rows.length);
    for (const head of this.#heads(show)) {
      const { column } = head.dataset;
      if (sort.replace(/^-/, "") === column) head.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const persons = this.#heads("studies").find((head) => head.dataset.column === "persons")?.firstElementChild;
    if (persons) persons.textContent = this.treatment === null ? "Persons counted" : "Persons who had it";
  }

  /** @param {number[]} rows */
  #renderRows(rows) {
    const shown = [this.state.show, this.treatment, ...rows].join();
    if (shown === this.shown) return; // the same rows: most of the work is to lay them out
    this.shown = shown;
    const body = /** @type {Element} */ (byId(`explore-${this.state.show}`).querySelector("tbody"));
    const cells = CELLS[this.state.show];
    const heads = this.#heads(this.state.show).map((head) => head.textContent.trim());
    body.replaceChildren(...rows.map((row) => {
      const [name, ...others] = cells(this, row);
      // Roles and names of columns are for phones, where a row is a card: see landmarks.js and reading.css.
      return element("tr", { role: "row" }, element("th", { scope: "row", role: "rowheader" }, ...name),
        ...others.map((content, column) => typeof content === "number" || content === null
          ? element("td", { class: "er-num", role: "cell", "data-head": heads[column + 1] }, content === null ? "—" : String(content))
          : element("td", { role: "cell", "data-head": heads[column + 1] }, ...content)));
    }));
  }

  // --- what stands in rows -----------------------------------------------------------------------------------------

  /**
   * The text in a column.
   * @param {"studies" | "arms" | "results" | "references"} table
   * @param {string} column
   * @param {number} row
   * @returns {string}
   */
  text(table, column, row) {
    return this.catalogue.texts[this.catalogue.column(table, column)[row]];
  }

  /** The options of a row. @param {Kind} kind @param {string} facet @param {number} row */
  codes(kind, facet, row) {
    return this.catalogue.sets[this.catalogue.tables[kind].facets[FACETS.indexOf(facet)][row]];
  }

  /** The name of an option. @param {string} facet @param {number} code */
  #option(facet, code) {
    return this.catalogue.texts[this.catalogue.data.facets[facet].name[code]];
  }

  /** @param {string} facet @param {number[]} codes */
  names(facet, codes) {
    return codes.map((code) => this.#option(facet, code));
  }

  /** Options in words, with links to their pages where they have one. @param {string} facet @param {number[]} codes */
  links(facet, codes) {
    const { address } = this.catalogue.data.facets[facet];
    return codes.flatMap((code, n) => {
      const target = this.catalogue.texts[address[code]];
      const name = this.#option(facet, code);
      const shown = target ? this.link(target, name) : missing(name);
      return n ? [", ", shown] : [shown];
    });
  }

  /** The options of a row in a cell of a file. @param {Kind} kind @param {string} facet @param {number} row */
  listed(kind, facet, row) {
    return this.names(facet, this.codes(kind, facet, row)).join("; ");
  }

  /** The whole address of a page. @param {string} address */
  address(address) {
    return new URL(this.root + address, document.baseURI).href;
  }

  /** @param {string} address @param {string} text */
  link(address, text) {
    return element("a", { href: this.root + address }, text);
  }

  /** Whether a row's persons are counted, and if not, why. @param {Kind} kind @param {number} row */
  counted(kind, row) {
    const [code] = this.codes(kind, "counted", row);
    const is = this.catalogue.options("counted")[code] === "counted";
    const [before, why] = this.#option("counted", code).split(": ");
    return is ? ["yes"] : why ? ["no", sub(why)] : [missing(before)];
  }

  async #download() {
    const { rows, state: { show } } = this;
    const [heads, cells] = FILE[show];
    await this.parts.load(this.parts.toSave(show));
    save(`${show}-found.csv`, "text/csv", csv([heads, ...Array.from(rows, (row) => cells(this, row))]));
  }

  /** The references found, for programs that manage references: those of the file with all of them, by their keys. */
  async #toManagers() {
    const { rows } = this;
    await this.parts.load(this.parts.toSave("references"));
    const response = await fetch(this.root + "downloads/references.ris");
    if (!response.ok) throw new Error(response.statusText);
    const end = "ER  - \n";
    const records = new Map((await response.text()).split(end).map((record) => [/^ID {2}- (.*)$/m.exec(record)?.[1], record.trim()]));
    const found = Array.from(rows, (row) => `${records.get(this.text("references", "key", row)) ?? ""}\n${end}`);
    save("references-found.ris", "application/x-research-info-systems", found.join("\n"));
  }
}

/** Hand a file to the reader. @param {string} name @param {string} type @param {string} text */
function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** @param {...(Node | string)} content */
const sub = (...content) => element("span", { class: "er-sub" }, ...content);
/** @param {string} text */
const missing = (text) => element("span", { class: "er-missing" }, text);

/**
 * How many persons stand behind a result; of a group of whom only some were measured the record may not say how many.
 * @param {number | null} persons @param {number} all
 */
const behind = (persons, all) => persons === null
  ? `some of ${counted(all, ["person", "persons"])}, number measured not stated` : counted(persons, ["person", "persons"]);

/** What stands in a cell: parts, or a number. @typedef {(Node | string)[] | number | null} Content */

/** The cells of a row, the first its name. @type {Record<Kind, (page: Explore, row: number) => [(Node | string)[], ...Content[]]>} */
const CELLS = {
  studies(page, row) {
    const { catalogue } = page;
    const { persons, note } = catalogue.counting(row, page.treatment);
    return [
      [page.link(page.text("studies", "address", row), page.text("studies", "name", row)),
        sub(page.text("studies", "title", row)), ...(note ? [sub(element("em", {}, note))] : [])],
      catalogue.column("studies", "year")[row] || null,
      page.names("design", page.codes("studies", "design", row)),
      page.links("country", page.codes("studies", "country", row)),
      page.links("treatment", page.codes("studies", "treatment", row)),
      persons || null,
      [page.names("read", page.codes("studies", "read", row)).join(", ")],
    ];
  },
  results(page, row) {
    const { catalogue } = page;
    const study = catalogue.column("results", "study")[row], arm = catalogue.column("results", "arm")[row];
    const persons = catalogue.column("results", "persons")[row];
    const label = page.text("arms", "label", arm);
    const [value, site, note, where] = ["value", "site", "note", "where"].map((name) => page.text("results", name, row));
    const codes = page.codes("results", "treatment", row);
    const had = catalogue.sets[catalogue.column("arms", "treatment")[arm]].filter((code) => !codes.includes(code));
    return [
      [page.link(page.text("studies", "address", study), page.text("studies", "name", study)),
        sub(persons === 1 ? label : `${label}, ${behind(persons, catalogue.column("arms", "persons")[arm])}`)],
      catalogue.tables.results.year[row] || null,
      page.links("outcome", page.codes("results", "outcome", row)),
      [element("span", { class: "er-value" }, value), ...(site ? [`, ${site}`] : []), sub(note ? `${note} ` : "", `[${where}]`)],
      [page.text("results", "time", row)],
      [...page.links("treatment", codes), ...(had.length ? [sub(`also had ${page.names("treatment", had).join(", ")}`)] : [])],
      page.counted("results", row),
    ];
  },
  references(page, row) {
    const { catalogue } = page;
    const flag = page.text("references", "flag", row);
    const studies = catalogue.sets[catalogue.column("references", "studies")[row]];
    return [
      [page.link(page.text("references", "address", row), page.text("references", "name", row)),
        ...(flag ? [" ", element("strong", { class: "er-flag" }, `${flag}.`)] : [])],
      catalogue.column("references", "year")[row] || null,
      page.names("design", page.codes("references", "design", row)),
      page.names("read", page.codes("references", "read", row)),
      studies.length
        ? studies.flatMap((study, n) => [...(n ? [", "] : []), page.link(page.text("studies", "address", study), page.text("studies", "name", study))])
        : [missing("none recorded")],
    ];
  },
};

/** The columns of the file of found rows, and a row of it. @type {Record<Kind, [string[], (page: Explore, row: number) => (string | number | null)[]]>} */
const FILE = {
  studies: [
    ["study", "title", "year", "design", "country", "treatments", "outcomes", "counted", "persons_counted", "read", "page"],
    (page, row) => [
      page.text("studies", "name", row),
      page.text("studies", "title", row),
      page.catalogue.column("studies", "year")[row] || null,
      ...["design", "country", "treatment", "outcome", "counted"].map((facet) => page.listed("studies", facet, row)),
      page.catalogue.counting(row, null).persons,
      page.listed("studies", "read", row),
      page.address(page.text("studies", "address", row)),
    ],
  ],
  results: [
    ["study", "year", "design", "country", "arm", "persons", "counted", "treatments", "arm_treatments", "outcome", "site",
      "statistic", "number", "unit", "in_words", "months", "months_after", "time_in_words", "where", "note", "read", "page"],
    (page, row) => {
      const { catalogue } = page;
      const study = catalogue.column("results", "study")[row], arm = catalogue.column("results", "arm")[row];
      const text = (/** @type {string} */ name) => page.text("results", name, row);
      const had = catalogue.sets[catalogue.column("arms", "treatment")[arm]];
      return [
        page.text("studies", "name", study),
        catalogue.tables.results.year[row] || null,
        page.listed("results", "design", row),
        page.listed("results", "country", row),
        page.text("arms", "label", arm),
        catalogue.column("results", "persons")[row],
        page.listed("results", "counted", row),
        page.listed("results", "treatment", row),
        page.names("treatment", had).join("; "),
        page.listed("results", "outcome", row),
        text("site"),
        text("statistic"),
        catalogue.column("results", "number")[row],
        text("unit"),
        text("value"),
        catalogue.column("results", "months")[row],
        text("after"),
        text("time"),
        text("where"),
        text("note"),
        page.listed("results", "read", row),
        page.address(page.text("studies", "address", study)),
      ];
    },
  ],
  references: [
    ["key", "reference", "standing", "year", "design", "read", "treatments", "outcomes", "country", "studies", "page"],
    (page, row) => [
      page.text("references", "key", row),
      page.text("references", "name", row),
      page.text("references", "flag", row),
      page.catalogue.column("references", "year")[row] || null,
      ...["design", "read", "treatment", "outcome", "country"].map((facet) => page.listed("references", facet, row)),
      page.catalogue.sets[page.catalogue.column("references", "studies")[row]]
        .map((study) => page.text("studies", "name", study)).join("; "),
      page.address(page.text("references", "address", row)),
    ],
  ],
};

const NOTHING_MISSING = { toFind: () => [], toShow: () => [], toSave: () => [], toSearch: () => [], load: async () => {} };

/** @param {any} data @returns {[Catalogue, typeof NOTHING_MISSING]} */
const whole = (data) => [new Catalogue(data), NOTHING_MISSING];

/** A large review's data, and what loads the rest of them. @param {any} data @param {string} source @returns {Promise<[Catalogue, Parts]>} */
async function parted(data, source) {
  const { Parts, unpacked } = await import("./explore-parts.js");
  const catalogue = new Catalogue(unpacked(data));
  return [catalogue, new Parts(catalogue, source)];
}

async function start() {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("explore"));
  try {
    const answer = await fetch(form.dataset.source ?? "");
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const data = await answer.json();
    const [catalogue, parts] = data.parts ? await parted(data, answer.url) : whole(data);
    const page = new Explore(form, catalogue, parts);
    // On a phone the rows come before the filters, which open at a touch.
    if (matchMedia(NARROW).matches) byId("explore-filters").removeAttribute("open");
    page.open();
    await page.settled();
    form.hidden = false;
    if (!page.parts.toSearch().length) setTimeout(() => page.catalogue.prepare());
  } catch (error) {
    byId("explore-failure").removeAttribute("hidden");
    throw error;
  }
}

start();
