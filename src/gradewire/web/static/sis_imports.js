// Shows how far imports are while the page is open; the page of one is loaded anew at its end, with its messages.
import { ask, say } from "./requests.js";

const PAUSE = 1000;

async function follow(place) {
  for (;;) {
    let state;
    try {
      state = await ask(place.dataset.state);
    } catch (refusal) {
      if (refusal.status === 0) state = null; // not reached: try again
      else return;
    }
    if (state) {
      place.querySelector("progress").value = state.percent;
      place.querySelector(".words").textContent = state.state;
      if (state.ended) {
        if ("reload" in place.dataset) location.reload();
        else say(`The import is ${state.state}.`);
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

document.querySelectorAll("[data-state]").forEach(follow);
