// @ts-check
// What a value means for the fields that have words of their own: statuses, tags, and the marks of a picker.
import { FLAGS, STATUS_WORDS, SYNONYMS } from "./fields.js";
import { foldedText } from "./letters.js";
import { findNearest } from "./nearest.js";
import { inQuotes } from "./refusal.js";
import { readText } from "./texts.js";
import { asText } from "./typed.js";
/** @import { Field } from "./fields.js" */
/** @import { QueryPart } from "./reader.js" */
/** @import { FlagTest, StatusesTest, TagTest } from "./terms.js" */
/** @import { TypedTerm } from "./typed.js" */

/**
 * The statuses that a term asks for: AWS's words, whole and in any case, and three words for several.
 * @param {Field} field @param {QueryPart[]} parts @param {TypedTerm} typed @returns {StatusesTest[]}
 */
export function readStatuses(field, parts, typed) {
  /** @type {Set<string>} */ const names = new Set();
  for (const part of parts) {
    const text = part.text.replace(/^=/, "");
    if (part.beginsWith("<>")) throw typed.refuse(`${inQuotes(field.name)} holds text and cannot be compared.`);
    if (part.beginsWith("!")) throw typed.withoutBang(part);
    if ((text === "*" || text === "all") && !part.expression) throw typed.meansAll();
    const word = foldedText(text);
    if (part.expression || !Object.hasOwn(STATUS_WORDS, word)) throw refusedWord(part, typed, Object.keys(STATUS_WORDS), "is not a job status");
    for (const name of STATUS_WORDS[word]) names.add(name);
  }
  return [{ test: "statuses", names: [...names] }];
}

/** The mark that a value asks for. @param {QueryPart} part @param {TypedTerm} typed @returns {FlagTest} */
export function readFlag(part, typed) {
  const name = foldedText(part.text);
  if (!FLAGS.includes(name) || part.expression) throw refusedWord(part, typed, FLAGS, "cannot follow `is:`");
  return { test: "flag", name };
}

/** @param {QueryPart} part @param {TypedTerm} typed @param {string[]} known @param {string} why */
function refusedWord(part, typed, known, why) {
  const bare = part.text.replace(/[^0-9A-Za-z]/g, "");
  const synonym = Object.hasOwn(SYNONYMS, bare.toLowerCase()) ? SYNONYMS[bare.toLowerCase()] : "";
  const words = known.includes(synonym) ? [synonym] : findNearest(bare, known);
  return typed.refuse(`${inQuotes(typed.written(part))} ${why}.`, {
    meant: words.map((word) => typed.withValue(part, word)),
    otherwise: `Use one of ${known.join(", ")}.`,
    isUnfinished: typed.isAtEnd(part.end) && words.some((word) => word.startsWith(bare.toLowerCase())),
  });
}

/**
 * The tags that a term asks for: `key`, or `key=value`, of which both may be patterns.
 * @param {Field} field @param {QueryPart[]} parts @param {TypedTerm} typed
 */
export function readTags(field, parts, typed) {
  /** @type {TagTest[]} */ const tags = [];
  /** @type {QueryPart | null} */ let before = null;
  for (const part of parts) {
    const at = part.atoms.findIndex(({ char, isQuoted }) => char === "=" && !isQuoted);
    const [key, value] = at < 0 ? [part, null] : [part.before(at), part.after(at + 1)];
    checkTagKey(key, value, part, typed);
    if (value === null) checkBareKey(part, before, typed);
    else if (value.isEmpty) throw typed.lacks(typed.upTo(value.start), value.end);
    before = value === null ? null : key;
    tags.push({ test: "tag", key: readText(field, key, typed, true), value: value && readText(field, value, typed, true) });
  }
  return tags;
}

/** @param {QueryPart} key @param {QueryPart | null} value @param {QueryPart} part @param {TypedTerm} typed */
function checkTagKey(key, value, part, typed) {
  if (!key.text && !key.expression) throw typed.refuse("A tag needs a key, for example `tag:team=vision`.");
  if (!key.has(":")) return;
  const written = typed.written(part);
  const colon = written.indexOf(":");
  const [before, after] = [written.slice(0, colon), written.slice(colon + 1)];
  const inOne = asText(key.text) + typed.reader.slice(key.end, part.end);
  // AWS's own keys hold colons: aws:batch:job-definition.
  const meant = value || before === "aws" ? inOne : `${before}=${after}`;
  throw typed.refuse("", { meant: [typed.withValue(part, meant)], otherwise: "Put a key that holds a colon in quotes." });
}

/** A word that comes after a key with a value is another value, or another key. @param {QueryPart} part @param {QueryPart | null} before @param {TypedTerm} typed */
function checkBareKey(part, before, typed) {
  if (!before) return;
  const written = typed.written(part);
  throw typed.refuse(`${inQuotes(part.text)} would be the key of another tag.`, {
    meant: [typed.withValue(part, `${typed.written(before)}=${written}`), typed.withValue(part, `${written}=*`)],
  });
}
