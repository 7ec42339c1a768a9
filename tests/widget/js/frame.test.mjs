// The frame of the list: its height, what stands there where no job is, and the line above it.
import assert from "node:assert/strict";
import test from "node:test";
import { emptiness } from "../../../batchnb/widget/js/frame/empty.js";
import { mostHeight } from "../../../batchnb/widget/js/frame/fit.js";
import { heightAfter, listHeight } from "../../../batchnb/widget/js/frame/grip.js";
import { spokenResult } from "../../../batchnb/widget/js/bar/result.js";
import { rowLabel } from "../../../batchnb/widget/js/grid/row_label.js";
import { matchText, selectAllText, selectedText } from "../../../batchnb/widget/js/tally.js";

test("a row is said with what it does, for how long, and whether it is selected", () => {
  const texts = { name: ["sweep-lr-prod", "a\u202eb", ""], status: ["RUNNING", "FAILED", ""], for: ["1d 1h", "6h 48m", "–"] };
  const table = { columnOf: (role) => role in texts && { text: (row) => texts[role][row] } };
  assert.equal(rowLabel(table, 0, "not selected"), "sweep-lr-prod, RUNNING for 1 day 1 hour, not selected");
  assert.equal(rowLabel(table, 1, "cannot be selected: it has ended"), "a\\u202eb, FAILED after 6 hours 48 minutes, cannot be selected: it has ended");
  assert.equal(rowLabel(table, 2, "selected"), "no name, selected");
});

test("the list is 140 to 1,200 pixels high, 390 where nobody has said", () => {
  assert.deepEqual([0, 139, 140, 390.4, 1200, 9e9, NaN, Infinity, undefined].map(listHeight), [140, 140, 140, 390, 1200, 1200, 390, 390, 390]);
});

test("a key moves the grip by a row, within what is allowed", () => {
  assert.deepEqual(["ArrowUp", "ArrowDown", "Home", "End", "x"].map((key) => heightAfter(390, key)), [362, 418, 140, 1200, null]);
  assert.deepEqual([heightAfter(150, "ArrowUp"), heightAfter(1190, "ArrowDown")], [140, 1200]);
});

test("the picker is 32 pixels less than what can be seen, and never too small to use", () => {
  assert.deepEqual([1000, 450, 340.6, 100, 0].map(mostHeight), [968, 418, 308, 240, 240]);
});

test("an empty list says why, and how to go on", () => {
  const list = { isHere: true, rows: 140, matching: 0, isPartial: false, query: "zzz", error: null, selected: 0 };
  assert.equal(emptiness({ ...list, matching: 1 }), null);
  assert.equal(emptiness({ ...list, isHere: false }), null);
  assert.deepEqual(emptiness(list), { text: "No job matches “zzz”.", more: "", act: "clear" });
  for (const query of ["is:odd", "sweep -is:selected,ODD"]) assert.deepEqual(emptiness({ ...list, query }), { text: "Which jobs are odd, the list does not know.", more: "The review marks them.", act: "clear" });
  assert.match(emptiness({ ...list, query: "name:this:odd" }).text, /^No job matches/);
  assert.deepEqual(emptiness({ ...list, rows: 0, query: "" }), { text: "There are no jobs in this list.", more: "", act: "refresh" });
  assert.deepEqual(emptiness({ ...list, error: "no", selected: 61 }), {
    text: "The search has an error, so it matches nothing.", more: "Your 61 selected jobs stay selected.", act: "clear",
  });
  assert.equal(emptiness({ ...list, selected: 1 }).more, "Your 1 selected job stays selected.");
  assert.equal(emptiness({ ...list, isPartial: true }).act, null, "the rest may still match");
  assert.equal(emptiness({ ...list, query: "a\u202eb" }).text, "No job matches “a\\u202eb”.");
});

test("the line above the list says what matches, and never guesses", () => {
  const list = { rows: 140, here: 140, matching: 67, isError: false, loading: null };
  assert.deepEqual(matchText(list), ["67", "of 140 jobs match"]);
  assert.deepEqual(matchText({ ...list, matching: 140 }), ["140", "jobs"]);
  assert.deepEqual(matchText({ ...list, rows: 1, matching: 1 }), ["1", "job"]);
  assert.deepEqual(matchText({ ...list, matching: 0 }), ["0", "of 140 jobs match"]);
  assert.deepEqual(matchText({ ...list, isError: true }), ["", "– of 140 jobs"]);
  const partial = { ...list, rows: 1000, here: 200, loading: "First 200 of 1,000 jobs. The rest is on its way." };
  assert.deepEqual(matchText({ ...partial, matching: 200 }), ["", partial.loading]);
  assert.deepEqual(matchText({ ...partial, matching: 2 }), ["2", "of the first 200 jobs match. The rest is on its way."]);
});

test("with ended jobs among those that match, only the others are to be selected", () => {
  assert.deepEqual([selectAllText(67, 67), selectAllText(67, 41), selectAllText(7000, 7000), selectAllText(9, 0)], ["Select all 67", "Select all 41 live", "Select all 7,000", "Select all"]);
  assert.deepEqual([selectedText(61, 57), selectedText(1234, 0)], ["61 selected, 57 out of sight", "1,234 selected"]);
});

test("the end of a run is said in one sentence", () => {
  const stopped = { isStopped: true, headline: "Stopped by you at 00:52:10 UTC", ended: 4180, untouched: 2820 };
  assert.equal(spokenResult(stopped), "Stopped by you. 4,180 ended, 2,820 untouched.");
  assert.equal(spokenResult({ isStopped: false, headline: "59 of 61 jobs ended. 2 did not." }), "59 of 61 jobs ended. 2 did not.");
  assert.equal(spokenResult(null), "");
});
