/* What the theme leaves undone on what shows on hover or focus: the card of a citation, what a short form stands for, the
   name of a button. The theme puts each behind the page, made anew when it is called for again. */

// Escape closes them, without moving the mouse or the focus (WCAG 2.2, 1.4.13).
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const shown of document.querySelectorAll(".md-tooltip2")) shown.hidden = true;
});

// A card has a name. The rest describes the element that has the focus: whoever listens hears it there, not once more.
new MutationObserver((changes) => {
  for (const shown of changes.flatMap((change) => [...change.addedNodes])) {
    if (!(shown instanceof Element && shown.matches(".md-tooltip2"))) continue;
    if (shown.getAttribute("role") === "dialog") shown.setAttribute("aria-label", "Reference");
    else shown.setAttribute("aria-hidden", "true");
  }
}).observe(document.body, { childList: true });
