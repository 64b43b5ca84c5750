// The steps of a turn: how long each took, and what it has to show.

import { h } from "./dom.js";
import { deliveriesOf } from "./phone.js";
import { span, t, time, usd } from "./words.js";

/**
 * @typedef {{kind: string, name: string, from: number, ms: number, isBad?: boolean, note?: string, body: any}} Step
 * @param {any} own @param {any} turn
 * @returns {{steps: Step[], length: number}}
 */
export function stepsOf(own, turn) {
  const { trace } = turn;
  const began = Date.parse(turn.at);
  const zero = turn.heard ? Date.parse(turn.heard.first) : began;
  const model = trace.model;
  const thinking = Math.min(model?.used.ms ?? 0, turn.ms);
  const wait = began - zero;
  const ready = wait + turn.ms;
  const stored = turn.committed ? Math.max(turn.committed - zero, ready) : ready;
  const sent = deliveriesOf(own, turn).map((/** @type {any} */ it) => ({ ...it, ms: Math.max(Date.parse(it.at) - zero, 0) }));
  const last = sent.length ? Math.max(sent.at(-1).ms, stored) : stored;
  const failed = trace.checks_failed.length > 0 || (model?.rejected.length ?? 0) > 0;
  const steps = [
    { kind: "wait", name: t("sWait"), from: 0, ms: wait, body: [h("p", { class: "soft" }, t("waitWhy")), input(turn)] },
    { kind: "rules", name: t("sRules"), from: wait, ms: Math.max(turn.ms - thinking, 0), note: `${trace.rules.length}`, isBad: trace.blocked, body: rules(turn) },
    { kind: "model", name: t("sModel"), from: wait, ms: thinking, note: model ? usd(model.used.cost) : "–", isBad: Boolean(model?.degraded), body: modelOf(model) },
    { kind: "check", name: t("sCheck"), from: ready, ms: 0, note: failed ? "✕" : "✓", isBad: failed, body: checks(trace) },
    { kind: "store", name: t("sCommit"), from: ready, ms: stored - ready, body: commit(turn) },
    { kind: "send", name: t("sSend"), from: stored, ms: last - stored, note: sent.length ? "✓" : "–", body: sends(sent) },
  ];
  return { steps: steps.filter((step) => turn.heard || step.kind !== "wait"), length: Math.max(last, 1) };
}

const chips = (/** @type {any[]} */ all) => h("div", { class: "row" }, all.map((it) => h("span", { class: "chip" }, it)));
const facts = (/** @type {[string, any][]} */ rows) => h("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").flatMap(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
const raw = (/** @type {any} */ value) => h("pre", { tabindex: 0 }, JSON.stringify(value, null, 2));

const input = (/** @type {any} */ turn) => turn.input.length ? h("ul", null, turn.input.map((/** @type {any} */ it) => h("li", null, `${it.text ?? ""} ${it.photos.length ? `(${t("photo")}: ${it.photos.length})` : ""}`))) : raw(turn.cause);

/** @param {any} turn */
function rules(turn) {
  const { trace } = turn;
  return [
    trace.blocked && h("p", { class: "chip bad" }, t("blocked")),
    trace.rules.length ? h("table", null, h("thead", null, h("tr", null, h("th", null, t("sRules")), h("th", null, t("word")))), h("tbody", null, trace.rules.map((/** @type {any} */ hit) => h("tr", null, h("td", null, hit.rule), h("td", null, h("span", { class: "chip on" }, hit.words)))))) : h("p", { class: "soft" }, t("rulesNone")),
    facts([[t("intent"), trace.intent], [t("edge"), `${trace.edge}: ${trace.from.phase} → ${trace.to.phase}`], [t("texts"), chips(trace.said)], [t("factsUsed"), trace.facts.length ? chips(trace.facts) : null]]),
  ];
}

/** @param {any} model */
function modelOf(model) {
  if (!model) return h("p", { class: "soft" }, t("modelNot"));
  const { used } = model;
  return [
    model.degraded && h("p", null, h("span", { class: "chip warn" }, `${t("withoutModel")}: ${model.degraded}`)),
    facts([["", used.model], [t("requests"), used.requests], [t("tokensIn"), `${used.input_tokens} (${t("cached")} ${used.cached_tokens})`], [t("tokensOut"), used.output_tokens], [t("price"), usd(used.cost)], [t("confidence"), model.confidence === null ? null : `${model.confidence} %`]]),
    model.claims.length > 0 && h("p", { class: "soft" }, t("claims")),
    model.claims.length > 0 && chips(model.claims.map((/** @type {any} */ it) => `${it.what}: ${it.verdict}`)),
    raw(model),
  ];
}

/** @param {any} trace */
function checks(trace) {
  const rejected = trace.model?.rejected ?? [];
  if (!trace.checks_failed.length && !rejected.length) return h("p", { class: "soft" }, t("checksFine"));
  return [
    trace.checks_failed.length > 0 && [h("p", null, t("checksFailed")), chips(trace.checks_failed)],
    rejected.length > 0 && [h("p", null, t("rejected")), ...rejected.map((/** @type {string[]} */ all) => chips(all))],
  ];
}

const commit = (/** @type {any} */ turn) => [h("p", { class: "soft" }, t("commitWhy")), facts([["", turn.committed ? time(turn.committed) : null], [t("actions"), turn.actions.length ? JSON.stringify(turn.actions) : null]])];
const sends = (/** @type {any[]} */ sent) => sent.length ? h("ul", null, sent.map((it) => h("li", null, `${time(it.at)}  ${it.bubbles.map((/** @type {any} */ one) => one.text ?? t("photo")).join(" · ").slice(0, 120)}`))) : h("p", { class: "soft" }, t("notSeen"));

/** A line of the story as parts of a bar. @param {{steps: Step[], length: number}} all */
export const bar = ({ steps, length }) => h("div", { class: "line", "aria-hidden": "true" }, steps.filter((step) => step.ms > 0).map((step) => {
  const part = h("i", { class: `k-${step.kind}` });
  part.style.flexGrow = String(Math.max(step.ms / length, 0.004) * 1000);
  return part;
}));

/** @param {{steps: Step[], length: number}} all */
export const list = ({ steps, length }) => h("div", { class: "steps" }, steps.map((step) => {
  const part = h("i", { class: `k-${step.kind}` });
  part.style.left = `${Math.min(step.from / length, 0.985) * 100}%`;
  part.style.width = `${Math.max(Math.min(step.ms / length, 1), 0) * 100}%`;
  return h("details", { class: step.isBad ? "bad" : "", "data-step": step.kind },
    h("summary", null, h("span", null, step.name), h("span", { class: "track", "aria-hidden": "true" }, part), h("span", { class: "num soft" }, [step.note, step.ms ? span(step.ms) : ""].filter(Boolean).join(" · ") || "0")),
    h("div", { class: "body" }, step.body));
}));
