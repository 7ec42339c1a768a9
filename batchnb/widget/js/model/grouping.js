// @ts-check
// By what rows can be grouped, and which group each row is in: a code for each row, and a title for each code.
import { shortDefinition } from "../cell_texts.js";
import { labelOf } from "../columns/labels.js";
import { shortId } from "../text.js";
import { nameStem } from "./stem.js";
/** @import { Table } from "./table.js" */
/** @import { Codes, Column } from "../types.js" */

/** A column with more values than this makes no groups that anybody could look through. */
export const MOST_GROUPS = 1000;

/** What makes groups besides a column as it is. */
const BUILT_IN = /** @type {Record<string, {label: string, of: string, level(table: Table): Level | null}>} */ ({
  definition: { label: "Definition", of: "definition", level: (table) => mappedLevel(table.columnOf("definition"), shortDefinition, "Definition") },
  "name stem": { label: "Name stem", of: "name", level: (table) => mappedLevel(table.columnOf("name"), nameStem, "Name stem", { isStem: true }) },
  array: { label: "Array", of: "size", level: arrayLevel },
  queue: { label: "Queue", of: "queue", level: (table) => mappedLevel(table.columnOf("queue"), shortDefinition, "Queue") },
});

/**
 * One level of groups. `codes`: the group of each row, from 0 to `size` - 1. `word`: what all rows of a group have in
 * common, empty where they have nothing; by it a group is the same one in the next snapshot. `isStem`: a group of one row
 * has the name of the row as its title. `arrays`: the row of the array itself by code, -1 where it is not in the table.
 * @typedef {{label: string, codes: Codes, size: number, word(code: number): string, isStem?: boolean, arrays?: Int32Array}} Level
 */

/**
 * What the menu offers: the names that `levelOf` takes, and how each is called.
 * @param {Table} table @returns {{name: string, label: string}[]}
 */
export function groupChoices(table) {
  // To group by them is more work than to see that there is something to group by.
  const built = Object.entries(BUILT_IN).filter(([, { of, level }]) => table.columnOf(of) && (of !== "size" || level(table))).map(([name, { label }]) => ({ name, label }));
  const taken = new Set(["name", "definition", "queue", "id", "size"]);
  // Moments hardly ever agree.
  const others = table.columns.filter((column) => column.kind !== "time" && !taken.has(column.role ?? "") && !Object.hasOwn(BUILT_IN, column.title) && !(column.role === "fate" && column.hidden));
  return [...built, ...others.flatMap((column) => (hasGroups(column, table) ? [{ name: nameOf(column), label: labelOf(column) }] : []))];
}

/** Whether a column makes groups. One of which nothing was described yet makes one, without a look at its rows. @param {Column} column @param {Table} table */
const hasGroups = (column, { facts, here }) => facts.isUnknown(column.role) || columnLevel(column, here) !== null;

/** @param {Column} column */
const nameOf = (column) => (column.role === "status" || column.role === "fate" ? column.role : column.title);

/** What groups the rows under this name: one of those built in, the role of a column, or its title; null if nothing does. @param {string} name @param {Table} table @returns {Level | null} */
export function levelOf(name, table) {
  if (Object.hasOwn(BUILT_IN, name)) return BUILT_IN[name].level(table);
  const column = table.columnOf(name) ?? table.columns.find(({ title }) => title === name);
  return column ? columnLevel(column, table.here) : null;
}

/** Levels that only a new snapshot changes. @type {WeakMap<Column, Map<string, Level | null>>} */
const levels = new WeakMap();

/** @param {Column} column @param {string} label @param {() => Level | null} make @returns {Level | null} */
function kept(column, label, make) {
  const known = levels.get(column) ?? new Map();
  levels.set(column, known);
  if (!known.has(label)) known.set(label, make());
  return known.get(label);
}

/**
 * Groups by what is made of each word of a column.
 * @param {Column | undefined} column @param {(word: string) => string} map @param {string} label @param {{isStem?: boolean}} [more]
 * @returns {Level | null}
 */
function mappedLevel(column, map, label, more) {
  if (!column || !("rows" in column) || !column.count) return null;
  return kept(column, label, () => {
    /** @type {Map<string, number>} */ const codeOf = new Map();
    const mapped = new Uint32Array(column.count);
    for (let code = 0; code < column.count; code += 1) {
      const word = map(column.word(code));
      const known = codeOf.get(word);
      mapped[code] = known ?? codeOf.size;
      if (known === undefined) codeOf.set(word, codeOf.size);
    }
    const rows = Number(column.rows);
    const codes = new Uint32Array(rows);
    const given = column.codes;
    for (let row = 0; row < rows; row += 1) codes[row] = mapped[given ? given[row] : row + 1];
    const words = [...codeOf.keys()];
    return { label, codes, size: words.length, word: (code) => words[code], ...more };
  });
}

/** Groups by a column as it is, or null where it has too many values. @param {Column} column @param {number} rows @returns {Level | null} */
function columnLevel(column, rows) {
  const label = labelOf(column);
  if (column.codes && column.count <= MOST_GROUPS + 1) return { label, codes: column.codes, size: Math.max(column.count, 1), word: (code) => column.word(code) };
  // What stands in a column without codes may change while the table stays, as it is described.
  return column.codes || (column.count > MOST_GROUPS + 1 && column.role !== "fate") ? null : foundLevel(column, rows);
}

/** @param {Column} column @param {number} rows @returns {Level | null} */
function foundLevel(column, rows) {
  const value = "value" in column ? /** @type {(row: number) => number} */ (column.value) : null;
  // What AWS said of each job that was refused makes no group.
  const text = (/** @type {number} */ row) => (column.role === "fate" ? column.word(column.code(row)) : column.text(row));
  /** @type {Map<string | number, number>} */ const codeOf = new Map();
  /** @type {number[]} */ const samples = [];
  const codes = new Uint16Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const key = value ? value.call(column, row) : text(row);
    let code = codeOf.get(key);
    if (code === undefined) {
      if (codeOf.size === MOST_GROUPS) return null;
      code = codeOf.size;
      codeOf.set(key, code);
      samples.push(row);
    }
    codes[row] = code;
  }
  const words = samples.map(text);
  return { label: labelOf(column), codes, size: Math.max(words.length, 1), word: (code) => words[code] ?? "" };
}

/** Groups of an array and those of its children that are in the table; all other rows are in one. @param {Table} table @returns {Level | null} */
function arrayLevel(table) {
  const ids = table.columnOf("id");
  if (!ids) return null;
  const level = kept(ids, "Array", () => {
    /** @type {Map<string, number>} */ const codeOf = new Map();
    /** @type {number[]} */ const arrays = [-1];
    const codes = new Uint32Array(table.here);
    const codeAt = (/** @type {string} */ id) => {
      const known = codeOf.get(id);
      if (known !== undefined) return known;
      arrays.push(-1);
      codeOf.set(id, arrays.length - 1);
      return arrays.length - 1;
    };
    for (let row = 0; row < table.here; row += 1) {
      const isArray = table.sizeAt(row) > 0;
      // Without codes and words, all ids are those of whole jobs.
      const parent = isArray ? ids.text(row) : ids.count ? parentOf(ids.text(row)) : "";
      if (parent) codes[row] = codeAt(parent);
      if (isArray) arrays[codes[row]] = row;
    }
    const names = ["", ...codeOf.keys()];
    return { label: "Array", codes, size: names.length, word: (code) => names[code], arrays: Int32Array.from(arrays) };
  });
  return level && level.size > 1 ? level : null;
}

/** The id of the array that a child belongs to, or nothing for another job. @param {string} id */
export function parentOf(id) {
  const at = id.indexOf(":");
  return at > 0 && /^\d+$/.test(id.slice(at + 1)) ? id.slice(0, at) : "";
}

/** How a group is called. @param {Level} level @param {number} code @param {number} row its first row @param {number} rows how many it has @param {Table} table */
export function groupTitle(level, code, row, rows, table) {
  const word = level.word(code);
  if (level.arrays) return word ? `${table.columnOf("name")?.text(row) || "(no name)"} · ${shortId(word)}` : "Not in an array";
  if (level.isStem && rows === 1) return table.columnOf("name")?.text(row) || "(no name)";
  return word || (level.isStem ? "(no name)" : `(no ${level.label})`);
}
