// @ts-check
// What else can be done with the list: the menu at the end of the header strip.
import { button, element, factList } from "../dom.js";
import { hasBit } from "../bits.js";
import { ASKS_KERNEL } from "../frame/asking.js";
import { plural } from "../text.js";
import { KEYS } from "./keys.js";
import { Menu } from "./menu.js";
/** @import { Store } from "../model/store.js" */
/** @import { Json } from "../types.js" */

/**
 * @typedef {{copyCell(beside: HTMLElement): void, copy(text: string, beside: HTMLElement, said: string): void,
 *   startAfresh?: () => void}} MoreActions `startAfresh` forgets what was kept of the last run; without it there is no such entry
 */

/** The ids of the selected jobs, in the order of the table. @param {Store} store */
export function selectedIds({ table, selection }) {
  const ids = [];
  for (let row = 0; row < table.here; row += 1) if (hasBit(selection.bits, row)) ids.push(table.jobIdAt(row));
  return ids;
}

export class MoreMenu {
  /** @param {Store} store @param {MoreActions} actions */
  constructor(store, actions) {
    this.store = store;
    this.actions = actions;
    this.menu = new Menu("⋯", "More", (close) => this.entries(close));
    this.element = this.menu.element;
  }

  /** @param {() => void} close @returns {Node[]} */
  entries(close) {
    const { store, actions, menu } = this;
    const { selection, isFrozen, table } = store;
    /** @param {string} text @param {() => void} act @param {boolean} off @param {Json} [more] */
    const entry = (text, act, off, more = {}) => button(text, () => (close(), act()), { class: "bnb-entry", disabled: off, ...more });
    const page = (/** @type {string} */ text, /** @type {() => Node[]} */ fill) => button(`${text} ▸`, () => menu.turnTo(fill()), { class: "bnb-entry" });
    const back = () => button("‹ Back", () => menu.show(), { class: "bnb-entry" });
    const { startAfresh } = actions;
    const isBusy = !["idle", "listing"].includes(store.state.phase);
    return [
      entry("Copy as a cell", () => actions.copyCell(this.element), false, { title: "Copies a cell that shows the plan again. It ends nothing by itself.", ...ASKS_KERNEL }),
      entry("Copy ids", () => this.copyIds(), !selection.count || table.isPartial, { title: table.loading ?? (selection.count ? null : "Select jobs first.") }),
      entry("Undo selection (Ctrl Z)", () => selection.undo(), !selection.undoable || isFrozen),
      ...(startAfresh ? [entry("Start afresh", startAfresh, isBusy, { title: "Forgets what was kept of the last run.", ...ASKS_KERNEL })] : []),
      page("Keyboard", () => [factList(KEYS), back()]),
      button("About this list ▸", () => void this.showAbout(back()), { class: "bnb-entry", ...ASKS_KERNEL }),
    ];
  }

  /** The kernel knows how it was listed. @param {Node} back */
  async showAbout(back) {
    const { about } = await this.store.ask("about");
    if (about && this.element.open) this.menu.turnTo([factList(about), back]);
  }

  copyIds() {
    const ids = selectedIds(this.store);
    this.actions.copy(`${ids.join("\n")}\n`, this.element, `Copied ${plural(ids.length, "id")}.`);
  }
}
