/* What the theme leaves unsaid to screen readers: the lists inside the navigation are landmarks of their own with names
   that repeat. Runs once; pages are loaded one by one. */

document.querySelectorAll("nav.md-nav nav.md-nav").forEach((list, position) => {
  const label = document.getElementById(list.getAttribute("aria-labelledby") ?? "");
  const name = label?.textContent.trim() || list.getAttribute("aria-label") || "Pages";
  list.removeAttribute("aria-labelledby");
  list.setAttribute("aria-label", `${name}, list ${position + 1}`);
});
