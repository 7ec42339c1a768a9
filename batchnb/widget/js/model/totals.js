// @ts-check
// What the selected jobs have in use, as far as it is known. What is not known is never counted as 0.
import { memoryText } from "../cell_texts.js";
import { plural } from "../text.js";
/** @import { FactColumn, HoursColumn } from "../columns/facts.js" */
/** @import { Table } from "./table.js" */
/** @import { Column } from "../types.js" */

/** A job in one of these holds what it asks for. */
const HOLDING = new Set(["STARTING", "RUNNING"]);
const OVER = new Set(["SUCCEEDED", "FAILED"]);
const OF_FIGURES = /** @type {const} */ (["vcpu", "gpu", "memory"]);
const MANY = 10;

/** The sum of the known figures, and the number of selected jobs that may be in use with a figure that is not known.
 * @typedef {{sum: number, unknown: number}} Total */
/**
 * `arrays`: those of which a child runs; nobody knows their hours. `pending`: rows that have to be described before the sums are
 * whole. `isPriced`: whether prices are configured.
 * @typedef {Record<"vcpu" | "gpu" | "memory" | "hours" | "cost", Total> & {arrays: number, pending: number[], isPriced: boolean}} Totals
 */

/** @param {Table} table @param {Uint8Array} bits the selected rows @returns {Totals} */
export function totalsOf(table, bits) {
  const { facts, columns } = table;
  const total = () => ({ sum: 0, unknown: 0 });
  /** @type {Totals} */ const totals = { vcpu: total(), gpu: total(), memory: total(), hours: total(), cost: total(), arrays: 0, pending: [], isPriced: facts.prices !== null };
  const add = (/** @type {Total} */ to, /** @type {number} */ value) => {
    if (Number.isNaN(value)) to.unknown += 1;
    else to.sum += value;
  };
  const status = table.columnOf("status");
  const words = Array.from({ length: status?.count ?? 0 }, (_, code) => /** @type {Column} */ (status).word(code));
  // By the code of the status: there are few of them, and 100,000 rows.
  const holdsOf = words.map((word) => (OVER.has(word) ? false : word ? HOLDING.has(word) : null));
  const figures = OF_FIGURES.map((name) => ({ to: totals[name], column: /** @type {FactColumn | undefined} */ (columns.find(({ role }) => role === name)) }));
  const [hours, cost] = ["hours", "cost"].map((role) => /** @type {HoursColumn | undefined} */ (/** @type {unknown} */ (table.columnOf(role))));
  const isCovered = coveredBy(table, bits);
  const now = hours ? hours.lengths.now() : 0;
  for (let row = 0; row < table.here; row += 1) {
    if (!(bits[row >> 3] & (1 << (row & 7))) || isCovered(row)) continue;
    const isArray = table.sizeAt(row) > 0;
    const code = status ? status.code(row) : 0;
    const holds = isArray ? arrayHolds(table, row, words[code] ?? "") : (holdsOf[code] ?? null);
    if (holds === false) continue;
    let isKnown = holds === true;
    for (const { to, column } of figures) {
      // Where the table has no such column, nothing is said of it.
      if (!column) continue;
      const value = holds === null ? NaN : column.value(row);
      add(to, value);
      isKnown &&= !Number.isNaN(value);
    }
    // Whether a job without a status runs, a description does not add to its row.
    if (!isKnown && !facts.described[row] && (holds === true || isArray)) totals.pending.push(row);
    if (isArray) totals.arrays += 1;
    else {
      if (hours) add(totals.hours, holds === null ? NaN : hours.value(row, now));
      if (cost && totals.isPriced) add(totals.cost, holds === null ? NaN : cost.value(row, now));
    }
  }
  return totals;
}

/** Whether a row is a child of an array that is selected itself, and so holds what its array holds. @param {Table} table @param {Uint8Array} bits */
function coveredBy(table, bits) {
  const ids = table.columnOf("id");
  // The id of a child is longer than 16 bytes.
  if (!ids?.count || !table.sizes) return () => false;
  const arrays = new Set();
  for (let row = 0; row < table.here; row += 1) if (bits[row >> 3] & (1 << (row & 7)) && table.sizeAt(row) > 0) arrays.add(ids.text(row));
  return (/** @type {number} */ row) => {
    const [parent, index] = arrays.size ? ids.text(row).split(":") : [];
    return index !== undefined && arrays.has(parent);
  };
}

/** Whether children of an array run; null where nobody knows. @param {Table} table @param {number} row @param {string} word */
function arrayHolds(table, row, word) {
  // Before it is PENDING, an array has no children.
  if (OVER.has(word) || word === "SUBMITTED") return false;
  const children = table.facts.children.get(row);
  return children ? children.running + children.starting > 0 : null;
}

/**
 * The totals in parts, each a number and what it counts; none where nothing is in use. `hasFailed`: nothing more is described.
 * @param {Totals} totals @param {{currency?: string, isCounting?: boolean, hasFailed?: boolean}} [how] @returns {{number: string, of: string}[]}
 */
export function totalParts(totals, { currency = "", isCounting = false, hasFailed = false } = {}) {
  const { vcpu, gpu, memory, hours, cost, arrays, isPriced } = totals;
  const held = [
    part(vcpu, (sum) => withDigits(sum, 2), "vCPU"), part(gpu, (sum) => withDigits(sum, 2), "GPU"),
    part(memory, (sum) => shortMemory(sum)[0], shortMemory(memory.sum)[1]),
  ].filter((one) => one !== null);
  const unknown = vcpu.unknown + gpu.unknown + memory.unknown;
  if (held.length) held[held.length - 1].of += " in use";
  else if (unknown && !isCounting) held.push({ number: "", of: "what they have in use is not known" });
  const others = [
    part(hours, (sum) => withDigits(sum, sum < MANY ? 1 : 0), withDigits(hours.sum, hours.sum < MANY ? 1 : 0) === "1" ? "job-hour" : "job-hours"),
    isPriced ? part(cost, (sum) => priceText(sum, currency), "so far", "≈ ") : null,
  ].filter((one) => one !== null);
  if (arrays && hours.sum) others[0].of += ` + ${plural(arrays, "array")}`;
  // To leave out what nobody knows would say that it is 0. While it is being asked for, something else says so.
  const isAsked = !isCounting && (hasFailed || !totals.pending.length);
  const unanswered = isAsked && held.some(({ number }) => number) ? notKnown(totals) : [];
  return [...held, ...unanswered, ...(isCounting ? [{ number: "", of: "counting…" }] : []), ...others];
}

/** Of what the known figures add up to nothing, and others are not known. @param {Totals} totals */
function notKnown({ vcpu, gpu, memory, hours, cost, isPriced }) {
  const all = /** @type {[Total, string][]} */ ([[vcpu, "vCPU"], [gpu, "GPU"], [memory, "memory"], [hours, "job-hours"], ...(isPriced ? [[cost, "cost"]] : [])]);
  const names = all.filter(([{ sum, unknown }]) => !sum && unknown).map(([, name]) => name);
  const last = names.pop();
  return last ? [{ number: "", of: `${names.length ? `${names.join(", ")} and ` : ""}${last} not known` }] : [];
}

/** @param {Totals} totals @param {Parameters<typeof totalParts>[1]} [how] */
export const totalsText = (totals, how) => totalParts(totals, how).map(({ number, of }) => `${number} ${of}`.trim()).join("  ");

/** @param {Total} total @param {(sum: number) => string} text @param {string} of @param {string} [about] */
function part({ sum, unknown }, text, of, about = "") {
  return sum ? { number: `${unknown ? "at least " : about}${text(sum)}`, of } : null;
}

/** @param {number} sum @param {number} digits behind the point */
const withDigits = (sum, digits) => sum.toLocaleString("en-US", { maximumFractionDigits: digits });

/** @param {number} mib */
function shortMemory(mib) {
  const [number, unit] = memoryText(mib).split(" ");
  return [number.includes(".") ? String(Number(Number(number).toFixed(1))) : number, unit];
}

/** @param {number} sum @param {string} currency */
function priceText(sum, currency) {
  const digits = { maximumFractionDigits: sum < 100 ? 2 : 0, minimumFractionDigits: sum < 100 ? 2 : 0 };
  return sum.toLocaleString("en-US", /^[A-Z]{3}$/.test(currency) ? { ...digits, style: "currency", currency } : digits);
}
