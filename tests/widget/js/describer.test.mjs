// When rows are asked for, and what is said of those that are not here.
import assert from "node:assert/strict";
import test from "node:test";
import { factsMessage, jobsMessage } from "./described.mjs";
import { MOST_UNASKED } from "../../../batchnb/widget/js/model/describer.js";
import { Store } from "../../../batchnb/widget/js/model/store.js";
import { busyText } from "../../../batchnb/widget/js/bar/machine.js";
import { problemOf } from "../../../batchnb/widget/js/bar/problem.js";
import { MissingLine } from "../../../batchnb/widget/js/missing_line.js";

/** A store with jobs that run, over a model whose requests are answered by hand. */
function open(t, names, more = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  const model = {
    get: () => undefined, off: () => {}, on: (name, callback) => (model[name] = callback),
    send: (content, _callbacks, buffers) => sent.push({ ...content, rows: content.kind === "describe" ? [...new Uint32Array(buffers[0])] : null }),
  };
  const store = new Store(model, () => {});
  const receive = (message, parts = []) => model["msg:custom"](message, parts.map((part) => new DataView(part)));
  const show = (options = {}) => {
    const { message, parts } = jobsMessage(names.map((name) => [name, "RUNNING", more]), options);
    receive(message, parts);
  };
  show();
  t.after(() => store.dispose());
  return {
    sent, store, receive, show,
    asked: () => sent.filter(({ kind }) => kind === "describe").map(({ lane, rows, again }) => [lane, rows, ...(again ? ["again"] : [])]),
    answer: async (content = {}) => {
      receive({ kind: "answer", id: sent.filter(({ kind }) => kind === "describe").at(-1).id, ok: true, asked: 1, isHeld: false, failure: "", ...content });
      await new Promise(setImmediate);
    },
    tell: (told, options) => {
      const { message, parts } = factsMessage(told, options);
      receive(message, parts);
    },
    setPhase: (phase) => receive({ kind: "state", state: { ...store.state, phase } }),
    pass: (milliseconds) => t.mock.timers.tick(milliseconds),
    line: () => {
      const { text, buttons } = MissingLine.prototype.content.call({ store, wanted: MissingLine.prototype.wanted });
      return { text, buttons: buttons.map(([label]) => label), press: (label) => buttons.find(([one]) => one === label)[1]() };
    },
  };
}

test("what is in sight is asked for when the list stands still, each row once", async (t) => {
  const { store, asked, answer, tell, pass } = open(t, ["a", "b", "c"]);
  store.describer.seeSoon(() => [0]);
  pass(100);
  store.describer.seeSoon(() => [0, 1]);
  pass(149);
  assert.deepEqual(asked(), []);
  pass(1);
  assert.deepEqual(asked(), [["sight", [0, 1]]]);
  store.describer.seeSoon(() => [1, 2]);
  pass(150);
  assert.equal(asked().length, 1, "at most one request is under way");
  await answer();
  assert.deepEqual(asked()[1], ["sight", [2]]);
  tell({ 0: { vcpus: 4 }, 1: {}, 2: {} });
  store.describer.seeSoon(() => [0, 1, 2]);
  pass(150);
  assert.equal(asked().length, 2, "what AWS does not know is not asked for again");
  assert.equal(store.table.columnOf("vcpu").value(0), 4);
});

test("a new snapshot asks what is known already, and looks again at what may have changed", async (t) => {
  const { sent, store, show, tell, asked, pass, answer } = open(t, ["a", "b"]);
  assert.equal(sent.filter(({ kind }) => kind === "described").length, 1);
  show({ number: 2 });
  assert.equal(sent.filter(({ kind }) => kind === "described").length, 2);
  tell({ 0: { vcpus: 9 }, 1: { vcpus: 9 } }, { snapshot: 1 });
  assert.ok(Number.isNaN(store.table.columnOf("vcpu").value(0)), "an answer about another table is not taken");
  tell({ 0: { vcpus: 4 }, 1: { vcpus: 8 } }, { snapshot: 2, old: [1] });
  store.describer.seeSoon(() => [0, 1]);
  pass(150);
  assert.deepEqual(asked(), [["sight", [1]]]);
  await answer();
});

test("nothing is asked while a plan is made or jobs are ended, and it goes on afterwards", async (t) => {
  const { store, asked, setPhase, pass } = open(t, ["a"]);
  for (const phase of ["planning", "running"]) {
    setPhase(phase);
    store.describer.seeSoon(() => [0]);
    pass(500);
    assert.deepEqual(asked(), [], phase);
  }
  setPhase("idle");
  pass(150);
  assert.deepEqual(asked(), [["sight", [0]]]);
});

test("what cannot be described is said once, and tried again when somebody asks", async (t) => {
  const { store, asked, tell, pass, line, answer } = open(t, ["a", "b"]);
  store.describer.seeSoon(() => [0]);
  pass(150);
  await answer();
  tell({}, { failure: "not known: you may not look.", isBusy: false });
  assert.deepEqual(problemOf(store), { text: "not known: you may not look.", details: "", again: "Try again", isAboutRows: true });
  assert.equal(line().text, "", "an error stands in the bar, and there alone");
  store.setError({ error: "Your session has expired.", errorDetails: "raw", errorAgain: "Review again" });
  assert.deepEqual(problemOf(store), { text: "Your session has expired.", details: "raw", again: "Review again", isAboutRows: false });
  store.setError({});
  store.describer.seeSoon(() => [0, 1]);
  pass(500);
  assert.equal(asked().length, 1, "not by itself");
  store.describer.dismiss();
  assert.equal(problemOf(store), null);
  store.describer.tryAgain();
  assert.deepEqual(asked()[1], ["sight", [0, 1], "again"]);
  await answer({ failure: "not known: you may not look.", isHeld: true });
  store.matches.query = "vcpu:>4";
  store.refilter();
  line().press("Load them (1 call)");
  assert.deepEqual(asked()[2], ["search", [0, 1], "again"], "a press is never for nothing");
  store.kernel.lose();
  assert.equal(problemOf(store), null, "that the kernel is gone is all there is to say");
});

test("a search says what it needs, loads it with progress, and then has its matches", async (t) => {
  const { store, asked, tell, line, answer } = open(t, Array.from({ length: 250 }, (_, at) => `job-${at}`));
  store.matches.query = "vcpu:>4";
  store.refilter();
  assert.equal(store.matches.rows.length, 0);
  assert.deepEqual([line().text, line().buttons], ["vCPUs of 250 jobs are not here yet.", ["Load them (3 calls)"]]);
  line().press("Load them (3 calls)");
  assert.deepEqual([asked()[0][0], asked()[0][1].length], ["search", 250]);
  assert.deepEqual([line().text, line().buttons], ["Loading: 0 of 250 jobs described.", ["Stop"]]);
  store.kernel.slow = ["described", "describe"];
  assert.match(line().text, /The kernel is busy with another cell\. This starts when that is done\./);
  assert.equal(busyText(store.kernel.slow), "", "what nobody has asked for is no reason to speak");
  store.kernel.slow = [];
  await answer();
  const part = (from, to) => Object.fromEntries(Array.from({ length: to - from }, (_, at) => [from + at, { vcpus: from + at }]));
  tell(part(0, 100), { isBusy: true });
  assert.equal(line().text, "Loading: 100 of 250 jobs described.");
  assert.equal(store.matches.rows.length, 0, "half of an answer is none");
  tell(part(100, 250));
  assert.equal(line().text, "");
  assert.equal(store.matches.rows.length, 245);
});

test("a load that is stopped, or gives way to a plan, says again what is missing", async (t) => {
  const { sent, store, tell, line, answer } = open(t, ["a", "b", "c"]);
  store.matches.query = "tag:team";
  store.refilter();
  line().press("Load them (1 call)");
  line().press("Stop");
  assert.ok(sent.some(({ kind }) => kind === "describe_stop"));
  await answer();
  tell({ 0: { tags: { team: "x" } } });
  store.refilter();
  assert.deepEqual([line().text, line().buttons], ["Tags of 2 jobs are not here yet.", ["Load them (1 call)"]]);
  line().press("Load them (1 call)");
  await answer({ isHeld: true, asked: 0 });
  assert.equal(line().text, "Tags of 2 jobs are not here yet.");
});

test("what another picker's run holds back is asked for when that is over", async (t) => {
  const { store, asked, answer, tell, pass } = open(t, ["a", "b", "c"]);
  store.describer.countSoon([0, 2]);
  pass(300);
  await answer({ isHeld: true, asked: 0 });
  assert.deepEqual(store.describer.progress("selection"), { done: 0, goal: 2 }, "the totals are still to be counted");
  store.describer.seeSoon(() => [1]);
  pass(5000);
  assert.equal(asked().length, 1, "nothing is asked while it goes on");
  store.describer.countSoon([2]);
  pass(300);
  tell({ 1: { vcpus: 1 } }, { isHeld: true });
  assert.equal(asked().length, 1, "what comes meanwhile does not end it");
  tell({}, { isHeld: false });
  assert.deepEqual(asked().at(-1), ["selection", [2]], "what is selected by now");
  await answer();
  tell({ 2: { vcpus: 4 } });
  assert.equal(store.describer.progress("selection"), null);
});

test("what was under way when a run began is asked for again, and so is what nobody speaks of any more", async (t) => {
  const { store, asked, answer, tell, pass } = open(t, ["a", "b", "c"]);
  store.describer.countSoon([0, 1, 2]);
  pass(300);
  await answer();
  tell({ 0: { vcpus: 1 } }, { isBusy: true, isHeld: false });
  tell({}, { isHeld: true });
  assert.deepEqual(store.describer.progress("selection"), { done: 0, goal: 2 });
  pass(14_000);
  assert.equal(asked().length, 1);
  pass(1000);
  assert.deepEqual(asked()[1], ["selection", [1, 2]]);
  await answer({ isHeld: true, asked: 0 });
  pass(15_000);
  assert.equal(asked().length, 3);
  await answer({ isHeld: true, asked: 0, failure: "not known: you may not look." });
  pass(60_000);
  assert.equal(asked().length, 3, "a failure is not tried again");
});

test("a sort by what is not here says that these stand last", async (t) => {
  const { store, tell, line } = open(t, ["a", "b", "c"]);
  tell({ 1: { vcpus: 4 } });
  store.matches.sorts = [{ column: store.table.columns.indexOf(store.table.columnOf("vcpu")), descending: true }];
  store.resort();
  assert.deepEqual([line().text, line().buttons], ["vCPU of 2 jobs is not here yet: they stand last.", ["Load them (1 call)"]]);
  tell({ 0: {}, 2: { vcpus: 8 } });
  assert.equal(line().text, "");
});

test("the figures of a selection are described when it stands still, but not of very many unasked", async (t) => {
  const { store, asked, pass } = open(t, ["a", "b", "c"]);
  store.describer.countSoon([0]);
  pass(200);
  store.describer.countSoon([0, 2]);
  assert.equal(store.describer.progress("selection"), null);
  pass(300);
  assert.deepEqual(asked(), [["selection", [0, 2]]]);
  assert.deepEqual(store.describer.progress("selection"), { done: 0, goal: 2 });
  assert.equal(MOST_UNASKED, 10_000);
});

test("with a kernel that is back, rows are described again, and the list looks after itself again", async (t) => {
  globalThis.document ??= { hidden: false };
  const { sent, store, asked, show, pass, setPhase } = open(t, ["a", "b"]);
  store.describer.seeSoon(() => [0, 1]);
  pass(150);
  store.auto.set(30_000);
  t.after(() => store.auto.dispose());
  store.kernel.lose();
  await new Promise(setImmediate);
  assert.equal(store.describer.progress("sight"), null, "nothing waits for what nobody answers");
  setPhase("idle");
  show({ number: 2 });
  store.describer.seeSoon(() => [0, 1]);
  pass(150);
  assert.deepEqual(asked().map(([lane]) => lane), ["sight", "sight"]);
  assert.equal(store.auto.isAsked, false);
  assert.equal(sent.filter(({ kind }) => kind === "auto_refresh").length, 1);
});
