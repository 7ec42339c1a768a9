// @ts-check
// What can follow `field:` where somebody types: the values that are in the list.
import { foldedText } from "./letters.js";

/** A value as it is shown, how many jobs have it, and as it has to be typed. @typedef {{value: string, count: number, typed: string}} Option */
/** The field whose value is typed, what of it is there, and where in the search it stands. @typedef {{field: string, prefix: string, start: number, end: number}} Typing */

const MOST_OPTIONS = 8;
const TERM = /^-?([A-Za-z_][\w-]*|"(?:[^"]|"")+"):(.*)$/s;
const QUOTED = /^=?"((?:[^"]|"")*)"?$/s;

/** The term in which this place is, from its first character; null within a blank. @param {string} query @param {number} caret */
function termBefore(query, caret) {
  let [start, isQuoted] = [0, false];
  for (let at = 0; at < caret; at += 1) {
    if (query[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /\s/.test(query[at])) start = at + 1;
  }
  return start;
}

/** The value that is typed at this place, or null. @param {string} query @param {number} caret @returns {Typing | null} */
export function typingAt(query, caret) {
  // In the middle of a word, it is being mended and not typed.
  if (/[^\s,]/.test(query[caret] ?? "")) return null;
  const start = termBefore(query, caret);
  const found = TERM.exec(query.slice(start, caret));
  if (!found) return null;
  const [, name, values] = found;
  let [comma, isQuoted] = [-1, false];
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] === '"') isQuoted = !isQuoted;
    else if (values[at] === "," && !isQuoted) comma = at;
  }
  const written = values.slice(comma + 1);
  if (/^[<>/]/.test(written) || (!QUOTED.test(written) && /[*?]/.test(written))) return null;
  const prefix = QUOTED.exec(written)?.[1].replaceAll('""', '"') ?? written.replace(/^=/, "");
  const field = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
  return { field, prefix, start: caret - written.length, end: caret };
}

/** The options that go on with what is typed: those that begin so first, then by how many jobs have them. @param {Option[]} options @param {string} prefix */
export function optionsFor(options, prefix) {
  const low = foldedText(prefix);
  const begins = (/** @type {Option} */ { value }) => foldedText(value).startsWith(low);
  const found = options.filter(({ value }) => foldedText(value).includes(low));
  // Nothing is left to complete.
  if (found.length === 1 && foldedText(found[0].value) === low) return [];
  return found.sort((a, b) => Number(begins(b)) - Number(begins(a)) || b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, MOST_OPTIONS);
}

/** The search with an option in place of what is typed, and where the caret goes then. @param {string} query @param {Typing} typing @param {Option} option */
export function withOption(query, { start, end }, { typed }) {
  return { query: query.slice(0, start) + typed + query.slice(end), caret: start + typed.length };
}
