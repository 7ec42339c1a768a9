// @ts-check
// What the facets show now: for each value how many jobs it would leave, by the rest of the search.
import { choicesIn, countValues, facetsOf, inFacetOrder, schemaOf, termOf, withValues } from "./facets.js";
/** @import { Choice, Facet, FacetValue } from "./facets.js" */
/** @import { Matches } from "./matches.js" */
/** @import { Table } from "./table.js" */

/** `isOff`: no job matches, so the values are those of the whole list. `isTyped`: a term that no chip could have written has this field.
 * `isPending`: it is counted when all rows are here.
 * @typedef {{facet: Facet, values: FacetValue[], isTyped: boolean, isOff: boolean, isPending: boolean}} ShownFacet */

export class Facets {
  /** @type {ShownFacet[] | null} */ counted = null;

  /** @param {Table} table @param {Matches} matches */
  constructor(table, matches) {
    this.table = table;
    this.matches = matches;
  }

  /** Rows or search have changed: count anew when somebody looks. */
  forget() {
    this.counted = null;
  }

  /** Each facet of which the list has more than one value. */
  get shown() {
    this.counted ??= this.count();
    return this.counted;
  }

  /** A value as it has to be typed behind the colon. @param {Facet} facet @param {string} value */
  typed(facet, value) {
    return termOf(facet, [value]).replace(/^[^:]*:/, "");
  }

  /** Each facet with the values of the whole list, also where there is only one: what can be typed. */
  get all() {
    const { table } = this;
    const all = new Uint8Array(table.here).fill(1);
    return facetsOf(table).map((facet) => ({ facet, values: table.isPartial ? this.countedByKernel(facet) : countValues(facet, all, []) }));
  }

  /** @returns {ShownFacet[]} */
  count() {
    const { table, matches } = this;
    // While a search is typed that cannot be read yet, the rows are those of the one before.
    const query = matches.takenQuery;
    const facets = facetsOf(table).filter((facet) => facet.values.length > 1 || table.isPartial);
    const choices = choicesIn(query, facets, schemaOf(table));
    return facets.map((facet, at) => this.countOne(facet, choices[at], query)).filter((one) => one.values.length > 0 || one.isPending);
  }

  /** @param {Facet} facet @param {Choice} choice @param {string} query @returns {ShownFacet} */
  countOne(facet, choice, query) {
    const { table, matches } = this;
    const { isTyped } = choice;
    if (table.isPartial) {
      const whole = withChoice(facet, this.countedByKernel(facet), choice);
      return { facet, values: whole, isTyped, isOff: false, isPending: !whole.length };
    }
    const all = new Uint8Array(table.here).fill(1);
    if (matches.refusal) return { facet, values: countValues(facet, all, []), isTyped, isOff: true, isPending: false };
    const { facts } = /** @type {{facts?: {arraysIn?(rows: number): Record<string, Uint8Array>}}} */ (/** @type {unknown} */ (table));
    const also = facts?.arraysIn?.(table.here);
    const rest = choice.place ? matches.find(withValues(query, facet, choice, [])).mask : matches.matching;
    const values = countValues(facet, rest, choice.values, also);
    const isOff = values.every(({ count }) => !count);
    return { facet, values: isOff ? countValues(facet, all, choice.values, also) : values, isTyped, isOff, isPending: false };
  }

  /** Of the first rows alone, nothing can be counted: the kernel has said how many there are of each. @param {Facet} facet @returns {FacetValue[]} */
  countedByKernel(facet) {
    /** @type {number[]} */ const counts = this.table.header?.facets?.[facet.name] ?? [];
    const values = facet.values.map((value) => ({ value, count: 0, isOn: false }));
    counts.forEach((count, code) => facet.indexes[code] >= 0 && (values[facet.indexes[code]].count += count));
    return inFacetOrder(facet, values);
  }
}

/** @param {Facet} facet @param {FacetValue[]} values @param {Choice} choice */
const withChoice = (facet, values, choice) => inFacetOrder(facet, values.map((one) => ({ ...one, isOn: choice.values.includes(one.value) })));
