// Text as the page shows it.
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, NOW } from "./packed.mjs";
import { codePoints, duration, folded, shortId, shown, utc } from "../../../batchnb/widget/js/text.js";

test("text is one line, without what cannot be seen, and not too long", () => {
  assert.equal(shown("a\nb\u202ec\u0000"), "a\\nb\\u202ec\\x00");
  assert.equal(shown("x".repeat(10_000), 10), "xxxxxxxxx…");
  assert.equal(shown("😀".repeat(20), 5), "😀😀😀😀…");
  assert.equal(shown(null), "");
});

test("a reason is counted by code points", () => assert.equal(codePoints("a😀é"), 3));

test("ages, times and ids are short", () => {
  assert.equal(duration(59_999), "59s");
  assert.equal(duration(7 * HOUR), "7h");
  assert.equal(duration(50 * HOUR), "2d 2h");
  assert.equal(utc(NOW), "2026-09-21 14:13:20 UTC");
  assert.equal(utc(1e300), "");
  assert.equal(shortId("11111111-2222-3333-4444-555555555555:7"), "11111111…:7");
});

test("case is folded without moving a character", () => {
  assert.equal(folded("İSTANBUL").length, 8);
  assert.ok(folded("İSTANBUL").endsWith("stanbul"));
});
