// What a day cost: the model's part and AWS's.

import { h } from "./dom.js";
import { t, usd } from "./words.js";

/** @type {Record<string, any>} */
const WHAT = { write_units: "writeUnits", read_units: "readUnits", mb_s: "mbSeconds", requests: "requests" };
const PICO = 1e6;

/** @param {HTMLElement} block @param {any[]} days today first */
export function money(block, days) {
  const [today] = days;
  const sum = (/** @type {any} */ it) => it.model.micro_usd + it.aws.micro_usd;
  const most = Math.max(...days.map(sum), 1);
  const { model, aws } = today;
  const tokens = `${model.requests} ${t("requests")} · ${model.input_tokens} ${t("tokensIn")} · ${model.output_tokens} ${t("tokensOut")}`;
  const rows = [
    h("tr", null, h("td", null, t("sModel")), h("td", { class: "soft small" }, tokens), h("td", { class: "end num", id: "cost-model" }, usd(model.micro_usd))),
    ...aws.lines.map((/** @type {any} */ it) => h("tr", null, h("td", null, it.service), h("td", { class: "soft small" }, `${it.count} ${t(WHAT[it.what])}`), h("td", { class: "end num" }, usd(it.pico_usd / PICO)))),
  ];
  block.replaceChildren(h("h2", null, t("cost")),
    h("div", { class: "row apart" }, h("span", { class: "total num", id: "cost" }, usd(sum(today))), h("span", { class: "soft small num" }, `${t("sModel")} ${usd(model.micro_usd)} · AWS ${usd(aws.micro_usd)}`)),
    h("div", { class: "bars", role: "img", "aria-label": t("twoWeeks") }, [...days].reverse().map((it) => {
      const parts = [it.aws.micro_usd, it.model.micro_usd].map((own, place) => {
        const part = h("i", { class: place ? "k-model" : "k-store" });
        part.style.height = `${(own / most) * 100}%`;
        return part;
      });
      return h("span", null, parts);
    })),
    h("p", { class: "soft small" }, t("twoWeeks")),
    h("details", null, h("summary", { class: "small" }, t("costOf")), h("table", null, h("tbody", null, rows)), h("p", { class: "soft small" }, t("costWhy"))));
}
