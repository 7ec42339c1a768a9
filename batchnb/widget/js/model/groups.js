// @ts-check
// The lines that the list shows: the rows that match, or, grouped, the headers of groups and the rows of those that are open.
import { groupChoices, groupTitle, levelOf } from "./grouping.js";
import { groupFigures } from "./group_figures.js";
import { groupRows, linesOf } from "./lines.js";
/** @import { GroupFigures } from "./group_figures.js" */
/** @import { Grouped } from "./lines.js" */
/** @import { Level } from "./grouping.js" */
/** @import { Matches } from "./matches.js" */
/** @import { Table } from "./table.js" */

const MOST_LEVELS = 2;
const NONE = new Uint32Array();

export class Groups {
  /** By what the rows are grouped, none or up to two names. @type {string[]} */ by = [];
  /** The groups that are open, by what their rows have in common. @type {Set<string>} */ opened = new Set();
  /** @type {Level[]} */ levels = [];
  /** @type {Grouped | null} */ grouped = null;
  /** @type {Int32Array | Uint32Array} */ shown = NONE;
  /** How deep each line stands. */ depths = new Uint8Array();
  /** The figures of groups that somebody has looked at. @type {Map<number, GroupFigures>} */ figures = new Map();

  /** @param {Table} table @param {Matches} matches */
  constructor(table, matches) {
    this.table = table;
    this.matches = matches;
    /** The rows that the lines were made of. @type {Uint32Array | null} */ this.source = null;
  }

  /** For a view that is kept: null, a name, or two. @returns {string | string[] | null} */
  get view() {
    return this.by.length > 1 ? [...this.by] : this.by[0] ?? null;
  }

  set view(view) {
    const names = view === null || view === undefined ? [] : Array.isArray(view) ? view : [view];
    const by = [...new Set(names.filter((name) => typeof name === "string" && name))].slice(0, MOST_LEVELS);
    if (by.join("\0") === this.by.join("\0")) return;
    this.by = by;
    this.opened.clear();
    this.source = null;
  }

  get choices() {
    return groupChoices(this.table);
  }

  /** The lines: rows, and as negative numbers the headers of groups. They are made anew when other rows match. @returns {Int32Array | Uint32Array} */
  get lines() {
    const { rows } = this.matches;
    if (this.source !== rows) this.regroup(rows);
    return this.shown;
  }

  /** Whether the list is grouped: as soon as all rows are here, and where it has what it is to be grouped by. */
  get isOn() {
    return this.lines !== this.matches.rows;
  }

  /** How many groups there are of the first level. */
  get count() {
    return this.isOn && this.grouped ? this.grouped.top.length : 0;
  }

  /** @param {Uint32Array} rows */
  regroup(rows) {
    this.source = rows;
    this.figures.clear();
    this.levels = this.table.isPartial ? [] : this.by.map((name) => levelOf(name, this.table)).filter((level) => level !== null);
    this.grouped = this.levels.length ? groupRows(rows, this.levels, (grouped) => this.rank(grouped)) : null;
    this.lay();
  }

  lay() {
    if (!this.grouped) {
      this.shown = this.matches.rows;
      this.depths = new Uint8Array();
      return;
    }
    const { lines, depths } = linesOf(this.grouped, (group) => this.opened.size > 0 && this.opened.has(this.keyOf(group)));
    this.shown = lines;
    this.depths = depths;
  }

  /** By the sum of the column that is sorted by, or by the place of its first row in the order of the sort; else by the number of rows. @param {Grouped} grouped */
  rank(grouped) {
    const { rows, first, end } = grouped;
    const sort = this.matches.order ? this.matches.sorts[0] : undefined;
    if (!sort) return { values: first.map((_, group) => this.jobsIn(grouped, group)), descending: true };
    const column = this.table.columns[sort.column];
    const value = column?.kind === "number" && "value" in column ? /** @type {(row: number) => number} */ (column.value) : null;
    if (!value) {
      const places = new Uint32Array(this.table.here);
      this.matches.rows.forEach((row, place) => (places[row] = place));
      const least = first.map((from, group) => rows.subarray(from, end[group]).reduce((least, row) => Math.min(least, places[row]), Infinity));
      return { values: least, descending: false };
    }
    const values = first.map((from, group) => {
      let [sum, known] = [0, 0];
      for (let at = from; at < end[group]; at += 1) {
        const one = value.call(column, rows[at]);
        if (Number.isNaN(one)) continue;
        sum += one;
        known += 1;
      }
      return known ? sum : NaN;
    });
    return { values, descending: sort.descending };
  }

  /** How many jobs there are in a group; in an array, its children count before they are here, so that it stands where it did when they are. @param {Grouped} grouped @param {number} group */
  jobsIn({ first, end, code, parent }, group) {
    const array = this.levels[parent[group] < 0 ? 0 : 1].arrays?.[code[group]] ?? -1;
    return Math.max(end[group] - first[group], array < 0 ? 0 : this.table.sizeAt(array) + 1);
  }

  /** What stands at a place, to be found again among other rows: the name of a group, or a row. @param {number} at @returns {string | number | null} */
  holdAt(at) {
    const [group, row] = [this.groupAt(at), this.rowAt(at)];
    return group >= 0 ? this.keyOf(group) : row >= 0 ? row : null;
  }

  /** Where what was held is now, or -1. @param {string | number | null} held */
  placeOf(held) {
    const { lines } = this;
    if (typeof held === "number") return lines.indexOf(held);
    return held === null || !this.isOn ? -1 : lines.findIndex((line) => line < 0 && this.keyOf(-1 - line) === held);
  }

  /** What a group is called by in the set of open ones: it is the same one in the next snapshot. @param {number} group @returns {string} */
  keyOf(group) {
    const { parent, code } = /** @type {Grouped} */ (this.grouped);
    const owner = parent[group];
    return owner < 0 ? this.levels[0].word(code[group]) : `${this.levels[0].word(code[owner])}\0${this.levels[1].word(code[group])}`;
  }

  /** The group whose header stands at this place, or -1. @param {number} at */
  groupAt(at) {
    const line = this.lines[at];
    return line < 0 ? -1 - line : -1;
  }

  /** The row at this place, or -1 where a header or nothing stands. @param {number} at */
  rowAt(at) {
    const line = this.lines[at];
    return line >= 0 ? line : -1;
  }

  /** How deep the line at this place stands, from 1 on. @param {number} at */
  depthAt(at) {
    return this.depths[at] ?? 1;
  }

  /** All rows of a group that match. @param {number} group */
  rowsOf(group) {
    return this.grouped ? this.grouped.rows.subarray(this.grouped.first[group], this.grouped.end[group]) : NONE;
  }

  /** The rows that the line at this place stands for: a row for itself, a header for all rows of its group. @param {number} at */
  rowsAt(at) {
    const group = this.groupAt(at);
    if (group >= 0) return this.rowsOf(group);
    const row = this.rowAt(at);
    return row < 0 ? NONE : Uint32Array.of(row);
  }

  /** The rows in a range of lines; those of an open group are lines themselves. @param {number} low @param {number} high @param {(row: number) => void} visit */
  visitRange(low, high, visit) {
    for (let at = Math.max(low, 0); at <= high; at += 1) {
      const row = this.rowAt(at);
      if (row >= 0) visit(row);
      else if (!this.isOpen(this.groupAt(at))) this.rowsAt(at).forEach(visit);
    }
  }

  /** @param {number} group */
  isOpen(group) {
    return group >= 0 && this.opened.has(this.keyOf(group));
  }

  /** The place of the header above a line, -1 for one of the first level. @param {number} at */
  ownerOf(at) {
    const depth = this.depthAt(at);
    let above = at - 1;
    while (above >= 0 && this.depthAt(above) >= depth) above -= 1;
    return above;
  }

  /** Open or close the group at a place. @param {number} at @param {boolean} [open] @returns {number} how many lines have come below it, or gone as a negative number */
  toggle(at, open) {
    const group = this.groupAt(at);
    if (group < 0 || this.isOpen(group) === (open ?? !this.isOpen(group))) return 0;
    const key = this.keyOf(group);
    const before = this.shown.length;
    if (!this.opened.delete(key)) this.opened.add(key);
    this.lay();
    return this.shown.length - before;
  }

  /** Open all groups of the first level, or close all there are. @param {boolean} open */
  toggleAll(open) {
    this.opened.clear();
    if (open && this.isOn && this.grouped) for (const group of this.grouped.top) this.opened.add(this.keyOf(group));
    this.lay();
  }

  /** @param {number} group */
  titleOf(group) {
    const { parent, code } = /** @type {Grouped} */ (this.grouped);
    const rows = this.rowsOf(group);
    return groupTitle(this.levels[parent[group] < 0 ? 0 : 1], code[group], rows[0], rows.length, this.table);
  }

  /** The row of the array job whose group this is, or -1. @param {number} group */
  arrayOf(group) {
    const { parent, code } = /** @type {Grouped} */ (this.grouped);
    return this.levels[parent[group] < 0 ? 0 : 1].arrays?.[code[group]] ?? -1;
  }

  /** The row of the array whose group this is, if its children are not in the table; else -1. @param {number} group */
  childless(group) {
    const array = this.arrayOf(group);
    if (array < 0) return -1;
    const { codes } = /** @type {Level} */ (this.levels.find(({ arrays }) => arrays));
    return codes.every((code, row) => row === array || code !== codes[array]) ? array : -1;
  }

  /** What there is to say of the jobs of a group. @param {number} group */
  figuresOf(group) {
    const known = this.figures.get(group);
    if (known) return known;
    const made = groupFigures(this.table, this.rowsOf(group), Date.now());
    this.figures.set(group, made);
    return made;
  }

  /** Some rows have changed, but not which group each is in: nobody must lose the row that they watch. */
  forgetFigures() {
    this.figures.clear();
  }
}
