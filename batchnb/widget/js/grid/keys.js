// @ts-check
// Mouse and keys in the table: the active cell, and what a click or a key does at it.
import { ROW_HEIGHT } from "../scroll.js";
import { lockText } from "./cells.js";
/** @import { Grid } from "./grid.js" */
/** @import { Store } from "../model/store.js" */

const WIDER = 16;

export class GridKeys {
  /** @param {Store} store @param {Grid} grid @param {{copyId(jobId: string): void}} actions */
  constructor(store, grid, actions) {
    this.store = store;
    this.grid = grid;
    this.actions = actions;
    grid.element.addEventListener("keydown", (event) => this.pressed(event));
    grid.element.addEventListener("focus", () => this.focused());
    grid.body.addEventListener("click", (event) => this.clicked(event));
    grid.body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const { selection, cursor } = this.store;
    const target = /** @type {HTMLElement} */ (event.target);
    const line = /** @type {HTMLElement | null} */ (target.closest(".bnb-row"));
    if (!line) return;
    const at = Number(line.dataset.at);
    const isTick = target.closest(".bnb-tick") !== null;
    const command = event.ctrlKey || event.metaKey;
    cursor.row = at;
    cursor.column = [...line.children].findIndex((cell) => cell.contains(target));
    if (target.classList.contains("bnb-id")) this.copyId(at);
    else if (event.shiftKey) selection.range(at, command || isTick);
    else if (command || isTick) selection.toggle(at);
    else selection.only(at);
    this.refuse(at);
    this.showActive();
  }

  /** Say why a row cannot be selected, when somebody tries. @param {number} at */
  refuse(at) {
    const { table, matches } = this.store;
    const lock = lockText(table, matches.rows[at]);
    if (lock) this.grid.say(`This job ${lock}.`);
    else if (this.store.isFrozen) this.grid.say("The selection is fixed until this is over.");
  }

  focused() {
    const { cursor, matches } = this.store;
    if (cursor.row < 0 && matches.rows.length) cursor.row = this.grid.scroller.firstRow;
    this.showActive();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { cursor: { row, column }, matches, selection } = this.store;
    const page = Math.max(1, Math.floor(this.grid.scroller.height / ROW_HEIGHT) - 1);
    const [last, columns] = [matches.rows.length - 1, this.grid.columns.length];
    const command = event.ctrlKey || event.metaKey;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => this.moveTo(row + 1, column, event.shiftKey),
      ArrowUp: () => this.moveTo(row - 1, column, event.shiftKey),
      PageDown: () => this.moveTo(Math.min(last, row + page), column, event.shiftKey),
      PageUp: () => this.moveTo(Math.max(0, row - page), column, event.shiftKey),
      ArrowLeft: () => (event.altKey ? this.widen(-WIDER) : this.moveTo(row, column - 1, false)),
      ArrowRight: () => (event.altKey ? this.widen(WIDER) : this.moveTo(row, column + 1, false)),
      Home: () => (command ? this.moveTo(0, column, event.shiftKey) : this.moveTo(row, 0, false)),
      End: () => (command ? this.moveTo(last, column, event.shiftKey) : this.moveTo(row, columns, false)),
      " ": () => this.spaceAt(row, event.shiftKey),
      Enter: () => this.enterAt(row, event.shiftKey),
      a: () => this.grid.bulk("all"),
      z: () => selection.undo(),
    };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = (key === "a" || key === "z") && !command ? undefined : keys[key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** The row -1 is the titles. @param {number} row @param {number} column @param {boolean} extend */
  moveTo(row, column, extend) {
    const { cursor, matches, selection } = this.store;
    const from = cursor.row;
    cursor.row = Math.max(-1, Math.min(row, matches.rows.length - 1));
    cursor.column = Math.max(0, Math.min(column, this.grid.columns.length));
    if (extend && cursor.row >= 0) {
      if (cursor.anchor < 0) cursor.anchor = Math.max(0, from);
      selection.range(cursor.row, false);
    } else if (!extend && cursor.row !== from) cursor.anchor = cursor.row;
    this.grid.scroller.reveal(cursor.row);
    this.showActive();
    this.activeCell()?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.refuse(cursor.row);
  }

  /** @param {number} row @param {boolean} extend */
  spaceAt(row, extend) {
    if (row < 0) this.enterAt(row, extend);
    else if (extend) this.store.selection.range(row, false);
    else this.store.selection.toggle(row);
    this.refuse(row);
  }

  get activeColumn() {
    return this.grid.columns[this.store.cursor.column - 1];
  }

  /** @param {number} row @param {boolean} more */
  enterAt(row, more) {
    const column = this.activeColumn;
    if (row < 0 && column) this.grid.titles.sortBy(column, more);
    else if (row < 0) this.grid.toggleAll();
    else if (column?.role === "id") this.copyId(row);
  }

  /** @param {number} by pixels */
  widen(by) {
    const column = this.activeColumn;
    if (column) this.grid.titles.setWidth(column, (this.activeCell()?.offsetWidth ?? this.store.layout.widthOf(column)) + by);
  }

  /** @param {number} at */
  copyId(at) {
    const { table, matches } = this.store;
    this.actions.copyId(table.jobIdAt(matches.rows[at]));
  }

  activeCell() {
    const { row, column } = this.store.cursor;
    const id = row < 0 ? `${this.grid.id}-h${column}` : `${this.grid.id}-c${row}-${column}`;
    return /** @type {HTMLElement | null} */ (this.grid.element.querySelector(`[id="${id}"]`));
  }

  showActive() {
    this.grid.element.querySelectorAll(".bnb-active").forEach((cell) => cell.classList.remove("bnb-active"));
    const cell = this.activeCell();
    cell?.classList.add("bnb-active");
    if (cell) this.grid.element.setAttribute("aria-activedescendant", cell.id);
    else this.grid.element.removeAttribute("aria-activedescendant");
  }
}
