// @ts-check
// Errors, the notice of a busy kernel, and text to copy if the page may not write to the clipboard.
import { busyText } from "./bar/machine.js";
import { problemOf } from "./bar/problem.js";
import { button, element, savedTable } from "./dom.js";
import { SpokenLine } from "./frame/announcer.js";
import { ASKS_KERNEL } from "./frame/asking.js";
import { shown } from "./text.js";
/** @import { Problem } from "./bar/problem.js" */
/** @import { Store } from "./model/store.js" */

const FLASH_MS = 4000;

export class Notices {
  /** @param {Store} store @param {(text: string) => void} say @param {() => void} review asks for a new review */
  constructor(store, say, review) {
    this.store = store;
    this.say = say;
    this.review = review;
    this.spoken = new SpokenLine(say);
    this.error = element("div", { class: "bnb-notice", role: "alert" });
    this.waiting = element("div", { class: "bnb-waiting" });
    this.isTakenBack = false;
    /** The error that is shown. */ this.key = "null";
    /** The note that was said. @type {string | undefined} */ this.note = undefined;
  }

  show() {
    this.showError();
    this.showWaiting();
    const { note } = this.store.state;
    if (note && note !== this.note) this.say(shown(note, 500));
    this.note = note;
  }

  showError() {
    const problem = problemOf(this.store);
    const key = JSON.stringify(problem);
    if (key === this.key) return;
    this.key = key;
    this.error.replaceChildren(...(problem ? this.failure(problem) : []));
  }

  /** @param {Problem} problem */
  failure({ text, details, again, isAboutRows }) {
    const more = details ? element("details", { class: "bnb-details" }, [element("summary", {}, ["Details"]), shown(details, 1200)]) : null;
    return [
      element("span", {}, [shown(text, 1200), more]),
      element("span", { class: "bnb-bar" }, [again ? button(shown(again, 40), () => this.retry(isAboutRows), ASKS_KERNEL) : null, button("Dismiss", () => this.dismiss(isAboutRows))]),
    ];
  }

  /** @param {boolean} isAboutRows */
  retry(isAboutRows) {
    if (isAboutRows) {
      this.store.describer.tryAgain();
      this.showError();
      return;
    }
    this.store.setError({ error: null });
    this.review();
  }

  /** @param {boolean} isAboutRows */
  dismiss(isAboutRows) {
    if (isAboutRows) return this.store.describer.dismiss();
    this.store.setError({ error: null });
    this.store.ask("dismiss");
  }

  showWaiting() {
    const { table, kernel } = this.store;
    const saved = table.header || !kernel.slow.length ? null : this.store.saved();
    const text = this.waitingText;
    // A note is said when it comes, and not when it is seen again.
    if (text !== this.store.state.note) this.spoken.show(table.header ? text : "");
    this.waiting.replaceChildren(text, ...(this.canTakeBack ? [" ", button("Take it back", () => this.takeBack())] : []), ...(saved?.titles ? [savedTable(saved)] : []));
  }

  get waitingText() {
    const { table, kernel, state } = this.store;
    if (kernel.lost) return "";
    if (kernel.slow.length && !table.header) return "Waiting for the kernel. If it is gone, run the cell again.";
    if (this.isTakenBack) return "Taken back: when the kernel is free, no plan is made.";
    const busy = busyText(kernel.slow);
    if (busy) return busy;
    return table.header ? shown(state.note ?? "", 500) : "Loading…";
  }

  /** Whether a plan was asked for that the kernel has not begun to make. */
  get canTakeBack() {
    const { slow, lost } = this.store.kernel;
    return lost === null && slow.includes("plan") && !this.isTakenBack && this.store.state.phase === "idle";
  }

  takeBack() {
    this.isTakenBack = true;
    void this.store.ask("cancel").then(() => {
      this.isTakenBack = false;
      this.showWaiting();
    });
    this.showWaiting();
  }

  /** Copy, and say so beside the button that was pressed. @param {string} text @param {HTMLElement} beside @param {string} [said] */
  async copy(text, beside, said = "Copied.") {
    const told = element("span", { class: "bnb-copied" });
    this.root(beside).querySelectorAll(".bnb-copied").forEach((one) => one.remove());
    beside.after(told);
    try {
      await navigator.clipboard.writeText(text);
      this.say(said);
      told.textContent = said;
      setTimeout(() => told.remove(), FLASH_MS);
    } catch {
      this.offer(text, told);
    }
  }

  /** @param {HTMLElement} part @returns {Document | ShadowRoot} */
  root(part) {
    return /** @type {Document | ShadowRoot} */ (part.getRootNode());
  }

  /** Where a page may not write to the clipboard, the person may. @param {string} text @param {HTMLElement} told */
  offer(text, told) {
    const area = element("textarea", { class: "bnb-copy", readonly: true, rows: "6", "aria-label": "Copy this text" });
    area.value = text;
    told.replaceChildren("The browser would not copy. Press Ctrl C: ", button("Close", () => told.remove()), area);
    this.say("The browser would not copy. Press Ctrl C.");
    area.focus();
    area.select();
  }
}
