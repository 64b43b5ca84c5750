// The one stream of all that happens. The browser resumes it by itself with the last event's id; the
// page never asks again by the clock.

import { changed, key, refresh, session, store } from "./store.js";


export function follow() {
  const source = new EventSource("/local/events");
  const on = (/** @type {string} */ kind, /** @type {(data: any) => void} */ take) =>
    source.addEventListener(kind, (event) => take(JSON.parse(/** @type {MessageEvent} */ (event).data)));

  source.onopen = () => { store.connected = true; changed("connected"); };
  source.onerror = () => { store.connected = false; changed("connected"); };

  // The stream cannot tell what was missed: everything on the screen is read anew.
  on("anew", () => {
    for (const who of store.customers) void refresh(who, true);
    changed("counter");
    changed("managers");
    changed("pause");
  });
  on("session", (data) => {
    const who = { channel: data.channel, user: data.user };
    const shown = store.customers.find((other) => key(other) === key(who));
    if (data.what === "STATE") store.commits.set(`${key(who)}/${(session(who)?.version ?? 0) + 1}`, data.at);
    if (shown) void refresh(shown);
    changed("written", who);
  });
  on("delivery", (data) => {
    const own = session(data);
    if (own) {
      own.delivered = [...own.delivered, data];
      store.typing.delete(key(data));
      changed("session", { channel: data.channel, user: data.user });
    }
  });
  on("typing", (data) => {
    store.typing.set(key(data), Date.now() + 6000);
    changed("session", data);
  });
  on("managers", () => changed("managers"));
  on("queues", (data) => { store.queues = data; changed("queues"); });
  on("faults", (data) => { store.about.faults = data; changed("faults"); });
  on("crash", () => changed("crash"));
  on("spending", () => changed("spending"));
  on("order", () => changed("order"));
  on("history", () => changed("history"));
  on("pause", () => changed("pause"));
}
