// @ts-check
// How many jobs there are, match and are selected; and the buttons that select many at once.
import { button, element } from "./dom.js";
import { plural } from "./text.js";
/** @import { Store } from "./model/store.js" */

export class TallyBar {
  /** @param {Store} store @param {(how: "all" | "invert") => void} bulk */
  constructor(store, bulk) {
    this.store = store;
    this.counts = element("span", { class: "bnb-counts" });
    this.all = button("", () => bulk("all"));
    this.invert = button("Invert", () => bulk("invert"), { title: "Select what is not selected among the rows that match" });
    this.element = element("div", { class: "bnb-bar bnb-selection" }, [this.counts, this.all, this.invert]);
  }

  show() {
    const { table, matches, selection, isFrozen } = this.store;
    const { inSight, selectable } = selection.tally;
    const { isPartial } = table;
    const out = isPartial ? 0 : selection.count - inSight;
    const matching = matches.rows.length === table.here ? "" : `${matches.rows.length.toLocaleString("en-US")} match · `;
    const match = isPartial ? `loading, the first ${table.here.toLocaleString("en-US")} are here · ${matching && `of these, ${matching}`}` : matching;
    const outText = out ? ` (${out.toLocaleString("en-US")} out of sight)` : "";
    this.counts.textContent = table.header ? `${plural(table.rows, "job")} · ${match}${selection.count.toLocaleString("en-US")} selected${outText}` : "";
    this.all.textContent = isPartial ? "Select all (loading…)" : `Select all ${selectable.toLocaleString("en-US")}${match ? " that match" : ""}`;
    this.all.disabled = isFrozen || isPartial || matches.isStale || !selectable || inSight === selectable;
    this.invert.disabled = isFrozen || isPartial || matches.isStale || !selectable;
  }
}
