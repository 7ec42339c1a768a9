// @ts-check
// What the search language finds in the rows that are here.
import { searchTable } from "./search/evaluate.js";
import { pickerTable } from "./search/table.js";
/** @import { Missing } from "./search/evaluate.js" */
/** @import { QueryError } from "./search/parse.js" */
/** @import { PickerFacts } from "./search/table.js" */
/** @import { Column } from "./types.js" */

/**
 * A 1 for each row that matches. A query that cannot be read matches nothing: it must not widen.
 * @param {string} query @param {Column[]} columns @param {number} rows @param {number} now epoch milliseconds
 * @param {PickerFacts} [facts] what the picker knows of rows, besides their columns
 * @returns {{mask: Uint8Array, error: string | null, refusal: QueryError | null, missing: Missing | null, pending: Uint8Array | null}}
 */
export function search(query, columns, rows, now, facts = {}) {
  const { mask, error, missing, pending = null } = searchTable(query, pickerTable(columns, rows, now, facts));
  return { mask, error: error && error.message, refusal: error, missing, pending };
}
