// Selecting provisional grades and giving final marks without loading the page again; arrow keys in the table.

import { ask, element, say } from "./requests.js";

const table = document.querySelector(".students-by-graders");

if (table) {
  const picks = (row) => [...row.querySelectorAll(".pick")];
  const box = (row) => row.querySelector(".mark input[name=grade]");
  for (const row of table.tBodies[0].rows) {
    rove(row);
    const input = box(row);
    if (input) input.dataset.saved = input.value;
  }

  /** One button of a row is reached by Tab, the others by arrow keys. */
  function rove(row, wanted = null) {
    const all = picks(row);
    const reached = wanted ?? all.find((one) => one.ariaPressed === "true") ?? all[0];
    for (const one of all) one.tabIndex = one === reached ? 0 : -1;
  }

  table.addEventListener("click", (event) => {
    const button = event.target.closest(".pick");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("tr");
    rove(row, button);
    if (button.ariaPressed !== "true") send(row, table.dataset.select, { provisional_grade_id: Number(button.value) });
  });

  table.addEventListener("submit", (event) => {
    event.preventDefault();
    const row = event.target.closest("tr");
    const input = box(row);
    if (input.value.trim() === input.dataset.saved && input.classList.contains("picked")) return;
    send(row, table.dataset.mark, { student: row.dataset.student, grade: input.value }, input);
  });

  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const button = event.target.closest(".pick");
    const input = event.target.closest(".mark input[name=grade]");
    const row = event.target.closest("tr");
    if (!button && !input) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const place = button ? picks(row).indexOf(button) : -1;
      const next = beside(row, event.key === "ArrowUp" ? -1 : 1, (one) => (input ? box(one) : picks(one).length > 0));
      if (next) {
        const all = picks(next);
        const target = input ? box(next) : closest(next, button) ?? all[Math.min(place, all.length - 1)];
        if (button) rove(next, target);
        target.focus();
      }
      event.preventDefault();
    } else if (button && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      const all = picks(row);
      const target = all[all.indexOf(button) + (event.key === "ArrowLeft" ? -1 : 1)];
      if (target) {
        rove(row, target);
        target.focus();
      }
      event.preventDefault();
    } else if (input && event.key === "Escape") {
      input.value = input.dataset.saved;
    }
  });

  function beside(row, step, fits) {
    let found = row;
    do found = step < 0 ? found.previousElementSibling : found.nextElementSibling;
    while (found && !fits(found));
    return found;
  }

  /** The button in the same column of another row. */
  function closest(row, button) {
    const column = button.closest("td").cellIndex;
    return row.cells[column].querySelector(".pick");
  }

  async function send(row, path, body, input = null) {
    row.ariaBusy = "true";
    row.querySelector(".problem")?.remove();
    input?.removeAttribute("aria-invalid");
    try {
      show(row, await ask(path, { method: "POST", body }));
    } catch (refusal) {
      input?.setAttribute("aria-invalid", "true");
      row.querySelector(".counts").append(element("div", { class: "problem note bad", role: "alert" }, refusal.message));
    } finally {
      row.ariaBusy = "false";
    }
  }

  /** What the server says stands in the row now. */
  function show(row, now) {
    for (const one of picks(row)) one.ariaPressed = String(Number(one.value) === now.selected);
    const input = box(row);
    if (input) {
      if (now.final && document.activeElement !== input) input.value = input.value.trim();
      if (now.final) input.dataset.saved = input.value;
      input.classList.toggle("picked", now.final);
    }
    row.querySelector(".counts").replaceChildren(now.receives);
    const left = document.getElementById("undecided");
    if (left) left.textContent = now.undecided;
    rove(row, picks(row).find((one) => one === document.activeElement));
    say(`${now.final ? "Final mark" : "Grade"} ${now.grade} counts for ${now.name}. ${now.undecided} to decide.`);
  }
}
