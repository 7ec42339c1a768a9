// When the list is looked at again by itself, and what the menu copies.
import assert from "node:assert/strict";
import test from "node:test";
import { AutoRefresh, PERIODS, isDue } from "../../../batchnb/widget/js/strip/auto_refresh.js";
import { selectedIds } from "../../../batchnb/widget/js/strip/more_menu.js";
import { newJobsText, rowsAge } from "../../../batchnb/widget/js/strip/strip_text.js";

const PAGE = { phase: "idle", isLost: false, isHidden: false, hasResult: false, isLoaded: true };
const ON = { period: 30_000, last: 0, isAsked: false };

test("it is off at first, and there are two periods", () => {
  assert.deepEqual(PERIODS.map(([, period]) => period), [0, 30_000, 120_000]);
  assert.equal(isDue({ ...ON, period: 0 }, 1e9, PAGE), false);
  assert.equal(isDue(ON, 29_999, PAGE), false);
  assert.equal(isDue(ON, 30_000, PAGE), true);
});

test("it waits for whatever a person is in the middle of, and for a kernel that has not answered", () => {
  for (const phase of ["planning", "confirming", "running", "listing"]) assert.equal(isDue(ON, 1e9, { ...PAGE, phase }), false, phase);
  for (const what of [{ isLost: true }, { isHidden: true }, { hasResult: true }, { isLoaded: false }]) assert.equal(isDue(ON, 1e9, { ...PAGE, ...what }), false, Object.keys(what)[0]);
  assert.equal(isDue({ ...ON, isAsked: true }, 1e9, PAGE), false);
});

/** A store that keeps what it is asked, and answers when it is told to. */
function store() {
  const made = {
    asked: [], answers: [], state: { phase: "idle" }, kernel: { lost: null }, result: null, table: { header: {}, isPartial: false }, describer: { progress: () => null },
    notify() {},
    ask(kind, content) {
      made.asked.push([kind, content]);
      return new Promise((resolve) => made.answers.push(resolve));
    },
  };
  return made;
}

test("a kernel that is busy for an hour finds one request", async () => {
  globalThis.document = { hidden: false };
  const made = store();
  let now = 0;
  const auto = new AutoRefresh(made, () => now);
  auto.set(30_000);
  for (now = 0; now < 3_600_000; now += 1000) auto.tick();
  assert.deepEqual(made.asked, [["auto_refresh", { isFirst: true }]]);
  made.answers[0]({ ok: true });
  await Promise.resolve();
  auto.tick();
  assert.deepEqual(made.asked.slice(1), [["auto_refresh", { isFirst: false }]]);
  auto.dispose();
});

test("it is off when the kernel has given it up, and begins anew when somebody switches it on", async () => {
  const made = store();
  const auto = new AutoRefresh(made, () => 0);
  auto.set(120_000);
  made.state.auto = { new: 0, off: "Auto refresh is off: no." };
  auto.follow();
  assert.equal(auto.period, 120_000, "what it says is from before");
  made.answers[0]({ ok: true });
  await Promise.resolve();
  auto.follow();
  assert.equal(auto.period, 0);
  auto.set(0);
  assert.equal(made.asked.length, 1);
});

test("ids are those of the selected rows, in the order of the table", () => {
  const table = { here: 10, jobIdAt: (row) => `id-${row}` };
  assert.deepEqual(selectedIds({ table, selection: { bits: Uint8Array.of(0b00100001, 0b10) } }), ["id-0", "id-5", "id-9"]);
  assert.equal(newJobsText(1), "1 new job · Show");
  assert.equal(newJobsText(1200), "1,200 new jobs · Show");
});

test("in a run rows are live, after it they are as it left them, and else as old as the list", () => {
  const where = { listedAt: 0 };
  const said = (state, more = {}) => rowsAge({ state: { where, ...state }, result: null, isLost: false, ...more }, 47 * 60_000).text;
  const overAt = Date.UTC(2026, 10, 25, 0, 58, 2);
  assert.equal(said({ phase: "idle" }), "▲ Listed 47 min ago");
  assert.equal(said({ phase: "running", progress: { elapsed: 12.4 } }), "Rows are live · 12 s so far");
  assert.equal(said({ phase: "running", progress: { elapsed: 312 } }), "Rows are live · 5m so far");
  assert.equal(said({ phase: "running", progress: { elapsed: 12 } }, { isLost: true }), "▲ Listed 47 min ago");
  assert.equal(said({ phase: "idle" }, { result: { overAt, isStopped: false } }), "Run ended 00:58:02 UTC");
  assert.equal(said({ phase: "idle" }, { result: { overAt, isStopped: true } }), "Run stopped 00:58:02 UTC");
  assert.equal(said({ phase: "confirming" }, { result: { overAt, isStopped: true } }), "▲ Listed 47 min ago");
});
