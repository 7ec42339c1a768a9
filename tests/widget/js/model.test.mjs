// What the views of one widget share: the snapshot, the selection, what is asked of the kernel and what is told.
import assert from "node:assert/strict";
import test from "node:test";
import { snapshot } from "./packed.mjs";
import { Store } from "../../../batchnb/widget/js/model/store.js";

/** A model that keeps what it is to send, and a store over it. */
function open() {
  const sent = [];
  const model = {
    isBroken: false,
    get: () => undefined,
    on: (name, callback) => (model[name] = callback),
    off: () => {},
    send: (content, _callbacks, buffers) => {
      if (model.isBroken) throw new Error("closed");
      sent.push({ ...content, buffers });
    },
  };
  const store = new Store(model, () => {});
  const told = [];
  store.views.add((what) => told.push(what));
  const receive = (message, buffers = []) => model["msg:custom"](message, buffers.map((buffer) => new DataView(buffer)));
  const show = (names, options) => {
    const { message, parts } = snapshot(names, options);
    receive(message, parts);
  };
  return { model, sent, store, told, receive, show };
}

const NAMES = ["a-0", "a-1", "b-2", "b-3", "b-4"];
const chosen = ({ selection }) => [...NAMES.keys()].filter((row) => selection.bits[row >> 3] & (1 << (row & 7)));

test("a store asks for the rows at once, and tells its views of them", () => {
  const { sent, store, told, show } = open();
  assert.deepEqual(sent.map(({ kind }) => kind), ["hello"]);
  show(NAMES, { bits: [1] });
  assert.deepEqual([...new Set(told)], ["table", "state"]);
  assert.deepEqual([...store.matches.rows], [0, 1, 2, 3, 4]);
  assert.deepEqual(chosen(store), [1]);
  store.dispose();
});

test("ranges, single rows and all that match are selected, locked rows never", () => {
  const { store, show } = open();
  show(NAMES, { locks: [0, 0, 0, 1, 0] });
  store.selection.only(1);
  store.selection.range(4, false);
  assert.deepEqual(chosen(store), [1, 2, 4]);
  store.selection.toggle(3);
  assert.deepEqual(chosen(store), [1, 2, 4]);
  store.matches.query = "b-";
  store.refilter();
  assert.deepEqual(store.selection.tally, { inSight: 2, selectable: 2 });
  store.selection.bulk("invert");
  assert.deepEqual(chosen(store), [1]);
  store.selection.undo();
  assert.deepEqual(chosen(store), [1, 2, 4]);
  assert.equal(store.selection.undoable, null);
  store.dispose();
});

test("what is selected is told at once, and the rest of a quick hand in one", async () => {
  const { sent, store, show } = open();
  show(NAMES);
  for (const at of [0, 1, 2, 3]) store.selection.toggle(at);
  const selects = () => sent.filter(({ kind }) => kind === "select").map(({ buffers }) => new Uint8Array(buffers[0])[0]);
  assert.deepEqual(selects(), [1]);
  while (selects().length < 2) await new Promise(setImmediate);
  assert.deepEqual(selects(), [1, 15]);
  store.dispose();
});

test("all waits until all rows are here; what was clicked before stays", () => {
  const { store, show } = open();
  show(NAMES, { here: 2, facets: {} });
  store.selection.bulk("all");
  assert.deepEqual(chosen(store), []);
  assert.match(store.table.loading, /^First 2 of 5 jobs\. The rest is on its way\.$/);
  store.selection.toggle(1);
  show(NAMES);
  assert.deepEqual(chosen(store), [1]);
  assert.equal(store.table.loading, null);
  store.dispose();
});

test("a table that is there waits for all rows of the next one", () => {
  const { store, show } = open();
  show(NAMES);
  show(NAMES.slice().reverse(), { number: 2, here: 2, facets: {} });
  assert.equal(store.table.header.snapshot, 1);
  store.dispose();
});

/** What each chip of a facet says. */
const chips = (store, name) => {
  const found = store.matches.facets.shown.find(({ facet }) => facet.name === name);
  return found && Object.fromEntries(found.values.map(({ value, count, isOn }) => [value, isOn ? `${count} on` : count]));
};

test("a search, a chip's term and a sort together say which rows are shown", () => {
  const { store, show } = open();
  show(NAMES);
  store.matches.query = "b";
  store.refilter();
  assert.deepEqual(chips(store, "queue"), { etl: 2, train: 1 });
  store.matches.query = "b queue:=etl";
  store.matches.sorts = [{ column: store.table.columns.findIndex(({ role }) => role === "name"), descending: true }];
  store.resort();
  assert.deepEqual([...store.matches.rows], [4, 2]);
  assert.deepEqual(chips(store, "queue"), { etl: "2 on", train: 1 }, "a chip counts what it would leave, besides its own term");
  store.dispose();
});

test("a patch of another snapshot changes nothing; one of this takes what it locks from the selection", () => {
  const { store, receive, show } = open();
  show(NAMES, { bits: [0, 1] });
  const patch = (number) => {
    const buffer = new ArrayBuffer(7);
    new Uint32Array(buffer, 0, 1)[0] = 1;
    new Uint8Array(buffer).set([0x82, 7, 1], 4);
    receive({ kind: "patch", snapshot: number, rows: 1, messages: [[1, "said AWS"]] }, [buffer]);
  };
  patch(9);
  assert.deepEqual(chosen(store), [0, 1]);
  patch(1);
  assert.deepEqual(chosen(store), [0]);
  assert.equal(store.selection.count, 1);
  assert.equal(store.table.fate.hidden, false);
  assert.equal(store.table.fate.text(1), "terminated: said AWS");
  assert.equal(store.table.fate.failed(1), true);
  store.dispose();
});

test("a job that another picker ends leaves the selection, and its row says by whom", () => {
  const { store, receive, show } = open();
  show(NAMES, { bits: [0, 1] });
  const patch = (lock, text) => {
    const buffer = new ArrayBuffer(7);
    new Uint32Array(buffer, 0, 1)[0] = 1;
    new Uint8Array(buffer).set([0, 5, lock], 4);
    receive({ kind: "patch", snapshot: 1, rows: 1, messages: [], state: { ...store.state, locks: ["taken", text] } }, [buffer]);
  };
  patch(17, "being ended by the picker of cell [4]");
  assert.deepEqual(chosen(store), [0]);
  assert.equal(store.table.fate.hidden, false);
  assert.equal(store.table.fate.messageAt(1), "being ended by the picker of cell [4]");
  store.selection.toggle(1);
  assert.deepEqual(chosen(store), [0]);
  patch(0, "");
  store.selection.toggle(1);
  assert.deepEqual(chosen(store), [0, 1]);
  assert.equal(store.table.fate.messageAt(1), "");
  store.dispose();
});

test("what the kernel has kept is set before the first rows are shown, and told to it as it is", () => {
  const { sent, store, told, receive, show } = open();
  const kept = { search: "b-", sort: [["jobName", true], ["gone", false]], columns: { order: ["jobQueue"], hidden: { jobName: false } }, widths: { jobName: 300 }, group: [], drawer: null };
  receive({ kind: "view", view: kept, kept: "Kept from the last run: search." });
  assert.deepEqual(told, []);
  show(NAMES);
  assert.deepEqual([...store.matches.rows], [4, 3, 2]);
  assert.equal(store.layout.widths.get("jobName"), 300);
  const [said] = sent.filter(({ kind }) => kind === "view");
  assert.deepEqual(said.view, { ...kept, sort: [["jobName", true]], shown: said.view.shown });
  receive({ kind: "view", view: { search: "a-", reason: "OPS-1", columns: { order: null, hidden: {}, only: ["jobQueue"] } } });
  assert.deepEqual([...store.matches.rows], [1, 0]);
  assert.equal(store.reason, "OPS-1");
  assert.equal(store.layout.isHidden(store.table.columnOf("status") ?? { title: "none", hidden: true }), true);
  assert.equal(store.layout.columns.some(({ title }) => title === "jobQueue"), true);
  store.dispose();
});

test("who leaves the picker has told its reason", () => {
  const { sent, store, receive, show } = open();
  show(NAMES);
  receive({ kind: "state", state: { ...store.state, place: "bnb-at-1" } });
  store.setReason("O");
  store.setReason("OPS-1");
  store.keep();
  assert.deepEqual(sent.filter(({ kind }) => kind === "select").map(({ reason }) => reason), ["O", "OPS-1"]);
  store.dispose();
});

test("the selection is fixed while a plan is made, waits and is carried out", () => {
  const { store, receive, show } = open();
  show(NAMES);
  for (const phase of ["planning", "confirming", "running"]) {
    receive({ kind: "state", state: { phase, reasons: [] } });
    store.selection.toggle(0);
    assert.deepEqual(chosen(store), [], phase);
  }
  store.dispose();
});

test("a request that cannot be sent means that the kernel is gone, until it is heard again", async () => {
  const { model, sent, store, receive, show } = open();
  show(NAMES);
  store.setReason("why");
  store.selection.toggle(0);
  assert.equal(store.obstacle, null);
  const waiting = store.ask("refresh");
  model.isBroken = true;
  const answer = await store.ask("plan");
  assert.equal(answer.ok, false);
  assert.match(store.obstacle, /kernel is gone/);
  assert.equal((await waiting).ok, false, "whoever waits for an answer goes on");
  model.isBroken = false;
  const before = sent.length;
  assert.deepEqual([(await store.ask("refresh")).ok, sent.length], [false, before], "nobody would ever answer");
  store.matches.query = "a-";
  store.greet();
  assert.deepEqual([sent.length, sent.at(-1).kind, sent.at(-1).view.search], [before + 1, "hello", "a-"]);
  receive({ kind: "state", state: { phase: "idle", reasons: [] } });
  assert.equal(store.obstacle, null);
  assert.equal(store.kernel.pending.size, 0, "no request of before makes it look busy");
  store.dispose();
});

test("a refusal of the kernel is shown, and answers the request", async () => {
  const { sent, store, receive } = open();
  const answered = store.ask("plan");
  receive({ kind: "answer", id: sent.at(-1).id, ok: false, error: "no job is selected" });
  assert.equal((await answered).ok, false);
  assert.equal(store.state.error, "no job is selected");
  store.dispose();
});

test("why nothing can be ended is said", () => {
  const { store, show } = open();
  show(NAMES);
  assert.match(store.obstacle, /Select the jobs to end/);
  store.selection.toggle(0);
  assert.match(store.obstacle, /Say why/);
  store.setReason("x".repeat(1026));
  assert.match(store.obstacle, /2 characters too long/);
  store.dispose();
});

test("while a search is typed that cannot be read, the last result stays, and nothing can be done with all of it", () => {
  const { store, show } = open();
  show(NAMES);
  const { matches, selection } = store;
  matches.type("b-");
  assert.deepEqual([...matches.rows], [2, 3, 4]);
  for (const query of ["b- name:", "b- -", 'b- "x']) {
    matches.type(query);
    assert.deepEqual([matches.isStale, matches.error, [...matches.rows]], [true, null, [2, 3, 4]], query);
    selection.bulk("all");
    selection.bulk("invert");
    assert.deepEqual(chosen(store), []);
  }
  matches.type("b-3");
  assert.deepEqual([matches.isStale, [...matches.rows]], [false, [3]]);
  matches.type("b-3 name:");
  store.refilter();
  assert.deepEqual([matches.isStale, [...matches.rows]], [false, []], "it is settled: what cannot be read matches nothing");
  assert.ok(matches.error);
  store.dispose();
});

test("the facets of a search that cannot be read, or finds nothing, are off, with what is in the whole list", () => {
  const { store, show } = open();
  show(NAMES);
  for (const query of ["nosuch:1", "zzz"]) {
    store.matches.query = query;
    store.refilter();
    assert.deepEqual(chips(store, "queue"), { etl: 3, train: 2 }, query);
    assert.equal(store.matches.facets.shown[0].isOff, true, query);
  }
  store.dispose();
});

test("the jobs of a run are found by a term, and the search from before comes back", () => {
  const { store, receive, show } = open();
  show(NAMES);
  store.matches.query = "b-";
  store.matches.sorts = [{ column: store.table.columns.findIndex(({ role }) => role === "name"), descending: true }];
  store.resort();
  const buffer = new ArrayBuffer(14);
  new Uint32Array(buffer, 0, 2).set([2, 3]);
  new Uint8Array(buffer).set([0x81, 2, 5, 7, 0, 1], 8);
  receive({ kind: "state", state: { phase: "running", reasons: [] } });
  receive({ kind: "patch", snapshot: 1, rows: 2, messages: [[2, "said AWS"]] }, [buffer]);
  receive({ kind: "state", state: { phase: "idle", reasons: [], result: { runId: "1" } } });
  assert.equal(store.matches.query, "result:*");
  assert.deepEqual([...store.matches.rows], [2, 3], "failures first, found by their outcome, whatever AWS said");
  assert.deepEqual(chips(store, "fate"), { denied: 1, terminated: 1 });
  store.finish();
  assert.equal(store.matches.query, "b-");
  assert.deepEqual([...store.matches.rows], [4, 3, 2]);
  store.dispose();
});

/** A picker after a run of two of its jobs, of which one failed. */
function afterRun() {
  const opened = open();
  const { store, receive, show } = opened;
  show(NAMES);
  store.matches.query = "b-";
  store.resort();
  patch(opened, [0x81, 2]);
  receive({ kind: "state", state: { phase: "running", reasons: [] } });
  receive({ kind: "state", state: { phase: "idle", reasons: [], result: { number: 4 } } });
  return opened;
}

/** Say what became of the jobs in rows 2 and 3. */
function patch({ receive }, fates, state = { phase: "running", reasons: [] }) {
  const buffer = new ArrayBuffer(14);
  new Uint32Array(buffer, 0, 2).set([2, 3]);
  new Uint8Array(buffer).set([...fates, 5, 7, 0, 1], 8);
  receive({ kind: "patch", snapshot: 1, rows: 2, messages: [], state }, [buffer]);
}

test("the kernel is told which result was read, and takes the column of results away", async () => {
  const { sent, store, receive, told } = afterRun();
  assert.equal(store.table.fate.hidden, false);
  store.selection.toggle(0);
  void store.finish();
  assert.equal(store.result, null);
  const { kind, id, number } = sent.find((one) => one.kind === "done");
  assert.deepEqual([kind, number], ["done", 4]);
  assert.equal(store.selection.count, 0);
  told.length = 0;
  patch({ receive }, [0, 0], { phase: "idle", reasons: [], result: null });
  receive({ kind: "answer", id, ok: true, done: true });
  await new Promise(setImmediate);
  assert.equal(store.table.fate.hidden, true);
  assert.ok(told.includes("table"));
  assert.deepEqual(store.matches.facets.shown.filter(({ name }) => name === "fate"), []);
  assert.deepEqual([store.result, store.matches.query], [null, "b-"]);
  store.dispose();
});

test("a result that was read in another page goes here as well, and leaves the selection", () => {
  const { store, receive } = afterRun();
  assert.equal(store.matches.query, "result:*");
  store.selection.toggle(0);
  patch({ receive }, [0, 0], { phase: "idle", reasons: [], result: null });
  assert.deepEqual([store.result, store.matches.query, store.selection.count], [null, "b-", 1]);
  assert.deepEqual([...store.matches.rows], [2, 3, 4]);
  store.dispose();
});

test("a result that the kernel would not forget is shown again", async () => {
  const { sent, store, receive } = afterRun();
  void store.finish();
  receive({ kind: "answer", id: sent.find((one) => one.kind === "done").id, ok: true, done: false });
  await new Promise(setImmediate);
  assert.deepEqual(store.result, { number: 4 });
  store.dispose();
});

test("rows that come at the end leave the selection, the cursor and the open groups where they are", async () => {
  const { sent, store, show } = open();
  show(NAMES);
  store.group("queue");
  store.groups.toggle(0);
  assert.deepEqual([...store.lines], [-1, 0, 2, 4, -2]);
  store.cursor.row = 4;
  store.cursor.anchor = 3;
  store.selection.toggle(1);
  store.selection.toggle(2);
  while (sent.filter(({ kind }) => kind === "select").length < 2) await new Promise(setImmediate);
  show([...NAMES, "c-5", "c-6"], { number: 2, extends: 1, bits: [0] });
  assert.deepEqual([...store.lines], [-1, 0, 2, 4, 6, -2]);
  assert.deepEqual(chosen(store), [0, 2], "a click that the kernel has not heard of yet stays");
  assert.deepEqual([store.cursor.row, store.lines[store.cursor.row]], [5, -2]);
  while (sent.filter(({ kind }) => kind === "select").length < 3) await new Promise(setImmediate);
  assert.deepEqual(sent.at(-1).snapshot, 2);
  show(NAMES, { number: 3, bits: [4] });
  assert.deepEqual(chosen(store), [4], "in any other table, the kernel says what is selected");
  assert.deepEqual([...store.lines], [-1, 0, 2, 4, -2]);
  store.dispose();
});

test("a view may be grouped before its rows are here", () => {
  const { store, show } = open();
  store.group("queue");
  assert.equal(store.groups.view, "queue");
  show(NAMES, { here: 2, facets: {} });
  assert.deepEqual([...store.lines], [0, 1]);
  show(NAMES);
  assert.deepEqual([...store.lines], [-1, -2]);
  store.group(null);
  assert.deepEqual([...store.lines], [0, 1, 2, 3, 4]);
  store.dispose();
});

test("the children of an array are asked for by the number of its row, and not while something else goes on", () => {
  const { sent, store, receive, show } = open();
  show(NAMES);
  store.askChildren(3);
  const { id, buffers, ...asked } = sent.at(-1);
  assert.deepEqual(asked, { kind: "children", snapshot: 1, row: 3 });
  receive({ kind: "state", state: { phase: "running", reasons: [] } });
  store.askChildren(3);
  assert.equal(sent.at(-1).id, id);
  store.dispose();
});
