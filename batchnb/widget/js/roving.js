// @ts-check
// One Tab stop for several buttons: the arrow keys go from one to the next.
import { focusAt } from "./dom.js";

/**
 * Where a key leads among rows of buttons, as [row, place], or null where it leads nowhere.
 * @param {number[]} lengths of the rows @param {number} row @param {number} place @param {string} key
 * @returns {[number, number] | null}
 */
export function placeAfter(lengths, row, place, key) {
  const last = (lengths[row] ?? 0) - 1;
  if (key === "ArrowRight") return place < last ? [row, place + 1] : null;
  if (key === "ArrowLeft") return place > 0 ? [row, place - 1] : null;
  if (key === "Home") return [row, 0];
  if (key === "End") return [row, last];
  const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  const next = row + step;
  return step && lengths[next] ? [next, Math.min(place, lengths[next] - 1)] : null;
}

export class Roving {
  /** What can be reached, by row. @type {HTMLElement[][]} */ rows = [];
  /** The one that Tab leads to. @type {HTMLElement | null} */ stop = null;

  /** @param {HTMLElement[]} around all of them @param {() => HTMLElement[][]} find the buttons that can be seen, by row */
  constructor(around, find) {
    this.around = around;
    this.find = find;
    for (const one of around) {
      one.addEventListener("keydown", (event) => this.press(event));
      one.addEventListener("focusin", (event) => this.hold(/** @type {HTMLElement} */ (event.target)));
    }
  }

  /** The buttons have changed. */
  refresh() {
    this.rows = this.find().filter((row) => row.length);
    const all = this.rows.flat();
    const focus = focusAt(this.around[0]);
    const held = all.find((one) => one === focus) ?? all.find((one) => one === this.stop) ?? all[0] ?? null;
    for (const one of all) one.tabIndex = one === held ? 0 : -1;
    this.stop = held;
  }

  /** @param {HTMLElement} target that has got the focus */
  hold(target) {
    if (!this.rows.some((row) => row.includes(target))) return;
    this.stop = target;
    this.refresh();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const row = this.rows.findIndex((one) => one.includes(target));
    if (row < 0) return;
    const next = placeAfter(this.rows.map(({ length }) => length), row, this.rows[row].indexOf(target), event.key);
    if (next === null) return;
    event.preventDefault();
    this.rows[next[0]][next[1]].focus();
  }
}
