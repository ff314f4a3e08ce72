// Finds pages by words in the index that evidence_site/search_index.py makes: loads the list of its files once, then those
// of the words, then the texts of the pages that are shown. Knows nothing of the page it runs on.

/** @typedef {{pages: number, kinds: string[], ignored: string[], keys: string}} Index */
/** @typedef {{address: string, title: string, kind: string, names: string[], sections: [string, string, string][]}} PageText */
/** @typedef {{number: number, kind: string, score: number}} Hit */
/** @typedef {{hits: Hit[], words: Set<string>, partial: boolean, asked: boolean}} Found
 *   `words` are those of the index that were found, to be marked; `partial` says that no page has all words that were
 *   asked for; `asked` says whether there was anything to look for. */
/** @typedef {{text: string, marked: boolean}[]} Pieces */
/** @typedef {{id: string, heading: Pieces, excerpt: Pieces}} Place */
/** @typedef {[number, number, string]} Span where a found word begins and ends in a text, and the word */

// --- words, as in evidence_site/search_words.py

/** @type {Record<string, string>} */
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i" };
/** @type {Record<string, string>} */
const SPELT_OUT = { ä: "ae", ö: "oe", ü: "ue", ø: "oe", å: "aa" };
// Also in a text as it is written, with accents.
const TOKEN = /[\p{L}\p{N}\p{M}]+(?:[.'’‐‑-][\p{L}\p{N}\p{M}]+)*/gu;
// What joints divide; a point between two digits is none. (Safari learnt late to look behind.)
const PART = /(?:[0-9]+(?:\.[0-9]+)*|[^.'’‐‑-])+/gu;
// Characters of scripts that put no spaces between words: the first are words in pairs, the second in threes.
const IN_PAIRS =
  "\\u1100-\\u11ff\\u3005-\\u3007\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\u{20000}-\\u{3ffff}";
const IN_THREES = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff";
const RUN = new RegExp(`([${IN_PAIRS}]+)|([${IN_THREES}]+)|[^${IN_PAIRS}${IN_THREES}]+`, "gu");
// Asked first: to cut every token into runs takes twice the time.
const UNSPACED = new RegExp(`[${IN_PAIRS}${IN_THREES}]`, "u");
const LETTER_AS_WRITTEN = /\P{M}\p{M}*/gu;
const LONGEST_COMPOUND = 3;
const SHORTEST_PLURAL = 4;

/** @param {string} text */
export function fold(text) {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøđðþłı]/gu, (letter) => LETTERS[letter])
    .toLowerCase();
}

/** @param {string} text */
export function tokens(text) {
  return fold(text).match(TOKEN) ?? [];
}

/**
 * The tokens of a text, each also as it is typed with two letters for one: `muller`, `mueller`.
 * @param {string} text
 */
export function spellings(text) {
  const other = tokens(spellOut(text));
  return tokens(text).map((token, at) => (token === other[at] ? [token] : [token, other[at]]));
}

/** @param {string} text */
function spellOut(text) {
  return text
    .toLowerCase()
    .normalize("NFC")
    .replace(/[äöüøå]/gu, (letter) => SPELT_OUT[letter]);
}

/** @param {string} token */
function partsOf(token) {
  return token.match(PART) ?? [];
}

/**
 * The parts of a token, and last the whole if it is one name of several parts.
 * @param {string} token
 * @param {Set<string>} ignored
 */
export function words(token, ignored = new Set()) {
  const parts = partsOf(token);
  const runs = UNSPACED.test(token) ? parts.flatMap((part) => [...part.matchAll(RUN)].flatMap(windows)) : parts;
  const found = runs.filter((run) => !ignored.has(run)).map(singular);
  if (isCompound(parts)) found.push(singular(parts.join("")));
  return [...new Set(found)];
}

/** The words of a run of one script: pairs or threes of its characters, or all of it. @param {string[]} run */
function windows([run, inPairs, inThrees]) {
  if (!inPairs && !inThrees) return [run];
  const characters = [...run.normalize("NFC")];
  const width = inPairs ? 2 : 3;
  const last = Math.max(0, characters.length - width);
  return characters.slice(0, last + 1).map((_, at) => characters.slice(at, at + width).join(""));
}

/** @param {string[]} parts */
function isCompound(parts) {
  if (parts.length < 2 || parts.length > LONGEST_COMPOUND) return false;
  const all = parts.join("");
  return !/^[0-9.]+$/.test(all) && !UNSPACED.test(all);
}

/** @param {string} word */
function singular(word) {
  if ([...word].length < SHORTEST_PLURAL || !word.endsWith("s") || !/^\p{L}+$/u.test(word)) return word;
  if (word.endsWith("ies")) return /[ea]ies$/.test(word) ? word : `${word.slice(0, -3)}y`;
  return /(?:us|ss|is|aes|ees|oes)$/.test(word) ? word : word.slice(0, -1);
}

// --- the files of the index

const LONGEST_KEY = 12;
const SLOTS = 1 << 17;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** How many files are looked into for words that begin like a short one. */
const MOST_FILES = 4;
const SHORTEST_BEGINNING = 3;

/** @param {string} word */
function keyOf(word) {
  return [...word]
    .map((letter) => (/[a-z0-9]/.test(letter) ? letter : letter < "\x80" ? "_" : `_${letter.codePointAt(0)?.toString(16)}`))
    .join("")
    .slice(0, LONGEST_KEY);
}

/** Pairs of a page's number and a weight. @param {string} text @returns {Iterable<[number, number]>} */
function* places(text) {
  let number = 0;
  let value = 0;
  let shift = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = DIGITS.indexOf(text[at]);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit < 32) {
      number += value;
      at += 1;
      yield [number, DIGITS.indexOf(text[at])];
      value = shift = 0;
    }
  }
}

/** @typedef {(path: string) => Promise<any>} Load what loads and reads a file of the index */
/** @typedef {Map<number, number>} Scores by the number of a page */
/** @typedef {{pages: Scores, words: Set<string>, spelt: boolean}} Match
 *   the pages with a word; `spelt` is false if it was only found by forgiving slips of the pen */

/**
 * Count pages in, each with the best of its scores.
 * @param {Scores} pages
 * @param {Iterable<[number, number]>} others
 * @param {number} factor of the others' scores
 */
function addBest(pages, others, factor = 1) {
  for (const [number, score] of others) pages.set(number, Math.max(pages.get(number) ?? 0, score * factor));
}

/** @param {Match} match @param {Match} other @param {number} factor */
function addMatch(match, other, factor = 1) {
  for (const word of other.words) match.words.add(word);
  addBest(match.pages, other.pages, factor);
}

/** @type {(one: Hit, other: Hit) => number} */
const bestFirst = (one, other) => other.score - one.score || one.number - other.number;

export class Search {
  /** @param {Load} load */
  constructor(load) {
    /** @type {Map<string, Promise<any>>} */
    const loaded = new Map();
    /** @type {Load} */
    this.load = (path) => {
      const file = loaded.get(path) ?? load(path);
      loaded.set(path, file);
      file.catch(() => loaded.delete(path));
      return file;
    };
    /** Those of the files of words. @type {string[]} */
    this.keys = [];
    /** @type {Set<string>} */
    this.ignored = new Set();
  }

  /**
   * The pages with all words of a query, best first; if there are none, those with most of them.
   * @param {string} query
   * @returns {Promise<Found>}
   */
  async find(query) {
    /** @type {Index} */
    const index = await this.load("index.json");
    this.keys = index.keys.split(" ");
    this.ignored = new Set(index.ignored);
    const asked = spellings(query).filter(([token]) => words(token, this.ignored).length);
    const matches = await Promise.all(asked.map((spelt) => this.#matchAny(spelt)));
    /** @type {Map<number, [number, number]>} for each page how many words it has and its score */
    const pages = new Map();
    for (const match of matches) {
      const rarity = Math.log(1 + (index.pages - match.pages.size + 0.5) / (match.pages.size + 0.5));
      for (const [number, score] of match.pages) {
        const [count, sum] = pages.get(number) ?? [0, 0];
        pages.set(number, [count + 1, sum + score * rarity]);
      }
    }
    const most = [...pages.values()].reduce((max, [count]) => Math.max(max, count), 0);
    const hits = [...pages]
      .filter(([, [count]]) => count === most)
      .map(([number, [, score]]) => ({ number, kind: index.kinds[Math.floor(number / SLOTS)], score }))
      .sort(bestFirst);
    return {
      hits,
      words: new Set(matches.flatMap((match) => [...match.words])),
      partial: most < asked.length,
      asked: asked.length > 0,
    };
  }

  /**
   * The best hits with their texts, those first that the query names.
   * @param {Hit[]} hits
   * @param {string} query
   */
  async pages(hits, query) {
    const asked = forms(query);
    const read = hits.map(async (hit) => {
      /** @type {PageText} */
      const page = await this.load(`pages/${hit.number}.json`);
      return { ...hit, page, score: hit.score * nearness(page, asked) };
    });
    return (await Promise.all(read)).sort(bestFirst);
  }

  /** The pages with one token of a query in any of its spellings. @param {string[]} spelt */
  async #matchAny(spelt) {
    const all = await Promise.all(spelt.map((token) => this.#match(token)));
    const [match, ...others] = all.some((one) => one.spelt) ? all.filter((one) => one.spelt) : all;
    for (const other of others) addMatch(match, other);
    return match;
  }

  /** The pages with one token of a query. @param {string} token */
  async #match(token) {
    const found = words(token, this.ignored);
    const whole = isCompound(partsOf(token)) && found.length > 1 ? found.pop() : undefined;
    const parts = await Promise.all(found.map((word) => this.#lookUp(word)));
    const match = {
      pages: new Map(parts[0].pages),
      words: new Set(parts.flatMap((part) => [...part.words])),
      spelt: parts.every((part) => part.spelt),
    };
    for (const part of parts.slice(1)) {
      for (const [number, score] of match.pages) {
        const more = part.pages.get(number);
        if (more === undefined) match.pages.delete(number);
        else match.pages.set(number, score + more);
      }
    }
    if (whole !== undefined) addMatch(match, await this.#lookUp(whole), found.length);
    return match;
  }

  /** The pages with a word, with one that begins with it, or else with one that is spelt alike. @param {string} word */
  async #lookUp(word) {
    const begins = word.length >= SHORTEST_BEGINNING || UNSPACED.test(word);
    const near = await this.#near(word, begins ? MOST_FILES : 1);
    /** @type {Match} */
    const match = { pages: new Map(), words: new Set(), spelt: false };
    const add = (/** @type {string} */ other, /** @type {string} */ text, /** @type {number} */ likeness) => {
      match.words.add(other);
      addBest(match.pages, places(text), likeness);
    };
    for (const [other, text] of near) {
      if (other === word) add(other, text, 1);
      else if (begins && other.startsWith(word)) add(other, text, 0.3 + (0.4 * word.length) / other.length);
    }
    match.spelt = match.words.size > 0;
    if (!match.spelt && /^\p{L}{4,}$/u.test(word)) {
      const { distance } = await import("./search-slips.js");
      for (const [other, text] of [...near, ...(await this.#near(word.slice(0, 2), 2 * MOST_FILES))]) {
        const slips = distance(word, other, word.length < 8 ? 1 : 2);
        if (slips !== null) add(other, text, 0.6 - 0.1 * slips);
      }
    }
    return match;
  }

  /**
   * Words that begin alike, and where they stand: from the file that has the word and from some of those that go on.
   * @param {string} word
   * @param {number} most of the files
   */
  async #near(word, most) {
    const beginning = keyOf(word);
    const padded = beginning.padEnd(LONGEST_KEY, "_");
    const exact = this.keys.filter((key) => padded.startsWith(key));
    const longer = this.keys.filter((key) => key.startsWith(beginning) && !exact.includes(key));
    const files = [...exact, ...longer].slice(0, most).map((key) => this.load(`words/${key}-.json`));
    return (await Promise.all(files)).flatMap((file) => Object.entries(file));
  }
}

/**
 * How much better a page is than its words alone say: it is called just so, or has the words side by side.
 * @param {PageText} page
 * @param {string[]} asked the forms of the query
 */
function nearness(page, asked) {
  const names = [page.title, ...page.names].flatMap(forms);
  if (asked.some((form) => names.includes(form))) return 3;
  const unspaced = UNSPACED.test(asked[0]);
  if (!asked[0].includes(" ") && !unspaced) return 1;
  const edge = unspaced ? "" : " ";
  if (names.some((name) => asked.some((form) => ` ${name} `.includes(edge + form + edge)))) return 2;
  const stands = (/** @type {string} */ text) => forms(text).some((has) => asked.some((form) => has.includes(form)));
  if (page.sections.some(([, heading]) => stands(heading))) return 1.6;
  return page.sections.some(([, , text]) => stands(text)) ? 1.3 : 1;
}

/** A text as it is compared with others: folded, and with two letters for one. @param {string} text */
function forms(text) {
  return [...new Set([tokens(text).join(" "), tokens(spellOut(text)).join(" ")])];
}

// --- what results show

const EXCERPT = 170;
const LEAD = 50;

/**
 * A text cut where found words begin and end.
 * @param {string} text
 * @param {Set<string>} found
 */
export function marked(text, found) {
  /** @type {Pieces} */
  const pieces = [];
  let end = 0;
  for (const [start, stop] of spans(text, found)) {
    if (start < end) {
      pieces[pieces.length - 1].text += text.slice(end, stop); // words without spaces between them overlap
    } else {
      if (start > end) pieces.push({ text: text.slice(end, start), marked: false });
      pieces.push({ text: text.slice(start, stop), marked: true });
    }
    end = stop;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), marked: false });
  return pieces;
}

/** @param {string} text @param {Set<string>} found @returns {Span[]} */
function spans(text, found) {
  return [...text.matchAll(TOKEN)].flatMap(({ 0: token, index }) =>
    UNSPACED.test(token)
      ? [...token.matchAll(RUN)].flatMap((run) => spansOfRun(run, index + run.index, found))
      : spansOfRun([token], index, found),
  );
}

/**
 * The found words of a run of one script; all of the run where words stand between spaces.
 * @param {string[]} run
 * @param {number} start
 * @param {Set<string>} found
 * @returns {Span[]}
 */
function spansOfRun([run, inPairs, inThrees], start, found) {
  if (!inPairs && !inThrees) {
    const asked = spellings(run).flatMap((spelt) => spelt.flatMap((one) => words(one)));
    const word = asked.find((candidate) => found.has(candidate));
    return word === undefined ? [] : [[start, start + run.length, word]];
  }
  const letters = [...run.matchAll(LETTER_AS_WRITTEN)];
  const width = inPairs ? 2 : 3;
  return letters.flatMap(({ index }, at) => {
    const written = letters.slice(at, at + width).map(([letter]) => letter).join("");
    const word = fold(written).normalize("NFC");
    return found.has(word) ? [[start + index, start + index + written.length, word]] : [];
  });
}

/**
 * The sections of a page that have most of the found words, best first, each with the part of its text that has them.
 * @param {PageText} page
 * @param {Set<string>} found
 */
export function placesOn(page, found) {
  const sections = page.sections.map(([id, heading, text], position) => {
    const inText = spans(text, found);
    const inHeading = position ? spans(heading, found) : [];
    const distinct = new Set([...inText, ...inHeading].map(([, , word]) => word)).size;
    const rank = 10 * distinct + 4 * inHeading.length + Math.min(inText.length, 5);
    return { id: position ? id : "", heading, text, inText, rank };
  });
  return sections
    .filter(({ rank }, position) => rank || !position)
    .sort((one, other) => other.rank - one.rank)
    .map(({ id, heading, text, inText }) => ({
      id,
      heading: marked(heading, found),
      excerpt: marked(excerpt(text, inText), found),
    }));
}

/**
 * The part of a text where most found words stand.
 * @param {string} text
 * @param {Span[]} found
 */
function excerpt(text, found) {
  let best = 0;
  let most = 0;
  for (const [start] of found) {
    const inside = new Set(found.filter(([from]) => from >= start && from < start + EXCERPT - LEAD).map(([, , word]) => word));
    if (inside.size > most) [best, most] = [start, inside.size];
  }
  // Where there are no spaces, a text is cut between any two characters.
  const space = text.slice(0, best).indexOf(" ", best - LEAD);
  const from = best <= LEAD ? 0 : space < 0 ? best - LEAD : space + 1;
  const last = text.lastIndexOf(" ", from + EXCERPT);
  const to = from + EXCERPT >= text.length ? text.length : last > best ? last : from + EXCERPT;
  const cut = text.slice(from, to).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, ""); // halves of characters
  return (from ? "… " : "") + cut + (to < text.length ? " …" : "");
}
