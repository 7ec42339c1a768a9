// @ts-check
// One term as it was typed, from which messages and suggestions are made.
import { QueryRefusal, asCode, inQuotes } from "./refusal.js";
/** @import { QueryPart, QueryReader } from "./reader.js" */

/** Any text as it has to be typed. @param {string} text */
export const asText = (text) => `"${text.replaceAll('"', '""')}"`;

/** The name of a field as it has to be typed. @param {string} name */
export const asName = (name) => (/^[A-Za-z_][\w-]*$/.test(name) ? name : asText(name));

/** A term: where it stands in the search, what excludes it, and where its values begin. */
export class TypedTerm {
  /**
   * @param {QueryReader} reader @param {number} start @param {number} end @param {boolean} isExcluded
   * @param {string} [name] the field's name without quotes @param {number} [valuesAt]
   */
  constructor(reader, start, end, isExcluded, name = "", valuesAt = 0) {
    this.reader = reader;
    this.start = start;
    this.end = end;
    this.isExcluded = isExcluded;
    this.name = name;
    this.valuesAt = valuesAt;
  }

  /** The sign that excludes, if it is there. */
  get minus() {
    return this.isExcluded ? "-" : "";
  }

  /** The term without its minus. */
  get inside() {
    return this.reader.slice(this.start + (this.isExcluded ? 1 : 0), this.end);
  }

  /** All that follows the field's name. */
  get values() {
    return this.reader.slice(this.valuesAt, this.end);
  }

  /** The same as a text that is looked for as it is. */
  get itself() {
    return this.minus + asText(this.inside);
  }

  /** Whether the search ends here. @param {number} at */
  isAtEnd(at) {
    return at === this.reader.chars.length;
  }

  /** The term up to here, without its minus. @param {number} at */
  upTo(at) {
    return this.reader.slice(this.start + (this.isExcluded ? 1 : 0), at);
  }

  /** The term with this field in place of its own. @param {string} name */
  named(name) {
    return `${this.minus}${asName(name)}:${this.values}`;
  }

  /** The term with this in place of one of its values. @param {QueryPart} part @param {string} value */
  withValue(part, value) {
    const [before, after] = [this.reader.slice(this.valuesAt, part.start), this.reader.slice(part.end, this.end)];
    return `${this.minus}${asName(this.name)}:${before}${value}${after}`;
  }

  /** What is written of this part. @param {QueryPart} part */
  written(part) {
    return this.reader.slice(part.start, part.end);
  }

  /** @param {string} what @param {ConstructorParameters<typeof QueryRefusal>[3]} [more] */
  refuse(what, more) {
    return new QueryRefusal(what, this.start, this.end, more);
  }

  /** The error that something is missing behind `before`, at this place. @param {string} before @param {number} at */
  lacks(before, at) {
    return this.refuse(`Say what after ${inQuotes(before)}.`, { isUnfinished: this.isAtEnd(at) });
  }

  /** The error for a value that begins with the sign by which other languages exclude. @param {QueryPart} part */
  withoutBang(part) {
    const values = this.reader.slice(this.valuesAt, part.start) + this.reader.slice(part.start + 1, this.end);
    const meant = `${this.isExcluded ? "" : "-"}${asName(this.name)}:${values}`;
    return this.refuse("There is no “!”. A “-” in front excludes.", { meant: [meant] });
  }

  /** The error for a term that asks for nothing in particular. */
  meansAll() {
    const verb = this.isExcluded ? "excludes" : "means";
    return this.refuse(`${asCode(this.reader.slice(this.start, this.end))} ${verb} every job; leave it out.`);
  }
}
