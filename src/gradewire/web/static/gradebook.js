// The page of the gradebook: reads it, shows what the filters leave, and keeps up with what others write.

import { ask, carried, element, say } from "./requests.js";
import { EXCUSED, GRADED, LATE, MISSING, POSTED, RESUBMITTED, SUBMITTED, cellAt, putCell, putTotals, readBook, removeCell } from "./gradebook_book.js";
import { confirmed, explain, resolveConflicts, resolveOverride } from "./gradebook_dialogs.js";
import { createGrid } from "./gradebook_grid.js";
import { isPanelOpen, openMenu, openPanel, refreshPanel } from "./gradebook_panel.js";
import { createWriter } from "./gradebook_writes.js";

const POLL = 3000;
const { path } = carried("gradebook");
const $ = (id) => document.getElementById(id);
const filters = { name: $("filter-name"), section: $("filter-section"), group: $("filter-group"), period: $("filter-period"), work: $("filter-work"), former: $("filter-former") };

/** What is shown: the rows and columns that the filters leave, in their order. */
const view = { book: null, rows: [], assignments: [], groups: [], scope: "course", period: null, sort: { id: "name", up: true }, only: null, active: null };
let grid = null;

const writer = createWriter(path, {
  redraw: refresh,
  idle: () => { state(); $("undo") && ($("undo").disabled = !writer.canUndo); },
  problem,
  resolve: (conflicts) => resolveConflicts(view.book, conflicts).finally(() => grid.focus()),
  resolveOverride: (one, theirs) => resolveOverride(one, theirs).finally(() => grid.focus()),
});

const does = {
  write: (edits) => writer.write(edits),
  override: (one) => writer.override(one),
  undo: () => writer.undo(),
  problem,
  redraw: refresh,
  closed: () => { grid.slick.resizeCanvas(); grid.focus(); },
  explain: (student) => explain(path, student, view.period).catch((error) => problem(error.message)).finally(() => grid.focus()),
  sorted: (id, up) => { view.sort = { id, up }; arrange(); grid.rows(); },
  active: (row, column) => { view.active = column.assignment ? { place: row.place, assignment: column.assignment } : null; },
  panel: async (row, assignment) => {
    view.panel = { place: row.place, assignment };
    try {
      const opened = openPanel(path, view.book, row.place, assignment, does);
      grid.slick.resizeCanvas();
      await opened;
    } catch (error) {
      problem(error.message);
    }
  },
  menu: (assignment, anchor) => openMenu(anchor, `Menu of ${assignment.name}`, menuOf(assignment), () => grid.focus()),
};

function menuOf(assignment) {
  const sorting = (up) => () => { view.sort = { id: `a${assignment.id}`, up }; grid.slick.setSortColumn(view.sort.id, up); arrange(); grid.rows(); };
  const only = (kind) => () => { view.only = kind && { assignment: assignment.id, name: assignment.name, kind }; arrange(); grid.rows(); };
  const items = [
    { label: "Lowest first", act: sorting(true) },
    { label: "Highest first", act: sorting(false) },
    { label: "Only students whose work is late", act: only("late") },
    { label: "Only students whose work is missing", act: only("missing") },
    { label: "Only students with work to grade", act: only("ungraded") },
  ];
  if (view.only) items.push({ label: "All students again", act: only(null) });
  if (view.active?.assignment === assignment) items.unshift({ label: "Status and comments of this cell", act: () => does.panel({ place: view.active.place }, assignment) });
  const postable = view.book.editable && !["unpublished", "moderated"].includes(assignment.locked);
  if (postable) {
    items.push({ label: "Post grades to everybody", act: () => turn(assignment, { visible: true }) });
    items.push({ label: "Post grades of those who have one", act: () => turn(assignment, { visible: true, graded_only: true }) });
    items.push({ label: "Hide grades", act: () => turn(assignment, { visible: false }) });
  }
  items.push({ label: "Open in SpeedGrader", href: `${path}/speed_grader?assignment_id=${assignment.id}` });
  if (view.book.sets_up) items.push({ label: "Change the assignment", href: path.replace(/gradebook$/, `assignments/${assignment.id}/edit`) });
  return items;
}

/** Post or hide the grades of a column, those of the shown section if one is chosen. */
async function turn(assignment, order) {
  const section = filters.section.value;
  const whom = section ? `of section ${filters.section.selectedOptions[0].text}` : "of everybody";
  const text = order.visible ? `Students will see the grades and comments ${whom} for ${assignment.name}.` : `Students will no longer see the grades and comments ${whom} for ${assignment.name}.`;
  if (!(await confirmed(order.visible ? "Post grades" : "Hide grades", text, order.visible ? "Post" : "Hide"))) return grid.focus();
  try {
    await ask(`${path}/posting`, { method: "POST", body: { assignment_id: assignment.id, section_ids: section ? [Number(section)] : null, ...order } });
    problem(null);
    await poll();
    say(order.visible ? "Grades are posted." : "Grades are hidden.");
  } catch (error) {
    problem(error.message);
  }
  grid.focus();
}

const matches = {
  late: (cell) => cell.flags & LATE,
  missing: (cell) => cell.flags & MISSING,
  ungraded: (cell) => (cell.flags & SUBMITTED && cell.score === null && !(cell.flags & EXCUSED)) || cell.flags & RESUBMITTED,
  unposted: (cell) => cell.flags & GRADED && !(cell.flags & POSTED),
};

/** Work out the rows and columns by the filters and the order. */
function arrange() {
  const { book } = view;
  const period = Number(filters.period.value) || null;
  const group = Number(filters.group.value) || null;
  view.period = book.periods.find((one) => one.id === period) ?? null;
  view.scope = period ? `p${period}` : "course";
  view.groups = period ? [] : book.groups.filter((one) => (group ? one.id === group : book.groups.length > 1));
  view.assignments = book.assignments.filter((one) => (!group || one.group === group) && (!period || !book.cells[one.id] || book.cells[one.id].periods.includes(period)));
  const name = filters.name.value.trim().toLocaleLowerCase();
  const section = Number(filters.section.value) || null;
  const someCurrent = book.students.some((one) => one.current);
  const work = matches[filters.work.value];
  const { only } = view;
  const rows = [];
  book.students.forEach((student, place) => {
    if (someCurrent && !student.current && !filters.former.checked) return;
    if (section && !student.sections.includes(section)) return;
    if (name && !`${student.name}\n${student.sortable}`.toLocaleLowerCase().includes(name)) return;
    if (only) {
      const cell = cellAt(book, only.assignment, place);
      if (!cell || !matches[only.kind](cell)) return;
    }
    if (work && !view.assignments.some((one) => { const cell = cellAt(book, one.id, place); return cell && work(cell); })) return;
    rows.push({ place });
  });
  const value = sorter();
  if (value) {
    const sign = view.sort.up ? 1 : -1;
    rows.sort((one, other) => {
      const a = value(one.place), b = value(other.place);
      if (a === b) return one.place - other.place;
      if (a === null || a === undefined) return 1; // without a grade last, whichever way
      if (b === null || b === undefined) return -1;
      return a < b ? -sign : sign;
    });
  } else if (!view.sort.up) rows.reverse();
  view.rows = rows;
  state();
}

function sorter() {
  const { id } = view.sort;
  if (id === "name") return null;
  if (id.startsWith("a")) return (place) => cellAt(view.book, Number(id.slice(1)), place)?.score ?? null;
  if (id.startsWith("g")) return (place) => view.book.totals[place][id]?.[2] ?? null;
  const index = { total: 2, final: 3, override: 4 }[id];
  return (place) => view.book.totals[place][view.scope]?.[index] ?? null;
}

function state(text) {
  if (!view.book) return;
  const shown = `${view.rows.length} of ${view.book.students.length} students, ${view.assignments.length} assignments`;
  const only = view.only ? ` · only ${view.only.kind} in ${view.only.name}` : "";
  const line = text ?? (writer.waiting ? "Saving …" : shown + only);
  if ($("state").textContent !== line) $("state").textContent = line;
}

function problem(text) {
  const box = $("problem");
  box.hidden = !text;
  if (!text && view.book?.marked.size) {
    view.book.marked.clear();
    grid.redraw();
  }
  box.replaceChildren(...(text ? [text, " ", element("button", { type: "button", class: "quiet", onclick: () => problem(null) }, "Dismiss")] : []));
}

function refresh() {
  grid?.redraw();
  if (isPanelOpen() && view.panel) refreshPanel(view.book, view.panel.place, view.panel.assignment);
  state();
}

function options(select, items, label) {
  const chosen = select.value;
  select.replaceChildren(new Option("All", ""), ...items.map((one) => new Option(one[label], one.id)));
  select.value = items.some((one) => String(one.id) === chosen) ? chosen : "";
  select.closest("label").hidden = items.length < 2;
}

/** Read everything, at first and when more than grades has changed. What waits to be saved waits on. */
async function load() {
  const data = await ask(`${path}/grid`);
  const pending = view.book?.pending;
  view.book = readBook(data);
  if (pending) view.book.pending = pending;
  writer.book = view.book;
  options(filters.section, data.sections, "name");
  options(filters.group, data.groups, "name");
  options(filters.period, data.periods, "title");
  arrange();
  if (grid) grid.rebuild();
  else {
    grid = createGrid($("grid"), view, does);
    name();
    window.gradebook = { grid: grid.slick, view, poll };
  }
}

/** What the grid's elements are, for those who listen. */
function name() {
  const host = $("grid");
  host.setAttribute("role", "group"); // SlickGrid calls all of it a grid, but the rows are in two canvases beside each other
  host.setAttribute("aria-label", "Grades: students in rows, assignments in columns");
  for (const head of host.querySelectorAll(".slick-header")) {
    head.setAttribute("role", "table");
    head.setAttribute("aria-label", "Columns");
  }
  for (const canvas of host.querySelectorAll(".grid-canvas")) {
    canvas.setAttribute("role", "grid");
    canvas.setAttribute("aria-label", canvas.classList.contains("grid-canvas-left") && host.querySelector(".grid-canvas-right .slick-row") ? "Students" : "Grades");
  }
  performance.mark("gradebook-shown");
}

/** Ask what changed, and show it. */
let polling = null;
function poll() {
  polling ??= ask(`${path}/changes?${new URLSearchParams({ work: view.book.seen[0], scores: view.book.seen[1] })}`)
    .then(takeOver)
    .finally(() => { polling = null; });
  return polling;
}

async function takeOver(delta) {
  const { book } = view;
  const anew = delta.rules !== book.rules || !delta.cells.every((cell) => putCell(book, cell));
  if (anew) {
    if (!grid.editing && !writer.waiting) await load();
    return;
  }
  book.seen = delta.seen;
  for (const [assignment, student] of delta.gone) removeCell(book, assignment, student);
  putTotals(book, delta.totals);
  if (delta.cells.length || delta.gone.length || Object.keys(delta.totals).length) refresh();
}

async function keepUp() {
  if (!document.hidden) {
    try {
      await poll();
    } catch (error) {
      if (error.status === 400 && !grid.editing && !writer.waiting) await load().catch(() => {});
      else if (error.status === 401 || error.status === 0) state(error.message);
    }
  }
  setTimeout(keepUp, POLL);
}

let typing = null;
for (const [which, field] of Object.entries(filters)) {
  field.addEventListener(which === "name" ? "input" : "change", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      arrange();
      if (which === "group" || which === "period") grid.rebuild();
      else grid.rows();
    }, which === "name" ? 120 : 0);
    if (which === "period") $("export").href = `${path}/export${field.value ? `?grading_period_id=${field.value}` : ""}`;
  });
}
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("undo")?.addEventListener("click", () => writer.undo());
$("help-button").addEventListener("click", () => $("help").showModal());
document.addEventListener("keydown", (event) => {
  const typed = event.target.closest?.("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typed && !event.defaultPrevented) {
    event.preventDefault();
    writer.undo();
  }
});
window.addEventListener("resize", () => grid?.slick.resizeCanvas());
window.addEventListener("beforeunload", (event) => { if (writer.waiting) event.preventDefault(); });

load().then(keepUp, (error) => { $("state").textContent = ""; problem(error.message); });
