// Behind the counter: managers, queues, what is due, orders, costs, Telegram's history.

import { api } from "./api.js";
import { h, toast } from "./dom.js";
import { calendar } from "./calendar.js";
import { managers } from "./managers.js";
import { money } from "./money.js";
import { listen } from "./store.js";
import { span, t, uah } from "./words.js";

/** @param {HTMLElement} pane */
export function counter(pane) {
  pane.setAttribute("aria-label", t("counter"));
  const [chat, queues, due, orders, cost, history] = Array.from({ length: 6 }, () => h("section", { class: "block" }));
  pane.append(h("div", { class: "counter" }, chat, queues, due, orders, cost, history));
  managers(chat);
  for (const [block, title] of [[queues, t("queues")], [due, t("due")], [orders, t("orders")], [cost, t("cost")], [history, t("history")]]) block.append(h("h2", null, title));
  const planned = calendar(due, () => void draw());
  let isRead = false;

  const isOpen = () => document.body.dataset.pane === "counter";
  let isDrawing = false;
  let again = false;
  /** Several wishes at once are one look; one that comes in the middle is another. */
  async function draw() {
    if (!isOpen()) { isRead = false; return; }
    isRead = true;
    again = true;
    if (isDrawing) return;
    isDrawing = true;
    while (again) { again = false; await look(); }
    isDrawing = false;
  }

  async function look() {
    const [all, dead] = await Promise.all([api.counter().catch(() => null), api.deadLetters().catch(() => [])]);
    if (!all) return;
    drawQueues(all.queues, dead);
    planned.draw(all);
    money(cost, all.spending);
    drawOrders(all.orders);
  }

  function drawQueues(/** @type {any[]} */ depths, /** @type {any[]} */ dead) {
    const redrive = async (/** @type {string} */ queue) => {
      try { await api.redrive(queue); toast(t("redriven")); } catch (error) { toast(error instanceof Error ? error.message : ""); }
      void draw();
    };
    queues.replaceChildren(h("h2", null, t("queues")),
      h("table", null, h("thead", null, h("tr", null, h("th", null, t("queue")), h("th", { class: "end" }, t("waiting")), h("th", { class: "end" }, t("inFlight")), h("th", { class: "end" }, t("age")))),
        h("tbody", null, depths.map((it) => h("tr", null, h("td", null, it.name.replace(/^mirt-[^-]+-/, "").replace(/\.fifo$/, "")),
          h("td", { class: "end num" }, h("span", { class: it.is_dead && it.waiting ? "chip bad" : "" }, (it.waiting ?? 0) + (it.delayed ?? 0))), h("td", { class: "end num" }, it.in_flight ?? 0), h("td", { class: "end num" }, it.age_ms === null ? "–" : span(it.age_ms)))))),
      h("h2", { class: "gap" }, t("dead")),
      dead.length ? h("ul", null, dead.map((it) => h("li", { class: "card", "data-letter": it.id }, h("div", { class: "row apart" }, h("b", null, it.session ?? it.order ?? it.command), h("span", { class: "soft small num" }, `${t("age")} ${span(it.age_s * 1000)} · ${t("tries")} ${it.received}`)), h("div", { class: "small" }, it.error ?? "")))) : h("p", { class: "soft small" }, t("noDead")),
      ...[...new Set(dead.map((it) => it.queue))].map((queue) => h("button", { class: "main redrive", type: "button", onclick: () => void redrive(queue) }, t("redrive"))));
  }

  function drawOrders(/** @type {any[]} */ all) {
    const good = ["accepted", "processing", "shipped", "delivered"];
    const row = (/** @type {any} */ it) => h("tr", { "data-order": it.id },
      h("td", { class: "num" }, it.number, h("div", { class: "soft small" }, it.session)),
      h("td", null, it.lines.map((/** @type {any} */ line) => h("div", null, `${line.name ?? line.product_id}, ${line.size}, ${line.color} × ${line.quantity}`)), it.trouble && h("div", { class: "chip bad" }, typeof it.trouble === "string" ? it.trouble : JSON.stringify(it.trouble))),
      h("td", { class: "end num" }, uah(it.total)),
      h("td", null, h("span", { class: `chip ${good.includes(it.state) ? "good" : it.state === "failed" ? "bad" : "warn"}` }, it.state)));
    orders.replaceChildren(h("h2", null, t("orders")), all.length ? h("table", null, h("tbody", null, all.slice(0, 40).map(row))) : h("p", { class: "soft small" }, t("noOrders")));
  }

  async function drawHistory() {
    const chats = await api.history().catch(() => []);
    history.replaceChildren(h("h2", null, t("history")), ...(chats.length ? chats.map(daysOf) : [h("p", { class: "soft small" }, t("noHistory"))]));
  }

  listen((what) => {
    if (["counter", "queues", "spending", "faults", "order"].includes(what)) void draw();
    if (what === "pane" && isOpen() && !isRead) { void draw(); void drawHistory(); }
    if (what === "history" && isOpen()) void drawHistory();
    if (what === "written" && isOpen()) later(draw);
  });
}

let waiting = 0;
/** Many writes are one look. @param {() => void} look */
function later(look) {
  clearTimeout(waiting);
  waiting = window.setTimeout(look, 400);
}

/** The days of a chat, a month a line. @param {any} chat */
function daysOf(chat) {
  const { figures, days } = chat;
  const status = new Map(days.map((/** @type {any} */ it) => [it.day, it.status]));
  const months = [...new Set(days.map((/** @type {any} */ it) => it.day.slice(0, 7)))];
  return h("div", { class: "days" },
    h("div", { class: "row apart" }, h("b", null, figures.title), h("span", { class: "soft small num" }, `${t("complete")} ${figures.complete} · ${t("partial")} ${figures.partial.length} · ${t("gaps")} ${figures.gaps.length}`)),
    months.map((month) => h("div", { class: "month" }, h("span", { class: "num" }, month), h("ol", null, Array.from({ length: 31 }, (_, place) => {
      const name = `${month}-${String(place + 1).padStart(2, "0")}`;
      const isDay = !Number.isNaN(Date.parse(name)) && new Date(name).getUTCDate() === place + 1;
      return h("li", { class: isDay ? String(status.get(name) ?? "") : "none", title: `${name} ${status.get(name) ?? ""}` });
    })))));
}
