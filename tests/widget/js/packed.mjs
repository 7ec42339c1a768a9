// Columns as the kernel packs them, for the tests beside this.
import { decode } from "../../../batchnb/widget/js/columns/decode.js";
import { FateColumn } from "../../../batchnb/widget/js/columns/state.js";

export const LIVES = ["", "SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"];
export const FATES = ["", "denied", "terminated"];
export const NOW = 1_790_000_000_000;
export const HOUR = 3_600_000;

/** A description of columns, and the two binary parts that it speaks of. */
export function pack(columns) {
  const parts = [];
  let size = 0;
  const add = (bytes) => {
    const at = size;
    parts.push([at, bytes]);
    size += Math.ceil(bytes.length / 8) * 8;
    return at;
  };
  const blobs = [];
  const described = columns.map(({ title, role = null, values, kind = "text", codes }) => {
    const head = { title, role, kind, hidden: false };
    if (kind !== "text") return { ...head, at: add(new Uint8Array(Float64Array.from(values).buffer)), width: 8, least: 0 };
    const texts = ["", ...values];
    const blob = new TextEncoder().encode(texts.join(""));
    for (const byte of blob) blobs.push(byte);
    return {
      ...head, texts: texts.length, lengths: add(Uint8Array.from(texts, (text) => text.length)), lengthSize: 1,
      blob: blobs.length - blob.length, blobLength: blob.length, codes: codes ? add(Uint8Array.from(codes)) : null, codeSize: 1,
    };
  });
  const data = new ArrayBuffer(size);
  for (const [at, bytes] of parts) new Uint8Array(data).set(bytes, at);
  return { described, data, texts: Uint8Array.from(blobs) };
}

/** The columns themselves. */
export function table(columns, rows, lives = new Uint8Array(rows)) {
  const { described, data, texts } = pack(columns);
  const fate = new FateColumn(FATES, new Uint8Array(rows), new Map());
  return decode({ rows, here: rows, columns: described, lives: LIVES }, data, texts, lives, fate);
}

/** A table of one narrow column. */
export function narrow(described, bytes, rows) {
  const data = Uint8Array.from(bytes).buffer;
  const fate = new FateColumn([""], new Uint8Array(rows), new Map());
  const columns = [{ title: "x", role: null, hidden: false, at: 0, ...described }];
  return decode({ rows, here: rows, columns, lives: LIVES }, data, new Uint8Array(), new Uint8Array(rows), fate);
}

/** Some jobs, one of them without a number, one without a time. */
export const jobs = () => table(
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

/** A message of the kernel with a snapshot of jobs that run, `locks` apart, and its binary parts. */
export function snapshot(names, { number = 1, here = names.length, bits = [], locks = [], facets = null, extends: before = null } = {}) {
  const seen = names.slice(0, here);
  const queues = seen.map((_, row) => 1 + (row % 2));
  const { described, data, texts } = pack([
    { title: "jobName", role: "name", values: seen },
    { title: "jobQueue", role: "queue", values: ["etl", "train"], codes: queues },
  ]);
  const whole = new Uint8Array(Math.ceil(names.length / 8));
  for (const row of bits) whole[row >> 3] |= 1 << (row & 7);
  const message = {
    kind: "snapshot", extends: before, header: { snapshot: number, rows: names.length, here, columns: described, lives: LIVES, facets },
    fates: FATES, messages: [], state: { phase: "idle", reason: "", reasons: [], plan: null, progress: null, result: null, place: "" },
  };
  const parts = [data, texts.buffer, new Uint8Array(here).fill(5).buffer, Uint8Array.from({ length: here }, (_, row) => locks[row] ?? 0).buffer, new Uint8Array(here).buffer, whole.buffer];
  return { message, parts };
}
