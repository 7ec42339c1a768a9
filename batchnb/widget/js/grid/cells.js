// @ts-check
// What stands in the cells of a row.
import { isNumeric } from "../columns/labels.js";
import { element, fateKind } from "../dom.js";
import { HOVER_LENGTH, duration, plural, shortId, shown, utc } from "../text.js";
import { NOT_KNOWN, arrayTitle, behindName, isMoney, memoryText, moneyText, numberText, shortDefinition, spanTitle, splitText, statusParts, triesText, wholeNumberText } from "../cell_texts.js";
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

/** @param {Column[]} columns of which the first one is pinned */
export function emptyRow(columns) {
  const tick = element("div", { class: "bnb-td bnb-tick", role: "gridcell", "aria-colindex": 1 }, [element("span", { class: "bnb-box", "aria-hidden": "true" })]);
  const cells = columns.map((column, at) => element("div", {
    class: `bnb-td${isNumeric(column) ? " bnb-number" : ""}${at ? "" : " bnb-pinned"}`, role: "gridcell", "aria-colindex": at + 2,
  }));
  return element("div", { class: "bnb-row", role: "row" }, [tick, ...cells]);
}

/** Why a row cannot be selected, empty where it can. @param {Table} table @param {number} row */
export function lockText(table, row) {
  const lock = table.locks[row];
  return lock ? `cannot be selected: ${table.lockTextAt(row) || `it ${LOCKS[lock] ?? "is locked"}`}` : "";
}

/**
 * Whether a row is selected, and can be. @param {HTMLElement} line @param {string} lock why it cannot @param {boolean} chosen
 */
export function fillChoice(line, lock, chosen) {
  line.setAttribute("aria-selected", String(chosen));
  line.classList.toggle("bnb-locked", lock !== "");
  if (lock) line.setAttribute("aria-disabled", "true");
  else line.removeAttribute("aria-disabled");
  line.title = lock ? `This job ${lock}.` : "";
}

/** @typedef {(cell: HTMLElement, column: any, row: number, table: Table) => void} Fill */

/** @param {HTMLElement} cell @param {Column} column @param {number} row @param {Table} table */
export function fillCell(cell, column, row, table) {
  const fill = (column.role !== null && FILLS[column.role]) || FILL_KINDS[column.kind] || fillText;
  fill(cell, column, row, table);
}

/** What is not known is dim, so that no 0 looks like it. @param {HTMLElement} cell @param {string} text @param {string} title */
function fillNumber(cell, text, title) {
  setText(cell, text);
  setTitle(cell, title);
  cell.classList.toggle("bnb-dim", text === NOT_KNOWN);
}

/** @type {Fill} */
function fillText(cell, column, row) {
  const text = column.text(row);
  if (column.isFlag) {
    setText(cell, text === "True" ? "✓" : "");
    cell.title = shown(text);
    return;
  }
  setText(cell, shown(text));
  setTitle(cell, text.length > 12 ? shown(text, HOVER_LENGTH) : "");
}

/** Only where it is another: what stays needs no layout. @param {HTMLElement} cell @param {string} text */
function setText(cell, text) {
  const before = cell.firstChild;
  if (!(before instanceof Text) || before !== cell.lastChild) cell.textContent = text;
  else if (before.data !== text) before.data = text;
}

/** Only where it is another: most rows have none. @param {HTMLElement} cell @param {string} title */
function setTitle(cell, title) {
  if (cell.title !== title) cell.title = title;
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
    const text = column.text(row);
    setText(cell, text ? `${duration(Date.now() - column.value(row))} ago` : "");
    cell.title = text;
  },
  number(cell, column, row) {
    const value = column.value(row);
    if (Number.isNaN(value)) fillNumber(cell, "", "");
    else fillNumber(cell, isMoney(column.title) ? moneyText(value) : numberText(value), wholeNumberText(value));
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
    if (name && !behind && fillNameAgain(cell, head, tail)) return setTitle(cell, shown(name, HOVER_LENGTH));
    const text = name ? element("span", { class: "bnb-name" }, tail ? [element("span", { class: "bnb-head-part" }, [head]), element("span", { class: "bnb-tail" }, [tail])] : [head])
      : element("span", { class: "bnb-dim" }, ["(no name)"]);
    // No boxes side by side: a name that is copied from the page must be one line.
    if (tail) text.style.setProperty("--bnb-tail", `${textWidth(tail, cell)}px`);
    if (behind) text.style.setProperty("--bnb-behind", `${textWidth(` ${behind}`, cell)}px`);
    const title = size > 0 ? arrayTitle(live) : behind.startsWith(":") ? "One child of an array." : "A multi-node job.";
    cell.replaceChildren(text, ...(behind ? [element("span", { class: "bnb-behind", title }, [` ${behind}`])] : []));
    setTitle(cell, shown(name, HOVER_LENGTH));
  },
  status(cell, column, row, { fate, facts }) {
    const status = column.text(row);
    // FAILED is what was wanted of a job that was ended, and no cause for alarm.
    const isWanted = fate.code(row) > 0 && !fate.failed(row) && status === "FAILED";
    const children = facts.children.get(row);
    const { kind, word, times } = statusParts(status, children, isWanted);
    const [dot, text] = /** @type {HTMLElement[]} */ ([...cell.children]);
    if (text && !times && cell.childNodes.length === 2) {
      for (const part of [dot, text]) if (part.dataset.kind !== kind) part.dataset.kind = kind;
      setText(text, shown(word, 40) || NOT_KNOWN);
      return setTitle(cell, "");
    }
    cell.replaceChildren(
      element("span", { class: "bnb-dot", "data-kind": kind, "aria-hidden": "true" }),
      element("span", { class: "bnb-word", "data-kind": kind }, [shown(word, 40) || NOT_KNOWN]), ...(times ? [` ${times}`] : []),
    );
    cell.title = times ? `AWS shows the array as ${shown(status, 40)}. Of its children, ${plural(children?.running ?? 0, "runs", "run")} and ${plural(children?.starting ?? 0, "starts", "start")}.` : "";
  },
  fate(cell, column, row, { fate }) {
    const word = fate.word(fate.code(row));
    const message = fate.messageAt(row);
    cell.replaceChildren(
      ...(word ? [element("span", { class: "bnb-fate", "data-kind": fateKind(word, fate.failed(row)) }, [shown(word, 40)])] : []),
      ...(message ? [` ${shown(message, 200)}`] : []),
    );
    cell.title = shown(column.text(row), HOVER_LENGTH);
  },
  id(cell, column, row) {
    const text = column.text(row);
    const part = partIn(cell, "bnb-id") ?? element("span", { class: "bnb-id" });
    setText(part, shortId(text));
    setTitle(part, `${shown(text, 60)}: click to copy`);
    if (!part.parentNode) cell.replaceChildren(part);
  },
  for(cell, /** @type {ForColumn} */ column, row) {
    fillNumber(cell, column.text(row) || NOT_KNOWN, spanTitle(column.span(row), column.status.word(column.status.code(row))));
  },
  definition(cell, column, row) {
    const whole = column.text(row);
    setText(cell, shown(shortDefinition(whole)));
    cell.title = shown(whole, HOVER_LENGTH);
  },
  created(cell, column, row) {
    if (column.kind !== "time") return fillText(cell, column, row, /** @type {any} */ (null));
    const value = column.value(row);
    const isKnown = Date.now() - value >= 0;
    fillNumber(cell, isKnown ? duration(Date.now() - value) : NOT_KNOWN, utc(value));
  },
  memory(cell, column, row) {
    const value = column.value(row);
    fillNumber(cell, memoryText(value), Number.isNaN(value) ? "not known" : `${wholeNumberText(value)} MiB`);
  },
  tries(cell, column, row, { facts }) {
    const [tries, most] = [column.value(row), facts.maxTries[row]];
    fillNumber(cell, triesText(tries, most), Number.isNaN(tries) ? "not known" : `${plural(tries, "try", "tries")}${Number.isNaN(most) ? "" : `, at most ${most}`}`);
  },
  cost(cell, column, row, { facts }) {
    const value = column.value(row);
    fillNumber(cell, moneyText(value, facts.prices?.currency), wholeNumberText(value));
  },
  size: fillArray,
};
for (const role of ["vcpu", "gpu", "exit", "hours"]) {
  FILLS[role] = (cell, column, row) => fillNumber(cell, numberText(column.value(row)), wholeNumberText(column.value(row)));
}

/** The number of a child in its array, as its id has it. @param {string} jobId */
const childText = (jobId) => /:\d+$/.exec(jobId)?.[0] ?? "";

/** @type {Fill} */
function fillArray(cell, column, row, table) {
  const size = column.text(row);
  const live = table.liveChildrenAt(row);
  setText(cell, !size ? "" : live === undefined ? `× ${shown(size)}` : `× ${shown(size)}, ${live} live`);
  cell.title = size ? arrayTitle(live) : "";
}
