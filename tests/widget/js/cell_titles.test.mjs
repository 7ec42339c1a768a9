// What a cell says when it is pointed at.
import assert from "node:assert/strict";
import test from "node:test";
import { factsMessage, tableWith } from "./described.mjs";
import { HOUR, NOW } from "./packed.mjs";
import { cellTitle } from "../../../batchnb/widget/js/grid/cell_titles.js";

const long = `train-${"x".repeat(200)}`;
const jobs = [[long, "RUNNING", { started: NOW - 2 * HOUR }], ["b\u202e", "RUNNABLE"], ["array", "PENDING", { size: 120 }]];
const columns = [{ title: "score", kind: "number", values: [1234.56789, NaN, 0] }, { title: "note", values: ["short", "a text that may be cut", ""] }];

test("all of what is cut or left out in a cell, and nothing that would say the same again", () => {
  const table = tableWith(jobs, { columns });
  const title = (name, row) => cellTitle(table.columnOf(name) ?? table.columns.find((column) => column.title === name), row, table);
  assert.equal(title("name", 0), long);
  assert.equal(title("name", 1), "b\\u202e");
  assert.equal(title("id", 0), "00000000-0000-0000-0000-000000000000: click to copy");
  assert.match(title("started", 0), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  assert.equal(title("started", 1), "");
  assert.match(title("created", 0), / UTC$/);
  assert.match(title("for", 0), /^RUNNING for 2h, since /);
  assert.deepEqual([0, 1, 2].map((row) => title("score", row)), ["1234.56789", "", "0"]);
  assert.deepEqual([0, 1, 2].map((row) => title("note", row)), ["", "a text that may be cut", ""]);
  assert.deepEqual([0, 1, 2].map((row) => title("size", row)), ["", "", "An array. How many of its children live is not in this table; the plan looks."]);
  for (const role of ["vcpu", "gpu", "memory", "tries", "exit"]) assert.equal(title(role, 0), "not known", role);
});

test("what was described is said as a whole", () => {
  const table = tableWith(jobs, { columns });
  const { message, parts } = factsMessage({ 0: { vcpus: 8, memory: 61_440, tries: 1, maxTries: 3 }, 2: { vcpus: 1 } });
  message.arrays = [[2, 45, 3, 95]];
  table.facts.take(message, parts);
  const title = (role, row) => cellTitle(table.columnOf(role), row, table);
  assert.equal(title("memory", 0), "61440 MiB");
  assert.equal(title("tries", 0), "1 try, at most 3");
  assert.equal(title("status", 2), "AWS shows the array as PENDING. Of its children, 45 run and 3 start.");
  assert.equal(title("status", 0), "");
});
