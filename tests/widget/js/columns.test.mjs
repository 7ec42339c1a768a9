// Columns, read from what the kernel packs, found in and sorted.
import assert from "node:assert/strict";
import test from "node:test";
import { NOW, narrow } from "./packed.mjs";
import { search } from "../../../batchnb/widget/js/query.js";
import { sortedRows } from "../../../batchnb/widget/js/sort.js";

test("narrow numbers stand above the least, the highest of them for none", () => {
  const numbers = narrow({ kind: "number", width: 1, least: -3 }, [0, 3, 255, 254, 3], 5);
  assert.deepEqual([0, 1, 2, 3].map((row) => numbers[1].text(row)), ["-3", "0", "", "251"]);
  const hits = (query) => [...search(query, numbers, 5, NOW).mask].join("");
  assert.equal(hits("x:>0"), "00010");
  assert.equal(hits("x:<=0"), "11001");
  assert.equal(hits("x:=0"), "01001");
  assert.deepEqual([...sortedRows([{ column: 1, descending: true }], numbers, 5)], [3, 1, 4, 0, 2]);
});

test("ids of 16 bytes are read, found and sorted as their texts", () => {
  const ids = ["ffffffff-0000-0000-0000-00000000000a", "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f8"];
  const bytes = ids.flatMap((one) => one.replaceAll("-", "").match(/../g).map((hex) => parseInt(hex, 16)));
  const columns = narrow({ kind: "ids" }, bytes, 3);
  assert.deepEqual([0, 1, 2].map((row) => columns[1].text(row)), ids);
  const hits = (query) => [...search(query, columns, 3, NOW).mask].join("");
  assert.equal(hits("0A1B2C3D-4e"), "011");
  assert.equal(hits("c6d7e8f9"), "010");
  assert.equal(hits("000a"), "100");
  assert.equal(hits("0a0a"), "000");
  assert.equal(hits("sweep"), "000");
  assert.equal(hits(`x:=${ids[0]}`), "100");
  assert.equal(hits("x:*f8"), "001");
  for (const one of ids) assert.equal(hits(one), ids.map((other) => (other === one ? 1 : 0)).join(""));
  assert.deepEqual([...sortedRows([{ column: 1, descending: false }], columns, 3)], [2, 1, 0]);
  assert.deepEqual([...sortedRows([{ column: 1, descending: true }], columns, 3)], [0, 1, 2]);
});
