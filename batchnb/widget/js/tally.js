// @ts-check
// How many jobs match, above the list, with what selects many at once; and how many are selected, in the bar.
import { button, element } from "./dom.js";
import { totalsOf, totalsText } from "./model/totals.js";
import { plural } from "./text.js";
/** @import { Store } from "./model/store.js" */

/** @param {number} number */
const inFigures = (number) => number.toLocaleString("en-US");

/**
 * How many jobs match, as a figure and the words behind it.
 * @param {{rows: number, here: number, matching: number, isError: boolean, loading: string | null}} list @returns {[string, string]}
 */
export function matchText({ rows, here, matching, isError, loading }) {
  if (loading && (isError || matching === here)) return ["", loading];
  if (loading) return [inFigures(matching), `of the first ${plural(here, "job")} match. The rest is on its way.`];
  if (isError) return ["", `– of ${plural(rows, "job")}`];
  if (matching === rows) return [inFigures(rows), rows === 1 ? "job" : "jobs"];
  return [inFigures(matching), `of ${plural(rows, "job")} match`];
}

/** @param {number} matching @param {number} selectable of these */
export const selectAllText = (matching, selectable) => (selectable ? `Select all ${inFigures(selectable)}${selectable < matching ? " live" : ""}` : "Select all");

/** What is said aloud of a selection. @param {number} selected @param {number} out of sight */
export const selectedText = (selected, out) => `${inFigures(selected)} selected${out ? `, ${inFigures(out)} out of sight` : ""}`;

export class TallyBar {
  /** @param {Store} store @param {(how: "all" | "none" | "invert") => void} bulk */
  constructor(store, bulk) {
    this.store = store;
    const small = { class: "bnb-button bnb-small" };
    const quiet = { class: "bnb-button bnb-quiet" };
    this.found = element("span", { class: "bnb-found" });
    this.all = button("", () => bulk("all"), small);
    this.invert = button("Invert", () => bulk("invert"), { ...small, title: "Select what is not selected among the jobs that match" });
    this.element = element("div", { class: "bnb-count-line" }, [this.found, this.all, this.invert]);

    this.counts = element("span", { class: "bnb-counts" });
    this.totals = element("span", { class: "bnb-totals" });
    /** The count that the totals belong to. @type {object | null} */ this.counted = null;
    this.showSelection = button("Show the selection", () => store.showSelection(), quiet);
    this.undo = button("Undo", () => store.selection.undo(), { ...quiet, title: "Select again what was selected before (Ctrl Z)" });
    this.clear = button("Clear", () => bulk("none"), { ...quiet, title: "Select nothing" });
    /** The first line of the bar. */
    this.chosen = element("div", { class: "bnb-chosen" }, [
      this.counts, this.totals, element("span", { class: "bnb-chosen-acts" }, [this.showSelection, this.undo, this.clear]),
    ]);
  }

  show() {
    const { table, matches, selection, isFrozen } = this.store;
    const { inSight, selectable } = selection.tally;
    const { isPartial, loading } = table;
    const [figure, words] = table.header ? matchText({ rows: table.rows, here: table.here, matching: matches.rows.length, isError: matches.error !== null, loading }) : ["", ""];
    this.found.replaceChildren(element("strong", {}, [figure]), figure ? ` ${words}` : words);
    this.all.textContent = isPartial ? "Select all" : selectAllText(matches.rows.length, selectable);
    this.all.title = loading ?? "Select all that match (Ctrl A)";
    this.all.disabled = isFrozen || isPartial || matches.isStale || !selectable || inSight === selectable;
    this.invert.disabled = isFrozen || isPartial || matches.isStale || !selectable;
    this.showChosen(isPartial ? 0 : selection.count - inSight);
  }

  /** @param {number} out how many selected jobs do not match */
  showChosen(out) {
    const { table, selection, isFrozen } = this.store;
    this.counts.replaceChildren(
      element("span", {}, [element("strong", {}, [inFigures(selection.count)]), " selected"]),
      ...(out ? [" ", element("span", { class: "bnb-out" }, [`▲ ${inFigures(out)} out of sight`])] : []),
    );
    this.showTotals();
    this.clear.hidden = !selection.count;
    this.clear.disabled = isFrozen;
    this.showSelection.hidden = !out;
    this.undo.hidden = !selection.undoable || isFrozen;
    this.chosen.hidden = !table.rows;
  }

  /** Counted once for each change of the selection or of a row. */
  showTotals() {
    const { table, selection } = this.store;
    if (this.counted === selection.tally) return;
    this.counted = selection.tally;
    this.totals.textContent = table.isPartial || !selection.count ? "" : totalsText(totalsOf(table.columns, selection.bits, table.here));
  }
}
