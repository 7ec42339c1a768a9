// @ts-check
// What a group's row says of its jobs, as far as the table knows it. What is not known is never counted as 0.
import { sizeAt } from "./grouping.js";
/** @import { Table } from "./table.js" */
/** @import { Column } from "../types.js" */

const ONE_HOUR_MS = 3_600_000;
/** A job in one of these has started, and holds what it asks for. */
const IN_USE = new Set(["STARTING", "RUNNING"]);
const ENDED_WORDS = new Set(["SUCCEEDED", "FAILED"]);

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

const noAmount = () => ({ sum: 0, known: 0, unknown: 0 });

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
  const created = numbersOf(table.columnOf("created"));
  const words = Array.from({ length: status?.count ?? 1 }, (_, code) => status?.word(code) ?? "");
  const use = new Use(table, words, now);
  const counts = new Uint32Array(words.length);
  const [hasSizes, hasChildren] = [sizes !== undefined, ids !== undefined && ids.count > 0];
  let [oldest, undated, arrays, children, live] = [Infinity, 0, 0, 0, 0];
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    const code = status ? status.code(row) : 0;
    counts[code] += 1;
    const made = created(row);
    if (made < oldest) oldest = made;
    else if (made !== made) undated += 1;
    if (hasSizes && sizeAt(/** @type {Column} */ (sizes), row) > 0) {
      arrays += 1;
      live += table.liveChildrenAt(row) ?? NaN;
      use.addArray(code);
    } else {
      if (hasChildren && /** @type {Column} */ (ids).text(row).includes(":")) children += 1;
      use.add(row, code);
    }
  }
  const { hours, vcpus, gpus } = use;
  const byWord = new Map(words.flatMap((word, code) => (counts[code] ? [[word, counts[code]]] : [])));
  return { jobs: rows.length, counts: byWord, oldest: oldest === Infinity ? NaN : oldest, undated, hours, vcpus, gpus, arrays, children, live };
}

/** What jobs have used, and use now. */
class Use {
  hours = noAmount();
  vcpus = noAmount();
  gpus = noAmount();

  /** @param {Table} table @param {string[]} words of the status by its code @param {number} now */
  constructor(table, words, now) {
    this.now = now;
    this.started = numbersOf(table.columnOf("started"));
    this.stopped = numbersOf(table.columnOf("stopped"));
    this.isUnknown = words.map((word) => word === "");
    this.isOver = words.map((word) => ENDED_WORDS.has(word));
    this.isRunning = words.map((word) => word === "RUNNING");
    this.isHolding = words.map((word) => IN_USE.has(word));
    const facts = /** @type {{facts?: {vcpus?: Float64Array, gpus?: Float64Array} | null}} */ (table).facts;
    this.vcpusOf = facts?.vcpus;
    this.gpusOf = facts?.gpus;
  }

  /** Which of its children have run, and run now, the table does not say. @param {number} code */
  addArray(code) {
    this.hours.unknown += 1;
    if (this.isOver[code]) return;
    this.vcpus.unknown += 1;
    this.gpus.unknown += 1;
  }

  /** @param {number} row @param {number} code */
  add(row, code) {
    const isUnknown = this.isUnknown[code];
    if (isUnknown || this.isRunning[code] || this.isOver[code]) addTo(this.hours, isUnknown ? NaN : this.hoursOf(row, this.isOver[code]));
    if (!isUnknown && !this.isHolding[code]) return;
    addTo(this.vcpus, isUnknown ? NaN : this.vcpusOf?.[row] ?? NaN);
    addTo(this.gpus, isUnknown ? NaN : this.gpusOf?.[row] ?? NaN);
  }

  /** @param {number} row @param {boolean} isOver */
  hoursOf(row, isOver) {
    const began = this.started(row);
    const end = isOver ? this.stopped(row) : this.now;
    // A job that was ended before it started has run for no time.
    return isOver && Number.isNaN(began) && !Number.isNaN(end) ? 0 : Math.max(0, end - began) / ONE_HOUR_MS;
  }
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

/** An amount in words: a `+` says that there is more, of which nobody knows. @param {Amount} amount */
export function amountText({ sum, known, unknown }) {
  if (!known) return "–";
  const number = sum.toLocaleString("en-US", { maximumFractionDigits: sum < 1000 ? 1 : 0 });
  return unknown ? `${number}+` : number;
}
