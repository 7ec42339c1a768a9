// What somebody has set in a picker: told to the kernel, kept by it, and set again.
import assert from "node:assert/strict";
import test from "node:test";
import { ViewState } from "../../../batchnb/widget/js/model/view_state.js";

/** A state with two parts, which a test sets as somebody would by hand. */
function open() {
  const told = [];
  const state = new ViewState((view) => told.push(view));
  const values = { search: "", height: null };
  for (const name of Object.keys(values)) state.register(name, { get: () => values[name], set: (value) => (values[name] = value) });
  return { told, state, values };
}

test("what the kernel has kept is set with the first rows, and told as it is then", () => {
  const { told, state, values } = open();
  assert.equal(state.take({ view: { search: "a", drawer: "x" }, kept: "Kept from the last run: search." }), false);
  assert.equal(values.search, "");
  state.saySoon();
  assert.deepEqual(told, []);
  state.arrive();
  assert.equal(values.search, "a");
  assert.equal(state.kept, "Kept from the last run: search.");
  state.saySoon();
  assert.deepEqual(told, [{ search: "a", height: null }]);
});

test("with what it says goes the number of what it has heard", () => {
  const heard = [];
  const state = new ViewState((_view, number) => heard.push(number));
  let search = "";
  state.register("search", { get: () => search, set: (value) => (search = value) });
  state.arrive();
  state.say();
  state.take({ view: { search: "b" }, number: 3 });
  state.say();
  search = "c";
  state.say();
  assert.deepEqual(heard, [0, 3, 3]);
});

test("a part that is there only later is set when it comes", () => {
  const { state } = open();
  state.take({ view: { drawer: "x" } });
  state.arrive();
  let drawer = null;
  state.register("drawer", { get: () => drawer, set: (value) => (drawer = value) });
  assert.equal(drawer, "x");
});

test("a second picture begins as the first one is set", () => {
  const { state, values } = open();
  state.arrive();
  values.height = 500;
  const second = { height: null };
  state.register("height", { get: () => second.height, set: (height) => (second.height = height) });
  assert.equal(second.height, 500);
});

test("what Python sets is set at once; the other parts stay, and are told", () => {
  const { told, state, values } = open();
  state.arrive();
  values.height = 500;
  assert.equal(state.take({ view: { search: "b" } }), true);
  assert.deepEqual(values, { search: "b", height: 500 });
  assert.deepEqual(told, [{ search: "b", height: 500 }]);
});

test("a change is told at once, the next ones of a second together, and what is the same not at all", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { told, state, values } = open();
  state.arrive();
  for (const search of ["a", "ab", "abc", "abc"]) {
    values.search = search;
    state.saySoon();
  }
  assert.deepEqual(told.map(({ search }) => search), ["a"]);
  context.mock.timers.tick(1000);
  assert.deepEqual(told.map(({ search }) => search), ["a", "abc"]);
  state.saySoon();
  context.mock.timers.tick(1000);
  assert.equal(told.length, 2);
});

test("before the page goes, what has changed is told without a wait", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { told, state, values } = open();
  state.arrive();
  values.search = "a";
  state.saySoon();
  values.search = "b";
  state.saySoon();
  state.say();
  context.mock.timers.tick(5000);
  assert.deepEqual(told.map(({ search }) => search), ["a", "b"]);
});
