// @ts-check
// Which rows are shown, and in which order: by the search, the facets and the sort.
import { countOnes } from "../bits.js";
import { search } from "../query.js";
import { sortedRows } from "../sort.js";
/** @import { Missing } from "../search/evaluate.js" */
/** @import { QueryError } from "../search/parse.js" */
/** @import { Layout } from "./layout.js" */
/** @import { Table } from "./table.js" */
/** @import { Column, SortKey } from "../types.js" */

const MISSES_TWO = 0xff;
const MOST_VALUES = 2000;

export class Matches {
  query = "";
  /** Whether the rows are those of an earlier query, while one is typed that cannot be read yet. */ isStale = false;
  /** What is wrong with the query. @type {string | null} */ error = null;
  /** The same, with what could have been meant. @type {QueryError | null} */ refusal = null;
  /** What has to be described before the query can be answered. @type {Missing | null} */ missing = null;
  /** A 1 for each row of these. @type {Uint8Array | null} */ pending = null;
  /** The codes that each facet lets pass. @type {Map<string, Set<number>>} */ facets = new Map();
  /** @type {SortKey[]} */ sorts = [];
  /** The rows that match, in their order. */ rows = new Uint32Array();
  /** How many rows each facet would leave, by its codes. @type {Map<string, Map<number, number>>} */ counts = new Map();

  /** Whether a row is selected. @type {(row: number) => boolean} */ isSelected = () => false;

  /** @param {Table} table @param {Layout} layout */
  constructor(table, layout) {
    this.table = table;
    this.layout = layout;
    /** A 1 for each row that search and facets leave. */ this.matching = new Uint8Array();
    /** A 1 for each row that the search leaves. @type {Uint8Array | null} */ this.found = null;
    /** All rows in the order of the sort; null where that is their own. @type {Uint32Array | null} */ this.order = null;
  }

  get isFiltered() {
    return [...this.facets.values()].some((wanted) => wanted.size);
  }

  /** Whether rows stand in the order of the table, and all of them. */
  get isPlain() {
    return !this.query && !this.sorts.length && !this.isFiltered;
  }

  /** Sort by what was the column of that name before. @param {(string | undefined)[]} titles */
  follow(titles) {
    this.sorts = this.sorts
      .map((sort, at) => ({ ...sort, column: this.table.columns.findIndex((column) => column.title === titles[at]) }))
      .filter((sort) => sort.column >= 0);
  }

  get titles() {
    return this.sorts.map((sort) => this.table.columns[sort.column]?.title);
  }

  sort() {
    // The first rows of the table are not the first ones of a sort: that waits for all of them.
    const { columns, rows, isPartial } = this.table;
    this.order = this.sorts.length && !isPartial ? sortedRows(this.sorts, columns, rows) : null;
    this.filter();
  }

  /** The rows that match and have no place in the order, since what it goes by was not described. */
  get unsorted() {
    const pending = this.sorts.length ? this.table.columns[this.sorts[0].column]?.pending : undefined;
    if (!pending) return [];
    return Array.from(this.rows).filter((row) => pending[row]);
  }

  filter() {
    this.take(this.find());
  }

  /** Take a query that is being typed. While it cannot be read, the rows stay those of the one before, until `filter`. @param {string} query */
  type(query) {
    this.query = query;
    const found = this.find();
    if (found.refusal) this.isStale = true;
    else this.take(found);
  }

  find() {
    return search(this.query, this.table.columns, this.table.here, Date.now(), {
      // A word is looked for where it can be seen, a field in all columns.
      isHidden: (column) => this.layout.isHidden(column),
      marks: { selected: this.isSelected },
      tags: this.table.facts.tags(this.table.here),
      also: this.table.facts.arraysIn(this.table.here),
    });
  }

  /** @param {ReturnType<typeof search>} found */
  take({ mask, error, refusal, missing, pending }) {
    this.isStale = false;
    this.missing = missing;
    this.pending = pending;
    this.error = error;
    this.refusal = refusal;
    this.found = refusal ? null : mask;
    this.matching = this.count(mask, new Uint8Array(this.table.here));
    // The facets of a search that cannot be read stand there with what is in the list, and are off.
    if (refusal) this.recount();
    this.rows = this.inOrder();
  }

  inOrder() {
    const { matching, order } = this;
    const rows = new Uint32Array(countOnes(matching));
    let count = 0;
    if (order) {
      for (let at = 0; at < order.length; at += 1) if (matching[order[at]]) rows[count++] = order[at];
    } else for (let row = 0; row < matching.length; row += 1) if (matching[row]) rows[count++] = row;
    return rows;
  }

  /** Count anew after rows have changed. Which are shown stays: nobody must lose the row that they watch. */
  recount() {
    this.count(this.found ?? new Uint8Array(this.table.here).fill(1), null);
  }

  /** @returns {[string, Column][]} */
  get facetColumns() {
    const { table } = this;
    /** @type {[string, Column | undefined][]} */
    const all = [["status", table.columnOf("status")], ["queue", table.columnOf("queue")], ["fate", table.fate.hidden ? undefined : table.fate]];
    const few = all.filter(([, column]) => column && column.count > 0 && column.count <= MOST_VALUES && (column.codes || column === table.fate));
    // Of the first rows alone, nothing can be counted: the kernel has said how many there are of each.
    return /** @type {[string, Column][]} */ (table.isPartial ? few.filter(([name]) => table.header?.facets?.[name]) : few);
  }

  /**
   * Count each facet among the rows that the search and the other facets leave.
   * @template {Uint8Array | null} T
   * @param {Uint8Array} found @param {T} matching gets a 1 for each row that all of them leave @returns {T}
   */
  count(found, matching) {
    const { here: rows, fate, isPartial, header } = this.table;
    const facets = this.facetColumns.map(([name, column]) => {
      const size = Math.max(column.count, 1);
      const wanted = this.facets.get(name);
      const passes = new Uint8Array(size).fill(wanted?.size ? 0 : 1);
      wanted?.forEach((code) => (passes[code] = 1));
      return { name, codes: column.codes ?? Uint8Array.from(fate.fates, (code) => code & 0x7f), passes, counts: new Uint32Array(size) };
    });
    // A column at a time: how many facets a row misses, and which was the last.
    const misses = new Uint8Array(rows);
    facets.forEach(({ codes, passes }, at) => {
      if (passes.every((pass) => pass === 1)) return;
      for (let row = 0; row < rows; row += 1) if (!passes[codes[row]]) misses[row] = misses[row] ? MISSES_TWO : at + 1;
    });
    if (matching) for (let row = 0; row < rows; row += 1) matching[row] = found[row] && !misses[row] ? 1 : 0;
    facets.forEach(({ codes, counts }, at) => {
      for (let row = 0; row < rows; row += 1) if (found[row] && (!misses[row] || misses[row] === at + 1)) counts[codes[row]] += 1;
    });
    const whole = isPartial ? header?.facets : null;
    this.counts = new Map(facets.map(({ name, counts }) => [name, new Map((whole?.[name] ?? [...counts]).map((/** @type {number} */ count, /** @type {number} */ code) => [code, count]))]));
    return matching;
  }
}
