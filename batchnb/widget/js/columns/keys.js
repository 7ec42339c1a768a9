// @ts-check
// Keys of a sort: numbers as 16 bits each, the least important first.
/** @import { Codes } from "../types.js" */

export const NO_RANK = 0xffffffff;

/** @param {ArrayBuffer} data @param {number} at @param {number} length @param {number} width in bytes @returns {Codes} */
export function unsigned(data, at, length, width) {
  const Kind = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[/** @type {1|2|4} */ (width)];
  return new Kind(data, at, length);
}

/**
 * Keys of a sort as 16 bits each, the lowest first; what is missing comes last in both directions.
 * @param {Codes} values @param {boolean} descending @param {number} missing
 */
export function planes(values, descending, missing) {
  const flip = descending ? 0xffff : 0;
  const [low, high, last] = [new Uint16Array(values.length), new Uint16Array(values.length), new Uint16Array(values.length)];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value === missing) last[row] = 1;
    else {
      low[row] = value ^ flip;
      high[row] = (value >>> 16) ^ flip;
    }
  }
  return values instanceof Uint32Array ? [low, high, last] : [low, last];
}

/** Keys of a sort of any numbers, by the bits of float64, which are in order but for the sign. @param {Float64Array} values @param {boolean} descending */
export function floatPlanes(values, descending) {
  const flip = descending ? 0xffffffff : 0;
  const parts = Array.from({ length: 5 }, () => new Uint16Array(values.length));
  const one = new Float64Array(1);
  const [low, high] = new Uint32Array(new Uint8Array(Uint16Array.of(1).buffer)[0] ? [0, 1] : [1, 0]);
  const bits = new Uint32Array(one.buffer);
  for (let row = 0; row < values.length; row += 1) {
    // Adding 0 makes -0 the same as 0.
    one[0] = values[row] + 0;
    if (Number.isNaN(one[0])) {
      parts[4][row] = 1;
      continue;
    }
    const negative = bits[high] >>> 31;
    const upper = bits[high] ^ flip ^ (negative ? 0xffffffff : 0x80000000);
    const lower = bits[low] ^ flip ^ (negative ? 0xffffffff : 0);
    parts[0][row] = lower;
    parts[1][row] = lower >>> 16;
    parts[2][row] = upper;
    parts[3][row] = upper >>> 16;
  }
  return parts;
}
