// Which columns are shown, in which order and how wide, and what their cells say.
import assert from "node:assert/strict";
import test from "node:test";
import { tableWith } from "./described.mjs";
import { HOUR, NOW } from "./packed.mjs";
import { arrayTitle, behindName, isMoney, memoryText, moneyText, numberText, shortDefinition, spanTitle, splitText, statusParts, triesText, wholeNumberText } from "../../../batchnb/widget/js/cell_texts.js";
import { isNumeric, labelOf } from "../../../batchnb/widget/js/columns/labels.js";
import { Layout } from "../../../batchnb/widget/js/model/layout.js";

const own = [{ title: "jobDefinition", role: "definition", values: ["train:7"], codes: [1, 1] }, { title: "note", values: ["x"], codes: [1, 1] }, { title: "score", kind: "number", values: [1, 2] }];
const layoutOf = (queues = ["etl", "train"], columns = own) => new Layout(tableWith(queues.map((queue, at) => [`job-${at}`, "RUNNING", { queue }]), { columns }));
const labels = (layout) => layout.columns.map(labelOf);
const USUAL = ["Name", "Status", "For", "Definition", "vCPU", "GPU", "Memory", "Tries", "Queue", "Age", "Job id", "Started", "Stopped", "note", "score"];
const column = (layout, label) => layout.all.find((one) => labelOf(one) === label);

test("the columns that decide come first, then those of the frame", () => {
  assert.deepEqual(labels(layoutOf()), USUAL);
  assert.deepEqual(labels(layoutOf(["train", "train"])), USUAL.filter((label) => label !== "Queue"), "one queue says nothing");
});

test("the order is the same whichever order the frame has", () => {
  const layout = layoutOf();
  layout.table.columns.reverse();
  assert.deepEqual(labels(layout).slice(0, 11), USUAL.slice(0, 11));
});

test("without names, the id is the pinned column", () => {
  const layout = layoutOf();
  layout.table.columns = layout.table.columns.filter(({ role }) => role !== "name");
  assert.equal(labels(layout)[0], "Job id");
  assert.ok(labels(layout).includes("Array"), "and the size of an array stands nowhere else");
});

test("a column is moved, hidden, shown, widened, and all of it taken back", () => {
  const layout = layoutOf();
  layout.move(column(layout, "GPU"), -2);
  assert.deepEqual(labels(layout).slice(2, 6), ["For", "GPU", "Definition", "vCPU"]);
  layout.move(column(layout, "GPU"), -100);
  assert.deepEqual(labels(layout).slice(0, 2), ["Name", "GPU"], "the pinned one stays the first");
  layout.move(column(layout, "Name"), 3);
  assert.equal(labels(layout)[0], "Name");
  layout.move(column(layout, "GPU"), 100);
  assert.equal(labels(layout).at(-1), "GPU");
  layout.hidden.set("note", true);
  layout.hidden.set("jobName", true);
  assert.deepEqual([labels(layout).includes("note"), labels(layout)[0]], [false, "Name"], "the pinned one is never hidden");
  layout.hidden.set("Exit", false);
  assert.ok(labels(layout).includes("Exit"));
  layout.setWidth(column(layout, "Status"), 3);
  assert.equal(layout.widthOf(column(layout, "Status")), 48);
  assert.ok(layout.isChanged);
  const set = JSON.parse(JSON.stringify(layout.set));
  layout.reset();
  assert.deepEqual(labels(layout), USUAL);
  assert.ok(!layout.isChanged);
  layout.take(set);
  assert.equal(labels(layout).at(-2), "GPU");
  assert.equal(layout.widthOf(column(layout, "Status")), 48);
  layout.take({ order: ["gone", "score"], hidden: { gone: true }, widths: { gone: 1, score: "x" } });
  assert.equal(labels(layout)[0], "Name");
  assert.deepEqual([...labels(layout)].sort(), [...USUAL].sort(), "columns that are not here any more do no harm");
});

test("a column that comes later stands where it usually would", () => {
  const layout = layoutOf();
  layout.move(column(layout, "Status"), 1);
  layout.order = layout.order.filter((title) => title !== "jobDefinition");
  assert.deepEqual(labels(layout).slice(0, 4), ["Name", "For", "Definition", "Status"].sort((a, b) => labels(layout).indexOf(a) - labels(layout).indexOf(b)));
  assert.ok(labels(layout).indexOf("Definition") < labels(layout).indexOf("vCPU"));
});

test("what has no room is hidden from the right, never the name, the status and how long", () => {
  const layout = layoutOf();
  assert.ok(layout.fit(700));
  assert.deepEqual(labels(layout), ["Name", "Status", "For", "Definition", "vCPU"]);
  assert.ok(!layout.fit(705));
  assert.ok(layout.fit(10));
  assert.deepEqual(labels(layout), ["Name", "Status", "For"]);
  assert.ok(layout.fit(null));
  assert.deepEqual(labels(layout), USUAL);
  assert.ok(layout.fit(null, true));
  assert.deepEqual(labels(layout), ["Name", "Status", "For"]);
  layout.table.fate.hidden = false;
  assert.deepEqual(labels(layout), ["Name", "Status", "Result", "For"], "a result is not hidden either");
});

test("numbers have 4 digits that count, and what is not known is a dash", () => {
  const said = [[8, "8"], [0, "0"], [0.25, "0.25"], [0.123456, "0.1235"], [12.3456, "12.35"], [999.96, "1,000"], [1234.5, "1235"], [12345.678, "12,346"], [2 ** 31, "2,147,483,648"], [-7, "-7"], [-1e300, "-1e+300"], [1.23456e-7, "1.235e-7"], [NaN, "–"]];
  for (const [value, text] of said) assert.equal(numberText(value).replace("1000", "1,000"), text, String(value));
  assert.equal(wholeNumberText(0.1 + 0.2), "0.3");
  assert.equal(wholeNumberText(12345.678), "12345.678");
  assert.equal(wholeNumberText(NaN), "not known");
});

test("sizes, money, tries and definitions", () => {
  assert.deepEqual([512, 1024, 61440, 12_750, 5_347_738, NaN, 0].map(memoryText), ["512 MiB", "1 GiB", "60 GiB", "12.45 GiB", "5.1 TiB", "–", "0 MiB"]);
  assert.deepEqual([moneyText(1234.5, "USD"), moneyText(0.1), moneyText(3, "dollars"), moneyText(NaN, "USD")], ["$1,234.50", "0.10", "3.00", "–"]);
  assert.deepEqual(["cost", "total_cost", "price_usd", "USD", "costume", "priced"].map(isMoney), [true, true, true, true, false, false]);
  assert.deepEqual([triesText(2, 3), triesText(0, 1), triesText(2, NaN), triesText(NaN, 3)], ["2/3", "0/1", "2", "–"]);
  assert.equal(shortDefinition("arn:aws:batch:eu-west-1:123456789012:job-definition/train-sweep:7"), "train-sweep:7");
  assert.equal(shortDefinition("train/x:7"), "train/x:7");
});

test("a name keeps its end, whole letters of it", () => {
  assert.deepEqual(splitText("etl-load"), ["etl-load", ""]);
  assert.deepEqual(splitText("sweep-lr-2026-11-26-000"), ["sweep-lr-2026-11", "-26-000"]);
  const marked = "abcdefghijkle\u0301uvwxyz";
  const [head, tail] = splitText(marked);
  assert.equal(head + tail, marked);
  assert.equal(tail[0], "e", "a sign above a letter stays with it");
  const [first, last] = splitText("😀".repeat(20));
  assert.deepEqual([first + last, [...last].length], ["😀".repeat(20), 7]);
});

test("behind a name stand the children of an array and the nodes of a job", () => {
  assert.equal(behindName(120, 95, undefined), "× 120, 95 live");
  assert.equal(behindName(10_000, undefined, undefined), "× 10,000");
  assert.equal(behindName(NaN, undefined, 3), "· 3 nodes");
  assert.equal(behindName(NaN, undefined, 1), "· 1 node");
  assert.equal(behindName(NaN, undefined, undefined), "");
  assert.match(arrayTitle(1), /of which 1 child lives/);
});

test("an array stands in the status of its children that are furthest, not in amber while they run", () => {
  const children = (running, starting) => ({ running, starting, live: 95 });
  assert.deepEqual(statusParts("PENDING", children(45, 3), false), { kind: "running", word: "RUNNING", times: "× 45" });
  assert.deepEqual(statusParts("PENDING", children(0, 3), false), { kind: "starting", word: "STARTING", times: "× 3" });
  assert.deepEqual(statusParts("PENDING", children(0, 0), false), { kind: "pending", word: "PENDING", times: "" });
  assert.deepEqual(statusParts("PENDING", undefined, false), { kind: "pending", word: "PENDING", times: "" });
  assert.deepEqual(statusParts("FAILED", children(3, 0), false), { kind: "failed", word: "FAILED", times: "" }, "an array that has ended runs no child");
  assert.deepEqual(statusParts("FAILED", undefined, true), { kind: "wanted", word: "FAILED", times: "" });
  assert.deepEqual(statusParts("<b>", undefined, false).word, "<b>");
});

test("the length of time says since when", () => {
  assert.equal(spanTitle([NOW - 2 * HOUR, NOW], "RUNNING"), "RUNNING for 2h, since 2026-09-21 12:13:20 UTC");
  assert.match(spanTitle([NOW - 2 * HOUR, NOW], "FAILED"), /^ran for 2h, from 2026-09-21 12:13:20 UTC to /);
  assert.equal(spanTitle([NaN, NOW], "RUNNING"), "not known");
  assert.equal(spanTitle([NOW + 1, NOW], "RUNNING"), "not known");
});

test("numbers and lengths of time stand to the right", () => {
  assert.deepEqual([{ role: "for", kind: "number" }, { role: "created", kind: "time" }, { role: null, kind: "number" }, { role: "started", kind: "time" }, { role: "name", kind: "text" }].map(isNumeric), [true, true, true, false, false]);
});
