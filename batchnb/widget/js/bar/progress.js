// @ts-check
// A run that goes on: how far it is, and the button that stops it.
import { button, element } from "../dom.js";
import { SpokenLine } from "../frame/announcer.js";
import { shown } from "../text.js";
import { leftText, runFigures, runNote, runTitle, stopLabel } from "./machine.js";
import { figureSpans, meter } from "./meter.js";
/** @import { Json } from "../types.js" */

export class Progress {
  /** @param {() => void} stop @param {(text: string) => void} say */
  constructor(stop, say) {
    this.spoken = new SpokenLine(say);
    this.title = element("strong", { class: "bnb-run-title" });
    this.reason = element("span", { class: "bnb-run-reason" });
    this.left = element("span", { class: "bnb-run-left" });
    this.meter = meter();
    this.figures = element("span", { class: "bnb-figures" });
    this.note = element("p", { class: "bnb-run-note" });
    this.stop = button("Stop", stop);
    this.element = element("div", { class: "bnb-running" }, [
      element("div", { class: "bnb-run-head" }, [this.title, this.reason, this.left]),
      this.meter.element,
      element("div", { class: "bnb-bar" }, [this.figures, this.stop]),
      this.note,
    ]);
  }

  /** @param {Json} progress @param {boolean} stopping whether Stop was pressed, and not yet heard of */
  show(progress, stopping) {
    const { title, reason } = runTitle(progress);
    this.title.textContent = title;
    this.reason.textContent = reason ? `· ${shown(reason, 200)}` : "";
    this.left.textContent = leftText(progress.left);
    this.meter.show(progress.ended, progress.stopping, progress.watched, progress.failed);
    this.figures.replaceChildren(...figureSpans(runFigures(progress)));
    this.note.textContent = runNote(progress, stopping);
    this.spoken.show(this.note.textContent);
    this.stop.textContent = stopLabel(progress, stopping);
    this.stop.disabled = stopping && !progress.isStopped;
  }
}
