// The search does what the table of cases says; Python's twin is held against the same table.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { searchTable } from "../../../batchnb/widget/js/search/evaluate.js";
import { tableOf } from "./search_rows.mjs";

const { now, own, rows, sections } = JSON.parse(readFileSync(new URL("../../query_cases.json", import.meta.url), "utf8"));

/** What a case says, as it stands in the table. */
function answer(query, table) {
  const { mask, error } = searchTable(query, table);
  if (!error) return { query, jobs: rows.flatMap(({ key }, row) => (mask[row] ? [key] : [])).join(" ") };
  const codePoints = (at) => Array.from(query.slice(0, at)).length;
  const span = [codePoints(error.start), codePoints(error.end)];
  const isWhole = span[0] === 0 && span[1] === Array.from(query).length;
  assert.equal(error.suggestion, error.suggestions[0] ?? null);
  assert.ok(!mask.includes(1), "what cannot be read matches nothing");
  return {
    query, line: error.message,
    ...(error.suggestions.length ? { suggestions: error.suggestions } : {}),
    ...(isWhole ? {} : { span }),
    ...(error.isUnfinished ? { unfinished: true } : {}),
  };
}

// Whatever form the columns of texts have: by code, joined behind one another, or made when somebody looks.
for (const [name, shape] of Object.entries({ "by code": {}, joined: { joined: true }, "made on the way": { texts: true } })) {
  const table = tableOf(rows, { now, own, shape });
  for (const { about, cases } of sections) {
    test(`${about}, texts ${name}`, () => {
      for (const one of cases) assert.deepEqual(answer(one.query, table), one);
    });
  }
}
