// @ts-check
// What a cell says of its row when somebody points at it, or is at it with the keyboard: all of what is cut or left out in it.
import { arrayTitle, spanTitle, statusParts, wholeNumberText } from "../cell_texts.js";
import { HOVER_LENGTH, plural, shown, utc } from "../text.js";
/** @import { Table } from "../model/table.js" */
/** @import { Column } from "../types.js" */

/** What is longer may be cut. */
const SHORT_TEXT = 12;

/** @typedef {(column: any, row: number, table: Table) => string} TitleOf */

/** @type {TitleOf} */
const wholeText = (column, row) => shown(column.text(row), HOVER_LENGTH);
/** @type {TitleOf} */
const longText = (column, row) => (column.isFlag || column.text(row).length > SHORT_TEXT ? wholeText(column, row, /** @type {any} */ (null)) : "");
/** @type {TitleOf} */
const wholeNumber = (column, row) => wholeNumberText(column.value(row));

/** @type {Record<string, TitleOf>} */
const TITLES_OF_KINDS = {
  time: wholeText,
  number: (column, row) => (Number.isNaN(column.value(row)) ? "" : wholeNumberText(column.value(row))),
};

/** @type {Record<string, TitleOf>} */
const TITLES = {
  name: wholeText,
  fate: wholeText,
  definition: wholeText,
  vcpu: wholeNumber,
  gpu: wholeNumber,
  exit: wholeNumber,
  hours: wholeNumber,
  cost: wholeNumber,
  status(column, row, { facts }) {
    const status = column.text(row);
    const children = facts.children.get(row);
    if (!children || !statusParts(status, children, false).times) return "";
    return `AWS shows the array as ${shown(status, 40)}. Of its children, ${plural(children.running, "runs", "run")} and ${plural(children.starting, "starts", "start")}.`;
  },
  id: (column, row) => `${shown(column.text(row), 60)}: click to copy`,
  for: (column, row) => spanTitle(column.span(row), column.status.word(column.status.code(row))),
  created: (column, row, table) => (column.kind === "time" ? utc(column.value(row)) : longText(column, row, table)),
  memory: (column, row) => (Number.isNaN(column.value(row)) ? "not known" : `${wholeNumberText(column.value(row))} MiB`),
  tries(column, row, { facts }) {
    const [tries, most] = [column.value(row), facts.maxTries[row]];
    return Number.isNaN(tries) ? "not known" : `${plural(tries, "try", "tries")}${Number.isNaN(most) ? "" : `, at most ${most}`}`;
  },
  size: (column, row, table) => (column.text(row) ? arrayTitle(table.liveChildrenAt(row)) : ""),
};

/** @param {Column} column @param {number} row @param {Table} table */
export function cellTitle(column, row, table) {
  const titleOf = (column.role !== null && TITLES[column.role]) || TITLES_OF_KINDS[column.kind] || longText;
  return titleOf(column, row, table);
}
