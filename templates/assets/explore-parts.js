/**
 * The data of a large review, which come in parts as they are needed (see evidence_site/pages/explore_parts.py). Rows can
 * be filtered, counted and sorted by most columns from the start; what stands in them is put in here as it is looked at.
 */

/** @typedef {import("./explore-model.js").Catalogue} Catalogue */
/** @typedef {import("./explore-model.js").Kind} Kind */
/** @typedef {"studies" | "arms" | "results" | "references"} TableName */
/** @typedef {{columns: Record<string, Record<string, any[]>>, texts: string[]}} Part */
/** Which rows of which table; null for all of them. @typedef {[TableName, Iterable<number> | null]} Wanted */

/** The tables that stand in the rows of a kind. @type {Record<Kind, TableName[]>} */
const TABLES = { studies: ["studies"], results: ["results", "arms", "studies"], references: ["references", "studies"] };
/** Those by whose texts a column is sorted, where it is not sorted by what is here. @type {Record<Kind, Record<string, TableName[]>>} */
const SORTED_BY = {
  studies: { name: ["studies"] },
  results: { name: ["arms", "studies"], value: ["results"], time: ["results"] },
  references: { studies: ["studies"] },
};
/** Columns that hold numbers; all others hold places of texts. */
const NUMBERS = ["number", "months"];

/**
 * The first file with its columns as the others are: those that are `steps` hold the difference to the row before.
 * @param {any} data
 */
export function unpacked(data) {
  for (const [table, names] of Object.entries(data.parts.steps)) {
    for (const name of /** @type {string[]} */ (names)) {
      let sum = 0;
      data[table][name] = data[table][name].map((/** @type {number} */ step) => (sum += step));
    }
  }
  return data;
}

export class Parts {
  /**
   * @param {Catalogue} catalogue
   * @param {string} source the address of the first file, by which the others stand
   */
  constructor(catalogue, source) {
    this.catalogue = catalogue;
    this.source = source;
    this.named = catalogue.data.parts;
    /** What is here or on its way. @type {Map<string, Promise<void>>} */
    this.asked = new Map();
    /** @type {Set<string>} */
    this.here = new Set();
    /** The rows of each table as its files hold them, and the file of each row. @type {Record<string, {order: Uint32Array, places: Uint32Array}>} */
    this.rows = Object.fromEntries(Object.keys(SIZES).map((table) => [table, this.#placed(/** @type {TableName} */ (table))]));
    this.texts = new Map(catalogue.texts.map((text, place) => [text, place]));
  }

  /** What has to be here to find rows with these words and to sort them by this column.
   * @param {Kind} kind @param {string} column @param {boolean} hasWords */
  toFind(kind, column, hasWords) {
    if (hasWords) return this.toSearch();
    return this.#missing((SORTED_BY[kind][column] ?? []).map((table) => [table, null]));
  }

  /** What has to be here to show these rows. @param {Kind} kind @param {Iterable<number>} rows */
  toShow(kind, rows) {
    const shown = [...rows];
    const { catalogue } = this;
    const of = (/** @type {string} */ column) => {
      const values = catalogue.column(kind, column);
      return shown.map((row) => values[row]);
    };
    /** @type {Wanted[]} */
    const wanted = [[kind, shown]];
    if (kind === "results") wanted.push(["arms", of("arm")], ["studies", of("study")]);
    if (kind === "references") wanted.push(["studies", of("studies").flatMap((set) => catalogue.sets[set])]);
    return this.#missing(wanted);
  }

  /** What has to be here to write all rows of a kind into a file. @param {Kind} kind */
  toSave(kind) {
    return this.#missing(TABLES[kind].map((table) => [table, null]));
  }

  /** What has to be here for words. */
  toSearch() {
    const tables = /** @type {TableName[]} */ (Object.keys(SIZES));
    return this.#missing(tables.map((table) => [table, null]), this.named.words);
  }

  /** Have files here. Each is asked for once; one that did not come is asked for again the next time. @param {string[]} files */
  async load(files) {
    await Promise.all(files.map((file) => {
      const asked = this.asked.get(file) ?? this.#fetch(file);
      this.asked.set(file, asked);
      return asked;
    }));
  }

  /** @param {string} file */
  async #fetch(file) {
    try {
      const answer = await fetch(new URL(file, this.source));
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      this.#put(file, await answer.json());
    } catch (error) {
      this.asked.delete(file);
      throw error;
    }
  }

  /** @param {TableName} table */
  #placed(table) {
    const { catalogue } = this;
    const size = catalogue.column(table, SIZES[table]).length;
    const order = Uint32Array.from({ length: size }, (_, row) => row);
    if (table === "references") {
      const place = catalogue.column(table, "place");
      order.sort((a, b) => place[a] - place[b]);
    } else {
      const study = table === "studies" ? null : catalogue.column(table, "study");
      const years = catalogue.column("studies", "year");
      const year = (/** @type {number} */ row) => years[study ? study[row] : row];
      order.sort((a, b) => year(b) - year(a) || a - b);
    }
    const places = new Uint32Array(size);
    order.forEach((row, place) => (places[row] = place));
    return { order, places };
  }

  /** The files of wanted rows, and others, that are not here. @param {Wanted[]} wanted @param {...string} others */
  #missing(wanted, ...others) {
    const files = new Set(others);
    for (const [table, rows] of wanted) {
      const { rows: size, files: names } = this.named[table];
      if (rows === null) names.forEach((/** @type {string} */ name) => files.add(name));
      else for (const row of rows) files.add(names[Math.floor(this.rows[table].places[row] / size)]);
    }
    return [...files].filter((file) => !this.here.has(file));
  }

  /** @param {string} file @param {Part} part */
  #put(file, { columns, texts }) {
    const { catalogue } = this;
    const places = texts.map((text) => {
      const place = this.texts.get(text) ?? catalogue.texts.push(text) - 1;
      this.texts.set(text, place);
      return place;
    });
    for (const [table, named] of Object.entries(columns)) {
      const { rows: size = 0, files } = file === this.named.words ? {} : this.named[table];
      const first = files ? files.indexOf(file) * size : 0;
      const { order } = this.rows[table];
      for (const [name, values] of Object.entries(named)) {
        const isNumbers = NUMBERS.includes(name);
        const column = (/** @type {any} */ (catalogue.data)[table][name] ??= new Array(order.length).fill(isNumbers ? null : 0));
        // The words come in the order of the rows.
        values.forEach((value, n) => (column[files ? order[first + n] : n] = isNumbers ? value : places[value]));
      }
    }
    catalogue.searched = null;
    this.here.add(file);
  }
}

/** A column of each table that is always here. @type {Record<TableName, string>} */
const SIZES = { studies: "year", arms: "study", results: "study", references: "year" };
