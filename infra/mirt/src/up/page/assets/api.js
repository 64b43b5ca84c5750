// What the page asks this machine.

/**
 * @param {string} path
 * @param {RequestInit} [how]
 */
async function ask(path, how) {
  const answer = await fetch(path, how);
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Error(body?.error ?? `${answer.status}`);
  return body;
}

/** @param {string} method @param {any} body */
const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const place = (/** @type {{channel: string, user: string}} */ who) => `${encodeURIComponent(who.channel)}/${encodeURIComponent(who.user)}`;

export const api = {
  about: () => ask("/local/about"),
  /** @param {{channel: string, user: string}} who @param {number} [last] */
  session: (who, last) => ask(`/local/sessions/${place(who)}${last ? `?last=${last}` : ""}`),
  /** @param {any} typed */
  say: (typed) => ask("/local/messages", json("POST", typed)),
  /** @param {File} file */
  photo: (file) => ask("/local/photos", { method: "POST", headers: { "Content-Type": file.type }, body: file }),
  pause: () => ask("/local/pause"),
  /** @param {boolean} on */
  setPause: (on) => ask("/local/pause", { method: on ? "PUT" : "DELETE" }),
  counter: () => ask("/local/counter"),
  history: () => ask("/local/history"),
  managers: () => ask("/local/managers"),
  /** @param {any} deed */
  manage: (deed) => ask("/local/managers", json("POST", deed)),
  deadLetters: () => ask("/local/dead-letters"),
  /** @param {string} queue */
  redrive: (queue) => ask("/local/dead-letters/redrive", json("POST", { queue })),
  /** @param {any} wanted */
  faults: (wanted) => ask("/local/faults", json("PUT", wanted)),
  /** @param {string} name */
  crash: (name) => ask(`/local/crash/${name}`, { method: "POST" }),
  /** @param {number} seconds */
  forward: (seconds) => ask("/local/clock", json("POST", { seconds })),
  /** @param {string} name */
  run: (name) => fetch(`/local/schedules/${name}`, { method: "POST" }),
  sources: () => ask("/local/replay"),
  /** @param {any} asked */
  replay: (asked) => ask("/local/replay", json("POST", asked)),
};
