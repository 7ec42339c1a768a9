// @ts-check
// Chips that limit what is shown: by status, queue and result, each with how many rows it would leave.
import { button, element, focusAt } from "./dom.js";
import { shown } from "./text.js";
/** @import { Store } from "./model/store.js" */
/** @import { Column } from "./types.js" */

const CHIPS = 8;

export class FacetBar {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.element = element("div", { class: "bnb-facets" });
  }

  show() {
    const open = new Set([...this.element.querySelectorAll("details[open]")].map((one) => /** @type {HTMLElement} */ (one).dataset.facet));
    const focus = /** @type {HTMLElement | null} */ (focusAt(this.element));
    const focused = focus && this.element.contains(focus) ? focus.dataset.key : undefined;
    const groups = this.store.matches.facetColumns.map(([name, column]) => this.group(name, column, open.has(name)));
    this.element.replaceChildren(...groups.filter((group) => group.childElementCount));
    if (focused) [...this.element.querySelectorAll("button")].find((chip) => chip.dataset.key === focused)?.focus();
  }

  /** @param {string} name @param {Column} column @param {boolean} isOpen whether those beyond the first can be seen */
  group(name, column, isOpen) {
    const { matches } = this.store;
    const counts = [...(matches.counts.get(name) ?? [])].filter(([code, count]) => (count || matches.facets.get(name)?.has(code)) && column.word(code));
    if (name !== "status") counts.sort((a, b) => b[1] - a[1]);
    const chips = counts.map(([code, count]) => this.chip(name, code, column.word(code), count));
    const label = name === "fate" ? "Result" : column.title;
    const rest = chips.splice(CHIPS);
    const more = rest.length ? element("details", { class: "bnb-more", "data-facet": name, open: isOpen }, [element("summary", { class: "bnb-chip" }, [`${rest.length} more`]), element("div", { class: "bnb-menu" }, rest)]) : null;
    return element("div", { class: "bnb-facet", role: "group", "aria-label": `Filter by ${shown(label, 60)}` }, [...chips, more]);
  }

  /** @param {string} name @param {number} code @param {string} word @param {number} count */
  chip(name, code, word, count) {
    const on = this.store.matches.facets.get(name)?.has(code) ?? false;
    const chip = button("", () => this.toggle(name, code), { class: "bnb-chip", "aria-pressed": String(on), disabled: this.store.matches.error !== null || this.store.matches.isStale, "data-key": `${name}-${code}`, title: shown(word) });
    chip.replaceChildren(element("span", { class: "bnb-chip-word" }, [shown(word, 40)]), element("span", { class: "bnb-chip-count" }, [count.toLocaleString("en-US")]));
    return chip;
  }

  /** @param {string} name @param {number} code */
  toggle(name, code) {
    const { matches, cursor } = this.store;
    const wanted = matches.facets.get(name) ?? new Set();
    if (!wanted.delete(code)) wanted.add(code);
    matches.facets.set(name, wanted);
    cursor.rewind();
    this.store.refilter();
  }
}
