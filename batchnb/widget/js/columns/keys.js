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
 * 16 bits of the key of each row: of all rows, or of one. A sort seldom needs all planes, so they are made when they are asked for.
 * @typedef {{at(row: number): number, all(): Uint16Array}} Plane
 */

/** @param {number} rows @param {(row: number) => number} at @param {(plane: Uint16Array) => void} fill a plane in which all is 0 @returns {Plane} */
function planeOf(rows, at, fill) {
  return {
    at,
    all() {
      const plane = new Uint16Array(rows);
      fill(plane);
      return plane;
    },
  };
}

/**
 * Keys of a sort as 16 bits each, the most important first; what is missing comes last in both directions.
 * @param {Codes} values @param {boolean} descending @param {number} missing @returns {Plane[]}
 */
export function planes(values, descending, missing) {
  const flip = descending ? 0xffff : 0;
  const part = (/** @type {number} */ shift) => planeOf(
    values.length,
    (row) => (values[row] === missing ? 0 : ((values[row] >>> shift) ^ flip) & 0xffff),
    (plane) => {
      for (let row = 0; row < plane.length; row += 1) if (values[row] !== missing) plane[row] = (values[row] >>> shift) ^ flip;
    },
  );
  const last = planeOf(values.length, (row) => (values[row] === missing ? 1 : 0), (plane) => {
    for (let row = 0; row < plane.length; row += 1) if (values[row] === missing) plane[row] = 1;
  });
  return values instanceof Uint32Array ? [last, part(16), part(0)] : [last, part(0)];
}

/** The words of 32 bits of a float64, the lower one and the upper one. */
const [LOW, HIGH] = new Uint8Array(Uint16Array.of(1).buffer)[0] ? [0, 1] : [1, 0];

/**
 * Keys of a sort of any numbers, by the bits of float64, which are in order but for the sign.
 * @param {Float64Array | Float32Array} numbers @param {boolean} descending @returns {Plane[]}
 */
export function floatPlanes(numbers, descending) {
  // Adding 0 makes -0 the same as 0. What is missing is 0 here, and differs in the first plane.
  const values = new Float64Array(numbers);
  const rows = values.length;
  for (let row = 0; row < rows; row += 1) values[row] = Number.isNaN(values[row]) ? 0 : values[row] + 0;
  const bits = new Uint32Array(values.buffer);
  const flip = descending ? 0xffffffff : 0;
  const part = (/** @type {number} */ word, /** @type {number} */ shift) => {
    const ifPositive = flip ^ (word === HIGH ? 0x80000000 : 0);
    const at = (/** @type {number} */ row) => ((bits[2 * row + word] ^ (bits[2 * row + HIGH] >>> 31 ? ~flip : ifPositive)) >>> shift) & 0xffff;
    return planeOf(rows, at, (plane) => {
      for (let row = 0; row < rows; row += 1) plane[row] = (bits[2 * row + word] ^ (bits[2 * row + HIGH] >>> 31 ? ~flip : ifPositive)) >>> shift;
    });
  };
  const last = planeOf(rows, (row) => (Number.isNaN(numbers[row]) ? 1 : 0), (plane) => {
    for (let row = 0; row < rows; row += 1) if (Number.isNaN(numbers[row])) plane[row] = 1;
  });
  return [last, part(HIGH, 16), part(HIGH, 0), part(LOW, 16), part(LOW, 0)];
}

/** Keys of numbers of many bytes, the first of which are the most important. @param {Uint8Array} bytes @param {number} width of each number, an even one @param {boolean} descending @returns {Plane[]} */
export function bytePlanes(bytes, width, descending) {
  const flip = descending ? 0xffff : 0;
  return Array.from({ length: width / 2 }, (_, place) => planeOf(
    bytes.length / width,
    (row) => ((bytes[width * row + 2 * place] << 8) | bytes[width * row + 2 * place + 1]) ^ flip,
    (plane) => {
      for (let row = 0, at = 2 * place; row < plane.length; row += 1, at += width) plane[row] = ((bytes[at] << 8) | bytes[at + 1]) ^ flip;
    },
  ));
}
