// What the selected jobs have in use: what is not known is never 0.
import assert from "node:assert/strict";
import test from "node:test";
import { totalsOf, totalsText } from "../../../batchnb/widget/js/model/totals.js";

const WORDS = ["", "SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"];
const numbers = (title, values) => ({ title, role: null, kind: "number", value: (row) => values[row] });
const statuses = (...names) => ({ title: "status", role: "status", kind: "text", code: (row) => WORDS.indexOf(names[row]), word: (code) => WORDS[code] });
const text = (columns, bits, rows) => totalsText(totalsOf(columns, Uint8Array.of(bits), rows));

test("what has started and is selected is summed", () => {
  const columns = [statuses("RUNNING", "STARTING", "RUNNABLE", "FAILED", "RUNNING"), numbers("vcpus", [4, 8, 16, 32, 700]), numbers("gpus", [1, 0, 2, 4, 8])];
  assert.equal(text(columns, 0b01111, 5), "12 vCPU, 1 GPU in use");
  assert.equal(text(columns, 0b11111, 5), "712 vCPU, 9 GPU in use");
  assert.equal(text(columns, 0b01100, 5), "", "nothing of it has started");
  assert.equal(text(columns, 0, 5), "");
});

test("with a figure that is not known, the sum is the least", () => {
  const columns = [statuses("RUNNING", "RUNNING", "RUNNABLE"), numbers("vcpus", [1200, NaN, NaN])];
  assert.equal(text(columns, 0b011, 3), "at least 1,200 vCPU in use");
  assert.equal(text(columns, 0b101, 3), "1,200 vCPU in use", "a job that waits holds nothing");
  assert.equal(text(columns, 0b010, 3), "", "and a sum of nothing known is not said");
});

test("an array, and a job whose status is not known, may hold more than the table says", () => {
  const vcpus = numbers("vcpus", [4, 2, 2]);
  assert.equal(text([statuses("RUNNING", "SUBMITTED", "FAILED"), vcpus, numbers("arraySize", [NaN, 120, 9])], 0b111, 3), "at least 4 vCPU in use");
  assert.equal(text([statuses("RUNNING", "", "RUNNING"), vcpus], 0b111, 3), "at least 6 vCPU in use");
  assert.equal(text([vcpus], 0b111, 3), "", "without statuses nothing is known");
});

test("without a column of numbers nothing is said", () => {
  assert.equal(text([statuses("RUNNING"), { title: "vcpus", role: null, kind: "text", text: () => "4" }], 1, 1), "");
});
