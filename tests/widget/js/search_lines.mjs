// Answers searches for a test in another language: a line of JSON in, a line of JSON out, as many as there are.
import { createInterface } from "node:readline";
import { FIELDS, FLAGS, SOURCE_TITLES, STATUS_WORDS, SYNONYMS } from "../../../batchnb/widget/js/search/fields.js";
import { searchTable } from "../../../batchnb/widget/js/search/evaluate.js";
import { readQuery } from "../../../batchnb/widget/js/search/parse.js";
import { tableOf } from "./search_rows.mjs";

let table = null;

const answers = {
  fields: () => ({ fields: FIELDS, flags: FLAGS, titles: SOURCE_TITLES, statuses: STATUS_WORDS, synonyms: SYNONYMS }),
  table: ({ rows, ...more }) => {
    table = tableOf(rows, more);
    return {};
  },
  search: ({ query }) => {
    const { terms, error } = readQuery(query, table.schema);
    if (error) {
      const codePoints = (at) => Array.from(query.slice(0, at)).length;
      return { error: { ...error, start: codePoints(error.start), end: codePoints(error.end) } };
    }
    const { mask } = searchTable(query, table);
    return { rows: [...mask].flatMap((hit, row) => (hit ? [row] : [])), terms };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...rest } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(answers[ask](rest))}\n`);
}
