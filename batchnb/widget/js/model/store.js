// @ts-check
// The shared state of all views of one widget. It receives the kernel's messages and notifies the views.
import { copied, hasBit } from "../bits.js";
import { Details } from "../drawer/details.js";
import { AutoRefresh } from "../strip/auto_refresh.js";
import { REASON_LIMIT, codePoints, plural } from "../text.js";
import { Cursor } from "./cursor.js";
import { Describer } from "./describer.js";
import { Groups } from "./groups.js";
import { Kernel } from "./kernel.js";
import { LastResult } from "./last_result.js";
import { Layout } from "./layout.js";
import { Matches } from "./matches.js";
import { Selection } from "./selection.js";
import { Table } from "./table.js";
import { Telling } from "./telling.js";
import { modelParts } from "./view_parts.js";
import { ViewState } from "./view_state.js";
/** @import { Change, Json, Model } from "../types.js" */

export class Store {
  table = new Table();
  layout = new Layout(this.table);
  matches = new Matches(this.table, this.layout);
  groups = new Groups(this.table, this.matches);
  cursor = new Cursor();
  selection = new Selection(this.table, this.matches, this.groups, this.cursor, {
    isFrozen: () => this.isFrozen,
    change: () => this.selectionChanged(),
  });
  telling = new Telling((kind) => this.ask(kind, ...this.draft()));
  viewState = new ViewState((view, heard) => this.kernel.lost === null && this.ask("view", { view, heard }));
  auto = new AutoRefresh(this);
  describer = new Describer(this);
  last = new LastResult(this);
  details = new Details((content) => this.ask("details", content), () => this.notify("details"));
  reason = "";
  /** What the picker is doing, as the kernel said last. @type {Json} */
  state = { phase: "idle", error: null, reasons: [], plan: null, progress: null, result: null };
  /** The kernel's clock, in seconds, and when it was heard, in milliseconds of this page. */ clock = { kernel: NaN, here: NaN };
  /** @type {Set<(what: Change) => void>} */ views = new Set();

  /** @param {Model} model @param {() => void} arrive is called when a snapshot is here */
  constructor(model, arrive) {
    this.arrive = arrive;
    this.kernel = new Kernel(model, {
      receive: (message, buffers) => this.receive(message, buffers),
      fail: (answer) => this.setError(answer),
      change: () => {
        if (this.kernel.lost !== null) this.details.forget();
        this.notify("state");
      },
      greet: () => this.greet(),
      resumeLine: () => (this.state.phase === "running" ? this.state.progress?.resume ?? "%batch_resume" : null),
    });
    this.matches.isSelected = (row) => hasBit(this.selection.bits, row);
    for (const [name, part] of Object.entries(modelParts(this))) this.viewState.register(name, part);
    /** What a notebook kept of the table, for a page without a kernel. */
    this.saved = () => model.get("_saved");
    this.greet();
  }

  /** Ask for the table. A page that has one, and has lost its kernel for a while, says how it is set: it knows better. */
  greet() {
    void this.ask("hello", this.viewState.isReady ? { view: this.viewState.now } : {});
  }

  dispose() {
    this.viewState.say();
    this.kernel.dispose();
    this.telling.cancel();
    this.auto.dispose();
    this.describer.cancel();
  }

  /** @param {Change} what */
  notify(what) {
    if (what !== "state" && what !== "details") this.selection.forgetTally();
    for (const view of this.views) view(what);
    this.viewState.saySoon();
  }

  /** @param {string} kind @param {Json} [content] @param {ArrayBuffer[]} [buffers] */
  ask(kind, content, buffers) {
    return this.kernel.ask(kind, content, buffers);
  }

  /** What is selected and why, for a request. @returns {[Json, ArrayBuffer[]]} */
  draft() {
    this.telling.cancel();
    return [{ snapshot: this.table.header?.snapshot, reason: this.reason }, [this.selection.bits.slice().buffer]];
  }

  /** @param {Json} message @param {DataView[]} buffers */
  receive(message, buffers) {
    const isOurs = message.snapshot === this.table.header?.snapshot;
    if (message.kind === "snapshot") this.take(message, buffers.map(copied));
    if (message.kind === "selection" && isOurs) {
      this.selection.set(new Uint8Array(copied(buffers[0])));
      this.notify("selection");
    }
    if (message.kind === "view") this.takeView(message);
    if (message.state?.locks) this.table.lockTexts = message.state.locks;
    if (message.kind === "facts" && isOurs) this.describer.take(message, buffers.map(copied));
    if (message.kind === "details") this.details.receive(message);
    if (message.kind === "patch" && isOurs) this.patch(message, copied(buffers[0]));
    if (message.state) this.setState(message.state);
    if (message.kind === "snapshot") this.arrive();
  }

  /** All rows, or the first ones ahead of them. @param {Json} message @param {ArrayBuffer[]} buffers */
  take(message, buffers) {
    const { table, matches } = this;
    const { header } = message;
    const before = table.header;
    // Who has a table already waits for all of the next one.
    if (before !== null && header.here < header.rows) return;
    if (message.isInPlace && before !== null && before.rows === header.rows && !table.isPartial) return this.stay(message, buffers);
    const isRest = before !== null && before.snapshot === header.snapshot && table.isPartial;
    const isLonger = before !== null && message.extends === before.snapshot && !table.isPartial;
    // Rows keep their numbers when the rest of them comes, and what has been done to the first ones stays.
    const restore = this.cursor.hold(this.groups, isLonger || (isRest && matches.isPlain));
    const { titles } = matches;
    table.take(message, buffers);
    matches.follow(titles);
    if (before === null) {
      this.reason = message.state.reason;
      this.viewState.arrive();
    }
    const isNews = this.selection.take(new Uint8Array(buffers[5]), { isRest, isLonger });
    matches.sort();
    restore();
    this.notify("table");
    if (isNews) this.telling.saySoon();
    if (!isRest) this.describer.begin();
  }

  /** How the picker is set, from the run of the cell before this one or from Python. @param {Json} message */
  takeView(message) {
    if (this.viewState.take(message)) this.resort("table");
  }

  /** The rows are the same jobs as before: which are shown, in which order, and what is selected stays. @param {Json} message @param {ArrayBuffer[]} buffers */
  stay(message, buffers) {
    const { titles } = this.matches;
    this.table.facts.follow(message.header.snapshot);
    this.table.take(message, buffers);
    this.matches.follow(titles);
    this.selection.drop(Array.from(this.table.locks.keys()).filter((row) => this.table.locks[row]));
    this.matches.facets.forget();
    this.notify("table");
  }

  /** @param {Json} message @param {ArrayBuffer} buffer */
  patch(message, buffer) {
    const { locked, isOtherColumn } = this.table.patch(message, buffer);
    this.selection.drop(locked);
    if (isOtherColumn) this.notify("table");
    this.matches.facets.forget();
    this.notify("patch");
  }

  /** @param {Json} state */
  setState(state) {
    const before = this.state;
    this.state = state;
    this.clock = { kernel: state.clock, here: performance.now() };
    if (state.plan) this.table.planned = new Map(state.plan.children);
    this.last.follow(before);
    if (before.phase !== state.phase || before.where?.isAsking !== state.where?.isAsking || before.where?.obstacle !== state.where?.obstacle) this.describer.resume();
    this.notify("state");
  }

  /** What the kernel's clock says by now, in seconds: a confirmation says so when it was given. */
  kernelNow() {
    return this.clock.kernel + (performance.now() - this.clock.here) / 1000;
  }

  /** @param {Json} failure the error, its raw text, and the label of its button */
  setError({ error = null, errorDetails = "", errorAgain = "" }) {
    this.state = { ...this.state, error, errorDetails, errorAgain };
    this.notify("state");
  }

  showAll() {
    this.matches.query = "";
    this.refilter("table");
  }

  /** The result has been read. */
  finish() {
    return this.last.finish();
  }

  /** What became of the last run, until somebody has read it. @returns {Json | null} */
  get result() {
    return this.last.unread;
  }

  /** Exactly the selected rows. */
  showSelection() {
    this.matches.query = "is:selected";
    this.cursor.rewind();
    this.refilter("table");
  }

  selectFailed() {
    this.selection.selectFailed();
    this.showAll();
  }

  /** @param {"rows" | "table"} [what] the views are told of */
  resort(what = "rows") {
    this.matches.sort();
    this.notify(what);
  }

  /** Somebody sorts by something else. */
  reorder() {
    this.matches.reorder();
    this.notify("rows");
  }

  /** @param {"rows" | "table"} [what] */
  refilter(what = "rows") {
    this.matches.filter();
    this.notify(what);
  }

  /** What the list shows: rows, and headers of groups as negative numbers. */
  get lines() {
    return this.groups.lines;
  }

  /** Group the rows, or no more. @param {string | string[] | null} view */
  group(view) {
    this.groups.view = view;
    this.cursor.rewind();
    this.notify("rows");
  }

  /** List the children of the array in this row, which come as rows of a new snapshot. @param {number} row */
  askChildren(row) {
    if (this.state.phase === "idle" && this.kernel.lost === null) this.ask("children", { snapshot: this.table.header?.snapshot, row });
  }

  /** What an error speaks of has changed: it need not be said any longer. */
  forgetError() {
    if (!this.state.error || this.isFrozen) return;
    this.setError({});
    this.ask("dismiss");
  }

  selectionChanged() {
    this.forgetError();
    this.telling.isKept = false;
    this.telling.saySoon();
    this.notify("selection");
  }

  /** @param {string} reason */
  setReason(reason) {
    this.reason = reason;
    this.forgetError();
    this.telling.saySoon();
  }

  /** The focus has left the picker. */
  keep() {
    this.viewState.say();
    if (!this.isFrozen && this.state.place) this.telling.keep();
  }

  /** Whether the selection is fixed. */
  get isFrozen() {
    return this.kernel.lost !== null || (this.state.phase !== "idle" && this.state.phase !== "listing");
  }

  /** Why nothing can be ended now, or null if it can. */
  get obstacle() {
    const { reason, state: { phase }, kernel: { lost } } = this;
    const length = codePoints(reason);
    if (lost !== null) return lost;
    if (phase === "planning") return `Looking at ${plural(this.selection.count, "job")} in AWS…`;
    if (phase !== "idle") return "Wait until this is over.";
    if (this.state.where?.obstacle) return this.state.where.obstacle;
    if (!this.selection.count) return "Select the jobs to end.";
    if (!reason.trim()) return "Say why. One line and the ticket are enough.";
    if (length > REASON_LIMIT) return `The reason is ${plural(length - REASON_LIMIT, "character")} too long.`;
    return null;
  }
}
