// @ts-check
// What the cells say, as plain text: names, statuses, lengths of time, definitions, numbers and sizes.
import { duration, grouped, plural, shown, utc } from "./text.js";
/** @import { Children } from "./model/facts.js" */

/** In place of what is not known. */
export const NOT_KNOWN = "–";
const DIGITS = 4;
const NUDGE = 2 ** -51;
const WHOLE_FROM = 10 ** (DIGITS - 1);
const TAIL_LENGTH = 7;
const SPLIT_FROM = 12;
const [MIB_IN_GIB, MIB_IN_TIB] = [1024, 1024 * 1024];
const MONEY = /(^|[_\s-])(cost|costs|price|usd|eur)($|[_\s-])/i;

/** Made once: to make one takes longer than to paint a row. By currency. @type {Map<string, Intl.NumberFormat>} */ const MONEY_FORMATS = new Map();

/** A number with 4 digits that count; more of them where they stand before the point. @param {number} value */
export function numberText(value) {
  if (Number.isNaN(value)) return NOT_KNOWN;
  const size = Math.abs(value);
  // In binary, 108.35 is a little less, and would read as 108.3.
  const short = Number((value * (1 + NUDGE)).toPrecision(DIGITS));
  // -0 is 0.
  if (size < WHOLE_FROM || size >= 1e15) return String(short + 0);
  const whole = Math.round(size);
  return `${value < 0 ? "-" : ""}${size < 10 * WHOLE_FROM ? whole : grouped(whole)}`;
}

/** All of a number. @param {number} value */
export const wholeNumberText = (value) => (Number.isNaN(value) ? "not known" : String(Number(value.toPrecision(15))));

/** @param {number} mib */
export function memoryText(mib) {
  if (Number.isNaN(mib)) return NOT_KNOWN;
  const [value, unit] = mib >= MIB_IN_TIB ? [mib / MIB_IN_TIB, "TiB"] : mib >= MIB_IN_GIB ? [mib / MIB_IN_GIB, "GiB"] : [mib, "MiB"];
  return `${numberText(value)} ${unit}`;
}

/** Whether a column of numbers holds money, by its title. @param {string} title */
export const isMoney = (title) => MONEY.test(title);

/** @param {number} value @param {string} [currency] as ISO 4217 writes it */
export function moneyText(value, currency = "") {
  if (Number.isNaN(value)) return NOT_KNOWN;
  const known = MONEY_FORMATS.get(currency) ?? moneyFormat(currency);
  MONEY_FORMATS.set(currency, known);
  return known.format(value);
}

/** @param {string} currency */
function moneyFormat(currency) {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return new Intl.NumberFormat("en-US", /^[A-Z]{3}$/.test(currency) ? { ...digits, style: "currency", currency } : digits);
}

/** @param {number} tries @param {number} most */
export function triesText(tries, most) {
  if (Number.isNaN(tries)) return NOT_KNOWN;
  return Number.isNaN(most) ? String(tries) : `${tries}/${most}`;
}

/** name:revision of the ARN of a definition; any other text as it is. @param {string} definition */
export const shortDefinition = (definition) => (definition.startsWith("arn:") ? definition.slice(definition.lastIndexOf("/") + 1) : definition);

/** A long text in two parts, of which the second one stays when not all of it can be seen. @param {string} text @returns {[string, string]} */
export function splitText(text) {
  const chars = Array.from(text);
  if (chars.length < SPLIT_FROM) return [text, ""];
  let at = chars.length - TAIL_LENGTH;
  // A sign that is written above a letter stays with it.
  while (at > 1 && /\p{M}/u.test(chars[at])) at -= 1;
  return [chars.slice(0, at).join(""), chars.slice(at).join("")];
}

/**
 * What stands behind a name: of an array its size and how many children live, of a multi-node job its nodes.
 * @param {number} size NaN for other jobs @param {number | undefined} live @param {number | undefined} nodes
 */
export function behindName(size, live, nodes) {
  const parts = [];
  if (size > 0) parts.push(live === undefined ? `× ${grouped(size)}` : `× ${grouped(size)}, ${grouped(live)} live`);
  if (nodes !== undefined) parts.push(`· ${plural(nodes, "node")}`);
  return parts.join(" ");
}

/** @param {number | undefined} live */
export function arrayTitle(live) {
  if (live === undefined) return "An array. How many of its children live is not in this table; the plan looks.";
  return `An array, of which ${plural(live, "child lives", "children live")}.`;
}

/**
 * A status and how its dot looks. An array is in the status of its children that are furthest, with their number.
 * @param {string} status @param {Children | undefined} children @param {boolean} isWanted whether it failed because somebody wanted it ended
 * @returns {{kind: string, word: string, times: string}}
 */
export function statusParts(status, children, isWanted) {
  const { running = 0, starting = 0 } = /^(SUCCEEDED|FAILED)$/.test(status) ? {} : (children ?? {});
  const word = running ? "RUNNING" : starting ? "STARTING" : status;
  const kind = isWanted ? "wanted" : word.toLowerCase();
  return { kind, word, times: running || starting ? `× ${grouped(running || starting)}` : "" };
}

/** Since when, or from when to when. @param {[number, number]} span @param {string} status */
export function spanTitle([from, to], status) {
  if (!(to - from >= 0)) return "not known";
  if (/^(SUCCEEDED|FAILED)$/.test(status)) return `ran for ${duration(to - from)}, from ${utc(from)} to ${utc(to)}`;
  return `${shown(status, 20)} for ${duration(to - from)}, since ${utc(from)}`;
}
