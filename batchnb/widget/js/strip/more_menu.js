// @ts-check
// What else can be done with the list: the menu at the end of the header strip.
import { button, element, factList } from "../dom.js";
import { hasBit } from "../bits.js";
import { plural } from "../text.js";
import { KEYS } from "./keys.js";
import { Menu } from "./menu.js";
/** @import { Store } from "../model/store.js" */

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
    const { selection, kernel, isFrozen, table } = store;
    const isOff = kernel.lost !== null;
    /** @param {string} text @param {() => void} act @param {boolean} off @param {string} [title] */
    const entry = (text, act, off, title = "") => button(text, () => (close(), act()), { class: "bnb-entry", disabled: off, title: title || null });
    const page = (/** @type {string} */ text, /** @type {() => Node[]} */ fill) => button(`${text} ▸`, () => menu.turnTo(fill()), { class: "bnb-entry" });
    const back = () => button("‹ Back", () => menu.show(), { class: "bnb-entry" });
    const { startAfresh } = actions;
    return [
      entry("Copy as a cell", () => actions.copyCell(this.element), isOff, "Copies a cell that shows the plan again. It ends nothing by itself."),
      entry("Copy ids", () => this.copyIds(), !selection.count || table.isPartial),
      entry("Undo selection (Ctrl Z)", () => selection.undo(), !selection.undoable || isFrozen),
      ...(startAfresh ? [entry("Start afresh", startAfresh, isFrozen, "Forgets what was kept of the last run.")] : []),
      page("Keyboard", () => [factList(KEYS), back()]),
      button("About this list ▸", () => void this.showAbout(back()), { class: "bnb-entry", disabled: isOff }),
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
