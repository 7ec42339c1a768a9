// What is known of rows beside their columns, what is counted from it, and what of it is searched and sorted.
import assert from "node:assert/strict";
import test from "node:test";
import { factsMessage, jobsMessage, tableWith, tell } from "./described.mjs";
import { HOUR, NOW } from "./packed.mjs";
import { search } from "../../../batchnb/widget/js/query.js";
import { sortedRows } from "../../../batchnb/widget/js/sort.js";

const found = (query, table) => search(query, table.columns, table.here, NOW, { tags: table.facts.tags(table.here), also: table.facts.arraysIn(table.here) });
const rows = (query, table) => [...found(query, table).mask].flatMap((hit, row) => (hit ? [row] : []));
const value = (table, role, row) => table.columnOf(role).value(row);
const order = (table, role, descending = false) => [...sortedRows([{ column: table.columns.indexOf(table.columnOf(role)), descending }], table.columns, table.here)];

const jobs = [["a", "RUNNING", { started: NOW - 2 * HOUR }], ["b", "RUNNABLE"], ["c", "FAILED", { started: NOW - 9 * HOUR, stopped: NOW - 8 * HOUR }], ["array", "PENDING", { size: 120 }]];

test("before anything is described, all is unknown, and nothing is 0", () => {
  const table = tableWith(jobs);
  for (const role of ["vcpu", "gpu", "memory", "tries", "exit"]) for (let row = 0; row < 4; row += 1) assert.ok(Number.isNaN(value(table, role, row)), role);
  assert.deepEqual(table.facts.tagSets, [[]]);
  assert.equal(table.facts.vcpus.length, 4);
});

test("what the frame has is known without a description, but for what an array's children need", () => {
  const columns = [
    { title: "vcpus", kind: "number", values: [8, NaN, 0.25, 2] }, { title: "exitCode", kind: "number", values: [NaN, NaN, 137, NaN] },
    { title: "tries", kind: "number", values: [1, 0, 3, NaN] },
  ];
  const table = tableWith(jobs, { columns });
  assert.deepEqual([...table.facts.vcpus], [8, NaN, 0.25, NaN]);
  assert.deepEqual([...table.facts.exit], [NaN, NaN, 137, NaN]);
  assert.equal(table.columns.filter(({ role }) => role === "vcpu").length, 1, "its own column is the counted one");
  assert.equal(table.columnOf("vcpu").title, "vcpus");
  assert.deepEqual(rows("exit:137 status:failed", table), [2]);
  assert.equal(found("tries:>1", table).missing.rows, 1, "the array alone is not known");
});

test("a column of texts with such a title is the user's own", () => {
  const table = tableWith(jobs, { columns: [{ title: "memory", values: ["much", "x", "y", "z"] }] });
  assert.ok(table.columns.some(({ title, kind }) => title === "memory" && kind === "text"));
  assert.ok(Number.isNaN(value(table, "memory", 0)));
});

const known = {
  0: { vcpus: 8, gpus: 1, memory: 61440, tries: 2, maxTries: 3, tags: { team: "vision" } }, 1: { vcpus: 4, gpus: 0, memory: 512, tries: 0, tags: {} },
  2: { tags: { team: "nlp", keep: "yes" }, exit: 137 }, 3: { vcpus: 360, gpus: 45, memory: 1, children: [45, 0, 95], tags: {} },
};

test("a search over what is not described matches nothing, whatever it asks, and says what to load", () => {
  for (const [query, line] of [
    ["vcpu:>4", "vCPUs of 4 jobs are not here yet."], ["-vcpu:>4", "vCPUs of 4 jobs are not here yet."], ["gpu:0", "GPUs of 4 jobs are not here yet."],
    ["memory:>1GiB", "Memory sizes of 4 jobs are not here yet."], ["tries:>1", "Tries of 4 jobs are not here yet."], ["exit:137", "Exit codes of 4 jobs are not here yet."],
    ["tag:team", "Tags of 4 jobs are not here yet."], ["-tag:keep status:running", "Tags of 1 job are not here yet."],
  ]) {
    const { mask, missing, pending, error } = found(query, tableWith(jobs));
    assert.equal(missing?.line, line, query);
    assert.equal(error, null);
    assert.ok(!mask.includes(1), query);
    assert.equal(pending.reduce((sum, one) => sum + one), missing.rows);
  }
});

test("once described, it is answered; what AWS does not tell matches neither a term nor its opposite", () => {
  const table = tell(tableWith(jobs), known);
  assert.deepEqual(rows("vcpu:>4", table), [0, 3]);
  assert.deepEqual(rows("-vcpu:>4", table), [1]);
  assert.deepEqual(rows("gpu:0", table), [1]);
  assert.deepEqual(rows("memory:60GiB", table), [0]);
  assert.deepEqual(rows("tries:>=1", table), [0]);
  assert.deepEqual(rows("exit:137", table), [2]);
  assert.deepEqual(rows("tag:team=vision,keep=*", table), [0, 2]);
  assert.deepEqual(rows("-tag:team", table), [1, 3]);
  assert.deepEqual(rows("tag:team=*i* exit:137", table), []);
  assert.equal(found("vcpu:>4", table).missing, null);
});

test("half of an answer is none: with some rows described, the others are asked for", () => {
  const table = tell(tableWith(jobs), { 0: known[0], 1: known[1] });
  const { mask, missing, pending } = found("tag:team", table);
  assert.deepEqual([missing.rows, missing.calls, [...pending], [...mask]], [2, 1, [0, 0, 1, 1], [0, 0, 0, 0]]);
});

test("hours and costs are searched, costs once the figures are here", () => {
  const prices = { currency: "USD", everywhere: { vcpu: 1, memory: 0, gpu: 0 }, byQueue: {} };
  const table = tableWith(jobs, { prices });
  assert.deepEqual(rows("hours:>=1", table).filter((row) => row !== 0), [2], "of a job that has ended, its run");
  assert.equal(found("cost:>1", table).missing.field, "cost");
  tell(table, known);
  assert.deepEqual(rows("cost:16", table), [0]);
  assert.equal(value(table, "cost", 1), 0, "a job that waits has cost nothing");
  assert.ok(Number.isNaN(value(table, "cost", 3)), "what an array has cost, nobody knows");
  assert.match(found("cost:>1", tableWith(jobs)).error, /“cost” is not known in this list/);
});

test("an array of which a child runs is found as running, and not as waiting", () => {
  const table = tell(tableWith(jobs), known);
  assert.deepEqual(rows("status:running", table), [0, 3]);
  assert.deepEqual(rows("waiting:>1h", table), [1]);
  assert.equal(table.liveChildrenAt(3), 95);
});

test("how long: running since the start, waiting since it was submitted, ended from start to end", () => {
  const table = tableWith([
    ...jobs, ["s", "STARTING"], ["future", "RUNNING", { started: NOW + HOUR }], ["nostart", "RUNNING"], ["cancelled", "FAILED", { stopped: NOW }], ["odd", ""],
  ]);
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((row) => value(table, "for", row) / HOUR), [2, 10, 1, 10, 10, NaN, NaN, NaN, NaN]);
  assert.deepEqual([0, 1, 2, 5].map((row) => table.columnOf("for").text(row)), ["2h", "10h", "1h", ""]);
  assert.deepEqual(order(table, "for").slice(0, 2), [2, 0], "sorted as a number");
  assert.deepEqual(order(table, "for", true).slice(0, 4), [1, 3, 4, 0]);
  assert.match(search("for:>1h", table.columns, table.here, NOW).error, /There is no field “for”/);
});

test("a sort by what is described puts the unknown last, both ways", () => {
  const table = tell(tableWith(jobs), { 0: known[0], 1: known[1], 3: known[3] });
  assert.deepEqual(order(table, "vcpu"), [1, 0, 3, 2]);
  assert.deepEqual(order(table, "vcpu", true), [3, 0, 1, 2]);
});

test("the rest of a snapshot keeps what was described of its first rows; another snapshot begins anew", () => {
  const { message, parts } = jobsMessage(jobs, { here: 2 });
  const table = tableWith(jobs, { here: 2 });
  assert.equal(table.facts.vcpus.length, 4);
  tell(table, { 0: known[0] });
  const whole = jobsMessage(jobs);
  table.take(whole.message, whole.parts);
  assert.equal(value(table, "vcpu", 0), 8);
  const next = jobsMessage(jobs, { number: 2 });
  table.take(next.message, next.parts);
  assert.ok(Number.isNaN(value(table, "vcpu", 0)));
  assert.equal(message.header.here + parts.length, 8);
});

test("rows without an id, and second rows of a job, are never asked for", () => {
  const table = tableWith([["a", "RUNNING"], ["none", "RUNNING", { lock: 3 }], ["again", "RUNNING", { lock: 4 }]]);
  assert.equal(found("vcpu:>1", table).missing.rows, 1);
});

test("tags of the frame are known without figures, and hostile ones are text", () => {
  const table = tableWith(jobs);
  const tags = { "<b>": "\u202e", __proto__: "x" };
  const { message, parts } = factsMessage({ 0: { tags }, 1: { tags: {} } });
  table.facts.take(message, [parts[0], parts[1], new ArrayBuffer(0)]);
  assert.deepEqual(rows('tag:"<b>" name:=a', table), [0]);
  assert.deepEqual(rows("-tag:team name:b", table), [1]);
  assert.equal(found("vcpu:>1", table).missing.rows, 4);
});

test("a table of a million rows keeps half as much of each", () => {
  const table = tableWith([]);
  table.facts.clear(1_000_000);
  assert.ok(table.facts.vcpus instanceof Float32Array);
  assert.ok(Number.isNaN(table.facts.vcpus[999_999]));
});

test("numbers take half the memory, but for those that would not be the same then", () => {
  const columns = [{ title: "vcpus", kind: "number", values: [8, 0.25, NaN, 2] }, { title: "gpus", kind: "number", values: [0.1, 1, NaN, 0] }];
  const table = tableWith(jobs, { columns });
  assert.ok(table.facts.vcpus instanceof Float32Array);
  assert.deepEqual([...table.facts.gpus], [0.1, 1, NaN, NaN]);
  const { message, parts } = factsMessage({ 2: { vcpus: 0.3, memory: 30_720 } });
  table.facts.take(message, parts);
  assert.deepEqual([...table.facts.vcpus], [8, 0.25, 0.3, NaN]);
  assert.deepEqual([...table.facts.memory], [NaN, NaN, 30_720, NaN]);
  assert.ok(table.facts.memory instanceof Float32Array);
});
