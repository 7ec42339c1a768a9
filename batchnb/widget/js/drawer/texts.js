// @ts-check
// What the drawer says of a job, in words.
import { memoryText, numberText } from "../cell_texts.js";
import { duration, plural, shown, utc } from "../text.js";
/** @import { Json } from "../types.js" */

export const UNKNOWN_TEXT = "–";
const OVER_STATUSES = new Set(["SUCCEEDED", "FAILED"]);

/** How long, since when, which try, and when it ends by itself; parts of one line. @param {Json} job @param {number} now @returns {string[]} */
export function headlineParts({ status, createdAt, startedAt, stoppedAt, tries, maxTries, timeout }, now) {
  const parts = [detailSpan(status, createdAt, startedAt, stoppedAt, now)];
  if (tries && maxTries > 1) parts.push(`try ${tries} of ${maxTries}`);
  else if (tries > 1) parts.push(`try ${tries}`);
  if (timeout && !OVER_STATUSES.has(status)) parts.push(`ends after ${duration(timeout * 1000)}`);
  return parts.filter(Boolean);
}

/** @param {string} status @param {number | null} createdAt @param {number | null} startedAt @param {number | null} stoppedAt @param {number} now */
function detailSpan(status, createdAt, startedAt, stoppedAt, now) {
  const span = (/** @type {number | null} */ from, /** @type {number | null} */ to) => (from && to && to >= from ? duration(to - from) : "");
  if (OVER_STATUSES.has(status)) {
    const [ran, ago] = [span(startedAt, stoppedAt), span(stoppedAt, now)];
    return [ran ? `after ${ran}` : startedAt ? "" : "never started", ago ? `${ago} ago` : ""].filter(Boolean).join(", ");
  }
  const since = span(status === "RUNNING" ? startedAt : createdAt, now);
  return since ? `for ${since}` : "";
}

/** @param {Json} details */
export function holdsText({ vcpus, memory, gpus, isEach }) {
  if (vcpus === null && memory === null && gpus === null) return UNKNOWN_TEXT;
  const known = [
    vcpus === null ? "vCPU not known" : `${numberText(vcpus)} vCPU`,
    memory === null ? "memory not known" : memoryText(memory),
    gpus === null ? "GPU not known" : gpus ? plural(gpus, "GPU") : "",
  ];
  return `${known.filter(Boolean).join(", ")}${isEach ? " each" : ""}`;
}

/** An attempt as the cells of a row. @param {Json} attempt @param {number} now */
export function attemptTexts({ number: at, isRunning, exit, reason, startedAt, stoppedAt }, now) {
  const end = isRunning ? now : stoppedAt;
  return {
    number: String(at),
    exit: isRunning ? "running" : exit === null ? "no exit code" : `exit ${shown(exit, 200)}`,
    reason: shown(reason ?? "", 400),
    lasted: startedAt && end && end >= startedAt ? duration(end - startedAt) : UNKNOWN_TEXT,
  };
}

/** @param {string | null} type of a dependency, in AWS's word */
export function dependencyText(type) {
  if (type === "N_TO_N") return "each child for its counterpart (N_TO_N)";
  return type === "SEQUENTIAL" ? "its children one after the other (SEQUENTIAL)" : "";
}

/** The moments of a job: title, UTC, and the time here. @param {Json} job @returns {[string, string, string][]} */
export function momentTexts({ createdAt, startedAt, stoppedAt }) {
  /** @type {[string, number | null][]} */
  const all = [["Created", createdAt], ["Started", startedAt], ["Stopped", stoppedAt]];
  return all.flatMap(([title, at]) => (at ? [/** @type {[string, string, string]} */ ([title, utc(at), `${new Date(at).toLocaleString()} here`])] : []));
}

/** A line of a log: when, and what. @param {[number | null, string]} line @returns {[string, string]} */
export function logLineTexts([time, text]) {
  return [time === null ? "" : utc(time).slice(11, 19), shown(text, 600)];
}

/** @param {{lines: unknown[], at: number}} log @param {string} label of the container @param {number} attempt @param {boolean} several attempts */
export function logTitle({ lines, at }, label, attempt, several) {
  const of = [label ? ` of ${label}` : "", several ? `, try ${attempt}` : ""].join("");
  return `Log${of}, last ${plural(lines.length, "line")} at ${utc(at).slice(11)}`;
}

/** @param {{lines: unknown[], isOver: boolean, earlier: string | null}} log */
export function emptyLogText({ lines, isOver, earlier }) {
  if (lines.length) return "";
  if (earlier) return "There are no lines in the last part of the log.";
  return isOver ? "The log is empty." : "The log is empty so far.";
}

/** @param {string} name of a job, which may be empty */
export const jobNameText = (name) => shown(name, 300) || "(no name)";

/** The job that a child or a node belongs to, or null. @param {string} job its id */
export function ownerOf(job) {
  const [, owner, mark, index] = /^([0-9a-f-]{36})([:#])(\d+)$/.exec(job) ?? [];
  return owner ? { owner, text: mark === ":" ? `child ${index} of an array` : `node ${index} of a multi-node job`, act: mark === ":" ? "Open the array" : "Open the multi-node job" } : null;
}
