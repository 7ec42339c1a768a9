// @ts-check
// A run that goes on: how far it is, and the button that stops it.
import { button, element } from "../dom.js";
import { duration } from "../text.js";
/** @import { Json } from "../types.js" */

/** @param {Json} progress */
export const figuresOf = (progress) => `${progress.sent} of ${progress.toSend} sent · ${progress.accepted} accepted · ${progress.ended} ended · ${progress.failed} failed`;

export class Progress {
  /** @param {() => void} stop */
  constructor(stop) {
    this.meter = element("progress", { class: "bnb-progress", "aria-label": "Jobs seen to end" });
    this.figures = element("span", { class: "bnb-figures" });
    this.stop = button("Stop sending", stop);
    this.element = element("div", { class: "bnb-running" }, [this.meter, this.figures, this.stop]);
  }

  /** @param {Json} progress @param {boolean} stopping */
  show(progress, stopping) {
    this.meter.max = Math.max(1, progress.watched);
    this.meter.value = progress.ended;
    const left = progress.left === null ? "" : ` · about ${duration(progress.left * 1000)} left`;
    this.figures.textContent = `${progress.isStopped ? "Sending is stopped; what was sent is watched · " : ""}${figuresOf(progress)}${left}`;
    const allSent = progress.isStopped || progress.accepted + progress.failed >= progress.toSend;
    this.stop.textContent = stopping ? "Stopping…" : allSent ? "Stop watching" : "Stop sending";
    this.stop.disabled = stopping;
  }
}
