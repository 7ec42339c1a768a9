// @ts-check
// What is said aloud of a row: the job, what it does and for how long, and whether it is selected.
import { statusParts } from "../cell_texts.js";
import { shown } from "../text.js";
/** @import { Table } from "../model/table.js" */

const UNITS = /** @type {Record<string, string>} */ ({ d: "day", h: "hour", m: "minute", s: "second" });
const NAME_SAID = 120;

/** A length of time with its units in words: "6h 48m" as "6 hours 48 minutes". @param {string} text */
export const spokenDuration = (text) => text.replace(/(\d+)([dhms])\b/g, (_, count, unit) => `${count} ${UNITS[unit]}${count === "1" ? "" : "s"}`);

/** @param {Table} table @param {number} row @param {string} choice whether it is selected, or why it cannot be */
export function rowLabel(table, row, choice) {
  const said = (/** @type {string} */ role) => table.columnOf(role)?.text(row) ?? "";
  const [name, time] = [shown(said("name"), NAME_SAID) || "no name", spokenDuration(said("for"))];
  const { word, times } = statusParts(said("status"), table.facts?.children.get(row), false);
  const status = times ? `${word} ${times}` : word;
  const doing = status && /\d/.test(time) ? `${status} ${/^(SUCCEEDED|FAILED)$/.test(word) ? "after" : "for"} ${time}` : status;
  return [name, shown(doing, 60), choice].filter(Boolean).join(", ");
}
