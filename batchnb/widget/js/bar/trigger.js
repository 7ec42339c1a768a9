// @ts-check
// Whether a press on the final button is meant: not the second half of a double click, and not the end of another press.

/** So long the button does nothing after it has appeared. */
export const QUIET_MS = 600;

export class Trigger {
  /** Whether the pointer went down on the button. */ isDown = false;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.now = now;
    this.since = now();
  }

  get isReady() {
    return this.now() - this.since >= QUIET_MS;
  }

  press() {
    this.isDown = this.isReady;
  }

  /** Whether a click counts; one that a key made has no press before it. @param {{detail: number}} click */
  counts({ detail }) {
    const { isDown } = this;
    this.isDown = false;
    return this.isReady && (detail === 0 || isDown);
  }
}
