// @ts-check
// What stands in the cells of a row.
import { element, fateKind, pill } from "../dom.js";
import { HOVER_LENGTH, duration, plural, shortId, shown } from "../text.js";
/** @import { NumberColumn } from "../columns/number.js" */
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

/** @param {Column[]} columns */
export function emptyRow(columns) {
  const tick = element("div", { class: "bnb-td bnb-tick", role: "gridcell", "aria-colindex": 1 }, [element("span", { class: "bnb-box", "aria-hidden": "true" })]);
  const cells = columns.map((column, at) => element("div", {
    class: `bnb-td${column.kind === "number" ? " bnb-number" : ""}`, role: "gridcell", "aria-colindex": at + 2,
  }));
  return element("div", { class: "bnb-row", role: "row" }, [tick, ...cells]);
}

/** Why a row cannot be selected, empty where it can. @param {Table} table @param {number} row */
export function lockText(table, row) {
  const lock = table.locks[row];
  return lock ? `cannot be selected: ${table.lockTextAt(row) || `it ${LOCKS[lock] ?? "is locked"}`}` : "";
}

/**
 * Whether a row is selected, and can be. @param {HTMLElement} line @param {HTMLElement} tick its first cell
 * @param {string} lock why it cannot @param {boolean} chosen
 */
export function fillChoice(line, tick, lock, chosen) {
  line.setAttribute("aria-selected", String(chosen));
  line.classList.toggle("bnb-locked", lock !== "");
  if (lock) line.setAttribute("aria-disabled", "true");
  else line.removeAttribute("aria-disabled");
  line.title = lock ? `This job ${lock}.` : "";
  tick.setAttribute("aria-label", lock || (chosen ? "selected" : "not selected"));
}

/** @param {HTMLElement} cell @param {Column} column @param {number} row @param {Table} table */
export function fillCell(cell, column, row, table) {
  const text = column.text(row);
  const { fate } = table;
  if (column.kind === "time") {
    const moment = /** @type {NumberColumn} */ (column).value(row);
    cell.textContent = text ? `${duration(Date.now() - moment)} ago` : "";
    cell.title = text;
  } else if (column.role === "status") {
    // FAILED is what was wanted of a job that was ended, and no cause for alarm.
    const wanted = fate.code(row) > 0 && !fate.failed(row) && text === "FAILED";
    cell.replaceChildren(pill(text, wanted ? "wanted" : text.toLowerCase()));
  } else if (column.role === "fate") {
    const word = fate.word(fate.code(row));
    const message = fate.messageAt(row);
    cell.replaceChildren(...(word ? [pill(word, fateKind(word, fate.failed(row)))] : []), ...(message ? [` ${shown(message, 200)}`] : []));
    cell.title = shown(text, HOVER_LENGTH);
  } else if (column.role === "id") {
    cell.replaceChildren(element("span", { class: "bnb-id", title: `${shown(text, 60)}: click to copy` }, [shortId(text)]));
  } else if (column.role === "size") {
    fillArray(cell, text, table.liveChildrenAt(row));
  } else {
    cell.textContent = shown(text);
    cell.title = text.length > 12 ? shown(text, HOVER_LENGTH) : "";
  }
}

/** @param {HTMLElement} cell @param {string} size @param {number | undefined} live how many of the children live, if that is known */
function fillArray(cell, size, live) {
  cell.textContent = !size ? "" : live === undefined ? `× ${shown(size)}` : `× ${shown(size)}, ${live} live`;
  if (!size) cell.title = "";
  else if (live === undefined) cell.title = "An array. How many of its children live is not in this table; the plan looks.";
  else cell.title = `An array, of which ${plural(live, "child lives", "children live")}.`;
}
