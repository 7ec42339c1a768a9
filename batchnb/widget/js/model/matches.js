// @ts-check
// Which rows are shown, and in which order: by the search and the sort.
import { countOnes } from "../bits.js";
import { search } from "../query.js";
import { sortedRows } from "../sort.js";
import { Facets } from "./facet_counts.js";
/** @import { Missing } from "../search/evaluate.js" */
/** @import { QueryError } from "../search/parse.js" */
/** @import { Layout } from "./layout.js" */
/** @import { Table } from "./table.js" */
/** @import { SortKey } from "../types.js" */

/** The search that finds the jobs of a run. */
export const ALL_RESULTS = "result:*";

export class Matches {
  query = "";
  /** Whether the rows are those of an earlier query, while one is typed that cannot be read yet. */ isStale = false;
  /** What is wrong with the query. @type {string | null} */ error = null;
  /** The same, with what could have been meant. @type {QueryError | null} */ refusal = null;
  /** What has to be described before the query can be answered. @type {Missing | null} */ missing = null;
  /** A 1 for each row of these. @type {Uint8Array | null} */ pending = null;
  /** @type {SortKey[]} */ sorts = [];
  /** The rows that match, in their order. */ rows = new Uint32Array();
  /** Whether a row is selected. @type {(row: number) => boolean} */ isSelected = () => false;

  /** Of the rows that are shown. */ takenQuery = "";
  /** Search and sort before the jobs of a run were shown. @type {{query: string, sorts: {title: string, descending: boolean}[]} | null} */ before = null;

  /** @param {Table} table @param {Layout} layout */
  constructor(table, layout) {
    this.table = table;
    this.layout = layout;
    /** A 1 for each row that the search leaves. @type {Uint8Array} */ this.matching = new Uint8Array();
    this.facets = new Facets(table, this);
    /** What `unsorted` found last, and for what. @type {{rows: Uint32Array, column: object, version: number, found: number[]} | null} */ this.lacking = null;
    /** All rows in the order of the sort; null where that is their own. @type {Uint32Array | null} */ this.order = null;
  }

  /** Whether rows stand in the order of the table, and all of them. */
  get isPlain() {
    return !this.query && !this.sorts.length;
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
    this.order = this.sorted();
    this.filter();
  }

  /** Only the sort is another. */
  reorder() {
    if (this.isStale) return this.sort();
    this.order = this.sorted();
    this.rows = this.inOrder();
  }

  sorted() {
    // The first rows of the table are not the first ones of a sort: that waits for all of them.
    const { columns, rows, isPartial } = this.table;
    return this.sorts.length && !isPartial ? sortedRows(this.sorts, columns, rows) : null;
  }

  /** The rows that match and have no place in the order, since what it goes by was not described. @returns {number[]} */
  get unsorted() {
    const { rows, lacking, table: { columns, facts } } = this;
    const column = this.sorts.length ? columns[this.sorts[0].column] : undefined;
    if (!column?.pending) return [];
    if (lacking?.rows !== rows || lacking.column !== column || lacking.version !== facts.version) {
      const { pending } = column;
      this.lacking = { rows, column, version: facts.version, found: Array.from(rows.filter((row) => pending[row])) };
    }
    return this.lacking?.found ?? [];
  }

  filter() {
    this.take(this.find());
  }

  /** Take a query that is being typed. While it cannot be read, the rows stay those of the one before, until `filter`. @param {string} query */
  type(query) {
    this.query = query;
    // Somebody searches for something else meanwhile: that stays.
    if (query && !query.includes("result:")) this.before = null;
    const found = this.find();
    if (found.refusal) this.isStale = true;
    else this.take(found);
  }

  find(query = this.query) {
    return search(query, this.table.columns, this.table.here, Date.now(), {
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
    this.takenQuery = this.query;
    this.missing = missing;
    this.pending = pending;
    this.error = error;
    this.refusal = refusal;
    this.matching = mask;
    this.facets.forget();
    this.rows = this.inOrder();
  }

  /** Show the jobs of a run, failures first; what was searched before comes back with `leaveRun`. */
  showRun() {
    const { columns, fate } = this.table;
    this.before ??= { query: this.query, sorts: this.sorts.map(({ column, descending }) => ({ title: columns[column]?.title ?? "", descending })) };
    this.query = ALL_RESULTS;
    this.sorts = [{ column: columns.indexOf(fate), descending: false }];
  }

  leaveRun() {
    if (!this.before) return;
    const { columns } = this.table;
    const { query, sorts } = this.before;
    this.before = null;
    this.query = query;
    this.sorts = sorts
      .map(({ title, descending }) => ({ column: columns.findIndex((column) => column.title === title), descending }))
      .filter(({ column }) => column >= 0);
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
}
