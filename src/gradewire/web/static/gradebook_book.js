// The gradebook as the page keeps it: what the server sent, looked up by assignment and by the place of a student.

export const SUBMITTED = 1, LATE = 2, MISSING = 4, EXCUSED = 8, POSTED = 16, GRADED = 32, CLOSED = 64, COMMENTED = 128,
  RESUBMITTED = 256, INCOMPLETE = 512;

/** A book from what the server sent. */
export function readBook(data) {
  const places = new Map(data.students.map((student, place) => [student.id, place]));
  const assignments = new Map(data.assignments.map((one) => [one.id, one]));
  return { ...data, places, byId: assignments, pending: new Map(), marked: new Map() };
}

export const keyOf = (assignment, student) => `${assignment}:${student}`;

/** One cell; null where the assignment is not for the student, or not for us to see. */
export function cellAt(book, assignment, place) {
  const column = book.cells[assignment];
  if (!column || column.versions[place] < 0) return null;
  const [entered, enteredScore, status, seconds] = column.more[place] ?? [null, null, null, null];
  return {
    version: column.versions[place],
    flags: column.flags[place],
    score: column.scores[place],
    grade: column.grades[place],
    period: column.periods[place],
    entered,
    enteredScore,
    status,
    seconds,
  };
}

/** Take a cell over as the server sent it, unless we know a newer one. False: a student or an assignment that is new to us. */
export function putCell(book, [assignment, student, version, flags, score, grade, period, more]) {
  const column = book.cells[assignment];
  const place = book.places.get(student);
  if (!book.byId.has(assignment) || place === undefined) return false;
  if (!column || version < column.versions[place]) return true;
  column.versions[place] = version;
  column.flags[place] = flags;
  column.scores[place] = score;
  column.grades[place] = grade;
  column.periods[place] = period;
  if (more.some((one) => one !== null)) column.more[place] = more;
  else delete column.more[place];
  return true;
}

export function removeCell(book, assignment, student) {
  const column = book.cells[assignment];
  const place = book.places.get(student);
  if (column && place !== undefined) column.versions[place] = -1;
}

/** The totals of students as the server sent them, by the students' ids. */
export function putTotals(book, totals) {
  for (const [student, scopes] of Object.entries(totals)) {
    const place = book.places.get(Number(student));
    if (place !== undefined) book.totals[place] = { ...book.totals[place], ...scopes };
  }
}

/** What a cell shows. */
export function textOf(cell) {
  if (!cell) return "";
  if (cell.flags & EXCUSED) return "EX";
  if (cell.flags & INCOMPLETE) return "INC";
  return cell.grade ?? "";
}

/** What stands in the field when somebody edits a cell: the grade before any deduction. */
export function enteredOf(cell) {
  return cell?.entered ?? textOf(cell);
}

/** What tells the server which state of a cell we have seen. */
export function seenOf(cell) {
  return { version: cell.version, seen_status: cell.status, seen_seconds: cell.seconds };
}

/** What to write so that a cell becomes again what it was. */
export function restoring(assignment, before, now) {
  const fields = {};
  if (before.flags & EXCUSED) {
    if (!(now.flags & EXCUSED)) fields.excuse = true;
  } else if (before.score !== null) {
    if (assignment.type === "pass_fail") fields.entry = before.entered ?? before.grade;
    else Object.assign(fields, { entry: String(before.enteredScore ?? before.score), points: true });
  } else if (now.flags & EXCUSED) fields.excuse = false;
  else if (now.score !== null) fields.entry = "";
  if (before.status !== now.status || before.seconds !== now.seconds) {
    Object.assign(fields, { status: before.status, seconds_late: before.seconds });
  }
  return fields;
}

/** Why nobody can grade this cell, in words; null if one can. */
export function lockOf(book, assignment, cell) {
  if (!book.editable) return "You may look, but not grade.";
  switch (assignment.locked) {
    case "unpublished": return "The assignment is not published.";
    case "not_graded": return "The assignment takes no grades.";
    case "moderated": return "The assignment is under moderation; grade it in SpeedGrader.";
    case "anonymous": return "The students of this assignment are anonymous; grade it in SpeedGrader.";
  }
  if (!cell) return "The assignment is not for this student.";
  if (cell.flags & CLOSED) return "The grading period is over.";
  return null;
}

/** What a cell is, in words. */
export function wordsOf(cell) {
  if (!cell) return "not assigned";
  const words = [];
  if (cell.flags & EXCUSED) words.push("excused");
  else if (cell.grade !== null) words.push(cell.grade);
  else words.push("no grade");
  if (cell.flags & LATE) words.push("late");
  if (cell.flags & MISSING) words.push("missing");
  if (cell.flags & SUBMITTED && cell.score === null && !(cell.flags & EXCUSED)) words.push("handed in, not graded");
  if (cell.flags & RESUBMITTED) words.push("handed in again since");
  if (cell.flags & GRADED && !(cell.flags & POSTED)) words.push("not posted");
  if (cell.flags & COMMENTED) words.push("has comments");
  return words.join(", ");
}

export const percent = (value) => (value === null || value === undefined ? "–" : `${value}%`);
