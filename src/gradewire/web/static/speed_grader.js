// SpeedGrader quicker: forms that save without losing the place or what is typed elsewhere, and keys for the common ways.

import { say } from "./requests.js";

const SIGNED_OUT = "You are signed out, and nothing was saved. Sign in again in another window, copy what you typed, and load this page again.";
const KEYS = "speed_grader.single_keys";
const help = document.getElementById("shortcuts");
const choice = document.getElementById("single-keys");

if (help) {
  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  choice.checked = localStorage.getItem(KEYS) !== "off";
  choice.addEventListener("change", () => localStorage.setItem(KEYS, choice.checked ? "on" : "off"));
  document.getElementById("show-shortcuts").addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", press);
  document.addEventListener("submit", send);
  document.addEventListener("change", rate);
  document.addEventListener("input", () => window.addEventListener("beforeunload", keep));
  const first = document.querySelector(".grading [name=grade][autofocus]");
  if (first && [document.body, first].includes(document.activeElement)) pick(first);
}

/** Go to a field so that typing replaces what is in it: "71" before the "45" of earlier would be 7145 points. */
function pick(field) {
  field.focus({ preventScroll: true });
  if (field.name === "grade") field.select?.();
}

/** The browser asks before it leaves what is typed and not saved. */
function keep(event) {
  if (changed().length) event.preventDefault();
}

/** The fields that are not as the server sent them. */
function changed(but = null) {
  return [...document.querySelectorAll("#split form :is(input:not([type=hidden]), textarea, select)")].filter((field) => {
    if (field.form === but) return false;
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.selectedOptions.length > 0 && !isFirst(field);
    return field.value !== field.defaultValue;
  });
}

/** A choice in which nothing was selected shows its first option. */
function isFirst(field) {
  return field.selectedIndex === 0 && ![...field.options].some((one) => one.defaultSelected);
}

function typing(target) {
  return target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

function press(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("#split form");
    if (!form) return;
    event.preventDefault();
    const next = event.shiftKey ? form.querySelector("button[name=then]") : null;
    form.requestSubmit(next ?? form.querySelector("button:not([name])"));
    return;
  }
  if (event.key === "Escape" && typing(event.target) && !help.open) {
    event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || help.open || typing(event.target)) return;
  if (!choice.checked) return;
  const action = {
    j: () => document.querySelector(".students a[rel=next]")?.click(),
    n: () => document.querySelector(".students a[rel=next]")?.click(),
    k: () => document.querySelector(".students a[rel=prev]")?.click(),
    p: () => document.querySelector(".students a[rel=prev]")?.click(),
    g: () => reach(".grading [name=grade]"),
    c: () => reach(".grading [name=comment]"),
    r: () => reach(".rubric-form input:is([type=radio], :not([type]))"),
    "?": () => help.showModal(),
  }[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function reach(selector) {
  const field = document.querySelector(selector);
  field?.focus();
  field?.select?.();
}

/** A rating that is chosen puts its points into the box. */
function rate(event) {
  const { points } = event.target.dataset;
  if (event.target.type !== "radio" || points === undefined) return;
  const box = event.target.form.elements[event.target.name.replace("rating-", "points-")];
  if (box) box.value = points;
}

/** Send a form and put the answer in the place of what is shown. On to the next student goes the ordinary way. */
async function send(event) {
  const form = event.target.closest("#split form");
  if (!form) return;
  window.removeEventListener("beforeunload", keep);
  if (event.submitter?.name === "then") return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  button.disabled = true;
  const body = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (shown.querySelector("input[type=password]")) throw new Error(SIGNED_OUT);
    const split = shown.getElementById("split");
    if (!split) throw new Error(shown.querySelector("main p")?.textContent ?? "Something went wrong. Nothing was saved.");
    show(shown, split, form);
  } catch (error) {
    button.disabled = false;
    const told = error instanceof TypeError ? "The server cannot be reached. Nothing was saved." : error.message;
    fail(form, told);
  }
}

function show(shown, split, form) {
  const drafts = changed(form).map((field) => ({ id: field.id, value: field.value, checked: field.checked }));
  const place = document.activeElement?.id;
  document.getElementById("split").replaceWith(document.adoptNode(split));
  const list = shown.querySelector(".students");
  if (list) document.querySelector(".students").replaceWith(document.adoptNode(list));
  const old = document.querySelector("main > .note");
  const note = shown.querySelector("main > .note");
  old?.remove();
  if (note) document.getElementById("split").before(document.adoptNode(note));
  for (const draft of drafts) {
    const field = document.getElementById(draft.id);
    if (!field) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = draft.checked;
    else field.value = draft.value;
  }
  const problem = document.querySelector("#split .note.bad");
  const wrong = document.querySelector("#split [aria-invalid=true]");
  const back = wrong ?? document.getElementById(place ?? "") ?? document.querySelector(".grading [name=grade]");
  if (back) pick(back);
  say((problem ?? note)?.textContent.trim() ?? "");
  if (changed().length) window.addEventListener("beforeunload", keep);
}

function fail(form, text) {
  form.querySelector(".note.bad")?.remove();
  const note = document.createElement("div");
  note.className = "note bad";
  note.role = "alert";
  note.textContent = text;
  form.prepend(note);
}
