/* The menu of narrow screens by keys. The theme opens it and turns its pages with labels, which only fingers reach: the first
   becomes a button, the others stops for keys while the menu is open; Enter on them is the theme's. Escape closes it, and so
   does going on into the page, which it would cover, and coming back to it. Without a script, see access.css. */

const drawer = document.getElementById("__drawer");
const opener = document.querySelector("label.md-header__button[for='__drawer']");

if (drawer && opener) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "md-header__button md-icon er-menu";
  button.setAttribute("aria-label", "Menu");
  button.setAttribute("aria-expanded", String(drawer.checked));
  button.append(...opener.childNodes);
  button.addEventListener("click", () => drawer.click());
  opener.replaceWith(button);

  drawer.addEventListener("change", () => {
    button.setAttribute("aria-expanded", String(drawer.checked));
    for (const label of document.querySelectorAll(".md-nav--primary .md-nav .md-nav__title[for], .md-nav--primary .md-nav__link[for]")) {
      label.toggleAttribute("tabindex", drawer.checked);
      if (drawer.checked) label.tabIndex = 0;
      if (label.textContent.trim()) continue;
      const name = document.createElement("span");
      name.className = "er-unseen";
      name.textContent = `Pages of ${label.closest(".md-nav__item")?.querySelector("a")?.textContent.trim()}`;
      label.append(name);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drawer.checked) return;
    drawer.click();
    button.focus();
  });

  addEventListener("pageshow", () => {
    if (drawer.checked) drawer.click();
  });

  document.querySelector(".md-content")?.addEventListener("focusin", () => {
    if (drawer.checked) drawer.click();
  });
}
