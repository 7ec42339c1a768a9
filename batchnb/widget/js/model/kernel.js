// @ts-check
// The line to the kernel: requests, each of which is answered, messages, and the moment when the kernel is gone.
/** @import { Json, Model } from "../types.js" */

const PATIENCE_MS = 2000;
const LOST = {
  idle: "The kernel is gone, so this list stands still. Run the cell again.",
  running: "The kernel went away during this run. What was asked takes its course; nothing more is asked. In a new kernel: ",
};

/**
 * The listener of the kernel: for messages, for refused requests, and for changes between ready, slow and gone.
 * @typedef {{receive(message: Json, buffers: DataView[]): void, fail(answer: Json): void, change(): void,
 *   greet(): void, resumeLine(): string | null}} Listener `greet` asks for the table; `resumeLine` is what to type in a new kernel, null where no run goes on
 */

export class Kernel {
  /** Why nothing can be asked any more, or null. @type {string | null} */ lost = null;
  /** The kinds of the requests that wait for longer than one would expect. @type {string[]} */ slow = [];
  /** When something was heard last. */ heard = Date.now();

  /** @param {Model} model @param {Listener} listener */
  constructor(model, listener) {
    this.model = model;
    this.listener = listener;
    /** @type {Map<string, {resolve: (answer: Json) => void, timer: number}>} */ this.pending = new Map();
    this.asked = 0;
    this.listen = (/** @type {Json} */ message, /** @type {DataView[]} */ buffers) => this.receive(message, buffers ?? []);
    model.on("msg:custom", this.listen);
    this.watch();
  }

  dispose() {
    this.model.off("msg:custom", this.listen);
    this.forget();
  }

  /** Notebooks tell when their kernel goes, and nothing that is asked of it then is ever answered. */
  watch() {
    const manager = this.model.widget_manager;
    const session = manager?.context?.sessionContext ?? manager?.kernel;
    session?.statusChanged?.connect?.((/** @type {unknown} */ _, /** @type {string} */ status) => /restarting|dead|terminating/.test(status) && this.lose());
    session?.kernelChanged?.connect?.(() => this.lose());
    this.model.on("comm_live_update", () => (this.lost ? this.listener.greet() : this.lose()));
  }

  /** The kernel is gone: ask for nothing that cannot be. */
  lose() {
    if (this.lost !== null) return;
    const line = this.listener.resumeLine();
    this.lost = line === null ? LOST.idle : `${LOST.running}${line}`;
    this.refuse();
    this.listener.change();
  }

  /** Refuse what waits for an answer that never comes. */
  refuse() {
    const waiting = [...this.pending.values()];
    this.forget();
    for (const { resolve } of waiting) resolve({ ok: false, error: this.lost });
  }

  forget() {
    for (const { timer } of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
    this.slow = [];
  }

  /**
   * Ask; every request is answered, but the kernel may take its time.
   * @param {string} kind @param {Json} [content] @param {ArrayBuffer[]} [buffers] @returns {Promise<Json>}
   */
  ask(kind, content = {}, buffers = []) {
    // Nothing that is asked of a kernel that is gone would ever be answered.
    if (this.lost !== null && kind !== "hello") return Promise.resolve({ ok: false, error: this.lost });
    const id = `${Date.now().toString(36)}-${(this.asked += 1)}`;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.noteSlow(kind), PATIENCE_MS);
      this.pending.set(id, { resolve, timer });
      try {
        this.model.send({ kind, id, ...content }, undefined, buffers);
      } catch (error) {
        this.lose();
        resolve({ id, ok: false, error: this.lost, errorDetails: "", errorAgain: "" });
      }
    });
  }

  /** @param {string} kind */
  noteSlow(kind) {
    this.slow.push(kind);
    this.listener.change();
  }

  /** @param {Json} answer */
  settle(answer) {
    const waiting = this.pending.get(answer.id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.pending.delete(answer.id);
    if (this.slow.length && !this.pending.size) {
      this.slow = [];
      this.listener.change();
    }
    if (!answer.ok) this.listener.fail(answer);
    waiting.resolve(answer);
  }

  /** @param {Json} message @param {DataView[]} buffers */
  receive(message, buffers) {
    this.heard = Date.now();
    if (this.lost !== null) {
      this.refuse();
      this.lost = null;
      this.listener.change();
    }
    if (message.kind === "answer") this.settle(message);
    this.listener.receive(message, buffers);
  }
}
