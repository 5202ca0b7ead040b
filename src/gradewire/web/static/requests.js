// How scripts of pages talk to the server and to the reader.

/** What the server refused, or that it could not be reached. `status` is 0 where there was no answer; `data` is the whole answer. */
export class Refusal extends Error {
  constructor(status, message, data) {
    super(message);
    this.status = status;
    this.data = data;
  }
}

const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Ask the server; what it answers, read. Throws a Refusal. */
export async function ask(path, { method = "GET", body, signal } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      signal,
      headers: {
        Accept: "application/json",
        ...(method === "GET" ? {} : { "Content-Type": "application/json", "X-CSRF-Token": token }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server cannot be reached. Nothing was saved.");
  }
  const data = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refusal(answer.status, data?.error ?? "Something went wrong.", data);
  return data;
}

/** Tell readers who listen instead of look. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** What the page carries for its script: the JSON in the element with this id. */
export function carried(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** An element with attributes and children; texts are texts, never markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined));
  return made;
}
