// @ts-check
// What the names of like jobs have in common. The same as `batchnb/jobs/name_stem.py`; one table of cases holds for both.

const HEX = "[0-9A-Fa-f]";
const UUID = `${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}`;
const ZONE = "(?:Z|\\+[0-9]{2}:?[0-9]{2})";
const TIME = `[0-9]{2}[:-]?[0-9]{2}(?:[:-]?[0-9]{2}(?:[.,][0-9]+)?)?${ZONE}?`;
const ISO_TIME = `[0-9]{4}-?[0-9]{2}-?[0-9]{2}[T_-]?${TIME}`;
const HASH = `(?<![0-9A-Za-z])(?=[A-Fa-f]*[0-9])${HEX}{8,}(?![0-9A-Za-z])`;
const VARYING = new RegExp([UUID, ISO_TIME, HASH, "[0-9]+"].join("|"), "g");
const SEVERAL = /#(?:[-_.]?#)+/g;

/**
 * The name with `#` for each UUID, ISO time, run of digits, and hexadecimal of 8 or more with a digit in it. Several of
 * them with one of `-_.` between become one.
 * @param {string} name
 */
export const nameStem = (name) => name.replace(VARYING, "#").replace(SEVERAL, "#");
