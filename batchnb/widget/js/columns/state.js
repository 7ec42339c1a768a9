// @ts-check
// The two columns that change while jobs end: the status as it is now, and what became of each job.
import { planes } from "./keys.js";
/** @import { Codes, Column } from "../types.js" */

const FATE_FAILED = 0x80;

/** The status as it is now, which changes while a run goes on. @implements {Column} */
export class StatusColumn {
  /** @param {Column | null} given @param {string[]} names @param {Uint8Array} lives */
  constructor(given, names, lives) {
    this.given = given;
    this.names = names;
    this.lives = lives;
    this.title = given?.title ?? "status";
    this.role = "status";
    this.kind = "text";
    this.hidden = false;
    this.count = names.length;
    this.codes = lives;
  }

  /** @param {number} row */
  code(row) {
    return this.lives[row];
  }

  /** @param {number} code */
  word(code) {
    return this.names[code];
  }

  /** @param {number} row */
  text(row) {
    return this.names[this.lives[row]] || (this.given?.text(row) ?? "");
  }

  /** @param {boolean} descending */
  keys(descending) {
    return planes(this.lives, descending, 0);
  }
}

/** What became of each job, failures first. @implements {Column} */
export class FateColumn {
  /** @param {string[]} names @param {Uint8Array} fates @param {Map<number, string>} messages */
  constructor(names, fates, messages) {
    this.names = names;
    this.fates = fates;
    this.messages = messages;
    /** What is said of a row that another picker ends, or has ended. @type {(row: number) => string} */ this.noteAt = () => "";
    this.title = "Result";
    this.role = "fate";
    this.kind = "text";
    this.hidden = true;
    this.count = names.length;
    /** @type {Codes | null} */ this.codes = null;
  }

  /** @param {number} row */
  code(row) {
    return this.fates[row] & 0x7f;
  }

  /** @param {number} code */
  word(code) {
    return this.names[code];
  }

  /** @param {number} row */
  failed(row) {
    return (this.fates[row] & FATE_FAILED) !== 0;
  }

  /** @param {number} row */
  messageAt(row) {
    return this.messages.get(row) ?? this.noteAt(row);
  }

  /** @param {number} row */
  text(row) {
    const message = this.messages.get(row);
    return message ? `${this.names[this.code(row)]}: ${message}` : this.names[this.code(row)];
  }

  /** @param {boolean} descending */
  keys(descending) {
    // The mark of a failure is the highest bit: turned round, it comes first.
    return planes(this.fates.map((fate) => (fate ? fate ^ FATE_FAILED : 0)), descending, 0);
  }
}
