// @ts-check
// The lines of a grouped list in one array: the number of a row, or for the header of group g the number -1 - g.
import { floatPlanes } from "../columns/keys.js";
import { sortedRows } from "../sort.js";
/** @import { Level } from "./grouping.js" */
/** @import { Codes } from "../types.js" */

/**
 * Groups of one or two levels. `rows`: all rows, those of a group behind one another, in the order of the list within it.
 * By group: `first` and `end` say where its rows are, `code` is its code at its level, `parent` is the group around it or
 * -1. `top`: the groups of the first level in their order; `inner`: the groups of the second in theirs, those of group g
 * from `innerFirst[g]` to before `innerEnd[g]`.
 * @typedef {{rows: Uint32Array, first: number[], end: number[], code: number[], parent: number[], top: Uint32Array,
 *   inner: Uint32Array, innerFirst: number[], innerEnd: number[]}} Grouped
 */

/** Rows in the order of their codes, stable. @param {Uint32Array} rows @param {Codes} codes by row @param {number} size how many codes there are */
export function bucketed(rows, codes, size) {
  const places = new Uint32Array(size + 1);
  for (let at = 0; at < rows.length; at += 1) places[codes[rows[at]] + 1] += 1;
  for (let code = 0; code < size; code += 1) places[code + 1] += places[code];
  const ordered = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) ordered[places[codes[rows[at]]]++] = rows[at];
  return ordered;
}

/**
 * The groups of these rows.
 * @param {Uint32Array} rows in the order of the list @param {Level[]} levels one or two
 * @param {(grouped: Grouped) => {values: ArrayLike<number>, descending: boolean}} rank
 * a number by which groups are in order, NaN for last
 * @returns {Grouped}
 */
export function groupRows(rows, levels, rank) {
  let ordered = rows;
  for (const { codes, size } of [...levels].reverse()) ordered = bucketed(ordered, codes, size);
  /** @type {Grouped} */
  const grouped = { rows: ordered, first: [], end: [], code: [], parent: [], top: new Uint32Array(), inner: new Uint32Array(), innerFirst: [], innerEnd: [] };
  const { first, end, code, parent } = grouped;
  split(grouped, 0, ordered.length, levels[0], -1);
  const tops = first.length;
  // A group of one row shows it: a group in it would say the same again.
  for (let group = 0; levels[1] && group < tops; group += 1) if (end[group] - first[group] > 1) split(grouped, first[group], end[group], levels[1], group);
  const { values, descending } = rank(grouped);
  const keys = { keys: (/** @type {boolean} */ down) => floatPlanes(Float64Array.from(values), down) };
  const order = sortedRows([{ column: 0, descending }], [keys], code.length);
  grouped.top = order.filter((group) => group < tops);
  const inner = order.filter((group) => group >= tops);
  grouped.inner = bucketed(inner, Uint32Array.from(parent, (one) => Math.max(one, 0)), Math.max(tops, 1));
  grouped.innerFirst = new Array(tops).fill(0);
  grouped.innerEnd = new Array(tops).fill(0);
  grouped.inner.forEach((group, at) => {
    const owner = parent[group];
    if (!at || parent[grouped.inner[at - 1]] !== owner) grouped.innerFirst[owner] = at;
    grouped.innerEnd[owner] = at + 1;
  });
  return grouped;
}

/** Add a group for each run of one code. @param {Grouped} grouped @param {number} from @param {number} to @param {Level} level @param {number} owner */
function split({ rows, first, end, code, parent }, from, to, { codes }, owner) {
  for (let at = from; at < to; ) {
    const here = codes[rows[at]];
    first.push(at);
    code.push(here);
    parent.push(owner);
    do at += 1;
    while (at < to && codes[rows[at]] === here);
    end.push(at);
  }
}

/**
 * The lines that are seen while these groups are open, and how deep each stands, from 1 on.
 * @param {Grouped} grouped @param {(group: number) => boolean} isOpen
 */
export function linesOf({ rows, first, end, top, inner, innerFirst, innerEnd }, isOpen) {
  const lines = new Int32Array(rows.length + first.length);
  const depths = new Uint8Array(lines.length);
  let count = 0;
  const add = (/** @type {number} */ line, /** @type {number} */ depth) => {
    lines[count] = line;
    depths[count++] = depth;
  };
  const addGroup = (/** @type {number} */ group, /** @type {number} */ depth) => {
    add(-1 - group, depth);
    if (!isOpen(group)) return;
    const hasInner = depth === 1 && innerEnd[group] > innerFirst[group];
    if (hasInner) for (let at = innerFirst[group]; at < innerEnd[group]; at += 1) addGroup(inner[at], 2);
    else for (let at = first[group]; at < end[group]; at += 1) add(rows[at], depth + 1);
  };
  for (const group of top) addGroup(group, 1);
  return { lines: lines.slice(0, count), depths: depths.slice(0, count) };
}
