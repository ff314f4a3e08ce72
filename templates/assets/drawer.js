/* The menu of narrow screens by keys. Escape closes it, and so does going on into the page, which it would cover. The theme
   turns its pages with labels, which only fingers reach; while it is open they are buttons, and Enter is the theme's. */

const drawer = document.getElementById("__drawer");

drawer?.addEventListener("change", () => {
  for (const label of document.querySelectorAll(".md-nav--primary .md-nav .md-nav__title[for], .md-nav--primary .md-nav__link[for]")) {
    const owner = label.closest(".md-nav__item")?.querySelector("a, .md-ellipsis");
    const name = label.textContent.trim() || `Pages of ${owner?.textContent.trim()}`;
    for (const [key, value] of Object.entries({ role: "button", tabindex: "0", "aria-label": name })) {
      if (drawer.checked) label.setAttribute(key, value);
      else label.removeAttribute(key);
    }
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !drawer?.checked) return;
  drawer.click();
  drawer.focus();
});

document.querySelector(".md-content")?.addEventListener("focusin", () => {
  if (drawer?.checked) drawer.click();
});
