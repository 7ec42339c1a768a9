// @ts-check
// The order of rows: a counting sort over the keys that the columns give.
/** @import { Column, SortKey } from "./types.js" */

/**
 * All rows in order, stable; rows without a value last in both directions. A counting sort for each 16 bits of each
 * key, the least important first.
 * @param {SortKey[]} sorts @param {Column[]} columns @param {number} rows
 */
export function sortedRows(sorts, columns, rows) {
  let [order, spare] = [new Uint32Array(rows), new Uint32Array(rows)];
  for (let row = 0; row < rows; row += 1) order[row] = row;
  const places = new Uint32Array(0x10000);
  for (const { column, descending } of [...sorts].reverse()) {
    for (const plane of columns[column].keys(descending)) {
      places.fill(0);
      for (let row = 0; row < rows; row += 1) places[plane[row]] += 1;
      if (!rows || places[plane[0]] === rows) continue;
      for (let key = 0, place = 0; key < places.length; key += 1) {
        const count = places[key];
        places[key] = place;
        place += count;
      }
      for (let at = 0; at < rows; at += 1) spare[places[plane[order[at]]]++] = order[at];
      [order, spare] = [spare, order];
    }
  }
  return order;
}

/** A click on a title: ascending, descending, off; with shift beside what is there. @param {SortKey[]} sorts @param {number} column @param {boolean} more */
export function nextSort(sorts, column, more) {
  const now = sorts.find((sort) => sort.column === column);
  const next = !now ? { column, descending: false } : now.descending ? null : { column, descending: true };
  if (!more) return next ? [next] : [];
  const others = sorts.map((sort) => (sort.column === column ? next : sort)).filter((sort) => sort !== null);
  return now ? others : [...others, /** @type {SortKey} */ (next)];
}
