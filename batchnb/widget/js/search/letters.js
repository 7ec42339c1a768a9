// @ts-check
// Characters as the search sees them: blanks, invisible ones, upper and lower case; the twin of `batchnb/search/letters.py`.

const BLANK = /[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;
const INVISIBLE = new RegExp(
  "[\\0-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164" +
    // Halves of a character, and those that are for private use: nobody knows what they look like.
    "\\ud800-\\uf8ff\\ufeff\\uffa0\\ufff9-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{10ffff}]",
  "u",
);
const NOT_ASCII = /[^\0-\x7f]/;

/** Whether this character separates terms. @param {string} char */
export const isBlank = (char) => BLANK.test(char);

/** Whether nobody sees this character, so that a search must not hold it without quotes. @param {string} char */
export const isInvisible = (char) => INVISIBLE.test(char);

/** @param {string} text */
export const isAscii = (text) => !NOT_ASCII.test(text);

/** The text with each accented letter as one character (Unicode's form C): they look the same. @param {string} text */
export const normalized = (text) => (isAscii(text) ? text : text.normalize("NFC"));

/** Normalized text in lower case, letter by letter, so that no letter becomes two. @param {string} text */
export function foldedText(text) {
  if (isAscii(text)) return text.toLowerCase();
  let low = "";
  for (const char of text.normalize("NFC")) low += lowerLetter(char);
  return low;
}

/** @param {string} char */
function lowerLetter(char) {
  const low = char.toLowerCase();
  // The same letter at the end of a word.
  if (low === "\u03c2") return "\u03c3";
  return Array.from(low).length === 1 ? low : char;
}

/** Text on one line, invisible characters spelled out, cut to this number of code points. @param {string} text */
export function spelledOut(text, limit = 40) {
  const chars = Array.from(text);
  const cut = chars.length <= limit ? chars : [...chars.slice(0, limit - 1), "…"];
  return cut.map((char) => (char !== " " && (isBlank(char) || isInvisible(char)) ? spelledChar(char) : char)).join("");
}

/** @param {string} char */
function spelledChar(char) {
  const code = /** @type {number} */ (char.codePointAt(0));
  const [width, letter] = code <= 0xff ? [2, "x"] : code <= 0xffff ? [4, "u"] : [8, "U"];
  return { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[char] ?? `\\${letter}${code.toString(16).padStart(/** @type {number} */ (width), "0")}`;
}
