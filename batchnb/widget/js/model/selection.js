// @ts-check
// Which rows are selected, as bits over the rows of one snapshot, and what changes them.
import { countBits, hasBit, setBit } from "../bits.js";
/** @import { Cursor } from "./cursor.js" */
/** @import { Groups } from "./groups.js" */
/** @import { Matches } from "./matches.js" */
/** @import { Table } from "./table.js" */

export class Selection {
  /** @type {Uint8Array} */ bits = new Uint8Array();
  count = 0;
  /** Whether it was changed while only the first rows were here. */ isTouched = false;
  /** What many rows were selected before, until something else changes. @type {{bits: Uint8Array, count: number} | null} */ undoable = null;

  /**
   * @param {Table} table @param {Matches} matches @param {Groups} groups @param {Cursor} cursor
   * @param {{isFrozen(): boolean, change(): void}} owner says whether it may change now, and is told after each change
   */
  constructor(table, matches, groups, cursor, owner) {
    this.table = table;
    this.matches = matches;
    this.groups = groups;
    this.cursor = cursor;
    this.owner = owner;
    /** @type {{inSight: number, selectable: number} | null} */ this.tallied = null;
  }

  /** Take what the kernel says. @param {Uint8Array} bits */
  set(bits) {
    this.bits = bits;
    this.isTouched = false;
    this.count = countBits(bits);
  }

  /**
   * With a new snapshot. What was clicked among the first rows stays when the rest of them comes, and where the table has
   * only become longer, which the kernel may not know of yet. @param {Uint8Array} bits @param {{isRest: boolean, isLonger: boolean}} how
   * @returns {boolean} whether the kernel has to be told
   */
  take(bits, { isRest, isLonger }) {
    if (!isLonger) {
      this.undoable = null;
      this.set(isRest && this.isTouched ? this.bits : bits);
      return false;
    }
    const longer = (/** @type {Uint8Array} */ short) => {
      const made = new Uint8Array(bits.length);
      made.set(short);
      return made;
    };
    if (this.undoable) this.undoable.bits = longer(this.undoable.bits);
    this.set(longer(this.bits));
    return this.bits.some((byte, at) => byte !== bits[at]);
  }

  /** Rows that cannot be selected any more. @param {number[]} rows */
  drop(rows) {
    for (const row of rows) {
      if (!hasBit(this.bits, row)) continue;
      setBit(this.bits, row, false);
      this.count -= 1;
    }
  }

  /** Change it so that it can be undone. @param {(bits: Uint8Array) => void} work */
  change(work) {
    if (this.owner.isFrozen() || !this.table.header) return;
    const before = { bits: this.bits.slice(), count: this.count };
    work(this.bits);
    this.isTouched = this.table.isPartial;
    this.count = countBits(this.bits);
    this.undoable = before.count > 1 && this.count < before.count - 1 ? before : null;
    this.owner.change();
  }

  undo() {
    const before = this.undoable;
    if (!before || this.owner.isFrozen()) return;
    this.change((bits) => bits.set(before.bits));
    this.undoable = null;
    this.owner.change();
  }

  /** @param {Uint8Array} bits @param {number} row @param {boolean} on */
  setRow(bits, row, on) {
    if (!this.table.locks[row]) setBit(bits, row, on);
  }

  /** A row, or the rows of a group that match: all of them, unless they are selected already. @param {number} at place among the lines */
  toggle(at) {
    const rows = this.groups.rowsAt(at);
    if (!rows.length || (this.groups.groupAt(at) >= 0 && this.matches.isStale)) return;
    const on = rows.some((row) => !hasBit(this.bits, row) && !this.table.locks[row]);
    this.cursor.anchor = at;
    this.change((bits) => rows.forEach((row) => this.setRow(bits, row, on)));
  }

  /** How many of these rows are selected, and how many can be. @param {Uint32Array} rows */
  tallyOf(rows) {
    const { bits, table: { locks } } = this;
    let [inSight, selectable] = [0, 0];
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at];
      if (bits[row >> 3] & (1 << (row & 7))) inSight += 1;
      if (!locks[row]) selectable += 1;
    }
    return { inSight, selectable };
  }

  /** @param {number} at */
  only(at) {
    const row = this.groups.rowAt(at);
    if (row < 0 || this.table.locks[row]) return;
    this.cursor.anchor = at;
    this.change((bits) => this.setRow(bits.fill(0), row, true));
  }

  /** Select from the anchor to here. @param {number} at @param {boolean} keep what is selected elsewhere */
  range(at, keep) {
    const { lines } = this.groups;
    const anchor = this.cursor.anchor < 0 ? at : Math.min(this.cursor.anchor, lines.length - 1);
    const [low, high] = anchor < at ? [anchor, at] : [at, anchor];
    this.change((bits) => {
      if (!keep) bits.fill(0);
      this.groups.visitRange(low, high, (row) => this.setRow(bits, row, true));
    });
  }

  /** All means all that match, which nobody knows before all are here. @param {"all" | "none" | "invert"} how */
  bulk(how) {
    if ((this.table.isPartial || this.matches.isStale) && how !== "none") return;
    this.change((bits) => {
      if (how === "none") bits.fill(0);
      else for (const row of this.matches.rows) this.setRow(bits, row, how === "all" || !hasBit(bits, row));
    });
  }

  /** Exactly the rows that failed, and can be tried again. */
  selectFailed() {
    const { here, fate, locks } = this.table;
    this.change((bits) => {
      bits.fill(0);
      for (let row = 0; row < here; row += 1) if (fate.failed(row) && !locks[row]) setBit(bits, row, true);
    });
  }

  /** How many of the rows that match are selected, and how many can be. */
  get tally() {
    this.tallied ??= this.tallyOf(this.matches.rows);
    return this.tallied;
  }

  /** Rows or selection have changed: count anew when somebody asks. */
  forgetTally() {
    this.tallied = null;
  }
}
