// @ts-check
// What a value means for a field that holds text: a part of it, all of it, a pattern, or a regular expression.
import { matcherOf } from "./automaton.js";
import { ExpressionRefusal } from "./expressions.js";
import { foldedText, normalized } from "./letters.js";
import { asCode, inQuotes } from "./refusal.js";
import { asText } from "./typed.js";
/** @import { Field } from "./fields.js" */
/** @import { QueryPart } from "./reader.js" */
/** @import { ExactTest, ExpressionTest, PatternTest, TextTest } from "./terms.js" */
/** @import { TypedTerm } from "./typed.js" */

const JOB_ARN = /^arn:[a-z-]+:batch:[^:]*:[^:]*:job\/(.+)$/is;
const WHOLE_JOB_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:[:#]\d{1,5})?$/i;
const LONGEST_EXPRESSION = 200;
/** Where `*` asks for nothing. In another column, it asks for the rows that have a value. */
const EVERY_JOB_HAS = ["name", "id", "queue", "definition"];

/**
 * What one value of a field of text asks for. `asWhole` is for values that are compared whole, not as a part of a longer text.
 * @param {Field} field @param {QueryPart} part @param {TypedTerm} typed @param {boolean} [asWhole] @returns {TextTest}
 */
export function readText(field, part, typed, asWhole = false) {
  if (part.expression) return readExpression(field, part, typed);
  checkValueStart(field, part, typed);
  if (part.beginsWith("=")) return readExact(part, typed);
  checkCharacters(part, typed, typed.withValue(part, asText(part.text)));
  if (part.has("*?")) return readPattern(field, part, typed);
  if (!part.text) throw typed.lacks(typed.upTo(part.start), part.end);
  return readValueWord(field, part.text, asWhole);
}

/** @param {Field} field @param {QueryPart} part @param {TypedTerm} typed */
function checkValueStart(field, part, typed) {
  if (part.beginsWith("<>")) throw typed.refuse(`${inQuotes(field.name)} holds text and cannot be compared.`);
  if (part.beginsWith(":")) throw typed.refuse("There is one colon too many.", { meant: [typed.withValue(part, typed.written(part).slice(1))] });
  if (part.beginsWith("!")) throw typed.withoutBang(part);
}

/** Refuse brackets and bars, which have a meaning in other languages. `quoted` is the way out. @param {QueryPart} part @param {TypedTerm} typed @param {string} quoted */
export function checkCharacters(part, typed, quoted) {
  const wayOut = `For the text itself: ${asCode(quoted)}.`;
  if (part.has("()|")) throw typed.refuse(`There is no OR. For one field: \`name:a*,b*\`. ${wayOut}`, { offered: [quoted] });
  const wrong = part.has("[]{}");
  if (wrong) throw typed.refuse(`${inQuotes(wrong)} has no special meaning: a pattern has only * and ?. ${wayOut}`, { offered: [quoted] });
}

/** @param {Field} field @param {string} text @param {boolean} asWhole @returns {TextTest} */
function readValueWord(field, text, asWhole) {
  const given = (field.kind === "id" && JOB_ARN.exec(text)?.[1]) || text;
  const isId = field.kind === "id" && WHOLE_JOB_ID.test(given);
  const isArn = field.kind === "queue" && /^arn:[a-z-]+:/i.test(given);
  const isWhole = asWhole || isId || isArn || field.kind === "definition";
  return { test: isWhole ? "whole" : "contains", text: foldedText(given) };
}

/** @param {QueryPart} part @param {TypedTerm} typed @returns {ExactTest} */
function readExact(part, typed) {
  const rest = part.after(1);
  const written = typed.written(part).slice(1);
  if (rest.isEmpty) throw typed.lacks(`${typed.upTo(part.start)}=`, part.end);
  if (rest.beginsWith("=")) throw typed.refuse("There is one “=” too many.", { meant: [typed.withValue(part, written)] });
  const literally = typed.withValue(part, `=${asText(rest.text)}`);
  const wrong = rest.has("*?");
  if (wrong) {
    const what = `“=” takes the text literally, and ${inQuotes(wrong)} would be part of it.`;
    throw typed.refuse(what, { meant: [typed.withValue(part, written), literally] });
  }
  checkCharacters(rest, typed, literally);
  return { test: "exact", text: normalized(rest.text) };
}

/** @param {Field} field @param {QueryPart} part @param {TypedTerm} typed @returns {PatternTest} */
function readPattern(field, part, typed) {
  if (part.atoms.length > LONGEST_EXPRESSION) throw typed.refuse(`The pattern is longer than ${LONGEST_EXPRESSION} characters.`);
  /** @type {(string | null)[]} */ const parts = [];
  let run = "";
  const endRun = () => {
    if (run) parts.push(normalized(run));
    run = "";
  };
  for (const { char, isQuoted } of part.atoms) {
    if (isQuoted || !"*?".includes(char)) run += char;
    else {
      endRun();
      if (char === "?") parts.push("");
      else if (parts.at(-1) !== null) parts.push(null);
    }
  }
  endRun();
  const single = parts.filter((one) => one === "").length;
  const asksNothing = parts.includes(null) && parts.every((one) => !one) && single <= 1;
  if (asksNothing && EVERY_JOB_HAS.includes(field.source)) throw typed.meansAll();
  return { test: "pattern", parts };
}

/** @param {Field} field @param {QueryPart} part @param {TypedTerm} typed @returns {ExpressionTest} */
function readExpression(field, part, typed) {
  const { source, flags } = /** @type {{source: string, flags: string}} */ (part.expression);
  if (flags !== "" && flags !== "i") {
    const what = `${inQuotes(flags)} has no meaning after an expression, only “i” has.`;
    throw typed.refuse(what, { meant: [typed.withValue(part, asText(typed.written(part)))] });
  }
  if (Array.from(source).length > LONGEST_EXPRESSION) throw typed.refuse(`The expression is longer than ${LONGEST_EXPRESSION} characters.`);
  if (!source) throw typed.lacks(`${typed.upTo(part.start)}/`, part.end);
  /** @type {ExpressionTest} */ const test = { test: "expression", source, anyCase: flags === "i" };
  let fitsAll = false;
  try {
    ({ fitsAll } = matcherOf(test));
  } catch (error) {
    if (!(error instanceof ExpressionRefusal)) throw error;
    throw typed.refuse(`The expression cannot be read: ${error.message}.`);
  }
  if (fitsAll && EVERY_JOB_HAS.includes(field.source)) throw typed.meansAll();
  return test;
}
