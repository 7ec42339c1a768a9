// @ts-check
// The line that says what was kept from the last run of the cell, and the way to begin without it.
import { button, element } from "./dom.js";
import { ASKS_KERNEL } from "./frame/asking.js";
import { startAfresh } from "./model/view_parts.js";
import { shown } from "./text.js";
/** @import { Store } from "./model/store.js" */

export class Kept {
  /** @param {Store} store @param {(text: string) => void} say */
  constructor(store, say) {
    this.store = store;
    this.say = say;
    this.element = element("div", { class: "bnb-kept" });
    this.text = "";
  }

  show() {
    const { viewState, isFrozen, kernel } = this.store;
    // With a review or a run, what was kept has been looked at.
    if (isFrozen && kernel.lost === null) viewState.kept = "";
    const { kept } = viewState;
    if (this.text === kept) return;
    this.text = kept;
    this.element.replaceChildren(...(kept ? this.parts(kept) : []));
    if (kept) this.say(shown(kept, 500));
  }

  /** @param {string} kept */
  parts(kept) {
    return [
      element("span", {}, [shown(kept, 500)]),
      button("Start afresh", () => startAfresh(this.store), { title: "Without a search, a selection and a reason, and with the usual columns", ...ASKS_KERNEL }),
      button("✕", () => this.dismiss(), { class: "bnb-link", "aria-label": "Dismiss", title: "Dismiss" }),
    ];
  }

  dismiss() {
    this.store.viewState.kept = "";
    this.show();
  }
}
