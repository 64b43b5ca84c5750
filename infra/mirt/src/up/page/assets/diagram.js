// The map of states, as `mirt states --svg` draws it, with the path walked and the present place.

import { h } from "./dom.js";
import { t } from "./words.js";

let picture = fetch("/local/states.svg").then((answer) => answer.text());

/** "STATE_4_OFFER" is OFFER in the picture. @param {string} state */
export const short = (state) => state.replace(/^STATE_\d+_/, "");

/** The drawing, and what marks it. */
export function diagram() {
  const box = h("div", { class: "diagram", tabindex: 0, role: "img", "aria-label": t("map") });
  const ready = picture.then((text) => {
    const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    box.append(document.importNode(svg, true));
  });

  /** @param {any[]} turns @param {string} here */
  async function mark(turns, here) {
    await ready;
    const walked = new Set(turns.flatMap((turn) => [short(turn.from), short(turn.to)]));
    // Edges of single states may share a name; one that leaves every state has it alone.
    const named = (/** @type {any} */ turn) => [`${turn.trace.edge} `, `${turn.trace.edge} ${short(turn.from)}`];
    const edges = new Set(turns.flatMap(named));
    const last = turns.length ? named(turns.at(-1)) : [];
    for (const state of box.querySelectorAll(".state")) {
      state.classList.toggle("walked", walked.has(state.dataset.state));
      const isHere = state.dataset.state === here;
      state.classList.toggle("here", isHere);
      if (isHere && !box.classList.contains("fit")) {
        const scale = box.firstElementChild.clientWidth / box.firstElementChild.viewBox.baseVal.width;
        const at = state.getBBox();
        box.scrollTo({ left: at.x * scale - box.clientWidth / 2 + at.width * scale / 2, top: at.y * scale - box.clientHeight / 2 + at.height * scale / 2, behavior: "smooth" });
      }
    }
    for (const edge of box.querySelectorAll(".edge")) {
      const name = `${edge.dataset.edge} ${edge.dataset.from}`;
      edge.classList.toggle("walked", edges.has(name));
      edge.classList.toggle("last", last.includes(name));
    }
  }
  return { box, mark };
}
