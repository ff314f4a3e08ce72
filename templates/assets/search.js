// Opens the search by a click, by a key or by ?q= in the address. Everything else of it is loaded only then.

const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(".er-search-opener"));
const KEYS = ["s", "f", "/"];

/** What was typed while the search was on its way; null when it is not. @type {string | null} */
let typed = null;
/** @type {Promise<typeof import("./search-dialog.js")> | null} */
let arriving = null;

/** @param {string} query */
async function open(query) {
  if (!link) return;
  typed = query;
  arriving ??= import("./search-dialog.js");
  try {
    const { openSearch } = await arriving;
    await openSearch(new URL(`${link.dataset.root}/`, location.href), () => typed ?? "");
  } catch {
    location.assign(link.href); // as without this script
  }
  typed = null;
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const at = event.target;
  return at instanceof HTMLElement && (at.isContentEditable || /^(?:input|select|textarea)$/.test(at.localName));
}

link?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open("");
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event) || document.querySelector("dialog[open]")) return;
  if (typed !== null && event.key.length === 1) typed += event.key;
  else if (typed === null && KEYS.includes(event.key)) open("");
  else return;
  event.preventDefault();
  event.stopPropagation(); // the theme goes to other pages by single keys
});

const asked = new URLSearchParams(location.search).get("q");
if (asked) open(asked);
