// The dialogs of the gradebook: two grades for one cell, and how a total came about.

import { ask, element } from "./requests.js";
import { percent, textOf } from "./gradebook_book.js";

const dialog = document.getElementById("dialog");

/** Show a dialog; resolves with the value of the button that closed it, "" for Escape. */
function show(title, content, buttons) {
  const form = element("form", { method: "dialog", class: "buttons" },
    ...buttons.map(({ value, label, primary }) => element("button", { value, class: primary ? "primary" : false }, label)));
  dialog.replaceChildren(element("h2", { id: "dialog-title" }, title), ...content, form);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

/** Ask what counts where somebody else was quicker: resolves with the conflicts whose own grade is to be written. */
export async function resolveConflicts(book, conflicts) {
  const boxes = new Map();
  const rows = conflicts.map((conflict) => {
    const student = book.students[book.places.get(conflict.edit.student)].name;
    const assignment = book.byId.get(conflict.edit.assignment).name;
    const box = element("input", { type: "checkbox", checked: true, "aria-label": `Write mine: ${student}, ${assignment}` });
    boxes.set(conflict, box);
    return element("tr", {},
      element("td", {}, conflicts.length > 1 ? box : ""),
      element("th", { scope: "row" }, `${student}, ${assignment}`),
      element("td", {}, textOf(conflict.before) || "no grade"),
      element("td", {}, element("strong", {}, textOf(conflict.now) || "no grade")),
      element("td", {}, element("strong", {}, conflict.edit.shown || "no grade")));
  });
  const table = element("table", { class: "conflicts" },
    element("thead", {}, element("tr", {}, ...["", "Cell", "You saw", "Theirs, now", "Yours"].map((text) =>
      text ? element("th", { scope: "col" }, text) : element("td", {})))),
    element("tbody", {}, ...rows));
  const chosen = await show("Somebody else changed this meanwhile",
    [element("p", {}, "Nothing was overwritten. Which grade counts?"), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Grades" }, table)],
    [{ value: "theirs", label: "Keep theirs", primary: true }, { value: "mine", label: "Write mine" }]);
  return chosen === "mine" ? conflicts.filter((one) => one.now && boxes.get(one).checked) : [];
}

export async function resolveOverride(one, theirs) {
  const chosen = await show("Somebody else changed this override meanwhile",
    [element("p", {}, `It is now ${percent(theirs)}; you typed ${one.text || "nothing"}. Nothing was overwritten.`)],
    [{ value: "theirs", label: "Keep theirs", primary: true }, { value: "mine", label: "Write mine" }]);
  return chosen === "mine";
}

/** How a student's total came about, in words. */
export async function explain(path, student, period) {
  const query = new URLSearchParams({ enrollment_id: student.enrollment });
  if (period) query.set("grading_period_id", period.id);
  const found = await ask(`${path}/explanation?${query}`);
  const scores = element("table", {},
    element("thead", {}, element("tr", {}, element("td"), element("th", { scope: "col" }, "Graded work"), element("th", { scope: "col" }, "Ungraded as 0"))),
    element("tbody", {},
      element("tr", {}, element("th", { scope: "row" }, "All grades"), element("td", {}, percent(found.all.current)), element("td", {}, percent(found.all.final))),
      element("tr", {}, element("th", { scope: "row" }, "Posted grades, as the student sees it"), element("td", {}, percent(found.posted.current)), element("td", {}, percent(found.posted.final)))));
  const said = [scores];
  if (found.letter) said.push(element("p", {}, `The letter is ${found.letter}.`));
  if (found.override !== null) said.push(element("p", {}, `A teacher has set ${percent(found.override)} over what was computed.`));
  if (!found.up_to_date) said.push(element("p", { class: "note" }, "These scores were computed by earlier rules of the course."));
  said.push(found.text === null
    ? element("p", { class: "note" }, "How it came about is not told while students of an assignment are anonymous: it would name them.")
    : element("div", { class: "account", tabindex: "0", role: "region", "aria-label": "How it came about" }, found.text));
  await show(`Total of ${student.name}${period ? `, ${period.title}` : ""}`, said, [{ value: "close", label: "Close", primary: true }]);
}

/** Ask yes or no. */
export async function confirmed(title, text, label) {
  return (await show(title, [element("p", {}, text)], [{ value: "no", label: "Cancel" }, { value: "yes", label, primary: true }])) === "yes";
}
