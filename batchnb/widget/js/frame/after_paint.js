// @ts-check
// Work that may wait until the rows are painted: what somebody looks at comes first.

/** At the latest, where the page is never idle. */
const MOST_MS = 250;

/** Called when the page has nothing else to do, after the next frame. @param {() => void} work */
function whenIdle(work) {
  requestAnimationFrame(() => ("requestIdleCallback" in window ? requestIdleCallback(work, { timeout: MOST_MS }) : setTimeout(work)));
}

export class AfterPaint {
  isWaiting = false;
  isOver = false;

  /** @param {() => void} work */
  constructor(work) {
    this.work = work;
  }

  /** Once the next frame is painted, however often it is asked for until then. */
  soon() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    whenIdle(() => {
      this.isWaiting = false;
      if (!this.isOver) this.work();
    });
  }

  dispose() {
    this.isOver = true;
  }
}
