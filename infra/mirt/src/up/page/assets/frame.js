// The bar above, the tabs below, light and dark.

import { api } from "./api.js";
import { drawing, h } from "./dom.js";
import { faults } from "./faults.js";
import { addNew, changed, listen, store } from "./store.js";
import { language, switchLanguage, t } from "./words.js";

const THEME = "mirt-theme";
const TABS = [
  ["chats", ["M4 5h16v11H9l-5 4z"]],
  ["inside", ["M12 3v4m0 10v4M3 12h4m10 0h4", "M12 8.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7"]],
  ["story", ["M4 7h9M4 12h15M4 17h6"]],
  ["counter", ["M4 10h16v9H4z", "M4 10l2-5h12l2 5", "M9 19v-5h6v5"]],
];

export function frame() {
  document.documentElement.lang = language;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { document.documentElement.dataset.theme = localStorage.getItem(THEME) ?? (dark.matches ? "dark" : "light"); };
  paint();
  dark.addEventListener("change", paint);
  const flip = () => { localStorage.setItem(THEME, document.documentElement.dataset.theme === "dark" ? "light" : "dark"); paint(); };

  const note = h("span", { class: "pill warn wide", hidden: true, title: t("degradedWhy") });
  const paused = h("button", { class: "pill warn", type: "button", hidden: true, title: t("pauseWhy"), onclick: () => show("counter") }, t("paused"));
  const lost = h("span", { class: "pill bad", role: "status", hidden: true }, t("offline"));
  const trouble = h("button", { class: "pill", type: "button", id: "trouble" });
  const icon = (/** @type {string} */ words, /** @type {string[]} */ paths, /** @type {() => void} */ act, id = "") => h("button", { class: "icon", type: "button", id, "aria-label": words, title: words, onclick: act }, drawing(paths));
  const customer = (/** @type {string} */ channel, /** @type {any} */ words) => h("button", { class: "pill", type: "button", title: t(words), "data-new": channel, onclick: () => addNew(channel) }, "+ ", h("span", { class: "wide" }, channel === "telegram" ? "Telegram" : "Instagram"), h("span", { class: "narrow" }, channel === "telegram" ? "TG" : "IG"));
  document.getElementById("bar")?.append(
    note, paused, lost, h("span", { class: "grow" }),
    customer("instagram", "newInstagram"), customer("telegram", "newTelegram"), trouble,
    icon(t("theme"), ["M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z"], flip, "theme"),
    h("button", { class: "icon", type: "button", id: "language", lang: language === "en" ? "uk" : "en", title: t("language"), onclick: switchLanguage }, language === "en" ? "UA" : "EN", h("span", { class: "hidden" }, `: ${t("language")}`)));
  faults(trouble);

  const tabs = /** @type {HTMLElement} */ (document.getElementById("tabs"));
  const show = (/** @type {string} */ pane) => {
    document.body.dataset.pane = pane;
    for (const tab of tabs.children) {
      const isOn = tab instanceof HTMLElement && tab.dataset.to === pane;
      tab.setAttribute("aria-pressed", String(isOn));
    }
    changed("pane");
  };
  tabs.setAttribute("aria-label", "MIRT");
  tabs.append(...TABS.map(([name, paths]) => h("button", { type: "button", "data-to": name, onclick: () => show(String(name)) }, drawing(/** @type {string[]} */ (paths)), t(/** @type {any} */ (name)))));
  show(matchMedia("(min-width: 800px)").matches ? "inside" : "chats");

  const lookAtPause = async () => { paused.hidden = !(await api.pause().catch(() => ({}))).pause; };
  listen((what) => {
    if (what === "pause") void lookAtPause();
    if (what === "connected") lost.hidden = store.connected;
    if (what === "about") {
      note.hidden = !store.about.degraded || store.about.faults.model !== "as_set";
      note.textContent = t("degraded");
    }
    if (what === "faults") note.hidden = !store.about.degraded || store.about.faults.model !== "as_set";
  });
}
