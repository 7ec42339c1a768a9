// @ts-check
// How many jobs there are, match and are selected; and the buttons that select many at once.
import { button, element } from "./dom.js";
import { totalsOf, totalsText } from "./model/totals.js";
import { plural } from "./text.js";
/** @import { Store } from "./model/store.js" */

export class TallyBar {
  /** @param {Store} store @param {(how: "all" | "none" | "invert") => void} bulk */
  constructor(store, bulk) {
    this.store = store;
    this.counts = element("span", { class: "bnb-counts" });
    this.totals = element("span", { class: "bnb-totals" });
    /** The count that the totals belong to. @type {object | null} */ this.counted = null;
    this.all = button("", () => bulk("all"));
    this.clear = button("Clear", () => bulk("none"));
    this.invert = button("Invert", () => bulk("invert"), { title: "Select what is not selected among the rows that match" });
    this.undo = button("Undo", () => store.selection.undo());
    this.showSelection = button("Show the selection", () => store.showSelection());
    this.element = element("div", { class: "bnb-bar bnb-selection" }, [this.counts, this.totals, this.all, this.clear, this.invert, this.showSelection, this.undo]);
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
    this.showTotals();
    this.all.textContent = isPartial ? "Select all (loading…)" : `Select all ${selectable.toLocaleString("en-US")}${match ? " that match" : ""}`;
    this.all.disabled = isFrozen || isPartial || !selectable || inSight === selectable;
    this.clear.disabled = isFrozen || !selection.count;
    this.invert.disabled = isFrozen || isPartial || !selectable;
    this.showSelection.hidden = !out || isPartial;
    this.undo.hidden = !selection.undoable || isFrozen;
  }

  /** Counted once for each change of the selection or of a row. */
  showTotals() {
    const { table, selection } = this.store;
    if (this.counted === selection.tally) return;
    this.counted = selection.tally;
    this.totals.textContent = table.isPartial || !selection.count ? "" : totalsText(totalsOf(table.columns, selection.bits, table.here));
  }
}
