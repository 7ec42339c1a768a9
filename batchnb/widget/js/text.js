// @ts-check
// Text as the page shows it: one line, without what cannot be seen, not too long; and numbers, times and ids in words.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const CELL_LENGTH = 300;
export const HOVER_LENGTH = 1000;
export const REASON_LIMIT = 1024;

/**
 * Text on one line, invisible characters spelled out, cut to a length.
 * @param {unknown} text
 * @param {number} [limit]
 */
export function shown(text, limit = CELL_LENGTH) {
  const whole = text === null || text === undefined ? "" : String(text);
  const cut = whole.length > limit ? [...whole.slice(0, 2 * limit)].slice(0, limit - 1).join("") + "…" : whole;
  return cut.replace(UNSEEN, spelled);
}

/** @param {string} char */
function spelled(char) {
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[char];
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return short ?? (code > 0xffff ? `\\U${hex.padStart(8, "0")}` : code > 0xff ? `\\u${hex.padStart(4, "0")}` : `\\x${hex.padStart(2, "0")}`);
}

/** The length as AWS counts it: by code points. @param {string} text */
export function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** A whole number with commas between its thousands. To ask the browser for it takes longer than to paint a row. @param {number} number */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** @param {number} count @param {string} noun @param {string} [nouns] */
export function plural(count, noun, nouns = `${noun}s`) {
  return `${grouped(count)} ${count === 1 ? noun : nouns}`;
}

/** A length of time in the two largest units that it has. @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24];
  const minutes = Math.floor(seconds / 60) % 60;
  if (days) return hours ? `${days}d ${hours}h` : `${days}d`;
  if (hours) return minutes ? `${hours}h ${minutes}m` : `${hours}h`;
  return minutes ? `${minutes}m` : `${seconds}s`;
}

/** @param {number} moment epoch milliseconds */
export function utc(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** @param {string} jobId */
export function shortId(jobId) {
  const [, head, tail] = /^([0-9a-fA-F]{8})-[0-9a-fA-F-]{27}([:#]\d+)?$/.exec(jobId) ?? [];
  return head ? `${head}…${tail ?? ""}` : shown(jobId, 40);
}

/** Lower case of the same length, so that positions stay. @param {string} text */
export function folded(text) {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (char) => (char.toLowerCase().length === char.length ? char.toLowerCase() : char)).join("");
}
