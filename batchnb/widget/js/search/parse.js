// @ts-check
// Reads a search: terms between blanks, all of which have to hold; or why it cannot be read, and so matches nothing.
import { readFlag, readStatuses, readTags } from "./choices.js";
import { QueryPart, QueryReader } from "./reader.js";
import { readRanges } from "./ranges.js";
import { QueryRefusal } from "./refusal.js";
import { isField } from "./schema.js";
import { readText } from "./texts.js";
import { TypedTerm } from "./typed.js";
import { endsInBang, refusedField } from "./unknown.js";
import { checkTermStart, readLiteral, readWord } from "./words.js";
/** @import { Field } from "./fields.js" */
/** @import { Schema } from "./schema.js" */
/** @import { QueryTerm, QueryTest } from "./terms.js" */

/** Some hundred job ids. More of them belong into a cell. */
const LONGEST_QUERY = 4_000;
const MOST_TERMS = 50;

/**
 * Why a search cannot be read. Each of `suggestions` can take the place of `start` to `end`, counted in UTF-16 as a field
 * of the page counts; `suggestion` is the first. `isUnfinished`: more typing at the end could make sense of it.
 * @typedef {{message: string, suggestion: string | null, suggestions: string[], start: number, end: number, isUnfinished: boolean}} QueryError
 */

/**
 * What a search means in a list with these fields. Without terms it means every row.
 * @param {string} text @param {Schema} schema @returns {{terms: QueryTerm[], error: QueryError | null}}
 */
export function readQuery(text, schema) {
  try {
    return { terms: readTerms(text, schema), error: null };
  } catch (error) {
    if (!(error instanceof QueryRefusal)) throw error;
    const { message, suggestions, start, end, isUnfinished } = error.keeping((meant) => isReadable(meant, schema));
    const chars = Array.from(text);
    const utf16 = (/** @type {number} */ at) => chars.slice(0, at).join("").length;
    return {
      terms: [],
      error: { message, suggestion: suggestions[0] ?? null, suggestions, start: utf16(start), end: utf16(end), isUnfinished },
    };
  }
}

/** @param {string} text @param {Schema} schema */
function isReadable(text, schema) {
  try {
    readTerms(text, schema);
  } catch (error) {
    if (error instanceof QueryRefusal) return false;
    throw error;
  }
  return true;
}

/** @param {string} text @param {Schema} schema */
function readTerms(text, schema) {
  const reader = new QueryReader(text);
  const length = reader.chars.length;
  if (length > LONGEST_QUERY) throw new QueryRefusal(`The search is longer than ${LONGEST_QUERY.toLocaleString("en-US")} characters.`, 0, length);
  /** @type {QueryTerm[]} */ const terms = [];
  for (reader.skipBlanks(); reader.at < length; reader.skipBlanks()) {
    if (terms.length === MOST_TERMS) throw new QueryRefusal(`The search has more than ${MOST_TERMS} terms.`, reader.at, length);
    terms.push(readTerm(reader, schema));
  }
  return terms;
}

/** @param {QueryReader} reader @param {Schema} schema @returns {QueryTerm} */
function readTerm(reader, schema) {
  const start = reader.at;
  const isExcluded = reader.peek() === "-";
  if (isExcluded) reader.at += 1;
  checkTermStart(reader, start, isExcluded);
  const literal = readLiteral(reader, schema);
  if (literal) return { isExcluded, field: literal.field, tests: [literal.test], start, end: reader.at };
  const name = reader.part(":<>=");
  const sign = reader.isAtBlank() ? "" : reader.peek();
  if (!sign) {
    const test = readWord(name, new TypedTerm(reader, start, reader.at, isExcluded), schema);
    return { isExcluded, field: null, tests: [test], start, end: reader.at };
  }
  if (sign === ":") reader.at += 1;
  const valuesAt = reader.at;
  const field = schema.resolve(name.text, reader.chars[name.start] === '"');
  const parts = readParts(reader, isField(field) && field.kind === "tags");
  const typed = new TypedTerm(reader, start, reader.at, isExcluded, name.text, valuesAt);
  if (!isField(field) || sign === "=" || !name.text || endsInBang(name)) throw refusedField(field, sign, name, typed, schema);
  for (const part of parts) if (part.isEmpty) throw typed.lacks(typed.upTo(part.start), part.end);
  return { isExcluded, field, tests: testsOf(field, parts, typed), start, end: reader.at };
}

/** @param {QueryReader} reader @param {boolean} isTag */
function readParts(reader, isTag) {
  const parts = [];
  for (;;) {
    const start = reader.at;
    if (reader.peek() === "/") {
      const expression = reader.expression();
      parts.push(new QueryPart([], start, reader.at, expression));
    } else parts.push(reader.part(",", isTag ? "=" : ""));
    if (reader.peek() !== ",") return parts;
    reader.at += 1;
  }
}

/** @param {Field} field @param {QueryPart[]} parts @param {TypedTerm} typed @returns {QueryTest[]} */
function testsOf(field, parts, typed) {
  switch (field.kind) {
    case "number":
    case "memory":
    case "since":
    case "moment":
      return readRanges(field, parts, typed);
    case "status":
      return readStatuses(field, parts, typed);
    case "tags":
      return readTags(field, parts, typed);
    case "flag":
      return parts.map((part) => readFlag(part, typed));
    default:
      return parts.map((part) => readText(field, part, typed));
  }
}
