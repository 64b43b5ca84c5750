// Small helpers for making elements. Nothing here takes markup from text: words go in as text.

/**
 * @param {string} tag
 * @param {Record<string, any> | null} [props] `class`, `on…` handlers, `data-…`, attributes
 * @param {...(Node | string | number | null | undefined | false | any[])} children
 * @returns {any}
 */
export function h(tag, props, ...children) {
  const made = /** @type {any} */ (document.createElement(tag));
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.includes("-") && name !== "list" && name !== "form") made[name] = value;
    else if (name === "class") made.className = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

/**
 * Makes these nodes the children, and leaves alone those that are: what stays keeps its focus, its
 * place and its peace.
 * @param {Node} parent @param {Node[]} nodes
 */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) parent.removeChild(child);
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = node.nextSibling;
    else parent.insertBefore(node, next);
  }
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * A drawing of one path or several.
 * @param {string[]} paths
 * @param {string} [viewBox]
 */
export function drawing(paths, viewBox = "0 0 24 24") {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", viewBox);
  made.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    made.append(path);
  }
  return made;
}

/** @param {string} words */
export function toast(words) {
  const made = h("div", { class: "toast" }, words);
  document.getElementById("toasts")?.append(made);
  setTimeout(() => made.remove(), 6000);
}

/**
 * A dialog that closes by itself when it is done.
 * @param {string} title
 * @param {string} close
 * @param {...any} children
 */
export function dialog(title, close, ...children) {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const made = h("dialog", { "aria-labelledby": id },
    h("header", null, h("h2", { id }, title), h("button", { class: "icon", type: "button", "aria-label": close, onclick: () => made.close() }, drawing(["M6 6l12 12M18 6L6 18"]))),
    children);
  made.addEventListener("close", () => made.remove());
  document.body.append(made);
  made.showModal();
  return made;
}
