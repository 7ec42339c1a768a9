// @ts-check
// The fields of the search as one table: a new field is one line here and one in `batchnb/search/fields.py`.

/**
 * A field. It is read from the column of its `source`; where there is none, the field is not known, never 0, and never
 * matches. `during`: the statuses in which a job has this at all. `isNoneIfMissing`: an empty cell says that there is
 * none, and not that nobody knows. `describedAs`: for what only DescribeJobs tells, how a message calls it.
 * @typedef {{name: string, kind: FieldKind, source: string, during?: string[], isNoneIfMissing?: boolean, describedAs?: string,
 *   takesDates?: boolean}} Field
 */
/** @typedef {"text" | "id" | "queue" | "definition" | "status" | "tags" | "number" | "memory" | "since" | "moment" | "flag"} FieldKind */

export const WAITING_STATUSES = ["SUBMITTED", "PENDING", "RUNNABLE"];
export const ENDED_STATUSES = ["SUCCEEDED", "FAILED"];

/** @type {Field[]} */
export const FIELDS = [
  { name: "name", kind: "text", source: "name" },
  { name: "status", kind: "status", source: "status" },
  { name: "queue", kind: "queue", source: "queue" },
  { name: "definition", kind: "definition", source: "definition" },
  { name: "id", kind: "id", source: "id" },
  { name: "age", kind: "since", source: "created" },
  { name: "running", kind: "since", source: "started", during: ["RUNNING"] },
  { name: "waiting", kind: "since", source: "created", during: WAITING_STATUSES },
  { name: "stopped", kind: "since", source: "stopped", during: ENDED_STATUSES, takesDates: true },
  { name: "created", kind: "moment", source: "created" },
  { name: "started", kind: "moment", source: "started" },
  { name: "vcpu", kind: "number", source: "vcpu", describedAs: "vCPUs" },
  { name: "gpu", kind: "number", source: "gpu", describedAs: "GPUs" },
  { name: "memory", kind: "memory", source: "memory", describedAs: "Memory sizes" },
  { name: "hours", kind: "number", source: "hours" },
  { name: "cost", kind: "number", source: "cost" },
  { name: "array", kind: "number", source: "size", isNoneIfMissing: true },
  { name: "tries", kind: "number", source: "tries", describedAs: "Tries" },
  { name: "exit", kind: "number", source: "exit", describedAs: "Exit codes" },
  { name: "reason", kind: "text", source: "reason", isNoneIfMissing: true },
  { name: "share", kind: "text", source: "share", isNoneIfMissing: true },
  { name: "tag", kind: "tags", source: "tags", describedAs: "Tags" },
  { name: "result", kind: "text", source: "fate", isNoneIfMissing: true },
  { name: "is", kind: "flag", source: "flags" },
];

/** The column titles of each source in a DataFrame; the first one that exists is taken. @type {Record<string, string[]>} */
export const SOURCE_TITLES = {
  name: ["jobName", "job_name", "name"],
  status: ["status", "jobStatus", "Status"],
  queue: ["jobQueue", "job_queue", "queue"],
  definition: ["jobDefinition", "job_definition"],
  id: ["jobId", "job_id", "JobId", "id"],
  created: ["createdAt", "created_at"],
  started: ["startedAt", "started_at"],
  stopped: ["stoppedAt", "stopped_at"],
  vcpu: ["vcpus"],
  gpu: ["gpus"],
  memory: ["memory"],
  hours: ["hours"],
  cost: ["cost"],
  size: ["arraySize", "array_size"],
  tries: ["tries"],
  exit: ["exitCode", "exit_code"],
  reason: ["statusReason", "status_reason"],
  share: ["shareIdentifier", "share_identifier"],
  tags: ["tags"],
  fate: ["outcome"],
};

/** What may follow `status:`; the order is that of suggestions. @type {Record<string, string[]>} */
export const STATUS_WORDS = {
  running: ["RUNNING"],
  runnable: ["RUNNABLE"],
  starting: ["STARTING"],
  pending: ["PENDING"],
  submitted: ["SUBMITTED"],
  succeeded: ["SUCCEEDED"],
  failed: ["FAILED"],
  active: [...WAITING_STATUSES, "STARTING", "RUNNING"],
  waiting: WAITING_STATUSES,
  ended: ENDED_STATUSES,
};

/** What people type for a field or a status, to suggest the word that there is. None of them is understood. @type {Record<string, string>} */
export const SYNONYMS = {
  cpu: "vcpu",
  cpus: "vcpu",
  gpus: "gpu",
  mem: "memory",
  ram: "memory",
  state: "status",
  job: "name",
  attempts: "tries",
  retries: "tries",
  label: "tag",
  outcome: "result",
  live: "active",
  queued: "waiting",
  done: "ended",
  finished: "ended",
  completed: "ended",
  success: "succeeded",
  cancelled: "failed",
  terminated: "failed",
};

/** What may follow `is:`. */
export const FLAGS = ["selected", "odd"];
