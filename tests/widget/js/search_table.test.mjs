// What a search does with the columns of a picker, with rows that were not described yet, and with what is clicked.
import assert from "node:assert/strict";
import test from "node:test";
import { termFor, termForTag } from "../../../batchnb/widget/js/search/compose.js";
import { searchTable } from "../../../batchnb/widget/js/search/evaluate.js";
import { readQuery } from "../../../batchnb/widget/js/search/parse.js";
import { pickerTable } from "../../../batchnb/widget/js/search/table.js";
import { tableOf } from "./search_rows.mjs";

const NOW = 1_795_568_280_000;
const HOUR = 3_600_000;
const found = (query, table) => [...searchTable(query, table).mask].flatMap((hit, row) => (hit ? [row] : []));

/** A column of texts as the picker has one: each text once, joined behind one another, code 0 for none. */
function texts(title, role, values, more = {}) {
  const words = ["", ...new Set(values.filter((value) => value !== null))];
  let end = 0;
  const ends = Uint32Array.from(words, (word) => (end += word.length));
  const codes = Uint8Array.from(values, (value) => (value === null ? 0 : words.lastIndexOf(value)));
  return {
    title, role, kind: "text", hidden: false, count: words.length, codes, word: (code) => words[code], all: words.join(""), ends,
    text: (row) => values[row] ?? "", mark() {}, ...more,
  };
}

const numbers = (title, role, values, kind = "number") => ({
  title, role, kind, hidden: false, count: 0, codes: null, word: () => "", text: (row) => String(values[row]), mark() {}, value: (row) => values[row],
});

/** Job ids as the picker has them: made when somebody looks. */
const ids = (values) => ({
  title: "jobId", role: "id", kind: "text", hidden: false, count: 0, codes: null, word: () => "", text: (row) => values[row],
  mark: ({ needle }, hit) => values.forEach((value, row) => (hit[row] |= value.includes(needle) ? 1 : 0)),
});

const picker = (facts = {}) => pickerTable(
  [
    ids(["aa00", "aa01", "bb02"]),
    texts("jobName", "name", ["sweep-1", "sweep-2", "etl"]),
    texts("status", "status", ["RUNNING", "RUNNABLE", null]),
    texts("jobDefinition", null, ["arn:aws:batch:eu-west-1:1:job-definition/train:7", "etl:1", null]),
    texts("note", null, ["hidden-word", "x", null], { hidden: true }),
    texts("Result", "fate", ["", "denied: no", ""], { count: 3, codes: null }),
    numbers("createdAt", "created", [NOW - 7 * HOUR, NOW - HOUR, NaN], "time"),
    numbers("due", null, [NOW, NaN, NOW + 48 * HOUR], "time"),
    numbers("vcpu", null, [4, NaN, 16]),
  ],
  3, NOW, facts,
);

test("columns of the picker are built-in ones by role or title, and the user's own", () => {
  const table = picker();
  assert.deepEqual(found("name:sweep*", table), [0, 1]);
  assert.deepEqual(found("sweep", table), [0, 1]);
  assert.deepEqual(found("aa0", table), [0, 1]);
  assert.deepEqual(found("id:=bb02", table), [2]);
  assert.deepEqual(found("definition:train", table), [0]);
  assert.deepEqual(found("age:>6h", table), [0]);
  assert.deepEqual(found("due:>2026-11-25", table), [2]);
  assert.deepEqual(found("vcpu:>4", table), [2]);
  assert.deepEqual(found("-vcpu:>4", table), [0]);
  assert.deepEqual(found("result:denied", table), [1]);
  assert.deepEqual(found("-result:denied", table), [0, 2]);
  assert.deepEqual(found("-status:running", table), [1]);
});

test("a word is looked for where it can be seen, and a field wherever it is", () => {
  assert.deepEqual(found("hidden-word", picker()), []);
  assert.deepEqual(found("note:hidden-word", picker()), [0]);
  assert.deepEqual(found("hidden-word", picker({ isHidden: () => false })), [0]);
});

test("a column that finds no words by itself is looked through row by row", () => {
  const { mark, ...plain } = ids(["aa00", "aa01", "bb02"]);
  assert.deepEqual(found("aa0", pickerTable([plain], 3, NOW)), [0, 1]);
  assert.deepEqual(found("-id:aa0", pickerTable([plain], 3, NOW)), [2]);
});

test("marks are those that the picker knows", () => {
  const marks = { selected: (row) => row > 0, odd: (row) => row === 2 };
  assert.deepEqual(found("is:selected", picker({ marks })), [1, 2]);
  assert.deepEqual(found("-is:odd is:selected", picker({ marks })), [1]);
  assert.deepEqual(found("is:odd", picker({ marks: { selected: () => true } })), []);
  assert.equal(searchTable("is:odd", picker()).error.message, "“is” is not known in this list.");
});

test("a column that is not there is said so, and matches nothing", () => {
  for (const query of ["gpu:0", "-gpu:>0", "tag:keep", "-tag:keep", "cost:<1", "-hours:>1"]) {
    const { mask, error } = searchTable(query, picker());
    assert.match(error.message, /^“\w+” is not known in this list\.$/);
    assert.deepEqual([...mask], [0, 0, 0]);
  }
});

/** Rows of which some were not described yet. */
function waiting(pending) {
  const rows = pending.map((_, row) => ({ jobId: `${row}`, jobName: `job-${row}`, tags: row % 2 ? { team: "a" } : {}, vcpus: row }));
  const table = tableOf(rows, { now: NOW });
  for (const source of ["tags", "vcpu"]) table.columns.get(source).pending = Uint8Array.from(pending);
  return table;
}

test("what needs descriptions matches nothing before they are here, and says how many calls they take", () => {
  const table = waiting(Array.from({ length: 7_086 }, () => 1));
  for (const query of ["tag:team=a", "-tag:team=a"]) {
    const { mask, error, missing } = searchTable(query, table);
    assert.equal(error, null);
    assert.deepEqual([missing.field, missing.rows, missing.calls], ["tag", 7_086, 71]);
    assert.deepEqual([missing.line, missing.button], ["Tags of 7,086 jobs are not here yet.", "Load them (71 calls)"]);
    assert.ok(!mask.includes(1));
  }
});

test("descriptions are asked for only of rows that the other terms leave", () => {
  const table = waiting([1, 1, 0, 0]);
  assert.deepEqual(searchTable("tag:team=a name:job-1", table).missing, {
    field: "tag", rows: 1, calls: 1, line: "Tags of 1 job are not here yet.", button: "Load them (1 call)",
  });
  assert.deepEqual(found("tag:team=a name:job-3", table), [3]);
  assert.deepEqual(found("vcpu:>2 tag:team name:job-3", table), [3]);
  assert.deepEqual(found("tag:team=a", table), [], "half of an answer would be taken for all of it");
  assert.deepEqual(found("tag:team name:nothing", table), []);
});

test("whatever is clicked is found, and nothing else", () => {
  const values = ["a", "A", "ab", 'q" x', "a,b", "-x", "=y", "*", "/z/", "train-gpu", ">4", "a:b", "\u202e", "é"];
  const table = tableOf(values.map((value) => ({ jobId: value, jobQueue: value, note: value, tags: { [value]: value, k: value } })), { now: NOW, own: { note: "text" } });
  values.forEach((value, row) => {
    assert.deepEqual(found(termFor("queue", [value]), table), [row], value);
    assert.deepEqual(found(termFor("note", [value, "a"]), table), row ? [0, row] : [0], value);
    assert.deepEqual(found(termForTag("k", value), table), [row], value);
    assert.ok(found(termForTag(value, value), table).includes(row), value);
  });
  assert.equal(termFor("status", ["RUNNING", "STARTING"]), "status:running,starting");
  assert.equal(termFor("definition", ["train-sweep:7"]), "definition:train-sweep:7");
  assert.equal(termFor("Team name", ["x"]), '"Team name":=x');
});

test("a place in an error is counted as a field of the page counts", () => {
  const { error } = readQuery("😀 vcpus:>4", tableOf([{ jobName: "x", vcpus: 1 }], { now: NOW }).schema);
  assert.deepEqual([error.start, error.end, error.suggestion], [3, 11, "vcpu:>4"]);
});
