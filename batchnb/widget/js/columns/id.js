// @ts-check
// A column of job ids, as bytes.
import { bytePlanes } from "./keys.js";
/** @import { Codes, Column, Json } from "../types.js" */

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** The two characters of each byte. */
const HEX_CHARS = Uint8Array.from(HEX.join(""), (char) => char.charCodeAt(0));
const ID_LENGTH = 36;
const DASHES = [8, 13, 18, 23];
/** Where in its text each byte of an id stands. */
const ID_PLACES = Uint8Array.from({ length: 16 }, (_, byte) => 2 * byte + [4, 6, 8, 10].filter((dash) => byte >= dash).length);

const ID_CHUNK = 4096;
const ID_BYTES = 16;

/** Job ids of 16 bytes. Their text is made where somebody looks, and goes again. @implements {Column} */
export class IdColumn {
  /** @param {Json} described @param {ArrayBuffer} data @param {number} rows */
  constructor(described, data, rows) {
    this.title = described.title;
    this.role = described.role;
    this.hidden = described.hidden;
    this.kind = "text";
    this.count = 0;
    /** @type {Codes | null} */ this.codes = null;
    this.rows = rows;
    this.bytes = new Uint8Array(data, described.at, 16 * rows);
  }

  code() {
    return 0;
  }

  word() {
    return "";
  }

  /** @param {number} row */
  text(row) {
    let hex = "";
    for (let at = 16 * row; at < 16 * row + 16; at += 1) hex += HEX[this.bytes[at]];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Mark the rows that hold a word. @param {{needle: string | null}} test in lower case @param {Uint8Array} hit */
  mark({ needle }, hit) {
    if (needle === null || !/^[0-9a-f-]{1,36}$/.test(needle)) return;
    for (let row = 0; row < this.rows; row += ID_CHUNK) this.markSome(needle, hit, row, Math.min(ID_CHUNK, this.rows - row));
  }

  /** One search through the texts of some rows, a line each. @param {string} needle @param {Uint8Array} hit @param {number} first @param {number} count */
  markSome(needle, hit, first, count) {
    const line = ID_LENGTH + 1;
    const chars = new Uint8Array(line * count).fill(10);
    for (let row = 0; row < count; row += 1) {
      for (const dash of DASHES) chars[line * row + dash] = 45;
      for (let byte = 0; byte < 16; byte += 1) {
        const value = this.bytes[16 * (first + row) + byte];
        chars[line * row + ID_PLACES[byte]] = HEX_CHARS[2 * value];
        chars[line * row + ID_PLACES[byte] + 1] = HEX_CHARS[2 * value + 1];
      }
    }
    const text = new TextDecoder("latin1").decode(chars);
    for (let at = text.indexOf(needle); at >= 0; ) {
      const row = Math.floor(at / line);
      hit[first + row] = 1;
      at = text.indexOf(needle, line * (row + 1));
    }
  }

  /** @param {boolean} descending */
  keys(descending) {
    return bytePlanes(this.bytes, ID_BYTES, descending);
  }
}
