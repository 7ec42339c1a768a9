// @ts-check
// Which rows of a column of texts pass a test: each distinct text is looked at once, and the rows go by their codes.
import { matcherOf } from "./automaton.js";
import { codesThat, codesWith } from "./columns.js";
import { foldedText, normalized } from "./letters.js";
/** @import { SearchColumn, TextsColumn, WordsColumn } from "./columns.js" */
/** @import { FieldKind } from "./fields.js" */
/** @import { ExpressionTest, PatternTest, TextTest } from "./terms.js" */

export const [NO, YES, UNKNOWN] = [0, 1, 2];
const ARN_START = "arn:";

/**
 * What any of the tests says of each row, NO, YES or UNKNOWN.
 * @param {SearchColumn} column @param {FieldKind} kind @param {TextTest[]} tests @param {number} ifMissing @param {number} rows
 */
export function textVerdicts(column, kind, tests, ifMissing, rows) {
  if (column.kind === "words") {
    const said = new Uint8Array(column.count);
    for (const found of tests.map((test) => codesPassing(column, kind, test))) {
      for (let code = 0; code < said.length; code += 1) said[code] |= found[code];
    }
    said[0] = ifMissing;
    return byCode(said, column.codes, rows);
  }
  if (column.kind === "pairs") {
    const passes = tests.map((test) => passesOf(kind, test));
    const text = (/** @type {number} */ code) => normalized(column.pairs(code).map((pair) => pair.join("=")).join(", "));
    const said = Uint8Array.from({ length: column.count }, (_, code) => (code ? Number(passes.some((one) => one(text(code)))) : ifMissing));
    return byCode(said, column.codes, rows);
  }
  const said = new Uint8Array(rows);
  if (column.kind !== "texts") return said.fill(UNKNOWN);
  markTexts(column, kind, tests, ifMissing, said);
  return said;
}

/** A verdict for each code as one for each row. @param {Uint8Array} said @param {Uint8Array | Uint16Array | Uint32Array | null} codes @param {number} rows */
export function byCode(said, codes, rows) {
  if (!codes) return said.subarray(1, rows + 1);
  const verdicts = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) verdicts[row] = said[codes[row]];
  return verdicts;
}

/** @param {WordsColumn} column @param {FieldKind} kind @param {TextTest} test */
function codesPassing(column, kind, test) {
  if (kind !== "queue" && kind !== "definition") {
    if (test.test === "contains") return codesWith(column, test.text);
    if (test.test === "exact") {
      const { text } = test;
      return codesThat(column, (all, start, end) => end - start === text.length && all.startsWith(text, start));
    }
    if (test.test === "expression" || (test.test === "pattern" && test.parts.includes(""))) {
      const matcher = matcherOf(test);
      return codesThat(column, (all, start, end) => matcher.finds(all, start, end));
    }
  }
  const passes = passesOf(kind, test);
  return codesThat(column, (all, start, end) => passes(all.slice(start, end)));
}

/** @param {TextsColumn} column @param {FieldKind} kind @param {TextTest[]} tests @param {number} ifMissing @param {Uint8Array} said */
function markTexts(column, kind, tests, ifMissing, said) {
  const { mark } = column;
  const words = tests.flatMap((test) => (test.test === "contains" || test.test === "whole" || test.test === "exact" ? [test] : []));
  if (mark && words.length === tests.length && kind !== "queue" && kind !== "definition") {
    for (const test of words) {
      const hit = test.test === "contains" ? said : new Uint8Array(said.length);
      mark.call(column, foldedText(test.text), hit);
      if (hit === said) continue;
      // A text that is the word holds it, too: few rows are left to be looked at.
      const passes = passesOf(kind, test);
      for (let row = 0; row < said.length; row += 1) if (hit[row] && passes(normalized(column.text(row) ?? ""))) said[row] = YES;
    }
    return;
  }
  const all = tests.map((test) => passesOf(kind, test));
  for (let row = 0; row < said.length; row += 1) {
    const text = column.text(row);
    if (text === null) said[row] = ifMissing;
    else if (all.some((passes) => passes(normalized(text)))) said[row] = YES;
  }
}

/** Whether a normalized text passes. A queue and a definition are asked by what is shown of their ARN. @param {FieldKind} kind @param {TextTest} test @returns {(text: string) => boolean} */
function passesOf(kind, test) {
  const passes = passesTest(test);
  if (kind !== "queue" && kind !== "definition") return passes;
  if ((test.test === "whole" || test.test === "exact") && test.text.startsWith(ARN_START)) {
    const passesShort = passesTest({ ...test, text: shortOfArn(test.text) });
    return (text) => (text.startsWith(ARN_START) ? passes(text) : passesShort(text));
  }
  if (test.test === "pattern" && test.parts[0]?.startsWith(ARN_START)) return passes;
  if (kind === "queue" || test.test === "contains") return (text) => passes(shortOfArn(text));
  // Without its revision, a definition is any revision.
  return (text) => {
    const short = shortOfArn(text);
    return passes(short) || passes(short.slice(0, Math.max(0, short.lastIndexOf(":"))) || short);
  };
}

/** The name at the end of the ARN of a queue or a definition; any other text as it is. @param {string} text */
const shortOfArn = (text) => (text.startsWith(ARN_START) ? text.slice(text.lastIndexOf("/") + 1) : text);

/** Whether a normalized text passes. @param {TextTest} test @returns {(text: string) => boolean} */
export function passesTest(test) {
  switch (test.test) {
    case "contains":
      return (text) => foldedText(text).includes(test.text);
    case "whole":
      return (text) => foldedText(text) === test.text;
    case "exact":
      return (text) => text === test.text;
    case "pattern":
      return test.parts.includes("") ? passesMatcher(test) : (text) => fitsRuns(text, test.parts);
    default:
      return passesMatcher(test);
  }
}

/** @param {PatternTest | ExpressionTest} test @returns {(text: string) => boolean} */
function passesMatcher(test) {
  const matcher = matcherOf(test);
  return (text) => matcher.finds(text);
}

/** Whether a pattern without `?` fits: its runs one after the other, the first at the start and the last at the end. @param {string} text @param {(string | null)[]} parts */
function fitsRuns(text, parts) {
  const [first, last] = [parts[0] ?? "", parts.length > 1 ? (parts[parts.length - 1] ?? "") : ""];
  if (parts.length === 1 && parts[0] !== null) return text === first;
  const end = text.length - last.length;
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (let place = 1; place < parts.length - 1; place += 1) {
    const run = parts[place];
    if (run === null) continue;
    const found = text.indexOf(run, at);
    if (found < 0 || found + run.length > end) return false;
    at = found + run.length;
  }
  return true;
}
