// @ts-check
// Numbers, lengths of time, sizes and dates as people type them. Nothing is guessed: a unit or a date has one form.

const DURATION_MS = /** @type {Record<string, number>} */ ({ s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 });
const MEMORY_MIB = /** @type {Record<string, number>} */ ({ mib: 1, gib: 1024, tib: 1024 * 1024 });
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const FIRST_YEAR = 1970;

/** @param {number} number */
const finite = (number) => (Number.isFinite(number) ? number : null);

/** A number in digits, null for anything else. @param {string} text */
export function readNumber(text) {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(text) ? finite(Number(text)) : null;
}

/** A length of time in milliseconds, null where a unit is missing or unknown. @param {string} text */
export function readDuration(text) {
  if (!/^(?:\d+(?:\.\d+)?[smhdw])+$/.test(text)) return null;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)) total += Number(number) * DURATION_MS[unit];
  return finite(total);
}

/** A size in MiB, null where a unit is missing or unknown. @param {string} text */
export function readMemory(text) {
  const found = /^(\d+(?:\.\d+)?)([MGT]iB)$/i.exec(text);
  return found && finite(Number(found[1]) * MEMORY_MIB[found[2].toLowerCase()]);
}

/**
 * The first millisecond of a UTC date, and of what follows it; null for anything else. A date without a time is the whole
 * day, a time is the minute or the second that it names.
 * @param {string} text @returns {[number, number] | null}
 */
export function readDate(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z)?$/.exec(text);
  if (!found) return null;
  const given = found.slice(1).map((part) => Number(part ?? "0"));
  const [year, month, day, hour, minute, second] = given;
  if (year < FIRST_YEAR) return null;
  const start = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(start);
  const made = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  // JavaScript takes the 30th of February for the 2nd of March.
  if (made.some((part, at) => part !== given[at])) return null;
  return [start, start + (found[4] === undefined ? DAY_MS : found[6] === undefined ? MINUTE_MS : 1000)];
}
