// @ts-check
// What the selected jobs have in use, as far as the table knows it. What is not known is never counted as 0.
import { SOURCE_TITLES } from "../search/fields.js";
/** @import { Column } from "../types.js" */

/** A job in one of these holds what it asks for. */
const HOLDING = new Set(["STARTING", "RUNNING"]);
const OVER = new Set(["SUCCEEDED", "FAILED"]);

/** The sum of the known figures, and the number of selected jobs that may be in use with a figure that is not known.
 * @typedef {{sum: number, unknown: number}} Total */

/**
 * The totals by name, `vcpu` and `gpu`, of those that the table has a column for.
 * An array counts as not known until it has ended: the table does not say how many of its children run.
 * @param {Column[]} columns @param {Uint8Array} bits the selected rows @param {number} rows
 * @returns {Record<string, Total>}
 */
export function totalsOf(columns, bits, rows) {
  const status = columns.find((column) => column.role === "status");
  const size = numbersFor(columns, "size");
  const figures = ["vcpu", "gpu"].flatMap((name) => {
    const column = numbersFor(columns, name);
    return column ? [{ name, column, total: { sum: 0, unknown: 0 } }] : [];
  });
  for (let row = 0; row < rows && figures.length; row += 1) {
    if (!(bits[row >> 3] & (1 << (row & 7)))) continue;
    const word = status ? status.word(status.code(row)) : "";
    const isArray = size !== null && size.value(row) > 0;
    if (OVER.has(word) || (word && !HOLDING.has(word) && !isArray)) continue;
    for (const { column, total } of figures) {
      const value = column.value(row);
      if (!word || isArray || Number.isNaN(value)) total.unknown += 1;
      else total.sum += value;
    }
  }
  return Object.fromEntries(figures.map(({ name, total }) => [name, total]));
}

/** The totals in words, or nothing where nothing is in use. @param {Record<string, Total>} totals */
export function totalsText({ vcpu, gpu }) {
  const parts = [totalText(vcpu, "vCPU"), totalText(gpu, "GPU")].filter(Boolean);
  return parts.length ? `${parts.join(", ")} in use` : "";
}

/** @param {Total | undefined} total @param {string} unit */
function totalText(total, unit) {
  if (!total?.sum) return "";
  return `${total.unknown ? "at least " : ""}${total.sum.toLocaleString("en-US", { maximumFractionDigits: 2 })} ${unit}`;
}

/**
 * @param {Column[]} columns @param {string} source
 * @returns {(Column & {value(row: number): number}) | null} the column of numbers of this source
 */
function numbersFor(columns, source) {
  const titles = SOURCE_TITLES[source];
  const found = titles.map((title) => columns.find((column) => column.title === title)).find(Boolean);
  return found && found.kind === "number" && "value" in found ? /** @type {any} */ (found) : null;
}
