// What a search finds.
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, NOW, jobs } from "./packed.mjs";
import { parseAge, search } from "../../../batchnb/widget/js/query.js";

const columns = jobs();
const found = (query) => [...search(query, columns, 4, NOW).mask].flatMap((hit, row) => (hit ? [row] : []));

test("words are found in any column, in any case, and all of them have to be", () => {
  assert.deepEqual(found("SWEEP-1"), [0, 1]);
  assert.deepEqual(found("sweep runnable"), [1, 2]);
  assert.deepEqual(found("åsa"), [3]);
  assert.deepEqual(found("<B>"), [3]);
  assert.deepEqual(found(""), [0, 1, 2, 3]);
  assert.deepEqual(found("nothing-like-it"), []);
});

test("a word is not found across the border of two", () => assert.deepEqual(found("1sweep"), []));

test("fields, patterns, lists, negation and exact values", () => {
  assert.deepEqual(found("status:runnable"), [1, 2]);
  assert.deepEqual(found("status:RUNNABLE,running"), [0, 1, 2]);
  assert.deepEqual(found("name:sweep-1*"), [0, 1]);
  assert.deepEqual(found("name:=sweep-1"), [0]);
  assert.deepEqual(found("name:sweep-?"), [0, 2]);
  assert.deepEqual(found("-status:runnable"), [0, 3]);
  assert.deepEqual(found('name:"ÅSA İ"'), [3]);
});

test("a pattern is as exact as the flags: case counts", () => assert.deepEqual(found("name:Sweep-*"), []));

test("a regular expression is text", () => {
  assert.deepEqual(found("name:.*"), []);
  assert.deepEqual(found("name:[*"), []);
});

test("ages and numbers are compared", () => {
  assert.deepEqual(found("age:>6h"), [0, 3]);
  assert.deepEqual(found("age:<1d6h"), [0, 1]);
  assert.deepEqual(found("age:<=1h"), [1]);
  assert.deepEqual(found("vcpus:>=16"), [2]);
  assert.deepEqual(found("vcpus:<16"), [0, 3]);
});

test("a wrong comparison matches nothing, and says why", () => {
  for (const query of ["age:>soon", "vcpus:>many", "name:>3", "age:>"]) {
    const { mask, error } = search(query, columns, 4, NOW);
    assert.equal(mask.some(Boolean), false);
    assert.match(error, /needs|cannot/);
  }
});

test("what looks like a field and is none is a word", () => assert.deepEqual(found("arn:aws:batch"), []));

test("an age has units", () => {
  assert.equal(parseAge("1h30m"), 1.5 * HOUR);
  assert.equal(parseAge("6"), null);
});
