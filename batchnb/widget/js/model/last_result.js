// @ts-check
// The result of the last run: shown, with the jobs of the run, until somebody has read it.
/** @import { Store } from "./store.js" */
/** @import { Json } from "../types.js" */

export class LastResult {
  /** The result that needs to be shown no more. */ read = "";

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /** What became of the last run, until somebody has read it. @returns {Json | null} */
  get unread() {
    const { result } = this.store.state;
    return result && this.read !== JSON.stringify(result) ? result : null;
  }

  /** The kernel has said something. @param {Json} before what it had said before that */
  follow(before) {
    const { state } = this.store;
    if (before.phase === "running" && state.phase !== "running" && state.result) this.show();
    // It was read, perhaps in another page.
    if (before.result && !state.result) this.leave();
  }

  /** The jobs of this run, failures first. */
  show() {
    const { matches, cursor } = this.store;
    matches.showRun();
    cursor.top = 0;
    this.store.resort("table");
  }

  leave() {
    this.store.matches.leaveRun();
    this.store.resort("table");
  }

  /** It has been read: on with the list as it was before the run, and with nothing selected. */
  async finish() {
    const { store } = this;
    const { result } = store.state;
    this.read = JSON.stringify(result);
    this.leave();
    store.selection.bulk("none");
    store.notify("state");
    const answer = await store.ask("done", { number: result.number });
    // A review of what was left was begun in another page, or there is another result.
    if (answer.ok && !answer.done) this.read = "";
    store.notify("state");
  }
}
