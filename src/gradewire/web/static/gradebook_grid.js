// The grid: columns, what cells look like, the editor, keys, and the clipboard. SlickGrid draws only what is in sight.
/* global Slick */

import { say } from "./requests.js";
import {
  COMMENTED, EXCUSED, GRADED, LATE, MISSING, POSTED, RESUBMITTED, SUBMITTED,
  cellAt, enteredOf, keyOf, lockOf, percent, seenOf, textOf, wordsOf,
} from "./gradebook_book.js";

const STATES = "late missing excused waiting unposted commented locked none pending refused differs again".split(" ").map((one) => `is-${one}`).join(" ");
const TOTALS = { total: "Total", final: "Final", override: "Override" };

/** The grid over a book. `does` is what the page does: write, panel(cell), menu(column, button), explain(student), sorted(id, up). */
export function createGrid(host, view, does) {
  const wide = window.matchMedia("(min-width: 40rem)").matches;
  const columnsOf = () => [nameColumn(), ...view.assignments.map(assignmentColumn), ...view.groups.map(groupColumn), ...totalColumns()];
  const data = { getLength: () => view.rows.length, getItem: (row) => view.rows[row] };
  const grid = new Slick.Grid(host, data, columnsOf(), {
    editable: true,
    enableCellNavigation: true,
    enableColumnReorder: false,
    enableHtmlRendering: false,
    asyncEditorLoading: false,
    autoEdit: false,
    frozenColumn: wide ? 0 : -1,
    rowHeight: 32,
    multiColumnSort: false,
    explicitInitialization: true, // when everybody has subscribed
    nonce: document.querySelector("meta[name=nonce]").content,
    editCommandHandler: (row, column, command) => commit(row, column, command.serializedValue),
  });
  grid.setSelectionModel(new Slick.CellSelectionModel({ selectActiveCell: true }));
  let editing = null; // what the open field is about
  let began = null; // the same after it has closed, for what it saves

  function nameColumn() {
    return { id: "name", name: "Student", width: wide ? 220 : 130, sortable: true, cssClass: "name-cell", formatter: (r, c, v, d, row) => ({ text: view.book.students[row.place].sortable, toolTip: view.book.students[row.place].name }) };
  }

  function assignmentColumn(assignment) {
    return { id: `a${assignment.id}`, name: assignment.name, toolTip: `${assignment.name}`, assignment, width: 110, sortable: true, editor: CellEditor, cssClass: "grade-cell", formatter: gradeFormatter };
  }

  function groupColumn(group) {
    return { id: `g${group.id}`, name: group.name, group, width: 96, sortable: true, cssClass: "total-cell", formatter: (r, c, v, d, row) => ({ text: percent(view.book.totals[row.place][`g${group.id}`]?.[2]) }) };
  }

  function totalColumns() {
    const kinds = view.book.overrides ? ["total", "final", "override"] : ["total", "final"];
    return kinds.map((kind) => ({ id: kind, name: TOTALS[kind], total: kind, width: 104, sortable: true, cssClass: "total-cell", editor: kind === "override" ? CellEditor : undefined, formatter: totalFormatter }));
  }

  function gradeFormatter(rowNumber, cellNumber, value, column, row) {
    const { assignment } = column;
    const cell = cellAt(view.book, assignment.id, row.place);
    const key = keyOf(assignment.id, view.book.students[row.place].id);
    const pending = view.book.pending.get(key);
    const classes = [];
    if (pending !== undefined) classes.push("is-pending");
    if (view.book.marked.has(key)) classes.push("is-refused");
    const lock = lockOf(view.book, assignment, cell);
    if (!cell) classes.push("is-none");
    else if (lock) classes.push("is-locked");
    if (cell) {
      const { flags } = cell;
      if (flags & EXCUSED) classes.push("is-excused");
      else if (flags & LATE) classes.push("is-late");
      else if (flags & MISSING) classes.push("is-missing");
      if (flags & RESUBMITTED) classes.push("is-again");
      else if (flags & SUBMITTED && cell.score === null && !(flags & EXCUSED)) classes.push("is-waiting");
      if (flags & GRADED && !(flags & POSTED)) classes.push("is-unposted");
      if (flags & COMMENTED) classes.push("is-commented");
    }
    const text = pending !== undefined ? pending : assignment.locked === "anonymous" ? "hidden" : textOf(cell);
    return { text: text || (classes.includes("is-waiting") && pending === undefined ? "•" : ""), addClasses: classes.join(" "), removeClasses: STATES, toolTip: view.book.marked.get(key) ?? wordsOf(cell) };
  }

  function totalFormatter(rowNumber, cellNumber, value, column, row) {
    const total = view.book.totals[row.place][view.scope];
    const pending = view.book.pending.get(keyOf("override", view.book.students[row.place].id));
    if (column.total === "override") {
      const text = pending ?? (total?.[4] === null || total?.[4] === undefined ? "" : percent(total[4]));
      return { text, addClasses: pending !== undefined ? "is-pending" : "", removeClasses: STATES };
    }
    if (!total) return { text: "–", addClasses: "", removeClasses: STATES };
    const [current, final, all, allFinal, , letter] = total;
    const shown = column.total === "total" ? all : allFinal;
    const posted = column.total === "total" ? current : final;
    const differs = posted !== shown;
    const text = percent(shown) + (column.total === "total" && letter ? ` ${letter}` : "");
    return { text, addClasses: differs ? "is-differs" : "", removeClasses: STATES, toolTip: differs ? `The student sees ${percent(posted)}` : "How it came about: click" };
  }

  /** The field in a cell. What it saves goes to the server; the cell itself changes when that has answered. */
  function CellEditor({ container, column, item: row, grid: own, commitChanges, cancelChanges }) {
    const student = view.book.students[row.place];
    const cell = column.assignment ? cellAt(view.book, column.assignment.id, row.place) : null;
    const total = view.book.totals[row.place][view.scope];
    const shown = column.assignment ? enteredOf(cell) : String(total?.[4] ?? "");
    editing = began = { row, column, seen: cell ? seenOf(cell) : null, before: cell, override: total?.[4] ?? null, shown };
    const input = document.createElement("input");
    input.className = "cell-editor";
    input.autocomplete = "off";
    input.value = shown;
    input.setAttribute("aria-label", `${student.name}, ${column.name}`);
    const names = column.assignment?.type === "pass_fail" ? ["complete", "incomplete"] : column.assignment?.names ?? [];
    let list = null;
    if (names.length) {
      list = document.createElement("datalist");
      list.id = "scheme-names";
      for (const name of names) list.append(new Option(name, name));
      input.setAttribute("list", list.id);
      container.append(list);
    }
    container.append(input);
    input.addEventListener("keydown", (event) => {
      const edge = event.key === "ArrowLeft" || event.key === "ArrowRight" || event.key === "Home" || event.key === "End";
      if (edge) event.stopPropagation();
      if (event.key === "Enter") { event.stopPropagation(); event.preventDefault(); commitChanges(); own.navigateDown(); }
      if (event.key === "Escape") { event.stopPropagation(); cancelChanges(); }
    });
    input.focus();
    input.select();
    this.destroy = () => { input.remove(); list?.remove(); editing = null; };
    this.focus = () => input.focus();
    this.isValueChanged = () => input.value.trim() !== shown;
    this.serializeValue = () => input.value;
    this.loadValue = () => {};
    this.applyValue = () => {};
    this.validate = () => ({ valid: true, msg: null });
  }

  function commit(row, column, typed) {
    const text = typed.trim();
    const student = view.book.students[row.place];
    if (column.assignment) {
      does.write([{ assignment: column.assignment.id, student: student.id, seen: began.seen, before: began.before, fields: fieldsOf(column.assignment, text, began.before), shown: text }]);
    } else {
      does.override({ student: student.id, enrollment: student.enrollment, period: view.period?.id ?? null, text, seen: began.override });
    }
  }

  /** What a typed text means. An empty one ends an excusal, or clears the grade. */
  function fieldsOf(assignment, text, before) {
    if (text === "" && before && before.flags & EXCUSED) return { excuse: false };
    return { entry: text };
  }

  grid.onBeforeEditCell.subscribe((event, { item: row, column }) => {
    if (column.total) return view.book.overrides;
    const lock = lockOf(view.book, column.assignment, cellAt(view.book, column.assignment.id, row.place));
    if (lock) does.problem(lock);
    return !lock;
  });

  grid.onHeaderCellRendered.subscribe((event, { node, column }) => {
    if (column.group) {
      const under = document.createElement("span"); // a group often bears the name of its only assignment
      under.className = "column-note";
      under.textContent = "group";
      node.append(under);
    }
    if (!column.assignment) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "column-menu";
    button.tabIndex = -1; // the way there by keys is Alt+Down in a cell: a hundred stops on the way would be none
    button.textContent = "▾";
    button.setAttribute("aria-label", `Menu of ${column.assignment.name}`);
    button.setAttribute("aria-haspopup", "menu");
    button.addEventListener("click", (clicked) => { clicked.stopPropagation(); does.menu(column.assignment, button); });
    const under = document.createElement("span");
    under.className = "column-note";
    const { locked, points, manual } = column.assignment;
    under.textContent = locked ? locked.replace("_", " ") : `${points ?? 0} points${manual ? " · posted by hand" : ""}`;
    node.append(under, button);
  });

  grid.onSort.subscribe((event, { sortCol, sortAsc }) => does.sorted(sortCol.id, sortAsc));

  grid.onClick.subscribe((event, { row, cell }) => {
    const column = grid.getColumns()[cell];
    if (column?.total && column.total !== "override") does.explain(view.book.students[view.rows[row].place]);
  });

  grid.onActiveCellChanged.subscribe((event, { row, cell }) => {
    if (row === undefined || row === null) return;
    const column = grid.getColumns()[cell];
    const item = view.rows[row];
    if (!item || !column) return;
    const name = view.book.students[item.place].name;
    if (column.assignment) {
      const found = cellAt(view.book, column.assignment.id, item.place);
      say(`${name}, ${column.assignment.name}: ${wordsOf(found)}`);
    } else say(`${name}, ${column.name}: ${grid.getCellNode(row, cell)?.textContent || "nothing"}`);
    does.active(item, column);
  });

  grid.onKeyDown.subscribe((event, { row, cell }) => {
    const native = event.getNativeEvent?.() ?? event;
    if (editing) return;
    const column = grid.getColumns()[cell];
    const item = view.rows[row];
    const taken = () => { event.stopImmediatePropagation(); native.preventDefault(); };
    const mod = native.ctrlKey || native.metaKey;
    if (mod && native.key.toLowerCase() === "z") { taken(); does.undo(); }
    else if (mod && native.key === " ") { taken(); openFor(item, column); }
    else if (native.altKey && native.key === "ArrowDown" && column?.assignment) { taken(); does.menu(column.assignment, grid.getCellNode(row, cell)); }
    else if (native.key === "F2" || (native.key === "Enter" && !mod)) {
      taken();
      if (column?.editor) grid.editActiveCell();
      else if (column?.total) does.explain(view.book.students[item.place]);
    } else if (native.key === "Delete" || native.key === "Backspace") { taken(); clearMarked(); }
    else if (native.key.length === 1 && !mod && !native.altKey && native.key !== " " && column?.editor) {
      taken();
      grid.editActiveCell();
      const input = host.querySelector(".cell-editor");
      if (input) { input.value = native.key; input.setSelectionRange(1, 1); }
    }
  });

  function openFor(item, column) {
    if (column?.assignment) does.panel(item, column.assignment);
    else if (column?.total) does.explain(view.book.students[item.place]);
  }

  /** The marked block: first and last row and column. */
  function marked() {
    const ranges = grid.getSelectionModel().getSelectedRanges();
    const active = grid.getActiveCell();
    if (ranges.length) return ranges[0];
    return active ? { fromRow: active.row, toRow: active.row, fromCell: active.cell, toCell: active.cell } : null;
  }

  function editFor(rowNumber, cellNumber, text) {
    const column = grid.getColumns()[cellNumber];
    const item = view.rows[rowNumber];
    if (!item || !column?.assignment) return null;
    const cell = cellAt(view.book, column.assignment.id, item.place);
    if (lockOf(view.book, column.assignment, cell)) return null;
    if (text === enteredOf(cell)) return undefined;
    return { assignment: column.assignment.id, student: view.book.students[item.place].id, seen: seenOf(cell), before: cell, fields: fieldsOf(column.assignment, text, cell), shown: text };
  }

  /** Write a text for each cell of a block that begins there; `at` tells the text, null leaves the cell alone. */
  function fill(range, at) {
    const edits = [];
    let locked = 0;
    for (let row = range.fromRow; row <= range.toRow; row += 1) {
      for (let cell = range.fromCell; cell <= range.toCell; cell += 1) {
        const text = at(row - range.fromRow, cell - range.fromCell);
        if (text === null) continue;
        const edit = editFor(row, cell, text);
        if (edit === null) locked += 1;
        else if (edit) edits.push(edit);
      }
    }
    does.write(edits);
    if (locked) does.problem(`${locked} ${locked === 1 ? "cell cannot" : "cells cannot"} be graded here and ${locked === 1 ? "was" : "were"} left alone.`);
  }

  const clearMarked = () => { const range = marked(); if (range) fill(range, () => ""); };

  host.addEventListener("copy", (event) => {
    const range = marked();
    if (editing || !range) return;
    const lines = [];
    for (let row = range.fromRow; row <= range.toRow; row += 1) {
      const line = [];
      for (let cell = range.fromCell; cell <= range.toCell; cell += 1) {
        const column = grid.getColumns()[cell];
        const { place } = view.rows[row];
        line.push(column.assignment ? enteredOf(cellAt(view.book, column.assignment.id, place)) : column.formatter(row, cell, null, column, view.rows[row]).text);
      }
      lines.push(line.join("\t"));
    }
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
    say(lines.length === 1 ? "Copied." : `${lines.length} rows copied.`);
  });

  host.addEventListener("paste", (event) => {
    const range = marked();
    if (editing || !range) return;
    event.preventDefault();
    const block = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t").map((text) => text.trim()));
    const single = block.length === 1 && block[0].length === 1;
    if (single) return fill(range, () => block[0][0]);
    const width = Math.max(...block.map((line) => line.length));
    const toRow = range.fromRow + block.length - 1, toCell = range.fromCell + width - 1;
    const outside = toRow >= view.rows.length;
    // An empty cell of a block leaves the grade alone, as in an import; Delete is what clears.
    fill({ ...range, toRow: Math.min(toRow, view.rows.length - 1), toCell }, (row, cell) => block[row]?.[cell] || null);
    if (outside) does.problem("The block has more rows than the gradebook shows; the rest was left out.");
  });

  grid.init();

  return {
    slick: grid,
    get editing() { return editing; },
    /** The columns or rows have changed. */
    rebuild() {
      const active = grid.getActiveCell();
      grid.setColumns(columnsOf());
      this.rows();
      if (active && active.row < view.rows.length && active.cell < grid.getColumns().length) grid.setActiveCell(active.row, active.cell);
    },
    rows() {
      grid.getEditorLock().cancelCurrentEdit();
      grid.updateRowCount();
      grid.invalidate();
    },
    /** What is in the cells has changed; a field that is open stays open. */
    redraw() {
      const { top, bottom } = grid.getRenderedRange();
      const count = grid.getColumns().length;
      const active = editing && grid.getActiveCell();
      for (let row = Math.max(0, top); row <= Math.min(bottom, view.rows.length - 1); row += 1) {
        for (let cell = 0; cell < count; cell += 1) {
          if (active && active.row === row && active.cell === cell) continue;
          grid.updateCell(row, cell);
        }
      }
    },
    focus() { grid.focus(); },
  };
}
