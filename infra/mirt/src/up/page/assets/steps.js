// The steps of a turn: how long each took, and what it has to show.

import { deliveriesOf } from "./deliveries.js";
import { h } from "./dom.js";
import { span, t, time, usd } from "./words.js";

const US = 1000;
/** @type {Record<string, any>} What of the model's time is named by itself. */
const PARTS = { moderation: "pModeration", photos: "pPhotos", model: "pModel" };

/**
 * @typedef {{from: number, ms: number}} Stretch
 * @typedef {{kind: string, name: string, at: Stretch[], isBad?: boolean, note?: string, body: any}} Step
 * @param {any} own @param {any} turn
 * @returns {{steps: Step[], length: number, waited: number}}
 */
export function stepsOf(own, turn) {
  const { trace } = turn;
  const began = Date.parse(turn.at);
  // The line begins with what came first: the customer's first message, or the reading before the turn.
  const measured = (/** @type {string[]} */ what) => turn.parts.filter((/** @type {any} */ it) => what.includes(it.what)).map((/** @type {any} */ it) => ({ from: it.from / US, ms: it.us / US }));
  const reading = measured(["read"]);
  const first = Math.min(0, turn.heard ? Date.parse(turn.heard.first) - began : 0, ...reading.map((/** @type {Stretch} */ it) => it.from));
  const on = (/** @type {Stretch[]} */ all) => all.map((it) => ({ from: it.from - first, ms: it.ms }));
  const model = trace.model;
  const ready = turn.ms - first;
  const stored = turn.committed ? Math.max(turn.committed - began - first, ready) : ready;
  const sent = deliveriesOf(own, turn).map((/** @type {any} */ it) => ({ ...it, ms: Math.max(Date.parse(it.at) - began - first, 0) }));
  const last = sent.length ? Math.max(sent.at(-1).ms, stored) : stored;
  const failed = trace.checks_failed.length > 0 || (model?.rejected.length ?? 0) > 0;
  const waited = reading.length ? reading[0].from - first : -first;
  const steps = [
    { kind: "wait", name: t("sWait"), at: turn.heard ? [{ from: 0, ms: waited }] : [], body: [h("p", { class: "soft" }, t("waitWhy")), input(turn)] },
    { kind: "read", name: t("sRead"), at: on(reading), body: h("p", { class: "soft" }, t("readWhy")) },
    { kind: "rules", name: t("sRules"), at: on(measured(["rules"])), note: `${trace.rules.length}`, isBad: trace.blocked, body: rules(turn) },
    { kind: "model", name: t("sModel"), at: on(measured(["moderation", "photos", "model"])), note: model ? usd(model.used.cost) : "–", isBad: Boolean(model?.degraded), body: modelOf(model, turn) },
    { kind: "check", name: t("sCheck"), at: on(measured(["check"])), note: failed ? "✕" : "✓", isBad: failed, body: checks(trace) },
    { kind: "store", name: t("sCommit"), at: [{ from: ready, ms: stored - ready }], body: commit(turn) },
    { kind: "send", name: t("sSend"), at: [{ from: stored, ms: last - stored }], note: sent.length ? "✓" : "–", body: sends(sent) },
  ];
  return { steps: steps.filter((step) => step.at.length || !["wait", "read"].includes(step.kind)), length: Math.max(last, 0.001), waited: turn.heard ? waited : 0 };
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

/** @param {any} model @param {any} turn */
function modelOf(model, turn) {
  if (!model) return h("p", { class: "soft" }, t("modelNot"));
  const { used } = model;
  return [
    model.degraded && h("p", null, h("span", { class: "chip warn" }, `${t("withoutModel")}: ${model.degraded}`)),
    facts([[t("sModel"), used.model], ...turn.parts.filter((/** @type {any} */ it) => PARTS[it.what]).map((/** @type {any} */ it) => /** @type {[string, any]} */ ([t(PARTS[it.what]), span(it.us / US)])), [t("requests"), used.requests], [t("tokensIn"), `${used.input_tokens} (${t("cached")} ${used.cached_tokens})`], [t("tokensOut"), used.output_tokens], [t("price"), usd(used.cost)], [t("confidence"), model.confidence === null ? null : `${model.confidence} %`]]),
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

const commit = (/** @type {any} */ turn) => [h("p", { class: "soft" }, t("commitWhy")), facts([[t("at"), turn.committed ? time(turn.committed) : null], [t("actions"), turn.actions.length ? JSON.stringify(turn.actions) : null]])];
const sends = (/** @type {any[]} */ sent) => sent.length ? h("ul", null, sent.map((it) => h("li", null, `${time(it.at)}  ${it.bubbles.map((/** @type {any} */ one) => one.text ?? t("photo")).join(" · ").slice(0, 120)}`))) : h("p", { class: "soft" }, t("notSeen"));

/** A line of the story as parts of a bar, in the order of time. @param {{steps: Step[], length: number}} all */
export const bar = ({ steps, length }) => h("div", { class: "line", "aria-hidden": "true" }, steps.flatMap((step) => step.at.map((it) => ({ ...it, kind: step.kind }))).filter((it) => it.ms > 0).sort((a, b) => a.from - b.from).map((it) => {
  const part = h("i", { class: `k-${it.kind}` });
  part.style.flexGrow = String(Math.max(it.ms / length, 0.004) * 1000);
  return part;
}));

/** Each step by itself. Beside a second of waiting a millisecond of work would not be seen: their line
 * begins when the waiting is over. @param {{steps: Step[], length: number, waited: number}} all */
export const list = ({ steps, length, waited }) => h("div", { class: "steps" }, steps.map((step) => {
  const ms = step.at.reduce((sum, it) => sum + it.ms, 0);
  const [zero, whole] = step.kind === "wait" ? [0, Math.max(waited, 0.001)] : [waited, Math.max(length - waited, 0.001)];
  const parts = step.at.map((it) => {
    const part = h("i", { class: `k-${step.kind}` });
    part.style.left = `${Math.min(Math.max((it.from - zero) / whole, 0), 0.985) * 100}%`;
    part.style.width = `${Math.max(Math.min(it.ms / whole, 1), 0) * 100}%`;
    return part;
  });
  return h("details", { class: step.isBad ? "bad" : "", "data-step": step.kind },
    h("summary", null, h("span", { class: "name" }, h("i", { class: `dot k-${step.kind}`, "aria-hidden": "true" }), step.name), h("span", { class: "track", "aria-hidden": "true" }, parts), h("span", { class: "num soft" }, [step.note, step.at.length ? span(ms) : ""].filter(Boolean).join(" · "))),
    h("div", { class: "body" }, step.body));
}));
