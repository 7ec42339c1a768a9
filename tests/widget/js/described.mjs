// A table with statuses, times and arrays, and messages of what was described, for the tests beside this.
import { FATES, LIVES, NOW, HOUR, pack } from "./packed.mjs";
import { Table } from "../../../batchnb/widget/js/model/table.js";

/** The message with a snapshot of jobs, each a `[name, status, more]`; `more` has `queue`, `size`, `started`, `stopped`, `lock`. */
export function jobsMessage(jobs, { number = 1, prices = null, columns = [], here = jobs.length } = {}) {
  const seen = jobs.slice(0, here);
  const values = (read) => seen.map(([, , more = {}]) => read(more) ?? NaN);
  const queues = [...new Set(seen.map(([, , more = {}]) => more.queue ?? "train"))];
  const packed = pack([
    { title: "jobId", role: "id", values: seen.map(([, , more = {}], row) => more.id ?? `${row}`.padStart(8, "0") + "-0000-0000-0000-000000000000") },
    { title: "jobName", role: "name", values: seen.map(([name]) => name) },
    { title: "jobQueue", role: "queue", values: queues, codes: seen.map(([, , more = {}]) => 1 + queues.indexOf(more.queue ?? "train")) },
    { title: "status", role: "status", values: LIVES.slice(1), codes: seen.map(([, status]) => LIVES.indexOf(status)) },
    { title: "createdAt", role: "created", kind: "time", values: values(({ created }) => created ?? NOW - 10 * HOUR) },
    { title: "startedAt", role: "started", kind: "time", values: values(({ started }) => started) },
    { title: "stoppedAt", role: "stopped", kind: "time", values: values(({ stopped }) => stopped) },
    { title: "arraySize", role: "size", kind: "number", values: values(({ size }) => size) },
    ...columns,
  ]);
  const bytes = (read) => Uint8Array.from(seen, read).buffer;
  const message = {
    kind: "snapshot", header: { snapshot: number, rows: jobs.length, here, columns: packed.described, lives: LIVES, facets: null },
    fates: FATES, messages: [], prices, state: { phase: "idle", reason: "", reasons: [], plan: null, progress: null, result: null, place: "" },
  };
  const parts = [packed.data, packed.texts.buffer, bytes(([, status]) => LIVES.indexOf(status)), bytes(([, , more = {}]) => more.lock ?? 0), new Uint8Array(here).buffer, new Uint8Array(Math.ceil(jobs.length / 8)).buffer];
  return { message, parts };
}

/** The same as a table. */
export function tableWith(jobs, options) {
  const { message, parts } = jobsMessage(jobs, options);
  const table = new Table();
  table.take(message, parts);
  for (const column of table.columns) if (column.role === "for") column.now = () => NOW;
  return table;
}

const FIGURES = ["vcpus", "gpus", "memory", "tries", "maxTries", "exit"];

/** The message of what was described: by row `{vcpus, gpus, memory, tries, maxTries, exit, tags, children, nodes}`. */
export function factsMessage(told, { snapshot = 1, ...more } = {}) {
  const rows = Object.keys(told).map(Number);
  const each = Object.values(told);
  const sets = each.map(({ tags }) => tags).filter(Boolean);
  const codes = each.map(({ tags }) => (tags ? sets.indexOf(tags) + 1 : 0));
  const numbers = FIGURES.flatMap((name) => each.map((one) => one[name] ?? NaN));
  const message = {
    kind: "facts", snapshot, tags: sets.map(Object.entries), old: [], left: {}, isBusy: false, failure: "",
    arrays: rows.flatMap((row, at) => (each[at].children ? [[row, ...each[at].children]] : [])),
    nodes: rows.flatMap((row, at) => (each[at].nodes ? [[row, each[at].nodes]] : [])), ...more,
  };
  return { message, parts: [Uint32Array.from(rows).buffer, Uint32Array.from(codes).buffer, Float64Array.from(numbers).buffer] };
}

/** Let a table know what was described. */
export function tell(table, told) {
  const { message, parts } = factsMessage(told);
  table.facts.take(message, parts);
  return table;
}
