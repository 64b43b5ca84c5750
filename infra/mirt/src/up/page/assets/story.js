// The turns of a conversation, each with its steps, what it changed, and a way to take it again.

import { arrange, h } from "./dom.js";
import { after } from "./inside.js";
import { replay } from "./replay.js";
import { choose, current, key, listen, store } from "./store.js";
import { bar, list, stepsOf } from "./steps.js";
import { short } from "./diagram.js";
import { span, t, time, usd } from "./words.js";

/** How many turns are drawn at once. */
const PAGE = 60;

/** @param {HTMLElement} pane */
export function story(pane) {
  pane.setAttribute("aria-label", t("story"));
  const box = h("div", null);
  const kinds = /** @type {[string, any][]} */ ([["wait", "sWait"], ["read", "sRead"], ["rules", "sRules"], ["model", "sModel"], ["check", "sCheck"], ["store", "sCommit"], ["send", "sSend"]]);
  pane.append(h("div", { class: "legend row small soft" }, h("h2", null, t("story")), kinds.map(([kind, words]) => h("span", { class: "row" }, h("i", { class: `dot k-${kind}`, "aria-hidden": "true" }), t(words)))), box);
  /** How many of the last turns are not drawn. */
  let skip = 0;
  /** @type {Map<number, {stamp: string, node: HTMLElement}>} */
  let drawn = new Map();

  function draw() {
    const own = current();
    if (!own?.turns.length) { box.replaceChildren(h("p", { class: "empty block" }, t("noTurns"))); return; }
    const chosen = own.turns.findIndex((/** @type {any} */ it) => it.n === store.turn);
    const back = own.turns.length - 1 - chosen;
    if (chosen >= 0 && (back < skip || back >= skip + PAGE)) skip = Math.floor(back / PAGE) * PAGE;
    skip = Math.min(skip, Math.max(own.turns.length - 1, 0));
    const to = own.turns.length - skip;
    const turns = own.turns.slice(Math.max(to - PAGE, 0), to).reverse();
    for (const [n] of drawn) if (!turns.some((/** @type {any} */ it) => it.n === n)) drawn.delete(n);
    const page = (/** @type {number} */ by, /** @type {any} */ words) => h("button", { class: "plain", type: "button", onclick: () => { skip = Math.max(skip + by, 0); store.turn = null; draw(); pane.scrollTop = 0; } }, t(words));
    const nodes = turns.map((/** @type {any} */ turn) => {
      const stamp = JSON.stringify([turn.committed, store.turn === turn.n, own.delivered.length && turn === own.turns.at(-1) ? own.delivered.length : 0]);
      const known = drawn.get(turn.n);
      if (known?.stamp === stamp) return known.node;
      const node = one(own, turn);
      drawn.set(turn.n, { stamp, node });
      return node;
    });
    if (skip > 0) nodes.unshift(page(-PAGE, "later"));
    if (to > PAGE) nodes.push(page(PAGE, "earlier"));
    arrange(box, nodes);
  }

  function one(/** @type {any} */ own, /** @type {any} */ turn) {
    const steps = stepsOf(own, turn);
    const isOpen = store.turn === turn.n;
    const said = turn.input.map((/** @type {any} */ it) => it.text ?? t("photo")).join(" · ") || (turn.cause?.managed ? t("byManager") : t("byTime"));
    const { model } = turn.trace;
    return h("article", { class: `story-turn${isOpen ? " chosen" : ""}`, "data-turn": turn.n },
      h("button", { class: "head", type: "button", "aria-expanded": String(isOpen), onclick: () => choose(store.now, isOpen ? null : turn.n) },
        h("span", { class: "top" }, h("b", null, `${turn.n}`), time(turn.at), h("span", null, turn.from === turn.to ? short(turn.to) : `${short(turn.from)} → ${short(turn.to)}`),
          h("span", { class: `chip ${turn.mode === "model" ? "on" : ""}` }, t(turn.mode === "model" ? "modelMode" : "rulesMode")),
          model?.degraded && h("span", { class: "chip warn" }, `${t("withoutModel")}: ${model.degraded}`),
          turn.trace.checks_failed.length > 0 && h("span", { class: "chip bad" }, turn.trace.checks_failed.join(", ")),
          h("span", { class: "num" }, span(turn.ms)), model?.used.cost ? h("span", { class: "num" }, usd(model.used.cost)) : ""),
        h("span", { class: "says" }, said)),
      bar(steps),
      isOpen && [list(steps), changes(own, turn)]);
  }

  function changes(/** @type {any} */ own, /** @type {any} */ turn) {
    const near = (/** @type {number} */ by) => own.turns.find((/** @type {any} */ it) => it.n === turn.n + by);
    const step = (/** @type {any} */ to, /** @type {string} */ words) => h("button", { class: "plain", type: "button", disabled: !to, onclick: () => choose(store.now, to.n) }, words);
    return h("div", { class: "steps" },
      h("h3", { class: "soft small" }, t("changed")),
      turn.before ? diff(turn.before, after(own, turn)) : h("p", { class: "soft" }, t("noReplay")),
      h("div", { class: "row" }, step(near(-1), `← ${t("older")}`), step(near(1), `${t("newer")} →`),
        h("button", { class: "main", type: "button", disabled: !turn.before, onclick: () => void replay(store.now, turn) }, `${t("replay")}…`)));
  }

  listen((what, who) => {
    if (what === "choice") { drawn = new Map(); draw(); box.querySelector(".chosen")?.scrollIntoView({ block: "nearest" }); }
    if (what === "session" && who && key(who) === key(store.now)) draw();
  });
  draw();
}

/** @param {any} value @param {string} [path] @returns {[string, string][]} */
function leaves(value, path = "") {
  if (value === null || typeof value !== "object") return [[path, JSON.stringify(value)]];
  const entries = Object.entries(value);
  if (!entries.length) return [];
  return entries.flatMap(([name, child]) => leaves(child, path ? `${path}.${name}` : name));
}

/** What differs between two records, leaf by leaf. @param {any} before @param {any} now */
export function diff(before, now) {
  const [old, fresh] = [new Map(leaves(before)), new Map(leaves(now))];
  const names = [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => (old.get(name) ?? "null") !== (fresh.get(name) ?? "null"));
  if (!names.length) return h("p", { class: "soft" }, t("same"));
  return h("div", { class: "diff" }, names.map((name) => [
    h("div", { class: "key" }, name),
    old.has(name) && old.get(name) !== "null" && h("div", { class: "old" }, `− ${old.get(name)}`),
    fresh.has(name) && h("div", { class: "new" }, `+ ${fresh.get(name)}`),
  ]));
}
