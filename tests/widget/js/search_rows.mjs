// Rows of a table of cases as the columns that a search looks at, for the tests beside this.
import { SOURCE_TITLES } from "../../../batchnb/widget/js/search/fields.js";
import { Schema } from "../../../batchnb/widget/js/search/schema.js";

const TIMES = ["created", "started", "stopped"];
const NUMBERS = [...TIMES, "size", "exit", "tries", "vcpu", "gpu", "memory", "hours", "cost"];
const KIND_OF_OWN = { text: "text", number: "number", moment: "moment" };

/** Texts by code, code 0 for none; without codes where each row has one of its own. */
function words(values, { isJoined = false, isDistinct = false } = {}) {
  const known = values.filter((value) => value !== null && value !== undefined).map(String);
  const all = isDistinct ? known : [...new Set(known)];
  const texts = ["", ...all];
  const numberOf = new Map(texts.map((text, code) => [text, code]));
  numberOf.set("", all.includes("") ? texts.lastIndexOf("") : 0);
  const codes = isDistinct ? null : Uint32Array.from(values, (value) => (value === null || value === undefined ? 0 : numberOf.get(String(value))));
  let end = 0;
  const ends = Uint32Array.from(texts, (text) => (end += text.length));
  return { kind: "words", count: texts.length, codes, word: (code) => texts[code], joined: isJoined ? { all: texts.join(""), ends } : null };
}

function numbers(values) {
  return { kind: "numbers", value: (row) => values[row] ?? NaN };
}

function pairs(values) {
  const sets = [[], ...values.filter(Boolean).map((tags) => Object.entries(tags))];
  let next = 0;
  return { kind: "pairs", count: sets.length, codes: Uint32Array.from(values, (tags) => (tags ? (next += 1) : 0)), pairs: (code) => sets[code] };
}

/** A table as the search wants it. `own`: kinds of columns besides those of a listing, by title. */
export function tableOf(rows, { now, own = {}, also = {}, shape = {} }) {
  const columns = new Map();
  const titles = new Set(rows.flatMap(Object.keys));
  for (const [source, [title]] of Object.entries(SOURCE_TITLES)) {
    if (!titles.has(title)) continue;
    const values = rows.map((row) => row[title] ?? null);
    if (source === "tags") columns.set(source, pairs(values));
    else if (NUMBERS.includes(source)) columns.set(source, numbers(values));
    else columns.set(source, column(values, shape));
  }
  const fields = Object.entries(own).map(([title, kind]) => ({ name: title, kind: KIND_OF_OWN[kind], source: `own:${title}` }));
  for (const { name, kind, source } of fields) {
    const values = rows.map((row) => row[name] ?? null);
    columns.set(source, kind === "text" ? column(values, shape) : numbers(values));
  }
  if (titles.has("is")) columns.set("flags", { kind: "marks", has: (name, row) => rows[row].is?.includes(name) ?? false });
  const shown = [...columns].filter(([, { kind }]) => kind !== "numbers" && kind !== "marks").map(([source]) => source);
  const masks = Object.fromEntries(Object.entries(also).map(([name, mask]) => [name, Uint8Array.from(mask)]));
  return { rows: rows.length, now, schema: new Schema(columns.keys(), fields), columns, shown, also: masks };
}

/** A column of texts in one of the shapes that a picker has. */
function column(values, { texts = false, joined = false } = {}) {
  const isDistinct = values.every((value) => value !== null) && new Set(values).size === values.length;
  if (!texts) return words(values, { isJoined: joined, isDistinct: joined && isDistinct });
  const low = (row) => values[row]?.normalize("NFC").toLowerCase();
  const isMarked = values.every((value) => value !== null && /^[\0-\x7f]*$/.test(value));
  const mark = (word, hit) => values.forEach((_, row) => (hit[row] |= low(row)?.includes(word) ? 1 : 0));
  return { kind: "texts", text: (row) => values[row], ...(isMarked ? { mark } : {}) };
}
