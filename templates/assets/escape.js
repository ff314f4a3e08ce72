// Escape closes what shows on hover or focus, without moving either (WCAG 2.2, 1.4.13): the card of a citation, what an
// abbreviation stands for, the name of a button. The theme makes each anew when it is called for again.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const shown of document.querySelectorAll(".md-tooltip2")) shown.hidden = true;
});
