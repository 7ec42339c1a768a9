// @ts-check
// What stands in the list where no job is: why, and the button that leads on.
import { button, element } from "../dom.js";
import { plural, shown } from "../text.js";
import { ASKS_KERNEL } from "./asking.js";
/** @import { Store } from "../model/store.js" */

/** Only a plan compares its jobs with one another. */
const ASKS_FOR_ODD = /(^|\s)-?is:\S*\bodd\b/i;

/** @typedef {{text: string, more: string, act: "clear" | "refresh" | null}} Emptiness */

/**
 * Why no row is shown, or null where there are some.
 * @param {{isHere: boolean, rows: number, matching: number, isPartial: boolean, query: string, error: string | null, isMissing?: boolean, selected: number}} list
 * @returns {Emptiness | null}
 */
export function emptiness({ isHere, rows, matching, isPartial, query, error, isMissing = false, selected }) {
  if (!isHere || matching) return null;
  if (!rows) return { text: "There are no jobs in this list.", more: "", act: "refresh" };
  const stay = selected ? `Your ${plural(selected, "selected job")} ${selected === 1 ? "stays" : "stay"} selected.` : "";
  if (error !== null) return { text: "The search has an error, so it matches nothing.", more: stay, act: "clear" };
  if (isMissing) return { text: "Load them to see which jobs match.", more: stay, act: null };
  if (isPartial) return { text: "None of the first jobs matches.", more: "The rest is on its way.", act: null };
  if (ASKS_FOR_ODD.test(query)) return { text: "Which jobs are odd, the list does not know.", more: `The review marks them. ${stay}`.trim(), act: "clear" };
  return { text: query.trim() ? `No job matches “${shown(query.trim(), 80)}”.` : "No job matches.", more: stay, act: query.trim() ? "clear" : null };
}

export class EmptyList {
  /** What is shown. */ key = "";

  /** @param {Store} store @param {{clear(): void}} actions */
  constructor(store, actions) {
    this.store = store;
    this.actions = actions;
    this.element = element("div", { class: "bnb-empty", hidden: true });
  }

  show() {
    const { table, matches, selection, state } = this.store;
    const why = emptiness({
      isHere: table.header !== null, rows: table.rows, matching: matches.rows.length, isPartial: table.isPartial,
      query: matches.takenQuery, error: matches.error, isMissing: matches.missing !== null, selected: selection.count,
    });
    const isOff = state.phase !== "idle";
    const key = JSON.stringify([why, isOff]);
    if (key === this.key) return;
    this.key = key;
    this.element.hidden = why === null;
    this.element.replaceChildren(...(why ? this.parts(why, isOff) : []));
  }

  /** @param {Emptiness} why @param {boolean} isOff whether the picker is busy */
  parts({ text, more, act }, isOff) {
    const clear = () => button("Clear the search", () => this.actions.clear(), { class: "bnb-button bnb-small" });
    const refresh = () => button("Refresh", () => void this.store.ask("refresh"), { class: "bnb-button bnb-small", disabled: isOff, ...ASKS_KERNEL });
    return [element("p", {}, [text]), more ? element("p", {}, [more]) : "", act === "clear" ? clear() : act === "refresh" ? refresh() : ""];
  }
}
