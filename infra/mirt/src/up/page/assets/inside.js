// The conversation's inside: where it stands, what is known, what is waited for.

import { diagram, short } from "./diagram.js";
import { h } from "./dom.js";
import { current, key, listen, store } from "./store.js";
import { day, t, uah } from "./words.js";

const WINDOW_MS = 24 * 60 * 60 * 1000;
const ROUTE = 14;

/** @param {HTMLElement} pane */
export function inside(pane) {
  pane.setAttribute("aria-label", t("inside"));
  const map = diagram();
  // Heard by who cannot see the map; on a phone this pane may be away, so it is outside of it.
  const status = document.getElementById("status");
  const whole = h("button", { class: "pill small", type: "button", "aria-pressed": "false", onclick: () => {
    const isFit = map.box.classList.toggle("fit");
    whole.textContent = t(isFit ? "near" : "whole");
    whole.setAttribute("aria-pressed", String(isFit));
    draw();
  } }, t("whole"));
  const [place, facts, cart, memory, timers, raw] = Array.from({ length: 6 }, () => h("section", { class: "block" }));
  const mapBlock = h("section", { class: "block" }, h("h2", { class: "row apart" }, t("map"), whole), map.box);
  pane.append(place, mapBlock, cart, facts, memory, timers, raw);

  function draw() {
    const own = current();
    if (!own) return;
    const chosen = own.turns.find((/** @type {any} */ turn) => turn.n === store.turn);
    const upTo = chosen ? own.turns.filter((/** @type {any} */ turn) => turn.n <= chosen.n) : own.turns;
    const [state, phase] = chosen ? [chosen.to, chosen.trace.to.phase] : [own.state, own.phase];
    void map.mark(upTo, short(state));
    const told = `${t("nowIn")} ${short(state)}; ${t("awaited")}: ${phase.toLowerCase().replaceAll("_", " ")}`;
    if (status && status.textContent !== told) status.textContent = told;
    place.replaceChildren(
      h("h2", null, t("state"), chosen && h("span", { class: "chip on" }, `${t("turn")} ${chosen.n}`)),
      h("div", { class: "place" }, h("b", { id: "state" }, short(state)), h("span", null, `${t("awaited")}: ${phase.toLowerCase().replaceAll("_", " ")}`)),
      upTo.length > 0 && h("ol", { class: "route" }, route(upTo).map((/** @type {string} */ it) => h("li", null, it))) || "",
    );
    cart.replaceChildren(h("h2", null, t("cart")), cartOf(own));
    facts.replaceChildren(h("h2", null, t("facts")), factsOf(own.slots));
    memory.hidden = !own.profile.summary && !own.profile.facts.length;
    memory.replaceChildren(h("h2", null, t("memory")), ...memoryOf(own.profile));
    timers.replaceChildren(h("h2", null, t("timers")), ...timersOf(own));
    const isOpen = raw.querySelector("details")?.open ?? false;
    raw.replaceChildren(h("details", { open: isOpen }, h("summary", null, h("h2", null, t("raw"))), h("pre", { tabindex: 0 }, JSON.stringify(chosen?.before ? after(own, chosen) : own.session, null, 2))));
  }

  listen((what, who) => {
    if (what === "choice" || what === "about" || what === "pane" || (what === "session" && who && key(who) === key(store.now))) draw();
  });
  draw();
}

/** The session as a turn left it. @param {any} own @param {any} turn */
export const after = (own, turn) => own.turns.find((/** @type {any} */ it) => it.n === turn.n + 1)?.before ?? own.session;

/** The states walked through, each change once. @param {any[]} turns */
function route(turns) {
  const all = [short(turns[0].from), ...turns.map((turn) => short(turn.to))];
  const steps = all.filter((state, place) => state !== all[place - 1]);
  return steps.length > ROUTE ? ["…", ...steps.slice(-ROUTE)] : steps;
}

/** @param {any} own */
function cartOf(own) {
  if (!own.cart.lines.length) return h("p", { class: "soft small" }, t("emptyCart"));
  const rows = own.cart.lines.map((/** @type {any} */ line) => h("tr", null,
    h("td", null, store.about.products[line.product_id] ?? line.product_id, h("div", { class: "soft small" }, `${line.size}, ${line.color}`)),
    h("td", { class: "num" }, `× ${line.quantity}`), h("td", { class: "end num" }, uah(line.price))));
  return h("div", null, h("table", { class: "cart" }, h("tbody", null, rows)),
    h("div", { class: "row apart" }, h("span", { class: "soft" }, t("total")), h("span", { class: "total num", id: "total" }, uah(own.cart.total))));
}

/** @param {any} slots */
function factsOf(slots) {
  const chips = (/** @type {any[]} */ all) => h("span", { class: "row" }, all.map((it) => h("span", { class: "chip" }, it)));
  const values = (/** @type {any} */ record) => Object.entries(record ?? {}).flatMap(([name, value]) =>
    value === null || value === false || value === 0 || (Array.isArray(value) && !value.length) ? [] : [`${value === true ? name : Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : `${value}`}`]);
  const choices = slots.choices.map((/** @type {any} */ it) => [store.about.products[it.product_id] ?? it.product_id, it.size, it.color, it.quantity > 1 && `× ${it.quantity}`].filter(Boolean).join(", "));
  const rows = [
    [t("heights"), slots.heights], [t("search"), values(slots.search)], [t("choices"), choices], [t("who"), values(slots.customer)], [t("payment"), values(slots.payment)],
    [t("human"), slots.hand_over ? [slots.hand_over.reason, slots.hand_over.by?.name].filter(Boolean) : []],
  ].filter(([, all]) => all.length);
  if (!rows.length) return h("p", { class: "soft small" }, t("nothing"));
  return h("dl", { class: "facts" }, rows.flatMap(([name, all]) => [h("dt", null, name), h("dd", null, chips(all))]));
}

/** What outlives the conversation, each with its age and how sure it is. @param {any} profile */
function memoryOf(profile) {
  const { summary, facts } = profile;
  const value = (/** @type {any} */ it) => (it !== null && typeof it === "object" ? Object.values(it).map((one) => store.about.products[one] ?? one).join(", ") : it);
  const row = (/** @type {any} */ it) => {
    const [[name, what]] = Object.entries(it.known);
    return [h("dt", null, name), h("dd", { class: "row" }, h("span", { class: "chip" }, value(what)), h("span", { class: "soft small num" }, `${day(it.at)} · ${t("turn")} ${it.turn} · ${it.confidence} %`))];
  };
  return [summary && h("p", { class: "small" }, summary.text), facts.length > 0 && h("dl", { class: "facts" }, facts.flatMap(row))].filter(Boolean);
}

/** @param {any} own */
function timersOf(own) {
  const line = (/** @type {string} */ what, /** @type {any} */ when, tone = "") => h("div", { class: "timer" }, h("span", null, what), h("span", { class: `chip num ${tone}` }, when));
  const lines = [];
  if (own.heard_at) lines.push(line(t("windowCloses"), day(Date.parse(own.heard_at) + WINDOW_MS)));
  if (own.due_at) lines.push(line(t("dueAt"), day(own.due_at), "warn"));
  for (const [count, words] of [[own.pending_inbox, t("pendingIn")], [own.pending_outbox, t("pendingOut")], [own.pending_alerts, t("pendingAlerts")]]) {
    if (count) lines.push(line(words, count, "warn"));
  }
  for (const reply of own.outbox) if (reply.failures) lines.push(line(`#${reply.turn}: ${t("tries")} ${reply.failures}`, day(reply.due), "bad"));
  return lines.length ? lines : [h("p", { class: "soft small" }, t("noTimers"))];
}
