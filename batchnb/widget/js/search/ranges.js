// @ts-check
// What a value means for a field that can be compared: numbers, lengths of time, sizes and dates.
import { asCode, inQuotes } from "./refusal.js";
import { asName } from "./typed.js";
import { readDate, readDuration, readMemory, readNumber } from "./values.js";
/** @import { Field } from "./fields.js" */
/** @import { QueryPart } from "./reader.js" */
/** @import { RangeTest } from "./terms.js" */
/** @import { TypedTerm } from "./typed.js" */

const BARE_NUMBER = /^\d+(?:\.\d+)?$/;
/** @type {Record<string, string[]>} */
const UNITS_OF_KIND = { since: ["h", "m", "d"], memory: ["GiB", "MiB"] };
/** @type {Record<string, [string, string]>} */
const EXAMPLES_OF_KIND = {
  number: ["a number", "4"],
  since: ["a duration", "6h"],
  memory: ["a size", "8GiB"],
  moment: ["a date", "2026-11-25"],
};
const AGE_OF_MOMENT = /** @type {Record<string, string>} */ ({ created: "age", started: "running" });
const MOMENT_OF_AGE = /** @type {Record<string, string>} */ ({ age: "created", running: "started" });

/** @param {Partial<RangeTest>} given @returns {RangeTest} */
const rangeOf = (given) => ({ test: "range", low: null, high: null, withLow: true, withHigh: true, isMoment: false, ...given });

/**
 * What the values of a field ask for, any of which may hold. Several ranges are an error.
 * @param {Field} field @param {QueryPart[]} parts @param {TypedTerm} typed
 */
export function readRanges(field, parts, typed) {
  if (parts.length > 1 && parts.some(({ text }) => /^[<>]/.test(text) || text.includes(".."))) {
    const ends = new Map(parts.map(({ text }) => [Array.from(text)[0] ?? "", text.replace(/^[<>=]+/, "")]));
    const isBoth = parts.length === 2 && ends.has("<") && ends.has(">");
    const meant = isBoth ? [`${typed.minus}${asName(typed.name)}:${ends.get(">")}..${ends.get("<")}`] : [];
    throw typed.refuse("A list of ranges is ambiguous.", { meant, otherwise: "Give one range." });
  }
  return parts.map((part) => new RangeReading(field, part, typed).range());
}

/** One value, which is read in several steps that all have to know what it is. */
class RangeReading {
  /** @param {Field} field @param {QueryPart} part @param {TypedTerm} typed */
  constructor(field, part, typed) {
    this.field = field;
    this.part = part;
    this.typed = typed;
    this.text = part.text;
  }

  range() {
    if (this.part.expression || !this.text) throw this.needs();
    const [, sign, rest] = /** @type {RegExpExecArray} */ (/^(>=|<=|>|<|=|)(.*)$/s.exec(this.text));
    if (!rest) throw this.typed.lacks(this.typed.upTo(this.part.end), this.part.end);
    const at = rest.indexOf("..");
    if (!sign && at >= 0) return this.between(rest.slice(0, at), rest.slice(at + 2));
    return this.compared(sign, this.momentOrNumber(rest));
  }

  /** @param {string} first @param {string} last */
  between(first, last) {
    if (!first || !last) {
      const sign = first ? ">=" : "<=";
      const isUnfinished = first !== "" && this.typed.isAtEnd(this.part.end);
      const meant = [this.withValue(`${sign}${first || last}`)];
      throw this.typed.refuse(`${inQuotes(this.text)} has no ${first ? "end" : "start"}.`, { meant, isUnfinished });
    }
    const [low, high] = [this.momentOrNumber(first), this.momentOrNumber(last)];
    if ((low[1] === null) !== (high[1] === null)) throw this.needs();
    if (low[0] > high[0]) throw this.typed.refuse(`${inQuotes(this.text)} runs backwards.`, { meant: [this.withValue(`${last}..${first}`)] });
    if (high[1] === null) return rangeOf({ low: low[0], high: high[0] });
    const isDay = !last.includes("T");
    return rangeOf({ low: low[0], high: isDay ? high[1] : high[0], withHigh: !isDay, isMoment: true });
  }

  /** @param {string} sign @param {[number, number | null]} value */
  compared(sign, [start, end]) {
    if (end !== null) return this.comparedDate(sign, start, end);
    if (sign === "" || sign === "=") {
      if (this.field.kind === "since") {
        const length = this.text.replace(/^=+/, "");
        throw this.typed.refuse(`${inQuotes(this.field.name)} needs a comparison.`, { meant: [this.withValue(`>${length}`), this.withValue(`<${length}`)] });
      }
      return rangeOf({ low: start, high: start });
    }
    return sign.startsWith(">") ? rangeOf({ low: start, withLow: sign === ">=" }) : rangeOf({ high: start, withHigh: sign === "<=" });
  }

  /** @param {string} sign @param {number} start @param {number} end */
  comparedDate(sign, start, end) {
    // A date is the whole of its day: after it, the next one begins. A time is a moment, unless it stands alone.
    const isDay = !this.text.includes("T");
    switch (sign) {
      case ">":
        return rangeOf({ low: isDay ? end : start, withLow: isDay, isMoment: true });
      case ">=":
        return rangeOf({ low: start, isMoment: true });
      case "<":
        return rangeOf({ high: start, withHigh: false, isMoment: true });
      case "<=":
        return rangeOf({ high: isDay ? end : start, withHigh: !isDay, isMoment: true });
      default:
        return rangeOf({ low: start, high: end, withHigh: false, isMoment: true });
    }
  }

  /** A number, or the first millisecond of a date and that of what follows it. @param {string} text @returns {[number, number | null]} */
  momentOrNumber(text) {
    const { kind, takesDates } = this.field;
    const date = kind === "moment" || takesDates ? readDate(text) : null;
    if (date) return date;
    const number = kind === "number" ? readNumber(text) : kind === "since" ? readDuration(text) : kind === "memory" ? readMemory(text) : null;
    if (number === null) throw this.unreadable(text);
    return [number, null];
  }

  /** @param {string} text */
  unreadable(text) {
    const { kind, name } = this.field;
    if (kind in UNITS_OF_KIND && BARE_NUMBER.test(text)) return this.lacksUnit(text);
    const size = kind === "memory" ? /^(\d+(?:\.\d+)?) ?([MGT])i?B?$/i.exec(text) : null;
    const low = text.toLowerCase();
    /** @type {string[]} */ let meant = [];
    if (size) meant = [this.withValue(this.text.replaceAll(text, () => `${size[1]}${size[2].toUpperCase()}iB`))];
    else if (kind === "since" && readDuration(low) !== null) meant = [this.withValue(this.text.replaceAll(text, () => low))];
    else if (kind === "since" && readDate(text) && name in MOMENT_OF_AGE) {
      meant = [">", "<"].map((sign) => `${this.typed.minus}${MOMENT_OF_AGE[name]}:${sign}${text}`);
    } else if (kind === "moment" && readDuration(text) !== null && name in AGE_OF_MOMENT) meant = [this.typed.named(AGE_OF_MOMENT[name])];
    return this.needs(meant);
  }

  /** @param {string} number */
  lacksUnit(number) {
    const units = UNITS_OF_KIND[this.field.kind];
    const isUnfinished = this.typed.isAtEnd(this.part.end);
    const at = this.text.indexOf("..");
    if (at >= 0) {
      const ends = [this.text.slice(0, at), this.text.slice(at + 2)].map((end) => (BARE_NUMBER.test(end) ? end + units[0] : end));
      const example = this.withValue(ends.join(".."));
      return this.typed.refuse(`${number} what? For example ${asCode(example)}.`, { offered: [example], isUnfinished });
    }
    // A bare length of time does not compare anything, so the example has a sign.
    const sign = this.field.kind === "since" && this.text === number ? ">" : "";
    const examples = units.map((unit) => this.withValue(sign + this.text + unit));
    const shown = [asCode(examples[0]), ...units.slice(1).map((unit) => asCode(number + unit))].join(", ");
    return this.typed.refuse(`${number} what? For example ${shown}.`, { offered: examples, isUnfinished });
  }

  /** @param {string[]} [meant] */
  needs(meant = []) {
    const [what, example] = EXAMPLES_OF_KIND[this.field.kind];
    const shown = asCode(`${asName(this.field.name)}:>${example}`);
    const line = `${inQuotes(this.field.name)} needs ${what}`;
    if (meant.length) return this.typed.refuse(`${line}.`, { meant, otherwise: `For example ${shown}.` });
    return this.typed.refuse(`${line}, for example ${shown}.`);
  }

  /** @param {string} value */
  withValue(value) {
    return this.typed.withValue(this.part, value);
  }
}
