// Fills today's date into "Cite this page". Without this script the reader writes it.
(() => {
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const now = new Date();
  for (const day of document.querySelectorAll(".er-citation__day")) {
    day.textContent = `${now.getFullYear()} ${months[now.getMonth()]} ${now.getDate()}`;
    day.closest("details").querySelector(".er-citation__hint").hidden = true;
  }
})();
