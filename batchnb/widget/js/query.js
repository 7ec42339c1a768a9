// @ts-check
// The search: what a query means over columns, and which rows it matches.
import { folded } from "./text.js";
/** @import { Column, Test } from "./types.js" */

const ALIASES = /** @type {Record<string, string>} */ ({
  name: "name", queue: "queue", status: "status", id: "id", reason: "reason", definition: "definition",
  age: "created", created: "created", running: "started", started: "started", stopped: "stopped", result: "fate",
});
const UNIT_MS = /** @type {Record<string, number>} */ ({ s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 });

/** @param {string} text @returns {number | null} milliseconds */
export function parseAge(text) {
  const parts = [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)];
  if (!parts.length || parts.map((part) => part[0]).join("") !== text.toLowerCase()) return null;
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit], 0);
}

/** Words, those in double quotes kept together. @param {string} query */
function words(query) {
  return [...query.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)].map(([word]) => word);
}

/**
 * Words are found in any case. A pattern with * or ?, and =exact, are as exact as `--name-glob` and `--name`: there, case
 * counts, since a pattern that catches one job too many ends it.
 * @param {string} value @param {boolean} [cased] @returns {Test}
 */
function textTest(value, cased = false) {
  const given = cased ? value : folded(value);
  if (given.startsWith("=")) return { needle: null, cased, matches: (text) => text === given.slice(1) };
  if (!/[*?]/.test(given)) return { needle: folded(value), matches: (text) => text.includes(folded(value)) };
  const expression = given.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  const compiled = new RegExp(`^${expression}$`, "su");
  return { needle: null, cased, matches: (text) => compiled.test(text) };
}

/** @param {Column} column @param {string} value @param {string} field @param {number} now @returns {Test | string} */
function comparison(column, value, field, now) {
  const [, sign, operand] = /^(>=?|<=?)(.*)$/.exec(value) ?? [];
  if (!sign) return textTest(value, column.role !== "status" && column.role !== "fate");
  // An age counts backwards: older than 6h is created before six hours ago.
  const age = parseAge(operand);
  const number = column.kind === "time" ? (age === null ? Date.parse(operand) : now - age) : Number(operand || NaN);
  if (column.kind === "text") return `${field}: holds text, and cannot be compared with ${sign}`;
  if (Number.isNaN(number)) {
    const example = column.kind === "time" ? "an age such as 90m, 6h or 2d, or a date" : "a number";
    return `${field}:${sign} needs ${example}`;
  }
  const isAbove = sign.startsWith(">") !== (column.kind === "time" && age !== null);
  const test = { needle: null, matches: () => false, inclusive: sign.endsWith("=") };
  return isAbove ? { ...test, above: number } : { ...test, below: number };
}

/**
 * What a search means: one list of columns and tests for each word, all of which have to hold; or what is wrong.
 * @param {string} query @param {Column[]} columns @param {number} now
 * @returns {{terms: {columns: Column[], tests: Test[], negated: boolean}[], error: string | null}}
 */
export function parseQuery(query, columns, now) {
  const terms = [];
  for (const word of words(query)) {
    const [, minus, name, value] = /^(-?)([A-Za-z_][\w]*):(.+)$/s.exec(word) ?? [];
    const column = name === undefined ? undefined : columnNamed(name, columns);
    const plain = word.replaceAll('"', "");
    if (!column) {
      if (plain) terms.push({ columns, tests: [{ needle: folded(plain), matches: (/** @type {string} */ text) => text.includes(folded(plain)) }], negated: false });
      continue;
    }
    const values = value.includes('"') ? [value.replaceAll('"', "")] : value.split(",").filter(Boolean);
    const tests = values.map((one) => comparison(column, one, name, now));
    const wrong = tests.find((test) => typeof test === "string");
    if (typeof wrong === "string") return { terms: [], error: wrong };
    terms.push({ columns: [column], tests: /** @type {Test[]} */ (tests), negated: minus === "-" });
  }
  return { terms, error: null };
}

/** @param {string} name @param {Column[]} columns */
function columnNamed(name, columns) {
  const low = name.toLowerCase();
  return columns.find((column) => column.title.toLowerCase() === low) ?? columns.find((column) => column.role !== null && column.role === ALIASES[low]);
}

/**
 * A 1 for each row that matches. A wrong query matches nothing: it must not widen.
 * @param {string} query @param {Column[]} columns @param {number} rows @param {number} now
 * @returns {{mask: Uint8Array, error: string | null}}
 */
export function search(query, columns, rows, now) {
  const mask = new Uint8Array(rows).fill(1);
  const { terms, error } = parseQuery(query, columns, now);
  if (error) return { mask: mask.fill(0), error };
  for (const term of terms) {
    const hit = new Uint8Array(rows);
    for (const test of term.tests) for (const column of term.columns) column.mark(test, hit);
    const wanted = term.negated ? 0 : 1;
    for (let row = 0; row < rows; row += 1) mask[row] &= hit[row] === wanted ? 1 : 0;
  }
  return { mask, error: null };
}
