// @ts-check
// Sets of rows as bits, and binary parts of messages.

/** @param {Uint8Array} bits @param {number} row */
export const hasBit = (bits, row) => (bits[row >> 3] & (1 << (row & 7))) !== 0;

/** @param {Uint8Array} bits @param {number} row @param {boolean} on */
export function setBit(bits, row, on) {
  if (on) bits[row >> 3] |= 1 << (row & 7);
  else bits[row >> 3] &= ~(1 << (row & 7));
}

/** How many of these are 1, all others being 0. @param {Uint8Array} ones */
export function countOnes(ones) {
  let count = 0;
  for (let at = 0; at < ones.length; at += 1) count += ones[at];
  return count;
}

/** @param {Uint8Array} bits */
export function countBits(bits) {
  let count = 0;
  for (let byte of bits) for (; byte; byte &= byte - 1) count += 1;
  return count;
}

/** Typed arrays need their place in memory aligned, which a part of a message is not always. @param {DataView | ArrayBuffer} part */
export function copied(part) {
  if (part instanceof ArrayBuffer) return part;
  const whole = part.byteOffset === 0 && part.byteLength === part.buffer.byteLength;
  return /** @type {ArrayBuffer} */ (whole ? part.buffer : part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength));
}
