// What a search finds in the columns of the picker; the language has tests of its own.
import assert from "node:assert/strict";
import test from "node:test";
import { NOW, jobs } from "./packed.mjs";
import { search } from "../../../batchnb/widget/js/query.js";

const columns = jobs();
const found = (query, facts) => [...search(query, columns, 4, NOW, facts).mask].flatMap((hit, row) => (hit ? [row] : []));

test("words are found in any text, in any case, and all of them have to be", () => {
  assert.deepEqual(found("SWEEP-1"), [0, 1]);
  assert.deepEqual(found("sweep runnable"), [1, 2]);
  assert.deepEqual(found("åsa"), [3]);
  assert.deepEqual(found(""), [0, 1, 2, 3]);
  assert.deepEqual(found("1sweep"), []);
});

test("a word is looked for where it can be seen, a field everywhere", () => {
  const isHidden = ({ title }) => title === "jobName";
  assert.deepEqual(found("sweep", { isHidden }), []);
  assert.deepEqual(found("name:sweep-1", { isHidden }), found("name:sweep-1"));
});

test("status, age and numbers are those of the columns", () => {
  assert.deepEqual(found("status:runnable,running"), [0, 1, 2]);
  assert.deepEqual(found("-status:runnable"), [0, 3]);
  assert.deepEqual(found("age:>6h"), [0, 3]);
  assert.deepEqual(found("vcpu:>=16"), [2]);
});

test("what cannot be read matches nothing, and says why", () => {
  for (const query of ["age:>6", "age:>6h,<8h", "vcpu:>many", "name:>3", "nosuch:x", "a OR b"]) {
    const { mask, error } = search(query, columns, 4, NOW);
    assert.equal(mask.some(Boolean), false, query);
    assert.ok(error.length > 10, query);
  }
});
