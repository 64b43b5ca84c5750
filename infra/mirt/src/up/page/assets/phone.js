// One customer's phone: what the channel showed, what was typed, what can be tapped.

import { api } from "./api.js";
import { matched } from "./deliveries.js";
import { arrange, drawing, h, toast } from "./dom.js";
import { garment, shown } from "./garment.js";
import { choose, key, remove, say, session, store } from "./store.js";
import { t, time } from "./words.js";

/** @typedef {import("./store.js").Who} Who */

const HINTS = ["Добрий день", "Покажіть сукні на зріст 134", "Скільки лагуна на 98?"];
/** How many turns are drawn at once, and how many at most: of a long talk only a part is on the screen. */
const PAGE = 60;
const MOST = 120;
const SHORT = 14;
const MOST_HIGH = 140;
const NEAR_END = 80;


/** @param {Who} who */
export function phone(who) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById("phone"));
  const root = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
  const part = (/** @type {string} */ name) => /** @type {any} */ (root.querySelector(name));
  const [log, quick, text, file] = [part(".log"), part(".quick"), part("textarea"), part("input")];
  let count = PAGE;
  /** How many of the last turns are not drawn: whoever reads what was long ago does not see them. */
  let skip = 0;
  let sticks = true;
  let isLoaded = false;
  /** @type {Map<number, {stamp: string, node: HTMLElement}>} */
  const drawn = new Map();

  root.classList.add(who.channel);
  root.dataset.who = key(who);
  const name = `${who.channel === "telegram" ? "Telegram" : "Instagram"}, ${t("customer")} ${who.user}`;
  root.setAttribute("aria-label", name);
  log.setAttribute("aria-label", `${t("talk")}: ${name}`);
  text.placeholder = `${t("message")}…`;
  text.setAttribute("aria-label", `${t("message")}: ${name}`);
  part(".attach").setAttribute("aria-label", t("addPhoto"));
  part(".send").setAttribute("aria-label", t("send"));
  part(".who").append(
    h("span", { class: "face", "aria-hidden": "true" }, "M"),
    h("div", { class: "grow" }, h("b", null, "MIRT_UA"), h("small", null, name)),
    h("button", { class: "icon", type: "button", "aria-label": `${t("leave")} (${who.user})`, title: t("leave"), onclick: () => remove(who) }, drawing(["M6 6l12 12M18 6L6 18"])),
  );

  const grow = () => { text.style.height = "auto"; text.style.height = `${Math.min(text.scrollHeight, MOST_HIGH)}px`; text.style.overflowY = text.scrollHeight > MOST_HIGH ? "auto" : "hidden"; };
  const submit = (/** @type {any} */ what) => { count = PAGE; skip = 0; sticks = true; void say(who, what); };
  /** What was tapped is gone: who taps with the keyboard goes on in the field. @param {any} what @param {MouseEvent} event */
  const tap = (what, event) => { submit(what); if (event.detail === 0) text.focus(); };
  const earlier = h("button", { class: "plain small", type: "button", onclick: () => page(PAGE) }, t("earlier"));
  const later = h("button", { class: "plain small", type: "button", onclick: () => page(-PAGE) }, t("later"));
  const top = new IntersectionObserver(([it]) => { if (it?.isIntersecting && !sticks) page(PAGE); }, { root: log, rootMargin: "200px 0px 0px" });
  top.observe(earlier);

  part("form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const words = text.value.trim();
    text.value = "";
    grow();
    if (words) submit({ text: words });
  });
  text.addEventListener("input", grow);
  // Whoever reads what was earlier is left there. Only a hand scrolls away from the end: a redraw
  // scrolls too, and is no wish.
  const look = () => requestAnimationFrame(() => { sticks = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END; });
  for (const by of ["wheel", "touchmove", "keyup", "pointerup"]) log.addEventListener(by, look, { passive: true });
  text.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); part("form").requestSubmit(); }
  });
  const upload = async (/** @type {File[]} */ files) => {
    const photos = [];
    for (const one of files.filter((it) => it.type.startsWith("image/"))) {
      try { photos.push((await api.photo(one)).url); } catch { toast(`${t("notPhoto")}: ${one.name}`); }
    }
    const words = text.value.trim();
    text.value = "";
    grow();
    if (photos.length) submit({ text: words, photos });
  };
  text.addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) { event.preventDefault(); void upload(files); }
  });
  part(".attach").addEventListener("click", () => file.click());
  file.addEventListener("change", () => { void upload([...file.files]); file.value = ""; });
  root.addEventListener("dragover", (event) => { event.preventDefault(); root.classList.add("drop"); });
  root.addEventListener("dragleave", () => root.classList.remove("drop"));
  root.addEventListener("drop", (event) => { event.preventDefault(); root.classList.remove("drop"); void upload([...(event.dataTransfer?.files ?? [])]); });
  root.addEventListener("focusin", () => { if (key(store.now) !== key(who)) choose(who); });
  root.addEventListener("pointerdown", () => { if (key(store.now) !== key(who)) choose(who); });

  function draw() {
    root.classList.toggle("now", key(store.now) === key(who));
    const own = session(who);
    const before = log.scrollTop;
    const nodes = [];
    const turns = own?.turns ?? [];
    const to = Math.max(turns.length - skip, 0);
    const from = Math.max(0, to - count);
    if (from > 0) nodes.push(earlier);
    const delivered = matched(own);
    for (const turn of turns.slice(from, to)) nodes.push(turnNode(own, turn, delivered, turn === turns.at(-1)));
    for (const [n] of drawn) if (n < (turns[from]?.n ?? 0) || n > (turns[to - 1]?.n ?? Infinity)) drawn.delete(n);
    if (skip > 0) nodes.push(later);
    else for (const it of delivered.between) nodes.push(bubble("theirs between", it), h("div", { class: "mark left between-note" }, t("between")));
    if (skip === 0) for (const it of own?.inbox ?? []) if (!typed().length) nodes.push(...mine(it.said ?? {}, t("accepted")));
    for (const it of typed()) nodes.push(...mine(it, it.state === "failed" ? `${t("notSent")} ${it.why ?? ""}` : t(it.state === "accepted" ? "accepted" : "sending"), it.state));
    if ((store.typing.get(key(who)) ?? 0) > Date.now()) nodes.push(h("div", { class: "bubble theirs typing", role: "img", "aria-label": t("typing") }, h("i"), h("i"), h("i")));
    if (own && !nodes.length) nodes.push(hints());
    arrange(log, nodes);
    isLoaded ||= own !== undefined;
    if (sticks || typed().length) toEnd(); else log.scrollTop = before;
    drawQuick(own);
  }
  /** Turns that were not on the screen yet have a height only once they are. */
  function toEnd() {
    log.scrollTop = log.scrollHeight;
    requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; });
  }
  const typed = () => store.typed.get(key(who)) ?? [];

  /** Goes some turns back, or forward again; what is looked at stays where it is. @param {number} by */
  function page(by) {
    const all = [...log.querySelectorAll(".turn")];
    const anchor = all[by > 0 ? 0 : all.length - 1];
    const before = anchor?.getBoundingClientRect().top ?? 0;
    const most = Math.max((session(who)?.turns.length ?? 0) - PAGE, 0);
    if (by > 0 && count < MOST) count += by; else skip = Math.min(Math.max(skip + by, 0), most);
    sticks = false;
    draw();
    if (anchor?.isConnected) log.scrollTop += anchor.getBoundingClientRect().top - before;
    // It may be as near as before: only a new look tells.
    top.unobserve(earlier);
    top.observe(earlier);
  }

  const hints = () => h("div", { class: "hints" }, h("p", null, t("hint")), HINTS.map((hint) => h("button", { class: "pill", type: "button", onclick: (/** @type {MouseEvent} */ event) => tap({ text: hint }, event) }, hint)));

  /** A turn is drawn once, and again when something of it changes. */
  function turnNode(/** @type {any} */ own, /** @type {any} */ turn, /** @type {any} */ delivered, /** @type {boolean} */ isLast) {
    const waiting = own.outbox.some((/** @type {any} */ it) => it.turn === turn.n);
    const isChosen = store.turn === turn.n && key(store.now) === key(who);
    const message = delivered.messages.get(turn.n);
    const between = delivered.waiting.get(turn.n) ?? [];
    const stamp = JSON.stringify([waiting, isChosen, isLast, message, turn.committed, between.length]);
    const known = drawn.get(turn.n);
    if (known?.stamp === stamp) return known.node;
    const open = { onclick: () => choose(who, turn.n) };
    const isNew = isLoaded && !known;
    const node = h("div", { class: `turn${isChosen ? " chosen" : ""}${isNew ? " new" : ""}`, "data-turn": turn.n },
      turn.input.flatMap((/** @type {any} */ it) => mine(it)),
      turn.input.length ? h("div", { class: "mark" }, `✓✓ ${t("read")} ${time(turn.at)}`) : h("div", { class: "said" }, turn.cause?.managed ? `${t("byManager")}: ${deed(turn.cause.managed)}` : t("byTime")),
      between.map((/** @type {any} */ it) => [bubble("theirs between", it), h("div", { class: "mark left between-note" }, t("between"))]),
      turn.bubbles.map((/** @type {any} */ it) => Object.assign(bubble(`theirs${waiting ? " waiting" : ""}`, it), open)),
      waiting && h("div", { class: "mark left" }, t("undelivered")),
      who.channel === "telegram" && isLast && turn.options.length > 0 && h("div", { class: "keys" }, turn.options.map((/** @type {string} */ words, /** @type {number} */ place) =>
        h("button", { type: "button", class: [...words].length > SHORT ? "long" : "", onclick: (/** @type {MouseEvent} */ event) => tap({ text: words, tap: { message: message ?? null, place } }, event) }, words))));
    drawn.set(turn.n, { stamp, node });
    return node;
  }

  function drawQuick(/** @type {any} */ own) {
    const last = own?.turns.at(-1);
    const words = who.channel === "instagram" && !typed().length ? last?.options ?? [] : [];
    // What is there already keeps the focus of who goes through it with the keyboard.
    if (words.join("\n") === quick.dataset.words) return;
    quick.dataset.words = words.join("\n");
    quick.setAttribute("role", "group");
    quick.setAttribute("aria-label", t("quick"));
    quick.replaceChildren(...words.map((/** @type {string} */ it) => h("button", { type: "button", onclick: (/** @type {MouseEvent} */ event) => tap({ text: it }, event) }, it)));
  }

  /** Shows a turn that was chosen elsewhere. */
  const reveal = () => {
    if (key(store.now) !== key(who) || store.turn === null || root.contains(document.activeElement)) return;
    log.querySelector(".chosen")?.scrollIntoView({ block: "center" });
  };

  return { root, draw, reveal, focus: () => text.focus() };
}

const deed = (/** @type {any} */ managed) => (managed.deed?.press ?? managed.deed?.Press ?? "") || (managed.by?.name ?? "");

/** What was said by the customer. @param {any} it @param {string} [mark] @param {string} [state] */
function mine(it, mark, state = "") {
  const photos = it.photos ?? [];
  const image = (/** @type {string} */ url) => h("img", { src: local(url), alt: t("photo"), loading: "lazy" });
  const nodes = [];
  if (photos.length > 1) nodes.push(h("div", { class: "album" }, photos.map(image)));
  else if (photos.length) nodes.push(h("div", { class: "bubble mine photo" }, image(photos[0])));
  if (it.text) nodes.push(h("div", { class: `bubble mine ${state === "failed" ? "failed" : ""}` }, it.text));
  if (mark) nodes.push(h("div", { class: "mark" }, mark));
  return nodes;
}

/** Our own photos are shown from here, whatever port they were kept under. @param {string} url */
function local(url) {
  const name = /\/local\/photos\/[^/]+$/.exec(url)?.[0];
  return name ?? "/page/icon.svg";
}

/** @param {string} kind @param {any} it */
export function bubble(kind, it) {
  if (!it.url) return h("div", { class: `bubble ${kind}` }, it.text ?? "");
  const words = it.caption ?? (shown(it.url) ? `${shown(it.url).name}, ${shown(it.url).color}` : "");
  return h("div", { class: `bubble photo ${kind}` }, garment(it.url), words && h("span", { class: "words" }, words));
}
