// @ts-check
// The shapes of a search once it is read: terms that all have to hold, each a field and the tests of which any may hold.

/** @import { Field } from "./fields.js" */

/** The text is somewhere in the value, in any case; it is folded. @typedef {{test: "contains", text: string}} ContainsTest */
/** The text is the value, in any case; it is folded. @typedef {{test: "whole", text: string}} WholeTest */
/** The text is the value, and case counts. @typedef {{test: "exact", text: string}} ExactTest */
/** It fits the whole value, and case counts. null stands for `*`, and "" for `?`. @typedef {{test: "pattern", parts: (string | null)[]}} PatternTest */
/** It is found somewhere in the value. @typedef {{test: "expression", source: string, anyCase: boolean}} ExpressionTest */
/** @typedef {ContainsTest | WholeTest | ExactTest | PatternTest | ExpressionTest} TextTest */
/** The number is between these. `isMoment`: for `stopped:`, which takes both, whether they are epoch milliseconds.
 * @typedef {{test: "range", low: number | null, high: number | null, withLow: boolean, withHigh: boolean, isMoment: boolean}} RangeTest */
/** The status is one of these. @typedef {{test: "statuses", names: string[]}} StatusesTest */
/** The row has this mark. @typedef {{test: "flag", name: string}} FlagTest */
/** One tag has a key that passes the one test, and a value that passes the other. @typedef {{test: "tag", key: TextTest, value: TextTest | null}} TagTest */
/** @typedef {TextTest | RangeTest | StatusesTest | FlagTest | TagTest} QueryTest */
/** Without a field, a text that is looked for in all columns that are shown. `start` and `end` count code points.
 * @typedef {{isExcluded: boolean, field: Field | null, tests: QueryTest[], start: number, end: number}} QueryTerm */

export {};
