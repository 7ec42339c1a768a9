// @ts-check
// Which columns are shown, and how wide.
/** @import { Table } from "./table.js" */
/** @import { Column } from "../types.js" */

const WIDTHS = /** @type {Record<string, number>} */ ({
  status: 116, name: 180, queue: 130, size: 92, created: 104, started: 104, stopped: 104, reason: 240, id: 104, definition: 150,
});
const LEAST_WIDTH = 48;

export class Layout {
  /** @type {Map<string, boolean>} */ hidden = new Map();
  /** @type {Map<string, number>} */ widths = new Map();

  /** @param {Table} table */
  constructor(table) {
    this.table = table;
  }

  /** @param {{title: string, hidden: boolean}} column */
  isHidden(column) {
    return this.hidden.get(column.title) ?? column.hidden;
  }

  get columns() {
    return this.table.columns.filter((column) => !this.isHidden(column));
  }

  /** @param {Column} column */
  widthOf(column) {
    if (column.role === "fate" && !this.widths.has(column.title)) return this.table.fate.messages.size ? 420 : 160;
    return this.widths.get(column.title) ?? WIDTHS[column.role ?? ""] ?? (column.kind === "text" ? 130 : 104);
  }

  /** @param {Column} column @param {number} width */
  setWidth(column, width) {
    this.widths.set(column.title, Math.max(LEAST_WIDTH, width));
  }
}
