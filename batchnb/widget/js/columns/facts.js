// @ts-check
// Columns that are counted from others: what was described, how long a job has been in its status, and what it has cost.
import { ENDED_STATUSES, SOURCE_TITLES, WAITING_STATUSES } from "../search/fields.js";
import { duration } from "../text.js";
import { FIGURES } from "../model/facts.js";
import { floatPlanes } from "./keys.js";
/** @import { Facts, Figure, HourPrice } from "../model/facts.js" */
/** @import { Codes, Column } from "../types.js" */

const HOUR_MS = 3_600_000;
const MIB_A_GIB = 1024;
/** @typedef {Column & {value(row: number): number}} Numbers */

/** @param {number} rows @param {(row: number) => number} value */
function numbersIn(rows, value) {
  const numbers = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) numbers[row] = value(row);
  return numbers;
}

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
    return floatPlanes(numbersIn(this.rows(), (row) => this.value(row)), descending);
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

  /** @param {boolean} descending */
  keys(descending) {
    return floatPlanes(this.facts[this.name].slice(0, this.rows()), descending);
  }
}

const FACT_TITLES = /** @type {Record<Figure, string>} */ ({ vcpu: "vCPU", gpu: "GPU", memory: "Memory", tries: "Tries", exit: "Exit" });

const [IS_UNKNOWN, IS_WAITING, IS_STARTING, IS_RUNNING, IS_OVER] = [0, 1, 2, 3, 4];

/** What a status means for the time that counts. @param {string} status */
function stageOf(status) {
  if (WAITING_STATUSES.includes(status)) return IS_WAITING;
  if (ENDED_STATUSES.includes(status)) return IS_OVER;
  return status === "RUNNING" ? IS_RUNNING : status === "STARTING" ? IS_STARTING : IS_UNKNOWN;
}

/** @param {Numbers | undefined} column @param {number} row */
const momentAt = (column, row) => (column ? column.value(row) : NaN);

/** How long a job has been running, waiting, or was running until it ended; in milliseconds. */
export class ForColumn extends CountedColumn {
  /** @param {Column} status @param {Record<string, Numbers | undefined>} moments by role @param {() => number} rows */
  constructor(status, moments, rows) {
    super("For", "for", false, rows);
    this.status = status;
    /** By the code of the status: there are few of them, and 100,000 rows. */
    this.stages = Uint8Array.from({ length: status.count }, (_, code) => stageOf(status.word(code)));
    const { created, started, stopped } = moments;
    this.created = created;
    this.started = started;
    this.stopped = stopped;
    this.now = () => Date.now();
  }

  /** @param {number} row */
  stage(row) {
    return this.stages[this.status.code(row)] ?? IS_UNKNOWN;
  }

  /** Of what this is the length: the moment it began, and the moment it ended, NaN for one that is not known. @param {number} row @param {number} [now] @returns {[number, number]} */
  span(row, now = this.now()) {
    const stage = this.stage(row);
    if (stage === IS_UNKNOWN) return [NaN, NaN];
    return [this.beginning(row, stage), stage === IS_OVER ? momentAt(this.stopped, row) : now];
  }

  /** @param {number} row @param {number} stage */
  beginning(row, stage) {
    if (stage === IS_WAITING) return momentAt(this.created, row);
    const started = momentAt(this.started, row);
    // AWS sets startedAt when the job runs.
    return stage === IS_STARTING && Number.isNaN(started) ? momentAt(this.created, row) : started;
  }

  /** @param {number} row @param {number} now */
  lengthAt(row, now) {
    const stage = this.stage(row);
    if (stage === IS_UNKNOWN) return NaN;
    const length = (stage === IS_OVER ? momentAt(this.stopped, row) : now) - this.beginning(row, stage);
    // A moment ahead is from another clock: how long that is, nobody knows.
    return length >= 0 ? length : NaN;
  }

  /** @param {number} row */
  value(row) {
    return this.lengthAt(row, this.now());
  }

  /** @param {number} row */
  text(row) {
    const value = this.value(row);
    return Number.isNaN(value) ? "" : duration(value);
  }

  /** @param {boolean} descending */
  keys(descending) {
    const now = this.now();
    return floatPlanes(numbersIn(this.rows(), (row) => this.lengthAt(row, now)), descending);
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

  /** @param {number} row @param {number} [now] */
  value(row, now = this.lengths.now()) {
    const { lengths, sizes } = this;
    if (sizes && sizes.value(row) > 0) return NaN;
    const stage = lengths.stage(row);
    if (stage === IS_WAITING || (stage === IS_STARTING && Number.isNaN(momentAt(lengths.started, row)))) return 0;
    return lengths.lengthAt(row, now) / HOUR_MS;
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
    /** By the code of the queue. @type {Map<number, HourPrice | null>} */ this.known = new Map();
  }

  get pending() {
    return this.facts.pending("cost", this.rows());
  }

  /** @param {number} row */
  price(row) {
    const { facts, queue, known } = this;
    if (!queue) return priceOf(facts, "");
    const code = queue.code(row);
    let price = known.get(code);
    if (price === undefined) known.set(code, (price = priceOf(facts, queue.word(code))));
    return price;
  }

  /** @param {number} row @param {number} [now] */
  value(row, now) {
    const { facts } = this;
    const price = this.price(row);
    if (!price) return NaN;
    let each = 0;
    // What has no price needs no figure.
    if (price.vcpu) each += price.vcpu * facts.vcpus[row];
    if (price.memory) each += (price.memory * facts.memory[row]) / MIB_A_GIB;
    if (price.gpu) each += price.gpu * facts.gpus[row];
    return this.hours.value(row, now) * each;
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
