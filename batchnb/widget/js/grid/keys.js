// @ts-check
// Mouse and keys in the table: the active cell, and what a click or a key does at it.
import { labelOf } from "../columns/labels.js";
import { moveColumn } from "../columns_menu.js";
import { NO_KERNEL, fixedText } from "../frame/asking.js";
import { ROW_HEIGHT } from "../scroll.js";
import { shown } from "../text.js";
import { lockText } from "./cells.js";
/** @import { Grid } from "./grid.js" */
/** @import { Store } from "../model/store.js" */

const WIDER = 16;

export class GridKeys {
  /** The cell that is shown as the active one. @type {HTMLElement | null} */ active = null;

  /** @param {Store} store @param {Grid} grid @param {{copyId(jobId: string): void, say(text: string): void, copyText(text: string, said: string): void, open(row: number): void, follow(row: number): void}} actions */
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
    const at = Number(line.getAttribute("aria-rowindex")) - 2;
    const isTick = target.closest(".bnb-tick") !== null;
    const command = event.ctrlKey || event.metaKey;
    cursor.row = at;
    cursor.column = [...line.children].findIndex((cell) => cell.contains(target));
    if (this.isHead(at) && !isTick && !event.shiftKey && !command) return this.toggleGroup(at);
    const isName = target.closest(".bnb-name") !== null && !event.shiftKey && !command;
    if (target.classList.contains("bnb-id")) this.copyId(at);
    else if (isName) this.openAt(at);
    else if (event.shiftKey) selection.range(at, command || isTick);
    else if (command || isTick) selection.toggle(at);
    else selection.only(at);
    if (!isName) this.refuse(at);
    if (!isTick && !isName) this.followAt(at);
    this.showActive();
  }

  /** @param {number} at */
  isHead(at) {
    return this.store.groups.groupAt(at) >= 0;
  }

  /** The details of a row. @param {number} at */
  openAt(at) {
    const row = this.store.lines[at];
    if (row >= 0) this.actions.open(row);
  }

  /** @param {number} at */
  followAt(at) {
    const row = this.store.lines[at];
    if (row >= 0) this.actions.follow(row);
  }

  /** Say why a row cannot be selected, when somebody tries. @param {number} at */
  refuse(at) {
    const { table, lines, groups, selection } = this.store;
    if (this.isHead(at)) {
      if (!selection.tallyOf(groups.rowsAt(at)).selectable) this.grid.say("No job of this group can be selected.");
      else if (this.store.isFrozen) this.grid.say(fixedText(this.store));
      return;
    }
    const lock = lockText(table, lines[at]);
    if (lock) this.grid.say(`This job ${lock}.`);
    else if (this.store.isFrozen) this.grid.say(fixedText(this.store));
  }

  focused() {
    const { cursor, lines } = this.store;
    if (cursor.row < 0 && lines.length) cursor.row = this.grid.scroller.firstRow;
    this.showActive();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const { cursor: { row, column }, lines, selection } = this.store;
    const page = Math.max(1, Math.floor(this.grid.scroller.height / ROW_HEIGHT) - 1);
    const [last, columns] = [lines.length - 1, this.grid.columns.length];
    const command = event.ctrlKey || event.metaKey;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => this.moveTo(row + 1, column, event.shiftKey),
      ArrowUp: () => this.moveTo(row - 1, column, event.shiftKey),
      PageDown: () => this.moveTo(Math.min(last, row + page), column, event.shiftKey),
      PageUp: () => this.moveTo(Math.max(0, row - page), column, event.shiftKey),
      ArrowLeft: () => (event.altKey ? this.widenOrMove(-1, event.shiftKey) : this.moveLeft(row, column)),
      ArrowRight: () => (event.altKey ? this.widenOrMove(1, event.shiftKey) : this.moveRight(row, column)),
      Home: () => (command ? this.moveTo(0, column, event.shiftKey) : this.moveTo(row, 0, false)),
      End: () => (command ? this.moveTo(last, column, event.shiftKey) : this.moveTo(row, columns, false)),
      " ": () => this.spaceAt(row, event.shiftKey),
      Enter: () => this.enterAt(row, event.shiftKey, !(command || event.altKey || event.shiftKey)),
      a: () => this.grid.bulk("all"),
      z: () => selection.undo(),
      c: () => this.copyCell(row),
    };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = key.length === 1 && key !== " " && !command ? undefined : keys[key];
    // A text that is marked is what is meant.
    if (!action || (key === "c" && String(document.getSelection() ?? ""))) return;
    event.preventDefault();
    action();
  }

  /** The row -1 is the titles. @param {number} row @param {number} column @param {boolean} extend */
  moveTo(row, column, extend) {
    const { cursor, lines, selection } = this.store;
    const from = cursor.row;
    cursor.row = Math.max(-1, Math.min(row, lines.length - 1));
    cursor.column = Math.max(0, Math.min(column, this.grid.columns.length));
    if (extend && cursor.row >= 0) {
      if (cursor.anchor < 0) cursor.anchor = Math.max(0, from);
      selection.range(cursor.row, false);
    } else if (!extend && cursor.row !== from) cursor.anchor = cursor.row;
    this.grid.scroller.reveal(cursor.row);
    this.showActive();
    this.activeCell()?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.refuse(cursor.row);
    this.followAt(cursor.row);
  }

  /** Go to a row of the table, if it is among those that are shown. @param {number} row */
  goTo(row) {
    const at = this.store.lines.indexOf(row);
    if (at < 0) return;
    this.store.cursor.row = at;
    this.grid.scroller.reveal(at);
    this.showActive();
  }

  /** To the next row, or the one before, from wherever the focus is. @param {1 | -1} by */
  step(by) {
    const { cursor } = this.store;
    this.moveTo(Math.max(0, cursor.row + by), cursor.column, false);
  }

  /** A cell further; an open group is closed, and from the first cell of what is in a group one goes to its header. @param {number} row @param {number} column */
  moveLeft(row, column) {
    const { groups } = this.store;
    if (this.isHead(row) && groups.isOpen(groups.groupAt(row))) this.toggleGroup(row);
    else if (groups.isOn && row >= 0 && (this.isHead(row) || column === 0)) this.moveTo(groups.ownerOf(row) < 0 ? row : groups.ownerOf(row), column, false);
    else this.moveTo(row, column - 1, false);
  }

  /** A cell further; a closed group is opened, and from an open one one goes to what is in it. @param {number} row @param {number} column */
  moveRight(row, column) {
    const { groups } = this.store;
    if (!this.isHead(row)) this.moveTo(row, column + 1, false);
    else if (groups.isOpen(groups.groupAt(row))) this.moveTo(row + 1, column, false);
    else this.toggleGroup(row);
  }

  /** Open or close a group; what stands below it moves, and what it stands for stays. @param {number} at */
  toggleGroup(at) {
    const { groups, cursor } = this.store;
    const group = groups.groupAt(at);
    const title = groups.titleOf(group);
    const array = groups.childless(group);
    const change = groups.toggle(at);
    if (cursor.anchor > at) cursor.anchor = Math.max(at, cursor.anchor + change);
    this.store.notify("rows");
    this.actions.say(`${shown(title, 120)} is ${change > 0 ? "open" : "closed"}.`);
    if (change <= 0 || array < 0) return;
    if (this.store.kernel.lost === null) this.store.askChildren(array);
    else this.actions.say(NO_KERNEL);
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

  /** @param {number} row @param {boolean} more @param {boolean} [isPlain] whether it was pressed with no other key */
  enterAt(row, more, isPlain = false) {
    const column = this.activeColumn;
    // With Shift, it is meant for the cell, which it does not reach.
    if (this.isHead(row)) return more ? undefined : this.toggleGroup(row);
    if (row < 0 && column) this.grid.titles.sortBy(column, more);
    else if (row < 0) this.grid.toggleAll();
    else if (column?.role === "id") this.copyId(row);
    else if (isPlain) this.openAt(row);
  }

  /** The column of the active cell: wider, or to another place. @param {1 | -1} step @param {boolean} isMoved */
  widenOrMove(step, isMoved) {
    const column = this.activeColumn;
    if (!isMoved) return this.widen(step * WIDER);
    if (!column) return;
    moveColumn(this.store, column, step, this.grid.say);
    this.store.cursor.column = this.grid.columns.indexOf(column) + 1;
    this.showActive();
    this.activeCell()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {number} by pixels */
  widen(by) {
    const column = this.activeColumn;
    if (column) this.grid.titles.setWidth(column, (this.activeCell()?.offsetWidth ?? this.store.layout.widthOf(column)) + by);
  }

  /** All of what the active cell is about, such as the ARN of a definition. @param {number} at */
  copyCell(at) {
    const row = this.store.lines[at];
    const text = row === undefined || row < 0 ? "" : (this.activeColumn?.text(row) ?? "");
    if (text) this.actions.copyText(text, `${labelOf(this.activeColumn)} copied.`);
  }

  /** @param {number} at */
  copyId(at) {
    const { table, lines } = this.store;
    if (lines[at] >= 0) this.actions.copyId(table.jobIdAt(lines[at]));
  }

  activeCell() {
    const { row, column } = this.store.cursor;
    if (row < 0) return /** @type {HTMLElement | null} */ (this.grid.titles.element.querySelector(`[id="${this.grid.id}-h${column}"]`));
    return this.grid.lineAt(row)?.cellAt(this.isHead(row) ? Math.min(column, 1) : column) ?? null;
  }

  /** Only the active cell is spoken of by its id, so no other cell of a row has one. */
  showActive() {
    const { grid: { id, element }, store: { cursor }, active: before } = this;
    const cell = this.activeCell();
    if (before && before !== cell) {
      before.classList.remove("bnb-active");
      if (before.closest(".bnb-body")) before.removeAttribute("id");
    }
    this.active = cell;
    if (!cell) return element.removeAttribute("aria-activedescendant");
    cell.classList.add("bnb-active");
    if (cursor.row >= 0) cell.id = `${id}-c${cursor.row}-${cursor.column}`;
    element.setAttribute("aria-activedescendant", cell.id);
  }
}
