// @ts-check
// The line about what is not described yet: what a search or a sort needs it for, and how far it is.
import { labelOf } from "./columns/labels.js";
import { button, element } from "./dom.js";
import { DESCRIBED_IN_ONE_CALL } from "./search/evaluate.js";
import { plural } from "./text.js";
/** @import { Describer } from "./model/describer.js" */
/** @import { Store } from "./model/store.js" */

export class MissingLine {
  /** @param {Store} store @param {(text: string) => void} say */
  constructor(store, say) {
    this.store = store;
    this.say = say;
    this.element = element("div", { class: "bnb-missing", hidden: true });
    /** What is said, so that it is said once. */ this.told = "";
  }

  show() {
    const { text, buttons } = this.content();
    const told = [text, ...buttons.map(([label]) => label)].join("|");
    if (told === this.told) return;
    // How far it is, a screen reader need not hear each time.
    if (text && !/^Loading/.test(text)) this.say(text);
    this.told = told;
    this.element.hidden = !text;
    this.element.replaceChildren(...(text ? [element("span", {}, [text]), ...buttons.map(([label, act]) => button(label, act, { class: "bnb-button bnb-link" }))] : []));
  }

  /** @returns {{text: string, buttons: [string, () => void][]}} */
  content() {
    const { describer, table, kernel } = this.store;
    const progress = describer.progress("search");
    if (kernel.lost !== null || !table.header) return { text: "", buttons: [] };
    if (progress) {
      const isBusy = kernel.slow.includes("describe");
      const text = isBusy ? "The kernel is busy with another cell. This starts when that is done." : `Loading: ${progress.done.toLocaleString("en-US")} of ${plural(progress.goal, "job")} described.`;
      return { text, buttons: [["Stop", () => describer.stop()]] };
    }
    return this.wanted();
  }

  /** What is to be loaded for the search, or else for the sort. @returns {{text: string, buttons: [string, () => void][]}} */
  wanted() {
    const { matches, table } = this.store;
    if (table.isPartial) return { text: "", buttons: [] };
    if (matches.missing && matches.pending) {
      const { pending, missing } = matches;
      return { text: missing.line, buttons: [[missing.button, () => loadRows(this.store.describer, rowsIn(pending))]] };
    }
    const rows = matches.unsorted;
    if (!rows.length) return { text: "", buttons: [] };
    const label = labelOf(table.columns[matches.sorts[0].column]);
    const text = `${label} of ${plural(rows.length, "job")} is not here yet: they stand last.`;
    return { text, buttons: [[`Load them (${plural(Math.ceil(rows.length / DESCRIBED_IN_ONE_CALL), "call")})`, () => loadRows(this.store.describer, rows)]] };
  }
}

/** Somebody asks for them: after a failure that is tried again. @param {Describer} describer @param {number[]} rows */
function loadRows(describer, rows) {
  if (!describer.failure) return describer.load(rows);
  describer.failure = "";
  void describer.ask("search", rows, true);
  describer.store.notify("state");
}

/** @param {Uint8Array} mask */
function rowsIn(mask) {
  /** @type {number[]} */ const rows = [];
  for (let row = 0; row < mask.length; row += 1) if (mask[row]) rows.push(row);
  return rows;
}
