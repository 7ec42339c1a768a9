// The drawer without a page: what is asked of the kernel and when, what is said of a job, and where in the list it is.
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, NOW, table } from "./packed.mjs";
import { Details } from "../../../batchnb/widget/js/drawer/details.js";
import { rowFacts, rowOfJob } from "../../../batchnb/widget/js/drawer/row_facts.js";
import { attemptTexts, dependencyText, emptyLogText, headlineParts, holdsText, jobNameText, logLineTexts, logTitle, momentTexts, ownerOf } from "../../../batchnb/widget/js/drawer/texts.js";

const JOB = "11111111-2222-3333-4444-555555555555";
const OTHER = "22222222-2222-3333-4444-555555555555";
const LOGS = [{ key: "s/1", label: "", attempt: 1, problem: "" }, { key: "s/2", label: "", attempt: 2, problem: "" }, { key: "3 ", label: "", attempt: 3, problem: "No log yet." }];

/** Details with a clock that stands still, and what they have asked. */
function open() {
  const asked = [];
  const state = { now: 1_000_000, changes: 0 };
  const details = new Details((content) => asked.push(content), () => (state.changes += 1), () => state.now);
  const answer = (job, name, more = {}) => details.receive({ part: "job", job, details: { name, logs: LOGS, ...more } });
  return { details, asked, state, answer };
}

test("a job is asked for once, shown at once, and asked for again when what is known is old", () => {
  const { details, asked, state, answer } = open();
  details.show(JOB);
  details.show(JOB);
  assert.deepEqual(asked, [{ part: "job", job: JOB }]);
  assert.equal(details.details, null);
  assert.equal(details.isLoading, true);
  answer(JOB, "a");
  assert.equal(details.details.name, "a");
  assert.equal(details.isLoading, false);
  details.show(OTHER);
  answer(OTHER, "b");
  details.show(JOB);
  assert.equal(details.details.name, "a");
  assert.equal(asked.length, 2);
  state.now += 30_001;
  details.show(OTHER);
  assert.equal(details.details.name, "b");
  assert.equal(asked.length, 3);
});

test("on the way through a list, only the job at which somebody stays is asked for", async () => {
  const { details, asked } = open();
  for (let at = 0; at < 20; at += 1) details.show(`${at}`, true);
  assert.equal(asked.length, 0);
  while (!asked.length) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(asked, [{ part: "job", job: "19" }]);
});

test("an answer for another job is kept, and not shown", () => {
  const { details, answer } = open();
  details.show(JOB);
  details.show(OTHER);
  answer(JOB, "a");
  assert.equal(details.details, null);
  details.show(JOB);
  assert.equal(details.details.name, "a");
});

test("what was known stays where a new description fails, with why", () => {
  const { details, asked, state, answer } = open();
  details.show(JOB);
  answer(JOB, "a");
  state.now += 31_000;
  details.look();
  details.receive({ part: "job", job: JOB, error: "AWS is throttling us.", errorDetails: "429" });
  assert.equal(details.details.name, "a");
  assert.equal(details.problem, "AWS is throttling us.");
  details.look(true);
  assert.equal(asked.length, 3);
  assert.equal(details.problem, "");
  answer(JOB, "b");
  assert.equal(details.details.name, "b");
});

test("many jobs that were looked at are not all kept", () => {
  const { details, answer } = open();
  for (let at = 0; at < 200; at += 1) {
    details.show(`${at}`);
    answer(`${at}`, "a");
  }
  assert.ok(details.known.size <= 50);
  assert.equal(details.details.name, "a");
});

test("a log is loaded on demand: the newest that can be read, then those before, until its beginning", () => {
  const { details, asked, answer } = open();
  details.show(JOB);
  answer(JOB, "a");
  assert.ok(!asked.some(({ part }) => part === "log"));
  details.loadLog();
  details.loadLog();
  details.loadEarlier();
  const logs = () => asked.filter(({ part }) => part === "log");
  assert.deepEqual(logs(), [{ part: "log", job: JOB, key: "s/2", before: null }]);
  const tell = (more) => details.receive({ part: "log", job: JOB, key: "s/2", before: null, at: NOW, ...more });
  tell({ lines: [[1, "c"], [2, "d"]], earlier: "t1" });
  assert.deepEqual(details.log.lines.map(([, text]) => text), ["c", "d"]);
  details.loadEarlier();
  tell({ lines: [[3, "not asked for"]], earlier: "x" });
  tell({ before: "t1", lines: [[0, "b"]], earlier: null });
  assert.deepEqual(details.log.lines.map(([, text]) => text), ["b", "c", "d"]);
  details.loadEarlier();
  assert.equal(logs().length, 2);
  tell({ lines: [[9, "late"]] });
  assert.equal(details.log.lines.length, 3);
  details.show(OTHER);
  assert.equal(details.log, null);
});

test("a log that cannot be read says why, and keeps the lines that are here", () => {
  const { details, answer } = open();
  details.show(JOB);
  answer(JOB, "a");
  details.loadLog("s/1");
  details.receive({ part: "log", job: JOB, key: "s/1", before: null, lines: [[1, "a"]], earlier: "t", at: NOW });
  details.loadEarlier();
  details.receive({ part: "log", job: JOB, key: "s/1", before: "t", error: "AWS is throttling log reads. Try again in a moment." });
  assert.equal(details.log.problem, "AWS is throttling log reads. Try again in a moment.");
  assert.equal(details.log.lines.length, 1);
  details.loadEarlier();
  assert.equal(details.log.isLoading, true);
});

test("the environment comes on demand, with the JSON that has it, and goes with the job", () => {
  const { details, asked, answer } = open();
  details.show(JOB);
  answer(JOB, "a");
  details.showEnvironment();
  details.receive({ part: "environment", job: JOB, environment: [["", [["A", "1"]]]], json: "{A}" });
  assert.deepEqual([details.environment, details.json], [[["", [["A", "1"]]]], "{A}"]);
  details.hideEnvironment();
  assert.deepEqual([details.environment, details.json], [null, ""]);
  details.showEnvironment();
  details.show(OTHER);
  details.receive({ part: "environment", job: JOB, environment: [["", [["A", "1"]]]], json: "{A}" });
  assert.deepEqual([details.environment, details.json, details.isShowing], [null, "", false]);
  assert.equal(asked.filter(({ part }) => part === "environment").length, 2);
});

test("a job that the list has seen to end is asked for anew, once", () => {
  const { details, asked, answer } = open();
  details.show(JOB);
  details.follow("FAILED");
  answer(JOB, "a", { status: "RUNNING" });
  details.follow("RUNNING");
  assert.equal(asked.length, 1);
  details.follow("FAILED");
  assert.deepEqual(asked.at(-1), { part: "job", job: JOB, anew: true });
  answer(JOB, "a", { status: "RUNNING" });
  details.follow("FAILED");
  assert.equal(asked.length, 2);
});

test("a review shows other jobs, and the one from before comes back after it", () => {
  const { details } = open();
  details.resume();
  details.show(JOB);
  details.suspend();
  details.suspend();
  assert.equal(details.isOpen, false);
  details.show(OTHER);
  details.resume();
  assert.equal(details.job, JOB);
  details.close();
  details.resume();
  assert.equal(details.isOpen, false);
});

test("the jobs of a group are gone through", async () => {
  globalThis.document ??= { createElement: () => ({ append() {}, addEventListener() {}, setAttribute() {} }) };
  const { Pager } = await import("../../../batchnb/widget/js/drawer/pager.js");
  const opened = [];
  const pager = new Pager((job) => opened.push(job));
  pager.show([["a", "A"], ["b", "B"], ["c", "C"]], 7);
  assert.equal(pager.where.textContent, "1 of 10 jobs of this group");
  pager.step(-1);
  pager.step(1);
  pager.follow("b");
  pager.step(1);
  pager.follow("elsewhere");
  assert.deepEqual(opened, ["b", "c"]);
  assert.equal(pager.where.textContent, "2 of 10 jobs of this group");
  pager.show([["a", "A"]], 0);
  assert.equal(pager.element.hidden, true);
});

test("a kernel that is gone answers nothing more, and what was asked can be asked again", () => {
  const { details, asked } = open();
  details.show(JOB);
  details.findNeeding();
  details.forget();
  assert.deepEqual([details.isLoading, details.needing], [false, null]);
  details.look();
  assert.equal(asked.filter(({ part }) => part === "job").length, 2);
});

test("the first line says how long, which try, and when it ends by itself", () => {
  const running = { status: "RUNNING", createdAt: NOW - 7 * HOUR, startedAt: NOW - 6.8 * HOUR, stoppedAt: null, tries: 2, maxTries: 3, timeout: 43_200 };
  assert.deepEqual(headlineParts(running, NOW), ["for 6h 48m", "try 2 of 3", "ends after 12h"]);
  assert.deepEqual(headlineParts({ ...running, status: "RUNNABLE", tries: 0, timeout: null }, NOW), ["for 7h"]);
  assert.deepEqual(headlineParts({ ...running, status: "FAILED", stoppedAt: NOW - HOUR, maxTries: null }, NOW), ["after 5h 48m, 1h ago", "try 2"]);
  assert.deepEqual(headlineParts({ ...running, status: "FAILED", startedAt: null, stoppedAt: NOW - HOUR, tries: 0 }, NOW), ["never started, 1h ago"]);
  assert.deepEqual(headlineParts({ status: "RUNNING", createdAt: null, startedAt: NOW + HOUR, stoppedAt: null, tries: 1, maxTries: 1 }, NOW), []);
});

test("what a job holds is said in its units, and what is not known is never 0", () => {
  assert.equal(holdsText({ vcpus: 8, memory: 61440, gpus: 1, isEach: false }), "8 vCPU, 60 GiB, 1 GPU");
  assert.equal(holdsText({ vcpus: 0.25, memory: 512, gpus: 0, isEach: true }), "0.25 vCPU, 512 MiB each");
  assert.equal(holdsText({ vcpus: 8, memory: null, gpus: null, isEach: false }), "8 vCPU, memory not known, GPU not known");
  assert.equal(holdsText({ vcpus: null, memory: null, gpus: null, isEach: false }), "–");
  assert.match(holdsText({ vcpus: 676, memory: 1_456_384, gpus: 0, isEach: false }), /^676 vCPU, 1\.389 TiB$/);
});

test("attempts, dependencies, moments and logs in words", () => {
  const attempt = { number: 1, isRunning: false, exit: "137", reason: "OutOfMemoryError", startedAt: NOW - HOUR, stoppedAt: NOW - 0.8 * HOUR };
  assert.deepEqual(attemptTexts(attempt, NOW), { number: "1", exit: "exit 137", reason: "OutOfMemoryError", lasted: "12m" });
  assert.deepEqual(attemptTexts({ ...attempt, isRunning: true, exit: null, reason: null, stoppedAt: null }, NOW), { number: "1", exit: "running", reason: "", lasted: "1h" });
  assert.equal(attemptTexts({ ...attempt, exit: null, startedAt: null }, NOW).lasted, "–");
  assert.match(dependencyText("N_TO_N"), /N_TO_N/);
  assert.match(dependencyText("SEQUENTIAL"), /SEQUENTIAL/);
  assert.equal(dependencyText(null), "");
  assert.deepEqual(momentTexts({ createdAt: NOW, startedAt: null, stoppedAt: null }).map(([title, text]) => [title, text]), [["Created", new Date(NOW).toISOString().slice(0, 19).replace("T", " ") + " UTC"]]);
  assert.equal(logTitle({ lines: Array(50).fill(null), at: Date.UTC(2026, 10, 25, 0, 53, 20) }, "", 1, false), "Log, last 50 lines at 00:53:20 UTC");
  assert.equal(logTitle({ lines: [null], at: Date.UTC(2026, 10, 25, 0, 53, 20) }, "renderer", 2, true), "Log of renderer, try 2, last 1 line at 00:53:20 UTC");
  assert.deepEqual(logLineTexts([Date.UTC(2026, 10, 25, 0, 52, 44), "\u001b[31mred\u202e"]), ["00:52:44", "\\x1b[31mred\\u202e"]);
  assert.deepEqual(logLineTexts([null, "a"]), ["", "a"]);
  assert.equal(emptyLogText({ lines: [], isOver: false, earlier: null }), "The log is empty so far.");
  assert.equal(emptyLogText({ lines: [], isOver: true, earlier: null }), "The log is empty.");
  assert.equal(jobNameText(""), "(no name)");
  assert.equal(jobNameText("x".repeat(10_000)).length, 300);
  assert.equal(ownerOf(`${JOB}:7`).owner, JOB);
  assert.match(ownerOf(`${JOB}#3`).text, /node 3/);
  assert.equal(ownerOf(JOB), null);
});

test("the list says what it knows of a job, and where it is", () => {
  const columns = table([
    { title: "jobId", role: "id", values: [JOB, OTHER] },
    { title: "jobName", role: "name", values: ["a", "b"] },
    { title: "startedAt", role: "started", kind: "time", values: [NOW, NaN] },
  ], 2);
  const list = { here: 2, columnOf: (role) => columns.find((column) => column.role === role) };
  assert.equal(rowOfJob(list, OTHER), 1);
  assert.equal(rowOfJob(list, OTHER, 0), 1);
  assert.equal(rowOfJob(list, "nobody"), -1);
  assert.equal(rowOfJob(list, ""), -1);
  assert.deepEqual(rowFacts(list, 0), { name: "a", status: null, createdAt: null, startedAt: NOW, stoppedAt: null, statusReason: null, queue: null, definition: null });
  assert.equal(rowFacts(list, 1).startedAt, null);
  assert.equal(rowFacts(list, -1).name, null);
});
