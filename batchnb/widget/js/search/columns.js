// @ts-check
// The columns of a table as a search needs them. `table.js` makes them for the picker.
import { foldedText, isAscii, normalized } from "./letters.js";
/** @import { Schema } from "./schema.js" */

/**
 * Texts, each kept once: row `r` has the text of `codes[r]`, or of `r + 1` where there are no codes. Code 0 is a row
 * without a text. `joined`: all texts behind one another, and where each ends (UTF-16), so that one search finds a word in
 * 100,000 of them.
 * @typedef {{kind: "words", count: number, codes: Uint8Array | Uint16Array | Uint32Array | null, word(code: number): string,
 *   joined?: {all: string, ends: Uint32Array} | null, pending?: Uint8Array | null}} WordsColumn
 */
/**
 * Texts that are made when somebody looks; null for a row without one. Where every row has one, `mark` may set a 1 for each
 * row whose text holds a folded word; without it, each row is looked at.
 * @typedef {{kind: "texts", text(row: number): string | null, mark?(word: string, hit: Uint8Array): void, pending?: Uint8Array | null}} TextsColumn
 */
/** Numbers, or times as epoch milliseconds; NaN where there is none. @typedef {{kind: "numbers", value(row: number): number, pending?: Uint8Array | null}} NumbersColumn */
/** Tags as pairs, each set kept once; code 0 is a row of which nobody knows them.
 * @typedef {{kind: "pairs", count: number, codes: Uint8Array | Uint16Array | Uint32Array | null, pairs(code: number): [string, string][],
 *   pending?: Uint8Array | null}} PairsColumn */
/** Whether a row has a mark. @typedef {{kind: "marks", has(name: string, row: number): boolean | null, pending?: Uint8Array | null}} MarksColumn */
/** In `pending` a 1 stands for a row that was not described yet. @typedef {WordsColumn | TextsColumn | NumbersColumn | PairsColumn | MarksColumn} SearchColumn */

/**
 * A table at one moment. `columns`: by the `source` of a field. `shown`: the sources in which a word without a field is
 * looked for. `now`: epoch milliseconds, what ages are counted from. `also`: rows in a status besides the one of their
 * column, such as arrays of which a child runs.
 * @typedef {{rows: number, now: number, schema: Schema, columns: Map<string, SearchColumn>, shown: string[],
 *   also?: Record<string, Uint8Array>}} SearchTable
 */

/** Folded texts of columns, which cost more than a search in them. @type {WeakMap<object, {all: string, ends: Uint32Array}>} */
const foldedJoins = new WeakMap();

/** All texts of a column in lower case, behind one another, and where each ends. @param {WordsColumn} column */
export function foldedJoin(column) {
  // The ends of a picker's column stay while what hands it over is made anew for each search.
  const owner = column.joined?.ends ?? column;
  const known = foldedJoins.get(owner);
  if (known) return known;
  const made = madeFoldedJoin(column);
  foldedJoins.set(owner, made);
  return made;
}

/** @param {WordsColumn} column */
function madeFoldedJoin(column) {
  if (column.joined && isAscii(column.joined.all)) {
    const low = column.joined.all.toLowerCase();
    // Most texts are so from the start, and need no second place in memory.
    return { all: low === column.joined.all ? column.joined.all : low, ends: column.joined.ends };
  }
  const ends = new Uint32Array(column.count);
  const words = Array.from({ length: column.count }, (_, code) => (code ? foldedText(column.word(code)) : ""));
  let end = 0;
  words.forEach((word, code) => (ends[code] = end += word.length));
  return { all: words.join(""), ends };
}

/** A 1 for each code whose text holds this folded word. @param {WordsColumn} column @param {string} word */
export function codesWith(column, word) {
  const { all, ends } = foldedJoin(column);
  const found = new Uint8Array(column.count);
  // One search through all texts at once; a find across a border between two does not count.
  let [code, at] = [0, all.indexOf(word)];
  while (at >= 0) {
    while (ends[code] <= at) code += 1;
    const isInside = at + word.length <= ends[code];
    if (isInside) found[code] = 1;
    at = all.indexOf(word, isInside ? ends[code] : at + 1);
  }
  return found;
}

/** A 1 for each code whose text passes, given as the text that it is part of and where it stands in that. @param {WordsColumn} column @param {(all: string, start: number, end: number) => boolean} passes */
export function codesThat(column, passes) {
  const found = new Uint8Array(column.count);
  const { joined } = column;
  if (joined && isAscii(joined.all)) {
    for (let code = 1; code < column.count; code += 1) if (passes(joined.all, joined.ends[code - 1], joined.ends[code])) found[code] = 1;
    return found;
  }
  for (let code = 1; code < column.count; code += 1) {
    const word = normalized(column.word(code));
    if (passes(word, 0, word.length)) found[code] = 1;
  }
  return found;
}
