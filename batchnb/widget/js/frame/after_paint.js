// @ts-check
// Work that may wait until the rows are painted, and until nothing more changes: what somebody looks at comes first.

/** It is not asked for again for so long: between two keys that are typed. But it waits no longer than that, all in all. */
const [UNTIL_QUIET_MS, MOST_WAIT_MS] = [80, 500];
/** At the latest after that, where the page is never idle. */
const BUSY_MS = 250;

export class AfterPaint {
  isOver = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer = undefined;
  /** When it was asked for first, NaN while it is not. */ since = NaN;

  /** @param {() => void} work */
  constructor(work) {
    this.work = work;
  }

  /** Once the next frame is painted and the page has nothing else to do, however often it is asked for until then. */
  soon() {
    const now = performance.now();
    if (Number.isNaN(this.since)) this.since = now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.whenIdle(), Math.max(0, Math.min(UNTIL_QUIET_MS, this.since + MOST_WAIT_MS - now)));
  }

  whenIdle() {
    const work = () => {
      if (!this.isOver) this.work();
    };
    this.since = NaN;
    if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: BUSY_MS });
    else work();
  }

  dispose() {
    this.isOver = true;
    clearTimeout(this.timer);
  }
}
