// @ts-check
// Columns that are counted from others: what was described, how long a job has been in its status, and what it has cost.
import { ENDED_STATUSES, SOURCE_TITLES, WAITING_STATUSES } from "../search/fields.js";
import { duration } from "../text.js";
import { FIGURES } from "../model/facts.js";
import { floatPlanes } from "./keys.js";
/** @import { Facts, Figure } from "../model/facts.js" */
/** @import { Codes, Column } from "../types.js" */

const HOUR_MS = 3_600_000;
const MIB_A_GIB = 1024;
/** @typedef {Column & {value(row: number): number}} Numbers */

/** A number for each row that nobody has sent as a column. @implements {Column} */
class CountedColumn {
  kind = "number";
  count = 0;
  /** @type {Codes | null} */ codes = null;

  /** @param {string} title @param {string} role @param {boolean} hidden @param {() => number} rows how many there are now */
  constructor(title, role, hidden, rows) {
    this.title = title;
    this.role = role;
    this.hidden = hidden;
    this.rows = rows;
  }

  code() {
    return 0;
  }

  word() {
    return "";
  }

  /** NaN where it is not known. @param {number} row @returns {number} */
  value(row) {
    return row * NaN;
  }

  /** @param {number} row */
  text(row) {
    const value = this.value(row);
    return Number.isNaN(value) ? "" : String(value);
  }

  /** @param {boolean} descending */
  keys(descending) {
    return floatPlanes(Float64Array.from({ length: this.rows() }, (_, row) => this.value(row)), descending);
  }
}

/** A figure that DescribeJobs tells, as far as it is known. */
export class FactColumn extends CountedColumn {
  /** @param {Facts} facts @param {Figure} source @param {Column | null} given the frame's own @param {() => number} rows */
  constructor(facts, source, given, rows) {
    super(given?.title ?? FACT_TITLES[source], source, given ? given.hidden : source === "exit", rows);
    this.facts = facts;
    /** @type {typeof FIGURES[Figure]} */ this.name = FIGURES[source];
  }

  /** The rows that are still to be described. */
  get pending() {
    return this.facts.pending(this.role, this.rows());
  }

  /** @param {number} row */
  value(row) {
    return this.facts[this.name][row];
  }
}

const FACT_TITLES = /** @type {Record<Figure, string>} */ ({ vcpu: "vCPU", gpu: "GPU", memory: "Memory", tries: "Tries", exit: "Exit" });

/** How long a job has been running, waiting, or was running until it ended; in milliseconds. */
export class ForColumn extends CountedColumn {
  /** @param {Column} status @param {Record<string, Numbers | undefined>} moments by role @param {() => number} rows */
  constructor(status, moments, rows) {
    super("For", "for", false, rows);
    this.status = status;
    this.moments = moments;
    this.now = () => Date.now();
  }

  /** Of what this is the length: the moment it began, and the moment it ended, NaN for one that is not known. @param {number} row @returns {[number, number]} */
  span(row) {
    const { created, started, stopped } = this.moments;
    const at = (/** @type {Numbers | undefined} */ column) => (column ? column.value(row) : NaN);
    const status = this.status.word(this.status.code(row));
    if (WAITING_STATUSES.includes(status)) return [at(created), this.now()];
    if (ENDED_STATUSES.includes(status)) return [at(started), at(stopped)];
    if (status === "RUNNING") return [at(started), this.now()];
    // AWS sets startedAt when the job runs.
    if (status === "STARTING") return [Number.isNaN(at(started)) ? at(created) : at(started), this.now()];
    return [NaN, NaN];
  }

  /** @param {number} row */
  value(row) {
    const [from, to] = this.span(row);
    // A moment ahead is from another clock: how long that is, nobody knows.
    return to - from >= 0 ? to - from : NaN;
  }

  /** @param {number} row */
  text(row) {
    const value = this.value(row);
    return Number.isNaN(value) ? "" : duration(value);
  }
}

/** How many hours a job has run; an array's children run by themselves. */
export class HoursColumn extends CountedColumn {
  /** @param {ForColumn} lengths @param {Numbers | null} sizes @param {() => number} rows */
  constructor(lengths, sizes, rows) {
    super("Hours", "hours", true, rows);
    this.lengths = lengths;
    this.sizes = sizes;
  }

  /** @param {number} row */
  value(row) {
    const { lengths, sizes } = this;
    if (sizes && sizes.value(row) > 0) return NaN;
    const status = lengths.status.word(lengths.status.code(row));
    if (WAITING_STATUSES.includes(status)) return 0;
    if (status === "STARTING" && Number.isNaN(lengths.moments.started?.value(row) ?? NaN)) return 0;
    return lengths.value(row) / HOUR_MS;
  }
}

/** What a job has cost so far, at the configured prices. */
export class CostColumn extends CountedColumn {
  /** @param {Facts} facts @param {HoursColumn} hours @param {Column | undefined} queue @param {() => number} rows */
  constructor(facts, hours, queue, rows) {
    super("Cost", "cost", true, rows);
    this.facts = facts;
    this.hours = hours;
    this.queue = queue;
  }

  get pending() {
    return this.facts.pending("cost", this.rows());
  }

  /** @param {number} row */
  value(row) {
    const { facts } = this;
    const price = priceOf(facts, this.queue?.text(row) ?? "");
    if (!price) return NaN;
    const each = [[price.vcpu, facts.vcpus[row]], [price.memory, facts.memory[row] / MIB_A_GIB], [price.gpu, facts.gpus[row]]];
    // What has no price needs no figure.
    return this.hours.value(row) * each.reduce((sum, [one, amount]) => (one ? sum + one * amount : sum), 0);
  }
}

/** What an hour costs in a queue, by its name or its ARN; null where that is not known. @param {Facts} facts @param {string} queue */
function priceOf({ prices }, queue) {
  if (!prices) return null;
  const name = queue.startsWith("arn:") ? queue.slice(queue.lastIndexOf("/") + 1) : queue;
  return Object.hasOwn(prices.byQueue, name) ? prices.byQueue[name] : prices.everywhere;
}

/**
 * The columns of a snapshot with those that are counted. What the frame has of a figure takes its place in the counted one.
 * @param {Column[]} columns @param {Facts} facts @param {() => number} rows how many are here @returns {Column[]}
 */
export function withCounted(columns, facts, rows) {
  const role = (/** @type {string} */ wanted) => columns.find((column) => column.role === wanted);
  const moment = (/** @type {string} */ wanted) => /** @type {Numbers | undefined} */ (role(wanted)?.kind === "time" ? role(wanted) : undefined);
  /** @type {Column[]} */ const made = [];
  const all = columns.map((column) => {
    const source = sourceOfFigure(column, columns);
    if (!source) return column;
    const fact = new FactColumn(facts, source, column, rows);
    made.push(fact);
    return fact;
  });
  for (const source of /** @type {Figure[]} */ (Object.keys(FACT_TITLES))) {
    if (!made.some((column) => column.role === source)) all.push(new FactColumn(facts, source, null, rows));
  }
  const [status, created, started, stopped] = [role("status"), moment("created"), moment("started"), moment("stopped")];
  if (status && (created || started || stopped)) {
    const lengths = new ForColumn(status, { created, started, stopped }, rows);
    const hours = new HoursColumn(lengths, /** @type {Numbers | null} */ (role("size")?.kind === "number" ? role("size") : null), rows);
    all.push(lengths);
    if (started && !isTaken("hours", columns)) all.push(hours);
    if (started && facts.prices && !isTaken("cost", columns)) all.push(new CostColumn(facts, hours, role("queue"), rows));
  }
  return all;
}

/** The figure that a column of the frame has, null for any other column. @param {Column} column @param {Column[]} columns @returns {Figure | null} */
function sourceOfFigure(column, columns) {
  if (column.kind !== "number" || column.role !== null) return null;
  for (const source of /** @type {Figure[]} */ (Object.keys(FACT_TITLES))) {
    const first = SOURCE_TITLES[source].find((title) => columns.some((one) => one.title === title));
    if (first === column.title) return columns.find((one) => one.title === first) === column ? source : null;
  }
  return null;
}

/** @param {string} source @param {Column[]} columns */
const isTaken = (source, columns) => columns.some(({ title }) => SOURCE_TITLES[source].includes(title));
