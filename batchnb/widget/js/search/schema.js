// @ts-check
// Which fields a list has, and what a name before a colon means there.
import { FIELDS, SOURCE_TITLES, SYNONYMS } from "./fields.js";
import { foldedText, isAscii } from "./letters.js";
import { findNearest } from "./nearest.js";
/** @import { Field } from "./fields.js" */

/** Why a name is not a field here: there is none, only other lists have it, or several columns have this title.
 * @typedef {{why: "no field" | "absent" | "repeated", meant: string[]}} Unresolved */

const BUILT_IN_FIELDS = new Map(FIELDS.map((field) => [field.name, field]));
/** Columns that nobody sees by their title: `vcpus:` is the same slip in every list. */
const OF_ONE_NAME = ["vcpu", "gpu"];

/** The fields of one list. */
export class Schema {
  /** @param {Iterable<string>} sources the built-in columns that are there @param {Field[]} own the user's columns, by title */
  constructor(sources, own = []) {
    this.sources = new Set(sources);
    this.own = own;
  }

  /** The built-in fields that can be asked for here, as they are typed. */
  get names() {
    return FIELDS.filter((field) => this.has(field)).map((field) => field.name);
  }

  /** @param {Field} field */
  has(field) {
    return this.sources.has(field.source) && (!field.during || this.sources.has("status"));
  }

  /**
   * The field of this name. In quotes, a column's title comes before a built-in field.
   * @param {string} name @param {boolean} isQuoted @returns {Field | Unresolved}
   */
  resolve(name, isQuoted) {
    const builtIn = isAscii(name) ? BUILT_IN_FIELDS.get(name.toLowerCase()) : undefined;
    if (!isQuoted && builtIn && this.has(builtIn)) return builtIn;
    const titled = this.titled(name);
    if (titled) return titled;
    if (builtIn) return this.has(builtIn) ? builtIn : { why: "absent", meant: [] };
    return { why: "no field", meant: this.nearest(name) };
  }

  /** @param {string} name @returns {Field | Unresolved | undefined} */
  titled(name) {
    const low = foldedText(name);
    for (const isSame of [(/** @type {string} */ title) => title === name, (/** @type {string} */ title) => foldedText(title) === low]) {
      const found = this.own.filter((field) => isSame(field.name));
      if (found.length > 1) return { why: "repeated", meant: [] };
      if (found.length) return found[0];
    }
    // `jobName:` and `createdAt:` are what the columns of a listing are called.
    for (const [source, titles] of Object.entries(SOURCE_TITLES)) {
      if (!this.sources.has(source) || OF_ONE_NAME.includes(source) || !titles.some((title) => foldedText(title) === low)) continue;
      const fields = FIELDS.filter((field) => field.source === source);
      // The moment itself rather than how long ago it was.
      return fields.find((field) => field.kind !== "since") ?? fields[0];
    }
    return undefined;
  }

  /** @param {string} name */
  nearest(name) {
    const synonym = Object.hasOwn(SYNONYMS, foldedText(name)) ? SYNONYMS[foldedText(name)] : "";
    if (this.names.includes(synonym)) return [synonym];
    return findNearest(name, [...this.names, ...this.own.map((field) => field.name)]);
  }
}

/** @param {Field | Unresolved} resolved @returns {resolved is Field} */
export const isField = (resolved) => "kind" in resolved;
