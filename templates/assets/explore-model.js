/**
 * The rows of the Explore page: finding, counting and sorting them. Nothing here knows the page.
 *
 * The data are columns of small numbers (see evidence_site/pages/explore_data.py): a text is a place in `texts`, what a
 * row can be filtered by is a place in `sets`, whose numbers are options of a facet. A search looks once at each
 * distinct text and set, then once at each row; 27,500 rows take a few milliseconds, so there is no index to build.
 */

/** @typedef {"studies" | "results" | "references"} Kind */
/** @typedef {Record<string, any[]>} Columns */
/** @typedef {{format: number, facets: Record<string, Columns>, studies: Columns, arms: Columns, results: Columns,
 *   references: Columns, notes: string[], sets: number[][], texts: string[], parts?: any}} Data */
/** What is asked for. `chosen` holds the ids of options by facet.
 * @typedef {{words: string, chosen: Record<string, string[]>, from: number | null, to: number | null}} Query */
/** What was found of a kind: which rows, and for each facet how many rows each option has under the other filters.
 * @typedef {{rows: Uint8Array, size: number, counts: Record<string, Uint32Array>}} Found */
/** @typedef {{size: number, columns: Columns, year: ArrayLike<number>, facets: ArrayLike<number>[],
 *   pairs: ArrayLike<number> | null}} Table */

/** The format of data that this script reads. */
export const FORMAT = 3;
/** @type {Kind[]} */
export const KINDS = ["studies", "results", "references"];
/** The facets, as they stand in addresses. */
export const FACETS = ["treatment", "outcome", "design", "read", "country", "counted"];
/** Those whose options can be found by their words. */
const SEARCHED = ["treatment", "outcome", "design", "country"];
const TREATMENT = FACETS.indexOf("treatment");
const OUTCOME = FACETS.indexOf("outcome");
/** What a row can fail: a bit for each facet, and these two. */
const EITHER = (1 << TREATMENT) | (1 << OUTCOME);
const PAIR = 1 << FACETS.length;
const YEAR = 2 << FACETS.length;

const LETTERS = new Map(Object.entries({
  ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i", "−": "-", "‐": "-", "‑": "-", "–": "-",
  "’": "'", "‘": "'", "“": '"', "”": '"',
}));

/** Letters that are typed as two where they are not on the keyboard. */
const SPELT_OUT = new Map(Object.entries({ ä: "ae", ö: "oe", ü: "ue", ø: "oe", å: "aa" }));

const ASCII = /^[\0-\x7f]*$/;

/**
 * A text as it is compared: small letters without their accents, and one kind of hyphen, quote and space.
 * @param {string} text
 */
export function fold(text) {
  if (ASCII.test(text)) return text.toLowerCase();
  const bare = text.normalize("NFKD").replace(/[\u0300-\u036f\u200e]+/g, "").toLowerCase();
  return bare.replace(/[ßæœøđðþłı−‐‑–’‘“”]/g, (letter) => LETTERS.get(letter) ?? letter);
}

/**
 * A text as it is searched: folded, and once more with two letters for one where that is another spelling.
 * @param {string} text
 */
function searchable(text) {
  const plain = fold(text);
  if (ASCII.test(text)) return plain;
  const spelt = fold(text.toLowerCase().normalize("NFC").replace(/[äöüøå]/g, (letter) => SPELT_OUT.get(letter) ?? letter));
  return spelt === plain ? plain : plain + BREAK + spelt;
}

/**
 * The words of a search, each folded; what stands in double quotes is one.
 * @param {string} text
 */
export function wordsOf(text) {
  const words = fold(text).matchAll(/"([^"]*)"?|[^\s"]+/g);
  return [...words].map(([word, quoted]) => (quoted ?? word).trim().replace(/\s+/g, " ")).filter(Boolean);
}

const ALPHABET = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Stand between texts, and between spellings of one, so that no word reaches from one into the next. */
const END = "\u0001";
const BREAK = "\u0002";

/** Texts that can be searched for a word at once. */
export class Texts {
  /** @param {string[]} texts */
  constructor(texts) {
    this.size = texts.length;
    this.folded = texts.map(searchable).join(END) + END;
    this.ends = new Uint32Array(texts.length);
    for (let text = 0, at = 0; text < texts.length; text++) {
      at = this.folded.indexOf(END, at);
      this.ends[text] = at++;
    }
  }

  /**
   * Which texts have a folded word.
   * @param {string} word
   */
  with(word) {
    const hits = new Uint8Array(this.size);
    for (let text = 0, at = this.folded.indexOf(word); at >= 0; at = this.folded.indexOf(word, this.ends[text])) {
      while (this.ends[text] < at) text++;
      hits[text] = 1;
    }
    return hits;
  }
}

export class Catalogue {
  /** @param {Data} data */
  constructor(data) {
    if (data.format !== FORMAT) throw new Error(`The data have format ${data.format}, not ${FORMAT}.`);
    this.data = data;
    this.texts = data.texts;
    this.sets = data.sets;
    /** The number of outcomes, by which pairs of treatment and outcome are coded. */
    this.outcomes = this.options("outcome").length;
    this.tables = this.#tables();
    /** @type {Texts | null} */
    this.searched = null;
    /** @type {{words: string, rows: Record<Kind, Uint8Array> | null}} */
    this.last = { words: "", rows: null };
    /** @type {Map<string, Uint32Array>} */
    this.orders = new Map();
  }

  /**
   * The ids of a facet's options.
   * @param {string} facet
   * @returns {string[]}
   */
  options(facet) {
    return this.data.facets[facet]?.id ?? [];
  }

  /**
   * A column of a table; empty if the table has no rows.
   * @param {"studies" | "arms" | "results" | "references"} table
   * @param {string} name
   * @returns {any[]}
   */
  column(table, name) {
    return this.data[table][name] ?? [];
  }

  /** @returns {Record<Kind, Table>} */
  #tables() {
    const { studies, references, results } = this.data;
    const study = this.column("results", "study");
    const ofStudy = (/** @type {string} */ name) => study.map((row) => studies[name][row]);
    const shared = new Set(["design", "country"]);
    return {
      studies: {
        size: this.column("studies", "year").length,
        columns: studies,
        year: this.column("studies", "year"),
        facets: FACETS.map((name) => this.column("studies", name)),
        pairs: this.column("studies", "pairs"),
      },
      results: {
        size: study.length,
        columns: results,
        year: ofStudy("year"),
        facets: FACETS.map((name) => (shared.has(name) ? ofStudy(name) : this.column("results", name))),
        pairs: null, // a result has one outcome, so any of its treatments belongs to it
      },
      references: {
        size: this.column("references", "year").length,
        columns: references,
        year: this.column("references", "year"),
        facets: FACETS.map((name) => this.column("references", name)),
        pairs: this.column("references", "pairs"),
      },
    };
  }

  // --- finding ---------------------------------------------------------------------------------------------------

  /**
   * The rows of every kind that match, with counts for each option of each facet.
   * @param {Query} query
   * @returns {Record<Kind, Found>}
   */
  find(query) {
    const rows = this.#withWords(query.words);
    const chosen = FACETS.map((facet) => this.#codes(facet, query.chosen[facet] ?? []));
    const passes = chosen.map((codes) => (codes.size ? this.#setsWith(codes) : null));
    const both = chosen[TREATMENT].size > 0 && chosen[OUTCOME].size > 0;
    const filter = {
      chosen,
      passes,
      pairs: both ? this.#pairsWith(chosen[TREATMENT], chosen[OUTCOME]) : null,
      from: query.from ?? -Infinity,
      to: query.to ?? Infinity,
      hasYears: query.from !== null || query.to !== null,
    };
    const found = KINDS.map((kind) => [kind, this.#findIn(this.tables[kind], rows && rows[kind], filter)]);
    return Object.fromEntries(found);
  }

  /**
   * @param {string} facet
   * @param {string[]} ids
   */
  #codes(facet, ids) {
    const options = this.options(facet);
    return new Set(ids.map((id) => options.indexOf(id)).filter((code) => code >= 0));
  }

  /** @param {Set<number>} codes */
  #setsWith(codes) {
    return Uint8Array.from(this.sets, (set) => (set.some((code) => codes.has(code)) ? 1 : 0));
  }

  /**
   * @param {Set<number>} treatments
   * @param {Set<number>} outcomes
   */
  #pairsWith(treatments, outcomes) {
    const holds = (/** @type {number} */ pair) =>
      treatments.has(Math.floor(pair / this.outcomes)) && outcomes.has(pair % this.outcomes);
    return Uint8Array.from(this.sets, (set) => (set.some(holds) ? 1 : 0));
  }

  /**
   * One pass over a table. A row that fails nothing is found; one that fails only what a facet asks counts for that
   * facet's options, so that a count says what one would have by choosing the option.
   * @param {Table} table
   * @param {Uint8Array | null} withWords
   * @param {any} filter
   * @returns {Found}
   */
  #findIn(table, withWords, filter) {
    const { passes, pairs, from, to, hasYears } = filter;
    const rows = new Uint8Array(table.size);
    let size = 0;
    const bySet = FACETS.map(() => new Uint32Array(this.sets.length));
    for (let row = 0; row < table.size; row++) {
      if (withWords && !withWords[row]) continue;
      let fails = 0;
      for (let facet = 0; facet < FACETS.length; facet++) {
        if (passes[facet] && !passes[facet][table.facets[facet][row]]) fails |= 1 << facet;
      }
      if (hasYears) {
        const year = table.year[row];
        if (!year || year < from || year > to) fails |= YEAR;
      }
      // Where a treatment and an outcome are chosen, they have to belong together.
      if (pairs && table.pairs && !(fails & EITHER) && !pairs[table.pairs[row]]) fails |= PAIR;
      if (!fails) {
        rows[row] = 1;
        size++;
      }
      for (let facet = 0; facet < FACETS.length; facet++) {
        const forgiven = (1 << facet) | ((1 << facet) & EITHER ? PAIR : 0);
        if ((fails & ~forgiven) === 0) bySet[facet][this.#setToCount(table, facet, row, passes)]++;
      }
    }
    const counts = FACETS.map((name, facet) => [name, this.#countOptions(table, facet, bySet[facet], filter)]);
    return { rows, size, counts: Object.fromEntries(counts) };
  }

  /**
   * Where outcomes are chosen, a study counts for the treatments for which it tells of one of them, and the other way
   * round: then the pairs are counted.
   * @param {Table} table
   * @param {number} facet
   * @param {number} row
   * @param {(Uint8Array | null)[]} passes
   */
  #setToCount(table, facet, row, passes) {
    return countsPairs(table, facet, passes) ? /** @type {any} */ (table.pairs)[row] : table.facets[facet][row];
  }

  /**
   * @param {Table} table
   * @param {number} facet
   * @param {Uint32Array} bySet
   * @param {any} filter
   */
  #countOptions(table, facet, bySet, filter) {
    const counts = new Uint32Array(this.options(FACETS[facet]).length);
    const ofPairs = countsPairs(table, facet, filter.passes);
    for (let set = 0; set < bySet.length; set++) {
      if (!bySet[set]) continue;
      let codes = this.sets[set];
      if (ofPairs) {
        const own = (/** @type {number} */ pair) =>
          facet === TREATMENT ? Math.floor(pair / this.outcomes) : pair % this.outcomes;
        const other = (/** @type {number} */ pair) =>
          facet === TREATMENT ? pair % this.outcomes : Math.floor(pair / this.outcomes);
        const wanted = filter.chosen[facet === TREATMENT ? OUTCOME : TREATMENT];
        codes = [...new Set(codes.filter((pair) => wanted.has(other(pair))).map(own))];
      }
      for (const code of codes) counts[code] += bySet[set];
    }
    return counts;
  }

  // --- words -----------------------------------------------------------------------------------------------------

  /**
   * Which rows of each kind have all words; null if there is none to have. The last answer is kept, since filters
   * change without the words.
   * @param {string} text
   */
  #withWords(text) {
    const words = wordsOf(text);
    const key = JSON.stringify(words);
    if (this.last.words !== key) {
      this.last = { words: key, rows: words.length ? this.#search(words) : null };
    }
    return this.last.rows;
  }

  /**
   * @param {string[]} words
   * @returns {Record<Kind, Uint8Array>}
   */
  #search(words) {
    const found = words.map((word) => this.#searchOne(word));
    for (const one of found.slice(1)) {
      for (const kind of KINDS) {
        const all = found[0][kind];
        for (let row = 0; row < all.length; row++) all[row] &= one[kind][row];
      }
    }
    return found[0];
  }

  /** Make ready for the first word, so that it is found as fast as the others. */
  prepare() {
    return (this.searched ??= new Texts(this.texts));
  }

  /**
   * A word is looked for in what stands in a row, in the names of its options, in the reports of its study, and for a
   * study in what its persons and groups had. A result has the words of its own person or group only.
   * @param {string} word
   * @returns {Record<Kind, Uint8Array>}
   */
  #searchOne(word) {
    const texts = this.prepare().with(word);
    const { studies, results, references } = this.tables;
    const ofReference = this.#rowsWith("references", ["name", "words", "flag"], references.size, texts);
    const ofStudy = this.#rowsWith("studies", ["name", "title", "words", "note"], studies.size, texts);
    const reports = Uint8Array.from(this.sets, (set) => (set.some((row) => ofReference[row]) ? 1 : 0));
    this.column("studies", "reports").forEach((set, row) => (ofStudy[row] |= reports[set]));
    const arms = this.column("arms", "study");
    const ofArm = this.#rowsWith("arms", ["label", "words"], arms.length, texts);
    const ofResult = this.#rowsWith("results", ["value", "unit", "time", "site", "note"], results.size, texts);
    const study = this.column("results", "study"), arm = this.column("results", "arm");
    for (let row = 0; row < results.size; row++) ofResult[row] |= ofStudy[study[row]] | ofArm[arm[row]];
    arms.forEach((row, n) => (ofStudy[row] |= ofArm[n])); // only now: a result does not have the words of other arms
    const found = { studies: ofStudy, results: ofResult, references: ofReference };
    for (const facet of SEARCHED) {
      const sets = this.#setsNamed(facet, texts);
      if (!sets) continue;
      for (const kind of KINDS) {
        const rows = found[kind], column = this.tables[kind].facets[FACETS.indexOf(facet)];
        for (let row = 0; row < rows.length; row++) rows[row] |= sets[column[row]];
      }
    }
    return found;
  }

  /**
   * Which rows have one of these texts in one of these columns.
   * @param {"studies" | "arms" | "results" | "references"} table
   * @param {string[]} names
   * @param {number} size
   * @param {Uint8Array} texts
   */
  #rowsWith(table, names, size, texts) {
    const rows = new Uint8Array(size);
    for (const name of names) {
      const column = this.column(table, name);
      for (let row = 0; row < size; row++) rows[row] |= texts[column[row]];
    }
    return rows;
  }

  /**
   * Which sets hold an option of a facet whose name has the word; null if none does.
   * @param {string} facet
   * @param {Uint8Array} texts
   */
  #setsNamed(facet, texts) {
    const { name = [], words = [] } = this.data.facets[facet] ?? {};
    const codes = new Set(name.flatMap((text, code) => (texts[text] || texts[words[code]] ? [code] : [])));
    return codes.size ? this.#setsWith(codes) : null;
  }

  // --- sorting ---------------------------------------------------------------------------------------------------

  /**
   * All rows of a kind sorted by a column: as they stand in the data where they are alike, and last where there is
   * nothing to sort by. Found rows are taken from it in this order.
   * @param {Kind} kind
   * @param {string} column
   * @param {boolean} descending
   * @param {number | null} treatment of which the persons are counted
   */
  order(kind, column, descending, treatment = null) {
    const name = [kind, column, descending, column === "persons" && treatment].join(" ");
    let order = this.orders.get(name);
    if (!order) {
      const keys = this.#keys(kind, column, treatment);
      const sign = descending ? -1 : 1;
      const compare = (/** @type {number} */ a, /** @type {number} */ b) => {
        for (const key of keys) {
          const x = key[a], y = key[b];
          if (x === y) continue;
          if (Number.isNaN(x)) { if (Number.isNaN(y)) continue; return 1; }
          if (Number.isNaN(y)) return -1;
          return sign * (x - y);
        }
        return a - b;
      };
      order = Uint32Array.from({ length: this.tables[kind].size }, (_, row) => row).sort(compare);
      this.orders.set(name, order);
    }
    return order;
  }

  /**
   * What to sort by: columns of numbers, the first deciding, with NaN for nothing.
   * @param {Kind} kind
   * @param {string} column
   * @param {number | null} treatment
   * @returns {Float64Array[]}
   */
  #keys(kind, column, treatment) {
    const table = this.tables[kind];
    const numbers = (/** @type {ArrayLike<number | null>} */ values) =>
      Float64Array.from({ length: table.size }, (_, row) => values[row] ?? NaN);
    const texts = (/** @type {ArrayLike<number>} */ values) => this.#ranks(Array.from(values, (text) => this.texts[text]));
    const place = this.data[kind].place;
    if (place && column === "name") return [numbers(place)]; // the names themselves may still be missing
    if (column === "year") return [numbers(Array.from(table.year, (year) => year || null))];
    if (column === "persons") return [numbers(Array.from(table.year, (_, row) => this.counting(row, treatment).persons || null))];
    if (kind === "results" && column === "name") {
      const [study, arm] = [this.column("results", "study"), this.column("results", "arm")];
      const name = this.column("studies", "name"), label = this.column("arms", "label");
      return [texts(study.map((row) => name[row])), numbers(study), texts(arm.map((row) => label[row]))];
    }
    if (column === "time") return [numbers(this.column("results", "months")), texts(this.column("results", "after"))];
    if (column === "value") {
      // Only numbers of one kind and unit can be compared: they stay together, what has no number comes last.
      const [number, statistic, unit] = ["number", "statistic", "unit"].map((name) => this.column("results", name));
      const kinds = this.#ranks(number.map((value, row) =>
        value === null ? "" : `${this.texts[statistic[row]]} ${this.texts[unit[row]]}`));
      return [kinds, numbers(number)];
    }
    if (column === "studies") {
      const name = this.column("studies", "name");
      return [this.#ranks(this.column("references", "studies").map((set) => this.#joined(set, name)))];
    }
    const facet = FACETS.indexOf(column);
    if (facet < 0) return [texts(table.columns[column] ?? [])];
    const ids = this.options(column), names = this.data.facets[column].name;
    const isNone = (/** @type {number} */ set) =>
      this.sets[set].every((code) => ["none", "not_reported", "unclear", "not_applicable"].includes(ids[code]));
    if (["design", "country"].includes(column)) {
      return [this.#ranks(Array.from(table.facets[facet], (set) => (isNone(set) ? "" : this.#joined(set, names))))];
    }
    // The options of the others have an order of their own.
    return [numbers(Array.from(table.facets[facet], (set) => (isNone(set) ? null : this.sets[set][0])))];
  }

  /**
   * @param {number} set
   * @param {number[]} names
   */
  #joined(set, names) {
    return this.sets[set].map((code) => this.texts[names[code]]).join(", ");
  }

  /**
   * The place of each text in the alphabet, NaN for an empty one.
   * @param {string[]} texts
   */
  #ranks(texts) {
    const sorted = [...new Set(texts)].filter(Boolean).sort(ALPHABET.compare);
    const places = new Map();
    sorted.forEach((text, place) => {
      const before = sorted[place - 1];
      places.set(text, place && ALPHABET.compare(before, text) === 0 ? places.get(before) : place);
    });
    return Float64Array.from(texts, (text) => places.get(text) ?? NaN);
  }

  // --- persons ---------------------------------------------------------------------------------------------------

  /**
   * How many persons a study adds to the review's count, and why it adds none; with a treatment, how many of those who
   * are counted had it. Of two studies of the same persons another one may be counted for a treatment than for the whole.
   * @param {number} study
   * @param {number | null} treatment
   * @returns {{persons: number, note: string}}
   */
  counting(study, treatment) {
    const { persons, note, had } = this.data.studies;
    if (treatment === null) return { persons: persons[study], note: this.texts[note?.[study] ?? 0] };
    const numbers = this.sets[had[study]];
    for (let place = 0; place < numbers.length; place += 3) {
      if (numbers[place] === treatment) return { persons: numbers[place + 1], note: this.data.notes[numbers[place + 2]] };
    }
    return { persons: 0, note: "" };
  }
}

/**
 * Whether pairs of treatment and outcome are counted for a facet: the other one of the two is chosen.
 * @param {Table} table
 * @param {number} facet
 * @param {(Uint8Array | null)[]} passes
 */
function countsPairs(table, facet, passes) {
  if (!table.pairs) return false;
  return (facet === TREATMENT && passes[OUTCOME] !== null) || (facet === OUTCOME && passes[TREATMENT] !== null);
}
