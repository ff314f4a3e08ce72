/**
 * What is shown, as it stands in the page's address: `?show=results&treatment=calcitonin&words=pain&sort=-year&page=2`.
 * What is as it is at the start does not stand there. `q` is not used: the site's search reads it on every page.
 */

import { FACETS, KINDS } from "./explore-model.js";

/** @typedef {import("./explore-model.js").Kind} Kind */
/** @typedef {import("./explore-model.js").Query & {show: Kind, sort: string, page: number}} State
 *   `sort` is the id of a column, with a hyphen before it for descending. */

/** How each kind is sorted at the start. @type {Record<Kind, string>} */
export const FIRST_SORT = { studies: "-year", results: "-year", references: "name" };

/** @returns {State} */
export function firstState() {
  return { show: "studies", words: "", chosen: {}, from: null, to: null, sort: FIRST_SORT.studies, page: 1 };
}

/**
 * What an address asks for. What it asks for in vain, such as an unknown kind, is left out.
 * @param {string} search
 * @param {(facet: string) => string[]} options the ids that a facet has
 * @param {(kind: Kind) => string[]} columns the ids of a kind's columns
 * @returns {State}
 */
export function readAddress(search, options, columns) {
  const given = new URLSearchParams(search);
  const show = KINDS.find((kind) => kind === given.get("show")) ?? KINDS[0];
  /** @type {Record<string, string[]>} */
  const chosen = {};
  for (const facet of FACETS) {
    const asked = new Set((given.get(facet) ?? "").split(","));
    const ids = options(facet).filter((id) => asked.has(id));
    if (ids.length) chosen[facet] = ids;
  }
  const sort = given.get("sort") ?? "";
  return {
    show,
    words: given.get("words") ?? "",
    chosen,
    from: year(given.get("from")),
    to: year(given.get("to")),
    sort: columns(show).includes(sort.replace(/^-/, "")) ? sort : FIRST_SORT[show],
    page: Math.max(1, Math.floor(Number(given.get("page"))) || 1),
  };
}

/**
 * The query of the address, with its question mark; empty if everything is as at the start.
 * @param {State} state
 */
export function writeAddress(state) {
  /** @type {[string, string][]} */
  const parts = [];
  if (state.show !== KINDS[0]) parts.push(["show", state.show]);
  if (state.words.trim()) parts.push(["words", state.words.trim()]);
  for (const facet of FACETS) if (state.chosen[facet]?.length) parts.push([facet, state.chosen[facet].join(",")]);
  if (state.from !== null) parts.push(["from", String(state.from)]);
  if (state.to !== null) parts.push(["to", String(state.to)]);
  if (state.sort !== FIRST_SORT[state.show]) parts.push(["sort", state.sort]);
  if (state.page > 1) parts.push(["page", String(state.page)]);
  const query = parts.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&");
  return query && `?${query}`;
}

/**
 * A year from a field or an address; null if it is none.
 * @param {string | null} text
 */
export function year(text) {
  return /^\d{1,4}$/.test(text?.trim() ?? "") ? Number(text) : null;
}
