// What guards the final button, and what is said beside fields.
import assert from "node:assert/strict";
import test from "node:test";
import { lengthText } from "../../../batchnb/widget/js/bar/form.js";
import { digitsOf, wrongNumber } from "../../../batchnb/widget/js/bar/number.js";
import { QUIET_MS, Trigger } from "../../../batchnb/widget/js/bar/trigger.js";

/** A trigger, and what lets time pass for it. */
function trigger() {
  let now = 1000;
  const made = new Trigger(() => now);
  return { made, pass: (milliseconds) => (now += milliseconds) };
}
const MOUSE = { detail: 1 };
const KEY = { detail: 0 };

test("the second half of a double click ends nothing, however it falls", () => {
  const { made, pass } = trigger();
  made.press();
  assert.equal(made.counts(MOUSE), false);
  pass(QUIET_MS - 1);
  assert.equal(made.counts(KEY), false);
  made.press();
  pass(1);
  assert.equal(made.counts(MOUSE), false, "it went down too early");
  made.press();
  assert.equal(made.counts(MOUSE), true);
});

test("a click needs a press of its own, a key does not", () => {
  const { made, pass } = trigger();
  pass(QUIET_MS);
  assert.equal(made.counts(MOUSE), false);
  made.press();
  assert.equal(made.counts(MOUSE), true);
  assert.equal(made.counts(MOUSE), false);
  assert.equal(made.counts(KEY), true);
});

test("the number may have separators, and nothing else", () => {
  for (const text of ["7000", "7,000", " 7 000 "]) assert.equal(wrongNumber(text, 7000), null, text);
  assert.equal(wrongNumber(" ", 7000), "Type 7000 first.");
  for (const text of ["700", "70000", "7000 jobs", "7.000", "0x1b58", "7e3"]) assert.equal(wrongNumber(text, 7000), "That is not 7000.", text);
  assert.equal(digitsOf("7,000"), "7000");
});

test("the length of a reason is told where it matters", () => {
  assert.equal(lengthText(899), "");
  assert.equal(lengthText(1000), "24 characters left");
  assert.equal(lengthText(1024), "0 characters left");
  assert.equal(lengthText(1025), "1 character too long");
});
