// The one bar: which state it is in, and what it says there.
import assert from "node:assert/strict";
import test from "node:test";
import { barState, busyText, leftText, resultFigures, runFigures, runNote, planningText, runTitle, stopLabel } from "../../../batchnb/widget/js/bar/machine.js";

const QUIET = { lost: null, result: null };
const progress = { jobs: 7000, reason: "OPS-123", ended: 2310, stopping: 1870, untouched: 2820, failed: 0, isStopped: false, isThrottled: false, left: 40 };

test("each phase of the kernel has one state of the bar", () => {
  assert.equal(barState({ phase: "idle" }, QUIET), "idle");
  assert.equal(barState({ phase: "listing" }, QUIET), "idle");
  assert.equal(barState({ phase: "planning" }, QUIET), "planning");
  assert.equal(barState({ phase: "confirming", plan: {} }, QUIET), "review");
  assert.equal(barState({ phase: "confirming", plan: null }, QUIET), "planning");
  assert.equal(barState({ phase: "running", progress }, QUIET), "running");
  assert.equal(barState({ phase: "running", progress: null }, QUIET), "running");
  assert.equal(barState({ phase: "running", progress: { ...progress, isStopped: true } }, QUIET), "stopping");
  assert.equal(barState({ phase: "idle" }, { lost: null, result: {} }), "result");
});

test("a kernel that is gone is said before everything else", () => {
  for (const phase of ["idle", "listing", "planning", "confirming", "running"]) {
    assert.equal(barState({ phase, plan: {}, progress }, { lost: "gone", result: {} }), "lost", phase);
  }
});

test("an old result is not said while something else goes on", () => {
  for (const [phase, state] of [["planning", "planning"], ["confirming", "review"], ["running", "running"]]) {
    assert.equal(barState({ phase, plan: {}, progress }, { lost: null, result: {} }), state);
  }
});

test("a yes that waits for a busy kernel is said to expire, a plan to begin later", () => {
  assert.match(busyText(["plan"]), /This starts when that is done/);
  assert.match(busyText(["plan", "confirm"]), /nothing is ended/);
  assert.match(busyText(["stop"]), /The run goes on/);
  assert.match(busyText(["select"]), /hears of your selection/);
  assert.equal(busyText([]), "");
});

test("a run says how far it is in whole numbers of jobs", () => {
  assert.deepEqual(runTitle(progress), { title: "Ending 7,000 jobs", reason: "OPS-123" });
  assert.equal(leftText(40), "about 40 s left");
  assert.equal(leftText(0.2), "about 1 s left");
  assert.equal(leftText(125), "about 2 min left");
  assert.equal(leftText(7300), "about 2 h left");
  assert.equal(leftText(null), "");
  const words = (of) => runFigures(of).map((pair) => pair.join(" ")).join(" · ");
  assert.equal(words(progress), "2,310 ended · 1,870 asked, stopping · 2,820 not asked yet · 0 failed");
  assert.match(words({ ...progress, isStopped: true }), /2,820 untouched/);
});

test("a plan says how many of its jobs were looked at, and whether AWS holds it up", () => {
  assert.equal(planningText(null, 0), "Looking at the new jobs in AWS…", "they are not in the list yet");
  assert.equal(planningText(null, 7000), "Looking at 7,000 jobs in AWS…");
  assert.equal(planningText({ asked: 7000, answered: 0, isThrottled: false }, 7000), "Looking at 7,000 jobs in AWS…");
  assert.equal(planningText({ asked: 7000, answered: 3400, isThrottled: false }, 7000), "Looking at 7,000 jobs in AWS… 3,400 of 7,000");
  assert.equal(planningText({ asked: 7040, answered: 7040, isThrottled: false }, 7000), "Looking at 7,000 jobs in AWS… 7,000 of 7,000");
  assert.equal(planningText({ asked: 7000, answered: 1200, isThrottled: true }, 7000), "AWS is throttling us. Waiting; 1,200 of 7,000 looked at.");
});

test("what Stop does next is what it says", () => {
  assert.equal(stopLabel(progress, false), "Stop");
  assert.equal(stopLabel(progress, true), "Stopping…");
  assert.equal(stopLabel({ ...progress, isStopped: true }, true), "Stop watching");
  assert.equal(stopLabel({ ...progress, untouched: 0 }, false), "Stop watching");
  assert.equal(runNote({ ...progress, isStopped: true, stopping: 150 }, true), "Stopping: nothing more is asked. 150 were asked and are watched until they end.");
  assert.equal(runNote({ ...progress, isStopped: true, stopping: 1 }, true), "Stopping: nothing more is asked. 1 was asked and is watched until it ends.");
  assert.equal(runNote({ ...progress, isThrottled: true }, false), "AWS is throttling us; going on more slowly.");
  assert.equal(runNote({ ...progress, isThrottled: true, rate: 3.2 }, false), "AWS is throttling us; going on at 3 calls a second.");
  assert.equal(runNote({ ...progress, isThrottled: true, rate: 0.4 }, false), "AWS is throttling us; going on at less than 1 call a second.");
  assert.equal(runNote(progress, false), "");
});

test("a run that you stopped has untouched jobs, and no failures for that", () => {
  const words = (of) => resultFigures(of).map((pair) => pair.join(" ")).join(" · ");
  const stopped = { ended: 4180, endedBy: "1,102 terminated, 3,078 cancelled", untouched: 2820, failures: 0, isStopped: true };
  assert.equal(words(stopped), "4,180 ended (1,102 terminated, 3,078 cancelled) · 2,820 untouched · 0 failed");
  assert.equal(words({ ...stopped, untouched: 0, isStopped: false, endedBy: "" }), "4,180 ended · 0 failed");
  const all = { ...stopped, untouched: 0, isStopped: false, endedBy: "42 terminated, 18 cancelled, 1 had succeeded by itself" };
  assert.equal(words(all).trim(), "42 terminated, 18 cancelled, 1 had succeeded by itself");
  assert.match(words({ ...all, failures: 2 }), /^4,180 ended \(42 terminated.* · 2 failed$/);
});

test("a watch that goes on says that nothing is asked, and ends when it is stopped", () => {
  const watching = { ...progress, jobs: 1, ended: 60, stopping: 1, untouched: 0, isStopped: true, isWatching: true };
  assert.deepEqual(runTitle(watching).title, "Watching 1 job");
  assert.deepEqual(runFigures(watching), [["60", "ended"], ["1", "asked, stopping"]]);
  assert.equal(runNote(watching, false), "Nothing is asked. 1 is watched until it ends, for 5 min at most.");
  assert.equal(runNote({ ...watching, stopping: 1200 }, false), "Nothing is asked. 1,200 are watched until they end, for 5 min at most.");
  assert.equal(stopLabel(watching, false), "Stop watching");
  assert.equal(barState({ phase: "running", progress: watching }, QUIET), "stopping");
});
