/* Citations: of sources in the text, and of the page itself. Runs before the theme looks for footnotes. */

// What each citation and each way back from the list needs: it would fill the page if it stood there each time. The first
// citation of a source has its name, and leads to its entry, without this script too.
(() => {
  const citations = [...document.querySelectorAll(".er-cite a")];
  const names = new Map();
  for (const link of citations) {
    const name = link.getAttribute("aria-label");
    if (name) names.set(link.hash, name);
    else link.setAttribute("aria-label", names.get(link.hash));
    link.className = "footnote-ref"; // by this the theme knows what to show in a card
  }
  let section = "";
  const sections = new Map();
  for (const met of document.querySelectorAll("article :is(h1, h2, h3, h4, .er-cite)")) {
    if (met.className === "er-cite") sections.set(`#${met.id}`, section);
    else section = met.firstChild.textContent.trim();
  }
  for (const back of document.querySelectorAll(".er-ref__back")) {
    const number = back.closest("li").value;
    for (const link of back.children) {
      const place = `Back to place ${link.textContent} that cites reference ${number}`;
      link.setAttribute("aria-label", `${place}, in ${sections.get(link.hash)}`);
    }
  }
  // Of many ways back the one to where a reader came from is marked.
  document.querySelector("article")?.addEventListener("click", ({ target }) => {
    const place = target.closest(".er-cite a")?.parentElement;
    if (!place) return;
    document.querySelector("article .er-ref__back [aria-current]")?.removeAttribute("aria-current");
    const entry = document.getElementById(target.closest("a").hash.slice(1));
    entry?.querySelector(`.er-ref__back a[href="#${place.id}"]`)?.setAttribute("aria-current", "location");
  });
})();

// Fills today's date into "Cite this page". Without this script the reader writes it.
(() => {
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const now = new Date();
  for (const day of document.querySelectorAll(".er-citation__day")) {
    day.textContent = `${now.getFullYear()} ${months[now.getMonth()]} ${now.getDate()}`;
    day.closest("details").querySelector(".er-citation__hint").hidden = true;
  }
})();
