// @ts-check
// The reason, and the button that asks for a plan.
import { button, element, focusAt } from "../dom.js";
import { REASON_LIMIT, codePoints, plural } from "../text.js";
/** @import { Store } from "../model/store.js" */

export class Form {
  /** @param {Store} store @param {string} id @param {{say(text: string): void, plan(): void}} actions */
  constructor(store, id, actions) {
    this.store = store;
    this.actions = actions;
    this.reasons = element("datalist", { id: `${id}-reasons` });
    this.reason = element("input", {
      type: "text", class: "bnb-reason", id: `${id}-reason`, list: `${id}-reasons`, autocomplete: "off",
      placeholder: "Why, and for which ticket", "aria-describedby": `${id}-left ${id}-why`,
      oninput: () => this.setReason(), onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && this.submit(),
    });
    this.left = element("span", { class: "bnb-left", id: `${id}-left` });
    this.terminate = button("", () => this.submit(), { class: "bnb-button bnb-danger", "aria-describedby": `${id}-why` });
    this.why = element("span", { class: "bnb-why", id: `${id}-why` });
    this.element = element("div", { class: "bnb-form" }, [
      element("label", { for: `${id}-reason` }, ["Reason"]), this.reason, this.left, this.reasons, this.terminate, this.why,
    ]);
  }

  /** The list is another: what is typed stays, unless the kernel knows better. */
  lay() {
    this.reason.value = this.store.reason;
  }

  show() {
    const { store } = this;
    const left = REASON_LIMIT - codePoints(store.reason);
    this.left.textContent = left.toLocaleString("en-US");
    this.left.title = `${left} characters left`;
    this.left.setAttribute("aria-label", this.left.title);
    this.left.classList.toggle("bnb-over", left < 0);
    if (focusAt(this.reason) !== this.reason && this.reason.value !== store.reason) this.reason.value = store.reason;
    this.terminate.textContent = store.selection.count ? `Terminate ${plural(store.selection.count, "job")}` : "Terminate";
    this.terminate.setAttribute("aria-disabled", String(store.obstacle !== null));
    this.why.textContent = store.table.header ? (store.obstacle ?? "Shows what would end, and asks once more.") : "";
  }

  showState() {
    const { state, kernel } = this.store;
    this.reasons.replaceChildren(...(state.reasons ?? []).map((/** @type {string} */ reason) => element("option", { value: reason })));
    this.element.hidden = kernel.lost !== null || state.phase === "confirming" || state.phase === "running";
  }

  setReason() {
    this.store.setReason(this.reason.value);
    this.show();
  }

  submit() {
    const { obstacle, selection, state } = this.store;
    if (obstacle === null) {
      this.actions.plan();
      return;
    }
    this.actions.say(obstacle);
    (selection.count && state.phase === "idle" ? this.reason : this.terminate).focus();
  }
}
