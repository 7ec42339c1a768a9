// @ts-check
// Below the table: the review, the run, or the news that the kernel is gone; and where the focus goes.
import { element, focusAt } from "../dom.js";
import { shown, utc } from "../text.js";
import { Confirmation } from "./confirmation.js";
import { Progress, figuresOf } from "./progress.js";
/** @import { Store } from "../model/store.js" */

const SPEAK_MS = 3000;

export class Panel {
  /** Whether what goes on was begun in this view, which then takes the focus along. */ isMine = false;
  /** @type {Progress | null} */ progress = null;
  /** What is shown. @type {{phase: string, digest: string | null, lost: string | null | undefined}} */ shown;
  spokenAt = 0;

  /**
   * @param {Store} store @param {string} id
   * @param {{say(text: string): void, hasFocus(): boolean, focusResult(): void, focusForm(): void}} view
   */
  constructor(store, id, view) {
    this.store = store;
    this.id = id;
    this.view = view;
    this.element = element("div", { class: "bnb-panel" });
    this.shown = { phase: store.state.phase, digest: null, lost: undefined };
  }

  plan() {
    this.isMine = true;
    this.store.ask("plan", ...this.store.draft());
  }

  show() {
    const { state, kernel: { lost } } = this.store;
    const before = this.shown;
    this.shown = { phase: state.phase, digest: state.plan?.digest ?? null, lost };
    const changed = before.phase !== state.phase || before.digest !== this.shown.digest || before.lost !== lost;
    if (changed || !this.element.firstChild) this.build(before.phase);
    if (state.phase === "running" && lost === null) this.showProgress();
  }

  /** @param {string} before */
  build(before) {
    const { state, kernel: { lost } } = this.store;
    const follows = this.isMine && this.view.hasFocus();
    const wasIn = this.element.contains(focusAt(this.element));
    this.element.replaceChildren();
    this.progress = null;
    if (lost !== null) {
      const box = this.lostBox(lost);
      this.element.append(box);
      if (wasIn) box.focus();
    } else if (state.phase === "confirming" && state.plan) {
      const review = new Confirmation(state.plan, this.id, {
        cancel: () => this.store.ask("cancel"),
        confirm: (typed) => this.confirm(typed),
      });
      this.element.append(review.element);
      if (follows) review.back.focus();
    } else if (state.phase === "running") {
      this.progress = new Progress(() => this.store.ask("stop"));
      this.element.append(this.progress.element);
      if (follows) this.progress.stop.focus();
      this.view.say("Sending.");
    } else if (follows && before === "running" && state.phase === "idle") {
      this.isMine = false;
      this.view.say(shown(state.result?.summary ?? "", 500));
      this.view.focusResult();
    } else if (follows && before === "confirming" && state.phase === "idle") {
      this.isMine = false;
      this.view.focusForm();
    }
  }

  /** @param {string} lost */
  lostBox(lost) {
    const { state, kernel } = this.store;
    const seen = state.phase === "running" && state.progress ? ` ${figuresOf(state.progress)}.` : "";
    return element("div", { class: "bnb-lost", role: "alert", tabindex: "-1" }, [
      element("p", { class: "bnb-summary" }, [lost]), `Last update ${utc(kernel.heard)}.${seen}`,
    ]);
  }

  /** The very plan that is shown. @param {string | null} typed */
  confirm(typed) {
    this.isMine = true;
    this.store.ask("confirm", { digest: this.shown.digest, typed });
  }

  showProgress() {
    const { progress, stopping } = this.store.state;
    if (!progress || !this.progress) return;
    this.progress.show(progress, stopping);
    if (Date.now() - this.spokenAt > SPEAK_MS) {
      this.spokenAt = Date.now();
      this.view.say(`${progress.ended} of ${progress.watched} jobs have ended, ${progress.failed} failed.`);
    }
  }
}
