// @ts-check
// A column of numbers or times.
import { utc } from "../text.js";
import { floatPlanes, planes, unsigned } from "./keys.js";
/** @import { Codes, Column, Json } from "../types.js" */

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

  /** @param {boolean} descending */
  keys(descending) {
    return this.raw instanceof Float64Array ? floatPlanes(this.raw, descending) : planes(this.raw, descending, this.top);
  }
}
