// @ts-check
// What the list knows of a job, before the kernel has answered; and where in the list a job is.
/** @import { NumberColumn } from "../columns/number.js" */
/** @import { Table } from "../model/table.js" */
/** @import { Column, Json } from "../types.js" */

/** The row of a job, -1 where the list has none. @param {Table} table @param {string} job its id @param {number} [hint] a row where it may be */
export function rowOfJob(table, job, hint = -1) {
  const ids = table.columnOf("id");
  if (!ids || !job) return -1;
  if (hint >= 0 && hint < table.here && ids.text(hint) === job) return hint;
  for (let row = 0; row < table.here; row += 1) if (ids.text(row) === job) return row;
  return -1;
}

/** In the shape of the details that the kernel sends, with null for what the list does not know. @param {Table} table @param {number} row -1 for none @returns {Json} */
export function rowFacts(table, row) {
  const text = (/** @type {string} */ role) => (row < 0 ? null : table.columnOf(role)?.text(row) || null);
  return {
    name: text("name"),
    status: text("status"),
    createdAt: momentOf(table.columnOf("created"), row),
    startedAt: momentOf(table.columnOf("started"), row),
    stoppedAt: momentOf(table.columnOf("stopped"), row),
    statusReason: text("reason"),
    queue: text("queue"),
    definition: text("definition"),
  };
}

/** @param {Column | undefined} column @param {number} row */
function momentOf(column, row) {
  if (row < 0 || column?.kind !== "time") return null;
  const value = /** @type {NumberColumn} */ (column).value(row);
  return Number.isNaN(value) ? null : value;
}
