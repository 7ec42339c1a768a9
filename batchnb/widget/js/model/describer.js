// @ts-check
// Asks the kernel to describe rows: those in sight, those that are selected, and those that a search has to know.
/** @import { Store } from "./store.js" */
/** @import { Json } from "../types.js" */

/** @typedef {"sight" | "selection" | "search"} Lane */
const LANES = /** @type {const} */ (["sight", "selection", "search"]);
/** After the last scroll, and after the last change of the selection. */
const [LOOK_PAUSE_MS, COUNT_MS] = [150, 300];
/** Should the kernel not say that a run of another picker is over. */
const HELD_MS = 15_000;
const MOST_IN_SIGHT = 100;
/** With more rows of a selection to be described, somebody has to ask for it: a hundred calls. */
export const MOST_UNASKED = 10_000;
/** In `facts.described`: for this list. */
const FRESH = 2;
const NO_ID = 3;

export class Describer {
  /** Rows that were asked for and have not come. @type {Record<Lane, Set<number>>} */ waiting = { sight: new Set(), selection: new Set(), search: new Set() };
  /** How many of them there were. @type {Record<Lane, number>} */ goal = { sight: 0, selection: 0, search: 0 };
  /** Rows to be asked for next. @type {Record<Lane, number[] | null>} */ next = { sight: null, selection: null, search: null };
  /** Why nothing is described, as the kernel says. */ failure = "";
  /** The failure that has been read. */ read = "";

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.timer = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.counting = undefined;
    /** @type {(() => number[]) | null} */ this.look = null;
    /** Whether a request has no answer yet: at most one has none. */ this.isAsking = false;
    /** Whether another picker ends jobs: what was asked for meanwhile is asked again after that. */ this.isWaiting = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */ this.retrying = undefined;
  }

  cancel() {
    clearTimeout(this.timer);
    clearTimeout(this.counting);
    clearTimeout(this.retrying);
  }

  /** A snapshot is here: ask for what the kernel knows of it already. */
  begin() {
    clearTimeout(this.counting);
    for (const lane of LANES) this.forget(lane);
    void this.store.ask("described");
  }

  /** @param {Lane} lane */
  forget(lane) {
    this.waiting[lane].clear();
    this.goal[lane] = 0;
    this.next[lane] = null;
  }

  /** Whether nothing may be asked now: the kernel is gone, ends jobs, has failed to describe any, or jobs and caller do not belong together. */
  get isHeld() {
    const { kernel, state: { phase, where }, table } = this.store;
    if (where?.isAsking || where?.obstacle || this.isWaiting) return true;
    return kernel.lost !== null || phase === "planning" || phase === "running" || table.header === null || this.failure !== "";
  }

  /** Whether nothing is described until somebody does something about it. */
  get hasFailed() {
    const { kernel, state: { where } } = this.store;
    return kernel.lost !== null || this.failure !== "" || Boolean(where?.obstacle && !where.isAsking);
  }

  /** The list was scrolled or painted: describe what is in sight, when it stands still. @param {() => number[]} look returns the rows */
  seeSoon(look) {
    this.look = look;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.see(), LOOK_PAUSE_MS);
  }

  see() {
    if (this.isHeld || !this.look) return;
    const { facts, locks } = this.store.table;
    const rows = this.look().filter((row) => facts.described[row] !== FRESH && locks[row] !== NO_ID && !this.waiting.sight.has(row));
    if (rows.length) this.want("sight", rows.slice(0, MOST_IN_SIGHT));
  }

  /** Describe the rows of a selection, when it stands still, for its totals. @param {number[]} rows */
  countSoon(rows) {
    clearTimeout(this.counting);
    this.counting = setTimeout(() => {
      this.want("selection", rows.filter((row) => !this.store.table.facts.described[row]));
      this.store.notify("state");
    }, COUNT_MS);
  }

  /** Describe these rows for a lane, in the place of those that wait there. @param {Lane} lane @param {number[]} rows */
  want(lane, rows) {
    this.next[lane] = rows.length ? rows : null;
    this.pump();
  }

  pump() {
    if (this.isAsking || this.isHeld) return;
    const lane = LANES.find((one) => this.next[one]);
    if (lane) void this.ask(lane, /** @type {number[]} */ (this.next[lane]));
  }

  /** @param {Lane} lane @param {number[]} rows @param {boolean} [again] after a failure */
  async ask(lane, rows, again = false) {
    this.next[lane] = null;
    this.waiting[lane] = new Set(rows);
    this.goal[lane] = rows.length;
    this.isAsking = true;
    const { snapshot } = this.store.table.header ?? {};
    const answer = await this.store.ask("describe", { snapshot, lane, again }, [Uint32Array.from(rows).buffer]);
    this.isAsking = false;
    if (answer.isHeld && !answer.failure) this.hold(lane, rows);
    else if (answer.isHeld || answer.isStale || !answer.ok) this.forget(lane);
    if (answer.ok) this.fail(answer);
    this.pump();
    this.store.notify("state");
  }

  /** Ask again for these rows when the run of another picker is over. A search was asked for by a press, and is again. @param {Lane} lane @param {number[]} rows */
  hold(lane, rows) {
    const next = this.next[lane];
    this.forget(lane);
    if (lane !== "search") this.next[lane] = next ?? rows;
    this.isWaiting = true;
    clearTimeout(this.retrying);
    this.retrying = setTimeout(() => this.resume(), HELD_MS);
  }

  /** Keep why nothing is described; what a review says as well needs no line of its own. @param {Json} told */
  fail({ failure = this.failure, isQuiet = false }) {
    this.failure = failure;
    if (isQuiet) this.read = failure;
  }

  /** What was described. @param {Json} message @param {ArrayBuffer[]} buffers */
  take(message, buffers) {
    const { facts } = this.store.table;
    const rows = new Uint32Array(buffers[0]);
    const hadGoal = this.goal.search > 0;
    facts.take(message, buffers);
    this.store.matches.facets.forget();
    this.fail(message);
    // What was taken back gave way to a run.
    if (message.isHeld && !message.isBusy && !this.isAsking) for (const lane of LANES) if (this.waiting[lane].size) this.hold(lane, [...this.waiting[lane]]);
    for (const lane of LANES) {
      for (const row of rows) this.waiting[lane].delete(row);
      // Nothing more comes: what is missing was given up.
      if (!this.isAsking && message.isBusy === false) this.waiting[lane].clear();
      if (!this.waiting[lane].size) this.goal[lane] = 0;
    }
    if (hadGoal && !this.goal.search) this.store.resort();
    else this.store.notify(rows.length ? "patch" : "state");
    if (this.isWaiting && message.isHeld === false) this.resume();
    this.pump();
  }

  /** A plan or a run is over: go on with what is in sight. */
  resume() {
    this.isWaiting = false;
    clearTimeout(this.retrying);
    if (this.isHeld) return;
    this.pump();
    if (this.look) this.seeSoon(this.look);
  }

  /** Describe what a search or a sort has to know. @param {number[]} rows */
  load(rows) {
    this.want("search", rows);
    this.store.notify("state");
  }

  /** Somebody has read why nothing is described, and tries again. */
  tryAgain() {
    const { facts, locks } = this.store.table;
    const rows = (this.look?.() ?? []).filter((row) => facts.described[row] !== FRESH && locks[row] !== NO_ID);
    this.failure = "";
    void this.ask("sight", rows.slice(0, MOST_IN_SIGHT), true);
  }

  dismiss() {
    this.read = this.failure;
    this.store.notify("state");
  }

  stop() {
    for (const lane of LANES) this.forget(lane);
    void this.store.ask("describe_stop");
    this.store.notify("state");
  }

  /** How many rows of those that were asked for have come, null where nobody waits for any. @param {Lane} lane */
  progress(lane) {
    const goal = this.goal[lane] || this.next[lane]?.length || 0;
    return goal ? { done: this.goal[lane] ? goal - this.waiting[lane].size : 0, goal } : null;
  }
}
