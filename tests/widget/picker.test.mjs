// The pure parts of the picker's module, without a browser. PICKER is the module's path.
import assert from "node:assert/strict";
import test from "node:test";

const picker = await import(process.env.PICKER);
const LIVES = ["", "SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"];

/** Columns as the kernel packs them. */
function table(columns, rows, lives = new Uint8Array(rows)) {
  const parts = [];
  let size = 0;
  const add = (bytes) => {
    const at = size;
    parts.push([at, bytes]);
    size += Math.ceil(bytes.length / 8) * 8;
    return at;
  };
  const blobs = [];
  let blobSize = 0;
  const described = columns.map(({ title, role = null, values, kind = "text", codes }) => {
    const head = { title, role, kind, hidden: false };
    if (kind !== "text") return { ...head, at: add(new Uint8Array(Float64Array.from(values).buffer)), width: 8, least: 0 };
    const texts = ["", ...values];
    const lengths = Uint8Array.from(texts, (text) => text.length);
    const blob = new TextEncoder().encode(texts.join(""));
    blobs.push(...blob);
    blobSize += blob.length;
    return {
      ...head, texts: texts.length, lengths: add(lengths), lengthSize: 1, blob: blobSize - blob.length, blobLength: blob.length,
      codes: codes ? add(Uint8Array.from(codes)) : null, codeSize: 1,
    };
  });
  const data = new ArrayBuffer(size);
  for (const [at, bytes] of parts) new Uint8Array(data).set(bytes, at);
  const fate = picker.fateColumn(["", "denied", "terminated"], new Uint8Array(rows), new Map());
  return picker.decode({ rows, here: rows, columns: described, lives: LIVES }, data, Uint8Array.from(blobs), lives, fate);
}

const NOW = 1_790_000_000_000;
const HOUR = 3_600_000;
const columns = table(
  [
    { title: "jobName", role: "name", values: ["sweep-1", "sweep-10", "sweep-2", "ÅSA İ <b>"] },
    { title: "status", role: "status", values: LIVES.slice(1), codes: [5, 3, 3, 7] },
    { title: "createdAt", role: "created", kind: "time", values: [NOW - 7 * HOUR, NOW - HOUR, NaN, NOW - 30 * HOUR] },
    { title: "vcpus", kind: "number", values: [4, NaN, 16, 4] },
    { title: "team:a", values: ["x", "y"], codes: [1, 0, 2, 1] },
  ],
  4,
  Uint8Array.of(5, 3, 3, 7),
);
const found = (query) => [...picker.search(query, columns, 4, NOW).mask].flatMap((hit, row) => (hit ? [row] : []));

test("words are found in any column, in any case, and all of them have to be", () => {
  assert.deepEqual(found("SWEEP-1"), [0, 1]);
  assert.deepEqual(found("sweep runnable"), [1, 2]);
  assert.deepEqual(found("åsa"), [3]);
  assert.deepEqual(found("<B>"), [3]);
  assert.deepEqual(found(""), [0, 1, 2, 3]);
  assert.deepEqual(found("nothing-like-it"), []);
});

test("a word is not found across the border of two", () => assert.deepEqual(found("1sweep"), []));

test("fields, patterns, lists, negation and exact values", () => {
  assert.deepEqual(found("status:runnable"), [1, 2]);
  assert.deepEqual(found("status:RUNNABLE,running"), [0, 1, 2]);
  assert.deepEqual(found("name:sweep-1*"), [0, 1]);
  assert.deepEqual(found("name:=sweep-1"), [0]);
  assert.deepEqual(found("name:sweep-?"), [0, 2]);
  assert.deepEqual(found("-status:runnable"), [0, 3]);
  assert.deepEqual(found('name:"ÅSA İ"'), [3]);
});

test("a pattern is as exact as the flags: case counts", () => assert.deepEqual(found("name:Sweep-*"), []));

test("a regular expression is text", () => {
  assert.deepEqual(found("name:.*"), []);
  assert.deepEqual(found("name:[*"), []);
});

test("ages and numbers are compared", () => {
  assert.deepEqual(found("age:>6h"), [0, 3]);
  assert.deepEqual(found("age:<1d6h"), [0, 1]);
  assert.deepEqual(found("age:<=1h"), [1]);
  assert.deepEqual(found("vcpus:>=16"), [2]);
  assert.deepEqual(found("vcpus:<16"), [0, 3]);
});

test("a wrong comparison matches nothing, and says why", () => {
  for (const query of ["age:>soon", "vcpus:>many", "name:>3", "age:>"]) {
    const { mask, error } = picker.search(query, columns, 4, NOW);
    assert.equal(mask.some(Boolean), false);
    assert.match(error, /needs|cannot/);
  }
});

test("what looks like a field and is none is a word", () => assert.deepEqual(found("arn:aws:batch"), []));

test("a sort is stable, and what is missing comes last in both directions", () => {
  const order = (...sorts) => [...picker.sortedRows(sorts, columns, 4)];
  const at = (title) => columns.findIndex((column) => column.title === title);
  assert.deepEqual(order(), [0, 1, 2, 3]);
  assert.deepEqual(order({ column: at("vcpus"), descending: false }), [0, 3, 2, 1]);
  assert.deepEqual(order({ column: at("vcpus"), descending: true }), [2, 0, 3, 1]);
  assert.deepEqual(order({ column: at("createdAt"), descending: true }), [1, 0, 3, 2]);
  assert.deepEqual(order({ column: at("vcpus"), descending: false }, { column: at("createdAt"), descending: false }), [3, 0, 2, 1]);
  assert.deepEqual(order({ column: at("jobName"), descending: false }).slice(-3), [0, 2, 1]);
});

test("a sort is in order, and stable, for whatever numbers", () => {
  let seed = 7;
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const odd = [NaN, 0, -0, Infinity, -Infinity, 1e-300, -1e300, 0.1, -0.1, 5e-324, 2 ** 40, -(2 ** 40)];
  const values = Array.from({ length: 3000 }, (_, row) => (row % 3 ? Math.round(chance() * 40 - 20) : odd[Math.floor(chance() * odd.length)]));
  const [fate, column] = table([{ title: "n", kind: "number", values }], values.length);
  for (const descending of [false, true]) {
    const expected = values.map((_, row) => row).sort((a, b) => {
      const [x, y] = [values[a], values[b]];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
      return (x === y ? 0 : (x < y) === descending ? 1 : -1) || a - b;
    });
    assert.deepEqual([...picker.sortedRows([{ column: 1, descending }], [fate, column], values.length)], expected);
  }
});

/** A table of one narrow column, as the kernel packs it. */
function narrow(described, bytes, rows) {
  const data = Uint8Array.from(bytes).buffer;
  const fate = picker.fateColumn([""], new Uint8Array(rows), new Map());
  return picker.decode({ rows, here: rows, columns: [{ title: "x", role: null, hidden: false, at: 0, ...described }], lives: LIVES }, data, new Uint8Array(), new Uint8Array(rows), fate);
}

test("narrow numbers stand above the least, the highest of them for none", () => {
  const numbers = narrow({ kind: "number", width: 1, least: -3 }, [0, 3, 255, 254, 3], 5);
  assert.deepEqual([0, 1, 2, 3].map((row) => numbers[1].text(row)), ["-3", "0", "", "251"]);
  const hits = (query) => [...picker.search(query, numbers, 5, NOW).mask].join("");
  assert.equal(hits("x:>0"), "00010");
  assert.equal(hits("x:<=0"), "11001");
  assert.equal(hits("25"), "00010");
  assert.equal(hits("x:=0"), "01001");
  assert.deepEqual([...picker.sortedRows([{ column: 1, descending: true }], numbers, 5)], [3, 1, 4, 0, 2]);
});

test("ids of 16 bytes are read, found and sorted as their texts", () => {
  const ids = ["ffffffff-0000-0000-0000-00000000000a", "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f8"];
  const bytes = ids.flatMap((one) => one.replaceAll("-", "").match(/../g).map((hex) => parseInt(hex, 16)));
  const columns = narrow({ kind: "ids" }, bytes, 3);
  assert.deepEqual([0, 1, 2].map((row) => columns[1].text(row)), ids);
  const hits = (query) => [...picker.search(query, columns, 3, NOW).mask].join("");
  assert.equal(hits("0A1B2C3D-4e"), "011");
  assert.equal(hits("c6d7e8f9"), "010");
  assert.equal(hits("000a"), "100");
  assert.equal(hits("0a0a"), "000");
  assert.equal(hits("sweep"), "000");
  assert.equal(hits(`x:=${ids[0]}`), "100");
  assert.equal(hits("x:*f8"), "001");
  for (const one of ids) assert.equal(hits(one), ids.map((other) => (other === one ? 1 : 0)).join(""));
  assert.deepEqual([...picker.sortedRows([{ column: 1, descending: false }], columns, 3)], [2, 1, 0]);
  assert.deepEqual([...picker.sortedRows([{ column: 1, descending: true }], columns, 3)], [0, 1, 2]);
});

test("clicks on titles sort up, down and not at all, with shift by several", () => {
  let sorts = picker.nextSort([], 2, false);
  assert.deepEqual(sorts, [{ column: 2, descending: false }]);
  sorts = picker.nextSort(sorts, 5, true);
  assert.equal(sorts.length, 2);
  assert.deepEqual(picker.nextSort(sorts, 2, true)[0], { column: 2, descending: true });
  assert.deepEqual(picker.nextSort([{ column: 2, descending: true }], 2, false), []);
});

test("bits are set, cleared and counted", () => {
  const bits = new Uint8Array(3);
  for (const row of [0, 7, 8, 23]) picker.setBit(bits, row, true);
  picker.setBit(bits, 7, false);
  assert.deepEqual([...bits], [1, 1, 128]);
  assert.equal(picker.countBits(bits), 3);
  assert.equal(picker.hasBit(bits, 23), true);
});

test("text is one line, without what cannot be seen, and not too long", () => {
  assert.equal(picker.shown("a\nb\u202ec\u0000"), "a\\nb\\u202ec\\x00");
  assert.equal(picker.shown("x".repeat(10_000), 10), "xxxxxxxxx…");
  assert.equal(picker.shown("😀".repeat(20), 5), "😀😀😀😀…");
  assert.equal(picker.shown(null), "");
});

test("a reason is counted by code points", () => assert.equal(picker.codePoints("a😀é"), 3));

test("ages, times and ids are short", () => {
  assert.equal(picker.duration(59_999), "59s");
  assert.equal(picker.duration(7 * HOUR), "7h");
  assert.equal(picker.duration(50 * HOUR), "2d 2h");
  assert.equal(picker.utc(NOW), "2026-09-21 14:13:20 UTC");
  assert.equal(picker.utc(1e300), "");
  assert.equal(picker.shortId("11111111-2222-3333-4444-555555555555:7"), "11111111…:7");
  assert.equal(picker.parseAge("1h30m"), 1.5 * HOUR);
  assert.equal(picker.parseAge("6"), null);
});

test("a table longer than a browser can lay out is scrolled in a shorter one, to its very end", () => {
  const { laid, scale, last } = picker.scrollMap(1_000_000, 400);
  assert.ok(laid < 8_000_000);
  assert.equal(Math.round((laid - 400) * scale), last);
  assert.equal(picker.scrollMap(100, 400).scale, 1);
});

test("a part of a message is copied where it does not begin at the start of its memory", () => {
  const memory = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9).buffer;
  assert.deepEqual([...new Uint8Array(picker.copied(new DataView(memory, 1, 8)))], [2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(picker.copied(new DataView(memory)), memory);
});

test("case is folded without moving a character", () => {
  assert.equal(picker.folded("İSTANBUL").length, 8);
  assert.ok(picker.folded("İSTANBUL").endsWith("stanbul"));
});
