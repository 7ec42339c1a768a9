// @ts-check
// The order of rows: a counting sort over the keys that the columns give.
/** @import { Plane } from "./columns/keys.js" */
/** @import { Column, SortKey } from "./types.js" */

const ALL_KEYS = 0x10000;
/** Fewer rows are compared with one another: to count keys is more work than that. */
const FEW_ROWS = 500;
/** Few rows are alike in this number of planes of 16 bits, of those that tell rows apart. */
const ENOUGH_PLANES = 2;
/** Rows alike in these are put in order one by one, up to this number next to one another. */
const FEW_ALIKE = 32;
/** How many rows have each key, and then where each begins. */
const places = new Uint32Array(ALL_KEYS);

/**
 * All rows in order, stable; rows without a value last in both directions.
 * @param {SortKey[]} sorts @param {Pick<Column, "keys">[]} columns @param {number} rows
 */
export function sortedRows(sorts, columns, rows) {
  const planes = sorts.flatMap(({ column, descending }) => columns[column].keys(descending));
  if (rows < FEW_ROWS) return Uint32Array.from({ length: rows }, (_, row) => row).sort(comparison(planes));
  /** @type {Uint16Array[]} */ const first = [];
  let taken = 0;
  while (taken < planes.length && first.length < ENOUGH_PLANES) {
    const plane = planes[taken++].all();
    if (!isOneKey(plane)) first.push(plane);
  }
  const rest = planes.slice(taken);
  const order = inOrderOf(first, rows);
  if (!rest.length || orderAlike(order, first, rest)) return order;
  return inOrderOf([...first, ...rest.map((plane) => plane.all())], rows);
}

/** @param {Uint16Array} plane */
function isOneKey(plane) {
  for (let row = 1; row < plane.length; row += 1) if (plane[row] !== plane[0]) return false;
  return true;
}

/** A counting sort for each plane, the least important first. @param {Uint16Array[]} planes the most important first @param {number} rows */
function inOrderOf(planes, rows) {
  let [order, spare] = [new Uint32Array(rows), new Uint32Array(planes.length ? rows : 0)];
  for (let row = 0; row < rows; row += 1) order[row] = row;
  for (const plane of [...planes].reverse()) {
    places.fill(0);
    for (let row = 0; row < rows; row += 1) places[plane[row]] += 1;
    if (!rows || places[plane[0]] === rows) continue;
    for (let key = 0, place = 0; key < ALL_KEYS; key += 1) {
      const count = places[key];
      places[key] = place;
      place += count;
    }
    for (let at = 0; at < rows; at += 1) spare[places[plane[order[at]]]++] = order[at];
    [order, spare] = [spare, order];
  }
  return order;
}

/** Compares two rows; those that are alike stay in their own order. @param {Plane[]} planes the most important first @returns {(a: number, b: number) => number} */
function comparison(planes) {
  return (a, b) => {
    for (const plane of planes) {
      const difference = plane.at(a) - plane.at(b);
      if (difference) return difference;
    }
    return a - b;
  };
}

/**
 * Put rows in order that are alike in the planes they are sorted by. Returns false where too many are, with the order as it was.
 * @param {Uint32Array} order @param {Uint16Array[]} sorted the planes that it goes by @param {Plane[]} rest the most important first
 */
function orderAlike(order, sorted, rest) {
  /** @type {[number, number][]} */ const runs = [];
  const isAlike = (/** @type {number} */ a, /** @type {number} */ b) => sorted.every((plane) => plane[a] === plane[b]);
  for (let from = 0, to = 0; from < order.length; from = to) {
    for (to = from + 1; to < order.length && isAlike(order[from], order[to]); to += 1) if (to - from >= FEW_ALIKE) return false;
    if (to - from > 1) runs.push([from, to]);
  }
  const compare = comparison(rest);
  for (const [from, to] of runs) order.set(Array.from(order.subarray(from, to)).sort(compare), from);
  return true;
}

/** A click on a title: ascending, descending, off; with shift beside what is there. @param {SortKey[]} sorts @param {number} column @param {boolean} more */
export function nextSort(sorts, column, more) {
  const now = sorts.find((sort) => sort.column === column);
  const next = !now ? { column, descending: false } : now.descending ? null : { column, descending: true };
  if (!more) return next ? [next] : [];
  const others = sorts.map((sort) => (sort.column === column ? next : sort)).filter((sort) => sort !== null);
  return now ? others : [...others, /** @type {SortKey} */ (next)];
}
