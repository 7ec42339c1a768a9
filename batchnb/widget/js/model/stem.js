// @ts-check
// What the names of like jobs have in common. The same as `batchnb/jobs/name_stem.py`; one table of cases holds for both.

const HEXADECIMAL = "[0-9A-Fa-f]";
const UUID = `${HEXADECIMAL}{8}(?:-${HEXADECIMAL}{4}){3}-${HEXADECIMAL}{12}`;
const ZONE = "(?:Z|\\+[0-9]{2}:?[0-9]{2})";
const TIME = `[0-9]{2}[:-]?[0-9]{2}(?:[:-]?[0-9]{2}(?:[.,][0-9]+)?)?${ZONE}?`;
const ISO_TIME = `[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T_-]?${TIME}`;
const HASH = `(?<![0-9A-Za-z])(?=[A-Fa-f]*[0-9])${HEXADECIMAL}{8,}(?![0-9A-Za-z])`;
const VARYING = new RegExp([UUID, ISO_TIME, HASH, "[0-9]+"].join("|"), "g");
const SEVERAL = /#(?:[-_.]?#)+/g;

/** No time has fewer digits, and no UUID or hash a shorter run of hexadecimal ones. */
const TIME_DIGITS = 12;
const HASH_LENGTH = 8;
const [HASH_SIGN, DASH, DOT, UNDERLINE] = [35, 45, 46, 95];

/**
 * The name with `#` for each UUID, ISO time, run of digits, and hexadecimal of 8 or more with a digit in it. Several of
 * them with one of `-_.` between become one.
 * @param {string} name
 */
export const nameStem = (name) => (hasDigitsAlone(name) ? withoutDigits(name) : stemByRule(name));

/** The same by the expressions, which take three times as long. @param {string} name */
export const stemByRule = (name) => name.replace(VARYING, "#").replace(SEVERAL, "#");

/** @param {number} char */
const isDigit = (char) => char >= 48 && char <= 57;

/** Whether runs of digits are all there can be to take out of a name. @param {string} name */
function hasDigitsAlone(name) {
  let [digits, run] = [0, 0];
  for (let at = 0; at < name.length; at += 1) {
    const char = name.charCodeAt(at);
    if (char === HASH_SIGN) return false;
    const digit = isDigit(char);
    run = digit || (char >= 65 && char <= 70) || (char >= 97 && char <= 102) ? run + 1 : 0;
    digits += Number(digit);
    if (run === HASH_LENGTH || digits === TIME_DIGITS) return false;
  }
  return true;
}

/** @param {string} name */
function withoutDigits(name) {
  let [stem, from, at] = ["", 0, 0];
  while (at < name.length) {
    if (!isDigit(name.charCodeAt(at))) {
      at += 1;
      continue;
    }
    stem += `${name.slice(from, at)}#`;
    while (isDigit(name.charCodeAt(at)) || (isJoint(name.charCodeAt(at)) && isDigit(name.charCodeAt(at + 1)))) at += 1;
    from = at;
  }
  return stem + name.slice(from);
}

/** @param {number} char */
const isJoint = (char) => char === DASH || char === DOT || char === UNDERLINE;
