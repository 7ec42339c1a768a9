// @ts-check
// The rows of the snapshot that the kernel sent last: all of them, or for a moment the first ones.
import { decode } from "../columns/decode.js";
import { withCounted } from "../columns/facts.js";
import { FateColumn } from "../columns/state.js";
import { plural } from "../text.js";
import { Facts, numberColumn } from "./facts.js";
/** @import { Column, Json } from "../types.js" */

/** The first code of a lock whose words come from the kernel. */
const LOCKS_FROM = 16;

/** Whether there is anything to say of a job's end. @param {Uint8Array} fates @param {Uint8Array} locks */
const hasResults = (fates, locks) => fates.some((fate) => fate !== 0) || locks.some((lock) => lock >= LOCKS_FROM);

export class Table {
  /** What the kernel said of the snapshot, null before the first one. @type {Json | null} */ header = null;
  /** @type {Column[]} */ columns = [];
  rows = 0;
  /** How many rows have come; fewer than all for a moment, when the first ones were sent ahead. */ here = 0;
  fate = new FateColumn([""], new Uint8Array(), new Map());
  /** What is known of each row beside its columns. */ facts = new Facts();
  /** The status of each row as a code. @type {Uint8Array} */ lives = new Uint8Array();
  /** Why each row cannot be selected, as a code; 0 where it can. @type {Uint8Array} */ locks = new Uint8Array();
  /** What is said of rows that other pickers end, by the codes of their locks. @type {string[]} */ lockTexts = [];
  /** How many children of an array live, by the last plan. @type {Map<string, number>} */ planned = new Map();
  /** Why the configured prices cannot be read. */ pricesError = "";
  /** The sizes of arrays. @type {ReturnType<typeof numberColumn>} */ sizes = null;

  /** @param {Json} message @param {ArrayBuffer[]} buffers */
  take(message, [data, texts, lives, locks, fates]) {
    const { header } = message;
    this.header = header;
    this.rows = header.rows;
    this.here = header.here;
    this.lives = new Uint8Array(lives);
    this.locks = new Uint8Array(locks);
    this.fate = new FateColumn(message.fates, new Uint8Array(fates), new Map(message.messages));
    this.fate.noteAt = (row) => this.lockTextAt(row);
    this.fate.hidden = !hasResults(this.fate.fates, this.locks);
    const columns = decode(header, data, new Uint8Array(texts), this.lives, this.fate);
    this.facts.prices = message.prices ?? null;
    this.pricesError = message.pricesError ?? "";
    this.facts.begin(header, columns, this.locks);
    this.columns = withCounted(columns, this.facts, () => this.here);
    this.sizes = numberColumn(columns, "size");
  }

  /**
   * Change some rows. Returns those that can be selected no more, and whether the column of results comes or goes.
   * @param {Json} message @param {ArrayBuffer} buffer
   */
  patch(message, buffer) {
    const count = message.rows;
    const rows = new Uint32Array(buffer, 0, count);
    const [fates, lives, locks] = [4, 5, 6].map((at) => new Uint8Array(buffer, at * count, count));
    const locked = [];
    for (let at = 0; at < count; at += 1) {
      const row = rows[at];
      // The rest of the rows will come as they are then.
      if (row >= this.here) continue;
      this.fate.fates[row] = fates[at];
      if (!fates[at]) this.fate.messages.delete(row);
      this.lives[row] = lives[at];
      this.locks[row] = locks[at];
      if (locks[at]) locked.push(row);
    }
    for (const [row, text] of message.messages) this.fate.messages.set(row, text);
    const before = this.fate.hidden;
    if (before) this.fate.hidden = !hasResults(fates, locks);
    else if (!hasResults(fates, locks)) this.fate.hidden = !hasResults(this.fate.fates, this.locks);
    return { locked, isOtherColumn: before !== this.fate.hidden };
  }

  /** What another picker does to the job in a row, or has done; empty where none does. @param {number} row */
  lockTextAt(row) {
    return this.locks[row] < LOCKS_FROM ? "" : (this.lockTexts[this.locks[row] - LOCKS_FROM] ?? "");
  }

  get isPartial() {
    return this.here < this.rows;
  }

  /** Why what concerns all rows has to wait, or null if they are here. */
  get loading() {
    return this.isPartial ? `First ${this.here.toLocaleString("en-US")} of ${plural(this.rows, "job")}. The rest is on its way.` : null;
  }

  /** @param {string} role */
  columnOf(role) {
    return this.columns.find((column) => column.role === role);
  }

  /** @param {number} row */
  jobIdAt(row) {
    return this.columnOf("id")?.text(row) ?? "";
  }

  /**
   * How many children of an array live: by the plan, by what was described of the row, or by the table.
   * @param {number} row
   */
  liveChildrenAt(row) {
    const listed = this.columnOf("live")?.text(row);
    return this.planned.get(this.jobIdAt(row)) ?? this.facts.children.get(row)?.live ?? (listed ? Number(listed) : undefined);
  }

  /** How many children an array has; NaN for other jobs. @param {number} row */
  sizeAt(row) {
    return this.sizes ? this.sizes.value(row) : NaN;
  }
}
