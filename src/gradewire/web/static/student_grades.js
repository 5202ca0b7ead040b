// What-if: asks the server for the total as scores are typed. Nothing is calculated here, and nothing is stored.

import { Refusal, ask, element } from "./requests.js";

const form = document.getElementById("tries");
const would = document.getElementById("would");
const empty = [...would.childNodes].map((one) => one.cloneNode(true));
const boxes = [...form.querySelectorAll("input[name^='try-']")];
let waiting = null;
let running = null;

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(calculate, 250);
}

async function calculate() {
  clearTimeout(waiting);
  running?.abort();
  const scores = {};
  for (const box of boxes) {
    box.removeAttribute("aria-invalid");
    if (box.value.trim()) scores[box.name.slice("try-".length)] = box.value;
  }
  if (!Object.keys(scores).length) {
    would.replaceChildren(...empty.map((one) => one.cloneNode(true)));
    return;
  }
  running = new AbortController();
  try {
    const found = await ask(form.dataset.ask, { method: "POST", body: { scores }, signal: running.signal });
    would.replaceChildren(
      "With your scores ",
      element("strong", {}, found.total),
      element("span", { class: "muted small" }, ` instead of ${found.before}`),
      found.override ? element("span", { class: "muted small" }, "; but a total set by hand counts instead") : "",
    );
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    would.replaceChildren(element("span", { class: "tag warn" }, error.message));
    if (boxes.includes(document.activeElement)) document.activeElement.setAttribute("aria-invalid", "true");
  }
}

form.addEventListener("input", later);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  calculate();
});
form.addEventListener("reset", () => setTimeout(calculate));
if (boxes.some((box) => box.value.trim())) calculate();
