// The line below the search, and the examples behind “?”.
import assert from "node:assert/strict";
import test from "node:test";
import { SEARCH_EXAMPLES, withSuggestion } from "../../../batchnb/widget/js/search_line.js";
import { search } from "../../../batchnb/widget/js/query.js";

/** A column of texts, as the picker has them. */
const column = (title, role, kind = "text") => ({ title, role, kind, hidden: false, count: 0, text: () => "sweep-1", codes: null, word: () => "", value: () => 1 });
const COLUMNS = [column("jobName", "name"), column("status", "status"), column("jobQueue", "queue"), column("jobDefinition", "definition")];

test("a suggestion takes the place of what was wrong, and of nothing else", () => {
  for (const before of ["a", "😀", "é😀😀"]) {
    const { refusal } = search(`${before} statuss:running b`, COLUMNS, 1, 0);
    assert.ok(refusal);
    const mended = withSuggestion(`${before} statuss:running b`, refusal, refusal.suggestions[0]);
    assert.equal(mended, `${before} status:running b`);
    assert.equal(search(mended, COLUMNS, 1, 0).error, null);
  }
});

test("the examples of the help can be read, or say what has to be loaded first", () => {
  for (const [query] of SEARCH_EXAMPLES) {
    const { error } = search(query, COLUMNS, 1, 0, { marks: { selected: () => true } });
    assert.ok(error === null || !/There is no field|cannot be read|what\?/.test(error) || /column|not here/.test(error), `${query}: ${error}`);
  }
});
