// @ts-check
// Holds the rows of a table against a search. Of what is not known, a row matches neither a term nor its opposite.
import { ENDED_STATUSES, STATUS_WORDS, WAITING_STATUSES } from "./fields.js";
import { normalized } from "./letters.js";
import { readQuery } from "./parse.js";
import { NO, UNKNOWN, YES, byCode, passesTest, textVerdicts } from "./text_tests.js";
/** @import { MarksColumn, NumbersColumn, PairsColumn, SearchColumn, SearchTable } from "./columns.js" */
/** @import { Field, FieldKind } from "./fields.js" */
/** @import { QueryError } from "./parse.js" */
/** @import { FlagTest, QueryTerm, RangeTest, StatusesTest, TagTest, TextTest } from "./terms.js" */

/** What has to be described before the search can be answered. @typedef {{field: string, rows: number, calls: number, line: string, button: string}} Missing */

export const DESCRIBED_IN_ONE_CALL = 100;
const KNOWN_STATUSES = new Set([...STATUS_WORDS.active, ...ENDED_STATUSES]);
const KIND_OF_SHOWN = /** @type {Record<string, FieldKind>} */ ({ queue: "queue", definition: "definition" });

/**
 * A 1 for each row that matches. What cannot be read, and what needs descriptions that are not here, matches nothing: a
 * search never widens.
 * @param {string} text @param {SearchTable} table @returns {{mask: Uint8Array, error: QueryError | null, missing: Missing | null, pending?: Uint8Array}}
 * `pending`: a 1 for each row that has to be described first
 */
export function searchTable(text, table) {
  const mask = new Uint8Array(table.rows);
  const { terms, error } = readQuery(text, table.schema);
  if (error) return { mask, error, missing: null };
  mask.fill(1);
  // Terms that a listing can answer come first: descriptions are asked for only the rows that are left.
  const waiting = terms.filter((term) => pendingOf(term, table));
  for (const term of terms) if (!waiting.includes(term)) narrowMask(mask, term, table);
  if (!waiting.length) return { mask, error: null, missing: null };
  const pending = pendingIn(mask, waiting, table);
  const missing = missingFor(pending, waiting);
  if (missing) return { mask: mask.fill(0), error: null, missing, pending };
  for (const term of waiting) narrowMask(mask, term, table);
  return { mask, error: null, missing: null };
}

/** @param {Uint8Array} mask @param {QueryTerm} term @param {SearchTable} table */
function narrowMask(mask, term, table) {
  const said = termVerdicts(term, table);
  const wanted = term.isExcluded ? NO : YES;
  for (let row = 0; row < mask.length; row += 1) mask[row] &= said[row] === wanted ? 1 : 0;
}

/** @param {QueryTerm} term @param {SearchTable} table */
const pendingOf = ({ field }, table) => (field && table.columns.get(field.source)?.pending) || null;

/** Of the rows that are left, those that have to be described. @param {Uint8Array} mask @param {QueryTerm[]} waiting @param {SearchTable} table */
function pendingIn(mask, waiting, table) {
  const each = waiting.map((term) => /** @type {Uint8Array} */ (pendingOf(term, table)));
  const pending = new Uint8Array(mask.length);
  for (let row = 0; row < mask.length; row += 1) if (mask[row] && each.some((one) => one[row])) pending[row] = 1;
  return pending;
}

/** @param {Uint8Array} pending @param {QueryTerm[]} waiting @returns {Missing | null} */
function missingFor(pending, waiting) {
  let rows = 0;
  for (let row = 0; row < pending.length; row += 1) rows += pending[row];
  if (!rows) return null;
  const field = /** @type {Field} */ (waiting[0].field);
  const calls = Math.ceil(rows / DESCRIBED_IN_ONE_CALL);
  const jobs = `${rows.toLocaleString("en-US")} ${rows === 1 ? "job" : "jobs"}`;
  const line = `${field.describedAs ?? field.name} of ${jobs} are not here yet.`;
  return { field: field.name, rows, calls, line, button: `Load them (${calls.toLocaleString("en-US")} ${calls === 1 ? "call" : "calls"})` };
}

/** What a term says of each row. @param {QueryTerm} term @param {SearchTable} table */
function termVerdicts({ field, tests }, table) {
  if (!field) return anywhere(/** @type {TextTest} */ (tests[0]), table);
  const column = /** @type {SearchColumn} */ (table.columns.get(field.source));
  switch (field.kind) {
    case "status":
      return statusVerdicts(/** @type {StatusesTest[]} */ (tests).flatMap(({ names }) => names), table);
    case "flag":
      return flagVerdicts(/** @type {MarksColumn} */ (column), /** @type {FlagTest[]} */ (tests), table.rows);
    case "tags":
      return tagVerdicts(/** @type {PairsColumn} */ (column), /** @type {TagTest[]} */ (tests), table.rows);
    case "text":
    case "id":
    case "queue":
    case "definition":
      return textVerdicts(column, field.kind, /** @type {TextTest[]} */ (tests), field.isNoneIfMissing ? NO : UNKNOWN, table.rows);
    default:
      return rangeVerdicts(field, /** @type {NumbersColumn} */ (column), /** @type {RangeTest[]} */ (tests), table);
  }
}

/** @param {TextTest} test @param {SearchTable} table */
function anywhere(test, table) {
  const found = new Uint8Array(table.rows);
  for (const source of table.shown) {
    const column = table.columns.get(source);
    if (!column) continue;
    const said = textVerdicts(column, KIND_OF_SHOWN[source] ?? "text", [test], NO, table.rows);
    for (let row = 0; row < found.length; row += 1) found[row] |= said[row];
  }
  return found;
}

/** Which rows are in one of these statuses, an array of which a child is in one among them. @param {string[]} names @param {SearchTable} table */
function statusVerdicts(names, table) {
  const column = table.columns.get("status");
  let said = new Uint8Array(table.rows).fill(UNKNOWN);
  if (column?.kind === "words") {
    const verdicts = Uint8Array.from({ length: column.count }, (_, code) => (code ? statusVerdict(column.word(code), names) : UNKNOWN));
    said = byCode(verdicts, column.codes, table.rows).slice();
  } else if (column?.kind === "texts") {
    said = said.map((_, row) => statusVerdict(column.text(row) ?? "", names));
  }
  for (const name of names) {
    const also = table.also?.[name];
    if (also) for (let row = 0; row < said.length; row += 1) if (also[row]) said[row] = YES;
  }
  return said;
}

/** @param {string} text @param {string[]} names */
function statusVerdict(text, names) {
  const status = text.toUpperCase();
  if (!KNOWN_STATUSES.has(status)) return UNKNOWN;
  return names.includes(status) ? YES : NO;
}

/** @param {MarksColumn} column @param {FlagTest[]} tests @param {number} rows */
function flagVerdicts(column, tests, rows) {
  return Uint8Array.from({ length: rows }, (_, row) => {
    const marks = tests.map(({ name }) => column.has(name, row));
    return marks.includes(null) ? UNKNOWN : marks.includes(true) ? YES : NO;
  });
}

/** @param {PairsColumn} column @param {TagTest[]} tests @param {number} rows */
function tagVerdicts(column, tests, rows) {
  const each = tests.map(({ key, value }) => ({ key: passesTest(key), value: value && passesTest(value) }));
  const said = Uint8Array.from({ length: column.count }, (_, code) => {
    if (!code) return UNKNOWN;
    const pairs = column.pairs(code).map((pair) => pair.map(normalized));
    return pairs.some(([key, value]) => each.some((test) => test.key(key) && (!test.value || test.value(value)))) ? YES : NO;
  });
  return byCode(said, column.codes, rows);
}

/** @param {Field} field @param {NumbersColumn} column @param {RangeTest[]} tests @param {SearchTable} table */
function rangeVerdicts(field, column, tests, table) {
  const said = new Uint8Array(table.rows);
  const ifMissing = field.isNoneIfMissing ? NO : UNKNOWN;
  const isSince = field.kind === "since";
  const needsPast = isSince && tests.some((test) => !test.isMoment);
  for (let row = 0; row < said.length; row += 1) {
    const given = column.value(row);
    const since = table.now - given;
    // A time ahead is from another clock: how long ago it was is not known.
    if (Number.isNaN(given) || (needsPast && since < 0)) said[row] = ifMissing;
    else if (tests.some((test) => isInRange(isSince && !test.isMoment ? since : given, test))) said[row] = YES;
  }
  if (!field.during) return said;
  const during = statusVerdicts(field.during, table);
  if (field.during === WAITING_STATUSES) leaveOutRunningArrays(during, table);
  for (let row = 0; row < said.length; row += 1) if (during[row] !== YES) said[row] = during[row];
  return said;
}

/** AWS shows an array as PENDING while its children run. @param {Uint8Array} during @param {SearchTable} table */
function leaveOutRunningArrays(during, table) {
  for (const name of ["STARTING", "RUNNING"]) {
    const also = table.also?.[name];
    if (also) for (let row = 0; row < during.length; row += 1) if (also[row]) during[row] = NO;
  }
}

/** @param {number} value @param {RangeTest} test */
function isInRange(value, { low, high, withLow, withHigh }) {
  return (low === null || value > low || (withLow && value === low)) && (high === null || value < high || (withHigh && value === high));
}
