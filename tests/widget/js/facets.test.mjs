// Facets: the values of a few fields, the term of the search that a chip writes, and what it counts.
import assert from "node:assert/strict";
import test from "node:test";
import { search } from "../../../batchnb/widget/js/query.js";
import { choicesIn, countValues, facetsOf, schemaOf, withValues } from "../../../batchnb/widget/js/model/facets.js";

const ARN = "arn:aws:batch:eu-west-1:123456789012:job-definition/train-sweep:7";
const HOSTILE = ["plain", "with blank", "a,b", 'quo"te', "-minus", "star*", "q?", "=eq", "/x/", "(a|b)", "a:b", "OR", "naïve", "é\u0301", "<b>", "1..2", "😀 x", ">4", "!no"];

/** A table with these columns, each text kept once, and with tags as AWS told them. */
function table(columns, { tags = null, fates = null } = {}) {
  const made = columns.map(([title, role, values]) => {
    const words = ["", ...new Set(values.filter(Boolean))];
    const codes = Uint16Array.from(values, (value) => (value ? words.indexOf(value) : 0));
    const code = (row) => codes[row];
    return { title, role, kind: "text", hidden: false, count: words.length, codes, code, word: (one) => words[one], text: (row) => words[codes[row]] };
  });
  const fate = { hidden: fates === null, fates: Uint8Array.from(fates ?? []), count: 3, word: (one) => ["", "denied", "terminated"][one] };
  const sets = [[], ...(tags ?? []).filter(Boolean)];
  const facts = tags && { tagSets: sets, tagCodes: Uint32Array.from(tags, (one) => (one ? sets.indexOf(one) : 0)) };
  const rows = columns[0]?.[2].length ?? 0;
  return { columns: made, columnOf: (role) => made.find((one) => one.role === role), fate, here: rows, rows, facts };
}

const found = (one, query) => {
  const { mask, error } = search(query, one.columns, one.rows, 0, {});
  assert.equal(error, null, query);
  return [...mask].flatMap((hit, row) => (hit ? [row] : []));
};

const jobs = () => table([
  ["jobName", "name", ["a", "b", "c", "d"]],
  ["status", "status", ["RUNNING", "RUNNABLE", "RUNNING", "FAILED"]],
  ["jobDefinition", "definition", [ARN, "train-sweep:7", "etl:1", ""]],
  ["jobQueue", "queue", ["gpu", "gpu", "cpu", "cpu"]],
]);

test("facets stand in one order, and an ARN of a definition is its name and revision", () => {
  const facets = facetsOf(jobs());
  assert.deepEqual(facets.map(({ name, title }) => [name, title]), [["status", "Status"], ["definition", "Definition"], ["queue", "Queue"]]);
  assert.deepEqual(facets[1].values, ["train-sweep:7", "etl:1"]);
});

test("a tag is a facet where tags are known, and a result where there is one", () => {
  const one = table([["status", "status", ["RUNNING", "RUNNING"]]], { tags: [[["team", "x"], ["zone", "y"]], null], fates: [1, 2] });
  assert.deepEqual(facetsOf(one).map(({ name, values }) => [name, values]), [["status", ["RUNNING"]], ["tag:team", ["x"]], ["fate", ["denied", "terminated"]]]);
  assert.deepEqual(facetsOf(table([["status", "status", ["RUNNING"]]], { tags: [null] })).length, 1);
});

test("a chip counts the rows that its term finds, whatever the value is called", () => {
  const one = table([["status", "status", HOSTILE.map((_, at) => (at % 2 ? "RUNNING" : "PENDING"))], ["jobQueue", "queue", HOSTILE], ["jobDefinition", "definition", HOSTILE.map((_, at) => `d-${at % 3}:1`)]]);
  const schema = schemaOf(one);
  for (const facet of facetsOf(one)) {
    for (const { value, count } of countValues(facet, new Uint8Array(one.rows).fill(1), [])) {
      const [choice] = choicesIn("", [facet], schema);
      const query = withValues("", facet, choice, [value]);
      assert.equal(found(one, query).length, count, query);
      assert.deepEqual(choicesIn(query, [facet], schema)[0].values, [value], query);
    }
  }
});

test("a chip changes its own term and no other, and takes it away with its last value", () => {
  const one = jobs();
  const schema = schemaOf(one);
  const [status] = facetsOf(one);
  const press = (query, value) => {
    const [choice] = choicesIn(query, [status], schema);
    const values = choice.values.includes(value) ? choice.values.filter((other) => other !== value) : [...choice.values, value];
    return withValues(query, status, choice, values);
  };
  for (const rest of ["", "a", "😀 -prod", 'name:"x y"']) {
    let query = press(rest, "RUNNING");
    assert.equal(query, `${rest} status:running`.trim());
    query = press(query, "FAILED");
    assert.equal(query, `${rest} status:running,failed`.trim());
    assert.equal(press(`${query} z`, "RUNNING"), `${rest} status:failed z`.trim());
    assert.equal(press(press(query, "RUNNING"), "FAILED"), rest);
  }
});

test("what is typed by hand in another form is not pressed, and said", () => {
  const one = jobs();
  const schema = schemaOf(one);
  const [status, definition, queue] = facetsOf(one);
  const on = (query, facet) => choicesIn(query, [facet], schema)[0];
  for (const query of ["status:RUNNING", "a status:running"]) assert.deepEqual([on(query, status).values, on(query, status).isTyped], [["RUNNING"], false], query);
  for (const query of ["-status:running", "status:active", "status:waiting"]) assert.deepEqual([on(query, status).values, on(query, status).isTyped], [[], true], query);
  for (const query of ["definition:train*", "definition:train-sweep", "-definition:etl"]) assert.equal(on(query, definition).isTyped, true, query);
  assert.deepEqual(on("queue:=gpu -queue:=cpu", queue), { values: ["gpu"], place: { start: 0, end: 10 }, isTyped: true });
  assert.deepEqual(on("queue:gp", queue).isTyped, true, "a part of a name may be in several");
  assert.deepEqual(on("running", status), { values: [], place: null, isTyped: false });
});

test("an array is counted under the status of its children, too", () => {
  const one = table([["status", "status", ["PENDING", "RUNNING"]]]);
  const [status] = facetsOf(one);
  const counts = (also) => Object.fromEntries(countValues(status, Uint8Array.of(1, 1), [], also).map(({ value, count }) => [value, count]));
  assert.deepEqual(counts({}), { RUNNING: 1, PENDING: 1 });
  assert.deepEqual(counts({ RUNNING: Uint8Array.of(1, 1) }), { RUNNING: 2, PENDING: 1 });
});
