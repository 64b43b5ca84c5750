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
  const { files, rules: all, answer: shape } = await sources;
  const own = session(who);
  const isSaid = Boolean(turn.cause?.input);

  const file = picker("replay-file", files, t("file"));
  const said = h("textarea", { class: "code short", id: "replay-say", spellcheck: false, value: turn.input.map((/** @type {any} */ it) => it.text ?? "").join("\n") });
  const hits = new Set(turn.trace.rules.map((/** @type {any} */ hit) => hit.rule));
  // Those that matched first: they are what a wrong answer is explained by.
  const matched = all.filter((/** @type {any} */ rule) => hits.has(rule.name));
  const rule = picker("replay-rule", [...matched, ...all.filter((/** @type {any} */ it) => !hits.has(it.name))].map((it) => ({ path: it.name, text: it.text })), t("rule"));
  const off = matched.map((/** @type {any} */ it) => h("input", { type: "checkbox", value: it.name }));
  const answer = h("textarea", { class: "code short", id: "replay-answer", spellcheck: false, value: (turn.trace.model?.answers ?? []).join("\n\n") });
  const hasPhotos = turn.input.some((/** @type {any} */ it) => it.photos.length > 0);
  const asksModel = isSaid || turn.cause === "due" || Boolean(turn.trace.model);
  const out = h("div", { id: "replay-out", "aria-live": "polite" });

  async function run() {
    const asked = {
      ...who, turn: turn.n, files: Object.fromEntries(file.changed),
      rules: { ...Object.fromEntries(rule.changed), ...Object.fromEntries(off.filter((/** @type {any} */ it) => it.checked).map((/** @type {any} */ it) => [it.value, ""])) },
      say: isSaid ? said.value.split("\n") : null, answers: answer.value.split(/\n\s*\n/),
    };
    try { show(await api.replay(asked)); } catch (error) { out.replaceChildren(h("pre", { class: "chip bad" }, error instanceof Error ? error.message : "")); }
  }

  function show(/** @type {any} */ would) {
    // What only one side has is marked.
    const side = (/** @type {string} */ title, /** @type {any} */ it, /** @type {any} */ other, /** @type {string} */ mark) => {
      const chip = (/** @type {any} */ words, /** @type {boolean} */ isBoth, kind = "") => h("span", { class: `chip ${isBoth ? kind : mark}` }, words);
      const hits = (/** @type {any} */ one) => one.trace.rules.map((/** @type {any} */ hit) => `${hit.rule}: ${hit.words}`);
      const key = (/** @type {any} */ one) => JSON.stringify(one);
      const others = new Set(other.bubbles.map(key));
      return h("div", null, h("h3", { class: "soft small" }, title),
        h("p", { class: "row" }, chip(short(it.trace.to.state), it.trace.to.state === other.trace.to.state, "on"), chip(it.trace.edge, it.trace.edge === other.trace.edge),
          hits(it).map((/** @type {string} */ one) => chip(one, hits(other).includes(one))), it.trace.checks_failed.map((/** @type {string} */ name) => h("span", { class: "chip bad" }, name))),
        it.bubbles.length ? it.bubbles.map((/** @type {any} */ one) => bubble(`theirs${others.has(key(one)) ? "" : ` differs ${mark}`}`, one)) : h("p", { class: "soft" }, t("silent")),
        h("div", { class: "row" }, it.options.map((/** @type {string} */ one) => chip(one, other.options.includes(one)))));
    };
    const now = after(own, turn);
    const isSame = JSON.stringify([turn.bubbles, turn.options]) === JSON.stringify([would.bubbles, would.options]);
    out.replaceChildren(isSame ? h("p", { class: "chip good" }, t("equal")) : "", h("div", { class: "two" }, side(t("was"), turn, would, "bad"), side(t("would"), would, turn, "good")),
      h("h3", { class: "soft small" }, t("stateDiff")), diff(now, would.session),
      h("button", { class: "plain gap", id: "replay-save", type: "button", disabled: !isCase(turn), onclick: () => save(would) }, t("saveCase")));
  }

  /** The conversation up to here as a file of cases, with what the replay came to expected of it. @param {any} would */
  function save(would) {
    const upTo = own.turns.filter((/** @type {any} */ it) => it.n <= turn.n);
    const steps = upTo.filter(isCase).map((/** @type {any} */ it, /** @type {number} */ place, /** @type {any[]} */ kept) => {
      const before = kept[place - 1];
      const photos = it.input.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.photos.length, 0);
      const press = it.cause?.managed?.deed?.press;
      const minutes = before ? Math.round((Date.parse(it.at) - Date.parse(before.at)) / 60000) : 0;
      return {
        ...(press ? { manager: press } : { say: it.n === turn.n ? said.value.split("\n").filter(Boolean) : it.input.map((/** @type {any} */ one) => one.text).filter(Boolean) }),
        ...(photos ? { photos } : {}), ...(minutes > 1 ? { after_minutes: minutes } : {}),
        ...(it.n === turn.n ? { expect: { intent: would.trace.intent, allowed_states: [would.trace.to.state], phase: would.trace.to.phase, silent: !would.bubbles.length, options: would.options, ...(would.trace.mode === "rules" ? { says: would.bubbles.map((/** @type {any} */ one) => one.text).filter(Boolean) } : {}) } } : {}),
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
      h("div", { class: "fields" }, h("label", { class: "field" }, t("file"), file.select), file.text,
        isSaid && h("label", { class: "field" }, t("rule"), rule.select), isSaid && rule.text,
        isSaid && h("p", { class: "soft small", id: "replay-rule-why", hidden: true }, t("ruleWhy"))),
      h("div", { class: "fields" }, isSaid && h("label", { class: "field" }, t("input"), said),
        isSaid && matched.length > 0 && h("fieldset", { class: "field" }, h("legend", { class: "soft small" }, t("ignore")), h("div", { class: "row" }, matched.map((/** @type {any} */ it, /** @type {number} */ place) => h("label", { class: "chip" }, off[place], it.name)))),
        asksModel && h("label", { class: "field" }, t("answer"), answer),
        asksModel && h("button", { class: "plain fit", id: "replay-shape", type: "button", onclick: () => { answer.value = JSON.stringify(shape, null, 1); answer.focus(); } }, t(hasPhotos ? "shapePhoto" : "shape")))),
    h("div", { class: "row gap" }, h("button", { class: "main", id: "replay-run", type: "button", onclick: () => void run() }, t("run"))),
    out);
}

/**
 * What of a list is changed, one thing at a time.
 * @param {string} id @param {{path: string, text: string}[]} all @param {string} label
 */
function picker(id, all, label) {
  /** @type {Map<string, string>} */
  const changed = new Map();
  const own = (/** @type {string} */ path) => all.find((it) => it.path === path)?.text ?? "";
  const select = h("select", { id }, h("option", { value: "" }, t("noChange")), all.map((it) => h("option", { value: it.path }, it.path)));
  const text = h("textarea", { class: "code", id: `${id}-text`, hidden: true, "aria-label": label, spellcheck: false });
  select.addEventListener("change", () => {
    text.hidden = !select.value;
    text.value = changed.get(select.value) ?? own(select.value);
    const why = document.getElementById(`${id}-why`);
    if (why) why.hidden = text.hidden;
  });
  text.addEventListener("input", () => {
    const path = select.value;
    if (text.value === own(path)) changed.delete(path); else changed.set(path, text.value);
    // What is changed is seen in the list, too.
    for (const option of select.options) if (option.value === path) option.textContent = changed.has(path) ? `● ${path}` : path;
  });
  return { select, text, changed };
}

/** Whether a file of cases can hold a turn: what a customer said, or a manager's button. @param {any} turn */
const isCase = (turn) => turn.input.length > 0 || Boolean(turn.cause?.managed?.deed?.press);
