// @ts-check
// The lower part of the picker: the review, the run, or the news that the kernel is gone; and where the focus goes.
import { button, element, focusAt } from "../dom.js";
import { SpokenLine } from "../frame/announcer.js";
import { shown, utc } from "../text.js";
import { Confirmation } from "./confirmation.js";
import { barState, planningText, runFigures } from "./machine.js";
import { Progress } from "./progress.js";
import { spokenResult } from "./result.js";
/** @import { PagedJob } from "../drawer/pager.js" */
/** @import { Store } from "../model/store.js" */
/** @import { Review } from "../review/review.js" */

const SPEAK_MS = 10_000;

export class Panel {
  /** Whether this view began the plan or run: it then moves the focus along. */ isMine = false;
  /** @type {Progress | null} */ progress = null;
  /** The review that is shown. @type {Review | null} */ reviewed = null;
  /** How far a plan is. @type {HTMLElement | null} */ planning = null;
  /** What was said of that. @type {SpokenLine | null} */ spoken = null;
  /** What is shown. @type {{bar: string, phase: string, digest: string | null}} */ shown;
  spokenAt = 0;

  /**
   * @param {Store} store @param {string} id
   * @param {{say(text: string): void, hasFocus(): boolean, focusResult(): void, focusForm(): void, focusReason(): void, showJobs(jobs: PagedJob[], more: number, what?: string): void, copy(text: string, beside: HTMLElement): void}} view
   */
  constructor(store, id, view) {
    this.store = store;
    this.id = id;
    this.view = view;
    this.element = element("div", { class: "bnb-panel" });
    this.shown = { bar: "idle", phase: store.state.phase, digest: null };
  }

  plan() {
    this.isMine = true;
    this.store.ask("plan", ...this.store.draft());
  }

  /** Go on from a result. @param {string} kind */
  begin(kind) {
    this.isMine = true;
    this.store.ask(kind);
  }

  show() {
    const { state, kernel: { lost }, result } = this.store;
    const before = this.shown;
    const bar = barState(state, { lost, result });
    // A run that is being stopped is shown by the same parts.
    const part = bar === "stopping" ? "running" : bar;
    this.shown = { bar: part, phase: state.phase, digest: state.plan?.digest ?? null };
    const changed = before.bar !== part || before.phase !== state.phase || before.digest !== this.shown.digest;
    if (changed) this.build(part, before);
    if (part === "running") this.showProgress();
    if (part === "planning" && this.planning) {
      this.planning.textContent = planningText(state.planning ?? null, this.store.selection.count);
      this.spoken?.show(this.planning.textContent);
    }
  }

  /** @param {string} bar @param {{bar: string, phase: string}} before */
  build(bar, before) {
    const { state, kernel } = this.store;
    const follows = this.isMine && this.view.hasFocus();
    const wasIn = this.element.contains(focusAt(this.element));
    // A group was left out of a plan: the others are as they were.
    const reviewed = before.bar === bar ? this.reviewed : null;
    const top = reviewed?.element.scrollTop ?? 0;
    this.reviewed = null;
    this.element.replaceChildren();
    this.progress = null;
    if (bar === "lost") {
      const box = this.lostBox(kernel.lost ?? "");
      this.element.append(box);
      if (wasIn) box.focus();
    } else if (bar === "planning") {
      const cancel = button("Cancel", () => this.store.ask("cancel"));
      this.planning = element("span");
      this.spoken = new SpokenLine(this.view.say);
      this.element.append(element("div", { class: "bnb-bar bnb-planning" }, [this.planning, cancel]));
      if (follows) cancel.focus();
    } else if (bar === "review") {
      const review = this.review();
      this.reviewed = review.review;
      this.element.append(review.element);
      if (reviewed?.isOpen) review.review.open();
      review.review.element.scrollTop = top;
      if (follows) review.back.focus();
    } else if (bar === "running") {
      this.progress = new Progress(() => this.store.ask("stop"), this.view.say);
      this.element.append(this.progress.element);
      if (follows) this.progress.stop.focus();
      if (follows && before.phase === "confirming") this.view.say("Sending.");
    } else if (follows && before.phase === "running" && state.phase === "idle") {
      this.isMine = false;
      this.view.say(spokenResult(state.result));
      this.view.focusResult();
    } else if (follows && before.phase !== "idle" && state.phase === "idle") {
      this.isMine = false;
      this.view.focusForm();
    }
  }

  review() {
    const { store } = this;
    const { digest } = this.shown;
    const sight = { selected: store.selection.count, inSight: store.selection.tally.inSight, query: store.matches.query };
    const ask = (/** @type {string} */ kind, /** @type {object} */ more = {}) => {
      this.isMine = true;
      store.ask(kind, { digest, ...more });
    };
    return new Confirmation(store.state.plan, store.state.where ?? {}, sight, this.id, {
      cancel: () => store.ask("cancel"),
      confirm: (typed) => ask("confirm", { typed, at: store.kernelNow() }),
      showJobs: (group, what) => void store.ask("group", { digest, group }).then((answer) => answer.ok && this.view.showJobs(answer.jobs, answer.more, what)),
      leaveOut: (group) => ask("leave_out", { group }),
      putBack: () => ask("put_back"),
      addDependents: () => ask("add_dependents"),
      showSelection: () => void store.ask("cancel").then(() => store.showSelection()),
      change: () => void store.ask("cancel").then(() => this.view.focusReason()),
      say: (text) => this.view.say(text),
    });
  }

  /** @param {string} lost */
  lostBox(lost) {
    const { state, kernel } = this.store;
    const seen = state.phase === "running" && state.progress ? ` ${runFigures(state.progress).map((pair) => pair.join(" ")).join(" · ")}.` : "";
    const line = state.phase === "running" ? state.progress?.resume ?? "%batch_resume" : "";
    const copy = button("Copy that line", () => this.view.copy(line, copy), { class: "bnb-link" });
    return element("div", { class: "bnb-lost", role: "alert", tabindex: "-1" }, [
      element("p", { class: "bnb-summary" }, [shown(lost, 600), line ? " " : null, line ? copy : null]), `Last update ${utc(kernel.heard)}.${seen}`,
    ]);
  }

  showProgress() {
    const { progress, stopping } = this.store.state;
    if (!progress || !this.progress) return;
    this.progress.show(progress, stopping);
    if (Date.now() - this.spokenAt > SPEAK_MS) {
      this.spokenAt = Date.now();
      this.view.say(`${progress.ended.toLocaleString("en-US")} of ${progress.watched.toLocaleString("en-US")} ended, ${progress.failed} failed`);
    }
  }
}
