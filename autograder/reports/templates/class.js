"use strict";
// Sorting and filtering of every table of the class; the page says the same without it.
// Letters without their marks and case: "muller" finds Müller however it is composed, "strasse" finds Straße.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase();
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const key = (row, i) => row.cells[i].dataset.sort ?? row.cells[i].textContent.trim();
  table.classList.add("live");
  heads.forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = (a, b) => {
        const [x, y] = [key(a, i), key(b, i)];
        return Number.isNaN(x - y) ? x.localeCompare(y, undefined, { numeric: true }) : x - y;
      };
      body.append(...[...body.rows].sort((a, b) => (down ? order(b, a) : order(a, b))));
    });
  });
  const filter = document.querySelector(`.filter[data-for="${table.id}"]`);
  const input = filter.querySelector("input");
  const shown = filter.querySelector("output");
  filter.hidden = false;
  const fold = table.closest("details");
  input.addEventListener("input", () => {
    if (fold) fold.open = true;
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = plain(row.textContent);
      row.hidden = !words.every((word) => text.includes(word));
    }
    shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
  });
}
