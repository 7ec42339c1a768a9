// @ts-check
// What DescribeJobs tells of each row: figures, tries, exit code and tags. What is not known is NaN, and never 0.
import { SOURCE_TITLES } from "../search/fields.js";
/** @import { Column, Json } from "../types.js" */
/** @import { PairsColumn } from "../search/columns.js" */

/** The figures by the source of a search's field, in the order in which the kernel sends them. */
export const FIGURES = /** @type {const} */ ({ vcpu: "vcpus", gpu: "gpus", memory: "memory", tries: "tries", maxTries: "maxTries", exit: "exit" });
/** @typedef {keyof typeof FIGURES} Figure */
/** What an array needs, each of its children needs: the row has what its running children hold. */
const OF_CHILDREN = ["vcpu", "gpu", "memory"];
/** Above this number of rows, numbers of 32 bits are exact enough, and fit into the memory of a page. */
const MANY_ROWS = 250_000;
const MOST_SHORT_CODES = 0xffff;

const UNTOLD = [3, 4];

/** How many children of an array run, start, and live. @typedef {{running: number, starting: number, live: number}} Children */
/** What an hour costs; 0 for what has no price. @typedef {{vcpu: number, memory: number, gpu: number}} HourPrice */
/** Prices by the name of the queue, null for other queues where those have none. @typedef {{currency: string, everywhere: HourPrice | null, byQueue: Record<string, HourPrice>}} Prices */

/** @typedef {Float32Array | Float64Array} Numbers */

/** @param {number} rows @returns {Numbers} */
const unknownNumbers = (rows) => new Float32Array(rows).fill(NaN);

/** Whether 32 bits hold a number as it is, as they do those of nearly all jobs. @param {number} value */
const isShort = (value) => Number.isNaN(value) || Math.fround(value) === value;

export class Facts {
  /** @type {Numbers} */ vcpus = new Float32Array();
  /** @type {Numbers} */ gpus = new Float32Array();
  /** In MiB. @type {Numbers} */ memory = new Float32Array();
  /** @type {Numbers} */ tries = new Float32Array();
  /** @type {Numbers} */ maxTries = new Float32Array();
  /** @type {Numbers} */ exit = new Float32Array();
  /** 0 for a row that was not described, 1 for one that was for an earlier list, 2 for this one; whether AWS knew it or not. */ described = new Uint8Array();
  /** Arrays, by row. @type {Map<number, Children>} */ children = new Map();
  /** How many nodes a multi-node job has, by row. @type {Map<number, number>} */ nodes = new Map();
  /** Each set of tags once; the first is for rows of which nobody knows them. @type {[string, string][][]} */ tagSets = [[]];
  /** The set of each row. @type {Uint16Array | Uint32Array} */ tagCodes = new Uint16Array();
  /** What all figures share of which nothing is known yet. @type {Numbers} */ unknown = new Float32Array();
  /** What an hour costs, null where no prices are configured. @type {Prices | null} */ prices = null;
  /** Grows with each change, for those who keep what they have counted. */ version = 0;

  constructor() {
    /** @type {Map<string, number>} */ this.codeOf = new Map();
    /** @type {Map<string, {version: number, mask: Uint8Array}>} */ this.masks = new Map();
    /** The numbers of the snapshot. */ this.snapshot = -1;
  }

  /**
   * Begin with a snapshot, with what its own columns know. The rest of a snapshot of which the first rows were here
   * keeps what was described meanwhile.
   * @param {Json} header @param {Column[]} columns @param {Uint8Array} [locks] why rows cannot be selected
   */
  begin(header, columns, locks) {
    if (header.snapshot !== this.snapshot || this.described.length !== header.rows) this.clear(header.rows);
    this.snapshot = header.snapshot;
    const arrays = numberColumn(columns, "size");
    for (const [source, name] of Object.entries(FIGURES)) {
      const column = numberColumn(columns, source);
      if (!column) continue;
      const told = new Float64Array(header.here);
      for (let row = 0; row < told.length; row += 1) told[row] = column.value(row);
      const numbers = this.own(name, told.every(isShort));
      const isOfChildren = OF_CHILDREN.includes(source);
      for (let row = 0; row < header.here; row += 1) {
        if (!this.described[row] && !(isOfChildren && arrays && arrays.value(row) > 0)) numbers[row] = told[row];
      }
    }
    // Of a row without an id, and of another one of the same job, AWS tells nothing.
    locks?.forEach((lock, row) => UNTOLD.includes(lock) && (this.described[row] = 2));
    this.version += 1;
  }

  /** The rows of another snapshot are the same jobs: what is known of them stays, as told for an earlier list. @param {number} snapshot */
  follow(snapshot) {
    this.snapshot = snapshot;
    this.described = this.described.map((told) => Math.min(told, 1));
  }

  /** @param {number} rows */
  clear(rows) {
    this.unknown = unknownNumbers(rows);
    for (const name of Object.values(FIGURES)) this[name] = this.unknown;
    this.described = new Uint8Array(rows);
    this.tagCodes = new Uint16Array(rows);
    this.tagSets = [[]];
    this.codeOf.clear();
    this.children.clear();
    this.nodes.clear();
    this.masks.clear();
  }

  /** The numbers of a figure, to be written into. @param {typeof FIGURES[Figure]} name @param {boolean} areShort whether 32 bits hold what is written */
  own(name, areShort) {
    const numbers = this[name];
    if (!areShort && numbers instanceof Float32Array && numbers.length <= MANY_ROWS) this[name] = new Float64Array(numbers);
    else if (numbers === this.unknown) this[name] = numbers.slice();
    return this[name];
  }

  /**
   * Take what was described. A message without figures has tags alone, which the frame had.
   * @param {Json} message @param {ArrayBuffer[]} buffers row numbers, a set of tags for each, and figures, one after the other
   */
  take(message, [rowPart, tagPart, numberPart]) {
    const [rows, tags, numbers] = [new Uint32Array(rowPart), new Uint32Array(tagPart), new Float64Array(numberPart)];
    const codes = [0, ...message.tags.map((/** @type {[string, string][]} */ pairs) => this.codeFor(pairs))];
    const count = rows.length;
    if (this.tagSets.length > MOST_SHORT_CODES && this.tagCodes instanceof Uint16Array) this.tagCodes = Uint32Array.from(this.tagCodes);
    for (let at = 0; at < count; at += 1) this.tagCodes[rows[at]] = codes[tags[at]] ?? 0;
    if (numbers.length) {
      Object.values(FIGURES).forEach((name, place) => {
        const told = numbers.subarray(place * count, (place + 1) * count);
        // Of most jobs there is no exit code, and nothing to be kept.
        if (this[name] === this.unknown && told.every(Number.isNaN)) return;
        const figures = this.own(name, told.every(isShort));
        for (let at = 0; at < count; at += 1) figures[rows[at]] = told[at];
      });
      for (let at = 0; at < count; at += 1) this.described[rows[at]] = 2;
      for (const row of message.old ?? []) this.described[row] = 1;
    }
    for (const [row, running, starting, live] of message.arrays ?? []) this.children.set(row, { running, starting, live });
    for (const [row, nodes] of message.nodes ?? []) this.nodes.set(row, nodes);
    this.version += 1;
  }

  /** @param {[string, string][]} pairs */
  codeFor(pairs) {
    const key = JSON.stringify(pairs);
    const known = this.codeOf.get(key);
    if (known !== undefined) return known;
    this.codeOf.set(key, this.tagSets.push(pairs) - 1);
    return this.tagSets.length - 1;
  }

  /** Whether this is a figure of which no row has anything. @param {string | null} source */
  isUnknown(source) {
    return source !== null && Object.hasOwn(FIGURES, source) && this[FIGURES[/** @type {Figure} */ (source)]] === this.unknown;
  }

  /** Whether a row has nothing of this that is known, and was not described. @param {string} source @param {number} row */
  isPending(source, row) {
    if (this.described[row]) return false;
    if (source === "tags") return this.tagCodes[row] === 0;
    // What a job costs needs its figures.
    const names = source === "cost" ? ["vcpus", "gpus", "memory"] : [FIGURES[/** @type {Figure} */ (source)]];
    return names.some((name) => Number.isNaN(/** @type {any} */ (this)[name][row]));
  }

  /** A 1 for each row of the first ones that is still to be described for this. @param {string} source @param {number} rows */
  pending(source, rows) {
    const known = this.masks.get(source);
    if (known && known.version === this.version && known.mask.length === rows) return known.mask;
    const mask = new Uint8Array(rows);
    for (let row = 0; row < rows; row += 1) if (this.isPending(source, row)) mask[row] = 1;
    this.masks.set(source, { version: this.version, mask });
    return mask;
  }

  /** Tags as a search reads them. @param {number} rows @returns {PairsColumn} */
  tags(rows) {
    const facts = this;
    return {
      kind: "pairs", count: this.tagSets.length, codes: this.tagCodes, pairs: (code) => facts.tagSets[code],
      get pending() { return facts.pending("tags", rows); },
    };
  }

  /** Arrays of which a child runs or starts, which AWS shows as PENDING. @param {number} rows @returns {Record<string, Uint8Array>} */
  arraysIn(rows) {
    if (!this.children.size) return {};
    const also = { RUNNING: new Uint8Array(rows), STARTING: new Uint8Array(rows) };
    for (const [row, { running, starting }] of this.children) {
      if (row >= rows) continue;
      if (running) also.RUNNING[row] = 1;
      if (starting) also.STARTING[row] = 1;
    }
    return also;
  }
}

/**
 * The column of numbers that a frame has for the source of a search's field.
 * @param {Column[]} columns @param {string} source @returns {(Column & {value(row: number): number}) | null}
 */
export function numberColumn(columns, source) {
  const titles = SOURCE_TITLES[source] ?? [];
  const found = columns.find(({ role }) => role === source) ?? titles.map((title) => columns.find((column) => column.title === title)).find(Boolean);
  return found && found.kind === "number" && "value" in found ? /** @type {any} */ (found) : null;
}
