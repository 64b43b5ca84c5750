// The managers' chat, as their Telegram would show it: cards with buttons, and answers to them.

import { api } from "./api.js";
import { h, toast } from "./dom.js";
import { listen } from "./store.js";
import { day, t, time } from "./words.js";

/** @param {HTMLElement} block */
export function managers(block) {
  const box = h("div", { class: "cards", tabindex: 0, role: "log", "aria-label": t("managers") });
  const pause = h("div", { class: "row", id: "pause" });
  block.append(h("div", { class: "row apart" }, h("h2", null, t("managers")), pause), box);
  const drafts = new Map();

  async function draw() {
    const chat = await api.managers().catch(() => null);
    if (!chat) return;
    if (!chat.is_here) { box.replaceChildren(h("p", { class: "empty" }, t("managersElsewhere"))); return; }
    if (!chat.messages.length) { box.replaceChildren(h("p", { class: "empty" }, t("noCards"))); return; }
    const held = document.activeElement instanceof HTMLElement && box.contains(document.activeElement) ? document.activeElement : null;
    const [focused, place] = [held?.dataset.key, held instanceof HTMLInputElement ? held.selectionStart : null];
    const cards = chat.messages.filter((/** @type {any} */ it) => !it.below).reverse();
    box.replaceChildren(...cards.flatMap((/** @type {any} */ one) => [card(one), ...chat.messages.filter((/** @type {any} */ it) => it.below === one.id).map(card)]));
    if (!held) return;
    // A button that was pressed may be gone: its card is the next best place.
    const now = focused ? box.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? box.querySelector(`[data-key^="${CSS.escape(focused.split("/")[0])}/"]`) : null;
    (now ?? box).focus();
    if (place !== null) now?.setSelectionRange(place, place);
  }

  async function manage(/** @type {any} */ deed) {
    try {
      const answer = await api.manage(deed);
      toast(answer?.text ?? t("pressed"));
    } catch (error) { toast(error instanceof Error ? error.message : ""); }
  }

  function card(/** @type {any} */ it) {
    const rows = it.buttons ?? [];
    const input = h("input", { "data-key": `${it.id}/write`, "aria-label": t("answerHere"), placeholder: `${t("answerHere")}…`, value: drafts.get(it.id) ?? "", oninput: () => drafts.set(it.id, input.value) });
    const write = (/** @type {Event} */ event) => {
      event.preventDefault();
      const words = input.value.trim();
      if (!words) return;
      drafts.delete(it.id);
      input.value = "";
      void manage({ message: it.id, write: words });
    };
    return h("article", { class: `card${it.below ? " below" : ""}`, "data-message": it.id },
      h("div", { class: "row apart" }, h("span", { class: "soft small" }, "MIRT"), h("time", { class: "soft small num" }, time(it.at))),
      it.text && h("div", { class: "text" }, words(it)),
      it.photo && picture(it.photo),
      it.document && h("div", { class: "chip" }, it.document),
      rows.length > 0 && h("div", { class: "keys" }, rows.map((/** @type {any[]} */ row) => row.map((button) => h("button", { type: "button", "data-key": `${it.id}/${button.callback_data}`, class: row.length === 1 ? "long" : "", onclick: () => void manage({ message: it.id, press: button.callback_data }) }, button.text)))),
      it.text && !it.below && h("form", { onsubmit: write }, input, h("button", { class: "plain", type: "submit" }, t("send"))));
  }

  async function drawPause() {
    const { pause: now } = await api.pause().catch(() => ({ pause: null }));
    const set = async (/** @type {boolean} */ on) => {
      try { await api.setPause(on); } catch (error) { toast(error instanceof Error ? error.message : ""); }
    };
    const held = pause.contains(document.activeElement);
    pause.replaceChildren(
      ...(now ? [h("span", { class: "chip warn" }, [`${t("pausedSince")} ${day(now.since)}`, now.reason].filter(Boolean).join(": "))] : []),
      h("button", { class: "plain", type: "button", title: t("pauseWhy"), onclick: () => void set(!now) }, t(now ? "resume" : "pause")));
    if (held) pause.querySelector("button")?.focus();
  }

  listen((what) => {
    if (what === "managers") void draw();
    if (what === "pause") void drawPause();
  });
  void draw();
  void drawPause();
}

/** Telegram counts in UTF-16, as strings here do. @param {any} it */
function words(it) {
  const bold = (it.entities ?? []).find((/** @type {any} */ entity) => entity.type === "bold");
  if (!bold) return it.text;
  const end = bold.offset + bold.length;
  return [it.text.slice(0, bold.offset), h("b", null, it.text.slice(bold.offset, end)), it.text.slice(end)];
}

/** @param {string} url */
function picture(url) {
  const name = /\/local\/photos\/[^/]+$/.exec(url)?.[0];
  return name ? h("img", { src: name, alt: t("photo"), loading: "lazy" }) : h("div", { class: "chip" }, url);
}
