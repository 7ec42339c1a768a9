// What can follow `field:` while a search is typed, and what is said aloud.
import assert from "node:assert/strict";
import test from "node:test";
import { Announcer, SpokenLine } from "../../../batchnb/widget/js/frame/announcer.js";
import { placeAfter } from "../../../batchnb/widget/js/roving.js";
import { optionsFor, typingAt, withOption } from "../../../batchnb/widget/js/search/completion.js";

const at = (query) => {
  const caret = query.indexOf("|");
  return typingAt(query.replace("|", ""), caret);
};

test("behind the colon of a field, a value is typed", () => {
  assert.deepEqual(at("queue:|"), { field: "queue", prefix: "", start: 6, end: 6 });
  assert.deepEqual(at("a -Queue:tr|"), { field: "queue", prefix: "tr", start: 9, end: 11 });
  assert.deepEqual(at("queue:=tr| b"), { field: "queue", prefix: "tr", start: 6, end: 9 });
  assert.deepEqual(at("status:running,ru|"), { field: "status", prefix: "ru", start: 15, end: 17 });
  assert.deepEqual(at('queue:"with bl|'), { field: "queue", prefix: "with bl", start: 6, end: 14 });
  assert.deepEqual(at('queue:"a,b",c|'), { field: "queue", prefix: "c", start: 12, end: 13 });
  assert.deepEqual(at('"my column":x|'), { field: "my column", prefix: "x", start: 12, end: 13 });
});

test("elsewhere none is", () => {
  for (const query of ["|", "queue|", "queue:a |", "que|ue:a", "queue:a|b", '"queue:a|', "queue:>|", "queue:/a|", "queue:a*|"]) assert.equal(at(query), null, query);
});

test("options begin with what is typed, or hold it, and take its place", () => {
  const options = [["etl", 3], ["train-gpu", 2], ["gpu-spot", 1]].map(([value, count]) => ({ value, count, typed: `=${value}` }));
  const values = (prefix) => optionsFor(options, prefix).map(({ value }) => value);
  assert.deepEqual([values(""), values("GPU"), values("zzz")], [["etl", "train-gpu", "gpu-spot"], ["gpu-spot", "train-gpu"], []]);
  assert.deepEqual(values("etl"), [], "nothing is left to complete");
  assert.deepEqual(withOption("a queue:tr b", at("a queue:tr| b"), options[1]), { query: "a queue:=train-gpu b", caret: 18 });
  assert.equal(optionsFor(Array.from({ length: 99 }, (_, one) => ({ value: `q${one}`, count: 1, typed: "" })), "").length, 8);
});

test("one message is said in two seconds, and of those that differ in figures alone the newest", () => {
  const [said, timers] = [[], []];
  let now = 0;
  const announcer = new Announcer((text) => said.push(text), { now: () => now, later: (work, ms) => timers.push([work, ms]) });
  for (const text of ["1 selected", "2 selected", "Sending.", "1,234 selected", ""]) announcer.say(text);
  assert.deepEqual(said, ["1 selected"]);
  assert.deepEqual(timers.map(([, ms]) => ms), [2000]);
  while (timers.length) {
    const [work, ms] = timers.shift();
    now += ms;
    work();
  }
  assert.deepEqual(said, ["1 selected", "Sending.", "1,234 selected"]);
  assert.equal(now, 4000);
});

test("a key leads to the next button of a row, and to the row below", () => {
  const from = (row, place) => (key) => placeAfter([3, 2], row, place, key);
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End", "x"].map(from(0, 2)), [null, [0, 1], [1, 1], null, [0, 0], [0, 2], null]);
  assert.deepEqual(["ArrowRight", "ArrowUp", "ArrowDown"].map(from(1, 1)), [null, [0, 1], null]);
});

test("of a line that changes in place, a figure is not said again, and what is new about it is", () => {
  const said = [];
  const line = new SpokenLine((text) => said.push(text));
  for (const text of ["", "Looking at 7,000 jobs in AWS…", "Looking at 7,000 jobs in AWS… 1,200 of 7,000", "Looking at 7,000 jobs in AWS… 3,400 of 7,000", "AWS is throttling us.", "", "AWS is throttling us."]) line.show(text);
  assert.deepEqual(said, ["Looking at 7,000 jobs in AWS…", "Looking at 7,000 jobs in AWS… 1,200 of 7,000", "AWS is throttling us.", "AWS is throttling us."]);
});
