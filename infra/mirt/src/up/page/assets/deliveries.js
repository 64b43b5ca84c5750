// What the channel was given, turn by turn.

/** How many turns later a reply may still come. */
const WAITED = 8;

/**
 * Which deliveries belong to which turn. Those that are none of a turn's own words were said while
 * somebody waited for it; if its answer is not there yet, they stand at the end.
 * @param {any} own
 */
export function matched(own) {
  if (!own) return { messages: new Map(), sent: new Map(), waiting: new Map(), between: [] };
  const known = matches.get(own);
  if (known && known.of === own.delivered) return known.found;
  const found = match(own);
  matches.set(own, { of: own.delivered, found });
  return found;
}

/** @type {WeakMap<any, {of: any[], found: ReturnType<typeof match>}>} */
const matches = new WeakMap();

/** @param {any} own */
function match(own) {
  const messages = new Map();
  const sent = new Map();
  const waiting = new Map();
  const between = [];
  const { turns } = own;
  const end = (/** @type {any} */ turn) => Date.parse(turn.at) + turn.ms;
  let at = 0;
  for (const it of own.delivered) {
    while (at < turns.length && turns[at].at <= it.at) at += 1;
    // Said by one of the turns before it, the nearest first; a reply may have waited some turns.
    const near = turns.slice(Math.max(at - WAITED, 0), at).reverse();
    const turn = near.find((/** @type {any} */ one) => says(one, it));
    if (turn) {
      messages.set(turn.n, it.message ?? messages.get(turn.n));
      sent.set(turn.n, [...(sent.get(turn.n) ?? []), it]);
    } else if (near[0] && Date.parse(it.at) <= end(near[0])) {
      waiting.set(near[0].n, [...(waiting.get(near[0].n) ?? []), ...it.bubbles]);
    } else if (at === turns.length) {
      between.push(...it.bubbles);
    }
  }
  return { messages, sent, waiting, between };
}

/** Whether a delivery is what a turn said: a part of it, or it with something added. @param {any} turn @param {any} it */
function says(turn, it) {
  const texts = turn.bubbles.flatMap((/** @type {any} */ one) => [one.url, one.text, one.caption]).filter(Boolean);
  return it.bubbles.some((/** @type {any} */ one) => {
    const words = one.url ?? one.text ?? "";
    return texts.some((/** @type {string} */ text) => text.includes(words) || words.startsWith(text));
  });
}

/** When a turn's replies were taken by the channel. @param {any} own @param {any} turn */
export const deliveriesOf = (own, turn) => matched(own).sent.get(turn.n) ?? [];
