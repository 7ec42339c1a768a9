// @ts-check
// What a group's row says of its jobs, as far as the table knows it. What is not known is never counted as 0.
import { isSize } from "./grouping.js";
/** @import { Table } from "./table.js" */
/** @import { Column } from "../types.js" */

const HOUR_MS = 3_600_000;
/** A job in one of these has started, and holds what it asks for. */
const HOLDING = new Set(["STARTING", "RUNNING"]);
const OVER = new Set(["SUCCEEDED", "FAILED"]);

/** The sum of what is known, of how many jobs it is, and how many more there are of which it is not known.
 * @typedef {{sum: number, known: number, unknown: number}} Amount */
/**
 * `counts`: jobs by status, an array being one. `oldest`: when the oldest was created, in epoch milliseconds, NaN where
 * that is not known of any; `undated`: of how many it is not. `hours` were run, `vcpus` and `gpus` are in use now.
 * `arrays`: how many are array jobs, `children`: how many of these are children of arrays, `live`: how many children live
 * in the arrays, NaN where one does not tell.
 * @typedef {{jobs: number, counts: Map<string, number>, oldest: number, undated: number, hours: Amount, vcpus: Amount, gpus: Amount,
 *   arrays: number, children: number, live: number}} GroupFigures
 */

const nothing = () => ({ sum: 0, known: 0, unknown: 0 });

/** @param {Amount} amount @param {number} value NaN where it is not known */
function addTo(amount, value) {
  if (Number.isNaN(value)) amount.unknown += 1;
  else {
    amount.sum += value;
    amount.known += 1;
  }
}

/** The numbers of a column, NaN where there are none. @param {Column | undefined} column @returns {(row: number) => number} */
const numbersOf = (column) => (column && "value" in column ? (row) => /** @type {any} */ (column).value(row) : () => NaN);

/** @param {Table} table @param {Uint32Array} rows @param {number} now epoch milliseconds @returns {GroupFigures} */
export function groupFigures(table, rows, now) {
  const [status, sizes, ids] = ["status", "size", "id"].map((role) => table.columnOf(role));
  const [created, started, stopped] = ["created", "started", "stopped"].map((role) => numbersOf(table.columnOf(role)));
  const facts = /** @type {{facts?: {vcpus?: Float64Array, gpus?: Float64Array} | null}} */ (table).facts;
  const figures = {
    jobs: rows.length, counts: new Map(), oldest: NaN, undated: 0, hours: nothing(), vcpus: nothing(), gpus: nothing(), arrays: 0, children: 0, live: 0,
  };
  const hasChildren = ids !== undefined && ids.count > 0;
  const words = Array.from({ length: status?.count ?? 1 }, (_, code) => status?.word(code) ?? "");
  const counts = new Uint32Array(words.length);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    const code = status ? status.code(row) : 0;
    const word = words[code];
    counts[code] += 1;
    const made = created(row);
    if (Number.isNaN(made)) figures.undated += 1;
    else if (!(figures.oldest <= made)) figures.oldest = made;
    const isArray = sizes !== undefined && isSize(sizes, row);
    if (isArray) {
      figures.arrays += 1;
      figures.live += table.liveChildrenAt(row) ?? NaN;
    } else if (hasChildren && ids.text(row).includes(":")) figures.children += 1;
    addUse(figures, { word, isArray, hours: hoursOf(word, started(row), stopped(row), now), vcpus: facts?.vcpus?.[row] ?? NaN, gpus: facts?.gpus?.[row] ?? NaN });
  }
  counts.forEach((count, code) => count && figures.counts.set(words[code], count));
  return figures;
}

/** @param {GroupFigures} figures @param {{word: string, isArray: boolean, hours: number, vcpus: number, gpus: number}} job */
function addUse({ hours, vcpus, gpus }, { word, isArray, ...job }) {
  // Which of its children have run, the table does not say.
  if (isArray) {
    hours.unknown += 1;
    if (!OVER.has(word)) [vcpus, gpus].forEach((amount) => (amount.unknown += 1));
    return;
  }
  if (word === "" || word === "RUNNING" || OVER.has(word)) addTo(hours, job.hours);
  if (word !== "" && !HOLDING.has(word)) return;
  addTo(vcpus, word ? job.vcpus : NaN);
  addTo(gpus, word ? job.gpus : NaN);
}

/** @param {string} word @param {number} started @param {number} stopped @param {number} now */
function hoursOf(word, started, stopped, now) {
  if (word === "") return NaN;
  // A job that was ended before it started has run for no time.
  if (OVER.has(word) && Number.isNaN(started) && !Number.isNaN(stopped)) return 0;
  return Math.max(0, (OVER.has(word) ? stopped : now) - started) / HOUR_MS;
}

/** The words for statuses in a group's row, in the order of its bar. @type {[string, string, string[]][]} */
export const SHORT_STATUSES = [
  ["run", "running", ["RUNNING"]],
  ["start", "starting", ["STARTING"]],
  ["wait", "waiting", ["RUNNABLE", "PENDING", "SUBMITTED"]],
  ["failed", "failed", ["FAILED"]],
  ["succeeded", "succeeded", ["SUCCEEDED"]],
];

/** How many jobs of a group are in each part of their life. @param {GroupFigures} figures @returns {{word: string, kind: string, count: number}[]} */
export function partsOf({ counts, jobs }) {
  const parts = SHORT_STATUSES.map(([word, kind, statuses]) => ({ word, kind, count: statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0) }));
  const told = parts.reduce((sum, { count }) => sum + count, 0);
  return [...parts, { word: "unknown", kind: "unknown", count: jobs - told }].filter(({ count }) => count);
}

/** An amount in words: a `+` says that there is more, of which nobody knows. @param {Amount} amount @param {number} [digits] behind the point */
export function amountText({ sum, known, unknown }, digits = 0) {
  if (!known) return "–";
  const number = sum.toLocaleString("en-US", { maximumFractionDigits: digits });
  return unknown ? `${number}+` : number;
}
