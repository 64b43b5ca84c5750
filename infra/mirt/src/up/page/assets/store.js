// What the page knows: customers on the screen, their sessions, which of them and which turn is
// looked at. Panes listen to it; nothing is asked again unless the stream says that it changed.

import { api } from "./api.js";

/** @typedef {{channel: string, user: string}} Who */

const KEY = "mirt-customers";
const TAIL = 6;

export const key = (/** @type {Who} */ who) => `${who.channel}/${who.user}`;
const fresh = () => String(100000000 + Math.floor(Math.random() * 899999999));

export const store = {
  /** @type {any} */ about: { degraded: false, to_page: { instagram: true, telegram: true }, photos: {}, products: {}, faults: {} },
  /** @type {Who[]} */ customers: [],
  /** @type {Who} */ now: { channel: "instagram", user: "" },
  /** @type {number | null} */ turn: null,
  /** @type {Map<string, any>} */ sessions: new Map(),
  /** @type {Map<string, any[]>} What was typed and is in no turn yet. */ typed: new Map(),
  /** @type {Map<string, number>} Until when somebody types. */ typing: new Map(),
  /** @type {Map<string, number>} When a turn was stored, by session and number of writes. */ commits: new Map(),
  /** @type {any[]} */ queues: [],
  connected: true,
};

const listeners = new Set();
/** @param {(what: string, who?: Who) => void} listener */
export const listen = (listener) => listeners.add(listener);
/** @param {string} what @param {Who} [who] */
export const changed = (what, who) => listeners.forEach((listener) => listener(what, who));

export const session = (/** @type {Who} */ who) => store.sessions.get(key(who));
export const current = () => session(store.now);

function keep() {
  localStorage.setItem(KEY, JSON.stringify(store.customers));
  history.replaceState(null, "", `#${key(store.now)}`);
}

/** The customers of the last time, and the one that the address names. */
export function begin() {
  try { store.customers = JSON.parse(localStorage.getItem(KEY) ?? "[]"); } catch { store.customers = []; }
  const [channel, user] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (user && ["instagram", "telegram"].includes(channel)) add({ channel, user });
  else if (store.customers.length) choose(store.customers[0]);
  else add({ channel: "instagram", user: fresh() });
}

/** @param {Who} who */
export function add(who) {
  if (!store.customers.some((other) => key(other) === key(who))) store.customers.push(who);
  choose(who);
  changed("customers");
}

/** @param {string} channel */
export const addNew = (channel) => add({ channel, user: fresh() });

/** @param {Who} who */
export function remove(who) {
  store.customers = store.customers.filter((other) => key(other) !== key(who));
  if (!store.customers.length) return addNew(who.channel);
  if (key(store.now) === key(who)) choose(store.customers[0]);
  keep();
  changed("customers");
}

/** @param {Who} who @param {number | null} [turn] */
export function choose(who, turn = null) {
  store.now = who;
  store.turn = turn;
  keep();
  if (!session(who)) void refresh(who, true);
  changed("choice", who);
}

const asking = new Map();
/**
 * Reads a session: all of it, or its end. Several wishes at once are one question, and a wish that
 * comes while one is being answered makes another.
 * @param {Who} who @param {boolean} [whole]
 */
export async function refresh(who, whole = false) {
  const name = key(who);
  const waiting = asking.get(name);
  if (waiting) { waiting.again = true; waiting.whole ||= whole; return waiting.done; }
  const own = { again: false, whole, done: Promise.resolve() };
  asking.set(name, own);
  own.done = (async () => {
    await new Promise((go) => setTimeout(go, 30));
    do {
      own.again = false;
      const known = store.sessions.get(name);
      const all = own.whole || !known;
      own.whole = false;
      try {
        const read = await api.session(who, all ? undefined : TAIL);
        if (!all) {
          const first = read.turns[0]?.n ?? Infinity;
          if (known.turns.length && first > known.turns.at(-1).n + 1) { own.whole = own.again = true; continue; }
          read.turns = [...known.turns.filter((/** @type {any} */ turn) => turn.n < first), ...read.turns];
        }
        for (const turn of read.turns) turn.committed = store.commits.get(`${name}/${turn.n}`) ?? known?.turns.find((/** @type {any} */ it) => it.n === turn.n)?.committed;
        store.sessions.set(name, read);
        settle(who, read);
      } catch { /* The stream will say when there is something to read again. */ }
    } while (own.again);
    asking.delete(name);
    changed("session", who);
  })();
  return own.done;
}

/** What was typed and is in a turn, or in the inbox, is shown from there. @param {Who} who @param {any} read */
function settle(who, read) {
  const typed = store.typed.get(key(who)) ?? [];
  const left = typed.filter((it) => it.state === "failed" || !it.accepted || !(read.version > it.version && read.pending_inbox === 0));
  store.typed.set(key(who), left);
  if (read.pending_inbox === 0 && !left.some((it) => it.accepted)) store.typing.delete(key(who));
}

/** @param {Who} who @param {any} what words, photos, tap */
export async function say(who, what) {
  const name = key(who);
  const own = { ...what, state: "sending", accepted: false, version: session(who)?.version ?? 0 };
  store.typed.set(name, [...(store.typed.get(name) ?? []), own]);
  changed("session", who);
  try {
    await api.say({ ...who, text: what.text || null, photos: what.photos ?? [], tap: what.tap });
    own.accepted = true;
    own.state = "accepted";
    if (store.about.to_page[who.channel] && !session(who)?.slots.hand_over) store.typing.set(name, Date.now() + 12000);
    void refresh(who);
  } catch (error) {
    own.state = "failed";
    own.why = error instanceof Error ? error.message : "";
  }
  changed("session", who);
}
