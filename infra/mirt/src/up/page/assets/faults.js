// What goes wrong, on a switch.

import { api } from "./api.js";
import { h, toast } from "./dom.js";
import { listen, store } from "./store.js";
import { t } from "./words.js";

/** @param {HTMLElement} button what opens it */
export function faults(button) {
  const box = h("section", { class: "faults", id: "faults", "aria-label": t("faults"), hidden: true });
  button.after(box);
  button.setAttribute("aria-controls", "faults");

  const show = (/** @type {boolean} */ isShown) => {
    box.hidden = !isShown;
    button.setAttribute("aria-expanded", String(isShown));
    if (isShown) { draw(); box.querySelector("button")?.focus(); }
  };
  show(false);
  button.addEventListener("click", () => show(box.hidden));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !box.hidden) { show(false); button.focus(); } });
  document.addEventListener("pointerdown", (event) => { if (!box.hidden && event.target instanceof Node && !box.contains(event.target) && !button.contains(event.target)) show(false); });

  async function want(/** @type {any} */ wanted) {
    try { store.about.faults = await api.faults(wanted); } catch (error) { toast(error instanceof Error ? error.message : ""); }
    draw();
    badge();
  }

  function choice(/** @type {string} */ name, /** @type {string} */ words, /** @type {[string, string][]} */ all) {
    const now = store.about.faults[name];
    return h("fieldset", null, h("legend", null, words), h("div", { class: "row" }, all.map(([value, label]) =>
      h("button", { class: `pill${now === value ? " on" : ""}`, type: "button", "aria-pressed": String(now === value), "data-fault": `${name}:${value}`, onclick: () => void want({ [name]: value }) }, label))));
  }
  const toggle = (/** @type {string} */ name, /** @type {string} */ words) => h("label", { class: "switch" }, words, h("input", { type: "checkbox", role: "switch", checked: Boolean(store.about.faults[name]), "data-fault": name, onchange: (/** @type {any} */ event) => void want({ [name]: event.target.checked }) }));
  const crash = async (/** @type {string} */ name) => { const answer = await api.crash(name).catch(() => null); toast(`${name}: ${t(answer?.killed ? "killed" : "nobody")}`); };

  function draw() {
    const channel = [["takes", t("fTakes")], ["refuses", t("fRefuses")], ["down", t("fDown")]];
    const focused = document.activeElement instanceof HTMLElement && box.contains(document.activeElement) ? document.activeElement.dataset.fault : null;
    box.replaceChildren(
      choice("model", t("fModel"), [["as_set", t("fAs")], ["well", t("fWell")], ["slow", t("fSlow")], ["lying", t("fLying")], ["down", t("fDown")]]),
      choice("instagram", "Instagram", /** @type {any} */ (channel)), choice("telegram", "Telegram", /** @type {any} */ (channel)),
      toggle("store", t("fStore")), toggle("queue", t("fQueue")),
      h("fieldset", null, h("legend", null, t("fCrash")), h("div", { class: "row" }, ["dialogue", "webhook", "sweeper"].map((name) => h("button", { class: "pill", type: "button", onclick: () => void crash(name) }, name))), h("p", { class: "soft small" }, t("fCrashWhy"))),
    );
    if (focused) /** @type {HTMLElement | null} */ (box.querySelector(`[data-fault="${focused}"]`))?.focus();
  }

  function badge() {
    const { model, instagram, telegram, store: table, queue } = store.about.faults;
    const count = [!["as_set", "well", undefined].includes(model), ![undefined, "takes"].includes(instagram), ![undefined, "takes"].includes(telegram), table, queue].filter(Boolean).length;
    button.textContent = count ? `${t("faults")}: ${count}` : t("faults");
    button.classList.toggle("warn", count > 0);
  }

  listen((what) => { if (what === "faults" || what === "about") { badge(); if (!box.hidden) draw(); } });
  badge();
}
