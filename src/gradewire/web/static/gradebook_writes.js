// Writing cells: one request after the other, each edit over the grade that was seen when it began, and a way back.

import { ask, say } from "./requests.js";
import { cellAt, keyOf, putCell, putTotals, restoring, seenOf, textOf } from "./gradebook_book.js";

const MOST_UNDO = 100;

/** A writer of one gradebook. `view` is told of what changes: redraw(), resolve(conflicts), problem(text), idle(). */
export function createWriter(path, view) {
  const queue = [];
  const undoable = [];
  let busy = false;

  const writer = {
    book: null,
    get waiting() { return busy || queue.length > 0; },
    get canUndo() { return undoable.length > 0; },

    /** Write edits: [{assignment, student, seen, fields, shown}]. `shown` stands in the cell until the server has answered. */
    write(edits, { undoing = false, label = "" } = {}) {
      if (!edits.length) return;
      for (const edit of edits) writer.book.pending.set(keyOf(edit.assignment, edit.student), edit.shown);
      queue.push({ edits, undoing, label });
      view.redraw();
      pump();
    },

    /** Set or remove an override: {student, enrollment, period, text, seen}. */
    override(one, { undoing = false } = {}) {
      writer.book.pending.set(keyOf("override", one.student), one.text);
      queue.push({ override: one, undoing });
      view.redraw();
      pump();
    },

    undo() {
      const step = undoable.pop();
      if (!step) return say("There is nothing to undo.");
      if (step.override) return writer.override(step.override, { undoing: true });
      writer.write(
        step.cells.flatMap(({ assignment, student, before, after }) => {
          const fields = restoring(writer.book.byId.get(assignment), before, after);
          return Object.keys(fields).length ? [{ assignment, student, seen: seenOf(after), fields, shown: textOf(before), restores: before }] : [];
        }),
        { undoing: true, label: "Undone." },
      );
    },
  };

  async function pump() {
    if (busy) return;
    busy = true;
    while (queue.length) {
      const batch = queue.shift();
      try {
        if (batch.override) await sendOverride(batch);
        else await sendCells(batch);
      } catch (error) {
        forget(batch);
        view.problem(error.message);
      }
      view.redraw();
    }
    busy = false;
    view.idle();
  }

  function forget(batch) {
    const cells = batch.override ? [["override", batch.override.student]] : batch.edits.map((one) => [one.assignment, one.student]);
    for (const [assignment, student] of cells) {
      const still = queue.some((later) => !later.override && later.edits.some((one) => one.assignment === assignment && one.student === student));
      if (!still) writer.book.pending.delete(keyOf(assignment, student));
    }
  }

  async function sendCells(batch) {
    const body = {
      edits: batch.edits.map(({ assignment, student, seen, fields }) => ({
        assignment_id: assignment, student_id: student, ...seen, ...fields,
      })),
    };
    let answer;
    try {
      answer = await ask(`${path}/cells`, { method: "POST", body });
    } catch (error) {
      if (error.status !== 409 || !error.data?.outcomes) throw error;
      answer = error.data; // some cells have changed; the answer says which, and what was saved all the same
    }
    const sent = new Map(batch.edits.map((one) => [keyOf(one.assignment, one.student), one]));
    const saved = [], conflicts = [], refused = [];
    const book = writer.book;
    for (const outcome of answer.outcomes) {
      const edit = sent.get(keyOf(outcome.assignment, outcome.student));
      const place = book.places.get(outcome.student);
      const before = cellAt(book, outcome.assignment, place);
      if (outcome.cell) putCell(book, outcome.cell);
      const now = cellAt(book, outcome.assignment, place);
      book.marked.delete(keyOf(outcome.assignment, outcome.student));
      if (outcome.done === "saved" && now) {
        saved.push({ assignment: outcome.assignment, student: outcome.student, before: edit.before ?? before, after: now });
        passOn(edit, now);
        if (edit.restores) stand(edit, now);
      } else if (outcome.done === "conflict") conflicts.push({ edit, before, now });
      else {
        refused.push({ edit, message: outcome.message });
        book.marked.set(keyOf(outcome.assignment, outcome.student), outcome.message);
      }
    }
    for (const cell of answer.cells) putCell(book, cell);
    putTotals(book, answer.totals);
    forget(batch);
    if (saved.length && !batch.undoing) {
      undoable.push({ cells: saved });
      if (undoable.length > MOST_UNDO) undoable.shift();
    }
    if (refused.length) {
      view.problem(refused.length === 1 ? `Not saved: ${refused[0].message}` : `${refused.length} cells were not saved. ${refused[0].message}`);
    } else if (!conflicts.length) {
      view.problem(null);
      say(batch.label || (saved.length === 1 ? `Saved: ${textOf(saved[0].after) || "no grade"}.` : `${saved.length} cells saved.`));
    }
    if (conflicts.length) {
      const write = await view.resolve(conflicts);
      if (write.length) {
        writer.write(write.map(({ edit, now }) => ({ ...edit, before: now, seen: seenOf(now) })), { undoing: batch.undoing });
      }
    }
  }

  /** Edits that wait began with the state that we have just replaced: they are over our own grade, not over somebody else's. */
  function passOn(edit, now) {
    for (const later of queue) {
      for (const one of later.edits ?? []) {
        if (one.assignment !== edit.assignment || one.student !== edit.student) continue;
        if (JSON.stringify(one.seen) === JSON.stringify(edit.seen)) one.seen = seenOf(now);
      }
    }
  }

  /** What was undone is as it was before, under a new version: earlier steps go back from there. */
  function stand(edit, now) {
    for (const cell of undoable.flatMap((step) => step.cells ?? [])) {
      const same = cell.assignment === edit.assignment && cell.student === edit.student;
      if (same && cell.after.version === edit.restores.version) cell.after = now;
    }
  }

  async function sendOverride(batch) {
    const one = batch.override;
    const body = { enrollment_id: one.enrollment, score: one.text, seen: one.seen, grading_period_id: one.period };
    try {
      const answer = await ask(`${path}/overrides`, { method: "POST", body });
      putTotals(writer.book, answer.totals);
      const now = one.text.trim() === "" ? null : Number(one.text.replace("%", ""));
      if (!batch.undoing) undoable.push({ override: { ...one, text: one.seen === null ? "" : String(one.seen), seen: now } });
      view.problem(null);
      say("Override saved.");
    } catch (error) {
      if (error.status !== 409 || error.data?.override === undefined) throw error;
      const again = await view.resolveOverride(one, error.data.override);
      if (again) writer.override({ ...one, seen: error.data.override }, { undoing: batch.undoing });
    } finally {
      forget(batch);
    }
  }

  return writer;
}
