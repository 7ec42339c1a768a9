// @ts-check
// The columns of a picker as a search looks at them: what is built in by its role or its title, and the user's own.
import { SOURCE_TITLES } from "./fields.js";
import { Schema } from "./schema.js";
/** @import { Field } from "./fields.js" */
/** @import { PairsColumn, SearchColumn, SearchTable } from "./columns.js" */

/**
 * What is needed of a column of the picker. `count` is how many texts it keeps; 0 where it keeps none, but makes them.
 * @typedef {{title: string, role: string | null, kind: string, hidden: boolean, count: number, text(row: number): string,
 *   codes: Uint8Array | Uint16Array | Uint32Array | null, word(code: number): string, value?: (row: number) => number,
 *   all?: string, ends?: Uint32Array, code?: (row: number) => number, pending?: Uint8Array,
 *   mark?: (test: {needle: string | null}, hit: Uint8Array) => void}} PickerColumn
 */
/**
 * What the picker knows besides the columns: the marks of rows, by name, and tags, which a column's text does not give exactly.
 * @typedef {{isHidden?: (column: PickerColumn) => boolean, marks?: Record<string, (row: number) => boolean>, tags?: PairsColumn | null,
 *   also?: Record<string, Uint8Array>}} PickerFacts
 */

/** The outcomes with the message of each. */
const MESSAGES = "own:fate";

/** @param {PickerColumn[]} columns @param {number} rows @param {number} now epoch milliseconds @param {PickerFacts} [facts] @returns {SearchTable} */
export function pickerTable(columns, rows, now, { isHidden = ({ hidden }) => hidden, marks, tags, also } = {}) {
  /** @type {Map<string, SearchColumn>} */ const found = new Map();
  /** @type {Field[]} */ const own = [];
  /** @type {string[]} */ const shown = [];
  for (const column of columns) {
    // How long a job has been in its status, `running:` and `waiting:` ask.
    if (column.role === "for") continue;
    const source = sourceOf(column, columns);
    const key = source !== null && !found.has(source) ? source : `own:${column.title}`;
    if (key !== source) own.push({ name: column.title, kind: kindOfOwn(column), source: key });
    if (!found.has(key)) found.set(key, asSearched(column, rows));
    if (column.kind === "text" && !isHidden(column)) shown.push(key === "fate" ? MESSAGES : key);
    // A word is looked for in what AWS said, too; `result:` asks for the outcome alone.
    if (key === "fate") found.set(MESSAGES, { kind: "texts", text: (row) => column.text(row) || null });
  }
  if (tags) found.set("tags", tags);
  if (marks) found.set("flags", { kind: "marks", has: (name, row) => marks[name]?.(row) ?? null });
  return { rows, now, schema: new Schema(found.keys(), own), columns: found, shown, also };
}

/** Which built-in column this is: by its role, else by its title, if no other column has an earlier one. @param {PickerColumn} column @param {PickerColumn[]} columns */
function sourceOf(column, columns) {
  if (column.role === "fate") return "fate";
  if (column.role !== null && Object.hasOwn(SOURCE_TITLES, column.role)) return column.role;
  const titles = columns.map(({ title }) => title);
  for (const [source, known] of Object.entries(SOURCE_TITLES)) {
    // Tags in one text cannot be told apart: a value may hold what looks like another tag.
    if (source === "tags" || columns.some(({ role }) => role === source)) continue;
    if (known.find((title) => titles.includes(title)) === column.title) return source;
  }
  return null;
}

/** @param {PickerColumn} column @returns {Field["kind"]} */
function kindOfOwn({ kind }) {
  return kind === "time" ? "moment" : kind === "number" ? "number" : "text";
}

/** @param {PickerColumn} column @param {number} rows @returns {SearchColumn} */
function asSearched(column, rows) {
  const { value, all, ends } = column;
  if (value) return { kind: "numbers", value: (row) => value.call(column, row), get pending() { return column.pending ?? null; } };
  if (column.role === "fate") return fateAsSearched(column, rows);
  if (column.count) {
    const joined = all === undefined || ends === undefined ? null : { all, ends };
    return { kind: "words", count: column.count, codes: column.codes, word: (code) => column.word(code), joined };
  }
  const text = (/** @type {number} */ row) => column.text(row);
  if (!column.mark) return { kind: "texts", text };
  return { kind: "texts", text, mark: (word, hit) => column.mark?.({ needle: word }, hit) };
}

/** @param {PickerColumn} column @param {number} rows @returns {SearchColumn} */
function fateAsSearched(column, rows) {
  const { code } = column;
  if (!code) return { kind: "texts", text: (row) => column.text(row) || null };
  /** @type {Uint8Array | null} */ let codes = null;
  // Few searches ask for results, and all of them make a column of it.
  return { kind: "words", count: column.count, get codes() { return (codes ??= Uint8Array.from({ length: rows }, (_, row) => code.call(column, row))); }, word: (one) => column.word(one) };
}
