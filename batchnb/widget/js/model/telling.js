// @ts-check
// Sends the selection and the reason to the kernel: at once, and again after a pause in a series of changes.
/** @import { Json } from "../types.js" */

const SAY_MS = 200;

export class Telling {
  /** @param {(kind: string) => void} ask */
  constructor(ask) {
    this.ask = ask;
    this.timer = 0;
    this.saidAt = -Infinity;
    /** Whether the notebook's file has what is selected. */
    this.isKept = true;
  }

  /** Soon, for it has changed. */
  saySoon() {
    if (this.timer) return;
    const wait = this.saidAt + SAY_MS - performance.now();
    // The kernel can work on it while the page paints it.
    if (wait <= 0) this.say();
    else this.timer = setTimeout(() => this.say(), wait);
  }

  say() {
    this.saidAt = performance.now();
    this.ask("select");
  }

  /** The focus has left the picker: say what waits, for the cell may be run in a moment, and save the selection with the notebook. */
  keep() {
    if (!this.isKept) this.ask("keep");
    else if (this.timer) this.say();
    this.isKept = true;
  }

  /** Something else says it, or nobody needs it any more. */
  cancel() {
    clearTimeout(this.timer);
    this.timer = 0;
  }
}
