// @ts-check
// Which columns are shown, in which order, and how wide.
/** @import { Table } from "./table.js" */
/** @import { Column, Json } from "../types.js" */

const WIDTHS = /** @type {Record<string, number>} */ ({
  name: 200, status: 128, for: 84, definition: 150, vcpu: 64, gpu: 58, memory: 88, tries: 62, queue: 116, created: 84, id: 104,
  size: 92, started: 104, stopped: 104, reason: 240, exit: 58, hours: 76, cost: 88,
});
export const TICK_WIDTH = 34;
const [LEAST_WIDTH, MOST_WIDTH] = [48, 2000];
/** The columns that decide come first; the others follow as they stand in the frame. */
const FIRST = ["name", "status", "fate", "for", "definition", "vcpu", "gpu", "memory", "tries", "queue", "created", "id"];
/** What stays when nothing else fits. */
const KEPT = ["name", "status", "for", "fate"];
/** Below this width nothing else fits. */
export const NARROW_WIDTH = 720;

export class Layout {
  /** What somebody has shown or hidden, by title. @type {Map<string, boolean>} */ hidden = new Map();
  /** What somebody has set, by title. @type {Map<string, number>} */ widths = new Map();
  /** The order that somebody has made, by title; null for the usual one. @type {string[] | null} */ order = null;
  /** How wide what is shown may be; null where it may be scrolled. @type {number | null} */ space = null;
  isNarrow = false;

  /** @param {Table} table */
  constructor(table) {
    this.table = table;
  }

  /** Whether nobody has asked to see it, or somebody has asked not to. @param {{title: string, hidden: boolean, role?: string | null, count?: number}} column */
  isHidden(column) {
    if (this.isPinned(column)) return false;
    return this.hidden.get(column.title) ?? (column.hidden || this.isNeedless(column));
  }

  /** What says nothing that stands not elsewhere: one queue for all, and the size of an array beside its name. @param {{role?: string | null, count?: number}} column */
  isNeedless({ role, count = 0 }) {
    if (role === "size") return this.table.columnOf("name") !== undefined;
    return role === "queue" && count > 0 && count <= 2;
  }

  /** The column that stays in sight while the others are scrolled. @param {{role?: string | null}} column */
  isPinned({ role }) {
    return role === (this.table.columnOf("name") ? "name" : "id");
  }

  /** All columns in their order, the pinned one first. @returns {Column[]} */
  get all() {
    const { order, table: { columns } } = this;
    const usual = (/** @type {Column} */ { role }) => (FIRST.includes(role ?? "") ? FIRST.indexOf(role ?? "") : FIRST.length);
    const placeOf = new Map(order?.map((title, at) => [title, at]));
    // What nobody has moved stays where it usually is, behind what is before it there.
    const sorted = [...columns].sort((a, b) => usual(a) - usual(b));
    let last = -1;
    const places = new Map(sorted.map((column) => [column, (last = order ? (placeOf.get(column.title) ?? last + 1e-6) : last + 1)]));
    const place = (/** @type {Column} */ column) => (this.isPinned(column) ? -1 : /** @type {number} */ (places.get(column)));
    return sorted.sort((a, b) => place(a) - place(b));
  }

  /** The columns that are shown. */
  get columns() {
    const shown = this.all.filter((column) => !this.isHidden(column));
    if (this.isNarrow) return shown.filter((column) => this.isKept(column));
    return this.space === null ? shown : this.within(shown, this.space);
  }

  /** @param {Column} column */
  isKept(column) {
    return KEPT.includes(column.role ?? "") || this.isPinned(column);
  }

  /** Without those from the right that do not fit. @param {Column[]} shown @param {number} space */
  within(shown, space) {
    let width = TICK_WIDTH + shown.reduce((sum, column) => sum + this.widthOf(column), 0);
    const left = [...shown];
    for (let at = left.length - 1; at >= 0 && width > space; at -= 1) {
      if (this.isKept(left[at])) continue;
      width -= this.widthOf(left[at]);
      left.splice(at, 1);
    }
    return left;
  }

  /**
   * Show no more columns than fit, or all of them, to be scrolled. Returns whether that changes which are shown.
   * @param {number | null} space in pixels, null for any number @param {boolean} [isNarrow] whether only what is kept fits
   */
  fit(space, isNarrow = false) {
    const before = this.columns;
    this.space = space;
    this.isNarrow = isNarrow;
    const after = this.columns;
    return before.length !== after.length || before.some((column, at) => column !== after[at]);
  }

  /** @param {Column} column */
  widthOf(column) {
    if (column.role === "fate" && !this.widths.has(column.title)) return this.table.fate.messages.size ? 420 : 160;
    return this.widths.get(column.title) ?? WIDTHS[column.role ?? ""] ?? (column.kind === "text" ? 130 : 104);
  }

  /** @param {Column} column @param {number} width */
  setWidth(column, width) {
    this.widths.set(column.title, Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, Math.round(width))));
  }

  /** Move a column before or behind others that are shown. The pinned one stays the first. @param {Column} column @param {number} by places */
  move(column, by) {
    const shown = this.all.filter((one) => !this.isHidden(one) && !this.isPinned(one));
    const at = shown.indexOf(column);
    const to = Math.max(0, Math.min(shown.length - 1, at + by));
    if (at >= 0 && to !== at) this.place(column, shown[to], to > at);
  }

  /** Put a column where another one stands. @param {Column} column @param {Column} other @param {boolean} isBehind */
  place(column, other, isBehind) {
    if (column === other || this.isPinned(column)) return;
    const titles = this.all.map(({ title }) => title).filter((title) => title !== column.title);
    titles.splice(titles.indexOf(other.title) + (isBehind || this.isPinned(other) ? 1 : 0), 0, column.title);
    this.order = titles;
  }

  get isChanged() {
    return this.order !== null || this.hidden.size > 0 || this.widths.size > 0;
  }

  reset() {
    this.order = null;
    this.hidden.clear();
    this.widths.clear();
  }

  /** What somebody has set, as plain values. @returns {Json} */
  get set() {
    return { order: this.order, hidden: Object.fromEntries(this.hidden), widths: Object.fromEntries(this.widths) };
  }

  /** Take what was set before. Columns that are not here any more do no harm. @param {Json} set */
  take({ order, hidden, widths }) {
    this.order = Array.isArray(order) ? order.map(String) : null;
    this.hidden = new Map(Object.entries(hidden ?? {}).map(([title, isHidden]) => [title, Boolean(isHidden)]));
    this.widths = new Map(Object.entries(widths ?? {}).filter(([, width]) => Number.isFinite(width)).map(([title, width]) => [title, Number(width)]));
  }
}
