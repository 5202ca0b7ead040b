// Beside the grid: one cell with its status, its comments and the way to SpeedGrader. Over it: the menu of a column.

import { ask, element, say } from "./requests.js";
import { EXCUSED, cellAt, lockOf, putCell, seenOf, textOf, wordsOf } from "./gradebook_book.js";

const HOUR = 3600, DAY = 86400;
const panel = document.getElementById("panel");
const menu = document.getElementById("menu");

const moment = (text) => (text ? new Date(text).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "–");

export function isPanelOpen() {
  return !panel.hidden;
}

/** Show the panel of a cell. `does`: write(edits), closed(), redraw(). */
export async function openPanel(path, book, place, assignment, does) {
  const student = book.students[place];
  const cell = cellAt(book, assignment.id, place);
  const close = () => { panel.hidden = true; does.closed(); };
  const heading = element("h2", { tabindex: "-1" }, student.name, element("span", { class: "muted small" }, assignment.name));
  const grader = new URLSearchParams({ assignment_id: assignment.id });
  if (assignment.locked !== "anonymous") grader.set("student_id", student.id);
  const head = element("div", { class: "panel-head" }, heading, element("button", { type: "button", class: "quiet", onclick: close, "aria-label": "Close the panel" }, "Close"));
  const link = element("p", {}, element("a", { href: `${path}/speed_grader?${grader}` }, "Open in SpeedGrader"));
  const body = element("div", { class: "panel-body" });
  panel.replaceChildren(head, element("p", { class: "panel-state" }, wordsOf(cell)), link, body);
  panel.hidden = false;
  panel.onkeydown = (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } };
  heading.focus();
  const lock = lockOf(book, assignment, cell);
  if (lock) body.append(element("p", { class: "note" }, lock));
  if (!cell || assignment.locked === "anonymous") return;
  if (!lock) body.append(statusForm(book, student, assignment, place, does));
  const query = new URLSearchParams({ assignment_id: assignment.id, student_id: student.id });
  const found = await ask(`${path}/cell?${query}`);
  const facts = element("dl", { class: "facts" },
    ...[["Due", moment(found.due_at)], ["Handed in", moment(found.submitted_at)], ["Graded", moment(found.graded_at)], ["Posted", found.posted ? "yes" : "no"],
      ...(found.deducted ? [["Off for being late", `${found.deducted} points`]] : [])].flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
  body.append(facts, element("h3", {}, "Comments"));
  const list = element("ul", { class: "comments" });
  body.append(list);
  const tell = (comments) => list.replaceChildren(...comments.map((one) =>
    element("li", {}, element("p", { class: "muted small" }, `${one.author}, ${moment(one.at)}${one.hidden ? " · waits with the grade" : ""}`), element("p", { class: "text" }, one.text ?? ""))),
    ...(comments.length ? [] : [element("li", { class: "muted" }, "None yet.")]));
  tell(found.comments);
  if (lock && assignment.locked) return;
  const text = element("textarea", { id: "comment-text", rows: "3", maxlength: "65535", required: true });
  const form = element("form", { class: "stack" },
    element("div", { class: "field" }, element("label", { for: "comment-text" }, "New comment"), text),
    element("div", { class: "buttons" }, element("button", { class: "primary" }, "Comment")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await ask(`${path}/comments`, { method: "POST", body: { assignment_id: assignment.id, student_id: student.id, text: text.value } });
      text.value = "";
      tell(answer.comments);
      putCell(book, answer.cell);
      does.redraw();
      say("Comment saved.");
    } catch (error) {
      does.problem(error.message);
    }
  });
  if (book.editable) body.append(form);
}

/** Status by hand: what the dates say, late by how much, missing, on time, excused. */
function statusForm(book, student, assignment, place, does) {
  const cell = cellAt(book, assignment.id, place);
  const now = cell.flags & EXCUSED ? "excused" : cell.status ?? "auto";
  const select = element("select", { id: "cell-status" },
    ...[["auto", "By the dates"], ["none", "On time"], ["late", "Late"], ["missing", "Missing"], ["extended", "Extended"], ["excused", "Excused"]]
      .filter(([value]) => value !== "extended" || now === "extended")
      .map(([value, label]) => element("option", { value, selected: value === now }, label)));
  const seconds = cell.seconds ?? 0;
  const unit = seconds % DAY === 0 ? DAY : HOUR;
  const amount = element("input", { id: "cell-late", class: "short", inputmode: "decimal", value: String(Math.round((seconds / unit) * 100) / 100) });
  const units = element("select", { "aria-label": "Days or hours" }, element("option", { value: DAY, selected: unit === DAY }, "days"), element("option", { value: HOUR, selected: unit === HOUR }, "hours"));
  const lateness = element("div", { class: "field" }, element("label", { for: "cell-late" }, "Time late"), element("div", { class: "late-row" }, amount, units));
  const turn = () => { lateness.hidden = select.value !== "late"; };
  select.addEventListener("change", turn);
  turn();
  const form = element("form", { class: "stack" },
    element("div", { class: "field" }, element("label", { for: "cell-status" }, "Status"), select), lateness,
    element("div", { class: "buttons" }, element("button", {}, "Set status")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const seen = cellAt(book, assignment.id, place);
    const fields = {};
    if (select.value === "excused") fields.excuse = true;
    else {
      if (seen.flags & EXCUSED) fields.excuse = false;
      fields.status = select.value === "auto" ? null : select.value;
      fields.seconds_late = null;
      if (select.value === "late") {
        const typed = Number(amount.value.replace(",", "."));
        if (!Number.isFinite(typed) || typed < 0) return does.problem("The time late is not a number.");
        fields.seconds_late = Math.round(typed * Number(units.value));
      }
    }
    does.write([{ assignment: assignment.id, student: student.id, seen: seenOf(cell), before: cell, fields, shown: select.value === "excused" ? "EX" : textOf(seen) }]);
  });
  return form;
}

/** The panel shows what a cell is, if it is this cell's. */
export function refreshPanel(book, place, assignment) {
  const line = panel.querySelector(".panel-state");
  if (line) line.textContent = wordsOf(cellAt(book, assignment.id, place));
}

/** Show a menu under an element: [{label, act}]; Escape and a click elsewhere close it. */
export function openMenu(anchor, title, items, closed) {
  const close = (back) => {
    menu.hidden = true;
    document.removeEventListener("pointerdown", outside, true);
    if (back) closed();
  };
  const outside = (event) => { if (!menu.contains(event.target)) close(false); };
  menu.setAttribute("aria-label", title);
  menu.replaceChildren(...items.map(({ label, act, href }) => {
    const one = href ? element("a", { role: "menuitem", tabindex: "-1", href }, label) : element("button", { type: "button", role: "menuitem", tabindex: "-1" }, label);
    if (act) one.addEventListener("click", () => { close(true); act(); });
    return one;
  }));
  menu.onkeydown = (event) => {
    const every = [...menu.children];
    const at = every.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); close(true); }
    else if (step) { event.preventDefault(); every[(at + step + every.length) % every.length].focus(); }
    event.stopPropagation();
  };
  menu.hidden = false;
  const place = anchor.getBoundingClientRect();
  const width = menu.offsetWidth;
  menu.style.left = `${Math.max(4, Math.min(place.left, window.innerWidth - width - 8)) + window.scrollX}px`;
  menu.style.top = `${Math.min(place.bottom, window.innerHeight - menu.offsetHeight - 8) + window.scrollY}px`;
  menu.firstElementChild.focus();
  document.addEventListener("pointerdown", outside, true);
}

