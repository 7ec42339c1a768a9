// Where rows are in a long table.
import assert from "node:assert/strict";
import test from "node:test";
import { scrollMap } from "../../../batchnb/widget/js/scroll.js";

test("a table longer than a browser can lay out is scrolled in a shorter one, to its very end", () => {
  const { laid, scale, last } = scrollMap(1_000_000, 400);
  assert.ok(laid < 8_000_000);
  assert.equal(Math.round((laid - 400) * scale), last);
  assert.equal(scrollMap(100, 400).scale, 1);
});
