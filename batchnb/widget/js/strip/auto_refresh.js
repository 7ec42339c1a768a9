// @ts-check
// When the kernel is asked to look at the jobs again: never while a person is in the middle of something.
/** @import { Store } from "../model/store.js" */

/** The choices: off, or a number of milliseconds. @type {[string, number][]} */
export const PERIODS = [["Off", 0], ["Every 30 s", 30_000], ["Every 2 min", 120_000]];

const TICK_MS = 1000;

/**
 * Whether it is time to look again.
 * @param {{period: number, last: number, isAsked: boolean}} auto @param {number} now milliseconds
 * @param {{phase: string, isLost: boolean, isHidden: boolean, hasResult: boolean, isLoaded: boolean}} page
 * `isLoaded` says that all rows are here, and what a search wanted to know of them
 */
export function isDue({ period, last, isAsked }, now, { phase, isLost, isHidden, hasResult, isLoaded }) {
  if (!period || isAsked || isLost || isHidden || hasResult || !isLoaded || phase !== "idle") return false;
  return now - last >= period;
}

/** One for each widget, however many views it has. */
export class AutoRefresh {
  period = 0;
  last = 0;
  /** Whether the kernel has not answered yet: a busy one is not asked twice. */ isAsked = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */ timer = undefined;

  /** @param {Store} store @param {() => number} [now] milliseconds */
  constructor(store, now = () => performance.now()) {
    this.store = store;
    this.now = now;
  }

  dispose() {
    clearInterval(this.timer);
  }

  /** @param {number} period milliseconds, 0 for off */
  set(period) {
    clearInterval(this.timer);
    this.period = period;
    this.last = this.now();
    if (period) {
      this.ask(true);
      this.timer = setInterval(() => this.tick(), TICK_MS);
    }
    this.store.notify("state");
  }

  tick() {
    const { store } = this;
    const page = {
      phase: store.state.phase,
      isLost: store.kernel.lost !== null,
      // A picker whose cell was run again is in no output any more.
      isHidden: document.hidden || store.views?.size === 0,
      hasResult: store.result !== null,
      isLoaded: store.table.header !== null && !store.table.isPartial && store.describer.progress("search") === null,
    };
    if (isDue(this, this.now(), page)) this.ask(false);
  }

  /** @param {boolean} isFirst whether it was just switched on */
  ask(isFirst) {
    this.last = this.now();
    this.isAsked = true;
    void this.store.ask("auto_refresh", { isFirst }).then(() => (this.isAsked = false));
  }

  /** The kernel has given it up: show so, until somebody switches it on again. */
  follow() {
    if (!this.period || !this.store.state.auto?.off || this.isAsked) return;
    clearInterval(this.timer);
    this.period = 0;
  }
}
