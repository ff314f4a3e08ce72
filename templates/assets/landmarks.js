/* What the theme leaves unsaid to screen readers: the search dialog has no name, and the lists inside the navigation are
   landmarks of their own with names that repeat. Runs once; pages are loaded one by one. */

const search = document.querySelector(".md-search[role=dialog]");
if (search && !search.hasAttribute("aria-label")) {
  search.setAttribute("aria-label", "Search");
}

document.querySelectorAll("nav.md-nav nav.md-nav").forEach((list, position) => {
  const label = document.getElementById(list.getAttribute("aria-labelledby") ?? "");
  const name = label?.textContent.trim() || list.getAttribute("aria-label") || "Pages";
  list.removeAttribute("aria-labelledby");
  list.setAttribute("aria-label", `${name}, list ${position + 1}`);
});
