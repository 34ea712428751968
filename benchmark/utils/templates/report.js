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
// Charts over time: the pointer's second is shown in all of them, its values beside their names.
const time = document.getElementById("time");
if (time) {
  const data = JSON.parse(document.getElementById("time-data").textContent);
  const plots = [...time.querySelectorAll(".plot")];
  const outputs = [...time.querySelectorAll("output")];
  const clock = document.getElementById("time-clock");
  const clockText = clock.textContent;
  const show = (index) => {
    plots.forEach((plot) => {
      const cursor = plot.querySelector(".cursor");
      cursor.hidden = index < 0;
      if (index >= 0) cursor.style.left = data.positions[index] + "%";
    });
    outputs.forEach((output, n) => { output.textContent = index < 0 ? "" : data.series[n][index]; });
    clock.textContent = index < 0 ? clockText : "at " + data.labels[index];
  };
  for (const plot of plots) {
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const at = (event.clientX - box.left) / box.width * 100;
      let nearest = 0;
      data.positions.forEach((x, n) => {
        if (Math.abs(x - at) < Math.abs(data.positions[nearest] - at)) nearest = n;
      });
      show(nearest);
    });
    plot.addEventListener("pointerleave", () => show(-1));
  }
}
// On paper nothing can be opened.
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
