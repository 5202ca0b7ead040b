// The editor of a grading scheme: rows come, go and are sorted, and the server says what its rules make of them as one types.
import { ask, element, Refusal, say } from "./requests.js";

const form = document.getElementById("scheme");
const rows = document.getElementById("rows");
const faults = document.getElementById("faults");
const preview = document.getElementById("preview");
let waiting = 0;
let asked = null;

function fields(row) {
  const [name, value] = row.querySelectorAll("input");
  return { name, value };
}

function isEmpty(row) {
  const { name, value } = fields(row);
  return !name.value.trim() && !value.value.trim();
}

/** Names and labels follow the order of the rows. */
function number() {
  [...rows.rows].forEach((row, index) => {
    const { name, value } = fields(row);
    name.name = `name_${index}`;
    value.name = `value_${index}`;
    name.setAttribute("aria-label", `Grade ${index + 1}`);
    value.setAttribute("aria-label", `Lowest value of grade ${index + 1}`);
    row.querySelector("button").setAttribute("aria-label", `Remove grade ${name.value.trim() || index + 1}`);
  });
  add.disabled = rows.rows.length >= Number(form.dataset.most);
}

function equip(row) {
  const remove = element("button", { type: "button", class: "quiet", onclick: () => {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    number();
    (next ? fields(next).name : add).focus();
    say("The row is removed.");
    judge();
  } }, "Remove");
  row.querySelector(".tools").replaceChildren(remove);
}

const add = element("button", { type: "button", onclick: () => {
  const row = element("tr", {},
    element("td", {}, element("input", { autocomplete: "off" })),
    element("td", {}, element("input", { autocomplete: "off", class: "figure", inputmode: "decimal" })),
    element("td", { class: "figure high" }), element("td", { class: "tools" }));
  rows.append(row);
  equip(row);
  number();
  fields(row).name.focus();
} }, "Add a grade");

const sort = element("button", { type: "button", onclick: () => {
  const read = (row) => {
    const found = Number.parseFloat(fields(row).value.value.replace(",", "."));
    return Number.isNaN(found) ? -Infinity : found;
  };
  rows.append(...[...rows.rows].sort((one, other) => read(other) - read(one)));
  number();
  say("The grades are sorted, the highest first.");
} }, "Sort");

async function judge() {
  window.clearTimeout(waiting);
  asked?.abort();
  asked = new AbortController();
  const body = {
    title: form.elements.title.value,
    points_based: form.elements.kind.value === "points",
    scaling_factor: form.elements.scaling_factor.value,
    rows: [...rows.rows].filter((row) => !isEmpty(row)).map((row) => ({ name: fields(row).name.value, value: fields(row).value.value })),
    percent: document.getElementById("percent").value,
  };
  try {
    tell(await ask(form.dataset.check, { method: "POST", body, signal: asked.signal }));
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    tell({ faults: [error.message], grades: [], preview: "" });
  }
}

function tell(answer) {
  const said = answer.faults.join(" ");
  if (said && said !== faults.textContent) say(said);
  faults.replaceChildren(...answer.faults.map((one) => element("li", {}, one)));
  faults.hidden = answer.faults.length === 0;
  preview.textContent = answer.preview;
  const ends = new Map(answer.grades.map((one) => [one.name, one.high]));
  for (const row of rows.rows) {
    const end = ends.get(fields(row).name.value.trim());
    row.querySelector(".high").textContent = end === undefined ? "" : end ?? "no limit";
  }
  form.dataset.judged = String(Number(form.dataset.judged ?? 0) + 1);
}

for (const row of [...rows.rows]) {
  if (isEmpty(row)) row.remove();
  else equip(row);
}
document.getElementById("row-tools").append(add, sort);
document.getElementById("judged").hidden = false;
number();
form.addEventListener("input", () => {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(judge, 150);
});
judge();
