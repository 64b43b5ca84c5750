// The customers' phones, side by side.

import { phone } from "./phone.js";
import { key, listen, store } from "./store.js";

/** @param {HTMLElement} pane */
export function chats(pane) {
  const people = document.createElement("div");
  people.className = "people";
  pane.append(people);
  /** @type {Map<string, ReturnType<typeof phone>>} */
  const phones = new Map();

  function arrange() {
    for (const [name, own] of phones) if (!store.customers.some((who) => key(who) === name)) { own.root.remove(); phones.delete(name); }
    for (const who of store.customers) {
      if (phones.has(key(who))) continue;
      const own = phone(who);
      phones.set(key(who), own);
      people.append(own.root);
    }
    for (const own of phones.values()) own.draw();
    phones.get(key(store.now))?.root.scrollIntoView({ inline: "nearest", block: "nearest" });
  }

  listen((what, who) => {
    if (what === "customers") arrange();
    if (what === "choice" || what === "about") for (const own of phones.values()) own.draw();
    if (what === "choice") phones.get(key(store.now))?.reveal();
    if (what === "session" && who) phones.get(key(who))?.draw();
  });
  arrange();
  return { focus: () => phones.get(key(store.now))?.focus() };
}
