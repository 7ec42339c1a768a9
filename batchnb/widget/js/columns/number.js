// @ts-check
// A column of numbers or times.
import { utc } from "../text.js";
import { floatPlanes, planes, unsigned } from "./keys.js";
/** @import { Codes, Column, Json, Test } from "../types.js" */

/** Numbers, or times as epoch milliseconds; NaN where there is none. @implements {Column} */
export class NumberColumn {
  /** @param {Json} described @param {ArrayBuffer} data @param {number} rows */
  constructor(described, data, rows) {
    this.title = described.title;
    this.role = described.role;
    this.hidden = described.hidden;
    this.kind = described.kind;
    this.count = 0;
    /** @type {Codes | null} */ this.codes = null;
    this.least = described.least;
    this.top = described.width === 8 ? NaN : 2 ** (8 * described.width) - 1;
    /** @type {Float64Array | Codes} */
    this.raw = described.width === 8 ? new Float64Array(data, described.at, rows) : unsigned(data, described.at, rows, described.width);
  }

  code() {
    return 0;
  }

  word() {
    return "";
  }

  /** @param {number} row */
  value(row) {
    const raw = this.raw[row];
    return raw === this.top ? NaN : this.least + raw;
  }

  /** @param {number} row */
  text(row) {
    const value = this.value(row);
    if (Number.isNaN(value)) return "";
    return this.kind === "time" ? utc(value) : String(value);
  }

  /** @param {Test} test @param {Uint8Array} hit */
  mark(test, hit) {
    const { raw, top, least } = this;
    if (test.above !== undefined || test.below !== undefined) {
      const [above, below] = [test.above ?? -Infinity, test.below ?? Infinity];
      for (let row = 0; row < raw.length; row += 1) {
        if (raw[row] === top) continue;
        const value = least + raw[row];
        if ((value > above && value < below) || (test.inclusive && (value === test.above || value === test.below))) hit[row] = 1;
      }
      return;
    }
    // Only what looks like a number or a date can stand in one.
    if (test.needle !== null && !/^[\d.:-]+$/.test(test.needle)) return;
    if (this.kind === "time" && test.needle !== null && !/^\d{4}-/.test(test.needle)) return;
    // Few numbers in many rows are looked at once each: 1 is no, 2 is yes.
    const known = raw instanceof Uint8Array || raw instanceof Uint16Array ? new Uint8Array(top + 1) : null;
    for (let row = 0; row < raw.length; row += 1) {
      if (hit[row] || Number.isNaN(raw[row]) || raw[row] === top) continue;
      let answer = known?.[raw[row]] ?? 0;
      if (!answer) answer = test.matches(this.text(row).toLowerCase()) ? 2 : 1;
      if (known) known[raw[row]] = answer;
      if (answer === 2) hit[row] = 1;
    }
  }

  /** @param {boolean} descending */
  keys(descending) {
    return this.raw instanceof Float64Array ? floatPlanes(this.raw, descending) : planes(this.raw, descending, this.top);
  }
}
