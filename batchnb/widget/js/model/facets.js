// @ts-check
// The facets of the list: the values of a few fields, how many jobs each would leave, and the term of the search that stands for them.
import { termFor, termForTag } from "../search/compose.js";
import { SOURCE_TITLES } from "../search/fields.js";
import { readQuery } from "../search/parse.js";
import { isField } from "../search/schema.js";
import { pickerTable } from "../search/table.js";
/** @import { Codes, Column } from "../types.js" */
/** @import { Schema } from "../search/schema.js" */
/** @import { QueryTerm } from "../search/terms.js" */
/** @import { Table } from "./table.js" */

/** `values` are the texts of the chips; `indexes` gives for each code the place among them, -1 for none.
 * @typedef {{name: string, title: string, field: string, tag: string | null, values: string[], indexes: Int32Array, codes: Codes | null}} Facet */
/** What the search says of a facet: the values that its own term asks for, where that stands, and whether another term has the same field.
 * @typedef {{values: string[], place: {start: number, end: number} | null, isTyped: boolean}} Choice */
/** @typedef {{value: string, count: number, isOn: boolean}} FacetValue */

const MOST_FACET_VALUES = 2000;
/** The one that most say who a job belongs to comes first. */
const OWNER_TAGS = ["owner", "team", "user", "project"];
const STATUS_ORDER = ["RUNNING", "STARTING", "RUNNABLE", "PENDING", "SUBMITTED", "SUCCEEDED", "FAILED"];
const DEFINITION_ARN = /^arn:[a-z-]+:batch:[^:]*:[^:]*:job-definition\/(.+)$/;
const OF_ROLES = /** @type {[string, string, string][]} */ ([["status", "Status", "status"], ["definition", "Definition", "definition"], ["queue", "Queue", "queue"]]);

/** A definition as name:revision. @param {string} word */
export const definitionText = (word) => DEFINITION_ARN.exec(word)?.[1] ?? word;

/** Values of facets by their column; a column that is there keeps its words. @type {WeakMap<object, {values: string[], indexes: Int32Array}>} */
const knownValues = new WeakMap();

/** @param {Column} column @param {(word: string) => string} valueOf */
function valuesOf(column, valueOf) {
  const known = knownValues.get(column);
  if (known && known.indexes.length === column.count) return known;
  const made = indexed(column.count, (code) => valueOf(column.word(code)) || null);
  knownValues.set(column, made);
  return made;
}

/** @param {number} count @param {(code: number) => string | null} valueAt */
function indexed(count, valueAt) {
  /** @type {Map<string, number>} */ const places = new Map();
  const indexes = new Int32Array(Math.max(count, 1)).fill(-1);
  for (let code = 0; code < count; code += 1) {
    const value = valueAt(code);
    if (value === null) continue;
    if (!places.has(value)) places.set(value, places.size);
    indexes[code] = /** @type {number} */ (places.get(value));
  }
  return { values: [...places.keys()], indexes };
}

/** The facets of a table in their order, those of which nothing is known left out. @param {Table} table @returns {Facet[]} */
export function facetsOf(table) {
  /** @type {Facet[]} */ const facets = [];
  for (const [role, title, field] of OF_ROLES) {
    const column = table.columnOf(role) ?? table.columns.find(({ title: one }) => SOURCE_TITLES[role].includes(one));
    if (!column?.codes || !column.count || column.count > MOST_FACET_VALUES) continue;
    facets.push({ name: role, title, field, tag: null, codes: column.codes, ...valuesOf(column, role === "definition" ? definitionText : (word) => word) });
  }
  const tag = tagFacet(table);
  if (tag) facets.push(tag);
  const { fate } = table;
  if (!fate.hidden) facets.push({ name: "fate", title: "Result", field: "result", tag: null, codes: fate.fates.map((code) => code & 0x7f), ...valuesOf(fate, (word) => word) });
  return facets;
}

/** The tag that tells whose a job is, as far as tags are known. @param {Table} table @returns {Facet | null} */
function tagFacet(table) {
  const { facts } = /** @type {{facts?: {tagSets?: [string, string][][], tagCodes?: Codes}}} */ (table);
  const { tagSets, tagCodes } = facts ?? {};
  if (!tagSets || !tagCodes || tagSets.length < 2 || tagSets.length > MOST_FACET_VALUES) return null;
  const key = OWNER_TAGS.find((one) => tagSets.some((set) => set.some(([name]) => name === one)));
  if (key === undefined) return null;
  const made = indexed(tagSets.length, (code) => tagSets[code].find(([name]) => name === key)?.[1] || null);
  return { name: `tag:${key}`, title: key, field: "tag", tag: key, codes: tagCodes, ...made };
}

/** The term that asks for any of these values. @param {Facet} facet @param {string[]} values */
export function termOf(facet, values) {
  if (facet.tag === null) return termFor(facet.field, values);
  const key = facet.tag;
  return `tag:${values.map((value) => termForTag(key, value).slice("tag:".length)).join(",")}`;
}

/** The fields of a table, as a search sees them. @param {Table} table */
export const schemaOf = (table) => {
  const { facts } = /** @type {{facts?: {tagSets?: [string, string][][], tagCodes?: Codes}}} */ (table);
  const { tagSets = [], tagCodes = null } = facts ?? {};
  const tags = tagSets.length > 1 ? { kind: /** @type {const} */ ("pairs"), count: tagSets.length, codes: tagCodes, pairs: (/** @type {number} */ code) => tagSets[code] } : null;
  return pickerTable(table.columns, 0, 0, { marks: {}, tags }).schema;
};

/** What the search says of each facet. @param {string} query @param {Facet[]} facets @param {Schema} schema @returns {Choice[]} */
export function choicesIn(query, facets, schema) {
  const { terms, error } = readQuery(query, schema);
  return facets.map((facet) => {
    /** @type {Choice} */ const choice = { values: [], place: null, isTyped: false };
    const field = schema.resolve(facet.field, false);
    if (error || !isField(field)) return choice;
    for (const term of terms) {
      if (term.field?.name !== field.name || (facet.tag !== null && !namesTag(term, facet.tag))) continue;
      const values = choice.place || term.isExcluded ? null : isForAny(term) ? [] : valuesAsked(term, facet, schema);
      if (values) Object.assign(choice, { values, place: placeOf(query, term) });
      else choice.isTyped = true;
    }
    return choice;
  });
}

/** Whether a term asks for any value, as `result:*` does for the jobs of a run. @param {QueryTerm} term */
const isForAny = ({ tests: [test, ...rest] }) => !rest.length && test.test === "pattern" && test.parts.length === 1 && test.parts[0] === null;

/** Whether a term on tags can be about this key. @param {QueryTerm} term @param {string} key */
const namesTag = (term, key) => term.tests.some((test) => test.test === "tag" && (test.key.test !== "whole" || test.key.text === key));

/** The values that a term asks for, if it is one that chips could have written. @param {QueryTerm} term @param {Facet} facet @param {Schema} schema */
function valuesAsked(term, facet, schema) {
  const asked = term.tests.flatMap((test) => (test.test === "statuses" ? test.names.map((name) => JSON.stringify(name)) : [JSON.stringify(test)]));
  /** @type {Map<string, string>} */ const known = new Map();
  for (const value of facet.values) {
    const [test] = readQuery(termOf(facet, [value]), schema).terms[0]?.tests ?? [];
    if (test) known.set(JSON.stringify(test.test === "statuses" ? test.names[0] : test), value);
  }
  const values = asked.map((test) => known.get(test));
  // Words such as "active" stand for several statuses, which a person has not chosen one by one.
  const isOfWords = term.tests.some((test) => test.test === "statuses") && values.length > term.end - term.start;
  return values.every((value) => value !== undefined) && !isOfWords ? /** @type {string[]} */ (values) : null;
}

/** Where a term stands, counted as a field of the page counts. @param {string} query @param {QueryTerm} term */
function placeOf(query, { start, end }) {
  const chars = Array.from(query);
  const at = (/** @type {number} */ place) => chars.slice(0, place).join("").length;
  return { start: at(start), end: at(end) };
}

/**
 * The search with a facet's own term changed to these values. @param {string} query @param {Facet} facet @param {Choice} choice @param {string[]} values
 * @param {string} [otherwise] the term where there are none
 */
export function withValues(query, facet, { place }, values, otherwise = "") {
  const [before, after] = place ? [query.slice(0, place.start), query.slice(place.end)] : [query.trimEnd() && `${query.trimEnd()} `, ""];
  const term = values.length ? termOf(facet, values) : otherwise;
  if (term) return before + term + after;
  return `${before.trimEnd()} ${after.trimStart()}`.trim();
}

/**
 * How many rows have each value, and which are asked for. Values that no row has are left out, unless they are asked for.
 * @param {Facet} facet @param {Uint8Array} mask of the rows that the rest of the search leaves @param {string[]} chosen
 * @param {Record<string, Uint8Array>} [also] rows in a status besides that of their column
 * @returns {FacetValue[]}
 */
export function countValues(facet, mask, chosen, also = {}) {
  const counts = new Uint32Array(facet.values.length);
  const { codes, indexes } = facet;
  for (let row = 0; row < mask.length; row += 1) {
    const place = mask[row] ? indexes[codes ? codes[row] : row + 1] : -1;
    if (place >= 0) counts[place] += 1;
  }
  if (facet.name === "status") {
    facet.values.forEach((status, place) => {
      const rows = also[status];
      if (rows) for (let row = 0; row < mask.length; row += 1) if (mask[row] && rows[row] && indexes[codes ? codes[row] : row + 1] !== place) counts[place] += 1;
    });
  }
  return inFacetOrder(facet, facet.values.map((value, place) => ({ value, count: counts[place], isOn: chosen.includes(value) })));
}

/** @param {Facet} facet @param {FacetValue[]} all */
export function inFacetOrder(facet, all) {
  const found = all.filter(({ count, isOn }) => count || isOn);
  if (facet.name === "status") return found.sort((a, b) => STATUS_ORDER.indexOf(a.value) - STATUS_ORDER.indexOf(b.value));
  return found.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
