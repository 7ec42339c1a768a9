// Sets of rows as bits.
import assert from "node:assert/strict";
import test from "node:test";
import { copied, countBits, hasBit, setBit } from "../../../batchnb/widget/js/bits.js";

test("bits are set, cleared and counted", () => {
  const bits = new Uint8Array(3);
  for (const row of [0, 7, 8, 23]) setBit(bits, row, true);
  setBit(bits, 7, false);
  assert.deepEqual([...bits], [1, 1, 128]);
  assert.equal(countBits(bits), 3);
  assert.equal(hasBit(bits, 23), true);
});

test("a part of a message is copied where it does not begin at the start of its memory", () => {
  const memory = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9).buffer;
  assert.deepEqual([...new Uint8Array(copied(new DataView(memory, 1, 8)))], [2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(copied(new DataView(memory)), memory);
});
