// @ts-check
// The columns of a snapshot, read from what the kernel packed.
import { IdColumn } from "./id.js";
import { NumberColumn } from "./number.js";
import { StatusColumn } from "./state.js";
import { TextColumn } from "./text.js";
/** @import { FateColumn } from "./state.js" */
/** @import { Column, Json } from "../types.js" */

/**
 * The columns of a snapshot: the kernel's, the status as it is now, and what became of each job.
 * @param {Json} header @param {ArrayBuffer} data @param {Uint8Array} texts @param {Uint8Array} lives @param {FateColumn} fate
 * @returns {Column[]}
 */
export function decode(header, data, texts, lives, fate) {
  /** @type {Column[]} */
  const columns = header.columns.map((/** @type {Json} */ described) => {
    if (described.kind === "text") return new TextColumn(described, data, header.here, texts);
    return described.kind === "ids" ? new IdColumn(described, data, header.here) : new NumberColumn(described, data, header.here);
  });
  const at = columns.findIndex((column) => column.role === "status");
  const known = lives.some((life) => life !== 0);
  if (at >= 0) columns[at] = new StatusColumn(columns[at], header.lives, lives);
  else if (known) columns.unshift(new StatusColumn(null, header.lives, lives));
  columns.splice(at >= 0 ? at + 1 : 0, 0, fate);
  return columns;
}
