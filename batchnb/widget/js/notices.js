// @ts-check
// What went wrong, what is waited for, and text to copy where a page may not write to the clipboard.
import { button, element, savedTable } from "./dom.js";
import { shown } from "./text.js";
/** @import { Store } from "./model/store.js" */

const FLASH_MS = 2500;

export class Notices {
  /** @param {Store} store @param {(text: string) => void} say */
  constructor(store, say) {
    this.store = store;
    this.say = say;
    this.error = element("div", { class: "bnb-notice", role: "alert" });
    this.waiting = element("div", { class: "bnb-waiting" });
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
    const { error } = this.store.state;
    if ((this.error.dataset.text ?? "") === (error ?? "")) return;
    this.error.dataset.text = error ?? "";
    this.error.replaceChildren(...(error ? [element("span", {}, [shown(error, 1200)]), button("Dismiss", () => this.dismiss())] : []));
  }

  dismiss() {
    this.store.setError(null);
    this.store.ask("dismiss");
  }

  showWaiting() {
    const { table, kernel } = this.store;
    const saved = table.header || !kernel.slow ? null : this.store.saved();
    this.waiting.replaceChildren(this.waitingText, ...(saved?.titles ? [savedTable(saved)] : []));
  }

  get waitingText() {
    const { table, kernel, state } = this.store;
    if (kernel.lost) return "";
    if (kernel.slow) return table.header ? "The kernel is busy with another cell. This starts when that is done." : "Waiting for the kernel. If it is gone, run the cell again.";
    return table.header ? shown(state.note ?? "", 500) : "Loading…";
  }

  /** @param {string} text @param {string} said when it is in the clipboard */
  async copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
      this.say(said);
      this.waiting.replaceChildren(said);
      setTimeout(() => this.showWaiting(), FLASH_MS);
    } catch {
      this.offer(text);
    }
  }

  /** Where a page may not write to the clipboard, the person may. @param {string} text */
  offer(text) {
    const area = element("textarea", { class: "bnb-copy", readonly: true, rows: "6", "aria-label": "Copy this text" });
    area.value = text;
    this.waiting.replaceChildren("Copy this text: ", button("Close", () => this.showWaiting()), area);
    area.focus();
    area.select();
  }
}
