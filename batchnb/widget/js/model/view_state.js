// @ts-check
// What somebody has set in this picker (search, sort, columns …): told to the kernel, which keeps it for the next run of
// the cell, and taken from it. Who owns a part says how it is read and set; a part without `get` is only taken.
/** @import { Json } from "../types.js" */

/** @typedef {{get?: () => unknown, set(value: any): void}} ViewPart `set(null)` is as nobody has set it */

const VIEW_MS = 1000;

export class ViewState {
  /** @type {Map<string, ViewPart>} */ parts = new Map();
  /** What the kernel has of parts that are not here yet. @type {Map<string, unknown>} */ wanted = new Map();
  /** The sentence that says what was kept from the last run of the cell, until it is dismissed. */ kept = "";
  /** The number of the kernel's last message: what it has set since is not to be overwritten. */ heard = 0;
  /** Whether there is a table, to which all of this applies. */ isReady = false;
  said = "";
  saidAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer = undefined;

  /** @param {(view: Json, heard: number) => void} tell asks the kernel to keep it */
  constructor(tell) {
    this.tell = tell;
  }

  /**
   * Let a part be kept. What the kernel has of it is set at once, or with the first rows; a part that is there in place of
   * another, as in a second picture, begins with its value. @param {string} name @param {ViewPart} part
   */
  register(name, part) {
    const before = this.parts.get(name);
    this.parts.set(name, part);
    if (before?.get) part.set(before.get());
    if (this.isReady) this.apply(name);
  }

  /** Take what the kernel has kept, or what Python sets. @param {Json} message @returns {boolean} whether it can be seen now */
  take({ view, kept = "", number = 0 }) {
    this.heard = number;
    for (const [name, value] of Object.entries(view)) this.wanted.set(name, value);
    if (kept) this.kept = kept;
    if (!this.isReady) return false;
    for (const name of this.parts.keys()) this.apply(name);
    // What was set by hand meanwhile has still to be told.
    this.saySoon();
    return true;
  }

  /** The first rows are here. */
  arrive() {
    if (this.isReady) return;
    this.isReady = true;
    for (const name of this.parts.keys()) this.apply(name);
  }

  /** @param {string} name */
  apply(name) {
    if (!this.wanted.has(name)) return;
    const value = this.wanted.get(name);
    this.wanted.delete(name);
    this.parts.get(name)?.set(value);
  }

  /** All that the kernel is to keep. */
  get now() {
    return Object.fromEntries([...this.parts].flatMap(([name, { get }]) => (get ? [[name, get()]] : [])));
  }

  /** Something may have changed: tell it, at most once a second. */
  saySoon() {
    if (this.timer !== undefined || !this.isReady) return;
    const wait = this.saidAt + VIEW_MS - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.say(), wait);
    else this.say();
  }

  /** Tell it now, if it has changed: the page may be gone in a moment, or the cell is run again. */
  say() {
    this.cancel();
    if (!this.isReady) return;
    const view = this.now;
    const text = JSON.stringify(view);
    if (text === this.said) return;
    this.said = text;
    this.saidAt = performance.now();
    this.tell(view, this.heard);
  }

  cancel() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
