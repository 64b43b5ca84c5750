// A turn taken again with something changed, beside what it was. Nothing of it reaches a customer.

import { api } from "./api.js";
import { dialog, h } from "./dom.js";
import { after } from "./inside.js";
import { bubble } from "./phone.js";
import { session } from "./store.js";
import { diff } from "./story.js";
import { short } from "./diagram.js";
import { t } from "./words.js";

/** @type {Promise<any> | null} */
let sources = null;

/** @param {import("./store.js").Who} who @param {any} turn */
export async function replay(who, turn) {
  sources ??= api.sources();
  const { files, rules: all } = await sources;
  const own = session(who);
  const isSaid = Boolean(turn.cause?.input);

  const file = h("select", { id: "replay-file" }, h("option", { value: "" }, t("noChange")), files.map((/** @type {any} */ it) => h("option", { value: it.path }, it.path)));
  const text = h("textarea", { class: "code", id: "replay-text", hidden: true, "aria-label": t("file"), spellcheck: false });
  const changed = new Map();
  file.addEventListener("change", () => {
    text.hidden = !file.value;
    text.value = changed.get(file.value) ?? files.find((/** @type {any} */ it) => it.path === file.value)?.text ?? "";
  });
  text.addEventListener("input", () => changed.set(file.value, text.value));
  const said = h("textarea", { class: "code short", id: "replay-say", spellcheck: false, value: turn.input.map((/** @type {any} */ it) => it.text ?? "").join("\n") });
  const rules = [...new Set(turn.trace.rules.map((/** @type {any} */ hit) => hit.rule))].filter((rule) => all.includes(rule));
  const off = rules.map((rule) => h("input", { type: "checkbox", value: rule }));
  const answer = h("textarea", { class: "code short", id: "replay-answer", spellcheck: false, value: (turn.trace.model?.answers ?? []).join("\n\n") });
  const out = h("div", { id: "replay-out", "aria-live": "polite" });

  async function run() {
    const asked = {
      ...who, turn: turn.n, files: Object.fromEntries(changed), without: off.filter((it) => it.checked).map((it) => it.value),
      say: isSaid ? said.value.split("\n") : null, answers: answer.value.split(/\n\s*\n/),
    };
    try { show(await api.replay(asked)); } catch (error) { out.replaceChildren(h("pre", { class: "chip bad" }, error instanceof Error ? error.message : "")); }
  }

  function show(/** @type {any} */ would) {
    const side = (/** @type {string} */ title, /** @type {any} */ it) => h("div", null, h("h3", { class: "soft small" }, title),
      h("p", { class: "row" }, h("span", { class: "chip on" }, short(it.trace.to.state)), h("span", { class: "chip" }, it.trace.edge), it.trace.rules.map((/** @type {any} */ hit) => h("span", { class: "chip" }, `${hit.rule}: ${hit.words}`)), it.trace.checks_failed.map((/** @type {string} */ name) => h("span", { class: "chip bad" }, name))),
      it.bubbles.length ? it.bubbles.map((/** @type {any} */ one) => bubble("theirs", one)) : h("p", { class: "soft" }, t("silent")),
      h("div", { class: "row" }, it.options.map((/** @type {string} */ one) => h("span", { class: "chip" }, one))));
    const now = after(own, turn);
    const isSame = JSON.stringify([turn.bubbles, turn.options]) === JSON.stringify([would.bubbles, would.options]);
    out.replaceChildren(isSame ? h("p", { class: "chip good" }, t("equal")) : "", h("div", { class: "two" }, side(t("was"), turn), side(t("would"), would)),
      h("h3", { class: "soft small" }, t("stateDiff")), diff(now, would.session),
      h("button", { class: "plain gap", id: "replay-save", type: "button", onclick: () => save(would) }, t("saveCase")));
  }

  /** The conversation up to here as a file of cases, with what the replay came to expected of it. @param {any} would */
  function save(would) {
    const upTo = own.turns.filter((/** @type {any} */ it) => it.n <= turn.n);
    const steps = upTo.map((/** @type {any} */ it, /** @type {number} */ place) => {
      const before = upTo[place - 1];
      const photos = it.input.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.photos.length, 0);
      const press = it.cause?.managed?.deed?.press;
      const minutes = before ? Math.round((Date.parse(it.at) - Date.parse(before.at)) / 60000) : 0;
      return {
        ...(press ? { manager: press } : { say: it.n === turn.n ? said.value.split("\n").filter(Boolean) : it.input.map((/** @type {any} */ one) => one.text).filter(Boolean) }),
        ...(photos ? { photos } : {}), ...(minutes > 1 ? { after_minutes: minutes } : {}),
        ...(it.n === turn.n ? { expect: { intent: would.trace.intent, allowed_states: [would.trace.to.state], phase: would.trace.to.phase, silent: !would.bubbles.length, options: would.options } } : {}),
      };
    });
    const suite = { version: "1.0", project: "mirt", tests: [], dialogues: [{ id: `replay-${who.channel}-${turn.n}`, turns: steps }] };
    const link = h("a", { href: URL.createObjectURL(new Blob([`${JSON.stringify(suite, null, 2)}\n`], { type: "application/json" })), download: `replay-turn-${turn.n}.json` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  dialog(`${t("replayTitle")} ${turn.n}`, t("close"),
    h("p", { class: "soft small" }, isSaid ? t("replayWhy") : `${t("cause")}. ${t("replayWhy")}`),
    h("div", { class: "two gap" },
      h("div", { class: "fields" }, h("label", { class: "field" }, t("file"), file), text),
      h("div", { class: "fields" }, isSaid && h("label", { class: "field" }, t("input"), said),
        rules.length > 0 && h("fieldset", { class: "field" }, h("legend", { class: "soft small" }, t("ignore")), h("div", { class: "row" }, rules.map((rule, place) => h("label", { class: "chip" }, off[place], rule)))),
        isSaid && h("label", { class: "field" }, t("answer"), answer))),
    h("div", { class: "row gap" }, h("button", { class: "main", id: "replay-run", type: "button", onclick: () => void run() }, t("run"))),
    out);
}
