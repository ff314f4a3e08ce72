/* What the theme leaves unsaid to screen readers: the lists inside the navigation are landmarks of their own with names
   that repeat. Runs once; pages are loaded one by one. */

document.querySelectorAll("nav.md-nav nav.md-nav").forEach((list, position) => {
  const label = document.getElementById(list.getAttribute("aria-labelledby") ?? "");
  const name = label?.textContent.trim() || list.getAttribute("aria-label") || "Pages";
  list.removeAttribute("aria-labelledby");
  list.setAttribute("aria-label", `${name}, list ${position + 1}`);
});

/* Safari 14 to 16 takes a table whose rows are laid out anew on a phone for no table, unless it and its parts say what they are. */
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };
for (const table of document.querySelectorAll("table:is(.er-table--cards, .er-forest__table)")) {
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr, td, th")]) {
    part.setAttribute("role", ROLES[part.tagName] ?? (part.getAttribute("scope") === "row" ? "rowheader" : "columnheader"));
  }
}
