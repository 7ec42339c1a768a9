// Groups of rows: which lines the list shows, in which order, and what is selected by the header of a group.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { HOUR, LIVES, NOW, table as columnsOf } from "./packed.mjs";
import { Cursor } from "../../../batchnb/widget/js/model/cursor.js";
import { groupChoices, levelOf } from "../../../batchnb/widget/js/model/grouping.js";
import { amountText, groupFigures, partsOf } from "../../../batchnb/widget/js/model/group_figures.js";
import { numberColumn } from "../../../batchnb/widget/js/model/facts.js";
import { Groups } from "../../../batchnb/widget/js/model/groups.js";
import { Layout } from "../../../batchnb/widget/js/model/layout.js";
import { Matches } from "../../../batchnb/widget/js/model/matches.js";
import { Selection } from "../../../batchnb/widget/js/model/selection.js";
import { nameStem, stemByRule } from "../../../batchnb/widget/js/model/stem.js";
import { Table } from "../../../batchnb/widget/js/model/table.js";

/** Numbers from a seed, so that a case that fails does so again. */
function chance(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A table of these columns, and what works with it. */
function open(columns, rows, { locks = [], lives = new Uint8Array(rows).fill(5) } = {}) {
  const table = new Table();
  Object.assign(table, { header: { snapshot: 1 }, rows, here: rows, lives, columns: columnsOf(columns, rows, lives), locks: Uint8Array.from({ length: rows }, (_, row) => locks[row] ?? 0) });
  table.sizes = numberColumn(table.columns, "size");
  table.facts.clear(rows);
  table.fate = table.columns.find(({ role }) => role === "fate");
  table.fate.hidden = true;
  const matches = new Matches(table, new Layout(table));
  const groups = new Groups(table, matches);
  const cursor = new Cursor();
  const selection = new Selection(table, matches, groups, cursor, { isFrozen: () => false, change: () => {} });
  selection.set(new Uint8Array(Math.ceil(rows / 8)));
  matches.sort();
  return { table, matches, groups, selection, cursor };
}

/** Text columns by the word of each row. */
const words = (title, role, values) => {
  const all = [...new Set(values)].filter(Boolean);
  return { title, role, values: all, codes: values.map((word) => all.indexOf(word) + 1) };
};
const chosen = ({ selection, table }) => [...Array(table.here).keys()].filter((row) => selection.bits[row >> 3] & (1 << (row & 7)));
const titles = ({ groups }) => [...groups.lines].map((line, at) => (line < 0 ? `${"  ".repeat(groups.depthAt(at) - 1)}${groups.titleOf(-1 - line)}` : line));
const sortBy = (opened, title, descending) => {
  opened.matches.sorts = [{ column: opened.table.columns.findIndex((column) => column.title === title), descending }];
  opened.matches.sort();
};

const NIGHT = () => open(
  [
    words("jobName", "name", ["sweep-1", "sweep-2", "nightly", "sweep-3", "load-1", "load-2"]),
    words("jobDefinition", "definition", ["arn:aws:batch:eu-west-1:1:job-definition/train:7", "train:7", "etl:1", "train:7", "etl:1", ""]),
    words("jobQueue", "queue", ["gpu", "gpu", "cpu", "gpu", "cpu", "cpu"]),
    { title: "vcpus", kind: "number", values: [1, NaN, 30, 2, NaN, NaN] },
  ],
  6,
);

test("a stem is the same as in Python", () => {
  const cases = JSON.parse(readFileSync(new URL("../../name_stems.json", import.meta.url), "utf-8"));
  for (const [name, stem] of cases) assert.equal(nameStem(name), stem, name);
});

test("the quick way to a stem and the one by the rule lead to the same", () => {
  const pick = chance(7);
  const parts = ["0", "7", "12", "2026", "a", "f", "e3e70682", "deadbeef", "x", "-", "_", ".", "#", ":", "T", "Z", "+", "é", "1234567", "-4cac", "\n"];
  for (let seed = 0; seed < 4000; seed += 1) {
    const name = Array.from({ length: pick(12) }, () => parts[pick(parts.length)]).join("");
    assert.equal(nameStem(name), stemByRule(name), JSON.stringify(name));
  }
});

test("without groups, the lines are the rows that match", () => {
  const { groups, matches } = NIGHT();
  assert.equal(groups.lines, matches.rows);
  assert.equal(groups.isOn, false);
  groups.view = "no such column";
  assert.equal(groups.isOn, false);
  assert.equal(groups.view, "no such column", "another list may have it");
});

test("definitions are one group, be they written as ARNs or not; the largest comes first", () => {
  const night = NIGHT();
  night.groups.view = "definition";
  assert.deepEqual(titles(night), ["train:7", "etl:1", "(no Definition)"]);
  night.groups.toggle(0);
  assert.deepEqual(titles(night), ["train:7", 0, 1, 3, "etl:1", "(no Definition)"]);
  assert.deepEqual([...night.groups.depths], [1, 2, 2, 2, 1, 1]);
});

test("two levels: a group of one job shows it, and one job has its own name as its stem", () => {
  const night = NIGHT();
  night.groups.view = ["definition", "name stem"];
  night.groups.toggleAll(true);
  assert.deepEqual(titles(night), ["train:7", "  sweep-#", "etl:1", "  nightly", "  load-1", "(no Definition)", 5]);
  night.groups.toggle(1);
  assert.deepEqual(titles(night).slice(0, 5), ["train:7", "  sweep-#", 0, 1, 3]);
  assert.deepEqual([2, 1, 0].map((at) => night.groups.ownerOf(at)), [1, 0, -1]);
});

test("groups are in the order of the sum of the sorted column, those of which nothing is known last", () => {
  const night = NIGHT();
  night.groups.view = "definition";
  sortBy(night, "vcpus", true);
  assert.deepEqual(titles(night), ["etl:1", "train:7", "(no Definition)"]);
  sortBy(night, "vcpus", false);
  assert.deepEqual(titles(night), ["train:7", "etl:1", "(no Definition)"]);
  sortBy(night, "jobName", false);
  assert.deepEqual(titles(night), ["etl:1", "(no Definition)", "train:7"], "by its first row");
});

test("a search leaves the groups that have a match, and the header selects these rows alone", () => {
  const night = NIGHT();
  night.groups.view = "definition";
  night.matches.query = "name:sweep-1,sweep-2,load-1";
  night.matches.filter();
  assert.deepEqual(titles(night), ["train:7", "etl:1"]);
  night.selection.toggle(0);
  assert.deepEqual(chosen(night), [0, 1]);
  night.matches.query = "";
  night.matches.filter();
  assert.deepEqual(night.selection.tallyOf(night.groups.rowsAt(0)), { inSight: 2, selectable: 3 });
  night.selection.toggle(0);
  assert.deepEqual(chosen(night), [0, 1, 3], "not all were selected: now they are");
  night.selection.toggle(0);
  assert.deepEqual(chosen(night), []);
  night.selection.undo();
  assert.deepEqual(chosen(night), [0, 1, 3]);
});

test("a header selects nothing while a search is typed that cannot be read", () => {
  const night = NIGHT();
  night.groups.view = "definition";
  night.matches.type("name:");
  assert.equal(night.matches.isStale, true);
  night.selection.toggle(0);
  assert.deepEqual(chosen(night), []);
});

test("a range of lines selects the rows in it, and all rows of a closed group, never a locked one", () => {
  const night = NIGHT();
  night.table.locks[3] = 1;
  night.groups.view = "definition";
  night.groups.toggle(1);
  assert.deepEqual(titles(night), ["train:7", "etl:1", 2, 4, "(no Definition)"]);
  night.selection.toggle(0);
  assert.deepEqual(chosen(night), [0, 1]);
  night.selection.range(2, false);
  assert.deepEqual(chosen(night), [0, 1, 2], "the header of the open group stands for none of its rows");
  night.selection.range(4, true);
  assert.deepEqual(chosen(night), [0, 1, 2, 4, 5]);
});

test("open groups stay open through a search, a sort and another snapshot, and not through another grouping", () => {
  const night = NIGHT();
  night.groups.view = "queue";
  night.groups.toggle(1);
  assert.deepEqual(titles(night), ["gpu", "cpu", 2, 4, 5].slice(0, 5));
  sortBy(night, "jobName", true);
  assert.deepEqual(titles(night), ["gpu", "cpu", 2, 5, 4]);
  const next = NIGHT();
  Object.assign(night.table, { columns: next.table.columns });
  night.matches.sorts = [];
  night.matches.sort();
  assert.deepEqual(titles(night), ["gpu", "cpu", 2, 4, 5]);
  night.groups.view = "definition";
  night.groups.view = "queue";
  assert.deepEqual(titles(night), ["gpu", "cpu"]);
});

test("while rows are missing, nothing is grouped", () => {
  const night = NIGHT();
  night.groups.view = "queue";
  night.table.rows = 7;
  night.matches.filter();
  assert.equal(night.groups.isOn, false);
  night.table.rows = 6;
  night.matches.filter();
  assert.equal(night.groups.isOn, true);
});

test("what is kept of a view is a name, two, or null; what is no name counts for nothing", () => {
  const { groups } = NIGHT();
  for (const [given, kept] of [["queue", "queue"], [["definition", "name stem"], ["definition", "name stem"]], [["queue"], "queue"], [[], null], [null, null], [["queue", "queue"], "queue"], [[1, {}, "queue"], "queue"], [["a", "b", "c"], ["a", "b"]]]) {
    groups.view = given;
    assert.deepEqual(groups.view, kept);
  }
});

test("the menu offers columns with few values, and no other", () => {
  const rows = 1500;
  const many = Array.from({ length: rows }, (_, row) => row);
  const { table } = open(
    [
      { title: "jobName", role: "name", values: many.map((row) => `job-${row}`) },
      { title: "score", kind: "number", values: many.map((row) => row / 7) },
      { title: "vcpus", kind: "number", values: many.map((row) => (row % 3 ? row % 3 : NaN)) },
      words("team", null, many.map((row) => (row % 2 ? "a" : "b"))),
    ],
    rows,
  );
  assert.deepEqual(groupChoices(table).map(({ name }) => name), ["name stem", "status", "vcpus", "team"]);
  assert.equal(levelOf("score", table), null);
  assert.equal(levelOf("toString", table), null);
  const level = levelOf("vcpus", table);
  assert.deepEqual([...new Set(level.codes)].map((code) => level.word(code)), ["", "1", "2"]);
});

test("an array and its children are one group, and all others are in one", () => {
  const id = (row) => `${String(row).padStart(8, "0")}-0000-0000-0000-000000000000`;
  const arrays = open(
    [
      { title: "jobId", role: "id", values: [id(1), id(2), `${id(2)}:0`, `${id(2)}:1`, `${id(9)}:4`] },
      { title: "jobName", role: "name", values: ["plain", "sweep", "sweep", "sweep", "other"] },
      { title: "arraySize", role: "size", kind: "number", values: [NaN, 2, NaN, NaN, NaN] },
    ],
    5,
  );
  arrays.groups.view = "array";
  assert.deepEqual(titles(arrays), ["sweep · 00000002…", "Not in an array", "other · 00000009…"]);
  assert.deepEqual([...arrays.groups.rowsOf(arrays.groups.groupAt(0))], [1, 2, 3]);
  assert.equal(arrays.groups.childless(arrays.groups.groupAt(0)), -1, "its children are here");
  assert.equal(arrays.groups.childless(arrays.groups.groupAt(2)), -1, "the array itself is not here");
  const { arrays: count, children } = arrays.groups.figuresOf(arrays.groups.groupAt(0));
  assert.deepEqual([count, children], [1, 2]);
});

test("what is not known is never counted as 0", () => {
  const columns = [
    words("status", "status", ["RUNNING", "RUNNING", "RUNNABLE", "FAILED", "SUCCEEDED", "PENDING"]),
    { title: "createdAt", role: "created", kind: "time", values: [NOW - 7 * HOUR, NOW - HOUR, NaN, NOW - 9 * HOUR, NOW - HOUR, NOW] },
    { title: "startedAt", role: "started", kind: "time", values: [NOW - 2 * HOUR, NaN, NaN, NaN, NOW - HOUR, NOW - HOUR] },
    { title: "stoppedAt", role: "stopped", kind: "time", values: [NaN, NaN, NaN, NOW, NOW - HOUR / 2, NaN] },
    { title: "arraySize", role: "size", kind: "number", values: [NaN, NaN, NaN, NaN, NaN, 12] },
  ];
  const lives = Uint8Array.from([5, 5, 3, 7, 6, 2]);
  const { table } = open(columns, 6, { lives });
  const all = Uint32Array.of(0, 1, 2, 3, 4, 5);
  const unknown = groupFigures(table, all, NOW);
  assert.deepEqual(partsOf(unknown).map(({ word, count }) => [word, count]), [["run", 2], ["wait", 2], ["failed", 1], ["succeeded", 1]]);
  assert.deepEqual([unknown.oldest, unknown.undated], [NOW - 9 * HOUR, 1]);
  assert.equal(amountText(unknown.hours), "2.5+", "2 of a running job, 0 of one that never began, 0.5 of one that is over");
  assert.equal(amountText(unknown.vcpus), "–");
  Object.assign(table.facts, { vcpus: Float64Array.of(4, 0, 8, 8, 8, NaN), gpus: Float64Array.of(NaN, 0, 1, 1, 1, NaN) });
  const known = groupFigures(table, all, NOW);
  assert.equal(amountText(known.vcpus), "4+", "an array holds nothing itself, and does not tell what its children do");
  table.facts.children.set(5, { running: 3, starting: 0, live: 9 });
  table.facts.vcpus[5] = 6;
  assert.equal(groupFigures(table, all, NOW).counts.get("RUNNING"), 3, "AWS calls an array PENDING while its children run");
  assert.equal(amountText(groupFigures(table, all, NOW).vcpus), "10", "what its children hold was described");
  assert.equal(amountText(groupFigures(table, Uint32Array.of(0), NOW).gpus), "–");
  assert.equal(amountText(groupFigures(table, Uint32Array.of(1), NOW).gpus), "0");
  assert.equal(amountText(groupFigures(table, Uint32Array.of(2), NOW).vcpus), "–", "one that waits holds nothing");
});

test("a change of a status changes the figures of its group, and no line", () => {
  const night = NIGHT();
  night.groups.view = "status";
  assert.deepEqual(titles(night), ["RUNNING"]);
  const [lines, before] = [night.groups.lines, night.groups.figuresOf(0)];
  night.table.lives[2] = LIVES.indexOf("FAILED");
  night.groups.forgetFigures();
  assert.equal(night.groups.lines, lines);
  assert.deepEqual([before.counts.get("RUNNING"), night.groups.figuresOf(0).counts.get("RUNNING")], [6, 5]);
});

test("what a run did not end is counted in its group, and results are groups without what AWS said of each", () => {
  const night = NIGHT();
  const { fate } = night.table;
  fate.hidden = false;
  fate.fates.set([0x81, 0x81, 2], 0);
  fate.messages = new Map([[0, "not allowed"], [1, "not allowed either"]]);
  night.groups.view = "fate";
  assert.deepEqual(titles(night), ["(no Result)", "denied", "terminated"]);
  assert.deepEqual([0, 1, 2].map((at) => night.groups.figuresOf(night.groups.groupAt(at)).failures), [0, 2, 0]);
});

/** How the groups of the first level are in order, made the slow way: the number of each, the lowest first. */
function expectedOrder({ matches, table }, name, sort) {
  const column = table.columns.find(({ title }) => title === name);
  const found = new Map();
  for (const row of matches.rows) found.set(column.text(row), [...(found.get(column.text(row)) ?? []), row]);
  const rank = (rows) => {
    if (!sort) return -rows.length;
    const known = rows.map((row) => sort.column.value(row)).filter((one) => !Number.isNaN(one));
    return known.length ? known.reduce((sum, one) => sum + one, 0) * (sort.descending ? -1 : 1) : Infinity;
  };
  const ranks = new Map([...found].map(([word, rows]) => [word, rank(rows)]));
  return { ranks, order: [...ranks.values()].sort((one, other) => (one === other ? 0 : one - other)) };
}

test("random tables, searches, sorts and groupings: the same lines as the slow way, and each row once", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const pick = chance(seed);
    const rows = 1 + pick(60);
    const column = (title, kinds) => words(title, null, Array.from({ length: rows }, () => ["", "x", "y", "z", "w"][pick(kinds)]));
    const opened = open(
      [
        { title: "jobName", role: "name", values: Array.from({ length: rows }, (_, row) => `job-${row}-${pick(4)}`) }, column("a", 1 + pick(5)), column("b", 1 + pick(5)),
        { title: "n", kind: "number", values: Array.from({ length: rows }, () => (pick(4) ? pick(1000) : NaN)) },
      ],
      rows,
    );
    const names = pick(2) ? ["a", "b"] : ["b"];
    opened.groups.view = names;
    if (pick(2)) opened.matches.query = `name:job-*-${pick(4)}`;
    opened.matches.filter();
    const descending = pick(2) === 1;
    const sort = pick(2) ? { column: opened.table.columns.find(({ title }) => title === "n"), descending } : null;
    if (sort) sortBy(opened, "n", descending);
    const { groups, matches } = opened;
    groups.toggleAll(true);
    for (let at = groups.lines.length - 1; at >= 0; at -= 1) if (groups.groupAt(at) >= 0) groups.toggle(at, true);
    const shownRows = [...groups.lines].filter((line) => line >= 0);
    assert.deepEqual([...shownRows].sort((a, b) => a - b), [...matches.rows].sort((a, b) => a - b), `seed ${seed}: each row once`);
    const titleAt = (at) => groups.titleOf(groups.groupAt(at)).replace(/^\(no .*\)$/, "");
    const { ranks, order } = expectedOrder(opened, names[0], sort);
    const tops = [...groups.lines.keys()].filter((at) => groups.depthAt(at) === 1);
    assert.deepEqual(tops.map((at) => ranks.get(titleAt(at))), order, `seed ${seed}: the order of the groups`);
    groups.lines.forEach((row, at) => {
      const above = [];
      for (let owner = groups.ownerOf(at); owner >= 0; owner = groups.ownerOf(owner)) above.unshift(titleAt(owner));
      if (row < 0) return;
      assert.ok(above.length === names.length || groups.rowsAt(groups.ownerOf(at)).length === 1, `seed ${seed}: as deep as asked for`);
      above.forEach((word, level) => assert.equal(opened.table.columns.find(({ title }) => title === names[level]).text(row), word, `seed ${seed}: in its group`));
    });
    const places = new Map([...matches.rows].map((row, place) => [row, place]));
    for (let at = 0; at < groups.lines.length; at += 1) {
      const group = groups.groupAt(at);
      if (group < 0) continue;
      const own = [...groups.rowsOf(group)].map((row) => places.get(row));
      if (groups.depthAt(at) === names.length) assert.deepEqual(own, [...own].sort((a, b) => a - b), `seed ${seed}: rows stay in the order of the list`);
      opened.selection.toggle(at);
      assert.deepEqual(chosen(opened), [...groups.rowsOf(group)].sort((a, b) => a - b), `seed ${seed}: its rows and no other`);
      opened.selection.toggle(at);
    }
  }
});
