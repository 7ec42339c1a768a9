// @ts-check
// How many jobs match, above the list, with what selects many at once; and how many are selected, in the bar.
import { button, element } from "./dom.js";
import { NO_KERNEL } from "./frame/asking.js";
import { grouped, plural } from "./text.js";
/** @import { Store } from "./model/store.js" */

/**
 * How many jobs match, as a figure and the words behind it.
 * @param {{rows: number, here: number, matching: number, isError: boolean, loading: string | null}} list @returns {[string, string]}
 */
export function matchText({ rows, here, matching, isError, loading }) {
  if (loading && (isError || matching === here)) return ["", loading];
  if (loading) return [grouped(matching), `of the first ${plural(here, "job")} match. The rest is on its way.`];
  if (isError) return ["", `– of ${plural(rows, "job")}`];
  if (matching === rows) return [grouped(rows), rows === 1 ? "job" : "jobs"];
  return [grouped(matching), `of ${plural(rows, "job")} match`];
}

/** @param {number} matching @param {number} selectable of these */
export const selectAllText = (matching, selectable) => (selectable ? `Select all ${grouped(selectable)}${selectable < matching ? " live" : ""}` : "Select all");

/** What is said aloud of a selection. @param {number} selected @param {number} out of sight */
export const selectedText = (selected, out) => `${grouped(selected)} selected${out ? `, ${grouped(out)} out of sight` : ""}`;

export class TallyBar {
  /** @param {Store} store @param {(how: "all" | "invert") => void} bulk */
  constructor(store, bulk) {
    this.store = store;
    const small = { class: "bnb-button bnb-small" };
    this.found = element("span", { class: "bnb-found" });
    this.all = button("", () => bulk("all"), small);
    this.invert = button("Invert", () => bulk("invert"), small);
    this.open = button("Open all", () => this.toggleGroups(true), { ...small, title: "Open all groups of the first level" });
    this.close = button("Close all", () => this.toggleGroups(false), { ...small, title: "Close all groups" });
    this.locked = element("span", { class: "bnb-dim" }, ["The selection is locked until this is over."]);
    this.element = element("div", { class: "bnb-count-line" }, [this.found, this.open, this.close, this.all, this.invert, this.locked]);
  }

  /** @param {boolean} open */
  toggleGroups(open) {
    this.store.groups.toggleAll(open);
    this.store.cursor.rewind();
    this.store.notify("rows");
  }

  show() {
    const { table, matches, selection, groups, isFrozen, state, kernel } = this.store;
    const { inSight, selectable } = selection.tally;
    const { isPartial, loading } = table;
    const [figure, words] = table.header ? matchText({ rows: table.rows, here: table.here, matching: matches.rows.length, isError: matches.error !== null, loading }) : ["", ""];
    const inGroups = groups.count ? [", in ", element("strong", {}, [grouped(groups.count)]), groups.count === 1 ? " group" : " groups"] : [];
    this.found.replaceChildren(element("strong", {}, [figure]), figure ? ` ${words}` : words, ...inGroups);
    const isLocked = ["planning", "running"].includes(state.phase) && kernel.lost === null;
    this.locked.hidden = !isLocked;
    this.all.hidden = this.invert.hidden = isLocked;
    this.open.hidden = this.close.hidden = !groups.count;
    this.all.textContent = isPartial ? "Select all" : selectAllText(matches.rows.length, selectable);
    const why = loading ?? (kernel.lost === null ? null : NO_KERNEL);
    this.all.title = why ?? "Select all that match (Ctrl A)";
    this.all.disabled = isFrozen || isPartial || matches.isStale || !selectable || inSight === selectable;
    this.invert.title = why ?? "Select what is not selected among the jobs that match";
    this.invert.disabled = isFrozen || isPartial || matches.isStale || !selectable;
  }
}
