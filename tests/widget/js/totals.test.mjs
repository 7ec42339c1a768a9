// What the selected jobs have in use: what is not known is never 0.
import assert from "node:assert/strict";
import test from "node:test";
import { tableWith, tell } from "./described.mjs";
import { HOUR, NOW } from "./packed.mjs";
import { totalsOf, totalsText } from "../../../batchnb/widget/js/model/totals.js";

const started = (hours) => ({ started: NOW - hours * HOUR });
const text = (table, bits, how) => totalsText(totalsOf(table, Uint8Array.of(bits)), how);

const jobs = () => tableWith([
  ["a", "RUNNING", started(2)], ["b", "STARTING"], ["c", "RUNNABLE"], ["d", "FAILED", { ...started(9), stopped: NOW - HOUR }], ["e", "RUNNING", started(4.04)],
]);

test("what has started and is selected is summed", () => {
  const table = tell(jobs(), {
    0: { vcpus: 4, gpus: 1, memory: 2048 }, 1: { vcpus: 8, gpus: 0, memory: 1024 }, 2: { vcpus: 16, gpus: 2, memory: 1 }, 3: { vcpus: 32, gpus: 4, memory: 1 },
    4: { vcpus: 684, gpus: 8, memory: 5.1 * 1024 * 1024 },
  });
  assert.equal(text(table, 0b01111), "12 vCPU  1 GPU  3 GiB in use  2 job-hours");
  assert.equal(text(table, 0b11111), "696 vCPU  9 GPU  5.1 TiB in use  6 job-hours");
  assert.equal(text(table, 0b01100), "", "nothing of it has started");
  assert.equal(text(table, 0), "");
  assert.deepEqual(totalsOf(table, Uint8Array.of(0b11111)).pending, []);
});

test("with a figure that is not known, the sum is the least, and the row is to be described", () => {
  const table = tell(jobs(), { 0: { vcpus: 1200, gpus: 0, memory: NaN } });
  assert.equal(text(table, 0b10001), "at least 1,200 vCPU in use  6 job-hours");
  assert.deepEqual(totalsOf(table, Uint8Array.of(0b11111)).pending, [1, 4], "not one that was described, waits or has ended");
  assert.equal(text(table, 0b00101), "1,200 vCPU in use  memory not known  2 job-hours", "a job that waits holds nothing");
  assert.equal(text(table, 0b10000), "what they have in use is not known  4 job-hours");
  assert.equal(text(table, 0b10000, { isCounting: true }), "counting…  4 job-hours");
  assert.equal(text(table, 0b10001, { isCounting: true }), "at least 1,200 vCPU in use  counting…  6 job-hours");
});

test("an array has in use what its running children hold, and nobody knows their hours", () => {
  const table = tableWith([["a", "RUNNING", started(259)], ["array", "PENDING", { size: 120 }], ["old", "FAILED", { size: 9 }], ["new", "SUBMITTED", { size: 9 }]]);
  assert.deepEqual(totalsOf(table, Uint8Array.of(0b1111)).pending, [0, 1]);
  tell(table, { 0: { vcpus: 8, gpus: 1, memory: 1024 }, 1: { vcpus: 360, gpus: 45, memory: 46080, children: [45, 0, 95] } });
  assert.equal(text(table, 0b1111), "368 vCPU  46 GPU  46 GiB in use  259 job-hours + 1 array");
  tell(table, { 1: { vcpus: 0, gpus: 0, memory: 0, children: [0, 0, 95] } });
  assert.equal(text(table, 0b1111), "8 vCPU  1 GPU  1 GiB in use  259 job-hours");
  tell(table, { 1: {} });
  table.facts.children.clear();
  assert.equal(text(table, 0b1111), "at least 8 vCPU  at least 1 GPU  at least 1 GiB in use  259 job-hours + 1 array");
});

test("a job whose status is not known may have something in use", () => {
  const table = tell(tableWith([["a", "RUNNING", started(1)], ["b", ""]]), { 0: { vcpus: 4, gpus: 0, memory: 1024 }, 1: { vcpus: 4 } });
  assert.equal(text(table, 0b11), "at least 4 vCPU  at least 1 GiB in use  GPU not known  at least 1 job-hour");
});

test("what nobody knows of any job is said, once nothing more is asked, and a known 0 is left out", () => {
  const table = tell(jobs(), { 0: { vcpus: 4, gpus: 0, memory: 1024 }, 1: { vcpus: 4, memory: 1024 } });
  assert.equal(text(table, 0b00001), "4 vCPU  1 GiB in use  2 job-hours");
  assert.equal(text(table, 0b00011), "8 vCPU  2 GiB in use  GPU not known  2 job-hours");
  assert.equal(text(table, 0b00011, { isCounting: true }), "8 vCPU  2 GiB in use  counting…  2 job-hours");
  const half = "at least 4 vCPU  at least 1 GiB in use";
  assert.equal(text(table, 0b10001), `${half}  6 job-hours`, "a job that was not described yet may have none");
  assert.equal(text(table, 0b10001, { hasFailed: true }), `${half}  GPU not known  6 job-hours`);
  tell(table, { 1: { vcpus: 4 } });
  assert.equal(text(table, 0b00010), "4 vCPU in use  GPU and memory not known");
  tell(table, { 1: {} });
  assert.equal(text(table, 0b00010), "what they have in use is not known");
});

test("hours and cost that nobody knows are said as well, where there is a column of them", () => {
  const prices = { currency: "USD", everywhere: { vcpu: 1, memory: 0, gpu: 0 }, byQueue: {} };
  const told = { 0: { vcpus: 4, gpus: 0, memory: 1024 } };
  assert.equal(text(tell(tableWith([["a", "RUNNING"]], { prices }), told), 1), "4 vCPU  1 GiB in use  job-hours and cost not known");
  const table = tell(tableWith([["a", "RUNNING", started(1)]]), told);
  table.columns = table.columns.filter(({ role }) => role !== "hours");
  assert.equal(text(table, 1), "4 vCPU  1 GiB in use");
});

test("costs are counted where prices are configured, by queue, and are the least where a price is not known", () => {
  const prices = { currency: "USD", everywhere: null, byQueue: { gpu: { vcpu: 0.5, memory: 0, gpu: 2 }, etl: { vcpu: 0, memory: 1, gpu: 0 } } };
  const all = [["a", "RUNNING", { ...started(10), queue: "gpu" }], ["b", "RUNNING", { ...started(2), queue: "arn:aws:batch:r:1:job-queue/etl" }], ["c", "RUNNING", { ...started(1), queue: "other" }]];
  const table = tell(tableWith(all, { prices }), { 0: { vcpus: 8, gpus: 4, memory: NaN }, 1: { vcpus: 1, gpus: 0, memory: 2048 }, 2: { vcpus: 1, gpus: 1, memory: 1 } });
  assert.match(text(table, 0b001, { currency: "USD" }), / {2}10 job-hours {2}≈ \$120 so far$/);
  assert.match(text(table, 0b010, { currency: "USD" }), / {2}≈ \$4\.00 so far$/);
  assert.match(text(table, 0b111, { currency: "USD" }), / {2}at least \$124 so far$/);
  assert.match(text(table, 0b001, {}), /≈ 120 so far$/, "without a currency, the number");
  assert.doesNotMatch(text(tell(tableWith(all), { 0: { vcpus: 8, gpus: 4 } }), 0b001), /so far/);
});

test("a child that is selected beside its array is not counted twice", () => {
  const id = "00000000-0000-0000-0000-000000000000";
  const table = tell(tableWith([["array", "PENDING", { size: 2, id }], ["array", "RUNNING", { id: `${id}:0`, ...started(3) }], ["other", "RUNNING", started(1)]]), {
    0: { vcpus: 16, gpus: 0, memory: 2048, children: [2, 0, 2] }, 1: { vcpus: 8, gpus: 0, memory: 1024 }, 2: { vcpus: 1, gpus: 0, memory: 1024 },
  });
  assert.equal(text(table, 0b111), "17 vCPU  3 GiB in use  1 job-hour + 1 array");
  assert.equal(text(table, 0b110), "9 vCPU  2 GiB in use  4 job-hours");
});
