// @ts-check
// The number that may have to be typed before jobs are ended, and what is said of another one.

/** As somebody types it: 7000, 7,000 or 7 000. @param {string} text */
export const digitsOf = (text) => text.replace(/[\s,]/g, "");

/** The error in the typed text, or null. @param {string} text @param {number} wanted */
export function wrongNumber(text, wanted) {
  const digits = digitsOf(text);
  if (!digits) return `Type ${wanted} first.`;
  return digits === String(wanted) ? null : `That is not ${wanted}.`;
}
