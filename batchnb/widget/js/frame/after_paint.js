// @ts-check
// Work that may wait until the rows are painted: what somebody looks at comes first.

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
    requestAnimationFrame(() => setTimeout(() => {
      this.isWaiting = false;
      if (!this.isOver) this.work();
    }));
  }

  dispose() {
    this.isOver = true;
  }
}
