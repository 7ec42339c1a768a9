// @ts-check
// A column of texts, each kept once.
import { folded } from "../text.js";
import { NO_RANK, planes, unsigned } from "./keys.js";
/** @import { Codes, Column, Json } from "../types.js" */

/** Text as codes into words, which stand behind one another in one string. @implements {Column} */
export class TextColumn {
  /** @param {Json} described @param {ArrayBuffer} data @param {number} rows @param {Uint8Array} texts */
  constructor(described, data, rows, texts) {
    this.title = described.title;
    this.role = described.role;
    this.hidden = described.hidden;
    this.kind = "text";
    /** Whether its words are True and False. @type {boolean} */ this.isFlag = described.isFlag === true;
    this.count = described.texts;
    this.rows = rows;
    const Lengths = described.lengthSize === 1 ? Uint8Array : Uint16Array;
    const lengths = new Lengths(data, described.lengths, described.texts);
    this.ends = new Uint32Array(described.texts);
    for (let code = 0, end = 0; code < this.count; code += 1) this.ends[code] = end += lengths[code];
    this.all = new TextDecoder("utf-8", { ignoreBOM: true }).decode(texts.subarray(described.blob, described.blob + described.blobLength));
    /** @type {Codes | null} */ this.codes = described.codes === null ? null : unsigned(data, described.codes, rows, described.codeSize);
    /** @type {string | null} */ this.low = null;
    /** @type {Uint32Array | null} */ this.ranks = null;
  }

  /** @param {number} row */
  code(row) {
    return this.codes ? this.codes[row] : row + 1;
  }

  /** @param {number} code */
  word(code) {
    return this.all.slice(code ? this.ends[code - 1] : 0, this.ends[code]);
  }

  /** @param {number} row */
  text(row) {
    return this.word(this.code(row));
  }

  /** All words in lower case; most are so from the start, and need no second place in memory. */
  lower() {
    const low = this.low ?? folded(this.all);
    this.low = low === this.all ? this.all : low;
    return this.low;
  }

  /** @param {boolean} descending */
  keys(descending) {
    return planes(this.ranked(), descending, NO_RANK);
  }

  /** The place of each row's word among the words, so that a sort compares numbers; empty ones last. */
  ranked() {
    if (this.ranks) return this.ranks;
    const low = this.lower();
    const words = Array.from({ length: this.count }, (_, code) => low.slice(code ? this.ends[code - 1] : 0, this.ends[code]));
    const order = Uint32Array.from(words.keys());
    const natural = this.count <= 20_000 ? new Intl.Collator("en", { numeric: true }).compare : null;
    order.sort((a, b) => (natural ? natural(words[a], words[b]) : words[a] < words[b] ? -1 : words[a] > words[b] ? 1 : 0));
    const rankOf = new Uint32Array(this.count);
    let rank = 0;
    order.forEach((code, place) => {
      if (place && words[code] !== words[order[place - 1]]) rank += 1;
      rankOf[code] = words[code] === "" ? NO_RANK : rank;
    });
    this.ranks = new Uint32Array(this.rows);
    for (let row = 0; row < this.rows; row += 1) this.ranks[row] = rankOf[this.code(row)];
    return this.ranks;
  }
}
