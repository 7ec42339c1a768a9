// @ts-check
// What stands in the cells of a row.
import { element, fateKind } from "../dom.js";
import { duration, shortId, shown } from "../text.js";
import { NOT_KNOWN, arrayTitle, behindName, isMoney, memoryText, moneyText, numberText, shortDefinition, splitText, statusParts, triesText } from "../cell_texts.js";
import { textWidth } from "./text_width.js";
/** @import { ForColumn } from "../columns/facts.js" */
/** @import { Table } from "../model/table.js" */
/** @import { Column } from "../types.js" */

export const LOCKS = [
  "",
  "has ended, and nothing can end it again",
  "is stopping already",
  "has no job id in this row",
  "is in another row above as well",
  "is one node of a multi-node job. Select the whole job instead",
  "is not known to AWS: a typo, an expired record, or submitted a moment ago",
  "is protected",
];
const NAME_LENGTH = 300;

/** Why a row cannot be selected, empty where it can. @param {Table} table @param {number} row */
export function lockText(table, row) {
  const lock = table.locks[row];
  return lock ? `cannot be selected: ${table.lockTextAt(row) || `it ${LOCKS[lock] ?? "is locked"}`}` : "";
}

/** @typedef {(cell: HTMLElement, column: any, row: number, table: Table) => void} Fill */

/** @param {HTMLElement} cell @param {Column} column @param {number} row @param {Table} table */
export function fillCell(cell, column, row, table) {
  const fill = (column.role !== null && FILLS[column.role]) || FILL_KINDS[column.kind] || fillText;
  fill(cell, column, row, table);
}

/** What is not known is dim, so that no 0 looks like it. @param {HTMLElement} cell @param {string} text */
function fillNumber(cell, text) {
  setText(cell, text);
  cell.classList.toggle("bnb-dim", text === NOT_KNOWN);
}

/** @type {Fill} */
function fillText(cell, column, row) {
  const text = column.text(row);
  setText(cell, column.isFlag ? (text === "True" ? "✓" : "") : shown(text));
}

/** Only where it is another: what stays needs no layout. @param {HTMLElement} cell @param {string} text */
function setText(cell, text) {
  const before = cell.firstChild;
  if (!(before instanceof Text) || before !== cell.lastChild) cell.textContent = text;
  else if (before.data !== text) before.data = text;
}

/** The only part of a cell, from the row that it showed before, if it is of this class and holds nothing but text. @param {HTMLElement} cell @param {string} name @returns {HTMLElement | null} */
function partIn(cell, name) {
  const part = /** @type {HTMLElement | null} */ (cell.firstElementChild);
  return part && cell.childNodes.length === 1 && part.className === name && !part.firstElementChild && !part.hasAttribute("style") ? part : null;
}

/** Put a name into the parts of the one before. @param {HTMLElement} cell @param {string} head @param {string} tail @returns {boolean} whether they fit it */
function fillNameAgain(cell, head, tail) {
  const whole = /** @type {HTMLElement | null} */ (cell.firstElementChild);
  const parts = /** @type {HTMLElement[]} */ ([...(whole?.children ?? [])]);
  if (!whole || cell.childNodes.length !== 1 || whole.className !== "bnb-name" || parts.length !== (tail ? 2 : 0)) return false;
  setText(parts[0] ?? whole, head);
  if (!tail) return true;
  setText(parts[1], tail);
  const width = `${textWidth(tail, cell)}px`;
  if (whole.style.getPropertyValue("--bnb-tail") !== width) whole.style.setProperty("--bnb-tail", width);
  return true;
}

/** @type {Record<string, Fill>} */
const FILL_KINDS = {
  time(cell, column, row) {
    const value = column.value(row);
    setText(cell, Number.isNaN(value) ? "" : `${duration(Date.now() - value)} ago`);
  },
  number(cell, column, row) {
    const value = column.value(row);
    fillNumber(cell, Number.isNaN(value) ? "" : isMoney(column.title) ? moneyText(value) : numberText(value));
  },
};

/** @type {Record<string, Fill>} */
const FILLS = {
  name(cell, column, row, table) {
    const name = column.text(row);
    const live = table.liveChildrenAt(row);
    const size = table.sizeAt(row);
    const behind = behindName(size, live, table.facts.nodes.get(row)) || childText(table.jobIdAt(row));
    const [head, tail] = splitText(shown(name, NAME_LENGTH));
    if (name && !behind && fillNameAgain(cell, head, tail)) return;
    const text = name ? element("span", { class: "bnb-name" }, tail ? [element("span", { class: "bnb-head-part" }, [head]), element("span", { class: "bnb-tail" }, [tail])] : [head])
      : element("span", { class: "bnb-dim" }, ["(no name)"]);
    // No boxes side by side: a name that is copied from the page must be one line.
    if (tail) text.style.setProperty("--bnb-tail", `${textWidth(tail, cell)}px`);
    if (behind) text.style.setProperty("--bnb-behind", `${textWidth(` ${behind}`, cell)}px`);
    const title = size > 0 ? arrayTitle(live) : behind.startsWith(":") ? "One child of an array." : "A multi-node job.";
    cell.replaceChildren(text, ...(behind ? [element("span", { class: "bnb-behind", title }, [` ${behind}`])] : []));
  },
  status(cell, column, row, { fate, facts }) {
    const status = column.text(row);
    // FAILED is what was wanted of a job that was ended, and no cause for alarm.
    const isWanted = fate.code(row) > 0 && !fate.failed(row) && status === "FAILED";
    const { kind, word, times } = statusParts(status, facts.children.get(row), isWanted);
    const [dot, text] = /** @type {HTMLElement[]} */ ([...cell.children]);
    if (text && !times && cell.childNodes.length === 2) {
      for (const part of [dot, text]) if (part.dataset.kind !== kind) part.dataset.kind = kind;
      return setText(text, shown(word, 40) || NOT_KNOWN);
    }
    cell.replaceChildren(
      element("span", { class: "bnb-dot", "data-kind": kind, "aria-hidden": "true" }),
      element("span", { class: "bnb-word", "data-kind": kind }, [shown(word, 40) || NOT_KNOWN]), ...(times ? [` ${times}`] : []),
    );
  },
  fate(cell, column, row, { fate }) {
    const word = fate.word(fate.code(row));
    const message = fate.messageAt(row);
    cell.replaceChildren(
      ...(word ? [element("span", { class: "bnb-fate", "data-kind": fateKind(word, fate.failed(row)) }, [shown(word, 40)])] : []),
      ...(message ? [` ${shown(message, 200)}`] : []),
    );
  },
  id(cell, column, row) {
    const part = partIn(cell, "bnb-id") ?? element("span", { class: "bnb-id" });
    setText(part, shortId(column.text(row)));
    if (!part.parentNode) cell.replaceChildren(part);
  },
  for(cell, /** @type {ForColumn} */ column, row) {
    fillNumber(cell, column.text(row) || NOT_KNOWN);
  },
  definition(cell, column, row) {
    setText(cell, shown(shortDefinition(column.text(row))));
  },
  created(cell, column, row) {
    if (column.kind !== "time") return fillText(cell, column, row, /** @type {any} */ (null));
    const age = Date.now() - column.value(row);
    fillNumber(cell, age >= 0 ? duration(age) : NOT_KNOWN);
  },
  memory(cell, column, row) {
    fillNumber(cell, memoryText(column.value(row)));
  },
  tries(cell, column, row, { facts }) {
    fillNumber(cell, triesText(column.value(row), facts.maxTries[row]));
  },
  cost(cell, column, row, { facts }) {
    fillNumber(cell, moneyText(column.value(row), facts.prices?.currency));
  },
  size(cell, column, row, table) {
    const size = column.text(row);
    const live = table.liveChildrenAt(row);
    setText(cell, !size ? "" : live === undefined ? `× ${shown(size)}` : `× ${shown(size)}, ${live} live`);
  },
};
for (const role of ["vcpu", "gpu", "exit", "hours"]) FILLS[role] = (cell, column, row) => fillNumber(cell, numberText(column.value(row)));

/** The number of a child in its array, as its id has it. @param {string} jobId */
const childText = (jobId) => /:\d+$/.exec(jobId)?.[0] ?? "";
