"use strict";
// Tables: a click on a heading sorts by its column, a second click the other way round.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th");
    const table = heading.closest("table");
    const column = heading.cellIndex;
    const numeric = heading.classList.contains("n");
    const first = numeric ? "descending" : "ascending";
    const second = numeric ? "ascending" : "descending";
    const order = heading.getAttribute("aria-sort") === first ? second : first;
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const rows = [...table.tBodies[0].rows].sort((a, b) =>
      sign * (numeric ? value(a) - value(b) : value(a).localeCompare(value(b))));
    table.tBodies[0].append(...rows);
  });
}
// The table of operations: a filter, and the rest of a long table on demand.
const SHOWN = 30;
const operations = document.querySelector("table.operations");
if (operations && operations.tBodies[0].rows.length > 8) {
  const label = document.querySelector(".filter");
  const input = label.querySelector("input");
  const output = label.querySelector("output");
  const rows = [...operations.tBodies[0].rows];
  const more = document.createElement("button");
  let whole = rows.length <= SHOWN;
  more.type = "button";
  more.className = "more";
  more.textContent = `Show all ${rows.length} operations`;
  operations.closest(".scroll").after(more);
  const update = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of rows) {
      const name = row.cells[0].textContent.toLowerCase();
      row.hidden = !words.every((word) => name.includes(word));
      found += !row.hidden;
    }
    output.textContent = words.length ? `${found} of ${rows.length}` : "";
    operations.classList.toggle("short", !whole && !words.length);
    more.hidden = whole || words.length > 0;
  };
  more.addEventListener("click", () => { whole = true; update(); });
  input.addEventListener("input", update);
  label.hidden = false;
  update();
}
// Charts: the pointer, or the arrow keys, read one place of all charts of a section at once.
for (const section of document.querySelectorAll(".charts")) {
  const rows = [...section.querySelectorAll("tr[data-at]")]
    .sort((a, b) => a.dataset.at - b.dataset.at);
  if (!rows.length) continue;
  const places = rows.map((row) => Number(row.dataset.at));
  const plots = [...section.querySelectorAll(".plot")];
  const outputs = [...section.querySelectorAll(".key output")];
  const reading = section.querySelector(".reading");
  const idle = outputs.map((output) => output.textContent);
  let current = -1;
  const show = (index) => {
    current = index;
    for (const plot of plots) {
      const cursor = plot.querySelector(".cursor");
      cursor.hidden = index < 0;
      if (index >= 0) cursor.style.left = places[index] + "%";
    }
    const cells = index < 0 ? [] : [...rows[index].cells].map((cell) => cell.textContent);
    outputs.forEach((output, n) => { output.textContent = cells[n + 1] ?? idle[n]; });
    reading.textContent = index < 0 ? reading.dataset.empty : "at " + cells[0];
    reading.classList.toggle("live", index >= 0);
  };
  const read = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width * 100;
    let nearest = 0;
    places.forEach((place, n) => {
      if (Math.abs(place - at) < Math.abs(places[nearest] - at)) nearest = n;
    });
    show(nearest);
  };
  for (const plot of plots) {
    plot.tabIndex = 0;
    plot.addEventListener("pointermove", read);
    plot.addEventListener("pointerdown", read);
    plot.addEventListener("pointerleave", () => show(-1));
    plot.addEventListener("blur", () => show(-1));
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      show(Math.min(Math.max(current + step, 0), rows.length - 1));
    });
  }
}
// On paper nothing can be opened; tables of values stay out.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details.onpaper, .failure details")) part.open = true;
});
