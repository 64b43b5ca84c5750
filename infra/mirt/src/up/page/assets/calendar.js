// What is due, on a calendar, and the clock that can be moved to it.

import { api } from "./api.js";
import { h, toast } from "./dom.js";
import { add } from "./store.js";
import { clock, date, day, dayName, month, t } from "./words.js";

const DAY_S = 24 * 3600;
const WEEKS = 5;
const MOST_SHOWN = 60;
/** @type {Record<string, [any, string]>} What the index's kinds of entries are, and their colour. */
const WHAT = {
  FOLLOW_UP: ["dueFollowUp", "k-model"], SUMMARY: ["dueSummary", "k-store"], STATE: ["dueState", "k-check"],
  IN: ["pendingIn", "k-wait"], OUT: ["pendingOut", "k-send"], MANAGER: ["pendingAlerts", "k-send"], ORDER: ["dueOrder", "k-rules"],
};

/** @param {HTMLElement} block @param {() => void} again what looks anew */
export function calendar(block, again) {
  /** @type {string | null} The day that is looked at; all of them otherwise. */
  let chosen = null;
  let isMoving = false;
  /** @type {any} */
  let last = null;

  async function forward(/** @type {number} */ seconds) {
    isMoving = true;
    if (last) draw(last);
    try { await api.forward(Math.ceil(seconds)); } catch (error) { toast(error instanceof Error ? error.message : ""); }
    isMoving = false;
    again();
  }
  const until = (/** @type {string} */ at) => Math.max((Date.parse(at) - Date.parse(last.now)) / 1000, 0) + 2;

  function draw(/** @type {any} */ all) {
    last = all;
    const focused = document.activeElement instanceof HTMLElement && block.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const days = new Map();
    for (const it of all.due) days.set(date(it.at), [...(days.get(date(it.at)) ?? []), it]);
    if (chosen && !days.has(chosen)) chosen = null;
    const shown = (chosen ? days.get(chosen) : all.due).slice(0, MOST_SHOWN);
    const next = all.due.find((/** @type {any} */ it) => Date.parse(it.at) > Date.parse(all.now));
    const move = (/** @type {any} */ words, /** @type {number} */ seconds) => h("button", { class: "plain", type: "button", "data-key": `forward-${words}`, disabled: isMoving, onclick: () => void forward(seconds) }, `+${words}`);
    block.replaceChildren(
      h("h2", { class: "row apart" }, t("due"), h("span", { class: "chip num", id: "clock" }, `${t("clock")} ${day(all.now)}`)),
      grid(all, days),
      shown.length ? h("ul", { class: "agenda" }, shown.map(entry)) : h("p", { class: "soft small" }, t("noDue")),
      h("div", { class: "row gap", role: "group", "aria-label": t("forward") }, h("span", { class: "soft small" }, `${t("forward")}:`),
        move(t("m15"), DAY_S / 96), move(t("h1"), DAY_S / 24), move(t("h4"), DAY_S / 6), move(t("d1"), DAY_S),
        h("button", { class: "main", type: "button", id: "to-next", "data-key": "next", disabled: isMoving || !next, onclick: () => void forward(until(next.at)) }, t("toNext")),
        h("button", { class: "plain", type: "button", title: t("sweepWhy"), "data-key": "sweep", onclick: () => void api.run("sweeper").then(again) }, t("sweep"))),
      h("p", { class: "soft small", role: "status" }, isMoving ? t("moving") : t("clockWhy")));
    if (focused) /** @type {HTMLElement | null} */ (block.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  /** Whole weeks from the one of today on. */
  function grid(/** @type {any} */ all, /** @type {Map<string, any[]>} */ days) {
    const now = new Date(all.now);
    const monday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - ((now.getDay() + 6) % 7));
    const cells = Array.from({ length: WEEKS * 7 }, (_, place) => new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + place));
    const cell = (/** @type {Date} */ at) => {
      const name = date(at);
      const own = days.get(name) ?? [];
      const kind = `cell${name === date(now) ? " today" : ""}${at < now && name !== date(now) ? " past" : ""}${own.length ? " has" : ""}`;
      const number = h("span", { class: "num" }, at.getDate() === 1 ? `1 ${month(at)}` : at.getDate());
      if (!own.length) return h("div", { class: kind }, number);
      const dots = h("span", { class: "dots", "aria-hidden": "true" }, own.slice(0, 4).map((it) => h("i", { class: `dot ${(WHAT[it.what] ?? ["", "k-wait"])[1]}` })));
      return h("button", { class: kind, type: "button", "data-key": `day-${name}`, "aria-pressed": String(chosen === name), "aria-label": `${day(own[0].at)}: ${own.length}`, onclick: () => { chosen = chosen === name ? null : name; draw(last); } }, number, dots);
    };
    return h("div", { class: "calendar", role: "group", "aria-label": t("calendar") }, cells.slice(0, 7).map((at) => h("div", { class: "soft small head", "aria-hidden": "true" }, dayName(at))), cells.map(cell));
  }

  function entry(/** @type {any} */ it) {
    const [words, kind] = WHAT[it.what] ?? [null, "k-wait"];
    const who = it.order ?? `${it.channel}:${it.user}`;
    const open = it.order ? h("span", null, who) : h("button", { class: "link", type: "button", "data-key": `who-${who}-${it.at}`, onclick: () => add({ channel: it.channel, user: it.user }) }, who);
    const isAhead = Date.parse(it.at) > Date.parse(last.now);
    return h("li", { "data-due": it.what }, h("i", { class: `dot ${kind}`, "aria-hidden": "true" }),
      h("span", { class: "num" }, chosen ? clock(it.at) : day(it.at)), h("span", { class: "grow" }, words ? t(words) : it.what, " ", open),
      isAhead && h("button", { class: "link", type: "button", "data-key": `to-${who}-${it.at}`, disabled: isMoving, "aria-label": `${t("moveHere")}: ${day(it.at)}`, onclick: () => void forward(until(it.at)) }, t("moveHere")));
  }

  return { draw };
}
