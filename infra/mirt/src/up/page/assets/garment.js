// Photos of the catalogue are elsewhere and the page loads nothing from elsewhere: it draws what they
// show, in the colour that they show it in.

import { h, drawing } from "./dom.js";
import { store } from "./store.js";

const SHAPES = {
  dress: ["M38 14c3 5 21 5 24 0l14 8-6 18-7-3 1 14 16 46H20l16-46 1-14-7 3-6-18z"],
  coat: ["M36 12c4 6 24 6 28 0l18 10 6 52-11 2-5-32v52H28V44l-5 32-11-2 6-52z", "M50 18v78"],
  suit: ["M36 8c4 6 24 6 28 0l16 8 5 32-10 2-4-18v22H29V32l-4 18-10-2 5-32z", "M30 58h40l5 38H55l-5-24-5 24H25z"],
};

const COLORS = [
  [/чорн/, "#3a3940"], [/сір|графіт/, "#9a9aa2"], [/молоч|біл|айвор/, "#f3ecdc"], [/беж|пісоч|капучино/, "#d9bf9c"], [/коричн|шоколад|мокко/, "#8a5f43"],
  [/малин|фукс/, "#c23a72"], [/бордо|вишн|марсал/, "#82243b"], [/черв/, "#c8383a"], [/рож|пудр/, "#eeb0bf"], [/жовт|гірч|лимон/, "#edc550"], [/помаранч|корал|персик/, "#ef9a6a"],
  [/м'ят|ментол/, "#a9dcc6"], [/хакі|олив/, "#8b8c5a"], [/зелен|смараг|ізумр/, "#3d8a62"], [/голуб|блакит/, "#a4cbe8"], [/син|джинс|індиго/, "#4263a5"], [/фіолет|лаванд|бузк|ліл/, "#a68cc9"],
];

/** @param {string} url */
export const shown = (url) => store.about.photos[url];

/** @param {string} url */
export function garment(url) {
  const what = shown(url);
  const category = (what?.category ?? "").toLowerCase();
  const shape = /сукн|dress|плат/.test(category) ? "dress" : /костюм|suit/.test(category) ? "suit" : /тренч|пальт|курт|coat|плащ/.test(category) ? "coat" : "dress";
  const color = COLORS.find(([word]) => /** @type {RegExp} */ (word).test((what?.color ?? "").toLowerCase()))?.[1] ?? "#c9c3d6";
  const picture = drawing(SHAPES[shape], "0 0 100 110");
  picture.style.setProperty("fill", String(color));
  return h("div", { class: "garment", role: "img", "aria-label": what ? `${what.name}, ${what.color}` : url }, picture);
}
