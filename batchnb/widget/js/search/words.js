// @ts-check
// Terms without a field: texts that are looked for as they are, and what looks like a text and would mislead.
import { foldedText } from "./letters.js";
import { QueryRefusal, asCode } from "./refusal.js";
import { isField } from "./schema.js";
import { checkCharacters } from "./texts.js";
import { asText } from "./typed.js";
/** @import { Field } from "./fields.js" */
/** @import { QueryPart, QueryReader } from "./reader.js" */
/** @import { Schema } from "./schema.js" */
/** @import { ContainsTest, TextTest } from "./terms.js" */
/** @import { TypedTerm } from "./typed.js" */

const OTHER_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d";
const PART_OF_JOB = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[:#]\d{1,5}$/i;
const BATCH_ARN = /^arn:[a-z-]+:batch:[^:]*:[^:]*:(job|job-definition|job-queue)\/([^,"]+)$/;
const FIELD_OF_ARN = /** @type {Record<string, string>} */ ({ job: "id", "job-definition": "definition", "job-queue": "queue" });
const OR = "There is no OR. For one field: `name:a*,b*`. For the word: {}.";
const AND = "There is no AND: all terms must match. Leave it out. For the word: {}.";
const NOT = "There is no NOT. A “-” in front excludes, for example `-prod`. For the word: {}.";
const OPERATORS = new Map([["or", OR], ["||", OR], ["|", OR], ["and", AND], ["&&", AND], ["&", AND], ["not", NOT]]);

/** Refuse a minus that has nothing behind it, or is another character. @param {QueryReader} reader @param {number} start @param {boolean} isExcluded */
export function checkTermStart(reader, start, isExcluded) {
  if (isExcluded && reader.isAtBlank()) {
    throw new QueryRefusal("Nothing after “-”.", start, reader.at, { isUnfinished: reader.at === reader.chars.length });
  }
  const raw = Array.from(reader.raw());
  const end = reader.at + raw.length;
  if (isExcluded && raw[0] === "-") throw new QueryRefusal("There is one “-” too many.", start, end, { meant: [raw.join("")] });
  if (raw.length > 1 && OTHER_DASHES.includes(raw[0])) {
    const more = { meant: [`-${raw.slice(1).join("")}`], otherwise: `Try ${asCode(asText(raw.join("")))}.` };
    throw new QueryRefusal(`“${raw[0]}” is not a minus.`, start, end, more);
  }
}

/**
 * Read what is pasted and holds colons all the same: the id of a child, or an ARN of AWS Batch.
 * @param {QueryReader} reader @param {Schema} schema @returns {{field: Field | null, test: TextTest} | null}
 */
export function readLiteral(reader, schema) {
  const raw = reader.raw();
  if (PART_OF_JOB.test(raw)) {
    reader.at += raw.length;
    return { field: null, test: { test: "contains", text: foldedText(raw) } };
  }
  const found = BATCH_ARN.exec(raw);
  const field = found && schema.resolve(FIELD_OF_ARN[found[1]], false);
  if (!field || !isField(field)) return null;
  reader.at += Array.from(raw).length;
  return { field, test: { test: "whole", text: foldedText(field.kind === "id" ? found[2] : raw) } };
}

/** The text that is looked for, unless it would mislead to take it for one. @param {QueryPart} part @param {TypedTerm} typed @param {Schema} schema @returns {ContainsTest} */
export function readWord(part, typed, schema) {
  if (!part.text) throw typed.refuse("There is nothing between the quotes.", { isUnfinished: typed.isAtEnd(typed.end) });
  const written = typed.inside;
  const operator = OPERATORS.get(foldedText(written));
  if (operator) throw typed.refuse(operator.replace("{}", () => asCode(typed.minus + asText(written))), { offered: [typed.itself] });
  const itself = typed.minus + asText(part.text);
  const wayOut = `For the text itself: ${asCode(itself)}.`;
  if (part.beginsWith("!")) {
    const meant = [`${typed.isExcluded ? "" : "-"}${written.slice(1)}`];
    throw typed.refuse("There is no “!”. A “-” in front excludes.", { meant, otherwise: wayOut, offered: [itself] });
  }
  const needs = whatNeedsField(part, written);
  if (needs) {
    const meant = isField(schema.resolve("name", false)) ? [`${typed.minus}name:${written}`] : [];
    throw typed.refuse(needs, { meant, otherwise: wayOut, offered: [itself] });
  }
  checkCharacters(part, typed, itself);
  return { test: "contains", text: foldedText(part.text) };
}

/** @param {QueryPart} part @param {string} written */
function whatNeedsField(part, written) {
  if (part.beginsWith("/") && /^\/.+\/i?$/s.test(written)) return "An expression needs a field.";
  if (part.has("*?")) return "A pattern needs a field.";
  return part.has(",") ? "A list needs a field." : "";
}
