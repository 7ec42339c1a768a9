// @ts-check
// What a group's row says of its jobs, as far as the table knows it. What is not known is never counted as 0.
import { parentOf } from "./grouping.js";
/** @import { Table } from "./table.js" */
/** @import { Column } from "../types.js" */

const ONE_HOUR_MS = 3_600_000;
/** A job in one of these has started, and holds what it asks for. */
const IN_USE = new Set(["STARTING", "RUNNING"]);
const ENDED_WORDS = new Set(["SUCCEEDED", "FAILED"]);

/** The sum of what is known, of how many jobs it is, and how many more there are of which it is not known.
 * @typedef {{sum: number, known: number, unknown: number}} Amount */
/**
 * `counts`: jobs by status; an array is one, by what its children do, and none where they are in the group themselves. `oldest`: when the oldest was created, in epoch milliseconds, NaN where
 * that is not known of any; `undated`: of how many it is not. `hours` were run, `vcpus` and `gpus` are in use now.
 * `arrays`: how many are array jobs, `children`: how many of these are children of arrays, `live`: how many children live
 * in the arrays, NaN where one does not tell. `failures`: jobs that a run did not end as it should.
 * @typedef {{jobs: number, counts: Map<string, number>, oldest: number, undated: number, hours: Amount, vcpus: Amount, gpus: Amount,
 *   arrays: number, children: number, live: number, failures: number}} GroupFigures
 */

const noAmount = () => ({ sum: 0, known: 0, unknown: 0 });

/** @param {Amount} amount @param {number | undefined} value NaN where it is not known */
function addTo(amount, value) {
  // Of a row behind the last one that is known, there is nothing.
  if (value === undefined || Number.isNaN(value)) amount.unknown += 1;
  else {
    amount.sum += value;
    amount.known += 1;
  }
}

/** The numbers of a column, NaN where there are none. @param {Column | undefined} column @returns {(row: number) => number} */
const numbersOf = (column) => (column && "value" in column ? (row) => /** @type {any} */ (column).value(row) : () => NaN);

/** @param {Table} table @param {Uint32Array} rows @param {number} now epoch milliseconds @returns {GroupFigures} */
export function groupFigures(table, rows, now) {
  const [status, ids] = ["status", "id"].map((role) => table.columnOf(role));
  const created = numbersOf(table.columnOf("created"));
  const words = Array.from({ length: status?.count ?? 1 }, (_, code) => status?.word(code) ?? "");
  const use = new Use(table, words, now);
  const counts = new Uint32Array(words.length);
  const hasChildren = ids !== undefined && ids.count > 0;
  /** @type {number[]} */ const arrays = [];
  /** The arrays of which there are children here. @type {Set<string>} */ const opened = new Set();
  let [oldest, undated, children, failures] = [Infinity, 0, 0, 0];
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    const made = created(row);
    if (made < oldest) oldest = made;
    else if (made !== made) undated += 1;
    if (table.fate.failed(row)) failures += 1;
    if (table.sizeAt(row) > 0) {
      arrays.push(row);
      continue;
    }
    const code = status ? status.code(row) : 0;
    counts[code] += 1;
    use.add(row, code);
    const parent = hasChildren ? parentOf(/** @type {Column} */ (ids).text(row)) : "";
    if (!parent) continue;
    children += 1;
    opened.add(parent);
  }
  let live = 0;
  for (const row of arrays) {
    live += table.liveChildrenAt(row) ?? NaN;
    // What its children are and hold is told by themselves, where they are here.
    if (opened.has(table.jobIdAt(row))) continue;
    const code = status ? status.code(row) : 0;
    counts[Math.max(words.indexOf(wordOfArray(table, row, words[code])), 0)] += 1;
    use.addArray(row, code);
  }
  const { hours, vcpus, gpus } = use;
  const byWord = new Map(words.flatMap((word, code) => (counts[code] ? [[word, counts[code]]] : [])));
  return { jobs: rows.length, counts: byWord, oldest: oldest === Infinity ? NaN : oldest, undated, hours, vcpus, gpus, arrays: arrays.length, children, live, failures };
}

/** The status of an array by its children: AWS shows it as PENDING while they run. @param {Table} table @param {number} row @param {string} word */
function wordOfArray(table, row, word) {
  const children = ENDED_WORDS.has(word) ? undefined : table.facts.children.get(row);
  return children?.running ? "RUNNING" : children?.starting ? "STARTING" : word;
}

/** What jobs have used, and use now. */
class Use {
  hours = noAmount();
  vcpus = noAmount();
  gpus = noAmount();

  /** @param {Table} table @param {string[]} words of the status by its code @param {number} now */
  constructor(table, words, now) {
    this.now = now;
    this.facts = table.facts;
    this.started = numbersOf(table.columnOf("started"));
    this.stopped = numbersOf(table.columnOf("stopped"));
    this.isUnknown = words.map((word) => word === "");
    this.isOver = words.map((word) => ENDED_WORDS.has(word));
    this.isRunning = words.map((word) => word === "RUNNING");
    this.isHolding = words.map((word) => IN_USE.has(word));
    // Before it is PENDING, an array has no children.
    this.isNew = words.map((word) => word === "SUBMITTED");
  }

  /** What its children hold, as far as that was described; how long they have run, nobody knows. @param {number} row @param {number} code */
  addArray(row, code) {
    const children = this.facts.children.get(row);
    if (this.isNew[code] || (children && !this.isOver[code] && !children.running && !children.starting)) return;
    this.hours.unknown += 1;
    if (this.isOver[code]) return;
    addTo(this.vcpus, children ? this.facts.vcpus[row] : NaN);
    addTo(this.gpus, children ? this.facts.gpus[row] : NaN);
  }

  /** @param {number} row @param {number} code */
  add(row, code) {
    const isUnknown = this.isUnknown[code];
    if (isUnknown || this.isRunning[code] || this.isOver[code]) addTo(this.hours, isUnknown ? NaN : this.hoursOf(row, this.isOver[code]));
    if (!isUnknown && !this.isHolding[code]) return;
    addTo(this.vcpus, isUnknown ? NaN : this.facts.vcpus[row]);
    addTo(this.gpus, isUnknown ? NaN : this.facts.gpus[row]);
  }

  /** @param {number} row @param {boolean} isOver */
  hoursOf(row, isOver) {
    const began = this.started(row);
    const end = isOver ? this.stopped(row) : this.now;
    // A job that was ended before it started has run for no time.
    if (isOver && Number.isNaN(began) && !Number.isNaN(end)) return 0;
    // A moment ahead is from another clock: how long that is, nobody knows.
    return end >= began ? (end - began) / ONE_HOUR_MS : NaN;
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
export function partsOf({ counts }) {
  const parts = SHORT_STATUSES.map(([word, kind, statuses]) => ({ word, kind, count: statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0) }));
  const told = parts.reduce((sum, { count }) => sum + count, 0);
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...parts, { word: "unknown", kind: "unknown", count: all - told }].filter(({ count }) => count);
}

/** An amount in words: a `+` says that there is more, of which nobody knows. @param {Amount} amount */
export function amountText({ sum, known, unknown }) {
  if (!known) return "–";
  const number = sum.toLocaleString("en-US", { maximumFractionDigits: sum < 1000 ? 1 : 0 });
  return unknown ? `${number}+` : number;
}
