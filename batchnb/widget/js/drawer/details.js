// @ts-check
// What is known of the job in the drawer: what was asked of the kernel, and what it has answered so far.
/** @import { Json } from "../types.js" */

/** A description is asked for again after this, where somebody looks. */
const DETAILS_FRESH_MS = 30_000;
/** On the way through a list, a job is asked about when somebody stays at it. */
const STAY_MS = 120;
const DETAILS_KEPT = 50;
const LOG_LINES_KEPT = 5000;

/** A log as far as it is loaded. `earlier` leads to the lines before, null at its beginning.
 * @typedef {{key: string, lines: [number | null, string][], earlier: string | null, at: number, isLoading: boolean, isOver: boolean,
 *   problem: string, problemDetails: string}} LoadedLog */

/** What waits for the job; null before anybody has asked.
 * @typedef {{isLoading: boolean, jobs: Json[], more: number, gap: string, problem: string}} Needing */

/** @param {string | null} status */
export const hasEnded = (status) => status === "SUCCEEDED" || status === "FAILED";

export class Details {
  /** The id of the job in the drawer, empty where it is closed. */ job = "";
  /** Counts the changes, for those who show them. */ version = 0;
  /** @type {LoadedLog | null} */ log = null;
  /** @type {Needing | null} */ needing = null;
  /** The environment by container, once somebody has asked for its values. @type {[string, [string, string][]][] | null} */ environment = null;
  /** The JSON to copy, with the environment where that is shown. */ json = "";
  isShowing = false;
  /** The job from before a review, empty for none; null where there is no review. @type {string | null} */ before = null;
  /** The end of a job that was asked about. */ followed = "";
  /** What the kernel has said of jobs, the newest last. @type {Map<string, {details: Json | null, problem: string, problemDetails: string, at: number}>} */ known = new Map();
  /** Jobs that were asked for, and from when on they may be asked for again. @type {Map<string, number>} */ asked = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ staying = undefined;

  /**
   * @param {(content: Json) => void} ask the kernel @param {() => void} change tells that there is something else to show
   * @param {() => number} [now] milliseconds
   */
  constructor(ask, change, now = () => performance.now()) {
    this.ask = ask;
    this.changed = () => {
      this.version += 1;
      change();
    };
    this.now = now;
  }

  get isOpen() {
    return this.job !== "";
  }

  /** What is known of the job, null before the kernel has answered. */
  get latest() {
    return this.known.get(this.job) ?? null;
  }

  /** @returns {Json | null} */
  get details() {
    return this.latest?.details ?? null;
  }

  /** Why the job cannot be described, or nothing. */
  get problem() {
    return this.latest?.problem ?? "";
  }

  get isLoading() {
    return this.asked.has(this.job);
  }

  /** Show a job. @param {string} job its id @param {boolean} [isPassing] whether somebody may be on the way to another one */
  show(job, isPassing = false) {
    if (job === this.job) return;
    this.job = job;
    this.log = this.needing = this.environment = null;
    this.json = "";
    this.isShowing = false;
    clearTimeout(this.staying);
    if (job && isPassing) this.staying = setTimeout(() => this.look(), STAY_MS);
    else if (job) this.look();
    this.changed();
  }

  close() {
    this.show("");
  }

  /** A review begins, in which other jobs are shown. */
  suspend() {
    this.before ??= this.job;
    this.close();
  }

  /** The review is over. */
  resume() {
    const { before } = this;
    this.before = null;
    if (before !== null) this.show(before);
  }

  /** Ask for the job, unless what is known of it is fresh. @param {boolean} [anew] */
  look(anew = false) {
    const { job, known } = this;
    const before = known.get(job);
    const isFresh = before !== undefined && before.details !== null && this.now() - before.at < DETAILS_FRESH_MS;
    if (!job || this.asked.has(job) || (isFresh && !anew)) return;
    this.asked.set(job, this.now());
    if (anew && before) before.problem = before.problemDetails = "";
    this.ask(anew ? { part: "job", job, anew } : { part: "job", job });
    if (anew) this.changed();
  }

  /** The list knows that the job has ended since it was described: ask anew, once. @param {string | null} status in the list */
  follow(status) {
    const key = `${this.job} ${status}`;
    if (!hasEnded(status) || !this.details || hasEnded(this.details.status) || this.followed === key) return;
    this.followed = key;
    this.look(true);
  }

  /** The kernel is gone, or another one has come: nothing that was asked is answered. */
  forget() {
    this.asked.clear();
    if (this.log) this.log.isLoading = false;
    if (this.needing?.isLoading) this.needing = null;
    this.isShowing = false;
    this.changed();
  }

  /** Load the last lines of a log. @param {string} [key] of the log; without one the newest that can be read */
  loadLog(key = this.readable?.key) {
    if (key === undefined || this.log?.isLoading) return;
    const lines = this.log?.key === key ? this.log.lines : [];
    this.log = { key, lines, earlier: null, at: 0, isLoading: true, isOver: false, problem: "", problemDetails: "" };
    this.ask({ part: "log", job: this.job, key, before: null });
    this.changed();
  }

  loadEarlier() {
    const { log } = this;
    if (!log?.earlier || log.isLoading) return;
    log.isLoading = true;
    this.ask({ part: "log", job: this.job, key: log.key, before: log.earlier });
    this.changed();
  }

  /** The newest log that can be read. @returns {Json | undefined} */
  get readable() {
    return this.details?.logs.findLast((/** @type {Json} */ log) => !log.problem);
  }

  showEnvironment() {
    if (this.isShowing) return;
    this.isShowing = true;
    this.ask({ part: "environment", job: this.job });
    this.changed();
  }

  hideEnvironment() {
    this.environment = null;
    this.json = "";
    this.isShowing = false;
    this.changed();
  }

  /** Look for the jobs that wait for this one. */
  findNeeding() {
    if (this.needing?.isLoading) return;
    this.needing = { isLoading: true, jobs: [], more: 0, gap: "", problem: "" };
    this.ask({ part: "dependents", job: this.job });
    this.changed();
  }

  /** Take an answer of the kernel. @param {Json} message */
  receive(message) {
    const { part, job, error = "" } = message;
    if (part === "job") {
      this.take(message);
      if (job !== this.job) return;
    } else if (job !== this.job) return;
    else if (part === "log") this.takeLog(message);
    else if (part === "environment") {
      this.isShowing = !error;
      this.environment = error ? null : message.environment;
      this.json = error ? "" : message.json;
    } else if (part === "dependents" && this.needing) {
      this.needing = { isLoading: false, jobs: message.dependents ?? [], more: message.more ?? 0, gap: message.gap ?? "", problem: error };
    }
    this.changed();
  }

  /** @param {Json} message */
  take({ job, details = null, error = "", errorDetails = "" }) {
    this.asked.delete(job);
    const before = this.known.get(job);
    this.known.delete(job);
    // What was known stays, where it could not be asked for again.
    this.known.set(job, { details: details ?? before?.details ?? null, problem: error, problemDetails: errorDetails, at: details ? this.now() : (before?.at ?? 0) });
    for (const oldest of this.known.keys()) if (this.known.size > DETAILS_KEPT && oldest !== this.job) this.known.delete(oldest);
  }

  /** @param {Json} message */
  takeLog({ key, before, lines = [], earlier = null, at = 0, isOver = false, error = "", errorDetails = "" }) {
    const { log } = this;
    if (!log || log.key !== key || !log.isLoading || before !== log.earlier) return;
    log.isLoading = false;
    log.problem = error;
    log.problemDetails = errorDetails;
    if (error) return;
    log.earlier = earlier;
    log.isOver = isOver;
    if (before === null) [log.lines, log.at] = [lines, at];
    else log.lines = [...lines, ...log.lines];
    if (log.lines.length > LOG_LINES_KEPT) [log.lines, log.earlier] = [log.lines.slice(-LOG_LINES_KEPT), null];
  }
}
